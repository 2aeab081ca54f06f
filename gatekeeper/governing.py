"""An update of the ref on which policy and roster lie -> why it may not be (DESIGN.md section 8).

Everything here is judged by policy and roster from before the push, whatever the policy says of that ref, and
nothing lifts it: no exemption, no emergency, no rule that only warns.
"""

from __future__ import annotations

from gatekeeper.bench import Bench, read_commits
from gatekeeper.config.in_force import load_in_force
from gatekeeper.config.problems import ConfigurationError
from gatekeeper.core.changes import paths_of
from gatekeeper.core.commits import Commit
from gatekeeper.core.counting import seen
from gatekeeper.core.dossier import Dossier
from gatekeeper.core.evaluation import vetoed
from gatekeeper.core.governance import Administrators, Governed, shortage
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.people import Person, Who
from gatekeeper.core.policy import Require, Rule, When
from gatekeeper.core.reasons import Reason, reason
from gatekeeper.core.record import Record
from gatekeeper.core.testimony import Standing
from gatekeeper.core.verdict import SignoffView
from gatekeeper.differences import differences
from gatekeeper.gathering import Arrival, gather
from gatekeeper.governed import UnfitFileError, read_contents, read_entries, sources, too_few_administrators
from gatekeeper.recording import Work

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

ALL_PATHS = When(paths=("**",))
"""A condition that looks at every commit, also at a merge as Git itself makes it."""

NO_ID = "administrators of policy and roster"
"""No rule of a policy can be called so, so the ledger vouches for no commit by this one."""
LARGE = 1024 * 1024
"""Bytes of policy and roster that are not parsed for somebody who has no sign-offs for them: that takes seconds."""


class Judgement(Record):
    """What was found out about an update of the ref."""

    problems: tuple[Reason, ...] = ()
    signoffs: tuple[SignoffView, ...] = ()
    """Every approval of a change of policy or roster, as its administrators are asked for."""


def undecidable(work: Sequence[Work], governed: Governed) -> list[Work]:
    """Decide nothing that is guarded while nobody knows by what: the ref was changed outside the gate."""
    why = reason("governed-outside", ref=governed.ref, expected=governed.commit, found=governed.found)
    return [
        item.replace(finding=item.finding.replace(problems=(why,), undecided=True))
        if item.tracked and not item.finding.problems
        else item
        for item in work
    ]


def judge_governed(item: Work, bench: Bench, governed: Governed, arrival: Arrival) -> Work:
    """Return an update of the ref with what `judge_update` finds besides all else."""
    if item.finding.old != governed.commit:
        # New rules landed since those in force were read: this update must be judged by them.
        judged = _refused(reason("ref-moved", ref=governed.ref, said=governed.commit, found=item.finding.old))
    else:
        judged = judge_update(bench, governed, item.update.new, arrival)
    problems = (*item.finding.problems, *judged.problems)
    return item.replace(finding=item.finding.replace(problems=problems, governance=judged.signoffs))


def judge_update(bench: Bench, governed: Governed, new: ObjectId, arrival: Arrival) -> Judgement:
    """Judge an update of the ref that holds policy and roster.

    Args:
        bench: With policy and roster from before the push.
        governed: Where they lie, and the commit that they were read from.
        new: The new value of the ref; all zeros: it is to be deleted.
        arrival: Who pushes.

    Raises:
        UnjudgeableError: when a bound is passed or a commit is malformed.
        GitError, LedgerError: when Git or the ledger does not answer.
    """
    engine = bench.engine
    if not new.strip("0"):
        return _refused(reason("governed-deletion", ref=governed.ref))
    ((found, kind, _),) = engine.kinds([new])
    if found is None or kind != "commit":
        return _refused(reason("not-a-commit", commit=new, kind=kind))
    if not engine.is_ancestor(governed.commit, new):
        return _refused(reason("governed-rewind", ref=governed.ref))
    try:
        if read_entries(engine, new, governed.paths) == read_entries(engine, governed.commit, governed.paths):
            return Judgement()
        contents = read_contents(engine, new, governed.paths)
    except UnfitFileError as error:
        return _refused(reason("governed-file", path=error.path, what=error.what))
    signed = _judge_change(bench, governed, new, arrival)
    if not signed.problems or sum(map(len, contents)) <= LARGE:
        signed = signed.replace(problems=(*_unusable(governed, contents, bench), *signed.problems))
    return signed


def _refused(*reasons: Reason) -> Judgement:
    return Judgement(problems=reasons)


def _unusable(governed: Governed, contents: Sequence[bytes], bench: Bench) -> tuple[Reason, ...]:
    """Say why a new policy and roster cannot be used together, or could never be changed again."""
    try:
        force = load_in_force(*sources(governed, contents), cache=None, last_good=None, now=bench.now)
    except ConfigurationError as error:
        return (reason("governed-unusable", what=str(error.problems[0])),)
    return too_few_administrators(force, bench.now)


def _judge_change(bench: Bench, governed: Governed, tip: ObjectId, arrival: Arrival) -> Judgement:
    """Ask for the administrators' sign-offs for the tip, and for every commit on the way that changes the files.

    The tip alone would not do: who approves the last commit of a branch has perhaps not seen what an earlier one
    does to the policy.
    """
    asked = bench.policy.governors
    commits = _concerned(bench, governed, tip)
    dossiers = gather(_asking(bench, asked), governed.ref, commits, arrival).dossiers
    approved = [_approvers(dossier, asked, bench) for dossier in dossiers]
    everywhere = frozenset.intersection(*approved)
    able = asked.able(bench.roster, bench.now)
    short = shortage(everywhere, able, asked.signoffs, _circles(dossiers, arrival.person))
    problems = [
        vetoed(veto)
        for veto in {veto.statement_id: veto for dossier in dossiers for veto in dossier.signoffs.vetoes}.values()
    ]
    if short:
        ask = tuple(sorted(short.ask))
        problems.append(reason("governed-signoffs", missing=short.missing, needed=asked.signoffs, ask=ask))
    circle = short.circle if short else frozenset[str]()
    views = {
        standing.testimony.statement_id: _view(standing, asked, bench, everywhere, circle)
        for dossier in dossiers
        for standing in _own(dossier)
    }
    return Judgement(problems=tuple(problems), signoffs=tuple(views.values()))


def _concerned(bench: Bench, governed: Governed, tip: ObjectId) -> list[Commit]:
    """Return the commits that have to be approved: the tip, and every new one that changes a governed path.

    Of a merge, against any parent: it can take an old version out of a parent that was there before.
    """
    commits = read_commits(bench, [tip], [governed.commit])
    paths = {path.encode() for path in governed.paths}
    return [
        commit
        for commit, changes in differences(bench.engine, commits)
        if commit.id == tip or any(not paths.isdisjoint(paths_of(change)) for change in changes)
    ]


def _asking(bench: Bench, asked: Administrators) -> Bench:
    """Return a bench whose policy asks besides for the administrators, so that all that they need is gathered.

    They are named: a condition on anybody else would let more people veto.
    """
    people = tuple(person.id for person in bench.roster.everybody() if asked.include(person, bench.roster.ladder))
    require = Require(signoffs=asked.signoffs, approvers=Who(people=people or ("",)))
    rule = Rule(id=NO_ID, when=ALL_PATHS, require=require)
    return bench.replace(policy=bench.policy.replace(rules=(*bench.policy.rules, rule)))


def _approvers(dossier: Dossier, asked: Administrators, bench: Bench) -> frozenset[str]:
    """Return the administrators who approved a commit."""
    signers = (standing.testimony.signer for standing in _own(dossier) if not standing.flaw)
    return frozenset(person.id for person in signers if person and asked.include(person, bench.roster.ladder))


def _own(dossier: Dossier) -> list[Standing]:
    """Return the approvals of the commit itself: what was reviewed elsewhere is carried to no change of the rules."""
    return [standing for standing in dossier.signoffs.approvals if not standing.reviewed]


def _circles(dossiers: Sequence[Dossier], pusher: Person | None) -> list[frozenset[str]]:
    """Return who had a hand in the change: by any claim; by proof, or in pushing it; by proof that they wrote it."""
    claimed: set[Person] = set()
    brought: set[Person] = set() if pusher is None else {pusher}
    proved: set[Person] = set()
    for dossier in dossiers:
        for author in (dossier.authorship, *dossier.range_authors):
            claims = {*dossier.co_authors, *((author.claimed,) if author.claimed else ())}
            claimed |= {*claims, *author.involved}
            brought |= {*author.involved} - claims
            proved |= {author.proved} if author.proved else set()
    return [_ids(claimed | brought | proved), _ids(brought | proved), _ids(proved)]


def _ids(people: set[Person]) -> frozenset[str]:
    return frozenset(person.id for person in people)


def _view(
    standing: Standing, asked: Administrators, bench: Bench, everywhere: frozenset[str], circle: frozenset[str]
) -> SignoffView:
    """Say whether a sign-off counts for the change, and if not, why."""
    signer = standing.testimony.signer
    if standing.flaw or signer is None:
        flaw = standing.flaw or "unknown-key"
    elif not asked.include(signer, bench.roster.ladder):
        flaw = "signer-may-not"
    elif signer.id not in everywhere:
        flaw = "left-out"
    else:
        flaw = "not-independent" if signer.id in circle else ""
    return seen(standing, flaw)
