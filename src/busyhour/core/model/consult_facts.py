"""What agents ask for about the call in hand when one of them is not enough: to consult somebody, to hand the customer
over, to park them. Part of `busyhour.core.events`."""

from enum import StrEnum

from busyhour.core.model.fact import Fact
from busyhour.core.model.queue import Destination


class ConsultStep(StrEnum):
    SWAP = "swap"
    COMPLETE = "complete"
    CONFERENCE = "conference"
    LEAVE = "leave"
    CANCEL = "cancel"


class ConsultAsked(Fact, frozen=True, kw_only=True):
    """An agent wants to ask an agent, whoever of a queue is free, or a number outside, while their customer waits."""

    agent_id: int
    destination: Destination
    note: str = ""
    request: str


class ConsultStepAsked(Fact, frozen=True, kw_only=True):
    """Who began a consultation wants it to go on in this way."""

    agent_id: int
    step: ConsultStep
    request: str


class SeatFailed(Fact, frozen=True, kw_only=True):
    """The PBX could not put this leg or party into that leg's room: one of them is gone."""

    leg: str
    room: str


class ParkAsked(Fact, frozen=True, kw_only=True):
    """An agent leaves their customer in a numbered place, from which any agent may take them up."""

    agent_id: int
    request: str


class PickUpAsked(Fact, frozen=True, kw_only=True):
    agent_id: int
    slot: int
    request: str


InHand = ConsultAsked | ConsultStepAsked | SeatFailed | ParkAsked | PickUpAsked
