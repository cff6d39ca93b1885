"""Finds an Asterisk that can be run as the private PBX: the user's, the machine's, or one fetched by `install_fetch`.

Nothing is installed on the machine. What is fetched stays in one folder: the data folder, or the folder that
`BUSYHOUR_PBX_CACHE` names when several data folders on a machine shall share one copy.
"""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from busyhour.adapters.asterisk.install_fetch import PROGRAM_FOLDER, Progress, fetch
from busyhour.adapters.asterisk.install_run import Runner, run_program
from busyhour.service.errors import Unavailable
from busyhour.settings import Settings

VERSION_MIN = 18
VERSION_TIMEOUT_S = 20.0

ALTERNATIVES = (
    "Install Asterisk 18 or newer with your package manager; or name one by BUSYHOUR_PBX_PROGRAM=/path/to/asterisk; "
    "or run the compose file, which brings its own."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxProgram:
    """An Asterisk on disk. `argv` starts it; a fetched one is started through its own loader and libraries."""

    argv: tuple[str, ...]
    modules: Path
    share: Path  # its documentation (needed at run time) and its sounds
    version: str


async def find_program(settings: Settings, report: Progress, run: Runner = run_program) -> PbxProgram:
    """The Asterisk to use, fetched if need be. Raises `Unavailable` with the ways out."""
    if settings.pbx_program is not None:
        return await _installed(settings.pbx_program, run, asked_for=True)
    on_path = shutil.which("asterisk", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
    if on_path is not None:
        try:
            return await _installed(Path(on_path), run, asked_for=False)
        except Unavailable as unfit:
            report(0.0, f"{unfit.text.split('. ', maxsplit=1)[0]}: fetching one instead")
    root = cache_folder(settings) / PROGRAM_FOLDER
    if not root.is_dir():
        try:
            await fetch(cache_folder(settings), settings.pbx_mirror, report, run)
        except Unavailable as fault:
            raise Unavailable(f"{fault.text} {ALTERNATIVES}", code="pbx_missing") from fault
    return await _unpacked(root, run)


def cache_folder(settings: Settings) -> Path:
    named = os.environ.get("BUSYHOUR_PBX_CACHE")
    return Path(named).resolve() if named else settings.data.resolve() / "pbx-program"


async def _installed(program: Path, run: Runner, *, asked_for: bool) -> PbxProgram:
    version = await _version((str(program),), run)
    if version is None or _major(version) < VERSION_MIN:
        found = f"version {version}" if version else "no Asterisk that runs"
        name = f"BUSYHOUR_PBX_PROGRAM ({program})" if asked_for else str(program)
        raise Unavailable(f"{name} is {found}. {ALTERNATIVES}", code="pbx_missing")
    modules, share = _parts_of(program)
    return PbxProgram(argv=(str(program),), modules=modules, share=share, version=version)


def _parts_of(program: Path) -> tuple[Path, Path]:
    """Modules and documentation, where packages and source builds put them."""
    prefix = program.resolve().parent.parent
    bases = [*sorted(prefix.glob("lib/*/asterisk")), prefix / "lib/asterisk", prefix / "lib64/asterisk"]
    shares = (prefix / "share/asterisk", Path("/var/lib/asterisk"), prefix / "var/lib/asterisk")
    return (
        _first_folder([base / "modules" for base in bases], f"the modules of {program}"),
        _first_folder(
            [share for share in shares if (share / "documentation").is_dir()],
            f"the documentation of {program}, which it needs to run",
        ),
    )


async def _unpacked(root: Path, run: Runner) -> PbxProgram:
    argv = loader_argv(root)
    version = await _version(argv, run)
    if version is None:
        raise Unavailable(
            f"The Asterisk in {root} does not run. Remove that folder and start again. {ALTERNATIVES}",
            code="pbx_missing",
        )
    libraries = _library_folder(root)
    return PbxProgram(
        argv=argv,
        modules=_first_folder([libraries / "asterisk/modules"], "the modules"),
        share=_first_folder([root / "usr/share/asterisk"], "the documentation"),
        version=version,
    )


def loader_argv(root: Path) -> tuple[str, ...]:
    """A program from another release needs that release's C library, so it is started by that library's loader."""
    libraries = _library_folder(root)
    names = ("usr/lib64/ld*.so.*", "usr/lib/ld*.so.*", "lib64/ld*.so.*", "lib/ld*.so.*")
    loaders = [path for name in names for path in sorted(root.glob(name))] + sorted(libraries.glob("ld*.so.*"))
    if not loaders:
        raise Unavailable(f"No program loader in {root}: remove that folder and start again.", code="pbx_missing")
    return (
        str(loaders[0]),
        "--library-path",
        f"{libraries}:{libraries / 'asterisk'}",
        str(root / "usr/sbin/asterisk"),
    )


def _library_folder(root: Path) -> Path:
    """usr/lib/<machine>: named after the architecture, so it is known by what is in it."""
    folders = [path.parent for path in sorted(root.glob("usr/lib/*/libc.so.*"))]
    return _first_folder(folders, f"the C library in {root}")


def _first_folder(candidates: list[Path], what: str) -> Path:
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise Unavailable(f"Cannot find {what}. {ALTERNATIVES}", code="pbx_missing")


async def _version(argv: tuple[str, ...], run: Runner) -> str | None:
    done = await run([*argv, "-V"], timeout_s=VERSION_TIMEOUT_S)
    found = re.search(r"Asterisk (?:certified/)?(\d+\.[\w.]+)", "\n".join(done.tail))
    return found.group(1) if done.ok and found else None


def _major(version: str) -> int:
    return int(version.split(".", maxsplit=1)[0])
