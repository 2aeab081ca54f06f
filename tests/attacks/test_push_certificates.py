"""A push certificate says who pushed only if it is good, fresh, of the roster, and about exactly this push."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import pytest

from tests.support.clock import let_time_pass
from tests.support.clones import execute
from tests.support.emergencies import DECLARE, allow
from tests.support.environment import require
from tests.support.people import fingerprint, private_file, public_line
from tests.support.world import World, one_format

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.clones import Clone, Pushed

NOT_COUNTED = "your push certificate does not count: "
SIGNERS = ("intern-1", "junior-1", "senior-1", "staff-1", "build-bot", "somebody else")


@pytest.fixture
def signing(world: World) -> World:
    """A server that asks for signed pushes, and knows everybody's key and a stranger's."""
    require("ssh-keygen")
    allowed = world.root / "allowed_signers"
    allowed.write_text("".join(f'{name.split()[0]} namespaces="git" {public_line(name)}\n' for name in SIGNERS))
    world.config("receive.certNonceSeed", "a secret of the server")
    world.config("gpg.ssh.allowedSignersFile", str(allowed))
    return world


def _signs(clone: Clone, key: str) -> None:
    file = clone.path.parent / f"{clone.owner.id}-pushes-{key.replace(' ', '-')}"
    file.write_bytes(private_file(key))
    file.chmod(0o600)
    clone.git("config", "gpg.format", "ssh")
    clone.git("config", "user.signingKey", str(file))


def _push(clone: Clone, *refspecs: str, key: str = "", account: str = "", options: Sequence[str] = ()) -> Pushed:
    """Push with a certificate, by default of the clone's owner and without an account."""
    _signs(clone, key or clone.owner.id)
    return clone.push(*refspecs, account=account, options=("--signed", *options))


def _pusher(world: World) -> dict[str, str]:
    pusher: dict[str, str] = world.entries("push")[-1].data["pusher"]
    return pusher


# ---- honest ----------------------------------------------------------------------------------------


def test_a_certificate_says_who_pushed_where_the_platform_says_nothing(signing: World) -> None:
    clone = signing.clone("senior-1")
    commit = clone.assisted()
    assert clone.push("main:refs/heads/release/1", account="").refused
    clone.git("commit", "-q", "--amend", "--no-edit", "--reset-author", env=clone.dates())
    commit = clone.id()
    pushed = _push(clone, "main:main")
    assert pushed.accepted, pushed.stderr
    assert f"counted as your own work: {commit[:7]}" in pushed.text
    assert (_pusher(signing)["person"], _pusher(signing)["how"]) == ("senior-1", "push certificate")
    with signing.ledger() as ledger:
        kept = ledger.archived(_pusher(signing)["certificate"])
    assert kept is not None
    assert f"{commit} refs/heads/main\n".encode() in kept
    assert signing.faults() == []


def test_a_junior_is_known_by_it_too(signing: World) -> None:
    clone = signing.clone("junior-1")
    clone.assisted()
    assert _push(clone, "main:main").refused
    assert _pusher(signing)["person"] == "junior-1"


@one_format
def test_certificate_and_account_of_one_person_agree(signing: World) -> None:
    clone = signing.clone("senior-1")
    clone.assisted()
    assert _push(clone, "main:main", account="senior-1").accepted
    assert _pusher(signing)["how"] == "GATEKEEPER_USER"


@one_format
def test_several_refs_a_deletion_and_options_are_about_the_push(signing: World) -> None:
    clone = signing.clone("senior-1")
    assert clone.push("main:refs/heads/old").accepted
    commit = clone.assisted()
    refspecs = ("main:main", "main:refs/heads/release/1", ":refs/heads/old")
    pushed = _push(clone, *refspecs, options=("-o", "a=b", "-o", "c"))
    assert pushed.accepted, pushed.stderr
    assert signing.refs()["refs/heads/release/1"] == commit


@one_format
def test_an_emergency_is_declared_by_whoever_signed_the_push(signing: World) -> None:
    signing.set_policy(emergency={"allowed": {"people": ["senior-1"]}})
    emergency = ("-o", "gatekeeper.emergency=checkout is down")
    clone = signing.clone("junior-1")
    clone.assisted()
    pushed = _push(clone, "main:main", options=emergency)
    assert pushed.refused
    assert "junior-1 is not among those who may declare one" in pushed.text
    assert _push(clone, "main:main", key="somebody else", options=emergency).refused
    pushed = _push(clone, "main:main", key="senior-1", options=emergency)
    assert pushed.accepted, pushed.stderr
    assert pushed.first_line.startswith("gatekeeper: EMERGENCY main: 1 commit")


# ---- who signed ------------------------------------------------------------------------------------


@pytest.mark.parametrize("refspec", ["main:main", "main:refs/heads/topic"])
def test_an_account_and_a_certificate_of_different_people_are_refused(signing: World, refspec: str) -> None:
    clone = signing.clone("junior-1")
    clone.commit("Plain")
    pushed = _push(clone, refspec, key="senior-1", account="junior-1")
    assert pushed.refused
    assert "the account junior-1-login pushed, and senior-1 signed the push certificate" in pushed.text
    assert _push(clone, refspec, account="junior-1").accepted


@one_format
@pytest.mark.parametrize(
    ("key", "why"),
    [
        ("somebody else", "is nobody's in the roster"),
        ("build-bot", "is nobody's in the roster"),
        ("junior-1", ""),
    ],
)
def test_a_certificate_of_another_key_makes_nobody_a_senior(signing: World, key: str, why: str) -> None:
    clone = signing.clone("senior-1")
    clone.assisted()
    pushed = _push(clone, "main:main", key=key)
    assert pushed.refused
    assert why in pushed.text
    assert (NOT_COUNTED in pushed.text) == bool(why)
    clone.git("commit", "-q", "--amend", "--no-edit", "--reset-author", env=clone.dates())
    assert _push(clone, "main:main").accepted


@one_format
@pytest.mark.parametrize(
    "change",
    [
        {"keys": [{"key": public_line("senior-1"), "revoked": "2026-01-01"}]},
        {"keys": [{"key": public_line("senior-1"), "until": "2026-01-01"}]},
        {"keys": [{"key": public_line("senior-1"), "from": "2999-01-01"}]},
        {"until": "2026-01-01"},
    ],
    ids=["revoked", "expired", "not yet", "left"],
)
def test_a_key_that_does_not_count_now_says_nothing(signing: World, change: dict[str, object]) -> None:
    signing.set_roster({"senior-1": change})
    clone = signing.clone("senior-1")
    clone.assisted()
    pushed = _push(clone, "main:main")
    assert pushed.refused
    assert f"{NOT_COUNTED}its key {fingerprint('senior-1')} does not count for senior-1 now" in pushed.text
    assert _pusher(signing)["person"] == ""


@one_format
def test_a_machines_account_does_not_become_a_persons(signing: World) -> None:
    signing.config("gatekeeper.server", "gitea")
    clone = signing.clone("senior-1")
    clone.assisted()
    _signs(clone, "senior-1")
    deploy = {"GITEA_PUSHER_NAME": "senior-1-login", "GITEA_DEPLOY_KEY_ID": "7"}
    pushed = clone.push("main:main", account="", options=("--signed",), env=deploy)
    assert pushed.refused
    assert f"{NOT_COUNTED}the account deploy key 7 is not one of senior-1 in the roster" in pushed.text
    clone.git("commit", "-q", "--amend", "--no-edit", "--reset-author", env=clone.dates())
    assert clone.push(
        "main:main", account="", options=("--signed",), env=deploy | {"GITEA_DEPLOY_KEY_ID": "0"}
    ).accepted


@one_format
def test_an_account_that_is_nobodys_stays_nobodys(signing: World) -> None:
    signing.set_roster({"senior-1": {"accounts": []}})
    clone = signing.clone("senior-1")
    clone.assisted()
    pushed = _push(clone, "main:main", account="senior-1")
    assert pushed.refused
    assert "the account senior-1-login is not one of senior-1 in the roster" in pushed.text


@one_format
def test_an_emergency_needs_a_certificate_of_somebody_who_may_declare_one(signing: World) -> None:
    allow(signing)
    junior, staff = signing.clone("junior-1"), signing.clone("staff-1")
    junior.assisted()
    assert _push(junior, "main:main", options=DECLARE).refused
    assert junior.push("main:main", account="", options=DECLARE).refused
    assert junior.push("main:refs/heads/topic", account="").accepted
    staff.fetch()
    pushed = _push(staff, "origin/topic:refs/heads/main", options=DECLARE)
    assert pushed.accepted, pushed.stderr
    assert "EMERGENCY main" in pushed.first_line


# ---- what Git found --------------------------------------------------------------------------------


@one_format
def test_a_server_that_cannot_check_says_nothing(signing: World) -> None:
    signing.config("gpg.ssh.allowedSignersFile", None)
    clone = signing.clone("senior-1")
    clone.assisted()
    pushed = _push(clone, "main:main")
    assert pushed.refused
    assert f"{NOT_COUNTED}Git found its signature not good" in pushed.text


@one_format
def test_the_roster_decides_whose_key_it_is_not_gits_file(signing: World) -> None:
    """Git says G of every good signature, also by a key that its file of signers lacks."""
    (signing.root / "allowed_signers").write_text(f"senior-2 {public_line('somebody else')}\n")
    clone = signing.clone("senior-1")
    clone.assisted()
    assert _push(clone, "main:main", key="somebody else").refused
    clone.git("commit", "-q", "--amend", "--no-edit", "--reset-author", env=clone.dates())
    assert _push(clone, "main:main").accepted


def _certificate(world: World, clone: Clone, *updates: tuple[str, str, str]) -> dict[str, str]:
    """What receive-pack tells the hook of a signed push of these updates; the certificate's blob is on the server."""
    seen = world.root / "environment"
    world.run_in_hook(
        "import json, os\n"
        f'with open("{seen}", "w") as file: '
        'json.dump({k: v for k, v in os.environ.items() if k.startswith("GIT_PUSH_CERT")}, file)'
    )
    pushed = _push(clone, *(f"{new}:{ref}" for _, new, ref in updates))
    assert pushed.stderr
    said: dict[str, str] = json.loads(seen.read_text())
    assert said["GIT_PUSH_CERT_STATUS"] == "G"
    assert world.has(said["GIT_PUSH_CERT"])
    return said


@pytest.fixture
def told(signing: World) -> tuple[World, Clone, str, dict[str, str]]:
    """A senior's signed push to a branch whose objects are on the server; standard input and variables of its hook."""
    clone = signing.clone("senior-1")
    clone.assisted()
    old = signing.refs()["refs/heads/main"]
    assert clone.push("main:refs/heads/objects", account="").accepted
    signing.config("receive.denyDeletes", "true")
    commit = clone.id()
    said = _certificate(signing, clone, (old, commit, "refs/heads/release/1"))
    zero = signing.object_format.zero
    return signing, clone, f"{zero} {commit} refs/heads/release/1\n", said


def _person(world: World, data: str, variables: dict[str, str]) -> str:
    """Whom the gate takes for the pusher when receive-pack says this."""
    done = world.run_hook(data, account="", **variables)
    assert done.returncode in (0, 1), done.stderr
    return _pusher(world)["person"]


def test_the_environment_alone_makes_nobody_a_senior(told: tuple[World, Clone, str, dict[str, str]]) -> None:
    """Git hands on whatever these variables are when a push has no certificate."""
    world, clone, data, said = told
    assert _person(world, data, said) == "senior-1"
    (line,) = data.splitlines()
    old, new, ref = line.split(" ")
    blob = clone.git("hash-object", "-w", str(clone.path / "README"))
    clone.git("update-ref", "refs/tags/blob", blob)
    assert clone.push("refs/tags/blob", account="").accepted
    for changed in (
        {"GIT_PUSH_CERT_STATUS": "U"},
        {"GIT_PUSH_CERT_STATUS": "B"},
        {"GIT_PUSH_CERT_STATUS": ""},
        {"GIT_PUSH_CERT_NONCE_STATUS": "SLOP"},
        {"GIT_PUSH_CERT_NONCE_STATUS": "BAD"},
        {"GIT_PUSH_CERT_NONCE": "1-1"},
        {"GIT_PUSH_CERT_KEY": fingerprint("staff-1")},
        {"GIT_PUSH_CERT": blob},
        {"GIT_PUSH_CERT": new},
        {"GIT_PUSH_CERT": "HEAD"},
        {"GIT_PUSH_CERT": "f" * len(new)},
        {"GIT_PUSH_CERT": ""},
        {"GIT_PUSH_OPTION_COUNT": "1", "GIT_PUSH_OPTION_0": "gatekeeper.emergency=x"},
    ):
        assert _person(world, data, said | changed) == "", changed
    assert _person(world, f"{old} {new} refs/heads/main2\n", said) == ""
    assert _person(world, f"{new} {old} {ref}\n", said) == ""
    assert _person(world, f"{data}{old} {new} refs/heads/main2\n", said) == ""
    assert _person(world, data, said) == "senior-1"


@one_format
def test_a_certificate_cannot_be_used_again_later(told: tuple[World, Clone, str, dict[str, str]]) -> None:
    world, _, data, said = told
    let_time_pass(world, 3700)
    assert _person(world, data, said) == ""


@one_format
def test_a_certificate_that_was_edited_says_nothing(told: tuple[World, Clone, str, dict[str, str]]) -> None:
    world, _, data, said = told
    good = execute(["git", "cat-file", "blob", said["GIT_PUSH_CERT"]], world.bare, os.environ)
    signature = good[good.index(b"-----BEGIN") :]
    edited = {
        "another nonce": good.replace(b"nonce 1", b"nonce 2"),
        "another pusher": good.replace(b"pusher ", b"pusher x"),
        "no signature": good.removesuffix(signature),
        "two signatures": good + signature,
        "no nonce": b"".join(line for line in good.splitlines(True) if not line.startswith(b"nonce ")),
        "another version": good.replace(b"version 0.1", b"version 0.2"),
        "no updates": good.replace(data.encode(), b""),
        "nothing": b"",
    }
    for what, content in edited.items():
        assert content != good, what
        blob = world.git("hash-object", "-w", "--stdin", data=content)
        assert _person(world, data, said | {"GIT_PUSH_CERT": blob}) == "", what
