"""Which policy and roster are in force: the files as they are, or for a while the last good ones.

A bad new version of a file must neither open the gate nor stop all work at once: the last good version
stays in force for `stale_for`, and every push says so (DESIGN.md section 8).
"""

from __future__ import annotations

from gatekeeper.config.cache import CompiledCache
from gatekeeper.config.loading import load_policy, load_roster, parse_policy
from gatekeeper.config.problems import ConfigurationError
from gatekeeper.config.sources import Source
from gatekeeper.core.governance import Governed
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.people import Roster
from gatekeeper.core.policy import Policy
from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


MAX_NAMED = 5
"""People whom a note names."""


class InForce(Record):
    """A policy and a roster that fit each other."""

    policy: Policy
    roster: Roster
    policy_content: bytes
    roster_content: bytes
    governed: Governed | None = None
    """The ref that both were read from; None: they are files."""
    notes: tuple[str, ...] = ()
    """What every push and `doctor` must say: which file is broken, and until when it is tolerated."""

    @property
    def policy_digest(self) -> str:
        """SHA-256 of the policy's bytes, in hex."""
        return sha256_hex(self.policy_content)

    @property
    def roster_digest(self) -> str:
        """SHA-256 of the roster's bytes, in hex."""
        return sha256_hex(self.roster_content)


class LastGood(Record):
    """The contents that the ledger knows to have been in force last; None where it has none."""

    policy: Callable[[], bytes | None]
    roster: Callable[[], bytes | None]


def load_in_force(
    policy: Source, roster: Source, *, cache: CompiledCache | None, last_good: LastGood | None, now: int
) -> InForce:
    """Load both files, or fall back to the last good pair.

    Raises:
        ConfigurationError: with everything wrong, when there is no last good pair or it is stale.
    """
    try:
        return _pair(policy.content, policy.label, roster.content, roster.label, cache)
    except ConfigurationError as error:
        fallback = _fallback(policy, roster, cache, last_good)
        since = _broken_since(policy, roster)
        if fallback is None or not since <= now < since + fallback.policy.stale_for:
            raise
        until = since + fallback.policy.stale_for
        first = error.problems[0]
        note = (
            f"the new policy or roster cannot be used ({first}); the last good version is in force "
            f"for {_left(until - now)}, then nothing can be pushed"
        )
        return _with_ends(fallback.replace(notes=(note,)), roster.content)


def _left(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes} min more" if hours else f"{minutes} min more"


def _with_ends(force: InForce, content: bytes) -> InForce:
    """Let what ends by a new roster take effect, where an older one is in force instead."""
    if force.roster_content == content:
        return force
    from gatekeeper.config.stopping import StoppedRoster, read_entries  # YAML, only where a file is broken

    roster = StoppedRoster(force.roster, read_entries(content))
    stopped = roster.stopped()
    if not stopped:
        return force
    more = f" and {len(stopped) - MAX_NAMED} more" if len(stopped) > MAX_NAMED else ""
    note = f"what ends by the new roster counts no more: {', '.join(stopped[:MAX_NAMED])}{more}"
    return force.replace(roster=roster, notes=(*force.notes, note))


def _broken_since(policy: Source, roster: Source) -> int:
    """Return since when a pair cannot be used: a good file that changes gives a broken one no longer life."""
    broken: list[int] = []
    for source, load in ((policy, parse_policy), (roster, load_roster)):
        try:
            load(source.content, source.label)
        except ConfigurationError:
            broken.append(source.modified)
    # Each is good by itself: they have not fitted each other since the later change.
    return min(broken) if broken else max(policy.modified, roster.modified)


def _pair(policy: bytes, policy_label: str, roster: bytes, roster_label: str, cache: CompiledCache | None) -> InForce:
    people = load_roster(roster, roster_label, cache)
    return InForce(
        policy=load_policy(policy, policy_label, people, cache),
        roster=people,
        policy_content=policy,
        roster_content=roster,
    )


def _fallback(
    policy: Source, roster: Source, cache: CompiledCache | None, last_good: LastGood | None
) -> InForce | None:
    """Return the best pair that still loads: keep a good new roster with the old policy, then the other way round."""
    if last_good is None:
        return None
    old_policy, old_roster = last_good.policy(), last_good.roster()
    pairs = ((old_policy, roster.content), (policy.content, old_roster), (old_policy, old_roster))
    for one, other in pairs:
        if one is not None and other is not None:
            try:
                return _pair(one, policy.label, other, roster.label, cache)
            except ConfigurationError:
                continue
    return None
