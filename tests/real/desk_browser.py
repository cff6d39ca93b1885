"""An agent's browser: headless Chromium with a microphone that plays a file, and ears for what the page plays."""

import math
import struct
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Page, async_playwright

CHROMIUM = "/usr/bin/chromium"
RATE_HZ = 48_000
BURST_S, SILENCE_S = 0.3, 0.2  # bursts: a steady tone is taken for noise by the browser, and suppressed

LISTEN = """async ({seconds}) => {
  const element = document.getElementById('phone-audio');
  if (!element || !element.srcObject) {
    await new Promise((done) => setTimeout(done, 100));
    return {hz: 0, db: -200, fault: 'the page plays nothing'};
  }
  const context = new AudioContext();
  await context.resume();
  const analyser = new AnalyserNode(context, {fftSize: 8192, smoothingTimeConstant: 0});
  context.createMediaStreamSource(element.srcObject).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  let best = {hz: 0, db: -200};
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    await new Promise((done) => setTimeout(done, 50));
    analyser.getFloatFrequencyData(bins);
    bins.forEach((db, n) => { if (db > best.db) best = {hz: n * context.sampleRate / analyser.fftSize, db}; });
    if (best.db > -45) break;
  }
  await context.close();
  return {...best, paused: element.paused};
}"""

LEVELS = """async ({hz, seconds}) => {
  const element = document.getElementById('phone-audio');
  if (!element || !element.srcObject) {
    await new Promise((done) => setTimeout(done, 100));
    return {};
  }
  const context = new AudioContext();
  await context.resume();
  const analyser = new AnalyserNode(context, {fftSize: 8192, smoothingTimeConstant: 0});
  context.createMediaStreamSource(element.srcObject).connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  const loudest = {};
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end) {
    await new Promise((done) => setTimeout(done, 40));
    analyser.getFloatFrequencyData(bins);
    for (const [who, tone] of Object.entries(hz)) {
      const at = Math.round(tone * analyser.fftSize / context.sampleRate);
      loudest[who] = Math.max(loudest[who] ?? -200, bins[at - 1], bins[at], bins[at + 1]);
    }
  }
  await context.close();
  return loudest;
}"""


def write_bursts(path: Path, hz: float) -> None:
    """A second of bursts of this tone, as the microphone's file."""
    frames = bytearray()
    for n in range(RATE_HZ):
        on = n / RATE_HZ % (BURST_S + SILENCE_S) < BURST_S
        frames += struct.pack("<h", round(20_000 * math.sin(2 * math.pi * hz * n / RATE_HZ)) if on else 0)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(bytes(frames))


@asynccontextmanager
async def browser_page(folder: Path, *, microphone_hz: float) -> AsyncIterator[Page]:
    """A page whose microphone hears bursts of a tone. What it logs is in `folder`/console.log."""
    voice = folder / "microphone.wav"
    write_bursts(voice, microphone_hz)
    flags = ["--no-sandbox", "--use-fake-device-for-media-stream", "--allow-loopback-in-peer-connection"]
    flags += ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    flags += [f"--use-file-for-fake-audio-capture={voice}"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        try:
            context = await browser.new_context(permissions=["microphone"], locale="en-US")
            page = await context.new_page()
            log = (folder / "console.log").open("a")
            page.on("console", lambda message: log.write(f"{message.type}: {message.text}\n"))
            page.on("pageerror", lambda error: log.write(f"error: {error}\n"))
            try:
                yield page
            except BaseException:
                await page.screenshot(path=folder / "at-failure.png")
                raise
            finally:
                log.close()
        finally:
            await browser.close()


async def listen(page: Page, *, seconds: float = 5.0) -> dict[str, Any]:
    """The loudest tone in what the page plays: `hz` and `db`."""
    heard: dict[str, Any] = await page.evaluate(LISTEN, {"seconds": seconds})
    return heard


async def levels(page: Page, hz: dict[str, float], *, seconds: float = 1.0) -> dict[str, float]:
    """How loud each of these tones was at its loudest, in dB."""
    heard: dict[str, float] = await page.evaluate(LEVELS, {"hz": hz, "seconds": seconds})
    return heard
