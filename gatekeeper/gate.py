"""What the judgement of a push goes by on one server, and which refs it guards."""

from __future__ import annotations

from gatekeeper.core.governance import Governed
from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.people import Roster
from gatekeeper.core.policy import Policy
from gatekeeper.core.record import Record
from gatekeeper.git import Engine, Ref
from gatekeeper.ledger import Ledger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Gate(Record):
    """Everything that the judgement of one push needs."""

    engine: Engine
    git_checks_objects: bool
    """Whether Git has refused malformed objects; else the gate looks at new trees itself."""
    ledger: Ledger
    policy: Policy
    roster: Roster
    repository: str
    now: Timestamp
    version: str
    digests: tuple[tuple[str, str], ...]
    """(`policy` or `roster`, SHA-256 of the file in force)."""
    archive: tuple[tuple[str, bytes], ...]
    """Contents that the ledger does not have yet, by digest."""
    refs: Callable[[Sequence[str]], Mapping[str, Ref]]
    all_refs: Callable[[], Mapping[str, ObjectId]]
    refs_at: Callable[[Sequence[str]], Mapping[str, ObjectId]]
    default_branch: Callable[[], str]
    new_to_server: Callable[[Sequence[ObjectId]], frozenset[ObjectId]]
    earlier_policy: Callable[[str], Policy | None]
    """The policy with this digest, from the ledger's archive; None if it can no longer be read."""
    governed: Governed | None = None
    """The ref on which policy and roster lie; None: they are files."""

    def governs(self, ref: str) -> bool:
        """Whether policy and roster lie on a ref: then it guards them itself, whatever the policy says."""
        return self.governed is not None and self.governed.ref == ref


def is_protected(policy: Policy, ledger: Ledger, ref: str, default_branch: str) -> bool:
    """Whether a ref is guarded: by the policy, or because it was the default branch of a protected `HEAD` once."""
    if policy.protects(ref, default_branch):
        return True
    return "HEAD" in policy.protect and ref in ledger.default_branches()


def adopt_policy(gate: Gate, default_branch: str) -> None:
    """Note a policy that is newly in force, with the tips of refs that it begins to protect as their baseline."""
    earlier, digest = gate.ledger.policy_digest(), dict(gate.digests)["policy"]
    if earlier == digest:
        return
    confirmed = gate.ledger.tips()
    before = gate.earlier_policy(earlier) if earlier else None
    begins = {
        ref: tip
        for ref, tip in gate.all_refs().items()
        # A ref that was protected already and is not in the ledger was written outside the gate.
        if ref not in confirmed
        and is_protected(gate.policy, gate.ledger, ref, default_branch)
        and not (before and is_protected(before, gate.ledger, ref, default_branch))
    }
    data = {**dict(gate.digests), "default_branch": default_branch, "tips": begins, "every_ref": False}
    gate.ledger.append("policy", data, now=gate.now, archive=dict(gate.archive), repository=gate.repository)
