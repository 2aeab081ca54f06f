"""Use case: judge a push (DESIGN.md section 4).

All updates are judged and all failures told at once; one refusal refuses the push. Nothing here
prints, and nothing of the push is written but the ledger's entry, before the answer leaves.
"""

from __future__ import annotations

from gatekeeper.bench import (
    Bench,
    Court,
    UnjudgeableError,
    check_trees,
    from_ledger,
    over_listed,
    read_commits,
    read_line,
)
from gatekeeper.core.commits import Commit
from gatekeeper.core.evaluation import evaluate
from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.people import Person
from gatekeeper.core.policy import Setting
from gatekeeper.core.push import NOTES, SIGNOFFS, Push, is_text
from gatekeeper.core.reasons import Reason, reason
from gatekeeper.core.record import Record
from gatekeeper.core.verdict import Outcome, Verdict
from gatekeeper.gate import Gate, adopt_policy
from gatekeeper.gathering import Arrival, Gathered, gather
from gatekeeper.git import GitError, Ref
from gatekeeper.ledger import ConflictError, LedgerError, Receipt, Reviewed
from gatekeeper.observing import Moved, note_statements, note_update, observe
from gatekeeper.reconciling import compare
from gatekeeper.recording import Work, record
from gatekeeper.resolving import refuse, resolve

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gatekeeper.arriving_notes import ArrivingNotes
    from gatekeeper.core.emergency import Plea
    from gatekeeper.core.relief import Pause
    from gatekeeper.core.testimony import Testimony

ATTEMPTS = 3
"""How often a push is judged again because another one was recorded in between."""


class Answer(Record):
    """What the hook tells the pusher."""

    verdict: Verdict
    receipt: Receipt | None
    """None: the ledger could not be written; then nothing protected was accepted."""
    person: Person | None
    quiet: bool
    """Nothing protected was touched: say nothing but that the gate is paused."""
    pause: Pause | None


def receive(push: Push, gate: Gate) -> Answer:
    """Judge a push and record the judgement.

    Raises:
        LedgerError: when the ledger cannot be read, or an entry for a protected ref cannot be written.
        GitError: when Git does not answer about a protected ref.
    """
    for attempt in range(ATTEMPTS):
        try:
            return _Receiving(push, gate).answer()
        except ConflictError:
            if attempt == ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


class _Receiving:
    """The judgement of one push."""

    def __init__(self, push: Push, gate: Gate) -> None:
        self.push = push
        self.gate = gate
        account, certified = push.pusher.account, push.pusher.certified
        by_account = gate.roster.by_account(push.pusher.server, account) if account else None
        self.person = by_account or (gate.roster.person(certified) if certified else None)
        self.zero = gate.engine.object_format.zero
        self.default = ""
        self.setting = Setting(policy=gate.policy, ladder=gate.roster.ladder, now=gate.now)
        self.pause = gate.ledger.pause(gate.now)
        self.plea = self._plea()

    def answer(self) -> Answer:
        """Resolve, judge, record."""
        gate = self.gate
        refs = dict(gate.refs([update.ref for update in self.push.updates]))
        targets = [ref.resolves_to for ref in refs.values() if ref.resolves_to not in refs]
        refs.update(gate.refs(targets) if targets else {})
        self.default = self._default_branch(refs)
        adopt_policy(gate, self.default)
        work = self._reconcile(resolve(self.push, gate, refs, self.default))
        if gate.governed is not None and gate.governed.moved:
            from gatekeeper.governing import undecidable  # something is wrong with the server

            work = undecidable(work, gate.governed)
        work = self._judge_store(work)
        arriving = [admitted.testimony for item in work for admitted in item.admitted]
        notes, work = self._read_notes(work)
        bench = self._bench(arriving, notes)
        work = self._note(self._judge_all(work, bench), bench)
        for ref_of_notes in (False, True):  # what goes wrong with notes is no gap in what is known of code
            work = self._observe(work, bench, [item for item in work if (item.finding.ref == NOTES) is ref_of_notes])
        work = notes.noted(work, bench, self._arrival()) if notes else work
        said = self.plea.notes if self.plea else ()
        verdict = Verdict(refs=tuple(item.finding for item in work), notes=said)
        tracked = any(item.tracked or item.finding.problems for item in work)
        try:
            receipt = record(self.gate, self.push, self.person, self.default, work, verdict, self.plea, self.pause)
        except ConflictError:
            raise
        except LedgerError:
            if tracked:
                raise
            receipt = None
        return Answer(verdict=verdict, receipt=receipt, person=self.person, quiet=not tracked, pause=self.pause)

    def _plea(self) -> Plea | None:
        if not self.push.options:
            return None
        from gatekeeper.core.emergency import hear  # only for a push with options

        return hear(self.push, self.person, self.setting)

    def _default_branch(self, refs: Mapping[str, Ref]) -> str:
        """Return the default branch, asking Git for it only if no pushed ref is known to be it."""
        named = [ref.resolves_to for ref in refs.values() if ref.is_default]
        return named[0] if named else self.gate.default_branch()

    def _reconcile(self, work: list[Work]) -> list[Work]:
        """Record what landed before; refuse updates of refs that nothing explains."""
        gate = self.gate
        current = {item.finding.ref: item.finding.old for item in work if item.tracked and is_text(item.finding.ref)}
        waiting = {update.ref for update in gate.ledger.pending()} - current.keys()
        if waiting:
            found = gate.refs_at(sorted(waiting))
            current.update({name: found.get(name, self.zero) for name in waiting})
        comparison = compare(gate.ledger, current, self.zero, gate.now)
        if comparison.changes_ledger:
            gate.ledger.append("landing", comparison.entry("pre-receive"), now=gate.now, repository=gate.repository)
        unexplained = {ref: (expected, actual) for ref, expected, actual in comparison.unexplained}
        if not unexplained:
            return work
        # Another push may have landed between the reading of the refs and of the ledger.
        fresh = gate.refs([item.finding.ref for item in work])
        return [
            refuse(item, self._moved(item, fresh[item.finding.ref], *unexplained[item.finding.ref]))
            if item.finding.ref in unexplained
            else item
            for item in work
        ]

    def _moved(self, item: Work, fresh: Ref, expected: ObjectId, actual: ObjectId) -> Reason:
        """Say why a ref is not what the ledger expects: an honest race, or a change outside the gate."""
        ref = item.finding.ref
        if fresh.target != item.finding.old:
            return reason("ref-moved", ref=ref, said=item.update.old, found=fresh.target)
        return reason("written-outside", ref=ref, expected=expected, found=actual)

    def _judge_store(self, work: list[Work]) -> list[Work]:
        """Verify what an update of the store adds."""
        gate = self.gate
        judged: list[Work] = []
        for item in work:
            if item.finding.ref != SIGNOFFS or item.finding.problems:
                judged.append(item)
                continue
            from gatekeeper.admitting import NotAdmittedError, admit  # only for a push of sign-offs

            old = None if item.finding.old == self.zero else item.finding.old
            try:
                admitted = admit(gate.engine, gate.ledger, gate.policy, self._court(), old, item.update.new)
            except NotAdmittedError as error:
                judged.append(refuse(item, *error.reasons))
            else:
                judged.append(item.replace(admitted=tuple(admitted)))
        return judged

    def _court(self) -> Court:
        return Court(
            roster=self.gate.roster,
            repository=self.gate.repository,
            leavers_drop=self.gate.policy.leavers_drop,
            now=self.gate.now,
        )

    def _read_notes(self, work: list[Work]) -> tuple[ArrivingNotes | None, list[Work]]:
        """Find git-ai's notes, if they are pushed: they may be about what is judged."""
        if all(item.finding.ref != NOTES for item in work):
            return None, work
        from gatekeeper.arriving_notes import read_notes  # few repositories have them

        return read_notes(self.gate, work, self.person)

    def _bench(self, arriving: Sequence[Testimony], notes: ArrivingNotes | None) -> Bench:
        gate = self.gate
        return Bench(
            engine=gate.engine,
            policy=gate.policy,
            roster=gate.roster,
            repository=gate.repository,
            now=gate.now,
            ledger=gate.ledger,
            signoffs=from_ledger(gate.ledger, self._court(), arriving, gate.engine.check_time),
            notes=notes.about if notes else lambda _ids: {},
        )

    def _judge_all(self, work: Sequence[Work], bench: Bench) -> list[Work]:
        """Judge one update after the other, each as if those before it had happened."""
        judged: list[Work] = []
        for item in work:
            judged.append(self._judge(item, bench))
            bench = bench.replace(beside=(*bench.beside, *_reviewed_in(judged[-1], bench.now)))
        return judged

    def _judge(self, item: Work, bench: Bench) -> Work:
        """Judge one update of a protected ref, or of that of policy and roster; any other is as it is."""
        if item.finding.problems:
            return item
        try:
            if item.protected:
                item = self._relieve(self._judge_protected(item, bench))
            if self.gate.governed is not None and item.governed:
                from gatekeeper.governing import judge_governed  # only there; nothing above lifts what it says

                item = judge_governed(item, bench, self.gate.governed, self._arrival())
        except UnjudgeableError as error:
            return refuse(item, error.reason)
        return item

    def _arrival(self) -> Arrival:
        return Arrival(person=self.person, kind=self.push.pusher.kind, new_to_server=self.gate.new_to_server)

    def _relieve(self, item: Work) -> Work:
        """Lift what an emergency or a pause lifts, of what is judged to the end: it hides no other refusal."""
        if item.finding.outcome is Outcome.ACCEPTED or item.gathered is None:
            return item
        declared = self.plea.lift if self.plea else None
        dossiers = item.gathered.dossiers
        if not (declared or self.pause or any(dossier.signoffs.emergencies for dossier in dossiers)):
            return item
        from gatekeeper.relieving import relieve  # only for what may be lifted

        finding = relieve(self.gate.ledger, item.finding, dossiers, self.setting, declared=declared, pause=self.pause)
        return item.replace(finding=finding)

    def _observe(self, work: list[Work], bench: Bench, some: Sequence[Work]) -> list[Work]:
        """Note who brought which commits to those of some refs that nothing protects, in one walk for all of them.

        Whatever goes wrong is a gap in what was observed, and refuses nothing.
        """
        free = [item for item in some if item.free and not item.finding.problems]
        moved = [
            Moved(ref=item.finding.ref, old=item.finding.old, new=item.update.new)
            for item in free
            if not item.update.deletes
        ]
        deleted = tuple((i.finding.ref, ()) for i in free if i.update.deletes and is_text(i.finding.ref))
        if not moved and not deleted:
            return work
        first = work.index(free[0])
        try:
            observed = observe(self.gate, bench, moved, self._arrival())
        except (GitError, UnjudgeableError):
            return [item.replace(gap=True) if item in free else item for item in work]
        gathered = Gathered(dossiers=(), known=(), new=observed.new, unread=observed.unread)
        noted = observed.noted.replace(in_flight=(*deleted, *observed.noted.in_flight))
        return [
            item.replace(gathered=gathered, noted=noted) if index == first else item for index, item in enumerate(work)
        ]

    def _note(self, work: list[Work], bench: Bench) -> list[Work]:
        """Note what tracked refs bring: marks and signed commits of protected refs, and statements of the store."""
        return [self._noted(item, bench) for item in work]

    def _noted(self, item: Work, bench: Bench) -> Work:
        try:
            if item.gathered and item.gathered.dossiers:
                return item.replace(noted=note_update(self.gate, item.finding.old, item.update.new, item.gathered))
            if item.admitted:
                statements = [admitted.testimony.statement for admitted in item.admitted]
                return item.replace(noted=note_statements(self.gate, bench, statements))
        except UnjudgeableError as error:
            return refuse(item, error.reason)
        return item

    def _tip_and_exclusions(self, new: ObjectId, exclude: Sequence[ObjectId]) -> tuple[ObjectId | None, list[ObjectId]]:
        """Return the commit that a new value leads to, None if none, and the exclusions that are still there.

        A walk from what is no commit would be empty and look fine; a missing exclusion would be fatal.
        """
        names = [f"{name}^{{commit}}" for name in (new, *dict.fromkeys(exclude)) if name != self.zero]
        tip, *others = (found if kind == "commit" else None for found, kind, _ in self.gate.engine.kinds(names))
        return tip, [found for found in others if found]

    def _judge_protected(self, item: Work, bench: Bench) -> Work:
        """Judge an update of a protected ref: its shape first, then every commit that it brings."""
        policy, finding = self.gate.policy, item.finding
        if item.update.deletes:
            return item if policy.deletions_allowed else refuse(item, reason("deletion", ref=finding.ref))
        line = self._line(item, bench) if self.gate.git_checks_objects else None
        if line is not None:
            judged = self._judge_commits(item, bench, item.update.new, [finding.old], line)
            if not _fails_at_old_commits(judged):
                return judged
        tip, excluded = self._tip_and_exclusions(
            item.update.new, [finding.old, *self.gate.ledger.baselines(finding.ref)]
        )
        if tip is None:
            return refuse(item, reason("not-a-commit", commit=item.update.new, kind="nothing that leads to a commit"))
        if not self.gate.git_checks_objects:
            check_trees(bench, tip, excluded)
        return self._judge_commits(item, bench, tip, excluded, read_commits(bench, [tip], excluded))

    def _line(self, item: Work, bench: Bench) -> list[Commit] | None:
        """Return the commits that an update brings if they are a short line on top of the old tip; else None.

        They are judged as if there were no baseline, which can only refuse too much.
        """
        old = item.finding.old
        try:
            return read_line(bench, item.update.new, old) if old != self.zero else None
        except UnjudgeableError:
            return None  # a walk leaves out what is behind the baseline

    def _judge_commits(
        self, item: Work, bench: Bench, tip: ObjectId, excluded: Sequence[ObjectId], commits: Sequence[Commit]
    ) -> Work:
        """Judge the commits that an update brings, and whether it takes any away."""
        policy, finding = self.gate.policy, item.finding
        if self._rewinds(item, tip, commits):
            item = item if policy.rewinds_allowed else refuse(item, reason("rewind", ref=finding.ref))
        judged, new = self._judge_listed(item, bench, commits)
        if any(finding.outcome is not Outcome.ACCEPTED for finding in judged.finding.commits):
            over = over_listed(bench.engine, commits, excluded, new)
            if over:
                judged, _ = self._judge_listed(item, bench, [commit for commit in commits if commit.id not in over])
        return judged

    def _judge_listed(self, item: Work, bench: Bench, commits: Sequence[Commit]) -> tuple[Work, frozenset[ObjectId]]:
        """Judge each of some commits; return also which of them are new to the server."""
        gathered = gather(bench, item.finding.ref, commits, self._arrival())
        judged = tuple(evaluate(dossier, self.setting) for dossier in gathered.dossiers)
        finding = item.finding.replace(commits=judged, known=len(gathered.known))
        return item.replace(gathered=gathered, finding=finding), frozenset(commit for commit, _ in gathered.new)

    def _rewinds(self, item: Work, tip: ObjectId, commits: Sequence[Commit]) -> bool:
        """Whether the ref would lose commits; any move of a tag is a rewind."""
        old = item.finding.old
        if old in (self.zero, item.update.new):
            return False
        if item.finding.ref.startswith("refs/tags/"):
            return True
        if any(old in commit.parents for commit in commits):
            return False
        engine = self.gate.engine
        ((commit, kind, _),) = engine.kinds([f"{old}^{{commit}}"])
        return commit is None or kind != "commit" or not engine.is_ancestor(commit, tip)


def _fails_at_old_commits(item: Work) -> bool:
    """Whether commits fail that were on the server before: only those can be behind a baseline."""
    new = dict(item.gathered.new) if item.gathered else {}
    return any(finding.commit not in new for finding in item.finding.commits if finding.outcome is not Outcome.ACCEPTED)


def _reviewed_in(item: Work, now: Timestamp) -> list[Reviewed]:
    """Return what an update that is in order brings to its ref, by what was reviewed for it."""
    if item.gathered is None or item.finding.outcome is not Outcome.ACCEPTED:
        return []
    landing = [(dossier.commit.id, dossier.reviewed) for dossier in item.gathered.dossiers]
    landing += [(known.commit, known.reviewed) for known in item.gathered.known]
    return [
        Reviewed(commit=commit, change=change, landed=landed, time=now, ref=item.finding.ref)
        for landed, reviewed in landing
        for commit, change in reviewed
    ]
