from __future__ import annotations

import errno
import importlib
import os
import pkgutil

import pytest

import gatekeeper
from gatekeeper.cli.failing import NEXT, STATUS
from gatekeeper.formats.failure import ADVICE, EXPECTED, advice, expected, what_happened
from gatekeeper.git import GitError


def errors() -> dict[str, type[BaseException]]:
    """Every exception that the product defines, by name."""
    found: dict[str, type[BaseException]] = {}
    for module in pkgutil.walk_packages(gatekeeper.__path__, "gatekeeper."):
        if module.name != "gatekeeper.__main__":
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, type) and issubclass(value, BaseException) and value.__module__ == module.name:
                    found[value.__name__] = value
    return found


def test_every_name_in_the_tables_is_an_error_that_exists() -> None:
    assert (EXPECTED | set(STATUS) | set(NEXT)) <= set(errors())


def test_an_expected_error_is_told_in_its_own_words() -> None:
    assert what_happened(GitError("one\ntwo")) == "one / two"
    assert advice(GitError("x")) == ADVICE["GitError"]


def test_an_unexpected_error_says_where_and_whose_fault_it_is() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        _ = 1 // len("")
    said = what_happened(caught.value)
    assert not expected(caught.value)
    assert said.startswith("ZeroDivisionError at test_failure.py:")
    assert "zero" in said.rpartition(": ")[2]
    assert "fault of gatekeeper" in advice(caught.value)
    assert what_happened(ZeroDivisionError()) == "ZeroDivisionError"


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_every_expected_error_is_known_to_be_one(name: str) -> None:
    kind = errors()[name]
    error = kind.__new__(kind)
    assert expected(error)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS, errno.ENOSPC])
def test_what_the_system_refuses_is_no_fault_of_gatekeeper(number: int) -> None:
    error = OSError(number, os.strerror(number), "/srv/git/shop.git/gatekeeper/tmp-1")
    assert expected(error)
    assert what_happened(error) == f"/srv/git/shop.git/gatekeeper/tmp-1: {os.strerror(number)}"
    assert advice(error).startswith("The server's owner must see to permissions and free space there")


def test_another_error_of_the_system_stays_unexpected() -> None:
    assert not expected(OSError(errno.EBADF, "Bad file descriptor", "f"))
    assert not expected(OSError(errno.EACCES, "Permission denied"))
