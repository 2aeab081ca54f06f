"""Small statistics for figures that people compare: shares with their uncertainty, and quantiles.

Wilson, "Probable inference" (1927), for one share; Newcombe, "Interval estimation for the difference between
independent proportions" (1998), method 10, for two: both stay honest where counts are small or a share is 0.
"""

from __future__ import annotations

from math import sqrt

from gatekeeper.core.ai_report import ASSISTED_LESS, ASSISTED_MORE, NO_DIFFERENCE, TOO_FEW, Quantiles, Share

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

Z = 1.959963984540054
"""Of the standard normal distribution: 95 % lie within."""
ENOUGH = 50
"""Members that each of two groups must have to be compared at all."""
ENOUGH_EVENTS = 5
"""Events that both together must have."""
NONE = Quantiles(n=0, lower=None, median=None, upper=None)


def wilson(count: int, base: int) -> tuple[float, float]:
    """Return the 95 % interval of a share, within 0 and 1.

    Raises:
        ValueError: unless 0 <= count <= base and base > 0.
    """
    if base <= 0 or not 0 <= count <= base:
        raise ValueError(f"{count} of {base} is no share")
    share = count / base
    scale = 1 + Z * Z / base
    middle = (share + Z * Z / (2 * base)) / scale
    half = Z * sqrt(share * (1 - share) / base + Z * Z / (4 * base * base)) / scale
    # At the ends the interval touches 0 and 1 exactly; floating point misses them by a little.
    return 0.0 if count == 0 else middle - half, 1.0 if count == base else middle + half


def share(count: int, base: int) -> Share:
    """Return a share with its interval; of nothing there is none."""
    if base == 0:
        return Share(count=count, base=0)
    low, high = wilson(count, base)
    return Share(count=count, base=base, low=low, high=high)


def difference(one: Share, other: Share) -> tuple[float, float]:
    """Return the 95 % interval of the first share minus the second.

    Raises:
        ValueError: if one of them is a share of nothing.
    """
    low_one, high_one = wilson(one.count, one.base)
    low_other, high_other = wilson(other.count, other.base)
    p, q = one.count / one.base, other.count / other.base
    return (
        p - q - sqrt((p - low_one) ** 2 + (high_other - q) ** 2),
        p - q + sqrt((high_one - p) ** 2 + (q - low_other) ** 2),
    )


def compare(assisted: Share, unassisted: Share) -> str:
    """Return in which words two shares compare: one of `ai_report.COMPARISONS`."""
    if min(assisted.base, unassisted.base) < ENOUGH or assisted.count + unassisted.count < ENOUGH_EVENTS:
        return TOO_FEW
    low, high = difference(assisted, unassisted)
    if low > 0:
        return ASSISTED_MORE
    return ASSISTED_LESS if high < 0 else NO_DIFFERENCE


def quantiles(values: Iterable[int]) -> Quantiles:
    """Return quartiles by nearest rank: each is a value that occurs."""
    ordered = sorted(values)
    n = len(ordered)
    if not n:
        return NONE
    lower, median, upper = (ordered[(n * part + 3) // 4 - 1] for part in (1, 2, 3))
    return Quantiles(n=n, lower=lower, median=median, upper=upper)
