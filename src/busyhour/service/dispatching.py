"""For programs that decide themselves who gets which caller (OC-090): who waits, and which agents could take them now.

The same questions that routing asks (`core/acd/needs.py`), of what the live views show. Whether an agent really gets
the caller is decided by the floor when it is asked; a moment later the answer may be another.
"""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct

from busyhour.core.acd.needs import Ask, Need, ask_of, may_take, next_step
from busyhour.core.life.agent import AgentState
from busyhour.core.model.queue import Queue, SkillNeed
from busyhour.service import records as r


class Offer(Struct, frozen=True, kw_only=True):
    """One who waits. `agent_ids`: who may take them and is free, the longest free first."""

    call: str
    number: str
    name: str
    state: str  # an EntryState
    since_utc_s: float
    waited_s: float
    callback: bool  # nobody is on the line
    agent_ids: tuple[int, ...]


def offers(queue: Queue, agents: Iterable[r.Agent], state: dict[str, Any], now_utc_s: float) -> list[Offer]:
    """From the tenant's live state, best first."""
    view = state.get("queues", {}).get(str(queue.queue_id))
    free = free_agents(agents, state)
    tiers = {member.agent_id: member.tier for member in queue.members}
    return [_offer(queue, one, free, tiers, now_utc_s) for one in (view["waiting"] if view is not None else ())]


def free_agents(agents: Iterable[r.Agent], state: dict[str, Any]) -> list[r.Agent]:
    """Those who could take a call now, the longest free first."""
    views = state["agents"]
    free = [one for one in agents if views.get(str(one.agent_id), {}).get("state") == AgentState.AVAILABLE]
    return sorted(free, key=lambda one: (views[str(one.agent_id)]["since_utc_s"], one.agent_id))


def _offer(queue: Queue, one: dict[str, Any], free: list[r.Agent], tiers: dict[int, int], now_utc_s: float) -> Offer:
    waited_s = max(0.0, now_utc_s - one["since_utc_s"])
    ask = _ask(queue, one, waited_s)
    return Offer(
        call=one["entry"],
        number=one["number"],
        name=one["name"],
        state=one["state"],
        since_utc_s=one["since_utc_s"],
        waited_s=waited_s,
        callback=one["callback"],
        agent_ids=tuple(a.agent_id for a in free if may_take(ask, a.skills, tiers.get(a.agent_id))),
    )


def _ask(queue: Queue, one: dict[str, Any], waited_s: float) -> Ask:
    own = tuple(SkillNeed(skill, level) for skill, level in sorted(one.get("skills", {}).items()))
    step, _ = next_step(queue, Need(queue.queue_id, own), waited_s)
    return ask_of(queue, Need(queue.queue_id, own, step))
