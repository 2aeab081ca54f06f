"""Refs and configuration: the two things that are read with the repository's own Git directory."""

from __future__ import annotations

import os

from gatekeeper.core.ids import FORMATS, ObjectFormat, ObjectId
from gatekeeper.core.record import Record
from gatekeeper.git import GitError, Ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gatekeeper.git.process import Runner

CONFIG_KEYS = r"^(gatekeeper\..*|extensions\.(object|compatobject)format|extensions\.refstorage|receive\.fsck.*)$"
MAX_NAMES = 200
"""Refs that are asked for by name; for more it is cheaper to read all, and a command line has an end."""
REF_FORMAT = "%(refname)%00%(objectname)%00%(symref)%00%(HEAD)%00"


CONFIG_COMMAND = ("config", "--show-scope", "--null", "--includes", "--get-regexp", CONFIG_KEYS)


class Setting(Record):
    """One value of Git's configuration."""

    scope: str
    """`system` or `local`; other scopes are not read."""
    key: str
    value: str


class Configuration:
    """`gatekeeper.*` and what gatekeeper must know of the repository, as `git config` gives it."""

    def __init__(self, settings: Iterable[Setting]) -> None:
        """Keep the settings in Git's order: a later one overrides."""
        self.settings = tuple(settings)

    def get(self, key: str, *, own_only: bool = False) -> str | None:
        """Return the last value of a lower-case key; with `own_only` from the repository's own file only."""
        values = [s.value for s in self.settings if s.key == key and (s.scope == "local" or not own_only)]
        return values[-1] if values else None

    @property
    def refs_are_files(self) -> bool:
        """Whether refs are in the "files" format (gitrepository-layout(5)), and not in a reftable."""
        return self.get("extensions.refstorage", own_only=True) in (None, "files")

    @property
    def git_checks_objects(self) -> bool:
        """Whether receive-pack itself refuses every malformed object (receive.fsckObjects in git-config(1))."""
        softened = any(setting.key.startswith("receive.fsck.") for setting in self.settings)
        return self.get("receive.fsckobjects", own_only=True) in ("true", "yes", "on", "1") and not softened

    @property
    def object_format(self) -> ObjectFormat:
        """The repository's object format.

        Raises:
            GitError: for one that gatekeeper does not know.
        """
        name = self.get("extensions.objectformat", own_only=True) or "sha1"
        if name not in FORMATS or self.get("extensions.compatobjectformat", own_only=True):
            raise GitError(f"the repository's object format ({name}, or a second one beside it) is not supported")
        return FORMATS[name]


def read_configuration(runner: Runner) -> Configuration:
    """Read the settings of system and repository; the runner's environment leaves out the user's."""
    status, output = runner.run(*CONFIG_COMMAND, accept=(0, 1))
    fields = output.split(b"\0")
    if status == 0 and (fields.pop() or len(fields) % 2):
        raise GitError("`git config` gave half a record")
    settings: list[Setting] = []
    for index in range(0, len(fields) - 1, 2):
        key, _, value = fields[index + 1].decode("utf-8", "surrogateescape").partition("\n")
        scope = fields[index].decode("latin-1")
        if scope in ("system", "local"):
            settings.append(Setting(scope=scope, key=key, value=value))
    return Configuration(settings)


def refs_command(names: Sequence[str]) -> tuple[str, ...]:
    """Return the command that reads refs by name; empty if none of the names can be asked for."""
    wanted = [name for name in dict.fromkeys(names) if _askable(name)]
    if len(wanted) > MAX_NAMES:
        wanted = ["refs/"]
    return ("for-each-ref", f"--format={REF_FORMAT}", *wanted) if wanted else ()


def read_refs(runner: Runner, names: Sequence[str], zero: ObjectId, files: str = "") -> dict[str, Ref]:
    """Read refs by full name; a name that does not exist is given with the zero id.

    Symbolic refs are resolved, dangling ones too: a push to them would create what they name. Git does not list
    those. `files` is the Git directory if refs are files in it: there a dangling one is a file, so a name without
    a file needs no child of its own to be known as absent.
    """
    found: dict[str, Ref] = {}
    command = refs_command(names)
    if command:
        _, output = runner.run(*command)
        for line in output.split(b"\n")[:-1]:
            fields = [field.decode("utf-8", "surrogateescape") for field in line.split(b"\0")]
            if len(fields) != REF_FORMAT.count("%00") + 1:
                raise GitError(f"`git for-each-ref` answered {line[:100]!r}")
            name, target, symref, head, _ = fields
            found[name] = Ref(name=name, target=ObjectId(target), resolves_to=symref or name, is_default=head == "*")
    return {name: found.get(name) or _absent(runner, name, zero, files) for name in names}


def _askable(name: str) -> bool:
    """Whether a pushed name can be asked for as a plain argument: not a pattern, not an option."""
    return name.startswith("refs/") and not set(name) & set("*?[\\\0\n ")


def _absent(runner: Runner, name: str, zero: ObjectId, files: str) -> Ref:
    """Return a ref that for-each-ref does not list: absent, or a dangling symbolic ref."""
    path = os.path.join(files, name)
    if not _askable(name) or (files and not os.path.isfile(path) and not os.path.islink(path)):
        return Ref(name=name, target=zero, resolves_to=name)
    status, output = runner.run("symbolic-ref", "-q", name, accept=(0, 1, 128))
    if status == 128 and runner.run("check-ref-format", name, accept=(0, 1))[0] == 0:
        raise GitError(f"the ref {name} is there and cannot be read")
    target = output.decode("utf-8", "surrogateescape").strip() if status == 0 else name
    return Ref(name=name, target=zero, resolves_to=target)


def default_branch(runner: Runner) -> str:
    """Return the full name of the branch that HEAD names, existing or not; empty if HEAD is detached."""
    status, output = runner.run("symbolic-ref", "-q", "HEAD", accept=(0, 1))
    return output.decode("utf-8", "surrogateescape").strip() if status == 0 else ""


def all_refs(runner: Runner, *prefixes: str) -> dict[str, ObjectId]:
    """Return every ref below the prefixes (all refs without), symbolic ones left out."""
    _, output = runner.run("for-each-ref", "--format=%(refname)%00%(objectname)%00%(symref)", *prefixes)
    refs: dict[str, ObjectId] = {}
    for line in output.split(b"\n")[:-1]:
        name, target, symref = (field.decode("utf-8", "surrogateescape") for field in line.split(b"\0"))
        if not symref:
            refs[name] = ObjectId(target)
    return refs


def refs_at(runner: Runner, names: Sequence[str]) -> dict[str, ObjectId]:
    """Return those refs of some names that exist, symbolic ones left out; what exists besides costs nothing."""
    wanted = [name for name in names if _askable(name)]
    found = all_refs(runner, *(wanted if len(wanted) <= MAX_NAMES else ())) if wanted else {}
    return {name: found[name] for name in wanted if name in found}


def aliases(runner: Runner) -> dict[str, str]:
    """Return every symbolic ref below `refs/` that leads to a ref which exists, with the name of that."""
    _, output = runner.run("for-each-ref", "--format=%(refname)%00%(symref)")
    lines = (line.decode("utf-8", "surrogateescape").split("\0") for line in output.split(b"\n")[:-1])
    return {name: target for name, target in lines if target}
