"""The audit as one HTML file that needs nothing else: no network, no further file, no script of others.

Its own script sorts, filters and turns pages; without it everything is there all the same.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from gatekeeper.formats.html.opening import cards, headline
from gatekeeper.formats.html.plots import Plot, months_plot, outcomes_plot
from gatekeeper.formats.html.rows import MOST, address, rows
from gatekeeper.formats.html.templating import digest, render, source

if TYPE_CHECKING:
    from gatekeeper.core.audit import Audit, Report

PLOTTED = 12
"""Repositories with plots; of further ones the tables say the same."""
LISTED = 100
"""Exceptions that the page lists."""


def page(report: Report, *, commit_url: str = "", most: int = MOST) -> str:
    """Return the page; the same report gives the same bytes.

    Args:
        report: What was found, with its landed commits.
        commit_url: Where a commit is on the web, as of `rows.checked_address`; empty: nowhere.
        most: Rows of landed commits that the page holds.
    """
    # There are systems that the library has no wheel for (musl): they have every figure, and no plots.
    drawn = find_spec("vl_convert") is not None
    style, script = source("page.css"), source("page.js")
    return (
        render(
            "page.html",
            report=report,
            style=style,
            script=script,
            style_digest=digest(style),
            script_digest=digest(script),
            headline=headline(report),
            cards=cards(report),
            listed=LISTED,
            table=rows(report, most),
            drawn=drawn,
            parts=[_part(number, audit, drawn=drawn) for number, audit in enumerate(report.repositories)],
            commit_url=commit_url,
            address=lambda repository, commit: address(commit_url, repository, commit),
        )
        + "\n"
    )


def _part(number: int, audit: Audit, *, drawn: bool) -> dict[str, Any]:
    """Return what the page shows of one repository."""
    plots: dict[str, Plot | None] = {"months": None, "outcomes": None}
    if audit.ai is not None and drawn and number < PLOTTED:
        plots["months"] = months_plot(f"months-{number}", audit.ai.by_month, audit.ai.by_month_and_tool)
        plots["outcomes"] = outcomes_plot(f"outcomes-{number}", audit.ai.outcomes) if audit.ai.outcomes else None
    return {"id": f"r-{number}", "audit": audit, "plots": plots}
