"""The hooks declare an agent's help by themselves: real commits, through the installed hooks."""

from __future__ import annotations

import pytest

from gatekeeper.core.declaration import MarkRules, prepared
from gatekeeper.core.tools import Tool, builtin
from tests.support.workbench import AGENT, MARK, Workbench

AGENTS = [(tool, variable) for tool in builtin() for variable in tool.environment if tool.id != "unknown"]


@pytest.fixture
def agent(bench: Workbench) -> Workbench:
    """The bench, and an agent at it."""
    bench.agent = AGENT
    return bench


# ---- a commit that is simply made --------------------------------------------------------------------


@pytest.mark.parametrize(("tool", "variable"), AGENTS, ids=[variable for _, variable in AGENTS])
def test_in_an_agents_environment_it_declares_that_agent(bench: Workbench, tool: Tool, variable: str) -> None:
    said = bench.commit("Add retry", **{variable: "1"})
    assert said.err == f"gatekeeper: added `Assisted-by: {tool.name}`, because {variable} is set.\n"
    assert bench.trailers() == [f"Assisted-by: {tool.name}"]
    findings = prepared(MarkRules()).find(bench.message().encode())
    assert findings is not None
    assert findings.tools == {tool.id}


@pytest.mark.parametrize(
    ("value", "name"),
    [("opencode", "opencode"), ("claude-code@2.1", "Claude Code"), ("1", "AI agent"), ("", "AI agent")],
)
def test_a_variable_that_agents_share_is_read_for_the_name(bench: Workbench, value: str, name: str) -> None:
    bench.commit("Add retry", AI_AGENT=value)
    assert bench.trailers() == [f"Assisted-by: {name}"]


def test_in_a_persons_shell_nothing_is_written_and_nothing_said(bench: Workbench) -> None:
    assert bench.commit("Add retry").text == ""
    assert bench.message() == "Add retry"


@pytest.mark.parametrize(
    "trailer",
    [
        "Assisted-by: Codex",
        "AI-Assisted: no",
        "Co-authored-by: Claude <noreply@anthropic.com>",
        "Generated-by: Gemini CLI",
        "AI-Assisted: yes",
    ],
)
def test_a_message_that_says_something_already_is_left_alone(agent: Workbench, trailer: str) -> None:
    assert agent.commit(f"Add retry\n\n{trailer}").text == ""
    assert agent.message() == f"Add retry\n\n{trailer}"


def test_it_joins_the_trailers_that_are_there(agent: Workbench) -> None:
    agent.commit("Add retry", "-s", "--trailer", "Reviewed-by: Bo <bo@example.com>")
    assert agent.trailers() == [
        "Signed-off-by: Ann Lee <ann@example.com>",
        "Reviewed-by: Bo <bo@example.com>",
        MARK,
    ]


def test_a_person_who_is_credited_is_no_declaration(agent: Workbench) -> None:
    agent.commit("Add retry\n\nAssisted-by: Bo <bo@example.com>")
    assert agent.trailers() == ["Assisted-by: Bo <bo@example.com>", MARK]


def test_it_is_a_trailer_above_a_patch_divider(agent: Workbench) -> None:
    agent.commit("Add retry\n\nWhy.\n---\nnotes for the list")
    assert agent.trailers() == [MARK]


@pytest.mark.parametrize("separators", ["=%", "="])
def test_the_users_own_separators_do_not_spoil_it(agent: Workbench, separators: str) -> None:
    agent.git("config", "trailer.separators", separators)
    agent.commit("Add retry")
    assert agent.message() == f"Add retry\n\n{MARK}"


@pytest.mark.parametrize("options", [(), ("-v",), ("--cleanup=scissors",), ("-s",)], ids=" ".join)
@pytest.mark.parametrize("comment", ["", "core.commentChar=;", "core.commentChar=auto", "commit.verbose=true"])
def test_a_message_from_an_editor_gets_it_too(agent: Workbench, options: tuple[str, ...], comment: str) -> None:
    if comment:
        agent.git("config", *comment.split("="))
    said = agent.edit("Add retry\n\nBecause it fails.\n", *options)
    assert said.status == 0, said.text
    assert agent.message().startswith("Add retry\n\nBecause it fails.\n\n")
    assert agent.trailers()[-1] == MARK
    assert "file-" not in agent.message()


def test_a_message_that_stays_empty_still_ends_the_commit(agent: Workbench) -> None:
    before = agent.head()
    agent.change()
    said = agent.run("commit")
    assert said.status == 1
    assert "Aborting commit due to empty commit message" in said.err
    assert agent.head() == before


def test_a_template_that_nobody_edits_still_ends_the_commit(agent: Workbench) -> None:
    template = agent.path.parent / "template"
    template.write_text("Subject here\n")
    agent.git("config", "commit.template", str(template))
    agent.change()
    said = agent.run("commit")
    assert said.status == 1
    assert "you did not edit the message" in said.err
    said = agent.edit("Add retry\n\n")
    assert said.status == 0, said.text
    assert agent.trailers() == [MARK]


def test_without_commit_msg_what_is_given_on_the_command_line_is_still_declared(agent: Workbench) -> None:
    agent.commit("Add retry", "--no-verify")
    assert agent.trailers() == [MARK]


def test_a_commit_of_named_files_is_declared(agent: Workbench) -> None:
    name = agent.change()
    agent.git("commit", "-q", "-m", "Add it")
    (agent.path / name).write_text("other\n")
    agent.git("commit", "-q", "-m", "Change it", name)
    assert agent.trailers() == [MARK]


def test_a_commit_that_adds_nothing_is_not_marked(agent: Workbench) -> None:
    agent.git("commit", "-q", "--allow-empty", "-m", "Try the CI")
    assert agent.message() == "Try the CI"


def test_the_very_first_commit_is_declared(agent: Workbench) -> None:
    agent.git("checkout", "-q", "--orphan", "new")
    agent.commit("Begin again")
    assert agent.trailers() == [MARK]


def test_in_a_linked_work_tree_and_below_its_top_it_works_too(agent: Workbench) -> None:
    agent.git("worktree", "add", "-q", str(agent.path.parent / "linked"))
    deep = agent.path.parent / "linked" / "deep"
    deep.mkdir()
    (deep / "a file").write_text("x\n")
    agent.below(deep).git("add", ".")
    agent.below(deep).git("commit", "-q", "-m", "Add it")
    assert agent.trailers("linked") == [MARK]


def test_in_a_submodule_it_works_too(agent: Workbench, tmp_path_factory: pytest.TempPathFactory) -> None:
    part = Workbench(tmp_path_factory.mktemp("other") / "part")
    agent.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(part.path), "part")
    inside = Workbench(agent.path / "part")
    inside.attach()
    inside.agent = AGENT
    inside.commit("Add it")
    assert inside.trailers() == [MARK]


# ---- amending ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("options", [("--amend", "--no-edit"), ("-C", "HEAD"), ("--amend", "-m", "Add it, better")])
def test_a_change_on_top_of_a_persons_commit_is_marked(bench: Workbench, options: tuple[str, ...]) -> None:
    bench.commit("Add it")
    bench.change()
    bench.agent = AGENT
    bench.git("commit", "-q", *options)
    assert bench.trailers() == [MARK]


@pytest.mark.parametrize("options", [("--no-edit", "--reset-author"), ("-m", "Word it better")])
def test_a_persons_commit_that_is_only_worded_anew_is_not_marked(bench: Workbench, options: tuple[str, ...]) -> None:
    bench.commit("Add it")
    bench.agent = AGENT
    bench.git("commit", "-q", "--amend", *options)
    assert bench.trailers() == []


def test_amending_twice_marks_once(agent: Workbench) -> None:
    agent.commit("Add it")
    for _ in range(2):
        agent.change()
        agent.git("commit", "-q", "--amend", "--no-edit")
    assert agent.message() == f"Add it\n\n{MARK}"


# ---- what Git replays and joins keeps what it says ---------------------------------------------------


@pytest.fixture
def forked(bench: Workbench) -> Workbench:
    """A person's branch `side` beside main, with a commit each; then an agent comes."""
    bench.git("branch", "side")
    bench.commit("On main")
    bench.git("checkout", "-q", "side")
    bench.change("side")
    bench.git("commit", "-q", "-m", "On side")
    bench.agent = AGENT
    return bench


@pytest.mark.parametrize(
    "command",
    [
        "rebase -q main",
        "rebase -q --apply main",
        "merge -q --no-edit main",
        "merge -q -m Join main",
        "pull -q . main",
        "cherry-pick main",
        "cherry-pick -x main",
        "cherry-pick -e main",
        "revert --no-edit HEAD",
        "revert -e HEAD",
        "rebase -q -i --root",
    ],
)
def test_work_of_a_person_that_an_agent_moves_stays_the_persons(forked: Workbench, command: str) -> None:
    forked.git("config", "pull.rebase", "false")
    before = forked.head()
    forked.git(*command.split(), GIT_SEQUENCE_EDITOR="true")
    assert forked.head() != before or "--root" in command
    assert "Assisted-by" not in forked.git("log", "--format=%B")


@pytest.mark.parametrize("command", ["cherry-pick -n main", "revert -n HEAD", "merge -q --squash main"])
@pytest.mark.parametrize("how", [("--no-edit",), ("-m", "Take it over")], ids=" ".join)
def test_the_same_in_two_steps(forked: Workbench, command: str, how: tuple[str, ...]) -> None:
    forked.git(*command.split())
    forked.git("commit", "-q", *how)
    assert "Assisted-by" not in forked.git("log", "--format=%B")


def test_marked_commits_are_marked_once_wherever_they_go(agent: Workbench) -> None:
    agent.git("branch", "side")
    agent.commit("On main")
    agent.git("checkout", "-q", "side")
    agent.change("side")
    agent.git("commit", "-q", "-m", "On side")
    agent.git("cherry-pick", "main")
    agent.git("rebase", "-q", "--force-rebase", "--root")
    agent.git("commit", "-q", "--amend", "-m", "On side, again")
    assert agent.message("HEAD~1") == f"On side\n\n{MARK}"
    assert agent.git("log", "--format=%B").count("Assisted-by") == 1


@pytest.mark.parametrize("how", [("--no-edit",), ("-m", "Take it over")], ids=" ".join)
def test_a_squash_of_marked_commits_is_marked(agent: Workbench, how: tuple[str, ...]) -> None:
    agent.git("checkout", "-q", "-b", "side")
    agent.commit("One")
    agent.commit("Two")
    agent.git("checkout", "-q", "main")
    agent.git("merge", "-q", "--squash", "side")
    agent.git("commit", "-q", *how)
    findings = prepared(MarkRules()).find(agent.message().encode())
    assert findings is not None
    assert findings.tools == {"claude-code"}


@pytest.mark.parametrize("how", ["--fixup", "--squash"])
def test_a_fixup_takes_its_mark_along_to_a_persons_commit(bench: Workbench, how: str) -> None:
    name = bench.change()
    bench.git("commit", "-q", "-m", "Add it")
    bench.agent = AGENT
    bench.change(name, "better\n")
    bench.git("commit", "-q", f"{how}=HEAD")
    assert bench.trailers() == [MARK]
    bench.git("rebase", "-q", "-i", "--autosquash", "--root", GIT_SEQUENCE_EDITOR="true")
    assert bench.git("log", "--format=%s").split("\n")[:2] == ["Add it", "Begin"]
    assert MARK in bench.message()


def test_a_commit_made_in_the_middle_of_a_rebase_is_marked(bench: Workbench) -> None:
    bench.commit("Add it")
    bench.agent = AGENT
    bench.git("rebase", "-q", "-i", "HEAD~1", GIT_SEQUENCE_EDITOR="sed -i -e s/^pick/edit/")
    bench.commit("Add more")
    bench.git("rebase", "--continue")
    assert (bench.message("HEAD~1"), bench.message()) == ("Add it", f"Add more\n\n{MARK}")


CONCLUDE = {
    "rebase main": "rebase --continue",
    "cherry-pick main": "cherry-pick --continue",
    "merge main": "commit --no-edit",
    "merge --squash main": "commit -m Squashed",
}


@pytest.mark.parametrize("command", CONCLUDE)
def test_a_conflict_that_an_agent_resolved_is_its_work(bench: Workbench, command: str) -> None:
    bench.git("branch", "side")
    bench.change("same", "main\n")
    bench.git("commit", "-q", "-m", "On main")
    bench.git("checkout", "-q", "side")
    bench.change("same", "side\n")
    bench.git("commit", "-q", "-m", "On side")
    bench.agent = AGENT
    assert bench.run(*command.split()).status != 0
    bench.change("same", "both\n")
    bench.git(*CONCLUDE[command].split())
    assert bench.trailers() == [MARK]


def test_a_merge_that_an_agent_stopped_and_committed_is_its_work(forked: Workbench) -> None:
    forked.git("merge", "-q", "--no-commit", "main")
    forked.change("more")
    forked.git("commit", "-q", "--no-edit")
    assert forked.trailers() == [MARK]
