"""People, bots and teams as GitHub shows them."""

from collections.abc import Callable, Iterable

from connectors.github.wire import Actor
from connectors.records import Account, AccountKind

KINDS: dict[str, AccountKind] = {
    "Bot": "bot",
    "EnterpriseUserAccount": "person",
    "Mannequin": "mannequin",
    "Organization": "organization",
    "Team": "team",
    "User": "person",
}


class Accounts:
    """The accounts that were met while reading one answer."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._met: dict[str, Account] = {}
        self._numbers: dict[int, Actor] = {}
        self._whole: dict[str, str] = {}  # refs of those of whom nothing more can be told

    @property
    def met(self) -> tuple[Account, ...]:
        return tuple(self._met[ref] for ref in sorted(self._met))

    def ref(self, actor: Actor | None) -> str | None:
        """The account's ref; None where GitHub shows nobody, as for a deleted account."""
        if actor is None or not actor.id:
            return None
        return self._whole.get(actor.id) or self._meet(actor)

    def refs(self, actors: Iterable[Actor | None]) -> tuple[str, ...]:
        """Of all who are shown, each once."""
        return tuple(dict.fromkeys(filter(None, map(self.ref, actors))))

    def by_number(self, number: int) -> str | None:
        """Whoever was met under that number."""
        met = self._numbers.get(number)
        return self._ref(met) if met else None

    def by_name(self, name: str) -> str | None:
        """Whoever was met under that name, if there was but one."""
        named = [account.ref for account in self._met.values() if account.name.lower() == name.lower()]
        return named[0] if len(named) == 1 else None

    def numbered(self, node_id: Callable[[int], str]) -> bool:
        """Whether people's ids are made of their numbers in this way: all that were met are a proof of it."""
        people = {number: actor for number, actor in self._numbers.items() if actor.typename == "User"}
        return bool(people) and all(actor.id == node_id(number) for number, actor in people.items())

    def _meet(self, actor: Actor) -> str:
        ref = self._ref(actor)
        if actor.name and actor.typename and ref not in self._met:  # a part of somebody never replaces the whole
            self._met[ref] = Account(ref=ref, source=self.source, name=actor.name, kind=_kind(actor))
        if actor.database_id is not None:
            self._numbers[actor.database_id] = actor
        if ref in self._met and actor.database_id is not None:
            self._whole[actor.id] = ref
        return ref

    def _ref(self, actor: Actor) -> str:
        return f"{self.source}:account:{actor.id}"


def _kind(actor: Actor) -> AccountKind:
    if actor.login == "ghost":  # the account that GitHub puts in the place of deleted ones
        return "ghost"
    if actor.login.endswith("[bot]"):
        return "bot"
    return KINDS.get(actor.typename, "person")
