"""The machine that a table was made on."""

import os
import platform
import sqlite3
from importlib.metadata import version

import psutil

LIBRARIES = (
    "httpx",
    "msgspec",
    "sqlalchemy",
    "ibis-framework",
    "duckdb",
    "pyarrow",
    "graphql-core",
    "PyGithub",
    "jira",
)


def described() -> str:
    """Cores, memory, interpreter and libraries."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory_gb = psutil.virtual_memory().total / 2**30
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return "\n".join(
        [
            f"{cores} cores, {memory_gb:.0f} GB, {platform.machine()}, {platform.system()} {platform.release()}",
            f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {libraries}",
        ]
    )


def busy() -> float:
    """How many processes ran or wanted to, in the last minute."""
    return round(psutil.getloadavg()[0], 1)
