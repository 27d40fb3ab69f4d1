"""The invented company that sells a shop platform: teams, projects, workflows, what each project works on."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 5, tzinfo=UTC)
"""A Monday."""
END = datetime(2026, 11, 20, 18, tzinfo=UTC)
"""A Friday: nothing happens after it, and it is what every clock of the company shows."""

SPRINTS_FROM = START - timedelta(weeks=1)
SPRINT_WEEKS = 2


@dataclass(frozen=True)
class Team:
    id: str
    zone: str
    offset_h: int
    """Hours ahead of UTC, all year: working hours need not be exact."""
    day_rate: int
    least: int = 4
    """Developers of a small company."""


@dataclass(frozen=True)
class Workflow:
    todo: str
    ready: str | None
    active: str
    waiting: str | None
    done: str


@dataclass(frozen=True)
class Project:
    key: str
    name: str
    team: str
    workflow: Workflow
    board: str
    """scrum, kanban, or simple as team-managed projects have."""
    repository: str | None
    components: tuple[str, ...] = ()
    share: float = 0.0
    """Of the company's stories, tasks and bugs."""


@dataclass(frozen=True)
class Theme:
    """A line of work: an epic under an objective's initiative, and how its children are marked."""

    project: str
    epic: str
    goal: str | None
    """The objective whose initiative is the epic's parent."""
    component: str | None = None
    label: str | None = None
    until: datetime = END
    """No work is asked for later than this."""
    nouns: tuple[str, ...] = ()


TEAMS = (
    Team("payments", "Europe/Berlin", 1, 640),
    Team("storefront", "Europe/Lisbon", 0, 610),
    Team("mobile", "Europe/Lisbon", 0, 620),
    Team("data", "America/New_York", -5, 690),
    Team("platform", "Asia/Kolkata", 5, 540),
    Team("labs", "Europe/Berlin", 1, 640),
    Team("retail", "Europe/Berlin", 1, 600, least=6),
)

SCRUM = Workflow("To Do", None, "In Progress", "In Review", "Done")
SELECTED = Workflow("Backlog", "Selected", "In Progress", "In Review", "Done")
KANBAN = Workflow("Backlog", "Ready", "Doing", "Awaiting Release", "Done")
SIMPLE = Workflow("To Do", None, "In Progress", None, "Done")
INCIDENT = Workflow("Open", None, "Investigating", "Monitoring", "Resolved")

PROJECTS = (
    Project("ROAD", "Roadmap", "storefront", SIMPLE, "kanban", None),
    Project("PAY", "Payments", "payments", SELECTED, "scrum", "payments", ("checkout", "basket", "wallets"), 0.27),
    Project("WEB", "Storefront", "storefront", SCRUM, "scrum", "storefront", ("search", "pages"), 0.26),
    Project("MOB", "Mobile", "mobile", SCRUM, "scrum", "mobile-app", ("shell", "push"), 0.14),
    Project("DATA", "Data", "data", SIMPLE, "simple", "merchant-numbers", ("ranking", "pipelines"), 0.14),
    Project("PLAT", "Platform", "platform", KANBAN, "kanban", "infrastructure", ("hosting", "upgrades"), 0.15),
    Project("OPS", "Operations", "platform", INCIDENT, "kanban", None),
    Project("LAB", "Labs", "labs", SIMPLE, "simple", "playground", (), 0.04),
    Project("FAC", "Facilities", "platform", SIMPLE, "kanban", None),
)
OWNER = "acme-shops"
THEMES_REPOSITORY = "themes"
SERVICES = ("payments", "storefront", "infrastructure")

WALLETS_END = datetime(2026, 9, 30, tzinfo=UTC)

# The order is the order of the keys: MOB-1 is the epic that a rule names.
LINES = (
    Theme(
        "MOB", "One shell for both apps", "growth", "shell", nouns=("navigation", "the start screen", "offline mode")
    ),
    Theme("PAY", "Pay in one step", "checkout", "checkout", nouns=("the address form", "card entry", "the receipt")),
    Theme("PAY", "A basket that never forgets", "checkout", "basket", nouns=("the basket", "stock checks", "vouchers")),
    Theme(
        "PAY",
        "Pay with wallets",
        None,
        "wallets",
        until=datetime(2026, 9, 1, tzinfo=UTC),
        nouns=("wallet set-up", "refunds"),
    ),
    Theme("WEB", "Search that finds", "search", "search", nouns=("synonyms", "typing errors", "filters")),
    Theme("WEB", "Trial pages", "growth", "pages", "experiment", nouns=("the landing page", "price tags", "banners")),
    Theme("MOB", "Messages worth opening", "growth", "push", nouns=("order messages", "quiet hours")),
    Theme("DATA", "Ranking by margin", "search", "ranking", nouns=("the ranking model", "click signals")),
    Theme("DATA", "Numbers merchants trust", "insight", "pipelines", nouns=("daily sales", "returns", "late events")),
    Theme("PLAT", "Hosting that heals", None, "hosting", nouns=("node pools", "backups", "alerts")),
    Theme("PLAT", "No old versions", None, "upgrades", nouns=("the database", "the runtime", "base images")),
    Theme("PLAT", "Door to the marketplace", "marketplace", None, nouns=("partner accounts", "listing checks")),
)
GOALS = {
    "growth": "Every shop sells more",
    "checkout": "Faster checkout",
    "search": "Search that finds",
    "insight": "Numbers merchants trust",
    "marketplace": "Open the marketplace",
}
VERBS = (
    "Speed up",
    "Simplify",
    "Rework",
    "Measure",
    "Make visible",
    "Test",
    "Prepare",
    "Extend",
    "Clean up",
    "Explain",
)
FAULTS = (
    "fails on slow networks",
    "shows the wrong total",
    "is lost after a restart",
    "loads twice",
    "ignores the zone",
)


def instant(text: str) -> datetime:
    """The instant that a GitHub record writes."""
    return datetime.fromisoformat(text)


_PROJECTS = {project.key: project for project in PROJECTS}
_TEAMS = {team.id: team for team in TEAMS}


def project(key: str) -> Project:
    return _PROJECTS[key]


def team(name: str) -> Team:
    return _TEAMS[name]
