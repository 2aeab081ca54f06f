"""What a policy adds to the table of AI tools: plain data -> MarkRules. `core/tools.py` says what a signal is."""

from __future__ import annotations

from gatekeeper.config.reading import Section
from gatekeeper.config.values import UnfitError, choice, nearest, slug, text
from gatekeeper.core.declaration import DEFAULT, MarkRules
from gatekeeper.core.tool_table import ROWS
from gatekeeper.core.tools import KINDS, UNKNOWN, WORD_KINDS, Signal, Tool
from gatekeeper.core.trailers import KEY_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from gatekeeper.config.reading import Report
    from gatekeeper.config.values import Path, Plain

PATTERN_LIMIT = 200
WILDCARD_KINDS = frozenset({"name", "committer", "trailer", "url"})
SIGNAL_KINDS = {kind: kind for kind in sorted(KINDS - {"notes"})}
STRENGTHS = {"strong": "strong", "weak": "weak"}
KEY_VALUES = {"any": True, "tool": False}
"""Whether any value of a key declares, or only one that names a tool or model."""
MODEL_WORDS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789. ")


def build_marks(policy: Section) -> MarkRules:
    """Build what the policy says of marks; what it does not say is as in the built-in table."""
    section = policy.section("assisted", ("tools", "keys"))
    if section is None:
        return DEFAULT
    tools = tuple(
        _tool(name, value, (*section.path, "tools", name), section.report)
        for name, value in _mapping(section, "tools", _tool_id)
    )
    keys = {name: _any_value(section, name, value) for name, value in _mapping(section, "keys", _key)}
    return MarkRules(
        keys=tuple(name.encode() for name, any_value in keys.items() if any_value),
        value_keys=tuple(name.encode() for name, any_value in keys.items() if not any_value),
        tools=tools,
    )


def tool_id(own: MarkRules) -> Callable[[Plain], str]:
    """Return the converter of a tool's id: one of the built-in table, or of the policy's own tools."""
    known = (*(row[0] for row in ROWS), *(tool.id for tool in own.tools))

    def convert(value: Plain) -> str:
        name = slug(value)
        if name not in known:
            hint = nearest(name, known)
            raise UnfitError(f"names no AI tool: {name}", hint if "?" in hint else "docs/marks.md lists them")
        return name

    return convert


def _mapping(section: Section, name: str, convert: Callable[[Plain], str]) -> list[tuple[str, Plain]]:
    """Return the entries of a mapping whose names are the user's own."""
    value = section.values.get(name)
    if value is None:
        return []
    if not isinstance(value, dict) or not value:
        section.fault(name, "must be a mapping, and not empty")
        return []
    found: list[tuple[str, Plain]] = []
    for own, inside in value.items():
        try:
            found.append((convert(own), inside))
        except UnfitError as error:
            section.report.add((*section.path, name, own), f"a name in `{name}` {error}", error.suggestion, at_key=True)
    return found


def _any_value(section: Section, name: str, value: Plain) -> bool:
    """Return whether any value of a key declares."""
    try:
        return choice(KEY_VALUES)(value)
    except UnfitError as error:
        section.report.add((*section.path, "keys", name), f"`{name}` {error}")
        return True


def _tool_id(value: Plain) -> str:
    name = slug(value)
    if name == UNKNOWN:
        raise UnfitError(f"must not be {UNKNOWN}, which stands for tools that are not named")
    return name


def _key(value: Plain) -> str:
    name = text(value)
    if name.encode().translate(None, KEY_BYTES):
        raise UnfitError("must be the key of a trailer: ASCII letters, digits and `-`, without the colon")
    return name


def _tool(name: str, value: Plain, path: Path, report: Report) -> Tool:
    section = Section(value, path, report, ("name", "signals"))
    section.lacks("signals")
    signals = [_signal(each, (*path, "signals", index), report) for index, each in section.items("signals")]
    return Tool(id=name, name=section.take("name", text, name), signals=tuple(signals))


def _signal(value: Plain, path: Path, report: Report) -> Signal:
    section = Section(value, path, report, ("kind", "pattern", "strength"))
    section.lacks("kind")
    section.lacks("pattern")
    kind = section.take("kind", choice(SIGNAL_KINDS), "")
    return Signal(
        kind=kind,
        pattern=section.take("pattern", lambda written: _pattern(kind, written), ""),
        strength=section.take("strength", choice(STRENGTHS), "strong"),
    )


def _pattern(kind: str, value: Plain) -> str:
    """A pattern of a kind, in lower case. One that could match anything, or never, is refused."""
    pattern = text(value).lower()
    if not kind:  # told already
        return pattern
    if len(pattern) > PATTERN_LIMIT or not pattern.isascii():
        raise UnfitError(f"must have at most {PATTERN_LIMIT} characters, all of them ASCII")
    if "*" in pattern and kind not in WILDCARD_KINDS:
        raise UnfitError(f"must not hold `*`: it has a meaning only in {', '.join(sorted(WILDCARD_KINDS))}")
    wanted = UNFIT.get(kind)
    if wanted is not None and not wanted[0](pattern):
        raise UnfitError(wanted[1])
    if sum(char.isalnum() for char in pattern) < (1 if kind in WORD_KINDS else 3):
        raise UnfitError("is too short to mean one tool")
    return pattern


def _is_trailer(pattern: str) -> bool:
    key, colon, value = pattern.partition(":")
    return bool(colon and key and value.strip()) and not key.encode().translate(None, KEY_BYTES)


UNFIT: dict[str, tuple[Callable[[str], bool], str]] = {
    "address": (lambda p: p.count("@") == 1 and not p.startswith("@"), "must be an exact address, never a domain"),
    "account": (lambda p: "@" not in p and " " not in p, "must be an account's name, without `@`"),
    "trailer": (_is_trailer, "must be `key: value`; `*` stands for any value"),
    "url": (lambda p: p.startswith(("https://", "http://")), "must begin with https://"),
    "footer": (lambda p: p[:1].isalnum(), "must begin with a letter or digit"),
    "agent": (lambda p: MODEL_WORDS.issuperset(p) and p.count(" ") < 3, "must be one to three words of a-z, 0-9"),
    "model": (lambda p: MODEL_WORDS.issuperset(p) and p.count(" ") < 3, "must be one to three words of a-z, 0-9"),
}
"""What a pattern of a kind must be, and how that is told."""
