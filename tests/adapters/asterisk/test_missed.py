"""Callers who came and went, read from the PBX's own records, whatever stands in them."""

import csv
import io
import json
from pathlib import Path
from urllib.parse import quote

import pytest

from busyhour.adapters.asterisk import config, missed
from busyhour.adapters.asterisk.install import PbxProgram
from busyhour.adapters.asterisk.missed import missed_of, read_missed
from busyhour.core.model.callers import MissedCaller
from busyhour.core.model.values import EndCause
from busyhour.service.errors import Unavailable


def row(kind: str, at_s: float, channel: str, extra: str = "") -> str:
    """As the PBX writes it."""
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow([kind, f"{at_s:.6f}", channel, "PJSIP/t1-1-0000", extra])
    return line.getvalue()


def came(at_s: float, channel: str, marks: str = "1/+4930777/4930100", name: str = "") -> str:
    extra = json.dumps({"extra": f"{quote(name, safe='')}/{marks}"})
    return row("CHAN_START", at_s, channel) + row("CAME", at_s + 0.001, channel, extra)


def ended(at_s: float, channel: str, cause: int = 16) -> str:
    return row("HANGUP", at_s, channel, json.dumps({"hangupcause": cause}))


@pytest.fixture
def cel(tmp_path: Path) -> Path:
    return tmp_path / "cel.csv"


@pytest.mark.covers("I16")
def test_who_came_and_went(cel: Path) -> None:
    cel.write_text(came(100.0, "100.1", name="Zoë “Z” O'Neil, 100%/x") + ended(110.0, "100.1", 127))
    assert read_missed(cel, 1, 0.0) == (
        MissedCaller(
            call="i1-100.1",
            dialed="4930100",
            number="+4930777",
            name="Zoë “Z” O'Neil, 100%/x",
            arrived_utc_s=100.0,
            ended_utc_s=110.0,
            cause=EndCause.NORMAL,
        ),
    )


def test_whom_the_pbx_told_that_nobody_is_there(cel: Path) -> None:
    cel.write_text(came(100.0, "100.1") + row("ANSWER", 120.0, "100.1") + ended(124.0, "100.1"))
    [caller] = read_missed(cel, 1, 0.0)
    assert (caller.answered_utc_s, caller.cause) == (120.0, EndCause.NORMAL)


def test_an_end_of_a_channel_without_a_beginning_is_nobody(cel: Path) -> None:
    cel.write_text(row("CAME", 100.0, "100.1", json.dumps({"extra": "/1/2/3"})) + ended(101.0, "100.1"))
    assert read_missed(cel, 1, 0.0) == ()


def test_on_the_line_still_of_another_tenant_or_too_long_ago(cel: Path) -> None:
    cel.write_text(
        came(50.0, "50.1")
        + ended(60.0, "50.1")
        + came(100.0, "100.1")
        + came(100.0, "100.2", marks="12/+49/49")
        + ended(101.0, "100.2")
        + row("CHAN_START", 102.0, "c1-0a")  # we dialed that
        + ended(103.0, "c1-0a")
    )
    assert read_missed(cel, 1, 70.0) == ()
    assert [caller.call for caller in read_missed(cel, 12, 70.0)] == ["i12-100.2"]
    assert [caller.call for caller in read_missed(cel, 1, 40.0)] == ["i1-50.1"]


def test_with_a_pbx_that_died_its_callers_went(cel: Path) -> None:
    cel.write_text(came(100.0, "100.1") + row("CHAN_START", 130.0, "c1-0a") + came(205.0, "200.1"))
    [caller] = read_missed(cel, 1, 0.0, booted_utc_s=200.0)
    assert (caller.call, caller.ended_utc_s, caller.cause) == ("i1-100.1", 130.0, EndCause.PBX_RESTART)


@pytest.mark.parametrize(
    "line",
    [
        "CAME,101.0,100.1",
        'CAME,101.0,100.1,"x","{not json"',
        'CAME,101.0,100.1,"x","[1]"',
        'CAME,101.0,100.1,"x","{""extra"": 7}"',
        'CAME,101.0,100.1,"x","{""extra"": ""name only""}"',
        'CAME,101.0,100.1,"x","{""extra"": ""/one/2/3""}"',
        'CAME,nan?,100.1,"x","{""extra"": ""/1/2/3""}"',
        'CAME,101.0,../etc,"x","{""extra"": ""/1/2/3""}"',
        "\x00\xff,,,,",
        "",
    ],
)
def test_a_line_that_is_not_in_form_is_nobody(cel: Path, line: str) -> None:
    cel.write_text(row("CHAN_START", 100.0, "100.1") + line + "\n" + ended(102.0, "100.1"), encoding="latin-1")
    assert read_missed(cel, 1, 0.0) == ()


@pytest.mark.parametrize("name", ["a\x00b\r\nCAME,1,2.3", "n" * 9_000])
def test_names_are_cut_and_without_control_characters(cel: Path, name: str) -> None:
    cel.write_text(came(100.0, "100.1", name=name) + ended(101.0, "100.1"))
    [caller] = read_missed(cel, 1, 0.0)
    assert len(caller.name) <= 256
    assert caller.name.isprintable()


def test_who_withholds_their_number_has_none(cel: Path) -> None:
    cel.write_text(came(100.0, "100.1", marks="1/anonymous/4930100") + ended(101.0, "100.1"))
    assert [caller.number for caller in read_missed(cel, 1, 0.0)] == [""]


def test_no_more_than_can_be_told(cel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missed, "MISSED_MAX", 2)
    cel.write_text("".join(came(100.0 + n, f"100.{n}") + ended(100.5 + n, f"100.{n}") for n in range(4)))
    assert [caller.call for caller in read_missed(cel, 1, 0.0)] == ["i1-100.3", "i1-100.2"]


async def test_records_that_cannot_be_read_are_asked_for_again(tmp_path: Path) -> None:
    assert await missed_of(tmp_path / "none.csv", 1, 0.0, booted_utc_s=None) == ()
    with pytest.raises(Unavailable):
        await missed_of(tmp_path, 1, 0.0, booted_utc_s=None)


def test_an_asterisk_that_cannot_note_callers_takes_them_all_the_same(tmp_path: Path) -> None:
    program = PbxProgram(argv=("asterisk",), modules=tmp_path, share=tmp_path, version="")
    assert config.note_step(program) == "NoOp(callers are not noted)"
    for name in ("app_celgenuserevent", "func_uri"):
        (tmp_path / f"{name}.so").touch()
    assert config.note_step(program).startswith("CELGenUserEvent(CAME,")
