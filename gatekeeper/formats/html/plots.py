"""Plots of the page: Vega-Lite specifications, drawn as SVG when the page is written.

Colours are CSS variables of the page, so one drawing serves light, dark and paper. Each plot is drawn twice, for a
wide and for a narrow screen, because a drawing that is merely shrunk cannot be read on a phone.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from gatekeeper.core.ai_report import Share
from gatekeeper.core.record import Record
from gatekeeper.formats.html.templating import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from gatekeeper.core.ai_report import Group, Outcomes, Slice, Use

VEGA_LITE = "6.4"
"""Which of the versions that the library carries: another one could draw differently."""
WIDTHS = {"wide": 680, "narrow": 288}
"""Pixels, labels included."""
MONTHS = {"wide": 36, "narrow": 12}
"""How many months fit."""
OPENING = re.compile(r'^<svg [^>]*?(width="[0-9.]+" height="[0-9.]+" viewBox="[0-9. ]+")>')
ROLES = re.compile(r' (?:role|aria-[a-z]+)="[^"]*"')
"""The title and description speak for the drawing: a part of it would be one nameless graphic."""
INK, SOFT, LINE = "var(--ink)", "var(--soft)", "var(--line)"
ASSISTED, OTHER = "var(--assisted)", "var(--other)"
COLOURS = (ASSISTED, "var(--second)", "var(--third)", "var(--fourth)", "var(--fifth)", OTHER)
OTHERS = "(others)"
MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
CONFIG = {
    "aria": False,
    "autosize": {"type": "fit-x", "contains": "padding"},
    "background": None,
    "font": "sans-serif",
    "view": {"stroke": None},
    "axis": {
        "labelColor": SOFT,
        "labelFontSize": 12,
        "domainColor": LINE,
        "tickColor": LINE,
        "gridColor": LINE,
        "title": None,
    },
    "legend": {"labelColor": INK, "labelFontSize": 12, "title": None, "orient": "top"},
}


class Plot(Record):
    """A plot, ready to stand in the page."""

    name: str
    """Unique in the page: part of element ids."""
    title: str
    description: str
    drawings: tuple[tuple[str, Markup], ...]
    """(`wide` or `narrow`, SVG)."""


def months_plot(name: str, months: tuple[Slice, ...], uses: tuple[Use, ...]) -> Plot | None:
    """Draw the share of AI-assisted changes of each month by tool, with its interval; None without any."""
    shares = _every_month({month.name: month.commits for month in months if MONTH.fullmatch(month.name)})
    tools = _tools(uses)
    if not shares or not tools:
        return None
    last, share = list(shares.items())[-1]

    def spec(size: str) -> dict[str, Any]:
        drawn = dict(list(shares.items())[-MONTHS[size] :])
        parts = [
            {
                "month": use.month,
                "tool": shown(_tool(use, tools)),
                "rank": tools.index(_tool(use, tools)),
                "share": part,
            }
            for use in uses
            if use.month in drawn and (part := use.changes / drawn[use.month].base)
        ]
        colour = {
            "field": "tool",
            "type": "nominal",
            "scale": {"domain": [shown(tool) for tool in tools], "range": COLOURS[: len(tools)]},
            "legend": {"columns": 6 if size == "wide" else 3},
        }
        bar = {"type": "bar", "stroke": "var(--ground)", "strokeWidth": 0.5}
        order = {"order": {"field": "rank", "type": "quantitative"}}
        return {
            "height": 200,
            "encoding": {
                "x": {
                    "field": "month",
                    "type": "ordinal",
                    "scale": {"domain": list(drawn)},
                    "axis": {"labelAngle": 0, "labelOverlap": True},
                }
            },
            "layer": [
                {
                    "data": {"values": parts},
                    "mark": bar,
                    "encoding": {"y": _percent_axis("y"), "color": colour, **order},
                },
                {
                    "data": {"values": [_point(share, month=month) for month, share in drawn.items() if share.base]},
                    **_whisker("y"),
                },
            ],
        }

    description = (
        f"From {next(iter(shares))} to {last}, as a share of the changes of each month; in {last}: {share.count} of "
        f"{share.base}. The thin lines are 95% intervals of the whole."
    )
    return _plot(name, "AI-assisted changes by month and tool", description, spec)


def _every_month(found: dict[str, Share]) -> dict[str, Share]:
    """Return the months from the first assisted change on, those without any change too, and no more than are drawn."""
    assisted = [month for month in sorted(found) if found[month].count]
    if not assisted:
        return {}
    (year, month), last = (int(part) for part in assisted[0].split("-")), max(found)
    every: dict[str, Share] = {}
    while (name := f"{year:04d}-{month:02d}") <= last:
        every[name] = found.get(name, Share(count=0, base=0))
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return dict(list(every.items())[-max(MONTHS.values()) :])


def _tools(uses: tuple[Use, ...]) -> list[str]:
    """Return the tools that have a colour of their own, most used first; what is left over goes last."""
    totals = Counter[str]()
    for use in uses:
        totals[use.tool] += use.changes
    ranked = sorted(totals, key=lambda tool: (-totals[tool], tool))
    return ranked if len(ranked) <= len(COLOURS) else [*ranked[: len(COLOURS) - 1], OTHERS]


def _tool(use: Use, tools: list[str]) -> str:
    return use.tool if use.tool in tools else OTHERS


def outcomes_plot(name: str, outcomes: Outcomes) -> Plot | None:
    """Draw how many assisted and other commits were reverted and fixed, with intervals; None without any."""
    groups: tuple[tuple[str, Group], ...] = (("AI-assisted", outcomes.assisted), ("others", outcomes.unassisted))
    values = [
        _point(share, what=what, group=group)
        for group, found in groups
        for what, share in (("reverted", found.reverted), ("fixed", found.fixed))
        if share.base
    ]
    if not values:
        return None

    def spec(_size: str) -> dict[str, Any]:
        colour = {
            "field": "group",
            "type": "nominal",
            "scale": {"domain": [group for group, _ in groups], "range": [ASSISTED, OTHER]},
        }
        return {
            "height": {"step": 26},
            "data": {"values": values},
            "encoding": {
                "y": {"field": "what", "type": "nominal", "sort": ["reverted", "fixed"]},
                "yOffset": {"field": "group", "type": "nominal", "sort": [group for group, _ in groups]},
            },
            "layer": [
                _whisker("x"),
                {
                    "mark": {"type": "point", "filled": True, "size": 90, "opacity": 1},
                    "encoding": {"x": _percent_axis("x"), "color": colour},
                },
            ],
        }

    description = "Shares that were later reverted or fixed. Points are what was counted, lines are 95% intervals."
    return _plot(name, "What became of changes", description, spec)


def _point(share: Share, **names: str) -> dict[str, Any]:
    value = share.count / share.base if share.base else 0
    low, high = (value if end is None else end for end in (share.low, share.high))
    return {**{key: shown(name) for key, name in names.items()}, "share": value, "low": low, "high": high}


def _percent_axis(channel: str) -> dict[str, Any]:
    ticks = {"format": "~%", "tickCount": 5, "grid": True, "domain": channel == "x"}
    return {"field": "share", "type": "quantitative", "axis": ticks}


def _whisker(channel: str) -> dict[str, Any]:
    ends = {channel: {"field": "low", "type": "quantitative"}, f"{channel}2": {"field": "high"}}
    return {"mark": {"type": "rule", "color": INK, "strokeWidth": 1.25}, "encoding": ends}


def _plot(name: str, title: str, description: str, spec: Callable[[str], dict[str, Any]]) -> Plot:
    drawings = tuple((size, _svg(spec(size), size, f"{name}-{size}", title, description)) for size in WIDTHS)
    return Plot(name=name, title=title, description=description, drawings=drawings)


def _svg(spec: dict[str, Any], size: str, name: str, title: str, description: str) -> Markup:
    """Draw one specification.

    What is drawn is ours or `shown`, and the library escapes text; the drawing has no scripts, styles or links.
    """
    import vl_convert

    drawn = vl_convert.vegalite_to_svg(
        json.dumps(spec | {"width": WIDTHS[size], "config": CONFIG}),
        vl_version=VEGA_LITE,
        allowed_base_urls=[],  # it never fetches anything
    )
    _, measures, rest = OPENING.split(drawn, maxsplit=1)
    head = Markup(
        '<svg class="{}" role="img" aria-labelledby="{}-t" aria-describedby="{}-d" {}>'
        '<title id="{}-t">{}</title><desc id="{}-d">{}</desc>'
    ).format(size, name, name, Markup(measures), name, shown(title), name, shown(description))  # noqa: S704
    return head + Markup(ROLES.sub("", rest))  # noqa: S704
