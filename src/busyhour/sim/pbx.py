"""A PBX and the telephone network behind it, pretending: channels, rooms, prompts, callees, agents' phones.

It outlives every engine. Each engine talks to it over a `Line` (`line.py`) that can fail; what is said here is the
truth. Callees behave by chance from one seed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.model import supervising as sv
from busyhour.core.model.callers import MissedCaller
from busyhour.core.model.campaign import Listening
from busyhour.core.model.ids import room_of, tenant_of
from busyhour.core.model.pictures import CallHistory, ChannelPicture, PbxPicture
from busyhour.core.model.values import EndCause, Heard
from busyhour.sim.ears import Ears
from busyhour.sim.ledger import Channel, Ledger
from busyhour.sim.loop import Timer, VirtualLoop, the_loop
from busyhour.sim.recorders import Recorders

PROMPT_S = 8.0
PRESSES_SHARE, PRESSES = 25, 17  # one callee in so many presses the key when they hear a message; which one
PRESSES_AFTER_S = 2.0
KEY = "9"
MACHINE_SHARE, MACHINE = 4, 2  # one in so many who are listened to is a machine; which one
WRONG_SHARE = 11  # so often the PBX mistakes a person for a machine, or a machine for a person
UNSURE_SHARE = 5  # so often it does not know
LISTENS_MIN_S = 0.4
TAIL_S = 6.0  # the PBX's own farewell, for those who answer while no engine is there


@dataclass(frozen=True, slots=True, kw_only=True)
class Callees:
    """How likely the callees do what. The rest of the dice is a plain answer."""

    busy: float = 0.15
    no_answer: float = 0.2
    invalid: float = 0.05
    congested: float = 0.05
    silent: float = 0.03  # the carrier never says anything
    hangs_up_at_once: float = 0.05
    ring_s: tuple[float, float] = (1.0, 12.0)
    talk_s: tuple[float, float] = (2.0, 40.0)


Hear = Callable[[int, e.Event], None]


def now_s() -> float:
    """True time, which no wrong clock changes."""
    loop = VirtualLoop.running
    assert loop is not None, "no world is running"
    return loop.now_s


@dataclass(slots=True)
class SimPbx:
    dice: Random
    utc: Callable[[], float]
    callees: Callees = field(default_factory=Callees)
    hear: Hear = lambda tenant, event: None
    phone_rings: Callable[[int, int, str], None] = lambda tenant, agent, leg: None
    app_is_there: Callable[[int], bool] = lambda tenant: True
    check_invite: Callable[[Channel], None] = lambda channel: None
    check_left: Callable[[Channel, str], None] = lambda channel, leg: None
    boots: int = 1
    ledger: Ledger = field(default_factory=Ledger)
    recorders: Recorders = field(default_factory=Recorders)
    ears: Ears = field(default_factory=Ears)
    histories: dict[str, CallHistory] = field(default_factory=dict)
    _to_come: dict[str, Timer] = field(default_factory=dict)  # what is taken back when this channel ends

    # Orders

    def place(self, call: c.Dial) -> None:
        assert isinstance(call, c.PlaceCall), "callbacks are dialed where there are callers (`callers.py`)"
        name = call.item.call
        if name in self.ledger.live:
            return  # 409: this id is in use
        channel = Channel(
            name=name,
            tenant=tenant_of(name) or 0,
            began_utc_s=self.utc(),
            began_s=now_s(),
            number=call.item.number,
            run_id=call.run_id,
            member_id=call.item.member_id,
            trunk_id=call.trunk.trunk_id,
            call_max_s=call.call_max_s,
        )
        if call.listen is not None:
            self._prepare_to_listen(channel, call.listen)
        self.ledger.begin(channel)
        self.check_invite(channel)
        self._decide(channel)

    def _decide(self, channel: Channel) -> None:
        """What this callee is going to do."""
        dice, callees, roll = self.dice, self.callees, self.dice.random()
        for share, cause in (
            (callees.busy, EndCause.BUSY),
            (callees.invalid, EndCause.INVALID_NUMBER),
            (callees.congested, EndCause.CONGESTION),
        ):
            if roll < share:
                self._later(channel, dice.uniform(0.05, 1.5), self.end, channel, cause)
                return
            roll -= share
        if roll < callees.silent:
            return
        roll -= callees.silent
        self._later(channel, dice.uniform(0.05, 0.8), self._ring, channel)
        if roll < callees.no_answer:
            self._later(channel, 60.0, self.end, channel, EndCause.NO_ANSWER)
            return
        roll -= callees.no_answer
        at_s = dice.uniform(*callees.ring_s)
        stays_s = 0.05 if roll < callees.hangs_up_at_once else dice.uniform(*callees.talk_s)
        self._later(channel, at_s, self._answer, channel, stays_s)

    def _ring(self, channel: Channel) -> None:
        channel.rang_utc_s = utc_s = self.utc()
        self.hear(channel.tenant, e.CallRang(call=channel.name, at_utc_s=utc_s))

    def _answer(self, channel: Channel, stays_s: float) -> None:
        channel.answered_utc_s = self.utc()
        channel.answered_s = channel.audio_since_s = now_s()
        cause = EndCause.NORMAL if stays_s <= channel.call_max_s else EndCause.TIMEOUT
        self._later(channel, min(stays_s, channel.call_max_s), self.end, channel, cause)
        channel.in_app = False
        if channel.listen_s is None:
            self._pass_on(channel)
            return
        channel.listening = True
        self.hear(channel.tenant, e.CallPickedUp(call=channel.name, at_utc_s=self.utc()))
        self._later(channel, channel.listen_s, self._heard, channel)

    def _prepare_to_listen(self, channel: Channel, listen: Listening) -> None:
        """Who will answer, and what the detector will make of it: by the number of the call, not by the dice."""
        n = int(channel.name.rpartition("-")[2], 16)
        channel.machine = n % MACHINE_SHARE == MACHINE
        channel.listen_s = LISTENS_MIN_S + (listen.analysis_max_s - LISTENS_MIN_S) * (n % 7) / 6
        wrong, unsure = n % WRONG_SHARE == 1, n % UNSURE_SHARE == 3
        channel.heard = Heard.UNSURE if unsure else Heard.MACHINE if channel.machine != wrong else Heard.HUMAN

    def _heard(self, channel: Channel) -> None:
        channel.listening = False
        self._pass_on(channel)

    def _pass_on(self, channel: Channel) -> None:
        """To our application, if it is there."""
        assert channel.answered_utc_s is not None
        channel.in_app = self.app_is_there(channel.tenant)
        if channel.in_app:
            self.hear(channel.tenant, self._told_answer(channel))
        else:
            self._set_audio(channel, "prompt")
            self._later(channel, TAIL_S, self.end, channel, EndCause.NORMAL)

    def _told_answer(self, channel: Channel) -> e.CallAnswered:
        assert channel.answered_utc_s is not None
        return e.CallAnswered(
            call=channel.name,
            at_utc_s=channel.answered_utc_s,
            heard=channel.heard,
            analysis_s=channel.listen_s,
        )

    def end(self, channel: Channel, cause: EndCause, *, message_heard: bool = False) -> None:
        """The channel is gone, whoever ended it."""
        if not channel.live:
            return
        if channel.audio == "prompt" and channel.in_app:  # the end of a prompt that breaks off is told, too
            self.hear(channel.tenant, e.PromptEnded(call=channel.name, prompt=channel.prompt, complete=False))
        self._set_audio(channel, "none")
        utc_s = self.utc()
        self.ledger.end(channel, cause, utc_s, now_s())
        to_come = self._to_come.pop(channel.name, None)
        if to_come is not None:
            to_come.cancel()
        self.histories[channel.name] = CallHistory(
            channel=channel.name,
            answered_utc_s=channel.answered_utc_s,
            ended_utc_s=utc_s,
            cause=cause,
            message_heard=message_heard,
        )
        if channel.number:
            ended = e.CallEnded(call=channel.name, cause=cause, at_utc_s=utc_s, answered_utc_s=channel.answered_utc_s)
            self.hear(channel.tenant, ended)
            return
        for customer in self.ledger.in_room(room_of(channel.name)):  # it goes with the leg; they stay on the line
            self.ledger.leave_room(customer)
            self._set_audio(customer, "none")
        self.ears.leg_ended(channel, self.hear)
        self.hear(channel.tenant, e.LegEnded(leg=channel.name, cause=cause, at_utc_s=utc_s))

    def act(self, command: c.Act, *, late: bool = False) -> e.Event | None:
        """`late`: the engine that ordered it is dead meanwhile."""
        match command:
            case c.RingAgent():
                self._ring_agent(command)
            case c.HangUpLeg(leg=name) | c.HangUpCall(call=name):
                if name in self.ledger.live:
                    heard = isinstance(command, c.HangUpCall) and command.message_heard
                    self.end(self.ledger.live[name], EndCause.NORMAL, message_heard=heard)
            case c.Join():
                return self._join(command, late=late)
            case c.Hold(call=name):
                if name in self.ledger.live:
                    self.ledger.leave_room(self.ledger.live[name], late=late)
                    self._set_audio(self.ledger.live[name], "music")
                    self.ledger.live[name].parked = command.parked or self.ledger.live[name].parked
            case c.PlayPrompt():
                return self._play(command, late=late)
            case c.LookAtPrompt(call=name, prompt=prompt):
                live = self.ledger.live.get(name)
                if live is not None and live.audio != "prompt":
                    return e.PromptMissing(call=name, prompt=prompt)
            case c.LookUp(call=name):
                return self._look(name)
            case sv.OpenEar() | sv.CloseEar():
                return self.ears.act(self.ledger, command, self._later, self.hear)
            case _:
                return self.recorders.act(self.ledger, command)
        return None

    def _ring_agent(self, command: c.RingAgent) -> None:
        if command.leg in self.ledger.channels:
            return
        tenant = tenant_of(command.leg) or 0
        channel = Channel(name=command.leg, tenant=tenant, began_utc_s=self.utc(), began_s=now_s())
        channel.agent_id = command.agent_id
        self.ledger.begin(channel)
        self._later(channel, command.ring_timeout_s + 2.0, self._not_picked_up, channel)
        self.phone_rings(tenant, command.agent_id, command.leg)

    def _not_picked_up(self, channel: Channel) -> None:
        if channel.answered_utc_s is None:
            self.end(channel, EndCause.NO_ANSWER)

    def pick_up(self, leg: str) -> None:
        """The agent's phone answers."""
        channel = self.ledger.live.get(leg)
        if channel is not None and channel.answered_utc_s is None:
            channel.answered_utc_s, channel.answered_s = self.utc(), now_s()
            self.hear(channel.tenant, e.LegAnswered(leg=leg, at_utc_s=self.utc()))

    def _join(self, command: c.Join, *, late: bool = False) -> e.Event | None:
        call, leg = self.ledger.live.get(command.call), self.ledger.live.get(command.leg)
        if call is None or leg is None or leg.answered_utc_s is None:
            return e.JoinFailed(call=command.call, leg=command.leg)
        assert call.tenant == leg.tenant, "I19: a room never mixes tenants"
        if not late:  # a dead engine's order knows nothing of whom its successor has put there
            self._clear_room(command)
        self.ledger.enter_room(call, room_of(command.leg), late=late)
        self._set_audio(call, "agent")
        self.hear(call.tenant, e.CallJoined(call=call.name, leg=leg.name, at_utc_s=self.utc()))
        return None

    def _clear_room(self, command: c.Join) -> None:
        """Of those whom an order that came to nothing was to take out."""
        for customer in self.ledger.in_room(room_of(command.leg)):
            if customer.name != command.call:
                self.check_left(customer, command.leg)
                self.ledger.leave_room(customer)
                self._set_audio(customer, "music")

    def _play(self, command: c.PlayPrompt, *, late: bool = False) -> e.Event | None:
        channel = self.ledger.live.get(command.call)
        if channel is not None and not channel.in_app:  # 409: it is in the PBX's own dialplan
            return e.PromptEnded(call=channel.name, prompt=command.prompt, complete=False)
        if channel is not None:
            self.ledger.leave_room(channel, late=late)
            self._set_audio(channel, "prompt")
            channel.prompt = command.prompt
            self._later(channel, PROMPT_S, self._played, channel, command.prompt)
            if self._presses(channel):
                self._later(channel, PRESSES_AFTER_S, self._press, channel)
        return None

    def _presses(self, channel: Channel) -> bool:
        """By the number of the call: it costs no throw of the dice."""
        return int(channel.name.rpartition("-")[2], 16) % PRESSES_SHARE == PRESSES

    def _press(self, channel: Channel) -> None:
        if channel.audio == "prompt":
            channel.pressed_s = now_s()
            self.hear(channel.tenant, e.DigitPressed(call=channel.name, digit=KEY))

    def _played(self, channel: Channel, prompt: str) -> None:
        if channel.audio == "prompt" and channel.prompt == prompt:
            channel.heard_prompt_s = now_s()
            self._set_audio(channel, "none")
            self.hear(channel.tenant, e.PromptEnded(call=channel.name, prompt=prompt))

    def _look(self, name: str) -> e.Event:
        channel = self.ledger.live.get(name)
        if channel is not None and channel.listening:
            return e.CallPickedUp(call=name, at_utc_s=channel.answered_utc_s or self.utc())
        if channel is not None and channel.answered_utc_s is not None:
            return self._told_answer(channel)
        if channel is not None:
            return e.CallSent(call=name)
        known = self.histories.get(name)
        if known is None:
            return e.CallMissing(call=name)
        return e.CallMissing(
            call=name, answered_utc_s=known.answered_utc_s, ended_utc_s=known.ended_utc_s, cause=known.cause
        )

    def picture(self, tenant: int, about: Sequence[str]) -> PbxPicture:
        return PbxPicture(
            boot=str(self.boots),
            channels=(
                *(self._pictured(channel) for channel in self.ledger.live.values() if channel.tenant == tenant),
                *self.ears.pictured(tenant),
            ),
            histories=tuple(self.histories[name] for name in about if name in self.histories),
        )

    def missed(self, tenant: int, since_utc_s: float) -> tuple[MissedCaller, ...]:
        """Nobody calls us here (`callers.py`)."""
        return ()

    def _pictured(self, channel: Channel) -> ChannelPicture:
        channel.pictured = channel.pictured or channel.room is not None
        return ChannelPicture(
            channel=channel.name,
            answered=channel.answered_utc_s is not None,
            ringing=channel.answered_utc_s is None and channel.rang_utc_s is not None,
            bridge=channel.room if channel.number else self._room_of(channel),
            in_app=channel.in_app,
            listening=channel.listening,
            heard=channel.heard if channel.answered_s is not None and not channel.listening else None,
            answered_utc_s=channel.answered_utc_s,
            parked=channel.parked,
        )

    def _room_of(self, channel: Channel) -> str | None:
        """An agent's leg is at home."""
        return room_of(channel.name)

    # The PBX itself

    def restart(self) -> None:
        """All channels vanish; nobody is told one by one. Its records know that they were, and not how they ended."""
        self.boots += 1
        hear, self.hear = self.hear, lambda _tenant, _event: None
        for channel in list(self.ledger.live.values()):
            self.end(channel, EndCause.PBX_RESTART)
        self.ears.open.clear()
        self.hear = hear

    def _set_audio(self, channel: Channel, audio: str) -> None:
        at_s = now_s()
        if channel.audio == "agent":
            channel.joined_s += at_s - channel.audio_since_s
        channel.audio, channel.audio_since_s = audio, at_s

    def _later(self, channel: Channel, after_s: float, do: Callable[..., None], *arguments: object) -> None:
        loop = the_loop()
        to_come = self._to_come.get(channel.name)
        if to_come is None:
            to_come = self._to_come[channel.name] = loop.timer()
        loop.later_unless(to_come, after_s, do, *arguments)
