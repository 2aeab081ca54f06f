"""Evidence that was tampered with: check.sh fails and names what does not fit, though MANIFEST be written anew."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.signoff import dump_envelope, parse_envelope
from tests.support import signoffs
from tests.support.commands import for_review
from tests.support.evidence import check, copied, pack, seal
from tests.support.people import fingerprint, public_line

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatekeeper.core.ids import ObjectId
    from tests.pushes.conftest import Template
    from tests.support.evidence import Checked
    from tests.support.signoffs import Signoff


class Case:
    """A package with an approved commit and a plain one, in place and good."""

    def __init__(self, root: Path, commit: ObjectId, plain: ObjectId, signed: Signoff) -> None:
        self.root = root
        self.good = root / "good"
        self.commit = commit
        self.plain = plain
        self.signed = signed

    @property
    def statement(self) -> str:
        return f"statements/{self.signed.id}"

    def entry(self, folder: Path, kind: str = "push") -> Path:
        """The entry that brought, or with `landing` found, the approved commit."""
        rows = [line.split("\t") for line in (folder / "commits.tsv").read_text().splitlines()]
        (row,) = [row for row in rows if row[0] == self.commit]
        return folder / f"ledger/entries/{row[2 if kind == 'push' else 4]}.json"


both_formats = pytest.mark.parametrize("case", ["sha1", "sha256"], indirect=True)
"""For what is about ids of Git objects."""


@pytest.fixture(scope="module", params=["sha1"])
def case(request: pytest.FixtureRequest, template: Template, tmp_path_factory: pytest.TempPathFactory) -> Case:
    root = tmp_path_factory.mktemp("case")
    world = template(request.param, True).copy(root / "world")
    (commit,) = for_review(world)
    signed = world.approve(commit)
    assert world.clone().push("HEAD:main").accepted
    plain = world.clone().commit("Plain")
    assert world.clone().push("HEAD:main").accepted
    world.settle()
    made = Case(root, commit, plain, signed)
    pack(world, made.good, whole_roster=True)
    assert check(made.good).status == 0
    return made


def spoil(case: Case, change: Callable[[Path], None], *, sealed: bool = True) -> Checked:
    """Change a copy of the package, and with `sealed` write its MANIFEST anew."""
    folder = copied(case.good)
    try:
        change(folder)
        if sealed:
            seal(folder)
        return check(folder)
    finally:
        shutil.rmtree(folder)


def replaced(path: Path, before: str, after: str) -> None:
    text = path.read_text("utf-8")
    assert before in text, path
    path.write_text(text.replace(before, after), "utf-8")


def only(folder: Path, pattern: str) -> Path:
    (path,) = folder.glob(pattern)
    return path


def of_that_day(folder: Path, name: str) -> Path:
    return only(folder, f"rosters/*/{name}")


FILES = (
    "README.txt",
    "about.tsv",
    "check/json.awk",
    "commits.tsv",
    "debts.tsv",
    "exceptions.txt",
    "governance.tsv",
    "ledger/chain.tsv",
    "ledger/entries/*.json",
    "names.tsv",
    "objects/commit/*",
    "objects/tree/*",
    "policies/*.yaml",
    "policies/*.rules.tsv",
    "population.tsv",
    "rosters/*/allowed_signers",
    "rosters/*/keys.tsv",
    "rosters/*/levels.txt",
    "rosters/*/people.tsv",
    "rosters/*/roster.yaml",
    "statements.tsv",
    "statements/*/envelope.json",
    "statements/*/payload.json",
    "statements/*/signature",
    "statements/*/signed",
)


def test_every_kind_of_file_is_spoilt_below(case: Case) -> None:
    listed = {path for pattern in FILES for path in case.good.glob(pattern)}
    others = {path for path in case.good.rglob("*") if path.is_file()} - listed
    assert {path.name for path in others} - {path.name for path in case.good.glob("check/*")} == {
        "MANIFEST",
        "check.sh",
    }


def test_one_more_byte_in_a_file_of_any_kind_is_named(case: Case) -> None:
    names = {min(path.relative_to(case.good).as_posix() for path in case.good.glob(pattern)) for pattern in FILES}

    def change(folder: Path) -> None:
        for name in names:
            with (folder / name).open("ab") as file:
                file.write(b"\n")

    done = spoil(case, change, sealed=False)
    assert done.status == 1
    assert {f"{name} is not what MANIFEST says" for name in names} <= set(done.failures)


def test_a_missing_a_further_and_a_linked_file_are_named(case: Case) -> None:
    def lose(folder: Path) -> None:
        (folder / case.statement / "signed").unlink()

    done = spoil(case, lose, sealed=False)
    assert (done.status, f"{case.statement}/signed is missing" in done.failures) == (1, True)
    done = spoil(case, lambda folder: (folder / "more").touch(), sealed=False)
    assert (done.status, done.failures) == (1, ["MANIFEST does not list more"])
    done = spoil(case, lambda folder: (folder / "passwd").symlink_to("/etc/passwd"))
    assert (done.status, "neither file nor folder" in done.failures[0]) == (1, True)


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "a/../../b", "-rf", "a b", "a;b", "$(touch x)"])
def test_a_manifest_that_names_a_file_outside_is_refused(case: Case, name: str) -> None:
    def change(folder: Path) -> None:
        with (folder / "MANIFEST").open("a") as file:
            file.write(f"{'0' * 64}  {name}\n")

    done = spoil(case, change, sealed=False)
    assert done.status == 1
    assert done.failures == ["MANIFEST has a line that is not its own"]


def test_a_copy_of_the_script_from_elsewhere_finds_what_one_in_the_package_hides(case: Case) -> None:
    published = Path(__file__).parents[2] / "evidence/check.sh"
    assert check(case.good, "-p", str(case.good), script=published).status == 0
    folder = copied(case.good, "with a script of its own")
    (folder / "check.sh").write_text("echo PASSED\n")
    (folder / "check/json.awk").write_text("")
    place = folder / case.statement / "payload.json"
    place.write_bytes(place.read_bytes() + b" ")
    seal(folder)
    assert check(folder).status == 0
    done = check(folder, "-p", str(folder), script=published)
    assert done.status == 1
    assert [failure for failure in done.failures if "is not the payload" in failure]


def test_a_table_that_would_steer_the_terminal_is_refused(case: Case) -> None:
    done = spoil(case, lambda folder: replaced(folder / "about.tsv", "example/shop", "\x1b[2J"))
    assert done.status == 1
    assert done.failures == ["about.tsv has characters that no table has"]
    assert "\x1b" not in done.out


def test_values_of_tables_never_become_escapes(case: Case) -> None:
    """Some shells' `echo` makes escapes of a backslash and digits."""

    def change(folder: Path) -> None:
        replaced(of_that_day(folder, "people.tsv"), "senior-1\tsenior", "senior-1\t\\033[2J\\0033c")

    done = spoil(case, change)
    assert done.status == 1
    assert any("\\033[2J" in failure for failure in done.failures)
    assert "\x1b" not in done.out


@pytest.mark.parametrize("statement", ["../../etc", "..", "-x", "a b"])
def test_ids_in_an_entry_lead_to_no_file(case: Case, statement: str) -> None:
    def change(folder: Path) -> None:
        path = case.entry(folder)
        path.write_text(path.read_text().replace(case.signed.id, statement))

    done = spoil(case, change)
    assert done.status == 1
    assert any("a statement that counted is not good, or not here" in failure for failure in done.failures)


def test_headers_of_a_commit_never_become_options_of_git(case: Case) -> None:
    target = case.root / "written"

    def change(folder: Path) -> None:
        place = folder / f"objects/commit/{case.commit}"
        lines = place.read_text().splitlines(keepends=True)
        place.write_text("".join([f"tree --output={target}\n", *lines[1:]]))

    assert spoil(case, change).status == 1
    assert not target.exists()


# ---- objects and statements ----------------------------------------------------------------------


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


def test_policies_and_whole_rosters_have_their_digests(case: Case) -> None:
    for pattern in ("policies/*.yaml", "rosters/*/roster.yaml"):

        def change(folder: Path, pattern: str = pattern) -> None:
            replaced(only(folder, pattern), "mid", "junior")

        done = spoil(case, change)
        assert done.status == 1
        assert any("does not have the digest in its name" in failure for failure in done.failures)


def test_another_name_for_a_pseudonym_is_named(case: Case) -> None:
    def change(folder: Path) -> None:
        encoded = [base64.b64encode(name).decode() for name in (b"senior-1", b"staff-1")]
        replaced(folder / "names.tsv", f"{encoded[0]}\tsenior-1", f"{encoded[1]}\tstaff-1")

    done = spoil(case, change)
    assert done.status == 1
    assert any("is not the pseudonym of staff-1" in failure for failure in done.failures)


# ---- the ledger ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["push", "landing"])
def test_a_changed_entry_is_named(case: Case, kind: str) -> None:
    def change(folder: Path) -> None:
        body = json.loads(case.entry(folder, kind).read_text())
        body["time"] += 1
        case.entry(folder, kind).write_text(json.dumps(body, sort_keys=True, separators=(",", ":")))

    done = spoil(case, change)
    number = case.entry(case.good, kind).stem
    assert done.status == 1
    assert any(f"ledger/entries/{number}.json does not fit its hash" in failure for failure in done.failures)


def test_entries_in_each_others_place_are_named(case: Case) -> None:
    def change(folder: Path) -> None:
        push, landing = case.entry(folder, "push"), case.entry(folder, "landing")
        push.rename(folder / "x")
        landing.rename(push)
        (folder / "x").rename(landing)

    done = spoil(case, change)
    assert done.status == 1
    assert sum("does not fit its hash" in failure for failure in done.failures) == 2


def test_a_hash_that_was_changed_in_the_chain_is_named(case: Case) -> None:
    number = case.entry(case.good).stem

    def change(folder: Path) -> None:
        lines = (folder / "ledger/chain.tsv").read_text().splitlines()
        changed = [f"{number}\t{'0' * 64}" if line.startswith(f"{number}\t") else line for line in lines]
        (folder / "ledger/chain.tsv").write_text("\n".join([*changed, ""]))

    done = spoil(case, change)
    assert done.status == 1
    assert any(f"{number}.json does not fit its hash" in failure for failure in done.failures)


def test_an_entry_that_was_written_anew_with_its_hash_breaks_the_link_to_the_next(case: Case) -> None:
    number = int(case.entry(case.good).stem)

    def change(folder: Path) -> None:
        path = folder / f"ledger/entries/{number}.json"
        path.write_text(path.read_text().replace('"GATEKEEPER_USER"', '"REMOTE_USER"'))
        chain = dict(line.split("\t") for line in (folder / "ledger/chain.tsv").read_text().splitlines())
        head = f"gatekeeper ledger v1\0{chain[str(number - 1)]}\0".encode()
        hashed = subprocess.run(["sha256sum"], input=head + path.read_bytes(), capture_output=True, check=True)
        replaced(folder / "ledger/chain.tsv", chain[str(number)], hashed.stdout.decode()[:64])

    done = spoil(case, change)
    assert done.status == 1
    broken = [failure.split()[0] for failure in done.failures if "does not fit its hash" in failure]
    assert broken == [f"ledger/entries/{number + 1}.json"]


# ---- the choice ----------------------------------------------------------------------------------


def test_a_commit_that_is_left_out_or_slipped_in_is_named(case: Case) -> None:
    def without(name: str) -> Callable[[Path], None]:
        def change(folder: Path) -> None:
            lines = (folder / name).read_text().splitlines()
            (folder / name).write_text("".join(f"{line}\n" for line in lines if case.plain not in line))

        return change

    assert "commits.tsv is not the whole population" in spoil(case, without("commits.tsv")).failures
    assert "commits.tsv is not the whole population" in spoil(case, without("population.tsv")).failures


def test_a_statement_or_verdict_that_is_said_to_be_pruned_is_named(case: Case) -> None:
    def change(folder: Path) -> None:
        for name in ("commits.tsv", "statements.tsv"):
            lines = [line.split("\t") for line in (folder / name).read_text().splitlines()]
            column = lines[0].index("judged" if name == "commits.tsv" else "entry")
            changed = [[*line[:column], "0", *line[column + 1 :]] for line in lines[1:]]
            (folder / name).write_text("".join("\t".join(line) + "\n" for line in [lines[0], *changed]))

    done = spoil(case, change)
    assert done.status == 1
    assert f"statement {case.signed.id}: no entry took it in" in done.failures
    assert f"{case.commit} on refs/heads/main: no entry has a verdict about it" in done.failures


def test_a_sample_that_was_not_drawn_is_named(case: Case) -> None:
    def change(folder: Path) -> None:
        replaced(folder / "about.tsv", "method\tall", "method\tsample")
        replaced(folder / "about.tsv", "size\t-", "size\t1")
        replaced(folder / "about.tsv", "seed\t-", "seed\tx")

    done = spoil(case, change)
    assert done.failures == ["commits.tsv is not the sample of 1 by the seed x"]


def test_a_row_that_leads_to_another_entry_or_ref_is_named(case: Case) -> None:
    number = case.entry(case.good).stem
    for before, after in (("refs/heads/main", "refs/heads/other"), (f"\t{number}\t", "\t1\t")):

        def change(folder: Path, before: str = before, after: str = after) -> None:
            lines = (folder / "commits.tsv").read_text().splitlines()
            changed = [line.replace(before, after, 1) if line.startswith(case.commit) else line for line in lines]
            (folder / "commits.tsv").write_text("\n".join([*changed, ""]))

        done = spoil(case, change)
        assert done.status == 1
        assert any(failure.startswith(case.commit) for failure in done.failures)
