"""Records behave like frozen keyword-only dataclasses."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.record import Record


class Point(Record):
    x: int
    y: int = 0
    count: ClassVar[int] = 3

    @property
    def double(self) -> int:
        return 2 * self.x


class Named(Point):
    name: str
    y: int = 9


class Twin(Record):
    x: int
    y: int = 0


@dataclasses.dataclass(frozen=True, kw_only=True)
class Model:
    """What `Point` would be, were imports free."""

    x: int
    y: int = 0


arguments = st.dictionaries(st.sampled_from(["x", "y", "z"]), st.integers(0, 2))


@given(arguments)
def test_making_one_accepts_and_refuses_what_a_dataclass_does(given_values: dict[str, int]) -> None:
    try:
        expected = Model(**given_values)
    except TypeError:
        with pytest.raises(TypeError):
            Point(**given_values)
    else:
        made = Point(**given_values)
        assert (made.x, made.y) == (expected.x, expected.y)


@given(st.integers(0, 1), st.integers(0, 1), st.integers(0, 1), st.integers(0, 1))
def test_equality_hash_and_text_are_those_of_the_fields(a: int, b: int, c: int, d: int) -> None:
    left, right = Point(x=a, y=b), Point(x=c, y=d)
    assert (left == right) == (Model(x=a, y=b) == Model(x=c, y=d))
    assert left != right or hash(left) == hash(right)
    assert repr(left) == repr(Model(x=a, y=b)).replace("Model", "Point")


def test_a_missing_field_is_named() -> None:
    with pytest.raises(TypeError, match=r"Point\(\) needs 'x'"):
        Point(y=1)  # type: ignore[call-arg]


def test_unknown_fields_are_all_named() -> None:
    with pytest.raises(TypeError, match=r"Point\(\) knows no 'a', 'b'"):
        Point(x=1, b=2, a=3)  # type: ignore[call-arg]


def test_fields_cannot_be_given_by_position() -> None:
    with pytest.raises(TypeError):
        Point(1)  # type: ignore[call-arg]


@pytest.mark.parametrize("name", ["x", "y", "z", "count"])
def test_nothing_can_be_set_or_deleted(name: str) -> None:
    made: Any = Point(x=1)
    with pytest.raises(AttributeError, match=f"Point is frozen: {name}"):
        setattr(made, name, 2)
    with pytest.raises(AttributeError, match=f"Point is frozen: {name}"):
        delattr(made, name)
    assert made == Point(x=1)


def test_there_is_no_dictionary_to_smuggle_values_into() -> None:
    assert not hasattr(Point(x=1), "__dict__")


def test_a_subclass_has_the_fields_of_its_base_first_and_may_change_defaults() -> None:
    made = Named(x=1, name="n")
    assert made.record_fields[:2] == ("x", "y")
    assert (made.x, made.y, made.name, made.double) == (1, 9, "n", 2)
    assert Point(x=1).y == 0


def test_classes_with_the_same_fields_are_never_equal() -> None:
    assert Point(x=1) != Twin(x=1)
    assert Point(x=1) != Named(x=1, y=0, name="")
    assert len({Point(x=1), Twin(x=1)}) == 2


def test_a_class_variable_is_no_field() -> None:
    assert "count" not in Point.record_fields
    assert Point(x=1).count == 3


def test_replace_changes_the_given_fields_only() -> None:
    made = Point(x=1, y=2)
    assert made.replace(y=5) == Point(x=1, y=5)
    assert made == Point(x=1, y=2)
    with pytest.raises(TypeError, match="knows no 'z'"):
        made.replace(z=1)
