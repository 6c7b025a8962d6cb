"""Files of every shape: what is recognised, what is refused and why, which line is faulty."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pytest

from core.imports import formats, profile
from core.imports.faults import ReadingError
from core.imports.reading import Dialect, columns_of, read, recognise, records
from core.imports.rows import MAX_LINE, TextFormat, text_records
from core.imports.workbooks import uncalculated_cell

CHINESE = "客户名称,等级,金额\n东澜港务集团,核心,1280.50\n明州城市燃气,潜力,99\n华信培训（上海）,成长,3\n"


def file_of(folder: Path, content: bytes | str, name: str = "file.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows_of(path: Path) -> list[list[str]]:
    return [record.cells for record in recognise(path).rows]


@pytest.mark.parametrize(
    ("encoding", "recognised"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gb18030", "gb18030"),
        ("gbk", "gb18030"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
def test_encoding_is_recognised(tmp_path: Path, encoding: str, recognised: str) -> None:
    reading = recognise(file_of(tmp_path, CHINESE.encode(encoding)))

    assert reading.dialect.encoding == recognised
    assert [column.heading for column in reading.columns] == ["客户名称", "等级", "金额"]
    assert reading.rows[2].cells == ["华信培训（上海）", "成长", "3"]
    assert reading.lines == 3


def test_traditional_chinese_in_big5_is_recognised(tmp_path: Path) -> None:
    text = "客戶名稱,等級\n東瀾港務集團公司,核心客戶\n明州城市燃氣股份有限公司,潛力客戶\n"
    reading = recognise(file_of(tmp_path, text.encode("big5")))

    assert reading.dialect.encoding == "big5"
    assert reading.rows[0].cells == ["東瀾港務集團公司", "核心客戶"]


def test_western_letters_are_not_taken_for_chinese(tmp_path: Path) -> None:
    text = "name,city\nJosé Ibáñez,Málaga\nFrançois Dupré,Orléans\n"
    reading = recognise(file_of(tmp_path, text.encode("cp1252")))

    assert reading.rows[1].cells == ["François Dupré", "Orléans"]


def test_single_broken_line_is_a_fault_of_that_line(tmp_path: Path) -> None:
    content = "名称,城市\n东澜,宁波\n".encode() + b"\xff\xfe\xff,x\n" + "华信,上海\n明州,宁波\n".encode()
    reading = recognise(file_of(tmp_path, content))

    assert reading.dialect.encoding == "utf-8"
    assert [(record.line, record.fault) for record in reading.rows] == [
        (2, ""),
        (3, "bad_bytes"),
        (4, ""),
        (5, ""),
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiter_is_recognised(tmp_path: Path, delimiter: str) -> None:
    text = "\n".join(delimiter.join(cells) for cells in (["a", "b", "c"], ["1", "2", "3"], ["4", "5", "6"]))
    reading = recognise(file_of(tmp_path, text))

    assert reading.dialect.delimiter == delimiter
    assert [record.cells for record in reading.rows] == [["1", "2", "3"], ["4", "5", "6"]]


def test_single_quotes_are_recognised(tmp_path: Path) -> None:
    reading = recognise(file_of(tmp_path, "'a','b'\n'x, y','2'\n'z','3'\n"))

    assert reading.dialect.quote == "'"
    assert reading.rows[0].cells == ["x, y", "2"]


def test_headings_below_a_title_are_found(tmp_path: Path) -> None:
    text = "2026 年客户台账,,\n\n名称,城市,电话\n东澜,宁波,0574-1\n华信,上海,021-2\n"
    reading = recognise(file_of(tmp_path, text))

    assert reading.dialect.header_line == 3
    assert [column.heading for column in reading.columns] == ["名称", "城市", "电话"]


def test_file_without_headings_gets_numbered_columns(tmp_path: Path) -> None:
    reading = recognise(file_of(tmp_path, "1,1997-01-01,1,11.77\n2,1997-01-12,1,12.00\n"))

    assert reading.dialect.header_line == 0
    assert [column.heading for column in reading.columns] == ["(1)", "(2)", "(3)", "(4)"]
    assert reading.lines == 2


def test_duplicated_headings_are_named_and_told_apart(tmp_path: Path) -> None:
    reading = recognise(file_of(tmp_path, "name,amount,Amount\nx,1,2\n"))

    assert [(column.heading, column.is_duplicate) for column in reading.columns] == [
        ("name", False),
        ("amount (2)", True),
        ("Amount (3)", True),
    ]


def test_line_breaks_in_quotes_keep_the_line_numbers_of_the_file(tmp_path: Path) -> None:
    path = file_of(tmp_path, 'a,b\n"one\ntwo\nthree",2\nx,y\n')
    found = list(records(path, Dialect(), width=2))

    assert [(record.line, record.cells) for record in found] == [
        (2, ["one\ntwo\nthree", "2"]),
        (5, ["x", "y"]),
    ]


def test_ragged_rows_are_faults_and_trailing_delimiters_are_not(tmp_path: Path) -> None:
    path = file_of(tmp_path, "a,b,c\n1,2,3,\n1,2\n1,2,3,4\n,,\n\n5,6,7\n")
    found = [(record.line, record.fault) for record in records(path, Dialect(), width=3)]

    assert found == [(2, ""), (3, "ragged"), (4, "ragged"), (7, "")]


def test_forgotten_quote_does_not_swallow_the_rows_below(tmp_path: Path) -> None:
    text = 'a,b,c\n1,"Acme,5\n2,Bo,6\n3,"X, Y",7\n4,Cy,8\n'
    found = [(record.line, record.fault) for record in records(file_of(tmp_path, text), Dialect(), width=3)]

    assert found == [(2, "open_quote"), (3, ""), (4, ""), (5, "")]


def test_undoubled_quote_is_a_fault_of_its_row(tmp_path: Path) -> None:
    text = 'a,b\n"Acme "Big" Ltd",1\n"5"" pipe",2\n5" pipe,3\n'
    found = [
        (record.line, record.fault, record.cells[0])
        for record in records(file_of(tmp_path, text), Dialect(), width=2)
    ]

    assert found[0][:2] == (2, "open_quote")
    assert found[1:] == [(3, "", '5" pipe'), (4, "", '5" pipe')]


def test_open_quote_in_the_last_row_is_a_fault(tmp_path: Path) -> None:
    found = list(records(file_of(tmp_path, 'a,b\n1,2\n"x,3'), Dialect(), width=2))

    assert [(record.line, record.fault) for record in found] == [(2, ""), (3, "open_quote")]


def test_null_characters_are_faults_of_their_row(tmp_path: Path) -> None:
    found = list(records(file_of(tmp_path, b"a,b\n1,2\nx\x00y,3\n4,5\n"), Dialect(), width=2))

    assert [record.fault for record in found] == ["", "null_character", ""]


def test_giant_cell_is_a_fault_and_memory_stays_flat(tmp_path: Path) -> None:
    path = file_of(tmp_path, b"a,b\n1,2\n" + b"x" * 10_000_000 + b',3\n4,"' + b"y" * 200_000 + b'"\n5,6\n')
    tracemalloc.start()
    found = [(record.line, record.fault) for record in text_records(path, TextFormat(), width=2)]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert found == [(1, ""), (2, ""), (3, "cell_too_long"), (4, "cell_too_long"), (5, "")]
    assert peak < 12 * MAX_LINE


def test_large_file_is_read_in_flat_memory(tmp_path: Path) -> None:
    path = file_of(
        tmp_path, "id,name\n" + "".join(f"{number},customer {number}\n" for number in range(200_000))
    )
    tracemalloc.start()
    count = sum(1 for _record in records(path, Dialect(), width=2))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == 200_000
    assert peak < 3_000_000


# ---- refusals ---------------------------------------------------------------------------------------
def _zip(**members: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\xef\xbb\xbf \r\n\n", "empty_file"),
        (_zip(**{"orders.csv": b"a,b\n1,2\n"}), "zip_archive"),
        (b"PK\x03\x04 cut off", "broken_workbook"),
        (b"%PDF-1.7 ...", "pdf"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old_excel"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "picture"),
        (b"<!DOCTYPE html><table><tr><td>1</td></tr></table>", "web_page"),
        (bytes(range(256)) * 20, "binary"),
        (b"Rar!\x1a\x07\x01\x00", "archive"),
        (_zip(**{"[Content_Types].xml": b"<x/>", "xl/workbook.bin": b"x"}), "binary_workbook"),
    ],
)
def test_other_formats_are_refused_whatever_their_name(tmp_path: Path, content: bytes, code: str) -> None:
    with pytest.raises(ReadingError) as refusal:
        recognise(file_of(tmp_path, content, "orders.csv"))

    assert refusal.value.code == code


def test_workbook_that_unpacks_too_large_is_refused(tmp_path: Path) -> None:
    bomb = _zip(
        **{"[Content_Types].xml": b"", "xl/workbook.xml": b"", "xl/worksheets/sheet1.xml": b"0" * 30_000_000}
    )
    with pytest.raises(ReadingError) as refusal:
        formats.kind_of(file_of(tmp_path, bomb, "bomb.xlsx"))

    assert refusal.value.code == "workbook_too_large"


def test_unpacking_stops_at_the_bound(tmp_path: Path) -> None:
    path = file_of(tmp_path, gzip.compress(b"0" * 5_000_000), "orders.csv.gz")
    into = io.BytesIO()
    with pytest.raises(ReadingError) as refusal:
        formats.unpack(path, into, limit=1_000_000)

    assert refusal.value.code == "unpacks_too_large"
    assert len(into.getvalue()) <= 1_000_000


def test_damaged_gzip_is_refused(tmp_path: Path) -> None:
    path = file_of(tmp_path, gzip.compress(b"a,b\n1,2\n" * 1000)[:-20], "orders.csv.gz")
    with pytest.raises(ReadingError) as refusal:
        formats.unpack(path, io.BytesIO(), limit=1_000_000)

    assert refusal.value.code == "broken_archive"


# ---- workbooks --------------------------------------------------------------------------------------
def workbook(folder: Path, *rows: list[object], name: str = "file.xlsx") -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    path = folder / name
    book.save(path)
    return path


def test_workbook_is_read_as_people_see_it(tmp_path: Path) -> None:
    from datetime import date, datetime

    path = workbook(
        tmp_path,
        ["名称", "日期", "金额", "人数", "是否", "编号"],
        ["东澜", datetime(2026, 1, 5), 11.770000000000001, 3.0, True, "007"],
        ["华信", date(2026, 2, 1), 12, None, False, 330282199003070012],
    )
    reading = recognise(path)

    assert reading.dialect.kind == "xlsx"
    assert reading.rows[0].cells == ["东澜", "2026-01-05", "11.77", "3", "TRUE", "007"]
    assert reading.rows[1].cells[:3] == ["华信", "2026-02-01", "12"]
    assert "E+17" in reading.rows[1].cells[5]


def test_workbook_called_csv_is_read_as_what_it_is(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["a", "b"], ["x", "y"], name="file.xlsx").rename(tmp_path / "orders.csv")

    assert rows_of(path) == [["x", "y"]]


def test_first_sheet_with_rows_is_taken(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet("台账").append(["a", "b"])
    book["台账"].append(["1x", "2x"])
    book.save(tmp_path / "file.xlsx")
    reading = recognise(tmp_path / "file.xlsx")

    assert (reading.sheets, reading.dialect.sheet) == (("Sheet", "台账"), "台账")
    assert [record.line for record in reading.rows] == [2]


def test_formula_without_a_stored_result_is_found(tmp_path: Path) -> None:
    path = workbook(tmp_path, ["a", "b"], ["x", "=1+1"])

    assert uncalculated_cell(path, "Sheet") == "B2"
    assert uncalculated_cell(workbook(tmp_path, ["a"], ["x"], name="b.xlsx"), "Sheet") == ""


def test_entities_in_a_workbook_are_refused(tmp_path: Path) -> None:
    source = workbook(tmp_path, ["a", "b"], ["x", "y"])
    bomb = tmp_path / "bomb.xlsx"
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(bomb, "w") as new:
        for member in old.namelist():
            content = old.read(member).decode()
            if member == "xl/workbook.xml":
                content = laughs + content.split("?>", 1)[-1]
            new.writestr(member, content)
    with pytest.raises(ReadingError) as refusal:
        recognise(bomb)

    assert refusal.value.code == "broken_workbook"


# ---- what columns hold ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("days", "order", "certain"),
    [
        (["2026-01-05", "2026/2/3"], "ymd", True),
        (["03/04/2026", "25/12/2025"], "dmy", True),
        (["03/04/2026", "12/25/2025"], "mdy", True),
        (["03/04/2026", "05/06/2026"], "dmy", False),
        (["25/12/2025", "12/25/2025", "11/30/2025"], "mdy", False),
    ],
)
def test_order_of_dates_is_judged_from_the_whole_column(
    tmp_path: Path, days: list[str], order: str, certain: bool
) -> None:
    reading = recognise(file_of(tmp_path, "name,day\n" + "".join(f"x,{day}\n" for day in days)))

    assert (reading.dialect.date_order, reading.is_date_order_certain) == (order, certain)


def test_order_of_dates_is_found_far_down_the_file(tmp_path: Path) -> None:
    text = "name,day\n" + "x,03/04/2026\n" * 5_000 + "x,12/25/2025\n"

    assert recognise(file_of(tmp_path, text)).dialect.date_order == "mdy"


def test_decimal_commas_are_recognised(tmp_path: Path) -> None:
    reading = recognise(file_of(tmp_path, "name;amount\nx;1.234,50\ny;12,5\nz;7\n"))

    assert (reading.dialect.delimiter, reading.dialect.decimal_mark) == (";", ",")


def test_changed_format_reads_the_same_file_differently(tmp_path: Path) -> None:
    path = file_of(tmp_path, CHINESE.encode("gb18030"))
    found = recognise(path)
    again = read(path, Dialect(encoding="gb18030", header_line=2))

    assert found.lines == 3
    assert [column.heading for column in again.columns] == ["东澜港务集团", "核心", "1280.50"]


def test_line_beyond_the_file_is_no_heading(tmp_path: Path) -> None:
    with pytest.raises(ReadingError) as refusal:
        columns_of(file_of(tmp_path, "a,b\n1,2\n"), Dialect(header_line=50))

    assert refusal.value.code == "no_rows"


def test_samples_of_a_column_are_different_ones() -> None:
    columns = profile.headings_of(["tier"])
    profile.fill(columns, [["A"], ["A"], ["B"], [""], ["A"]])

    assert (columns[0].samples, columns[0].filled) == (["A", "B"], 4)
