"""A server for every test."""

from __future__ import annotations

from tests.pushes.conftest import empty, template, world

__all__ = ["empty", "template", "world"]
