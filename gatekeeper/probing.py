"""A real push of a probe, into a scratch copy of a repository or through its server: does the gate refuse it?"""

from __future__ import annotations

import os
import shutil
import tempfile

from gatekeeper.config.in_force import InForce
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.push import RESERVED
from gatekeeper.core.symptom import Symptom, bad, good, note
from gatekeeper.gate import is_protected
from gatekeeper.git import GitError
from gatekeeper.git.user import UserGit
from gatekeeper.installing import DROP_IN, HOOKS, InstallError, Plan, install, installed_hook
from gatekeeper.ledger import Ledger
from gatekeeper.opening import KEYS, Server

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PROBE_REF = f"{RESERVED}doctor-probe"
PROBE_MESSAGE = """A probe of the gate

This commit is made by `gatekeeper doctor`. It must be refused.

Assisted-by: Claude
"""
IDENTITY = {
    "GIT_AUTHOR_NAME": "gatekeeper doctor",
    "GIT_AUTHOR_EMAIL": "doctor@gatekeeper.invalid",
    "GIT_COMMITTER_NAME": "gatekeeper doctor",
    "GIT_COMMITTER_EMAIL": "doctor@gatekeeper.invalid",
}
REFUSED = "gatekeeper: REFUSED"


def _guarded_ref(server: Server, force: InForce) -> str:
    """Return a ref to probe: the default branch if it is protected, else some protected ref that exists or is named."""
    ledger, default = server.ledger(), server.default_branch()
    candidates = [default, *server.all_refs(), *(p for p in force.policy.protect if not set(p) & set("*?"))]
    return next(
        (
            ref
            for ref in candidates
            if ref.startswith("refs/heads/") and is_protected(force.policy, ledger, ref, default)
        ),
        "",
    )


def push_into_copy(server: Server, force: InForce, environment: Mapping[str, str]) -> list[Symptom]:
    """Push an assisted commit of nobody's into a scratch copy of the repository, and see what happens.

    `environment` is that of the push: by it the gate tells who pushes.
    """
    ref = _guarded_ref(server, force)
    if not ref:
        return [
            note(
                "the policy protects no branch that exists or that it names; nothing to probe",
                "check `protect`",
            )
        ]
    with tempfile.TemporaryDirectory(prefix="gatekeeper-doctor-", ignore_cleanup_errors=True) as root:
        try:
            scratch = _scratch_copy(server, root, force)
            probe = _probe_commit(server, root, ref)
            status, said = _push(root, scratch, f"{probe}:{ref}", environment)
            return [_judgement(status, said, ref, force, server), *_pusher(scratch, server.git)]
        except (GitError, InstallError, OSError) as error:
            return [bad(f"a push into a scratch copy cannot be tried: {error}", "look at the message")]


def _init(server: Server, tell: Callable[..., str], path: str) -> None:
    """Make a bare repository with the same objects behind it."""
    tell("init", "--quiet", "--bare", f"--object-format={server.object_format.name}", path)
    with open(os.path.join(path, "objects", "info", "alternates"), "w", encoding="utf-8") as file:
        file.write(os.path.join(server.git_dir, "objects") + "\n")


def _scratch_copy(server: Server, root: str, force: InForce) -> str:
    """Make a repository with the same hooks and configuration, and the same objects behind it."""
    scratch = os.path.join(root, "scratch.git")
    tell = UserGit(root).tell
    _init(server, tell, scratch)
    tell("--git-dir", scratch, "symbolic-ref", "HEAD", server.default_branch() or "refs/heads/main")
    governed = force.governed
    for ref, tip in server.all_refs().items():
        if ref.startswith("refs/heads/") or (governed and governed.ref == ref):
            tell("--git-dir", scratch, "update-ref", ref, tip)
    if governed:
        policy, roster = (f"{governed.ref}:{path}" for path in governed.paths)
    else:
        policy, roster = (os.path.join(server.git_dir, server.configuration.get(key) or "") for key in KEYS)
    install(
        Plan(
            git_dir=scratch,
            git=server.git,
            policy=policy,
            roster=roster,
            name=server.repository,
            platform="auto" if server.platform in DROP_IN else server.platform,
        )
    )
    tell("--git-dir", scratch, "config", "gatekeeper.server", server.platform)
    elsewhere = server.ask("config", "--local", "--get", "core.hooksPath")
    if elsewhere:
        tell("--git-dir", scratch, "config", "core.hooksPath", os.path.join(server.git_dir, elsewhere))
    for hook in HOOKS:
        original = installed_hook(server, hook)
        copy = os.path.join(scratch, "hooks", hook)
        os.unlink(copy)
        if original.exists():
            # The shim itself, as it is: with its mode, its interpreter and its packages.
            shutil.copy2(original, copy)
    return scratch


def _probe_commit(server: Server, root: str, ref: str) -> ObjectId:
    """Make an AI-assisted commit of nobody's, in a repository of its own."""
    work = os.path.join(root, "work.git")
    tell = UserGit(root, {**os.environ, **IDENTITY}).tell
    _init(server, tell, work)
    tip = server.refs([ref])[ref].target
    blob_file = os.path.join(root, "probe.txt")
    with open(blob_file, "w", encoding="utf-8") as file:
        file.write("probe\n")
    blob = tell("--git-dir", work, "hash-object", "-w", blob_file)
    if tip != server.object_format.zero:
        tell("--git-dir", work, "read-tree", tip)
    entry = f"100644,{blob},gatekeeper-doctor-probe.txt"
    tell("--git-dir", work, "update-index", "--add", "--cacheinfo", entry)
    tree = tell("--git-dir", work, "write-tree")
    parents = [] if tip == server.object_format.zero else ["-p", tip]
    return ObjectId(tell("--git-dir", work, "commit-tree", tree, *parents, "-m", PROBE_MESSAGE))


def _push(root: str, target: str, refspec: str, environment: Mapping[str, str]) -> tuple[int, str]:
    """Push as the server's user would see it; return status and everything that was said."""
    work = os.path.join(root, "work.git")
    return UserGit(root, environment).run("--git-dir", work, "push", target, refspec)


def _judgement(status: int, said: str, ref: str, force: InForce, server: Server) -> Symptom:
    first = next((line.split("gatekeeper: ", 1)[1].strip() for line in said.splitlines() if "gatekeeper: " in line), "")
    if status and REFUSED in said:
        return good(f"a real push of an unapproved AI-assisted commit to a copy of {ref} was refused: {first}")
    if status and first:
        return bad(
            f"the gate refuses, but because it cannot judge: {first}",
            "mend what it says; until then nothing can be pushed",
        )
    if status:
        return bad(
            f"a push to a copy was refused, and not by gatekeeper: {' '.join(said.split())[:200]}",
            "look at the other hooks",
        )
    if not force.policy.refuses(server.now):
        return note(
            "a push of an unapproved AI-assisted commit was accepted, as the policy only observes or warns",
            "set enforce: refuse when you are ready",
        )
    if first:
        return note(f"the policy lets an AI-assisted commit of a stranger into {ref}: {first}", "check the rules")
    return bad(
        f"a real push of an unapproved AI-assisted commit to a copy of {ref} was ACCEPTED, and no hook said anything",
        "mend the hooks named above",
    )


def _pusher(scratch: str, git: str) -> list[Symptom]:
    """Say who the gate thinks pushed, from the scratch copy's ledger."""
    with Server(scratch, git) as copy:
        pushes = [entry.data["pusher"] for entry in copy.ledger().entries() if entry.kind == "push"]
    return [_who(pushes[-1])] if pushes else []


def _who(pusher: Mapping[str, str]) -> Symptom:
    if not pusher["account"] and not pusher["person"]:
        return note(
            "the gate cannot tell who pushes from this shell's environment",
            "run doctor as the server runs hooks, for example: GATEKEEPER_USER=you gatekeeper doctor ..., "
            "or push through it with --url",
        )
    who = f"{pusher['account'] or pusher['person']} ({pusher['how']}, {pusher['kind']})"
    if not pusher["person"]:
        return note(f"the pusher {who} is nobody of the roster", "add the account to the roster")
    return good(f"the pusher is {who}: {pusher['person']} of the roster")


def push_through(server: Server, ledger: Ledger | None, url: str, environment: Mapping[str, str]) -> list[Symptom]:
    """Push to a name that gatekeeper refuses to everybody, through the real server at `url`."""
    with tempfile.TemporaryDirectory(prefix="gatekeeper-doctor-", ignore_cleanup_errors=True) as root:
        probe = _probe_commit(server, root, server.default_branch())
        status, said = _push(root, url, f"{probe}:{PROBE_REF}", environment)
        if status == 0:
            _push(root, url, f":{PROBE_REF}", environment)
            return [
                bad(
                    f"{url} accepted a push to {PROBE_REF}: this server runs no hook of gatekeeper",
                    "use a server that runs pre-receive",
                )
            ]
    if "gatekeeper: " not in said:
        return [
            bad(
                f"{url} refused, and not by gatekeeper: {' '.join(said.split())[:200]}",
                "check the address and the other hooks",
            )
        ]
    found = [good(f"{url} runs the gate: a push to a reserved name was refused")]
    last = [entry.data["pusher"] for entry in ledger.entries() if entry.kind == "push"][-1:] if ledger else []
    return found + [_who(pusher) for pusher in last]
