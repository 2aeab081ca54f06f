"""How a command ends that failed: the error, the next step, the exit status; of a fault of ours, a report."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback

import click

from gatekeeper import __version__
from gatekeeper.cli import REFUSED, UNDECIDED, WRONG_USE
from gatekeeper.formats.failure import advice, by_system, expected, what_happened
from gatekeeper.formats.text import printable
from gatekeeper.formats.words import reason_text

STATUS = {
    "CheckpointError": REFUSED,
    "ConflictError": UNDECIDED,
    "DeliveryError": UNDECIDED,
    "GitError": UNDECIDED,
    "LedgerError": UNDECIDED,
    "StoreRefusedError": REFUSED,
    "TimeoutExceededError": UNDECIDED,
    "UnjudgeableError": UNDECIDED,
}
"""Exit statuses of expected errors; of every other one it is wrong use or configuration."""
NEXT = {
    "ConfigurationError": "mend the file; every error in it is listed here",
    "GitError": "",
    "LedgerError": "look with: gatekeeper doctor --repo DIR",
    "SourceError": "name another file, or mend its permissions",
    "UnconfiguredError": "arm the repository with: gatekeeper install",
}
"""The next step of somebody at a command line, where it is another than that of somebody who pushes."""
OWNED = "see to permissions and free space there; on the server, run this as the account that owns the repository"
"""The next step where the operating system refuses."""


def failed(error: Exception) -> int:
    """Tell what went wrong and return the exit status."""
    kind = type(error).__name__
    if not expected(error):
        _say(f"gatekeeper: unexpected error: {kind}: {error}")
        _say(f"Next: this is a fault of gatekeeper; the report is in {_report(error)}")
        return UNDECIDED
    _say(f"gatekeeper: {_what(error)}")
    hint = _next(error)
    if hint:
        _say(f"Next: {hint}")
    return UNDECIDED if by_system(error) else STATUS.get(kind, WRONG_USE)


def _next(error: Exception) -> str:
    own = getattr(error, "advice", "") or getattr(error, "hint", "")
    if own or by_system(error):
        return own or OWNED
    return NEXT.get(type(error).__name__, advice(error))


def _what(error: Exception) -> str:
    if by_system(error):
        return what_happened(error)
    why = getattr(error, "reason", None)
    return reason_text(why) if why else str(getattr(error, "what", error))


def _say(text: str) -> None:
    """Print lines in which nothing is left that a terminal would act on."""
    for line in text.splitlines():
        click.echo(printable(line), err=True)


def _report(error: Exception) -> str:
    """Write down what a maintainer needs and return where; nothing of the environment, which holds secrets."""
    descriptor, name = tempfile.mkstemp(prefix="gatekeeper-report-", suffix=".txt")
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        lines = traceback.format_exception(error)
        file.write(f"gatekeeper {__version__}, Python {sys.version}\n\n{''.join(lines)}")
    return name
