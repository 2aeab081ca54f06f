"""One `git cat-file` for all the short questions of a push: started ahead, answered one at a time."""

from __future__ import annotations

from gatekeeper.git import GitError, ObjectTooLargeError, RawObject

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from gatekeeper.git.process import Conversation, Runner

COMMAND = ("cat-file", "--batch-command")
"""Without `--buffer` each answer is written at once (git-cat-file(1); since 2.36)."""


class Reader:
    """Asks for objects by full id, or by names that gatekeeper builds. A context manager: leaving it ends the child."""

    def __init__(self, runner: Runner) -> None:
        """Start the child."""
        self._child: Conversation | None = runner.converse(*COMMAND)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the child."""
        self.close()

    def close(self) -> None:
        """End the child; a second time does nothing."""
        if self._child is not None:
            self._child.close()
            self._child = None

    @property
    def usable(self) -> bool:
        """Whether it can be asked: after an error it cannot, for the next answer would be the rest of this one."""
        return self._child is not None

    def kind(self, name: str) -> tuple[str, str, int]:
        """Return (id, type, size) of an object; (name, `missing`, 0) if it is absent.

        Raises:
            GitError: for any other answer.
        """
        _, answer = self._ask("info", name)
        return answer

    def object(self, name: str, limit: int) -> RawObject:
        """Return an object whole; of kind `missing` if it is absent.

        Raises:
            ObjectTooLargeError: if it has more than `limit` bytes.
            GitError: for any other answer.
        """
        child, (found, kind, size) = self._ask("contents", name)
        if kind == "missing":
            return RawObject(id=name, kind=kind)
        if size > limit:
            self.close()
            raise ObjectTooLargeError(f"{kind} {found} has {size} bytes; the limit is {limit}")
        data = child.read(size)
        child.read(1)  # the newline after each object
        return RawObject(id=found, kind=kind, data=data)

    def _ask(self, command: str, name: str) -> tuple[Conversation, tuple[str, str, int]]:
        child = self._child
        if child is None:
            raise GitError("`git cat-file` was asked after it had failed")
        child.ask(f"{command} {name}".encode())
        line = child.read_line().decode("latin-1")
        words = line.split(" ")
        if line == f"{name} missing":
            return child, (name, "missing", 0)
        if len(words) != 3 or not words[2].isdigit():
            self.close()
            raise GitError(f"`git cat-file` answered {line[:100]!r} about {name}")
        return child, (words[0], words[1], int(words[2]))
