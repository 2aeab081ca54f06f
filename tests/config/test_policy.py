"""Reading a policy: every key, its default, and which versions of gatekeeper it is for."""

from __future__ import annotations

import pytest

from gatekeeper import __version__
from gatekeeper.config.loading import load_policy, load_roster, parse_policy
from gatekeeper.config.problems import ConfigurationError
from gatekeeper.core.authorship import Proof
from gatekeeper.core.governance import Administrators
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.people import Who
from gatekeeper.core.policy import Emergency, Independence, Limits, Message, Policy, Presence, Require, Rule, When
from gatekeeper.core.privacy import Privacy
from gatekeeper.core.verdict import Enforcement
from tests.config.documents import HEAD, POLICY, ROSTER, policy_problems, yaml


def test_every_key_arrives_in_the_policy() -> None:
    policy = load_policy(
        yaml(
            """
            version: 1
            requires: ">=0.1, <9"
            protect: [HEAD, "refs/heads/release/**"]
            undeclared: refuse
            rules:
              - id: payments
                why: >
                  Money
                  is involved.
                when:
                  assisted: false
                  author: {below: senior, at_least: junior, teams: [payments], people: [senior-1, junior-1]}
                  refs: ["refs/heads/release/*"]
                  paths: ["payments/**", "*.sql"]
                require:
                  signoffs: 1
                  from: {exactly: senior}
                  independent_of: [author, co-authors, committer, pusher]
                  presence: verified
                  max_age: 90d
                  scope: ref
                enforce: 2026-11-23
              - {id: frozen, refuse: no changes, enforce: warn}
            author_proof: [signature, statement]
            deletions: allow
            rewinds: allow
            leavers: drop
            stale_for: 2h
            emergency: {allowed: {at_least: senior, teams: [payments]}, settle_within: 3d}
            administrators: {signoffs: 1, from: {at_least: senior}}
            message: {help: see the wiki, contact: the team, show_levels: true}
            privacy: {persons: true, smallest_team: 5}
            limits:
              {commits: 10, commit_bytes: 2048, signoffs: 30, repeated_signoffs: 5, author_statements: 6, seconds: 40}
            """
        ),
        "p",
        load_roster(ROSTER, "r"),
    )
    assert policy == Policy(
        protect=("HEAD", "refs/heads/release/**"),
        undeclared_refused=True,
        administrators=Administrators(approvers=Who(at_least="senior")),
        rules=(
            Rule(
                id="payments",
                why="Money is involved.",
                when=When(
                    assisted=False,
                    author=Who(
                        below="senior",
                        at_least="junior",
                        teams=("payments",),
                        people=("senior-1", "junior-1"),
                    ),
                    refs=("refs/heads/release/*",),
                    paths=("payments/**", "*.sql"),
                ),
                require=Require(
                    signoffs=1,
                    approvers=Who(exactly="senior"),
                    independent_of=tuple(Independence),
                    presence=Presence.VERIFIED,
                    max_age=90 * 86_400,
                    ref_scope=True,
                ),
                refuses_from=Timestamp(1_795_392_000),
            ),
            Rule(id="frozen", refuse="no changes", enforcement=Enforcement.WARN),
        ),
        author_proof=(Proof.SIGNATURE, Proof.STATEMENT),
        deletions_allowed=True,
        rewinds_allowed=True,
        leavers_drop=True,
        stale_for=7200,
        emergency=Emergency(allowed=Who(at_least="senior", teams=("payments",)), settle_within=3 * 86_400),
        message=Message(help="see the wiki", contact="the team", show_levels=True),
        limits=Limits(commits=10, commit_bytes=2048, signoffs=30, repeated_signoffs=5, author_statements=6, seconds=40),
        privacy=Privacy(persons=True, smallest_team=5),
    )


def test_what_is_left_out_has_the_default_of_the_core() -> None:
    rule = Rule(
        id="senior-signoff",
        when=When(assisted=True, author=Who(below="senior")),
        require=Require(signoffs=1, approvers=Who(at_least="senior")),
    )
    assert load_policy(POLICY, "p", load_roster(ROSTER, "r")) == Policy(protect=("HEAD",), rules=(rule,))


def test_undeclared_commits_are_allowed_in_that_very_word() -> None:
    assert not parse_policy(f"{HEAD}undeclared: allow\n".encode(), "p").undeclared_refused


@pytest.mark.parametrize("range_", [">=0.9", "<99", ">= 0.1.2 , < 2", ">=1", ">=1.0.0.0"])
def test_a_version_in_the_range_is_admitted(range_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatekeeper.config.policy.__version__", "1.0.0")
    assert parse_policy(f'{HEAD}requires: "{range_}"'.encode(), "p").protect == ("HEAD",)


@pytest.mark.parametrize("range_", [">=1.0.1", ">=2", "<1", "<1.0", ">=0.9,<0.10"])
def test_a_version_out_of_the_range_is_refused(range_: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatekeeper.config.policy.__version__", "1.0.0")
    with pytest.raises(ConfigurationError, match=r"asks for gatekeeper .*, and this is 1\.0\.0"):
        parse_policy(f'{HEAD}requires: "{range_}"'.encode(), "p")


@pytest.mark.parametrize("range_", ["1.0", "==1.0", ">=", ">=1.x", ">=1,", ">=-1", "~1", ">=1..2", ">=٣"])
def test_what_is_no_range_of_versions_is_refused(range_: str) -> None:
    (only,) = policy_problems(f'{HEAD}requires: "{range_}"')
    assert only.startswith("4:11: `requires` must be a range of versions")


def test_this_very_version_can_be_compared() -> None:
    assert parse_policy(f'{HEAD}requires: ">=0"'.encode(), "p").protect == ("HEAD",), __version__


def test_without_the_key_nobody_may_declare_an_emergency() -> None:
    roster = load_roster(ROSTER, "r")
    policy = load_policy(POLICY, "p", roster)
    assert not any(policy.may_declare_emergency(person, roster.ladder) for person in roster.everybody())


def test_who_may_declare_an_emergency_is_a_person_whom_it_names() -> None:
    roster = load_roster(ROSTER, "r")
    policy = load_policy(f"{HEAD}emergency: {{allowed: {{people: [senior-1, robot]}}}}\n".encode(), "p", roster)
    may = {person.id: policy.may_declare_emergency(person, roster.ladder) for person in roster.everybody()}
    assert may == {"junior-1": False, "senior-1": True, "robot": False}
