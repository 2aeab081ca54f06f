"""GitLab: GL_USERNAME for people; GL_ID is `user-N`, or `key-N` for a deploy key; GL_PROTOCOL `web` for web merges."""

from __future__ import annotations

from gatekeeper.core.push import Pusher, PusherKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def identify(environment: Mapping[str, str]) -> Pusher | None:
    """Return the pusher; None if the environment is not GitLab's."""
    identity = environment.get("GL_ID", "")
    account = environment.get("GL_USERNAME", "")
    if not identity and not account:
        return None
    if not identity.startswith("user-") or not account:
        return Pusher(kind=PusherKind.MACHINE, account=account or identity, server="gitlab", how="GL_ID")
    kind = PusherKind.WEB if environment.get("GL_PROTOCOL") == "web" else PusherKind.ACCOUNT
    return Pusher(kind=kind, account=account, server="gitlab", how="GL_USERNAME")
