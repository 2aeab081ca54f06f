"""Which sign-offs count for a rule, and what is said of the others."""

from __future__ import annotations

from typing import Any

import pytest

from gatekeeper.core.authorship import Authorship, Proof
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.people import Person, Who
from gatekeeper.core.policy import (
    Independence,
    Presence,
    When,
)
from gatekeeper.core.signoff import Decision
from gatekeeper.core.testimony import Judged, Standing
from gatekeeper.core.verdict import Outcome, Revocation
from tests.support.dossiers import ANN, DECLARED, JO, RULE, SENIORS, SILENT, SUE, dossier, find, one, requiring
from tests.support.values import DAY, MAIN, NOW, B, C, person, sworn


class TestViews:
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
            ((Independence.COMMITTER,), {"committers": (SUE,)}, ("sue",)),
            ((Independence.COMMITTER,), {"committers": ()}, ()),
            ((Independence.PUSHER,), {"pusher": SUE}, ("sue",)),
            ((Independence.PUSHER,), {"committers": (SUE,)}, ()),
            ((Independence.AUTHOR, Independence.CO_AUTHORS), {"pusher": SUE, "committers": (SUE,)}, ("jo",)),
            (tuple(Independence), {"pusher": SUE, "committers": (ANN,)}, ("ann", "jo", "sue")),
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
