"""What a coverage report leaves behind: tables, files, maps, pictures, exit codes."""

import json
import re
import subprocess
import sys

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from browsing import SETTLED
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from typer.testing import CliRunner

import gridgeo as gg
from gridgeo._fault_words import FAULTS, fault_meanings, fault_names, fault_words
from gridgeo.cli import app
from gridgeo.maps import style
from gridgeo.maps.faults import pack_faults

CRS = "EPSG:4547"
EAST, NORTH = 500_000, 4_400_000
EVIL = "<b>x</b>"
FORMULA = "=1+1"
run = CliRunner()


def square(column, row, size=100):
    """A square of the small city, moved to where Chinese coordinates lie."""
    west, south = EAST + 100 * column, NORTH + 100 * row
    return shapely.box(west, south, west + size, south + size)


def sound(area="W"):
    """Two areas of 3 x 6 squares side by side, and their cells."""
    cells = gpd.GeoDataFrame(
        [
            {"cell_code": f"{c}{r}", "area_code": area if c < 3 else "E", "geometry": square(c, r)}
            for c in range(6)
            for r in range(6)
        ],
        crs=CRS,
    )
    return cells, cells.dissolve("area_code", as_index=False)[["area_code", "geometry"]]


def moved(cells, code, x=0.0, y=0.0, corner=0):
    """Give the cells with one corner of one moved."""
    cells = cells.copy()
    at = cells.index[cells["cell_code"] == code][0]
    ring = np.array(cells.geometry[at].exterior.coords)[:-1]
    ring[corner] += (x, y)
    cells.loc[at, "geometry"] = shapely.Polygon(ring)
    return cells


def planted():
    """Cells with a fault of every kind that a check against areas can name on its own."""
    cells, areas = sound(EVIL)
    sliver = shapely.Polygon([(EAST, NORTH), (EAST + 100, NORTH), (EAST + 50, NORTH + 0.0002)])
    at = cells.set_index("cell_code").geometry
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    shapes = {
        "00": at["00"].difference(sliver),
        "14": shapely.transform(bow, lambda xy: xy + np.array([EAST + 100, NORTH + 400])),
        "24": shapely.box(EAST + 200, NORTH + 400, EAST + 310, NORTH + 500),
        "55": shapely.box(EAST + 500, NORTH + 500, EAST + 600, NORTH + 600.5),
        "02": at["02"].union(shapely.Point(EAST, NORTH + 300).buffer(0)),
    }
    cells["geometry"] = [shapes.get(code, at[code]) for code in cells["cell_code"]]
    cells.loc[cells["cell_code"] == "40", "area_code"] = EVIL
    cells.loc[cells["cell_code"] == "51", "cell_code"] = "50"
    cells = cells[cells["cell_code"] != "11"]
    more = gpd.GeoDataFrame(
        {"cell_code": [FORMULA, "lost"], "area_code": ["E", "E"]},
        geometry=[square(4, 4), None],
        crs=CRS,
    )
    # A vertex on the border of 02 and 03 that one of them alone has.
    ring = [*at["02"].exterior.coords]
    bent = shapely.segmentize(shapely.Polygon(ring), 60)
    cells.loc[cells["cell_code"] == "02", "geometry"] = bent
    return pd.concat([cells, more], ignore_index=True), areas


@pytest.fixture(scope="module")
def report():
    """The report on all of them."""
    return gg.check_coverage(*planted())


def kinds_of(report):
    """Kinds of fault that have rows."""
    return [kind for kind in FAULTS if len(getattr(report, kind))]


def test_the_planted_cells_have_every_kind_of_fault(report):
    """All that follows is held on a report with eight kinds, a sliver and a lost geometry."""
    assert set(kinds_of(report)) == set(FAULTS) - {"unbalanced"}
    assert report.gaps["m2"].min() == pytest.approx(0.01, abs=1e-6)
    assert set(report.invalid["reason"].str.partition("[")[0]) == {
        "Self-intersection",
        "no geometry",
    }


def test_a_geopackage_holds_every_fault_with_its_m2(report, tmp_path):
    """A layer for each kind that has rows, and the balance; codes, m2 and ground come back."""
    path = report.to_gpkg(tmp_path / "问题.gpkg")
    layers = gpd.list_layers(path).set_index("name")["geometry_type"]
    assert set(layers.index) == {*kinds_of(report), "balance"}
    assert layers.drop(["unmatched_edges"]).eq("MultiPolygon").all()
    assert layers["unmatched_edges"] == "MultiLineString"
    for kind in (*kinds_of(report), "balance"):
        wrote, read = getattr(report, kind), gpd.read_file(path, layer=kind)
        assert len(read) == len(wrote)
        assert read.crs == wrote.crs
        columns = [column for column in wrote.columns if column != "geometry"]
        pd.testing.assert_frame_equal(
            pd.DataFrame(read[columns]),
            pd.DataFrame(wrote[columns]).reset_index(drop=True),
            check_dtype=False,
        )
        assert read.area.sum() == pytest.approx(wrote.area.sum(), abs=1e-9)
    assert FORMULA in gpd.read_file(path, layer="overlaps")["cell_code_2"].tolist()


def test_a_geopackage_of_a_sound_coverage_holds_the_balance(tmp_path):
    """No faults are no layers; without areas the balance has no rows."""
    cells, areas = sound()
    path = gg.check_coverage(cells, areas).to_gpkg(tmp_path / "a.gpkg")
    assert gpd.list_layers(path)["name"].tolist() == ["balance"]
    assert len(gpd.read_file(path)) == 2
    alone = gg.check_coverage(cells).to_gpkg(tmp_path / "b.gpkg")
    assert gpd.read_file(alone, layer="balance").empty


def test_a_geopackage_holds_what_is_no_polygon(tmp_path):
    """Points and lines among the cells are a layer of any type; a warning has its layer too."""
    cells, areas = sound()
    shapes = cells.geometry.to_numpy().copy()
    shapes[:3] = [shapely.Point(1, 2), shapely.LineString([(0, 0), (1, 1)]), shapely.Polygon()]
    report = gg.check_coverage(cells.set_geometry(shapes, crs=CRS), areas, size_range=(1, 2))
    path = report.to_gpkg(tmp_path / "a.gpkg")
    read = gpd.read_file(path, layer="invalid")
    assert read["reason"].tolist() == ["not a polygon", "not a polygon", "empty"]
    assert read.geom_type.iloc[:2].tolist() == ["Point", "LineString"]
    assert len(gpd.read_file(path, layer="odd_sizes")) == len(report.odd_sizes) == 33


def test_a_stopped_write_leaves_the_old_file(report, tmp_path, monkeypatch):
    """Where a layer cannot be written, the file that was there stays, and nothing lies beside."""
    path = tmp_path / "faults.gpkg"
    path.write_bytes(b"old")
    write, calls = gpd.GeoDataFrame.to_file, []

    def fail(frame, *args, **options):
        calls.append(options["layer"])
        if len(calls) > 2:
            raise OSError("disk full")
        write(frame, *args, **options)

    monkeypatch.setattr(gpd.GeoDataFrame, "to_file", fail)
    with pytest.raises(gg.InputError, match="disk full"):
        report.to_gpkg(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_geopackage_ends_in_gpkg(report, tmp_path):
    """Layers fit no other format."""
    with pytest.raises(gg.InputError, match=r"'faults\.geojson' must end in \.gpkg"):
        report.to_gpkg(tmp_path / "faults.geojson")


def test_json_is_what_the_report_tells(report, tmp_path):
    """The file parses to the same dict, in UTF-8, and is there whole or not at all."""
    path = report.to_json(tmp_path / "报告.json")
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told == report.to_dict()
    assert told["faults"]["gaps"]["m2"] == pytest.approx(report.gaps["m2"].sum())
    with pytest.raises(gg.InputError, match="cannot be written"):
        report.to_json(tmp_path)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_says_in_words_what_was_found(report, language):
    """Each kind has its name, number, m2 and meaning; the sums and the verdict stand there."""
    shown = report.to_html(language)
    names, meanings = fault_names(language), fault_meanings(language)
    for kind in FAULTS:
        row = re.search(rf"<tr[^>]*><th[^>]*>{names[kind]}</th>.*?</tr>", shown)[0]
        assert meanings[kind] in row
        assert f">{len(getattr(report, kind))}<" in row
    assert f"{report.overlaps['m2'].sum():,.3f}" in shown
    assert f"{report.cells_m2:,.3f}" in shown
    assert f"{report.cells_m2 - report.area_m2:+,.3f}" in shown
    assert fault_words(language)["faulty"].format(n=report.n_faults) in shown
    assert names["odd_sizes"] not in shown


def test_a_notebook_shows_the_english_table(report):
    """What Jupyter asks for is the English table; another language is refused by name."""
    assert report._repr_html_() == report.to_html() == report.to_html("en")
    with pytest.raises(gg.InputError, match="`language` must be one of 'en', 'zh', not 'fr'"):
        report.to_html("fr")


def test_the_table_escapes_codes():
    """The code of the area with the largest difference is text from data."""
    cells, areas = sound(EVIL)
    shown = gg.check_coverage(cells[cells["cell_code"] != "00"], areas).to_html()
    assert EVIL not in shown
    assert "&lt;b&gt;x&lt;/b&gt; (180,000.000 m²)" in shown


def test_the_words_are_there_in_both_languages():
    """Every kind is named and explained in English and in Chinese, and no two the same."""
    for words in (fault_names, fault_meanings):
        assert [*words("en")] == [*words("zh")] == [*FAULTS, "odd_sizes"]
        for language in ("en", "zh"):
            assert len(set(words(language).values())) == len(FAULTS) + 1
        assert all(re.search(r"[\u4e00-\u9fff]", said) for said in words("zh").values())
    assert [*fault_words("en")] == [*fault_words("zh")]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_map_carries_every_fault(report, language):
    """Each fault with a place has a point on it, its lines, its codes and its m2."""
    packed = pack_faults(report, None, language)
    assert [kind["kind"] for kind in packed["kinds"]] == kinds_of(report)
    for kind in packed["kinds"]:
        frame = getattr(report, kind["kind"])
        drawn = frame[frame.geometry.notna()].to_crs(4326).reset_index()
        assert kind["count"] == len(frame)
        assert len(kind["places"]) == len(kind["shapes"]) == len(kind["facts"]) == len(drawn)
        points = shapely.points(np.array(kind["places"])[:, ::-1])
        assert shapely.distance(drawn.geometry.to_numpy(), points).max() < 2e-9
        assert all(kind["shapes"])
    gaps = packed["kinds"][0]
    words = fault_words(language)
    assert [words["m2"], "0.010 m²"] in [fact[-1] for fact in gaps["facts"]]
    assert any([words["cell_code_2"], FORMULA] in fact for fact in packed["kinds"][1]["facts"])


def test_a_map_draws_cells_in_any_crs_and_tells_what_has_no_place(report):
    """Cells without a polygon are left out of the lines; a lost fault is counted, not drawn."""
    cells, _ = planted()
    packed = pack_faults(report, cells.to_crs(4326), "en")
    assert packed["cells"]["outlines"]["rings"]
    invalid = next(kind for kind in packed["kinds"] if kind["kind"] == "invalid")
    assert (invalid["count"], len(invalid["places"])) == (2, 1)
    assert isinstance(report.explore(cells=cells), folium.Map)


def test_a_coverage_across_the_antimeridian_is_one_place():
    """Faults at 180 degrees east and west lie side by side."""
    shapes = [shapely.box(179.99, -17, 180, -16.99), shapely.box(-180, -17, -179.99, -16.99)]
    cells = gpd.GeoDataFrame({"cell_code": ["a", "a"]}, geometry=shapes, crs=4326)
    bounds = gg.check_coverage(cells.to_crs(3832)).explore().location
    assert bounds == pytest.approx([-16.995, 180.0])


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_picture_marks_every_fault(report, language):
    """Marks of one size at every fault, a name with number and m2 for each kind."""
    figure = report.plot(cells=planted()[0], language=language, title=f"{EVIL} $x$")
    assert isinstance(figure, Figure)
    (axes,) = figure.axes
    marks = {artist.get_gid(): artist for artist in axes.collections if artist.get_gid()}
    for kind in kinds_of(report):
        frame = getattr(report, kind)
        drawn = frame[frame.geometry.notna()]
        offsets = marks[kind].get_offsets()
        assert len(offsets) == len(drawn)
        assert (
            drawn.distance(gpd.GeoSeries(gpd.points_from_xy(*offsets.T), drawn.index, CRS)).max()
            < 1e-3
        )
        assert to_hex(marks[kind].get_facecolor()[0]) == style.FAULT_COLORS[kind]
        assert marks[kind].get_sizes().min() == 58
    # The ground that cell 24 shares with 34 is that with which it crosses the border.
    assert sorted(marks["overlaps"].get_sizes())[1] > 58
    named = [text.get_text().split("\n")[0] for text in axes.get_legend().get_texts()]
    assert named == [fault_names(language)[kind] for kind in kinds_of(report)]
    assert figure.texts[0].get_text() == f"{EVIL} $x$"
    figure.canvas.draw()


def test_a_sound_coverage_is_drawn_too():
    """Nothing found is a picture of the areas that says so, and a map without marks."""
    cells, areas = sound()
    for report in (gg.check_coverage(cells, areas), gg.check_coverage(cells)):
        figure = report.plot()
        figure.canvas.draw()
        legend = figure.axes[0].get_legend().get_texts()
        assert [text.get_text() for text in legend] == ["No faults"]
        assert not [a for a in figure.axes[0].collections if a.get_gid()]
        assert '"kinds":[]' in report.explore().get_root().render()
    assert any(isinstance(a, PathCollection) for a in figure.axes[0].collections)


@pytest.mark.parametrize("option", [{"language": "fr"}, {"basemap": "no such"}, {"cells": 1}])
def test_bad_options_of_drawing_are_refused(report, option):
    """An option that is misspelled is named."""
    with pytest.raises(gg.GridGeoError, match=next(iter(option))):
        report.explore(**option)


@pytest.fixture
def page(browser, report, tmp_path):
    """The map of the planted faults, opened from its file; it fetches and complains of nothing."""
    tab, said, asked = browser.new_page(), [], []
    # The browser's advice on how a test reads pixels is no complaint of the page.
    tab.on("console", lambda m: "willReadFrequently" in m.text or said.append(m.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("request", lambda request: asked.append(request.url))
    file = gg.save_html(report.explore(cells=planted()[0], title=EVIL), tmp_path / "faults.html")
    tab.goto(file.resolve().as_uri())
    tab.evaluate(SETTLED)
    yield tab
    tab.close()
    assert said == []
    assert [url for url in asked if not url.startswith("data:")] == [file.resolve().as_uri()]


SHOWN = "window[Object.keys(window).find(name => name.startsWith('grid_'))]"


@pytest.mark.browser
def test_every_mark_is_in_sight_and_has_its_colour(page, report):
    """The map opens on the faults: where each lies, a dot of fixed size is drawn."""
    marks = page.evaluate(
        f"""() => {{
        const {{ map, kinds }} = {SHOWN};
        const canvas = map.getPane("gg-faults").querySelector("canvas");
        const box = canvas.getBoundingClientRect(), ratio = canvas.width / box.width;
        const context = canvas.getContext("2d", {{ willReadFrequently: true }});
        const within = map.getContainer().getBoundingClientRect();
        return kinds.flatMap(kind => kind.places.map(place => {{
          const at = map.latLngToContainerPoint(place);
          const x = (at.x + within.left - box.left) * ratio;
          const y = (at.y + within.top - box.top) * ratio;
          const dot = context.getImageData(x, y, 1, 1).data;
          return [kind.kind, at.x, at.y, ...dot];
        }}));
        }}"""
    )
    found = [kind for kind in kinds_of(report) for g in getattr(report, kind).geometry if g]
    assert [mark[0] for mark in marks] == found
    colors = {f"#{mark[3]:02x}{mark[4]:02x}{mark[5]:02x}" for mark in marks}
    assert colors <= set(style.FAULT_COLORS.values())
    assert all(60 <= x <= 1140 and 46 <= y <= 790 for _, x, y, *_ in marks)


@pytest.mark.browser
def test_the_list_walks_to_every_fault(page, report):
    """Each step opens the pop-up of the next fault of its kind, with codes and m2, as text."""
    rows = page.locator(".gg-list .gg-row")
    assert rows.count() == len(kinds_of(report))
    said, places = [], []
    for row, kind in enumerate(kinds_of(report)):
        frame = getattr(report, kind)
        for _ in range(int(frame.geometry.notna().sum())):
            rows.nth(row).locator("button").nth(1).click()
            page.evaluate(SETTLED)
            text = page.inner_text(".leaflet-popup-content >> nth=-1")
            assert text.startswith(fault_names("en")[kind])
            said.append(text)
            places.append(page.evaluate(f"() => `${{{SHOWN}.map._popup.getLatLng()}}`"))
    # Two cells of one code, and two parts of one border, tell the same at two places.
    assert len(set(zip(said, places, strict=True))) == len(said) == 13
    assert any("0.010 m²" in text for text in said)
    assert any(FORMULA in text for text in said)
    assert any(EVIL in text for text in said)
    assert page.inner_text(".gg-header h1") == EVIL


@pytest.mark.browser
def test_a_click_tells_all_faults_of_a_place_that_are_switched_on(page):
    """On the doubled cell the click names the overlap; switched off, nothing answers."""
    place = page.evaluate(
        f"() => {{ const {{ map, kinds }} = {SHOWN};"
        "const overlaps = kinds.find(kind => kind.kind === 'overlaps');"
        f"const i = overlaps.facts.findIndex(fact => JSON.stringify(fact).includes('{FORMULA}'));"
        "const at = map.latLngToContainerPoint(overlaps.places[i]);"
        "return [at.x, at.y]; }"
    )
    page.mouse.click(*place)
    page.wait_for_timeout(350)
    assert FORMULA in page.inner_text(".leaflet-popup-content")
    page.keyboard.press("Escape")
    page.wait_for_timeout(350)
    page.locator(".gg-list input").nth(1).uncheck()
    page.mouse.click(*place)
    page.wait_for_timeout(350)
    assert page.query_selector(".leaflet-popup-content") is None


@pytest.fixture
def files(tmp_path):
    """Files of sound cells and areas with columns of their own, and of faulty cells."""
    cells, areas = sound("001")
    areas = areas.assign(area_code=areas["area_code"].replace({"E": "002"}))
    cells = cells.assign(area_code=cells["area_code"].replace({"E": "002"}))
    areas = areas.rename(columns={"area_code": "code"})
    areas.to_file(tmp_path / "areas.gpkg", layer="streets")
    cells.to_file(tmp_path / "cells.gpkg", layer="cells")
    cells.rename(columns={"cell_code": "id", "area_code": "street"}).to_parquet(
        tmp_path / "other.parquet"
    )
    cells.iloc[1:].to_file(tmp_path / "faulty.gpkg")
    return tmp_path


def invoke(files, *options):
    """Run the check on files by name."""
    named = [str(files / part) if re.search(r"\.[a-z]+$", part) else part for part in options]
    return run.invoke(app, ["check", *named])


def test_a_sound_coverage_exits_with_0(files):
    """The report is printed; areas may be left out."""
    both = invoke(files, "cells.gpkg", "areas.gpkg", "--code", "code", "--layer", "streets")
    assert both.exit_code == 0, both.output
    assert both.output.startswith("CoverageReport: sound, every area is covered once")
    alone = invoke(files, "cells.gpkg")
    assert alone.exit_code == 0, alone.output
    assert "sound, no hole, no overlap" in alone.output


def test_faults_exit_with_1_and_are_written(files):
    """The GeoPackage and the JSON hold the dropped cell, and the output names both."""
    result = invoke(
        files, "faulty.gpkg", "areas.gpkg", "--code", "code", "--out", "f.gpkg", "--json", "f.json"
    )
    assert result.exit_code == 1, result.output
    assert gpd.read_file(files / "f.gpkg", layer="gaps")["m2"].tolist() == pytest.approx([10_000])
    told = json.loads((files / "f.json").read_text(encoding="utf-8"))
    assert told["faults"]["gaps"]["rows"][0]["area_code"] == "001"
    assert "gaps                      1       10,000.000 m2" in result.output
    assert "f.gpkg" in result.output
    assert "f.json" in result.output


def test_columns_of_other_names_and_tolerances_are_options(files):
    """Codes may be made of several columns; a tolerance above the gap forgives it."""
    codes = ["--code", "code", "--cell-code", "id, street", "--cell-area-code", "street"]
    assert invoke(files, "other.parquet", "areas.gpkg", *codes).exit_code == 0
    wide = ["--tolerance-m2", "20000", "--tolerance-m", "0.01"]
    forgiven = invoke(files, "faulty.gpkg", "areas.gpkg", "--code", "code", *wide)
    assert forgiven.exit_code == 0, forgiven.output


def test_repeated_codes_are_faults_and_no_error(files):
    """Cells are judged by the check, not refused by the reading."""
    result = invoke(files, "other.parquet", "--cell-code", "street")
    assert result.exit_code == 1, result.output
    assert "duplicate_codes          36" in result.output


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["none.gpkg"], "there is no file"),
        (["other.parquet"], "lacks 'cell_code'"),
        (["cells.gpkg", "areas.gpkg"], "lacks 'area_code'"),
        (["cells.gpkg", "--tolerance-m2", "-1"], "`tolerance_m2` must be 0 or more"),
        (["cells.gpkg", "--cells-layer", "nothing"], "nothing"),
        (["cells.gpkg", "--cells-crs", "EPSG:3857"], "leave `crs` out"),
        (["cells.gpkg", "--out", "faults.shp"], "must end in .gpkg"),
        (["cells.gpkg", "--out", "cells.gpkg"], "is named twice"),
        (["cells.gpkg", "--json", "none/f.json/"], "cannot be written"),
    ],
)
def test_what_cannot_be_checked_exits_with_2(files, monkeypatch, options, message):
    """One line that says why, no traceback, and every file as it was."""
    monkeypatch.chdir(files)
    (files / "none").mkdir()
    (files / "none" / "f.json").mkdir()
    before = {path: path.stat().st_size for path in files.iterdir()}
    result = invoke(files, *options)
    assert result.exit_code == 2, result.output
    assert result.output.startswith("error: ")
    assert message in result.output
    assert result.output.count("\n") == 1
    assert {path: path.stat().st_size for path in files.iterdir()} == before


def test_the_exit_code_reaches_the_shell(files):
    """From outside: 1 where a cell is missing, and nothing on the channel of errors."""
    done = subprocess.run(
        [sys.executable, "-m", "gridgeo", "check", files / "faulty.gpkg", files / "areas.gpkg",
         "--code", "code"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    assert "not sound, 1 fault" in done.stdout
