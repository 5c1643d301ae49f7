"""What an interactive map carries: the city packed into one JSON object."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries

from gridgeo.crs import LONLAT, to_crs
from gridgeo.maps import style
from gridgeo.maps.coloring import label_places
from gridgeo.maps.packing import (
    STEPS_PER_DEGREE,
    pack_lonlat,
    pack_numbers,
    pack_polygons,
    pack_steps,
    pack_texts,
)
from gridgeo.schema import AREA_CODE, AREA_M2, AREA_NAME, CELL_CODE, CLASS_CODE, KIND, N_PIECES

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from gridgeo.maps.subject import Subject
    from gridgeo.schema import Geometries, Language

Color = Literal["area", "kind"]

LISTED_AREAS: Final = 24
"""A legend names the areas up to this many; beyond, it would be a directory."""

HALF_TURN: Final = 180.0
FONT: Final = (
    '"Segoe UI", "Noto Sans", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif'
)


def pack_city(subject: Subject, color: Color, language: Language) -> dict[str, Any]:
    """Pack what an interactive map shows.

    Longitudes of a city on both sides of the antimeridian run from 0 to 360 degrees.
    """
    west, _, east, _ = to_crs(subject.cells, LONLAT).total_bounds
    eastward = bool(east - west > HALF_TURN)
    cells = to_lonlat(subject.cells, eastward=eastward)
    return {
        "bounds": shapely.total_bounds(cells).tolist(),
        "stepsPerDegree": STEPS_PER_DEGREE,
        "lang": "zh-CN" if language == "zh" else "en",
        "words": dict(subject.said),
        "colorBy": color,
        "totals": {
            "areas": len(subject.areas),
            "cells": len(subject.cells),
            "m2": float(subject.cells[AREA_M2].sum()),
        },
        "cells": _pack_cells(subject, cells),
        "areas": _pack_areas(subject.areas, to_lonlat(subject.areas, eastward=eastward)),
        "kinds": subject.kinds[["name", "count"]].to_dict("records"),
        "style": _style(subject, color),
        **_pack_components(subject, eastward=eastward),
    }


def script_safe(content: object) -> str:
    r"""Write JSON that may stand inside a script element: no text in it can close one.

    Examples
    --------
    >>> script_safe("</script>")
    '"\\u003c/script\\u003e"'
    """
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def to_lonlat(frame: GeoDataFrame, *, eastward: bool) -> Geometries:
    """Give geometries in degrees; ``eastward`` ones run from 0 to 360."""
    lonlat: Geometries = to_crs(frame, LONLAT).geometry.to_numpy()
    if eastward:
        lonlat = shapely.transform(lonlat, lambda xy: xy + (xy[:, :1] < 0) * [2 * HALF_TURN, 0])
    return lonlat


def _pack_cells(subject: Subject, lonlat: Geometries) -> dict[str, Any]:
    cells, areas, kinds = subject.cells, subject.areas, subject.kinds
    pieces = cells[N_PIECES].to_numpy() if N_PIECES in cells.columns else np.ones(len(cells))
    return {
        **pack_polygons(lonlat),
        "codes": pack_texts(cells[CELL_CODE].tolist()),
        "area": pack_numbers(pd.Index(areas[AREA_CODE]).get_indexer(cells[AREA_CODE])),
        "m2": pack_numbers(np.rint(cells[AREA_M2].to_numpy(float)).astype(np.int64)),
        "kind": pack_numbers(pd.Index(kinds[KIND]).get_indexer(cells[KIND].astype(str))),
        "pieces": pack_numbers(np.asarray(pieces, dtype=np.int64)),
    }


def _pack_areas(shown: GeoDataFrame, outlines: Geometries) -> dict[str, Any]:
    places = label_places(outlines)
    return {
        "outlines": pack_polygons(outlines),
        "places": pack_lonlat(places.points),
        "chords": places.chords.round(6).tolist(),
        "codes": shown[AREA_CODE].tolist(),
        "names": shown[AREA_NAME].tolist(),
        "color": shown["color"].tolist(),
    }


def _style(subject: Subject, color: Color) -> dict[str, Any]:
    area_fills = style.area_fills(int(subject.areas["color"].max()) + 1)
    kind_fills = [style.KIND_FILLS.get(kind, style.AREA_FILLS[0]) for kind in subject.kinds[KIND]]
    groups = 0 if subject.components is None else len(subject.components.groups)
    return {
        "areaFills": area_fills,
        "cellFills": kind_fills if color == "kind" else area_fills,
        "cellLine": style.CELL_LINE,
        "areaLine": style.AREA_LINE,
        "ink": style.INK,
        "font": FONT,
        "fillOpacity": 1.0,
        "listedAreas": LISTED_AREAS,
        "groupColors": style.CLASS_COLORS[:groups],
    }


def _pack_components(subject: Subject, *, eastward: bool) -> dict[str, Any]:
    shown = subject.components
    if shown is None:
        return {"groups": []}
    # In the order of the cells, the difference to the one before is small, and packs small.
    order = np.argsort(shown.cell, kind="stable")
    points = GeoSeries(shown.points[order], crs=subject.cells.crs).to_frame("geometry")
    lonlat = shapely.get_coordinates(to_lonlat(points, eastward=eastward))
    classes = shown.classes.rename(columns={CLASS_CODE: "code"})
    return {
        "components": {
            **pack_lonlat(lonlat),
            "class": pack_numbers(shown.class_row[order]),
            "cell": pack_steps(shown.cell[order]),
        },
        "classes": classes[["code", "name", "group"]].to_dict("records"),
        "groups": shown.groups[["name", "count"]].to_dict("records"),
    }
