"""Frozen, slotted, keyword-only values without the import cost of `dataclasses`.

A hook is a fresh process for every push. `dataclasses` imports `inspect` and compiles source for each
class: forty classes cost more than everything else that the hook does. A `Record` subclass is declared
like a frozen keyword-only dataclass, type checkers treat it as one (PEP 681), and making the class
costs microseconds. docs/decisions/0001-records.md has the figures.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, ClassVar, Self, dataclass_transform
else:

    def dataclass_transform(**_options):  # noqa: ANN003, ANN201, D103 - the run-time stand-in for typing's
        return lambda cls: cls


@dataclass_transform(kw_only_default=True, frozen_default=True, eq_default=True)
class RecordType(type):
    """The metaclass: turns annotations into slots and class values into defaults."""

    def __new__(mcls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]) -> RecordType:
        """Make the class; a field's value in the class body is its default and must be immutable."""
        own = [
            field
            for field, kind in namespace.get("__annotations__", {}).items()
            if not str(kind).startswith("ClassVar")
        ]
        inherited: tuple[str, ...] = ()
        defaults: dict[str, Any] = {}
        for base in bases:
            inherited += getattr(base, "record_fields", ())
            defaults.update(getattr(base, "record_defaults", {}))
        for field in own:
            if field in namespace:
                defaults[field] = namespace.pop(field)
        namespace["__slots__"] = tuple(field for field in own if field not in inherited)
        namespace["record_fields"] = tuple(dict.fromkeys((*inherited, *own)))
        namespace["record_defaults"] = defaults
        return super().__new__(mcls, name, bases, namespace)


class Record(metaclass=RecordType):
    """Base of every value in `core`: equal by content, hashable, never changed after it is made."""

    record_fields: ClassVar[tuple[str, ...]]
    record_defaults: ClassVar[dict[str, Any]]

    def __init__(self, **values: Any) -> None:
        """Set every field; TypeError names the missing or unknown ones, as for a dataclass."""
        put = object.__setattr__
        defaults = self.record_defaults
        given = len(values)
        for field in self.record_fields:
            if field in values:
                put(self, field, values[field])
                given -= 1
            elif field in defaults:
                put(self, field, defaults[field])
            else:
                raise TypeError(f"{type(self).__name__}() needs {field!r}")
        if given:
            unknown = sorted(set(values) - set(self.record_fields))
            raise TypeError(f"{type(self).__name__}() knows no {', '.join(map(repr, unknown))}")

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: a record never changes."""
        raise AttributeError(f"{type(self).__name__} is frozen: {name}")

    def __delattr__(self, name: str) -> None:
        """Refuse: a record never changes."""
        raise AttributeError(f"{type(self).__name__} is frozen: {name}")

    def __eq__(self, other: object) -> bool:
        """Equal when the class and every field are."""
        if type(other) is not type(self):
            return NotImplemented
        return all(getattr(self, field) == getattr(other, field) for field in self.record_fields)

    def __hash__(self) -> int:
        """Hash of the fields."""
        return hash((type(self), *(getattr(self, field) for field in self.record_fields)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Let a record go from one of our own processes to another; nothing that was stored is ever unpickled."""
        return _again, (type(self), tuple((field, getattr(self, field)) for field in self.record_fields))

    def __repr__(self) -> str:
        """Like a dataclass: `Name(field=value, …)`."""
        inner = ", ".join(f"{field}={getattr(self, field)!r}" for field in self.record_fields)
        return f"{type(self).__name__}({inner})"

    def replace(self, **changes: Any) -> Self:
        """Return a copy with some fields changed."""
        values = {field: getattr(self, field) for field in self.record_fields}
        return type(self)(**{**values, **changes})


def _again(kind: type[Record], values: tuple[tuple[str, Any], ...]) -> Record:
    return kind(**dict(values))
