"""A grid of polygons that share their corners, and how points and edges lie in it.

Edges of areas and borders of cells each have one canonical direction, so that two areas that
share an edge, and two cells that share a border, get the same crossing point, bit for bit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np

from gridgeo._rings import comes_first

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Ints

HEXAGON: Final = 6

MOST_MOVES: Final = 8
"""A point's cell on the sphere is its cell on the plane, or one not far from it."""


@dataclass(frozen=True)
class Mesh:
    """Cells as a planar graph; all but ``xy`` (corners, 2) are (cells, sides).

    Sides are counted counter-clockwise. ``corner`` is the position of the corner where a side
    begins, ``end`` of that where it ends; ``beyond`` is the cell on the other side, -1 at the rim;
    ``border`` is a number that the two cells of a side have in common. ``low`` is the end of a
    side that comes first in canonical order, ``inner`` the unit normal that points into the cell.
    Where cells differ in their number of sides, the rest of a row has sides of no length.
    """

    xy: Floats
    corner: Ints
    end: Ints
    beyond: Ints
    border: Ints
    low: Floats
    inner: Floats

    @classmethod
    def of(cls, xy: Floats, corner: Ints, n_sides: Ints) -> Mesh:
        """Find which cells have a side in common.

        Parameters
        ----------
        xy
            (corners, 2) corners, each once.
        corner
            (cells, sides) corners of each cell, counter-clockwise; anything after the last.
        n_sides
            (cells,) the number of real sides.
        """
        nth = np.arange(corner.shape[1])
        real = nth < n_sides[:, None]
        corner = np.where(real, corner, corner[:, :1])
        after = np.where(nth + 1 < n_sides[:, None], nth + 1, 0)
        end = np.where(real, np.take_along_axis(corner, after, axis=1), corner)
        beyond, border = _neighbours(corner, end)
        left = comes_first(xy[corner], xy[end])
        low = np.where(left[..., None], xy[corner], xy[end])
        span = np.where(left[..., None], xy[end], xy[corner]) - low
        length = np.hypot(span[..., 0], span[..., 1])
        across = np.stack([-span[..., 1], span[..., 0]], axis=-1)
        unit, has_length = np.zeros_like(across), real[..., None]
        np.divide(across, length[..., None], out=unit, where=has_length)
        inner = np.where(left[..., None], unit, -unit)
        return cls(xy, corner, end, beyond, border, low, inner)

    @cached_property
    def n_sides(self) -> Ints:
        """Number of sides of each cell."""
        return (self.corner != self.end).sum(axis=1)

    @cached_property
    def bent(self) -> Bools:
        """Cells that need not be convex: where an edge of the icosahedron or a pentagon is."""
        return self.n_sides != HEXAGON

    @cached_property
    def m2(self) -> Floats:
        """Sizes of the cells."""
        first = self.xy[self.corner[:, :1]]
        start, end = self.xy[self.corner] - first, self.xy[self.end] - first
        return (start[..., 0] * end[..., 1] - start[..., 1] * end[..., 0]).sum(axis=1) / 2

    def inward(self, cell: Ints, xy: Floats) -> Floats:
        """Measure how far points lie inside each side of cells, metres: (points, sides).

        The two cells of a side give the same distance with opposite signs, to the last bit.
        """
        away = xy[:, None, :] - self.low[cell]
        inner = self.inner[cell]
        distance = inner[..., 0] * away[..., 0] + inner[..., 1] * away[..., 1]
        return np.where((inner != 0).any(axis=-1), distance, np.inf)

    def along(self, cell: Ints, side: Ints, xy: Floats) -> Floats:
        """Measure how far along a side of their cell points lie, counter-clockwise, metres."""
        away, inner = xy - self.low[cell, side], self.inner[cell, side]
        return away[:, 0] * inner[:, 1] - away[:, 1] * inner[:, 0]

    def locate(self, guess: Ints, xy: Floats) -> tuple[Ints, Floats]:
        """Find the cell of each point, starting from a cell at or beside it.

        Returns
        -------
        Ints
            (points,) the cell; either where a point lies on a border.
        Floats
            (points, sides) how far inside each side, metres.
        """
        cell, distance = guess.copy(), self.inward(guess, xy)
        for _ in range(MOST_MOVES):
            side = distance.argmin(axis=1)
            target = self.beyond[cell, side]
            astray = np.flatnonzero((distance.min(axis=1) < 0) & (target >= 0))
            if not len(astray):
                break
            cell[astray] = target[astray]
            distance[astray] = self.inward(cell[astray], xy[astray])
        return cell, distance


def _neighbours(corner: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Find the cell on the other side of each border, and give borders numbers."""
    cell, side = np.nonzero(corner != end)
    start, stop = corner[cell, side], end[cell, side]
    key = np.minimum(start, stop) * (corner.max() + 1) + np.maximum(start, stop)
    order = np.argsort(key)
    twin = np.flatnonzero(key[order][1:] == key[order][:-1])
    some, other = order[twin], order[twin + 1]
    beyond, border = np.full(corner.shape, -1), np.full(corner.shape, -1)
    beyond[cell[some], side[some]], beyond[cell[other], side[other]] = cell[other], cell[some]
    number = np.empty(len(key), dtype=np.int64)
    number[order] = np.cumsum(np.diff(key[order], prepend=-1) > 0)
    border[cell, side] = number
    return beyond, border
