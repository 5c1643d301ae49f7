"""cells -> printed sheet: true to scale, with all that a map on a wall needs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from gridgeo.crs import to_crs, working_crs
from gridgeo.maps import style
from gridgeo.maps.figures import blank_sheet, plain_settings
from gridgeo.maps.paper import Orientation, Size, paper, round_scale
from gridgeo.maps.sheet_map import (
    dots_fit,
    draw_borders,
    draw_cells,
    draw_coordinates,
    draw_dots,
    draw_names,
)
from gridgeo.maps.sheet_panel import draw_panel
from gridgeo.maps.subject import map_subject
from gridgeo.maps.words import one_line
from gridgeo.schema import AREA_M2, AREA_NAME, CLASS_CODE

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gridgeo.maps.pen import Pen
    from gridgeo.maps.subject import Subject
    from gridgeo.schema import Language

_AIR: Final = 1.05
"""The frame is so much wider than the city, that its border does not lie on the frame."""


def plot_sheet(  # noqa: PLR0913 - the contract names them; all but the cells are optional
    cells: GeoDataFrame,
    *,
    areas: GeoDataFrame | None = None,
    components: GeoDataFrame | None = None,
    title: str | None = None,
    subtitle: str | None = None,
    size: Size = "A3",
    orientation: Orientation = "landscape",
    language: Language = "en",
    source: str | None = None,
) -> Figure:
    """Draw the grid as a sheet to print and hang up, true to a round scale.

    The scale holds on the paper of the named size: print it at 100 %. Colours are those of
    :func:`explore_grid`.

    Parameters
    ----------
    cells
        One row a cell: ``cell_code``, ``area_code``, ``area_m2``, ``kind`` and a polygon. Drawn
        in their own CRS; cells in degrees in their working CRS.
    areas
        Outlines and names: ``area_code``, ``area_name`` and, for English, ``area_name_en`` where
        there is one. Without them the cells of each area are joined, and the code is the name.
    components
        Geocoded components: ``class_code``, ``cell_code`` and where known ``class_name``
        (Chinese) and ``class_name_en``. Counted in the legend; drawn as dots where the
        scale leaves room for them.
    title, subtitle
        Stand along the upper edge.
    size
        ``"A0"`` to ``"A4"``.
    orientation
        ``"landscape"`` or ``"portrait"``.
    language
        ``"en"`` or ``"zh"``.
    source
        Where the data come from; stands in the imprint.

    Returns
    -------
    matplotlib.figure.Figure
        Made without pyplot: nothing needs to be closed. Write it with :func:`save_sheet`.

    Raises
    ------
    InputError
        A frame lacks what is named above, or an option is misspelled.

    Warns
    -----
    UserWarning
        No installed font has some of the characters.
    """
    sheet = paper(size, orientation)
    metric = to_crs(cells, working_crs(cells))
    subject = map_subject(metric, areas, components, language)
    headings = (
        subject.said["title"] if title is None else one_line(title),
        one_line(subtitle or ""),
    )
    imprint = _imprint(subject, source)
    with plain_settings():
        pen = blank_sheet(sheet, _texts(subject, headings, imprint))
        scale, dots = _draw_map(pen, subject)
        _draw_title(pen, headings)
        draw_panel(pen, subject, imprint, scale, dots=dots)
    return pen.figure


def _draw_map(pen: Pen, subject: Subject) -> tuple[float, bool]:
    """Draw the map in its frame; gives the scale, and whether components are on it."""
    sheet, unit = pen.paper, pen.paper.unit
    axes, scale = _frame(pen, subject)
    draw_coordinates(axes, pen, scale)
    draw_cells(axes, subject.cells, subject.areas, scale, unit)
    draw_borders(axes, subject.areas, unit)
    shown = subject.components
    dots = shown is not None and dots_fit(
        len(shown.points), float(subject.cells[AREA_M2].sum()), scale, unit
    )
    if shown is not None and dots:
        draw_dots(axes, shown.points, shown.group, style.CLASS_COLORS[: len(shown.groups)], unit)
    draw_names(axes, pen, subject.areas, scale)
    pen.box(sheet.neat_line, facecolor="none", edgecolor=style.INK, lw=1.4 * unit, gid="neat_line")
    return scale, dots


def _frame(pen: Pen, subject: Subject) -> tuple[Axes, float]:
    frame = pen.paper.map
    bounds = np.array([subject.cells.total_bounds, subject.areas.total_bounds])
    west, south = bounds[:, :2].min(axis=0)
    east, north = bounds[:, 2:].max(axis=0)
    scale = round_scale((east - west) * _AIR, (north - south) * _AIR, frame)
    half = np.array([frame.width, frame.height]) * scale / 2000
    place = (
        frame.left / pen.paper.width,
        frame.bottom / pen.paper.height,
        frame.width / pen.paper.width,
        frame.height / pen.paper.height,
    )
    axes = pen.figure.add_axes(place, facecolor="white", gid="map")
    axes.set_xlim((west + east) / 2 - half[0], (west + east) / 2 + half[0])
    axes.set_ylim((south + north) / 2 - half[1], (south + north) / 2 + half[1])
    axes.set_autoscale_on(False)
    for spine in axes.spines.values():
        spine.set(linewidth=0.7 * pen.paper.unit, color=style.INK)
    return axes, scale


def _draw_title(pen: Pen, headings: tuple[str, str]) -> None:
    left, bottom, width, height = pen.paper.title
    unit = pen.paper.unit
    title, subtitle = headings
    left, room = left + 8 * unit, width - 16 * unit
    raised = 3.2 * unit if subtitle else 0
    middle = bottom + height / 2 - 0.5 * unit
    pen.text(
        left, middle + raised, pen.fitted(title, 22, room, "bold"), 22, weight="bold", gid="title"
    )
    if subtitle:
        shown = pen.fitted(subtitle, 10.5, room)
        pen.text(left, middle - 5.6 * unit, shown, 10.5, color=style.FAINT_INK, gid="subtitle")


def _imprint(subject: Subject, source: str | None) -> list[str]:
    said, crs = subject.said, subject.cells.crs
    code = crs.to_authority()
    named = f"{crs.name} ({':'.join(code)})" if code else crs.name
    lines = [(said["crs"], named), (said["date"], f"{datetime.now(tz=UTC).astimezone():%Y-%m-%d}")]
    if source:
        lines.append((said["source"], source))
    return [f"{name}{said['separator']}{one_line(text)}" for name, text in lines]


def _texts(subject: Subject, headings: tuple[str, str], imprint: list[str]) -> list[str]:
    texts: list[Any] = [*headings, *imprint, *subject.said.values()]
    texts += subject.areas[AREA_NAME].tolist() + subject.kinds["name"].tolist()
    if subject.components is not None:
        texts += subject.components.classes[[CLASS_CODE, "name"]].to_numpy().ravel().tolist()
    return texts
