"""Two versions of a partition -> comparison: which cells stayed, and where others went."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo._changes import CoverageComparison
from gridgeo._collector import collector_held
from gridgeo._families import NOBODY, line_up, sort_families
from gridgeo._matching import find_pairs
from gridgeo._polygons import finest_grid
from gridgeo._report_words import CHANGES
from gridgeo.crs import metric_crs, require_crs, to_crs
from gridgeo.errors import InputError, SchemaError
from gridgeo.schema import AREA_CODE, CELL_CODE, KIND
from gridgeo.validate import (
    Faults,
    add_code_faults,
    add_polygon_faults,
    require_columns,
    require_geoframe,
    require_number,
    require_rows,
)

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pyproj import CRS

    from gridgeo._matching import Pairs
    from gridgeo.schema import Bools, Floats, Geometries, Ints

__all__ = ["MOST", "CoverageComparison", "compare_coverages"]

MOST: Final = 0.5 + 1e-6
"""The share that is most of a cell: more than a half, by more than rounding can be."""

_ZONE_CODE: Final = "zone_code"
_CODES: Final = (CELL_CODE, _ZONE_CODE, AREA_CODE)


@dataclass(frozen=True, slots=True)
class _Version:
    """One version as it is compared; one value a cell."""

    codes: Geometries
    names: Ints
    """Numbers for the codes, equal in both versions where the codes are."""
    polygons: Geometries
    m2: Floats
    border: Floats
    """Length of the outline, in metres."""


@dataclass(frozen=True, slots=True)
class _Overlay:
    """Two versions laid over one another."""

    before: _Version
    after: _Version
    crs: CRS
    pairs: Pairs
    bound: Bools
    """For each pair, whether it holds a family together."""
    equal: Bools
    """For each pair, whether neither has ground that the other lacks."""
    gone: Floats
    """m2 of each cell before that no cell has after."""
    came: Floats


@collector_held()
def compare_coverages(
    before: GeoDataFrame, after: GeoDataFrame, *, tolerance_m2: float = 1e-3
) -> CoverageComparison:
    """Tell what changed between two versions of a partition.

    Ground is compared, not vertices, and codes only name it. The rule is our own. A cell before
    and a cell after are *bound* where they have more than half of the smaller one in common.
    Cells that are bound, over any steps, are a family, and the family says what happened:

    - one before, one after: ``same`` where neither has ground that the other lacks, else ``moved``;
    - one before, several after: ``split``; several before, one after: ``merged``;
    - several before, several after: ``redrawn``;
    - a cell that is bound to none: ``new`` or ``gone`` where most of it had no cell before, or has
      none after; else ``redrawn``: its ground went to several, or came from several, and none
      has most of it.

    A cell that a neighbour takes a strip from is ``moved``, and so is the neighbour. Told the other
    way round, from after to before, split is merged, new is gone, and all else is the same.

    Everything is measured in one projected CRS: that of ``before`` where it is in metres, else its
    working CRS. Bring both in the CRS in which they were cut: a straight border of one CRS is
    a curve in another, and its bulge would be told as ground that moved.

    Parameters
    ----------
    before, after
        Cells (``cell_code``), zones (``zone_code``) or areas (``area_code``): the first of these
        columns that there is, the same in both, holds unique text; and valid polygons, in any CRS.
        Where cells of one version overlap, the ground counts for each of them, so that the shares
        of a cell of the other version may sum up to more than 1. A polygon that is in both
        versions is the same, whatever overlaps it in both.
    tolerance_m2
        Ground up to this size, in m2, is taken for rounding, and so is what the last digit of the
        coordinates makes along the border of a cell (1e-7 m in China): no pair has less in
        common, unless it is most of one of them, and a cell is the same that lacks no more.

    Returns
    -------
    CoverageComparison
        ``.cells``, ``.shared`` and ``.summary``; ``.changed`` and ``.reused`` for those at work.

    Raises
    ------
    SchemaError
        A frame has no rows or no code, or their codes are of different columns.
    CRSError
        A frame has no CRS, or one in which the other has no place.
    CodeError, GeometryError
        Codes are missing or repeat; geometries are null, empty, invalid or no polygons.
    InputError
        The tolerance is negative or no number.

    Examples
    --------
    >>> import geopandas, shapely
    >>> def version(**cells):
    ...     frame = {"cell_code": list(cells), "geometry": list(cells.values())}
    ...     return geopandas.GeoDataFrame(frame, crs="EPSG:4547")
    >>> before = version(A=shapely.box(0, 0, 100, 100), B=shapely.box(100, 0, 200, 100))
    >>> after = version(
    ...     A1=shapely.box(0, 0, 60, 100), A2=shapely.box(60, 0, 100, 100), B=before.geometry[1]
    ... )
    >>> comparison = compare_coverages(before, after)
    >>> comparison.cells[["code_before", "code_after", "kind"]].to_numpy().tolist()
    [['A', '', 'split'], ['', 'A1', 'split'], ['', 'A2', 'split'], ['B', 'B', 'same']]
    >>> comparison.shared[["code_before", "code_after", "share_before"]].to_numpy().tolist()
    [['A', 'A1', 0.6], ['A', 'A2', 0.4], ['B', 'B', 1.0]]
    """
    code = _guard(before, after, tolerance_m2)
    crs = metric_crs(before, "before")
    names = pd.factorize(pd.concat([before[code], after[code]]))[0]
    old = _read(before, "before", names[: len(before)], code, crs)
    new = _read(after, "after", names[len(before) :], code, crs)
    overlay = _lay_over(old, new, crs, tolerance_m2)
    cells = _cells(overlay)
    return CoverageComparison(
        cells=cells,
        shared=_shared(overlay),
        summary=_summary(cells),
        code=code,
        tolerance_m2=tolerance_m2,
    )


def _guard(before: GeoDataFrame, after: GeoDataFrame, tolerance_m2: float) -> str:
    """Refuse what cannot be compared; give the column of the codes."""
    require_number(tolerance_m2, "tolerance_m2", at_least=0)
    if math.isinf(tolerance_m2):
        raise InputError("`tolerance_m2` must be m2, not infinite.")
    columns = []
    for frame, name in ((before, "before"), (after, "after")):
        require_geoframe(frame, name)
        require_rows(frame, name)
        columns.append(next((column for column in _CODES if column in frame), CELL_CODE))
        require_columns(frame, columns[-1:], name)
        require_crs(frame, name)
    if columns[0] != columns[1]:
        raise SchemaError(
            f"`before` has codes in {columns[0]!r} and `after` in {columns[1]!r}; compare cells "
            "with cells, zones with zones or areas with areas, or drop a column."
        )
    for frame, name in ((before, "before"), (after, "after")):
        faults = Faults(name, frame.index)
        add_code_faults(faults, frame[columns[0]], columns[0])
        add_polygon_faults(faults, frame)
        faults.raise_if_any()
    return columns[0]


def _read(frame: GeoDataFrame, name: str, names: Ints, code: str, crs: CRS) -> _Version:
    moved = to_crs(frame, crs)
    if moved is not frame:
        faults = Faults(name, frame.index)
        add_polygon_faults(faults, moved)
        faults.raise_if_any()
    polygons = moved.geometry.to_numpy()
    if shapely.has_z(polygons).any():
        polygons = shapely.force_2d(polygons)
    return _Version(
        codes=frame[code].to_numpy(object),
        names=names,
        polygons=polygons,
        m2=shapely.area(polygons),
        border=shapely.length(polygons),
    )


def _lay_over(before: _Version, after: _Version, crs: CRS, tolerance: float) -> _Overlay:
    versions = before.polygons, after.polygons
    grid = max(finest_grid(polygons) for polygons in versions)
    pairs = find_pairs(versions, (before.names, after.names), grid)
    one, other, m2 = pairs.first, pairs.second, pairs.m2
    allowed = [tolerance + grid * version.border for version in (before, after)]
    bound = m2 > MOST * np.minimum(before.m2[one], after.m2[other])
    lacks = before.m2[one] - m2, after.m2[other] - m2
    equal = (lacks[0] <= allowed[0][one]) & (lacks[1] <= allowed[1][other])
    counts = bound | (m2 > np.minimum(allowed[0][one], allowed[1][other]))
    had = np.bincount(one, m2, minlength=len(before.m2))
    has = np.bincount(other, m2, minlength=len(after.m2))
    return _Overlay(
        before,
        after,
        crs,
        pairs.take(counts),
        bound[counts],
        equal[counts],
        gone=np.maximum(before.m2 - had, 0.0),
        came=np.maximum(after.m2 - has, 0.0),
    )


def _cells(overlay: _Overlay) -> GeoDataFrame:
    """Sort all cells into families; two that are one to one are a row, all others a row each."""
    old, new, pairs = overlay.before, overlay.after, overlay.pairs
    n_before = len(old.m2)
    first, second = pairs.first, pairs.second + n_before
    m2, bare = np.append(old.m2, new.m2), np.append(overlay.gone, overlay.came)
    links = first[overlay.bound], second[overlay.bound]
    families = sort_families(links, overlay.equal[overlay.bound], bare > MOST * m2, n_before)
    before, after = line_up(families, links, n_before)
    within = families.number[first] == families.number[second]
    ends = np.append(first[within], second[within])
    shared = np.bincount(ends, np.tile(pairs.m2[within], 2), minlength=len(m2))
    member = np.where(before == NOBODY, after + n_before, before)
    both = (before != NOBODY) & (after != NOBODY)
    columns = {
        "code_before": _pick(old.codes, before, ""),
        "code_after": _pick(new.codes, after, ""),
        KIND: families.change[member],
        "recoded": both & (old.names[before] != new.names[after]),
        "family": families.number[member],
        "m2_before": _pick(old.m2, before, 0.0),
        "m2_after": _pick(new.m2, after, 0.0),
        "m2_shared": shared[member],
        "m2_gone": _pick(overlay.gone, before, 0.0),
        "m2_new": _pick(overlay.came, after, 0.0),
    }
    polygons = np.where(after == NOBODY, old.polygons[before], new.polygons[after])
    return _frame(columns, polygons, overlay.crs)


def _shared(overlay: _Overlay) -> GeoDataFrame:
    old, new, pairs = overlay.before, overlay.after, overlay.pairs
    columns = {
        "code_before": old.codes[pairs.first],
        "code_after": new.codes[pairs.second],
        "m2": pairs.m2,
        "share_before": pairs.m2 / old.m2[pairs.first],
        "share_after": pairs.m2 / new.m2[pairs.second],
        "bound": overlay.bound,
    }
    return _frame(columns, pairs.ground, overlay.crs)


def _summary(cells: GeoDataFrame) -> pd.DataFrame:
    by_kind = pd.DataFrame(
        {
            KIND: cells[KIND],
            "cells_before": cells["code_before"] != "",
            "cells_after": cells["code_after"] != "",
            "recoded": cells["recoded"],
            "m2_before": cells["m2_before"],
            "m2_after": cells["m2_after"],
        }
    )
    sums = by_kind.groupby(KIND).sum().reindex(list(CHANGES), fill_value=0)
    return sums.rename_axis(KIND).reset_index()


def _pick(values: Geometries | Floats, at: Ints, nobody: str | float) -> Geometries | Floats:
    """Take values by position, and ``nobody`` where there is none."""
    return np.where(at == NOBODY, nobody, values[at])


def _frame(columns: dict[str, Any], polygons: Geometries, crs: CRS) -> GeoDataFrame:
    text = [name for name in columns if name in ("code_before", "code_after", KIND)]
    frame = pd.DataFrame(columns).astype(dict.fromkeys(text, "str"))
    return gpd.GeoDataFrame(frame, geometry=polygons, crs=crs)
