"""Golden scenarios of several runs, trunks and agents, and of what administrators do meanwhile."""

import asyncio

import msgspec

from busyhour.core import events as e
from busyhour.core.model.campaign import Hours, Trunk
from busyhour.core.model.values import LegMode
from busyhour.sim.furniture import NO_ZONE
from busyhour.sim.golden import GoldenWorld
from busyhour.sim.golden_cast import BUSY, answers
from busyhour.sim.golden_scene import AGENTS, MESSAGE, OTHER, TENANT, Scene, agent, campaign, contact, message
from busyhour.sim.golden_scenes import at_work, nobody

NOON_S = 12 * 3600
MIDDAY = Hours(from_s=NOON_S, until_s=NOON_S + 4 * 3600)
TWO_AGENTS = (agent(1), agent(2))
LONG = answers(1.0, stays_s=12.0)


async def run_is_paused(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await stage.pause_run(TENANT, 1)
    await asyncio.sleep(10.0)
    await stage.unpause_run(TENANT, 1)


async def run_is_removed(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    await stage.remove_run(TENANT, 1)
    await asyncio.sleep(4.0)


async def number_is_listed(stage: GoldenWorld) -> None:
    """The second contact is in the hopper already."""
    await stage.at_work()
    await stage.talking()
    stage.add_dnc(TENANT, stage.scene.contacts[1].number)
    await asyncio.sleep(8.0)


async def numbers_are_added(stage: GoldenWorld) -> None:
    await stage.at_work()
    await stage.talking()
    if stage.rows.runs[1].active:
        stage.rows.add_member(1, stage.scene.contacts[0].number + "7")
        stage.say(e.NumbersAdded(run_id=1))
    await asyncio.sleep(3.0)


async def an_idle_run_gets_numbers(stage: GoldenWorld) -> None:
    await stage.at_work()
    await asyncio.sleep(12.0)
    stage.rows.add_member(1, stage.scene.contacts[0].number + "7")
    for _ in range(3):  # the page says so again when its engine was away
        stage.say(e.NumbersAdded(run_id=1))
        await asyncio.sleep(5.0)
    await stage.remove_run(TENANT, 1)


async def run_is_started_later(stage: GoldenWorld) -> None:
    """A second campaign is started while the first one's call is up."""
    await stage.at_work()
    await stage.talking()
    run = stage.store.start_run(TENANT, campaign(OTHER), ["+49304999999"], utc_s=stage.utc())
    stage.say(e.RunStarted(run=stage.store.picture_of(TENANT, run)))
    await asyncio.sleep(3.0)


async def settings_change(stage: GoldenWorld) -> None:
    """A shorter ring time, a smaller trunk, another name: from the next call on."""
    await stage.at_work()
    await asyncio.sleep(0.6)
    changed = msgspec.structs.replace(stage.rows.campaigns[AGENTS], ring_timeout_s=4.0)
    stage.rows.campaigns[AGENTS] = changed
    stage.say(e.CampaignChanged(campaign=changed))
    trunk = msgspec.structs.replace(stage.rows.trunks[1], capacity=1)
    stage.rows.trunks[1] = trunk
    stage.say(e.TrunkChanged(trunk=trunk))
    profile = msgspec.structs.replace(stage.rows.agents[1], name="another name")
    stage.rows.agents[1] = profile
    stage.say(e.AgentChanged(agent=profile))
    await asyncio.sleep(8.0)


async def agent_is_removed(stage: GoldenWorld) -> None:
    """In mid-call: it takes effect after it. The other agent goes on."""
    await stage.at_work()
    await stage.talking()
    stage.say(e.AgentRemoved(agent_id=1))
    await asyncio.sleep(6.0)


async def hours_end(stage: GoldenWorld) -> None:
    """The campaign's hours end in the call; later they are made longer."""
    await stage.at_work()
    await asyncio.sleep(20.0)
    longer = msgspec.structs.replace(stage.rows.campaigns[AGENTS], active_hours=Hours())
    stage.rows.campaigns[AGENTS] = longer
    stage.say(e.CampaignChanged(campaign=longer))


async def zone_is_named(stage: GoldenWorld) -> None:
    """The campaign gets a zone that exists; then the run is ended with those who still cannot be called."""
    await asyncio.sleep(5.0)
    known = msgspec.structs.replace(stage.rows.campaigns[MESSAGE], time_zone="Europe/Rome")
    stage.rows.campaigns[MESSAGE] = known
    stage.say(e.CampaignChanged(campaign=known))
    await asyncio.sleep(20.0)
    await stage.remove_run(TENANT, 1)


FLOOR = (
    Scene(
        name="a run is paused with a call up",
        says="The call goes on; the next contact waits for the end of the pause.",
        contacts=(contact(answers()), contact(answers(), n=2)),
        outcomes={"HANDLED": 2},
        script=run_is_paused,
    ),
    Scene(
        name="a run is removed with a call up",
        says="The call goes on; nothing new is dialed.",
        contacts=(contact(answers()), contact(answers(), n=2)),
        outcomes={"HANDLED": 1},
        script=run_is_removed,
    ),
    Scene(
        name="a number is put on the do-not-call list",
        says="It is in the hopper already, and is not dialed.",
        contacts=(contact(answers()), contact(answers(), n=2)),
        outcomes={"HANDLED": 1},
        script=number_is_listed,
    ),
    Scene(
        name="numbers are added",
        says="To the list of a run that is under way.",
        contacts=(contact(answers()),),
        outcomes={"HANDLED": 2},
        script=numbers_are_added,
    ),
    Scene(
        name="an idle run gets numbers",
        says="It ran out, waits, and goes on; then it is removed.",
        campaigns=(campaign(idle_on_termination=True),),
        contacts=(contact(answers(0.5, stays_s=2.0)),),
        outcomes={"HANDLED": 2},
        script=an_idle_run_gets_numbers,
    ),
    Scene(
        name="a second run is started",
        says="While the first one's call is up.",
        contacts=(contact(answers()),),
        outcomes={"HANDLED": 2},
        script=run_is_started_later,
    ),
    Scene(
        name="two campaigns, one agent",
        says="The more urgent one goes first.",
        campaigns=(campaign(), campaign(OTHER, priority=9)),
        contacts=(contact(answers()), contact(answers(), n=2, campaign_id=OTHER)),
        outcomes={"HANDLED": 2},
        script=at_work,
    ),
    Scene(
        name="one number in two campaigns",
        says="It is on the line once at a time.",
        campaigns=(campaign(agents=(1, 2)), campaign(OTHER, agents=(1, 2))),
        agents=TWO_AGENTS,
        contacts=(contact(answers()), msgspec.structs.replace(contact(answers()), campaign_id=OTHER)),
        outcomes={"HANDLED": 2},
        script=at_work,
    ),
    Scene(
        name="two agents, three customers",
        says="The one who has waited longest gets the next.",
        campaigns=(campaign(agents=(1, 2)),),
        agents=TWO_AGENTS,
        contacts=(contact(answers()), contact(answers(1.3), n=2), contact(BUSY, answers(), n=3)),
        outcomes={"BUSY": 1, "HANDLED": 3},
        script=at_work,
    ),
    Scene(
        name="the trunk is full",
        says="One line, two free agents: one call at a time.",
        campaigns=(campaign(agents=(1, 2)),),
        agents=TWO_AGENTS,
        trunk=Trunk(trunk_id=1, name="carrier", endpoint="t", capacity=1),
        contacts=(contact(answers()), contact(answers(), n=2)),
        outcomes={"HANDLED": 2},
        script=at_work,
    ),
    Scene(
        name="messages within limits",
        says="Two calls at once, three a minute.",
        campaigns=(message(max_concurrent=2, calls_per_minute_max=3),),
        agents=(),
        contacts=tuple(contact(answers(0.5, stays_s=3.0), n=n, campaign_id=MESSAGE) for n in range(4)),
        outcomes={"IVR_LEFT": 4},
        script=nobody,
    ),
    Scene(
        name="the callee's hours",
        says="In one of two zones it is too early for half a minute.",
        campaigns=(message(callee_hours=Hours(from_s=NOON_S + 2 * 3600 + 30, until_s=NOON_S + 4 * 3600)),),
        agents=(),
        contacts=(contact(answers(), campaign_id=MESSAGE, zones=("Europe/Rome", "Europe/Athens")),),
        outcomes={"IVR_LEFT": 1},
        script=nobody,
    ),
    Scene(
        name="zones that nobody knows",
        says="The campaign's zone is not known at first; of three contacts two may be anywhere.",
        campaigns=(message(callee_hours=MIDDAY, active_hours=MIDDAY, time_zone=NO_ZONE),),
        agents=(),
        contacts=tuple(
            contact(answers(), n=n, campaign_id=MESSAGE, zones=zones)
            for n, zones in enumerate([("Europe/Rome",), ("Europe/Rome", NO_ZONE), ()])
        ),
        outcomes={"IVR_LEFT": 1},
        script=zone_is_named,
    ),
    Scene(
        name="settings change",
        says="A campaign, a trunk and an agent are edited while it rings.",
        contacts=(contact(answers(5.0)), contact(answers(), n=2)),
        outcomes={"HANDLED": 2},
        script=settings_change,
    ),
    Scene(
        name="an agent is removed in the call",
        says="It takes effect after it; another agent goes on.",
        campaigns=(campaign(agents=(1, 2)),),
        agents=(agent(1), agent(2, LegMode.PER_CALL)),
        contacts=(contact(answers()), contact(answers(), n=2), contact(answers(), n=3)),
        outcomes={"HANDLED": 3},
        script=agent_is_removed,
    ),
    Scene(
        name="the hours end in the call",
        says="The call goes on; the next contact waits.",
        campaigns=(campaign(active_hours=Hours(from_s=NOON_S, until_s=NOON_S + 3)),),
        contacts=(contact(LONG), contact(answers(), n=2)),
        outcomes={"HANDLED": 2},
        script=hours_end,
    ),
)
