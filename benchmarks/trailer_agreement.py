"""Compare `parse_trailers` with `git interpret-trailers --parse` on every commit of a real repository.

    python benchmarks/trailer_agreement.py REPOSITORY [--limit COMMITS]

Git takes many files in one process, but prints their trailers with nothing between. So the file of a
sentinel message follows each message: it prints one line, with a random number that no commit can know.

Left out and counted: messages with NUL, which gatekeeper refuses, and scissors under a `---` divider, on
which Git before 2.43.1 loops for ever. Git 2.46.2 and newer may disagree on a message whose last line has
no newline (see trailers.py). Exits 1 on any disagreement, 2 if nothing was compared.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.core.trailers import parse_trailers

if TYPE_CHECKING:
    from collections.abc import Iterator

BATCH = 2000
SCISSORS_UNDER_DIVIDER = re.compile(rb"^---[ \t\r\n].*^# -{24} >8 -{24}$", re.MULTILINE | re.DOTALL)
HERMETIC = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}


def messages(repository: str, limit: int | None) -> Iterator[tuple[str, bytes]]:
    """Yield the id and the raw message of each commit that a ref reaches."""
    git = ["git", "--no-replace-objects", "-C", repository]
    walk = [*git, "rev-list", "--all", *([f"--max-count={limit}"] if limit is not None else [])]
    with (
        subprocess.Popen(walk, stdout=subprocess.PIPE) as ids,
        subprocess.Popen([*git, "cat-file", "--batch"], stdin=ids.stdout, stdout=subprocess.PIPE) as objects,
    ):
        assert objects.stdout is not None  # noqa: S101 - for the type checker
        while header := objects.stdout.readline():
            object_id, _, size = header.decode().split()
            raw = objects.stdout.read(int(size) + 1)[:-1]
            yield object_id, raw.partition(b"\n\n")[2]
    if ids.returncode or objects.returncode:
        sys.exit("git could not list the commits")


class Git:
    """The installed Git, away from every repository and configuration."""

    def __init__(self, directory: Path) -> None:
        """Write the sentinel into an empty directory outside any repository."""
        self.directory = directory
        self.sentinel = b"X-Sentinel: %s\n" % secrets.token_hex(16).encode()
        self.seconds = 0.0
        (directory / "sentinel").write_bytes(b"subject\n\n" + self.sentinel)

    def reads(self, batch: list[bytes]) -> list[bytes]:
        """Return what Git prints for each message."""
        if not batch:
            return []  # without a file Git would read its standard input
        names: list[str] = []
        for number, message in enumerate(batch):
            (self.directory / str(number)).write_bytes(message)
            names += [str(number), "sentinel"]
        command = ["git", "interpret-trailers", "--parse", *names]
        started = time.perf_counter()
        printed = subprocess.run(command, cwd=self.directory, env=HERMETIC, stdout=subprocess.PIPE, check=True).stdout
        self.seconds += time.perf_counter() - started
        *each, rest = printed.split(self.sentinel)
        if rest or len(each) != len(batch):
            sys.exit(f"git answered for {len(each)} messages of {len(batch)}")
        return each


def main() -> int:
    """Compare, and print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("repository")
    parser.add_argument("--limit", type=int, metavar="COMMITS")
    options = parser.parse_args()

    compared = with_trailers = disagreements = with_nul = endless = 0
    seconds = 0.0
    source = messages(options.repository, options.limit)
    with tempfile.TemporaryDirectory() as directory:
        git = Git(Path(directory))
        while batch := list(islice(source, BATCH)):
            asked: list[tuple[str, bytes]] = []
            for object_id, message in batch:
                if b"\0" in message:
                    with_nul += 1
                elif SCISSORS_UNDER_DIVIDER.search(message):
                    endless += 1
                else:
                    asked.append((object_id, message))
            started = time.perf_counter()
            ours = [parse_trailers(message) for _, message in asked]
            seconds += time.perf_counter() - started
            theirs = git.reads([message for _, message in asked])
            for (object_id, _), trailers, expected in zip(asked, ours, theirs, strict=True):
                compared += 1
                with_trailers += bool(expected)
                printed = b"".join(b"%s: %s\n" % (each.key, each.value) for each in trailers)
                if printed != expected:
                    disagreements += 1
                    print(f"{object_id}\n  git:  {expected!r}\n  ours: {printed!r}")

    print(f"commits compared    {compared}  (left out: {with_nul} with NUL, {endless} endless for old Git)")
    print(f"  with trailers     {with_trailers}")
    print(f"  disagreements     {disagreements}")
    if not compared:
        return 2
    print(f"seconds, gatekeeper {seconds:.3f}  ({seconds / compared * 1e6:.1f} us a message)")
    print(f"seconds, git        {git.seconds:.3f}  ({BATCH} messages a process)")
    print(f"ratio               git / gatekeeper = {git.seconds / seconds:.1f}")
    return 1 if disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
