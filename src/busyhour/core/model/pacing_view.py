"""How a run paces its calls at this moment, in figures: kept with the run, for the live page and `busyhour explain`."""

from msgspec import Struct


class WindowUse(Struct, frozen=True, kw_only=True):
    """One window of the law, as pacing reckons with it: calls that are still up count too, as they will in the end."""

    window: str  # "the last 24 hours"
    limit: float  # share of the calls that people answer
    aim: float  # the share that pacing aims at
    answered: float | None  # by people; None = not counted yet
    abandoned: float | None
    left: int  # more abandoned calls that fit


class PacingView(Struct, frozen=True, kw_only=True):
    """The last decision of one run. Made by `core/floor/pacing_views.py`; the run's view has it as `pacing`.

    `dial_mode` is what the campaign asks for, `paced` what is done: `predictive`, `ratio`, `progressive`, `agentless`,
    or `blind`, when nothing is dialed because something is out of reach. Where the two differ, `reason` says why.
    `start` calls are placed now, `want` were wanted, `limit` names what allows no more (`wanted`: nothing does).
    The figures from `horizon_s` on are those of the predictive model, 0 in the other modes.
    """

    dial_mode: str
    paced: str
    reason: str
    start: int
    want: int
    limit: str
    at_utc_s: float
    agents_free: int  # as far as calls of other runs do not need them
    waiting: int  # answered, no agent yet
    dialing: int  # on their way, not yet answered
    live: int  # all calls of the run that are up or being set up
    talking: int = 0  # agents of the campaign in conversation, with calls of any run
    wrapping: int = 0  # in wrap-up
    horizon_s: float = 0.0  # a call placed now is answered, if it is, in about this time
    free_expected: float = 0.0  # of the busy agents, within the horizon
    answers_expected: float = 0.0  # of the calls on their way, by then
    answer_chance: float = 0.0  # of a number dialed now
    answer_drift: float = 1.0  # answers against what was learned: 1.3 = lately 30 % more
    risk: float = 0.0  # chance that one more call would find no agent
    price: float = 0.0  # the most of it that is accepted
    aim: float = 0.0  # of the tightest window, corrected by what it saved or overdrew
    window: str = ""  # which one that is
    windows: tuple[WindowUse, ...] = ()
    given_up: int = 0  # calls of this run hung up after the least ringing time, for nobody could have taken them
    words: str = ""  # all of it in one line
