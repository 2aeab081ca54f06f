"""`gatekeeper ledger`, as the owner of a server, an auditor and a person who leaves meet it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import sqlite3
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.checkpoint import NAMESPACE, PAYLOAD_TYPE, parse_checkpoint
from gatekeeper.core.signoff import parse_envelope
from gatekeeper.formats.ledger_lines import COLUMNS
from tests.docs.reading import block
from tests.support.checkpoints import seal
from tests.support.commands import Said, run
from tests.support.people import fingerprint, private_file, public_line
from tests.support.world import one_format

if TYPE_CHECKING:
    from tests.support.world import World

pytestmark = one_format
FORMATS = (Path(__file__).parents[2] / "docs" / "formats.md").read_text("utf-8")
REF = "refs/gatekeeper/checkpoints"


def ledger(world: World, command: str, *arguments: str, **env: str) -> Said:
    return run("ledger", command, "--repo", "shop.git", *arguments, cwd=world.root, env=env)


def ok(world: World, command: str, *arguments: str) -> Said:
    said = ledger(world, command, *arguments)
    assert said.status == 0, said.text
    return said


def key(world: World, name: str = "staff-1") -> str:
    file = world.root / f"{name}.key"
    file.write_bytes(private_file(name))
    file.chmod(0o600)
    file.with_suffix(".key.pub").write_text(f"{public_line(name)}\n")
    return str(file)


def checkpoint(world: World, name: str = "kept", signer: str = "staff-1") -> Path:
    ok(world, "checkpoint", "--key", key(world, signer), "-o", name)
    return world.root / name


def land(world: World, subject: str = "Plain") -> None:
    clone = world.clone()
    clone.commit(subject)
    assert clone.push("HEAD:main").accepted
    world.settle()


def rewrite(world: World, before: str, after: str) -> None:
    """Change entries and make the chain and the tables again, as somebody can do who owns the file."""
    database = sqlite3.connect(world.bare / "gatekeeper/ledger.db", isolation_level=None)
    previous = "0" * 64
    for number, body, _ in database.execute("SELECT * FROM entries ORDER BY number").fetchall():
        text = body.replace(before, after)
        previous = hashlib.sha256(f"gatekeeper ledger v1\0{previous}\0{text}".encode()).hexdigest()
        database.execute("UPDATE entries SET body = ?, hash = ? WHERE number = ?", (text, previous, number))
    database.close()


class TestCheckpoint:
    def test_an_honest_ledger_fits_it_and_goes_on(self, world: World) -> None:
        kept = checkpoint(world)
        ok(world, "verify", "--checkpoint", str(kept))
        land(world)
        ok(world, "verify", "--checkpoint", str(kept))

    def test_a_chain_that_was_made_again_as_a_whole_does_not_fit_it(self, world: World) -> None:
        land(world)
        kept = checkpoint(world)
        rewrite(world, "staff-1", "staff-2")
        rewrite(world, '"how":"GATEKEEPER_USER"', '"how":"REMOTE_USER"')
        assert ledger(world, "verify").status == 0
        found = ledger(world, "verify", "--checkpoint", str(kept))
        assert found.status == 1
        assert "does not fit: entry" in found.out
        assert "is not what it was" in found.out

    def test_an_end_that_was_cut_off_is_named(self, world: World) -> None:
        land(world)
        kept = checkpoint(world)
        database = sqlite3.connect(world.bare / "gatekeeper/ledger.db", isolation_level=None)
        (last,) = database.execute("SELECT max(number) FROM entries").fetchone()
        database.execute("DELETE FROM entries WHERE number = ?", (last,))
        database.close()
        found = ledger(world, "verify", "--checkpoint", str(kept))
        assert found.status == 1
        assert f"entry {last} is missing, cut off at the end" in found.out

    def test_the_ref_keeps_all_of_them_and_each_is_held_against_the_ledger(self, world: World) -> None:
        for subject in ("One", "Two"):
            land(world, subject)
            ok(world, "checkpoint", "--key", key(world), "--to-ref", REF)
        listed = world.git("ls-tree", "--name-only", REF).split()
        assert len(listed) == 2
        said = ok(world, "verify", "--checkpoint", REF)
        assert "2 receipts and checkpoints: in order" in said.err
        rewrite(world, '"how":"GATEKEEPER_USER"', '"how":"REMOTE_USER"')
        assert ledger(world, "verify", "--checkpoint", REF).out.count("does not fit") == 2

    def test_nobody_pushes_that_ref(self, world: World) -> None:
        clone = world.clone("staff-1")
        clone.commit("Mine")
        assert clone.push(f"HEAD:{REF}").refused

    def test_it_goes_to_standard_output_where_no_file_is_named(self, world: World) -> None:
        said = ok(world, "checkpoint", "--key", key(world))
        assert said.err.endswith(" --checkpoint FILE\n")
        read = parse_checkpoint(parse_envelope(said.out.strip().encode(), PAYLOAD_TYPE).payload)
        assert read.repository == "example/shop"
        with world.ledger() as kept:
            assert (read.number, read.hash) == (kept.head().number, kept.head().hash)

    def test_the_key_is_gits_own_unless_one_is_named(self, world: World) -> None:
        said = ledger(world, "checkpoint")
        assert (said.status, "there is no key to sign with" in said.err) == (2, True)
        world.config("user.signingKey", key(world))
        ok(world, "checkpoint")

    def test_a_ledger_that_does_not_hold_together_is_not_signed(self, world: World) -> None:
        database = sqlite3.connect(world.bare / "gatekeeper/ledger.db", isolation_level=None)
        database.execute("UPDATE entries SET body = body || ' ' WHERE number = 1")
        database.close()
        said = ledger(world, "checkpoint", "--key", key(world), "-o", "kept")
        assert said.status == 1
        assert "the ledger does not hold together: entry 1" in said.err
        assert not (world.root / "kept").exists()

    def test_ssh_keygen_alone_verifies_it_as_documented(self, world: World) -> None:
        checkpoint(world, "checkpoint.json")
        (world.root / "allowed_signers").write_text(f"auditor {public_line('staff-1')}\n")
        recipe = block(FORMATS, "checkpoint-by-hand", "sh")
        done = subprocess.run(
            ["sh", "-euc", recipe], cwd=world.root, env={"PATH": "/usr/bin:/bin", "signer": "auditor"},
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert "Good" in done.stdout
        head = world.entries()[-1]
        assert f'"hash":"{head.hash}","number":"{head.number}"' in done.stdout


BAD = {
    "by nobody": (seal("mallory"), "is nobody's in the roster"),
    "by somebody who is no administrator": (seal("senior-2"), "senior-2's, who is no administrator"),
    "for another repository": (seal(repository="example/other"), "is about example/other"),
    "signed as a sign-off": (seal(namespace="gatekeeper-signoff"), "signature is bad"),
    "an envelope of a sign-off": (seal(payload_type="application/vnd.in-toto+json"), "this is no checkpoint"),
    "no envelope": (b"garbage", "this is no checkpoint"),
    "another key claimed": (
        seal().replace(fingerprint("staff-1").encode(), fingerprint("senior-1").encode()),
        "keyid is not the fingerprint",
    ),
}


class TestTrust:
    @pytest.mark.parametrize(("envelope", "words"), BAD.values(), ids=BAD)
    def test_what_proves_nothing_is_a_fault(self, envelope: bytes, words: str, world: World) -> None:
        (world.root / "kept").write_bytes(envelope)
        said = ledger(world, "verify", "--checkpoint", "kept")
        assert said.status == 1
        assert words in said.out

    def test_a_revoked_key_proves_nothing(self, world: World) -> None:
        checkpoint(world)
        world.set_roster({"staff-1": {"keys": [{"key": public_line("staff-1"), "revoked": "2026-01-01"}]}})
        said = ledger(world, "verify", "--checkpoint", "kept")
        assert "is revoked, or was not in force then" in said.out

    def test_allowed_signers_count_in_the_place_of_the_roster(self, world: World) -> None:
        (world.root / "auditors").write_text(f'auditor@example.com namespaces="{NAMESPACE}" {public_line("auditor")}\n')
        kept = checkpoint(world, signer="auditor")
        assert "nobody's in the roster" in ledger(world, "verify", "--checkpoint", str(kept)).out
        ok(world, "verify", "--checkpoint", str(kept), "--allowed-signers", "auditors")
        other = checkpoint(world, "other", "staff-1")
        said = ledger(world, "verify", "--checkpoint", str(other), "--allowed-signers", "auditors")
        assert "is not allowed by auditors" in said.out

    def test_allowed_signers_for_other_purposes_do_not_count(self, world: World) -> None:
        (world.root / "auditors").write_text(f'auditor namespaces="git" {public_line("auditor")}\n')
        kept = checkpoint(world, signer="auditor")
        said = ledger(world, "verify", "--checkpoint", str(kept), "--allowed-signers", "auditors")
        assert said.status == 1

    @pytest.mark.parametrize("name", ["nowhere", REF, "refs/heads/nowhere"])
    def test_one_that_is_not_there_is_wrong_use(self, name: str, world: World) -> None:
        said = ledger(world, "verify", "--checkpoint", name)
        assert (said.status, f"there is no file and no ref {name}" in said.err) == (2, True)


class TestExport:
    def test_another_program_computes_the_chain_again(self, world: World) -> None:
        land(world, "With \u00fc and \U0001f600")
        previous = "0" * 64
        for number, line in enumerate(ok(world, "export").out.splitlines(), 1):
            row = json.loads(line)
            body = json.dumps(row["entry"], sort_keys=True, separators=(",", ":"))
            previous = hashlib.sha256(f"gatekeeper ledger v1\0{previous}\0{body}".encode()).hexdigest()
            assert (row["number"], row["hash"]) == (number, previous)
        assert previous == world.entries()[-1].hash

    def test_names_are_there_when_asked_for(self, world: World) -> None:
        land(world)
        assert "junior-1" not in ok(world, "export", "--format", "csv").out
        without, named = ok(world, "export").out, ok(world, "export", "--names").out
        assert '"person":"junior-1"' not in without
        assert '"person":"junior-1"' in named
        assert re.sub('"p:[0-9a-f]{32}"', '""', without) != without
        assert [json.loads(line)["hash"] for line in named.splitlines()] == [entry.hash for entry in world.entries()]

    def test_only_what_is_newer(self, world: World) -> None:
        land(world)
        last = world.entries()[-1].number
        (line,) = ok(world, "export", "--since", str(last - 1)).out.splitlines()
        assert json.loads(line)["number"] == last
        assert ok(world, "export", "--since", str(last)).out == ""

    def test_the_table_has_a_row_for_each_entry(self, world: World) -> None:
        land(world)
        said = ok(world, "export", "--format", "csv", "--names")
        header, *rows = csv.reader(io.StringIO(said.out))
        assert tuple(header) == COLUMNS
        assert [row[-1] for row in rows] == [entry.hash for entry in world.entries()]
        pushes = [dict(zip(header, row, strict=True)) for row in rows if row[2] == "push"]
        assert pushes[-1]["person"] == "junior-1"
        assert pushes[-1]["refs"] == "refs/heads/main"
        assert pushes[-1]["outcome"] == "accepted"
        line = FORMATS.partition("<!-- export columns -->\n")[2].partition("\n")[0]
        assert tuple(re.findall("`(.+?)`", line)) == COLUMNS


class TestPrune:
    def test_up_to_a_checkpoint(self, world: World) -> None:
        land(world)
        kept = checkpoint(world)
        number = world.entries()[-1].number
        land(world, "Later")
        said = ok(world, "prune", "--before", str(kept))
        assert f"Entries up to {number} have no text any more. Receipt: shop-" in said.err
        said = ok(world, "verify", "--checkpoint", str(kept))
        assert f"({number} pruned)" in said.err
        assert json.loads(ok(world, "verify", "--format", "json").out)["pruned"] == number
        lines = [json.loads(line) for line in ok(world, "export").out.splitlines()]
        assert [line["entry"] is None for line in lines[: number + 1]] == [True] * number + [False]
        assert ok(world, "export", "--format", "csv").out.splitlines()[1].startswith("1,,pruned,")
        assert "Nothing to prune" in ok(world, "prune", "--before", str(kept)).err

    def test_a_number_needs_force(self, world: World) -> None:
        land(world)
        said = ledger(world, "prune", "--before", "3")
        assert (said.status, "gatekeeper ledger checkpoint" in said.err) == (2, True)
        assert "Entries up to 1 have no text any more" in ok(world, "prune", "--before", "2", "--force").err
        ok(world, "verify")

    def test_not_with_a_checkpoint_that_proves_nothing_or_does_not_fit(self, world: World) -> None:
        land(world)
        for signer, words in (("senior-2", "no administrator"), ("staff-1", "nothing was pruned: receipt 1-")):
            (world.root / "kept").write_bytes(seal(signer))
            said = ledger(world, "prune", "--before", "kept")
            assert (said.status, words in said.err) == (1, True)
        with world.ledger() as kept:
            assert kept.pruned() == 0

    def test_it_says_what_stays_because_it_landed_later(self, world: World) -> None:
        land(world)
        clone = world.clone()
        clone.commit("On its way")
        assert clone.push("HEAD:main").accepted
        number = world.entries()[-1].number
        said = ok(world, "prune", "--before", str(number + 1), "--force")
        assert f"Entry {number} and later ones stay" in said.err


class TestForget:
    def test_somebody_who_left(self, world: World) -> None:
        land(world)
        world.set_roster({"junior-1": None})
        said = ok(world, "forget", "junior-1", "junior-1-login")
        assert "junior-1: forgotten." in said.err
        assert "archived roster" in said.err
        ok(world, "verify")
        assert '"person":"junior-1"' not in ok(world, "export", "--names").out
        assert "junior-1-login: no entry of this version has it." in ok(world, "forget", "junior-1-login").err

    @pytest.mark.parametrize("name", ["junior-1", "junior-1-login", "junior-1@example.com"])
    def test_not_somebody_of_the_roster(self, name: str, world: World) -> None:
        land(world)
        said = ledger(world, "forget", name)
        assert (said.status, f"{name} is in the roster (junior-1)" in said.err) == (2, True)

    def test_a_name_that_nobody_has(self, world: World) -> None:
        assert "nobody-9: the ledger does not know this name." in ok(world, "forget", "nobody-9").err
