"""The hook's words about a change of policy or roster on the ref where they lie."""

from __future__ import annotations

from gatekeeper.core.governance import MISSING
from gatekeeper.formats.text import plural, visible
from gatekeeper.formats.words import idle_texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from gatekeeper.core.verdict import RefFinding

MAX_SIGNOFFS = 4


def missing_line(refs: Sequence[RefFinding]) -> str:
    """Say how many sign-offs are missing, as for a rule; empty if none are, or if they alone would not help."""
    problems = [problem for ref in refs for problem in ref.problems]
    if not problems or any(problem.code != MISSING for problem in problems):
        return ""
    missing = max(int(str(problem.fact("missing"))) for problem in problems)
    return f"Missing: {plural(missing, 'sign-off')} by an administrator   (policy and roster change)"


def idle_lines(ref: RefFinding) -> list[str]:
    """Say of sign-offs that do not count why not."""
    return [f"  {text}" for text in idle_texts("sign-off", ref.governance)[:MAX_SIGNOFFS]]


def accepted_lines(refs: Sequence[RefFinding]) -> list[str]:
    """Say that new rules came in, and who approved them."""
    signers = [view.signer for ref in refs for view in ref.governance if not view.flaw]
    if not signers:
        return []
    return [f"  policy or roster change with this push, approved by {', '.join(map(visible, dict.fromkeys(signers)))}"]
