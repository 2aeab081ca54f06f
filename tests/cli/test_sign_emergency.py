"""The statement that a commit cannot wait, from the desk; what it lifts: tests/attacks/test_emergency_statements.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.signoff import Decision
from tests.support.commands import STORE, for_review, statements
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.commands import Desk
    from tests.support.world import World

pytestmark = one_format
WHY = "checkout is down"


@pytest.fixture(autouse=True)
def allowed(world: World) -> None:
    """A server whose policy lets seniors declare an emergency."""
    world.set_policy(emergency={"allowed": {"at_least": "senior"}})
    world.settle()


def test_it_is_for_one_ref_for_a_day_and_with_its_reason(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    said = senior.ready().ok("sign", "--emergency", WHY, "--into", "main", "--yes", "--local", commit)
    (statement,) = statements(senior, server=False)
    assert statement.decision is Decision.EMERGENCY
    assert (statement.refs, statement.comment) == (("refs/heads/main",), WHY)
    assert statement.expires_at - statement.issued_at == 24 * 3600
    assert [each.id for each in statement.commits] == [commit]
    assert "for main of example/shop alone, until 20" in said.err


def test_it_can_be_shorter(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    senior.ready().ok("sign", "--emergency", WHY, "--expires", "2h", "--yes", "--local", commit)
    (statement,) = statements(senior, server=False)
    assert statement.expires_at - statement.issued_at == 2 * 3600


def test_with_it_the_branch_goes_in_and_show_and_the_push_say_so(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    assert world.clone().push("HEAD:main").refused
    senior.ready().ok("sign", "--emergency", WHY, "--into", "main", "--yes", "origin/review/one")
    (line,) = [line for line in senior.ok("show", commit).out.splitlines() if " emergency by senior-1, " in line]
    assert line.endswith(", main: good")
    pushed = world.clone().push("HEAD:main")
    assert pushed.accepted, pushed.text
    assert "emergency" in pushed.text


def test_who_signs_afterwards_is_not_told_to_repeat_a_push(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    senior.ready().ok("sign", "--emergency", WHY, "--into", "main", "--yes", "origin/review/one")
    assert world.clone().push("HEAD:main").accepted
    senior.clone.git("fetch", "-q")
    said = senior.ok("sign", "--yes", commit)
    assert "They have landed already: it settles what is owed for them." in said.err
    assert "can be repeated" not in said.err


def test_an_emergency_that_was_taken_back_lets_nothing_in(world: World, senior: Desk) -> None:
    (commit,) = for_review(world)
    senior.ready().ok("sign", "--emergency", WHY, "--yes", commit)
    (line,) = [line for line in senior.ok("show", commit).out.splitlines() if " emergency by senior-1, " in line]
    senior.ok("revoke", "--yes", "-m", "it can wait", line.split()[0])
    assert world.clone().push("HEAD:main").refused


@pytest.mark.parametrize("policy", [{}, {"emergency": {"allowed": {"people": ["staff-1"]}}}], ids=["nobody", "staff"])
def test_who_may_not_declare_one_is_told_at_the_desk(world: World, senior: Desk, policy: dict[str, object]) -> None:
    world.set_policy(**policy)
    world.settle()
    (commit,) = for_review(world)
    said = senior.ready().run("sign", "--emergency", WHY, "--yes", commit)
    assert said.status == 2
    assert "senior-1 may not declare an emergency" in said.err
    assert STORE not in senior.clone.git("for-each-ref")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--emergency", ""], "say why"),
        (["--emergency", " . "], "say why"),
        (["--emergency", WHY, "--expires", "25h"], "an emergency lasts 24h at most"),
        (["--emergency", WHY, "--expires", "2d"], "an emergency lasts 24h at most"),
        (["--emergency", WHY, "-m", "more"], "--emergency has its reason already"),
        (["--emergency", WHY, "--into", "nowhere", "origin/review/one"], "does not know refs/heads/nowhere"),
    ],
)
def test_what_is_no_emergency_is_wrong_use(world: World, senior: Desk, arguments: list[str], words: str) -> None:
    for_review(world)
    said = senior.ready().run("sign", "--yes", *arguments)
    assert said.status == 2
    assert words in said.err
    assert STORE not in senior.clone.git("for-each-ref")


def test_the_question_at_a_terminal_names_the_ref(world: World, senior: Desk) -> None:
    for_review(world)
    terminal = senior.ready().terminal("sign", "--emergency", WHY, "--local", "origin/review/one")
    terminal.wait_for("Let 1 commit into main without the sign-offs that are missing? [y/N]: ")
    terminal.type("n\n")
    assert terminal.finish().status == 1
    assert STORE not in senior.clone.git("for-each-ref")
