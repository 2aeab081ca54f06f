"""Platforms: what the server put into the hook's environment -> who pushed (DESIGN.md section 11).

One module per platform, imported only when it is the one. `$USER` is never asked: on a Git server it
is the shared account.
"""

from __future__ import annotations

import importlib

from gatekeeper.core.push import Pusher

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

PLATFORMS = ("gitlab", "github", "gitea", "bitbucket", "gitolite", "pagure", "http", "ssh")
ALIASES = {"forgejo": "gitea"}
AUTO = "auto"


class ServerError(Exception):
    """The environment fits two platforms, or the configuration names one that is not known."""


def known_platform(name: str) -> bool:
    """Whether `gatekeeper.server` may have this value."""
    return name in known_platforms()


def known_platforms() -> tuple[str, ...]:
    """Return every value that `gatekeeper.server` may have."""
    return (AUTO, *PLATFORMS, *ALIASES)


def identify(environment: Mapping[str, str], platform: str) -> Pusher:
    """Return who pushed. `platform` is the value of `gatekeeper.server`; `auto` asks every platform.

    Raises:
        ServerError: if the platform is unknown, or with `auto` more than one fits.
    """
    if not known_platform(platform):
        raise ServerError(f"gatekeeper.server = {platform} is none of {', '.join(known_platforms())}")
    names = PLATFORMS if platform == AUTO else (ALIASES.get(platform, platform),)
    found = [pusher for name in names if (pusher := _ask(name, environment))]
    if len(found) > 1:
        raise ServerError(
            f"the environment fits two platforms ({found[0].server} by {found[0].how}, {found[1].server} by "
            f"{found[1].how}); set gatekeeper.server to the one that this server is"
        )
    return found[0] if found else Pusher(server="" if platform == AUTO else names[0])


def _ask(name: str, environment: Mapping[str, str]) -> Pusher | None:
    answer: Pusher | None = importlib.import_module(f"gatekeeper.servers.{name}").identify(environment)
    return answer
