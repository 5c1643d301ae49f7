"""check_coverage: every planted fault is found, measured and named, and nothing else is."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st
from shapely import Polygon, box
from shapely.affinity import translate
from test_comparison import moved_border
from test_cut import random_coverage

from gridgeo._findings import find_holes, find_mismatched, find_overlaps
from gridgeo._polygons import overlay
from gridgeo._proof import lay_together
from gridgeo._report import FAULTS
from gridgeo.coverage import CoverageReport, check_coverage
from gridgeo.errors import (
    CodeError,
    CoverageError,
    CRSError,
    GeometryError,
    InputError,
    SchemaError,
)

CRS = "EPSG:4547"
EAST, NORTH = 500_000, 4_400_000
LAKE = Polygon([(430, 390), (560, 420), (540, 570), (410, 520)])
BEND = [(520, -10), (480, 210), (555, 333), (470, 702), (510, 1010)]
WEST = Polygon([(0, 0), *BEND, (0, 1000)]).intersection(box(0, 0, 1000, 1000)) - LAKE
EASTERN = Polygon([(1000, 0), *BEND, (1000, 1000)]).intersection(box(0, 0, 1000, 1000)) - LAKE
ISLAND = box(1200, 300, 1250, 350)


def at_home(shape):
    """Move a shape to where Chinese coordinates lie."""
    return translate(shape, EAST, NORTH)


def sound_areas():
    """Two areas with a bent border, a lake cut out of both, and a detached part."""
    east = shapely.MultiPolygon([EASTERN, ISLAND])
    return gpd.GeoDataFrame(
        {"area_code": ["E", "W"]}, geometry=[at_home(east), at_home(WEST)], crs=CRS
    )


def sound_cells():
    """Cells of 100 m of these areas, cut by plain intersection; the island hangs on a far cell."""
    areas = sound_areas()
    column, row = np.meshgrid(np.arange(13), np.arange(10))
    x, y = EAST + 100 * column.ravel(), NORTH + 100 * row.ravel()
    lattice = gpd.GeoDataFrame(
        {"at": [f"{r}{c:02d}" for r, c in zip(row.ravel(), column.ravel(), strict=True)]},
        geometry=shapely.box(x, y, x + 100, y + 100),
        crs=CRS,
    )
    cells = gpd.overlay(areas, lattice, keep_geom_type=True)
    cells["cell_code"] = cells["area_code"] + cells["at"]
    cells = cells.set_index("cell_code", drop=False).rename_axis(None)
    host = cells.geometry["E309"]
    cells.loc["E309", "geometry"] = shapely.union_all([host, cells.geometry["E312"]])
    return cells.drop(index="E312")[["cell_code", "area_code", "geometry"]]


CELLS = sound_cells()
AREAS = sound_areas()


def found(report):
    """Count the faults of each kind that has any."""
    return {kind: len(getattr(report, kind)) for kind in FAULTS if len(getattr(report, kind))}


def with_geometry(code, shape):
    """Give the sound cells with one cell's geometry exchanged."""
    cells = CELLS.copy()
    cells.loc[code, "geometry"] = shape
    return cells


def with_cell(code, area, shape):
    """Give the sound cells with one more."""
    more = gpd.GeoDataFrame(
        {"cell_code": [code], "area_code": [area]}, geometry=[shape], crs=CRS, index=[code]
    )
    return pd.concat([CELLS, more])


def test_the_planted_partition_has_what_a_check_may_stumble_over():
    """The sound city holds cells cut by a border, cells at a lake, and a cell in two parts."""
    assert sum(len(part.interiors) for part in AREAS.union_all().geoms) == 1
    assert (CELLS.geom_type == "MultiPolygon").any()
    assert CELLS.area.round(6).nunique() > 10


def test_a_sound_partition_has_no_fault():
    """A lake, a detached part, an outer border and a cell in two parts are no faults."""
    report = check_coverage(CELLS, AREAS)
    assert report.ok
    assert report.n_faults == 0
    assert report.rows == ()
    assert report.findings().empty
    assert report.area_m2 == pytest.approx(report.cells_m2, abs=1e-5)
    report.raise_for_faults()


def test_the_order_of_cells_changes_nothing():
    """Rows in another order, and areas in another order, give the same report."""
    broken = with_geometry("W303", translate(CELLS.geometry["W303"], 0.5, 0))
    one = check_coverage(broken, AREAS)
    other = check_coverage(broken.iloc[::-1], AREAS.iloc[::-1])
    assert found(one) == found(other)
    assert one.gaps["m2"].sum() == pytest.approx(other.gaps["m2"].sum(), abs=1e-6)
    assert set(one.rows) == set(other.rows)


@pytest.mark.parametrize("code", ["W101", "W000", "E909", "W305", "E305", "E309", "W404"])
def test_a_dropped_cell_is_a_gap(code):
    """An inner, a corner, a border, a lakeside and a two-part cell each leave their own shape."""
    lost = CELLS.geometry[code]
    report = check_coverage(CELLS.drop(index=code), AREAS)
    assert found(report) == {"gaps": len(shapely.get_parts(lost))}
    assert report.gaps["m2"].sum() == pytest.approx(lost.area, abs=1e-6)
    assert set(report.gaps["area_code"]) == {code[0]}
    assert report.gaps.union_all().symmetric_difference(lost).area < 1e-6
    assert not report.ok


def test_two_dropped_neighbours_of_two_areas_are_two_gaps():
    """Ground that two areas miss is told area by area."""
    report = check_coverage(CELLS.drop(index=["W305", "E305"]), AREAS)
    assert sorted(report.gaps["area_code"]) == ["E", "W"]


def test_a_doubled_cell_is_an_overlap_of_its_whole_ground():
    """The same shape under a second code shares all of its ground with the first."""
    twin = CELLS.geometry["W202"]
    report = check_coverage(with_cell("W202b", "W", twin), AREAS)
    assert found(report) == {"overlaps": 1}
    pair = report.overlaps.iloc[0]
    assert (pair["cell_code_1"], pair["cell_code_2"]) == ("W202", "W202b")
    assert pair["m2"] == pytest.approx(twin.area, abs=1e-6)
    assert set(report.rows) == {"W202", "W202b"}


def test_a_nested_cell_is_an_overlap():
    """A cell wholly inside another shares its own ground with it."""
    inner = at_home(box(210, 220, 230, 260))
    report = check_coverage(with_cell("N", "W", inner), AREAS)
    assert found(report) == {"overlaps": 1}
    assert report.overlaps["m2"].iloc[0] == pytest.approx(800, abs=1e-6)
    assert report.overlaps["cell_code_1"].iloc[0] == "W202"


def test_a_nested_cell_without_areas_is_an_overlap_too():
    """No area is needed to see that two cells share ground."""
    report = check_coverage(with_cell("N", "W", at_home(box(210, 220, 230, 260))))
    assert report.overlaps["m2"].tolist() == pytest.approx([800], abs=1e-6)


def test_a_shifted_cell_is_a_gap_behind_and_an_overlap_ahead():
    """Half a metre east: 50 m2 bare on its west side, 50 m2 shared with the eastern neighbour."""
    report = check_coverage(with_geometry("W202", translate(CELLS.geometry["W202"], 0.5, 0)), AREAS)
    assert found(report) == {"gaps": 1, "overlaps": 1}
    assert report.gaps["m2"].iloc[0] == pytest.approx(50, abs=1e-6)
    assert report.overlaps["m2"].iloc[0] == pytest.approx(50, abs=1e-6)
    assert set(report.rows) == {"W202", "W203"}


def test_a_cell_shifted_out_of_the_city_is_outside():
    """A corner cell half a metre west lies outside all areas with 50 m2."""
    report = check_coverage(
        with_geometry("W000", translate(CELLS.geometry["W000"], -0.5, 0)), AREAS
    )
    assert found(report) == {"gaps": 1, "outside": 1}
    assert report.outside["m2"].tolist() == pytest.approx([50], abs=1e-6)
    assert report.outside["cell_code"].tolist() == ["W000"]
    assert report.rows == ("W000",)


def test_a_cell_far_outside_is_outside_with_all_its_ground():
    """A cell that meets no area at all is named as well."""
    report = check_coverage(with_cell("far", "W", at_home(box(5000, 0, 5010, 10))), AREAS)
    assert found(report) == {"outside": 1}
    assert report.outside["m2"].iloc[0] == pytest.approx(100, abs=1e-6)


def test_a_cell_far_outside_that_names_no_area_is_outside_only():
    """Without area codes there is none that could be wrong."""
    cells = with_cell("far", "W", at_home(box(5000, 0, 5010, 10))).drop(columns="area_code")
    assert found(check_coverage(cells, AREAS)) == {"outside": 1}


def test_a_cell_in_the_lake_is_outside():
    """A lake cut out of the areas is no ground for a cell."""
    report = check_coverage(with_cell("boat", "W", at_home(box(470, 470, 480, 480))), AREAS)
    assert found(report) == {"outside": 1}


def test_a_cell_over_the_border_crosses_into_the_second_area():
    """Two pieces of one lattice cell joined over the border: one cell, with its foreign part."""
    joined = shapely.union_all([CELLS.geometry["W804"], CELLS.geometry["E804"]])
    larger, smaller = sorted(["W804", "E804"], key=lambda code: -CELLS.geometry[code].area)
    report = check_coverage(with_geometry(larger, joined).drop(index=smaller), AREAS)
    assert found(report) == {"crossings": 1}
    crossing = report.crossings.iloc[0]
    assert crossing["m2"] == pytest.approx(CELLS.geometry[smaller].area, abs=1e-6)
    assert (crossing["area_code"], crossing["reaches_into"]) == (larger[0], smaller[0])
    assert report.rows == (larger,)


def test_a_crossing_is_found_without_area_codes():
    """A cell that names no area belongs to the one that holds most of it."""
    joined = shapely.union_all([CELLS.geometry["W804"], CELLS.geometry["E804"]])
    larger, smaller = sorted(["W804", "E804"], key=lambda code: -CELLS.geometry[code].area)
    cells = with_geometry(larger, joined).drop(index=smaller, columns="area_code")
    report = check_coverage(cells, AREAS)
    assert found(report) == {"crossings": 1}
    assert report.crossings["area_code"].tolist() == [larger[0]]
    assert report.crossings["reaches_into"].tolist() == [smaller[0]]


def test_a_cell_given_to_the_wrong_area_is_named():
    """The ground is covered, only the code is wrong: one finding, and the sums tell the rest."""
    cells = CELLS.copy()
    cells.loc["W202", "area_code"] = "E"
    report = check_coverage(cells, AREAS)
    assert found(report) == {"wrong_area_codes": 1}
    wrong = report.wrong_area_codes.loc["W202"]
    assert (wrong["area_code"], wrong["lies_in"]) == ("E", "W")
    assert wrong["m2"] == pytest.approx(10_000, abs=1e-6)
    assert report.balance["difference_m2"].tolist() == pytest.approx([10_000, -10_000], abs=1e-5)


@pytest.mark.parametrize("strange", ["X", "", None])
def test_a_code_that_no_area_has_is_wrong(strange):
    """An unknown, empty or missing area code belongs to no area."""
    cells = CELLS.copy()
    cells.loc["W202", "area_code"] = strange
    report = check_coverage(cells, AREAS)
    assert found(report) == {"wrong_area_codes": 1}
    assert report.wrong_area_codes["lies_in"].tolist() == ["W"]


@pytest.mark.parametrize("strange", ["X", ""])
def test_a_cell_without_an_area_over_two_that_are_sound_crosses(strange):
    """It lies in the one that has most of it, also where its midst is in the other."""
    handle = shapely.union_all([box(200, 645, 520, 655), box(520, 550, 640, 750)])
    cells = with_cell("N1", strange, at_home(handle)).drop(index="E808")
    report = check_coverage(cells, AREAS)
    east, west = (area.intersection(at_home(handle)).area for area in AREAS.geometry)
    assert east > west > 0
    assert report.wrong_area_codes[["cell_code", "lies_in"]].to_numpy().tolist() == [["N1", "E"]]
    assert report.crossings[["cell_code", "reaches_into"]].to_numpy().tolist() == [["N1", "W"]]
    assert report.crossings["m2"].tolist() == pytest.approx([west], abs=1e-6)


@pytest.mark.parametrize("blank", ["", " ", None])
def test_a_missing_code_is_a_finding(blank):
    """A cell without a code is named by its label."""
    cells = CELLS.copy()
    cells.loc["W202", "cell_code"] = blank
    report = check_coverage(cells, AREAS)
    assert found(report) == {"duplicate_codes": 1}
    assert report.rows == ("W202",)


def test_a_repeated_code_is_a_finding_not_an_error():
    """Both rows of one code are named, under their own labels."""
    cells = CELLS.copy()
    cells.loc["W202", "cell_code"] = "W303"
    report = check_coverage(cells, AREAS)
    assert found(report) == {"duplicate_codes": 2}
    assert set(report.rows) == {"W202", "W303"}


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (at_home(Polygon([(200, 200), (300, 300), (300, 200), (200, 300)])), "Self-intersection"),
        (None, "no geometry"),
        (Polygon(), "empty"),
        (at_home(shapely.Point(250, 250)), "not a polygon"),
        (shapely.from_wkt("POLYGON ((0 0, inf 0, 1 1, 0 0))"), "Invalid Coordinate"),
    ],
)
def test_a_cell_without_a_valid_polygon_is_invalid_and_leaves_a_gap(shape, reason):
    """A bow-tie, a null, an empty, a point and an infinite one: named, left out, never a crash."""
    report = check_coverage(with_geometry("W202", shape), AREAS)
    assert found(report) == {"gaps": 1, "invalid": 1}
    assert report.invalid["reason"].str.startswith(reason).all()
    assert report.gaps["m2"].tolist() == pytest.approx([10_000], abs=1e-6)
    assert report.rows == ("W202",)


def test_a_city_of_invalid_cells_is_all_gap():
    """With no cell to measure the areas are bare from end to end."""
    cells = CELLS.set_geometry([None] * len(CELLS), crs=CRS)
    report = check_coverage(cells, AREAS)
    assert len(report.invalid) == len(CELLS)
    assert report.gaps["m2"].sum() == pytest.approx(AREAS.area.sum(), abs=1e-5)
    assert found(check_coverage(cells)) == {"invalid": len(CELLS)}


def test_a_sliver_of_a_hundredth_of_a_square_metre_is_seen():
    """Cutting 0.1 mm from a side of 100 m leaves 0.01 m2 bare; rounding leaves far less."""
    thin = CELLS.geometry["W202"] - at_home(box(200, 200, 200.0001, 300))
    report = check_coverage(with_geometry("W202", thin), AREAS)
    assert found(report) == {"gaps": 1}
    assert report.gaps["m2"].iloc[0] == pytest.approx(0.01, abs=1e-6)
    assert check_coverage(with_geometry("W202", thin), AREAS, tolerance_m2=0.1).ok


def test_slivers_too_small_to_see_add_up_in_the_balance():
    """Cells short of 0.0005 m2 each leave no gap, but their area is out of balance and is named."""
    whole = CELLS.index[(CELLS.area.round() == 10_000) & (CELLS["area_code"] == "W")]
    codes = [code for code in whole if int(code[1]) % 2 == 0]
    x, y = np.array([shapely.get_coordinates(CELLS.geometry[code]).min(0) for code in codes]).T
    sides = shapely.box(x, y, x + 5e-6, y + 100)
    cells = CELLS.copy()
    cells.loc[codes, "geometry"] = shapely.difference(CELLS.geometry[codes].to_numpy(), sides)
    report = check_coverage(cells, AREAS, tolerance_m=1e-5)
    assert found(report) == {"unbalanced": 1}
    assert report.unbalanced["area_code"].tolist() == ["W"]
    assert report.unbalanced["m2"].iloc[0] == pytest.approx(5e-4 * len(codes), abs=1e-4)


def test_areas_that_overlap_are_not_blamed_on_crossing_cells():
    """Where two areas claim the same ground, their cells overlap; no cell crosses."""
    areas = gpd.GeoDataFrame(
        {"area_code": ["A", "B"]}, geometry=[box(0, 0, 110, 100), box(100, 0, 200, 100)], crs=CRS
    )
    cells = areas.assign(cell_code=["A1", "B1"])
    report = check_coverage(cells, areas)
    assert found(report) == {"overlaps": 1}
    assert report.overlaps["m2"].tolist() == [1000]


def test_a_cell_in_two_areas_may_name_either():
    """Ground that two areas claim is right under both codes; what sticks out is told once."""
    areas = gpd.GeoDataFrame(
        {"area_code": ["A", "B"]}, geometry=[box(0, 0, 110, 100), box(100, 0, 200, 100)], crs=CRS
    )
    cells = gpd.GeoDataFrame(
        {"cell_code": ["A1", "B1", "B2"], "area_code": ["A", "B", "B"]},
        geometry=[box(-1, 0, 110, 100), box(100, 0, 110, 100), box(110, 0, 200, 100)],
        crs=CRS,
    )
    report = check_coverage(cells, areas)
    assert found(report) == {"overlaps": 1, "outside": 1}
    assert report.outside["m2"].tolist() == [100]


def test_balance_tells_area_by_area():
    """Two areas of two and one cells: sums, numbers and differences by hand."""
    areas = gpd.GeoDataFrame(
        {"area_code": ["A", "B"]}, geometry=[box(0, 0, 200, 100), box(200, 0, 300, 100)], crs=CRS
    )
    cells = gpd.GeoDataFrame(
        {"cell_code": ["A1", "A2"], "area_code": "A"},
        geometry=[box(0, 0, 100, 100), box(100, 0, 200, 100)],
        crs=CRS,
    )
    balance = check_coverage(cells, areas).balance
    assert balance["area_m2"].tolist() == [20_000, 10_000]
    assert balance["cells_m2"].tolist() == [20_000, 0]
    assert balance["difference_m2"].tolist() == [0, -10_000]
    assert balance["relative"].tolist() == [0, -1]
    assert balance["n_cells"].tolist() == [2, 0]


def test_without_areas_only_holes_are_gaps():
    """The lake and a dropped inner cell are holes; a dropped corner is not to be seen."""
    report = check_coverage(CELLS.drop(index=["W101", "W000"]))
    assert found(report) == {"gaps": 2}
    assert sorted(report.gaps["m2"]) == pytest.approx([10_000, LAKE.area], abs=1e-5)
    assert report.area_m2 is None
    assert report.balance.empty


def test_an_island_in_a_hole_is_no_gap():
    """A ring of cells around an island: the hole is measured without the island."""
    ring = box(0, 0, 100, 100) - box(10, 10, 90, 90)
    cells = gpd.GeoDataFrame(
        {"cell_code": ["a", "b"]}, geometry=[ring, box(40, 40, 60, 60)], crs=CRS
    )
    report = check_coverage(cells)
    assert report.gaps["m2"].tolist() == pytest.approx([6_000])


def test_areas_can_be_checked_as_cells():
    """A frame of areas needs no cell codes: its area codes serve."""
    report = check_coverage(AREAS)
    assert report.gaps["m2"].tolist() == pytest.approx([LAKE.area], abs=1e-5)
    assert check_coverage(AREAS, AREAS.dissolve(aggfunc="first")).ok


def test_areas_in_degrees_are_brought_to_the_cells():
    """Areas that went through longitude and latitude are the same areas within the tolerance."""
    assert check_coverage(CELLS, AREAS.to_crs(4326)).ok


def test_cells_in_degrees_are_measured_in_metres():
    """A cell dropped from a layer in degrees is still a gap of 10,000 m2."""
    cells = CELLS.to_crs(4326).drop(index="W101")
    report = check_coverage(cells, AREAS)
    assert report.gaps.crs.is_projected
    assert report.gaps["m2"].sum() == pytest.approx(10_000, rel=1e-3)


def narrow():
    """A polygon in degrees whose hole lies so near to a long side that metres make them cross."""
    hole = [(116.9, 39.001), (117.1, 39.001), (117.0, 39.1)]
    return Polygon([(115, 39), (119, 39), (119, 40), (115, 40)], [hole])


def test_what_turns_invalid_on_the_way_to_metres_is_invalid():
    """Valid in degrees, crossed in metres: a finding on a cell, an error in an area."""
    cells = gpd.GeoDataFrame(
        {"cell_code": ["a", "b"]}, geometry=[narrow(), box(114, 39, 115, 40)], crs=4326
    )
    assert cells.is_valid.all()
    assert found(check_coverage(cells)) == {"invalid": 1}
    areas = cells.rename(columns={"cell_code": "area_code"})
    with pytest.raises(GeometryError, match="invalid polygons"):
        check_coverage(CELLS, areas)


def test_an_infinite_cell_in_degrees_is_invalid():
    """What cannot be brought to metres is named, and the others are checked."""
    cells = CELLS.to_crs(4326)
    cells.loc["W202", "geometry"] = shapely.from_wkt("POLYGON ((0 0, inf 0, 1 1, 0 0))")
    report = check_coverage(cells)
    assert report.invalid["cell_code"].tolist() == ["W202"]
    assert len(report.gaps) == 2


def test_cells_in_web_mercator_are_looked_at_as_they_are():
    """Their borders are straight there, so no other CRS could compare them."""
    cells = gpd.GeoDataFrame({"cell_code": ["a"]}, geometry=[box(0, 0, 9, 9)], crs="EPSG:3857")
    assert check_coverage(cells).gaps.crs == "EPSG:3857"


def test_the_input_is_left_as_it_was():
    """A check changes neither frame."""
    cells, areas = CELLS.copy(), AREAS.copy()
    check_coverage(cells, areas)
    pd.testing.assert_frame_equal(cells, CELLS)
    pd.testing.assert_frame_equal(areas, AREAS)


def test_labels_may_repeat():
    """Rows are told by label, also where two rows have the same one."""
    cells = CELLS.set_axis(["same"] * len(CELLS))
    cells = cells.set_geometry(
        [None if code == "W202" else shape for code, shape in CELLS.geometry.items()], crs=CRS
    )
    assert check_coverage(cells, AREAS).rows == ("same",)


def planted():
    """Give a report with several kinds of fault, one code of them hostile."""
    cells = with_geometry("W202", translate(CELLS.geometry["W202"], 0.5, 0))
    cells.loc["W303", "cell_code"] = "<b>W303</b>"
    cells.loc["W101", "geometry"] = None
    cells.loc["E808", "area_code"] = "W"
    return check_coverage(cells, AREAS)


def test_findings_put_all_faults_in_one_frame():
    """One row a fault with its kind, in the CRS of the check, and codes that are never missing."""
    report = planted()
    findings = report.findings()
    assert len(findings) == report.n_faults
    assert findings["kind"].value_counts().to_dict() == found(report)
    assert findings.crs == CELLS.crs
    assert not findings.drop(columns=["m2", "geometry"]).isna().any(axis=None)
    nothing = check_coverage(CELLS, AREAS).findings()
    assert list(nothing) == list(findings)
    assert nothing.crs == CELLS.crs


def test_raise_for_faults_names_kind_number_size_and_codes():
    """The error can be read without the report."""
    with pytest.raises(CoverageError, match=r"gaps: 2, 10,050\.000 m2") as caught:
        planted().raise_for_faults()
    assert "W202 with" in str(caught.value)
    assert set(caught.value.rows) == {"W202", "W203", "W101", "E808"}


def test_the_report_reads_as_text():
    """The verdict comes first, then each kind with its number and m2."""
    lines = repr(planted()).splitlines()
    assert lines[0] == "CoverageReport: not sound, 5 faults"
    assert any(line.split() == ["overlaps", "1", "50.000", "m2"] for line in lines)
    assert repr(check_coverage(CELLS, AREAS)).startswith(
        "CoverageReport: sound, every area is covered once"
    )


def test_the_report_escapes_text_in_html():
    """The name of a CRS is text from data."""
    wkt = CELLS.crs.to_wkt().replace("CGCS2000 / 3", "<script>3", 1)
    cells = CELLS.set_crs(wkt, allow_override=True)
    html = check_coverage(cells)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_the_report_survives_json():
    """Plain types only; what has no size is null."""
    told = planted().to_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["faults"]["gaps"]["count"] == 2
    assert told["faults"]["invalid"]["rows"][0]["m2"] is None
    assert {row["area_code"] for row in told["balance"]} == {"E", "W"}


def test_guards_name_what_is_missing():
    """No rows, no code, no CRS, unusable areas and a bad tolerance are errors of the caller."""
    with pytest.raises(SchemaError, match="no rows"):
        check_coverage(CELLS.iloc[:0])
    with pytest.raises(SchemaError, match="lacks 'cell_code'"):
        check_coverage(CELLS[["geometry"]])
    with pytest.raises(CRSError, match="`cells` has no CRS"):
        check_coverage(CELLS.set_crs(None, allow_override=True))
    with pytest.raises(CRSError, match="`areas` has no CRS"):
        check_coverage(CELLS, AREAS.set_crs(None, allow_override=True))
    with pytest.raises(CodeError, match="repeat"):
        check_coverage(CELLS, AREAS.assign(area_code="E"))
    with pytest.raises(GeometryError, match="without a geometry"):
        check_coverage(CELLS, AREAS.set_geometry([None, AREAS.geometry[1]], crs=CRS))
    for tolerance in (-1.0, float("nan"), float("inf")):
        with pytest.raises(InputError, match="`tolerance_m2` must be 0 or more"):
            check_coverage(CELLS, AREAS, tolerance_m2=tolerance)


rectangles = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 5), st.integers(1, 5)),
    min_size=1,
    max_size=8,
)


@example([(0, 0, 1, 2), (0, 0, 2, 1), (1, 2, 1, 1), (2, 0, 1, 2)], False)
@given(rectangles, st.booleans())
def test_overlaps_and_holes_are_those_of_plain_overlay(sides, turned):
    """On any heap of rectangles all pairs with common ground are found, and all holes."""
    x, y, width, height = np.array(sides, dtype=float).T
    polygons = shapely.box(x, y, x + width, y + height)
    if turned:
        # In whole numbers, or the oracle would go astray where borders run along one another.
        polygons = shapely.transform(polygons, lambda xy: xy @ [[4.0, 3.0], [-3.0, 4.0]])
    one, two = np.triu_indices(len(polygons), 1)
    m2 = shapely.area(shapely.intersection(polygons[one], polygons[two]))
    mismatched = find_mismatched(polygons)
    pairs = find_overlaps(polygons, mismatched, 1e-6)
    assert [(i, j) for i, j, size in zip(one, two, m2, strict=True) if size > 1e-6] == [
        *zip(pairs.first, pairs.second, strict=True)
    ]
    assert shapely.area(pairs.ground).sum() == pytest.approx(m2.sum())
    whole = shapely.union_all(polygons)
    # Every face between the borders is covered, or a hole: corners that meet enclose one too.
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(shapely.boundary(polygons))]))
    holes = find_holes(polygons, lay_together(polygons), 1e-6)
    assert shapely.area(holes).sum() == pytest.approx(shapely.area(faces).sum() - whole.area)


@given(st.lists(st.integers(0, 5), min_size=36, max_size=36), st.sets(st.integers(0, 35)))
def test_gaps_are_the_dropped_squares(owner, dropped):
    """Any sharing of 36 squares among areas, any squares dropped: that ground is bare, no other."""
    column, row = np.divmod(np.arange(36), 6)
    squares = gpd.GeoDataFrame(
        {"cell_code": [f"{i:02d}" for i in range(36)], "area_code": [str(i) for i in owner]},
        geometry=shapely.box(column, row, column + 1, row + 1),
        crs=CRS,
    )
    areas = squares.dissolve("area_code", as_index=False)
    left = squares.drop(index=list(dropped))
    if left.empty:
        return
    report = check_coverage(left, areas)
    assert set(found(report)) <= {"gaps"}
    lost = squares.loc[sorted(dropped)]
    assert report.gaps["m2"].sum() == pytest.approx(len(dropped))
    assert set(report.gaps["area_code"]) == set(lost["area_code"])


@pytest.mark.real
@pytest.mark.parametrize("level", ["districts", "barris", "aeb", "zua", "municipality"])
def test_barcelona_nests_without_a_false_alarm(real_cities, level):
    """1,068 real census sections cover every upper level of their city exactly."""
    sections = gpd.read_parquet(real_cities / "barcelona" / "census_sections.parquet")
    sections["cell_code"] = [f"{i:04d}" for i in range(len(sections))]
    upper = gpd.read_parquet(real_cities / "barcelona" / f"{level}.parquet")
    upper["area_code"] = [f"{i:04d}" for i in range(len(upper))]
    report = check_coverage(sections, upper)
    assert report.ok, report
    assert report.area_m2 == pytest.approx(101_704_973.9, abs=0.1)


@pytest.mark.real
def test_cambridge_block_groups_disagree_with_themselves(real_cities):
    """The raw release overlaps by 1,614 m2 and has 25 holes of 5,354 m2."""
    groups = gpd.read_parquet(real_cities / "cambridge" / "blockgroups2020.parquet").to_crs(26986)
    groups["cell_code"] = [f"{i:03d}" for i in range(len(groups))]
    report = check_coverage(groups, tolerance_m2=0.0)
    assert report.overlaps["m2"].sum() == pytest.approx(1614, abs=1)
    assert len(report.gaps) == 25
    assert report.gaps["m2"].sum() == pytest.approx(5354, abs=1)


@pytest.mark.real
def test_tainan_districts_have_slivers(real_cities):
    """Overlaps of 7.8 m2 and 62 holes that sum up to 0.4 m2."""
    districts = gpd.read_parquet(real_cities / "tainan" / "districts_dissolved.parquet").to_crs(
        3826
    )
    districts["area_code"] = [f"{i:02d}" for i in range(len(districts))]
    report = check_coverage(districts, tolerance_m2=0.0)
    assert report.overlaps["m2"].sum() == pytest.approx(7.8, abs=0.05)
    assert len(report.gaps) == 62
    assert report.gaps["m2"].sum() == pytest.approx(0.4, abs=0.05)


def test_polygons_that_touch_along_a_crooked_border_share_no_ground():
    """GEOS 3.14 finds half of the one inside the other where it overlays them without a grid."""
    before = random_coverage(15, 15, 300.0, on_whole_metres=False)
    after = moved_border(before, 44.819747179104205)
    one, other = before[:1], after[1:2]
    assert overlay(shapely.intersection, one, other)[0].area < 1e-6


def test_the_report_is_frozen():
    """A finding cannot be taken back."""
    report = check_coverage(CELLS, AREAS)
    assert isinstance(report, CoverageReport)
    with pytest.raises(AttributeError, match="cannot assign"):
        report.gaps = report.gaps.iloc[:0]


def test_an_overlay_far_from_the_origin_is_as_exact_as_one_near_by():
    """Two micrometres between borders make GEOS snap by some more, where coordinates are large."""
    spike = [(0.30000061, 0.099998), (0.3, 0.1), (0.300002, 0.100006667)]
    some = shapely.MultiPolygon(
        [Polygon([(0.3, 0.1), (0.300002, 179.270388942), (-63.37, 204.97)]), Polygon(spike)]
    )
    hole = [(48.24, 159.92), (-58.572719882, 203.033637046), (0.3, 0.1)]
    others = Polygon([(96, 511), (96, -490), (-654, -490)], [hole])
    far = [np.array([translate(shape, 500_654, 4_400_490)]) for shape in (some, others)]
    true = shapely.difference(some, others).area
    assert abs(shapely.difference(*far)[0].area - true) > 1e-5
    assert overlay(shapely.difference, *far)[0].area == pytest.approx(true, abs=1e-6)
