"""What the audit's survey of a history costs, beside `git log --numstat` of the same history in the same run.

    python benchmarks/audit.py REPOSITORY [--runs N] [--commits N] [--libgit2]

REPOSITORY has many commits: a bare clone of git.git has 80,000. Each run is, in turn, `git log --numstat`, a first
survey and a second one, with the same git. Prints wall time, processor time (of all processes) and the largest resident
memory of the Python process and of any of git's. `--libgit2` also diffs the latest N commits by pygit2 and by Git's
plumbing in one process: which one the survey should use.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import resource
import statistics
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pygit2

from gatekeeper.core.ids import Timestamp
from gatekeeper.git.history import History
from gatekeeper.surveying import survey

if TYPE_CHECKING:
    from collections.abc import Callable

ENVIRONMENT = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
MEBIBYTE = 1024
"""`ru_maxrss` is in KiB (getrusage(2) of Linux)."""


class Cost(NamedTuple):
    """What a process and its children came to."""

    wall: float
    processor: float
    own_memory: int
    """KiB, as for `git_memory`."""
    git_memory: int


def measured(work: Callable[[], object]) -> Cost:
    """Do some work in a process of its own, so that nothing before it counts."""
    receiver, sender = multiprocessing.Pipe(duplex=False)

    def child() -> None:
        begin = time.perf_counter()
        work()
        wall = time.perf_counter() - begin
        own, git = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        processor = own.ru_utime + own.ru_stime + git.ru_utime + git.ru_stime
        sender.send(Cost(wall, processor, own.ru_maxrss, git.ru_maxrss))

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    cost: Cost = receiver.recv()
    process.join()
    return cost


def log(repository: str) -> None:
    """Run the yardstick."""
    with Path(os.devnull).open("wb") as nowhere:
        subprocess.run(
            ["git", "-C", repository, "log", "--numstat", "HEAD"], stdout=nowhere, env=ENVIRONMENT, check=True
        )


def report(name: str, costs: list[Cost], yardstick: list[Cost]) -> None:
    """Print medians, and the ratio to the yardstick's."""
    wall, processor = (statistics.median(each[part] for each in costs) for part in (0, 1))
    ratios = [
        statistics.median(each[part] / base[part] for each, base in zip(costs, yardstick, strict=True))
        for part in (0, 1)
    ]
    print(
        f"{name:24} wall {wall:7.1f} s ({ratios[0]:.2f} x)   processor {processor:7.1f} s ({ratios[1]:.2f} x)   "
        f"memory: python {max(c.own_memory for c in costs) // MEBIBYTE} MiB, "
        f"git {max(c.git_memory for c in costs) // MEBIBYTE} MiB"
    )


def by_libgit2(repository: str, ids: list[str]) -> None:
    """Ask libgit2 for what the survey needs of each commit: blobs, renames and line counts."""
    opened = pygit2.Repository(repository)
    for name in ids:
        commit = opened[name].peel(pygit2.Commit)
        diff = (
            commit.parents[0].tree.diff_to_tree(commit.tree) if commit.parents else commit.tree.diff_to_tree(swap=True)
        )
        diff.find_similar()
        for patch in diff:
            if patch is not None:
                _ = patch.line_stats, patch.delta.new_file.id, patch.delta.old_file.id


def by_plumbing(repository: str, ids: list[str]) -> None:
    """Ask Git for the same, in one process."""
    with History(repository) as history:
        for _ in history.changes(ids, 1):
            pass


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--commits", type=int, default=2000, help="for --libgit2")
    parser.add_argument("--libgit2", action="store_true", help="compare the two engines")
    asked = parser.parse_args()
    listed = subprocess.run(
        ["git", "-C", asked.repository, "rev-list", "--no-merges", "HEAD"],
        stdout=subprocess.PIPE, env=ENVIRONMENT, text=True, check=True,
    )  # fmt: skip
    ids = listed.stdout.split()
    print(f"{len(ids)} commits without merges; {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}")
    if asked.libgit2:
        latest = ids[: asked.commits]
        engines = {"plumbing": by_plumbing, "libgit2": by_libgit2}
        for name, engine in engines.items():
            cost = measured(partial(engine, asked.repository, latest))
            print(f"{name:24} wall {cost.wall:7.1f} s   processor {cost.processor:7.1f} s   for {len(latest)} commits")
        return
    costs: dict[str, list[Cost]] = {"git log --numstat": [], "first survey": [], "second survey": []}
    for _ in range(asked.runs):
        costs["git log --numstat"].append(measured(partial(log, asked.repository)))
        with tempfile.TemporaryDirectory() as directory:
            cache = str(Path(directory) / "cache.db")
            for name in ("first survey", "second survey"):
                now = Timestamp(int(time.time()))
                costs[name].append(measured(partial(survey, asked.repository, now, cache=cache)))
    for name, each in costs.items():
        report(name, each, costs["git log --numstat"])


if __name__ == "__main__":
    main()
