"""To which commits a rule applies."""

from __future__ import annotations

from typing import Any

import pytest

from gatekeeper.core.authorship import Authorship
from gatekeeper.core.declaration import Declaration, State
from gatekeeper.core.dossier import Addition
from gatekeeper.core.evaluation import in_question
from gatekeeper.core.people import Who
from gatekeeper.core.policy import (
    When,
)
from gatekeeper.core.verdict import Outcome
from tests.support.dossiers import ANN, DECLARED, JO, RULE, SILENT, SUE, dossier, find, one, policy
from tests.support.values import MAIN


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
