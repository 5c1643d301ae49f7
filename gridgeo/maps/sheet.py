"""cells -> printed sheet: true to scale, with all that a map on a wall needs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from gridgeo._persons import text_of
from gridgeo._words import crs_in_words
from gridgeo.crs import to_crs, working_crs
from gridgeo.maps import style
from gridgeo.maps.figures import blank_sheet, plain_settings
from gridgeo.maps.paper import Orientation, Size, paper
from gridgeo.maps.paper_words import paper_words
from gridgeo.maps.sheet_blocks import Panel
from gridgeo.maps.sheet_inset import inset_outlines
from gridgeo.maps.sheet_map import (
    STAR,
    dots_fit,
    draw_borders,
    draw_cells,
    draw_coordinates,
    draw_dots,
    draw_focus,
    draw_stars,
    fills_of,
)
from gridgeo.maps.sheet_names import NameLook, Names
from gridgeo.maps.sheet_panel import draw_panel
from gridgeo.maps.sheet_view import extent_of, refuse_view, require_scale, view_of
from gridgeo.maps.subject import map_subject
from gridgeo.maps.themes import AREA, ZONE, map_theme
from gridgeo.maps.words import one_line
from gridgeo.maps.zoning import zone_codes_of, zone_numbers
from gridgeo.schema import (
    AREA_CODE,
    AREA_M2,
    AREA_NAME,
    CELL_CODE,
    CLASS_CODE,
    NAME,
    ZONE_CODE,
    ZONE_NAME,
)
from gridgeo.validate import check_cells

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gridgeo.maps.number_classes import Scheme
    from gridgeo.maps.pen import Pen
    from gridgeo.maps.sheet_view import View
    from gridgeo.maps.subject import Subject
    from gridgeo.maps.themes import Theme
    from gridgeo.schema import Floats, Language

_ZONE_NAME = NameLook("zone_name", (8.5, 7.0, 5.5, 4.8), color=style.ZONE_LINE, wanted=True)
_FAINT_NAME = NameLook("area_name", sizes=(6.0, 5.0), weight="normal")
_UNIT_NAME = NameLook("key_unit_name", sizes=(5.5,), weight="normal", color=style.KEY_UNIT)
_CELL_NUMBER = NameLook(
    "cell_number", (7.5, 6.0), weight="normal", color=style.CELL_LINE, halo=False
)
_NAMED_UNITS = 40
"""So many key units on a map have room for their names."""


def plot_sheet(  # noqa: PLR0913 - the contract names them; all but the cells are optional
    cells: GeoDataFrame,
    *,
    zones: GeoDataFrame | None = None,
    areas: GeoDataFrame | None = None,
    components: GeoDataFrame | None = None,
    key_units: GeoDataFrame | None = None,
    staff: pd.DataFrame | None = None,
    roles: Mapping[str, str] | None = None,
    district: GeoDataFrame | None = None,
    color: str | None = None,
    scheme: Scheme | Sequence[float] = "quantiles",
    n_classes: int = 5,
    title: str | None = None,
    subtitle: str | None = None,
    size: Size = "A3",
    orientation: Orientation = "landscape",
    scale: float | None = None,
    language: Language = "en",
    source: str | None = None,
) -> Figure:
    """Draw the grid as a sheet to print and hang up, true to scale.

    The scale holds on the paper of the named size: print it at 100 %. Colours, borders and
    symbols are those of :func:`explore_grid`. With zones, a table says how large each is and who
    is in charge; where it has no room for all, it says how many more there are.

    Parameters
    ----------
    cells
        One row a cell: ``cell_code``, ``area_code``, ``area_m2``, ``kind`` and a polygon. Drawn
        in their own CRS; cells in degrees in their working CRS. The map shows all of them.
    zones, areas, components, key_units, staff, roles, color, scheme, n_classes
        As for :func:`explore_grid`. Components are counted in the legend, and drawn as dots where
        the scale leaves room for them; those of other cells are left out. Areas without cells are
        drawn where they lie on the map, zones without any are left out.
    district
        Polygons that the inset shows, with the frame of the map in them. Without it, the inset
        shows ``areas`` where they reach beyond the map.
    title, subtitle
        Stand along the upper edge.
    size
        ``"A0"`` to ``"A4"``.
    orientation
        ``"landscape"`` or ``"portrait"``.
    scale
        Denominator of the scale, such as 2,000 for 1:2,000. None: the largest with a round
        denominator at which all cells have room.
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
        A frame lacks what is named above, an option is misspelled, or the cells have no room on
        the paper at that scale.

    Warns
    -----
    UserWarning
        No installed font has some of the characters.

    Examples
    --------
    >>> import gridgeo as gg
    >>> cells = gg.areas_to_cells(gg.datasets.read_sample("communities"))
    >>> one = cells[cells["area_code"] == "990101001005"]
    >>> sheet = plot_sheet(one, scale=2000, size="A3", title="Hexi")
    >>> [round(side * 25.4) for side in sheet.get_size_inches()]
    [420, 297]
    >>> plot_sheet(cells, scale=2000)
    Traceback (most recent call last):
    gridgeo.errors.InputError: at 1:2,000 the cells measure 3,214 by 2,668 mm, and the map on A3
    landscape 314 by 255 mm. They have room at 1:25,000 on A3; or give fewer cells, or one
    page a zone: plot_atlas.
    """
    require_scale(scale)
    paper(size, orientation)
    check_cells(cells)
    metric = to_crs(cells, working_crs(cells))
    subject = map_subject(
        metric,
        areas,
        components_here(components, cells),
        language,
        zones=_zones_here(zones, cells),
        staff=staff,
        roles=roles,
        key_units=key_units,
    )
    subject = replace(subject, said=paper_words(language))
    if color is None:
        color = AREA if subject.zoning is None else ZONE
    theme = map_theme(subject, color, scheme=scheme, n_classes=n_classes)
    sheet = paper(size, orientation, roomy=subject.zoning is not None)
    extent = extent_on_map(subject)
    view = view_of(extent, sheet.map, scale)
    if view is None:
        raise refuse_view(extent, sheet, scale or 1, size, orientation)
    headings = (
        subject.said["title"] if title is None else one_line(title),
        one_line(subtitle or ""),
    )
    imprint = imprint_of(subject, source, language)
    with plain_settings():
        pen = blank_sheet(sheet, [*headings, *imprint, *texts_of(subject, theme)])
        fills = fills_of(subject, color, theme)
        dots = draw_map(pen, subject, view, fills)
        draw_title(pen, headings)
        inset = inset_outlines(subject, view, district)
        panel = Panel(subject, view, color, theme, imprint, inset, dots=dots)
        draw_panel(pen, panel)
    return pen.figure


def _zones_here(zones: GeoDataFrame | None, cells: GeoDataFrame) -> GeoDataFrame | None:
    """Leave out the zones of which no cell is shown, such as those of other streets."""
    if zones is None or ZONE_CODE not in zones.columns or ZONE_CODE not in cells.columns:
        return zones
    here = zone_codes_of(zones).isin(zone_codes_of(cells))
    return zones[here] if here.any() else zones


def components_here(components: GeoDataFrame | None, cells: GeoDataFrame) -> GeoDataFrame | None:
    """Leave out the components of other cells, which totals must not count; keep those of none."""
    if components is None or CELL_CODE not in components.columns:
        return components
    codes = text_of(components[CELL_CODE])
    return components[codes.isin(cells[CELL_CODE]) | (codes == "")]


def draw_map(
    pen: Pen, subject: Subject, view: View, fills: pd.Series, *, zone: int | None = None
) -> bool:
    """Draw the map in its frame, a zone by its row set off; tells whether components are on it."""
    sheet, unit = pen.paper, pen.paper.unit
    axes = _frame(pen, view)
    draw_coordinates(axes, pen, view.scale)
    seen = view.meets(subject.cells.geometry.to_numpy())
    cells = subject.cells[seen]
    draw_cells(axes, cells, fills[seen], view.scale, unit)
    draw_borders(axes, subject, view, unit)
    if zone is not None:
        draw_focus(axes, subject, zone, unit)
    dots = _draw_components(axes, subject, view, unit, zone)
    _write_names(axes, pen, subject, view, zone)
    pen.box(sheet.neat_line, facecolor="none", edgecolor=style.INK, lw=1.4 * unit, gid="neat_line")
    return dots


def _draw_components(
    axes: Axes, subject: Subject, view: View, unit: float, zone: int | None
) -> bool:
    """Draw a dot a component, of one zone those in its cells, unless they are too dense."""
    shown = subject.components
    if shown is None:
        return False
    cells = view.meets(subject.cells.geometry.to_numpy())
    here = view.meets(shown.points)
    if zone is not None and subject.zoning is not None:
        cells = subject.zoning.row == zone
        here = np.append(cells, False)[shown.cell]
    area_m2 = float(subject.cells.loc[cells, AREA_M2].sum())
    if not here.any() or not dots_fit(int(here.sum()), area_m2, view.scale, unit):
        return False
    colors = style.CLASS_COLORS[: len(shown.groups)]
    draw_dots(axes, shown.points[here], shown.group[here], colors, unit)
    return True


def _write_names(axes: Axes, pen: Pen, subject: Subject, view: View, zone: int | None) -> None:
    """Draw key units and write names: of zones, of areas, of key units, of a zone's own cells."""
    names, unit = Names(axes, pen, view), pen.paper.unit
    metres = view.scale / 1000
    stars, called = np.zeros((0, 2)), []
    if subject.key_units is not None:
        units = subject.key_units
        here = view.meets(units.points)
        stars = shapely.get_coordinates(units.points[here])
        called = units.table.loc[here, NAME].tolist()
        draw_stars(axes, units.points[here], unit)
        names.take(stars, STAR * unit / 2 * metres)
    look = NameLook("area_name")
    if subject.zoning is not None:
        zones = subject.zoning.zones
        names.write_in(zones.geometry.to_numpy(), zone_numbers(subject.zoning)[1], _ZONE_NAME)
        look = _FAINT_NAME
    areas = subject.areas
    seen = view.meets(areas.geometry.to_numpy())
    shown = areas.geometry.to_numpy()[seen]
    names.write_in(shown, areas.loc[seen, AREA_NAME].tolist(), look)
    if len(called) <= _NAMED_UNITS:
        names.write_beside(stars, called, _UNIT_NAME, STAR * unit * 0.6)
    if zone is not None and subject.zoning is not None:
        own = subject.cells[subject.zoning.row == zone]
        names.write_in(own.geometry.to_numpy(), cell_numbers(own), _CELL_NUMBER)


def cell_numbers(cells: GeoDataFrame) -> list[str]:
    """Give the end of each cell's code, after that of its area where it begins so."""
    pairs = zip(cells[CELL_CODE], cells[AREA_CODE].astype(str), strict=True)
    return [one_line(code.removeprefix(area).lstrip("-")) or code for code, area in pairs]


def extent_on_map(subject: Subject) -> Floats:
    """Give the bounds of the cells and of the areas they lie in."""
    lived_in = subject.areas[subject.areas[AREA_CODE].isin(subject.cells[AREA_CODE])]
    return extent_of(subject.cells.total_bounds, lived_in.total_bounds)


def _frame(pen: Pen, view: View) -> Axes:
    axes = pen.axes(pen.paper.map, view, "map")
    for spine in axes.spines.values():
        spine.set(linewidth=0.7 * pen.paper.unit, color=style.INK)
    return axes


def draw_title(pen: Pen, headings: tuple[str, str]) -> None:
    """Write title and subtitle along the upper edge."""
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


def imprint_of(subject: Subject, source: str | None, language: Language) -> list[str]:
    """Say the coordinate system, the date and the source."""
    said, crs = subject.said, subject.cells.crs
    code = crs.to_authority()
    named = crs_in_words(crs, language)
    named = f"{named} ({':'.join(code)})" if code else named
    lines = [(said["crs"], named), (said["date"], f"{datetime.now(tz=UTC).astimezone():%Y-%m-%d}")]
    if source:
        lines.append((said["source"], source))
    return [f"{name}{said['separator']}{one_line(text)}" for name, text in lines]


def texts_of(subject: Subject, theme: Theme | None) -> list[str]:
    """Give all that may be written of what a map shows."""
    texts: list[Any] = [*subject.said.values(), *(border.name for border in subject.borders)]
    texts += subject.areas[AREA_NAME].tolist() + subject.kinds["name"].tolist()
    if subject.components is not None:
        texts += subject.components.classes[[CLASS_CODE, "name"]].to_numpy().ravel().tolist()
    if subject.zoning is not None:
        zones, persons = subject.zoning.zones, subject.zoning.persons
        texts += zones[ZONE_CODE].tolist() + zones[ZONE_NAME].tolist()
        texts += [*persons.columns, *persons.to_numpy().ravel().tolist()]
    if subject.key_units is not None:
        texts += subject.key_units.table[NAME].tolist()
    if theme is not None:
        texts += [theme.name, *theme.legend["name"]]
    return texts
