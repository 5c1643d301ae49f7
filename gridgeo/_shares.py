"""Which polygon lies in which parent, and with how much: arrays in, arrays out.

Polygons are valid and in one projected CRS in metres; sizes are in m2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import shapely

from gridgeo._findings import (
    NOWHERE,
    Shared,
    find_gaps,
    find_homes,
    find_mismatched,
    find_outside,
    find_overlaps,
    find_strays,
    share_out,
    unite_clean,
)
from gridgeo._polygons import unite

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Geometries, Ints

ROUNDING_M2: Final = 1e-6
"""A square millimetre; a child that reaches out of its parent by more is laid over the parents."""


@dataclass(frozen=True, slots=True)
class Nesting:
    """Children held against parents: positions in either, and the ground."""

    shares: Shared
    """Children, parents, and the common ground; by child, the largest share first."""
    homes: Ints
    """The parent that has the most of each child, or ``NOWHERE``."""
    outside: Ints
    """Children that reach beyond all parents."""
    beyond: Geometries
    unfilled: Geometries
    bare: Ints
    """The parent each piece of unfilled ground lies in."""
    contested: Bools
    """Children that lie where parents overlap."""


def nest(
    children: Geometries, parents: Geometries, claimed: Ints, mismatched: Bools, tolerance: float
) -> Nesting:
    """Find how much of each child every parent has, and what of a parent no child covers.

    ``claimed`` is the parent that each child names, or ``NOWHERE``; of parents with as much of a
    child it is the home. ``mismatched`` tells which children do not match their neighbours.
    Unions by parent find the few children that need a look; only these are laid over the parents.
    """
    rounding = min(tolerance, ROUNDING_M2)
    guesses = find_homes(children, parents)
    united = unite_clean(children, guesses, len(parents), mismatched)
    odd = np.flatnonzero(_differ(parents, united, rounding))
    at_odd = np.full(len(parents) + 1, len(odd))
    at_odd[odd], at_odd[NOWHERE] = np.arange(len(odd)), NOWHERE
    strays = find_strays(parents[odd], united[odd], children, at_odd[guesses], rounding)
    contested = _find_contested(children, parents, rounding)
    strays |= contested
    at, inside = np.flatnonzero(strays), np.flatnonzero(~strays)
    shares = share_out(children[at], parents)
    beyond = _find_beyond(children[at], shares, contested[at], rounding)
    filled = _fill(united, shares, guesses[at], odd)
    unfilled, bare = find_gaps(parents[odd], filled, children, tolerance)
    shares = _keep(shares, claimed[at], beyond, tolerance)
    first = np.concatenate([inside, at[shares.first]])
    order = np.argsort(first, kind="stable")
    second = np.concatenate([guesses[inside], shares.second])[order]
    ground = np.concatenate([children[inside], shares.ground])[order]
    together = Shared(first[order], second, ground)
    homes = np.full(len(children), NOWHERE, dtype=np.int64)
    top = is_first(together.first)
    homes[together.first[top]] = second[top]
    out = np.flatnonzero(shapely.area(beyond) > tolerance)
    return Nesting(together, homes, at[out], beyond[out], unfilled, odd[bare], contested)


def is_first(sorted_groups: Ints) -> Bools:
    """Tell which entries begin a group; members of one stand together."""
    return np.diff(sorted_groups, prepend=NOWHERE) != 0


def _differ(parents: Geometries, united: Geometries, tolerance: float) -> Bools:
    """Tell which parents are not the same ground as the union of their children.

    One overlay answers for both directions, and none is needed where all vertices are the same.
    """
    differ = np.abs(shapely.area(parents) - shapely.area(united)) > max(tolerance, ROUNDING_M2)
    near = np.flatnonzero(~differ)
    one, other = shapely.normalize(parents[near]), shapely.normalize(united[near])
    near = near[~shapely.equals_exact(one, other, tolerance=0.0)]
    between = shapely.symmetric_difference(parents[near], united[near])
    differ[near] = shapely.area(between) > tolerance
    return differ


def _fill(united: Geometries, shares: Shared, guesses: Ints, odd: Ints) -> Geometries:
    """Add to the unions of some parents what children from elsewhere have in them."""
    guest = np.isin(shares.second, odd) & (guesses[shares.first] != shares.second)
    ground = np.concatenate([united[odd], shares.ground[guest]])
    parent = np.concatenate([odd, shares.second[guest]])
    at_odd = np.searchsorted(odd, parent)
    return unite(ground, at_odd, len(odd))


def _find_contested(children: Geometries, parents: Geometries, tolerance: float) -> Bools:
    """Tell which children lie where parents overlap."""
    common = find_overlaps(parents, find_mismatched(parents), tolerance).ground
    _, child = shapely.STRtree(children).query(common, predicate="intersects")
    contested = np.zeros(len(children), dtype=bool)
    contested[child] = True
    return contested


def _find_beyond(
    children: Geometries, shares: Shared, contested: Bools, tolerance: float
) -> Geometries:
    """Give what of each child lies in no parent.

    Where parents do not overlap the sum of the shares tells whether there is any.
    """
    n = len(children)
    inside = np.bincount(shares.first, weights=shapely.area(shares.ground), minlength=n)
    short = np.flatnonzero(contested | (shapely.area(children) - inside > tolerance))
    at_short = np.full(n, NOWHERE)
    at_short[short] = np.arange(len(short))
    first = at_short[shares.first]
    of = first != NOWHERE
    beyond = np.full(n, shapely.Polygon(), dtype=object)
    held = Shared(first[of], shares.second[of], shares.ground[of])
    beyond[short] = find_outside(children[short], held)
    return beyond


def _keep(shares: Shared, claimed: Ints, beyond: Geometries, tolerance: float) -> Shared:
    """Keep what counts of the shares, by child, the largest first.

    Of those that are equal but for rounding it is the claimed one, else the first parent's.
    A child that is itself within the tolerance still has a parent: the largest share counts
    wherever it is more than what lies in no parent at all.
    """
    m2: Floats = shapely.area(shares.ground)
    size = np.round(m2 / ROUNDING_M2) + 2 * (claimed[shares.first] == shares.second)
    order = np.lexsort((shares.second, -size, shares.first))
    first, m2 = shares.first[order], m2[order]
    counts = (m2 > tolerance) | (is_first(first) & (m2 > shapely.area(beyond)[first]))
    kept = order[counts]
    return Shared(shares.first[kept], shares.second[kept], shares.ground[kept])
