"""git-http-backend behind a web server: REMOTE_USER (git-http-backend(1))."""

from __future__ import annotations

from gatekeeper.core.push import Pusher, PusherKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def identify(environment: Mapping[str, str]) -> Pusher | None:
    """Return the pusher; None if the environment is not such a server's."""
    account = environment.get("REMOTE_USER", "")
    if not account:
        return None
    return Pusher(kind=PusherKind.ACCOUNT, account=account, server="http", how="REMOTE_USER")
