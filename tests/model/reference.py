"""The reference model: DESIGN.md sections 4 to 7 once more, slowly and as they are written.

It shares no code with the gate. A change is the set of (path, content before, content after), a digest nowhere;
every question is answered by looking at all that ever happened.

Not in it: groups of people other than levels, expiry, keys, presence, paths in rules, emergencies, machine authors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.model.carried import Carried, carried
from tests.model.history import Change, Commit, History, Statement, inverse
from tests.model.remembered import Memory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SENIORS = ("senior-1", "senior-2")
ADMINISTRATORS = ("senior-1",)
RELEASE = "refs/heads/release/"


class Policy(NamedTuple):
    """What differs between the policies of the tests."""

    carry_over: str = "remade"
    pure_reverts: bool = True
    two_for_release: bool = False
    """Whether AI-assisted commits on release branches need two sign-offs, whoever wrote them."""


class Landed(NamedTuple):
    """A commit that landed on a ref, with what is known of it from then on."""

    commit: str
    ref: str
    rules: frozenset[str]
    """The rules that were enforced there."""
    clean: bool
    """Whether it satisfied them all."""
    statements: frozenset[str]
    """The sign-offs that it landed under."""
    assisted: bool
    change: Change
    stands_for: frozenset[str]
    """The reviewed commits that are spent by it."""
    spent: frozenset[Change]
    """Their changes."""
    revertible: bool
    """Whether a pure revert may take it out."""
    takes_out: str
    """The commit of which it is the exact inverse; empty if of none."""


class Judgement(NamedTuple):
    """What the model says of a push."""

    problems: Mapping[str, frozenset[str]]
    """By ref or commit why it is refused; nothing for what is in order."""

    @property
    def accepted(self) -> bool:
        return not self.problems


class Reference:
    """A server, as the design has it."""

    def __init__(self, history: History, policy: Policy) -> None:
        self.history = history
        self.policy = policy
        self.refs: dict[str, str] = {}
        self.present: set[str] = set()
        """The commits that are on the server."""
        self.contents: set[str] = set()
        """The contents of files that are."""
        self.first_pusher: dict[str, str] = {}
        self.pushes = 0
        self.arrived: dict[str, int] = {}
        """By commit the number of the push that first brought it."""
        self.statements: list[Statement] = []
        self.landed: list[Landed] = []
        self.memory = Memory(history)

    # ---- a push ----------------------------------------------------------------------------------

    def push(self, pusher: str, updates: Mapping[str, str], signed: Sequence[Statement] = ()) -> Judgement:
        """Judge a push and let it happen. An update to nothing deletes."""
        statements = [*self.statements, *signed]
        brought = set[str]().union(*(self.history.behind(new) for new in updates.values() if new)) - self.present
        self.pushes += 1
        for commit in brought:
            self.first_pusher.setdefault(commit, pusher)
            self.arrived.setdefault(commit, self.pushes)
        problems: dict[str, frozenset[str]] = {}
        landing: list[Landed] = []
        for ref, new in updates.items():
            if not is_protected(ref):
                continue
            old = self.refs.get(ref, "")
            if not new:
                problems[ref] = frozenset({"deletion"})
                continue
            if old and old not in self.history.behind(new):
                problems[ref] = frozenset({"rewind"})
            update = Update(self, ref, new, statements, self.present | brought)
            judged = update.judged
            for commit in judged:
                found = update.judge(self.history.commits[commit])
                if found:
                    problems[commit] = problems.get(commit, frozenset()) | found
            landing += update.here
            self.memory.note_protected(self, pusher, old, new, update, {s for each in statements for s in each.commits})
        self.memory.note_free(self, pusher, updates, signed)
        if not problems:
            self._happen(updates, brought, statements, landing)
        return Judgement(problems)

    def _happen(
        self, updates: Mapping[str, str], brought: set[str], statements: list[Statement], landing: list[Landed]
    ) -> None:
        for ref, new in updates.items():
            if new:
                self.refs[ref] = new
            else:
                del self.refs[ref]
        self.present |= brought
        self.contents.update(content for commit in brought for content in self.history.commits[commit].tree.values())
        self.statements = statements
        self.landed += landing

    def protected_tips(self) -> list[str]:
        return [tip for ref, tip in self.refs.items() if is_protected(ref)]

    def rules(self, ref: str) -> frozenset[str]:
        two = self.policy.two_for_release and ref.startswith(RELEASE)
        return frozenset({"one", "two"} if two else {"one"})


class Standing(NamedTuple):
    """The good statements about one commit on the way to one ref."""

    approvals: tuple[Statement, ...] = ()
    vetoes: tuple[Statement, ...] = ()
    authors: tuple[str, ...] = ()


class Written(NamedTuple):
    """Who wrote a commit."""

    proved: str
    """Empty: nobody is."""
    hands: frozenset[str]
    """Who may not approve it."""


class Update:
    """One update of a protected ref: its commits are judged one after the other, parents first."""

    def __init__(
        self,
        server: Reference,
        ref: str,
        tip: str,
        statements: Sequence[Statement],
        present: set[str],
    ) -> None:
        self.server = server
        self.history = server.history
        self.ref = ref
        self.behind = server.history.behind(tip)
        old = server.refs.get(ref)
        self.judged = server.history.between(tip, *([old] if old else []))
        """The commits that it brings, parents first."""
        self.statements = statements
        self.present = present
        self.here: list[Landed] = []
        """The commits of this update that were looked at, as if they had landed."""
        self.marked: dict[str, bool] = {}
        """By judged commit whether it counts as marked."""
        self.parts: dict[str, list[Carried]] = {}
        """By commit of a range, without a mark, what it carries."""

    def judge(self, commit: Commit) -> frozenset[str]:
        """Say what is wrong with a commit, and note it as if it had landed."""
        known = self._known(commit)
        if known:
            self.here.append(known._replace(ref=self.ref, rules=self.server.rules(self.ref), clean=True))
            return frozenset()
        change = self.history.change(commit)
        carries = carried(self, commit) if len(commit.parents) == 1 else []
        remembered = commit.mark != "marked" and self.server.memory.recalls(self, commit, carries)
        marked = self.marked[commit.id] = commit.mark == "marked" or remembered
        brings = len(commit.parents) > 1 and self._brings_assisted(commit)
        assisted = marked or brings
        takes_out = self._takes_out(commit, change)

        own = self.standing(commit)
        good = {(s.signer, s.id) for s in own.approvals}
        good |= {pair for each in carries for pair in each.approvals}
        vetoes = [*own.vetoes, *(v for each in carries for v in each.vetoes)]
        vetoes = [v for v in vetoes if not any(a.signer == v.signer and a.issued > v.issued for a in own.approvals)]

        counted, unmet = self._weigh(commit, carries, good, assisted=assisted)
        taken = next((x for x in self.past if x.commit == takes_out), None)
        pure = self.server.policy.pure_reverts and marked and taken is not None and taken.revertible
        problems: set[str] = {"signoff"} if unmet and not pure else set()
        problems |= {"vetoed"} if vetoes else set()
        problems |= {"contradiction"} if commit.mark == "denied" and remembered else set()

        reviewed = assisted or own.approvals or any(True for each in carries for _ in each.approvals)
        stands_for = {commit.id} if reviewed else set()
        stands_for |= {name for each in carries for name in each.commits}
        spent = {self.history.change(self.history.commits[name]) for name in stands_for if not self.is_merge(name)}
        self.here.append(
            Landed(
                commit=commit.id,
                ref=self.ref,
                rules=self.server.rules(self.ref),
                clean=not unmet and not problems,
                statements=frozenset(counted),
                assisted=assisted,
                change=change,
                stands_for=frozenset(stands_for),
                spent=frozenset(spent) - {frozenset()},
                revertible=not takes_out and (self._brings_only_revertible(commit) if brings else marked),
                takes_out=takes_out,
            )
        )
        return frozenset(problems)

    # ---- section 4 -------------------------------------------------------------------------------

    @property
    def past(self) -> list[Landed]:
        """What has landed on the ref, and the commits of this update before the one that is judged."""
        return [each for each in self.server.landed if each.ref == self.ref] + self.here

    @property
    def there(self) -> list[Landed]:
        """These, and what landed on another ref and is on this one too."""
        elsewhere = self.behind.difference(self.judged)
        return [x for x in self.server.landed if x.ref == self.ref or x.commit in elsewhere] + self.here

    def is_merge(self, commit: str) -> bool:
        return len(self.history.commits[commit].parents) > 1

    def _known(self, commit: Commit) -> Landed | None:
        """How this very commit landed where it met every rule of this ref, under sign-offs that admit this ref."""
        for landed in self.server.landed:
            if landed.commit == commit.id and landed.clean and self.server.rules(self.ref) <= landed.rules:
                names = {commit.id, *landed.stands_for}
                if any(self.standing(self.history.commits[name]).vetoes for name in names):
                    continue
                about = {s.id: s for s in self.statements if names & set(s.commits) and not self._is_revoked(s)}
                under = [about.get(statement) for statement in landed.statements]
                if all(s is not None and (not s.refs or self.ref in s.refs) for s in under):
                    return landed
        return None

    def adds_nothing(self, commit: Commit) -> bool:
        """Whether a commit is the merge that Git makes of its parents."""
        if len(commit.parents) != 2:
            return False
        merged = self.history.merge(*commit.parents)
        return merged.clean and merged.tree == commit.tree

    def _brings_assisted(self, merge: Commit) -> bool:
        behind = self.history.behind(merge.id)
        return any(each.assisted and each.commit in behind for each in self.here)

    def taken_out(self, landed: Landed) -> bool:
        """Whether a commit that landed was taken out of the ref since."""
        return any(each.takes_out == landed.commit for each in self.past)

    def has(self, commit: str) -> bool:
        """Whether the ref has a commit or what stands for it: not what was taken out, or a rewind would lose."""
        return any(commit in (x.commit, *x.stands_for) and self.stands(x) for x in self.there)

    def stands(self, landed: Landed) -> bool:
        """Whether a commit that landed is behind the new tip, and was not taken out."""
        return landed.commit in self.behind and not self.taken_out(landed)

    def lost(self, commit: str) -> bool:
        """Whether the ref had a commit or what stands for it, and it was taken out."""
        return any(commit in (x.commit, *x.stands_for) and self.taken_out(x) for x in self.past)

    def _takes_out(self, commit: Commit, change: Change) -> str:
        if len(commit.parents) > 1 or not change:
            return ""
        there = [x for x in self.past if x.change == inverse(change) and self.stands(x)]
        return there[-1].commit if there else ""

    def _brings_only_revertible(self, merge: Commit) -> bool:
        first, *others = merge.parents
        here = {each.commit: each for each in self.here}
        if not all(other in here for other in others):
            return False
        side = set().union(*map(self.history.behind, others)) - self.history.behind(first)
        return all(here[name].revertible for name in side if name in here)

    # ---- sections 5 and 6 ------------------------------------------------------------------------

    def _is_revoked(self, statement: Statement) -> bool:
        return any(
            s.revokes == statement.id and s.signer in (statement.signer, *ADMINISTRATORS) for s in self.statements
        )

    def standing(self, commit: Commit) -> Standing:
        """Weigh all statements about a commit."""
        about = [s for s in self.statements if commit.id in s.commits and not self._is_revoked(s)]
        rejects = [s for s in about if s.decision == "reject"]
        approvals = [
            s
            for s in about
            if s.decision == "approve"
            and (not s.refs or self.ref in s.refs)
            and self._range_holds(s)
            and not any(r.signer == s.signer and r.issued >= s.issued for r in rejects)
        ]
        vetoes = [r for r in rejects if not any(a.signer == r.signer and a.issued > r.issued for a in approvals)]
        authors = [s.signer for s in about if s.decision == "author" and (not s.refs or self.ref in s.refs)]
        return Standing(tuple(approvals), tuple(vetoes), tuple(authors))

    def _range_holds(self, statement: Statement) -> bool:
        if statement.range is None or not set(statement.range) <= self.present:
            return True
        base, head = statement.range
        return self.history.behind(head) - self.history.behind(base) == set(statement.commits)

    def written(self, commit: Commit) -> Written:
        """Who wrote a commit, by what is known of this very commit."""
        pusher = self.server.first_pusher.get(commit.id, "")
        shared = any(
            other != pusher
            and self.history.commits[name].author_line == commit.author_line
            and self.server.arrived[name] < self.server.arrived[commit.id]
            for name, other in self.server.first_pusher.items()
        )
        proved = (pusher == commit.author and not shared) or commit.author in self.standing(commit).authors
        if proved:
            return Written(commit.author, frozenset({commit.author}))
        return Written("", frozenset({commit.author, pusher} - {""}))

    def _weigh(
        self, commit: Commit, carries: Sequence[Carried], good: set[tuple[str, str]], *, assisted: bool
    ) -> tuple[set[str], bool]:
        """Return the statements that count, and whether a rule is unmet."""
        if not assisted or self.adds_nothing(commit):
            return set(), False
        own = self.written(commit)
        singles = [each for each in carries if not each.squash]
        if not own.proved and any(w.proved == commit.author for each in singles for w in each.written):
            own = Written(commit.author, frozenset({commit.author}))
        first = self._first(commit, carries)
        approved = [each for each in carries if each.approvals]
        ranges = [each for each in approved if each.squash] or [each for each in first if each.squash]
        authors = [w for each in ranges for w in each.written] or [own]
        excluded = set().union(*(w.hands for w in authors))
        if not ranges:
            excluded |= set().union(*(w.hands for each in approved for w in each.written))
        excluded |= set().union(*(each.hands for each in first))
        excluded |= {commit.co_author} | {c for each in (*ranges, *first, *approved) for c in each.co_authors}
        independent = {(signer, name) for signer, name in good if signer not in excluded}
        people = {signer for signer, _ in independent}
        below = any(w.proved not in SENIORS for w in authors)
        wanted = {"one": 1 if below else 0, "two": 2}
        missing = [rule for rule in self.server.rules(self.ref) if len(people) < wanted[rule]]
        counted = {name for _, name in independent} if any(wanted[r] for r in self.server.rules(self.ref)) else set()
        return counted, bool(missing)

    def _first(self, commit: Commit, carries: Sequence[Carried]) -> list[Carried]:
        """What the first of all pushes brought that is carried, if it came before the commit itself."""
        first = min((each.arrived for each in carries), default=0)
        return [each for each in carries if each.arrived == first < self.server.arrived[commit.id]]


def is_protected(ref: str) -> bool:
    return ref == "refs/heads/main" or ref.startswith(RELEASE)
