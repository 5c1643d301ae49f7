"""rotate_staff: nobody keeps a zone, everyone is used evenly, nobody is where they must not be."""

import datetime as dt
import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_staff import HOMES, STREETS, staff_of, zones_of

import gridgeo as gg
from gridgeo import ENVIRONMENT_ROLES, Role, assign_staff, rotate_staff
from gridgeo._staffing.rota import BLOCK, find_rings
from gridgeo.errors import CodeError, InputError, SchemaError

INSPECTOR = Role("inspector", "监督员", "Inspector")
PAIR = Role("inspector", "监督员", "Inspector", at_least=2, at_most=2)


def rotate(zones, staff, *roles, **options):
    """Plan a roster without hearing of zones where somebody has to stay, or of vacancies."""
    options = {"start": "2026-01-01", "roles": roles or [INSPECTOR]} | options
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="inspector: ")
        return rotate_staff(zones, staff, **options)


def kept(roster, zones=None):
    """Give the duties that somebody had in the period before, or has now."""
    duties = roster[["period", "zone_code", "staff_id"]]
    if zones is not None:
        ids = zones.set_index("zone_code")["inspector_id"].str.split("; ").explode()
        now = ids[ids != ""].rename("staff_id").reset_index().assign(period=0)
        duties = pd.concat([now, duties])
    return duties.merge(duties.assign(period=duties["period"] + 1))


@settings(max_examples=50)
@given(st.integers(1, 8), st.integers(2, 6), st.integers(1, 6))
def test_nobody_keeps_a_zone_and_use_differs_by_one_at_most(n_zones, n_persons, n_periods):
    """Of two persons or more each zone gets another every time, and all are used alike."""
    zones, staff = zones_of(*"A" * n_zones), staff_of(*"A" * n_persons, role="inspector")
    roster = rotate(zones, staff, n_periods=n_periods)
    assert len(roster) == n_zones * n_periods
    assert kept(roster).empty
    used = pd.crosstab(roster["period"], roster["staff_id"])
    used = used.reindex(columns=staff["staff_id"], fill_value=0).cumsum()
    assert (used.max(axis=1) - used.min(axis=1) <= 1).all()


@pytest.mark.parametrize("n_zones", [5, 10])
def test_pairs_of_a_crew_that_just_does_are_used_alike(n_zones):
    """Five persons in pairs: whoever would have a zone twice passes it on to who has fewest."""
    staff = staff_of(*"AAAAA", role="inspector")
    zones = assign_staff(zones_of(*"A" * n_zones), staff, roles=[PAIR])
    roster = rotate(zones, staff, PAIR, n_periods=5)
    used = pd.crosstab(roster["period"], roster["staff_id"]).cumsum()
    assert (used.max(axis=1) - used.min(axis=1) == 0).all()
    assert kept(roster, zones).empty


@settings(max_examples=50)
@given(st.integers(1, 6), st.integers(4, 9), st.integers(1, 5))
def test_pairs_turn_as_well(n_zones, n_persons, n_periods):
    """With two persons a zone nobody is twice in one, nobody stays, and none is left out."""
    zones, staff = zones_of(*"A" * n_zones), staff_of(*"A" * n_persons, role="inspector")
    roster = rotate(zones, staff, PAIR, n_periods=n_periods)
    assert len(roster) == 2 * n_zones * n_periods
    assert not roster.duplicated(["period", "zone_code", "staff_id"]).any()
    assert kept(roster).empty
    used = staff["staff_id"].map(roster["staff_id"].value_counts()).fillna(0)
    assert np.ptp(used) <= 2


@settings(max_examples=50)
@given(
    st.lists(STREETS, min_size=1, max_size=10),
    st.lists(HOMES, min_size=1, max_size=8),
    st.integers(1, 4),
)
def test_everyone_serves_at_home_and_once_in_a_zone(streets, homes, n_periods):
    """Persons bound to a street stay in it, and a zone is empty only where nobody may serve."""
    zones, staff = zones_of(*streets), staff_of(*homes, role="inspector")
    roster = rotate(zones, staff, n_periods=n_periods)
    full = roster.merge(staff, on="staff_id").merge(zones, on="zone_code", suffixes=("", "_zone"))
    assert ((full["street_code"] == "") | (full["street_code"] == full["street_code_zone"])).all()
    assert not roster.duplicated(["period", "zone_code"]).any()
    served = zones.loc[zones["street_code"].isin(homes) | ("" in homes), "zone_code"]
    assert roster.groupby("period")["zone_code"].nunique().eq(len(served)).all()


@pytest.mark.parametrize("n", range(2, 9))
def test_nobody_comes_back_before_all_others_were_there(n):
    """As many zones, persons and periods: everyone has every zone once, a Latin square."""
    zones, staff = zones_of(*"A" * n), staff_of(*"A" * n, role="inspector")
    roster = rotate(zones, staff, n_periods=n)
    assert roster.groupby(["zone_code", "staff_id"]).size().eq(1).all()


def test_without_that_rule_two_may_change_places_again_and_again():
    """Who only must not stay comes back after one period."""
    zones, staff = zones_of(*"AAAA"), staff_of(*"AAAA", role="inspector")
    roster = rotate(zones, staff, n_periods=4, avoid_repeat=False)
    assert kept(roster).empty
    assert roster.groupby(["zone_code", "staff_id"]).size().max() > 1


def test_one_zone_is_had_by_all_in_turn():
    """Four persons and one zone: all four, and only then the first again."""
    roster = rotate(zones_of("A"), staff_of(*"AAAA", role="inspector"), n_periods=8)
    first, second = roster["staff_id"][:4].tolist(), roster["staff_id"][4:].tolist()
    assert set(first) == set(second) == {"W0", "W1", "W2", "W3"}


def test_the_first_period_changes_what_is_now():
    """Who has a zone now does not have it in the first period."""
    zones = zones_of(*"AAA", inspector_id=["W0", "W1", "W2"])
    roster = rotate(zones, staff_of(*"AAA", role="inspector"), n_periods=3)
    assert kept(roster, zones).empty


def test_a_zone_keeps_its_number_of_persons():
    """A zone that has two persons now has two in every period, the other one."""
    zones = zones_of("A", "A", inspector_id=["W0; W1", "W2"])
    role = Role("inspector", "", "", at_most=None)
    roster = rotate(zones, staff_of(*"AAAAA", role="inspector"), role, n_periods=3)
    assert roster.groupby("zone_code").size().to_dict() == {"Z0": 6, "Z1": 3}


def test_a_single_person_has_to_stay_and_that_is_told():
    """Nobody else may serve in the street: the zone is not left empty, and a warning names it."""
    zones = zones_of("A", "B", "B", inspector_id=["W0", "W1", "W2"])
    staff = staff_of("A", "B", "B", role="inspector")
    with pytest.warns(UserWarning, match="inspector: somebody has to stay in Z0. Add staff"):
        roster = rotate_staff(zones, staff, start="2026-01-01", n_periods=2)
    assert roster.loc[roster["zone_code"] == "Z0", "staff_id"].tolist() == ["W0", "W0"]
    assert kept(roster, zones)["zone_code"].unique().tolist() == ["Z0"]


def test_zones_that_nobody_may_serve_are_told():
    """A street without anyone has no duties, and a warning names its zones."""
    with pytest.warns(UserWarning, match="inspector: persons are lacking in Z1"):
        roster = rotate_staff(
            zones_of("A", "B"), staff_of("A", "A", role="inspector"), start="2026-01-01"
        )
    assert set(roster["zone_code"]) == {"Z0"}


def test_deputies_who_turn_with_managers_never_meet_themselves():
    """Both roles rotate, drawn from one staff: in no period anyone is their own deputy."""
    manager = Role("manager", "", "")
    deputy = Role("deputy", "", "", drawn_from=("manager",), differs_from=("manager",))
    roster = rotate_staff(
        zones_of(*"AAAA"),
        staff_of(*"AAAA"),
        start="2026-01-01",
        roles=[manager, deputy],
        n_periods=4,
    )
    both = roster.pivot_table(
        index=["period", "zone_code"], columns="role", values="staff_id", aggfunc="first"
    )
    assert (both["manager"] != both["deputy"]).all()
    assert len(both) == 16


def test_who_does_not_rotate_bars_who_does():
    """The leader of a zone is never sent there as an inspector."""
    zones = zones_of(*"AA", leader_id=["W0", "W1"])
    role = Role("inspector", "", "", differs_from="leader")
    roster = rotate(zones, staff_of(*"AAAA", role="inspector"), role, n_periods=6)
    leaders = roster["zone_code"].map({"Z0": "W0", "Z1": "W1"})
    assert (roster["staff_id"] != leaders).all()
    assert kept(roster).empty


def test_a_limit_of_zones_holds_in_every_period():
    """Who may have one zone has one; what is left is told."""
    role = Role("inspector", "", "", max_zones=1)
    roster = rotate(zones_of(*"AAA"), staff_of("A", "A", role="inspector"), role)
    assert roster.groupby(["period", "staff_id"]).size().max() == 1


def test_a_large_place_is_parted_and_still_even():
    """Above the size of a ring zones and persons are parted alike; nobody stays."""
    n = 2 * BLOCK + 10
    zones, staff = zones_of(*"A" * n), staff_of(*"A" * 90, role="inspector")
    roster = rotate(zones, staff, n_periods=2)
    assert len(roster) == 2 * n
    assert kept(roster).empty
    assert np.ptp(roster["staff_id"].value_counts()) <= 2


@pytest.mark.parametrize("homes", [["A", "A", "A"], ["A", "A", ""]])
def test_a_small_crew_serves_all_of_a_large_place(homes):
    """Three persons for more zones than one ring holds: every zone is served, nobody stays."""
    n = 2 * BLOCK + 10
    zones, staff = zones_of(*"A" * n), staff_of(*homes, role="inspector")
    roster = rotate(zones, staff, n_periods=2)
    assert len(roster) == 2 * n
    assert kept(roster).empty


def test_a_limit_of_zones_holds_in_a_large_place():
    """Three persons may have five zones each of 810: fifteen are served in a period."""
    zones, staff = zones_of(*"A" * (2 * BLOCK + 10)), staff_of(*"AAA", role="inspector")
    role = Role("inspector", "", "", max_zones=5)
    roster = rotate(zones, staff, role, n_periods=2)
    assert roster.groupby(["period", "staff_id"]).size().tolist() == [5] * 6


def test_those_who_serve_everywhere_go_where_most_is_to_do():
    """Streets without anyone come first, then those with most zones for each person."""
    place = np.repeat([0, 1, 2], [6, 2, 3])
    number = np.full(11, BLOCK // 4)
    crew = np.array([0, 1, -1, -1])
    rings = find_rings(place, number, np.arange(11), crew, 9)
    alone = next(ring for ring in rings if 2 in place[ring.zone])
    assert {2, 3} & set(alone.person.tolist())


def test_the_sample_city_rotates():
    """Environmental pairs of 182 zones for six quarters: nobody keeps a zone."""
    zones = gg.datasets.read_sample("communities").rename(columns={"area_code": "zone_code"})
    zones["street_code"] = zones["zone_code"].str[:9]
    staff = gg.datasets.read_staff()
    out = assign_staff(zones, staff, roles=ENVIRONMENT_ROLES)
    roster = rotate_staff(out, staff, start="2026-01-01", roles=ENVIRONMENT_ROLES[1:], n_periods=6)
    assert len(roster) == 6 * 2 * len(zones)
    assert kept(roster, out).empty
    home = staff.set_index("staff_id")["street_code"]
    used = roster["staff_id"].value_counts()
    own = home[used.index] != ""
    assert used[own.to_numpy()].groupby(home).agg(np.ptp).max() <= 1


@pytest.mark.parametrize(
    ("period", "starts"),
    [
        (pd.DateOffset(months=1), ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ("30D", ["2026-01-31", "2026-03-02", "2026-04-01"]),
        ("QS", ["2026-01-31", "2026-04-01", "2026-07-01"]),
        (dt.timedelta(weeks=1), ["2026-01-31", "2026-02-07", "2026-02-14"]),
    ],
)
def test_periods_follow_the_calendar(period, starts):
    """Months end where they end; names of pandas, offsets and differences of time are taken."""
    roster = rotate(
        zones_of("A"),
        staff_of("A", "A", role="inspector"),
        start=dt.date(2026, 1, 31),
        period=period,
        n_periods=3,
    )
    assert roster["period_start"].dt.strftime("%Y-%m-%d").tolist() == starts
    assert roster["period"].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"start": "someday"}, InputError, "`start` must be a day"),
        ({"period": "quarterly"}, InputError, "`period` an offset of pandas"),
        ({"period": "-1D"}, InputError, "must lead on from `start`"),
        ({"start": None}, InputError, "`start` must be a day"),
        ({"n_periods": 0}, InputError, "`n_periods` must be a whole number from 1"),
        ({"n_periods": 1.5}, InputError, "`n_periods`"),
        ({"roles": []}, InputError, "one Role or more"),
    ],
)
def test_what_is_no_roster_is_refused(options, error, match):
    """Days, periods and numbers that cannot be are named, with an example."""
    with pytest.raises(error, match=match):
        rotate(zones_of("A"), staff_of("A", role="inspector"), **options)


def test_bad_frames_are_refused():
    """Staff listed twice and zones without their place are named as everywhere."""
    staff = staff_of("A", "A", role="inspector")
    with pytest.raises(CodeError, match="listed twice"):
        rotate(zones_of("A"), staff.assign(staff_id="W"))
    with pytest.raises(SchemaError, match="lacks 'street_code'"):
        rotate(zones_of("A").drop(columns="street_code"), staff)
