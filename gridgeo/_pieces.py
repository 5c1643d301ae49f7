"""Pieces of areas -> cells: put in order, merge what is too small; arrays in and out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from gridgeo._cut import Cut, cut
from gridgeo._h3 import h3_outlines
from gridgeo._merge import merge_small
from gridgeo._squares import SquareOutlines
from gridgeo.schema import COLUMN, H3, ROW

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridgeo._chains import Outlines
    from gridgeo.crs import Projection
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
    outlines = SquareOutlines.of(polygons, size)
    found, host, cell = _cut_and_merge(outlines, shapely.area(polygons), min_share, spacing=size)
    area, column, row = outlines.keys.split(found.cell)
    address = {COLUMN: column, ROW: row}
    return Pieces(area, address, found.geometry, found.whole, found.m2, host, cell)


def h3_pieces(
    polygons: Geometries, resolution: int, projection: Projection, min_share: float
) -> Pieces:
    """Cut polygons by H3 cells, and merge pieces that are too small.

    Parameters
    ----------
    polygons
        (n,) valid polygons or multipolygons, projected, metres.
    resolution
        H3 resolution.
    projection
        That of the polygons.
    min_share
        A piece below this share of its H3 cell joins a neighbour.
    """
    outlines, names = h3_outlines(polygons, resolution, projection)
    found, host, cell = _cut_and_merge(outlines, shapely.area(polygons), min_share)
    address = {H3: names[outlines.cell_of(found.cell)]}
    area = outlines.area_of(found.cell)
    return Pieces(area, address, found.geometry, found.whole, found.m2, host, cell)


def _cut_and_merge(
    outlines: Outlines, areas_m2: Floats, min_share: float, spacing: float | None = None
) -> tuple[Cut, Ints, Geometries]:
    found = cut(outlines, areas_m2)
    order = _order_in_cell(found)
    geometry, m2, whole = found.geometry[order], found.m2[order], found.whole[order]
    found = Cut(found.cell, geometry, m2, whole)
    limit = np.where(whole, 0, min_share * outlines.cell_m2(found.cell))
    beside_small = outlines.beside(found.cell[m2 < limit])
    near = np.flatnonzero(np.isin(found.cell, beside_small))
    area = outlines.area_of(found.cell)
    host, merged = merge_small(geometry, area, m2, limit, near=near, spacing=spacing)
    return found, host, merged


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


def _order_in_cell(found: Cut) -> Ints:
    """Order pieces of one area in one cell as cells are: from north to south, west to east."""
    same = np.diff(found.cell) == 0
    shared = np.flatnonzero(np.append(same, False) | np.append(False, same))
    west, _, _, north = shapely.bounds(found.geometry[shared]).T
    order = np.arange(len(found.cell))
    order[shared] = shared[np.lexsort((west, -north, found.cell[shared]))]
    return order
