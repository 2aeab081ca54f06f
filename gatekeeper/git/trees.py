"""One path in a tree, read entry by entry: what Git itself follows (a symbolic link) or hides (a mode) is seen."""

from __future__ import annotations

from gatekeeper.core.ids import ObjectId
from gatekeeper.core.record import Record
from gatekeeper.core.trees import MalformedTreeError, check_tree
from gatekeeper.git import GitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatekeeper.git import Engine

TREE = "40000"
KINDS = {
    TREE: "a directory",
    "120000": "a symbolic link",
    "160000": "a submodule",
    "100644": "a regular file",
    "100755": "a regular file",
}
"""What the modes mean that Git writes (git-fast-import(1), "filemodify"). Any other is nothing that we know."""


class TreeEntry(Record):
    """What a tree has at a path."""

    mode: str
    """As written in the tree: octal digits without a leading zero."""
    id: ObjectId

    @property
    def kind(self) -> str:
        """What it is, in words."""
        return KINDS.get(self.mode, f"of mode {self.mode}")

    @property
    def is_regular(self) -> bool:
        """Whether it is a regular file."""
        return self.kind == "a regular file"


def find(engine: Engine, tree: ObjectId, path: str) -> TreeEntry | None:
    """Return what is at a path (slashes between the parts); None if nothing is.

    Raises:
        GitError: if a tree on the way is absent or malformed.
    """
    entry = TreeEntry(mode=TREE, id=tree)
    for part in path.encode("utf-8", "surrogateescape").split(b"/"):
        if entry.mode != TREE:
            return None
        (raw,) = engine.objects([entry.id])
        if raw.kind != "tree":
            raise GitError(f"the tree {entry.id} is {raw.kind}")
        try:
            check_tree(raw.data, engine.object_format.raw_length)
        except MalformedTreeError as error:
            raise GitError(f"the tree {entry.id} is malformed: {error}") from None
        found = _entries(raw.data, engine.object_format.raw_length).get(part)
        if found is None:
            return None
        entry = found
    return entry


def _entries(data: bytes, raw_length: int) -> dict[bytes, TreeEntry]:
    """Parse a well-formed tree: `mode SP name NUL` and a raw id, again and again."""
    entries: dict[bytes, TreeEntry] = {}
    position = 0
    while position < len(data):
        end = data.find(b"\0", position)
        mode, _, name = data[position:end].partition(b" ")
        position = end + 1 + raw_length
        entries[name] = TreeEntry(mode=mode.decode("latin-1"), id=ObjectId(data[end + 1 : position].hex()))
    return entries
