"""commit-msg tells what the gate would read otherwise, and lets everything else through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.commands import Desk
from tests.support.workbench import AGENT, MARK, Workbench
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World

LINE = "gatekeeper: the commit message is not in order. Nothing was committed."
SILENT = "It does not say whether AI helped"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Asisted-by: Claude", ["line 3: Asisted-by: Claude", "is no key that is known; write: Assisted-by: Claude"]),
        ("AI-Assisted: maybe", ["line 3: AI-Assisted: maybe", "is neither yes nor no nor the name of a tool"]),
        ("Assisted-by: yes", ["line 3: Assisted-by: yes", "names neither a tool nor a person"]),
        ("AI-Assisted: no\nAssisted-by: Claude", ["line 3: AI-Assisted: no", "the opposite of: Assisted-by: Claude"]),
        ("Assisted-by: Claude\n\nMore.", ["line 3: Assisted-by: Claude", "is no trailer to Git"]),
    ],
)
def test_a_message_that_is_not_in_order_is_refused_with_the_line_and_what_to_do(
    bench: Workbench, text: str, says: list[str]
) -> None:
    before = bench.head()
    said = bench.commit(f"Add it\n\n{text}")
    assert said.status == 1
    first, *lines, last = said.err.splitlines()
    assert first == LINE
    assert all(any(words in line for line in lines) for words in says)
    assert last.endswith(": git commit -e -F .git/COMMIT_EDITMSG")
    assert bench.head() == before


def test_the_command_that_takes_the_message_up_again_works_from_where_the_user_is(bench: Workbench) -> None:
    deep = bench.path / "deep"
    deep.mkdir()
    bench.change("deep/file")
    said = bench.below(deep).run("commit", "-q", "-m", "Add it\n\nAsisted-by: Claude")
    command = said.err.splitlines()[-1].rpartition(": git ")[2].split()
    assert command[-1] == "../.git/COMMIT_EDITMSG"
    assert bench.below(deep).run(*command, GIT_EDITOR="sed -i -e s/Asis/Assis/").status == 0
    assert bench.trailers() == ["Assisted-by: Claude"]


@pytest.mark.parametrize(
    "message",
    [
        "Add it",
        "Add it\n\nAssisted-by: Claude",
        "Add it\n\nAI-Assisted: no",
        "#1 is done\n\n# Asisted by: a heading",
        "Add it\n\nReviewed-by: Bo <bo@example.com>",
        "café: über\n\nSee: http://example.com",
    ],
)
def test_what_is_in_order_is_committed_as_it_is(bench: Workbench, message: str) -> None:
    assert bench.commit(message).text == ""
    assert bench.message() == message


@pytest.mark.parametrize("options", [(), ("-v",), ("--cleanup=scissors",)], ids=" ".join)
@pytest.mark.parametrize("setting", ["", "core.commentChar=;", "core.commentChar=auto"])
def test_it_looks_at_the_message_that_will_be_committed(
    bench: Workbench, options: tuple[str, ...], setting: str
) -> None:
    if setting:
        bench.git("config", *setting.split("="))
    bench.change("diff", "Asisted-by: in the diff\n\nAI-Assisted: maybe\n")
    said = bench.edit("Add it\n\nAssisted-by: Codex\n", *options)
    assert said.status == 0  # Git itself may warn of `auto`
    assert "gatekeeper" not in said.text
    said = bench.edit("Add it\n\nAsisted-by: Codex\n", *options)
    assert said.status == 1
    assert [line for line in said.err.splitlines() if "line " in line] == ["  line 3: Asisted-by: Codex"]


def test_escapes_in_the_message_are_shown_and_not_sent_to_the_terminal(bench: Workbench) -> None:
    said = bench.commit("Add it\n\nAsisted-by: \x1b[31mred")
    assert said.status == 1
    assert "\x1b" not in said.err
    assert "\\x1b[31mred" in said.err


@pytest.mark.parametrize("command", ["cherry-pick -e side", "merge --no-ff --no-edit side", "revert -e side~0"])
def test_what_git_replays_is_not_looked_at(bench: Workbench, command: str) -> None:
    bench.git("checkout", "-q", "-b", "side")
    bench.commit("Add it\n\nAsisted-by: Codex\n", "--no-verify")
    bench.git("checkout", "-q", "main")
    if command.startswith("revert"):
        bench.git("merge", "-q", "side")
    assert bench.run(*command.split()).status == 0


def test_wording_a_message_anew_is_looked_at(bench: Workbench) -> None:
    bench.commit("Add it")
    assert bench.run("commit", "-q", "--amend", "-m", "Add it\n\nAI-Assisted: maybe").status == 1


def test_a_denial_under_an_agents_name_is_refused(bench: Workbench) -> None:
    said = bench.commit("Add it\n\nAI-Assisted: no", "--author", "Codex <noreply@openai.com>")
    assert said.status == 1
    assert "the opposite of: Codex <noreply@openai.com>" in said.err


# ---- what the published policy asks for --------------------------------------------------------------


def clone(world: World, **policy: object) -> tuple[Desk, Workbench]:
    """A junior's clone, with the hooks, of a server with this policy."""
    world.set_policy(**policy)
    world.install()
    world.hook("post-receive").unlink()
    desk = Desk(world, "junior-1").ready()
    bench = Workbench(desk.path)
    bench.attach()
    return desk, bench


def test_a_policy_that_wants_an_answer_from_every_commit_is_passed_on(world: World) -> None:
    _, bench = clone(world, undeclared="refuse")
    said = bench.commit("Add it")
    assert said.status == 1
    assert said.err.splitlines() == [
        LINE,
        f"  {SILENT}, and the policy here asks every commit to. End it with one of",
        "    Assisted-by: <tool>   if AI helped: which tool",
        "    AI-Assisted: no       if not",
        "Your message is kept. Go on, with the options you had, by: git commit -e -F .git/COMMIT_EDITMSG",
    ]
    assert bench.commit("Add it", "--trailer", "AI-Assisted: no").text == ""
    assert bench.commit("Add it", "--trailer", "Assisted-by: Codex").text == ""


@one_format
def test_an_agent_answers_by_itself_and_the_gate_reads_it(world: World) -> None:
    desk, bench = clone(world, undeclared="refuse")
    assert bench.commit("Add it", **AGENT).status == 0
    assert desk.clone.push("HEAD:main").first_line.startswith("gatekeeper: REFUSED main: 1 commit needs a sign-off")


def test_a_commit_that_an_agent_makes_is_declared_to_the_gate(world: World) -> None:
    desk, bench = clone(world)
    assert bench.commit("Add it", **AGENT).status == 0
    pushed = desk.clone.push("HEAD:main")
    assert pushed.refused
    assert f"AI: {MARK}" in pushed.text
    world.approve(desk.clone.id())
    assert desk.clone.push("HEAD:main").accepted


@one_format
@pytest.mark.parametrize("value", ["any", "tool"])
def test_a_policy_with_a_key_of_its_own_gets_that_key(world: World, value: str) -> None:
    desk, bench = clone(world, undeclared="refuse", assisted={"keys": {"AI-Tool": value}})
    assert "    AI-Tool: <tool>       if AI helped: which tool\n" in bench.commit("Add it").err
    assert "write: AI-Tool: Codex" in bench.commit("Add it\n\nAI-Tol: Codex").err
    assert bench.commit("Add it", **AGENT).status == 0
    assert bench.trailers() == ["AI-Tool: Claude Code"]
    pushed = desk.clone.push("HEAD:main")
    assert pushed.refused
    assert "AI: AI-Tool: Claude Code" in pushed.text


@one_format
def test_a_tool_of_the_policys_own_is_a_declaration(world: World) -> None:
    tools = {"inhouse": {"name": "Inhouse", "signals": [{"kind": "agent", "pattern": "inhouse helper"}]}}
    _, bench = clone(world, undeclared="refuse", assisted={"tools": tools})
    for _ in range(2):  # the second time by what is kept of the policy
        assert bench.commit("Add it\n\nAssisted-by: Inhouse Helper").status == 0


@one_format
@pytest.mark.parametrize("policy", [{"undeclared": "allow"}, {}])
def test_a_policy_that_does_not_ask_is_not_asked_about(world: World, policy: dict[str, str]) -> None:
    _, bench = clone(world, **policy)
    assert bench.commit("Add it").text == ""


@one_format
def test_nothing_is_asked_of_what_is_folded_replayed_empty_or_worded_anew(world: World) -> None:
    _, bench = clone(world, undeclared="refuse")
    bench.commit("Add it", "--no-verify")
    bench.commit("Add more", "--trailer", "AI-Assisted: no")
    bench.change()
    for command in (
        "commit -q --fixup=HEAD",
        "revert --no-edit HEAD",
        "cherry-pick -e --keep-redundant-commits HEAD~3",
        "commit -q --allow-empty -m Empty",
        "commit -q --amend --allow-empty -m Nothing",
    ):
        said = bench.run(*command.split())
        assert SILENT not in said.text, command
        assert said.status == 0, said.text


@one_format
def test_a_squash_and_a_merge_by_hand_are_asked(world: World) -> None:
    _, bench = clone(world, undeclared="refuse")
    bench.git("checkout", "-q", "-b", "side")
    bench.commit("Add it", "--no-verify")
    bench.git("checkout", "-q", "main")
    bench.git("merge", "-q", "--squash", "side")
    assert SILENT in bench.run("commit", "-q", "--no-edit").err
    bench.git("reset", "-q", "--hard")
    bench.git("merge", "-q", "--no-ff", "--no-commit", "side")
    assert SILENT in bench.run("commit", "-q", "--no-edit").err


@one_format
def test_a_new_policy_counts_from_the_next_fetch_on(world: World) -> None:
    desk, bench = clone(world, undeclared="refuse")
    assert bench.commit("Add it").status == 1
    world.set_policy(undeclared="allow")
    world.install()
    desk.ready()
    assert bench.commit("Add it").status == 0


@one_format
def test_a_policy_that_cannot_be_read_is_told_and_stops_nobody(world: World) -> None:
    desk, bench = clone(world)
    tracking = "refs/gatekeeper/remotes/origin/published"
    blob = desk.clone.git("hash-object", "-w", "--stdin", data=b"version: 7\n")
    tree = desk.clone.git("mktree", data=f"100644 blob {blob}\tpolicy.yaml\n".encode())
    desk.clone.git("update-ref", tracking, desk.clone.git("commit-tree", tree, "-m", "x", env=desk.clone.dates()))
    said = bench.commit("Add it", **AGENT)
    assert said.status == 0
    assert "what the server publishes cannot be read (policy.yaml:1:" in said.err
    assert bench.trailers() == [MARK]
    desk.clone.git("update-ref", tracking, "HEAD")
    assert "what the server publishes cannot be read (`git cat-file blob` ended with" in bench.commit("Add more").err
