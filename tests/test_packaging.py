"""The wheel as a user gets it."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

import gatekeeper

CHECKOUT = Path(__file__).parent.parent
DATA = ("evidence", "hooks", "policies")


def output_of(*command: str | Path) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, cwd="/").stdout


def shipped(directory: str) -> list[Path]:
    """Return the files that Git would take from a directory of the checkout."""
    listed = output_of("git", "-C", CHECKOUT, "ls-files", "-z", "--cached", "--others", "--exclude-standard", directory)
    return [Path(name) for name in listed.split("\0") if name]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the checkout."""
    where = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(where)]
    subprocess.run(build, cwd=CHECKOUT, check=True, capture_output=True)
    (built,) = where.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an environment with the wheel in it: the one `make test-wheel` made, or a quick one.

    The quick one borrows the dependencies of this environment, so that it needs no network.
    """
    if given := request.config.getoption("--installed"):
        return Path(given).absolute()
    where = tmp_path_factory.mktemp("installed")
    venv.create(where, with_pip=False, symlinks=True)
    (packages,) = where.glob("lib/python*/site-packages")
    (packages / "borrowed.pth").write_text("\n".join(p for p in sys.path if p.endswith("site-packages")))
    install = ["--python", str(where), "install", "--quiet", "--no-index", "--no-deps"]
    built = request.getfixturevalue("wheel")
    subprocess.run([sys.executable, "-m", "pip", "--isolated", *install, built], check=True, capture_output=True)
    return where


def test_the_wheel_holds_the_package_its_data_and_nothing_else(wheel: Path) -> None:
    names = [Path(name) for name in zipfile.ZipFile(wheel).namelist()]
    expected = {Path("gatekeeper/_data") / path for path in [path for kind in DATA for path in shipped(kind)]}
    expected |= set(shipped("gatekeeper"))
    assert {path for path in names if path.parts[0] == "gatekeeper"} == expected
    assert {path.parts[0] for path in names} == {
        "gatekeeper",
        f"git_gatekeeper-{gatekeeper.__version__}.dist-info",
    }


@pytest.mark.parametrize("command", ["gatekeeper", "git-gatekeeper"])
def test_an_installed_command_says_its_version(installed: Path, command: str) -> None:
    assert gatekeeper.__version__ in output_of(installed / "bin" / command, "--version").split()


def test_git_finds_the_installed_command_as_its_own(installed: Path) -> None:
    path = f"{installed / 'bin'}{os.pathsep}{os.environ['PATH']}"
    said = subprocess.run(
        ["git", "gatekeeper", "--version"], env={**os.environ, "PATH": path}, check=True, capture_output=True
    )
    assert gatekeeper.__version__ in said.stdout.decode().split()


@pytest.mark.parametrize("directory", DATA)
def test_the_installed_package_has_its_data(installed: Path, directory: str) -> None:
    where = "import gatekeeper, os; print(os.path.dirname(gatekeeper.__file__))"
    package = Path(output_of(installed / "bin" / "python", "-I", "-c", where).strip())
    assert CHECKOUT not in package.parents or installed in package.parents
    files = shipped(directory)
    assert files
    for path in files:
        copy = package / "_data" / path
        assert copy.read_bytes() == (CHECKOUT / path).read_bytes()
        assert os.access(copy, os.X_OK) == os.access(CHECKOUT / path, os.X_OK)


def test_the_installed_package_is_complete(installed: Path) -> None:
    asked = subprocess.run(
        [sys.executable, "-m", "pip", "--python", installed, "check"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert asked.returncode == 0, asked.stdout
