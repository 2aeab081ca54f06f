"""Looking back at many repositories, of which one cannot even say that it fails."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from multiprocessing import get_context
from typing import TYPE_CHECKING

from gatekeeper import touring
from gatekeeper.core.audit import Audit, Failed, Selection
from tests.support.audits import an_audit

if TYPE_CHECKING:
    import pytest

KILLED = "/srv/git/huge.git"


def look_back_or_die(job: touring.Job) -> Audit | Failed:
    """What the kernel does to a process that takes all memory."""
    if job.path == KILLED:
        os.kill(os.getpid(), signal.SIGKILL)
    return an_audit(path=job.path)


def test_one_whose_process_is_killed_is_named_and_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(touring, "_try", look_back_or_die)
    paths = ["/srv/git/a.git", KILLED, "/srv/git/b.git", "/srv/git/c.git"]
    done: list[str] = []
    found = list(touring.tour([touring.Job(path=path, selection=Selection()) for path in paths], done.append))
    assert [each.path for each in found] == paths
    assert [type(each) for each in found] == [Audit, Failed, Audit, Audit]
    assert sorted(done) == sorted(paths)
    (failed,) = [each for each in found if isinstance(each, Failed)]
    assert failed.problem == "its audit was killed"


def test_a_process_that_ctrl_c_has_reached_begins_no_further_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_job: touring.Job) -> None:
        raise KeyboardInterrupt

    def work() -> None:
        """Do as the pool does with what is queued: whatever one job raises, the next one follows."""
        for _ in range(2):
            with suppress(BaseException):
                touring._try(touring.Job(path="nowhere", selection=Selection()))
        os._exit(7)

    monkeypatch.setattr(touring, "look_back", stopped)
    process = get_context("fork").Process(target=work)
    process.start()
    process.join()
    assert process.exitcode == 1
