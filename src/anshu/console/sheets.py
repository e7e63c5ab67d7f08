# SPDX-License-Identifier: Apache-2.0
"""Tables in files: CSV and XLSX in, with limits; CSV and XLSX out, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException

from anshu.kernel.audit.refusals import Refusal

ROWS_MAX = 5_000
COLUMNS_MAX = 80
CELL_MAX = 4_000
BYTES_MAX = 8 * 1024 * 1024
# A small workbook may unpack into gigabytes; nothing that people fill in does.
UNPACKED_MAX = 80 * 1024 * 1024
_PIECE = 65_536
BOM = "\ufeff"
# A cell that begins with one of these would be run as a formula by a spreadsheet.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def safe(value: Any) -> Any:
    """This will make a text cell inert: a leading apostrophe keeps a spreadsheet from running it."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value


def tame(value: str) -> str:
    """This will take the protecting apostrophe away again, so that an export can be imported unchanged."""
    return value[1:] if value.startswith("'") and value[1:].startswith(FORMULA_STARTS) else value


def csv_lines(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """This will stream CSV in pieces, with a byte-order mark, without which Excel takes it for GBK."""
    piece = io.StringIO(newline="")
    writer = csv.writer(piece)
    piece.write(BOM)
    writer.writerow([safe(head) for head in heads])
    for row in rows:
        writer.writerow([safe(cell) for cell in row])
        # A piece for each row would cost the server more than the row.
        if piece.tell() >= _PIECE:
            yield piece.getvalue()
            piece.seek(0)
            piece.truncate()
    yield piece.getvalue()


def xlsx_bytes(title: str, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """This will write a workbook of one sheet; every text is stored as text, never as a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_title(title))
    sheet.freeze_panes = "A2"
    for index in range(len(heads)):
        sheet.column_dimensions[chr(65 + index) if index < 26 else f"A{chr(65 + index - 26)}"].width = 18
    sheet.append([_cell(sheet, head, bold=True) for head in heads])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet_title(title: str) -> str:
    return "".join(char for char in title if char not in "[]:*?/\\")[:31] or "1"


def _cell(sheet: Any, value: Any, *, bold: bool = False) -> Any:
    if isinstance(value, str):
        value = "".join(char for char in value if char >= " " or char in "\t\n\r")
    cell = WriteOnlyCell(sheet, value=safe(value))
    if isinstance(value, str):
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell


def read_table(name: str, content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """This will read headings and rows (with their numbers as the spreadsheet shows them).

    What it is is judged by content, not by name. Raises Refusal for anything too large, unreadable or empty.
    """
    if len(content) > BYTES_MAX:
        raise Refusal(
            _("文件 %(size)s MB,超过 %(most)d MB 的上限,请分批导入。")
            % {"size": f"{len(content) / 1048576:.1f}", "most": BYTES_MAX // 1048576},
            code="too_large",
        )
    if content.startswith(b"PK\x03\x04"):
        lines = _xlsx_lines(content)
    elif content.startswith((b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")):
        raise Refusal(_("“%(name)s”不是 CSV 或 XLSX 表格。旧版 .xls 请另存为 .xlsx。") % {"name": name}, code="type")
    else:
        lines = _csv_lines(content, name)
    return _table(lines)


def _table(lines: Iterator[tuple[int, list[str]]]) -> tuple[list[str], list[tuple[int, list[str]]]]:
    heads: list[str] | None = None
    rows: list[tuple[int, list[str]]] = []
    for number, line in lines:
        if not any(line):
            continue
        if heads is None:
            heads = line
            continue
        if len(rows) >= ROWS_MAX:
            raise Refusal(_("超过 %(most)s 行,请分批导入。") % {"most": f"{ROWS_MAX:,}"}, code="too_large")
        rows.append((number, line))
    if heads is None:
        raise Refusal(_("表格是空的。请下载模板,按表头填写。"), code="empty")
    if not rows:
        raise Refusal(_("表格只有表头,没有数据行。"), code="empty")
    return heads, rows


def _csv_lines(content: bytes, name: str) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content, name)
    if "\x00" in text:
        raise Refusal(_("“%(name)s”不是 CSV 或 XLSX 表格。") % {"name": name}, code="type")
    first = text.split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in first and "," not in first else ",")
    while True:
        before = reader.line_num + 1
        try:
            line = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Refusal(
                _("第 %(row)d 行读不出来,请检查引号是否成对。") % {"row": before}, code="unreadable"
            ) from error
        yield before, _limited(before, line)


def _decoded(content: bytes, name: str) -> str:
    """This will read UTF-8 with or without a mark, else GBK as Excel in China writes it."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refusal(_("“%(name)s”的编码既不是 UTF-8 也不是 GBK。") % {"name": name}, code="encoding")


def _xlsx_lines(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(info.file_size for info in archive.infolist()) > UNPACKED_MAX:
                raise Refusal(_("工作簿解开后过大,请分批导入。"), code="too_large")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            yield number, _limited(number, [_text(value) for value in row])
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, OSError, IndexError, EOFError) as error:
        raise Refusal(_("这个工作簿打不开,可能已损坏或加了密码。"), code="unreadable") from error


def _limited(number: int, line: Sequence[str]) -> list[str]:
    cells = [tame(cell.strip()) for cell in line]
    while cells and not cells[-1]:
        cells.pop()
    if len(cells) > COLUMNS_MAX:
        raise Refusal(_("第 %(row)d 行超过 %(most)d 列。") % {"row": number, "most": COLUMNS_MAX}, code="too_large")
    if any(len(cell) > CELL_MAX for cell in cells):
        raise Refusal(_("第 %(row)d 行有单元格过长。") % {"row": number}, code="too_large")
    return cells


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def export_value(value: Any) -> Any:
    """This will give a value that a spreadsheet takes as what it is."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return timezone.localtime(value).replace(tzinfo=None)
    return value
