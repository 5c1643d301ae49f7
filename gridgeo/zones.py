"""cells -> cells with a zone each: connected, of like load, inside their units; and the zones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely

from gridgeo._collector import collector_held
from gridgeo._edges import shared_borders
from gridgeo._zone_columns import (
    force_plane,
    read_load,
    read_locked,
    read_unit,
    read_zones,
    require_cells,
)
from gridgeo._zone_numbers import (
    highest_numbers,
    like,
    number_zones,
    order_zones,
    write_codes,
)
from gridgeo._zoning.carrying import HeldApartError
from gridgeo._zoning.graph import both_ways
from gridgeo._zoning.lands import Rules
from gridgeo._zoning.plan import draft, share_out
from gridgeo._zoning.task import Before, Task
from gridgeo.crs import metric_crs, to_crs
from gridgeo.errors import InputError, name_rows
from gridgeo.schema import AREA_M2, ZONE_CODE
from gridgeo.validate import require_number

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from gridgeo._zone_columns import Load
    from gridgeo._zoning.plan import Draft
    from gridgeo.schema import Bools, Geometries, Ints

TURN: Final = 0.05
"""Radians by which a seed turns the first cuts: enough for another plan, too little to cut a
lattice askew."""


@collector_held()
def cells_to_zones(  # noqa: PLR0913 - what is asked of zones, all named
    cells: GeoDataFrame,
    *,
    n_zones: int | None = None,
    max_load: float | None = None,
    load: Load = AREA_M2,
    within: str | None = None,
    previous: str | pd.Series | None = None,
    locked: str | pd.Series | None = None,
    tolerance: float = 0.05,
    seed: int = 0,
) -> GeoDataFrame:
    """Join cells into responsibility zones of like load, each connected through shared borders.

    Zones are shared out among the units of ``within`` by load. Each unit gets the whole part of
    its share, and one more where a zone would carry most without it; at least one.

    Parts of a unit that do not touch are divided apart. A part with less than half the load of a
    zone, an island, goes with the zone of the nearest cell; :func:`check_zones` lists them.

    Parameters
    ----------
    cells
        ``cell_code`` (unique text) and polygons whose common borders have the same vertices on
        both sides, in any CRS. Areas with ``area_code`` may stand in their place: joining whole
        communities gives the level between them and their street.
    n_zones
        How many zones, in all units together.
    max_load
        In place of ``n_zones``: the load that no zone may exceed; there are as few zones as that
        takes, or nearly so.
    load
        What zones should have alike: a column, by default the area; a Series on the index of the
        cells; or a dictionary of columns and the weights they are multiplied with.
    within
        Column with the code of the unit that no zone may leave, such as ``street_code``.
    previous
        The zones there are: a column, or a Series on the index of the cells, with their codes;
        empty where a cell has none. They keep their codes and change only where balance,
        connection or number ask for it. With neither ``n_zones`` nor ``max_load`` there are as
        many as before.
    locked
        Which cells stay in their ``previous`` zone: a column or a Series of True and False.
    tolerance
        Share by which the load of a zone may be off the mean of its unit. Where the cells are too
        large for that, zones are as near to it as was found; :func:`check_zones` says what the
        cells' own sizes allow.
    seed
        Another seed gives another plan; the same one always the same, in any order of the rows.

    Returns
    -------
    GeoDataFrame
        The cells with ``zone_code``, text: the unit's code, Z, and a number from north to south
        in rows, each from west to east. New zones go on from the highest number of their unit.

    Raises
    ------
    SchemaError, CodeError, GeometryError, CRSError
        The cells cannot be used as they are, or lack a column.
    InputError
        Neither or both of ``n_zones`` and ``max_load``; fewer zones than units or more than
        cells; loads that are missing, negative or all 0; cells that alone exceed ``max_load``, or
        locked ones of a zone together; locked cells without a previous zone, or that no
        connected zones can keep.

    Examples
    --------
    >>> import geopandas, shapely
    >>> x, y = np.meshgrid(np.arange(0, 600, 100), np.arange(0, 400, 100))
    >>> cells = geopandas.GeoDataFrame(
    ...     {"cell_code": [f"A-{n:04d}" for n in range(24)], "lamps": [3] * 12 + [1] * 12},
    ...     geometry=shapely.box(x, y, x + 100, y + 100).ravel(),
    ...     crs="EPSG:4547",
    ... )
    >>> zoned = cells_to_zones(cells, n_zones=4, load="lamps")
    >>> zoned.groupby("zone_code")["lamps"].sum().to_dict()
    {'Z01': 12, 'Z02': 12, 'Z03': 12, 'Z04': 12}
    >>> fewer = cells_to_zones(zoned, n_zones=3, load="lamps", previous="zone_code")
    >>> sorted(fewer["zone_code"].unique())
    ['Z01', 'Z02', 'Z03']
    """
    request = _read(cells, load, within, previous, locked)
    _guard(request, n_zones, max_load, tolerance, seed)
    limit = np.inf if max_load is None else float(max_load)
    of_unit = share_out(request.task, n_zones, limit)
    rules = Rules(tolerance, float(request.task.load.sum() / of_unit.sum()), limit)
    turn = float(np.random.default_rng(seed).uniform(-TURN, TURN))
    try:
        made = draft(request.task, of_unit, rules, turn)
    except HeldApartError as error:
        rows = request.rows[error.cells]
        raise InputError(
            f"locked cells {error} {name_rows(rows)}; unlock some.", rows=rows
        ) from error
    codes = _codes(made, request)
    order = np.argsort(codes, kind="stable")
    order = order[made.unit[order] >= 0]
    zone = made.finish(rules, order)
    zone_code = np.empty(len(cells), dtype=object)
    zone_code[request.order] = codes[order][zone]
    return cells.assign(**{ZONE_CODE: pd.array(zone_code, dtype="str")})


@dataclass(frozen=True, slots=True)
class _Request:
    """What was asked for, in the order of the codes of the cells; ``order`` leads there."""

    task: Task
    order: Ints
    rows: pd.Index
    units: pd.Index
    zones: pd.Index


def _read(
    cells: GeoDataFrame,
    load: Load,
    within: str | None,
    previous: str | pd.Series | None,
    locked: str | pd.Series | None,
) -> _Request:
    code = require_cells(cells)
    if locked is not None and previous is None:
        raise InputError("`locked` cells stay in their previous zone; say which: `previous=`.")
    moved = to_crs(cells, metric_crs(cells))
    polygons = force_plane(moved.geometry.to_numpy())
    order = np.argsort(cells[code].to_numpy(object), kind="stable")
    carried = read_load(cells, load, shapely.area(polygons))[order]
    unit, units = pd.factorize(read_unit(cells, within).array[order], sort=True)
    before, zones = pd.factorize(
        read_zones(cells, previous, "previous").replace("", None).iloc[order], sort=True
    )
    held = read_locked(cells, locked)[order]
    polygons = polygons[order]
    left, right, border = shared_borders(polygons)
    same = unit[left] == unit[right]
    graph = both_ways(left[same], right[same], border[same], len(cells))
    task = Task(graph, polygons, carried, unit, Before(before, held, len(zones)))
    return _Request(task, order, cells.index[order], pd.Index(units), pd.Index(zones, dtype="str"))


def _guard(
    request: _Request, n_zones: int | None, max_load: float | None, tolerance: float, seed: int
) -> None:
    task = request.task
    require_number(tolerance, "tolerance", at_least=0, at_most=1)
    if not isinstance(seed, (int, np.integer)) or isinstance(seed, bool) or seed < 0:
        raise InputError(f"`seed` must be a whole number from 0 on, not {seed!r}.")
    if task.load.sum() == 0:
        raise InputError("`load` is 0 in every cell; choose a column that says what is carried.")
    if n_zones is not None and max_load is not None:
        raise InputError("give `n_zones` or `max_load`, not both.")
    if n_zones is None and max_load is None and not task.before.known.any():
        raise InputError("say how many zones: `n_zones=`, or what one may carry: `max_load=`.")
    if n_zones is not None:
        _guard_number(n_zones, len(request.units), len(task.load))
    if max_load is not None:
        require_number(max_load, "max_load", at_least=0)
        _refuse_rows(
            request, task.load > max_load, "cells alone carry more than `max_load`; raise it"
        )
    held, known, zone = task.before.held, task.before.known, task.before.zone
    _refuse_rows(request, held & ~known, "locked cells have no previous zone; unlock them")
    if max_load is not None and held.any():
        carried = np.bincount(zone[held], task.load[held], minlength=task.before.n_zones)
        over = held & (carried[zone] > max_load)
        message = "locked cells of one zone together carry more than `max_load`; unlock some"
        _refuse_rows(request, over, message)


def _guard_number(n_zones: int, n_units: int, n_cells: int) -> None:
    if not isinstance(n_zones, (int, np.integer)) or isinstance(n_zones, bool):
        raise InputError(f"`n_zones` must be a whole number, not {n_zones!r}.")
    if not n_units <= n_zones <= n_cells:
        raise InputError(
            f"`n_zones` must be from {n_units:,}, the number of units, to {n_cells:,}, the number "
            f"of cells, not {n_zones:,}: every unit has a zone and every zone a cell."
        )


def _refuse_rows(request: _Request, at_fault: Bools, message: str) -> None:
    if at_fault.any():
        rows = request.rows[at_fault]
        raise InputError(f"{message} {name_rows(rows)}.", rows=rows)


def _codes(made: Draft, request: _Request) -> Geometries:
    """Give the code of each zone: its own of before, or the next one of its unit."""
    now, unit = made.now, made.unit
    cells = made.lands.mainland
    polygons = request.task.polygons[cells]
    m2 = shapely.area(polygons)
    total = np.maximum(np.bincount(now.zone, m2, minlength=len(unit)), np.finfo(float).tiny)
    xy = shapely.get_coordinates(shapely.centroid(polygons))
    centers = np.column_stack(
        [np.bincount(now.zone, m2 * axis, minlength=len(unit)) / total for axis in xy.T]
    )
    codes = np.full(len(unit), "", dtype=object)
    codes[: len(request.zones)] = request.zones
    new = np.flatnonzero((np.arange(len(unit)) >= len(request.zones)) & (unit >= 0))
    after = highest_numbers(request.zones, request.units)
    order = order_zones(centers[new], total[new], unit[new])
    numbers = number_zones(order, unit[new], after)
    scheme = like(request.zones) if len(request.zones) else None
    codes[new] = write_codes(request.units, unit[new], numbers, scheme).to_numpy(object)
    return codes
