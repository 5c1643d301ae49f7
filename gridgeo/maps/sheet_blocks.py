"""What stands beside the map on a printed sheet, line by line: legend, components, totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gridgeo.maps import style
from gridgeo.maps.sheet_map import border_points, zone_points
from gridgeo.maps.themes import AREA, ZONE
from gridgeo.maps.zoning import zone_numbers
from gridgeo.schema import AREA_CODE, AREA_M2, AREA_NAME, CLASS_CODE, KIND

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geopandas import GeoDataFrame

    from gridgeo.maps.sheet_inset import Inset
    from gridgeo.maps.sheet_view import View
    from gridgeo.maps.subject import Subject
    from gridgeo.maps.themes import Theme
    from gridgeo.schema import Geometries

MOST_LISTED: Final = 10
"""Areas or classes in a list; fewer where the panel is short."""

_STRIPES: Final = 4


@dataclass(frozen=True)
class Row:
    """A line of the legend or the totals.

    Parameters
    ----------
    name, value
        What stands left and right.
    fills
        Colours of the swatch before the name, side by side; no swatch where there is none.
    dot, line
        Colour of the dot or the line before the name.
    weight
        Width of a line symbol in points on A3.
    star
        Whether the sign of a key unit stands before the name.
    """

    name: str
    value: str = ""
    fills: tuple[str, ...] = ()
    dot: str | None = None
    line: str | None = None
    weight: float = 0.5
    star: bool = False

    @property
    def has_symbol(self) -> bool:
        """Whether anything stands before the name."""
        return bool(self.fills or self.dot or self.line or self.star)


@dataclass(frozen=True)
class Block:
    """Rows under one heading."""

    heading: str
    rows: Sequence[Row]


@dataclass(frozen=True)
class Panel:
    """What stands beside a map.

    Parameters
    ----------
    subject, view, color, theme
        What the map shows, where, and by which colours.
    imprint
        Lines of it.
    inset
        None where there is none.
    dots
        Whether components are drawn.
    pages
        Of an atlas, on which page each zone is.
    celled
        Whether there are cells, and not zones alone.
    """

    subject: Subject
    view: View
    color: str
    theme: Theme | None
    imprint: Sequence[str]
    inset: Inset | None
    dots: bool
    pages: Sequence[int] | None = None
    celled: bool = True


def legend(panel: Panel, most: int) -> Block:
    """Explain lines, signs and fills; areas are listed where there are at most so many."""
    subject, said = panel.subject, panel.subject.said
    rows = list(_line_rows(panel))
    if subject.zoning is None and panel.color == AREA:
        rows += [
            Row(said.get(f"{kind}_cells", name), f"{n:,}")
            for kind, name, n in subject.kinds[[KIND, "name", "count"]].to_numpy().tolist()
        ]
    if subject.key_units is not None:
        rows.append(Row(said["key_unit"], star=True))
    rows += _fill_rows(panel, most)
    head, _ = ("", []) if subject.zoning is None else zone_numbers(subject.zoning)
    if head:
        rows.append(Row(said["short_codes"], head))
    return Block(said["legend"], rows)


def _line_rows(panel: Panel) -> Iterator[Row]:
    subject, said, borders = panel.subject, panel.subject.said, panel.subject.borders
    for border, weight in zip(borders, border_points(len(borders)), strict=True):
        yield Row(border.name, line=style.AREA_LINE, weight=weight)
    if subject.zoning is not None:
        yield Row(said["zone_border"], line=style.ZONE_LINE, weight=zone_points())
    if panel.celled:
        yield Row(said["cell_border"], line=style.CELL_LINE)


def _fill_rows(panel: Panel, most: int) -> Iterator[Row]:
    subject, said = panel.subject, panel.subject.said
    if panel.theme is not None:
        yield Row(panel.theme.name)
        table = panel.theme.legend
        for name, n, fill in zip(table["name"], table["count"], table["fill"], strict=True):
            yield Row(name, f"{n:,}", fills=(fill,))
        if (panel.theme.row < 0).any():
            yield Row(said["no_value"], fills=(style.NO_FILL,))
        return
    if panel.color == ZONE and subject.zoning is not None:
        fills = style.area_fills(int(subject.zoning.zones["color"].max()) + 1)
        yield Row(said["one_color_each_zone"], fills=fills[:_STRIPES])
        if (subject.zoning.row < 0).any():
            yield Row(said["no_zone"], fills=(style.NO_FILL,))
        return
    areas = subject.areas
    fills = style.area_fills(int(areas["color"].max()) + 1)
    if len(areas) > most:
        yield Row(said["one_color"], fills=fills[:_STRIPES])
        return
    for name, color in zip(areas[AREA_NAME], areas["color"], strict=True):
        yield Row(name, fills=(fills[color],))


def totals(panel: Panel) -> Block:
    """Count what there is."""
    subject, said = panel.subject, panel.subject.said
    cells = subject.cells
    area_m2 = float(cells[AREA_M2].sum())
    rows = [Row(said["total_area"], f"{area_m2 / 1e6:,.2f} km²")]
    if subject.zoning is not None:
        rows.insert(0, Row(said["zones"], f"{len(subject.zoning.zones):,}"))
    if panel.celled:
        rows.insert(0, Row(said["areas"], f"{cells[AREA_CODE].nunique():,}"))
        rows.insert(-1, Row(said["cells"], f"{len(cells):,}"))
        rows.append(Row(said["mean_cell"], f"{area_m2 / len(cells):,.0f} m²"))
    if subject.components is not None:
        rows.append(Row(said["components"], f"{len(subject.components.points):,}"))
    if subject.key_units is not None:
        rows.append(Row(said["key_units"], f"{_inside(subject.key_units.points, cells):,}"))
    return Block(said["totals"], rows)


def _inside(points: Geometries, cells: GeoDataFrame) -> int:
    tree = shapely.STRtree(cells.geometry.to_numpy())
    return len(np.unique(tree.query(points, predicate="intersects")[0]))


def components(panel: Panel, most: int) -> Block:
    """List the most frequent classes; where several have one colour, what that stands for.

    With zones only what dots mean is told.
    """
    subject, said = panel.subject, panel.subject.said
    shown = subject.components
    if shown is None or (subject.zoning is not None and not panel.dots):
        return Block(said["components"], [])
    if panel.dots and len(shown.groups) < len(shown.classes):
        colors = style.CLASS_COLORS[: len(shown.groups)]
        groups = zip(shown.groups["name"], shown.groups["count"], colors, strict=True)
        return Block(said["components"], [Row(name, f"{n:,}", dot=dot) for name, n, dot in groups])
    listed = shown.classes.iloc[:most]
    columns = (listed[name] for name in (CLASS_CODE, "name", "count", "group"))
    rows = [
        Row(
            name if name == code else f"{code}  {name}",
            f"{n:,}",
            dot=style.CLASS_COLORS[group] if panel.dots else None,
        )
        for code, name, n, group in zip(*columns, strict=True)
    ]
    rest = shown.classes.iloc[most:]
    if len(rest):
        rows.append(Row(said["n_others"].format(n=len(rest)), f"{rest['count'].sum():,}"))
    if not panel.dots:
        rows.append(Row(said["too_many"]))
    return Block(said["components"], rows)
