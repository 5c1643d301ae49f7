"""Files -> staff."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gridgeo._texts import NO_VALUE
from gridgeo.errors import SchemaError
from gridgeo.io.codes import joined_codes
from gridgeo.io.columns import one_usual
from gridgeo.io.tables import read_table, tell
from gridgeo.schema import FULL_TIME, NAME, NAME_EN, ROLE, STAFF_ID, STREET_CODE
from gridgeo.validate import Faults, add_code_faults, require_columns, require_option, require_rows

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping

    import pandas as pd

    from gridgeo.io.codes import CodeWidth

_USUAL: Final = {
    STAFF_ID: ((STAFF_ID,), ("id", "工号", "编号", "人员编号", "员工编号", "人员编码")),
    NAME: ((NAME,), ("姓名", "人员姓名", "名字")),
    ROLE: ((ROLE,), ("职务", "角色", "岗位", "网格职务")),
    NAME_EN: ((NAME_EN,), ("英文名", "拼音")),
    STREET_CODE: ((STREET_CODE,), ("街道代码", "街道编码")),
    FULL_TIME: ((FULL_TIME,), ("专职", "是否专职", "专兼职", "专职兼职", "专职/兼职")),
    "phone": (("phone",), ("电话", "手机", "联系电话", "手机号", "手机号码")),
}
"""Names of the columns of staff, English and Chinese; the first three must be there."""

_NEEDED: Final = (STAFF_ID, NAME, ROLE)
_YES: Final = ("true", "t", "yes", "y", "1", "full", "full-time", "full time", "是", "专职", "全职")
_NO: Final = ("false", "f", "no", "n", "0", "part", "part-time", "part time", "否", "兼职")
_GUARDED = r"^'(?=[=+\-@\t\r])"


def read_staff(
    path: str | os.PathLike[str],
    *,
    columns: Mapping[str, str] | None = None,
    encoding: str | None = None,
    sheet: str | None = None,
    code_width: CodeWidth | None = None,
) -> pd.DataFrame:
    r"""Read staff from a table, all text but for ``full_time``.

    Parameters
    ----------
    path
        A text table or a workbook.
    columns
        The file's column for each of ours, as ``{"staff_id": "GH"}``. What is not named is found
        by its usual name, English or Chinese (工号, 姓名, 职务, 街道代码, 是否专职, 电话).
    encoding
        How a text table is written; found out where not given.
    sheet
        Which sheet of a workbook.
    code_width
        Digits of the columns of codes, as ``{"staff_id": 6}``: zeros that a spreadsheet took come
        back.

    Returns
    -------
    DataFrame
        ``staff_id`` (unique), ``name``, ``role``; ``name_en``, ``street_code``, ``phone`` (empty
        text where nothing is written) and ``full_time`` (True, False, or missing) where the file
        has them; then all its other columns. A name stays as it is written, also one that a
        spreadsheet would take for a formula.

    Raises
    ------
    InputError
        The file does not exist or cannot be read, or ``columns`` names what is none of ours.
    SchemaError
        No rows, a column is not there or might be one of several, or ``full_time`` is neither yes
        nor no.
    CodeError
        Ids are missing, repeat, or are numbers that are not whole.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     file = Path(folder, "staff.csv")
    ...     _ = file.write_text("工号,姓名,职务,是否专职\n007,李海,网格长,是\n", encoding="utf-8")
    ...     read_staff(file).loc[0, ["staff_id", "name", "role"]].tolist()
    ['007', '李海', '网格长']
    """
    table = read_table(path, encoding=encoding, sheet=sheet)
    require_rows(table, str(path))
    chosen = dict(columns or {})
    for ours in chosen:
        require_option(ours, tuple(_USUAL), "columns")
    require_columns(table, list(chosen.values()), str(path))
    rest = [column for column in table.columns if column not in chosen.values()]
    for ours, usual in _USUAL.items():
        if ours not in chosen:
            found = one_usual(rest, usual, ours, path)
            chosen |= {ours: found} if found else {}
    missing = [ours for ours in _NEEDED if ours not in chosen]
    if missing:
        raise SchemaError(
            f"{str(path)!r} lacks {', '.join(map(repr, missing))}; name its columns with "
            f"columns={{{missing[0]!r}: ...}}. Columns there are: {', '.join(table.columns)}."
        )
    staff = table.rename(columns={theirs: ours for ours, theirs in chosen.items()})
    staff = _with_codes(staff, path, code_width)
    texts = [str(column) for column in staff if column not in {STAFF_ID, FULL_TIME}]
    staff[texts] = staff[texts].fillna("").apply(lambda text: text.str.strip())
    staff[NAME] = staff[NAME].str.replace(_GUARDED, "", regex=True)
    if FULL_TIME in staff:
        staff[FULL_TIME] = _yes_or_no(staff[FULL_TIME], str(path))
    first = [ours for ours in _USUAL if ours in chosen]
    return staff[[*first, *(column for column in staff if column not in first)]]


def _with_codes(
    staff: pd.DataFrame, path: str | os.PathLike[str], code_width: CodeWidth | None
) -> pd.DataFrame:
    """Read the columns of codes: ids, which must be there once each, and streets."""
    widths = {STAFF_ID: code_width} if isinstance(code_width, int) else dict(code_width or {})
    notes = []
    for column in (STAFF_ID, STREET_CODE):
        if column in staff:
            codes, more = joined_codes(staff, column, path, widths.get(column))
            staff = staff.assign(**{column: codes})
            notes += more
    faults = Faults(str(path), staff.index)
    add_code_faults(faults, staff[STAFF_ID], STAFF_ID)
    faults.raise_if_any()
    tell(notes)
    return staff


def _yes_or_no(column: pd.Series, name: str) -> pd.Series:
    """Read what is written for yes and no; missing where nothing is."""
    text = column.fillna("").str.strip().str.lower()
    yes, no, none = text.isin(_YES), text.isin(_NO), text.isin(NO_VALUE)
    faults = Faults(name, column.index)
    faults.add(
        SchemaError,
        ~(yes | no | none).to_numpy(),
        f"{FULL_TIME!r} must say yes or no, as True and False or 专职 and 兼职; mend it",
    )
    faults.raise_if_any()
    if not none.any():
        return yes
    return yes.astype("boolean").mask(none)
