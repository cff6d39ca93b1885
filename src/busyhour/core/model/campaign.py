"""What a campaign is told to do: its settings, its trunks, its retry rules, its hours."""

from msgspec import Struct

from busyhour.core.model.recordings import RecordingPolicy
from busyhour.core.model.values import (
    AcwMode,
    DialMode,
    FirstLeg,
    MachineAction,
    Outcome,
    PreviewEnd,
    RetryCount,
    RetryMode,
)

DAY_S = 86_400


class Hours(Struct, frozen=True, kw_only=True):
    """A daily span on some weekdays, in a zone that the user of it names.

    `from_s` and `until_s` are seconds after local midnight, until exclusive; `from_s > until_s` spans midnight and
    belongs to the day on which it starts. `days` are ISO weekdays, 1 = Monday ... 7 = Sunday.
    """

    from_s: int = 0
    until_s: int = DAY_S
    days: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)


class RetryRule(Struct, frozen=True, kw_only=True):
    """After which result to call again, how often and when (WD-123 to WD-135, U-33).

    `max_attempts` is compared with the number of the attempt just made, whatever the earlier ones ended with (DEC-1).
    """

    outcome: Outcome
    disposition: str | None = None
    max_attempts: int
    delay_s: int
    mode: RetryMode = RetryMode.FIXED


class Trunk(Struct, frozen=True, kw_only=True):
    """A group of lines with a cap (U-29). The dial string is built from `endpoint`, `prefix` and digits only."""

    trunk_id: int
    name: str
    endpoint: str  # name of the endpoint on the PBX: [a-z0-9_-]
    prefix: str = ""  # digits put before the number
    strip_plus: bool = True
    capacity: int  # calls up at once
    calls_per_s_max: int = 0  # 0 = no limit


class Compliance(Struct, frozen=True, kw_only=True):
    """Which law holds for the campaign, and a tighter limit of its own on abandoned calls.

    `preset` is a key of `busyhour.core.dialer.compliance.presets`. `limit` is a share of the calls that people answer,
    over any `window_s` that end now; None = the preset's alone. `opt_out_key` puts the number on the do-not-call list
    while a message plays, and `opt_out_prompt` then says so; an empty key does nothing.
    """

    preset: str = "strict"
    limit: float | None = None
    window_s: float = DAY_S
    opt_out_key: str = "9"
    opt_out_prompt: str | None = None


class Pacing(Struct, frozen=True, kw_only=True):
    """How the dial modes with agents place their calls, beside the caps that hold for all modes."""

    ratio: float = 1.0  # mode ratio: calls for each free agent
    correction: float = 100.0  # percent on the computed number of calls, ratio and predictive: 80 places more (MZ-209)
    waiting_max: int | None = None  # with more callers than this waiting nothing is dialed; None = no such limit
    at_once_max: int = 0  # calls begun within one second; 0 = no limit
    per_agent_max: float = 0.0  # calls up or on their way for each agent at work; 0 = no limit
    late_cancel: bool = True  # after the law's least ringing time, calls are given up that nobody could take
    chances: bool = True  # predictive: each number by its own chance of an answer
    first_leg: FirstLeg = FirstLeg.CUSTOMER


class Destination(Struct, frozen=True, kw_only=True):
    """Where calls may go, and how many of a run: to numbers with this prefix, `+39`. 0 = no limit."""

    prefix: str
    calls_max: int = 0  # up at once
    per_minute_max: int = 0


class Listening(Struct, frozen=True, kw_only=True):
    """How the PBX tells a machine from a person by the sound of the first moments.

    People say a word and wait; machines go on speaking. Who did neither within `analysis_max_s` counts as a person.
    """

    analysis_max_s: float = 1.5  # the law's clock runs meanwhile: it is part of the wait for an agent
    greeting_max_s: float = 1.1  # who has spoken longer is a machine
    silence_s: float = 0.4  # who is silent so long after having spoken is a person
    words_max: int = 5  # who has said more is a machine


class DetectorTest(Struct, frozen=True, kw_only=True):
    """What somebody found who listened to calls that were taken for machines: how many were people after all."""

    calls: int = 0
    people: int = 0
    on: str = ""  # 2026-11-22
    note: str = ""  # how it was done, and by whom: the law wants the reasons for the estimate


class Machines(Struct, frozen=True, kw_only=True):
    """Whether answering machines are detected, and what is done with them."""

    detection: bool = False
    listening: Listening = Listening()
    action: MachineAction = MachineAction.HANG_UP
    message_prompt: str | None = None  # for MESSAGE
    again_s: float = 0.0  # no call to such a number this long without an agent; the law's own time holds besides
    check_every: int = 0  # each so manyth is given to a free agent all the same, to test the detector; 0 = none
    test: DetectorTest = DetectorTest()


class Watch(Struct, frozen=True, kw_only=True):
    """When a run stops by itself, for its results are bad (MZ-099). As it is, never."""

    attempts: int = 100  # the last so many are looked at
    answered_min: float = 0.0  # share of them; fewer are bad
    short_max: float = 1.0  # share of the answered that are over within `short_s`; more are bad
    short_s: float = 5.0
    removes: bool = False  # the run ends; else it is paused


class Preview(Struct, frozen=True, kw_only=True):
    """How long an agent may look at a contact before the call, and why they may pass it over."""

    timeout_s: float = 120.0
    timeout_action: PreviewEnd = PreviewEnd.GIVE_BACK
    skip_reasons: tuple[str, ...] = ("not the right contact", "called already", "not now")


class Campaign(Struct, frozen=True, kw_only=True):
    """A campaign's definition as the core needs it (U-16). Times in seconds."""

    campaign_id: int
    name: str
    dial_mode: DialMode
    priority: int = 10  # lower goes first (WD-119)
    max_concurrent: int = 10  # calls up at once
    calls_per_minute_max: int = 0  # 0 = no limit
    ring_timeout_s: float = 30.0
    call_max_s: float = 0.0  # 0 = no limit (WD-106)
    answer_wait_max_s: float = 2.0  # answered to agent or message
    acw_mode: AcwMode = AcwMode.MAX
    acw_max_s: float = 30.0
    caller_id: str = ""
    message_prompt: str | None = None  # agentless: what the callee hears
    abandon_prompt: str | None = None  # answered and no agent in time
    idle_on_termination: bool = False
    time_zone: str = "UTC"
    active_hours: Hours = Hours()
    callee_hours: Hours = Hours(from_s=8 * 3600, until_s=21 * 3600)
    compliance: Compliance = Compliance()
    pacing: Pacing = Pacing()
    destinations: tuple[Destination, ...] = ()  # the longest prefix counts
    watch: Watch = Watch()
    preview: Preview = Preview()
    machines: Machines = Machines()
    dial_countries: tuple[str, ...] = ()  # where agents may dial by hand: "DE"; none = the tenant's own country
    attempts_per_day_max: int = 0  # per number in 24 h over all campaigns; 0 = no limit
    retry_rules: tuple[RetryRule, ...] = ()
    retry_count: RetryCount = RetryCount.TOTAL
    trunk_ids: tuple[int, ...] = ()
    agent_ids: tuple[int, ...] = ()
    recording: RecordingPolicy | None = None  # None: as the contact center's rule says
    recording_days: int | None = None  # kept no longer than that; None: as the contact center's rule says
