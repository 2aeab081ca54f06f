"""The people of the tests: their levels, addresses, accounts and keys.

A key is made from its name, not drawn at random: it costs nothing, and a fingerprint in a snapshot stays
what it is.
"""

from __future__ import annotations

import base64
import json
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gatekeeper.core.keys import fingerprint_of
from gatekeeper.core.wire import string

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gatekeeper.core.ids import Fingerprint

LEVELS = ["intern", "junior", "mid", "senior", "staff", "principal"]


class Somebody(NamedTuple):
    """A person of the roster. Name, address and account follow from the id."""

    id: str
    level: str | None
    team: str = "shop"
    administrator: bool = False

    @property
    def name(self) -> str:
        return self.id.replace("-", " ").title()

    @property
    def email(self) -> str:
        return f"{self.id}@example.com"

    @property
    def identity(self) -> str:
        return f"{self.name} <{self.email}>"

    @property
    def account(self) -> str:
        return f"{self.id}-login"


PEOPLE = {
    person.id: person
    for person in (
        Somebody("intern-1", "intern"),
        Somebody("junior-1", "junior"),
        Somebody("junior-2", "junior", team="payments"),
        Somebody("mid-1", "mid"),
        Somebody("senior-1", "senior", administrator=True),
        Somebody("senior-2", "senior", team="payments"),
        Somebody("staff-1", "staff", team="payments", administrator=True),
        Somebody("build-bot", None),
    )
}


@cache
def private_key(name: str) -> Ed25519PrivateKey:
    """The key called `name`; a person's own key is called like the person."""
    return Ed25519PrivateKey.from_private_bytes(sha256(b"key of the tests: " + name.encode()).digest())


def public_blob(name: str) -> bytes:
    return string(b"ssh-ed25519") + string(private_key(name).public_key().public_bytes_raw())


def public_line(name: str) -> str:
    return f"ssh-ed25519 {base64.b64encode(public_blob(name)).decode()}"


def fingerprint(name: str) -> Fingerprint:
    return fingerprint_of(public_blob(name))


def private_file(name: str) -> bytes:
    """The private key as OpenSSH keeps it in a file."""
    return private_key(name).private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


def sshsig(message: bytes, key: str, namespace: str) -> bytes:
    """A raw SSHSIG blob (OpenSSH PROTOCOL.sshsig), put together here and not by the code under test."""
    digest = string(sha256(message).digest())
    head = string(namespace.encode()) + string(b"") + string(b"sha256")
    signature = string(b"ssh-ed25519") + string(private_key(key).sign(b"SSHSIG" + head + digest))
    return b"SSHSIG" + (1).to_bytes(4, "big") + string(public_blob(key)) + head + string(signature)


def roster_text(changes: Mapping[str, Mapping[str, Any] | None]) -> str:
    """A roster file (JSON is YAML) of everybody, with members changed; None leaves somebody out."""
    people: list[dict[str, Any]] = []
    for person in PEOPLE.values():
        change = changes.get(person.id, {})
        if change is None:
            continue
        entry: dict[str, Any] = {
            "id": person.id,
            "name": person.name,
            "emails": [person.email],
            "accounts": [person.account],
        }
        if person.level is None:
            entry["bot"] = True
        else:
            entry |= {"level": person.level, "teams": [person.team], "keys": [public_line(person.id)]}
        if person.administrator:
            entry["administrator"] = True
        people.append({**entry, **change})
    return json.dumps({"version": 1, "levels": LEVELS, "people": people}, indent=1)
