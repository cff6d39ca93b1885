"""Fetches Asterisk and all that it depends on as Debian packages, without root, into one folder.

apt does the work, with its own state beside ours and one source line: suite sid, on the mirror that this machine's
apt uses already. apt checks the signatures against the machine's own Debian archive keyring. The packages are unpacked
into a temporary folder that gets its final name as the last step, so a fetch that was cut short is never taken as done;
what was downloaded is kept for the next try.
"""

import asyncio
import fcntl
import json
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from busyhour.adapters.asterisk.install_run import Runner
from busyhour.service.errors import Unavailable

Progress = Callable[[float, str], None]
"""Done so far (0 to 1), and what is being done now."""

PROGRAM_FOLDER = "asterisk"
HALF_DONE = ".unpack-"
SUITE = "sid"
KEYRINGS = tuple(Path("/usr/share/keyrings") / f"debian-archive-keyring.{end}" for end in ("gpg", "pgp"))
DROPPED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "usr/share/lintian")
"""Not needed to run; a third of the files."""

QUERY_TIMEOUT_S = 30.0
INDEX_TIMEOUT_S = 300.0
DOWNLOAD_TIMEOUT_S = 1800.0
UNPACK_TIMEOUT_S = 120.0
LOCK_WAIT_MAX_S = 2400.0
MIRRORS_TRIED_MAX = 3


async def fetch(folder: Path, mirror: str | None, report: Progress, run: Runner) -> None:
    """Afterwards `folder / PROGRAM_FOLDER` holds the program. Raises `Unavailable` and leaves no half of it."""
    if not (await run(["apt-get", "--version"], timeout_s=QUERY_TIMEOUT_S)).ok:
        raise Unavailable("This machine has no apt, so Asterisk cannot be fetched by itself.")
    async with _only_one(folder, report):
        if _is_done(folder):
            return  # another process fetched it while we waited
        _sweep(folder)
        options = await _prepare(folder / "apt", find_keyring(), mirror, report, run)
        await _download(options, report, run)
        await _unpack(folder, report, run)
        shutil.rmtree(folder / "apt", ignore_errors=True)
        report(1.0, "Asterisk is ready")


def _is_done(folder: Path) -> bool:
    return (folder / PROGRAM_FOLDER).is_dir()


def _sweep(folder: Path) -> None:
    """What fetches that were cut short have left, but not their downloads."""
    for left in folder.glob(f"{HALF_DONE}*"):
        shutil.rmtree(left, ignore_errors=True)


def find_keyring(candidates: tuple[Path, ...] = KEYRINGS) -> Path:
    for path in candidates:
        if path.is_file():
            return path
    raise Unavailable(
        "Asterisk can be fetched only where apt has Debian's archive keyring to check the packages with "
        "(on Ubuntu: install the package debian-archive-keyring and set BUSYHOUR_PBX_MIRROR to a Debian mirror)."
    )


def _make(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)


@asynccontextmanager
async def _only_one(folder: Path, report: Progress) -> AsyncIterator[None]:
    """Two processes that share the folder do not fetch at once; the second waits for the first."""
    _make(folder)
    descriptor = os.open(folder / "fetch.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        async with asyncio.timeout(LOCK_WAIT_MAX_S):
            while True:
                try:
                    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    report(0.0, "Waiting for another process that fetches Asterisk")
                    await asyncio.sleep(1.0)
        yield
    except TimeoutError as late:
        raise Unavailable(f"Another process has been fetching Asterisk into {folder} for too long; stop it.") from late
    finally:
        os.close(descriptor)


async def _prepare(state: Path, keyring: Path, mirror: str | None, report: Progress, run: Runner) -> list[str]:
    """Read the package index from the first mirror that has it; answers apt's options."""
    report(0.01, "Reading the package index")
    mirrors = [mirror] if mirror else await _mirrors_of_this_machine(run)
    options = _apt_state(state)
    words = "no mirror"
    for site in mirrors[:MIRRORS_TRIED_MAX]:
        _write_source(state, f"deb [signed-by={keyring}] {site} {SUITE} main\n")
        index = await run(["apt-get", *options, "--quiet", "update"], timeout_s=INDEX_TIMEOUT_S)
        if index.ok and not any(line.startswith(("E:", "Err:")) for line in index.tail):
            return options
        words = index.last_words()
    raise Unavailable(f"The package index could not be read ({words}). Is this machine online?")


async def _mirrors_of_this_machine(run: Runner) -> list[str]:
    asked = await run(
        ["apt-get", "indextargets", "--format", "$(SITE)", "Created-By: Packages"], timeout_s=QUERY_TIMEOUT_S
    )
    sites = [line for line in dict.fromkeys(asked.tail) if re.fullmatch(r"[a-z+]+:/\S+", line)]
    sites = [site for site in sites if "security" not in site]
    if not sites:
        raise Unavailable("This machine's apt names no package mirror; set BUSYHOUR_PBX_MIRROR to a Debian mirror.")
    return sites


def _write_source(state: Path, line: str) -> None:
    (state / "sources.list").write_text(line)


def _apt_state(state: Path) -> list[str]:
    """Makes apt's own world beside the machine's; answers the options that make apt live in it."""
    for name in ("lists/partial", "cache/archives/partial"):
        (state / name).mkdir(parents=True, exist_ok=True)
    (state / "status").touch()  # empty: as if nothing were installed, so that all that it needs is fetched
    chosen = {
        "Dir::State": state,
        "Dir::State::lists": state / "lists",
        "Dir::State::status": state / "status",
        "Dir::Cache": state / "cache",
        "Dir::Cache::archives": state / "cache/archives",
        "Dir::Etc::SourceList": state / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "APT::Install-Recommends": "false",
        "APT::Install-Suggests": "false",
        "APT::Sandbox::User": "",
        "APT::Get::AllowUnauthenticated": "false",
        "APT::Keep-Downloaded-Packages": "true",
        "Acquire::AllowInsecureRepositories": "false",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "APT::Status-Fd": "1",
        "Debug::NoLocking": "1",
    }
    return [part for name, value in chosen.items() for part in ("-o", f"{name}={value}")]


async def _download(options: list[str], report: Progress, run: Runner) -> None:
    def on_line(line: str) -> None:
        status = re.match(r"dlstatus:\d+:([\d.]+):", line)
        if status:
            report(0.05 + 0.55 * float(status.group(1)) / 100, "Downloading Asterisk")

    report(0.05, "Downloading Asterisk")
    command = ["apt-get", *options, "--quiet", "--yes", "--download-only", "install", "asterisk"]
    done = await run(command, timeout_s=DOWNLOAD_TIMEOUT_S, on_line=on_line)
    if not done.ok:
        raise Unavailable(f"Asterisk could not be downloaded ({done.last_words()}). Starting again goes on from here.")


async def _unpack(folder: Path, report: Progress, run: Runner) -> None:
    packages = sorted((folder / "apt/cache/archives").glob("*.deb"))
    with tempfile.TemporaryDirectory(prefix=HALF_DONE, dir=folder, ignore_cleanup_errors=True) as half_done:
        root = Path(half_done) / PROGRAM_FOLDER
        for count, package in enumerate(packages):
            report(0.6 + 0.4 * count / len(packages), "Unpacking Asterisk")
            done = await run(["dpkg-deb", "-x", str(package), str(root)], timeout_s=UNPACK_TIMEOUT_S)
            if not done.ok:
                _forget(package)
                raise Unavailable(f"The package {package.name} could not be unpacked ({done.last_words()}).")
        _finish(root, [package.name for package in packages], folder / PROGRAM_FOLDER)


def _forget(package: Path) -> None:
    """It is fetched anew by the next try."""
    package.unlink(missing_ok=True)


def _finish(root: Path, packages: list[str], target: Path) -> None:
    if not (root / "usr/sbin/asterisk").is_file():
        raise Unavailable("The packages that apt fetched hold no Asterisk for this machine.")
    for name in DROPPED:
        shutil.rmtree(root / name, ignore_errors=True)
    (root / "packages.json").write_text(json.dumps(packages, indent=1))
    root.rename(target)
