"""Numbers as languages write them."""

import pytest
from django.utils import translation

from annotation.numerals import numeral


@pytest.mark.parametrize(
    ("value", "form", "english", "german"),
    [
        (5312, ".0f", "5,312", "5.312"),
        (1234567.891, ".2f", "1,234,567.89", "1.234.567,89"),
        (0.996, ".2f", "1.00", "1,00"),
        (-0.001, "z.2f", "0.00", "0,00"),
        (-1234.5, ".1f", "-1,234.5", "-1.234,5"),
        (9.65e-06, "g", "9.65e-06", "9,65e-06"),
        (10.0, "g", "10", "10"),
        (1.0, ".0%", "100%", "100%"),
        (12.345, ".1%", "1,234.5%", "1.234,5%"),
        (float("nan"), ".2f", "nan", "nan"),
    ],
)
def test_numeral(value: float, form: str, english: str, german: str) -> None:
    assert numeral(value, form) == english
    with translation.override("de"):
        assert numeral(value, form) == german
