"""Merges that Git makes again, with what conflicts and what cannot be merged."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.ids import ObjectId
from gatekeeper.git import Remade
from gatekeeper.git.plumbing import Plumbing

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.repositories import Repository


LINES = [b"line %d\n" % number for number in range(12)]


def with_line(number: int, text: bytes) -> bytes:
    return b"".join([*LINES[:number], text, *LINES[number + 1 :]])


class TestRemake:
    def test_many_merges_in_one_go(self, repository: Repository, engine: Plumbing) -> None:
        base = repository.commit({b"f": b"".join(LINES)})
        top = repository.commit({b"f": with_line(0, b"top\n")}, base)
        bottom = repository.commit({b"f": with_line(11, b"bottom\n")}, base)
        clash = repository.commit({b"f": with_line(0, b"clash\n")}, base)
        stranger = repository.commit({b"g": b"x"})
        both = repository.tree({b"f": b"".join([b"top\n", *LINES[1:11], b"bottom\n"])})
        clean = Remade(tree=both, clean=True)
        unrelated = Remade(tree=None, clean=False)
        asked = [
            (top, bottom),
            (top, clash),
            (top, stranger),
            (bottom, top),
            (stranger, top),
            (top, bottom),
            (base, top),
        ]
        found = engine.remake(asked)
        assert found[0] == found[3] == found[5] == clean
        assert found[2] == found[4] == unrelated
        assert (found[1].clean, found[1].tree is None) == (False, False)
        assert found[6] == Remade(tree=repository.tree({b"f": with_line(0, b"top\n")}), clean=True)
        assert engine.remake([]) == []

    @pytest.mark.parametrize("count", [1, 2, 3])
    def test_only_strangers(self, count: int, repository: Repository, engine: Plumbing) -> None:
        one, two = repository.commit({b"f": b"1"}), repository.commit({b"g": b"2"})
        assert engine.remake([(one, two)] * count) == [Remade(tree=None, clean=False)] * count

    def test_what_is_no_commit_is_no_clean_merge(self, repository: Repository, engine: Plumbing) -> None:
        commit, blob = repository.commit({b"f": b"1"}), repository.blob(b"1")
        absent = ObjectId("1" * repository.format.hex_length)
        for other in (blob, absent):
            assert engine.remake([(commit, other)]) == [Remade(tree=None, clean=False)]

    def test_conflicts_of_odd_paths_do_not_break_the_framing(self, repository: Repository, engine: Plumbing) -> None:
        names = (b"1", b"0", b"new\nline", b"tab\tx")
        base = repository.commit(dict.fromkeys(names, b"base\n"))
        ours = repository.commit(dict.fromkeys(names, b"ours\n"), base)
        theirs = repository.commit(dict.fromkeys(names, b"theirs\n"), base)
        found = engine.remake([(ours, theirs), (base, ours), (ours, theirs)])
        assert [remade.clean for remade in found] == [False, True, False]

    @pytest.mark.parametrize("where", ["config", "info/attributes", "tree"])
    def test_drivers_and_attributes_of_the_repository_have_no_effect(
        self, where: str, repository: Repository, engine: Plumbing, tmp_path: Path
    ) -> None:
        witness = tmp_path / "witness"
        files: dict[bytes, bytes] = {}
        if where == "tree":
            files[b".gitattributes"] = b"* merge=evil\n"
        else:
            (repository.path / "info").mkdir(exist_ok=True)
            (repository.path / "info/attributes").write_text("* merge=evil\n")
        driver = f"touch {witness}; true"
        repository.git("config", "merge.evil.driver", driver)
        repository.git("config", "merge.default", "evil" if where == "config" else "union")
        repository.git("config", "merge.renames", "false")
        base = repository.commit({**files, b"f": b"base\n"})
        ours = repository.commit({**files, b"f": b"ours\n"}, base)
        theirs = repository.commit({**files, b"f": b"theirs\n"}, base)
        (remade,) = engine.remake([(ours, theirs)])
        assert not remade.clean
        assert not witness.exists()
