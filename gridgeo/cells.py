"""areas -> cells: cut each area along the grid, merge what is too small, give it a code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo._cut import cut
from gridgeo._hexagons import (
    cell_names,
    cell_polygons,
    cells_touching,
    cut_by_tiles,
    mean_cell_m2,
)
from gridgeo._merge import merge_small
from gridgeo.codes import number_within, scheme_for
from gridgeo.crs import LONLAT, to_crs, working_crs
from gridgeo.errors import InputError, TooLargeError
from gridgeo.grids import H3Grid, SquareGrid
from gridgeo.schema import (
    AREA_CODE,
    AREA_M2,
    CELL_CODE,
    COLUMN,
    H3,
    KIND,
    KINDS,
    N_PIECES,
    ROW,
)
from gridgeo.validate import check_areas

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from gridgeo.codes import CodeScheme
    from gridgeo.schema import Bools, Floats, Geometries, Ints

MAX_CELLS: Final = 5_000_000
"""Cells in one frame; they take about 1 kB each while they are made."""

MAX_EDGE: Final = 1_000.0
"""Metres; a longer edge strays from the straight line between its ends on the sphere."""


@dataclass(frozen=True)
class _Pieces:
    """Pieces of areas before they have a code, ordered by area, north to south, west to east."""

    area: Ints
    address: dict[str, Ints | list[str]]
    geometry: Geometries
    whole: Bools
    tile_m2: Floats
    near_small: Ints


def areas_to_cells(
    areas: GeoDataFrame,
    grid: SquareGrid | H3Grid | None = None,
    *,
    min_share: float = 0.5,
    crs: object = None,
    scheme: CodeScheme | None = None,
    max_cells: int = MAX_CELLS,
) -> GeoDataFrame:
    """Cut administrative areas into cells that cover them exactly.

    Every cell lies inside one area. Grid cells that a border crosses are cut at the border.

    Parameters
    ----------
    areas
        One row per area: ``area_code`` (unique text) and a valid polygon, in any CRS.
    grid
        The lattice: squares of 10,000 m2 where nothing is said.
    min_share
        A border piece below this share of its grid cell joins the neighbour of the same area
        with which it has the longest border; 0 keeps every piece.
    crs
        The working CRS, projected in metres; see :func:`gridgeo.crs.working_crs`.
    scheme
        How codes are written: UNIT_GRID_15 where area codes have 12 digits, PLAIN elsewhere.
    max_cells
        Refuse the work where it would give more cells than this.

    Returns
    -------
    GeoDataFrame
        In the working CRS, one row a cell, by area and then from north to south, each row from
        west to east: ``cell_code``, ``area_code``, ``area_m2`` (planar), ``kind`` (whole, cut,
        merged), ``n_pieces`` and the address: ``column`` and ``row`` of the lattice, or ``h3``.
        A merged cell has the address of the piece that the others joined. The numbers of codes
        follow the same order.

    Raises
    ------
    SchemaError, CodeError, GeometryError, CRSError
        The areas cannot be used as they are; see :func:`gridgeo.validate.check_areas`.
    InputError
        ``min_share`` is not from 0 to 1.
    CodeError
        An area has more cells than the scheme can number.
    TooLargeError
        More than ``max_cells`` cells, found before any is made.

    Examples
    --------
    >>> import geopandas, shapely
    >>> square = shapely.box(500_000, 4_000_000, 500_500, 4_000_500)
    >>> areas = geopandas.GeoDataFrame({"area_code": ["A"]}, geometry=[square], crs="EPSG:4548")
    >>> cells = areas_to_cells(areas)
    >>> len(cells), cells.loc[0, "cell_code"], cells["area_m2"].sum()
    (25, 'A-0001', np.float64(250000.0))
    """
    check_areas(areas)
    if not 0 <= min_share <= 1:
        raise InputError(f"`min_share` must be from 0 to 1, not {min_share!r}.")
    grid = SquareGrid() if grid is None else grid
    if not isinstance(grid, (SquareGrid, H3Grid)):
        raise InputError(f"`grid` must be a SquareGrid or an H3Grid, not {grid!r}.")
    placed = to_crs(areas, working_crs(areas, crs))
    check_areas(placed, f"areas in {placed.crs.name}")
    _refuse_too_many(placed, grid, max_cells)
    if isinstance(grid, SquareGrid):
        pieces = _cut_by_squares(placed, grid, min_share)
    else:
        pieces = _cut_by_hexagons(placed, grid)
    cells = _merged(pieces, min_share)
    return _frame(cells, placed, scheme)


def _refuse_too_many(areas: GeoDataFrame, grid: SquareGrid | H3Grid, max_cells: int) -> None:
    """Estimate the number of cells from areas and perimeters alone."""
    tile_m2 = grid.area if isinstance(grid, SquareGrid) else mean_cell_m2(grid.resolution)
    inner = areas.area.sum() / tile_m2
    # A line crosses 4 / pi lattice lines per cell side on average, and each makes a piece.
    border = areas.length.sum() / np.sqrt(tile_m2) * 4 / np.pi
    n_cells = round(inner + border / 2 + len(areas))
    if n_cells > max_cells:
        raise TooLargeError(
            f"this would make about {n_cells:,} cells, more than `max_cells` ({max_cells:,}). Use "
            "larger cells, cut area by area (cells do not change by that), or raise `max_cells` "
            "if memory allows about 1 kB a cell."
        )


def _cut_by_squares(areas: GeoDataFrame, grid: SquareGrid, min_share: float) -> _Pieces:
    found = cut(grid.to_lattice(areas.geometry.to_numpy()), grid.size)
    order = np.lexsort((found.column, -found.row, found.area))
    area, column, row = found.area[order], found.column[order], found.row[order]
    order = _order_in_cell(order, area, column, row, found.geometry)
    geometry = found.geometry[order]
    whole = found.whole[order]
    tile_m2 = np.full(len(order), grid.area)
    small = np.flatnonzero(shapely.area(geometry) < min_share * grid.area)
    near_small = _around(area, column, row, small)
    geometry = grid.from_lattice(geometry)
    return _Pieces(area, {COLUMN: column, ROW: row}, geometry, whole, tile_m2, near_small)


def _order_in_cell(order: Ints, area: Ints, column: Ints, row: Ints, geometry: Geometries) -> Ints:
    """Order pieces of one area in one cell as cells are: from north to south, west to east."""
    same = (np.diff(area) == 0) & (np.diff(column) == 0) & (np.diff(row) == 0)
    shared = np.flatnonzero(np.append(same, False) | np.append(False, same))
    west, _, _, north = shapely.bounds(geometry[order[shared]]).T
    group = np.cumsum(~np.append(False, same))[shared]
    ordered = order.copy()
    ordered[shared] = order[shared[np.lexsort((west, -north, group))]]
    return ordered


def _around(area: Ints, column: Ints, row: Ints, small: Ints) -> Ints:
    """Find the pieces in the lattice cells of small ones and beside them, in the same area."""
    keys = pd.MultiIndex.from_arrays([area, column, row])
    beside = [
        pd.MultiIndex.from_arrays([area[small], column[small] + east, row[small] + north])
        for east, north in ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1))
    ]
    wanted = beside[0].append(beside[1:])
    return np.flatnonzero(keys.isin(wanted))


def _cut_by_hexagons(areas: GeoDataFrame, grid: H3Grid) -> _Pieces:
    # A coarse outline a little outside the area finds every hexagon that touches it, and some
    # more that the cut drops. Short edges, since a straight one is curved on the sphere.
    coarse = 0.1 * np.sqrt(mean_cell_m2(grid.resolution))
    outline = areas.geometry.simplify(coarse).buffer(1.5 * coarse, quad_segs=2)
    reach = outline.segmentize(MAX_EDGE)
    ids = cells_touching(to_crs(reach.to_frame("geometry"), LONLAT).geometry, grid.resolution)
    hexagons = gpd.GeoDataFrame(geometry=cell_polygons(ids), crs=LONLAT)
    tiles = to_crs(hexagons, areas.crs).geometry.to_numpy()
    area, tile, geometry, whole = cut_by_tiles(areas.geometry.to_numpy(), tiles)
    centre = shapely.get_coordinates(shapely.centroid(tiles))[tile]
    west, _, _, north = shapely.bounds(geometry).T
    order = np.lexsort((west, -north, centre[:, 0], -centre[:, 1], area))
    names = np.array(cell_names(ids), dtype=object)[tile[order]]
    everything = np.arange(len(order))
    tile_m2 = shapely.area(tiles)[tile[order]]
    return _Pieces(area[order], {H3: names}, geometry[order], whole[order], tile_m2, everything)


@dataclass(frozen=True)
class _Cells:
    pieces: _Pieces
    geometry: Geometries
    n_pieces: Ints
    kept: Ints


def _merged(pieces: _Pieces, min_share: float) -> _Cells:
    limit = min_share * pieces.tile_m2
    host, geometry = merge_small(pieces.geometry, pieces.area, pieces.near_small, limit)
    kept = np.flatnonzero(host == np.arange(len(host)))
    n_pieces = np.bincount(host, minlength=len(host))[kept]
    return _Cells(pieces, geometry[kept], n_pieces, kept)


def _frame(cells: _Cells, areas: GeoDataFrame, scheme: CodeScheme | None) -> GeoDataFrame:
    pieces, kept = cells.pieces, cells.kept
    area = pieces.area[kept]
    area_code = areas[AREA_CODE].astype("str").array[area]
    codes = pd.Series(area_code)
    scheme = scheme_for(areas[AREA_CODE]) if scheme is None else scheme
    kind = np.where(cells.n_pieces > 1, 2, np.where(pieces.whole[kept], 0, 1))
    frame = {
        CELL_CODE: scheme.build(codes, number_within(area)),
        AREA_CODE: codes,
        AREA_M2: shapely.area(cells.geometry),
        KIND: np.array(KINDS, dtype=object)[kind],
        N_PIECES: cells.n_pieces,
        **{name: np.asarray(values)[kept] for name, values in pieces.address.items()},
    }
    return gpd.GeoDataFrame(frame, geometry=cells.geometry, crs=areas.crs)
