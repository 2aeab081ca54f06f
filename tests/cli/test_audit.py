"""`gatekeeper audit`, as an auditor runs it: one repository or many, into files, for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import Said, Terminal, for_review, run
from tests.support.forging import in_verdict, rewrite
from tests.support.world import one_format

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.world import World

pytestmark = one_format
REPO = ("--repo", "shop.git")


def auditor(world: World, *arguments: str | Path, **env: str) -> Said:
    return run("audit", *arguments, cwd=world.root, env=env)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def many(world: World) -> World:
    """A world with the armed repository under three names in `srv`, and a plain one."""
    for name in ("a.git", "b.git", "deep/c.git"):
        shutil.copytree(world.bare, world.root / "srv" / name)
    world.git("init", "-q", "--bare", "-b", "main", "--template=", str(world.root / "srv/plain.git"))
    return world


# ---- many repositories ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("patterns", "count"),
    [(["srv"], 4), (["srv/*.git"], 3), (["srv/**/*.git"], 4), (["srv/a.git", "srv/deep", "srv/a.git"], 2)],
)
def test_a_directory_a_pattern_and_names_choose_repositories(many: World, patterns: list[str], count: int) -> None:
    repos = [argument for pattern in patterns for argument in ("--repo", pattern)]
    data = json.loads(auditor(many, *repos, "--format", "json").out)
    paths = [each["path"] for each in data["repositories"]]
    assert (len(paths), paths) == (count, sorted(set(paths)))
    assert data["result"] == {"exceptions": 0, "in_order": True}


def test_a_link_to_a_repository_makes_no_second_one(many: World) -> None:
    (many.root / "srv/z.git").symlink_to("a.git")
    data = json.loads(auditor(many, "--repo", "srv/*.git", "--repo", "srv/a.git", "--format", "json").out)
    assert [each["path"].rpartition("/")[2] for each in data["repositories"]] == ["a.git", "b.git", "plain.git"]


def test_one_that_fails_is_named_and_stops_no_other(many: World) -> None:
    (many.root / "srv/b.git/gatekeeper/ledger.db").unlink()
    said = auditor(many, "--repo", "srv", "--format", "json")
    data = json.loads(said.out)
    assert said.status == 1
    assert len(data["repositories"]) == 3
    (failed,) = data["failed"]
    assert failed["repository"].endswith("srv/b.git")
    assert failed["problem"].startswith("there is no ledger at ")
    assert failed["next"] == f"gatekeeper doctor --repo {failed['repository']}"
    assert "srv/b.git: there is no ledger at " in said.err
    text = auditor(many, "--repo", "srv").out
    no_ledger = "1 without a ledger: who approved what there cannot be known"
    assert text.splitlines()[0] == f"3 repositories: No exceptions, 1 repository failed; {no_ledger}"
    changes = auditor(many, "changes", "--repo", "srv/a.git", "--repo", "srv/b.git", "--format", "json")
    assert changes.status == 1
    assert [each["problem"][:18] for each in json.loads(changes.out)["failed"]] == ["there is no ledger"]


def test_where_every_one_fails_nothing_could_be_decided(many: World) -> None:
    for name in ("a.git", "b.git"):
        (many.root / "srv" / name / "gatekeeper/ledger.db").unlink()
    assert auditor(many, "--repo", "srv/[ab].git").status == 3
    assert auditor(many, "changes", "--repo", "srv/[ab].git").status == 3
    alone = auditor(many, "--repo", "srv/a.git")
    assert (alone.status, alone.out) == (3, "")
    assert "there is no ledger at " in alone.err


def test_exceptions_of_many_say_whose_they_are(many: World) -> None:
    outside = many.clone().commit("Outside")
    many.clone().git("push", "-q", str(many.root / "srv/b.git"), "HEAD:refs/heads/elsewhere")
    many.git("--git-dir", str(many.root / "srv/b.git"), "update-ref", "refs/heads/main", outside)
    said = auditor(many, "exceptions", "--repo", "srv", "--format", "csv")
    assert said.status == 1
    rows = table(said.out)
    assert {row["kind"] for row in rows} == {"changed-outside", "unexplained"}
    data = json.loads(auditor(many, "exceptions", "--repo", "srv", "--format", "json").out)
    assert {each["path"].rpartition("/")[2] for each in data["exceptions"]} == {"b.git"}


def test_what_needs_a_person_ends_no_line_in_blanks_and_its_next_step_is_one_line(world: World) -> None:
    clone = world.clone()
    clone.commit("Outside")
    clone.git("push", "-q", str(world.bare), "HEAD:refs/heads/elsewhere")
    world.git("update-ref", "refs/heads/main", "refs/heads/elsewhere")
    wide, narrow = (auditor(world, "exceptions", "--repo", "shop.git", **env) for env in ({}, {"COLUMNS": "60"}))
    command = f"         next: gatekeeper baseline add main --repo {world.bare} --why REASON   # if that was in order"
    for said in (wide, narrow):
        assert said.status == 1
        assert command in said.out.splitlines()
        assert [line for line in said.out.splitlines() if line != line.rstrip()] == []
    assert all(len(line) <= 60 or line.lstrip().startswith("next: ") for line in narrow.out.splitlines())


def test_a_repository_that_nothing_guards_is_counted_and_not_written_to(many: World) -> None:
    clone = many.clone()
    before = sorted((clone.path / ".git").iterdir())
    said = auditor(many, "--repo", clone.path)
    assert said.status == 0
    assert "Not known" in said.out
    assert "Next: gatekeeper audit --repo " in said.out
    assert sorted((clone.path / ".git").iterdir()) == before
    rows = auditor(many, "changes", "--repo", clone.path)
    assert rows.status == 2
    assert "gatekeeper does not guard" in rows.err


# ---- files and formats ----------------------------------------------------------------------------


def test_a_cell_is_never_a_formula(world: World) -> None:
    clone = world.clone()
    evil = [
        "=HYPERLINK(1)",
        "+1+1",
        "-2+3",
        "@SUM(A1)",
        '"quoted", and commas',
        "\u202e=1",
        "\uff1d1+1",
        "a;=1+1",
        'b; "@x"',
    ]
    for number, subject in enumerate(evil):
        clone.commit(subject, {"file": str(number)})
    assert clone.push("HEAD:main").accepted
    said = auditor(world, "changes", *REPO, "--format", "csv", "-o", "changes.csv")
    assert said.status == 0
    raw = (world.root / "changes.csv").read_bytes()
    assert raw.count(b"\r\n") == raw.count(b"\n") == 1 + 1 + len(evil)
    rows = table(raw.decode())
    subjects = [row["subject"] for row in rows][1:]
    assert subjects == [
        "'=HYPERLINK(1)",
        "'+1+1",
        "'-2+3",
        "'@SUM(A1)",
        '"quoted", and commas',
        "\\u202e=1",
        "'\uff1d1+1",
        "a;'=1+1",
        'b; "\'@x"',
    ]
    assert not [cell for row in rows for cell in row.values() if cell[:1] in ("=", "+", "-", "@", "\t", "\r")]


def test_a_very_long_subject_is_cut(world: World) -> None:
    clone = world.clone()
    sizes = {"landed": "x" * 300_000, "refused": "y" * 300_000}
    clone.commit("Long", {"file": "1"})
    clone.git("commit", "-q", "--amend", "-F", "-", data=sizes["landed"].encode())
    assert clone.push("HEAD:main").accepted
    clone.commit("Long", {"file": "2"})
    clone.git("commit", "-q", "--amend", "-F", "-", data=f"{sizes['refused']}\n\nAssisted-by: claude\n".encode())
    assert not clone.push("HEAD:main").accepted
    for form in ("csv", "json"):
        said = auditor(world, "changes", *REPO, "--format", form)
        assert f"{'x' * 499}…" in said.out.replace("\\u2026", "…")
        assert len(said.out) < 5_000
    page = auditor(world, *REPO, "--format", "html").out
    assert "x" * 499 in page
    assert "y" * 499 in page
    assert len(page) < 200_000


def test_a_row_of_csv_says_who_approved_with_which_key(world: World) -> None:
    (commit,) = for_review(world)
    signed = world.approve(commit)
    assert world.clone().push("HEAD:main").accepted
    (row,) = [row for row in table(auditor(world, "changes", *REPO, "--format", "csv").out) if row["commit"] == commit]
    assert (row["outcome"], row["author"], row["author_level"]) == ("approved", "junior-1", "junior")
    assert (row["statement"], row["signer"], row["signer_level"]) == (signed.id, "senior-1", "senior")
    assert row["key"].startswith("SHA256:")
    assert (row["reviewed"], row["carried_by"], row["flaw"]) == (commit, "", "")


def test_the_summary_is_name_and_value_too(world: World) -> None:
    rows = {row["name"]: row["value"] for row in table(auditor(world, *REPO, "--format", "csv").out)}
    assert (rows["control.landed"], rows["integrity.complete"], rows["ai.commits.base"]) == ("1", "yes", "1")


def test_the_page_is_one_file_with_its_rows(world: World) -> None:
    said = auditor(world, *REPO, "--format", "html", "-o", "audit.html")
    assert (said.status, said.out) == (0, "")
    page = (world.root / "audit.html").read_text("utf-8")
    assert page.startswith("<!DOCTYPE html>") or page.lower().startswith("<!doctype html>")
    assert "example/shop" in page
    assert "Begin" in page


def test_a_file_is_for_its_owner_and_takes_the_place_of_an_old_one(world: World) -> None:
    target = world.root / "audit.json"
    target.write_text("old")
    said = auditor(world, *REPO, "--format", "json", "-o", "audit.json")
    assert (said.status, said.out) == (0, "")
    assert json.loads(target.read_text())["kind"] == "summary"
    assert target.stat().st_mode & 0o777 == 0o600
    nowhere = auditor(world, *REPO, "-o", "nowhere/audit.txt")
    assert nowhere.status == 2
    assert "nowhere/audit.txt: No such file or directory" in nowhere.err


def held_up(world: World) -> dict[str, str]:
    """Return variables with which an audit waits for ever: git reads a fifo that nobody writes to."""
    hold = world.root / "hold"
    os.mkfifo(hold)
    config = f'#!/bin/sh\ncase "$*" in *cat-file*) cat {hold} >/dev/null;; esac\nexec {shutil.which("git")} "$@"\n'
    slow = world.root / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text(config)
    slow.chmod(0o755)
    return {"PATH": f"{slow.parent}:{os.environ['PATH']}"}


def test_ctrl_c_leaves_no_half_file_and_no_word_of_python(world: World) -> None:
    target = world.root / "changes.csv"
    target.write_text("old")
    terminal = Terminal(
        *("audit", "changes", *REPO, "--format", "csv", "-o", "changes.csv"), cwd=world.root, env=held_up(world)
    )
    terminal.interrupt("Stopped.")
    done = terminal.finish()
    assert done.status == 3
    assert "Traceback" not in done.out
    assert target.read_text() == "old"
    assert [each.name for each in world.root.glob(".changes.csv*")] == []


def test_ctrl_c_stops_an_audit_of_many_in_order(many: World) -> None:
    terminal = Terminal("audit", "--repo", "srv", "-o", "audit.txt", cwd=many.root, env=held_up(many))
    terminal.interrupt("Stopped.")
    done = terminal.finish()
    assert done.status == 3
    assert "Traceback" not in done.out
    assert not (many.root / "audit.txt").exists()


# ---- what is chosen -------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["yesterday", "2026-02-30", "90", "", "2026-01-01T00:00", "-1d"])
def test_a_time_that_is_none_says_which_forms_there_are(world: World, when: str) -> None:
    said = auditor(world, *REPO, f"--since={when}")
    assert said.status == 2
    assert "a span such as 90d, a date such as 2026-01-01" in said.err


def test_a_ref_that_nothing_guards_is_no_quiet_all_clear(world: World) -> None:
    for arguments in ((), ("exceptions",)):
        said = auditor(world, *arguments, *REPO, "--ref", "mian")
        assert "note: no guarded ref is called refs/heads/mian; nothing was looked at\n" in said.err
        assert "note: " not in auditor(world, *arguments, *REPO, "--ref", "main").err


def test_a_period_and_a_ref_choose_rows(world: World) -> None:
    assert world.clone().push("HEAD:refs/heads/release/1").accepted
    everything = table(auditor(world, "changes", *REPO, "--format", "csv").out)
    assert [row["ref"] for row in everything] == ["refs/heads/main", "refs/heads/release/1"]
    assert len(table(auditor(world, "changes", *REPO, "--ref", "release/*", "--format", "csv").out)) == 1
    assert table(auditor(world, "changes", *REPO, "--until", "1d", "--format", "csv").out) == []
    assert len(table(auditor(world, "changes", *REPO, "--since", "2020-01-01", "--format", "csv").out)) == 2
    assert auditor(world, "changes", *REPO, "--ref", "relaese/*").out == "Nothing has landed that was asked for.\n"


def test_a_small_team_has_rows_and_no_figures(world: World) -> None:
    (commit,) = for_review(world)
    world.approve(commit)
    assert world.clone().push("HEAD:main").accepted
    said = auditor(world, *REPO, "--team", "shop")
    assert said.status == 2
    assert "shop has fewer people than teams whose figures are shown (privacy.smallest_team: 8)" in said.err
    rows = table(auditor(world, "changes", *REPO, "--team", "shop", "--format", "csv").out)
    assert commit in [row["commit"] for row in rows]
    world.set_policy(privacy={"smallest_team": 1})
    assert auditor(world, *REPO, "--team", "shop").status == 0


def test_a_row_that_does_not_hold_makes_changes_end_with_1(world: World) -> None:
    (commit,) = for_review(world)
    world.approve(commit)
    assert world.clone().push("HEAD:main").accepted
    assert auditor(world, "changes", *REPO).status == 0

    def drop(finding: dict[str, list[dict[str, object]]]) -> None:
        finding["rules"][0]["signoffs"] = []

    rewrite(world, in_verdict(commit, drop))
    said = auditor(world, "changes", *REPO)
    assert said.status == 1
    assert "NOT APPROVED" in said.out


def test_nothing_but_a_landing_is_written_to_the_ledger(world: World) -> None:
    world.clone().commit("Plain")
    assert world.clone().push("HEAD:main").accepted
    before = len(world.entries())
    for _ in range(2):
        assert auditor(world, *REPO).status == 0
    assert [entry.kind for entry in world.entries()[before:]] == ["landing"]
