"""What a commit says about AI: states, contradictions, a policy's own keys and tools, encodings, bounds."""

from __future__ import annotations

import pytest

from gatekeeper.core.commits import MalformedCommitError, parse_commit
from gatekeeper.core.declaration import Declaration, MarkRules, State, declare, declare_message
from gatekeeper.core.ids import FORMATS, ObjectId
from gatekeeper.core.marks import EVIDENCE_LIMIT
from gatekeeper.core.tools import Signal, Tool
from tests.support.messages import ANN, CLAUDE, STRONG, commit, said


def test_a_weak_mark_alone_is_recorded_and_decides_nothing() -> None:
    declaration = said("Fix\n\nEntire-Checkpoint: bcb1ad8ffbac\n")
    assert declaration.state is State.SILENT
    assert declaration.tools == ()
    assert [(evidence.tool, evidence.strength) for evidence in declaration.evidence] == [("entire", "weak")]


# States


@pytest.mark.parametrize(
    ("state", "assisted"),
    [
        (State.DECLARED, True),
        (State.INFERRED, True),
        (State.REMEMBERED, True),
        (State.DENIED, False),
        (State.SILENT, False),
    ],
)
def test_which_states_mean_that_ai_took_part(state: State, assisted: bool) -> None:
    declaration = Declaration(state=state)
    assert declaration.assisted is assisted
    assert (declaration.contradiction, declaration.recollection) == (False, None)


def test_an_ordinary_message_is_silent() -> None:
    declaration = said("Fix the basket\n\nIt was empty.\n\nSigned-off-by: Ann Lee <ann@example.com>\n")
    assert declaration == Declaration(state=State.SILENT)
    assert not declaration.assisted


def test_an_agent_as_author_is_inferred() -> None:
    declaration = declare(commit("Fix\n", CLAUDE))
    assert declaration.state is State.INFERRED
    assert declaration.assisted
    assert declaration.tools == ("claude-code",)
    assert [evidence.kind for evidence in declaration.evidence] == ["author", "committer"]
    assert declaration.evidence[0].text == b"Claude <noreply@anthropic.com>"
    assert declaration.evidence[0].line is None


def test_an_agent_as_committer_only_is_inferred() -> None:
    assert declare(commit("Fix\n", ANN, CLAUDE)).state is State.INFERRED


def test_aider_as_committer_only_means_that_a_person_edited() -> None:
    person, tool = ("Ann", "a@example.com"), ("Ann (aider)", "a@example.com")
    assert declare(commit("Fix\n", person, tool)).state is State.SILENT
    assert declare(commit("Fix\n", tool, tool)).state is State.INFERRED


def test_a_rebase_by_openhands_does_not_make_a_persons_commit_its_own() -> None:
    openhands = ("openhands", "openhands@all-hands.dev")
    assert declare(commit("Fix\n", ANN, openhands)).state is State.SILENT
    assert declare(commit("Fix\n", openhands, ANN)).state is State.INFERRED


def test_a_message_mark_wins_over_an_identity_and_both_tools_are_named() -> None:
    declaration = declare(commit("Fix\n\nMade-with: Cursor\n", CLAUDE))
    assert declaration.state is State.DECLARED
    assert declaration.tools == ("claude-code", "cursor")


@pytest.mark.parametrize("value", ["no", "No.", "none", "NONE", "false", "n/a"])
@pytest.mark.parametrize("key", ["AI-Assisted", "Assisted-by", "Generated-by"])
def test_a_plain_no_denies(key: str, value: str) -> None:
    declaration = said(f"Fix\n\n{key}: {value}\n")
    assert declaration.state is State.DENIED
    assert not declaration.assisted
    assert not declaration.contradiction
    assert [evidence.kind for evidence in declaration.evidence] == ["denial"]


@pytest.mark.parametrize("message", ["Fix\n\nMade-with: Cursor\n", "Fix\n\nAI-Assisted: no\n", "Fix\n"])
def test_one_word_by_itself_contradicts_nothing(message: str) -> None:
    assert declare(commit(message)).contradiction is False
    assert declare_message(message.encode()) == declare(commit(message))


def test_an_agent_as_author_contradicts_nothing_by_itself() -> None:
    assert declare(commit("Fix\n", CLAUDE)).contradiction is False


def test_a_policys_keys_count_for_a_message_that_is_no_commit_yet() -> None:
    rules = MarkRules(keys=(b"Robot",), value_keys=(b"Helper",))
    for message, state in (
        (b"Fix\n\nRobot: whoever\n", State.DECLARED),
        (b"Fix\n\nHelper: claude\n", State.DECLARED),
        (b"Fix\n\nHelper: whoever\n", State.SILENT),
    ):
        assert declare_message(message, rules).state is state
        assert declare(commit(message), rules).state is state
        assert declare_message(message).state is State.SILENT


def test_a_no_beside_a_mark_is_a_contradiction() -> None:
    declaration = said(f"Fix\n\nAI-Assisted: no\n{STRONG}\n")
    assert declaration.state is State.DECLARED
    assert declaration.contradiction


def test_a_no_by_an_agent_is_a_contradiction() -> None:
    declaration = declare(commit("Fix\n\nAI-Assisted: no\n", CLAUDE))
    assert declaration.state is State.INFERRED
    assert declaration.contradiction


def test_a_no_with_reservations_is_no_answer() -> None:
    declaration = said("Fix\n\nAI-Assisted: no, only Copilot\n")
    assert declaration.state is State.SILENT
    assert declaration.evidence[0].strength == "weak"


# What a policy adds


def test_a_policys_own_key_declares_with_any_value_but_a_no() -> None:
    rules = MarkRules(keys=(b"X-Robot",))
    assert said("Fix\n\nX-Robot: yes\n").state is State.SILENT
    assert said("Fix\n\nx-robot: something\n", rules).tools == ("unknown",)
    assert said("Fix\n\nX-ROBOT: Codex\n", rules).tools == ("codex",)
    assert said("Fix\n\nX-Robot: Codex\n", rules).evidence[0].kind == "key"
    assert said("Fix\n\nX-Robot: none\n", rules).state is State.DENIED
    assert said("Fix\n\nX-Robot:\n", rules).state is State.SILENT


def test_a_policys_own_tool_is_found_by_each_of_its_signals() -> None:
    acme = Tool(
        id="acme",
        name="Acme",
        signals=(
            Signal(kind="address", pattern="bot@acme.example"),
            Signal(kind="trailer", pattern="Acme-Run: *"),
            Signal(kind="footer", pattern="cooked by acme"),
            Signal(kind="url", pattern="https://acme.example/run/*"),
            Signal(kind="agent", pattern="acme"),
        ),
    )
    rules = MarkRules(tools=(acme,))
    for line in (
        "Co-authored-by: x <bot@acme.example>",
        "Acme-run: 7",
        "Cooked by Acme",
        "https://acme.example/run/7",
        "Assisted-by: Acme",
    ):
        assert said(f"Fix\n\n{line}\n").state is State.SILENT
        assert said(f"Fix\n\n{line}\n", rules).tools == ("acme",)
    assert said(f"Fix\n\n{STRONG}\n", rules).tools == ("claude-code",)


def test_rules_with_equal_content_are_equal() -> None:
    assert MarkRules(keys=(b"a",)) == MarkRules(keys=(b"a",))
    assert MarkRules(tools=(Tool(id="a", name="A"),)) != MarkRules(tools=(Tool(id="b", name="B"),))


# Encodings


@pytest.mark.parametrize("encoding", ["IBM037", "cp037", "CP500", "EBCDIC-CP-037", "UTF-7"])
def test_a_mark_counts_in_an_encoding_without_ascii(encoding: str) -> None:
    codec = "utf-7" if encoding == "UTF-7" else "cp500" if "500" in encoding else "cp037"
    text = f"Fix\n\n{STRONG}\n"
    raw = text.replace("@", "+AEA-").encode() if codec == "utf-7" else text.encode(codec)
    declaration = declare(commit(raw).replace(encoding=encoding.encode()))
    assert declaration.tools == ("claude-code",)
    assert declaration.evidence[0].text == STRONG.encode()


@pytest.mark.parametrize(
    "encoding", ["ISO-8859-1", "'utf8'", "cp1252", "cp850", "x-unknown", "ibm-1047", "", "punycode"]
)
def test_any_other_encoding_is_read_as_it_stands(encoding: str) -> None:
    raw = f"R\xe9parer\n\n{STRONG}\n".encode("latin-1")
    assert declare(commit(raw).replace(encoding=encoding.encode())).tools == ("claude-code",)


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_a_message_in_utf_16_is_no_commit_at_all(codec: str) -> None:
    head = b"tree %b\nauthor A <a@b.c> 0 +0000\ncommitter A <a@b.c> 0 +0000\n\n" % (b"1" * 40)
    with pytest.raises(MalformedCommitError, match="NUL"):
        parse_commit(ObjectId("1" * 40), head + STRONG.encode(codec), FORMATS["sha1"])


# Bounds


def test_evidence_is_bounded_and_the_state_and_tools_are_not() -> None:
    message = "Fix\n\n" + f"{STRONG}\n" * 500 + "Made-with: Cursor\nAI-Assisted: no\n"
    declaration = said(message)
    assert len(declaration.evidence) == EVIDENCE_LIMIT
    assert declaration.tools == ("claude-code", "cursor")
    assert declaration.contradiction


def test_space_before_a_value_does_not_hide_it() -> None:
    assert said("Fix\n\nMade-with:" + " " * 5000 + "Cursor" + " " * 5000 + "\n").tools == ("cursor",)
    assert said("Fix\n\nMade-with:\n" + " " * 5000 + "Cursor\n").tools == ("cursor",)
    assert said("Fix\n\nCo-authored-by: x" + "\t" * 500 + "<noreply@anthropic.com>\n").tools == ("claude-code",)


def test_a_value_and_its_evidence_are_looked_at_up_to_a_bound() -> None:
    declaration = said("Fix\n\nAssisted-by: Claude" + " and others" * 200 + "\n")
    assert declaration.tools == ("claude-code",)
    assert len(declaration.evidence[0].text) <= 1000
