"""Who pushed, by what each platform puts into the hook's environment."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.push import PusherKind
from gatekeeper.servers import ALIASES, AUTO, PLATFORMS, ServerError, identify, known_platform

ACCOUNT, WEB, MACHINE, NOBODY = PusherKind.ACCOUNT, PusherKind.WEB, PusherKind.MACHINE, None
GITLAB = {"GL_ID": "user-5", "GL_USERNAME": "june", "GL_PROJECT_PATH": "example/shop", "GL_REPOSITORY": "project-1"}
GITEA = {"GITEA_PUSHER_NAME": "june", "GITEA_PUSHER_ID": "5", "GITEA_REPO_NAME": "shop", "GITEA_DEPLOY_KEY_ID": "0"}
GITHUB = {"GITHUB_USER_LOGIN": "june", "GITHUB_REPO_NAME": "example/shop"}
BITBUCKET = {"BB_USER_NAME": "june", "BB_PROJECT_KEY": "EX", "BB_HOOK_TRIGGER_ID": "repo-push"}
TABLE = [
    ("gitlab", {**GITLAB, "GL_PROTOCOL": "ssh"}, ACCOUNT, "june"),
    ("gitlab", {**GITLAB, "GL_PROTOCOL": "http"}, ACCOUNT, "june"),
    ("gitlab", {**GITLAB, "GL_PROTOCOL": "web"}, WEB, "june"),
    ("gitlab", {**GITLAB, "GL_ID": "key-7", "GL_USERNAME": ""}, MACHINE, "key-7"),
    ("gitlab", {**GITLAB, "GL_ID": "key-7"}, MACHINE, "june"),
    ("gitlab", {"GL_ID": "user-5"}, MACHINE, "user-5"),
    ("gitlab", {"GL_USERNAME": "june"}, MACHINE, "june"),
    ("github", GITHUB, ACCOUNT, "june"),
    ("github", {**GITHUB, "GITHUB_VIA": "pull request merge button"}, WEB, "june"),
    ("gitea", GITEA, ACCOUNT, "june"),
    ("gitea", {**GITEA, "GITEA_PR_ID": "0"}, ACCOUNT, "june"),
    ("gitea", {**GITEA, "GITEA_PR_ID": "12"}, WEB, "june"),
    ("gitea", {**GITEA, "GITEA_PUSH_TRIGGER": "pr-merge-to-base"}, WEB, "june"),
    ("gitea", {**GITEA, "GITEA_INTERNAL_PUSH": "true"}, WEB, "june"),
    ("gitea", {**GITEA, "GITEA_INTERNAL_PUSH": "false"}, ACCOUNT, "june"),
    ("gitea", {**GITEA, "GITEA_DEPLOY_KEY_ID": "9"}, MACHINE, "deploy key 9"),
    ("bitbucket", BITBUCKET, ACCOUNT, "june"),
    ("bitbucket", {"BB_USER_NAME": "june"}, ACCOUNT, "june"),
    ("bitbucket", {**BITBUCKET, "BB_HOOK_TRIGGER_ID": "pull-request-merge"}, WEB, "june"),
    ("gitolite", {"GL_USER": "june", "GL_REPO": "shop"}, ACCOUNT, "june"),
    ("pagure", {"GL_USER": "june"}, ACCOUNT, "june"),
    ("pagure", {"GL_USER": "june", "pull_request_uid": "abc"}, WEB, "june"),
    ("http", {"REMOTE_USER": "june", "REMOTE_ADDR": "192.0.2.1"}, ACCOUNT, "june"),
    ("ssh", {"GATEKEEPER_USER": "june"}, ACCOUNT, "june"),
]
FIRST = {platform: next(row[1] for row in TABLE if row[0] == platform) for platform in PLATFORMS}
SHARED = {"USER": "git", "LOGNAME": "git", "USERNAME": "git", "SUDO_USER": "root", "HOME": "/home/git"}


@pytest.mark.parametrize(("platform", "environment", "kind", "account"), TABLE)
@pytest.mark.parametrize("asked", ["by name", AUTO])
def test_the_table(platform: str, environment: dict[str, str], kind: PusherKind, account: str, asked: str) -> None:
    pusher = identify({**SHARED, **environment}, AUTO if asked == AUTO else platform)
    assert (pusher.kind, pusher.account, pusher.server) == (kind, account, platform)
    assert pusher.how in environment or kind is MACHINE


@pytest.mark.parametrize("platform", [*PLATFORMS, *ALIASES, AUTO])
def test_the_servers_own_shared_account_is_never_the_pusher(platform: str) -> None:
    pusher = identify(SHARED, platform)
    assert pusher.account == ""
    assert pusher.kind is not ACCOUNT


@pytest.mark.parametrize("platform", PLATFORMS)
def test_empty_variables_name_nobody(platform: str) -> None:
    assert identify(dict.fromkeys(FIRST[platform], ""), platform).account == ""


@pytest.mark.parametrize("one", PLATFORMS)
@pytest.mark.parametrize("other", PLATFORMS)
def test_auto_refuses_what_fits_two_platforms_and_a_name_decides(one: str, other: str) -> None:
    if one == other or {one, other} == {"gitolite", "pagure"}:
        return  # gitolite is GL_USER with GL_REPO, Pagure GL_USER without: they cannot both fit
    both = {**FIRST[one], **FIRST[other]}
    with pytest.raises(ServerError, match="fits two platforms") as caught:
        identify(both, AUTO)
    assert one in str(caught.value)
    assert other in str(caught.value)
    assert identify(both, one).server == one


def test_an_alias_is_its_platform() -> None:
    assert identify(GITEA, "forgejo") == identify(GITEA, "gitea")


@pytest.mark.parametrize("name", ["sourcesafe", "", "GitLab", "os", "../os"])
def test_an_unknown_platform_is_refused(name: str) -> None:
    assert not known_platform(name)
    with pytest.raises(ServerError, match="is none of auto, gitlab"):
        identify({}, name)


@pytest.mark.parametrize("platform", PLATFORMS)
@given(st.dictionaries(st.sampled_from(sorted({name for row in TABLE for name in row[1]})), st.text(max_size=6)))
def test_whatever_is_set_an_account_comes_from_a_variable_of_the_platform(
    platform: str, environment: dict[str, str]
) -> None:
    pusher = identify(environment, platform)
    assert pusher.server == platform
    if pusher.kind is ACCOUNT:
        assert pusher.account == environment[pusher.how]
        assert pusher.account
