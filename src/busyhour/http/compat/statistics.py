"""Statistics of the group `call_center`, by all names under which clients ask for them (OC-054 to OC-075).

A counter grows until it is reset; the others say how it is now. A flow's or an agent's have its id after a `-`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from busyhour.core.acd.figures import load_percent, simple_wait_s
from busyhour.service.center_counters import Figure
from busyhour.service.center_pictures import AgentPicture, AgentStatus, CenterPicture, FlowPicture

GROUP: Final = "call_center"
ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Statistic:
    """`counter`: of whom (all, flow, agent), their id, and which figure; None: it cannot be reset."""

    value: int
    counter: tuple[str, str, Figure] | None


def counted(counts: Mapping[str, float], figure: Figure) -> int:
    return int(counts.get(figure, 0.0))


def mean(counts: Mapping[str, float], total: Figure, number: Figure) -> int:
    """Whole seconds, cut off, as that interface counts."""
    n = counts.get(number, 0.0)
    return int(counts.get(total, 0.0) / n) if n else 0


def mean_wait_s(counts: Mapping[str, float]) -> int:
    return mean(counts, Figure.WAIT_S, Figure.WAITS)


def mean_call_s(flow: FlowPicture) -> int:
    return mean(flow.counts, Figure.TALK_S, Figure.TALKS)


def mean_talk_s(agent: AgentPicture) -> int:
    return mean(agent.counts, Figure.TALK_S, Figure.TALKS)


def wait_of(flow: FlowPicture) -> int:
    return int(simple_wait_s(call_s=mean_call_s(flow), waiting=flow.waiting, logged=flow.logged))


def load_of(flow: FlowPicture) -> int:
    return load_percent(waiting=flow.waiting, logged=flow.logged, free=flow.free)


def logged_in(center: CenterPicture) -> int:
    return sum(agent.status is not AgentStatus.OFFLINE for agent in center.agents)


def free_in(center: CenterPicture) -> int:
    return sum(agent.status is AgentStatus.FREE for agent in center.agents)


def on_hold(center: CenterPicture, *, chats_only: bool = False) -> int:
    return sum(flow.waiting for flow in center.flows if flow.chat or not chats_only)


def load_in(center: CenterPicture) -> int:
    return load_percent(waiting=on_hold(center), logged=logged_in(center), free=free_in(center))


def chats_of(flow: FlowPicture) -> int:
    return flow.waiting if flow.chat else 0


COUNTED_OF_ALL: Final = {
    "ccg_incalls": Figure.ENTERED,
    "ccg_distributed_incalls": Figure.DISTRIBUTED,
    "ccg_answered_incalls": Figure.ANSWERED,
    "ccg_answered_inchats": Figure.CHATS,
    "ccg_abandonned_incalls": Figure.ABANDONED,
    "ccg_abandoned_incalls": Figure.ABANDONED,
}
NOW_OF_ALL: Final[dict[str, Callable[[CenterPicture], int]]] = {
    "ccg_awt": lambda center: mean_wait_s(center.counts),
    "ccg_load": load_in,
    "ccg_onhold_calls": on_hold,
    "ccg_onhold_chats": lambda center: on_hold(center, chats_only=True),
    "ccg_free_agents": free_in,
}
COUNTED_OF_FLOW: Final = {
    "ccf_incalls": Figure.ENTERED,
    "ccf_dist_incalls": Figure.DISTRIBUTED,
    "ccf_answ_incalls": Figure.ANSWERED,
    "ccf_answ_inchats": Figure.CHATS,
    "ccf_aban_incalls": Figure.ABANDONED,
}
NOW_OF_FLOW: Final[dict[str, Callable[[FlowPicture], int]]] = {
    "ccf_onhold_calls": lambda flow: flow.waiting,
    "ccf_onhold_chats": chats_of,
    "ccf_queued_calls": lambda flow: flow.waiting,
    "ccf_free_agents": lambda flow: flow.free,
    "ccf_etw": wait_of,
    "ccf_awt": lambda flow: mean_wait_s(flow.counts),
    "ccf_load": load_of,
}
COUNTED_OF_AGENT: Final = {
    "cca_dist_incalls": Figure.DISTRIBUTED,
    "cca_answ_incalls": Figure.ANSWERED,
    "cca_answ_inchats": Figure.CHATS,
    "cca_aban_incalls": Figure.ABANDONED,
}
NOW_OF_AGENT: Final[dict[str, Callable[[AgentPicture], int]]] = {"cca_att": mean_talk_s}

ALIASES: Final = {
    "ccf_onhold_incalls": "ccf_onhold_calls",  # as documented
    "ccf_onhold_inchats": "ccf_onhold_chats",
    "ccg_load": "ccf_load",  # of a flow
    "ccf_dist_incall": "ccf_dist_incalls",  # as cut off by older versions
    "ccf_answ_incall": "ccf_answ_incalls",
    "ccf_aban_incall": "ccf_aban_incalls",
    "ccf_onhold_call": "ccf_onhold_calls",
}


def statistics_of(center: CenterPicture) -> dict[str, Statistic]:
    """All of them, by their names."""
    found = {
        name: Statistic(counted(center.counts, figure), ("all", "", figure)) for name, figure in COUNTED_OF_ALL.items()
    }
    found |= {name: Statistic(value(center), None) for name, value in NOW_OF_ALL.items()}
    for flow in center.flows:
        for name, figure in COUNTED_OF_FLOW.items():
            found[f"{name}-{flow.flow}"] = Statistic(counted(flow.counts, figure), ("flow", flow.flow, figure))
        for name, of_flow in NOW_OF_FLOW.items():
            found[f"{name}-{flow.flow}"] = Statistic(of_flow(flow), None)
    for agent in center.agents:
        for name, figure in COUNTED_OF_AGENT.items():
            found[f"{name}-{agent.agent}"] = Statistic(counted(agent.counts, figure), ("agent", agent.agent, figure))
        for name, of_agent in NOW_OF_AGENT.items():
            found[f"{name}-{agent.agent}"] = Statistic(of_agent(agent), None)
    return found


OF_ONE: Final = (*COUNTED_OF_FLOW, *NOW_OF_FLOW, *COUNTED_OF_AGENT, *NOW_OF_AGENT)


def find(name: str, known: Mapping[str, Any]) -> str | None:
    """The name by which it is known here: `_` may stand for the `-` before the id, and aliases for the name."""
    if name in known:
        return name
    for said in (*OF_ONE, *ALIASES):
        if name.startswith((f"{said}-", f"{said}_")):
            meant = f"{ALIASES.get(said, said)}-{name[len(said) + 1 :]}"
            if meant in known:
                return meant
    return None


def chosen(asked: list[str], known: Mapping[str, Statistic]) -> dict[str, Statistic]:
    """Those that are asked for, under the names by which they are asked for, with the group before."""
    found: dict[str, Statistic] = {}
    for one in asked:
        group, _, bare = one.rpartition(":")
        if one == ALL or (group == GROUP and not bare):
            found |= {f"{GROUP}:{name}": statistic for name, statistic in known.items()}
        elif group in {"", GROUP} and (name := find(bare, known)) is not None:
            found[f"{GROUP}:{bare}"] = known[name]
    return found
