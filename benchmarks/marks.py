"""Compare the CPU time of `gatekeeper marks` over a whole history with that of `git log --format=raw`.

    python benchmarks/marks.py REPOSITORY [--rounds NUMBER]

Both read every commit that HEAD reaches. CPU time is that of the process and its children, user and system,
the least of the rounds, which take turns: other work on the machine disturbs both alike.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys


def cpu_seconds(command: list[str], directory: str) -> float:
    """Return the CPU time of a command whose output nobody reads."""
    before = os.times()
    subprocess.run(command, cwd=directory, stdout=subprocess.DEVNULL, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="CPU time of `gatekeeper marks` against that of git log")
    parser.add_argument("repository")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    where = options.repository
    git = ["git", "--no-replace-objects"]
    ids = subprocess.run([*git, "rev-list", "HEAD"], cwd=where, capture_output=True, check=True, text=True)
    listed = ids.stdout.split()
    root = f"{listed[-1]}..HEAD"
    commands = {
        "git log --format=raw": [*git, "log", "--format=raw", root],
        "git rev-list | git cat-file": ["sh", "-c", f"git rev-list {root} | git cat-file --batch --buffer"],
        "gatekeeper marks": [sys.executable, "-m", "gatekeeper", "marks", "--format", "jsonl", root],
    }
    rounds = [{name: cpu_seconds(each, where) for name, each in commands.items()} for _ in range(options.rounds)]
    found = {name: min(times[name] for times in rounds) for name in commands}
    least = found["git log --format=raw"]
    for name, seconds in found.items():
        each = seconds / len(listed) * 1e6
        print(f"{name:28} {seconds:7.2f} s of CPU, {each:6.1f} us a commit, {seconds / least:5.1f} times git log")
    return 0


if __name__ == "__main__":
    sys.exit(main())
