"""Use case: put together what an auditor needs to check landed commits without us (docs/evidence.md)."""

from __future__ import annotations

from base64 import b64encode

from gatekeeper import __version__
from gatekeeper.core.audit import Selection
from gatekeeper.core.debt import Debt
from gatekeeper.core.exhibit import Exhibit, Regime
from gatekeeper.core.globs import matches_ref
from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.people import within
from gatekeeper.core.push import full_name
from gatekeeper.core.record import Record
from gatekeeper.core.sampling import draw
from gatekeeper.debts import debts
from gatekeeper.exhibiting import Facts, add_objects, add_policy, add_roster, add_statements, facts
from gatekeeper.formats.evidence import ABOUT, COMMITS, DEBTS, GOVERNANCE, NAMES, POPULATION, escaped, table, time_field
from gatekeeper.ledger import Ledger
from gatekeeper.ledger.file import GENESIS, entry_hash
from gatekeeper.ledger.upkeep import Name
from gatekeeper.opening import Server
from gatekeeper.packing import Package
from gatekeeper.resources import resource
from gatekeeper.settling import reconcile
from gatekeeper.tracing import Trace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

ENOUGH = 7
"""Digits of a commit's id, at least, by which it can be asked for."""


class UnknownCommitError(Exception):
    """A commit that was asked for has not landed, or not in the period and on the refs."""


class Wanted(Record):
    """What is asked for."""

    selection: Selection = Selection()
    commits: tuple[str, ...] = ()
    """Ids, or at least 7 digits of them; empty: all, or a sample."""
    size: int | None = None
    """Of the sample; None: none is drawn."""
    seed: str = ""
    whole_roster: bool = False
    whole_ledger: bool = False
    contents: bool = False


class Evidence(Record):
    """What was put together."""

    repository: str
    population: int
    """Distinct commits that landed in the period and on the refs."""
    chosen: int
    landings: int
    """Places where a chosen commit landed: it can be on several refs."""


def export(server: Server, ledger: Ledger, wanted: Wanted, package: Package, exceptions: Sequence[str]) -> Evidence:
    """Write the evidence about landed commits into a package.

    Args:
        server: The repository.
        ledger: Its ledger.
        wanted: Which commits, and how much about them.
        package: Takes the files.
        exceptions: What the audit of the repository found, in words.

    Raises:
        UnknownCommitError: for a commit that is not in the population.
        UnfitSeedError: for a seed that is none.
        GitError, LedgerError: if repository or ledger do not answer, or have lost something.
        ConfigurationError: if this version of gatekeeper cannot read an archived policy or roster.
    """
    force = server.in_force(ledger)
    reconcile(server, ledger, "audit", force=force)
    trace = Trace(ledger.entries())
    package.modified = trace.time
    population = [each for each in trace.exhibits if _admits(wanted.selection, each)]
    ids = _choose(population, wanted)
    chosen = [each for each in population if each.commit in ids]
    writing = _Writing(server, ledger, trace, wanted, package)
    writing.exhibits(population, chosen)
    writing.ledger_entries()
    writing.findings(debts(server, ledger, force), exceptions)
    writing.instructions()
    everything = {each.commit for each in population}
    writing.about(len(everything), len(ids))
    return Evidence(repository=server.repository, population=len(everything), chosen=len(ids), landings=len(chosen))


def _admits(selection: Selection, exhibit: Exhibit) -> bool:
    names = [full_name(ref) for ref in selection.refs]
    return within(selection.since, selection.until, exhibit.landed_at) and (
        not names or any(matches_ref(name, exhibit.ref) for name in names)
    )


def _choose(population: Sequence[Exhibit], wanted: Wanted) -> frozenset[ObjectId]:
    landed = dict.fromkeys(each.commit for each in population)
    if wanted.size is not None:
        return frozenset(draw(landed, wanted.size, wanted.seed))
    if not wanted.commits:
        return frozenset(landed)
    chosen: list[ObjectId] = []
    for asked in wanted.commits:
        fitting = [commit for commit in landed if commit.startswith(asked) and len(asked) >= ENOUGH]
        if len(fitting) != 1:
            problem = "fits several landed commits" if fitting else "has not landed in this period and on these refs"
            raise UnknownCommitError(f"{asked} {problem}")
        chosen += fitting
    return frozenset(chosen)


class _Writing:
    """Writes one package; every file is made from what repository and ledger say, so the same gives the same."""

    def __init__(self, server: Server, ledger: Ledger, trace: Trace, wanted: Wanted, package: Package) -> None:
        self.server = server
        self.ledger = ledger
        self.trace = trace
        self.wanted = wanted
        self.add = package.add
        self.head = ledger.head()
        self.numbers: set[int] = set()
        """Of the entries that are put in."""
        self.names: set[str] = set()
        """Of those whom the chosen commits concern: everybody else stays a pseudonym."""
        self.pauses: set[int] = set()

    def exhibits(self, population: Sequence[Exhibit], chosen: Sequence[Exhibit]) -> None:
        """Write population and choice, and all that belongs to the chosen ones."""
        self.add("population.tsv", table(POPULATION, map(_place, population)))
        self.add("commits.tsv", table(COMMITS, ((*_place(e)[:5], e.judged, e.judged_position) for e in chosen)))
        found = self._facts(chosen)
        amended = [each for each in self.trace.amended if self._in_period(each.time)]
        further = [statement for each in amended for statement in each.statements]
        received, signers = add_statements(self.ledger, found, further, self.trace.received, self.add)
        bare = [*(each.commit for each in chosen if not each.judged), *(each.commit for each in amended)]
        missing = add_objects(self.server, found, bare, self.add, contents=self.wanted.contents)
        if missing:
            self.add("missing.txt", "".join(f"{commit}\n" for commit in missing).encode())
        self.numbers |= {number for e in chosen for number in (e.push, e.landing, e.judged)} | set(received.values())
        self.pauses = {each.pause for each in found}
        self.numbers |= self.pauses | {each.entry for each in amended}
        self.names = signers.union(*(each.names for each in found))
        for number in {each.push for each in chosen if each.push != each.judged}:  # who brought it to a further ref
            pusher = self.ledger.entry(number).data["pusher"]
            self.names |= {pusher["person"], pusher["account"]}
        self._rules_and_people(found, signers)

    def _facts(self, chosen: Sequence[Exhibit]) -> list[Facts]:
        judged: dict[int, list[Exhibit]] = {}
        for exhibit in chosen:
            judged.setdefault(exhibit.judged, []).append(exhibit)
        entries = map(self.ledger.entry, sorted(judged.keys() - {0}))
        return [facts(exhibit, entry) for entry in entries for exhibit in judged[entry.number]]

    def _rules_and_people(self, found: Sequence[Facts], signers: set[str]) -> None:
        """Write every policy of the period, and of the rosters only whom the chosen commits concern."""
        regimes = self._regimes()
        rows = ((each.entry, time_field(each.time), each.policy, each.roster) for each in regimes)
        self.add("governance.tsv", table(GOVERNANCE, rows))
        self.numbers |= {regime.entry for regime in regimes}
        policies = {each.policy: each.roster for each in found} | {each.policy: each.roster for each in regimes}
        for policy, roster in sorted(policies.items()):
            add_policy(self.server, self.ledger, policy, roster, self.add)
        people = signers | {person for each in found for person in each.people}
        rosters = {each.roster for each in found} | {self.ledger.roster_digest()}
        rosters |= {each.roster for each in regimes} if self.wanted.whole_roster else set()
        for roster in sorted(rosters):
            add_roster(self.server, self.ledger, roster, people, self.add, whole=self.wanted.whole_roster)

    def _regimes(self) -> list[Regime]:
        """Return what was in force in the period, the one that it began with included."""
        since = self.wanted.selection.since
        before = [each for each in self.trace.regimes if since is not None and each.time < since]
        return before[-1:] + [each for each in self.trace.regimes if self._in_period(each.time)]

    def _in_period(self, when: Timestamp) -> bool:
        return within(self.wanted.selection.since, self.wanted.selection.until, when)

    def findings(self, owed: Sequence[Debt], exceptions: Sequence[str]) -> None:
        """Write what is or was owed, and what the audit found."""
        rows = ((d.commit, d.ref, d.entry, ",".join(d.rules), time_field(d.due), d.state.value) for d in owed)
        self.add("debts.tsv", table(DEBTS, rows))
        self.add("exceptions.txt", "".join(f"{escaped(each)}\n" for each in exceptions).encode())

    def instructions(self) -> None:
        """Write how to check all of it."""
        root = resource("evidence", "check.sh").parent
        for path in sorted(path for path in root.rglob("*") if path.is_file()):
            self.add(path.relative_to(root).as_posix(), path.read_bytes())

    def ledger_entries(self) -> None:
        """Write the entries, and the hashes of all from the first of them to the last of the ledger."""
        numbers = {number for number in self.numbers if number}
        first = min(numbers, default=self.head.number)
        if self.wanted.whole_ledger:
            numbers = set(range(1, self.head.number + 1))
            first = 1
        hashes = {number: digest for number, _, digest in self.ledger.stored(max(0, first - 2))}
        known: dict[str, Name] = {}
        for number, body in self.ledger.bodies(sorted(numbers)):
            if entry_hash(hashes.get(number - 1, GENESIS), body) != hashes[number]:
                continue  # the audit has said so; check.sh will
            self.add(f"ledger/entries/{number}.json", body.encode())
            named = self.ledger.names([body])
            known.update((n.pseudonym, n) for n in named if n.value in self.names or number in self.pauses)
        self.add("ledger/chain.tsv", table(("entry", "hash"), sorted(hashes.items())))
        rows = ((n.pseudonym, n.salt, b64encode(n.value.encode()).decode(), n.value) for _, n in sorted(known.items()))
        self.add("names.tsv", table(NAMES, rows))

    def about(self, population: int, chosen: int) -> None:
        """Write what the package is about."""
        wanted, selection = self.wanted, self.wanted.selection
        method = "sample" if wanted.size is not None else "commits" if wanted.commits else "all"
        rows = (
            ("version", 1),
            ("repository", self.server.repository),
            ("object_format", self.server.object_format.name),
            ("gatekeeper", __version__),
            ("ledger_entries", self.head.number),
            ("ledger_head", self.head.hash),
            ("pruned", self.ledger.pruned()),
            ("roster_now", self.ledger.roster_digest()),
            ("since", time_field(selection.since)),
            ("until", time_field(selection.until)),
            ("refs", ",".join(selection.refs)),
            ("method", method),
            ("size", wanted.size),
            ("seed", wanted.seed),
            ("population", population),
            ("chosen", chosen),
            ("rosters", "whole" if wanted.whole_roster else "extract"),
            ("ledger", "whole" if wanted.whole_ledger else "chosen"),
            ("contents", wanted.contents),
        )
        self.add("about.tsv", table(ABOUT, rows))


def _place(exhibit: Exhibit) -> tuple[object, ...]:
    when = time_field(exhibit.landed_at)
    return exhibit.commit, exhibit.ref, exhibit.push, exhibit.position, exhibit.landing, when
