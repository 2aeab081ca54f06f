"""Use case: a signed head of the ledger, to be kept where whoever owns the server cannot rewrite it."""

from __future__ import annotations

import os

from gatekeeper.core.checkpoint import (
    NAMESPACE,
    PAYLOAD_TYPE,
    Checkpoint,
    MalformedCheckpointError,
    dump_checkpoint,
    parse_checkpoint,
)
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.people import Roster
from gatekeeper.core.push import RESERVED
from gatekeeper.core.record import Record
from gatekeeper.core.signoff import MAX_ENVELOPE, Envelope, MalformedSignoffError, dump_envelope, parse_envelope
from gatekeeper.git.store import read_tree_files, write_store
from gatekeeper.ledger import Ledger
from gatekeeper.opening import Server
from gatekeeper.schemes import Outcome, ssh
from gatekeeper.schemes.ssh_keygen import principal_of, public_key_of
from gatekeeper.schemes.ssh_keygen import sign as sign_bytes

CHECKPOINTS = f"{RESERVED}checkpoints"
"""The ref that keeps checkpoints in the repository, where everybody who fetches it has a copy."""


class CheckpointError(Exception):
    """A checkpoint that cannot be made, or that proves nothing: why, and what to do."""

    def __init__(self, what: str, advice: str = "") -> None:
        """Keep both."""
        super().__init__(what)
        self.advice = advice


class NoCheckpointError(CheckpointError):
    """There is none where one was named."""


class Proved(Record):
    """A checkpoint whose signature is good, of somebody who is trusted."""

    checkpoint: Checkpoint
    signer: str
    """A roster id, or the principal of an allowed-signers file."""
    envelope: bytes


def make(server: Server, ledger: Ledger, key: str) -> bytes:
    """Return an envelope over the ledger's head, signed with a key as `ssh_keygen.sign` takes it.

    Raises:
        CheckpointError: if there is nothing to sign, or the ledger does not hold together.
        SigningError: if ssh-keygen does not sign.
    """
    faults, head = ledger.verify(), ledger.head()
    if faults:
        raise CheckpointError(
            f"the ledger does not hold together: {faults[0]}", "see everything with: gatekeeper ledger verify"
        )
    if not head.number:
        raise CheckpointError("the ledger has no entry yet")
    checkpoint = Checkpoint(repository=server.repository, number=head.number, hash=head.hash, time=server.now)
    unsigned = Envelope(
        payload=dump_checkpoint(checkpoint),
        keyid=public_key_of(key).fingerprint,
        signature=b"?",
        payload_type=PAYLOAD_TYPE,
    )
    blob = sign_bytes(unsigned.signed_bytes, key=key, namespace=NAMESPACE)
    envelope = dump_envelope(unsigned.replace(signature=blob))
    _read(envelope)
    return envelope


def _read(data: bytes) -> tuple[Checkpoint, Envelope]:
    """Return what an envelope says, its signature checked with the key inside."""
    try:
        envelope = parse_envelope(data, PAYLOAD_TYPE)
        checkpoint = parse_checkpoint(envelope.payload)
    except (MalformedSignoffError, MalformedCheckpointError) as error:
        raise CheckpointError(f"this is no checkpoint: {error}") from None
    verification = ssh.verify(envelope.signature, envelope.signed_bytes, NAMESPACE)
    if verification.outcome is not Outcome.GOOD:
        raise CheckpointError(f"the checkpoint's signature is {verification.outcome.value}: {verification.why}")
    if verification.fingerprint != envelope.keyid:
        raise CheckpointError("the checkpoint's keyid is not the fingerprint of the key that signed")
    return checkpoint, envelope


def prove(server: Server, data: bytes, trusted: Roster | str) -> Proved:
    """Return a checkpoint of this repository by somebody who is trusted to make one.

    Args:
        server: Whose ledger it should be about.
        data: The envelope.
        trusted: The roster, of which administrators are trusted with keys that are not revoked and were in force when
            the checkpoint says that it was made; or the path of an allowed-signers file (ssh-keygen(1)).

    Raises:
        CheckpointError: for anything else.
    """
    checkpoint, envelope = _read(data)
    if checkpoint.repository != server.repository:
        raise CheckpointError(f"the checkpoint is about {checkpoint.repository}, not about {server.repository}")
    signer = _signer(checkpoint, envelope, trusted)
    return Proved(checkpoint=checkpoint, signer=signer, envelope=data)


def _signer(checkpoint: Checkpoint, envelope: Envelope, trusted: Roster | str) -> str:
    if isinstance(trusted, str):
        principal = principal_of(envelope.signature, envelope.signed_bytes, NAMESPACE, trusted)
        if principal is None:
            raise CheckpointError(f"the key {envelope.keyid} of the checkpoint is not allowed by {trusted}")
        return principal
    person = trusted.by_key(envelope.keyid)
    key = person.key(envelope.keyid) if person else None
    if person is None or key is None or not person.administrator or person.bot:
        whose = f"{person.id}'s, who is no administrator" if person else "nobody's in the roster"
        raise CheckpointError(
            f"the key {envelope.keyid} of the checkpoint is {whose}",
            "name the keys that you trust with --allowed-signers FILE",
        )
    if not key.valid_at(checkpoint.time):
        raise CheckpointError(f"{person.id}'s key {envelope.keyid} is revoked, or was not in force then")
    return person.id


def read_all(server: Server, name: str) -> list[bytes]:
    """Return the envelopes that a file holds, or all that the ref `refs/gatekeeper/checkpoints` keeps.

    Raises:
        NoCheckpointError: if there is no such file or ref, or nothing in it.
    """
    if os.path.isfile(name):
        with open(name, "rb") as file:
            return [file.read(MAX_ENVELOPE + 1).rstrip(b"\n")]
    tip = server.refs([name])[name].target if name.startswith("refs/") else server.object_format.zero
    if tip == server.object_format.zero:
        raise NoCheckpointError(f"there is no file and no ref {name}")
    found = read_tree_files(server.engine(), tip)
    if not found:
        raise NoCheckpointError(f"{name} keeps no checkpoint")
    return list(found.values())


def kept(server: Server) -> tuple[list[Checkpoint], list[str]]:
    """Return what the checkpoints on the ref say, whoever signed them, and what is wrong with those that are none.

    Pushes cannot write there: one that the ledger does not fit says that the ledger was rewritten since.
    """
    found: list[Checkpoint] = []
    faults: list[str] = []
    try:
        envelopes = read_all(server, CHECKPOINTS)
    except NoCheckpointError:
        return found, faults
    for envelope in envelopes:
        try:
            found.append(_read(envelope)[0])
        except CheckpointError as error:
            faults.append(f"{CHECKPOINTS}: {error}")
    return found, faults


def keep(server: Server, envelope: bytes) -> None:
    """Add a checkpoint to the ref, beside the earlier ones.

    Raises:
        GitError: if somebody else moved it in between.
    """
    tip = server.refs([CHECKPOINTS])[CHECKPOINTS].target
    before: ObjectId | None = None if tip == server.object_format.zero else tip
    checkpoint, _ = _read(envelope)
    write_store(
        server.runner,
        onto=before,
        merging=None,
        files={f"{checkpoint.number:012}-{sha256_hex(envelope)[:12]}.json": envelope},
        now=server.now,
        message=f"checkpoint {checkpoint.number}",
        ref=CHECKPOINTS,
    )
