"""Evidence whose Git objects or statements were tampered with: check.sh names what does not fit."""

from __future__ import annotations

import base64
import shutil
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.signoff import dump_envelope, parse_envelope
from tests.support import signoffs
from tests.support.people import fingerprint, public_line
from tests.support.spoilt import Case, both_formats, case, of_that_day, only, replaced, spoil

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["case"]


def test_headers_of_a_commit_never_become_options_of_git(case: Case) -> None:
    target = case.root / "written"

    def change(folder: Path) -> None:
        place = folder / f"objects/commit/{case.commit}"
        lines = place.read_text().splitlines(keepends=True)
        place.write_text("".join([f"tree --output={target}\n", *lines[1:]]))

    assert spoil(case, change).status == 1
    assert not target.exists()


@both_formats
@pytest.mark.parametrize("kind", ["commit", "tree"])
def test_a_changed_git_object_is_named(case: Case, kind: str) -> None:
    path = case.good / f"objects/commit/{case.commit}"
    name = case.commit if kind == "commit" else path.read_text().split()[1]

    def change(folder: Path) -> None:
        place = folder / f"objects/{kind}/{name}"
        place.write_bytes(place.read_bytes().replace(b"100644 src", b"100755 src").replace(b"Junior", b"Senior"))
        if kind == "tree":
            place.write_bytes(place.read_bytes().replace(b"README", b"readme"))

    done = spoil(case, change)
    assert done.status == 1
    assert f"objects/{kind}/{name} does not have the id in its name: it was changed" in done.failures


def test_a_commit_under_the_name_of_another_is_named(case: Case) -> None:
    def change(folder: Path) -> None:
        shutil.copy(folder / f"objects/commit/{case.plain}", folder / f"objects/commit/{case.commit}")

    done = spoil(case, change)
    assert done.status == 1
    assert any(case.commit in failure for failure in done.failures)


def test_trees_that_are_left_out_are_named(case: Case) -> None:
    tree = (case.good / f"objects/commit/{case.commit}").read_text().split()[1]
    done = spoil(case, lambda folder: (folder / f"objects/tree/{tree}").unlink())
    assert done.status == 1
    assert [failure for failure in done.failures if "the objects that show what" in failure], done.out


@both_formats
def test_a_statement_that_says_something_else_is_named(case: Case) -> None:
    """With payload, encoding and envelope changed alike, the id and the signature do not fit."""

    def change(folder: Path) -> None:
        envelope = parse_envelope((folder / case.statement / "envelope.json").read_bytes())
        other = envelope.replace(payload=envelope.payload.replace(case.commit.encode(), case.plain.encode()))
        (folder / case.statement / "envelope.json").write_bytes(dump_envelope(other))
        (folder / case.statement / "payload.json").write_bytes(other.payload)
        (folder / case.statement / "signed").write_bytes(other.signed_bytes)

    done = spoil(case, change)
    assert done.status == 1
    assert any(f"statement {case.signed.id}: its id is" in failure for failure in done.failures)
    assert any(f"{case.commit} on refs/heads/main: a statement that counted" in failure for failure in done.failures)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("envelope.json", "is no canonical envelope"),
        ("payload.json", "is not the payload of envelope.json"),
        ("signed", "is not the encoding of payload.json"),
        ("signature", "is not the signature of envelope.json"),
    ],
)
def test_each_file_of_a_statement_must_fit_the_others(case: Case, name: str, why: str) -> None:
    def change(folder: Path) -> None:
        place = folder / case.statement / name
        place.write_bytes(place.read_bytes() + b" ")

    done = spoil(case, change)
    assert done.status == 1
    assert any(f"{name} {why}" in failure for failure in done.failures)


def test_a_signature_by_another_key_is_named(case: Case) -> None:
    """A statement in the senior's name that somebody else signed, with roster, receipt and names made to fit."""
    forged = signoffs.seal(case.signed.statement, key="intern-1")
    envelope = parse_envelope(forged.data)

    def change(folder: Path) -> None:
        (folder / case.statement).rename(folder / f"statements/{forged.id}")
        place = folder / f"statements/{forged.id}"
        (place / "envelope.json").write_bytes(forged.data)
        (place / "signature").write_bytes(armour(envelope.signature))
        for path in (folder / "statements.tsv", *folder.glob("ledger/entries/*.json")):
            path.write_text(path.read_text().replace(case.signed.id, forged.id))

    done = spoil(case, change)
    assert done.status == 1
    assert any("did not take in this envelope" in failure for failure in done.failures)
    assert any("does not fit its hash" in failure for failure in done.failures)


def armour(signature: bytes) -> bytes:
    text = base64.b64encode(signature).decode()
    lines = [text[start : start + 70] for start in range(0, len(text), 70)]
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]).encode()


# ---- people and rules of that day ----------------------------------------------------------------


def test_allowed_signers_without_the_key_are_named(case: Case) -> None:
    def change(folder: Path) -> None:
        replaced(of_that_day(folder, "allowed_signers"), public_line("senior-1"), public_line("intern-1"))

    done = spoil(case, change)
    assert done.status == 1
    assert any("no good signature of senior-1" in failure for failure in done.failures)


TOO_LITTLE = {
    "level too low": ("people.tsv", "senior-1\tsenior\t", "senior-1\tmid\t", "senior-1 was mid on that day"),
    "a bot": ("people.tsv", "shop\tyes\tno\t", "shop\tyes\tyes\t", "senior-1 is a bot"),
    "had left": ("people.tsv", "\tno\t-\t-\tsenior-1", "\tno\t-\t2020-01-01T00:00:00Z\tsenior-1", "did not work here"),
    "not there yet": ("people.tsv", "\tno\t-\t-\tsenior-1", "\tno\t2090-01-01T00:00:00Z\t-\tsenior-1", "did not work"),
    "nobody": ("people.tsv", "senior-1\tsenior", "senior-x\tsenior", "senior-1 is not in that day's roster"),
    "revoked": ("keys.tsv", "ssh-ed25519\t-\t-\tno", "ssh-ed25519\t-\t-\tyes", "was revoked in that day's roster"),
    "key too old": ("keys.tsv", "ssh-ed25519\t-\t-", "ssh-ed25519\t-\t2020-01-01T00:00:00Z", "was not in force"),
    "key too new": ("keys.tsv", "ssh-ed25519\t-\t-", "ssh-ed25519\t2090-01-01T00:00:00Z\t-", "was not in force"),
    "other key": ("keys.tsv", fingerprint("senior-1"), fingerprint("intern-1"), "was no key of senior-1"),
}


@pytest.mark.parametrize(("name", "before", "after", "why"), TOO_LITTLE.values(), ids=TOO_LITTLE)
def test_a_signer_who_could_not_sign_on_that_day_is_named(
    case: Case, name: str, before: str, after: str, why: str
) -> None:
    done = spoil(case, lambda folder: replaced(of_that_day(folder, name), before, after))
    assert done.status == 1
    assert [failure for failure in done.failures if case.commit in failure and why in failure], done.out


ASKS_MORE = {
    "more people": ("senior-signoff\t1\t", "senior-signoff\t2\t", "asks for 2 sign-offs, and the verdict for 1"),
    "a higher level": ("\tsenior\t-\t-", "\tstaff\t-\t-", "rule senior-signoff does not take"),
    "a lower level": ("\tsenior\t-\t-", "\t-\tsenior\t-", "rule senior-signoff does not take"),
    "another level": ("\tsenior\t-\t-", "\t-\t-\tstaff", "rule senior-signoff does not take"),
    "another team": ("\tsenior\t-\t-\t-\t-", "\tsenior\t-\t-\tpayments,web\t-", "rule senior-signoff does not take"),
    "other people": ("\tsenior\t-\t-\t-\t-", "\tsenior\t-\t-\t-\tstaff-1", "rule senior-signoff does not take"),
    "no such rule": ("senior-signoff\t", "other\t", "rule senior-signoff asks for no sign-offs"),
}


@pytest.mark.parametrize(("before", "after", "why"), ASKS_MORE.values(), ids=ASKS_MORE)
def test_a_rule_that_asks_for_more_is_named(case: Case, before: str, after: str, why: str) -> None:
    done = spoil(case, lambda folder: replaced(only(folder, "policies/*.rules.tsv"), before, after))
    assert done.status == 1
    assert [failure for failure in done.failures if case.commit in failure and why in failure], done.out
