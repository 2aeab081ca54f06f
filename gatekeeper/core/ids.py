"""Names for Git's and gatekeeper's identifiers, so that a type checker keeps them apart."""

from __future__ import annotations

from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NewType

    ObjectId = NewType("ObjectId", str)
    ChangeDigest = NewType("ChangeDigest", str)
    Fingerprint = NewType("Fingerprint", str)
    StatementId = NewType("StatementId", str)
    Timestamp = NewType("Timestamp", int)
else:
    ObjectId = ChangeDigest = Fingerprint = StatementId = str
    """ObjectId: 40 or 64 lower-case hex digits. ChangeDigest, StatementId: 64.

    Fingerprint: `SHA256:` and unpadded base64, as ssh-keygen prints it.
    """
    Timestamp = int
    """Seconds since 1970-01-01T00:00:00Z."""

HEX = frozenset("0123456789abcdef")


class ObjectFormat(Record):
    """A repository's hash algorithm (gitformat: `extensions.objectFormat`)."""

    name: str
    """`sha1` or `sha256`, as Git spells it."""
    hex_length: int
    signature_header: bytes
    """The commit header that holds a signature of this format: `gpgsig` or `gpgsig-sha256`."""
    empty_tree: ObjectId
    """The id of a tree without entries, which Git knows without having it."""

    @property
    def raw_length(self) -> int:
        """Bytes of an id in a tree object."""
        return self.hex_length // 2

    @property
    def zero(self) -> ObjectId:
        """The id that stands for "no object" in a ref update."""
        return ObjectId("0" * self.hex_length)

    def is_id(self, text: str) -> bool:
        """Whether `text` is a full lower-case hex id of this format."""
        return len(text) == self.hex_length and HEX.issuperset(text)


SHA1 = ObjectFormat(
    name="sha1",
    hex_length=40,
    signature_header=b"gpgsig",
    empty_tree=ObjectId("4b825dc642cb6eb9a060e54bf8d69288fbee4904"),
)
SHA256 = ObjectFormat(
    name="sha256",
    hex_length=64,
    signature_header=b"gpgsig-sha256",
    empty_tree=ObjectId("6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"),
)
FORMATS = {"sha1": SHA1, "sha256": SHA256}
