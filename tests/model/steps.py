"""Steps of stories: what somebody wants to do, drawn by Hypothesis.

Where a step is not possible (a rebase with conflicts, a revert of nothing), nothing happens. Numbers choose among what
there is at the time, so every list of steps is a story.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.model.history import Tree

PEOPLE = ("junior-1", "senior-1", "junior-2", "senior-2")
MAIN, RELEASE = "refs/heads/main", "refs/heads/release/1"
PROTECTED = (MAIN, RELEASE)
TOPICS = ("refs/heads/topic-1", "refs/heads/topic-2")
PATHS = ("a", "dir/b", "c")
SLOTS = 3


def text(path: str, values: Sequence[int]) -> str:
    """A file with places that can be changed, far enough from each other for Git to merge."""
    return "".join(f"{path} {slot} is {value}\n" + "- here\n- is\n- more\n" for slot, value in enumerate(values))


BEGINNING = {path: text(path, [0] * SLOTS) for path in PATHS}


class Edit(NamedTuple):
    path: int
    slot: int
    value: int

    def applied(self, tree: Tree) -> dict[str, str]:
        """The tree with one place changed; value 4 deletes the file, 3 copies it to another path."""
        name = PATHS[self.path]
        found = dict(tree)
        if self.value == 4:
            found.pop(name, None)
        elif self.value == 3:
            found["d"] = found.get(name, "")
        else:
            lines = found.get(name, BEGINNING[name]).splitlines(keepends=True)
            lines[4 * self.slot] = f"{name} {self.slot} is {self.value}\n"
            found[name] = "".join(lines)
        return found


class Work(NamedTuple):
    """Commit something on a topic."""

    topic: int
    who: int
    edit: Edit
    mark: str
    co_author: str


class Amend(NamedTuple):
    """Make the last commit of a topic again: with another mark, with something more, by another author."""

    topic: int
    mark: str
    edit: Edit | None
    who: int | None


class Rebase(NamedTuple):
    topic: int
    onto: int
    mark: str | None


class Squash(NamedTuple):
    topic: int
    onto: int
    who: int
    mark: str


class Pick(NamedTuple):
    """Cherry-pick any commit there ever was, or take it out."""

    topic: int
    back: int
    mark: str | None
    who: int | None
    out: bool


class Merge(NamedTuple):
    """Merge a protected ref or the other topic; `evil` adds something, `swapped` turns the parents round."""

    topic: int
    other: int
    who: int
    mark: str
    evil: Edit | None
    swapped: bool


class Begin(NamedTuple):
    """Begin a topic again, or (3) go on with it."""

    topic: int
    at: int


class Sign(NamedTuple):
    """Say something about the last commits of a topic."""

    topic: int
    who: int
    decision: str
    last: int
    """How many of them."""
    ranged: bool
    refs: tuple[str, ...]
    late: int
    """Seconds by which it was issued earlier than it comes."""
    together: bool
    """Whether it comes with the next push."""


class Revoke(NamedTuple):
    who: int
    statement: int


class Push(NamedTuple):
    """Push a topic, or a commit behind its tip, to refs."""

    topic: int
    who: int
    refs: tuple[str, ...]
    back: int
    rebased: bool
    """Whether to rebase it first where that would be a rewind."""


class Delete(NamedTuple):
    who: int
    ref: str


Step = Work | Amend | Rebase | Squash | Pick | Merge | Begin | Sign | Revoke | Push | Delete

_topics = st.sampled_from((0, 0, 0, 1))
_people = st.sampled_from((0, 0, 0, 1, 2, 3))
_seniors = st.sampled_from((1, 1, 3))
_marks = st.sampled_from(("marked", "marked", "silent", "silent", "denied"))
_edits = st.builds(Edit, st.sampled_from((0, 0, 1, 2)), st.integers(0, SLOTS - 1), st.sampled_from((1, 1, 2, 0, 3, 4)))
_plain_edits = st.builds(Edit, st.sampled_from((0, 0, 1, 2)), st.integers(0, SLOTS - 1), st.sampled_from((1, 2)))
_bases = st.sampled_from((0, 0, 0, 1, 2))
_co_authors = st.sampled_from(("", "", "", "", *PEOPLE))
_topic_ref = st.sampled_from(((TOPICS[0],), (TOPICS[0],), (TOPICS[1],)))
_one_ref = st.sampled_from(((MAIN,), (MAIN,), (RELEASE,)))
_refs = st.one_of(_one_ref, _topic_ref, st.sampled_from(((MAIN, RELEASE), (MAIN, TOPICS[0]))))
_scopes = st.sampled_from(((), (), (), (MAIN,), (RELEASE,)))
_all = st.just(9)
_yes, _no = st.just(True), st.just(False)

_work = st.builds(Work, _topics, _people, _edits, _marks, _co_authors)
_push = st.builds(Push, _topics, _people, _refs, st.sampled_from((0, 0, 0, 1)), st.sampled_from((True, True, False)))
_sign = st.builds(
    Sign,
    _topics,
    _seniors,
    st.sampled_from(("approve", "approve", "approve", "reject")),
    st.sampled_from((9, 9, 1, 2)),
    st.booleans(),
    _scopes,
    st.sampled_from((0, 0, 0, 600)),
    st.sampled_from((False, False, False, True)),
)
_mine = st.builds(Sign, _topics, _people, st.just("author"), _all, _no, st.just(()), st.just(0), _no)
_amend = st.builds(Amend, _topics, _marks, st.none() | _edits, st.none() | _people)
_rebase = st.builds(Rebase, _topics, _bases, st.none() | _marks)
_squash = st.builds(Squash, _topics, _bases, _people, _marks)
_pick = st.builds(Pick, _topics, st.integers(0, 9), st.none() | _marks, st.none() | _people, st.booleans())
_merge = st.builds(Merge, _topics, _bases, _people, _marks, st.none() | _edits, st.booleans())
_begin = st.builds(Begin, _topics, _bases)
_revoke = st.builds(Revoke, _seniors, st.integers(0, 5))
_delete = st.builds(Delete, _people, st.sampled_from((*TOPICS, *TOPICS, MAIN, RELEASE)))

# What people often do one after the other.
_marked = st.builds(Work, st.just(0), st.sampled_from((0, 0, 2, 1)), _plain_edits, st.just("marked"), _co_authors)
_shown = st.builds(Push, st.just(0), _people, _topic_ref, st.just(0), _no)
_approved = st.builds(Sign, st.just(0), _seniors, st.just("approve"), _all, st.booleans(), _scopes, st.just(0), _no)
_landed = st.builds(Push, st.just(0), _people, _one_ref, st.just(0), _yes)
_meanwhile = (
    st.just(Begin(1, 0)),
    st.builds(Work, st.just(1), st.sampled_from((1, 3)), _plain_edits, st.just("silent"), st.just("")),
    st.builds(Push, st.just(1), st.sampled_from((1, 3)), _one_ref, st.just(0), _yes),
)
_last = st.sampled_from((0, 0, 0, 1, 2, 3))
_out = st.builds(Pick, st.just(0), _last, st.none() | _marks, st.none() | _people, _yes)
_again = st.builds(Pick, st.just(0), _last, st.none() | _marks, st.none() | _people, _no)
_fresh = st.builds(Begin, st.just(0), st.sampled_from((0, 0, 0, 1, 3)))
_side = st.builds(Merge, st.just(0), _bases, _people, _marks, st.none() | _edits, st.booleans())
_phrases = st.one_of(
    *(st.tuples(step) for step in (_work, _push, _sign, _amend, _merge, _begin, _landed)),
    st.one_of(*(st.tuples(step) for step in (_mine, _rebase, _squash, _pick, _revoke, _delete))),
    st.tuples(*_meanwhile),
    st.tuples(_fresh, _marked, _shown, _approved, _landed),
    st.tuples(_fresh, _marked, _shown, _approved, *_meanwhile, _landed),
    st.tuples(_fresh, _marked, _work, _shown, _sign, *_meanwhile, _landed),
    st.tuples(_fresh, _marked, _marked, _shown, _approved, *_meanwhile, _squash, _landed),
    st.tuples(_fresh, _marked, _marked, _shown, _approved, *_meanwhile, _side, _shown, _approved, _landed),
    st.tuples(_fresh, _marked, *_meanwhile, _side, _shown, _approved, _landed, _out, _landed),
    st.tuples(_fresh, _marked, _shown, _approved, _amend | _squash | _rebase, _landed),
    st.tuples(_fresh, _marked, _shown, _amend | _squash | _rebase, _landed),
    st.tuples(_fresh, _marked, _shown, _approved, _landed, _out, _landed),
    st.tuples(_fresh, _marked, _shown, _approved, _landed, _out, _landed, _again, _landed),
    st.tuples(_fresh, _marked, _shown, _landed, _begin, _again, _landed),
    st.tuples(_fresh, _out, _landed),
    st.tuples(_fresh, _again, _landed),
)
steps: st.SearchStrategy[list[Step]] = st.lists(_phrases, min_size=5, max_size=9).map(
    lambda phrases: [step for phrase in phrases for step in phrase]
)
