"""assign_staff: every zone its persons, everyone used evenly, nobody where they must not be."""

import warnings

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.optimize import linprog

import gridgeo as gg
from gridgeo import CITY_ROLES, ENVIRONMENT_ROLES, LABOUR_ROLES, Role, assign_staff
from gridgeo._staffing.board import Barred, Board, Hands
from gridgeo._staffing.duties import _fill_up, _overflow
from gridgeo._staffing.passing import fill_by_chains
from gridgeo.errors import CodeError, InputError, SchemaError

MANAGER = Role("manager", "网格长", "Grid manager")


def zones_of(*streets, **columns):
    """Give zones by the street of each, side by side from west to east."""
    x = np.arange(len(streets))
    frame = {"zone_code": [f"Z{n}" for n in x], "street_code": list(streets)} | columns
    return gpd.GeoDataFrame(frame, geometry=shapely.box(x, 0, x + 1, 1), crs="EPSG:4547")


def staff_of(*streets, role="manager", **columns):
    """Give persons by the street of each; empty text serves everywhere."""
    n = len(streets)
    frame = {
        "staff_id": [f"W{at}" for at in range(n)],
        "name": [f"Person {at}" for at in range(n)],
        "role": role,
        "street_code": list(streets),
    }
    return pd.DataFrame(frame | columns)


def assign(zones, staff, *roles, **options):
    """Assign without hearing of vacancies."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="zones lack persons")
        return assign_staff(zones, staff, roles=roles, **options)


def duties(zones, role="manager"):
    """Give one row for every duty: the zone's row, the person's id, the street."""
    ids = zones[f"{role}_id"].str.split("; ").explode()
    ids = ids[ids != ""]
    return pd.DataFrame(
        {"zone": ids.index, "staff_id": ids, "street": zones["street_code"][ids.index]}
    )


def most_posts(zones, staff, role, cap, barred=()):
    """Count how many posts can be filled if nobody has more zones than the cap: by an LP."""
    pairs = [
        (zone, person)
        for zone, street in enumerate(zones["street_code"])
        for person, home in enumerate(staff["street_code"])
        if home in ("", street) and (zone, person) not in barred
    ]
    if not pairs:
        return 0
    rows = np.zeros((len(zones) + len(staff), len(pairs)))
    for column, (zone, person) in enumerate(pairs):
        rows[zone, column] = rows[len(zones) + person, column] = 1
    limits = [role.at_least] * len(zones) + [cap] * len(staff)
    found = linprog(-np.ones(len(pairs)), A_ub=rows, b_ub=limits, bounds=(0, 1))
    return round(-found.fun)


STREETS = st.sampled_from(["A", "B", "C"])
HOMES = st.sampled_from(["A", "B", "C", ""])


@st.composite
def cities(draw):
    """Draw zones and staff of up to three streets."""
    zones = zones_of(*draw(st.lists(STREETS, min_size=1, max_size=12)))
    return zones, staff_of(*draw(st.lists(HOMES, min_size=1, max_size=8)))


@given(cities(), st.integers(1, 3), st.none() | st.integers(1, 4))
def test_as_many_posts_are_filled_as_can_be(city, at_least, max_zones):
    """No other assignment fills more posts, whatever places, limits and numbers ask for."""
    zones, staff = city
    role = Role("manager", "", "", at_least=at_least, at_most=at_least, max_zones=max_zones)
    found = duties(assign(zones, staff, role))
    assert len(found) == most_posts(zones, staff, role, max_zones or len(zones))


@given(cities(), st.integers(1, 3))
def test_nobody_has_more_zones_than_needed(city, at_least):
    """The one with most zones has no more than in the best of all assignments."""
    zones, staff = city
    role = Role("manager", "", "", at_least=at_least, at_most=at_least)
    found = duties(assign(zones, staff, role))
    assume(len(found))
    least = next(
        cap for cap in range(1, len(zones) + 1) if most_posts(zones, staff, role, cap) == len(found)
    )
    assert found["staff_id"].value_counts().max() == least


@given(cities(), st.integers(1, 3), st.integers(0, 2), st.none() | st.integers(1, 3))
def test_everyone_serves_at_home_and_once_in_a_zone(city, at_least, more, max_zones):
    """Persons bound to a street stay in it, no zone has anyone twice, and limits hold."""
    zones, staff = city
    role = Role("manager", "", "", at_least=at_least, at_most=at_least + more, max_zones=max_zones)
    found = duties(assign(zones, staff, role)).merge(staff, on="staff_id", validate="many_to_one")
    assert ((found["street_code"] == "") | (found["street_code"] == found["street"])).all()
    assert not found.duplicated(["zone", "staff_id"]).any()
    assert (found["zone"].value_counts() <= at_least + more).all()
    assert (found["staff_id"].value_counts() <= (max_zones or len(zones))).all()


@given(cities())
def test_those_of_one_street_differ_by_one_zone_at_most(city):
    """Within a street nobody has two zones more than another who serves only there."""
    zones, staff = city
    staff = staff[staff["street_code"] != ""]
    assume(len(staff))
    found = duties(assign(zones, staff, MANAGER))
    number = staff["staff_id"].map(found["staff_id"].value_counts()).fillna(0)
    spread = number.groupby(staff["street_code"]).agg(np.ptp)
    assert spread.max() <= 1


@given(cities(), st.lists(st.integers(0, 50), min_size=12, max_size=12))
def test_no_zone_could_pass_on_and_level_the_load(city, loads):
    """With loads, no zone can go to another person so that the heavier of both carries less."""
    zones, staff = city
    zones = zones.assign(load=loads[: len(zones)])
    out = duties(assign(zones, staff, MANAGER))
    assume(len(out) and sum(loads[: len(zones)]))
    load = np.maximum(zones["load"], zones["load"].mean() / 100)
    carried = load[out["zone"]].groupby(out["staff_id"].to_numpy()).sum()
    carried = carried.reindex(staff["staff_id"], fill_value=0.0)
    for _, zone, holder, street in out.itertuples():
        others = staff.loc[staff["street_code"].isin(["", street]), "staff_id"]
        gain = carried[holder] - carried[others] - load[zone]
        assert (gain.drop(holder) <= 1e-6).all()


@given(cities(), cities())
def test_a_further_run_changes_nothing_and_new_zones_take_nobody_away(city, later):
    """Who has a zone keeps it: nothing moves without need, whatever zones are added."""
    zones, staff = city
    out = assign(zones, staff, MANAGER)
    pd.testing.assert_frame_equal(assign(out, staff, MANAGER), out)
    more = later[0].assign(zone_code=[f"N{n}" for n in range(len(later[0]))])
    grown = pd.concat([out, more], ignore_index=True)
    again = assign(grown, staff, MANAGER)
    had = (out["manager_id"] != "").to_numpy()
    assert (again["manager_id"][: len(out)][had] == out["manager_id"][had]).all()
    assert again["zone_code"].equals(grown["zone_code"])


@given(st.lists(STREETS, min_size=1, max_size=12), st.lists(STREETS, min_size=1, max_size=8))
def test_deputies_drawn_from_managers_never_stand_in_for_themselves(zone_streets, homes):
    """Where a street has two managers each stands in for another, evenly; one has no deputy."""
    deputy = Role("deputy", "", "", drawn_from=("manager",), differs_from=("manager",))
    zones, staff = zones_of(*zone_streets), staff_of(*homes)
    out = assign(zones, staff, MANAGER, deputy)
    n_here = out["street_code"].map(pd.Series(homes).value_counts()).fillna(0)
    assert (out["manager_id"] != out["deputy_id"])[n_here > 0].all()
    assert ((out["deputy_id"] != "") == (n_here > 1)).all()


def test_roles_that_differ_hold_whichever_comes_first():
    """The deputy is there already; the manager given later is another person."""
    zones = zones_of("A", deputy=["Person 0"], deputy_id=["W0"])
    deputy = Role("deputy", "", "", drawn_from=("manager",), differs_from=("manager",))
    out = assign(zones, staff_of("A", "A"), MANAGER, deputy)
    assert out.loc[0, ["manager_id", "deputy_id"]].tolist() == ["W1", "W0"]


def test_those_who_serve_everywhere_go_where_most_is_to_do():
    """Street A has 6 zones and one person, B has 2 and one: both who are free go to A."""
    zones = zones_of(*"AAAAAABB")
    out = duties(assign(zones, staff_of("A", "B", "", ""), MANAGER))
    number = out.groupby("staff_id").size()
    assert number.to_dict() == {"W0": 2, "W1": 2, "W2": 2, "W3": 2}
    assert set(out.loc[out["staff_id"].isin(["W2", "W3"]), "street"]) == {"A"}


def test_a_street_without_anyone_is_shared_by_those_who_are_free():
    """One person who serves everywhere takes zones of two streets that have nobody."""
    out = assign(zones_of(*"AABBCC"), staff_of("A", ""), MANAGER)
    assert out["manager_id"].tolist() == ["W0", "W0", "W1", "W1", "W1", "W1"]


def test_spare_persons_go_where_the_load_is():
    """Five inspectors for three zones: two more go to the heaviest, none stays idle."""
    role = Role("inspector", "", "", at_most=None)
    zones = zones_of(*"AAA", load=[10.0, 60.0, 20.0])
    out = assign(zones, staff_of(*"AAAAA", role="inspector"), role)
    assert out["inspector_id"].str.split("; ").str.len().tolist() == [1, 3, 1]
    assert len(set(duties(out, "inspector")["staff_id"])) == 5


def test_at_most_keeps_spare_persons_out():
    """One or two for each of two zones: the fifth of five has none."""
    role = Role("inspector", "", "", at_most=2)
    out = assign(zones_of(*"AA"), staff_of(*"AAAAA", role="inspector"), role)
    assert out["inspector_id"].str.split("; ").str.len().tolist() == [2, 2]


def test_what_one_person_has_lies_together():
    """On a board of 8 by 8 zones four persons get four connected pieces, as deputies too."""
    x, y = np.meshgrid(np.arange(8), np.arange(8))
    shapes = shapely.box(x.ravel(), y.ravel(), x.ravel() + 1, y.ravel() + 1)
    zones = gpd.GeoDataFrame(
        {"zone_code": [f"Z{n:02}" for n in range(64)]}, geometry=shapes, crs="EPSG:4547"
    ).sample(frac=1, random_state=1)
    deputy = Role("deputy", "", "", drawn_from="manager", differs_from="manager")
    out = assign(zones, staff_of("", "", "", ""), MANAGER, deputy)
    for role in ("manager_id", "deputy_id"):
        pieces = out.dissolve(role)
        assert (pieces.geom_type == "Polygon").all()
        assert pieces.area.tolist() == [16, 16, 16, 16]


def test_a_large_place_asks_everyone_for_what_its_own_cannot_fill():
    """Of 810 zones a third is closed to the two who serve nearby; the one far off takes it."""
    leaders = ["W0; W1"] * 270 + [""] * 540
    role = Role("manager", "", "", differs_from="leader")
    out = assign(zones_of(*"A" * 810, leader_id=leaders), staff_of(*"AAA"), role)
    assert (out["manager_id"][:270] == "W2").all()
    assert out["manager_id"].value_counts().tolist() == [270, 270, 270]


def test_a_new_zone_goes_to_the_nearest_of_those_with_least():
    """Two persons have one zone each; a third zone beside the second goes to its person."""
    zones = zones_of(
        "A", "A", "A", manager=["Person 0", "Person 1", ""], manager_id=["W0", "W1", ""]
    )
    out = assign(zones, staff_of("A", "A"), MANAGER)
    assert out["manager_id"].tolist() == ["W0", "W1", "W1"]


def test_a_chain_of_persons_fills_a_post_that_no_single_one_can():
    """The only one with room may not serve in the bare zone; another passes a zone on to them."""
    hands = Hands(np.array([0, 0]), np.array([1.0, 0.0]), np.array([0, 1]), np.full((2, 2), np.nan))
    board = Board(
        zone=np.array([0, 1]),
        place=np.array([0, 0]),
        load=np.ones(2),
        xy=np.zeros((2, 2)),
        person=np.array([0, -1]),
    )
    fill_by_chains(board, hands, Barred(np.array([1]), np.array([1]), 2))
    assert board.person.tolist() == [1, 0]
    assert hands.room.tolist() == [0, 0]
    assert hands.load.tolist() == [1.0, 1.0]


def test_a_new_zone_whose_place_nobody_serves_stays_empty_while_others_are_at_their_limit():
    """A zone where nobody may serve lacks a person, whether or not others have room."""
    role = Role("inspector", "监督员", "Inspector", max_zones=1)
    staff = staff_of("S0", role="inspector")
    staffed = assign(zones_of("S0"), staff, role)
    grown = zones_of("S0", "S1", inspector=["Person 0", ""], inspector_id=["W0", ""])
    with pytest.warns(UserWarning, match=r"zones lack persons; inspector: Z1, nobody else"):
        again = assign_staff(grown, staff, roles=[role])
    assert again["inspector_id"].tolist() == [*staffed["inspector_id"], ""]


def test_nobody_is_left_without_a_zone_where_a_role_has_room_for_more():
    """Who serves everywhere takes a heavy zone, and the person of the place still gets one."""
    role = Role("inspector", "监督员", "Inspector", at_most=None)
    zones = zones_of("B", "A", "A", load=[5.0, 1.0, 1.0])
    staff = staff_of("B", "A", "", "B", role="inspector")
    staffed = assign(zones, staff, role)
    assert set(duties(staffed, "inspector")["staff_id"]) == {*staff["staff_id"]}
    assert assign(staffed, staff, role).equals(staffed)


def test_labour_inspection_gets_full_time_and_part_time():
    """1 full-time inspector, 1 or 2 part-time and 2 assistants or more in each zone."""
    staff = pd.concat(
        [
            staff_of(*"AAA", role="inspector", full_time=[True, False, True]),
            staff_of(*"AAAA", role="assistant", full_time=False).assign(
                staff_id=[f"H{n}" for n in range(4)]
            ),
            staff_of("A", "A", role="兼职监察员", full_time=False).assign(staff_id=["P0", "P1"]),
        ],
        ignore_index=True,
    )
    out = assign_staff(zones_of(*"AA"), staff, roles=LABOUR_ROLES)
    assert set(out["full_time_inspector_id"]) == {"W0", "W2"}
    assert set(duties(out, "part_time_inspector")["staff_id"]) == {"W1", "P0", "P1"}
    assert out["assistant_id"].str.split("; ").str.len().tolist() == [2, 2]
    assert gg.check_staffing(out, staff, roles=LABOUR_ROLES).ok


def test_the_sample_city_is_staffed():
    """The bundled staff serves 182 zones, everyone in their own street, and nobody is idle."""
    zones = gg.datasets.read_sample("communities").rename(columns={"area_code": "zone_code"})
    zones["street_code"] = zones["zone_code"].str[:9]
    staff = gg.datasets.read_staff()
    out = assign_staff(zones, staff)
    report = gg.check_staffing(out, staff)
    assert report.ok
    assert (report.persons["note"] == "").all()
    assert (out["leader"] == out["leader_id"].map(staff.set_index("staff_id")["name"])).all()
    assert out.drop(columns=[n for r in CITY_ROLES for n in (r.key, r.id_column)]).equals(zones)


def test_whoever_left_is_replaced_and_named():
    """A person who is in the staff no more goes, with a warning, and the zone gets another."""
    zones = zones_of("A", "A", manager=["Old", "Person 1"], manager_id=["W9", "W1"])
    with pytest.warns(
        UserWarning, match="1 persons named in zones are not in the staff any more.*W9"
    ):
        out = assign_staff(zones, staff_of("A", "A"), roles=[MANAGER])
    assert out["manager_id"].tolist() == ["W0", "W1"]
    assert out["manager"].tolist() == ["Person 0", "Person 1"]


def test_a_zone_without_a_candidate_is_named():
    """A zone of a street where nobody may serve stays empty, and the warning says which."""
    with pytest.warns(
        UserWarning, match="manager: Z1, nobody else may serve there.*check_staffing"
    ):
        out = assign_staff(zones_of("A", "B"), staff_of("A"), roles=[MANAGER])
    assert out["manager_id"].tolist() == ["W0", ""]
    assert out["manager"].tolist() == ["Person 0", ""]


def test_a_misspelled_role_of_the_staff_is_named():
    """Where nobody has a role the warning tells which roles there are."""
    with pytest.warns(UserWarning, match="nobody in the staff has the role 'manager'.*'manger'"):
        assign_staff(zones_of("A"), staff_of("A", role="manger"), roles=[MANAGER])


def test_the_name_of_a_role_is_as_good_as_its_key():
    """Staff lists write 网格长 or Grid manager."""
    staff = staff_of("A", "A", role=["网格长", "Grid manager"])
    assert assign(zones_of(*"AA"), staff, MANAGER)["manager_id"].tolist() == ["W0", "W1"]


def test_places_agree_as_text_or_number():
    """A street that a spreadsheet made a number of, with or without blanks, is the same street."""
    zones = zones_of("110101001", "110101002")
    staff = staff_of("", "", "", role=["manager", "manager", "clerk"])
    staff["street_code"] = [110101002.0, 110101001.0, None]
    assert assign(zones, staff, MANAGER)["manager_id"].tolist() == ["W1", "W0"]


def test_the_input_is_not_changed_and_keeps_index_columns_and_type():
    """A new frame comes back; index, geometry and other columns are as they were."""
    zones = zones_of("A", "A", note=["x", "y"]).set_axis(["p", "q"])
    before, staff = zones.copy(), staff_of("A")
    out = assign(zones, staff, MANAGER)
    assert zones.equals(before)
    assert isinstance(out, gpd.GeoDataFrame)
    assert out.crs == zones.crs
    assert out.index.tolist() == ["p", "q"]
    assert out[before.columns].equals(before)
    assert str(out["manager_id"].dtype) == "str"


def test_zones_without_a_place_on_the_ground_are_staffed_too():
    """Null and empty geometries, and a table without any, get their persons."""
    zones = zones_of(*"AAA")
    zones.geometry = [None, shapely.Polygon(), zones.geometry[2]]
    for frame in (zones, pd.DataFrame(zones.drop(columns="geometry"))):
        assert (assign(frame, staff_of("A"), MANAGER)["manager_id"] == "W0").all()


def test_ids_are_read_as_people_write_them():
    """Ids joined by a Chinese semicolon or without space are the same ids."""
    zones = zones_of("A", manager_id=["W0；W1;"], manager=["a; b"])  # noqa: RUF001
    out = assign(zones, staff_of("A", "A"), Role("manager", "", "", at_most=2))
    assert out.loc[0, "manager_id"] == "W0; W1"
    assert out.loc[0, "manager"] == "Person 0; Person 1"


def test_names_that_look_like_formulas_stay(tmp_path):
    """A name keeps its first character; in a csv it is no formula, and it comes back whole."""
    names = ["=1+1", "+86 Li", "-Wang", "@Zhao", "<b>Wu</b>"]
    staff = staff_of(*"AAAAA", name=names)
    out = assign(zones_of(*"AAAAA"), staff, MANAGER)
    assert sorted(out["manager"]) == sorted(names)
    gg.write_frame(staff, tmp_path / "staff.csv")
    assert "\n=1" not in (tmp_path / "staff.csv").read_text(encoding="utf-8-sig")
    assert gg.read_staff(tmp_path / "staff.csv")["name"].tolist() == names


def test_loads_of_nothing_count_one_each():
    """Where all loads are 0, zones are counted."""
    out = assign(zones_of(*"AAAA", load=[0, 0, 0, 0]), staff_of("A", "A"), MANAGER)
    assert out["manager_id"].value_counts().tolist() == [2, 2]


def test_persons_of_one_zone_share_its_load():
    """Two persons of a zone of 10 carry 5 each, so one of them takes a zone of 8, not both W2."""
    zones = zones_of(*"AAA", load=[10.0, 8.0, 8.0], manager=["a; b", "", ""])
    zones["manager_id"] = ["W0; W1", "", ""]
    out = assign(zones, staff_of(*"AAA"), Role("manager", "", "", at_most=2))
    assert out["manager_id"][0] == "W0; W1"
    assert out["manager_id"].tolist().count("W2") == 1


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        ({"staff_id": ["W1", "W1"]}, CodeError, "listed twice.*rows 0, 1"),
        ({"staff_id": ["W1", ""]}, CodeError, "needs a code in 'staff_id'.*row 1"),
        ({"staff_id": ["W1", "W2;W3"]}, CodeError, "no 'staff_id' may have a semicolon.*row 1"),
        ({"staff_id": [1, 2]}, CodeError, "must be text"),
        ({"name": ["Li", None]}, SchemaError, "every person needs a 'name'.*row 1"),
        ({"role": [None, "manager"]}, SchemaError, "every person needs a 'role'.*row 0"),
    ],
)
def test_bad_staff_is_refused(change, error, match):
    """A person listed twice, without an id, a name or a role is named by row."""
    with pytest.raises(error, match=match):
        assign_staff(zones_of("A"), staff_of("A", "A").assign(**change), roles=[MANAGER])


@pytest.mark.parametrize(
    ("zones", "options", "error", "match"),
    [
        (zones_of("A", "A", load=[1.0, -1.0]), {}, SchemaError, "'load' must be numbers.*row 1"),
        (zones_of("A", load=[np.nan]), {}, SchemaError, "'load' must be numbers.*row 0"),
        (zones_of("A"), {"load": "work"}, SchemaError, "lacks 'work'"),
        (zones_of("A").drop(columns="street_code"), {}, SchemaError, "lacks 'street_code', which"),
        (zones_of("A", manager=["Li"]), {}, SchemaError, "'manager_id' is not there"),
        (zones_of("A").assign(zone_code=None), {}, CodeError, "needs a code"),
        (zones_of("A").iloc[:0], {}, SchemaError, "has no rows"),
        (zones_of("A"), {"roles": []}, InputError, "one Role or more"),
        (zones_of("A"), {"roles": ["manager"]}, InputError, "one Role or more"),
        (zones_of("A"), {"roles": [MANAGER, MANAGER]}, InputError, "'manager'.* twice"),
        (
            zones_of("A"),
            {"roles": [Role("manager", "", "", differs_from="leader")]},
            InputError,
            "differs from 'leader', which is neither",
        ),
        (
            zones_of("A"),
            {"roles": [Role("manager", "", "", full_time=True)]},
            SchemaError,
            "lacks 'full_time'",
        ),
    ],
)
def test_what_cannot_be_used_is_refused(zones, options, error, match):
    """Loads, places, names without ids and roles that cannot be are named, with the remedy."""
    with pytest.raises(error, match=match):
        assign_staff(zones, staff_of("A"), **{"roles": [MANAGER]} | options)


@pytest.mark.parametrize("told", [None, "yes", 1])
def test_full_time_must_be_told_where_a_role_asks(told):
    """Neither a blank nor a word is True or False."""
    staff = staff_of("A", "A", full_time=pd.Series([True, told], dtype=object))
    role = Role("manager", "", "", full_time=True)
    with pytest.raises(SchemaError, match=r"neither True nor False here.*row 1"):
        assign_staff(zones_of("A"), staff, roles=[role])


@pytest.mark.parametrize(
    ("key", "options", "match"),
    [
        ("load", {}, "cannot be called 'load'"),
        (" ", {}, "cannot be called"),
        ("r", {"at_least": -1}, "`at_least` of 'r'"),
        ("r", {"at_least": 3, "at_most": 2}, "`at_most` of 'r' must be a whole number from 3"),
        ("r", {"at_least": None}, "`at_least`"),
        ("r", {"max_zones": 0}, "`max_zones`"),
        ("r", {"at_most": True}, "`at_most`"),
    ],
)
def test_a_role_that_no_zone_could_meet_is_refused(key, options, match):
    """Numbers and keys that cannot be are named where the role is made."""
    with pytest.raises(InputError, match=match):
        Role(key, "", "", **options)


def test_environment_asks_for_two_inspectors():
    """At least two inspectors a zone, who may not be one person."""
    staff = pd.concat([staff_of("A", role="leader"), staff_of("A", role="inspector")])
    staff["staff_id"] = ["L", "W"]
    with pytest.warns(UserWarning, match="inspector: Z0"):
        out = assign_staff(zones_of("A"), staff, roles=ENVIRONMENT_ROLES)
    assert out.loc[0, ["leader_id", "inspector_id"]].tolist() == ["L", "W"]


@given(
    cities(),
    st.integers(1, 3),
    st.lists(st.integers(0, 60), max_size=8),
    st.none() | st.integers(1, 3),
)
def test_bars_leave_no_post_empty_that_could_be_filled(city, at_least, pairs, max_zones):
    """Whoever serves in a zone in another role is barred, and still no post could be filled."""
    zones, staff = city
    barred = {(pair % len(zones), pair % len(staff)) for pair in pairs}
    held = ["; ".join(f"W{p}" for z, p in sorted(barred) if z == at) for at in range(len(zones))]
    role = Role("manager", "", "", at_least, at_least, max_zones=max_zones, differs_from="leader")
    found = duties(assign(zones.assign(leader_id=held), staff, role))
    assert not barred & set(zip(found["zone"], found["staff_id"].str[1:].astype(int), strict=True))
    cap = max_zones or len(zones)
    assert len(found) == most_posts(zones, staff, role, cap, barred)
    if len(found):
        least = found["staff_id"].value_counts().max() - 1
        assert most_posts(zones, staff, role, least, barred) < len(found)


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9)), min_size=1, max_size=12),
    st.lists(st.integers(0, 40), min_size=3, max_size=3),
    st.booleans(),
)
def test_filling_up_levels_each_group(persons, total, whole):
    """All of a total is shared out, and whoever gets any stands no higher than the lowest."""
    group, load = np.array(persons).T
    total = np.where(np.bincount(group, minlength=3) > 0, total, 0).astype(float)
    amount = _fill_up(total, group, load.astype(float), whole=whole)
    assert np.bincount(group, weights=amount, minlength=3) == pytest.approx(total)
    step = 1 if whole else 1e-9
    for one in range(3):
        own = group == one
        high = (load + amount)[own & (amount > 0)]
        assert (high <= (load + amount)[own].min(initial=np.inf) + step).all()


def test_the_highest_places_overflow():
    """Of 20, 8 and 3 for one person each and two who are free: 28 for four, the last keeps 3."""
    over = _overflow(np.array([20.0, 8.0, 3.0]), np.array([0, 1, 2]), np.zeros(3), np.zeros(2))
    assert over == pytest.approx([13.0, 1.0, 0.0])
