"""Policy and roster on a ref, as the owner of the server meets them: install, doctor, baseline, publish."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gatekeeper.config.sources import SourceError
from gatekeeper.core.ids import Timestamp
from gatekeeper.installing import find_git
from gatekeeper.opening import Server
from tests.docs.reading import block
from tests.pushes.conftest import template
from tests.support.commands import Said, run
from tests.support.people import PEOPLE, roster_text
from tests.support.signoffs import REPOSITORY
from tests.support.world import GOVERNED, World, policy_text

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["template"]
INSTALL = (Path(__file__).parents[1] / "docs" / "install.md").read_text("utf-8")
RULES = {"policy.yaml": policy_text(), "roster.yaml": roster_text({})}
NOBODY = {"roster.yaml": roster_text({"senior-1": {"administrator": False}, "staff-1": {"administrator": False}})}


@pytest.fixture
def world(template: Callable[[str, bool], World], tmp_path: Path) -> World:
    """A server with one commit on main, whose policy and roster are files."""
    return template("sha1", True).copy(tmp_path / "world")


def owner(world: World, *arguments: str) -> Said:
    return run(*arguments, "--repo", "shop.git", cwd=world.root, env={"GATEKEEPER_USER": PEOPLE["senior-1"].account})


def bring(world: World, files: dict[str, str], ref: str = GOVERNED) -> str:
    """Put files on a ref by the server's own means."""
    tip = world.rules.commit("Rules", files)
    world.rules.git("push", "-q", str(world.bare), f"HEAD:refs/heads/brought-{tip}")
    world.git("update-ref", ref, tip)
    return tip


@pytest.mark.parametrize("ref", [GOVERNED, "refs/policies/shop", "refs/heads/deep/er/rules"])
def test_a_second_run_changes_nothing(world: World, ref: str) -> None:
    world.govern(ref)
    before = world.refs(), len(world.entries())
    world.install(at=ref)
    assert (world.refs(), len(world.entries())) == before
    assert world.entries("baseline")[-1].data == {
        "tips": {ref: world.rules.id()},
        "every_ref": False,
        "why": "policy and roster lie here",
    }
    said = owner(world, "doctor")
    assert "BAD" not in said.out, said.out
    assert f"ok    policy and roster load from {ref}; sign-offs are bound to {REPOSITORY}\n" in said.out
    assert "ok    a real push of an unapproved AI-assisted commit to a copy of refs/heads/main was refused" in said.out


def test_a_fresh_repository_is_armed_with_rules_on_a_ref(world: World) -> None:
    """Its history is no baseline for the guarded refs: what is on the ref of the rules alone was never judged."""
    clone = world.clone("junior-1")
    assisted = clone.commit("Begin\n\nAssisted-by: claude\n", RULES)
    shutil.rmtree(world.bare / "gatekeeper")
    world.git("update-ref", "-d", "refs/gatekeeper/published")
    world.hook().unlink()
    clone.git("push", "-q", str(world.bare), f"{assisted}:{GOVERNED}")
    world.install(at=GOVERNED)
    assert clone.push("main:main").refused
    world.approve(assisted)
    assert clone.push("main:main").accepted
    assert world.faults() == []


def test_what_is_published_is_what_is_in_force(world: World) -> None:
    rules = world.govern()
    tip = rules.commit("Change", {"policy.yaml": policy_text(undeclared="refuse")})
    signed = world.signoff("senior-1", rules, [tip])
    assert world.store_push(rules, [signed], f"main:{GOVERNED}").accepted
    world.settle()
    assert world.git("show", "refs/gatekeeper/published:policy.yaml") == policy_text(undeclared="refuse")
    assert owner(world, "publish").err == "Nothing new to publish.\n"


BAD_VALUES = {
    "mixed": (f"{GOVERNED}:policy.yaml", "roster.yaml", "both must lie on one ref, or both in files"),
    "two refs": (f"{GOVERNED}:policy.yaml", "refs/heads/main:roster.yaml", "both must lie on one ref"),
    "no such ref": ("refs/heads/none:policy.yaml", "refs/heads/none:roster.yaml", "refs/heads/none does not exist"),
    "no such file": (f"{GOVERNED}:policy.yaml", f"{GOVERNED}:people.yaml", "people.yaml must be a regular file"),
    "no path": (GOVERNED, GOVERNED, "it must be <ref>:<path>"),
    "reserved": ("refs/gatekeeper/x:p", "refs/gatekeeper/x:r", "nothing can be kept on refs/gatekeeper/x"),
}


@pytest.mark.parametrize(("policy", "roster", "why"), BAD_VALUES.values(), ids=BAD_VALUES)
def test_values_that_cannot_be_are_refused_by_install_and_by_every_push(
    world: World, policy: str, roster: str, why: str
) -> None:
    tip = bring(world, RULES)
    said = owner(world, "install", "--policy", policy, "--roster", roster, "--name", REPOSITORY)
    assert said.status == 2
    assert why in said.err
    clone = world.clone("senior-1")
    clone.commit("Plain")
    assert clone.push("main:main").accepted
    clone.commit("Plain again")
    with world.ledger() as ledger:
        data = {"tips": {GOVERNED: tip}, "every_ref": False, "why": "ours"}
        ledger.append("baseline", data, now=Timestamp(0), repository=REPOSITORY)
    world.config("gatekeeper.policy", policy)
    world.config("gatekeeper.roster", roster if roster.startswith("refs/") else str(world.root / roster))
    pushed = clone.push("main:main")
    assert pushed.undecided
    assert why in pushed.first_line


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({**RULES, **NOBODY}, "policy and roster could never be changed again"),
        ({**RULES, "policy.yaml": "version: ["}, "gatekeeper:policy.yaml:2:1: this is not YAML"),
    ],
)
def test_a_first_version_that_nobody_could_use_or_change_is_refused(
    world: World, files: dict[str, str], why: str
) -> None:
    bring(world, files)
    values = ("--policy", f"{GOVERNED}:policy.yaml", "--roster", f"{GOVERNED}:roster.yaml")
    said = owner(world, "install", *values, "--name", REPOSITORY)
    assert said.status == 2
    assert why in said.err
    assert not world.git("config", "gatekeeper.policy").startswith("refs/")


def test_a_ref_that_install_never_took_in_is_believed_by_no_push(world: World) -> None:
    bring(world, RULES)
    for name in ("policy", "roster"):
        world.config(f"gatekeeper.{name}", f"{GOVERNED}:{name}.yaml")
    clone = world.clone("senior-1")
    clone.commit("Plain")
    pushed = clone.push("main:main")
    assert pushed.undecided
    assert f"{GOVERNED} holds policy and roster, and came there outside the gate" in pushed.first_line
    assert owner(world, "baseline", "add", GOVERNED, "--why", "ours").status == 0
    assert clone.push("main:main").accepted


def test_a_change_outside_the_gate_is_found_and_can_be_accepted(world: World) -> None:
    world.govern()
    tip = bring(world, {"policy.yaml": policy_text(undeclared="refuse")})
    said = owner(world, "doctor")
    assert said.status == 1
    assert f"{GOVERNED} was changed outside the gate" in said.out
    clone = world.clone("senior-1")
    clone.commit("Plain")
    assert clone.push("main:main").undecided
    assert owner(world, "baseline", "add", GOVERNED, "--why", "ours").status == 0
    assert world.entries("baseline")[-1].data["tips"] == {GOVERNED: tip}
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "does not say whether AI helped" in pushed.text
    assert world.faults() == []


@pytest.mark.parametrize(
    ("files", "why"), [({"policy.yaml": "version: ["}, "this is not YAML"), (NOBODY, "could never be changed again")]
)
def test_what_cannot_be_used_is_not_accepted_either(world: World, files: dict[str, str], why: str) -> None:
    world.govern()
    bring(world, files)
    entries = len(world.entries("baseline"))
    said = owner(world, "baseline", "add", GOVERNED, "--why", "ours")
    assert said.status == 2
    assert why in said.err
    assert len(world.entries("baseline")) == entries


def test_an_alias_is_taken_in_as_the_ref_that_it_names(world: World) -> None:
    world.govern()
    world.git("symbolic-ref", "refs/heads/alias", GOVERNED)
    tip = bring(world, {"notes.txt": "words\n"})
    assert owner(world, "baseline", "add", "alias", "--why", "ours").status == 0
    assert world.entries("baseline")[-1].data["tips"] == {GOVERNED: tip}


def test_doctor_says_when_nobody_can_change_the_rules_any_more(world: World) -> None:
    """Nobody did anything: the administrators have left since."""
    world.govern(people={"senior-1": {"until": "2099-01-01"}, "staff-1": {"administrator": False}})
    assert "BAD" not in owner(world, "doctor").out
    late = world.root / "late"
    late.mkdir()
    (late / "sitecustomize.py").write_text(
        "import time\nnow = time.time\ntime.time = lambda: now() + 73 * 366 * 86400\n"
    )
    said = run(
        "doctor", "--repo", "shop.git", cwd=world.root, env={"PYTHONPATH": f"{late}:{Path(__file__).parents[1]}"}
    )
    assert said.status == 1
    assert "BAD   policy and roster could never be changed again: that takes 1 administrator, and 0" in said.out


def test_the_owner_gets_out_as_the_documents_say(world: World) -> None:
    world.govern(people={"senior-1": {"until": "2026-01-01"}, "staff-1": {"administrator": True}})
    mended = world.rules.commit("Mend", {"roster.yaml": roster_text({})})
    world.rules.git("push", "-q", str(world.bare), f"{mended}:refs/heads/mended")
    (world.root / "bin").mkdir()
    command = world.root / "bin" / "gatekeeper"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gatekeeper "$@"\n')
    command.chmod(0o755)
    path = f"{world.root / 'bin'}:{Path(find_git()).parent}:/usr/bin:/bin"
    script = block(INSTALL, "governed ref", "sh")
    env = {"PATH": path, "PYTHONPATH": str(Path(__file__).parents[1]), "HOME": str(world.root)}
    subprocess.run(["sh", "-eu", "-c", script], cwd=world.root, env=env, check=True, capture_output=True)
    assert world.refs()[GOVERNED] == mended
    clone = world.clone("senior-1")
    clone.commit("Plain")
    assert clone.push("main:main").accepted


def test_without_a_ledger_the_ref_of_the_rules_is_guarded_all_the_same(world: World) -> None:
    rules = world.govern()
    for path in (world.bare / "gatekeeper").glob("ledger.db*"):
        path.unlink()
    rules.commit("Words", {"notes.txt": "words\n"})
    pushed = rules.push(f"main:{GOVERNED}")
    assert pushed.undecided
    assert "there is no ledger" in pushed.first_line
    assert rules.push("main:refs/heads/topic").accepted


def test_a_file_that_is_too_large_is_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.govern()
    with Server(str(world.bare), find_git()) as server:
        assert server.in_force(None).governed is not None
        monkeypatch.setattr("gatekeeper.governed.MAX_BYTES", 100)
        with pytest.raises(SourceError, match=r"policy\.yaml must be a regular file, and it is larger than 100 bytes"):
            server.in_force(None)


def test_back_to_files(world: World) -> None:
    rules = world.govern()
    world.install()
    rules.commit("Weaker", {"policy.yaml": policy_text(undeclared="refuse")})
    assert rules.push(f"main:{GOVERNED}").accepted
    clone = world.clone("senior-1")
    clone.commit("Plain")
    assert clone.push("main:main").accepted


def test_they_can_be_checked_where_they_lie(world: World) -> None:
    rules = world.govern()
    rules.commit("Broken", {"roster.yaml": "version: [", "other.yaml": policy_text()})
    main, pair = "refs/heads/main", (f"{GOVERNED}:policy.yaml", "--roster", f"{GOVERNED}:roster.yaml")
    on_server = run("-C", world.bare, "policy", "check", *pair, cwd=rules.path)
    assert on_server.err.startswith(f"{GOVERNED}:policy.yaml: in order; 1 rule"), on_server.err
    assert run("policy", "check", *pair, cwd=rules.path).status == 2
    assert run("policy", "check", f"{main}:other.yaml", cwd=rules.path).status == 0
    broken = run("roster", "check", f"{main}:roster.yaml", cwd=rules.path)
    assert broken.status == 2
    assert f"{main}:roster.yaml:2:1: this is not YAML" in broken.err
    absent = run("policy", "check", f"{main}:none.yaml", cwd=rules.path)
    assert absent.status == 2
    assert "none.yaml must be a regular file, and it is not there" in absent.err


def test_check_on_the_server_says_what_the_push_would(world: World) -> None:
    rules = world.govern()
    first = rules.id()
    tip = rules.commit("Change", {"policy.yaml": policy_text(stale_for="2h")})
    assert rules.push(f"{tip}:refs/heads/review/rules").accepted
    question = ("check", f"{first}..{tip}", "--into", "gatekeeper")
    said = owner(world, *question)
    assert said.status == 1
    assert "it changes policy or roster, which 1 administrator must sign; 1 missing" in said.out
    signed = world.signoff("senior-1", rules, [tip])
    assert world.store_push(rules, [signed]).accepted
    data = json.loads(owner(world, *question, "--format", "json").out)
    assert data["outcome"] == "accepted"
    (view,) = data["refs"][0]["governance"]
    assert (view["signer"], view["counts"]) == ("senior-1", True)
    assert owner(world, "check", first, "--into", "gatekeeper").status == 0
    assert rules.push(f"main:{GOVERNED}").accepted
    assert owner(world, *question).status == 0


def test_the_audit_finds_such_a_history_in_order_and_a_change_outside_the_gate(world: World) -> None:
    rules = world.govern()
    tip = rules.commit("Change", {"policy.yaml": policy_text(stale_for="2h")})
    signed = world.signoff("senior-1", rules, [tip])
    assert world.store_push(rules, [signed], f"main:{GOVERNED}").accepted
    clone = world.clone("senior-1")
    clone.commit("Plain")
    assert clone.push("main:main").accepted
    assert owner(world, "audit").status == 0
    assert world.faults() == []
    (view,) = next(
        ref["governance"]
        for entry in reversed(world.entries("push"))
        for ref in entry.data["verdict"]["refs"]
        if ref["ref"] == GOVERNED
    )
    assert (view["signer"], view["statement"]) == ("senior-1", signed.id)
    bring(world, {"policy.yaml": policy_text()})
    said = owner(world, "audit")
    assert said.status == 1
    assert f"CRITICAL changed-outside  {GOVERNED.removeprefix('refs/heads/')}\n" in said.text
