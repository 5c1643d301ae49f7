"""check_coverage on other people's cases and real layers: the verdicts and figures on record.

JTS asks whether a list of polygons is a valid coverage and, given a gap width, whether something
narrower than that lies between them. A report says what is wrong. So the verdicts map:

- ``checkValid``: the report is ok.
- ``checkInvalid``: overlaps or unmatched edges, and every edge that JTS records lies at one.
- ``checkInvalidWithGaps``, ``checkInvalidGap``, ``checkGaps``: gaps, with their m2, and every edge
  that JTS records lies at one. There is no gap width: whatever cells enclose is a gap. Ground that
  is open to the outside is one only where areas say that it should be covered.
- ``checkCleanGapWidth``: gaps before; after, those wider than the gap width.
- ``checkClean``, ``checkCleanOverlapMerge``: overlaps before, none after.

Where JTS takes one geometry for all that is adjacent, each of its polygons is a cell.
"""

import json
from dataclasses import dataclass
from functools import cache

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely import box

from gridgeo._report import FAULTS
from gridgeo.coverage import check_coverage

pytestmark = pytest.mark.real

METRIC = "EPSG:4548"
RIGHT = {"abs": 1e-9, "rel": 0}
"""Coordinates of the cases are below 500."""

VALID = (
    "CoverageValidatorTest.testGrid",
    "CoverageValidatorTest.testMultiPolygon",
    "CoverageValidatorTest.testValidDuplicatePoints",
    "CoverageValidatorTest.testMultiPolygonWithEmptyRing",
    "CoveragePolygonValidatorTest.testMatchedEdges",
    "CoveragePolygonValidatorTest.testRingsCCW",
    "CoveragePolygonValidatorTest.testRepeatedCommonVertexInTarget",
    "CoveragePolygonValidatorTest.testRepeatedCommonVertexInAdjacent",
)

INVALID = {
    "CoverageValidatorTest.testCollinearUnmatchedEdge": ("unmatched_edges", 0),
    "CoverageValidatorTest.testOverlappingSquares": ("overlaps", 4),
    "CoverageValidatorTest.testFullyCoveredTriangles": ("overlaps", 64),
    "CoveragePolygonValidatorTest.testCollinearUnmatchedEdge": ("unmatched_edges", 0),
    "CoveragePolygonValidatorTest.testDuplicate": ("overlaps", 4),
    "CoveragePolygonValidatorTest.testCrossingSegment": ("overlaps", 7.2),
    "CoveragePolygonValidatorTest.testCrossingAndInteriorSegments": ("overlaps", 14 / 3),
    "CoveragePolygonValidatorTest.testInteriorSegmentTouchingEdge": ("overlaps", 8),
    "CoveragePolygonValidatorTest.testInteriorSegmentTouchingNodes": ("overlaps", 9),
    "CoveragePolygonValidatorTest.testInteriorSegmentsTouching": ("overlaps", 5.7),
    "CoveragePolygonValidatorTest.testTargetMultiPolygon": ("overlaps", None),
    "CoveragePolygonValidatorTest.testBothMultiPolygon": ("overlaps", None),
    "CoveragePolygonValidatorTest.testInteriorSegmentsWithMatch": ("overlaps", 10),
    "CoveragePolygonValidatorTest.testAdjacentHoleOverlap": ("overlaps", 1.6),
    "CoveragePolygonValidatorTest.testTargetHoleOverlap": ("overlaps", None),
    "CoveragePolygonValidatorTest.testFullyContained": ("overlaps", 16),
    "CoveragePolygonValidatorTest.testFullyCoveredAndMatched": ("overlaps", 4),
    "CoveragePolygonValidatorTest.testCoveredBy2AndMatching": ("overlaps", 64),
}
"""The kind that tells it, and its m2 by hand; None where that is no short sum."""

GAPS = {
    "CoverageValidatorTest.testGap": 0.2 + 0.05 + 0.975 + 0.175,
    "CoverageGapFinderTest.testThreePolygonGap": 2,
}

GAP_WIDTHS = {
    "CoverageCleanerTest.testMergeGapToLongestBorder": (0.2, 0),
    "CoverageCleanerTest.testMergeGapWidth_0": (1.5 + 4 + 0.1, 1.5 + 4 + 0.1),
    "CoverageCleanerTest.testMergeGapWidth_1": (1.5 + 4 + 0.1, 4),
    "CoverageCleanerTest.testMergeGapWidth_2": (1.5 + 4 + 0.1, 0),
}
"""m2 of the gaps before and after."""

MERGED = {
    "CoverageCleanerTest.testCoverageWithEmpty": 6,
    "CoverageCleanerTest.testDuplicateItems": 32,
    "CoverageCleanerTest.testCoveredItem": 18,
    "CoverageCleanerTest.testCoveredItemMultiPolygon": 6,
    "CoverageCleanerTest.testMergeOverlap": 3,
    "CoverageCleanerTest.testMergeOverlapMinArea": 1.65,
    "CoverageCleanerTest.testMergeOverlapMaxArea": 1.65,
    "CoverageCleanerTest.testMergeOverlapMinId": 1.65,
}
"""m2 that cells share before."""

POINTS_IN_COMMON = {
    "CoveragePolygonValidatorTest.testTargetVertexTouchesSegment",
    "CoveragePolygonValidatorTest.testAdjVertexTouchesSegment",
}
"""JTS: invalid. Ours: ok, since a corner that touches a neighbour's edge has no border in common
with it: no ground is at fault, and there is no stretch that two draw differently."""

NO_GROUND = {
    "CoverageValidatorTest.testRingCollapse": "Too few points",
    "CoverageValidatorTest.testPolygonEmpty": "empty",
}
"""JTS: valid, since it skips what has no ground. Ours: that cell is invalid, since a code without
ground is a row that a planner believes in; nothing else is at fault."""

OPEN_SLITS = {
    "CoverageValidatorTest.testGapDisjoint": (box(1, 1, 9, 9), 0.8),
    "CoverageValidatorTest.testGore": (box(1, 1, 9, 9), 0.2),
    "CoveragePolygonValidatorTest.testGap": (box(1, 1, 9, 5) | box(1, 5, 5, 9), 0.2),
}
"""JTS: gaps. Ours: ok as they stand, since what is open to the outside may be meant to be outside;
held against the area that they should fill, each is a gap of these m2."""

PEERS = (VALID, INVALID, GAPS, GAP_WIDTHS, MERGED, POINTS_IN_COMMON, NO_GROUND, OPEN_SLITS)

MAPSHAPER = {
    "clean/ex1_yemen.json": {"gaps", "overlaps"},
    "clean/ex2_yemen.json": {"gaps", "overlaps"},
    "clean/ex3.json": {"overlaps"},
    "clean/ex4.json": {"gaps", "overlaps"},
    "clean/ex5_three_precincts.json": {"overlaps"},
    "clean/ex6.json": {"overlaps"},
    "clean/ex7_britain.json": set(),  # 2e-4 m2
    "clean/ex8_britain.json": {"gaps", "overlaps", "unmatched_edges"},
    "clean/ex9_FranklinTwoPrecinctsDetail.json": set(),  # 9e-6 m2
    "clean/ex10_bowtie.json": {"invalid"},
    "clean/ex11_ogc.geojson": set(),  # one cell around its own lake
    "clean/ex12_ogc.geojson": {"invalid"},
    "clean/ex13_ogc.json": {"invalid"},
    "clean/ex14_ogc.json": {"invalid"},
    "clean/ex15_ogc.json": {"invalid"},
    "clean/ex16_ogc.json": {"invalid"},
    "clean/ex17_ogc.json": {"invalid"},
    "clean/ex18_ogc.json": {"invalid"},
    "clean/ex19_ogc.json": {"invalid"},
    "clean/ex20_ogc_line.json": {"invalid"},
    "clean/ex21_crossed_lines.json": {"invalid"},
    "clean/ex22_three_ia_precincts.json": {"gaps", "overlaps", "invalid"},
    "clean/ex23_three_ca_precincts.json": {"invalid"},
    "dissolve2/ex1.json": {"overlaps"},
    "dissolve2/ex2.json": {"gaps", "overlaps"},
    "dissolve2/ex3_two_polygons.json": {"overlaps"},
    "explode/ex1_invalid_rings.json": {"invalid"},
    "explode/ex2_nesting.json": {"invalid"},
    "inlay/ex1_inner.json": set(),
    "inlay/ex1_outer.json": set(),
    "inlay/ex2_Jackson_city.json": set(),
    "inlay/ex2_Jackson_county.json": set(),
    "merge_layers/ex1_a.json": set(),
    "merge_layers/ex1_b.json": set(),
    "mosaic/test2.json": {"invalid"},
    "mosaic/test3.json": {"invalid"},
    "mosaic/two_polygons.json": {"overlaps"},
}
"""Kinds of fault in each of mapshaper's files, at the default tolerance."""


@dataclass(frozen=True)
class Recorded:
    """Figures of SOURCES.md, m2 rounded to 0.1; polygons with bad edges were counted in degrees."""

    crs: int
    n_holes: int
    holes_m2: float
    overlaps_m2: float
    n_bad: int


LAYERS = {
    "cambridge/blockgroups2020": Recorded(26986, 25, 5354.5, 1613.8, 17),
    "cambridge/neighborhoods": Recorded(26986, 9, 12.4, 11.7, 8),
    "tainan/base_units": Recorded(3826, 65, 0.4, 7.8, 164),
}


def named(cases):
    """Parametrise a test by the names of cases."""
    return pytest.mark.parametrize("name", sorted(cases))


def read(texts):
    """Read one WKT, or a list of them with nulls, as an array."""
    return shapely.from_wkt(np.atleast_1d(np.array(texts, dtype=object)))


def cells_of(shapes):
    """Give polygons as cells, with their positions as codes."""
    codes = [str(position) for position in range(len(shapes))]
    return gpd.GeoDataFrame({"cell_code": codes}, geometry=shapes, crs=METRIC)


def kinds(report):
    """Name the kinds of fault that a report has."""
    return {kind for kind in FAULTS if len(getattr(report, kind))}


@pytest.fixture(scope="module")
def jts(real_cities):
    """The parsed JTS cases by name: suite and test."""
    text = (real_cities / "peer_tests" / "jts_coverage_cases.json").read_text(encoding="utf-8")
    cases = [case for case in json.loads(text)["cases"] if "unparsed" not in case]
    return {f"{case['suite']}.{case['test']}": case for case in cases}


@pytest.fixture
def case(jts, name):
    """The shapes that a case is about, one a cell, and the edges or the gap that it records."""
    check, args = jts[name]["check"], jts[name]["args"]
    suite = jts[name]["suite"]
    if suite == "CoveragePolygonValidatorTest":
        target, adjacent = read(args[:2])
        recorded = [text for text in args[2:] if "(" in text]
        return np.append([target], shapely.get_parts(adjacent)), read(recorded)
    if suite == "CoverageGapFinderTest" or check.startswith("checkClean"):
        return shapely.get_parts(read(args[0])), read(args[-1])
    recorded = args[-1] if len(args) > 1 else []
    return read(args[0]), read([text for text in recorded if text is not None])


def assert_at_faults(recorded, faults):
    """Every recorded edge lies at one of these faults."""
    assert len(recorded)
    assert (shapely.distance(recorded, faults.union_all()) < 1e-9).all()


def test_every_case_of_jts_has_its_verdict_here(jts):
    """No parsed validate or gap case, nor a clean one with a result, is left out or made up."""
    asked = {
        name
        for name, case in jts.items()
        if case["suite"].endswith(("ValidatorTest", "GapFinderTest"))
        or case["check"] in {"checkClean", "checkCleanGapWidth", "checkCleanOverlapMerge"}
    }
    assert len(asked) == 34 + 1 + 12
    assert sorted(name for names in PEERS for name in names) == sorted(asked)


@named(VALID)
def test_what_jts_finds_valid_has_no_fault(case):
    """A coverage that JTS finds valid is ok."""
    shapes, _ = case
    assert kinds(check_coverage(cells_of(shapes))) == set()


@named(INVALID)
def test_what_jts_finds_invalid_is_found(case, name):
    """The fault that JTS finds is found, is measured right, and lies where JTS records it."""
    shapes, recorded = case
    kind, m2 = INVALID[name]
    report = check_coverage(cells_of(shapes))
    assert kind in kinds(report)
    assert kinds(report) <= {kind, "gaps"}
    if m2 is not None:
        # Pairs of cells, of which three may share the same ground.
        assert shapely.area(getattr(report, kind).union_all()) == pytest.approx(m2, **RIGHT)
    assert_at_faults(recorded, report.findings())


@named(GAPS)
def test_a_gap_of_jts_is_found(case, name):
    """A gap that JTS finds is one gap of its size, at the edges or the ring that JTS records."""
    shapes, recorded = case
    report = check_coverage(cells_of(shapes))
    assert kinds(report) == {"gaps"}
    assert report.gaps["m2"].to_list() == pytest.approx([GAPS[name]], **RIGHT)
    assert_at_faults(recorded, report.gaps)


@named(GAP_WIDTHS)
def test_gaps_are_found_until_jts_has_closed_them(case, name):
    """Gaps are found in what JTS cleans, and in its result those that it leaves."""
    shapes, cleaned = case
    reports = [check_coverage(cells_of(cells)) for cells in (shapes, shapely.get_parts(cleaned))]
    for report, m2 in zip(reports, GAP_WIDTHS[name], strict=True):
        assert kinds(report) == ({"gaps"} if m2 else set())
        assert report.gaps["m2"].sum() == pytest.approx(m2, **RIGHT)


@named(MERGED)
def test_overlaps_are_found_until_jts_has_merged_them(case, name):
    """What cells share is found in what JTS cleans; its result is ok but for cells left empty."""
    shapes, cleaned = case
    before = check_coverage(cells_of(shapes))
    assert kinds(before) - {"invalid"} == {"overlaps"}
    assert before.overlaps["m2"].sum() == pytest.approx(MERGED[name], **RIGHT)
    after = check_coverage(cells_of(shapely.get_parts(cleaned)))
    assert kinds(after) <= {"invalid"}
    assert set(after.invalid["reason"]) <= {"empty"}


@named(POINTS_IN_COMMON)
def test_a_corner_on_an_edge_is_no_border_in_common(case):
    """Two cells that meet in one point have nothing to match, where JTS wants a vertex."""
    shapes, _ = case
    assert shapely.intersection(*shapes).geom_type == "Point"
    assert kinds(check_coverage(cells_of(shapes))) == set()


@named(NO_GROUND)
def test_a_cell_without_ground_is_invalid(case, name):
    """A cell that is empty or collapsed is named, where JTS skips it, and is all that is."""
    shapes, _ = case
    report = check_coverage(cells_of(shapes))
    assert kinds(report) == {"invalid"}
    (reason,) = report.invalid["reason"]
    assert reason.startswith(NO_GROUND[name])


@named(OPEN_SLITS)
def test_an_open_slit_is_a_gap_of_its_area(case, name):
    """A slit that is open to the outside is a gap once an area says that it is inside."""
    shapes, recorded = case
    outline, m2 = OPEN_SLITS[name]
    area = gpd.GeoDataFrame({"area_code": ["A"]}, geometry=[outline], crs=METRIC)
    assert kinds(check_coverage(cells_of(shapes))) == set()
    report = check_coverage(cells_of(shapes), area)
    assert kinds(report) == {"gaps"}
    assert report.gaps["m2"].to_list() == pytest.approx([m2], **RIGHT)
    assert_at_faults(recorded, report.gaps)


@pytest.fixture
def layer(real_cities, name):
    """A file of mapshaper's, each geometry of a collection a row; metres where it is no degrees."""
    frame = gpd.read_file(real_cities / "peer_tests" / "mapshaper" / name)[["geometry"]]
    if np.abs(frame.total_bounds).max() > 180:
        frame = frame.set_crs(METRIC, allow_override=True)
    return frame.assign(cell_code=frame.index.astype(str))


def test_every_file_of_mapshaper_is_here(real_cities):
    """No file is left out or made up."""
    folder = real_cities / "peer_tests" / "mapshaper"
    files = {path.relative_to(folder).as_posix() for path in folder.glob("*/*")}
    assert files == set(MAPSHAPER)


@named(MAPSHAPER)
def test_a_file_of_mapshaper_gives_a_report(layer, name):
    """A bow-tie, a nested ring, a line or a real precinct gives a report that can be told."""
    collections = (layer.geom_type == "GeometryCollection").any()
    if collections:
        assert set(check_coverage(layer).invalid["reason"]) == {"not a polygon"}
    parts = layer.explode(ignore_index=True) if collections else layer
    report = check_coverage(parts.assign(cell_code=parts.index.astype(str)))
    assert kinds(report) == MAPSHAPER[name]
    assert report.ok == (not MAPSHAPER[name])
    assert len(report.findings()) == report.n_faults == report.to_dict()["n_faults"]
    assert report.verdict in repr(report)
    assert report.verdict in report._repr_html_()


@pytest.fixture(scope="module")
def layers(real_cities):
    """A function that reads a layer of SOURCES.md as cells; each is read once."""

    @cache
    def read_layer(name, crs):
        frame = gpd.read_parquet(real_cities / f"{name}.parquet")[["geometry"]]
        return frame.assign(cell_code=frame.index.astype(str)).to_crs(crs)

    return read_layer


@pytest.fixture(scope="module", params=LAYERS)
def real_layer(layers, request):
    """The name of a layer, its cells in metres, and what is found without any tolerance."""
    cells = layers(request.param, LAYERS[request.param].crs)
    return request.param, cells, check_coverage(cells, tolerance_m2=0)


def test_a_real_layer_has_the_faults_on_record(real_layer):
    """Holes are as many and as large as on record, and so are overlaps, slivers included."""
    name, _, report = real_layer
    recorded = LAYERS[name]
    assert kinds(report) == {"gaps", "overlaps"}
    assert len(report.gaps) == recorded.n_holes
    assert report.gaps["m2"].sum() == pytest.approx(recorded.holes_m2, abs=0.05)
    assert report.overlaps["m2"].sum() == pytest.approx(recorded.overlaps_m2, abs=0.05)


def test_polygons_with_bad_edges_are_named(layers, real_layer):
    """Polygons with bad edges on record are named or lie at a gap, and few others are named."""
    name, cells, report = real_layer
    degrees = layers(name, 4326).geometry.to_numpy()
    bad = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(degrees)))
    assert len(bad) == LAYERS[name].n_bad
    at_gaps = shapely.STRtree(cells.geometry).query(report.gaps.geometry, "intersects")[1]
    # Rounding in another CRS joins a border of Tainan's, and parts some that match in degrees.
    assert len(set(bad) - {*report.rows, *at_gaps}) <= 0.01 * len(bad)
    assert len(bad) <= len(report.rows) <= 1.3 * len(bad)


def test_the_default_tolerance_leaves_out_rounding_alone(real_layer):
    """What the default tolerance leaves out of a real layer are single polygons below 1e-3 m2."""
    _, cells, every = real_layer
    large = check_coverage(cells)
    for kind in ("gaps", "overlaps"):
        m2 = getattr(every, kind)["m2"]
        assert 0 < len(getattr(large, kind)) == (m2 > 1e-3).sum()
        assert getattr(large, kind)["m2"].sum() == pytest.approx(m2[m2 > 1e-3].sum(), **RIGHT)


def test_a_layer_in_degrees_has_nearly_the_same_figures(layers):
    """Checked from degrees, in the UTM zone, a figure differs by less than the zone's scale."""
    report = check_coverage(layers("cambridge/neighborhoods", 4326), tolerance_m2=0)
    assert report.gaps.crs.to_epsg() == 32619
    assert report.gaps["m2"].sum() == pytest.approx(12.370, rel=1e-3)
    assert report.overlaps["m2"].sum() == pytest.approx(11.709, rel=1e-3)


@pytest.fixture(scope="module")
def villages(real_cities):
    """7,701 villages of Taiwan, in metres."""
    villages = gpd.read_parquet(real_cities / "taiwan" / "villages.parquet")
    return villages.rename(columns={"VILLCODE": "cell_code"}).to_crs(3826)


@pytest.fixture(scope="module")
def mended(villages):
    """The villages with the seven invalid ones made valid, ring by ring."""
    rings = shapely.make_valid(villages.geometry.to_numpy(), method="structure")
    return villages.set_geometry(gpd.GeoSeries(rings, index=villages.index, crs=villages.crs))


def test_seven_villages_of_taiwan_are_invalid(villages):
    """The seven villages on record are named, with the reason; what they leave open is a gap."""
    report = check_coverage(villages)
    assert set(report.invalid[["cell_code"]].index) == set(villages.index[~villages.is_valid])
    assert len(report.invalid) == 7
    assert report.invalid["reason"].str.contains("Self-intersection").all()
    assert report.gaps["m2"].sum() > 270e6


def test_eight_holes_between_the_villages_of_taiwan(mended):
    """Once the seven are made valid there are eight holes of 26,238,934.7 m2, as on record."""
    report = check_coverage(mended)
    assert kinds(report) == {"gaps", "overlaps"}
    assert len(report.gaps) == 8
    assert report.gaps["m2"].sum() == pytest.approx(26_238_934.7, abs=0.05)
    assert len(report.overlaps) == 3
    assert report.overlaps["m2"].to_list() == pytest.approx([4.6618] * 3, abs=1e-4)


def test_the_towns_of_taiwan_are_not_filled_by_their_villages(real_cities, mended):
    """Held against the towns that the holes lie in, each hole is part of a gap, and m2 add up."""
    towns = gpd.read_parquet(real_cities / "taiwan" / "towns.parquet").to_crs(3826)
    towns = towns.rename(columns={"TOWNCODE": "area_code"})
    holes = check_coverage(mended).gaps.geometry.to_numpy()
    towns = towns.iloc[np.unique(shapely.STRtree(towns.geometry).query(holes, "intersects")[1])]
    cells = mended[mended["TOWNCODE"].isin(towns["area_code"])]
    cells = cells.rename(columns={"TOWNCODE": "area_code"})
    report = check_coverage(cells, towns)
    bare = shapely.union_all(report.gaps.geometry.to_numpy())
    of_towns = shapely.intersection(holes, shapely.union_all(towns.geometry.to_numpy()))
    assert shapely.area(of_towns).sum() > 20e6
    assert shapely.area(shapely.difference(of_towns, bare)).sum() < 1e-3
    twice = report.overlaps["m2"].sum()
    balance = report.cells_m2 - report.area_m2
    told = report.outside["m2"].sum() + twice - report.gaps["m2"].sum()
    assert told == pytest.approx(balance, abs=0.05)
