"""A PBX in memory, with a ledger of its own: what was asked of it, and what it has.

It does only what it is told: a test (or a simulated world) says what callees and phones do, by `tell`. Replies may be
lost (`deaf`). The ledger survives an engine, as a real PBX does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.model.callers import MissedCaller
from busyhour.core.model.ids import room_of, tenant_of
from busyhour.core.model.pictures import CallHistory, ChannelPicture, PbxPicture
from busyhour.service.errors import Unavailable

Sink = Callable[[e.Event], None]


@dataclass(slots=True)
class MemoryTelephony:
    """Implements `service.ports.Telephony`."""

    boot: str = "one"
    here: bool = True
    deaf: bool = False  # takes orders, and its replies are lost
    placed: list[c.PlaceCall] = field(default_factory=list)
    acts: list[c.Act] = field(default_factory=list)
    channels: dict[str, ChannelPicture] = field(default_factory=dict)
    histories: dict[str, CallHistory] = field(default_factory=dict)
    gone: list[MissedCaller] = field(default_factory=list)  # callers who came and went
    sinks: dict[int, Sink] = field(default_factory=dict)

    def attach(self, tenant: int, sink: Sink) -> None:
        self.sinks[tenant] = sink

    def up(self) -> bool:
        return self.here

    async def place(self, call: c.PlaceCall) -> e.Event:
        name = call.item.call
        if not self.here:
            return e.CallUnanswered(call=name)
        assert name not in self.channels, "one id is originated once"
        self.placed.append(call)
        self.channels[name] = ChannelPicture(channel=name, answered=False)
        return e.CallUnanswered(call=name) if self.deaf else e.CallSent(call=name)

    async def act(self, command: c.Act) -> e.Event | None:
        if not self.here:
            return None
        self.acts.append(command)
        match command:
            case c.RingAgent():
                self.channels[command.leg] = ChannelPicture(channel=command.leg, answered=False)
            case c.Join():
                self.channels[command.call] = ChannelPicture(
                    channel=command.call, answered=True, bridge=room_of(command.leg)
                )
            case c.LookUp():
                return self._look(command.call)
            case _:
                pass
        return None

    async def picture(self, tenant: int, about: Sequence[str] = ()) -> PbxPicture:
        if not self.here:
            raise Unavailable("The PBX in memory is away.")
        return PbxPicture(
            boot=self.boot,
            channels=tuple(self.channels.values()),
            histories=tuple(self.histories[name] for name in about if name in self.histories),
        )

    async def missed(self, tenant: int, since_utc_s: float) -> Sequence[MissedCaller]:
        if not self.here:
            raise Unavailable("The PBX in memory is away.")
        return [one for one in self.gone if one.arrived_utc_s >= since_utc_s and tenant_of(one.call) == tenant]

    def tell(self, tenant: int, *events: e.Event) -> None:
        """These happened; the ledger takes note and the sink hears of them."""
        for event in events:
            match event:
                case e.CallAnswered():
                    self.channels[event.call] = ChannelPicture(channel=event.call, answered=True)
                case e.LegAnswered():
                    self.channels[event.leg] = ChannelPicture(
                        channel=event.leg, answered=True, bridge=room_of(event.leg)
                    )
                case e.CallEnded():
                    self.channels.pop(event.call, None)
                case e.LegEnded():
                    self.channels.pop(event.leg, None)
                case _:
                    pass
            if tenant in self.sinks:
                self.sinks[tenant](event)

    def _look(self, name: str) -> e.Event:
        channel = self.channels.get(name)
        if channel is None:
            known = self.histories.get(name)
            if known is None:
                return e.CallMissing(call=name)
            return e.CallMissing(
                call=name, answered_utc_s=known.answered_utc_s, ended_utc_s=known.ended_utc_s, cause=known.cause
            )
        return e.CallAnswered(call=name, at_utc_s=0.0) if channel.answered else e.CallSent(call=name)
