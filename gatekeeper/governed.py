"""Policy and roster on a ref of the repository itself: which version is in force, and its bytes.

What is read is what the ref was before the push, and only if the ledger explains it.
"""

from __future__ import annotations

from gatekeeper.config.in_force import InForce, load_in_force
from gatekeeper.config.sources import MAX_BYTES, Place, Source, SourceError
from gatekeeper.core.governance import Governed
from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.reasons import Reason, reason
from gatekeeper.git import Engine, ObjectTooLargeError, Ref
from gatekeeper.git.trees import TreeEntry, find
from gatekeeper.ledger import Ledger
from gatekeeper.reconciling import compare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gatekeeper.config.cache import CompiledCache

ATTEMPTS = 3
"""How often ref and ledger are read again because a push landed between the two."""


class UnfitFileError(Exception):
    """What is at a governed path cannot be a policy or roster."""

    def __init__(self, path: str, what: str) -> None:
        """Keep the path, and what is there instead of a regular file: words that continue `it is`."""
        super().__init__(f"{path} must be a regular file, and it is {what}")
        self.path = path
        self.what = what


def load_governed(
    place: Place,
    *,
    refs: Callable[[Sequence[str]], Mapping[str, Ref]],
    engine: Engine,
    ledger: Ledger | None,
    cache: CompiledCache | None,
    now: Timestamp,
) -> InForce:
    """Load policy and roster from a ref.

    If the ref was changed outside the gate, the version that the ledger last knew there is loaded, so that it is
    known what is protected; `governed.moved` says that nothing protected can be decided by it.

    Args:
        place: Where they lie.
        refs: Reads refs as they are.
        engine: Reads objects.
        ledger: None: the ref is believed as it is, as before there is a ledger.
        cache: See `load_in_force`.
        now: The time of the judgement.

    Raises:
        SourceError: if the ref is absent or not explained, or has no such files.
        ConfigurationError: if they cannot be used. There is no tolerance: such a version cannot be pushed.
        GitError, LedgerError: when Git or the ledger does not answer.
    """
    name, found = _explained(place, refs, engine, ledger, now)
    governed = Governed(ref=name, policy=place.policy, roster=place.roster, commit=found[0], found=found[1])
    if not governed.commit.strip("0"):
        if not governed.moved:
            raise SourceError(f"{place.ref} does not exist, and gatekeeper.policy and gatekeeper.roster lie on it")
        raise SourceError(
            f"{name} holds policy and roster, and came there outside the gate; the server's owner can accept it "
            f"with `gatekeeper baseline add {name}`"
        )
    try:
        contents = read_contents(engine, governed.commit, governed.paths)
    except UnfitFileError as error:
        raise SourceError(f"{name}: {error}") from None
    policy, roster = sources(governed, contents)
    force = load_in_force(policy, roster, cache=cache, last_good=None, now=now)
    return force.replace(governed=governed)


def sources(governed: Governed, contents: Sequence[bytes]) -> tuple[Source, Source]:
    """Return policy and roster as sources, from their contents in this order."""
    policy, roster = (
        Source(key=f"gatekeeper.{name}", label=f"{governed.ref}:{path}", content=content, modified=0)
        for name, path, content in zip(("policy", "roster"), governed.paths, contents, strict=True)
    )
    return policy, roster


def too_few_administrators(force: InForce, now: Timestamp) -> tuple[Reason, ...]:
    """Say that a policy and a roster leave too few people who could ever change them."""
    asked = force.policy.governors
    able = len(asked.able(force.roster, now))
    return () if able >= asked.signoffs else (reason("governed-administrators", needed=asked.signoffs, able=able),)


def _explained(
    place: Place,
    refs: Callable[[Sequence[str]], Mapping[str, Ref]],
    engine: Engine,
    ledger: Ledger | None,
    now: Timestamp,
) -> tuple[str, tuple[ObjectId, ObjectId]]:
    """Return the ref that is really meant, and (what is in force there, what it is)."""
    zero = engine.object_format.zero
    found = refs([place.ref])[place.ref]
    for _ in range(ATTEMPTS):
        name, target = found.resolves_to, found.target
        comparison = compare(ledger, {name: target}, zero, now) if ledger else None
        if comparison is None or not comparison.unexplained:
            return name, (target, target)
        found = refs([place.ref])[place.ref]
        if found.target == target:
            ((_, expected, _),) = comparison.unexplained
            return name, (expected, target)
    raise SourceError(f"{place.ref} holds policy and roster, and moves all the time; push again")


def read_entries(engine: Engine, commit: ObjectId, paths: Sequence[str]) -> list[TreeEntry]:
    """Return what a commit's tree has at governed paths.

    Raises:
        UnfitFileError: at the first one that is no regular file. Symbolic links are not followed.
        GitError: if the commit cannot be read.
    """
    (_, kind, _), (tree, _, _) = engine.kinds([commit, f"{commit}^{{tree}}"])
    if kind != "commit" or tree is None:
        raise UnfitFileError(paths[0], f"not there, for {commit} is no commit")
    entries: list[TreeEntry] = []
    for path in paths:
        entry = find(engine, tree, path)
        if entry is None or not entry.is_regular:
            raise UnfitFileError(path, entry.kind if entry else "not there")
        entries.append(entry)
    return entries


def read_contents(engine: Engine, commit: ObjectId, paths: Sequence[str]) -> list[bytes]:
    """Return the contents of the governed files of a commit.

    Raises:
        UnfitFileError: as `read_entries`, and for a file that is absent or larger than can be read.
        GitError: if the commit cannot be read.
    """
    contents: list[bytes] = []
    for path, entry in zip(paths, read_entries(engine, commit, paths), strict=True):
        try:
            (raw,) = engine.objects([entry.id], MAX_BYTES)
        except ObjectTooLargeError:
            raise UnfitFileError(path, f"larger than {MAX_BYTES} bytes") from None
        if raw.kind != "blob":
            raise UnfitFileError(path, "lost")
        contents.append(raw.data)
    return contents
