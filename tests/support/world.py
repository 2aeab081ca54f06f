"""A server's repository with the gate installed, the people around it, and their clones.

The repository is installed once for each object format and then copied: only the copying is paid by
every test.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from gatekeeper.core.ids import FORMATS
from gatekeeper.core.push import SIGNOFFS
from gatekeeper.git.store import write_store
from gatekeeper.installing import Plan, find_git, install
from gatekeeper.ledger.sqlite import SqliteLedger
from gatekeeper.opening import Server
from gatekeeper.settling import settle
from tests.support import signoffs
from tests.support.clones import Clone, Pushed, execute
from tests.support.hook_coverage import instrument
from tests.support.people import roster_text
from tests.support.signoffs import REPOSITORY, Signoff

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from gatekeeper.core.ids import ObjectId
    from gatekeeper.core.signoff import Decision
    from gatekeeper.ledger import Entry

DEFAULT_POLICY = Path(__file__).parents[2] / "policies" / "default.yaml"
PATIENCE_SECONDS = 30
one_format = pytest.mark.parametrize("world", ["sha1"], indirect=True)
"""For variations of what is tested in both object formats elsewhere and has nothing to do with ids."""


GOVERNED = "refs/heads/gatekeeper"
"""Where tests put policy and roster that lie on a ref."""


def policy_text(**changes: Any) -> str:
    """The default policy, with top-level keys changed."""
    return json.dumps({**yaml.safe_load(DEFAULT_POLICY.read_text()), **changes}, indent=1)


class World:
    """One server and everybody who pushes to it. Below `root`: `shop.git`, `policy.yaml`, `roster.yaml`, `clones`."""

    def __init__(self, root: Path, object_format: str) -> None:
        self.root = root
        self.bare = root / "shop.git"
        self.object_format = FORMATS[object_format]
        self._clones: dict[str, Clone] = {}
        self._rules: Clone | None = None

    # ---- the server ------------------------------------------------------------------------------

    @classmethod
    def make(cls, root: Path, object_format: str) -> World:
        """Make a bare repository and install the gate."""
        world = cls(root, object_format)
        world.bare.mkdir(parents=True)
        world.git("init", "-q", "--bare", "-b", "main", "--template=", f"--object-format={object_format}")
        world.set_policy()
        world.set_roster()
        world.install()
        return world

    def copy(self, root: Path) -> World:
        """Copy a world that nobody has cloned yet, without `post-receive`.

        Most tests do without it: what landed is found by the next run, as after a client that hung
        up, and no test waits for a process in the background.
        """
        shutil.copytree(self.root, root, dirs_exist_ok=True)
        world = World(root, self.object_format.name)
        config = world.bare / "config"
        config.write_text(config.read_text().replace(str(self.root), str(root)))
        world.hook("post-receive").unlink(missing_ok=True)
        return world

    def install(
        self, git: str = "", name: str = REPOSITORY, platform: str = "ssh", *, measured: bool = True, at: str = ""
    ) -> None:
        """Install the gate, or install it again, with the files or what is on the ref `at`.

        Without `measured` the hook is not prepared for coverage.
        """
        plan = Plan(
            git_dir=str(self.bare),
            git=git or find_git(),
            policy=f"{at}:policy.yaml" if at else str(self.root / "policy.yaml"),
            roster=f"{at}:roster.yaml" if at else str(self.root / "roster.yaml"),
            name=name,
            platform=platform,
        )
        install(plan)
        for hook in ("pre-receive", "post-receive") if measured else ():
            instrument(self.hook(hook))

    def govern(
        self, ref: str = GOVERNED, people: Mapping[str, Mapping[str, Any] | None] | None = None, **policy: Any
    ) -> Clone:
        """Put policy and roster on a ref, in a history of its own, and arm the repository with them there.

        `people` and `policy` change roster and policy, as for `set_roster` and `set_policy`. Returns `rules`.
        """
        files = {"policy.yaml": policy_text(**policy), "roster.yaml": roster_text(people or {})}
        self.rules.commit("First rules", files)
        self.rules.git("push", "-q", str(self.bare), f"HEAD:{ref}")
        self.install(at=ref)
        return self.rules

    @property
    def rules(self) -> Clone:
        """A clone of staff-1's with the history of policy and roster alone, on branch `main`."""
        if self._rules is None:
            self._rules = Clone(self.root / "rules", "staff-1", self.bare, self.object_format.name)
        return self._rules

    def hook(self, name: str = "pre-receive") -> Path:
        return self.bare / "hooks" / name

    def edit_hook(self, before: str, after: str) -> None:
        """Replace a text that occurs in the installed pre-receive."""
        text = self.hook().read_text()
        assert before in text
        self.hook().write_text(text.replace(before, after))

    def run_in_hook(self, code: str) -> None:
        """Let the installed pre-receive run Python code before its own; the code is without single quotes."""
        *before, last, end = self.hook().read_text().splitlines()
        assert "main(*sys.argv[1:4])" in last
        self.hook().write_text("\n".join([*before, code, last, end, ""]))

    def set_policy(self, **changes: Any) -> None:
        """Put the default policy in force, with top-level keys changed."""
        self._write("policy.yaml", policy_text(**changes))

    def set_rule(self, **changes: Any) -> None:
        """Put the default policy in force, with keys of its one rule changed; None takes a key away."""
        (rule,) = yaml.safe_load(DEFAULT_POLICY.read_text())["rules"]
        changed = {key: value for key, value in {**rule, **changes}.items() if value is not None}
        self.set_policy(rules=[changed])

    def set_roster(self, changes: Mapping[str, Mapping[str, Any] | None] | None = None) -> None:
        """Put a roster in force; `changes` are by person, None leaves the person out."""
        self._write("roster.yaml", roster_text(changes or {}))

    def _write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text)

    def git(self, *arguments: str, data: bytes | None = None) -> str:
        """Run git in the server's repository, outside the gate."""
        return execute(["git", *arguments], self.bare, os.environ, data).decode().strip()

    def config(self, key: str, value: str | None) -> None:
        """Set a key of the server's configuration; None unsets it."""
        self.git("config", *([key, value] if value is not None else ["--unset-all", key]))

    def refs(self) -> dict[str, str]:
        """Every ref of the server, but what it publishes and keeps."""
        lines = self.git("for-each-ref", "--format=%(refname) %(objectname)").splitlines()
        found = dict(line.split(" ") for line in lines)
        found.pop("refs/gatekeeper/published", None)
        found.pop("refs/gatekeeper/keep/heads", None)
        return found

    def has(self, object_id: str) -> bool:
        """Whether the server's repository holds an object."""
        done = subprocess.run(["git", "cat-file", "-e", object_id], cwd=self.bare, capture_output=True, check=False)
        return done.returncode == 0

    def run_hook(
        self, data: bytes | str, *, hook: str = "pre-receive", account: str = "junior-1-login", **environment: str
    ) -> subprocess.CompletedProcess[str]:
        """Run the installed hook as receive-pack does, with any standard input."""
        env = {**os.environ, "GIT_DIR": ".", "GATEKEEPER_USER": account, **environment}
        text = data if isinstance(data, str) else data.decode("utf-8", "surrogateescape")
        return subprocess.run(
            [self.hook(hook)], cwd=self.bare, env=env, input=text, capture_output=True, text=True, check=False
        )

    # ---- the ledger ------------------------------------------------------------------------------

    @contextlib.contextmanager
    def ledger(self) -> Iterator[SqliteLedger]:
        ledger = SqliteLedger(str(self.bare / "gatekeeper/ledger.db"))
        try:
            yield ledger
        finally:
            ledger.close()

    def entries(self, kind: str = "") -> list[Entry]:
        """The ledger's entries, of one kind or all."""
        with self.ledger() as ledger:
            return [entry for entry in ledger.entries() if kind in ("", entry.kind)]

    def faults(self) -> list[str]:
        """What `verify` finds."""
        with self.ledger() as ledger:
            return ledger.verify()

    def settle(self) -> None:
        """Do what post-receive does."""
        with Server(str(self.bare), find_git()) as server, self.ledger() as ledger:
            settle(server, ledger, "tests")

    def settled(self) -> None:
        """Wait until post-receive, which runs in the background, has noted every landing and ended."""
        end = time.monotonic() + PATIENCE_SECONDS
        while True:
            with self.ledger() as ledger:
                waiting = ledger.pending()
            if not waiting and not list((self.bare / "gatekeeper").glob("tmp-*")):
                return
            assert time.monotonic() < end, f"post-receive has not noted {waiting}"
            time.sleep(0.02)

    # ---- the people ------------------------------------------------------------------------------

    def clone(self, person: str = "junior-1") -> Clone:
        """A person's clone; made, and brought up to date, the first time."""
        if person not in self._clones:
            path, main = self.root / "clones" / person, self.refs().get("refs/heads/main")
            if self.seed.exists():
                shutil.copytree(self.seed, path)
            clone = Clone(path, person, self.bare, self.object_format.name)
            if main and not (self.seed.exists() and main == clone.id()):
                clone.sync()
            self._clones[person] = clone
        return self._clones[person]

    @property
    def seed(self) -> Path:
        """A clone as it was when the first commit had landed; others begin as copies of it."""
        return self.root / "seed"

    def begin(self) -> None:
        """Land a first commit on main."""
        clone = Clone(self.seed, "staff-1", self.bare, self.object_format.name)
        clone.commit("Begin", {"README": "shop\n", "src/cart.py": "total = 0\n"})
        pushed = clone.push("main:main")
        assert pushed.accepted, pushed.stderr
        clone.fetch()

    def signoff(
        self, signer: str, clone: Clone, commits: Sequence[ObjectId], /, *decision: Decision, **fields: Any
    ) -> Signoff:
        """A sign-off for commits that are in `clone`; see `signoffs.make`."""
        return signoffs.make(clone, signer, commits, *decision, **fields)

    def file(self, clone: Clone, signed: Iterable[Signoff], files: Mapping[str, bytes] | None = None) -> None:
        """File sign-offs in the clone's store, on top of the server's; `files` puts any others beside them."""
        tip = self.refs().get(SIGNOFFS)
        clone.git("update-ref", "-d", SIGNOFFS)
        if tip:
            clone.fetch(f"{SIGNOFFS}:{SIGNOFFS}")
        everything = {path: data for each in signed for path, data in each.files.items()} | dict(files or {})
        write_store(
            clone.runner(),
            onto=clone.id(SIGNOFFS) if tip else None,
            merging=None,
            files=everything,
            now=int(time.time()),
            message="sign",
        )

    def store_push(
        self,
        clone: Clone,
        signed: Iterable[Signoff] = (),
        *refspecs: str,
        files: Mapping[str, bytes] | None = None,
        account: str | None = None,
    ) -> Pushed:
        """File sign-offs and push the store, with `refspecs` in the same push."""
        self.file(clone, signed, files)
        return clone.push(f"{SIGNOFFS}:{SIGNOFFS}", *refspecs, account=account)

    def approve(self, commit: ObjectId, signer: str = "senior-1", holder: str = "junior-1", **fields: Any) -> Signoff:
        """Sign a commit that `holder` has, and get the sign-off into the server's store."""
        signed = self.signoff(signer, self.clone(holder), [commit], **fields)
        pushed = self.store_push(self.clone(holder), [signed], account=signer)
        assert pushed.accepted, pushed.stderr
        return signed
