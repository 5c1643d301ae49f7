"""cells with zones -> report: connected, inside their units, of like load, and what changed.

A check looks and never repairs. It shares no code with what makes zones but the edges of cells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo._edges import shared_borders
from gridgeo._families import find_heads
from gridgeo._polygons import join_coverage
from gridgeo._zone_bounds import least_by_cells, least_by_parts, sums_by_unit
from gridgeo._zone_columns import force_plane, read_load, read_unit, read_zones, require_cells
from gridgeo._zones_report import ZonesReport
from gridgeo.crs import metric_crs, to_crs
from gridgeo.schema import AREA_M2, CELL_CODE, LOAD, N_CELLS, ZONE_CODE
from gridgeo.validate import require_number

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from gridgeo._zone_columns import Load
    from gridgeo.schema import Bools, Floats, Geometries, Ints

__all__ = ["ZonesReport", "check_zones"]

NO_ZONE: Final = -1

ROUNDING: Final = 1e-9
"""Share by which a sum of loads is above another by rounding alone."""


@dataclass(frozen=True, slots=True)
class _Cells:
    """Cells as they are checked; (cells,) all of them but ``names``."""

    frame: GeoDataFrame
    codes: Geometries
    polygons: Geometries
    m2: Floats
    load: Floats
    zone: Ints
    unit: Ints
    names: pd.Index
    units: pd.Index


@dataclass(frozen=True, slots=True)
class _Pieces:
    """Connected pieces of zones.

    (cells,) ``of_cell``: the piece of each, ``ground``: the first cell of its part of the unit;
    (pieces,) their zones, whether they are apart from the largest piece though they could be
    joined to it, whether they are islands, and their perimeters.
    """

    of_cell: Ints
    ground: Ints
    zone: Ints
    apart: Bools
    island: Bools
    perimeter: Floats


def check_zones(
    cells: GeoDataFrame,
    *,
    by: str = ZONE_CODE,
    load: Load = AREA_M2,
    within: str | None = None,
    previous: str | pd.Series | None = None,
    tolerance: float = 0.05,
) -> ZonesReport:
    """Check that every cell has a zone, and zones are connected, of like load, inside their units.

    Parameters
    ----------
    cells
        ``cell_code``, or ``area_code`` where areas stand in their place; polygons whose common
        borders have the same vertices on both sides, in any CRS.
    by
        Column with the zone of each cell.
    load, within, previous
        As for :func:`cells_to_zones`.
    tolerance
        Share by which a zone may carry more than the mean of its unit. Where that cannot be,
        since the cells are too large or parts of the unit do not touch, it counts from what can.

    Returns
    -------
    ZonesReport
        Load, pieces and compactness of every zone, balance of every unit and what its cells allow
        at best, and all that was found.

    Raises
    ------
    SchemaError, CodeError, GeometryError, CRSError
        The cells cannot be used as they are, or lack a column.
    InputError
        Loads are missing or negative, or the tolerance is no number from 0 on.

    Examples
    --------
    >>> import geopandas, shapely
    >>> cells = geopandas.GeoDataFrame(
    ...     {"cell_code": ["A1", "A2", "A3", "A4"], "zone_code": ["Z01", "Z02", "Z01", ""]},
    ...     geometry=[shapely.box(x, 0, x + 100, 100) for x in (0, 100, 200, 300)],
    ...     crs="EPSG:4547",
    ... )
    >>> report = check_zones(cells)
    >>> {kind: len(found) for kind, found in report.found().items()}
    {'unassigned': 1, 'pieces': 1, 'crossings': 0, 'overloaded': 0}
    >>> report.pieces[["zone_code", "n_cells", "m2"]].to_dict("records")
    [{'zone_code': 'Z01', 'n_cells': 1, 'm2': 10000.0}]
    """
    require_number(tolerance, "tolerance", at_least=0)
    read = _read(cells, by, load, within)
    homes = _homes(read)
    pieces = _find_pieces(read, homes)
    units = _units(read, homes, pieces)
    zones = _zones(read, homes, pieces, units)
    found = {
        "unassigned": _unassigned(read),
        "pieces": _piece_rows(read, pieces, pieces.apart),
        "crossings": _crossings(read, homes),
        "overloaded": _overloaded(read, homes, zones, units, tolerance),
    }
    wrong = (read.zone == NO_ZONE) | pieces.apart[pieces.of_cell]
    wrong |= _are_abroad(read, homes)
    wrong |= np.isin(read.zone, read.names.get_indexer(found["overloaded"][ZONE_CODE]))
    return ZonesReport(
        zones=zones,
        units=units.drop(columns="by_parts"),
        **found,
        islands=_piece_rows(read, pieces, pieces.island),
        changes=None if previous is None else _changes(read, previous),
        rows=tuple(cells.index[wrong]),
        load=load if isinstance(load, str) else None,
        within=within,
        tolerance=tolerance,
        crs=read.frame.crs,
        n_cells=len(cells),
    )


def _read(cells: GeoDataFrame, by: str, load: Load, within: str | None) -> _Cells:
    code = require_cells(cells)
    moved = to_crs(cells, metric_crs(cells))
    polygons = force_plane(moved.geometry.to_numpy())
    m2 = shapely.area(polygons)
    zone, names = pd.factorize(read_zones(cells, by, "by").replace("", None), sort=True)
    unit, units = pd.factorize(read_unit(cells, within).array, sort=True)
    return _Cells(
        frame=moved,
        codes=cells[code].to_numpy(object),
        polygons=polygons,
        m2=m2,
        load=read_load(cells, load, m2),
        zone=zone.astype(np.int64),
        unit=unit.astype(np.int64),
        names=pd.Index(names, dtype="str"),
        units=pd.Index(units, dtype="str"),
    )


def _homes(read: _Cells) -> Ints:
    """Give the unit in which each zone has most of its ground."""
    own = np.flatnonzero(read.zone >= 0)
    n_units = len(read.units)
    pair, at = np.unique(read.zone[own] * n_units + read.unit[own], return_inverse=True)
    m2 = np.bincount(at, read.m2[own])
    order = np.lexsort((m2, pair // n_units))
    homes = np.full(len(read.names), NO_ZONE)
    homes[pair[order] // n_units] = pair[order] % n_units
    return homes


def _are_abroad(read: _Cells, homes: Ints) -> Bools:
    """Tell which cells lie in another unit than most of their zone."""
    abroad: Bools = (read.zone >= 0) & (np.append(homes, NO_ZONE)[read.zone] != read.unit)
    return abroad


def _find_pieces(read: _Cells, homes: Ints) -> _Pieces:
    """Find the pieces of zones; what lies in a second unit is no piece but a crossing."""
    left, right, border = shared_borders(read.polygons)
    n_cells = len(read.zone)
    same_zone = (read.zone[left] == read.zone[right]) & (read.zone[left] >= 0)
    same_unit = read.unit[left] == read.unit[right]
    head = find_heads(left[same_zone], right[same_zone], n_cells)
    heads, piece = np.unique(head, return_inverse=True)
    zone = read.zone[heads]
    ground = find_heads(left[same_unit], right[same_unit], n_cells)
    m2 = np.bincount(piece, read.m2)
    order = np.lexsort((-m2, zone))
    first = np.append(True, zone[order][1:] != zone[order][:-1])
    main = np.empty(len(zone), dtype=np.int64)
    main[order] = order[first][np.cumsum(first) - 1]
    rest = (main != np.arange(len(zone))) & (zone >= 0)
    # Two pieces could be joined where they have ground of one part of a unit.
    shared = pd.MultiIndex.from_arrays([piece, ground])
    reachable = pd.MultiIndex.from_arrays([main[piece], ground]).isin(shared)
    joinable = np.bincount(piece, reachable, minlength=len(zone)) > 0
    abroad = np.bincount(piece, _are_abroad(read, homes), minlength=len(zone)) > 0
    perimeter = np.bincount(piece, shapely.length(read.polygons)).astype(float)
    perimeter -= 2 * np.bincount(piece[left[same_zone]], border[same_zone], minlength=len(zone))
    return _Pieces(piece, ground, zone, rest & joinable, rest & ~joinable & ~abroad, perimeter)


def _units(read: _Cells, homes: Ints, pieces: _Pieces) -> pd.DataFrame:
    """Tell how even the zones of each unit are, and how even they could be."""
    n_units = len(read.units)
    loads = _loads(read)
    by_unit = pd.Series(loads).groupby(homes)
    units = pd.DataFrame(
        {
            "n_zones": by_unit.size(),
            "load": by_unit.sum(),
            "mean_load": by_unit.mean(),
            "max_to_mean": by_unit.max(),
            "min_to_mean": by_unit.min(),
        }
    ).reindex(range(n_units))
    units["n_zones"] = units["n_zones"].fillna(0).astype(np.int64)
    units["load"] = units["load"].fillna(0.0)
    mean = units["mean_load"].where(units["mean_load"] > 0)
    units[["max_to_mean", "min_to_mean"]] = units[["max_to_mean", "min_to_mean"]].div(mean, axis=0)
    at_home = np.flatnonzero((read.zone >= 0) & ~_are_abroad(read, homes))
    of_cells = sums_by_unit(read.load[at_home], read.unit[at_home], n_units)
    parts, part = np.unique(pieces.ground[at_home], return_inverse=True)
    of_part = np.bincount(part, read.load[at_home]).astype(float)
    of_parts = sums_by_unit(of_part, read.unit[parts], n_units)
    n_zones = units["n_zones"].to_numpy()
    shared = [*zip(of_cells, of_parts, np.maximum(n_zones, 1).tolist(), strict=True)]
    units["by_parts"] = [least_by_parts(parts, n) for _, parts, n in shared] / mean
    by_cells = [least_by_cells(cells, n) for cells, _, n in shared] / mean
    units["bound"] = units["by_parts"].combine(by_cells, np.fmax)
    units.insert(0, "unit", read.units)
    return units


def _zones(read: _Cells, homes: Ints, pieces: _Pieces, units: pd.DataFrame) -> pd.DataFrame:
    """Measure every zone."""
    n, own = len(read.names), read.zone >= 0
    loads, m2 = _loads(read), np.bincount(read.zone[own], read.m2[own], minlength=n)
    of_zone = pieces.zone >= 0
    perimeter = np.bincount(pieces.zone[of_zone], pieces.perimeter[of_zone], minlength=n)
    mean = units["mean_load"].to_numpy()[homes]
    return pd.DataFrame(
        {
            ZONE_CODE: read.names,
            "unit": read.units[homes],
            N_CELLS: np.bincount(read.zone[own], minlength=n),
            AREA_M2: m2,
            LOAD: loads,
            "share": np.divide(loads, mean, out=np.full(n, np.nan), where=mean > 0),
            "n_pieces": np.bincount(pieces.zone[of_zone], minlength=n),
            "compactness": 4 * np.pi * m2 / perimeter**2,
        }
    )


def _unassigned(read: _Cells) -> GeoDataFrame:
    at = np.flatnonzero(read.zone == NO_ZONE)
    columns = {CELL_CODE: read.codes[at], LOAD: read.load[at]}
    return _faults(columns, read.polygons[at], read, read.frame.index[at])


def _piece_rows(read: _Cells, pieces: _Pieces, wanted: Bools) -> GeoDataFrame:
    at = np.flatnonzero(wanted)
    zone = pieces.zone[at]
    cells = np.flatnonzero(wanted[pieces.of_cell])
    return _sum_up(read, cells, np.searchsorted(at, pieces.of_cell[cells]), zone, {})


def _crossings(read: _Cells, homes: Ints) -> GeoDataFrame:
    cells = np.flatnonzero(_are_abroad(read, homes))
    n_units = len(read.units)
    pair, row = np.unique(read.zone[cells] * n_units + read.unit[cells], return_inverse=True)
    zone = pair // n_units
    codes = {"unit": read.units[homes[zone]], "reaches_into": read.units[pair % n_units]}
    return _sum_up(read, cells, row, zone, codes)


def _overloaded(
    read: _Cells, homes: Ints, zones: pd.DataFrame, units: pd.DataFrame, tolerance: float
) -> GeoDataFrame:
    """List zones above what tolerance allows on top of what parts force, or what cells force."""
    by_parts, bound = units["by_parts"].to_numpy(), units["bound"].to_numpy()
    allowed = np.fmax(by_parts * (1 + tolerance), bound)[homes]
    over = zones["share"].to_numpy() > allowed * (1 + ROUNDING)
    at = np.flatnonzero(over)
    cells = np.flatnonzero(np.isin(read.zone, at))
    row = np.searchsorted(at, read.zone[cells])
    codes = {"unit": read.units[homes[at]]}
    rows = _sum_up(read, cells, row, at, codes)
    rows.insert(4, "share", zones["share"].to_numpy()[at])
    return rows


def _changes(read: _Cells, previous: str | pd.Series) -> GeoDataFrame:
    before = read_zones(read.frame, previous, "previous").to_numpy(object)
    now = np.append(read.names.to_numpy(object), "")[read.zone]
    at = np.flatnonzero(before != now)
    columns = {
        CELL_CODE: read.codes[at],
        "zone_before": before[at],
        ZONE_CODE: now[at],
        LOAD: read.load[at],
    }
    return _faults(columns, read.polygons[at], read, read.frame.index[at])


def _loads(read: _Cells) -> Floats:
    own = read.zone >= 0
    return np.bincount(read.zone[own], read.load[own], minlength=len(read.names)).astype(float)


def _sum_up(
    read: _Cells, cells: Ints, row: Ints, zone: Ints, codes: dict[str, Any]
) -> GeoDataFrame:
    """Unite the cells of each row, a zone's or part of it."""
    n = len(zone)
    columns = {
        ZONE_CODE: read.names[zone],
        **codes,
        N_CELLS: np.bincount(row, minlength=n),
        LOAD: np.bincount(row, read.load[cells], minlength=n),
    }
    return _faults(columns, join_coverage(read.polygons[cells], row, n), read, pd.RangeIndex(n))


def _faults(
    columns: dict[str, Any], polygons: Geometries, read: _Cells, labels: pd.Index
) -> GeoDataFrame:
    frame = pd.DataFrame({**columns, "m2": shapely.area(polygons)}, index=labels)
    text = [name for name in columns if name not in (N_CELLS, LOAD)]
    frame = frame.astype(dict.fromkeys(text, "str"))
    return gpd.GeoDataFrame(frame, geometry=polygons, crs=read.frame.crs)
