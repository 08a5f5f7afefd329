"""Files as numbered lines, in bounded memory: JSON lines, CSV or Parquet, gzipped or not.

A line that cannot be read comes out with its reason and reading goes on; where it cannot go on
(a damaged archive, an unclosed quote) that line is the last one. `FileProblem` is for files of
which no line can be read.
"""

from annotation.exchange.readers.files import file_kind, read_lines
from annotation.exchange.readers.raw import FileProblem, Line

__all__ = ["FileProblem", "Line", "file_kind", "read_lines"]
