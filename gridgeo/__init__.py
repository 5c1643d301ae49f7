"""Turn a city's administrative areas into a grid that can be managed.

The walk, stage by stage; each takes frames and gives a frame:

>>> import gridgeo as gg
>>> areas = gg.read_areas(gg.datasets.sample_path("communities"))
>>> cells = gg.areas_to_cells(areas, gg.SquareGrid(cell_area=10_000))
>>> lamps = gg.geocode(gg.datasets.read_sample("components"), cells)
>>> gg.check_coverage(cells, areas).ok
True

``gg.build_plan(areas, components=...)`` walks it in one call.
"""

from gridgeo import datasets
from gridgeo.areas import AreaRepair, repair_areas
from gridgeo.cell_types import classify_cells, cover_shares
from gridgeo.cells import areas_to_cells, merge_log
from gridgeo.china import (
    bd09_to_gcj02,
    bd09_to_wgs84,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from gridgeo.class_tables import component_classes, event_classes, read_classes
from gridgeo.classes import class_codes
from gridgeo.codes import (
    COMPONENT_16,
    COMPONENT_16_5,
    PLAIN,
    UNIT_GRID_14,
    UNIT_GRID_15,
    ZONE_2,
    ZONE_3,
    CodeScheme,
    ComponentScheme,
)
from gridgeo.comparison import CoverageComparison, compare_coverages
from gridgeo.components import component_codes
from gridgeo.counting import count_by_cell
from gridgeo.coverage import CoverageReport, check_coverage
from gridgeo.crs import working_crs
from gridgeo.dissolving import dissolve_zones, zone_codes
from gridgeo.errors import (
    AssignmentError,
    CheckError,
    CodeError,
    CoverageError,
    CRSError,
    GeometryError,
    GridGeoError,
    InputError,
    MissingExtraError,
    SchemaError,
    TooLargeError,
    ZoneError,
)
from gridgeo.files import write_frame
from gridgeo.geocoding import CellIndex, geocode
from gridgeo.grids import H3Grid, SquareGrid
from gridgeo.io import (
    ComponentChunks,
    iter_components,
    read_areas,
    read_components,
    read_events,
    read_staff,
)
from gridgeo.ledger import ZoneCard, write_ledger, zone_card, zone_cards
from gridgeo.maps import (
    explore_faults,
    explore_grid,
    explore_tree,
    plot_atlas,
    plot_faults,
    plot_sheet,
    plot_tree,
    save_html,
    save_sheet,
)
from gridgeo.nesting import LevelsReport, NestingReport, check_levels, check_nesting
from gridgeo.roles import CITY_ROLES, ENVIRONMENT_ROLES, LABOUR_ROLES, Role
from gridgeo.roster import rotate_staff
from gridgeo.shifts import from_bd09, from_gcj02, to_bd09, to_gcj02
from gridgeo.staff import assign_staff
from gridgeo.staffing import StaffingReport, check_staffing, staff_changes
from gridgeo.type_rules import CITY_TYPES, Measure, TypeRule
from gridgeo.workflow import GridPlan, PlacingSummary, build_plan, geocode_to_file
from gridgeo.zone_check import ZonesReport, check_zones
from gridgeo.zones import cells_to_zones

__all__ = [
    "CITY_ROLES",
    "CITY_TYPES",
    "COMPONENT_16",
    "COMPONENT_16_5",
    "ENVIRONMENT_ROLES",
    "LABOUR_ROLES",
    "PLAIN",
    "UNIT_GRID_14",
    "UNIT_GRID_15",
    "ZONE_2",
    "ZONE_3",
    "AreaRepair",
    "AssignmentError",
    "CRSError",
    "CellIndex",
    "CheckError",
    "CodeError",
    "CodeScheme",
    "ComponentChunks",
    "ComponentScheme",
    "CoverageComparison",
    "CoverageError",
    "CoverageReport",
    "GeometryError",
    "GridGeoError",
    "GridPlan",
    "H3Grid",
    "InputError",
    "LevelsReport",
    "Measure",
    "MissingExtraError",
    "NestingReport",
    "PlacingSummary",
    "Role",
    "SchemaError",
    "SquareGrid",
    "StaffingReport",
    "TooLargeError",
    "TypeRule",
    "ZoneCard",
    "ZoneError",
    "ZonesReport",
    "areas_to_cells",
    "assign_staff",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "build_plan",
    "cells_to_zones",
    "check_coverage",
    "check_levels",
    "check_nesting",
    "check_staffing",
    "check_zones",
    "class_codes",
    "classify_cells",
    "compare_coverages",
    "component_classes",
    "component_codes",
    "count_by_cell",
    "cover_shares",
    "datasets",
    "dissolve_zones",
    "event_classes",
    "explore_faults",
    "explore_grid",
    "explore_tree",
    "from_bd09",
    "from_gcj02",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "geocode",
    "geocode_to_file",
    "iter_components",
    "merge_log",
    "plot_atlas",
    "plot_faults",
    "plot_sheet",
    "plot_tree",
    "read_areas",
    "read_classes",
    "read_components",
    "read_events",
    "read_staff",
    "repair_areas",
    "rotate_staff",
    "save_html",
    "save_sheet",
    "staff_changes",
    "to_bd09",
    "to_gcj02",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
    "working_crs",
    "write_frame",
    "write_ledger",
    "zone_card",
    "zone_cards",
    "zone_codes",
]
