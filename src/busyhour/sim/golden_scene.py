"""What a golden scenario is made of."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from busyhour.core.model.campaign import Campaign, Compliance, Hours, RetryRule, Trunk
from busyhour.core.model.dialed import DialedNumber
from busyhour.core.model.pictures import AgentProfile
from busyhour.core.model.queue import Queue
from busyhour.core.model.recordings import RecordingPolicy
from busyhour.core.model.values import DialMode, LegMode, Outcome
from busyhour.sim.faults import Weather
from busyhour.sim.golden_cast import Callee

if TYPE_CHECKING:
    from busyhour.sim.golden import GoldenWorld

TENANT = 1
AGENTS, MESSAGE, OTHER = 1, 2, 4  # campaigns

RULES = (
    RetryRule(outcome=Outcome.BUSY, max_attempts=2, delay_s=5),
    RetryRule(outcome=Outcome.NO_ANSWER, max_attempts=2, delay_s=5),
    RetryRule(outcome=Outcome.LOST, max_attempts=3, delay_s=5),
    RetryRule(outcome=Outcome.HANDLED, disposition="later", max_attempts=2, delay_s=5),
)

Script = Callable[["GoldenWorld"], Awaitable[None]]


class Contact(Struct, frozen=True):
    """`callees`: what they do with the first call, the second ..."""

    number: str
    callees: tuple[Callee, ...]
    campaign_id: int = AGENTS
    zones: tuple[str, ...] = ("UTC",)


def contact(*callees: Callee, n: int = 1, campaign_id: int = AGENTS, zones: tuple[str, ...] = ("UTC",)) -> Contact:
    return Contact(f"+4930{campaign_id}{n:06d}", callees, campaign_id, zones)


def campaign(campaign_id: int = AGENTS, *, agents: tuple[int, ...] = (1,), **changes: Any) -> Campaign:
    """With agents. Times are short, so that the plays are."""
    settings: dict[str, Any] = {
        "name": f"campaign {campaign_id}",
        "dial_mode": DialMode.PROGRESSIVE,
        "priority": 5,
        "ring_timeout_s": 6.0,
        "call_max_s": 60.0,
        "acw_max_s": 3.0,
        "callee_hours": Hours(),
        "retry_rules": RULES,
        "compliance": Compliance(preset="us"),  # others forbid a call to an abandoned number for three days
        "trunk_ids": (1,),
        "agent_ids": agents,
    }
    return Campaign(campaign_id=campaign_id, **{**settings, **changes})


def message(**changes: Any) -> Campaign:
    """Without agents: the callee hears a message."""
    settings = {"agents": (), "dial_mode": DialMode.AGENTLESS, "message_prompt": "hello", "max_concurrent": 4}
    return campaign(MESSAGE, **{**settings, **changes})


def agent(agent_id: int = 1, leg_mode: LegMode = LegMode.PERSISTENT) -> AgentProfile:
    return AgentProfile(agent_id=agent_id, name=f"agent {agent_id}", leg_mode=leg_mode)


class Scene(Struct, frozen=True, kw_only=True):
    name: str
    says: str
    contacts: tuple[Contact, ...]
    outcomes: dict[str, int]  # of the records, when nothing goes wrong but what is written here
    script: Script
    campaigns: tuple[Campaign, ...] = (campaign(),)
    agents: tuple[AgentProfile, ...] = (agent(),)
    trunk: Trunk = Trunk(trunk_id=1, name="carrier", endpoint="t", capacity=10)
    trunks: tuple[Trunk, ...] = ()  # beside that one
    queues: tuple[Queue, ...] = ()
    numbers: tuple[DialedNumber, ...] = ()
    recording_rule: RecordingPolicy = RecordingPolicy.NEVER
    country: str = ""  # as whose people callers' numbers are read
    weather: Weather = Weather.calm()  # what the script itself does that checkers must allow for

    def furnish(self, store: Any, utc_s: float) -> None:
        rows = store.add_tenant(TENANT)
        for trunk in (self.trunk, *self.trunks):
            rows.trunks[trunk.trunk_id] = trunk
        for profile in self.agents:
            rows.agents[profile.agent_id] = profile
        rows.inbound.queues.update({queue.queue_id: queue for queue in self.queues})
        rows.recording_rule = self.recording_rule
        rows.inbound.numbers, rows.inbound.country = self.numbers, self.country
        for one in self.campaigns:
            run = store.start_run(TENANT, one, [], utc_s=utc_s)
            for known in self.contacts:
                if known.campaign_id == one.campaign_id:
                    rows.add_member(run.run_id, known.number, known.zones)
