"""Evidence whose files were tampered with: check.sh names what does not fit, though MANIFEST be written anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.evidence import check, copied, seal
from tests.support.spoilt import Case, case, of_that_day, replaced, spoil

__all__ = ["case"]

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
