"""One landed commit: its row, everything in it checked again that can be, and what does not hold."""

from __future__ import annotations

from gatekeeper import __version__
from gatekeeper.citing import Heard, Place, Source, Tabled, about, common
from gatekeeper.core.commits import Commit
from gatekeeper.core.declaration import declare
from gatekeeper.core.exceptional import Exceptional
from gatekeeper.core.ids import Fingerprint, ObjectId, StatementId, Timestamp
from gatekeeper.core.independence import Hands, hands_in
from gatekeeper.core.landed import Approval, Landed, Manner
from gatekeeper.core.people import Person
from gatekeeper.core.policy import Rule
from gatekeeper.core.testimony import Testimony
from gatekeeper.core.writers import is_machine_made
from gatekeeper.formats.json import brief, text
from gatekeeper.rechecking import Recheck, presence, rules_by_id, softens
from gatekeeper.retracing import Arrived

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from typing import Any


FORGOTTEN = "p:"
"""How a name begins that was erased from the ledger (docs/formats.md, "Pseudonyms"); `ledger verify` knows by whom."""


def _same(said: str, name: str) -> bool:
    """Whether an entry says a name; of an erased one nobody can tell."""
    return said == name or said.startswith(FORGOTTEN)


class Weighing:
    """The row of one judged commit."""

    def __init__(
        self,
        place: Place,
        arrived: Arrived,
        source: Source,
        heard: Heard,
        commit: Commit | None,
        first: str,
        bringers: Collection[str],
        read: Callable[[Sequence[ObjectId]], list[Commit] | None],
    ) -> None:
        """Weigh what an entry says of a commit.

        Args:
            place: The repository.
            arrived: The update that brought the commit.
            source: Where it was judged.
            heard: What was said about it then.
            commit: As it is in the repository; None: it is not there, or malformed.
            first: Roster id of who pushed it first; may be empty.
            bringers: Roster ids of everybody who first pushed a commit with its author line: a rebase of somebody's
                work can come first by somebody else.
            read: Returns commits of the repository; None if one of them is not there.
        """
        self.place = place
        self.bringers = bringers
        self.read = read
        self.arrived = arrived
        self.source = source
        self.heard = heard
        self.commit = commit
        self.finding = source.finding
        self.id = ObjectId(source.finding["commit"])
        self.rules = rules_by_id(heard.day.policy) if heard.day.policy else {}
        self.hands = self._hands((commit,) if commit else (), first)

    def tabled(self) -> Tabled:
        """Return the row, and what somebody should look at."""
        approvals = tuple(self._approvals())
        asked = [rule for rule in self.finding["rules"] if rule["needed"] and rule["applies"]]
        unmet = tuple(rule["rule"] for rule in self.finding["rules"] if rule["outcome"] != "accepted")
        short = [rule["rule"] for rule in asked if self._short(rule, approvals)]
        lift = self.finding["lift"] or {}
        row = Landed(
            **common(self.place, self.arrived, self.id, self.commit),
            **self._author(),
            declaration=self.finding["declaration"]["state"],
            tools=tuple(self.finding["declaration"]["tools"]),
            assisted=self.finding["assisted"],
            rules=tuple(rule["rule"] for rule in asked),
            unmet=tuple(dict.fromkeys((*unmet, *short))),
            manner=self._manner(asked, short),
            approvals=approvals,
            lifted_by=lift.get("source") or "",
            lift_reason=lift.get("reason") or "",
            known=self.source.push.number != self.arrived.push.number,
            policy=self.source.push.data["policy"],
            roster=self.source.push.data["roster"],
        )
        roster, commit = self.heard.day.roster, self.commit
        machine = bool(roster and commit and is_machine_made(commit, roster.by_email(commit.author.email)))
        return Tabled(
            row=row,
            exceptions=tuple(self._exceptions(row, short)),
            hands=self.hands,
            adds=self.finding["addition"] != "nothing",
            machine_author=machine,
        )

    def _manner(self, asked: Sequence[Any], short: Sequence[str]) -> Manner:
        unmet = [rule for rule in self.finding["rules"] if rule["outcome"] != "accepted"]
        kinds = {"warn": Manner.WARNED, "observe": Manner.OBSERVED}
        found = [
            Manner.LIFTED if rule["lifted"] else kinds.get(rule["enforcement"], Manner.UNAPPROVED) for rule in unmet
        ]
        found += [Manner.UNAPPROVED] if short else []
        order = list(Manner)
        return min(found, key=order.index, default=Manner.APPROVED if asked else Manner.UNASKED)

    def _short(self, rule: Any, approvals: Sequence[Approval]) -> bool:
        """Whether a rule that refuses was called satisfied, and on checking again is not."""
        if rule["outcome"] != "accepted" or rule["enforcement"] != "refuse" or rule["lifted"]:
            return False
        good = {approval.signer for approval in approvals if rule["rule"] in approval.rules and not approval.flaw}
        needed = self._needed(rule)
        return len(good) < needed

    def _needed(self, rule: Any) -> int:
        """Return how many people a rule asks for, by that day's policy; where that cannot be read, by the entry."""
        known = self.rules.get(rule["rule"])
        return known.require.signoffs if known and known.require else int(rule["needed"])

    # ---- who --------------------------------------------------------------------------------------

    def _author(self) -> dict[str, Any]:
        said = self.finding["authorship"]
        who = said["proved"] or said["claimed"]
        roster = self.heard.day.roster
        person = roster.person(who) if roster and who else None
        if not who and roster and self.commit:  # no rule asked, so the entry does not say
            person = roster.by_email(self.commit.author.email)
        return {
            "author": person.id if person else brief(who or self.finding["author"]),
            "author_level": (person.level or "") if person else "",
            "author_teams": person.teams if person else (),
            "proof": said["proof"] or "",
        }

    def _hands(self, commits: Sequence[Commit], first: str) -> Hands:
        roster = self.heard.day.roster
        if roster is None:
            return Hands()
        proved = self.finding["authorship"]["proved"] or ""
        signers = (self._commit_signer(commit) for commit in commits)
        machines = any(is_machine_made(commit, roster.by_email(commit.author.email)) for commit in commits)
        hands = hands_in(
            commits,
            roster,
            proved=[proved, *(person.id for person in signers if person)],
            first_pusher="" if proved and not machines else first,
            pusher=self.source.push.data["pusher"]["person"],
        )
        return hands.replace(authors=hands.writers) if machines else hands

    def _commit_signer(self, commit: Commit) -> Person | None:
        """Return whose key, in force then, signed the commit itself."""
        roster, now = self.heard.day.roster, self.source.push.time
        if commit.signature is None or commit.signed_payload is None or roster is None:
            return None
        from gatekeeper.schemes.git import signer_of  # most commits have no signature

        fingerprint = signer_of(commit.signature, commit.signed_payload)
        person = roster.by_key(fingerprint) if fingerprint else None
        key = person.key(fingerprint) if person and fingerprint else None
        return person if person and key and key.valid_at(now) and person.employed_at(now) else None

    # ---- sign-offs --------------------------------------------------------------------------------

    def _approvals(self) -> Iterator[Approval]:
        """Yield every sign-off that the entry says counted, checked again."""
        counted: dict[StatementId, list[Any]] = {}
        for rule in self.finding["rules"]:
            for view in rule["signoffs"]:
                if view["counts"]:
                    counted.setdefault(StatementId(view["statement"]), []).append((rule["rule"], view))
        for statement, views in counted.items():
            yield self._approval(statement, [rule for rule, _ in views], views[0][1])

    def _approval(self, statement: StatementId, rules: Sequence[str], view: Any) -> Approval:
        reviewed = tuple(ObjectId(commit) for commit in view["reviewed"] if commit != self.id)
        recheck = self.heard.recheck
        testimony = recheck.testimony(statement) if recheck else "policy-or-roster-missing"
        if isinstance(testimony, str) or recheck is None:
            return Approval(
                statement=statement, signer=view["signer"], signer_level="", key=Fingerprint(""), presence="",
                signed_at=Timestamp(0), received_at=Timestamp(0), reviewed=reviewed, rules=tuple(rules),
                flaw=str(testimony),
            )  # fmt: skip
        signer = testimony.signer
        return Approval(
            statement=statement,
            signer=signer.id if signer else view["signer"],
            signer_level=(signer.level or "") if signer else "",
            key=testimony.fingerprint,
            presence=presence(testimony),
            signed_at=testimony.statement.issued_at,
            received_at=testimony.received_at,
            reviewed=reviewed,
            rules=tuple(rules),
            flaw=self._flaw(recheck, testimony, reviewed, rules, view),
        )

    def _flaw(
        self, recheck: Recheck, testimony: Testimony, reviewed: tuple[ObjectId, ...], rules: Sequence[str], view: Any
    ) -> str:
        if testimony.signer is not None and not _same(view["signer"], testimony.signer.id):
            return "signer-differs"
        if reviewed:
            flaw = recheck.carried_flaw(testimony, reviewed, self.source.ref)
        elif self.commit is None:
            flaw = "commit-gone"
        else:
            flaw = self.heard.flaws.get(self.id, {}).get(testimony.statement_id, "other-commit")
        if flaw:
            return flaw
        hands = self._hands_for(reviewed)
        known = [rule for name in rules if (rule := self.rules.get(name))]
        flaws = (recheck.rule_flaw(testimony, rule, hands) for rule in known)
        return next(filter(None, flaws), "" if len(known) == len(rules) else "rule-missing")

    def _hands_for(self, reviewed: tuple[ObjectId, ...]) -> Hands:
        """Return who had a hand in what was reviewed; of a squash its own author counts for nothing."""
        if not reviewed:
            return self.hands
        commits = self.read(reviewed)
        if commits is None:
            return Hands(co_authors=self.hands.co_authors, pushers=self.hands.pushers)
        hands = self._hands(commits, "")
        proved = {self.finding["authorship"]["proved"]} if len(commits) > 1 else set()
        own = frozenset(person.id for person in self._claimed(commits))
        return hands.replace(
            authors=(hands.authors - proved) | own,
            co_authors=hands.co_authors | self.hands.co_authors,
            committers=self.hands.committers,
        )

    def _claimed(self, commits: Sequence[Commit]) -> list[Person]:
        roster = self.heard.day.roster
        people = (roster.by_email(commit.author.email) for commit in commits) if roster else ()
        return [person for person in people if person and not person.bot]

    # ---- what does not hold -----------------------------------------------------------------------

    def _exceptions(self, row: Landed, short: Sequence[str]) -> Iterator[Exceptional]:
        for approval in row.approvals:
            if approval.flaw == "not-independent":
                yield about(self.place, "self-approval", row, signer=approval.signer)
            elif approval.flaw:
                facts = {"signer": approval.signer, "statement": approval.statement, "flaw": approval.flaw}
                yield about(self.place, "bad-approval", row, **facts)
        if short and not any(approval.flaw for approval in row.approvals):
            yield about(self.place, "unapproved", row, rules=tuple(short))
        for veto in self.heard.vetoes.get(self.id, ()):
            yield about(self.place, "vetoed", row, signer=veto.statement.signer)
        for code in self._false():
            yield about(self.place, code, row)

    def _false(self) -> Iterator[str]:
        """Yield codes for what the entry says of the commit and the commit does not bear out."""
        commit, roster, policy = self.commit, self.heard.day.roster, self.heard.day.policy
        if commit is None:
            yield "commit-missing"
        if roster is None or policy is None:
            yield "archive-missing"
        if commit is None or roster is None or policy is None:
            return
        claimed = roster.by_email(commit.author.email)
        said = self.finding["authorship"]["claimed"]
        if not _same(self.finding["author"], text(commit.author.email)) or (
            said and not _same(said, claimed.id if claimed else "")
        ):
            yield "author-differs"
        if not self._proof_holds(commit):
            yield "proof-unfounded"
        if self._hides_mark(commit):
            yield "mark-hidden"
        names = [rule["rule"] for rule in self.finding["rules"]]
        if sorted(names) != sorted(rule.id for rule in policy.rules_for(self.source.ref)):
            yield "rule-left-out"
        elif any(self._evades(rule, commit) for rule in self.finding["rules"]):
            yield "rule-evaded"
        owed, now = self.source.noted.get("owed", {}).get("rules", ()), self.source.push.time
        if any(softens(said, self.rules.get(said["rule"]), owed, now) for said in self.finding["rules"]):
            yield "rule-softened"

    def _proof_holds(self, commit: Commit) -> bool:
        """Whether the proof of authorship is borne out by the commit's signature, or by who pushed it first."""
        said = self.finding["authorship"]
        if self._carried():  # whose work it was first can prove it, too
            return True
        if said["proof"] == "signature":
            signer = self._commit_signer(commit)
            return signer is not None and _same(said["proved"], signer.id)
        return bool(said["proof"] != "first_push" or said["proved"] in self.bringers)

    def _hides_mark(self, commit: Commit) -> bool:
        """Whether a commit carries a mark that its entry does not tell; another version may know other tools."""
        policy = self.heard.day.policy
        if policy is None or self.source.push.data["version"] != __version__:
            return False
        told = self.finding["assisted"] and self.finding["declaration"]["state"] not in ("silent", "denied")
        return not told and declare(commit, policy.assisted).assisted

    def _evades(self, said: Any, commit: Commit) -> bool:
        """Whether a rule for assisted commits of some authors is said not to apply, and clearly does."""
        rule = self.rules.get(said["rule"])
        roster = self.heard.day.roster
        if rule is None or roster is None or said["applies"] or not self._plain(rule, commit):
            return False
        author = rule.when.author
        name = self.finding["authorship"]["proved"] or ""
        proved = roster.person(name)
        if name.startswith(FORGOTTEN) and author is not None:
            return False
        return author is None or author.met_by(proved, roster.ladder)

    def _carried(self) -> bool:
        """Whether other commits were reviewed for it."""
        return any(name != self.id for name, _ in self.source.noted.get("reviewed", ()))

    def _plain(self, rule: Rule, commit: Commit) -> bool:
        """Whether what a rule asks can be told from the commit alone."""
        when = rule.when
        carried = self._carried()  # of the squash of a reviewed range, that range's authors count
        assisted = when.assisted is None or (when.assisted and self.finding["assisted"])
        return bool(
            assisted and not carried and not when.paths and not when.tools and not commit.is_merge and rule.require
        )
