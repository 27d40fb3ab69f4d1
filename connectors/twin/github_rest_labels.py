"""Labels over REST: the one thing that may be written besides a board's fields."""

from collections.abc import Mapping
from typing import Any

from connectors.twin import github_edits as edits
from connectors.twin.github_derived import DERIVED
from connectors.twin.github_filters import names
from connectors.twin.github_objects import Node
from connectors.twin.github_paging import Positions
from connectors.twin.github_rest_bodies import Bodies
from connectors.twin.github_state import written
from connectors.twin.github_wire import Answer, Call, Endpoint, Refusal


def listed(call: Call) -> Answer:
    """The labels that the repository defines."""
    return call.rows(Positions(_defined(call)), shown=Bodies(call.host, call.api).label)


def create(call: Call) -> Answer:
    """A new label of the repository; 422 where there is one of that name, in whatever case."""
    repository, name = call.repository(), str(call.sent.get("name", ""))
    if not name or name.lower() in {label["name"].lower() for label in _defined(call)}:
        wrong = {"resource": "Label", "code": "already_exists" if name else "missing_field", "field": "name"}
        raise Refusal(422, "Validation Failed", errors=[wrong])
    told = {key: call.sent[key] for key in ("color", "description") if key in call.sent}
    label = edits.define_label(call.host, repository, name, at=written(call.host.now()), by=call.actor, **told)
    return Answer(body=Bodies(call.host, call.api).label(label), status=201)


def borne(call: Call) -> Answer:
    """The labels of an issue or pull request."""
    return Answer(body=_shown(call, call.item()))


def add(call: Call) -> Answer:
    """Put labels on, and answer with all there are then. A label nobody defined yet comes into being."""
    item, asked = call.item(), call.sent
    wanted = asked.get("labels", []) if isinstance(asked, dict) else asked
    for name in (each["name"] if isinstance(each, dict) else str(each) for each in wanted):
        if name.lower() not in {known.lower() for known in names(item.get("labels"))}:
            edits.label(call.host, item, name, at=written(call.host.now()), by=call.actor)
    return Answer(body=_shown(call, call.item()))


def remove(call: Call) -> Answer:
    """Take one label off, and answer with those that are left; 404 where it was not there."""
    item, name = call.item(), call.named["label"]
    held = next((known for known in names(item.get("labels")) if known.lower() == name.lower()), None)
    if held is None:
        raise Refusal(404, "Label does not exist")
    edits.unlabel(call.host, item, held, at=written(call.host.now()), by=call.actor)
    return Answer(body=_shown(call, call.item()))


def _defined(call: Call) -> list[Node]:
    repository = call.repository()
    stated: Any = repository.get("labels")
    return list(DERIVED["Repository.labels"](call.host, repository) if stated is None else stated)


def _shown(call: Call, item: Node) -> list[Node]:
    return [Bodies(call.host, call.api).label(label) for label in item.get("labels") or ()]


OF_REPOSITORY: Mapping[str, Endpoint] = {"/labels": listed, "/issues/{number:int}/labels": borne}
WRITES: Mapping[tuple[str, str], Endpoint] = {
    ("POST", "/labels"): create,
    ("POST", "/issues/{number:int}/labels"): add,
    ("DELETE", "/issues/{number:int}/labels/{label:path}"): remove,
}
