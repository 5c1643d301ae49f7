"""What stands beside the map on a printed sheet: legend, totals, scale, north, imprint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from matplotlib.patches import Ellipse, Polygon

from gridgeo.maps import style
from gridgeo.maps.paper import Box, round_down
from gridgeo.schema import AREA_M2, AREA_NAME, CLASS_CODE, KIND

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridgeo.maps.pen import Pen
    from gridgeo.maps.subject import Subject

_ROW: Final = 5.9
_SYMBOL: Final = 9.0
_BAR: Final = 62.0
_LISTED_CLASSES: Final = 8
_LISTED_AREAS: Final = {True: 10, False: 8}
"""On a wide sheet, and on a high one."""


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
    """

    name: str
    value: str = ""
    fills: tuple[str, ...] = ()
    dot: str | None = None
    line: str | None = None
    weight: float = 0.5

    @property
    def has_symbol(self) -> bool:
        """Whether anything stands before the name."""
        return bool(self.fills or self.dot or self.line)


@dataclass(frozen=True)
class Block:
    """Rows under one heading."""

    heading: str
    rows: Sequence[Row]


def draw_panel(
    pen: Pen, subject: Subject, imprint: Sequence[str], scale: float, *, dots: bool
) -> None:
    """Draw legend, totals, scale, north arrow and imprint into the panel."""
    unit, columns = pen.paper.unit, pen.paper.columns()
    panel, wide = pen.paper.panel, len(columns) == 1
    start = (panel.left, panel.bottom) if wide else (panel.left, panel.bottom + panel.height)
    end = (panel.left, start[1] + panel.height) if wide else (start[0] + panel.width, start[1])
    pen.line(start, end, color=style.INK, lw=0.7 * unit)
    last = columns[-1]
    top = draw_imprint(pen, imprint, last, last.bottom)
    top = draw_scale(pen, scale, last, top + 4 * unit, subject.said)
    draw_north(pen, last.left + last.width - 6 * unit, top - 13 * unit, subject.said)
    tops = [column.bottom + column.height for column in columns]
    blocks = [_legend(subject, wide=wide), _component_block(subject, dots=dots), _totals(subject)]
    for place, block in enumerate(block for block in blocks if block.rows):
        column = place % len(columns)
        tops[column] = draw_block(pen, block, columns[column], tops[column])


def draw_block(pen: Pen, block: Block, column: Box, top: float) -> float:
    """Draw a block below ``top``; gives where the next may begin."""
    unit = pen.paper.unit
    y = top - 3 * unit
    pen.text(column.left, y, block.heading, 10.5, weight="bold")
    y -= 3.2 * unit
    pen.line((column.left, y), (column.left + column.width, y), color=style.INK, lw=0.5 * unit)
    indent = _SYMBOL * unit if any(row.has_symbol for row in block.rows) else 0
    for row in block.rows:
        y -= _ROW * unit
        _draw_row(pen, row, column, y, indent)
    return y - 6.5 * unit


def draw_scale(
    pen: Pen, scale: float, column: Box, bottom: float, said: Mapping[str, str]
) -> float:
    """Draw the scale in words, the scale bar and the north arrow; gives the top."""
    unit = pen.paper.unit
    metres = round_down(min(_BAR * unit, 0.78 * column.width) * scale / 1000)
    length = metres * 1000 / scale
    bar = Box(column.left, bottom + 5.5 * unit, length, 1.8 * unit)
    for part in range(4):
        color = style.INK if part % 2 == 0 else "white"
        piece = Box(bar.left + part * length / 4, bar.bottom, length / 4, bar.height)
        pen.box(piece, facecolor=color, edgecolor=style.INK, lw=0.5 * unit, gid="scale_bar")
    large = metres >= 2000  # noqa: PLR2004 - from 2 km on in km
    for share in (0.0, 0.5, 1.0):
        number = metres * share / (1000 if large else 1)
        name = f"{number:,.10g}" + (" km" if large else " m") * (share == 1)
        x = bar.left + share * length
        look = "left" if share == 0 else "center"
        pen.text(x, bar.bottom - 3 * unit, name, 7, ha=look, gid="scale_bar_label")
    text = f"{said['scale']}{said['separator']}1:{scale:,.0f}"
    pen.text(bar.left, bar.bottom + 6 * unit, text, 10, weight="bold", gid="scale_text")
    return bar.bottom + 10 * unit


def draw_north(pen: Pen, x: float, y: float, said: Mapping[str, str]) -> None:
    """Draw a north arrow whose foot is at a place; it shows the north of the grid."""
    unit = pen.paper.unit
    for side, color in ((-1, style.INK), (1, "white")):
        corners = [(x, y + 13 * unit), (x + side * 3.6 * unit, y), (x, y + 2.8 * unit)]
        points = [(px / pen.paper.width, py / pen.paper.height) for px, py in corners]
        arrow = Polygon(
            points,
            closed=True,
            transform=pen.figure.transFigure,
            facecolor=color,
            edgecolor=style.INK,
            lw=0.6 * unit,
            gid="north_arrow",
        )
        pen.figure.add_artist(arrow)
    pen.text(x, y + 16 * unit, said["north"], 9.5, ha="center", weight="bold")


def draw_imprint(pen: Pen, lines: Sequence[str], column: Box, bottom: float) -> float:
    """Write date, coordinates and source, the last line lowest; gives the top."""
    unit = pen.paper.unit
    y = bottom + 1.5 * unit
    broken = [part for line in lines for part in pen.wrapped(line, 6.8, column.width)]
    for line in reversed(broken):
        pen.text(column.left, y, line, 6.8, color=style.FAINT_INK)
        y += 4 * unit
    return y


def _legend(subject: Subject, *, wide: bool) -> Block:
    said, areas = subject.said, subject.areas
    rows = [
        Row(said["area_border"], line=style.AREA_LINE, weight=1.6),
        Row(said["cell_border"], line=style.CELL_LINE),
        *(
            Row(said.get(f"{kind}_cells", name), f"{n:,}")
            for kind, name, n in subject.kinds[[KIND, "name", "count"]].to_numpy().tolist()
        ),
    ]
    fills = style.area_fills(int(areas["color"].max()) + 1)
    if len(areas) > _LISTED_AREAS[wide]:
        rows.append(Row(said["one_color"], fills=fills[:4]))
    else:
        pairs = zip(areas[AREA_NAME], areas["color"], strict=True)
        rows += [Row(name, fills=(fills[color],)) for name, color in pairs]
    return Block(said["legend"], rows)


def _totals(subject: Subject) -> Block:
    said, cells = subject.said, subject.cells
    area_m2 = float(cells[AREA_M2].sum())
    rows = [
        Row(said["areas"], f"{len(subject.areas):,}"),
        Row(said["cells"], f"{len(cells):,}"),
        Row(said["total_area"], f"{area_m2 / 1e6:,.2f} km²"),
        Row(said["mean_cell"], f"{area_m2 / len(cells):,.0f} m²"),
    ]
    if subject.components is not None:
        rows.append(Row(said["components"], f"{len(subject.components.points):,}"))
    return Block(said["totals"], rows)


def _component_block(subject: Subject, *, dots: bool) -> Block:
    said, shown = subject.said, subject.components
    if shown is None:
        return Block(said["components"], [])
    listed = shown.classes.iloc[:_LISTED_CLASSES]
    columns = (listed[name] for name in (CLASS_CODE, "name", "count", "group"))
    rows = [
        Row(
            name if name == code else f"{code}  {name}",
            f"{n:,}",
            dot=style.CLASS_COLORS[group] if dots else None,
        )
        for code, name, n, group in zip(*columns, strict=True)
    ]
    rest = shown.classes.iloc[_LISTED_CLASSES:]
    if len(rest):
        rows.append(Row(said["n_others"].format(n=len(rest)), f"{rest['count'].sum():,}"))
    if not dots:
        rows.append(Row(said["too_many"]))
    return Block(said["components"], rows)


def _draw_row(pen: Pen, row: Row, column: Box, y: float, indent: float) -> None:
    unit = pen.paper.unit
    _draw_symbol(pen, row, column.left, y)
    left = column.left + indent
    right = column.left + column.width
    room = right - left - pen.width(row.value, 8.5) - 2 * unit
    pen.text(left, y, pen.fitted(row.name, 8.5, room), 8.5)
    if row.value:
        pen.text(right, y, row.value, 8.5, ha="right")


def _draw_symbol(pen: Pen, row: Row, left: float, y: float) -> None:
    unit = pen.paper.unit
    if row.fills:
        width = 6.5 * unit / len(row.fills)
        for place, fill in enumerate(row.fills):
            swatch = Box(left + place * width, y - 1.6 * unit, width, 3.2 * unit)
            pen.box(swatch, facecolor=fill, edgecolor=style.AREA_LINE, lw=0.3 * unit)
    elif row.dot:
        across = 1.8 * unit
        centre = ((left + 3.2 * unit) / pen.paper.width, y / pen.paper.height)
        size = (across / pen.paper.width, across / pen.paper.height)
        transform = pen.figure.transFigure
        pen.figure.add_artist(Ellipse(centre, *size, transform=transform, facecolor=row.dot, lw=0))
    elif row.line:
        pen.line((left, y), (left + 6.5 * unit, y), color=row.line, lw=row.weight * unit)
