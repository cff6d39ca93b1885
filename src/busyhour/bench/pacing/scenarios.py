"""The worlds that methods are tried in, each from a scenario's name, agents, chance of an answer, and a seed."""

from collections.abc import Callable
from math import log, pi, sin
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from busyhour.sim.pacing import leads, odd_leads
from busyhour.sim.pacing.leads import Lead
from busyhour.sim.pacing.world import WARM_UP_S, Shape

HOUR_S = 3600.0
HOURS = {5: 80, 10: 40, 25: 16, 50: 8, 100: 8, 300: 4}  # about the same number of answers in each
HOURS_MOVING = {10: 16, 50: 8}  # in worlds that change
QUICK_PART, QUICK_LEAST_S = 1 / 8, 1.5 * HOUR_S
DRIFT_FROM, DRIFT_TO = 0.75, 1.5  # of p, before and after the middle
WOBBLE_PART, WOBBLE_S = 0.25, 5400.0
SESSION_S, BREAK_S = 45 * 60.0, 10 * 60.0
SERVICE_S, RING_S = 140.0, 6.8  # memoryless
LINES_PER_AGENT = 1.5
LIST_HOURS = 3.0  # a list that would last so long if every agent were always busy
SEED_SESSIONS = 1_000_003  # agents' luck is apart from the leads'

INBOUND_PART = 0.25  # of the agents' time, if nobody were called
STATIC, MEMORYLESS, DAYS, AMD_LAW = "static", "memoryless", "days", "amd_law"
MOVING = ("drift", "wobble", "loginout")


class Cell(Struct, frozen=True, kw_only=True):
    scenario: str
    n: int
    p: float
    seed: int
    quick: bool = False

    @property
    def length_s(self) -> float:
        hours = (HOURS_MOVING if self.scenario in MOVING else HOURS).get(self.n) or HOURS.get(self.n)
        full_s = HOUR_S * (hours or max(4.0, min(80.0, 400.0 / self.n)))
        return max(full_s * QUICK_PART, QUICK_LEAST_S) if self.quick else full_s

    @property
    def grace_s(self) -> float:
        return 0.0 if self.scenario == MEMORYLESS else 2.0


def shape_of(cell: Cell) -> Shape:
    shape = Shape(agents=cell.n, length_s=cell.length_s, grace_s=cell.grace_s)
    match cell.scenario:
        case "loginout":
            rolls = Random(cell.seed + SEED_SESSIONS).random
            return replace(shape, session_s=SESSION_S, break_s=BREAK_S, draw=lambda: -log(1.0 - rolls()))
        case "blended":
            every_s = SERVICE_S / (INBOUND_PART * cell.n)
            callers = leads.inbound(Random(cell.seed + SEED_SESSIONS))
            return replace(shape, inbound_every_s=every_s, inbound=callers)
        case "lines":
            return replace(shape, lines=round(LINES_PER_AGENT * cell.n))
        case "ends":
            size = round(LIST_HOURS * HOUR_S * cell.n / (SERVICE_S * cell.p))
            return replace(shape, list_size=size, warm_up_s=0.0)
        case _:
            return shape


def leads_of(cell: Cell) -> Callable[[float], Lead]:
    p, seed = cell.p, cell.seed
    match cell.scenario:
        case "drift":
            middle_s = cell.length_s / 2
            return leads.usual(seed, lambda now_s: p * (DRIFT_FROM if now_s < middle_s else DRIFT_TO))
        case "wobble":
            return leads.usual(seed, lambda now_s: p * (1 + WOBBLE_PART * sin(2 * pi * now_s / WOBBLE_S)))
        case "bimodal":
            return leads.usual(seed, lambda now_s: p, leads.two_humps())
        case "memoryless":
            return leads.memoryless(seed, p, SERVICE_S, RING_S)
        case "latency":
            return odd_leads.late(seed, leads.usual(seed, lambda now_s: p))
        case "amd":
            return odd_leads.mistaken(seed, leads.usual(seed, lambda now_s: p))
        case "amd_law":
            return odd_leads.mistaken(seed, leads.usual(seed, lambda now_s: p), odd_leads.PERSON_MISSED_SELDOM)
        case "mixed":
            return odd_leads.mixed(seed, p)
        case _:
            return leads.always(seed, p)


def after_jump(cell: Cell, answers: list[tuple[float, bool]]) -> float | None:
    """Abandonment within half an hour after the chance of an answer has jumped."""
    if cell.scenario != "drift":
        return None
    middle_s = cell.length_s / 2
    within = [lost for at_s, lost in answers if middle_s <= at_s < middle_s + WARM_UP_S]
    return sum(within) / len(within) if within else None
