"""The map as files: versions by day, every mistake at once."""

from datetime import date
from pathlib import Path

import pytest

from mappings.problems import Problems
from sync.config import load_config
from sync.files import Files, read_files

CONFIG = """\
strategy: strategy
sources: {jira: {type: jira, url: "https://jira.example", token: "${TOKEN}", projects: [PAY]}}
"""
MAPPINGS = "rules: [{id: all-pay, when: {project: PAY}, objective: checkout}]\n"
OLD = "from: 2025-01-01\nvision: Old\nobjectives: [{id: checkout, name: Checkout}]\n"
NEW = "from: 2026-01-01\nvision: New\nobjectives: [{id: checkout, name: Faster checkout}]\n"


def read(folder: Path, **texts: str) -> Files:
    named = {"fingerpost.yaml": CONFIG, "mappings.yaml": MAPPINGS, "strategy/a.yaml": OLD, "strategy/b.yaml": NEW}
    for name, text in {**named, **{key.replace("__", "/") + ".yaml": text for key, text in texts.items()}}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    config = load_config(folder / "fingerpost.yaml", environment={"TOKEN": "t"})
    return read_files(config, folder=folder)


def test_the_version_in_force_is_the_latest_that_has_begun(tmp_path: Path) -> None:
    files = read(tmp_path)
    assert files.on(date(2025, 12, 31)).strategy.vision == "Old"
    assert files.on(date(2026, 1, 1)).strategy.vision == "New"
    assert files.on(date(2026, 1, 1)).strategy_name == "b.yaml"


def test_a_day_before_every_version_has_no_map(tmp_path: Path) -> None:
    with pytest.raises(Problems, match="no strategy is in force on 2024-12-31"):
        read(tmp_path).on(date(2024, 12, 31))


def test_the_digest_is_of_what_the_files_say(tmp_path: Path) -> None:
    first = read(tmp_path).digest
    assert read(tmp_path).digest == first
    assert read(tmp_path, strategy__b=NEW.replace("Faster", "Slower")).digest != first


def test_mistakes_of_all_files_are_told_together(tmp_path: Path) -> None:
    with pytest.raises(Problems) as found:
        read(tmp_path, strategy__b=NEW.replace("name", "nam"), mappings=MAPPINGS.replace("checkout", "chekout"))
    said = [(Path(problem.file).name, problem.line) for problem in found.value.problems]
    assert ("b.yaml", 3) in said
    assert ("mappings.yaml", 1) in said


def test_a_mistake_in_the_people_is_not_told_again_as_owners_that_are_missing(tmp_path: Path) -> None:
    strategy = "objectives: [{id: checkout, name: Checkout, owner: payments}]\n"
    with pytest.raises(Problems) as found:
        read(tmp_path, fingerpost=CONFIG + "people: people.yaml\n", people="[]\n", strategy__b=strategy)
    assert [Path(problem.file).name for problem in found.value.problems] == ["people.yaml"]


def test_a_file_that_is_not_there_is_told_where_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "fingerpost.yaml").write_text(CONFIG)
    config = load_config(tmp_path / "fingerpost.yaml", environment={"TOKEN": "t"})
    with pytest.raises(Problems, match=r"fingerpost.yaml:1:11: .*strategy cannot be read"):
        read_files(config, folder=tmp_path)


def test_two_versions_do_not_begin_on_the_same_day(tmp_path: Path) -> None:
    with pytest.raises(Problems) as found:
        read(tmp_path, strategy__b=NEW.replace("2026", "2025"))
    (problem,) = found.value.problems
    assert (Path(problem.file).name, problem.line, problem.column) == ("b.yaml", 1, 7)
    assert problem.message.startswith("the version begins on 2025-01-01, as ")


def test_two_versions_without_a_day_cannot_stand_together(tmp_path: Path) -> None:
    with pytest.raises(Problems, match=r"the version has no `from`, as .*a.yaml does"):
        read(tmp_path, strategy__a=OLD.partition("\n")[2], strategy__b=NEW.partition("\n")[2])


def test_readings_beside_the_strategy_are_read_with_it_and_are_part_of_its_digest(tmp_path: Path) -> None:
    measured = NEW.replace("Faster checkout", "F, measures: [{id: m, readings: m.csv}]")
    (tmp_path / "strategy").mkdir()
    (tmp_path / "strategy" / "m.csv").write_text("on,value\n2026-01-01,2.5\n")
    first = read(tmp_path, strategy__b=measured)
    (objective,) = first.on(date(2026, 1, 1)).strategy.objectives
    assert [reading.value for reading in objective.measures[0].readings] == [2.5]
    (tmp_path / "strategy" / "m.csv").write_text("on,value\n2026-01-01,2.6\n")
    assert read(tmp_path, strategy__b=measured).digest != first.digest


def test_readings_that_are_not_there_are_told_where_they_are_named(tmp_path: Path) -> None:
    measured = NEW.replace("Faster checkout", "F, measures: [{id: m, readings: m.csv}]")
    with pytest.raises(Problems, match=r"b.yaml:3:67: m.csv cannot be read: No such file"):
        read(tmp_path, strategy__b=measured)


def test_names_that_another_file_lacks_are_told_beside_the_mistakes_of_each_file(tmp_path: Path) -> None:
    assert _mistakes(
        tmp_path,
        mappings="rules: [{id: a, wen: {}, objective: chekout}, {id: b, when: {}, objective: checkout}]\n",
        strategy="objectives: [{id: checkout, nam: Checkout, owner: nobody}]\n",
        people="teams: [{id: payments, zne: UTC}]\n",
    ) == [
        "mappings.yaml:1:9: the key 'when' is missing",
        "mappings.yaml:1:17: unknown key 'wen'; did you mean 'when'?",
        "mappings.yaml:1:37: the strategy has no objective 'chekout'; did you mean 'checkout'?",
        "mappings.yaml:1:61: should have at least one line, or it takes everything",
        "people.yaml:1:24: unknown key 'zne'; did you mean 'zone'?",
        "strategy.yaml:1:14: the key 'name' is missing",
        "strategy.yaml:1:29: unknown key 'nam'; did you mean 'name'?",
        "strategy.yaml:1:51: no team has the id 'nobody'; valid: payments",
    ]


@pytest.mark.parametrize(
    "strategy",
    [
        "objectives: [{id: growth, name: Growth}",
        "objectivs: [{id: growth, name: Growth}]",
        "objectives: [{id: growth, name: Growth}, {name: Checkout}]",
        "objectives: [{id: growth, name: Growth}]\nobjectives: [{id: checkout, name: Checkout}]",
        "objectives: [{id: growth, id: checkout, name: Growth}]",
    ],
)
def test_a_name_is_not_said_to_lack_where_its_own_line_could_not_be_read(tmp_path: Path, strategy: str) -> None:
    told = _mistakes(tmp_path, mappings=MAPPINGS, strategy=strategy, people="{}")
    assert told
    assert not [each for each in told if "has no objective" in each]


def _mistakes(folder: Path, *, strategy: str, **texts: str) -> list[str]:
    config = CONFIG.replace("strategy: strategy", "strategy: strategy.yaml\npeople: people.yaml")
    with pytest.raises(Problems) as found:
        read(folder, fingerpost=config, strategy=strategy, **texts)
    return [str(problem).removeprefix(f"{folder}/") for problem in found.value.problems]
