"""What a pusher writes into names, subjects and branches does nothing to the terminal or the shell of who reads it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.signoff import Decision
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World

ESCAPES = {
    "clears the screen": "\x1b[2J\x1b[H",
    "sets the title": "\x1b]0;root\x07",
    "goes back": "safe\x08\x08\x08\x08evil",
    "returns": "evil\rgatekeeper: main: ok.",
    "turns the text around": "\u202etxet",
    "isolates": "\u2066x\u2069",
    "shows nothing": "a\u200b\u2060\ufeffb",
    "looks alike": "\u0430dmin",
    "a C1 control": "\u009b2J",
    "separates lines": "a\u2028gatekeeper: main: ok.",
}
PRINTABLE = re.compile(r"[ -~]*")


def _plain(text: str) -> None:
    for line in text.splitlines():
        assert PRINTABLE.fullmatch(line), ascii(line)


@one_format
@pytest.mark.parametrize("text", ESCAPES.values(), ids=ESCAPES)
def test_subjects_and_names_are_shown_as_what_they_are(world: World, text: str) -> None:
    clone = world.clone("junior-1")
    message = f"{text} to checkout\n\nReviewed-by: {text}\nAssisted-by: claude\n"
    commit = clone.commit(message, author=f"{text.replace(chr(13), '')} <x{ord(text[0])}@example.com>")
    pushed = clone.push("main:main")
    assert pushed.refused
    _plain(pushed.stderr.replace("\x1b[K", ""))
    assert len([line for line in pushed.lines if line.startswith("gatekeeper: ")]) == 1
    world.approve(commit)
    assert clone.push("main:main").accepted


@one_format
@pytest.mark.parametrize("text", ESCAPES.values(), ids=ESCAPES)
def test_so_are_the_words_of_a_veto(world: World, text: str) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    no = world.signoff("senior-2", clone, [commit], Decision.REJECT, comment=f"because {text}")
    assert world.store_push(clone, [no]).accepted
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "because" in pushed.text
    _plain(pushed.stderr.replace("\x1b[K", ""))


NAMES = [
    "$(touch${IFS}owned)",
    "`touch${IFS}owned`",
    "a;touch${IFS}owned",
    "a|sh",
    "a&&b",
    "a'b",
    'a"b',
    "a>b",
    "-rf",
    "--upload-pack=x",
    "a\u202eb",
    "\u0430",
    "a!b",
    "a%0Ab",
]


@one_format
@pytest.mark.parametrize("name", NAMES)
def test_the_commands_of_a_refusal_can_be_pasted_whatever_the_branch_is_called(world: World, name: str) -> None:
    world.set_policy(protect=["refs/heads/**"])
    clone = world.clone("junior-1")
    clone.assisted()
    pushed = clone.push(f"main:refs/heads/{name}")
    assert pushed.refused
    _plain(pushed.stderr.split("\nTo ")[0].replace("\x1b[K", ""))
    commands = [line for line in pushed.lines if re.search(r"git push|gatekeeper (sign|explain)", line)]
    assert commands
    for command in commands:
        assert not set(command) & set("$`;|&<>'\"\\!%"), command
        assert name not in command
    assert not (world.root / "owned").exists()
    honest = clone.push("main:refs/heads/release/1.x")
    assert "gatekeeper explain" in honest.text
    assert "--into release/1.x\n" in honest.text


@one_format
def test_a_roster_that_the_pusher_cannot_write_is_all_that_names_people(world: World) -> None:
    """A pushed .mailmap (gitmailmap(5)) makes nobody somebody else."""
    clone = world.clone("junior-1")
    mapped = "Senior One <senior-1@example.com> <junior-1@example.com>\n"
    clone.commit("Names", {".mailmap": mapped})
    assert clone.push("main:main").accepted
    world.git("config", "mailmap.blob", "refs/heads/main:.mailmap")
    world.git("config", "log.mailmap", "true")
    commit = clone.assisted()
    assert "senior-1@example.com" in clone.git("log", "-1", "--use-mailmap", "--format=%aE")
    assert clone.push("main:main").refused
    own = world.signoff("junior-1", clone, [commit])
    assert world.store_push(clone, [own]).refused
    world.approve(commit)
    assert clone.push("main:main").accepted
