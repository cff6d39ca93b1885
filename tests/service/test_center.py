"""What programs made for OpenSIPS see of a tenant's live feed: states, lines, counters, reports."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from busyhour.core import events as e
from busyhour.core.events import Event
from busyhour.core.model.queue import Dispatch, Queue
from busyhour.service.center_names import flow_names
from busyhour.service.center_pictures import AgentReport, AgentStatus, CallStage
from busyhour.service.center_seen import Seen
from busyhour.service.errors import Conflict, NotFound
from tests.service.center_scene import AGENT, NOW, QUEUE, Scene, agent, call, place, queue


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    scene = Scene()
    scene.feed.state["agents"]["1"] = AGENT
    scene.feed.state["queues"]["7"] = QUEUE
    await scene.begin()
    yield scene
    scene.task.cancel()


async def test_ids_are_words(scene: Scene) -> None:
    shown = await scene.picture()
    assert [flow.flow for flow in shown.flows] == ["Support_line"]
    assert (shown.flows[0].skill, shown.flows[0].priority) == ("english,net", 5)
    assert [one.agent for one in shown.agents] == ["ada"]


def test_two_queues_never_have_one_id() -> None:
    queues = [Queue(queue_id=1, name="a b"), Queue(queue_id=2, name="a  b"), Queue(queue_id=3, name="c")]
    assert flow_names(queues) == {1: "a_b-1", 2: "a_b-2", 3: "c"}


@pytest.mark.covers("OC-086", "OC-087")
@pytest.mark.parametrize(
    ("view", "status"),
    [
        ({"state": "offline"}, AgentStatus.OFFLINE),
        ({"state": "available"}, AgentStatus.FREE),
        ({"state": "not_ready", "reason": "lunch"}, AgentStatus.OFFLINE),
        ({"state": "not_ready", "reason": "missed", "deadline_utc_s": NOW + 9}, AgentStatus.WRAPUP),
        ({"state": "reserved", "call": "i1-1"}, AgentStatus.INCALL),
        ({"state": "on_contact", "call": "i1-1"}, AgentStatus.INCALL),
        ({"state": "acw", "call": "i1-1", "deadline_utc_s": NOW + 9}, AgentStatus.WRAPUP),
        ({"state": "on_contact", "call": "i1-1", "leaving": True}, AgentStatus.OFFLINE),
    ],
)
async def test_what_an_agents_state_is_called(scene: Scene, view: dict[str, Any], status: AgentStatus) -> None:
    await scene.show(call(state="talking", agent_id=1), agent(**view))
    shown = (await scene.picture()).agents[0]
    assert shown.status is status
    assert shown.flow == ("Support_line" if status is AgentStatus.INCALL else None)
    assert shown.wrapup_ends_utc_s == (NOW + 9 if status is AgentStatus.WRAPUP else None)


async def test_a_chat_is_a_chat(scene: Scene) -> None:
    await scene.show(queue(medium="chat"), call(state="talking"), agent(state="on_contact", call="i1-1", chats=2))
    shown = (await scene.picture()).agents[0]
    assert (shown.status, shown.chats) == (AgentStatus.INCHAT, 2)


@pytest.mark.covers("OC-052", "OC-089")
@pytest.mark.parametrize(
    ("state", "entry", "stage"),
    [
        ("waiting", "welcome", CallStage.WELCOME),
        ("waiting", "queued", CallStage.QUEUED),
        ("message", "overflow", CallStage.DISSUADING1),
        ("offered", "offered", CallStage.PREAGENT),
        ("waiting", None, CallStage.QUEUED),
        ("offered", None, CallStage.PREAGENT),
        ("talking", None, CallStage.TOAGENT),
        ("held", None, CallStage.TOAGENT),
        ("farewell", None, CallStage.DISSUADING2),
        ("ended", None, CallStage.ENDED),
    ],
)
async def test_what_a_calls_state_is_called(scene: Scene, state: str, entry: str | None, stage: CallStage) -> None:
    places = [place(state=entry)] if entry is not None else []
    await scene.show(call(state=state), queue(waiting=places, waiting_count=len(places)))
    shown = (await scene.picture()).calls
    assert [(one.call, one.stage, one.flow, one.since_utc_s) for one in shown] == [
        ("i1-1", stage, "Support_line", NOW - 60)
    ]


async def test_dialed_calls_are_not_theirs(scene: Scene) -> None:
    await scene.show(("calls", "c1-1", {"call": "c1-1", "state": "talking", "caller": None}))
    assert (await scene.picture()).calls == ()


@pytest.mark.covers("OC-083")
async def test_who_waits_is_listed_best_first_and_promises_are_not(scene: Scene) -> None:
    scene.store.rows.append(Queue(queue_id=8, name="vip", priority=0))
    await scene.center.reload()
    support = [
        place(),
        place(entry="b1", callback=True, state="promised"),
        place(entry="i1-2", since_utc_s=NOW - 20),
    ]
    vip = [place(entry="i1-3", priority=0, since_utc_s=NOW - 1)]
    await scene.show(
        queue(waiting=support, waiting_count=3),
        ("queues", "8", QUEUE | {"queue_id": 8, "waiting": vip, "waiting_count": 1}),
    )
    shown = await scene.picture()
    assert [(one.call, one.flow, one.ahead) for one in shown.waiting] == [
        ("i1-3", "vip", 0),
        ("i1-1", "Support_line", 0),
        ("i1-2", "Support_line", 1),
    ]
    assert [flow.waiting for flow in shown.flows] == [2, 1]


async def test_many_who_ask_at_once_are_shown_one_picture(scene: Scene) -> None:
    shown = await scene.picture()
    assert await scene.center.picture() is shown
    await scene.center.log_in(1, False)
    assert await scene.center.picture() is not shown


# Counters


@pytest.mark.covers("OC-075")
async def test_counters_grow_from_when_it_was_begun(scene: Scene) -> None:
    await scene.show(queue(entered=1))
    await scene.show(queue(entered=2, answered=1, talking=1, counts={"wait_s": 10.0}))
    counts = (await scene.picture()).counts
    assert (counts["entered"], counts["answered"], counts["waits"], counts["wait_s"]) == (2, 0, 1, 10)
    await scene.show(queue(entered=2, answered=1, talking=0, counts={"wait_s": 10.0, "talk_s": 95.0}))
    counts = (await scene.picture()).flows[0].counts
    assert (counts["answered"], counts["talks"], counts["talk_s"]) == (1, 1, 95)


async def test_what_was_counted_before_is_not_counted(scene: Scene) -> None:
    await scene.show(("queues", "9", QUEUE | {"queue_id": 9, "entered": 40, "answered": 30, "talking": 2}))
    await scene.show(("queues", "9", QUEUE | {"queue_id": 9, "entered": 41, "answered": 30, "talking": 1}))
    counts = (await scene.picture()).counts
    assert (counts["entered"], counts["answered"]) == (1, 1)


async def test_figures_that_begin_anew_at_midnight_go_on(scene: Scene) -> None:
    await scene.show(queue(entered=5, answered=4, talking=2))
    await scene.show(queue(entered=0, answered=0, talking=2))
    await scene.show(queue(entered=1, answered=0, talking=0))
    counts = (await scene.picture()).counts
    assert (counts["entered"], counts["answered"]) == (6, 4)


async def test_a_new_snapshot_counts_nothing_twice(scene: Scene) -> None:
    await scene.show(queue(entered=3, abandoned=2))
    scene.feed.messages.put_nowait(scene.feed.snapshot(1))
    await scene.settle()
    counts = (await scene.picture()).counts
    assert (counts["entered"], counts["abandoned"]) == (3, 2)


async def test_agents_are_counted_over_log_ins(scene: Scene) -> None:
    await scene.show(agent(offered=3, missed=1, answered=2, caller_talk_s=50.0, handled=9, talk_s=900.0))
    await scene.show(agent(offered=1, missed=0, answered=1, caller_talk_s=10.0, handled=1, talk_s=10.0))
    counts = (await scene.picture()).agents[0].counts
    assert (counts["distributed"], counts["abandoned"], counts["answered"], counts["talks"]) == (4, 1, 3, 3)
    assert counts["talk_s"] == 60


@pytest.mark.covers("OC-075", "OC-093")
async def test_resetting(scene: Scene) -> None:
    await scene.show(
        queue(entered=3, answered=2, talking=0, counts={"talk_s": 60.0}), agent(answered=2, caller_talk_s=60.0)
    )
    scene.center.reset_counters(
        [("flow", "Support_line", "entered"), ("agent", "ada", "answered"), ("flow", "no", "x")]
    )
    shown = await scene.picture()
    assert ("entered" in shown.flows[0].counts, shown.counts["entered"]) == (False, 3)
    assert ("answered" in shown.agents[0].counts, shown.agents[0].counts["talks"]) == (False, 2)
    scene.center.reset_counters(None)
    assert (await scene.picture()).flows[0].counts == {"talks": 2, "talk_s": 60, "waits": 2, "wait_s": 0}
    scene.center.reset()
    shown = await scene.picture()
    assert (shown.counts, shown.flows[0].counts, shown.agents[0].counts) == ({}, {}, {})
    await scene.show(queue(entered=4, answered=2, counts={"talk_s": 60.0}))
    assert (await scene.picture()).counts["entered"] == 1


async def test_an_offer_is_counted_of_the_agent_and_of_the_flow(scene: Scene) -> None:
    await scene.show(queue(counts={"distributed": 4}), agent(offered=1))
    await scene.show(queue(counts={"distributed": 7}), agent(offered=3))
    shown = await scene.picture()
    found = [counts["distributed"] for counts in (shown.counts, shown.flows[0].counts, shown.agents[0].counts)]
    assert found == [7, 7, 3]


# Reports


@pytest.mark.covers("OC-095", "OC-097")
async def test_each_change_of_status_is_reported_once(scene: Scene) -> None:
    assert scene.reports == []
    await scene.show(agent(state="reserved", call="i1-1"), call(state="offered", agent_id=1))
    await scene.show(agent(state="on_contact", call="i1-1"))
    await scene.show(agent(state="on_contact", call="i1-1", leaving=True))
    await scene.show(agent(state="acw", call="i1-1", deadline_utc_s=NOW + 30), call(state="ended"))
    await scene.show(agent(state="acw", call="i1-1", deadline_utc_s=NOW + 29))
    await scene.show(agent(state="available"), ("calls", "i1-1", None))
    await scene.show(("agents", "1", None))
    assert scene.reports == [
        AgentReport(agent="ada", status=AgentStatus.INCALL, flow="Support_line"),
        AgentReport(agent="ada", status=AgentStatus.OFFLINE),
        AgentReport(agent="ada", status=AgentStatus.WRAPUP, wrapup_ends_utc_s=NOW + 30),
        AgentReport(agent="ada", status=AgentStatus.FREE),
        AgentReport(agent="ada", status=AgentStatus.OFFLINE),
    ]


async def test_a_feed_that_ended_is_taken_up_again(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("busyhour.service.center.AGAIN_S", 0.0)
    scene.store.down = True
    scene.clock.mono_s += 60
    scene.feed.messages.put_nowait(None)
    await scene.settle()
    scene.store.down = False
    scene.feed.state["agents"]["1"] = AGENT | {"state": "not_ready"}
    async with asyncio.timeout(2):
        while not scene.reports:
            await asyncio.sleep(0)
    assert [report.status for report in scene.reports] == [AgentStatus.OFFLINE]


# Asking


@pytest.mark.covers("OC-051", "OC-082")
@pytest.mark.parametrize(
    ("view", "on", "told", "asked"),
    [
        ({"state": "offline", "linked": False}, True, [e.AgentLinked(agent_id=1, session="management")], "ReadyAsked"),
        ({"state": "not_ready", "linked": True}, True, [], "ReadyAsked"),
        ({"state": "on_contact", "leaving": True}, True, [], "ReadyAsked"),
        ({"state": "available"}, True, [], None),
        ({"state": "acw"}, True, [], None),
        ({"state": "available"}, False, [], "LogOffAsked"),
        ({"state": "offline"}, False, [], None),
    ],
)
async def test_log_in(scene: Scene, view: dict[str, Any], on: bool, told: list[Event], asked: str | None) -> None:
    await scene.show(agent(**view))
    await scene.center.log_in(1, on)
    assert scene.feed.told == told
    assert [type(event).__name__ for event in scene.feed.asked] == ([asked] if asked else [])


async def test_who_is_not_on_the_floor_cannot_log_in(scene: Scene) -> None:
    with pytest.raises(NotFound):
        await scene.center.log_in(2, True)


async def test_release_ends_whatever_is_in_hand(scene: Scene) -> None:
    scene.feed.refusal = Conflict("no call", code="no_call")
    await scene.center.release(1)
    assert scene.feed.asked == [
        e.HangUpAsked(agent_id=1, request="q1"),
        e.WrapUpEndAsked(agent_id=1, request="q1"),
    ]


@pytest.mark.covers("OC-092")
async def test_dispatching_of_all_queues_is_set_at_once(scene: Scene) -> None:
    assert await scene.center.dispatching()
    await scene.center.set_dispatching(False)
    assert not await scene.center.dispatching()
    assert [event.queue.dispatch for event in scene.feed.told if isinstance(event, e.QueueChanged)] == [
        Dispatch.EXTERNAL
    ]
    await scene.center.set_dispatching(False)
    assert len(scene.feed.told) == 1
    await scene.center.assign("i1-1", 1)
    assert scene.feed.asked == [e.AssignAsked(call="i1-1", agent_id=1, request="q1")]


def test_views_of_a_kind_that_is_not_known_are_passed_over() -> None:
    seen = Seen()
    raw = msgspec.json.encode({"type": "changes", "seq": 1, "changes": [["moons", "x", {"a": 1}], agent()]})
    assert seen.read(raw) == {("agents", "1")}
