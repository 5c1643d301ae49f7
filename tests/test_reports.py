"""What all reports leave behind, in two languages: lines in a terminal, tables, files."""

# ruff: noqa: RUF001 - Chinese has its own comma and colon

import json
import re
from xml.etree import ElementTree as ET

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from test_comparison import CUSTOM_CRS, version
from test_cut import RELAXED
from test_faults_report import planted as planted_cells
from test_faults_report import sound
from test_nesting import COMMUNITIES, LAKE, LEVELS, STREETS, layer, with_shapes
from test_nesting import planted as planted_children
from wcwidth import wcswidth, wcwidth

import gridgeo as gg
from gridgeo._fault_words import NESTING_FAULTS, nesting_meanings, nesting_names
from gridgeo._records import Report
from gridgeo._report_words import CHANGES, change_meanings, change_names, report_words
from gridgeo._tables import text_lines, text_width
from gridgeo._words import crs_in_words
from gridgeo.comparison import compare_coverages
from gridgeo.nesting import check_levels, check_nesting

EVIL = "<b>x</b>"
LANGUAGES = ("en", "zh")
GBK = [chr(code) for code in range(0x20, 0x10000) if chr(code).isprintable()]
GBK = [character for character in GBK if len(character.encode("gbk", "ignore"))]
CHINESE = re.compile(r"[\u4e00-\u9fff]")


ACROSS = shapely.box(230, 0, 300, 100)
CLAIM = "wrong_parent_codes"


def levels_report(names=("district", "streets", EVIL, "cells")):
    """Four levels: a community across a border, and a cell left out."""
    communities = with_shapes(A2=shapely.box(90, 0, 230, 100) - LAKE, B1=ACROSS)
    cells = gg.areas_to_cells(communities, gg.SquareGrid(cell_area=400)).iloc[1:]
    return check_levels([*LEVELS[:2], communities, cells], names=names)


def versions():
    """Cells of which one is split, one gone, two have changed their codes, one is drawn anew."""
    before, _ = sound()
    at = {code: index for index, code in before["cell_code"].items()}
    west = before.geometry[at["00"]].bounds
    strip = shapely.box(west[0], west[1], west[0] + 30, west[3])
    after = before.drop(index=[at["55"]])
    after["cell_code"] = after["cell_code"].replace({"22": "23", "23": "22"})
    after.loc[at["00"], "geometry"] = before.geometry[at["00"]] - strip
    piece = gpd.GeoDataFrame({"cell_code": [EVIL]}, geometry=[strip], crs=before.crs)
    return before, pd.concat([after, piece], ignore_index=True)


@pytest.fixture(scope="module")
def reports():
    """One report of each sort, with faults or changes, by the name of its sort."""
    return {
        "coverage": gg.check_coverage(*planted_cells()),
        "nesting": planted_children(),
        "levels": levels_report(),
        "comparison": compare_coverages(*versions()),
    }


@pytest.fixture(params=["coverage", "nesting", "levels", "comparison"])
def report(request, reports):
    """Each of them."""
    return reports[request.param]


def test_a_text_is_as_wide_as_a_terminal_draws_it():
    """Every character that a Chinese console has takes as many columns as wcwidth says."""
    assert len(GBK) > 20_000
    assert [c for c in GBK if text_width(c) != wcwidth(c)] == []
    assert text_width("Cafe\u0301") == wcswidth("Cafe\u0301") == 4


TEXTS = st.text(st.sampled_from("aZ9,.空白（）：·é"), max_size=12)


@settings(**RELAXED)
@given(st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=1, max_size=6))
def test_columns_end_below_one_another(rows):
    """However wide the characters, every column but the first ends at one place in all lines."""
    lines = text_lines([(*row, "|") for row in rows], [4, 4, 4, 2])
    assert len({wcswidth(line) for line in lines}) == 1
    for line, (first, second, third) in zip(lines, rows, strict=True):
        assert line.startswith(f"  {first}")
        assert line.endswith(" |")
        assert f"{third} " in line.removeprefix(f"  {first}")
        assert f" {second} " in f"{line} "


def test_every_report_can_do_the_same(report):
    """All are told as text and as HTML and written as JSON and GeoPackage."""
    assert isinstance(report, Report)
    assert repr(report) == str(report) == report.to_text() == report.to_text("en")
    assert report._repr_html_() == report.to_html() == report.to_html("en")
    for told in (report.to_text, report.to_html):
        with pytest.raises(gg.InputError, match="`language` must be one of 'en', 'zh', not 'fr'"):
            told("fr")


def bare(told):
    """A report without what is not ours to translate: names and codes of the data, units, CRS."""
    told = re.sub(r"&lt;.*?&gt;|<[^>]*>|'[^']*'|&#x27;.*?&#x27;", " ", told)
    return re.sub(r"CGCS2000|°E|m²|=1\+1|\b(?:district|streets|cells|x)\b", " ", told)


def test_a_chinese_report_has_no_english_word(report):
    """A planner reads it without English, on a console that knows GBK alone."""
    for told in (report.to_text("zh"), report.to_html("zh")):
        assert re.findall(r"[A-Za-z]+", bare(told)) == []
        assert len(CHINESE.findall(told)) > 40
    report.to_text("zh").encode("gbk")


def test_both_languages_tell_the_same_numbers(report):
    """Line for line the figures of the Chinese text and table are those of the English ones."""
    for told in (report.to_text, report.to_html):
        english, chinese = (
            [
                re.findall(r"[-+]?\d+(?:,\d{3})*(?:\.\d+)?", bare(line).replace("m2", ""))
                for line in re.split(r"\n|<tr|<p", told(language))
                if "CGCS2000" not in line
            ]
            for language in LANGUAGES
        )
        assert english == chinese
        assert sum(map(len, english)) > 10


def test_the_words_are_there_in_both_languages():
    """Every kind of fault and of change is named and explained, and no two the same."""
    for words, kinds in (
        (nesting_names, NESTING_FAULTS),
        (nesting_meanings, NESTING_FAULTS),
        (change_names, [*CHANGES, "all"]),
        (change_meanings, [*CHANGES, "all"]),
    ):
        for language in LANGUAGES:
            said = words(language)
            assert [*said] == [*kinds]
            assert len(set(said.values())) == len(kinds)
        assert all(CHINESE.search(text) for text in words("zh").values() if text)
    for english, chinese in zip(*(report_words(lang).values() for lang in LANGUAGES), strict=True):
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", chinese))


@pytest.mark.parametrize(
    ("code", "name"),
    [
        (4547, "CGCS2000 高斯-克吕格投影三度带，中央经线 114°E"),
        (4527, "CGCS2000 高斯-克吕格投影三度带，第 39 带"),
        (4508, "CGCS2000 高斯-克吕格投影六度带，中央经线 111°E"),
        (2431, "1954 北京坐标系 高斯-克吕格投影三度带，中央经线 102°E"),
        (2379, "1980 西安坐标系 高斯-克吕格投影三度带，中央经线 102°E"),
        (32650, "WGS 84 UTM 投影 50N 带"),
        (26986, "NAD83 / Massachusetts Mainland"),
    ],
)
def test_a_crs_of_china_has_a_chinese_name(code, name):
    """Of the grids that Chinese cities are drawn in; any other keeps its own name."""
    assert crs_in_words(pyproj.CRS(code), "zh") == name
    assert crs_in_words(pyproj.CRS(code), "en") == pyproj.CRS(code).name


def rows_of(html):
    """The rows of all tables as texts, which only whole and well nested HTML gives."""
    tree = ET.fromstring(html)  # noqa: S314 - our own text
    return [["".join(cell.itertext()) for cell in row] for row in tree.iter("tr")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_of_nesting_says_in_words_what_was_found(reports, language):
    """Each kind has name, number, m2 and meaning; then parents, children and their difference."""
    report, names = reports["nesting"], nesting_names(language)
    rows = rows_of(report.to_html(language))
    for kind, row in zip(NESTING_FAULTS, rows[1:8], strict=True):
        frame = getattr(report, kind)
        m2 = f"{frame['m2'].sum():,.3f}" if len(frame) else ""
        assert row == [names[kind], f"{len(frame)}", m2, nesting_meanings(language)[kind]]
    assert [row[1:] for row in rows[9:]] == [
        ["2", "40,000.000"],
        ["4", "43,600.000"],
        ["", "+3,600.000"],
    ]
    assert report.to_html(language).count("#c8102e") == 1
    assert "#13805c" in check_nesting(COMMUNITIES, STREETS).to_html(language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_codes_that_nothing_names_are_told_unchecked(language):
    """Without a column of parents no wrong code is not the same as none wrong."""
    report = check_nesting(COMMUNITIES.drop(columns="parent_code"), STREETS)
    row = next(
        r for r in rows_of(report.to_html(language)) if r[0] == nesting_names(language)[CLAIM]
    )
    assert row[1] == report_words(language)["unchecked"]
    line = next(li for li in report.to_text(language).splitlines() if row[1] in li)
    assert line.split()[-1] == row[1]
    levels = check_levels([STREETS, COMMUNITIES.drop(columns="parent_code")])
    assert row[1] in levels.to_html(language)
    assert levels.to_text(language).count(row[1]) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tables_of_levels_sign_for_all_of_them(reports, language):
    """A row a level with its verdict, and a row a kind with the figures of every level."""
    report, said = reports["levels"], report_words(language)
    rows = rows_of(report.to_html(language))
    assert [row[0] for row in rows[1:5]] == list(report.names)
    assert [row[1] for row in rows[1:5]] == ["1", "2", "4", f"{report.steps[2].n_children}"]
    assert [row[3] for row in rows[1:5]] == ["", "+0.000", "+0.000", "-274.822"]
    assert [row[4] for row in rows[1:5]] == ["", said["nested"], *[said["one_fault"]] * 2]
    assert rows[5][1:4] == list(report.names[1:])
    for kind, row in zip(NESTING_FAULTS, rows[7:], strict=True):
        numbers = [f"{len(getattr(step, kind))}" for step in report.steps]
        assert row[1:-1:2] == numbers
        assert row[-1] == nesting_meanings(language)[kind]
    assert ["0", "", "1", "3,000.000", "0", ""] in [row[1:-1] for row in rows]


def test_the_lines_of_levels_show_where_the_fault_is(reports):
    """Below each level stand the kinds that were found there, and no other."""
    lines = reports["levels"].to_text().splitlines()
    names = [line.split()[0] for line in lines[1:-1]]
    assert names == ["district", "streets", EVIL, "crossings", "cells", "unfilled"]
    assert lines[4].split() == ["crossings", "1", "3,000.000", "m2"]
    assert lines[3].endswith("40,000.000 m2  not nested, 1 fault")
    swapped = check_levels([COMMUNITIES, STREETS]).to_text("zh")
    assert "两个图层是否颠倒" in swapped


def test_levels_that_nobody_named_are_numbers_in_either_language():
    """`level 1` is 第 1 级 in a Chinese report, and a name of one's own stays."""
    report = check_levels([*LEVELS, COMMUNITIES], names=["level 1", "街道", "level 3", "level 1"])
    assert "level 2" in check_levels(LEVELS).to_text()
    told = report.to_text("zh")
    assert [line.split()[0] for line in told.splitlines()[1:3]] == ["第", "街道"]
    assert "第 1 级" in told
    assert "第 3 级" in told
    assert told.count("level 1") == 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_of_changes_says_in_words_what_happened(reports, language):
    """Each kind has its cells and m2 before and after, the sum last; reused codes are named."""
    comparison, names = reports["comparison"], change_names(language)
    html = comparison.to_html(language)
    rows = rows_of(html)[1:]
    assert [row[0] for row in rows] == list(names.values())
    by_kind = {row[0]: row[1:] for row in rows}
    assert by_kind[names["gone"]][:5] == ["1", "0", "0", "10,000.000", "0.000"]
    assert by_kind[names["split"]][:3] == ["1", "2", "0"]
    assert by_kind[names["all"]][:3] == ["36", "36", "2"]
    assert by_kind[names["same"]][5] == change_meanings(language)["same"]
    codes = {"en": "22, 23", "zh": "22、23"}[language]
    reused = report_words(language)["reused"].format(codes=codes)
    for told in (html, comparison.to_text(language)):
        assert reused in told
    same = compare_coverages(versions()[0], versions()[0])
    assert report_words(language)["unchanged"] in same.to_html(language)
    assert reused[:8] not in same.to_html(language)


def test_text_from_data_is_escaped(reports):
    """Names of levels and columns, codes and the name of a CRS are text, never tags."""
    children = COMMUNITIES.rename(columns={"parent_code": EVIL})
    crs = CUSTOM_CRS.replace("CGCS2000", "<script>")
    named = version(A=shapely.box(0, 0, 9, 9)).set_crs(crs, allow_override=True)
    _, after = versions()
    swapped = after.assign(cell_code=after["cell_code"].replace({"22": EVIL, EVIL: "22"}))
    shown = [
        check_nesting(children, STREETS, parent=EVIL),
        reports["levels"],
        compare_coverages(named, named),
        compare_coverages(after, swapped),
        gg.check_coverage(named),
    ]
    for report in shown:
        for language in LANGUAGES:
            html = report.to_html(language)
            assert EVIL not in html
            assert "<script>" not in html
            assert "&lt;" in html
            rows_of(html)


def same_table(read, wrote):
    """Assert that a layer came back as it was, but for types that a file does not know."""
    columns = [column for column in wrote.columns if column != "geometry"]
    pd.testing.assert_frame_equal(
        pd.DataFrame(read[columns]),
        pd.DataFrame(wrote[columns]).reset_index(drop=True),
        check_dtype=False,
    )


def test_json_is_what_the_report_tells(report, tmp_path):
    """The file parses to the same dict, and is there whole or not at all."""
    path = report.to_json(tmp_path / "报告.json")
    assert json.loads(path.read_text(encoding="utf-8")) == report.to_dict()
    with pytest.raises(gg.InputError, match="cannot be written"):
        report.to_json(tmp_path)


def test_a_geopackage_is_whole_or_not_at_all(report, tmp_path, monkeypatch):
    """Another ending is refused; where the last table fails, the old file stays alone."""
    with pytest.raises(gg.InputError, match=r"'f\.shp' must end in \.gpkg"):
        report.to_gpkg(tmp_path / "f.shp")
    path = tmp_path / "f.gpkg"
    path.write_bytes(b"old")

    def fail(*_, **__):
        raise OSError("disk full")

    monkeypatch.setattr("gridgeo.files.frames._write_layer", fail)
    with pytest.raises(gg.InputError, match="disk full"):
        report.to_gpkg(path)
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_geopackage_of_nesting_holds_faults_and_whose_each_child_is(reports, tmp_path):
    """A layer a kind that has rows, and the table of parents; both come back as they were."""
    report = reports["nesting"]
    path = report.to_gpkg(tmp_path / "嵌套.gpkg")
    kinds = [kind for kind, frame in report.found().items() if len(frame)]
    assert set(gpd.list_layers(path)["name"]) == {*kinds, "parents"}
    for kind in kinds:
        read, wrote = gpd.read_file(path, layer=kind), getattr(report, kind)
        same_table(read, wrote)
        assert read.crs == wrote.crs
        assert read.area.sum() == pytest.approx(wrote.area.sum())
    same_table(gpd.read_file(path, layer="parents"), report.parents)
    nested = check_nesting(COMMUNITIES, STREETS).to_gpkg(tmp_path / "sound.gpkg")
    assert gpd.list_layers(nested)["name"].tolist() == ["parents"]


def test_a_geopackage_of_nesting_holds_what_is_no_polygon(tmp_path):
    """A point and a lost geometry among the children are a layer that any program opens."""
    shapes = [shapely.Point(1, 1), None, *COMMUNITIES.geometry[2:]]
    report = check_nesting(COMMUNITIES.set_geometry(shapes, crs=COMMUNITIES.crs), STREETS)
    read = gpd.read_file(report.to_gpkg(tmp_path / "f.gpkg"), layer="invalid")
    assert read["reason"].tolist() == ["not a polygon", "no geometry"]
    assert read.geom_type.iloc[0] == "Point"
    assert read.geometry.isna().tolist() == [False, True]


def test_a_geopackage_of_levels_has_a_layer_a_step_and_kind(reports, tmp_path):
    """Called by number and name of the lower level and by kind; the steps are a table."""
    report = reports["levels"]
    path = report.to_gpkg(tmp_path / "levels.gpkg")
    layers = gpd.list_layers(path).set_index("name")["geometry_type"]
    assert set(layers.index) == {"3 _b_x_b_ crossings", "4 cells unfilled", "steps"}
    assert layers.drop("steps").eq("MultiPolygon").all()
    same_table(gpd.read_file(path, layer="3 _b_x_b_ crossings"), report.steps[1].crossings)
    same_table(gpd.read_file(path, layer="steps"), report.table)
    assert report.table["children_m2"].tolist() == pytest.approx([40_000, 40_000, 39_725.178])
    sound = check_levels(LEVELS).to_gpkg(tmp_path / "sound.gpkg")
    assert gpd.list_layers(sound)["name"].tolist() == ["steps"]


@pytest.mark.parametrize(
    "name", ["gpkg_x", "sqlite_x", "街道", "", "../x", "a'b\"c", "x\ny", "steps"]
)
def test_a_level_may_have_any_name(name, tmp_path):
    """Levels of one and the same awkward name have layers of their own, that can be read."""
    bare = [layer({"D": shapely.box(-9, 0, 400, 100)}), *LEVELS[1:]]
    report = check_levels([*bare, with_shapes(A1=None)], names=[name] * 4)
    path = report.to_gpkg(tmp_path / "f.gpkg")
    layers = gpd.list_layers(path)["name"]
    kinds = [kind for step in report.steps for kind, frame in step.found().items() if len(frame)]
    assert len(layers) == len(set(layers)) == len(kinds) + 1
    assert sorted(one.rpartition(" ")[2] for one in layers) == sorted([*kinds, "steps"])
    assert all(len(gpd.read_file(path, layer=one)) for one in layers)
    assert set(report.names) == {" ".join(name.split())}


def test_a_geopackage_of_a_comparison_holds_what_changed(reports, tmp_path):
    """Changed cells, the ground they share, codes that mean other ground, and the sums."""
    comparison = reports["comparison"]
    path = comparison.to_gpkg(tmp_path / "变更.gpkg")
    layers = gpd.list_layers(path).set_index("name")["geometry_type"]
    assert set(layers.index) == {"cells", "shared", "reused", "summary"}
    assert layers[["cells", "shared"]].eq("MultiPolygon").all()
    cells, shared = gpd.read_file(path, layer="cells"), gpd.read_file(path, layer="shared")
    same_table(cells, comparison.changed)
    assert sorted(cells["kind"].unique()) == ["gone", "same", "split"]
    assert shared[["code_before", "code_after"]].to_numpy().tolist() == [["00", "00"], ["00", EVIL]]
    assert shared.area.tolist() == pytest.approx([7000, 3000])
    same_table(gpd.read_file(path, layer="summary"), comparison.summary)
    assert gpd.read_file(path, layer="reused")["code"].tolist() == ["22", "23"]
    same = compare_coverages(versions()[0], versions()[0]).to_gpkg(tmp_path / "same.gpkg")
    assert gpd.list_layers(same)["name"].tolist() == ["summary"]


@settings(**RELAXED)
@given(st.integers(0, 2**32 - 1))
def test_reused_codes_are_those_whose_family_changed(seed):
    """Codes dealt out anew, cells dropped and joined: as a plain look-up of families finds it."""
    rng = np.random.default_rng(seed)
    before, _ = sound()
    after = before[rng.random(36) < 0.9]
    groups = np.where(rng.random(len(after)) < 0.8, np.arange(len(after)), 0)
    after = after.assign(group=groups).dissolve("group", as_index=False)
    mixed = rng.random(len(after)) < 0.3
    codes = after["cell_code"].to_numpy(object)
    codes[mixed] = rng.permutation(codes[mixed])
    comparison = compare_coverages(before, after.assign(cell_code=codes))
    cells = comparison.cells
    family_before, family_after = (
        dict(zip(cells[name], cells["family"], strict=True))
        for name in ("code_before", "code_after")
    )
    expected = {
        (code, family, family_after[code])
        for code, family in family_before.items()
        if code and family_after.get(code, family) != family
    }
    assert {*comparison.reused.itertuples(index=False, name=None)} == expected
