"""Honest work that takes another way than a plain push: the audit finds nothing amiss in it, and says how it came."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatekeeper.core.landed import Manner
from tests.support.audits import look
from tests.support.carried import LINES, MARK, changed, moved_on, rebased, reviewed, start
from tests.support.governed import ADMINISTRATOR, PUSH, change, sign
from tests.support.people import roster_text
from tests.support.world import GOVERNED, one_format, policy_text

if TYPE_CHECKING:
    from tests.support.world import World

pytestmark = one_format


def test_a_rebase_by_who_approved_carries_the_sign_off_and_names_what_was_reviewed(world: World) -> None:
    clone = start(world, {"a.py": LINES, "b.py": LINES})
    commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
    signed = reviewed(world, clone, commit)
    moved_on(world, {"b.py": changed(LINES, 9, "other")})
    landed = rebased(clone)
    assert clone.push("HEAD:main", account="senior-1").accepted
    found = look(world)
    assert found.exceptions == ()
    row = found.landed[-1]
    assert (row.commit, row.manner, row.author, row.pusher) == (landed, Manner.APPROVED, "junior-1", "senior-1")
    (approval,) = row.approvals
    assert (approval.statement, approval.reviewed, approval.flaw) == (signed.id, (commit,), "")


def test_a_squash_by_who_approved_is_no_self_approval(world: World) -> None:
    """The squash has its approver as author, as a web page makes it; whose work it is says the reviewed range."""
    clone = start(world, {"a.py": LINES, "b.py": LINES})
    commits = [clone.commit(f"Work {n}" + MARK, {"a.py": changed(LINES, n, "work")}) for n in (5, 15)]
    reviewed(world, clone, *commits)
    moved_on(world, {"b.py": changed(LINES, 9, "other")})
    senior = world.clone("senior-1")
    senior.sync()
    senior.fetch("+refs/heads/review/topic:refs/remotes/origin/topic")
    senior.git("merge", "-q", "--squash", "origin/topic", env=senior.dates())
    senior.commit("Work, squashed" + MARK, {})
    pushed = senior.push("HEAD:main")
    assert pushed.accepted, pushed.stderr
    found = look(world)
    assert found.exceptions == ()
    assert found.landed[-1].manner is Manner.APPROVED
    assert found.duties is not None
    assert (found.duties.self_approvals, found.duties.permitted_self_approvals) == (0, 0)


def test_what_landed_on_one_ref_is_known_on_the_next_and_keeps_its_sign_off(world: World) -> None:
    clone = start(world, {"a.py": LINES})
    commit = clone.commit("Work" + MARK, {"a.py": changed(LINES, 5, "work")})
    signed = reviewed(world, clone, commit)
    assert clone.push("HEAD:main").accepted
    assert clone.push("HEAD:refs/heads/release/1", account="staff-1").accepted
    found = look(world)
    assert found.exceptions == ()
    first, second = (row for row in found.landed if row.commit == commit)
    assert (first.known, second.known, second.pusher) == (False, True, "staff-1")
    assert [approval.statement for approval in second.approvals] == [signed.id]
    assert found.limit is not None
    assert found.limit.declared == 1


def test_a_change_of_the_rules_on_their_own_ref_is_explained_and_told(world: World) -> None:
    world.govern()
    weaker = policy_text(undeclared="allow", remember="30d")
    sign(world, [change(world, {"policy.yaml": weaker, "roster.yaml": roster_text({})})], ADMINISTRATOR)
    pushed = world.rules.push(PUSH)
    assert pushed.accepted, pushed.stderr
    world.clone().commit("Plain")
    assert world.clone().push("HEAD:main").accepted
    found = look(world)
    assert found.exceptions == ()
    assert found.gate is not None
    assert GOVERNED in [ref.ref for ref in found.gate.refs if ref.continuous]
    assert found.governance is not None
    told = [(shift.what, shift.weakens) for each in found.governance for shift in each.shifts]
    assert ("remember", True) in told
