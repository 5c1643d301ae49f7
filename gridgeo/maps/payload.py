"""What an interactive map carries: the city packed into one JSON object."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import shapely
from geopandas import GeoSeries

from gridgeo.maps import style
from gridgeo.maps.coloring import label_places
from gridgeo.maps.degrees import degrees_for
from gridgeo.maps.packing import (
    STEPS_PER_DEGREE,
    pack_lonlat,
    pack_numbers,
    pack_polygons,
    pack_steps,
    pack_texts,
)
from gridgeo.maps.themes import ZONE
from gridgeo.maps.zoning import zone_numbers
from gridgeo.schema import (
    AREA_CODE,
    AREA_M2,
    AREA_NAME,
    CELL_CODE,
    CLASS_CODE,
    KIND,
    LOAD,
    N_CELLS,
    N_PIECES,
    NAME,
    UNIT_ID,
    ZONE_CODE,
    ZONE_NAME,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame

    from gridgeo.maps.borders import Border
    from gridgeo.maps.degrees import Degrees
    from gridgeo.maps.key_units import KeyUnits
    from gridgeo.maps.subject import Subject
    from gridgeo.maps.themes import Theme
    from gridgeo.maps.zoning import Zoning
    from gridgeo.schema import Geometries, Language

LISTED_REGIONS: Final = 24
"""A legend names the areas or zones up to this many; beyond, it would be a directory."""

OVERVIEW_FROM: Final = 100_000
"""From so many cells on, zones or areas are drawn first, and cells when they are large enough."""

FONT: Final = (
    '"Segoe UI", "Noto Sans", "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif'
)
_TURN: Final = 360


def pack_city(
    subject: Subject,
    color: str,
    language: Language,
    *,
    theme: Theme | None = None,
    gcj02: bool = False,
) -> dict[str, Any]:
    """Pack what an interactive map shows.

    Parameters
    ----------
    subject
        What that is.
    color
        ``"zone"`` or ``"area"``; without meaning where there is a theme.
    language
        Of the page.
    theme
        What else the fills tell.
    gcj02
        Move all of it to GCJ-02.
    """
    said = subject.said
    degrees = degrees_for([subject.cells], gcj02=gcj02)
    cells = degrees.of(subject.cells)
    position = f"{said['position']} (GCJ-02)" if gcj02 else said["position"]
    return {
        "bounds": shapely.total_bounds(cells).tolist(),
        "stepsPerDegree": STEPS_PER_DEGREE,
        "lang": "zh-CN" if language == "zh" else "en",
        "words": {**said, "position": position},
        "totals": {
            "areas": len(subject.areas),
            "cells": len(subject.cells),
            "m2": float(subject.cells[AREA_M2].sum()),
        },
        "fill": _pack_fill(subject, color, theme),
        "cells": _pack_cells(subject, cells),
        "areas": _pack_areas(subject.areas, degrees.of(subject.areas)),
        "borders": _pack_borders(subject.borders, degrees),
        "kinds": subject.kinds[["name", "count"]].to_dict("records"),
        "style": _style(subject),
        **_pack_components(subject, degrees),
        **({} if subject.zoning is None else {"zones": _pack_zones(subject.zoning, degrees)}),
        **_pack_key_units(subject.key_units, subject.cells.crs, degrees),
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


def pack_regions(
    outlines: Geometries, codes: Sequence[str], names: Sequence[str]
) -> dict[str, Any]:
    """Pack areas or zones: outlines, codes, names and where the names go."""
    places = label_places(outlines)
    return {
        "outlines": pack_polygons(outlines),
        "places": pack_lonlat(places.points),
        "chords": places.chords.round(6).tolist(),
        "codes": list(codes),
        "names": list(names),
    }


def _pack_fill(subject: Subject, color: str, theme: Theme | None) -> dict[str, Any]:
    """Tell whose colour a cell has, and what each colour means."""
    if theme is None:
        regions = subject.areas if color != ZONE or subject.zoning is None else subject.zoning.zones
        fills = style.area_fills(int(regions["color"].max()) + 1)
        return {"by": color, "fills": [*fills, style.NO_FILL]}
    return {
        "by": theme.of,
        "name": theme.name,
        "fills": [*theme.legend["fill"], style.NO_FILL],
        "legend": theme.legend[["name", "count"]].to_dict("records"),
        "missing": int((theme.row < 0).sum()),
        "row": pack_steps(np.where(theme.row < 0, len(theme.legend), theme.row)),
    }


def _pack_cells(subject: Subject, lonlat: Geometries) -> dict[str, Any]:
    cells, areas, kinds = subject.cells, subject.areas, subject.kinds
    pieces = np.ones(len(cells))
    if N_PIECES in cells.columns:
        pieces = pd.to_numeric(cells[N_PIECES], errors="coerce").fillna(1).to_numpy(float)
    west, south, east, north = shapely.bounds(lonlat).T
    across = np.median(np.maximum(east - west, north - south))
    packed = {
        **pack_polygons(lonlat),
        "across": float(across) / _TURN,
        "codes": pack_texts(cells[CELL_CODE].tolist()),
        "area": pack_steps(pd.Index(areas[AREA_CODE]).get_indexer(cells[AREA_CODE])),
        "m2": pack_steps(np.rint(cells[AREA_M2].to_numpy(float)).astype(np.int64)),
        "kind": pack_numbers(pd.Index(kinds[KIND]).get_indexer(cells[KIND].astype(str))),
        "pieces": pack_numbers(pieces.astype(np.int64)),
    }
    if subject.zoning is not None:
        packed["zone"] = pack_steps(subject.zoning.row)
    return packed


def _pack_areas(shown: GeoDataFrame, outlines: Geometries) -> dict[str, Any]:
    regions = pack_regions(outlines, shown[AREA_CODE].tolist(), shown[AREA_NAME].tolist())
    return {**regions, "color": shown["color"].tolist()}


def _pack_borders(borders: Sequence[Border], degrees: Degrees) -> list[dict[str, Any]]:
    """Pack the borders above those of the areas, which are packed already; these come last."""
    packed: list[dict[str, Any]] = []
    for border, weight in zip(borders, style.border_weights(len(borders)), strict=True):
        look = {"name": border.name, "level": border.level, "weight": weight}
        if border is not borders[-1]:
            codes, names = (border.areas[column].tolist() for column in (AREA_CODE, AREA_NAME))
            look |= pack_regions(degrees.of(border.areas), codes, names)
        packed.append(look)
    return packed


def _pack_zones(zoning: Zoning, degrees: Degrees) -> dict[str, Any]:
    zones = zoning.zones
    codes, names = zones[ZONE_CODE].tolist(), zones[ZONE_NAME].tolist()
    head, labels = zone_numbers(zoning)
    return {
        **pack_regions(degrees.of(zones), codes, names),
        "head": head,
        "labels": labels,
        "color": zones["color"].tolist(),
        "m2": zones[AREA_M2].tolist(),
        "cells": zones[N_CELLS].tolist(),
        "load": _loads(zones),
        "persons": [
            {"role": role, "names": zoning.persons[role].tolist()} for role in zoning.persons
        ],
    }


def _loads(zones: GeoDataFrame) -> list[float | None]:
    if LOAD not in zones.columns:
        return []
    loads = pd.to_numeric(zones[LOAD], errors="coerce").to_numpy(float, na_value=np.nan)
    return [float(load) if np.isfinite(load) else None for load in loads.round(3)]


def _style(subject: Subject) -> dict[str, Any]:
    groups = 0 if subject.components is None else len(subject.components.groups)
    return {
        "cellLine": style.CELL_LINE,
        "areaLine": style.AREA_LINE,
        "zoneLine": style.ZONE_LINE,
        "zoneWeight": style.ZONE_WEIGHT,
        "keyUnit": style.KEY_UNIT,
        "ink": style.INK,
        "font": FONT,
        "fillOpacity": 1.0,
        "listedRegions": LISTED_REGIONS,
        "overviewFrom": OVERVIEW_FROM,
        "groupColors": style.CLASS_COLORS[:groups],
    }


def _pack_components(subject: Subject, degrees: Degrees) -> dict[str, Any]:
    shown = subject.components
    if shown is None:
        return {"groups": []}
    # In the order of the cells, the difference to the one before is small, and packs small.
    order = np.argsort(shown.cell, kind="stable")
    points = GeoSeries(shown.points[order], crs=subject.cells.crs).to_frame("geometry")
    classes = shown.classes.rename(columns={CLASS_CODE: "code"})
    return {
        "components": {
            **pack_lonlat(shapely.get_coordinates(degrees.of(points))),
            "class": pack_numbers(shown.class_row[order]),
            "cell": pack_steps(shown.cell[order]),
        },
        "classes": classes[["code", "name", "group"]].to_dict("records"),
        "groups": shown.groups[["name", "count"]].to_dict("records"),
    }


def _pack_key_units(units: KeyUnits | None, crs: object, degrees: Degrees) -> dict[str, Any]:
    if units is None:
        return {}
    points = GeoSeries(units.points, crs=crs).to_frame("geometry")
    return {
        "keyUnits": {
            **pack_lonlat(shapely.get_coordinates(degrees.of(points))),
            "ids": units.table[UNIT_ID].tolist(),
            "names": units.table[NAME].tolist(),
            "kinds": units.table[KIND].tolist(),
        }
    }
