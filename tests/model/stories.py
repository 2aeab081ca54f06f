"""Stories: steps told in a world of their own, where every push is made twice: to the gate and to the model."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gatekeeper.core.ids import ObjectId, StatementId, Timestamp
from gatekeeper.core.push import SIGNOFFS
from gatekeeper.core.signoff import Decision
from gatekeeper.core.signoff import Statement as RealStatement
from tests.model.history import Commit, History, Statement, Tree, difference
from tests.model.reference import Judgement, Policy, Reference
from tests.model.steps import (
    BEGINNING,
    MAIN,
    PEOPLE,
    PROTECTED,
    Amend,
    Begin,
    Delete,
    Merge,
    Pick,
    Push,
    Rebase,
    Revoke,
    Sign,
    Squash,
    Step,
    Work,
)
from tests.support.clones import Clone
from tests.support.signoffs import REPOSITORY, seal, signed_commit, signed_range

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.support.world import World

QUARTER = 90 * 86_400


class Story:
    """A server and its model, and the one repository in which everybody works."""

    def __init__(self, world: World, workshop: Path, policy: Policy) -> None:
        self.world = world
        self.clone = Clone(workshop, "senior-1", world.bare, "sha1")
        self.history = History(workshop / ".git")
        self.server = Reference(self.history, policy)
        self.now = int(time.time()) - 3600
        self.minute = 0
        self.topics: list[str] = []
        self.pending: list[tuple[Statement, RealStatement]] = []
        self.store: dict[str, str] = {}
        self.store_tip = ""
        self.names: dict[str, str] = {}
        self.lines: list[str] = []

    def begin(self) -> None:
        """Land the first commit, by the model and, if it is not there, on the server."""
        first = self._commit(BEGINNING, (), "senior-1")
        self.topics = [first.id, first.id]
        self.server.push("senior-1", {MAIN: first.id})
        if not self.world.refs():
            assert self.clone.push(f"{first.id}:{MAIN}").accepted

    def tell(self, steps: Sequence[Step]) -> None:
        """Go through the steps; after every push, gate and model must agree."""
        for step in steps:
            self.minute += 1
            self.lines.append(f"{step}")
            getattr(self, f"_{type(step).__name__.lower()}")(step)
        refs = {ref: tip for ref, tip in self.world.refs().items() if ref != SIGNOFFS}
        assert refs == self.server.refs, self.text

    @property
    def text(self) -> str:
        """The story so far."""
        return "\n".join(["", *self.lines])

    # ---- commits ---------------------------------------------------------------------------------

    def _commit(
        self,
        tree: Tree,
        parents: Sequence[str],
        author: str,
        *,
        mark: str = "silent",
        co_author: str = "",
        minute: int | None = None,
    ) -> Commit:
        minute = self.minute if minute is None else minute
        commit = self.history.commit(
            tree, parents, author, minute, mark=mark, co_author=co_author, committed=self.minute
        )
        if commit.id not in self.names:
            self.names[commit.id] = f"c{len(self.names)}"
            by = f"{author}" + (f" with {co_author}" if co_author else "")
            before = self.history.parent_tree(commit)
            what = ", ".join(
                sorted(f"{path}: {_short(old)}->{_short(new)}" for path, old, new in difference(before, tree))
            )
            on = " ".join(self.names[parent] for parent in parents)
            self.lines.append(
                f"    {self.names[commit.id]} {commit.id[:7]} on {on}: {mark}, by {by} ({minute}): {what}"
            )
        return commit

    def _tip(self, topic: int) -> Commit:
        return self.history.commits[self.topics[topic]]

    def _base(self, number: int, topic: int) -> str:
        """A protected ref's tip, or the other topic."""
        if number == 2:
            return self.topics[1 - topic]
        return self.server.refs.get(PROTECTED[number], self.server.refs[MAIN])

    def _own(self, topic: int, onto: str) -> list[Commit]:
        return [self.history.commits[name] for name in self.history.between(self.topics[topic], onto)]

    def _work(self, step: Work) -> None:
        tip = self._tip(step.topic)
        tree = step.edit.applied(tip.tree)
        made = self._commit(tree, [tip.id], PEOPLE[step.who], mark=step.mark, co_author=step.co_author)
        self.topics[step.topic] = made.id

    def _amend(self, step: Amend) -> None:
        tip = self._tip(step.topic)
        if tip.id in self.server.refs.values() or not tip.parents:
            return  # people amend what has not landed; a pushed topic may be amended all the same
        tree = step.edit.applied(tip.tree) if step.edit else tip.tree
        minute = tip.minute if step.who is None else None
        author = tip.author if step.who is None else PEOPLE[step.who]
        made = self._commit(tree, tip.parents, author, mark=step.mark, co_author=tip.co_author, minute=minute)
        self.topics[step.topic] = made.id

    def _rebase(self, step: Rebase) -> None:
        self._rebased(step.topic, self._base(step.onto, step.topic), step.mark)

    def _rebased(self, topic: int, onto: str, mark: str | None) -> bool:
        head = onto
        for commit in self._own(topic, onto):
            if len(commit.parents) > 1:
                continue
            made = self._again(commit, head, mark, None)
            if made is None:
                return False
            head = made.id
        self.topics[topic] = head
        return True

    def _again(self, commit: Commit, onto: str, mark: str | None, who: str | None) -> Commit | None:
        """Make a commit again on another parent; None if that conflicts or changes nothing."""
        base, target = self.history.parent_tree(commit), self.history.commits[onto]
        merged = self.history.replay(base, target.tree, commit.tree)
        if not merged.clean or merged.tree == target.tree:
            return None
        if commit.parents == (onto,) and mark is None and who is None:
            return commit
        return self._commit(
            merged.tree,
            [onto],
            who or commit.author,
            mark=mark or commit.mark,
            co_author=commit.co_author,
            minute=None if who else commit.minute,
        )

    def _squash(self, step: Squash) -> None:
        onto = self._base(step.onto, step.topic)
        merged = self.history.merge(onto, self.topics[step.topic])
        if merged.clean and merged.tree != self.history.commits[onto].tree:
            self.topics[step.topic] = self._commit(merged.tree, [onto], PEOPLE[step.who], mark=step.mark).id

    def _pick(self, step: Pick) -> None:
        everything = list(self.names)
        commit = self.history.commits[everything[-1 - step.back % len(everything)]]
        who = PEOPLE[step.who] if step.who is not None else None
        tip = self._tip(step.topic)
        if not commit.parents:
            return
        if not step.out:
            made = self._again(commit, tip.id, step.mark, who)
        else:
            again = self.history.replay(commit.tree, tip.tree, self.history.parent_tree(commit))
            if not again.clean or again.tree == tip.tree:
                return
            made = self._commit(again.tree, [tip.id], who or "junior-1", mark=step.mark or "silent")
        if made is not None:
            self.topics[step.topic] = made.id

    def _merge(self, step: Merge) -> None:
        ours, theirs = self.topics[step.topic], self._base(step.other, step.topic)
        if ours in self.history.behind(theirs) or theirs in self.history.behind(ours):
            return
        merged = self.history.merge(ours, theirs)
        tree = merged.tree if merged.clean else self.history.commits[ours].tree
        tree = step.evil.applied(tree) if step.evil else tree
        parents = [theirs, ours] if step.swapped else [ours, theirs]
        self.topics[step.topic] = self._commit(tree, parents, PEOPLE[step.who], mark=step.mark).id

    def _begin(self, step: Begin) -> None:
        if step.at < len(PROTECTED) + 1:
            self.topics[step.topic] = self._base(step.at, step.topic)

    # ---- statements ------------------------------------------------------------------------------

    def _sign(self, step: Sign) -> None:
        base = self.server.refs[MAIN]
        commits = self._own(step.topic, base)[-step.last :]
        signer = PEOPLE[step.who]
        if step.decision == "author":
            commits = [each for each in commits if each.author == signer and each.id in self.server.present]
        if not commits:
            return
        first = commits[0]
        head = self.topics[step.topic]
        span = (first.parents[0], head) if step.ranged and first.parents else None
        if span and set(self.history.between(span[1], span[0])) != {each.id for each in commits}:
            span = None
        self._said(signer, step.decision, commits, step.refs, step.late, span, "", together=step.together)

    def _revoke(self, step: Revoke) -> None:
        if self.server.statements:
            target = self.server.statements[step.statement % len(self.server.statements)]
            commits = [self.history.commits[name] for name in target.commits]
            self._said(PEOPLE[step.who], "revoke", commits, (), 0, None, target.id, together=False)

    def _said(
        self,
        signer: str,
        decision: str,
        commits: Sequence[Commit],
        refs: tuple[str, ...],
        late: int,
        span: tuple[str, str] | None,
        revokes: str,
        *,
        together: bool,
    ) -> None:
        issued = self.now + 60 * self.minute - late
        real = RealStatement(
            decision=Decision(decision),
            repository=REPOSITORY,
            refs=refs,
            signer=signer,
            issued_at=Timestamp(issued),
            expires_at=Timestamp(issued + QUARTER),
            commits=tuple(signed_commit(self.clone, ObjectId(each.id)) for each in commits),
            range=signed_range(self.clone, ObjectId(span[0]), ObjectId(span[1])) if span else None,
            client="tests",
            revokes=StatementId(revokes) if revokes else None,
        )
        name = seal(real, signer).id
        said = Statement(str(name), decision, signer, tuple(c.id for c in commits), refs, issued, span, revokes)
        self.lines.append(
            f"    {name[:7]}: {signer} {decision} {' '.join(self.names[c.id] for c in commits)} {revokes[:7]}"
        )
        self.pending.append((said, real))
        if not together:
            self._send(signer, {})

    # ---- pushes ----------------------------------------------------------------------------------

    def _push(self, step: Push) -> None:
        onto = self.server.refs.get(step.refs[0], "")
        if (
            onto
            and step.refs[0] in PROTECTED
            and step.rebased
            and onto not in self.history.behind(self.topics[step.topic])
        ):
            self._rebased(step.topic, onto, None)
        tip = self._tip(step.topic)
        for _ in range(step.back):
            tip = self.history.commits[tip.parents[-1]] if tip.parents else tip
        self._send(PEOPLE[step.who], {ref: tip.id for ref in step.refs if self.server.refs.get(ref) != tip.id})

    def _delete(self, step: Delete) -> None:
        if step.ref in self.server.refs:
            self._send(PEOPLE[step.who], {step.ref: ""})

    def _send(self, pusher: str, updates: dict[str, str]) -> None:
        """Push to the server and to the model, and compare."""
        if not updates and not self.pending:
            return
        specs = [f"+{new}:{ref}" if new else f":{ref}" for ref, new in updates.items()]
        store = dict(self.store)
        for _, real in self.pending:
            signed = seal(real, real.signer)
            store |= {path: data.decode() for path, data in signed.files.items()}
        tip = self.store_tip
        if self.pending:
            tip = self.history.store_commit(store, [self.store_tip] if self.store_tip else [], self.minute)
            specs.append(f"{tip}:{SIGNOFFS}")
        judgement = self.server.push(pusher, updates, [said for said, _ in self.pending])
        pushed = self.clone.push(*specs, account=pusher)
        where = ", ".join(f"{self.names.get(new, 'nothing')} to {ref}" for ref, new in updates.items()) or "sign-offs"
        self.lines.append(f"    {pusher} pushes {where}: {'accepted' if pushed.accepted else 'refused'}")
        self._compare(judgement, pushed.stderr, accepted=pushed.accepted)
        if judgement.accepted:
            self.store, self.store_tip, self.pending = store, tip, []

    def _compare(self, judgement: Judgement, said: str, *, accepted: bool) -> None:
        (*_, entry) = self.world.entries("push")
        found: dict[str, frozenset[str]] = {}
        for ref in entry.data["verdict"]["refs"]:
            if ref["problems"]:
                found[ref["ref"]] = frozenset(problem["code"] for problem in ref["problems"])
            for commit in ref["commits"]:
                wrong = frozenset(problem["code"] for problem in commit["problems"])
                unmet = any(rule["outcome"] != "accepted" and not rule["lifted"] for rule in commit["rules"])
                wrong |= {"signoff"} if unmet else set()
                if wrong:
                    found[commit["commit"]] = found.get(commit["commit"], frozenset()) | wrong
        if found != judgement.problems or accepted != judgement.accepted:
            gate, model = (
                {self.names.get(name, name): sorted(why) for name, why in problems.items()}
                for problems in (found, judgement.problems)
            )
            raise AssertionError(f"{self.text}\n\nthe gate says  {gate}\nthe model says {model}\n\n{said}")


def _short(content: str | None) -> str:
    """A file's changeable places."""
    if content is None:
        return "none"
    return "".join(line.rsplit(" ", 1)[1] for line in content.splitlines() if " is " in line) or "empty"
