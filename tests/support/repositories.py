"""Real repositories with made-up objects, and the engine as a hook has it: in the private Git directory."""

from __future__ import annotations

import os
import subprocess
import time
from typing import TYPE_CHECKING

from gatekeeper.core.ids import FORMATS, ObjectId
from gatekeeper.git.plumbing import Plumbing
from gatekeeper.git.private import base_environment, make_private_directory, private_environment
from gatekeeper.git.process import Runner
from tests.support.environment import require

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

ENOUGH_SECONDS = 600
IDENTITY = b"A U Thor <author@example.com> 1780000000 +0000"
Files = "Mapping[bytes, tuple[str, ObjectId]]"


class Repository:
    """A bare repository whose objects are written one by one."""

    def __init__(self, path: Path, object_format: str = "sha1") -> None:
        self.path = path
        self.format = FORMATS[object_format]
        path.mkdir(parents=True)
        self.git("init", "-q", "--bare", "-b", "main", "--template=", f"--object-format={object_format}")

    def git(self, *arguments: str, data: bytes = b"", env: Mapping[str, str] | None = None) -> bytes:
        """Run git here, which must succeed; return what it printed."""
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.path,
            env={**os.environ, **(env or {})},
            input=data,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, f"{arguments}: {done.stderr.decode('utf-8', 'replace')}"
        return done.stdout

    def write(self, kind: str, data: bytes) -> ObjectId:
        """Write an object whatever its form."""
        printed = self.git("hash-object", "-t", kind, "--literally", "-w", "--stdin", data=data)
        return ObjectId(printed.decode().strip())

    def blob(self, data: bytes) -> ObjectId:
        return self.write("blob", data)

    def raw_tree(self, entries: Sequence[tuple[str, bytes, ObjectId]]) -> ObjectId:
        """Write one tree object with exactly these entries, in this order."""
        raw = b"".join(
            mode.encode() + b" " + name + b"\0" + bytes.fromhex(object_id) for mode, name, object_id in entries
        )
        return self.write("tree", raw)

    def tree(self, files: Mapping[bytes, bytes | tuple[str, ObjectId]]) -> ObjectId:
        """Write the tree of paths: contents, or (mode, id)."""
        top: dict[bytes, bytes | tuple[str, ObjectId]] = {}
        below: dict[bytes, dict[bytes, bytes | tuple[str, ObjectId]]] = {}
        for path, content in files.items():
            head, slash, rest = path.partition(b"/")
            if slash:
                below.setdefault(head, {})[rest] = content
            else:
                top[head] = content
        entries = [
            ("100644", name, self.blob(content)) if isinstance(content, bytes) else (content[0], name, content[1])
            for name, content in top.items()
        ]
        entries += [("40000", name, self.tree(inner)) for name, inner in below.items()]
        entries.sort(key=lambda entry: entry[1] + (b"/" if entry[0] == "40000" else b""))
        return self.raw_tree(entries)

    def commit(
        self,
        files: Mapping[bytes, bytes | tuple[str, ObjectId]] | ObjectId,
        *parents: ObjectId,
        message: bytes = b"message\n",
        time: int = 1_780_000_000,
    ) -> ObjectId:
        """Write a commit of files, or of a tree."""
        tree = files if isinstance(files, str) else self.tree(files)
        who = b"A U Thor <author@example.com> %d +0000" % time
        lines = [b"tree " + tree.encode(), *(b"parent " + parent.encode() for parent in parents)]
        lines += [b"author " + who, b"committer " + who, b"", message]
        return self.write("commit", b"\n".join(lines))

    def set_ref(self, name: str, target: str) -> None:
        self.git("update-ref", name, target)

    def runner(self, scratch: Path, seconds: float = ENOUGH_SECONDS) -> Runner:
        """Run git with the repository's own Git directory, as for refs and configuration."""
        environment = {**base_environment(os.environ["PATH"]), "GIT_DIR": str(self.path)}
        scratch.mkdir(parents=True, exist_ok=True)
        return Runner(require("git"), environment, str(scratch), time.monotonic() + seconds)

    def engine(self, scratch: Path, object_limit: int = 1 << 26, objects: Sequence[str] = ()) -> Plumbing:
        """The engine of a hook: nothing of the repository but its objects."""
        scratch.mkdir(parents=True, exist_ok=True)
        private = str(scratch / "git")
        if not (scratch / "git").is_dir():
            private = make_private_directory(str(scratch), self.format)
        environment = private_environment(os.environ["PATH"], private, objects or [f"{self.path}/objects"])
        runner = Runner(require("git"), environment, str(scratch), time.monotonic() + ENOUGH_SECONDS)
        return Plumbing(runner, self.format, object_limit)
