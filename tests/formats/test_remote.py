"""The hook's text: the decisive line first, short, plain, and nothing in it that bites."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.advice import Approvers
from gatekeeper.core.authorship import Authorship, Proof
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.push import PusherKind
from gatekeeper.core.reasons import reason
from gatekeeper.core.verdict import Enforcement, Outcome, Revocation, SignoffView, Verdict
from gatekeeper.formats.remote import MAX_LINES, answer, undecided, web_prefix
from tests.formats.findings import RECEIPT, commit_finding, context, ref_finding, refused, rule_finding
from tests.support.values import person

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion

    from gatekeeper.core.people import Person
    from gatekeeper.core.verdict import CommitFinding
    from gatekeeper.formats.remote import Context

HOSTILE = "\x1b]0;owned\x07\u202e`rm -rf ~` $(id) ; -x \r\n\x00é".encode()
COMMAND = re.compile(r"git push \S+ \S+|gatekeeper \w+ \S+")


def plain(text: str) -> list[str]:
    """The lines of a text that keeps to its form."""
    lines = text.splitlines()
    assert text.endswith("\n")
    assert len(lines) <= MAX_LINES
    for line in lines:
        assert line.isascii()
        assert line.isprintable()
        assert line == line.rstrip()
    return lines


def view(flaw: str = "", signer: str = "senior-1") -> SignoffView:
    return SignoffView(statement="5" * 64, signer=signer, issued_at=1_780_000_000, flaw=flaw)  # type: ignore[arg-type]


def asked(**fields: Any) -> Context:
    return context(approvers=(("senior-signoff", Approvers(**fields)),))


def test_the_refusal_says_what_is_missing_who_can_give_it_and_the_next_command(snapshot: SnapshotAssertion) -> None:
    verdict = refused(commit_finding(1), commit_finding(2, outcome=Outcome.ACCEPTED))
    nearest = ("senior@example.com", "staff@example.com")
    text = answer(verdict, asked(nearest=nearest, of_team=True, others=14, pusher_excluded=True))
    plain(text)
    assert text == snapshot


def test_all_clear_is_one_line_with_the_receipt() -> None:
    verdict = Verdict(refs=(ref_finding(commit_finding(outcome=Outcome.ACCEPTED)),))
    assert answer(verdict, context()) == f"gatekeeper: main: 1 AI-assisted commit in order. Receipt: {RECEIPT}\n"
    none = Verdict(refs=(ref_finding(commit_finding(outcome=Outcome.ACCEPTED, assisted=False)),))
    assert answer(none, context()) == f"gatekeeper: main: ok. Receipt: {RECEIPT}\n"


def test_what_was_counted_as_the_pushers_own_is_listed() -> None:
    senior = person("sam")
    own = Authorship(claimed=senior, proved=senior, proof=Proof.FIRST_PUSH)
    exempt = rule_finding(outcome=Outcome.ACCEPTED, applies=False)
    commits = [commit_finding(n, exempt, outcome=Outcome.ACCEPTED, authorship=own) for n in range(9)]
    lines = plain(answer(Verdict(refs=(ref_finding(*commits),)), context(pusher=senior)))
    assert lines[1] == "  counted as your own work: " + ", ".join(f"{n:07x}" for n in range(6))
    others = plain(answer(Verdict(refs=(ref_finding(*commits),)), context(pusher=person("sue"))))
    assert len(others) == 1


def test_warnings_say_what_would_be_needed() -> None:
    warns = rule_finding(enforcement=Enforcement.WARN)
    forbids = rule_finding("no-generated", enforcement=Enforcement.WARN, refuse="Not in this directory.")
    verdict = Verdict(refs=(ref_finding(commit_finding(7, warns, forbids, outcome=Outcome.ACCEPTED)),))
    assert plain(answer(verdict, context()))[1:] == [
        "gatekeeper: warning: 0000007 would need 1 sign-off by senior or above (rule senior-signoff)",
        "gatekeeper: warning: 0000007 would be refused: Not in this directory. (rule no-generated)",
    ]


@pytest.mark.parametrize("count", [1, 6, 7, 500])
def test_many_failing_commits_are_counted_and_a_few_are_shown(count: int) -> None:
    verdict = refused(*(commit_finding(number) for number in range(count)))
    lines = plain(answer(verdict, context()))
    assert lines[0].startswith(f"gatekeeper: REFUSED main: {count} commit")
    assert sum(line.endswith("AI: Assisted-by: claude") for line in lines) == min(count, 6)
    assert (f"  ... and {count - 6} more" in lines) == (count > 6)


def test_however_much_fails_the_first_line_what_to_do_and_the_receipt_stay() -> None:
    problems = tuple(reason("contradiction", evidence=str(number)) for number in range(5))
    flawed = rule_finding(signoffs=(view("expired"), view("no-touch")))
    commits = [commit_finding(number, flawed, problems=problems) for number in range(40)]
    refs = tuple(ref_finding(*commits, ref=f"refs/heads/release/{number}") for number in range(30))
    notes = ("the policy is broken",)
    lines = plain(answer(Verdict(refs=refs), context(notes=notes, help="See the wiki.", contact="ops@example.com")))
    assert len(lines) == MAX_LINES
    assert lines[0] == "gatekeeper: REFUSED: 30 refs of 30. Nothing was pushed."
    assert any(re.fullmatch(r"  \.\.\. and \d+ more lines", line) for line in lines)
    assert any(line.startswith("  git push origin ") for line in lines)
    assert "See the wiki." in lines
    assert lines[-2].endswith(f"Receipt: {RECEIPT}")
    assert lines[-1] == "gatekeeper: note: the policy is broken"


def test_many_rules_and_many_refs_do_not_push_out_the_receipt() -> None:
    rules = [rule_finding(f"rule-{number}") for number in range(40)]
    lines = plain(answer(refused(commit_finding(0, *rules)), context()))
    assert lines[-1].endswith(f"Receipt: {RECEIPT}")
    assert "Missing: and what 36 more rules ask for" in lines
    fine = tuple(ref_finding(ref=f"refs/heads/release/{number}") for number in range(40))
    (line,) = plain(answer(Verdict(refs=fine), context()))
    assert line == f"gatekeeper: release/0, release/1, release/2 and 37 more: ok. Receipt: {RECEIPT}"


def test_a_sign_off_that_does_not_count_says_why() -> None:
    verdict = refused(commit_finding(1, rule_finding(signoffs=(view("not-independent"), view()))))
    assert "    sign-off by senior-1 does not count: senior-1 had a hand in the commit" in plain(
        answer(verdict, context())
    )


def vetoed(*statements: str, signer: str = "sue", comment: str = "loses orders") -> Verdict:
    problems = tuple(
        reason("vetoed", signer=signer, statement=each * 64, issued=1_780_000_000, comment=comment)
        for each in statements
    )
    return refused(commit_finding(1, problems=problems))


def test_a_veto_names_who_why_and_whom_to_talk_to(snapshot: SnapshotAssertion) -> None:
    text = answer(vetoed("5"), context(addresses=(("sue", "sue@example.com"),), pusher=person("jo", "junior")))
    plain(text)
    assert text == snapshot


@pytest.mark.parametrize("pusher", [person("sue"), person("root", "mid", administrator=True)], ids=["signer", "admin"])
def test_a_pusher_who_can_take_a_veto_back_is_told_so(pusher: Person) -> None:
    lines = plain(answer(vetoed("5"), context(pusher=pusher)))
    assert "Vetoed:  by sue; you can take it back:" in lines
    assert "  gatekeeper revoke 555555555555 -m WHY" in lines


def test_many_vetoes_are_counted_and_one_about_two_commits_is_one() -> None:
    lines = plain(answer(vetoed(*"12345"), context()))
    assert sum(line.startswith("  gatekeeper revoke ") for line in lines) == 3
    assert "Vetoed:  and 2 more times" in lines
    (veto,) = vetoed("5").refs[0].commits
    twice = refused(veto, veto.replace(commit="b" * 40))
    assert sum(line.startswith("  gatekeeper revoke ") for line in plain(answer(twice, context()))) == 1


def test_under_a_veto_no_sign_off_is_asked_for() -> None:
    text = answer(vetoed("5"), asked(nearest=("a@example.com",)))
    assert "gatekeeper sign" not in text
    assert "Then repeat this push" not in text


def test_a_hostile_veto_stays_in_its_line() -> None:
    lines = plain(answer(vetoed("5", signer="x;rm -rf ~", comment=HOSTILE.decode()), context()))
    assert sum("rm -rf" in line for line in lines) == 2
    assert not any(line.startswith("  gatekeeper") and "rm" in line for line in lines)


SUE = person("sue")


def own_work(number: int = 1, *, by: bytes = b"sue@example.com", **fields: Any) -> CommitFinding:
    rule = rule_finding(exempt_if_proved=("sue",))
    unproved = Authorship(claimed=SUE, named=(SUE,), unproved=reason("pushed-by-other", person="jo"))
    return commit_finding(number, rule, **{"authorship": unproved, "author_email": by, **fields})


def test_own_work_that_is_not_proved_says_why_and_how_to_state_it(snapshot: SnapshotAssertion) -> None:
    text = answer(refused(own_work()), asked(nearest=("ann@example.com",)).replace(pusher=SUE, pusher_may_approve=True))
    plain(text)
    assert text == snapshot


def test_whose_statement_is_taken_only_with_the_commits_brings_them_first() -> None:
    lines = plain(answer(refused(own_work()), context(pusher=SUE)))
    at = lines.index("If you did, say so:")
    assert lines[at + 1 : at + 3] == [
        f"  git push origin {'b' * 12}:refs/heads/review/{'b' * 12}",
        "  gatekeeper sign --mine 0000001aaaaa",
    ]
    web = plain(answer(refused(own_work()), context(pusher=SUE, web_prefix="GL-HOOK-ERR: ")))
    assert not any("push." in line or "git push" in line for line in web)
    assert "GL-HOOK-ERR: Then merge again. Otherwise:" in web


@pytest.mark.parametrize("pusher", [None, person("jo", "junior")], ids=["nobody", "somebody else"])
def test_nobody_is_asked_to_state_what_is_not_theirs(pusher: Person | None) -> None:
    assert "--mine" not in answer(refused(own_work()), context(pusher=pusher))


def test_a_proof_that_would_change_nothing_is_not_asked_for() -> None:
    warns = rule_finding(enforcement=Enforcement.WARN, exempt_if_proved=("sue",))
    assert "--mine" not in answer(refused(own_work(), commit_finding(2)), context(pusher=person("ann")))
    assert "--mine" not in answer(refused(commit_finding(1, rule_finding(), warns)), context(pusher=SUE))


def test_all_of_a_push_is_stated_with_one_signature_if_all_of_it_is_the_pushers() -> None:
    several = [own_work(number) for number in range(30)]
    whole = plain(answer(refused(*several), context(pusher=SUE)))
    assert f"  gatekeeper sign --mine {'a' * 12}..{'b' * 12}" in whole
    assert any(line.startswith("Unproved: that you wrote ") and " and 24 more" in line for line in whole)
    assert "Then repeat this push. Otherwise:" in whole
    mixed = plain(answer(refused(*several, commit_finding(99)), context(pusher=SUE)))
    (command,) = [line for line in mixed if "--mine" in line]
    assert len(command.split()) == 3 + 6
    assert "Then repeat this push. Otherwise:" not in mixed
    fresh = Verdict(refs=(ref_finding(*several).replace(old="0" * 40),))
    assert ".." not in next(line for line in plain(answer(fresh, context(pusher=SUE))) if "--mine" in line)


@pytest.mark.parametrize("own", [True, False])
def test_whatever_there_is_to_do_the_receipt_and_the_notes_stay(own: bool) -> None:
    """The longest of everything at once: vetoes or own work, many rules, many causes, help, contact, notes."""
    rules = [rule_finding(f"rule-{number}", exempt_if_proved=("sue",)) for number in range(9)]
    causes = [reason("pushed-by-other", person=f"p{number}") for number in range(9)]
    vetoes = tuple(
        reason("vetoed", signer="sam", statement=f"{number}" * 64, issued=1, comment="no") for number in range(9)
    )
    commits = [
        commit_finding(
            number,
            *rules,
            problems=() if own else vetoes,
            authorship=Authorship(claimed=SUE, named=(SUE,), unproved=cause),
        )
        for number, cause in enumerate(causes)
    ]
    everyone = Approvers(nearest=("a@example.com",), others=3)
    about = context(
        pusher=SUE,
        approvers=tuple((rule.rule, everyone) for rule in rules),
        help="See the wiki.",
        contact="ops@example.com",
        notes=("the policy is broken", "the roster too"),
    )
    lines = plain(answer(refused(*commits), about))
    assert lines[-3].endswith(f"Receipt: {RECEIPT}")
    assert [line.partition("note: ")[2] for line in lines[-2:]] == ["the policy is broken", "the roster too"]
    assert any("gatekeeper sign --mine " in line for line in lines) == own
    assert any(line.startswith("  gatekeeper revoke ") for line in lines) != own


def test_a_sign_off_that_was_taken_back_says_by_whom_when_and_why() -> None:
    back = Revocation(signer="root", issued_at=Timestamp(1_780_000_000), comment="wrong branch")
    revoked = view("revoked").replace(revocation=back)
    lines = plain(answer(refused(commit_finding(1, rule_finding(signoffs=(revoked,)))), context()))
    said = "    sign-off by senior-1 does not count: it was taken back by root on 2026-05-28"
    assert f"{said}: wrong branch" in lines
    silent = view("revoked").replace(revocation=back.replace(comment=""))
    assert said in plain(answer(refused(commit_finding(1, rule_finding(signoffs=(silent,)))), context()))


def test_a_pusher_who_can_sign_is_told_the_command_for_that() -> None:
    lines = plain(answer(refused(), asked(pusher_can=True)))
    assert "Do this, after reading it:" in lines
    assert f"  gatekeeper sign {'a' * 12}..{'b' * 12}" in lines
    fresh = Verdict(refs=(ref_finding(commit_finding()).replace(old="0" * 40),))
    assert f"  gatekeeper sign {'b' * 12}" in plain(answer(fresh, asked(pusher_can=True)))


def test_nothing_is_advised_that_would_not_help() -> None:
    rewound = refused(problems=(reason("rewind", ref="refs/heads/main"),))
    forbidden = refused(commit_finding(0, rule_finding(refuse="Not in this directory.", approvers=None)))
    for verdict in (rewound, forbidden):
        text = answer(verdict, context())
        plain(text)
        assert "Do this" not in text
        assert "gatekeeper sign" not in text


@pytest.mark.parametrize(
    ("problems", "summary"),
    [
        ((reason("deletion", ref="refs/heads/main"),), "the policy does not let it be deleted"),
        ((reason("deletion", ref="x"), reason("rewind", ref="x")), "2 problems"),
    ],
)
def test_a_ref_of_which_no_commit_was_judged(problems: tuple[object, ...], summary: str) -> None:
    verdict = Verdict(refs=(ref_finding(problems=problems),))
    lines = plain(answer(verdict, context()))
    assert lines[0] == f"gatekeeper: REFUSED main: {summary}. Nothing was pushed."
    assert lines[-1] == f"Receipt: {RECEIPT}"


def test_what_could_not_be_decided_says_so_first() -> None:
    verdict = Verdict(refs=(ref_finding(commit_finding(outcome=Outcome.UNDECIDED)),))
    assert plain(answer(verdict, context()))[0].startswith("gatekeeper: could not decide main: ")
    first, second = plain(undecided("the disk\nis \x1b[31mfull", "Ask the owner."))
    assert first == "gatekeeper: could not decide: the disk\\x0ais \\x1b[31mfull"
    assert second == "gatekeeper: Nothing was pushed. Ask the owner."


@pytest.mark.parametrize("kind", list(PusherKind))
@pytest.mark.parametrize("server", ["gitlab", "gitea", "ssh"])
def test_only_gitlabs_web_page_wants_a_prefix(server: str, kind: PusherKind) -> None:
    wanted = "GL-HOOK-ERR: " if (server, kind) == ("gitlab", PusherKind.WEB) else ""
    assert web_prefix(server, kind) == wanted


def test_for_a_web_merge_every_line_has_the_prefix_and_no_line_says_push() -> None:
    lines = plain(answer(refused(), context(web_prefix="GL-HOOK-ERR: ")))
    assert all(line.startswith("GL-HOOK-ERR:") for line in lines)
    assert not any("git push" in line for line in lines)
    assert any("Then merge again." in line for line in lines)


def hostile_verdict(name: str, subject: bytes, signer: str = "sam") -> Verdict:
    message = subject.replace(b"\n", b" ") + b"\n\nAssisted-by: " + subject.replace(b"\n", b" ") + b"\n"
    found = commit_finding(1, rule_finding(signoffs=(view("unknown-key", signer),)), message=message)
    return Verdict(refs=(ref_finding(found, ref=f"refs/heads/{name}"),))


@given(name=st.text(max_size=40), subject=st.binary(max_size=60))
def test_names_and_subjects_cannot_leave_their_place(name: str, subject: bytes) -> None:
    lines = plain(answer(hostile_verdict(name, subject, name), context()))
    for line in lines[1:]:
        for found in COMMAND.findall(line):
            if "Ask" not in line and "AI:" not in line:
                assert re.fullmatch(r"[A-Za-z0-9._/: -]+", found)


def test_a_hostile_branch_is_in_no_command() -> None:
    name = "main;rm -rf ~"
    lines = plain(answer(hostile_verdict(name, HOSTILE), context()))
    assert name in lines[0]
    assert not any(name in line for line in lines[1:])
    assert lines[-1] == f"Receipt: {RECEIPT}"


def test_a_branch_that_looks_like_an_option_is_in_no_command() -> None:
    verdict = Verdict(refs=(ref_finding(commit_finding(), ref="-rf"),))
    assert plain(answer(verdict, context()))[-1] == f"Receipt: {RECEIPT}"


def test_no_full_stop_right_behind_an_object_id() -> None:
    text = answer(refused(commit_finding(1), commit_finding(2)), asked(nearest=("a@example.com",), others=1))
    assert not re.search(r"[0-9a-f]{7,}\.(\s|$)", text)
