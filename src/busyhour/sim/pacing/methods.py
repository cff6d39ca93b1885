"""Who decides: the production pacer in the world's clothes, and what the peers have in common."""

from collections.abc import Sequence

from busyhour.core.dialer.compliance.budget import left_of
from busyhour.core.dialer.predictive.chance import Chances, Traits
from busyhour.core.dialer.predictive.pacer import ASK_AT_EVENTS_MAX, Pacer
from busyhour.core.dialer.predictive.picture import Picture, Rules, Window
from busyhour.sim.pacing.odd_leads import is_likely
from busyhour.sim.pacing.world import World

AIM, LIMIT = 0.029, 0.03
NOTHING_LEFT = "the limit on abandoned calls leaves nothing"
AHEAD = 50  # numbers of the hopper that are looked at


class Plain:
    """What a method that learns nothing has in common with others; when it calls it says itself."""

    tick_s = 1.0
    at_events = False

    def chance_of(self, call: int) -> float:
        return 1.0

    def ring_ended(self, now_s: float, rang_s: float, live: bool | None, call: int, chance: float) -> None:
        """Nothing."""

    def talk_ended(self, talked_s: float) -> None:
        """Nothing."""

    def wrap_ended(self, wrapped_s: float) -> None:
        """Nothing."""

    def served(self, now_s: float) -> None:
        """Nothing."""

    def abandoned(self, now_s: float) -> None:
        """Nothing."""

    def detected(self, now_s: float) -> None:
        """Nothing."""


class Progressive(Plain):
    """As many calls as there are free agents."""

    at_events = True

    def decide(self, now_s: float, world: World) -> int:
        return max(0, len(world.idle) - len(world.ringing) - len(world.waiting))


class _Ahead(Sequence[float]):
    """The chances of the numbers to come, looked up as far as they are asked for."""

    def __init__(self, method: "Model", first: int) -> None:
        self._method, self._first = method, first

    def __len__(self) -> int:
        return AHEAD

    def __getitem__(self, at: int) -> float:  # type: ignore[override]
        return self._method.chance_of(self._first + at)


class Model(Plain):
    """The production pacer: asked once a second, and with few agents at each event."""

    def __init__(
        self,
        agents: int,
        *,
        late_cancel: bool = True,
        grace_s: float = 2.0,
        knows_lines: bool = False,
        guarded: bool = False,
    ) -> None:
        self.pacer = Pacer()
        self.at_events = agents <= ASK_AT_EVENTS_MAX
        self.rules = Rules(late_cancel=late_cancel, grace_s=grace_s)
        self.chances = Chances() if knows_lines else None
        self.guarded = guarded  # as in the floor: at no moment may the run be above the limit
        self.answered = self.given_up = 0

    def chance_of(self, call: int) -> float:
        return self.chances.factor(_traits(call)) if self.chances else 1.0

    def ring_ended(self, now_s: float, rang_s: float, live: bool | None, call: int, chance: float) -> None:
        self.answered += live is True
        self.pacer.ring_ended(now_s, rang_s, live=live, chance=chance)
        if self.chances and live is not None:
            self.chances.learn(_traits(call), live)

    def talk_ended(self, talked_s: float) -> None:
        self.pacer.talk_ended(talked_s)

    def wrap_ended(self, wrapped_s: float) -> None:
        self.pacer.wrap_ended(wrapped_s)

    def served(self, now_s: float) -> None:
        self.pacer.served()

    def abandoned(self, now_s: float) -> None:
        self.given_up += 1
        self.pacer.abandoned()

    def decide(self, now_s: float, world: World) -> int:
        decision = self.pacer.decide(now_s, self.picture(now_s, world))
        if decision.cancel_from_s is not None:
            world.cancel(decision.cancel_from_s)
        return decision.start

    def picture(self, now_s: float, world: World) -> Picture:
        answered, given_up = self.answered, self.given_up
        window = Window(name="run", aim=AIM, limit=LIMIT, answered=answered, abandoned=given_up)
        if not self.guarded:
            return self.pictured(world, windows=(window,))
        left = left_of(LIMIT, answered, given_up)
        return self.pictured(world, windows=(window,), left=left, careful="" if left else NOTHING_LEFT)

    def pictured(
        self, world: World, *, windows: tuple[Window, ...], left: int | None = None, careful: str = ""
    ) -> Picture:
        return Picture(
            free=len(world.idle),
            waiting=len(world.waiting) + len(world.callers),
            talking=world.talking.values(),
            wrapping=world.wrapping.values(),
            ringing=world.ringing.values(),
            windows=windows,
            left=left,
            careful=careful,
            rules=self.rules,
            room=world.room(),
            next_chances=_Ahead(self, world.tally.dialed) if self.chances else (),
        )


def _traits(call: int) -> Traits:
    return Traits(line="mobile" if is_likely(call) else "fixed")
