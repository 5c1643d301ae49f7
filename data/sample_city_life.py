"""Persons and a year of events."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import sample_city_names as names
import shapely
from sample_city_plan import CRS, Floats

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sample_city_streets import Water

YEAR = 2025
N_EVENTS = 6_400

# How many persons of a role a street has at least, one more for each so many km2, and the share
# that works full time.
_ROLES = {
    "leader": (1, 99.0, 1.0),
    "direct_responsible": (1, 99.0, 1.0),
    "manager": (2, 1.5, 1.0),
    "inspector": (6, 0.35, 0.72),
    "deputy": (2, 0.9, 0.6),
}
_MOBILE = 6
"""Inspectors of the district who are based in no street."""

# Weight of each class, then its daily rhythm.
_WEIGHTS = {
    "0101": (1.5, "office"), "0102": (9, "morning"), "0103": (5, "morning"),
    "0104": (8, "morning"), "0105": (1.2, "office"), "0106": (2.5, "morning"),
    "0107": (0.8, "office"), "0110": (4, "office"), "0111": (0.3, "office"),
    "0112": (1.5, "morning"), "0116": (1.6, "evening"), "0201": (8, "office"),
    "0203": (3, "office"), "0205": (1.5, "office"), "0301": (1.6, "night"),
    "0302": (1.8, "office"), "0304": (1.8, "office"), "0401": (0.25, "flat"),
    "0402": (0.5, "flat"), "0404": (2, "flat"), "0406": (1.6, "flat"), "0407": (0.9, "morning"),
    "0408": (0.6, "flat"), "0501": (10, "vendor"), "0504": (7, "vendor"), "0505": (12, "office"),
    "0506": (9, "office"), "0507": (6, "office"), "0508": (1.8, "evening"),
    "0510": (1.6, "night"), "0511": (2, "morning"),
}  # fmt: skip
_RHYTHM = {  # weights of the hours 0-23
    "flat": (2, 2, 1, 1, 1, 2, 4, 6, 7, 7, 7, 7, 6, 6, 6, 6, 6, 6, 6, 5, 5, 4, 3, 3),
    "morning": (0, 0, 0, 0, 1, 3, 8, 12, 12, 10, 7, 5, 3, 5, 6, 6, 5, 4, 2, 2, 1, 1, 0, 0),
    "office": (0, 0, 0, 0, 0, 1, 3, 7, 12, 13, 12, 8, 4, 8, 11, 11, 9, 6, 4, 3, 2, 1, 1, 0),
    "vendor": (0, 0, 0, 0, 0, 2, 8, 9, 6, 5, 6, 9, 7, 4, 4, 5, 9, 13, 13, 10, 7, 4, 2, 1),
    "evening": (1, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3, 7, 6, 2, 1, 2, 4, 9, 14, 14, 12, 9, 5, 3),
    "night": (8, 4, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 7, 11, 14, 15, 14, 12),
}
_MONTHS = (0.8, 0.72, 0.97, 1.04, 1.1, 1.16, 1.15, 1.12, 1.07, 1.02, 0.98, 0.87)
_SEASON = {  # the months that a class keeps to
    "0407": (1, 2, 12),
    "0406": (5, 6, 7, 8, 9),
    "0510": (5, 6, 7, 8, 9, 10),
}
# What happens around a key unit: its pull, reach in metres, and the classes it draws.
_PULL = {
    "market": (14.0, 120, ("0501", "0504", "0102", "0104", "0506", "0505")),
    "metro station": (11.0, 120, ("0505", "0506", "0501", "0201", "0102")),
    "bus station": (16.0, 130, ("0505", "0501", "0201", "0506")),
    "hospital": (8.0, 110, ("0505", "0506", "0501")),
    "school": (3.0, 90, ("0505", "0501", "0506", "0504")),
    "street office": (0.8, 110, ("0505", "0201")),
}


def build_staff(areas: dict[str, gpd.GeoDataFrame], rng: np.random.Generator) -> pd.DataFrame:
    """Give each street its persons by role, and the district some who go anywhere."""
    invented = names.person_names(rng)
    rows = []
    for street, area in zip(areas["streets"]["area_code"], areas["streets"].area, strict=True):
        for role, (least, km2, full) in _ROLES.items():
            count = least + int(area / 1e6 / km2)
            rows += [
                (*next(invented), role, street, bool(rng.random() < full)) for _ in range(count)
            ]
    rows += [(*next(invented), "inspector", "", True) for _ in range(_MOBILE)]
    frame = pd.DataFrame(rows, columns=["name", "name_en", "role", "street_code", "full_time"])
    frame.insert(0, "staff_id", [f"W{k + 1:04d}" for k in range(len(frame))])
    return frame


def build_events(
    streets: gpd.GeoDataFrame,
    key_units: gpd.GeoDataFrame,
    water: Water,
    areas: dict[str, gpd.GeoDataFrame],
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Draw a year of events: about half around certain places, the rest along the streets."""
    code = np.array(list(_WEIGHTS))
    weight = np.array([w for w, _ in _WEIGHTS.values()])
    units = key_units[key_units["kind"].isin(_PULL)]
    clustered = rng.random(2 * N_EVENTS) < 0.5
    centre, where = _around(units, len(clustered), rng)
    xy = np.where(clustered[:, None], where, _on_streets(streets, areas, len(clustered), rng))
    classes = code[rng.choice(len(code), len(clustered), p=weight / weight.sum())]
    drawn = [rng.choice(_PULL[kind][2]) for kind in units["kind"].iloc[centre]]
    classes = np.where(clustered & (rng.random(len(clustered)) < 0.85), drawn, classes)
    inside = areas["district"].geometry.iloc[0].buffer(-0.1)
    dry = inside.difference(water.river)
    shapely.prepare(dry)
    kept = np.flatnonzero(shapely.contains_xy(dry, xy))[:N_EVENTS]
    time = _times(classes[kept], rng)
    order = np.argsort(time, kind="stable")
    kept, time = kept[order], time[order]
    lonlat = gpd.GeoSeries(gpd.points_from_xy(*xy[kept].T), crs=CRS).to_crs("EPSG:4326")
    return pd.DataFrame(
        {
            "event_id": [f"E{YEAR}{k + 1:06d}" for k in range(len(kept))],
            "time": np.datetime_as_string(time, unit="s"),
            "class_code": classes[kept],
            "class_name": pd.Series(classes[kept]).map(names.EVENTS["class_name"]).to_numpy(),
            "lon": lonlat.x.round(6).to_numpy(),
            "lat": lonlat.y.round(6).to_numpy(),
        }
    )


def _around(
    units: gpd.GeoDataFrame, count: int, rng: np.random.Generator
) -> tuple[NDArray[np.int64], Floats]:
    pull = np.array([_PULL[kind][0] for kind in units["kind"]]) * rng.lognormal(0, 0.5, len(units))
    reach = np.array([_PULL[kind][1] for kind in units["kind"]], float)
    centre = rng.choice(len(units), count, p=pull / pull.sum())
    spread = reach[centre, None] * rng.normal(0, 0.55, (count, 2))
    return centre, shapely.get_coordinates(units.geometry.to_numpy())[centre] + spread


def _on_streets(
    streets: gpd.GeoDataFrame,
    areas: dict[str, gpd.GeoDataFrame],
    count: int,
    rng: np.random.Generator,
) -> Floats:
    """Draw places beside streets, more of them on major streets and in the old centre."""
    centre = areas["streets"].geometry.iloc[0].centroid
    busy = np.exp(-streets.distance(centre).to_numpy() / 1800) * np.where(
        streets["class"].eq("major"), 2.5, 1
    )
    weight = streets.length.to_numpy() * busy
    line = streets.geometry.to_numpy()[rng.choice(len(streets), count, p=weight / weight.sum())]
    at = shapely.line_interpolate_point(line, rng.random(count), normalized=True)
    return shapely.get_coordinates(at) + rng.normal(0, 7, (count, 2))


def _times(classes: NDArray[np.str_], rng: np.random.Generator) -> NDArray[np.datetime64]:
    """Draw dates by season and weekday, hours by the rhythm of the class."""
    days = np.arange(f"{YEAR}-01-01", f"{YEAR + 1}-01-01", dtype="datetime64[D]")
    month = days.astype("datetime64[M]").astype(int) % 12
    # 1 January 1970 was a Thursday.
    weekday = (days.astype(int) + 3) % 7
    weight = np.array(_MONTHS)[month] * np.where(weekday >= 5, 0.78, 1.0)
    time = np.empty(len(classes), "datetime64[s]")
    for code in np.unique(classes):
        rows = np.flatnonzero(classes == code)
        season = np.isin(month + 1, _SEASON.get(str(code), range(1, 13)))
        day = rng.choice(days, len(rows), p=weight * season / (weight * season).sum())
        hours = np.array(_RHYTHM[_WEIGHTS[str(code)][1]], float)
        second = rng.choice(24, len(rows), p=hours / hours.sum()) * 3600 + rng.integers(
            3600, size=len(rows)
        )
        time[rows] = day.astype("datetime64[s]") + second
    return time
