"""`python -m benchmarks [NAME …] [--size FACTOR] [--large] [--write]`"""

import argparse
import pkgutil
import sys
import traceback
from collections.abc import Mapping, MutableMapping, Sequence
from importlib import import_module

from rich.console import Console

import benchmarks
from benchmarks import document
from benchmarks.machine import described
from benchmarks.results import committed, keep, numbers
from benchmarks.row import Measure, Row, Scale, Skipped
from benchmarks.table import table


def main() -> int:
    """Prints the table. 1 where a measure failed; a target that is missed is no failure of the measure."""
    measures = _measures()
    asked = _arguments(measures)
    machine, judged = described(), asked.scale.size == 1
    skipped: dict[str, str] = {}
    results = {name: _rows(name, measures[name], asked.scale, skipped) for name in asked.names or measures}
    out = Console(width=None if sys.stdout.isatty() else 200)
    out.print(table(results, judged=judged))
    out.print(machine, highlight=False)
    if asked.write:
        command = " ".join(["python -m benchmarks", *sys.argv[1:]])
        document.write(results, before=committed(), skipped=skipped, machine=machine, command=command, judged=judged)
        keep(numbers(results))
    return int(not all(rows or name in skipped for name, rows in results.items()))


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
    parser.add_argument("--large", action="store_true", help="also the report of a million items, some minutes more")
    parser.add_argument("--write", action="store_true", help="also write docs/benchmarks.md, and keep the numbers")
    asked = parser.parse_args()
    if unknown := set(asked.names) - measures.keys():
        parser.error(f"no such measure: {', '.join(sorted(unknown))}")
    asked.scale = Scale(size=asked.size, large=asked.large)
    return asked


def _rows(name: str, measure: Measure, scale: Scale, skipped: MutableMapping[str, str]) -> Sequence[Row]:
    """What the measure gives; nothing where it broke or is `skipped`, after saying why. The others go on."""
    sys.stderr.write(f"measuring {name} ...\n")
    try:
        return list(measure(scale))
    except Skipped as why:
        skipped[name] = str(why)
        sys.stderr.write(f"{name} skipped: {why}\n")
        return []
    except Exception:  # noqa: BLE001 - named and shown, and the run ends with 1
        sys.stderr.write(f"{name} failed:\n{traceback.format_exc()}")
        return []


if __name__ == "__main__":
    sys.exit(main())
