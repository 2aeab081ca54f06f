"""Who wrote a commit: the table of DESIGN.md section 5."""

from __future__ import annotations

from itertools import product

import pytest

from gatekeeper.core.authorship import Authorship, Claims, FirstPush, Proof, establish
from gatekeeper.core.people import Person
from gatekeeper.core.push import PusherKind
from gatekeeper.core.reasons import reason
from tests.support.values import person

JO = person("jo", "junior")
SUE = person("sue", "senior")
ANN = person("ann", "staff")
CI = person("ci", None, bot=True)
ALL = tuple(Proof)


def pushed(by: Person | None, kind: PusherKind = PusherKind.ACCOUNT, *, shared: bool = False) -> FirstPush:
    return FirstPush(person=by, kind=kind, shared_author_line=shared)


def human(author: Person | None, **fields: object) -> Claims:
    return Claims(author=author, author_is_machine=False, **fields)  # type: ignore[arg-type]


def machine(author: Person | None = None, **fields: object) -> Claims:
    return Claims(author=author, author_is_machine=True, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("claims", "proof"),
    [
        (human(SUE, signer=SUE), Proof.SIGNATURE),
        (human(SUE, first_push=pushed(SUE)), Proof.FIRST_PUSH),
        (human(SUE, stated_by=(SUE,)), Proof.STATEMENT),
        (human(SUE, stated_by=(JO, SUE)), Proof.STATEMENT),
        (human(SUE, signer=SUE, first_push=pushed(JO)), Proof.SIGNATURE),
        (human(SUE, signer=JO, first_push=pushed(SUE)), Proof.FIRST_PUSH),
        (human(SUE, signer=SUE, ledger=False), Proof.SIGNATURE),
    ],
)
def test_each_way_proves_the_claimed_author(claims: Claims, proof: Proof) -> None:
    found = establish(claims, ALL)
    assert (found.claimed, found.proved, found.proof) == (SUE, SUE, proof)
    assert not found.open
    others = tuple(p for p in ALL if p is not proof)
    assert establish(claims, others).proof is not proof


@pytest.mark.parametrize(
    "claims",
    [
        human(SUE),
        human(SUE, signer=JO),
        human(SUE, stated_by=(JO,)),
        human(SUE, first_push=pushed(JO)),
        human(SUE, first_push=pushed(None)),
        human(SUE, first_push=pushed(SUE, shared=True)),
        human(SUE, first_push=pushed(SUE, PusherKind.WEB)),
        human(SUE, first_push=pushed(SUE, PusherKind.MACHINE)),
        human(SUE, first_push=pushed(SUE, PusherKind.NOBODY)),
        human(SUE, co_authors=(JO,), first_push=pushed(JO)),
        human(CI, signer=CI),
        human(CI, first_push=pushed(CI)),
        human(CI, stated_by=(CI,)),
        human(None, signer=SUE),
        human(None, first_push=pushed(SUE)),
        human(None, stated_by=(SUE,)),
        machine(CI),
        machine(CI, signer=CI, first_push=pushed(CI), stated_by=(CI,)),
        machine(None, first_push=pushed(SUE, shared=True)),
        machine(None, first_push=pushed(SUE, PusherKind.WEB)),
        machine(None, first_push=pushed(SUE, PusherKind.MACHINE)),
        machine(None, first_push=pushed(None)),
        machine(None, signer=SUE),
        machine(None, stated_by=(SUE,)),
        machine(None, co_authors=(SUE,)),
        machine(None, co_authors=(SUE,), signer=JO, stated_by=(JO,)),
        machine(None, co_authors=(SUE,), first_push=pushed(JO)),
        machine(None, co_authors=(SUE,), first_push=pushed(JO), signer=JO, stated_by=(JO,)),
        machine(SUE, signer=SUE),
    ],
    ids=repr,
)
def test_nothing_else_proves_anything(claims: Claims) -> None:
    found = establish(claims, ALL)
    assert (found.proved, found.proof) == (None, None)


@pytest.mark.parametrize(
    ("claims", "who", "proof"),
    [
        (machine(CI, co_authors=(SUE,), signer=SUE), SUE, Proof.SIGNATURE),
        (machine(CI, co_authors=(SUE,), stated_by=(SUE,)), SUE, Proof.STATEMENT),
        (machine(CI, co_authors=(SUE,), first_push=pushed(SUE)), SUE, Proof.FIRST_PUSH),
        (machine(CI, first_push=pushed(JO)), JO, Proof.FIRST_PUSH),
        (machine(CI, first_push=pushed(JO), signer=JO), JO, Proof.SIGNATURE),
        (machine(None, co_authors=(JO, SUE), stated_by=(SUE,)), SUE, Proof.STATEMENT),
    ],
)
def test_for_a_machine_a_human_co_author_answers_or_if_none_is_named_the_first_pusher(
    claims: Claims, who: Person, proof: Proof
) -> None:
    found = establish(claims, ALL)
    assert (found.claimed, found.proved, found.proof) == (None, who, proof)


def test_by_itself_nothing_is_open_and_there_is_a_ledger() -> None:
    assert Claims(author=SUE, author_is_machine=False).ledger
    assert not FirstPush(person=SUE, kind=PusherKind.ACCOUNT).shared_author_line
    assert Authorship() == Authorship(open=False, first_pusher_unknown=False)


def test_nothing_proves_any_more_that_somebody_who_has_left_wrote_it() -> None:
    everything = {"signer": SUE, "first_push": pushed(SUE), "stated_by": (SUE, JO)}
    assert establish(human(SUE, **everything, left=(SUE,)), ALL).proved is None
    assert establish(human(SUE, **everything, left=(JO,)), ALL).proved == SUE
    together = establish(machine(CI, co_authors=(SUE, JO), **everything, left=(SUE,)), ALL)
    assert (together.proved, together.proof) == (JO, Proof.STATEMENT)
    assert set(together.involved) == {CI, SUE, JO}


def test_a_proof_that_the_policy_leaves_out_counts_for_nothing() -> None:
    everything = human(SUE, signer=SUE, first_push=pushed(SUE), stated_by=(SUE,))
    assert establish(everything, ()).proved is None
    for proof in ALL:
        assert establish(everything, (proof,)).proof is proof


@pytest.mark.parametrize(
    ("claims", "involved"),
    [
        (human(None), set()),
        (human(SUE), {SUE}),
        (human(SUE, signer=JO), {SUE, JO}),
        (human(SUE, signer=SUE, first_push=pushed(JO)), {SUE}),
        (human(SUE, first_push=pushed(JO)), {SUE, JO}),
        (human(SUE, first_push=pushed(JO, PusherKind.WEB)), {SUE, JO}),
        (human(SUE, first_push=pushed(SUE, shared=True)), {SUE}),
        (human(None, first_push=pushed(JO)), {JO}),
        (human(None, signer=ANN, first_push=pushed(None)), {ANN}),
        (human(SUE, stated_by=(JO,)), {SUE}),
        (machine(None, co_authors=(SUE, ANN), signer=SUE), {SUE, ANN}),
        (machine(None, co_authors=(SUE,), first_push=pushed(JO)), {SUE, JO}),
        (machine(None, co_authors=(SUE,), first_push=pushed(JO), signer=SUE), {SUE, JO}),
        (machine(None, first_push=pushed(JO)), {JO}),
        (machine(CI, first_push=pushed(JO, PusherKind.MACHINE)), {CI, JO}),
    ],
)
def test_whoever_may_have_had_a_hand_in_it_is_not_independent(claims: Claims, involved: set[Person]) -> None:
    found = establish(claims, ALL).involved
    assert set(found) == involved
    assert len(found) == len(involved)


@pytest.mark.parametrize(
    ("claims", "only_pushed"),
    [
        (human(SUE, first_push=pushed(JO)), JO),
        (human(SUE, first_push=pushed(JO, PusherKind.WEB)), JO),
        (human(None, first_push=pushed(JO)), JO),
        (human(SUE, signer=ANN, first_push=pushed(JO)), JO),
        (human(SUE, signer=JO, first_push=pushed(JO)), None),
        (human(SUE, first_push=pushed(SUE, shared=True)), None),
        (human(SUE, signer=SUE, first_push=pushed(JO)), None),
        (machine(None, first_push=pushed(JO, PusherKind.WEB)), None),
        (human(SUE, first_push=pushed(None)), None),
        (human(SUE), None),
    ],
    ids=repr,
)
def test_who_did_nothing_but_push_it_is_told_apart(claims: Claims, only_pushed: Person | None) -> None:
    found = establish(claims, ALL)
    assert found.only_pushed == only_pushed
    assert only_pushed is None or only_pushed in found.involved


@pytest.mark.parametrize(
    ("claims", "admitted", "is_open", "pusher_unknown"),
    [
        (human(SUE, ledger=False), ALL, True, True),
        (human(SUE, ledger=True), ALL, False, False),
        (human(SUE, ledger=False), (Proof.SIGNATURE, Proof.STATEMENT), False, True),
        (human(None, ledger=False), ALL, False, True),
        (human(CI, ledger=False), ALL, False, True),
        (machine(CI, ledger=False), ALL, True, True),
        (machine(None, ledger=False), (Proof.STATEMENT,), False, True),
        (human(SUE, ledger=False, stated_by=(SUE,)), ALL, False, False),
        (machine(None, ledger=False, co_authors=(SUE,), signer=SUE), ALL, False, False),
    ],
    ids=repr,
)
def test_without_a_ledger_what_it_alone_could_say_is_open(
    claims: Claims, admitted: tuple[Proof, ...], is_open: bool, pusher_unknown: bool
) -> None:
    found = establish(claims, admitted)
    assert (found.open, found.first_pusher_unknown) == (is_open, pusher_unknown)


def test_whatever_is_claimed_only_a_candidate_with_evidence_of_their_own_is_proved() -> None:
    """All combinations of few people, against the rule said in one line."""
    someone = (None, JO, SUE, CI)
    for author, signer, pusher, stater, co_author, is_machine, kind in product(
        someone, someone, someone, someone, (None, SUE), (False, True), (PusherKind.ACCOUNT, PusherKind.WEB)
    ):
        claims = Claims(
            author=author,
            author_is_machine=is_machine or author is CI,
            co_authors=(co_author,) if co_author else (),
            signer=signer,
            first_push=pushed(pusher, kind),
            stated_by=(stater,) if stater else (),
        )
        found = establish(claims, ALL)
        own_push = pusher if kind is PusherKind.ACCOUNT and pusher is not CI else None
        candidates = {co_author or own_push} if claims.author_is_machine else {author}
        proved = (candidates - {None, CI}) & {signer, own_push, stater}
        assert (found.proved in proved) if proved else (found.proved is None)
        assert found.proved is None or found.proved in found.involved
        if found.proved is None and pusher:
            assert pusher in found.involved


@pytest.mark.parametrize(
    ("claims", "admitted", "code"),
    [
        (human(SUE, first_push=pushed(SUE)), (Proof.STATEMENT,), "push-proves-no-author"),
        (human(SUE), ALL, "first-pusher-unknown"),
        (human(SUE, first_push=pushed(JO)), ALL, "pushed-by-other"),
        (human(SUE, first_push=pushed(JO, PusherKind.WEB)), ALL, "pushed-by-other"),
        (human(SUE, first_push=pushed(SUE, PusherKind.WEB)), ALL, "pushed-by-no-person"),
        (human(SUE, first_push=pushed(None, PusherKind.MACHINE)), ALL, "pushed-by-no-person"),
        (human(SUE, first_push=pushed(None)), ALL, "first-pusher-unknown"),
        (human(SUE, first_push=pushed(SUE, shared=True)), ALL, "author-line-shared"),
        (machine(None, co_authors=(SUE,), first_push=pushed(SUE, PusherKind.WEB)), ALL, "pushed-by-no-person"),
    ],
    ids=repr,
)
def test_why_nobody_is_proved_is_told_with_whom_the_commit_names(
    claims: Claims, admitted: tuple[Proof, ...], code: str
) -> None:
    found = establish(claims, admitted)
    assert found.named == (SUE,)
    assert found.unproved is not None
    assert found.unproved.code == code


def test_the_reason_tells_who_pushed_it_or_what_did() -> None:
    by_other = establish(human(SUE, first_push=pushed(JO)), ALL).unproved
    assert by_other == reason("pushed-by-other", person="jo")
    by_no_person = establish(human(SUE, first_push=pushed(SUE, PusherKind.WEB)), ALL).unproved
    assert by_no_person == reason("pushed-by-no-person", kind=PusherKind.WEB.value)


@pytest.mark.parametrize(
    "claims",
    [
        human(None),
        human(CI),
        human(SUE, left=(SUE,)),
        human(SUE, first_push=pushed(SUE)),
        machine(None, first_push=pushed(JO, PusherKind.WEB)),
        machine(None, first_push=pushed(JO, shared=True)),
    ],
    ids=repr,
)
def test_who_is_not_named_or_is_proved_has_nothing_to_state(claims: Claims) -> None:
    found = establish(claims, ALL)
    assert (found.named, found.unproved) == ((), None)


def test_without_a_ledger_nobody_knows_why() -> None:
    found = establish(human(SUE, ledger=False), ALL)
    assert (found.named, found.unproved) == ((SUE,), None)
