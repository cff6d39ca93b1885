"""Each command, under both names: exactly the keys and the errors that clients know."""

from typing import Any

import pytest

from busyhour.service.errors import Conflict, NotFound, StoreDown
from tests.http.compat.compat_world import CompatWorld

BOTH = {
    "cc_reload": "call_center:reload",
    "cc_agent_login": "call_center:agent_login",
    "cc_agent_release": "call_center:agent_release",
    "cc_list_queue": "call_center:list_queue",
    "cc_list_flows": "call_center:list_flows",
    "cc_list_agents": "call_center:list_agents",
    "cc_list_calls": "call_center:list_calls",
    "cc_dispatch_call_to_agent": "call_center:dispatch_call_to_agent",
    "cc_internal_call_dispatching": "call_center:internal_call_dispatching",
    "cc_reset_stats": "call_center:reset_stats",
    "get_statistics": "statistics:get",
    "list_statistics": "statistics:list",
    "reset_statistics": "statistics:reset",
    "reset_all_statistics": "statistics:reset_all",
    "event_subscribe": "evi:subscribe",
    "events_list": "evi:list",
    "subscribers_list": "evi:subscribers",
    "raise_event": "evi:raise",
}
ALONE = ("which", "help", "uptime", "version", "ps")


@pytest.fixture(params=[0, 1], ids=["old name", "new name"])
def name_of(request: pytest.FixtureRequest) -> Any:
    return lambda name: (name, BOTH[name])[request.param]


@pytest.mark.covers("OC-119")
async def test_which_lists_both_names_of_each(compat: CompatWorld) -> None:
    assert await compat.result("which") == sorted([*BOTH, *BOTH.values(), *ALONE])


@pytest.mark.covers("OC-119")
async def test_which_says_the_parameters_of_one(compat: CompatWorld) -> None:
    assert await compat.result("which", {"command": "cc_agent_login"}) == [["agent_id", "state"]]
    assert await compat.result("which", ["cc_internal_call_dispatching"]) == [[], ["dispatching"]]
    assert await compat.error("which", ["no_such"]) == (404, "unknown MI command")


@pytest.mark.covers("OC-080")
async def test_reload(compat: CompatWorld, name_of: Any) -> None:
    assert await compat.result(name_of("cc_reload")) == "OK"
    assert await compat.result(name_of("cc_reload"), {"keep_login": "true"}) == "OK"
    assert compat.center.asked == [("reload",), ("reload",)]
    compat.center.fault = StoreDown()
    assert await compat.error(name_of("cc_reload")) == (500, "Failed to reload")


@pytest.mark.covers("OC-082")
async def test_agent_login(compat: CompatWorld, name_of: Any) -> None:
    assert await compat.result(name_of("cc_agent_login"), ["ada", "0"]) == "OK"
    assert await compat.result(name_of("cc_agent_login"), {"agent_id": "7", "state": 1}) == "OK"
    assert compat.center.asked == [("log_in", 1, False), ("log_in", 5, True)]
    assert await compat.error(name_of("cc_agent_login"), ["nobody", "1"]) == (404, "Agent not found")
    compat.center.fault = NotFound("gone meanwhile")
    assert await compat.error(name_of("cc_agent_login"), ["ada", "1"]) == (404, "Agent not found")


async def test_an_operator_releases_an_agent(compat: CompatWorld, name_of: Any) -> None:
    assert await compat.result(name_of("cc_agent_release"), ["bob"]) == "OK"
    assert compat.center.asked == [("release", 2)]
    assert await compat.error(name_of("cc_agent_release"), ["nobody"]) == (404, "Agent not found")


@pytest.mark.covers("OC-083", "OC-084", "OC-078")
async def test_list_queue(compat: CompatWorld, name_of: Any) -> None:
    assert await compat.result(name_of("cc_list_queue")) == {
        "Calls": [
            {
                "index": 0,
                "id": "i1-1",
                "Media": "RTP",
                "Caller username": "+390612345678",
                "Caller display name": "Ada Rossi",
                "Waiting for": 61,
                "ETW": 0,
                "Flow": "support",
                "Priority": 5,
                "Skill": "english",
            },
            {
                "index": 1,
                "id": "i1-2",
                "Media": "RTP",
                "Caller username": "+390612345679",
                "Caller display name": "",
                "Waiting for": 3,
                "ETW": 30,  # 121 s of one call ahead, by 4 agents
                "Flow": "support",
                "Priority": 5,
                "Skill": "english",
            },
            {
                "index": 2,
                "id": "i1-3",
                "Media": "MSRP",
                "Caller username": "web",
                "Caller display name": "",
                "Waiting for": 9,
                "ETW": 2147483647,  # nobody is there
                "Flow": "chat",
                "Priority": 256,
                "Skill": "",
            },
        ]
    }


@pytest.mark.covers("OC-085")
async def test_list_flows(compat: CompatWorld, name_of: Any) -> None:
    assert (await compat.result(name_of("cc_list_flows")))["Flows"][0] == {
        "id": "support",
        "Avg Call Duration": 121,
        "Processed Calls": 10,
        "Logged Agents": 4,
        "Ongoing Calls": 5,
        "Ref Calls": 5,
    }


@pytest.mark.covers("OC-086", "OC-087")
async def test_list_agents(compat: CompatWorld, name_of: Any) -> None:
    assert await compat.result(name_of("cc_list_agents")) == {
        "Agents": [
            {"id": "ada", "Ref": 0, "Loged in": "YES", "State": "free"},
            {"id": "bob", "Ref": 1, "Loged in": "YES", "State": "incall"},
            {"id": "cleo", "Ref": 0, "Loged in": "YES", "State": "wrapup", "Wrapup-ends": 12},
            {"id": "dan", "Ref": 2, "Loged in": "YES", "State": "inchat", "Ongoing chats": 2, "Free chats": 2},
            {"id": "7", "Ref": 0, "Loged in": "NO"},
        ]
    }


@pytest.mark.covers("OC-088", "OC-089")
async def test_list_calls(compat: CompatWorld, name_of: Any) -> None:
    assert await compat.result(name_of("cc_list_calls")) == {
        "Calls": [
            {"id": "i1-1", "Ref": 1, "State": "queued", "Call Time": 70, "Flow": "support"},
            {"id": "i1-9", "Ref": 1, "State": "toagent", "Call Time": 100, "Flow": "support", "Agent": "bob"},
            {"id": "i1-8", "Ref": 1, "State": "ended", "Agent": "cleo"},
            {"id": "i1-7", "Ref": 1, "State": "preagent", "Call Time": 2, "Flow": "support", "Agent": "ada"},
        ]
    }


@pytest.mark.covers("OC-090")
async def test_dispatch_call_to_agent(compat: CompatWorld, name_of: Any) -> None:
    compat.center.internal = False
    assert await compat.result(name_of("cc_dispatch_call_to_agent"), ["i1-1", "ada"]) == "OK"
    given = {"call_id": "i1-2", "agent_id": "ada"}
    assert await compat.result(name_of("cc_dispatch_call_to_agent"), given) == "OK"
    assert compat.center.asked == [("assign", "i1-1", 1), ("assign", "i1-2", 1)]


@pytest.mark.covers("OC-091")
@pytest.mark.parametrize(
    ("call", "agent", "error"),
    [
        ("i1-1", "nobody", (404, "Agent not found")),
        ("i1-1", "7", (404, "Agent not logged in")),
        ("i1-0", "ada", (404, "Call not found")),
        ("i1-9", "ada", (404, "Call not in queue any more")),
    ],
)
async def test_dispatch_is_refused(
    compat: CompatWorld, name_of: Any, call: str, agent: str, error: tuple[int, str]
) -> None:
    compat.center.internal = False
    assert await compat.error(name_of("cc_dispatch_call_to_agent"), [call, agent]) == error
    assert compat.center.asked == []


@pytest.mark.covers("OC-091")
@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("dispatch_internal", (403, "Internal dispatching is enabled")),
        ("agent_unknown", (404, "Agent not found")),
        ("agent_logged_off", (404, "Agent not logged in")),
        ("call_unknown", (404, "Call not in queue any more")),
        ("agent_unskilled", (488, "Agent has no skill for the call")),
        ("agent_not_free_audio", (488, "Agent is not free/audio enabled")),
        ("agent_not_free_chat", (488, "Agent is not free/chat enabled")),
    ],
)
async def test_the_cores_refusals(compat: CompatWorld, name_of: Any, code: str, error: tuple[int, str]) -> None:
    compat.center.internal, compat.center.fault = False, Conflict("no", code=code)
    assert await compat.error(name_of("cc_dispatch_call_to_agent"), ["i1-1", "ada"]) == error


@pytest.mark.covers("OC-091", "OC-092")
async def test_internal_dispatching(compat: CompatWorld, name_of: Any) -> None:
    assert await compat.result(name_of("cc_internal_call_dispatching")) == {"dispatching": 1}
    refused = await compat.error(name_of("cc_dispatch_call_to_agent"), ["i1-1", "ada"])
    assert refused == (403, "Internal dispatching is enabled")
    assert await compat.result(name_of("cc_internal_call_dispatching"), ["0"]) == {"dispatching": 0}
    assert await compat.result(name_of("cc_internal_call_dispatching")) == {"dispatching": 0}
    assert await compat.result(name_of("cc_internal_call_dispatching"), {"dispatching": 5}) == {"dispatching": 1}


@pytest.mark.covers("OC-093")
async def test_reset_stats(compat: CompatWorld, name_of: Any) -> None:
    assert await compat.result(name_of("cc_reset_stats")) == "OK"
    assert compat.center.asked == [("reset",)]


@pytest.mark.covers("OC-121")
async def test_what_the_program_says_of_itself(compat: CompatWorld) -> None:
    uptime = await compat.result("uptime")
    assert set(uptime) == {"Now", "Up since", "Up time"}
    assert uptime["Up time"] == "1 [sec]"
    assert (await compat.result("version"))["Server"].startswith("Busyhour (")
    assert set((await compat.result("ps"))["Processes"][0]) == {"ID", "PID", "Type"}
    said = await compat.result("help", ["cc_list_queue"])
    assert said == {"Help": "lists the queued calls, best first", "Exported by": "core"}
    assert await compat.error("help", ["no_such"]) == (404, "unknown MI command")
