"""Plots: static drawings that a reader without eyes, without colours or without a network can use."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from gatekeeper.core.ai_report import Use
from gatekeeper.formats.html.plots import Plot, months_plot, outcomes_plot
from tests.support.reports import ai_report, group, part

if TYPE_CHECKING:
    from gatekeeper.core.ai_report import Outcomes


def outcomes() -> Outcomes:
    found = ai_report().outcomes
    assert found is not None
    return found


@pytest.fixture(scope="module")
def plots() -> list[Plot]:
    made = [months_plot("m", ai_report().by_month, ai_report().by_month_and_tool), outcomes_plot("o", outcomes())]
    return [plot for plot in made if plot]


def trees(plot: Plot) -> list[ET.Element]:
    return [ET.fromstring(drawing) for _, drawing in plot.drawings]  # noqa: S314 - our own


def words(tree: ET.Element) -> set[str | None]:
    return {text.text for text in tree.iter("text")}


def test_each_plot_is_drawn_for_wide_and_narrow_screens_with_a_title_and_a_description(plots: list[Plot]) -> None:
    ids = []
    for plot in plots:
        wide, narrow = trees(plot)
        assert float(wide.attrib["width"]) > float(narrow.attrib["width"]) > 0
        assert float(narrow.attrib["width"]) <= 288  # a phone of 320 pixels, less its margins
        for tree in (wide, narrow):
            title, description = tree.find("title"), tree.find("desc")
            assert title is not None
            assert description is not None
            assert (title.text, description.text) == (plot.title, plot.description)
            assert tree.attrib["aria-labelledby"] == title.attrib["id"]
            assert tree.attrib["aria-describedby"] == description.attrib["id"]
            ids += [title.attrib["id"], description.attrib["id"]]
    assert len(plots) == 2
    assert len(set(ids)) == 8


def test_text_in_a_plot_is_text(plots: list[Plot]) -> None:
    said = set().union(*(words(tree) for plot in plots for tree in trees(plot)))
    assert {"2026-11", "reverted", "fixed", "AI-assisted", "others", "10%"} <= said


def test_a_plot_names_no_colour_but_the_pages(plots: list[Plot]) -> None:
    colours = {
        value
        for plot in plots
        for tree in trees(plot)
        for element in tree.iter()
        for name, value in element.attrib.items()
        if name in {"fill", "stroke"}
    }
    named = ("assisted", "second", "third", "other", "ink", "soft", "line", "ground")
    assert colours == {"none", *(f"var(--{name})" for name in named)}


def test_a_plot_has_no_script_style_or_link(plots: list[Plot]) -> None:
    for plot in plots:
        for tree in trees(plot):
            for element in tree.iter():
                assert element.tag in {"svg", "title", "desc", "g", "path", "line", "text"}
                assert not {"style", "href", "role"} & (
                    set(element.attrib) - {"role"} if element is tree else set(element.attrib)
                )


def used(*months: str, tool: str = "claude") -> tuple[Use, ...]:
    return tuple(Use(month=month, tool=tool, changes=1) for month in months)


def bars(tree: ET.Element, colour: str) -> int:
    """Return how many bars of a colour there are; the legend has a square of its own."""
    return sum(each.attrib.get("fill") == f"var(--{colour})" for each in tree.iter("path")) - 1


def test_months_before_the_first_assisted_change_are_left_out_and_those_without_any_are_not() -> None:
    months = (part("2025-01", 0, 50), part("2025-11", 1, 50), part("2026-02", 1, 50), part("(in the future)", 1, 1))
    plot = months_plot("m", months, used("2025-11", "2026-02", "(in the future)"))
    assert plot is not None
    assert plot.description.startswith(
        "From 2025-11 to 2026-02, as a share of the changes of each month; in 2026-02: 1 of 50"
    )
    for tree in trees(plot):
        assert [word for word in words(tree) if word and word.startswith("20")]
        assert {"2025-11", "2025-12", "2026-01", "2026-02"} >= {w for w in words(tree) if w and w.startswith("20")}
        assert bars(tree, "assisted") == 2


def test_a_narrow_plot_has_the_latest_months_only() -> None:
    names = [f"{2024 + month // 12}-{month % 12 + 1:02d}" for month in range(13)]
    plot = months_plot("m", tuple(part(name, 1, 99) for name in names), used(*names))
    assert plot is not None
    wide, narrow = trees(plot)
    assert (bars(wide, "assisted"), bars(narrow, "assisted")) == (13, 12)


def test_every_tool_has_a_colour_until_there_are_more_tools_than_colours() -> None:
    tools = [f"tool-{number}" for number in range(8)]
    uses = tuple(Use(month="2025-01", tool=tool, changes=9 - number) for number, tool in enumerate(tools))
    plot = months_plot("m", (part("2025-01", 44, 99),), uses)
    assert plot is not None
    for tree in trees(plot):
        assert words(tree) >= {"tool-0", "tool-4", "(others)"}
        assert not words(tree) & {"tool-5", "tool-6", "tool-7"}
        assert bars(tree, "other") == 3


def test_where_nothing_was_counted_nothing_is_drawn() -> None:
    nothing = outcomes().replace(assisted=group(0, 0, 0), unassisted=group(0, 0, 0))
    assert months_plot("m", (part("2025-01", 0, 50),), ()) is None
    assert outcomes_plot("o", nothing) is None


def test_hostile_text_in_a_plot_stays_text() -> None:
    plot = months_plot("m", (part("2025-01", 1, 2),), used("2025-01", tool="</svg><script>alert(1)</script>\u202e"))
    assert plot is not None
    assert all("<script" not in drawing and "\u202e" not in drawing for _, drawing in plot.drawings)
    assert all("alert(1)" in drawing for _, drawing in plot.drawings)
