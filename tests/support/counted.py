"""Bytes that count what is read of them: a measure of work that no clock and no busy machine changes."""

from __future__ import annotations

from typing import Any, SupportsIndex

CALL = 16
"""What an operation costs beside the bytes that it reads: 100 ns, in which Git reads less of an object than this."""
ENDS_EARLY = frozenset({"startswith", "endswith", "removeprefix", "removesuffix"})


class Work:
    """Bytes read and operations made."""

    def __init__(self) -> None:
        self.read = 0
        self.operations = 0

    @property
    def total(self) -> int:
        return self.read + CALL * self.operations

    def add(self, size: int) -> None:
        self.read += size
        self.operations += 1


class Counted(bytes):
    """Bytes whose reads are added to a `Work`; what is made of them is counted too."""

    work: Work

    def of(self, value: Any) -> Any:
        """Return a result, counted if it is bytes."""
        if type(value) is bytes:
            made = Counted(value)
            made.work = self.work
            return made
        if isinstance(value, (list, tuple)):
            return type(value)(map(self.of, value))
        return value

    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        value = super().__getitem__(index)
        self.work.add(len(value) if isinstance(value, bytes) else 1)
        return self.of(value)

    def __contains__(self, needle: Any) -> bool:
        self.work.add(len(self))
        return super().__contains__(needle)

    def find(self, needle: Any, *bounds: Any) -> int:
        at = super().find(needle, *bounds)
        start = bounds[0] if bounds else 0
        stop = min(bounds[1], len(self)) if len(bounds) > 1 else len(self)
        self.work.add((at if at >= 0 else max(start, stop)) - start)
        return at

    def rfind(self, needle: Any, *bounds: Any) -> int:
        at = super().rfind(needle, *bounds)
        stop = bounds[1] if len(bounds) > 1 else len(self)
        self.work.add(stop - max(at, bounds[0] if bounds else 0))
        return at

    def count(self, needle: Any, *bounds: Any) -> int:
        self.work.add((bounds[1] if len(bounds) > 1 else len(self)) - (bounds[0] if bounds else 0))
        return super().count(needle, *bounds)


def _counting(name: str) -> Any:
    original = getattr(bytes, name)

    def method(self: Counted, *arguments: Any, **options: Any) -> Any:
        self.work.add(0 if name in ENDS_EARLY else len(self))
        return self.of(original(self, *arguments, **options))

    return method


for _name in (
    *("lower", "translate", "split", "partition", "rpartition", "strip", "lstrip", "rstrip", "replace"),
    *("splitlines", "isupper", "isdigit", "index", "__add__", *ENDS_EARLY),
):
    setattr(Counted, _name, _counting(_name))


def counted(data: bytes, work: Work) -> Counted:
    """Return `data` as bytes that count."""
    made = Counted(data)
    made.work = work
    return made
