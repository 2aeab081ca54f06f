"""Keep what was reviewed until carry-over no longer needs it: branches are deleted, and Git collects garbage.

One hidden ref, a commit whose parents are the reviewed heads (DESIGN.md section 6): a ref for each would slow down
every push. Kept alive, not secret.
"""

from __future__ import annotations

from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.push import RESERVED
from gatekeeper.ledger import Ledger
from gatekeeper.opening import Server

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

HIDDEN = f"{RESERVED}keep"
KEPT = f"{HIDDEN}/heads"
AFTER_RECEIPT = 400 * 86_400
"""Seconds for which something approved is kept that never landed: longer than sign-offs count, as a rule."""
AFTER_LANDING = 30 * 86_400
IDENTITY = "gatekeeper <gatekeeper@localhost>"


def keep_heads(server: Server, ledger: Ledger) -> bool:
    """Write the ref again if what it has to keep has changed; return whether.

    Raises:
        GitError: if it cannot be written, or somebody else moved it.
    """
    now = server.now
    wanted = ledger.reviewed_heads(Timestamp(now - AFTER_RECEIPT), Timestamp(now - AFTER_LANDING))
    engine = server.engine(quarantined=False)
    there = [name for name, (_, kind, _) in zip(wanted, engine.kinds(wanted), strict=True) if kind == "commit"]
    heads = _without_parents(server, there)
    before = server.refs([KEPT])[KEPT].target
    absent = before == server.object_format.zero
    if heads == ([] if absent else sorted(engine.parents(before))):
        return False
    if not heads:
        server.runner.run("update-ref", "-d", KEPT, before)
        return True
    _, tree = server.runner.run("mktree")
    lines = [f"tree {tree.decode().strip()}", *(f"parent {head}" for head in heads)]
    lines += [f"author {IDENTITY} {now} +0000", f"committer {IDENTITY} {now} +0000", "", "keep what was reviewed", ""]
    _, commit = server.runner.run("hash-object", "-t", "commit", "-w", "--stdin", stdin="\n".join(lines).encode())
    server.runner.run("update-ref", KEPT, commit.decode().strip(), before)
    return True


def _without_parents(server: Server, commits: Sequence[ObjectId]) -> list[ObjectId]:
    """Return commits without those that are the parent of another of them: a head keeps what is behind it."""
    parents: set[bytes] = set()
    for raw in server.engine(quarantined=False).objects(commits):
        head = raw.data.partition(b"\n\n")[0]
        parents |= {line[7:] for line in head.split(b"\n") if line.startswith(b"parent ")}
    return sorted(commit for commit in commits if commit.encode() not in parents)
