"""The private Git directory: where every child that reads objects runs.

A temporary repository with a configuration of our own and the real object directories as alternates.
It cuts off, in one stroke, the repository's configuration, merge drivers, attributes, grafts, shallow
and replacement refs, lazy fetching and the ref format; and what Git computes for us stays out of the
quarantine (gitrepository-layout(5); tried with git 2.39, 2.47 and 2.55).
"""

from __future__ import annotations

import os

from gatekeeper.core.ids import ObjectFormat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

CONFIG = {
    "sha1": "[core]\n\trepositoryformatversion = 0\n\tbare = true\n",
    "sha256": "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectformat = sha256\n",
}
WITHOUT_GRAPH = {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "core.commitGraph",
    "GIT_CONFIG_VALUE_0": "false",
}


def make_private_directory(root: str, object_format: ObjectFormat) -> str:
    """Make a private Git directory below the scratch directory `root`; return its path."""
    path = f"{root}/git"
    for directory in (path, f"{path}/refs", f"{path}/objects"):
        os.mkdir(directory, 0o700)
    for name, content in (("HEAD", "ref: refs/heads/none\n"), ("config", CONFIG[object_format.name])):
        with open(f"{path}/{name}", "w", encoding="ascii") as file:
            file.write(content)
    return path


def _quoted(path: str) -> str:
    """Quote a path for GIT_ALTERNATE_OBJECT_DIRECTORIES (git(1)): C-style if it holds a colon or quote."""
    if ":" not in path and not path.startswith('"'):
        return path
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def base_environment(path: str) -> dict[str, str]:
    """Return the environment that every child of git gets, private or not; nothing is inherited."""
    return {
        "PATH": path,
        "LC_ALL": "C",
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_TERMINAL_PROMPT": "0",
    }


def private_environment(path: str, private: str, objects: Sequence[str], *, graph: bool = True) -> dict[str, str]:
    """Return the environment of a child that reads objects from the directories `objects`.

    Without `graph` parents are read from the commits themselves, not from the commit-graph: that is a file beside them
    which Git believes (git-commit-graph(1)), and whoever can write it can leave out what a merge brought.
    """
    return {
        **({} if graph else WITHOUT_GRAPH),
        **base_environment(path),
        "GIT_DIR": private,
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": ":".join(map(_quoted, objects)),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_ATTR_NOSYSTEM": "1",
    }
