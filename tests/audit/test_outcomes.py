"""What became of changes: reverted by word or by deed, brought back, mended; observed for the same time."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.ai_report import TOO_FEW, Outcomes
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.outcomes import ASSISTED, IGNORED, UNASSISTED, WINDOW, Fates
from gatekeeper.core.survey import Area, Done, Said, Surveyed, key_of

DAY = 86_400
NOW = Timestamp(2_000_000_000)
START = NOW - 1000 * DAY


class Story:
    """A history told commit by commit: each changes a number from one value to another."""

    def __init__(self) -> None:
        self.fates = Fates()
        self.count = 0

    def commit(
        self,
        day: int,
        change: tuple[str, str] = ("", ""),
        *,
        group: int = ASSISTED,
        step: int | None = None,
        parents: int = 1,
        **says: Any,
    ) -> str:
        """Add a commit that landed on a day; return its id. What takes another one out is in no group."""
        name = f"{key_of(str(self.count).encode()):016x}{self.count:024x}"
        old, new = change if change != ("", "") else (f"{self.count} before", f"{self.count} after")
        done = Done(
            areas=(Area(name=b"", added=1, deleted=1),),
            change=key_of(f"{old}>{new}".encode()),
            undoes=key_of(f"{new}>{old}".encode()),
        )
        subject = says.pop("subject", f"Commit {self.count}")
        said = Said(parents=parents, author=b"a@example.com", state="silent", subject=key_of(subject.encode()), **says)
        landed = Surveyed(
            id=name,
            step=self.count if step is None else step,
            landed_at=Timestamp(START + day * DAY),
            said=said,
            done=done,
        )
        if not self.fates.add(landed, said, done):
            self.fates.choose(group)
        self.count += 1
        return name

    def revert(self, day: int, *ids: str, subject: str = "", **more: Any) -> str:
        """Add a commit whose message says that it takes others out; what it does is something else."""
        key = key_of(subject.encode()) if subject else 0
        return self.commit(day, is_revert=True, reverts=ids, reverts_subject=key, **more)

    def end(self, day: int = 900) -> Outcomes:
        """Let time pass, and look."""
        self.commit(day, group=UNASSISTED)
        return self.fates.outcomes(NOW)


def reverted(found: Outcomes) -> tuple[int, int]:
    return found.assisted.reverted.count, found.assisted.n


def test_a_change_that_a_later_message_takes_out_is_reverted() -> None:
    story = Story()
    target = story.commit(0)
    story.commit(1)
    story.revert(3, target[:12])
    found = story.end()
    assert reverted(found) == (1, 2)
    assert found.assisted.seconds_to_revert.median == 3 * DAY


def test_a_change_that_is_taken_out_byte_for_byte_is_reverted_whatever_the_message_says() -> None:
    story = Story()
    story.commit(0, ("one", "two"))
    story.commit(2, ("two", "one"), subject="Tidy up")
    assert reverted(story.end()) == (1, 1)


def test_a_revert_is_found_by_its_subject_where_a_squash_has_replaced_the_id() -> None:
    story = Story()
    story.commit(0, subject="Add retry (#12)")
    story.revert(2, "0123456789abcdef", subject="Add retry (#12)")
    assert reverted(story.end()) == (1, 1)


def test_who_takes_out_a_merge_takes_out_what_it_brought_and_brings_it_back_likewise() -> None:
    for back, expected in ((False, (2, 3)), (True, (0, 3))):
        story = Story()
        story.commit(0, step=3)
        story.commit(0, step=3)
        story.commit(0)  # not of this merge
        merge = story.commit(0, step=3, parents=2, group=IGNORED)
        revert = story.revert(5, merge, subject="Merge topic")
        if back:
            story.revert(6, revert)
        assert reverted(story.end()) == expected


def test_a_merge_on_a_branch_that_is_taken_out_does_not_stand_for_the_whole_branch() -> None:
    story = Story()
    story.commit(0, step=2)
    inner = story.commit(0, step=2, parents=2, group=IGNORED)
    story.commit(0, step=2, parents=2, group=IGNORED)
    story.revert(5, inner)
    assert reverted(story.end()) == (0, 1)


def test_the_id_counts_before_the_subject() -> None:
    story = Story()
    first = story.commit(0, subject="Bump", group=ASSISTED)
    story.commit(1, subject="Bump", group=UNASSISTED)
    story.revert(2, first, subject="Bump")
    found = story.end()
    assert (found.assisted.reverted.count, found.unassisted.reverted.count) == (1, 0)


def test_a_revert_of_a_revert_brings_the_change_back() -> None:
    story = Story()
    story.commit(0, ("one", "two"))
    story.commit(2, ("two", "one"))
    story.commit(4, ("one", "two"))
    assert reverted(story.end()) == (0, 1)
    story = Story()
    target = story.commit(0)
    first = story.revert(2, target)
    second = story.revert(3, first)
    assert reverted(story.end()) == (0, 1)
    story.revert(901, second)
    assert reverted(story.end()) == (1, 1)


def test_reverts_themselves_are_in_no_group() -> None:
    story = Story()
    target = story.commit(0)
    story.revert(2, target)
    found = story.end()
    assert found.assisted.n + found.assisted.too_new + found.unassisted.n + found.unassisted.too_new == 2


def test_what_was_taken_out_before_its_branch_was_merged_was_never_in() -> None:
    story = Story()
    target = story.commit(5, step=7)
    story.revert(5, target, step=7)
    assert reverted(story.end()) == (0, 1)


def test_a_commit_cannot_take_out_what_comes_after_it_nor_itself() -> None:
    story = Story()
    story.revert(0, f"{key_of(b'1'):016x}", f"{key_of(b'0'):016x}")
    story.commit(1)
    assert reverted(story.end()) == (0, 1)


def test_an_abbreviation_that_fits_several_commits_names_none() -> None:
    story = Story()
    names = [story.commit(0) for _ in range(300)]
    digits = next(size for size in range(1, 16) if sum(n.startswith(names[0][:size]) for n in names) == 1)
    story.revert(1, names[0][: digits - 1])
    assert reverted(story.end()) == (0, 300)
    story.revert(2, names[0][:digits])
    assert reverted(story.end()) == (1, 300)


def test_a_change_that_is_too_new_is_left_out_of_the_share() -> None:
    story = Story()
    old = story.commit(0)
    new = story.commit(880)
    story.revert(881, old, new)
    found = story.end(900)
    assert (reverted(found), found.assisted.too_new) == ((0, 1), 1), "the old one stood for longer than the window"


def test_a_revert_after_the_window_does_not_count_so_that_old_and_new_changes_compare() -> None:
    story = Story()
    just, late = story.commit(0), story.commit(0)
    story.revert(WINDOW // DAY, just)
    story.revert(WINDOW // DAY + 1, late)
    assert reverted(story.end()) == (1, 2)


def test_what_a_later_commit_fixes_is_fixed_once_however_often() -> None:
    story = Story()
    target = story.commit(0)
    story.commit(2, fixes=(target[:12],))
    story.commit(4, fixes=(target[:12],))
    found = story.end()
    assert (found.assisted.fixed.count, found.assisted.fixed.base) == (1, 3)
    assert found.assisted.seconds_to_fix.median == 2 * DAY


def test_a_revert_that_says_what_it_fixes_reverts_and_fixes_nothing() -> None:
    story = Story()
    target = story.commit(0)
    story.revert(2, target, fixes=(target,))
    found = story.end()
    assert (found.assisted.reverted.count, found.assisted.fixed.count) == (1, 0)


def test_dates_in_the_future_end_no_observation() -> None:
    story = Story()
    story.commit(0)
    story.commit(500)
    story.commit(100_000)
    found = story.fates.outcomes(NOW)
    assert found.seen_until == START + 500 * DAY
    assert (found.assisted.n, found.assisted.too_new) == (1, 2)


def test_few_changes_are_too_few_to_compare() -> None:
    story = Story()
    story.revert(1, story.commit(0))
    assert story.end().reverted == TOO_FEW


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 2), st.integers(0, 60)), max_size=30))
def test_whatever_takes_out_whatever_no_more_are_reverted_than_there_are(acts: list[tuple[int, int, int]]) -> None:
    story = Story()
    names: list[str] = []
    for target, act, day in acts:
        aim = names[target % len(names)] if names else "0" * 40
        names.append(story.revert(day, aim) if act == 0 else story.commit(day, fixes=(aim,)))
    found = story.end()
    for group in (found.assisted, found.unassisted):
        assert 0 <= group.reverted.count <= group.n
        assert 0 <= group.fixed.count <= group.n
        assert group.seconds_to_revert.n == group.reverted.count
