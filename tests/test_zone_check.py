"""A check of zones names exactly the fault that was planted, and tells how even zones could be."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from lattices import cities, lattice

from gridgeo._zone_bounds import least_by_cells, least_by_parts
from gridgeo.dissolving import dissolve_zones, zone_codes
from gridgeo.errors import CodeError, InputError, SchemaError, ZoneError
from gridgeo.zone_check import check_zones


@pytest.fixture
def quarters():
    """A square of 8 by 8 cells in four zones, two in each of two streets."""
    cells = lattice(np.ones((8, 8), dtype=bool), lamps=1)
    west = (cells.geometry.bounds["minx"] < 400).to_numpy()
    south = (cells.geometry.bounds["miny"] < 400).to_numpy()
    cells["street_code"] = np.where(west, "S1", "S2")
    cells["zone_code"] = cells["street_code"] + np.where(south, "Z02", "Z01")
    return cells


def kinds(report):
    """How many faults of each kind there are, without those of which there are none."""
    return {kind: len(rows) for kind, rows in report.found().items() if len(rows)}


def test_sound_zones_have_no_fault(quarters):
    """Four squares: balance and compactness are known by hand."""
    report = check_zones(quarters, load="lamps", within="street_code")
    assert report.ok
    assert kinds(report) == {}
    assert (report.max_to_mean, report.min_to_mean, report.bound) == (1.0, 1.0, 1.0)
    assert report.compactness == pytest.approx(np.pi / 4)
    assert report.zones["n_cells"].tolist() == [16] * 4
    assert report.units["n_zones"].tolist() == [2, 2]
    assert report.changes is None
    report.raise_for_faults()


def test_a_cell_without_a_zone_is_found(quarters):
    """That one, under its label."""
    quarters.loc[9, "zone_code"] = None
    report = check_zones(quarters)
    assert kinds(report) == {"unassigned": 1}
    assert report.unassigned.index.tolist() == [9]
    assert report.rows == (9,)


def test_a_piece_apart_is_found(quarters):
    """A corner coded for the zone across: one cell, with its place."""
    quarters.loc[0, "zone_code"] = "S1Z01"
    report = check_zones(quarters, within="street_code", tolerance=0.1)
    assert kinds(report) == {"pieces": 1}
    assert report.pieces[["zone_code", "n_cells", "m2"]].to_numpy().tolist() == [
        ["S1Z01", 1, 10_000.0]
    ]
    assert report.pieces.geometry.iloc[0].equals(quarters.geometry[0])
    assert report.rows == (0,)


def test_a_zone_across_a_unit_is_found(quarters):
    """A row of the other street: it is no piece, it hangs together."""
    quarters.loc[[3, 4], "zone_code"] = ["S2Z02", "S2Z02"]
    report = check_zones(quarters, within="street_code", tolerance=0.1)
    assert kinds(report) == {"crossings": 1}
    assert report.crossings[["zone_code", "unit", "reaches_into", "n_cells"]].iloc[0].tolist() == [
        "S2Z02",
        "S2",
        "S1",
        1,
    ]
    assert report.rows == (3,)


def test_an_overload_is_found(quarters):
    """Twelve lamps more in one cell: nobody could share them, so the bound goes along."""
    quarters["lamps"] = np.where(quarters["zone_code"] == "S1Z01", 2, 1)
    report = check_zones(quarters, load="lamps", within="street_code")
    assert kinds(report) == {"overloaded": 1}
    assert report.overloaded["share"].tolist() == [pytest.approx(32 / 24)]
    assert check_zones(quarters, load="lamps", within="street_code", tolerance=0.34).ok
    quarters["lamps"] = 1
    quarters.loc[0, "lamps"] = 30
    report = check_zones(quarters, load="lamps", within="street_code")
    assert report.units["bound"].tolist() == [1.0, 1.0]
    assert kinds(report) == {"overloaded": 1}
    quarters.loc[0, "lamps"] = 300
    report = check_zones(quarters, load="lamps", within="street_code")
    assert report.units["bound"].iloc[0] == pytest.approx(300 / 165.5)


def test_islands_are_told_and_no_fault():
    """A cell that touches no other of its unit belongs to a zone in two pieces, rightly."""
    kept = np.ones((3, 6), dtype=bool)
    kept[:, 4] = False
    kept[[0, 2], 5] = False
    cells = lattice(kept, zone_code="Z01")
    report = check_zones(cells)
    assert report.ok
    assert report.islands[["zone_code", "n_cells"]].to_numpy().tolist() == [["Z01", 1]]
    assert report.zones["n_pieces"].tolist() == [2]


def test_cells_that_touch_in_a_corner_are_apart():
    """As for those who walk from one to the other."""
    cells = lattice(np.ones((2, 2), dtype=bool), zone_code=["A", "B", "B", "A"])
    assert kinds(check_zones(cells)) == {"pieces": 2}


def test_changes_are_listed(quarters):
    """Every cell whose zone is another one, before and after."""
    before = quarters["zone_code"].copy()
    before.iloc[[5, 7]] = ["S1Z02", ""]
    report = check_zones(quarters, previous=before)
    assert report.changes[["cell_code", "zone_before", "zone_code"]].to_numpy().tolist() == [
        ["C0005", "S1Z02", "S2Z02"],
        ["C0007", "", "S2Z02"],
    ]
    assert report.changes.index.tolist() == [5, 7]
    assert report.ok


@settings(max_examples=40)
@given(cities(), st.integers(1, 6), st.integers(0, 99))
def test_pieces_and_perimeters_are_those_of_geos(cells, n_zones, seed):
    """Zones thrown at random: GEOS unites them, and the report agrees with what it gives."""
    rng = np.random.default_rng(seed)
    cells["zone_code"] = [f"Z{zone}" for zone in rng.integers(0, n_zones, len(cells))]
    zones = check_zones(cells, load="w").zones.set_index("zone_code")
    for code, zone in cells.groupby("zone_code"):
        united = shapely.union_all(zone.geometry)
        assert zones.loc[code, "n_pieces"] == shapely.get_num_geometries(united)
        compact = 4 * np.pi * united.area / united.length**2
        assert zones.loc[code, "compactness"] == pytest.approx(compact)
        assert zones.loc[code, "load"] == pytest.approx(zone["w"].sum())


def heaviest_of_best(loads, n_zones):
    """The heaviest zone of the best of all ways to put cells together, all of them tried."""
    best, sums = np.inf, np.zeros(n_zones)

    def put(place):
        nonlocal best
        if place == len(loads):
            best = min(best, sums.max())
            return
        for zone in range(n_zones):
            sums[zone] += loads[place]
            if sums[zone] < best:
                put(place + 1)
            sums[zone] -= loads[place]

    put(0)
    return best


@settings(max_examples=60)
@given(st.lists(st.integers(0, 12), min_size=1, max_size=8), st.integers(1, 4))
def test_the_bound_is_never_above_the_best_plan(loads, n_zones):
    """All plans are tried by hand; with cells of one size the bound is the best."""
    n_zones = min(n_zones, len(loads))
    best = heaviest_of_best(np.array(loads, dtype=float), n_zones)
    assert least_by_cells(np.array(loads, dtype=float), n_zones) <= best + 1e-9
    even = np.full(len(loads), 3.0)
    assert least_by_cells(even, n_zones) == heaviest_of_best(even, n_zones)


def test_parts_that_do_not_touch_bound_what_is_possible():
    """Two parts of three zones' load: one has two zones and one has one, whoever cuts."""
    assert least_by_parts(np.array([30.0, 30.0]), 3) == 30.0
    assert least_by_parts(np.array([30.0, 0.1]), 3) == pytest.approx(10.0333333)
    assert least_by_parts(np.array([5.0, 5.0, 5.0]), 2) == 7.5
    assert least_by_parts(np.ones(9), 3) == 3.0


def test_a_report_leaves_as_files_and_in_both_languages(quarters, tmp_path):
    """Layers, JSON without NaN, lines that fit a terminal, HTML with nothing of data unescaped."""
    quarters["street_code"] = quarters["street_code"].replace("S1", "<b>S1</b>")
    quarters.loc[0, "zone_code"] = "=S1Z01<i>"
    report = check_zones(quarters, within="street_code", previous=quarters["street_code"])
    assert set(gpd.list_layers(report.to_gpkg(tmp_path / "r.gpkg"))["name"]) == {
        *kinds(report),
        "changes",
        "zones",
        "units",
    }
    told = json.loads(report.to_json(tmp_path / "r.json").read_text(encoding="utf-8"))
    assert (told["n_zones"], told["n_changed"], told["ok"]) == (5, 64, report.ok)
    for language, word in (("en", "Across a unit"), ("zh", "跨越上级边界")):
        page = report.to_html(language)
        assert word in page
        assert "<b>S1" not in page
        assert "&lt;b&gt;S1&lt;/b&gt;" in page
    assert repr(report) == report.to_text("en")
    assert "责任网格检查" in report.to_text("zh")
    with pytest.raises(InputError, match="language"):
        report.to_text("fr")


def test_faults_are_raised_with_the_rows(quarters):
    """Kinds, codes and labels."""
    quarters.loc[[0, 9], "zone_code"] = ["S2Z01", ""]
    report = check_zones(quarters, within="street_code", tolerance=0.1)
    with pytest.raises(ZoneError, match=r"unassigned: 1 \(C0009\); crossings: 1 \(S2Z01 S1\)") as e:
        report.raise_for_faults()
    assert e.value.rows == (0, 9)
    assert report.findings()["kind"].tolist() == ["unassigned", "crossings"]


def test_no_zones_at_all_are_a_finding(quarters):
    """Every cell without a zone: nothing is measured, nothing fails."""
    report = check_zones(quarters.assign(zone_code=""))
    assert kinds(report) == {"unassigned": 64}
    assert np.isnan(report.max_to_mean)
    report.to_html("zh")
    json.dumps(report.to_dict(), allow_nan=False)


def test_zones_tile_what_cells_tile(quarters):
    """Sums, levels and vertices; the input is another frame."""
    zones = dissolve_zones(quarters, load="lamps", name="street_code")
    assert zones.columns.tolist() == [
        "zone_code", "zone_name", "area_m2", "n_cells", "load", "street_code", "geometry",
    ]  # fmt: skip
    assert zones["load"].tolist() == [16.0] * 4
    assert zones["area_m2"].tolist() == [160_000.0] * 4
    assert zones["street_code"].tolist() == ["S1", "S1", "S2", "S2"]
    assert shapely.coverage_is_valid(zones.geometry.to_numpy())
    corners = shapely.get_coordinates(shapely.get_exterior_ring(zones.geometry.to_numpy()))
    assert len(np.unique(corners, axis=0)) == 9 * 9 - 4 * 9
    streets = dissolve_zones(quarters, by="street_code")
    assert streets.columns.tolist() == ["street_code", "area_m2", "n_cells", "geometry"]
    assert streets["n_cells"].tolist() == [32, 32]


@settings(max_examples=30)
@given(cities(), st.integers(0, 99))
def test_dissolved_zones_are_what_geos_unites(cells, seed):
    """Zones thrown at random, islands and corners too."""
    rng = np.random.default_rng(seed)
    cells["zone_code"] = [f"Z{zone}" for zone in rng.integers(0, 4, len(cells))]
    zones = dissolve_zones(cells, load="w").set_index("zone_code")
    for code, zone in cells.groupby("zone_code"):
        assert zones.geometry[code].equals(shapely.union_all(zone.geometry))
        assert zones.loc[code, "load"] == pytest.approx(zone["w"].sum())
    assert zones.is_valid.all()


def test_cells_that_overlap_are_united_all_the_same():
    """By the slower way: the zone is their ground, not the sum of them."""
    cells = lattice(np.ones((1, 2), dtype=bool), zone_code="Z01")
    cells.loc[1, "geometry"] = shapely.box(50, 20, 150, 70)
    assert dissolve_zones(cells).geometry.iloc[0].area == pytest.approx(12_500)


def test_a_level_is_named_by_the_first_of_its_cells(quarters):
    """And a cell without a code is refused: its ground would be lost."""
    quarters.loc[4, "zone_code"] = ""
    with pytest.raises(CodeError, match="every cell needs a code in 'zone_code'") as raised:
        dissolve_zones(quarters)
    assert raised.value.rows == (4,)
    with pytest.raises(SchemaError, match="lacks 'level'"):
        dissolve_zones(quarters, by="level")


def test_codes_are_given_by_scheme(quarters):
    """From north to south in each unit; the same from cells and from zones."""
    codes = zone_codes(quarters, within="street_code")
    assert codes.tolist() == quarters["zone_code"].tolist()
    alone = zone_codes(quarters)
    assert sorted(set(alone)) == ["Z01", "Z02", "Z03", "Z04"]
    zones = dissolve_zones(quarters)
    assert zone_codes(zones, within="street_code").tolist() == zones["zone_code"].tolist()
    quarters.loc[0, "zone_code"] = "S2Z01"
    with pytest.raises(CodeError, match="zones that lie in two of 'street_code'"):
        zone_codes(quarters, within="street_code")


def test_a_scheme_that_is_too_small_is_refused():
    """A hundred zones do not fit two digits; left to itself, the code gets three."""
    cells = lattice(np.ones((10, 10), dtype=bool))
    cells["zone_code"] = cells["cell_code"]
    assert zone_codes(cells).str.fullmatch(r"Z\d{3}").all()
    from gridgeo.codes import ZONE_2  # noqa: PLC0415

    with pytest.raises(CodeError, match="ZONE_2 codes number at most 99 zones in a unit"):
        zone_codes(cells, scheme=ZONE_2)


def test_zones_written_by_a_number_are_text(quarters):
    """A column of numbers is read as codes."""
    numbers = pd.Series(pd.factorize(quarters["zone_code"])[0], quarters.index)
    zones = check_zones(quarters.assign(zone_code=numbers)).zones
    assert zones["zone_code"].tolist() == ["0", "1", "2", "3"]


def test_large_loads_are_told_without_an_exponent():
    """A city of 16,410 km2: the total and the mean of its zones as people write them."""
    cells = lattice(np.ones((2, 2), dtype=bool), m2=[8e9, 8e9, 3e8, 1.1e8])
    cells["zone_code"] = ["Z01", "Z02", "Z01", "Z02"]
    text = check_zones(cells, load="m2").to_text()
    assert "m2 16,410,000,000, mean 8,205,000,000" in text
    page = check_zones(cells.assign(u="S"), load="m2", within="u")._repr_html_()
    assert "8,205,000,000" in page
    assert "e+" not in text + page
