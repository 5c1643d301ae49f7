"""Numbers as a reader likes them: 1, 2 or 5 times a power of ten, or other such steps."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

STEPS: Final = (1.0, 2.0, 5.0)


def round_up(number: float, steps: Sequence[float] = STEPS) -> float:
    """Round up to the next of ``steps`` times a power of ten.

    Examples
    --------
    >>> round_up(130.0)
    200.0
    """
    power = 10.0 ** math.floor(math.log10(number))
    return next((step * power for step in steps if step * power >= number), 10 * power)


def round_down(number: float) -> float:
    """Round down to 1, 2 or 5 times a power of ten.

    Examples
    --------
    >>> round_down(990.0)
    500.0
    """
    power = 10.0 ** math.floor(math.log10(number))
    return max(step * power for step in STEPS if step * power <= number)
