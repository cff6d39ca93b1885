"""The live feed, the desk's socket, and how they end."""

import asyncio
import json

import pytest

from busyhour.core.events import AgentLinked, AgentUnlinked, Event
from busyhour.core.model.values import Role
from busyhour.http.feeds import MESSAGES_PER_S_MAX
from busyhour.service.errors import Unavailable
from tests.http.http_world import ORIGIN, Closed, Person, Socket, Tenant, World


def live(world: World, person: Person) -> Socket:
    return Socket(world.app, "/api/live", person.cookie | {"Origin": ORIGIN})


def desk(world: World, person: Person, tab: str) -> Socket:
    return Socket(world.app, "/api/desk/socket", person.cookie | {"Origin": ORIGIN}, query=f"tab={tab}")


async def test_the_feed_is_the_tenants_own_and_goes_through(world: World, here: Tenant, there: Tenant) -> None:
    async with live(world, there.people[Role.SUPERVISOR]) as socket:
        first = json.loads(await socket.receive())
        assert (first["type"], first["tenant"]) == ("snapshot", there.tenant_id)
        world.floors.feeds[0].queue.put_nowait(b'{"type":"changes","seq":2,"changes":[]}')
        assert json.loads(await socket.receive())["seq"] == 2
    assert world.floors.feeds == []


async def test_a_reader_who_was_dropped_is_told_to_connect_again(world: World, here: Tenant) -> None:
    async with live(world, here.people[Role.SUPERVISOR]) as socket:
        await socket.receive()
        world.floors.feeds[0].queue.put_nowait(None)
        with pytest.raises(Closed) as closed:
            await socket.receive()
        assert closed.value.code == 4008


async def test_an_open_desk_is_a_linked_agent(world: World, here: Tenant) -> None:
    person = here.people[Role.AGENT]
    agent_id = here.ids["agent_id"]
    async with desk(world, person, "one") as socket:
        await socket.receive()
        assert world.floors.told == [(here.tenant_id, AgentLinked(agent_id=agent_id, session="one"))]
        assert world.floors.feeds[0].agent_id == agent_id
        socket.send('{"type": "ping"}')
        assert json.loads(await socket.receive()) == {"type": "pong"}
    assert world.floors.told[1:] == [(here.tenant_id, AgentUnlinked(agent_id=agent_id, session="one"))]


async def test_a_second_tab_takes_over(world: World, here: Tenant) -> None:
    person = here.people[Role.AGENT]
    agent_id = here.ids["agent_id"]
    async with desk(world, person, "one") as first:
        await first.receive()
        async with desk(world, person, "two") as second:
            await second.receive()
            with pytest.raises(Closed) as closed:
                await first.receive()
            assert closed.value.code == 4001
            # The desk that was taken over does not unlink the one that took over.
            assert [type(event) for _, event in world.floors.told] == [AgentLinked, AgentLinked]
    assert world.floors.told[2:] == [(here.tenant_id, AgentUnlinked(agent_id=agent_id, session="two"))]


async def test_a_reconnect_of_the_same_tab_does_not_unlink_itself(world: World, here: Tenant) -> None:
    person = here.people[Role.AGENT]
    async with desk(world, person, "one") as first:
        await first.receive()
        async with desk(world, person, "one") as second:
            await second.receive()
            with pytest.raises(Closed):
                await first.receive()
            assert not any(isinstance(event, AgentUnlinked) for _, event in world.floors.told)


@pytest.mark.parametrize("tab", ["", "a b", "x" * 65, "<script>"])
async def test_a_desk_must_name_its_tab(world: World, here: Tenant, tab: str) -> None:
    with pytest.raises(Closed) as closed:
        async with desk(world, here.people[Role.AGENT], tab.replace(" ", "%20")):
            pass
    assert closed.value.code == 4400
    assert world.floors.told == []


async def test_a_page_that_talks_too_much_is_closed(world: World, here: Tenant) -> None:
    async with desk(world, here.people[Role.AGENT], "one") as socket:
        await socket.receive()
        for _ in range(MESSAGES_PER_S_MAX + 1):
            socket.send('{"type": "ping"}')
        for _ in range(MESSAGES_PER_S_MAX):
            await socket.receive()
        with pytest.raises(Closed) as closed:
            await socket.receive()
        assert closed.value.code == 4009


async def test_a_socket_that_ends_leaves_nothing_running(world: World, here: Tenant) -> None:
    before = asyncio.all_tasks()
    async with desk(world, here.people[Role.AGENT], "one") as socket:
        await socket.receive()
    assert asyncio.all_tasks() <= before
    assert not world.accounts.links.open
    assert not world.app.state.desks.open


async def test_a_database_that_is_down_ends_no_session(
    world: World, here: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("busyhour.http.feeds.RECHECK_S", 0.01)
    looked = asyncio.Event()
    find = world.accounts.find

    async def find_and_say(token_hash: bytes) -> object:
        looked.set()
        return await find(token_hash)

    async with desk(world, here.people[Role.AGENT], "one") as socket:
        await socket.receive()
        world.directory.down = True
        monkeypatch.setattr(world.accounts, "find", find_and_say)
        await asyncio.wait_for(looked.wait(), 5)
        socket.send('{"type": "ping"}')
        assert json.loads(await socket.receive()) == {"type": "pong"}
        world.directory.down = False
        world.directory.sessions.clear()  # ended by another process
        with pytest.raises(Closed) as closed:
            await socket.receive()
        assert closed.value.code == 4401


async def test_an_unlink_is_said_until_it_is_heard(world: World, here: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("busyhour.http.desk.UNLINK_AGAIN_S", 0.0)
    tell, refusals = world.floors.tell, iter(range(3))

    def busy(tenant: int, event: Event) -> None:
        if isinstance(event, AgentUnlinked) and next(refusals, None) is not None:
            raise Unavailable("The engine's queue is full.")
        tell(tenant, event)

    monkeypatch.setattr(world.floors, "tell", busy)
    async with desk(world, here.people[Role.AGENT], "one") as socket:
        await socket.receive()
    assert isinstance(world.floors.told[-1][1], AgentUnlinked)
    assert next(refusals, None) is None
