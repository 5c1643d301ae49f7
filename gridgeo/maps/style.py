"""Colours and lines that the interactive map and the printed sheet share."""

from __future__ import annotations

import colorsys
from typing import Final

CELL_LINE: Final = "#d6007f"
"""Magenta: how the standard draws the border of a cell."""

AREA_LINE: Final = "#3a3f4b"
ZONE_LINE: Final = "#173a8a"
ZONE_WEIGHT: Final = 2.4
NO_FILL: Final = "#eceef1"
"""Where there is nothing to tell: no zone, no value."""

KEY_UNIT: Final = "#d1001f"
BORDER_WEIGHTS: Final = (3.4, 2.2, 1.4, 1.0)
"""Of levels, the highest first."""

INK: Final = "#22262e"
FAINT_INK: Final = "#6b7280"

AREA_FILLS: Final = (
    "#8fb8f0",
    "#f8df85",
    "#c3f2d8",
    "#dd9f9b",
    "#dddff8",
    "#adb26f",
    "#80d6c9",
    "#fae9f2",
    "#d3caa8",
    "#bd98b6",
)
"""Pale fills that the colour-blind tell apart, the first six, which most maps need, best.

Seen with any one kind of cone missing, two of the six lie at least 15 apart in CIELAB, where 2.3
is a difference just seen, and two of all ten at least 8.
"""

KIND_FILLS: Final = {"whole": "#dbe7f1", "cut": "#f6dfa0", "merged": "#a8d5b8"}

CLASS_COLORS: Final = (
    "#0b62a4",
    "#c8500b",
    "#13805c",
    "#6a3d9a",
    "#a6761d",
    "#1f9bb4",
    "#8b1e3f",
    "#4d5a1c",
    "#e0a100",
    "#3f3f46",
)
"""Strong colours for component dots; magenta is left to the cell lines."""

FAULT_COLORS: Final = {
    "gaps": "#d1001f",
    "overlaps": "#0b62a4",
    "outside": "#c8500b",
    "crossings": "#6a3d9a",
    "wrong_area_codes": "#13805c",
    "invalid": "#22262e",
    "unmatched_edges": "#1f9bb4",
    "duplicate_codes": "#a6761d",
    "unbalanced": "#8b1e3f",
    "odd_sizes": "#8a8f99",
}
"""Strong colours, one a kind of fault; grey for what is a warning."""


def border_weights(n: int) -> tuple[float, ...]:
    """Give the weights of the borders of ``n`` levels, in pixels, the highest level first.

    Examples
    --------
    >>> border_weights(3)
    (3.4, 2.2, 1.4)
    """
    least = BORDER_WEIGHTS[-1]
    return (BORDER_WEIGHTS + (least,) * n)[:n]


def area_fills(n: int) -> tuple[str, ...]:
    """Give ``n`` area fills: the palette, then paler hues where it does not suffice.

    Examples
    --------
    >>> area_fills(2)
    ('#8fb8f0', '#f8df85')
    >>> len(set(area_fills(40)))
    40
    """
    golden = 0.618034
    more = (colorsys.hls_to_rgb(i * golden % 1.0, 0.80, 0.42) for i in range(n - len(AREA_FILLS)))
    extra = tuple("#" + "".join(f"{round(255 * part):02x}" for part in rgb) for rgb in more)
    return AREA_FILLS[:n] + extra
