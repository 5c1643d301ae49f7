"""report -> picture: the faults of a coverage on paper, each with a mark that can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import numpy as np
import shapely
from matplotlib import rc_context
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.path import Path

from gridgeo._fault_words import fault_names, fault_words, verdict_in_words
from gridgeo._round_numbers import round_down
from gridgeo._words import m2_in_words
from gridgeo.crs import to_crs
from gridgeo.maps import style
from gridgeo.maps.faults import drawable, kinds_found, places_of, stacked
from gridgeo.maps.figures import Sheet
from gridgeo.maps.fonts import fonts_for
from gridgeo.maps.packing import ring_vertices
from gridgeo.maps.words import one_line
from gridgeo.validate import POLYGONS, require_geoframe

if TYPE_CHECKING:
    from geopandas import GeoDataFrame
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from gridgeo._report import CoverageReport
    from gridgeo.schema import Geometries, Language

_MARKS: Final = {
    "gaps": "o",
    "overlaps": "s",
    "outside": "^",
    "crossings": "D",
    "wrong_area_codes": "v",
    "invalid": "X",
    "unmatched_edges": "P",
    "duplicate_codes": "p",
    "unbalanced": "h",
    "odd_sizes": ".",
}
"""A shape for each kind, since colours alone are not told apart by everyone."""

_INCHES: Final = (11.0, 7.0)
_AIR: Final = 0.04
_MARK: Final = 58
_SAME_PLACE: Final = 0.005
"""Of the width of all faults: marks so near hide each other."""

_CELL_LINE: Final = "#c3c9d2"


def plot_faults(
    report: CoverageReport,
    *,
    cells: GeoDataFrame | None = None,
    language: Language = "en",
    title: str | None = None,
) -> Figure:
    """Draw the faults of a coverage as a picture, each with its outline and a mark.

    Parameters
    ----------
    report
        What ``check_coverage`` gave. The areas it was held against are drawn below the faults.
    cells
        Drawn as thin lines below the faults: polygons in any CRS.
    language
        ``"en"`` or ``"zh"``.
    title
        Stands above the verdict.

    Returns
    -------
    matplotlib.figure.Figure
        In the CRS of the check. Made without pyplot: nothing needs to be closed.

    Raises
    ------
    InputError
        An option is misspelled, or the cells are no frame with a CRS.
    """
    said, names = fault_words(language), fault_names(language)
    found = kinds_found(report)
    heading = said["title"] if title is None else one_line(title)
    verdict = verdict_in_words(report.n_faults, with_areas=bool(report.n_areas), language=language)
    labels = {kind: _label(names[kind], frame, said) for kind, frame in found.items()}
    families = fonts_for(" ".join([heading, verdict, *labels.values(), said["none"]]).split())
    with rc_context({"font.family": families, "axes.edgecolor": "#c3c9d2"}):
        figure = Sheet(figsize=_INCHES, facecolor="white")
        axes = figure.add_axes((0.02, 0.03, 0.70, 0.84), facecolor="#f1f0ec")
        _draw_ground(axes, report, cells)
        _draw_faults(axes, found)
        _frame(axes, report, found, cells)
        _write(figure, heading, verdict, ok=report.ok)
        _list(axes, labels, said["none"])
    return figure


def _label(name: str, frame: GeoDataFrame, said: Any) -> str:  # noqa: ANN401 - words by key
    m2, lost = float(frame["m2"].sum()), int((~drawable(frame)).sum())
    parts = [f"{len(frame):,}", m2_in_words(m2) if m2 else ""]
    parts.append(said["no_place"].format(n=f"{lost:,}") if lost else "")
    return f"{name}\n{' · '.join(part for part in parts if part)}"


def _draw_ground(axes: Axes, report: CoverageReport, cells: GeoDataFrame | None) -> None:
    axes.add_collection(
        PathCollection([*map(_path, report.balance.geometry)], facecolor="white", edgecolor="none")
    )
    if cells is not None:
        _draw_rings(axes, _shapes_of(cells, report), _CELL_LINE, 0.4)
    _draw_rings(axes, report.balance.geometry.to_numpy(), style.AREA_LINE, 0.9)


def _shapes_of(cells: GeoDataFrame, report: CoverageReport) -> Geometries:
    require_geoframe(cells, "cells")
    known = np.isin(shapely.get_type_id(cells.geometry.to_numpy()), POLYGONS)
    shown = cells.loc[known & drawable(cells), [cells.geometry.name]]
    shapes: Geometries = to_crs(shown, report.gaps.crs).geometry.to_numpy()
    return shapes


def _draw_rings(axes: Axes, shapes: Geometries, color: str, width: float) -> None:
    points, ring = ring_vertices(shapes)
    if len(points):
        lines = np.split(points, np.flatnonzero(np.diff(ring)) + 1)
        axes.add_collection(LineCollection(lines, colors=color, linewidths=width))


def _draw_faults(axes: Axes, found: dict[str, GeoDataFrame]) -> None:
    """Draw grounds and lines, then marks of one size: a sliver has no ground to see."""
    shapes = {k: frame[drawable(frame)].geometry.to_numpy() for k, frame in found.items()}
    places = {kind: places_of(some) for kind, some in shapes.items()}
    together = np.concatenate([np.empty((0, 2)), *places.values()])
    step = float(np.ptp(together, axis=0).max()) * _SAME_PLACE if len(together) else 0.0
    later = stacked([*places.values()], step or 1.0)
    for (kind, some), on_it in zip(shapes.items(), later, strict=True):
        _draw_ground_of(axes, kind, some)
        # Marks at one place are rings around each other.
        axes.scatter(
            places[kind][:, 0],
            places[kind][:, 1],
            s=_MARK * (1 + np.minimum(on_it, 4)) ** 1.5,
            marker=_MARKS[kind],
            color=style.FAULT_COLORS[kind],
            edgecolor="white",
            linewidth=1,
            zorder=5,
            gid=kind,
        )


def _draw_ground_of(axes: Axes, kind: str, shapes: Geometries) -> None:
    color = style.FAULT_COLORS[kind]
    ground = shapes[np.isin(shapely.get_type_id(shapes), POLYGONS)]
    fill = to_rgba(color, 0.3)
    paths = PathCollection([*map(_path, ground)], facecolor=fill, edgecolor=color, linewidths=1.3)
    axes.add_collection(paths)
    lines = shapely.get_parts(shapes)
    lines = lines[shapely.get_dimensions(lines) == 1]
    axes.add_collection(
        LineCollection([*map(shapely.get_coordinates, lines)], colors=color, linewidths=2)
    )


def _path(shape: shapely.Geometry) -> Path:
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(shape))]
    return Path.make_compound_path(*(Path(ring, closed=True) for ring in rings))


def _frame(
    axes: Axes,
    report: CoverageReport,
    found: dict[str, GeoDataFrame],
    cells: GeoDataFrame | None,
) -> None:
    """Show all that is drawn with a little air, no stretching, and a bar for the scale."""
    frames = [report.balance.geometry, *(frame.geometry for frame in found.values())]
    if cells is not None:
        frames.append(gpd.GeoSeries(_shapes_of(cells, report)))
    shapes = np.concatenate([frame.to_numpy() for frame in frames])
    shapes = shapes[np.isfinite(shapely.bounds(shapes)).all(axis=1)]
    west, south, east, north = shapely.total_bounds(shapes) if len(shapes) else (0, 0, 1, 1)
    air = max(east - west, north - south, 1.0) * _AIR
    axes.set_xlim(west - air, east + air)
    axes.set_ylim(south - 2.5 * air, north + air)
    axes.set_aspect("equal")
    axes.set_anchor("NW")
    axes.set_xticks([])
    axes.set_yticks([])
    metres = round_down((east - west + 2 * air) / 3)
    bar = [west, west + metres], [south - 1.5 * air] * 2
    axes.plot(*bar, color=style.INK, linewidth=2, solid_capstyle="butt")
    told = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"  # noqa: PLR2004 - a km
    axes.annotate(
        told,
        (west + metres, south - 1.5 * air),
        (6, 0),
        textcoords="offset points",
        va="center",
        color=style.INK,
        fontsize=9,
    )


def _write(figure: Figure, heading: str, verdict: str, *, ok: bool) -> None:
    left: dict[str, Any] = {"x": 0.02, "ha": "left", "parse_math": False}
    figure.text(y=0.945, s=heading, fontsize=17, weight="bold", color=style.INK, **left)
    color = "#13805c" if ok else "#c8102e"
    figure.text(y=0.90, s=verdict, fontsize=12, color=color, **left)


def _list(axes: Axes, labels: dict[str, str], none: str) -> None:
    """Name the marks beside the map, wherever its shape lets it end."""
    marks = [Line2D([], [], linestyle="", marker=_MARKS[kind], markersize=10) for kind in labels]
    for mark, kind in zip(marks, labels, strict=True):
        mark.set(color=style.FAULT_COLORS[kind], markeredgecolor="white")
    place: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.015, 1.01), "frameon": False}
    if not marks:
        marks, labels = [Line2D([], [], linestyle="")], {"": none}
    axes.legend(
        marks, list(labels.values()), fontsize=10, labelspacing=1.1, labelcolor=style.INK, **place
    )
