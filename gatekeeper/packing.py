"""A folder or archive of files that is there whole or not at all, with a manifest of what is in it."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import tarfile
import tempfile
from pathlib import Path, PurePosixPath

from gatekeeper.core.ids import Timestamp

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

MANIFEST = "MANIFEST"
ARCHIVES = (".tar.gz", ".tgz")
"""How the name of an archive ends; every other name is a folder's."""
INSIDE = "evidence"
"""The folder that an archive unpacks to, whatever the archive is called: its bytes do not depend on its name."""


class OccupiedError(Exception):
    """Something is there already, and is not overwritten."""


class Package:
    """Writes files beside the target and puts them in place at the end. A context manager: an error leaves nothing."""

    def __init__(self, target: str) -> None:
        """Prepare a folder, or an archive if the name ends so.

        Raises:
            OccupiedError: if the target is there, unless it is an empty folder.
            OSError: if nothing can be written beside it.
        """
        self.target = Path(target).absolute()
        self.is_archive = target.endswith(ARCHIVES)
        self.modified = Timestamp(0)
        """The time of every file in an archive; to be set by who knows one that is the same in every run."""
        if self.target.is_symlink() or (self.target.exists() and not self._is_empty_folder()):
            raise OccupiedError(f"{target} is there already; name a new file, or a new or empty folder")
        name = f".{self.target.name}.partial-"
        self._scratch = Path(tempfile.mkdtemp(dir=self.target.parent, prefix=name))
        self._folder = self._scratch / INSIDE
        self._folder.mkdir()
        self._digests: dict[str, str] = {}
        self.manifest_digest = ""
        """SHA-256 of the manifest, in hex, once the package is in place."""

    def _is_empty_folder(self) -> bool:
        return not self.is_archive and self.target.is_dir() and not any(self.target.iterdir())

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the package in place, or after an error remove what was written."""
        try:
            if kind is None:
                self._finish()
        finally:
            shutil.rmtree(self._scratch, ignore_errors=True)

    @property
    def files(self) -> int:
        """How many files there are, the manifest not counted."""
        return len(self._digests)

    def add(self, path: str, data: bytes, *, executable: bool = False) -> None:
        """Write a file; `path` is relative, with slashes, and made of names that we chose or checked."""
        parts = PurePosixPath(path).parts
        if path in self._digests or not parts or path.startswith("/") or ".." in parts:
            raise ValueError(f"{path} cannot be put into a package, or is in it already")
        place = self._folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
        place.chmod(0o755 if executable else 0o644)
        self._digests[path] = hashlib.sha256(data).hexdigest()

    def _finish(self) -> None:
        lines = [f"{digest}  {path}\n" for path, digest in sorted(self._digests.items())]
        manifest = "".join(lines).encode()
        (self._folder / MANIFEST).write_bytes(manifest)
        (self._folder / MANIFEST).chmod(0o644)
        if self.is_archive:
            archive = self._scratch / "archive"
            self._archive(archive)
            os.link(archive, self.target)  # a link and not a rename: what came there in between is not replaced
        else:
            self._folder.chmod(0o700)
            self._folder.rename(self.target)
        self.manifest_digest = hashlib.sha256(manifest).hexdigest()

    def _archive(self, path: Path) -> None:
        """Write the same bytes for the same files: sorted, with one owner and one time."""
        names = sorted((*self._digests, MANIFEST))
        folders = {str(parent) for name in names for parent in PurePosixPath(name).parents}
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with (
            os.fdopen(descriptor, "wb") as file,
            gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar,
        ):
            for name in sorted({*names, *folders}):
                member = tarfile.TarInfo(str(PurePosixPath(INSIDE, name)))
                member.mtime = self.modified
                source = self._folder / name
                if source.is_dir():
                    member.type, member.mode = tarfile.DIRTYPE, 0o755
                    tar.addfile(member)
                    continue
                member.size = source.stat().st_size
                member.mode = 0o755 if os.access(source, os.X_OK) else 0o644
                with source.open("rb") as content:
                    tar.addfile(member, content)
