"""Who hears a recording now: a player asks for the sound piece by piece, and one entry in the audit log is enough."""

from collections import OrderedDict
from typing import Final

from busyhour.service.ports import Clock

NOTED_MAX: Final = 10_000
NOTED_S: Final = 600.0  # whoever goes on after so long hears it again


class Hearings:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._noted_s: OrderedDict[tuple[int, int, str], float] = OrderedDict()

    def is_new(self, tenant: int, user_id: int, recording: str) -> bool:
        """Whether this was not noted lately. It counts as noted from now on."""
        key, now_s = (tenant, user_id, recording), self._clock.now().mono_s
        last_s = self._noted_s.get(key)
        if last_s is not None and now_s - last_s < NOTED_S:
            return False
        self._noted_s[key] = now_s
        self._noted_s.move_to_end(key)
        if len(self._noted_s) > NOTED_MAX:
            self._noted_s.popitem(last=False)
        return True
