"""Documents that the tests begin with, and keys that nobody can sign with."""

from __future__ import annotations

import base64
import struct
from pathlib import Path
from textwrap import dedent

from gatekeeper.config.loading import load_policy, load_roster
from gatekeeper.config.problems import ConfigurationError

POLICIES = Path(__file__).parents[2] / "policies"
HEAD = "version: 1\nprotect: [HEAD]\nrules: [{id: a, refuse: no}]\n"
"""A policy with all that it must have, to be followed by the key that a test is about."""


def key_line(number: int) -> str:
    """Return a public Ed25519 key whose point is just a number."""
    kind = b"ssh-ed25519"
    blob = b"".join(struct.pack(">I", len(part)) + part for part in (kind, number.to_bytes(32, "big")))
    return f"ssh-ed25519 {base64.b64encode(blob).decode()}"


def yaml(text: str) -> bytes:
    return dedent(text).lstrip("\n").encode()


POLICY = yaml(
    """
    version: 1
    protect: [HEAD]
    rules:
      - id: senior-signoff
        when: {assisted: true, author: {below: senior}}
        require: {signoffs: 1, from: {at_least: senior}}
    """
)

ROSTER = yaml(
    f"""
    version: 1
    levels: [junior, senior]
    people:
      - id: junior-1
        emails: [junior@example.com]
        level: junior
        accounts: {{gitlab: jone, github: [jone-a, jone-b]}}
      - id: senior-1
        name: Senior Öne
        emails: [Senior@Example.com, s.one@example.com]
        level: senior
        teams: [payments]
        accounts: [sone]
        administrator: true
        keys:
          - {key_line(1)} laptop
          - {{key: {key_line(2)}, from: 2026-01-01, until: 2026-07-01T12:00:00Z, revoked: true}}
        from: 2020-01-01
        until: 2030-01-01
      - id: robot
        bot: true
        accounts: [robot]
    """
)


def policy_problems(text: str | bytes, roster: bytes = ROSTER) -> list[str]:
    """Return what is wrong with a policy beside a roster, as messages without the file's name."""
    return _problems(lambda content: load_policy(content, "p", load_roster(roster, "r")), text)


def roster_problems(text: str | bytes) -> list[str]:
    """Return what is wrong with a roster, likewise."""
    return _problems(lambda content: load_roster(content, "r"), text)


def _problems(load, text: str | bytes) -> list[str]:  # type: ignore[no-untyped-def]  # noqa: ANN001
    try:
        load(yaml(text) if isinstance(text, str) else text)
    except ConfigurationError as error:
        return [str(problem).partition(":")[2] for problem in error.problems]
    return []


def marked(text: str) -> tuple[str, list[str]]:
    """Return the text without its `▸`, and the places `line:column` of what each of them stands before."""
    clean, *parts = text.split("▸")
    places: list[str] = []
    for part in parts:
        places.append(f"{clean.count(chr(10)) + 1}:{len(clean) - clean.rfind(chr(10))}")
        clean += part
    return clean, places
