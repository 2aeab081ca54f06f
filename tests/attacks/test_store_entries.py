"""What is no sign-off in the one form, in the one place, does not enter the store; what was taken back stays so."""

from __future__ import annotations

import json
from hashlib import sha512
from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.ids import StatementId
from gatekeeper.core.push import SIGNOFFS
from gatekeeper.core.signoff import (
    NAMESPACE,
    Decision,
    dump_envelope,
    parse_envelope,
    pre_authentication_encoding,
    store_path,
)
from gatekeeper.core.wire import string
from tests.support.people import private_key, public_blob
from tests.support.signoffs import Signoff, signed_commit
from tests.support.world import one_format

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.clones import Clone
    from tests.support.world import World


def refused(world: World, clone: Clone, files: dict[str, bytes], why: str) -> None:
    """The store's update is refused for `why`, and so is the branch; the honest sign-off goes in afterwards."""
    pushed = world.store_push(clone, [], files=files, account="senior-1")
    assert pushed.refused, pushed.stderr
    assert why in pushed.text
    assert clone.push("main:main").refused
    assert SIGNOFFS not in world.refs()
    world.approve(clone.id())
    assert clone.push("main:main").accepted


# ---- the bytes of an envelope ----------------------------------------------------------------------


def _payload(data: bytes, change: Callable[[str], str]) -> bytes:
    """Change how the payload is spelled in base64."""
    before = json.loads(data)["payload"]
    return data.replace(before.encode(), change(before).encode())


def _with_other_unused_bits(text: str) -> str:
    """The same bytes in another spelling: bits that no byte uses are not zero."""
    body = text.rstrip("=")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    return body[:-1] + alphabet[alphabet.index(body[-1]) + 1] + "=" * (len(text) - len(body))


def _padded(text: str) -> bool:
    return text.endswith("=")


RESPELLED: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda data: data[: len(data) // 2],
    "one byte short": lambda data: data[:-1],
    "a byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "a line end": lambda data: data + b"\n",
    "two documents": lambda data: data + data,
    "UTF-16": lambda data: data.decode().encode("utf-16"),
    "another spelling of a letter": lambda data: data.replace(b'"payload"', b'"p\\u0061yload"'),
    "a member twice": lambda data: data.replace(b'{"payload":', b'{"payload":"","payload":', 1),
    "a key id twice": lambda data: data.replace(b'{"keyid":', b'{"keyid":"SHA256:x","keyid":', 1),
    "a member that nobody knows": lambda data: data.replace(b'"payloadType":', b'"payloadExtra":"","payloadType":', 1),
    "no padding": lambda data: _payload(data, lambda text: text.rstrip("=")),
    "more padding": lambda data: _payload(data, lambda text: text + "===="),
    "other unused bits": lambda data: _payload(data, _with_other_unused_bits),
    "white space in the base64": lambda data: _payload(data, lambda text: f"{text[:8]}\\n{text[8:]}"),
    "base64 for addresses": lambda data: data.replace(b"+", b"-").replace(b"/vnd", b"/vnd").replace(b"+", b"-"),
    "no signature": lambda data: data[: data.index(b'"signatures"')] + b'"signatures":[]}',
}


@one_format
@pytest.mark.parametrize("respell", RESPELLED.values(), ids=RESPELLED)
def test_an_envelope_has_one_spelling(world: World, respell: Callable[[bytes], bytes]) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    comments = ("", "a", "ab")  # one of them makes the payload's base64 end in padding
    made = (world.signoff("senior-1", clone, [commit], comment=comment) for comment in comments)
    signed = next(each for each in made if _padded(json.loads(each.data)["payload"]))
    changed = respell(signed.data)
    assert changed != signed.data
    refused(world, clone, dict.fromkeys(signed.files, changed), "is not admitted")


@one_format
def test_a_payload_has_one_spelling_too(world: World) -> None:
    """Signed by a senior's own key, but not in canonical form: two programs could read it differently."""
    clone = world.clone("junior-1")
    signed = world.signoff("senior-1", clone, [clone.assisted()])
    envelope = parse_envelope(signed.data)
    for before, after in (
        (b'"decision":"approve"', b'"decision":"reject","decision":"approve"'),
        (b'"comment":""', b'"comment": ""'),
        (b'"refs":[]', b'"refs":[],"zone":""'),
    ):
        payload = envelope.payload.replace(before, after)
        assert payload != envelope.payload
        other = envelope.replace(payload=payload, signature=_sha512_signature(payload, "senior-1"))
        files = {store_path(signed.statement.commits[0].id, other.statement_id): dump_envelope(other)}
        pushed = world.store_push(clone, [], files=files)
        assert pushed.refused
        assert "is not admitted" in pushed.text
    assert world.store_push(clone, [signed], "main:main").accepted


# ---- the tree -------------------------------------------------------------------------------------


def _commit(clone: Clone, tree: str, *parents: str) -> str:
    options = [word for parent in parents for word in ("-p", parent)]
    return clone.git("commit-tree", *options, "-m", "sign", tree, env=clone.dates())


def _tree(clone: Clone, *entries: tuple[str, str]) -> str:
    """Write a tree of (mode and object, path) with an index of its own."""
    env = {"GIT_INDEX_FILE": str(clone.path / ".git/other-index")}
    clone.git("read-tree", "--empty", env=env)
    for what, path in entries:
        clone.git("update-index", "--add", "--cacheinfo", f"{what},{path}", env=env)
    return clone.git("write-tree", "--missing-ok", env=env)


@pytest.mark.parametrize("mode", ["100755", "120000", "160000"], ids=["executable", "link", "submodule"])
@pytest.mark.parametrize("beside", [False, True], ids=["in its place", "beside it"])
def test_an_entry_that_is_no_plain_file_is_refused(world: World, mode: str, beside: bool) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    signed = world.signoff("senior-1", clone, [commit])
    (path,) = signed.files
    blob = clone.git("hash-object", "-w", "--stdin", data=signed.data)
    what = commit if mode == "160000" else blob
    entries = (
        [(f"100644,{blob}", path), (f"{mode},{what}", f"{path[:-5]}-2.json")] if beside else [(f"{mode},{what}", path)]
    )
    pushed = clone.push(f"{_commit(clone, _tree(clone, *entries))}:{SIGNOFFS}", "main:main")
    assert pushed.refused
    assert "no regular file" in pushed.text
    assert clone.push(f"{_commit(clone, _tree(clone, (f'100644,{blob}', path)))}:{SIGNOFFS}", "main:main").accepted


@one_format
@pytest.mark.parametrize(
    "place",
    [
        "{statement}.json",
        "commits/{statement}.json",
        "commits/{a}/{rest}/{statement}.json",
        "commits/{a}/{b}/{rest}/{statement}",
        "commits/{a}/{b}/{rest}/{statement}.json.json",
        "commits/{a}/{b}/{rest}/{statement}.JSON",
        "commits/{a}/{b}/{rest}/more/{statement}.json",
        "commits/{a}/{b}/{rest}0/{statement}.json",
        "commits/{a}/{b}/{rest}/{statement}0.json",
        "commits/{a}{b}/{rest}/x/{statement}.json",
        "Commits/{a}/{b}/{rest}/{statement}.json",
        "commits/" + "d/" * 200 + "{statement}.json",
        "README",
        ".gitattributes",
        "commits/{a}/{b}/{rest}/.gitkeep",
        "commits/{a}/{b}/{rest}/\u202e.json",
    ],
)
def test_a_file_in_another_place_is_refused(world: World, place: str) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    signed = world.signoff("senior-1", clone, [commit])
    path = place.format(statement=signed.id, a=commit[:2], b=commit[2:4], rest=commit[4:])
    refused(world, clone, {**signed.files, path: signed.data}, "no place of the store")


@one_format
def test_what_a_commit_between_added_and_the_last_removed_is_nowhere(world: World) -> None:
    """Only the tip's tree is the store: what its history hides is read by nobody."""
    clone = world.clone("junior-1")
    commit = clone.assisted()
    signed = world.signoff("senior-1", clone, [commit])
    good = clone.git("hash-object", "-w", "--stdin", data=signed.data)
    junk = clone.git("hash-object", "-w", "--stdin", data=b"junk")
    (path,) = signed.files
    hidden = _commit(clone, _tree(clone, (f"100644,{good}", path), (f"100644,{junk}", "junk")))
    tip = _commit(clone, _tree(clone, (f"100644,{good}", path)), hidden)
    assert clone.push(f"{hidden}:{SIGNOFFS}").refused
    assert clone.push(f"{tip}:{SIGNOFFS}").accepted
    assert clone.push("main:main").accepted
    assert clone.push(f"+{hidden}:{SIGNOFFS}").refused


# ---- what statements are about ----------------------------------------------------------------------


def test_a_sign_off_may_come_before_its_commit(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    assert not world.has(commit)
    world.approve(commit)
    assert not world.has(commit)
    assert clone.push("main:main").accepted


def test_that_one_wrote_a_commit_can_only_be_said_of_one_that_is_there(world: World) -> None:
    """Else anybody could fill the store about commits that never come."""
    clone = world.clone("intern-1")
    commit = clone.commit("Mine")
    mine = world.signoff("intern-1", clone, [commit], Decision.AUTHOR)
    pushed = world.store_push(clone, [mine])
    assert pushed.refused
    assert "its commit is not on the server" in pushed.text
    assert world.store_push(clone, [mine], "main:refs/heads/topic").accepted


@one_format
def test_nor_of_one_that_is_somebody_elses_among_ones_own(world: World) -> None:
    clone = world.clone("intern-1")
    mine, theirs = clone.commit("Mine"), clone.commit("Theirs", author="junior-1")
    assert clone.push("main:refs/heads/topic").accepted
    assert world.store_push(clone, [world.signoff("intern-1", clone, [mine, theirs], Decision.AUTHOR)]).refused
    assert world.store_push(clone, [world.signoff("intern-1", clone, [mine], Decision.AUTHOR)]).accepted


@one_format
@pytest.mark.parametrize("decision", [Decision.APPROVE, Decision.REJECT])
def test_who_may_not_approve_can_say_neither_yes_nor_no(world: World, decision: Decision) -> None:
    clone = world.clone("intern-1")
    commit = clone.assisted()
    assert clone.push("main:refs/heads/topic").accepted
    assert world.store_push(clone, [world.signoff("intern-1", clone, [commit], decision)]).refused
    assert world.store_push(clone, [world.signoff("senior-1", clone, [commit])], "main:main").accepted


def test_a_veto_is_worth_what_its_signer_is_worth_now(world: World) -> None:
    clone = world.clone("senior-1")
    commit = clone.commit("Plain")
    assert world.store_push(clone, [world.signoff("senior-2", clone, [commit], Decision.REJECT)]).accepted
    assert clone.push("main:main").refused
    world.set_roster({"senior-2": {"level": "mid"}})
    assert clone.push("main:main").accepted


def test_an_amended_commit_is_another_one(world: World) -> None:
    """Neither the yes nor the revocation for one id says anything of another that changes something else."""
    clone = world.clone("junior-1")
    commit = clone.assisted()
    yes = world.approve(commit)
    amended = clone.commit("Reword\n\nAssisted-by: claude", {"sneaked.py": "import os\n"}, "--amend")
    claims = (signed_commit(clone, amended),)
    back = world.signoff("senior-1", clone, [amended], Decision.REVOKE, revokes=yes.id, commits=claims)
    assert world.store_push(clone, [back]).accepted
    assert clone.push(f"{commit}:refs/heads/main").accepted
    assert clone.push(f"{amended}:refs/heads/release/1").refused


# ---- taking back, and signing the same again -------------------------------------------------------


def _sha512_signature(payload: bytes, key: str) -> bytes:
    """A second signature of one key over one payload, with the other hash of PROTOCOL.sshsig."""
    digest = string(sha512(pre_authentication_encoding(payload)).digest())
    head = string(NAMESPACE.encode()) + string(b"") + string(b"sha512")
    signature = string(b"ssh-ed25519") + string(private_key(key).sign(b"SSHSIG" + head + digest))
    return b"SSHSIG" + (1).to_bytes(4, "big") + string(public_blob(key)) + head + string(signature)


def _signed_again(signed: Signoff, key: str) -> Signoff:
    envelope = parse_envelope(signed.data)
    other = envelope.replace(signature=_sha512_signature(envelope.payload, key))
    return Signoff(signed.statement, other.statement_id, dump_envelope(other))


def test_a_statement_taken_back_does_not_return_in_other_bytes(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    yes = world.signoff("senior-1", clone, [commit])
    again = _signed_again(yes, "senior-1")
    assert (again.id, again.data == yes.data) == (yes.id, False)
    assert world.store_push(clone, [yes]).accepted
    back = world.signoff("senior-1", clone, [commit], Decision.REVOKE, revokes=yes.id)
    assert world.store_push(clone, [back]).accepted
    pushed = world.store_push(clone, [again])
    assert pushed.refused
    assert "the store only grows" in pushed.text
    assert clone.push("main:main").refused
    fresh = world.signoff("senior-1", clone, [commit], comment="after all")
    assert world.store_push(clone, [fresh], "main:main").accepted


def test_the_other_bytes_alone_are_as_good(world: World) -> None:
    clone = world.clone("junior-1")
    again = _signed_again(world.signoff("senior-1", clone, [clone.assisted()]), "senior-1")
    assert world.store_push(clone, [again], "main:main").accepted


def test_a_revocation_that_comes_first_holds_for_what_comes_later(world: World) -> None:
    """Who keeps a sign-off back until it was revoked gains nothing."""
    clone = world.clone("junior-1")
    commit = clone.assisted()
    yes = world.signoff("senior-1", clone, [commit])
    back = world.signoff("senior-1", clone, [commit], Decision.REVOKE, revokes=yes.id)
    assert world.store_push(clone, [back]).accepted
    assert world.store_push(clone, [yes]).accepted
    pushed = clone.push("main:main")
    assert pushed.refused
    assert "it was taken back" in pushed.text
    other = world.signoff("senior-2", clone, [commit])
    assert world.store_push(clone, [other], "main:main").accepted


@one_format
def test_a_revocation_cannot_be_revoked_by_who_may_not(world: World) -> None:
    clone = world.clone("junior-1")
    commit = clone.assisted()
    yes = world.approve(commit, "senior-1")
    back = world.signoff("staff-1", clone, [commit], Decision.REVOKE, revokes=yes.id)
    assert world.store_push(clone, [back]).accepted
    undo = world.signoff("senior-1", clone, [commit], Decision.REVOKE, revokes=StatementId(back.id))
    world.set_roster({"senior-1": {"administrator": False}})
    assert world.store_push(clone, [undo]).accepted
    assert clone.push("main:main").refused
    world.approve(commit, "senior-2")
    assert clone.push("main:main").accepted
