"""What a history says about AI tools and what became of their output: the `ai` part of an audit, as data.

Every field is text, a number, a boolean, None, another record or a tuple of these, under the name that it has in
JSON, so that a format needs no table of its own. Figures, not judgements: no decision depends on any of them.
"""

from __future__ import annotations

from gatekeeper.core.ids import Timestamp
from gatekeeper.core.record import Record


class Share(Record):
    """A part of a whole, and how far chance alone could have moved it."""

    count: int
    base: int
    low: float | None = None
    """The 95 % interval of the share (Wilson), each between 0 and 1; None where the base is 0, or for lines, which are
    no independent draws."""
    high: float | None = None


class Slice(Record):
    """The AI-assisted part of one tool, team, level, path or month."""

    name: str
    """Text that is not UTF-8 has `\\xNN` for the odd bytes. In brackets what is no name: `(other)`, `(nobody)`."""
    commits: Share
    """Of a tool: the commits that name it, of all. Else: the assisted ones, of all in this slice."""
    lines: Share
    """Likewise in added lines."""


class Use(Record):
    """How many AI-assisted changes of one month name one tool: each change counts once."""

    month: str
    """As in `by_month`."""
    tool: str
    """`(several)`: more than one; `unknown`: no tool is named."""
    changes: int


class Population(Record):
    """What was looked at."""

    commits: int
    """All commits in the range."""
    merges: int
    """Commits with several parents: they bring what others wrote, and count nowhere else."""
    reverts: int
    """Commits that take another one out again: they count nowhere else."""
    changes: int
    """The rest: the base of every share."""
    unread: int = 0
    """Commits that are no well-formed ones, or whose change Git could not show: they count nowhere else."""
    uncounted: int = 0
    """Changes whose lines are not known, for contents are missing here: they count as commits, with no lines."""


class Declarations(Record):
    """How many changes say what about AI. `remembered` only a ledger knows."""

    declared: int
    inferred: int
    remembered: int
    denied: int
    silent: int


class Tool(Record):
    """A tool that the history names."""

    tool: str
    commits: int
    first: Timestamp
    """When the first change that names it landed, by the committer's clock, which nobody checks."""
    last: Timestamp
    allowed: bool | None
    """Whether the policy lets it be used: False if a rule refuses it, True if the policy names it otherwise; None if
    the policy says nothing of it, or there is none."""


class Quantiles(Record):
    """A distribution; nothing but None where there is nothing to count."""

    n: int
    lower: int | None
    """The value that a quarter of all does not reach."""
    median: int | None
    upper: int | None
    """The value that a quarter of all exceeds."""


class Group(Record):
    """What became of one group of changes within the time of observation."""

    n: int
    """Changes that are old enough to have been observed for the whole time."""
    too_new: int
    """Changes that are not, and are left out of the shares."""
    reverted: Share
    """Taken out again, and not brought back."""
    fixed: Share
    """Named in a later commit's `Fixes:`."""
    seconds_to_revert: Quantiles
    seconds_to_fix: Quantiles
    lines: Quantiles
    """Added and deleted lines of each change, of all in the group: larger changes are reverted and fixed more often."""


class Outcomes(Record):
    """What became of AI-assisted and other changes, each observed for the same time."""

    window: int
    """Seconds for which each change is observed after it landed, by the committer's clock of what brought it."""
    seen_until: Timestamp
    """The end of what can be seen: the time of the newest landing."""
    assisted: Group
    unassisted: Group
    reverted: str
    """How the two groups compare: a value of `COMPARISONS`."""
    fixed: str
    """Likewise."""


TOO_FEW = "too few to compare"
NO_DIFFERENCE = "no difference shown"
ASSISTED_MORE = "assisted more often"
ASSISTED_LESS = "assisted less often"
COMPARISONS = (TOO_FEW, NO_DIFFERENCE, ASSISTED_MORE, ASSISTED_LESS)


class Times(Record):
    """How long approval takes, by the ledger's clock, in seconds. Only of commits that the ledger saw arrive."""

    first_push_to_signoff: Quantiles
    """From the first push of an assisted commit to the receipt of the first approval of it."""
    first_push_to_landing: Quantiles
    """From the first push of an assisted commit to its landing."""


class AiReport(Record):
    """AI tools and their output in one repository."""

    population: Population
    commits: Share
    """The assisted changes of all."""
    lines: Share
    """The lines that assisted changes add, of all added lines."""
    by_tool: tuple[Slice, ...] = ()
    by_team: tuple[Slice, ...] = ()
    """Empty without a roster; teams of too few people (`privacy`) are one slice together."""
    by_level: tuple[Slice, ...] = ()
    """Likewise."""
    by_path: tuple[Slice, ...] = ()
    """By the first part of the path; a commit counts in each that it changes."""
    by_month: tuple[Slice, ...] = ()
    """`2026-11`, oldest first, by the committer's clock."""
    by_month_and_tool: tuple[Use, ...] = ()
    """Oldest first, then by name; the assisted changes of a month add up to those of `by_month`."""
    declarations: Declarations
    dropped_markers: int | None = None
    """Changes that came with a mark before and landed without it; None without a ledger."""
    inventory: tuple[Tool, ...] = ()
    outcomes: Outcomes | None = None
    """None if there is no change at all."""
    times: Times | None = None
    """None without a ledger."""
    unknown: tuple[str, ...] = ()
    """What these figures cannot know, in sentences."""
