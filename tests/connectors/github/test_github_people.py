"""Who did what: people, bots, teams, those who are gone, and those who wrote together."""

from typing import Any

import pytest

from connectors.github.accounts import Accounts
from connectors.github.co_authors import co_authors, node_id
from connectors.github.wire import Actor
from connectors.records import AccountKind

ME = Actor(typename="User", id="U_kgDOAAjmPw", login="payments-dev-1", database_id=583231)


def met(**told: Any) -> Accounts:
    accounts = Accounts("github")
    accounts.ref(Actor(**told))
    return accounts


@pytest.mark.parametrize(
    ("typename", "login", "kind"),
    [
        ("User", "payments-dev-1", "person"),
        ("User", "ghost", "ghost"),
        ("User", "updater[bot]", "bot"),
        ("Bot", "updater", "bot"),
        ("Mannequin", "imported", "mannequin"),
        ("Organization", "acme", "organization"),
        ("EnterpriseUserAccount", "managed", "person"),
        ("SomethingNew", "somebody", "person"),
    ],
)
def test_accounts_are_of_a_kind(typename: str, login: str, kind: AccountKind) -> None:
    assert [account.kind for account in met(typename=typename, login=login, id="A").met] == [kind]


def test_a_team_is_named_by_its_slug() -> None:
    (team,) = met(typename="Team", slug="payments", id="T_1").met
    assert (team.ref, team.name, team.kind) == ("github:account:T_1", "payments", "team")


def test_nobody_is_met_who_is_not_shown() -> None:
    accounts = Accounts("github")
    assert accounts.ref(None) is None
    assert accounts.ref(Actor(typename="Team")) is None
    assert accounts.met == ()


def test_a_part_of_somebody_never_replaces_the_whole() -> None:
    """A thin record of a person is a ref, and no account. # dogsheep/github-to-sqlite#8"""
    accounts = Accounts("github")
    assert accounts.ref(Actor(id="U_1")) == "github:account:U_1"
    assert accounts.met == ()
    accounts.ref(Actor(typename="User", id="U_1", login="payments-dev-1"))
    accounts.ref(Actor(id="U_1"))
    assert [account.name for account in accounts.met] == ["payments-dev-1"]


class TestCoAuthors:
    def trailers(self, *addresses: str, accounts: Accounts | None = None) -> tuple[str, ...]:
        lines = [f"Co-authored-by: Somebody <{address}>" for address in addresses]
        return co_authors("\n".join(["Faster basket", "", *lines]), accounts or Accounts("github"))

    def test_a_no_reply_address_leads_to_whoever_has_that_number(self) -> None:
        accounts = met(typename="User", id="U_old_form", login="renamed-since", database_id=7)
        assert self.trailers("7+former-name@users.noreply.github.com", accounts=accounts) == (
            "github:account:U_old_form",
        )

    def test_an_old_no_reply_address_leads_to_whoever_has_that_name(self) -> None:
        accounts = met(typename="User", id="U_1", login="Payments-Dev-1")
        assert self.trailers("payments-dev-1@users.noreply.github.com", accounts=accounts) == ("github:account:U_1",)

    def test_somebody_else_has_the_id_that_the_number_makes_where_ids_are_made_so(self) -> None:
        accounts = met(typename="User", id=ME.id, login=ME.login, database_id=ME.database_id)
        assert self.trailers("8+other@users.noreply.github.com", accounts=accounts) == (f"github:account:{node_id(8)}",)

    def test_nobody_is_guessed_where_ids_are_made_otherwise(self) -> None:
        accounts = met(typename="User", id="MDQ6VXNlcjU4MzIzMQ==", login=ME.login, database_id=583231)
        assert self.trailers("8+other@users.noreply.github.com", accounts=accounts) == ()
        assert self.trailers("8+other@users.noreply.github.com") == ()

    @pytest.mark.parametrize(
        "address",
        ["dev@example.invalid", "49699333+dependabot[bot]@users.noreply.github.com", "@", "8+@users.noreply."],
    )
    def test_other_addresses_lead_to_nobody(self, address: str) -> None:
        accounts = met(typename="User", id=ME.id, login=ME.login, database_id=ME.database_id)
        assert self.trailers(address, accounts=accounts) == ()

    def test_each_is_named_once(self) -> None:
        accounts = met(typename="User", id="U_1", login="one", database_id=1)
        again = ("1+one@users.noreply.github.com", "one@users.noreply.github.com")
        assert self.trailers(*again, accounts=accounts) == ("github:account:U_1",)

    def test_a_trailer_is_a_line_of_its_own(self) -> None:
        accounts = met(typename="User", id="U_1", login="one", database_id=1)
        prose = "See Co-authored-by: One <1+one@users.noreply.github.com> in the log"
        assert co_authors(prose, accounts) == ()


def test_a_node_id_is_made_of_the_number() -> None:
    """GitHub's own example. # docs: graphql/guides/using-global-node-ids"""
    assert node_id(583231) == ME.id
