"""Who had whom: a caller who comes again may be given to the agent who knows them (sticky agents)."""

from dataclasses import dataclass, field

from busyhour.core.model.callers import SERVED_MAX


@dataclass(slots=True)
class ServedBy:
    _had: dict[str, tuple[int, float]] = field(default_factory=dict)  # number -> the agent, when (UTC); oldest first

    def note(self, number: str, agent_id: int, at_utc_s: float) -> None:
        """Who withholds their number cannot be known again."""
        if not number:
            return
        self._had.pop(number, None)
        self._had[number] = agent_id, at_utc_s
        if len(self._had) > SERVED_MAX:
            del self._had[next(iter(self._had))]

    def handed_over(self, number: str, agent_id: int, at_utc_s: float) -> None:
        """Another agent knows them now, if any did."""
        if number in self._had:
            self._had[number] = agent_id, at_utc_s

    def forget(self, number: str) -> None:
        """They need not have this agent again."""
        self._had.pop(number, None)

    def agent_of(self, number: str, now_utc_s: float, window_s: float) -> int | None:
        """Whoever had them last, if that is not longer ago."""
        agent_id, at_utc_s = self._had.get(number, (None, 0.0))
        return agent_id if now_utc_s - at_utc_s <= window_s else None
