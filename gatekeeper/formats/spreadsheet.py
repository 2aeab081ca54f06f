"""Cells of CSV that no spreadsheet computes, whatever committers wrote into them."""

from __future__ import annotations

import re

STARTS = "=+\\-@\t\r\uff1d\uff0b\uff0d\uff20"
"""What a spreadsheet takes for the beginning of a formula, full-width forms too (OWASP, "CSV Injection")."""
FORMULA = re.compile(rf"\s*[{STARTS}]")
NEXT_CELL = re.compile(rf"""(;[\s"']{{0,99}})(?=[{STARTS}])""")
"""Where the semicolon separates cells, as in much of Europe, a cell begins behind one, whatever quotes are around."""


def inert(text: str) -> str:
    """Return a cell with an apostrophe before all that a spreadsheet would compute: it writes the same before text."""
    text = NEXT_CELL.sub(r"\1'", text)
    return f"'{text}" if FORMULA.match(text) else text
