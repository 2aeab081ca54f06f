"""What a commit carries: the reference model's reading of DESIGN.md section 6, "Carry-over"."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.model.history import Change, Commit, Statement, difference, lines_changed, paths

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.model.reference import Update, Written


class Carried(NamedTuple):
    """One reviewed commit, or one range, that a commit carries."""

    squash: bool
    commits: tuple[str, ...]
    """The reviewed commits that add something."""
    assisted: tuple[str, ...]
    """Those of them that are AI-assisted."""
    approvals: frozenset[tuple[str, str]]
    """(signer, statement) that carry over."""
    vetoes: tuple[Statement, ...]
    written: tuple[Written, ...]
    """Who wrote them; nobody is proved where the proof does not carry over."""
    co_authors: frozenset[str]
    arrived: int
    """The number of the push that first brought it."""
    hands: frozenset[str]
    """Who had a hand in it, whether or not a proof carries over."""


def carried(update: Update, commit: Commit) -> list[Carried]:
    """Find everything that a commit with one parent carries."""
    found: list[Carried] = []
    for name in sorted(update.server.memory.candidates(update)):
        reviewed = update.history.commits[name]
        how = _alike(update, commit, reviewed) if name != commit.id and len(reviewed.parents) == 1 else ""
        if how:
            marked = [name] if _is_marked(update, name) else []
            found.append(_carried(update, commit, [name], marked, how, update.server.arrived[name]))
    for (base, head), arrived in update.server.memory.ranges(update):
        how = _squashed(update, commit, base, head)
        members = update.history.between(head, commit.parents[0])
        if how and len(members) > 1:
            adding = [name for name in members if not update.adds_nothing(update.history.commits[name])]
            marks = _marked_in(update, adding)
            marked = [name for name in adding if update.is_merge(name) or name in marks]
            found.append(_carried(update, commit, adding, marked, how, arrived, squash=True))
    return found


def _marked_in(update: Update, names: list[str]) -> list[str]:
    """The commits of a range that count as marked: as if each was pushed, but what others of them bring is no hit."""
    memory, commits = update.server.memory, [update.history.commits[name] for name in names]
    found = [each.id for each in commits if each.mark == "marked"]
    silent = [each for each in commits if each.mark != "marked"]
    asked = [each for each in silent if len(each.parents) == 1 and each.id not in update.parts]
    # What a commit carries can be a range that it is a part of: each is asked about once.
    update.parts.update({each.id: [] for each in asked})
    update.parts.update({each.id: carried(update, each) for each in asked})
    for each in silent:
        if memory.recalls(update, each, update.parts.get(each.id, []), within=found):
            found.append(each.id)
    return found


def _is_marked(update: Update, name: str) -> bool:
    commit = update.history.commits[name]
    return commit.mark == "marked" or update.server.memory.recalls(update, commit, [])


def _alike(update: Update, commit: Commit, reviewed: Commit) -> str:
    """How one commit's change is another's: `exact`, `remade` or not at all (condition 1)."""
    history = update.history
    new, old = history.change(commit), history.change(reviewed)
    if not new or not old or paths(new) != paths(old):
        return ""
    if new == old:
        return "exact"
    if lines_changed(new) != lines_changed(old):
        return ""
    again = history.replay(history.parent_tree(reviewed), history.parent_tree(commit), reviewed.tree)
    return "remade" if again.clean and again.tree == commit.tree else ""


def _squashed(update: Update, commit: Commit, base: str, head: str) -> str:
    history = update.history
    new = history.change(commit)
    old = difference(history.commits[base].tree, history.commits[head].tree)
    if not new or not old or paths(new) != paths(old) or lines_changed(new) != lines_changed(old):
        return ""
    merged = history.merge(commit.parents[0], head)
    if not merged.clean or merged.tree != commit.tree:
        return ""
    return "exact" if new == old else "remade"


def _carried(
    update: Update,
    commit: Commit,
    names: list[str],
    assisted: list[str],
    how: str,
    arrived: int,
    *,
    squash: bool = False,
) -> Carried:
    history, policy = update.history, update.server.policy
    reviewed = [history.commits[name] for name in names]
    admitted = policy.carry_over == "remade" or (policy.carry_over == "exact" and how == "exact")
    same_author = squash or all(each.author == commit.author for each in reviewed)
    carries = admitted and same_author and not _spent(update, commit, reviewed)
    written = [update.written(each) for each in reviewed]
    standing = {each.id: update.standing(each) for each in reviewed}
    covered: dict[str, set[str]] = {}
    statements: set[tuple[str, str]] = set()
    for each in reviewed:
        for statement in standing[each.id].approvals:
            if carries and _earlier_are_there(update, commit, statement, each.id, names):
                covered.setdefault(statement.signer, set()).add(each.id)
                statements.add((statement.signer, statement.id))
    needed = set(names) if not squash or not assisted else set(assisted)
    return Carried(
        squash=squash,
        commits=tuple(names),
        assisted=tuple(assisted),
        approvals=frozenset(pair for pair in statements if covered[pair[0]] >= needed),
        vetoes=tuple(veto for each in standing.values() for veto in each.vetoes),
        written=tuple(w if carries else w._replace(proved="") for w in written),
        co_authors=frozenset(each.co_author for each in reviewed),
        arrived=arrived,
        hands=frozenset().union(*(w.hands for w in written)),
    )


def _spent(update: Update, commit: Commit, reviewed: Iterable[Commit]) -> bool:
    """Condition 5: whether something else has landed for it, or for its change."""
    names = {each.id for each in reviewed}
    changes: set[Change] = {update.history.change(each) for each in reviewed if len(each.parents) < 2}
    changes = (changes | {update.history.change(commit)}) - {frozenset()}
    return any(x.stands_for & names or x.spent & changes for x in update.there if x.commit != commit.id)


def _earlier_are_there(update: Update, commit: Commit, statement: Statement, name: str, together: list[str]) -> bool:
    """Conditions 4 and 5: the earlier commits are there, and nothing of the statement was taken out."""
    history = update.history
    if any(update.lost(each) for each in statement.commits):
        return False
    for each in statement.commits[: statement.commits.index(name)]:
        earlier = history.commits[each]
        if each in together or not history.change(earlier) or update.adds_nothing(earlier):
            continue
        parent = commit.parents[0]
        if not update.has(each) and each not in history.behind(parent) and not _is_done(update, earlier, parent):
            return False
    return True


def _is_done(update: Update, earlier: Commit, parent: str) -> bool:
    """Whether a rebase onto a commit would drop another one, for it changes nothing there."""
    history = update.history
    onto = history.commits[parent].tree
    again = history.replay(history.parent_tree(earlier), onto, earlier.tree)
    return len(earlier.parents) == 1 and again.clean and again.tree == onto
