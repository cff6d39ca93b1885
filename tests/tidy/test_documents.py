"""The documents speak of what is there: links lead somewhere, named files exist, the settings are those of the code."""

import re
from pathlib import Path

import pytest
from pydantic_core import PydanticUndefined

from busyhour.adapters.asterisk.demo import behavior_of
from busyhour.settings import Settings
from tests.tidy import rules
from tests.tidy.rules import ROOT

DOCUMENTS = [file for file in rules.files() if file.path.endswith(".md")]
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)(?:#[^)]*)?\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
NAMED = re.compile(r"`((?:[\w.-]+/)+[\w.*-]*|[\w-]+\.(?:py|md|toml))`")
GUIDES = ("ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "docs/reading.md")
PLACES = ("", "src/busyhour/", "docs/", "web/src/")
BESIDE = (
    "main/",
    "core/floor/",
    "core/",
    "service/",
    "adapters/asterisk/",
    "adapters/sql/",
    "adapters/files/",
    "http/",
    "cli/",
    "sim/",
)
MADE_AT_RUN_TIME = re.compile(r"^(\.busyhour|\.tools|\.venv|api|db|pbx)(/|$)|busyhour\.toml")
ROW = re.compile(r"^\| `BUSYHOUR_(\w+)` \| (\S+) \|", re.MULTILINE)


def exists(name: str) -> bool:
    places = [*PLACES, *(f"src/busyhour/{folder}" for folder in BESIDE)]
    return any(next(ROOT.glob(place + name.rstrip("/")), None) is not None for place in places)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.path)
def test_links_lead_somewhere(document: rules.File) -> None:
    folder = (ROOT / document.path).parent
    broken = [target for target in LINK.findall(document.text) if not (folder / target).exists()]
    assert not broken, f"{document.path} links to what is not there"


@pytest.mark.parametrize("path", GUIDES)
def test_named_files_exist(path: str) -> None:
    text = FENCED.sub("", (ROOT / path).read_text())
    named = [name for name in NAMED.findall(text) if not MADE_AT_RUN_TIME.search(name)]
    missing = sorted({name for name in named if not exists(name)})
    assert not missing, f"{path} names what is not there"


def test_the_settings_of_the_guide_are_those_of_the_code() -> None:
    written = dict(ROW.findall((ROOT / "docs/guide/operating.md").read_text()))
    real = {name.upper(): shown(field.default) for name, field in Settings.model_fields.items()}
    assert written == real


def shown(default: object) -> str:
    assert default is not PydanticUndefined
    return "–" if default is None else f"`{default}`"


def test_every_decision_is_in_the_list() -> None:
    folder = ROOT / "docs/decisions"
    listed = set(LINK.findall((folder / "README.md").read_text()))
    assert listed == {path.name for path in folder.glob("[0-9]*.md")}


@pytest.mark.parametrize("path", sorted(Path(ROOT / "docs/decisions").glob("[0-9]*.md")), ids=lambda path: path.name)
def test_a_decision_says_what_it_costs_and_when_to_look_again(path: Path) -> None:
    text = path.read_text()
    assert [part for part in ("**Context.**", "**Choice.**", "**Cost.**", "**Revisit**") if part not in text] == []


def test_a_broken_link_and_a_name_are_found() -> None:
    assert LINK.findall("see [a](b.md#c), [d](https://x.example), [e](#f)") == ["b.md"]
    assert NAMED.findall("`core/floor/pairing.py`, `web/src/`, `ports.py`, `make check`") == [
        "core/floor/pairing.py",
        "web/src/",
        "ports.py",
    ]
    assert exists("core/events.py")
    assert not exists("core/nothing.py")


def test_the_guides_table_of_demo_numbers_is_that_of_the_demo() -> None:
    rows = re.findall(
        r"^\| (\d\d) to (\d\d) \| (.*) \|$", (ROOT / "docs/guide/first-call.md").read_text(), re.MULTILINE
    )
    behaviors = [behavior_of(f"+121255501{ending:02d}") for ending in range(100)]
    covered = [ending for first, last, _ in rows for ending in range(int(first), int(last) + 1)]
    assert covered == list(range(100))
    for first, last, text in rows:
        answers = {behaviors[ending].answers_after_s is not None for ending in range(int(first), int(last) + 1)}
        assert len(answers) == 1, f"{first} to {last}: {text}"
