"""Which machine and which code a figure belongs to: a figure without them says nothing."""

import os
import platform
import shutil
import subprocess
from pathlib import Path

import psutil


def machine() -> str:
    """In one line: processor, cores, memory, load by others, system, Python."""
    memory_gb = round(psutil.virtual_memory().total / 2**30)
    load = os.getloadavg()[0]
    return (
        f"{_processor()}, {os.cpu_count()} cores, {memory_gb} GB, load before {load:.1f}, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}"
    )


def commit() -> str:
    """Of the source tree this runs from; `+` when it holds changes. Empty when installed without one."""
    git = shutil.which("git")
    here = str(Path(__file__).parent)
    if git is None:
        return ""
    asked = [git, "-C", here, "describe", "--always", "--abbrev=12", "--dirty=+"]
    answer = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=False)  # noqa: S603 fixed words
    return answer.stdout.strip() if answer.returncode == 0 else ""


def _processor() -> str:
    about = Path("/proc/cpuinfo")
    if about.exists():
        for line in about.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
