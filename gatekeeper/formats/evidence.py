"""The texts in a package of evidence (docs/evidence.md): tables, and signatures as `ssh-keygen -Y verify` takes them.

Tables are lines of fields with a tab between them, the first line names the fields, `-` stands for nothing. They are
printable ASCII, whatever is in a roster or ledger: other characters are escaped as in JSON.
"""

from __future__ import annotations

import base64
import textwrap

from gatekeeper.core import plain
from gatekeeper.core.clock import format_time
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.people import Key, Person, Who
from gatekeeper.core.policy import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

NOTHING = "-"
RULES = ("rule", "signoffs", "at_least", "below", "exactly", "teams", "people", "presence")
PEOPLE = ("person", "level", "teams", "administrator", "bot", "from", "until", "emails")
KEYS = ("person", "key", "type", "from", "until", "revoked")
ABOUT = ("what", "value")
POPULATION = ("commit", "ref", "push", "position", "landing", "landed_at")
COMMITS = ("commit", "ref", "push", "position", "landing", "judged", "judged_position")
STATEMENTS = ("statement", "entry", "received", "decision", "signer", "key", "commits")
GOVERNANCE = ("entry", "time", "policy", "roster")
DEBTS = ("commit", "ref", "entry", "rules", "due", "state")
NAMES = ("pseudonym", "salt", "base64", "name")
ARMOUR_WIDTH = 70
"""Columns of an armoured signature, as OpenSSH writes it."""


def table(fields: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> bytes:
    """Return a table; True and False become `yes` and `no`, None and the empty string `-`."""
    lines = [fields, *(tuple(map(_field, row)) for row in rows)]
    return "".join("\t".join(line) + "\n" for line in lines).encode("ascii")


def _field(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return NOTHING if value is None or value == "" else escaped(str(value))


def escaped(text: str) -> str:
    """Return text as it stands between the quotes of a JSON string in ASCII."""
    return plain.dumps(text)[1:-1].replace("\x7f", "\\u007f")


def time_field(when: Timestamp | None) -> str:
    """Return a time for a table."""
    return NOTHING if when is None else format_time(when)


def _names(values: Iterable[str]) -> str:
    return ",".join(values)


def people_table(people: Iterable[Person]) -> bytes:
    """Return what a roster says of some people, but for their names and accounts, which nothing here needs."""
    return table(
        PEOPLE,
        (
            (
                *(person.id, person.level, _names(person.teams), person.administrator, person.bot),
                *(time_field(person.employed_from), time_field(person.employed_until)),
                _names(email.decode("utf-8", "replace") for email in person.emails),
            )
            for person in people
        ),
    )


def keys_table(people: Iterable[Person]) -> bytes:
    """Return the keys of some people, and when each of them counts."""
    return table(
        KEYS,
        (
            (
                *(person.id, key.public.fingerprint, key.public.type),
                *(time_field(key.valid_from), time_field(key.valid_until), key.revoked),
            )
            for person in people
            for key in person.keys
        ),
    )


def allowed_signers(people: Iterable[Person]) -> bytes:
    """Return keys in the form of ssh-keygen(1), "ALLOWED SIGNERS"; revoked ones only as a comment.

    Validity is a comment too: OpenSSH before 8.8 refuses a file that has it as an option. `keys.tsv` has it.
    """
    return "".join(_signer(person, key) for person in people for key in person.keys).encode("ascii")


def _signer(person: Person, key: Key) -> str:
    blob = base64.b64encode(key.public.blob).decode()
    if key.revoked:
        return f"# {person.id}: {key.public.fingerprint} is revoked\n"
    window = f"# {person.id}: {key.public.fingerprint}, from {time_field(key.valid_from)}"
    line = f'{person.id} namespaces="gatekeeper-signoff" {key.public.type} {blob}'
    return f"{window} until {time_field(key.valid_until)}\n{line}\n"


def rules_table(policy: Policy) -> bytes:
    """Return what the rules of a policy that require sign-offs ask of their signers."""
    asked = ((rule.id, rule.require) for rule in policy.rules if rule.require)
    return table(
        RULES,
        (
            (rule, require.signoffs, *_who(require.approvers), require.presence.value if require.presence else None)
            for rule, require in asked
        ),
    )


def _who(who: Who) -> tuple[str | None, ...]:
    return who.at_least, who.below, who.exactly, _names(who.teams), _names(who.people)


def armoured(signature: bytes) -> bytes:
    """Return a raw SSHSIG blob as `ssh-keygen -Y verify` takes it (PROTOCOL.sshsig of OpenSSH, "Armored format")."""
    lines = textwrap.wrap(base64.b64encode(signature).decode(), ARMOUR_WIDTH)
    return "\n".join(["-----BEGIN SSH SIGNATURE-----", *lines, "-----END SSH SIGNATURE-----", ""]).encode()
