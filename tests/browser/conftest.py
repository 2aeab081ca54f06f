"""A headless Chromium without a network, and what it complains about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.environment import require

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DESKTOP, PHONE = (1280, 900), (320, 640)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    executable = require("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable)
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser said on its console, and every address that a page asked for beside its own."""
    return []


@pytest.fixture
def show(chromium: Browser, tmp_path: Path, complaints: list[str]) -> Iterator[Callable[..., Page]]:
    """Return what opens a page from a file; at the end there may be no complaint."""
    contexts = []

    def opened(html: str, size: tuple[int, int] = DESKTOP, *, dark: bool = False, scripts: bool = True) -> Page:
        file = tmp_path / "audit.html"
        file.write_text(html, encoding="utf-8")
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            offline=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        page.on("request", lambda request: complaints.append(request.url) if request.url != file.as_uri() else None)
        page.goto(file.as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
