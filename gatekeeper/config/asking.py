"""What published policies ask of a commit message, kept so that no ordinary commit parses YAML."""

from __future__ import annotations

import os

from gatekeeper import __version__
from gatekeeper.core import plain
from gatekeeper.core.declaration import DEFAULT, MarkRules
from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


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
            return Asks(undeclared_refused=kept["undeclared_refused"] is True)
    except (OSError, ValueError, TypeError, KeyError):
        pass  # not there, or of no use
    from gatekeeper.config.loading import parse_policy  # YAML: once for each new policy

    parsed = [parse_policy(content, "policy.yaml") for content in policies()]
    asks = Asks(undeclared_refused=any(policy.undeclared_refused for policy in parsed))
    _keep(file, plain.dumps({"name": name, "undeclared_refused": asks.undeclared_refused}))
    return asks


def _keep(file: str, text: str) -> None:
    temporary = f"{file}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(temporary, "w", encoding="utf-8") as opened:
            opened.write(text)
        os.replace(temporary, file)
    except OSError:
        pass  # somebody else's repository, a full disk: the next commit parses again
