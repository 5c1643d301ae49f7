"""check_nesting, check_levels: which child lies in which parent, and every planted fault."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import Polygon, box
from shapely.affinity import rotate, translate

from gridgeo import SquareGrid, areas_to_cells
from gridgeo._fault_words import NESTING_FAULTS as FAULTS
from gridgeo.errors import CoverageError, CRSError, InputError, SchemaError
from gridgeo.nesting import NestingReport, check_levels, check_nesting

CRS = "EPSG:4547"
EAST, NORTH = 500_000, 4_400_000
BOW_TIE = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])


def at_home(shape):
    """Turn a shape, so that no border is straight in the lattice, to where Chinese ones lie."""
    return translate(rotate(shape, 17, origin=(0, 0)), EAST, NORTH)


def layer(shapes, parent_codes=None, **columns):
    """Give areas by code and shape, labelled by their codes in lower case."""
    frame = gpd.GeoDataFrame(
        {"area_code": list(shapes)} | columns,
        geometry=[None if shape is None else at_home(shape) for shape in shapes.values()],
        index=[code.lower() for code in shapes],
        crs=CRS,
    )
    return frame if parent_codes is None else frame.assign(parent_code=parent_codes)


LAKE = box(140, 40, 160, 60)
STREETS = layer(
    {
        "A": box(0, 0, 200, 100) - LAKE,
        "B": shapely.union_all([box(200, 0, 400, 100), box(500, 0, 520, 20)]),
    }
)
SHAPES = {
    "A1": box(0, 0, 90, 100),
    "A2": box(90, 0, 200, 100) - LAKE,
    "B1": box(200, 0, 300, 100),
    "B2": shapely.union_all([box(300, 0, 400, 100), box(500, 0, 520, 20)]),
}
COMMUNITIES = layer(SHAPES, parent_codes=["A", "A", "B", "B"])


def with_shapes(**shapes):
    """Give the communities with some drawn otherwise; None leaves one out."""
    drawn = {code: shape for code, shape in (SHAPES | shapes).items() if shape is not None}
    return layer(drawn, parent_codes=[code[0] for code in drawn])


def found(report):
    """Count the faults of each kind that has any."""
    return {kind: len(getattr(report, kind)) for kind in FAULTS if len(getattr(report, kind))}


def assert_consistent(report):
    """Every child has its row, and the shares are the parents' rows and the crossings."""
    with_parent = report.parents[report.parents["parent_code"] != ""]
    assert len(report.parents) == report.n_children
    assert len(report.shares) == len(with_parent) + len(report.crossings)
    assert report.shares["m2"].sum() == pytest.approx(
        with_parent["m2"].sum() + report.crossings["m2"].sum()
    )
    assert report.parents["n_parents"].sum() == len(report.shares)
    assert report.ok == (not found(report)) == (report.n_faults == 0)


def test_children_that_nest_have_no_fault():
    """A lake, a detached part and borders turned off the axes are no faults."""
    report = check_nesting(COMMUNITIES, STREETS)
    assert report.ok, report
    assert report.claim == "parent_code"
    assert report.rows == ()
    assert report.parents["parent_code"].tolist() == ["A", "A", "B", "B"]
    assert report.parents["share"].tolist() == [1, 1, 1, 1]
    assert report.parents["m2"].tolist() == pytest.approx([9000, 10_600, 10_000, 10_400])
    assert report.parents.index.tolist() == ["a1", "a2", "b1", "b2"]
    assert report.children_m2 == pytest.approx(report.parents_m2)
    assert_consistent(report)
    report.raise_for_faults()


def test_a_child_over_the_border_crosses():
    """A2 reaches 30 m into B, where B1 ends for it: 3,000 m2, and shares that sum up to one."""
    report = check_nesting(
        with_shapes(A2=box(90, 0, 230, 100) - LAKE, B1=box(230, 0, 300, 100)), STREETS
    )
    assert found(report) == {"crossings": 1}
    crossing = report.crossings.loc["a2"]
    assert (crossing["child_code"], crossing["parent_code"]) == ("A2", "A")
    assert crossing["reaches_into"] == "B"
    assert crossing["m2"] == pytest.approx(3000, abs=1e-6)
    assert crossing["share"] == pytest.approx(3000 / 13_600)
    assert crossing["contested_m2"] == 0
    assert crossing["geometry"].symmetric_difference(at_home(box(200, 0, 230, 100))).area < 1e-6
    assert report.shares.loc["a2", "share"].sum() == pytest.approx(1)
    assert report.shares.loc["a2", "parent_code"].tolist() == ["A", "B"]
    assert report.parents.loc["a2", "n_parents"] == 2
    assert report.rows == ("a2",)
    assert_consistent(report)


def test_a_child_in_three_parents_has_two_crossings():
    """One strip over three squares: the middle one has the most of it."""
    parents = layer({str(i): box(100 * i, 0, 100 * i + 100, 10) for i in range(3)})
    report = check_nesting(layer({"S": box(0, 0, 300, 10)}), parents)
    assert found(report) == {"crossings": 2}
    assert report.parents["parent_code"].tolist() == ["0"]
    strip = check_nesting(layer({"S": box(50, 0, 250, 10)}), parents)
    assert strip.parents["parent_code"].tolist() == ["1"]
    assert strip.crossings["reaches_into"].tolist() == ["0", "2"]
    assert strip.crossings["m2"].tolist() == pytest.approx([500, 500])
    assert_consistent(strip)


def test_of_equal_halves_the_claimed_parent_has_the_child():
    """A child half in A and half in B lies where it says."""
    children = layer({"H": box(150, 60, 250, 100)}, parent_codes=["B"])
    report = check_nesting(children, STREETS)
    assert report.parents["parent_code"].tolist() == ["B"]
    assert "wrong_parent_codes" not in found(report)
    other = check_nesting(children.assign(parent_code="A"), STREETS)
    assert other.parents["parent_code"].tolist() == ["A"]


def test_a_child_beyond_all_parents_is_outside():
    """A1 reaches 5 m out in the west: 500 m2 in no parent, and nothing else is wrong."""
    report = check_nesting(with_shapes(A1=box(-5, 0, 90, 100)), STREETS)
    assert found(report) == {"outside": 1}
    assert report.outside.loc["a1", "m2"] == pytest.approx(500, abs=1e-6)
    assert report.outside.loc["a1", "share"] == pytest.approx(500 / 9500)
    assert report.parents.loc["a1", "share"] == pytest.approx(9000 / 9500)
    assert_consistent(report)


def test_a_child_in_no_parent_keeps_its_row():
    """An island far off: outside with all its ground, its parent is empty text."""
    report = check_nesting(with_shapes(A3=box(5000, 0, 5010, 10)), STREETS)
    assert found(report) == {"outside": 1}
    assert report.outside["m2"].tolist() == pytest.approx([100])
    row = report.parents.loc["a3"]
    assert (row["parent_code"], row["m2"], row["share"], row["n_parents"]) == ("", 0, 0, 0)
    assert_consistent(report)


def test_a_child_that_only_touches_a_parent_is_not_in_it():
    """A common border is no ground: the neighbour in the north lies in no parent."""
    report = check_nesting(with_shapes(A3=box(0, 100, 90, 200)), STREETS)
    assert found(report) == {"outside": 1}
    assert report.parents.loc["a3", "parent_code"] == ""


def test_a_child_in_the_lake_of_a_parent_is_outside():
    """What is cut out of the parent is no ground of it."""
    report = check_nesting(with_shapes(A2=box(90, 0, 200, 100)), STREETS)
    assert found(report) == {"outside": 1}
    assert report.outside["m2"].tolist() == pytest.approx([LAKE.area], abs=1e-6)


def test_ground_of_a_parent_that_no_child_covers_is_unfilled():
    """The detached part of B without a child: 400 m2, named after B; no child is to blame."""
    report = check_nesting(with_shapes(B2=box(300, 0, 400, 100)), STREETS)
    assert found(report) == {"unfilled": 1}
    assert report.unfilled.loc["b", "m2"] == pytest.approx(400, abs=1e-6)
    assert report.unfilled["parent_code"].tolist() == ["B"]
    assert report.rows == ()
    assert_consistent(report)


def test_a_parent_without_children_is_unfilled():
    """All of B is bare when its children are missing."""
    report = check_nesting(with_shapes(B1=None, B2=None), STREETS)
    assert report.unfilled["m2"].sum() == pytest.approx(STREETS.area["b"])
    assert set(found(report)) == {"unfilled"}


def test_ground_that_only_a_guest_covers_is_filled():
    """What a child of A has in B is covered, by a crossing."""
    report = check_nesting(
        with_shapes(B1=None, A2=shapely.union_all([SHAPES["A2"], SHAPES["B1"]])), STREETS
    )
    assert found(report) == {"crossings": 1}


def test_children_that_share_ground_are_named():
    """A doubled child fills the parent twice."""
    report = check_nesting(with_shapes(A3=SHAPES["A1"]), STREETS)
    assert found(report) == {"overlaps": 1}
    assert report.overlaps[["child_code_1", "child_code_2"]].to_numpy().tolist() == [["A1", "A3"]]
    assert report.overlaps["m2"].tolist() == pytest.approx([9000])
    assert report.rows == ("a1", "a3")


def test_a_wrong_parent_code_is_found():
    """A1 says B and lies in A: one finding, with what to write there."""
    report = check_nesting(COMMUNITIES.assign(parent_code=["B", "A", "B", "B"]), STREETS)
    assert found(report) == {"wrong_parent_codes": 1}
    wrong = report.wrong_parent_codes.loc["a1"]
    assert (wrong["child_code"], wrong["parent_code"], wrong["lies_in"]) == ("A1", "B", "A")
    assert wrong["m2"] == pytest.approx(9000)
    assert report.rows == ("a1",)


@pytest.mark.parametrize("strange", ["X", "", None])
def test_a_parent_code_that_no_parent_has_is_wrong(strange):
    """Unknown, empty and missing are wrong, once the others speak of these parents."""
    report = check_nesting(COMMUNITIES.assign(parent_code=[strange, "A", "B", "B"]), STREETS)
    assert found(report) == {"wrong_parent_codes": 1}
    assert report.wrong_parent_codes["lies_in"].tolist() == ["A"]


def test_codes_of_another_level_are_not_checked():
    """Half of the codes and fewer may look like the parents' by chance; the report tells."""
    report = check_nesting(COMMUNITIES.assign(parent_code=["A", "B", "X", "Y"]), STREETS)
    assert report.ok
    assert report.claim is None
    assert "unchecked" in repr(report)
    assert "no column names the parents" in repr(report)


def test_codes_of_their_own_are_no_claim():
    """Levels that number from one each use the same codes: a child A may well lie in B."""
    children = layer({"B": SHAPES["A1"], "A": SHAPES["B1"]})
    report = check_nesting(children, STREETS)
    assert report.claim is None
    assert report.wrong_parent_codes.empty


def test_the_column_of_parent_codes_can_be_named():
    """The user's own column is checked whatever it says; one that is not there is an error."""
    children = COMMUNITIES.assign(street=["A", "X", "Y", "Z"])
    report = check_nesting(children, STREETS, parent="street")
    assert report.claim == "street"
    assert len(report.wrong_parent_codes) == 3
    with pytest.raises(SchemaError, match="lacks 'strete'"):
        check_nesting(children, STREETS, parent="strete")


def test_cells_name_their_area_by_area_code():
    """The code of a cell is its cell_code; its area_code is a claim."""
    cells = COMMUNITIES.drop(columns="parent_code").assign(
        cell_code=COMMUNITIES["area_code"], area_code=["A", "A", "B", "A"]
    )
    report = check_nesting(cells, STREETS)
    assert report.claim == "area_code"
    assert report.wrong_parent_codes["child_code"].tolist() == ["B2"]


def test_cells_name_their_zone_by_zone_code():
    """Zones are a layer of their own between cells and areas."""
    zones = STREETS.rename(columns={"area_code": "zone_code"})
    cells = COMMUNITIES.drop(columns="parent_code").assign(
        cell_code=COMMUNITIES["area_code"], zone_code=["A", "B", "B", "B"]
    )
    report = check_nesting(cells, zones)
    assert report.claim == "zone_code"
    assert report.wrong_parent_codes["child_code"].tolist() == ["A2"]
    assert check_nesting(zones, STREETS).ok


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (BOW_TIE, "Self-intersection"),
        (None, "no geometry"),
        (Polygon(), "empty"),
        (shapely.Point(1, 1), "not a polygon"),
        (shapely.from_wkt("POLYGON ((0 0, inf 0, 1 1, 0 0))"), "Invalid Coordinate"),
    ],
)
def test_an_invalid_child_is_listed_and_leaves_its_ground_unfilled(shape, reason):
    """Whatever is no valid polygon is named and not measured, but has its row."""
    shapes = [shape, *COMMUNITIES.geometry[1:]]
    report = check_nesting(COMMUNITIES.set_geometry(shapes, crs=CRS), STREETS)
    assert found(report) == {"unfilled": 1, "invalid": 1}
    assert report.invalid[["layer", "code"]].to_numpy().tolist() == [["children", "A1"]]
    assert report.invalid["reason"].str.startswith(reason).all()
    assert report.unfilled["m2"].tolist() == pytest.approx([9000])
    assert report.rows == ("a1",)
    row = report.parents.loc["a1"]
    assert (row["parent_code"], row["n_parents"]) == ("", 0)
    assert np.isnan(row["share"])
    assert_consistent(report)


def test_an_invalid_parent_is_listed_and_its_children_lie_outside():
    """The other parents are checked as before, and codes of the invalid one are no wrong ones."""
    parents = STREETS.set_geometry([at_home(BOW_TIE), STREETS.geometry["b"]], crs=CRS)
    report = check_nesting(COMMUNITIES, parents)
    assert found(report) == {"outside": 2, "invalid": 1}
    assert report.invalid.loc["a", "layer"] == "parents"
    assert report.parents["parent_code"].tolist() == ["", "", "B", "B"]
    assert report.rows == ("a1", "a2")


def test_layers_of_nothing_but_invalid_rows_give_a_report():
    """Without one child, or one parent, to measure there is still an answer."""
    nothing = COMMUNITIES.set_geometry([None] * 4, crs=CRS)
    report = check_nesting(nothing, STREETS)
    assert found(report) == {"unfilled": 3, "invalid": 4}
    assert report.unfilled["m2"].sum() == pytest.approx(STREETS.area.sum())
    report = check_nesting(COMMUNITIES, STREETS.set_geometry([None] * 2, crs=CRS))
    assert found(report) == {"outside": 4, "invalid": 2}
    both = check_nesting(nothing, STREETS.set_geometry([None] * 2, crs=CRS))
    assert found(both) == {"invalid": 6}
    json.dumps(both.to_dict(), allow_nan=False)


@pytest.mark.parametrize("codes", [["A2", "A2"], ["", " "], [None, None]])
def test_children_without_a_code_of_their_own_are_listed(codes):
    """Repeated, blank and missing codes are findings in either layer, by their labels."""
    children = COMMUNITIES.assign(area_code=[*codes, "B1", "B2"])
    report = check_nesting(children, STREETS)
    assert found(report) == {"duplicate_codes": 2}
    assert report.duplicate_codes["layer"].tolist() == ["children", "children"]
    assert report.rows == ("a1", "a2")


def test_parents_with_one_code_are_listed():
    """Two parts of one street in two rows: their children lie in either, and say so rightly."""
    parents = STREETS.explode().assign(area_code=["A", "B", "B"])
    report = check_nesting(COMMUNITIES.drop(index="b2"), parents)
    assert report.duplicate_codes["code"].tolist() == ["B", "B"]
    assert report.duplicate_codes["layer"].tolist() == ["parents", "parents"]
    assert report.wrong_parent_codes.empty
    assert report.rows == ()


def test_parents_that_overlap_share_their_children():
    """The child in the ground that both claim lies in both; the report tells whose fault it is."""
    parents = layer({"A": box(0, 0, 200, 100), "B": box(90, 0, 400, 100)})
    children = layer(
        {"1": box(0, 0, 90, 100), "2": box(90, 0, 200, 100), "3": box(200, 0, 400, 99)}
    )
    report = check_nesting(children, parents)
    assert found(report) == {"crossings": 1, "unfilled": 1}
    assert report.crossings["m2"].tolist() == pytest.approx([11_000])
    assert report.crossings["contested_m2"].tolist() == pytest.approx([11_000])
    assert_consistent(report)


def test_ground_outside_is_found_beside_ground_that_two_parents_claim():
    """Counted twice inside, 3,000 m2, and out by 1,000 m2: the one does not hide the other."""
    parents = layer({"A": box(0, 0, 200, 100), "B": box(170, 0, 400, 100)})
    children = layer({"1": box(-10, 0, 200, 100), "2": box(200, 0, 400, 100)})
    report = check_nesting(children, parents)
    assert found(report) == {"crossings": 1, "outside": 1}
    assert report.outside["m2"].tolist() == pytest.approx([1000])
    assert report.crossings["m2"].tolist() == pytest.approx([3000])
    assert_consistent(report)


def test_a_parent_that_is_there_twice_has_its_children_twice():
    """Every child of a doubled parent lies in both."""
    parents = layer({"A": box(0, 0, 200, 100), "C": box(0, 0, 200, 100)})
    children = layer({"1": box(0, 0, 90, 100), "2": box(90, 0, 200, 100)})
    report = check_nesting(children, parents)
    assert found(report) == {"crossings": 2}
    assert report.shares["share"].tolist() == pytest.approx([1, 1, 1, 1])


def test_the_tolerance_says_what_is_noise():
    """A border drawn twice leaves slivers of 4 m2 on both sides, until they count as noise."""
    wave = [(200, 0), (200.16, 25), (200, 50), (199.84, 75), (200, 100)]
    west, east = Polygon([(0, 0), *wave, (0, 100)]), Polygon([*wave, (400, 100), (400, 0)])
    children = layer({"1": west, "2": east})
    parents = layer({"A": box(0, 0, 200, 100), "B": box(200, 0, 400, 100)})
    report = check_nesting(children, parents)
    assert found(report) == {"crossings": 2}
    assert report.crossings["m2"].tolist() == pytest.approx([4, 4])
    clean = check_nesting(children, parents, tolerance_m2=4.01)
    assert clean.ok
    assert clean.parents["share"].tolist() == pytest.approx([1 - 4 / west.area, 1 - 4 / east.area])
    assert_consistent(clean)


def test_pieces_of_one_crossing_count_together():
    """Three teeth of 2 m2 each are 6 m2 of the child in that parent, more than 5."""
    teeth = [box(200, 10 * i, 202, 10 * i + 1) for i in (1, 3, 5)]
    west = shapely.union_all([box(100, 0, 200, 100), *teeth])
    children = layer({"1": west, "2": box(200, 0, 400, 100) - west})
    parents = layer({"A": box(100, 0, 200, 100), "B": box(200, 0, 400, 100)})
    assert found(check_nesting(children, parents, tolerance_m2=5)) == {"crossings": 1}
    assert check_nesting(children, parents, tolerance_m2=6.01).ok


def test_children_within_the_tolerance_have_a_parent_too():
    """A tolerance above the size of the children hides no row."""
    report = check_nesting(COMMUNITIES, STREETS, tolerance_m2=50_000)
    assert report.ok
    assert report.parents["parent_code"].tolist() == ["A", "A", "B", "B"]
    third = layer({"T": shapely.union_all([box(0, 0, 8, 1), box(200, 0, 206, 1)])})
    tiny = check_nesting(third, STREETS, tolerance_m2=50_000)
    assert tiny.parents["parent_code"].tolist() == ["A"]
    assert tiny.parents["n_parents"].tolist() == [1]
    assert_consistent(tiny)


def test_frames_that_are_swapped_are_told():
    """Parents finer than children: each street lies in several communities, and a question."""
    report = check_nesting(STREETS, COMMUNITIES.drop(columns="parent_code"))
    assert found(report) == {"crossings": 2}
    assert "more parents than children: are they swapped?" in repr(report)
    assert_consistent(report)


def test_layers_in_degrees_are_measured_in_metres():
    """Either layer may come in longitude and latitude."""
    assert check_nesting(COMMUNITIES, STREETS.to_crs(4326)).ok
    report = check_nesting(with_shapes(B1=None).to_crs(4326), STREETS.to_crs(4326))
    assert report.crs.is_projected
    assert found(report) == {"unfilled": 1}
    assert report.unfilled["m2"].tolist() == pytest.approx([10_000], rel=1e-3)


def test_an_infinite_child_in_degrees_is_invalid():
    """What cannot be brought to metres is named in either layer, and the others are checked."""
    infinite = shapely.from_wkt("POLYGON ((0 0, inf 0, 1 1, 0 0))")
    children, parents = COMMUNITIES.to_crs(4326), STREETS.to_crs(4326)
    children.loc["a1", "geometry"] = infinite
    parents.loc["b", "geometry"] = infinite
    report = check_nesting(children, parents)
    assert found(report) == {"outside": 2, "unfilled": 1, "invalid": 2}


def test_the_order_of_rows_changes_nothing():
    """Rows in another order, and labels that repeat, give the same report."""
    children = with_shapes(A2=box(90, 0, 230, 100) - LAKE)
    one = check_nesting(children, STREETS)
    other = check_nesting(children.iloc[::-1].set_axis([7] * 4), STREETS.iloc[::-1])
    assert found(one) == found(other) == {"crossings": 1, "overlaps": 1}
    pd.testing.assert_frame_equal(
        one.shares.sort_values(["child_code", "m2"]).reset_index(drop=True),
        other.shares.sort_values(["child_code", "m2"]).reset_index(drop=True),
    )
    assert other.rows == (7, 7)


def test_the_input_is_left_as_it_was():
    """A check changes neither frame."""
    children, parents = COMMUNITIES.copy(), STREETS.copy()
    check_nesting(children, parents)
    pd.testing.assert_frame_equal(children, COMMUNITIES)
    pd.testing.assert_frame_equal(parents, STREETS)
    assert children.geometry.geom_equals_exact(COMMUNITIES.geometry, 0).all()


def test_bad_input_is_refused_by_name():
    """No rows, no code, no CRS, no frame, no sensible tolerance."""
    with pytest.raises(SchemaError, match="`children` has no rows"):
        check_nesting(COMMUNITIES.iloc[:0], STREETS)
    with pytest.raises(SchemaError, match="`parents` lacks 'area_code'"):
        check_nesting(COMMUNITIES, STREETS[["geometry"]])
    with pytest.raises(CRSError, match="`parents` has no CRS"):
        check_nesting(COMMUNITIES, STREETS.set_crs(None, allow_override=True))
    with pytest.raises(SchemaError, match="`children` must be a GeoDataFrame"):
        check_nesting(pd.DataFrame(COMMUNITIES), STREETS)
    for tolerance in (-1, np.nan, np.inf, "1"):
        with pytest.raises(InputError, match="`tolerance_m2` must be"):
            check_nesting(COMMUNITIES, STREETS, tolerance_m2=tolerance)


def planted():
    """Give a report with several kinds of fault, one code of them hostile."""
    children = with_shapes(A2=box(90, 0, 230, 100) - LAKE, B2=box(300, 0, 410, 100))
    children.loc["a1", "area_code"] = "<b>A1</b>"
    children.loc["a1", "parent_code"] = "<i>"
    return check_nesting(children, STREETS)


def test_raise_for_faults_names_kind_number_size_and_codes():
    """The error can be read without the report."""
    with pytest.raises(CoverageError, match=r"crossings: 1, 3,000\.000 m2 \(A2 B\)") as caught:
        planted().raise_for_faults()
    assert caught.value.rows == ("a1", "a2", "b1", "b2")


def test_the_report_reads_as_text():
    """The verdict comes first, then each kind with its number and m2."""
    report = planted()
    lines = repr(report).splitlines()
    assert lines[0] == "NestingReport: not nested, 5 faults"
    assert any(line.split() == ["crossings", "1", "3,000.000", "m2"] for line in lines)
    assert repr(check_nesting(COMMUNITIES, STREETS)).startswith("NestingReport: nested, every")


def test_findings_put_all_faults_in_one_frame():
    """One row a fault with its kind, in the CRS of the check, and codes that are never missing."""
    report = planted()
    findings = report.findings()
    assert findings["kind"].value_counts().to_dict() == found(report)
    assert findings.crs == COMMUNITIES.crs
    assert not findings.drop(columns=["m2", "share", "geometry"]).isna().any(axis=None)
    nothing = check_nesting(COMMUNITIES, STREETS).findings()
    assert list(nothing) == list(findings)
    assert nothing.empty


def test_the_report_survives_json_and_is_frozen():
    """Plain types only, places in longitude and latitude; a finding cannot be taken back."""
    report = planted()
    told = report.to_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["faults"]["crossings"]["rows"][0]["reaches_into"] == "B"
    assert 113.9 < told["faults"]["crossings"]["rows"][0]["lon"] < 114.1
    assert isinstance(report, NestingReport)
    with pytest.raises(AttributeError, match="cannot assign"):
        report.crossings = None


DISTRICT = layer({"D": STREETS.geometry.union_all()}).set_geometry(
    [STREETS.geometry.union_all()], crs=CRS
)
LEVELS = [DISTRICT, STREETS.assign(parent_code="D"), COMMUNITIES]


def test_levels_that_nest_have_no_fault():
    """Each step has its report and its row; cells cut by the package are the fourth level."""
    cells = areas_to_cells(COMMUNITIES, SquareGrid(cell_area=400))
    names = ["district", "streets", "communities", "cells"]
    report = check_levels([*LEVELS, cells], names=names)
    assert report.ok, report
    assert report.table["parent_level"].tolist() == names[:-1]
    assert report.table["child_level"].tolist() == names[1:]
    assert report.table["n_children"].tolist() == [2, 4, len(cells)]
    assert report.table["wrong_parent_codes"].tolist() == [0, 0, 0]
    assert set(report.table["verdict"]) == {"nested"}
    report.raise_for_faults()


def test_a_fault_is_told_at_its_step():
    """A crossing community and a dropped cell: each in its own row, by the names of the levels."""
    communities = with_shapes(A2=box(90, 0, 230, 100) - LAKE, B1=box(230, 0, 300, 100))
    cells = areas_to_cells(communities, SquareGrid(cell_area=400)).iloc[1:]
    names = ["district", "streets", "<b>communities</b>", "cells"]
    report = check_levels([*LEVELS[:2], communities, cells], names=names)
    assert not report.ok
    table = report.table
    assert table["crossings"].tolist() == [0, 1, 0]
    assert (table["unfilled_m2"] > 1).tolist() == [False, False, True]
    assert table["verdict"].tolist() == ["nested", "not nested, 1 fault", "not nested, 1 fault"]
    with pytest.raises(CoverageError, match=r"communities</b> in streets: crossings: 1") as caught:
        report.raise_for_faults()
    assert caught.value.rows == (("<b>communities</b>", "a2"),)
    assert "LevelsReport: 4 levels not nested, 2 faults" in repr(report)
    told = report.to_dict()
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert [step["ok"] for step in told["steps"]] == [True, False, False]


def test_an_invalid_middle_level_stops_nothing():
    """A bow-tie among the streets is listed as child and as parent, and all steps are there."""
    streets = LEVELS[1].set_geometry([at_home(BOW_TIE), STREETS.geometry["b"]], crs=CRS)
    report = check_levels([DISTRICT, streets, COMMUNITIES])
    assert report.table["invalid"].tolist() == [1, 1]
    assert report.steps[1].invalid["layer"].tolist() == ["parents"]


def test_the_columns_of_parent_codes_can_be_named_level_by_level():
    """Each step is what check_nesting(parent=) gives; where none is named it is found."""
    streets = LEVELS[1].rename(columns={"parent_code": "district"})
    communities = COMMUNITIES.assign(street=["A", "X", "Y", "Z"])
    cells = areas_to_cells(COMMUNITIES, SquareGrid(cell_area=400))
    levels = [DISTRICT, streets, communities, cells]
    report = check_levels(levels, parents=["district", "street", None])
    assert [step.claim for step in report.steps] == ["district", "street", "area_code"]
    assert report.table["wrong_parent_codes"].tolist() == [0, 3, 0]
    for step, lower, upper in zip(report.steps, levels[1:], levels, strict=False):
        alone = check_nesting(lower, upper, parent=step.claim)
        assert step.to_dict() == alone.to_dict()
    found_alone = check_levels(levels, parents=[None] * 3)
    assert found_alone.to_dict() == check_levels(levels).to_dict()
    assert [step.claim for step in found_alone.steps] == [None, "parent_code", "area_code"]


@pytest.mark.parametrize("levels", [[], [STREETS], STREETS])
def test_fewer_than_two_levels_are_refused(levels):
    """Nothing, one level, or a frame that is no list."""
    with pytest.raises(InputError, match="two or more frames"):
        check_levels(levels)


def test_bad_levels_are_refused_by_name():
    """The message tells which level, and how many names there should be."""
    with pytest.raises(InputError, match="`names` must be a list of 3"):
        check_levels(LEVELS, names=["district", "streets"])
    with pytest.raises(InputError, match="`names` must be a list of 3"):
        check_levels(LEVELS, names="abc")
    with pytest.raises(CRSError, match="`level 2` has no CRS"):
        check_levels([DISTRICT, STREETS.set_crs(None, allow_override=True)])
    with pytest.raises(SchemaError, match="`streets` has no rows"):
        check_levels([DISTRICT, STREETS.iloc[:0]], names=["district", "streets"])
    with pytest.raises(InputError, match="`tolerance_m2` must be"):
        check_levels(LEVELS, tolerance_m2=-1)
    for parents in (["parent_code"], ["parent_code"] * 3, "ab", []):
        with pytest.raises(InputError, match="`parents` must be a list of 2, one for each level"):
            check_levels(LEVELS, parents=parents)
    with pytest.raises(SchemaError, match="`communities` lacks 'strete'; its columns are: area_"):
        check_levels(LEVELS, names=["d", "s", "communities"], parents=[None, "strete"])


@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(1, 8))
def test_shares_are_those_of_plain_overlay(seed, n_parents, n_children):
    """Two random coverages of one square: the same pairs and m2 as overlay, and full accounts."""
    rng = np.random.default_rng(seed)
    square = at_home(box(0, 0, 1000, 1000))
    layers = []
    for n in (n_children, n_parents):
        points = [at_home(shapely.Point(*xy)) for xy in rng.uniform(50, 950, (n, 2))]
        parts = shapely.get_parts(
            shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=square)
        )
        parts = shapely.intersection(parts, square)
        codes = [f"{i}" for i in range(n)]
        layers.append(gpd.GeoDataFrame({"area_code": codes}, geometry=parts[:n], crs=CRS))
    children, parents = layers
    report = check_nesting(children, parents)
    overlay = gpd.overlay(children, parents, keep_geom_type=True)
    overlay["m2"] = overlay.area
    expected = overlay[overlay["m2"] > 1e-3].set_index(["area_code_1", "area_code_2"])["m2"]
    shares = report.shares.set_index(["child_code", "parent_code"])["m2"]
    assert sorted(shares.index) == sorted(expected.index)
    assert shares.sort_index().tolist() == pytest.approx(expected.sort_index().tolist(), abs=1e-4)
    assert report.outside.empty
    assert report.unfilled.empty
    largest = expected.groupby(level=0).max().reindex(report.parents["child_code"])
    assert report.parents["m2"].tolist() == pytest.approx(largest.tolist(), abs=1e-4)
    assert_consistent(report)


@given(st.lists(st.integers(0, 5), min_size=36, max_size=36), st.sets(st.integers(0, 35)))
def test_any_squares_dropped_are_unfilled_and_any_moved_cross(owner, dropped):
    """Any sharing of 36 squares among parents: squares nest, and what is dropped is bare."""
    column, row = np.divmod(np.arange(36), 6)
    squares = gpd.GeoDataFrame(
        {"area_code": [f"{i:02d}" for i in range(36)], "parent_code": [str(i) for i in owner]},
        geometry=shapely.box(column, row, column + 1, row + 1),
        crs=CRS,
    )
    parents = squares.drop(columns="area_code").dissolve("parent_code", as_index=False)
    parents = parents.rename(columns={"parent_code": "area_code"})
    left = squares.drop(index=list(dropped))
    if left.empty:
        return
    report = check_nesting(left, parents)
    assert set(found(report)) <= {"unfilled"}
    assert report.unfilled["m2"].sum() == pytest.approx(len(dropped))
    assert report.parents["parent_code"].tolist() == left["parent_code"].tolist()
    assert_consistent(report)


def read(city, name, *columns, parent=None, crs=None):
    """Read a real layer; its code is the text of some columns one after the other."""
    frame = gpd.read_parquet(city / f"{name}.parquet")
    frame["area_code"] = frame[list(columns)].agg("".join, axis=1) if columns else name
    frame = frame if parent is None else frame.assign(parent_code=frame[parent])
    return frame if crs is None else frame.to_crs(crs)


@pytest.mark.real
def test_barcelona_is_nested_on_five_levels_and_in_cells(real_cities):
    """City, districts, barris, statistical areas, census sections, and cells of 100 m: sound."""
    city = real_cities / "barcelona"
    levels = [
        read(city, "municipality", "CODI_UA"),
        read(city, "districts", "DISTRICTE"),
        read(city, "barris", "BARRI", parent="DISTRICTE"),
        read(city, "aeb", "AEB", parent="BARRI"),
        read(city, "census_sections", "DISTRICTE", "SEC_CENS", parent="AEB"),
    ]
    assert check_levels(levels).ok
    cells = areas_to_cells(levels[-1], SquareGrid(cell_area=10_000))
    report = check_levels([*levels, cells])
    assert report.ok
    assert report.table["n_children"].tolist() == [10, 73, 233, 1068, len(cells)]
    assert [step.claim for step in report.steps] == [None, *["parent_code"] * 3, "area_code"]


@pytest.mark.real
def test_cambridge_blocks_and_block_groups_disagree(real_cities):
    """1,614 m2 of blocks lie in a second group too, 5,354 m2 in the groups' holes."""
    city = real_cities / "cambridge"
    blocks = read(city, "blocks2020", "GEOID20", crs=26986)
    blocks["parent_code"] = blocks["area_code"].str[:12]
    groups = read(city, "blockgroups2020", "GEOID20", crs=26986)
    report = check_nesting(blocks, groups)
    assert found(report) == {"crossings": 27, "outside": 24}
    assert report.crossings["m2"].sum() == pytest.approx(1613.8, abs=0.1)
    assert report.crossings["contested_m2"].sum() == pytest.approx(1613.8, abs=0.1)
    assert report.outside["m2"].sum() == pytest.approx(5356.9, abs=0.1)


@pytest.mark.real
def test_cambridge_blocks_stick_out_of_the_city(real_cities):
    """71,309 m2 in 66 blocks, and 141,231 m2 of the city without a block."""
    city = real_cities / "cambridge"
    blocks = read(city, "blocks2020", "GEOID20", crs=26986)
    report = check_nesting(blocks, read(city, "city", crs=26986))
    assert found(report) == {"outside": 66, "unfilled": 59}
    assert report.outside["m2"].sum() == pytest.approx(71_309, abs=1)
    assert report.unfilled["m2"].sum() == pytest.approx(141_231, abs=1)


@pytest.mark.real
def test_cambridge_adjusted_levels_nest(real_cities):
    """Tracts, block groups and blocks that were snapped to one another."""
    city = real_cities / "cambridge"
    names = ["adj_tracts2020", "adj_blockgroups2020", "adj_blocks2020"]
    levels = [read(city, name, "GEOID20", crs=26986) for name in names]
    for lower, digits in ((levels[1], 11), (levels[2], 12)):
        lower["parent_code"] = lower["area_code"].str[:digits]
    report = check_levels(levels, names=names)
    assert report.ok
    assert report.table["wrong_parent_codes"].tolist() == [0, 0]


@pytest.mark.real
def test_tainan_levels_nest_but_for_the_slivers_of_their_units(real_cities):
    """7.8 m2 of overlaps among 12,774 units are told at every level that was made of them."""
    city = real_cities / "tainan"
    levels = [
        read(city, "districts_dissolved", "TOWN_ID", crs=3826),
        read(city, "code2_dissolved", "CODE2", parent="TOWN_ID", crs=3826),
        read(city, "code1_dissolved", "CODE1", parent="CODE2", crs=3826),
        read(city, "base_units", "CODEBASE", parent="CODE1", crs=3826),
    ]
    report = check_levels(levels)
    assert report.table["overlaps_m2"].tolist() == pytest.approx([7.8, 7.8, 7.8], abs=0.05)
    assert report.table["outside_m2"].tolist() == [0, 0, 0]
    assert report.table["wrong_parent_codes"].tolist() == [0, 0, 0]
    for step in report.steps:
        crossed = step.crossings
        assert crossed["m2"].tolist() == pytest.approx(crossed["contested_m2"].tolist(), abs=1e-3)
    assert check_levels(levels, tolerance_m2=5).ok


@pytest.mark.real
def test_tainan_units_cross_villages(real_cities):
    """1,181 units have under 95% in one village; the shares are those of plain overlay."""
    units = read(real_cities / "tainan", "base_units", "CODEBASE", crs=3826)
    villages = read(real_cities / "taiwan", "villages", "VILLCODE", crs=3826)
    villages = villages[villages["COUNTYNAME"] == "台南市"]
    report = check_nesting(units, villages)
    assert report.invalid["code"].tolist() == ["67000020010"]
    assert (report.parents["share"] < 0.95).sum() == 1193
    villages["geometry"] = villages.make_valid(method="structure", keep_collapsed=False)
    report = check_nesting(units, villages)
    assert (report.parents["share"] < 0.95).sum() == 1181
    assert len(report.crossings) == 9070
    assert_consistent(report)
    columns = ["area_code", "geometry"]
    overlay = gpd.overlay(units[columns], villages[columns], keep_geom_type=True)
    m2 = overlay.area[overlay.area > 1e-3]
    assert len(report.shares) == len(m2)
    assert report.shares["m2"].sum() == pytest.approx(m2.sum(), abs=0.1)


@pytest.mark.real
def test_taiwan_villages_do_not_fill_their_towns(real_cities):
    """Seven invalid villages are listed; of mended ones the eight holes of 26 km2 are unfilled."""
    country = real_cities / "taiwan"
    towns = read(country, "towns", "TOWNCODE", crs=3826)
    villages = read(country, "villages", "VILLCODE", parent="TOWNCODE", crs=3826)
    assert len(check_nesting(villages, towns).invalid) == 7
    villages["geometry"] = villages.make_valid(method="structure", keep_collapsed=False)
    report = check_nesting(villages, towns)
    assert report.invalid.empty
    assert report.wrong_parent_codes.empty
    whole = shapely.get_parts(villages.union_all())
    rings = [ring for part in whole for ring in part.interiors]
    holes = shapely.union_all(shapely.polygons(rings))
    inside = report.unfilled.intersection(holes).area.sum()
    assert (len(rings), holes.area) == (8, pytest.approx(26_238_935, abs=1))
    assert inside == pytest.approx(holes.area, abs=1)
