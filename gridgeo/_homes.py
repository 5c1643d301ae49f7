"""Where zones of before have most of what they carry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Floats, Ints

NOWHERE: Final = -1


def find_homes(
    before: Ints, place: Ints, load: Floats, held: Bools | None = None
) -> Ints:
    """Find the place that has most of each zone: most held cells, then load, then cells.

    Parameters
    ----------
    before, place, load, held
        (cells,) zone of each, ``NOWHERE`` for none; where it lies; what it carries; whether it
        must stay in its zone.

    Returns
    -------
    Ints
        (zones,) a place each; ``NOWHERE`` for a zone without cells.
    """
    home = np.full(int(before.max(initial=-1)) + 1, NOWHERE)
    cells = np.flatnonzero(before >= 0)
    n_places = int(place.max(initial=0)) + 1
    pair, own = np.unique(before[cells] * n_places + place[cells], return_inverse=True)
    n_held = np.zeros(len(pair)) if held is None else np.bincount(own, held[cells])
    order = np.lexsort((-np.bincount(own), -np.bincount(own, load[cells]), -n_held, pair // n_places))
    zone = pair[order] // n_places
    first = np.append(True, zone[1:] != zone[:-1])[: len(zone)]
    home[zone[first]] = pair[order[first]] % n_places
    return home
