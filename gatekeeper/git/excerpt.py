"""The objects that show what a commit changes, and no more of the repository than that.

Git compares two trees from the top and goes down only where they differ, so the trees on the way to what changed are
all that `git diff-tree` reads. Who has them can compute the change again without the repository.
"""

from __future__ import annotations

from gatekeeper.core.ids import ObjectId
from gatekeeper.git import Engine, GitError, RawObject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    Pair = tuple[str | None, str | None]

DIRECTORY, SUBMODULE = b"40000", b"160000"


class Excerpt:
    """Gathers the objects of several changes, each once."""

    def __init__(self, engine: Engine) -> None:
        """Read through an engine; what is yielded once is not yielded again."""
        self._engine = engine
        self._seen: set[str] = set()
        self.missing: list[ObjectId] = []
        """Commits that were asked for, and that the repository does not have any more."""

    def commits(self, ids: Sequence[ObjectId]) -> Iterator[RawObject]:
        """Yield commits that were not yielded before, and note the missing ones."""
        for raw in self._engine.objects(self._new(ids)):
            if raw.kind == "commit":
                yield raw
            else:
                self.missing.append(ObjectId(raw.id))

    def trees(self, pairs: Sequence[Pair], blobs: set[str] | None = None) -> Iterator[RawObject]:
        """Yield the trees that say how pairs of trees differ.

        Args:
            pairs: Ids of the trees before and after; None: there is none.
            blobs: Is given the ids of the files in which they differ; None: nobody wants them.

        Raises:
            GitError: if one of them is missing.
        """
        while pairs:
            level = [tree for pair in pairs for tree in pair if tree is not None]
            read = {raw.id: raw for raw in self._engine.objects(list(dict.fromkeys(level)))}
            for raw in read.values():
                if raw.kind != "tree":
                    raise GitError(f"the repository has no tree {raw.id}")
                if raw.id not in self._seen:
                    self._seen.add(raw.id)
                    yield raw
            # Each pair once: a tree that names one subtree many times, again and again, has more paths than atoms.
            pairs = list(dict.fromkeys(below for pair in pairs for below in self._below(pair, read, blobs)))

    def files(self, blobs: set[str], most: int) -> Iterator[RawObject]:
        """Yield the files that were not yielded before and have at most `most` bytes."""
        wanted = self._new(sorted(blobs))
        sizes = zip(wanted, self._engine.kinds(wanted), strict=True)
        yield from self._engine.objects([blob for blob, (_, kind, size) in sizes if kind == "blob" and size <= most])

    def _new(self, ids: Sequence[str]) -> list[str]:
        found = [each for each in dict.fromkeys(ids) if each not in self._seen]
        self._seen.update(found)
        return found

    def _below(self, pair: Pair, read: dict[str, RawObject], blobs: set[str] | None) -> list[Pair]:
        """Return the pairs of subtrees that differ in a pair of trees."""
        before, after = (self._entries(read[tree].data) if tree else {} for tree in pair)
        pairs: list[Pair] = []
        for name in {**before, **after}:
            one, other = before.get(name), after.get(name)
            if one != other:
                pairs.append((_tree(one), _tree(other)))
                if blobs is not None:
                    blobs.update(entry[1] for entry in (one, other) if entry and entry[0] not in (DIRECTORY, SUBMODULE))
        return [pair for pair in pairs if pair[0] != pair[1]]

    def _entries(self, raw: bytes) -> dict[bytes, tuple[bytes, str]]:
        """Return the entries of a raw tree: name -> mode and id."""
        length = self._engine.object_format.raw_length
        entries: dict[bytes, tuple[bytes, str]] = {}
        position = 0
        while position < len(raw):
            end = raw.index(b"\0", position)
            mode, _, name = raw[position:end].partition(b" ")
            entries[name] = mode.lstrip(b"0"), raw[end + 1 : end + 1 + length].hex()
            position = end + 1 + length
        return entries


def _tree(entry: tuple[bytes, str] | None) -> str | None:
    return entry[1] if entry and entry[0] == DIRECTORY else None
