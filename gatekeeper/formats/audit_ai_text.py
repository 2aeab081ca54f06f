"""The AI part of an audit for a terminal: how much, by which tools, and what became of it."""

from __future__ import annotations

from gatekeeper.core.ai_report import AiReport, Outcomes, Quantiles, Share
from gatekeeper.formats.text import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

TOOLS = 6
"""Tools that are named."""
DAY, HOUR, MINUTE = 86_400, 3_600, 60


def ai_lines(ai: AiReport | None) -> Iterator[tuple[str, str]]:
    """Yield labels and what stands behind them; nothing where nobody looked."""
    if ai is None:
        return
    if not ai.commits.base:
        yield "AI share", f"no change to count{'; ' + ai.unknown[0] if ai.unknown and ai.population.commits else ''}"
        return
    yield "AI share", f"{_share(ai.commits)} of changes, {_share(ai.lines)} of added lines"
    if ai.population.uncounted or ai.population.unread:
        lost = f"the lines of {ai.population.uncounted:,} changes, and all of {ai.population.unread:,} commits"
        yield "Not counted", f"{lost}: what they change cannot be read in this repository"
    if ai.by_tool:
        named = [f"{visible(each.name)} {each.commits.count:,}" for each in ai.by_tool[:TOOLS]]
        more = [f"{len(ai.by_tool) - TOOLS} more"] if len(ai.by_tool) > TOOLS else []
        yield "AI tools", ", ".join([*named, *more])
    refused = [visible(each.tool) for each in ai.inventory if each.allowed is False]
    if refused:
        yield "Not allowed", ", ".join(refused)
    if ai.dropped_markers:
        yield "Dropped", f"{ai.dropped_markers:,} landed without the mark that they had before"
    if ai.outcomes is not None and (ai.outcomes.assisted.n or ai.outcomes.unassisted.n):
        yield "Afterwards", _outcomes(ai.outcomes)
    if ai.times is not None and ai.times.first_push_to_landing.n:
        signoff, landing = ai.times.first_push_to_signoff, ai.times.first_push_to_landing
        had = f"had a sign-off within {_median(signoff)}, and " if signoff.n else ""
        yield "Waiting", f"half of the assisted changes {had}landed within {_median(landing)}"


def _share(share: Share) -> str:
    if not share.base:
        return "none"
    return f"{100 * share.count / share.base:.1f} % ({share.count:,} of {share.base:,})"


def _outcomes(outcomes: Outcomes) -> str:
    parts = [
        f"{name}: {_share(getattr(outcomes.assisted, name))} of assisted, "
        f"{_share(getattr(outcomes.unassisted, name))} of other changes: {getattr(outcomes, name)}"
        for name in ("reverted", "fixed")
    ]
    return f"within {outcomes.window // DAY} days {'; '.join(parts)}"


def _median(quantiles: Quantiles) -> str:
    seconds = quantiles.median or 0
    if seconds >= 2 * DAY:
        return f"{seconds // DAY} days"
    if seconds >= 2 * HOUR:
        return f"{seconds // HOUR} hours"
    return f"{max(1, seconds // MINUTE)} min"
