"""Callers who came and went, as the PBX's own records (CEL) have them: for an engine that was not there.

The dialplan writes one event for each caller, with who called whom (`templates/extensions.conf`); their end and the
PBX's own answer are the ordinary records of their channel. What is in there came over SIP: nothing of it is trusted to
be in form, and a line that cannot be read is nobody.
"""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import structlog
from msgspec import Struct

from busyhour.adapters.asterisk import ari_events as ari
from busyhour.adapters.asterisk import dialplan
from busyhour.adapters.asterisk.causes import end_cause, given_up
from busyhour.adapters.asterisk.history import cause_codes, rows_backwards, text_of, time_of
from busyhour.adapters.asterisk.translate import NAME_MAX
from busyhour.core.model.callers import MissedCaller
from busyhour.core.model.ids import caller_of
from busyhour.core.model.values import EndCause
from busyhour.service.errors import Unavailable

MISSED_MAX: Final = 5_000
"""Of one tenant, the youngest: so many call in an hour without an engine at a busy place."""
PBX_ID: Final = re.compile(r"[0-9]{1,20}\.[0-9]{1,20}")
"""Channels that the PBX has named itself."""
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f]")

log = structlog.get_logger(__name__)


class _Life(Struct):
    came: str = ""  # who called whom, as it was noted first
    answered_utc_s: float | None = None
    ended_utc_s: float | None = None
    cause: int = 0
    tech_cause: int = 0
    died: bool = False  # with the PBX


async def missed_of(
    cel_file: Path, tenant: int, since_utc_s: float, *, booted_utc_s: float | None
) -> tuple[MissedCaller, ...]:
    """Who came since then and is gone; with a PBX that died before this one was booted, too."""
    try:
        return await asyncio.to_thread(read_missed, cel_file, tenant, since_utc_s, booted_utc_s=booted_utc_s)
    except OSError as fault:
        raise Unavailable(f"The PBX's records cannot be read: {fault}") from fault


def read_missed(
    cel_file: Path, tenant: int, since_utc_s: float, *, booted_utc_s: float | None = None
) -> tuple[MissedCaller, ...]:
    found: list[MissedCaller] = []
    for caller in _callers_backwards(cel_file, tenant, since_utc_s, booted_utc_s):
        if len(found) == MISSED_MAX:
            log.warning("too many callers came while no engine was there; the oldest are left out", tenant=tenant)
            break
        found.append(caller)
    return tuple(found)


def _callers_backwards(
    cel_file: Path, tenant: int, since_utc_s: float, booted_utc_s: float | None
) -> Iterator[MissedCaller]:
    lives: dict[str, _Life] = {}  # bounded by what is read
    died_utc_s: float | None = None  # the last record of the PBX before this one
    for row in rows_backwards(cel_file):
        at_utc_s = time_of(row[1]) if len(row) >= 5 else None
        if at_utc_s is None:
            continue
        if at_utc_s < since_utc_s:
            return
        if died_utc_s is None and booted_utc_s is not None and at_utc_s < booted_utc_s:
            died_utc_s = at_utc_s
        if PBX_ID.fullmatch(row[2]) is None:
            continue
        if row[0] != "CHAN_START":
            _take(lives.setdefault(row[2], _Life()), row, at_utc_s)
            continue
        life = lives.pop(row[2], _Life())
        if life.ended_utc_s is None and died_utc_s is not None:
            life.ended_utc_s, life.died = died_utc_s, True
        came = _came(row[2], life.came, tenant)
        if came is not None and life.ended_utc_s is not None:  # else they are on the line still
            yield _missed(came, at_utc_s, life)


def _take(life: _Life, row: list[str], at_utc_s: float) -> None:
    match row[0]:
        case dialplan.NOTED:
            life.came = row[4]
        case "ANSWER":
            life.answered_utc_s = at_utc_s
        case "HANGUP":
            life.ended_utc_s = at_utc_s
            life.cause, life.tech_cause = cause_codes(row[4])


class _Came(Struct):
    call: str
    number: str
    dialed: str
    name: str


def _came(pbx_id: str, extra: str, tenant: int) -> _Came | None:
    """Who called whom; None: not this tenant, or not in form."""
    name, _, marks = text_of(extra, "extra").partition("/")
    whose = ari.CAME.fullmatch(marks)
    if whose is None or int(whose["tenant"]) != tenant:
        return None
    number, dialed = ari.came_by(ari.Marks(came=marks))
    shown = CONTROL.sub("", unquote(name, errors="replace"))[:NAME_MAX]
    return _Came(call=caller_of(tenant=tenant, pbx_id=pbx_id), number=number, dialed=dialed, name=shown)


def _missed(came: _Came, at_utc_s: float, life: _Life) -> MissedCaller:
    return MissedCaller(
        call=came.call,
        dialed=came.dialed,
        number=came.number,
        name=came.name,
        arrived_utc_s=at_utc_s,
        answered_utc_s=life.answered_utc_s,
        ended_utc_s=max(life.ended_utc_s or at_utc_s, at_utc_s),
        cause=_cause(life),
    )


def _cause(life: _Life) -> EndCause:
    if life.died:
        return EndCause.PBX_RESTART
    if life.answered_utc_s is None:
        return given_up(life.cause)
    return end_cause(life.cause, life.tech_cause, answered=True)
