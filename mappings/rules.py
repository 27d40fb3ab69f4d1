"""What the mapping file says: rules, exemptions, overrides, cuts, breakdowns, workflows, services."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from mappings.agreements import Agreement, agreement_faults
from mappings.conditions import FIELD, Condition, attributes
from mappings.document import Path
from mappings.model import Fault, Model, UserFile, entries, repeated_ids
from mappings.statuses import Workflow, workflow_faults
from mappings.thresholds import ThresholdLine, threshold_faults

Id = Annotated[str, Field(min_length=1)]


class Example(Model):
    """An invented item, told by what rules can ask about."""

    kind: Literal["work_item", "pull_request"] = "work_item"
    source: str | None = None
    project: str | None = None
    repository: str | None = None
    key: str | None = None
    type: str | None = None
    milestone: str | None = None
    parent: str | None = None
    epic: str | None = None
    title: str | None = None
    body: str | None = None
    status: str | None = None
    resolution: str | None = None
    priority: str | None = None
    team: str | None = None
    author: str | None = None
    author_team: str | None = None
    base: str | None = None
    head: str | None = None
    labels: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    fix_versions: tuple[str, ...] = ()
    sprints: tuple[str, ...] = ()
    assignees: tuple[str, ...] = ()
    assignee_teams: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    points: float | None = None
    level: float | None = None
    size: float | None = None
    created_on: date | None = None
    updated_on: date | None = None
    resolved_on: date | None = None
    due_on: date | None = None
    merged_on: date | None = None
    flagged: bool = False
    draft: bool = False
    fields: dict[str, str | tuple[str, ...]] = Field(default={})
    ancestors: tuple["Example", ...] = ()  #: its parent, and those above
    linked: tuple["Example", ...] = ()  #: work items that it is linked to


class Case(Model):
    """An example, and what the whole file should make of it."""

    item: Example
    expect: str | dict[str, float] | None  #: an objective, objectives with weights, an exemption's id, or nothing

    @property
    def expected(self) -> dict[str, float]:
        """What is expected, with its weight."""
        match self.expect:
            case None:
                return {}
            case str():
                return {self.expect: 1.0}
            case _:
                return self.expect


class Rule(Model):
    """Items for which `when` holds serve this objective, or these by weight; a rest below 1 counts as untagged."""

    id: Id
    when: Condition
    objective: str | None = None
    objectives: dict[str, float] | None = None
    from_on: date | None = Field(default=None, alias="from")
    cases: tuple[Case, ...] = ()

    @field_validator("objectives")
    @classmethod
    def _at_most_one(cls, weights: dict[str, float] | None) -> dict[str, float] | None:
        if weights is not None and not weights:
            raise ValueError("should name at least one objective")
        if any(weight <= 0 for weight in (weights or {}).values()):
            raise ValueError("each weight should be greater than 0")
        if (total := sum((weights or {}).values())) > 1 + 1e-9:
            raise ValueError(f"the weights add up to {total:g}, which is more than 1")
        return weights

    @model_validator(mode="after")
    def _names_objectives_once(self) -> Self:
        if (self.objective is None) == (self.objectives is None):
            raise ValueError("a rule should have either 'objective' or 'objectives'")
        return self

    @property
    def weights(self) -> dict[str, float]:
        """Objective → weight."""
        return self.objectives or ({self.objective: 1.0} if self.objective else {})


class Exemption(Model):
    """Items for which `when` holds are asked for no objective; their effort counts under this name."""

    id: Id
    when: Condition
    reason: str
    from_on: date | None = Field(default=None, alias="from")
    cases: tuple[Case, ...] = ()


class Override(Model):
    """One item's objective, decided by a person; it counts from `on`."""

    item: str  #: its key, or one it had before
    objective: str
    by: str
    on: date
    reason: str


class Cut(Model):
    """A link that is wrong, and stays cut."""

    item: str
    pull_request: str
    by: str
    on: date
    reason: str


class Kind(Model):
    """One value of a breakdown."""

    id: Id
    when: Condition


class Service(Model):
    """What is deployed, and which items tell of its failures and hotfixes."""

    id: Id
    repositories: tuple[str, ...]  #: owner/name; * stands for any name
    environment: str | None = None  #: the one that users see; without it, what such environments are called
    workflow: str | None = None  #: the name, or the path, of the workflow whose success is a deployment
    tags: str | None = None  #: with * and ?: the tags that are deployments
    incidents: Condition | None = None
    impact_start: str | None = None  #: the field that says when an incident began; else when it was created
    impact_end: str | None = None  #: the field that says when users had their service back
    hotfix: Condition | None = None
    escaped: Condition | None = None  #: bugs that users met and that cannot wait: mending one is rework

    def conditions(self) -> Iterator[Condition]:
        yield from filter(None, (self.incidents, self.hotfix, self.escaped))


class LinkRules(Model):
    """How keys in texts are read."""

    accept: tuple[str, ...] = ()  #: projects meant although a standard has the name, such as RFC
    at_most: int = Field(default=10, ge=1)  #: items named in prose beyond which a pull request is a release of them


class Mappings(UserFile):
    """One version of what leads where. Of rules and of exemptions, the first that matches wins."""

    from_on: date | None = Field(default=None, alias="from")
    rules: tuple[Rule, ...] = ()
    exempt: tuple[Exemption, ...] = ()
    overrides: tuple[Override, ...] = ()
    cuts: tuple[Cut, ...] = ()
    breakdowns: dict[str, tuple[Kind, ...]] = Field(default={})
    statuses: tuple[Workflow, ...] = ()
    services: tuple[Service, ...] = ()
    links: LinkRules = LinkRules()
    thresholds: tuple[ThresholdLine, ...] = ()
    agreements: tuple[Agreement, ...] = ()

    def conditions(self) -> Iterator[Condition]:
        """The `when` of every rule and exemption."""
        yield from (rule.when for rule in self.rules)
        yield from (exemption.when for exemption in self.exempt)

    @property
    def asks_fields(self) -> bool:
        """Anything here asks about a custom field."""
        kinds = (kind.when for axis in self.breakdowns.values() for kind in axis)
        signs = (when for service in self.services for when in service.conditions())
        timed = any(service.impact_start or service.impact_end for service in self.services)
        return timed or any(name.startswith(FIELD) for name in attributes([*self.conditions(), *kinds, *signs]))

    def cases(self) -> Iterator[tuple[Path, Case]]:
        """Every case beside a rule or an exemption, with its path in the file."""
        for index, rule in enumerate(self.rules):
            yield from ((("rules", index, "cases", number), case) for number, case in enumerate(rule.cases))
        for index, exemption in enumerate(self.exempt):
            yield from ((("exempt", index, "cases", number), case) for number, case in enumerate(exemption.cases))

    @classmethod
    def faults(cls, data: Any) -> Iterator[Fault]:
        yield from repeated_ids(entries(data, "rules"), entries(data, "exempt"))
        yield from repeated_ids(entries(data, "services"))
        yield from workflow_faults(entries(data, "statuses"))
        yield from threshold_faults(entries(data, "thresholds"))
        yield from agreement_faults(entries(data, "agreements"))
        for axis in _axes(data):
            yield from repeated_ids(entries(data, "breakdowns", axis))


def _axes(data: Any) -> list[str]:
    axes = data.get("breakdowns") if isinstance(data, Mapping) else None
    return list(axes) if isinstance(axes, Mapping) else []
