"""Agent Trace: records of what an agent wrote, kept in the repository itself, below `.agent-trace/`.

The form of a record is that of Agent Trace 0.1 (cursor/agent-trace, README.md, section 6); its reference implementation
appends one a line to `.agent-trace/traces.jsonl`. A record is evidence where it names an AI contributor of a
file, and never evidence of the contrary.
"""

from __future__ import annotations

from itertools import islice

from gatekeeper.core import plain
from gatekeeper.core.attestation import LINES
from gatekeeper.core.authorship_log import bytes_of, json_of, tools_named
from gatekeeper.core.changes import path_key
from gatekeeper.core.ids import ObjectFormat, ObjectId
from gatekeeper.core.record import Record
from gatekeeper.core.tools import UNKNOWN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from gatekeeper.core.ai_names import Words

AI = ("ai", "mixed")
"""Types of contributors with an agent among them."""
RECORDS = 2_000
"""Records that one commit adds to one file and that are read; more say nothing new."""
FILES = 200
"""Files of a record that are kept."""
MODELS = 16
"""Models of a record that are looked at, where the tool has no name."""


class Trace(Record):
    """What one record says of AI."""

    id: bytes
    tools: tuple[str, ...]
    """Never empty: `unknown` stands for tools that have no name here."""
    paths: tuple[str, ...]
    """The keys (`changes.path_key`) of the files that an agent contributed to; never empty."""
    revision: ObjectId | None
    """The commit that it names, if it names one of this object format."""


def traces(path: bytes, new: bytes, before: Sequence[bytes], known: Words, object_format: ObjectFormat) -> list[Trace]:
    """Return what the records say that a file has now and had in none of its versions before."""
    added = _added_lines(new, before) if path.endswith(LINES) else _added_items(new, before)
    found = (_trace(record, known, object_format) for record in added)
    return [trace for trace in found if trace is not None]


def _added_lines(new: bytes, before: Sequence[bytes]) -> Iterator[Any]:
    """Yield the new records of a file with one a line."""
    had: set[bytes] = set()
    for each in before:
        if each.endswith(b"\n") and new.startswith(each):
            new = new[len(each) :]  # it is mostly appended to
        else:
            had.update(each.split(b"\n"))
    added = dict.fromkeys(line for line in new.split(b"\n") if line and line not in had)
    return map(json_of, islice(added, RECORDS))


def _added_items(new: bytes, before: Sequence[bytes]) -> list[Any]:
    """Return the new records of a file that is one, or a list of them."""
    had = {_spelling(record) for each in before for record in _items(each)}
    return [record for record in _items(new) if _spelling(record) not in had][:RECORDS]


def _items(document: bytes) -> list[Any]:
    value = json_of(document)
    return value if isinstance(value, list) else [value]


def _spelling(record: Any) -> str:
    """Return what two records have in common that are the same; of one that JSON cannot hold, nothing else has."""
    try:
        return plain.dumps(record)
    except (ValueError, RecursionError):
        return f"at {id(record)}"


def _trace(record: Any, known: Words, object_format: ObjectFormat) -> Trace | None:
    """Return what a record says of AI; None if it says nothing."""
    files = record.get("files") if isinstance(record, dict) else None
    keys: dict[str, None] = {}
    models: dict[bytes, None] = {}
    for file in files[:FILES] if isinstance(files, list) else ():
        path = file.get("path") if isinstance(file, dict) else None
        agents = list(_agents(file)) if isinstance(path, str) else []
        if agents and isinstance(path, str):
            keys[path_key(path.removeprefix("./").encode("utf-8", "surrogatepass"))] = None
            models.update(dict.fromkeys(agents))
    if not keys:
        return None
    tool, vcs = record.get("tool"), record.get("vcs")
    agent = _known(bytes_of(tool.get("name")), known) if isinstance(tool, dict) else ()
    of_models = dict.fromkeys(each for model in islice(models, MODELS) for each in _known(model, known))
    return Trace(
        id=bytes_of(record.get("id"))[:100],
        tools=agent or tuple(of_models) or (UNKNOWN,),
        paths=tuple(keys),
        revision=_revision(vcs, object_format) if isinstance(vcs, dict) else None,
    )


def _known(name: bytes, known: Words) -> tuple[str, ...]:
    return tuple(tool for tool in tools_named(name, known) if tool != UNKNOWN)


def _agents(file: dict[str, Any]) -> Iterator[bytes]:
    """Yield the model of each AI contributor to a file, nothing for none that it names.

    A conversation has one, and each of its ranges may have another.
    """
    conversations = file.get("conversations")
    for conversation in conversations if isinstance(conversations, list) else ():
        ranges = conversation.get("ranges") if isinstance(conversation, dict) else None
        for place in (conversation, *(ranges if isinstance(ranges, list) else ())):
            contributor = place.get("contributor") if isinstance(place, dict) else None
            if isinstance(contributor, dict) and contributor.get("type") in AI:
                yield bytes_of(contributor.get("model_id"))


def _revision(vcs: dict[str, Any], object_format: ObjectFormat) -> ObjectId | None:
    revision = vcs.get("revision")
    named = vcs.get("type") == "git" and isinstance(revision, str) and object_format.is_id(revision.lower())
    return ObjectId(str(revision).lower()) if named else None
