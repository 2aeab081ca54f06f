"""The bytes of a policy or roster -> values, by the cache if it knows these bytes, else by parsing.

Both ways end in the same builders. What is only kept or skipped for speed never changes a decision.
"""

from __future__ import annotations

from gatekeeper.config.cache import CachedRoster
from gatekeeper.config.policy import build_policy
from gatekeeper.config.reading import Report
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.people import ListedRoster

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from gatekeeper.config.cache import CompiledCache
    from gatekeeper.config.values import Plain
    from gatekeeper.core.people import Ladder, Person, Roster
    from gatekeeper.core.policy import Policy


class ParsedRoster(ListedRoster):
    """A roster that was just parsed, with the SHA-256 of its file in hex."""

    def __init__(self, ladder: Ladder, people: Iterable[Person], digest: str) -> None:
        """See `ListedRoster`."""
        super().__init__(ladder, people)
        self.digest = digest


def load_roster(content: bytes, source: str, cache: CompiledCache | None = None) -> Roster:
    """Load a roster.

    Args:
        content: The bytes of the file.
        source: What messages call it: a file name, or `<ref>:<path>`.
        cache: Where compiled files are kept; None: parse in any case.

    Raises:
        ConfigurationError: with everything that is wrong with it.
    """
    digest = sha256_hex(content)

    def parse() -> ParsedRoster:
        from gatekeeper.config.roster import build_roster  # a hook finds the roster in the cache

        data, report = _parse(content, source)
        ladder, people = build_roster(data, report)
        report.check()
        if cache:
            cache.store_roster(digest, data, ladder, people)
        return ParsedRoster(ladder, people, digest)

    cached = cache.roster(digest, parse) if cache else None
    return parse() if cached is None else cached


def load_policy(content: bytes, source: str, roster: Roster, cache: CompiledCache | None = None) -> Policy:
    """Load a policy and check that it fits the roster that it will be used with.

    Args:
        content: The bytes of the file.
        source: What messages call it: a file name, or `<ref>:<path>`.
        roster: From `load_roster`; with any other one nothing is taken from the cache.
        cache: Where compiled files are kept; None: parse in any case.

    Raises:
        ConfigurationError: with everything that is wrong with it, alone or with this roster.
    """
    digest = sha256_hex(content)
    roster_digest = roster.digest if isinstance(roster, (CachedRoster, ParsedRoster)) else None
    if cache and roster_digest:
        policy = cache.policy(digest, roster_digest)
        if policy is not None:
            return policy
    from gatekeeper.config.fitting import check_against  # a hook finds the policy in the cache

    data, report = _parse(content, source)
    policy = build_policy(data, report)
    check_against(policy, roster, report)
    report.check()
    if cache and roster_digest:
        cache.store_policy(digest, roster_digest, data)
    return policy


def parse_policy(content: bytes, source: str) -> Policy:
    """Parse a policy by itself, where there is no roster to check it against.

    Raises:
        ConfigurationError: with everything that is wrong with it alone.
    """
    data, report = _parse(content, source)
    policy = build_policy(data, report)
    report.check()
    return policy


def _parse(content: bytes, source: str) -> tuple[Plain, Report]:
    from gatekeeper.config.places import load  # YAML costs more than all else of a push

    data, places = load(content, source)
    return data, Report(source, places)
