"""The command line: one file per command, loaded only when it is called."""

from __future__ import annotations

import importlib
import io
import os
import sys

import click

from gatekeeper import __version__

COMMANDS = {
    "demo": "demo",
    "setup": "setup",
    "marks": "marks",
    "show": "show",
    "sign": "sign",
    "reject": "reject",
    "revoke": "revoke",
    "explain": "explain",
    "check": "check",
    "audit": "audit",
    "install": "install",
    "uninstall": "uninstall",
    "doctor": "doctor",
    "publish": "publish",
    "pause": "pause",
    "resume": "resume",
    "baseline": "baseline",
    "policy": "policy",
    "roster": "roster",
    "ledger": "ledger",
}
"""Command -> module of this package, in the order in which help lists them."""
OK, REFUSED, WRONG_USE, UNDECIDED = 0, 1, 2, 3


class ReaderGoneError(Exception):
    """Whoever read the output has gone. No OSError, of which click makes status 1: that says `refused` here."""


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

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise ReaderGoneError from None


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit status: 0 accepted or clean, 1 refused or violations, "
    "2 wrong use or configuration, 3 could not decide.",
)
@click.version_option(__version__, prog_name="gatekeeper")
@click.option("-C", "directories", metavar="DIR", multiple=True, help="Work as if started in DIR, as git does.")
@click.option(
    "--color",
    "colour",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    help="Colour the output; auto: on a terminal, unless NO_COLOR is set.",
)
@click.pass_context
def command(ctx: click.Context, directories: tuple[str, ...], colour: str) -> None:
    """Senior approval for AI-assisted code, enforced where the code goes through: at the Git server."""
    for directory in filter(None, directories):  # each below the one before; an empty one is where we are (git(1))
        try:
            os.chdir(directory)
        except OSError as error:
            raise click.BadParameter(f"{directory}: {error.strerror}", param_hint="-C") from None
    ctx.obj = {"auto": None, "always": True, "never": False}[colour]


def main() -> None:
    """Run a command and exit with its status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # what the locale lacks is shown all the same
    try:
        status = command.main(prog_name="gatekeeper", standalone_mode=False)
        sys.stdout.flush()  # here, where a reader that has gone can still be noticed
    except click.exceptions.Abort:
        _say("Stopped.")
        sys.exit(UNDECIDED)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (BrokenPipeError, ReaderGoneError):
        # The reader has gone, as in `gatekeeper audit | head`, and so would go any other output. What
        # nobody has read in full decides nothing.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(UNDECIDED)
    except Exception as error:  # noqa: BLE001 - every error ends in a documented status
        from gatekeeper.cli.failing import failed

        sys.exit(failed(error))
    sys.exit(status if isinstance(status, int) else OK)


def _say(text: str) -> None:
    click.echo(text, err=True)
