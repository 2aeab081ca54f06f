"""When a sign-off carries over: which ways a policy admits, which lines are the same, what covers a range."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.carryover import (
    Carry,
    CarryOver,
    Kind,
    carried_flaw,
    cover,
    done_to_lines,
    parents_first,
    same_lines,
)
from gatekeeper.core.changes import ABSENT, Change, RawEntry, make_change
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.testimony import Standing
from tests.support.values import A, B, C, D, person, signed_commit, sworn

SUE = person("sue")
ANN = person("ann", "staff")
ZERO = ObjectId("0" * 40)


class TestWhatIsAdmitted:
    @pytest.mark.parametrize("kind", Kind)
    def test_unless_the_policy_says_otherwise_everything_carries(self, kind: Kind) -> None:
        assert CarryOver().admits(kind, exact=False) is True
        assert CarryOver().admits(kind, exact=True) is True

    @pytest.mark.parametrize("kind", Kind)
    @pytest.mark.parametrize(
        ("carry", "exact", "remade"),
        [(Carry.OFF, False, False), (Carry.EXACT, True, False), (Carry.REMADE, True, True)],
    )
    def test_each_way_has_its_own_setting(self, kind: Kind, carry: Carry, exact: bool, remade: bool) -> None:
        for other in Carry:
            every = {each.value: other for each in Kind}
            settings = CarryOver(**{**every, kind.value: carry})
            assert settings.admits(kind, exact=True) is exact
            assert settings.admits(kind, exact=False) is remade


def entry(path: bytes = b"a.py", old: str = "old", new: str = "new", **modes: str) -> RawEntry:
    honest: Any = {"old_mode": "100644", "new_mode": "100644", "old_id": ObjectId(old), "new_id": ObjectId(new)}
    return RawEntry(path=path, **{**honest, **modes})


def same(left: Change, right: Change, **contents: bytes) -> bool:
    return same_lines(left, right, lambda *pair: done_to_lines(*map(contents.__getitem__, pair)))


class TestSameLines:
    def test_the_same_edit_of_a_file_that_differs_elsewhere(self) -> None:
        left, right = (entry(old="a1", new="a2"),), (entry(old="b1", new="b2"),)
        contents = {"a1": b"x\ny\n", "a2": b"x\nz\n", "b1": b"top\nx\ny\n", "b2": b"top\nx\nz\n"}
        assert same(left, right, **contents) is True

    @pytest.mark.parametrize("b2", [b"top\nx\ny\nz\n", b"top\nx\n", b"top\nx\nw\n", b"top\nx\nz\nz\n", b"x\nz\n"])
    def test_another_edit(self, b2: bytes) -> None:
        left, right = (entry(old="a1", new="a2"),), (entry(old="b1", new="b2"),)
        contents = {"a1": b"x\ny\n", "a2": b"x\nz\n", "b1": b"top\nx\ny\n", "b2": b2}
        assert same(left, right, **contents) is False
        assert same(right, left, **contents) is False

    def test_the_same_blobs_are_not_read(self) -> None:
        assert same((entry(),), (entry(),)) is True

    @pytest.mark.parametrize("right", [entry(old="other"), entry(new="other")])
    def test_blobs_that_differ_on_one_side_are_read(self, right: RawEntry) -> None:
        contents = {"old": b"x\n", "new": b"y\n", "other": b"z\n"}
        assert same((entry(),), (right,), **contents) is False

    def test_every_file_counts_also_after_one_that_is_the_same(self) -> None:
        left = make_change([entry(b"a"), entry(b"b", "old", "new")])
        right = make_change([entry(b"a"), entry(b"b", "old", "evil")])
        contents = {"old": b"x\n", "new": b"y\n", "evil": b"z\n"}
        assert same(left, right, **contents) is False
        assert same(right, left, **contents) is False

    def test_every_file_counts_also_after_one_with_the_same_lines(self) -> None:
        left = make_change([entry(b"a", "a1", "a2"), entry(b"b", "b1", "b2")])
        right = make_change([entry(b"a", "c1", "c2"), entry(b"b", "b1", "d2")])
        contents = {"a1": b"", "a2": b"x", "c1": b"\n", "c2": b"\nx", "b1": b"", "b2": b"y", "d2": b"z"}
        assert same(left[:1], left[:1], **contents) is True
        assert same(left, right, **contents) is False

    @pytest.mark.parametrize(
        "right",
        [
            (),
            (entry(b"b.py"),),
            (entry(new_mode="100755"),),
            (entry(old_mode="100755"),),
            (entry(), entry(b"b.py")),
        ],
        ids=repr,
    )
    def test_other_paths_or_modes(self, right: Change) -> None:
        contents = {"old": b"x\n", "new": b"y\n"}
        assert same((entry(),), right, **contents) is False
        assert same(right, (entry(),), **contents) is False

    def test_the_mode_of_an_executable_is_that_of_a_file(self) -> None:
        modes: Any = {"old_mode": "100644", "new_mode": "100755"}
        left, right = entry(old="a1", new="a2", **modes), entry(old="b1", new="b2", **modes)
        contents = {"a1": b"1\n", "a2": b"1\n2\n", "b1": b"0\n1\n", "b2": b"0\n1\n2\n"}
        assert same((left,), (right,), **contents) is True

    @pytest.mark.parametrize(
        "modes",
        [
            {"old_mode": "160000", "new_mode": "160000"},
            {"old_mode": "160000"},
            {"new_mode": "160000"},
            {"old_mode": "120000", "new_mode": "120000"},
            {"old_mode": "120000"},
            {"new_mode": "120000"},
            {"old_mode": ABSENT},
            {"new_mode": ABSENT},
        ],
        ids=repr,
    )
    def test_what_is_no_file_on_both_sides_must_be_the_same_before_and_after(self, modes: Any) -> None:
        left, right = entry(old="a1", new="a2", **modes), entry(old="b1", new="b2", **modes)
        contents = {"a1": b"1\n", "a2": b"1\n2\n", "b1": b"0\n1\n", "b2": b"0\n1\n2\n"}
        assert same((left,), (right,), **contents) is False
        assert same((left,), (left,)) is True

    @pytest.mark.parametrize("binary", ["a1", "a2", "b1", "b2"])
    def test_bytes_with_nul_have_no_lines(self, binary: str) -> None:
        left, right = entry(old="a1", new="a2"), entry(old="b1", new="b2")
        contents = {"a1": b"1\n", "a2": b"1\n2\n", "b1": b"0\n1\n", "b2": b"0\n1\n2\n"}
        assert same((left,), (right,), **contents) is True
        assert same((left,), (right,), **{**contents, binary: contents[binary] + b"\0"}) is False

    def test_bytes_with_nul_are_not_the_same_though_their_lines_are(self) -> None:
        left, right = entry(old="a1", new="a2"), entry(old="b1", new="b2")
        contents = {"a1": b"1\n", "a2": b"1\n2\n", "b1": b"\0\n1\n", "b2": b"\0\n1\n2\n"}
        assert same((left,), (right,), **contents) is False
        assert same((right,), (left,), **contents) is False


FINE: dict[str, Any] = {"admitted": True, "same_author": True, "earlier": "", "reverted": False, "spent": False}


@pytest.mark.parametrize(
    ("wrong", "flaw"),
    [
        ({}, ""),
        ({"admitted": False}, "carry-off"),
        ({"same_author": False}, "author-differs"),
        ({"reverted": True}, "reverted-since"),
        ({"spent": True}, "landed-before"),
        ({"earlier": "earlier-missing"}, "earlier-missing"),
        ({"earlier": "reverted-since", "spent": True}, "landed-before"),
        ({"earlier": "earlier-missing", "spent": True, "reverted": True}, "reverted-since"),
        ({"spent": True, "reverted": True, "same_author": False}, "author-differs"),
        ({"same_author": False, "admitted": False}, "carry-off"),
    ],
    ids=repr,
)
def test_the_first_condition_that_fails_is_named(wrong: dict[str, Any], flaw: str) -> None:
    assert carried_flaw(**{**FINE, **wrong}) == flaw


def approval(name: str = "one", flaw: str = "", signer: Any = SUE) -> Standing:
    return Standing(testimony=sworn(signer, name), flaw=flaw)


def covered(
    *standings: tuple[ObjectId, Standing], needed: tuple[ObjectId, ...] = (A, B), assisted: tuple[ObjectId, ...] = ()
) -> list[tuple[str, str, bool]]:
    """What counts for a range: (statement, flaw, partial)."""
    found = cover(needed, assisted, standings)
    assert all(standing.reviewed == needed for standing in found)
    return [(standing.testimony.statement_id, standing.flaw, standing.partial) for standing in found]


class TestCover:
    def test_one_statement_about_all_of_it(self) -> None:
        assert covered((A, approval()), (B, approval())) == [("one", "", False)]

    def test_statements_that_cover_it_together(self) -> None:
        found = covered((A, approval("one")), (B, approval("two")))
        assert found == [("one", "", False), ("two", "", False)]

    def test_part_of_it_does_not_do(self) -> None:
        assert covered((A, approval())) == [("one", "covers-part", True)]
        assert covered((A, approval()), assisted=(B,)) == [("one", "covers-part", True)]
        assert covered((A, approval()), needed=(A, B, C), assisted=(A, B)) == [("one", "covers-part", True)]

    def test_every_assisted_commit_is_enough_for_rules_on_those(self) -> None:
        assert covered((A, approval()), assisted=(A,)) == [("one", "", True)]
        found = covered((A, approval("one")), (B, approval("two")), needed=(A, B, C), assisted=(A, B))
        assert found == [("one", "", True), ("two", "", True)]

    def test_two_people_do_not_cover_it_together(self) -> None:
        found = covered((A, approval("one")), (B, approval("two", signer=ANN)), assisted=(A, B))
        assert found == [("one", "covers-part", True), ("two", "covers-part", True)]

    def test_what_somebody_covers_does_not_count_for_another(self) -> None:
        found = covered((A, approval("one")), (B, approval("one")), (A, approval("two", signer=ANN)))
        assert found == [("one", "", False), ("two", "covers-part", True)]

    def test_a_statement_with_a_flaw_covers_nothing(self) -> None:
        found = covered((A, approval("one")), (B, approval("two", flaw="expired")), assisted=(B,))
        assert found == [("one", "covers-part", True), ("two", "expired", True)]

    def test_a_flaw_stays_beside_a_statement_that_covers_everything(self) -> None:
        found = covered((A, approval("one")), (A, approval("two", flaw="expired")), (B, approval("one")))
        assert found == [("one", "", False), ("two", "expired", False)]

    def test_a_statement_that_is_good_for_one_commit_is_not_shown_with_the_flaw_of_another(self) -> None:
        found = covered((A, approval("one")), (B, approval("two")), (A, approval("two", flaw="landed-before")))
        assert found == [("one", "", False), ("two", "", False)]

    def test_a_statement_with_one_flaw_for_several_commits_is_shown_once(self) -> None:
        assert covered((A, approval(flaw="expired")), (B, approval(flaw="expired"))) == [("one", "expired", True)]

    def test_who_is_nobody_of_the_roster_is_told_apart_by_name(self) -> None:
        def said(name: str, by: str) -> Standing:
            testimony = sworn(None, name)
            return Standing(testimony=testimony.replace(statement=testimony.statement.replace(signer=by)))

        found = covered((A, said("one", "x")), (B, said("two", "y")))
        assert found == [("one", "covers-part", True), ("two", "covers-part", True)]
        assert covered((A, said("one", "x")), (B, said("two", "x"))) == [("one", "", False), ("two", "", False)]

    def test_whose_key_it_is_counts_and_not_the_name_that_the_statement_gives(self) -> None:
        testimony = sworn(ANN, "two")
        posing = Standing(testimony=testimony.replace(statement=testimony.statement.replace(signer="sue")))
        found = covered((A, approval("one")), (B, posing))
        assert found == [("one", "covers-part", True), ("two", "covers-part", True)]

    @given(
        said=st.sets(st.sampled_from((A, B, C, D))),
        needed=st.sets(st.sampled_from((A, B, C, D)), min_size=1),
        assisted=st.sets(st.sampled_from((A, B, C, D))),
    )
    def test_it_is_good_only_if_nothing_that_is_asked_for_is_missing(
        self, said: set[ObjectId], needed: set[ObjectId], assisted: set[ObjectId]
    ) -> None:
        assisted &= needed
        standings = [(commit, approval()) for commit in sorted(said)]
        for standing in cover(sorted(needed), sorted(assisted), standings):
            assert standing.partial == bool(needed - said)
            assert bool(standing.flaw) == (bool(needed - said) and (not assisted or bool(assisted - said)))


class TestParentsFirst:
    def order(self, *listed: tuple[ObjectId, str]) -> list[ObjectId]:
        return [each.id for each in parents_first([signed_commit(name, parent=parent) for name, parent in listed])]

    def test_what_is_in_order_or_unrelated_stays_as_it_is_listed(self) -> None:
        assert self.order((A, D), (B, A), (C, B)) == [A, B, C]
        assert self.order((C, D), (A, D), (B, "")) == [C, A, B]

    def test_a_parent_comes_before_its_children_and_after_what_is_listed_before_them(self) -> None:
        assert self.order((C, B), (B, A), (A, D)) == [A, B, C]
        assert self.order((D, ""), (B, A), (C, D), (A, "")) == [D, A, B, C]

    def test_a_claimed_circle_loses_nothing(self) -> None:
        assert sorted(self.order((A, B), (B, A), (C, C))) == [A, B, C]
