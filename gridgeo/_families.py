"""Cells of two versions that belong together, and what happened to each family: positions in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

if TYPE_CHECKING:
    from gridgeo.schema import Bools, Geometries, Ints

NOBODY: Final = -1
"""Stands for the cell of the other version where there is none."""


@dataclass(frozen=True, slots=True)
class Families:
    """The family of every member: the cells before, then those after."""

    number: Ints
    """From 0, in the order of their first members."""
    change: Geometries
    """What happened to the family, one of the words of ``CHANGES``."""

    @property
    def one_to_one(self) -> Bools:
        """Tell which members have one cell in the other version, and that has only them."""
        return np.isin(self.change, ("same", "moved"))


def sort_families(
    links: tuple[Ints, Ints], equal: Bools, deserted: Bools, n_before: int
) -> Families:
    """Join into families what links bind, and name what happened to each.

    Parameters
    ----------
    links
        Members that are bound: one before, and one after.
    equal
        For each link, whether the two have the same ground.
    deserted
        For each member, whether most of it has no cell in the other version.
    n_before
        How many of the members are cells before; the others are cells after.
    """
    first, second = links
    head = find_heads(first, second, len(deserted))
    leads = head == np.arange(len(head))
    number = (np.cumsum(leads) - 1)[head]
    unchanged = np.isin(number, number[first[equal]])
    before = np.bincount(number[:n_before], minlength=leads.sum())[number]
    after = np.bincount(number[n_before:], minlength=leads.sum())[number]
    one, other = before == 1, after == 1
    change = np.select(
        [
            one & other & unchanged,
            one & other,
            one & (after > 1),
            other & (before > 1),
            (before == 0) & deserted,
            (after == 0) & deserted,
        ],
        ["same", "moved", "split", "merged", "new", "gone"],
        default="redrawn",
    )
    return Families(number, change.astype(object))


def find_heads(first: Ints, second: Ints, n_members: int) -> Ints:
    """Give the lowest member that each is linked to, over any steps; itself where to none."""
    links = coo_array((np.ones(len(first), dtype=bool), (first, second)), (n_members, n_members))
    _, part = connected_components(links, directed=False)
    _, lowest = np.unique(part, return_index=True)
    return lowest[part]


def line_up(families: Families, links: tuple[Ints, Ints], n_before: int) -> tuple[Ints, Ints]:
    """Give the rows of a table of all members: a cell before, one after, or both.

    Two that are one to one are one row, all others a row each; families stand together, in order.
    Positions count from 0 in each version, ``NOBODY`` where a row has no cell of it.
    """
    paired = families.one_to_one
    first, second = (ends[paired[links[0]]] for ends in links)
    partner = np.full(len(paired), NOBODY)
    partner[first] = second - n_before
    member = np.argsort(families.number, kind="stable")
    member = member[(member < n_before) | ~paired[member]]
    is_before = member < n_before
    return (
        np.where(is_before, member, NOBODY),
        np.where(is_before, partner[member], member - n_before),
    )
