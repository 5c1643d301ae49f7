"""A lattice of bins over boxes: which boxes are near a point, at the cost of a look-up.

Where most boxes are squares of one lattice, as unit grids are, the bins are those squares, and a
bin that holds nothing but its own square needs no second look.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np

from gridgeo._rings import repeated

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Ints

    Places: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int32]]

MARGIN: Final = 1e-6
"""Share of a bin: a box that ends so near to a line ends there, a point so near may be on it."""

MOST_BINS: Final = 16
"""Bins for each box; where boxes lie so sparsely that it would take more, bins are larger."""

MOST_ENTRIES: Final = 8
"""Bins that a box reaches into, on average; where it would be more, bins are larger."""

LOOK, NOTHING = -1, -2
"""Stand in a bin for the box that fills it: several to look at, or none."""


@dataclass(frozen=True, slots=True)
class Bins:
    """Boxes by the bins that they reach into.

    ``filling`` (bins,) the box that alone fills a bin, ``LOOK`` or ``NOTHING``; ``start``
    (bins + 1,) and ``box`` (entries,): the boxes in each bin; ``origin`` and ``size`` (2,) in x
    and y; ``shape``: columns, rows.
    """

    origin: Floats
    size: Floats
    shape: tuple[int, int]
    filling: Places
    start: Ints
    box: Places

    def at(self, x: Floats, y: Floats) -> tuple[Places, Ints, Ints]:
        """Find the boxes near points.

        Returns
        -------
        Places
            (n,) the box that alone fills the bin, with the point well inside; else negative.
        Ints, Ints
            (pairs,) points that need a look, and a box to look at; a pair may be there twice.
        """
        across, up = (x - self.origin[0]) / self.size[0], (y - self.origin[1]) / self.size[1]
        column, row = np.floor(across), np.floor(up)
        n_columns, n_rows = self.shape
        inside = (column >= 0) & (column < n_columns) & (row >= 0) & (row < n_rows)
        number = np.where(inside, row * n_columns + column, 0).astype(np.int64)
        filling = np.where(inside, self.filling[number], np.int32(NOTHING))
        off_lines = (np.abs(across - column - 0.5) < 0.5 - MARGIN) & (
            np.abs(up - row - 0.5) < 0.5 - MARGIN
        )
        several = np.flatnonzero((filling == LOOK) & off_lines)
        on_line = np.flatnonzero(~off_lines)
        beside, bins = self._bins_beside(across[on_line], up[on_line])
        filling[on_line] = NOTHING
        point = np.append(several, on_line[beside])
        bins = np.append(number[several], bins)
        first = self.start[bins]
        entry, nth = repeated(self.start[bins + 1] - first)
        return filling, point[entry], self.box[first[entry] + nth].astype(np.int64)

    def _bins_beside(self, across: Floats, up: Floats) -> tuple[Ints, Ints]:
        """Give the bins on all sides of points on a line, and the point each is for."""
        columns = [np.floor(across + by) for by in (-MARGIN, MARGIN)]
        rows = [np.floor(up + by) for by in (-MARGIN, MARGIN)]
        n_columns, n_rows = self.shape
        points, bins = [], []
        for column, left_done in ((columns[0], False), (columns[1], columns[1] == columns[0])):
            for row, lower_done in ((rows[0], False), (rows[1], rows[1] == rows[0])):
                inside = (column >= 0) & (column < n_columns) & (row >= 0) & (row < n_rows)
                at = np.flatnonzero(inside & ~(left_done | lower_done))
                points.append(at)
                bins.append((row[at] * n_columns + column[at]).astype(np.int64))
        return np.concatenate(points), np.concatenate(bins)


def sort_into_bins(bounds: Floats, rectangle: Bools) -> Bins:
    """Sort boxes into bins.

    Parameters
    ----------
    bounds
        (n, 4) west, south, east and north of each box, finite.
    rectangle
        (n,) whether all ground of the box is its owner's.
    """
    west, south, east, north = sides = bounds.T.copy()
    origin, size = _lattice(sides, rectangle)
    with ThreadPoolExecutor(max_workers=2) as pool:
        (first, n_columns, aligned), (row, n_rows, level) = pool.map(
            _spread, (west, south), (east, north), origin, size
        )
    shape = int((first + n_columns).max()), int((row + n_rows).max())
    box, nth = repeated(n_columns * n_rows)
    first, row, n_columns = first[box], row[box], n_columns[box]
    number = (row + nth // n_columns) * shape[0] + first + nth % n_columns
    order = np.argsort(number)
    entries, number = box[order].astype(np.int32), number[order]
    n_boxes = np.bincount(number, minlength=shape[0] * shape[1])
    start = np.append(0, np.cumsum(n_boxes))
    filling = np.full(len(n_boxes), LOOK, dtype=np.int32)
    filling[n_boxes == 0] = NOTHING
    alone = np.flatnonzero(n_boxes == 1)
    one = entries[start[alone]]
    fills = (rectangle & aligned & level)[one]
    filling[alone[fills]] = one[fills]
    return Bins(origin, size, shape, filling, start, entries)


def _spread(low: Floats, high: Floats, origin: float, size: float) -> tuple[Ints, Ints, Bools]:
    """Give the first bin of boxes along an axis, how many, and whether they end at its lines."""
    low, high = (low - origin) / size, (high - origin) / size
    from_line, to_line = np.rint(low), np.rint(high)
    at_low, at_high = np.abs(low - from_line) < MARGIN / 2, np.abs(high - to_line) < MARGIN / 2
    first = np.where(at_low, from_line, np.floor(low)).astype(np.int64)
    end = np.where(at_high, to_line, np.floor(high) + 1).astype(np.int64)
    return first, np.maximum(end - first, 1), at_low & at_high


def _lattice(sides: Floats, rectangle: Bools) -> tuple[Floats, Floats]:
    """Choose the lattice: that of most rectangles, else squares of the size of a box."""
    low, high = sides[:2], sides[2:]
    spans, origin, end = high - low, low.min(axis=1), high.max(axis=1)
    size = np.full(2, np.sqrt(np.median(spans[0] * spans[1])))
    if 2 * rectangle.sum() > sides.shape[1]:
        size = np.median(spans[:, rectangle], axis=1)
        usual = rectangle & (np.abs(spans - size[:, None]) < MARGIN * size[:, None]).all(axis=0)
        if usual.any():
            # From a lattice line, so many bins further west and south that all is inside.
            corner = low[:, usual.argmax()]
            origin = corner - np.ceil((corner - origin) / size) * size
    finest = 4 * np.spacing(max(np.abs(origin).max(), np.abs(end).max())) / MARGIN
    while (
        np.prod(np.ceil((end - origin) / size) + 1) > MOST_BINS * sides.shape[1] + 1
        or np.prod(spans / size[:, None] + 1, axis=0).mean() > MOST_ENTRIES
        or (size < finest).any()
    ):
        size = size * 2
    return origin, size
