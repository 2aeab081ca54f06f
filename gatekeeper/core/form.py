"""The form of what a commit message says about AI: what its author meant, and the gate would read otherwise.

For `commit-msg`, where one more keystroke mends it. Nothing here decides about a push.
"""

from __future__ import annotations

from gatekeeper.core.ai_names import says_no, starts_with_no, tokens, tools_in
from gatekeeper.core.declaration import DEFAULT, judge, prepared
from gatekeeper.core.marks import trailer_value
from gatekeeper.core.own_words import unquoted
from gatekeeper.core.record import Record
from gatekeeper.core.trailers import parse_trailers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gatekeeper.core.declaration import Evidence, MarkRules
    from gatekeeper.core.marks import Judge, Marks

WRITTEN = (b"Assisted-by", b"Generated-by", b"AI-Assisted", b"AI-Generated", b"Co-authored-by-AI", b"Co-authored-by")
"""Keys by which help is declared, as they are written."""
CREDIT = b"co-authored-by"
"""The one of them that everybody writes: only whom it names can say something about AI."""
AFFIRMATIONS = frozenset(b"yes y true 1 x ok".split())
ANSWER_NOTHING = frozenset(b"maybe perhaps possibly unknown unsure unclear tbd todo tool agent model".split())
LONGEST_KEY = 24
"""Bytes of a key that is looked at for slips: every key, with room for some."""


def own_keys(rules: MarkRules) -> tuple[bytes, ...]:
    """Return the keys that a policy adds, as it writes them."""
    return rules.keys + rules.value_keys


class Fault(Record):
    """One line that the gate would not read as it was meant."""

    code: str
    """`contradiction`, `misspelt-key`, `not-a-trailer` or `unusable-value`."""
    line: int
    """The first is 1."""
    text: bytes
    """The line as written."""
    other: bytes = b""
    """`misspelt-key`: the key that was meant. `contradiction`: the line or identity that says otherwise."""
    takes_yes: bool = False
    """`unusable-value`: whether a plain `yes` would do."""


def faults(message: bytes, identities: tuple[Evidence, ...] = (), rules: MarkRules = DEFAULT) -> tuple[Fault, ...]:
    """Return what should be mended, in the order of the lines.

    Args:
        message: As Git will commit it; see `cleanup.cleaned`.
        identities: What the commit's author says about AI; see `declaration.look_up`.
        rules: What the policy adds to the built-in keys and tools.
    """
    marks = prepared(rules)
    found = [*_contradictions(message, identities, marks), *_slips(message, marks, rules)]
    return tuple(sorted(found, key=lambda fault: fault.line))


def _contradictions(message: bytes, identities: tuple[Evidence, ...], marks: Marks) -> Iterator[Fault]:
    findings = marks.find(message)
    if findings is None or not judge(findings, identities).contradiction:
        return
    evidence = (*findings.evidence, *identities)
    otherwise = [each.text for each in evidence if each.kind != "denial" and each.strength == "strong"]
    for each in evidence:
        if each.kind == "denial":
            yield Fault(code="contradiction", line=each.line or 0, text=each.text, other=b"".join(otherwise[:1]))


def _slips(message: bytes, marks: Marks, rules: MarkRules) -> Iterator[Fault]:
    """Look at every line that is one's own, below the subject, and of the form `key: value`."""
    keys = {key.lower() for key in own_keys(rules) + WRITTEN} - {CREDIT}
    judges = {key: marks.judges[key] for key in keys}
    trailers = [(trailer.key.lower(), trailer.value.lower()) for trailer in parse_trailers(message)]
    text = unquoted(message, message.lower())
    at = 0
    for number, line in enumerate(text.split(b"\n"), 1):
        name, colon, _ = line.partition(b":")
        if number > 1 and colon and line[:1] not in b" \t>":
            key, value = name.strip(b"*_ \t"), trailer_value(text, at + len(name) + 1)
            code, other = "", b""
            if key not in judges:
                other = _meant(key, value, marks, rules)
                code = "misspelt-key" if other else ""
            elif not _answers(value, judges[key]):
                code = "unusable-value"
            elif judges[key](value) and (key, value) not in trailers:
                code = "not-a-trailer"
            if code:
                as_written = message[at : at + len(line)]
                takes_yes = key in judges and bool(judges[key](b"yes"))
                yield Fault(code=code, line=number, text=as_written, other=other, takes_yes=takes_yes)
        at += len(line) + 1


def _answers(value: bytes, judge_value: Judge) -> bool:
    """Whether the value of a key about AI says something: a tool, a person, yes or no."""
    words = tokens(value)
    if not words or all(word in ANSWER_NOTHING for word in words):
        return False
    if value.startswith(b"<") and b"@" not in value:
        return False  # `<tool>`, left as it was proposed
    if {b"yes", b"no"}.issubset(words):
        return False  # likewise `yes/no`
    if judge_value(b"yes"):
        return says_no(value) or not starts_with_no(value)
    return len(words) > 1 or words[0] not in AFFIRMATIONS


def _meant(key: bytes, value: bytes, marks: Marks, rules: MarkRules) -> bytes:
    """Return the key that was meant where this one is misspelt, else nothing.

    One slip in any case, two where the value is that of such a key: `Assigned-by` and `Assessed-by` are keys too.
    """
    name = b"-".join(key.replace(b"_", b" ").replace(b"-", b" ").split())
    if len(name) > LONGEST_KEY or not name.replace(b"-", b"").isalpha():
        return b""
    is_answer = bool(tools_in(value, marks.index.words)) or says_no(value) or value in AFFIRMATIONS
    for written in own_keys(rules) + WRITTEN:
        known = written.lower()
        if known == CREDIT and not any(strength == "strong" for _, _, strength in marks.by_co_author(value)):
            continue
        if known != key and distance(name, known) <= (2 if is_answer else 1):
            return written
    return b""


def distance(one: bytes, other: bytes) -> int:
    """Return how many letters to add, drop, change or swap with their neighbour make one word the other.

    The optimal string alignment distance; 3 for whatever is more than 2 apart in length.
    """
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, against in enumerate(other, 1):
            least = min(last[column] + 1, current[-1] + 1, last[column - 1] + (letter != against))
            if row > 1 and column > 1 and one[row - 2] == against and letter == other[column - 2]:
                least = min(least, before[column - 2] + 1)
            current.append(least)
        before, last = last, current
    return last[-1]
