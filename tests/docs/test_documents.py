"""Every document: links lead somewhere, policies and rosters load, and no key goes without a line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest
import yaml

from gatekeeper.config import policy, privacy, roster, rules
from gatekeeper.config.loading import load_policy, load_roster
from gatekeeper.config.places import load
from gatekeeper.config.problems import ConfigurationError
from gatekeeper.core.policy import Limits, Policy
from tests.docs.reading import blocks, names, table

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
POLICY = (ROOT / "docs" / "policy.md").read_text("utf-8")
ROSTER = (ROOT / "docs" / "roster.md").read_text("utf-8")
EXAMPLE_ROSTER = (ROOT / "policies" / "example-roster.yaml").read_bytes()


def marked(name: str) -> list[Any]:
    """The YAML blocks of all documents whose mark begins with a word."""
    found: list[Any] = []
    for path in DOCUMENTS:
        text = path.read_text("utf-8")
        marks = dict.fromkeys(re.findall(rf"^<!-- ({name}(?: [a-z]+)?) -->\n+```yaml$", text, re.MULTILINE))
        for mark in marks:
            for number, (_, content) in enumerate(blocks(text, mark)):
                where = f"{path.relative_to(ROOT)}: {mark} {number}"
                found.append(pytest.param(content.encode(), id=where))
    return found


def without_fences(text: str) -> str:
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(path: Path) -> set[str]:
    """The anchors of a document's headings, as code hosts make them."""
    heads = re.findall(r"^#+ +(.*)$", without_fences(path.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_a_file_and_a_heading(path: Path) -> None:
    text = re.sub(r"`[^`\n]*`", "", without_fences(path.read_text("utf-8")))
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = unquote(target).partition("#")
        found = (path.parent / file).resolve() if file else path
        assert found.is_relative_to(ROOT), target
        assert found.exists(), target
        if anchor:
            assert anchor in anchors(found), target


def test_documents_that_the_code_names_exist() -> None:
    places = [*(ROOT / "gatekeeper").rglob("*.py"), *(ROOT / "hooks").iterdir(), ROOT / "pyproject.toml"]
    named = {name for path in places for name in re.findall(r"docs/[\w./-]+\.(?:md|sh)", path.read_text("utf-8"))}
    assert named
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_fences_are_closed_and_lines_hold_no_tab_and_end_in_no_space(path: Path) -> None:
    text = path.read_text("utf-8")
    assert text.count("```") % 2 == 0
    assert not re.search(r"[ \t]$", without_fences(text), re.MULTILINE)
    assert "\t" not in without_fences(text)


@pytest.mark.parametrize("content", marked("policy"))
def test_policies_in_documents_load_and_fit_the_example_roster(content: bytes) -> None:
    load_policy(content, "policy", load_roster(EXAMPLE_ROSTER, "roster"))
    schema = json.loads((ROOT / "policies" / "policy.schema.json").read_bytes())
    jsonschema.validate(load(content, "policy")[0], schema)


@pytest.mark.parametrize("content", marked("roster"))
def test_rosters_in_documents_load(content: bytes) -> None:
    load_roster(content, "roster")
    schema = json.loads((ROOT / "policies" / "roster.schema.json").read_bytes())
    jsonschema.validate(load(content, "roster")[0], schema)


def test_there_are_marked_policies_and_rosters() -> None:
    assert len(marked("policy")) >= 2
    assert len(marked("roster")) >= 1


RULE_KEYS = {"id", "why", "when", "require", "refuse", "enforce"}
WHEN_KEYS = {"assisted", "tools", "author", "refs", "paths"}
KEY_KEYS = {"key", "from", "until", "revoked"}


def schema_keys(name: str, *path: str) -> set[str]:
    at: Any = json.loads((ROOT / "policies" / f"{name}.schema.json").read_bytes())
    for step in path:
        at = at[step]
    return set(at["properties"])


@pytest.mark.parametrize(
    ("text", "name", "keys"),
    [
        (POLICY, "policy keys", set(policy.KEYS)),
        (POLICY, "emergency keys", set(policy.EMERGENCY_KEYS)),
        (POLICY, "assisted keys", schema_keys("policy", "properties", "assisted")),
        (POLICY, "tool keys", schema_keys("policy", "$defs", "tool")),
        (POLICY, "signal keys", schema_keys("policy", "$defs", "signal")),
        (POLICY, "administrators keys", set(rules.ADMINISTRATORS_KEYS)),
        (POLICY, "message keys", schema_keys("policy", "properties", "message")),
        (POLICY, "limits keys", set(policy.LIMITS)),
        (POLICY, "privacy keys", set(privacy.PRIVACY_KEYS)),
        (POLICY, "rule keys", schema_keys("policy", "$defs", "rule")),
        (POLICY, "when keys", schema_keys("policy", "$defs", "rule", "properties", "when")),
        (POLICY, "require keys", set(rules.REQUIRE_KEYS)),
        (POLICY, "who keys", set(rules.WHO_KEYS)),
        (ROSTER, "roster keys", schema_keys("roster")),
        (ROSTER, "person keys", set(roster.PERSON_KEYS)),
    ],
    ids=lambda value: value if isinstance(value, str) and len(value) < 20 else "",
)
def test_the_tables_of_keys_are_those_of_the_code(text: str, name: str, keys: set[str]) -> None:
    listed = names(text, name)
    assert len(listed) == len(set(listed))
    assert set(listed) == keys


def keys_within(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value).union(*map(keys_within, value.values()))
    if isinstance(value, list):
        return set().union(*map(keys_within, value))
    return set()


def test_the_large_examples_use_every_key() -> None:
    ((_, whole),) = blocks(POLICY, "policy everything")
    tables = (
        "policy",
        "assisted",
        "tool",
        "signal",
        "carry_over",
        "pure_reverts",
        "administrators",
        "emergency",
        "message",
        "limits",
        "privacy",
        "rule",
        "when",
        "require",
        "who",
    )
    wanted = {key for name in tables for key in names(POLICY, f"{name} keys")}
    own = {"acme-coder", "X-Robot", "Prompted-with"}
    assert keys_within(yaml.safe_load(whole)) - own == wanted
    ((_, whole),) = blocks(ROSTER, "roster everything")
    wanted = {key for name in ("roster", "person", "key") for key in names(ROSTER, f"{name} keys")}
    assert keys_within(yaml.safe_load(whole)) - {"gitlab", "github"} == wanted


def test_limits_and_defaults_are_those_of_the_code() -> None:
    limits = json.loads((ROOT / "policies" / "policy.schema.json").read_bytes())
    known = limits["properties"]["limits"]["properties"]
    for name, low, high, default, _ in table(POLICY, "limits keys"):
        key = name.strip("`")
        assert (int(low), int(high)) == (known[key]["minimum"], known[key]["maximum"])
        assert int(default) == getattr(Limits(), key)
        for number in (int(low), int(high)):
            policy.LIMITS[key](number)
        for number in (int(low) - 1, int(high) + 1):
            with pytest.raises(ValueError, match="whole number"):
                policy.LIMITS[key](number)
    defaults = {row[0].strip("`"): row[2].strip("`") for row in table(POLICY, "policy keys")}
    plain = Policy(protect=("HEAD",), rules=())
    assert defaults["undeclared"] == ("refuse" if plain.undeclared_refused else "allow")
    assert defaults["deletions"] == ("allow" if plain.deletions_allowed else "refuse")
    assert defaults["rewinds"] == ("allow" if plain.rewinds_allowed else "refuse")
    assert defaults["leavers"] == ("drop" if plain.leavers_drop else "keep")
    emergency = {row[0].strip("`"): row[2].strip("`") for row in table(POLICY, "emergency keys")}
    assert emergency["settle_within"] == f"{plain.emergency.settle_within // 3600}h"
    figures = {row[0].strip("`"): row[2].strip("`") for row in table(POLICY, "privacy keys")}
    assert figures == {
        "persons": str(plain.privacy.persons).lower(),
        "smallest_team": str(plain.privacy.smallest_team),
    }
    assert defaults["stale_for"] == f"{plain.stale_for // 3600}h"


def test_keys_that_are_planned_are_named_and_refused() -> None:
    planned = {row[0].strip("`"): set(re.findall(r"`(\w+)`", row[1])) for row in table(POLICY, "later policy keys")}
    places = {"when": "when", "require": "require", "require.from": "from"}
    for where, keys in planned.items():
        for key in keys:
            rule: dict[str, Any] = {
                "id": "one",
                "when": {"assisted": True},
                "require": {"signoffs": 1, "from": {"at_least": "senior"}},
            }
            whole: dict[str, Any] = {"version": 1, "protect": ["HEAD"], "rules": [rule]}
            inside = {"when": rule["when"], "require": rule["require"]}
            inside["from"] = rule["require"]["from"]
            inside[places[where]][key] = "x"
            with pytest.raises(ConfigurationError, match=f"`{key}` is not supported by this version"):
                load_policy(json.dumps(whole).encode(), "p", load_roster(EXAMPLE_ROSTER, "r"))
