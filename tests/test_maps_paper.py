"""What comes out on paper, read back from the files by another program (poppler)."""

import re
import shutil
import subprocess
import warnings

import matplotlib as mpl
import numpy as np
import pytest
from fontTools.ttLib import TTFont
from matplotlib.font_manager import findfont
from test_maps_city import NAMES, small_city

from gridgeo.maps import fonts as fonts_room
from gridgeo.maps import plot_sheet, save_sheet
from gridgeo.maps.fonts import fonts_for

POPPLER = ("pdftotext", "pdffonts", "pdftocairo")
SVG = "{http://www.w3.org/2000/svg}"


def chinese_font():
    """The Chinese font of this machine; tests that need one are skipped without it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        family = fonts_for(["东门"])[0]
    if family not in fonts_room.CJK_FONTS:
        pytest.skip("no Chinese font on this machine")
    return family


def poppler(tool, *arguments):
    """What a program of poppler prints, and what it complains about."""
    if not all(map(shutil.which, POPPLER)):
        pytest.skip("poppler-utils are not installed")
    done = subprocess.run([tool, *map(str, arguments)], capture_output=True, check=True)
    return done.stdout.decode(), done.stderr.decode()


@pytest.fixture(scope="module")
def chinese_pdf(tmp_path_factory):
    """A sheet with Chinese names, as PDF."""
    chinese_font()
    cells, areas, components = small_city()
    figure = plot_sheet(cells, areas=areas, components=components, title="六个区域", language="zh")
    return save_sheet(figure, tmp_path_factory.mktemp("sheet") / "图.pdf")


def test_text_of_a_pdf_can_be_selected(chinese_pdf):
    """Title, legend and the names on the map are text, Chinese ones too."""
    text, _ = poppler("pdftotext", chinese_pdf, "-")
    for word in ("六个区域", "图例", "路灯", *NAMES):
        assert word in text, word


def test_fonts_of_a_pdf_are_embedded_as_what_they_are(chinese_pdf):
    """Every font is embedded, as a subset, of the kind that it says, and known by unicode."""
    table, complaints = poppler("pdffonts", chinese_pdf)
    rows = table.splitlines()[2:]
    assert rows
    assert all(re.search(r"CID TrueType +Identity-H +yes yes yes", row) for row in rows), table
    assert complaints == ""


def test_mended_glyphs_are_the_fonts_own(chinese_pdf, tmp_path):
    """The outlines in a PDF cover the same ground as those of the font, to a thousandth."""
    font = TTFont(findfont(chinese_font()), fontNumber=0)
    if "CFF " not in font:
        pytest.skip("the Chinese font here has TrueType outlines already")
    poppler("pdftocairo", "-png", "-r", "150", "-singlefile", chinese_pdf, tmp_path / "mended")
    mended = mpl.image.imread(tmp_path / "mended.png")[..., :3].mean(axis=2)
    raw = tmp_path / "raw.pdf"
    pdf = chinese_pdf.read_bytes()
    assert pdf.count(b"%%EOF") == 2
    raw.write_bytes(pdf[: pdf.index(b"%%EOF") + 6])
    poppler("pdftocairo", "-png", "-r", "150", "-singlefile", raw, tmp_path / "raw")
    as_it_was = mpl.image.imread(tmp_path / "raw.png")[..., :3].mean(axis=2)
    ink = (1 - as_it_was).sum()
    assert abs((1 - mended).sum() - ink) < 0.001 * ink
    assert np.abs(mended - as_it_was).mean() < 0.001


def test_a_users_style_changes_nothing(tmp_path):
    """Settings that cut the paper or grey the map, in drawing and saving, do not reach a sheet."""
    cells, areas, _ = small_city()
    areas["area_name"] = "Latin"
    plain = save_sheet(plot_sheet(cells, areas=areas), tmp_path / "plain.png").read_bytes()
    own = {
        "savefig.bbox": "tight",
        "axes.facecolor": "gray",
        "axes.grid": True,
        "figure.autolayout": True,
        "savefig.transparent": True,
        "font.size": 30,
    }
    with mpl.rc_context(own):
        styled = save_sheet(plot_sheet(cells, areas=areas), tmp_path / "styled.png").read_bytes()
    assert styled == plain
