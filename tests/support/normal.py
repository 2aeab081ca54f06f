"""Text of the gate without what differs from run to run, for snapshots."""

from __future__ import annotations

import re
import string

HEX = re.compile(r"\b[0-9a-f]{7,64}\b")
RECEIPT = re.compile(r"\b(\w+)-\d+-[0-9a-f]{12}\b")


def normal(text: str) -> str:
    """Return text with receipts taken out and each object id replaced by letters: the first by `aaaa…`.

    An abbreviated id is replaced by as many letters as it has digits, so that columns stay.
    """
    seen: list[str] = []

    def letters(match: re.Match[str]) -> str:
        digits = match.group()
        known = next((i for i, other in enumerate(seen) if other.startswith(digits[:7])), None)
        if known is None:
            known = len(seen)
            seen.append(digits)
        return string.ascii_lowercase[known] * len(digits)

    return HEX.sub(letters, RECEIPT.sub(r"\1-NUMBER-HASH", text))
