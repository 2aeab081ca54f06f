"""What a package of evidence tells an auditor of approvals, emergencies, merges, and what it could not compare."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from gatekeeper.core.signoff import Decision
from tests.support.carried import LINES, branch
from tests.support.commands import for_review, run
from tests.support.emergencies import allow, declare
from tests.support.emergencies import statement as emergency
from tests.support.evidence import approved, check, pack
from tests.support.people import fingerprint, public_line
from tests.support.world import one_format, policy_text

if TYPE_CHECKING:
    from pathlib import Path

    from gatekeeper.core.ids import ObjectId
    from tests.support.world import World


@one_format
def test_a_key_that_was_revoked_since_is_told_and_one_that_was_revoked_then_fails(world: World, tmp_path: Path) -> None:
    commit = approved(world)
    world.set_roster({"senior-1": {"keys": [{"key": public_line("senior-1"), "revoked": True}]}})
    world.clone("staff-1").sync()
    world.clone("staff-1").commit("Plain")
    assert world.clone("staff-1").push("HEAD:main").accepted
    world.settle()
    pack(world, tmp_path / "package")
    done = check(tmp_path / "package")
    assert done.status == 0, done.out
    assert "the key of senior-1 has been revoked or removed since" in done.line(commit)
    assert f"senior-1: {fingerprint('senior-1')} is revoked" in "".join(
        path.read_text() for path in (tmp_path / "package/rosters").glob("*/allowed_signers")
    )


@one_format
def test_what_was_taken_back_later_is_told(world: World, tmp_path: Path) -> None:
    (commit,) = for_review(world)
    signed = world.approve(commit)
    assert world.clone().push("HEAD:main").accepted
    world.approve(commit, decision=Decision.REVOKE, revokes=signed.id)
    world.settle()
    pack(world, tmp_path / "package", commits=(commit,))
    done = check(tmp_path / "package")
    assert done.status == 0, done.out
    assert "taken back later by senior-1, in entry" in done.line(commit)


@one_format
def test_carried_over_approvals_come_with_both_changes(world: World, tmp_path: Path) -> None:
    clone = world.clone()
    world.clone("staff-1").commit("Long file", {"long": LINES})
    assert world.clone("staff-1").push("HEAD:main").accepted
    clone.sync()
    branch(clone)
    exact = clone.commit("Exact\n\nAssisted-by: claude", {"exact": "one\n"})
    moved = clone.commit("Moved\n\nAssisted-by: claude", {"long": LINES.replace("line 30\n", "line thirty\n")})
    assert clone.push("HEAD:refs/heads/review/topic").accepted
    world.file(clone, [world.signoff("senior-1", clone, [exact, moved])])
    assert clone.push("refs/gatekeeper/signoffs:refs/gatekeeper/signoffs", account="senior-1").accepted
    world.clone("staff-1").commit("Meanwhile", {"long": LINES.replace("line 3\n", "line three\n")})
    assert world.clone("staff-1").push("HEAD:main").accepted
    clone.fetch()
    clone.git("rebase", "-q", "origin/main")
    pushed = clone.push("HEAD:main")
    assert pushed.accepted, pushed.stderr
    world.settle()
    landed = clone.git("rev-list", "--reverse", "-2", "HEAD").split()
    pack(world, tmp_path / "package", commits=tuple(landed))
    done = check(tmp_path / "package", "-k", str(tmp_path / "kept"))
    assert done.status == 0, done.out
    assert f"carried over from {exact}, the same change to the byte" in done.line(landed[0])
    assert f"carried over from {moved}, replayed onto another parent" in done.line(landed[1])
    for commit in (moved, landed[1]):
        shown = clone.git("-C", str(tmp_path / "kept"), "show", "--format=", commit)
        assert "+line thirty" in shown


@one_format
def test_emergencies_are_told_with_what_became_of_them(world: World, tmp_path: Path) -> None:
    allow(world)
    clone = world.clone()
    clone.sync()
    commit = clone.assisted("Cannot wait")
    assert declare(clone).accepted
    world.settle()
    pack(world, tmp_path / "open", commits=(commit,))
    done = check(tmp_path / "open")
    assert done.status == 0, done.out
    assert done.line(commit).startswith("OWED")
    assert "lifted by option of staff-1 (checkout is down), owed by 20" in done.line(commit)
    assert "0 are in order, 1 owed" in done.out
    world.approve(commit)
    world.settle()
    pack(world, tmp_path / "settled", commits=(commit,))
    done = check(tmp_path / "settled")
    assert done.status == 0, done.out
    assert done.line(commit).startswith("ok")
    assert done.line(commit).endswith(": settled")
    assert "approve" in (tmp_path / "settled/statements.tsv").read_text()


@one_format
def test_a_pause_and_an_emergency_statement_are_in_the_record(world: World, tmp_path: Path) -> None:
    allow(world)
    clone = world.clone()
    clone.sync()
    stated = clone.assisted("By a statement")
    pushed = world.store_push(clone, [emergency(world, clone, [stated])], account="staff-1")
    assert pushed.accepted, pushed.stderr
    assert clone.push("HEAD:main").accepted
    assert run("pause", "--repo", world.bare, "--for", "2h", "--reason", "power cut", cwd=world.root).status == 0
    paused = clone.assisted("In a pause")
    assert clone.push("HEAD:main").accepted
    world.settle()
    pack(world, tmp_path / "package", commits=(stated, paused))
    done = check(tmp_path / "package")
    assert done.status == 0, done.out
    assert "lifted by statement of staff-1 (checkout is down)" in done.line(stated)
    assert "lifted by pause of " in done.line(paused)
    assert "(power cut)" in done.line(paused)
    assert done.line(paused).startswith("OWED")


def test_a_merge_that_was_signed_for_itself_passes(world: World, tmp_path: Path) -> None:
    clone = world.clone()
    clone.git("checkout", "-q", "-b", "side")
    side = clone.commit("Side\n\nAssisted-by: claude", {"src/cart.py": "total = 1\n"})
    clone.git("checkout", "-q", "main")
    clone.commit("Main", {"README": "a better shop\n"})
    merge = clone.merge("side", amend={"src/extra.py": "1\n"})
    world.approve(side)
    world.approve(merge)
    assert clone.push("main:main").accepted
    pack(world, tmp_path / "package", commits=(merge, side))
    done = check(tmp_path / "package")
    assert done.status == 0, done.out
    for commit in (merge, side):
        assert done.line(commit).endswith(f"in entry {world_entry(world, commit)}")


def world_entry(world: World, commit: ObjectId) -> int:
    """The entry that took in the sign-off about a commit."""
    with world.ledger() as ledger:
        (statement,) = ledger.subjects([commit])[commit]
    pushes = world.entries("push")
    return next(e.number for e in pushes for r in e.data["receipts"] if r["statement"] == statement)


@one_format
def test_strange_paths_and_authors_are_compared_all_the_same(world: World, tmp_path: Path) -> None:
    world.set_roster({"junior-1": {"emails": ["junior-1@example.com", "j\u00fc\"n'i\\or@example.com"]}})
    clone = world.clone()
    clone.sync()
    files = {"a.b": "1\n", "a/b": "1\n", 'quo"te': "1\n", "tab\there": "1\n", "back\\slash": "1\n", "\u00fc": "1\n"}
    author = "Junior One <j\u00fc\"n'i\\or@example.com>"
    commit = clone.commit("Strange\n\nAssisted-by: claude", files, author=author)
    world.approve(commit)
    pushed = clone.push("HEAD:main")
    assert pushed.accepted, pushed.stderr
    pack(world, tmp_path / "package", commits=(commit,))
    done = check(tmp_path / "package")
    assert done.status == 0, done.out
    assert ";" not in done.line(commit)


@one_format
def test_a_path_with_a_line_end_is_not_compared_and_that_is_said(world: World, tmp_path: Path) -> None:
    clone = world.clone()
    clone.sync()
    commit = clone.commit("Strange\n\nAssisted-by: claude", {"line\nend": "1\n"})
    world.approve(commit)
    assert clone.push("HEAD:main").accepted
    pack(world, tmp_path / "package", commits=(commit,))
    done = check(tmp_path / "package")
    assert done.status == 0, done.out
    assert f"the change of {commit} was not computed" in done.line(commit)


@one_format
def test_what_only_warned_is_told(world: World, tmp_path: Path) -> None:
    world.set_rule(enforce="warn")
    clone = world.clone()
    clone.sync()
    commit = clone.assisted("Nobody looked")
    assert clone.push("HEAD:main").accepted
    pack(world, tmp_path / "package", commits=(commit,))
    done = check(tmp_path / "package")
    assert done.status == 0, done.out
    assert "rule senior-signoff was not satisfied, and only set to warn" in done.line(commit)


@one_format
def test_changes_of_the_policy_in_the_period_are_in_it(world: World, tmp_path: Path) -> None:
    approved(world)
    world.set_policy(undeclared="refuse")
    world.clone("staff-1").sync()
    world.clone("staff-1").commit("Says so\n\nAI-Assisted: no")
    assert world.clone("staff-1").push("HEAD:main").accepted
    world.settle()
    pack(world, tmp_path / "package", size=1, seed="x")
    digest = hashlib.sha256(policy_text(undeclared="refuse").encode()).hexdigest()
    assert (tmp_path / f"package/policies/{digest}.yaml").exists()
    assert digest in (tmp_path / "package/governance.tsv").read_text().splitlines()[-1]
    assert check(tmp_path / "package").status == 0
