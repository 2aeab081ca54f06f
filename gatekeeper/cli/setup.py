"""`gatekeeper setup`: make a clone ready."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from gatekeeper.attaching import Hooks
from gatekeeper.cli.common import err, open_clone
from gatekeeper.core.push import PUBLISHED, SIGNOFFS
from gatekeeper.schemes.ssh_keygen import SigningError, public_key_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gatekeeper.attaching import Attached
    from gatekeeper.config.published import Published
    from gatekeeper.desk import Clone


@click.command("setup")
@click.option(
    "--remote",
    metavar="NAME",
    help="The server, if the clone has several; default: the only one, else origin.",
)
@click.option("--key", metavar="KEY", help="The key to sign with in this clone: a file, a .pub file, or a public key.")
@click.option(
    "--hooks",
    is_flag=True,
    help="Also put in the hooks that declare an agent's help and check the form of messages.",
)
@click.option("--remove-hooks", is_flag=True, help="Only take these hooks out again, and put back what was there.")
@click.pass_context
def command(ctx: click.Context, remote: str | None, key: str | None, hooks: bool, remove_hooks: bool) -> None:
    """Make this clone ready.

    It fetches people, rules and sign-offs, and finds the key to sign with. It needs nothing but the clone.
    Run it again whenever something about keys or the server has changed.
    """
    say = err(ctx)
    if remove_hooks:
        if hooks:
            raise click.UsageError("--hooks and --remove-hooks are opposites; name one of them")
        removed = [f"{path} {'put back' if path.exists() else 'removed'}" for path in Hooks(".").detach()]
        say.print(f"hooks       {', '.join(removed) or 'there were none of gatekeeper'}")
        return
    with open_clone(remote) as clone:
        clone.fetch()
        published = clone.published()
        _fetch_always(clone)
        if remote:
            clone.user.tell("config", "gatekeeper.remote", remote)
        if key:
            public_key_of(os.path.expanduser(key))
            clone.user.tell("config", "gatekeeper.signingKey", _absolute(key))
        say.print(f"server      {clone.remote}, repository {published.repository}")
        say.print(f"rules       {', '.join(rule.id for rule in published.policy.rules)}")
        say.print(f"signing     {_key_state(clone, published)}")
    for attached in Hooks(".").attach() if hooks else ():
        for line in _hook_state(attached):
            say.print(line)


def _hook_state(attached: Attached) -> Iterator[str]:
    """Yield how a hook comes to be run, or what is left to do for that."""
    hook, owner = attached.hook, attached.owner
    if owner is None:
        how = "by Git's configuration, beside all others" if attached.by_configuration else str(attached.path)
        yield f"hooks       {hook}: {how}" + (", after the hook that was there" if attached.after else "")
    elif owner.calls(hook):
        yield f"hooks       {hook}: called in {owner.file}, by {owner.name}"
    else:
        yield f"hooks       {hook}: NOT YET, because {owner.why}. Add this to {owner.file}:"
        yield from owner.lines(hook)


def _absolute(key: str) -> str:
    """Return a key as it can be named from everywhere: a path made absolute, a literal as it is."""
    path = os.path.expanduser(key)
    return os.path.abspath(path) if os.path.exists(path) else key


def _fetch_always(clone: Clone) -> None:
    """Let every `git fetch` bring what the server publishes, and its sign-offs.

    Patterns, because a name that the server does not have (no sign-off yet) would make a fetch fail.
    """
    name = f"remote.{clone.remote}.fetch"
    there = (clone.user.ask("config", "--get-all", name) or "").splitlines()
    for ref in (PUBLISHED, SIGNOFFS):
        pattern = f"+{ref[:-1]}*:{clone.tracking(ref)[:-1]}*"
        if pattern not in there:
            clone.user.tell("config", "--add", name, pattern)


def signing_key(clone: Clone, key: str | None = None) -> str | None:
    """Return the key to sign with: as named, as `setup --key` noted, else Git's `user.signingKey`."""
    found = key or clone.user.ask("config", "gatekeeper.signingKey") or clone.user.ask("config", "user.signingKey")
    return os.path.expanduser(found) if found else None


def _key_state(clone: Clone, published: Published) -> str:
    """Say whose key the signing key is, and whether its sign-offs count."""
    key = signing_key(clone)
    if not key:
        return "no key: set user.signingKey, or run gatekeeper setup --key FILE (only needed to sign)"
    try:
        public = public_key_of(key)
    except SigningError as error:
        return error.what
    person = published.roster.by_key(public.fingerprint)
    if person is None:
        whose = "is nobody's in the roster, or revoked there; the roster's owner can add it (only needed to sign)"
        return f"{public.fingerprint} {whose}"
    may = "may approve" if published.policy.may_approve(person, published.roster.ladder) else "may not approve"
    return f"{public.fingerprint}, {person.id}, {may}"
