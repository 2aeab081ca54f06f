"""Evidence whose ledger, people or sample were tampered with: check.sh names what does not fit."""

from __future__ import annotations

import base64
import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from tests.support.spoilt import Case, case, only, replaced, spoil

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["case"]


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
