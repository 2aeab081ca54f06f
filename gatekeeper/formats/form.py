"""What `commit-msg` says of a message: which line, what is wrong with it, what to write instead."""

from __future__ import annotations

from gatekeeper.formats.text import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gatekeeper.core.form import Fault

FORMS = {
    "contradiction": "says the opposite of: {other}",
    "misspelt-key": "is no key that is known; write: {other}",
    "not-a-trailer": "is no trailer to Git: move it to the last paragraph, in which nothing but trailers stands",
    "unusable-value": "names neither a tool nor a person; write the tool's name, or AI-Assisted: no",
}
YES_OR_NO = "is neither yes nor no nor the name of a tool; write one of them"
LINE_LIMIT = 100


def objection(faults: Sequence[Fault], *, undeclared: bool, key: bytes, repeat: str) -> Iterator[str]:
    """Yield the lines of a refusal to commit.

    Args:
        faults: What is wrong with the message.
        undeclared: Whether it lacks a declaration that the policy asks for.
        key: The key of a declaration.
        repeat: The command that takes up the message again.
    """
    yield "gatekeeper: the commit message is not in order. Nothing was committed."
    for fault in faults:
        yield f"  line {fault.line}: {printable(fault.text.strip(), LINE_LIMIT)}"
        form = YES_OR_NO if fault.code == "unusable-value" and fault.takes_yes else FORMS[fault.code]
        yield f"    {form.format(other=printable(_other(fault), LINE_LIMIT))}"
    if undeclared:
        shown = f"{printable(key)}: <tool>"
        yield "  It does not say whether AI helped, and the policy here asks every commit to. End it with one of"
        yield f"    {shown:<20}  if AI helped: which tool"
        yield f"    {'AI-Assisted: no':<20}  if not"
    yield f"Your message is kept. Go on, with the options you had, by: {repeat}"


def _other(fault: Fault) -> bytes:
    """Return the line with the key that was meant, or the other side of a contradiction."""
    if fault.code == "misspelt-key":
        return fault.other + b":" + fault.text.partition(b":")[2]
    return fault.other
