"""What one line of a file says, whatever form it is written in. No database."""

from annotation.exchange.formats.records import Answer, LineError, Parsed, Record
from annotation.exchange.formats.shapes import KNOWN_FIELDS, parse_line

__all__ = [
    "KNOWN_FIELDS",
    "Answer",
    "LineError",
    "Parsed",
    "Record",
    "parse_line",
]
