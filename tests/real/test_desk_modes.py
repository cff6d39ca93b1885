"""Agents who decide before the call, on the real PBX: by hand, by preview, and on the line before the callee."""

import pytest

from busyhour.bench.desks import Desk, Desks
from busyhour.bench.product import Api, ApiError, Product
from busyhour.bench.work import make_campaign, make_list, make_trunk, start_run, wait_closed, wait_over
from busyhour.sim.sipp.carrier import Carrier
from busyhour.sim.sipp.numbers import Behavior, number_of
from busyhour.sim.sipp.phones import Phones
from busyhour.sim.sipp.process import SippSettings

pytestmark = [pytest.mark.real, pytest.mark.timeout(180)]

TALKS, OTHER = number_of(Behavior.TALK, 1, detail=9), number_of(Behavior.TALK, 2)
BUSY, LISTED = number_of(Behavior.BUSY, 3), number_of(Behavior.TALK, 4)
IN_TURN = number_of(Behavior.RING_OUT, 7)  # never dialed: its contact has another number, too
FIRST = [number_of(Behavior.TALK, n) for n in (5, 6)]
JOIN_MAX_S = 1.0


@pytest.mark.covers("MZ-021", "MZ-111", "WD-057", "WD-064")
async def test_agents_decide_before_the_call(
    product: Product, carrier_settings: SippSettings, phone_settings: SippSettings
) -> None:
    api = product.api
    async with Desks(api) as desks:
        with Carrier(carrier_settings) as carrier, Phones(phone_settings) as phones:
            [agent_id] = await desks.make([phones.sip_address(0)], prefix="modes")
            trunk = await make_trunk(api, name="network", host=carrier.address, capacity=2)
            plain = {"acw_mode": "none", "trunk_ids": [trunk["trunk_id"]], "agent_ids": [agent_id]}
            await desks.open()
            [desk] = desks.desks
            await by_hand(api, desk, agent_id, plain)
            await by_preview(api, desk, plain)
            await check_audit(api, agent_id)
            begun_s = await agent_first(api, desk, agent_id, plain)
            dialogs = carrier.ledger.dialogs()
            legs = phones.ledger.dialogs()
    dialed = [dialog.number for dialog in dialogs]
    assert dialed == [number[1:] for number in (TALKS, BUSY, OTHER, *FIRST)], "nobody else, and nobody twice"
    first = [dialog for dialog in dialogs if dialog.number in {number[1:] for number in FIRST}]
    rung = [leg for leg in legs if leg.invited_s > begun_s]
    assert len(rung) == len(first) == 2
    for leg, call in zip(rung, first, strict=True):
        assert leg.answered_s is not None
        assert leg.answered_s < call.invited_s, "the agent was on the line first"


async def by_hand(api: Api, desk: Desk, agent_id: int, plain: dict[str, object]) -> None:
    campaign_id = await make_campaign(api, [], name="by hand", dial_mode="manual", dial_countries=["DE"], **plain)
    run_id = await start_run(api, campaign_id)
    with pytest.raises(ApiError, match="not permitted"):
        await desk.press("dial", campaign_id=campaign_id, number=TALKS)
    await api.patch(f"/api/agents/{agent_id}", {"may_dial": True})
    await desk.press("dial", campaign_id=campaign_id, number=TALKS)
    await desk.wait(lambda d: d.call is not None and d.call["state"] == "talking", 15)
    await desk.press("hangup")
    await desk.wait(free, 10)
    await desk.press("dial", campaign_id=campaign_id, number=BUSY)
    await desk.wait(lambda d: free(d) and d.agent["tried"] is not None, 10)
    assert (desk.agent["tried"]["number"], desk.agent["tried"]["result"]) == (BUSY, "BUSY")
    await api.post("/api/dnc", {"numbers": [LISTED]})
    with pytest.raises(ApiError, match="do-not-call"):
        await desk.press("dial", campaign_id=campaign_id, number=LISTED)
    attempts = await wait_closed(api, run_id, timeout_s=10)
    told = {attempt["number"]: (attempt["outcome"], attempt["why"], attempt["agent_name"]) for attempt in attempts}
    why = "manual: Agent 0 dialed it"
    assert told == {TALKS: ("HANDLED", why, "Agent 0"), BUSY: ("BUSY", why, "Agent 0")}
    await api.post(f"/api/runs/{run_id}/remove")


async def by_preview(api: Api, desk: Desk, plain: dict[str, object]) -> None:
    people = await make_list(api, "people", [LISTED[:-1] + "9", f"{IN_TURN}|{OTHER}"])
    run_id = await start_run(api, await make_campaign(api, [people], name="look", dial_mode="preview", **plain))
    await desk.wait(lambda d: d.call is not None and d.call["state"] == "reserved", 15)
    assert desk.call is not None
    skipped = desk.call["call"]
    seen = await desk._api.get("/api/desk/contact")
    assert seen["contact"]["numbers"] == [desk.call["number"]]
    await desk.press("preview/skip", call=skipped, reason="not now")
    await desk.wait(lambda d: d.call is not None and d.call["call"] != skipped, 10)
    assert desk.call["state"] == "reserved"
    assert desk.call["number"] == IN_TURN
    with pytest.raises(ApiError, match="no such number"):
        await desk.press("preview/dial", call=desk.call["call"], number=BUSY)
    await desk.press("preview/dial", call=desk.call["call"], number=OTHER)
    await desk.wait(lambda d: d.call is not None and d.call["state"] == "talking", 15)
    await wait_over(api, run_id, timeout_s=20)
    attempts = await wait_closed(api, run_id, timeout_s=10)
    assert sorted((attempt["outcome"], attempt["disposition"]) for attempt in attempts) == [
        ("AGENT_SKIPPED", "not now"),
        ("HANDLED", None),
    ]
    [handled] = [attempt for attempt in attempts if attempt["outcome"] == "HANDLED"]
    assert (handled["number"], handled["attempt_no"]) == (OTHER, 1)
    assert handled["why"] == "preview: Agent 0 dialed another number of the contact"


async def check_audit(api: Api, agent_id: int) -> None:
    """What the agent chose themselves is kept, the newest first."""
    all_of_theirs = (await api.get("/api/audit", agent_id=agent_id))["rows"]
    rows = [row for row in all_of_theirs if row["what"] in ("manual dial", "other number")]  # they also logged in
    told = [(row["what"], row["number"], row["agent_name"], row["campaign_name"]) for row in rows]
    assert told == [
        ("other number", OTHER, "Agent 0", "look"),
        ("manual dial", BUSY, "Agent 0", "by hand"),
        ("manual dial", TALKS, "Agent 0", "by hand"),
    ]


async def agent_first(api: Api, desk: Desk, agent_id: int, plain: dict[str, object]) -> float:
    """The agent's phone is rung for each call. Answers when it began."""
    await api.patch(f"/api/agents/{agent_id}", {"leg_mode": "per_call"})
    people = await make_list(api, "first", FIRST)
    pacing = {"first_leg": "agent"}
    campaign_id = await make_campaign(api, [people], name="first", dial_mode="progressive", pacing=pacing, **plain)
    run_id = await start_run(api, campaign_id)
    run = await wait_over(api, run_id, timeout_s=40)
    attempts = await wait_closed(api, run_id, timeout_s=10)
    assert [attempt["outcome"] for attempt in attempts] == ["HANDLED"] * 2
    for attempt in attempts:
        assert attempt["joined_utc_s"] - attempt["answered_utc_s"] < JOIN_MAX_S
        assert "Agent 0 is on the line first" in attempt["why"]
    return float(run["started_utc_s"])


def free(desk: Desk) -> bool:
    return desk.call is None and desk.agent["state"] == "available"
