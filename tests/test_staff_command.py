"""Staff on the command line and from files: who is read, assigned, checked and rotated."""

# ruff: noqa: RUF001 - Chinese has its own colon

import json

import geopandas as gpd
import pandas as pd
import pytest
from test_staff import staff_of, zones_of
from typer.testing import CliRunner

import gridgeo as gg
from gridgeo import read_staff
from gridgeo.cli import app
from gridgeo.errors import CodeError, InputError, SchemaError
from gridgeo.io import read_table

run = CliRunner()
ROLES = ("leader", "direct_responsible", "manager", "inspector", "deputy")


@pytest.fixture
def files(tmp_path, monkeypatch):
    """Four zones of two streets, and a staff that is enough for one role or for all."""
    monkeypatch.chdir(tmp_path)
    zones_of(*"AABB").to_file("zones.gpkg", layer="zones")
    persons = [
        staff_of(*"AABB", role=role).assign(staff_id=[f"{role[0]}{n}" for n in range(4)])
        for role in ROLES
    ]
    full = pd.concat(persons, ignore_index=True)
    full["staff_id"] = [f"W{n:03}" for n in range(len(full))]
    full.to_csv("staff.csv", index=False)
    gg.write_frame(full[full["role"] != "deputy"], "few.xlsx")
    return tmp_path


@pytest.mark.usefixtures("files")
def test_zones_get_their_persons_and_are_checked():
    """Persons are written with the zones, the report is printed, and the exit code is 0."""
    done = run.invoke(app, ["staff", "zones.gpkg", "staff.csv", "--out", "out.gpkg"])
    assert done.exit_code == 0, done.output
    assert "StaffingReport: staffed" in done.output
    assert "wrote out.gpkg" in done.output
    out = gpd.read_file("out.gpkg")
    assert all((out[role] != "").all() for role in ROLES)
    again = run.invoke(app, ["staff", "out.gpkg", "staff.csv", "--check"])
    assert again.exit_code == 0, again.output


@pytest.mark.filterwarnings("default:zones lack persons")
def test_a_vacancy_exits_with_1_and_is_told_in_chinese(files):
    """What is lacking is written into the report; the zones are written all the same."""
    options = ["--out", "out.gpkg", "--json", "report.json", "--language", "zh"]
    done = run.invoke(app, ["staff", "zones.gpkg", "few.xlsx", *options])
    assert done.exit_code == 1, done.output
    assert "人员配备检查：不合格，发现 4 处问题" in done.output
    assert "warning: zones lack persons; deputy: Z0, Z1, Z2, Z3" in done.output
    report = json.loads((files / "report.json").read_text(encoding="utf-8"))
    assert report["faults"]["vacancies"]["count"] == 4
    assert len(gpd.read_file("out.gpkg")) == 4


@pytest.mark.usefixtures("files")
@pytest.mark.parametrize(
    ("options", "match"),
    [
        ([], "give --out to assign persons, or --check"),
        (["--out", "o.gpkg", "--check"], "give --out to assign persons, or --check"),
        (["--out", "zones.gpkg"], "is named twice"),
        (["--out", "o.gpkg", "--code", "ZDM"], "lacks 'ZDM'"),
        (["--out", "o.gpkg", "--roles", "labour"], "lacks 'full_time'"),
    ],
)
def test_what_cannot_run_exits_with_2(options, match):
    """A command that does not say what to do, or misses a column, says so and writes nothing."""
    done = run.invoke(app, ["staff", "zones.gpkg", "staff.csv", *options])
    assert done.exit_code == 2
    assert match in done.output


@pytest.mark.usefixtures("files")
def test_a_roster_is_written_as_a_workbook():
    """Three periods of two months, codes as text."""
    options = ["--start", "2026-01-01", "--out", "roster.xlsx", "--period", "2", "--periods", "3"]
    done = run.invoke(app, ["roster", "zones.gpkg", "staff.csv", *options])
    assert done.exit_code == 0, done.output
    assert "12 duties in 3 periods" in done.output
    roster = read_table("roster.xlsx")
    assert len(roster) == 12
    assert roster["zone_code"].tolist()[:4] == ["Z0", "Z1", "Z2", "Z3"]
    assert roster["period_start"].str[:10].unique().tolist() == [
        "2026-01-01",
        "2026-03-01",
        "2026-05-01",
    ]


@pytest.mark.usefixtures("files")
def test_a_roster_of_a_role_that_is_none_is_refused():
    """A misspelled role names those there are."""
    options = ["--start", "2026-01-01", "--out", "roster.csv", "--rotate", "inspecter"]
    done = run.invoke(app, ["roster", "zones.gpkg", "staff.csv", *options])
    assert done.exit_code == 2
    assert "--rotate must name roles of city: leader, direct_responsible" in done.output


def written(folder, text, name="staff.csv"):
    """Write a text table and give its path."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_chinese_headings_are_found(tmp_path):
    """工号, 姓名, 职务, 街道代码, 专职 and 电话 become our columns; others stay behind them."""
    text = (
        "备注,姓名,工号,职务,街道代码,专职,电话\n"
        "新,李海,0012,网格长,110101001,是,13800000000\n"
        ",吴芸,0013,监督员,,兼职,\n"
    )
    staff = read_staff(written(tmp_path, text))
    assert staff.columns.tolist() == [
        "staff_id",
        "name",
        "role",
        "street_code",
        "full_time",
        "phone",
        "备注",
    ]
    assert staff["staff_id"].tolist() == ["0012", "0013"]
    assert staff["full_time"].tolist() == [True, False]
    assert staff["full_time"].dtype == bool
    assert staff["street_code"].tolist() == ["110101001", ""]


def test_columns_can_be_named_and_zeros_come_back(tmp_path):
    """Where a file calls its columns otherwise they are named; widths give lost zeros back."""
    text = "GH,XM,GW\n12,Li Hai,manager\n3,Wu Yun,deputy\n"
    columns = {"staff_id": "GH", "name": "XM", "role": "GW"}
    staff = read_staff(written(tmp_path, text), columns=columns, code_width={"staff_id": 4})
    assert staff["staff_id"].tolist() == ["0012", "0003"]


def test_full_time_may_be_unknown(tmp_path):
    """Nothing written is missing, neither yes nor no."""
    text = "staff_id,name,role,full_time\nW1,Li,manager,yes\nW2,Wu,manager,\nW3,Xu,manager,0\n"
    assert read_staff(written(tmp_path, text))["full_time"].tolist() == [True, pd.NA, False]


def test_the_sample_staff_is_read_alike():
    """The bundled file gives the same persons as the sample city's own reader."""
    staff = read_staff(gg.datasets.sample_path("staff"))
    own = gg.datasets.read_staff()
    pd.testing.assert_frame_equal(staff[own.columns], own)


@pytest.mark.parametrize(
    ("text", "options", "error", "match"),
    [
        ("name,role\nLi,manager\n", {}, SchemaError, r"lacks 'staff_id'; name its columns"),
        ("staff_id,name,role\n", {}, SchemaError, "has no rows"),
        ("staff_id,name,role\nW1,Li,a\nW1,Wu,b\n", {}, CodeError, r"repeat.*rows 0, 1"),
        ("staff_id,name,role\n,Li,a\n", {}, CodeError, r"needs a code.*row 0"),
        ("工号,编号,name,role\n1,2,Li,a\n", {}, SchemaError, "工号"),
        ("staff_id,name,role,专职\nW,Li,a,maybe\n", {}, SchemaError, r"must say yes or no.*row 0"),
        ("staff_id,name,role\nW,Li,a\n", {"columns": {"name": "XM"}}, SchemaError, "lacks 'XM'"),
        ("staff_id,name,role\nW,Li,a\n", {"columns": {"nom": "name"}}, InputError, "'nom'"),
    ],
)
def test_staff_that_cannot_be_read_is_refused(tmp_path, text, options, error, match):
    """Missing, doubtful and repeated things are named, with the remedy."""
    with pytest.raises(error, match=match):
        read_staff(written(tmp_path, text), **options)
