"""Tables of classes: those that come with gridgeo, and the user's own."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from gridgeo.classes import class_table
from gridgeo.io import read_table
from gridgeo.validate import require_option

if TYPE_CHECKING:
    import os

    import pandas as pd

ComponentEdition: TypeAlias = Literal["cjt214", "beijing_older", "shenzhen_21"]
EventEdition: TypeAlias = Literal["cjt214"]


def component_classes(edition: ComponentEdition) -> pd.DataFrame:
    """Give the classes of city components in one numbering.

    Tables were read from public city systems; none is claimed to conform to a standard. Hold it
    against the edition that your city works by, or bring its own with :func:`read_classes`.

    Parameters
    ----------
    edition
        ``"cjt214"``: the older common numbering, known as "CJ/T 214-2007 type" (the edition is
        inferred; it is not GB/T 30428.2-2013, whose minor numbers differ). ``"beijing_older"``:
        one district of Beijing, by an older numbering of its own. ``"shenzhen_21"``: classes of
        major 21 that one system adds to the common ones.

    Returns
    -------
    DataFrame
        One row a class, all text: ``class_code``, ``major_code``, ``minor_code``; ``major_name``
        and ``class_name`` (Chinese), ``major_name_en`` and ``class_name_en`` (gridgeo's own
        translations), empty where not known; ``evidence``, how firm the row is; for ``"cjt214"``
        also ``geometry_type``: point, line or polygon.

    Raises
    ------
    InputError
        There is no such edition.

    Examples
    --------
    >>> classes = component_classes("cjt214")
    >>> len(classes)
    85
    >>> classes.loc[17, ["class_code", "class_name", "class_name_en", "major_name"]].tolist()
    ['0118', '路灯', 'Street light', '公用设施']

    Names for the columns that :func:`gridgeo.count_by_cell` gives:

    >>> names = classes.set_index("class_code")["class_name_en"]
    >>> names[["0118", "0402"]].tolist()
    ['Street light', 'Street tree']
    """
    require_option(edition, get_args(ComponentEdition), "edition")
    return read_classes(_file(f"components_{edition}.csv"))


def event_classes(edition: EventEdition) -> pd.DataFrame:
    """Give the classes of events in one numbering.

    Parameters
    ----------
    edition
        ``"cjt214"``: as for :func:`component_classes`.

    Returns
    -------
    DataFrame
        As :func:`component_classes` gives it, without ``geometry_type``.

    Raises
    ------
    InputError
        There is no such edition.

    Examples
    --------
    >>> events = event_classes("cjt214")
    >>> len(events), events["major_name_en"].nunique()
    (54, 5)
    """
    require_option(edition, get_args(EventEdition), "edition")
    return read_classes(_file(f"events_{edition}.csv"))


def read_classes(path: str | os.PathLike[str], *, encoding: str | None = None) -> pd.DataFrame:
    r"""Read a city's own table of classes.

    Parameters
    ----------
    path
        A csv: ``class_code``, or ``major_code`` and ``minor_code`` of which it is made;
        ``class_name``, ``class_name_en`` or both; ``major_name`` and ``major_name_en`` where
        known. Where codes are not parted, their first two digits are the major code.
    encoding
        How its text is written; UTF-8, or else GB18030, where not given.

    Returns
    -------
    DataFrame
        As :func:`component_classes` gives it, all other columns of the file behind.

    Raises
    ------
    InputError
        The file does not exist or cannot be read.
    SchemaError
        The file has no rows, or a column is not there.
    CodeError
        Codes that are missing, repeated, not made of their parts, or of different lengths.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "classes.csv")
    ...     _ = file.write_text("class_code,class_name\n2151,给水管线\n", encoding="utf-8")
    ...     read_classes(file).iloc[0, :3].tolist()
    ['2151', '21', '51']
    """
    table = class_table(read_table(path, encoding=encoding), str(path))
    return table.fillna("")


def _file(name: str) -> Path:
    return Path(str(resources.files("gridgeo"))) / "tables" / name
