"""The private Git directory: whatever the repository is called and says, only its objects are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.git.private import make_private_directory, private_environment
from tests.support.repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path

NAMES = [
    "plain",
    "with space",
    "co:lon",
    ":first",
    "last:",
    'quo"te',
    '"quoted"',
    'co:lon and "quote"',
    "back\\slash",
    "co:lon\\back",
    'all:\\"of it\\',
    "new\nline",
    "new:\nline",
    "ümläut:ö",
    "tab\t:x",
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_objects_are_found_whatever_the_path_is(name: str, tmp_path: Path) -> None:
    one = Repository(tmp_path / name / "one.git")
    two = Repository(tmp_path / "two.git")
    blobs = [one.blob(b"one"), two.blob(b"two")]
    objects = [f"{repository.path}/objects" for repository in (one, two)]
    engine = one.engine(tmp_path / "scratch", objects=objects)
    assert [raw.data for raw in engine.objects(blobs)] == [b"one", b"two"]


def test_the_environment_holds_nothing_else(tmp_path: Path) -> None:
    private = private_environment("/bin", "/private", ["/a", "/b:c"])
    assert private["GIT_ALTERNATE_OBJECT_DIRECTORIES"] == '/a:"/b:c"'
    assert private == {
        "PATH": "/bin",
        "LC_ALL": "C",
        "GIT_DIR": "/private",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": '/a:"/b:c"',
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }


def test_only_the_owner_can_look_into_it(repository: Repository, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    private = make_private_directory(str(tmp_path / "x"), repository.format)
    assert (tmp_path / "x/git").stat().st_mode & 0o077 == 0
    found = repository.git("rev-parse", "--show-object-format", "--is-bare-repository", env={"GIT_DIR": private})
    assert found.decode().split() == [repository.format.name, "true"]


def test_what_git_makes_stays_out_of_the_repository(repository: Repository, tmp_path: Path) -> None:
    base = repository.commit({b"f": b"1\n"})
    ours = repository.commit({b"f": b"1\n", b"a": b"ours\n"}, base)
    theirs = repository.commit({b"f": b"1\n", b"b": b"theirs\n"}, base)
    before = sorted(repository.path.rglob("objects/**/*"))
    engine = repository.engine(tmp_path / "scratch")
    (remade,) = engine.remake([(ours, theirs)])
    assert remade.clean
    assert sorted(repository.path.rglob("objects/**/*")) == before
    assert remade.tree is not None
    assert engine.kinds([remade.tree])[0][1] == "tree"
