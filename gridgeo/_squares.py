"""Outlines of areas, split where they cross the lines of a square lattice.

Every edge is crossed in one canonical direction, so that two neighbours that share it get the
same crossing points, bit for bit. Lattice lines stand at whole multiples of the cell size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gridgeo._rings import Rings, comes_first, insert, move_vertices, repeated, rings_of

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Geometries, Ints

BOTTOM, RIGHT, TOP, LEFT = range(4)

ON_LINE: Final = 1e-8
"""Metres; a point nearer to a line would give edges that do not outlive a reprojection."""


@dataclass(frozen=True)
class Keys:
    """Numbers (area, column, row) as one integer: by area, north to south, west to east."""

    west: int
    north: int
    n_columns: int
    n_rows: int

    @classmethod
    def covering(cls, xy: Floats, size: float) -> Keys:
        """Give numbers to the cells in which points lie, and to some around them."""
        xy = xy if len(xy) else np.zeros((1, 2))
        west, south = (int(low) for low in np.floor(xy.min(axis=0) / size) - 2)
        east, north = (int(high) for high in np.ceil(xy.max(axis=0) / size) + 2)
        return cls(west, north, east - west + 1, north - south + 1)

    def join(self, area: Ints, column: Ints, row: Ints) -> Ints:
        """Give the keys of cells."""
        return (area * self.n_rows + self.north - row) * self.n_columns + column - self.west

    def split(self, key: Ints) -> tuple[Ints, Ints, Ints]:
        """Give area, column and row of keys."""
        rest, column = np.divmod(key, self.n_columns)
        area, below = np.divmod(rest, self.n_rows)
        return area, column + self.west, self.north - below


@dataclass(frozen=True)
class SquareOutlines:
    """Outlines of areas, split along a square lattice: see :class:`gridgeo._chains.Outlines`.

    ``unsplit`` are the rings before; per point ``line``: the lattice line it lies on, and
    ``on_column`` whether that is a column line.
    """

    rings: Rings
    cell: Ints
    touchy: Ints
    crossing: Bools
    unsplit: Rings
    on_column: Bools
    line: Ints
    keys: Keys
    size: float

    @classmethod
    def of(cls, polygons: Geometries, size: float) -> SquareOutlines:
        """Insert a point wherever the outline of a polygon crosses a lattice line.

        Vertices that miss a line by rounding are put onto it.

        Parameters
        ----------
        polygons
            (n,) valid polygons or multipolygons in lattice coordinates, metres.
        size
            Side of a lattice cell, metres; lines stand at its whole multiples.
        """
        rings = rings_of(polygons)
        rings, _ = move_vertices(rings, _snap_to_lines(rings.xy, size))
        edges = _canonical_edges(rings, size)
        cross = _crossings(edges, size)
        keys = Keys.covering(rings.xy, size)
        split, first, place = insert(rings, cross.edge, cross.xy, swapped=edges.swapped)
        n_total = len(split.xy)
        crossing, on_column = np.zeros(n_total, dtype=bool), np.zeros(n_total, dtype=bool)
        crossing[place], on_column[place] = True, cross.on_column
        line = np.zeros(n_total, dtype=np.int64)
        line[place] = cross.line
        column, row = _cells_of_edges(edges, cross, first, place)
        area = rings.area[rings.ring]
        around = [_around_vertices(rings, area, size)]
        around.append(_around_corners(cross, area[cross.edge], size))
        touchy = keys.join(*np.concatenate(around).T)
        cell = keys.join(split.area[split.ring], column, row)
        return cls(split, cell, touchy, crossing, rings, on_column, line, keys, size)

    def area_of(self, key: Ints) -> Ints:
        """Give the areas of keys."""
        return self.keys.split(key)[0]

    def beside(self, key: Ints) -> Ints:
        """Give the keys of cells and of those beside them, in the same areas."""
        steps = [0, 1, -1, self.keys.n_columns, -self.keys.n_columns]
        return np.unique(np.concatenate([key + step for step in steps]))

    def border_place(self, point: Ints, edge: Ints) -> tuple[Ints, Floats]:
        """Give the side of the edge's cell on which a crossing lies, and how far along it."""
        line = self.line[point]
        _, column, row = self.keys.split(self.cell[edge])
        side = np.where(
            self.on_column[point],
            np.where(column == line, LEFT, RIGHT),
            np.where(row == line, BOTTOM, TOP),
        )
        xy = self.rings.xy[point]
        along = np.where((side == BOTTOM) | (side == TOP), xy[:, 0], xy[:, 1])
        return side, np.where((side == TOP) | (side == LEFT), -along, along)

    def n_sides(self, edge: Ints) -> Ints:
        """Give the number of sides of the edges' cells."""
        return np.full(len(edge), 4)

    def corner(self, edge: Ints, side: Ints) -> Floats:
        """Give the point where a side of the edge's cell ends, counter-clockwise."""
        _, column, row = self.keys.split(self.cell[edge])
        east = (side == BOTTOM) | (side == RIGHT)
        north = (side == RIGHT) | (side == TOP)
        return np.column_stack([column + east, row + north]).astype(np.float64) * self.size

    def cell_m2(self, key: Ints) -> Floats:
        """Give the sizes of cells."""
        return np.full(len(key), self.size * self.size)

    def cell_polygons(self, key: Ints) -> Geometries:
        """Build the outlines of lattice cells."""
        _, column, row = self.keys.split(key)
        size = self.size
        return shapely.box(column * size, row * size, (column + 1) * size, (row + 1) * size)

    def whole_cells(self) -> Ints:
        """Find the cells whose centre lies in an area, row by row; keys, in order."""
        rings, size = self.unsplit, self.size
        here, there = rings.xy, rings.xy[rings.following]
        row_here, row_there = _centres_below(here[:, 1], size), _centres_below(there[:, 1], size)
        upward = row_there > row_here
        first = np.minimum(row_here, row_there)
        edge, nth = repeated(np.abs(row_there - row_here))
        row = first[edge] + nth
        low, high = here[edge], there[edge]
        along = ((row + 0.5) * size - low[:, 1]) / (high[:, 1] - low[:, 1])
        x = low[:, 0] + np.clip(along, 0, 1) * (high[:, 0] - low[:, 0])
        # The interior lies west of an edge that goes up, east of one that goes down.
        key = self.keys.join(rings.area[rings.ring[edge]], _centres_below(x, size), row)
        order = np.argsort(key, kind="stable")
        key, inside = key[order], np.cumsum(np.where(upward[edge], -1, 1)[order])
        runs = np.flatnonzero(inside[:-1] > 0)
        run, nth = repeated(key[runs + 1] - key[runs])
        return key[runs][run] + nth


def _centres_below(values: Floats, size: float) -> Ints:
    """Give the number of the first cell whose centre is not below each value."""
    return np.ceil(values / size - 0.5).astype(np.int64)


def _lattice_index(values: Floats, size: float) -> Ints:
    """Give the number of the lattice line at or just below each value."""
    index = np.floor(values / size).astype(np.int64)
    index -= values < index * size
    index += values >= (index + 1) * size
    return index


def _snap_to_lines(xy: Floats, size: float) -> Floats:
    """Put coordinates that miss a lattice line by rounding onto it."""
    line = np.rint(xy / size) * size
    return np.where(np.abs(xy - line) < ON_LINE, line, xy)


@dataclass(frozen=True)
class _Edges:
    """Edges in canonical direction: from the lexicographically lower end to the higher."""

    low: Floats
    high: Floats
    swapped: Bools
    column: Ints  # of the cell at the low end
    row: Ints
    n_columns: Ints  # column lines strictly crossed
    n_rows: Ints
    upward: Ints  # +1 or -1: the direction in which rows are crossed


@dataclass(frozen=True)
class _Crossings:
    """Crossings, by edge and along it; ``column`` and ``row`` of the cell before each."""

    edge: Ints
    on_column: Bools
    line: Ints
    xy: Floats
    column: Ints
    row: Ints


def _canonical_edges(rings: Rings, size: float) -> _Edges:
    here, there = rings.xy, rings.xy[rings.following]
    swapped = comes_first(there, here)
    low = np.where(swapped[:, None], there, here)
    high = np.where(swapped[:, None], here, there)
    column, n_columns = _lines_between(low[:, 0], high[:, 0], size)
    south, north = np.minimum(low[:, 1], high[:, 1]), np.maximum(low[:, 1], high[:, 1])
    row, n_rows = _lines_between(south, north, size)
    upward = np.where(high[:, 1] >= low[:, 1], 1, -1)
    row = np.where(upward > 0, row, row + n_rows)
    return _Edges(low, high, swapped, column, row, n_columns, n_rows, upward)


def _lines_between(lower: Floats, upper: Floats, size: float) -> tuple[Ints, Ints]:
    """Give the cell at the lower end and the number of lines strictly between the two."""
    first, last = _lattice_index(lower, size), _lattice_index(upper, size)
    return first, np.maximum(last - first - (upper == last * size), 0)


def _crossings(edges: _Edges, size: float) -> _Crossings:
    by_column, nth_column = repeated(edges.n_columns)
    by_row, nth_row = repeated(edges.n_rows)
    southmost = np.where(edges.upward > 0, edges.row, edges.row - edges.n_rows)
    line = np.concatenate(
        [edges.column[by_column] + 1 + nth_column, southmost[by_row] + 1 + nth_row]
    )
    edge = np.concatenate([by_column, by_row])
    on_column = np.arange(len(edge)) < len(by_column)
    low, span = edges.low[edge], edges.high[edge] - edges.low[edge]
    axis = np.where(on_column, 0, 1)
    each = np.arange(len(edge))
    along = (line * size - low[each, axis]) / span[each, axis]
    order = np.lexsort((~on_column, along, edge))
    edge, line, on_column, along = edge[order], line[order], on_column[order], along[order]

    n_crossings = edges.n_columns + edges.n_rows
    first = (np.cumsum(n_crossings) - n_crossings)[edge]
    rank = each - first
    columns_so_far: Ints = np.cumsum(on_column) - on_column
    columns_before: Ints = columns_so_far - columns_so_far[first]
    column = edges.column[edge] + columns_before
    row = edges.row[edge] + (rank - columns_before) * edges.upward[edge]
    # Each crossing is kept on its edge's own stretch and on the border of its cell.
    low, high = edges.low[edge], edges.high[edge]
    xy = low + along[:, None] * (high - low)
    xy = np.clip(xy, np.minimum(low, high), np.maximum(low, high))
    cell = np.column_stack([column, row])
    xy = np.clip(xy, cell * size, (cell + 1) * size)
    xy[each, axis[order]] = line * size
    xy = _snap_to_lines(xy, size)
    return _Crossings(edge, on_column, line, xy, column, row)


def _cells_of_edges(
    edges: _Edges, cross: _Crossings, first: Ints, place: Ints
) -> tuple[Ints, Ints]:
    """Give column and row of the cell of each edge of split rings."""
    swapped = edges.swapped[cross.edge]
    n_total = len(first) + len(place)
    column, row = np.empty(n_total, dtype=np.int64), np.empty(n_total, dtype=np.int64)
    column[first] = edges.column + np.where(edges.swapped, edges.n_columns, 0)
    row[first] = edges.row + np.where(edges.swapped, edges.n_rows * edges.upward, 0)
    column[place] = cross.column + np.where(swapped, 0, cross.on_column)
    row[place] = cross.row + np.where(swapped, 0, ~cross.on_column * edges.upward[cross.edge])
    return column, row


def _around_vertices(rings: Rings, area: Ints, size: float) -> Ints:
    """List the cells around every vertex that lies on a lattice line."""
    index = _lattice_index(rings.xy, size)
    on_line = rings.xy == index * size
    touching = on_line.any(axis=1)
    return _cells_around(area[touching], index[touching], on_line[touching])


def _around_corners(cross: _Crossings, area: Ints, size: float) -> Ints:
    """List the cells around every crossing that falls on a lattice corner."""
    index = _lattice_index(cross.xy, size)
    on_line = cross.xy == index * size
    corner = on_line.all(axis=1)
    return _cells_around(area[corner], index[corner], on_line[corner])


def _cells_around(area: Ints, index: Ints, on_line: Bools) -> Ints:
    around = [
        np.column_stack([area, index[:, 0] - west, index[:, 1] - south])[
            (on_line[:, 0] | (west == 0)) & (on_line[:, 1] | (south == 0))
        ]
        for west in (0, 1)
        for south in (0, 1)
    ]
    return np.concatenate(around)
