"""Use case: find out whether the gate really guards a repository, by looking and by a real push."""

from __future__ import annotations

import os
import shlex

from gatekeeper.config.in_force import InForce
from gatekeeper.config.problems import ConfigurationError
from gatekeeper.config.sources import SourceError
from gatekeeper.core.symptom import Symptom, bad, good, note
from gatekeeper.formats.text import plural
from gatekeeper.formats.words import reason_text
from gatekeeper.gate import is_protected
from gatekeeper.git.refs import aliases
from gatekeeper.governed import too_few_administrators
from gatekeeper.installing import DROP_IN, HOOKS, install_command, installed_hook, server_shim
from gatekeeper.ledger import Ledger, LedgerError
from gatekeeper.opening import Server, UnconfiguredError
from gatekeeper.probing import push_into_copy, push_through
from gatekeeper.reconciling import Comparison
from gatekeeper.relieved import examine_relief
from gatekeeper.settling import reconcile
from gatekeeper.shims import MARK, is_ours

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


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
            found += push_into_copy(server, force, environment)
        if url:
            found += push_through(server, ledger, url, environment)
    return found


def _armed(server: Server) -> bool:
    """Whether anything of an installation is there: else one finding says it better than many."""
    paths = [installed_hook(server, hook) for hook in HOOKS]
    return bool(server.given_name) or os.path.exists(server.ledger_path) or any(map(is_ours, paths))


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
        path = installed_hook(server, hook)
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
    if not force.policy.refuses(server.now):
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


def _aliases(server: Server, force: InForce, ledger: Ledger) -> list[Symptom]:
    """Find guarded names that anybody can move, because they are aliases of refs that nothing guards."""
    default = server.default_branch()
    return [
        bad(f"{name} is guarded, and an alias of {target}, which is not", f"guard {target}, or make {name} a branch")
        for name, target in aliases(server.runner).items()
        if is_protected(force.policy, ledger, name, default) and not is_protected(force.policy, ledger, target, default)
    ]
