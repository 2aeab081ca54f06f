"""Where `check` and `explain` get their facts: a clone, a server's repository, or files that the user names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from gatekeeper.bench import Bench, Court, from_ledger
from gatekeeper.cli.common import open_server
from gatekeeper.cli.policy import read
from gatekeeper.config.loading import load_policy, load_roster
from gatekeeper.config.published import Published
from gatekeeper.core.push import full_name
from gatekeeper.desk import Clone
from gatekeeper.settling import reconcile

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack
    from typing import Any

    from gatekeeper.core.ids import ObjectId


def options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say where facts come from."""
    repo = click.option(
        "--repo", metavar="DIR", help="A repository on the server: judge with its ledger, policy and roster."
    )
    policy = click.option("--policy", metavar="FILE", help="Judge by this policy; with --roster, no server is needed.")
    roster = click.option("--roster", metavar="FILE", help="Judge by this roster.")
    return repo(policy(roster(function)))


class Place:
    """A repository together with the bench to judge on."""

    def __init__(self, clone: Clone, bench: Bench, default_branch: str, *, on_server: bool = False) -> None:
        """`clone` resolves revisions."""
        self._on_server = on_server
        self.clone = clone
        self.bench = bench
        self._default = default_branch

    def full_ref(self, name: str) -> str:
        """Return the full name that a short or empty one means."""
        return full_name(name) if name else self._default

    def tip(self, ref: str) -> ObjectId | None:
        """Return where a ref is on the server, as far as this repository knows."""
        return self.clone.tip(ref) if self._on_server else self.clone.server_tip(ref)


def open_place(stack: ExitStack, *, repo: str | None, policy: str | None, roster: str | None) -> Place:
    """Open what the options say.

    Raises:
        click.UsageError: if they do not go together.
    """
    if bool(policy) != bool(roster) or (repo and policy):
        raise click.UsageError("use --policy and --roster together, or --repo alone, or none of them in a clone")
    if repo:
        return _server(stack, repo)
    clone = stack.enter_context(Clone("."))
    if not policy or not roster:
        published = clone.published()
        return Place(clone, clone.bench(published), published.default_branch)
    people = load_roster(read(roster), roster)
    head = clone.user.ask("symbolic-ref", "-q", "HEAD") or "refs/heads/main"
    named = Published(
        policy=load_policy(read(policy), policy, people),
        roster=people,
        repository=clone.user.ask("config", "gatekeeper.repository") or "",
        default_branch=head,
    )
    return Place(clone, clone.bench(named), head)


def _server(stack: ExitStack, repo: str) -> Place:
    """Judge with all that the server knows."""
    server = stack.enter_context(open_server(repo))
    ledger = server.ledger()
    force = server.in_force(ledger)
    reconcile(server, ledger, "check", force=force)
    court = Court(
        roster=force.roster,
        repository=server.repository,
        leavers_drop=force.policy.leavers_drop,
        now=server.now,
    )
    server.set_time_limit(3600)
    bench = Bench(
        engine=server.engine(),
        policy=force.policy.replace(limits=force.policy.limits.replace(commits=10**9)),
        roster=force.roster,
        repository=server.repository,
        now=server.now,
        ledger=ledger,
        signoffs=from_ledger(ledger, court),
        governed=force.governed,
    )
    clone = stack.enter_context(Clone(server.git_dir))
    return Place(clone, bench, server.default_branch(), on_server=True)
