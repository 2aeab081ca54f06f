"""The AI tools that gatekeeper knows: what a signal is, and how an identity is looked up.

A new tool is a row in `tool_table.py`, or an entry of a policy; nothing else changes. Patterns hold no
regular expressions, only `*`, so that nothing that a client pushes can make matching slow, and identities
are found in dictionaries.
"""

from __future__ import annotations

from functools import cache

from gatekeeper.core.ai_names import VENDORS, product, tools_in
from gatekeeper.core.record import Record
from gatekeeper.core.tool_table import ROWS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping

    Hit = tuple[str, str]
    """A tool's id, and `strong` or `weak`."""

UNKNOWN = "unknown"
"""The id that stands for a tool which a mark does not name."""
UNNAMED = "AI agent"
"""What such a tool is called in a declaration."""
NOREPLY = b"@users.noreply.github.com"
IDENTITY_KINDS = frozenset({"address", "account", "name", "committer"})
TEXT_KINDS = frozenset({"trailer", "footer", "url", "subject"})
WORD_KINDS = frozenset({"agent", "model"})
KINDS = IDENTITY_KINDS | TEXT_KINDS | WORD_KINDS | {"notes"}


class Signal(Record):
    """One thing that a tool writes."""

    kind: str
    """One of `KINDS`; `tool_table.py` says what each means."""
    pattern: str
    """Lower-case; `*` stands for any bytes where the kind is `name`, `committer`, `trailer` or `url`."""
    strength: str = "strong"
    """`strong` (nobody else writes it) or `weak` (recorded, decides nothing alone)."""
    example: str = ""
    """A line or identity that has it."""
    counter_example: str = ""
    """The nearest line or identity that has it not."""


class Tool(Record):
    """An AI tool that can take part in writing a commit."""

    id: str
    name: str
    vendor: str = ""
    signals: tuple[Signal, ...] = ()
    environment: tuple[str, ...] = ()
    """Variables that are set for commands which this agent runs, and not for its human user."""


def signal(row: tuple[str, str, str, str, str]) -> Signal:
    """Make a Signal of a row's five columns."""
    kind, pattern, strength, example, counter_example = row
    return Signal(kind=kind, pattern=pattern, strength=strength, example=example, counter_example=counter_example)


@cache
def builtin() -> tuple[Tool, ...]:
    """Return the table as records. Made when first asked for: the hook's path reads the rows as they are."""
    return tuple(
        Tool(id=id_, name=name, vendor=vendor, environment=environment, signals=tuple(map(signal, signals)))
        for id_, name, vendor, environment, signals in ROWS
    )


class Form:
    """A pattern in which `*` stands for any bytes, none included."""

    __slots__ = ("first", "last", "middle", "shortest")

    def __init__(self, pattern: bytes) -> None:
        """Split `pattern` at its `*`; without one it is matched exactly."""
        self.first, *rest = pattern.split(b"*")
        self.last = rest.pop() if rest else None
        self.middle = rest
        self.shortest = len(pattern) - pattern.count(b"*")

    def matches(self, text: bytes) -> bool:
        """Whether all of `text` has this form. Linear: a later fit of a piece is no better."""
        if self.last is None:
            return text == self.first
        if len(text) < self.shortest or not (text.startswith(self.first) and text.endswith(self.last)):
            return False
        at = len(self.first)
        for piece in self.middle:
            at = text.find(piece, at, len(text) - len(self.last))
            if at < 0:
                return False
            at += len(piece)
        return True


def account(address: bytes) -> bytes | None:
    """Return the account of a GitHub no-reply address, without its number; None for any other address."""
    if not address.endswith(NOREPLY):
        return None
    local = address[: -len(NOREPLY)]
    number, plus, name = local.partition(b"+")
    return name if plus and number.isdigit() else local


class Index:
    """Every pattern of the table and of a policy's own tools, where a look-up finds it."""

    def __init__(self, tools: Iterable[Tool] = ()) -> None:
        """Index the built-in table and `tools`; a policy's own signal wins over a built-in one."""
        self.addresses: dict[bytes, Hit] = {}
        self.accounts: dict[bytes, Hit] = {}
        self.names: dict[bytes, Hit] = {}
        self.name_forms: list[tuple[Form, Hit]] = []
        self.committers: list[tuple[Form, Hit]] = []
        self.trailers: dict[bytes, list[tuple[Form, Hit]]] = {}
        self.footers: dict[bytes, Hit] = {}
        self.urls: list[tuple[Form, Hit]] = []
        self.subjects: dict[bytes, Hit] = {}
        self.words: dict[bytes, tuple[str, Hit]] = {}
        """Phrase -> kind (`agent`, `model`) and hit."""
        for tool_id, kind, pattern, strength in all_signals(tools):
            self._add(kind, pattern.lower().encode(), (tool_id, strength))
        self.first_words = VENDORS.union(phrase.partition(b" ")[0] for phrase in self.words)
        self.footer_starts = tuple(self.footers)
        self.subject_starts = tuple(self.subjects)

    def _add(self, kind: str, pattern: bytes, hit: Hit) -> None:
        """File one signal under its kind; notes are no part of a commit."""
        if kind == "trailer":
            key, _, value = pattern.partition(b":")
            self.trailers.setdefault(key.strip(), []).append((Form(value.strip()), hit))
        elif kind == "name" and b"*" in pattern:
            self.name_forms.append((Form(pattern), hit))
        elif kind == "committer":
            self.committers.append((Form(pattern), hit))
        elif kind == "url":
            self.urls.append((Form(pattern), hit))
        elif kind in WORD_KINDS:
            self.words[pattern] = (kind, hit)
        elif kind != "notes":
            exact = {
                "address": self.addresses,
                "account": self.accounts,
                "name": self.names,
                "footer": self.footers,
                "subject": self.subjects,
            }
            exact[kind][pattern] = hit

    def literals(self) -> Iterator[bytes]:
        """Yield, for each trailer, footer and address on the web, bytes that every text with it contains."""
        yield from self.trailers
        yield from self.footers
        for pattern, _ in self.urls:
            yield pattern.first

    def by_address(self, address: bytes) -> Hit | None:
        """Look a lower-case address up."""
        hit = self.addresses.get(address)
        if hit is None:
            name = account(address)
            hit = None if name is None else self.accounts.get(name)
        return hit

    def by_name(self, name: bytes) -> Hit | None:
        """Look a lower-case name up, exactly and then as the name of a product or model."""
        hit = self.names.get(name)
        if hit is not None:
            return hit
        for form, form_hit in self.name_forms:
            if form.matches(name):
                return form_hit
        if name.replace(b"-", b" ").partition(b" ")[0] in self.first_words or b" via " in name or name.endswith(b")"):
            tool = product(name, self.words)
            return None if tool is None else (tool, "strong")
        return None

    def identity(self, name: bytes, address: bytes) -> Hit | None:
        """Look a lower-case name and address up together; of two strong ones the name says more.

        A weak name and a weak address of one tool are strong together: people have one or the other.
        """
        by_address = self.by_address(address)
        by_name = self.by_name(name)
        if by_name is None or by_address is None:
            return by_name or by_address
        if by_name[1] == "strong" or by_address[1] == "strong":
            return by_name if by_name[1] == "strong" else by_address
        return (by_name[0], "strong") if by_address[0] == by_name[0] else by_address

    def committer(self, name: bytes, address: bytes) -> Hit | None:
        """Look up a committer: for some tools it proves less than the author does."""
        for form, hit in self.committers:
            if form.matches(address) or form.matches(name):
                return hit
        return self.identity(name, address)


def all_signals(tools: Iterable[Tool]) -> Iterator[tuple[str, str, str, str]]:
    """Yield tool id, kind, pattern and strength of every signal, a policy's own last."""
    for tool_id, _, _, _, signals in ROWS:
        for kind, pattern, strength, _, _ in signals:
            yield tool_id, kind, pattern, strength
    for tool in tools:
        for own in tool.signals:
            yield tool.id, own.kind, own.pattern, own.strength


@cache
def builtin_index() -> Index:
    """Return the index of the table alone."""
    return Index()


def is_ai_identity(name: bytes, email: bytes) -> str | None:
    """Return the id of the tool that this author, co-author or signer certainly is, else None.

    `email` is without angle brackets. People who are called like a tool, and vendors' staff, are none.
    """
    hit = builtin_index().identity(name.strip().lower(), email.strip().lower())
    return hit[0] if hit is not None and hit[1] == "strong" else None


def agent_environment(names: Container[str]) -> str | None:
    """Return the id of the tool in whose environment these variables are set, else None.

    `names` are names of environment variables. A tool that is named wins over `unknown`, the last row.
    """
    found = _agent_row(names)
    return found[0] if found else None


def agent_at_work(environment: Mapping[str, str]) -> tuple[str, str] | None:
    """Return the name of the tool in whose environment this is, and the variable that tells; else None.

    Where the variable is common to many, its value names the tool, if it is one of the table.
    """
    found = _agent_row(environment)
    if found is None:
        return None
    tool, name, variable = found
    if tool != UNKNOWN:
        return name, variable
    value = environment[variable].lower().partition("@")[0].encode("utf-8", "surrogateescape")
    named = [tool for tool in tools_in(value, builtin_index().words) if tool != UNKNOWN]
    return next((name for tool, name, *_ in ROWS if tool in named[:1]), UNNAMED), variable


def agent_variables() -> tuple[str, ...]:
    """Return the names of all environment variables that tell of an agent."""
    return tuple(variable for _, _, _, variables, _ in ROWS for variable in variables)


def _agent_row(names: Container[str]) -> tuple[str, str, str] | None:
    """Return id and name of the first tool of which a variable is set, and that variable."""
    for tool, name, _, variables, _ in ROWS:
        for variable in variables:
            if variable in names:
                return tool, name, variable
    return None
