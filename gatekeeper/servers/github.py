"""GitHub Enterprise Server: GITHUB_USER_LOGIN; GITHUB_VIA is set when a web page, not a person, pushes."""

from __future__ import annotations

from gatekeeper.core.push import Pusher, PusherKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def identify(environment: Mapping[str, str]) -> Pusher | None:
    """Return the pusher; None if the environment is not GitHub Enterprise Server's."""
    account = environment.get("GITHUB_USER_LOGIN", "")
    if not account:
        return None
    kind = PusherKind.WEB if environment.get("GITHUB_VIA") else PusherKind.ACCOUNT
    return Pusher(kind=kind, account=account, server="github", how="GITHUB_USER_LOGIN")
