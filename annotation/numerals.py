"""Numbers as the reader's language writes them."""

from django.utils.formats import number_format


def numeral(value: float, form: str = ".0f") -> str:
    """`value` by Python's format `form`: 1234.5 by ".1f" is 1,234.5 or 1.234,5."""
    written = format(value, form)
    sign = "%" if written.endswith("%") else ""
    digits, e, exponent = written.removesuffix("%").partition("e")
    return number_format(digits, force_grouping=True) + e + exponent + sign
