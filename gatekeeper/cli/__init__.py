"""The command line: one file per command, loaded only when it is called."""

from __future__ import annotations

import importlib
import os
import sys
import tempfile
import traceback
from pathlib import Path

import click

from gatekeeper import __version__

COMMANDS = {
    "demo": "demo",
    "setup": "setup",
    "show": "show",
    "sign": "sign",
    "explain": "explain",
    "check": "check",
    "audit": "audit",
    "install": "install",
    "uninstall": "uninstall",
    "doctor": "doctor",
    "publish": "publish",
    "baseline": "baseline",
    "policy": "policy",
    "roster": "roster",
    "ledger": "ledger",
}
"""Command -> module of this package, in the order in which help lists them."""
OK, REFUSED, WRONG_USE, UNDECIDED = 0, 1, 2, 3


class LazyGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names in a useful order."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """Return one command; None if there is none of this name."""
        if name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"gatekeeper.cli.{COMMANDS[name]}").command
        return command


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit status: 0 accepted or clean, 1 refused or violations, 2 wrong use or configuration, 3 could not decide.",
)
@click.version_option(__version__, prog_name="gatekeeper")
@click.option("-C", "directory", metavar="DIR", default=".", help="Work as if started in DIR.")
@click.option(
    "--color",
    "colour",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour the output.",
)
@click.pass_context
def command(ctx: click.Context, directory: str, colour: str) -> None:
    """Senior approval for AI-assisted code, enforced where the code goes through: at the Git server."""
    ctx.obj = {"directory": directory, "colour": {"auto": None, "always": True, "never": False}[colour]}


def main() -> None:
    """Run a command and exit with its status."""
    try:
        status = command.main(standalone_mode=False)
    except click.exceptions.Abort:
        _say("Stopped.")
        sys.exit(WRONG_USE)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        sys.exit(WRONG_USE)
    except click.ClickException as error:
        error.show()
        sys.exit(WRONG_USE)
    except BrokenPipeError:
        # The reader has gone, as in `gatekeeper audit | head`; so would any other output.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(REFUSED)
    except Exception as error:  # noqa: BLE001 - every error ends in a documented status
        sys.exit(_failed(error))
    sys.exit(status if isinstance(status, int) else OK)


def _say(text: str) -> None:
    click.echo(text, err=True)


def _failed(error: Exception) -> int:
    """Tell an expected error and its next step; of an unexpected one, where the report is."""
    from gatekeeper.formats.failure import advice, expected

    if expected(error):
        _say(f"gatekeeper: {error}")
        hint = getattr(error, "advice", None) or getattr(error, "hint", None) or advice(error)
        if hint:
            _say(f"Next: {hint}")
        return (
            UNDECIDED
            if type(error).__name__ in ("LedgerError", "UnjudgeableError", "TimeoutExceededError")
            else WRONG_USE
        )
    descriptor, name = tempfile.mkstemp(prefix="gatekeeper-report-", suffix=".txt")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(
            f"gatekeeper {__version__}, Python {sys.version}\n\n{''.join(traceback.format_exception(error))}"
        )
    _say(f"gatekeeper: unexpected error: {type(error).__name__}: {error}")
    _say(f"Next: this is a fault of gatekeeper; the report is in {Path(name)}")
    return UNDECIDED
