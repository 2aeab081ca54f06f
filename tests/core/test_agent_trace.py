"""Records of Agent Trace: which are new, whose files they name, and that they never speak for a person."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.agent_trace import FILES, RECORDS, Trace, traces
from gatekeeper.core.attestation import is_trace_file
from gatekeeper.core.changes import path_key
from gatekeeper.core.ids import SHA1
from gatekeeper.core.tools import builtin_index
from tests.support.attested import trace

WORDS = builtin_index().words
LINES, LIST = b".agent-trace/traces.jsonl", b".agent-trace/traces.json"
NAME = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0"


def read(new: str, *before: str, path: bytes = LINES) -> list[Trace]:
    return traces(path, new.encode(), [each.encode() for each in before], WORDS, SHA1)


def test_a_record_names_the_tool_the_files_and_the_commit() -> None:
    (found,) = read(trace("src/a.py", "./b.py", revision=NAME.upper()))
    assert found == Trace(
        id=b"550e8400-e29b-41d4-a716-446655440000",
        tools=("cursor",),
        paths=(path_key(b"src/a.py"), path_key(b"b.py")),
        revision=NAME,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("changes", "tools"),
    [
        ({"tool": {"name": "claude-code"}}, ("claude-code",)),
        ({"tool": {"name": "unknown"}}, ("claude-code",)),
        ({"tool": None}, ("claude-code",)),
        ({"tool": {"name": 7}}, ("claude-code",)),
    ],
    ids=str,
)
def test_the_tool_counts_and_without_one_the_model(changes: dict[str, Any], tools: tuple[str, ...]) -> None:
    assert [each.tools for each in read(trace("a.py", **changes))] == [tools]


def test_a_model_that_nobody_knows_is_an_agents_all_the_same() -> None:
    contributor = {"type": "ai", "model_id": "example/other"}
    files = [{"path": "a.py", "conversations": [{"contributor": contributor, "ranges": []}]}]
    assert [each.tools for each in read(trace(tool={}, files=files))] == [("unknown",)]


@pytest.mark.parametrize(
    ("kind", "of_range", "counts"),
    [
        ("ai", None, True),
        ("mixed", None, True),
        ("human", None, False),
        ("unknown", None, False),
        ("human", "ai", True),
        (["ai"], None, False),
    ],
    ids=str,
)
def test_only_an_agent_is_evidence(kind: Any, of_range: str | None, *, counts: bool) -> None:
    line = {"start_line": 1, "end_line": 2, **({"contributor": {"type": of_range}} if of_range else {})}
    files = [{"path": "a.py", "conversations": [{"contributor": {"type": kind}, "ranges": [line]}]}]
    assert bool(read(trace(files=files))) is counts


@pytest.mark.parametrize(
    "vcs", [{"type": "jj", "revision": NAME}, {"type": "git", "revision": NAME[1:]}, 7, {}], ids=str
)
def test_a_revision_of_another_form_names_no_commit(vcs: Any) -> None:
    assert [each.revision for each in read(trace("a.py", vcs=vcs))] == [None]


def test_only_what_is_new_against_every_version_before_counts() -> None:
    one, two, three = trace("one"), trace("two"), trace("three")
    assert read(one + two, one + two) == []
    assert read(one + two, two + one) == []
    assert [each.paths for each in read(one + two + three, one + two)] == [(path_key(b"three"),)]
    assert [each.paths for each in read(one + two + three, one, two)] == [(path_key(b"three"),)]
    assert [each.paths for each in read(two + one, one[:-1])] == [(path_key(b"two"),)]
    assert read("", one) == []


def test_a_line_that_goes_on_is_another_record() -> None:
    one = trace("one").rstrip("\n")
    longer = trace("one", metadata={"a": 1})
    assert len(read(one + " \n" + longer, one)) == 2
    assert read("{}" + one + "\n", "{}") == []


def test_a_document_is_one_record_or_a_list_of_them() -> None:
    one, two = trace("one").strip(), trace("two").strip()
    assert len(read(f" {one}\r\n", path=LIST)) == 1
    assert len(read(f"[{one},\n {two}]", path=LIST)) == 2
    assert [each.paths for each in read(f"[{one}, {two}]", f"[{one}]", path=LIST)] == [(path_key(b"two"),)]
    assert read(one + "\n" + two, path=LIST) == []


def test_bounds_leave_out_the_rest() -> None:
    assert len(read("".join(trace(f"{number}") for number in range(RECORDS + 1)))) == RECORDS
    items = [json.loads(trace(f"{number}")) for number in range(RECORDS + 2)]
    assert len(read(json.dumps(items), path=LIST)) == RECORDS
    assert len(read(json.dumps(items), json.dumps(items[:-1]), path=LIST)) == 1
    assert len(read(trace(*map(str, range(FILES + 1))))[0].paths) == FILES


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        (LINES, True),
        (LIST, True),
        (b".agent-trace/2026/11.jsonl", True),
        (b".agent-trace/README.md", False),
        (b"src/.agent-trace/traces.jsonl", False),
        (b".agent-trace", False),
    ],
    ids=str,
)
def test_records_are_kept_below_one_directory(path: bytes, *, is_one: bool) -> None:
    assert is_trace_file(path) is is_one


@pytest.mark.parametrize("path", [LINES, LIST])
@pytest.mark.parametrize(
    "record",
    [
        "[" * 100_000,
        '{"files": [7, {"path": 7}, {"path": "a", "conversations": {}}, {"path": "a", "conversations": [7, null]}]}',
        '{"files": [{"path": "a", "conversations": [{"ranges": 7, "contributor": 7}, {"ranges": [7]}]}]}',
        '{"files": {"path": "a"}}',
        '{"n": 1e999}',
        "[1e999, 1e999]",
        f'{{"n": {"9" * 10_000}}}',
        "\\ud800",
        "",
    ],
    ids=range(9),
)
def test_what_is_no_record_says_nothing(path: bytes, record: str) -> None:
    assert read(record, record[:-1], path=path) == []
    assert read(record, path=path) == []


def test_a_path_may_be_what_json_can_hold() -> None:
    assert [each.paths for each in read(trace("\ud800"))] == [(path_key(b"\xed\xa0\x80"),)]
    assert [each.paths for each in read(trace("ä"))] == [(path_key("ä".encode()),)]


@given(st.binary(max_size=200), st.binary(max_size=200))
def test_any_bytes_can_be_a_file_of_records(new: bytes, before: bytes) -> None:
    for path in (LINES, LIST):
        assert traces(path, new, [before], WORDS, SHA1) == []
