"""Recordings in the tables of the screens: listed, collected, held, erased, and who did what."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from busyhour.adapters.sql.database import Database
from busyhour.adapters.sql.recordings import SqlRecordings
from busyhour.core import commands as c
from busyhour.core.model.queue import Queue
from busyhour.core.model.recordings import RecordingPicture, RecordingPolicy
from busyhour.core.model.values import Audited
from busyhour.service import recording_records as rr
from busyhour.service import records as r
from busyhour.service.errors import Conflict, NotFound
from tests.contract.inbound import Inbound, InSql
from tests.contract.test_store_recordings import one

DAY_S = 86_400.0


@pytest.fixture
async def inbound(database: Database, tmp_path: Path) -> Inbound:
    made = Inbound(InSql(database, tmp_path))
    await made.begin()
    return made


@pytest.fixture
def recordings(database: Database) -> SqlRecordings:
    return SqlRecordings(database)


async def ended(inbound: Inbound, n: int = 1, **changes: Any) -> RecordingPicture:
    await inbound.commit(inbound.came(n, number=f"+39061{n}"))
    picture = one(inbound, n, ended_utc_s=inbound.utc_s + 9, began_utc_s=inbound.utc_s + n, **changes)
    await inbound.commit(c.SaveRecording(recording=picture))
    return picture


def kept(picture: RecordingPicture) -> rr.Collected:
    marks = (rr.Mark(at_s=1.0, kind="pause", missing_s=3.0),)
    sound: dict[str, Any] = {"length_s": 8.5, "size_bytes": 272_044, "sha256": "ab", "peaks": b"\x01\x02"}
    return rr.Collected(recording=picture.recording, marks=marks, fault="", **sound)


async def test_from_the_end_of_the_talk_to_the_list(inbound: Inbound, recordings: SqlRecordings) -> None:
    tenant, picture, other = inbound.side.tenant, await ended(inbound), await ended(inbound, 2)
    todo = await recordings.to_collect(tenant, ended_before_utc_s=inbound.utc_s + 20, limit=10)
    assert {found.recording for found in todo} == {picture.recording, other.recording}
    await recordings.collected(tenant, kept(picture))
    await recordings.collected(tenant, msgspec.structs.replace(kept(other), size_bytes=0, fault="gone"))
    assert await recordings.to_collect(tenant, ended_before_utc_s=inbound.utc_s + 20, limit=10) == []
    page = await recordings.recordings(tenant, rr.RecordingFilter())
    first, second = page.rows
    assert (first.state, first.fault, second.state, second.length_s) == ("lost", "gone", "kept", 8.5)
    assert (second.number, second.queue_name, second.agent_name) == ("+390611", "Sales", "Ann")
    assert second.marks == kept(picture).marks
    assert await recordings.peaks(tenant, picture.recording) == b"\x01\x02"
    with pytest.raises(NotFound):
        await recordings.peaks(tenant, other.recording)
    for which, count in (({"number": "0611"}, 1), ({"call": picture.call}, 1), ({"agent_id": 999}, 0)):
        assert len((await recordings.recordings(tenant, rr.RecordingFilter(**which))).rows) == count, which
    page = await recordings.recordings(tenant, rr.RecordingFilter(), limit=1)
    page = await recordings.recordings(tenant, rr.RecordingFilter(), limit=1, cursor=page.cursor)
    assert [row.recording for row in page.rows] == [picture.recording]


async def test_another_tenant_sees_nothing_of_it(inbound: Inbound, recordings: SqlRecordings) -> None:
    picture = await ended(inbound)
    other = (await inbound.side.world.directory.create_tenant(name="b", time_zone="UTC", country="IT")).tenant_id  # type: ignore[attr-defined]
    with pytest.raises(NotFound):
        await recordings.recording(other, picture.recording)
    with pytest.raises(Conflict):
        await recordings.erase(other, picture.recording, user_id=None, address="", why="")
    assert (await recordings.recordings(other, rr.RecordingFilter())).rows == ()
    assert (await recordings.recording(inbound.side.tenant, picture.recording)).state == "ended"


async def test_what_is_over_is_erased_but_not_what_is_held(inbound: Inbound, recordings: SqlRecordings) -> None:
    tenant = inbound.side.tenant
    world = inbound.side.world  # type: ignore[attr-defined]
    rule = rr.RecordingRule(recording=RecordingPolicy.ALWAYS, recording_days=10)
    await recordings.set_rule(tenant, rule)
    assert await recordings.rule(tenant) == rule
    assert (await inbound.own("engine-2")).recording_rule is RecordingPolicy.ALWAYS
    brief = await inbound.side.add_queue(Queue(queue_id=0, name="Brief", recording_days=2))
    usual, held = await ended(inbound, 1), await ended(inbound, 2)
    short = await ended(inbound, 3, queue_id=brief.queue_id)
    for picture in (usual, held, short):
        await recordings.collected(tenant, kept(picture))
    user = (await world.directory.users(tenant))[0]
    await recordings.hold(tenant, held.recording, held=True, user_id=user.user_id, address="10.0.0.1")

    async def overdue(days: float) -> set[str]:
        return set(await recordings.overdue(tenant, now_utc_s=inbound.utc_s + 9 + days * DAY_S, limit=10))

    assert await overdue(1.9) == set()
    assert await overdue(2.1) == {short.recording}
    assert await overdue(10.1) == {usual.recording, short.recording}
    with pytest.raises(Conflict):
        await recordings.erase(tenant, held.recording, user_id=user.user_id, address="", why="no")
    await recordings.erase(tenant, usual.recording, user_id=None, address="", why="its time was over")
    assert [one.recording for one in await recordings.erasing(tenant, limit=10)] == [usual.recording]
    await recordings.erased(tenant, usual.recording)
    row = await recordings.recording(tenant, usual.recording)
    assert (row.state, row.sha256, row.marks, row.erased_utc_s is not None) == ("erased", None, (), True)
    entries = (await world.reports.audit(tenant, r.AuditFilter())).rows
    told = [(entry.what, entry.subject) for entry in entries if str(entry.what).startswith("recording")]
    assert told == [
        (Audited.RECORDING_ERASED, f"recording {usual.recording}"),
        (Audited.RECORDING_HELD, f"recording {held.recording}"),
    ]


async def test_who_heard_it_is_noted(inbound: Inbound, recordings: SqlRecordings) -> None:
    tenant, picture = inbound.side.tenant, await ended(inbound)
    world = inbound.side.world  # type: ignore[attr-defined]
    user = (await world.directory.users(tenant))[0]
    row = await recordings.recording(tenant, picture.recording)
    await recordings.note(tenant, row, Audited.RECORDING_HEARD, user_id=user.user_id, address="10.0.0.1")
    [entry] = (await world.reports.audit(tenant, r.AuditFilter(what=Audited.RECORDING_HEARD))).rows
    assert (entry.user_name, entry.address, entry.call) == (user.name, "10.0.0.1", picture.call)


async def test_what_an_engine_left_behind_is_taken_in_once(inbound: Inbound, recordings: SqlRecordings) -> None:
    tenant = inbound.side.tenant
    stray = one(inbound, 7, ended_utc_s=inbound.utc_s + 5)
    await recordings.found(tenant, stray)
    await recordings.found(tenant, stray)
    assert await recordings.states(tenant, [stray.recording, "c1-1_1-1"]) == {stray.recording: "ended"}
    assert "Found on the disk" in (await recordings.recording(tenant, stray.recording)).why


async def test_whether_agents_see_who_listens_is_kept(inbound: Inbound) -> None:
    tenant, world = inbound.side.tenant, inbound.side.world  # type: ignore[attr-defined]
    assert (await inbound.own("engine-2")).listening_shown
    await world.directory.set_supervision_rule(tenant, r.SupervisionRule(listening_shown=False))
    assert not (await world.directory.supervision_rule(tenant)).listening_shown
    assert not (await inbound.own("engine-3")).listening_shown
