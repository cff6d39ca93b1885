"""Skills as people type them: a name and a level. They are compared in lower case, without spaces around them."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from busyhour.core.model.queue import LEVEL_MAX, SKILLS_MAX, SkillNeed
from busyhour.service.errors import Invalid

SKILL: Final = re.compile(r"[^\x00-\x1f\x7f,:]{1,40}")


def skill_named(text: str, field: str) -> str:
    name = text.strip().lower()
    if not SKILL.fullmatch(name):
        raise Invalid("A skill's name has 1 to 40 characters, none of them , or :", field=field)
    return name


def check_level(level: int, field: str) -> None:
    if not 1 <= level <= LEVEL_MAX:
        raise Invalid(f"A skill's level is 1 to {LEVEL_MAX}.", field=field)


def skills_kept(skills: Mapping[str, int], field: str) -> dict[str, int]:
    """An agent's, in order of their names."""
    if len(skills) > SKILLS_MAX:
        raise Invalid(f"An agent has at most {SKILLS_MAX} skills.", field=field)
    kept: dict[str, int] = {}
    for text, level in skills.items():
        name = skill_named(text, field)
        check_level(level, f"{field}.{name}")
        if name in kept:
            raise Invalid(f"The skill {name!r} is named twice.", field=field)
        kept[name] = level
    return dict(sorted(kept.items()))


def needs_kept(needs: Iterable[SkillNeed], field: str) -> tuple[SkillNeed, ...]:
    """A queue's, in the order given."""
    kept = tuple(SkillNeed(skill_named(need.skill, f"{field}[{n}].skill"), need.level) for n, need in enumerate(needs))
    if len(kept) > SKILLS_MAX:
        raise Invalid(f"A queue asks for at most {SKILLS_MAX} skills.", field=field)
    for n, need in enumerate(kept):
        check_level(need.level, f"{field}[{n}].level")
    if len({need.skill for need in kept}) != len(kept):
        raise Invalid("The same skill is named twice.", field=field)
    return kept
