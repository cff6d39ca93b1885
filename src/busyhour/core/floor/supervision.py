"""A supervisor who is on an agent's call, as it is now."""

from dataclasses import dataclass

from busyhour.core.life.supervision import SupervisionState
from busyhour.core.model.supervising import Mode


@dataclass(slots=True)
class Supervision:
    agent_id: int  # the supervisor's own
    about_id: int
    about_leg: str  # as it was when this began; with another one it is over
    call: str
    number: str  # of the customer
    mode: Mode
    since_utc_s: float
    state: SupervisionState = SupervisionState.CALLING
    leg: str | None = None  # the supervisor's, once it is up
    ear: str | None = None  # by which they hear now
    next_ear: str | None = None  # in another mode, which the PBX opens
    audited: bool = False  # that it began
    began_utc_s: float = 0.0  # when they first heard
    changed_s: float = 0.0  # monotonic: the last order about an ear
