"""Recordings: the list, the sound with its picture, what is erased or held, and the rule for all of them.

The sound is found by the recording's name, which a table of this tenant must have: no path is made of what was asked.
Who hears or takes away what stands in the audit log.
"""

from typing import Annotated

from fastapi import Depends, Query
from msgspec import Struct
from starlette.responses import FileResponse, Response

from busyhour.core.model.ids import tenant_of
from busyhour.core.model.recording_facts import RecordAsked, RecordingDecided, RecordingRuleChanged
from busyhour.core.model.recordings import RecordingPolicy, RecordWish, call_of
from busyhour.core.model.values import Audited
from busyhour.http.attempts import Cursor, Limit, OptionalId, PageOf, Time, digits_of
from busyhour.http.callers import check_caller
from busyhour.http.recording_check import check_days
from busyhour.http.routes import Routes
from busyhour.http.services import Caller, Services, Use, Who
from busyhour.service import recording_records as rr
from busyhour.service import records as r
from busyhour.service.errors import NotFound

routes = Routes("recordings")


class Wish(Struct, frozen=True, kw_only=True):
    wish: RecordWish


class Decided(Struct, frozen=True, kw_only=True):
    record: bool


class Held(Struct, frozen=True, kw_only=True):
    held: bool


class Peaks(Struct, frozen=True, kw_only=True):
    """The loudest of each of evenly many pieces, 0 to 255."""

    customer: list[int]
    agent: list[int]


def filter_of(
    call: Annotated[str | None, Query(max_length=100)] = None,
    queue_id: OptionalId = None,
    campaign_id: OptionalId = None,
    agent_id: OptionalId = None,
    number: Annotated[str | None, Query(max_length=20)] = None,
    from_utc_s: Time = None,
    until_utc_s: Time = None,
) -> rr.RecordingFilter:
    return rr.RecordingFilter(
        call=call,
        queue_id=queue_id,
        campaign_id=campaign_id,
        agent_id=agent_id,
        number=digits_of(number),
        from_utc_s=from_utc_s,
        until_utc_s=until_utc_s,
    )


Which = Annotated[rr.RecordingFilter, Depends(filter_of)]


@routes.get("/api/recordings", permission="recordings:read", answer=PageOf[rr.RecordingRow])
async def list_recordings(who: Who, use: Use, which: Which, cursor: Cursor = None, limit: Limit = 100) -> r.Page:
    return await use.recordings.recordings(who.tenant_id, which, cursor=cursor, limit=limit)


@routes.get("/api/recordings/rule", permission="recordings:read")
async def get_recording_rule(who: Who, use: Use) -> rr.RecordingRule:
    """What holds where neither the call nor its campaign or queue says anything."""
    return await use.recordings.rule(who.tenant_id)


@routes.put("/api/recordings/rule", permission="settings:write")
async def set_recording_rule(who: Who, use: Use, body: rr.RecordingRule) -> rr.RecordingRule:
    """For talks that begin from now on; the days hold for all recordings, also for those that are there."""
    check_days(body.recording_days, "recording_days")
    await use.recordings.set_rule(who.tenant_id, body)
    use.floors.tell(who.tenant_id, RecordingRuleChanged(policy=RecordingPolicy(body.recording)))
    return body


@routes.get("/api/recordings/{recording}", permission="recordings:read")
async def get_recording(who: Who, use: Use, recording: str) -> rr.RecordingRow:
    check_name(who.tenant_id, recording)
    return await use.recordings.recording(who.tenant_id, recording)


@routes.get("/api/recordings/{recording}/peaks", permission="recordings:listen")
async def get_recording_peaks(who: Who, use: Use, recording: str) -> Peaks:
    check_name(who.tenant_id, recording)
    peaks = list(await use.recordings.peaks(who.tenant_id, recording))
    return Peaks(customer=peaks[: len(peaks) // 2], agent=peaks[len(peaks) // 2 :])


@routes.get("/api/recordings/{recording}/sound", permission="recordings:listen", media=("audio/wav",))
async def hear_recording(who: Who, use: Use, recording: str) -> Response:
    """The customer on the left, the agent on the right. Pieces of it can be asked for (`Range`)."""
    row = await kept(use, who, recording)
    if use.hearings.is_new(who.tenant_id, who.user_id, recording):
        await use.recordings.note(who.tenant_id, row, Audited.RECORDING_HEARD, user_id=who.user_id, address=who.address)
    return FileResponse(use.recording_path(who.tenant_id, recording, row.began_utc_s), media_type="audio/wav")


@routes.get("/api/recordings/{recording}/file", permission="recordings:download", media=("audio/wav",))
async def download_recording(who: Who, use: Use, recording: str) -> Response:
    row = await kept(use, who, recording)
    await use.recordings.note(
        who.tenant_id, row, Audited.RECORDING_DOWNLOADED, user_id=who.user_id, address=who.address
    )
    path = use.recording_path(who.tenant_id, recording, row.began_utc_s)
    return FileResponse(path, media_type="audio/wav", filename=f"{recording}.wav")


@routes.delete("/api/recordings/{recording}", permission="recordings:delete")
async def erase_recording(who: Who, use: Use, recording: str) -> None:
    """For good. One that is held must be released first."""
    check_name(who.tenant_id, recording)
    await use.recordings.recording(who.tenant_id, recording)
    await use.recordings.erase(
        who.tenant_id, recording, user_id=who.user_id, address=who.address, why="somebody erased it"
    )


@routes.put("/api/recordings/{recording}/held", permission="recordings:delete")
async def hold_recording(who: Who, use: Use, recording: str, body: Held) -> None:
    """While it is held nothing erases it: no rule, and nobody."""
    check_name(who.tenant_id, recording)
    await use.recordings.hold(who.tenant_id, recording, held=body.held, user_id=who.user_id, address=who.address)


@routes.put("/api/calls/{call}/recording", permission="callers:write")
async def decide_recording(who: Who, use: Use, call: str, body: Decided) -> None:
    """For a program of the company, where the rule is `by_hook`: whether this call is recorded, said from its arrival
    on, or in its talk. The live feed tells which calls there are."""
    check_caller(who.tenant_id, call)
    await use.floors.ask(
        who.tenant_id, lambda request: RecordingDecided(call=call, record=body.record, request=request)
    )


@routes.post("/api/desk/recording", permission="desk:use")
async def ask_recording(who: Who, use: Use, body: Wish) -> None:
    """Of the talk that this agent is in. That nothing is recorded in a pause is told by the live state, once the PBX
    has confirmed it: not before it says `paused` is it time for a card's number."""
    await use.floors.ask(
        who.tenant_id, lambda request: RecordAsked(agent_id=who.agent_id, wish=body.wish, request=request)
    )


async def kept(use: Services, who: Caller, recording: str) -> rr.RecordingRow:
    check_name(who.tenant_id, recording)
    row = await use.recordings.recording(who.tenant_id, recording)
    path = use.recording_path(who.tenant_id, recording, row.began_utc_s)
    if row.state != "kept" or not path.is_file():
        raise NotFound("There is no sound of this recording.", code="no_sound")
    return row


def check_name(tenant: int, recording: str) -> None:
    """A name says whose it is."""
    call = call_of(recording)
    if call is None or tenant_of(call) != tenant:
        raise NotFound("There is no such recording.")
