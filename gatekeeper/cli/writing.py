"""Where a command's result goes: standard output, or a file that is there whole or not at all."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO


@contextlib.contextmanager
def writing(path: str | None) -> Iterator[TextIO]:
    """Open a result for writing: beside the file first, and renamed when all is written, so Ctrl-C leaves no half.

    Args:
        path: The file; None or `-`: standard output.

    Raises:
        click.BadParameter: if the file cannot be made.
    """
    if path in (None, "-"):
        yield sys.stdout
        return
    name = os.path.abspath(str(path))
    temporary = os.path.join(os.path.dirname(name), f".{os.path.basename(name)}.{os.getpid()}.part")
    try:
        # For its owner alone: it names people, and what they did.
        descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError as error:
        raise click.BadParameter(f"{path}: {error.strerror}", param_hint="-o") from None
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            yield file
        os.replace(temporary, name)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
