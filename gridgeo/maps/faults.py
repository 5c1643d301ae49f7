"""report -> map and picture: every fault of a coverage where it lies, however small."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import folium
import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries

from gridgeo._fault_words import (
    FAULTS,
    ODD_SIZES,
    fault_meanings,
    fault_names,
    fault_words,
    verdict_in_words,
)
from gridgeo._words import m2_in_words
from gridgeo.maps import style
from gridgeo.maps.basemaps import MAX_ZOOM, basemap_of
from gridgeo.maps.coloring import label_places
from gridgeo.maps.degrees import degrees_for
from gridgeo.maps.element import GridElement
from gridgeo.maps.offline import OfflinePage
from gridgeo.maps.packing import STEPS_PER_DEGREE, pack_lonlat, pack_polygons
from gridgeo.maps.payload import FONT
from gridgeo.maps.words import one_line
from gridgeo.schema import AREA_CODE, CELL_CODE
from gridgeo.validate import POLYGONS, require_geoframe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geopandas import GeoDataFrame

    from gridgeo._report import CoverageReport
    from gridgeo.maps.degrees import Degrees
    from gridgeo.schema import Bools, Floats, Geometries, Ints, Language

_CODES: Final = (
    CELL_CODE,
    "cell_code_1",
    "cell_code_2",
    "cell_codes",
    AREA_CODE,
    "area_code_1",
    "area_code_2",
    "reaches_into",
    "lies_in",
)
_DIGITS: Final = 9
"""Of a degree: a tenth of a millimetre, so that a sliver keeps its outline."""

_SAME_PLACE: Final = 1e-5
"""Degrees, about a metre: marks so near hide each other."""

_NEAREST: Final = 24
"""Without map tiles one may come so near that a pixel is a centimetre."""


class FaultsElement(GridElement):
    """The packed faults on a folium map, with the scripts that draw them."""

    scripts = (
        "decode.js",
        "canvas_layer.js",
        "areas_layer.js",
        "panels.js",
        "popups.js",
        "faults_map.js",
    )


def explore_faults(
    report: CoverageReport,
    *,
    cells: GeoDataFrame | None = None,
    language: Language = "en",
    title: str | None = None,
    basemap: str | None = None,
    token: str | None = None,
) -> folium.Map:
    """Show the faults of a coverage on a map, each with its outline and a mark of fixed size.

    The map opens on the faults. Its list has a row for each kind: a switch, how many, how many
    m2, and arrows that go from fault to fault. A click tells kind, codes and m2 of every fault
    at that place. Needs no network, as :func:`explore_grid`.

    Parameters
    ----------
    report
        What ``check_coverage`` gave. The areas it was held against are drawn below the faults.
    cells
        Drawn as thin lines below the faults: polygons in any CRS.
    language
        ``"en"`` or ``"zh"``.
    title
        Stands in the head of the map.
    basemap, token
        As for :func:`explore_grid`.

    Returns
    -------
    folium.Map
        Save it with :func:`save_html`.

    Raises
    ------
    InputError
        An option is misspelled, or the cells are no frame with a CRS.
    """
    tiles = basemap_of(basemap, token)
    packed = pack_faults(report, cells, language, gcj02=tiles.gcj02)
    packed["title"] = packed["words"]["title"] if title is None else one_line(title)
    packed["nearest"] = _NEAREST if basemap is None else MAX_ZOOM
    west, south, east, north = packed["bounds"]
    m = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=12,
        tiles=None,
        maxZoom=packed["nearest"],
        zoomSnap=1 if basemap else 0.25,
        prefer_canvas=True,
    )
    OfflinePage().add_child(m)
    for layer in tiles.layers:
        layer.add_to(m)
    FaultsElement(packed).add_to(m)
    return m


def kinds_found(report: CoverageReport) -> dict[str, GeoDataFrame]:
    """Give the kinds of fault that have rows, and last the warning where it has."""
    kinds = {kind: getattr(report, kind) for kind in (*FAULTS, ODD_SIZES)}
    return {kind: frame for kind, frame in kinds.items() if len(frame)}


def drawable(frame: GeoDataFrame) -> Bools:
    """Tell which rows have a place: an outline of numbers."""
    bounds = shapely.bounds(frame.geometry.to_numpy())
    return np.asarray(np.isfinite(bounds).all(axis=1))


def places_of(geometry: Geometries) -> Floats:
    """Give each geometry a point in it; the middle of its box where none is found."""
    inside = shapely.point_on_surface(geometry)
    places = np.column_stack([shapely.get_x(inside), shapely.get_y(inside)])
    lost = np.isnan(places).any(axis=1)
    west, south, east, north = shapely.bounds(geometry[lost]).T
    places[lost] = np.column_stack([(west + east) / 2, (south + north) / 2])
    return places


def stacked(places: list[Floats], step: float) -> list[Ints]:
    """Count for every place how many later ones lie on it, so that marks can show all as rings.

    Examples
    --------
    >>> [n.tolist() for n in stacked([np.zeros((2, 2)), np.array([[0, 0], [5, 5.0]])], 1)]
    [[2, 1], [0, 0]]
    """
    at = pd.DataFrame(np.rint(np.concatenate([np.empty((0, 2)), *places]) / step))
    later = at.groupby([0, 1]).cumcount(ascending=False).to_numpy(dtype=np.int64)
    return np.split(later, np.cumsum([len(some) for some in places])[:-1]) if places else []


def pack_faults(
    report: CoverageReport,
    cells: GeoDataFrame | None,
    language: Language,
    *,
    gcj02: bool = False,
) -> dict[str, Any]:
    """Pack what the map of faults shows."""
    said = fault_words(language)
    found = {kind: frame[drawable(frame)] for kind, frame in kinds_found(report).items()}
    ground = {"areas": report.balance.reset_index(drop=True)}
    if cells is not None:
        require_geoframe(cells, "cells")
        shapes = cells.geometry.to_numpy()
        known = np.isin(shapely.get_type_id(shapes), POLYGONS)
        ground["cells"] = cells[known & drawable(cells)]
    frames = [frame for frame in (*found.values(), *ground.values()) if len(frame)]
    degrees = degrees_for(frames, gcj02=gcj02)
    return {
        "stepsPerDegree": STEPS_PER_DEGREE,
        "lang": "zh-CN" if language == "zh" else "en",
        "words": dict(said),
        "ok": report.ok,
        "verdict": verdict_in_words(
            report.n_faults, with_areas=bool(report.n_areas), language=language
        ),
        "figures": _figures(report, said),
        "bounds": _bounds(frames, degrees),
        "kinds": _pack_kinds(report, found, language, degrees),
        "style": {"areaLine": style.AREA_LINE, "cellLine": "#9aa3b0", "ink": style.INK}
        | {"font": FONT},
        **_pack_ground(ground, degrees),
    }


def _bounds(frames: list[GeoDataFrame], degrees: Degrees) -> list[float]:
    if not frames:
        return [-180.0, -60.0, 180.0, 75.0]
    return shapely.total_bounds(np.concatenate([degrees.of(frame) for frame in frames])).tolist()


def _figures(report: CoverageReport, said: Any) -> list[str]:  # noqa: ANN401 - words by key
    figures = [f"{report.n_cells:,} {said['cells_unit']}", f"{report.cells_m2 / 1e6:,.3f} km²"]
    return [f"{report.n_areas:,} {said['areas_unit']}", *figures] if report.n_areas else figures


def _pack_ground(ground: dict[str, GeoDataFrame], degrees: Degrees) -> dict[str, Any]:
    packed: dict[str, Any] = {}
    for name, frame in ground.items():
        if len(frame):
            lonlat = degrees.of(frame)
            packed[name] = {"outlines": pack_polygons(lonlat)}
            if name == "areas":
                places = label_places(lonlat)
                packed[name] |= {
                    "places": pack_lonlat(places.points),
                    "chords": places.chords.round(6).tolist(),
                    "names": frame[AREA_CODE].map(one_line).tolist(),
                }
    return packed


def _pack_kinds(
    report: CoverageReport,
    found: dict[str, GeoDataFrame],
    language: Language,
    degrees: Degrees,
) -> list[dict[str, Any]]:
    names, meanings = fault_names(language), fault_meanings(language)
    shapes = [_pack_shapes(frame, degrees) for frame in found.values()]
    later = stacked([np.reshape(shape["places"], (-1, 2)) for shape in shapes], _SAME_PLACE)
    return [
        {
            "kind": kind,
            "name": names[kind],
            "meaning": meanings[kind],
            "color": style.FAULT_COLORS[kind],
            "count": len(getattr(report, kind)),
            "m2": _sum_in_words(getattr(report, kind)),
            "warning": kind == ODD_SIZES,
            "facts": list(_facts(frame, fault_words(language))),
            "below": on_it.tolist(),
            **shape,
        }
        for (kind, frame), shape, on_it in zip(found.items(), shapes, later, strict=True)
    ]


def _sum_in_words(frame: GeoDataFrame) -> str:
    m2 = float(frame["m2"].sum())
    return m2_in_words(m2) if m2 else ""


def _facts(frame: GeoDataFrame, said: Any) -> Iterator[list[list[str]]]:  # noqa: ANN401 - words
    """Tell of each fault its codes, size, length and reason, as pairs of words."""
    columns: dict[str, list[str]] = {}
    for name in (column for column in _CODES if column in frame):
        columns[said[name]] = [one_line(text) or said["no_code"] for text in frame[name]]
    if "reason" in frame:
        columns[said["reason"]] = [reason_in_words(text, said) for text in frame["reason"]]
    if "length_m" in frame:
        columns[said["length_m"]] = [f"{length:,.3f} m" for length in frame["length_m"]]
    else:
        columns[said["m2"]] = ["" if pd.isna(m2) else m2_in_words(m2) for m2 in frame["m2"]]
    for row in zip(*columns.values(), strict=True):
        yield [[name, text] for name, text in zip(columns, row, strict=True) if text]


def reason_in_words(reason: str, said: Any) -> str:  # noqa: ANN401 - words by key
    """Tell why a polygon is not valid; the place that GEOS names stays."""
    start = reason.partition("[")[0]
    return f"{said[start]}{reason[len(start) :]}" if start in said else reason


def _pack_shapes(frame: GeoDataFrame, degrees: Degrees) -> dict[str, Any]:
    """Give places as [lat, lon], and of each fault its lines and whether they are closed."""
    lonlat = degrees.of(frame)
    inside = GeoSeries(shapely.points(places_of(frame.geometry.to_numpy())), crs=frame.crs)
    places = shapely.get_coordinates(degrees.of(inside.to_frame("geometry")))
    return {
        "places": places[:, ::-1].round(_DIGITS).tolist(),
        "shapes": [_lines(shape) for shape in lonlat],
        "closed": np.isin(shapely.get_type_id(lonlat), POLYGONS).tolist(),
    }


def _lines(shape: shapely.Geometry) -> list[list[list[float]]]:
    parts = shapely.get_parts(shape)
    rings = shapely.get_rings(parts)
    lines = parts[shapely.get_dimensions(parts) == 1]
    return [
        shapely.get_coordinates(line)[:, ::-1].round(_DIGITS).tolist()
        for line in (*rings, *lines)
        if not shapely.is_empty(line)
    ]
