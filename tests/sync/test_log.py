"""The log: one JSON object a line where nobody watches, and no secret in it."""

import io
import json

import structlog

from sync import log


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_secrets_are_struck_out_wherever_they_stand() -> None:
    stream = io.StringIO()
    log.configure(verbose=True, secrets=["s3cret"], stream=stream)
    structlog.get_logger().info("asked", url="https://x/?token=s3cret", error="refused s3cret")
    line = json.loads(stream.getvalue())
    assert (line["event"], line["url"], line["error"]) == ("asked", "https://x/?token=***", "refused ***")


def test_secrets_are_struck_out_of_lists_and_of_what_went_wrong() -> None:
    stream = io.StringIO()
    log.configure(verbose=False, secrets=["s3cret"], stream=stream)
    try:
        raise ValueError("s3cret")
    except ValueError:
        structlog.get_logger().exception("failed", asked=["a s3cret", {"of": "s3cret"}])
    assert "s3cret" not in stream.getvalue()
    assert "ValueError" in stream.getvalue()


def test_requests_are_logged_only_when_asked_for() -> None:
    stream = io.StringIO()
    log.configure(verbose=False, secrets=[], stream=stream)
    structlog.get_logger().debug("request")
    assert stream.getvalue() == ""


def test_a_terminal_has_lines_that_move_for_what_goes_well() -> None:
    stream = Terminal()
    log.configure(verbose=False, secrets=[], stream=stream)
    structlog.get_logger().info("applied")
    structlog.get_logger().warning("request")
    assert "applied" not in stream.getvalue()
    assert "request" in stream.getvalue()


def test_events_of_one_run_are_told_from_those_of_others() -> None:
    stream = io.StringIO()
    log.configure(verbose=False, secrets=[], stream=stream)
    for run in range(2):
        with log.named_run():
            for event in ("began", "ended"):
                structlog.get_logger().info(event, number=run)
    structlog.get_logger().info("outside")
    *events, outside = map(json.loads, stream.getvalue().splitlines())
    assert len({(each["number"], each["run"]) for each in events}) == len({each["run"] for each in events}) == 2
    assert "run" not in outside
