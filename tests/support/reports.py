"""Reports of audits, made by hand: what the formats are tested with."""

from __future__ import annotations

from typing import Any

from gatekeeper.core.ai_report import (
    ASSISTED_MORE,
    NO_DIFFERENCE,
    AiReport,
    Declarations,
    Group,
    Outcomes,
    Quantiles,
    Share,
    Slice,
    Times,
    Tool,
    Use,
)
from gatekeeper.core.ai_report import (
    Population as Looked,
)
from gatekeeper.core.audit import (
    Amendment,
    Audit,
    Break,
    Chain,
    Control,
    Duties,
    Emergencies,
    Failed,
    Gate,
    GuardedRef,
    Limit,
    OpenRefusal,
    PauseSpan,
    Population,
    Refusals,
    Report,
    Selection,
    Shift,
    Unexplained,
)
from gatekeeper.core.exceptional import Exceptional, Severity
from gatekeeper.core.ids import Fingerprint, ObjectId, StatementId, Timestamp
from gatekeeper.core.landed import Approval, Landed, Manner

NOON = Timestamp(1_795_435_200)  # 2026-11-23T12:00:00Z
DAY = 86_400
MAIN = "refs/heads/main"
ZEROS = ObjectId("0" * 40)


def commit_id(number: int) -> ObjectId:
    """Return an id that looks like one."""
    return ObjectId(f"{(number + 1) * 2_654_435_761 % 2**32:08x}" * 5)


def share(count: int, base: int) -> Share:
    """Return a share with an interval that is near enough for looks."""
    if not base:
        return Share(count=count, base=base)
    middle, half = count / base, 1 / base**0.5
    return Share(count=count, base=base, low=max(0.0, middle - half), high=min(1.0, middle + half))


def part(name: str, count: int, base: int) -> Slice:
    return Slice(name=name, commits=share(count, base), lines=Share(count=count * 31, base=base * 40))


def quantiles(n: int, lower: int, median: int, upper: int) -> Quantiles:
    return Quantiles(n=n, lower=lower, median=median, upper=upper)


NOTHING = Quantiles(n=0, lower=None, median=None, upper=None)


def group(n: int, reverted: int, fixed: int) -> Group:
    return Group(
        n=n,
        too_new=12,
        reverted=share(reverted, n),
        fixed=share(fixed, n),
        seconds_to_revert=quantiles(reverted, 3 * 3_600, 2 * DAY, 9 * DAY) if reverted else NOTHING,
        seconds_to_fix=quantiles(fixed, DAY, 6 * DAY, 20 * DAY) if fixed else NOTHING,
        lines=quantiles(n, 8, 34, 120),
    )


def ai_report(**changes: Any) -> AiReport:
    """Return what a year with three tools looks like."""
    months = [f"{2025 + (month > 12)}-{(month - 1) % 12 + 1:02d}" for month in range(12, 24)]
    return AiReport(
        population=Looked(commits=1_320, merges=71, reverts=15, changes=1_234),
        commits=share(312, 1_234),
        lines=Share(count=9_672, base=49_360),
        by_tool=(part("claude", 190, 1_234), part("copilot", 92, 1_234), part("cursor", 41, 1_234)),
        by_team=(part("payments", 120, 400), part("(other)", 192, 834)),
        by_level=(part("junior", 140, 420), part("mid", 130, 510), part("senior", 42, 304)),
        by_path=(part("src", 250, 800), part("tests", 110, 520), part("(root)", 20, 130)),
        by_month=tuple(part(month, 4 + 4 * number, 90 + number % 3 * 10) for number, month in enumerate(months)),
        by_month_and_tool=tuple(
            Use(month=month, tool=tool, changes=part)
            for number, month in enumerate(months)
            for tool, part in (("claude", 2 + 2 * number), ("copilot", 1 + number), ("unknown", 1 + number))
        ),
        declarations=Declarations(declared=280, inferred=22, remembered=10, denied=44, silent=878),
        dropped_markers=10,
        inventory=(
            Tool(tool="claude", commits=190, first=Timestamp(NOON - 300 * DAY), last=NOON, allowed=True),
            Tool(tool="copilot", commits=92, first=Timestamp(NOON - 200 * DAY), last=NOON, allowed=None),
            Tool(tool="cursor", commits=41, first=Timestamp(NOON - 100 * DAY), last=NOON, allowed=False),
        ),
        outcomes=Outcomes(
            window=90 * DAY,
            seen_until=NOON,
            assisted=group(260, 14, 22),
            unassisted=group(800, 16, 60),
            reverted=ASSISTED_MORE,
            fixed=NO_DIFFERENCE,
        ),
        times=Times(
            first_push_to_signoff=quantiles(210, 1_800, 3 * 3_600, 26 * 3_600),
            first_push_to_landing=quantiles(210, 3_600, 5 * 3_600, 2 * DAY),
        ),
        unknown=("Whether a silent commit had help.",),
    ).replace(**changes)


def approval(**changes: Any) -> Approval:
    return Approval(
        statement=StatementId("5" * 64),
        signer="senior-1",
        signer_level="senior",
        key=Fingerprint("SHA256:abc"),
        presence="touch",
        signed_at=Timestamp(NOON - 7_200),
        received_at=Timestamp(NOON - 7_000),
        reviewed=(),
        rules=("senior-signoff",),
    ).replace(**changes)


def landed(number: int = 0, **changes: Any) -> Landed:
    """Return a row: every fourth is assisted and approved."""
    assisted = number % 4 == 0
    return Landed(
        repository="shop",
        ref=MAIN,
        commit=commit_id(number),
        landed_at=Timestamp(NOON - number * 3_600),
        subject=f"Change number {number} of the checkout",
        author=f"junior-{number % 5}",
        author_level="junior",
        author_teams=("payments",),
        proof="signature",
        declaration="declared" if assisted else "silent",
        tools=("claude",) if assisted else (),
        assisted=assisted,
        rules=("senior-signoff",) if assisted else (),
        unmet=(),
        manner=Manner.APPROVED if assisted else Manner.UNASKED,
        approvals=(approval(),) if assisted else (),
        pusher=f"junior-{number % 5}",
        via="account",
        lifted_by="",
        lift_reason="",
        known=False,
        entry=1_000 + number,
        policy="1" * 64,
        roster="2" * 64,
    ).replace(**changes)


def audit(**changes: Any) -> Audit:
    """Return the audit of a repository in order."""
    rows = tuple(landed(number) for number in range(40))
    return Audit(
        repository="shop",
        path="/srv/git/shop.git",
        ledger=Chain(entries=4_321, head="ab" * 32, faults=()),
        population=Population(git=1_320, ledger=1_320, unexplained=(), unexplained_total=0, before_baseline=5_000),
        gate=Gate(
            refs=(
                GuardedRef(ref=MAIN, tip=commit_id(0), landings=640, last_landing=NOON, breaks=()),
                GuardedRef(ref="refs/heads/release/1.0", tip=ZEROS, landings=0, last_landing=None, breaks=()),
            ),
            pushes=702,
            gaps=0,
            refused=Refusals(
                pushes=61,
                undecided=2,
                commits=80,
                approved_later=58,
                landed_otherwise=3,
                changed_later=12,
                open=(),
                open_total=7,
            ),
            pauses=(),
        ),
        control=Control(
            landed=1_320,
            distinct=1_320,
            assisted=312,
            needed_signoff=270,
            approved_before_landing=270,
            warned=0,
            observed=0,
            lifted=0,
            unapproved=0,
            emergencies=Emergencies(landed=0, settled=0, open=0, overdue=0),
        ),
        duties=Duties(
            self_approvals=0,
            permitted_self_approvals=3,
            bot_authors=41,
            bot_pushers=40,
            bot_signers=0,
            levels=(("senior", 200), ("staff", 70)),
        ),
        governance=(),
        limit=Limit(declared=280, inferred=22, remembered=10, denied=44, silent=964),
        debts=(),
        exceptions=(),
        landed=rows,
        ai=ai_report(),
    ).replace(**changes)


def troubled() -> Audit:
    """Return the audit of a repository where all that can be amiss is."""
    base = audit()
    assert base.gate is not None
    return base.replace(
        repository="ledger-service",
        path="/srv/git/ledger-service.git",
        ledger=Chain(entries=90, head="cd" * 32, faults=("entry 17 was changed",)),
        population=Population(
            git=100,
            ledger=98,
            unexplained_total=2,
            before_baseline=0,
            unexplained=tuple(
                Unexplained(ref=MAIN, commit=commit_id(900 + n), author="x@example.com", subject="Quick fix")
                for n in range(2)
            ),
        ),
        gate=base.gate.replace(
            refs=(
                GuardedRef(
                    ref=MAIN,
                    tip=commit_id(900),
                    landings=60,
                    last_landing=NOON,
                    breaks=(Break(expected=commit_id(7), found=commit_id(900), entry=None),),
                ),
            ),
            gaps=3,
            refused=base.gate.refused.replace(
                open=(
                    OpenRefusal(
                        ref=MAIN, commit=commit_id(800), subject="Try again", pusher="junior-1", entry=80, time=NOON
                    ),
                ),
            ),
            pauses=(
                PauseSpan(
                    entry=50, start=Timestamp(NOON - 7_200), end=NOON, reason="disk full", account="root", landed=4
                ),
            ),
        ),
        control=base.control
        and base.control.replace(
            approved_before_landing=261,
            lifted=4,
            warned=3,
            observed=1,
            unapproved=1,
            emergencies=Emergencies(landed=4, settled=1, open=2, overdue=1),
        ),
        duties=base.duties and base.duties.replace(self_approvals=1, bot_signers=1),
        governance=(
            Amendment(
                entry=44,
                time=Timestamp(NOON - DAY),
                file="policy",
                before="1" * 64,
                after="3" * 64,
                shifts=(Shift(code="rule-removed", what="senior-signoff", weakens=True),),
            ),
        ),
        exceptions=(
            Exceptional(
                kind="unexplained",
                severity=Severity.CRITICAL,
                repository="ledger-service",
                path="/srv/git/ledger-service.git",
                ref=MAIN,
                commit=commit_id(900),
                facts=(("author", "somebody@example.com"), ("subject", "Import")),
            ),
            Exceptional(
                kind="overdue",
                severity=Severity.HIGH,
                repository="ledger-service",
                path="/srv/git/ledger-service.git",
                ref=MAIN,
                commit=commit_id(3),
                entry=1_003,
                facts=(("due", NOON - DAY), ("rules", ("senior-signoff",))),
            ),
        ),
        landed=tuple(
            landed(
                number,
                repository="ledger-service",
                manner=manner,
                lifted_by="pause" if manner is Manner.LIFTED else "",
                lift_reason="disk full" if manner is Manner.LIFTED else "",
                approvals=(approval(flaw="received-later"),) if manner is Manner.UNAPPROVED else (),
            )
            for number, manner in enumerate((*Manner, *Manner))
        ),
    )


def blind() -> Audit:
    """Return the audit of a public clone, which has no ledger."""
    return audit(
        repository="public",
        path="/tmp/public",
        ledger=None,
        population=Population(git=1_320, ledger=None, unexplained=(), unexplained_total=0, before_baseline=0),
        gate=None,
        control=None,
        duties=None,
        governance=None,
        limit=None,
        landed=(),
        ai=ai_report(times=None, dropped_markers=None, by_team=(), by_level=()),
    )


def report(*audits: Audit, failed: tuple[Failed, ...] = (), **changes: Any) -> Report:
    """Return a report of these audits, or of one in order."""
    return Report(
        generated_at=NOON,
        gatekeeper="0.1",
        selection=Selection(since=Timestamp(NOON - 365 * DAY), until=NOON),
        repositories=audits or (audit(),),
        failed=failed,
    ).replace(**changes)
