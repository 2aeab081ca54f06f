"""What a commit says about AI: declared, inferred, denied or nothing, with the evidence.

The message declares; from an agent's identity as author or committer it is inferred. What was marked in an
earlier push and is no longer (`remembered`) only the ledger knows: who asks it replaces the state.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache

from gatekeeper.core.marks import LINE_LIMIT, Evidence, Findings, Marks
from gatekeeper.core.record import Record
from gatekeeper.core.tools import UNKNOWN, Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatekeeper.core.commits import Commit, Glimpse, Identity
    from gatekeeper.core.memory import Recollection

__all__ = ["DEFAULT", "Declaration", "Evidence", "MarkRules", "State", "Tool", "declare", "declare_message"]


class State(Enum):
    """What a commit says about AI."""

    DECLARED = "declared"
    INFERRED = "inferred"
    REMEMBERED = "remembered"
    DENIED = "denied"
    SILENT = "silent"


class Declaration(Record):
    """What a commit says about AI, and where it says so."""

    state: State
    tools: tuple[str, ...] = ()
    """Ids of tools, sorted; `unknown` alone if a mark names none."""
    evidence: tuple[Evidence, ...] = ()
    """At most 64 of the message's, in its order, then those of author and committer."""
    contradiction: bool = False
    """Whether the message denies what another mark says."""
    recollection: Recollection | None = None
    """Of `remembered`: when and where the mark was."""

    @property
    def assisted(self) -> bool:
        """Whether AI took part, as far as is known."""
        return self.state in (State.DECLARED, State.INFERRED, State.REMEMBERED)


class MarkRules(Record):
    """What a policy adds to the built-in table."""

    keys: tuple[bytes, ...] = ()
    """Trailer keys of which any value declares, except `no`, `none`, `false` and nothing; any case."""
    value_keys: tuple[bytes, ...] = ()
    """Trailer keys that are judged by value as `Assisted-by` is: only a known tool or model declares."""
    tools: tuple[Tool, ...] = ()

    def __hash__(self) -> int:
        """Hash of the names alone: this is looked up once for each commit."""
        return hash((self.keys, self.value_keys, len(self.tools)))


DEFAULT = MarkRules()
SILENT = Declaration(state=State.SILENT)


@lru_cache(maxsize=8)
def prepared(rules: MarkRules) -> Marks:
    """Return what to look for under `rules`."""
    return Marks(tools=rules.tools, keys=rules.keys, value_keys=rules.value_keys)


def declare(commit: Commit | Glimpse, rules: MarkRules = DEFAULT, log: bytes = b"") -> Declaration:
    """Judge a commit by itself. Never raises; a message of any size is read a fixed number of times.

    `log` is the authorship log that is known of it, if any (`authorship_log.py`).
    """
    marks = prepared(rules)
    findings = marks.find(message_of(commit))
    author = look_up(marks, commit.author, "author")
    committer = look_up(marks, commit.committer, "committer")
    identities = tuple(evidence for evidence in (author, committer) if evidence is not None)
    if log:
        identities += attestations(log, marks)
    if findings is None and not identities:
        return SILENT
    return judge(findings or Findings(), identities)


def attestations(log: bytes, marks: Marks) -> tuple[Evidence, ...]:
    """Return the evidence in an authorship log."""
    from gatekeeper.core.authorship_log import attested  # few repositories have them

    return tuple(
        Evidence(kind="note", text=text[:LINE_LIMIT], tool=tool) for tool, text in attested(log, marks.index.words)
    )


def declare_message(message: bytes, rules: MarkRules = DEFAULT) -> Declaration:
    """Judge a message that is no commit yet, so nobody is its author. Never raises."""
    findings = prepared(rules).find(message)
    return SILENT if findings is None else judge(findings, ())


def message_of(commit: Commit | Glimpse) -> bytes:
    """Return the message in an encoding that contains ASCII."""
    if commit.encoding is None:
        return commit.message
    from gatekeeper.core.encodings import readable  # one commit of 10,000 names an encoding

    return readable(commit.message, commit.encoding)


def judge(findings: Findings, identities: tuple[Evidence, ...]) -> Declaration:
    """Weigh the message's findings and the identities."""
    inferred = [evidence.tool for evidence in identities if evidence.strength == "strong"]
    tools = {*findings.tools, *filter(None, inferred)}
    if findings.declared:
        state = State.DECLARED
    elif inferred:
        state = State.INFERRED
    else:
        state = State.DENIED if findings.denied else State.SILENT
    return Declaration(
        state=state,
        tools=tuple(sorted(tools - {UNKNOWN} or tools)),
        evidence=(*findings.evidence, *identities),
        contradiction=findings.denied and bool(tools),
    )


def look_up(marks: Marks, identity: Identity, kind: str) -> Evidence | None:
    """Return the evidence of an author or committer, if it is any."""
    find = marks.committer if kind == "committer" else marks.author
    hit = find(identity.name, identity.email)
    if hit is None:
        return None
    tool, strength = hit
    text = identity.name + b" <" + identity.email + b">"
    return Evidence(kind=kind, text=text, strength=strength, tool=tool)
