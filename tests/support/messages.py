"""Commits that differ in their message and who made them, and what is declared by them."""

from __future__ import annotations

from gatekeeper.core.commits import Commit, Identity
from gatekeeper.core.declaration import DEFAULT, Declaration, MarkRules, declare
from gatekeeper.core.ids import ObjectId, Timestamp

ANN = ("Ann Lee", "ann@example.com")
CLAUDE = ("Claude", "noreply@anthropic.com")
STRONG = "Co-authored-by: Claude <noreply@anthropic.com>"


def identity(who: tuple[str, str]) -> Identity:
    name, email = (part.encode() for part in who)
    line = name + b" <" + email + b"> 0 +0000"
    return Identity(name=name, email=email, time=Timestamp(0), zone=b"+0000", line=line)


def commit(message: str | bytes, author: tuple[str, str] = ANN, committer: tuple[str, str] | None = None) -> Commit:
    raw = message.encode() if isinstance(message, str) else message
    return Commit(
        id=ObjectId("1" * 40),
        tree=ObjectId("2" * 40),
        parents=(),
        author=identity(author),
        committer=identity(committer or author),
        message=raw,
    )


def said(message: str | bytes, rules: MarkRules = DEFAULT) -> Declaration:
    return declare(commit(message), rules)
