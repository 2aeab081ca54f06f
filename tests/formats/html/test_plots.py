"""Plots: static drawings that a reader without eyes, without colours or without a network can use."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

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
    made = [months_plot("m", ai_report().by_month), outcomes_plot("o", outcomes())]
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
    assert colours == {"none", "var(--assisted)", "var(--other)", "var(--ink)", "var(--soft)", "var(--line)"}


def test_a_plot_has_no_script_style_or_link(plots: list[Plot]) -> None:
    for plot in plots:
        for tree in trees(plot):
            for element in tree.iter():
                assert element.tag in {"svg", "title", "desc", "g", "path", "line", "text"}
                assert not {"style", "href", "role"} & (
                    set(element.attrib) - {"role"} if element is tree else set(element.attrib)
                )


def test_months_before_the_first_assisted_change_are_left_out() -> None:
    plot = months_plot("m", (part("2025-01", 0, 50), part("2025-02", 3, 50), part("2025-03", 0, 50)))
    assert plot is not None
    assert plot.description.startswith("From 2025-02 to 2025-03")


def test_a_narrow_plot_has_the_latest_months_only() -> None:
    plot = months_plot("m", tuple(part(f"2025-{month:02d}", month, 99) for month in range(1, 14)))
    assert plot is not None
    wide, narrow = trees(plot)
    assert len([each for each in narrow.iter("path") if each.attrib.get("fill") == "var(--assisted)"]) == 12
    assert len([each for each in wide.iter("path") if each.attrib.get("fill") == "var(--assisted)"]) == 13


def test_where_nothing_was_counted_nothing_is_drawn() -> None:
    nothing = outcomes().replace(assisted=group(0, 0, 0), unassisted=group(0, 0, 0))
    assert months_plot("m", (part("2025-01", 0, 50),)) is None
    assert outcomes_plot("o", nothing) is None


def test_hostile_text_in_a_plot_stays_text() -> None:
    plot = months_plot("m", (part("</svg><script>alert(1)</script>\u202e", 1, 2),))
    assert plot is not None
    assert all("<script" not in drawing and "\u202e" not in drawing for _, drawing in plot.drawings)
    assert all("alert(1)" in drawing for _, drawing in plot.drawings)
