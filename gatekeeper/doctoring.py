"""Use case: find out whether the gate really guards a repository, by looking and by a real push."""

from __future__ import annotations

import os
import shlex
import shutil
import tempfile

from gatekeeper.config.in_force import InForce
from gatekeeper.config.problems import ConfigurationError
from gatekeeper.config.sources import SourceError
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.push import RESERVED
from gatekeeper.core.symptom import Symptom, bad, good, note
from gatekeeper.core.verdict import Enforcement
from gatekeeper.formats.text import plural
from gatekeeper.formats.words import reason_text
from gatekeeper.gate import is_protected
from gatekeeper.git import GitError
from gatekeeper.git.refs import aliases
from gatekeeper.git.user import UserGit
from gatekeeper.governed import too_few_administrators
from gatekeeper.installing import DROP_IN, HOOKS, InstallError, Plan, hook_path, install, install_command, server_shim
from gatekeeper.ledger import Ledger, LedgerError
from gatekeeper.opening import KEYS, Server, UnconfiguredError
from gatekeeper.reconciling import Comparison
from gatekeeper.relieved import examine_relief
from gatekeeper.settling import reconcile
from gatekeeper.shims import MARK, is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

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


def examine(git_dir: str, git: str, environment: Mapping[str, str], url: str | None = None) -> list[Symptom]:
    """Examine a repository: its files first, then a push into a scratch copy, then one through `url`."""
    found: list[Symptom] = []
    with Server(git_dir, git) as server:
        if not _armed(server):
            return [bad(f"gatekeeper does not guard {git_dir}", install_command(server))]
        found += _hooks(server)
        found += _git_settings(server)
        force = _configuration(server, found)
        ledger = _ledger(server, force, found)
        if force is not None and ledger is not None:
            found += _aliases(server, force, ledger)
            found += examine_relief(server, force, ledger)
            found += _scratch_push(server, force, environment)
        if url:
            found += _push_through(server, ledger, url, environment)
    return found


def _armed(server: Server) -> bool:
    """Whether anything of an installation is there: else one finding says it better than many."""
    paths = [_hook(server, hook) for hook in HOOKS]
    name = server.given_name
    return bool(name) or os.path.exists(server.ledger_path) or any(map(is_ours, paths))


def _some_rule_refuses(server: Server, force: InForce) -> bool:
    return any(rule.enforced_at(server.now) is Enforcement.REFUSE for rule in force.policy.rules)


def _hook(server: Server, hook: str) -> Path:
    return hook_path(f"{server.git_dir}/hooks", server.platform, hook)


def _hooks(server: Server) -> list[Symptom]:
    """Look at the hook files as Git and the kernel will."""
    found: list[Symptom] = []
    elsewhere = server.ask("config", "--get", "core.hooksPath")
    if elsewhere and server.platform not in DROP_IN:
        found.append(
            bad(
                f"core.hooksPath is {elsewhere}: Git runs no hook of this repository",
                "git config --unset core.hooksPath, wherever it is set",
            )
        )
    for hook in HOOKS:
        path = _hook(server, hook)
        if not path.exists():
            found.append(bad(f"{path} is not there", install_command(server)))
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if MARK not in text:
            found.append(
                bad(
                    f"{path} is somebody else's hook; gatekeeper does not run",
                    f"this chains it: {install_command(server)}",
                )
            )
            continue
        if not os.access(path, os.X_OK):
            found.append(bad(f"{path} is not executable, so Git ignores it", f"chmod +x {shlex.quote(str(path))}"))
            continue
        interpreter = next(
            (line.removeprefix("python=").strip("'\"") for line in text.splitlines() if line.startswith("python=")),
            "",
        )
        if not os.access(interpreter, os.X_OK):
            found.append(
                bad(f"{path} names the interpreter {interpreter}, which is not there", install_command(server))
            )
        elif text not in {server_shim(hook, server.git, chained) for chained in ("", f"{server.state}/chained/{hook}")}:
            found.append(
                note(
                    f"{path} was written by another installation of gatekeeper, or changed since",
                    f"if this one should serve: {install_command(server)}",
                )
            )
        else:
            found.append(good(f"hook {hook}: there, executable, of this installation"))
    return found


def _git_settings(server: Server) -> list[Symptom]:
    """Look at settings of Git that the gate counts on."""
    found: list[Symptom] = []
    if server.ask("config", "--type=bool", "--get", "receive.fsckObjects") != "true":
        found.append(
            bad(
                "receive.fsckObjects is not true: malformed objects can be pushed; the gate reads new trees itself",
                f"git -C {shlex.quote(server.git_dir)} config receive.fsckObjects true",
            )
        )
    for key, why in (
        ("receive.shallowUpdate", "pushes could make the repository shallow"),
        ("receive.procReceiveRefs", "another hook updates some refs past the gate"),
    ):
        if server.ask("config", "--get", key) not in (None, "", "false"):
            found.append(bad(f"{key} is set: {why}", f"git -C {shlex.quote(server.git_dir)} config --unset {key}"))
    if os.path.exists(os.path.join(server.git_dir, "shallow")):
        found.append(
            bad(
                "the repository is shallow: history is missing, and every push is refused",
                f"git -C {shlex.quote(server.git_dir)} fetch --unshallow",
            )
        )
    if any(ref.startswith("refs/replace/") for ref in server.all_refs()):
        found.append(note("there are refs/replace/*: the gate ignores them, people's tools do not", "look at them"))
    graph = os.path.join(server.git_dir, "objects", "info")
    if not any(os.path.exists(os.path.join(graph, name)) for name in ("commit-graph", "commit-graphs")):
        found.append(
            note(
                "there is no commit-graph: large histories are walked slowly",
                f"git -C {shlex.quote(server.git_dir)} commit-graph write --reachable",
            )
        )
    return found


def _configuration(server: Server, found: list[Symptom]) -> InForce | None:
    """Load policy and roster as a push would, without the last good version."""
    try:
        name = server.repository
        force = server.in_force(None)
    except UnconfiguredError as error:
        found.append(bad(str(error), f"or: {install_command(server)}"))
        return None
    except SourceError as error:
        found.append(bad(str(error), f"put it back; or name other files: {install_command(server)}"))
        return None
    except ConfigurationError as error:
        found += [bad(str(problem), "mend the file") for problem in error.problems]
        return None
    where = f" from {force.governed.ref}" if force.governed else ""
    found.append(good(f"policy and roster load{where}; sign-offs are bound to {name}"))
    if force.governed is not None:
        found += [
            bad(reason_text(fault), "docs/install.md, Policy and roster on a ref")
            for fault in too_few_administrators(force, server.now)
        ]
    if not _some_rule_refuses(server, force):
        found.append(
            note(
                "no rule of the policy refuses yet: they only observe or warn",
                "set enforce: refuse when you are ready",
            )
        )
    return force


def _ledger(server: Server, force: InForce | None, found: list[Symptom]) -> Ledger | None:
    """Open and verify the ledger, and hold the refs against it."""
    try:
        ledger = server.ledger()
        faults = ledger.verify()
        comparison = reconcile(server, ledger, "doctor", force=force) if force else Comparison()
    except LedgerError as error:
        found.append(bad(str(error), "restore it from a backup; docs/install.md, Mending"))
        return None
    found += [bad(f"ledger: {fault}", "docs/install.md, Mending") for fault in faults]
    found += [
        bad(
            f"{ref} was changed outside the gate: the ledger expects {expected[:12]}, it is {actual[:12]}",
            f"look at {expected[:12]}..{actual[:12]}; to accept it: "
            f"gatekeeper baseline add {shlex.quote(ref)} --repo {shlex.quote(server.git_dir)} --why REASON",
        )
        for ref, expected, actual in comparison.unexplained
    ]
    if not faults and not comparison.unexplained:
        found.append(
            good(
                f"ledger: {plural(ledger.head().number, 'entry', 'entries')}, in order, "
                "and it explains every protected ref"
            )
        )
    return ledger


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


def _scratch_push(server: Server, force: InForce, environment: Mapping[str, str]) -> list[Symptom]:
    """Push an assisted commit of nobody's into a scratch copy of the repository, and see what happens."""
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


def _aliases(server: Server, force: InForce, ledger: Ledger) -> list[Symptom]:
    """Find guarded names that anybody can move, because they are aliases of refs that nothing guards."""
    default = server.default_branch()
    return [
        bad(f"{name} is guarded, and an alias of {target}, which is not", f"guard {target}, or make {name} a branch")
        for name, target in aliases(server.runner).items()
        if is_protected(force.policy, ledger, name, default) and not is_protected(force.policy, ledger, target, default)
    ]


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
        original = _hook(server, hook)
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
    if not _some_rule_refuses(server, force):
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


def _push_through(server: Server, ledger: Ledger | None, url: str, environment: Mapping[str, str]) -> list[Symptom]:
    """Push to a name that gatekeeper refuses to everybody, through the real server."""
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
