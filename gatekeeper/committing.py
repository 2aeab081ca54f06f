"""Use case: help with a commit message while it is being written, in somebody's clone (DESIGN.md section 7).

Inside a known agent's environment, a commit that is made there declares it by itself; and whoever writes a
message is told what the gate would read otherwise. What Git replays keeps what it says. None of it is a
defence, and nothing depends on it: the server judges every push.
"""

from __future__ import annotations

import os
from functools import cached_property

from gatekeeper.config.asking import Asks, read_asks
from gatekeeper.config.problems import ConfigurationError
from gatekeeper.core.cleanup import cleaned, comment_of
from gatekeeper.core.commits import Identity
from gatekeeper.core.declaration import State, judge, look_up, prepared
from gatekeeper.core.form import Fault, faults, own_keys
from gatekeeper.core.ids import Timestamp
from gatekeeper.core.marks import Findings
from gatekeeper.core.push import PUBLISHED, RESERVED
from gatekeeper.core.record import Record
from gatekeeper.core.tools import agent_at_work
from gatekeeper.git import GitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gatekeeper.core.declaration import Evidence
    from gatekeeper.git.process import Runner

SETTINGS = ("config", "--null", "--get-regexp", r"^(core\.comment(char|string)|commit\.(cleanup|template))$")
TIPS = ("for-each-ref", "--format=%(objectname)", f"{RESERVED}remotes/*/{PUBLISHED.removeprefix(RESERVED)}")
KEPT = "gatekeeper/asked.json"
"""In the Git directory: what `read_asks` keeps."""
KEY = b"Assisted-by"
"""The key of a declaration where the policy has none of its own."""
MERGE_MSG = "MERGE_MSG"
WRITTEN_BY_GIT = (MERGE_MSG, "SQUASH_MSG")
"""In the Git directory while Git replays or joins commits: their messages, whatever the new one will be."""
CONFLICTS = b" Conflicts:\n"
"""What Git adds to MERGE_MSG, behind a comment character, before the paths that somebody has to merge by hand."""
FOLDED = (b"fixup! ", b"squash! ", b"amend! ")
"""How the subject begins of a commit that `git rebase --autosquash` folds into another one."""


class Added(Record):
    """A declaration that was added to a message."""

    trailer: str
    variable: str
    """The environment variable that told of the agent."""


class Draft:
    """The message of a commit that is being made, in the file that Git gave to a hook."""

    def __init__(self, path: str, environment: Mapping[str, str], runner: Runner) -> None:
        """Open it.

        Args:
            path: The file; it lies in the Git directory of the work tree (githooks(5)).
            environment: The hook's.
            runner: Runs git where the hook runs, with the environment of the hook.
        """
        self.path = path
        self._environment = environment
        self._runner = runner
        self._git_dir = os.path.dirname(path) or "."
        self.trouble = ""
        """Why what a server publishes could not be read."""
        runner.ahead(*SETTINGS)
        runner.ahead(*TIPS)

    @cached_property
    def asks(self) -> Asks:
        """What the policies ask for that servers have published to this clone, as last fetched."""
        _, output = self._runner.run(*TIPS)
        tips = output.decode().split()

        def policies() -> Iterator[bytes]:
            from gatekeeper.config.published import POLICY

            for tip in tips:
                yield self._runner.run("cat-file", "blob", f"{tip}:{POLICY}")[1]

        try:
            return read_asks(os.path.join(self._git_dir, KEPT), " ".join(tips), policies) if tips else Asks()
        except (ConfigurationError, GitError) as error:
            self.trouble = str(error).partition("\n")[0]
            return Asks()

    @cached_property
    def _settings(self) -> dict[str, str]:
        """The user's settings of how messages are cleaned up; later ones override."""
        _, output = self._runner.run(*SETTINGS, accept=(0, 1))
        lines = (entry.decode("utf-8", "surrogateescape").partition("\n") for entry in output.split(b"\0")[:-1])
        return {key.removesuffix("string").removesuffix("char"): value for key, _, value in lines}

    def message(self) -> bytes:
        """Return the message as Git would commit it now; nothing if it would give up."""
        with open(self.path, "rb") as file:
            message = self._clean(file.read())
        template = os.path.expanduser(self._settings.get("commit.template", ""))
        if template and os.path.isfile(template):
            with open(template, "rb") as file:
                if message == self._clean(file.read()):
                    return b""  # as Git looks at it only after the hook (`template_untouched` in sequencer.c)
        return message

    def _clean(self, text: bytes) -> bytes:
        mode = self._settings.get("commit.cleanup", "default")
        # `:` is how Git tells a hook that there is no editor, and then comments stay (builtin/commit.c).
        in_editor = self._environment.get("GIT_EDITOR") != ":"
        comments_stay = mode in ("whitespace", "verbatim", "scissors") or (mode == "default" and not in_editor)
        comment = comment_of(self._settings.get("core.comment", ""), text)
        return cleaned(text, comment, comments_stay=comments_stay)

    @cached_property
    def joined(self) -> bytes:
        """The messages of what Git is replaying or joining; nothing if the commit is simply made."""
        return b"\n".join(filter(None, map(self._read, WRITTEN_BY_GIT)))

    @cached_property
    def by_hand(self) -> bool:
        """Whether somebody merged conflicts in what Git replays or joins, or stopped a merge before its commit."""
        concluded = os.path.basename(self.path) != MERGE_MSG and bool(self._read("MERGE_HEAD"))
        return concluded or CONFLICTS in self.joined

    @property
    def is_replay(self) -> bool:
        """Whether Git makes the commit of others, message and all: a pick, a revert, a merge, a fixup."""
        return bool(self._read(MERGE_MSG)) and not self.by_hand

    def _read(self, name: str) -> bytes:
        """Return a file of the Git directory; nothing if there is none."""
        try:
            with open(os.path.join(self._git_dir, name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return b""

    @cached_property
    def changes_something(self) -> bool:
        """Whether the commit will differ from HEAD: a message that is only worded anew does not."""
        status, _ = self._runner.run("diff-index", "--cached", "--quiet", "HEAD", "--", accept=(0, 1, 128))
        return status != 0  # 128: there is no commit yet

    @property
    def key(self) -> bytes:
        """The key with which the policy asks to declare help: the first of its own, if it has any."""
        return (*own_keys(self.asks.rules), KEY)[0]

    def add(self, trailer: str) -> None:
        """Add a trailer to the file where Git would put it, above comments and whatever Git cuts off.

        Raises:
            GitError: if git does not.
        """
        options = ("--in-place", "--where", "end", "--if-exists", "addIfDifferent", "--if-missing", "add")
        separator = "trailer.separators=:"  # the user's own would take the whole for a key
        self._runner.run("-c", separator, "interpret-trailers", *options, "--trailer", trailer, self.path)

    def says(self, message: bytes) -> State:
        """Return what a message says about AI, without author and committer."""
        findings = prepared(self.asks.rules).find(message)
        return judge(findings or Findings(), ()).state

    def author(self) -> tuple[Evidence, ...]:
        """Return what the author of the commit says about AI (git tells hooks who that is)."""
        names = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL")
        name, email = (os.fsencode(self._environment.get(variable, "")) for variable in names)
        identity = Identity(name=name, email=email, time=Timestamp(0), zone=b"+0000", line=b"")
        evidence = look_up(prepared(self.asks.rules), identity, "author")
        return () if evidence is None else (evidence,)


class Objections(Record):
    """What stands against a message."""

    faults: tuple[Fault, ...] = ()
    undeclared: bool = False
    """Whether it does not say whether AI helped, though the policy wants every commit to."""
    key: bytes = KEY
    """With which the policy asks to declare help."""

    def __bool__(self) -> bool:
        """Whether there is any."""
        return self.undeclared or bool(self.faults)


def declare_help(draft: Draft, environment: Mapping[str, str]) -> Added | None:
    """Add a declaration to a message that says nothing yet, if its commit is made in a known agent's environment.

    An empty message stays empty, so that Git still gives up on it. Return what was added.
    """
    agent = agent_at_work(environment)
    if agent is None:
        return None
    message = draft.message()
    if not message or draft.says(message) is not State.SILENT or not _made_with_help(draft):
        return None
    name, variable = agent
    trailer = f"{draft.key.decode()}: {name}"
    draft.add(trailer)
    return Added(trailer=trailer, variable=variable)


def _made_with_help(draft: Draft) -> bool:
    """Whether this agent makes the commit, and not Git of other commits; or else one of those says so."""
    if not draft.joined:
        return draft.changes_something
    return draft.by_hand or draft.says(draft.joined) is State.DECLARED


def objections(draft: Draft) -> Objections:
    """Return what stands against the message. What Git replays is not looked at: its words are somebody else's."""
    message = draft.message()
    if not message or draft.is_replay:
        return Objections()
    author, rules = draft.author(), draft.asks.rules
    state = judge(prepared(rules).find(message) or Findings(), author).state
    asked = draft.asks.undeclared_refused and state is State.SILENT and not message.startswith(FOLDED)
    return Objections(
        faults=faults(message, author, rules),
        undeclared=asked and (bool(draft.joined) or draft.changes_something),
        key=draft.key,
    )
