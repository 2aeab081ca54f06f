"""The statements about commits -> which are good, for one ref. Shared by new commits and by what they carry."""

from __future__ import annotations

from gatekeeper.bench import Bench, UnjudgeableError
from gatekeeper.core.commits import Commit
from gatekeeper.core.ids import ChangeDigest
from gatekeeper.core.reasons import reason
from gatekeeper.core.testimony import Judged
from gatekeeper.differences import range_holds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatekeeper.core.signoff import Statement
    from gatekeeper.core.testimony import Testimony


class Hearing:
    """Hears statements about commits on their way to one ref."""

    def __init__(self, bench: Bench, ref: str) -> None:
        """Judge by this policy and roster, with this engine."""
        self._bench = bench
        self._ref = ref
        self._ranges: dict[int, tuple[Statement, bool]] = {}
        """By identity: one statement is about many commits, and comparing it by content each time would cost."""

    def judge(self, commit: Commit, testimonies: Sequence[Testimony], change: ChangeDigest | None) -> Judged:
        """Return the statements about a commit, sorted and weighed; `change` is its digest as computed here.

        Raises:
            UnjudgeableError: if there are more than the policy's limit.
        """
        if not testimonies:
            return Judged()
        limit = self._bench.policy.limits.signoffs
        if len(testimonies) > limit:
            raise UnjudgeableError(reason("too-many-signoffs", commit=commit.id, limit=limit))
        from gatekeeper.core.approval import judge_signoffs  # only where there is a sign-off

        return judge_signoffs(
            commit,
            testimonies,
            ref=self._ref,
            change=change,
            may_veto=lambda person: self._bench.policy.may_approve(person, self._bench.roster.ladder),
            range_holds=self._range_holds,
            now=self._bench.now,
        )

    def _range_holds(self, statement: Statement) -> bool:
        """Whether a statement's range is what it lists, as far as the commits are here to compare."""
        if statement.range is None:
            return True
        if id(statement) not in self._ranges:
            self._ranges[id(statement)] = statement, range_holds(self._bench.engine, statement)
        return self._ranges[id(statement)][1]
