"""The printed sheet: true to scale, complete, readable."""

import io
import warnings
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from test_maps_city import NAMES, small_city

from gridgeo import _edges as edges_room
from gridgeo.errors import InputError
from gridgeo.maps import fonts as fonts_room
from gridgeo.maps import plot_sheet, save_sheet
from gridgeo.maps.fonts import fonts_for
from gridgeo.maps.paper import Box, paper, round_scale
from gridgeo.maps.sheet_map import cell_lines

SIZES = {"A4": (210, 297), "A3": (297, 420), "A0": (841, 1189)}


@pytest.fixture(scope="module")
def city():
    """Cells, areas and components of the small city."""
    return small_city()


@pytest.fixture(scope="module")
def sheet(city):
    """One sheet that many tests look at."""
    cells, areas, components = city
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return plot_sheet(
            cells, areas=areas, components=components, title="Six areas", source="made up"
        )


def by_gid(figure, gid):
    """Artists of one kind."""
    return figure.findobj(lambda artist: artist.get_gid() == gid)


def texts(figure):
    """What is written beside the map."""
    return [text.get_text() for text in figure.texts]


def scale_of(figure):
    """Read the denominator off the sheet."""
    (text,) = by_gid(figure, "scale_text")
    return float(text.get_text().split("1:")[1].replace(",", ""))


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_the_map_is_true_to_the_scale_it_names(city, size, orientation):
    """Width of the frame on paper times the named scale is the ground it shows, both ways."""
    figure = plot_sheet(city[0], size=size, orientation=orientation)
    short, long = SIZES[size]
    width, height = (long, short) if orientation == "landscape" else (short, long)
    assert figure.get_size_inches() * 25.4 == pytest.approx([width, height])
    (axes,) = by_gid(figure, "map")
    place = axes.get_position()
    scale = scale_of(figure)
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    assert place.width * width * scale / 1000 == pytest.approx(east - west)
    assert place.height * height * scale / 1000 == pytest.approx(north - south)
    bounds = city[0].total_bounds
    assert (west, south) < tuple(bounds[:2])
    assert (east, north) > tuple(bounds[2:])


@pytest.mark.parametrize("size", SIZES)
def test_the_scale_bar_is_as_long_as_it_says(city, size):
    """The four parts of the bar together, times the scale, are the last figure below it."""
    figure = plot_sheet(city[0], size=size)
    paper_mm = figure.get_size_inches()[0] * 25.4
    length = sum(part.get_width() for part in by_gid(figure, "scale_bar")) * paper_mm
    number, unit = by_gid(figure, "scale_bar_label")[-1].get_text().replace(",", "").split()
    metres = float(number) * {"m": 1, "km": 1000}[unit]
    assert length * scale_of(figure) / 1000 == pytest.approx(metres)


def test_a_round_scale_is_the_largest_that_fits():
    """2,400 m on 230 mm is 1:10,435, so 1:12,000; exactly 2,300 m fit at 1:10,000."""
    assert round_scale(2_400, 100, Box(0, 0, 230, 200)) == 12_000
    assert round_scale(2_300, 100, Box(0, 0, 230, 200)) == 10_000
    assert round_scale(100, 2_400, Box(0, 0, 230, 200)) == 12_000


def test_the_sheet_has_all_that_a_map_needs(sheet):
    """Cells, borders, dots, frame, north, title, source and totals are there, each once."""
    for gid in ("cell_fills", "cell_lines", "area_borders", "neat_line", "scale_text", "title"):
        assert len(by_gid(sheet, gid)) == 1, gid
    assert by_gid(sheet, "components")
    assert by_gid(sheet, "north_arrow")
    written = texts(sheet)
    assert "Six areas" in written
    assert "Source: made up" in written
    for figure in ("54", "53", "1", "0.54 km²", "9,987 m²", "7"):
        assert figure in written, figure


def test_six_areas_are_six_fills_in_no_two_neighbours_alike(sheet, city):
    """The fills of the sheet are those of the areas, and touching ones differ."""
    (fills,) = by_gid(sheet, "cell_fills")
    colors = fills.get_facecolors()
    geometry = city[1].geometry.to_numpy()
    touch = np.triu(shapely.intersects(geometry[:, None], geometry[None, :]), k=1)
    assert len(colors) == 6
    assert not any((colors[a] == colors[b]).all() for a, b in np.argwhere(touch))


def test_a_common_border_is_drawn_once(city):
    """The 54 cells have 54 * 4 + 4 + 4 sides; those that two share are drawn once."""
    lines = cell_lines(city[0].geometry.to_numpy())
    inner = 8 * 6 + 5 * 9
    assert len(lines) == 54 * 4 + 4 + 4 - inner
    assert len(np.unique(lines, axis=0)) == len(lines)


def test_no_line_is_lost_to_a_hash(city, monkeypatch):
    """Though all edges have one hash, each line of the cells is drawn."""
    cells = city[0].geometry.to_numpy()
    lines = np.unique(cell_lines(cells), axis=0)
    monkeypatch.setattr(edges_room, "hash_rows", lambda start, _end: np.zeros(len(start), int))
    assert np.array_equal(np.unique(cell_lines(cells), axis=0), lines)


@pytest.mark.filterwarnings("error")
def test_a_line_break_in_a_text_draws_no_box(city):
    """Line breaks and control characters in any text from data neither warn nor are drawn."""
    cells, areas, components = city
    said = "East\n\x07Gate"
    figure = plot_sheet(
        cells.assign(kind=said),
        areas=areas.assign(area_name=said),
        components=components.assign(class_code=said, class_name_en=said),
        title=said,
        subtitle=said,
        source=said,
    )
    figure.savefig(io.BytesIO(), format="png")
    written = texts(figure)
    assert written.count("East Gate") >= 3
    assert "Source: East Gate" in written
    assert not any("\n" in text or "\x07" in text for text in written)


def test_private_characters_are_told():
    """A character that no font has, though it is not printable, is named by the warning too."""
    with pytest.warns(UserWarning, match="no font here has 1 characters"):
        fonts_for(["\ue123"])


def test_a_long_name_breaks_into_two_lines(city):
    """A name too wide for its area is written in two lines of like length, inside the area."""
    cells, areas, _ = city
    first = "The Very Long Name of a Community by the Old River Side in the North of Town"
    figure = plot_sheet(cells, areas=areas.assign(area_name=[first, *["x" * 200] * 5]), size="A4")
    (name,) = by_gid(figure, "area_name")
    assert name.get_text() == first.replace(" the Old", "\nthe Old")
    drawn = name.get_window_extent().transformed(name.axes.transData.inverted())
    assert areas.geometry.iloc[0].covers(shapely.box(*drawn.extents))


def test_two_lines_stay_inside_a_slanting_area(city):
    """A name that as large as can be would jut out of a flat diamond is set smaller."""
    cells, areas, _ = city
    west, south = areas.total_bounds[:2]
    corners = [(0, 15), (300, 0), (600, 15), (300, 30)]
    diamond = shapely.Polygon([(west + x, south + y) for x, y in corners])
    one = areas.iloc[[0]].set_geometry([diamond]).assign(area_name=" ".join(["river"] * 44))
    figure = plot_sheet(cells[cells["area_code"] == "110101001"], areas=one, size="A4")
    (name,) = by_gid(figure, "area_name")
    drawn = name.get_window_extent().transformed(name.axes.transData.inverted())
    assert "\n" in name.get_text()
    assert diamond.covers(shapely.box(*drawn.extents))


def test_a_short_name_stays_on_one_line(sheet):
    """A name that fits on one line is not broken."""
    assert not any("\n" in name.get_text() for name in by_gid(sheet, "area_name"))


@pytest.mark.parametrize("n", [40, 78, 90])
def test_names_side_by_side_keep_a_gap(city, n):
    """Narrow names, names as wide as their area and wider ones: all written, two pixels apart."""
    figure = plot_sheet(city[0], areas=city[1].assign(area_name="i" * n), size="A4")
    names = by_gid(figure, "area_name")
    assert len(names) == 6
    boxes = [name.get_window_extent() for name in names]
    boxes = [box.padded(1.2) for box in boxes]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_rows_of_a_block_begin_in_one_line(sheet):
    """In the legend, a row without a symbol begins where those with one begin."""
    begins = {text.get_text(): text.get_position()[0] for text in sheet.texts}
    assert begins["Whole cells"] == begins["Area border"] == begins["Harbour"]
    assert begins["Areas"] == begins["Legend"] < begins["Area border"]


def test_names_stand_in_their_areas_and_meet_no_other(sheet, city):
    """All six names have room; each stands in its own area and no two boxes meet."""
    names = by_gid(sheet, "area_name")
    assert sorted(name.get_text() for name in names) == sorted(NAMES)
    areas = city[1].set_index("area_name").geometry
    assert all(areas[n.get_text()].contains(shapely.Point(n.get_position())) for n in names)
    boxes = [name.get_window_extent() for name in names]
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


def test_of_two_names_in_one_place_one_is_written(city):
    """Where two areas lie on one another, the second name would cover the first: it is left out."""
    cells, areas, _ = city
    twin = areas.iloc[[0]].assign(area_code="twin", area_name="Twin")
    figure = plot_sheet(cells, areas=pd.concat([areas, twin], ignore_index=True))
    names = [name.get_text() for name in by_gid(figure, "area_name")]
    assert len(names) == 6
    assert {"东华门", "Twin"} & set(names) == {"东华门"}


def test_names_without_room_are_left_out(city):
    """A name wider than its area at the smallest type is not written."""
    cells, areas, _ = city
    figure = plot_sheet(cells, areas=areas.assign(area_name="x" * 200))
    assert by_gid(figure, "area_name") == []


def test_a_dollar_sign_starts_no_formula(sheet):
    """An area named $x$ is written so."""
    (name,) = [n for n in by_gid(sheet, "area_name") if "$" in n.get_text()]
    assert name.get_text() == "$x$ Mill"
    assert not name.get_parse_math()


def test_many_components_are_counted_but_not_drawn(city):
    """More components than the paper has room for are listed; the legend says why no dots."""
    cells, areas, components = city
    many = components.iloc[np.zeros(60_000, dtype=int)]
    figure = plot_sheet(cells, areas=areas, components=many)
    assert by_gid(figure, "components") == []
    assert "60,000" in texts(figure)
    assert "Not drawn: too dense at this scale" in texts(figure)


def test_cells_in_degrees_are_drawn_in_metres():
    """Cells in degrees are drawn in their working CRS, which the imprint names."""
    figure = plot_sheet(small_city("EPSG:4326")[0])
    assert any("CGCS2000 / 3-degree Gauss-Kruger" in text for text in texts(figure))


def test_chinese_words(city):
    """In Chinese the headings, the kinds and the class names are Chinese."""
    cells, areas, components = city
    written = texts(plot_sheet(cells, areas=areas, components=components, language="zh"))
    for word in ("图例", "统计", "完整网格", "0401  路灯", "网格化管理地图"):
        assert word in written, word
    assert any(text.startswith("比例尺") and "1:" in text for text in written)


def test_no_font_for_chinese_is_told(monkeypatch):
    """Where no font has the characters, a warning says which and what to install."""
    monkeypatch.setattr(fonts_room, "CJK_FONTS", ())
    with pytest.warns(UserWarning, match="东门.*fonts-noto-cjk"):
        assert fonts_for(["East", "东门"]) == ["DejaVu Sans"]


def test_a_font_that_came_after_matplotlibs_list_is_found(monkeypatch):
    """Who installs the font that the warning asks for gets it, though the list is older."""
    if fonts_for(["东门"])[0] not in fonts_room.CJK_FONTS:
        pytest.skip("no Chinese font on this machine")
    files = {font.fname for font in fontManager.ttflist if font.name in fonts_room.CJK_FONTS}
    older = [font for font in fontManager.ttflist if font.fname not in files]
    monkeypatch.setattr(fontManager, "ttflist", older)
    assert fonts_for(["东门"])[0] in fonts_room.CJK_FONTS


def test_latin_text_needs_no_other_font():
    """A sheet in English asks for nothing that matplotlib does not bring."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert fonts_for(["Grid management map: 25 km²"]) == ["DejaVu Sans"]


def test_settings_of_matplotlib_stay(city, tmp_path):
    """Neither drawing nor saving changes the global settings."""
    before = dict(mpl.rcParams)
    save_sheet(plot_sheet(city[0]), tmp_path / "sheet.pdf")
    assert dict(mpl.rcParams) == before


def test_text_stays_text(sheet, tmp_path):
    """In SVG the title is text, and a PDF embeds no outlines in place of its font."""
    svg = save_sheet(sheet, tmp_path / "sheet.svg").read_text(encoding="utf-8")
    assert ">Six areas</text>" in svg
    pdf = save_sheet(sheet, tmp_path / "sheet.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert b"/Type3" not in pdf


def test_a_page_of_the_pdf_is_the_paper(sheet, tmp_path):
    """The PDF page measures 420 by 297 mm: printed at 100 %, the scale holds."""
    pdf = save_sheet(sheet, tmp_path / "sheet.pdf").read_bytes()
    box = pdf.split(b"/MediaBox [")[1].split(b"]")[0].split()
    assert [float(side) for side in box[2:]] == pytest.approx(
        [420 / 25.4 * 72, 297 / 25.4 * 72], abs=0.1
    )


def test_a_stopped_run_leaves_the_old_file(monkeypatch, tmp_path, sheet):
    """When drawing fails half-way, the old file is whole and nothing else lies about."""
    path = tmp_path / "图 1.png"
    path.write_text("old")

    def fail(_figure, target, **_):
        Path(target).write_text("half")
        raise OSError("disk full")

    monkeypatch.setattr(Figure, "savefig", fail)
    with pytest.raises(OSError, match="disk full"):
        save_sheet(sheet, path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_another_format_is_refused(sheet, tmp_path):
    """An ending that is none of the three is refused before anything is written."""
    with pytest.raises(InputError, match=r"\.pdf, \.png or \.svg, not as 'sheet\.doc'"):
        save_sheet(sheet, tmp_path / "sheet.doc")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"size": "A9"}, "`size` must be one of 'A0', 'A1', 'A2', 'A3', 'A4', not 'A9'"),
        ({"orientation": "tall"}, "`orientation` must be one of 'landscape', 'portrait'"),
        ({"language": "de"}, "`language` must be one of 'en', 'zh'"),
    ],
)
def test_misspelled_options_are_named(city, option, message):
    """A misspelled option is refused with those there are."""
    with pytest.raises(InputError, match=message):
        plot_sheet(city[0], **option)


def test_a_notebook_shows_the_sheet(sheet):
    """The figure gives a notebook its picture without pyplot."""
    assert sheet._repr_png_().startswith(b"\x89PNG")


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
def test_nothing_of_the_layout_meets(orientation):
    """Title, panel and map frame lie inside the neat line and apart from one another."""
    sheet = paper("A3", orientation)
    inside = shapely.box(*corners(sheet.neat_line))
    parts = [shapely.box(*corners(box)) for box in (sheet.title, sheet.panel, sheet.map)]
    assert all(inside.buffer(1e-6).contains(part) for part in parts)
    assert sum(part.area for part in parts) == pytest.approx(shapely.union_all(parts).area)


def corners(box):
    """West, south, east, north."""
    return box.left, box.bottom, box.left + box.width, box.bottom + box.height
