"""Use case: put the client hooks into a clone, beside whatever else has hooks there, and take them out again.

Git 2.54 and later run hooks that the configuration names, beside all others, so nothing has to be moved. For an
older Git a hook is a file: ours goes into the clone's own `hooks` directory, and a hook that is there is kept
and runs first. What belongs to a hook manager, or lies where `core.hooksPath` leads, is left to its owner: it can
be shared with other clones or be part of the repository, and managers write their files again. Then the
owner is given the lines to add.
"""

from __future__ import annotations

import os
from pathlib import Path

from gatekeeper.core.record import Record
from gatekeeper.core.tools import agent_variables
from gatekeeper.git.user import UserGit
from gatekeeper.managers import CALL, Owner, owner_of
from gatekeeper.shims import is_ours, move_hook, shim, write_hook

HOOKS = ("prepare-commit-msg", "commit-msg")
BESIDE = "gatekeeper"
"""The directory of ours in a clone's common Git directory."""


class AttachError(Exception):
    """A hook cannot be put into place: what is in the way, and what to do."""


class Attached(Record):
    """How Git comes to run a hook of ours."""

    hook: str
    path: Path
    """The file that is run: ours."""
    changed: bool
    by_configuration: bool = False
    after: Path | None = None
    """A hook that was there before, and runs first."""
    owner: Owner | None = None
    """Who is to run it, where that is not Git itself."""


class Hooks:
    """The hooks of one clone, all its work trees together."""

    def __init__(self, directory: str) -> None:
        """Find out where Git looks for hooks. `directory` is in the clone."""
        self.top = Path(UserGit(directory).ask("rev-parse", "--show-toplevel") or directory).resolve()
        self._git = UserGit(str(self.top))
        self.common = self._path("--git-common-dir")
        self.directory = self._path("--git-path", "hooks")
        self.is_own = self.directory == self.common / "hooks"

    def _path(self, *question: str) -> Path:
        return Path(self._git.tell("rev-parse", "--path-format=absolute", *question)).resolve()

    def _runs_configured(self) -> bool:
        """Whether this git runs hooks that the configuration names."""
        name = "hook.gatekeeper-probe"
        listed = self._git.ask(
            *("-c", f"{name}.event=commit-msg", "-c", f"{name}.command=true", "hook", "list", "commit-msg")
        )
        return "gatekeeper-probe" in (listed or "").split()

    def attach(self) -> list[Attached]:
        """Let Git run both hooks; a second run changes nothing.

        Raises:
            AttachError: if two hooks of somebody else's are in the way.
        """
        attach = self._by_configuration if self._runs_configured() else self._by_file
        return [attach(hook) for hook in HOOKS]

    def detach(self) -> list[Path]:
        """Take both hooks out and put back what was there; return the files that were removed or put back."""
        removed: list[Path] = []
        for hook in HOOKS:
            self._unconfigure(hook)
            removed += [*self._remove_file(hook), *_removed(self._beside(hook))]
        return list(dict.fromkeys(removed))

    # ---- by the configuration, from Git 2.54 on ------------------------------------------------------

    def _by_configuration(self, hook: str) -> Attached:
        self._remove_file(hook)
        changed = write_hook(self._beside(hook), _text(hook))
        for name, value in (("event", hook), ("command", CALL.format(hook=hook))):
            key = f"hook.gatekeeper-{hook}.{name}"
            if self._git.ask("config", "--local", "--get-all", key) != value:
                self._git.tell("config", "--local", "--replace-all", key, value)
                changed = True
        return Attached(hook=hook, path=self._beside(hook), changed=changed, by_configuration=True)

    def _unconfigure(self, hook: str) -> None:
        self._git.ask("config", "--local", "--remove-section", f"hook.gatekeeper-{hook}")

    # ---- by files ------------------------------------------------------------------------------------

    def _by_file(self, hook: str) -> Attached:
        self._unconfigure(hook)
        path = self.directory / hook
        taken_over = path.with_name(f"{hook}.legacy")
        if self.is_own and is_ours(taken_over):  # by `pre-commit install`, and it runs first
            return Attached(hook=hook, path=taken_over, changed=write_hook(taken_over, _text(hook)))
        owner = owner_of(hook, self.directory, self.top, is_own=self.is_own)
        if owner is not None:
            changed = write_hook(self._beside(hook), _text(hook))
            return Attached(hook=hook, path=self._beside(hook), changed=changed, owner=owner)
        if os.path.lexists(path) and not is_ours(path):
            self._keep(path)
        changed = write_hook(path, _text(hook))
        _removed(self._beside(hook))
        chained = self._chained(hook)
        return Attached(hook=hook, path=path, changed=changed, after=chained if os.path.lexists(chained) else None)

    def _keep(self, path: Path) -> None:
        """Put a hook of somebody else's where ours runs it first, under its own name: some look at `$0`."""
        chained = self._chained(path.name)
        if os.path.lexists(chained):
            raise AttachError(f"both {path} and {chained} hold a hook of somebody else's; remove one of them")
        chained.parent.mkdir(parents=True, exist_ok=True)
        move_hook(path, chained)

    def _remove_file(self, hook: str) -> list[Path]:
        """Remove our file from the clone's own hooks, and put back the hook that was there before."""
        path, chained = self.common / "hooks" / hook, self._chained(hook)
        removed = [each for each in (path, path.with_name(f"{hook}.legacy")) if is_ours(each) and _removed(each)]
        if os.path.lexists(chained) and not os.path.lexists(path):
            move_hook(chained, path)
            removed.append(path)
        return removed

    def _beside(self, hook: str) -> Path:
        return self.common / BESIDE / "hooks" / hook

    def _chained(self, hook: str) -> Path:
        return self.common / BESIDE / "chained" / hook


def _text(hook: str) -> str:
    return shim(hook, {"@VARIABLES@": "".join(f"${{{name}+1}}" for name in agent_variables())})


def _removed(path: Path) -> list[Path]:
    if not path.exists():
        return []
    path.unlink()
    return [path]
