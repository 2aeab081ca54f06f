"""What went wrong inside, in words: what happened, and the next step."""

from __future__ import annotations

import errno

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeGuard

ADVICE = {
    "ConfigurationError": "The server's owner must mend the file; `gatekeeper doctor` shows every error.",
    "SourceError": "The server's owner must mend the configuration; `gatekeeper doctor` shows it.",
    "UnconfiguredError": "The server's owner must finish the set-up; `gatekeeper doctor` shows what is missing.",
    "LedgerError": "The server's owner can look with `gatekeeper doctor`.",
    "ConflictError": "Push again: somebody else pushed the same commits at the same moment.",
    "ServerError": "The server's owner must set gatekeeper.server.",
    "TimeoutExceededError": "Push fewer commits at a time, or ask the server's owner to raise limits.seconds.",
    "MalformedPushError": "Push with git itself; if that was git, tell the server's owner.",
    "RefusedEnvironmentError": "Ask the server's owner.",
    "GitError": "Push again; if it stays, the server's owner can look with `gatekeeper doctor`.",
}
EXPECTED = {
    *ADVICE,
    *(
        "AttachError",
        "CheckpointError",
        "NoCheckpointError",
        "DeskError",
        "DeliveryError",
        "InstallError",
        "MalformedSignoffError",
        "NoRepositoryError",
        "SigningError",
        "SmallTeamError",
        "SigningRefusedError",
    ),
    *("UnjudgeableError", "BadStoreError", "AgentError", "StoreRefusedError"),
}
"""Errors that say themselves what is wrong; any other is a fault of gatekeeper's own."""
REFUSED_BY_SYSTEM = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT}
"""Permissions, a file system that only reads, a full disk or quota: the machine's fault, and its owner mends it."""
SYSTEM = "The server's owner must see to permissions and free space there: the account that runs hooks has to own it."
UNEXPECTED = "This is a fault of gatekeeper or its server: tell the server's owner what you pushed and when."


def what_happened(error: BaseException) -> str:
    """Return what went wrong, in one line; for an unexpected error also where."""
    if by_system(error):
        return f"{error.filename}: {error.strerror}"
    said = " / ".join(str(error).splitlines())
    if expected(error):
        return said
    where = error.__traceback__
    while where is not None and where.tb_next is not None:
        where = where.tb_next
    place = f" at {where.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{where.tb_lineno}" if where else ""
    return f"{type(error).__name__}{place}: {said}" if said else f"{type(error).__name__}{place}"


def by_system(error: BaseException) -> TypeGuard[OSError]:
    """Whether the operating system refused to write or read a file, for which a person has to do something."""
    return isinstance(error, OSError) and error.errno in REFUSED_BY_SYSTEM and bool(error.filename)


def expected(error: BaseException) -> bool:
    """Whether an error is one that gatekeeper foresees and words itself, or the operating system's."""
    return by_system(error) or type(error).__name__ in EXPECTED


def advice(error: BaseException) -> str:
    """Return the next step; nothing for an expected error that has none."""
    if by_system(error):
        return SYSTEM
    return ADVICE.get(type(error).__name__, "" if expected(error) else UNEXPECTED)
