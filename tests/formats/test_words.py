"""Every code that the product uses has words."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import gatekeeper
from gatekeeper.core.people import Who
from gatekeeper.core.reasons import reason
from gatekeeper.formats.audit_words import APPROVAL_FLAWS, EXCEPTIONS
from gatekeeper.formats.words import FLAWS, REASONS, flaw_text, reason_text, signoffs_text, who_text

if TYPE_CHECKING:
    from collections.abc import Iterator

PACKAGE = Path(gatekeeper.__file__).parent
HOSTILE = "\x1b]0;x\x07\u202e{0}{code}\n$(rm -rf ~)"


@cache
def trees() -> tuple[ast.Module, ...]:
    return tuple(ast.parse(path.read_text()) for path in sorted(PACKAGE.rglob("*.py")) if "formats" not in path.parts)


def nodes() -> Iterator[ast.AST]:
    for tree in trees():
        yield from ast.walk(tree)


def reasons() -> dict[str, set[str]]:
    """Code -> names of the facts that each use of it gives; only what all uses give is sure."""
    found: dict[str, set[str]] = {}
    for node in nodes():
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "reason":
            (code,) = node.args
            assert isinstance(code, ast.Constant), f"line {node.lineno}: a code is written out where it is used"
            assert isinstance(code.value, str)
            facts = {keyword.arg for keyword in node.keywords if keyword.arg}
            found[code.value] = found.get(code.value, facts) & facts
    return found


CODE = re.compile(r"[a-z]+(-[a-z]+)*")


def codes(node: ast.AST) -> Iterator[str]:
    """The texts in the form of a code that code can yield: not those that it only compares with or looks up."""
    match node:
        case ast.Constant(value=str(text)) if CODE.fullmatch(text):
            yield text
        case ast.Compare():
            pass
        case ast.Subscript(value=inside):
            yield from codes(inside)
        case ast.Dict(values=values):
            for value in values:
                yield from codes(value)
        case ast.Call(func=ast.Name(id="reason"), keywords=keywords):
            for keyword in keywords:
                if keyword.arg == "why":
                    yield from codes(keyword.value)
        case _:
            for child in ast.iter_child_nodes(node):
                yield from codes(child)


def flaws() -> set[str]:
    """What can come out of a function that has to do with flaws."""
    found: set[str] = set()
    for node in nodes():
        if isinstance(node, ast.FunctionDef) and "flaw" in ast.unparse(node):
            found |= set(codes(node))
    return found


def placeholders(words: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", words))


def test_the_search_finds_codes_of_every_shape() -> None:
    assert {"rewind", "written-outside", "vetoed", "malformed-commit"} <= set(reasons())
    assert {"unknown-key", "malformed", "misfiled", "withdrawn", "no-touch", "claims-differ", "expired"} <= flaws()


def test_every_reason_has_words_and_every_word_a_reason() -> None:
    assert set(reasons()) == set(REASONS)


def test_every_flaw_has_words_and_every_word_a_flaw() -> None:
    assert set(FLAWS) <= flaws()
    assert flaws() - set(FLAWS) <= {*APPROVAL_FLAWS, *EXCEPTIONS}
    assert set(APPROVAL_FLAWS) <= flaws()


def test_every_use_of_a_reason_gives_the_facts_that_its_words_need() -> None:
    for code, facts in reasons().items():
        needed = placeholders(REASONS[code])
        if code == "signoff-not-admitted":
            assert {"why", "what"} <= facts
            needed -= {"flaw"}
        assert needed <= facts, code


@pytest.mark.parametrize("code", sorted(REASONS))
def test_a_reason_is_one_plain_line_whatever_its_facts_are(code: str) -> None:
    facts = dict.fromkeys(placeholders(REASONS[code]) - {"flaw"}, HOSTILE)
    if code == "signoff-not-admitted":
        facts |= {"why": "malformed", "what": HOSTILE}
    text = reason_text(reason(code, **facts))
    assert text.isascii()
    assert text.isprintable()
    assert text


@pytest.mark.parametrize("code", sorted(FLAWS))
def test_a_flaw_is_one_plain_line(code: str) -> None:
    text = flaw_text(code, signer="sam", what="it is too short")
    assert text.isascii()
    assert text.isprintable()
    assert "{" not in text


def test_a_veto_without_a_comment_ends_without_a_colon() -> None:
    assert reason_text(reason("vetoed", signer="sam", issued=1_780_000_000, comment="")) == (
        "vetoed by sam on 2026-05-28"
    )


@pytest.mark.parametrize(
    ("who", "words"),
    [
        (None, "somebody"),
        (Who(at_least="senior"), "senior or above"),
        (Who(below="senior"), "below senior"),
        (Who(exactly="staff"), "staff"),
        (Who(teams=("payments",)), "of team payments"),
        (Who(at_least="senior", teams=("a", "b")), "senior or above and of teams a or b"),
        (Who(people=("sam", "sue")), "sam or sue"),
    ],
)
def test_conditions_on_people_in_words(who: Who | None, words: str) -> None:
    assert who_text(who) == words
    assert signoffs_text(1, who) == f"1 sign-off by {words}"
    assert signoffs_text(2, who) == f"2 sign-offs by {words}"
