"""What the page of a grid map is made of: data, style, scripts, and the call that draws it."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any, Final, cast

from branca.element import Figure, MacroElement
from folium.map import Layer, LayerControl

from gridgeo.maps.offline import Verbatim, asset
from gridgeo.maps.payload import script_safe

if TYPE_CHECKING:
    import folium

_SCRIPTS: Final = (
    "decode.js",
    "canvas_layer.js",
    "cells_layer.js",
    "areas_layer.js",
    "outlines_layer.js",
    "components_layer.js",
    "key_units_layer.js",
    "panels.js",
    "legend.js",
    "popups.js",
    "search.js",
    "ruler.js",
    "city.js",
    "grid_map.js",
)


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
