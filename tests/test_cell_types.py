"""classify_cells and cover_shares: types by rules, shares of ground held against an overlay."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box
from shapely.affinity import rotate

import gridgeo as gg
from gridgeo import CITY_TYPES, Measure, TypeRule, classify_cells, cover_shares
from gridgeo.errors import CodeError, CRSError, GeometryError, InputError, SchemaError

CRS = "EPSG:4547"
CELLS = gpd.GeoDataFrame(
    {"cell_code": [f"C{n}" for n in range(9)]},
    geometry=[box(x, y, x + 10, y + 10) for y in (0, 10, 20) for x in (0, 10, 20)],
    crs=CRS,
    index=range(100, 109),
)
SCHOOL = TypeRule("school", "学校型", "School", Measure("n_school", at_least=1))
SHOPS = TypeRule("commercial", "商业型", "Commercial", Measure("shop_share", at_least=0.4))


def test_one_class_may_be_asked_for_by_its_name():
    """A text is one class, not its letters."""
    shares = cover_shares(CELLS, polygons(box(0, 0, 5, 10)), column="use", classes="school")
    assert list(shares) == ["school_share", "shop_share", "covered_share"]


def polygons(*shapes, use="shop", crs=CRS):
    """Give polygons of a use each."""
    return gpd.GeoDataFrame({"use": use}, geometry=list(shapes), crs=crs, index=range(len(shapes)))


def overlaid(cells, covers):
    """Give the shares by class and of all together, by dissolving and overlaying them."""
    by_use = covers.dropna(subset="use").dissolve("use").reset_index()
    shares = pd.DataFrame(index=pd.Index(cells["cell_code"]))
    for use, shape in zip(by_use["use"], by_use.geometry, strict=True):
        shares[f"{use}_share"] = (cells.intersection(shape).area / cells.area).to_numpy()
    everything = covers.union_all()
    shares["covered_share"] = (cells.intersection(everything).area / cells.area).to_numpy()
    return shares


@st.composite
def covers(draw):
    """Draw rectangles, turned or not, of two uses or none; many overlap."""
    n = draw(st.integers(1, 8))
    number, size = st.integers(-5, 34), st.integers(1, 25)
    shapes = []
    for _ in range(n):
        x, y, width, height = draw(number), draw(number), draw(size), draw(size)
        shapes.append(rotate(box(x, y, x + width, y + height), draw(st.sampled_from([0, 0, 30]))))
    uses = draw(st.lists(st.sampled_from(["flat", "shop", None]), min_size=n, max_size=n))
    return polygons(*shapes, use=pd.Series(uses, dtype="str"))


@given(covers())
def test_shares_are_those_of_an_overlay(land):
    """Whatever overlaps, class by class and all together, dissolving first gives the same."""
    found, expected = cover_shares(CELLS, land, column="use"), overlaid(CELLS, land)
    pd.testing.assert_frame_equal(found, expected, atol=1e-9, check_dtype=False)


@settings(max_examples=25)
@given(covers(), st.integers(-3, 3), st.integers(-3, 3))
def test_shares_move_with_their_ground(land, dx, dy):
    """Cells and polygons moved by the same vector have the same shares."""
    moved = [frame.set_geometry(frame.translate(dx * 1000, dy * 1000)) for frame in (CELLS, land)]
    pd.testing.assert_frame_equal(
        cover_shares(*moved, column="use"), cover_shares(CELLS, land, column="use"), atol=1e-9
    )


def test_ground_that_is_covered_twice_counts_once():
    """Two shops and a flat on a cell of 100 m2, worked out by hand."""
    land = polygons(
        box(0, 0, 4, 10), box(2, 0, 6, 10), box(5, 0, 7, 10), use=["shop", "shop", "flat"]
    )
    shares = cover_shares(CELLS, land, column="use").loc["C0"]
    assert shares.to_dict() == pytest.approx(
        {"flat_share": 0.2, "shop_share": 0.6, "covered_share": 0.7}
    )


def test_a_polygon_drawn_twice_and_one_inside_another_count_once():
    """Duplicates and nested polygons are no more ground."""
    land = polygons(box(0, 0, 5, 10), box(0, 0, 5, 10), box(1, 1, 2, 2))
    assert cover_shares(CELLS, land, column="use").loc["C0"].tolist() == [0.5, 0.5]


def test_a_cell_that_is_covered_as_a_whole_has_all_of_it():
    """One polygon over everything, with a hole in the middle cell."""
    land = polygons(box(-1, -1, 31, 31) - box(12, 12, 17, 18))
    shares = cover_shares(CELLS, land, column="use")["shop_share"]
    assert shares.drop("C4").eq(1).all()
    assert shares["C4"] == pytest.approx(0.7)


def test_touching_is_not_covering():
    """A neighbour's border, and a cell that nothing touches, have no share."""
    shares = cover_shares(CELLS, polygons(box(10, 0, 20, 10)), column="use")["shop_share"]
    assert shares.to_dict() == {f"C{n}": float(n == 1) for n in range(9)}


def test_classes_that_are_asked_for_have_a_column():
    """No school was drawn: its share is 0, not missing."""
    shares = cover_shares(CELLS, polygons(box(0, 0, 5, 5)), column="use", classes=["school"])
    assert shares.columns.tolist() == ["school_share", "shop_share", "covered_share"]
    assert shares["school_share"].eq(0).all()


def test_zones_and_degrees_are_measured_too():
    """Zones have their codes as the index; polygons in degrees are brought to the zones' CRS."""
    zones = CELLS.rename(columns={"cell_code": "zone_code"})
    land = polygons(box(0, 0, 5, 10)).to_crs(4326)
    shares = cover_shares(zones, land, column="use")
    assert shares.index.name == "zone_code"
    assert shares.loc["C0", "shop_share"] == pytest.approx(0.5, abs=1e-6)


def test_the_input_is_not_changed():
    """Cells and polygons are as they were."""
    land = polygons(box(0, 0, 5, 10), box(3, 0, 8, 10))
    cells, before = CELLS.copy(), land.copy()
    cover_shares(cells, land, column="use")
    assert cells.equals(CELLS)
    assert land.equals(before)


@pytest.mark.parametrize(
    ("cells", "land", "options", "error", "match"),
    [
        (CELLS, polygons(box(0, 0, 1, 1)), {"column": "class"}, SchemaError, "lacks 'class'"),
        (
            CELLS.set_crs(None, allow_override=True),
            polygons(box(0, 0, 1, 1)),
            {},
            CRSError,
            "no CRS",
        ),
        (CELLS, polygons(box(0, 0, 1, 1), crs=None), {}, CRSError, "no CRS"),
        (CELLS, polygons(shapely.Point(0, 0)), {}, GeometryError, "are not polygons"),
        (CELLS, polygons(None), {}, GeometryError, "without a geometry"),
        (CELLS.assign(cell_code="C"), polygons(box(0, 0, 1, 1)), {}, CodeError, "repeat"),
        (CELLS, polygons(box(0, 0, 1, 1), use="covered"), {}, SchemaError, "'covered'"),
        (CELLS, pd.DataFrame({"use": ["a"]}), {}, SchemaError, "must be a GeoDataFrame"),
        (CELLS.iloc[:0], polygons(box(0, 0, 1, 1)), {}, SchemaError, "has no rows"),
    ],
)
def test_what_cannot_be_measured_is_refused(cells, land, options, error, match):
    """Frames without CRS, codes or polygons are named by row, with the remedy."""
    with pytest.raises(error, match=match):
        cover_shares(cells, land, **{"column": "use"} | options)


def test_the_first_rule_that_holds_wins():
    """A school among shops is a school where that rule comes first, else a shop."""
    cells = CELLS[:3].assign(n_school=[1, 0, 0], shop_share=[0.5, 0.4, 0.39])
    assert classify_cells(cells, [SCHOOL, SHOPS])["cell_type"].tolist() == [
        "school",
        "commercial",
        "other",
    ]
    assert classify_cells(cells, [SHOPS, SCHOOL])["cell_type"][100] == "commercial"


def test_all_measures_of_a_rule_must_hold_and_rules_of_one_key_are_alternatives():
    """Both measures of one rule; either of two rules that are called the same."""
    busy = TypeRule("busy", "", "", (Measure("a", at_least=1), Measure("b", at_most=5)))
    also = TypeRule("busy", "", "", Measure("b", at_least=100))
    cells = CELLS[:4].assign(a=[1, 1, 0, 0], b=[5, 6, 5, 100])
    assert classify_cells(cells, [busy, also], otherwise="")["cell_type"].tolist() == [
        "busy",
        "",
        "",
        "busy",
    ]


def test_a_density_is_divided_and_nothing_by_nothing_is_missing():
    """Lamps for each m2; where the area is 0 no rule holds, not even an upper end."""
    rule = TypeRule("lit", "", "", Measure("lamps", at_least=0.05, per="area_m2"))
    dark = TypeRule("dark", "", "", Measure("lamps", at_most=0.01, per="area_m2"))
    cells = CELLS[:3].assign(lamps=[5, 0, 0], area_m2=[100.0, 100.0, 0.0])
    assert classify_cells(cells, [rule, dark])["cell_type"].tolist() == ["lit", "dark", "other"]


def test_a_missing_measure_meets_no_rule():
    """NaN and a null of pandas are neither above nor below."""
    rule = TypeRule("any", "", "", Measure("n", at_least=-1e9))
    for values in ([1.0, np.nan], pd.array([1, None], dtype="Int64")):
        typed = classify_cells(CELLS[:2].assign(n=values), [rule])["cell_type"]
        assert typed.tolist() == ["any", "other"]


def test_measures_come_by_code_in_any_order_and_before_own_columns():
    """A table of measures is joined by its index; an own column of the same name is not used."""
    cells = CELLS.assign(n_school=0)
    counts = pd.DataFrame({"n_school": range(9)}, index=CELLS["cell_code"]).sample(
        frac=1, random_state=2
    )
    typed = classify_cells(cells, [SCHOOL], measures=counts)
    assert typed["cell_type"].tolist() == ["other"] + ["school"] * 8
    assert typed.drop(columns="cell_type").equals(cells)


def test_zones_get_a_type_of_their_own_column():
    """Zones of cells that have a type keep it apart from theirs."""
    zones = pd.DataFrame({"zone_code": ["Z1"], "n_school": [2]}, index=["p"])
    typed = classify_cells(zones, [SCHOOL])
    assert typed.loc["p", "zone_type"] == "school"
    assert str(typed["zone_type"].dtype) == "str"


def test_the_sample_city_has_all_five_types():
    """Buildings by use, as the rules for a city have it, against an overlay of one type."""
    cells = gg.areas_to_cells(gg.datasets.read_sample("communities"))
    buildings = gg.datasets.read_sample("buildings")
    shares = cover_shares(cells, buildings, column="use")
    types = classify_cells(cells, measures=shares)["cell_type"]
    assert set(types) == {rule.key for rule in CITY_TYPES}
    schools = buildings[buildings["use"] == "school"].union_all()
    held = cells.intersection(schools).area / cells.area
    assert (types == "school").tolist() == (held >= 0.05).tolist()


def test_counts_of_key_units_make_types():
    """Schools are geocoded, counted by cell and classified: the walk without any land use."""
    cells = gg.areas_to_cells(gg.datasets.read_sample("communities"))
    units = gg.datasets.read_sample("key_units").rename(columns={"kind": "class_code"})
    counts = gg.count_by_cell(gg.geocode(units, cells), cells)
    rule = TypeRule("school", "学校型", "School", Measure("school", at_least=1))
    typed = classify_cells(cells, [rule], measures=counts)
    assert (typed["cell_type"] == "school").sum() == (counts["school"] > 0).sum() > 0


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"rules": []}, InputError, "one TypeRule or more"),
        ({"rules": ["school"]}, InputError, "one TypeRule or more"),
        ({"rules": [SHOPS]}, SchemaError, "has 'shop_share', which the rules ask for.*n_school"),
        (
            {"rules": [TypeRule("t", "", "", Measure("cell_code", at_least=1))]},
            SchemaError,
            "no numbers",
        ),
        ({"measures": pd.DataFrame({"n": [1]}, index=["C0"])}, CodeError, "no row for their.*101"),
        ({"measures": pd.Series([1], index=["C0"])}, InputError, "must be a DataFrame, not Series"),
        (
            {"measures": pd.DataFrame({"n": [1, 2]}, index=["C0", "C0"])},
            InputError,
            "one row for each code",
        ),
    ],
)
def test_what_cannot_be_classified_is_refused(options, error, match):
    """Rules that are none, measures that are not there or no numbers, codes without a row."""
    cells = CELLS.assign(n_school=0)
    with pytest.raises(error, match=match):
        classify_cells(cells, **{"rules": [SCHOOL]} | options)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: Measure("n"), "must have an end"),
        (lambda: Measure("n", at_least=2, at_most=1), "the lower one first"),
        (lambda: Measure("n", at_least=float("nan")), "`at_least`"),
        (lambda: TypeRule("t", "", "", ()), "one Measure or more"),
        (lambda: TypeRule("", "", "", Measure("n", at_least=1)), "cannot be called"),
    ],
)
def test_a_rule_that_says_nothing_is_refused(make, match):
    """Ranges without an end, rules without a measure or a key."""
    with pytest.raises(InputError, match=match):
        make()


@pytest.mark.real
def test_land_use_of_a_real_city_is_measured_once(real_cities):
    """Land use of Helsinki overlaps by a fifth; shares are those of dissolved classes."""
    land = gpd.read_parquet(real_cities / "helsinki" / "osm_landuse.parquet").to_crs(3067)
    land = land[land.is_valid & land.geom_type.isin(["Polygon", "MultiPolygon"])].reset_index()
    west, south, east, north = land.total_bounds
    steps = 250.0
    x, y = np.meshgrid(np.arange(west, east, steps), np.arange(south, north, steps))
    cells = gpd.GeoDataFrame(
        {"cell_code": [f"C{n}" for n in range(x.size)]},
        geometry=box(x.ravel(), y.ravel(), x.ravel() + steps, y.ravel() + steps),
        crs=3067,
    )
    land["use"] = land["landuse"]
    found = cover_shares(cells, land, column="use")
    pd.testing.assert_frame_equal(found, overlaid(cells, land), atol=1e-9, check_dtype=False)
    pieces = land.intersection(cells.union_all()).area.sum()
    assert pieces > 1.1 * (found["covered_share"].to_numpy() * cells.area).sum()
