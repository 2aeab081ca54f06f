"""Bitbucket Data Center: BB_USER_NAME; BB_HOOK_TRIGGER_ID names another trigger than a push for web merges."""

from __future__ import annotations

from gatekeeper.core.push import Pusher, PusherKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def identify(environment: Mapping[str, str]) -> Pusher | None:
    """Return the pusher; None if the environment is not Bitbucket's."""
    account = environment.get("BB_USER_NAME", "")
    if not account:
        return None
    own = environment.get("BB_HOOK_TRIGGER_ID", "repo-push") in ("", "repo-push")
    kind = PusherKind.ACCOUNT if own else PusherKind.WEB
    return Pusher(kind=kind, account=account, server="bitbucket", how="BB_USER_NAME")
