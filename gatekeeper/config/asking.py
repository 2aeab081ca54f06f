"""What published policies ask of a commit message, kept so that no ordinary commit parses YAML."""

from __future__ import annotations

import os

from gatekeeper import __version__
from gatekeeper.core import plain
from gatekeeper.core.declaration import DEFAULT, MarkRules
from gatekeeper.core.record import Record
from gatekeeper.core.tools import Signal, Tool

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any


class Asks(Record):
    """What several policies ask for together: what one of them refuses is refused."""

    undeclared_refused: bool = False
    rules: MarkRules = DEFAULT


def read_asks(file: str, versions: str, policies: Callable[[], Iterable[bytes]]) -> Asks:
    """Return what policies ask for, from the kept file if it is about these versions.

    Args:
        file: Where it is kept. It need not exist; where it cannot be written it is not.
        versions: What tells these policies from others.
        policies: Returns the bytes of their files.

    Raises:
        ConfigurationError: if one of them cannot be read by this version.
    """
    name = f"{__version__} {versions}"
    try:
        with open(file, encoding="utf-8") as opened:
            kept = plain.loads(opened.read())
        if kept["name"] == name:
            return Asks(undeclared_refused=kept["undeclared_refused"] is True, rules=_rules(kept["marks"]))
    except (OSError, ValueError, TypeError, KeyError):
        pass  # not there, or of no use
    from gatekeeper.config.loading import parse_policy  # YAML: once for each new policy

    parsed = [parse_policy(content, "policy.yaml") for content in policies()]
    asks = Asks(
        undeclared_refused=any(policy.undeclared_refused for policy in parsed),
        rules=MarkRules(
            keys=tuple(key for policy in parsed for key in policy.assisted.keys),
            value_keys=tuple(key for policy in parsed for key in policy.assisted.value_keys),
            tools=tuple(tool for policy in parsed for tool in policy.assisted.tools),
        ),
    )
    kept = {"name": name, "undeclared_refused": asks.undeclared_refused, "marks": _plain(asks.rules)}
    _keep(file, plain.dumps(kept))
    return asks


def _plain(rules: MarkRules) -> dict[str, Any]:
    """Return marks as plain data."""
    tools = [[t.id, t.name, [[s.kind, s.pattern, s.strength] for s in t.signals]] for t in rules.tools]
    return {
        "keys": [*map(bytes.decode, rules.keys)],
        "value_keys": [*map(bytes.decode, rules.value_keys)],
        "tools": tools,
    }


def _rules(kept: Any) -> MarkRules:
    """Return marks from plain data; any of the errors that `read_asks` expects if it is none."""
    tools = tuple(
        Tool(id=id_, name=name, signals=tuple(Signal(kind=k, pattern=p, strength=s) for k, p, s in signals))
        for id_, name, signals in kept["tools"]
    )
    keys, value_keys = (tuple(map(str.encode, kept[name])) for name in ("keys", "value_keys"))
    return MarkRules(keys=keys, value_keys=value_keys, tools=tools)


def _keep(file: str, text: str) -> None:
    temporary = f"{file}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(temporary, "w", encoding="utf-8") as opened:
            opened.write(text)
        os.replace(temporary, file)
    except OSError:
        pass  # somebody else's repository, a full disk: the next commit parses again
