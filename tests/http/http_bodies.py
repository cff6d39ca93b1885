"""A good body for every operation that takes one, by the operation's name."""

from typing import Any

from busyhour.adapters.asterisk.sounds import tone, wav

CAMPAIGN = {"campaign": {"campaign_id": 0, "name": "spring", "dial_mode": "progressive"}, "status": "runnable"}
TRUNK = {"name": "line", "host": "192.0.2.1", "capacity": 5}

QUEUE = {"queue_id": 0, "name": "Support"}
DIALED = {"number_id": 0, "pattern": "+39069XX*", "treatment": {"to": [{"kind": "number", "target": "+390612345678"}]}}


def body(**fields: Any) -> dict[str, Any]:
    return {"json": fields}


FILE = {"files": {"file": ("people.csv", b"number,name\n+390612345678,Ada\n", "text/csv")}}
SOUND = {"files": {"file": ("beep.wav", wav(tone((440.0,), 0.2, 0.3)), "audio/wav")}}

BODIES: dict[str, dict[str, Any]] = {
    "log_in": body(login="administrator@here", password="a long enough passphrase"),
    "change_password": body(old="a long enough passphrase", new="another good passphrase"),
    "create_token": body(name="robot"),
    "create_user": body(login="newcomer", role="agent"),
    "edit_user": body(name="Other Name"),
    "edit_agent": body(name="Other Name"),
    "create_pause_reason": body(name="coffee"),
    "create_disposition": body(code="later", label="Later"),
    "create_trunk": body(**TRUNK),
    "edit_trunk": body(capacity=7),
    "create_prompt": body(name="greeting", text="Hello there.", language="en-US"),
    "upload_prompt": SOUND,
    "create_campaign": body(**CAMPAIGN),
    "replace_campaign": body(**CAMPAIGN),
    "make_plan": body(answer_chance=0.3, agents=[2], modes=["progressive"]),
    "create_list": body(name="spring"),
    "edit_list": body(name="summer"),
    "add_dnc": body(numbers=["+390612345679"]),
    "preview_import": FILE,
    "add_range": {"json": {"first": "5550000", "count": 2, "short_numbers": True}},
    "start_import": FILE,
    "pause": body(reason="lunch"),
    "management": body(jsonrpc="2.0", id=1, method="which"),
    "reserve": {"params": {"op": "reserve", "agent": "SIP/302"}},
    "dial_preview": body(call="c1-0"),
    "skip_preview": body(call="c1-0", reason="not now"),
    "dial_by_hand": body(campaign_id=1, number="+390612345678"),
    "set_skills": body(skills={"sales": 3}),
    "create_queue": body(**QUEUE),
    "replace_queue": body(**QUEUE),
    "replace_inbound": body(ageing_s=30.0),
    "set_queue_emergency": body(on=True),
    "create_dialed_number": body(**DIALED),
    "replace_dialed_number": body(**DIALED),
    "set_number_emergency": body(on=True),
    "ask_callback": body(number=""),
    "assign_caller": body(agent_id=1),
    "set_recording_rule": body(recording="always", recording_days=30),
    "hold_recording": body(held=True),
    "ask_recording": body(wish="pause"),
    "decide_recording": body(record=True),
    "supervise": body(mode="listen"),
    "set_supervision_rule": body(listening_shown=False),
    "transfer": body(kind="number", target="06 12345678"),
    "consult": body(kind="number", target="06 12345678"),
    "pick_up_parked": body(slot=1),
    "choose_disposition": body(call="c1-0", disposition="sold"),
}
