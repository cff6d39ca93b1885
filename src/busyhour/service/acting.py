"""Who asks for what is done now. Engines act for nobody; the audit log keeps what people change."""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Acting:
    user_id: int
    address: str  # from where they ask


ACTING: ContextVar[Acting | None] = ContextVar("ACTING", default=None)
"""Set by the guard for one request; a task that the request begins goes on for the same person."""
