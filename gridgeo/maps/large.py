"""cells -> map of a million cells: drawn by the graphics card, in a notebook."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import matplotlib as mpl
import numpy as np
import pandas as pd
from geopandas import GeoDataFrame, GeoSeries

from gridgeo.crs import LONLAT, to_crs
from gridgeo.errors import MissingExtraError
from gridgeo.maps import style
from gridgeo.maps.themes import ZONE
from gridgeo.schema import AREA_CODE, AREA_M2, AREA_NAME, CELL_CODE, NAME, ZONE_NAME

if TYPE_CHECKING:
    import lonboard
    import numpy.typing as npt

    from gridgeo.maps.subject import Subject
    from gridgeo.maps.themes import Theme
    from gridgeo.schema import Ints

_CELL_LINES_UP_TO: Final = 300_000
"""More cells than this are so small on a screen that their lines would hide their fills."""

_ALPHA: Final = 200


def explore_large(subject: Subject, color: str, theme: Theme | None) -> lonboard.Map:
    """Show the grid with lonboard: cells, zones, areas, components and key units.

    A click on a cell lists its code, area, size, zone and the persons in charge.

    Raises
    ------
    MissingExtraError
        lonboard is not installed.
    """
    board = _lonboard()
    layers = [_cells_layer(board, subject, color, theme), *_line_layers(board, subject)]
    if subject.components is not None:
        points, colors = subject.components.points, _rgba(style.CLASS_COLORS)
        layers.append(_points_layer(board, subject, points, colors[subject.components.group], 2))
    if subject.key_units is not None:
        units = subject.key_units
        red = _rgba([style.KEY_UNIT])[np.zeros(len(units.points), dtype=np.int64)]
        layers.append(_points_layer(board, subject, units.points, red, 6, units.table[[NAME]]))
    # lonboard's own base map would come from the network.
    return board.Map(layers=layers, basemap=None)


def _lonboard() -> Any:  # noqa: ANN401 - a module that may not be there
    try:
        return import_module("lonboard")
    except ImportError as error:
        raise MissingExtraError(
            "engine='lonboard' needs lonboard: pip install 'gridgeo[large-maps]'."
        ) from error


def _cells_layer(board: Any, subject: Subject, color: str, theme: Theme | None) -> Any:  # noqa: ANN401
    cells = subject.cells
    row, fills = _fill(subject, color, theme)
    area = pd.Index(subject.areas[AREA_CODE]).get_indexer(cells[AREA_CODE])
    told = pd.DataFrame(
        {CELL_CODE: cells[CELL_CODE].to_numpy(), AREA_M2: cells[AREA_M2].to_numpy()}
    )
    told[AREA_NAME] = subject.areas[AREA_NAME].to_numpy()[area]
    if subject.zoning is not None:
        zones = subject.zoning.persons.assign(**{ZONE_NAME: subject.zoning.zones[ZONE_NAME]})
        of_cell = zones.iloc[:, ::-1].reindex(subject.zoning.row).reset_index(drop=True)
        told = pd.concat([told, of_cell.fillna("").astype(str)], axis=1)
    frame = GeoDataFrame(told, geometry=cells.geometry.to_numpy(), crs=cells.crs)
    return board.PolygonLayer.from_geopandas(
        to_crs(frame, LONLAT),
        get_fill_color=_rgba(fills)[row],
        get_line_color=_rgba([style.CELL_LINE])[0].tolist(),
        line_width_min_pixels=0.4,
        stroked=len(cells) <= _CELL_LINES_UP_TO,
        pickable=True,
        auto_highlight=True,
        auto_downcast=False,
    )


def _fill(subject: Subject, color: str, theme: Theme | None) -> tuple[Ints, list[str]]:
    """Give the row of the fill of each cell, and the fills."""
    if theme is not None:
        fills = [*theme.legend["fill"], style.NO_FILL]
        row = theme.row
        if theme.of == "zones" and subject.zoning is not None:
            row = np.where(subject.zoning.row < 0, -1, row[subject.zoning.row])
        return np.where(row < 0, len(fills) - 1, row), fills
    if color == ZONE and subject.zoning is not None:
        regions, place = subject.zoning.zones, subject.zoning.row
    else:
        regions = subject.areas
        place = pd.Index(regions[AREA_CODE]).get_indexer(subject.cells[AREA_CODE])
    colors = regions["color"].to_numpy()
    fills = [*style.area_fills(int(colors.max()) + 1), style.NO_FILL]
    return np.where(place < 0, len(fills) - 1, colors[place]), fills


def _line_layers(board: Any, subject: Subject) -> list[Any]:  # noqa: ANN401
    weights = style.border_weights(len(subject.borders))
    lines = [
        (border.areas, style.AREA_LINE, weight)
        for border, weight in zip(subject.borders, weights, strict=True)
    ]
    if subject.zoning is not None:
        lines.append((subject.zoning.zones, style.ZONE_LINE, style.ZONE_WEIGHT))
    return [
        board.PathLayer.from_geopandas(
            to_crs(frame[["geometry"]].set_geometry(frame.boundary), LONLAT).explode(
                ignore_index=True
            ),
            get_color=_rgba([line])[0].tolist(),
            get_width=weight,
            width_units="pixels",
            pickable=False,
            auto_downcast=False,
        )
        for frame, line, weight in reversed(lines)
    ]


def _points_layer(
    board: Any,  # noqa: ANN401
    subject: Subject,
    points: npt.NDArray[np.object_],
    colors: npt.NDArray[np.uint8],
    radius: int,
    told: pd.DataFrame | None = None,
) -> Any:  # noqa: ANN401
    frame = GeoDataFrame(told, geometry=GeoSeries(points, crs=subject.cells.crs))
    return board.ScatterplotLayer.from_geopandas(
        to_crs(frame, LONLAT),
        get_fill_color=colors,
        get_radius=radius,
        radius_units="pixels",
        pickable=told is not None,
        auto_downcast=False,
    )


def _rgba(colors: Any) -> npt.NDArray[np.uint8]:  # noqa: ANN401 - fills by name
    return np.rint(mpl.colors.to_rgba_array(list(colors)) * 255).astype(np.uint8)
