"""Commits of our own in the private Git directory: they give Git trees to merge (gitformat, loose objects)."""

from __future__ import annotations

import os
import zlib
from hashlib import sha1, sha256

from gatekeeper.core.ids import ObjectFormat, ObjectId

ALGORITHMS = {"sha1": sha1, "sha256": sha256}
NOBODY = b"gatekeeper <> 0 +0000"


def write_commit(git_dir: str, object_format: ObjectFormat, tree: str, parent: str = "") -> ObjectId:
    """Write a commit of a tree as a loose object, unless it is there; return its id."""
    parents = f"parent {parent}\n" if parent else ""
    body = f"tree {tree}\n{parents}".encode() + b"author " + NOBODY + b"\ncommitter " + NOBODY + b"\n\n"
    data = b"commit %d\0" % len(body) + body
    name = ALGORITHMS[object_format.name](data, usedforsecurity=False).hexdigest()
    directory = f"{git_dir}/objects/{name[:2]}"
    path = f"{directory}/{name[2:]}"
    if not os.path.exists(path):
        os.makedirs(directory, exist_ok=True)
        with open(path, "wb") as file:
            file.write(zlib.compress(data))
    return ObjectId(name)
