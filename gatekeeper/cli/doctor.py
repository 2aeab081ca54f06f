"""`gatekeeper doctor`: does the gate work?"""

from __future__ import annotations

import os

import click

from gatekeeper.cli.common import FORMAT, REPO, git_directory, out, print_json
from gatekeeper.core.symptom import Level
from gatekeeper.doctoring import examine
from gatekeeper.formats.terminal import Labelled
from gatekeeper.installing import find_git

STYLE = {Level.GOOD: ("ok  ", "green"), Level.NOTE: ("note", "yellow"), Level.BAD: ("BAD ", "red")}


@click.command("doctor")
@REPO
@click.option("--url", metavar="URL", help="Push a probe through this address too: the way that people push.")
@FORMAT
@click.pass_context
def command(ctx: click.Context, repo: str, url: str | None, form: str) -> int:
    """Find out whether the gate works.

    Looks at files and settings, and pushes an unapproved commit to a scratch copy.
    Nothing is changed in the repository. With --url the probe goes to a name that the gate refuses to everybody.
    """
    found = examine(git_directory(repo), find_git(), dict(os.environ), url)
    if form == "json":
        symptoms = [{"level": s.level.value, "what": s.what, "advice": s.advice} for s in found]
        print_json({"version": 1, "symptoms": symptoms})
    else:
        for symptom in found:
            word, style = STYLE[symptom.level]
            out(ctx).print(Labelled([(word, symptom.what)], style))
            if symptom.advice:
                out(ctx).print(f"      {symptom.advice}")
    return 1 if any(symptom.level is Level.BAD for symptom in found) else 0
