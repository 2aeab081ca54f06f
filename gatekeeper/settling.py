"""After a push: note what landed, put lost sign-offs back into the store, publish what clients read.

Run by post-receive as the fast path, and by every command that looks at a server's repository. All of
it can be lost and done again: nothing here decides about a push.
"""

from __future__ import annotations

import os
import shutil

from gatekeeper.config.in_force import InForce
from gatekeeper.config.published import publish
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.push import PUBLISHED, SIGNOFFS
from gatekeeper.core.signoff import parse_envelope, parse_statement, store_path
from gatekeeper.gate import is_protected
from gatekeeper.git import GitError
from gatekeeper.git.store import BadStoreError, read_additions, read_tree_files, write_store
from gatekeeper.keeping import keep_heads
from gatekeeper.ledger import Ledger
from gatekeeper.opening import Server
from gatekeeper.reconciling import Comparison, compare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

ANY_NUMBER = 10**9
ABANDONED = 86_400
"""Seconds after which nobody uses a scratch directory any more."""


def reconcile(server: Server, ledger: Ledger, found_by: str, *, force: InForce | None = None) -> Comparison:
    """Compare every tracked ref with the ledger and record what landed.

    With `force`, refs that the policy protects and that the ledger has never seen count as tracked too.
    """
    current = dict.fromkeys((SIGNOFFS, *ledger.tips(), *(u.ref for u in ledger.pending())), server.object_format.zero)
    current.update(server.refs_at(list(current)))
    if force:
        default = server.default_branch()
        for name, target in server.all_refs().items():
            governed = force.governed is not None and force.governed.ref == name
            if governed or is_protected(force.policy, ledger, name, default):
                current[name] = target
    comparison = compare(ledger, current, server.object_format.zero, server.now)
    comparison = _own_store_write(server, ledger, comparison)
    if comparison.changes_ledger:
        ledger.append("landing", comparison.entry(found_by), now=server.now, repository=server.repository)
    return comparison


def _own_store_write(server: Server, ledger: Ledger, comparison: Comparison) -> Comparison:
    """Explain a store that only gained sign-offs which the ledger received: `heal_store` was killed half-way."""
    moved = [change for change in comparison.unexplained if change[0] == SIGNOFFS]
    if not moved:
        return comparison
    _, expected, actual = moved[0]
    try:
        before = None if expected == server.object_format.zero else expected
        additions = read_additions(server.engine(), before, actual, ANY_NUMBER)
    except (BadStoreError, GitError):
        return comparison
    received = {stored.statement: stored.envelope for stored in ledger.signoffs({a.statement for a in additions})}
    if any(received.get(addition.statement) != addition.envelope for addition in additions):
        return comparison
    data = {"found_by": "heal", "landed": [], "lapsed": [], "healed": _healed(expected, actual)}
    ledger.append("landing", data, now=server.now, repository=server.repository)
    return comparison.replace(unexplained=tuple(change for change in comparison.unexplained if change[0] != SIGNOFFS))


def _healed(old: ObjectId, new: ObjectId) -> dict[str, str]:
    return {"ref": SIGNOFFS, "old": old, "new": new}


def publish_if_changed(server: Server, force: InForce) -> bool:
    """Write `refs/gatekeeper/published` if policy, roster or default branch say something new; return whether."""
    files = publish(
        force.policy_content,
        force.policy,
        force.roster,
        repository=server.repository,
        default_branch=server.default_branch(),
        now=server.now,
    )
    before = _tip(server, PUBLISHED)
    if before and read_tree_files(server.engine(), before) == files:
        return False
    _write(server, PUBLISHED, before, files, "publish")
    return True


def heal_store(server: Server, ledger: Ledger) -> int:
    """Put sign-offs that the ledger received and the store lacks back into the store; return how many.

    A store push that was judged and then lost the race for the ref leaves such sign-offs.
    """
    before = _tip(server, SIGNOFFS)
    lost: dict[str, bytes] = {}
    count = 0
    for stored in ledger.lapsed_signoffs():
        statement = parse_statement(parse_envelope(stored.envelope).payload)
        paths = [store_path(commit.id, stored.statement) for commit in statement.commits]
        if not before or any(
            kind == "missing" for _, kind, _ in server.engine().kinds([f"{before}:{p}" for p in paths])
        ):
            lost.update(dict.fromkeys(paths, stored.envelope))
            count += 1
    if lost:
        _write(server, SIGNOFFS, before, lost, "put back lost sign-offs")
        healed = _healed(before or server.object_format.zero, server.refs([SIGNOFFS])[SIGNOFFS].target)
        data = {"found_by": "heal", "landed": [], "lapsed": [], "healed": healed}
        ledger.append("landing", data, now=server.now, repository=server.repository)
    return count


def _tip(server: Server, ref: str) -> ObjectId | None:
    target = server.refs([ref])[ref].target
    return None if target == server.object_format.zero else target


def _write(server: Server, ref: str, before: ObjectId | None, files: Mapping[str, bytes], message: str) -> None:
    write_store(server.runner, onto=before, merging=None, files=files, now=server.now, message=message, ref=ref)


def sweep(state: str, now: int) -> None:
    """Remove scratch directories that a killed hook left behind."""
    for entry in os.scandir(state):
        if entry.name.startswith("tmp-") and now - entry.stat().st_mtime > ABANDONED:
            shutil.rmtree(entry.path, ignore_errors=True)


def settle(server: Server, ledger: Ledger, found_by: str) -> None:
    """Do all of it; what fails is done by the next run."""
    reconcile(server, ledger, found_by)
    sweep(server.state, server.now)
    try:
        heal_store(server, ledger)
        publish_if_changed(server, server.in_force(ledger))
        keep_heads(server, ledger)
    except GitError:
        # Somebody else moved one of the refs in between: whoever that was has settled too.
        return
