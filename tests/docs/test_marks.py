"""The page about marks is made from the table."""

from __future__ import annotations

from docs.make_marks import PAGE, page
from gatekeeper.core.tools import builtin


def test_the_page_is_what_the_table_makes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: make docs"


def test_the_page_names_every_tool_and_signal() -> None:
    text = page()
    for tool in builtin():
        assert f"### `{tool.id}`" in text
        for signal in tool.signals:
            assert f"| `{signal.pattern}` |" in text
