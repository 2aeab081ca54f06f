"""docs/verify-signoff.sh against gatekeeper's sign-offs, and gatekeeper against sign-offs made by hand."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gatekeeper.bench import Bench
from gatekeeper.config.loading import load_policy, load_roster
from gatekeeper.core.ids import FORMATS, ObjectId, Timestamp
from gatekeeper.core.signoff import (
    NAMESPACE,
    Decision,
    MalformedSignoffError,
    dump_envelope,
    parse_envelope,
    parse_statement,
    store_path,
)
from gatekeeper.git.plumbing import Plumbing
from gatekeeper.git.private import base_environment, make_private_directory, private_environment
from gatekeeper.git.process import Runner
from gatekeeper.git.store import write_store
from gatekeeper.schemes.ssh_keygen import public_key_of
from gatekeeper.signing import Terms, propose, sign
from gatekeeper.testimonies import check_envelope
from tests.docs.reading import block
from tests.support.environment import require

if TYPE_CHECKING:
    from collections.abc import Mapping

DOCS = Path(__file__).parents[2] / "docs"
NAME = 'example/shop "one"'
"""With quotes, which JSON escapes."""
SECOND = 'A "quoted" word, {"decision":"reject"}, a tab\t and \u201cmore\u201d'
POLICY = b"""
version: 1
protect: [HEAD]
rules:
  - {id: one, require: {signoffs: 1, from: {at_least: senior}}}
"""


class Shop:
    """A bare repository with two commits, a roster of one person, and what it takes to sign there."""

    def __init__(self, root: Path, object_format: str) -> None:
        self.root = root
        self.path = root / "shop.git"
        self.git("init", "-q", "--bare", f"--object-format={object_format}", cwd=root)
        self.git("config", "gatekeeper.repository", NAME)
        self.base = self.commit("one")
        self.middle = self.commit("two", self.base)
        self.head = self.commit("three", self.middle)
        self.key = self.make_key("senior-1")
        self.signers = root / "allowed_signers"
        self.signers.write_text(f"senior-1 {self.public(self.key)}\n", encoding="ascii")
        scratch = root / "scratch"
        scratch.mkdir()
        self.format = FORMATS[object_format]
        git, deadline, path = require("git"), time.monotonic() + 600, os.environ["PATH"]
        private = make_private_directory(str(scratch), self.format)
        environment = private_environment(path, private, [str(self.path / "objects")])
        self.engine = Plumbing(Runner(git, environment, str(scratch), deadline), self.format, 1 << 26)
        own = {**base_environment(path), "GIT_DIR": str(self.path)}
        self.runner = Runner(git, own, str(scratch), deadline)

    def git(self, *arguments: str, data: bytes = b"", cwd: Path | None = None) -> str:
        command = ["git", *arguments, *([str(self.path)] if cwd else [])]
        done = subprocess.run(command, cwd=cwd or self.path, input=data, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def commit(self, content: str, *parents: str) -> ObjectId:
        blob = self.git("hash-object", "-w", "--stdin", data=content.encode())
        tree = self.git("mktree", data=f"100644 blob {blob}\tfile\n".encode())
        who = "Junior One <junior@example.com> 1795000000 +0000"
        lines = [f"tree {tree}", *(f"parent {p}" for p in parents), f"author {who}", f"committer {who}"]
        text = "\n".join([*lines, "", f"{content}\n\nAssisted-by: claude\n"])
        return ObjectId(self.git("hash-object", "-w", "-t", "commit", "--stdin", data=text.encode()))

    def make_key(self, name: str) -> Path:
        require("ssh-keygen")
        path = self.root / name
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)]
        subprocess.run(command, check=True)
        return path

    def public(self, key: Path) -> str:
        return Path(f"{key}.pub").read_text("ascii").strip()

    def envelope(self, *, now: int | None = None, key: Path | None = None, **terms: Any) -> bytes:
        """Approve both commits with gatekeeper's own signing code."""
        line = self.public(key or self.key)
        roster = load_roster(
            f"version: 1\nlevels: [junior, senior]\npeople:\n  - {{id: senior-1, emails: [s@example.com], "
            f"level: senior, keys: [{line}]}}\n".encode(),
            "roster",
        )
        when = Timestamp(int(time.time()) if now is None else now)
        bench = Bench(
            engine=self.engine,
            policy=load_policy(POLICY, "policy", roster),
            roster=roster,
            repository=NAME,
            now=when,
            ledger=None,
            signoffs=lambda _ids: {},
        )
        person = roster.person("senior-1")
        assert person is not None
        return sign(
            propose(bench, self.head, self.base),
            Terms(**{"repository": NAME, "comment": SECOND, **terms}),
            person,
            key=str(key or self.key),
            fingerprint=public_key_of(str(key or self.key)).fingerprint,
            now=when,
        )

    def file(self, files: Mapping[str, bytes]) -> None:
        tip = self.git("rev-parse", "--verify", "-q", "refs/gatekeeper/signoffs") if self.stored else None
        onto = ObjectId(tip) if tip else None
        write_store(self.runner, onto=onto, merging=None, files=files, now=1_795_000_000, message="test")

    @property
    def stored(self) -> bool:
        return "refs/gatekeeper/signoffs" in self.git("for-each-ref", "--format=%(refname)")

    def verify(self, *arguments: str, commit: str = "", shell: str = "sh") -> tuple[int, str]:
        script, about = str(DOCS / "verify-signoff.sh"), commit or self.head
        command = [shell, script, *arguments, str(self.path), about, str(self.signers)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout + done.stderr


def files_of(envelope: bytes) -> dict[str, bytes]:
    """Where the store wants an envelope."""
    parsed = parse_envelope(envelope)
    commits = parse_statement(parsed.payload).commits
    return {store_path(commit.id, parsed.statement_id): envelope for commit in commits}


def resigned(shop: Shop, envelope: bytes, change: dict[str, Any], namespace: str = NAMESPACE) -> bytes:
    """Change members of the predicate, and sign again with the right key."""
    payload = json.loads(parse_envelope(envelope).payload)
    payload["predicate"].update(change.get("predicate", {}))
    payload.update({name: value for name, value in change.items() if name != "predicate"})
    changed = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    unsigned = parse_envelope(envelope).replace(payload=changed)
    message = shop.root / "message"
    message.write_bytes(unsigned.signed_bytes)
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", str(shop.key), str(message)]
    (shop.root / "message.sig").unlink(missing_ok=True)
    subprocess.run(command, check=True, capture_output=True)
    lines = (shop.root / "message.sig").read_text("ascii").split("\n")
    blob = base64.b64decode("".join(line for line in lines if not line.startswith("-")))
    return dump_envelope(unsigned.replace(signature=blob))


def filed_anyhow(shop: Shop, envelope: bytes) -> dict[str, bytes]:
    """File an envelope under the shop's commits by its true statement id, whatever is in it."""
    identity = parse_envelope(envelope).statement_id
    return {store_path(commit, identity): envelope for commit in (shop.middle, shop.head)}


@pytest.fixture(params=["sha1", "sha256"])
def shop(tmp_path: Path, request: pytest.FixtureRequest) -> Shop:
    return Shop(tmp_path, request.param)


@pytest.fixture
def small(tmp_path: Path) -> Shop:
    return Shop(tmp_path, "sha1")


def test_gatekeepers_sign_off_is_good_for_each_of_its_commits(shop: Shop) -> None:
    envelope = shop.envelope()
    shop.file(files_of(envelope))
    for commit in (shop.middle, shop.head):
        status, said = shop.verify(commit=commit)
        assert (status, said.split()[0]) == (0, "good"), said
        assert parse_envelope(envelope).statement_id in said
        assert "approve by senior-1" in said


def test_it_works_in_another_posix_shell(small: Shop) -> None:
    small.file(files_of(small.envelope()))
    assert small.verify(shell=require("dash"))[0] == 0


def test_a_commit_without_a_sign_off_is_not_good(shop: Shop) -> None:
    assert shop.verify()[0] == 1
    shop.file(files_of(shop.envelope()))
    status, said = shop.verify(commit=shop.base)
    assert status == 1
    assert "no such sign-off" in said


def test_every_sign_off_about_the_commit_is_looked_at_and_one_can_be_chosen(small: Shop) -> None:
    good, late = small.envelope(), small.envelope(now=1_700_000_000)
    small.file({**files_of(good), **files_of(late)})
    status, said = small.verify()
    assert status == 1
    assert sorted(line.split()[0] for line in said.splitlines()) == ["BAD", "good"]
    script = str(DOCS / "verify-signoff.sh")
    command = ["sh", script, str(small.path), small.head, str(small.signers)]
    for envelope, wanted in ((good, 0), (late, 1)):
        chosen = [*command, parse_envelope(envelope).statement_id]
        assert subprocess.run(chosen, capture_output=True, check=False).returncode == wanted


def test_an_expired_approval_is_bad_and_an_old_veto_is_not(small: Shop) -> None:
    small.file(files_of(small.envelope(now=1_700_000_000)))
    status, said = small.verify()
    assert status == 1
    assert "it expired at 2024-02-12T22:13:20Z" in said
    assert small.verify("-t", "2024-02-12T22:13:19Z")[0] == 0
    assert small.verify("-t", "2024-02-12T22:13:20Z")[0] == 1


def test_a_veto_does_not_expire(small: Shop) -> None:
    small.file(files_of(small.envelope(now=1_700_000_000, decision=Decision.REJECT)))
    status, said = small.verify()
    assert status == 0, said
    assert "reject by senior-1" in said


def test_a_sign_off_for_another_repository_is_bad(shop: Shop) -> None:
    shop.file(files_of(shop.envelope(repository="example/other")))
    status, said = shop.verify()
    assert status == 1
    assert "it is not for example/shop" in said
    assert shop.verify("-n", "example/other")[0] == 0


def test_a_key_that_is_not_among_the_allowed_signers_is_bad(shop: Shop) -> None:
    shop.file(files_of(shop.envelope(key=shop.make_key("stranger"))))
    status, said = shop.verify()
    assert status == 1
    assert "no good signature of senior-1" in said


def test_a_key_of_somebody_else_than_the_statement_names_is_bad(small: Shop) -> None:
    small.signers.write_text(f"senior-2 {small.public(small.key)}\n", encoding="ascii")
    small.file(files_of(small.envelope()))
    assert small.verify()[0] == 1


def test_a_signature_for_another_namespace_is_bad(small: Shop) -> None:
    envelope = resigned(small, small.envelope(), {}, namespace="file")
    small.file(files_of(envelope))
    status, said = small.verify()
    assert status == 1
    assert "no good signature" in said


def test_a_changed_payload_is_bad_under_its_old_name_and_under_its_new_one(shop: Shop) -> None:
    envelope = shop.envelope()
    parsed = parse_envelope(envelope)
    changed = parsed.replace(payload=parsed.payload.replace(b'"approve"', b'"author"'))
    data = dump_envelope(changed)
    shop.file(dict.fromkeys(files_of(envelope), data))
    status, said = shop.verify()
    assert status == 1
    assert "its file name is not its statement id" in said
    shop.file(filed_anyhow(shop, data))
    assert shop.verify()[1].count("BAD ") == 2


def test_a_keyid_of_another_key_is_bad(small: Shop) -> None:
    fingerprint = public_key_of(str(small.make_key("other"))).fingerprint
    envelope = dump_envelope(parse_envelope(small.envelope()).replace(keyid=fingerprint))
    small.file(files_of(envelope))
    status, said = small.verify()
    assert status == 1
    assert "it was not signed with" in said


def test_a_sign_off_that_is_misfiled_is_bad(small: Shop) -> None:
    envelope = small.envelope()
    identity = parse_envelope(envelope).statement_id
    small.file({store_path(small.base, identity): envelope})
    assert "it is not about" in small.verify(commit=small.base)[1]
    small.file({store_path(small.head, identity): envelope})
    status, said = small.verify()
    assert status == 1
    assert "not filed under each of its commits" in said


SPOILT = {
    "a line end": lambda data: data + b"\n",
    "white space": lambda data: data.replace(b'{"payload"', b'{ "payload"'),
    "two signatures": lambda data: data.replace(b"}]}", b'},{"keyid":"SHA256:x","sig":"eA=="}]}'),
    "another type": lambda data: data.replace(b"vnd.in-toto+json", b"vnd.in-toto"),
    "a further member": lambda data: data[:-1] + b',"x":""}',
    "another member": lambda data: data.replace(b'"keyid"', b'"keyId"'),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_an_envelope_in_another_form_is_bad(small: Shop, spoil: Any) -> None:
    envelope = small.envelope()
    spoilt = spoil(envelope)
    assert spoilt != envelope
    small.file(dict.fromkeys(files_of(envelope), spoilt))
    status, said = small.verify()
    assert status == 1
    assert "no canonical envelope" in said
    with pytest.raises(MalformedSignoffError):
        check_envelope(spoilt)


SAYS_OTHERWISE = {
    "predicate type": ({"predicateType": "tag:gatekeeper,2026:other/v1"}, "it is no sign-off"),
    "statement type": ({"_type": "https://in-toto.io/Statement/v0.1"}, "it is no in-toto Statement v1"),
    "no subjects": ({"subject": []}, "its subjects are not its commits"),
    "decision": ({"predicate": {"decision": "perhaps"}}, "it decides nothing"),
    "signer": ({"predicate": {"signer": "-x"}}, "its signer is no id of a person"),
    "ends before it begins": (
        {"predicate": {"expiresAt": "2020-01-01T00:00:00Z"}},
        "its times are not in order",
    ),
    "no time": ({"predicate": {"issuedAt": "2026-11-23 09:00:00Z"}}, "its times are not in order"),
    "a number": ({"predicate": {"client": 1}}, "no canonical JSON"),
    "null": ({"predicate": {"client": None}}, "no canonical JSON"),
}


@pytest.mark.parametrize(("change", "why"), SAYS_OTHERWISE.values(), ids=SAYS_OTHERWISE)
def test_a_well_signed_statement_that_says_something_else_is_bad(small: Shop, change: dict[str, Any], why: str) -> None:
    small.file(filed_anyhow(small, resigned(small, small.envelope(), change)))
    status, said = small.verify()
    assert status == 1
    assert why in said


def test_subjects_of_another_repository_or_commit_are_bad(small: Shop) -> None:
    envelope = small.envelope()
    subject = json.loads(parse_envelope(envelope).payload)["subject"]
    for index, spoilt in ((0, {"name": "other"}), (1, {"digest": {"gitCommit": small.base}})):
        wrong = [{**each, **spoilt} if number == index else each for number, each in enumerate(subject)]
        changed = resigned(small, envelope, {"subject": wrong})
        small.file(filed_anyhow(small, changed))
        script, identity = str(DOCS / "verify-signoff.sh"), parse_envelope(changed).statement_id
        command = ["sh", script, str(small.path), small.head, str(small.signers), identity]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, "subject" in done.stdout) == (1, True)


def test_wrong_use_has_a_status_of_its_own(small: Shop) -> None:
    assert small.verify(commit="HEAD")[0] == 2
    assert small.verify("-t", "today")[0] == 2
    assert small.verify("-x")[0] == 2


def test_a_sign_off_made_by_hand_as_the_docs_say_is_accepted(shop: Shop) -> None:
    recipe = block((DOCS / "formats.md").read_text("utf-8"), "by-hand", "sh")
    environment = {
        **os.environ,
        "GIT_DIR": str(shop.path),
        "key": str(shop.key),
        "commit": shop.head,
        "repository": "example/shop",
        "signer": "senior-1",
    }
    done = subprocess.run(["sh", "-eu", "-c", recipe], env=environment, cwd=shop.root, capture_output=True, check=True)
    checked = check_envelope((shop.root / "envelope.json").read_bytes())
    assert checked.fingerprint == public_key_of(str(shop.key)).fingerprint
    assert [commit.id for commit in checked.statement.commits] == [shop.head]
    assert done.stdout.decode().strip() == store_path(shop.head, checked.envelope.statement_id)
    # What it says of the commit is what gatekeeper would have said.
    ours = parse_statement(parse_envelope(shop.envelope()).payload).commit(shop.head)
    assert checked.statement.commit(shop.head) == ours
    shop.file(files_of((shop.root / "envelope.json").read_bytes()))
    assert shop.verify("-n", "example/shop")[0] == 0


def test_the_statement_id_is_over_the_encoding_and_the_fingerprint(small: Shop) -> None:
    parsed = parse_envelope(small.envelope())
    encoded = b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(parsed.payload), parsed.payload)
    assert hashlib.sha256(encoded + parsed.keyid.encode()).hexdigest() == parsed.statement_id
