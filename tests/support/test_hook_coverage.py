from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from coverage import CoverageData

from tests.support.hook_coverage import CHECKOUT, instrumented

CODE = """
import os, sys
sys.path.insert(0, sys.argv[2])
from gatekeeper.core.ids import SHA1
print(sys.argv, __name__, sys.flags.isolated, sys.flags.no_site, sorted(n for n in os.environ if "COV" in n))
print(sys.path[0], SHA1.is_id(sys.stdin.read()), file=sys.stderr)
sys.exit(3)
"""
SHIM = f"#!/bin/sh\nexec '{sys.executable}' -I -S -c '{CODE}' \"$1\" '{CHECKOUT}'\n"


def run(script: str, where: Path) -> tuple[int, str, str]:
    shim = where / "pre-receive"
    shim.write_text(script)
    shim.chmod(0o755)
    # A Git directory may have a directory `gatekeeper`, and the hook runs there.
    (where / "gatekeeper").mkdir(exist_ok=True)
    done = subprocess.run([shim, "a b"], cwd=where, env={}, input="0" * 40, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def test_a_measured_hook_does_what_the_hook_does_and_is_measured(tmp_path: Path) -> None:
    plain = run(SHIM, tmp_path)
    assert plain == (3, f"['-c', 'a b', '{CHECKOUT}'] __main__ 1 1 []\n", f"{CHECKOUT} True\n")

    assert run(instrumented(SHIM, str(tmp_path / "counted")), tmp_path) == plain

    (written,) = tmp_path.glob("counted.*")
    data = CoverageData(str(written))
    data.read()
    assert str(Path(CHECKOUT, "gatekeeper/core/ids.py")) in data.measured_files()
    assert data.has_arcs()


@pytest.mark.parametrize("script", ["exec python -c x", "python -I -S -c x; python -I -S -c y"])
def test_a_shim_of_another_form_is_not_rewritten(script: str) -> None:
    with pytest.raises(ValueError, match="not exactly one"):
        instrumented(script)
