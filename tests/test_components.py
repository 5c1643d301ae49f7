"""Codes of components: given once, kept for good, used by one component only."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st

from gridgeo.cells import areas_to_cells
from gridgeo.codes import COMPONENT_16, COMPONENT_16_5, ComponentScheme
from gridgeo.components import component_codes
from gridgeo.datasets import read_sample
from gridgeo.errors import CodeError, InputError, SchemaError
from gridgeo.geocoding import geocode

DISTRICT = "990101"
CLASSES = ("0118", "0402", "0403")
CELLS = ("", "990101001001001", "990101001001002", "990101002001001")

THING = st.tuples(
    st.sampled_from(CLASSES), st.sampled_from(CELLS), st.integers(-9, 9), st.integers(-9, 9)
)
THINGS = st.lists(THING, min_size=1, max_size=30)
calmly = settings(max_examples=40, deadline=None)
PLACES = st.lists(THING, min_size=1, max_size=30, unique_by=lambda thing: thing[2:])


def components(things, **columns):
    """A frame of points from class, cell, x and y of each."""
    class_codes, cell_codes, x, y = zip(*things, strict=True)
    return gpd.GeoDataFrame(
        {"class_code": class_codes, "cell_code": cell_codes, **columns},
        geometry=shapely.points(np.array(x, float), np.array(y, float)),
        crs="EPSG:4548",
    )


def coded(frame, **options):
    """The frame with codes of the invented district."""
    return component_codes(frame, **{"district": DISTRICT, **options})


def lamps(n, **columns):
    """Street lights in a row from west to east."""
    return components([("0118", CELLS[1], x, 0) for x in range(n)], **columns)


@calmly
@given(THINGS)
def test_numbers_run_through_each_class_without_a_gap(things):
    """A first run numbers every class from 1; the code says district and class."""
    frame = coded(components(things))
    parts = COMPONENT_16.parse(frame["component_code"])
    assert (parts["district"] == DISTRICT).all()
    assert (parts["major_code"] + parts["minor_code"] == frame["class_code"]).all()
    for _, numbers in parts["sequence"].astype(int).groupby(frame["class_code"]):
        assert sorted(numbers) == list(range(1, len(numbers) + 1))


@calmly
@given(THINGS)
def test_numbers_follow_cell_then_north_then_west(things):
    """The same as sorting tuples one by one: cell, none last; y falling; x rising; row."""
    expected = {}
    for name in CLASSES:
        rows = [row for row, thing in enumerate(things) if thing[0] == name]
        rows.sort(key=lambda r: (things[r][1] == "", things[r][1], -things[r][3], things[r][2], r))
        expected |= {row: f"{DISTRICT}{name}{n:06d}" for n, row in enumerate(rows, start=1)}
    codes = coded(components(things))["component_code"]
    assert codes.to_dict() == expected


@calmly
@given(PLACES, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(things, random):
    """Components at places of their own get the same codes however the file is sorted."""
    frame = components(things)
    labels = list(frame.index)
    random.shuffle(labels)
    shuffled = coded(frame.loc[labels])
    assert_geodataframe_equal(shuffled.sort_index(), coded(frame))


@calmly
@given(THINGS)
def test_components_at_one_spot_have_codes_of_their_own(things):
    """With the places of all the same, numbers follow the rows, run after run."""
    frame = components([(name, cell, 0, 0) for name, cell, _, _ in things])
    first = coded(frame)
    assert first["component_code"].is_unique
    assert_geodataframe_equal(coded(frame), first)


@calmly
@given(THINGS)
def test_coding_twice_changes_nothing(things):
    """A coded frame comes back as it was, type of the column included."""
    once = coded(components(things))
    assert_geodataframe_equal(coded(once), once)


@calmly
@given(st.lists(THINGS, min_size=2, max_size=4), st.data())
def test_no_code_is_ever_given_twice(rounds, data):
    """Over years of components that come and go, one code stands for one component only."""
    frame, retired, owners = components(rounds[0]).iloc[:0], [], {}
    for year, things in enumerate(rounds):
        fresh = components(things, thing=[f"{year}-{row}" for row in range(len(things))])
        before = frame.set_index("thing")["component_code"] if year else pd.Series(dtype="str")
        frame = coded(pd.concat([frame, fresh], ignore_index=True), retired=retired)
        after = frame.set_index("thing")["component_code"]
        assert (after[before.index] == before).all()
        for thing, code in after.items():
            assert owners.setdefault(code, thing) == thing
        gone = frame["thing"].isin(data.draw(st.sets(st.sampled_from(list(frame["thing"])))))
        retired += frame.loc[gone, "component_code"].tolist()
        frame = frame[~gone]


@calmly
@given(
    things=THINGS,
    taken=st.dictionaries(st.sampled_from(CLASSES), st.integers(1, 999_000)),
)
def test_new_numbers_go_on_from_the_highest(things, taken):
    """The first new number of a class is one more than the highest that was retired."""
    retired = [f"{DISTRICT}{name}{number:06d}" for name, number in taken.items()]
    frame = coded(components(things), retired=retired)
    lowest = frame["component_code"].str[10:].astype(int).groupby(frame["class_code"]).min()
    assert lowest.to_dict() == {name: taken.get(name, 0) + 1 for name in lowest.index}


def test_numbers_by_hand():
    """Cell A before cell B; in A the north first, along one row the west first; no cell last."""
    frame = components(
        [
            ("0118", "", 0, 99),
            ("0118", "B", 0, 50),
            ("0118", "A", 9, 10),
            ("0118", "A", 1, 10),
            ("0402", "A", 0, 0),
            ("0118", "A", 5, 20),
        ]
    )
    numbers = coded(frame)["component_code"].str[-2:].tolist()
    assert numbers == ["05", "04", "03", "02", "01", "01"]


def test_a_frame_that_was_not_geocoded_is_numbered_by_place():
    """Without ``cell_code`` north to south and west to east is all the order there is."""
    frame = components([("0118", "Z", 0, 5), ("0118", "A", 3, 0), ("0118", "A", 2, 0)])
    codes = coded(frame.drop(columns="cell_code"))["component_code"]
    assert codes.str[-1].tolist() == ["1", "3", "2"]


def test_what_has_no_place_is_numbered_last():
    """Null, empty and NaN geometries get codes too; a line counts at its middle."""
    frame = lamps(5)
    frame.geometry = [
        None,
        shapely.Point(),
        shapely.Point(np.nan, 1),
        shapely.Point(0, 4),
        shapely.LineString([(0, 0), (0, 10)]),
    ]
    assert coded(frame)["component_code"].str[-1].tolist() == ["3", "4", "5", "2", "1"]


def test_the_frame_keeps_all_else():
    """Rows, labels, columns and CRS stay; the input is not changed."""
    frame = lamps(3, state=["完好", "破损", "完好"]).set_axis(["c", "a", "a"])
    before = frame.copy()
    result = coded(frame)
    assert_geodataframe_equal(frame, before)
    assert_geodataframe_equal(result.drop(columns="component_code"), before)
    assert result["component_code"].tolist() == [f"{DISTRICT}0118{n:06d}" for n in (1, 2, 3)]


def test_an_empty_frame_gets_the_column():
    """No components, no codes, no error."""
    assert coded(lamps(1).iloc[:0])["component_code"].tolist() == []


@pytest.mark.parametrize("blank", [None, "", " ", float("nan")])
def test_an_empty_code_is_filled(blank):
    """Null, NaN and blank text are components that have no code yet."""
    frame = lamps(2, component_code=pd.Series([blank, f"{DISTRICT}0118000007"], dtype=object))
    assert coded(frame)["component_code"].str[-1].tolist() == ["8", "7"]


def test_districts_may_differ_by_row():
    """Each district numbers its classes from 1."""
    frame = lamps(3)
    codes = coded(frame, district=pd.Series(["110101", "110102", "110101"]))["component_code"]
    assert codes.tolist() == ["1101010118000001", "1101020118000001", "1101010118000002"]


def test_retired_codes_may_come_as_a_frame():
    """A frame with ``component_code``, a series, an array or a list say the same."""
    gone = pd.DataFrame({"component_code": [f"{DISTRICT}0118000041", None]}, index=["x", "y"])
    column = gone["component_code"]
    for retired in (gone, column, column.dropna().to_numpy(), column.dropna().tolist()):
        assert coded(lamps(1), retired=retired)["component_code"].tolist() == [
            f"{DISTRICT}0118000042"
        ]


def test_three_digits_of_minor_class_are_another_scheme():
    """Sixteen digits again, parted otherwise."""
    frame = lamps(1).assign(class_code="01018")
    assert coded(frame, scheme=COMPONENT_16_5)["component_code"].tolist() == ["9901010101800001"]


@pytest.mark.parametrize(
    ("class_code", "message"),
    [
        ("118", "must be 4 digits, as COMPONENT_16 needs; class_codes gives them"),
        ("01018", "must be 4 digits"),
        ("路灯", "must be 4 digits"),
        ("０１１８", "must be 4 digits"),  # noqa: RUF001 - digits of full width are none
        (118, "must be 4 digits"),
        (None, "components without 'class_code'"),
        (" ", "components without 'class_code'"),
    ],
)
def test_a_class_of_another_form_is_refused(class_code, message):
    """The error names the row, and says where codes come from."""
    frame = lamps(3).set_axis(["a", "b", "c"])
    frame["class_code"] = pd.Series(["0118", class_code, "0118"], frame.index, dtype=object)
    with pytest.raises(CodeError, match=message) as caught:
        coded(frame)
    assert caught.value.rows == ("b",)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("990101011800001", "is no COMPONENT_16 code"),
        ("lamp 17", "is no COMPONENT_16 code"),
        (9.901010118000001e15, "is no COMPONENT_16 code"),
        (f"{DISTRICT[:-1]}20118000001", "is of another district"),
        (f"{DISTRICT}0402000001", "is of another class than 'class_code'"),
    ],
)
def test_a_code_that_is_not_the_components_own_is_refused(code, message):
    """The error names the row; nothing is coded anew behind the keeper's back."""
    frame = lamps(3, component_code=pd.Series([None, None, code], dtype=object))
    with pytest.raises(CodeError, match=message) as caught:
        coded(frame.set_axis(["a", "b", "c"]))
    assert caught.value.rows == ("c",)


def test_a_code_that_two_components_have_is_refused():
    """Both rows are named."""
    code = f"{DISTRICT}0118000001"
    with pytest.raises(CodeError, match=r"repeats; leave it to one.*rows 0, 2") as caught:
        coded(lamps(3, component_code=[code, None, code]))
    assert caught.value.rows == (0, 2)


def test_a_retired_code_in_use_is_refused():
    """What is retired stays retired."""
    code = f"{DISTRICT}0118000001"
    with pytest.raises(CodeError, match="is retired") as caught:
        coded(lamps(2, component_code=[None, code]), retired=[code])
    assert caught.value.rows == (1,)


def test_all_faults_are_told_at_once():
    """One error for three rows, each with its own fault."""
    codes = ["x", f"{DISTRICT}0402000001", "9901020118000001"]
    with pytest.raises(CodeError, match=r"is no .*another district.*another class") as caught:
        coded(lamps(3, component_code=codes))
    assert set(caught.value.rows) == {0, 1, 2}


def test_more_than_a_class_can_number_is_refused():
    """The error names class, district and the number that would be needed, and the rows."""
    narrow = ComponentScheme("NARROW", 6, 2, 2, 1)
    full = coded(lamps(9), scheme=narrow)
    assert full["component_code"].iloc[-1] == f"{DISTRICT}01189"
    more = pd.concat([full, lamps(3)], ignore_index=True)
    wanted = "at most 9 components .* class '0118' in district '990101' would reach 12"
    with pytest.raises(CodeError, match=wanted) as caught:
        coded(more, scheme=narrow)
    assert caught.value.rows == (9, 10, 11)
    with pytest.raises(CodeError, match="would reach 10"):
        coded(lamps(1), scheme=narrow, retired=[f"{DISTRICT}01189"])


@pytest.mark.parametrize("district", ["99010", "9901011", "99010x", 990101, None])
def test_a_district_of_another_form_is_refused(district):
    """Six digits, as text."""
    with pytest.raises(CodeError, match="`district` must be text of 6 digits"):
        coded(lamps(1), district=district)


def test_districts_by_row_are_guarded():
    """Their index must be that of the components, and each must have six digits."""
    with pytest.raises(InputError, match="must have the index"):
        coded(lamps(2), district=pd.Series([DISTRICT, DISTRICT], index=[1, 2]))
    with pytest.raises(CodeError, match="district must be text of 6 digits") as caught:
        coded(lamps(2), district=pd.Series([DISTRICT, None]))
    assert caught.value.rows == (1,)


def test_retired_codes_are_guarded():
    """Codes of another form, a frame without the column, and one code as bare text."""
    with pytest.raises(CodeError, match="`retired`: these are no COMPONENT_16 codes") as caught:
        coded(lamps(1), retired=pd.Series(["12"], index=["old"]))
    assert caught.value.rows == ("old",)
    with pytest.raises(SchemaError, match="`retired` lacks 'component_code'"):
        coded(lamps(1), retired=pd.DataFrame({"code": []}))
    with pytest.raises(InputError, match="must be a sequence"):
        coded(lamps(1), retired=f"{DISTRICT}0118000001")


def test_frames_are_guarded():
    """A plain table has no places, and a frame without classes cannot be coded."""
    with pytest.raises(SchemaError, match="must be a GeoDataFrame"):
        coded(pd.DataFrame({"class_code": ["0118"]}))
    with pytest.raises(SchemaError, match="lacks 'class_code'"):
        coded(lamps(1).drop(columns="class_code"))


def test_the_sample_city_is_numbered_cell_by_cell():
    """All 34,971 components have a code; inside a class numbers rise with the cells."""
    cells = areas_to_cells(read_sample("communities"))
    frame = coded(geocode(read_sample("components"), cells))
    assert frame["component_code"].is_unique
    inside = frame[frame["placed"]].sort_values("component_code")
    for _, one in inside.groupby("class_code"):
        assert one["cell_code"].is_monotonic_increasing


@pytest.mark.real
def test_racks_at_one_spot_keep_their_codes(real_cities):
    """Of 2,892 racks in Cambridge many share a spot; a spot's codes do not hang on row order."""
    racks = gpd.read_parquet(real_cities / "cambridge" / "bike_racks.parquet").to_crs(26986)
    racks = racks.assign(class_code="0212")
    first = coded(racks)
    assert first["component_code"].is_unique
    again = coded(first.sample(frac=1, random_state=1))
    assert again["component_code"].sort_index().equals(first["component_code"])
    turned = coded(racks.iloc[::-1])
    spots = [
        frame.groupby(frame.geometry.to_wkb())["component_code"].agg(set)
        for frame in (first, turned)
    ]
    assert len(spots[0]) < len(racks)
    assert spots[0].equals(spots[1])


def test_the_name_of_a_scheme_is_no_scheme():
    """A scheme is a value; its name as text is refused with the remedy."""
    lamps = gpd.GeoDataFrame({"class_code": ["0118"]}, geometry=[shapely.Point(0, 0)])
    with pytest.raises(InputError, match="ComponentScheme, as COMPONENT_16 is, not 'COMPONENT_16'"):
        component_codes(lamps, district="110101", scheme="COMPONENT_16")
    assert component_codes(lamps, district="110101", retired=None)["component_code"].tolist() == [
        "1101010118000001"
    ]
