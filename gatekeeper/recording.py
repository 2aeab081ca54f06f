"""What the ledger's entry says of a judged push (docs/formats.md, "Ledger")."""

from __future__ import annotations

from gatekeeper.core.attestation import TEXT_LIMIT
from gatekeeper.core.dossier import Dossier
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.people import Person
from gatekeeper.core.push import SIGNOFFS, Push, RefUpdate, is_text
from gatekeeper.core.record import Record
from gatekeeper.core.verdict import CommitFinding, Outcome, RefFinding, Verdict
from gatekeeper.formats.json import text, verdict_data
from gatekeeper.gate import Gate
from gatekeeper.gathering import Gathered
from gatekeeper.git import Ref
from gatekeeper.ledger import Landing, Receipt
from gatekeeper.noting import Noted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from typing import Any

    from gatekeeper.admitting import Admitted
    from gatekeeper.core.emergency import Plea
    from gatekeeper.core.relief import Pause
    from gatekeeper.notes import NotesSummary


class Work(Record):
    """One update with what was found out about it."""

    update: RefUpdate
    ref: Ref
    protected: bool
    finding: RefFinding
    governed: bool = False
    """Whether policy and roster lie on this ref."""
    gathered: Gathered | None = None
    admitted: tuple[Admitted, ...] = ()
    noted: Noted = Noted()
    notes: NotesSummary | None = None
    """What a push of git-ai's notes came to."""
    gap: bool = False
    """What this update of an unprotected ref brought could not be noted."""

    @property
    def tracked(self) -> bool:
        """Whether the ledger follows this ref."""
        return self.protected or self.governed or self.ref.resolves_to == SIGNOFFS

    @property
    def free(self) -> bool:
        """Whether nothing judges the commits that this update brings."""
        return not self.protected and self.ref.resolves_to != SIGNOFFS


def record(
    gate: Gate,
    push: Push,
    person: Person | None,
    default_branch: str,
    work: Sequence[Work],
    verdict: Verdict,
    plea: Plea | None,
    pause: Pause | None,
) -> Receipt:
    """Write the entry.

    Raises:
        ConflictError: if another push recorded the same commits first, in between.
        LedgerError: if it cannot be written.
    """
    pusher = push.pusher
    new: dict[ObjectId, str] = {}
    for item in work:
        new.update(item.gathered.new if item.gathered else ())
    recorded = gate.ledger.first_pushers(list(new))
    admitted = {a.testimony.statement_id: a for item in work for a in item.admitted}
    archive = dict(gate.archive)
    if verdict.outcome is Outcome.ACCEPTED:  # what was not taken in is nothing to keep: anybody can send a lot of it
        archive |= {sha256_hex(a.envelope): a.envelope for a in admitted.values()}
    if pusher.certificate:
        archive[sha256_hex(pusher.certificate)] = pusher.certificate
    first = {commit: line for commit, line in new.items() if commit not in recorded}
    data = {
        "outcome": verdict.outcome.value,
        "pusher": {
            "account": pusher.account,
            "server": pusher.server,
            "kind": pusher.kind.value,
            "how": pusher.how,
            "person": person.id if person else "",
            "certificate": sha256_hex(pusher.certificate) if pusher.certificate else "",
        },
        "default_branch": default_branch,
        "version": gate.version,
        "emergency": _plea_data(plea) if plea else None,
        "pause": pause.entry if pause else None,
        **dict(gate.digests),
        "updates": [_update_data(gate, item) for item in work],
        "first_pushes": sorted([commit, line] for commit, line in first.items()),
        **_memory_data(work),
        **_evidence_data(work, first),
        "receipts": [_receipt_data(a) for a in admitted.values()],
        "verdict": verdict_data(verdict),
    }
    return gate.ledger.append("push", data, now=gate.now, archive=archive, repository=gate.repository)


def _memory_data(work: Sequence[Work]) -> dict[str, Any]:
    """Return what was noted for later pushes; without what there is nothing to note of."""
    seen = {each["id"]: each for item in work for each in item.noted.seen}
    data = {
        "seen": list(seen.values()),
        "ranges": [each for item in work for each in item.noted.ranges],
        "versions": [list(each) for item in work for each in item.noted.versions],
        "in_flight": {ref: [list(pair) for pair in pairs] for item in work for ref, pairs in item.noted.in_flight},
    }
    return {name: value for name, value in data.items() if value}


def _evidence_data(work: Sequence[Work], first: Collection[ObjectId]) -> dict[str, Any]:
    """Return what was pushed beside commits about AI in them; without what there is nothing of."""
    gathered = [item.gathered for item in work if item.gathered]
    said = [each for one in gathered for each in one.attested]
    said += [each for item in work for each in item.noted.attested]
    attested = [
        {
            "kind": each.kind,
            "id": each.commit,
            "tool": each.tool,
            "text": each.text[:TEXT_LIMIT].decode("ascii", "backslashreplace"),
            "first": each.first and each.commit in first,
            "paths": list(each.paths),
        }
        for each in dict.fromkeys(said)
    ]
    notes = next((item.notes for item in work if item.notes), None)
    pushed = {"changed": notes.changed, "malformed": list(notes.malformed), "unread": notes.unread} if notes else {}
    data = {"attested": attested, "notes": pushed, "unread_traces": sum(one.unread for one in gathered)}
    return {name: value for name, value in data.items() if value}


def _update_data(gate: Gate, item: Work) -> dict[str, Any]:
    finding = item.finding
    known = item.gathered.known if item.gathered else ()
    dossiers = {dossier.commit.id: dossier for dossier in item.gathered.dossiers} if item.gathered else {}
    return {
        "ref": finding.ref if is_text(finding.ref) else ascii(finding.ref),
        "old": finding.old,
        "new": finding.new,
        "tracked": item.tracked,
        "gap": item.gap,
        "rules": list(gate.policy.enforced(finding.ref, gate.now)),
        "commits": [
            *(_known_data(landing) for landing in known),
            *(_commit_data(judged, dossiers[judged.commit]) for judged in finding.commits),
        ],
    }


def _known_data(landing: Landing) -> dict[str, Any]:
    """Return what the ledger must know of a commit that it vouches for: what it knew when that landed first."""
    return {
        "id": landing.commit,
        "clean": True,
        "statements": list(landing.statements),
        "change": landing.change,
        "assisted": landing.assisted,
        "revertible": landing.revertible,
        "reverts": landing.reverts,
        "reviewed": [list(pair) for pair in landing.reviewed],
    }


def _commit_data(finding: CommitFinding, dossier: Dossier) -> dict[str, Any]:
    """Return what the ledger must know of a judged commit, should it land."""
    clean = not finding.problems and all(rule.outcome is Outcome.ACCEPTED for rule in finding.rules)
    counted = {view.statement for rule in finding.rules for view in rule.signoffs if not view.flaw}
    data = {
        "id": finding.commit,
        "clean": clean,
        "statements": sorted(counted),
        "change": dossier.change,
        "assisted": finding.assisted,
        "revertible": dossier.revertible,
        "reverts": dossier.reverts,
        "reviewed": [list(pair) for pair in dossier.reviewed],
    }
    return data | _owed_data(finding) if finding.lift else data


def _owed_data(finding: CommitFinding) -> dict[str, Any]:
    """Return what a commit owes that lands though rules are not satisfied, and until when."""
    rules = [rule.rule for rule in finding.rules if rule.lifted]
    return {"owed": {"rules": rules, "due": finding.lift.due}} if finding.lift else {}


def _plea_data(plea: Plea) -> dict[str, Any] | None:
    return None if plea.reason is None else {"reason": text(plea.reason), "counts": plea.lift is not None}


def _receipt_data(admitted: Admitted) -> dict[str, Any]:
    testimony = admitted.testimony
    return {
        "statement": testimony.statement_id,
        "signer": testimony.statement.signer,
        "decision": testimony.statement.decision.value,
        "fingerprint": testimony.fingerprint,
        "envelope": sha256_hex(admitted.envelope),
        "touched": testimony.touched,
        "verified": testimony.verified_user,
        "commits": sorted(admitted.commits),
    }
