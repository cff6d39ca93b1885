"""The tasks of the PBX's links, of the private PBX and of the private database, each of which fails once
(`test_tasks.py`)."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from busyhour.adapters.asterisk import private
from busyhour.adapters.asterisk.ami import AmiLink
from busyhour.adapters.asterisk.ari import AriLink
from busyhour.adapters.asterisk.doors import Doors
from busyhour.adapters.asterisk.phones import AsteriskPhones
from busyhour.adapters.asterisk.private import PrivatePbx
from busyhour.adapters.asterisk.telephony import AsteriskTelephony
from busyhour.adapters.sql.private import PrivateDatabase
from busyhour.service.errors import Unavailable
from busyhour.settings import Settings
from tests.adapters.asterisk.no_pbx import NO_PBX
from tests.main.failing import Broken, Stage, until


async def links(stage: Stage) -> None:
    """One of the three links fails: it is begun anew, and the others are not touched."""
    telephony = AsteriskTelephony(NO_PBX)
    again = [stage.fails_at_first(link, "run") for link in (telephony.link, telephony.ami, telephony._recorders.ami)]
    running = asyncio.create_task(telephony.run())
    stage.task(running)
    for one in again:
        await one.wait()
    assert not running.done()
    for name in ("ari", "ami", "ami-recorders"):
        assert any(one.get("task") == name and one.get("exc_info") for one in stage.told)


async def look_at_the_pbx(stage: Stage) -> None:
    """Held events would wait for its picture for ever: the link is made anew, and looks again."""
    dropped = list[str]()
    telephony = AsteriskTelephony(NO_PBX)
    stage.fails_at_first(telephony.phones, "replay")
    stage.monkeypatch.setattr(telephony.link, "drop", dropped.append)
    info: Any = SimpleNamespace(status=SimpleNamespace(startup_time="boot"))
    telephony._came_up(info)
    await until(lambda: dropped)
    assert telephony._resync is None
    stage.was_told("the look at the PBX failed")


async def beside_the_link(stage: Stage) -> None:
    async def work() -> None:
        raise Broken

    telephony = AsteriskTelephony(NO_PBX)
    telephony._spawn(work())
    await until(lambda: not telephony._tasks)
    stage.was_told("task beside the link failed")


async def ari_beside(stage: Stage) -> None:
    """Each of the three that keep a link awake: without one of them it would look well and be none."""
    for method in ("_ping", "_beat", "_begin"):
        link = AriLink(NO_PBX, on_event=lambda _: None, on_up=lambda _: None, on_down=lambda: None)
        dropped = list[str]()
        stage.monkeypatch.setattr(link, "drop", dropped.append)
        for other in {"_ping", "_beat", "_begin"} - {method}:
            stage.quietly(link, other)
        stage.fails_at_first(link, method)
        reading = asyncio.create_task(_one_life(stage, link))
        await until(lambda dropped=dropped: dropped)  # type: ignore[misc]
        reading.cancel()
        await asyncio.wait([reading])
        stage.was_told("background task failed", task="ari-beside")
        stage.told.clear()


async def _one_life(stage: Stage, link: AriLink) -> None:
    async def asked(*_: object) -> Any:
        return SimpleNamespace(read=lambda _: SimpleNamespace(system=SimpleNamespace(version="22.10.1")))

    async def forever(*_: object, **__: object) -> Any:
        await asyncio.Event().wait()

    async def closed() -> None:
        pass

    async def connected(*_: object, **__: object) -> Any:
        return SimpleNamespace(receive=forever, close=closed)

    stage.monkeypatch.setattr(link, "_ask_http", asked)
    http: Any = SimpleNamespace(ws_connect=connected)
    await link._one_life(http)


class Line:
    """Both ends of an AMI line that greets; closed by us, it is at its end."""

    def __init__(self) -> None:
        self.reader, self.closed = asyncio.StreamReader(), False
        self.reader.feed_data(b"Asterisk Call Manager/11.0.0\r\n")

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            self.reader.feed_eof()

    async def wait_closed(self) -> None:
        assert self.closed


async def ami_beside(stage: Stage) -> None:
    """Who keeps the line awake fails at once: the line is closed, so that another one is made, with a log-in."""
    line = Line()

    async def connected(*_: object, **__: object) -> tuple[asyncio.StreamReader, Line]:
        return line.reader, line

    stage.monkeypatch.setattr(asyncio, "open_connection", connected)
    link = AmiLink(NO_PBX)
    stage.fails_at_first(link, "_log_in_and_ping")
    assert await link._one_life() == "closed"
    await until(lambda: stage.told)
    stage.was_told("background task failed", task="ami-beside")


async def trunk_names(stage: Stage) -> None:
    """Carriers move; a push that the PBX refuses once must not end the looking after them."""

    async def push(_: str, __: object) -> None:
        pass

    doors = Doors(push)
    again = stage.fails_at_first(doors, "_resolve_all")
    doors._resolve_soon()
    await again.wait()
    doors.end()
    stage.was_told("background task failed", task="trunk-names")


async def phone_secret_expires(stage: Stage) -> None:
    """It is told; what is wanted is kept, and pushed when the PBX is asked for next."""
    link: Any = SimpleNamespace()
    phones = AsteriskPhones(NO_PBX, link)
    stage.later(_closing(phones))
    pushed = list[tuple[str, ...]]()

    async def put(kind: str, name: str, fields: object) -> None:
        pushed.append((kind, name))
        if len(pushed) == 1:
            raise Unavailable("refused")

    stage.monkeypatch.setattr(phones, "_put", put)
    phones._expire_later("g1-1", 5.0)
    await until(lambda: pushed)
    await asyncio.sleep(0.1)
    stage.was_told("background task failed", task="phone-secret-expires")
    await phones.replay("boot")
    assert pushed == [("auth", "g1-1")] * 2


def _closing(phones: AsteriskPhones) -> Any:
    async def close() -> None:
        phones.close()

    return close


async def private_pbx(stage: Stage) -> None:
    """Who watches over the PBX, and who keeps its logs within bounds."""
    pbx = PrivatePbx(Settings(data=stage.folder))
    stage.later(pbx.stop)
    again = [stage.fails_at_first(pbx, method) for method in ("_supervise", "_tidy")]
    pbx._watch_over()
    for one in again:
        await one.wait()
    for name in ("private-pbx", "private-pbx-logs"):
        assert any(one.get("task") == name and one.get("exc_info") for one in stage.told)


async def ear_of_the_pbx(stage: Stage) -> None:
    """An ear that fails is no deaf PBX: it lives on with its calls, and the failure is its watcher's, who goes on."""
    killed = list[str]()

    async def ends() -> None:
        await asyncio.Event().wait()

    async def kill() -> None:
        killed.append("killed")

    pbx = PrivatePbx(Settings(data=stage.folder))
    stage.fails_at_first(private, "becomes_deaf")
    stage.monkeypatch.setattr(PrivatePbx, "access", NO_PBX)
    process: Any = SimpleNamespace(wait=ends, kill=kill, alive=True, pid=1)
    with pytest.raises(Broken):
        await pbx._ends_or_is_deaf(process)
    assert killed == []


async def private_database(stage: Stage) -> None:
    database = PrivateDatabase(stage.folder)
    stage.quietly(database, "_start", "_make_database", "_stop")
    again = stage.fails_at_first(database, "_supervise")
    await database.start()
    stage.later(database.stop)
    await again.wait()
    stage.was_told("background task failed", task="private-database")
