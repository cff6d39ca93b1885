"""All golden scenarios."""

from busyhour.sim.golden_scene import Scene
from busyhour.sim.golden_scenes import CALLS
from busyhour.sim.golden_scenes_by_hand import BY_HAND
from busyhour.sim.golden_scenes_callbacks import CALLBACKS
from busyhour.sim.golden_scenes_callers import CALLERS
from busyhour.sim.golden_scenes_desks import DESKS
from busyhour.sim.golden_scenes_flight import FLIGHT
from busyhour.sim.golden_scenes_floor import FLOOR
from busyhour.sim.golden_scenes_full import FULL
from busyhour.sim.golden_scenes_hands import HANDS
from busyhour.sim.golden_scenes_limits import LIMITS
from busyhour.sim.golden_scenes_lines import LINES
from busyhour.sim.golden_scenes_links import LINKS
from busyhour.sim.golden_scenes_machines import MACHINES
from busyhour.sim.golden_scenes_missed import MISSED
from busyhour.sim.golden_scenes_opt_out import OPT_OUTS
from busyhour.sim.golden_scenes_places import PLACES
from busyhour.sim.golden_scenes_predictive import AHEAD
from busyhour.sim.golden_scenes_preview import PREVIEWS
from busyhour.sim.golden_scenes_recording import RECORDINGS
from busyhour.sim.golden_scenes_strangers import STRANGERS
from busyhour.sim.golden_scenes_supervising import SUPERVISING
from busyhour.sim.golden_scenes_wrap_up import WRAP_UP

SCENES: tuple[Scene, ...] = (
    *AHEAD,
    *BY_HAND,
    *CALLBACKS,
    *CALLERS,
    *CALLS,
    *DESKS,
    *FLIGHT,
    *FLOOR,
    *FULL,
    *HANDS,
    *LIMITS,
    *LINES,
    *LINKS,
    *MACHINES,
    *MISSED,
    *OPT_OUTS,
    *PLACES,
    *PREVIEWS,
    *RECORDINGS,
    *STRANGERS,
    *SUPERVISING,
    *WRAP_UP,
)
