"""`Floor.handle(now, event) -> commands`: the machine.

Two kinds of rule, kept apart: event rules (one function for each event, in `agents`, `calls`, `runs`, `recovery`), and
joint rules (`pairing`), which run after every event to a fixed point.
"""

from collections.abc import Callable
from typing import Any

from busyhour.core import events as e
from busyhour.core.commands import Command
from busyhour.core.floor import (
    accompanied,
    agents,
    callbacks,
    callers,
    calls,
    clocks,
    consulting,
    endings,
    law,
    listening,
    manual,
    missed,
    offers,
    opt_out,
    orphans,
    outside,
    pairing,
    parking,
    preview,
    queues,
    recording,
    recovery,
    runs,
    supervising,
    wrapup,
)
from busyhour.core.floor.call_live import CallerCall, CallLive, DialedCall
from busyhour.core.floor.state import CLOCK_SET_S, FloorState
from busyhour.core.model import recording_facts as rf
from busyhour.core.model import supervising as sv

DEADLINES_AT_ONCE_MAX = 10_000

Rule = Callable[[FloorState, Any], None]
Due = Callable[[FloorState, str], None]

RULES: dict[type[e.Event], Rule] = {
    e.FloorStarted: recovery.on_floor_started,
    e.TelephonyBack: recovery.on_telephony_back,
    e.PbxSeen: recovery.on_pbx_seen,
    e.TelephonyLost: runs.on_telephony_lost,
    e.StoreLost: runs.on_store_lost,
    e.StoreBack: runs.on_store_back,
    e.AgentChanged: agents.on_agent_changed,
    e.AgentRemoved: agents.on_agent_removed,
    e.TrunkChanged: runs.on_trunk_changed,
    e.CampaignChanged: runs.on_campaign_changed,
    e.RunStarted: runs.on_run_started,
    e.RunPauseAsked: runs.on_run_pause_asked,
    e.RunUnpauseAsked: runs.on_run_unpause_asked,
    e.RunRemoveAsked: runs.on_run_remove_asked,
    e.HopperFilled: runs.on_hopper_filled,
    e.RunCounted: runs.on_run_counted,
    e.NumbersAdded: runs.on_numbers_added,
    e.NumbersListed: preview.on_numbers_listed,
    e.NumberOptedOut: opt_out.on_number_opted_out,
    e.Reckoned: law.on_reckoned,
    e.CallCommitted: calls.on_call_committed,
    e.CallRefused: calls.on_call_refused,
    e.CallSent: calls.on_call_sent,
    e.CallNotSent: calls.on_call_not_sent,
    e.CallUnanswered: calls.on_call_unanswered,
    e.CallRang: calls.on_call_rang,
    e.CallPickedUp: listening.on_call_picked_up,
    e.CallAnswered: calls.on_call_answered,
    e.CallEnded: endings.on_call_ended,
    e.CallMissing: calls.on_call_missing,
    e.PromptEnded: calls.on_prompt_ended,
    e.PromptMissing: calls.on_prompt_missing,
    e.DigitPressed: opt_out.on_digit_pressed,
    e.QueueChanged: queues.on_queue_changed,
    e.QueueRemoved: queues.on_queue_removed,
    e.NumbersChanged: queues.on_numbers_changed,
    e.AgeingChanged: queues.on_ageing_changed,
    e.WrapUpChanged: wrapup.on_usual_changed,
    e.CallArrived: callers.on_call_arrived,
    e.CallersMissed: missed.on_callers_missed,
    e.WhisperEnded: offers.on_whisper_ended,
    e.AssignAsked: offers.on_assign_asked,
    e.CallbackAsked: callbacks.on_callback_asked,
    e.CallbackCancelAsked: callbacks.on_callback_cancel_asked,
    e.SendOnAsked: outside.on_send_on_asked,
    e.ConsultAsked: consulting.on_consult_asked,
    e.ConsultStepAsked: consulting.on_consult_step_asked,
    e.SeatFailed: consulting.on_seat_failed,
    e.ParkAsked: parking.on_park_asked,
    e.PickUpAsked: parking.on_pick_up_asked,
    e.CallJoined: calls.on_call_joined,
    e.JoinFailed: calls.on_join_failed,
    e.AgentLinked: agents.on_agent_linked,
    e.AgentUnlinked: agents.on_agent_unlinked,
    e.PhoneRegistered: agents.on_phone_registered,
    e.PhoneGone: agents.on_phone_gone,
    e.LegAnswered: agents.on_leg_answered,
    e.LegEnded: agents.on_leg_ended,
    e.ReadyAsked: agents.on_ready_asked,
    e.PauseAsked: agents.on_pause_asked,
    e.LogOffAsked: agents.on_log_off_asked,
    e.HangUpAsked: agents.on_hang_up_asked,
    e.HoldAsked: agents.on_hold_asked,
    e.ResumeAsked: agents.on_resume_asked,
    e.PreviewDialAsked: preview.on_preview_dial_asked,
    e.SkipAsked: preview.on_skip_asked,
    e.ManualDialMayAsked: manual.on_manual_dial_may_asked,
    e.ManualDialAsked: manual.on_manual_dial_asked,
    sv.SuperviseAsked: supervising.on_supervise_asked,
    sv.TakeOverAsked: supervising.on_take_over_asked,
    sv.SuperviseEndAsked: supervising.on_supervise_end_asked,
    sv.ListeningShownChanged: supervising.on_listening_shown_changed,
    sv.EarOpened: supervising.on_ear_opened,
    sv.EarClosed: supervising.on_ear_closed,
    e.DispositionChosen: wrapup.on_disposition_chosen,
    e.WrapUpEndAsked: wrapup.on_wrap_up_end_asked,
    rf.RecordingStarted: recording.on_recording_started,
    rf.RecordingEnded: recording.on_recording_ended,
    rf.RecordingFailed: recording.on_recording_failed,
    rf.RecordAsked: recording.on_record_asked,
    rf.RecordingDecided: recording.on_recording_decided,
    rf.RecordingRuleChanged: recording.on_recording_rule_changed,
    rf.RecordingRoomChanged: recording.on_recording_room_changed,
}
"""Which rule hears which event. `ClockTicked` needs none: deadlines are looked at anyway."""

DUE: dict[str, Due] = {
    "link": agents.on_link_due,
    "leg": agents.on_leg_due,
    "leg-retry": agents.on_leg_retry_due,
    "ear": supervising.on_ear_due,
    "take": supervising.on_take_due,
    "acw": wrapup.on_acw_due,
    "preview": preview.on_preview_due,
    "lift": accompanied.on_lift_due,
    "ring": calls.on_ring_due,
    "listen": listening.on_listen_due,
    "wait": calls.on_wait_due,
    "join": calls.on_join_due,
    "orphan": orphans.on_orphan_due,
    "music": orphans.on_music_due,
    "rejoin": orphans.on_rejoin_due,
    "rest": offers.on_rest_due,
    "whisper": offers.on_whisper_due,
    "entry": callers.on_entry_due,
    "announce": callers.on_announce_due,
    "outside": outside.on_outside_due,
    "consult": consulting.on_consult_due,
    "park": parking.on_park_due,
    "direct": callers.on_direct_due,
    "callback": callbacks.on_callback_due,
    "missed": missed.on_missed_due,
    "queues": queues.on_queues_due,
    "strand": orphans.on_strand_due,
    "max": calls.on_max_due,
    "gone": calls.on_gone_due,
    "look": calls.on_look_due,
    "prompt": calls.on_prompt_due,
    "opt-out": opt_out.on_opt_out_due,
    "record": recording.on_record_due,
    "record-remind": recording.on_remind_due,
    "hours": runs.on_hours_due,
    "due": runs.on_run_due,
    "rate": runs.on_run_due,
    "minute": runs.on_run_due,
    "second": runs.on_run_due,
    "destination": runs.on_run_due,
    "pace": runs.on_run_due,
    "forget-run": runs.on_forget_run_due,
}
"""What is done when a deadline passes. Each rule checks that the thing it was set for still stands."""


class Floor(FloorState):
    """One tenant's live contact center. One task owns it; nothing else may touch it."""

    __slots__ = ()

    def handle(self, now: e.Instant, event: e.Event) -> list[Command]:
        """Take one fact in; answer what is to be done, in order. `now.mono_s` never goes backwards."""
        assert now.mono_s >= self.now.mono_s, "the monotonic clock went backwards"
        set_by_s = now.utc_s - self.now.utc_s - (now.mono_s - self.now.mono_s)
        if abs(set_by_s) > CLOCK_SET_S:
            self.clock_set = now.mono_s, set_by_s
        self.now, self.out = now, []
        if self._agenda and self._agenda[0][0] <= now.mono_s:
            self._fire_due()
        rule = RULES.get(type(event))
        if rule is not None:
            rule(self, clocks.in_our_time(self, event))
        pairing.settle(self)
        return self.out

    def take_touched(self) -> list[tuple[str, str]]:
        """What has changed since the last time this was asked: (kind, id)."""
        touched = list(self.touched)
        self.touched.clear()
        return touched

    def gave_up(self, call: str) -> bool:
        """Of one whose intent is being committed: its agent has gone meanwhile. The PBX need not have it to stop it."""
        live = self.call_of(call)
        return isinstance(live, DialedCall | CallerCall) and live.hint is not None

    def heard_at(self) -> dict[str, e.Instant]:
        """When we heard of the answers of calls that are up: for a floor that is begun anew in the same process."""
        both: tuple[CallLive, ...] = (*self.calls.values(), *self.callers.values())
        return {call.call: call.answered_at for call in both if call.answered_at is not None}

    def _fire_due(self) -> None:
        for _ in range(DEADLINES_AT_ONCE_MAX):
            due = self.pop_due()
            if due is None:
                return
            kind, name = due
            DUE[kind](self, name)
            pairing.settle(self)
