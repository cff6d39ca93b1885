"""The recorder of the simulated PBX: at most one on a customer's channel, and it ends with the channel."""

from collections.abc import Callable
from dataclasses import dataclass

from busyhour.core import commands as c
from busyhour.core import events as e
from busyhour.core.model.recording_facts import RecordingEnded, RecordingFailed, RecordingStarted
from busyhour.sim.ledger import Channel, Ledger


@dataclass(slots=True)
class Recorders:
    broken: bool = False  # it cannot begin anything
    check_start: Callable[[Channel], None] = lambda channel: None

    def act(self, ledger: Ledger, order: c.Act) -> e.Event:
        match order:
            case c.StartRecording():
                return self.start(ledger, order)
            case c.StopRecording():
                return self.stop(ledger, order)
        raise AssertionError(f"unknown order {order!r}")

    def start(self, ledger: Ledger, order: c.StartRecording) -> e.Event:
        channel = ledger.live.get(order.call)
        if self.broken or channel is None or channel.answered_s is None:
            why = "no such call" if channel is None else "the file cannot be written"
            return RecordingFailed(call=order.call, recording=order.recording, part=order.part, why=why)
        channel.taping = order.recording, order.part
        channel.taped[order.recording, order.part] = None
        self.check_start(channel)
        return RecordingStarted(call=order.call, recording=order.recording, part=order.part)

    def stop(self, ledger: Ledger, order: c.StopRecording) -> e.Event:
        channel = ledger.live.get(order.call)
        if channel is not None:
            channel.taping = None
        return RecordingEnded(call=order.call, recording=order.recording, part=order.part)
