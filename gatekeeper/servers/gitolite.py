"""gitolite 3.6: GL_USER beside GL_REPO."""

from __future__ import annotations

from gatekeeper.core.push import Pusher, PusherKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def identify(environment: Mapping[str, str]) -> Pusher | None:
    """Return the pusher; None if the environment is not gitolite's."""
    account = environment.get("GL_USER", "")
    if not account or not environment.get("GL_REPO"):
        return None
    return Pusher(kind=PusherKind.ACCOUNT, account=account, server="gitolite", how="GL_USER")
