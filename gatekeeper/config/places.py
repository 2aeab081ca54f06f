"""YAML text -> plain data, and where each value stands. The only reader of YAML; never loaded on a cache hit.

The parser is PyYAML's (libyaml where it is there); what its events mean is decided here, because
YAML 1.1 reads `no` as false, `010` as eight and `2026-01-01` as a date object. The rules are those of
the core schema of YAML 1.2.2 (section 10.3.2), narrowed to what has one meaning for every reader:

- unquoted `true`, `false`, `null` (also capitalised, or `~`, or nothing) and decimal integers without
  sign or leading zero are what they look like; every other scalar is text: `no`, `on`, dates, `1.0`;
- keys are text and unique; anchors, aliases, tags and a second document are refused;
- size, number of values and depth are bounded.
"""

from __future__ import annotations

import re

import yaml

from gatekeeper.config.problems import ConfigurationError, Problem, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any, NoReturn

    from gatekeeper.config.values import Path, Plain

MAX_BYTES = 4 * 1024 * 1024
MAX_VALUES = 500_000
MAX_DEPTH = 16

PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
UNREADABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
"""What YAML 1.2.2 (section 5.1) does not allow in a file, and the byte order mark inside one."""
CONSTANTS = {
    word: value
    for name, value in (("null", None), ("true", True), ("false", False))
    for word in (name, name.capitalize(), name.upper())
} | {"": None, "~": None}
BEGUN = ("while scanning a simple key", "while scanning a quoted scalar")
"""What the parser gives up on lines after the mistake: where it began is where to mend it."""
INTEGER = re.compile(r"0|[1-9][0-9]{0,17}")


class Places:
    """Where a value and, of a mapping or list, its contents stand; line and column are 1-based."""

    __slots__ = ("inside", "keys", "position", "problems")

    def __init__(self, position: tuple[int, int]) -> None:
        """Start without contents."""
        self.position = position
        self.inside: dict[str | int, Places] = {}
        self.keys: dict[str | int, tuple[int, int]] = {}
        self.problems: tuple[Problem, ...] = ()
        """Of the whole file: what is wrong with its form, though it could be read."""

    def find(self, path: Path, *, at_key: bool = False) -> tuple[int, int]:
        """Return the place of a value, or of its key; of the nearest thing around it if there is none."""
        spot = self
        for step in path[:-1]:
            spot = spot.inside.get(step, spot)
        last = path[-1] if path else ""
        if at_key and last in spot.keys:
            return spot.keys[last]
        return spot.inside.get(last, spot).position


def load(content: bytes, source: str) -> tuple[Plain, Places]:
    """Read a file of the configuration.

    Faults that leave the rest readable (a duplicate key, an anchor) are in the `problems` of the
    places that are returned, so that what is found later can be told together with them.

    Args:
        content: The bytes of the file, in UTF-8.
        source: What to call it in messages.

    Raises:
        ConfigurationError: if it cannot be read as YAML at all, or is past a bound.
    """
    if len(content) > MAX_BYTES:
        _stop(source, (1, 1), f"the file has {len(content)} bytes; at most {MAX_BYTES} are allowed")
    text = _decode(content, source)
    try:
        data, places, problems = _Composer(source, yaml.parse(text, Loader=PARSER)).document()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if error.context_mark and (error.context or "").startswith(BEGUN):
            mark = error.context_mark
        position = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reason = ", ".join(part for part in (error.context, error.problem) if part)
        tab = mark is not None and _is_tab(text, mark)
        _stop(
            source,
            position,
            f"this is not YAML: {reason}",
            "indent with spaces, not with tabs" if tab else "",
        )
    except yaml.YAMLError as error:
        _stop(source, (1, 1), f"this is not YAML: {shown(str(error))}")
    places.problems = tuple(problems)
    return data, places


def _stop(source: str, position: tuple[int, int], message: str, suggestion: str = "") -> NoReturn:
    line, column = position
    raise ConfigurationError([Problem(source=source, line=line, column=column, message=message, suggestion=suggestion)])


def _position(text: str, index: int) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n") + 1, index - before.rfind("\n")


def _is_tab(text: str, mark: yaml.Mark) -> bool:
    lines = text.split("\n", mark.line + 1)
    return mark.line < len(lines) and "\t" in lines[mark.line][: mark.column + 1]


def _decode(content: bytes, source: str) -> str:
    """Return the text without a byte order mark; refuse what YAML does not let stand in a file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        _stop(source, _position(before, len(before)), "the file is not in UTF-8", "save it as UTF-8")
    odd = UNREADABLE.search(text)
    if odd:
        code = f"U+{ord(odd.group()):04X}"
        _stop(source, _position(text, odd.start()), f"the file contains {code}, which is no text")
    return text


class _Composer:
    """Turns the parser's events into data and places."""

    def __init__(self, source: str, events: Iterator[Any]) -> None:
        self.source = source
        self.events = events
        self.problems: list[Problem] = []
        self.values = 0

    def document(self) -> tuple[Plain, Places, list[Problem]]:
        """Compose the only document; an empty file is null."""
        data: Plain = None
        places = Places((1, 1))
        documents = 0
        for event in self.events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.report(event, "a second document begins here; only one is allowed")
                    break
                data, places = self.node(next(self.events), 0)
        return data, places, self.problems

    def report(self, event: yaml.Event, message: str, suggestion: str = "") -> None:
        """Note a fault that leaves the rest readable."""
        line, column = _start(event)
        self.problems.append(
            Problem(source=self.source, line=line, column=column, message=message, suggestion=suggestion)
        )

    def node(self, event: yaml.NodeEvent, depth: int) -> tuple[Plain, Places]:
        """Compose the value that begins with an event."""
        self.values += 1
        if self.values > MAX_VALUES:
            _stop(self.source, _start(event), f"the file holds more than {MAX_VALUES} values")
        if depth > MAX_DEPTH:
            _stop(self.source, _start(event), f"the file is nested more than {MAX_DEPTH} deep")
        places = Places(_start(event))
        if event.anchor is not None:
            self.report(event, "anchors and aliases (`&`, `*`) are not allowed", "write the value out")
        elif getattr(event, "tag", None) is not None:
            self.report(event, "tags (`!`) are not allowed", "leave it out, or put quotes around text")
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(places, depth), places
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(places, depth), places
        return self.scalar(event), places

    def mapping(self, places: Places, depth: int) -> Plain:
        """Compose up to the end of a mapping; the first of two equal keys counts."""
        data: dict[str, Plain] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key, _ = self.node(event, depth + 1)
            value, inside = self.node(next(self.events), depth + 1)
            if not isinstance(key, str):
                self.report(event, "a key must be text", "put quotes around it")
            elif key in data:
                self.report(event, f"duplicate key {shown(key)}", f"first in line {places.keys[key][0]}")
            else:
                data[key] = value
                places.keys[key] = _start(event)
                places.inside[key] = inside
        return data

    def sequence(self, places: Places, depth: int) -> Plain:
        """Compose up to the end of a list."""
        data: list[Plain] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            value, places.inside[len(data)] = self.node(event, depth + 1)
            data.append(value)
        return data

    def scalar(self, event: yaml.NodeEvent) -> Plain:
        """Resolve a scalar; an alias, already reported, is nothing."""
        if not isinstance(event, yaml.ScalarEvent):
            return None
        text: str = event.value
        if event.implicit[0]:  # neither quoted nor a block
            if text in CONSTANTS:
                return CONSTANTS[text]
            if INTEGER.fullmatch(text):
                return int(text)
        if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
            self.report(event, "the text contains half of a surrogate pair", "write the character itself")
            return None
        return text


def _start(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
