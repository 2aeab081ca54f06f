"""The policy's `privacy`: whose figures the audit may show."""

from __future__ import annotations

from gatekeeper.config.values import flag, number
from gatekeeper.core.privacy import Privacy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gatekeeper.config.reading import Section

PRIVACY_KEYS = ("persons", "smallest_team")
SMALLEST_TEAM = number(1, 10_000)


def build_privacy(policy: Section) -> Privacy:
    """Build what the policy says of figures about people; what it does not say is not shown."""
    section = policy.section("privacy", PRIVACY_KEYS)
    default = Privacy()
    if section is None:
        return default
    return Privacy(
        persons=section.take("persons", flag, default.persons),
        smallest_team=section.take("smallest_team", SMALLEST_TEAM, default.smallest_team),
    )
