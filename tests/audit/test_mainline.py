"""Which step of the mainline brings a commit: compared with what Git's own walks say, on made-up histories."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.mainline import NOWHERE, Mainline

Graph = "list[list[int]]"


def name(number: int) -> str:
    return f"{number * 0x9E3779B97F4A7C15 % 2**64:016x}{number:024x}"


@st.composite
def graphs(draw: st.DrawFn) -> list[list[int]]:
    """Histories: of each commit the earlier ones that are its parents."""
    size = draw(st.integers(1, 25))
    return [
        draw(st.lists(st.integers(0, number - 1), max_size=3, unique=True)) if number else [] for number in range(size)
    ]


def reachable(graph: list[list[int]], start: int) -> set[int]:
    found: set[int] = set()
    stack = [start]
    while stack:
        each = stack.pop()
        if each not in found:
            found.add(each)
            stack += graph[each]
    return found


def read(graph: list[list[int]], tips: list[int]) -> list[tuple[str, int, int]]:
    mainline = Mainline()
    for number, parents in enumerate(graph):
        mainline.add(name(number), 1000 + number, [name(parent) for parent in parents])
    return list(mainline.landings([name(tip) for tip in tips]))


@given(graphs())
def test_a_commit_comes_with_the_first_step_of_the_mainline_that_reaches_it(graph: list[list[int]]) -> None:
    tip = len(graph) - 1
    line = [tip]
    while graph[line[-1]]:
        line.append(graph[line[-1]][0])
    for number, (commit, step, when) in enumerate(read(graph, [tip])):
        expected = next((each for each in reversed(line) if number in reachable(graph, each)), NOWHERE)
        assert (commit, step) == (name(number), expected)
        assert when == 1000 + (number if expected == NOWHERE else expected)


@given(graphs(), st.data())
def test_what_two_refs_have_counts_for_the_first(graph: list[list[int]], data: st.DataObject) -> None:
    one, other = (data.draw(st.integers(0, len(graph) - 1)) for _ in range(2))
    alone = {commit: step for commit, step, _ in read(graph, [one])}
    for number, (commit, step, _) in enumerate(read(graph, [one, other])):
        if number in reachable(graph, one):
            assert step == alone[commit]
        else:
            assert (step != NOWHERE) == (number in reachable(graph, other))


def test_absurd_dates_are_bounded() -> None:
    mainline = Mainline()
    mainline.add(name(0), -5, [])
    mainline.add(name(1), 2**200, [name(0)])
    assert [when for _, _, when in mainline.landings([name(1)])] == [0, 2**62 - 1]
