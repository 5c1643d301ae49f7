"""Zones of before: which cells were theirs, and where each has most of what it carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Ints

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
