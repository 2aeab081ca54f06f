"""What a ref has had: by the ledger, and by the earlier commits of the push that is being judged."""

from __future__ import annotations

from gatekeeper.core.carryover import Spent
from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.git import Engine
from gatekeeper.ledger import LandedChange, Ledger, Reviewed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence


class Past:
    """The past of one ref. What is asked about many commits is fetched for all at once with `fetch`."""

    def __init__(
        self,
        ledger: Ledger,
        engine: Engine,
        ref: str,
        now: Timestamp,
        judged: Collection[ObjectId],
        tip: ObjectId,
        beside: Sequence[Reviewed] = (),
    ) -> None:
        """Begin with what the ledger knows, but for the commits that are judged: they may have landed already.

        `tip` is what the ref would be after the push; `beside` is what the push brings to other refs.
        """
        self._beside = beside
        self._judged = judged
        self._ledger = ledger
        self._engine = engine
        self._tip = tip
        self._behind: dict[ObjectId, bool] = {}
        self._ref = ref
        self._now = now
        self._asked: set[str] = set()
        self._by_id: dict[ObjectId, dict[Reviewed, None]] = {}
        self._by_change: dict[str, dict[Reviewed, None]] = {}
        self._taken_out: set[ObjectId] = set()
        self.losses = 0
        """Grows whenever something that was on the ref may have turned out to be lost."""
        self._changes: dict[str, list[LandedChange]] = {}
        self.here: set[ObjectId] = set()
        """The commits of this push up to the one that is being judged."""
        self._carried_here: dict[ObjectId, list[ObjectId]] = {}
        """By reviewed commit those of them that carry it."""

    def fetch(self, commits: Iterable[ObjectId], changes: Iterable[str] = ()) -> None:
        """Learn what landed for reviewed commits and for changes, and whether it was taken out since."""
        ids = [commit for commit in dict.fromkeys(commits) if commit not in self._asked]
        digests = [change for change in dict.fromkeys(changes) if change and change not in self._asked]
        self._asked.update(ids, digests)
        rows = self._ledger.reviewed(ids, digests) if ids or digests else []
        rows += [row for row in self._beside if row.commit in ids or row.change in digests]
        for row in rows:
            if row.landed not in self._judged:
                self._note(row)
        self._fetch_reverts([row.landed for row in rows])

    def _fetch_reverts(self, landed: Sequence[ObjectId]) -> None:
        for commit, takers in self._ledger.reverted(self._ref, landed).items():
            if any(taker not in self._judged for taker in takers):
                self._take_out(commit)

    def _take_out(self, commit: ObjectId) -> None:
        self._taken_out.add(commit)
        self.losses += 1

    def _note(self, row: Reviewed) -> None:
        self.losses += row.landed in self._taken_out
        for rows in (self._by_id.setdefault(row.commit, {}), self._by_change.setdefault(row.change, {})):
            rows[row] = None

    def fetch_changes(self, changes: Sequence[str]) -> None:
        """Learn what landed with these change digests, and whether it was taken out since."""
        for change, landed in self._ledger.landed_changes(self._ref, changes).items():
            self._changes.setdefault(change, []).extend(each for each in landed if each.commit not in self._judged)
        self._fetch_reverts([each.commit for many in self._changes.values() for each in many])

    def add(
        self,
        commit: ObjectId,
        change: str = "",
        reviewed: Iterable[tuple[ObjectId, str]] = (),
        *,
        revertible: bool = False,
        reverts: str = "",
    ) -> None:
        """Note a commit of this push, as if it had landed."""
        self.here.add(commit)
        for one, digest in reviewed:
            self._note(Reviewed(commit=one, change=digest, landed=commit, time=self._now, ref=self._ref))
        if change:
            landed = LandedChange(commit=commit, change=change, time=self._now, revertible=revertible)
            self._changes.setdefault(change, []).append(landed)
        if reverts:
            self._take_out(ObjectId(reverts))

    def has(self, commit: ObjectId) -> bool:
        """Whether something landed for a marked or reviewed commit, and is still there."""
        if commit in self.here and commit not in self._taken_out:
            return True
        landed = [row.landed for row in self._by_id.get(commit, ()) if row.landed not in self._taken_out]
        return any(self._stands(each) for each in landed)

    def _stands(self, landed: ObjectId) -> bool:
        """Whether what landed once is behind the tip: a ref may have been rewound, or deleted and made again."""
        if landed in self.here:
            return True
        if landed not in self._behind:
            self._look_behind()
        return self._behind.get(landed, False)

    def _look_behind(self) -> None:
        """Find out which of all that landed is behind the tip, in one walk: of these it lists nothing."""
        landed = {row.landed for rows in self._by_id.values() for row in rows}
        landed.update(each.commit for many in self._changes.values() for each in many)
        asked = sorted(landed - self.here - self._behind.keys())
        kinds = self._engine.kinds(asked)
        there = [name for name, (_, kind, _) in zip(asked, kinds, strict=True) if kind == "commit"]
        listed = set(self._engine.ids(there, [self._tip])) if there else set()
        self._behind.update(dict.fromkeys(asked, False))
        # With skewed dates a walk lists too many, never too few.
        self._behind.update({name: name not in listed or self._engine.is_ancestor(name, self._tip) for name in there})

    def carry(self, commit: ObjectId, carried: Iterable[ObjectId]) -> None:
        """Note what a commit of this push carries, whether or not a sign-off carries over with it."""
        for each in carried:
            self._carried_here.setdefault(each, []).append(commit)

    def has_carried(self, commit: ObjectId) -> bool:
        """Whether the ref has what came with a marked commit: by `has`, or in an earlier commit of this push."""
        return self.has(commit) or any(each not in self._taken_out for each in self._carried_here.get(commit, ()))

    def lost(self, commit: ObjectId) -> bool:
        """Whether something landed for a reviewed commit, and was taken out since."""
        return any(row.landed in self._taken_out for row in self._by_id.get(commit, ()))

    def elsewhere(self, commits: Sequence[ObjectId]) -> bool:
        """Whether something landed on another ref for one of these."""
        self.fetch(commits)
        return any(row.ref != self._ref for commit in commits for row in self._by_id.get(commit, ()))

    def spent(self, commits: Sequence[ObjectId], changes: Sequence[str], besides: ObjectId) -> Spent | None:
        """Return what has landed already for reviewed commits or for changes, other than one commit.

        What landed on this ref, even if the ref lost it since; of what landed on another one, what came here too.
        """
        self.fetch(commits, changes)
        rows = [row for commit in commits for row in self._by_id.get(commit, ())]
        rows += [row for change in changes if change for row in self._by_change.get(change, ())]
        times = [
            (row.time, row.landed)
            for row in rows
            if row.landed != besides and (row.ref == self._ref or self._stands(row.landed))
        ]
        return Spent(landed=min(times)[1], time=min(times)[0]) if times else None

    def inverse_of(self, inverse: str) -> LandedChange | None:
        """Return what a change with this inverse takes out: the latest that landed and is still there."""
        landed = [each for each in self._changes.get(inverse, ()) if each.commit not in self._taken_out]
        return next((each for each in reversed(landed) if self._stands(each.commit)), None)
