"""What may be wrong with coordinates that miss the cells: other readings, tried on a sample.

Gross mistakes (axes exchanged, signs, degrees for metres) are looked for where most features
lie outside, and believed where another reading brings most of these into a cell. A shift of some
hundred metres leaves most features inside; it is believed where undoing it brings the strays back
and every other move of that size does clearly worse.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gridgeo._locate import OUTSIDE, locate, place_on
from gridgeo.crs import BD09, GCJ02, LONLAT, MAX_LONGITUDE, Projection, lies_in_china, parse_crs
from gridgeo.errors import CRSError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from pyproj import CRS

    from gridgeo._locate import Locator
    from gridgeo.schema import Bools, Floats, Geometries, Ints

SAMPLE: Final = 8_000
"""Features that are tried; a shift puts hundreds of them outside a district."""

FEWEST_ASTRAY: Final = 0.002
"""Share of the features outside from which on it is asked why."""

MOSTLY: Final = 0.5
"""Share of all that must lie outside for a gross mistake, and of these that must come in."""

STILL_INSIDE: Final = 0.05
"""Share of the places that must lie inside for a shift: what lies wholly beside an area comes onto
it by many moves."""

SIGMAS: Final = 5.0
"""Standard deviations by which undoing a shift must lower the number of places outside.

Places are not independent, they stand in rows and heaps. With this and the next two numbers none
of 16,000 made-up layers that reached over their border was taken for shifted.
"""

LIKE_SIGMAS: Final = 3.0
"""Standard deviations by which it must do better than any move of its size."""

PLACE_M: Final = 50.0
"""Metres; features that stand in one square of that size are one place."""

LEAST_TOLD: Final = 0.0005
"""A smaller share is 0.0 % when it is told."""

FAR_M: Final = 100_000.0
"""Metres from the cells at which features are not near them by any error of measurement."""

_TURN: Final = np.exp(0.25j * np.pi)
CONTROLS: Final = (0.5, 1.5, _TURN, 1 / _TURN, _TURN**2, 1 / _TURN**2)
"""Moves that a shift is held against: half and half as far again, turned by 45 and 90 degrees.

Features that merely reach over a border are brought back by some of these as well.
"""


@dataclass(frozen=True, slots=True)
class Layer:
    """Geometries and the CRS they are said to be in."""

    shapes: Geometries
    crs: CRS


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What may be wrong with the coordinates of features; ``certain`` where none can be right."""

    sentence: str
    certain: bool = False

    def tell(self, rows: Iterable[Hashable]) -> None:
        """Warn whoever called the caller; refuse the rows where none can be right."""
        if self.certain:
            raise CRSError(self.sentence, rows=rows)
        warnings.warn(self.sentence, UserWarning, stacklevel=3)


@dataclass(frozen=True, slots=True)
class _Reading:
    """Where features lie, in the cells' CRS, if they are read otherwise; and how to do that."""

    otherwise: str
    remedy: str
    xy: Floats


@dataclass(frozen=True, slots=True)
class _Cells:
    locator: Locator
    crs: CRS


def find_suspicion(
    features: Layer, locator: Locator, crs: CRS, inside: Bools, astray: Bools
) -> Suspicion | None:
    """Say what may be wrong where features lie outside the cells.

    Parameters
    ----------
    features
        Geometries of any kind, as they came.
    locator, crs
        The cells and their CRS, in metres.
    inside, astray
        Which features lie in a cell, and which in none; those without coordinates are neither.

    Returns
    -------
    Suspicion or None
        None where too few are astray, or no other reading is clearly better. The same input gives
        the same answer; where less than one feature in 500 is astray nothing is computed.
    """
    n_astray = int(np.count_nonzero(astray))
    n_all = n_astray + int(np.count_nonzero(inside))
    if n_astray == 0 or n_astray < FEWEST_ASTRAY * n_all:
        return None
    cells = _Cells(locator, crs)
    told = f"{n_astray:,} of {n_all:,} features lie in no cell"
    known = np.flatnonzero(inside | astray)
    at = known[np.linspace(0, n_all - 1, min(n_all, SAMPLE)).astype(np.int64)]
    places = place_on(features.shapes[at])
    sample = np.column_stack([shapely.get_x(places), shapely.get_y(places)])
    if n_astray > MOSTLY * n_all:
        found = _find_gross(sample[astray[at]], features.crs, cells)
        fact = None if inside.any() else _why_impossible(features, cells, astray)
        if fact:
            found = found or "Name their CRS where they are read (crs=)"
            return Suspicion(f"{told}: {fact}. {found}.", certain=True)
        if found:
            return Suspicion(f"{told}. {found}.")
    found = _find_shift(sample, astray[at], features.crs, cells)
    return Suspicion(f"{told}. {found}.") if found else None


def _find_gross(sample: Floats, crs: CRS, cells: _Cells) -> str | None:
    """Find the reading of features outside that brings most of them into a cell."""
    readings = _read_otherwise(sample, crs, cells.crs)
    share = 1 - _count_outside([reading.xy for reading in readings], cells.locator) / len(sample)
    best = int(share.argmax())
    if share[best] < MOSTLY:
        return None
    reading = readings[best]
    return f"{reading.otherwise} {share[best]:.0%} of these would lie in one: {reading.remedy}"


def _read_otherwise(sample: Floats, crs: CRS, cells_crs: CRS) -> list[_Reading]:
    """Read coordinates in the other order, with other signs, and in other systems."""
    exchanged = sample[:, ::-1]
    mercator = parse_crs("EPSG:3857")
    order = "exchange the columns where they are read (x=, y=)"
    signs = "mend the signs where they come from"
    ways = [
        (
            f"With {'longitude and latitude' if crs.is_geographic else 'x and y'} exchanged",
            order,
            crs,
            exchanged,
        ),
        ("As degrees of longitude and latitude", _say(LONLAT), LONLAT, sample),
        ("As degrees, latitude first,", f"{order} and {_say(LONLAT)}", LONLAT, exchanged),
        (f"As metres of {cells_crs.name!r}", _say(cells_crs), cells_crs, sample),
        (
            f"As metres of {cells_crs.name!r}, north first,",
            f"{order} and {_say(cells_crs)}",
            cells_crs,
            exchanged,
        ),
        ("As metres of web maps", _say(mercator), mercator, sample),
    ]
    if crs.is_geographic:
        ways += [
            ("With longitudes of the other sign", signs, crs, sample * (-1, 1)),
            ("With latitudes of the other sign", signs, crs, sample * (1, -1)),
            ("With all signs changed", signs, crs, -sample),
        ]
    plane = Projection(cells_crs)
    return [
        _Reading(otherwise, remedy, plane.to_plane(Projection(system).to_lonlat(xy)))
        for otherwise, remedy, system, xy in ways
    ]


def _say(crs: CRS) -> str:
    """Say how features get a CRS; one without a code is the cells' own."""
    code = crs.to_epsg()
    named = f"'EPSG:{code}'" if code else "cells.crs"
    return (
        f"say so with crs={named} where they are read, "
        f"or with features.set_crs({named}, allow_override=True)"
    )


def _why_impossible(features: Layer, cells: _Cells, astray: Bools) -> str | None:
    """Say why no feature can be where its CRS puts it; None where one can."""
    bounds = shapely.bounds(features.shapes[astray])
    if features.crs.is_geographic:
        if (np.abs(bounds).max(axis=1) > MAX_LONGITUDE).all():
            return f"all coordinates are too large for degrees, as {features.crs.name!r} has them"
        return None
    if not (bounds.any() and (np.abs(bounds) <= MAX_LONGITUDE).all()):
        return None
    corner = Projection(features.crs).to_lonlat(bounds[:1, :2])
    x, y = Projection(cells.crs).to_plane(corner)[0]
    west, south = cells.locator.bounds[:, :2].min(axis=0)
    east, north = cells.locator.bounds[:, 2:].max(axis=0)
    if max(west - x, x - east, south - y, y - north) < FAR_M:
        return None
    return (
        f"all coordinates are within {MAX_LONGITUDE:.0f} of zero, degrees by their size, while "
        f"{features.crs.name!r} has metres"
    )


def _find_shift(sample: Floats, outside: Bools, crs: CRS, cells: _Cells) -> str | None:
    """Find the shift of Chinese consumer maps that explains why features lie outside."""
    plane = Projection(cells.crs)
    lonlat = Projection(crs).to_lonlat(sample)
    own = plane.to_plane(lonlat)
    # A heap of features on one spot says no more than one of them.
    _, first = np.unique(np.round(own / PLACE_M), axis=0, return_index=True)
    first = np.sort(first[np.isfinite(own[first]).all(axis=1)])
    lonlat, own, outside = lonlat[first], own[first], outside[first]
    n_outside = int(np.count_nonzero(outside))
    if len(outside) - n_outside <= STILL_INSIDE * len(outside):
        return None
    if not lies_in_china(*np.median(lonlat, axis=0)):
        return None
    readings = _read_as_shifted(lonlat, plane)
    still = _count_outside([reading.xy[outside] for reading in readings], cells.locator)
    likely = [r for r, n in zip(readings, still, strict=True) if _clearly_fewer(n, n_outside)]
    if not likely:
        return None
    n_after = _count_outside([reading.xy for reading in likely], cells.locator)
    best, n_best = likely[int(n_after.argmin())], int(n_after.min())
    if not _clearly_fewer(n_best, n_outside):
        return None
    at, to = own @ (1, 1j), best.xy @ (1, 1j)
    moved = [at + (to - at) * control for control in CONTROLS]
    others = _count_outside([np.column_stack([z.real, z.imag]) for z in moved], cells.locator)
    if not _clearly_fewer(n_best, int(others.min()), LIKE_SIGMAS):
        return None
    would = n_best / len(own)
    few = "next to none" if would < LEAST_TOLD else f"only {would:.1%} of all"
    return f"{best.otherwise} {few} would: {best.remedy}"


def _read_as_shifted(lonlat: Floats, plane: Projection) -> list[_Reading]:
    """Read features, or the cells, as degrees of Chinese consumer maps."""
    readings = []
    maps = "the shifted degrees of Chinese consumer maps,"
    for system in (GCJ02, BD09):
        way = f"from_{system.name.lower().replace('-', '')}"
        readings += [
            _Reading(
                f"Read as {system.name}, {maps}",
                f"read them with crs={system.name!r}, or bring them with {way}(features)",
                plane.to_plane(np.column_stack(system.to_lonlat(*lonlat.T))),
            ),
            _Reading(
                f"If the cells were in {system.name}, {maps}",
                f"bring the areas with {way}(areas) before they are cut",
                plane.to_plane(np.column_stack(system.from_lonlat(*lonlat.T))),
            ),
        ]
    return readings


def _clearly_fewer(fewer: int, more: int, sigmas: float = SIGMAS) -> bool:
    """Tell whether one count is half of the other at most, and not by chance; 0 is not below 0."""
    return bool(2 * fewer <= more and more - fewer > sigmas * np.sqrt(more + fewer))


def _count_outside(ways: Sequence[Floats], locator: Locator) -> Ints:
    """Count the points that lie in no cell, for each of several ways to place them."""
    x, y = np.concatenate(ways).T.copy()
    finite = np.isfinite(x) & np.isfinite(y)
    owner = np.full(len(x), OUTSIDE, dtype=np.int64)
    owner[finite] = locate(x[finite], y[finite], locator, np.arange(len(locator.polygons)))
    n_outside: Ints = (owner == OUTSIDE).reshape(len(ways), -1).sum(axis=1)
    return n_outside
