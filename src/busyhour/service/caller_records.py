"""What the screens read and write of inbound traffic: dialed numbers, callers, a queue's figures."""

from busyhour.core.model.dialed import Treatment
from busyhour.core.model.queue_counts import QueueCounts
from busyhour.service.records import Record


class InboundSettings(Record, frozen=True, kw_only=True):
    """Of all queues together."""

    ageing_s: float = 0.0  # of waiting, worth one step of priority; 0 = a more urgent caller always goes first
    acw_s: float = 0.0  # of wrap-up, of agents without a time of their own; 0 = as each queue and campaign says


class DialedNumberRow(Record, frozen=True, kw_only=True):
    number_id: int  # 0 = to be created
    pattern: str
    label: str = ""
    treatment: Treatment


class CallerFilter(Record, frozen=True, kw_only=True):
    """Allow-listed filters of the callers' report; None = any."""

    queue_id: int | None = None
    agent_id: int | None = None
    outcome: str | None = None
    number: str | None = None  # digits, matches anywhere
    from_utc_s: float | None = None
    until_utc_s: float | None = None
    open_only: bool = False


class CallerRow(Record, frozen=True, kw_only=True):
    """One line of the callers' report; a callback's dial is one, too."""

    call: str
    dialed: str
    number: str
    name: str
    queue_id: int | None
    queue_name: str | None
    agent_id: int | None
    agent_name: str | None
    arrived_utc_s: float
    answered_utc_s: float | None
    joined_utc_s: float | None
    ended_utc_s: float | None
    wait_s: float | None
    talk_s: float | None
    outcome: str | None
    cause: str | None
    disposition: str | None
    note: str | None
    callback: bool  # we called back
    contact_id: int | None  # whose number it is, as far as it is known
    why: str


class QueueFigures(Record, frozen=True, kw_only=True):
    """A queue in a quarter of an hour."""

    queue_id: int
    queue_name: str
    from_utc_s: float
    counts: QueueCounts
