"""Statistics under all their names."""

from typing import Any

import pytest

from tests.http.compat.compat_world import CompatWorld


async def value(compat: CompatWorld, name: str) -> Any:
    found = await compat.result("get_statistics", {"statistics": [name]})
    assert set(found) == {f"call_center:{name}"}
    return found[f"call_center:{name}"]


@pytest.mark.covers("OC-054", "OC-055", "OC-056", "OC-058", "OC-059", "OC-060", "OC-061", "OC-062", "OC-063", "OC-079")
@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("ccg_incalls", 21),
        ("ccg_awt", 12),  # 50 s of 4
        ("ccg_load", 150),  # 3 wait, 4 agents, 1 free: 100 * (3 + 4 - 1) / 4
        ("ccg_distributed_incalls", 17),
        ("ccg_answered_incalls", 13),
        ("ccg_answered_inchats", 3),
        ("ccg_abandonned_incalls", 4),
        ("ccg_abandoned_incalls", 4),
        ("ccg_onhold_calls", 3),
        ("ccg_onhold_chats", 1),
        ("ccg_free_agents", 1),
    ],
)
async def test_of_all_flows(compat: CompatWorld, name: str, wanted: int) -> None:
    assert await value(compat, name) == wanted


@pytest.mark.covers("OC-065", "OC-066", "OC-067", "OC-068", "OC-069", "OC-070", "OC-078", "OC-079")
@pytest.mark.parametrize("separator", ["-", "_"])
@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("ccf_incalls", 20),
        ("ccf_dist_incalls", 17),
        ("ccf_answ_incalls", 10),
        ("ccf_answ_inchats", 0),
        ("ccf_aban_incalls", 4),
        ("ccf_onhold_calls", 2),
        ("ccf_onhold_chats", 0),
        ("ccf_queued_calls", 2),
        ("ccf_free_agents", 1),
        ("ccf_etw", 60),  # 121 s of 2 who wait, by 4 agents
        ("ccf_awt", 10),  # 150 s of 14
        ("ccf_load", 125),  # 100 * (2 + 4 - 1) / 4
    ],
)
async def test_of_a_flow(compat: CompatWorld, name: str, wanted: int, separator: str) -> None:
    assert await value(compat, f"{name}{separator}support") == wanted


@pytest.mark.covers("OC-067", "OC-070", "OC-071")
@pytest.mark.parametrize(
    ("alias", "wanted"),
    [
        ("ccf_onhold_incalls-support", 2),
        ("ccf_onhold_inchats-chat", 1),
        ("ccg_load-support", 125),
        ("ccg_load_support", 125),
        ("ccf_dist_incall-support", 17),
        ("ccf_answ_incall-support", 10),
        ("ccf_aban_incall-support", 4),
        ("ccf_onhold_call-support", 2),
    ],
)
async def test_of_a_flow_under_other_names(compat: CompatWorld, alias: str, wanted: int) -> None:
    assert await value(compat, alias) == wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("cca_dist_incalls", 8),
        ("cca_answ_incalls", 6),
        ("cca_answ_inchats", 0),
        ("cca_aban_incalls", 2),
        ("cca_att", 100),  # 605 s of 6
    ],
)
async def test_of_an_agent(compat: CompatWorld, name: str, wanted: int) -> None:
    assert await value(compat, f"{name}-ada") == wanted


@pytest.mark.covers("OC-120")
@pytest.mark.parametrize("method", ["get_statistics", "statistics:get"])
async def test_groups_and_all(compat: CompatWorld, method: str) -> None:
    everything = await compat.result(method, [["all"]])
    assert len(everything) == 11 + 2 * 12 + 5 * 5
    assert all(name.startswith("call_center:") and isinstance(value, int) for name, value in everything.items())
    assert await compat.result(method, [["call_center:"]]) == everything
    two = await compat.result(method, {"statistics": ["ccg_incalls", "no_such", "call_center:cca_att-ada"]})
    assert two == {"call_center:ccg_incalls": 21, "call_center:cca_att-ada": 100}
    assert await compat.result(method, ["ccg_incalls"]) == {"call_center:ccg_incalls": 21}


@pytest.mark.covers("OC-120")
@pytest.mark.parametrize("method", ["get_statistics", "list_statistics", "reset_statistics"])
@pytest.mark.parametrize("names", [["no_such"], ["core:"], ["core:ccg_incalls"], ["ccf_incalls-nowhere"], []])
async def test_none_found(compat: CompatWorld, method: str, names: list[str]) -> None:
    assert await compat.error(method, [names]) == (404, "Statistics Not Found")


@pytest.mark.covers("OC-120")
async def test_list_says_which_are_counters(compat: CompatWorld) -> None:
    found = await compat.result("list_statistics")
    assert found["call_center:ccg_incalls"] == "incremental"
    assert found["call_center:cca_aban_incalls-ada"] == "incremental"
    assert found["call_center:ccf_etw-support"] == "non-incremental"
    assert len(found) == 11 + 2 * 12 + 5 * 5
    assert await compat.result("statistics:list", [["ccg_awt"]]) == {"call_center:ccg_awt": "non-incremental"}


@pytest.mark.covers("OC-075", "OC-120")
async def test_reset_touches_counters_only(compat: CompatWorld) -> None:
    names = ["ccg_incalls", "ccf_aban_incall-support", "ccf_etw-support", "cca_answ_incalls-ada"]
    assert await compat.result("reset_statistics", {"statistics": names}) == "OK"
    assert compat.center.asked == [
        (
            "reset_counters",
            [("all", "", "entered"), ("flow", "support", "abandoned"), ("agent", "ada", "answered")],
        )
    ]
    assert await compat.result("reset_all_statistics") == "OK"
    assert compat.center.asked[-1] == ("reset_counters", None)
