"""What is exported comes back the same, and no spreadsheet program runs any cell of it."""

import csv
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from busyhour.adapters.files.contact_files import ContactFiles
from busyhour.adapters.files.safety import STARTERS, guarded, is_formula, unguarded
from busyhour.service import records as r
from busyhour.service.list_files import FileAsk, FileRow

FILES = ContactFiles()

# Cells that have gone wrong elsewhere are drawn often.
NASTY = st.sampled_from(
    [
        "=1+1",
        "'=1+1",
        "''=1",
        "=cmd|' /C calc'!A0",
        "+39061234",
        "-5",
        "@SUM(A1)",
        "\N{FULLWIDTH EQUALS SIGN}1",
        "a\nb",
        'say "hi"',
        "a,b;c\td|e",
        "_x0001_",
        "0023",
        "1e5",
        "NULL",
        "'",
        '"',
        "https://example.com/?a=1",
        "TRUE",
        "日本語",
        "\N{PILE OF POO}",
    ]
)
SHOWABLE = st.characters(exclude_categories=["Cs", "Cc", "Cn"])
VALUES = st.one_of(NASTY, st.text(SHOWABLE, max_size=20).map(str.strip)).filter(bool)
NAMES = st.one_of(st.sampled_from(["name", "city", "A", "a", "NUMBER", "=x", "'+y", "*S*"]), VALUES).filter(
    lambda name: (
        len(name) <= 40
        and "\n" not in name
        and name.casefold().replace(" ", "_") not in {"time_zone", "timezone", "*schedule*"}
    )
)
NUMBERS = st.lists(st.from_regex(r"\+[1-9][0-9]{6,13}", fullmatch=True), min_size=1, max_size=4)
SCHEDULES = st.none() | st.tuples(
    st.integers(0, 4_000_000_000), st.none() | st.from_regex(r"[0-9]{3,5}", fullmatch=True)
)


@st.composite
def contacts(
    draw: st.DrawFn, values: st.SearchStrategy[str] = VALUES, names: st.SearchStrategy[str] = NAMES
) -> r.Contact:
    attributes = draw(st.dictionaries(names, values, max_size=4))
    schedule = draw(SCHEDULES)
    return r.Contact(
        contact_id=1,
        list_id=1,
        position=1,
        name="",
        numbers=tuple(draw(NUMBERS)),
        attributes=attributes,
        output={},
        time_zone=draw(st.sampled_from([None, "Europe/Rome"])),
        schedule_utc_s=float(schedule[0]) if schedule else None,
        schedule_extension=schedule[1] if schedule else None,
    )


def there_and_back(form: str, sent: list[r.Contact]) -> list[FileRow]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export"
        FILES.write_contacts(path, form, sent)
        found = FILES.form(path, "export", FileAsk(format="native" if form == "native" else None))
        return list(FILES.rows(path, found))


def schedule_of(contact: r.Contact) -> str:
    if contact.schedule_utc_s is None:
        return ""
    return f"{contact.schedule_utc_s:.0f}:{contact.schedule_extension or ''}"


def assert_same(sent: list[r.Contact], rows: list[FileRow]) -> None:
    assert [row.fault for row in rows] == [None] * len(sent)
    assert [tuple(row.numbers) for row in rows] == [contact.numbers for contact in sent]
    assert [row.attributes for row in rows] == [contact.attributes for contact in sent]
    assert [row.time_zone or None for row in rows] == [contact.time_zone for contact in sent]
    assert [row.schedule for row in rows] == [schedule_of(contact) for contact in sent]


@pytest.mark.covers("WD-090")
@given(st.lists(contacts(), min_size=1, max_size=5))
@settings(deadline=None, max_examples=80)
def test_a_list_comes_back_from_csv(sent: list[r.Contact]) -> None:
    assert_same(sent, there_and_back("csv", sent))


@given(st.lists(contacts(), min_size=1, max_size=5))
@settings(deadline=None, max_examples=40)
def test_a_list_comes_back_from_a_workbook(sent: list[r.Contact]) -> None:
    assert_same(sent, there_and_back("xlsx", sent))


PLAIN_NAMES = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,10}", fullmatch=True).filter(
    lambda name: name.casefold() not in {"time_zone", "timezone"} and not name.startswith("MULTINUM")
)
PLAIN_VALUES = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters=":"), min_size=1, max_size=20)


@pytest.mark.covers("WD-089")
@given(st.lists(contacts(PLAIN_VALUES, PLAIN_NAMES), min_size=1, max_size=5))
@settings(deadline=None, max_examples=40)
def test_a_list_comes_back_from_the_native_form(sent: list[r.Contact]) -> None:
    assert_same(sent, there_and_back("native", sent))


@given(st.lists(contacts(), min_size=1, max_size=5))
@settings(deadline=None, max_examples=40)
def test_what_the_native_form_cannot_hold_breaks_no_other_contact(sent: list[r.Contact]) -> None:
    rows = there_and_back("native", sent)
    assert [row.numbers[0] for row in rows if row.numbers] == [contact.numbers[0] for contact in sent]


@pytest.mark.covers("WD-089")
def test_output_attributes_are_exported_with_their_mark() -> None:
    sent = r.Contact(
        contact_id=1,
        list_id=1,
        position=1,
        name="Ann",
        numbers=("+39061234567",),
        attributes={"A": "1"},
        output={"REPLY": "yes"},
        time_zone=None,
        schedule_utc_s=None,
        schedule_extension=None,
    )
    for form in ("csv", "native", "xlsx"):
        (row,) = there_and_back(form, [sent])
        assert row.attributes == {"A": "1", "name": "Ann", ">REPLY": "yes"}
        assert row.name == "Ann"


CELLS = st.one_of(NASTY, st.text(max_size=12), st.text(STARTERS + "' \u00a0ab1", max_size=6))


@given(CELLS)
@settings(max_examples=800)
def test_guarding_is_undone_exactly(cell: str) -> None:
    assert unguarded(guarded(cell)) == cell
    assert not is_formula(guarded(cell))
    assert not is_formula(guarded(cell).strip())


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=40))
@settings(deadline=None, max_examples=50)
def test_no_cell_of_a_table_is_run(rows: list[list[str]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        FILES.write_table(path, "csv", ["=a", "b", "c"], rows)
        with path.open(encoding="utf-8-sig", newline="") as file:
            written = list(csv.reader(file))
        assert len(written) == len(rows) + 1
        assert not [cell for row in written for cell in row if is_formula(cell)]
        FILES.write_table(path, "xlsx", ["=a", "b", "c"], rows)
        sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
        harmless = [cell for row in sheet.to_python() for cell in row if not _is_bare_number(str(cell))]
        assert not [cell for cell in harmless if is_formula(str(cell))]


def _is_bare_number(cell: str) -> bool:
    return cell.startswith("+") and cell.isascii() and cell.replace("+", "").replace("|", "").isdigit()


def test_a_hundred_thousand_cells_hold_no_formula(tmp_path: Path) -> None:
    starts = [*STARTERS, *(f" {mark}" for mark in STARTERS), "'", "a", "0", '"', ""]
    bodies = ["1+1", "cmd|' /C calc'!A0", "\n=1", "", "SUM(A1:A9)", '","=1', "\r=2", "\t=3"]
    cells = [f"{start}{body}{at}" for at in range(480) for start in starts for body in bodies]
    assert len(cells) > 100_000
    path = tmp_path / "cells.csv"
    FILES.write_table(path, "csv", ["a"], ([cell] for cell in cells))
    with path.open(encoding="utf-8-sig", newline="") as file:
        written = [row[0] for row in csv.reader(file)][1:]
    assert [unguarded(cell) for cell in written] == cells
    assert not any(is_formula(cell) for cell in written)
