"""Use case: arm a repository on the server, and put back what was there (DESIGN.md sections 4 and 11)."""

from __future__ import annotations

import compileall
import os
import shlex
import shutil
from pathlib import Path

import gatekeeper
from gatekeeper.config.in_force import InForce
from gatekeeper.config.sources import ON_REF
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.push import RESERVED
from gatekeeper.core.record import Record
from gatekeeper.formats.text import plural
from gatekeeper.formats.words import reason_text
from gatekeeper.gate import is_protected
from gatekeeper.governed import too_few_administrators
from gatekeeper.keeping import HIDDEN
from gatekeeper.ledger.creating import create
from gatekeeper.ledger.file import SCHEMA
from gatekeeper.ledger.migrating import migrate
from gatekeeper.ledger.sqlite import SqliteLedger
from gatekeeper.opening import Server
from gatekeeper.settling import publish_if_changed
from gatekeeper.shims import is_ours, move_hook, shim, write_hook

HOOKS = ("pre-receive", "post-receive")
DROP_IN = {
    "gitlab": "custom_hooks/{hook}.d/gatekeeper",
    "gitea": "hooks/{hook}.d/gatekeeper",
    "pagure": "hooks/{hook}.gatekeeper",
}
"""Where platforms that own `hooks/<hook>` want others' hooks; the platform runs them all (SERVERS in docs/)."""
KEYS = ("gatekeeper.policy", "gatekeeper.roster", "gatekeeper.repository", "gatekeeper.server")


class InstallError(Exception):
    """The repository cannot be armed: what is in the way, and what to do."""


class Step(Record):
    """One thing that was done, or that was found done already."""

    what: str
    changed: bool


class Plan(Record):
    """What to set up."""

    git_dir: str
    git: str
    policy: str
    roster: str
    name: str
    platform: str


def find_git() -> str:
    """Return the absolute path of git.

    Raises:
        InstallError: if there is none on PATH.
    """
    git = shutil.which("git")
    if git is None:
        raise InstallError("there is no git on PATH")
    return os.path.realpath(git) if not os.path.islink(git) else os.path.abspath(git)


def install(plan: Plan) -> list[Step]:
    """Arm a repository; a second run changes nothing.

    Raises:
        InstallError: if something is in the way. Nothing is armed then.
        LedgerError: if the ledger cannot be made, opened or brought up to date.
        ConfigurationError, SourceError: if policy or roster cannot be used.
    """
    with Server(plan.git_dir, plan.git) as server:
        _refuse_squatters(server)
        _refuse_another_name(server, plan)
        older = _migrate(server)  # before anything is asked of the ledger: an older one cannot be opened
        _refuse_unloadable(server, plan)
        directory = _hooks_directory(server, plan)
        steps = _configure(server, plan)
    with Server(plan.git_dir, plan.git) as server:
        force = server.in_force(None)
        existed = os.path.exists(server.ledger_path)
        ledger = create(server.ledger_path)
        steps.append(Step(what=f"ledger {server.ledger_path}{older}", changed=bool(older) or not existed))
        steps += [*_baseline(server, ledger, force), *_governed_baseline(server, ledger, force)]
        published = publish_if_changed(server, server.in_force(ledger))
        steps += [_install_hook(server, plan, directory, hook) for hook in HOOKS]
        steps.append(Step(what="refs/gatekeeper/published for clients", changed=published))
        ledger.close()
    _compile()
    return steps


def _compile() -> None:
    """Compile gatekeeper's modules, where they may be written: hooks load the bytecode and never write any."""
    compileall.compile_dir(os.path.dirname(gatekeeper.__file__), quiet=2)


def _refuse_squatters(server: Server) -> None:
    """Refuse names that somebody took before gatekeeper was there; after that the gate itself does."""
    if os.path.exists(server.ledger_path):
        return
    taken = sorted(ref for ref in server.all_refs() if (ref + "/").lower().startswith(RESERVED))
    if taken:
        raise InstallError(
            f"these refs exist already, though no gate was here to judge them: {', '.join(taken[:5])}; "
            "look at them, delete them with git update-ref -d, and install again"
        )


def _migrate(server: Server) -> str:
    """Bring an older ledger up to date, and say so; an empty text if there was nothing to do."""
    if not os.path.exists(server.ledger_path):
        return ""
    version = migrate(server.ledger_path)
    return f", brought from version {version} to version {SCHEMA}" if version < SCHEMA else ""


def _refuse_another_name(server: Server, plan: Plan) -> None:
    """Refuse to bind a guarded repository to another name: no sign-off given so far would count any more."""
    name = server.given_name
    if name and name != plan.name and os.path.exists(server.ledger_path):
        raise InstallError(
            f"this repository is {name}, and its sign-offs are bound to that; install it with --name {name}. "
            "With another name none of them counts, in the audit neither; if that is meant: gatekeeper uninstall first"
        )


def _refuse_unloadable(server: Server, plan: Plan) -> None:
    """Load what would be configured, so that a repository that is guarded already never gets files it cannot use."""
    force = server.load(_value(plan.policy), _value(plan.roster))
    if force.governed is not None and not _is_followed(server, force.governed.ref):
        faults = too_few_administrators(force, server.now)
        if faults:
            raise InstallError("; ".join(map(reason_text, faults)))


def _is_followed(server: Server, ref: str) -> bool:
    """Whether the ledger knows a ref, so that what is there came through the gate."""
    return os.path.exists(server.ledger_path) and ref in server.ledger().tips([ref])


def _hooks_directory(server: Server, plan: Plan) -> str:
    """Return the directory that holds the repository's hooks.

    Raises:
        InstallError: if Git would not look there.
    """
    elsewhere = server.ask("config", "--get", "core.hooksPath")
    if elsewhere and plan.platform not in DROP_IN:
        raise InstallError(
            f"core.hooksPath is set to {elsewhere}, so Git does not run hooks of {server.git_dir}/hooks; "
            "unset it for this repository, or tell --server which platform owns it"
        )
    return os.path.join(server.git_dir, "hooks")


def _configure(server: Server, plan: Plan) -> list[Step]:
    """Write the keys of Git's configuration."""
    values = {
        "gatekeeper.policy": _value(plan.policy),
        "gatekeeper.roster": _value(plan.roster),
        "gatekeeper.repository": plan.name,
        "gatekeeper.server": plan.platform,
        "receive.fsckObjects": "true",
        "receive.advertisePushOptions": "true",
    }
    before = {setting.key: setting.value for setting in server.configuration.settings}
    steps: list[Step] = []
    for key, value in values.items():
        now = before.get(key) if key.startswith("gatekeeper.") else server.ask("config", "--local", "--get", key)
        if now != value:
            server.runner.run("config", key, value)
        steps.append(Step(what=f"git config {key} {value}", changed=now != value))
    hidden = server.ask("config", "--local", "--get-all", "transfer.hideRefs").splitlines()
    if HIDDEN not in hidden:
        server.runner.run("config", "--add", "transfer.hideRefs", HIDDEN)
    steps.append(Step(what=f"git config --add transfer.hideRefs {HIDDEN}", changed=HIDDEN not in hidden))
    return steps


def _value(value: str) -> str:
    """Return what the configuration says: `<ref>:<path>` as it is, a file from wherever it is looked at."""
    return value if value.startswith(ON_REF) else os.path.abspath(value)


def _baseline(server: Server, ledger: SqliteLedger, force: InForce) -> list[Step]:
    """Record the tips of the protected refs, once: re-installing keeps the baseline."""
    if ledger.policy_digest():
        return [Step(what="baseline", changed=False)]
    default = server.default_branch()
    tips: dict[str, ObjectId] = {
        ref: tip for ref, tip in server.all_refs().items() if is_protected(force.policy, ledger, ref, default)
    }
    data = {
        "policy": force.policy_digest,
        "roster": force.roster_digest,
        "default_branch": default,
        "version": gatekeeper.__version__,
        "tips": tips,
        "every_ref": True,
    }
    contents = {force.policy_digest: force.policy_content, force.roster_digest: force.roster_content}
    ledger.append("install", data, now=server.now, archive=contents, repository=server.repository)
    return [Step(what=f"baseline of {plural(len(tips), 'protected ref')}", changed=True)]


def _governed_baseline(server: Server, ledger: SqliteLedger, force: InForce) -> list[Step]:
    """Record the first version on the ref of policy and roster, for that ref alone: others follow through the gate."""
    governed = force.governed
    if governed is None or governed.ref in ledger.tips([governed.ref]):
        return []
    why = "policy and roster lie here"
    data = {"tips": {governed.ref: governed.found}, "every_ref": False, "why": why}
    ledger.append("baseline", data, now=server.now, repository=server.repository)
    return [Step(what=f"baseline of {governed.ref}, which holds policy and roster", changed=True)]


def server_shim(hook: str, git: str, chained: str) -> str:
    """Return the text of a server's hook: with the git to run, and the hook that was there before, or nothing."""
    return shim(hook, {"@GIT@": shlex.quote(git), "@CHAINED@": shlex.quote(chained)})


def hook_path(directory: str, platform: str, hook: str) -> Path:
    """Return where a hook of ours is, for a platform and the directory in which Git looks for hooks."""
    if platform in DROP_IN:
        return Path(directory).parent / DROP_IN[platform].format(hook=hook)
    return Path(directory) / hook


def installed_hook(server: Server, hook: str) -> Path:
    """Return where a hook of ours is, if this repository is armed."""
    return hook_path(f"{server.git_dir}/hooks", server.platform, hook)


def _chained_path(server: Server, hook: str) -> Path:
    return Path(server.state) / "chained" / hook


def _install_hook(server: Server, plan: Plan, directory: str, hook: str) -> Step:
    """Write one hook; a hook of somebody else's is kept and runs after ours has accepted."""
    path, chained = hook_path(directory, plan.platform, hook), _chained_path(server, hook)
    if os.path.lexists(path) and not is_ours(path):
        if os.path.lexists(chained):
            raise InstallError(f"both {path} and {chained} hold a hook of somebody else's; remove one of them")
        chained.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        move_hook(path, chained)
    runs_chained = chained.exists() and os.access(chained, os.X_OK)
    changed = write_hook(path, server_shim(hook, plan.git, str(chained) if runs_chained else ""))
    return Step(what=f"{path}" + (", then the hook that was there" if runs_chained else ""), changed=changed)


def install_command(server: Server) -> str:
    """Return the command that arms a repository as it is configured; what is not configured is left to the reader."""
    asked = (
        ("policy", "policy.yaml", server.configuration.get("gatekeeper.policy")),
        ("roster", "roster.yaml", server.configuration.get("gatekeeper.roster")),
        ("name", "NAME", server.given_name),
        ("server", "PLATFORM", server.configuration.get("gatekeeper.server")),
    )
    given = " ".join(f"--{option} {shlex.quote(value) if value else blank}" for option, blank, value in asked)
    return f"gatekeeper install --repo {shlex.quote(server.git_dir)} {given}"


def uninstall(git_dir: str, git: str) -> list[Step]:
    """Disarm a repository and put back the hooks that were there. Ledger and sign-offs stay: they are evidence."""
    steps: list[Step] = []
    with Server(git_dir, git) as server:
        platform = server.platform
        for hook in HOOKS:
            for path in {hook_path(f"{server.git_dir}/hooks", name, hook) for name in ("", platform)}:
                ours = is_ours(path)
                if ours:
                    path.unlink()
                chained = _chained_path(server, hook)
                restored = os.path.lexists(chained) and not os.path.lexists(path) and (ours or path.name == hook)
                if restored:
                    move_hook(chained, path)
                if ours or restored:
                    steps.append(Step(what=f"{path}" + (" put back" if restored else " removed"), changed=True))
        for key in KEYS:
            status, _ = server.runner.run("config", "--unset-all", key, accept=(0, 5))
            steps.append(Step(what=f"git config {key} unset", changed=status == 0))
    return steps
