"""cells -> report: prove that every area is covered once, or show where it is not.

A check looks and never repairs. It shares no code with what it checks but the reading of edges, so
that one mistake cannot hide the other.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gridgeo import _findings
from gridgeo._collector import collector_held
from gridgeo._findings import NOWHERE
from gridgeo._layers import invalid_reasons, text
from gridgeo._locate import is_finite
from gridgeo._polygons import are_valid
from gridgeo._proof import lay_together, prove
from gridgeo._report import FAULTS, CoverageReport
from gridgeo._stretches import find_unmatched
from gridgeo.crs import metric_crs, require_crs, to_crs
from gridgeo.errors import InputError
from gridgeo.schema import AREA_CODE, AREA_M2, CELL_CODE
from gridgeo.validate import (
    are_repeated,
    check_areas,
    require_columns,
    require_geoframe,
    require_rows,
)

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from pyproj import CRS

    from gridgeo.schema import Bools, Geometries, Ints

__all__ = ["TOLERANCE_M2", "CoverageReport", "check_coverage"]

TOLERANCE_M2: Final = 1e-3
"""Ten thousand times what rounding leaves along a border, a tenth of a sliver that counts."""

TOLERANCE_M: Final = 1e-6
"""A thousand times what rounding leaves of a coordinate."""

_AREA_COLUMNS: Final = (AREA_CODE, "area_code_1", "area_code_2", "reaches_into", "lies_in")
_OF_CELLS: Final = ("outside", "crossings", "wrong_area_codes", "invalid", "duplicate_codes")


@dataclass(frozen=True, slots=True)
class Tolerance:
    """Up to which a polygon, in m2, and a distance, in metres, are taken for rounding."""

    m2: float
    m: float

    @property
    def strict_m2(self) -> float:
        """What is looked for, whatever is told: it explains why borders do not match."""
        return min(self.m2, TOLERANCE_M2)


@dataclass(frozen=True, slots=True)
class _Subject:
    """The cells as they are checked: ``rows`` by position, and of these the ``sound`` ones."""

    rows: GeoDataFrame
    sound: GeoDataFrame
    names_areas: bool
    tolerance: Tolerance

    @property
    def polygons(self) -> Geometries:
        polygons: Geometries = self.sound.geometry.to_numpy()
        return polygons


@collector_held()
def check_coverage(
    cells: GeoDataFrame,
    areas: GeoDataFrame | None = None,
    *,
    tolerance_m2: float = TOLERANCE_M2,
    tolerance_m: float = TOLERANCE_M,
    size_range: tuple[float, float] | None = None,
) -> CoverageReport:
    """Check that cells cover their areas with no gap and no overlap.

    Everything is measured in one projected CRS: the cells' own where that is in metres, else the
    working CRS. Bring cells in the CRS in which they were cut: a straight border of one CRS is a
    curve in another, and its bulge would show as a gap on one side and an overlap on the other.

    Parameters
    ----------
    cells
        ``cell_code`` and polygons; ``area_code`` where they have it. A frame of areas is taken
        too: without ``cell_code`` its ``area_code`` is the code, and no area is claimed by it.
        Invalid polygons and repeated codes are findings, not errors.
    areas
        What the cells must cover: ``area_code`` (unique text) and valid polygons, in any CRS.
        Without it the gaps are the holes between cells; one that a single cell surrounds, such
        as a lake cut out of it, is none.
    tolerance_m2
        Single polygons up to this size, in m2, are taken for rounding: a border that is cut in
        double precision leaves slivers of about 1e-7 m2. The sum over an area may differ by as
        much, and by one unit in the last place of its coordinates along all borders of its cells.
    tolerance_m
        Metres: vertices nearer to each other are taken for the same, and one nearer to an outline
        to lie on it.
    size_range
        Smallest and largest size of a cell, in m2; others are listed in ``odd_sizes``, which
        is a warning and no fault.

    Returns
    -------
    CoverageReport
        All that was found, each with its codes, m2 and place. A cell whose part lies in its own
        area and also in another is not to blame: those areas overlap.

    Raises
    ------
    SchemaError
        A frame has no rows or lacks its code.
    CRSError
        A frame has no CRS.
    CodeError, GeometryError
        The areas repeat a code or have an invalid polygon, so nothing can be held against them.
    InputError
        A tolerance is negative or no number, or a size range is not from small to large.

    Examples
    --------
    >>> import geopandas, shapely
    >>> areas = geopandas.GeoDataFrame(
    ...     {"area_code": ["A"]}, geometry=[shapely.box(0, 0, 300, 100)], crs="EPSG:4547"
    ... )
    >>> cells = geopandas.GeoDataFrame(
    ...     {"cell_code": ["A1", "A2"], "area_code": "A"},
    ...     geometry=[shapely.box(0, 0, 100, 100), shapely.box(90, 0, 200, 100)],
    ...     crs="EPSG:4547",
    ... )
    >>> report = check_coverage(cells, areas)
    >>> report.ok
    False
    >>> report.gaps[["area_code", "m2"]].to_dict("records")
    [{'area_code': 'A', 'm2': 10000.0}]
    >>> report.overlaps[["cell_code_1", "cell_code_2", "m2"]].to_dict("records")
    [{'cell_code_1': 'A1', 'cell_code_2': 'A2', 'm2': 1000.0}]
    """
    _guard(cells, areas, tolerance_m2, tolerance_m, size_range)
    subject = _read_cells(cells, Tolerance(tolerance_m2, tolerance_m))
    with ThreadPoolExecutor() as pool:
        duplicates = pool.submit(_duplicates, subject)
        found, at = _check_alone(subject) if areas is None else _check_against(subject, areas)
    found["invalid"] = subject.rows[subject.rows["reason"] != ""].assign(m2=np.nan)
    found["duplicate_codes"] = duplicates.result()
    found["odd_sizes"] = _odd_sizes(subject, size_range)
    at_fault = [subject.sound.index[at], *(found[kind].index for kind in _OF_CELLS)]
    for kind in (*_OF_CELLS, "odd_sizes"):
        found[kind].index = cells.index[found[kind].index]
    found["unbalanced"] = _unexplained(found)
    return CoverageReport(
        **found,
        rows=tuple(cells.index[np.unique(np.concatenate(at_fault))]),
        n_cells=len(cells),
        n_areas=0 if areas is None else len(areas),
        area_m2=None if areas is None else float(found["balance"][AREA_M2].sum()),
        cells_m2=float(shapely.area(subject.polygons).sum()),
        tolerance_m2=tolerance_m2,
        tolerance_m=tolerance_m,
    )


def _guard(
    cells: GeoDataFrame,
    areas: GeoDataFrame | None,
    tolerance_m2: float,
    tolerance_m: float,
    size_range: tuple[float, float] | None,
) -> None:
    require_geoframe(cells, "cells")
    require_rows(cells, "cells")
    require_columns(cells, [AREA_CODE if AREA_CODE in cells else CELL_CODE], "cells")
    require_crs(cells, "cells")
    if areas is not None:
        check_areas(areas)
    for name, value in (("tolerance_m2", tolerance_m2), ("tolerance_m", tolerance_m)):
        if not (math.isfinite(value) and value >= 0):
            unit = name.removeprefix("tolerance_")
            raise InputError(f"`{name}` must be 0 or more {unit}, not {value!r}.")
    if size_range is not None and not 0 <= size_range[0] <= size_range[1]:
        raise InputError(f"`size_range` must be the least and the most m2, not {size_range!r}.")


def _read_cells(cells: GeoDataFrame, tolerance: Tolerance) -> _Subject:
    own = cells.geometry.to_numpy()
    valid = are_valid(own)
    finite = valid.copy()
    finite[~valid] = ~shapely.is_missing(own[~valid]) & is_finite(own[~valid])
    looked_at = cells if finite.all() else cells[finite]
    crs = metric_crs(looked_at) if finite.any() else require_crs(cells)
    polygons = np.full(len(cells), None, dtype=object)
    polygons[finite] = to_crs(looked_at, crs).geometry.array
    high = shapely.has_z(polygons)
    polygons[high] = shapely.force_2d(polygons[high])
    reason = invalid_reasons(own, valid)
    if crs != cells.crs:
        moved = np.flatnonzero(reason == "")
        reason[moved] = invalid_reasons(polygons[moved], are_valid(polygons[moved]))
    names_areas = CELL_CODE in cells and AREA_CODE in cells
    rows = gpd.GeoDataFrame(
        {
            CELL_CODE: text(cells[CELL_CODE if CELL_CODE in cells else AREA_CODE]).array,
            AREA_CODE: text(cells[AREA_CODE]).array if names_areas else "",
            "reason": reason,
        },
        geometry=polygons,
        crs=crs,
    )
    sound = rows if (reason == "").all() else rows[reason == ""]
    return _Subject(rows, sound, names_areas, tolerance)


def _duplicates(subject: _Subject) -> GeoDataFrame:
    codes = subject.rows[CELL_CODE]
    repeated = subject.rows[are_repeated(codes) | (codes.str.strip() == "")]
    repeated = repeated.drop(columns="reason")
    return repeated.assign(m2=repeated.area)


def _odd_sizes(subject: _Subject, size_range: tuple[float, float] | None) -> GeoDataFrame:
    odd = np.empty(0, dtype=np.int64)
    if size_range is not None:
        m2 = shapely.area(subject.polygons)
        odd = np.flatnonzero((m2 < size_range[0]) | (m2 > size_range[1]))
    return _cells_at(subject.sound, odd, subject.polygons[odd])


def _overlaps(sound: GeoDataFrame, pairs: _findings.Shared) -> GeoDataFrame:
    first, second = sound.iloc[pairs.first], sound.iloc[pairs.second]
    codes = {
        "cell_code_1": first[CELL_CODE].to_numpy(),
        "cell_code_2": second[CELL_CODE].to_numpy(),
        "area_code_1": first[AREA_CODE].to_numpy(),
        "area_code_2": second[AREA_CODE].to_numpy(),
    }
    return _faults(codes, pairs.ground, sound.crs)


def _check_alone(subject: _Subject) -> tuple[dict[str, Any], Ints]:
    """Find the holes of a coverage without areas; also the cells that faults of several name."""
    polygons, sound = subject.polygons, subject.sound
    laid = lay_together(polygons)
    mismatched = _findings.find_mismatched(polygons, laid)
    tolerance = subject.tolerance
    pairs = _findings.find_overlaps(polygons, mismatched, tolerance.strict_m2)
    holes = _findings.find_holes(polygons, laid, tolerance.strict_m2)
    none, nothing = np.empty(0, dtype=np.int64), np.empty(0, dtype=object)
    at_fault = np.concatenate([holes, pairs.ground])
    unmatched, owners = _unmatched(sound, mismatched, nothing, at_fault, tolerance.m)
    pairs, holes = pairs.above(tolerance.m2), holes[shapely.area(holes) > tolerance.m2]
    return {
        "gaps": _faults({AREA_CODE: [""] * len(holes)}, holes, sound.crs),
        "overlaps": _overlaps(sound, pairs),
        "outside": _cells_at(sound, none, nothing),
        "crossings": _cells_at(sound, none, nothing, reaches_into=nothing),
        "wrong_area_codes": _cells_at(sound, none, nothing, lies_in=nothing),
        "unmatched_edges": unmatched,
        "balance": _balance(sound.iloc[:0], nothing, none, tolerance.m2),
    }, np.concatenate([pairs.first, pairs.second, owners])


def _check_against(subject: _Subject, areas: GeoDataFrame) -> tuple[dict[str, Any], Ints]:
    """Hold the cells against their areas; also find the cells that faults of several name."""
    reference = to_crs(areas[[AREA_CODE, areas.geometry.name]], subject.rows.crs)
    if reference.crs != areas.crs:
        check_areas(reference)
    outlines = shapely.force_2d(reference.geometry.to_numpy())
    codes = np.append(text(reference[AREA_CODE]).to_numpy(dtype=object), "")
    sound, tolerance = subject.sound, subject.tolerance
    own = pd.Index(codes[:-1]).get_indexer(sound[AREA_CODE])
    if not subject.names_areas:
        own = _findings.find_homes(subject.polygons, outlines)
    looked, mismatched, pairs, held = _look(subject, own, outlines)
    seen, polygons, own_seen = sound.iloc[looked], subject.polygons[looked], own[looked]
    wrong = np.flatnonzero((own_seen == NOWHERE) | (own_seen != held.homes))
    if not subject.names_areas:
        own[looked], wrong = held.homes, wrong[:0]
        seen = seen.assign(**{AREA_CODE: codes[held.homes]})
    grounds = [held.gaps, held.beyond, held.crossings.ground, pairs.ground]
    unmatched, owners = _unmatched(seen, mismatched, outlines, np.concatenate(grounds), tolerance.m)
    held, pairs = held.above(tolerance.m2), pairs.above(tolerance.m2)
    crossings = held.crossings
    return {
        "gaps": _faults({AREA_CODE: codes[held.bare]}, held.gaps, reference.crs),
        "overlaps": _overlaps(seen, pairs),
        "outside": _cells_at(seen, held.outside, held.beyond),
        "crossings": _cells_at(
            seen, crossings.first, crossings.ground, reaches_into=codes[crossings.second]
        ),
        "wrong_area_codes": _cells_at(
            seen, wrong, polygons[wrong], lies_in=codes[held.homes[wrong]]
        ),
        "unmatched_edges": unmatched,
        "balance": _balance(reference, subject.polygons, own, tolerance.m2),
    }, looked[np.concatenate([pairs.first, pairs.second, owners])]


def _look(
    subject: _Subject, own: Ints, outlines: Geometries
) -> tuple[Ints, Bools, _findings.Shared, _findings.Held]:
    """Look at the cells that edges do not prove: positions, bad edges, overlaps, and the rest."""
    strict_m2 = subject.tolerance.strict_m2
    proof = prove(subject.polygons, own, outlines, subject.tolerance.m)
    looked = _findings.find_suspects(subject.polygons, own, outlines, proof, strict_m2)
    polygons = subject.polygons[looked]
    mismatched = _findings.find_mismatched(polygons)
    pairs = _findings.find_overlaps(polygons, mismatched, strict_m2)
    held = _findings.hold_against(
        outlines, polygons, own[looked], proof.take(looked), mismatched, tolerance=strict_m2
    )
    return looked, mismatched, pairs, held


def _unmatched(
    seen: GeoDataFrame,
    mismatched: Bools,
    outlines: Geometries,
    at_fault: Geometries,
    tolerance_m: float,
) -> tuple[GeoDataFrame, Ints]:
    polygons = seen.geometry.to_numpy()
    suspects = np.flatnonzero(mismatched)
    found = find_unmatched(polygons, suspects, outlines, at_fault, tolerance_m)
    codes = pd.Series(seen[CELL_CODE].to_numpy()[found.polygon]).groupby(found.stretch)
    frame = _faults({"cell_codes": codes.agg(", ".join).to_numpy(object)}, found.lines, seen.crs)
    return frame.assign(length_m=shapely.length(found.lines)), np.unique(found.polygon)


def _balance(
    areas: GeoDataFrame, polygons: Geometries, own: Ints, tolerance: float
) -> GeoDataFrame:
    area_m2, m2, border = areas.area.to_numpy(), shapely.area(polygons), shapely.length(polygons)
    member = own != NOWHERE
    sums, borders, numbers = (
        np.bincount(own[member], weights=weights[member], minlength=len(areas))
        for weights in (m2, border, np.ones(len(own)))
    )
    last_place = np.spacing(np.abs(areas.total_bounds).max())
    return gpd.GeoDataFrame(
        {
            AREA_CODE: text(areas[AREA_CODE]).array,
            AREA_M2: area_m2,
            "cells_m2": sums,
            "difference_m2": sums - area_m2,
            "relative": (sums - area_m2) / area_m2,
            "allowed_m2": tolerance + last_place * borders,
            "n_cells": numbers.astype(np.int64),
        },
        geometry=areas.geometry.to_numpy(),
        crs=areas.crs,
    )


def _unexplained(found: dict[str, Any]) -> GeoDataFrame:
    """Keep the areas out of balance that no other fault names."""
    balance = found["balance"]
    named = [
        frame[column].to_numpy()
        for frame in (found[kind] for kind in FAULTS if kind in found)
        for column in _AREA_COLUMNS
        if column in frame
    ]
    off = balance["difference_m2"].abs() > balance["allowed_m2"]
    left = balance[off & ~balance[AREA_CODE].isin(np.concatenate(named))]
    faults = _faults({AREA_CODE: left[AREA_CODE].to_numpy()}, left.geometry.to_numpy(), left.crs)
    return faults.assign(m2=left["difference_m2"].abs().to_numpy())


def _cells_at(
    sound: GeoDataFrame, at: Ints, ground: Geometries, **columns: Geometries
) -> GeoDataFrame:
    codes = {name: sound[name].iloc[at].to_numpy() for name in (CELL_CODE, AREA_CODE)}
    return _faults(codes | columns, ground, sound.crs).set_index(sound.index[at])


def _faults(codes: dict[str, Any], ground: Geometries, crs: CRS) -> GeoDataFrame:
    return gpd.GeoDataFrame({**codes, "m2": shapely.area(ground)}, geometry=ground, crs=crs)
