"""The words that frames share: column names and the options that are spelled out."""

from typing import Final, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

AREA_CODE: Final = "area_code"
AREA_NAME: Final = "area_name"
PARENT_CODE: Final = "parent_code"
CELL_CODE: Final = "cell_code"
AREA_M2: Final = "area_m2"
LENGTH_M: Final = "length_m"
KIND: Final = "kind"
N_COMPONENTS: Final = "n_components"
N_PIECES: Final = "n_pieces"
COLUMN: Final = "column"
ROW: Final = "row"
H3: Final = "h3"
CLASS_CODE: Final = "class_code"
CLASS_NAME: Final = "class_name"
CLASS_NAME_EN: Final = "class_name_en"
MAJOR_CODE: Final = "major_code"
MAJOR_NAME: Final = "major_name"
MAJOR_NAME_EN: Final = "major_name_en"
MINOR_CODE: Final = "minor_code"
UNKNOWN_CLASS: Final = "unknown_class"
COMPONENT_CODE: Final = "component_code"
EVENT_CODE: Final = "event_code"
TIME: Final = "time"
ZONE_CODE: Final = "zone_code"
ZONE_NAME: Final = "zone_name"
N_CELLS: Final = "n_cells"
LOAD: Final = "load"
STREET_CODE: Final = "street_code"
STAFF_ID: Final = "staff_id"
NAME: Final = "name"
NAME_EN: Final = "name_en"
ROLE: Final = "role"
FULL_TIME: Final = "full_time"
CELL_TYPE: Final = "cell_type"
ZONE_TYPE: Final = "zone_type"
UNIT_ID: Final = "unit_id"
LEVEL: Final = "level"

KINDS: Final = ("whole", "cut", "merged")
"""``kind`` of a cell: a full lattice cell, a piece of one, or pieces joined."""

Outside: TypeAlias = Literal["keep", "nearest", "raise"]
Unknown: TypeAlias = Literal["keep", "raise"]
Language: TypeAlias = Literal["en", "zh"]

Floats: TypeAlias = npt.NDArray[np.float64]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Geometries: TypeAlias = npt.NDArray[np.object_]
"""A flat array of shapely geometries."""
