# SPDX-License-Identifier: Apache-2.0
"""Tables in files."""

import io
import zipfile

import pytest
from openpyxl import load_workbook

from anshu.console import sheets
from anshu.kernel.audit.refusals import Refusal

TEXT = "编号,名称\r\nA1,溪口山洪沟\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030"])
def test_chinese_encodings_are_told_apart(encoding):
    heads, rows = sheets.read_table("表.csv", TEXT.encode(encoding))
    assert heads == ["编号", "名称"]
    assert rows == [(2, ["A1", "溪口山洪沟"])]


def test_row_numbers_are_those_of_the_spreadsheet():
    _heads, rows = sheets.read_table("表.csv", '编号,名称\n\nA1,甲\n"A2","乙\n二"\nA3,丙\n'.encode())
    assert [number for number, _cells in rows] == [3, 4, 6]


def test_what_is_written_is_read_back():
    content = sheets.xlsx_bytes("风险对象", ["编号", "名称"], [["A1", "=1+1"], ["-5", "普通"]])
    assert sheets.read_table("表.xlsx", content)[1] == [(2, ["A1", "=1+1"]), (3, ["-5", "普通"])]


def test_a_formula_is_stored_as_text():
    book = load_workbook(io.BytesIO(sheets.xlsx_bytes("表", ["名称"], [["=HYPERLINK(1)"], ["@SUM(1)"]])))
    cells = [row[0] for row in book.worksheets[0].iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == ["'=HYPERLINK(1)", "'@SUM(1)"]
    assert {cell.data_type for cell in cells} == {"s"}


@pytest.mark.parametrize("value", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_begins_like_a_formula(value):
    assert sheets.safe(value).startswith("'")


def test_numbers_are_left_alone():
    assert sheets.safe(-5) == -5


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("空.csv", b"", "empty"),
        ("只有表头.csv", "编号,名称\n".encode(), "empty"),
        ("旧版.xls", b"\xd0\xcf\x11\xe0" + b"x" * 20, "type"),
        ("图片.csv", b"\x89PNG\r\n\x1a\n", "type"),
        ("坏的.xlsx", b"PK\x03\x04 broken", "unreadable"),
        ("零字节.csv", b"a,b\n1,\x002\n", "type"),
        ("太大.csv", b"a" * (sheets.BYTES_MAX + 1), "too_large"),
        ("太多行.csv", b"a\n" + b"1\n" * (sheets.ROWS_MAX + 1), "too_large"),
        ("太多列.csv", b"a\n" + b"1," * 100 + b"1\n", "too_large"),
        ("太长.csv", b"a\n" + b"x" * 5000 + b"\n", "too_large"),
    ],
)
def test_a_bad_file_is_refused_in_words(name, content, code):
    with pytest.raises(Refusal) as refused:
        sheets.read_table(name, content)
    assert refused.value.code == code
    assert refused.value.message


def test_a_small_file_that_unpacks_into_a_huge_one_is_refused():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (sheets.UNPACKED_MAX + 1))
    with pytest.raises(Refusal) as refused:
        sheets.read_table("炸弹.xlsx", out.getvalue())
    assert refused.value.code == "too_large"
