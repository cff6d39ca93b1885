"""The management interface over a real engine, on virtual time: a dispatcher's day, from log-in to log-off."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from busyhour.adapters.memory.callers import CallerRows
from busyhour.adapters.memory.rows import Rows
from busyhour.adapters.memory.store import MemoryStore
from busyhour.adapters.memory.telephony import MemoryTelephony
from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.model.pictures import AgentProfile
from busyhour.core.model.queue import MissRule
from busyhour.core.model.values import EndCause, LegMode, PhoneKind
from busyhour.http.compat.front import Front
from busyhour.http.compat.sockets import Allowed
from busyhour.service import records as r
from busyhour.service.center import Center
from busyhour.service.floors import EngineFloors
from tests.core.inbound import number, queue
from tests.core.story import NOON_UTC_S
from tests.service.center_scene import Store

pytestmark = pytest.mark.looptime

TENANT = 1
EVENT = "E_CALLCENTER_AGENT_REPORT"


class LoopClock:
    def now(self) -> e.Instant:
        mono_s = asyncio.get_running_loop().time()
        return e.Instant(mono_s, NOON_UTC_S + mono_s)


class People(Store):
    def __init__(self) -> None:
        super().__init__()
        self.rows = [queue(name="Sales desk", priority=3, miss=MissRule(rest_s=10.0))]

    async def agents(self, _: int) -> list[r.Agent]:
        usual = {"phone_kind": PhoneKind.SIP, "leg_mode": LegMode.PERSISTENT, "disabled": False}
        return [
            r.Agent(agent_id=n, user_id=n, name=name, login=name, sip_address=f"sip:{n}@192.0.2.1", **usual)  # type: ignore[arg-type]
            for n, name in ((1, "ann"), (2, "bob"))
        ]


class Day:
    """What a dispatcher asks, and what callers, phones and the PBX do meanwhile."""

    def __init__(self, folder: Path, leg_mode: LegMode) -> None:
        self.people, self.pbx, self.clock = People(), MemoryTelephony(), LoopClock()
        profiles = {
            n: AgentProfile(
                agent_id=n,
                name=name,
                skills={"sales": 1},
                phone_kind=PhoneKind.SIP,
                sip_address="sip:x@y",
                leg_mode=leg_mode,
            )
            for n, name in ((1, "ann"), (2, "bob"))
        }
        callers = CallerRows(queues={1: self.people.rows[0]}, numbers=(number(),))
        self.floors = EngineFloors(
            store=MemoryStore({TENANT: Rows(agents=profiles, inbound=callers)}),
            telephony=self.pbx,
            clock=self.clock,
            owner="test",
            queue_max=1000,
        )
        store: Any = self.people
        self.center = Center(TENANT, floors=self.floors, queues=store, directory=store, clock=self.clock)
        self.front = Front(self.center, clock=self.clock, rule=Allowed(folder))
        self.center.on_report = self.front.report

    async def ask(self, method: str, *params: Any) -> Any:
        raw = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)})
        said = json.loads(await self.front.answer(raw.encode()) or b"{}")
        return said["result"] if "result" in said else (said["error"]["code"], said["error"]["message"])

    async def value(self, *names: str) -> list[int]:
        found = await self.ask("get_statistics", list(names))
        return [found[f"call_center:{name}"] for name in names]

    async def until(self, true: Callable[[], Any], within_s: float = 60.0) -> None:
        async with asyncio.timeout(within_s):
            while not true():
                await asyncio.sleep(0.01)

    def acts(self, kind: type, of: str = "") -> list[Any]:
        return [act for act in self.pbx.acts if isinstance(act, kind) and of in {"", getattr(act, "call", "")}]

    def now_s(self) -> float:
        return self.clock.now().utc_s

    async def pass_s(self, seconds: float = 0.5) -> None:
        """Time for the feed, which tells of queues four times a second."""
        await asyncio.sleep(seconds)

    # The world

    async def log_on(self, name: str) -> None:
        before = len(self.acts(c.RingAgent))
        assert await self.ask("cc_agent_login", name, "1") == "OK"
        await self.until(lambda: len(self.acts(c.RingAgent)) > before)
        self.pbx.tell(TENANT, e.LegAnswered(leg=self.acts(c.RingAgent)[-1].leg, at_utc_s=self.now_s()))
        await self.pass_s()

    async def come(self, call: str, *, name: str = "") -> None:
        at = self.now_s()
        self.pbx.tell(TENANT, e.CallArrived(call=call, dialed="5551", number="+493012", name=name, at_utc_s=at))
        await self.until(lambda: self.acts(c.AnswerCall, call))
        self.pbx.tell(TENANT, e.CallAnswered(call=call, at_utc_s=self.now_s()))
        await self.pass_s()

    async def join(self, call: str) -> None:
        await self.until(lambda: self.acts(c.Join, call))
        leg = self.acts(c.Join, call)[-1].leg
        self.pbx.tell(TENANT, e.CallJoined(call=call, leg=leg, at_utc_s=self.now_s()))
        await self.pass_s()

    async def end(self, call: str) -> None:
        self.pbx.tell(TENANT, e.CallEnded(call=call, cause=EndCause.NORMAL, at_utc_s=self.now_s()))
        await self.pass_s()


@asynccontextmanager
async def begun(folder: Path, leg_mode: LegMode = LegMode.PERSISTENT) -> AsyncIterator[Day]:
    """No fixture: those are made before virtual time begins."""
    day = Day(folder, leg_mode)
    day.floors.start(TENANT)
    await day.floors.wait_running(TENANT, 5.0)
    following = asyncio.create_task(day.center.run())
    await day.pass_s(0.0)
    try:
        yield day
    finally:
        following.cancel()
        await day.floors.stop()


@pytest.mark.covers("OC-002", "OC-054", "OC-057", "OC-058", "OC-060", "OC-064", "OC-072", "OC-074", "OC-076", "OC-077")
async def test_calls_are_listed_and_counted(tmp_path: Path) -> None:
    async with begun(tmp_path) as day:
        await day.log_on("ann")
        assert (await day.ask("cc_list_agents"))["Agents"] == [
            {"id": "ann", "Ref": 0, "Loged in": "YES", "State": "free"},
            {"id": "bob", "Ref": 0, "Loged in": "NO"},
        ]
        await day.come("i1-1", name="Rossi")
        await day.join("i1-1")
        await day.pass_s(29.5)
        [call] = (await day.ask("cc_list_calls"))["Calls"]
        assert (call["State"], call["Call Time"], call["Flow"], call["Agent"]) == ("toagent", 30, "Sales_desk", "ann")
        assert (await day.ask("cc_list_agents"))["Agents"][0] == {
            "id": "ann",
            "Ref": 1,
            "Loged in": "YES",
            "State": "incall",
        }
        await day.come("i1-2", name="Bianchi")
        await day.pass_s(9.5)
        [waiting] = (await day.ask("cc_list_queue"))["Calls"]
        assert waiting == {
            "index": 0,
            "id": "i1-2",
            "Media": "RTP",
            "Caller username": "+493012",
            "Caller display name": "Bianchi",
            "Waiting for": 10,
            "ETW": 0,
            "Flow": "Sales_desk",
            "Priority": 3,
            "Skill": "sales",
        }
        now = ("ccg_onhold_calls", "ccf_load-Sales_desk", "ccg_load", "ccg_answered_incalls")
        assert await day.value(*now) == [1, 200, 200, 0]
        await day.end("i1-2")
        await day.end("i1-1")
        await check_counted(day)


async def check_counted(day: Day) -> None:
    of_all = ("ccg_incalls", "ccg_answered_incalls", "ccg_abandoned_incalls", "ccg_distributed_incalls")
    assert await day.value(*of_all) == [2, 1, 1, 1]
    of_flow = ("ccf_incalls", "ccf_answ_incalls", "ccf_aban_incalls", "ccf_dist_incalls", "ccf_awt")
    assert await day.value(*(f"{name}-Sales_desk" for name in of_flow)) == [2, 1, 1, 1, 5]  # 0 s and 10 s
    of_agent = ("cca_dist_incalls", "cca_answ_incalls", "cca_aban_incalls", "cca_att")
    assert await day.value(*(f"{name}-ann" for name in of_agent)) == [1, 1, 0, 40]
    [flow] = (await day.ask("cc_list_flows"))["Flows"]
    assert flow == {
        "id": "Sales_desk",
        "Avg Call Duration": 40,
        "Processed Calls": 1,
        "Logged Agents": 1,
        "Ongoing Calls": 0,
        "Ref Calls": 0,
    }
    [shown, _] = (await day.ask("cc_list_agents"))["Agents"]
    assert (shown["State"], 25 <= shown["Wrapup-ends"] <= 30) == ("wrapup", True)
    assert await day.ask("cc_reset_stats") == "OK"
    assert await day.value("ccg_incalls", "cca_att-ann", "ccf_awt-Sales_desk") == [0, 0, 0]


@pytest.mark.covers("OC-005", "OC-090", "OC-091", "OC-092")
async def test_calls_are_given_by_the_dispatcher(tmp_path: Path) -> None:
    async with begun(tmp_path) as day:
        await day.log_on("ann")
        assert await day.ask("cc_dispatch_call_to_agent", "i1-1", "ann") == (403, "Internal dispatching is enabled")
        assert await day.ask("cc_internal_call_dispatching", "0") == {"dispatching": 0}
        await day.come("i1-1")
        assert [call["id"] for call in (await day.ask("cc_list_queue"))["Calls"]] == ["i1-1"]
        assert await day.value("ccg_free_agents", "ccg_onhold_calls") == [1, 1]
        give = "cc_dispatch_call_to_agent"
        assert await day.ask(give, "i1-1", "bob") == (404, "Agent not logged in")
        assert await day.ask(give, "i1-9", "ann") == (404, "Call not found")
        assert await day.ask(give, "i1-1", "ann") == "OK"
        await day.join("i1-1")
        assert await day.ask(give, "i1-1", "ann") == (404, "Call not in queue any more")
        await day.come("i1-2")
        assert await day.ask(give, "i1-2", "ann") == (488, "Agent is not free/audio enabled")
        await day.log_on("bob")
        assert (await day.ask("cc_list_queue"))["Calls"][0]["id"] == "i1-2"
        assert await day.ask("cc_internal_call_dispatching", 1) == {"dispatching": 1}
        await day.join("i1-2")
        assert [call["Agent"] for call in (await day.ask("cc_list_calls"))["Calls"]] == ["ann", "bob"]


@pytest.mark.covers("OC-095", "OC-096", "OC-097", "OC-122", "OC-123")
async def test_a_subscriber_hears_each_status(tmp_path: Path) -> None:
    async with begun(tmp_path) as day:
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as listening:
            listening.bind(("127.0.0.1", 0))
            listening.setblocking(False)
            host, port = listening.getsockname()
            assert await day.ask("event_subscribe", EVENT, f"udp:{host}:{port}") == "OK"
            await day.log_on("ann")
            await day.come("i1-1")
            await day.join("i1-1")
            assert await day.ask("cc_agent_login", "ann", 0) == "OK"
            await day.pass_s()
            assert await day.ask("cc_agent_login", "ann", 1) == "OK"
            await day.end("i1-1")
            await day.pass_s(31.0)
            told = [json.loads(listening.recv(65_535)) for _ in range(6)]
            with pytest.raises(BlockingIOError):
                listening.recv(65_535)
        assert {one["method"] for one in told} == {EVENT}
        assert [(one["params"]["agent_id"], one["params"]["state"], one["params"].get("flow_id")) for one in told] == [
            ("ann", "free", None),
            ("ann", "incall", "Sales_desk"),
            ("ann", "offline", None),
            ("ann", "incall", "Sales_desk"),
            ("ann", "wrapup", None),
            ("ann", "free", None),
        ]
        assert [set(one["params"]) for one in told if one["params"]["state"] == "wrapup"] == [
            {"agent_id", "state", "status", "wrapup_ends"}
        ]


@pytest.mark.covers("OC-072", "OC-073", "OC-083")
async def test_a_missed_call_is_the_agents_and_the_caller_waits_on(tmp_path: Path) -> None:
    async with begun(tmp_path, LegMode.PER_CALL) as day:
        assert await day.ask("cc_agent_login", "ann", "1") == "OK"
        await day.come("i1-1")
        assert [call["State"] for call in (await day.ask("cc_list_calls"))["Calls"]] == ["preagent"]
        assert (await day.ask("cc_list_agents"))["Agents"][0]["State"] == "incall"
        await day.pass_s(20.0)  # nobody answers the phone
        assert await day.value("cca_dist_incalls-ann", "cca_aban_incalls-ann", "ccg_abandoned_incalls") == [1, 1, 0]
        [shown, _] = (await day.ask("cc_list_agents"))["Agents"]
        assert (shown["State"], 8 <= shown["Wrapup-ends"] <= 10) == ("wrapup", True)
        [waiting] = (await day.ask("cc_list_queue"))["Calls"]
        assert (waiting["id"], waiting["Waiting for"]) == ("i1-1", 20)
        await day.pass_s(10.0)
        assert await day.value("cca_dist_incalls-ann", "ccf_dist_incalls-Sales_desk") == [2, 2]


@pytest.mark.covers("OC-108")
async def test_who_logs_off_in_a_call_finishes_it_and_gets_no_other(tmp_path: Path) -> None:
    async with begun(tmp_path) as day:
        told: list[tuple[str, str]] = []
        day.center.on_report = lambda report: told.append((report.agent, report.status))
        await day.log_on("ann")
        await day.come("i1-1")
        await day.join("i1-1")
        assert await day.ask("cc_agent_login", "ann", "0") == "OK"
        await day.come("i1-2")
        assert told[-1] == ("ann", "offline")
        assert (await day.ask("cc_list_agents"))["Agents"][0]["Loged in"] == "NO"
        calls = {call["id"]: call["State"] for call in (await day.ask("cc_list_calls"))["Calls"]}
        assert calls == {"i1-1": "toagent", "i1-2": "queued"}
        await day.end("i1-1")
        await day.pass_s(60.0)
        assert [call["id"] for call in (await day.ask("cc_list_queue"))["Calls"]] == ["i1-2"]


@pytest.mark.covers("OC-124")
async def test_an_operator_frees_an_agent(tmp_path: Path) -> None:
    async with begun(tmp_path) as day:
        await day.log_on("ann")
        await day.come("i1-1")
        await day.join("i1-1")
        assert await day.ask("cc_agent_release", "ann") == "OK"
        await day.until(lambda: day.acts(c.HangUpCall, "i1-1"))
        await day.end("i1-1")
        assert await day.ask("cc_agent_release", "ann") == "OK"
        await day.pass_s()
        assert (await day.ask("cc_list_agents"))["Agents"][0]["State"] == "free"
