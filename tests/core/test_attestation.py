"""For whose commits a note or a record counts."""

from __future__ import annotations

import pytest

from gatekeeper.core.attestation import TEXT_LIMIT, Attestation, as_evidence
from gatekeeper.core.declaration import SILENT, State, with_evidence
from gatekeeper.core.ids import ObjectId

NOTE = Attestation(kind="note", commit=ObjectId("a" * 40), tool="cursor", text=b"s_1 1-9", person="jo")


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({}, True),
        ({"person": "al"}, False),
        ({"person": ""}, False),
        ({"person": "", "first": True}, True),
        ({"person": "al", "first": True}, True),
        ({"paths": ("k1", "k9")}, True),
        ({"paths": ("k9",)}, False),
        ({"paths": ("k9",), "first": True}, False),
    ],
    ids=str,
)
def test_it_counts_for_its_pushers_own_commits_and_the_files_that_it_is_about(
    changes: dict[str, object], *, counts: bool
) -> None:
    assert NOTE.replace(**changes).counts(("jo", ""), frozenset({"k1"})) is counts


def test_each_tool_is_evidence_once() -> None:
    others = (NOTE.replace(text=b"s_2 1"), NOTE.replace(tool="gemini-cli"), NOTE.replace(kind="trace", text=b"x" * 999))
    evidence = as_evidence([NOTE, *others])
    assert [(each.kind, each.tool, each.text) for each in evidence] == [
        ("note", "cursor", b"s_1 1-9"),
        ("note", "gemini-cli", b"s_1 1-9"),
        ("trace", "cursor", b"x" * TEXT_LIMIT),
    ]


def test_what_is_known_beside_a_commit_is_inferred_and_names_the_tools() -> None:
    unknown = as_evidence([NOTE.replace(tool="unknown")])
    assert with_evidence(SILENT, ()) is SILENT
    assert (found := with_evidence(SILENT, unknown)).tools == ("unknown",)
    assert (found.state, found.contradiction) == (State.INFERRED, False)
    declared = SILENT.replace(state=State.DECLARED, tools=("codex",))
    assert with_evidence(declared, as_evidence([NOTE])).tools == ("codex", "cursor")
    assert with_evidence(declared, unknown).tools == ("codex",)
    assert with_evidence(declared, unknown).state is State.DECLARED
