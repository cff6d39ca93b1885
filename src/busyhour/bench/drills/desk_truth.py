"""Whether what the desks show is what the product has: the state that a desk followed from its own snapshot and
changes, beside a fresh snapshot of the whole tenant.

Calls go on meanwhile, so a desk is true when it was equal once; one that stays different shows what is not so.
"""

import asyncio
import time
from typing import Any, Final

from busyhour.bench.drills.desk import LastingDesk
from busyhour.bench.drills.scene import Scene
from busyhour.bench.drills.seen import Seen

TRUE_MAX_S: Final = 10.0
AGAIN_S: Final = 0.1


async def untrue_desks(scene: Scene, seen: Seen) -> list[str]:
    """After the engine was killed: every desk must have had a snapshot of the new one."""
    begin_s = time.monotonic()
    left = list(scene.desks)
    shown: dict[str, Any] = {}
    while left and time.monotonic() - begin_s < TRUE_MAX_S:
        shown = await scene.product.snapshot()
        left = [desk for desk in left if not (desk.linked and is_true(desk, shown))]
        await asyncio.sleep(AGAIN_S)
    seen.sample("desks_true_s", time.monotonic() - begin_s)
    seen.counts["desks_compared"] += len(scene.desks)
    return [f"{desk.login} shows {desk.state}, there is {told_of(desk, shown)}" for desk in left]


def is_true(desk: LastingDesk, shown: dict[str, Any]) -> bool:
    agent, calls = told_of(desk, shown)
    return bool(agent) and desk.agent == agent and desk.state.get("calls", {}) == calls


def told_of(desk: LastingDesk, shown: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """This agent, and the call in their hand. The load has no wrap-up, in which a desk shows the call before, too."""
    agent = shown.get("agents", {}).get(str(desk.agent.get("agent_id")), {})
    names = {agent.get("call")} & set(shown.get("calls", {}))
    return agent, {name: shown["calls"][name] for name in names}
