"""What comes out on paper, read back from the files by another program (poppler)."""

import re
import shutil
import subprocess
import warnings

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pytest
import shapely
from fontTools.ttLib import TTFont
from matplotlib.font_manager import findfont
from test_maps_city import NAMES, small_city
from test_maps_zoned_city import zoned_city

from gridgeo.maps import fonts as fonts_room
from gridgeo.maps import plot_sheet, save_sheet, style
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


def corners_on_paper(pdf, color, folder):
    """West, south, east and north of the largest ground of a colour on the first page, mm."""
    poppler(
        "pdftocairo",
        "-svg",
        "-noshrink",
        "-nocenter",
        "-f",
        "1",
        "-l",
        "1",
        pdf,
        folder / "page.svg",
    )
    svg = (folder / "page.svg").read_text(encoding="utf-8")
    height = float(re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', svg)[1])
    found = []
    for path in re.findall(r"<path[^>]*fill:rgb[^>]*>", svg):
        parts = re.search(r"fill:rgb\(([\d.]+)%,([\d.]+)%,([\d.]+)%\)", path).groups()
        given = [round(float(part) * 2.55) for part in parts]
        if given == [int(color[i : i + 2], 16) for i in (1, 3, 5)]:
            numbers = re.findall(r"-?\d+\.?\d*", re.search(r' d="([^"]*)"', path)[1])
            xy = np.array(numbers, dtype=float).reshape(-1, 2)
            found.append([*xy.min(axis=0), *xy.max(axis=0)])
    west, top, east, low = max(found, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
    return np.array([west, height - low, east, height - top]) * 25.4 / 72


@pytest.mark.parametrize(
    ("size", "scale"), [("A3", 2000), ("A1", 2000), ("A4", 2500), ("A2", 1500)]
)
def test_corners_lie_as_far_apart_on_paper_as_the_scale_says(size, scale, tmp_path):
    """500 by 400 m measure 250 by 200 mm on a PDF at 1:2,000, read back, to a twentieth."""
    column, row = (grid.ravel() for grid in np.meshgrid(np.arange(5), np.arange(4)))
    west, south = 450_000 + 100 * column, 4_420_000 + 100 * row
    boxes = shapely.box(west, south, west + 100, south + 100)
    cells = gpd.GeoDataFrame(
        {"cell_code": [f"{n:03}" for n in range(20)], "area_code": "A", "kind": "whole"},
        geometry=boxes,
        crs="EPSG:32650",
    ).assign(area_m2=10_000.0)
    pdf = save_sheet(plot_sheet(cells, size=size, scale=scale), tmp_path / "sheet.pdf")
    left, low, right, high = corners_on_paper(pdf, style.AREA_FILLS[0], tmp_path)
    assert right - left == pytest.approx(500_000 / scale, abs=0.05)
    assert high - low == pytest.approx(400_000 / scale, abs=0.05)


def test_the_table_of_zones_is_text_in_the_pdf(tmp_path):
    """Persons, codes and hectares of every zone can be found in the file."""
    chinese_font()
    cells, zones = zoned_city()
    figure = plot_sheet(cells, zones=zones, language="zh")
    text, _ = poppler("pdftotext", save_sheet(figure, tmp_path / "zones.pdf"), "-")
    for word in ("责任网格", "责任领导", "吴然岚", "Z01", "Z06", "公顷", "9.0"):
        assert word in text, word
