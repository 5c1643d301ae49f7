"""``gridgeo zones``: the same on files, with exit codes for scripts."""

import json

import geopandas as gpd
import numpy as np
import pytest
from lattices import lattice
from typer.testing import CliRunner

from gridgeo.cli import app
from gridgeo.files import write_frame


@pytest.fixture
def city(tmp_path):
    """A file of 10 by 10 cells in two streets, with lamps."""
    cells = lattice(np.ones((10, 10), dtype=bool), lamps=2)
    cells["street_code"] = np.where(cells.geometry.bounds["minx"] < 500, "S1", "S2")
    return write_frame(cells, tmp_path / "城 市" / "cells.gpkg")


def run(*arguments):
    """Call the command line."""
    return CliRunner().invoke(app, ["zones", *map(str, arguments)])


def test_zones_are_written_and_checked(city, tmp_path):
    """Cells, zones, report; the second run starts from the first and changes nothing."""
    out, zones = tmp_path / "zoned.gpkg", tmp_path / "zones.parquet"
    told = run(
        *(city, "--out", out, "--n-zones", 4, "--load", "lamps", "--within", "street_code"),
        *("--zones-out", zones, "--json", tmp_path / "r.json"),
    )
    assert told.exit_code == 0, told.output
    assert "100 cells in 4 zones" in told.output
    assert gpd.read_parquet(zones)["load"].tolist() == [50.0] * 4
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["max_to_mean"] == 1.0
    again = tmp_path / "again.gpkg"
    told = run(
        *(city, "--out", again, "--load", "lamps", "--within", "street_code"),
        *("--previous", out, "--language", "zh"),
    )
    assert told.exit_code == 0, told.output
    assert "变更网格" in told.output
    assert gpd.read_file(again)["zone_code"].tolist() == gpd.read_file(out)["zone_code"].tolist()


def test_several_columns_are_weighted(city, tmp_path):
    """lamps=2,area_m2=0.01 is one load."""
    report = tmp_path / "r.json"
    told = run(
        *(city, "--out", tmp_path / "z.parquet", "--max-load", 3000),
        *("--load", "lamps=2,area_m2=0.01", "--json", report),
    )
    assert told.exit_code == 0, told.output
    read = json.loads(report.read_text(encoding="utf-8"))
    assert sum(zone["load"] for zone in read["zones"]) == pytest.approx(100 * (4 + 100))
    assert max(zone["load"] for zone in read["zones"]) <= 3000


def test_faults_give_exit_code_1(tmp_path):
    """All cells are locked, and one zone has four times what the other has."""
    street = lattice(np.ones((1, 8), dtype=bool), w=[4] * 4 + [1] * 4, old=[*"AAAABBBB"], lock=True)
    cells, faults = write_frame(street, tmp_path / "cells.gpkg"), tmp_path / "faults.gpkg"
    told = run(
        *(cells, "--out", tmp_path / "zoned.gpkg", "--load", "w", "--previous", "old"),
        *("--locked", "lock", "--faults", faults),
    )
    assert told.exit_code == 1, told.output
    assert "overloaded" in gpd.list_layers(faults)["name"].tolist()
    assert gpd.read_file(tmp_path / "zoned.gpkg")["zone_code"].tolist() == [*"AAAABBBB"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--load", "lamps=two"], "--load must be a column"),
        (["--load", "poles"], "lacks 'poles'"),
        (["--n-zones", "101"], "the number of cells, not 101"),
        (["--previous", "gone"], "lacks 'gone'"),
    ],
)
def test_what_cannot_run_gives_exit_code_2(city, tmp_path, options, message):
    """One paragraph, and nothing is written."""
    out = tmp_path / "z.gpkg"
    told = run(
        city, "--out", out, *(["--n-zones", "4"] if "--n-zones" not in options else []), *options
    )
    assert told.exit_code == 2
    assert message in told.output
    assert not out.exists()


def test_the_input_is_not_written_over(city):
    """Also not by its own zones."""
    told = run(city, "--out", city, "--n-zones", 2)
    assert told.exit_code == 2
    assert "named twice" in told.output
