"""The page as PDF, printed by a Chromium that is there already; nothing is fetched while it prints."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from mappings.problems import Problem, Problems

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
TIMEOUT_S = 120
FLAGS = (
    "--headless=new",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-extensions",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # whatever it may want to ask, nobody answers
    "--no-pdf-header-footer",
)


def chromium(environment: Mapping[str, str]) -> str | None:
    """The program: FINGERPOST_CHROMIUM, else one on the path; None where there is none."""
    named = environment.get("FINGERPOST_CHROMIUM")
    on_path = (shutil.which(name, path=environment.get("PATH")) for name in NAMES)
    return named or next(filter(None, on_path), None)


def printed(page: str, *, program: str | None) -> bytes:
    """The page as it prints. Raises `Problems` where there is no Chromium, or it fails."""
    if program is None:
        raise _problem("no Chromium is there to print it", "install Debian's chromium, or print the page yourself")
    with tempfile.TemporaryDirectory(prefix="fingerpost-") as folder:
        source, target = Path(folder) / "report.html", Path(folder) / "report.pdf"
        source.write_text(page, encoding="utf-8")
        _run(program, source, target, home=folder)
        try:
            return target.read_bytes()
        except OSError:
            raise _problem(f"{program} printed nothing", "try it by hand with --headless --print-to-pdf") from None


def _run(program: str, source: Path, target: Path, *, home: str) -> None:
    # Chromium's own sandbox needs rights that a container's root has given up; only our own page is shown in it.
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    places = (f"--user-data-dir={home}/profile", f"--print-to-pdf={target}", source.as_uri())
    try:
        subprocess.run([program, *FLAGS, *sandbox, *places], check=True, capture_output=True, timeout=TIMEOUT_S)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise _problem(f"{program} cannot print it ({type(error).__name__})", "is it a Chromium?") from None


def _problem(message: str, hint: str) -> Problems:
    return Problems([Problem("--format pdf", 0, 0, message, hint)])
