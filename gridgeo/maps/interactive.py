"""cells -> interactive map: drawn by a canvas of our own, so that a whole city opens at once."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Final, cast, get_args
from urllib.parse import urlsplit

import folium
from branca.element import Figure, MacroElement
from folium.map import Layer, LayerControl

from gridgeo.errors import InputError
from gridgeo.maps.offline import OfflinePage, Verbatim, asset
from gridgeo.maps.payload import Color, pack_city, script_safe
from gridgeo.maps.subject import map_subject
from gridgeo.maps.words import one_line
from gridgeo.validate import require_option

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from gridgeo.schema import Language

_SCRIPTS: Final = (
    "decode.js",
    "canvas_layer.js",
    "cells_layer.js",
    "areas_layer.js",
    "components_layer.js",
    "panels.js",
    "grid_map.js",
)
_OPACITY_ON_BASEMAP: Final = 0.55
MAX_ZOOM: Final = 20


def explore_grid(  # noqa: PLR0913 - the contract names them; all but the cells are optional
    cells: GeoDataFrame,
    *,
    areas: GeoDataFrame | None = None,
    components: GeoDataFrame | None = None,
    color: Color = "area",
    language: Language = "en",
    title: str | None = None,
    basemap: str | None = None,
) -> folium.Map:
    """Show cells, areas and components on a map to pan, zoom and click.

    A click on a cell tells its code, area, size, kind and what components it holds. The map
    needs no network, neither in a notebook nor saved with :func:`save_html`, unless a base
    map is asked for. A quarter of a million cells and as many components open in seconds.

    Parameters
    ----------
    cells
        One row a cell: ``cell_code``, ``area_code``, ``area_m2``, ``kind`` and a polygon, in
        any CRS; ``n_pieces`` is told where it is more than one.
    areas
        Outlines and names: ``area_code``, ``area_name`` and, for English, ``area_name_en`` where
        there is one. Without them the cells of each area are joined, and the code is the name.
    components
        Geocoded components: ``class_code``, ``cell_code`` (empty outside every cell), and
        where known ``class_name`` (Chinese) and ``class_name_en``; ``major_name`` and
        ``major_name_en`` where classes are more than colours. Lines and polygons are shown at
        a point on them.
    color
        What the fill of a cell tells: ``"area"`` (no two neighbouring areas share a
        colour) or ``"kind"``.
    language
        ``"en"`` or ``"zh"``.
    title
        Stands in the head of the map.
    basemap
        Map tiles below the cells: a name that folium knows, such as ``"CartoDB
        Positron"``, or an address with ``{z}``, ``{x}`` and ``{y}``. Needs the network.

    Returns
    -------
    folium.Map
        Layers can be added to it as to any other; they stand in its layer control.

    Raises
    ------
    InputError
        A frame lacks what is named above, or an option is misspelled.
    """
    require_option(color, get_args(Color), "color")
    subject = map_subject(cells, areas, components, language)
    city = pack_city(subject, color, language)
    city["title"] = subject.said["title"] if title is None else one_line(title)
    west, south, east, north = city["bounds"]
    m = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=12,
        tiles=map_tiles(basemap),
        maxZoom=MAX_ZOOM,
        zoomSnap=1 if basemap else 0.25,
    )
    if basemap is not None:
        city["style"]["fillOpacity"] = _OPACITY_ON_BASEMAP
    OfflinePage().add_child(m)
    GridElement(city).add_to(m)
    return m


class GridElement(MacroElement):
    """The packed city on a folium map, with the scripts that draw it.

    Parameters
    ----------
    city
        What ``pack_city`` gave, and a title.
    """

    scripts: tuple[str, ...] = _SCRIPTS

    def __init__(self, city: dict[str, Any]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Grid"
        self.data = script_safe(city)

    def render(self, **_kwargs: object) -> str:
        """Put data, style and scripts on the page."""
        page, name = cast("Figure", self.get_root()), self.get_name()
        scripts = "\n".join(asset(script) for script in self.scripts)
        page.header.add_child(Verbatim(f"<style>{asset('grid_map.css')}</style>"), name="grid_css")
        page.header.add_child(
            Verbatim(
                f'<script>const gridgeo = (() => {{\n"use strict";\n{scripts}\n}})();</script>'
            ),
            name="grid_js",
        )
        page.html.add_child(
            Verbatim(f'<script type="application/json" id="{name}_data">{self.data}</script>'),
            name=name,
        )
        page.script.add_child(_Start(self), name=name)
        return ""


class _Start(Verbatim):
    """The call that draws the map, written last, when the other layers are known."""

    last = True

    def __init__(self, grid: GridElement) -> None:
        super().__init__("")
        self._grid = grid

    def render(self, **_kwargs: object) -> str:
        m = cast("folium.Map", self._grid._parent)  # noqa: SLF001 - branca has no other door
        name = self._grid.get_name()
        return (
            f"var {name} = gridgeo.show({m.get_name()}, "
            f"JSON.parse(document.getElementById('{name}_data').textContent), {_other_layers(m)});"
        )


def _other_layers(m: folium.Map) -> str:
    """Name the user's own layers for the layer control, unless there is one of the user's."""
    children = list(m._children.values())  # noqa: SLF001
    if any(isinstance(child, LayerControl) for child in children):
        return "{base: {}, overlays: {}}"
    layers = [child for child in children if isinstance(child, Layer) and child.control]
    parts = {
        kind: ", ".join(
            f"{script_safe(html.escape(layer.layer_name))}: {layer.get_name()}"
            for layer in layers
            if layer.overlay == (kind == "overlays")
        )
        for kind in ("base", "overlays")
    }
    return f"{{base: {{{parts['base']}}}, overlays: {{{parts['overlays']}}}}}"


def map_tiles(basemap: str | None) -> folium.TileLayer | None:
    """Give the tiles of a base map by name or address; None where none is asked for."""
    if basemap is None:
        return None
    attribution = html.escape(urlsplit(basemap).netloc) or None
    try:
        return folium.TileLayer(basemap, attr=attribution, max_zoom=MAX_ZOOM, max_native_zoom=18)
    except ValueError as error:
        raise InputError(
            "`basemap` must be a name that folium knows or an address with {z}, {x} and {y}, "
            f"not {basemap!r}."
        ) from error
