"""areas -> cells: cut each area along the grid, merge what is too small, give it a code."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from tqdm import tqdm

from gridgeo._collector import collector_held
from gridgeo._cut import ROUNDING
from gridgeo._h3 import BeyondPlane, mean_cell_m2
from gridgeo._pieces import Pieces, h3_pieces, join, square_pieces
from gridgeo._squares import ON_LINE
from gridgeo._walk import NEAR
from gridgeo.codes import CodeScheme, number_within, scheme_for
from gridgeo.crs import Projection, to_crs, working_crs
from gridgeo.errors import GeometryError, InputError, TooLargeError, name_rows
from gridgeo.grids import H3Grid, SquareGrid
from gridgeo.schema import (
    AREA_CODE,
    AREA_M2,
    CELL_CODE,
    KIND,
    KINDS,
    N_PIECES,
)
from gridgeo.validate import Faults, check_areas, require_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from geopandas import GeoDataFrame
    from pandas.api.extensions import ExtensionArray as Texts
    from pyproj import CRS

    from gridgeo.schema import Floats, Geometries, Ints

MAX_CELLS: Final = 5_000_000
"""Cells in one frame; while they are made, they take 1 kB each, 2 kB in large areas by H3."""

NOT_COVERED: Final = (
    "areas that cells leave out in part: in this CRS they hold a pole, lie across its seam, or "
    "outside the part of the earth that it shows; use another `crs`, or a SquareGrid"
)

BATCH_CELLS: Final = 25_000
"""Cells that are made in one go: enough for numpy to be at its best, little enough for memory."""


@collector_held()
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
    Meanwhile the garbage collector of reference cycles is held, for the whole process.

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
    made = _make_pieces(areas, grid, min_share, crs, scheme, max_cells)
    pieces, kept = made.pieces, made.pieces.kept
    n_pieces = np.bincount(pieces.host, minlength=len(pieces.host))[kept]
    kind = np.where(n_pieces > 1, 2, np.where(pieces.whole[kept], 0, 1))
    geometry = made.placed(pieces.cell[kept])
    frame = {
        CELL_CODE: made.codes,
        AREA_CODE: made.area_codes[pieces.area[kept]],
        AREA_M2: shapely.area(geometry),
        KIND: np.array(KINDS, dtype=object)[kind],
        N_PIECES: n_pieces,
        **{name: values[kept] for name, values in pieces.address.items()},
    }
    return gpd.GeoDataFrame(frame, geometry=geometry, crs=made.crs)


@collector_held()
def merge_log(
    areas: GeoDataFrame,
    grid: SquareGrid | H3Grid | None = None,
    *,
    min_share: float = 0.5,
    crs: object = None,
    scheme: CodeScheme | None = None,
    max_cells: int = MAX_CELLS,
) -> GeoDataFrame:
    """Tell which pieces :func:`areas_to_cells` merged, and into which cell.

    The same areas and options always give the same cells, so the log is made anew from them and
    nothing has to be kept with the cells, which lose what a file cannot hold.

    Parameters
    ----------
    areas, grid, min_share, crs, scheme, max_cells
        As given to :func:`areas_to_cells`.

    Returns
    -------
    GeoDataFrame
        In the working CRS, one row for every piece that has joined another: ``cell_code`` of the
        cell it is now part of, ``area_code``, its own ``area_m2``, the address it would have
        had (``column`` and ``row``, or ``h3``), and its outline.

    Raises
    ------
    GridGeoError
        As :func:`areas_to_cells` does.

    Examples
    --------
    >>> import geopandas, shapely
    >>> strip = shapely.box(500_000, 4_000_000, 500_130, 4_000_100)
    >>> areas = geopandas.GeoDataFrame({"area_code": ["A"]}, geometry=[strip], crs="EPSG:4548")
    >>> merge_log(areas)[["cell_code", "area_m2", "column", "row"]].to_dict("records")
    [{'cell_code': 'A-0001', 'area_m2': 3000.0, 'column': 5001, 'row': 40000}]
    """
    made = _make_pieces(areas, grid, min_share, crs, scheme, max_cells)
    pieces = made.pieces
    joined = np.flatnonzero(pieces.host != np.arange(len(pieces.host)))
    frame = {
        CELL_CODE: made.codes[np.searchsorted(pieces.kept, pieces.host[joined])],
        AREA_CODE: made.area_codes[pieces.area[joined]],
        AREA_M2: pieces.m2[joined],
        **{name: values[joined] for name, values in pieces.address.items()},
    }
    return gpd.GeoDataFrame(frame, geometry=made.placed(pieces.geometry[joined]), crs=made.crs)


@dataclass(frozen=True)
class _Made:
    """Pieces, and the codes of those of them that are cells."""

    pieces: Pieces
    codes: Texts
    area_codes: Texts
    grid: SquareGrid | H3Grid
    crs: CRS

    def placed(self, geometry: Geometries) -> Geometries:
        """Move geometries from the lattice to the working CRS."""
        return self.grid.from_lattice(geometry) if isinstance(self.grid, SquareGrid) else geometry


def _make_pieces(
    areas: GeoDataFrame,
    grid: SquareGrid | H3Grid | None,
    min_share: float,
    crs: object,
    scheme: CodeScheme | None,
    max_cells: int,
) -> _Made:
    check_areas(areas)
    grid = SquareGrid() if grid is None else grid
    _check_options(grid, min_share, scheme, max_cells)
    moved = to_crs(areas, working_crs(areas, crs))
    if moved is not areas:
        check_areas(moved, f"areas in {moved.crs.name}")
    _refuse_too_many(moved, grid, max_cells)
    pieces = _cut(moved, grid, min_share)
    _refuse_lost(moved, grid, pieces)
    area_codes = moved[AREA_CODE].astype("str").array
    owners = pd.Series(area_codes[pieces.area[pieces.kept]])
    scheme = scheme_for(moved[AREA_CODE]) if scheme is None else scheme
    codes = scheme.build(owners, number_within(pieces.area[pieces.kept]))
    return _Made(pieces, codes.array, area_codes, grid, moved.crs)


def _check_options(
    grid: object, min_share: float, scheme: CodeScheme | None, max_cells: float
) -> None:
    if not isinstance(grid, (SquareGrid, H3Grid)):
        raise InputError(f"`grid` must be a SquareGrid or an H3Grid, not {grid!r}.")
    if not (scheme is None or isinstance(scheme, CodeScheme)):
        raise InputError(f"`scheme` must be a CodeScheme such as gridgeo.PLAIN, not {scheme!r}.")
    require_number(min_share, "min_share", at_least=0, at_most=1)
    require_number(max_cells, "max_cells", at_least=1)


def _refuse_too_many(areas: GeoDataFrame, grid: SquareGrid | H3Grid, max_cells: int) -> None:
    n_cells = round(_estimate_cells(areas, grid).sum())
    if n_cells > max_cells:
        raise TooLargeError(
            f"this would make about {n_cells:,} cells, more than `max_cells` ({max_cells:,}). Use "
            "larger cells, cut area by area (cells do not change by that), or raise `max_cells` "
            "if memory allows 1 to 2 kB a cell."
        )


def _estimate_cells(areas: GeoDataFrame, grid: SquareGrid | H3Grid) -> Floats:
    """Estimate the number of cells of each area from its size and perimeter alone."""
    grid_m2 = grid.area if isinstance(grid, SquareGrid) else mean_cell_m2(grid.resolution)
    inner = areas.area.to_numpy() / grid_m2
    # A line crosses 4 / pi lattice lines per cell side on average, and each makes a piece.
    border = areas.length.to_numpy() / np.sqrt(grid_m2) * 4 / np.pi
    return inner + border / 2 + 1


def _cut(areas: GeoDataFrame, grid: SquareGrid | H3Grid, min_share: float) -> Pieces:
    """Cut groups of areas side by side; no cell depends on which areas are cut with it."""
    batch = np.cumsum(_estimate_cells(areas, grid)) // BATCH_CELLS
    members = np.split(np.arange(len(areas)), np.flatnonzero(np.diff(batch)) + 1)
    cut = _cutter(areas.crs, grid, min_share)
    polygons = areas.geometry.to_numpy()

    def work(positions: Ints) -> Pieces:
        try:
            pieces = cut(polygons[positions])
        except BeyondPlane as beyond:
            rows = areas.index[positions[beyond.areas]]
            raise GeometryError(f"{NOT_COVERED} {name_rows(rows)}.", rows=rows) from beyond
        return replace(pieces, area=positions[pieces.area])

    if len(members) == 1:
        return work(members[0])
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        bar = tqdm(pool.map(work, members), total=len(members), desc="cut", delay=1, leave=False)
        return join(list(bar))


def _cutter(
    crs: CRS, grid: SquareGrid | H3Grid, min_share: float
) -> Callable[[Geometries], Pieces]:
    if isinstance(grid, SquareGrid):
        return lambda polygons: square_pieces(grid.to_lattice(polygons), grid.size, min_share)
    projection = Projection(crs)
    return lambda polygons: h3_pieces(polygons, grid.resolution, projection, min_share)


def _refuse_lost(areas: GeoDataFrame, grid: SquareGrid | H3Grid, pieces: Pieces) -> None:
    """Refuse areas that vanish, or whose pieces do not sum up to them."""
    covered = np.bincount(pieces.area, weights=pieces.m2, minlength=len(areas))
    vanished = np.bincount(pieces.area, minlength=len(areas)) == 0
    m2, border = areas.area.to_numpy(), areas.length.to_numpy()
    moved = ON_LINE if isinstance(grid, SquareGrid) else NEAR
    uncovered = ~vanished & ~(np.abs(covered - m2) <= ROUNDING * m2 + (ROUNDING + moved) * border)
    faults = Faults("areas", areas.index)
    faults.add(
        GeometryError,
        vanished,
        "areas narrower than rounding give no cell; drop them or join them to a neighbour",
    )
    faults.add(GeometryError, uncovered, NOT_COVERED)
    faults.raise_if_any()
