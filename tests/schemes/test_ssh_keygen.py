"""Signing through the user's ssh-keygen: agents, passphrases, terminals, and errors that help."""

from __future__ import annotations

import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.keys import parse_public_key
from gatekeeper.schemes import Outcome, ssh
from gatekeeper.schemes.ssh_keygen import SigningError, public_key_of, sign
from tests.schemes.sshkeys import KINDS, MESSAGE, NAMESPACE, make_key, openssh_accepts, pub

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def plain(tmp_path: Path) -> dict[str, str]:
    """An environment without an agent, a display or an askpass program."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}


@pytest.fixture
def agent(plain: dict[str, str]) -> Iterator[dict[str, str]]:
    """An environment with an empty ssh-agent."""
    directory = tempfile.mkdtemp(prefix="agent-")  # a socket's path must be short
    environment = {**plain, "SSH_AUTH_SOCK": f"{directory}/socket"}
    with subprocess.Popen(["ssh-agent", "-D", "-a", environment["SSH_AUTH_SOCK"]], stdout=subprocess.DEVNULL) as it:
        for _ in range(500):
            if Path(environment["SSH_AUTH_SOCK"]).exists():
                break
            time.sleep(0.01)
        yield environment
        it.terminate()
    shutil.rmtree(directory)


@pytest.mark.parametrize("kind", KINDS)
def test_openssh_accepts_what_sign_makes(
    keys: dict[str, Path], kind: str, plain: dict[str, str], tmp_path: Path
) -> None:
    blob = sign(MESSAGE, key=str(keys[kind]), namespace=NAMESPACE, environment=plain)
    public = pub(keys[kind]).read_bytes()
    assert openssh_accepts(tmp_path, public, ssh.armor(blob))
    assert not openssh_accepts(tmp_path, public, ssh.armor(blob), MESSAGE + b"!")


@pytest.mark.parametrize("kind", ["ed25519", "ecdsa-384", "rsa-2048"])
@pytest.mark.parametrize("form", ["path", "literal", "key::"])
def test_an_agent_signs_where_only_the_public_key_is_at_hand(
    keys: dict[str, Path], agent: dict[str, str], tmp_path: Path, kind: str, form: str
) -> None:
    subprocess.run(["ssh-add", "-q", str(keys[kind])], env=agent, check=True)
    shutil.copy(pub(keys[kind]), tmp_path / "alone.pub")
    text = pub(keys[kind]).read_text().strip()
    key = {"path": str(tmp_path / "alone.pub"), "literal": text, "key::": f"key::{text}"}[form]
    blob = sign(MESSAGE, key=key, namespace=NAMESPACE, environment=agent)
    assert ssh.verify(blob, MESSAGE, NAMESPACE).fingerprint == public_key_of(key, environment=agent).fingerprint
    assert openssh_accepts(tmp_path, text.encode(), ssh.armor(blob))


def askpass(directory: Path, answer: str) -> dict[str, str]:
    program = directory / "askpass"
    program.write_text(f"#!/bin/sh\necho {answer}\n")
    program.chmod(0o700)
    return {"SSH_ASKPASS": str(program), "SSH_ASKPASS_REQUIRE": "force"}


def test_a_passphrase_is_asked_for_through_askpass(plain: dict[str, str], tmp_path: Path) -> None:
    key = make_key(tmp_path / "locked", "ed25519", "correct horse")
    environment = {**plain, **askpass(tmp_path, "correct horse")}
    blob = sign(MESSAGE, key=str(key), namespace=NAMESPACE, environment=environment)
    assert openssh_accepts(tmp_path, pub(key).read_bytes(), ssh.armor(blob))


def test_a_wrong_passphrase_says_so_and_what_to_do(
    plain: dict[str, str], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    key = make_key(tmp_path / "my key", "ed25519", "correct horse")
    with pytest.raises(SigningError) as failure:
        sign(MESSAGE, key=str(key), namespace=NAMESPACE, environment={**plain, **askpass(tmp_path, "wrong")})
    assert f"cannot sign with {key}: ssh-keygen said" in failure.value.what
    assert "incorrect passphrase" in failure.value.what
    assert failure.value.hint.endswith(f"ssh-add '{key}'")
    assert "incorrect passphrase" in capfd.readouterr().err


ON_A_TERMINAL = """
import fcntl, os, sys, termios
terminal = os.open(sys.argv[1], os.O_RDWR)
fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
from gatekeeper.schemes import ssh_keygen
sys.stdout.buffer.write(ssh_keygen.sign(b"message", key=sys.argv[2], namespace="n"))
"""


def test_a_passphrase_is_asked_for_on_the_terminal_even_with_a_display_and_data_on_stdin(
    plain: dict[str, str], tmp_path: Path
) -> None:
    key = make_key(tmp_path / "locked", "ed25519", "correct horse")
    ours, theirs = os.openpty()
    environment = {
        **plain,
        "DISPLAY": ":99",
        "SSH_ASKPASS": "/nonexistent",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    with subprocess.Popen(
        [sys.executable, "-c", ON_A_TERMINAL, os.ttyname(theirs), str(key)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        start_new_session=True,
    ) as process:
        prompt = b""
        while not prompt.endswith(b": "):
            if not select.select([ours], [], [], 30)[0]:
                process.kill()
                pytest.fail("nothing was asked on the terminal")
            prompt += os.read(ours, 100)
        os.write(ours, b"correct horse\n")
        blob, errors = process.communicate(b"not for ssh-keygen\n", timeout=60)
    os.close(ours)
    os.close(theirs)
    assert errors == b""
    assert b"passphrase" in prompt
    assert ssh.verify(blob, b"message", "n").outcome is Outcome.GOOD


def test_a_message_of_any_size_and_a_key_in_a_strange_place_are_signed(
    keys: dict[str, Path], plain: dict[str, str], tmp_path: Path
) -> None:
    directory = tmp_path / "-n ü $(id)"
    directory.mkdir()
    shutil.copy(keys["ed25519"], directory / "key")
    for message in (b"", b"x" * 3_000_000):
        blob = sign(message, key=str(directory / "key"), namespace="n", environment=plain)
        assert ssh.verify(blob, message, "n").outcome is Outcome.GOOD


@pytest.mark.parametrize(
    ("key", "said", "hint"),
    [
        ("/nonexistent/key", "No such file", "git config user.signingKey"),
        ("key::{ed25519}", "agent", "ssh-add"),
        ("{ed25519}", "agent", "ssh-add"),
        ("ssh-dss AAAA", "too weak", "ssh-keygen -t ed25519"),
        ("key::ssh-ed25519", "nothing follows", "ssh-keygen -t ed25519"),
    ],
    ids=["missing", "not in agent", "not in agent, as Git writes it", "type", "cut off"],
)
def test_a_key_that_cannot_sign_is_named_with_the_reason_and_the_next_step(
    keys: dict[str, Path], plain: dict[str, str], key: str, said: str, hint: str
) -> None:
    key = key.replace("{ed25519}", pub(keys["ed25519"]).read_text().strip())
    with pytest.raises(SigningError) as failure:
        sign(MESSAGE, key=key, namespace=NAMESPACE, environment=plain)
    assert key[:100] in failure.value.what
    assert said in failure.value.what
    assert hint in failure.value.hint
    assert str(failure.value) == f"{failure.value.what}\n{failure.value.hint}"


def test_a_public_key_without_a_private_half_points_to_the_agent(
    keys: dict[str, Path], plain: dict[str, str], tmp_path: Path
) -> None:
    shutil.copy(pub(keys["ed25519"]), tmp_path / "alone.pub")
    with pytest.raises(SigningError, match="No private key found") as failure:
        sign(MESSAGE, key=str(tmp_path / "alone.pub"), namespace=NAMESPACE, environment=plain)
    assert "ssh-add" in failure.value.hint


def test_a_key_that_others_can_read_is_told_with_the_command_that_helps(
    keys: dict[str, Path], plain: dict[str, str], tmp_path: Path
) -> None:
    shutil.copy(keys["ed25519"], tmp_path / "key")
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(SigningError) as failure:
        sign(MESSAGE, key=str(tmp_path / "key"), namespace=NAMESPACE, environment=plain)
    assert failure.value.hint.endswith(f"chmod 600 {tmp_path / 'key'}")


def test_without_ssh_keygen_the_error_says_what_to_install(keys: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(SigningError, match="did not start") as failure:
        sign(MESSAGE, key=str(keys["ed25519"]), namespace=NAMESPACE, environment={"PATH": str(tmp_path)})
    assert "OpenSSH" in failure.value.hint


def test_a_key_that_ssh_keygen_takes_but_the_gate_does_not_is_told_at_once(
    plain: dict[str, str], tmp_path: Path
) -> None:
    command = ["ssh-keygen", "-q", "-t", "rsa", "-b", "1024", "-N", "", "-f", str(tmp_path / "small")]
    subprocess.run(command, check=True)
    with pytest.raises(SigningError, match="would be refused: the RSA key has 1024 bits"):
        sign(MESSAGE, key=str(tmp_path / "small"), namespace=NAMESPACE, environment=plain)


@pytest.mark.parametrize("form", ["private", "public", "literal", "no .pub file"])
def test_the_public_half_is_found_for_every_form_of_a_key(
    keys: dict[str, Path], plain: dict[str, str], tmp_path: Path, form: str
) -> None:
    expected = parse_public_key(pub(keys["ed25519"]).read_text())
    shutil.copy(keys["ed25519"], tmp_path / "bare")
    forms = {
        "private": str(keys["ed25519"]),
        "public": str(pub(keys["ed25519"])),
        "literal": f"key::{pub(keys['ed25519']).read_text()}",
        "no .pub file": str(tmp_path / "bare"),
    }
    assert public_key_of(forms[form], environment=plain).blob == expected.blob


def test_a_key_without_a_public_half_is_told(plain: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(SigningError, match=r"cannot read the public half of .*missing: ssh-keygen said"):
        public_key_of(str(tmp_path / "missing"), environment=plain)
