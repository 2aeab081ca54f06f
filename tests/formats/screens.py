"""What a person sees of what is printed, and a text that would act on the screen."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from gatekeeper.formats.terminal import (
    console,
)

if TYPE_CHECKING:
    from rich.console import RenderableType

HOSTILE = "\x1b]0;x\x07\u202e[red]x[/nothing] :bomb:"


def shown(*what: RenderableType, width: int = 200, soft_wrap: bool = True) -> str:
    screen = console(width=width)
    screen.file = io.StringIO()
    for each in what:
        screen.print(each, soft_wrap=soft_wrap)
    text = screen.file.getvalue()
    assert text.replace("\n", "").isprintable()
    return text
