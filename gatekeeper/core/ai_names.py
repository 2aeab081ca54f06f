"""Names of tools and models in free text: is `Claude Opus 4.6` a model, and `Claude Dupont` a person?

`Assisted-by` credits people in some projects and tools in others, so the value decides. A word of the table
that is also a person's name or a plain word (weak) counts only where no person's name would stand: between
words of the same trade (`via`, `cli`, a version), or alone. All text here is lower-case bytes.
"""

from __future__ import annotations

from functools import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    Words = Mapping[bytes, tuple[str, tuple[str, str]]]
    """Phrase -> kind (`agent`, `model`), (tool id, strength)."""

MAX_VALUE = 200
"""Bytes of a value that are looked at: twice the longest honest one."""
MAX_WORDS = 32
LONGEST_PHRASE = 3
PRODUCT = frozenset(b"opus sonnet haiku fable code cli agent".split())
"""What follows a tool's name in a product's or model's name and is no surname."""
VENDORS = frozenset(b"amazon anthropic github google microsoft openai".split())
CONNECT = frozenset(
    b"a also an and as assistance at but by for from help i in is it me my of on only powered so some that "
    b"the then this to use used using via was we which while with".split()
)
"""Words between names that are no names."""
TRADE = PRODUCT | frozenset(
    b"ai anthropic amazon assistant autofix autonomous bot browser chat chatbot cloud coder coding desktop developer "
    b"extra fast flash github google high ide jetbrains large latest lite llm low max medium microsoft mini "
    b"model nano openai plus preview pro small swe thinking tool turbo ultra vscode web xhigh".split()
)
NEGATIONS = frozenset(b"no none not nothing never without n false zero na".split())
EMPTY = frozenset((b"no", b"none", b"false", b"n/a", b"no ai", b"no ai used", b"not used", b"nothing"))


@cache
def separators() -> bytes:
    """Return the translation table that leaves letters, digits, `.`, `@` and what is not ASCII."""
    keep = frozenset(b"abcdefghijklmnopqrstuvwxyz0123456789.@")
    return bytes(byte if byte in keep or byte > 127 else 32 for byte in range(256))


def tokens(text: bytes) -> list[bytes]:
    """Split into words, without addresses and full stops: `gpt-5.2` into `gpt` and `5.2`, `claude.ai` at its dot."""
    words = (word.strip(b".") for word in text[:MAX_VALUE].translate(separators()).split(None, MAX_WORDS)[:MAX_WORDS])
    return [
        part for word in words if word and b"@" not in word[1:] for part in without_full_stops(word.removeprefix(b"@"))
    ]


def without_full_stops(word: bytes) -> list[bytes]:
    """Split `eu.anthropic.claude` and the like; a version keeps its full stops."""
    parts = word.split(b".")
    return parts if len(parts) > 1 and b"".join(parts).isalpha() and all(parts) else [word]


def says_no(value: bytes) -> bool:
    """Whether the whole value is a plain no."""
    return value.strip(b" \t\r\n.!-\"'") in EMPTY


def starts_with_no(value: bytes) -> bool:
    """Whether the value begins with a negation, whatever it goes on to say."""
    return bool(NEGATIONS.intersection(tokens(value)[:1]))


def is_version(word: bytes) -> bool:
    """Whether the word is like `4.6`, `4o`, `v3`, `k2` or `o3`."""
    return any(char in b"0123456789" for char in word[:2]) and len(word) <= 10


def split_version(word: bytes) -> tuple[bytes, bytes]:
    """Split `gpt5` or `qwen3` into name and version."""
    name = word.rstrip(b"0123456789.")
    return name, word[len(name) :]


def phrase_at(words: list[bytes], at: int, known: Words) -> tuple[bytes, int] | None:
    """Return the longest known phrase that begins at `at`, and its number of words."""
    for length in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
        phrase = b" ".join(words[at : at + length])
        if phrase in known:
            return phrase, length
    name, version = split_version(words[at])
    return (name, 1) if version and name in known else None


def is_trade(words: list[bytes], at: int, known: Words) -> bool:
    """Whether the word there is no part of a person's name."""
    word = words[at]
    return word in CONNECT or word in TRADE or is_version(word) or phrase_at(words, at, known) is not None


def tools_in(value: bytes, known: Words, *, credit: bool = False, prose: bool = False) -> tuple[str, ...]:
    """Return the ids of the tools that `value` names: its agents, or else those of its models.

    `value` is that of an `Assisted-by` or the like, or a sentence. Where it credits a person (`credit`, or
    it has an address), a name that people have too counts only before a product or version; in `prose`
    about AI it counts whatever follows.
    """
    agents: list[str] = []
    models: list[str] = []
    words = tokens(value)
    credit = credit or b"@" in value
    prose = prose or (not credit and any(map(is_version, words)))  # nobody has a version, whatever is misspelt
    at = 0
    while at < len(words):
        found = phrase_at(words, at, known)
        if found is None:
            at += 1
            continue
        phrase, length = found
        after = at + length
        kind, (tool, strength) = known[phrase]
        if strength == "strong" or stands_alone(words, at, after, known, credit=credit, prose=prose):
            (agents if kind == "agent" else models).append(tool)
        at = after
    return tuple(dict.fromkeys(agents or named_first(models)))


def stands_alone(words: list[bytes], at: int, after: int, known: Words, *, credit: bool, prose: bool) -> bool:
    """Whether the weak phrase `words[at:after]` can be no part of a person's name."""
    if at > 0 and not is_trade(words, at - 1, known):
        return False
    if prose or split_version(words[at])[1] or (at > 0 and words[at - 1] == b"via"):
        return True
    following = words[after] if after < len(words) else None
    if credit:
        return following is not None and (following in PRODUCT or is_version(following))
    return following is None or is_trade(words, after, known)


def named_first(tools: list[str]) -> list[str]:
    """Drop `unknown` where another tool is named."""
    return [tool for tool in tools if tool != "unknown"] or tools


def product(name: bytes, known: Words) -> str | None:
    """Return the tool whose product or model is the whole of an identity's name, such as `Claude Opus 4.5`.

    Only if nobody can be called so: each word is of the trade, and one is a product or a version, the first a
    vendor, or two are tools; or the name ends in `via TOOL` or `(TOOL)`, whoever stands before.
    """
    behind = name.partition(b" via ")[2] or (name[:-1].rpartition(b" (")[2] if name.endswith(b")") else b"")
    if behind and b"(" not in behind and (tool := product(behind, known) or strong_agent(behind, known)):
        return (named_first([*tools_in(name, known)]) or [tool])[0]
    words = tokens(name)
    if len(words) < 2 or not all(is_trade(words, at, known) for at in range(len(words))):
        return None
    tells = any(word in PRODUCT or is_version(word) for word in words[1:]) or words[0] in VENDORS
    if not tells and sum(phrase_at(words, at, known) is not None for at in range(len(words))) < 2:
        return None
    found = [tool for tool in tools_in(name, known) if tool != "unknown"]
    return found[0] if found else None


def strong_agent(text: bytes, known: Words) -> str | None:
    """Return the tool if all of `text` is the name of one that nobody else has, with or without a version."""
    words = tokens(text)
    found = phrase_at(words, 0, known) if words else None
    if found is None or not all(is_trade(words, at, known) for at in range(len(words))):
        return None
    kind, (tool, strength) = known[found[0]]
    return tool if strength == "strong" or kind == "agent" else None
