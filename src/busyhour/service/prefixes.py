"""Where a campaign's calls go, as people write it: the beginning of a number, or a country."""

import re
from typing import Final

import msgspec
import phonenumbers

from busyhour.core.model.campaign import Campaign
from busyhour.service.errors import Invalid

COUNTRY: Final = re.compile(r"[A-Za-z]{2}")
SPACES: Final = re.compile(r"[\s().-]")
FIELD: Final = "campaign.destinations"


def with_prefixes(campaign: Campaign) -> Campaign:
    """Countries become the beginnings of their numbers."""
    named = [msgspec.structs.replace(one, prefix=prefix_of(one.prefix)) for one in campaign.destinations]
    return msgspec.structs.replace(campaign, destinations=tuple(named))


def prefix_of(text: str) -> str:
    given = SPACES.sub("", text[:20])
    if not COUNTRY.fullmatch(given):
        return given
    country = given.upper()
    code = phonenumbers.country_code_for_region(country)
    if not code:
        raise Invalid(f"There is no country {country}. Use two letters such as IT, or +39.", field=FIELD)
    if phonenumbers.region_code_for_country_code(code) != country:
        text = f"{country} shares +{code} with other countries: name the beginnings of its numbers with + instead."
        raise Invalid(text, field=FIELD)
    return f"+{code}"
