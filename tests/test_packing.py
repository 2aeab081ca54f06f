"""A package is there whole or not at all."""

from __future__ import annotations

import hashlib
import tarfile
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.ids import Timestamp
from gatekeeper.packing import OccupiedError, Package

if TYPE_CHECKING:
    from pathlib import Path


def test_a_folder_has_the_files_and_a_manifest_of_them(tmp_path: Path) -> None:
    with Package(str(tmp_path / "new")) as package:
        package.add("b/c", b"content")
        package.add("a", b"")
        assert not (tmp_path / "new").exists()
    manifest = (tmp_path / "new/MANIFEST").read_bytes()
    assert manifest.decode().splitlines() == [
        f"{hashlib.sha256(b'').hexdigest()}  a",
        f"{hashlib.sha256(b'content').hexdigest()}  b/c",
    ]
    assert package.manifest_digest == hashlib.sha256(manifest).hexdigest()
    assert (tmp_path / "new/b/c").read_bytes() == b"content"
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["new"]


@pytest.mark.parametrize("name", ["new", "new.tar.gz"])
def test_after_an_error_nothing_is_left(tmp_path: Path, name: str) -> None:
    def broken() -> None:
        with Package(str(tmp_path / name)) as package:
            package.add("a", b"")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["there", "there.tar.gz", "link"])
def test_what_is_there_is_not_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there/mine").touch()
    (tmp_path / "there.tar.gz").touch()
    (tmp_path / "link").symlink_to("nowhere")
    with pytest.raises(OccupiedError, match="is there already"):
        Package(str(tmp_path / name))


def test_an_archive_that_came_there_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    def late() -> None:
        with Package(str(tmp_path / "new.tar.gz")) as package:
            package.add("a", b"")
            (tmp_path / "new.tar.gz").write_text("mine")

    with pytest.raises(FileExistsError):
        late()
    assert (tmp_path / "new.tar.gz").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["new.tar.gz"]


def test_members_of_an_archive_have_one_time_one_owner_and_plain_modes(tmp_path: Path) -> None:
    with Package(str(tmp_path / "new.tar.gz")) as package:
        package.modified = Timestamp(1_700_000_000)
        package.add("run.sh", b"#!/bin/sh\n", executable=True)
        package.add("deep/er/file", b"")
    with tarfile.open(tmp_path / "new.tar.gz") as archive:
        found = [(member.name, member.mode, member.mtime, member.uid) for member in archive]
    time = 1_700_000_000
    assert found == [
        ("evidence", 0o755, time, 0),
        ("evidence/MANIFEST", 0o644, time, 0),
        ("evidence/deep", 0o755, time, 0),
        ("evidence/deep/er", 0o755, time, 0),
        ("evidence/deep/er/file", 0o644, time, 0),
        ("evidence/run.sh", 0o755, time, 0),
    ]


@pytest.mark.parametrize("path", ["../out", "/etc/x", "a/../b", ""])
def test_a_path_that_leads_out_is_a_fault(tmp_path: Path, path: str) -> None:
    with Package(str(tmp_path / "new")) as package, pytest.raises(ValueError, match="cannot be put"):
        package.add(path, b"")
