"""What a policy adds to the table of AI tools."""

from __future__ import annotations

import pytest

from gatekeeper.config.asking import read_asks
from gatekeeper.config.cache import CompiledCache
from gatekeeper.config.loading import load_policy, load_roster
from gatekeeper.config.problems import ConfigurationError
from gatekeeper.core.declaration import DEFAULT, MarkRules, prepared
from gatekeeper.core.policy import Policy
from gatekeeper.core.tools import KINDS, Signal, Tool
from tests.config.documents import ROSTER

HEAD = "version: 1\nprotect: [HEAD]\nrules: [{id: a, when: {tools: [acme, cursor]}, refuse: no}]\n"
ASSISTED = """\
assisted:
  tools:
    acme:
      name: Acme Coder
      signals:
        - {kind: address, pattern: Coder@Acme.example}
        - {kind: trailer, pattern: "Acme-Run: *", strength: weak}
    firebender: {signals: [{kind: address, pattern: help@firebender.com, strength: weak}]}
  keys: {X-Robot: any, Prompted-with: tool}
"""
RULES = MarkRules(
    keys=(b"X-Robot",),
    value_keys=(b"Prompted-with",),
    tools=(
        Tool(
            id="acme",
            name="Acme Coder",
            signals=(
                Signal(kind="address", pattern="coder@acme.example"),
                Signal(kind="trailer", pattern="acme-run: *", strength="weak"),
            ),
        ),
        Tool(
            id="firebender",
            name="firebender",
            signals=(Signal(kind="address", pattern="help@firebender.com", strength="weak"),),
        ),
    ),
)


def load(text: str, cache: CompiledCache | None = None) -> Policy:
    return load_policy(text.encode(), "p", load_roster(ROSTER, "r", cache), cache)


def problems(text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load(text)
    return [f"{each.line}:{each.column}: {each.message} ({each.suggestion})" for each in caught.value.problems]


def test_own_tools_and_keys_arrive_in_the_policy() -> None:
    policy = load(HEAD + ASSISTED)
    assert policy.assisted == RULES
    assert policy.rules[0].when.tools == ("acme", "cursor")


def test_without_the_key_the_built_in_table_is_all() -> None:
    assert load(HEAD.replace("acme, ", "")).assisted == DEFAULT


def test_they_come_out_of_the_cache_as_they_went_in(tmp_path: object) -> None:
    cache = CompiledCache(f"{tmp_path}/cache.db")
    first, again = load(HEAD + ASSISTED, cache), load(HEAD + ASSISTED, cache)
    assert first == again


def test_client_hooks_look_for_them_too(tmp_path: object) -> None:
    file = f"{tmp_path}/asks"
    for _ in range(2):  # parsed, then kept
        asks = read_asks(file, "v", lambda: [(HEAD + ASSISTED).encode()])
        assert asks.rules == RULES
    with open(file, encoding="utf-8") as kept:  # noqa: PTH123 - the module under test has a name, not a path
        assert "acme" in kept.read()


@pytest.mark.parametrize(
    ("assisted", "told"),
    [
        ("{}", ["4:11: `assisted` must not be empty ()"]),
        ("{tool: {}}", ["4:12: unknown key `tool` (did you mean `tools`?)"]),
        ("{tools: {}}", ["`tools` must be a mapping, and not empty"]),
        ("{tools: [acme]}", ["`tools` must be a mapping, and not empty"]),
        ("{tools: {Acme: {signals: [{kind: agent, pattern: acme}]}}}", ["a name in `tools` must be made of a-z"]),
        ("{tools: {unknown: {signals: [{kind: agent, pattern: acme}]}}}", ["must not be unknown, which stands for"]),
        ("{tools: {acme: {}}}", ["`signals` is missing"]),
        ("{tools: {acme: {signals: []}}}", ["`signals` must not be empty"]),
        ("{tools: {acme: {signals: [{kind: agent}]}}}", ["`pattern` is missing"]),
        ("{tools: {acme: {signals: [{pattern: acme}]}}}", ["`kind` is missing"]),
        ("{tools: {acme: {signals: [{kind: email, pattern: a@b}]}}}", ["`kind` must be one of account, address"]),
        ("{tools: {acme: {signals: [{kind: notes, pattern: refs/notes/x}]}}}", ["`kind` must be one of account"]),
        ("{tools: {acme: {signals: [{kind: agent, pattern: acme, strength: sure}]}}}", ["`strength` must be one of"]),
        ('{tools: {acme: {signals: [{kind: address, pattern: "@acme.example"}]}}}', ["never a domain"]),
        ('{tools: {acme: {signals: [{kind: address, pattern: "*@acme.example"}]}}}', ["must not hold `*`"]),
        ("{tools: {acme: {signals: [{kind: account, pattern: a@b}]}}}", ["without `@`"]),
        ("{tools: {acme: {signals: [{kind: trailer, pattern: acme}]}}}", ["must be `key: value`"]),
        ('{tools: {acme: {signals: [{kind: trailer, pattern: "a b: *"}]}}}', ["must be `key: value`"]),
        ("{tools: {acme: {signals: [{kind: url, pattern: acme.example}]}}}", ["must begin with https://"]),
        ("{tools: {acme: {signals: [{kind: footer, pattern: '[acme]'}]}}}", ["must begin with a letter or digit"]),
        ("{tools: {acme: {signals: [{kind: agent, pattern: a b c d}]}}}", ["one to three words"]),
        ("{tools: {acme: {signals: [{kind: name, pattern: '*'}]}}}", ["is too short to mean one tool"]),
        ("{tools: {acme: {signals: [{kind: name, pattern: Ämse}]}}}", ["all of them ASCII"]),
        ("{keys: {}}", ["`keys` must be a mapping, and not empty"]),
        ("{keys: {X-Robot: yes}}", ["`X-Robot` must be one of any, tool"]),
        ("{keys: {X Robot: any}}", ["a name in `keys` must be the key of a trailer"]),
        ("{keys: {'X-Robot:': any}}", ["without the colon"]),
    ],
)
def test_a_faulty_addition_is_told_with_its_place(assisted: str, told: list[str]) -> None:
    found = problems(f"version: 1\nprotect: [HEAD]\nrules: [{{id: a, refuse: no}}]\nassisted: {assisted}\n")
    assert len(found) == len(told)
    for said, expected in zip(found, told, strict=True):
        assert expected in said
        assert said.startswith("4:")


def test_a_tool_that_nobody_knows_is_an_error_with_a_suggestion() -> None:
    assert problems(HEAD.replace("acme", "cluade-code")) == [
        "3:32: an entry of `tools` names no AI tool: cluade-code (did you mean `claude-code`?)"
    ]
    assert "did you mean `acme`" in problems(HEAD.replace("acme", "amce") + ASSISTED)[0]


def test_every_kind_but_notes_can_be_a_policys_own() -> None:
    patterns = {
        "address": "x@acme.example",
        "account": "acme[bot]",
        "trailer": "acme: *",
        "url": "https://acme.example/*",
    }
    for kind in KINDS - {"notes"}:
        signal = {"kind": kind, "pattern": patterns.get(kind, "acme coder")}
        policy = load(f"{HEAD}assisted: {{tools: {{acme: {{signals: [{signal}]}}}}}}\n")
        assert prepared(policy.assisted).index is not None
        assert policy.assisted.tools[0].signals[0].kind == kind
