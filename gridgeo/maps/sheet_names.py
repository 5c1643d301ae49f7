"""Names on a printed map, each where it fits and covers no other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely
from matplotlib import patheffects

from gridgeo.maps import style
from gridgeo.maps.coloring import label_places
from gridgeo.maps.paper import POINTS_PER_MM

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

    from gridgeo.maps.pen import Pen
    from gridgeo.maps.sheet_view import View
    from gridgeo.schema import Floats, Geometries

_LINE_HEIGHT: Final = 1.2
_GAP: Final = 0.3
"""Between two names side by side, in heights of a line."""


@dataclass(frozen=True)
class NameLook:
    """How names of one kind are written.

    Parameters
    ----------
    gid
        What they are called among the artists of the figure.
    sizes
        Points on A3, the best first.
    weight, color
        As matplotlib has them.
    wanted
        Whether a name in the smallest size may reach beyond its area where else it had none.
    halo
        Whether it stands off from what lies below.
    """

    gid: str
    sizes: Sequence[float] = (8.5, 7.0, 5.5)
    weight: str = "bold"
    color: str = style.INK
    wanted: bool = False
    halo: bool = True


@dataclass(frozen=True)
class _Room:
    """Where the name of an area may stand: at the middle of a chord; metres."""

    area: shapely.Geometry
    x: float
    y: float
    chord: float
    height: float

    def box(self, width: float, height: float) -> shapely.Geometry:
        across, up = width / 2, height / 2
        return shapely.box(self.x - across, self.y - up, self.x + across, self.y + up)


@dataclass(frozen=True)
class _Label:
    """A name as it is set, its size in points on A3, and the place it takes on the map."""

    text: str
    size: float
    box: shapely.Geometry


class _Taken:
    """Boxes that are taken; a city has thousands, so they are kept as one array."""

    def __init__(self) -> None:
        self._bounds = np.empty((64, 4))
        self._n = 0

    def add(self, box: shapely.Geometry) -> None:
        """Take a box."""
        if self._n == len(self._bounds):
            self._bounds = np.concatenate([self._bounds, np.empty_like(self._bounds)])
        self._bounds[self._n] = box.bounds
        self._n += 1

    def meet(self, box: shapely.Geometry) -> bool:
        """Tell whether any of them touches a box."""
        west, south, east, north = box.bounds
        lefts, lows, rights, tops = self._bounds[: self._n].T
        across = (lefts <= east) & (rights >= west)
        return bool((across & (lows <= north) & (tops >= south)).any())


class Names:
    """Writes names on a map and remembers where: what comes first has the choice.

    Parameters
    ----------
    axes, pen, view
        What is written on.
    """

    def __init__(self, axes: Axes, pen: Pen, view: View) -> None:
        self._axes = axes
        self._pen = pen
        self._view = view
        self._ground = view.box
        self._taken = _Taken()

    def take(self, points: Floats, radius: float) -> None:
        """Keep the ground around points free of names, metres."""
        for box in shapely.box(*(points - radius).T, *(points + radius).T):
            self._taken.add(box)

    def write_in(self, areas: Geometries, names: Sequence[str], look: NameLook) -> None:
        """Write the names of areas, the widest first, in what is seen of each."""
        areas = np.asarray(areas, dtype=object)
        cut = ~shapely.covers(self._ground, areas)
        areas = np.where(cut, shapely.intersection(areas, self._ground), areas)
        seen = np.flatnonzero(shapely.area(areas) > 0)
        if not len(seen):
            return
        places = label_places(areas[seen])
        for place in np.argsort(-places.chords, kind="stable"):
            row = seen[place]
            x, y = places.points[place]
            room = _Room(areas[row], x, y, places.chords[place], places.heights[place])
            labels = self._fitting(names[row], room, look)
            label = next((one for one in labels if self._is_free(one.box)), None)
            if label is not None:
                self._taken.add(label.box)
                self._write(x, y, label, look)

    def write_beside(
        self, points: Floats, names: Sequence[str], look: NameLook, away: float
    ) -> None:
        """Write names to the right of points, else to the left, above or below; mm away."""
        metres = self._view.scale / 1000
        size = look.sizes[0]
        high = size * self._pen.paper.unit / POINTS_PER_MM * metres
        for (x, y), name in zip(points, names, strict=True):
            wide = self._pen.width(name, size, look.weight) * metres
            beside, over = away * metres + wide / 2, away * metres + high / 2
            for middle in ((x + beside, y), (x - beside, y), (x, y + over), (x, y - over)):
                room = _Room(self._ground, *middle, wide, high)
                label = _Label(name, size, room.box(wide, high))
                if self._is_free(label.box):
                    self._taken.add(label.box)
                    self._write(*middle, label, look)
                    break

    def _is_free(self, box: shapely.Geometry) -> bool:
        return self._ground.covers(box) and not self._taken.meet(box)

    def _fitting(self, name: str, room: _Room, look: NameLook) -> Iterator[_Label]:
        """Set a name in every size its room allows, the largest first; in two lines if needed."""
        metres = self._view.scale / 1000
        for size in look.sizes:
            high = size * self._pen.paper.unit / POINTS_PER_MM * metres
            wide = self._pen.width(name, size, look.weight) * metres
            if wide <= room.chord and high <= room.height:
                yield _Label(name, size, room.box(wide + _GAP * high, high))
                continue
            lines = _halves(name)
            wide = max(self._pen.width(line, size, look.weight) for line in lines) * metres
            box = room.box(wide, high * (1 + _LINE_HEIGHT * (len(lines) - 1)))
            if len(lines) > 1 and room.area.covers(box):
                yield _Label("\n".join(lines), size, box)
        if look.wanted:
            size = look.sizes[-1]
            high = size * self._pen.paper.unit / POINTS_PER_MM * metres
            wide = self._pen.width(name, size, look.weight) * metres
            yield _Label(name, size, room.box(wide + _GAP * high, high))

    def _write(self, x: float, y: float, label: _Label, look: NameLook) -> None:
        """Write a name over its halo: text with a halo of its own would be outlines in a PDF."""
        font = self._pen.font.copy()
        font.set_size(label.size * self._pen.paper.unit)
        font.set_weight(look.weight)
        wide = 2 * self._pen.paper.unit
        halo = patheffects.Stroke(linewidth=wide, foreground="white", alpha=0.85)
        layers = [("halo", [halo]), (look.gid, [])]
        for gid, effects in layers if look.halo else layers[1:]:
            self._axes.text(
                x,
                y,
                label.text,
                ha="center",
                va="center",
                color=look.color,
                fontproperties=font,
                linespacing=_LINE_HEIGHT,
                parse_math=False,
                path_effects=effects,
                zorder=5,
                gid=gid,
            )


def _halves(name: str) -> list[str]:
    """Break a name at the space that makes its longer line the shortest."""
    words = name.split(" ")
    breaks = [[" ".join(words[:n]), " ".join(words[n:])] for n in range(1, len(words))]
    return min(breaks, key=lambda lines: max(map(len, lines)), default=[name])
