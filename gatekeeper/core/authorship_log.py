"""Authorship logs of git-ai: notes in `refs/notes/ai` that say which lines of a commit an agent wrote.

The format is `authorship/3.0.0` (git-ai-project/git-ai, specs/git_ai_standard_v3.0.0.md): lines `  KEY RANGES`
under the paths, then `---`, then JSON. A key `h_…` is a person; `s_…::t_…`, or hex alone, is an agent's session.
A log is evidence where it names an agent's lines, and never evidence of the contrary.
"""

from __future__ import annotations

from gatekeeper.core import plain
from gatekeeper.core.ai_names import tools_in
from gatekeeper.core.ids import ObjectFormat, ObjectId

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatekeeper.core.ai_names import Words

SCHEMA = "authorship/"
LIMIT = 4 * 1024 * 1024
"""Bytes of a log that is read; a larger one is no evidence."""
SESSIONS = 256
"""Sessions of a log that are looked at: each names one tool, and there are fewer tools."""
DIVIDER = b"\n---\n"
HUMAN = b"h_"
OTHER_NAMES = {b"droid": "factory-droid"}
"""How git-ai calls tools that call themselves otherwise in commits."""
WHITE_SPACE = " \t\r\n"
"""What JSON takes for white space (RFC 8259, section 2)."""


def commit_of(path: str, object_format: ObjectFormat) -> ObjectId | None:
    """Return the commit that the note at a path is about; None if it is no note.

    Git spreads notes over directories of two hex digits each, however deep (git-notes(1), "fanout" in notes.c).
    """
    *fanout, last = path.split("/")
    name = path.replace("/", "").lower()
    is_note = object_format.is_id(name) and last != "" and all(len(part) == 2 for part in fanout)
    return ObjectId(name) if is_note else None


def paths_of(commit: ObjectId) -> tuple[str, ...]:
    """Return where Git looks for the note about a commit: fan-out of no to four levels, enough for any number."""
    cuts = [[commit[at : at + 2] for at in range(0, 2 * depth, 2)] for depth in range(5)]
    return tuple("/".join((*fanout, commit[2 * len(fanout) :])) for fanout in cuts)


def is_log(log: bytes) -> bool:
    """Whether this is an authorship log at all, whatever it says."""
    return _metadata(log) is not None


def attested(log: bytes, known: Words) -> tuple[tuple[str, bytes], ...]:
    """Return each tool that a log says wrote lines, with the first line of the log that says so.

    Nothing if it is no log. A session that the log does not describe is of the tool `unknown`.
    """
    metadata = _metadata(log)
    if metadata is None:
        return ()
    agents = {**_agents(metadata, "prompts"), **_agents(metadata, "sessions")}
    sessions: dict[bytes, bytes] = {}
    for line in log.partition(DIVIDER)[0].split(b"\n"):
        key = line[2:].partition(b" ")[0].partition(b"::")[0]
        if line.startswith(b"  ") and key and not key.startswith(HUMAN):
            sessions.setdefault(key, line.strip())
            if len(sessions) == SESSIONS:
                break
    found: dict[str, bytes] = {}
    for key, line in sessions.items():
        for tool in tools_named(agents.get(key, b""), known):
            found.setdefault(tool, line)
    return tuple(found.items())


def _metadata(log: bytes) -> dict[str, Any] | None:
    """Return what stands behind the divider; None if it is no log."""
    if len(log) > LIMIT:
        return None
    _, divider, tail = (b"\n" + log).partition(DIVIDER)  # there may be nothing before it
    value = json_of(tail) if divider else None
    schema = value.get("schema_version") if isinstance(value, dict) else None
    return value if isinstance(schema, str) and schema.startswith(SCHEMA) else None


def json_of(data: bytes) -> Any:
    """Return the JSON value in bytes that anybody may have written; None if there is none."""
    try:
        return plain.loads(data.decode("utf-8", "replace").strip(WHITE_SPACE))
    except (ValueError, RecursionError):
        return None


def _agents(metadata: dict[str, Any], name: str) -> dict[bytes, bytes]:
    """Return the tool of each session, by its key."""
    sessions = metadata.get(name)
    agents: dict[bytes, bytes] = {}
    for key, session in sessions.items() if isinstance(sessions, dict) else ():
        agent = session.get("agent_id") if isinstance(session, dict) else None
        if isinstance(agent, dict):
            agents[key.encode("utf-8", "replace")] = bytes_of(agent.get("tool"))
    return agents


def bytes_of(value: Any) -> bytes:
    """Return a text of JSON as lower-case bytes; nothing if it is no text."""
    return value.lower().encode("utf-8", "replace") if isinstance(value, str) else b""


def tools_named(name: bytes, known: Words) -> tuple[str, ...]:
    """Return the tools that an agent's name (lower-case) means; `unknown` if none is known by it."""
    if name in OTHER_NAMES:
        return (OTHER_NAMES[name],)
    return tools_in(name, known) or ("unknown",)
