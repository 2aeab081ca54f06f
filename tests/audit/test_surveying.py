"""The survey of real repositories: what it counts is what Git says, whoever made the history."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.ai_report import AiReport
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.people import Ladder, ListedRoster, Person, Who
from gatekeeper.core.policy import Policy, Require, Rule, When
from gatekeeper.core.privacy import Privacy
from gatekeeper.git import GitError
from gatekeeper.git.history import History as Reading
from gatekeeper.surveying import Known, Scope, survey
from tests.support.histories import DAY, MARK, START, History

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

NOW = Timestamp(START + 400 * DAY)
ASSISTED = f"Change\n\n{MARK}\n"


@pytest.fixture(params=["sha1", "sha256"])
def history(request: pytest.FixtureRequest, tmp_path: Path) -> History:
    return History(tmp_path / "shop.git", request.param)


@pytest.fixture
def one(tmp_path: Path) -> History:
    """For what has nothing to do with object ids."""
    return History(tmp_path / "shop.git")


def look(history: History, scope: Scope | None = None, known: Known | None = None, **more: Any) -> AiReport:
    history.write()
    return survey(str(history.path), NOW, scope or Scope(), known or Known(), **{"cache": "", **more})


def counts(slices: tuple[Any, ...]) -> dict[str, tuple[int, int, int, int]]:
    """By name: assisted commits, commits, assisted lines, lines."""
    return {each.name: (each.commits.count, each.commits.base, each.lines.count, each.lines.base) for each in slices}


def test_each_assisted_change_of_a_month_is_of_one_tool_of_several_or_of_none_that_is_named(one: History) -> None:
    one.commit({"a": "1\n"}, ASSISTED)
    one.commit({"a": "2\n"}, ASSISTED)
    one.commit({"a": "3\n"}, "Change\n\nAssisted-by: claude\nAssisted-by: copilot\n")
    one.commit({"a": "4\n"}, "Change\n\nAI-Assisted: yes\n")
    one.commit({"a": "5\n"})
    one.commit({"a": "6\n"}, ASSISTED, day=40)
    found = look(one)
    first, second = (each.name for each in found.by_month)
    tool = found.inventory[0].tool
    uses = [(each.month, each.tool, each.changes) for each in found.by_month_and_tool]
    assert uses == [(first, "(several)", 1), (first, tool, 2), (first, "unknown", 1), (second, tool, 1)]
    assert [each.commits.count for each in found.by_month] == [4, 1]


def test_shares_count_changes_and_added_lines_and_neither_merges_nor_reverts(history: History) -> None:
    history.commit({"src/a": "1\n2\n3\n", "README": "r\n"})
    history.commit({"src/a": "1\n2\n3\n4\n"}, ASSISTED, day=1)
    side = history.commit({"docs/b": "b\nb\n"}, ASSISTED, day=40, ref="refs/heads/side")
    main = history.commit({"src/a": "1\n"}, day=2, parents=[2])
    history.commit({"docs/b": "b\nb\n", "evil": "e\n"}, day=41, parents=[main, side])
    history.commit({"docs/b": None}, "Revert it", day=42)
    found = look(history)
    population = found.population
    assert (population.commits, population.merges, population.reverts, population.changes) == (6, 1, 1, 4)
    assert (found.commits.count, found.commits.base) == (2, 4)
    assert (found.lines.count, found.lines.base) == (3, 7)
    assert counts(found.by_path) == {"src": (1, 3, 1, 4), "docs": (1, 1, 2, 2), "(files at the top)": (0, 1, 0, 1)}
    # What came by the merge landed with it.
    assert [each.name for each in found.by_month] == ["2026-05", "2026-07"]
    assert counts(found.by_tool) == {"claude-code": (2, 4, 3, 7)}
    assert (found.declarations.declared, found.declarations.silent) == (2, 2)
    assert found.inventory[0].first == START + DAY
    assert found.inventory[0].last == START + 41 * DAY


def test_line_counts_and_renames_are_those_of_git_log(history: History) -> None:
    text = "".join(f"line {number}\n" for number in range(50))
    history.commit({"a": text, "bin": b"\0\1", "x\ty": "tab\n", "new\nline": "n\n", b"odd\xff": "o\n"})
    history.commit({"a": None, "dir/b": text + "more\n", "bin": b"\0\2", "x\ty": "tab\nand more\n"}, day=1)
    history.commit({}, "Nothing", day=2)
    history.commit({"a": text, "dir/b": None, "new\nline": None}, day=3)
    found = look(history)
    printed = history.repository.git("log", "--numstat", "--format=", "main").decode("utf-8", "replace")
    rows = [line.split("\t") for line in printed.splitlines() if line]
    assert found.lines.base == sum(int(row[0]) for row in rows if row[0] != "-")
    assert found.population.changes == 4


@pytest.mark.parametrize("children", [1, 2, 3])
def test_any_number_of_processes_gives_the_same_facts(one: History, children: int) -> None:
    for number in range(600):
        one.commit({f"d{number % 7}/f": f"{number}\n", "x": "x\n" * (number % 5)})
    ids = one.write()
    with Reading(str(one.path)) as reading:
        many = dict(reading.changes(ids, children))
        alone = dict(reading.changes(ids, 1))
    assert many == alone
    assert set(many) == set(ids)


def test_a_revert_is_known_by_its_bytes_whatever_its_message_says_also_through_a_rename(history: History) -> None:
    history.commit({"a": "1\n" * 30, "b": "1\n"})
    history.commit({"a": None, "c": "1\n" * 30, "b": "2\n"}, ASSISTED, day=1)
    history.commit({"x": "x\n"}, day=2)
    history.commit({"c": None, "a": "1\n" * 30, "b": "1\n"}, "Tidy up", day=3)
    history.commit({"x": "y\n"}, day=300)
    outcomes = look(history).outcomes
    assert outcomes is not None
    assert (outcomes.assisted.reverted.count, outcomes.assisted.n) == (1, 1)
    assert outcomes.assisted.seconds_to_revert.median == 2 * DAY


def test_fixes_and_reverts_are_known_by_what_messages_say(history: History) -> None:
    history.commit({"a": "1\n"}, ASSISTED)
    first, *_ = history.write()
    history.commit({"b": "1\n"}, f'Mend\n\nFixes: {first[:12]} ("Change")\n', day=1)
    history.commit({"c": "1\n"}, "Add c", day=2)
    third = history.write()[2]
    history.commit({"d": "1\n"}, f'Revert "Add c"\n\nThis reverts commit {third}.\n', day=4)
    history.commit({"x": "y\n"}, day=300)
    found = look(history)
    assert found.outcomes is not None
    assert (found.outcomes.assisted.fixed.count, found.outcomes.unassisted.reverted.count) == (1, 1)
    assert found.outcomes.unassisted.n == 2
    assert found.population.reverts == 1


def test_the_period_counts_what_landed_in_it_whatever_the_dates_of_commits_around_it(one: History) -> None:
    one.commit({"a": "1\n"}, day=0)
    one.commit({"a": "2\n"}, day=300)  # a clock that ran ahead
    one.commit({"a": "3\n"}, day=10)
    one.commit({"a": "4\n"}, day=20)
    found = look(one, Scope(since=Timestamp(START + 10 * DAY), until=Timestamp(START + 20 * DAY)))
    assert found.population.commits == 1
    assert found.lines.base == 1


def test_refs_are_those_that_were_asked_for_and_a_missing_one_is_named(one: History) -> None:
    one.commit({"a": "1\n"})
    one.commit({"b": "1\n"}, ref="refs/heads/other", parents=[1])
    one.write()
    assert look(one).population.commits == 1
    found = look(one, Scope(refs=("refs/heads/main", "refs/heads/other", "refs/heads/none")))
    assert found.population.commits == 2
    assert any("refs/heads/none" in each for each in found.unknown)


def test_a_repository_without_commits_has_figures_of_nothing(one: History) -> None:
    found = survey(str(one.path), NOW, cache="")
    assert (found.population.commits, found.outcomes, found.commits.low) == (0, None, None)


def test_a_directory_in_no_repository_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="is in no Git repository"):
        survey(str(tmp_path), NOW, cache="")


def test_a_ref_that_leads_to_no_commit_is_named_and_stops_nothing(one: History) -> None:
    one.commit({"a": "1\n"})
    (commit,) = one.write()
    one.repository.set_ref("refs/tags/v0-blob", one.repository.blob(b"x"))
    one.repository.set_ref("refs/tags/v1-tree", one.repository.tree({b"a": b"1\n"}))
    one.repository.git("tag", "-a", "-m", "v2", "v2", commit, env=IDENTITY)
    found = survey(str(one.path), NOW, Scope(refs=("refs/tags/v0-blob", "refs/tags/v1-tree", "refs/tags/v2")), cache="")
    assert found.population.commits == 1
    assert any("refs/tags/v0-blob, refs/tags/v1-tree" in each for each in found.unknown)


def test_a_shallow_clone_says_what_is_missing_and_its_boundary_adds_nothing(one: History, tmp_path: Path) -> None:
    one.commit({"a": "1\n" * 100})
    one.commit({"b": "1\n"}, day=1)
    one.commit({"c": "1\n2\n"}, ASSISTED, day=2)
    one.write()
    subprocess.run(
        ["git", "clone", "-q", "--bare", "--depth=2", f"file://{one.path}", tmp_path / "shallow"], check=True
    )
    found = survey(str(tmp_path / "shallow"), NOW, cache="")
    assert (found.population.commits, found.population.unread) == (2, 1)
    assert (found.lines.count, found.lines.base) == (2, 2)
    assert any("git fetch --unshallow" in each for each in found.unknown)


def test_contents_that_are_missing_cost_their_lines_and_nothing_else(one: History) -> None:
    for number in range(6):
        one.commit({"big": "".join(f"{number} {line}\n" for line in range(200)), f"d/{number}": "1\n"}, day=number)
    one.commit({"other": "1\n"}, ASSISTED, day=9)
    ids = one.write()
    blob = one.repository.git("rev-parse", f"{ids[2]}:big").decode().strip()
    (one.path / "objects" / blob[:2] / blob[2:]).unlink()
    found = survey(str(one.path), NOW, cache="")
    assert (found.population.changes, found.population.uncounted, found.population.unread) == (7, 2, 0)
    assert counts(found.by_path)["d"] == (0, 6, 0, 4)
    assert (found.lines.count, found.commits.count) == (1, 1)


def test_a_tree_that_is_missing_leaves_its_commit_out(one: History) -> None:
    first = one.repository.commit({b"a": b"1\n"})
    lost = one.repository.commit({b"d/c": b"1\n"}, first)
    last = one.repository.commit({b"a": b"1\n", b"b": b"1\n"}, lost)
    one.repository.set_ref("refs/heads/main", last)
    tree = one.repository.git("rev-parse", f"{lost}:d").decode().strip()
    (one.path / "objects" / tree[:2] / tree[2:]).unlink()
    found = survey(str(one.path), NOW, cache="")
    assert (found.population.commits, found.population.changes, found.population.unread) == (3, 1, 2)


def test_replacement_refs_grafts_attributes_and_configuration_change_no_figure(one: History) -> None:
    one.commit({"a": "1\n"})
    one.commit({"a": "1\n2\n"}, ASSISTED, day=1)
    first, second = one.write()
    before = look(one)
    one.repository.set_ref(f"refs/replace/{second}", first)
    (one.path / "info").mkdir(exist_ok=True)
    (one.path / "info/grafts").write_text(f"{second}\n")
    (one.path / "info/attributes").write_text("* -diff\n")
    one.repository.git("config", "diff.renames", "false")
    one.repository.git("config", "core.commentChar", "A")
    assert look(one) == before


def test_absurd_dates_names_and_messages_are_counted(one: History) -> None:
    one.commit({"a": "1\n"}, when=0)
    one.commit({"a": "2\n"}, when=2**40)
    one.commit({"\x1b[31m/b": "1\n", "(other)/c": "1\n"}, author=b"\xff <\xff\x1b[0m@example.com>", day=2)
    one.commit({"a": "3\n"}, b"\xff\x1b" * 10, day=3)
    found = look(one)
    assert [each.name for each in found.by_month] == ["1970-01", "2026-05", "(in the future)"]
    assert found.population.changes == 4
    for number in ("99999999999999999999999", "-5", "no date"):
        who = b"A <a@example.com> %s +0000" % number.encode()
        tree = one.repository.tree({b"a": number.encode()})
        tip = one.repository.git("rev-parse", "main").strip()
        raw = b"tree %s\nparent %s\nauthor %s\ncommitter %s\n\nx\n" % (tree.encode(), tip, who, who)
        one.repository.set_ref("refs/heads/main", one.repository.write("commit", raw))
    assert survey(str(one.path), NOW, cache="").population.changes == 7


def test_a_commit_with_many_thousand_paths_is_counted_in_few_areas(one: History) -> None:
    one.commit({f"d{number}/f": "1\n" for number in range(20_000)}, ASSISTED)
    one.commit({f"d{number}/f": None for number in range(20_000)}, "Tidy up", day=1)
    found = look(one)
    assert (found.lines.count, found.population.reverts) == (20_000, 1)
    assert len(found.by_path) <= 21
    assert sum(each.lines.base for each in found.by_path) == 20_000


def test_a_commit_of_a_billion_paths_is_given_up_and_nothing_else(
    one: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gatekeeper.git.history.PATIENCE", 1.0)
    make = one.repository
    bomb = make.raw_tree([("100644", b"f", make.blob(b"x\n"))])
    for _ in range(9):
        bomb = make.raw_tree([("40000", b"%02d" % number, bomb) for number in range(10)])
    tip = make.commit({b"a": b"1\n"})
    tip = make.commit(bomb, tip)
    tip = make.commit({b"a": b"1\n", b"b": b"1\n"}, tip)
    for number in range(3):
        tip = make.commit({b"a": b"%d\n" % number}, tip)
    make.set_ref("refs/heads/main", tip)
    found = survey(str(one.path), NOW, cache="")
    assert (found.population.changes, found.population.unread, found.population.uncounted) == (4, 2, 0)


def test_authorship_logs_count_and_one_that_comes_later_counts_then(one: History, tmp_path: Path) -> None:
    one.commit({"a": "1\n"})
    (commit,) = one.write()
    cache = str(tmp_path / "cache.db")
    assert look(one, cache=cache).commits.count == 0
    about = {"schema_version": "authorship/3.0.0", "prompts": {"0123456789abcdef": {"agent_id": {"tool": "cursor"}}}}
    log = b"a\n  0123456789abcdef 1\n---\n%s" % json.dumps(about).encode()
    one.repository.git("notes", "--ref=ai", "add", "-F", "-", commit, data=log, env=IDENTITY)
    found = look(one, cache=cache)
    assert [each.tool for each in found.inventory] == ["cursor"]
    assert found.declarations.inferred + found.declarations.declared == 1


IDENTITY = {f"GIT_{role}_{what}": "a@example.com" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def test_a_policy_says_what_counts_and_which_tools_are_allowed(one: History) -> None:
    one.commit({"a": "1\n"}, "x\n\nAssisted-by: Claude\n")
    one.commit({"a": "2\n"}, "x\n\nCo-authored-by: Cursor <cursoragent@cursor.com>\n")
    one.commit({"a": "3\n"}, "x\n\nAssisted-by: Codex\n")
    policy = Policy(
        protect=("HEAD",),
        rules=(
            Rule(id="no", when=When(tools=("cursor",)), refuse="not here"),
            Rule(id="yes", when=When(tools=("claude-code",)), require=Require(signoffs=1, approvers=Who())),
        ),
    )
    found = look(one, known=Known(policy=policy))
    assert {each.tool: each.allowed for each in found.inventory} == {
        "cursor": False,
        "claude-code": True,
        "codex": None,
    }


def people(team: str, count: int, level: str = "mid") -> list[Person]:
    return [
        Person(id=f"{team}-{n}", emails=(f"{team}-{n}@example.com".encode(),), level=level, teams=(team,))
        for n in range(count)
    ]


def teams(one: History, *groups: list[Person], smallest: int = 8, only: tuple[str, ...] = ()) -> AiReport:
    everybody = [person for group in groups for person in group]
    for person in everybody:
        one.commit({person.id: "1\n"}, ASSISTED, author=f"X <{person.emails[0].decode().upper()}>")
    roster = ListedRoster(Ladder(levels=("mid", "senior")), everybody)
    policy = Policy(protect=("HEAD",), rules=(), privacy=Privacy(smallest_team=smallest))
    return look(one, Scope(teams=only), Known(policy=policy, roster=roster))


def test_teams_and_levels_come_from_the_roster(one: History) -> None:
    found = teams(one, people("shop", 9), people("pay", 8, "senior"))
    assert counts(found.by_team) == {"shop": (9, 9, 9, 9), "pay": (8, 8, 8, 8)}
    assert counts(found.by_level) == {"mid": (9, 9, 9, 9), "senior": (8, 8, 8, 8)}


def test_teams_of_too_few_people_are_one_figure(one: History) -> None:
    found = teams(one, people("shop", 9), people("pay", 4), people("ship", 5))
    assert counts(found.by_team) == {"shop": (9, 9, 9, 9), "(groups too small to show)": (9, 9, 9, 9)}


def test_one_small_team_does_not_show_as_the_difference_to_the_whole(one: History) -> None:
    found = teams(one, people("shop", 9), people("pay", 10), people("ship", 2))
    assert counts(found.by_team) == {"pay": (10, 10, 10, 10), "(groups too small to show)": (11, 11, 11, 11)}


def test_a_lone_small_team_shows_nowhere(one: History) -> None:
    assert teams(one, people("shop", 7)).by_team == ()


def test_bots_make_no_small_team_large(one: History) -> None:
    bots = [person.replace(bot=True, level=None, id=f"bot-{person.id}") for person in people("shop", 9)]
    humans = [person.replace(emails=(b"human-" + person.emails[0],)) for person in people("shop", 7)]
    assert teams(one, humans, bots).by_team == ()


def test_a_policy_can_show_small_teams(one: History) -> None:
    assert counts(teams(one, people("shop", 2), smallest=1).by_team) == {"shop": (2, 2, 2, 2)}


def test_only_changes_of_the_teams_that_were_asked_for_count(one: History) -> None:
    found = teams(one, people("shop", 9), people("pay", 8), only=("pay",))
    assert (found.population.commits, found.population.changes) == (17, 8)


def test_figures_of_a_small_team_are_not_shown_to_who_asks_for_that_team_alone(one: History) -> None:
    found = teams(one, people("shop", 9), people("pay", 3), only=("pay",))
    assert (found.population.changes, found.commits.base, found.outcomes) == (0, 0, None)
    assert any("too few people" in each for each in found.unknown)


def test_teams_without_a_roster_are_nobodys_and_that_is_said(one: History) -> None:
    one.commit({"a": "1\n"})
    found = look(one, Scope(teams=("shop",)))
    assert found.population.changes == 0
    assert "without a roster" in found.unknown[0]


def test_without_git_on_the_path_it_says_so(one: History, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(GitError, match="no git on PATH"):
        survey(str(one.path), NOW, cache="")
