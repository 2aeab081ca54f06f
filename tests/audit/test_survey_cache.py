"""The cache of a survey: it saves work, and whoever wrote it, it decides nothing and stops nothing."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.declaration import MarkRules
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.policy import Policy
from gatekeeper.git.history import History as Reading
from gatekeeper.surveying import Known, survey
from tests.support.histories import DAY, MARK, START, History

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import Any

    from gatekeeper.core.ai_report import AiReport

NOW = Timestamp(START + 400 * DAY)


@pytest.fixture
def history(tmp_path: Path) -> History:
    made = History(tmp_path / "shop.git")
    for number in range(10):
        made.commit({f"d{number % 3}/f": f"{number}\n"}, f"Change\n\n{MARK}\n" if number % 2 else "Change", day=number)
    made.write()
    return made


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache.db"


def look(history: History, cache: Path | None, known: Known | None = None) -> AiReport:
    return survey(str(history.path), NOW, known=known or Known(), cache=str(cache) if cache else "")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How many commits Git was asked about."""
    count = {"objects": 0, "changes": 0}

    def counting(name: str, real: Callable[[Reading, Sequence[str]], Any]) -> Callable[[Reading, Sequence[str]], Any]:
        def counted(reading: Reading, ids: Sequence[str]) -> Any:
            count[name] += len(ids)
            return real(reading, ids)

        return counted

    for name in count:
        real = getattr(Reading, name)

        monkeypatch.setattr(Reading, name, counting(name, real))
    return count


def test_a_second_survey_asks_only_about_what_is_new(history: History, cache: Path, asked: dict[str, int]) -> None:
    first = look(history, cache)
    assert asked == {"objects": 10, "changes": 10}
    assert look(history, cache) == first
    assert asked == {"objects": 10, "changes": 10}
    history.commit({"new": "1\n"}, day=20)
    history.write()
    assert look(history, cache).population.commits == 11
    assert asked == {"objects": 11, "changes": 11}
    assert look(history, cache) == look(history, None)


def test_other_marks_read_messages_again_and_no_diff(history: History, cache: Path, asked: dict[str, int]) -> None:
    look(history, cache)
    known = Known(policy=Policy(protect=("HEAD",), rules=(), assisted=MarkRules(keys=(b"subject",))))
    look(history, cache, known)
    assert asked == {"objects": 20, "changes": 10}
    assert look(history, cache) == look(history, None)


def spoil_not_a_database(cache: Path) -> None:
    cache.write_bytes(b"not a database\n" * 1000)


def spoil_torn(cache: Path) -> None:
    data = bytearray(cache.read_bytes())
    data[4096:8192] = b"\xff" * 4096
    cache.write_bytes(data[: len(data) * 2 // 3])


def execute(cache: Path, *statements: str) -> None:
    with sqlite3.connect(cache) as database:
        for statement in statements:
            database.execute(statement)
    database.close()


SPOILED = {
    "foreign tables": ("CREATE TABLE other (x)",),
    "a trigger": ("CREATE TRIGGER t AFTER DELETE ON said BEGIN DELETE FROM done; END",),
    "a view in place of a table": (
        "DROP TABLE done",
        "CREATE VIEW done AS SELECT id, '[[],1,1,true]' AS body FROM said",
    ),
    "another version": ("PRAGMA user_version = 99",),
    "another program's": ("PRAGMA application_id = 1",),
    "text that is no JSON": ("UPDATE said SET body = 'x'",),
    "deep JSON": ("UPDATE done SET body = printf('%.*c', 100000, '[')",),
    "JSON of another form": ("UPDATE done SET body = '{\"areas\": []}'",),
    "fields of another type": ("UPDATE done SET body = '[[[1,1,1]],1,1,true]'",),
    "a negative count": ("UPDATE done SET body = '[[[\"a\",-1,1]],1,1,true]'",),
    "a number without end": ("UPDATE done SET body = '[[[\"a\",1,1]],' || printf('%.*c', 9000, '9') || ',1,true]'",),
    "characters that are no bytes": ("UPDATE done SET body = '[[[\"\u4e00\",1,1]],1,1,true]'",),
    "a state that is none": ("UPDATE said SET body = replace(body, 'silent', 'loud')",),
    "numbers in a list of texts": ("UPDATE said SET body = replace(body, '[]', '[1]')",),
    "a blob": ("UPDATE done SET body = x'00ff'",),
}


@pytest.mark.parametrize("how", SPOILED)
def test_a_cache_that_somebody_spoiled_is_made_anew(history: History, cache: Path, how: str) -> None:
    honest = look(history, cache)
    execute(cache, *SPOILED[how])
    assert look(history, cache) == honest
    assert look(history, cache) == honest


@pytest.mark.parametrize("spoil", [spoil_not_a_database, spoil_torn])
def test_a_cache_that_rotted_is_made_anew(history: History, cache: Path, spoil: Callable[[Path], None]) -> None:
    honest = look(history, cache)
    spoil(cache)
    assert look(history, cache) == honest


def test_a_cache_that_others_may_write_is_not_read(history: History, cache: Path) -> None:
    honest = look(history, cache)
    execute(cache, "UPDATE said SET body = replace(body, 'silent', 'declared')")
    cache.chmod(0o666)
    assert look(history, cache) == honest
    assert cache.stat().st_mode & 0o777 == 0o600


def test_a_link_in_its_place_is_removed_and_what_it_points_at_stays(
    history: History, cache: Path, tmp_path: Path
) -> None:
    precious = tmp_path / "precious"
    precious.write_text("stay\n")
    cache.symlink_to(precious)
    assert look(history, cache).population.commits == 10
    assert precious.read_text() == "stay\n"
    assert not cache.is_symlink()


def test_where_nothing_can_be_written_it_does_without(history: History, tmp_path: Path) -> None:
    assert look(history, tmp_path / "none" / "cache.db").population.commits == 10


def test_without_a_ledger_it_lies_in_the_users_cache_directory(
    history: History, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    before = sorted(history.path.iterdir())
    survey(str(history.path), NOW)
    assert len(list((tmp_path / "caches/gatekeeper").glob("survey-*.db"))) == 1
    assert sorted(history.path.iterdir()) == before, "a repository that is only looked at stays as it was"
