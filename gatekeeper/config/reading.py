"""Reading plain data key by key, with all faults collected instead of the first one raised.

A builder always returns a value; whoever calls it asks the report whether the value may be used.
"""

from __future__ import annotations

from gatekeeper.config.problems import ConfigurationError, Problem, shown
from gatekeeper.config.values import UnfitError, nearest

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from gatekeeper.config.places import Places
    from gatekeeper.config.values import Path, Plain

    Value = TypeVar("Value")
    Default = TypeVar("Default")

MAX_PROBLEMS = 500


class Report:
    """The problems of one file."""

    def __init__(self, source: str, places: Places | None = None) -> None:
        """Begin with what was wrong with the file's form. Without places messages name the path instead."""
        self.source = source
        self.problems: list[Problem] = list(places.problems) if places else []
        self._places = places

    def add(self, path: Path, message: str, suggestion: str = "", *, at_key: bool = False) -> None:
        """Note a fault of the value at a path, or of its key.

        Raises:
            ConfigurationError: when there are so many that more would help nobody.
        """
        line, column = self._places.find(path, at_key=at_key) if self._places else (1, 1)
        if self._places is None and path:
            message = f"{_spelled(path)}: {message}"
        self.problems.append(
            Problem(source=self.source, line=line, column=column, message=message, suggestion=suggestion)
        )
        if len(self.problems) >= MAX_PROBLEMS:
            end = Problem(source=self.source, line=line, column=column, message="too many problems; stopped here")
            raise ConfigurationError([*self.problems, end])

    def line(self, path: Path) -> int | None:
        """Return the line of a value, if known."""
        return self._places.find(path)[0] if self._places else None

    def check(self) -> None:
        """Return if there is no problem.

        Raises:
            ConfigurationError: with all of them.
        """
        if self.problems:
            raise ConfigurationError(self.problems)


def _spelled(path: Path) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).lstrip(".")


class Section:
    """A mapping whose keys are all known. A key that is absent, or faulty, gives the default."""

    def __init__(
        self, value: Plain, path: Path, report: Report, keys: tuple[str, ...], later: tuple[str, ...] = ()
    ) -> None:
        """Report whatever has no meaning here.

        Args:
            value: What should be a mapping.
            path: Where it stands.
            report: Where faults go.
            keys: The keys that have a meaning.
            later: Keys that the design names and this version does not support.
        """
        self.values = value if isinstance(value, dict) else {}
        self._is_mapping = isinstance(value, dict)
        if not self._is_mapping:
            report.add(path, "must be a mapping (`key: value`)")
        self.path = path
        self.report = report
        self._meant: set[str] = set()
        for name, inside in self.values.items():
            if name in later:
                self.fault(name, "is not supported by this version", at_key=True)
            elif name not in keys:
                hint = nearest(name, keys)
                self._meant.update(key for key in keys if hint == f"did you mean `{key}`?")
                report.add((*path, name), f"unknown key {shown(name)}", hint, at_key=True)
            elif inside is None:
                self.fault(name, "has no value", at_key=True)

    def __contains__(self, name: str) -> bool:
        """Whether the key is there, with any value."""
        return name in self.values

    def fault(self, name: str, message: str, suggestion: str = "", *, at_key: bool = False) -> None:
        """Report a fault of one key; the message continues a sentence that begins with it."""
        self.report.add((*self.path, name), f"`{name}` {message}", suggestion, at_key=at_key)

    def lacks(self, name: str) -> bool:
        """Report a key that has to be there and is not; a key that was only misspelt is told once."""
        if name not in self.values and self._is_mapping and name not in self._meant:
            self.report.add(self.path, f"`{name}` is missing")
        return name not in self.values

    def take(self, name: str, convert: Callable[[Plain], Value], default: Default) -> Value | Default:
        """Return what a key means."""
        value = self.values.get(name)
        if value is None:
            return default
        try:
            return convert(value)
        except UnfitError as error:
            self.fault(name, str(error), error.suggestion)
            return default

    def each(self, name: str, convert: Callable[[Plain], Value], *, may_be_empty: bool = False) -> tuple[Value, ...]:
        """Return what the entries of a list mean; nothing may be there twice.

        All of them or, if one is at fault, none: so the index of an entry is also its index in the file.
        """
        taken: dict[Value, int] = {}
        faults = len(self.report.problems)
        for index, value in self.items(name, may_be_empty=may_be_empty):
            path = (*self.path, name, index)
            try:
                result = convert(value)
            except UnfitError as error:
                self.report.add(path, f"an entry of `{name}` {error}", error.suggestion)
                continue
            if taken.setdefault(result, index) != index:
                self.report.add(path, f"an entry of `{name}` is there twice")
        return tuple(taken) if len(self.report.problems) == faults else ()

    def items(self, name: str, *, may_be_empty: bool = False) -> Iterator[tuple[int, Plain]]:
        """Return the entries of a list with their indexes."""
        value = self.values.get(name)
        if value is None:
            return iter(())
        if not isinstance(value, list):
            self.fault(name, "must be a list", f"{name}: [...]")
            return iter(())
        if not value and not may_be_empty:
            self.fault(name, "must not be empty")
        return enumerate(value)

    def section(self, name: str, keys: tuple[str, ...], later: tuple[str, ...] = ()) -> Section | None:
        """Return a mapping inside this one; None if it is absent. It must not be empty."""
        value = self.values.get(name)
        if value is None:
            return None
        if value == {}:
            self.fault(name, "must not be empty")
            return None
        return Section(value, (*self.path, name), self.report, keys, later)
