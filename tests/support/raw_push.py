"""A client of receive-pack that sends any updates, also those that `git push` would not (gitprotocol-pack(5))."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING, NamedTuple

from tests.support.clones import execute
from tests.support.people import PEOPLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support.clones import Clone
    from tests.support.world import World

FLUSH = b"0000"
CAPABILITIES = "report-status side-band-64k delete-refs ofs-delta agent=tests"


class Report(NamedTuple):
    """What the server answered."""

    hook: str
    """What came over the side band: the hook's words."""
    status: list[str]
    """The lines of report-status: `unpack ok`, `ok REF`, `ng REF why`."""

    @property
    def refused(self) -> bool:
        """Whether the gate refused, and said so first."""
        return self.hook.startswith("gatekeeper: REFUSED")


def raw_push(
    world: World,
    clone: Clone,
    *updates: tuple[str, str, str],
    options: Sequence[str] = (),
    account: str = "",
    beside: Sequence[str] = (),
) -> Report:
    """Send updates `(old, new, ref)`, with all objects that the new ids lead to in `clone`, and the ids `beside`.

    `options` are capabilities, such as `atomic`. `account` is by default the clone's owner's.
    """
    new = [new for _, new, _ in updates if new.strip("0")]
    pack = b""
    if new:
        revisions = "".join(f"{name}\n" for name in (*new, *beside)).encode()
        pack = execute(["git", "pack-objects", "-q", "--revs", "--stdout"], clone.path, os.environ, revisions)
    capabilities = " ".join([CAPABILITIES, f"object-format={clone.object_format.name}", *options])
    lines = [f"{old} {new} {ref}" for old, new, ref in updates]
    lines[0] += f"\0{capabilities}"
    data = b"".join(_packet(line.encode("utf-8", "surrogateescape")) for line in lines) + FLUSH + pack
    done = subprocess.run(
        ["git", "receive-pack", world.bare],
        input=data,
        env={**os.environ, "GATEKEEPER_USER": PEOPLE[account or clone.owner.id].account},
        capture_output=True,
        check=False,
    )
    _, _, answer = done.stdout.partition(FLUSH)  # behind the advertisement of the refs
    bands: dict[int, bytes] = {1: b"", 2: b"", 3: b""}
    for packet in _packets(answer):
        bands[packet[0]] += packet[1:]
    status = [packet.decode("utf-8", "replace").rstrip("\n") for packet in _packets(bands[1])]
    return Report((bands[2] + bands[3] + done.stderr).decode("utf-8", "replace"), status)


def _packet(data: bytes) -> bytes:
    return b"%04x" % (len(data) + 4) + data


def _packets(data: bytes) -> list[bytes]:
    """The contents of packets up to the first flush or the end."""
    found: list[bytes] = []
    while len(data) >= 4 and (size := int(data[:4], 16)) >= 4:
        found.append(data[4:size])
        data = data[size:]
    return found
