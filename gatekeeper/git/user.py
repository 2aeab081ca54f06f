"""Git as the user runs it, in a clone: with the user's configuration, agents and credentials."""

from __future__ import annotations

import os
import subprocess

from gatekeeper.git import GitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class UserGit:
    """Runs git in a directory with the environment of the user. Nothing is decided by what it says."""

    def __init__(self, directory: str, environment: Mapping[str, str] | None = None) -> None:
        """`directory` is in the clone; `environment` is this process's own by default."""
        self.directory = directory
        inherited = os.environ if environment is None else environment
        # What git says in words is looked at, and shown beside words of ours: no other language.
        self._environment = {**inherited, "LANGUAGE": "C"}

    def ask(self, *arguments: str) -> str | None:
        """Return what git prints, without the last newline; None if it fails."""
        status, output, _ = self._run(arguments)
        return output if status == 0 else None

    def absence(self) -> str:
        """Return why git finds no repository here, to follow the name of the directory."""
        _, _, said = self._run(("rev-parse", "--absolute-git-dir"))
        if "dubious ownership" in said:  # git-config(1), safe.directory
            return "belongs to another account, so git does not read it: run this as its owner"
        return "is in no Git repository"

    def tell(self, *arguments: str) -> str:
        """Run git and return what it prints.

        Raises:
            GitError: if it fails, with what it said.
        """
        status, output, said = self._run(arguments)
        if status:
            raise GitError(f"`git {' '.join(arguments[:2])}` failed: {said or f'status {status}'}")
        return output

    def run(self, *arguments: str) -> tuple[int, str]:
        """Return status, and standard output and standard error together."""
        status, output, said = self._run(arguments)
        return status, f"{output}\n{said}"

    def _run(self, arguments: tuple[str, ...]) -> tuple[int, str, str]:
        try:
            done = subprocess.run(
                ["git", *arguments],
                cwd=self.directory,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
            )
        except OSError as error:
            raise GitError(f"cannot run git in {self.directory}: {error.strerror}") from None
        output, said = (data.decode("utf-8", "surrogateescape").rstrip("\n") for data in (done.stdout, done.stderr))
        return done.returncode, output, said
