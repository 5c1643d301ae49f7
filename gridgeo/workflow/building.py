"""areas, components, staff -> the plan: every stage in one call."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from gridgeo.cells import areas_to_cells
from gridgeo.coverage import check_coverage
from gridgeo.dissolving import dissolve_zones
from gridgeo.errors import InputError
from gridgeo.geocoding import geocode
from gridgeo.schema import AREA_CODE, AREA_M2, CELL_CODE, CLASS_CODE, N_COMPONENTS, STREET_CODE
from gridgeo.staff import assign_staff
from gridgeo.staffing import check_staffing
from gridgeo.validate import check_areas, require_columns, require_geoframe
from gridgeo.workflow.plan import GridPlan
from gridgeo.workflow.progress import steps
from gridgeo.zone_check import check_zones
from gridgeo.zones import cells_to_zones

if TYPE_CHECKING:
    import pandas as pd
    from geopandas import GeoDataFrame

    from gridgeo.codes import CodeScheme
    from gridgeo.grids import H3Grid, SquareGrid
    from gridgeo.schema import Outside
    from gridgeo.staffing import StaffingReport


def build_plan(  # noqa: PLR0913 - the options of every stage it walks, all named
    areas: GeoDataFrame,
    *,
    components: GeoDataFrame | None = None,
    staff: pd.DataFrame | None = None,
    key_units: GeoDataFrame | None = None,
    grid: SquareGrid | H3Grid | None = None,
    min_share: float = 0.5,
    crs: object = None,
    scheme: CodeScheme | None = None,
    outside: Outside = "keep",
    n_zones: int | None = None,
    max_load: float | None = None,
    load: str | None = None,
    within: str | None = None,
) -> GridPlan:
    """Cut areas into cells, put components into them, join them into zones, and check it all.

    Parameters
    ----------
    areas
        Administrative areas; see :func:`gridgeo.areas_to_cells`.
    components
        City components with ``class_code``; see :func:`gridgeo.geocode`. A warning tells when
        fewer than half of them lie in a cell. Cells get their number, ``n_components``.
    staff
        Who may be in charge; see :func:`gridgeo.assign_staff`. Goes with zones.
    key_units
        Places that must stand out on the maps; see :func:`gridgeo.explore_grid`.
    grid, min_share, crs, scheme
        As for :func:`gridgeo.areas_to_cells`.
    outside
        What to do with components outside every cell: keep them with an empty code, give them
        to the nearest cell, or raise.
    n_zones, max_load
        How many zones, or what none of them may exceed; see :func:`gridgeo.cells_to_zones`. No
        zones where neither is given.
    load
        What zones should have alike, a column of the cells; ``n_components`` where there are
        components, else ``area_m2``.
    within
        Column of the areas with the unit that no zone may leave, such as ``street_code``; staff
        that has this column serves there alone.

    Returns
    -------
    GridPlan
        The frames and their reports. Faults are reported, not raised: ask
        ``plan.coverage.raise_for_faults()``.

    Raises
    ------
    InputError, TooLargeError
        As the stages do, and where staff or a load is given without zones.

    Examples
    --------
    >>> import gridgeo as gg
    >>> communities = gg.datasets.read_sample("communities")
    >>> areas = communities.rename(columns={"parent_code": "street_code"})
    >>> staff = gg.datasets.read_staff()
    >>> plan = build_plan(areas, staff=staff, n_zones=100, within="street_code")
    >>> plan.ok, len(plan.zones), len(plan.cells)
    (True, 100, 2542)
    """
    check_areas(areas)
    if components is not None:
        require_geoframe(components, "components")
        require_columns(components, [CLASS_CODE], "components")
    asked = _Zoning(n_zones, max_load, load, within)
    asked.check(areas, staff)
    with steps("plan", 6) as step:
        step("check areas")
        areas_coverage = check_coverage(areas[[AREA_CODE, areas.active_geometry_name]])
        step("cut")
        cells = areas_to_cells(areas, grid, min_share=min_share, crs=crs, scheme=scheme)
        step("geocode")
        if components is not None:
            components = geocode(components, cells, outside=outside)
            _warn_if_astray(components)
            cells = cells.assign(**{N_COMPONENTS: _count(components, cells)})
        step("check cells")
        plan = GridPlan(
            areas,
            cells,
            components,
            check_coverage(cells, areas),
            areas_coverage,
            key_units=key_units,
        )
        step("zones and staff")
        return _with_zones(plan, staff, asked) if asked.wanted else plan


@dataclass(frozen=True)
class _Zoning:
    """What was asked of zones."""

    n_zones: int | None
    max_load: float | None
    load: str | None
    within: str | None

    @property
    def wanted(self) -> bool:
        return self.n_zones is not None or self.max_load is not None

    def check(self, areas: GeoDataFrame, staff: pd.DataFrame | None) -> None:
        """Refuse what goes with zones where none are asked for."""
        given = {"staff": staff, "load": self.load, "within": self.within}
        names = [f"`{name}`" for name, value in given.items() if value is not None]
        if names and not self.wanted:
            raise InputError(f"{', '.join(names)} goes with zones; say how many: `n_zones`.")
        if self.within is not None:
            require_columns(areas, [self.within], "areas")


def _with_zones(plan: GridPlan, staff: pd.DataFrame | None, asked: _Zoning) -> GridPlan:
    cells, within = plan.cells, asked.within
    load = asked.load or (AREA_M2 if plan.components is None else N_COMPONENTS)
    if within is not None:
        units = plan.areas.set_index(AREA_CODE)[within]
        cells = cells.assign(**{within: cells[AREA_CODE].map(units)})
    cells = cells_to_zones(
        cells, n_zones=asked.n_zones, max_load=asked.max_load, load=load, within=within
    )
    zones = dissolve_zones(cells, load=load)
    staffing: StaffingReport | None = None
    if staff is not None:
        place = STREET_CODE if within is None else within
        zones = assign_staff(zones, staff, place=place)
        staffing = check_staffing(zones, staff, place=place)
    return replace(
        plan,
        cells=cells,
        zones=zones,
        zones_check=check_zones(cells, load=load, within=within),
        staff=staff,
        staffing=staffing,
    )


def _count(components: GeoDataFrame, cells: GeoDataFrame) -> pd.Series:
    counts = components[CELL_CODE].value_counts()
    return cells[CELL_CODE].map(counts).fillna(0).astype("int64")


def _warn_if_astray(components: GeoDataFrame) -> None:
    placed = int((components[CELL_CODE] != "").sum())
    if placed < len(components) / 2:
        warnings.warn(
            f"only {placed:,} of {len(components):,} components lie in a cell; check their CRS, "
            "and whether longitude and latitude are swapped.",
            stacklevel=3,
        )
