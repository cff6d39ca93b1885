"""People outside whom agents consult, and rooms with three in them, on the simulated PBX.

Who is in which room stands in the ledger: a customer by `Channel.room`, an agent's leg or a party by `Channel.seat`.
What somebody outside does goes by the last digit of the number, so that it costs no throw of the dice.
"""

from dataclasses import dataclass

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.model.ids import is_party, room_of, tenant_of
from busyhour.core.model.values import EndCause
from busyhour.sim.ledger import Channel, Violation
from busyhour.sim.pbx import SimPbx, now_s

ANSWERS_S, STAYS_S = 1.5, 12.0  # whoever is consulted outside
BUSY, RINGS_ON, SHORT = "8", "7", "6"  # last digits: is busy; does not answer; hangs up soon
BUSY_S, SHORT_S = 0.5, 1.0


@dataclass(slots=True)
class PartiesPbx(SimPbx):
    def act(self, command: c.Act, *, late: bool = False) -> e.Event | None:
        match command:
            case c.RingParty():
                self._ring_party(command)
            case c.Seat():
                return self._seat(command)
            case c.SetAside(leg=name):
                if name in self.ledger.live:
                    self.ledger.live[name].seat, self.ledger.live[name].aside = None, True
            case c.Bind():
                return self._bind(command, late=late)
            case _:
                return super(PartiesPbx, self).act(command, late=late)
        return None

    def _ring_party(self, command: c.RingParty) -> None:
        name = command.leg
        if name in self.ledger.channels:
            return
        channel = Channel(name=name, tenant=tenant_of(name) or 0, began_utc_s=self.utc(), began_s=now_s())
        channel.out_trunk_id, channel.sent_to = command.trunk.trunk_id, command.number
        self.ledger.begin(channel)
        self.ledger.take_line(channel, channel.out_trunk_id)
        if self.ledger.up_on_trunk[channel.tenant, channel.out_trunk_id] > command.trunk.capacity:
            raise Violation(f"I8: more than {command.trunk.capacity} calls on trunk {channel.out_trunk_id}")
        how = command.number[-1]
        if how == BUSY:
            self._later(channel, BUSY_S, self.end, channel, EndCause.BUSY)
            return
        self._later(channel, command.ring_timeout_s + 2.0, self._not_picked_up, channel)
        if how != RINGS_ON:
            self._later(channel, ANSWERS_S, self.pick_up, name)
            self._later(channel, ANSWERS_S + (SHORT_S if how == SHORT else STAYS_S), self.end, channel, EndCause.NORMAL)
            self._later(channel, command.call_max_s, self.end, channel, EndCause.TIMEOUT)

    def _seat(self, command: c.Seat) -> e.Event | None:
        who, host = self.ledger.live.get(command.leg), self.ledger.live.get(command.room)
        if who is None or host is None or who.answered_utc_s is None or host.answered_utc_s is None:
            return e.SeatFailed(leg=command.leg, room=command.room)
        if who.tenant != host.tenant:
            raise Violation(f"I19: {who.name} was put into the room of {host.name}")
        who.seat, who.aside = None if who is host else host.name, False
        return None

    def _clear_room(self, command: c.Join) -> None:
        super(PartiesPbx, self)._clear_room(command)
        for other in self.ledger.live.values():
            if other.seat == command.leg and other.name not in command.beside:
                other.seat, other.aside = None, True

    def _bind(self, command: c.Bind, *, late: bool) -> e.Event | None:
        call, party = self.ledger.live.get(command.call), self.ledger.live.get(command.leg)
        if call is None or party is None or party.answered_utc_s is None or call.answered_utc_s is None:
            return e.JoinFailed(call=command.call, leg=command.leg)
        party.seat, party.aside = party.name, False
        self.ledger.enter_room(call, room_of(party.name), late=late)
        self._set_audio(call, "outside")
        self.hear(call.tenant, e.CallJoined(call=call.name, leg=party.name, at_utc_s=self.utc()))
        return None

    def end(self, channel: Channel, cause: EndCause, *, message_heard: bool = False) -> None:
        was_up = channel.live
        super(PartiesPbx, self).end(channel, cause, message_heard=message_heard)
        if was_up and not channel.number:
            for other in self.ledger.live.values():
                if other.seat == channel.name:  # its room goes with the leg
                    other.seat, other.aside = None, True

    def _room_of(self, channel: Channel) -> str | None:
        if channel.seat is not None:
            return room_of(channel.seat)
        at_home = not is_party(channel.name) and not channel.aside
        return room_of(channel.name) if at_home else None
