"""Signatures on commits: what was signed, and that Git and OpenSSH agree."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.commits import parse_commit
from gatekeeper.core.ids import FORMATS, SHA1, SHA256, ObjectFormat, ObjectId
from gatekeeper.core.keys import parse_public_key
from gatekeeper.schemes.git import signer_of
from tests.schemes.sshkeys import make_key, pub
from tests.support.environment import require
from tests.support.raw_commits import AUTHOR, COMMITTER, PLAIN, SIGNATURE, parse, raw
from tests.support.repositories import Repository

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_a_signature_of_several_lines_is_joined_and_cut_out_of_the_payload() -> None:
    commit = parse(raw(*PLAIN, b"change-id z", SIGNATURE, b"encoding x", message=b"gpgsig stays\n more\n"))
    assert commit.signature == b"-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----"
    assert commit.signed_payload == raw(*PLAIN, b"change-id z", b"encoding x", message=b"gpgsig stays\n more\n")


def test_two_signatures_count_as_none() -> None:
    commit = parse(raw(*PLAIN, SIGNATURE, SIGNATURE))
    assert (commit.signature, commit.signed_payload) == (None, None)


@pytest.mark.parametrize(
    ("object_format", "counts", "other"),
    [(SHA1, b"gpgsig", b"gpgsig-sha256"), (SHA256, b"gpgsig-sha256", b"gpgsig")],
)
def test_a_signature_counts_under_the_header_of_its_format_alone(
    object_format: ObjectFormat, counts: bytes, other: bytes
) -> None:
    tree = b"tree " + b"4" * object_format.hex_length
    both = parse(raw(tree, AUTHOR, COMMITTER, counts + b" one\n two", other + b" three\n four"), object_format)
    assert both.signature == b"one\ntwo"
    assert both.signed_payload == raw(tree, AUTHOR, COMMITTER)
    assert parse(raw(tree, AUTHOR, COMMITTER, other + b" three"), object_format).signature is None


def test_a_signed_commit_without_a_message_keeps_its_final_newline_in_the_payload() -> None:
    commit = parse(b"\n".join((*PLAIN, SIGNATURE)) + b"\n")
    assert commit.signed_payload == b"\n".join(PLAIN) + b"\n"


class SignedHistory:
    """A commit that git signed with an SSH key."""

    def __init__(self, path: Path, object_format: ObjectFormat) -> None:
        self.key = make_key(path / "key", "ed25519")
        self.public = parse_public_key(pub(self.key).read_text())
        self.allowed = path / "allowed"
        self.allowed.write_text(f"me@example.com {pub(self.key).read_text()}")
        self.repository = Repository(path / "r.git", object_format.name)
        self.format = object_format
        tree = self.repository.tree({b"file": b"content"})
        self.id = self.signed(tree, b"Subject\n\nBody\n")
        self.raw = self.repository.git("cat-file", "commit", self.id)

    def signed(self, tree: ObjectId, message: bytes) -> ObjectId:
        who = {f"GIT_{role}_{what}": value for role in ("AUTHOR", "COMMITTER") for what, value in WHO_GIT.items()}
        options = ("-c", "gpg.format=ssh", "-c", f"user.signingKey={self.key}")
        made = self.repository.git(*options, "commit-tree", "-S", tree, data=message, env=who)
        return ObjectId(made.decode().strip())

    def git_verifies(self, data: bytes) -> bool:
        made = self.repository.write("commit", data)
        command = ["git", "-c", f"gpg.ssh.allowedSignersFile={self.allowed}", "verify-commit", made]
        return not subprocess.run(command, cwd=self.repository.path, capture_output=True, check=False).returncode

    def we_verify(self, data: bytes) -> bool:
        commit = parse_commit(self.id, data, self.format)
        if commit.signature is None or commit.signed_payload is None:
            return False
        return signer_of(commit.signature, commit.signed_payload) == self.public.fingerprint


WHO_GIT = {"NAME": "Me", "EMAIL": "me@example.com", "DATE": "1780000000 +0000"}


@pytest.fixture(scope="module", params=FORMATS)
def history(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> SignedHistory:
    require("ssh-keygen")
    return SignedHistory(tmp_path_factory.mktemp("signed"), FORMATS[request.param])


def test_signature_and_payload_are_those_that_openssh_verifies(history: SignedHistory, tmp_path: Path) -> None:
    commit = parse_commit(history.id, history.raw, history.format)
    assert commit.signature is not None
    (tmp_path / "signature").write_bytes(commit.signature + b"\n")
    command = ["ssh-keygen", "-Y", "verify", "-f", str(history.allowed), "-I", "me@example.com"]
    command += ["-n", "git", "-s", str(tmp_path / "signature")]
    done = subprocess.run(command, input=commit.signed_payload, capture_output=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr


def test_git_and_we_agree_that_a_signed_commit_is_signed(history: SignedHistory) -> None:
    assert history.git_verifies(history.raw)
    assert history.we_verify(history.raw)


def header(data: bytes) -> tuple[bytes, bytes]:
    head, _, message = data.partition(b"\n\n")
    return head, message


TAMPERING: dict[str, Callable[[bytes, bytes], bytes]] = {
    "another message": lambda head, message: head + b"\n\n" + message + b"x",
    "no message": lambda head, message: head + b"\n\n",
    "another author": lambda head, message: head.replace(b"author Me", b"author You") + b"\n\n" + message,
    "a header more": lambda head, message: head + b"\nx y\n\n" + message,
    "the signature twice": lambda head, message: head + b"\n" + head[head.index(b"gpgsig") :] + b"\n\n" + message,
    "a signature cut short": lambda head, message: head[:-40] + b"\n\n" + message,
    "a signature of another object's kind": lambda head, message: (
        head.replace(b"gpgsig", b"gpgsigx") + b"\n\n" + message
    ),
    "a line below the signature": lambda head, message: head + b"\n x\n\n" + message,
}


@pytest.mark.parametrize("tamper", TAMPERING.values(), ids=TAMPERING)
def test_a_signed_commit_that_was_changed_is_unsigned(
    tamper: Callable[[bytes, bytes], bytes], history: SignedHistory
) -> None:
    assert not history.we_verify(tamper(*header(history.raw)))


def test_what_we_take_for_signed_git_takes_for_signed(history: SignedHistory) -> None:
    head, message = header(history.raw)
    other = {b"gpgsig": b"gpgsig-sha256", b"gpgsig-sha256": b"gpgsig"}[history.format.signature_header]
    foreign = head + b"\n" + other + b" of the other format\n more\n\n" + message
    assert history.we_verify(foreign)
    assert history.git_verifies(foreign)
