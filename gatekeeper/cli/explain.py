"""`gatekeeper explain`: the whole tree of reasons."""

from __future__ import annotations

from contextlib import ExitStack

import click

from gatekeeper.checking import explain
from gatekeeper.cli.check import STATUS
from gatekeeper.cli.common import FORMAT, INTO, out, print_json
from gatekeeper.cli.judging import open_place, options
from gatekeeper.formats.json import commit_data
from gatekeeper.formats.terminal import explanation


@click.command("explain")
@click.argument("revision", metavar="REV")
@INTO
@options
@FORMAT
@click.pass_context
def command(
    ctx: click.Context,
    revision: str,
    into: str,
    repo: str | None,
    policy: str | None,
    roster: str | None,
    form: str,
) -> int:
    """Explain how one commit is judged: every rule, and why."""
    with ExitStack() as stack:
        place = open_place(stack, repo=repo, policy=policy, roster=roster)
        ref = place.full_ref(into)
        commit = place.clone.commit(revision)
        finding, dossier = explain(place.bench, ref, commit, place.tip(ref))
    if finding is None or dossier is None:
        if form == "json":
            print_json({"version": 1, "commit": commit, "ref": ref, "outcome": "accepted", "known": True})
        else:
            out(ctx).print(
                f"{commit[:12]} into {ref}: in order; it landed through the gate before, or is behind the baseline"
            )
        return 0
    if form == "json":
        print_json({"version": 1, "ref": ref, "known": False, **commit_data(finding)})
    else:
        out(ctx).print(explanation(finding, dossier), soft_wrap=False)
    return STATUS[finding.outcome]
