"""What a commit message says about AI, wherever in the message it says so.

Git's own trailer parser sees the last block only; squash merges, badges and here-documents push marks out of
it. So every line counts that is not indented, quoted, or between code fences. A message is searched for a few
needles first, and only the lines that hold one are looked at: an ordinary message costs these searches and
nothing else, and every message is read a fixed number of times.
"""

from __future__ import annotations

from functools import lru_cache

from gatekeeper.core.ai_names import MAX_VALUE, says_no, starts_with_no, tools_in
from gatekeeper.core.disclosures import DISCLOSURES, HEADINGS, disclosed, sentence_tools
from gatekeeper.core.own_words import SQUASH, unquoted, unwrapped
from gatekeeper.core.record import Record
from gatekeeper.core.tools import UNKNOWN, Index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gatekeeper.core.tools import Hit, Tool

    Found = tuple[str, str | None, str]
    """Kind of evidence, tool, strength."""
    Judge = Callable[[bytes], tuple[Found, ...]]

LINE_LIMIT = 1000
"""Bytes of a line, or of a folded value, that are looked at."""
EVIDENCE_LIMIT = 64
CACHED = 512
DENIAL = ("denial", None, "strong")
PROSE_LIMIT = 200
"""Lines read as prose: sentences are a help to the honest and no defence, so a bound loses nothing."""
LEAD_LIMIT = 16
"""Bytes before a footer that are no letters: four characters of UTF-8."""
PROSE_NEEDLES = frozenset((b"claude", b"codex", b"copilot", b"gemini", b"chatgpt"))
COMMON_NEEDLES = (
    *(b"co-authored-by", b"signed-off-by", b"assist", b"generated", b"disclosure", b"ai us"),
    *sorted(PROSE_NEEDLES),
    *(b"made", b"agent-", b"entire-", b"amp-thread", SQUASH),
)
"""Enough to find every mark of the table but the rarest, which `Marks` adds by itself."""
NO_LETTERS = bytes(byte for byte in range(256) if byte > 127 or not chr(byte).isalnum())
BRACKETS = b"[](){}<>,;\"'"


class Evidence(Record):
    """One thing that says something about AI."""

    kind: str
    """`trailer`, `footer`, `url`, `subject`, `prose`, `disclosure`, `co-author`, `sign-off`, `author`,
    `committer`, `key` (a policy's own) or `denial`."""
    text: bytes
    """The line or identity as written, at most 1,000 bytes."""
    line: int | None = None
    """Line of the message, the first is 1; None for author and committer."""
    strength: str = "strong"
    """`strong`, or `weak`: recorded, but decides nothing alone."""
    tool: str | None = None


class Findings:
    """What was found so far; the evidence is bounded, what it amounts to is not."""

    def __init__(self) -> None:
        """Start with nothing found."""
        self.evidence: list[Evidence] = []
        self.tools: set[str] = set()
        self.declared = False
        self.denied = False

    def add(self, found: Found, text: bytes, line: int | None) -> None:
        """Take one finding in."""
        kind, tool, strength = found
        if kind == "denial":
            self.denied = True
        elif strength == "strong":
            self.declared = True
            self.tools.add(tool or UNKNOWN)
        if len(self.evidence) < EVIDENCE_LIMIT:
            self.evidence.append(Evidence(kind=kind, text=text, line=line, strength=strength, tool=tool))


class Marks:
    """Everything that counts as a mark under one policy, ready to be looked for."""

    def __init__(self, tools: Iterable[Tool] = (), keys: Iterable[bytes] = ()) -> None:
        """Prepare the built-in table with a policy's own tools and trailer keys."""
        self.index = Index(tools)
        own = {key.lower(): self.by_own_key for key in keys}
        self.judges: dict[bytes, Judge] = {
            b"assisted-by": self.by_value,
            b"generated-by": self.by_value,
            b"ai-assisted": self.by_any_value,
            b"ai-generated": self.by_any_value,
            b"co-authored-by-ai": self.by_any_value,
            # The same few people write most lines of a push.
            b"co-authored-by": lru_cache(maxsize=CACHED)(self.by_co_author),
            b"signed-off-by": lru_cache(maxsize=CACHED)(self.by_sign_off),
            **own,
        }
        self.squash_judges: dict[bytes, Judge] = {**self.judges, b"author": self.by_co_author}
        self.author = lru_cache(maxsize=CACHED)(self.index.identity)
        self.committer = lru_cache(maxsize=CACHED)(self.index.committer)
        needles = list(COMMON_NEEDLES)
        for literal in (*own, *self.index.literals()):
            if not any(needle in literal for needle in needles):
                needles.append(literal)
        self.needles = tuple(needles)

    def find(self, message: bytes) -> Findings | None:
        """Return what `message` says, or None: nothing."""
        text = message.lower()
        needles = [needle for needle in self.needles if needle in text]
        if not needles and not text.startswith(self.index.subject_starts):
            return None
        text = unwrapped(text)
        findings = self.scan(message, text, needles)
        if findings is not None:
            own = unquoted(text)
            if own is not text:
                findings = self.scan(message, own, needles)
        return findings

    def scan(self, message: bytes, text: bytes, needles: list[bytes]) -> Findings | None:
        """Judge the lines of `text` that hold a needle; `message` is the same as written."""
        starts = {0} if text.startswith(self.index.subject_starts) else set()
        prose: set[int] = set()
        for needle in needles:
            places = lines_with(text, needle)
            starts.update(places)
            if needle in PROSE_NEEDLES:
                prose.update(places[:PROSE_LIMIT])
        judges = self.judges
        if SQUASH in text:
            judges = self.squash_judges
            starts.update(lines_with(text, b"author:"))
        findings = None
        line, counted = 1, 0
        for start in sorted(starts):
            if text[start : start + 1] in b" \t>":
                continue
            found = self.judge_line(text, start, judges)
            if not found and start in prose:
                found = self.judge_prose(text, start, capital=message[start : start + 1].isupper())
            if found:
                line += message.count(b"\n", counted, start)
                counted = start
                findings = findings or Findings()
                for each in found:
                    findings.add(each, message[start : end_of_line(text, start)].rstrip(), line)
        return findings

    def judge_line(self, text: bytes, start: int, judges: dict[bytes, Judge]) -> tuple[Found, ...]:
        """Judge the line that begins at `start` as a trailer or a disclosure, else by how it begins."""
        line = text[start : end_of_line(text, start)]
        key, colon, _ = line.partition(b":")
        if colon:
            value_at = start + len(key) + 1
            key = key.strip(b"*_ \t")
            judge, forms = judges.get(key), self.index.trailers.get(key)
            if judge is not None or forms is not None:
                value = trailer_value(text, value_at)
                fits = tuple(("trailer", *hit) for form, hit in forms or () if value and form.matches(value))
                return fits if judge is None else fits + judge(value)
            key = key.lstrip(b"#-*> ")
            if start and key in DISCLOSURES:
                tools = disclosed(key, trailer_value(text, value_at), self.index.words)
                return tuple(("disclosure", tool, "strong") for tool in tools)
        elif (heading := line.strip(b"#*_ \t\r")) in HEADINGS:
            tools = disclosed(heading, paragraph_after(text, start), self.index.words)
            return tuple(("disclosure", tool, "strong") for tool in tools)
        return tuple(self.judge_form(line, is_subject=start == 0))

    def judge_form(self, line: bytes, *, is_subject: bool) -> Iterator[Found]:
        """Judge a line by how it begins: footers, addresses on the web, subjects."""
        body = line.lstrip(NO_LETTERS)
        if len(line) - len(body) <= LEAD_LIMIT and body.startswith(self.index.footer_starts):
            for start, hit in self.index.footers.items():
                if body.startswith(start) and not body[len(start) : len(start) + 1].isalnum():
                    yield "footer", *hit
        if line.startswith(b"http"):
            bare = line.strip()
            for form, hit in self.index.urls:
                if form.matches(bare) and b" " not in bare:
                    yield "url", *hit
        if is_subject:
            for start, hit in self.index.subjects.items():
                if line.startswith(start):
                    yield "subject", *hit

    def judge_prose(self, text: bytes, start: int, *, capital: bool) -> tuple[Found, ...]:
        """Judge the sentences that begin in the line at `start`; the last may end in the line after."""
        stop = end_of_line(text, start)
        if text[start:stop].partition(b" ")[0].endswith(b":"):
            return ()  # a trailer of another kind
        after = text[stop : end_of_line(text, stop + 1)]
        sentences = (text[start:stop] + (b"" if after[1:2] in b"\r\n" else after)).replace(b"\n", b" ")
        begin = 0
        tools: list[str] = []
        for sentence in sentences.split(b". "):
            if begin < stop - start:
                tools += sentence_tools(sentence, self.index.words, opens_line=capital and begin == 0)
            begin += len(sentence) + 2
        return tuple(("prose", tool, "strong") for tool in dict.fromkeys(tools))

    def by_value(self, value: bytes) -> tuple[Found, ...]:
        """Judge `Assisted-by` and `Generated-by`: people and scripts are credited with them too."""
        if says_no(value):
            return (DENIAL,)
        by_address = (self.index.by_address(address) for _, address in identities(value))
        known = tuple(hit[0] for hit in by_address if hit is not None and hit[1] == "strong")
        if not known and starts_with_no(value):
            return ()
        agent, colon, _ = value.partition(b":")
        if colon and not known:  # of `AGENT:MODEL` the agent counts
            known = tools_in(agent, self.index.words)
        tools = known or tools_in(value, self.index.words)
        if not tools and is_agent_and_model(value):
            tools = (UNKNOWN,)
        return tuple(("trailer", tool, "strong") for tool in tools)

    def by_any_value(self, value: bytes, kind: str = "trailer") -> tuple[Found, ...]:
        """Judge a key that is about AI by itself: any value but a no declares it."""
        if says_no(value):
            return (DENIAL,)
        strength = "weak" if starts_with_no(value) else "strong"
        tools = tools_in(value, self.index.words) or (UNKNOWN,)
        return tuple((kind, tool, strength) for tool in tools) if value else ()

    def by_own_key(self, value: bytes) -> tuple[Found, ...]:
        """Judge a policy's own key."""
        return self.by_any_value(value, "key")

    def by_co_author(self, value: bytes) -> tuple[Found, ...]:
        """Judge `Co-authored-by`: an agent's address, or a name that no person has."""
        return tuple(("co-author", *hit) for hit in self.hits(value))

    def by_sign_off(self, value: bytes) -> tuple[Found, ...]:
        """Judge `Signed-off-by`: agents write it, though none can sign."""
        return tuple(("sign-off", *hit) for hit in self.hits(value))

    def hits(self, value: bytes) -> Iterator[Hit]:
        """Look up the people of a co-author's or signer's line."""
        for name, address in identities(value):
            hit = self.index.identity(name, address)
            if hit is not None:
                yield hit
            elif not address:
                for tool in tools_in(name, self.index.words, credit=True):
                    yield tool, "strong"


def lines_with(text: bytes, needle: bytes) -> list[int]:
    """Return where each line begins that holds `needle`; linear, each line is met once."""
    starts = []
    at = text.find(needle)
    while at >= 0:
        starts.append(text.rfind(b"\n", 0, at) + 1)
        end = text.find(b"\n", at)
        at = text.find(needle, end) if end >= 0 else -1
    return starts


def end_of_line(text: bytes, start: int) -> int:
    """Return where the line that begins at `start` ends, or its looked-at part."""
    stop = text.find(b"\n", start, start + LINE_LIMIT)
    return stop if stop >= 0 else min(len(text), start + LINE_LIMIT)


def trailer_value(text: bytes, start: int) -> bytes:
    """Return the value that begins at `start`, with folded lines, or from the next line if there is none.

    Git folds a long value onto indented lines; people put a value under its key.
    """
    stop = end_of_line(text, start)
    value = text[start:stop].strip()
    while text[stop + 1 : stop + 2] in (b" ", b"\t") and len(value) < LINE_LIMIT:
        begin, stop = stop + 1, end_of_line(text, stop + 1)
        folded = text[begin:stop].strip()
        if not folded:
            break
        value += b" " + folded
    if not value.strip():
        value = text[stop + 1 : end_of_line(text, stop + 1)]
        if b": " in value:
            return b""
    return value.strip()


def paragraph_after(text: bytes, start: int) -> bytes:
    """Return the first line with something in it after the line at `start`, blank lines between them."""
    stop = end_of_line(text, start)
    following = text[stop : stop + LINE_LIMIT].lstrip()
    return following.partition(b"\n")[0]


def identities(value: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (name, address) of a co-author's or signer's value, whatever became of its brackets.

    Seen: no angle brackets, only one of them, a Markdown link in them, several people in one line.
    """
    name, opening, rest = value.partition(b"<")
    address, closing, tail = rest.partition(b">")
    if opening and closing and b"@" not in tail and address[:1] not in (b"[", b"("):
        yield name.strip(), address.strip()
        return
    begin, people = 0, 0
    value = value[:MAX_VALUE].replace(b"](", b"  ")
    for word in value.split():
        if b"@" in word[1:]:
            at = value.index(word, begin)
            yield value[begin:at].strip(BRACKETS + b" "), word.strip(BRACKETS).removeprefix(b"mailto:")
            begin, people = at + len(word), people + 1
    if not people:
        yield value.strip(), b""


def is_agent_and_model(value: bytes) -> bool:
    """Whether the value has the kernel's form `AGENT:MODEL [TOOL]…` (coding-assistants.rst in Linux).

    A path, a web address and an identity are none.
    """
    agent, colon, model = value[:MAX_VALUE].partition(b":")
    return bool(
        colon
        and agent[:1].isalpha()
        and model[:1].isalnum()
        and not any(char in agent for char in (b"/", b"@", b"<", b"("))
        and not any(char in model for char in (b"@", b"<", b"://"))
    )
