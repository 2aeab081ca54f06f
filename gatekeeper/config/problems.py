"""What is wrong with a file of the configuration, and where."""

from __future__ import annotations

from gatekeeper.core.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


class Problem(Record):
    """One fault of one file."""

    source: str
    """The file's name, or `<ref>:<path>`."""
    line: int
    """1-based, as is the column: both count characters as an editor does."""
    column: int
    message: str
    suggestion: str = ""
    """What to write instead, or what else to look at."""

    def __str__(self) -> str:
        """Return one line, in the form that compilers made known and editors can jump to."""
        hint = f" ({self.suggestion})" if self.suggestion else ""
        return f"{self.source}:{self.line}:{self.column}: {self.message}{hint}"


class ConfigurationError(Exception):
    """A file that cannot be used, with everything that is wrong with it. Never raised without a problem."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """Keep the problems in the order of the file."""
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.source, problem.line, problem.column)))
        super().__init__(self.problems)

    def __str__(self) -> str:
        """Return a line for each problem."""
        return "\n".join(map(str, self.problems))


def shown(text: str) -> str:
    """Return text of a file for a message: quoted, at most 60 characters, harmless to a terminal."""
    cut = text if len(text) <= 60 else text[:57] + "..."
    return f"`{cut}`" if cut.isprintable() else f"`{ascii(cut)[1:-1]}`"
