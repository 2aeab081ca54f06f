"""What commits say about AI, commit by commit: lines of JSON, and text. docs/formats.md, "Marks"."""

from __future__ import annotations

import json

from gatekeeper.formats.text import printable, short

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from gatekeeper.core.declaration import Declaration, Evidence

VERSION = 1


def marks_data(name: str | None, declaration: Declaration) -> dict[str, Any]:
    """Return the answer about one commit, or about a message (`name` None)."""
    data: dict[str, Any] = {
        "version": VERSION,
        "commit": name,
        "declaration": declaration.state.value,
        "tools": list(declaration.tools),
        "evidence": [_evidence(evidence) for evidence in declaration.evidence],
    }
    return {**data, "contradiction": True} if declaration.contradiction else data


def fault_data(name: str, fault: str) -> dict[str, Any]:
    """Return the answer about what cannot be read."""
    return {"version": VERSION, "commit": None, "revision": _text(name), "error": fault}


def one_line(data: dict[str, Any]) -> str:
    """Return data as one line, of ASCII alone."""
    return json.dumps(data, separators=(",", ":"))


def silent_line(name: str) -> str:
    """Return `one_line` of a commit without any mark, as most are, in a fraction of the time."""
    return f'{{"version":{VERSION},"commit":"{name}","declaration":"silent","tools":[],"evidence":[]}}'


def mark_lines(name: str | None, subject: bytes, declaration: Declaration) -> Iterator[str]:
    """Yield what a person reads: what the commit declares, and each mark with its place."""
    tools = f": {', '.join(declaration.tools)}" if declaration.tools else ""
    against = " (and denied: a contradiction)" if declaration.contradiction else ""
    title = f"  {printable(subject, 60)}" if subject else ""
    yield f"{short(name) if name else 'message'}  {declaration.state.value}{tools}{against}{title}"
    for evidence in declaration.evidence:
        where = f"line {evidence.line}, " if evidence.line else ""
        strength = ", weak" if evidence.strength == "weak" else ""
        tool = f" -> {evidence.tool}" if evidence.tool else ""
        yield f"  {where}{evidence.kind}{strength}{tool}: {printable(evidence.text.strip(), 100)}"


def fault_line(name: str, fault: str) -> str:
    """Return what a person reads about what cannot be read."""
    return f"{printable(name, 60)}  {fault}"


def _evidence(evidence: Evidence) -> dict[str, Any]:
    return {
        "kind": evidence.kind,
        "text": evidence.text.decode("utf-8", "backslashreplace"),
        "line": evidence.line,
        "strength": evidence.strength,
        "tool": evidence.tool,
    }


def _text(name: str) -> str:
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
