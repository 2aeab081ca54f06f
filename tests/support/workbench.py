"""A repository in which somebody commits for real, through whatever hooks are in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gatekeeper.attaching import Attached, Hooks
from tests.support.commands import Said, execute
from tests.support.hook_coverage import instrument

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PERSON = {
    "GIT_AUTHOR_NAME": "Ann Lee",
    "GIT_AUTHOR_EMAIL": "ann@example.com",
    "GIT_COMMITTER_NAME": "Ann Lee",
    "GIT_COMMITTER_EMAIL": "ann@example.com",
    "GIT_EDITOR": "true",
}
AGENT = {"CLAUDECODE": "1"}
MARK = "Assisted-by: Claude Code"


class Workbench:
    """A repository with a work tree. `agent` changes whose environment the commands run in."""

    def __init__(self, path: Path, object_format: str = "sha1") -> None:
        self.path = path
        self.agent: Mapping[str, str] = {}
        if not path.exists():
            path.mkdir(parents=True)
            self.git("init", "-q", "-b", "main", "--template=", f"--object-format={object_format}")
            self.git("commit", "-q", "--allow-empty", "-m", "Begin")

    def run(self, *arguments: str, **env: str) -> Said:
        """Run git, which may fail."""
        return execute(["git", *arguments], cwd=self.path, env={**PERSON, **self.agent, **env})

    def below(self, directory: Path) -> Workbench:
        """The same somewhere else: in another directory or work tree."""
        other = Workbench(directory)
        other.agent = self.agent
        return other

    def git(self, *arguments: str, **env: str) -> str:
        """Run git, which must not fail; return what it printed."""
        said = self.run(*arguments, **env)
        assert said.status == 0, said.text
        return said.out

    def attach(self) -> list[Attached]:
        """Put the hooks in, and let them count for coverage."""
        attached = Hooks(str(self.path)).attach()
        for each in attached:
            instrument(each.path)
        return attached

    def change(self, name: str = "", content: str = "") -> str:
        """Stage a change of a file, a new one by default; return its name."""
        name = name or f"file-{len(list(self.path.iterdir()))}"
        (self.path / name).write_text(content or f"{name}\n")
        self.git("add", name)
        return name

    def commit(self, message: str, *options: str, **env: str) -> Said:
        """Change something and commit it with `-m`."""
        self.change()
        return self.run("commit", "-q", "-m", message, *options, **env)

    def edit(self, message: str, *options: str, **env: str) -> Said:
        """Change something and commit it with an editor that puts a message above what Git shows in it."""
        self.change()
        script = self.path.parent / "editor"
        (self.path.parent / "typed").write_text(message)
        script.write_text('#!/bin/sh\ncat "${0%/*}/typed" "$1" > "$1.new" && mv "$1.new" "$1"\n')
        script.chmod(0o755)
        return self.run("commit", "-q", *options, **{"GIT_EDITOR": str(script), **env})

    def message(self, revision: str = "HEAD") -> str:
        return self.git("log", "-1", "--format=%B", revision).rstrip("\n")

    def trailers(self, revision: str = "HEAD") -> list[str]:
        """The trailers as Git reads them."""
        done = execute(["git", "interpret-trailers", "--parse"], cwd=self.path, data=self.message(revision) + "\n")
        assert done.status == 0
        return done.out.splitlines()

    def head(self) -> str:
        return self.git("rev-parse", "HEAD").strip()

    def hook(self, name: str, text: str, directory: Path | None = None) -> Path:
        """Write somebody's own hook."""
        path = (directory or self.path / ".git/hooks") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
        return path
