"""Gitea and Forgejo: GITEA_PUSHER_NAME; a GITEA_DEPLOY_KEY_ID means nobody."""

from __future__ import annotations

from gatekeeper.core.push import Pusher, PusherKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def identify(environment: Mapping[str, str]) -> Pusher | None:
    """Return the pusher; None if the environment is not Gitea's."""
    account = environment.get("GITEA_PUSHER_NAME", "")
    key = environment.get("GITEA_DEPLOY_KEY_ID", "")
    if key not in ("", "0"):
        return Pusher(kind=PusherKind.MACHINE, account=f"deploy key {key}", server="gitea", how="GITEA_DEPLOY_KEY_ID")
    if not account:
        return None
    made_by_server = (
        environment.get("GITEA_PR_ID", "") not in ("", "0")
        or environment.get("GITEA_PUSH_TRIGGER", "") != ""
        or environment.get("GITEA_INTERNAL_PUSH", "").lower() == "true"
    )
    kind = PusherKind.WEB if made_by_server else PusherKind.ACCOUNT
    return Pusher(kind=kind, account=account, server="gitea", how="GITEA_PUSHER_NAME")
