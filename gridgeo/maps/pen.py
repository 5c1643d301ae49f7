"""A pen that draws on paper in millimetres."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, cast

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from gridgeo.maps import style
from gridgeo.maps.paper import MM_PER_INCH, POINTS_PER_MM, Box, Paper

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

    from gridgeo.maps.sheet_view import View

_HALF_LETTER: Final = 0.365
"""Of the size of type: half the height of a capital letter."""

SCREEN_DPI: Final = 100
_MAGNIFIED: Final = 100.0
"""Points at which letters are as wide as in print; small ones are set to whole pixels on screen."""


@dataclass
class Pen:
    """Draws on the paper in millimetres.

    Parameters
    ----------
    figure, paper
        What is drawn on.
    font
        With every character that is drawn.
    """

    figure: Figure
    paper: Paper
    font: FontProperties

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        **look: Any,  # noqa: ANN401 - straight into matplotlib
    ) -> Text:
        """Write text around a height, its size in points on A3; no dollar sign starts a formula.

        The letters stand on one line whatever accents they have.
        """
        font = self.font.copy()
        font.set_size(size * self.paper.unit)
        font.set_weight(look.pop("weight", "normal"))
        settings = {"color": style.INK, "va": "baseline", "parse_math": False, **look}
        y -= _HALF_LETTER * size * self.paper.unit / POINTS_PER_MM
        return self.figure.text(
            x / self.paper.width, y / self.paper.height, text, fontproperties=font, **settings
        )

    def width(self, text: str, size: float, weight: str = "normal") -> float:
        """Measure text in millimetres, where it is wider: on screen or in print."""
        points = size * self.paper.unit
        return _width(text, points, weight, tuple(self.font.get_family())) * MM_PER_INCH

    def fitted(self, text: str, size: float, room: float, weight: str = "normal") -> str:
        """Shorten text that is wider than the room, in millimetres."""
        if self.width(text, size, weight) <= room:
            return text
        shorter = text
        while shorter and self.width(shorter + "…", size, weight) > room:
            shorter = shorter[:-1]
        return shorter.rstrip() + "…"

    def wrapped(self, text: str, size: float, room: float) -> list[str]:
        """Break text between words into lines that fit the room, in millimetres."""
        lines = [""]
        for word in text.split():
            longer = f"{lines[-1]} {word}".strip()
            if lines[-1] and self.width(longer, size) > room:
                lines.append(word)
            else:
                lines[-1] = longer
        return [self.fitted(line, size, room) for line in lines]

    def box(
        self,
        box: Box,
        **look: Any,  # noqa: ANN401 - straight into matplotlib
    ) -> Rectangle:
        """Draw a rectangle."""
        patch = Rectangle(
            (box.left / self.paper.width, box.bottom / self.paper.height),
            box.width / self.paper.width,
            box.height / self.paper.height,
            transform=self.figure.transFigure,
            **look,
        )
        self.figure.add_artist(patch)
        return patch

    def axes(self, box: Box, view: View, gid: str) -> Axes:
        """Open a frame in which a view of the ground is drawn."""
        width, height = self.paper.width, self.paper.height
        place = (box.left / width, box.bottom / height, box.width / width, box.height / height)
        axes = self.figure.add_axes(place, facecolor="white", gid=gid)
        axes.set_xlim(view.west, view.east)
        axes.set_ylim(view.south, view.north)
        axes.set_autoscale_on(False)
        return axes

    def line(
        self, start: tuple[float, float], end: tuple[float, float], color: str, lw: float
    ) -> None:
        """Draw a straight line."""
        xs = [start[0] / self.paper.width, end[0] / self.paper.width]
        ys = [start[1] / self.paper.height, end[1] / self.paper.height]
        self.figure.add_artist(
            Line2D(xs, ys, transform=self.figure.transFigure, color=color, lw=lw)
        )


@lru_cache(maxsize=100_000)
def _width(text: str, points: float, weight: str, families: tuple[str, ...]) -> float:
    """Measure text in inches; pages of an atlas write the same names again and again."""
    on_screen = _measured(text, points, weight, families)
    return max(on_screen, _in_print(text, weight, families) * points)


@lru_cache(maxsize=100_000)
def _in_print(text: str, weight: str, families: tuple[str, ...]) -> float:
    """Measure text of one point in inches, without the whole pixels of a screen."""
    return _measured(text, _MAGNIFIED, weight, families) / _MAGNIFIED


def _measured(text: str, points: float, weight: str, families: tuple[str, ...]) -> float:
    font = FontProperties(family=list(families), weight=weight, size=points)
    pixels, _, _ = _renderer().get_text_width_height_descent(text, font, ismath=False)
    return float(pixels) / SCREEN_DPI


@cache
def _renderer() -> Any:  # noqa: ANN401 - matplotlib types it by what it draws on
    return cast("Any", FigureCanvasAgg(Figure(dpi=SCREEN_DPI))).get_renderer()
