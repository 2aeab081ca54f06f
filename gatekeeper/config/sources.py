"""Where policy and roster are, and of files their bytes as of now."""

from __future__ import annotations

import os

from gatekeeper.core.push import RESERVED, is_text
from gatekeeper.core.record import Record

MAX_BYTES = 8 * 1024 * 1024
ON_REF = "refs/"
"""What a value begins with that names a ref."""


class SourceError(Exception):
    """A configured policy or roster that cannot be read: which key, what is wrong, what to do."""

    hint = ""
    """The next step of who runs a command; empty: that of every such error."""


class Source(Record):
    """A policy or roster as read."""

    key: str
    """`gatekeeper.policy` or `gatekeeper.roster`."""
    label: str
    """What messages call it: a path, or `<ref>:<path>`."""
    content: bytes
    modified: int
    """Seconds since the epoch: a version that cannot be used is younger than this says. 0: never tolerated."""


class Place(Record):
    """A ref of the repository on which both policy and roster lie, as configured."""

    ref: str
    """A full name."""
    policy: str
    """A path in the ref's tree: parts with slashes between."""
    roster: str


def find_place(policy: str | None, roster: str | None) -> Place | None:
    """Return the ref on which policy and roster lie; None if they are files.

    Args:
        policy: The value of `gatekeeper.policy`: a file, or `<ref>:<path>`. None: it is not set.
        roster: The value of `gatekeeper.roster`.

    Raises:
        SourceError: if one lies on a ref and the other does not, or they cannot lie there.
    """
    values = {"gatekeeper.policy": policy or "", "gatekeeper.roster": roster or ""}
    if not any(value.startswith(ON_REF) for value in values.values()):
        return None
    for key, value in values.items():
        if not value:
            raise _unset(key)
    (ref, policy_path), (other, roster_path) = (_split(key, value) for key, value in values.items())
    if ref != other:
        raise SourceError(
            f"gatekeeper.policy = {policy} and gatekeeper.roster = {roster}: both must lie on one ref, or both in files"
        )
    return Place(ref=ref, policy=policy_path, roster=roster_path)


def _split(key: str, value: str) -> tuple[str, str]:
    """Take `<ref>:<path>` apart; the ref of a file is empty."""
    if not value.startswith(ON_REF):
        return "", value
    ref, colon, path = value.partition(":")  # no ref has a colon (git-check-ref-format(1))
    if not colon or not path.isprintable() or not {"", ".", ".."}.isdisjoint(path.split("/")):
        raise SourceError(f"{key} = {value}: it must be <ref>:<path>, such as refs/heads/gatekeeper:policy.yaml")
    if (ref + "/").lower().startswith(RESERVED) or not is_text(ref):
        raise SourceError(f"{key} = {value}: nothing can be kept on {ref}; take a name such as refs/heads/gatekeeper")
    return ref, path


def _unset(key: str) -> SourceError:
    error = SourceError(f"{key} is not set; set it with: git config {key} FILE")
    error.hint = "arm the repository with: gatekeeper install"
    return error


def read_file(key: str, value: str | None, git_dir: str) -> Source:
    """Read a configured file; a relative path is relative to the Git directory.

    Raises:
        SourceError: if the key is unset or the file cannot be read.
    """
    if not value:
        raise _unset(key)
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
