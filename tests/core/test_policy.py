"""What rules say of a commit."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.authorship import Authorship, Proof
from gatekeeper.core.carryover import Carry, CarryOver
from gatekeeper.core.declaration import Declaration, Evidence, MarkRules, State
from gatekeeper.core.dossier import Addition, Dossier
from gatekeeper.core.governance import Administrators
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.memory import How, Recollection
from gatekeeper.core.people import Person, Who
from gatekeeper.core.policy import (
    Emergency,
    Independence,
    Policy,
    Presence,
    Require,
    Rule,
    Setting,
    When,
    evaluate,
    in_question,
)
from gatekeeper.core.relief import Lift, Source
from gatekeeper.core.signoff import Decision
from gatekeeper.core.testimony import Judged, Standing
from gatekeeper.core.verdict import CommitFinding, Enforcement, Outcome, Revocation, RuleFinding
from tests.support.values import DAY, LADDER, MAIN, NOW, B, C, commit, person, sworn

SUE = person("sue")
ANN = person("ann", "staff")
JO = person("jo", "junior")
SENIORS = Require(signoffs=1, approvers=Who(at_least="senior"))
RULE = Rule(
    id="senior-signoff",
    why="because",
    when=When(assisted=True, author=Who(below="senior")),
    require=SENIORS,
)
DECLARED = Declaration(state=State.DECLARED, tools=("claude-code",))
SILENT = Declaration(state=State.SILENT)


def policy(*rules: Rule, **fields: Any) -> Policy:
    return Policy(protect=(MAIN,), rules=rules or (RULE,), **fields)


def dossier(*approvals: Person | Standing, **fields: Any) -> Dossier:
    """A junior's assisted commit, with good approvals by people."""
    standings = tuple(
        given if isinstance(given, Standing) else Standing(testimony=sworn(given, f"by-{given.id}"))
        for given in approvals
    )
    honest: dict[str, Any] = {
        "commit": commit(),
        "ref": MAIN,
        "declaration": DECLARED,
        "authorship": Authorship(claimed=JO, proved=JO, proof=Proof.SIGNATURE, involved=(JO,)),
        "signoffs": Judged(approvals=standings),
    }
    return Dossier(**{**honest, **fields})


def find(about: Dossier, *rules: Rule, now: int = NOW, **fields: Any) -> CommitFinding:
    return evaluate(about, Setting(policy=policy(*rules, **fields), ladder=LADDER, now=Timestamp(now)))


def one(about: Dossier, rule: Rule = RULE, now: int = NOW) -> RuleFinding:
    (finding,) = find(about, rule, now=now).rules
    return finding


def requiring(**fields: Any) -> Rule:
    return RULE.replace(require=SENIORS.replace(**fields))


class TestTheRule:
    def test_a_juniors_assisted_commit_without_a_sign_off_is_refused(self) -> None:
        found = find(dossier())
        assert found.outcome is Outcome.REFUSED
        (rule,) = found.rules
        assert (rule.rule, rule.why, rule.applies, rule.outcome) == (
            "senior-signoff",
            "because",
            True,
            Outcome.REFUSED,
        )
        assert (rule.needed, rule.missing, rule.approvers) == (1, 1, Who(at_least="senior"))

    def test_with_a_seniors_sign_off_it_is_accepted(self) -> None:
        found = find(dossier(SUE))
        assert found.outcome is Outcome.ACCEPTED
        assert found.rules[0].missing == 0
        assert [view.signer for view in found.rules[0].signoffs] == ["sue"]

    def test_a_finding_says_what_it_is_about(self) -> None:
        found = find(dossier(SUE))
        about = commit()
        assert (found.commit, found.subject) == (about.id, b"Subject")
        assert (found.author, found.author_email) == (about.author.line, about.author.email)
        assert (found.declaration, found.assisted, found.addition) == (DECLARED, True, Addition.CHANGE)
        assert found.authorship.proved == JO
        assert found.problems == ()

    @pytest.mark.parametrize(
        ("approver", "flaw"),
        [
            (SUE, ""),
            (ANN, ""),
            (JO, "signer-may-not"),
            (person("max", "mid"), "signer-may-not"),
            (person("new", None), "signer-may-not"),
            (person("ci", "staff", bot=True), "signer-may-not"),
        ],
        ids=repr,
    )
    def test_only_who_the_rule_names_can_approve(self, approver: Person, flaw: str) -> None:
        finding = one(dossier(approver))
        assert [view.flaw for view in finding.signoffs] == [flaw]
        assert finding.outcome is (Outcome.REFUSED if flaw else Outcome.ACCEPTED)

    def test_a_bot_never_approves_even_where_nothing_but_its_name_is_asked(self) -> None:
        robot = person("ci", "staff", bot=True, teams=("t",))
        for who in (Who(people=("ci",)), Who(teams=("t",))):
            assert one(dossier(robot), requiring(approvers=who)).outcome is Outcome.REFUSED

    def test_a_sign_off_with_a_flaw_does_not_count_and_says_so(self) -> None:
        flawed = Standing(testimony=sworn(SUE), flaw="expired")
        finding = one(dossier(flawed))
        assert [(view.flaw, view.signer) for view in finding.signoffs] == [("expired", "sue")]
        assert finding.outcome is Outcome.REFUSED

    def test_an_unknown_signer_is_called_by_the_claimed_name_and_does_not_count(self) -> None:
        finding = one(dossier(Standing(testimony=sworn(None))))
        assert [(view.flaw, view.signer) for view in finding.signoffs] == [("unknown-key", "nobody")]
        assert finding.outcome is Outcome.REFUSED

    def test_a_view_tells_which_statement_it_is(self) -> None:
        given = sworn(SUE, "s1", comment="fine", issued_at=NOW - 5)
        (view,) = one(dossier(Standing(testimony=given))).signoffs
        assert (view.statement, view.issued_at, view.comment) == ("s1", NOW - 5, "fine")
        assert (view.reviewed, view.revocation) == ((), None)

    def test_a_view_names_whose_key_it_is_and_not_whom_the_statement_names(self) -> None:
        given = sworn(SUE)
        posing = given.replace(statement=given.statement.replace(signer="ann"))
        (view,) = one(dossier(Standing(testimony=posing, flaw="signer-differs"))).signoffs
        assert view.signer == "sue"

    def test_a_view_tells_what_was_really_reviewed(self) -> None:
        (view,) = one(dossier(Standing(testimony=sworn(SUE), reviewed=(B, C)))).signoffs
        assert view.reviewed == (B, C)

    def test_a_view_tells_who_took_the_sign_off_back(self) -> None:
        taken = sworn(ANN, "r", Decision.REVOKE, comment="wrong", issued_at=NOW - 5)
        (view,) = one(dossier(Standing(testimony=sworn(SUE), flaw="revoked", revoked_by=taken))).signoffs
        assert view.revocation == Revocation(signer="ann", issued_at=Timestamp(NOW - 5), comment="wrong")

    @pytest.mark.parametrize(("assisted", "flaw"), [(True, ""), (None, "covers-part"), (False, "covers-part")])
    def test_who_covers_only_the_assisted_commits_of_a_squash_counts_for_rules_on_those_alone(
        self, assisted: bool | None, flaw: str
    ) -> None:
        rule = RULE.replace(when=When(assisted=assisted))
        about = dossier(
            Standing(testimony=sworn(SUE), partial=True), declaration=DECLARED if assisted is not False else SILENT
        )
        finding = one(about, rule)
        assert [view.flaw for view in finding.signoffs] == [flaw]
        assert finding.outcome is (Outcome.REFUSED if flaw else Outcome.ACCEPTED)
        whole = about.replace(signoffs=Judged(approvals=(Standing(testimony=sworn(SUE)),)))
        assert one(whole, rule).outcome is Outcome.ACCEPTED


class TestCounting:
    def test_distinct_people_are_counted_not_sign_offs(self) -> None:
        two = requiring(signoffs=2)
        again = Standing(testimony=sworn(SUE, "second"))
        assert one(dossier(SUE, again), two).outcome is Outcome.REFUSED
        assert one(dossier(SUE, again), two).missing == 1
        assert one(dossier(SUE, ANN), two).outcome is Outcome.ACCEPTED

    def test_one_sign_off_serves_several_rules(self) -> None:
        other = RULE.replace(id="other")
        found = find(dossier(SUE), RULE, other)
        assert [rule.outcome for rule in found.rules] == [Outcome.ACCEPTED] * 2

    def test_every_rule_must_be_satisfied(self) -> None:
        staff = requiring(approvers=Who(at_least="staff")).replace(id="staff")
        found = find(dossier(SUE), RULE, staff)
        assert [rule.outcome for rule in found.rules] == [Outcome.ACCEPTED, Outcome.REFUSED]
        assert found.outcome is Outcome.REFUSED


class TestIndependence:
    @pytest.mark.parametrize(
        ("asked", "fields", "excluded"),
        [
            ((Independence.AUTHOR,), {"authorship": Authorship(involved=(SUE, JO))}, ("jo", "sue")),
            ((Independence.AUTHOR,), {"co_authors": (SUE,)}, ("jo",)),
            ((Independence.CO_AUTHORS,), {"co_authors": (SUE,)}, ("sue",)),
            ((Independence.CO_AUTHORS,), {"authorship": Authorship(involved=(SUE,))}, ()),
            ((Independence.COMMITTER,), {"committer": SUE}, ("sue",)),
            ((Independence.COMMITTER,), {"committer": None}, ()),
            ((Independence.PUSHER,), {"pusher": SUE}, ("sue",)),
            ((Independence.PUSHER,), {"committer": SUE}, ()),
            ((Independence.AUTHOR, Independence.CO_AUTHORS), {"pusher": SUE, "committer": SUE}, ("jo",)),
            (tuple(Independence), {"pusher": SUE, "committer": ANN}, ("ann", "jo", "sue")),
            ((), {"authorship": Authorship(involved=(SUE,)), "pusher": SUE}, ()),
        ],
    )
    def test_nobody_approves_what_they_had_a_hand_in(
        self, asked: tuple[Independence, ...], fields: dict[str, Any], excluded: tuple[str, ...]
    ) -> None:
        finding = one(dossier(SUE, **fields), requiring(independent_of=asked))
        assert finding.excluded == excluded
        counts = "sue" not in excluded
        assert finding.signoffs[0].flaw == ("" if counts else "not-independent")
        assert finding.outcome is (Outcome.ACCEPTED if counts else Outcome.REFUSED)

    def test_of_a_squash_whoever_wrote_any_of_its_commits_and_not_who_squashed_them(self) -> None:
        written = (Authorship(proved=JO, involved=(JO,)), Authorship(proved=ANN, involved=(ANN,)))
        squash = dossier(SUE, ANN, authorship=Authorship(proved=SUE, involved=(SUE,)), range_authors=written)
        finding = one(squash)
        assert finding.excluded == ("ann", "jo")
        assert [view.flaw for view in finding.signoffs] == ["", "not-independent"]

    def test_by_default_authors_and_co_authors_are_excluded(self) -> None:
        assert SENIORS.independent_of == (Independence.AUTHOR, Independence.CO_AUTHORS)

    def test_a_person_is_the_same_with_any_roster_entry_of_that_id(self) -> None:
        """The roster may have changed between two readings: the id is the person."""
        earlier = SUE.replace(teams=("other",))
        finding = one(dossier(SUE, authorship=Authorship(involved=(earlier,))))
        assert finding.signoffs[0].flaw == "not-independent"


class TestPresenceAgeScope:
    @pytest.mark.parametrize(
        ("asked", "touched", "verified", "flaw"),
        [
            (None, None, None, ""),
            (Presence.TOUCH, True, None, ""),
            (Presence.TOUCH, True, False, ""),
            (Presence.TOUCH, False, True, "no-touch"),
            (Presence.TOUCH, None, None, "no-touch"),
            (Presence.VERIFIED, True, True, ""),
            (Presence.VERIFIED, True, False, "no-verification"),
            (Presence.VERIFIED, True, None, "no-verification"),
            (Presence.VERIFIED, None, None, "no-verification"),
        ],
    )
    def test_what_the_device_says_of_the_person_counts(
        self, asked: Presence | None, touched: bool | None, verified: bool | None, flaw: str
    ) -> None:
        given = sworn(SUE, touched=touched, verified_user=verified)
        finding = one(dossier(Standing(testimony=given)), requiring(presence=asked))
        assert finding.signoffs[0].flaw == flaw

    def test_what_the_statement_claims_of_presence_counts_for_nothing(self) -> None:
        given = sworn(SUE, presence="verified")
        assert one(dossier(Standing(testimony=given)), requiring(presence=Presence.TOUCH)).outcome is Outcome.REFUSED

    @pytest.mark.parametrize(("age", "flaw"), [(DAY - 1, ""), (DAY, ""), (DAY + 1, "too-old")])
    def test_a_sign_off_can_be_too_old(self, age: int, flaw: str) -> None:
        given = sworn(SUE, issued_at=NOW - age)
        finding = one(dossier(Standing(testimony=given)), requiring(max_age=DAY))
        assert finding.signoffs[0].flaw == flaw
        assert one(dossier(Standing(testimony=given))).signoffs[0].flaw == ""

    @pytest.mark.parametrize(("refs", "flaw"), [((), "not-for-this-ref-alone"), ((MAIN,), "")])
    def test_a_rule_can_ask_that_the_ref_is_named(self, refs: tuple[str, ...], flaw: str) -> None:
        given = sworn(SUE, refs=refs)
        finding = one(dossier(Standing(testimony=given)), requiring(ref_scope=True))
        assert finding.signoffs[0].flaw == flaw


class TestWhen:
    @pytest.mark.parametrize(
        ("asked", "state", "applies"),
        [
            (None, State.SILENT, True),
            (True, State.DECLARED, True),
            (True, State.INFERRED, True),
            (True, State.REMEMBERED, True),
            (True, State.DENIED, False),
            (True, State.SILENT, False),
            (False, State.SILENT, True),
            (False, State.DENIED, True),
            (False, State.DECLARED, False),
        ],
    )
    def test_assistance(self, asked: bool | None, state: State, applies: bool) -> None:
        rule = RULE.replace(when=When(assisted=asked))
        about = dossier(declaration=Declaration(state=state))
        assert one(about, rule).applies is applies
        assert in_question(rule, assisted=about.assisted) is applies

    @pytest.mark.parametrize(
        ("asked", "named", "applies"),
        [
            ((), (), True),
            (("claude-code",), ("claude-code",), True),
            (("cursor", "claude-code"), ("aider", "claude-code"), True),
            (("cursor",), ("claude-code",), False),
            (("cursor",), (), False),
        ],
    )
    def test_tools(self, asked: tuple[str, ...], named: tuple[str, ...], applies: bool) -> None:
        rule = RULE.replace(when=When(assisted=True, tools=asked))
        about = dossier(declaration=DECLARED.replace(tools=named))
        assert one(about, rule).applies is applies
        assert in_question(rule, assisted=True, tools=named) is applies
        assert in_question(rule, assisted=False, tools=named) is False

    @pytest.mark.parametrize(
        ("addition", "applies"),
        [(Addition.CHANGE, False), (Addition.NOTHING, False), (Addition.RESOLUTION, True)],
        ids=lambda each: getattr(each, "value", each),
    )
    def test_tools_of_what_a_merge_brings_are_those_of_what_it_adds(self, addition: Addition, *, applies: bool) -> None:
        rule = RULE.replace(when=When(tools=("cursor",)))
        about = dossier(declaration=SILENT, addition=addition, brings_assisted=True, brings_tools=("cursor",))
        assert one(about, rule).applies is applies
        assert one(about, rule.replace(when=When(tools=("codex",)))).applies is False

    @pytest.mark.parametrize(
        ("patterns", "paths", "applies"),
        [
            ((), (), True),
            (("src/**",), (), False),
            (("src/**",), (b"docs/x",), False),
            (("src/**",), (b"docs/x", b"src/x"), True),
            (("a", "src/**"), (b"src/x",), True),
        ],
    )
    def test_paths(self, patterns: tuple[str, ...], paths: tuple[bytes, ...], applies: bool) -> None:
        assert one(dossier(paths=paths), RULE.replace(when=When(paths=patterns))).applies is applies

    @pytest.mark.parametrize(
        ("refs", "number"),
        [((), 1), ((MAIN,), 1), (("refs/heads/*",), 1), (("refs/heads/x", MAIN), 1), (("refs/tags/**",), 0)],
    )
    def test_refs(self, refs: tuple[str, ...], number: int) -> None:
        rule = RULE.replace(when=When(refs=refs))
        assert len(find(dossier(), rule).rules) == number
        assert len(policy(rule).rules_for(MAIN)) == number

    @pytest.mark.parametrize(
        ("authorship", "who", "applies"),
        [
            (Authorship(claimed=JO, proved=JO), Who(below="senior"), True),
            (Authorship(claimed=SUE, proved=SUE), Who(below="senior"), False),
            (Authorship(claimed=SUE), Who(below="senior"), True),
            (Authorship(claimed=None), Who(below="senior"), True),
            (Authorship(claimed=SUE, open=True), Who(below="senior"), None),
            (Authorship(claimed=JO, open=True), Who(below="senior"), True),
            (Authorship(claimed=None, open=True), Who(below="senior"), None),
            (Authorship(claimed=None, proved=SUE), Who(below="senior"), False),
            (Authorship(claimed=SUE, proved=JO), Who(below="senior"), True),
            (Authorship(claimed=JO), Who(at_least="senior"), True),
            (Authorship(claimed=JO, proved=JO), Who(at_least="senior"), False),
            (Authorship(claimed=JO, open=True), Who(teams=("payments",)), None),
        ],
        ids=repr,
    )
    def test_an_author_condition_is_false_only_for_a_proved_author(
        self, authorship: Authorship, who: Who, applies: bool | None
    ) -> None:
        rule = RULE.replace(when=When(author=who))
        assert one(dossier(authorship=authorship), rule).applies is applies

    @pytest.mark.parametrize(
        ("authors", "applies"),
        [
            ((SUE, ANN), False),
            ((SUE, JO), True),
            ((JO, SUE), True),
            ((SUE, "open"), None),
            (("open", SUE), None),
            (("open", JO), True),
            ((SUE, None), True),
        ],
        ids=repr,
    )
    def test_of_a_squash_any_author_of_its_commits_can_meet_the_condition(
        self, authors: tuple[Any, ...], applies: bool | None
    ) -> None:
        written = tuple(
            Authorship(claimed=SUE, open=True) if each == "open" else Authorship(claimed=SUE, proved=each)
            for each in authors
        )
        for squasher in (Authorship(claimed=SUE, proved=SUE), Authorship(claimed=JO, proved=JO)):
            assert one(dossier(authorship=squasher, range_authors=written)).applies is applies

    def test_every_part_must_hold(self) -> None:
        rule = RULE.replace(when=When(assisted=True, author=Who(below="senior"), paths=("src/**",)))
        good: dict[str, Any] = {"paths": (b"src/x",)}
        assert one(dossier(**good), rule).applies is True
        proved = Authorship(claimed=SUE, proved=SUE)
        for other in ({"paths": (b"docs",)}, {"declaration": SILENT}, {"authorship": proved}):
            assert one(dossier(**{**good, **other}), rule).applies is False

    def test_a_rule_that_does_not_apply_asks_for_nothing(self) -> None:
        finding = one(dossier(declaration=SILENT))
        assert (finding.applies, finding.outcome, finding.missing, finding.signoffs) == (
            False,
            Outcome.ACCEPTED,
            0,
            (),
        )

    def test_a_merge_that_adds_nothing_meets_no_rule(self) -> None:
        about = dossier(addition=Addition.NOTHING, brings_assisted=True)
        assert not about.assisted
        for when in (When(), When(assisted=True), When(assisted=False), When(paths=("**",))):
            assert one(about, RULE.replace(when=when)).applies is False

    @pytest.mark.parametrize(("brings", "assisted"), [(True, True), (False, False)])
    def test_but_rules_on_paths_that_it_brings_along_across_a_rename(self, brings: bool, assisted: bool) -> None:
        about = dossier(addition=Addition.NOTHING, brings_assisted=brings, paths=(b"src/x",))
        assert about.assisted is assisted
        for when, applies in (
            (When(), False),
            (When(assisted=assisted), False),
            (When(paths=("src/**",)), True),
            (When(paths=("src/**",), assisted=assisted), True),
            (When(paths=("src/**",), assisted=not assisted), False),
            (When(paths=("other/**",)), False),
        ):
            assert one(about, RULE.replace(when=when)).applies is applies

    @pytest.mark.parametrize(
        ("addition", "brings", "assisted"),
        [
            (Addition.RESOLUTION, True, True),
            (Addition.RESOLUTION, False, False),
            (Addition.CHANGE, True, False),
            (Addition.NOTHING, True, False),
        ],
    )
    def test_a_resolution_is_assisted_if_what_it_brings_is(
        self, addition: Addition, brings: bool, assisted: bool
    ) -> None:
        about = dossier(declaration=SILENT, addition=addition, brings_assisted=brings)
        assert about.assisted is assisted
        assert dossier(addition=addition).assisted is (addition is not Addition.NOTHING)


class TestUndecided:
    OPEN = Authorship(claimed=SUE, open=True, involved=(SUE,), first_pusher_unknown=True)

    def test_whether_a_rule_applies_may_be_undecided(self) -> None:
        found = find(dossier(authorship=self.OPEN))
        assert found.rules[0].outcome is Outcome.UNDECIDED
        assert found.outcome is Outcome.UNDECIDED

    def test_a_sign_off_whose_signer_might_be_the_first_pusher_is_provisional(self) -> None:
        unknown = Authorship(claimed=JO, involved=(JO,), first_pusher_unknown=True)
        finding = one(dossier(SUE, authorship=unknown))
        assert finding.signoffs[0].provisional
        assert (finding.outcome, finding.missing) == (Outcome.UNDECIDED, 0)

    def test_a_flawed_sign_off_is_not_provisional(self) -> None:
        unknown = Authorship(claimed=JO, involved=(JO,), first_pusher_unknown=True)
        assert not one(dossier(JO, authorship=unknown)).signoffs[0].provisional

    @pytest.mark.parametrize(
        ("authorship", "exempt"),
        [
            (Authorship(claimed=SUE, named=(SUE,)), ("sue",)),
            (Authorship(claimed=JO, named=(JO,)), ()),
            (Authorship(named=(JO, SUE, ANN)), ("sue", "ann")),
            (Authorship(claimed=SUE, proved=SUE), ()),
        ],
        ids=repr,
    )
    def test_who_would_be_exempt_if_proved_is_told(self, authorship: Authorship, exempt: tuple[str, ...]) -> None:
        about = dossier(authorship=authorship)
        assert one(about).exempt_if_proved == exempt
        assert one(about, RULE.replace(require=None, refuse="no")).exempt_if_proved == exempt
        assert one(about, RULE.replace(when=When(assisted=True))).exempt_if_proved == ()
        (finding,) = find(about, author_proof=(Proof.SIGNATURE, Proof.FIRST_PUSH)).rules
        assert finding.exempt_if_proved == ()

    def test_where_independence_of_the_author_is_not_asked_nothing_is_provisional(self) -> None:
        unknown = Authorship(claimed=JO, involved=(JO,), first_pusher_unknown=True)
        finding = one(dossier(SUE, authorship=unknown), requiring(independent_of=(Independence.CO_AUTHORS,)))
        assert (finding.signoffs[0].provisional, finding.outcome) == (False, Outcome.ACCEPTED)

    def test_provisional_sign_offs_do_not_hide_that_one_is_missing(self) -> None:
        unknown = Authorship(claimed=JO, involved=(JO,), first_pusher_unknown=True)
        finding = one(dossier(SUE, authorship=unknown), requiring(signoffs=2))
        assert (finding.outcome, finding.missing) == (Outcome.REFUSED, 1)

    def test_a_rule_that_refuses_is_undecided_where_its_condition_is(self) -> None:
        rule = RULE.replace(require=None, refuse="not here")
        assert one(dossier(authorship=self.OPEN), rule).outcome is Outcome.UNDECIDED


class TestEnforcement:
    @pytest.mark.parametrize(
        ("enforcement", "outcome"),
        [
            (Enforcement.OBSERVE, Outcome.ACCEPTED),
            (Enforcement.WARN, Outcome.ACCEPTED),
            (Enforcement.REFUSE, Outcome.REFUSED),
        ],
    )
    def test_only_refusing_refuses(self, enforcement: Enforcement, outcome: Outcome) -> None:
        found = find(dossier(), RULE.replace(enforcement=enforcement))
        assert found.rules[0].enforcement is enforcement
        assert found.rules[0].outcome is Outcome.REFUSED
        assert found.outcome is outcome

    def test_a_rule_refuses_unless_told_otherwise(self) -> None:
        assert Rule(id="x").enforcement is Enforcement.REFUSE

    @pytest.mark.parametrize(
        ("later", "enforcement"), [(-1, Enforcement.WARN), (0, Enforcement.REFUSE), (1, Enforcement.REFUSE)]
    )
    @pytest.mark.parametrize("otherwise", Enforcement)
    def test_a_date_says_from_when_it_refuses(
        self, later: int, enforcement: Enforcement, otherwise: Enforcement
    ) -> None:
        rule = RULE.replace(refuses_from=Timestamp(NOW), enforcement=otherwise)
        assert one(dossier(), rule, now=NOW + later).enforcement is enforcement

    def test_a_rule_can_refuse_with_a_text_and_no_sign_off_helps(self) -> None:
        rule = RULE.replace(require=None, refuse="no AI in this directory")
        finding = one(dossier(SUE, ANN), rule)
        assert (finding.outcome, finding.refuse) == (Outcome.REFUSED, "no AI in this directory")
        assert (finding.needed, finding.approvers) == (0, None)
        assert one(dossier(declaration=SILENT), rule).outcome is Outcome.ACCEPTED


class TestPureReverts:
    def revert(self, *approvals: Person, **fields: Any) -> Dossier:
        return dossier(*approvals, **{"pure_revert": B, "pusher": JO, **fields})

    def test_taking_out_what_an_assisted_commit_brought_asks_for_no_sign_off_at_once(self) -> None:
        found = find(self.revert())
        assert (found.outcome, found.pure_revert) == (Outcome.ACCEPTED, B)
        (rule,) = found.rules
        assert (rule.outcome, rule.lifted, rule.missing) == (Outcome.REFUSED, True, 1)
        assert found.lift == Lift(source=Source.PURE_REVERT, by="jo", reason=f"takes out {B}", due=Timestamp(NOW + DAY))

    def test_what_is_owed_is_due_by_the_policys_span_whoever_pushes(self) -> None:
        found = find(self.revert(pusher=None), emergency=Emergency(settle_within=5))
        assert found.lift is not None
        assert (found.lift.by, found.lift.due) == ("", NOW + 5)

    @pytest.mark.parametrize("assisted", [None, False])
    def test_rules_for_all_changes_and_for_peoples_own_stay(self, assisted: bool | None) -> None:
        rule = RULE.replace(id="other", when=When(assisted=assisted))
        about = self.revert(declaration=SILENT if assisted is False else DECLARED)
        found = find(about, RULE, rule)
        assert [each.lifted for each in found.rules] == [assisted is None, False]
        assert found.outcome is Outcome.REFUSED

    def test_each_rule_is_lifted_by_itself(self) -> None:
        elsewhere = RULE.replace(id="elsewhere", when=When(refs=("refs/tags/**",)))
        found = find(self.revert(), elsewhere, RULE.replace(id="always", when=When()), RULE)
        assert [(each.rule, each.lifted) for each in found.rules] == [("always", False), ("senior-signoff", True)]
        assert found.lift is not None

    def test_a_rule_that_is_satisfied_or_only_warns_needs_no_lifting(self) -> None:
        for found in (
            find(self.revert(SUE)),
            find(self.revert(), RULE.replace(enforcement=Enforcement.WARN)),
            find(self.revert(declaration=SILENT)),
        ):
            assert (found.outcome, found.rules[0].lifted, found.lift) == (Outcome.ACCEPTED, False, None)

    def test_no_other_commit_is_lifted(self) -> None:
        found = find(dossier(pusher=JO))
        assert (found.pure_revert, found.lift, found.rules[0].lifted) == ("", None, False)

    def test_a_veto_and_a_contradiction_still_refuse(self) -> None:
        veto = self.revert().replace(signoffs=Judged(vetoes=(sworn(ANN, "v", Decision.REJECT),)))
        both = self.revert(declaration=DECLARED.replace(contradiction=True))
        assert [find(about).outcome for about in (veto, both)] == [Outcome.REFUSED] * 2

    def test_silence_is_not_refused(self) -> None:
        found = find(self.revert(declaration=SILENT), undeclared_refused=True)
        assert (found.problems, found.outcome) == ((), Outcome.ACCEPTED)


class TestProblems:
    def codes(self, about: Dossier, **fields: Any) -> list[str]:
        found = find(about, **fields)
        assert found.outcome is (Outcome.REFUSED if found.problems else found.outcome)
        return [problem.code for problem in found.problems]

    def test_a_veto_refuses_whatever_the_rules_say(self) -> None:
        veto = sworn(ANN, "v", Decision.REJECT, comment="no")
        about = dossier(SUE, declaration=SILENT)
        about = about.replace(signoffs=about.signoffs.replace(vetoes=(veto,)))
        found = find(about, RULE.replace(enforcement=Enforcement.OBSERVE))
        assert found.outcome is Outcome.REFUSED
        (problem,) = found.problems
        assert problem.code == "vetoed"
        assert dict(problem.facts) == {
            "signer": "ann",
            "statement": "v",
            "issued": veto.statement.issued_at,
            "comment": "no",
        }

    def test_every_veto_is_told(self) -> None:
        vetoes = (sworn(ANN, "v", Decision.REJECT), sworn(None, "w", Decision.REJECT))
        about = dossier().replace(signoffs=Judged(vetoes=vetoes))
        assert [p.fact("signer") for p in find(about).problems] == ["ann", ""]

    def test_a_denial_beside_a_mark_is_refused_and_shows_the_mark(self) -> None:
        evidence = Evidence(kind="trailer", text=b"Assisted-by: \xff", strength="strong", tool="claude-code")
        both = DECLARED.replace(contradiction=True, evidence=(evidence,))
        found = find(dossier(SUE, declaration=both))
        assert [(p.code, p.fact("evidence")) for p in found.problems] == [("contradiction", "Assisted-by: \ufffd")]
        assert found.outcome is Outcome.REFUSED
        assert find(dossier(SUE, declaration=both.replace(evidence=()))).problems[0].fact("evidence") == ""

    def test_a_denial_of_what_is_remembered_shows_where_the_mark_was(self) -> None:
        recollection = Recollection(how=How.FILE, root=C, person="jo", time=NOW)
        denial = Evidence(kind="trailer", text=b"AI-Assisted: no", strength="strong")
        forgotten = Declaration(
            state=State.REMEMBERED, recollection=recollection, contradiction=True, evidence=(denial,)
        )
        (problem,) = find(dossier(SUE, declaration=forgotten)).problems
        assert (problem.code, problem.fact("evidence")) == ("contradiction", f"in commit {C}, with the same bytes")

    @pytest.mark.parametrize(
        ("refused", "state", "addition", "expected"),
        [
            (True, State.SILENT, Addition.CHANGE, ["undeclared"]),
            (True, State.SILENT, Addition.RESOLUTION, ["undeclared"]),
            (True, State.SILENT, Addition.NOTHING, []),
            (True, State.DENIED, Addition.CHANGE, []),
            (True, State.DECLARED, Addition.CHANGE, []),
            (False, State.SILENT, Addition.CHANGE, []),
        ],
    )
    def test_silence_can_be_refused(self, refused: bool, state: State, addition: Addition, expected: list[str]) -> None:
        about = dossier(declaration=Declaration(state=state), addition=addition)
        assert self.codes(about, undeclared_refused=refused) == expected


class TestPolicy:
    def test_what_a_policy_does_not_say_is_read_strictly(self) -> None:
        default = policy()
        lenient = (default.deletions_allowed, default.rewinds_allowed, default.message.show_levels)
        assert (*lenient, default.undeclared_refused, default.leavers_drop) == (False,) * 5
        assert default.author_proof == tuple(Proof)
        assert default.stale_for == DAY
        limits = default.limits
        assert (limits.commits, limits.commit_bytes, limits.signoffs, limits.seconds) == (50_000, 1 << 22, 10_000, 60)
        assert (limits.repeated_signoffs, limits.author_statements) == (100, 1000)
        assert (limits.candidates, limits.remembered) == (100, 50_000)
        assert (default.remember, default.reverts_within) == (180 * DAY, 14 * DAY)
        assert (default.emergency.allowed, default.emergency.settle_within) == (None, DAY)
        assert (default.message.help, default.message.contact) == ("", "")
        assert default.carry_over == CarryOver(rebase=Carry.REMADE, squash=Carry.REMADE, cherry_pick=Carry.REMADE)
        assert (default.assisted, default.governors) == (MarkRules(), Administrators(signoffs=1, approvers=Who()))

    def test_the_policys_own_word_on_administrators_counts(self) -> None:
        two = Administrators(signoffs=2)
        assert policy(administrators=two).governors == two

    def test_a_rule_asks_for_nothing_by_itself(self) -> None:
        rule = Rule(id="x")
        assert (rule.why, rule.when, rule.require, rule.refuse, rule.refuses_from) == ("", When(), None, None, None)
        require = Require(signoffs=1, approvers=Who())
        assert (require.presence, require.max_age, require.ref_scope) == (None, None, False)

    @pytest.mark.parametrize(
        ("protect", "ref", "default", "expected"),
        [
            (("HEAD",), "refs/heads/trunk", "refs/heads/trunk", True),
            (("HEAD",), "refs/heads/main", "refs/heads/trunk", False),
            (("HEAD",), "HEAD", "refs/heads/trunk", False),
            ((MAIN,), MAIN, "refs/heads/trunk", True),
            ((MAIN,), "refs/heads/trunk", "refs/heads/trunk", False),
            (("HEAD", "refs/heads/release/**"), "refs/heads/release/1", "refs/heads/trunk", True),
        ],
    )
    def test_what_is_protected(self, protect: tuple[str, ...], ref: str, default: str, expected: bool) -> None:
        assert Policy(protect=protect, rules=(RULE,)).protects(ref, default) is expected

    @pytest.mark.parametrize(
        ("who", "rules", "expected"),
        [
            (SUE, (RULE,), True),
            (JO, (RULE,), False),
            (JO, (RULE, requiring(approvers=Who(people=("jo",)))), True),
            (person("root", None, administrator=True), (RULE,), True),
            (person("ci", "staff", bot=True), (RULE,), False),
            (person("ci", "staff", bot=True, administrator=True), (RULE,), False),
            (ANN, (RULE.replace(require=None, refuse="x"),), False),
        ],
        ids=repr,
    )
    def test_who_may_approve_at_all(self, who: Person, rules: tuple[Rule, ...], expected: bool) -> None:
        assert policy(*rules).may_approve(who, LADDER) is expected

    def test_nobody_declares_an_emergency_unless_the_policy_names_them(self) -> None:
        assert policy().may_declare_emergency(ANN, LADDER) is False
        named = policy(emergency=Emergency(allowed=Who(people=("ann", "ci"))))
        assert named.may_declare_emergency(ANN, LADDER) is True
        assert named.may_declare_emergency(SUE, LADDER) is False
        assert named.may_declare_emergency(person("ci", "staff", bot=True), LADDER) is False

    def test_a_rule_that_differs_in_any_part_is_another_one(self) -> None:
        variants = [
            RULE,
            RULE.replace(id="x"),
            RULE.replace(when=RULE.when.replace(assisted=None)),
            RULE.replace(when=RULE.when.replace(paths=("x",))),
            RULE.replace(refuses_from=Timestamp(1)),
            RULE.replace(require=None, refuse="x"),
            *(
                requiring(**field)
                for field in (
                    {"signoffs": 2},
                    {"approvers": Who(at_least="staff")},
                    {"independent_of": ()},
                    {"presence": Presence.TOUCH},
                    {"max_age": 1},
                    {"ref_scope": True},
                )
            ),
        ]
        identities = [policy(rule).enforced(MAIN, NOW) for rule in variants]
        assert len(set(identities)) == len(variants)
        assert identities[0] == policy(RULE.replace()).enforced(MAIN, NOW)

    def test_only_what_refuses_on_a_ref_is_enforced_there(self) -> None:
        elsewhere = RULE.replace(id="elsewhere", when=When(refs=("refs/tags/**",)))
        later = RULE.replace(id="later", refuses_from=Timestamp(NOW + 1))
        warns = RULE.replace(id="warns", enforcement=Enforcement.WARN)
        alone = policy(RULE).enforced(MAIN, NOW)
        assert len(alone) == 1
        assert policy(RULE, elsewhere, later, warns).enforced(MAIN, NOW) == alone
        assert len(policy(RULE, later).enforced(MAIN, Timestamp(NOW + 1))) == 2
        assert policy(RULE, undeclared_refused=True).enforced(MAIN, NOW) == (*alone, "undeclared")

    def test_under_other_marks_a_rule_is_another_one(self) -> None:
        marks = [MarkRules(), MarkRules(keys=(b"made-by",)), MarkRules(value_keys=(b"made-by",))]
        assert len({policy(assisted=each).enforced(MAIN, NOW) for each in marks}) == len(marks)


levels = st.sampled_from([*LADDER.levels, None])


@given(levels, st.booleans(), st.lists(levels, max_size=3), st.integers(1, 2), st.sampled_from(LADDER.levels))
def test_an_accepted_commit_has_its_sign_offs(
    author_level: str | None, proved: bool, approver_levels: list[str | None], needed: int, least: str
) -> None:
    """The company's rule, said in one line, for any author and approvers."""
    author = person("author", author_level)
    approvers = [person(f"p{number}", level) for number, level in enumerate(approver_levels)]
    authorship = Authorship(claimed=author, proved=author if proved else None, involved=(author,))
    rule = requiring(signoffs=needed, approvers=Who(at_least=least))
    found = find(dossier(*approvers, Standing(testimony=sworn(author, "own")), authorship=authorship), rule)
    exempt = proved and LADDER.rank(author_level) >= LADDER.rank("senior")
    able = sum(LADDER.rank(level) >= LADDER.rank(least) for level in approver_levels)
    assert (found.outcome is Outcome.ACCEPTED) == (exempt or able >= needed)


def test_outcomes_are_one_of_three_whatever_is_known() -> None:
    """Less knowledge never turns a refusal into an acceptance."""
    for proved, is_open, approver in product((None, JO, SUE), (False, True), (None, SUE)):
        known = Authorship(claimed=SUE, proved=proved, involved=tuple(p for p in (proved,) if p))
        unsure = known.replace(proved=None, open=is_open, first_pusher_unknown=is_open)
        about = dossier(*([approver] if approver else []))
        if find(about.replace(authorship=unsure)).outcome is Outcome.ACCEPTED:
            assert approver
            assert not is_open
