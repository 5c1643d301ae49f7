"""Cells into zones, on arrays."""

from __future__ import annotations

import numpy as np, os, time

from gridgeo._allot import allot
from gridgeo._balance import level
from gridgeo._sharing import Bounds, Sharing
from gridgeo._smoothing import smooth
from gridgeo._halving import Ground, cut_apart
from gridgeo._islands import allot_lands, find_lands


def fresh_zones(graph, polygons, xy, load, unit, n_zones, tolerance, turn, held=None):
    T=[time.time()]
    lands = find_lands(graph, polygons, load, unit, n_zones); T.append(time.time())
    nodes = np.flatnonzero(~lands.on_island)
    carried = np.bincount(lands.anchor, load, minlength=len(load))[nodes]
    land = lands.land[nodes]
    n_lands = len(lands.unit)
    of_land = np.bincount(land, carried, minlength=n_lands)
    k = allot_lands(of_land, np.bincount(land, minlength=n_lands), lands.unit, n_zones)
    ground = Ground(graph.of(nodes), xy[nodes], carried)
    zone = cut_apart(ground, land, k, turn); T.append(time.time())
    group = np.repeat(np.arange(n_lands), k)
    target = np.repeat(of_land / k, k)
    now = Sharing(ground.graph, carried, zone, group, np.zeros(len(nodes), bool))
    median = np.median(carried)
    aim = np.maximum(tolerance / 2 * target, np.minimum(median / 2, tolerance * target))
    b = Bounds(target, target - aim, target + aim)
    level(now, b); T.append(time.time())
    smooth(now, b); T.append(time.time())
    level(now, Bounds(target, target * (1 - tolerance), target * (1 + tolerance))); T.append(time.time())
    out = np.full(len(load), -1)
    out[nodes] = now.zone
    print('times', np.diff(T).round(3))
    return out[lands.anchor], lands, group, target, []
