"""Signing through the user's own `ssh-keygen -Y sign`, so that agents, passphrases and devices work.

Only clients use this; the gate checks with `gatekeeper.schemes.ssh` and starts no process.

The terminal stays the user's:
- The message goes by a file and the child's standard input is the terminal, as in Git: with a
  message on standard input OpenSSH takes a set DISPLAY to mean that it must ask through a graphical
  `ssh-askpass`, which fails where none is installed.
- What ssh-keygen writes to standard error ("Confirm user presence for key …") appears at once, and
  is kept as well for the text of an error.
"""

from __future__ import annotations

import binascii
import contextlib
import os
import shlex
import subprocess
import tempfile
from pathlib import Path

from gatekeeper.core.keys import KEY_TYPES, MalformedKeyError, PublicKey, parse_public_key
from gatekeeper.core.record import Record
from gatekeeper.schemes import Outcome, ssh

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LITERAL_PREFIX = "key::"
HINTS = (
    ("UNPROTECTED PRIVATE KEY FILE", "make the key yours alone: chmod 600 {key}"),
    (
        "incorrect passphrase",
        "repeat with the right passphrase, or load the key into your agent: ssh-add {key}",
    ),
    ("agent refused", "unlock the agent or touch the key when it blinks, then repeat"),
    ("device not found", "plug in the security key and repeat"),
    ("in agent", "load the key into your agent with ssh-add; `ssh-add -L` lists what it holds"),
    ("agent socket", "start an agent (`eval $(ssh-agent)`) and load the key with ssh-add"),
    (
        "No private key found",
        "load the key into your agent with ssh-add, or name the file of the private key",
    ),
    ("No such file", "name an existing key; `git config user.signingKey` shows which one Git uses"),
    ("unknown option", "install OpenSSH 8.2 or newer"),
)
"""What ssh-keygen says, and what helps; `{key}` is the key as given, quoted for a shell."""


class SigningError(Exception):
    """No signature was made. The text says with which key and why."""

    def __init__(self, what: str, hint: str) -> None:
        """Keep the advice apart, so that a format can set it off."""
        super().__init__(f"{what}\n{hint}")
        self.what = what
        self.hint = hint
        """What the user can do next."""


class _Ended(Record):
    """How a run of ssh-keygen ended."""

    status: int
    output: bytes
    said: str
    """What it wrote to standard error."""


def sign(message: bytes, *, key: str, namespace: str, environment: Mapping[str, str] | None = None) -> bytes:
    """Return the raw SSHSIG blob (sha512) over `message`, made for the purpose `namespace`.

    `key` is what Git's `user.signingKey` may be: the path of a private key, the path of a public key
    whose private half is beside it or in an agent, or the public key itself (`ssh-ed25519 AAAA…`, any
    type behind `key::`), whose private half is in an agent. A leading `~` is the caller's to expand.
    `environment` is what ssh-keygen gets, by default this process's own.

    Raises:
        SigningError: if ssh-keygen is missing or refuses, or what it made would not be accepted.
    """
    with tempfile.TemporaryDirectory(prefix="gatekeeper-") as name:
        directory = Path(name)
        data = directory / "message"
        data.write_bytes(message)
        which = ["-f", key]
        literal = _literal(key)
        if literal is not None:
            public = directory / "key.pub"
            public.write_bytes(_line(_parse(literal, key)))
            which = ["-U", "-f", str(public)]  # -U: the private half is in an agent
        ended = _run(["-q", "-Y", "sign", "-n", namespace, *which, str(data)], key, environment)
        try:
            blob = ssh.dearmor((directory / "message.sig").read_bytes())
        except (OSError, ssh.MalformedSignatureError):
            raise _failure(f"cannot sign with {_shown(key)}", ended, key) from None
    result = ssh.verify(blob, message, namespace)
    if result.outcome is not Outcome.GOOD:
        raise SigningError(
            f"the signature made with {_shown(key)} would be refused: {result.why}",
            "sign with another key; `ssh-keygen -t ed25519` makes one",
        )
    return blob


def public_key_of(key: str, *, environment: Mapping[str, str] | None = None) -> PublicKey:
    """Return the public half of `key`, which has the forms that `sign` takes.

    Of a private key it is read from the `.pub` file beside it. That file may be another key's: what
    counts is the fingerprint of a signature made. Without the file, ssh-keygen is asked, and it may
    ask for the passphrase.

    Raises:
        SigningError: if there is no public half to be found, or it is of a kind that may not sign.
    """
    literal = _literal(key)
    if literal is not None:
        return _parse(literal, key)
    try:
        line = Path(key if key.endswith(".pub") else key + ".pub").read_text("utf-8", "replace")
    except OSError:
        ended = _run(["-y", "-f", key], key, environment)
        if ended.status:
            raise _failure(f"cannot read the public half of {_shown(key)}", ended, key) from None
        line = ended.output.decode("utf-8", "replace")
    return _parse(line, key)


def principal_of(blob: bytes, message: bytes, namespace: str, allowed_signers: str) -> str | None:
    """Return who made a signature by an allowed-signers file, as `ssh-keygen -Y verify` decides; None: nobody in it.

    `blob` is the raw SSHSIG, `allowed_signers` the path of the file (ssh-keygen(1), "ALLOWED SIGNERS").

    Raises:
        SigningError: if ssh-keygen is missing.
    """
    with tempfile.TemporaryDirectory(prefix="gatekeeper-") as name:
        signature = Path(name) / "signature"
        signature.write_bytes(ssh.armor(blob))
        given = ["-s", str(signature), "-f", os.path.abspath(allowed_signers)]
        status, said = _ask(["-Y", "find-principals", *given], b"")
        for principal in said.decode("utf-8", "replace").splitlines() if status == 0 else ():
            status, _ = _ask(["-Y", "verify", "-n", namespace, "-I", principal, *given], message)
            if status == 0:
                return principal
    return None


def _ask(arguments: Sequence[str], message: bytes) -> tuple[int, bytes]:
    """Run ssh-keygen without a terminal; return its status and what it printed."""
    try:
        done = subprocess.run(["ssh-keygen", *arguments], input=message, capture_output=True, check=False)
    except OSError as error:
        what = f"cannot verify a signature: ssh-keygen did not start ({error.strerror})"
        raise SigningError(what, "install OpenSSH 8.2 or newer, and see that ssh-keygen is on the PATH") from None
    return done.returncode, done.stdout


def _literal(key: str) -> str | None:
    """Return the public key that `key` itself is, None if it is a path."""
    if key.startswith(LITERAL_PREFIX):
        return key.removeprefix(LITERAL_PREFIX)
    name, blank, _ = key.partition(" ")
    return key if blank and (name in KEY_TYPES or name.startswith("ssh-")) else None


def _parse(line: str, key: str) -> PublicKey:
    try:
        return parse_public_key(line)
    except MalformedKeyError as error:
        raise SigningError(
            f"{_shown(key)} is no key to sign with: {error}",
            "name another key; `ssh-keygen -t ed25519` makes one",
        ) from None


def _line(public: PublicKey) -> bytes:
    return public.type.encode() + b" " + binascii.b2a_base64(public.blob)


def _run(arguments: Sequence[str], key: str, environment: Mapping[str, str] | None) -> _Ended:
    """Run ssh-keygen at the user's terminal; what it says is shown at once and kept."""
    terminal = _terminal()
    try:
        process = subprocess.Popen(
            ["ssh-keygen", *arguments],
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
    except OSError as error:
        raise SigningError(
            f"cannot sign with {_shown(key)}: ssh-keygen did not start ({error.strerror})",
            "install OpenSSH 8.2 or newer, and see that ssh-keygen is on the PATH",
        ) from None
    finally:
        if terminal != subprocess.DEVNULL:
            os.close(terminal)
    said = b""
    with process:
        while process.stderr and (chunk := os.read(process.stderr.fileno(), 4096)):
            with contextlib.suppress(OSError):  # nobody is there to read it
                os.write(2, chunk)
            said += chunk
        output, _ = process.communicate()  # a line at most, so it could wait in its pipe
    return _Ended(status=process.returncode, output=output, said=said.decode("utf-8", "replace").strip())


def _terminal() -> int:
    """Return a descriptor for the child's standard input: the terminal, or nothing where there is none.

    Never our own standard input: in a hook or a pipe that is somebody else's data.
    """
    try:
        return os.open("/dev/tty", os.O_RDWR)
    except OSError:
        return subprocess.DEVNULL


def _failure(what: str, ended: _Ended, key: str) -> SigningError:
    said = ended.said.splitlines()[-1].strip() if ended.said else f"nothing, with status {ended.status}"
    path = shlex.quote(key)
    by_hand = f"try it by hand: ssh-keygen -Y sign -n test -f {path} SOME-FILE"
    hint = next((hint for needle, hint in HINTS if needle in ended.said), by_hand)
    return SigningError(f"{what}: ssh-keygen said {said!r}", hint.replace("{key}", path))


def _shown(key: str) -> str:
    return key if len(key) <= 120 else f"{key[:117]}..."
