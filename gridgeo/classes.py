"""What components or events are called -> the codes of their classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar, get_args

import numpy as np
import pandas as pd

from gridgeo._class_texts import NO_CLASS, ClassIndex, index_classes
from gridgeo._texts import as_text, inexact
from gridgeo.errors import SHOWN_ROWS, CodeError, InputError, SchemaError
from gridgeo.schema import (
    CLASS_CODE,
    CLASS_NAME,
    CLASS_NAME_EN,
    MAJOR_CODE,
    MAJOR_NAME,
    MAJOR_NAME_EN,
    MINOR_CODE,
    UNKNOWN_CLASS,
    Unknown,
)
from gridgeo.validate import (
    Faults,
    require_columns,
    require_option,
    require_rows,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridgeo.schema import Bools

COLUMNS: Final = (
    CLASS_CODE,
    MAJOR_CODE,
    MINOR_CODE,
    MAJOR_NAME,
    MAJOR_NAME_EN,
    CLASS_NAME,
    CLASS_NAME_EN,
)
"""Columns of a table of classes; a name without a language is the local one, such as Chinese."""

_NAMES: Final = (CLASS_NAME, CLASS_NAME_EN, MAJOR_NAME, MAJOR_NAME_EN)
_MAJOR_WIDTH: Final = 2
"""Characters of the major code where a table does not part its codes."""

Frame = TypeVar("Frame", bound=pd.DataFrame)


def class_codes(
    features: Frame,
    classes: pd.DataFrame,
    *,
    column: str = CLASS_CODE,
    unknown: Unknown = "keep",
) -> Frame:
    """Give components or events the code and the names of their class from a table.

    A class may be written as its code, with or without leading zeros or something between major
    and minor code (``0110``, ``110``, ``01-10``), or as its name in either language. Width, case,
    spaces and dashes do not count, all else must agree: a name that two classes share, or that is
    only like one, is unknown. ``1.1`` is too, since it may have been ``1.10``.

    Parameters
    ----------
    features
        Components or events, with a geometry or without.
    classes
        Table of classes, as :func:`gridgeo.component_classes`, :func:`gridgeo.event_classes` or
        :func:`gridgeo.read_classes` give it: ``class_code`` (unique text) and a name.
    column
        Where the class is written, as text or as whole numbers.
    unknown
        What becomes of a feature whose class is not in the table: ``"keep"`` leaves its code
        empty and its text in ``unknown_class``, ``"raise"`` refuses the frame.

    Returns
    -------
    DataFrame
        The features, row by row, with ``class_code``, ``class_name``, ``class_name_en``,
        ``major_name``, ``major_name_en`` (empty text where there is none) and
        ``unknown_class``: what was written, where the table does not know it, else empty.
        Columns of these names are replaced, all others kept. Where nothing is written in
        ``column``, the ``unknown_class`` of an earlier run is read.

    Raises
    ------
    SchemaError, CodeError
        The table cannot be used, ``column`` is not there, or it holds decimal numbers.
    InputError
        An option is unknown, or classes are not in the table and ``unknown="raise"``; then
        ``.rows`` names them.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"class_code": ["0101", "0118"], "class_name": ["上水井盖", "路灯"],
    ...      "class_name_en": ["Water-supply manhole cover", "Street light"]}
    ... )
    >>> found = pd.DataFrame({"kind": ["路灯", "street  light", "1-18", "101", "lamp"]})
    >>> class_codes(found, table, column="kind")[["class_code", "class_name", "unknown_class"]]
      class_code class_name unknown_class
    0       0118         路灯
    1       0118         路灯
    2       0118         路灯
    3       0101       上水井盖
    4                                lamp
    """
    require_option(unknown, get_args(Unknown), "unknown")
    require_columns(features, [column], "features")
    classes = class_table(classes)
    texts = _written(features, column)
    index = index_classes(
        classes[CLASS_CODE].tolist(),
        classes[MAJOR_CODE].tolist(),
        [classes[name].tolist() for name in (CLASS_NAME, CLASS_NAME_EN)],
    )
    text, distinct = pd.factorize(texts)
    place = np.array([index.find(one) for one in distinct], dtype=np.int64)[text]
    known = place != NO_CLASS
    if unknown == "raise":
        _refuse_unknown(texts, known, column, index)
    found = {
        name: pd.Series([*classes[name], ""], dtype="str").array.take(place)
        for name in (CLASS_CODE, *_NAMES)
    }
    return features.assign(**found, **{UNKNOWN_CLASS: texts.mask(known, "").array})


def class_table(classes: pd.DataFrame, name: str = "classes") -> pd.DataFrame:
    """Guard a table of classes, and fill in the columns that it may lack.

    Parameters
    ----------
    classes
        ``class_code``, or ``major_code`` and ``minor_code`` of which it is made; ``class_name``,
        ``class_name_en`` or both. Where codes are not parted, their first two characters are
        the major code.
    name
        What the user calls the table.

    Returns
    -------
    DataFrame
        :data:`COLUMNS` as text, without nulls, then all other columns of the table.

    Raises
    ------
    SchemaError
        No rows, or a column is missing.
    CodeError
        Codes that are missing, no text, repeated, not made of their parts, or of different
        lengths.
    """
    require_rows(classes, name)
    parted = MAJOR_CODE in classes and MINOR_CODE in classes
    if not parted or CLASS_CODE in classes:
        require_columns(classes, [CLASS_CODE], name)
    if CLASS_NAME not in classes and CLASS_NAME_EN not in classes:
        raise SchemaError(f"`{name}` names no class; give it {CLASS_NAME!r} or {CLASS_NAME_EN!r}.")
    given = [column for column in COLUMNS if column in classes]
    _check_text(classes, [column for column in given if column not in _NAMES], name)
    table = classes.assign(**{column: _stripped(classes[column]) for column in given})
    if CLASS_CODE not in table:
        table[CLASS_CODE] = table[MAJOR_CODE] + table[MINOR_CODE]
    if not parted:
        code = table[CLASS_CODE].where(_in_digits(table[CLASS_CODE]), "")
        table[MAJOR_CODE], table[MINOR_CODE] = code.str[:_MAJOR_WIDTH], code.str[_MAJOR_WIDTH:]
    _check_codes(table, name, parted=parted)
    table = table.assign(**dict.fromkeys((c for c in COLUMNS if c not in table), ""))
    return table[[*COLUMNS, *table.columns.difference(list(COLUMNS), sort=False)]]


def _check_text(classes: pd.DataFrame, columns: Sequence[str], name: str) -> None:
    faults = Faults(name, classes.index)
    for column in columns:
        text = classes[column].map(lambda code: isinstance(code, str)).to_numpy(bool)
        missing = (_stripped(classes[column]) == "").to_numpy()
        faults.add(CodeError, missing, f"every class needs {column!r}; fill it")
        faults.add(
            CodeError,
            ~text & ~missing,
            f"{column!r} must be text, a number loses its leading zeros; read it as text",
        )
    faults.raise_if_any()


def _check_codes(table: pd.DataFrame, name: str, *, parted: bool) -> None:
    code, major = table[CLASS_CODE], table[MAJOR_CODE]
    faults = Faults(name, table.index)
    faults.add(
        CodeError,
        code.duplicated(keep=False).to_numpy(),
        f"{CLASS_CODE!r} repeats; keep one row for each class",
    )
    if parted:
        apart = (code != major + table[MINOR_CODE]).to_numpy()
        faults.add(CodeError, apart, f"{CLASS_CODE!r} is not {MAJOR_CODE!r} and {MINOR_CODE!r}")
    for codes in (code, major):
        length = codes.str.len().where(_in_digits(codes))
        faults.add(
            CodeError,
            (length < length.max()).to_numpy(bool),
            f"{codes.name!r} is shorter than others, a spreadsheet may have taken leading zeros; "
            "fill them up",
        )
    faults.raise_if_any()


def _written(features: pd.DataFrame, column: str) -> pd.Series:
    """Give what is written for the class of each feature; empty text where nothing is."""
    faults = Faults("features", features.index)
    faults.add(
        CodeError,
        inexact(features[column]),
        f"column {column!r} holds decimal numbers; store classes as text",
    )
    faults.raise_if_any()
    texts = as_text(features[column]).fillna("")
    if UNKNOWN_CLASS in features:
        texts = texts.where(texts != "", _stripped(features[UNKNOWN_CLASS]))
    return texts


def _refuse_unknown(texts: pd.Series, known: Bools, column: str, index: ClassIndex) -> None:
    blank = (texts == "").to_numpy()
    faults = Faults("features", texts.index)
    named = []
    for text in texts[~known & ~blank].unique()[:SHOWN_ROWS]:
        near = index.nearest(text)
        named.append(repr(text) if near is None else f"{text!r} (is it {near!r}?)")
    faults.add(
        InputError,
        ~known & ~blank,
        f"classes in {column!r} that are not in the table, or there more than once: "
        f"{', '.join(named)}; write them as the table does, or choose unknown='keep'",
    )
    faults.add(InputError, blank, f"no class in {column!r}; fill it, or choose unknown='keep'")
    faults.raise_if_any()


def _stripped(column: pd.Series) -> pd.Series:
    return column.astype("str").fillna("").str.strip()


def _in_digits(codes: pd.Series) -> Bools:
    return codes.str.fullmatch("[0-9]+").to_numpy(bool)
