"""What an answer to one request is made with: whose contact center, who asks, and who is told of events."""

from dataclasses import dataclass

from busyhour.http.compat.commands import Asked, Commands
from busyhour.http.compat.subscribers import Subscribers
from busyhour.service.ports import Clock


@dataclass(frozen=True, slots=True)
class Talk:
    """`address`: of whoever asks by HTTP from elsewhere; None: somebody on this machine."""

    center: Asked
    subscribers: Subscribers
    commands: Commands
    clock: Clock
    began_utc_s: float
    address: str | None = None
