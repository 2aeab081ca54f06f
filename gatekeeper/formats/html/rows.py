"""The table of landed commits: which of them stand in the page, under which anchor, and where each leads."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from gatekeeper.core.held import matters
from gatekeeper.core.record import Record

if TYPE_CHECKING:
    from gatekeeper.core.audit import Audit, Report
    from gatekeeper.core.ids import ObjectId
    from gatekeeper.core.landed import Landed

MOST = 20_000
"""Rows that a browser still sorts and filters at once (docs/audit.md has the figures)."""


class AddressError(ValueError):
    """A template of web addresses that cannot be used."""


class Row(Record):
    """One row."""

    anchor: str
    landed: Landed


class Rows(Record):
    """The table."""

    rows: tuple[Row, ...]
    landed: int
    """How many commits landed in all; if there are more than rows, these are assisted or not in order."""
    anchors: dict[tuple[str, str, str], str]
    """(path of the repository, ref or empty, commit) to the anchor of its row."""

    def anchor(self, audit_path: str, commit: ObjectId, ref: str = "") -> str:
        """Return where in the page a commit is; empty: it has no row."""
        return self.anchors.get((audit_path, ref, commit), "")


def rows(report: Report, most: int = MOST) -> Rows:
    """Return the rows of every landed commit, latest first.

    Past `most` only those of assisted commits and of those that are not in order, and of these the latest.
    """
    every = [(audit, landed) for audit in report.repositories for landed in audit.landed]
    every.sort(key=lambda each: -each[1].landed_at)
    if len(every) > most:
        every = [each for each in every if matters(each[1])][:most]
    anchors: dict[tuple[str, str, str], str] = {}
    taken: set[str] = set()
    made = []
    for audit, landed in every:
        anchor = _anchor(landed.commit, taken)
        anchors[audit.path, landed.ref, landed.commit] = anchor
        anchors.setdefault((audit.path, "", landed.commit), anchor)
        made.append(Row(anchor=anchor, landed=landed))
    return Rows(rows=tuple(made), landed=_landed(report), anchors=anchors)


def _anchor(commit: ObjectId, taken: set[str]) -> str:
    """Return `c-` and the id; a commit that landed in several places has numbered ones after the first."""
    anchor = name = f"c-{commit}"
    number = 1
    while anchor in taken:
        number += 1
        anchor = f"{name}-{number}"
    taken.add(anchor)
    return anchor


def _landed(report: Report) -> int:
    return sum(_of(audit) for audit in report.repositories)


def _of(audit: Audit) -> int:
    return max(len(audit.landed), audit.control.landed if audit.control else 0)


def checked_address(template: str) -> str:
    """Return a template of the web addresses of commits, such as `https://git.example.com/{repository}/commit/{commit}`.

    Raises:
        AddressError: if it does not lead to a web page, or to the same one for every commit.
    """
    if not template.startswith(("https://", "http://")):
        raise AddressError(f"{template} is no web address: it must begin with https:// or http://")
    if "{commit}" not in template:
        raise AddressError(f"{template} leads to one page for every commit: say where the id goes, {{commit}}")
    return template


def address(template: str, repository: str, commit: ObjectId) -> str:
    """Return the web address of a commit; empty without a template."""
    return template.replace("{repository}", quote(repository)).replace("{commit}", commit) if template else ""
