"""`gatekeeper marks`: what says AI in commits or a message, where and why."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

from gatekeeper.cli import OK, WRONG_USE
from gatekeeper.core.commits import subject_of
from gatekeeper.core.declaration import SILENT
from gatekeeper.formats.marks import fault_data, fault_line, mark_lines, marks_data, one_line, silent_line
from gatekeeper.marking import MarkReader, NoRepositoryError, in_message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gatekeeper.marking import Marked

MESSAGE_LIMIT = 64 * 1024 * 1024
"""Bytes of a message from a file or a pipe."""


@click.command("marks")
@click.argument("what", metavar="[REV|RANGE|FILE|-]", required=False)
@click.option("--stdin", "lines", is_flag=True, help="Read revisions, one a line; answer each as it comes.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "jsonl"]),
    help="How to print the result; default: text, with --stdin jsonl (one object a line).",
)
def command(what: str | None, lines: bool, form: str | None) -> int:
    """Show what says AI in commits or in a message, where and why.

    REV is one commit, by default HEAD; RANGE is A..B, newest first; FILE holds a message that is no commit yet,
    and - reads one. No policy, roster or server is needed. With --stdin each line is a revision as in
    git cat-file --batch: git rev-list --all | gatekeeper marks --stdin.
    """
    if lines and what:
        raise click.UsageError("--stdin reads revisions from standard input: name none")
    if lines:
        with MarkReader(".") as asked:
            return show(asked.named_in(0, sys.stdout.flush), form or "jsonl")
    name = what or "HEAD"
    if name == "-":
        return show_message(sys.stdin.buffer.read(MESSAGE_LIMIT), form)
    reader = MarkReader.find(".")
    if reader is not None:
        with reader:
            wanted = revisions(reader, name)
            if wanted:
                return show(reader.many(wanted, sys.stdout.flush), form or "text", several=len(wanted) > 1)
    if os.path.isfile(name):
        with open(name, "rb") as file:
            return show_message(file.read(MESSAGE_LIMIT), form)
    if reader is None:
        raise NoRepositoryError(".", "is in no Git repository")
    raise click.BadParameter(f"{name} names no commit here, and no file", param_hint="REV")


def revisions(reader: MarkReader, name: str) -> list[str]:
    """Return what `git rev-list` is asked for; nothing if the name means no commits.

    Raises:
        click.BadParameter: for a range with three dots.
    """
    if "..." in name:
        raise click.BadParameter(f"{name}: write A..B", param_hint="RANGE")
    left, dots, right = name.partition("..")
    ends = [reader.resolve(end or "HEAD") for end in ((right, left) if dots else (name,))]
    found = [end for end in ends if end]
    if len(found) < len(ends):
        return []
    return [found[0], *(f"^{base}" for base in found[1:])]


def show(answers: Iterable[Marked], form: str, *, several: bool = True) -> int:
    """Print answers as they come, and return the exit status: 2 if one of them is about nothing."""
    out, status = sys.stdout, OK
    between = "["
    for marked in answers:
        if marked.declaration is None:
            status = WRONG_USE
        if form == "text":
            out.writelines(f"{line}\n" for line in text_lines(marked))
        elif form == "jsonl" or not several:
            out.write(f"{data_line(marked)}\n")
        else:
            out.write(f"{between}\n{data_line(marked)}")
            between = ","
    if form == "json" and several:
        out.write("[]\n" if between == "[" else "\n]\n")
    return status


def show_message(message: bytes, form: str | None) -> int:
    """Print what a message says."""
    declaration = in_message(message)
    lines = (
        [one_line(marks_data(None, declaration))] if form in ("json", "jsonl") else mark_lines(None, b"", declaration)
    )
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return OK


def data_line(marked: Marked) -> str:
    """Return one answer as a line of JSON."""
    if marked.declaration is None:
        return one_line(fault_data(marked.name, marked.fault))
    if marked.declaration is SILENT:
        return silent_line(marked.name)
    return one_line(marks_data(marked.name, marked.declaration))


def text_lines(marked: Marked) -> Iterable[str]:
    """Return one answer as text."""
    if marked.declaration is None:
        return [fault_line(marked.name, marked.fault)]
    return mark_lines(marked.name, subject_of(marked.message), marked.declaration)
