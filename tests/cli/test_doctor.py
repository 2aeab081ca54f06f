"""doctor names every way in which a gate does not guard, and is quiet about one that does."""

from __future__ import annotations

import json
import os
import shlex
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import Said, run
from tests.support.people import PEOPLE
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World

SENIOR = {"GATEKEEPER_USER": PEOPLE["senior-1"].account}


def doctor(world: World, *arguments: str, **env: str) -> Said:
    return run("doctor", "--repo", "shop.git", *arguments, cwd=world.root, env={**SENIOR, **env})


def bad(said: Said) -> str:
    assert said.status == 1, said.text
    return "\n".join(line for line in said.out.splitlines() if line.startswith("BAD"))


@pytest.fixture
def whole(world: World) -> World:
    """A world with both hooks as `install` writes them."""
    world.install(measured=False)
    return world


def test_a_gate_that_works_is_found_to_work_by_a_real_push(whole: World) -> None:
    before = whole.refs(), len(whole.entries("push"))
    said = doctor(whole)
    assert said.status == 0
    assert "BAD" not in said.out
    assert "ok    hook pre-receive: there, executable, of this installation\n" in said.out
    assert "ok    policy and roster load; sign-offs are bound to example/shop\n" in said.out
    assert "ok    a real push of an unapproved AI-assisted commit to a copy of refs/heads/main was refused" in said.out
    assert "ok    the pusher is senior-1-login (GATEKEEPER_USER, account): senior-1 of the roster\n" in said.out
    assert (whole.refs(), len(whole.entries("push"))) == before


@one_format
def test_the_same_in_json(whole: World) -> None:
    data = json.loads(doctor(whole, "--format", "json").out)
    assert data["version"] == 1
    assert {symptom["level"] for symptom in data["symptoms"]} <= {"good", "note"}
    assert all(set(symptom) == {"level", "what", "advice"} for symptom in data["symptoms"])


@one_format
@pytest.mark.parametrize("hook", ["pre-receive", "post-receive"])
def test_a_hook_that_is_not_executable(whole: World, hook: str) -> None:
    whole.hook(hook).chmod(0o644)
    said = doctor(whole)
    assert f"{whole.hook(hook)} is not executable, so Git ignores it" in bad(said)
    assert f"chmod +x {whole.hook(hook)}" in said.out
    if hook == "pre-receive":
        assert "was ACCEPTED, and no hook said anything" in bad(said)


@one_format
def test_an_interpreter_that_is_gone(whole: World) -> None:
    text = whole.hook().read_text()
    line = next(line for line in text.splitlines() if line.startswith("python="))
    whole.edit_hook(line, "python=/nowhere/python3")
    found = bad(doctor(whole))
    assert "names the interpreter /nowhere/python3, which is not there" in found
    assert "the gate refuses, but because it cannot judge" in found


@one_format
def test_a_hook_that_is_gone_or_somebody_elses(whole: World) -> None:
    whole.hook().unlink()
    assert f"{whole.hook()} is not there" in bad(doctor(whole))
    whole.hook().write_text("#!/bin/sh\nexit 0\n")
    whole.hook().chmod(0o755)
    assert f"{whole.hook()} is somebody else's hook; gatekeeper does not run" in bad(doctor(whole))


@one_format
def test_what_doctor_advises_can_be_pasted(whole: World) -> None:
    whole.hook().unlink()
    advised = doctor(whole).out.splitlines()
    (command,) = {line.strip() for line in advised if "gatekeeper install" in line}
    again = run(*shlex.split(command)[1:], cwd=whole.root.parent)
    assert again.status == 0
    assert [line for line in again.err.splitlines() if line.startswith("done ")] == [f"done       {whole.hook()}"]
    assert "BAD" not in doctor(whole).out


@one_format
def test_a_policy_that_is_gone_is_put_back_and_not_installed_again(whole: World) -> None:
    policy = whole.root / "policy.yaml"
    policy.unlink()
    said = doctor(whole).out
    assert f"cannot read {policy}: No such file or directory\n      put it back; or name other files: gatekeep" in said


@one_format
def test_a_hook_of_another_installation_is_a_note(whole: World) -> None:
    whole.edit_hook("gc.disable()", "gc.disable() ")
    said = doctor(whole)
    assert said.status == 0
    assert f"note  {whole.hook()} was written by another installation of gatekeeper, or changed since\n" in said.out


@one_format
@pytest.mark.parametrize("scope", ["repository", "user"])
def test_hooks_that_git_does_not_look_for(whole: World, scope: str) -> None:
    env: dict[str, str] = {}
    if scope == "repository":
        whole.config("core.hooksPath", "/nowhere")
    else:
        (whole.root / "gitconfig").write_text("[core]\n\thooksPath = /nowhere\n")
        env = {"GIT_CONFIG_GLOBAL": str(whole.root / "gitconfig")}
    found = bad(doctor(whole, **env))
    assert "core.hooksPath is /nowhere: Git runs no hook of this repository" in found
    assert "cannot be tried" in found or "was ACCEPTED, and no hook said anything" in found


@one_format
def test_a_roster_that_cannot_be_read(whole: World) -> None:
    (whole.root / "roster.yaml").unlink()
    assert "gatekeeper.roster: cannot read" in bad(doctor(whole))


@one_format
@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_roster_without_permission(whole: World) -> None:
    (whole.root / "roster.yaml").chmod(0)
    assert "Permission denied" in bad(doctor(whole))


@one_format
def test_every_error_of_a_policy_is_listed(whole: World) -> None:
    (whole.root / "policy.yaml").write_text("version: 1\nprotect: []\nnonsense: 1\n")
    found = bad(doctor(whole))
    assert "policy.yaml:3:1: unknown key `nonsense`" in found
    assert len(found.splitlines()) > 1


@one_format
@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("receive.fsckObjects", "false", "receive.fsckObjects is not true"),
        ("receive.shallowUpdate", "true", "receive.shallowUpdate is set"),
        ("receive.procReceiveRefs", "refs/for", "receive.procReceiveRefs is set"),
        ("gatekeeper.repository", None, "gatekeeper.repository is not set"),
        ("gatekeeper.policy", None, "gatekeeper.policy is not set"),
    ],
)
def test_a_setting_that_opens_or_breaks_the_gate(whole: World, key: str, value: str | None, words: str) -> None:
    whole.config(key, value)
    assert words in bad(doctor(whole))


@one_format
def test_a_policy_that_only_warns_is_a_note(whole: World) -> None:
    whole.set_rule(enforce="warn")
    said = doctor(whole)
    assert said.status == 0
    assert "note  no rule of the policy refuses yet" in said.out
    assert "note  a push of an unapproved AI-assisted commit was accepted" in said.out


@one_format
def test_a_policy_that_protects_nothing_here_is_a_note(whole: World) -> None:
    whole.set_policy(protect=["refs/heads/release/**"])
    whole.settle()
    fresh = whole.root / "fresh.git"
    whole.git("init", "-q", "--bare", "-b", "main", "--template=", str(fresh))
    files = ("--policy", "policy.yaml", "--roster", "roster.yaml", "--name", "example/fresh", "--server", "ssh")
    assert run("install", "--repo", fresh, *files, cwd=whole.root).status == 0
    said = run("doctor", "--repo", fresh, cwd=whole.root, env=SENIOR)
    assert "note  the policy protects no branch that exists or that it names; nothing to probe" in said.out


@one_format
def test_who_pushes_is_told_known_unknown_or_nobody(whole: World) -> None:
    assert (
        "the pusher stranger (GATEKEEPER_USER, account) is nobody of the roster"
        in doctor(whole, GATEKEEPER_USER="stranger").out
    )
    assert "the gate cannot tell who pushes" in doctor(whole, GATEKEEPER_USER="").out


@one_format
def test_a_ref_that_was_changed_outside_the_gate(whole: World) -> None:
    clone = whole.clone()
    commit = clone.commit("Outside")
    assert clone.push("HEAD:refs/heads/elsewhere").accepted
    whole.git("update-ref", "refs/heads/main", commit)
    said = doctor(whole)
    assert "refs/heads/main was changed outside the gate" in bad(said)
    assert f"gatekeeper baseline add refs/heads/main --repo {whole.bare}" in said.out


@one_format
def test_a_guarded_alias_of_a_branch_that_nothing_guards(whole: World) -> None:
    assert whole.clone().push("main:refs/heads/topic").accepted
    whole.git("symbolic-ref", "refs/heads/release/now", "refs/heads/main")
    assert doctor(whole).status == 0
    whole.git("symbolic-ref", "refs/heads/release/now", "refs/heads/topic")
    assert "refs/heads/release/now is guarded, and an alias of refs/heads/topic, which is not" in bad(doctor(whole))


@one_format
def test_a_ledger_that_was_tampered_with_or_lost(whole: World) -> None:
    ledger = whole.bare / "gatekeeper/ledger.db"
    for extra in ("-wal", "-shm"):
        ledger.with_name(f"ledger.db{extra}").unlink(missing_ok=True)
    ledger.write_bytes(b"no database at all" * 100)
    assert "ledger" in bad(doctor(whole))
    ledger.unlink()
    assert "there is no ledger at" in bad(doctor(whole))


@one_format
def test_an_address_that_runs_the_gate(whole: World) -> None:
    said = doctor(whole, "--url", str(whole.bare))
    assert said.status == 0
    assert f"ok    {whole.bare} runs the gate: a push to a reserved name was refused\n" in said.out
    assert not [ref for ref in whole.refs() if "probe" in ref]


@one_format
def test_an_address_behind_which_no_hook_runs(whole: World) -> None:
    hookless = whole.root / "hookless.git"
    whole.git("clone", "-q", "--bare", str(whole.bare), str(hookless))
    assert "accepted a push to refs/gatekeeper/doctor-probe: this server runs no hook of gatekeeper" in bad(
        doctor(whole, "--url", str(hookless))
    )
    assert "probe" not in whole.clone().git("ls-remote", str(hookless))


@one_format
def test_an_address_that_leads_nowhere(whole: World) -> None:
    nowhere = whole.root / "nowhere.git"
    assert f"{nowhere} refused, and not by gatekeeper" in bad(doctor(whole, "--url", str(nowhere)))


@one_format
def test_a_repository_that_was_never_armed_gets_one_finding(whole: World) -> None:
    whole.git("init", "-q", "--bare", "--template=", str(whole.root / "plain.git"))
    said = run("doctor", "--repo", "plain.git", cwd=whole.root)
    assert said.out.splitlines() == [
        f"BAD   gatekeeper does not guard {whole.root}/plain.git",
        (
            f"      gatekeeper install --repo {whole.root}/plain.git --policy policy.yaml --roster roster.yaml "
            "--name NAME --server PLATFORM"
        ),
    ]
