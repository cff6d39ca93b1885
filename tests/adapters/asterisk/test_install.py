"""Finding or fetching an Asterisk when the machine, the network or the last try is not as hoped."""

import asyncio
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

from busyhour.adapters.asterisk import install, install_fetch
from busyhour.adapters.asterisk.install_run import Finished, run_program
from busyhour.service.errors import Unavailable
from busyhour.settings import Settings

LIBRARIES = "usr/lib/some-machine"


@dataclass
class FakeApt:
    """Stands for the programs of the machine; `faults` names those that fail, and with what words."""

    faults: dict[str, Finished] = field(default_factory=dict)
    mirrors: tuple[str, ...] = ("http://mirror.test/debian-security", "http://mirror.test/debian")
    good_mirror: str = "http://mirror.test/debian"
    packages: tuple[str, ...] = ("asterisk_22.deb", "libc6_2.deb")
    ran: list[str] = field(default_factory=list)
    version: str = "22.10.1"

    async def __call__(
        self, argv: Sequence[str], *, timeout_s: float, on_line: Callable[[str], None] | None = None
    ) -> Finished:
        assert timeout_s > 0
        step = self.step_of(argv)
        self.ran.append(step)
        await asyncio.sleep(0)
        if step in self.faults:
            return self.faults[step]
        if step == "update":
            source = Path(self.option(argv, "Dir::Etc::SourceList")).read_text()
            good = f" {self.good_mirror} sid main\n" in source and "signed-by=" in source
            return Finished(0, ()) if good else Finished(100, ("E: no such suite here",))
        if step == "download":
            self.download(Path(self.option(argv, "Dir::Cache::archives")))
            if on_line:
                on_line("dlstatus:1:50.0:Retrieving file 1 of 2")
        if step == "unpack":
            self.unpack(Path(argv[2]).name, Path(argv[3]))
        answers = {"mirrors": self.mirrors, "version": (f"Asterisk {self.version}+dfsg",)}
        return Finished(0, answers.get(step, ()))

    @staticmethod
    def step_of(argv: Sequence[str]) -> str:
        known = {"indextargets": "mirrors", "update": "update", "install": "download", "--version": "apt"}
        if argv[0] == "apt-get":
            return next(step for word, step in known.items() if word in argv)
        return "unpack" if argv[0] == "dpkg-deb" else "version"

    @staticmethod
    def option(argv: Sequence[str], name: str) -> str:
        return next(part.partition("=")[2] for part in argv if part.startswith(f"{name}="))

    def download(self, archives: Path) -> None:
        for name in self.packages:
            (archives / name).write_text(name)

    @staticmethod
    def unpack(package: str, root: Path) -> None:
        if package.startswith("asterisk"):
            for folder in ("usr/sbin", f"{LIBRARIES}/asterisk/modules", "usr/share/asterisk", "usr/share/doc/x"):
                (root / folder).mkdir(parents=True, exist_ok=True)
            (root / "usr/sbin/asterisk").touch()
        else:
            (root / "usr/lib64").mkdir(parents=True, exist_ok=True)
            (root / "usr/lib64/ld-some.so.2").touch()
            (root / LIBRARIES).mkdir(parents=True, exist_ok=True)
            (root / LIBRARIES / "libc.so.6").touch()


@pytest.fixture(autouse=True)
def _machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No Asterisk on the path, a keyring, no shared cache."""
    monkeypatch.setattr(install.shutil, "which", lambda *_args, **_named: None)
    monkeypatch.delenv("BUSYHOUR_PBX_CACHE", raising=False)
    keyring = tmp_path / "keyring.gpg"
    keyring.touch()
    monkeypatch.setattr(install_fetch.find_keyring, "__defaults__", ((keyring,),))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


async def find(settings: Settings, apt: FakeApt, progress: list[float] | None = None) -> install.PbxProgram:
    told = progress if progress is not None else []
    return await install.find_program(settings, lambda done, _text: told.append(done), apt)


async def test_it_is_fetched_once_and_run_by_its_own_loader(settings: Settings) -> None:
    apt, progress = FakeApt(), list[float]()
    program = await find(settings, apt, progress)
    root = settings.data.resolve() / "pbx-program/asterisk"
    assert program.argv == (
        f"{root}/usr/lib64/ld-some.so.2",
        "--library-path",
        f"{root}/{LIBRARIES}:{root}/{LIBRARIES}/asterisk",
        f"{root}/usr/sbin/asterisk",
    )
    assert program.version == "22.10.1"
    assert progress == sorted(progress)
    assert progress[-1] == 1.0
    assert not (root / "usr/share/doc").exists()
    again = FakeApt()
    assert await find(settings, again) == program
    assert again.ran == ["version"]


async def test_two_that_share_a_cache_fetch_once(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUSYHOUR_PBX_CACHE", str(tmp_path / "shared"))
    apt = FakeApt()
    one, two = await asyncio.gather(
        find(settings, apt), find(settings.model_copy(update={"data": tmp_path / "other"}), apt)
    )
    assert one == two
    assert apt.ran.count("download") == 1
    assert one.modules.is_relative_to(tmp_path / "shared")


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"apt": Finished(127, ())}, "no apt"),
        ({"update": Finished(100, ("E: could not resolve",))}, "could not resolve"),
        ({"update": Finished(124, ("apt-get: no end after 300 s",))}, "no end after"),
        ({"download": Finished(100, ("E: Hash Sum mismatch",))}, "Hash Sum mismatch"),
        ({"unpack": Finished(2, ("dpkg-deb: error: unexpected end of file",))}, "unexpected end of file"),
    ],
)
async def test_a_fetch_that_fails_says_why_and_what_else_to_do(
    settings: Settings, fault: dict[str, Finished], words: str
) -> None:
    with pytest.raises(Unavailable, match=words) as told:
        await find(settings, FakeApt(faults=fault))
    assert "BUSYHOUR_PBX_PROGRAM" in told.value.text
    assert "package manager" in told.value.text
    assert "compose" in told.value.text
    left = settings.data / "pbx-program"
    assert not (left / "asterisk").exists()
    assert list(left.glob(".unpack-*")) == []
    assert (await find(settings, FakeApt())).version == "22.10.1"  # and the next try goes well


async def test_a_package_that_is_broken_is_fetched_anew(settings: Settings) -> None:
    with pytest.raises(Unavailable):
        await find(settings, FakeApt(faults={"unpack": Finished(2, ("broken",))}))
    kept = sorted(file.name for file in (settings.data / "pbx-program/apt/cache/archives").glob("*.deb"))
    assert kept == ["libc6_2.deb"]


async def test_a_fetch_that_was_cut_short_is_not_taken_as_done(settings: Settings) -> None:
    half = settings.data / "pbx-program/.unpack-killed/asterisk/usr/sbin"
    half.mkdir(parents=True)
    (half / "asterisk").touch()
    apt = FakeApt()
    await find(settings, apt)
    assert apt.ran.count("unpack") == 2
    assert not half.exists()


async def test_a_cancelled_fetch_leaves_no_half(settings: Settings) -> None:
    reached = asyncio.Event()

    class Slow(FakeApt):
        async def __call__(
            self, argv: Sequence[str], *, timeout_s: float, on_line: Callable[[str], None] | None = None
        ) -> Finished:
            if argv[0] == "dpkg-deb":
                reached.set()
                await asyncio.Event().wait()
            return await super().__call__(argv, timeout_s=timeout_s, on_line=on_line)

    task = asyncio.create_task(find(settings, Slow()))
    await reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(file.name for file in (settings.data / "pbx-program").iterdir()) == ["apt", "fetch.lock"]


async def test_packages_without_an_asterisk_are_no_asterisk(settings: Settings) -> None:
    with pytest.raises(Unavailable, match="no Asterisk for this machine"):
        await find(settings, FakeApt(packages=("libc6_2.deb",)))


async def test_the_machines_own_mirror_is_used_but_not_its_security_one(settings: Settings) -> None:
    apt = FakeApt(mirrors=("http://other.test/node", "http://mirror.test/debian-security", "http://mirror.test/debian"))
    await find(settings, apt)
    assert apt.ran.count("update") == 2


async def test_a_machine_whose_apt_names_no_mirror(settings: Settings) -> None:
    with pytest.raises(Unavailable, match="BUSYHOUR_PBX_MIRROR"):
        await find(settings, FakeApt(mirrors=("nonsense",)))
    own = settings.model_copy(update={"pbx_mirror": "http://own.test/debian"})
    await find(own, FakeApt(mirrors=(), good_mirror="http://own.test/debian"))


async def test_without_debians_keyring_nothing_unchecked_is_fetched(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(install_fetch.find_keyring, "__defaults__", ((Path("/nowhere"),),))
    apt = FakeApt()
    with pytest.raises(Unavailable, match="debian-archive-keyring"):
        await find(settings, apt)
    assert apt.ran == ["apt"]


def installed(folder: Path) -> Path:
    for name in ("sbin", "lib/asterisk/modules", "share/asterisk/documentation"):
        (folder / name).mkdir(parents=True)
    program = folder / "sbin/asterisk"
    program.touch()
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return program


async def test_an_installed_asterisk_is_used_as_it_is(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = installed(tmp_path / "usr")
    monkeypatch.setattr(install.shutil, "which", lambda *_args, **_named: str(program))
    apt = FakeApt(version="20.6.0")
    found = await find(settings, apt)
    assert (found.argv, found.version) == ((str(program),), "20.6.0")
    assert found.modules == tmp_path / "usr/lib/asterisk/modules"
    assert apt.ran == ["version"]


async def test_one_that_was_asked_for_and_is_too_old_is_an_error(settings: Settings, tmp_path: Path) -> None:
    program = installed(tmp_path / "usr")
    asked = settings.model_copy(update={"pbx_program": program})
    with pytest.raises(Unavailable, match=r"BUSYHOUR_PBX_PROGRAM .* is version 16\.2\.1"):
        await find(asked, FakeApt(version="16.2.1"))
    with pytest.raises(Unavailable, match="no Asterisk that runs"):
        await find(asked, FakeApt(faults={"version": Finished(127, ())}))


async def test_an_old_one_on_the_path_is_passed_over(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = installed(tmp_path / "usr")
    monkeypatch.setattr(install.shutil, "which", lambda *_args, **_named: str(program))

    class OldOnPath(FakeApt):
        async def __call__(
            self, argv: Sequence[str], *, timeout_s: float, on_line: Callable[[str], None] | None = None
        ) -> Finished:
            if argv == [str(program), "-V"]:
                return Finished(0, ("Asterisk 16.2.1",))
            return await super().__call__(argv, timeout_s=timeout_s, on_line=on_line)

    assert "pbx-program" in (await find(settings, OldOnPath())).argv[0]


async def test_a_program_is_stopped_at_its_deadline() -> None:
    done = await run_program(["sleep", "61.37"], timeout_s=0.1)
    assert done.code == 124
    assert "no end after" in done.last_words()
    assert not any(one.info["cmdline"] == ["sleep", "61.37"] for one in psutil.process_iter(["cmdline"]))


async def test_a_program_that_is_not_there() -> None:
    assert (await run_program(["/no/such/program"], timeout_s=1)).code == 127


async def test_lines_come_as_they_are_said_and_libraries_are_not_meddled_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_PRELOAD", "")
    monkeypatch.setenv("BUSYHOUR_SECRET", "x")
    said = list[str]()
    done = await run_program(["env"], timeout_s=5, on_line=said.append)
    assert done.ok
    assert "LC_ALL=C" in said
    assert not any(line.startswith(("LD_", "BUSYHOUR_")) for line in said)
