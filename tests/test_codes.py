"""Cell codes: built, taken apart, refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridgeo.codes import (
    COMPONENT_16,
    COMPONENT_16_5,
    PLAIN,
    UNIT_GRID_14,
    UNIT_GRID_15,
    ComponentScheme,
    number_within,
    scheme_for,
)
from gridgeo.errors import CodeError

WIDTHS = st.builds(ComponentScheme, st.just("ANY"), *[st.integers(1, 6)] * 4)
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


@given(scheme=st.sampled_from([COMPONENT_16, COMPONENT_16_5]) | WIDTHS, data=st.data())
def test_component_codes_come_home(scheme, data):
    """Parts -> code -> the same parts, in any scheme; the code is as long as its parts."""
    widths = (scheme.district_width, scheme.major_width, scheme.minor_width)
    texts = [data.draw(st.from_regex(f"[0-9]{{{width}}}", fullmatch=True)) for width in widths]
    number = data.draw(st.integers(1, scheme.most))
    code = scheme.build(texts[0], pd.Series([texts[1] + texts[2]], index=["a"]), np.array([number]))
    assert code["a"] == "".join(texts) + str(number).zfill(scheme.sequence_width)
    parts = scheme.parse(code)
    assert parts.loc["a"].tolist() == [*texts, code["a"][sum(widths) :]]
    again = scheme.build(
        parts["district"],
        parts["major_code"] + parts["minor_code"],
        parts["sequence"].astype(np.int64).to_numpy(),
    )
    assert again.equals(code)


def test_the_two_schemes_read_one_code_differently():
    """Sixteen digits do not tell where the class ends: the scheme does."""
    code = pd.Series(["3205080101000001"])
    assert COMPONENT_16.parse(code).iloc[0].tolist() == ["320508", "01", "01", "000001"]
    assert COMPONENT_16_5.parse(code).iloc[0].tolist() == ["320508", "01", "010", "00001"]


@pytest.mark.parametrize(
    "code", ["320508010100001", "32050801010000012", "32050801010000\uff101", None]
)
def test_component_codes_of_another_form_are_refused(code):
    """15 or 17 digits, a digit of full width, and nothing at all."""
    with pytest.raises(CodeError, match="1 codes are not COMPONENT_16 codes") as caught:
        COMPONENT_16.parse(pd.Series([code, "3205080101000001"], index=["a", "b"], dtype=object))
    assert caught.value.rows == ("a",)


@pytest.mark.parametrize(
    ("district", "class_code", "number"),
    [
        ("32050", "0101", 1),
        ("320508", "101", 1),
        ("320508", "0101", 0),
        ("320508", "0101", 1_000_000),
    ],
)
def test_parts_that_do_not_fit_are_refused(district, class_code, number):
    """No part is cut or filled up in silence."""
    with pytest.raises(CodeError, match="a number from 1 to 999,999") as caught:
        COMPONENT_16.build(district, pd.Series([class_code], index=["a"]), np.array([number]))
    assert caught.value.rows == ("a",)
