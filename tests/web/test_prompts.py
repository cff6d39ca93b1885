"""Prompts: a text that is spoken, or a sound file that is sent."""

import pytest
from playwright.async_api import expect

from tests.adapters.speech.test_sound_file import tone
from tests.web.conftest import Opener, violations
from tests.web.fake_api import FakeApi
from tests.web.test_pages import visit

pytestmark = [pytest.mark.real, pytest.mark.timeout(60)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_sound_file_is_sent_under_its_own_name(opened: Opener, fake: FakeApi, scheme: str) -> None:
    async with opened(scheme=scheme) as page:
        await visit(page, "prompts")
        await page.get_by_role("button", name="Upload a sound").click()
        dialog = page.get_by_role("dialog")
        sound = {"name": "Hold music.wav", "mimeType": "audio/wav", "buffer": tone(440.0)}
        await dialog.locator("input[type=file]").set_input_files(sound)
        await expect(dialog.get_by_label("Name")).to_have_value("Hold music")
        assert await violations(page) == []
        await dialog.get_by_role("button", name="Save").click()
        await expect(dialog).to_have_count(0)
    assert ("POST", "prompts/file") in [(method, path) for method, path, _ in fake.asked]
