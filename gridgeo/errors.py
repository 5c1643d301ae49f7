"""What gridgeo raises.

GridGeoError                      ``.rows``: labels at fault, as many as there are
├─ InputError (ValueError)        the input cannot be used as it is
│  ├─ CRSError                    no CRS, or one that cannot serve
│  ├─ GeometryError               null, empty, invalid or of the wrong type
│  ├─ SchemaError                 a column is missing or holds the wrong thing
│  └─ CodeError                   codes missing, repeated, or not of their scheme
├─ CheckError                     raised by ``raise_for_faults()`` only
│  ├─ CoverageError               gaps, overlaps, cells outside
│  ├─ ZoneError                   zones in pieces, across units, overloaded
│  └─ AssignmentError             a zone without its persons
├─ TooLargeError (ValueError)     refused before memory is spent
└─ MissingExtraError (ImportError)  an optional dependency is not installed
"""

from collections.abc import Hashable, Iterable
from typing import Final

SHOWN_ROWS: Final = 8


class GridGeoError(Exception):
    """Base of every error that gridgeo raises on purpose.

    Parameters
    ----------
    message
        What was expected, what came, and the remedy.
    rows
        Index labels of the rows at fault; empty where no row is to blame.
    """

    def __init__(self, message: str, *, rows: Iterable[Hashable] = ()) -> None:
        super().__init__(message)
        self.rows: tuple[Hashable, ...] = tuple(rows)


class InputError(GridGeoError, ValueError):
    """The input cannot be used as it is."""


class CRSError(InputError):
    """The coordinate reference system is missing or cannot serve."""


class GeometryError(InputError):
    """A geometry is null, empty, invalid or of the wrong type."""


class SchemaError(InputError):
    """A column is missing or does not hold what it should."""


class CodeError(InputError):
    """Codes are missing, repeated, or not of their scheme."""


class CheckError(GridGeoError):
    """A report has faults and its owner asked for an exception."""


class CoverageError(CheckError):
    """A coverage has gaps, overlaps or cells outside their area."""


class ZoneError(CheckError):
    """Cells have no zone, or zones are in pieces, reach across units or carry too much."""


class AssignmentError(CheckError):
    """A zone lacks the persons that the rules ask for."""


class TooLargeError(GridGeoError, ValueError):
    """The work would not fit into memory; nothing was spent on it yet."""


class MissingExtraError(GridGeoError, ImportError):
    """An optional dependency is not installed."""


def name_rows(rows: Iterable[Hashable]) -> str:
    """Name the first rows at fault and count the others."""
    labels = [str(label) for label in rows]
    more = f" and {len(labels) - SHOWN_ROWS} more" if len(labels) > SHOWN_ROWS else ""
    return f"({'row' if len(labels) == 1 else 'rows'} {', '.join(labels[:SHOWN_ROWS])}{more})"
