"""What the commands that sign share: who signs, what is shown, the question, filing and delivering."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from gatekeeper.cli import OK, REFUSED
from gatekeeper.cli.common import err, open_clone
from gatekeeper.cli.setup import signing_key
from gatekeeper.core.clock import MalformedTimeError, parse_span
from gatekeeper.core.push import SIGNOFFS
from gatekeeper.core.tools import agent_environment
from gatekeeper.delivering import StoreRefusedError, deliver, file_signoff, forget_refused, push_command
from gatekeeper.desk import DeskError
from gatekeeper.formats.statements import terms_lines
from gatekeeper.formats.terminal import proposal_lines
from gatekeeper.formats.text import short, visible
from gatekeeper.schemes.ssh_keygen import public_key_of
from gatekeeper.signing import SigningRefusedError, draft, propose, seal, signer_of, statement_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

    from rich.console import Console

    from gatekeeper.bench import Bench
    from gatekeeper.config.published import Published
    from gatekeeper.core.changes import FileStat
    from gatekeeper.core.ids import Fingerprint, ObjectId, StatementId
    from gatekeeper.core.people import Person
    from gatekeeper.core.proposal import Proposal
    from gatekeeper.core.signoff import Statement
    from gatekeeper.desk import Clone, Revision
    from gatekeeper.signing import Terms

    Picker = Callable[[Revision, ObjectId | None], Sequence[ObjectId]]

REVISIONS = click.argument("revisions", nargs=-1, metavar="[REV|RANGE]...")


class AgentError(DeskError):
    """An AI agent is at the keyboard, and this is what people are for."""


def signing_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of every command that signs."""
    key = click.option("--key", metavar="KEY", help="The key to sign with; default: user.signingKey.")
    local = click.option("--local", is_flag=True, help="Keep the statement in this clone; do not push it.")
    yes = click.option("--yes", is_flag=True, help="Do not ask.")
    return key(local(yes(function)))


def _required_comment(_ctx: click.Context, _option: click.Parameter, value: str) -> str:
    """Refuse a reason without a word in it; the callback of an option.

    Raises:
        click.BadParameter: if it is blank.
    """
    if not any(map(str.isalnum, value)):
        raise click.BadParameter("say why")
    return value


WHY = click.option(
    "-m",
    "--message",
    "comment",
    required=True,
    metavar="WHY",
    callback=_required_comment,
    help="Why; the author reads it.",
)


class Signatory:
    """An open clone, and the key and the person that sign in it."""

    def __init__(self, clone: Clone, say: Console, key: str | None) -> None:
        """Find the key and whose it is.

        Raises:
            DeskError: if the server publishes nobody and nothing.
            SigningRefusedError: if there is no key, or it is nobody's who may sign.
        """
        self.clone = clone
        self.say = say
        self.published: Published = clone.published()
        path = signing_key(clone, key)
        if not path:
            raise SigningRefusedError("there is no key to sign with", "set user.signingKey, or name one with --key")
        self.key: str = path
        self.fingerprint: Fingerprint = public_key_of(path).fingerprint
        self.signer: Person = signer_of(self.published.roster, self.fingerprint)
        self.bench: Bench = clone.bench(self.published)

    @property
    def may_approve(self) -> bool:
        """Whether the server takes an approval, a veto or a revocation of this person."""
        return self.published.policy.may_approve(self.signer, self.published.roster.ladder)

    def require_approver(self, what: str, advice: str) -> None:
        """Stop here, with what to say and to do, if nothing but `author` statements would be taken from this person.

        Raises:
            SigningRefusedError: then.
        """
        if not self.may_approve:
            raise SigningRefusedError(f"{self.signer.id} may not approve: {what}", advice)

    def choose(self, revisions: Sequence[str], ref: str, verb: str, picker: Picker | None = None) -> list[Proposal]:
        """Return what the arguments mean, and show it.

        Args:
            revisions: As typed; none means HEAD.
            ref: Full name of the ref; a branch means its commits that are not on it yet.
            verb: What there would be nothing to do: `approve`.
            picker: Picks commits out of a revision, given where it begins (None: it is one commit); None for all.

        Raises:
            DeskError: if there is nothing to sign.
        """
        chosen = [self.clone.resolve(text) for text in revisions or ("HEAD",)]
        proposals: list[Proposal] = []
        for revision in chosen:
            base = self._base(revision, ref)
            picked = picker(revision, base) if picker else None
            if picked is None and base is not None and not self.bench.engine.ids([revision.head], [base]):
                on_ref = f"every commit of {revision.text} is on {ref} already"
                where = f"{revision.text} is empty" if revision.base else on_ref
                raise DeskError(f"{where}; there is nothing to {verb}")
            proposals.append(propose(self.bench, revision.head, base, picked))
        for revision in chosen:
            self._say_if_moved(revision, verb)
        for proposal in proposals:
            for line in proposal_lines(proposal, self._stats(proposal)):
                self.say.print(line)
        return proposals

    def _base(self, revision: Revision, ref: str) -> ObjectId | None:
        """Return where the commits of a revision begin; None if it is one commit."""
        base = revision.base
        if base is None and revision.ref:
            base = self.clone.server_tip(ref)
            if base is None:
                raise DeskError(f"this clone does not know {ref} of the server", "run git fetch, or name a range A..B")
        return None if base is None else self.clone.fork_point(base, revision.head)

    def _say_if_moved(self, revision: Revision, verb: str) -> None:
        """Say if the server's branch is not what this clone shows; what is signed stays what is shown."""
        prefix = f"refs/remotes/{self.clone.remote}/"
        if not revision.ref.startswith(prefix):
            return
        branch = revision.ref.removeprefix(prefix)
        answer = self.clone.user.ask("ls-remote", self.clone.remote, f"refs/heads/{branch}")
        if answer is None:
            self.say.print(f"note: cannot ask {self.clone.remote} whether {branch} has moved")
        elif not answer:
            self.say.print(f"note: {branch} is no longer on {self.clone.remote}")
        elif answer.split("\t")[0] != revision.head:
            now = short(answer.split("\t")[0])
            self.say.print(
                f"note: on {self.clone.remote} {visible(branch)} is at {now} now; "
                f"you see and {verb} {short(revision.head)}",
                style="yellow",
            )

    def _stats(self, proposal: Proposal) -> list[FileStat]:
        """Return what the whole range changes, or what its single commits do, added up by path."""
        desk = self.clone.desk()
        if proposal.range:
            return desk.diff_stat(proposal.range.base, proposal.range.head)
        found: dict[bytes, FileStat] = {}
        for item in proposal.items:
            parents = item.commit.parents
            for stat in desk.diff_stat(parents[0] if parents else None, item.commit.id):
                found[stat.path] = found[stat.path].plus(stat) if stat.path in found else stat
        return [found[path] for path in sorted(found)]

    def draft(self, proposals: Sequence[Proposal], terms: Terms) -> list[Statement]:
        """Return one statement for each proposal."""
        return [
            draft(proposal, terms, self.signer, fingerprint=self.fingerprint, now=self.clone.now)
            for proposal in proposals
        ]

    def id_of(self, statement: Statement) -> StatementId:
        """Return the id that a statement has once this person has signed it."""
        return statement_id(statement, self.fingerprint)

    def conclude(
        self, statements: Sequence[Statement], question: str, done: str, delivered: str, *, local: bool, yes: bool
    ) -> int:
        """Show the terms, ask, sign, file and deliver; return the exit status.

        `done` is what to say then, and `delivered` what to say if the server has it.

        Raises:
            DeliveryError: if a statement does not get to the server.
            SigningError: if ssh-keygen does not sign; then nothing is kept of the others either.
        """
        clone = self.clone
        for line in terms_lines(statements[0]):
            self.say.print(line)
        if not _agreed(self.say, question, yes=yes):
            self.say.print("Nothing was signed.")
            return REFUSED
        sealed = [seal(statement, key=self.key, fingerprint=self.fingerprint) for statement in statements]
        before = clone.tip(SIGNOFFS)
        for envelope in sealed:
            file_signoff(clone, envelope)
        if local:
            self.say.print(f"{done} Kept in this clone; push it with: {push_command(clone)}")
            return OK
        try:
            deliver(clone)
        except StoreRefusedError as error:
            if forget_refused(clone, before):
                raise StoreRefusedError(f"the server does not take it, and nothing is kept:\n{error.said}") from None
            raise
        self.say.print(f"{done} {delivered}")
        return OK


@contextmanager
def signatory(ctx: click.Context, key: str | None, doing: str) -> Iterator[Signatory]:
    """Open the clone that the user is in to sign something; `doing` says what, such as `approving`.

    Raises:
        AgentError: where an AI agent runs the commands.
        SigningRefusedError: as for `Signatory`.
    """
    agent = agent_environment(os.environ)
    if agent:
        raise AgentError(
            f"this runs inside an AI agent ({agent}); {doing} is a person's decision",
            "run it in a terminal of your own",
        )
    with open_clone() as clone:
        yield Signatory(clone, err(ctx), key)


def span(text: str, option: str = "--expires") -> int:
    """Return the seconds of a span such as 90d.

    Raises:
        click.BadParameter: if it is none.
    """
    try:
        return parse_span(text)
    except MalformedTimeError as error:
        raise click.BadParameter(str(error), param_hint=option) from None


def _agreed(say: Console, question: str, *, yes: bool) -> bool:
    """Ask for the decision.

    Raises:
        click.UsageError: if there is nobody to ask.
    """
    if yes:
        return True
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask on; add --yes if a person has read what is above")
    say.print()
    return click.confirm(question, err=True)
