"""Entries -> tables. The one function that fills the tables beside the chain, at writing and at verifying.

The kinds of entry and their data are in docs/formats.md, "Ledger".
"""

from __future__ import annotations

from gatekeeper.core import plain

TYPE_CHECKING = False
if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping
    from typing import Any

TABLES = {
    "updates": """entry INTEGER, position INTEGER, ref TEXT, old TEXT, new TEXT, state TEXT, rules TEXT, time INTEGER,
        PRIMARY KEY (entry, position)""",
    "commits": """entry INTEGER, position INTEGER, id TEXT, clean INTEGER, statements TEXT, change TEXT,
        assisted INTEGER, revertible INTEGER, reverts TEXT""",
    "reviewed": "entry INTEGER, position INTEGER, landed TEXT, id TEXT, change TEXT",
    "seen": """id TEXT PRIMARY KEY, entry INTEGER, time INTEGER, person TEXT, change TEXT, paths TEXT, assisted INTEGER,
        tools TEXT, author_line TEXT""",
    "ranges": "base TEXT, head TEXT, entry INTEGER, time INTEGER, paths TEXT, change TEXT, PRIMARY KEY (base, head)",
    "marks": """key TEXT, path TEXT, root TEXT, entry INTEGER, time INTEGER, person TEXT, first INTEGER,
        version INTEGER, PRIMARY KEY (key, path, root)""",
    "attestations": """kind TEXT, id TEXT, tool TEXT, text TEXT, person TEXT, first INTEGER, paths TEXT, entry INTEGER,
        PRIMARY KEY (id, kind, tool, person, first, paths)""",
    "in_flight": "ref TEXT, path TEXT, root TEXT, entry INTEGER, PRIMARY KEY (ref, path)",
    "debts": """entry INTEGER, position INTEGER, id TEXT, rules TEXT, due INTEGER, policy TEXT, kind TEXT,
        person TEXT""",
    "pauses": "entry INTEGER PRIMARY KEY, time INTEGER, until INTEGER, reason TEXT, account TEXT",
    "first_pushes": "id TEXT PRIMARY KEY, entry INTEGER, person TEXT, kind TEXT, author_line TEXT",
    "receipts": """statement TEXT PRIMARY KEY, entry INTEGER, time INTEGER, signer TEXT, decision TEXT,
        fingerprint TEXT, envelope TEXT, touched INTEGER, verified INTEGER""",
    "subjects": "id TEXT, statement TEXT, PRIMARY KEY (id, statement)",
    "tips": "ref TEXT PRIMARY KEY, tip TEXT, entry INTEGER",
    "baselines": "entry INTEGER, ref TEXT, tip TEXT",
    "forgotten": "pseudonym TEXT PRIMARY KEY, entry INTEGER",
    "facts": "name TEXT, value TEXT, PRIMARY KEY (name, value)",
}
"""Columns of each projected table."""
INDEXES = (
    "CREATE INDEX updates_by_state ON updates (state, ref)",
    "CREATE INDEX commits_by_id ON commits (id)",
    "CREATE INDEX commits_by_entry ON commits (entry, position)",
    "CREATE INDEX commits_by_change ON commits (change)",
    "CREATE INDEX commits_by_reverts ON commits (reverts) WHERE reverts <> ''",
    "CREATE INDEX reviewed_by_id ON reviewed (id)",
    "CREATE INDEX reviewed_by_change ON reviewed (change)",
    "CREATE INDEX reviewed_by_entry ON reviewed (entry, position, landed)",
    "CREATE INDEX seen_by_paths ON seen (paths)",
    "CREATE INDEX seen_by_author ON seen (author_line)",
    "CREATE INDEX marks_by_root ON marks (root)",
    "CREATE INDEX ranges_by_paths ON ranges (paths)",
    "CREATE INDEX first_pushes_by_author ON first_pushes (author_line)",
    "CREATE INDEX receipts_by_signer ON receipts (signer, decision, time)",
    "CREATE INDEX subjects_by_statement ON subjects (statement)",
)
PERSONAL_COLUMNS = (
    ("seen", "person"),
    ("marks", "person"),
    ("attestations", "person"),
    ("debts", "person"),
    ("pauses", "account"),
    ("first_pushes", "person"),
    ("receipts", "signer"),
)
"""(table, column) of names, or of the pseudonyms that stand for them."""
SEEN = """INSERT INTO seen VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET entry = excluded.entry,
    time = excluded.time, person = excluded.person, assisted = 1, tools = excluded.tools
    WHERE excluded.assisted AND NOT assisted"""
"""The first arrival counts; but what was seen without a mark can be attested later."""
EVERY_REF = ""
"""The ref of a baseline that holds for every protected ref."""


def create_tables(database: sqlite3.Connection) -> None:
    """Create the projected tables, empty."""
    for name, columns in TABLES.items():
        database.execute(f"CREATE TABLE {name} ({columns})")
    for statement in INDEXES:
        database.execute(statement)


def project(database: sqlite3.Connection, number: int, time: int, kind: str, data: Mapping[str, Any]) -> None:
    """Put what an entry says into the tables; an unknown kind says nothing to them.

    Raises:
        sqlite3.IntegrityError: if the entry claims a first push that exists.
    """
    # A pause that is over never comes back, though a clock be turned back.
    database.execute("DELETE FROM pauses WHERE until <= ?", (time,))
    if data.get("default_branch"):
        _fact(database, "default_branch", data["default_branch"])
    if data.get("roster"):
        _only_fact(database, "roster", data["roster"])
    projection = PROJECTIONS.get(kind)
    if projection:
        projection(database, number, time, data)


def _fact(database: sqlite3.Connection, name: str, value: str) -> None:
    database.execute("INSERT OR IGNORE INTO facts VALUES (?, ?)", (name, value))


def _only_fact(database: sqlite3.Connection, name: str, value: str) -> None:
    """Put a fact in the place of all others of its name."""
    database.execute("DELETE FROM facts WHERE name = ? AND value <> ?", (name, value))
    _fact(database, name, value)


def _push(database: sqlite3.Connection, number: int, time: int, data: Mapping[str, Any]) -> None:
    """Project a judged push: its updates, judged commits, first pushes and received sign-offs."""
    accepted, pusher = data["outcome"] == "accepted", data["pusher"]
    for position, update in enumerate(data["updates"]):
        if not update["tracked"]:
            continue
        state = "pending" if accepted else "refused"
        row = (
            number,
            position,
            update["ref"],
            update["old"],
            update["new"],
            state,
            plain.dumps(update["rules"]),
            time,
        )
        database.execute("INSERT INTO updates VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        if accepted:
            _commits(database, number, position, update["commits"])
            database.executemany(
                "INSERT INTO debts VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        *(number, position, commit["id"], plain.dumps(commit["owed"]["rules"]), commit["owed"]["due"]),
                        *(data["policy"], pusher["kind"], pusher["person"]),
                    )
                    for commit in update["commits"]
                    if "owed" in commit
                ],
            )
    _memory(database, number, time, data)
    database.executemany(
        "INSERT INTO first_pushes VALUES (?, ?, ?, ?, ?)",
        [(commit, number, pusher["person"], pusher["kind"], line) for commit, line in data["first_pushes"]],
    )
    for receipt in data["receipts"] if accepted else ():
        # The first receipt counts; a store push that lost its race brings the same sign-offs again.
        database.execute(
            "INSERT OR IGNORE INTO receipts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(receipt["statement"], number, time, receipt.get("signer", ""), receipt.get("decision", "")),
                *(receipt["fingerprint"], receipt["envelope"], receipt["touched"], receipt["verified"]),
            ),
        )
        database.executemany(
            "INSERT OR IGNORE INTO subjects VALUES (?, ?)",
            [(commit, receipt["statement"]) for commit in receipt["commits"]],
        )


def _commits(database: sqlite3.Connection, number: int, position: int, commits: list[dict[str, Any]]) -> None:
    """Project the commits of an accepted update, and what was reviewed for each."""
    database.executemany(
        "INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(number, position, commit["id"], int(commit["clean"]), plain.dumps(commit["statements"])),
                *(commit.get("change", ""), int(commit.get("assisted", False)), int(commit.get("revertible", False))),
                commit.get("reverts", ""),
            )
            for commit in commits
        ],
    )
    database.executemany(
        "INSERT INTO reviewed VALUES (?, ?, ?, ?, ?)",
        [
            (number, position, commit["id"], reviewed, change)
            for commit in commits
            for reviewed, change in commit.get("reviewed", ())
        ],
    )


def _memory(database: sqlite3.Connection, number: int, time: int, data: Mapping[str, Any]) -> None:
    """Project what a push, accepted or not, brought with marks or sign-offs. The first arrival counts."""
    person = data["pusher"]["person"]
    seen = data.get("seen", ())
    database.executemany(
        SEEN,
        [
            (
                *(each["id"], number, time, person, each["change"], each["paths"]),
                *(int(each["assisted"]), plain.dumps(each["tools"]), each["author_line"]),
            )
            for each in seen
        ],
    )
    marks = [
        (key, path, each["id"], number, time, person, first, 0)
        for each in seen
        if each["assisted"]
        for key, path, first in ((each["change"], "", int(each["first"])), *each["files"])
        if key
    ]
    for span in data.get("ranges", ()):
        row = (span["base"], span["head"], number, time, span["paths"], span["change"])
        database.execute("INSERT OR IGNORE INTO ranges VALUES (?, ?, ?, ?, ?, ?)", row)
        if span["root"] and span["change"]:
            marks.append((span["change"], "", span["root"], number, time, person, int(span["first"]), 0))
    database.executemany(
        "INSERT OR IGNORE INTO attestations VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(each["kind"], each["id"], each["tool"], each["text"], person, int(each["first"])),
                *(plain.dumps(each["paths"]), number),
            )
            for each in data.get("attested", ())
        ],
    )
    marks += [(blob, path, root, number, time, person, 0, 1) for blob, path, root in data.get("versions", ())]
    database.executemany("INSERT OR IGNORE INTO marks VALUES (?, ?, ?, ?, ?, ?, ?, ?)", marks)
    for ref, flying in data.get("in_flight", {}).items():
        if not flying:
            database.execute("DELETE FROM in_flight WHERE ref = ?", (ref,))
        database.executemany(
            "INSERT OR IGNORE INTO in_flight VALUES (?, ?, ?, ?)", [(ref, path, root, number) for path, root in flying]
        )


def _landing(database: sqlite3.Connection, number: int, _time: int, data: Mapping[str, Any]) -> None:
    """Project what was found on the refs: which pending updates are there, and which can no longer be.

    Two runs can find the same landing; whoever writes last may have looked first, and moves nothing back.
    """
    for state in ("landed", "lapsed"):
        for update in data[state]:
            found = database.execute(
                "UPDATE updates SET state = ? WHERE entry = ? AND position = ? AND state = 'pending'",
                (state, update["entry"], update["position"]),
            )
            if found.rowcount and state == "landed":
                _tip(database, number, update["ref"], update["new"])
    if data.get("healed"):
        _tip(database, number, data["healed"]["ref"], data["healed"]["new"])


def _tip(database: sqlite3.Connection, number: int, ref: str, tip: str) -> None:
    database.execute("INSERT OR REPLACE INTO tips VALUES (?, ?, ?)", (ref, tip, number))


def _baseline(database: sqlite3.Connection, number: int, _time: int, data: Mapping[str, Any]) -> None:
    """Project tips that count as in order: at install for every ref, later for one ref alone."""
    for ref, tip in data["tips"].items():
        database.execute(
            "INSERT INTO baselines VALUES (?, ?, ?)", (number, EVERY_REF if data["every_ref"] else ref, tip)
        )
        _tip(database, number, ref, tip)


def _policy(database: sqlite3.Connection, number: int, time: int, data: Mapping[str, Any]) -> None:
    """Project a policy that came into force, with the refs that it begins to protect."""
    _only_fact(database, "policy", data["policy"])
    _baseline(database, number, time, data)


def _pause(database: sqlite3.Connection, number: int, time: int, data: Mapping[str, Any]) -> None:
    """Project a pause, in the place of the one before."""
    database.execute("DELETE FROM pauses")
    row = (number, time, data["until"], data["reason"], data["account"])
    database.execute("INSERT INTO pauses VALUES (?, ?, ?, ?, ?)", row)


def _resume(database: sqlite3.Connection, _number: int, _time: int, _data: Mapping[str, Any]) -> None:
    database.execute("DELETE FROM pauses")


def _forget(database: sqlite3.Connection, number: int, _time: int, data: Mapping[str, Any]) -> None:
    database.execute("INSERT OR IGNORE INTO forgotten VALUES (?, ?)", (data["pseudonym"], number))


PROJECTIONS = {
    "push": _push,
    "landing": _landing,
    "baseline": _baseline,
    "install": _policy,
    "policy": _policy,
    "pause": _pause,
    "resume": _resume,
    "forget": _forget,
}
