"""The server's clock, and times from now."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from gatekeeper.core.ids import Timestamp

if TYPE_CHECKING:
    from tests.support.world import World


def at(seconds: int) -> Timestamp:
    """A time from now."""
    return Timestamp(int(time.time()) + seconds)


def let_time_pass(world: World, seconds: int) -> None:
    """From now on the server's clock is ahead of what it was; behind it, if negative."""
    world.run_in_hook(f"import time\nreal = time.time\ntime.time = lambda: real() + {seconds}")
