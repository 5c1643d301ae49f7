"""Figures that are paper: true in size, whatever the session's settings, and saved whole."""

from __future__ import annotations

import io
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from matplotlib import style as looks
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from gridgeo.errors import InputError
from gridgeo.files import replacing
from gridgeo.maps.fonts import fonts_for
from gridgeo.maps.paper import MM_PER_INCH
from gridgeo.maps.pdf_fonts import mend_fonts
from gridgeo.maps.pen import SCREEN_DPI, Pen

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator

    from gridgeo.maps.paper import Paper

_PRINT_DPI: Final = 300
_FORMATS: Final = ("pdf", "png", "svg")
_SETTINGS: Final = {
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    # A vertex moved by a ninth of a pixel is 0.04 mm at the 72 dpi that a PDF is drawn at.
    "path.simplify_threshold": 0.0,
}


class Sheet(Figure):
    """A figure that shows itself in a notebook without pyplot."""

    def _repr_png_(self) -> bytes:
        image = io.BytesIO()
        with plain_settings():
            self.savefig(image, format="png", dpi=SCREEN_DPI)
        return image.getvalue()


@contextmanager
def plain_settings() -> Iterator[None]:
    """Draw with matplotlib's own settings: a user's style would move or hide what is drawn."""
    with looks.context(["default", _SETTINGS]):
        yield


def blank_sheet(paper: Paper, texts: Iterable[str]) -> Pen:
    """Lay out an empty sheet; gives a pen whose font has every character of the texts.

    Warns
    -----
    UserWarning
        No installed font has some of the characters.
    """
    return pen_on(paper, FontProperties(family=fonts_for(texts)))


def pen_on(paper: Paper, font: FontProperties) -> Pen:
    """Lay out an empty sheet; gives a pen that writes on it in a font."""
    figure = Sheet(figsize=(paper.width / MM_PER_INCH, paper.height / MM_PER_INCH))
    figure.set_dpi(SCREEN_DPI)
    FigureCanvasAgg(figure)
    return Pen(figure, paper, font)


def save_sheet(figure: Figure, path: str | os.PathLike[str]) -> Path:
    """Save a sheet as PDF, SVG or PNG (300 dpi), by the ending of the name.

    Text stays text in PDF and SVG: it can be searched, and edited in a drawing program. A PDF
    brings its fonts along.

    Parameters
    ----------
    figure
        What :func:`plot_sheet` or :func:`plot_tree` gave.
    path
        Where to; an old file is replaced only once the new one is complete.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        The name ends in none of these formats.

    Examples
    --------
    >>> import geopandas, shapely
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> from gridgeo.maps import plot_sheet
    >>> cells = geopandas.GeoDataFrame(
    ...     {"cell_code": ["1"], "area_code": ["A"], "area_m2": [1e4], "kind": ["whole"]},
    ...     geometry=[shapely.box(0, 0, 100, 100)], crs="EPSG:4548",
    ... )
    >>> with TemporaryDirectory() as folder:
    ...     save_sheet(plot_sheet(cells), Path(folder, "sheet.pdf")).name
    'sheet.pdf'
    """
    target = Path(path)
    ending = target.suffix.lower().lstrip(".")
    if ending not in _FORMATS:
        raise InputError(f"a sheet is saved as .pdf, .png or .svg, not as {target.name!r}.")
    with plain_settings(), replacing(target) as beside:
        figure.savefig(beside, format=ending, dpi=_PRINT_DPI, metadata={"Title": _title(figure)})
        if ending == "pdf":
            mend_fonts(beside)
    return target


def _title(figure: Figure) -> str:
    titles = [text.get_text() for text in figure.texts if text.get_gid() == "title"]
    return "".join(titles[:1])
