"""Raw commit bytes: strict where honest commits are, tolerant where they are not, and never unlike Git."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.commits import MalformedCommitError, parents_in, parse_commit, parse_identity
from gatekeeper.core.ids import FORMATS, ObjectId
from tests.support.raw_commits import AUTHOR, COMMITTER, PARENT, PLAIN, SIGNATURE, TREE, parse, raw
from tests.support.repositories import Repository

if TYPE_CHECKING:
    from pathlib import Path


def author(value: bytes) -> bytes:
    return raw(TREE, PARENT, b"author " + value, COMMITTER)


# GIT-FACTS section 9 has where each line was seen; Git's fsck.c is the source of the names.
REFUSED = {
    "two authors": raw(TREE, PARENT, AUTHOR, AUTHOR, COMMITTER),
    "two committers": raw(TREE, PARENT, AUTHOR, COMMITTER, COMMITTER),
    "a second author later": raw(*PLAIN, b"encoding x", AUTHOR),
    "a second committer later": raw(*PLAIN, b"encoding x", COMMITTER),
    "a second tree": raw(*PLAIN, TREE),
    "two trees": raw(TREE, TREE, AUTHOR, COMMITTER),
    "a parent after the committer": raw(*PLAIN, PARENT),
    "a parent after the author": raw(TREE, AUTHOR, PARENT, COMMITTER),
    "no tree": raw(AUTHOR, COMMITTER),
    "no author": raw(TREE, PARENT, COMMITTER),
    "no committer": raw(TREE, PARENT, AUTHOR),
    "nothing": b"",
    "only a newline": b"\n",
    "only a message": b"\n\nmessage\n",
    "tree not first": raw(PARENT, TREE, AUTHOR, COMMITTER),
    "committer before author": raw(TREE, PARENT, COMMITTER, AUTHOR),
    "header before author": raw(TREE, PARENT, b"encoding x", AUTHOR, COMMITTER),
    "header between author and committer": raw(TREE, PARENT, AUTHOR, b"encoding x", COMMITTER),
    "NUL in the message": raw(*PLAIN, message=b"a\0b\n"),
    "NUL in a header": raw(*PLAIN, b"x a\0b"),
    "NUL in a name": author(b"A\0B <a@b> 1 +0000"),
    "header without final newline": b"\n".join(PLAIN),
    "CRLF": raw(*PLAIN).replace(b"\n", b"\r\n"),
    "CR after the tree": raw(TREE + b"\r", PARENT, AUTHOR, COMMITTER),
    "upper-case tree id": raw(TREE.replace(b"4b825dc", b"4B825DC"), AUTHOR, COMMITTER),
    "upper-case parent id": raw(TREE, b"parent " + b"B" * 40, AUTHOR, COMMITTER),
    "short id": raw(TREE[:-1], AUTHOR, COMMITTER),
    "long id": raw(TREE + b"0", AUTHOR, COMMITTER),
    "id of the other format": raw(b"tree " + b"4" * 64, AUTHOR, COMMITTER),
    "two spaces before an id": raw(b"tree  " + TREE[5:], AUTHOR, COMMITTER),
    "space after an id": raw(TREE + b" ", AUTHOR, COMMITTER),
    "tree without an id": raw(b"tree", AUTHOR, COMMITTER),
    "author without a value": raw(TREE, b"author", COMMITTER),
    "continuation after tree": raw(TREE, b" more", AUTHOR, COMMITTER),
    "continuation after parent": raw(TREE, PARENT, b" more", AUTHOR, COMMITTER),
    "continuation after author": raw(TREE, AUTHOR, b" more", COMMITTER),
    "continuation after committer": raw(*PLAIN, b" more"),
    "continuation first": b" " + raw(*PLAIN),
    "no date": author(b"A <a@b>"),
    "no date but a space": author(b"A <a@b> "),
    "no zone": author(b"A <a@b> 1"),
    "date with zeros in front": author(b"A <a@b> 01 +0000"),
    "negative date": author(b"A <a@b> -1 +0000"),
    "signed date": author(b"A <a@b> +1 +0000"),
    "hexadecimal date": author(b"A <a@b> 0x1 +0000"),
    "date of other digits": author("A <a@b> ٣ +0000".encode()),
    "date past 63 bits": author(b"A <a@b> 9223372036854775808 +0000"),
    "date past 64 bits": author(b"A <a@b> 18446744073709551617 +0000"),
    "date of many digits": author(b"A <a@b> " + b"9" * 10_000 + b" +0000"),
    "two spaces before the date": author(b"A <a@b>  1 +0000"),
    "two spaces before the zone": author(b"A <a@b> 1  +0000"),
    "zone of six digits": author(b"A <a@b> 1 +000000"),
    "zone of three digits": author(b"A <a@b> 1 +000"),
    "zone without a sign": author(b"A <a@b> 1 00000"),
    "zone of letters": author(b"A <a@b> 1 +abcd"),
    "something after the zone": author(b"A <a@b> 1 +0000 x"),
    "tab before the zone": author(b"A <a@b> 1\t+0000"),
    "less-than in the name": author(b"A < B <a@b> 1 +0000"),
    "greater-than in the name": author(b"A > B <a@b> 1 +0000"),
    "less-than in the address": author(b"A <a<b> 1 +0000"),
    "two addresses": author(b"A <a@b> <c@d> 1 +0000"),
    "greater-than in the address": author(b"A <a>b> 1 +0000"),
    "two closing brackets": author(b"A <a@b>> 1 +0000"),
    "no space before the address": author(b"A<a@b> 1 +0000"),
    "no name": author(b"<a@b> 1 +0000"),
    "no space after the address": author(b"A <a@b>1 +0000"),
    "no brackets": author(b"A a@b 1 +0000"),
    "committer with a bad date": raw(TREE, PARENT, AUTHOR, b"committer A <a@b> x +0000"),
}
ACCEPTED = {
    "a root commit": raw(TREE, AUTHOR, COMMITTER),
    "the same parent twice": raw(TREE, PARENT, PARENT, AUTHOR, COMMITTER),
    "ten parents": raw(TREE, *[b"parent " + b"%040x" % number for number in range(10)], AUTHOR, COMMITTER),
    "no newline at the end": raw(*PLAIN, message=b"Subject"),
    "empty message": raw(*PLAIN, message=b""),
    "message of newlines": raw(*PLAIN, message=b"\n\n\n"),
    "no blank line after the header": b"\n".join(PLAIN) + b"\n",
    "empty name": author(b" <a@b> 1 +0000"),
    "empty address": author(b"A <> 1 +0000"),
    "address without @": author(b"A <nobody> 1 +0000"),
    "address with spaces": author(b"A <some body at home> 1 +0000"),
    "name with quotes, dots, commas": author(b'".A, \\B\'.," <a@b> 1 +0000'),
    "long name": author(b"A" * 3_000 + b" <a@b> 1 +0000"),
    "name that is not UTF-8": author(b"J\xf6rg \xff\xfe <a@b> 1 +0000"),
    "name with ESC": author(b"\x1b$B;3ED\x1b(B <a@b> 1 +0000"),
    "date zero": author(b"A <a@b> 0 +0000"),
    "largest date": author(b"A <a@b> 9223372036854775807 +0000"),
    "odd zone": author(b"A <a@b> 1 -9959"),
    "message that is not UTF-8": raw(*PLAIN, message=b"\xff\xfe\n"),
    "control characters and CR in the message": raw(*PLAIN, message=b"a\r\nb\x07\x1b[31m\n"),
    "header lines in the message": raw(*PLAIN, message=AUTHOR + b"\n" + COMMITTER + b"\n\n" + SIGNATURE + b"\n"),
    "encoding with quotes": raw(*PLAIN, b"encoding 'utf8'"),
    "unknown encoding": raw(*PLAIN, b"encoding klingon"),
    "two encodings": raw(*PLAIN, b"encoding a", b"encoding b"),
    "mergetags": raw(*PLAIN, b"mergetag object " + b"d" * 40 + b"\n type commit\n tag v1\n \n text", b"mergetag x"),
    "change-id before the signature": raw(*PLAIN, b"change-id zyx", SIGNATURE),
    "Mercurial's headers": raw(*PLAIN, b"HG:extra a:b", b"HG:extra c:d", b"HG:rename-source hg"),
    "header without a space": raw(*PLAIN, b"gitbutler-headers-version"),
    "header without a value": raw(*PLAIN, b"x "),
    "seventeen signatures": raw(*PLAIN, *[SIGNATURE] * 17),
    "CR inside a signature": raw(*PLAIN, SIGNATURE.replace(b"\n", b"\r\n")),
}


@pytest.mark.parametrize("data", REFUSED.values(), ids=REFUSED)
def test_what_no_honest_commit_has_is_refused(data: bytes) -> None:
    with pytest.raises(MalformedCommitError):
        parse(data)


@pytest.mark.parametrize("data", ACCEPTED.values(), ids=ACCEPTED)
def test_what_honest_commits_have_is_accepted(data: bytes) -> None:
    assert parse(data).committer.name == b"A U Thor"


@pytest.mark.parametrize("data", [data for name, data in ACCEPTED.items()], ids=ACCEPTED)
def test_git_calls_none_of_the_accepted_an_error(data: bytes, repository: Repository) -> None:
    """What `git fsck` refuses, the gate never accepts: the server's own check would stop it anyway."""
    made = repository.write("commit", data)
    reports = fsck(repository, made)
    assert not [line for line in reports if line.startswith("error in commit")]


@pytest.mark.parametrize("name", ["two authors", "no committer", "date past 63 bits", "no space before the address"])
def test_git_calls_these_of_the_refused_an_error(name: str, repository: Repository) -> None:
    made = repository.write("commit", REFUSED[name])
    assert [line for line in fsck(repository, made) if line.startswith("error in commit")]


def fsck(repository: Repository, commit: ObjectId) -> list[str]:
    done = subprocess.run(
        ["git", "fsck", "--no-dangling", "--no-reflogs", commit],
        cwd=repository.path,
        capture_output=True,
        check=False,
    )
    return [line for line in done.stderr.decode("utf-8", "replace").splitlines() if commit in line]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    made = Repository(tmp_path_factory.mktemp("commits") / "r.git")
    made.raw_tree([])
    return made


@given(st.binary(max_size=200))
def test_parsing_any_bytes_raises_nothing_but_malformed(data: bytes) -> None:
    with pytest.raises(MalformedCommitError):
        parse(data)


lines = st.sampled_from(
    [
        TREE,
        PARENT,
        AUTHOR,
        COMMITTER,
        SIGNATURE,
        b"encoding x",
        b" more",
        b"",
        b"x",
        b"author x",
        b"\r",
        b"\0",
        b"gpgsig",
    ]
)


@given(st.lists(lines, max_size=9), st.booleans())
def test_any_arrangement_of_lines_is_a_commit_or_malformed(arranged: list[bytes], final: bool) -> None:
    data = b"\n".join(arranged) + b"\n" * final
    try:
        commit = parse(data)
    except MalformedCommitError:
        return
    order = [line.partition(b" ")[0] for line in data.partition(b"\n\n")[0].split(b"\n")]
    leading = [b"tree", *[b"parent"] * len(commit.parents), b"author", b"committer"]
    assert order[: len(leading)] == leading
    assert parents_in(data) == list(commit.parents)
    assert not set(order[len(leading) :]) & {b"tree", b"parent", b"author", b"committer"}


words = st.binary(min_size=1, max_size=12).map(lambda data: data.translate(None, b"\0\n<>"))


@given(words, words, st.integers(0, 2**63 - 1), st.from_regex(rb"\A[+-][0-9]{4}\Z"))
def test_an_identity_is_taken_apart_at_its_brackets(name: bytes, email: bytes, time: int, zone: bytes) -> None:
    line = b"%s <%s> %d %s" % (name, email, time, zone)
    identity = parse_identity(line)
    assert (identity.name, identity.email, identity.time, identity.zone) == (name, email, time, zone)
    assert identity.line == line


@given(st.binary(max_size=40))
def test_an_identity_holds_nothing_that_its_line_does_not_say(line: bytes) -> None:
    try:
        identity = parse_identity(line)
    except MalformedCommitError:
        return
    assert line == b"%s <%s> %d %s" % (identity.name, identity.email, identity.time, identity.zone)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("author_name", "email", "message"),
    [
        ("Senior One", "senior@example.com", "Add retry\n\nBody\n\nAssisted-by: claude\n"),
        ("Жан-Поль  Ünicode", "ж@example.com", "\n\n  Leading blank lines\n"),
        ('"Dr. X", Jr.', "no-address", "no newline at the end"),
        ("A", "a@b", ""),
    ],
)
def test_fields_are_those_that_git_reads(name: str, author_name: str, email: str, message: str, tmp_path: Path) -> None:
    repository = Repository(tmp_path / "r.git", name)
    tree = repository.tree({b"file": b"content"})
    who = {"GIT_AUTHOR_NAME": author_name, "GIT_AUTHOR_EMAIL": email, "GIT_AUTHOR_DATE": "1780000000 +0130"}
    who |= {"GIT_COMMITTER_NAME": "C", "GIT_COMMITTER_EMAIL": "c@d", "GIT_COMMITTER_DATE": "1780000060 -0700"}
    first = repository.git("commit-tree", tree, data=b"first", env=who).decode().strip()
    parents = ("-p", first)
    made = repository.git("commit-tree", tree, *parents, data=message.encode(), env=who).decode().strip()
    commit = parse_commit(ObjectId(made), repository.git("cat-file", "commit", made), FORMATS[name])
    formatted = "%H%x00%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%ct"
    fields = repository.git("log", "-1", f"--format={formatted}", made).decode().rstrip("\n").split("\0")
    assert fields == [
        commit.id,
        commit.tree,
        " ".join(commit.parents),
        commit.author.name.decode(),
        commit.author.email.decode(),
        str(commit.author.time),
        commit.committer.name.decode(),
        commit.committer.email.decode(),
        str(commit.committer.time),
    ]
    assert commit.author.zone == b"+0130"
    assert commit.message == message.encode()
    assert (commit.is_merge, commit.encoding, commit.signature, commit.signed_payload) == (
        False,
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("message", "subject"),
    [
        (b"Subject\n\nBody", b"Subject"),
        (b"\n \n\tSubject  \r\nmore", b"Subject"),
        (b"", b""),
        (b"\n\n", b""),
        (b"no newline", b"no newline"),
    ],
)
def test_the_subject_is_the_first_line_that_is_not_blank(message: bytes, subject: bytes) -> None:
    assert parse(raw(*PLAIN, message=message)).subject == subject


def test_a_merge_has_two_parents_or_more() -> None:
    assert parse(raw(TREE, PARENT, PARENT, AUTHOR, COMMITTER)).is_merge
    assert not parse(raw(*PLAIN)).is_merge


def test_the_first_encoding_counts() -> None:
    assert parse(raw(*PLAIN, b"encoding a", b"encoding b")).encoding == b"a"
