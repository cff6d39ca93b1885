"""The live table follows the feed: snapshot, changes, a gap, a link that breaks."""

import asyncio
from typing import Any

import msgspec
import pytest
from aiohttp import web
from rich.console import Console

from busyhour.cli.client import Client
from busyhour.cli.live import Picture, draw, follow
from busyhour.cli.screen import Trouble
from busyhour.service import views as v

ANNA = v.AgentView(
    agent_id=6,
    name="Anna",
    state="not_ready",
    reason="login",
    since_utc_s=940.0,
    deadline_utc_s=None,
    call=None,
    phone="up",
    linked=True,
    next_pause=None,
    handled=2,
    talk_s=61.0,
    campaign_ids=(3,),
)
CALL = v.CallView(
    call="c1-ab",
    state="talking",
    attempt_state="answered",
    campaign_id=3,
    run_id=9,
    contact_id=11,
    contact_name="[red]Rossi",
    number="+390612345678",
    attempt_no=2,
    trunk_id=2,
    agent_id=6,
    placed_utc_s=980.0,
    answered_utc_s=990.0,
    joined_utc_s=990.0,
    held=False,
    outcome=None,
    disposition=None,
)
RUN = v.RunView(
    run_id=9,
    campaign_id=3,
    name="Spring",
    dial_mode="progressive",
    state="running",
    priority=10,
    started_utc_s=0.0,
    placed=5,
    finished=4,
    answered=2,
    abandoned=0,
    in_hopper=7,
    dialing=1,
    waiting=0,
    talking=1,
    agents_free=0,
    next_due_utc_s=None,
    why="No agent is free.",
)
SYSTEM = v.SystemView(pbx_up=True, store_up=True, calls_up=1, trunks={"carrier": (1, 10)}, engine_lag_ms=0.2)


def snapshot(seq: int, *, agents: tuple[v.AgentView, ...] = (ANNA,)) -> dict[str, Any]:
    state = {
        "agents": {str(agent.agent_id): agent for agent in agents},
        "calls": {CALL.call: CALL},
        "runs": {str(RUN.run_id): RUN},
        "system": {"system": SYSTEM},
    }
    return {"type": "snapshot", "seq": seq, "state": msgspec.to_builtins(state)}


def changes(seq: int, *parts: tuple[str, str, object]) -> dict[str, Any]:
    return {"type": "changes", "seq": seq, "changes": msgspec.to_builtins(parts)}


def shown(picture: Picture, trouble: str | None = None) -> str:
    console = Console(width=160, record=True, quiet=True)
    with console.capture() as captured:
        console.quiet = False
        console.print(draw(picture, trouble, 1000.0))
    return captured.get()


def test_changes_are_put_on_the_snapshot() -> None:
    picture = Picture()
    assert picture.apply(snapshot(7))
    assert picture.apply(
        changes(8, ("agents", "6", msgspec.structs.replace(ANNA, state="available")), ("calls", CALL.call, None))
    )
    assert picture.views("agents")[0]["state"] == "available"
    assert picture.views("calls") == []


def test_a_missed_number_asks_for_a_new_snapshot() -> None:
    picture = Picture()
    assert not picture.apply(changes(1))
    assert picture.apply(snapshot(7))
    assert not picture.apply(changes(9))


def test_the_table_shows_runs_agents_and_calls() -> None:
    picture = Picture()
    picture.apply(snapshot(7))
    text = shown(picture)
    for part in (
        "Spring",
        "No agent is free.",
        "Anna",
        "not_ready (login)",
        "1:00",
        "[red]Rossi",
        "0:10",
        "carrier 1/10",
    ):
        assert part in text


def test_a_trouble_is_shown_in_place_of_the_state_of_the_system() -> None:
    picture = Picture()
    assert "waiting for the first snapshot" in shown(picture)
    assert "does not answer" in shown(picture, "the server does not answer")


async def serve(feed: Any) -> tuple[web.AppRunner, str]:
    app = web.Application()
    app.router.add_get("/api/live", feed)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
    return runner, f"http://127.0.0.1:{port}"


async def test_a_gap_and_a_broken_link_end_in_a_whole_picture() -> None:
    """First link: a gap. Second link: breaks off after the snapshot. Third link: all is well."""
    links: list[list[dict[str, Any]]] = [
        [snapshot(1, agents=()), changes(3, ("agents", "6", ANNA))],
        [snapshot(5, agents=())],
        [snapshot(9, agents=()), changes(10, ("agents", "6", ANNA))],
    ]

    async def feed(request: web.Request) -> web.WebSocketResponse:
        assert request.headers["Authorization"] == "Bearer bh_x"
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        for message in links.pop(0):
            await socket.send_json(message)
        if links:
            await socket.close()
        else:
            await socket.receive()
        return socket

    runner, url = await serve(feed)
    picture, whole = Picture(), asyncio.Event()

    def changed(trouble: str | None) -> None:
        if trouble is None and picture.views("agents"):
            whole.set()

    task = asyncio.create_task(follow(Client(url, "bh_x"), picture, changed))
    try:
        await asyncio.wait_for(whole.wait(), 20)
    finally:
        task.cancel()
        await runner.cleanup()
    assert (picture.seq, links) == (10, [])


async def test_a_token_that_is_no_longer_known_ends_with_what_to_do() -> None:
    async def feed(request: web.Request) -> web.Response:
        return web.Response(status=401)

    runner, url = await serve(feed)
    try:
        with pytest.raises(Trouble, match="Run this again"):
            await asyncio.wait_for(follow(Client(url, "bh_x"), Picture(), lambda _: None), 20)
    finally:
        await runner.cleanup()
