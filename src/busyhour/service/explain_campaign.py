"""What a campaign is doing, why, and what the law leaves to it: sentences for people, from what is stored and live."""

from typing import Any

import msgspec
from msgspec import Struct

from busyhour.core.dialer.compliance.budget import percent
from busyhour.core.dialer.compliance.detector import false_share
from busyhour.core.dialer.compliance.presets import YEAR_DAYS, Preset, preset_of
from busyhour.core.model.campaign import Campaign, Machines
from busyhour.core.model.values import DialMode, MachineAction
from busyhour.service import records as r
from busyhour.service.ports import Campaigns

DRIFT_TOLD = 0.02  # less is no news


class CampaignExplanation(Struct, frozen=True, kw_only=True):
    """`now`: what it does and why. `law`: what was abandoned, what is left, and what else the law asks."""

    campaign_id: int
    name: str
    run_state: str | None
    now: tuple[str, ...]
    law: tuple[str, ...]


async def explain_campaign(tenant: int, campaign_id: int, *, campaigns: Campaigns, live: bytes) -> CampaignExplanation:
    row = await campaigns.campaign(tenant, campaign_id)
    runs = msgspec.json.decode(live)["state"]["runs"]
    run = runs.get(str(row.run_id)) if row.run_id is not None else None
    return CampaignExplanation(
        campaign_id=campaign_id,
        name=row.campaign.name,
        run_state=row.run_state,
        now=tuple(about_now(row, run)),
        law=tuple(about_law(row.campaign, run)),
    )


def about_now(row: r.CampaignRow, run: dict[str, Any] | None) -> list[str]:
    if row.faults:
        return ["It cannot be started.", *row.faults]
    if run is None:
        return ["It has no run: start it."] if row.run_id is None else ["Its run is not on the floor yet; ask again."]
    said = [f"The run is {run['state']}: {run['why']}." if run["why"] else f"The run is {run['state']}."]
    if run.get("halted"):
        said.append("Look into it; then let it go on, and it is judged by the attempts made from then on.")
    said.append(
        f"{run['dialing']} calls are being dialed, {run['waiting']} answered calls wait for an agent, "
        f"{run['talking']} talk, {run['agents_free']} agents are free."
    )
    if pacing := run.get("pacing"):
        if pacing["dial_mode"] == DialMode.PREDICTIVE and not (
            run["agents_free"] or pacing["talking"] or pacing["wrapping"]
        ):
            said.append("None of its agents is at work, so nothing is dialed: one has to press Ready at the desk.")
        said += about_pacing(pacing, told=run["why"])
    return said


def about_pacing(pacing: dict[str, Any], *, told: str = "") -> list[str]:
    """What stands behind the number of calls that are placed now. `told`: what was said already."""
    said = []
    if pacing["paced"] != pacing["dial_mode"]:
        reason = f": {pacing['reason']}" if pacing["reason"] not in told else ""
        said.append(f"The campaign asks for {pacing['dial_mode']}; now it goes {pacing['paced']}{reason}.")
    if pacing["paced"] == DialMode.PREDICTIVE:
        said += _figures(pacing)
    if pacing["given_up"]:
        said.append(f"{pacing['given_up']} calls were given up while ringing, for nobody could have taken them.")
    return said


def _figures(pacing: dict[str, Any]) -> list[str]:
    lately = f"; lately {pacing['answer_drift']:.2f} times as many answer as was learned"
    return [
        (
            f"Within {pacing['horizon_s']:.0f} s about {pacing['free_expected']:.1f} of {pacing['talking']} talking "
            f"and {pacing['wrapping']} wrapping agents get free, and about {pacing['answers_expected']:.1f} of the "
            f"{pacing['dialing']} calls on their way are answered."
        ),
        (
            f"A number dialed now is answered with chance {percent(pacing['answer_chance'])}"
            f"{lately if abs(pacing['answer_drift'] - 1.0) > DRIFT_TOLD else ''}."
        ),
        (
            f"One more call would find nobody with chance {percent(pacing['risk'])}; the price accepted is "
            f"{percent(pacing['price'])}, so that {percent(pacing['aim'])} are abandoned in {pacing['window']}."
        ),
    ]


def about_law(campaign: Campaign, run: dict[str, Any] | None) -> list[str]:
    preset = preset_of(campaign.compliance.preset)
    said = [f"The law is that of: {preset.name}."]
    law = run["law"] if run else None
    if law:
        said += [_window(window) for window in law["windows"]]
        said.append(_verdict(campaign, law))
    return [*said, *_duties(campaign, preset)]


def _window(window: dict[str, Any]) -> str:
    if window["rate"] is None:
        return f"The calls of {window['window']} are not counted yet (limit {percent(window['limit'])})."
    return (
        f"In {window['window']} {percent(window['rate'])} of at most {percent(window['limit'])} were abandoned "
        f"({window['abandoned']:.10g} of {window['live']:.10g} answered{_taken(window)}); "
        f"{window['left']} more would fit."
    )


def _taken(window: dict[str, Any]) -> str:
    people = window.get("taken_for_machines", 0.0)
    return f", of which {people:.3g} estimated people whom the detector took for machines" if people else ""


def _verdict(campaign: Campaign, law: dict[str, Any]) -> str:
    if campaign.dial_mode is DialMode.AGENTLESS:
        return "A message is what its calls are for, so none of them waits for an agent."
    if law["progressive"]:
        return "Nothing is left, so no call is placed without a free agent (progressive)."
    return "So calls may be placed ahead of free agents, in a dial mode that does so; progressive never does."


def _duties(campaign: Campaign, preset: Preset) -> list[str]:
    said = []
    if preset.ring_min_s:
        said.append(f"Unanswered calls ring {campaign.ring_timeout_s:g} s; the least is {preset.ring_min_s:g} s.")
    if preset.message and campaign.dial_mode is not DialMode.AGENTLESS:
        own = (
            "its own message"
            if campaign.abandon_prompt
            else "the general farewell message: give it one that says who calls"
        )
        said.append(f"Who finds no agent within {campaign.answer_wait_max_s:g} s hears {own}.")
    if key := campaign.compliance.opt_out_key:
        said.append(f"Who presses {key} while a message plays is put on the do-not-call list.")
    if preset.abandoned_again_s:
        said.append(f"Whoever was abandoned is not called again for {preset.abandoned_again_s / 3600:g} hours.")
    said += _about_machines(campaign.machines, preset)
    if preset.kept_days:
        said.append(
            f"The records have to be kept for {_years(preset.kept_days)}: Busyhour never deletes them, and "
            "`busyhour compliance --csv FILE` exports them."
        )
    return said


def _about_machines(machines: Machines, preset: Preset) -> list[str]:
    if not machines.detection:
        return ["Answering machines are not detected: they are given to agents."]
    listening, test, share = machines.listening, machines.test, percent(false_share(machines.test))
    fate = "hears a message" if machines.action is MachineAction.MESSAGE else "is hung up on"
    said = [
        f"The PBX listens for up to {listening.analysis_max_s:g} s, within the time for an agent, who has answered.",
        f"A machine {fate}.",
    ]
    if test.calls:
        said.append(
            f"On {test.on} {test.people} of {test.calls} detected machines were found to be people. So {share} of them "
            "are taken to be, at most, and count as abandoned."
        )
    else:
        said.append(
            "Nobody has tested the detector, so all whom it takes for machines count as abandoned people. Test it, and "
            "enter what came of it."
        )
    again_s = max(preset.machine_again_s, machines.again_s)
    if again_s:
        said.append(
            f"A machine's number is not called again for {again_s / 3600:g} hours without an agent on the line."
        )
    return said


def _years(days: int) -> str:
    years = days // YEAR_DAYS
    return "a year" if years == 1 else f"{years} years"
