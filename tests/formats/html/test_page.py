"""The page of the audit: one file that holds all, believes nothing and says the result first."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.audit import Failed, Report
from gatekeeper.core.landed import Manner
from gatekeeper.formats.html import page
from gatekeeper.formats.html.opening import cards, headline
from gatekeeper.formats.html.rows import AddressError, checked_address, rows
from gatekeeper.formats.html.templating import digest, source
from tests.support.reports import ai_report, approval, audit, blind, commit_id, landed, report, troubled

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

CHECKOUT = Path(__file__).parents[3]
HOSTILE = '</script><script>alert(1)</script><img src=x onerror=alert(2)>\u202e\x1b[31m\x00 "quoted" &amp; \''
BROKEN = Failed(path="/srv/git/broken.git", problem="no Git repository", next="")


class Reading(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text: list[str] = []
        self.inside: dict[str, str] = {}
        self._open = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open = tag
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open in {"script", "style"}:
            self.inside[self._open] = self.inside.get(self._open, "") + data
        else:
            self.text.append(data)

    def values(self, name: str) -> list[str]:
        """Return every value of an attribute."""
        return [attributes[name] for _, attributes in self.tags if name in attributes]

    @property
    def words(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.text))


@pytest.fixture(scope="module")
def everything() -> Report:
    return report(audit(), troubled(), blind(), failed=(BROKEN,))


@pytest.fixture(scope="module")
def read(everything: Report) -> Reading:
    return Reading(page(everything, commit_url="https://git.example.com/{repository}/commit/{commit}"))


def test_the_page_asks_nobody_for_anything(read: Reading) -> None:
    assert not {tag for tag, _ in read.tags} & {
        "link",
        "img",
        "iframe",
        "object",
        "embed",
        "base",
        "form",
        "image",
        "use",
    }
    assert not read.values("src")
    assert not re.search(r"url\(|@import|//", read.inside["style"])
    assert not re.search(r"fetch|XMLHttpRequest|import\(|WebSocket|Beacon|https?:", read.inside["script"])
    links = [link for link in read.values("href") if not link.startswith("#")]
    assert links
    assert all(link.startswith("https://git.example.com/") for link in links)


def test_the_page_forbids_what_it_does_not_need_and_names_its_own_script_and_style(read: Reading) -> None:
    (policy,) = [attributes["content"] for _, attributes in read.tags if "http-equiv" in attributes]
    style, script = digest(read.inside["style"]), digest(read.inside["script"])
    assert policy == (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; form-action 'none'"
    )
    assert not read.values("style")
    assert not [name for _, attributes in read.tags for name in attributes if name.startswith("on")]


@pytest.mark.parametrize("name", ["page.css", "page.js"])
def test_nothing_in_our_own_files_ends_their_element_early(name: str) -> None:
    assert "</" not in source(name)


def test_every_link_within_the_page_leads_somewhere_and_every_id_is_there_once(read: Reading) -> None:
    ids = read.values("id")
    assert len(ids) == len(set(ids))
    inner = [link[1:] for link in read.values("href") if link.startswith("#")]
    named = [name for attribute in ("aria-labelledby", "aria-describedby") for name in read.values(attribute)]
    named = [name for names in named for name in names.split()]
    assert f"c-{commit_id(3)}-2" in inner  # an exception leads to its commit, which landed in the first repository too
    assert set(inner + named) <= set(ids)


def test_headings_leave_out_no_level(read: Reading) -> None:
    levels = [int(tag[1]) for tag, _ in read.tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_the_same_report_gives_the_same_bytes_in_every_process() -> None:
    code = "from gatekeeper.formats.html import page\nfrom tests.support.reports import *\n"
    code += "import sys; sys.stdout.buffer.write(page(report(audit(), troubled())).encode())"
    made = {
        subprocess.run(
            [sys.executable, "-c", code],
            check=True,
            capture_output=True,
            cwd=CHECKOUT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }
    assert made == {page(report(audit(), troubled())).encode()}


def test_text_from_outside_stays_text() -> None:
    base = troubled()
    assert base.gate is not None
    hostile = base.replace(
        repository=HOSTILE,
        path=HOSTILE,
        population=base.population.replace(
            unexplained=tuple(
                each.replace(author=HOSTILE, subject=HOSTILE, ref=HOSTILE) for each in base.population.unexplained
            )
        ),
        gate=base.gate.replace(
            refs=tuple(each.replace(ref=f"refs/heads/{HOSTILE}") for each in base.gate.refs),
            pauses=tuple(each.replace(reason=HOSTILE, account=HOSTILE) for each in base.gate.pauses),
        ),
        exceptions=tuple(each.replace(repository=HOSTILE, path=HOSTILE, ref=HOSTILE) for each in base.exceptions),
        landed=(
            landed(
                repository=HOSTILE,
                subject=HOSTILE,
                author=HOSTILE,
                pusher=HOSTILE,
                ref=f"refs/heads/{HOSTILE}",
                tools=(HOSTILE,),
                approvals=(approval(signer=HOSTILE, signer_level=HOSTILE),),
            ),
        ),
        ai=ai_report(by_path=(ai_report().by_path[0].replace(name=HOSTILE),), unknown=(HOSTILE,)),
    )
    text = page(
        report(hostile, failed=(Failed(path=HOSTILE, problem=HOSTILE, next=HOSTILE),)),
        commit_url="https://git.example.com/{repository}/commit/{commit}",
    )
    read = Reading(text)
    assert [tag for tag, _ in read.tags].count("script") == 1
    assert not read.values("onerror")
    assert "</script><script>alert(1)</script><img src=x onerror=alert(2)>" in read.words
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202e]", text)
    assert "\\u202e\\x1b[31m\\x00" in read.words


def test_a_commits_web_address_cannot_become_another_kind_of_link() -> None:
    hostile = audit(repository='"><script>', landed=(landed(repository='javascript:alert(1)//"><script>'),))
    read = Reading(page(report(hostile), commit_url="https://git.example.com/{repository}/{commit}"))
    assert [tag for tag, _ in read.tags].count("script") == 1
    assert all(link.startswith(("#", "https://git.example.com/")) for link in read.values("href"))


@pytest.mark.parametrize("template", ["javascript:alert('{commit}')", "//x/{commit}", "https://git.example.com/shop"])
def test_a_template_that_leads_to_no_commit_on_the_web_is_refused(template: str) -> None:
    with pytest.raises(AddressError):
        checked_address(template)


def test_a_template_that_leads_to_commits_is_taken() -> None:
    template = "https://git.example.com/{repository}/commit/{commit}"
    assert checked_address(template) == template


@pytest.mark.parametrize(
    ("found", "tone", "sentence"),
    [
        (report(), "good", "In order: nothing needs a person."),
        (report(troubled()), "bad", "2 matters need a person, 1 of them critical."),
        (report(audit(), failed=(BROKEN,)), "bad", "1 repository could not be audited."),
        (report(blind()), "unknown", "There is no ledger: who approved what cannot be known."),
        (report(audit(), blind()), "unknown", "1 has no ledger: who approved what there cannot be known."),
        (
            report(blind(), troubled(), failed=(BROKEN,)),
            "bad",
            "2 matters need a person, 1 of them critical; 1 repository could not be audited.",
        ),
        (report(repositories=()), "unknown", "No repository was looked at."),
    ],
)
def test_the_result_comes_first_and_never_better_than_it_is(found: Report, tone: str, sentence: str) -> None:
    said = headline(found)
    assert (said.tone, said.sentence) == (tone, sentence)


def test_what_is_critical_is_told_in_the_first_sentence() -> None:
    critical, high = troubled().exceptions
    one = report(audit(exceptions=(critical,)))
    assert headline(one).sentence == "1 matter needs a person at once."
    assert headline(report(audit(exceptions=(high, high)))).sentence == "2 matters need a person."


def test_a_repository_without_a_ledger_is_told_of_also_beside_worse() -> None:
    said = headline(report(blind(), troubled()))
    assert said.tone == "bad"
    assert said.detail.endswith(" where there is a ledger; 1 has none.")


def test_every_word_of_the_page(snapshot: SnapshotAssertion) -> None:
    text = page(report(troubled(), failed=(BROKEN,)))
    body = re.sub(r"<(style|script)>.*?</\1>", "", text, flags=re.DOTALL)
    words = Reading(re.sub(r"(</(?:td|th|li|p|h\d|dt|dd|caption|figcaption|text)>)", r"\1 | ", body)).text
    lines = (" ".join(line.split()).strip(" |") for line in "".join(words).splitlines())
    assert "\n".join(line for line in lines if line) == snapshot


def test_the_first_screen_has_the_figures_of_all_repositories() -> None:
    found = {card.label: (card.value, card.tone) for card in cards(report(audit(), troubled()))}
    assert found == {
        "approved before landing": ("98%", "bad"),
        "explained by the ledger": ("99.9%", "bad"),
        "AI-assisted": ("25%", "plain"),
        "say nothing about AI": ("71%", "plain"),
    }


def test_without_a_ledger_the_first_screen_has_what_a_history_tells() -> None:
    found = {card.label: card for card in cards(report(blind()))}
    assert list(found) == ["AI-assisted", "say nothing about AI", "AI tools named", "of AI-assisted changes reverted"]
    assert found["AI tools named"].meaning == "claude (190), copilot (92), cursor (41)."
    assert found["of AI-assisted changes reverted"].meaning == "Within 90 days; of others 2.0%: assisted more often."
    assert "of AI-assisted changes reverted" not in {card.label for card in cards(report(blind(), blind()))}


def test_the_first_screen_says_what_came_of_the_rest() -> None:
    meaning = cards(report(troubled()))[0].meaning
    assert meaning == (
        "261 of 270 commits that needed a sign-off had it in time; 4 by emergency, pause or revert, 3 with a warning "
        "only, 1 under a rule that is only observed, 1 without what a rule demands."
    )


def test_without_a_ledger_the_page_says_what_it_cannot_know() -> None:
    read = Reading(page(report(blind())))
    assert "There is no ledger here, so this page cannot say who approved what" in read.words
    assert "approved before landing" not in read.words
    assert "Every commit that landed" not in read.words


def test_a_large_table_keeps_what_is_assisted_or_not_in_order_and_says_how_to_get_all() -> None:
    odd = landed(1, manner=Manner.WARNED)
    every = audit(landed=(odd, *(landed(number) for number in range(2, 14))))
    chosen = rows(report(every), 12)
    assert [row.landed for row in chosen.rows] == [odd, landed(4), landed(8), landed(12)]
    assert rows(report(every), 13).rows[2].landed == landed(3)
    text = Reading(page(report(every), most=12)).words
    assert "1,320 commits landed; this page holds 4: the AI-assisted ones and those that are not in order, " in text
    assert "gatekeeper audit changes --format csv" in text


def test_where_every_repository_failed_the_page_says_only_that() -> None:
    read = Reading(page(report(repositories=(), failed=(BROKEN, BROKEN))))
    assert "2 repositories could not be audited." in read.words
    assert "table" not in {tag for tag, _ in read.tags}


def test_without_the_library_that_draws_the_page_has_every_figure_and_says_what_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = Reading(page(report()))
    monkeypatch.setattr("gatekeeper.formats.html.find_spec", lambda _name: None)
    read = Reading(page(report()))
    assert "figure" in {tag for tag, _ in whole.tags} - {tag for tag, _ in read.tags}
    assert "Plots are left out: they need pip install 'git-gatekeeper[plots]'." in read.words
    assert [tag for tag, _ in read.tags].count("tr") == [tag for tag, _ in whole.tags].count("tr")


def test_repositories_of_the_same_name_are_told_apart() -> None:
    first, second = blind(), blind().replace(path="/tmp/other")
    assert Reading(page(report(first, second))).text.count("/tmp/other") == 2
    assert Reading(page(report(first, second.replace(repository="other")))).text.count("/tmp/other") == 1


def test_a_commit_that_landed_twice_has_two_anchors() -> None:
    table = rows(report(audit(landed=(landed(), landed(ref="refs/heads/release")))))
    first, second = (row.anchor for row in table.rows)
    assert (first, second) == (f"c-{commit_id(0)}", f"c-{commit_id(0)}-2")
    assert table.anchor("/srv/git/shop.git", commit_id(0), "refs/heads/release") == second
    assert table.anchor("/srv/git/shop.git", commit_id(0)) == first
    assert table.anchor("/srv/git/other.git", commit_id(0)) == ""
