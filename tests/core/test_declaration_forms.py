"""What counts as a mark: the odd forms of real commits, and what only looks like one."""

from __future__ import annotations

import pytest

from gatekeeper.core.declaration import Declaration, State
from tests.support.messages import STRONG, said


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
