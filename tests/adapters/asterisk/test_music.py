"""A queue's own music is a class that the PBX is told of once; what cannot be had is the usual music."""

from pathlib import Path

import pytest

from busyhour.adapters.asterisk import music
from busyhour.core.commands import Hold

from .caller_world import CALL, PBX_ID, World

RELOAD = "PUT asterisk/modules/res_musiconhold.so"
USUAL: dict[str, str] = {}


@pytest.fixture
def world(tmp_path: Path) -> World:
    sounds = tmp_path / "share" / "sounds"
    (sounds / "busyhour").mkdir(parents=True)
    for name in ("one", "two", "three"):
        (sounds / "busyhour" / f"{name}.wav").touch()
    return World(sounds)


def classes(world: World) -> str:
    return (world.telephony._access.sounds.parent / music.CLASSES_FILE).read_text()


async def begun(world: World, prompt: str | None) -> dict[str, object]:
    method, path, query = await world.telephony._sound.music.begin(CALL, prompt)
    assert (method, path) == ("POST", f"channels/{PBX_ID}/moh")
    return dict(query)


@pytest.mark.covers("OC-018")
async def test_the_pbx_is_told_of_each_prompt_once(world: World) -> None:
    assert await begun(world, "one") == {"mohClass": "q-one"}
    assert await begun(world, "one") == {"mohClass": "q-one"}
    assert await begun(world, "two") == {"mohClass": "q-two"}
    assert world.asked == [RELOAD, RELOAD]
    folder = world.telephony._access.sounds / "busyhour"
    one, two = (f"[q-{name}]\nmode = playlist\nentry = {folder / name}\n" for name in ("one", "two"))
    assert classes(world) == f"{one}\n{two}\n"


@pytest.mark.parametrize("prompt", [None, "", "gone", "../etc", "x]\n[y", "n" * 61])
async def test_what_is_no_prompt_that_is_there_is_the_usual_music(world: World, prompt: str | None) -> None:
    assert await begun(world, prompt) == USUAL
    assert world.asked == []


@pytest.mark.parametrize("status", [None, 0, 404, 409, 500])
async def test_a_pbx_that_does_not_reload_plays_the_usual_music_and_is_asked_again(
    world: World, status: int | None
) -> None:
    world.status = lambda _request: status
    assert await begun(world, "one") == USUAL
    await world.telephony.act(Hold(call=CALL, leg="", music="one"))
    world.status = lambda _request: 204
    assert await begun(world, "one") == {"mohClass": "q-one"}


async def test_a_folder_that_cannot_be_written_is_the_usual_music(world: World) -> None:
    (world.telephony._access.sounds.parent / music.CLASSES_FILE).mkdir()
    assert await begun(world, "one") == USUAL


async def test_the_oldest_classes_go_and_those_without_a_sound(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(music, "CLASSES_MAX", 2)
    for name in ("one", "two", "three"):
        await begun(world, name)
    assert music.MADE.findall(classes(world)) == ["two", "three"]
    (world.telephony._access.sounds / "busyhour" / "two.wav").unlink()
    assert await begun(world, "one") == {"mohClass": "q-one"}
    assert music.MADE.findall(classes(world)) == ["three", "one"]
