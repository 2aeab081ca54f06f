"""Who may declare an emergency, and what is lifted: unmet `require`, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.declaration import declare
from gatekeeper.core.dossier import Addition, Dossier
from gatekeeper.core.emergency import MAX_PAUSE, MAX_REASON, Plea, hear, is_reason, lift_unmet
from gatekeeper.core.evaluation import evaluate
from gatekeeper.core.ids import ObjectId, StatementId, Timestamp
from gatekeeper.core.people import Person, Who
from gatekeeper.core.policy import Emergency, Policy, Require, Rule, Setting
from gatekeeper.core.push import Push, Pusher, PusherKind
from gatekeeper.core.reasons import reason
from gatekeeper.core.relief import Lift, Pause, Source
from gatekeeper.core.signoff import Decision
from gatekeeper.core.testimony import Judged, Standing
from gatekeeper.core.verdict import CommitFinding, Enforcement, Outcome, Revocation
from tests.support.values import DAY, LADDER, MAIN, NOW, A, B, C, D, commit, person, sworn

ANN, SUE, BOT = person("ann", "staff"), person("sue", "senior"), person("bot", None, bot=True)
STAFF = Who(at_least="staff")
SIGNED = Rule(id="signed", require=Require(signoffs=1, approvers=Who(at_least="senior")))
REFUSED = Rule(id="refused", refuse="No.")
WARNED = SIGNED.replace(id="warned", enforcement=Enforcement.WARN)
DECLARED = Lift(source=Source.OPTION, by="ann", reason="down", due=Timestamp(NOW + DAY))
PAUSE = Pause(entry=7, until=Timestamp(NOW + 60), reason="repair", account="root")


def setting(*rules: Rule, allowed: Who | None = STAFF, **fields: Any) -> Setting:
    policy = Policy(protect=("HEAD",), rules=rules or (SIGNED,), emergency=Emergency(allowed=allowed), **fields)
    return Setting(policy=policy, ladder=LADDER, now=NOW)


def heard(
    *options: str, who: Person | None = ANN, kind: PusherKind = PusherKind.ACCOUNT, by: Setting | None = None
) -> Plea:
    pusher = Pusher(kind=kind, account="account" if who else "", server="ssh", how="GATEKEEPER_USER")
    return hear(Push(updates=(), pusher=pusher, options=options), who, by or setting())


def codes(plea: Plea) -> list[str]:
    return [note.code for note in plea.notes]


class TestOptions:
    def test_somebody_who_may_declares_one_with_a_reason(self) -> None:
        found = heard("ci.skip", "gatekeeper.emergency= checkout = down ")
        assert (found.reason, found.notes) == (" checkout = down ", ())
        assert found.lift == DECLARED.replace(reason="checkout = down")

    def test_options_of_others_are_nothing_to_us(self) -> None:
        assert heard("ci.skip", "emergency=x", "Gatekeeper.emergency=x", "gatekeeper-emergency=x") == Plea()

    def test_an_option_of_ours_that_is_none_is_told(self) -> None:
        found = heard("gatekeeper.emergencie=x", "gatekeeper.emergency=down")
        assert found.notes == (reason("unknown-option", option="gatekeeper.emergencie=x"),)
        assert found.lift is not None

    def test_it_is_told_beside_no_emergency_or_one_that_does_not_count(self) -> None:
        assert heard("gatekeeper.pause") == Plea(notes=(reason("unknown-option", option="gatekeeper.pause"),))
        assert codes(heard("gatekeeper.pause", "gatekeeper.emergency=")) == [
            "unknown-option",
            "emergency-without-reason",
        ]

    @pytest.mark.parametrize("kind", [kind for kind in PusherKind if kind is not PusherKind.ACCOUNT])
    def test_only_a_persons_own_push_declares_one(self, kind: PusherKind) -> None:
        found = heard("gatekeeper.emergency=down", kind=kind)
        assert found.notes == (reason("emergency-not-own-push", kind=kind.value),)
        assert found.lift is None

    @pytest.mark.parametrize(
        "who",
        [SUE, BOT, None, ANN.replace(employed_until=NOW), ANN.replace(employed_from=Timestamp(NOW + 1))],
        ids=["a senior", "a bot", "nobody", "who has left", "who has not begun"],
    )
    def test_whoever_may_not_declares_none(self, who: Person | None) -> None:
        found = heard("gatekeeper.emergency=down", who=who)
        assert codes(found) == ["emergency-not-allowed"]
        assert found.lift is None
        assert found.reason == "down"

    def test_who_may_not_is_named_by_id_or_account(self) -> None:
        pusher = Pusher(kind=PusherKind.ACCOUNT, account="sue-login", server="ssh", how="GATEKEEPER_USER")
        push = Push(updates=(), pusher=pusher, options=("gatekeeper.emergency=down",))
        for who, name in ((SUE, "sue"), (None, "sue-login")):
            assert hear(push, who, setting()).notes == (reason("emergency-not-allowed", who=name),)

    def test_a_reason_may_fill_the_bound(self) -> None:
        assert heard("gatekeeper.emergency=" + "x" * MAX_REASON).lift is not None
        assert is_reason("x" * MAX_REASON)
        assert not is_reason("x" * (MAX_REASON + 1))
        found = heard("gatekeeper.emergency=" + "x" * (MAX_REASON + 1))
        assert found.notes == (reason("emergency-reason-too-long", limit=MAX_REASON),)

    def test_a_bot_may_not_though_it_is_named(self) -> None:
        named = setting(allowed=Who(people=("bot", "ann")))
        assert heard("gatekeeper.emergency=down", who=BOT, by=named).lift is None
        assert heard("gatekeeper.emergency=down", who=ANN, by=named).lift is not None

    def test_without_the_policys_word_there_is_none(self) -> None:
        found = heard("gatekeeper.emergency=down", by=setting(allowed=None))
        assert (codes(found), found.lift) == (["emergency-without-policy"], None)

    @pytest.mark.parametrize(
        ("options", "code"),
        [
            (("gatekeeper.emergency",), "emergency-without-reason"),
            (("gatekeeper.emergency=",), "emergency-without-reason"),
            (("gatekeeper.emergency= \t-",), "emergency-without-reason"),
            (("gatekeeper.emergency=" + "x" * (MAX_REASON + 1),), "emergency-reason-too-long"),
            (("gatekeeper.emergency=a", "gatekeeper.emergency=b"), "emergency-twice"),
            (("gatekeeper.emergency=a", "gatekeeper.emergency=a"), "emergency-twice"),
            (("gatekeeper.emergency", "gatekeeper.emergency=a"), "emergency-twice"),
        ],
    )
    def test_a_malformed_one_counts_for_nothing(self, options: tuple[str, ...], code: str) -> None:
        found = heard(*options)
        assert (codes(found), found.lift) == ([code], None)
        assert found.reason is not None
        assert len(found.reason) <= MAX_REASON

    @given(st.text(max_size=600))
    def test_what_counts_has_a_reason_within_bounds(self, text: str) -> None:
        found = heard(f"gatekeeper.emergency={text}")
        assert (found.lift is not None) == is_reason(text)
        assert is_reason(text) == (len(text) <= MAX_REASON and any(map(str.isalnum, text)))
        if found.lift:
            assert found.lift.reason == text.strip()


def test_a_reason_has_500_characters_and_a_pause_a_week_at_most() -> None:
    assert (MAX_REASON, MAX_PAUSE) == (500, 7 * DAY)


def dossier(object_id: ObjectId = A, *said: Any, **fields: Any) -> Dossier:
    made = commit(object_id, **{name: fields.pop(name) for name in ("parents", "message") if name in fields})
    standings = tuple(each if isinstance(each, Standing) else Standing(testimony=each) for each in said)
    judged = Judged(emergencies=standings)
    return Dossier(commit=made, ref=MAIN, declaration=declare(made), signoffs=judged, **fields)


def lifted(*dossiers: Dossier, by: Setting | None = None, **grants: Any) -> tuple[CommitFinding, ...]:
    where = by or setting()
    findings = [evaluate(each, where) for each in dossiers]
    given_: dict[str, Any] = {"declared": None, "pause": None, "landed": frozenset(), **grants}
    return lift_unmet(findings, dossiers, where, **given_)


def urgent(signer: Person | None = ANN, name: str = "one", **fields: Any) -> Any:
    return sworn(signer, name, Decision.EMERGENCY, refs=(MAIN,), comment="down", **fields)


class TestWhatIsLifted:
    def test_an_unmet_require_stays_what_it_is_and_refuses_no_more(self) -> None:
        (found,) = lifted(dossier(), declared=DECLARED)
        assert (found.outcome, found.lift) == (Outcome.ACCEPTED, DECLARED)
        (rule,) = found.rules
        assert (rule.outcome, rule.lifted, rule.missing) == (Outcome.REFUSED, True, 1)

    def test_without_a_grant_nothing_is_lifted(self) -> None:
        (found,) = lifted(dossier())
        assert (found.outcome, found.lift, found.rules[0].lifted) == (Outcome.REFUSED, None, False)

    def test_a_refuse_rule_is_not_lifted(self) -> None:
        (found,) = lifted(dossier(), by=setting(SIGNED, REFUSED), declared=DECLARED)
        assert found.outcome is Outcome.REFUSED
        assert [(rule.rule, rule.lifted) for rule in found.rules] == [("signed", True), ("refused", False)]

    def test_a_rule_that_only_warns_needs_no_lifting(self) -> None:
        (found,) = lifted(dossier(), by=setting(WARNED), declared=DECLARED)
        assert (found.outcome, found.lift, found.rules[0].lifted) == (Outcome.ACCEPTED, None, False)

    def test_a_veto_and_a_contradiction_and_what_is_undeclared_are_not_lifted(self) -> None:
        veto = dossier(A).replace(signoffs=Judged(vetoes=(sworn(SUE, "no", Decision.REJECT),)))
        both = dossier(B, message=b"Subject\n\nAI-Assisted: no\nAssisted-by: claude\n")
        silent = dossier(C, message=b"Subject\n")
        strict = setting(undeclared_refused=True)
        assert [found.outcome for found in lifted(veto, both, silent, by=strict, declared=DECLARED)] == (
            [Outcome.REFUSED] * 3
        )

    def test_what_no_rule_of_the_policy_asks_is_not_lifted(self) -> None:
        """A finding that something else than the policy's rules has made."""
        other = evaluate(dossier(), setting(SIGNED.replace(id="other")))
        (found,) = lift_unmet([other], [dossier()], setting(), declared=DECLARED, pause=PAUSE, landed=())
        assert (found.outcome, found.rules[0].lifted, found.lift) == (Outcome.REFUSED, False, None)

    def test_what_a_pure_revert_lifted_is_not_lifted_again(self) -> None:
        where = setting(SIGNED.replace(when=SIGNED.when.replace(assisted=True)))
        (found,) = lifted(dossier(pure_revert=B), by=where, declared=DECLARED)
        assert found.lift is not None
        assert (found.outcome, found.lift.source) == (Outcome.ACCEPTED, Source.PURE_REVERT)

    def test_rules_that_are_met_or_not_the_policys_stay_as_they_are_beside_one_that_is_lifted(self) -> None:
        (unmet,) = evaluate(dossier(), setting()).rules
        met, foreign = unmet.replace(rule="met", outcome=Outcome.ACCEPTED), unmet.replace(rule="foreign")
        finding = evaluate(dossier(), setting()).replace(rules=(met, unmet, foreign))
        where = setting(SIGNED, SIGNED.replace(id="met"))
        (found,) = lift_unmet([finding], [dossier()], where, declared=DECLARED, pause=None, landed=())
        assert [(rule.rule, rule.lifted) for rule in found.rules] == [
            ("met", False),
            ("signed", True),
            ("foreign", False),
        ]
        assert found.outcome is Outcome.REFUSED

    @given(
        st.lists(st.sampled_from([SIGNED, REFUSED, WARNED]), min_size=1, unique=True),
        st.booleans(),
        st.booleans(),
        st.booleans(),
    )
    def test_nothing_is_accepted_but_what_lacks_only_sign_offs(
        self, rules: list[Rule], undeclared: bool, silent: bool, vetoed: bool
    ) -> None:
        strict = setting(*rules, undeclared_refused=undeclared)
        one = dossier(message=b"Subject\n" if silent else b"Subject\n\nAssisted-by: claude\n")
        if vetoed:
            one = one.replace(signoffs=Judged(vetoes=(sworn(SUE, "no", Decision.REJECT),)))
        (found,) = lifted(one, by=strict, declared=DECLARED, pause=PAUSE)
        hopeless = REFUSED in rules or vetoed or (undeclared and silent)
        assert found.outcome is (Outcome.REFUSED if hopeless else Outcome.ACCEPTED)
        assert (found.lift is not None) == (SIGNED in rules)

    def test_the_pushs_own_emergency_goes_before_a_statement_and_that_before_a_pause(self) -> None:
        sources = []
        for grants in ({"declared": DECLARED, "pause": PAUSE}, {"pause": PAUSE}):
            (found,) = lifted(dossier(A, urgent()), **grants)
            assert found.lift is not None
            sources.append(found.lift.source)
        (found,) = lifted(dossier(), pause=PAUSE)
        assert found.lift == Lift(source=Source.PAUSE, by="root", reason="repair", due=Timestamp(NOW + DAY))
        assert sources == [Source.OPTION, Source.STATEMENT]

    def test_what_is_owed_is_due_by_the_policys_span(self) -> None:
        where = setting()
        span = Emergency(allowed=Who(at_least="staff"), settle_within=3600)
        (found,) = lifted(dossier(), by=where.replace(policy=where.policy.replace(emergency=span)), pause=PAUSE)
        assert found.lift is not None
        assert found.lift.due == NOW + 3600


class TestStatements:
    def test_a_good_one_lifts_for_its_commit_alone(self) -> None:
        one, two = lifted(dossier(A, urgent()), dossier(B))
        assert (one.outcome, two.outcome) == (Outcome.ACCEPTED, Outcome.REFUSED)
        lift = Lift(
            source=Source.STATEMENT, by="ann", reason="down", due=Timestamp(NOW + DAY), statement=StatementId("one")
        )
        assert one.lift == lift

    @pytest.mark.parametrize(
        ("said", "flaw"),
        [
            (urgent(SUE), "signer-may-not"),
            (urgent(BOT), "signer-may-not"),
            (urgent(None), "unknown-key"),
            (urgent(ANN.replace(employed_until=NOW)), "signer-not-employed"),
            (Standing(testimony=urgent(), flaw="expired"), "expired"),
        ],
    )
    def test_one_that_is_not_good_lifts_nothing_and_says_why(self, said: Any, flaw: str) -> None:
        (found,) = lifted(dossier(A, said))
        assert (found.outcome, found.lift) == (Outcome.REFUSED, None)
        assert [view.flaw for view in found.emergencies] == [flaw]

    def test_it_is_shown_with_its_signer_and_with_what_took_it_back(self) -> None:
        back = sworn(SUE, "back", Decision.REVOKE, revokes=StatementId("one"), comment="no need")
        taken = Standing(testimony=urgent(), flaw="revoked", revoked_by=back)
        differs = urgent(ANN, "three").replace(statement=urgent(SUE).statement, flaw="signer-differs")
        (found,) = lifted(dossier(A, taken, urgent(None, "two"), Standing(testimony=differs, flaw=differs.flaw)))
        assert [view.signer for view in found.emergencies] == ["ann", "nobody", "ann"]
        assert [view.revocation for view in found.emergencies] == [
            Revocation(signer="sue", issued_at=back.statement.issued_at, comment="no need"),
            None,
            None,
        ]

    def test_it_is_spent_when_its_commit_has_landed(self) -> None:
        one, two = lifted(dossier(A, urgent()), dossier(B, urgent()), landed={A})
        assert (one.outcome, two.outcome) == (Outcome.REFUSED, Outcome.ACCEPTED)
        assert [view.flaw for view in (*one.emergencies, *two.emergencies)] == ["spent", ""]

    def test_a_good_one_beside_others_is_found(self) -> None:
        (found,) = lifted(dossier(A, urgent(SUE, "two"), urgent()))
        assert found.outcome is Outcome.ACCEPTED
        assert found.lift is not None
        assert found.lift.statement == "one"

    @pytest.mark.parametrize(
        ("addition", "outcome"), [(Addition.NOTHING, Outcome.ACCEPTED), (Addition.RESOLUTION, Outcome.REFUSED)]
    )
    def test_a_merge_goes_with_what_it_brings_if_it_has_nothing_of_its_own(
        self, addition: Addition, outcome: Outcome
    ) -> None:
        moved = Rule(id="moved", when=SIGNED.when.replace(paths=("src/",)), require=SIGNED.require)
        brought = dossier(A, urgent(), parents=(ObjectId("9" * 40),), paths=(b"src/a",))
        between = dossier(B, parents=(A,), message=b"Plain\n")
        merge = dossier(
            C, parents=(D, B), addition=addition, brings_assisted=True, paths=(b"src/b",), message=b"Merge\n"
        )
        found = lifted(brought, between, merge, by=setting(moved))
        assert [each.outcome for each in found] == [Outcome.ACCEPTED, Outcome.ACCEPTED, outcome]
        alone = lifted(merge, by=setting(moved))
        assert [each.outcome for each in alone] == [Outcome.REFUSED]
