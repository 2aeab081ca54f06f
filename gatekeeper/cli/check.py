"""`gatekeeper check`: judge without a push."""

from __future__ import annotations

from contextlib import ExitStack

import click

from gatekeeper.checking import check
from gatekeeper.cli.common import FORMAT, INTO, out, print_json
from gatekeeper.cli.judging import open_place, options
from gatekeeper.core.verdict import Outcome
from gatekeeper.formats.json import verdict_data
from gatekeeper.formats.terminal import verdict_lines

STATUS = {Outcome.ACCEPTED: 0, Outcome.REFUSED: 1, Outcome.UNDECIDED: 3}


@click.command("check")
@click.argument("revisions", metavar="RANGE")
@INTO
@options
@FORMAT
@click.pass_context
def command(
    ctx: click.Context,
    revisions: str,
    into: str,
    repo: str | None,
    policy: str | None,
    roster: str | None,
    form: str,
) -> int:
    """Judge commits as if they were pushed to a protected ref.

    RANGE is A..B, or REV for its whole history, as in git log. A clone knows no ledger: what depends on
    one (who first pushed a commit) is undecided there, with exit status 3.
    """
    with ExitStack() as stack:
        place = open_place(stack, repo=repo, policy=policy, roster=roster)
        revision = place.clone.resolve(revisions)
        verdict = check(place.bench, place.full_ref(into), revision.head, [revision.base] if revision.base else [])
    if form == "json":
        print_json(verdict_data(verdict))
    else:
        for line in verdict_lines(verdict):
            out(ctx).print(line)
    return STATUS[verdict.outcome]
