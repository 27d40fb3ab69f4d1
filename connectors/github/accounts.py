"""People, bots and teams as GitHub shows them."""

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

    @property
    def met(self) -> tuple[Account, ...]:
        return tuple(self._met[ref] for ref in sorted(self._met))

    def ref(self, actor: Actor | None) -> str | None:
        """The account's ref; None where GitHub shows nobody, as for a deleted account."""
        if actor is None or not actor.id:
            return None
        ref = f"{self.source}:account:{actor.id}"
        if ref not in self._met:
            self._met[ref] = Account(ref=ref, source=self.source, name=actor.name, kind=_kind(actor))
        return ref


def _kind(actor: Actor) -> AccountKind:
    if actor.login == "ghost":  # the account that GitHub puts in the place of deleted ones
        return "ghost"
    if actor.login.endswith("[bot]"):
        return "bot"
    return KINDS.get(actor.typename, "person")
