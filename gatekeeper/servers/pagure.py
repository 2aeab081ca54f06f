"""Pagure 5.14: GL_USER without GL_REPO; `pull_request_uid` marks a merge that the server makes."""

from __future__ import annotations

from gatekeeper.core.push import Pusher, PusherKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def identify(environment: Mapping[str, str]) -> Pusher | None:
    """Return the pusher; None if the environment is not Pagure's."""
    account = environment.get("GL_USER", "")
    if not account or environment.get("GL_REPO"):
        return None
    kind = PusherKind.WEB if environment.get("pull_request_uid") else PusherKind.ACCOUNT
    return Pusher(kind=kind, account=account, server="pagure", how="GL_USER")
