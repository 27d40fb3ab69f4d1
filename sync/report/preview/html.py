"""The preview as one self-contained page in the report's style: nothing is fetched, and it has no script."""

from functools import partial

from sync.reconcile.balance import OUTCOMES
from sync.report import page, words
from sync.report.frame import FILE
from sync.report.preview import says
from sync.report.preview.model import Preview

MOST_ITEMS = 250  #: shown in one list; the JSON inside the page has all of them


def render(preview: Preview) -> str:
    """The page as HTML text; the same preview gives the same bytes."""
    environment = page.environment()
    environment.globals["frame"] = FILE
    environment.filters["instant"] = partial(words.instant, zone=preview.zone)
    return environment.get_template("preview.html").render(
        preview=preview,
        answer=says.answer(preview),
        columns=says.columns(preview),
        days=says.days,
        outcomes=OUTCOMES,
        balances=list(zip(preview.before.balance, preview.after.balance, strict=True)),
        most=MOST_ITEMS,
        style=environment.get_template("style.css").render(),
        twin=page.twin(preview),
    )
