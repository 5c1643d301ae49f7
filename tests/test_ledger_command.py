"""``gridgeo ledger`` and ``gridgeo cards``: files in, a book or a page out, an exit code."""

import geopandas as gpd
import pandas as pd
import pytest
from typer.testing import CliRunner

import gridgeo as gg
from gridgeo.cli import app
from gridgeo.datasets import read_sample, sample_path
from gridgeo.files import write_frame

COMPONENTS = len(read_sample("components"))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Cells with zones, zones as a layer and as a table, components with and without a cell."""
    folder = tmp_path_factory.mktemp("files")
    cells = gg.areas_to_cells(read_sample("communities"))
    cells["zone_code"] = cells["area_code"].str[6:9]
    zones = gpd.GeoDataFrame(
        read_sample("streets").rename(columns={"area_code": "zone_code", "area_name": "zone_name"})
    )
    zones["zone_code"] = zones["zone_code"].str[6:]
    sums = cells.groupby("zone_code")["area_m2"].agg(["size", "sum"]).loc[zones["zone_code"]]
    zones["n_cells"], zones["area_m2"] = sums["size"].to_numpy(), sums["sum"].to_numpy()
    zones["manager"], zones["manager_id"] = "韩立静", "W0003"
    return {
        "cells": write_frame(cells, folder / "cells.gpkg"),
        "holed": write_frame(cells.drop(index=100), folder / "holed.gpkg"),
        "zones": write_frame(zones, folder / "zones.gpkg"),
        "zone_table": write_frame(zones, folder / "zones.csv"),
        "placed": write_frame(gg.geocode(read_sample("components"), cells), folder / "placed.csv"),
        "areas": write_frame(read_sample("communities"), folder / "areas.gpkg"),
        "numbers": write_frame(
            cells.assign(zone=cells["zone_code"].astype(int)).drop(columns="zone_code"),
            folder / "numbers.parquet",
        ),
    }


def run(*arguments):
    """Run a command, and give its exit code and all that it said."""
    result = CliRunner().invoke(app, [*map(str, arguments)])
    return result.exit_code, result.output


def listed(path, sheet):
    """The rows of a sheet below its head."""
    frame = pd.read_excel(path, sheet_name=sheet, dtype=object, na_filter=False, engine="calamine")
    return frame.to_numpy().tolist()


@pytest.mark.parametrize("zones", ["zones", "zone_table"])
@pytest.mark.parametrize("components", ["placed", "raw"])
def test_files_of_any_kind_make_the_same_ledger(files, tmp_path, zones, components):
    """Zones as a layer or a table, components that know their cell or find it."""
    out = tmp_path / "台账.xlsx"
    source = files["placed"] if components == "placed" else sample_path("components")
    code, said = run(
        *("ledger", files["cells"], "--out", out, "--zones", files[zones]),
        *("--components", source, "--staff", sample_path("staff"), "--areas", files["areas"]),
        *("--key-units", sample_path("key_units"), "--language", "zh", "--title", "望河区"),
    )
    assert (code, said.count("覆盖检查")) == (0, 1)
    assert listed(out, "责任网格")[-1][0] == "合计"
    assert COMPONENTS in listed(out, "责任网格")[-1]
    assert COMPONENTS in listed(out, "部件分类")[-1]
    people = {row[0]: row for row in listed(out, "人员")}
    assert 17 in people["W0003"]
    assert len(listed(out, "重点单位")) == len(read_sample("key_units"))


def test_faults_of_the_cells_are_listed_and_told(files, tmp_path):
    """The ledger is written, says what is at fault, and the exit code tells."""
    out = tmp_path / "a.xlsx"
    code, said = run("ledger", files["holed"], "--areas", files["areas"], "--out", out)
    assert (code, "not sound, 1 fault" in said) == (1, True)
    assert listed(out, "Faults")[0][1] == "Gaps"


def test_a_folder_of_tables(files, tmp_path):
    """In the form that is asked for."""
    code, _ = run("ledger", files["cells"], "--out", tmp_path / "out", "--form", "parquet")
    assert code == 0
    assert {file.name for file in (tmp_path / "out").iterdir()} == {
        "summary.parquet",
        "zones.parquet",
        "cells.parquet",
    }


def test_a_sheet_for_each_zone(files, tmp_path):
    """As many as there are zones, and their codes from any column, numbers too."""
    out = tmp_path / "a.xlsx"
    code, _ = run(*("ledger", files["numbers"], "--zone-code", "zone", "--per-zone", "--out", out))
    assert code == 0
    with pd.ExcelFile(out, engine="calamine") as book:
        assert book.sheet_names[3:] == sorted(str(n) for n in range(1, 18))


def test_cards_of_zones(files, tmp_path):
    """All of them, or those that are named."""
    out = tmp_path / "cards.html"
    code, said = run("cards", files["cells"], "--zones", files["zones"], "--out", out)
    assert (code, "17 zones" in said) == (0, True)
    code, said = run("cards", files["cells"], "--zone", "003", "--zone", "001", "--out", out)
    assert (code, "2 zones" in said) == (0, True)
    page = out.read_text(encoding="utf-8")
    assert page.index("<h1>003") < page.index("<h1>001")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ledger", "{cells}", "--out", "{cells}"], "is named twice"),
        (["ledger", "{cells}", "--out", "{out}.csv"], "name a folder"),
        (["ledger", "{cells}", "--out", "{out}.xlsx", "--zone-code", "zone"], "lacks 'zone'"),
        (["cards", "{cells}", "--out", "{out}.html", "--zone", "999"], "zones that there are not"),
        (["cards", "{cells}", "--out", "{out}.pdf"], "saved as .html"),
        (["cards", "{areas}", "--out", "{out}.html"], "lacks"),
    ],
)
def test_what_cannot_run_says_why(files, tmp_path, arguments, message):
    """Exit code 2, one paragraph, and nothing is written."""
    names = {"cells": files["cells"], "areas": files["areas"], "out": tmp_path / "a"}
    code, said = run(*(argument.format(**names) for argument in arguments))
    assert (code, message in said.replace("\n", " ")) == (2, True)
    assert list(tmp_path.iterdir()) == []
