"""The last decision of a run as a screen shows it: made of what was kept then, and the same until the next."""

from busyhour.core.dialer.compliance.budget import Budget
from busyhour.core.dialer.pacing import Pace
from busyhour.core.dialer.predictive.picture import Mode, Why
from busyhour.core.floor.run_live import RunLive
from busyhour.core.model.pacing_view import PacingView, WindowUse

NO_FIGURES = Why(mode=Mode.PROGRESSIVE, free=0, waiting=0, ringing=0)  # of the other dial modes


def pacing_view(run: RunLive) -> PacingView | None:
    """None while nothing was decided, or nothing is dialed for another reason: `RunLive.why` has it then."""
    pace, predictor = run.why, run.predictor
    if not isinstance(pace, Pace):
        return None
    picture = pace.picture
    why = picture.decision.why if picture.decision is not None else NO_FIGURES
    return PacingView(
        dial_mode=picture.campaign.dial_mode,
        paced=pace.paced,
        reason=pace.reason,
        start=pace.start if picture.decision is None else picture.decision.start,
        want=pace.want if picture.decision is None else picture.decision.start,
        limit=pace.limit,
        at_utc_s=picture.at_utc_s,
        agents_free=picture.agents_free,
        waiting=picture.waiting,
        dialing=picture.dialing,
        live=picture.live,
        talking=why.talking,
        wrapping=why.wrapping,
        horizon_s=why.horizon_s,
        free_expected=why.free_expected,
        answers_expected=why.answers_expected,
        answer_chance=why.answer_chance,
        answer_drift=why.answer_drift,
        risk=why.risk,
        price=why.price,
        aim=why.aim,
        window=why.window,
        windows=_windows(run.budget),
        given_up=predictor.given_up if predictor is not None else 0,
        words=str(pace),
    )


def _windows(budget: Budget | None) -> tuple[WindowUse, ...]:
    return tuple(
        WindowUse(
            window=one.window.words,
            limit=one.window.limit,
            aim=one.alpha,
            answered=one.live,
            abandoned=one.abandoned,
            left=one.left,
        )
        for one in (budget.standings if budget is not None else ())
    )
