"""Histories for figures: bare repositories made by one `git fast-import`, so that thousands of commits cost little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.repositories import Repository

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

START = 1_780_000_000
DAY = 86_400
MARK = "Assisted-by: Claude"


class History:
    """A bare repository that grows commit by commit; nothing is there before `write`."""

    def __init__(self, path: Path, object_format: str = "sha1") -> None:
        self.repository = Repository(path, object_format)
        self.path = path
        self._stream: list[bytes] = []
        self._count = 0

    def commit(
        self,
        files: Mapping[bytes | str, bytes | str | None],
        message: bytes | str = "Change",
        *,
        day: int = 0,
        parents: Sequence[int] | None = None,
        author: bytes | str = "A U Thor <author@example.com>",
        ref: str = "refs/heads/main",
        when: int | None = None,
    ) -> int:
        """Add a commit on top of the last one, or of `parents`; None takes a file away. Return its number, from 1."""
        self._count += 1
        if parents is None:
            parents = [self._count - 1] if self._count > 1 else []
        text = _bytes(message)
        time = START + day * DAY if when is None else when
        who = _bytes(author)
        out = [b"commit %s" % ref.encode(), b"mark :%d" % self._count]
        out += [b"%s %s %d +0000" % (role, who, time) for role in (b"author", b"committer")]
        out += [b"data %d" % len(text), text]
        out += [b"%s :%d" % (b"merge" if index else b"from", parent) for index, parent in enumerate(parents)]
        for path, content in files.items():
            name = b'"%s"' % b"".join(b"\\%03o" % byte for byte in _bytes(path))
            if content is None:
                out.append(b"D " + name)
            else:
                data = _bytes(content)
                out += [b"M 100644 inline " + name, b"data %d" % len(data), data]
        self._stream += [*out, b""]
        return self._count

    def write(self) -> list[str]:
        """Make the repository; return the ids of the commits, the first at index 0."""
        marks = self.path / "marks"
        self.repository.git(
            "fast-import", "--quiet", "--force", f"--export-marks={marks}", data=b"\n".join([*self._stream, b""])
        )
        found = dict(line.split(" ") for line in marks.read_text().splitlines())
        marks.unlink()
        return [found[f":{number}"] for number in range(1, self._count + 1)]


def _bytes(text: bytes | str) -> bytes:
    return text if isinstance(text, bytes) else text.encode()
