"""components -> the same components with a code of their own that they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from gridgeo._locate import is_finite, place_on
from gridgeo.codes import COMPONENT_16, ComponentScheme, is_digits, number_within
from gridgeo.errors import CodeError, InputError, name_rows
from gridgeo.schema import CELL_CODE, CLASS_CODE, COMPONENT_CODE
from gridgeo.validate import Faults, require_columns, require_geoframe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geopandas import GeoDataFrame

    from gridgeo.schema import Bools, Floats, Geometries, Ints


def component_codes(
    components: GeoDataFrame,
    *,
    district: str | pd.Series,
    scheme: ComponentScheme = COMPONENT_16,
    retired: pd.DataFrame | pd.Series | Sequence[str] | None = None,
) -> GeoDataFrame:
    """Give every component a code: district, class, running number.

    A code that a component has stays. New numbers go on from the highest that was ever used in
    their district and class, so a number that fell free is not used again. They run through
    the cells by ``cell_code``, inside a cell from north to south and from west to east in the
    frame's own CRS; what lies in no cell comes after, what has no place at all last (our own
    rule). The order of the rows decides only between components of one class at one spot.

    Parameters
    ----------
    components
        ``class_code``; ``cell_code`` where geocoded; ``component_code`` where there are codes
        already, empty for components that have none. Components that are gone and still
        listed count as used. Every row is a component: what ``geocode(by="split")`` cuts gets its
        code before it is cut.
    district
        Code of the district as text, or of each component's on the index of ``components``.
    scheme
        How a code is put together; the digits of a code do not tell.
    retired
        Codes of components that are listed no more, or a frame with ``component_code``. Without
        them the highest numbers of a class would be given again.

    Returns
    -------
    GeoDataFrame
        The components, row by row, with ``component_code``.

    Raises
    ------
    SchemaError
        A column is missing.
    InputError
        The scheme is none, or an option is of another kind than said above.
    CodeError
        Classes or districts that are not of the scheme; codes that repeat, are retired, or belong
        to another scheme, district or class; more components of a class than it can number.

    Examples
    --------
    >>> import geopandas
    >>> lamps = geopandas.GeoDataFrame(
    ...     {"class_code": "0118", "component_code": [None, "9901010118000003", None]},
    ...     geometry=shapely.points([[0, 0], [1, 1], [2, 2]]),
    ... )
    >>> component_codes(lamps, district="990101")["component_code"].tolist()
    ['9901010118000005', '9901010118000003', '9901010118000004']
    """
    require_geoframe(components, "components")
    require_columns(components, [CLASS_CODE], "components")
    if not isinstance(scheme, ComponentScheme):
        raise InputError(f"`scheme` must be a ComponentScheme, as COMPONENT_16 is, not {scheme!r}.")
    prefixes = _prefixes(components, district, scheme)
    gone = _retired_codes(retired, scheme)
    codes = _present_codes(components, prefixes, gone, scheme)
    new = (codes == "").to_numpy()
    if new.any():
        group, known = pd.factorize(prefixes)
        place = np.append(group[~new], pd.Index(known).get_indexer(gone.str[: scheme.prefix_width]))
        used = _highest(pd.concat([codes[~new], gone]), place, len(known), scheme)
        order = _order(components[new], group[new])
        numbers = np.empty(len(order), dtype=np.int64)
        numbers[order] = used[group[new][order]] + number_within(group[new][order])
        _refuse_overflow(prefixes[new], numbers, scheme)
        width = scheme.district_width
        made = scheme.build(prefixes[new].str[:width], prefixes[new].str[width:], numbers)
        codes.iloc[np.flatnonzero(new)] = made.array
    return components.assign(**{COMPONENT_CODE: codes})


def _prefixes(
    components: GeoDataFrame, district: str | pd.Series, scheme: ComponentScheme
) -> pd.Series:
    """Join district and class of each component, guarded."""
    wanted = f"text of {scheme.district_width} digits, as {scheme.name} needs"
    if isinstance(district, pd.Series):
        if not district.index.equals(components.index):
            raise InputError("`district` must have the index of `components`.")
        districts = district
    else:
        if not isinstance(district, str) or not is_digits(
            pd.Series([district]), scheme.district_width
        ):
            raise CodeError(f"`district` must be {wanted}, not {district!r}.")
        districts = pd.Series(district, index=components.index, dtype="str")
    classes = _as_codes(components[CLASS_CODE])
    none = (classes == "").to_numpy()
    faults = Faults("components", components.index)
    faults.add(CodeError, none, f"components without {CLASS_CODE!r}; fill it")
    faults.add(
        CodeError,
        ~none & ~is_digits(classes, scheme.class_width),
        f"{CLASS_CODE!r} must be {scheme.class_width} digits, as {scheme.name} needs; class_codes "
        "gives them from a table of classes",
    )
    faults.add(
        CodeError, ~is_digits(districts, scheme.district_width), f"district must be {wanted}"
    )
    faults.raise_if_any()
    return districts.astype("str") + classes


def _retired_codes(
    retired: pd.DataFrame | pd.Series | Sequence[str] | None, scheme: ComponentScheme
) -> pd.Series:
    if isinstance(retired, str):
        raise InputError(f"`retired` must be a sequence of codes, not the text {retired!r}.")
    if isinstance(retired, pd.DataFrame):
        require_columns(retired, [COMPONENT_CODE], "retired")
        retired = retired[COMPONENT_CODE]
    listed = (
        retired if isinstance(retired, pd.Series) else pd.Series(list(retired or ()), dtype=object)
    )
    codes = _as_codes(listed)
    faults = Faults("retired", codes.index)
    faults.add(
        CodeError,
        (codes != "").to_numpy() & ~scheme.fits(codes),
        f"these are no {scheme.name} codes; mend them or take them out",
    )
    faults.raise_if_any()
    return codes[codes != ""]


def _present_codes(
    components: GeoDataFrame, prefixes: pd.Series, gone: pd.Series, scheme: ComponentScheme
) -> pd.Series:
    """Give the codes that components have, guarded; empty text for those without."""
    if COMPONENT_CODE not in components:
        return pd.Series("", index=components.index, dtype="str")
    codes = _as_codes(components[COMPONENT_CODE])
    has = (codes != "").to_numpy()
    sound = has & scheme.fits(codes)
    width = scheme.district_width
    near = (codes.str[:width] == prefixes.str[:width]).to_numpy()
    alike = (codes.str[width : scheme.prefix_width] == prefixes.str[width:]).to_numpy()
    anew = "empty it for a new one, and pass the old one as `retired`"
    faults = Faults("components", components.index)
    for at_fault, message in (
        (has & ~sound, f"{COMPONENT_CODE!r} is no {scheme.name} code; mend or empty it"),
        (sound & ~near, f"{COMPONENT_CODE!r} is of another district; {anew}"),
        (sound & ~alike, f"{COMPONENT_CODE!r} is of another class than {CLASS_CODE!r}; {anew}"),
        (
            has & codes.duplicated(keep=False).to_numpy(),
            f"{COMPONENT_CODE!r} repeats; leave it to one component and empty the others",
        ),
        (
            has & codes.isin(gone).to_numpy(),
            f"{COMPONENT_CODE!r} is retired; empty it, or take it out of `retired`",
        ),
    ):
        faults.add(CodeError, at_fault, message)
    faults.raise_if_any()
    return codes


def _highest(codes: pd.Series, group: Ints, n_groups: int, scheme: ComponentScheme) -> Ints:
    """Find the highest number that the codes of each group use; 0 where there are none."""
    highest = np.zeros(n_groups, dtype=np.int64)
    numbers = codes.str[scheme.prefix_width :].astype(np.int64).to_numpy()
    np.maximum.at(highest, group[group >= 0], numbers[group >= 0])
    return highest


def _order(components: GeoDataFrame, group: Ints) -> Ints:
    """Order components by group, cell, north to south, west to east, and else as they come."""
    block = group
    if CELL_CODE in components:
        cell, known = pd.factorize(_as_codes(components[CELL_CODE]), sort=True)
        if known[0] == "":
            cell[cell == 0] = len(known)
        block = group * (len(known) + 1) + cell
    x, y = _places(components.geometry.to_numpy()).T
    return np.lexsort((x, -y, block))


def _places(geometry: Geometries) -> Floats:
    """Give x and y of the point that stands for each geometry; NaN, which sorts last, for none."""
    xy = np.full((len(geometry), 2), np.nan)
    usable = is_finite(geometry) & ~(shapely.is_missing(geometry) | shapely.is_empty(geometry))
    xy[usable] = shapely.get_coordinates(place_on(geometry[usable]))
    return xy


def _refuse_overflow(prefixes: pd.Series, numbers: Ints, scheme: ComponentScheme) -> None:
    over: Bools = numbers > scheme.most
    if not over.any():
        return
    highest = pd.Series(numbers[over]).groupby(prefixes[over].to_numpy()).max().head(8)
    width = scheme.district_width
    named = ", ".join(
        f"class {prefix[width:]!r} in district {prefix[:width]!r} would reach {number:,}"
        for prefix, number in zip(map(str, highest.index), highest, strict=True)
    )
    rows = prefixes.index[over]
    raise CodeError(
        f"{scheme.name} codes number at most {scheme.most:,} components of a class in a district, "
        f"but {named}. Split the class or the district, or name a scheme with more digits "
        f"{name_rows(rows)}.",
        rows=rows,
    )


def _as_codes(column: pd.Series) -> pd.Series:
    return column.astype("str").fillna("").str.strip()
