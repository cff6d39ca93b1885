"""Run a story written as text against the floor. A test reads like the log of a call.

    0   ready ann            an event: seconds, verb, words
        > agent ann available   a command that must follow, in order

Agents are ann, bob, cid (1, 2, 3); their legs ann#1, ann#2, ...; calls c1, c2, ... in the order in which they come
into the hopper. One run (1) of one campaign (1) over one trunk (1), unless a test says otherwise.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from busyhour.core import events as e
from busyhour.core.floor.machine import Floor
from busyhour.core.model import supervising as sv
from busyhour.core.model.callers import Callback, EntryPicture, OpenCaller, Served
from busyhour.core.model.campaign import Campaign, Hours, Trunk
from busyhour.core.model.counts import Count, Reckoning, ReckoningAsk, bucket_of
from busyhour.core.model.dialed import DialedNumber
from busyhour.core.model.pictures import AgentProfile, HopperItem, OpenCall, PbxPicture, Reservation, RunPicture
from busyhour.core.model.queue import Destination, DestinationKind, Queue
from busyhour.core.model.recording_facts import (
    RecordAsked,
    RecordingDecided,
    RecordingEnded,
    RecordingFailed,
    RecordingRoomChanged,
    RecordingRuleChanged,
    RecordingStarted,
)
from busyhour.core.model.recordings import RecordingPicture, RecordingPolicy, RecordWish
from busyhour.core.model.values import DialMode, EndCause, Heard, Refusal
from tests.core.story_words import NAMES, asker, call_name, ear, leg, shows

ONE_PBX = PbxPicture(boot="one")
ONE_TRUNK = Trunk(trunk_id=1, name="carrier", endpoint="t1-1", capacity=10)
NOON_UTC_S = 1_790_078_400.0  # 2026-09-22 12:00:00 UTC, a Tuesday
ALWAYS = Hours()


def campaign(**changes: Any) -> Campaign:
    """Agents ann and bob, progressive, open at all hours, message prompts by name."""
    usual: dict[str, Any] = {
        "campaign_id": 1,
        "name": "Sales",
        "dial_mode": DialMode.PROGRESSIVE,
        "callee_hours": ALWAYS,
        "agent_ids": (1, 2),
        "trunk_ids": (1,),
        "message_prompt": "hello",
    }
    return Campaign(**{**usual, **changes})


def item(n: int, *, run: int = 1, attempt_no: int = 1) -> HopperItem:
    return HopperItem(
        call=f"c1-{n:x}",
        member_id=100 * run + n,
        contact_id=n,
        list_id=1,
        attempt_no=attempt_no,
        number=f"+1202555{n:04d}",
    )


def reckoned(ask: ReckoningAsk, utc_s: float, count: Count) -> e.Reckoned:
    """What the records say: so much counted, all of it by now, in a campaign that began a day ago."""
    found = Reckoning(
        campaign_id=ask.campaign_id,
        from_utc_s=ask.from_utc_s,
        until_utc_s=ask.until_utc_s,
        buckets={bucket_of(utc_s): count},
        first_utc_s=utc_s - 86_400,
    )
    return e.Reckoned(found=found)


@dataclass
class Story:
    """A floor, and the words in which it is told about."""

    campaigns: Sequence[Campaign] = ()
    agents: Sequence[AgentProfile] = ()
    calls: Sequence[OpenCall] = ()
    reservations: Sequence[Reservation] = ()
    queues: Sequence[Queue] = ()
    numbers: Sequence[DialedNumber] = ()
    callers: Sequence[OpenCaller] = ()
    entries: Sequence[EntryPicture] = ()
    callbacks: Sequence[Callback] = ()
    served: Sequence[Served] = ()
    lost_lately: dict[str, float] = field(default_factory=dict)
    missed_since_utc_s: float | None = None
    recordings: Sequence[RecordingPicture] = ()
    recording_rule: RecordingPolicy = RecordingPolicy.NEVER
    ageing_s: float = 0.0
    pbx: PbxPicture = ONE_PBX
    trunk: Trunk = ONE_TRUNK
    run_state: str = "runnable"
    utc_s: float = NOON_UTC_S
    show: tuple[str, ...] = ()  # kinds of commands to show; none = all
    floor: Floor = field(default_factory=Floor)
    items: int = 0
    told: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        profiles = self.agents or [AgentProfile(agent_id=n, name=name) for n, name in enumerate(NAMES[:2], 1)]
        runs = tuple(
            RunPicture(run_id=n, campaign=settings, state=self.run_state, started_utc_s=self.utc_s)
            for n, settings in enumerate(self.campaigns or [campaign()], 1)
        )
        self.first = self._handle(
            0.0,
            e.FloorStarted(
                tenant=1,
                fence=7,
                agents=tuple(profiles),
                trunks=(self.trunk,),
                runs=runs,
                calls=tuple(self.calls),
                reservations=tuple(self.reservations),
                queues=tuple(self.queues),
                numbers=tuple(self.numbers),
                callers=tuple(self.callers),
                entries=tuple(self.entries),
                callbacks=tuple(self.callbacks),
                served=tuple(self.served),
                lost_lately={number: self.utc_s + at_s for number, at_s in self.lost_lately.items()},
                missed_since_utc_s=self.missed_since_utc_s,
                recordings=tuple(self.recordings),
                recording_rule=self.recording_rule,
                ageing_s=self.ageing_s,
                pbx=self.pbx,
            ),
        )

    def _handle(self, at_s: float, event: e.Event) -> list[str]:
        shown = [
            text for command in self.floor.handle(e.Instant(at_s, self.utc_s + at_s), event) for text in shows(command)
        ]
        return [text for text in shown if not self.show or text.split()[0] in self.show]

    def check(self, story: str) -> "Story":
        """Replay the events of the story; the story with the real commands must equal the story."""
        self.told = []
        for line in filter(None, map(str.strip, story.splitlines())):
            if line.startswith(">"):
                continue
            at, verb, *words = line.split()
            self.told.append(" ".join([at, verb, *words]))
            event = self._event(float(at), verb, words)
            self.told += [f"> {text}" for text in self._handle(float(at), event)]
        want = [" ".join(line.split()) for line in story.splitlines() if line.strip()]
        assert self.told == want, "\n" + "\n".join(self.told)
        return self

    def working(self, *names: str) -> "Story":
        """These agents are linked, registered, ready and on a leg, now: at second 0, if nothing was told yet."""
        at_s = self.floor.now.mono_s
        for name in names:
            agent_id = NAMES.index(name) + 1
            for event in (
                e.AgentLinked(agent_id=agent_id, session=f"tab-{name}"),
                e.PhoneRegistered(agent_id=agent_id),
                e.ReadyAsked(agent_id=agent_id, request=""),
            ):
                self._handle(at_s, event)
            leg = self.floor.agents[agent_id].leg
            if leg is not None:
                self._handle(at_s, e.LegAnswered(leg=leg, at_utc_s=self.utc_s + at_s))
        return self

    def _event(self, at_s: float, verb: str, words: list[str]) -> e.Event:
        if verb == "fills":
            return self._fill(words)
        if verb in CALL_FACTS:
            return CALL_FACTS[verb](call_name(words[0]), words[1:], self.utc_s + at_s)
        if verb in RECORDER_FACTS:
            return self._recorder_fact(verb, call_name(words[0]))
        if verb in LEG_FACTS:
            return LEG_FACTS[verb](leg(words[0]), self.utc_s + at_s)
        if verb in PLAIN_FACTS:
            return PLAIN_FACTS[verb](words)
        return AGENT_FACTS[verb](NAMES.index(words[0]) + 1, words[1:])

    def _recorder_fact(self, verb: str, call: str) -> e.Event:
        """The answer to the last order to this call's recorder."""
        live = self.floor.call_of(call)
        assert live is not None
        return RECORDER_FACTS[verb](call=call, recording=live.recorder.recording, part=live.recorder.part)

    def _fill(self, words: list[str]) -> e.HopperFilled:
        """`fills N [more] [run=R] [due=S]`: N new numbers."""
        options = dict(word.split("=") for word in words[1:] if "=" in word)
        run = int(options.get("run", 1))
        first, self.items = self.items + 1, self.items + int(words[0])
        return e.HopperFilled(
            run_id=run,
            items=tuple(item(n, run=run) for n in range(first, self.items + 1)),
            fresh_left="more" in words,
            next_due_utc_s=self.utc_s + float(options["due"]) if "due" in options else None,
        )


CALL_FACTS: dict[str, Callable[[str, list[str], float], e.Event]] = {
    "commits": lambda call, _, at: e.CallCommitted(call=call),
    "refuses": lambda call, w, at: e.CallRefused(
        call=call, reason=Refusal(w[0]), due_utc_s=at + float(w[1]) if w[1:] else None
    ),
    "sent": lambda call, _, at: e.CallSent(call=call),
    "not-sent": lambda call, w, at: e.CallNotSent(call=call, cause=EndCause(w[0])),
    "no-reply": lambda call, _, at: e.CallUnanswered(call=call),
    "missing": lambda call, w, at: e.CallMissing(
        call=call,
        ended_utc_s=at if w else None,
        cause=EndCause(w[0]) if w else None,
        answered_utc_s=at - float(w[1]) if w[1:] else None,
    ),
    "rings": lambda call, _, at: e.CallRang(call=call, at_utc_s=at),
    "arrives": lambda call, w, at: e.CallArrived(
        call=call, dialed=w[0], number=w[1] if w[1:] else "", headers=dict(x.split("=") for x in w[2:]), at_utc_s=at
    ),
    "asks-callback": lambda call, w, at: e.CallbackAsked(call=call, number=w[0] if w else "", request="r"),
    "cancels-callback": lambda call, w, at: e.CallbackCancelAsked(callback=f"k-{call}", request="r", by=asker(w)),
    "assigned": lambda call, w, at: e.AssignAsked(call=call, agent_id=NAMES.index(w[0]) + 1, request="r"),
    "picks-up": lambda call, _, at: e.CallPickedUp(call=call, at_utc_s=at),
    "answers": lambda call, w, at: e.CallAnswered(
        call=call, at_utc_s=at - (float(w[1]) if w[1:] else 0.0), heard=Heard(w[0]) if w else None
    ),
    "ends": lambda call, w, at: e.CallEnded(call=call, cause=EndCause(w[0]), at_utc_s=at),
    "prompt-ends": lambda call, w, at: e.PromptEnded(call=call, prompt=w[0] if w else "hello"),
    "prompt-breaks-off": lambda call, w, at: e.PromptEnded(call=call, prompt=w[0] if w else "hello", complete=False),
    "presses": lambda call, w, at: e.DigitPressed(call=call, digit=w[0]),
    "opted-out": lambda call, w, at: e.NumberOptedOut(call=call, number=item(int(call.split("-")[1], 16)).number),
    "prompt-missing": lambda call, _, at: e.PromptMissing(call=call, prompt="hello"),
    "joins": lambda call, w, at: e.CallJoined(call=call, leg=leg(w[0]), at_utc_s=at),
    "join-fails": lambda call, w, at: e.JoinFailed(call=call, leg=leg(w[0])),
}
LEG_FACTS: dict[str, Callable[[str, float], e.Event]] = {
    "leg-up": lambda name, at: e.LegAnswered(leg=name, at_utc_s=at),
    "whispered": lambda name, at: e.WhisperEnded(leg=name, prompt="hello"),
    "seat-fails": lambda name, at: e.SeatFailed(leg=name, room="a1-1-7-1"),
    "leg-down": lambda name, at: e.LegEnded(leg=name, cause=EndCause.NORMAL, at_utc_s=at),
}
AGENT_FACTS: dict[str, Callable[[int, list[str]], e.Event]] = {
    "links": lambda a, w: e.AgentLinked(agent_id=a, session=w[0]),
    "unlinks": lambda a, w: e.AgentUnlinked(agent_id=a, session=w[0]),
    "phone": lambda a, _: e.PhoneRegistered(agent_id=a),
    "phone-gone": lambda a, _: e.PhoneGone(agent_id=a),
    "ready": lambda a, _: e.ReadyAsked(agent_id=a, request="r"),
    "pauses": lambda a, w: e.PauseAsked(agent_id=a, reason=w[0], request="r"),
    "logs-off": lambda a, _: e.LogOffAsked(agent_id=a, request="r"),
    "hangs-up": lambda a, _: e.HangUpAsked(agent_id=a, request="r"),
    "holds": lambda a, _: e.HoldAsked(agent_id=a, request="r"),
    "resumes": lambda a, _: e.ResumeAsked(agent_id=a, request="r"),
    "wraps-up": lambda a, _: e.WrapUpEndAsked(agent_id=a, request="r"),
    "dials": lambda a, w: e.PreviewDialAsked(
        agent_id=a, call=f"c1-{int(w[0][1:]):x}", number=w[1] if w[1:] else None, request="r"
    ),
    "skips": lambda a, w: e.SkipAsked(
        agent_id=a, call=f"c1-{int(w[0][1:]):x}", reason=" ".join(w[1:]) or "not now", request="r"
    ),
    "sends-on": lambda a, w: e.SendOnAsked(
        agent_id=a, destination=Destination(DestinationKind(w[0]), w[1]), note="", request="r"
    ),
    "supervises": lambda a, w: sv.SuperviseAsked(
        agent_id=a, about_id=NAMES.index(w[0]) + 1, mode=sv.Mode(w[1]), request="r"
    ),
    "takes-over": lambda a, _: sv.TakeOverAsked(agent_id=a, request="r"),
    "leaves-call": lambda a, _: sv.SuperviseEndAsked(agent_id=a, request="r"),
    "recording": lambda a, w: RecordAsked(agent_id=a, wish=RecordWish(w[0]), request="r"),
    "consults": lambda a, w: e.ConsultAsked(
        agent_id=a, destination=Destination(DestinationKind(w[0]), w[1]), note=" ".join(w[2:]), request="r"
    ),
    **{
        step.value: lambda a, _, step=step: e.ConsultStepAsked(agent_id=a, step=step, request="r")  # type: ignore[misc]
        for step in e.ConsultStep
    },
    "parks": lambda a, _: e.ParkAsked(agent_id=a, request="r"),
    "takes-up": lambda a, w: e.PickUpAsked(agent_id=a, slot=int(w[0]), request="r"),
    "asks-hands": lambda a, w: e.ManualDialMayAsked(
        agent_id=a, run_id=1, number=item(int(w[0][1:])).number, request="r"
    ),
    "dials-by-hand": lambda a, w: e.ManualDialAsked(agent_id=a, run_id=1, item=item(int(w[0][1:])), request="r"),
    "says": lambda a, w: e.DispositionChosen(agent_id=a, call=call_name(w[0]), disposition=w[1], note="", request="r"),
}
RECORDER_FACTS: dict[str, Callable[..., e.Event]] = {
    "records": RecordingStarted,
    "records-no-more": RecordingEnded,
    "cannot-record": partial(RecordingFailed, why="no room"),
}
PLAIN_FACTS: dict[str, Callable[[list[str]], e.Event]] = {
    "ear-opens": lambda w: sv.EarOpened(ear=ear(w[0])),
    "ear-closes": lambda w: sv.EarClosed(ear=ear(w[0])),
    "ticks": lambda _: e.ClockTicked(),
    "program": lambda w: RecordingDecided(call=call_name(w[0]), record=w[1] == "records", request="r"),
    "recording-rule": lambda w: RecordingRuleChanged(policy=RecordingPolicy(w[0])),
    "disk": lambda w: RecordingRoomChanged(room=w[0] == "free"),
    "pbx-lost": lambda _: e.TelephonyLost(),
    "store-lost": lambda _: e.StoreLost(),
    "store-back": lambda _: e.StoreBack(),
    "pbx-back": lambda w: e.TelephonyBack(pbx=PbxPicture(boot=w[0])),
    "pause-run": lambda w: e.RunPauseAsked(run_id=int(w[0]), request="r", by=asker(w[1:])),
    "unpause-run": lambda w: e.RunUnpauseAsked(run_id=int(w[0]), request="r", by=asker(w[1:])),
    "remove-run": lambda w: e.RunRemoveAsked(run_id=int(w[0]), request="r", by=asker(w[1:])),
    "lists": lambda w: e.NumbersListed(numbers=tuple(item(int(name[1:])).number for name in w)),
    "adds-numbers": lambda w: e.NumbersAdded(run_id=int(w[0])),
}
