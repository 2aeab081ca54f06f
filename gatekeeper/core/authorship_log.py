"""Authorship logs of git-ai: notes in `refs/notes/ai` that say which lines of a commit an agent wrote.

The format is `authorship/3.0.0` (git-ai-project/git-ai, specs/git_ai_standard_v3.0.0.md): lines `  KEY RANGES`
under the paths, then `---`, then JSON. A key `h_…` is a person; `s_…::t_…`, or hex alone, is an agent's session.
A log is evidence where it names an agent's lines, and never evidence of the contrary.
"""

from __future__ import annotations

from gatekeeper.core.ai_names import tools_in

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gatekeeper.core.ai_names import Words

REF = "refs/notes/ai"
SCHEMA = "authorship/"
LIMIT = 4 * 1024 * 1024
"""Bytes of a log that is read; a larger one is no evidence."""
DIVIDER = b"\n---\n"
HUMAN = b"h_"
OTHER_NAMES = {b"droid": "factory-droid"}
"""How git-ai calls tools that call themselves otherwise in commits."""


def attested(log: bytes, known: Words) -> tuple[tuple[str, bytes], ...]:
    """Return each tool that a log says wrote lines, with the first line of the log that says so.

    Nothing if it is no log. A session that the log does not describe is of the tool `unknown`.
    """
    lines, divider, tail = log.partition(DIVIDER)
    if not divider or len(log) > LIMIT:
        return ()
    metadata = _json(tail)
    if not str(metadata.get("schema_version", "")).startswith(SCHEMA):
        return ()
    agents = {**_agents(metadata, "prompts"), **_agents(metadata, "sessions")}
    found: dict[str, bytes] = {}
    for line in lines.split(b"\n"):
        key = line[2:].partition(b" ")[0].partition(b"::")[0]
        if line.startswith(b"  ") and key and not key.startswith(HUMAN):
            for tool in _tools(agents.get(key, b""), known):
                found.setdefault(tool, line.strip())
    return tuple(found.items())


def _json(data: bytes) -> dict[str, Any]:
    import json  # a hook meets a log rarely

    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _agents(metadata: dict[str, Any], name: str) -> dict[bytes, bytes]:
    """Return the tool of each session, by its key."""
    sessions = metadata.get(name)
    agents: dict[bytes, bytes] = {}
    for key, session in sessions.items() if isinstance(sessions, dict) else ():
        agent = session.get("agent_id") if isinstance(session, dict) else None
        if isinstance(agent, dict):
            agents[key.encode("utf-8", "replace")] = str(agent.get("tool", "")).lower().encode("utf-8", "replace")
    return agents


def _tools(name: bytes, known: Words) -> tuple[str, ...]:
    if name in OTHER_NAMES:
        return (OTHER_NAMES[name],)
    return tools_in(name, known) or ("unknown",)
