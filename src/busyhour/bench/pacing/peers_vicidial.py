"""VICIdial's three adaptive methods: a dial level for each ready or talking agent, moved every 15 seconds.

Two kindnesses: a day begins at noon, for before 11 o'clock tapering does nothing; and what was dropped "today" is what
was dropped in the whole run, for each morning anew it would drop up to its limit within the first minutes.
"""

from collections import deque
from enum import StrEnum

from msgspec import Struct

from busyhour.sim.pacing.methods import Plain
from busyhour.sim.pacing.world import World

TICK_S = 0.5
SAMPLE_TICKS, DIAL_TICKS, ADAPT_TICKS, COUNT_TICKS = 2, 5, 30, 120
DAY_S, DAY_BEGINS_H = 9 * 3600.0, 12
SAMPLES = 15


class Adapt(StrEnum):
    HARD_LIMIT = "hard_limit"
    AVERAGE = "average"
    TAPERED = "tapered"


class Setting(Struct, frozen=True, kw_only=True):
    """What a manager can set; the defaults are VICIdial's."""

    level_most: float = 3.0
    intensity: int = 0
    available_only: bool = False
    dropped_most: float = 0.03
    latest: int = 2100  # HHMM


class Vicidial(Plain):
    tick_s = TICK_S

    def __init__(self, adapt: Adapt, setting: Setting) -> None:
        self.adapt, self.setting = adapt, setting
        self.level = 1.0
        self._tick = -1
        self._samples: deque[tuple[int, int, int]] = deque(maxlen=SAMPLES)
        self._today = [0, 0, 0]  # calls, answers, drops
        self._minute = [0, 0]  # calls, drops
        self._last_minute = [0, 0]
        self._dropped = 0.0

    def ring_ended(self, now_s: float, rang_s: float, live: bool | None, call: int, chance: float) -> None:
        self._today[0] += 1
        self._today[1] += live is True
        self._minute[0] += 1

    def abandoned(self, now_s: float) -> None:
        self._today[2] += 1
        self._minute[1] += 1

    def decide(self, now_s: float, world: World) -> int:
        self._tick += 1
        if self._tick % SAMPLE_TICKS == 0:
            self._samples.append((len(world.idle), len(world.waiting), world.logged_in))
        if self._tick % COUNT_TICKS == 0:
            _, answers, drops = self._today
            self._dropped = drops / answers if answers else 0.0
            self._last_minute, self._minute = self._minute, [0, 0]
        if self._tick % ADAPT_TICKS == 0:
            self._move_level(now_s)
        return self._goal(world) if self._tick % DIAL_TICKS == 0 else 0

    def _goal(self, world: World) -> int:
        ready, live = len(world.idle), len(world.talking) + len(world.leaving)
        count = ready if self.setting.available_only else ready + live
        goal = round(self.level * count) + (live if self.setting.available_only else 0)
        return max(0, goal - len(world.ringing) - len(world.waiting) - live)

    def _move_level(self, now_s: float) -> None:
        setting = self.setting
        n = len(self._samples)
        ready, waiting, agents = (sum(column) / n for column in zip(*self._samples, strict=True))
        part = (ready - waiting) / agents if agents else 0.0
        part *= abs(setting.intensity / 100 - 1) if part < 0 else setting.intensity / 100 + 1
        level = max(min(self.level * (1 + part), setting.level_most), 1.0)
        calls, drops = self._last_minute
        if calls > 20 and drops / calls > 0.5:
            level /= 2
        if self._today[0] > 50 and self._dropped > setting.dropped_most:
            level = self._limited(level, now_s)
        self.level = max(level, 1.0)

    def _limited(self, level: float, now_s: float) -> float:
        if self.adapt is Adapt.HARD_LIMIT:
            return 1.0
        if self.adapt is Adapt.AVERAGE:
            return level / 2
        in_day_s = now_s % DAY_S
        clock = (DAY_BEGINS_H + int(in_day_s // 3600)) * 100 + int(in_day_s % 3600 // 60)
        left = self.setting.latest - clock  # of HHMM as a whole number, as there
        if left < 0:
            return 1.0
        return level if left > 1000 else level * left / 1000
