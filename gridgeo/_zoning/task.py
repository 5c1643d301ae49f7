"""What is asked: cells that are to get zones, and the zones that they had before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from gridgeo._zoning.graph import Graph
    from gridgeo.schema import Bools, Floats, Geometries, Ints

NOWHERE: Final = -1
"""Stands for the zone, the land or the unit where there is none."""


@dataclass(frozen=True, slots=True)
class Before:
    """Zones of before.

    (cells,) ``zone``: the zone of each, ``NOWHERE`` for none; ``held``: whether it must stay
    there. ``n_zones``: how many zones there are, those without a cell too.
    """

    zone: Ints
    held: Bools
    n_zones: int

    @property
    def known(self) -> Bools:
        """Tell which cells had a zone."""
        known: Bools = self.zone != NOWHERE
        return known

    def of(self, cells: Ints) -> Before:
        """Give some of the cells."""
        return Before(self.zone[cells], self.held[cells], self.n_zones)


@dataclass(frozen=True, slots=True)
class Task:
    """Cells that are to get zones, in the order of their codes.

    ``graph`` of neighbours inside units; (cells,) ``polygons``, ``load``, ``unit``; and the zones
    of ``before``.
    """

    graph: Graph
    polygons: Geometries
    load: Floats
    unit: Ints
    before: Before


def find_homes(before: Before, place: Ints, load: Floats) -> Ints:
    """Find the place that has most of each zone: most held cells, then load, then cells.

    Parameters
    ----------
    before
        The zones.
    place, load
        (cells,) where each lies, and what it carries.

    Returns
    -------
    Ints
        (zones,) a place each; ``NOWHERE`` for a zone without cells.
    """
    cells = np.flatnonzero(before.known)
    n_places = int(place.max(initial=0)) + 1
    pair, own = np.unique(before.zone[cells] * n_places + place[cells], return_inverse=True)
    measures = (np.ones(len(cells)), load[cells], before.held[cells])
    most = [np.bincount(own, measure, minlength=len(pair)) for measure in measures]
    # The last of each zone is the one with most, and of equal ones the first place.
    order = np.lexsort((-pair, *most, pair // n_places))
    home = np.full(before.n_zones, NOWHERE)
    home[pair[order] // n_places] = pair[order] % n_places
    return home
