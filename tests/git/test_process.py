"""Children: they end, they leave nothing behind, and an answer in part is no answer."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gatekeeper.git import GitError, TimeoutExceededError
from gatekeeper.git.process import Runner

if TYPE_CHECKING:
    from collections.abc import Callable

ENOUGH = 300.0
DESCRIPTORS = Path("/proc/self/fd")
OTHERS: set[int] = set()


@pytest.fixture
def shell(tmp_path: Path) -> Callable[..., Runner]:
    """A runner whose `git` is a shell: `run("-c", script)` runs the script."""

    def make(seconds: float = ENOUGH, git: str = "/bin/sh", **environment: str) -> Runner:
        return Runner(git, {"PATH": "/usr/bin:/bin", **environment}, str(tmp_path), time.monotonic() + seconds)

    return make


@pytest.fixture(autouse=True)
def _others() -> None:
    """Earlier tests may have left something in this worker that stays: a browser's driver, say."""
    OTHERS.clear()
    OTHERS.update(all_children())


def open_descriptors() -> int:
    if not DESCRIPTORS.is_dir():
        pytest.skip("no /proc")
    return len(list(DESCRIPTORS.iterdir()))


def all_children() -> set[int]:
    """Return the children of this process, ended ones that nobody asked about included."""
    found: set[int] = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it ended meanwhile, and its parent has asked
            parent = stat.read_text().rpartition(")")[2].split()[1]  # proc(5)
            if int(parent) == os.getpid():
                found.add(int(stat.parent.name))
    return found


def children() -> int:
    """How many children this process has got in this test."""
    if not DESCRIPTORS.is_dir():
        pytest.skip("no /proc")
    return len(all_children() - OTHERS)


def drain(runner: Runner, *stages: tuple[str, ...], stdin: bytes = b"") -> bytes:
    return b"".join(runner.stream(*stages, stdin=stdin))


def test_output_and_status_are_returned(shell: Callable[..., Runner]) -> None:
    assert shell().run("-c", "printf 'a\\0b'; exit 3", accept=(0, 3)) == (3, b"a\0b")


def test_an_unexpected_status_is_an_error_with_what_was_said(shell: Callable[..., Runner]) -> None:
    with pytest.raises(GitError, match=r"^`git -c echo oops >&2; exit 3` ended with 3: oops$"):
        shell().run("-c", "echo oops >&2; exit 3")
    with pytest.raises(GitError, match="ended with 4: it said nothing"):
        shell().run("-c", "exit 4", accept=(0, 1))
    with pytest.raises(GitError, match="was killed by signal 9"):
        shell().run("-c", "kill -9 $$", accept=(0, -9 + 128))


def test_what_is_said_is_cut(shell: Callable[..., Runner]) -> None:
    with pytest.raises(GitError) as caught:
        shell().run("-c", "yes x | head -c 1000000 >&2; printf '\\377' >&2; exit 1")
    assert len(str(caught.value)) < 600


def test_more_output_than_was_asked_for_is_an_error_and_the_child_is_gone(shell: Callable[..., Runner]) -> None:
    assert shell().run("-c", "printf 12345", most=5) == (0, b"12345")
    with pytest.raises(GitError, match="has more than 5 bytes to say, which is the limit"):
        shell().run("-c", "printf 123456; exec sleep 600", most=5)
    assert children() == 0


def test_nothing_but_the_given_environment_is_there(
    shell: Callable[..., Runner], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", "/elsewhere")
    _, output = shell(GIT_ONLY="this").run("-c", "exec env")
    names = {line.split("=")[0] for line in output.decode().splitlines()}
    assert names - {"PWD", "_", "SHLVL", "OLDPWD"} == {"PATH", "GIT_ONLY"}


def test_standard_input_is_what_is_given_and_nothing_otherwise(shell: Callable[..., Runner]) -> None:
    assert shell().run("-c", "cat", stdin=b"a\0b") == (0, b"a\0b")
    assert shell().run("-c", "cat") == (0, b"")


def test_large_input_and_output_cannot_block_each_other(shell: Callable[..., Runner]) -> None:
    data = os.urandom(1 << 20) * 24
    assert shell().run("-c", "cat", stdin=data) == (0, data)
    assert drain(shell(), ("-c", "cat"), ("-c", "cat"), ("-c", "cat"), stdin=data) == data


def test_a_child_that_reads_no_input_is_none_the_worse(shell: Callable[..., Runner]) -> None:
    assert shell().run("-c", "echo done", stdin=b"x" * (1 << 22)) == (0, b"done\n")


def test_no_input_is_left_where_others_could_read_it(shell: Callable[..., Runner], tmp_path: Path) -> None:
    shell().run("-c", "cat >/dev/null; echo e >&2", stdin=b"secret")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("script", ["sleep 60", "exec sleep 60 >&-", "while :; do echo x; done"])
def test_a_child_past_the_deadline_is_killed(shell: Callable[..., Runner], script: str) -> None:
    before = open_descriptors()
    with pytest.raises(TimeoutExceededError, match="the time for one push is over"):
        shell(0.3).run("-c", script)
    assert (children(), open_descriptors()) == (0, before)


def test_a_pipeline_past_the_deadline_is_killed_whole(shell: Callable[..., Runner]) -> None:
    before = open_descriptors()
    with pytest.raises(TimeoutExceededError):
        drain(shell(0.3), ("-c", "exec sleep 60"), ("-c", "exec cat"))
    assert (children(), open_descriptors()) == (0, before)


def test_nothing_is_started_in_the_time_of_another_push(shell: Callable[..., Runner]) -> None:
    with pytest.raises(TimeoutExceededError):
        shell(-1).remaining()
    with pytest.raises(TimeoutExceededError):
        shell(-1).run("-c", "echo x")
    assert children() == 0


@pytest.mark.parametrize("bad", [0, 1, 2])
def test_a_pipeline_fails_with_any_of_its_stages(shell: Callable[..., Runner], bad: int) -> None:
    stages = [("-c", "cat; echo fine")] * 3
    stages[bad] = ("-c", "cat; echo broken >&2; exit 7")
    with pytest.raises(GitError, match="ended with 7: broken"):
        drain(shell(), *stages)
    assert children() == 0


def test_all_output_comes_before_the_error(shell: Callable[..., Runner]) -> None:
    stream = iter(shell().stream(("-c", "echo part; exit 1"), ("-c", "cat")))
    assert next(stream) == b"part\n"
    with pytest.raises(GitError):
        next(stream)


def test_of_a_broken_pipe_the_stage_that_broke_it_is_told(shell: Callable[..., Runner]) -> None:
    with pytest.raises(GitError, match="ended with 5: I broke it"):
        drain(shell(), ("-c", "yes"), ("-c", "head -c 100; echo I broke it >&2; exit 5"))
    assert children() == 0


def test_a_stream_that_is_given_up_leaves_no_child(shell: Callable[..., Runner]) -> None:
    before = open_descriptors()
    stream = shell().stream(("-c", "yes"), ("-c", "exec cat"))
    assert next(iter(stream)).startswith(b"y\n")
    del stream
    assert (children(), open_descriptors()) == (0, before)


@pytest.mark.parametrize("git", ["/nonexistent/git", "/etc/passwd", "/"])
def test_a_git_that_cannot_be_started_is_an_error(shell: Callable[..., Runner], git: str) -> None:
    before = open_descriptors()
    with pytest.raises(GitError, match=f"^cannot start {git}: "):
        shell(git=git).run("version", stdin=b"x")
    with pytest.raises(GitError, match="cannot start"):
        drain(shell(git=git), ("version",), ("version",), stdin=b"x")
    assert (children(), open_descriptors()) == (0, before)


def test_a_second_stage_that_cannot_be_started_takes_the_first_with_it(shell: Callable[..., Runner]) -> None:
    before = open_descriptors()
    runner = shell()
    spawn = runner.spawn

    def once(*arguments: object) -> int:
        runner.spawn = missing  # type: ignore[method-assign, assignment]
        return spawn(*arguments)  # type: ignore[arg-type]

    def missing(*_: object) -> int:
        raise GitError("cannot start")

    runner.spawn = once  # type: ignore[method-assign, assignment]
    with pytest.raises(GitError, match="cannot start"):
        drain(runner, ("-c", "exec sleep 60"), ("-c", "cat"))
    assert (children(), open_descriptors()) == (0, before)


def test_many_runs_leave_no_descriptor_and_no_child(shell: Callable[..., Runner]) -> None:
    before = open_descriptors()
    for _ in range(200):
        runner = shell()
        runner.run("-c", "cat", stdin=b"x")
        with pytest.raises(GitError):
            runner.run("-c", "exit 1")
        drain(runner, ("-c", "echo x"), ("-c", "cat"))
    assert (children(), open_descriptors()) == (0, before)


def test_one_runner_serves_many_runs_at_once(shell: Callable[..., Runner]) -> None:
    runner = shell()
    streams = [runner.stream(("-c", "cat"), stdin=b"%d" % number) for number in range(10)]
    assert [b"".join(stream) for stream in streams] == [b"%d" % number for number in range(10)]


ECHO = 'while read -r line; do printf "%s\\nrest" "$line"; done'


def test_a_conversation_answers_before_it_is_asked_again(shell: Callable[..., Runner]) -> None:
    before = open_descriptors()
    with shell().converse("-c", ECHO) as child:
        for question in (b"one", b"two"):
            child.ask(question)
            assert child.read_line() == question
            assert (child.read(1), child.read(3)) == (b"r", b"est")
    assert (children(), open_descriptors()) == (0, before)


def test_a_conversation_that_is_left_early_leaves_no_child(shell: Callable[..., Runner]) -> None:
    before = open_descriptors()
    with shell().converse("-c", "exec sleep 60") as child:
        child.ask(b"x")
    assert (children(), open_descriptors()) == (0, before)


def test_a_child_that_ends_in_the_middle_is_an_error(shell: Callable[..., Runner]) -> None:
    before = open_descriptors()
    said = "printf half; echo enough >&2"
    with shell().converse("-c", said) as child, pytest.raises(GitError, match="ended with 0: enough"):
        child.read_line()
    with shell().converse("-c", "printf half; exit 2") as child, pytest.raises(GitError, match="ended with 2"):
        child.read(5)
    assert (children(), open_descriptors()) == (0, before)


def test_a_conversation_has_the_deadline_of_all(shell: Callable[..., Runner]) -> None:
    with shell(0.3).converse("-c", "exec sleep 60") as child, pytest.raises(TimeoutExceededError):
        child.read_line()
    assert children() == 0
