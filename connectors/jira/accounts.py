"""The people and apps met while reading, each told once a batch."""

from connectors.jira import wire
from connectors.records import Account, AccountKind, ItemRef

KINDS: dict[str | None, AccountKind] = {"app": "bot"}


class Accounts:
    """The accounts of one batch."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._met: dict[str, Account] = {}

    def ref(self, account: wire.Account | None) -> str | None:
        """The account's ref, and the account kept; None for nobody, and for one that a site made nameless (GDPR)."""
        identity = account and (account.account_id or account.key or account.name)
        if not account or not identity:
            return None
        if identity not in self._met:
            self._met[identity] = self._account(identity, account)
        return self._met[identity].ref

    def ref_of(self, identity: str | None) -> str | None:
        """The ref of an account known by its id alone, as a changelog tells it."""
        return str(ItemRef(self._source, "account", identity)) if identity else None

    def records(self) -> tuple[Account, ...]:
        return tuple(self._met.values())

    def _account(self, identity: str, account: wire.Account) -> Account:
        return Account(
            ref=str(ItemRef(self._source, "account", identity)),
            source=self._source,
            name=account.display_name or account.name or identity,
            kind=KINDS.get(account.account_type, "person"),
        )
