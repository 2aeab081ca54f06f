"""Where policy and roster are, and their bytes as of now."""

from __future__ import annotations

import os

from gatekeeper.core.record import Record

MAX_BYTES = 8 * 1024 * 1024


class SourceError(Exception):
    """A configured file that cannot be read: which key, what is wrong, what to do."""


class Source(Record):
    """A configured file as read."""

    key: str
    """`gatekeeper.policy` or `gatekeeper.roster`."""
    label: str
    """What messages call it."""
    content: bytes
    modified: int
    """Seconds since the epoch: a version that cannot be used is younger than this says."""


def read_source(key: str, value: str | None, git_dir: str) -> Source:
    """Read a configured file; a relative path is relative to the Git directory.

    Raises:
        SourceError: if the key is unset, the file cannot be read, or it lies in a ref.
    """
    if not value:
        raise SourceError(f"{key} is not set; set it with: git config {key} FILE")
    if value.startswith("refs/"):
        raise SourceError(
            f"{key} = {value}: files on a ref are not supported by this version, because nothing guards them there yet"
        )
    path = os.path.join(git_dir, value)
    try:
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
            modified = int(os.fstat(file.fileno()).st_mtime)
    except OSError as error:
        raise SourceError(f"{key}: cannot read {path}: {error.strerror}") from None
    if len(content) > MAX_BYTES:
        raise SourceError(f"{key}: {path} is larger than {MAX_BYTES} bytes")
    return Source(key=key, label=path, content=content, modified=modified)
