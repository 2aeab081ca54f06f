"""What only one may have: the question who somebody is must have one answer."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Hashable

    from gatekeeper.config.reading import Report
    from gatekeeper.config.values import Path
    from gatekeeper.core.people import Person


class Taken:
    """Values that only one may have, and who was the first."""

    def __init__(self, report: Report) -> None:
        """Begin with none."""
        self._report = report
        self._first: dict[Hashable, Path] = {}

    def claim(self, value: Hashable, path: Path, message: str) -> None:
        """Report the value at a path if there was an equal one elsewhere."""
        first = self._first.setdefault(value, path)
        if first != path:
            clash(self._report, path, first, message)


def clash(report: Report, path: Path, first: Path, message: str) -> None:
    """Report a value, and where the first one is."""
    line = report.line(first)
    report.add(path, message, f"first in line {line}" if line else "")


def check_unique(people: tuple[Person, ...], report: Report) -> None:
    """Report ids, addresses, keys and accounts that are there twice; `people` is in the file's order."""
    taken = Taken(report)
    logins: dict[str, dict[str, Path]] = {}
    for index, person in enumerate(people):
        path: Path = ("people", index)
        if person.id:
            taken.claim(("id", person.id), (*path, "id"), f"`id` {person.id} is there twice")
        for number, email in enumerate(person.emails):
            taken.claim(("email", email), (*path, "emails", number), f"{email.decode()} is there twice")
        for number, key in enumerate(person.keys):
            if key.public.blob:
                message = f"the key {key.public.fingerprint} is there twice"
                taken.claim(("key", key.public.blob), (*path, "keys", number), message)
        for platform, login in person.accounts:
            owners = logins.setdefault(login, {})
            for other, first in owners.items():
                if first != path and (other == platform or "" in (other, platform)):
                    clash(report, (*path, "accounts"), first, f"the account {login} is there twice")
                    break
            owners.setdefault(platform, path)
