"""Tables of classes, and the codes of what people write for a class."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import gridgeo as gg
from gridgeo import class_tables
from gridgeo.class_tables import component_classes, event_classes, read_classes
from gridgeo.classes import COLUMNS, class_codes
from gridgeo.errors import CodeError, InputError, SchemaError

ROOT = Path(__file__).parents[1]
CJT214 = component_classes("cjt214")
SHIPPED = {
    "components_cjt214": CJT214,
    "components_beijing_older": component_classes("beijing_older"),
    "components_shenzhen_21": component_classes("shenzhen_21"),
    "events_cjt214": event_classes("cjt214"),
}
FULL_WIDTH = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}
calmly = settings(deadline=None)


def found(texts, table=CJT214, **options):
    """Codes of what is written."""
    frame = pd.DataFrame({"kind": pd.Series(texts, dtype=object)})
    return class_codes(frame, table, column="kind", **options)["class_code"].tolist()


@pytest.fixture(scope="module")
def sources(real_cities):
    """Folder of the tables that the facts are from."""
    return real_cities.parent / "tables"


@pytest.mark.real
@pytest.mark.parametrize(
    ("source", "scheme", "name"),
    [
        ("component_classes_cjt214.csv", None, "components_cjt214"),
        ("event_classes_cjt214.csv", None, "events_cjt214"),
        ("component_classes_local.csv", "beijing-chaoyang", "components_beijing_older"),
        ("component_classes_local.csv", "shenzhen-style", "components_shenzhen_21"),
    ],
)
def test_every_fact_of_the_sources_is_shipped(sources, source, scheme, name):
    """Codes and Chinese names, of classes and of majors, row by row and no row more."""
    facts = pd.read_csv(sources / source, dtype="str")
    if scheme:
        facts = facts[facts["scheme"].str.startswith(scheme)]
    columns = {
        "major_code": "major_code",
        "minor_code": "minor_code",
        "minor_name_zh": "class_name",
        "major_name_zh": "major_name",
        "geometry": "geometry_type",
    }
    columns = {theirs: ours for theirs, ours in columns.items() if theirs in facts}
    ours = SHIPPED[name][list(columns.values())]
    assert ours.to_numpy().tolist() == facts[list(columns)].to_numpy().tolist()


@pytest.mark.parametrize(
    ("name", "rows", "majors"),
    [
        ("components_cjt214", 85, 6),
        ("components_beijing_older", 100, 5),
        ("components_shenzhen_21", 27, 1),
        ("events_cjt214", 54, 5),
    ],
)
def test_shipped_tables_are_sound(name, rows, majors):
    """As many classes and majors as are told, four digits each, all of them named in English."""
    table = SHIPPED[name]
    assert (len(table), table["major_code"].nunique()) == (rows, majors)
    assert table.columns[: len(COLUMNS)].tolist() == list(COLUMNS)
    assert table["class_code"].str.fullmatch("[0-9]{4}").all()
    assert table["class_code"].is_unique
    assert table["class_code"].is_monotonic_increasing
    assert (table["class_code"] == table["major_code"] + table["minor_code"]).all()
    assert table["class_name_en"].str.fullmatch(r"[A-Z][A-Za-z ,()-]+").all()
    assert table.groupby("class_name_en")["class_name"].nunique().eq(1).all()
    assert table.groupby("class_name")["class_name_en"].nunique().eq(1).all()
    assert set(table["evidence"]) <= {
        "code and order",
        "order only",
        "several systems",
        "one system",
    }
    assert not table.isna().any(axis=None)


def test_shipped_files_are_utf_8_without_a_mark():
    """Any reader of UTF-8 has the same text, and the README describes every file."""
    folder = Path(class_tables._file("README.md")).parent
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for file in folder.glob("*.csv"):
        assert file.read_bytes().decode("utf-8").startswith("class_code,")
        assert f"`{file.name}`" in readme
    assert {file.stem for file in folder.glob("*.csv")} == set(SHIPPED)


def test_the_sample_city_has_the_names_of_the_table():
    """Components and events of the sample city are called what their classes are called."""
    names = ["class_name", "class_name_en"]
    for layer, table in (("components", CJT214), ("events", SHIPPED["events_cjt214"])):
        features = gg.datasets.read_sample(layer)
        coded = class_codes(features, table)
        shared = [name for name in names if name in features]
        assert coded[["class_code", *shared]].equals(features[["class_code", *shared]])
        assert (coded["unknown_class"] == "").all()


def test_a_misspelled_edition_names_the_options():
    """There is no default edition, and a typo is answered with those there are."""
    with pytest.raises(InputError, match="'cjt214', 'beijing_older', 'shenzhen_21', not 'cjt215'"):
        component_classes("cjt215")
    with pytest.raises(InputError, match="`edition` must be one of 'cjt214', not 'beijing_older'"):
        event_classes("beijing_older")


def test_tables_come_with_the_wheel(tmp_path):
    """A wheel, unpacked on a path with Chinese characters, has the tables and the sample city."""
    pytest.importorskip("hatchling")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    place = tmp_path / "城市 网格"
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(place)
    call = (
        "import gridgeo as gg; print(gg.__file__.isascii(), len(gg.component_classes('cjt214')), "
        "len(gg.event_classes('cjt214')), len(gg.datasets.read_staff()))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, sys.argv[1]); {call}", place],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
    )
    assert shown.stdout.split() == ["False", "85", "54", "303"]


WRITINGS = {
    "code": lambda one: one.class_code,
    "without zeros": lambda one: one.class_code.lstrip("0"),
    "parted": lambda one: f"{one.major_code}-{one.minor_code}",
    "parted, without zeros": lambda one: f"{int(one.major_code)} / {int(one.minor_code)}",
    "with a dot": lambda one: f"{int(one.major_code)}.{one.minor_code}",
    "with a long dash": lambda one: f"{one.major_code} — {one.minor_code}",
    "as a decimal": lambda one: f"{int(one.class_code)}.0",
    "Chinese": lambda one: one.class_name,
    "English": lambda one: one.class_name_en,
    "spaced": lambda one: " ".join(one.class_name),
    "with underscores": lambda one: one.class_name_en.replace(" ", "_").replace("-", "_"),
}
MANNERS = {
    "as it is": str,
    "upper case": str.upper,
    "full width": lambda text: text.translate(FULL_WIDTH),
    "between spaces": lambda text: f"\t {text}\u3000",
    "with a mark": lambda text: f"\ufeff{text}\u200b",
}


@calmly
@given(
    row=st.integers(0, len(CJT214) - 1),
    writing=st.sampled_from(list(WRITINGS)),
    manner=st.sampled_from(list(MANNERS)),
)
def test_a_class_is_found_however_it_is_written(row, writing, manner):
    """Code or name, in either language, in any width and case: it is one class and no other."""
    one = CJT214.iloc[row]
    assert found([MANNERS[manner](WRITINGS[writing](one))]) == [one["class_code"]]


@calmly
@given(row=st.integers(0, len(CJT214) - 1), place=st.integers(0, 99), english=st.booleans())
def test_nothing_is_guessed(row, place, english):
    """A name that lacks a character is no class, unless another is called so."""
    names = CJT214["class_name_en" if english else "class_name"]
    name = names[row]
    short = name[: place % len(name)] + name[place % len(name) + 1 :]
    plain = re.compile("[ -]")
    assume(plain.sub("", short) not in {plain.sub("", other) for other in names})
    assert found([short]) == [""]


@given(st.text(max_size=8))
def test_any_text_has_an_answer(text):
    """Whatever is written, marks and symbols too, gives the code of a class or none."""
    assert found([text])[0] in {"", *CJT214["class_code"]}


@pytest.mark.parametrize(
    "text", ["1.1", "01.1", "11-1", "011-1", "0-111", "1-010", "00110", "1", "0199", "1-1-0", "-"]
)
def test_codes_that_are_not_certain_are_unknown(text):
    """1.1 may have been 1.10, 11-1 is not 111, and five digits are another table's."""
    assert found([text]) == [""]


def test_short_codes_are_certain_where_they_are_parted():
    """Without the dash 11 is nothing; with it, it is major 1, minor 1; 1.10 is not 1.1."""
    assert found(["11", "1-1", "1.10", "1 10", "110"]) == ["", "0101", "0110", "0110", "0110"]


def test_a_name_that_two_classes_share_is_unknown():
    """One table calls 0133 and 0135 the same: only the code tells which."""
    name = "燃气调压站（箱）"  # noqa: RUF001 - the table's own brackets
    assert found([name, "0135"], SHIPPED["components_beijing_older"]) == ["", "0135"]
    with pytest.raises(InputError, match="or there more than once"):
        found([name], SHIPPED["components_beijing_older"], unknown="raise")


@pytest.mark.parametrize("text", ["-", " ", "", None])
def test_a_mark_is_no_class(text):
    """A dash or nothing is not the class whose English name is not known."""
    assert found([text], pd.DataFrame({"class_code": ["2151"], "class_name": ["给水管线"]})) == [""]


def test_tables_may_be_joined():
    """The common classes and a city's own, in one table."""
    table = pd.concat([CJT214, SHIPPED["components_shenzhen_21"]], ignore_index=True)
    assert found(["加油站", "路灯"], table) == ["2124", "0118"]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pd.Series([118, 402]), ["0118", "0402"]),
        (pd.Series([118.0, 402.0, None]), ["0118", "0402", ""]),
        (pd.Series(["118", "路灯"], dtype="category"), ["0118", "0118"]),
        (pd.Series([118, 118.0, "04-02", None], dtype=object), ["0118", "0118", "0402", ""]),
        (pd.Series([118, None], dtype="Int64"), ["0118", ""]),
    ],
    ids=["int", "float", "category", "mixed", "nullable"],
)
def test_numbers_are_codes_without_zeros(column, expected):
    """What a spreadsheet made a number of is found all the same; what is missing stays empty."""
    coded = class_codes(pd.DataFrame({"class_code": column}), CJT214)
    assert coded["class_code"].tolist() == expected
    assert (coded["unknown_class"] == "").all()


def test_decimal_numbers_are_refused():
    """1.1 as a number is the row at fault."""
    with pytest.raises(CodeError, match="holds decimal numbers") as caught:
        class_codes(pd.DataFrame({"class_code": [118, 1.1]}), CJT214)
    assert caught.value.rows == (1,)


def test_the_frame_keeps_all_else():
    """Rows, labels, geometry and other columns stay; the input is not changed."""
    frame = gpd.GeoDataFrame(
        {"class_code": ["路灯", "凉亭", None], "state": "完好"},
        geometry=shapely.points(np.zeros((3, 2))),
        crs="EPSG:4548",
        index=["a", "b", "b"],
    )
    before = frame.copy()
    coded = class_codes(frame, CJT214)
    assert_geodataframe_equal(frame, before)
    assert_geodataframe_equal(coded[["state", "geometry"]], before[["state", "geometry"]])
    assert coded["class_code"].tolist() == ["0118", "", ""]
    assert coded["class_name_en"].tolist() == ["Street light", "", ""]
    assert coded["major_name"].tolist() == ["公用设施", "", ""]
    assert coded["unknown_class"].tolist() == ["", "凉亭", ""]


def test_coding_again_loses_nothing():
    """A second run gives the same frame; a code filled in by hand is taken, and the text gone."""
    frame = pd.DataFrame({"class_code": ["路灯", "凉亭", "花坛", ""]})
    once = class_codes(frame, CJT214)
    assert class_codes(once, CJT214).equals(once)
    once.loc[1, "class_code"] = "404"
    again = class_codes(once, CJT214)
    assert again["class_code"].tolist() == ["0118", "0404", "", ""]
    assert again["unknown_class"].tolist() == ["", "", "花坛", ""]


def test_unknown_classes_can_be_refused():
    """The error names the rows, suggests what looks alike, and tells blank ones apart."""
    frame = pd.DataFrame({"kind": ["路灯", "上水井蓋", "Street lihgt", None, "上水井蓋"]})
    with pytest.raises(InputError) as caught:
        class_codes(frame, CJT214, column="kind", unknown="raise")
    message = str(caught.value)
    assert "'上水井蓋' (is it '上水井盖'?), 'Street lihgt' (is it 'Street light'?)" in message
    assert "rows 1, 2, 4" in message
    assert "no class in 'kind'; fill it, or choose unknown='keep' (row 3)" in message
    assert caught.value.rows == (1, 2, 4, 3)
    assert found(["路灯"], unknown="raise") == ["0118"]


def test_options_and_columns_are_guarded():
    """A typo names the options, a missing column those there are."""
    with pytest.raises(InputError, match="`unknown` must be one of 'keep', 'raise'"):
        found(["路灯"], unknown="drop")
    with pytest.raises(SchemaError, match="`features` lacks 'class_code'; its columns are: kind"):
        class_codes(pd.DataFrame({"kind": ["路灯"]}), CJT214)


def test_no_features_are_no_fault():
    """An empty frame gets the columns."""
    coded = class_codes(pd.DataFrame({"class_code": []}), CJT214, unknown="raise")
    assert coded["class_name"].tolist() == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_city_brings_its_own_table(tmp_path, encoding):
    """A csv with major and minor code in two columns; columns of its own come last."""
    file = tmp_path / "部件.csv"
    text = "大队,class_name,minor_code,major_code\n一,给水管线,051,21\n二,污水管线,052,21\n"
    file.write_text(text, encoding=encoding)
    table = read_classes(file)
    assert table.columns.tolist() == [*COLUMNS, "大队"]
    assert table.iloc[1].tolist() == ["21052", "21", "052", "", "", "污水管线", "", "二"]
    assert found(["21-52", "给水管线", "21.052", "21.52"], table) == ["21052", "21051", "21052", ""]


def test_codes_that_are_words_have_no_major_class():
    """A table may call its classes anything; then only code and name count."""
    table = pd.DataFrame({"class_code": ["lamp", "bin-1"], "class_name_en": ["Light", "Bin"]})
    assert found(["LAMP", "bin 1", "light", "0118"], table) == ["lamp", "bin-1", "lamp", ""]


@pytest.mark.parametrize(
    ("columns", "kind", "message", "rows"),
    [
        ({"class_code": ["0101", "0101"]}, CodeError, "repeats; keep one row", ("a", "b")),
        ({"class_code": ["0101", None]}, CodeError, "every class needs 'class_code'", ("b",)),
        ({"class_code": ["0101", " "]}, CodeError, "every class needs 'class_code'", ("b",)),
        ({"class_code": [101, 102]}, CodeError, "a number loses its leading zeros", ("a", "b")),
        ({"class_code": ["0101", "102"]}, CodeError, "is shorter than others", ("b",)),
        (
            {"major_code": ["01", "1"], "minor_code": ["01", "002"]},
            CodeError,
            "'major_code' is shorter",
            ("b",),
        ),
        ({"major_code": ["01", "01"], "minor_code": ["01", ""]}, CodeError, "needs 'minor", ("b",)),
        (
            {"class_code": ["0101", "0103"], "major_code": "01", "minor_code": ["01", "02"]},
            CodeError,
            "is not 'major_code' and 'minor_code'",
            ("b",),
        ),
        ({"code": ["0101", "0102"]}, SchemaError, "lacks 'class_code'", ()),
        ({"major_code": ["01", "02"]}, SchemaError, "lacks 'class_code'", ()),
    ],
)
def test_a_faulty_table_is_refused(columns, kind, message, rows):
    """The error names the rows of the table."""
    table = pd.DataFrame({"class_name": ["甲", "乙"], **columns}, index=["a", "b"])
    with pytest.raises(kind, match=message) as caught:
        found(["甲"], table)
    assert caught.value.rows == rows


def test_a_table_without_names_or_rows_is_refused(tmp_path):
    """A table has to say what a class is called; the error quotes the file."""
    with pytest.raises(SchemaError, match="names no class"):
        found(["0101"], pd.DataFrame({"class_code": ["0101"]}))
    file = tmp_path / "empty.csv"
    file.write_text("class_code,class_name\n", encoding="utf-8")
    with pytest.raises(SchemaError, match=r"empty\.csv` has no rows"):
        read_classes(file)


def test_a_map_names_classes_from_the_table():
    """Coded components name themselves in the legend, in both languages, and their majors."""
    cells = gpd.GeoDataFrame(
        {"cell_code": ["A1"], "area_code": "A", "area_m2": 1e4, "kind": "whole"},
        geometry=[shapely.box(0, 0, 100, 100)],
        crs="EPSG:4548",
    )
    many = pd.DataFrame({"class_code": [*CJT214["class_code"][30:60], "?"], "cell_code": "A1"})
    lamps = gpd.GeoDataFrame(many, geometry=shapely.points([[5, 5]] * 31), crs="EPSG:4548")
    coded = class_codes(lamps, CJT214)
    legends = {
        "en": [
            "02 Road traffic facilities",
            "01 Public utilities",
            "03 City appearance and environment",
            "No class",
        ],
        "zh": ["02 道路交通", "01 公用设施", "03 市容环境", "未分类"],
    }
    for language, names in legends.items():
        page = gg.explore_grid(cells, components=coded, language=language).get_root().render()
        groups = re.search(r'"groups":\[\{"name".*?\]', page)[0]
        assert re.findall(r'"name":"(.*?)"', groups) == names
        assert ("Bus shelter" if language == "en" else "公交站亭") in page
