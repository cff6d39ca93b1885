"""The ledger is the judge in other tests, so it is judged here."""

from pathlib import Path

import pytest

from busyhour.sim.sipp.ledger import Dialog, Ledger, doubled, peak, times_dialed


def line(at_s: float, way: str, call: str, cseq: str, start: str) -> str:
    return f"2026-01-01\t00:00:00\t{at_s:.6f}\t{way}\t{call}\tCSeq:{cseq}\t{start}\n"


def test_reads_a_trace_while_it_grows(tmp_path: Path) -> None:
    trace = tmp_path / "trace.csv"
    ledger = Ledger(trace)
    assert ledger.dialogs() == []
    first = line(10, "R", "a", "1 INVITE", "INVITE sip:+4915200@127.0.0.1 SIP/2.0")
    first += line(10.5, "R", "a", "1 INVITE", "INVITE sip:+4915200@127.0.0.1 SIP/2.0")
    first += line(11, "S", "a", "1 INVITE", "SIP/2.0 180 Ringing") + line(12, "S", "a", "1 INVITE", "SIP/2.0 200 OK")
    half = line(15, "R", "a", "2 BYE", "BYE sip:x SIP/2.0")
    trace.write_text(first + half[:20])
    (dialog,) = ledger.dialogs()
    assert (dialog.number, dialog.invites, dialog.ringing_s, dialog.answered_s) == ("4915200", 2, 11, 12)
    assert dialog.open
    trace.write_text(first + half + line(15, "S", "a", "2 BYE", "SIP/2.0 200 OK"))
    (dialog,) = ledger.dialogs()
    assert (dialog.talk_s, dialog.ended_by, dialog.status) == (3, "caller", 200)


def test_a_cancelled_call_was_ended_by_the_caller(tmp_path: Path) -> None:
    trace = tmp_path / "trace.csv"
    lines = [line(1, "R", "a", "1 INVITE", "INVITE sip:1@h SIP/2.0"), line(2, "R", "a", "1 CANCEL", "CANCEL sip:1@h")]
    lines += [line(2, "S", "a", "1 CANCEL", "SIP/2.0 200 OK"), line(2.1, "S", "a", "1 INVITE", "SIP/2.0 487 x")]
    trace.write_text("".join(lines))
    (dialog,) = Ledger(trace).dialogs()
    assert (dialog.status, dialog.cancelled_s, dialog.ended_s, dialog.ended_by) == (487, 2, 2.1, "caller")


@pytest.mark.parametrize(("third_s", "expected"), [(4.0, 2), (3.0, 3)])
def test_peak_counts_calls_up_at_once(third_s: float, expected: int) -> None:
    ended = Dialog("a", "1", 0, status=200, answered_s=1, ended_s=third_s)
    still_open = Dialog("b", "2", 2, status=200, answered_s=2)
    third = Dialog("c", "3", third_s - 0.5 if expected == 3 else third_s)
    assert peak([ended, still_open, third], unanswered_s=5, until_s=100) == expected


def test_doubled_finds_two_calls_to_one_number_at_once() -> None:
    first = Dialog("a", "1", 0, status=200, answered_s=1, ended_s=10)
    assert doubled([first, Dialog("b", "1", 9, status=486, ended_s=9.1)])
    assert not doubled([first, Dialog("b", "1", 10.5), Dialog("c", "2", 5)])
    assert times_dialed([first, Dialog("b", "1", 10.5)])["1"] == 2
