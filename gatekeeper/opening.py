"""Open a server's repository: engine, ledger, policy and roster in force. For the hooks and server commands."""

from __future__ import annotations

import os
import time

from gatekeeper import __version__
from gatekeeper.config.cache import CompiledCache
from gatekeeper.config.in_force import InForce, LastGood, load_in_force
from gatekeeper.config.loading import load_policy
from gatekeeper.config.problems import ConfigurationError
from gatekeeper.config.sources import find_place, read_file
from gatekeeper.core.ids import ObjectId, Timestamp
from gatekeeper.core.policy import Policy
from gatekeeper.core.push import is_text
from gatekeeper.gate import Gate
from gatekeeper.git.plumbing import Plumbing
from gatekeeper.git.refs import Configuration, all_refs, default_branch, read_configuration, read_refs, refs_at
from gatekeeper.git.starting import STATE, Start
from gatekeeper.ledger import Ledger
from gatekeeper.ledger.sqlite import SqliteLedger

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from gatekeeper.git import Ref

KEYS = ("gatekeeper.policy", "gatekeeper.roster")
"""Where policy and roster are."""
OBJECT_LIMIT = 64 * 1024 * 1024
"""No object that the gate reads whole may be larger; commits have a limit of their own."""


class UnconfiguredError(Exception):
    """The repository is not set up for gatekeeper; says the command that does it."""


class Server:
    """One repository on a server, opened for one judgement or command. A context manager: it cleans up after itself."""

    def __init__(
        self, git_dir: str, git: str, environment: Mapping[str, str] | None = None, start: Start | None = None
    ) -> None:
        """Open a repository.

        Args:
            git_dir: Its Git directory.
            git: The absolute path of git.
            environment: The hook's environment, for the quarantine; None outside of a hook.
            start: What was started before; then it is cleaned up here.

        Raises:
            GitError: if it is no repository, or of an unknown object format.
        """
        self._start = start or Start(git_dir, git, environment)
        self._environment = environment or {}
        self.git_dir = self._start.git_dir
        self.git = git
        self.path = self._start.path
        self.state = self._start.state
        self.runner = self._start.runner
        self.now = Timestamp(int(time.time()))
        try:
            self.configuration: Configuration = read_configuration(self.runner)
            self.object_format = self.configuration.object_format
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the scratch directory."""
        self.close()

    def close(self) -> None:
        """Remove the scratch directory, with the private Git directory in it."""
        self._start.clean()

    def set_time_limit(self, seconds: int) -> None:
        """Let everything from here on end within `seconds`."""
        self._start.set_time_limit(seconds)

    def engine(self, *, quarantined: bool = True, graph: bool = True) -> Plumbing:
        """Return an engine in the private Git directory, that sees what is pushed or only what was there before.

        Without `graph` it does not believe the repository's commit-graph.
        """
        reader = self._start.reader if self._start.reader_format == self.object_format and quarantined else None
        runner = self._start.private_runner(self.object_format, quarantined=quarantined, graph=graph)
        return Plumbing(runner, self.object_format, OBJECT_LIMIT, reader)

    def ask(self, *arguments: str) -> str:
        """Ask git with every scope of configuration, the user's too: what the server's processes see.

        Returns:
            What it prints, without the last newline; empty if it fails.
        """
        from gatekeeper.git.user import UserGit  # never in a hook

        return UserGit(self.git_dir, {**os.environ, "GIT_DIR": self.git_dir}).ask(*arguments) or ""

    @property
    def given_name(self) -> str | None:
        """The stable name that sign-offs are bound to, if one is set in the repository's own configuration."""
        return self.configuration.get("gatekeeper.repository", own_only=True)

    @property
    def repository(self) -> str:
        """The stable name that sign-offs are bound to.

        Raises:
            UnconfiguredError: if it is not set in the repository's own configuration.
        """
        name = self.given_name
        if not name:
            raise UnconfiguredError(
                "gatekeeper.repository is not set; set it with: "
                f"git -C {self.git_dir} config gatekeeper.repository NAME"
            )
        return name

    @property
    def platform(self) -> str:
        """The value of `gatekeeper.server`."""
        return self.configuration.get("gatekeeper.server") or "auto"

    @property
    def git_checks_objects(self) -> bool:
        """Whether Git itself has looked for malformed objects in this push; the environment may turn that off."""
        given = [value.lower() for name, value in self._environment.items() if name.startswith("GIT_CONFIG")]
        return self.configuration.git_checks_objects and not any("fsck" in v or "include" in v for v in given)

    @property
    def ledger_path(self) -> str:
        """Where the ledger is."""
        return os.path.join(self.git_dir, self.configuration.get("gatekeeper.ledger") or f"{STATE}/ledger.db")

    @property
    def cache(self) -> CompiledCache:
        """The compiled cache, beside the ledger."""
        return CompiledCache(os.path.join(os.path.dirname(self.ledger_path), "cache.db"))

    def ledger(self) -> SqliteLedger:
        """Open the ledger.

        Raises:
            LedgerError: if it is missing or cannot be read.
        """
        return SqliteLedger(self.ledger_path)

    def in_force(self, ledger: Ledger | None) -> InForce:
        """Load policy and roster.

        Raises:
            SourceError: if a file cannot be read.
            ConfigurationError: if they cannot be used.
        """
        last_good = None
        if ledger is not None:
            last_good = LastGood(
                policy=lambda: ledger.archived(ledger.policy_digest()),
                roster=lambda: ledger.archived(ledger.roster_digest()),
            )
        values = (self.configuration.get(key) for key in KEYS)
        return self.load(*values, cache=self.cache, ledger=ledger, last_good=last_good)

    def load(
        self,
        policy: str | None,
        roster: str | None,
        *,
        cache: CompiledCache | None = None,
        ledger: Ledger | None = None,
        last_good: LastGood | None = None,
    ) -> InForce:
        """Load what values of `gatekeeper.policy` and `gatekeeper.roster` name.

        Raises:
            SourceError: if one of them cannot be read.
            ConfigurationError: if they cannot be used.
        """
        place = find_place(policy, roster)
        if place is not None:
            from gatekeeper.governed import load_governed  # only where policy and roster lie on a ref

            engine = self.engine()
            return load_governed(place, refs=self.refs, engine=engine, ledger=ledger, cache=cache, now=self.now)
        files = (read_file(key, value, self.git_dir) for key, value in zip(KEYS, (policy, roster), strict=True))
        return load_in_force(*files, cache=cache, last_good=last_good, now=self.now)

    def refs(self, names: Sequence[str]) -> Mapping[str, Ref]:
        """Return refs as they are now."""
        files = self.git_dir if self.configuration.refs_are_files else ""
        return read_refs(self.runner, names, self.object_format.zero, files)

    def default_branch(self) -> str:
        """Return the full name of what HEAD points at."""
        return default_branch(self.runner)

    def all_refs(self) -> Mapping[str, ObjectId]:
        """Return every ref whose name is UTF-8, as the names of all protected refs must be."""
        return {name: target for name, target in all_refs(self.runner).items() if is_text(name)}

    def refs_at(self, names: Sequence[str]) -> Mapping[str, ObjectId]:
        """Return those refs of some names that exist and are not symbolic."""
        return refs_at(self.runner, names)

    def new_to_server(self, ids: Sequence[ObjectId]) -> frozenset[ObjectId]:
        """Return the commits that only the quarantine has.

        A loose object in the quarantine is new, because Git writes none that it has; a pack can hold
        objects that are on the server too, so for those the server's own objects are asked.
        """
        if not self._start.quarantine:
            return frozenset()
        loose = {i for i in ids if os.path.exists(f"{self._start.quarantine}/{i[:2]}/{i[2:]}")}
        rest = [i for i in ids if i not in loose]
        absent = {
            i
            for i, (_, kind, _) in zip(rest, self.engine(quarantined=False).kinds(rest), strict=True)
            if kind == "missing"
        }
        return frozenset(loose | absent)

    def gate(self, ledger: Ledger, force: InForce) -> Gate:
        """Return everything that the judgement of a push needs."""
        contents = {force.policy_digest: force.policy_content, force.roster_digest: force.roster_content}

        def earlier(digest: str) -> Policy | None:
            content = ledger.archived(digest)
            try:
                return None if content is None else load_policy(content, digest, force.roster, self.cache)
            except ConfigurationError:
                return None

        return Gate(
            engine=self.engine(),
            git_checks_objects=self.git_checks_objects,
            ledger=ledger,
            policy=force.policy,
            roster=force.roster,
            repository=self.repository,
            now=self.now,
            version=__version__,
            digests=(("policy", force.policy_digest), ("roster", force.roster_digest)),
            archive=tuple((d, content) for d, content in contents.items() if not ledger.has_archived(d)),
            refs=self.refs,
            all_refs=self.all_refs,
            refs_at=self.refs_at,
            default_branch=self.default_branch,
            new_to_server=self.new_to_server,
            earlier_policy=earlier,
            governed=force.governed,
        )
