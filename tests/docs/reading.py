"""The marked parts of the documents, so that tests can hold them against the code.

A fenced block is marked by a comment in the line before it: `<!-- name -->`. A table is marked
likewise; its rows are read as the texts of their cells.
"""

from __future__ import annotations

import re


def blocks(text: str, name: str) -> list[tuple[str, str]]:
    """Return (language, content) of the fenced blocks that are marked with a name."""
    pattern = rf"^<!-- {re.escape(name)} -->\n+```([a-z0-9]*)\n(.*?)^```$"
    return re.findall(pattern, text, re.MULTILINE | re.DOTALL)


def block(text: str, name: str, language: str = "text") -> str:
    """Return the content of the only block with this mark."""
    ((found, content),) = blocks(text, name)
    assert found == language
    return content


def table(text: str, name: str) -> list[tuple[str, ...]]:
    """Return the rows of the only table with this mark, without its head."""
    (rows,) = re.findall(rf"^<!-- {re.escape(name)} -->\n+((?:\|.*\n)+)", text, re.MULTILINE)
    split = [re.split(r"(?<!\\)\|", line.strip())[1:-1] for line in rows.splitlines()[2:]]
    return [tuple(cell.strip() for cell in cells) for cells in split]


def names(text: str, name: str) -> list[str]:
    """Return the names in backquotes of the first column of a table, in order."""
    return [found for row in table(text, name) for found in re.findall(r"`([^`]+)`", row[0])]
