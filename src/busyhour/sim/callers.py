"""People who call us, on the simulated PBX: they come in, hear things, are joined, sent on, and hang up.

Their channel rings in the PBX until an engine takes it; whoever finds none is tried again for a while, as the PBX's own
dialplan does. What callers really lived through stands in the ledger.
"""

from dataclasses import dataclass, field

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.acd.arrival import arrival_of
from busyhour.core.model.callers import MissedCaller
from busyhour.core.model.ids import caller_of, tenant_of
from busyhour.core.model.pictures import ChannelPicture
from busyhour.core.model.values import EndCause
from busyhour.sim.ledger import Channel
from busyhour.sim.parties import PartiesPbx
from busyhour.sim.pbx import now_s

WITHHELD = "withheld"  # the ledger's word for a number that is not shown
ANNOUNCEMENT_S = 3.0
WHISPER_S = 1.5
TRY_S, TRIES_MAX = 1.0, 30  # of the PBX, to find an engine for a caller
OUTSIDE_ANSWERS_S, OUTSIDE_STAYS_S = 2.0, 6.0  # whoever callers are sent on to
FOR_CALLS = (c.AnswerCall, c.Announce, c.Hold, c.PlayPrompt, c.SendOn)
"""What a channel does only while it is in our application."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comer:
    """How a caller behaves in one call."""

    number: str  # as the carrier tells it; empty: withheld
    dialed: str
    patience_s: float = 60.0  # from their call on, without an agent or anybody else
    talk_s: float = 5.0
    name: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    key: str = ""  # that they press, so long after they hear us
    key_after_s: float = 2.0


@dataclass(slots=True)
class CallersPbx(PartiesPbx):
    comers: dict[str, Comer] = field(default_factory=dict)
    outside: tuple[float, float] = OUTSIDE_ANSWERS_S, OUTSIDE_STAYS_S
    _came: int = 0

    # Callers

    def come_in(self, tenant: int, comer: Comer) -> Channel:
        self._came += 1
        channel = Channel(
            name=caller_of(tenant=tenant, pbx_id=f"{int(self.utc())}.{self._came}"),
            tenant=tenant,
            began_utc_s=self.utc(),
            began_s=now_s(),
            number=comer.number or WITHHELD,
            dialed=comer.dialed,
            says_record=arrival_of(comer.headers).record,
            in_app=False,
        )
        self.comers[channel.name] = comer
        self.ledger.begin(channel)
        self._later(channel, comer.patience_s, self._loses_patience, channel)
        self._take(channel, TRIES_MAX)
        return channel

    def _take(self, channel: Channel, tries: int) -> None:
        if self.app_is_there(channel.tenant):
            channel.in_app = channel.taken = True
            comer = self.comers[channel.name]
            arrived = e.CallArrived(
                call=channel.name,
                dialed=comer.dialed,
                number=comer.number,
                name=comer.name,
                headers=comer.headers,
                at_utc_s=channel.began_utc_s,
            )
            self.hear(channel.tenant, arrived)
        elif tries:
            self._later(channel, TRY_S, self._take, channel, tries - 1)
        else:
            self.end(channel, EndCause.NORMAL)

    def _loses_patience(self, channel: Channel) -> None:
        if not channel.met:
            self.hang_up(channel)

    def hang_up(self, channel: Channel) -> None:
        """By the person on the line."""
        channel.left = True
        self.end(channel, EndCause.NORMAL)

    def press(self, channel: Channel, key: str) -> None:
        if channel.live and channel.audio in ("music", "prompt"):
            self.hear(channel.tenant, e.DigitPressed(call=channel.name, digit=key))

    def _presses(self, channel: Channel) -> bool:
        return not channel.of_caller and super(CallersPbx, self)._presses(channel)

    # Orders

    def place(self, call: c.Dial) -> None:
        if not isinstance(call, c.PlaceCallback):
            super(CallersPbx, self).place(call)
            return
        if call.call in self.ledger.live:
            return
        channel = Channel(
            name=call.call,
            tenant=tenant_of(call.call) or 0,
            began_utc_s=self.utc(),
            began_s=now_s(),
            number=call.number,
            trunk_id=call.trunk.trunk_id,
            call_max_s=call.call_max_s,
            taken=True,
        )
        self.ledger.begin(channel)
        self.check_invite(channel)
        self._decide(channel)

    def act(self, command: c.Act, *, late: bool = False) -> e.Event | None:
        channel = self.ledger.live.get(str(getattr(command, "call", "")))
        if channel is not None and channel.of_caller and not channel.in_app:
            if isinstance(command, c.Join | c.Bind):
                return e.JoinFailed(call=command.call, leg=command.leg)
            if isinstance(command, FOR_CALLS):
                return None
        match command:
            case c.AnswerCall():
                return self._answered(channel, command)
            case c.RejectCall():
                if channel is not None:
                    self.end(channel, EndCause.BUSY if command.busy else EndCause.INVALID_NUMBER)
            case c.Announce():
                if channel is not None and channel.audio == "music":
                    self._set_audio(channel, "announcement")
                    self._later(channel, ANNOUNCEMENT_S, self._announced, channel)
            case c.Whisper():
                return self._whisper(command)
            case c.SendOn():
                if channel is not None:
                    self._send_on(channel, command, late=late)
            case _:
                return super(CallersPbx, self).act(command, late=late)
        return None

    def _answered(self, channel: Channel | None, command: c.AnswerCall) -> e.Event | None:
        if channel is None:
            return None
        if channel.answered_utc_s is not None:
            return e.CallAnswered(call=channel.name, at_utc_s=channel.answered_utc_s)
        channel.answered_utc_s, channel.answered_s, channel.audio_since_s = self.utc(), now_s(), now_s()
        channel.call_max_s = command.call_max_s
        self._later(channel, command.call_max_s, self.end, channel, EndCause.TIMEOUT)
        comer = self.comers[channel.name]
        if comer.key:
            self._later(channel, comer.key_after_s, self.press, channel, comer.key)
        self.hear(channel.tenant, e.CallAnswered(call=channel.name, at_utc_s=self.utc()))
        return None

    def _announced(self, channel: Channel) -> None:
        if channel.audio == "announcement":
            self._set_audio(channel, "music")

    def _whisper(self, command: c.Whisper) -> e.Event | None:
        over, leg = e.WhisperEnded(leg=command.leg, prompt=command.prompt), self.ledger.live.get(command.leg)
        if leg is None or leg.answered_utc_s is None:
            return over
        self._later(leg, WHISPER_S, self.hear, leg.tenant, over)
        return None

    def _join(self, command: c.Join, *, late: bool = False) -> e.Event | None:
        fact = super(CallersPbx, self)._join(command, late=late)
        channel = self.ledger.live.get(command.call)
        if fact is None and channel is not None:
            self._meets(channel)
        return fact

    def _bind(self, command: c.Bind, *, late: bool) -> e.Event | None:
        fact = super(CallersPbx, self)._bind(command, late=late)
        if fact is None:
            self._meets(self.ledger.live[command.call])
        return fact

    def _meets(self, channel: Channel) -> None:
        """They talk with somebody: from now on it is not patience that ends the call."""
        comer = self.comers.get(channel.name)
        if comer is not None and not channel.met:
            self._later(channel, comer.talk_s, self.hang_up, channel)
        channel.met = True

    # Outside

    def _send_on(self, channel: Channel, command: c.SendOn, *, late: bool) -> None:
        answers_s, stays_s = self.outside
        self.ledger.leave_room(channel, late=late)
        channel.out_trunk_id = command.trunk.trunk_id
        self.ledger.take_line(channel, channel.out_trunk_id)
        channel.in_app, channel.sent_to = False, command.number
        self._set_audio(channel, "ringing")
        self._later(channel, answers_s, self._outside_answers, channel, stays_s)

    def _outside_answers(self, channel: Channel, stays_s: float) -> None:
        channel.met = True
        self._set_audio(channel, "outside")
        self._later(channel, stays_s, self.end, channel, EndCause.NORMAL)

    # What is seen

    def missed(self, tenant: int, since_utc_s: float) -> tuple[MissedCaller, ...]:
        """As its records have them."""
        return tuple(
            MissedCaller(
                call=name,
                dialed=comer.dialed,
                number=comer.number,
                name=comer.name,
                arrived_utc_s=self.ledger.channels[name].began_utc_s,
                answered_utc_s=self.histories[name].answered_utc_s,
                ended_utc_s=self.histories[name].ended_utc_s,
                cause=self.histories[name].cause,
            )
            for name, comer in self.comers.items()
            if name in self.histories
            and tenant_of(name) == tenant
            and self.ledger.channels[name].began_utc_s >= since_utc_s
        )

    def _pictured(self, channel: Channel) -> ChannelPicture:
        comer = self.comers.get(channel.name)
        if comer is None:
            return super(CallersPbx, self)._pictured(channel)
        return ChannelPicture(
            channel=channel.name,
            answered=channel.answered_utc_s is not None,
            ringing=channel.answered_utc_s is None,
            bridge=channel.room,
            in_app=channel.in_app,
            outside=bool(channel.sent_to),
            answered_utc_s=channel.answered_utc_s,
            parked=channel.parked,
            dialed=comer.dialed,
            number=comer.number,
            name=comer.name,
            headers=comer.headers,
            created_utc_s=channel.began_utc_s,
        )
