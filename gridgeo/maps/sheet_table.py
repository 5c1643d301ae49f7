"""The table of zones on a printed sheet: how large each is, and who is in charge."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from gridgeo.maps import style
from gridgeo.maps.paper import Box
from gridgeo.maps.themes import ZONE
from gridgeo.schema import AREA_M2, N_CELLS, ZONE_CODE, ZONE_NAME

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from gridgeo.maps.paper import Paper
    from gridgeo.maps.pen import Pen
    from gridgeo.maps.sheet_blocks import Panel

_SETTINGS: Final = ((1, 1.0), (1, 0.86), (2, 1.0), (2, 0.86), (2, 0.74), (2, 0.64), (2, 0.55))
"""Sets of columns side by side, and how much smaller the type is: the first with room is taken."""

_LEAST_TYPE: Final = 5.0
"""Points on any paper: a large sheet has room for more rows, as long as they can be read."""

_ALWAYS: Final = 0.86

_TYPE: Final = 6.6
_ROW: Final = 4.1
_HEADING: Final = 6.2
_HEAD: Final = 13.0
_MOST_ROLES: Final = 3
_WIDE: Final = 150.0
"""A table so wide has a page to itself, and names every role."""

_SWATCH: Final = 5.0
_PERSON: Final = 14.0
_MOST: Final = 40.0
_NAME_SHARE: Final = 0.45
_SLACK: Final = 1.02
_AIR: Final = 2.0
_GAP: Final = 5.0
"""Between two sets of columns side by side; all in mm on A3."""

_M2_PER_HECTARE: Final = 10_000


@dataclass(frozen=True)
class _Column:
    """One column of the table: heading, texts by row, width in mm on A3, which side it holds to."""

    heading: str
    texts: Sequence[str]
    width: float
    right: bool = False


def draw_table(pen: Pen, panel: Panel, box: Box) -> None:
    """Draw the table into a box: in one set of columns or two, and say what had no room."""
    zoning, said, unit = panel.subject.zoning, panel.subject.said, pen.paper.unit
    if zoning is None:
        return
    top = box.bottom + box.height
    pen.text(box.left, top - 3 * unit, said["zones"], 10.5, weight="bold", gid="table")
    y = top - _HEADING * unit
    pen.line((box.left, y), (box.left + box.width, y), color=style.INK, lw=0.5 * unit)
    n, room = len(zoning.zones), box.height / unit
    legible = [one for one in _SETTINGS if one[1] >= min(_LEAST_TYPE / (_TYPE * unit), _ALWAYS)]
    fitting = (one for one in legible if n <= one[0] * _n_rows(room, one[1]))
    n_sets, times = next(fitting, legible[-1])
    rows, width = _n_rows(room, times), (box.width / unit - (n_sets - 1) * _GAP) / n_sets
    shown = n if n <= n_sets * rows else n_sets * rows - 1
    per_set = -(-n // n_sets) if shown == n else rows
    setting = _Setting(pen, _columns(pen, panel, width, times), _swatches(panel), times)
    lefts = [box.left + place * (width + _GAP) * unit for place in range(n_sets)]
    for place, left in enumerate(lefts):
        setting.draw(place * per_set, min((place + 1) * per_set, shown), left, y)
    if shown < n:
        said_so = said["more_zones"].format(n=f"{n - shown:,}")
        setting.tell(said_so, width, lefts[-1], setting.low(y, per_set - 1))


def _n_rows(room: float, times: float) -> int:
    return max(int((room - _HEAD) // (_ROW * times)), 1)


def _swatches(panel: Panel) -> list[str | None]:
    """Give the fill of each zone on the map; none where fills tell something else."""
    if panel.subject.zoning is None:
        return []
    colors = panel.subject.zoning.zones["color"]
    if panel.color != ZONE:
        return [None] * len(colors)
    fills = style.area_fills(int(colors.max()) + 1)
    return [fills[color] for color in colors]


def index_box(paper: Paper) -> Box:
    """Give what of a page the index may take."""
    left, bottom, width, height = paper.neat_line
    air, foot = 8 * paper.unit, 9 * paper.unit
    high = height - paper.title.height - foot
    return Box(left + air, bottom + foot, width - 2 * air, high)


def index_rows(paper: Paper) -> int:
    """Give how many zones have room on a page of the index."""
    box = index_box(paper)
    n_sets = max(int(box.width / paper.unit // _WIDE), 1)
    return n_sets * _n_rows(box.height / paper.unit + _HEADING, 1.0)


def _n_sets(n: int, box: Box, unit: float) -> int:
    """Set a short index in one set of columns, a longer one in as many as there is room for."""
    short = n <= _n_rows(box.height / unit + _HEADING, 1.0)
    return 1 if short else max(int(box.width / unit // _WIDE), 1)


def draw_index(pen: Pen, panel: Panel, box: Box, first: int) -> int:
    """Draw what of the table has room in a box, from a row on; gives the row that comes next."""
    zoning, unit = panel.subject.zoning, pen.paper.unit
    if zoning is None:
        return 0
    n_sets = _n_sets(len(zoning.zones), box, unit)
    width = (box.width / unit - (n_sets - 1) * _GAP) / n_sets
    rows = _n_rows(box.height / unit + _HEADING, 1.0)
    setting = _Setting(pen, _columns(pen, panel, width, 1.0), _swatches(panel), 1.0)
    for place in range(n_sets):
        last = min(first + rows, len(zoning.zones))
        if last > first:
            left = box.left + place * (width + _GAP) * unit
            setting.draw(first, last, left, box.bottom + box.height)
        first = last
    return first


def _columns(pen: Pen, panel: Panel, width: float, times: float) -> list[_Column]:
    """Choose what there is room for: codes and sizes as wide as they are, persons in the rest."""
    zoning, said = panel.subject.zoning, panel.subject.said
    if zoning is None:
        return []
    zones, persons = zoning.zones, zoning.persons

    def fitted(heading: str, texts: list[str], most: float = _MOST, *, right: bool) -> _Column:
        widest = max(pen.width(text, _TYPE * times) for text in [heading, *texts])
        return _Column(heading, texts, min(widest * _SLACK / pen.paper.unit, most) + _AIR, right)

    name = fitted(said["zone"], _labels(zones), width * _NAME_SHARE, right=False)
    hectares = [f"{m2 / _M2_PER_HECTARE:,.1f}" for m2 in zones[AREA_M2]]
    numbers = [fitted(said["ha"], hectares, right=True)]
    if panel.pages is not None:
        numbers.append(fitted(said["page"], [f"{page:,}" for page in panel.pages], right=True))
    counts = fitted(said["cells_head"], [f"{n:,}" for n in zones[N_CELLS]], right=True)
    room = width - _SWATCH - name.width - sum(column.width for column in numbers)
    most = _MOST_ROLES if width < _WIDE else len(persons.columns)
    roles = _roles(persons, min(int(room // _PERSON), most))
    if panel.celled and room - len(roles) * _PERSON >= counts.width:
        numbers.insert(0, counts)
        room -= counts.width
    each = room / max(len(roles), 1)
    shown = [_Column(role, persons[role].tolist(), each) for role in roles]
    return [name if roles else replace(name, width=name.width + room), *shown, *numbers]


def _roles(persons: pd.DataFrame, n: int) -> list[str]:
    """Choose the highest roles; one alone is the highest that differs from zone to zone."""
    roles = [str(role) for role in persons.columns if (persons[role] != "").any()]
    if n != 1:
        return roles[:n]
    differ = {role: persons[role].nunique() for role in roles}
    telling = (role for role in roles if 2 * differ[role] >= max(differ.values()))
    return [next(telling)] if roles else []


def _labels(zones: pd.DataFrame) -> list[str]:
    same = (zones[ZONE_NAME] == zones[ZONE_CODE]).to_numpy()
    pairs = zip(zones[ZONE_CODE], zones[ZONE_NAME], same, strict=True)
    return [code if alike else f"{code}  {name}" for code, name, alike in pairs]


@dataclass(frozen=True)
class _Setting:
    """Draws rows of the table.

    Parameters
    ----------
    pen, columns, swatches
        What is drawn, with what.
    times
        How much smaller than usual.
    """

    pen: Pen
    columns: Sequence[_Column]
    swatches: Sequence[str | None]
    times: float

    @property
    def size(self) -> float:
        """Of the type, points on A3."""
        return _TYPE * self.times

    def low(self, top: float, place: int) -> float:
        """Give the middle of a row."""
        head = _HEAD - _HEADING
        return top - (head + (place + 0.5) * _ROW * self.times) * self.pen.paper.unit

    def draw(self, first: int, last: int, left: float, top: float) -> None:
        """Draw some rows, headed, below an upper left corner."""
        pen, unit = self.pen, self.pen.paper.unit
        lows = [self.low(top, place) for place in range(last - first)]
        for low, fill in zip(lows, self.swatches[first:last], strict=True):
            if fill is None:
                continue
            height = 2.4 * unit * self.times
            swatch = Box(left, low - height / 2, (_SWATCH - 1.5) * unit, height)
            pen.box(swatch, facecolor=fill, edgecolor=style.AREA_LINE, lw=0.25 * unit)
        left += _SWATCH * unit
        for column in self.columns:
            room = (column.width - _AIR) * unit
            x, ha = (left + column.width * unit, "right") if column.right else (left, "left")
            heads = pen.wrapped(column.heading, self.size, room)[:2]
            for place, line in enumerate(reversed(heads)):
                y = top - (_HEAD - _HEADING - 1.4 - place * 2.7) * unit
                pen.text(x, y, line, self.size, ha=ha, color=style.FAINT_INK, gid="table_head")
            for low, text in zip(lows, column.texts[first:last], strict=True):
                pen.text(x, low, self._short(text, room), self.size, ha=ha, gid="table_cell")
            left += column.width * unit

    def tell(self, text: str, width: float, left: float, low: float) -> None:
        """Write a line in place of a row."""
        shown = self.pen.fitted(text, self.size, width * self.pen.paper.unit)
        self.pen.text(left, low, shown, self.size, color=style.FAINT_INK, gid="table_more")

    def _short(self, text: str, room: float) -> str:
        """Shorten a list of persons to the first and how many more, other text to what fits."""
        pen, size = self.pen, self.size
        if pen.width(text, size) <= room:
            return text
        for separator in ("; ", "、"):
            first, *others = text.split(separator)
            if others:
                return f"{pen.fitted(first, size, room - pen.width(' +9', size))} +{len(others)}"
        return pen.fitted(text, size, room)
