"""Coverage of an installed hook.

A hook runs `python -I -S -c CODE`: isolated and without `site`, so the start-up file by which coverage
measures other processes is never read. The tests therefore rewrite the shim that `install` put into the
repository: this file goes in front of `-c CODE`, starts coverage, and then runs CODE as Python would.
The shim that ships knows nothing of it. While it is measured, a hook has coverage's imports too, so a
test that counts what a hook imports uses a shim that was not rewritten.
"""

from __future__ import annotations

import os
import shlex
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

VARIABLE = "COVERAGE_PROCESS_CONFIG"
"""Left by coverage (`patch = subprocess`) for the processes that are to count."""
ISOLATED = " -I -S -c "
CHECKOUT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DATA_FILE = os.path.join(CHECKOUT, ".coverage")


def are_measured() -> bool:
    """Whether the coverage of processes that are started now counts."""
    return VARIABLE in os.environ


def instrument(shim: Path) -> None:
    """Make the installed hook `shim` count, if the coverage of processes is measured now.

    Raises:
        ValueError: if `shim` does not start Python exactly once as `-I -S -c`.
    """
    if are_measured():
        shim.write_text(instrumented(shim.read_text()))


def instrumented(script: str, data_file: str = DATA_FILE) -> str:
    """Return the text of a shim that does what `script` does and is measured.

    Raises:
        ValueError: if `script` does not start Python exactly once as `-I -S -c`.
    """
    import coverage

    if script.count(ISOLATED) != 1:
        raise ValueError(f"not exactly one{ISOLATED}in the shim")
    packages = os.path.dirname(os.path.dirname(coverage.__file__))
    start = shlex.join([os.path.abspath(__file__), packages, data_file])
    return script.replace(ISOLATED, f" -I -S {start} -c ")


def main(packages: str, data_file: str, _dash_c: str, code: str, *arguments: str) -> None:
    """Start coverage, then be `python -c code arguments…`."""
    sys.path.append(packages)
    from coverage import Coverage

    Coverage(
        config_file=os.path.join(CHECKOUT, "pyproject.toml"),
        data_file=data_file,
        data_suffix=True,
        auto_data=True,
    ).start()
    # The hook sees neither the path nor the variable that coverage left for processes of its own.
    sys.path.remove(packages)
    os.environ.pop(VARIABLE, None)
    sys.argv = ["-c", *arguments]
    exec(compile(code, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 - as `-c` does


if __name__ == "__main__":
    main(*sys.argv[1:])
