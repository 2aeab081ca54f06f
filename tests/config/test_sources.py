"""Where policy and roster are: both files, or both on one ref."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.config.sources import Place, SourceError, find_place, read_file

if TYPE_CHECKING:
    from pathlib import Path

REF = "refs/heads/gatekeeper"


@pytest.mark.parametrize("values", [("/etc/policy.yaml", "roster.yaml"), ("policy.yaml", ""), (None, None), ("", "r")])
def test_values_that_name_no_ref_are_files(values: tuple[str | None, str | None]) -> None:
    assert find_place(*values) is None


@pytest.mark.parametrize("ref", [REF, "refs/tags/rules", "refs/policies/shop", "refs/gatekeepers"])
@pytest.mark.parametrize("path", ["policy.yaml", "deep/er/po:licy.yaml", "a b.yaml", "ä.yaml"])
def test_both_on_one_ref(ref: str, path: str) -> None:
    place = find_place(f"{ref}:{path}", f"{ref}:roster.yaml")
    assert place == Place(ref=ref, policy=path, roster="roster.yaml")


@pytest.mark.parametrize(
    "values",
    [
        (f"{REF}:policy.yaml", "/etc/roster.yaml"),
        ("/etc/policy.yaml", f"{REF}:roster.yaml"),
        (f"{REF}:policy.yaml", "refs/heads/other:roster.yaml"),
        (f"{REF}:policy.yaml", "refs/heads/Gatekeeper:roster.yaml"),
    ],
)
def test_a_mix_is_refused(values: tuple[str, str]) -> None:
    with pytest.raises(SourceError, match="both must lie on one ref, or both in files"):
        find_place(*values)


@pytest.mark.parametrize("other", [None, ""])
def test_one_alone_is_refused(other: str | None) -> None:
    with pytest.raises(SourceError, match=r"gatekeeper\.roster is not set"):
        find_place(f"{REF}:policy.yaml", other)
    with pytest.raises(SourceError, match=r"gatekeeper\.policy is not set"):
        find_place(other, f"{REF}:roster.yaml")


@pytest.mark.parametrize("path", ["", "/policy.yaml", "a//b", "a/", ".", "../x", "a/../b", "a\nb", "\udcff"])
def test_a_path_that_no_tree_has_is_refused(path: str) -> None:
    with pytest.raises(SourceError, match="it must be <ref>:<path>"):
        find_place(f"{REF}:{path}", f"{REF}:roster.yaml")


def test_a_ref_without_a_path_is_refused() -> None:
    with pytest.raises(SourceError, match="it must be <ref>:<path>"):
        find_place(REF, f"{REF}:roster.yaml")


@pytest.mark.parametrize("ref", ["refs/gatekeeper/policy", "refs/GateKeeper/x", "refs/gatekeeper", "refs/heads/\udcff"])
def test_a_name_that_nothing_can_be_kept_on_is_refused(ref: str) -> None:
    with pytest.raises(SourceError, match="nothing can be kept on"):
        find_place(f"{ref}:policy.yaml", f"{ref}:roster.yaml")


def test_a_file_is_read_from_the_git_directory(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_bytes(b"version: 1\n")
    source = read_file("gatekeeper.policy", "policy.yaml", str(tmp_path))
    assert (source.content, source.label) == (b"version: 1\n", str(tmp_path / "policy.yaml"))
    assert source.modified == int((tmp_path / "policy.yaml").stat().st_mtime)
