"""Pieces of areas -> cells: put in order, merge what is too small; arrays in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from gridgeo._cut import cut
from gridgeo._h3 import cut_by_grid
from gridgeo._merge import merge_small
from gridgeo.schema import COLUMN, H3, ROW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridgeo.schema import Bools, Floats, Geometries, Ints


@dataclass(frozen=True)
class Pieces:
    """Pieces of areas and the cells they make, by area, from north to south, west to east.

    ``area`` is the position of a piece's area, ``whole`` tells whether it is a whole grid cell,
    ``m2`` is its size. ``host`` is the position of the piece it has joined, its own where it is
    a cell; ``geometry`` is the piece's own, ``cell`` that of its cell, None where it joined.
    """

    area: Ints
    address: Mapping[str, Geometries | Ints]
    geometry: Geometries
    whole: Bools
    m2: Floats
    host: Ints
    cell: Geometries

    @property
    def kept(self) -> Ints:
        """Positions of the pieces that are cells."""
        return np.flatnonzero(self.host == np.arange(len(self.host)))


def square_pieces(polygons: Geometries, size: float, min_share: float) -> Pieces:
    """Cut polygons by squares, in lattice coordinates, and merge pieces that are too small.

    Parameters
    ----------
    polygons
        (n,) valid polygons or multipolygons in lattice coordinates, metres.
    size
        Side of a lattice cell, metres.
    min_share
        A piece below this share of a lattice cell joins a neighbour.
    """
    found = cut(polygons, size)
    area, column, row = found.area, found.column, found.row
    order = _order_in_cell(area, column, row, found.geometry)
    geometry, m2, whole = found.geometry[order], found.m2[order], found.whole[order]
    limit = np.where(whole, 0, min_share * size * size)
    near = _around(area, column, row, np.flatnonzero(m2 < limit))
    host, merged = merge_small(geometry, area, m2, limit, near=near, spacing=size)
    address = {COLUMN: column, ROW: row}
    return Pieces(area, address, geometry, whole, m2, host, merged)


def h3_pieces(
    polygons: Geometries, grid: Geometries, names: Sequence[str], min_share: float
) -> Pieces:
    """Cut polygons by H3 cells, and merge pieces that are too small.

    Parameters
    ----------
    polygons
        (n,) valid polygons or multipolygons, projected, metres.
    grid
        (m,) outlines of the H3 cells, projected likewise, neighbours with the same corners.
    names
        (m,) their H3 addresses.
    min_share
        A piece below this share of its H3 cell joins a neighbour.
    """
    area, cell, geometry, whole = cut_by_grid(polygons, grid)
    centre = shapely.get_coordinates(shapely.centroid(grid))[cell]
    west, _, _, north = shapely.bounds(geometry).T
    order = np.lexsort((west, -north, centre[:, 0], -centre[:, 1], area))
    area, cell, geometry, whole = area[order], cell[order], geometry[order], whole[order]
    m2 = shapely.area(geometry)
    limit = np.where(whole, 0, min_share * shapely.area(grid)[cell])
    host, merged = merge_small(geometry, area, m2, limit)
    address = {H3: np.array(names, dtype=object)[cell]}
    return Pieces(area, address, geometry, whole, m2, host, merged)


def join(batches: Sequence[Pieces]) -> Pieces:
    """Put the pieces of several batches of areas into one; areas are numbered already."""
    before = np.cumsum([0, *(len(batch.area) for batch in batches)])
    hosts = [batch.host + first for batch, first in zip(batches, before, strict=False)]
    return Pieces(
        np.concatenate([batch.area for batch in batches]),
        {
            name: np.concatenate([batch.address[name] for batch in batches])
            for name in batches[0].address
        },
        np.concatenate([batch.geometry for batch in batches]),
        np.concatenate([batch.whole for batch in batches]),
        np.concatenate([batch.m2 for batch in batches]),
        np.concatenate(hosts),
        np.concatenate([batch.cell for batch in batches]),
    )


def _order_in_cell(area: Ints, column: Ints, row: Ints, geometry: Geometries) -> Ints:
    """Order pieces of one area in one cell as cells are: from north to south, west to east."""
    same = (np.diff(area) == 0) & (np.diff(column) == 0) & (np.diff(row) == 0)
    shared = np.flatnonzero(np.append(same, False) | np.append(False, same))
    west, _, _, north = shapely.bounds(geometry[shared]).T
    group = np.cumsum(~np.append(False, same))[shared]
    order = np.arange(len(area))
    order[shared] = shared[np.lexsort((west, -north, group))]
    return order


def _around(area: Ints, column: Ints, row: Ints, small: Ints) -> Ints:
    """Find the pieces in the lattice cells of small ones and beside them, in the same area."""
    keys = pd.MultiIndex.from_arrays([area, column, row])
    beside = [
        pd.MultiIndex.from_arrays([area[small], column[small] + east, row[small] + north])
        for east, north in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
    ]
    return np.flatnonzero(keys.isin(beside[0].append(beside[1:])))
