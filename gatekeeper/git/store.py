"""The store: sign-offs as files of a tree, in `refs/gatekeeper/signoffs` (DESIGN.md section 6)."""

from __future__ import annotations

from gatekeeper.core.changes import ABSENT, Change
from gatekeeper.core.ids import HEX, ObjectId, StatementId
from gatekeeper.core.push import SIGNOFFS
from gatekeeper.core.record import Record
from gatekeeper.core.signoff import MAX_ENVELOPE, store_directory
from gatekeeper.git import Engine, GitError, ObjectTooLargeError, RawObject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gatekeeper.git.process import Runner

REGULAR = "100644"
MAX_UPDATE = 64 * 1024 * 1024
"""Bytes of all the envelopes that one update may add."""
COMMITTER = "gatekeeper <gatekeeper@localhost>"
"""Of the store's own commits. Who signed is in the sign-offs; who wrote the store proves nothing."""


class BadStoreError(Exception):
    """An update of the store that may not be: where, and what is wrong."""


class Addition(Record):
    """One envelope that an update of the store adds."""

    statement: StatementId
    """As the file name says."""
    commits: tuple[ObjectId, ...]
    """The commits under which it is filed."""
    blob: ObjectId
    envelope: bytes


def read_additions(engine: Engine, old: ObjectId | None, new: ObjectId, limit: int) -> list[Addition]:
    """Return what the update from `old` (None: no store yet) to `new` adds.

    Raises:
        BadStoreError: unless it only adds, and only regular files of the right names and sizes.
    """
    if old is not None and not engine.is_ancestor(old, new):
        raise BadStoreError("it does not build on the server's store; fetch and merge, or let gatekeeper push it")
    filed: dict[StatementId, list[ObjectId]] = {}
    blobs: dict[StatementId, ObjectId] = {}
    for entry in _difference(engine, old, new):
        if entry.old_mode != ABSENT:
            raise BadStoreError(f"the store only grows, and it changes or removes {_shown(entry.path)}")
        if entry.new_mode != REGULAR:
            raise BadStoreError(f"no regular file: {_shown(entry.path)}")
        commit, statement = _parse_path(entry.path, engine.object_format.hex_length)
        filed.setdefault(statement, []).append(commit)
        if blobs.setdefault(statement, entry.new_id) != entry.new_id:
            raise BadStoreError(f"two contents for one sign-off: {statement}")
    if len(filed) > limit:
        raise BadStoreError(f"it adds {len(filed)} sign-offs; the limit is {limit} (limits.signoffs)")
    contents: list[RawObject] = []
    size = 0
    try:
        for raw in engine.objects(list(blobs.values()), MAX_ENVELOPE):
            size += len(raw.data)
            if size > MAX_UPDATE:
                raise BadStoreError(f"it adds more than {MAX_UPDATE} bytes")
            contents.append(raw)
    except ObjectTooLargeError as error:
        raise BadStoreError(f"no envelope: {error}") from None
    if any(raw.kind != "blob" for raw in contents):
        raise BadStoreError("a sign-off is no blob")
    return [
        Addition(statement=statement, commits=tuple(filed[statement]), blob=blobs[statement], envelope=raw.data)
        for statement, raw in zip(filed, contents, strict=True)
    ]


def _difference(engine: Engine, old: ObjectId | None, new: ObjectId) -> Change:
    """Return what changes between two stores, or from none to the first one."""
    if old is not None:
        if engine.kinds([new])[0][1] != "commit":
            raise BadStoreError("it must be a commit")
        return engine.changes([(new, old)])[0]
    # A tree or a tag would do for reading, but nothing could ever be built on it.
    (_, kind, _), (tree, _, _) = engine.kinds([new, f"{new}^{{tree}}"])
    if kind != "commit" or tree is None:
        raise BadStoreError("it is no commit with a tree")
    return engine.changes([(engine.object_format.empty_tree, tree)])[0]


def _parse_path(path: bytes, hex_length: int) -> tuple[ObjectId, StatementId]:
    """Take `commits/<aa>/<bb>/<rest>/<statement>.json` apart."""
    parts = path.decode("latin-1").split("/")
    if len(parts) == 5 and parts[0] == "commits" and parts[4].endswith(".json"):
        commit, statement = "".join(parts[1:4]), parts[4].removesuffix(".json")
        right = (len(parts[1]), len(parts[2]), len(commit), len(statement)) == (2, 2, hex_length, 64)
        if right and HEX.issuperset(commit + statement):
            return ObjectId(commit), StatementId(statement)
    raise BadStoreError(f"no place of the store: {_shown(path)}")


def _shown(path: bytes) -> str:
    return ascii(path.decode("latin-1"))[:200]


def read_about(engine: Engine, store: ObjectId, commits: Sequence[ObjectId]) -> dict[ObjectId, list[bytes]]:
    """Return the envelopes that a store holds about commits: what a clone reads, without any index."""
    names = [f"{store}:{store_directory(commit)}" for commit in commits]
    blobs: list[tuple[ObjectId, ObjectId]] = []
    for commit, raw in zip(commits, engine.objects(names), strict=True):
        if raw.kind == "tree":
            blobs += [(commit, blob) for blob in _tree_blobs(raw.data, engine.object_format.raw_length)]
    found: dict[ObjectId, list[bytes]] = {}
    for (commit, blob), raw in zip(blobs, engine.objects([blob for _, blob in blobs]), strict=True):
        if raw.kind != "blob":
            raise GitError(f"the store lacks the envelope {blob}")
        found.setdefault(commit, []).append(raw.data)
    return found


def find_statements(engine: Engine, store: ObjectId, prefix: str) -> list[bytes]:
    """Return the envelopes that a store holds under a statement id that begins with `prefix`, each once.

    Without an index by statement it reads every name, half a second for 100,000 sign-offs.
    """
    change = engine.changes([(engine.object_format.empty_tree, _tree_of(engine, store))])[0]
    found = {
        name: entry.new_id
        for entry in change
        if (name := entry.path.rpartition(b"/")[2]).startswith(prefix.encode()) and entry.new_mode == REGULAR
    }
    return [raw.data for raw in engine.objects(list(found.values())) if raw.kind == "blob"]


def _tree_blobs(data: bytes, raw_length: int) -> list[ObjectId]:
    """Return the blobs of a raw tree: `mode SP name NUL` and a raw id, again and again."""
    blobs: list[ObjectId] = []
    position = 0
    while position < len(data):
        end = data.find(b"\0", position)
        raw = data[end + 1 : end + 1 + raw_length]
        if end < 0 or len(raw) != raw_length:
            raise GitError("the store holds a malformed tree")
        if data[position:end].startswith(REGULAR.encode() + b" "):
            blobs.append(ObjectId(raw.hex()))
        position = end + 1 + raw_length
    return blobs


def write_store(
    runner: Runner,
    *,
    onto: ObjectId | None,
    merging: ObjectId | None,
    files: Mapping[str, bytes | ObjectId],
    now: int,
    message: str,
    ref: str = SIGNOFFS,
) -> None:
    """Commit files to a store with one `git fast-import`; `ref` moves only if nobody else moved it.

    `files` maps a path to the content, or to the id of a blob that the repository has.

    Raises:
        GitError: if the ref has moved, or Git cannot write.
    """
    lines: list[bytes] = [b"feature done\n"]
    marks: dict[bytes, int] = {}
    for content in files.values():
        if isinstance(content, bytes) and content not in marks:
            marks[content] = len(marks) + 1
            lines.append(b"blob\nmark :%d\ndata %d\n%s\n" % (marks[content], len(content), content))
    text = message.encode()
    lines.append(
        b"commit %s\ncommitter %s %d +0000\ndata %d\n%s\n" % (ref.encode(), COMMITTER.encode(), now, len(text), text)
    )
    if onto:
        lines.append(f"from {onto}\n".encode())
    if merging:
        lines.append(f"merge {merging}\n".encode())
    for path, content in files.items():
        name = f":{marks[content]}" if isinstance(content, bytes) else content
        lines.append(f"M {REGULAR} {name} {path}\n".encode())
    runner.run("fast-import", "--quiet", "--done", stdin=b"".join([*lines, b"\ndone\n"]))


def read_tree_files(engine: Engine, commit: ObjectId) -> dict[str, bytes]:
    """Return the files at the top of a commit's tree, by name: the form of `refs/gatekeeper/published`."""
    change = engine.changes([(engine.object_format.empty_tree, _tree_of(engine, commit))])[0]
    blobs = {entry.path.decode("utf-8", "replace"): entry.new_id for entry in change}
    contents = engine.objects(list(blobs.values()))
    return {name: raw.data for name, raw in zip(blobs, contents, strict=True)}


def _tree_of(engine: Engine, commit: ObjectId) -> ObjectId:
    (tree, kind, _size), *_ = engine.kinds([f"{commit}^{{tree}}"])
    if tree is None or kind != "tree":
        raise GitError(f"{commit} leads to no tree")
    return tree
