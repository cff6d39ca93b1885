"""Faults to be planted in how callers are led: at the door, in line, offered, called back, taken over."""

from tools.planted_edit import Fault

CALLERS = (
    # In line
    Fault(
        "core/acd/entries.py",
        "        if entry.to_tail:\n            entry.since_s",
        "        if True:\n            entry.since_s",
        "a message costs a caller their place",
    ),
    Fault(
        "core/acd/routing.py",
        "        self._pools[medium].add(bit, agent_id, standing)\n        self._look_at(medium, agent_id)\n",
        "        self._pools[medium].add(bit, agent_id, standing)\n",
        "no caller is looked for when an agent gets free",
    ),
    Fault(
        "core/acd/routing.py",
        "            heappush(self._came, one.place)\n            if len",
        "            if len",
        "no agent is looked for when a caller comes",
    ),
    Fault(
        "core/floor/callers.py",
        '    f.do(Hold(call=call.call, leg="", music=call.music))\n    look_again',
        "    look_again",
        "who waits hears nothing",
    ),
    # At the door
    Fault(
        "core/floor/callers.py",
        "    else:\n        f.do(AnswerCall(call=call.call, call_max_s=pairing.TALK_MAX_S))\n\n\ndef on_answered",
        "\n\ndef on_answered",
        "an order to answer that was lost is not given again",
    ),
    Fault(
        "core/floor/recovery.py",
        "                caller_recovery.meet(f, channel)\n",
        "                pass\n",
        "a caller of whom nobody has told rings for ever",
    ),
    # Offers
    Fault(
        "core/floor/offers.py",
        "        for agent_id in losers:\n            _let_go(f, f.agents[agent_id])\n",
        "",
        "who was too late keeps the caller, too",
    ),
    Fault(
        "core/floor/offers.py",
        "    if call.agent_id is None and not call.ringing:\n        back_to_line(f, call)\n",
        "",
        "whom nobody picks up for is in no line any more",
    ),
    Fault(
        "core/floor/offers.py",
        '    f.at(WHISPER_MAX_S, "whisper", call.call)\n',
        "",
        "a whisper of which nobody tells the end keeps the caller waiting",
    ),
    # Callbacks
    Fault(
        "core/floor/callers.py",
        "    if promise is not None:\n        callbacks.came_back(f, promise, place)\n",
        "",
        "who called again is called back all the same",
    ),
    Fault(
        "core/floor/callbacks.py",
        "    f.entries.promises.reached(callback.callback)\n    _over(f, callback, back=True)\n",
        "    pass\n",
        "a promise that was kept is open still",
    ),
    Fault(
        "core/floor/callbacks.py",
        "    for trunk_id in (call.trunk_id, call.out_trunk_id):\n",
        "    for trunk_id in (call.out_trunk_id,):\n",
        "the line of a callback is never free again",
    ),
    # Taken over
    Fault(
        "core/floor/caller_recovery.py",
        "        elif stored.call not in histories and _may_be_on_its_way(f, stored):",
        "        elif False:",
        "a callback's dial that is on its way is taken for never sent",
    ),
    Fault(
        "core/floor/caller_recovery.py",
        "        _keep_place(f, call)\n        callers.go_on",
        "        callers.go_on",
        "a new engine forgets who was let in",
    ),
    Fault(
        "core/floor/place_recovery.py",
        "        since_s=picture.since_utc_s,\n",
        "        since_s=picture.since_utc_s + 60.0,\n",
        "a new engine takes a caller's age away",
    ),
    Fault(
        "core/floor/caller_recovery.py",
        '    f.do(Hold(call=call.call, leg="", music=call.music))\n    f.at(orphans.MUSIC_AGAIN_S',
        "    f.at(orphans.MUSIC_AGAIN_S",
        "an adopted caller without their agent hears nothing",
    ),
    Fault(
        "core/floor/missed.py",
        "        if one.call not in f.callers and one.call not in f.gone:\n",
        "        if False:\n",
        "callers who came and went while no engine was there leave no record",
    ),
    Fault(
        "core/floor/missed.py",
        "        f.missed_since_utc_s = since_utc_s\n        find_soon(f)",
        "        f.missed_since_utc_s = f.now.utc_s + SLACK_S\n        find_soon(f)",
        "a new engine looks for callers only from its own start on",
    ),
    Fault(
        "core/acd/lost.py",
        "return number not in self._promised and",
        "return",
        "who gives up twice on one day is called back twice",
    ),
)
