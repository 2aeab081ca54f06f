"""Landed commits -> the files of evidence about them: objects, statements, that day's rules and people."""

from __future__ import annotations

from gatekeeper.config.loading import load_policy, load_roster
from gatekeeper.core.commits import parse_commit
from gatekeeper.core.exhibit import Exhibit
from gatekeeper.core.ids import ObjectId, StatementId
from gatekeeper.core.people import Roster
from gatekeeper.core.record import Record
from gatekeeper.core.signoff import parse_envelope, parse_statement
from gatekeeper.formats.evidence import (
    STATEMENTS,
    allowed_signers,
    armoured,
    escaped,
    keys_table,
    people_table,
    rules_table,
    table,
    time_field,
)
from gatekeeper.git.excerpt import Excerpt
from gatekeeper.ledger import Entry, Ledger, LedgerError
from gatekeeper.opening import Server

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
    from typing import Any

    Add = Callable[[str, bytes], None]

TOGETHER = 200
"""Commits whose trees are read at once: few questions to Git, and bounded memory."""
MAX_FILE = 1 << 20
"""Bytes of a file's content that is put in."""


class Facts(Record):
    """What the verdict about one landed commit points to."""

    exhibit: Exhibit
    policy: str
    roster: str
    reviewed: tuple[ObjectId, ...]
    """Commits that were reviewed for it; empty: itself, or nobody had to."""
    statements: tuple[StatementId, ...]
    """Those that the gate looked at, counted or not."""
    people: tuple[str, ...]
    """Roster ids: who wrote it, pushed it, signed for it, or was too close to it to sign."""
    names: frozenset[str]
    """The same, with the addresses and accounts by which the entry calls them."""
    pause: int
    """The entry of the pause under which it came; 0: none."""


def facts(exhibit: Exhibit, entry: Entry) -> Facts:
    """Read what an entry of a push says of one commit."""
    finding = next(
        each
        for each in entry.data["verdict"]["refs"][exhibit.judged_position]["commits"]
        if each["commit"] == exhibit.commit
    )
    views = [view for rule in finding["rules"] for view in rule["signoffs"]] + finding["emergencies"]
    authorship, lift = finding["authorship"], finding["lift"] or {}
    people = [entry.data["pusher"]["person"], authorship["claimed"], authorship["proved"], lift.get("by")]
    people += [view["signer"] for view in views]
    people += [person for rule in finding["rules"] for person in rule["excluded"]]
    statements = [view["statement"] for view in views] + [lift.get("statement")]
    return Facts(
        exhibit=exhibit,
        policy=entry.data["policy"],
        roster=entry.data["roster"],
        reviewed=_unique(commit for view in views for commit in view["reviewed"]),
        statements=_unique(statements),
        people=_unique(people),
        names=frozenset((*_unique(people), finding["author"], entry.data["pusher"]["account"])),
        pause=entry.data["pause"] or 0,
    )


def _unique(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def add_statements(
    ledger: Ledger,
    found: Sequence[Facts],
    further: Iterable[StatementId],
    received: Mapping[StatementId, int],
    add: Add,
) -> tuple[dict[StatementId, int], set[str]]:
    """Add every statement about some commits, or about what was reviewed for them, whenever it came; and `further`.

    Returns:
        The entry that took in each statement, 0 if it was pruned, and the ids of the signers.
    """
    subjects = _unique(commit for each in found for commit in (each.exhibit.commit, *each.reviewed))
    wanted = {statement for many in ledger.subjects(subjects).values() for statement in many}
    wanted |= {statement for each in found for statement in each.statements} | set(further)
    rows: list[tuple[object, ...]] = []
    entries: dict[StatementId, int] = {}
    signers: set[str] = set()
    for stored in ledger.signoffs(sorted(wanted)):
        envelope = parse_envelope(stored.envelope)
        statement = parse_statement(envelope.payload)
        folder = f"statements/{stored.statement}"
        add(f"{folder}/envelope.json", stored.envelope)
        add(f"{folder}/payload.json", envelope.payload)
        add(f"{folder}/signed", envelope.signed_bytes)
        add(f"{folder}/signature", armoured(envelope.signature))
        entry = entries[stored.statement] = received.get(stored.statement, 0)
        signers.add(statement.signer)
        facts = (statement.decision.value, statement.signer, envelope.keyid, len(statement.commits))
        rows.append((stored.statement, entry, time_field(stored.received_at), *facts))
    add("statements.tsv", table(STATEMENTS, sorted(rows, key=lambda row: (row[1], row[0]))))
    return entries, signers


def add_objects(
    server: Server, found: Sequence[Facts], bare: Sequence[ObjectId], add: Add, *, contents: bool
) -> list[ObjectId]:
    """Add the commits, what was reviewed for them, their parents, and the trees that show what they change.

    Of what was carried over, and with `contents` of everything, the files that they change are added too. Of `bare`
    commits nothing but themselves.

    Returns:
        Commits that were reviewed, and that the repository does not have any more.
    """
    engine = server.engine()
    excerpt = Excerpt(engine)
    format_ = server.object_format
    carried = {commit for each in found if each.reviewed for commit in (each.exhibit.commit, *each.reviewed)}
    wanted = _unique(commit for each in found for commit in (each.exhibit.commit, *each.reviewed))
    trees: dict[str, str] = {}
    for start in range(0, len(wanted), TOGETHER):
        some = wanted[start : start + TOGETHER]
        read = {raw.id: raw.data for raw in engine.objects(some) if raw.kind == "commit"}
        parsed = [parse_commit(ObjectId(commit), data, format_) for commit, data in read.items()]
        for raw in excerpt.commits([*some, *(parent for commit in parsed for parent in commit.parents)]):
            add(f"objects/commit/{raw.id}", raw.data)
            trees[raw.id] = raw.data[5 : 5 + format_.hex_length].decode("ascii")  # behind `tree `
        blobs: set[str] = set()
        for with_files in (True, False):
            commits = [commit for commit in parsed if (contents or commit.id in carried) == with_files]
            pairs = [(trees.get(parent), commit.tree) for commit in commits for parent in commit.parents]
            pairs += [(None, commit.tree) for commit in commits if not commit.parents]
            for raw in excerpt.trees([pair for pair in pairs if pair[0] != pair[1]], blobs if with_files else None):
                add(f"objects/tree/{raw.id}", raw.data)
        for raw in excerpt.files(blobs, MAX_FILE):
            add(f"objects/blob/{raw.id}", raw.data)
    for raw in excerpt.commits(bare):
        add(f"objects/commit/{raw.id}", raw.data)
    return excerpt.missing


def add_policy(server: Server, ledger: Ledger, digest: str, roster: str, add: Add) -> None:
    """Add an archived policy, and as a table what its rules ask of signers; `roster` is one that it fits.

    Raises:
        LedgerError: if it is not in the archive any more.
        ConfigurationError: if this version of gatekeeper cannot read it.
    """
    content = _archived(ledger, digest, "policy")
    add(f"policies/{digest}.yaml", content)
    policy = load_policy(content, digest, read_roster(server, ledger, roster), server.cache)
    add(f"policies/{digest}.rules.tsv", rules_table(policy))


def read_roster(server: Server, ledger: Ledger, digest: str) -> Roster:
    """Read an archived roster.

    Raises:
        LedgerError: if it is not in the archive any more.
        ConfigurationError: if this version of gatekeeper cannot read it.
    """
    return load_roster(_archived(ledger, digest, "roster"), digest, server.cache)


def add_roster(server: Server, ledger: Ledger, digest: str, people: Collection[str], add: Add, *, whole: bool) -> None:
    """Add what an archived roster says of some people, and only with `whole` the file itself.

    Raises:
        LedgerError: if it is not in the archive any more.
        ConfigurationError: if this version of gatekeeper cannot read it.
    """
    roster = read_roster(server, ledger, digest)
    known = [person for person in map(roster.person, sorted(people)) if person is not None]
    folder = f"rosters/{digest}"
    add(f"{folder}/people.tsv", people_table(known))
    add(f"{folder}/keys.tsv", keys_table(known))
    add(f"{folder}/levels.txt", "".join(f"{escaped(level)}\n" for level in roster.ladder.levels).encode())
    add(f"{folder}/allowed_signers", allowed_signers(known))
    if whole:
        add(f"{folder}/roster.yaml", _archived(ledger, digest, "roster"))


def _archived(ledger: Ledger, digest: str, what: str) -> bytes:
    content = ledger.archived(digest)
    if content is None:
        raise LedgerError(f"the ledger has lost the {what} {digest}, which was in force then")
    return content
