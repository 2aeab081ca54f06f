"""docs/formats.md against the code: the example recomputed in two ways, and every table."""

from __future__ import annotations

import ast
import base64
import hashlib
import importlib
import inspect
import json
import re
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gatekeeper.cli import OK, REFUSED, UNDECIDED, WRONG_USE
from gatekeeper.config import published
from gatekeeper.core import canonical, signoff
from gatekeeper.core.changes import RawEntry, change_digest, make_change, merge_digest
from gatekeeper.core.commits import parse_commit
from gatekeeper.core.declaration import declare
from gatekeeper.core.ids import SHA1, ObjectId, Timestamp
from gatekeeper.core.keys import KEY_TYPES, MAX_RSA_BITS, MIN_RSA_BITS, parse_public_key
from gatekeeper.core.people import Who
from gatekeeper.core.push import PusherKind
from gatekeeper.core.signoff import (
    MAX_COMMITS,
    MAX_ENVELOPE,
    Decision,
    MalformedSignoffError,
    parse_envelope,
    parse_statement,
    store_path,
)
from gatekeeper.core.tools import builtin
from gatekeeper.core.verdict import Outcome
from gatekeeper.formats.words import FLAWS, REASONS
from gatekeeper.ledger import Receipt
from gatekeeper.ledger.creating import create
from gatekeeper.ledger.file import GENESIS, SCHEMA, entry_hash
from gatekeeper.ledger.projection import PROJECTIONS
from gatekeeper.ledger.verifying import faults
from gatekeeper.servers import ALIASES, AUTO, PLATFORMS
from gatekeeper.testimonies import check_envelope
from tests.docs.reading import block, names, table

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "formats.md").read_text("utf-8")
TREES = [ast.parse(path.read_text("utf-8")) for path in sorted((ROOT / "gatekeeper").rglob("*.py"))]


def vector(name: str, language: str = "text") -> str:
    return block(TEXT, f"vector {name}", language)


def value(name: str, language: str = "text") -> str:
    """A value of the example that is one line."""
    return vector(name, language).removesuffix("\n")


def string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class TestTheExampleWithoutGatekeeper:
    """Recomputed with hashlib, json and an Ed25519 signer alone, as a stranger would."""

    def test_key(self) -> None:
        seed = hashlib.sha256(b"gatekeeper docs/formats.md example").digest()
        assert seed.hex() == value("seed")
        assert value("public key") == f"ssh-ed25519 {base64.b64encode(self.public_blob).decode()}"
        digest = base64.b64encode(hashlib.sha256(self.public_blob).digest()).decode().rstrip("=")
        assert value("fingerprint") == f"SHA256:{digest}"

    @property
    def private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(value("seed")))

    @property
    def public_blob(self) -> bytes:
        return string(b"ssh-ed25519") + string(self.private.public_key().public_bytes_raw())

    def test_commit(self) -> None:
        raw = vector("commit").encode()
        header = b"commit %d\0" % len(raw)
        assert hashlib.sha1(header + raw, usedforsecurity=False).hexdigest() == value("commit id")

    def test_change_digest(self) -> None:
        fields = vector("change fields").splitlines()
        hashed = b"".join(field.encode() + b"\0" for field in fields)
        assert sha256(hashed) == value("change digest")
        assert f"instead, {len(hashed)} bytes in all" in TEXT
        modes, path = value("raw diff").split("\t")
        old_mode, new_mode, old, new, _ = modes.removeprefix(":").split(" ")
        assert fields[2:] == [old_mode, new_mode, old, new, str(len(path)), path]
        for content, blob in (("attempts = 1\n", old), ("attempts = 3\n", new)):
            data = b"blob %d\0" % len(content) + content.encode()
            assert hashlib.sha1(data, usedforsecurity=False).hexdigest() == blob

    def test_statement_is_canonical_and_about_the_commit(self) -> None:
        text = value("statement", "json")
        statement = json.loads(text)
        again = json.dumps(statement, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        assert again == text
        (commit,) = statement["predicate"]["commits"]
        assert commit["id"] == value("commit id")
        assert commit["change"] == value("change digest")
        assert f"parent {commit['parent']}\n" in vector("commit")

    @property
    def encoded(self) -> bytes:
        payload = value("statement", "json").encode()
        return b"DSSEv1 28 application/vnd.in-toto+json %d %s" % (len(payload), payload)

    def test_pre_authentication_encoding(self) -> None:
        assert sha256(self.encoded) == value("pae sha256")
        assert hashlib.sha512(self.encoded).hexdigest() == value("pae sha512")
        assert f"and then the statement: {len(self.encoded)} bytes" in TEXT

    def test_signature(self) -> None:
        digest = hashlib.sha512(self.encoded).digest()
        head = string(b"gatekeeper-signoff") + string(b"") + string(b"sha512")
        signed = b"SSHSIG" + head + string(digest)
        assert signed.hex() == value("signed")
        signature = self.private.sign(signed)
        assert signature.hex() == value("signature")
        inner = string(b"ssh-ed25519") + string(signature)
        blob = b"SSHSIG" + (1).to_bytes(4, "big") + string(self.public_blob) + head + string(inner)
        assert base64.b64encode(blob).decode() == value("sshsig")

    def test_statement_id_envelope_and_path(self) -> None:
        identity = sha256(self.encoded + value("fingerprint").encode())
        assert identity == value("statement id")
        payload = base64.b64encode(value("statement", "json").encode()).decode()
        assert value("envelope", "json") == (
            f'{{"payload":"{payload}","payloadType":"application/vnd.in-toto+json","signatures":'
            f'[{{"keyid":"{value("fingerprint")}","sig":"{value("sshsig")}"}}]}}'
        )
        commit = value("commit id")
        assert value("path") == f"commits/{commit[:2]}/{commit[2:4]}/{commit[4:]}/{identity}.json"


class TestTheExampleWithGatekeeper:
    def test_the_envelope_is_good(self) -> None:
        checked = check_envelope(value("envelope", "json").encode())
        assert checked.fingerprint == value("fingerprint")
        assert checked.fingerprint == parse_public_key(value("public key")).fingerprint
        assert checked.envelope.statement_id == value("statement id")
        assert checked.envelope.payload.decode() == value("statement", "json")
        assert sha256(checked.envelope.signed_bytes) == value("pae sha256")
        assert base64.b64encode(checked.envelope.signature).decode() == value("sshsig")
        (commit,) = checked.statement.commits
        assert store_path(commit.id, checked.envelope.statement_id) == value("path")

    def test_it_says_what_the_commit_is(self) -> None:
        commit = parse_commit(ObjectId(value("commit id")), vector("commit").encode(), SHA1)
        (said,) = parse_statement(value("statement", "json").encode()).commits
        assert said.parent == commit.parents[0]
        assert said.author == commit.author.email.decode()
        declaration = declare(commit)
        assert (said.state, said.tools) == (declaration.state.value, declaration.tools)
        assert change_digest(make_change([self.entry()]), SHA1) == said.change

    def entry(self) -> RawEntry:
        modes, path = value("raw diff").split("\t")
        old_mode, new_mode, old, new, _ = modes.removeprefix(":").split(" ")
        return RawEntry(
            old_mode=old_mode,
            new_mode=new_mode,
            old_id=ObjectId(old),
            new_id=ObjectId(new),
            path=path.encode(),
        )

    def test_the_merge_digest_is_as_described(self) -> None:
        entry = self.entry()
        six = vector("change fields").splitlines()[2:]
        fields = ["gatekeeper merge v1", "sha1", "1", *six, "0"]
        hashed = b"".join(field.encode() + b"\0" for field in fields)
        assert merge_digest(((entry,), ()), SHA1) == sha256(hashed)


def example() -> dict[str, Any]:
    statement: dict[str, Any] = json.loads(value("statement", "json"))
    statement["predicate"]["range"] = {"base": "0" * 40, "head": "1" * 40, "change": ""}
    return statement


@pytest.mark.parametrize(
    ("name", "inside"),
    [
        ("statement members", lambda s: s),
        ("predicate members", lambda s: s["predicate"]),
        ("commit members", lambda s: s["predicate"]["commits"][0]),
        ("range members", lambda s: s["predicate"]["range"]),
    ],
    ids=["statement", "predicate", "commit", "range"],
)
def test_every_member_that_the_tables_list_is_known_and_every_other_one_refused(name: str, inside: Any) -> None:
    members = names(TEXT, name)
    optional = {"range", "revokes"}
    parse_statement(canonical.dump(example()))
    assert set(members) - {"revokes"} == set(inside(example()))
    for member in members:
        if member in optional:
            continue
        statement = example()
        del inside(statement)[member]
        with pytest.raises(MalformedSignoffError):
            parse_statement(canonical.dump(statement))
    statement = example()
    inside(statement)["other"] = ""
    with pytest.raises(MalformedSignoffError):
        parse_statement(canonical.dump(statement))


def test_decisions_presences_states_and_bounds_are_those_of_the_code() -> None:
    assert names(TEXT, "decisions") == [decision.value for decision in Decision]
    rules = {row[0].strip("`"): row[2] for row in table(TEXT, "predicate members")}
    assert re.findall(r"`(\w+)`", rules["presence"])[:3] == list(signoff.PRESENCES)
    states = {row[0].strip("`"): row[2] for row in table(TEXT, "commit members")}["declaration"]
    assert re.findall(r"`(\w+)`", states.partition("is `")[2].join(["`", ""])) == list(signoff.STATES)
    assert f"1 to {MAX_COMMITS:,} commits" in rules["commits"]
    assert f"at most {MAX_ENVELOPE:,} bytes" in TEXT
    outer = {row[0].strip("`"): row[2] for row in table(TEXT, "statement members")}
    assert outer["_type"] == f"`{signoff.STATEMENT_TYPE}`"
    assert outer["predicateType"] == f"`{signoff.PREDICATE_TYPE}`"
    assert f'"DSSEv1" SP "{len(signoff.PAYLOAD_TYPE)}" SP "{signoff.PAYLOAD_TYPE}" SP' in TEXT


def test_key_types_are_those_of_the_code() -> None:
    assert sorted(names(TEXT, "key types")) == sorted(KEY_TYPES)
    assert f"modulus {MIN_RSA_BITS} to {MAX_RSA_BITS} bits" in TEXT
    marked = {row[0].strip("`") for row in table(TEXT, "key types") if "FIDO" in row[2]}
    assert marked == {name for name, kind in KEY_TYPES.items() if kind.fido}


def test_published_files_and_their_members_are_those_of_the_code() -> None:
    assert names(TEXT, "published files") == [published.POLICY, published.ROSTER, published.SERVER]
    assert names(TEXT, "server.json members") == list(published.SERVER_KEYS)
    assert names(TEXT, "roster.json members") == list(published.PERSON_KEYS)


def test_the_key_of_a_condition_is_spelt_as_described() -> None:
    who = Who(below="a", at_least="b", exactly="c", teams=("z", "y"), people=("q", "p"))
    assert who.key == "below=a;at_least=b;exactly=c;teams=y,z;people=p,q"
    assert Who(at_least="senior", teams=("payments",)).key == "at_least=senior;teams=payments"


def test_reason_codes_are_those_of_the_code() -> None:
    assert names(TEXT, "reason codes") == list(REASONS)


def test_flaw_codes_are_those_of_the_code() -> None:
    assert names(TEXT, "flaw codes") == list(FLAWS)


def test_the_facts_of_reasons_are_those_that_the_code_gives() -> None:
    given: dict[str, set[str]] = {}
    for call in _calls("reason"):
        if call.args and isinstance(call.args[0], ast.Constant):
            facts = {keyword.arg for keyword in call.keywords if keyword.arg}
            given.setdefault(str(call.args[0].value), set()).update(facts)
    listed = {row[0].strip("`"): set(re.findall(r"`([^`]+)`", row[1])) for row in table(TEXT, "reason codes")}
    assert {code: listed[code] for code in given} == given
    assert set(listed) == set(given)


def _calls(name: str) -> Iterator[ast.Call]:
    for tree in TREES:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node


def test_the_kinds_of_entry_are_those_that_the_code_writes() -> None:
    written: set[str] = set()
    for tree in TREES:
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and (
                    (node.func.attr == "append" and any(keyword.arg == "repository" for keyword in node.keywords))
                    or (node.func.attr == "_append" and len(node.args) == 5)
                )
                and isinstance(node.args[0], ast.Constant)
            ):
                written.add(str(node.args[0].value))
    assert set(names(TEXT, "entry kinds")) == written
    assert set(PROJECTIONS) == written - {"prune"}  # which takes away text, and tells the tables nothing


def test_the_data_of_a_push_and_its_updates_are_what_the_code_writes() -> None:
    from gatekeeper import recording

    source = inspect.getsource(recording)
    tree = ast.parse(source)
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    push = _keys_of_first_dict(functions["record"])
    # `**dict(gate.digests)` is policy and roster.
    # `**_memory_data(work)` is what was noted for later pushes.
    # `**_evidence_data(work, first)` is what was pushed beside commits.
    noted = _keys_of_first_dict(functions["_memory_data"])
    assert set(names(TEXT, "push data")) == {*push, *noted, "attested", "notes", "unread_traces", "policy", "roster"}
    update = _keys_of_first_dict(functions["_update_data"])
    assert names(TEXT, "update data") == update


def _keys_of_first_dict(function: ast.FunctionDef) -> list[str]:
    """The constant keys of the longest dictionary that a function writes down."""
    dictionaries = [node for node in ast.walk(function) if isinstance(node, ast.Dict)]
    longest = max(dictionaries, key=lambda node: len(node.keys))
    return [str(key.value) for key in longest.keys if isinstance(key, ast.Constant)]


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("verdict members", "verdict_data"),
        ("ref members", "ref_data"),
        ("finding members", "commit_data"),
        ("rule members", "rule_data"),
        ("sign-off members", "signoff_data"),
    ],
)
def test_the_members_of_a_verdict_are_those_of_the_code(name: str, function: str) -> None:
    from gatekeeper.formats import json as plain

    tree = ast.parse(inspect.getsource(getattr(plain, function)))
    (definition,) = tree.body
    assert isinstance(definition, ast.FunctionDef)
    listed = names(TEXT, name)
    assert sorted(listed) == sorted(_keys_of_first_dict(definition))


def test_the_ledgers_hash_is_as_described(tmp_path: Path) -> None:
    ledger = create(str(tmp_path / "ledger.db"))
    data = {"tips": {}, "every_ref": False, "why": "\u00fc"}
    receipts = [
        ledger.append("baseline", data, now=Timestamp(1_795_000_000 + n), repository="example/shop") for n in range(2)
    ]
    ledger.close()
    database = sqlite3.connect(tmp_path / "ledger.db")
    previous = "0" * 64
    for number, body, digest in database.execute("SELECT number, body, hash FROM entries ORDER BY number"):
        hashed = b"gatekeeper ledger v1\0" + previous.encode() + b"\0" + body.encode("ascii")
        assert sha256(hashed) == digest == receipts[number - 1].hash
        assert sorted(json.loads(body)) == ["data", "kind", "number", "repository", "time"]
        previous = digest
    assert database.execute("PRAGMA user_version").fetchone() == (SCHEMA,) == (4,)
    assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    for digits in (1, 12, 64):
        shortened = [receipt.replace(hash=receipt.hash[:digits]) for receipt in receipts]
        assert faults(database, shortened) == []
    database.close()
    assert entry_hash(GENESIS, "{}") == sha256(b"gatekeeper ledger v1\0" + b"0" * 64 + b"\0{}")
    label = Receipt(number=18231, hash="9f86d081884c7d65" + "0" * 48).label("example/shop")
    assert f"`{label}`" in TEXT


def test_configuration_keys_are_those_that_the_code_reads_or_writes() -> None:
    found = {
        node.value
        for tree in TREES
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"gatekeeper\.[a-zA-Z]+", node.value)
    }
    assert set(names(TEXT, "configuration keys")) == found
    line = next(row[2] for row in table(TEXT, "configuration keys") if row[0] == "`gatekeeper.server`")
    assert set(re.findall(r"`(\w+)`", line)) == {AUTO, *PLATFORMS, *ALIASES}


def test_exit_statuses_are_those_of_the_code() -> None:
    from gatekeeper import answering, hook
    from gatekeeper.cli import check

    assert [int(name) for name in names(TEXT, "exit status")] == [OK, REFUSED, WRONG_USE, UNDECIDED]
    assert hook.UNDECIDED == 3
    assert answering.STATUS == check.STATUS == {Outcome.ACCEPTED: 0, Outcome.REFUSED: 1, Outcome.UNDECIDED: 3}


def test_platforms_and_the_variables_that_they_read_are_those_of_the_code() -> None:
    rows = table(TEXT, "platform variables")
    assert [row[0].strip("`") for row in rows] == list(PLATFORMS)
    for platform, variables, _ in rows:
        module = importlib.import_module(f"gatekeeper.servers.{platform.strip('`')}")
        asked = set(re.findall(r'environment\.get\("(\w+)"', inspect.getsource(module)))
        assert set(re.findall(r"`(\w+)`", variables)) == asked
    kinds = re.search(r"`kind` \(([^)]*)\)", TEXT)
    assert kinds is not None
    assert re.findall(r"`(\w+)`", kinds.group(1)) == [kind.value for kind in PusherKind]


def test_the_variables_of_agents_are_those_of_the_table_of_tools() -> None:
    listed = block(TEXT, "agent variables").split()
    assert listed == sorted({name for tool in builtin() for name in tool.environment})


def test_the_server_hooks_read_no_other_variable_of_git_than_the_page_lists() -> None:
    from gatekeeper.answering import CHANGES_THE_MEANING

    asked = set(CHANGES_THE_MEANING)
    for path in {*(ROOT / "gatekeeper").rglob("*.py")} - {*(ROOT / "gatekeeper").glob("commit*.py")}:
        asked |= set(re.findall(r'nvironment\.get\(\s*f?"(GIT_\w+)', path.read_text("utf-8")))
    section = TEXT.partition("## Environment")[2].partition("Who pushes")[0]
    assert {name.removesuffix("<n>") for name in re.findall(r"`(GIT_[A-Z_]+(?:<n>)?)`", section)} == asked


def test_an_envelope_in_the_docs_form_is_what_the_code_writes() -> None:
    envelope = parse_envelope(value("envelope", "json").encode())
    assert signoff.dump_envelope(envelope).decode() == value("envelope", "json")
    assert signoff.dump_statement(parse_statement(envelope.payload)) == envelope.payload
