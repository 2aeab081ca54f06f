"""What the ledger notes of every push, to any ref and whether accepted or not (DESIGN.md section 7, "Memory").

Of commits with a mark or a sign-off: what they change, by which they are found again. Of branches with such commits:
what the branch changes as a whole, and later versions of the files.
"""

from __future__ import annotations

from gatekeeper.bench import UnjudgeableError
from gatekeeper.core.attestation import Attestation
from gatekeeper.core.changes import change_digest, paths_key
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.reasons import reason
from gatekeeper.core.record import Record
from gatekeeper.git import Engine
from gatekeeper.remembering import Brought, is_new_blob

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any


class Piece(Record):
    """One commit, as far as memory is concerned."""

    commit: ObjectId
    brought: Brought
    assisted: bool
    signed: bool
    """Whether there is a statement about it."""
    tools: tuple[str, ...]
    author_line: str
    """SHA-256 of the raw author header."""


class Span(Record):
    """What a range changes as a whole."""

    base: ObjectId
    head: ObjectId
    root: str
    """A marked commit of it; empty if there is none."""


class Noted(Record):
    """What goes into the entry of the push; plain data, as docs/formats.md has it."""

    seen: tuple[Mapping[str, Any], ...] = ()
    ranges: tuple[Mapping[str, Any], ...] = ()
    versions: tuple[tuple[str, str, str], ...] = ()
    """(blob, key of its path, marked commit)."""
    in_flight: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()
    """(unprotected ref, (key of a path, marked commit)s); nothing behind a ref: it was deleted."""
    attested: tuple[Attestation, ...] = ()
    """What was pushed beside commits."""


class Noter:
    """Notes with one engine; `new_to_server` says which objects only the push brings."""

    def __init__(
        self, engine: Engine, new_to_server: Callable[[Sequence[ObjectId]], frozenset[ObjectId]], limit: int
    ) -> None:
        """Note at most `limit` files of marked commits."""
        self._engine = engine
        self._new_to_server = new_to_server
        self._limit = limit

    def commits(self, pieces: Sequence[Piece]) -> tuple[dict[str, Any], ...]:
        """Return what is noted of commits with a mark or a statement.

        Raises:
            UnjudgeableError: if they bring more files than the limit.
        """
        wanted = [piece for piece in pieces if piece.assisted or piece.signed]
        blobs = list(dict.fromkeys(blob for piece in wanted if piece.assisted for blob, _ in piece.brought.files))
        check_bound(sum(len(piece.brought.files) for piece in wanted if piece.assisted), self._limit)
        new = self._new_to_server([ObjectId(name) for name in (*blobs, *(piece.commit for piece in wanted))])
        found: list[dict[str, Any]] = []
        for piece in wanted:
            files = [[blob, path, int(blob in new)] for blob, path in piece.brought.files] if piece.assisted else []
            found.append(
                {
                    "id": piece.commit,
                    "change": piece.brought.change if piece.brought.paths else "",
                    "paths": piece.brought.paths,
                    "assisted": piece.assisted,
                    "tools": list(piece.tools),
                    "author_line": piece.author_line,
                    # What only deletes brings no bytes: then the commit itself must be new.
                    "first": any(first for _, _, first in files) if files else piece.commit in new,
                    "files": files,
                }
            )
        return tuple(found)

    def ranges(self, spans: Sequence[Span]) -> tuple[dict[str, Any], ...]:
        """Return what is noted of ranges whose ends exist; a range that changes nothing is left out."""
        trees = [f"{name}^{{tree}}" for span in spans for name in (span.base, span.head)]
        ids = [tree for tree, _, _ in self._engine.kinds(trees)]
        pairs = [
            (span, str(base), str(head))
            for span, base, head in zip(spans, ids[::2], ids[1::2], strict=True)
            if base and head
        ]
        changes = self._engine.changes([(base, head) for _, base, head in pairs])
        blobs = [[entry.new_id for entry in change if is_new_blob(entry)] for change in changes]
        heads = [span.head for span, _, _ in pairs]
        new = self._new_to_server(list(dict.fromkeys([*heads, *(blob for each in blobs for blob in each)])))
        return tuple(
            {
                "base": span.base,
                "head": span.head,
                "change": change_digest(change, self._engine.object_format),
                "paths": paths_key(change),
                "root": span.root,
                # As of commits: who only arranges bytes that are here already marks nobody's work.
                "first": any(blob in new for blob in brought) if brought else span.head in new,
            }
            for (span, _, _), change, brought in zip(pairs, changes, blobs, strict=True)
            if change
        )


def versions(
    pieces: Sequence[Piece], flying: Mapping[str, ObjectId], limit: int
) -> tuple[list[tuple[str, str, str]], dict[str, ObjectId]]:
    """Return later versions of marked files, and the paths in flight after `pieces` (parents first).

    `flying` are the paths that marked commits of the branch changed before.

    Raises:
        UnjudgeableError: if there are more versions, or more paths that were not in flight before, than the limit.
    """
    found: list[tuple[str, str, str]] = []
    now = dict(flying)
    for piece in pieces:
        if piece.assisted:
            now.update(dict.fromkeys(piece.brought.touched, piece.commit))
        else:
            found += [(blob, path, str(now[path])) for blob, path in piece.brought.files if path in now]
        check_bound(max(len(found), len(now) - len(flying)), limit)
    return found, now


def check_bound(count: int, limit: int) -> None:
    """Refuse to note more of one push than the limit.

    Raises:
        UnjudgeableError: if it is more.
    """
    if count > limit:
        raise UnjudgeableError(reason("too-many-files", limit=limit))
