"""An answer of Git's that it does not document is an error; one in pieces is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gatekeeper.core.ids import SHA1, ObjectId
from gatekeeper.git import GitError, RawObject
from gatekeeper.git.plumbing import Plumbing

if TYPE_CHECKING:
    from collections.abc import Callable


class Scripted:
    """A runner whose git says whatever a test wants."""

    def __init__(self, answer: bytes, status: int = 0) -> None:
        self.answer = answer
        self.status = status

    def with_share_of_time(self, _share: float) -> Scripted:
        return self

    def run(self, *_: str, **__: object) -> tuple[int, bytes]:
        return self.status, self.answer

    def stream(self, *_: object, **__: object) -> list[bytes]:
        return [self.answer[i : i + 7] for i in range(0, len(self.answer), 7)]


ID = ObjectId("a" * 40)
TREES = (b"a" * 40) + b" " + b"b" * 40 + b"\n"
RECORD = b":100644 100644 " + b"c" * 40 + b" " + b"d" * 40


ASK: dict[str, Callable[[Plumbing], object]] = {
    "kinds": lambda engine: engine.kinds([ID]),
    "objects": lambda engine: list(engine.objects([ID])),
    "changes": lambda engine: engine.changes([(ID, "b" * 40)]),
    "remake": lambda engine: engine.remake([(ID, ID)]),
}


@pytest.mark.parametrize(
    ("ask", "answer"),
    [
        ("kinds", b""),
        ("kinds", b"x\ny\n"),
        ("kinds", b"%s blob\n" % ID.encode()),
        ("kinds", b"%s blob x\n" % ID.encode()),
        ("kinds", b"%s blob 3\n" % (b"b" * 64)),
        ("kinds", b"%s missing\n" % (b"b" * 40)),
        ("objects", b"%s blob 3\nab" % ID.encode()),
        ("objects", b"%s blob 3\nabc" % ID.encode()),
        ("objects", b"%s blob" % ID.encode()),
        ("objects", b"%s blob -3\nabc\n" % ID.encode()),
        ("objects", b"%s submodule\n" % ID.encode()),
        ("changes", b"other\n.\n"),
        ("changes", TREES + RECORD + b" M\0f.\n"),
        ("changes", TREES + RECORD + b" M\0\0.\n"),
        ("changes", TREES + RECORD[1:] + b" M\0f\0.\n"),
        ("changes", TREES + RECORD + b"\0f\0.\n"),
        ("changes", TREES + RECORD[:-1] + b" M\0f\0.\n"),
        ("remake", b""),
        ("remake", b"2\0%s\0\0" % ID.encode()),
        ("remake", b"1\0tree\0\0"),
        ("remake", b"1\0%s\0\0" % ID.encode() * 2),
    ],
    ids=ascii,
)
def test_an_answer_that_git_does_not_document_is_an_error(ask: str, answer: bytes) -> None:
    with pytest.raises(GitError):
        ASK[ask](Plumbing(Scripted(answer), SHA1, 1 << 20))  # type: ignore[arg-type]


def test_answers_may_come_in_pieces() -> None:
    answer = b"%s blob 12\nhello\nworld!\n%s missing\n" % (ID.encode(), ID.encode())
    engine = Plumbing(Scripted(answer), SHA1, 1 << 20)  # type: ignore[arg-type]
    assert list(engine.objects([ID, ID])) == [
        RawObject(id=ID, kind="blob", data=b"hello\nworld!"),
        RawObject(id=ID, kind="missing"),
    ]
