"""How many approvals survive a rebase or a squash, on the merges of a real repository.

    python benchmarks/carry_over.py REPOSITORY.git [--merges N] [--skip N]

Takes the latest N merges of two parents from the first-parent history. The commits that each brought are made again
with an AI mark, pushed for review to a server with the gate, and approved in one statement. Then Git replays them on
the merge's first parent, commit by commit as a rebase and as a squash without the marks; what it replays without
conflict is pushed to protected branches, and the installed hook decides which approvals carry over. Prints how many
did, and why the others did not.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import subprocess
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from gatekeeper.core.carryover import done_to_lines, same_lines
from gatekeeper.core.changes import paths_of, same_shape
from gatekeeper.core.ids import ObjectId
from gatekeeper.delivering import file_signoff
from gatekeeper.desk import Clone
from gatekeeper.installing import Plan, find_git, install
from gatekeeper.ledger.sqlite import SqliteLedger
from gatekeeper.schemes.ssh_keygen import public_key_of
from gatekeeper.signing import Terms, propose, sign

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MARK = b"\n\nAssisted-by: Claude\n"
POLICY = Path(__file__).resolve().parent.parent / "policies" / "default.yaml"
ROSTER = """version: 1
levels: [junior, senior]
people:
  - {id: june, emails: [june@example.com], level: junior, accounts: [june]}
  - {id: sam, emails: [sam@example.com], level: senior, accounts: [sam], keys: ["KEY"]}
"""
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GATEKEEPER_USER": "june",
}
MOST = 1500
"""Commits of one merge: what one statement holds."""


class Repository:
    """A Git directory in which git runs."""

    def __init__(self, path: Path) -> None:
        """Use the one at `path`."""
        self.path = path

    def run(self, *arguments: str, data: bytes = b"", accept: Sequence[int] = (0,)) -> tuple[int, bytes]:
        """Return exit status and output."""
        command = ["git", f"--git-dir={self.path}", *arguments]
        done = subprocess.run(command, env=ENVIRONMENT, input=data, capture_output=True, check=False)
        if done.returncode not in accept:
            raise SystemExit(f"{' '.join(command)}: {done.stderr.decode('utf-8', 'replace')}")
        return done.returncode, done.stdout

    def words(self, *arguments: str) -> list[str]:
        """Return the words that git prints."""
        return self.run(*arguments)[1].decode().split()

    def commit(self, headers: Sequence[bytes], message: bytes) -> str:
        """Write a commit object."""
        data = b"\n".join(headers) + b"\n\n" + message
        return self.run("hash-object", "-t", "commit", "-w", "--stdin", data=data)[1].decode().strip()

    def merged(self, ours: str, theirs: str) -> str | None:
        """Return the tree of a merge without conflict; None also where objects are missing."""
        status, output = self.run("merge-tree", "--write-tree", "--no-messages", ours, theirs, accept=(0, 1, 128))
        return None if status else output.decode().strip()


class Original:
    """A commit of the real history, as far as it is made again."""

    def __init__(self, raw: bytes) -> None:
        """Parse a commit object."""
        head, _, message = raw.partition(b"\n\n")
        lines = head.split(b"\n")
        self.tree = lines[0].split(b" ")[1].decode()
        self.parents = [line[7:].decode() for line in lines if line.startswith(b"parent ")]
        self.people = [line for line in lines if line.startswith((b"author ", b"committer "))]
        self.message = message.rstrip(b"\n") + MARK

    def headers(self, tree: str, parents: Sequence[str]) -> list[bytes]:
        """Return the headers of the same commit with another tree and other parents."""
        return [f"tree {tree}".encode(), *(f"parent {parent}".encode() for parent in parents), *self.people]


class Server:
    """A server with the gate, and a clone; both borrow the objects of the real repository."""

    def __init__(self, root: Path, source: Path, bases: Mapping[str, str]) -> None:
        """Install the gate; `bases` are the protected branches."""
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", root / "sam"], check=True)
        key = " ".join((root / "sam.pub").read_text().split()[:2])
        (root / "roster.yaml").write_text(ROSTER.replace("KEY", key))
        self.key = str(root / "sam")
        self.server, self.clone = (self._borrowing(root / name, source) for name in ("server.git", "clone.git"))
        lines = "".join(f"create {ref} {tip}\n" for ref, tip in bases.items())
        self.server.run("update-ref", "--stdin", data=lines.encode())
        self.server.run("config", "core.alternateRefsCommand", "true")
        self.clone.run("config", "remote.origin.url", str(self.server.path))
        plan = Plan(
            git_dir=str(self.server.path),
            git=find_git(),
            policy=str(POLICY),
            roster=str(root / "roster.yaml"),
            name="example/carry-over",
            platform="ssh",
        )
        install(plan)
        (self.server.path / "hooks/post-receive").unlink()

    def _borrowing(self, path: Path, source: Path) -> Repository:
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=none", path], env=ENVIRONMENT, check=True)
        (path / "objects/info").mkdir(exist_ok=True)
        (path / "objects/info/alternates").write_text(f"{source.resolve()}/objects\n")
        return Repository(path)

    def push(self, *refspecs: str) -> Mapping[str, Mapping[str, object]]:
        """Push; return by ref what the gate says, whether or not it accepts; nothing if Git does not get to ask it."""
        ledger = SqliteLedger(str(self.server.path / "gatekeeper/ledger.db"))
        try:
            before = ledger.head().number
            self.clone.run("push", "--quiet", "origin", *refspecs, accept=(0, 1, 128))
            found = [entry for entry in ledger.entries(before) if entry.kind == "push"]
        finally:
            ledger.close()
        return {ref["ref"]: ref for entry in found for ref in entry.data["verdict"]["refs"]}

    def review(self, name: str, base: str, head: str) -> bool:
        """Push a branch for review, with the approval of every commit that `base` does not have."""
        with Clone(str(self.clone.path)) as clone:
            published = clone.published()
            sam = published.roster.person("sam")
            if sam is None:
                raise SystemExit("the senior is not published")
            fork = clone.fork_point(ObjectId(base), ObjectId(head))
            proposal = propose(clone.bench(published), ObjectId(head), fork)
            terms, print_ = Terms(repository=published.repository), public_key_of(self.key).fingerprint
            file_signoff(clone, sign(proposal, terms, sam, key=self.key, fingerprint=print_, now=clone.now))
        said = self.push(f"{head}:refs/heads/review/{name}", "refs/gatekeeper/signoffs")
        return bool(said) and all(ref["outcome"] == "accepted" for ref in said.values())

    def difference(self, one: str, other: tuple[str, str], new: str) -> str:
        """Say in what a replayed commit differs from what was reviewed: commits, or trees of a range."""
        with Clone(str(self.clone.path)) as clone:
            pair = other if one == "range" else (other[1], other[0])
            was, now = clone.engine.changes([pair, (new, f"{self.clone.words('rev-parse', new + '^')[0]}")])
            if paths_of(was) != paths_of(now):
                return "other paths"
            if not same_shape(was, now):
                return "other modes"

            def read(name: str) -> bytes:
                return next(iter(clone.engine.objects([name]))).data if name.strip("0") else b""

            same = same_lines(was, now, lambda before, after: done_to_lines(read(before), read(after)))
            return "not found" if same else "other lines"


class Counts:
    """What came of it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.merges = self.skipped = 0
        self.replayed = collections.Counter[str]()
        self.survived = collections.Counter[str]()
        self.conflicts = collections.Counter[str]()
        self.causes: dict[str, collections.Counter[str]] = {
            "commits": collections.Counter(),
            "squashes": collections.Counter(),
        }
        self.examples: dict[str, str] = {}

    def count(self, kind: str, finding: Mapping[str, object], reviewed: str, difference: str, name: str) -> None:
        """Count one commit that Git replayed, if it is another one; `name` is what was there in the real history."""
        if finding["commit"] == reviewed:
            return
        self.replayed[kind] += 1
        if finding["outcome"] == "accepted" and finding["assisted"]:
            self.survived[kind] += 1
            return
        rules: Sequence[Mapping[str, Sequence[Mapping[str, str]]]] = finding["rules"]  # type: ignore[assignment]
        flaws = sorted({signoff["flaw"] for rule in rules for signoff in rule["signoffs"] if signoff["flaw"]})
        cause = ", ".join(flaws) or difference or "not recognised as AI-assisted, and let in"
        self.causes[kind][cause] += 1
        self.examples.setdefault(f"{kind}: {cause}", name)


def merges_of(source: Repository, many: int, skip: int) -> list[tuple[str, str, str]]:
    """Return (merge, first parent, second parent), the latest first."""
    options = ("--first-parent", "--min-parents=2", "--max-parents=2", f"--max-count={many}", f"--skip={skip}")
    _, output = source.run("rev-list", *options, "--parents", "HEAD")
    return [(one, two, three) for one, two, three in (line.split() for line in output.decode().splitlines())]


class Trial:
    """One repository's merges, one after the other."""

    def __init__(self, server: Server, counts: Counts) -> None:
        """Use a server."""
        self.server = server
        self.git = server.clone
        self.counts = counts

    def attempt(self, number: int, onto: str, head: str) -> None:
        """Review what a merge brought, replay it, and push that."""
        git = self.git
        ids = git.words("rev-list", "--topo-order", "--reverse", head, f"^{onto}")
        if not ids or len(ids) > MOST:
            self.counts.skipped += 1
            return
        originals = {name: Original(git.run("cat-file", "commit", name)[1]) for name in ids}
        again: dict[str, str] = {}
        for name, original in originals.items():
            parents = [again.get(parent, parent) for parent in original.parents]
            again[name] = git.commit(original.headers(original.tree, parents), original.message)
        if not self.server.review(str(number), onto, again[head]):
            self.counts.skipped += 1
            return
        rebased = self._rebased(onto, originals)
        squashed = self._squashed(onto, again[head], originals[head])
        tips = {"commits": next(reversed(rebased.values()), None), "squashes": squashed}
        refs = {f"refs/heads/release/{kind}/{number}": tip for kind, tip in tips.items() if tip}
        if not refs:
            return
        said = self.server.push(*(f"{tip}:{ref}" for ref, tip in refs.items()))
        if not said:
            self.counts.skipped += 1
            return
        self.counts.merges += 1
        found: dict[str, Mapping[str, object]] = {}
        for ref in refs:
            commits: Sequence[Mapping[str, str]] = said[ref]["commits"]  # type: ignore[assignment]
            found.update({commit["commit"]: commit for commit in commits})
            if said[ref]["problems"]:
                self.counts.causes["commits"][json.dumps(said[ref]["problems"])[:80]] += 1
        for name, new in rebased.items():
            if new not in found:
                raise SystemExit(f"{new} was not judged")
            parents = originals[name].parents
            why = self._why(found[new], "commit", (again[name], parents[0] if parents else ""), new)
            self.counts.count("commits", found[new], again[name], why, name)
        if squashed:
            bases = git.words("merge-base", "--all", onto, again[head])
            trees = (originals[head].tree, git.words("rev-parse", f"{bases[0]}^{{tree}}")[0])
            why = self._why(found[squashed], "range", (trees[1], trees[0]), squashed)
            why += ", several merge bases" if why and len(bases) > 1 else ""
            self.counts.count("squashes", found[squashed], again[head], why, head)

    def _why(self, finding: Mapping[str, object], kind: str, reviewed: tuple[str, str], new: str) -> str:
        return "" if finding["outcome"] == "accepted" else self.server.difference(kind, reviewed, new)

    def _rebased(self, onto: str, originals: Mapping[str, Original]) -> dict[str, str]:
        """Replay the commits, but for merges, up to the first conflict; leave out what changes nothing there."""
        git, found = self.git, dict[str, str]()
        (tree,) = git.words("rev-parse", f"{onto}^{{tree}}")
        for name, original in originals.items():
            if len(original.parents) != 1:
                continue
            (base,) = git.words("rev-parse", f"{original.parents[0]}^{{tree}}")
            root = git.commit(Original.headers(original, base, []), b"base\n")
            ours, theirs = (git.commit(original.headers(each, [root]), b"side\n") for each in (tree, original.tree))
            merged = git.merged(ours, theirs)
            if merged is None:
                self.counts.conflicts["commits"] += 1
                return found
            if merged != tree:
                onto = found[name] = git.commit(original.headers(merged, [onto]), original.message)
                tree = merged
        return found

    def _squashed(self, onto: str, head: str, original: Original) -> str | None:
        """Squash the branch, with a message of its own, as a server's button does."""
        tree = self.git.merged(onto, head)
        if tree is None:
            self.counts.conflicts["squashes"] += 1
            return None
        if [tree] == self.git.words("rev-parse", f"{onto}^{{tree}}"):
            return None
        return self.git.commit(original.headers(tree, [onto]), b"Squashed\n")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--merges", type=int, default=50)
    parser.add_argument("--skip", type=int, default=0)
    options = parser.parse_args()
    merges = merges_of(Repository(options.repository), options.merges, options.skip)
    bases = {
        f"refs/heads/release/{kind}/{number}": onto
        for number, (_, onto, _) in enumerate(merges)
        for kind in ("commits", "squashes")
    }
    counts, start = Counts(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="gatekeeper-bench-", ignore_cleanup_errors=True) as root:
        trial = Trial(Server(Path(root), options.repository, bases), counts)
        for number, (_, onto, head) in enumerate(merges):
            trial.attempt(number, onto, head)
    print(f"{options.repository}: {counts.merges} merges, {counts.skipped} left out, {time.monotonic() - start:.0f} s")
    for kind, causes in counts.causes.items():
        good, all_ = counts.survived[kind], counts.replayed[kind]
        print(
            f"  {kind}: {good} of {all_} approvals survived ({good / max(all_, 1):.1%}), "
            f"{counts.conflicts[kind]} conflicts"
        )
        for cause, many in causes.most_common():
            print(f"    {many:>4} {cause}   {counts.examples.get(f'{kind}: {cause}', '')}")


if __name__ == "__main__":
    main()
