"""What a policy says of a commit: every rule for its ref, and what holds whatever the rules say."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.authorship import Authorship
from gatekeeper.core.declaration import Declaration, Evidence, State
from gatekeeper.core.dossier import Addition, Dossier
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.memory import How, Recollection
from gatekeeper.core.people import Person, Who
from gatekeeper.core.policy import (
    Emergency,
    Rule,
    When,
)
from gatekeeper.core.relief import Lift, Source
from gatekeeper.core.signoff import Decision
from gatekeeper.core.testimony import Judged, Standing
from gatekeeper.core.verdict import Enforcement, Outcome
from tests.support.dossiers import ANN, DECLARED, JO, RULE, SILENT, SUE, dossier, find, one, requiring
from tests.support.values import DAY, LADDER, NOW, B, C, commit, person, sworn


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
