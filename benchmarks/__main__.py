"""`python -m benchmarks [NAME …] [--size FACTOR] [--large] [--write]`"""

import argparse
import pkgutil
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import import_module

from msgspec.structs import replace
from rich.console import Console

import benchmarks
from benchmarks import document
from benchmarks.machine import busy, described
from benchmarks.results import Run, commit, committed, keep
from benchmarks.row import Measure, Scale, Skipped
from benchmarks.table import table


def main() -> int:
    """Prints the table. 1 where a measure failed; a target that is missed is no failure of the measure."""
    measures = _measures()
    asked = _arguments(measures)
    before, runs = committed(), {}
    for name in asked.names or measures:
        runs[name] = _run(name, measures[name], asked.scale)
        if asked.write and runs[name].came_through:  # one by one: all of them take hours
            document.write(keep({name: runs[name]}), before=before)
    out = Console(width=None if sys.stdout.isatty() else 200)
    out.print(table(runs))
    out.print(described(), highlight=False)
    return int(not all(run.came_through for run in runs.values()))


def _measures() -> dict[str, Measure]:
    """By name, every module here that has a `measure`."""
    names = [found.name for found in pkgutil.iter_modules(benchmarks.__path__) if found.name != "__main__"]
    modules = {name: import_module(f"benchmarks.{name}") for name in names}
    return {name: module.measure for name, module in modules.items() if hasattr(module, "measure")}


def _arguments(measures: Mapping[str, Measure]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description="Measure the numbers the design promises."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"default all: {', '.join(measures)}")
    parser.add_argument("--size", type=float, default=1.0, help="times the usual amounts; targets are about 1")
    parser.add_argument("--large", action="store_true", help="also the largest amounts, which take hours")
    parser.add_argument("--write", action="store_true", help="also keep the runs, and write docs/benchmarks.md")
    asked = parser.parse_args()
    if unknown := set(asked.names) - measures.keys():
        parser.error(f"no such measure: {', '.join(sorted(unknown))}")
    asked.scale = Scale(size=asked.size, large=asked.large)
    return asked


def _run(name: str, measure: Measure, scale: Scale) -> Run:
    """What the measure gives; nothing where it broke or is skipped, after saying why. The others go on."""
    sys.stderr.write(f"measuring {name} ...\n")
    run = Run(
        command=f"python -m benchmarks {name}{scale.options}",
        commit=commit(),
        measured_on=datetime.now(UTC).date().isoformat(),
        machine=described(),
        busy=busy(),
        judged=scale.size == 1,
    )
    try:
        return replace(run, rows=list(measure(scale)))
    except Skipped as why:
        sys.stderr.write(f"{name} skipped: {why}\n")
        return replace(run, skipped=str(why))
    except Exception:  # noqa: BLE001 - named and shown, and the run ends with 1
        sys.stderr.write(f"{name} failed:\n{traceback.format_exc()}")
        return run


if __name__ == "__main__":
    sys.exit(main())
