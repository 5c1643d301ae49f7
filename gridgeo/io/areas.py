"""Files -> areas, and cells to be checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridgeo._texts import as_text
from gridgeo.io.codes import joined_codes
from gridgeo.io.frames import read_frame, with_crs
from gridgeo.io.tables import tell
from gridgeo.schema import AREA_CODE, AREA_NAME, CELL_CODE, PARENT_CODE
from gridgeo.validate import Faults, add_code_faults, require_columns, require_rows

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

    from geopandas import GeoDataFrame

    from gridgeo.io.codes import CodeWidth


def read_areas(  # noqa: PLR0913 - what a file does not say of itself, all named
    path: str | os.PathLike[str],
    *,
    code: str | Sequence[str] = AREA_CODE,
    name: str | None = None,
    parent: str | Sequence[str] | None = None,
    layer: str | None = None,
    crs: object = None,
    encoding: str | None = None,
    code_width: CodeWidth | None = None,
) -> GeoDataFrame:
    """Read administrative areas from a file.

    Parameters
    ----------
    path
        GeoPackage, Shapefile, GeoJSON, GeoParquet, or a folder ``.gdb``.
    code
        The column that holds the area's code, or several whose texts joined make it. A number
        becomes its digits, 110101001001.0 too; leading zeros that a spreadsheet took away come
        back by ``code_width``.
    name
        The column that holds its name, text or not; ``area_name`` where there is one, else the
        code.
    parent
        The column or columns that make the code of the area one level up.
    layer
        Which layer of a GeoPackage or a folder ``.gdb``.
    crs
        The file's CRS where the file does not say.
    encoding
        How a Shapefile's text is written. Where neither this nor the file says (no ``.cpg``, no
        language in the ``.dbf``), it is UTF-8 or else GB18030 if all of the text is valid in it.
    code_width
        Digits of the codes in the column ``code``, or of several columns as a dictionary. Numbers
        with fewer digits get back the leading zeros that they lost.

    Returns
    -------
    GeoDataFrame
        ``area_code`` and ``area_name`` (text), ``parent_code`` where asked for, all other columns
        of the file, in its own CRS. Geometries are not looked at yet.

    Raises
    ------
    InputError
        The file does not exist or cannot be read.
    SchemaError
        A column is not there, or the file has no rows.
    CodeError
        Codes missing or repeated, numbers that are not whole or too long to be exact, or codes
        that are not of their width.
    CRSError
        Neither the file nor ``crs`` says which CRS it is.

    Warns
    -----
    UserWarning
        Codes seem to have lost leading zeros.

    Examples
    --------
    >>> from gridgeo.datasets import sample_path
    >>> streets = read_areas(sample_path("streets"), parent="parent_code")
    >>> streets.loc[0, ["area_code", "parent_code"]].tolist()
    ['990101001', '990101']
    """
    areas = with_crs(read_frame(path, layer=layer, encoding=encoding), crs, path)
    require_rows(areas, str(path))
    codes, notes = joined_codes(areas, code, path, code_width)
    areas = areas.assign(**{AREA_CODE: codes})
    faults = Faults(str(path), areas.index)
    add_code_faults(faults, areas[AREA_CODE], AREA_CODE)
    faults.raise_if_any()
    if name is not None or AREA_NAME not in areas:
        require_columns(areas, [name or AREA_CODE], str(path))
        named = as_text(areas[name or AREA_CODE], exact=False)
        areas = areas.assign(**{AREA_NAME: named})
    if parent is not None:
        by_column = None if isinstance(code_width, int) else code_width
        codes, more = joined_codes(areas, parent, path, by_column)
        areas, notes = areas.assign(**{PARENT_CODE: codes}), notes + more
    tell(notes)
    return areas


def read_cells(
    path: str | os.PathLike[str],
    *,
    code: str | Sequence[str] | None = None,
    area: str | Sequence[str] | None = None,
    layer: str | None = None,
    crs: object = None,
) -> GeoDataFrame:
    """Read cells to be checked: ``cell_code`` and ``area_code`` as text, however faulty.

    ``code`` and ``area`` name the columns that hold or make them, where other than these; all
    else is as for :func:`read_areas`. A file with ``area_code`` alone is one of areas.
    """
    cells = with_crs(read_frame(path, layer=layer), crs, path)
    if code is not None or CELL_CODE in cells or AREA_CODE not in cells:
        cells = cells.assign(**{CELL_CODE: joined_codes(cells, code or CELL_CODE, path)[0]})
    if area is not None or AREA_CODE in cells:
        cells = cells.assign(**{AREA_CODE: joined_codes(cells, area or AREA_CODE, path)[0]})
    return cells
