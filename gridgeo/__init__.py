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
    CodeScheme,
    ComponentScheme,
)
from gridgeo.comparison import CoverageComparison, compare_coverages
from gridgeo.components import component_codes
from gridgeo.counting import count_by_cell
from gridgeo.coverage import CoverageReport, check_coverage
from gridgeo.crs import working_crs
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
)
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
from gridgeo.shifts import from_bd09, from_gcj02, to_bd09, to_gcj02
from gridgeo.workflow import GridPlan, PlacingSummary, build_plan, geocode_to_file

__all__ = [
    "COMPONENT_16",
    "COMPONENT_16_5",
    "PLAIN",
    "UNIT_GRID_14",
    "UNIT_GRID_15",
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
    "MissingExtraError",
    "NestingReport",
    "PlacingSummary",
    "SchemaError",
    "SquareGrid",
    "TooLargeError",
    "areas_to_cells",
    "bd09_to_gcj02",
    "bd09_to_wgs84",
    "build_plan",
    "check_coverage",
    "check_levels",
    "check_nesting",
    "class_codes",
    "compare_coverages",
    "component_classes",
    "component_codes",
    "count_by_cell",
    "datasets",
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
    "repair_areas",
    "save_html",
    "save_sheet",
    "to_bd09",
    "to_gcj02",
    "wgs84_to_bd09",
    "wgs84_to_gcj02",
    "working_crs",
    "write_frame",
]
