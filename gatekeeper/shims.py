"""The hooks as files: the shipped shims, filled in for this installation, beside hooks of somebody else's."""

from __future__ import annotations

import os
import shlex
import sys
import sysconfig
from pathlib import Path

import gatekeeper
from gatekeeper.resources import resource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

MARK = "Written by `gatekeeper "
"""By this, in a line of comment, a hook is known to be ours."""


def shim(hook: str, values: Mapping[str, str]) -> str:
    """Return the text of a hook for this interpreter and this installation.

    Args:
        hook: Its name.
        values: What stands for the other placeholders, `@NAME@`, as the shell must read it.
    """
    packages = [str(Path(gatekeeper.__file__).resolve().parent.parent)]
    packages += [sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    everything = {
        "@PYTHON@": shlex.quote(sys.executable),
        "@PACKAGES@": " ".join(shlex.quote(path) for path in dict.fromkeys(packages)),
        **values,
    }
    text = resource("hooks", hook).read_text(encoding="utf-8")
    for name, value in everything.items():
        text = text.replace(name, value)
    return text


def write_hook(path: Path, text: str) -> bool:
    """Write an executable file, at once or not at all; return whether it was another one before."""
    if path.exists() and path.read_bytes() == text.encode() and os.access(path, os.X_OK):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    temporary.write_text(text, encoding="utf-8")
    temporary.chmod(0o755)
    os.replace(temporary, path)
    return True


def is_ours(path: Path) -> bool:
    """Whether gatekeeper wrote a hook. A link never was, wherever it leads."""
    return not path.is_symlink() and path.is_file() and MARK.encode() in path.read_bytes()


def move_hook(path: Path, to: Path) -> None:
    """Move a hook as it is, with its mode; a relative link leads to the same file from its new place."""
    if path.is_symlink() and not os.path.isabs(target := os.readlink(path)):
        os.symlink(os.path.relpath(os.path.join(path.parent, target), to.parent), to)
        os.unlink(path)
    else:
        os.rename(path, to)
