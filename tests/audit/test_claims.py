"""What messages say of earlier commits: taken out, brought back, mended."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatekeeper.core.claims import IDS_LIMIT, fixes_in, reverts_in

ID = "3f9c2a1b5d6e7f80910111213141516171819202"
OTHER = "81d0c44aabbccddeeff00112233445566778899a"


def message(subject: str, body: str = "") -> bytes:
    return f"{subject}\n\n{body}\n".encode()


@pytest.mark.parametrize(
    ("subject", "body", "ids", "named"),
    [
        ('Revert "Add retry"', f"This reverts commit {ID}.", (ID,), b"Add retry"),
        ('Revert "Add retry (#12)" (#34)', "Reverts example/shop#12", (), b"Add retry (#12)"),
        ('Reapply "Add retry"', f"This reverts commit {ID}.", (ID,), b'Revert "Add retry"'),
        ('Revert "Revert "Add retry""', "", (), b'Revert "Add retry"'),
        ("revert: feat: add retry", f"This reverts commit {ID[:12]}.", (ID[:12],), b""),
        ("Back out the retry", f"This reverts commits {ID} and {OTHER}.", (ID, OTHER), b""),
        ("Drop the retry for now", f"This reverts commit {ID}, because it hangs.", (ID,), b""),
        ('[shop] Revert "Add retry"', "", (), b"Add retry"),
        ("Revert retry", f"This reverts commit {ID.upper()}.", (ID,), b""),
        ("Revert half of retry", f"This partially reverts commit {ID}.", (), b""),
    ],
)
def test_forms_that_say_a_revert(subject: str, body: str, ids: tuple[str, ...], named: bytes) -> None:
    found = reverts_in(message(subject, body))
    assert found is not None
    assert (found.ids, found.subject) == (ids, named)


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Add retry (#12)", f'* Try it\n\n* Revert "Try it"\n\nThis reverts commit {ID}.\n\n* Do it right'),
        ("Reverse the list", ""),
        ("Revertable migrations", ""),
        ("Explain `This reverts commit`", "git revert writes: see there"),
        ("", ""),
    ],
)
def test_a_squash_that_lists_a_revert_and_words_alike_are_none(subject: str, body: str) -> None:
    assert reverts_in(message(subject, body)) is None


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        (f'Fixes: {ID[:12]} ("Add retry")', (ID[:12],)),
        (f"Fixes: {ID[:10]} (Add retry, 2026-11-23)", (ID[:10],)),
        (f"fixes: commit {ID}", (ID,)),
        (f"Fixes: {ID[:12].upper()}", (ID[:12],)),
        (f"Fixes: {ID}\nFixes: {OTHER}\nFixes: {ID}", (ID, OTHER)),
        (f"This fixes the regression in {ID[:8]} (Add retry, 2026-11-23).", (ID[:8],)),
        (f"It has been broken since\ncommit {ID[:8]} (Add retry, 2026-11-23),", (ID[:8],)),
        (f"a bug that was introduced by {ID[:8]} (Add retry)", (ID[:8],)),
        (f"the function introduced in {ID[:8]} (Add retry)", ()),
        (f"There is a bug. We saw it. See what is in {ID[:8]} (Add retry)", ()),
        ("a bug in 1234567", ()),
        (f"the regression test in {ID[:8]} (Add retry)", ()),
        (f"one of the bugs fixed by {ID[:8]} (Add retry)", ()),
        ("Fixes: #1234567", ()),
        ("Fixes: 1234", ()),
        ("Fixes: https://example.com/shop/issues/1234567", ()),
        ("Fixes: deadbeefs and cafes", ()),
        (f"This Fixes: {ID}", ()),
        (f"Fixes {ID}", ()),
    ],
)
def test_lines_that_say_what_is_mended(line: str, ids: tuple[str, ...]) -> None:
    assert fixes_in(message("Wait between tries", f"Text.\n\n{line}\nReviewed-by: A <a@example.com>")) == ids


@given(st.binary(max_size=2000))
def test_any_bytes_are_read(data: bytes) -> None:
    fixes_in(data)
    reverts_in(b"Revert " + data)


def test_a_message_that_names_a_million_commits_is_read_to_a_bound() -> None:
    many = b"".join(b"Fixes: %040x\n" % number for number in range(100_000))
    assert len(fixes_in(many)) == IDS_LIMIT
    assert fixes_in(b"bug " * 100_000 + b"in a" * 100_000) == ()
    chain = b"Revert all\n\nThis reverts commits " + b"abcdef0 " * 100_000 + b"0123456789" * 100_000
    found = reverts_in(chain)
    assert found is not None
    assert found.ids == ("abcdef0",)
