"""Zones, persons, key units and borders, as both maps show them."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from test_maps_city import small_city

import gridgeo as gg
from gridgeo.errors import CodeError, InputError, SchemaError
from gridgeo.maps import style
from gridgeo.maps.borders import borders_by_level
from gridgeo.maps.coloring import color_areas, join_by
from gridgeo.maps.key_units import key_units_on
from gridgeo.maps.persons import persons_by_role
from gridgeo.maps.subject import map_subject
from gridgeo.maps.words import words
from gridgeo.maps.zoning import has_zones, zoning


@pytest.fixture
def zoned():
    """Cells of the small city in a zone a pair of areas; the last area in none."""
    cells = small_city()[0]
    zone = cells["area_code"].map(
        {
            "110101001": "Z1",
            "110101002": "Z1",
            "110101003": "Z2",
            "110101004": "Z3",
            "110101005": "Z3",
            "110101006": "",
        }
    )
    return cells.assign(zone_code=zone)


def test_zones_are_made_of_their_cells(zoned):
    """Outline, size and count are those of the cells; cells in no zone have none."""
    found = zoning(zoned)
    assert found.zones["zone_code"].tolist() == ["Z1", "Z2", "Z3"]
    assert found.zones["n_cells"].tolist() == [18, 9, 18]
    assert found.zones["area_m2"].tolist() == [178_400, 90_000, 180_000]
    union = [shapely.union_all(zoned.geometry[zoned["zone_code"] == z]) for z in ("Z1", "Z2", "Z3")]
    assert shapely.equals(found.zones.geometry.to_numpy(), union).all()
    codes = np.append(found.zones["zone_code"].to_numpy(object), "")
    assert (codes[found.row] == zoned["zone_code"]).all()


def test_zones_given_keep_their_outline_name_and_columns(zoned):
    """A zone that only cells know of is joined to those given; any CRS will do."""
    given = join_by(zoned[zoned["zone_code"] == "Z2"], "zone_code")
    given = given.assign(zone_name="东\n一", zone_name_en="East 1", load=7).to_crs(4326)
    found = zoning(zoned, given, language="zh")
    assert found.zones["zone_name"].tolist() == ["Z1", "东 一", "Z3"]
    assert zoning(zoned, given).zones["zone_name"].tolist() == ["Z1", "East 1", "Z3"]
    assert found.zones["load"].tolist()[1] == 7
    assert found.zones.crs == zoned.crs
    off = shapely.hausdorff_distance(
        found.zones.geometry.iloc[1], shapely.union_all(zoned.geometry[zoned["zone_code"] == "Z2"])
    )
    assert off < 1e-3


def test_cells_without_zones(zoned):
    """Blank, null and missing codes are no zones; asked for, zones have to be there."""
    assert has_zones(zoned)
    for none in (zoned.assign(zone_code=" "), zoned.assign(zone_code=None)):
        assert not has_zones(none)
        with pytest.raises(SchemaError, match="no cell has a 'zone_code'"):
            zoning(none)
    assert map_subject(small_city()[0], None, None, "en").zoning is None
    with pytest.raises(SchemaError, match="`cells` lacks 'zone_code'"):
        map_subject(small_city()[0], None, None, "en", zones=join_by(zoned, "zone_code"))


def test_faulty_zones_are_refused(zoned):
    """Zones need a code each; staff needs zones to stand in."""
    zones = join_by(zoned[zoned["zone_code"] != ""], "zone_code")
    with pytest.raises(CodeError, match=r"`zones`: codes in 'zone_code' repeat"):
        zoning(zoned, pd.concat([zones, zones], ignore_index=True))
    with pytest.raises(SchemaError, match="`staff` stand on a map by their zones"):
        map_subject(small_city()[0], None, None, "en", staff=gg.datasets.read_staff())
    with pytest.raises(SchemaError, match="`zones` have no column of persons"):
        zoning(zoned, zones, staff=gg.datasets.read_staff())


def test_blanks_around_codes_make_no_other_zones(zoned):
    """A blank that a file keeps after a code is no part of it, in cells and in zones alike."""
    zones = join_by(zoned[zoned["zone_code"] != ""], "zone_code").assign(leader="Wu")
    blank = zones.assign(zone_code=zones["zone_code"] + " ")
    found = zoning(zoned.assign(zone_code=" " + zoned["zone_code"]), blank)
    assert found.zones["zone_code"].tolist() == ["Z1", "Z2", "Z3"]
    assert found.zones["n_cells"].tolist() == [18, 9, 18]
    assert found.persons["Responsible leader"].tolist() == ["Wu"] * 3


def test_zones_of_other_cells_are_refused(zoned):
    """Zones none of which a cell names are not laid over those that cells name."""
    zones = join_by(zoned[zoned["zone_code"] != ""], "zone_code")
    other = zones.assign(zone_code=["X1", "X2", "X3"])
    with pytest.raises(CodeError, match="no 'zone_code' in common: zones have 'X1', cells 'Z1'"):
        zoning(zoned, other)
    assert zoning(zoned.assign(zone_code=""), other).zones["n_cells"].tolist() == [0, 0, 0]
    # Of zones made since, those that are known stay with what is told of them.
    assert len(zoning(zoned, zones.iloc[:1]).zones) == 3


def test_an_index_may_be_called_as_the_codes_are(zoned):
    """Zones that have their codes in the index too are those that have them in a column alone."""
    zones = join_by(zoned[zoned["zone_code"] != ""], "zone_code")
    found = zoning(zoned, zones.set_index("zone_code", drop=False)).zones
    assert found.equals(zoning(zoned, zones).zones)


def of_one_color(geometry, sliver):
    """Pairs of one colour with more than a point in common, found by overlaying all pairs."""
    colors = color_areas(geometry)
    wide = shapely.buffer(geometry, sliver, cap_style="flat", join_style="mitre")
    left, right = np.triu_indices(len(geometry), 1)
    alike = colors[left] == colors[right]
    left, right = left[alike], right[alike]
    near = shapely.intersects(wide[left], wide[right])
    common = shapely.intersection(wide[left[near]], wide[right[near]])
    # Two that touch in a point have a square of the width of the slivers in common.
    return int((shapely.area(common) > 10 * sliver**2).sum())


@pytest.mark.real
def test_no_two_zones_of_barcelona_with_a_border_in_common_share_a_color(barcelona):
    """A hundred zones grown from a hundred sections: no pair alike, and no fill beyond ten."""
    middle = np.column_stack([barcelona.geometry.centroid.x, barcelona.geometry.centroid.y])
    seeds = middle[:: len(middle) // 99][:100]
    nearest = np.hypot(*(middle[:, None] - seeds[None]).transpose(2, 0, 1)).argmin(axis=1)
    cells = barcelona.assign(zone_code=[f"Z{n:03}" for n in nearest], area_m2=barcelona.area)
    zones = zoning(cells).zones
    assert len(zones) == 100
    assert of_one_color(zones.geometry.to_numpy(), 0.05) == 0
    assert zones["color"].max() < len(style.AREA_FILLS)


@pytest.mark.real
def test_no_two_districts_of_tainan_share_a_color(tainan):
    """Slivers between districts, gaps and overlaps, do not make them strangers."""
    districts = tainan.to_crs(3826).geometry.to_numpy()
    assert of_one_color(districts, 0.05) == 0
    assert color_areas(districts).max() < len(style.AREA_FILLS)


def test_the_overlay_sees_a_shared_color(monkeypatch):
    """With one colour for all, it finds the pairs with an edge in common, not those in a corner."""
    monkeypatch.setattr("test_maps_zones.color_areas", lambda areas: np.zeros(len(areas), int))
    squares = shapely.box(
        [0, 100, 0, 100], [0, 0, 100, 100], [100, 200, 100, 200], [100, 100, 200, 200]
    )
    assert of_one_color(squares, 0.05) == 4


SEEN_BY = {
    "all cones": np.eye(3),
    "no L cones": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no M cones": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no S cones": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
"""What linear RGB becomes for the colour-blind (Machado, Oliveira, Fernandes 2009)."""


def lab(fills, seen):
    """Fills in CIELAB, as somebody sees them."""
    rgb = np.array([[int(fill[i : i + 2], 16) for i in (1, 3, 5)] for fill in fills]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    shown = np.clip(linear @ np.array(seen).T, 0, 1)
    to_xyz = [[0.41246, 0.35758, 0.18044], [0.21267, 0.71515, 0.07218], [0.01933, 0.11919, 0.95030]]
    xyz = shown @ np.array(to_xyz).T / [0.95047, 1, 1.08883]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.column_stack(
        [116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])]
    )


@pytest.mark.parametrize("seen", SEEN_BY.values(), ids=SEEN_BY)
@pytest.mark.parametrize(("n", "apart"), [(6, 15), (10, 8)])
def test_the_color_blind_tell_the_fills_apart(seen, n, apart):
    """Whichever cones are missing, no two of the first six fills come near, nor two of all ten."""
    points = lab(style.AREA_FILLS[:n], seen)
    distance = np.linalg.norm(points[:, None] - points[None], axis=-1)
    assert distance[np.triu_indices(n, 1)].min() >= apart


STAFF = pd.DataFrame(
    {
        "staff_id": ["W1", "W2", "W3"],
        "name": ["吴然岚", "罗佳帆", "韩立静"],
        "name_en": ["Wu Ranlan", None, "Han Lijing"],
        "role": ["leader", "inspector", "inspector"],
    }
)
MANNED = pd.DataFrame(
    {
        "zone_code": ["A", "B", "C"],
        "inspector": ["罗佳帆; 韩立静", "韩立静", None],
        "inspector_id": ["W2; W3", "W3", ""],
        "leader": ["吴然岚", "unknown", ""],
        "leader_id": ["W1", "W9", ""],
    },
    index=[7, 7, 9],
)


def test_persons_are_named_in_the_language_of_the_map():
    """By their number where the staff has it, else as the zones have it; the leader first."""
    english = persons_by_role(MANNED, STAFF, None, "en")
    assert english.columns.tolist() == ["Responsible leader", "Inspector"]
    assert english["Responsible leader"].tolist() == ["Wu Ranlan", "unknown", ""]
    assert english["Inspector"].tolist() == ["罗佳帆; Han Lijing", "Han Lijing", ""]
    assert english.index.tolist() == [7, 7, 9]
    chinese = persons_by_role(MANNED, STAFF, None, "zh")
    assert chinese.columns.tolist() == ["责任领导", "监督员"]
    assert chinese["监督员"].tolist() == ["罗佳帆、韩立静", "韩立静", ""]


def test_posts_that_nobody_holds_may_be_an_empty_column_of_numbers():
    """A file gives a column without a text in it as numbers; ids of whole numbers have no point."""
    unmanned = MANNED.assign(leader=np.nan, leader_id=np.nan)
    assert persons_by_role(unmanned, STAFF, None, "en")["Responsible leader"].tolist() == [""] * 3
    numbered = MANNED.assign(leader="", leader_id=[1.0, np.nan, 3.0])
    staff = STAFF.assign(staff_id=["1", "2", "3"])
    named = persons_by_role(numbered, staff, None, "zh")["责任领导"]
    assert named.tolist() == ["吴然岚", "", "韩立静"]


def test_roles_of_ones_own():
    """A further column of persons stands last under the name it is given; known ones may change."""
    zones = MANNED.assign(watch=["Li\n Si", "", "Zhao;; Qian ;"])
    found = persons_by_role(zones, None, {"watch": "Night watch", "leader": "Head"}, "en")
    assert found.columns.tolist() == ["Head", "Inspector", "Night watch"]
    assert found["Night watch"].tolist() == ["Li Si", "", "Zhao; Qian"]
    with pytest.raises(SchemaError, match="`zones` lacks 'guard'"):
        persons_by_role(zones, None, {"guard": "Guard"}, "en")
    with pytest.raises(InputError, match="a name of its own for each role"):
        persons_by_role(zones, None, {"watch": "Inspector"}, "en")


@given(st.lists(st.lists(st.sampled_from("甲乙丙丁"), max_size=4), max_size=6))
def test_no_person_is_lost(lists):
    """However many persons a zone has, all stand on the map, in their order."""
    zones = pd.DataFrame({"manager": ["; ".join(persons) for persons in lists]}, dtype=str)
    named = persons_by_role(zones, None, None, "zh")["网格长"]
    assert named.tolist() == ["、".join(persons) for persons in lists]


def test_numbers_of_key_units_have_no_point():
    """A number that one unit lacks comes as a decimal; it is told as it was given."""
    points = gpd.points_from_xy([450_010, 450_020], [4_420_010, 4_420_020])
    units = gpd.GeoDataFrame({"unit_id": [12.0, None]}, geometry=points, crs="EPSG:32650")
    shown = key_units_on(small_city()[0], units, "en")
    assert shown.table["unit_id"].tolist() == ["12", ""]
    assert shown.table["name"].tolist() == ["12", "Key unit"]


def test_key_units_stand_where_they_are():
    """Names and kinds in the language of the map; a unit without a place is left out."""
    cells = small_city()[0]
    units = gg.datasets.read_sample("key_units").iloc[:3]
    units = units.assign(name_en=["A\tB", None, ""], kind=["school", "depot", None])
    broken = units.copy()
    broken.loc[broken.index[1], "geometry"] = None
    found = key_units_on(cells, units.to_crs(4326), "en")
    assert found.table["name"].tolist() == ["A B", units["name"].iloc[1], units["name"].iloc[2]]
    assert found.table["kind"].tolist() == ["school", "depot", ""]
    there = units.to_crs(cells.crs).geometry.to_numpy()
    assert shapely.distance(found.points, there).max() < 1e-3
    assert key_units_on(cells, broken, "zh").table["kind"].tolist() == ["学校", ""]
    assert key_units_on(cells, units.iloc[:0], "en") is None


def levels(areas, cells, language="en"):
    """Names of the borders and how many areas each has, the highest first."""
    subject = map_subject(cells, areas, None, language)
    return [(border.name, len(border.areas)) for border in subject.borders]


@pytest.fixture(scope="module")
def sample():
    """Communities, streets, district of the sample city, and coarse cells."""
    read = gg.datasets.read_sample
    communities = read("communities")
    cells = gg.areas_to_cells(communities, gg.SquareGrid(cell_area=90_000))
    return cells, communities, read("streets"), read("district")


def test_borders_of_every_level(sample):
    """Communities tell of their streets, streets that are there of their district."""
    cells, communities, streets, district = sample
    joined = levels(communities, cells)
    assert joined == [("District border", 1), ("Street border", 17), ("Community border", 182)]
    every = pd.concat([district, streets, communities], ignore_index=True)
    assert levels(every, cells) == joined
    assert levels(every, cells, "zh")[0][0] == "区界"
    assert levels(None, cells) == [("Outer border", 1), ("Area border", 182)]


def test_parents_in_a_column_of_decimals_or_with_blanks_are_parents(sample):
    """One missing code makes a file's column of codes one of decimals: the levels are the same."""
    cells, communities, streets, district = sample
    areas = pd.concat([district.assign(parent_code=None), streets, communities], ignore_index=True)
    levels = [(b.name, len(b.areas)) for b in map_subject(cells, areas, None, "en").borders]
    assert len(levels) == 3
    for parents in (pd.to_numeric(areas["parent_code"]), areas["parent_code"] + " "):
        subject = map_subject(cells, areas.assign(parent_code=parents), None, "en")
        assert [(b.name, len(b.areas)) for b in subject.borders] == levels
        assert len(subject.areas) == len(communities)


def test_areas_above_are_neither_coloured_nor_counted(sample):
    """With the streets in the same frame the areas of the map are still the communities."""
    cells, communities, streets, _ = sample
    every = pd.concat([streets, communities], ignore_index=True)
    subject = map_subject(cells, every, None, "en")
    assert subject.areas["area_code"].tolist() == sorted(communities["area_code"])
    street = subject.borders[1].areas
    assert street["area_name"].tolist() == streets.sort_values("area_code")["area_name_en"].tolist()


def test_a_street_joined_of_communities_is_the_street(sample):
    """The outline of a street that is not given is that of its communities together."""
    cells, communities, streets, district = sample
    _, joined, _ = map_subject(cells, communities, None, "en").borders
    given = streets.sort_values("area_code").geometry.to_numpy()
    apart = shapely.symmetric_difference(joined.areas.geometry.to_numpy(), given)
    assert shapely.area(apart).max() < 1
    whole = map_subject(cells, communities, None, "en").borders[0].areas.geometry.iloc[0]
    assert shapely.area(shapely.symmetric_difference(whole, district.geometry.iloc[0])) < 1


def test_parents_in_a_circle_come_to_an_end():
    """Codes of parents that name each other give some borders, not a loop."""
    cells, areas, _ = small_city()
    areas["parent_code"] = areas["area_code"].iloc[[1, 0, 3, 2, 5, 4]].to_numpy()
    subject = map_subject(cells, areas, None, "en")
    assert len(subject.areas) == 6
    assert 2 <= len(subject.borders) <= 10


@pytest.mark.parametrize("second", [(200, 100, 600, 200), (0, 0, 300, 200)])
def test_overlapping_areas_have_borders_too(second):
    """Where areas cross or lie in one another the whole is still one outline, that of both."""
    cells = small_city()[0].iloc[:2].assign(area_code=["1", "2"])
    both = [shapely.box(0, 0, 300, 300), shapely.box(*second)]
    areas = gpd.GeoDataFrame({"area_code": ["1", "2"]}, geometry=both, crs=cells.crs)
    whole = map_subject(cells, areas, None, "en").borders[0].areas.geometry.iloc[0]
    assert whole.equals(shapely.union_all(both))


def test_own_words_for_levels_stand_as_they_are():
    """A level that is none of the known ones is named as the data name it."""
    cells, areas, _ = small_city()
    shown = areas.assign(level="片\n区", parent_code=["A"] * 3 + ["B"] * 2 + [None])
    found = borders_by_level(
        map_subject(cells, areas, None, "zh").areas, shown, words("zh"), ["area_name"]
    )
    assert [border.name for border in found] == ["外边界", "上级区域边界", "片 区界"]
    assert found[1].areas["area_code"].tolist() == ["A", "B"]


def test_it_takes_one_frame_to_say_all():
    """A subject holds what was given, and nothing where nothing was."""
    cells, areas, _ = small_city()
    subject = map_subject(cells, areas, None, "en")
    assert subject.key_units is None
    assert isinstance(subject.borders[0].areas, gpd.GeoDataFrame)
