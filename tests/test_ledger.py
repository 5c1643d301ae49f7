"""The ledger: every sheet sums up to the frames, text stays text, and what does not fit is told."""

# ruff: noqa: RUF001 - Chinese has its own comma and brackets

import csv
import re
import shutil
import subprocess
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import gridgeo as gg
from gridgeo.datasets import read_sample, read_staff
from gridgeo.errors import CodeError, InputError, SchemaError, TooLargeError
from gridgeo.ledger import zone_sheets

ROLES = ("leader", "direct_responsible", "manager", "inspector", "deputy")
SHEETS = {
    "en": {
        "summary": "Summary",
        "zones": "Zones",
        "cells": "Cells",
        "classes": "Components",
        "zone_classes": "Components by zone",
        "staff": "Staff",
        "key_units": "Key units",
        "faults": "Faults",
    },
    "zh": {
        "summary": "汇总",
        "zones": "责任网格",
        "cells": "单元网格",
        "classes": "部件分类",
        "zone_classes": "网格部件",
        "staff": "人员",
        "key_units": "重点单位",
        "faults": "问题",
    },
}


@pytest.fixture(scope="module")
def city():
    """The sample city: a zone for each street, two managers at most, one street without a deputy.

    Two cells have no zone; pipes are cut by the cells.
    """
    cells = gg.areas_to_cells(read_sample("communities"))
    cells["street_code"] = cells["area_code"].str[:9]
    cells["zone_code"] = "Z" + cells["street_code"].str[6:]
    cells.loc[[7, 8], "zone_code"] = ["", None]
    points = gg.geocode(read_sample("components"), cells)
    pipes = gg.geocode(read_sample("pipes"), cells, by="split")
    components = pd.concat([points, pipes], ignore_index=True)
    own = cells[cells["zone_code"].fillna("") != ""]
    zones = own.dissolve("zone_code", as_index=False)[["zone_code", "street_code", "geometry"]]
    sums = own.groupby("zone_code")["area_m2"].agg(["sum", "size"])
    zones["area_m2"], zones["n_cells"] = sums["sum"].to_numpy(), sums["size"].to_numpy()
    zones["zone_name"] = "第" + zones["zone_code"].str[1:] + "网格"
    staff = read_staff()
    for role in ROLES:
        persons = staff[staff["role"] == role].groupby("street_code").head(2)
        persons = persons[(role != "deputy") | (persons["street_code"] != "990101003")]
        joined = persons.groupby("street_code")[["name", "staff_id"]].agg("; ".join)
        joined = joined.reindex(zones["street_code"]).fillna("")
        zones[role] = joined["name"].to_numpy()
        zones[f"{role}_id"] = joined["staff_id"].to_numpy()
    return {
        "cells": cells,
        "zones": zones,
        "components": components,
        "staff": staff,
        "key_units": read_sample("key_units"),
        "areas": read_sample("communities"),
    }


@pytest.fixture(scope="module")
def book(city, tmp_path_factory):
    """Its ledger in both languages, with the report on cells of which one is missing."""
    folder = tmp_path_factory.mktemp("ledger")
    report = gg.check_coverage(city["cells"].drop(index=100), city["areas"])
    return {
        language: gg.write_ledger(
            folder / f"{language}.xlsx", **city, reports=report, language=language
        )
        for language in ("en", "zh")
    }


def sheet(path, name):
    """A sheet as rows of values, read by calamine."""
    frame = pd.read_excel(
        path, sheet_name=name, header=None, dtype=object, na_filter=False, engine="calamine"
    )
    return frame.to_numpy().tolist()


def table(path, name):
    """A listing: its rows as a frame, and its totals by heading."""
    head, *rows = sheet(path, name)
    frame = pd.DataFrame(rows, columns=head)
    return frame.iloc[:-1], frame.iloc[-1]


def facts(path, name):
    """What a summary or the sheet of a zone tells, by name."""
    return {row[0]: row[1] for row in sheet(path, name)}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_totals_on_every_sheet_agree_with_the_frames(city, book, language):
    """In both languages: the last row is the sum of those above, and the sum of the frame."""
    names, path = SHEETS[language], book[language]
    cells, components = city["cells"], city["components"]
    area, number, length = {
        "en": ("Area (m²)", "Components", "Length (m)"),
        "zh": ("面积（平方米）", "部件数", "长度（米）"),
    }[language]
    for name in ("zones", "cells"):
        rows, total = table(path, names[name])
        assert total[area] == pytest.approx(cells["area_m2"].sum(), rel=1e-12)
        assert rows[area].sum() == pytest.approx(total[area], rel=1e-12)
    for name in ("classes", "zone_classes"):
        rows, total = table(path, names[name])
        assert total[number] == rows[number].sum() == len(components)
        known = pd.to_numeric(rows[length])
        assert total[length] == pytest.approx(components["length_m"].sum(), rel=1e-12)
        assert known.sum() == pytest.approx(total[length], rel=1e-12)
    rows, total = table(path, names["zones"])
    assert total[number] == rows[number].sum() == len(components)
    rows, total = table(path, names["cells"])
    assert total[number] == rows[number].sum() == (components["cell_code"] != "").sum()


def test_zones_by_class_agree_with_the_count_by_cell(city, book):
    """Numbers and metres of each zone and class are those that counting by cell sums up to."""
    counted = gg.count_by_cell(city["components"], city["cells"])
    zone = city["cells"].set_index("cell_code")["zone_code"].fillna("")
    counted = counted.groupby(zone).sum()
    rows, _ = table(book["en"], "Components by zone")
    rows = rows[rows["Zone code"] != ""]
    for value, suffix in (("Components", ""), ("Length (m)", "_length_m")):
        found = rows.assign(value=pd.to_numeric(rows[value]).astype(float))
        found = found.pivot_table(
            index="Zone code", columns="Class code", values="value", aggfunc="sum", fill_value=0
        )
        expected = counted.drop(index="").reindex(
            columns=[f"{code}{suffix}" for code in found], fill_value=0
        )
        np.testing.assert_allclose(found.to_numpy(), expected.to_numpy(float), rtol=1e-9)


def test_what_lies_in_no_zone_has_its_own_row(city, book):
    """Two cells, their m2 and components in no cell: nothing is left out of the sums."""
    rows, _ = table(book["en"], "Zones")
    last = rows.iloc[-1]
    cells, components = city["cells"], city["components"]
    astray = cells[cells["zone_code"].fillna("") == ""]
    inside = components["cell_code"].isin([*astray["cell_code"], ""])
    assert (last["Zone code"], last["Zone"], last["Cells"]) == ("", "In no zone", 2)
    assert last["Area (m²)"] == pytest.approx(astray["area_m2"].sum())
    assert last["Components"] == inside.sum()


def test_the_summary_tells_the_totals(city, book):
    """Numbers of everything, vacancies, the verdict of the check, and what the sheets hold."""
    told = facts(book["en"], "Summary")
    components = city["components"]
    assert told["Cells"] == 2542
    assert told["Cells without a zone"] == 2
    assert told["Area"] == pytest.approx(city["cells"]["area_m2"].sum())
    assert told["Components in no cell"] == (components["cell_code"] == "").sum()
    assert told["Length of lines"] == pytest.approx(components["length_m"].sum())
    assert told["Persons"] == len(city["staff"])
    assert told["Zones without: Deputy"] == 1
    assert "Zones without: Leader" not in told
    assert told["Coverage check"] == "not sound, 1 fault"
    assert told["Components by zone"] == len(table(book["en"], "Components by zone")[0])
    assert facts(book["zh"], "汇总")["覆盖检查"] == "不合格，发现 1 处问题"
    assert facts(book["zh"], "汇总")["坐标系"].startswith("CGCS2000 高斯-克吕格投影")


def test_faults_stand_on_their_sheet(city, book):
    """The missing cell is a gap of its size, in its area."""
    (row,) = pd.DataFrame(sheet(book["en"], "Faults")[1:]).to_numpy().tolist()
    missing = city["cells"].loc[100]
    assert row[:3] == ["Coverage check", "Gaps", missing["area_code"]]
    assert row[3] == pytest.approx(missing["area_m2"])
    assert sheet(book["zh"], "问题")[1][1] == "空白"


def test_everyone_stands_with_their_zones(city, book):
    """Each person once, with the zones that name them; those without have none."""
    rows, total = table(book["en"], "Staff")
    zones = city["zones"]
    expected = {}
    for role in ROLES:
        for zone, ids in zip(zones["zone_code"], zones[f"{role}_id"], strict=True):
            for person in filter(None, ids.split("; ")):
                expected.setdefault(person, []).append(zone)
    assert rows["Staff no."].tolist() == city["staff"]["staff_id"].tolist()
    found = dict(zip(rows["Staff no."], rows["Zone codes"], strict=True))
    assert {person: zones.split("; ") for person, zones in found.items() if zones} == expected
    assert total["Zones"] == rows["Zones"].sum() == sum(map(len, expected.values()))
    assert set(rows["Role"]) == {
        "Responsible leader",
        "Directly responsible",
        "Grid manager",
        "Inspector",
        "Deputy",
    }
    listed, _ = table(book["en"], "Zones")
    assert listed["Inspector"].tolist()[:-1] == zones["inspector"].tolist()
    assert not any(heading.endswith("_id") for heading in listed)


def test_staff_are_listed_from_the_zones_alone(city, tmp_path):
    """Where no frame of persons is given, those whom the zones name are listed, once each."""
    zones = city["zones"]
    path = gg.write_ledger(tmp_path / "a.xlsx", cells=city["cells"], zones=zones)
    rows, total = table(path, "Staff")
    ids = [i for role in ROLES for text in zones[f"{role}_id"] for i in text.split("; ") if i]
    assert sorted(rows["Staff no."]) == sorted(set(ids))
    assert total["Zones"] == len(ids)


def test_one_person_of_two_roles_is_one_row(tmp_path):
    """Manager here and deputy there, and both in a third zone: three zones, not four."""
    cells = pd.DataFrame(
        {"cell_code": list("abc"), "area_m2": 1.0, "zone_code": ["z1", "z2", "z3"]}
    )
    zones = pd.DataFrame(
        {
            "zone_code": ["z1", "z2", "z3"],
            "manager": ["Li Ming", "", "Li Ming"],
            "manager_id": ["7", "", "7"],
            "deputy": ["", "Li Ming", "Li Ming; Wu"],
            "deputy_id": ["", "7", "7; 8"],
        }
    )
    path = gg.write_ledger(tmp_path / "a.xlsx", cells=cells, zones=zones)
    rows, total = table(path, "Staff")
    assert rows[["Staff no.", "Zones", "Zone codes"]].to_numpy().tolist() == [
        ["7", 3, "z1; z3; z2"],
        ["8", 1, "z3"],
    ]
    assert total["Zones"] == 4


def test_a_zone_has_a_sheet_of_its_own(city, tmp_path):
    """Facts, persons, components, key units and cells of one zone, and a way there and back."""
    path = gg.write_ledger(tmp_path / "a.xlsx", **city, per_zone=["Z003", "Z001"])
    with zipfile.ZipFile(path) as parts:
        book = parts.read("xl/workbook.xml").decode()
        links = parts.read("xl/worksheets/sheet2.xml").decode()
    assert re.findall(r'sheet name="([^"]+)"', book)[-2:] == ["Z003", "Z001"]
    assert re.findall(r'hyperlink ref="(\w+)" location="([^"]+)"', links) == [
        ("A2", "'Z001'!A1"),
        ("A4", "'Z003'!A1"),
    ]
    rows = sheet(path, "Z003")
    told = {row[0]: row[1] for row in rows}
    cells = city["cells"][city["cells"]["zone_code"] == "Z003"]
    assert told["Cells"] in {len(cells), ""}  # a fact, and the caption of a table
    assert told["Area"] == pytest.approx(cells["area_m2"].sum())
    assert told["Deputy"] == "nobody"
    assert told["Inspector"].count(", ") == 1
    placed = city["components"]["cell_code"].isin(cells["cell_code"]).sum()
    totals = [row for row in rows if row[0] == "Total"]
    assert totals[0][2] == placed
    assert totals[1][3] == pytest.approx(cells["area_m2"].sum())
    assert totals[1][-1] == placed
    assert {row[0] for row in rows} >= set(cells["cell_code"])


def test_all_zones_may_have_a_sheet(tmp_path):
    """Codes that a spreadsheet refuses as names get others; none is lost."""
    codes = ["a/b", "A/B", "History", "'z'", "x" * 40, "x" * 41, "Zones"]
    cells = pd.DataFrame({"cell_code": codes, "area_m2": 1.0, "zone_code": codes})
    path = gg.write_ledger(tmp_path / "a.xlsx", cells=cells, per_zone=True)
    with zipfile.ZipFile(path) as parts:
        book = parts.read("xl/workbook.xml").decode()
    names = re.findall(r'sheet name="([^"]+)"', book)[3:]
    assert names == ["z", "A_B", "History_", "Zones (2)", "a_b (2)", "x" * 31, "x" * 27 + " (2)"]
    assert [sheet(path, name)[2][0] for name in names] == sorted(codes)


DANGEROUS = ["=1+1", "+SUM(A1)", "-1-1", "@now", '=HYPERLINK("http://x")', "\t=1", "{=1}"]


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_names_that_begin_as_formulas_stay_text(tmp_path, form):
    """In every table and column: zones, persons, key units, classes and the user's own."""
    n = len(DANGEROUS)
    codes = [f"c{at}" for at in range(n)]
    cells = pd.DataFrame(
        {"cell_code": codes, "area_m2": 1.0, "zone_code": codes, "note": DANGEROUS}
    )
    zones = pd.DataFrame({"zone_code": codes, "zone_name": DANGEROUS, "manager": DANGEROUS})
    units = pd.DataFrame({"name": DANGEROUS, "kind": DANGEROUS, "cell_code": codes})
    components = pd.DataFrame(
        {"class_code": DANGEROUS, "class_name": DANGEROUS, "cell_code": codes}
    )
    place = tmp_path / ("a.xlsx" if form == "xlsx" else "a")
    gg.write_ledger(
        place, cells=cells, zones=zones, key_units=units, components=components, form=form
    )
    if form == "xlsx":
        with zipfile.ZipFile(place) as book:
            written = "".join(
                book.read(name).decode() for name in book.namelist() if "worksheets/" in name
            )
        assert "<f>" not in written
        listed = table(place, "Cells")[0]["note"].tolist()
        named = table(place, "Zones")[0][["Zone", "Grid manager"]].to_numpy().tolist()
        assert listed == DANGEROUS
        assert named == [[text.strip(), text] for text in DANGEROUS]  # a name is one line
        return
    for file in place.iterdir():
        with file.open(encoding="utf-8-sig", newline="") as lines:
            values = [value for row in csv.reader(lines) for value in row]
        assert not [value for value in values if value[:1] in "=+-@\t" and value]


def test_codes_keep_their_zeros_in_cells_of_text(city, book):
    """A code is text in a cell of the format text, and no green corner complains of it."""
    with zipfile.ZipFile(book["en"]) as parts:
        written = parts.read("xl/worksheets/sheet4.xml").decode()
        styles = parts.read("xl/styles.xml").decode()
    formats = styles[styles.index("<cellXfs") :].split("<xf ")[1:]
    style = written.split('r="A2" s="')[1].split('"')[0]
    assert 'numFmtId="49"' in formats[int(style)]
    assert 'numberStoredAsText="1"' in written
    rows, _ = table(book["en"], "Components")
    assert rows["Class code"].tolist() == sorted(city["components"]["class_code"].unique())


def test_a_note_longer_than_a_cell_is_told_and_kept(tmp_path):
    """It is cut where it stands, and stands in full on a sheet of its own."""
    note = "".join(f"{n} " for n in range(12_000))
    cells = pd.DataFrame({"cell_code": ["a", "b"], "area_m2": 1.0, "note": ["short", note]})
    with pytest.warns(UserWarning, match="1 texts are longer than the 32,767 characters"):
        path = gg.write_ledger(tmp_path / "a.xlsx", cells=cells)
    rows, _ = table(path, "Cells")
    assert rows["note"].tolist() == ["short", note[:32_767]]
    _, *long = sheet(path, "Long texts")
    assert [row[:4] for row in long] == [["Cells", "b", "note", 1], ["Cells", "b", "note", 2]]
    assert "".join(row[4] for row in long) == note


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_folder_of_csv_is_for_people(city, tmp_path, language):
    """Headings in their language, a mark for spreadsheets, rows as in the workbook."""
    folder = gg.write_ledger(tmp_path / "台账", **city, form="csv", language=language)
    assert sorted(file.name for file in folder.iterdir()) == [
        "cells.csv",
        "classes.csv",
        "key_units.csv",
        "staff.csv",
        "summary.csv",
        "zone_classes.csv",
        "zones.csv",
    ]
    assert (folder / "zones.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    zones = pd.read_csv(folder / "zones.csv", dtype={0: str}, keep_default_na=False)
    assert zones.columns[0] == {"en": "Zone code", "zh": "责任网格编码"}[language]
    assert zones.iloc[:, 4].sum() == pytest.approx(city["cells"]["area_m2"].sum())


def test_a_folder_of_parquet_is_for_programs(city, tmp_path):
    """Columns are called as in the frames, codes are text, and sums agree."""
    folder = gg.write_ledger(tmp_path / "out", **city, form="parquet", language="zh")
    classes = pd.read_parquet(folder / "zone_classes.parquet")
    assert {"zone_code", "class_code", "n_components", "length_m"} <= set(classes)
    assert classes["n_components"].sum() == len(city["components"])
    cells = pd.read_parquet(folder / "cells.parquet")
    assert set(cells["kind"]) == {"whole", "cut", "merged"}
    assert cells["cell_code"].tolist() == city["cells"]["cell_code"].tolist()


def test_an_earlier_ledger_leaves_no_table_behind(city, tmp_path):
    """What the new one lacks is gone, what is not ours stays, a failure changes nothing."""
    gg.write_ledger(tmp_path / "out", cells=city["cells"], key_units=city["key_units"])
    (tmp_path / "out" / "mine.csv").write_text("kept")
    before = {file.name for file in (tmp_path / "out").iterdir()}
    assert "key_units.csv" in before
    bad = city["cells"].assign(wrong=1j)
    with pytest.raises(InputError):
        gg.write_ledger(tmp_path / "out", cells=bad, form="parquet")
    assert {file.name for file in (tmp_path / "out").iterdir()} == before
    gg.write_ledger(tmp_path / "out", cells=city["cells"])
    assert {file.name for file in (tmp_path / "out").iterdir()} == before - {"key_units.csv"}


def test_the_frames_stay_as_they_were(city, tmp_path):
    """No stage changes its input, a ledger least of all."""
    before = {name: frame.copy() for name, frame in city.items()}
    gg.write_ledger(tmp_path / "a.xlsx", **city, per_zone=["Z001"])
    for name, frame in city.items():
        pd.testing.assert_frame_equal(pd.DataFrame(frame), pd.DataFrame(before[name]))


@given(st.data())
@settings(max_examples=30)
def test_any_grid_sums_up(tmp_path_factory, data):
    """Cells with and without a zone, components in none of them, classes without a code."""
    n = data.draw(st.integers(1, 8))
    codes = [f"{at:03}" for at in range(n)]
    zone = data.draw(
        st.lists(st.sampled_from(["z1", "z2", "z/3", "", None]), min_size=n, max_size=n)
    )
    areas = data.draw(st.lists(st.floats(0.1, 1e6), min_size=n, max_size=n))
    cells = pd.DataFrame({"cell_code": codes, "area_m2": areas})
    cells["zone_code"] = pd.Series(zone, dtype=object)
    m = data.draw(st.integers(0, 12))
    components = pd.DataFrame(
        {
            "cell_code": data.draw(
                st.lists(st.sampled_from([*codes, "", None]), min_size=m, max_size=m)
            ),
            "class_code": data.draw(
                st.lists(st.sampled_from(["0101", "=A", "", None]), min_size=m, max_size=m)
            ),
            "length_m": data.draw(
                st.lists(st.one_of(st.none(), st.floats(0, 1e4)), min_size=m, max_size=m)
            ),
        }
    )
    path = tmp_path_factory.mktemp("ledger") / "a.xlsx"
    gg.write_ledger(path, cells=cells, components=components)
    for name in ("Zones", "Cells"):
        rows, total = table(path, name)
        assert total["Area (m²)"] == pytest.approx(sum(areas))
        assert rows["Area (m²)"].sum() == pytest.approx(sum(areas))
    for name in ("Components", "Components by zone"):
        rows, total = table(path, name)
        assert total["Components"] == rows["Components"].sum() == m
        lengths = components["length_m"].astype(float)
        if lengths.notna().any():
            assert total["Length (m)"] == pytest.approx(lengths.sum())


def simple():
    """Three cells in two zones, with persons."""
    cells = pd.DataFrame(
        {"cell_code": list("abc"), "area_m2": [1.0, 2.0, 3.0], "zone_code": ["z1", "z1", "z2"]},
        index=[10, 11, 12],
    )
    zones = pd.DataFrame(
        {
            "zone_code": ["z1", "z2"],
            "area_m2": [3.0, 3.0],
            "n_cells": [2, 1],
            "manager": ["Wu", "Li"],
            "manager_id": ["1", "2"],
        },
        index=["first", "second"],
    )
    staff = pd.DataFrame({"staff_id": ["1", "2"], "name": ["Wu", "Li"], "role": "manager"})
    return {"cells": cells, "zones": zones, "staff": staff}


@pytest.mark.parametrize(
    ("frame", "change", "error", "message", "rows"),
    [
        (
            "cells",
            {"cell_code": ["a", "a", "c"]},
            CodeError,
            "codes in 'cell_code' repeat",
            (10, 11),
        ),
        ("cells", {"zone_code": ["z1", "z1", 2]}, CodeError, "'zone_code' must be text", (12,)),
        ("cells", {"zone_code": ["z1", "z1", "z9"]}, CodeError, "names none of the `zones`", (12,)),
        ("cells", {"zone_code": ["z1", "z1", ""]}, CodeError, "no cell is in these", ("second",)),
        ("zones", {"area_m2": [3.0, 9.0]}, SchemaError, "'area_m2' is not that of", ("second",)),
        (
            "cells",
            {"area_m2": [1, None, "x"]},
            SchemaError,
            "needs a number in 'area_m2'",
            (11, 12),
        ),
        ("zones", {"load": ["5", "much"]}, SchemaError, "'load' must hold numbers", ("second",)),
        ("zones", {"n_cells": [1, 1]}, SchemaError, "'n_cells' is not that of", ("first",)),
        ("zones", {"zone_code": ["z1", "z1"]}, CodeError, "names none of the `zones`", (12,)),
        ("zones", {"manager_id": ["1; 2", "2"]}, SchemaError, "different numbers", ("first",)),
        ("staff", {"staff_id": ["1", "1"]}, CodeError, "codes in 'staff_id' repeat", (0, 1)),
    ],
)
def test_frames_that_do_not_fit_are_refused(tmp_path, frame, change, error, message, rows):
    """The message names the frame, the column and the rows; nothing is written."""
    frames = simple()
    frames[frame] = frames[frame].assign(**change)
    with pytest.raises(error, match=re.escape(message)) as caught:
        gg.write_ledger(tmp_path / "a.xlsx", **frames)
    assert caught.value.rows == rows
    assert list(tmp_path.iterdir()) == []


def test_persons_who_are_not_in_the_staff_are_told_and_listed(tmp_path):
    """A ledger tells what the zones say, also where the list of persons lacks somebody."""
    frames = simple()
    frames["zones"] = frames["zones"].assign(manager=["Wu；Zhao", "Li"], manager_id=["1; 9", "2"])
    with pytest.warns(UserWarning, match=r"1 persons who are not in `staff` by 'staff_id' \(9\)"):
        path = gg.write_ledger(tmp_path / "a.xlsx", **frames)
    rows, total = table(path, "Staff")
    assert rows.to_numpy().tolist() == [
        ["1", "Wu", "Grid manager", 1, "z1"],
        ["2", "Li", "Grid manager", 1, "z2"],
        ["9", "Zhao", "Grid manager", 1, "z1"],
    ]
    assert total["Zones"] == 3


def test_faults_of_any_check_are_listed(tmp_path):
    """Kinds and columns that a ledger does not know stand as the report calls them."""

    class Check:
        ok = False

        def findings(self):
            return pd.DataFrame({"role": ["deputy"], "kind": ["vacant"], "demands": [2]})

        def to_text(self, language="en"):
            return {"en": "Staffing: 1 fault\n  more", "zh": "人员：1 处"}[language]

    path = gg.write_ledger(tmp_path / "a.xlsx", **simple(), reports=Check())
    assert sheet(path, "Faults") == [
        ["Check", "Fault", "Role", "demands"],
        ["Staffing", "vacant", "Deputy", 2],
    ]
    assert facts(path, "Summary")["Staffing"] == "1 fault"


@pytest.mark.parametrize(
    ("language", "name", "head"),
    [
        ("en", "Faults", ["Role", "Persons", "Persons needed"]),
        ("zh", "问题", ["职责", "实有人数", "应有人数"]),
    ],
)
def test_faults_of_staffing_have_headings_that_planners_read(tmp_path, language, name, head):
    """No column is called as in the frame, in either language."""
    zones = pd.DataFrame({"zone_code": ["A", "B"], "manager_id": ["W1", ""]})
    staff = pd.DataFrame({"staff_id": ["W1"], "name": ["Li"], "role": ["manager"]})
    report = gg.check_staffing(zones, staff, roles=gg.CITY_ROLES[2:3])
    path = gg.write_ledger(tmp_path / "a.xlsx", **simple(), reports=report, language=language)
    assert sheet(path, name)[0][-3:] == head


def test_types_of_cells_are_named(tmp_path):
    """What classify_cells writes is told in words; a type of one's own stands as it is."""
    given = simple()
    n = len(given["cells"])
    given["cells"] = given["cells"].assign(cell_type=["fringe", *["mine"] * (n - 1)])
    path = gg.write_ledger(tmp_path / "a.xlsx", **given, language="zh")
    head, *rows = sheet(path, "单元网格")
    types = [row[head.index("网格类型")] for row in rows]
    assert types[:2] == ["城乡结合型", "mine"]


def test_persons_known_by_name_alone_must_be_one(tmp_path):
    """Two of one name cannot be told apart without numbers; one of each can."""
    frames = simple()
    frames["zones"] = frames["zones"].drop(columns="manager_id")
    rows, _ = table(gg.write_ledger(tmp_path / "a.xlsx", **frames), "Staff")
    assert rows["Zone codes"].tolist() == ["z1", "z2"]
    frames["staff"] = frames["staff"].assign(name="Wu")
    with pytest.raises(CodeError, match="several persons have a name"):
        gg.write_ledger(tmp_path / "a.xlsx", **frames)


@pytest.mark.parametrize(
    ("path", "options", "error", "message"),
    [
        ("a.csv", {}, InputError, "name a folder, and form='csv'"),
        ("a.xlsx", {"form": "csv"}, InputError, "does not fit form='csv'"),
        ("a", {"form": "xlsx"}, InputError, "does not fit form='xlsx'"),
        ("a", {"form": "xls"}, InputError, "must be one of 'xlsx', 'csv', 'parquet'"),
        ("a.xlsx", {"language": "de"}, InputError, "must be one of 'en', 'zh'"),
        ("a", {"per_zone": True}, InputError, "sheets of a workbook"),
        ("a.xlsx", {"per_zone": ["z9"]}, CodeError, "zones that there are not: 'z9'"),
        ("a.xlsx", {"reports": ["fine"]}, InputError, "such as a CoverageReport, not str"),
        ("a.xlsx", {"reports": pd.DataFrame()}, InputError, "not DataFrame"),
        ("a.xlsx", {"components": pd.DataFrame({"a": [1]})}, SchemaError, "lacks 'cell_code'"),
        ("a.xlsx", {"key_units": pd.DataFrame({"name": ["x"]})}, InputError, "has no geometry"),
    ],
)
def test_options_that_do_not_fit_are_refused(tmp_path, path, options, error, message):
    """What was expected, and the remedy; nothing is written."""
    with pytest.raises(error, match=re.escape(message)):
        gg.write_ledger(tmp_path / path, **(simple() | options))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["cells", "zones", "staff", "key_units"])
def test_columns_that_repeat_are_refused(tmp_path, name):
    """Of two columns of one name nobody can tell which is meant."""
    units = pd.DataFrame({"name": ["x"], "cell_code": ["a"]})
    frames = simple() | {"key_units": units}
    frames[name] = frames[name].assign(note="a", more="b").rename(columns={"more": "note"})
    with pytest.raises(SchemaError, match=f"`{name}`: columns 'note' repeat; rename them"):
        gg.write_ledger(tmp_path / "a.xlsx", **frames)


def test_components_of_other_cells_are_refused(tmp_path):
    """Their rows are named, and the remedy."""
    components = pd.DataFrame({"cell_code": ["a", "x"], "class_code": "1"}, index=[4, 5])
    with pytest.raises(CodeError, match="geocode them with these cells") as caught:
        gg.write_ledger(tmp_path / "a.xlsx", **simple(), components=components)
    assert caught.value.rows == (5,)


def test_more_zones_than_a_book_has_sheets(monkeypatch, tmp_path):
    """Refused before anything is written, with the way to do it."""
    monkeypatch.setattr(zone_sheets, "MAX_SHEETS", 1)
    with pytest.raises(TooLargeError, match="per_zone="):
        gg.write_ledger(tmp_path / "a.xlsx", **simple(), per_zone=True)


def test_cells_alone_make_a_ledger(tmp_path):
    """No zones, no components, no geometry: summary and cells."""
    cells = pd.DataFrame({"cell_code": ["a"], "area_m2": [2.5]})
    path = gg.write_ledger(tmp_path / "a.xlsx", cells=cells, title="A & B", source="=x")
    with pd.ExcelFile(path, engine="calamine") as written:
        assert written.sheet_names == ["Summary", "Cells"]
    assert facts(path, "Summary")["Source"] == "=x"
    with pytest.raises(InputError, match="needs zones"):
        gg.write_ledger(tmp_path / "a.xlsx", cells=cells, per_zone=True)


def test_components_without_a_place_are_counted(tmp_path):
    """They have no size, and no cell, and still are some."""
    cells = gpd.GeoDataFrame(
        {"cell_code": ["a"], "area_m2": [1e4], "zone_code": ["z"]},
        geometry=[shapely.box(0, 0, 100, 100)],
        crs="EPSG:4548",
    )
    shapes = [shapely.LineString([(0, 5), (30, 5)]), None, shapely.Point(np.nan, 1)]
    pipes = gpd.GeoDataFrame({"class_code": "2151"}, index=range(3), geometry=shapes, crs=4548)
    placed = gg.geocode(pipes, cells)
    path = gg.write_ledger(tmp_path / "a.xlsx", cells=cells, components=placed)
    _, total = table(path, "Components")
    assert total.tolist() == ["Total", "", 3, 30.0]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice (soffice)")
def test_libreoffice_opens_it_and_sums_agree(city, tmp_path):
    """With 170,000 components: each sheet as LibreOffice reads it, and a PDF of all of them."""
    many = pd.concat([city["components"]] * 5, ignore_index=True).iloc[:170_000]
    path = gg.write_ledger(
        tmp_path / "a.xlsx", **(city | {"components": many}), language="zh", per_zone=["Z001"]
    )
    # Sheet by sheet (-1), commas, quotes, UTF-8.
    csv_filter = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,false,false,false,false,-1"
    for target in (csv_filter, "pdf"):
        subprocess.run(
            [
                "soffice",
                f"-env:UserInstallation=file://{tmp_path}/profile",
                *("--headless", "--convert-to", target, "--outdir", str(tmp_path), str(path)),
            ],
            check=True,
            capture_output=True,
            timeout=300,
        )
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    zones = pd.read_csv(tmp_path / "a-责任网格.csv", dtype={0: str})
    assert zones["部件数"].iloc[-1] == zones["部件数"].iloc[:-1].sum() == 170_000
    assert zones.iloc[:, 4].iloc[-1] == pytest.approx(city["cells"]["area_m2"].sum())
    cells = pd.read_csv(tmp_path / "a-单元网格.csv", dtype=str)
    assert cells.iloc[:-1, 0].tolist() == city["cells"]["cell_code"].tolist()
