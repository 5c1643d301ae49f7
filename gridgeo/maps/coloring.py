"""Areas as a map shows them: their outlines, their colours, where their names go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoDataFrame

from gridgeo._polygons import join_coverage
from gridgeo.crs import to_crs
from gridgeo.maps.words import first_names
from gridgeo.schema import AREA_CODE, AREA_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridgeo.schema import Floats, Geometries, Ints

_TOUCH: Final = 1e-3
"""Share of an area's width within which a neighbour touches it: files round their vertices."""


@dataclass(frozen=True)
class LabelPlaces:
    """Where the names of areas go.

    Parameters
    ----------
    points
        One row an area: x, y.
    chords
        Width of the area there, along x; the point is the middle of it.
    heights
        Diameter of the largest circle in the area.
    """

    points: Floats
    chords: Floats
    heights: Floats


def shown_areas(
    cells: GeoDataFrame, areas: GeoDataFrame | None, *, names: Sequence[str] = (AREA_NAME,)
) -> GeoDataFrame:
    """List the areas of a map with outline and colour, in the CRS of the cells.

    ``names`` are the columns of ``areas`` that hold their names, the best first.

    Returns
    -------
    GeoDataFrame
        ``area_code``, ``area_name`` (the code where there is none), ``color`` (a number;
        no two neighbours have the same) and the outline: that of ``areas`` where they
        hold the code, else the cells of the area joined. Sorted by code.
    """
    given = _outlines(cells.iloc[:0], areas, names)
    rest = cells[~cells[AREA_CODE].isin(given[AREA_CODE])]
    shown = pd.concat([given, joined_cells(rest)], ignore_index=True) if len(rest) else given
    shown = shown.sort_values(AREA_CODE, ignore_index=True)
    return shown.assign(color=color_areas(shown.geometry.to_numpy()))


def joined_cells(cells: GeoDataFrame) -> GeoDataFrame:
    """Join the cells of each area into one outline; columns as of :func:`shown_areas`."""
    joined = join_by(cells, AREA_CODE)
    joined.insert(1, AREA_NAME, first_names(joined, [AREA_CODE]))
    return joined


def join_by(pieces: GeoDataFrame, code: str) -> GeoDataFrame:
    """Join pieces that have the same code into one outline; the code and it, sorted by code."""
    group, codes = pd.factorize(pieces[code], sort=True)
    named = group >= 0
    outlines = join_coverage(pieces.geometry.to_numpy()[named], group[named], len(codes))
    columns = pd.DataFrame({code: list(codes)}, dtype=str)
    return GeoDataFrame(columns, geometry=outlines, crs=pieces.crs)


def color_areas(geometry: Geometries) -> Ints:
    """Colour areas so that no two that touch, in a line or a point, share a colour.

    The area with the fewest uncoloured neighbours comes last, which keeps the number of
    colours near the least there can be; among the colours it may have, each takes the one
    used least, so that all appear about equally often.

    Parameters
    ----------
    geometry
        Polygons; slits between neighbours narrower than 1/1,000 of their width are none.

    Returns
    -------
    Ints
        One colour number per polygon, from 0.

    Examples
    --------
    >>> row = shapely.box([0, 1, 2], 0, [1, 2, 3], 1)
    >>> first, middle, last = color_areas(row)
    >>> bool(first != middle and middle != last)
    True
    """
    neighbours = neighbours_of(geometry)
    colors = np.full(len(geometry), -1, dtype=np.int64)
    used: list[int] = [0] * 6
    for area in reversed(_smallest_last(neighbours)):
        taken = {int(colors[other]) for other in neighbours[area]}
        free = [color for color in range(len(used)) if color not in taken]
        if not free:
            free = [len(used)]
            used.append(0)
        color = min(free, key=lambda color: (used[color], color))
        colors[area] = color
        used[color] += 1
    return colors


def label_places(geometry: Geometries) -> LabelPlaces:
    """Find where the name of each area fits best: level with the centre of its largest circle."""
    width = np.sqrt(np.maximum(shapely.area(geometry), np.finfo(float).tiny))
    radius = shapely.maximum_inscribed_circle(geometry, tolerance=width / 25)
    middle = shapely.get_point(radius, 0)
    points = shapely.get_coordinates(middle)
    west, _, east, _ = shapely.bounds(geometry).T
    ends = np.stack([np.stack([x, points[:, 1]], axis=1) for x in (west, east)], axis=1)
    chords = shapely.intersection(geometry, shapely.linestrings(ends))
    parts, owner = shapely.get_parts(chords, return_index=True)
    at_middle = shapely.distance(parts, middle[owner]) <= width[owner] * 1e-6
    lengths = np.zeros(len(geometry))
    lengths[owner[at_middle]] = shapely.length(parts[at_middle])
    west, _, east, _ = shapely.bounds(parts[at_middle]).T
    points[owner[at_middle], 0] = (west + east) / 2
    return LabelPlaces(points, lengths, 2 * shapely.length(radius))


def _outlines(none: GeoDataFrame, areas: GeoDataFrame | None, names: Sequence[str]) -> GeoDataFrame:
    if areas is None:
        columns = pd.DataFrame({AREA_CODE: [], AREA_NAME: []}, dtype=str)
        return GeoDataFrame(columns, geometry=[], crs=none.crs)
    moved = to_crs(areas, none.crs)
    named = first_names(moved, [*names, AREA_CODE])
    codes = moved[AREA_CODE].to_numpy()
    columns = pd.DataFrame({AREA_CODE: codes, AREA_NAME: named.to_numpy()})
    return GeoDataFrame(columns, geometry=moved.geometry.to_numpy(), crs=none.crs)


def neighbours_of(geometry: Geometries) -> list[set[int]]:
    """List for each polygon those that touch it, in a line or a point, slits between left aside."""
    tree = shapely.STRtree(geometry)
    reach = np.sqrt(shapely.area(geometry)) * _TOUCH
    left, right = tree.query(geometry, predicate="dwithin", distance=reach)
    neighbours: list[set[int]] = [set() for _ in geometry]
    for one, other in zip(left.tolist(), right.tolist(), strict=True):
        if one != other:
            neighbours[one].add(other)
            neighbours[other].add(one)
    return neighbours


def _smallest_last(neighbours: list[set[int]]) -> list[int]:
    """Order areas by taking, again and again, the one with the fewest neighbours left."""
    degree = [len(others) for others in neighbours]
    waiting: list[set[int]] = [set() for _ in range(max(degree, default=0) + 1)]
    for area, n in enumerate(degree):
        waiting[n].add(area)
    order: list[int] = []
    gone = [False] * len(neighbours)
    lowest = 0
    while len(order) < len(neighbours):
        lowest = max(lowest - 1, 0)
        while not waiting[lowest]:
            lowest += 1
        area = min(waiting[lowest])
        waiting[lowest].remove(area)
        gone[area] = True
        order.append(area)
        for other in neighbours[area]:
            if not gone[other]:
                waiting[degree[other]].remove(other)
                degree[other] -= 1
                waiting[degree[other]].add(other)
    return order
