"""Bring sign-offs to the server: file them in this clone's store and push it; when the push loses a race, merge."""

from __future__ import annotations

import random
import time

from gatekeeper.core.changes import ABSENT
from gatekeeper.core.ids import ObjectId
from gatekeeper.core.push import SIGNOFFS
from gatekeeper.core.signoff import parse_envelope, parse_statement, store_path
from gatekeeper.desk import Clone, DeskError
from gatekeeper.git import GitError
from gatekeeper.git.store import write_store

ATTEMPTS = 12
PAUSE = 0.05
"""Seconds; the wait before attempt n is random, up to n times this."""


class DeliveryError(DeskError):
    """The sign-off did not get to the server, and stays in this clone: why, and what to do."""


class StoreRefusedError(DeliveryError):
    """The server does not take what this clone's store holds."""

    def __init__(self, what: str, advice: str = "", said: str = "") -> None:
        """Keep also what the server said."""
        super().__init__(what, advice)
        self.said = said


def push_command(clone: Clone) -> str:
    """Return the command that brings this clone's sign-offs to the server."""
    return f"git push {clone.remote} {SIGNOFFS}"


def file_signoff(clone: Clone, envelope: bytes) -> None:
    """Put a sign-off into this clone's store, on top of what the clone knows of the server's.

    Raises:
        GitError: if the store cannot be written.
    """
    _take_in(clone)
    parsed = parse_envelope(envelope)
    statement = parse_statement(parsed.payload)
    files = {store_path(commit.id, parsed.statement_id): envelope for commit in statement.commits}
    write_store(
        clone.runner,
        onto=clone.tip(SIGNOFFS),
        merging=None,
        files=files,
        now=clone.now,
        message=f"{statement.decision.value} {len(statement.commits)} commits",
    )


def forget_refused(clone: Clone, before: ObjectId | None) -> bool:
    """Take a refused statement out of this clone's store again, or every later push would be refused for it.

    `before` is the store before it was filed. If that held what the server does not have, any of it may be what is
    refused, and all stays: then return False.
    """
    theirs = clone.tip(clone.tracking(SIGNOFFS))
    if before is not None and (theirs is None or not clone.engine.is_ancestor(before, theirs)):
        return False
    if theirs is None:
        clone.user.tell("update-ref", "-d", SIGNOFFS)
    else:
        clone.user.tell("update-ref", SIGNOFFS, theirs)
    return True


def deliver(clone: Clone) -> int:
    """Push the store; return how many pushes it took.

    Raises:
        StoreRefusedError: if the server refuses what it is.
        DeliveryError: if the server cannot be reached, or the race was lost every time.
    """
    said = ""
    for attempt in range(1, ATTEMPTS + 1):
        try:
            clone.user.tell("push", "--quiet", clone.remote, f"{SIGNOFFS}:{SIGNOFFS}")
        except GitError as error:
            said = str(error)
        else:
            return attempt
        time.sleep(random.uniform(0, PAUSE * attempt))  # noqa: S311 - a pause, no secret
        theirs_before = clone.tip(clone.tracking(SIGNOFFS))
        try:
            clone.fetch()
        except (DeskError, GitError) as error:
            raise DeliveryError(f"your sign-off is kept in this clone, because {error}", _later(clone)) from None
        moved = clone.tip(clone.tracking(SIGNOFFS)) != theirs_before
        if not _take_in(clone) and not moved and not _raced(said):
            break
    if "gatekeeper: REFUSED" in said:
        raise StoreRefusedError(
            f"the server does not take the sign-offs of this clone:\n{said}",
            f"drop what it does not have, and sign again: git update-ref {SIGNOFFS} {clone.tracking(SIGNOFFS)}",
            said,
        )
    raise DeliveryError(f"your sign-off is kept in this clone, because the push failed:\n{said}", _later(clone))


def _later(clone: Clone) -> str:
    return f"push it later with: {push_command(clone)}"


def _raced(said: str) -> bool:
    """Whether a push was refused for its timing: Git's words for a ref that moved or is locked, or the gate's."""
    return any(
        sign in said
        for sign in (
            "fetch first",
            "non-fast-forward",
            "failed to update ref",
            "lock",
            "moved",
            "same moment",
        )
    )


def _take_in(clone: Clone) -> bool:
    """Merge the server's store, as last fetched, into this clone's; return whether that changed anything.

    Both are content-addressed, so both sides are kept; where they hold one name, the server's copy stays.
    """
    ours, theirs = clone.tip(SIGNOFFS), clone.tip(clone.tracking(SIGNOFFS))
    if theirs is None or ours == theirs or (ours and clone.engine.is_ancestor(theirs, ours)):
        return False
    if ours is None or clone.engine.is_ancestor(ours, theirs):
        clone.user.tell("update-ref", SIGNOFFS, theirs, ours or clone.object_format.zero)
        return True
    trees = [tree for tree, _, _ in clone.engine.kinds([f"{theirs}^{{tree}}", f"{ours}^{{tree}}"])]
    if None in trees:
        raise DeskError("a store of sign-offs in this clone has no tree", f"delete it: git update-ref -d {SIGNOFFS}")
    only_ours: dict[str, bytes | ObjectId] = {
        entry.path.decode("ascii"): entry.new_id
        for entry in clone.engine.changes([(str(trees[0]), str(trees[1]))])[0]
        if entry.old_mode == ABSENT
    }
    write_store(clone.runner, onto=theirs, merging=ours, files=only_ours, now=clone.now, message="merge")
    return True
