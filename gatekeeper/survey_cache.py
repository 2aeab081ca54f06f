"""What was surveyed of each commit, kept by its id: a second audit costs what is new.

A commit's id stands for its bytes, so what it changes holds for ever; what it says also depends on what counts as a
mark, so that is thrown away when the marks change. The file may vanish, rot, or be written by somebody else: then it
is made anew, and whatever it says changes figures only, never a decision nor an exception.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import suppress

from gatekeeper.core import plain
from gatekeeper.core.declaration import State
from gatekeeper.core.hashing import sha256_hex
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.survey import Area, Done, Said, Surveyed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any, Self

APPLICATION = 0x676B7376  # "gksv"
SCHEMA = 1
BATCH = 2000
"""Commits that are written in one transaction."""
MODE = 0o600
BUSY_SECONDS = 30.0
TABLES = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE said (id TEXT PRIMARY KEY, note TEXT NOT NULL, body TEXT) WITHOUT ROWID",
    "CREATE TABLE done (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID",
)
WANTED = """
CREATE TEMP TABLE wanted (
    position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, note TEXT NOT NULL, step INTEGER, landed_at INTEGER
)
"""
STALE = "DELETE FROM said WHERE id IN (SELECT w.id FROM wanted w JOIN said s ON s.id = w.id WHERE s.note <> w.note)"
UNSAID = "SELECT w.id FROM wanted w LEFT JOIN said s ON s.id = w.id WHERE s.id IS NULL ORDER BY w.position"
UNDONE = """
SELECT w.id, s.body FROM wanted w JOIN said s ON s.id = w.id LEFT JOIN done d ON d.id = w.id
WHERE d.id IS NULL ORDER BY w.position
"""
ALL = """
SELECT w.id, w.step, w.landed_at, s.body, d.body
FROM wanted w JOIN said s ON s.id = w.id LEFT JOIN done d ON d.id = w.id ORDER BY w.position
"""


class SpoiledError(Exception):
    """The file is not what this module writes."""


def cache_path(git_dir: str) -> str:
    """Return the file for a repository in the user's cache directory (XDG Base Directory Specification).

    Empty if there can be no such directory.
    """
    base = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(base):
        base = os.path.expanduser("~/.cache")
    directory = os.path.join(base, "gatekeeper")
    try:
        os.makedirs(directory, mode=0o700, exist_ok=True)
    except OSError:
        return ""
    return os.path.join(directory, f"survey-{sha256_hex(os.fsencode(os.path.realpath(git_dir)))[:32]}.db")


def remove(path: str) -> None:
    """Remove a cache, and what SQLite keeps beside it: an old journal would spoil the new file."""
    for suffix in ("-journal", "-wal", "-shm", ""):
        with suppress(OSError):
            os.unlink(path + suffix)


class SurveyCache:
    """The file, opened for one survey. A context manager: it closes the file."""

    def __init__(self, path: str, rules: str) -> None:
        """Open the file at `path`, making it if need be; `rules` stands for what counts as a mark.

        Raises:
            SpoiledError: if it is no file of this kind.
            OSError: if it cannot be made.
        """
        if os.path.lexists(path):
            found = os.lstat(path)
            if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
                raise SpoiledError(f"{path} is not ours alone to write")
        # Made here and not by SQLite, so that it is private from the first moment.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, MODE))
        self._database = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
        try:
            self._prepare(rules)
        except BaseException as error:
            self._database.close()
            if isinstance(error, sqlite3.Error):
                raise SpoiledError(f"{path}: {error}") from None
            raise

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self._database.close()

    def _prepare(self, rules: str) -> None:
        run = self._database.execute
        run("PRAGMA trusted_schema = OFF")
        run("PRAGMA synchronous = OFF")  # what a crash spoils is made anew
        run("PRAGMA temp_store = MEMORY")
        run("BEGIN IMMEDIATE")
        tables = [sql for (sql,) in run("SELECT sql FROM sqlite_master ORDER BY rowid")]
        if not tables:
            for table in TABLES:
                run(table)
            run(f"PRAGMA application_id = {APPLICATION}")
            run(f"PRAGMA user_version = {SCHEMA}")
        elif tables != list(TABLES) or self._number("application_id") != APPLICATION:
            raise SpoiledError("its tables are not ours")
        if self._number("user_version") != SCHEMA:
            raise SpoiledError("another version wrote it")
        if run("SELECT value FROM meta WHERE name = 'rules'").fetchone() != (rules,):
            run("DELETE FROM said")
            run("INSERT OR REPLACE INTO meta VALUES ('rules', ?)", (rules,))
        run("COMMIT")
        run(WANTED)

    def _number(self, pragma: str) -> int:
        return int(self._database.execute(f"PRAGMA {pragma}").fetchone()[0])

    def want(self, commits: Iterable[tuple[str, int, Timestamp]], notes: Mapping[str, str]) -> int:
        """Say which commits are asked for, in which order, with what is told of them; return how many they are.

        `notes` are the blobs of notes that say more of some of them: what was said under another note is forgotten.
        """
        rows = (
            (position, each, notes.get(each, ""), step, when) for position, (each, step, when) in enumerate(commits)
        )
        self._database.execute("BEGIN IMMEDIATE")
        count = self._database.executemany("INSERT INTO wanted VALUES (?, ?, ?, ?, ?)", rows).rowcount
        self._database.execute(STALE)
        self._database.execute("COMMIT")
        return max(count, 0)

    def unsaid(self) -> list[str]:
        """Return those of which it is not known what they say."""
        return [name for (name,) in self._database.execute(UNSAID)]

    def undone(self) -> list[tuple[str, int]]:
        """Return those of which it is not known what they change, with their number of parents."""
        return [(name, said_of(body).parents) for name, body in self._database.execute(UNDONE) if body is not None]

    def say(self, found: Iterable[tuple[str, str, Said | None]]) -> None:
        """Keep what commits say: (id, blob of its note, what it says)."""
        self._write(
            "INSERT OR REPLACE INTO said VALUES (?, ?, ?)",
            ((name, note, None if said is None else plain.dumps(_fields(said))) for name, note, said in found),
        )

    def do(self, found: Iterable[tuple[str, Done]]) -> None:
        """Keep what commits change."""
        rows = ((name, plain.dumps([_areas(done), done.change, done.undoes, done.counted])) for name, done in found)
        self._write("INSERT OR REPLACE INTO done VALUES (?, ?)", rows)

    def _write(self, statement: str, rows: Iterable[tuple[Any, ...]]) -> None:
        batch: list[tuple[Any, ...]] = []
        for row in rows:
            batch.append(row)
            if len(batch) == BATCH:
                self._commit(statement, batch)
                batch.clear()
        self._commit(statement, batch)

    def _commit(self, statement: str, batch: list[tuple[Any, ...]]) -> None:
        self._database.execute("BEGIN IMMEDIATE")
        self._database.executemany(statement, batch)
        self._database.execute("COMMIT")

    def all(self) -> Iterator[Surveyed]:
        """Yield the commits that were asked for, in that order.

        Raises:
            SpoiledError: at one that cannot be read.
        """
        for name, step, landed_at, said, done in self._database.execute(ALL):
            yield Surveyed(
                id=name,
                step=step,
                landed_at=Timestamp(landed_at),
                said=None if said is None else said_of(said),
                done=None if done is None else done_of(done),
            )


def _text(data: bytes) -> str:
    return data.decode("latin-1")


def _bytes(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise SpoiledError(f"bytes are {text[:100]!r}") from None


def _areas(done: Done) -> list[list[Any]]:
    return [[_text(area.name), area.added, area.deleted] for area in done.areas]


def _fields(said: Said) -> list[Any]:
    values = [getattr(said, field) for field in Said.record_fields]
    return [_text(value) if isinstance(value, bytes) else value for value in values]


def said_of(body: str) -> Said:
    """Return what was kept as text.

    Raises:
        SpoiledError: if it is something else.
    """
    fields = _list(body, SAID)
    parents, author, state, tools, subject, is_revert, reverts, reverts_subject, fixes = fields
    if state not in STATES:
        raise SpoiledError(f"a state is {state[:100]}")
    return Said(
        parents=parents,
        author=_bytes(author),
        state=state,
        tools=_texts(tools),
        subject=subject,
        is_revert=is_revert,
        reverts=_texts(reverts),
        reverts_subject=reverts_subject,
        fixes=_texts(fixes),
    )


def done_of(body: str) -> Done:
    """Return what was kept as text.

    Raises:
        SpoiledError: if it is something else.
    """
    areas, change, undoes, counted = _list(body, DONE)
    found: list[Area] = []
    for area in areas:
        if not isinstance(area, list) or tuple(map(type, area)) != AREA or min(area[1:]) < 0:
            raise SpoiledError(f"an area is {str(area)[:100]}")
        found.append(Area(name=_bytes(area[0]), added=area[1], deleted=area[2]))
    return Done(areas=tuple(found), change=change, undoes=undoes, counted=counted)


STATES = frozenset(state.value for state in State)
SAID: tuple[type, ...] = (int, str, str, list, int, bool, list, int, list)
DONE: tuple[type, ...] = (list, int, int, bool)
AREA: tuple[type, ...] = (str, int, int)


def _list(body: object, kinds: tuple[type, ...]) -> list[Any]:
    try:
        value = plain.loads(body) if isinstance(body, str) else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, list) or tuple(map(type, value)) != kinds:
        raise SpoiledError(f"a row holds {str(body)[:100]}")
    return value


def _texts(values: list[Any]) -> tuple[str, ...]:
    if not all(isinstance(value, str) for value in values):
        raise SpoiledError(f"a list holds {str(values)[:100]}")
    return tuple(values)
