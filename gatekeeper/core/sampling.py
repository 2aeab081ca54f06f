"""Which commits a sample takes: a draw that anybody can repeat by hand, and that nobody can steer afterwards."""

from __future__ import annotations

from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import ObjectId

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

SEED = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
MAX_SEED = 64


class UnfitSeedError(ValueError):
    """A seed that could be read in two ways when the draw is repeated in a shell."""


def draw(commits: Iterable[ObjectId], size: int, seed: str) -> tuple[ObjectId, ...]:
    """Return the `size` commits with the smallest lots, sorted by them; all, if there are fewer.

    The lot of a commit is the SHA-256 of the seed, a colon, and the commit's full id, in hex (docs/evidence.md).

    Raises:
        UnfitSeedError: unless the seed is 1 to 64 letters, digits, dots, underscores and hyphens, all ASCII.
    """
    if not seed or len(seed) > MAX_SEED or not SEED.issuperset(seed):
        raise UnfitSeedError(f"a seed is 1 to {MAX_SEED} of a-z, A-Z, 0-9, `.`, `_` and `-`")
    return tuple(sorted(set(commits), key=lambda commit: sha256_hex(f"{seed}:{commit}".encode()))[:size])
