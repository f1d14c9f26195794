"""CSV files: bytes → rows of texts, with the separator and the decimal mark of the file.

A file uses commas and decimal points, or semicolons and decimal commas as a Danish spreadsheet
saves them. An ambiguous file is rejected.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from energy_model.case.number_parsing import with_decimal_points

MAX_FILE_MEGABYTES = 200
UTF_16_MARKS = (b"\xff\xfe", b"\xfe\xff")
UTF_7_LETTERS = re.compile(rb"\+([A-Za-z0-9+/]{3,})-")  # UTF-7 encoding of letters beyond ASCII
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")

# Called with remedy, row, column and value, like `InputLog.add_issue` without its file.
Report = Callable[[str, str, str, object], None]


@dataclass(frozen=True)
class CsvFile:
    """The rows of a file as stripped texts, the header first, with their line numbers.

    ``lines`` has the number of each row's first line, counted from 1; a cell may span lines.
    """

    rows: list[list[str]]
    lines: list[int]
    decimal_comma: bool = False

    @property
    def header(self) -> list[str]:
        """The first row."""
        return self.rows[0]

    def number_text(self, cell: str) -> str:
        """Returns a cell of a numeric column with a decimal point.

        Raises:
            ValueError: The cell is ambiguous, such as ``1.234`` in a file with decimal commas.
        """
        return with_decimal_points(cell) if self.decimal_comma else cell


def parse_csv(content: bytes, report: Report) -> CsvFile | None:
    """Returns the rows of a file's content; calls ``report`` and returns None if it is no table."""
    text = _decoded(content, report)
    if text is None:
        return None
    if not text.strip():
        report("the file is empty; write a header row or remove the file", "", "", "")
        return None
    blank_lines = text[: len(text) - len(text.lstrip())].count("\n")
    header_line = text.split("\n")[blank_lines]
    unquoted_header = re.sub(r'"[^"]*"', "", header_line)
    commas, semicolons = "," in unquoted_header, ";" in unquoted_header
    if not commas and not semicolons and "\t" in header_line:
        report("cells are separated by tabs; save it with commas or semicolons", "row 1", "", "")
        return None
    if commas and semicolons:
        remedy = "the header has commas and semicolons; separate cells by one of them"
        report(remedy, "row 1", "", header_line.strip())
        return None
    separator = ";" if semicolons else ","
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    last_line = 0
    try:
        for row in reader:
            rows.append(list(map(str.strip, row)))
            lines.append(last_line + 1)
            last_line = reader.line_num
    except csv.Error as error:
        remedy = (
            f"it is not a table of separated values ({error}); look for a quote that is not closed"
        )
        report(remedy, f"row {last_line + 1}", "", "")
        return None
    while not any(rows[0]):
        del rows[0], lines[0]
    return CsvFile(rows, lines, semicolons)


def read_content(path: Path, report: Report) -> bytes | None:
    """Returns the content of a file; calls ``report`` and returns None if it cannot be read."""
    try:
        megabytes = path.stat().st_size / 1e6
        if megabytes > MAX_FILE_MEGABYTES:
            report(f"it has {megabytes:,.0f} MB; at most {MAX_FILE_MEGABYTES} are read", "", "", "")
            return None
        return path.read_bytes()
    except OSError as error:
        report(f"it cannot be read ({error.strerror}); change its permissions", "", "", "")
        return None


def _decoded(content: bytes, report: Report) -> str | None:
    """Returns the text of a file with uniform line endings; None if it is not UTF-8 text."""
    if content.startswith(UTF_16_MARKS):
        report("it is saved as UTF-16; save the file as UTF-8", "", "", "")
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        report("a letter is not UTF-8; save the file as UTF-8", undecodable_row(error), "", "")
        return None
    if utf_7_match := next(filter(_is_utf_7_letter, UTF_7_LETTERS.finditer(content)), None):
        row = content.count(b"\n", 0, utf_7_match.start()) + 1
        report(
            "it is saved as UTF-7; save the file as UTF-8",
            f"row {row}",
            "",
            utf_7_match[0].decode(),
        )
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if control_match := CONTROL.search(text):
        row = text.count("\n", 0, control_match.start()) + 1
        remedy = f"it contains the control character U+{ord(control_match[0]):04X}; "
        remedy += "save it as UTF-8 text"
        report(remedy, f"row {row}", "", "")
        return None
    return text


def _is_utf_7_letter(match: re.Match[bytes]) -> bool:
    """Returns whether a match encodes Latin letters, as ``+AOY-`` encodes ``æ``."""
    try:
        letters = match[0].decode("utf-7")
    except UnicodeDecodeError:
        return False
    return all("\u00c0" <= letter <= "\u024f" for letter in letters)


def undecodable_row(error: UnicodeDecodeError) -> str:
    """Returns the row of an undecodable byte, with the text before it."""
    before = error.object[: error.start]
    line = before.rsplit(b"\n", 1)[-1].decode("utf-8", "replace")
    return f"row {before.count(bytes([10])) + 1}, after '{line[-20:]}'"
