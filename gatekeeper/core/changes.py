"""What a commit changes, exactly: raw diff entries and the change digest.

No rename detection and no text patch id: those can be forged (two different changes with one id).
The digest is over old and new modes and blob ids of every path, so it stands for the bytes.
"""

from __future__ import annotations

from itertools import pairwise

from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import ChangeDigest, ObjectFormat, ObjectId
from gatekeeper.core.record import Record

CHANGE_PREFIX = b"gatekeeper change v1"
MERGE_PREFIX = b"gatekeeper merge v1"
ABSENT = "000000"
KEY_LENGTH = 32
"""Hex digits of a digest that only finds candidates; what is found is compared in full."""
BLOB_MODES = ("100644", "100755", "120000")
"""Modes of entries that are blobs: regular files and symbolic links."""

LINK_MODES = ("120000", "160000")
"""Modes of entries that can stand for a directory: symbolic links and submodules."""


class RawEntry(Record):
    """One line of `git diff-tree --raw --no-renames` (git-diff(1), "Raw output format")."""

    old_mode: str
    new_mode: str
    """Six octal digits; `000000` where the path is absent."""
    old_id: ObjectId
    new_id: ObjectId
    path: bytes


class FileStat(Record):
    """How much one file changes (git-diff(1), --numstat)."""

    path: bytes
    added: int | None
    """Lines; None for a binary file, as for `deleted`."""
    deleted: int | None

    def plus(self, other: FileStat) -> FileStat:
        """Return both together, as of two commits that change the file; binary if one of them is."""
        if self.added is None or self.deleted is None or other.added is None or other.deleted is None:
            return self.replace(added=None, deleted=None)
        return self.replace(added=self.added + other.added, deleted=self.deleted + other.deleted)


Change = tuple[RawEntry, ...]


class RepeatedPathError(ValueError):
    """A diff that names one path twice: a tree with duplicate entries."""


def make_change(entries: tuple[RawEntry, ...] | list[RawEntry]) -> Change:
    """Sort entries by path bytes.

    Raises:
        RepeatedPathError: if a path occurs twice, which only malformed trees give.
    """
    ordered = tuple(sorted(entries, key=lambda entry: entry.path))
    for left, right in pairwise(ordered):
        if left.path == right.path:
            raise RepeatedPathError(f"path {right.path!r} twice in one diff")
    return ordered


def _encode(change: Change) -> list[bytes]:
    fields: list[bytes] = []
    for entry in change:
        fields += (
            entry.old_mode.encode(),
            entry.new_mode.encode(),
            entry.old_id.encode(),
            entry.new_id.encode(),
            str(len(entry.path)).encode(),
            entry.path,
        )
    return fields


def change_digest(change: Change, object_format: ObjectFormat) -> ChangeDigest | None:
    """Return the digest of a change against one base; None for an empty change.

    SHA-256 over NUL-terminated fields: the prefix, the object format, and for each entry old mode,
    new mode, old id, new id, length of the path in decimal, path (docs/formats.md).
    """
    if not change:
        return None
    fields = [CHANGE_PREFIX, object_format.name.encode(), *_encode(change)]
    return ChangeDigest(sha256_hex(b"\0".join(fields) + b"\0"))


def merge_digest(changes: tuple[Change, ...], object_format: ObjectFormat) -> ChangeDigest:
    """Return the digest of a merge: its diffs against each parent in order, each preceded by its length."""
    fields = [MERGE_PREFIX, object_format.name.encode()]
    for change in changes:
        fields += (str(len(change)).encode(), *_encode(change))
    return ChangeDigest(sha256_hex(b"\0".join(fields) + b"\0"))


def inverse(change: Change) -> Change:
    """Return the change that takes this one back, byte for byte."""
    return tuple(
        entry.replace(old_mode=entry.new_mode, new_mode=entry.old_mode, old_id=entry.new_id, new_id=entry.old_id)
        for entry in change
    )


def paths_of(change: Change) -> tuple[bytes, ...]:
    """Return the paths, in order."""
    return tuple(entry.path for entry in change)


def ruled_paths(change: Change) -> tuple[bytes, ...]:
    """Return the paths as rules on paths see them: a symbolic link or submodule with a slash, for it is a directory."""
    return tuple(entry.path + b"/" * (entry.new_mode in LINK_MODES) for entry in change)


def paths_key(change: Change) -> str:
    """Return a digest of the set of changed paths, by which changes that might be alike are found again."""
    return sha256_hex(b"".join(entry.path + b"\0" for entry in change))[:KEY_LENGTH]


def path_key(path: bytes) -> str:
    """Return a digest of one path."""
    return sha256_hex(path)[:KEY_LENGTH]


def same_shape(one: Change, other: Change) -> bool:
    """Whether two changes have the same paths with the same modes before and after, whatever the content."""
    return [(e.path, e.old_mode, e.new_mode) for e in one] == [(e.path, e.old_mode, e.new_mode) for e in other]


def line_changes(old: bytes, new: bytes) -> tuple[dict[bytes, int], dict[bytes, int]]:
    """Return the removed and the added lines of a file, each with how often: by content, wherever they stand."""
    balance: dict[bytes, int] = {}
    for line in new.split(b"\n"):
        balance[line] = balance.get(line, 0) + 1
    for line in old.split(b"\n"):
        balance[line] = balance.get(line, 0) - 1
    return (
        {line: -count for line, count in balance.items() if count < 0},
        {line: count for line, count in balance.items() if count > 0},
    )
