"""One predictive run's pacer, and what it is told: which calls ring since when, what became of them, how long agents
talk and wrap up. It knows no other part of the floor; `pacing.py` asks it.
"""

from dataclasses import dataclass, field
from math import inf

from busyhour.core.dialer.predictive.chance import Chances, Traits
from busyhour.core.dialer.predictive.kept import pack, unpack
from busyhour.core.dialer.predictive.pacer import Pacer
from busyhour.core.dialer.predictive.picture import Decision

SAVE_EVERY_S = 60.0
USUAL = 1.0  # the chance factor of any number


@dataclass(slots=True)
class Predictor:
    pacer: Pacer = field(default_factory=Pacer)
    chances: Chances = field(default_factory=Chances)
    ringing: dict[str, tuple[float, float]] = field(default_factory=dict)  # call: (since, monotonic; chance factor)
    decision: Decision | None = None
    allowed: int = 0  # calls that the last decision still allows
    decided_s: float = -inf  # monotonic
    stale: bool = True  # an agent got free or a call ended since the last decision
    given_up: int = 0  # calls hung up after the least ringing time
    new_since_s: float = inf  # monotonic: what was learned since is not stored yet; inf: nothing
    _traits: dict[str, Traits] = field(default_factory=dict)  # of the ringing calls

    @classmethod
    def of(cls, kept: bytes) -> "Predictor":
        """With what was stored; nothing of it is lost on a restart, and what is damaged is learned anew."""
        known = unpack(kept)
        return cls() if known is None else cls(pacer=Pacer(known.learned), chances=known.chances)

    # Calls

    def rings(self, call: str, since_s: float, traits: Traits | None) -> None:
        """A call is on its way. Without traits it is taken for a usual one, and says nothing of others."""
        factor = USUAL
        if traits is not None:
            self._traits[call] = traits
            factor = self.chances.factor(traits)
        self.ringing[call] = (since_s, factor)

    def rang(self, call: str, now_s: float, *, live: bool | None) -> None:
        """It is on its way no longer: answered; not answered; or (None) ended by us, or nobody knows how."""
        since_s, factor = self.ringing.pop(call, (None, USUAL))
        traits = self._traits.pop(call, None)
        if since_s is None:
            return
        self.stale = True
        self.pacer.ring_ended(now_s, now_s - since_s, live=live, chance=factor)
        if live is not None:
            self._learns(now_s)
            if traits is not None:
                self.chances.learn(traits, live)

    def never_rang(self, call: str) -> None:
        """Nobody was dialed."""
        self.ringing.pop(call, None)
        self._traits.pop(call, None)
        self.stale = True

    def served(self) -> None:
        self.pacer.served()

    def abandoned(self) -> None:
        self.pacer.abandoned()

    # Agents

    def talked(self, now_s: float, seconds: float) -> None:
        self._learns(now_s)
        self.pacer.talk_ended(seconds)

    def wrapped_up(self, now_s: float, seconds: float) -> None:
        self._learns(now_s)
        self.pacer.wrap_ended(seconds)

    # Keeping

    def _learns(self, now_s: float) -> None:
        self.new_since_s = min(self.new_since_s, now_s)

    def to_save(self, now_s: float, *, at_once: bool = False) -> bytes | None:
        """What is to be stored, when there is something new and it is time."""
        if self.new_since_s == inf or not (at_once or now_s - self.new_since_s >= SAVE_EVERY_S):
            return None
        self.new_since_s = inf
        return pack(self.pacer.learned, self.chances)
