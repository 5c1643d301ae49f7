"""Posts and persons while duties are given out: arrays that change with every duty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Ints


class Barred:
    """Pairs of a zone and a person that must not serve there, found by hash.

    Parameters
    ----------
    zone, person
        (n,) the pairs, in any order.
    n_persons
        How many there are.
    """

    def __init__(self, zone: Ints, person: Ints, n_persons: int) -> None:
        self._n = max(n_persons, 1)
        self._pairs = np.unique(zone.astype(np.int64) * self._n + person)

    def hold(self, zone: Ints, person: Ints) -> Bools:
        """Tell which pairs, broadcast against one another, are barred."""
        if not len(self._pairs):
            return np.zeros(np.broadcast_shapes(zone.shape, person.shape), dtype=bool)
        pairs = zone * self._n + person
        at = np.minimum(np.searchsorted(self._pairs, pairs), len(self._pairs) - 1)
        found: Bools = self._pairs[at] == pairs
        return found


@dataclass(frozen=True, slots=True)
class Hands:
    """Persons as duties are given to them: ``load`` and ``room`` change with every one."""

    place: Ints
    load: Floats
    room: Ints
    xy: Floats

    def book(self, person: Ints, load: Floats) -> None:
        """Give persons duties, or take them away where the load is negative."""
        np.add.at(self.load, person, load)
        np.subtract.at(self.room, person, np.where(load < 0, -1, 1))


@dataclass(frozen=True, slots=True)
class Board:
    """Posts by place, and who fills them, one value a post; ``person`` changes."""

    zone: Ints
    place: Ints
    load: Floats
    xy: Floats
    person: Ints
