"""What a commit says about AI: declared, inferred, denied or nothing, with the evidence.

The message declares; from an agent's identity as author or committer it is inferred, and from evidence beside the
commit. What was marked in an earlier push and is no longer (`remembered`) only the ledger knows: who asks it
replaces the state.
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
    """At most 64 of the message's, in its order, those of author and committer, and what was pushed beside it."""
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


def declare(commit: Commit | Glimpse, rules: MarkRules = DEFAULT) -> Declaration:
    """Judge a commit by itself. Never raises; a message of any size is read a fixed number of times."""
    return declared(commit, prepared(rules))


def declared(commit: Commit | Glimpse, marks: Marks) -> Declaration:
    """Judge a commit by itself, with what was prepared: for who judges a whole history."""
    findings = marks.find(message_of(commit))
    author = look_up(marks, commit.author, "author")
    committer = look_up(marks, commit.committer, "committer")
    identities = tuple(evidence for evidence in (author, committer) if evidence is not None)
    if findings is None and not identities:
        return SILENT
    return judge(findings or Findings(), identities)


def with_evidence(declaration: Declaration, evidence: tuple[Evidence, ...]) -> Declaration:
    """Return a declaration with what was pushed beside the commit: notes, traces. It takes no mark away."""
    if not evidence:
        return declaration
    tools = {*declaration.tools, *(each.tool or UNKNOWN for each in evidence)}
    return declaration.replace(
        state=declaration.state if declaration.assisted else State.INFERRED,
        tools=tuple(sorted(tools - {UNKNOWN} or tools)),
        evidence=(*declaration.evidence, *evidence),
        contradiction=declaration.contradiction or declaration.state is State.DENIED,
    )


def with_log(declaration: Declaration, log: bytes, rules: MarkRules = DEFAULT) -> Declaration:
    """Return a declaration with what an authorship log of git-ai says of the commit, whoever made it."""
    if not log:
        return declaration
    from gatekeeper.core.authorship_log import attested  # few repositories have them

    found = attested(log, prepared(rules).index.words)
    return with_evidence(
        declaration, tuple(Evidence(kind="note", text=text[:LINE_LIMIT], tool=tool) for tool, text in found)
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
