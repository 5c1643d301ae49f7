"""Cell codes: built, taken apart, refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.codes import PLAIN, UNIT_GRID_14, UNIT_GRID_15, number_within, scheme_for
from gridgeo.errors import CodeError

AREAS = st.from_regex(r"[0-9]{12}", fullmatch=True)


@given(area=AREAS, number=st.integers(1, 999))
def test_unit_grid_codes_come_home(area, number):
    """Area and number -> 15 digits -> the same area and number."""
    code = UNIT_GRID_15.build(pd.Series([area]), np.array([number]))
    assert code.str.len().tolist() == [15]
    parts = UNIT_GRID_15.parse(code).iloc[0].tolist()
    assert "".join(parts[:3]) == area
    assert int(parts[3]) == number


@given(
    area=st.text(st.characters(categories=["L", "N"]), min_size=1), number=st.integers(1, 99_999)
)
def test_plain_codes_come_home(area, number):
    """Any area code, with a dash and a number of four digits or more."""
    code = PLAIN.build(pd.Series([area]), np.array([number]))
    assert PLAIN.parse(code).iloc[0].tolist() == [area, f"{number:04d}"]


def test_the_first_twelve_digits_select_a_community():
    """Codes are prefix-ordered text, leading zeros included."""
    codes = UNIT_GRID_15.build(pd.Series(["010101001001", "010101001002"]), np.array([7, 7]))
    assert codes.tolist() == ["010101001001007", "010101001002007"]
    assert codes.str.startswith("010101001001").sum() == 1


def test_the_scheme_follows_the_areas():
    """12-digit area codes make unit grid codes; one that differs makes all plain."""
    assert scheme_for(pd.Series(["990101001001"])) is UNIT_GRID_15
    assert scheme_for(pd.Series(["990101001001", "25017"])) is PLAIN


def test_an_area_code_of_the_wrong_width_is_refused():
    """The error names the codes and another scheme."""
    with pytest.raises(CodeError, match=r"12 digits; these are not: '25017'.*PLAIN"):
        UNIT_GRID_15.build(pd.Series(["25017"]), np.array([1]))


def test_overflow_is_refused():
    """Number 100 does not fit two digits, and no number is cut short."""
    with pytest.raises(CodeError, match="would get 100 cells") as caught:
        UNIT_GRID_14.build(pd.Series(["990101001001"]), np.array([100]))
    assert caught.value.rows == ("990101001001",)


@pytest.mark.parametrize("code", ["99010100100100", "9901010010010011", "99010100100100x"])
def test_codes_of_another_form_are_refused(code):
    """14 or 16 digits, or a letter, are no 15-digit code."""
    with pytest.raises(CodeError, match="are not UNIT_GRID_15 codes"):
        UNIT_GRID_15.parse(pd.Series([code]))


def test_numbers_start_anew_in_each_area():
    """Running numbers count from 1 within each block of equal areas."""
    assert number_within(np.array([0, 0, 0, 4, 4, 9])).tolist() == [1, 2, 3, 1, 2, 1]
