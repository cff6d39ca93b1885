"""A supervisor on an agent's call: what is asked, ordered and told. Parts of `busyhour.core.events` and `commands`.

The supervisor hears by an *ear*: a channel of the PBX that takes the sound of the agent's leg into the supervisor's own
room. Customer and agent stay as they are joined, so an ear that dies takes nothing with it.
"""

from enum import StrEnum

from busyhour.core.model.command import Act, Keep
from busyhour.core.model.fact import Fact
from busyhour.core.model.values import Audited


class Mode(StrEnum):
    """Whom the supervisor can be heard by."""

    LISTEN = "listen"  # nobody
    WHISPER = "whisper"  # the agent alone
    BARGE = "barge"  # both


# Facts


class SuperviseAsked(Fact, frozen=True, kw_only=True):
    """A supervisor wants to be on this agent's present call, or to be heard otherwise on it."""

    agent_id: int  # the supervisor's own
    about_id: int
    mode: Mode
    request: str


class TakeOverAsked(Fact, frozen=True, kw_only=True):
    """The supervisor takes the call that they are on."""

    agent_id: int
    request: str


class SuperviseEndAsked(Fact, frozen=True, kw_only=True):
    agent_id: int
    request: str


class ListeningShownChanged(Fact, frozen=True, kw_only=True):
    """Whether agents see that somebody listens to them, from now on."""

    shown: bool


class EarOpened(Fact, frozen=True, kw_only=True):
    """The supervisor hears by this ear now."""

    ear: str


class EarClosed(Fact, frozen=True, kw_only=True):
    """It is gone, or could not be opened."""

    ear: str


SupervisingFact = SuperviseAsked | TakeOverAsked | SuperviseEndAsked | ListeningShownChanged | EarOpened | EarClosed

# Orders


class OpenEar(Act, frozen=True, kw_only=True):
    """The answer is `EarOpened`, or `EarClosed`."""

    ear: str
    leg: str  # the supervisor's
    about: str  # the agent's leg
    mode: Mode


class CloseEar(Act, frozen=True, kw_only=True):
    ear: str
    leg: str  # the supervisor's: orders about one leg are done one after another


class SaveSupervised(Keep, frozen=True, kw_only=True):
    """For the audit log, which is only ever written on: one entry when it begins, one when it ends, with its length."""

    agent_id: int
    about_id: int
    about_name: str
    call: str
    number: str
    what: Audited
    at_utc_s: float
    lasted_s: float | None = None  # of the end


SupervisingCommand = OpenEar | CloseEar | SaveSupervised
