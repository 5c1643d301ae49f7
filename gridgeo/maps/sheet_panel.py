"""The panel of a printed sheet: what stands where in it, and how a line of it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse, Polygon

from gridgeo._round_numbers import round_down
from gridgeo.maps import style
from gridgeo.maps.paper import POINTS_PER_MM, Box
from gridgeo.maps.sheet_blocks import MOST_LISTED, Block, Panel, Row, components, legend, totals
from gridgeo.maps.sheet_inset import draw_inset
from gridgeo.maps.sheet_table import draw_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from gridgeo.maps.pen import Pen

_HEADING: Final = 6.2
_ROW: Final = 5.9
_BELOW: Final = 6.5
_SYMBOL: Final = 9.0
_BAR: Final = 62.0
_INSET: Final = 38.0
_LEAST_TABLE: Final = 30.0


def draw_panel(pen: Pen, panel: Panel) -> None:
    """Draw everything that stands beside the map."""
    draw_edge(pen)
    if not pen.paper.roomy:
        columns = pen.paper.columns()
        foot = draw_foot(pen, panel, columns[-1])
        _draw_blocks(pen, panel, [*columns[:-1], foot])
    elif pen.paper.width > pen.paper.height:
        _draw_wide(pen, panel)
    else:
        _draw_high(pen, panel)


def draw_edge(pen: Pen) -> None:
    """Draw the line between the map and the panel."""
    box = pen.paper.panel
    wide = pen.paper.width > pen.paper.height
    start = (box.left, box.bottom) if wide else (box.left, box.bottom + box.height)
    end = (box.left, start[1] + box.height) if wide else (start[0] + box.width, start[1])
    pen.line(start, end, color=style.INK, lw=0.7 * pen.paper.unit)


def _draw_wide(pen: Pen, panel: Panel) -> None:
    """With zones, beside the map: two columns of blocks, the table below, the foot at the end."""
    air = 4 * pen.paper.unit
    left, right = halves(pen.paper.columns()[0], air)
    whole = pen.paper.columns()[0]
    rest = draw_foot(pen, panel, whole, inset=False)
    bottom = _draw_blocks(pen, panel, [left, right], inset=True)
    table = Box(whole.left, rest.bottom, whole.width, bottom - rest.bottom)
    draw_table(pen, panel, table)


def _draw_high(pen: Pen, panel: Panel) -> None:
    """With zones, below the map: blocks, the table in the middle, totals and foot."""
    air = 4 * pen.paper.unit
    first, second, third = pen.paper.columns()
    narrow = first.width * 0.8
    first = first._replace(width=narrow)
    third = Box(third.left + third.width - narrow, third.bottom, narrow, third.height)
    left = first.left + narrow + air
    foot = draw_foot(pen, panel, third)
    _draw_blocks(pen, panel, [first, foot])
    middle = second._replace(left=left, width=third.left - air - left)
    draw_table(pen, panel, middle)


def halves(box: Box, air: float) -> tuple[Box, Box]:
    """Divide a column into two."""
    width = (box.width - air) / 2
    return box._replace(width=width), box._replace(left=box.left + width + air, width=width)


def _draw_blocks(pen: Pen, panel: Panel, columns: Sequence[Box], *, inset: bool = False) -> float:
    """Draw legend, components and totals, and the inset where asked; gives the lowest place."""
    unit = pen.paper.unit
    below = [_LEAST_TABLE * unit if inset else 0.0] * len(columns)
    inset = inset and panel.inset is not None
    below[-1] += _INSET * unit * inset

    def blocks(most: int) -> list[Block]:
        return [legend(panel, most), components(panel, min(most, 8)), totals(panel)]

    tops = draw_blocks(pen, blocks, columns, below)
    if inset and panel.inset is not None:
        box = columns[-1]
        height = (_INSET - 4) * unit
        draw_inset(pen, panel.inset, Box(box.left, tops[-1] - height, box.width, height))
        tops[-1] -= _INSET * unit
    return min(tops)


def draw_blocks(
    pen: Pen,
    blocks_of: Callable[[int], Sequence[Block]],
    columns: Sequence[Box],
    below: Sequence[float],
) -> list[float]:
    """Draw blocks into columns, the next into the emptiest; lists shrink until all have room.

    Parameters
    ----------
    pen
        Draws.
    blocks_of
        Gives the blocks, their lists cut down to a number of rows.
    columns
        Where to.
    below
        What to leave free at the foot of each, mm.

    Returns
    -------
    list of float
        How far down each column is full.
    """
    unit = pen.paper.unit
    rooms = [column.height - free for column, free in zip(columns, below, strict=True)]
    for most in range(MOST_LISTED, -1, -1):
        blocks = [block for block in blocks_of(most) if block.rows]
        placed = _placed(blocks, rooms, unit)
        if placed is not None:
            break
    else:
        placed = [(min(place, len(columns) - 1), block) for place, block in enumerate(blocks[:2])]
    tops = [column.bottom + column.height for column in columns]
    for place, block in placed:
        tops[place] = draw_block(pen, block, columns[place], tops[place])
    return tops


def _placed(
    blocks: Sequence[Block], rooms: Sequence[float], unit: float
) -> list[tuple[int, Block]] | None:
    """Give each block the column with the most room left; None where one has too little."""
    left = list(rooms)
    placed = []
    for block in blocks:
        place = max(range(len(left)), key=lambda column: (left[column], -column))
        left[place] -= height_of(block) * unit
        placed.append((place, block))
    return placed if min(left) >= -_BELOW * unit else None


def height_of(block: Block) -> float:
    """Give the height of a block, mm on A3."""
    return _HEADING + len(block.rows) * _ROW + _BELOW


def draw_foot(pen: Pen, panel: Panel, column: Box, *, inset: bool = True) -> Box:
    """Draw imprint, scale, north arrow and inset at the foot; gives what is left of the column."""
    unit, said = pen.paper.unit, panel.subject.said
    top = draw_imprint(pen, panel.imprint, column, column.bottom)
    top = draw_scale(pen, panel.view.scale, column, top + 4 * unit, said)
    draw_north(pen, column.left + column.width - 6 * unit, top - 13 * unit, said)
    top += 6 * unit
    rest = Box(column.left, top, column.width, column.bottom + column.height - top)
    if inset:
        top += draw_inset_at_foot(pen, panel, rest)
    return Box(column.left, top, column.width, column.bottom + column.height - top)


def draw_inset_at_foot(pen: Pen, panel: Panel, column: Box) -> float:
    """Draw the inset at the foot of a column; gives the height it takes, 0 where there is none."""
    if panel.inset is None:
        return 0.0
    unit = pen.paper.unit
    height = (_INSET - 4) * unit
    draw_inset(pen, panel.inset, Box(column.left, column.bottom + 2 * unit, column.width, height))
    return _INSET * unit


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
    return y - _BELOW * unit


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


def _draw_row(pen: Pen, row: Row, column: Box, y: float, indent: float) -> None:
    unit = pen.paper.unit
    _draw_symbol(pen, row, column.left, y)
    # A line of words alone heads or closes the others, and takes the whole width.
    left = column.left + (indent if row.has_symbol or row.value else 0)
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
    elif row.star:
        at = ((left + 3.2 * unit) / pen.paper.width, y / pen.paper.height)
        star = Line2D(*([part] for part in at), marker="*", color=style.KEY_UNIT, lw=0)
        star.set(markersize=3.6 * unit * POINTS_PER_MM, markeredgewidth=0)
        star.set_transform(pen.figure.transFigure)
        pen.figure.add_artist(star)
    elif row.line:
        pen.line((left, y), (left + 6.5 * unit, y), color=row.line, lw=row.weight * unit)
