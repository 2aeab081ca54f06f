"""Refs and configuration, as the repository's own Git directory has them."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.ids import SHA1, SHA256
from gatekeeper.git import GitError, Ref
from gatekeeper.git.private import base_environment
from gatekeeper.git.process import Runner
from gatekeeper.git.refs import Configuration, Setting, all_refs, default_branch, read_configuration, read_refs
from tests.support.environment import require
from tests.support.repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path

MAIN = "refs/heads/main"


@pytest.fixture
def runner(repository: Repository, tmp_path: Path) -> Runner:
    return repository.runner(tmp_path / "scratch")


class TestRefs:
    def read(self, repository: Repository, runner: Runner, *names: str) -> dict[str, Ref]:
        return read_refs(runner, names, repository.format.zero)

    def test_a_ref_an_absent_one_and_the_default_branch(self, repository: Repository, runner: Runner) -> None:
        commit = repository.commit({b"f": b"x"})
        for name in (MAIN, "refs/heads/other", "refs/tags/v1"):
            repository.set_ref(name, commit)
        absent = "refs/heads/absent"
        assert self.read(repository, runner, "refs/heads/other", absent, MAIN, MAIN) == {
            "refs/heads/other": Ref(name="refs/heads/other", target=commit, resolves_to="refs/heads/other"),
            absent: Ref(name=absent, target=repository.format.zero, resolves_to=absent),
            MAIN: Ref(name=MAIN, target=commit, resolves_to=MAIN, is_default=True),
        }
        assert self.read(repository, runner) == {}

    def test_a_tag_is_read_as_the_tag_object(self, repository: Repository, runner: Runner) -> None:
        commit = repository.commit({b"f": b"x"})
        tag = repository.write("tag", f"object {commit}\ntype commit\ntag v\ntagger T <t@x> 1 +0000\n\nv\n".encode())
        repository.set_ref("refs/tags/v", tag)
        assert self.read(repository, runner, "refs/tags/v")["refs/tags/v"].target == tag

    def test_a_name_is_no_prefix(self, repository: Repository, runner: Runner) -> None:
        commit = repository.commit({b"f": b"x"})
        repository.set_ref("refs/heads/a/b", commit)
        assert list(self.read(repository, runner, "refs/heads/a")) == ["refs/heads/a"]
        assert self.read(repository, runner, "refs/heads/a")["refs/heads/a"].target == repository.format.zero

    def test_symbolic_refs_are_resolved_to_their_end(self, repository: Repository, runner: Runner) -> None:
        commit = repository.commit({b"f": b"x"})
        repository.set_ref(MAIN, commit)
        repository.git("symbolic-ref", "refs/heads/one", MAIN)
        repository.git("symbolic-ref", "refs/heads/two", "refs/heads/one")
        found = self.read(repository, runner, "refs/heads/two", "refs/heads/one")
        assert [(ref.target, ref.resolves_to) for ref in found.values()] == [(commit, MAIN)] * 2

    def test_dangling_symbolic_refs_name_what_they_would_create(self, repository: Repository, runner: Runner) -> None:
        repository.git("symbolic-ref", "refs/heads/one", "refs/heads/protected")
        repository.git("symbolic-ref", "refs/heads/two", "refs/heads/one")
        found = self.read(repository, runner, "refs/heads/one", "refs/heads/two")
        expected = [(repository.format.zero, "refs/heads/protected")] * 2
        assert [(ref.target, ref.resolves_to) for ref in found.values()] == expected

    @pytest.mark.parametrize(
        "name",
        [
            "refs/heads/*",
            "refs/heads/mai?",
            "refs/heads/[m]ain",
            "refs/heads/ma\\in",
            "--format=x",
            "HEAD",
            "main",
            "",
            "refs/heads/a b",
            "refs/heads/a\nb",
            "refs/heads/..",
            "refs/heads/main.lock",
            "refs/heads/main/",
            "refs/",
            "refs/heads/\udcff",
        ],
        ids=ascii,
    )
    def test_names_that_cannot_be_are_absent(self, name: str, repository: Repository, runner: Runner) -> None:
        repository.set_ref(MAIN, repository.commit({b"f": b"x"}))
        assert self.read(repository, runner, name) == {
            name: Ref(name=name, target=repository.format.zero, resolves_to=name)
        }

    def test_a_ref_that_cannot_be_read_is_an_error_and_not_absent(self, tmp_path: Path) -> None:
        repository = Repository(tmp_path / "broken.git")
        (repository.path / MAIN).parent.mkdir(parents=True, exist_ok=True)
        (repository.path / MAIN).write_text("garbage\n")
        with pytest.raises(GitError, match="cannot be read"):
            self.read(repository, repository.runner(tmp_path / "scratch"), MAIN)

    def test_names_of_any_bytes(self, repository: Repository, runner: Runner) -> None:
        commit = repository.commit({b"f": b"x"})
        for raw in ("refs/heads/ümläut".encode(), b"refs/heads/\xff\xfe", b"refs/heads/'quoted'$(x)", b"refs/heads/-f"):
            repository.git("update-ref", "--stdin", "-z", data=b"create %s\0%s\0" % (raw, commit.encode()))
            name = raw.decode("utf-8", "surrogateescape")
            assert self.read(repository, runner, name)[name].target == commit
            assert all_refs(runner)[name] == commit

    def test_all_refs_leave_symbolic_ones_out(self, repository: Repository, runner: Runner) -> None:
        commit = repository.commit({b"f": b"x"})
        for name in (MAIN, "refs/tags/v1", "refs/heads/a/b"):
            repository.set_ref(name, commit)
        repository.git("symbolic-ref", "refs/heads/alias", MAIN)
        repository.git("symbolic-ref", "refs/heads/dangling", "refs/heads/none")
        assert all_refs(runner) == dict.fromkeys((MAIN, "refs/tags/v1", "refs/heads/a/b"), commit)
        assert list(all_refs(runner, "refs/tags/")) == ["refs/tags/v1"]

    def test_the_default_branch_exists_or_not_or_is_none(self, repository: Repository, runner: Runner) -> None:
        assert default_branch(runner) == MAIN
        repository.git("symbolic-ref", "HEAD", "refs/heads/trünk")
        assert default_branch(runner) == "refs/heads/trünk"
        commit = repository.commit({b"f": b"x"})
        repository.git("update-ref", "--no-deref", "HEAD", commit)
        assert default_branch(runner) == ""


class TestConfiguration:
    def test_the_repositorys_own_settings(self, repository: Repository, runner: Runner) -> None:
        repository.git("config", "gatekeeper.Policy", "one")
        repository.git("config", "--add", "gatekeeper.policy", "two\nlines = ü")
        repository.git("config", "gatekeeper.sub.Key", "x")
        repository.git("config", "user.name", "not ours")
        with (repository.path / "config").open("a") as file:
            file.write("[gatekeeper]\n\tflag\n")
        found = read_configuration(runner)
        assert found.get("gatekeeper.policy") == found.get("gatekeeper.policy", own_only=True) == "two\nlines = ü"
        assert found.get("gatekeeper.sub.key") == "x"
        assert found.get("gatekeeper.flag") == ""
        assert found.get("gatekeeper.absent") is None
        assert found.get("user.name") is None
        assert found.refs_are_files
        assert found.object_format == repository.format

    def test_a_repository_without_any(self, repository: Repository, runner: Runner) -> None:
        (repository.path / "config").write_text("")
        assert read_configuration(runner).settings == ()
        assert read_configuration(runner).object_format == SHA1

    def test_the_systems_settings_come_first_and_are_not_the_repositorys_own(
        self, repository: Repository, tmp_path: Path
    ) -> None:
        system = tmp_path / "system"
        system.write_text("[gatekeeper]\n\tpolicy = everywhere\n\trepository = theirs\n")
        environment = {**base_environment("/usr/bin:/bin"), "GIT_DIR": str(repository.path)}
        environment["GIT_CONFIG_SYSTEM"] = str(system)
        runner = Runner(require("git"), environment, str(tmp_path), time.monotonic() + 60)
        found = read_configuration(runner)
        assert found.get("gatekeeper.policy") == "everywhere"
        assert found.get("gatekeeper.repository", own_only=True) is None
        repository.git("config", "gatekeeper.policy", "here")
        assert read_configuration(runner).get("gatekeeper.policy") == "here"

    def test_what_is_included_belongs_to_who_includes_it(
        self, repository: Repository, runner: Runner, tmp_path: Path
    ) -> None:
        (tmp_path / "more").write_text("[gatekeeper]\n\tpolicy = included\n")
        repository.git("config", "include.path", str(tmp_path / "more"))
        assert read_configuration(runner).get("gatekeeper.policy", own_only=True) == "included"

    def test_neither_user_nor_environment_nor_command_line_is_heard(
        self, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "home").mkdir()
        (tmp_path / "home/.gitconfig").write_text("[gatekeeper]\n\tpolicy = mine\n")
        monkeypatch.setenv("HOME", str(tmp_path / "home"))
        monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "home/.gitconfig"))
        monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
        monkeypatch.setenv("GIT_CONFIG_KEY_0", "gatekeeper.policy")
        monkeypatch.setenv("GIT_CONFIG_VALUE_0", "mine")
        monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'gatekeeper.policy=mine'")
        assert read_configuration(repository.runner(tmp_path / "scratch")).get("gatekeeper.policy") is None
        environment = {**base_environment("/usr/bin:/bin"), "GIT_DIR": str(repository.path)}
        environment |= {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "gatekeeper.policy", "GIT_CONFIG_VALUE_0": "m"}
        loud = Runner(require("git"), environment, str(tmp_path), time.monotonic() + 60)
        assert read_configuration(loud).get("gatekeeper.policy") is None

    def test_a_broken_file_is_an_error(self, repository: Repository, runner: Runner) -> None:
        (repository.path / "config").write_text("[gatekeeper\n")
        with pytest.raises(GitError, match="config"):
            read_configuration(runner)

    def test_half_a_record_is_an_error(self) -> None:
        class Half:
            def run(self, *_: str, **__: object) -> tuple[int, bytes]:
                return 0, b"local\0gatekeeper.x\ny"

        with pytest.raises(GitError, match="half a record"):
            read_configuration(Half())  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ({}, SHA1),
            ({"extensions.objectformat": "sha1"}, SHA1),
            ({"extensions.objectformat": "sha256"}, SHA256),
            ({"extensions.objectformat": "sha512"}, None),
            ({"extensions.objectformat": "sha256", "extensions.compatobjectformat": "sha1"}, None),
            ({"extensions.compatobjectformat": "sha256"}, None),
        ],
        ids=repr,
    )
    def test_the_object_format_is_known_or_refused(self, values: dict[str, str], expected: object) -> None:
        settings = [Setting(scope="local", key=key, value=value) for key, value in values.items()]
        configuration = Configuration([Setting(scope="system", key="extensions.objectformat", value="x"), *settings])
        if expected is None:
            with pytest.raises(GitError, match="is not supported"):
                _ = configuration.object_format
        else:
            assert configuration.object_format == expected
