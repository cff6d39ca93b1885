"""Faults to be planted in how calls and agents are led, and taken over by another engine."""

from tools.planted_edit import Fault

FLOOR = (
    # Calls and ownership
    Fault(
        "service/keeping.py",
        "while self._clock.now().mono_s - self._sure_s > SURE_S:",
        "while False:",
        "an engine that stood still gives orders",
    ),
    Fault(
        "core/floor/recovery.py",
        "        elif channel is not None:\n            adopt(",
        "        elif False:\n            adopt(",
        "living calls are not adopted",
    ),
    Fault(
        "core/floor/recovery.py",
        "    _meet_strangers(f, event.pbx)\n    missed.recover",
        "    missed.recover",
        "strangers are not hung up at a start",
    ),
    Fault(
        "core/floor/calls.py",
        "f.do(HangUpCall(call=event.call))  # nobody's call: never leave a person in silence",
        "pass",
        "an answered call that nobody knows is left alone",
    ),
    Fault("core/floor/calls.py", 'f.at(call.campaign.ring_timeout_s, "ring", call.call)', "pass", "no ring timeout"),
    Fault(
        "core/floor/calls.py",
        "(event.complete and not call.opted_out)",
        "not call.opted_out",
        "who hangs up in the message has heard it",
    ),
    Fault(
        "core/floor/calls.py",
        '    f.at(GONE_S, "gone", call.call)\n\n\ndef on_gone_due',
        "\n\ndef on_gone_due",
        "a hang-up is not followed up",
    ),
    Fault(
        "core/floor/calls.py",
        'f.at(call.campaign.answer_wait_max_s - listening.waited_s(f, call), "wait", call.call)\n',
        "pass\n",
        "nobody ends the wait for an agent",
    ),
    Fault(
        "core/floor/orphans.py",
        "    f.do(Hold(call=call.call, leg=leg, music=call.music))\n    f.at(MUSIC_AGAIN_S",
        "    f.at(MUSIC_AGAIN_S",
        "an orphaned customer hears nothing",
    ),
    Fault(
        "core/floor/orphans.py", '    f.at(ORPHAN_S, "orphan", call.call)\n', "", "an orphaned customer waits for ever"
    ),
    Fault(
        "core/floor/calls.py",
        '    f.at(PROMPT_LOOK_S, "prompt", call.call)\n    f.do(PlayPrompt',
        "    f.do(PlayPrompt",
        "the end of a prompt is not looked for",
    ),
    Fault("core/floor/recovery.py", "    _save_news(f, call, stored)\n\n", "\n", "what a recovery learns is not kept"),
    Fault(
        "core/floor/recovery.py",
        '    f.do(Hold(call=call.call, leg=""))',
        "    pass",
        "an adopted orphan hears nothing",
    ),
    Fault(
        "core/floor/machine.py", "        self._fire_due()\n        rule", "        rule", "deadlines wait for a tick"
    ),
    Fault(
        "core/floor/state.py",
        "if self._due.get((kind, name)) == due_s:",
        "if (kind, name) in self._due:",
        "a stale timer is obeyed",
    ),
    Fault(
        "core/floor/calls.py",
        '    f.drop("wait", call.call)\n    f.move(call, CallCause.JOINED)',
        "    f.move(call, CallCause.JOINED)",
        "a timer outlives what it was set for",
    ),
    Fault(
        "service/engine.py",
        "            await asyncio.sleep(LOOK_EVERY_S)",
        "            await asyncio.sleep(1e9)",
        "the PBX is never looked at",
    ),
    Fault(
        "core/floor/recovery.py",
        "f.boot, f.telephony_up = event.pbx.boot, True\n    compare(f, event.pbx, asked_s=inf, restarted=restarted)",
        "f.boot, f.telephony_up = event.pbx.boot, True",
        "what was missed while the link was down is not made good",
    ),
    # Agents
    Fault(
        "core/floor/calls.py",
        '    agent = f.agents[call.agent_id]\n    agent.call = None\n    f.drop("join", call.call)',
        '    agent = f.agents[call.agent_id]\n    f.drop("join", call.call)',
        "one-way release: the agent keeps a call that was taken from them",
    ),
    Fault(
        "core/floor/endings.py",
        "    wrapup.begin_acw(f, agent, call)\n    if agent",
        "    if agent",
        "the agent is not let go after a call",
    ),
    Fault("core/floor/wrapup.py", '    f.at(seconds, "acw", str(agent.agent_id))\n', "", "a wrap-up without an end"),
    Fault(
        "core/floor/recovery.py",
        '        f.at(left_s, "acw", str(profile.agent_id))\n',
        "",
        "a wrap-up's end is lost at a restart",
    ),
    Fault(
        "core/floor/recovery.py",
        "    agent.pause = profile.pause_reason if",
        "    agent.pause = None if",
        "a pause is lost at a restart",
    ),
    Fault(
        "core/floor/state.py",
        "        if agent.pause is not None:\n            return AgentState.NOT_READY, agent.pause\n",
        "",
        "agents who pause get calls",
    ),
    Fault(
        "core/floor/state.py",
        "            self.idle.remove(agent.agent_id)\n        if self.takes_callers",
        "            pass\n        if self.takes_callers",
        "who is not available stays among the idle",
    ),
    Fault(
        "core/floor/state.py",
        "    def take(self, agent: AgentLive) -> None:\n        self.idle.remove(agent.agent_id)\n",
        "    def take(self, agent: AgentLive) -> None:\n",
        "two calls are offered to one agent",
    ),
    Fault(
        "core/floor/free.py", "insort(self._lines[run_id], place)", "self._lines[run_id].append(place)", "out of line"
    ),
    Fault(
        "core/floor/agents.py",
        "        calls.withdraw(f, call, missed=not was_up)",
        "        pass",
        "an offer to a dead leg is not taken back",
    ),
    Fault(
        "core/floor/agents.py",
        "        agent.next_pause = event.reason\n",
        "        pass\n",
        "a pause asked for during a call is forgotten",
    ),
    Fault(
        "core/floor/agents.py",
        "    if new_tab:\n        _replace_leg(f, agent)\n",
        "",
        "a reloaded desk keeps its dead leg",
    ),
    Fault(
        "core/floor/places.py",
        "    if astray:\n",
        "    if False:\n",
        "a customer whom nobody put into a room stays",
    ),
    Fault(
        "core/floor/places.py",
        "return leg if leg in f.legs and f.agents[f.legs[leg]].call is None else None",
        "return leg if leg in f.legs else None",
        "an agent is given both customers who are found in their room",
    ),
    Fault(
        "core/floor/supervising.py",
        "if any(one.call == call.call and one.agent_id != supervisor.agent_id for one in f.supervisions.values()):",
        "if False:",
        "two supervisors on one call",
    ),
    Fault(
        "core/floor/supervising.py",
        'given_up = one.next_ear is not None and not f.is_due("ear", name)',
        "given_up = False",
        "an ear whose time was over in a taking over is waited for without end",
    ),
)
