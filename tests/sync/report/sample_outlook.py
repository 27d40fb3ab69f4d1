"""What lies ahead of the invented objectives."""

from datetime import date, timedelta

from sync.reconcile.backtest import BackTest, Trial
from sync.reconcile.forecast import FanPoint, Forecast, When
from sync.reconcile.light import Light
from sync.reconcile.outlook import Outlook
from sync.reconcile.progress import BurnPoint, MeasureLine, Progress
from tests.sync.report.sample import figure
from tests.sync.report.sample_flow import MONDAY


def outlook(identity: str) -> Outlook:
    colour = {"checkout": "risk", "growth": "on", "nordics": "off", "catalogue": "none"}.get(identity, "unknown")
    chance = {"risk": 0.71, "on": 0.93, "off": 0.32}.get(colour)
    known = chance is not None
    return Outlook(
        progress=Progress(
            figures=(
                figure("scope", "Scope", 60.0, scope=identity, unit="items", n=60),
                figure("completion", "Delivered of the scope", 0.633, scope=identity, unit="ratio", n=60),
            ),
            burn_up=tuple(
                BurnPoint(on=MONDAY - timedelta(weeks=11 - place), scope=40 + 2 * place, delivered=5 + 3 * place)
                for place in range(12)
            ),
            undated=3,
            measures=(
                MeasureLine(
                    id="conversion",
                    name="Conversion",
                    unit="%",
                    baseline=2.1,
                    target=3.0,
                    current=2.4,
                    read_on=date(2026, 11, 1),
                    age_days=15,
                    stale=identity == "growth",
                    progress=1 / 3,
                ),
            )
            if identity in ("checkout", "growth")
            else (),
        ),
        forecast=Forecast(
            remaining=22,
            weeks=12,
            delivered=36,
            growing=When(
                p50_on=date(2027, 1, 4), p85_on=date(2027, 2, 1), p50_weeks=7, p85_weeks=11, method="simulated"
            )
            if known
            else When(reason="small_n"),
            fixed=When(p50_on=date(2026, 12, 28), p85_on=date(2027, 1, 11), p50_weeks=6, p85_weeks=8)
            if known
            else When(reason="small_n"),
            horizon_weeks=4,
            p15=8 if known else None,
            p50=12 if known else None,
            fan=tuple(
                FanPoint(on=MONDAY + timedelta(weeks=ahead), p15=2 * ahead, p50=3 * ahead, p85=4 * ahead)
                for ahead in range(1, 12)
            )
            if known
            else (),
            promised_on=date(2027, 1, 15) if known else None,
            chance=chance,
            reason=None if known else "small_n",
            back_test=BackTest(
                trials=tuple(
                    Trial(
                        on=MONDAY - timedelta(weeks=4 * number),
                        p15=7,
                        p50=11,
                        naive=10,
                        outcome=6 + (number * 5) % 9,
                        chance=None,
                        done=None,
                        crps=1.4,
                    )
                    for number in range(1, 14)
                ),
                covered=12,
                coverage=12 / 13,
                low=0.71,
                high=0.98,
                verdict="calibrated",
                loss=1.2,
                naive_loss=1.6,
                skill=0.25,
                brier=0.11,
                crps=1.4,
            ),
            hidden=identity == "running",
        ),
        light=Light(
            computed=colour,
            chance=chance,
            declared="on_track" if known else None,
            declared_on=date(2026, 11, 13) if known else None,
            contradicts=colour == "off",
            reason=None if known else "no_promise",
        ),
    )
