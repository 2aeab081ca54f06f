"""Patterns of a policy. One that could never match is refused: it would only look as if it guarded."""

from __future__ import annotations

from gatekeeper.config.values import UnfitError, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatekeeper.config.values import Plain

WILDCARDS = frozenset("*?")
NEVER_IN_REFS = frozenset(" ~^:[\\")
"""Besides control characters (git-check-ref-format(1)); `*` and `?` are the patterns' own."""


def ref_pattern(value: Plain) -> str:
    """A full ref name, with the wildcards of `core.globs`."""
    pattern = text(value)
    top, *rest = pattern.split("/")
    if top != "refs":
        branch = "" if "/" in pattern else f"for a branch: refs/heads/{pattern}"
        hint = "`HEAD` stands only in `protect`" if pattern == "HEAD" else branch
        raise UnfitError("must be a full ref name", hint)
    if rest and rest[0].lower() == "gatekeeper":
        raise UnfitError("must not name refs/gatekeeper/, which is reserved and always guarded")
    if len(rest) < 2 or not WILDCARDS.isdisjoint(rest[0]):
        raise UnfitError("must say what kind of refs it means", "refs/heads/** and refs/tags/**, for example")
    odd = any(
        not part or part.startswith(".") or part.endswith(".lock") or ".." in part or "@{" in part for part in rest
    )
    if odd or not NEVER_IN_REFS.isdisjoint(pattern) or pattern.endswith("."):
        raise UnfitError("must be a ref name that Git allows; only `*`, `?` and `**` are special")
    return pattern


def protected_pattern(value: Plain) -> str:
    """Like `ref_pattern`; or `HEAD`, which is the default branch, whatever its name."""
    return "HEAD" if value == "HEAD" else ref_pattern(value)


def path_pattern(value: Plain) -> str:
    """A path, with the wildcards of `core.globs`: gitignore's rules, without negation and brackets."""
    pattern = text(value)
    if pattern.startswith("!"):
        raise UnfitError("must not begin with `!`: patterns only add", "narrow the other patterns instead")
    segments = pattern.strip("/").split("/")
    if not all(segments) or "." in segments or ".." in segments:
        raise UnfitError("must be a path from the top of the repository, without empty, `.` or `..` parts")
    return pattern
