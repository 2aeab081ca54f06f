"""What a commit message says about AI, wherever in the message it says so.

Git's own trailer parser sees the last block only; squash merges, badges and here-documents push marks out of
it. So every line counts that is not indented, quoted, or between code fences. `hints.py` says what to look
for, and only the lines that hold it are looked at. Every message is read a fixed number of times, and what is
past a bound is not read: then the message counts as marked, for no honest one comes near a bound.
"""

from __future__ import annotations

from functools import lru_cache

from gatekeeper.core.ai_names import MAX_VALUE, says_no, starts_with_no, tools_in
from gatekeeper.core.disclosures import DISCLOSURES, HEADINGS, disclosed, sentence_tools
from gatekeeper.core.hints import CO_AUTHOR, PROSE_NEEDLES, Hints, TooMuchError
from gatekeeper.core.own_words import SQUASH, plain_lines, unquoted, unwrapped
from gatekeeper.core.record import Record
from gatekeeper.core.tools import UNKNOWN, Index

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from gatekeeper.core.tools import Form, Hit, Tool

    Found = tuple[str, str | None, str]
    """Kind of evidence, tool, strength."""
    Judge = Callable[[bytes], tuple[Found, ...]]

LINE_LIMIT = 1000
"""Bytes of a line, or of a value, that are looked at."""
JUDGED_LIMIT = 2048
"""Lines that hold a needle and are judged: twice what the longest honest message has."""
JUDGED_BYTES = 144 * 1024
"""Bytes of them that are judged: twice what the longest honest message has."""
EVIDENCE_LIMIT = 64
CACHED = 512
SIGN_OFF = b"signed-off-by"
DENIAL = ("denial", None, "strong")
PAST_BOUND = ("bound", None, "strong")
PROSE_LIMIT = 100
"""Lines read as prose: sentences are a help to the honest and no defence, so a bound loses nothing."""
SENTENCES = 8
"""Sentences of such a line."""
LEAD_LIMIT = 16
"""Bytes before a footer that are no letters: four characters of UTF-8."""
NO_LETTERS = bytes(byte for byte in range(256) if byte > 127 or not chr(byte).isalnum())
INDENT = (b" ", b"\t")
INDENTS = (*INDENT, b">")
"""How a line begins that is an example or a quotation."""
BRACKETS = b"[](){}<>,;\"'"


class Evidence(Record):
    """One thing that says something about AI."""

    kind: str
    """`trailer`, `footer`, `url`, `subject`, `prose`, `disclosure`, `co-author`, `sign-off`, `author`,
    `committer`, `key` (a policy's own), `denial`, or `bound`: more is written than is read."""
    text: bytes
    """The line or identity as written, at most 1,000 bytes; of `bound` the first line."""
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

    def __init__(
        self, tools: Iterable[Tool] = (), keys: Iterable[bytes] = (), value_keys: Iterable[bytes] = ()
    ) -> None:
        """Prepare the built-in table with a policy's own tools and trailer keys, of any value or judged by value."""
        self.index = Index(tools)
        own: dict[bytes, Judge] = {key.lower(): self.by_own_key for key in keys}
        own.update((key.lower(), self.by_value) for key in value_keys)
        self.judges: dict[bytes, Judge] = {
            b"assisted-by": self.by_value,
            b"generated-by": self.by_value,
            b"ai-assisted": self.by_any_value,
            b"ai-generated": self.by_any_value,
            b"co-authored-by-ai": self.by_any_value,
            CO_AUTHOR: self.by_co_author,
            SIGN_OFF: self.by_sign_off,
            **own,
        }
        for key, forms in self.index.trailers.items():
            self.judges[key] = by_forms(forms, self.judges.get(key))
        for key in (CO_AUTHOR, SIGN_OFF):  # the same few people write most lines of a push
            self.judges[key] = lru_cache(maxsize=CACHED)(self.judges[key])
        self.squash_judges: dict[bytes, Judge] = {**self.judges, b"author": self.by_co_author}
        self.author = lru_cache(maxsize=CACHED)(lambda name, email: self.index.identity(name.lower(), email.lower()))
        self.committer = lru_cache(maxsize=CACHED)(
            lambda name, email: self.index.committer(name.lower(), email.lower())
        )
        starts = (*self.index.footers, *self.index.subjects, *(form.first for form, _ in self.index.urls))
        self.hints = Hints(self.judges, starts)

    def find(self, message: bytes) -> Findings | None:
        """Return what `message` says, or None: nothing."""
        try:
            needles = self.hints.needles(message)
            if not needles:
                return None
            message = plain_lines(message)
            text = unwrapped(message.lower())
            places = self.places(text, needles)
            judges = self.squash_judges if SQUASH in needles else self.judges
            findings = self.judge(message, text, places, judges)
            if findings is not None:
                own = unquoted(message, text)
                if own is not text:
                    findings = self.judge(message, own, places, judges)
        except TooMuchError:
            findings = Findings()
            findings.add(PAST_BOUND, message[: end_of_line(message, 0)], 1)
        return findings

    def places(self, text: bytes, needles: Iterable[bytes]) -> dict[int, bool]:
        """Return where the lines begin that hold a needle, in their order, and which of them are read as prose.

        Raises:
            TooMuchError: if there are more of them than are judged.
        """
        starts = {0} if text.startswith(self.index.subject_starts) else set()
        prose: set[int] = set()
        for needle in needles:
            if needle in PROSE_NEEDLES:
                prose.update(lines_with(text, needle, MAX_VALUE, PROSE_LIMIT))
            else:
                starts.update(lines_with(text, needle))
            if needle == SQUASH:
                starts.update(lines_with(text, b"author:"))
        if len(starts) > JUDGED_LIMIT or sum(end_of_line(text, start) - start for start in starts) > JUDGED_BYTES:
            raise TooMuchError
        return {start: start in prose for start in sorted(starts | prose)}

    def judge(
        self, message: bytes, text: bytes, places: Mapping[int, bool], judges: Mapping[bytes, Judge]
    ) -> Findings | None:
        """Judge the lines of `text` that begin at `places`; `message` is the same as written."""
        findings = None
        line, counted = 1, 0
        for start, is_prose in places.items():
            if start >= len(text) or text[start : start + 1] in INDENTS:
                continue
            found = self.judge_line(text, start, judges)
            if not found and is_prose:
                found = self.judge_prose(text, start, capital=message[start : start + 1].isupper())
            if found:
                line += message.count(b"\n", counted, start)
                counted = start
                findings = findings or Findings()
                for each in found:
                    findings.add(each, message[start : end_of_line(text, start)].rstrip(), line)
        return findings

    def judge_line(self, text: bytes, start: int, judges: Mapping[bytes, Judge]) -> tuple[Found, ...]:
        """Judge the line that begins at `start` as a trailer or a disclosure, else by how it begins."""
        line = text[start : end_of_line(text, start)]
        key, colon, _ = line.partition(b":")
        if colon:
            value_at = start + len(key) + 1
            key = key.strip(b"*_ \t")
            judge = judges.get(key)
            if judge is not None:
                return judge(trailer_value(text, value_at))
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
        for sentence in sentences.split(b". ", SENTENCES):
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


def by_forms(forms: Iterable[tuple[Form, Hit]], judge: Judge | None) -> Judge:
    """Return the judge of a key that tools of the table write with values of their own, besides what it is anyway."""

    def judged(value: bytes) -> tuple[Found, ...]:
        fits = tuple(("trailer", *hit) for form, hit in forms if value and form.matches(value))
        return fits if judge is None else fits + judge(value)

    return judged


def lines_with(text: bytes, needle: bytes, lead: int = LEAD_LIMIT, most: int = JUDGED_LIMIT + 1) -> list[int]:
    """Return where each line begins that has `needle` after at most `lead` bytes; linear, each line is met once."""
    starts: list[int] = []
    at = text.find(needle)
    while at >= 0 and len(starts) < most:
        start = text.rfind(b"\n", max(0, at - lead - 1), at) + 1
        if start or at <= lead:
            starts.append(start)
        end = text.find(b"\n", at)
        at = text.find(needle, end) if end >= 0 else -1
    return starts


def end_of_line(text: bytes, start: int) -> int:
    """Return where the line that begins at `start` ends, or its looked-at part."""
    stop = text.find(b"\n", start, start + LINE_LIMIT)
    return stop if stop >= 0 else min(len(text), start + LINE_LIMIT)


def trailer_value(text: bytes, start: int) -> bytes:
    """Return the value that begins at `start`, with folded lines, or from the next line if there is none.

    Git folds a long value onto indented lines; people put a value under its key. Space around a value is
    no part of it, however much there is.
    """
    stop = text.find(b"\n", start)
    value = text[start : stop if stop >= 0 else len(text)].strip()[:LINE_LIMIT]
    while stop >= 0 and text[stop + 1 : stop + 2] in INDENT and len(value) < LINE_LIMIT:
        begin, stop = stop + 1, text.find(b"\n", stop + 1)
        folded = text[begin : stop if stop >= 0 else len(text)].strip()[:LINE_LIMIT]
        if not folded:
            break
        value = value + b" " + folded if value else folded
    if not value and stop >= 0:
        value = text[stop + 1 : end_of_line(text, stop + 1)].strip()
        if b": " in value:
            return b""
    return value


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
