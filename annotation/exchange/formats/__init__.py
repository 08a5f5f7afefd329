"""What one line of a file says, whatever form it is written in. No database."""

from annotation.exchange.formats.records import Answer, LineError, Parsed, Record
from annotation.exchange.formats.shapes import parse_line

__all__ = ["Answer", "LineError", "Parsed", "Record", "parse_line"]
