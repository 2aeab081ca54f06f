"""What landed, as rows: each commit with what was decided, checked again, and what does not hold.

Fields are taken from the push's entry; whatever can be known without it (the commit's own bytes, the archived
envelopes, that day's policy and roster) is compared with it.
"""

from __future__ import annotations

from gatekeeper.citing import Heard, Place, Source, Tabled, about, common
from gatekeeper.core.commits import Commit, MalformedCommitError, parse_commit
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.independence import Hands
from gatekeeper.core.landed import Landed, Manner
from gatekeeper.dating import Days
from gatekeeper.formats.json import brief
from gatekeeper.git import Engine
from gatekeeper.ledger import Ledger, LedgerError
from gatekeeper.rechecking import Envelopes, Recheck
from gatekeeper.remembering import author_line_digest
from gatekeeper.retracing import Arrived
from gatekeeper.weighing import Weighing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

AT_ONCE = 500
"""Commits of a push that are held at a time."""


class Table:
    """Makes the rows of one repository."""

    def __init__(self, place: Place, engine: Engine, ledger: Ledger, days: Days) -> None:
        """Read commits with `engine`, everything else from the ledger."""
        self._place = place
        self._engine = engine
        self._ledger = ledger
        self._days = days
        self._envelopes = Envelopes(ledger)

    def rows(self, arrived: Arrived) -> Iterator[Tabled]:
        """Yield a row for each commit that an update brought, in the order of the entry, parents first.

        Raises:
            GitError, LedgerError: when Git or the ledger does not answer.
            KeyError, TypeError, ValueError, IndexError, AttributeError: if the entry is not of the documented form.
        """
        judged = {finding["commit"]: finding for finding in arrived.finding["commits"]}
        noted = {ObjectId(commit["id"]): commit for commit in arrived.update["commits"]}
        everything = list(noted)
        for start in range(0, len(everything), AT_ONCE):
            some = everything[start : start + AT_ONCE]
            sources = {
                commit: Source(push=arrived.push, ref=arrived.ref, finding=judged[commit], noted=noted[commit])
                if commit in judged
                else self._earlier(arrived, commit)
                for commit in some
            }
            yield from self._together(arrived, some, sources)

    def _earlier(self, arrived: Arrived, commit: ObjectId) -> Source | None:
        """Return where a commit was judged that had landed in order before; None if nowhere."""
        for landing in self._ledger.landings([commit]).get(commit, ()):
            if landing.entry >= arrived.push.number:
                continue
            try:
                push = self._ledger.entry(landing.entry)
            except LedgerError:
                continue
            for update, ref in zip(push.data["updates"], push.data["verdict"]["refs"], strict=True):
                noted = next((each for each in update["commits"] if each["id"] == commit), None)
                found = next((each for each in ref["commits"] if each["commit"] == commit), None)
                if ref["ref"] == landing.ref and noted and found:
                    return Source(push=push, ref=landing.ref, finding=found, noted=noted)
        return None

    def _together(
        self, arrived: Arrived, commits: Sequence[ObjectId], sources: Mapping[ObjectId, Source | None]
    ) -> Iterator[Tabled]:
        parsed = self._read(commits)
        firsts = self._ledger.first_pushers(commits)
        lines = {commit: author_line_digest(found) for commit, found in parsed.items()}
        bringers = self._ledger.pushers_of_author_lines(list(set(lines.values())))
        by_source: dict[tuple[int, str], list[Commit]] = {}
        for commit, source in sources.items():
            if source is not None and commit in parsed:
                by_source.setdefault((source.push.number, source.ref), []).append(parsed[commit])
        rechecks: dict[tuple[int, str], Heard] = {}
        for commit in commits:
            source = sources[commit]
            if source is None:
                yield self._unjudged(arrived, commit, parsed.get(commit))
                continue
            key = (source.push.number, source.ref)
            if key not in rechecks:
                rechecks[key] = self._hear(source, by_source.get(key, ()))
            first = firsts[commit].person if commit in firsts else ""
            yield Weighing(
                self._place,
                arrived,
                source,
                rechecks[key],
                parsed.get(commit),
                first,
                bringers.get(lines.get(commit, ""), ()),
                self._reviewed,
            ).tabled()

    def _hear(self, source: Source, commits: Sequence[Commit]) -> Heard:
        day = self._days.of(source.push.data)
        if day.policy is None or day.roster is None:
            return Heard(day=day, recheck=None, flaws={}, vetoes={})
        recheck = Recheck(
            self._envelopes,
            self._ledger,
            day.policy,
            day.roster,
            repository=self._place.repository,
            now=source.push.time,
        )
        flaws, vetoes = recheck.about(self._engine, commits, source.ref)
        return Heard(day=day, recheck=recheck, flaws=flaws, vetoes=vetoes)

    def _read(self, commits: Sequence[ObjectId]) -> dict[ObjectId, Commit]:
        """Return those commits that are in the repository and can be read."""
        found: dict[ObjectId, Commit] = {}
        for raw in self._engine.objects(commits):
            if raw.kind == "commit":
                try:
                    found[ObjectId(raw.id)] = parse_commit(ObjectId(raw.id), raw.data, self._engine.object_format)
                except MalformedCommitError:
                    continue
        return found

    def _reviewed(self, commits: Sequence[ObjectId]) -> list[Commit] | None:
        """Return commits that were reviewed; None if one of them is no longer there."""
        found = self._read(commits)
        return list(found.values()) if len(found) == len(set(commits)) else None

    def _unjudged(self, arrived: Arrived, commit: ObjectId, parsed: Commit | None) -> Tabled:
        """Return the row of a commit that an entry calls known, though none that can be read judged it."""
        data = arrived.push.data
        pruned = self._ledger.pruned()
        before = self._ledger.landings([commit]).get(commit, ()) if pruned else ()
        earlier = next((landing for landing in before if landing.entry <= pruned), None)
        manner = Manner.APPROVED if earlier and earlier.statements else Manner.UNASKED
        row = Landed(
            **common(self._place, arrived, commit, parsed),
            author=brief(parsed.author.email) if parsed else "",
            author_level="",
            author_teams=(),
            proof="",
            declaration="",
            tools=(),
            assisted=bool(earlier and earlier.assisted),
            rules=(),
            unmet=(),
            manner=manner if earlier else Manner.UNAPPROVED,
            approvals=(),
            lifted_by="",
            lift_reason="",
            known=True,
            policy=data["policy"],
            roster=data["roster"],
        )
        return Tabled(
            row=row,
            exceptions=() if earlier else (about(self._place, "unjudged", row),),
            hands=Hands(),
            adds=True,
            machine_author=False,
        )
