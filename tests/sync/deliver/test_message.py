"""What is said to whom, before a channel gives it its form."""

from datetime import date

from sync.deliver.message import of_notice, of_report, of_troubles
from sync.reconcile.travellers import InFlight, Travellers
from sync.report.digest import MOST_LINES
from sync.report.notice import MapVersion, Moved, Notice, Touched
from sync.report.outline import plain
from tests.sync.report.sample import sample

FLYING = tuple(InFlight(ref=f"r{number}", key=f"PAY-{number}", title="@everyone", url=None) for number in range(12))


def moved(objective: str | None, says: str) -> Moved:
    return Moved(aspect="name", objective=objective, before=None, after=None, says=says)


def touched(objective: str | None, *owners: str, teams: tuple[str, ...] = (), flying: int = 0) -> Touched:
    found = Travellers(objective=objective or "all", teams=teams, open_items=3, in_flight=FLYING[:flying])
    return Touched(objective=objective, owners=owners, travellers=found)


def notice(*told: tuple[Moved, Touched]) -> Notice:
    return Notice(
        before=MapVersion(name="strategy.yaml", on=date(2026, 11, 1)),
        after=MapVersion(name="strategy.yaml", on=date(2026, 11, 20)),
        moved=tuple(move for move, _ in told),
        touched=tuple(touching for _, touching in told),
        looked=True,
    )


def lines(message) -> list[str]:
    return [plain(line) for line in message.lines]


def test_a_team_hears_what_moved_of_that_which_it_owns_or_works_on():
    everybody, payments, storefront = of_notice(
        notice(
            (moved("checkout", "Checkout is paused."), touched("checkout", "payments", flying=2)),
            (moved("growth", "Growth is now rank 1."), touched("growth", "storefront", teams=("payments",))),
        )
    )
    assert lines(everybody)[1:] == ["• Checkout is paused.", "• Growth is now rank 1."]
    assert (payments.team, storefront.team) == ("payments", "storefront")
    assert lines(payments) == [
        "payments: this touches you",
        "• Checkout is paused. (2 items in flight: PAY-0, PAY-1)",
        "• Growth is now rank 1.",
    ]
    assert lines(storefront)[1:] == ["• Growth is now rank 1."]
    assert {payments.under, storefront.under} == {everybody.subject}


def test_the_same_moves_have_the_same_subject_and_others_another():
    one, other = (notice((moved("a", says), touched("a"))) for says in ("A is new.", "A is gone."))
    assert of_notice(one)[0].subject == of_notice(one)[0].subject != of_notice(other)[0].subject
    assert of_notice(notice()) == []


def test_a_notice_is_short_whatever_moved():
    told = of_notice(
        notice(*((moved(f"o{place}", f"Objective {place} moved."), touched(f"o{place}")) for place in range(40)))
    )
    assert len(told[0].lines) == MOST_LINES
    assert lines(told[0])[-1] == "and 30 more"


def test_a_report_is_for_everybody_and_in_parts_for_teams():
    whole, *parts = of_report(sample())
    assert (whole.team, whole.under, whole.report) == (None, None, sample())
    assert [part.team for part in parts] == ["operations", "payments", "storefront"]
    assert {(part.under, part.report) for part in parts} == {("report 2026-W46", None)}


def test_a_trouble_is_a_line():
    (told,) = of_troubles([("jira failed", "jira: failed,\nthe token is refused")])
    assert (told.subject, lines(told)) == ("trouble jira failed", ["▲ jira: failed, the token is refused"])
