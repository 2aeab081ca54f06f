"""Who pushed, by the push certificate (git-receive-pack(1), "PRE-RECEIVE HOOK").

Git checks a certificate and puts the result into the hook's environment, and whoever starts
receive-pack can put other things there. So a certificate counts only if Git calls it good and it is
good by what is looked at here: signed by a key of the roster, over exactly this push, with the
server's fresh nonce.
"""

from __future__ import annotations

from gatekeeper.core.certificate import MalformedCertificateError, PushCertificate, parse_certificate
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.people import Person, Roster
from gatekeeper.core.push import Push, PusherKind
from gatekeeper.core.record import Record
from gatekeeper.git import Engine, ObjectTooLargeError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

MAX_BYTES = 1024 * 1024
"""Of a certificate: some 7,000 updates. The ledger keeps it."""
FRESH = 3_600
"""Seconds for which a nonce is good: a push may take its time, and a certificate must not be used again later."""


class NotCertifiedError(Exception):
    """The certificate does not count; the text says why."""


class Certified(Record):
    """A certificate that counts."""

    person: Person
    content: bytes


def with_certificate(
    push: Push, environment: Mapping[str, str], engine: Engine, roster: Roster, now: Timestamp
) -> tuple[Push, str]:
    """Return the push with what its certificate adds about the pusher, and why a certificate counts for nothing.

    Where the platform gives an account, that stays the pusher: a certificate of somebody else is kept as
    a contradiction, for which the push is refused. A machine's account, or one that is nobody's in the
    roster, does not become a person's by a certificate.

    Raises:
        GitError: when Git does not answer.
    """
    try:
        certified = _certified(push, environment, engine, roster, now)
    except NotCertifiedError as error:
        return push, str(error)
    pusher = push.pusher
    if pusher.kind is PusherKind.NOBODY:
        pusher = pusher.replace(kind=PusherKind.ACCOUNT, how="push certificate")
    elif roster.by_account(pusher.server, pusher.account) is None or pusher.kind is PusherKind.MACHINE:
        return push, f"the account {pusher.account} is not one of {certified.person.id} in the roster"
    return push.replace(pusher=pusher.replace(certified=certified.person.id, certificate=certified.content)), ""


def _certified(push: Push, environment: Mapping[str, str], engine: Engine, roster: Roster, now: Timestamp) -> Certified:
    status = environment.get("GIT_PUSH_CERT_STATUS", "")
    if status != "G":
        raise NotCertifiedError(f"Git found its signature not good (status {status or 'missing'})")
    nonce_status = environment.get("GIT_PUSH_CERT_NONCE_STATUS", "")
    if nonce_status != "OK":
        raise NotCertifiedError(f"its nonce is not the server's (status {nonce_status or 'missing'})")
    content = _content(environment.get("GIT_PUSH_CERT", ""), engine)
    try:
        certificate = parse_certificate(content, engine.object_format)
    except MalformedCertificateError as error:
        raise NotCertifiedError(str(error)) from None
    if certificate.nonce != environment.get("GIT_PUSH_CERT_NONCE", "") or not _fresh(certificate.nonce, now):
        raise NotCertifiedError("its nonce is another one, or older than an hour")
    if certificate.updates != push.updates or certificate.options != push.options:
        raise NotCertifiedError("it is about another push")
    key = environment.get("GIT_PUSH_CERT_KEY", "")
    return Certified(person=_signer(certificate, key, roster, now), content=content)


def _content(name: str, engine: Engine) -> bytes:
    if not engine.object_format.is_id(name):
        raise NotCertifiedError("there is no object id of it")
    try:
        (raw,) = engine.objects([name], MAX_BYTES)
    except ObjectTooLargeError as error:
        raise NotCertifiedError(str(error)) from None
    if raw.kind != "blob":
        raise NotCertifiedError(f"it is {raw.kind}, not a blob")
    return raw.data


def _fresh(nonce: str, now: Timestamp) -> bool:
    """Whether a nonce, which is `<seconds since the epoch>-<code>`, was made lately."""
    made = nonce.partition("-")[0]
    return made.isascii() and made.isdigit() and len(made) < 12 and abs(now - int(made)) <= FRESH


def _signer(certificate: PushCertificate, expected: str, roster: Roster, now: Timestamp) -> Person:
    """Return whose key, in force now, made the signature."""
    from gatekeeper.schemes.git import signer_of  # cryptography: only when there is a signature to check

    fingerprint = signer_of(certificate.signature, certificate.payload)
    if fingerprint is None or fingerprint != expected:
        raise NotCertifiedError("its signature is not good, or by another key than Git says")
    person = roster.by_key(fingerprint)
    key = person.key(fingerprint) if person else None
    if person is None or key is None:
        raise NotCertifiedError(f"its key {fingerprint} is nobody's in the roster")
    if person.bot or not key.valid_at(now) or not person.employed_at(now):
        raise NotCertifiedError(f"its key {fingerprint} does not count for {person.id} now")
    return person
