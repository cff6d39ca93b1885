"""What a campaign may be told of its law, its destinations, its pace and when to stop; one error for what cannot be."""

from typing import Any

import pytest

from busyhour.core.model.values import Role
from busyhour.service.errors import Invalid
from busyhour.service.prefixes import prefix_of
from tests.http.http_bodies import CAMPAIGN
from tests.http.http_world import Tenant, World
from tests.http.test_http_nouns import ask

ITALY = {"prefix": "+39", "calls_max": 2, "per_minute_max": 0}


def body_of(change: dict[str, Any]) -> Any:
    return {**CAMPAIGN, "campaign": {**CAMPAIGN["campaign"], **change}}  # type: ignore[dict-item]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"compliance": {"preset": "own", "opt_out_key": "99"}}, "campaign.compliance.opt_out_key"),
        ({"compliance": {"preset": "own", "opt_out_key": "a"}}, "campaign.compliance.opt_out_key"),
        ({"compliance": {"preset": "strict", "opt_out_key": ""}}, "campaign.compliance.opt_out_key"),
        ({"compliance": {"opt_out_prompt": "nothing"}}, "campaign.compliance.opt_out_prompt"),
        ({"pacing": {"correction": 5}}, "campaign.pacing.correction"),
        ({"watch": {"attempts": 1}}, "campaign.watch.attempts"),
        ({"watch": {"answered_min": 30}}, "campaign.watch.answered_min"),
        ({"destinations": [{"prefix": "39"}]}, "campaign.destinations"),
        ({"destinations": [{"prefix": "XX"}]}, "campaign.destinations"),
        ({"destinations": [{"prefix": "CA"}]}, "campaign.destinations"),
        ({"destinations": [ITALY, {"prefix": "it"}]}, "campaign.destinations"),
        ({"destinations": [{**ITALY, "calls_max": -1}]}, "campaign.destinations"),
    ],
)
async def test_settings_that_cannot_be(world: World, here: Tenant, change: dict[str, Any], field: str) -> None:
    answer = await ask(world, here.people[Role.ADMINISTRATOR], "POST", "/api/campaigns", body_of(change))
    assert (answer.status_code, answer.json()["error"]["field"]) == (422, field), answer.text


async def test_a_country_is_the_beginning_of_its_numbers(world: World, here: Tenant) -> None:
    change = {"destinations": [{"prefix": "it", "calls_max": 2}, {"prefix": "+39 06"}]}
    answer = await ask(world, here.people[Role.ADMINISTRATOR], "POST", "/api/campaigns", body_of(change))
    named = [one["prefix"] for one in answer.json()["campaign"]["destinations"]]
    assert (answer.status_code, named) == (201, ["+39", "+3906"])


@pytest.mark.parametrize(
    ("text", "prefix"), [("GB", "+44"), ("us", "+1"), ("+1 416", "+1416"), ("nonsense", "nonsense")]
)
def test_beginnings_of_numbers(text: str, prefix: str) -> None:
    assert prefix_of(text) == prefix


def test_a_country_that_shares_its_code_has_to_be_named_by_numbers() -> None:
    with pytest.raises(Invalid, match=r"CA shares \+1 .* name the beginnings"):
        prefix_of("CA")
