"""The faults that `tools/mutants.py` plants: where, what, and which mistake it stands for.

Each `old` stands exactly once in its file (`tests/sim/test_mutants.py` sees to that), so that a planted fault is never
silently not planted. What has a second barrier behind it breaks nothing when it goes alone: then the barrier is taken
away with it (`barriers`), and named beside it.
"""

from tools.planted_edit import Edit, Fault
from tools.planted_faults_callers import CALLERS
from tools.planted_faults_floor import FLOOR
from tools.planted_faults_recording import RECORDING

__all__ = ["PLANTED", "Edit", "Fault"]

PLANTED = (
    # Dialing
    Fault("service/fences.py", "if found > mine or (same_history and found != mine):", "if False:", "no fence"),
    Fault(
        "adapters/memory/store.py",
        'return (member.state, member.taken_as) == ("taken", keep.item.call)',
        "return True",
        "an intent of a member that is not ours to dial",
    ),
    Fault(
        "adapters/memory/store.py", "on_dnc=keep.item.number in rows.dnc,", "on_dnc=False,", "do-not-call from a cache"
    ),
    Fault(
        "adapters/memory/store.py",
        "zones=member.zones,\n                number_live",
        "zones=(),\n                number_live",
        "the callee's hours by the campaign's clock",
    ),
    Fault(
        "core/dialer/hours.py",
        "utc_s, zone(zone_name))\n    second = local.hour * 3600 + local.minute * 60 + local.second\n    today",
        'utc_s, zone("UTC"))\n    second = local.hour * 3600 + local.minute * 60 + local.second\n    today',
        "hours by the server's clock",
    ),
    Fault(
        "core/dialer/hours.py", "return all(is_open(hours", "return any(is_open(hours", "open in any zone, not in all"
    ),
    Fault(
        "service/engine.py",
        "late = self._clock.now().mono_s - intended_s > INTENT_AGE_MAX_S",
        "late = False",
        "old intents are still sent",
    ),
    Fault(
        "core/floor/calls.py",
        "f.move_attempt(call, AttemptCause.UNANSWERED)\n        look(f, call)",
        "endings.close(f, call, EndCause.FAILURE, f.now.utc_s)",
        "a reply timeout is taken for a failure",
    ),
    Fault(
        "core/floor/pacing.py",
        "dialing=run.dialing,",
        "dialing=0,",
        "calls on the way do not count",
    ),
    Fault(
        "core/dialer/pacing.py",
        "computed = floor(picture.agents_free * ratio + ROUNDING)",
        "computed = 2 + floor(picture.agents_free * ratio + ROUNDING)",
        "calls without agents",
    ),
    Fault(
        "core/floor/pairing.py",
        "if trunk is None or trunk.up >= trunk.trunk.capacity:",
        "if trunk is None:",
        "a trunk's lines are not counted",
    ),
    Fault(
        "core/floor/pairing.py",
        "trunk.starts_s.append(f.now.mono_s)",
        "pass",
        "the floor plans more calls a second than a trunk may start",
    ),
    Fault("service/rates.py", "if not trunk.calls_per_s_max:", "if True:", "calls that waited leave all at once"),
    Fault(
        "core/floor/pairing.py",
        "if not (f.started and f.telephony_up and f.store_up):",
        "if not (f.started and f.store_up):",
        "dials while the PBX is out of sight",
    ),
    Fault(
        "core/dialer/retry.py",
        "return Retry(due_utc_s=ended_utc_s + delay_s,",
        "return Retry(due_utc_s=ended_utc_s,",
        "no pause before a retry",
    ),
    Fault(
        "core/dialer/retry.py",
        "and rule.disposition == disposition and count <= rule.max_attempts:",
        "and count <= rule.max_attempts:",
        "a retry rule for one disposition applies to all",
    ),
    Fault(
        "adapters/memory/rows.py",
        "run.taken[member.member_id] = None",
        "pass",
        "members of a dead engine's hopper are lost",
    ),
    Fault(
        "core/floor/runs.py",
        "change(f, run, RunCause.PAUSED, event.by)\n        f.accept",
        "f.accept",
        "a pause is acknowledged and not kept",
    ),
    # Records
    Fault(
        "core/floor/runs.py",
        "run.placed, run.finished = event.placed, event.finished",
        "run.placed, run.finished = event.placed, run.finished + 1",
        "counters drift",
    ),
    Fault("core/floor/endings.py", "f.runs[call.run_id].live -= 1", "pass", "a line is never given back to its run"),
    Fault("core/floor/endings.py", "        trunk.up -= 1\n", "", "a line is never given back to its trunk"),
    Fault(
        "core/floor/endings.py",
        "        call.answered_utc_s = event.answered_utc_s\n",
        "        pass\n",
        "an answer that was not heard of is not recorded",
    ),
    Fault(
        "core/floor/endings.py",
        "    if call is None or call.state is CallState.ENDED:\n        return\n    if call.state is CallState.PLANNED",
        "    if call is None:\n        return\n    if call.state is CallState.PLANNED",
        "an end heard twice is closed twice",
    ),
    Fault(
        "adapters/memory/writes.py",
        "    if attempt.record is not None:\n        return\n    attempt.record",
        "    attempt.record",
        "a final record can change",
    ),
    Fault(
        "core/floor/outcome.py",
        "        return Outcome.HANDLED\n",
        "        return Outcome.ABANDONED\n",
        "handled calls count as abandoned",
    ),
    Fault(
        "core/floor/outcome.py",
        "EndCause.BUSY: Outcome.BUSY",
        "EndCause.BUSY: Outcome.NO_ANSWER",
        "busy is told as no answer",
    ),
    Fault(
        "core/floor/endings.py",
        "ended_utc_s=ended_utc_s,\n        talk_s",
        "ended_utc_s=ended_utc_s + 3600.0,\n        talk_s",
        "times in another zone",
    ),
    Fault(
        "service/keeping.py",
        "batch, answers)\n        done, self._lots = self._lots[:lots], self._lots[lots:]\n",
        "batch, answers)\n        done, self._lots = self._lots[:lots], []\n",
        "records that came meanwhile are lost",
    ),
    Fault(
        "service/keeping.py",
        "_lose(fault)\n                await asyncio.sleep(RETRY_S)\n                self._more.ring()",
        "_lose(fault)\n                self._lots.clear()",
        "records are dropped when the database is away",
    ),
    Fault(
        "service/engine.py",
        "        for answer in reversed(answers):",
        "        for answer in reversed(answers[1:]):",
        "the first answer of a commit is not heard",
    ),
    # What stands at the store, and at what people were told
    Fault(
        "adapters/memory/store.py",
        "        if name in rows.attempts:\n",
        "        if not name:\n",
        "no unique key: an intent that is written again is refused",
    ),
    Fault(
        "adapters/memory/store.py",
        "number_live=keep.item.number in rows.live_numbers or rows.inbound.on_line(keep.item.number),",
        "number_live=False,",
        "a number is dialed while it is on the line",
    ),
    Fault(
        "adapters/memory/store.py",
        "rows.fence = fences.next_fence(rows.fence, history_no=self.history, same_history=same_history)",
        "rows.fence = max(1, rows.fence)",
        "a new owner gets the fence of the old one",
    ),
    Fault(
        "core/floor/pairing.py",
        "if run.state is RUNNING and run.hours_open]",
        "if run.state in (RUNNING, RunState.PAUSED) and run.hours_open]",
        "a paused run dials",
        barriers=(  # the store refuses intents of a run that is not running
            Edit(
                "adapters/memory/store.py",
                "run_running=rows.runs[keep.run_id].state == RunState.RUNNING,",
                "run_running=True,",
            ),
        ),
    ),
    Fault(
        "core/dialer/may_dial.py",
        "if not cap or picture.attempts_24h < cap:",
        "if True:",
        "no limit of attempts a day",
    ),
    Fault(
        "core/dialer/may_dial.py",
        "if picture.agent_sure or picture.abandoned_utc_s is None or "
        "picture.utc_s >= picture.abandoned_utc_s + again_s:",
        "if True:",
        "an abandoned number is called again at once",
    ),
    Fault(
        "core/dialer/may_dial.py",
        "utc_s), is_lawful_hour(campaign, zones, utc_s)\n",
        "utc_s), True\n",
        "the law's hours are not asked for",
    ),
    Fault("core/dialer/retry.py", " and count <= rule.max_attempts:", ":", "retries without an end"),
    Fault(
        "core/floor/endings.py",
        "call.campaign, call.item, outcome=call.outcome, disposition=call.disposition, ended_utc_s=ended_utc_s",
        "call.campaign, call.item, outcome=call.outcome, disposition=None, ended_utc_s=ended_utc_s",
        "a disposition said in the call decides nothing",
        barriers=(  # at the end it is written once more, and decides then
            Edit("core/floor/endings.py", "    save_disposition(f, call)\n    release", "    release"),
        ),
    ),
    Fault(
        "core/floor/endings.py",
        "    note_due(f, call.run_id, retry.due_utc_s)\n    release_line",
        "    release_line",
        "a retry is forgotten",
    ),
    Fault(
        "core/floor/runs.py",
        "held = attempts_held(f, run) if run.doubtful else None",
        "held = None",
        "members of a filling whose answer was lost are lost",
    ),
    Fault(
        "core/floor/pairing.py",
        "if not (f.started and f.telephony_up and f.store_up):",
        "if not (f.started and f.telephony_up):",
        "plans calls while the database is away",
    ),
    Fault(
        "core/floor/recovery.py",
        "        elif stored.item.call not in histories and _may_be_on_its_way(f, stored):",
        "        elif False:",
        "a call that is on its way is taken for never sent",
    ),
    Fault(
        "service/requests.py",
        "return request in self._lasting",
        "return False",
        "a promise is given before it is written",
    ),
    Fault("service/requests.py", "self._answers.pop(request, None)", "pass", "requests that are over are kept"),
    Fault(
        "service/alarm.py",
        "        if loop.time() < self._due_s:\n            self._set(loop)\n        else:\n            self.ring()\n",
        "        if loop.time() < self._due_s:\n            self._set(loop)\n",
        "deadlines wait for the next event",
    ),
    Fault(
        "service/alarm.py",
        "        if loop.time() < self._due_s:\n            self._set(loop)\n        else:",
        "        if loop.time() >= self._due_s:",
        "an alarm that goes off too early is not set again",
    ),
    # The law's counts
    Fault(
        "core/floor/law.py",
        "        ledger.add(call.answered_utc_s, count)\n",
        "",
        "the law's counts leave out who was answered",
    ),
    Fault(
        "core/dialer/compliance/ledger.py",
        "(*before, *self._since_ask.items())",
        "(*before,)",
        "calls that end while the records are reckoned do not count",
    ),
    Fault(
        "core/dialer/compliance/counts.py",
        "return CONNECTED if joined_utc_s - answered_utc_s <= wait_max_s else ABANDONED",
        "return CONNECTED",
        "an agent who came too late makes up for it",
    ),
    Fault(
        "core/floor/opt_out.py",
        "    f.do(OptOut(call=call.call, number=call.item.number, at_utc_s=f.now.utc_s))\n",
        "",
        "a key that was pressed is not written down",
    ),
    Fault(
        "core/floor/destinations.py",
        "    at_once = destination.calls_max - bound.up if destination.calls_max else NO_LIMIT\n",
        "    at_once = NO_LIMIT\n",
        "a destination has no cap",
    ),
    # Facts that come twice, too late, or not at all
    Fault(
        "core/floor/calls.py",
        "    if call.attempt in (AttemptState.ANSWERED, AttemptState.FINAL)"
        " and call.state is not CallState.LISTENING:\n        return\n",
        "",
        "an answer heard twice is taken for two",
    ),
    Fault(
        "core/floor/orphans.py",
        '    f.at(MUSIC_AGAIN_S, "music", call.call)\n    f.at(ORPHAN_S',
        "    f.at(ORPHAN_S",
        "music that was refused is not asked for again",
    ),
    Fault(
        "core/floor/state.py",
        '        state, reason = self.derive(agent)\n        self.touch("agents", agent.agent_id)\n',
        "        state, reason = self.derive(agent)\n",
        "screens are not told of an agent's new state",
    ),
    *FLOOR,
    *RECORDING,
    *CALLERS,
)
