"""The files that ship beside the code: hooks, policies, schemas, the checks of evidence."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent


def resource(kind: str, name: str) -> Path:
    """Return the path of a shipped file.

    Args:
        kind: `evidence`, `hooks` or `policies`.
        name: The file's name.

    Raises:
        FileNotFoundError: if there is no such file: a broken installation.
    """
    for root in (PACKAGE / "_data", PACKAGE.parent):
        path = root / kind / name
        if path.is_file():
            return path
    raise FileNotFoundError(f"{kind}/{name} is not part of this installation of gatekeeper")
