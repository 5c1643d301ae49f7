"""Which column is which: as the caller says, else by the usual names, English and Chinese."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gridgeo.errors import SchemaError
from gridgeo.schema import CLASS_CODE, COMPONENT_CODE, EVENT_CODE, TIME

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Sequence

    Path = str | os.PathLike[str]

_DEGREES: Final = (("lon", "lng", "long", "longitude", "经度"), ("lat", "latitude", "纬度"))

# Not X坐标 and Y坐标: surveyors in China write X for north.
_METRES: Final = (("x",), ("y",))

CLASSES: Final = (
    (CLASS_CODE,),
    ("classcode", "class code", "类别代码", "类别编码", "分类代码", "分类编码"),
    ("class", "类别", "部件类别", "事件类别"),
)
"""Names of the column that says what a thing is; the code before the word for it."""

TIMES: Final = (
    (TIME,),
    ("datetime", "timestamp", "date", "时间", "日期", "发生时间", "上报时间", "事件时间"),
)
"""Names of the column that says when something happened."""

OWN_CODES: Final = {
    COMPONENT_CODE: ((COMPONENT_CODE,), ("objid", "部件编码", "部件代码", "部件标识码")),
    EVENT_CODE: ((EVENT_CODE,), ("事件编码", "事件代码", "事件编号")),
}
"""Names of the column with a thing's own code, by what it is called here."""


def usual(columns: Iterable[str], names: Sequence[Sequence[str]]) -> list[str]:
    """Give the columns that bear a usual name, of the first kind of which there is one."""
    for kind in names:
        if found := [column for column in columns if str(column).strip().lower() in kind]:
            return found
    return []


def one_usual(
    columns: Sequence[str], names: Sequence[Sequence[str]], what: str, path: Path
) -> str | None:
    """Give the column that bears a usual name, None where there is none.

    Raises
    ------
    SchemaError
        There are several.
    """
    found = usual(columns, names)
    if len(found) > 1:
        raise SchemaError(f"say which column of {str(path)!r} is `{what}`: {', '.join(found)}.")
    return found[0] if found else None


def coordinate_columns(
    columns: Sequence[str], x: str | None, y: str | None, path: Path, *, metres_first: bool
) -> tuple[str, str]:
    """Give the columns that were named, or else the first usual pair that there is once.

    Raises
    ------
    SchemaError
        There is none.
    """
    kinds = (_METRES, _DEGREES) if metres_first else (_DEGREES, _METRES)
    for x_names, y_names in kinds:
        xs = [x] if x else usual(columns, [x_names])
        ys = [y] if y else usual(columns, [y_names])
        if len(xs) == len(ys) == 1:
            return xs[0], ys[0]
    missing = [axis for axis, given in (("x", x), ("y", y)) if given is None]
    wanted = " and which ".join(f"`{axis}`" for axis in missing)
    has = ", ".join(map(str, columns))
    raise SchemaError(f"say which column of {str(path)!r} is {wanted}; its columns are: {has}.")
