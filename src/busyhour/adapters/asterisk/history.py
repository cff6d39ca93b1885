"""What the PBX's own records (CEL, one CSV line an event) say of channels that are gone.

Read backwards from the file's end, in steps, until all that was asked is known or the bound is reached: the records
that recovery needs are the youngest. Columns: event, UTC epoch seconds, channel id, channel name, JSON with the cause.

A PBX that was killed writes no end of its channels. Those that it had begun are told by their other records, and by
when the present PBX started: they ended with the one before, which lived until its last record at least.
"""

import asyncio
import csv
import json
import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, Final

from msgspec import Struct

from busyhour.adapters.asterisk.causes import MESSAGE_HEARD, end_cause, given_up
from busyhour.core.model.ids import came_in, on_pbx
from busyhour.core.model.pictures import CallHistory
from busyhour.core.model.values import EndCause

STEP_BYTES: Final = 256 * 1024
READ_BYTES_MAX: Final = 32 * 1024 * 1024
"""Some 250,000 records: the last half hour at 50 calls a second. Reading it takes about a second."""
END_LATE_S: Final = 1.0
"""A busy PBX writes the end of a channel a little after it has taken it off its list."""
END_LOOK_S: Final = 0.1


class _Life(Struct):
    started: bool = False
    seen_utc_s: float | None = None  # its youngest record
    answered_utc_s: float | None = None
    ended_utc_s: float | None = None
    cause: int = 0
    tech_cause: int = 0
    message_heard: bool = False


async def histories_of(
    cel_file: Path, channels: Collection[str], *, booted_utc_s: float | None = None
) -> tuple[CallHistory, ...]:
    """The ended ones among `channels`, which the PBX does not have now. One without an end in the records is left out,
    unless its records are older than the PBX (`booted_utc_s`): it died with the one before."""
    if not channels:
        return ()
    return await asyncio.to_thread(read_histories, cel_file, channels, booted_utc_s=booted_utc_s)


async def lives_of(
    cel_file: Path, channels: Collection[str], *, booted_utc_s: float | None = None
) -> tuple[CallHistory, ...]:
    """As `histories_of`, for channels that must have ended if they ever were: an end that is late is waited for, and
    who has a beginning and no end all the same is told with an unknown cause. That it began is proof that it was sent:
    without this, recovery would take it for never sent, and dial it again (N1)."""
    deadline_s = time.monotonic() + END_LATE_S
    while True:
        histories = await histories_of(cel_file, channels, booted_utc_s=booted_utc_s)
        told = {history.channel for history in histories}
        open_ended = await _begun(cel_file, [channel for channel in channels if channel not in told])
        if not open_ended:
            return histories
        if time.monotonic() > deadline_s:
            return histories + open_ended
        await asyncio.sleep(END_LOOK_S)


async def _begun(cel_file: Path, channels: Collection[str]) -> tuple[CallHistory, ...]:
    if not channels:
        return ()
    lives, _ = await asyncio.to_thread(_read_lives, cel_file, channels, None)
    return tuple(
        CallHistory(
            channel=name, answered_utc_s=life.answered_utc_s, ended_utc_s=life.seen_utc_s, cause=EndCause.UNKNOWN
        )
        for name, life in lives.items()
        if life.seen_utc_s is not None
    )


async def answers_of(cel_file: Path, channels: Collection[str]) -> dict[str, float]:
    """When these living channels were answered, as far as the records tell."""
    if not channels:
        return {}
    lives, _ = await asyncio.to_thread(_read_lives, cel_file, channels, None)
    return {name: life.answered_utc_s for name, life in lives.items() if life.answered_utc_s is not None}


def read_histories(
    cel_file: Path, channels: Collection[str], *, booted_utc_s: float | None = None
) -> tuple[CallHistory, ...]:
    lives, last_utc_s = _read_lives(cel_file, channels, booted_utc_s)
    found = (_history(channel, life, booted_utc_s, last_utc_s) for channel, life in lives.items())
    return tuple(history for history in found if history is not None)


def _read_lives(
    cel_file: Path, channels: Collection[str], booted_utc_s: float | None
) -> tuple[dict[str, _Life], float | None]:
    """Also when the PBX before the one that was booted then wrote its last record."""
    lives = {channel: _Life() for channel in channels}
    missing = {on_pbx(channel): channel for channel in channels}
    last_utc_s: float | None = None  # the youngest record of the PBX before this one
    for row in rows_backwards(cel_file):
        if len(row) < 3 or (at_utc_s := time_of(row[1])) is None:
            continue
        if last_utc_s is None and booted_utc_s is not None and at_utc_s < booted_utc_s:
            last_utc_s = at_utc_s
        channel = missing.get(row[2])
        if channel is None:
            continue
        _take(lives[channel], row, at_utc_s)
        if lives[channel].started:
            del missing[row[2]]  # nothing older is known of it
            if not missing:
                break
    return lives, last_utc_s


def _history(channel: str, life: _Life, booted_utc_s: float | None, last_utc_s: float | None) -> CallHistory | None:
    answered_utc_s = life.answered_utc_s
    if life.ended_utc_s is not None:
        cause = end_cause(life.cause, life.tech_cause, answered=answered_utc_s is not None)
        if came_in(channel) and answered_utc_s is None:
            cause = given_up(life.cause)
        return CallHistory(
            channel=channel,
            answered_utc_s=answered_utc_s,
            ended_utc_s=life.ended_utc_s,
            cause=cause,
            message_heard=life.message_heard,
        )
    if life.seen_utc_s is None or booted_utc_s is None or life.seen_utc_s >= booted_utc_s:
        return None
    ended_utc_s = max(life.seen_utc_s, last_utc_s or 0.0)
    return CallHistory(
        channel=channel, answered_utc_s=answered_utc_s, ended_utc_s=ended_utc_s, cause=EndCause.PBX_RESTART
    )


def time_of(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None  # a line that was cut or is not ours


def _take(life: _Life, row: list[str], at_utc_s: float) -> None:
    if life.seen_utc_s is None:
        life.seen_utc_s = at_utc_s
    match row[0]:
        case "CHAN_START":
            life.started = True
        case "ANSWER":
            life.answered_utc_s = at_utc_s
        case "HANGUP":
            life.ended_utc_s = at_utc_s
            extra = row[4] if len(row) > 4 else ""
            life.cause, life.tech_cause = cause_codes(extra)
            life.message_heard = text_of(extra, "hangupsource") == "" and life.cause == MESSAGE_HEARD


def cause_codes(extra: str) -> tuple[int, int]:
    """Of the JSON text of an end: Q.850, and that of the channel's technology; 0 = not said."""
    found = _json(extra)
    return _number(found.get("hangupcause")), _number(found.get("tech_cause"))


def text_of(extra: str, name: str) -> str:
    """That is told under this name; empty: none is."""
    found = _json(extra).get(name)
    return found if isinstance(found, str) else ""


def _json(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def rows_backwards(cel_file: Path) -> Iterator[list[str]]:
    """From the youngest line to the oldest, over the file and the part that was cut off it before."""
    left = READ_BYTES_MAX
    for file in (cel_file, cel_file.with_name(f"{cel_file.name}.1")):
        for line in _lines_backwards(file, left):
            left -= len(line) + 1
            if left <= 0:
                return
            text = line.decode("utf-8", "replace")
            yield next(csv.reader([text]), [])


def _lines_backwards(file: Path, bytes_max: int) -> Iterator[bytes]:
    try:
        with file.open("rb") as source:
            at = source.seek(0, 2)
            floor = max(0, at - bytes_max)
            rest = b""
            while at > floor:
                step = min(STEP_BYTES, at - floor)
                at -= step
                source.seek(at)
                head, *whole = (source.read(step) + rest).split(b"\n")
                yield from (line for line in reversed(whole) if line)
                rest = head
            if rest and floor == 0:
                yield rest
    except FileNotFoundError:
        return
