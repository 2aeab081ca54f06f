"""What a policy says by itself, before any commit is looked at."""

from __future__ import annotations

import pytest

from gatekeeper.core.authorship import Proof
from gatekeeper.core.carryover import Carry, CarryOver
from gatekeeper.core.declaration import MarkRules
from gatekeeper.core.governance import Administrators
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.people import Person, Who
from gatekeeper.core.policy import (
    Emergency,
    Policy,
    Presence,
    Require,
    Rule,
    When,
)
from gatekeeper.core.verdict import Enforcement
from tests.support.dossiers import ANN, JO, RULE, SUE, policy, requiring
from tests.support.values import DAY, LADDER, MAIN, NOW, person


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

    def test_a_policy_refuses_when_one_of_its_rules_does(self) -> None:
        later = RULE.replace(enforcement=Enforcement.WARN, refuses_from=Timestamp(NOW + 1))
        observed = RULE.replace(id="b", enforcement=Enforcement.OBSERVE)
        assert not policy(later, observed).refuses(NOW)
        assert policy(later, observed).refuses(Timestamp(NOW + 1))

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
