"""The tasks of the process, the services and the API, each of which fails once (`test_tasks.py`)."""

import asyncio
from contextlib import AsyncExitStack
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from busyhour.core.model.values import Role
from busyhour.http.compat.datagram import Datagrams
from busyhour.http.compat.delivery import Stream
from busyhour.http.compat.fifo import Fifo
from busyhour.http.compat.sockets import Target
from busyhour.http.numbers_added import follow_import
from busyhour.main import page as pages
from busyhour.main.product import Product
from busyhour.service import records as r
from busyhour.service.accounts_noted import Noted
from busyhour.service.center import Center
from busyhour.service.centers import Centers
from busyhour.service.importing import OUR_FAULT
from busyhour.service.list_files import FileForm
from busyhour.settings import Settings
from tests.main.failing import Broken, Stage, until
from tests.service.test_importing import Desk


async def of_the_product(stage: Stage) -> None:
    """All that `main/product.py` begins goes this way: the links to the PBX, and what collects recordings."""
    product = Product.__new__(Product)
    product._ending = AsyncExitStack()
    stage.later(product.stop)
    works = SimpleNamespace(telephony=None, recordings=None)
    for name in ("telephony", "recordings"):
        again = stage.fails_at_first(works, name)
        product._run(name, getattr(works, name))
        await again.wait()
        assert any(one.get("task") == name and one.get("exc_info") for one in stage.told)


async def page(stage: Stage) -> None:
    """Without a page and an API the process is of no use: it ends, and says why."""

    async def serve(_: object) -> None:
        raise Broken

    async def nothing() -> None:
        pass

    services: Any = SimpleNamespace(management=SimpleNamespace(open=nothing, close=nothing))
    stage.monkeypatch.setattr(pages.PageServer, "serve", serve)
    stage.monkeypatch.setattr(pages, "create_app", lambda _: None)
    with pytest.raises(Broken):
        await pages.serve(services, Settings(data=stage.folder), begun=lambda: None, leave=lambda: None)


async def center(stage: Stage) -> None:
    again = stage.fails_at_first(Center, "run")
    nobody: Any = None
    centers = Centers(floors=nobody, queues=nobody, directory=nobody, clock=nobody)
    stage.later(centers.stop)
    assert centers.of(1) is centers.of(1)
    await again.wait()
    stage.was_told("background task failed", task="center-1")


async def note_log_in(stage: Stage) -> None:
    noted = list[bool]()

    async def note_log_in(_: r.User, *, good: bool, address: str) -> None:
        if not noted:
            noted.append(good)
            raise Broken
        noted.append(good)

    directory: Any = SimpleNamespace(note_log_in=note_log_in)
    keeps = Noted(directory)
    user = r.User(user_id=1, tenant_id=1, login="ann", name="Ann", role=Role.AGENT, disabled=False, created_utc_s=1.0)
    for good in (False, True):
        keeps.log_in(user, good=good, address="192.0.2.1")
        await until(lambda: not keeps.writing)
    assert noted == [False, True]
    stage.was_told("background task failed", task="note-log-in")


async def one_import(stage: Stage) -> None:
    """It ends as failed, with a word for its user, and the next one runs."""
    works = [Broken(), 3]

    async def form(*_: object) -> bytes:
        return msgspec.msgpack.encode(
            FileForm(format="csv", delimiter=",", encoding="utf-8", columns=(), lines_before=0, rows_total=3)
        )

    async def add(*_: object) -> int:
        work = works.pop(0)
        if isinstance(work, Exception):
            raise work
        return work

    desk = Desk(stage.folder)
    stage.monkeypatch.setattr(desk.importing, "_one_frame", form)
    stage.monkeypatch.setattr(desk.importing, "_add", add)
    failed, done = await desk.run("+12025550001"), await desk.run("+12025550001")
    assert (failed.state, failed.error) == ("failed", OUR_FAULT)
    assert (done.state, done.contacts_added) == ("done", 3)
    stage.was_told("background task failed", task="import")


async def numbers_added(stage: Stage) -> None:
    async def wait(*_: object) -> r.ImportJob:
        raise Broken

    app: Any = SimpleNamespace(state=SimpleNamespace(imports_followed=set()))
    use: Any = SimpleNamespace(imports=SimpleNamespace(wait=wait))
    job: Any = SimpleNamespace(import_id=1, list_id=1)
    follow_import(app, use, 1, job)
    await until(lambda: not app.state.imports_followed)
    stage.was_told("background task failed", task="numbers-added")


class Front:
    """Answers `answer`, but for the first request."""

    def __init__(self) -> None:
        self.asked = 0

    async def answer_anyway(self, _: bytes) -> bytes:
        self.asked += 1
        if self.asked == 1:
            raise Broken
        return b"answer"


async def datagram_answer(stage: Stage) -> None:
    sent = list[bytes]()
    front: Any = Front()
    datagrams = Datagrams(front)
    datagrams.connection_made(SimpleNamespace(sendto=lambda said, _: sent.append(said), close=lambda: None))
    for _ in range(2):
        datagrams.datagram_received(b"{}", "somebody")
        await until(lambda: not datagrams._answering)
    datagrams.close()
    assert sent == [b"answer"]
    stage.was_told("background task failed", task="datagram-answer")


async def fifo_answer(stage: Stage) -> None:
    front: Any = Front()
    fifo = Fifo(stage.folder / "requests", stage.folder, front)
    fifo.open()
    for n in range(2):
        frame: Any = SimpleNamespace(body=b"{}", reply="")
        fifo._begin(frame)
        await until(lambda: not fifo._answering)
        assert front.asked == n + 1
    fifo.close()
    stage.was_told("background task failed", task="fifo-answer")


async def event_stream(stage: Stage) -> None:
    """What could not be sent is lost; what comes next is sent by the next one."""
    again = stage.fails_at_first(Stream, "_run")
    stream = Stream(Target(text="tcp:192.0.2.1:9", kind="tcp", host="192.0.2.1", port=9))
    assert stream.send(b"one")
    assert stream.task is not None
    await asyncio.wait([stream.task])
    assert stream.send(b"two")
    await again.wait()
    stream.close()
    stage.was_told("background task failed", task="event-stream")
