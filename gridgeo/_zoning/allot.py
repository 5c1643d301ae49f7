"""How many zones each unit gets: shares of a number, in whole zones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from gridgeo.schema import Floats, Ints


def allot(load: Floats, n_cells: Ints, n_zones: int) -> Ints:
    """Share out zones among units by their load.

    Every unit gets the whole part of its share, and one more where a zone would carry most without
    it; but at least one, and never more than it has cells. No unit is a whole zone off its share
    unless it must be, and within that the heaviest zone is as light as can be: the largest
    remainder would give the zone to a large unit, where it is one of many.

    Parameters
    ----------
    load
        (units,) what each unit carries; 0 or more.
    n_cells
        (units,) how many cells each one has.
    n_zones
        How many zones there are to share out: as many as units or more, no more than cells.

    Returns
    -------
    Ints
        (units,) zones of each; they sum up to ``n_zones``.
    """
    by = load if load.sum() > 0 else n_cells.astype(float)
    share = n_zones * by / by.sum()
    given = np.clip(np.floor(share).astype(np.int64), 1, n_cells)
    while missing := n_zones - int(given.sum()):
        if missing > 0:
            fits, carries = given < n_cells, by / given
            within = fits & (given < share)
            open_to = np.flatnonzero(within if within.any() else fits)
            chosen = open_to[np.argsort(-carries[open_to], kind="stable")]
            # Beyond its share a unit may get several: one at a time.
            given[chosen[: missing if within.any() else 1]] += 1
        else:
            open_to = np.flatnonzero(given > 1)
            given[open_to[np.argmin((by / np.maximum(given - 1, 1))[open_to])]] -= 1
    return given
