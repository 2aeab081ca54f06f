"""HTML from templates: what comes from outside is made visible and escaped, whether a template thinks of it or not."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gatekeeper.core.clock import format_date, format_time
from gatekeeper.formats.audit_words import MANNERS, exception_next, exception_text, flaw_text, shift_text
from gatekeeper.formats.html.numbers import count, days, percent, plural, span
from gatekeeper.formats.text import short, short_ref, visible

if TYPE_CHECKING:
    from gatekeeper.core.ids import Timestamp

LIFTERS = {"option": "emergency", "statement": "emergency", "pause": "pause", "pure_revert": "pure revert"}
TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, **values: Any) -> str:
    """Return a template of `templates/` with values put in.

    Raises:
        jinja2.TemplateError: for a name that is not there.
        TypeError: if a template prints what may be None without asking.
    """
    return _environment().get_template(template).render(**values)


def source(name: str) -> Markup:
    """Return a style sheet or script of `templates/`, to stand in the page as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8"))  # noqa: S704 - a test: nothing ends its element


def digest(text: str) -> str:
    """Return how a Content-Security-Policy names an inline script or style (CSP 3, section 2.3.1)."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def shown(value: object) -> object:
    """Make every character visible that a browser would act on or hide: control and direction marks, odd blanks.

    Raises:
        TypeError: for None, which nobody wants to read.
    """
    if value is None:
        raise TypeError("a template prints None")
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in value)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    environment.filters |= {
        "count": count,
        "day": _day,
        "days": days,
        "exception": exception_text,
        "flaw": lambda approval: flaw_text(approval.flaw, approval.signer),
        "lifter": lambda source: LIFTERS.get(source, source),
        "manner": MANNERS.__getitem__,
        "next_step": exception_next,
        "percent": percent,
        "plain": visible,
        "plural": plural,
        "ref": lambda name: visible(short_ref(name), 60),
        "sentence": lambda text: text[:1].upper() + text[1:].rstrip(".") + ".",
        "shift": shift_text,
        "short": short,
        "span": span,
        "time": _time,
    }
    return environment


def _time(when: Timestamp) -> Markup:
    text = format_time(when)
    return Markup('<time datetime="{}">{} {}</time>').format(text, text[:10], text[11:16])


def _day(when: Timestamp) -> Markup:
    text = format_date(when)
    return Markup('<time datetime="{}">{}</time>').format(text, text)
