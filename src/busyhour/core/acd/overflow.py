"""What is done with callers of a queue that is overloaded, closed, or without agents (U-42, 5.3-8, OC-012 to OC-015).

Rules are looked at in their order, and each fires once for a caller in one queue: so a message that leads back to the
queue is heard once, and the next rule can come. A call that is sent from queue to queue visits none of them twice and
makes `HOPS_MAX` steps at most; what would be one step more ends in a message instead of a loop.
"""

from dataclasses import dataclass
from typing import Final

from busyhour.core.model.queue import DestinationKind, OverflowAction, OverflowRule, OverflowScope, OverflowTrigger

HOPS_MAX: Final = 8

T = OverflowTrigger
ON_ARRIVAL: Final = frozenset({T.EWT, T.SIZE, T.NO_AGENTS, T.FULL, T.CLOSED})
CROWDED: Final = frozenset({T.EWT, T.SIZE, T.FULL})


@dataclass(frozen=True, slots=True)
class QueueLoad:
    """The queue as this caller finds it. They themselves are not among `waiting`."""

    waiting: int
    waiting_in_all: int  # of all queues together
    waiting_max: int  # 0 = it takes everybody
    wait_s: float  # estimated
    logged: int  # agents who serve it
    closed: bool


@dataclass(frozen=True, slots=True)
class Path:
    """Where a call has been. `fired`: the rules of the queue that it is in, by number, that had their turn."""

    queues: tuple[int, ...] = ()
    hops: int = 0
    fired: frozenset[int] = frozenset()

    def entered(self, queue_id: int) -> "Path":
        return Path((*self.queues, queue_id), self.hops + 1)

    def after(self, rule_no: int) -> "Path":
        return Path(self.queues, self.hops, self.fired | {rule_no})

    def may_enter(self, queue_id: int) -> bool:
        return queue_id not in self.queues and self.hops < HOPS_MAX


@dataclass(frozen=True, slots=True)
class Overflow:
    rule_no: int
    rule: OverflowRule
    action: OverflowAction  # not the rule's where that would be a loop
    why: str


def on_arrival(
    rules: tuple[OverflowRule, ...], load: QueueLoad, path: Path, *, let_in: bool = False
) -> Overflow | None:
    """The first rule that stops this caller at the door; None: they wait. `let_in`: they had a place before they were
    answered, so now nobody hangs up on them because it is crowded (G1)."""
    for no, rule in enumerate(rules):
        if let_in and rule.action is OverflowAction.REJECT and rule.trigger in CROWDED:
            continue
        if rule.trigger in ON_ARRIVAL and no not in path.fired and (why := _why(rule, load)):
            return _overflow(no, rule, path, why)
    if _is_full(load) and not let_in:  # nobody said what then: never more than the bound
        rule = OverflowRule(trigger=T.FULL, action=OverflowAction.REJECT)
        return Overflow(len(rules), rule, rule.action, "the queue is full")
    return None


def while_waiting(rules: tuple[OverflowRule, ...], load: QueueLoad, path: Path, waited_s: float) -> Overflow | None:
    """The first rule that takes a caller who waits out of the queue."""
    for no, rule in enumerate(rules):
        if no in path.fired:
            continue
        if rule.trigger is T.WAITED and rule.threshold and waited_s >= rule.threshold:
            return _overflow(no, rule, path, f"has waited {rule.threshold:g} s")
        if rule.waiting_too and rule.trigger in (T.NO_AGENTS, T.CLOSED) and (why := _why(rule, load)):
            return _overflow(no, rule, path, why)
    return None


def next_look_s(rules: tuple[OverflowRule, ...], path: Path, waited_s: float) -> float | None:
    """After how much more waiting a rule may fire; None = no time alone makes one fire."""
    ahead = [
        rule.threshold - waited_s
        for no, rule in enumerate(rules)
        if rule.trigger is T.WAITED and rule.threshold and no not in path.fired
    ]
    return max(0.0, min(ahead)) if ahead else None


def _why(rule: OverflowRule, load: QueueLoad) -> str:
    """Why the rule fires now; empty = it does not. A threshold of 0 is none (OC-013)."""
    match rule.trigger:
        case T.EWT if rule.threshold and load.wait_s > rule.threshold:
            return f"an estimated wait of more than {rule.threshold:g} s"
        case T.SIZE if rule.threshold and (waiting := _counted(rule, load)) >= rule.threshold:
            return f"{waiting} wait already" + (" in all queues" if rule.scope is OverflowScope.GLOBAL else "")
        case T.NO_AGENTS if not load.logged:
            return "nobody is logged on who serves the queue"
        case T.FULL if _is_full(load):
            return "the queue is full"
        case T.CLOSED if load.closed:
            return "the queue is closed"
        case _:
            return ""


def _counted(rule: OverflowRule, load: QueueLoad) -> int:
    return load.waiting_in_all if rule.scope is OverflowScope.GLOBAL else load.waiting


def _is_full(load: QueueLoad) -> bool:
    return bool(load.waiting_max) and load.waiting >= load.waiting_max


def _overflow(no: int, rule: OverflowRule, path: Path, why: str) -> Overflow:
    to = rule.destination
    if rule.action is OverflowAction.TRANSFER:
        if to is None:
            return Overflow(no, rule, OverflowAction.ANNOUNCE_THEN_HANGUP, f"{why}; nowhere to go")
        loops = to.kind is DestinationKind.QUEUE and not path.may_enter(int(to.target))
        if loops or path.hops >= HOPS_MAX:
            return Overflow(no, rule, OverflowAction.ANNOUNCE_THEN_HANGUP, f"{why}; was sent around already")
    if rule.action is OverflowAction.ANNOUNCE_THEN_QUEUE and (rule.trigger is T.FULL or (rule.trigger is T.CLOSED)):
        return Overflow(no, rule, OverflowAction.ANNOUNCE_THEN_HANGUP, f"{why}; nobody may wait in it")
    return Overflow(no, rule, rule.action, why)
