"""Zones that are there stay: few cells change, codes are kept, locked cells do not move."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lattices import lattice, tasks
from test_zones import assert_sound, loads_of

from gridgeo.dissolving import dissolve_zones
from gridgeo.errors import InputError, SchemaError
from gridgeo.zones import cells_to_zones


def square(n=12, **columns):
    """A city of n by n cells."""
    return lattice(np.ones((n, n), dtype=bool), **columns)


@settings(max_examples=50)
@given(tasks(), st.integers(0, 9))
def test_with_the_same_load_no_cell_changes(task, seed):
    """Also where balance could not be reached, and whatever the seed is."""
    cells, n_zones = task
    asked = {"n_zones": n_zones, "load": "w", "within": "u"}
    made = cells_to_zones(cells, **asked)
    again = cells_to_zones(made, **asked, previous="zone_code", seed=seed)
    assert again["zone_code"].tolist() == made["zone_code"].tolist()


@settings(max_examples=40)
@given(tasks(), st.integers(-3, 3), st.integers(0, 99))
def test_other_loads_and_numbers_leave_sound_zones(task, more, seed):
    """As many as asked for, connected and inside units; what survives keeps its code."""
    cells, n_zones = task
    made = cells_to_zones(cells, n_zones=n_zones, load="w", within="u")
    n_new = int(np.clip(n_zones + more, cells["u"].nunique(), len(cells)))
    rng = np.random.default_rng(seed)
    made["w"] += rng.random(len(made)) * made["w"].mean()
    again = cells_to_zones(made, n_zones=n_new, load="w", within="u", previous="zone_code")
    assert_sound(again, n_new)


@settings(max_examples=40)
@given(tasks(), st.floats(0.05, 0.5), st.integers(0, 99))
def test_locked_cells_stay(task, share, seed):
    """Under other loads they keep their zones, or it is said which of them cannot."""
    cells, n_zones = task
    made = cells_to_zones(cells, n_zones=n_zones, load="w", within="u")
    rng = np.random.default_rng(seed)
    made["w"] = rng.permutation(made["w"])
    made["lock"] = rng.random(len(made)) < share
    asked = {"n_zones": n_zones, "load": "w", "within": "u", "previous": "zone_code"}
    try:
        again = cells_to_zones(made, **asked, locked="lock")
    except InputError as error:
        assert made.loc[[*error.rows], "lock"].all()  # noqa: PT017
        return
    stayed = again["zone_code"] == made["zone_code"]
    assert stayed[made["lock"]].all()
    assert_sound(again, n_zones)


def test_two_percent_more_components_change_few_cells():
    """Under 5 % of the cells, here none or some on a border, and balance holds."""
    rng = np.random.default_rng(3)
    cells = square(40, w=rng.poisson(20, 1600).astype(float))
    made = cells_to_zones(cells, n_zones=20, load="w")
    changed = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        added = np.bincount(rng.integers(0, 1600, int(made["w"].sum() * 0.02)), minlength=1600)
        more = made.assign(w=made["w"] + added)
        again = cells_to_zones(more, n_zones=20, load="w", previous="zone_code")
        changed.append((again["zone_code"] != made["zone_code"]).mean())
        loads = loads_of(again)
        assert loads.max() / loads.mean() <= 1.05
    assert max(changed) < 0.05


def test_a_load_that_grows_in_one_place_moves_the_borders_there():
    """The zone that became too heavy gives cells away, zones far off keep theirs."""
    cells = square(20, w=1.0)
    made = cells_to_zones(cells, n_zones=16, load="w")
    corner = made["zone_code"] == made["zone_code"].iloc[0]
    more = made.assign(w=np.where(corner, 1.3, 1.0))
    again = cells_to_zones(more, n_zones=16, load="w", previous="zone_code")
    loads = loads_of(again)
    assert loads.max() / loads.mean() <= 1.05
    changed = again["zone_code"] != made["zone_code"]
    assert 0 < changed.mean() < 0.15
    assert set(again["zone_code"]) == set(made["zone_code"])


def test_codes_survive_and_new_ones_go_on():
    """A zone more gets the next number, though an earlier one is free; codes keep their form."""
    made = cells_to_zones(square(), n_zones=6)
    named = made["zone_code"].replace({f"Z0{n}": f"Z{n + 200}" for n in range(1, 7)})
    more = cells_to_zones(made, n_zones=7, previous=named)
    assert sorted(set(more["zone_code"])) == [f"Z{n}" for n in range(201, 208)]
    fewer = cells_to_zones(made, n_zones=4, previous=named)
    assert len(set(fewer["zone_code"])) == 4
    assert set(fewer["zone_code"]) < set(named)


def test_names_of_ones_own_survive():
    """Codes of before may be any text; only new zones are numbered."""
    cells = square(6)
    cells["hand"] = np.where(cells.geometry.bounds["minx"] < 300, "Old town", "Harbour")
    made = cells_to_zones(cells, n_zones=3, previous="hand")
    assert {"Old town", "Harbour"} < set(made["zone_code"])
    assert set(made["zone_code"]) - {"Old town", "Harbour"} == {"Z01"}


def test_numbers_are_codes_without_a_point():
    """Zones and units numbered 1 and 2 with gaps, which pandas holds as fractions."""
    cells = square(4, u=[1.0] * 8 + [2.0] * 8)
    before = pd.Series([1.0] * 7 + [np.nan] * 2 + [2.0] * 7)
    made = cells_to_zones(cells, n_zones=2, within="u", previous=before)
    assert made["zone_code"].tolist() == ["1"] * 8 + ["2"] * 8
    anew = cells_to_zones(cells, n_zones=2, within="u")
    assert anew["zone_code"].tolist() == ["1Z01"] * 8 + ["2Z01"] * 8
    assert dissolve_zones(cells, by="u")["u"].tolist() == ["1", "2"]


def test_cells_without_a_zone_join_one_beside_them():
    """New cells along a border; nobody else changes, and no number has to be given."""
    made = cells_to_zones(square(12), n_zones=4)
    before = made["zone_code"].where(made.geometry.bounds["miny"] > 0, "")
    again = cells_to_zones(made, previous=before, tolerance=0.2)
    assert again["zone_code"].tolist() == made["zone_code"].tolist()


def test_a_zone_in_pieces_is_mended():
    """A cell that was coded wrongly by hand goes back to those around it."""
    made = cells_to_zones(square(12), n_zones=4)
    wrong = made["zone_code"].copy()
    wrong.iloc[0] = wrong.iloc[-1]
    again = cells_to_zones(made, n_zones=4, previous=wrong)
    assert again["zone_code"].tolist() == made["zone_code"].tolist()


def test_locked_cells_that_are_cut_off_are_named():
    """The ends of a street in one zone, its middle in another: nothing can join them."""
    cells = lattice(np.ones((1, 9), dtype=bool), zone=[*"AAABBBAAA"], lock=True)
    with pytest.raises(InputError, match="cut off from the other locked cells") as raised:
        cells_to_zones(cells, n_zones=2, previous="zone", locked="lock")
    assert raised.value.rows == (6, 7, 8)


def test_locked_cells_in_two_units_are_named():
    """A zone may not reach across."""
    cells = lattice(np.ones((1, 6), dtype=bool), zone="A", u=[*"LLLLRR"], lock=True)
    with pytest.raises(InputError, match="lie apart from the other locked cells") as raised:
        cells_to_zones(cells, n_zones=2, within="u", previous="zone", locked="lock")
    assert raised.value.rows == (4, 5)


def test_locked_cells_apart_are_joined_by_the_shortest_way():
    """Two ends of a zone's row hold; the cells between them become its own again."""
    cells = square(5, zone="B")
    row = cells.geometry.bounds["miny"] == 200
    ends = row & cells.geometry.bounds["minx"].isin([0, 400])
    cells.loc[ends, "zone"] = "A"
    made = cells_to_zones(cells, n_zones=2, previous="zone", locked=ends, tolerance=1.0)
    assert (made.loc[ends, "zone_code"] == "A").all()
    assert_sound(made.assign(u=""), 2)


def test_a_zone_more_finds_room_beside_locked_cells():
    """Each of four zones holds its first cell; a fifth is made of what none of them holds."""
    made = cells_to_zones(square(w=1.0), n_zones=4, load="w")
    lock = ~made["zone_code"].duplicated()
    more = cells_to_zones(made, n_zones=5, load="w", previous="zone_code", locked=lock)
    assert_sound(more.assign(u=""), 5)
    assert more.loc[lock, "zone_code"].tolist() == made.loc[lock, "zone_code"].tolist()
    assert loads_of(more).max() <= 1.05 * 144 / 5


def test_locked_cells_that_part_their_zone_leave_its_sides_to_new_ones():
    """A zone holds the middle row of five: both sides of it become zones, and it stays."""
    cells = square(5, zone="A")
    lock = cells.geometry.bounds["miny"] == 200
    made = cells_to_zones(cells, n_zones=3, previous="zone", locked=lock, tolerance=1.0)
    assert made["zone_code"].value_counts().to_dict() == {"Z01": 10, "Z02": 10, "A": 5}
    with pytest.raises(InputError, match="leave no room") as raised:
        cells_to_zones(cells, n_zones=22, previous="zone", locked=lock)
    assert raised.value.rows == (10, 11, 12, 13, 14)
    most = cells_to_zones(cells, n_zones=21, previous="zone", locked=lock)
    assert_sound(most.assign(u=""), 21)


def test_locked_cells_that_carry_too_much_together_are_named():
    """Three cells of a zone are locked, no zone may carry more than two."""
    cells = square(4, w=1.0, zone="A")
    lock = pd.Series([True] * 3 + [False] * 13)
    with pytest.raises(InputError, match="together carry more than `max_load`") as raised:
        cells_to_zones(cells, max_load=2.0, load="w", previous="zone", locked=lock)
    assert raised.value.rows == (0, 1, 2)


def test_locks_that_keep_too_many_zones_are_named():
    """Four zones are held, three are asked for."""
    made = cells_to_zones(square(8), n_zones=4).assign(lock=True)
    with pytest.raises(InputError, match="keep more zones than there are to be"):
        cells_to_zones(made, n_zones=3, previous="zone_code", locked="lock")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"locked": "w"}, SchemaError, "True or False"),
        ({"locked": pd.Series(data=True, index=range(36))}, InputError, "no previous zone"),
        ({"previous": 3}, InputError, "`previous` must be a column"),
        ({"previous": "gone"}, SchemaError, "lacks 'gone'"),
        ({"within": pd.Series("S", index=range(36))}, InputError, "`within` must be the name of"),
    ],
)
def test_bad_input_is_named(options, error, message):
    """Locks that are no flags or have no zone, zones that are not there."""
    cells = square(6, w=1.0, old="")
    cells.loc[3, "old"] = "A"
    with pytest.raises(error, match=message):
        cells_to_zones(cells, n_zones=2, **{"previous": "old", **options})
