"""Child processes for a hook: git and nothing else, an environment built from scratch, one deadline.

`subprocess` would cost a hook 6 ms before it does anything (docs/decisions/0002-processes.md), and its
pipes for standard input need threads or a selector loop to be safe from deadlock. Here input comes
from a file, so reading the output to its end can never block the child.
"""

from __future__ import annotations

import os
import resource
import select
import time

from gatekeeper.git import GitError, OutputTooLargeError, TimeoutExceededError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Self

CHUNK = 1 << 20
MAX_MEMORY = 2 << 30
"""Bytes of its own, mapped packs not counted, for each child: a pack of a few kilobytes can name a billion paths, and
`git diff-tree` keeps them all before it says the first one."""
MAX_OUTPUT = 64 * 1024 * 1024
"""Bytes that are taken from one child at once: the raw diffs of half a million paths and more."""
SAFE_PATH = "/usr/local/bin:/usr/bin:/bin"


class Runner:
    """Starts git with one environment; every child must end before the deadline."""

    def __init__(self, git: str, environment: Mapping[str, str], scratch: str, deadline: float) -> None:
        """`git` is an absolute path, `scratch` a private directory, `deadline` a `time.monotonic` value."""
        self._git = git
        self._environment = dict(environment)
        self._scratch = scratch
        self._count = 0
        self._ahead: dict[tuple[tuple[str, ...], bytes], _Child] = {}
        self.deadline = deadline

    def with_share_of_time(self, share: float) -> Runner:
        """Return a runner like this one with a part of the time that is left.

        Raises:
            TimeoutExceededError: if none is.
        """
        deadline = time.monotonic() + self.remaining() * share
        return Runner(self._git, self._environment, self._scratch, deadline)

    @property
    def git_dir(self) -> str:
        """The Git directory that the children work with."""
        return self._environment["GIT_DIR"]

    def run(
        self, *arguments: str, stdin: bytes = b"", accept: Sequence[int] = (0,), most: int = MAX_OUTPUT
    ) -> tuple[int, bytes]:
        """Run `git <arguments>` to its end; return exit status and standard output.

        Raises:
            GitError: on a status that is not in `accept`, with what git said; on more than `most` bytes of output.
            TimeoutExceededError: past the deadline; the child is killed.
        """
        started = self._ahead.pop((arguments, stdin), None)
        child = started or _Child(self, arguments, self._input(stdin))
        try:
            output = b"".join(_bounded(child.read(), most, arguments[0]))
            return child.finish(accept), output
        finally:
            child.kill()

    def ahead(self, *arguments: str, stdin: bytes = b"") -> None:
        """Start `git <arguments>` now, for a later `run` of the same: it works while Python does something else."""
        self._ahead[arguments, stdin] = _Child(self, arguments, self._input(stdin))

    def abandon(self) -> None:
        """End the children that were started ahead and never asked for."""
        for child in self._ahead.values():
            os.close(child.output)
            child.kill()
        self._ahead.clear()

    def stream(self, *stages: Sequence[str], stdin: bytes = b"") -> Iterator[bytes]:
        """Run a pipeline and yield the output of its last stage in chunks.

        Raises:
            GitError: after the last chunk, if any stage failed: an answer in part is no answer.
            TimeoutExceededError: past the deadline; all children are killed.
        """
        source = self._input(stdin)
        children: list[_Child] = []
        try:
            for arguments in stages:
                children.append(_Child(self, arguments, source))
                source = children[-1].output
            yield from children[-1].read()
            # The last one first: whoever wrote to it died of a broken pipe, and that explains nothing.
            for child in reversed(children):
                child.finish((0,))
        finally:
            for child in children:
                child.kill()

    def stream_from(self, source: int, *arguments: str) -> Iterator[bytes]:
        """Run a child whose standard input is the open file `source`; yield its output as it comes.

        Raises:
            GitError: after the last chunk, if it failed.
            TimeoutExceededError: past the deadline; the child is killed.
        """
        child = _Child(self, arguments, os.dup(source))
        try:
            yield from child.read()
            child.finish((0,))
        finally:
            child.kill()

    def abreast(
        self,
        arguments: Sequence[str],
        inputs: Sequence[bytes],
        again: Callable[[int, GitError], bytes],
        patience: float,
    ) -> Iterator[tuple[int, bytes]]:
        """Run a child for each input, all at the same time; yield (index of the input, chunk of output) as they come.

        When one fails, after its last chunk, or is silent for `patience` seconds, `again` is called with its index and
        the error, and returns the input of another child in its place, or nothing; or raises.

        Raises:
            TimeoutExceededError: past the deadline; all children are killed.
        """
        running: dict[int, tuple[int, _Child]] = {}
        heard: dict[int, float] = {}
        poll = select.poll()

        def start(index: int, data: bytes) -> None:
            child = _Child(self, arguments, self._input(data))
            running[child.output] = index, child
            heard[child.output] = time.monotonic()
            poll.register(child.output, select.POLLIN)

        def end(output: int, error: GitError | None) -> None:
            poll.unregister(output)
            index, child = running.pop(output)
            os.close(output)
            child.kill()
            data = again(index, error) if error else b""
            if data:
                start(index, data)

        try:
            for index, data in enumerate(inputs):
                start(index, data)
            while running:
                for output, _ in poll.poll(min(self.remaining(), patience) * 1000):
                    index, child = running[output]
                    chunk = os.read(output, CHUNK)
                    heard[output] = time.monotonic()
                    if chunk:
                        yield index, chunk
                    else:
                        end(output, child.failure())
                for output in [each for each in running if time.monotonic() - heard[each] > patience]:
                    end(output, GitError(f"`git {arguments[0]}` was silent for {patience} seconds"))
        finally:
            for output, (_, child) in running.items():
                os.close(output)
                child.kill()

    def converse(self, *arguments: str) -> Conversation:
        """Start a child that answers each line before it reads the next."""
        return Conversation(self, arguments)

    def _input(self, data: bytes) -> int:
        """Return a descriptor from which a child reads `data`."""
        if not data:
            return os.open(os.devnull, os.O_RDONLY)
        self._count += 1
        path = f"{self._scratch}/input-{self._count}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        os.unlink(path)
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(data)
        os.lseek(descriptor, 0, os.SEEK_SET)
        return descriptor

    def spawn(self, arguments: Sequence[str], stdin: int, stdout: int, stderr: int) -> int:
        """Start a child and return its process id."""
        moves = [
            (os.POSIX_SPAWN_DUP2, stdin, 0),
            (os.POSIX_SPAWN_DUP2, stdout, 1),
            (os.POSIX_SPAWN_DUP2, stderr, 2),
        ]
        try:
            pid = os.posix_spawn(self._git, ["git", *arguments], self._environment, file_actions=moves)
        except OSError as error:
            raise GitError(f"cannot start {self._git}: {error.strerror}") from None
        if hasattr(resource, "prlimit"):  # Linux
            resource.prlimit(pid, resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))
        return pid

    def errors(self) -> int:
        """Return a descriptor of an unnamed file for a child's standard error."""
        self._count += 1
        path = f"{self._scratch}/errors-{self._count}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        os.unlink(path)
        return descriptor

    def remaining(self) -> float:
        """Return the seconds that are left.

        Raises:
            TimeoutExceededError: if none are.
        """
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutExceededError("the time for one push is over")
        return left


def _bounded(chunks: Iterator[bytes], most: int, command: str) -> Iterator[bytes]:
    """Pass on chunks of at most `most` bytes in all: a pack of a few kilobytes can name a billion paths."""
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise OutputTooLargeError(f"`git {command}` has more than {most} bytes to say, which is the limit")
        yield chunk


class _Child:
    """One running git; owns its descriptors."""

    def __init__(self, runner: Runner, arguments: Sequence[str], stdin: int) -> None:
        self._runner = runner
        self._name = " ".join(arguments[:2])
        self._errors = runner.errors()
        self.output, write_end = os.pipe()
        self._pid = 0
        try:
            self._pid = runner.spawn(arguments, stdin, write_end, self._errors)
        except BaseException:
            os.close(self.output)
            os.close(self._errors)
            raise
        finally:
            os.close(write_end)
            os.close(stdin)

    def read(self) -> Iterator[bytes]:
        """Yield output up to its end, within the deadline."""
        try:
            while chunk := self.read_some():
                yield chunk
        except BaseException:
            self.kill()
            raise
        finally:
            os.close(self.output)
            self.output = -1

    def read_some(self) -> bytes:
        """Return some output, waiting for it within the deadline; nothing at the end."""
        poll = select.poll()
        poll.register(self.output, select.POLLIN)
        while not poll.poll(self._runner.remaining() * 1000):
            pass
        return os.read(self.output, CHUNK)

    def finish(self, accept: Sequence[int]) -> int:
        """Wait for the end, which closing the output announces; return the exit status."""
        while True:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                break
            self._runner.remaining()
            time.sleep(0.0002)
        self._pid = 0
        code = os.waitstatus_to_exitcode(status)
        said = os.pread(self._errors, 400, 0).decode("utf-8", "replace").strip()
        os.close(self._errors)
        if code not in accept:
            how = f"was killed by signal {-code}" if code < 0 else f"ended with {code}"
            bound = f" (it may use {MAX_MEMORY >> 30} GiB)" if "Out of memory" in said else ""
            raise GitError(f"`git {self._name}` {how}: {said or 'it said nothing'}{bound}")
        return code

    def failure(self) -> GitError | None:
        """Wait for the end; return how it failed, if it did."""
        try:
            self.finish((0,))
        except GitError as error:
            return error
        return None

    def kill(self) -> None:
        """Kill a child that is still running, and reap it."""
        if self._pid:
            os.kill(self._pid, 9)
            os.waitpid(self._pid, 0)
            self._pid = 0
            os.close(self._errors)


class Conversation:
    """A child that is asked one short line at a time, until it is closed. A context manager: leaving it closes it."""

    def __init__(self, runner: Runner, arguments: Sequence[str]) -> None:
        """See `Runner.converse`."""
        self._runner = runner
        read_end, self._input = os.pipe()
        self._child = _Child(runner, arguments, read_end)
        self._buffer = bytearray()  # an object of many megabytes comes in pieces of 64 KiB

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the child's input and make sure that it is gone."""
        os.close(self._input)
        os.close(self._child.output)
        self._child.kill()

    def ask(self, line: bytes) -> None:
        """Send a line, which must be short enough for a pipe to take at once (PIPE_BUF)."""
        try:
            os.write(self._input, line + b"\n")
        except BrokenPipeError:
            self._child.finish(())

    def read_line(self) -> bytes:
        """Return the next line of output, without its newline."""
        while b"\n" not in self._buffer:
            self._more()
        return self.read(self._buffer.index(b"\n") + 1)[:-1]

    def read(self, size: int) -> bytes:
        """Return exactly the next `size` bytes of output."""
        while len(self._buffer) < size:
            self._more()
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    def _more(self) -> None:
        """Read what there is, within the deadline.

        Raises:
            GitError: if the child has ended, with what it said.
        """
        chunk = self._child.read_some()
        if not chunk:
            self._child.finish(())
        self._buffer += chunk
