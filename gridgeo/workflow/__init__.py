"""The whole walk: areas and components in, a grid that can be managed out."""

from gridgeo.workflow.building import build_plan
from gridgeo.workflow.placing import PlacingSummary, geocode_to_file
from gridgeo.workflow.plan import FILES, ZONE_FILES, GridPlan

__all__ = [
    "FILES",
    "ZONE_FILES",
    "GridPlan",
    "PlacingSummary",
    "build_plan",
    "geocode_to_file",
]
