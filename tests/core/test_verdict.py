"""How single findings make a verdict."""

from __future__ import annotations

from itertools import product

import pytest

from gatekeeper.core.authorship import Authorship
from gatekeeper.core.declaration import Declaration, State
from gatekeeper.core.dossier import Addition
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.reasons import Reason, reason
from gatekeeper.core.verdict import CommitFinding, Outcome, RefFinding, Verdict, worst
from tests.support.values import MAIN, A, B, identity

ORDER = [Outcome.ACCEPTED, Outcome.UNDECIDED, Outcome.REFUSED]
WRONG = (reason("deletion", ref=MAIN),)


def ref(**fields: object) -> RefFinding:
    return RefFinding(ref=MAIN, old=A, new=B, protected=True, **fields)  # type: ignore[arg-type]


def commit(outcome: Outcome) -> CommitFinding:
    return CommitFinding(
        commit=A,
        subject=b"Subject",
        author=identity().line,
        author_email=identity().email,
        declaration=Declaration(state=State.SILENT),
        addition=Addition.CHANGE,
        authorship=Authorship(),
        assisted=False,
        rules=(),
        problems=(),
        outcome=outcome,
    )


def test_the_worst_of_nothing_is_accepted() -> None:
    assert worst([]) is Outcome.ACCEPTED


def test_a_refusal_is_worse_than_doubt_and_doubt_than_acceptance() -> None:
    for outcomes in product(ORDER, repeat=3):
        assert worst(outcomes) is max(outcomes, key=ORDER.index)
        assert worst(iter(outcomes)) is worst(outcomes[::-1])


def test_a_ref_is_as_bad_as_its_problems_and_its_commits() -> None:
    made = {outcome: commit(outcome) for outcome in ORDER}
    for outcomes in product(ORDER, repeat=2):
        commits = tuple(made[outcome] for outcome in outcomes)
        assert ref(commits=commits).outcome is worst(outcomes)
        assert ref(commits=commits, problems=WRONG).outcome is Outcome.REFUSED
        assert ref(commits=commits, problems=WRONG, undecided=True).outcome is worst((*outcomes, Outcome.UNDECIDED))
        assert ref(commits=commits, undecided=True).outcome is worst(outcomes)


@pytest.mark.parametrize(
    ("refs", "problems", "outcome"),
    [
        ((), (), Outcome.ACCEPTED),
        ((ref(),), (), Outcome.ACCEPTED),
        ((ref(), ref(problems=WRONG)), (), Outcome.REFUSED),
        ((ref(problems=WRONG), ref()), (), Outcome.REFUSED),
        ((ref(problems=WRONG, undecided=True), ref()), (), Outcome.UNDECIDED),
        ((ref(),), WRONG, Outcome.UNDECIDED),
        ((ref(problems=WRONG),), WRONG, Outcome.REFUSED),
    ],
)
def test_one_refusal_refuses_the_push(
    refs: tuple[RefFinding, ...], problems: tuple[Reason, ...], outcome: Outcome
) -> None:
    assert Verdict(refs=refs, problems=problems).outcome is outcome


def test_a_reason_has_the_facts_that_it_was_made_with() -> None:
    made = reason("ref-moved", ref=MAIN, said=ObjectId("a"), tries=2)
    assert (made.code, made.fact("ref"), made.fact("tries")) == ("ref-moved", MAIN, 2)
    with pytest.raises(KeyError):
        made.fact("other")
