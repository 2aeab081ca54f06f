"""The page of the audit as a reader meets it: in a real browser, offline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

from gatekeeper.core.audit import Failed, Report
from gatekeeper.formats.html import page
from tests.browser.conftest import DESKTOP, PHONE
from tests.support.reports import audit, blind, commit_id, landed, report, troubled

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    Show = Callable[..., Page]

BROKEN = Failed(path="/srv/git/broken.git", problem="no Git repository", next="git fsck")
ROWS = "table.paged tbody tr:visible"
STATUS = ".tools [role=status]"


@pytest.fixture(scope="module")
def html() -> str:
    """A page with all that there can be."""
    return page(
        report(audit(), troubled(), blind(), failed=(BROKEN,)),
        commit_url="https://git.example.com/{repository}/commit/{commit}",
    )


@pytest.fixture(scope="module")
def long() -> str:
    """A page with a table of several pages."""
    return page(report(audit(landed=tuple(landed(number) for number in range(1_000)), ai=None)))


@pytest.mark.parametrize(
    ("found", "size", "dark"),
    [
        (report(troubled(), failed=(BROKEN,)), DESKTOP, False),
        (report(troubled(), failed=(BROKEN,)), DESKTOP, True),
        (report(audit(landed=()), blind()), PHONE, False),
    ],
    ids=["desktop", "dark", "phone"],
)
def test_axe_finds_nothing(show: Show, found: Report, size: tuple[int, int], dark: bool) -> None:
    shown = show(page(found), size, dark=dark)
    shown.evaluate("for (const folded of document.querySelectorAll('details')) folded.open = true")
    said = Axe().run(shown).response
    assert len(said["passes"]) > 10
    assert [(each["impact"], each["id"], each["nodes"][0]["html"]) for each in said["violations"]] == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_nothing_makes_the_page_itself_scroll_sideways(html: str, show: Show, size: tuple[int, int]) -> None:
    assert show(html, size).evaluate("document.documentElement.scrollWidth") == size[0]


@pytest.mark.parametrize(("size", "drawing"), [(DESKTOP, "wide"), (PHONE, "narrow")], ids=["desktop", "phone"])
def test_the_plots_for_this_width_are_drawn(html: str, show: Show, size: tuple[int, int], drawing: str) -> None:
    plots = show(html, size).locator("figure svg:visible")
    assert plots.count() == 6
    for plot in plots.all():
        box = plot.bounding_box()
        assert box is not None
        assert box["width"] > 200
        assert box["height"] > 80
        assert plot.get_attribute("class") == drawing
        marks = plot.locator("path[fill='var(--assisted)']")
        assert marks.count() >= 2
        assert all((mark.bounding_box() or {"height": 0})["height"] > 0 for mark in marks.all())
        assert plot.locator("text").count() > 3


def test_a_click_sorts_and_a_second_one_turns_it_round(long: str, show: Show) -> None:
    shown = show(long)
    head = shown.locator("table.paged th", has_text="Entry")
    assert head.get_attribute("aria-sort") == "none"
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "descending"
    assert shown.locator(ROWS).first.locator("td").last.inner_text() == "1999"
    head.get_by_role("button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert shown.locator(ROWS).first.locator("td").last.inner_text() == "1000"


def test_sorting_needs_no_mouse_and_shows_where_it_is(long: str, show: Show) -> None:
    shown = show(long)
    button = shown.locator("table.paged th", has_text="Subject").get_by_role("button")
    button.focus()
    shown.keyboard.press("Shift+Tab")
    shown.keyboard.press("Tab")
    assert button.evaluate("each => each === document.activeElement && getComputedStyle(each).outlineStyle") == "solid"
    shown.keyboard.press("Enter")
    assert shown.locator(ROWS).first.locator(".subject").inner_text() == "Change number 0 of the checkout"
    shown.keyboard.press("Enter")
    assert shown.locator(ROWS).first.locator(".subject").inner_text() == "Change number 999 of the checkout"


def test_the_filter_wants_every_word_and_counts(long: str, show: Show) -> None:
    shown = show(long)
    status = shown.locator(STATUS)
    assert status.inner_text() == "1,000 rows, 1 to 200 shown"
    shown.get_by_label("Filter").fill("CLAUDE junior-4")
    status.get_by_text("50 of 1,000 rows", exact=True).wait_for()
    assert shown.locator(ROWS).count() == 50
    assert "claude" in shown.locator(ROWS).last.inner_text()
    shown.get_by_label("Filter").fill("nowhere")
    status.get_by_text("0 of 1,000 rows", exact=True).wait_for()
    assert shown.locator(ROWS).count() == 0


def test_pages_are_turned_and_all_can_be_shown(long: str, show: Show) -> None:
    shown = show(long)
    assert shown.locator(ROWS).count() == 200
    shown.get_by_role("button", name="Further rows").click()
    assert shown.locator(STATUS).inner_text() == "1,000 rows, 201 to 400 shown"
    assert shown.locator(ROWS).first.locator("td").last.inner_text() == "1200"
    shown.get_by_role("button", name="Earlier rows").click()
    assert shown.locator(STATUS).inner_text() == "1,000 rows, 1 to 200 shown"
    shown.get_by_role("button", name="Show all").click()
    assert shown.locator(ROWS).count() == 1_000


def test_each_long_table_has_a_filter_of_its_own(show: Show) -> None:
    base = audit()
    assert base.gate is not None
    ref = base.gate.refs[0]
    refs = tuple(ref.replace(ref=f"refs/tags/v{number}") for number in range(300))
    rows = tuple(landed(number) for number in range(250))
    shown = show(page(report(base.replace(gate=base.gate.replace(refs=refs), landed=rows, ai=None))))
    first, second = shown.locator(STATUS).all()
    assert (first.inner_text(), second.inner_text()) == ("300 rows, 1 to 200 shown", "250 rows, 1 to 200 shown")
    shown.get_by_label("Filter").first.fill("v299")
    first.get_by_text("1 of 300 rows", exact=True).wait_for()
    assert second.inner_text() == "250 rows, 1 to 200 shown"


def test_a_link_to_a_commit_finds_its_row_on_a_later_page(long: str, show: Show) -> None:
    shown = show(long)
    row = shown.locator(f"[id='c-{commit_id(777)}']")
    assert not row.is_visible()
    shown.evaluate(f"location.hash = 'c-{commit_id(777)}'")
    row.get_by_text("Change number 777").wait_for()
    assert row.evaluate(
        "row => { const box = row.getBoundingClientRect(); return box.top > 0 && box.bottom < innerHeight }"
    )


def test_without_scripts_every_row_is_there(long: str, show: Show) -> None:
    assert show(long, scripts=False).locator(ROWS).count() == 1_000


def test_a_printed_page_is_light_has_pages_and_shows_what_is_folded(html: str, show: Show) -> None:
    shown = show(html, dark=True)
    printed = shown.pdf(format="A4")
    assert printed.startswith(b"%PDF-")
    assert printed.count(b"/Type /Page\n") > 3
    shown.emulate_media(media="print")
    shown.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert shown.locator("details table:visible").count() == 3
    assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert not shown.locator("nav").is_visible()
    shown.evaluate("dispatchEvent(new Event('afterprint'))")
    assert shown.locator("details[open]").count() == 0


def test_the_browser_itself_runs_no_script_and_no_style_but_the_pages(
    long: str, show: Show, complaints: list[str]
) -> None:
    # What is escaped never runs; should an escape ever be forgotten, the page's own policy still stands.
    planted = "<script>document.title = 'owned'</script><img src=x onerror='alert(1)'><p id=p style='color: red'>x</p>"
    shown = show(long.replace("</main>", f"{planted}</main>"))
    assert shown.title().startswith("Audit of shop")
    assert shown.locator("#p").evaluate("each => getComputedStyle(each).color") != "rgb(255, 0, 0)"
    assert len([each for each in complaints if "Content Security Policy" in each]) == 4
    complaints.clear()
