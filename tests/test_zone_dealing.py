"""What evens loads out: cells handed on along a chain, exchanged, or nothing at all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lattices import lattice

from gridgeo._edges import shared_borders
from gridgeo._zoning.balance import level
from gridgeo._zoning.graph import both_ways, find_parts
from gridgeo._zoning.sharing import Bounds, Moves, Sharing
from gridgeo._zoning.smoothing import smooth
from gridgeo.zones import cells_to_zones


def sharing(zones, load, held=None):
    """Zones on a lattice, one letter a cell, rows from south to north."""
    letters = np.array([[*row] for row in zones])
    cells = lattice(np.ones(letters.shape, dtype=bool))
    graph = both_ways(*shared_borders(cells.geometry.to_numpy()), len(cells))
    zone = np.unique(letters.ravel(), return_inverse=True)[1].ravel()
    stays = np.zeros(len(cells), dtype=bool) if held is None else np.array(held)
    return Sharing(graph, np.array(load, dtype=float), zone, np.zeros(zone.max() + 1, int), stays)


def within(now, tolerance):
    """Bounds around the mean."""
    target = np.full(len(now.land), now.load.sum() / len(now.land))
    return Bounds(target, target * (1 - tolerance), target * (1 + tolerance))


def drawn(now, width):
    """The zones as letters, row by row."""
    letters = "".join("ABCDEFG"[zone] for zone in now.zone)
    return [letters[start : start + width] for start in range(0, len(letters), width)]


def test_a_cell_is_handed_on_through_a_zone_that_is_full():
    """The first zone cannot reach the last; the one between them gives as much as it gets."""
    now = sharing(["AAAAAABBBBCC"], np.ones(12))
    level(now, within(now, 0.05))
    assert drawn(now, 12) == ["AAAABBBBCCCC"]


def test_two_cells_are_exchanged_where_no_single_one_fits():
    """7 against 5, all cells of 2 or 3 but one: a two goes over and the one comes back."""
    now = sharing(["AAA", "BBB"], [3, 2, 2, 1, 2, 2])
    level(now, within(now, 0.05))
    assert now.loads.tolist() == [6.0, 6.0]
    assert find_parts(now.graph, now.zone).max() == 1


def test_what_is_held_does_not_move():
    """The cells that would be handed on stay; so does the overload."""
    held = [False] * 4 + [True] * 4 + [False] * 4
    now = sharing(["AAAAAABBBBCC"], np.ones(12), held)
    level(now, within(now, 0.05))
    assert drawn(now, 12) == ["AAAAAABBBBCC"] or now.zone[4:8].tolist() == [0, 0, 1, 1]


def test_a_zone_is_never_torn():
    """The middle of a street would lighten it, and leave it in two pieces: nothing is done."""
    now = sharing(["ABBBBBC"], np.ones(7))
    moves = Moves(np.array([3]), np.array([1]), np.array([0]), np.array([0]))
    done, breaking = now.move(moves, np.array([True]))
    assert (done.tolist(), breaking.tolist()) == ([False], [True])
    assert drawn(now, 7) == ["ABBBBBC"]
    level(now, within(now, 0.0))
    assert drawn(now, 7) == ["AABBBCC"]


def test_a_zone_is_never_emptied():
    """Its only cell is too heavy for it, and stays."""
    now = sharing(["ABBB"], [9, 1, 1, 1])
    level(now, within(now, 0.0))
    assert drawn(now, 4) == ["ABBB"]


def test_within_bounds_nothing_moves():
    """Not even where it could be evener."""
    now = sharing(["AAAAABBB"], np.ones(8))
    level(now, within(now, 0.25))
    assert drawn(now, 8) == ["AAAAABBB"]


def test_a_spur_goes_to_those_around_it():
    """A cell that reaches into another zone makes the border longer; it goes if loads allow it."""
    load = np.ones(18)
    load[9] = 3
    zones = ["AAABBB", "AAAABB", "AAABBB"]
    for tolerance, expected in ((0.2, ["AAABBB"] * 3), (0.05, zones)):
        now = sharing(zones, load)
        smooth(now, within(now, tolerance))
        assert drawn(now, 6) == expected


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.05, 0.3]))
def test_dealing_never_makes_it_worse(seed, tolerance):
    """Sum of squares falls or stays, zones stay connected and as many, and it ends for good."""
    rng = np.random.default_rng(seed)
    cells = lattice(np.ones((7, 9), dtype=bool), w=rng.integers(0, 9, 63) + 0.0)
    made = cells_to_zones(cells, n_zones=5)
    graph = both_ways(*shared_borders(cells.geometry.to_numpy()), 63)
    zone = np.unique(made["zone_code"], return_inverse=True)[1]
    now = Sharing(graph, cells["w"].to_numpy(), zone, np.zeros(5, int), np.zeros(63, bool))
    bounds = within(now, tolerance)
    before = ((now.loads - bounds.target) ** 2).sum()
    level(now, bounds)
    assert ((now.loads - bounds.target) ** 2).sum() <= before
    assert find_parts(graph, now.zone).max() == 4
    settled = now.zone.copy()
    level(now, bounds)
    assert now.zone.tolist() == settled.tolist()


def test_an_island_that_grows_stays_with_its_zone():
    """It passes half of a zone's load; to give it a zone of its own would change all others."""
    kept = np.ones((1, 10), dtype=bool)
    kept[0, 8] = False
    cells = lattice(kept, w=[0.5] * 8 + [0.55])
    asked = {"n_zones": 4, "load": "w", "tolerance": 0.2}
    made = cells_to_zones(cells, **asked)
    assert made["zone_code"].iloc[-1] == made["zone_code"].iloc[-2]
    grown = made.assign(w=[0.5] * 8 + [0.6])
    again = cells_to_zones(grown, **asked, previous="zone_code")
    assert again["zone_code"].tolist() == made["zone_code"].tolist()
    anew = cells_to_zones(grown, **asked)
    assert anew["zone_code"].iloc[-1] not in set(anew["zone_code"].iloc[:-1])


@pytest.mark.parametrize("n_zones", [2, 3, 5, 8])
def test_zones_of_a_bent_city_are_connected(n_zones):
    """A horseshoe, which straight cuts leave in pieces."""
    kept = np.ones((12, 12), dtype=bool)
    kept[3:, 4:8] = False
    made = cells_to_zones(lattice(kept), n_zones=n_zones)
    graph = both_ways(*shared_borders(made.geometry.to_numpy()), len(made))
    zone = np.unique(made["zone_code"], return_inverse=True)[1]
    assert find_parts(graph, zone).max() == n_zones - 1
    sizes = np.bincount(zone)
    assert sizes.max() <= np.ceil(1.05 * len(made) / n_zones)
