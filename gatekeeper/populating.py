"""Completeness: every commit that Git finds on a protected ref, held against what landed there by the ledger."""

from __future__ import annotations

from gatekeeper.core.audit import Population, Unexplained
from gatekeeper.core.commits import MalformedCommitError, parse_commit
from gatekeeper.core.ids import ObjectId
from gatekeeper.formats.json import brief
from gatekeeper.git import Engine
from gatekeeper.ledger import Ledger
from gatekeeper.retracing import BASELINES, Moment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAMED = 1_000
"""Unexplained commits that are told by name; past it only their number."""
EVERY_REF = ""


class Landings:
    """Which commits landed on which ref, and what was taken in as a baseline, by the entries alone."""

    def __init__(self, ledger: Ledger) -> None:
        """Begin with nothing; of a ledger that has lost its oldest entries the tables say what those said."""
        self._ledger = ledger
        self._pruned = ledger.pruned()
        self._landed: dict[str, set[bytes]] = {}
        self._whole: dict[str, list[tuple[ObjectId, ObjectId]]] = {}
        self._baselines: dict[str, set[ObjectId]] = {EVERY_REF: set()}

    def see(self, moment: Moment) -> None:
        """Take in one entry."""
        for arrived in moment.landed:
            if not arrived.finding["protected"]:
                # The ref of policy and roster is guarded as a whole: where no rule holds, no commit is judged alone.
                self._whole.setdefault(arrived.ref, []).append((arrived.old, arrived.new))
            commits = self._landed.setdefault(arrived.ref, set())
            commits.update(bytes.fromhex(commit["id"]) for commit in arrived.update["commits"])
        entry = moment.entry
        if entry is not None and entry.kind in BASELINES:
            for ref, tip in entry.data["tips"].items():
                self._baselines.setdefault(EVERY_REF if entry.data["every_ref"] else ref, set()).add(tip)

    def explains(self, ref: str, commit: ObjectId) -> bool:
        """Whether a commit landed on a ref through the gate."""
        return bytes.fromhex(commit) in self._landed.get(ref, ())

    def brought(self, engine: Engine, ref: str) -> frozenset[ObjectId]:
        """Return the commits that landed on a ref by updates which were judged as a whole."""
        found: set[ObjectId] = set()
        for old, new in self._whole.get(ref, ()):
            tips = _commits(engine, [each for each in (new, old) if each.strip("0")])
            found.update(engine.ids(tips[:1], tips[1:]) if tips else ())
        return frozenset(found)

    def before(self, ref: str, commits: Sequence[ObjectId]) -> frozenset[ObjectId]:
        """Return those commits that landed on a ref by entries which have been pruned."""
        if not self._pruned:
            return frozenset()
        found = self._ledger.landings(commits)
        return frozenset(
            commit
            for commit, landings in found.items()
            if any(landing.ref == ref and landing.entry <= self._pruned for landing in landings)
        )

    def baselines(self, ref: str) -> tuple[ObjectId, ...]:
        """Return the tips behind which nothing was judged on a ref."""
        if self._pruned:
            return self._ledger.baselines(ref)
        return tuple(sorted(self._baselines[EVERY_REF] | self._baselines.get(ref, set())))


def population(engine: Engine, tips: Mapping[str, ObjectId], landings: Landings | None) -> Population:
    """Count the commits on protected refs, and name those that nothing explains.

    Args:
        engine: Reads the repository.
        tips: Protected refs that exist, each with its value.
        landings: What landed by the ledger; None: there is no ledger, and nothing can be explained.

    Raises:
        GitError: when Git does not answer.
    """
    heads = {ref: head for ref, tip in tips.items() if (head := _commit(engine, tip))}
    if landings is None:
        return Population.empty().replace(git=engine.count(sorted(set(heads.values()))) if heads else 0)
    everything: set[bytes] = set()
    explained: set[bytes] = set()
    unexplained: list[tuple[str, ObjectId]] = []
    bases: set[ObjectId] = set()
    for ref, head in heads.items():
        before = _commits(engine, landings.baselines(ref))
        bases.update(before)
        commits = engine.ids([head], before)
        everything.update(map(bytes.fromhex, commits))
        lacking = [commit for commit in commits if not landings.explains(ref, commit)]
        earlier = landings.before(ref, lacking) | (landings.brought(engine, ref) if lacking else frozenset())
        lacking = [commit for commit in lacking if commit not in earlier]
        explained.update(map(bytes.fromhex, set(commits).difference(lacking)))
        # With skewed dates a walk lists too many commits; looked at only where something is unexplained.
        behind = set(engine.ids(before, ())) if lacking and before else set()
        unexplained += [(ref, commit) for commit in lacking if commit not in behind]
        everything -= {bytes.fromhex(commit) for commit in lacking if commit in behind}
    return Population(
        git=len(everything),
        ledger=len(explained),
        unexplained=_named(engine, unexplained[:NAMED]),
        unexplained_total=len(unexplained),
        before_baseline=engine.count(sorted(bases)) if bases else 0,
    )


def _commits(engine: Engine, tips: Sequence[ObjectId]) -> list[ObjectId]:
    kinds = engine.kinds([f"{tip}^{{commit}}" for tip in tips])
    return [found for found, kind, _ in kinds if found and kind == "commit"]


def _commit(engine: Engine, tip: ObjectId) -> ObjectId | None:
    return next(iter(_commits(engine, [tip])), None)


def _named(engine: Engine, commits: Sequence[tuple[str, ObjectId]]) -> tuple[Unexplained, ...]:
    """Say who claims to have written them, and what their messages begin with."""
    found: list[Unexplained] = []
    for (ref, commit), raw in zip(commits, engine.objects([commit for _, commit in commits]), strict=True):
        try:
            parsed = parse_commit(commit, raw.data, engine.object_format)
        except MalformedCommitError:
            found.append(Unexplained(ref=ref, commit=commit, author="", subject=""))
            continue
        found.append(
            Unexplained(ref=ref, commit=commit, author=brief(parsed.author.email), subject=brief(parsed.subject))
        )
    return tuple(found)
