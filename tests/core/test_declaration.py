"""What a commit says about AI: each mark of the table, the odd forms of real commits, and what is none."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gatekeeper.core.commits import Commit, Identity, MalformedCommitError, parse_commit
from gatekeeper.core.declaration import DEFAULT, Declaration, MarkRules, State, declare, declare_message
from gatekeeper.core.ids import FORMATS, ObjectId, Timestamp
from gatekeeper.core.marks import EVIDENCE_LIMIT, Marks
from gatekeeper.core.own_words import plain_lines
from gatekeeper.core.tools import IDENTITY_KINDS, TEXT_KINDS, WORD_KINDS, Signal, Tool, builtin
from gatekeeper.core.trailers import parse_trailers

ANN = ("Ann Lee", "ann@example.com")
CLAUDE = ("Claude", "noreply@anthropic.com")
STRONG = "Co-authored-by: Claude <noreply@anthropic.com>"
SAID = [
    pytest.param(tool, signal, id=f"{tool.id}-{signal.kind}-{signal.pattern}")
    for tool in builtin()
    for signal in tool.signals
    if signal.kind in TEXT_KINDS | WORD_KINDS
]
WORN = [
    pytest.param(tool, signal, id=f"{tool.id}-{signal.kind}-{signal.pattern}")
    for tool in builtin()
    for signal in tool.signals
    if signal.kind in IDENTITY_KINDS - {"committer"}
]


def identity(who: tuple[str, str]) -> Identity:
    name, email = (part.encode() for part in who)
    line = name + b" <" + email + b"> 0 +0000"
    return Identity(name=name, email=email, time=Timestamp(0), zone=b"+0000", line=line)


def commit(message: str | bytes, author: tuple[str, str] = ANN, committer: tuple[str, str] | None = None) -> Commit:
    raw = message.encode() if isinstance(message, str) else message
    return Commit(
        id=ObjectId("1" * 40),
        tree=ObjectId("2" * 40),
        parents=(),
        author=identity(author),
        committer=identity(committer or author),
        message=raw,
    )


def said(message: str | bytes, rules: MarkRules = DEFAULT) -> Declaration:
    return declare(commit(message), rules)


def in_message(signal: Signal, text: str) -> str:
    return text + "\n" if signal.kind == "subject" else f"Add a test\n\nBody.\n\n{text}\n"


# The table


@pytest.mark.parametrize(("tool", "signal"), SAID)
def test_a_signal_is_found_in_its_example(tool: Tool, signal: Signal) -> None:
    declaration = said(in_message(signal, signal.example))
    assert tool.id in {evidence.tool for evidence in declaration.evidence}
    if signal.kind in TEXT_KINDS and signal.strength == "weak":
        assert declaration.state is State.SILENT
    else:
        assert declaration.state is State.DECLARED
        assert declaration.tools == (tool.id,)


@pytest.mark.parametrize(("tool", "signal"), SAID)
def test_a_signal_is_not_found_in_its_counter_example(tool: Tool, signal: Signal) -> None:
    declaration = said(in_message(signal, signal.counter_example))
    assert declaration.state is State.SILENT
    assert tool.id not in {evidence.tool for evidence in declaration.evidence}


@pytest.mark.parametrize(("tool", "signal"), WORN)
def test_an_agent_counts_as_author_co_author_and_signer(tool: Tool, signal: Signal) -> None:
    name, _, email = signal.example.rstrip(">").partition(" <")
    inferred = declare(commit("Add a test\n", (name, email), ANN))
    co_author = said(f"Add a test\n\nCo-authored-by: {signal.example}\n")
    signer = said(f"Add a test\n\nSigned-off-by: {signal.example}\n")
    for declaration in (inferred, co_author, signer):
        assert tool.id in {evidence.tool for evidence in declaration.evidence}
    if signal.strength == "strong":
        assert (inferred.state, inferred.tools) == (State.INFERRED, (tool.id,))
        assert (co_author.state, co_author.tools) == (State.DECLARED, (tool.id,))
        assert (signer.state, signer.tools) == (State.DECLARED, (tool.id,))


@pytest.mark.parametrize(("tool", "signal"), WORN)
def test_who_is_no_agent_counts_nowhere(tool: Tool, signal: Signal) -> None:
    name, _, email = signal.counter_example.rstrip(">").partition(" <")
    message = f"Add a test\n\nCo-authored-by: {name} <{email}>\nSigned-off-by: {name} <{email}>\n"
    declaration = declare(commit(message, (name, email)))
    assert not declaration.assisted, tool.id


def test_every_mark_of_the_table_gives_the_hint_that_its_line_is_found_by() -> None:
    marks = Marks()
    for key in (*marks.judges, *marks.index.trailers):
        assert any(needle in key for needle in marks.hints.needles(b"Fix\n\n" + key.title() + b" : x\n"))
    for start in (*marks.index.footers, *(form.first for form, _ in marks.index.urls)):
        assert any(needle in start for needle in marks.hints.needles(b"Fix\n\n\xf0\x9f\xa4\x96 " + start + b"x\n"))


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


@pytest.mark.parametrize(
    ("value", "tools"),
    [
        ("yes", ("unknown",)),
        ("true", ("unknown",)),
        ("partly", ("unknown",)),
        ("claude-code", ("claude-code",)),
        ("Codex and Claude Code", ("claude-code", "codex")),
    ],
)
def test_any_other_value_of_ai_assisted_declares(value: str, tools: tuple[str, ...]) -> None:
    declaration = said(f"Fix\n\nAI-Assisted: {value}\n")
    assert (declaration.state, declaration.tools) == (State.DECLARED, tools)


def test_an_unnamed_tool_is_left_out_beside_a_named_one() -> None:
    assert said(f"Fix\n\nAI-Assisted: yes\n{STRONG}\n").tools == ("claude-code",)


def test_evidence_says_the_line_and_the_words() -> None:
    declaration = said("Fix\n\nBody.\n\nAssisted-By :  Claude Opus 4.6\nMade-with: Cursor\n")
    assert [(each.kind, each.line, each.text, each.tool) for each in declaration.evidence] == [
        ("trailer", 5, b"Assisted-By :  Claude Opus 4.6", "claude-code"),
        ("trailer", 6, b"Made-with: Cursor", "cursor"),
    ]


# Values of Assisted-by and Generated-by


@pytest.mark.parametrize(
    ("value", "tool"),
    [
        ("Claude", "claude-code"),
        ("Claude Opus 4.6", "claude-code"),
        ("Opus 4.7", "claude-code"),
        ("claude-opus-4-6", "claude-code"),
        ("Claude:claude-opus-4-6", "claude-code"),
        ("Claude:claude-opus-4-6 [coccinelle] [sparse]", "claude-code"),
        ("Claude <noreply@anthropic.com>", "claude-code"),
        ("Claude Opus 4.5 <me@example.com>", "claude-code"),
        ("anything <noreply@anthropic.com>", "claude-code"),
        ("Crush:AWS Claude Opus 4.6", "crush"),
        ("GLM 4.6 via Crush <crush@charm.land>", "crush"),
        ("openai/gpt-5.5 via Crush (modified ver.)", "crush"),
        ("opencode (claude-sonnet-4-5)", "opencode"),
        ("gpt5", "unknown"),
        ("Kimi K2", "unknown"),
        ("an LLM", "unknown"),
        ("NewAgent:some-model-1", "unknown"),
        ("Cursor", "cursor"),
        ("Ann Lee (using Claude Code)", "claude-code"),
        ("@copilot", "copilot"),
    ],
)
@pytest.mark.parametrize("key", ["Assisted-by", "Generated-by"])
def test_a_value_that_names_a_tool_or_model_declares(key: str, value: str, tool: str) -> None:
    declaration = said(f"Fix\n\n{key}: {value}\n")
    assert (declaration.state, declaration.tools) == (State.DECLARED, (tool,))


@pytest.mark.parametrize(
    "value",
    [
        "Dan Fandrich",
        "Dan Fandrich <dan@example.com>",
        "Claude Dupont",
        "Claude Dupont <claude@example.fr>",
        "Claude <claude@example.fr>",
        "Xavier Claude",
        "Jean-Claude Martin",
        "Jules Verne <jules@example.fr>",
        "Devin Booker",
        "@claude-dupont-fr",
        "https://example.com/thread/1",
        "openstack/project-config:roles/copy-release-tools-scripts/files/release.sh",
        "tools/update.sh",
        "Ann: thank you",
        "bob@example.com",
        "mailto:bob@example.com",
        "no copilot here",
        "",
    ],
)
@pytest.mark.parametrize("key", ["Assisted-by", "Generated-by"])
def test_a_value_that_credits_a_person_or_script_is_no_mark(key: str, value: str) -> None:
    assert said(f"Fix\n\n{key}: {value}\n") == Declaration(state=State.SILENT)


# Where marks stand


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(f"Fix\n\n{STRONG}\n\nReviewed-by: Ann <a@example.com>\n", id="an earlier block"),
        pytest.param(f"Fix\n{STRONG}\n", id="no blank line before"),
        pytest.param(f"Fix\n\nText.\n{STRONG}\nMore text.\n", id="amid text"),
        pytest.param(STRONG, id="as the subject"),
        pytest.param(f"Fix\r\n\r\n{STRONG}\r\nSigned-off-by: A <a@b.c>\r\n", id="CRLF"),
        pytest.param(f"Fix\n\n{STRONG}\nEOF\n)\n", id="a here-document's end on lines of its own"),
        pytest.param(f"Fix\n\n{STRONG}EOF", id="a here-document's end on the same line"),
        pytest.param(f"Fix\n\n{STRONG})\n", id="a bracket behind"),
        pytest.param(f'Fix\n\n{STRONG}\n\n<a href="https://x.example"><img alt="Open"></a>\n', id="a badge behind"),
        pytest.param(f"Fix\\n\\n{STRONG}", id="a literal line break in the subject"),
        pytest.param("Fix\n\nCo-Authored-By:\nClaude <noreply@anthropic.com>\n", id="value on the next line"),
        pytest.param("Fix\n\nCo-authored-by: Claude\n  <noreply@anthropic.com>\n", id="folded"),
        pytest.param("Fix\n\nCo-authored-by: Claude noreply@anthropic.com\n", id="no angle brackets"),
        pytest.param("Fix\n\nCo-authored-by: Claude <noreply@anthropic.com\n", id="one angle bracket"),
        pytest.param(
            "Fix\n\nCo-authored-by: Claude [noreply@anthropic.com](mailto:noreply@anthropic.com)\n",
            id="a Markdown link for an address",
        ),
        pytest.param(
            "Fix\n\nCo-authored-by: Claude <[noreply@anthropic.com](mailto:noreply@anthropic.com)>\n",
            id="a Markdown link in angle brackets",
        ),
        pytest.param("Fix\n\nCo-authored-by: A <a@example.com>, Claude <noreply@anthropic.com>\n", id="two people"),
        pytest.param("Fix\n\nCO-AUTHORED-BY : x <NOREPLY@ANTHROPIC.COM>\n", id="case and a space"),
        pytest.param(f'Revert "Fix"\n\nFix\n\n{STRONG}\n', id="a revert without Git's sentence"),
        pytest.param(f"Fix\n\n```x```\n\n{STRONG}\n\n```\n", id="code in one line is no fence"),
        pytest.param("Fix\n\nCo-authored-by: Claude Opus 4.5\n", id="a model without an address"),
        pytest.param("Fix\n\nCo-authored-by: the Claude Code tool\n", id="a product without an address"),
        pytest.param(f"Fix\n\n```\nnever closed\n\n{STRONG}\n", id="behind a fence that is never closed"),
        pytest.param(
            f"Squashed commit of the following:\n\ncommit 1\nDate: now\n\n    Fix\n    \n    {STRONG}\n",
            id="in the messages that git merge --squash indents",
        ),
        pytest.param(
            "Squashed commit of the following:\n\ncommit 1\nAuthor: x <noreply@anthropic.com>\n\n    Fix\n",
            id="an author that git merge --squash names",
        ),
        pytest.param(f'Revert "Fix"\n\nThis reverts commit 1.\n\nIt broke.\n\n{STRONG}\n', id="a revert by AI"),
        pytest.param("Fix\n\nClaude-Session: https://claude.ai/code/session_01", id="no final newline"),
        pytest.param(f"Fix\n\nCo-authored-by-AI: Claude\n{STRONG}".encode() + b"\n\xff\xfe\n", id="broken UTF-8"),
        pytest.param(f"\ufeff{STRONG}\n", id="a byte order mark before it"),
        pytest.param(f"Fix\r\r{STRONG}\r", id="lines that end in carriage returns only"),
        pytest.param(f"Fix\r\r{STRONG}\rSigned-off-by: A <a@b.c>\n", id="one line feed behind carriage returns"),
        pytest.param("Fix\n\nCo-authored-by:" + " " * 4000 + "Claude <noreply@anthropic.com>\n", id="much space"),
        pytest.param(f"Fix\n\n  Body.\n\n  {STRONG}\n", id="a message of which everything is indented"),
        pytest.param("Fix\n\nBody.\n  \U0001f916 Generated with [Claude Code](x)\n", id="a footer indented a little"),
        pytest.param("Fix\n\nAssisted by: Claude Opus 4.6\n", id="a space in the key"),
        pytest.param("Fix\n\nAssisted-by: Claude Opush 4.7\n", id="a misspelt model with its version"),
        pytest.param("Fix\n\nAuthored-by: Claude Code\n", id="another key that names a tool"),
        pytest.param("Fix\n\nAgent-Signature: claude-opus-4-8-high on behalf of ann\n", id="an agent's signature"),
        pytest.param("Fix\n\n\U0001f916 Authored via Claude Code, on behalf of @ann.\n", id="authored via a tool"),
        pytest.param("Fix\n\nCo-authored-by: Anthropic Claude <x@example.com>\n", id="a vendor and its tool"),
        pytest.param("Fix\n\nCo-authored-by: Claude Autonomous Agent <x@example.com>\n", id="an agent by name"),
        pytest.param("Fix\n\nCo-authored-by: Ann Lee (Claude Code) <ann@example.com>\n", id="a person with a tool"),
        pytest.param(
            f"Fix\n\n```\nx\n\nSigned-off-by: A <a@b.c>\n{STRONG}\n```\n",
            id="in a fence, yet a trailer to Git",
        ),
        pytest.param(
            f'Revert "Revert "Fix""\n\nThis reverts commit 1.\n\n{STRONG}\n', id="a revert that Git wrote, by AI"
        ),
        pytest.param(f"R\xe9parer\n\n{STRONG}\n".encode("latin-1"), id="Latin-1"),
    ],
)
def test_a_mark_counts_in_every_odd_form_that_was_seen(message: str | bytes) -> None:
    declaration = said(message)
    assert (declaration.state, declaration.tools) == (State.DECLARED, ("claude-code",))


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(f"Fix\n\n    {STRONG}\n", id="indented"),
        pytest.param(f"Fix\n\n\t{STRONG}\n", id="indented by a tab"),
        pytest.param(f"Fix\n\n> {STRONG}\n", id="quoted"),
        pytest.param(f"Fix\n\n```\n{STRONG}\n```\n", id="in a code fence"),
        pytest.param(f"Fix\n\n~~~~ text\n```\n{STRONG}\n~~~~\n", id="in a tilde fence"),
        pytest.param(f"Fix\n\nWe add `{STRONG}` to it.\n", id="inline code"),
        pytest.param(f'Fix\n\n  git commit -m "x\\n\\n{STRONG}"\n', id="a literal line break in an example"),
        pytest.param(f'Do not write "x\\n\\n{STRONG}"\n', id="a literal line break quoted in the subject"),
        pytest.param(
            f'Revert "Fix it (#4)" (#5)\n\nThis reverts commit 1.\n\nFix it (#4)\n\n{STRONG}\n',
            id="a revert that quotes the reverted message",
        ),
        pytest.param(
            f'Revert "Fix"\n\nThis reverts commit 1.\n\n> Fix\n>\n> {STRONG}\n',
            id="a revert that quotes with >",
        ),
        pytest.param(
            f'Revert "Fix"\n\nThis reverts commit 1.\n\nFix\n\nSigned-off-by: A <a@b.c>\n{STRONG}\n',
            id="a revert whose quotation ends in what Git takes for its trailers",
        ),
        pytest.param(f"Fix\n\n  Body.\n\n    {STRONG}\n", id="indented more than the body"),
        pytest.param("Fix\n\nBody.\n\n    Generated with [Claude Code](x)\n", id="a footer as sample text"),
        pytest.param("Fix\n\nBody.\n\n > Generated with [Claude Code](x)\n", id="a quoted footer"),
        pytest.param("Fix\n\nAuthored-by: Claude Dupont <claude@example.fr>\n", id="a person in another key"),
        pytest.param("Fix\n\nCreated-by: tools/build:release\n", id="a script in another key"),
        pytest.param("Fix\n\nCo-authored-by: Ann Lee (Claude) <ann@example.com>\n", id="a nickname"),
        pytest.param("Fix\n\nCo-authored-by: Google Ann <ann@example.com>\n", id="a vendor and a person"),
        pytest.param(f"Fix\n\n```\nx\n\n{STRONG}\n```\n", id="in a fence, and no trailer to Git"),
        pytest.param(f"Fix\n\ntext\r{STRONG}\n", id="a carriage return inside a line"),
        pytest.param("Merge branch 'claude/fix-basket' into main\n", id="a branch name in a merge"),
        pytest.param("Merge pull request #1 from ann/copilot/fix-1\n", id="a branch name in a pull request"),
        pytest.param("Fix\n\nAssisted-by:\nSigned-off-by: A <a@b.c>\n", id="an empty value before a trailer"),
        pytest.param("Fix\n\nAI-Assisted:\n\nText.\n", id="an empty value"),
        pytest.param("Fix\n\nAI: no AI, just a simple replace\n", id="no AI"),
        pytest.param("Fix\n\nno AI used\n", id="no AI used"),
        pytest.param("Fix\n\nAI disclosure: no AI was used.\n", id="a disclosure that denies"),
        pytest.param("Fix\n\nAI usage: I did not use any AI.\n", id="a usage line that denies"),
        pytest.param("Fix\n\nReported by Codex Security\nCloses #1\n", id="found by AI"),
        pytest.param("Fix\n\nCodex noticed a bug, so I fixed that\ntoo.\n", id="noticed by AI"),
        pytest.param("Fix\n\nClaude passes nil for optional values.\n", id="a product that is spoken of"),
        pytest.param("Read configs generated by Claude Code\n", id="files that AI generated"),
        pytest.param("Fix\n\nThe hooks are written by Codex and then\nread.\n", id="files that AI writes"),
        pytest.param("AI usage: count the tokens I use\n", id="a subject about AI"),
        pytest.param("Fix\n\n* AI: add Claude Code support\n", id="a squashed subject about AI"),
        pytest.param("Fix\n\nDisclosure: I hold shares of a bank.\n", id="another disclosure"),
        pytest.param("Fix\n\nDisclaimer: Codex is not affected.\n", id="a disclaimer about a tool"),
        pytest.param("Fix\n\nAI: teach Claude Code about tests\n", id="a squashed subject that ends in other words"),
        pytest.param("Fix\n\nThe configs were generated by Claude Code.\n", id="files that were generated"),
        pytest.param("Fix\n\nThis was not written by Codex.\n", id="a sentence that denies"),
        pytest.param("Fix\n\nWritten by Claude Dupont.\n", id="written by a person"),
        pytest.param("Fix\n\nWritten in a hurry, Codex is down.\n", id="written otherwise"),
        pytest.param("Fix\n\nThis change was made almost by hand, not by Codex.\n", id="made by hand"),
        pytest.param("Fix\n\nGenerated by the build, not by Copilot.\n", id="generated by a build"),
        pytest.param("Fix\n\nThis patch was largely\n\nCodex\n", id="a sentence that breaks off"),
        pytest.param("Fix\n\nGemini Code Assist\n", id="a tool's name alone"),
        pytest.param("Fix\n\nWritten by some\n\nCodex\n", id="nobody named"),
        pytest.param("Fix\n\nIt stopped. Yes. Codex is\ndown. Ann did most of it.\n", id="the next line's sentence"),
        pytest.param("Fix\n\nCo-authored-by: Claude\n", id="a co-author with a person's name alone"),
        pytest.param("Fix\n\nNote: written by Claude.\n", id="a line with a key of its own"),
        pytest.param("Fix\n\n## AI Disclosure\n\nNone.\n", id="a heading over a denial"),
        pytest.param("Fix\n\nSee squashed commit of the following: x\n    Made-with: Cursor\n", id="no squash"),
        pytest.param("Fix\n\nCo\u2010authored-by: Claude <noreply@anthropic.com>\n", id="a look-alike key"),
    ],
)
def test_what_only_looks_like_a_mark_is_none(message: str) -> None:
    declaration = said(message)
    assert not declaration.assisted
    assert declaration.state is State.SILENT


@pytest.mark.parametrize(
    ("body", "tools"),
    [
        ("Disclosure: This PR was written primarily by Claude Code.", ("claude-code",)),
        ("Disclosures: I used AI to debug the import.", ("unknown",)),
        ("**AI disclosure:** Amp wrote many of the tests.", ("amp",)),
        ("AI usage: I had it write the tests.", ("unknown",)),
        ("## AI Disclosure\n\nI used Codex for the tests.", ("codex",)),
        ("AI: Claude Opus 4.6", ("claude-code",)),
        ("It works. Codex did\nbulk of the translations but I verified them.", ("codex",)),
        ("Claude wrote most of it. I tested it.", ("claude-code",)),
        ("This PR was largely generated by Claude Code.", ("claude-code",)),
        ("This patch was written with the help of GitHub Copilot.", ("copilot",)),
        ("I used Claude to port the tests.", ("claude-code",)),
        ("Written by Claude.", ("claude-code",)),
        ("Co-written with Codex", ("codex",)),
        ("Written entirely by Codex", ("codex",)),
        ("### AI Disclosure\nClaude drafted it.", ("claude-code",)),
        ("AI usage disclosure: developed with Claude Code", ("claude-code",)),
        ("AI: fully generated by Claude Code (claude-opus-4-6), reviewed by me.", ("claude-code",)),
        ("AI: Claude Code (claude-sonnet-4). Assisted with tests.", ("claude-code",)),
        ("**LLM usage:** I wrote it myself, with a mix of Opus and Codex.", ("codex",)),
        ("DISCLAIMER: the tests were written with Claude Code's help.", ("claude-code",)),
        ("The majority of the code was generated with Claude Sonnet 4.5.", ("claude-code",)),
        ("All of this code was generated by Codex in an hour.", ("codex",)),
        ("Originally written with Copilot, revised by hand.", ("copilot",)),
    ],
)
def test_a_plain_sentence_declares(body: str, tools: tuple[str, ...]) -> None:
    declaration = said(f"Fix\n\nText.\n\n{body}\n")
    assert (declaration.state, declaration.tools) == (State.DECLARED, tools)


def test_a_sentence_in_a_disclosure_that_begins_with_a_denial_is_none() -> None:
    assert said("Fix\n\nAI disclosure: none of it, Claude only found it\n").state is State.SILENT


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


# Properties

PIECES = st.sampled_from(
    [
        "\n",
        "\r\n",
        "\n\n",
        "```\n",
        "~~~\n",
        "> ",
        "    ",
        ": ",
        "Revert ",
        "Squashed commit of the following:\n",
        "Co-authored-by:",
        "Assisted-by:",
        "AI-Assisted: ",
        "no",
        "claude",
        "Disclosure: ",
        "\\n\\n",
        "<a@b>",
        "[x](",
        "\xe9",
    ]
)
MESSAGES = st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=30).map(lambda all_: "".join(all_).encode()))
MARKS = st.sampled_from(
    [
        STRONG,
        "Assisted-by: Claude Opus 4.6",
        "AI-Assisted: yes",
        "Made-with: Cursor",
        "Generated with [Claude Code](x)",
    ]
)


@given(MESSAGES, st.text(max_size=20), st.text(max_size=20))
@example(b"Co-authored-by\n ", "", "")
@example(b"AI\n  \n\n  x", "", "")
def test_any_bytes_are_judged(message: bytes, name: str, email: str) -> None:
    declaration = declare(commit(message, (name, email)))
    assert declaration.assisted == bool(declaration.tools)
    assert len(declaration.evidence) <= EVIDENCE_LIMIT + 2
    lines = plain_lines(message).split(b"\n")
    for evidence in declaration.evidence:
        assert evidence.line is None or lines[evidence.line - 1].startswith(evidence.text)


@given(MESSAGES)
@example(f"Fix\n\n```\nx\n\nSigned-off-by: A <a@b.c>\n{STRONG}\n```\n".encode())
@example(b"Fix\n\nMade-with :\n   Cursor\n")
@example(b"Fix\n\nMade-with:\n# comment\n   Cursor\n")
@example(b"Fix\n\n~~~\n\nSigned-off-by: A\nMade-with: Cursor\n~~~\n---\n patch\n")
def test_what_git_takes_for_a_trailer_is_judged_by_its_key_and_value(message: bytes) -> None:
    marks = Marks()
    for trailer in () if message.lower().startswith(b'revert "') else parse_trailers(message):
        judge = marks.judges.get(trailer.key.lower())
        found = judge(trailer.value.lower()) if judge else ()
        if any(kind != "denial" and strength == "strong" for kind, _, strength in found):
            assert said(message).state is State.DECLARED


@given(MESSAGES, MARKS)
def test_a_mark_as_last_paragraph_makes_any_message_assisted(message: bytes, mark: str) -> None:
    assert said(message + b"\n\n" + mark.encode() + b"\n").state is State.DECLARED


@given(MARKS, st.randoms())
def test_the_case_of_a_mark_does_not_matter(mark: str, random: object) -> None:
    mixed = "".join(char.upper() if random.random() < 0.5 else char.lower() for char in mark)  # type: ignore[attr-defined]
    assert said(f"Fix\n\n{mixed}\n").tools == said(f"Fix\n\n{mark}\n").tools
