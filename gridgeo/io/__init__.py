"""Files -> frames: text stays text, and nothing about a file is guessed silently."""

from gridgeo.io.areas import read_areas, read_cells
from gridgeo.io.chunks import ComponentChunks, iter_components
from gridgeo.io.features import read_components, read_events
from gridgeo.io.frames import read_frame
from gridgeo.io.staff import read_staff
from gridgeo.io.tables import read_table

__all__ = [
    "ComponentChunks",
    "iter_components",
    "read_areas",
    "read_cells",
    "read_components",
    "read_events",
    "read_frame",
    "read_staff",
    "read_table",
]
