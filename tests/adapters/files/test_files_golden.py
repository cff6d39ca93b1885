"""Each format as users have it, and what it reads as; every file that is no list, and what the user is told."""

import gzip
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from busyhour.adapters.files import encodings, limits, readers, workbooks
from busyhour.adapters.files.contact_files import ContactFiles
from busyhour.service.errors import Invalid
from busyhour.service.list_files import FileAsk, FileForm, FileRow

FILES = ContactFiles()


class Folder:
    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self, content: bytes | str, **ask: str) -> tuple[FileForm, list[FileRow]]:
        path = self.path / "upload"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        form = FILES.form(path, "people.csv", FileAsk(**ask))
        return form, list(FILES.rows(path, form))

    def refused(self, content: bytes | str, **ask: str) -> Invalid:
        with pytest.raises(Invalid) as refusal:
            self.read(content, **ask)
        assert len(refusal.value.text) > 30, "it must say what to do"
        return refusal.value


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def workbook(rows: list[list[object]], **options: object) -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(at, column, cell)
                elif cell is not None:
                    sheet.write(at, column, cell)
        for name, value in options.items():
            getattr(sheet, name)(*value)  # type: ignore[misc]
    return content.getvalue()


@pytest.mark.covers("AD-007", "AD-008", "AD-011", "AD-012")
def test_csv_with_labels_and_several_numbers(folder: Folder) -> None:
    form, rows = folder.read("TelNumber,FullName,CustomerCode\n2132458767|2145602412,Henry Case,0023\n")
    assert (form.format, form.delimiter, form.columns) == ("csv", ",", ("TelNumber", "FullName", "CustomerCode"))
    (row,) = rows
    assert row.numbers == ["2132458767", "2145602412"]
    assert row.name == "Henry Case"
    assert row.attributes == {"FullName": "Henry Case", "CustomerCode": "0023"}


@pytest.mark.covers("WD-083")
def test_native_form(folder: Folder) -> None:
    form, rows = folder.read("5551234,A:1,B:HELLO\n5555678\n")
    assert form.format == "native"
    assert [(row.line, row.numbers, row.attributes) for row in rows] == [
        (1, ["5551234"], {"A": "1", "B": "HELLO"}),
        (2, ["5555678"], {}),
    ]


@pytest.mark.covers("PC-006", "PC-016")
def test_native_values_may_hold_commas_and_further_numbers(folder: Folder) -> None:
    _, (row,) = folder.read("5551234,id_cliente:7,MULTINUM1:555999,text:buy milk, eggs, and a http://x.example\n")
    assert row.numbers == ["5551234", "555999"]
    assert row.attributes["id_cliente"] == "7"
    # " and a http" has a colon behind it, so it is a new name, as the form says.
    assert row.attributes["text"] == "buy milk, eggs"


def test_native_piece_without_a_name_is_a_fault(folder: Folder) -> None:
    _, rows = folder.read("5551234,A:1\n5551235,oops\n", format="native")
    assert rows[0].fault is None
    assert "NAME:VALUE" in str(rows[1].fault)


@pytest.mark.covers("WD-088")
@pytest.mark.parametrize("label", ["NUM", "NUMBER"])
def test_csv_with_the_older_label(folder: Folder, label: str) -> None:
    form, (row,) = folder.read(f"{label};HH;orgQ\n5551234;9;x,y\n")
    assert (form.format, form.delimiter) == ("csv", ";")
    assert row.numbers == ["5551234"]
    assert row.attributes == {"HH": "9", "orgQ": "x,y"}


@pytest.mark.covers("WD-080")
def test_attribute_names_keep_their_case(folder: Folder) -> None:
    _, (row,) = folder.read("NUMBER,user,User,HH,*Weird name*\n5551234,a,b,c,d\n")
    assert row.attributes == {"user": "a", "User": "b", "HH": "c", "*Weird name*": "d"}


@pytest.mark.covers("AD-013")
def test_schedule_and_time_zone_are_no_attributes(folder: Folder) -> None:
    _, (row,) = folder.read("N,*Schedule*,time_zone,*schedule*\n5551234,1298635200:1101,Europe/Rome,x\n")
    assert row.schedule == "1298635200:1101"
    assert row.time_zone == "Europe/Rome"
    assert row.attributes == {"*schedule*": "x"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_found(folder: Folder, delimiter: str) -> None:
    text = "number|name|city\n1|Ann; the elder|Rome\n2|Bob|Lodi\n".replace("|", delimiter)
    if delimiter == ";":
        text = text.replace("Ann; the elder", '"Ann; the elder"')
    form, rows = folder.read(text)
    assert form.delimiter == delimiter
    assert rows[0].attributes == {"name": "Ann; the elder", "city": "Rome"}


@pytest.mark.covers("WD-087")
def test_the_delimiter_can_be_changed(folder: Folder) -> None:
    form, rows = folder.read("number|name\n12345|Ann\n", delimiter="|")
    assert form.columns == ("number", "name")
    assert rows[0].attributes == {"name": "Ann"}


def test_a_bar_is_never_taken_for_a_delimiter(folder: Folder) -> None:
    form, rows = folder.read("number\n12345|67890\n22345|67890\n")
    assert form.columns == ("number",)
    assert rows[0].numbers == ["12345", "67890"]


def test_the_line_that_names_a_delimiter_is_no_label(folder: Folder) -> None:
    form, rows = folder.read("sep=;\r\nnumber;name\r\n12345;Ann, Bob\r\n")
    assert form.columns == ("number", "name")
    assert (rows[0].line, rows[0].name) == (3, "Ann, Bob")


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_found(folder: Folder, encoding: str, found: str) -> None:
    text = "number,name,city\n" + "12345,Jürgen Müller,Köln\n12346,Zoë Élan,Genève\n" * 30
    form, rows = folder.read(text.encode(encoding))
    assert form.encoding == found
    assert rows[0].name == "Jürgen Müller"
    assert rows[1].attributes["city"] == "Genève"


def test_cyrillic_of_an_older_encoding_is_found_and_said(folder: Folder) -> None:
    text = "номер,имя\n" + "12345,Александр Сергеевич Пушкин\n12346,Наталья Николаевна Гончарова\n" * 20
    form, rows = folder.read(text.encode("cp1251"))
    assert form.encoding == "cp1251"
    assert rows[0].attributes["имя"] == "Александр Сергеевич Пушкин"
    assert "cp1251" in form.faults[0]


def test_lines_are_those_of_the_file(folder: Folder) -> None:
    _, rows = folder.read('number,note\n\n1,"two\r\nlines"\n\n2,x\n3,a,b,c\n')
    assert [(row.line, row.attributes.get("note")) for row in rows] == [(3, "two\nlines"), (6, "x"), (7, None)]
    assert rows[2].fault is not None
    assert "4 cells" in rows[2].fault


def test_text_beside_quotation_marks_spoils_its_row_only(folder: Folder) -> None:
    _, rows = folder.read('number,note\n1,"a"b\n2,he said "hi"\n3,"he said ""hi"""\n')
    assert "quotation marks" in str(rows[0].fault)
    assert [row.attributes.get("note") for row in rows[1:]] == ['he said "hi"', 'he said "hi"']


def test_control_characters_and_long_cells_spoil_their_row_only(folder: Folder) -> None:
    long = "x" * (limits.CELL_CHARS_MAX + 1)
    _, rows = folder.read(f"number,note\n1,a\x07b\n2,{long}\n3,fine\n")
    assert "control characters" in str(rows[0].fault)
    assert str(limits.CELL_CHARS_MAX) in str(rows[1].fault)
    assert rows[2].fault is None


def test_columns_without_label_are_left_out_and_said(folder: Folder) -> None:
    form, (row,) = folder.read("number,,name,,\n12345,x,Ann,,\n")
    assert row.attributes == {"name": "Ann"}
    assert form.faults == ("Column 2 has no label and is left out.",)


def test_workbook_numbers_come_out_as_digits(folder: Folder) -> None:
    form, rows = folder.read(
        workbook(
            [["NUMBER", "FullName", "Code", "Share"], [2132458767, "Henry", "0023", 1.5], [None, None, 12.0, None]]
        )
    )
    assert form.format == "xlsx"
    assert (rows[0].line, rows[0].numbers, rows[0].name) == (2, ["2132458767"], "Henry")
    assert rows[0].attributes == {"FullName": "Henry", "Code": "0023", "Share": "1.5"}
    assert rows[1].numbers == []


def test_workbook_lines_are_those_of_the_sheet(folder: Folder) -> None:
    _, rows = folder.read(workbook([[], [], ["NUMBER", "name"], ["12345", "Ann"]]))
    assert rows[0].line == 4


# Files that are no list (issue: bad input)


@pytest.mark.parametrize("content", [b"", b"\n\n  \r\n", "\ufeff".encode(), b"\xff\xfe", b"\0" * 100])
def test_an_empty_file(folder: Folder, content: bytes) -> None:
    assert folder.refused(content).code == "empty_file"


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n...",
        gzip.compress(b"number\n12345\n", mtime=0),  # else each process would name this test otherwise
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
        b"\x7fELF" + bytes(200),
        bytes(range(256)) * 50,
        bytes(range(1, 256)) * 50,
    ],
)
def test_a_binary_file(folder: Folder, content: bytes) -> None:
    assert folder.refused(content).code in {"binary_file", "bad_label", "no_labels"}


def test_a_packed_file_that_is_no_workbook(folder: Folder) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("people.csv", "number\n12345\n")
    assert folder.refused(content.getvalue()).code == "packed_file"


@pytest.mark.parametrize("cut", [100, 2_000, -10])
def test_a_damaged_workbook(folder: Folder, cut: int) -> None:
    whole = workbook([["NUMBER", "name"], *([f"{at:05}", "Ann"] for at in range(200))])
    assert folder.refused(whole[:cut]).code == "bad_workbook"


def test_an_empty_workbook(folder: Folder) -> None:
    assert folder.refused(workbook([])).code == "empty_file"


def test_an_old_workbook_that_is_none(folder: Folder) -> None:
    assert folder.refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5_000)).code == "bad_workbook"


def test_a_packed_bomb(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "WORKBOOK_BYTES_UNPACKED_MAX", 1_000_000)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "x")
        packed.writestr("xl/worksheets/sheet1.xml", bytes(2_000_000))
    assert folder.refused(content.getvalue()).code == "too_large_unpacked"


def test_a_bomb_that_lies_about_its_size(folder: Folder) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "x")
        packed.writestr("xl/worksheets/sheet1.xml", bytes(2_000_000))
    lying = content.getvalue().replace((2_000_000).to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    assert folder.refused(lying).code == "bad_workbook"


def test_a_wrong_encoding_names_the_line(folder: Folder) -> None:
    text = b"number,name\n12345,Ann\n12346,J\xfcrgen\n"
    assert "Line 3" in folder.refused(text, encoding="utf-8").text
    assert "Line 3" in folder.refused(text, encoding="ascii").text
    assert folder.refused(text, encoding="zlib_codec").field == "encoding"


def test_two_encodings_in_one_file(folder: Folder) -> None:
    text = "number,name\n1,Jürgen\n2,Zoë\n3,Jörg\n".encode() + b"4,J\xfcrgen\n"
    refusal = folder.refused(text)
    assert "Line 5" in refusal.text
    assert "mixes" in refusal.text


def test_an_encoding_that_breaks_late(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "_guess", lambda _path, _line: "cp1252")
    assert "Line 3" in folder.refused(b"number,name\n1,J\xfcrgen\n2,\x81\n").text


def test_no_labels(folder: Folder) -> None:
    assert folder.refused("2132458767,Henry,Rome\n2132458768,Ann,Lodi\n").code == "no_labels"


def test_two_columns_of_one_name(folder: Folder) -> None:
    assert "'city'" in folder.refused("number,city,city\n1,a,b\n").text
    assert folder.refused("number,time_zone,timezone\n1,a,b\n").code == "same_label"


def test_too_many_columns_and_too_long_labels(folder: Folder) -> None:
    many = ",".join(f"c{at}" for at in range(limits.COLUMNS_MAX + 1))
    assert str(limits.COLUMNS_MAX) in folder.refused(many + "\n").text
    assert folder.refused("number," + "x" * 100 + "\n").code == "bad_label"


def test_a_line_without_end(folder: Folder) -> None:
    assert folder.refused("number,name\n1," + "x" * limits.LINE_CHARS_MAX + "\n").code == "long_line"


def test_a_quotation_mark_never_closed(folder: Folder) -> None:
    many = "".join(f"{at},Ann\n" for at in range(30_000))
    refusal = folder.refused(f'number,name\n1,"Ann\n{many}')
    assert refusal.code == "open_quote"
    assert "line 2" in refusal.text
    assert folder.refused('number,name\n1,"Ann\n').code == "open_quote"


def test_too_many_rows(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "ROWS_MAX", 10)
    assert folder.refused("number\n" + "12345\n" * 11).code == "too_many_rows"
    assert folder.refused("12345\n" * 11).code == "too_many_rows"


def test_unknown_settings(folder: Folder) -> None:
    assert folder.refused("number\n1\n", format="docx").field == "format"
    assert folder.refused("number\n1\n", format="xlsx").field == "format"
    assert folder.refused("number\n1\n", delimiter="x").field == "delimiter"
