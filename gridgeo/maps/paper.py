"""Paper: its size in millimetres, what goes where on it, and the round numbers of a map."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, get_args

from gridgeo._round_numbers import round_up
from gridgeo.validate import require_option

Size = Literal["A0", "A1", "A2", "A3", "A4"]
Orientation = Literal["landscape", "portrait"]

MM_PER_INCH: Final = 25.4
POINTS_PER_MM: Final = 72 / MM_PER_INCH
MM_PER_POINT: Final = MM_PER_INCH / 72

_SHORT_SIDE: Final = {"A0": 841, "A1": 594, "A2": 420, "A3": 297, "A4": 210}
_LONG_SIDE: Final = {"A0": 1189, "A1": 841, "A2": 594, "A3": 420, "A4": 297}
_DRAWN_FOR: Final = 297
"""The layout is drawn for A3; other sizes are it, enlarged or reduced."""

_SCALES: Final = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 8.0)


class Box(NamedTuple):
    """A rectangle on the paper, in millimetres from its lower left corner."""

    left: float
    bottom: float
    width: float
    height: float


@dataclass(frozen=True)
class Paper:
    """A sheet of paper and the layout of the map on it.

    Parameters
    ----------
    width, height
        In millimetres.
    roomy
        Whether the panel has room for a table.
    """

    width: float
    height: float
    roomy: bool = field(default=False, repr=False)

    @property
    def unit(self) -> float:
        """Millimetres on this paper that are one on A3."""
        return min(self.width, self.height) / _DRAWN_FOR

    @property
    def neat_line(self) -> Box:
        """The outermost line."""
        edge = 7 * self.unit
        return Box(edge, edge, self.width - 2 * edge, self.height - 2 * edge)

    @property
    def title(self) -> Box:
        """The band along the upper edge."""
        left, bottom, width, height = self.neat_line
        band = 20 * self.unit
        return Box(left, bottom + height - band, width, band)

    @property
    def panel(self) -> Box:
        """Legend and figures: at the right of a wide sheet, below on a high one."""
        left, bottom, width, height = self.neat_line
        if self.width > self.height:
            column = (116 if self.roomy else 80) * self.unit
            return Box(left + width - column, bottom, column, height - self.title.height)
        return Box(left, bottom, width, (116 if self.roomy else 100) * self.unit)

    @property
    def map(self) -> Box:
        """The frame of the map; the figures of its coordinates stand around it."""
        left, bottom, width, height = self.neat_line
        ticks, air = 8 * self.unit, 4 * self.unit
        if self.width > self.height:
            width -= self.panel.width
        else:
            bottom, height = bottom + self.panel.height, height - self.panel.height
        height -= self.title.height
        return Box(left + ticks, bottom + ticks, width - ticks - air, height - ticks)

    def columns(self) -> list[Box]:
        """Divide the panel into the columns that its blocks are set in."""
        left, bottom, width, height = self.panel
        air = 4 * self.unit
        n = 1 if self.width > self.height else 3
        column = (width - (n + 1) * air) / n
        return [
            Box(left + air + i * (column + air), bottom + air, column, height - 2 * air)
            for i in range(n)
        ]


def paper(size: Size, orientation: Orientation, *, roomy: bool = False) -> Paper:
    """Choose a sheet of paper by name.

    Examples
    --------
    >>> paper("A4", "portrait")
    Paper(width=210, height=297)
    """
    require_option(size, get_args(Size), "size")
    require_option(orientation, get_args(Orientation), "orientation")
    short, long = _SHORT_SIDE[size], _LONG_SIDE[size]
    width, height = (long, short) if orientation == "landscape" else (short, long)
    return Paper(width, height, roomy)


def round_scale(width_m: float, height_m: float, frame: Box) -> float:
    """Choose the largest scale with a round denominator at which a place fits a frame.

    Examples
    --------
    >>> round_scale(2_300, 1_000, Box(0, 0, 230, 200))
    10000.0
    """
    least = max(width_m / frame.width, height_m / frame.height, 1e-3) * 1000
    return round_up(least * (1 - 1e-9), _SCALES)
