"""What a push costs: through the gate, and through an empty hook, alternating in the same run.

    python benchmarks/push.py [--runs N]

Prints medians and their ratio for a push of one plain commit, and of one assisted commit together with
the sign-off that it needs. The alternative is `#!python3 -I` as pre-receive, doing nothing, with the same
interpreter. What post-receive does beside the pusher's way home is waited for between pushes, and printed
as a figure of its own.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from gatekeeper.core.ids import ObjectId
from gatekeeper.delivering import file_signoff
from gatekeeper.desk import Clone
from gatekeeper.hook import post_receive
from gatekeeper.installing import Plan, find_git, install
from gatekeeper.schemes.ssh_keygen import public_key_of
from gatekeeper.signing import Terms, propose, sign

PLAIN = "Change a file\n"
ASSISTED = "Change a file\n\nAssisted-by: Claude\n"
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GATEKEEPER_USER": "june",
}
ROSTER = """version: 1
levels: [junior, senior]
people:
  - {{id: june, emails: [june@example.com], level: junior, accounts: [june], keys: ["{junior}"]}}
  - {{id: sam, emails: [sam@example.com], level: senior, accounts: [sam], keys: ["{senior}"]}}
"""
POLICY = Path(__file__).resolve().parent.parent / "policies" / "default.yaml"


def git(directory: Path, *arguments: str) -> str:
    """Run git as the junior; return what it prints."""
    done = subprocess.run(
        ["git", *arguments], cwd=directory, env=ENVIRONMENT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


class Bench:
    """Two servers that get the same pushes: one with the gate, one with an empty hook."""

    def __init__(self, root: Path) -> None:
        """Make both servers, a clone of each, and keys."""
        self.root = root
        keys: dict[str, str] = {}
        for name in ("junior", "senior"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", root / name], check=True)
            keys[name] = " ".join((root / f"{name}.pub").read_text().split()[:2])
        (root / "roster.yaml").write_text(ROSTER.format(**keys))
        for name in ("gate", "empty"):
            git(root, "init", "--quiet", "--bare", "--initial-branch=main", f"{name}.git")
            git(root, "clone", "--quiet", f"{name}.git", name)
            for key, value in (("user.name", "June"), ("user.email", "june@example.com"), ("gc.auto", "0")):
                git(root / name, "config", key, value)
            git(root / f"{name}.git", "config", "receive.fsckObjects", "true")
            git(root / f"{name}.git", "config", "gc.auto", "0")
        plan = Plan(
            git_dir=str(root / "gate.git"),
            git=find_git(),
            policy=str(POLICY),
            roster=str(root / "roster.yaml"),
            name="example/bench",
            platform="ssh",
        )
        install(plan)
        hook = root / "empty.git" / "hooks" / "pre-receive"
        hook.write_text(f"#!{sys.executable} -I\n")
        hook.chmod(0o755)

    def commit(self, name: str, number: int, message: str) -> ObjectId:
        """Make one commit in a clone."""
        (self.root / name / "file").write_text(f"{number}\n" * 20)
        git(self.root / name, "add", "file")
        git(self.root / name, "commit", "--quiet", "-m", message)
        return ObjectId(git(self.root / name, "rev-parse", "HEAD"))

    def push(self, name: str, *refs: str) -> float:
        """Push and return the seconds it took, for the pusher."""
        start = time.perf_counter()
        git(self.root / name, "push", "--quiet", "origin", *refs)
        return time.perf_counter() - start

    def sign(self, commit: ObjectId) -> None:
        """File a sign-off of the senior's in the gate's clone; it is pushed with the branch."""
        with Clone(str(self.root / "gate")) as clone:
            published = clone.published()
            senior = published.roster.person("sam")
            if senior is None:
                raise SystemExit("the senior is not published")
            key = str(self.root / "senior")
            proposal = propose(clone.bench(published), commit, None)
            terms = Terms(repository=published.repository)
            fingerprint = public_key_of(key).fingerprint
            file_signoff(clone, sign(proposal, terms, senior, key=key, fingerprint=fingerprint, now=clone.now))

    def settle(self) -> float:
        """Wait until the background post-receive has had its turn; return what one run of it costs in process."""
        time.sleep(0.25)
        start = time.perf_counter()
        post_receive({"GIT_DIR": str(self.root / "gate.git")}, find_git(), "")
        return time.perf_counter() - start


def measure(bench: Bench, runs: int, *, assisted: bool) -> tuple[list[float], list[float]]:
    """Push alternately to both servers; return the seconds of each."""
    gate: list[float] = []
    empty: list[float] = []
    for number in range(runs + 1):
        message = ASSISTED if assisted else PLAIN
        commit = bench.commit("gate", number + 1000 * assisted, message)
        refs = ["HEAD:main"]
        if assisted:
            bench.sign(commit)
            refs.append("refs/gatekeeper/signoffs")
        bench.commit("empty", number + 1000 * assisted, message)
        gate.append(bench.push("gate", *refs))
        bench.settle()
        empty.append(bench.push("empty", "HEAD:main"))
    return gate[1:], empty[1:]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory(prefix="gatekeeper-bench-", ignore_cleanup_errors=True) as root:
        bench = Bench(Path(root))
        print(f"{'push of':<44} {'gate':>9} {'empty':>9} {'ratio':>6}")
        for what, assisted in (("one plain commit", False), ("one assisted commit with its sign-off", True)):
            gate, empty = (statistics.median(times) for times in measure(bench, runs, assisted=assisted))
            print(f"{what:<44} {gate * 1000:>6.1f} ms {empty * 1000:>6.1f} ms {gate / empty:>6.2f}")
        print(f"{'post-receive, beside the way home, in process':<44} {bench.settle() * 1000:>5.1f} ms")


if __name__ == "__main__":
    main()
