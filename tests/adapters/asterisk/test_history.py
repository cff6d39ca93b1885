"""The PBX's own records, read from their end."""

import asyncio
from pathlib import Path

import pytest

from busyhour.adapters.asterisk import history
from busyhour.adapters.asterisk.history import answers_of, histories_of, lives_of, read_histories
from busyhour.core.model.pictures import CallHistory
from busyhour.core.model.values import EndCause


def _life(
    channel: str, start_s: float, *, answer_s: float | None = None, end_s: float | None = None, cause: int = 16
) -> str:
    lines = [f'CHAN_START,{start_s:.6f},{channel},"PJSIP/t1-1-0000","{{}}"']
    if answer_s is not None:
        lines.append(f'ANSWER,{answer_s:.6f},{channel},"PJSIP/t1-1-0000","{{}}"')
    if end_s is not None:
        extra = f'{{""hangupcause"":{cause},""hangupsource"":"""",""dialstatus"":""""}}'
        lines.append(f'HANGUP,{end_s:.6f},{channel},"PJSIP/t1-1-0000","{extra}"')
    return "\n".join(lines) + "\n"


@pytest.fixture
def cel(tmp_path: Path) -> Path:
    return tmp_path / "cel.csv"


def test_answered_and_ended(cel: Path) -> None:
    cel.write_text(_life("c1-01", 100.0, answer_s=105.5, end_s=110.25))
    assert read_histories(cel, ["c1-01"]) == (
        CallHistory(channel="c1-01", answered_utc_s=105.5, ended_utc_s=110.25, cause=EndCause.NORMAL),
    )


@pytest.mark.parametrize(
    ("cause", "source", "heard"), [(31, "", True), (16, "", False), (31, "PJSIP/t1-1-0000", False)]
)
def test_a_message_was_heard_where_our_own_hang_up_said_so(cel: Path, cause: int, source: str, *, heard: bool) -> None:
    """A carrier may send 31, too; then the record names its channel."""
    life = _life("c1-01", 100.0, answer_s=105.5, end_s=110.25, cause=cause)
    cel.write_text(life.replace('hangupsource"":""""', f'hangupsource"":""{source}""'))
    (told,) = read_histories(cel, ["c1-01"])
    assert (told.message_heard, told.cause) == (heard, EndCause.NORMAL)


def test_never_answered(cel: Path) -> None:
    cel.write_text(_life("c1-01", 100.0, end_s=101.0, cause=17) + _life("c1-02", 100.0, end_s=131.0, cause=19))
    busy, rang_out = read_histories(cel, ["c1-01", "c1-02"])
    assert (busy.cause, busy.answered_utc_s) == (EndCause.BUSY, None)
    assert rang_out.cause is EndCause.NO_ANSWER


def test_one_that_lives_or_was_never_there_has_no_history(cel: Path) -> None:
    cel.write_text(_life("c1-01", 100.0, answer_s=101.0) + _life("c1-03", 100.0, end_s=101.0))
    assert read_histories(cel, ["c1-01", "c1-02"]) == ()


async def test_answers_of_those_that_live(cel: Path) -> None:
    cel.write_text(_life("c1-01", 100.0, answer_s=101.5) + _life("c1-02", 100.0))
    assert await answers_of(cel, ["c1-01", "c1-02", "c1-03"]) == {"c1-01": 101.5}
    assert await answers_of(cel, []) == {}


def test_no_file_no_history(cel: Path) -> None:
    assert read_histories(cel, ["c1-01"]) == ()


def test_the_part_that_was_cut_off_is_read_too(cel: Path) -> None:
    cel.with_name("cel.csv.1").write_text(_life("c1-01", 100.0, answer_s=101.0))
    cel.write_text('HANGUP,120.000000,c1-01,"PJSIP/x","{""hangupcause"":16}"\n')
    (found,) = read_histories(cel, ["c1-01"])
    assert (found.answered_utc_s, found.ended_utc_s) == (101.0, 120.0)


def test_lines_that_are_no_records_are_passed_over(cel: Path) -> None:
    cel.write_bytes(
        b'\xff\xfe\x00,"\n' + _life("c1-01", 100.0, end_s=101.0).encode() + b'HANGUP,soon,c1-01\n"open\nHANGUP,1'
    )
    assert [found.ended_utc_s for found in read_histories(cel, ["c1-01"])] == [101.0]


def test_records_cross_the_steps_of_reading(cel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "STEP_BYTES", 37)
    cel.write_text("".join(_life(f"c1-{n:02}", 100.0 + n, answer_s=101.0 + n, end_s=102.0 + n) for n in range(50)))
    names = [f"c1-{n:02}" for n in range(50)]
    assert [(found.channel, found.ended_utc_s) for found in read_histories(cel, names)] == [
        (name, 102.0 + n) for n, name in enumerate(names)
    ]


def test_it_looks_back_so_far_and_no_farther(cel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, young = _life("c1-01", 100.0, end_s=101.0), _life("c1-02", 200.0, end_s=201.0)
    cel.write_text(old + young)
    monkeypatch.setattr(history, "READ_BYTES_MAX", len(young) + 4)
    assert [found.channel for found in read_histories(cel, ["c1-01", "c1-02"])] == ["c1-02"]


async def test_nothing_asked_nothing_read(tmp_path: Path) -> None:
    assert await histories_of(tmp_path, []) == ()  # a folder cannot be read: it was not tried


# A PBX that was killed


def test_what_a_killed_pbx_had_begun_ended_with_it(cel: Path) -> None:
    """Ringing and answered; it lived until its youngest record, of whatever channel."""
    old = _life("c1-01", 100.0) + _life("c1-02", 101.0, answer_s=104.5) + _life("x", 105.0, end_s=106.25)
    cel.write_text(old + _life("c1-09", 120.0, end_s=121.0))
    assert read_histories(cel, ["c1-01", "c1-02", "c1-03"], booted_utc_s=119.0) == (
        CallHistory(channel="c1-01", answered_utc_s=None, ended_utc_s=106.25, cause=EndCause.PBX_RESTART),
        CallHistory(channel="c1-02", answered_utc_s=104.5, ended_utc_s=106.25, cause=EndCause.PBX_RESTART),
    )


def test_an_end_in_the_records_counts_also_after_a_restart(cel: Path) -> None:
    cel.write_text(_life("c1-01", 100.0, end_s=101.0, cause=17) + _life("c1-02", 102.0))
    busy, dead = read_histories(cel, ["c1-01", "c1-02"], booted_utc_s=119.0)
    assert (busy.cause, busy.ended_utc_s) == (EndCause.BUSY, 101.0)
    assert (dead.cause, dead.ended_utc_s) == (EndCause.PBX_RESTART, 102.0)


def test_one_that_the_present_pbx_began_is_unknown_until_its_end_is_written(cel: Path) -> None:
    cel.write_text(_life("c1-01", 100.0, end_s=101.0) + _life("c1-02", 120.0, answer_s=121.0))
    assert read_histories(cel, ["c1-02"], booted_utc_s=119.0) == ()


def test_a_killed_pbx_is_told_from_the_part_that_was_cut_off_too(cel: Path) -> None:
    cel.with_name("cel.csv.1").write_text(_life("c1-01", 100.0, answer_s=101.0) + _life("x", 102.0))
    cel.write_text(_life("c1-09", 120.0))
    (found,) = read_histories(cel, ["c1-01"], booted_utc_s=119.0)
    assert (found.answered_utc_s, found.ended_utc_s) == (101.0, 102.0)


async def test_who_began_and_has_no_end_was_sent_all_the_same(cel: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "END_LATE_S", 0.0)
    cel.write_text(_life("c1-01", 100.0, answer_s=101.0) + _life("c1-02", 100.0, end_s=131.0, cause=17))
    found = {told.channel: told for told in await lives_of(cel, ["c1-01", "c1-02", "c1-03"])}
    assert found["c1-01"] == CallHistory(
        channel="c1-01", answered_utc_s=101.0, ended_utc_s=101.0, cause=EndCause.UNKNOWN
    )
    assert found["c1-02"].cause is EndCause.BUSY
    assert "c1-03" not in found


async def test_an_end_that_is_written_late_is_waited_for(cel: Path) -> None:
    cel.write_text(_life("c1-01", 100.0))
    asking = asyncio.create_task(lives_of(cel, ["c1-01"]))
    await asyncio.sleep(0)
    cel.write_text(_life("c1-01", 100.0, end_s=131.0, cause=17))
    assert [told.cause for told in await asking] == [EndCause.BUSY]
