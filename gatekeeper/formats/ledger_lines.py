"""Entries of the ledger for other programs: JSON lines, which hold the chain, and a table in CSV."""

from __future__ import annotations

import csv
import io

from gatekeeper.core import plain
from gatekeeper.core.clock import format_time
from gatekeeper.formats.spreadsheet import inert

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

COLUMNS = ("number", "time", "kind", "repository", "outcome", "account", "person", "refs", "hash")


def json_line(number: int, entry: str, digest: str) -> str:
    """Return one entry as a line. `entry` is its exact text, or empty if it was pruned: then `null` stands there."""
    return f'{{"entry":{entry or "null"},"hash":{plain.dumps(digest)},"number":{number}}}'


def csv_header() -> str:
    """Return the first line of the table."""
    return _line(COLUMNS)


def csv_line(number: int, entry: Any, digest: str) -> str:
    """Return one entry as a line of the table; `entry` is the parsed text, None if it was pruned."""
    if entry is None:
        return _line((number, "", "pruned", *[""] * (len(COLUMNS) - 4), digest))
    data = entry["data"]
    pusher = data.get("pusher", {})
    refs = " ".join(update["ref"] for update in data.get("updates", data.get("landed", ())))
    return _line(
        (
            *(number, format_time(entry["time"]), entry["kind"], entry["repository"], data.get("outcome", "")),
            *(pusher.get("account", data.get("account", "")), pusher.get("person", ""), refs, digest),
        )
    )


def _line(cells: tuple[object, ...]) -> str:
    """Return a line as RFC 4180 has it; what a spreadsheet would compute gets an apostrophe before it."""
    written = io.StringIO()
    texts = [inert(str(cell)) for cell in cells]
    csv.writer(written, lineterminator="").writerow(texts)
    return written.getvalue()
