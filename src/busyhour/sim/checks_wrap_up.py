"""I25: a wrap-up lasts as long as it was to, unless its agent ends it or is gone."""

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.life.agent import AgentState
from busyhour.sim.ledger import Violation
from busyhour.sim.loop import the_loop

WAITS_MAX_S = 60.0  # a record, while the store is away
SLACK_S = 1.0

LETS_GO = (e.WrapUpEndAsked, e.ReadyAsked, e.LogOffAsked)

Key = tuple[int, int]  # tenant, agent


def has_another(before: c.SaveAgentState, keep: c.SaveAgentState) -> bool:
    """Another call in the same state. Who is asked about a customer has no call yet, and may be given that one."""
    if keep.state != before.state or keep.state == AgentState.NOT_READY:
        return False
    was_asked = before.call is None and keep.state == AgentState.ON_CONTACT
    return keep.call != before.call and not was_asked


class WrapUps:
    def __init__(self) -> None:
        self._let_go: dict[Key, e.Instant] = {}  # who ended their wrap-up, or may have: when last

    def asked(self, tenant: int, event: e.Event, now: e.Instant) -> None:
        if isinstance(event, LETS_GO):
            self._let_go[tenant, event.agent_id] = now

    def written(
        self, key: Key, before: c.SaveAgentState | None, keep: c.SaveAgentState, *, set_back_s: float, jumped: bool
    ) -> None:
        if before is not None and before.state == AgentState.ACW != keep.state and keep.session_open:
            early_s = before.acw_until_utc_s - keep.at_utc_s - set_back_s
            if early_s > SLACK_S and key not in self._let_go:
                raise Violation(
                    f"I25: the wrap-up of agent {key[1]} of {key[0]} ended {early_s:.1f} s early, by itself"
                )
        if keep.state in (AgentState.RESERVED, AgentState.ON_CONTACT):
            self._forget(key, keep.at_utc_s, jumped=jumped)

    def _forget(self, key: Key, at_utc_s: float, *, jumped: bool) -> None:
        """What was asked for before this call says nothing of its wrap-up. The call's record may have waited for the
        store, and be written after what was asked; and the clock may have been set meanwhile."""
        asked = self._let_go.get(key)
        if asked is None:
            return
        before = asked.utc_s < at_utc_s and not jumped
        if before or the_loop().now_s - asked.mono_s > WAITS_MAX_S:
            del self._let_go[key]
