"""A table as a file: CSV that WPS and Excel open right and compute nothing from, and XLSX. Pure; nothing on disk."""

import csv
import io
from typing import Any

from app.figures.exports import Mark, Table

BOM = "\ufeff"  # without it WPS and Excel read Chinese as something else
STARTS = "=+-@\t\r\n＝＋－＠"  # what a spreadsheet would compute, full width too (OWASP, CSV injection)
LONGEST = 32_000  # characters of a cell; XLSX holds 32,767
WIDEST = 48  # columns wide, in digits


def plain_cell(text: str) -> str:
    """The text so that no spreadsheet takes it for a formula."""
    begins = text.lstrip(" \u3000\"'")[:1]
    return f"'{text}" if text[:1] in ("\t", "\r", "\n") or (begins and begins in STARTS) else text


def as_csv(table: Table, mark: Mark) -> bytes:
    """UTF-8 with a byte order mark, every cell quoted; the mark is the last line."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in (table.columns, *table.rows, (mark.words,)):
        writer.writerow([plain_cell(cell)[:LONGEST] for cell in row])
    return (BOM + out.getvalue()).encode()


def as_xlsx(table: Table, mark: Mark) -> bytes:
    """One sheet of text cells; the mark in the first row, in the foot of each printed page and in the properties."""
    import xlsxwriter  # here: 3 MB that a web worker mostly does without

    out = io.BytesIO()
    never = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(out, {"in_memory": True, **never})
    made = mark.at.replace(tzinfo=None)
    book.set_properties({"title": table.title, "author": mark.name, "comments": mark.words, "created": made})
    sheet = book.add_worksheet("清单")
    bold = book.add_format({"bold": True, "border": 1, "text_wrap": True, "valign": "top"})
    cell = book.add_format({"border": 1, "text_wrap": True, "valign": "top"})
    sheet.write_string(0, 0, mark.words)
    for at, name in enumerate(table.columns):
        sheet.write_string(1, at, name, bold)
        sheet.set_column(at, at, width_of([name, *(row[at] for row in table.rows)]))
    for down, row in enumerate(table.rows, 2):
        for at, text in enumerate(row):
            sheet.write_string(down, at, text[:LONGEST], cell)
    lay_out(sheet, table, mark)
    book.close()
    return out.getvalue()


def lay_out(sheet: Any, table: Table, mark: Mark) -> None:
    """A4, as wide as the page, the names of the columns on each, the mark under each."""
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)
    sheet.freeze_panes(2, 0)
    if table.rows:
        sheet.autofilter(1, 0, len(table.rows) + 1, len(table.columns) - 1)
    sheet.set_header("&C" + in_head(table.title))
    sheet.set_footer("&L" + in_head(mark.words) + "&R&P / &N")


def in_head(text: str) -> str:
    """An & would be a command in head and foot; 255 characters are all that fits."""
    return text.replace("&", "&&")[:200]


def width_of(texts: list[str]) -> int:
    """A Chinese character is as wide as two digits."""
    longest = max(sum(2 if ord(letter) > 0x2E7F else 1 for letter in text) for text in texts)
    return min(longest + 2, WIDEST)
