"""`doctor`, as who sets fingerpost up sees it. The company's clock stands where its story ends, and that is found."""

from tests.stage import Place


def fixes(printed: str) -> dict[str, str]:
    """By source and subject, what to do where something does not hold."""
    lines = printed.splitlines()
    wrong = (number for number, line in enumerate(lines) if line.startswith("FIX  "))
    return {": ".join(lines[number][5:].split(": ")[:2]): lines[number + 1].strip() for number in wrong}


def test_what_holds_is_said_line_by_line_and_what_does_not_with_what_to_do(place: Place) -> None:
    done = place.fingerpost("doctor")
    assert done.returncode == 3
    assert fixes(done.stdout).keys() == {"jira: clock", "github: clock"}
    for line in ("jira: sign-in: ", "jira: project PAY: ", "github: token: signed in as ", "github: deployments: "):
        assert f"ok   {line}" in done.stdout


def test_a_host_that_cannot_be_reached_is_named_and_the_others_are_looked_at(place: Place) -> None:
    place.environment["GITHUB_URL"] = "http://127.0.0.1:1"
    done = place.fingerpost("doctor")
    assert done.returncode == 3
    assert fixes(done.stdout)["github: sign-in"].startswith("Check `url`")
    assert "ok   jira: sign-in: " in done.stdout
    assert "-secret" not in done.stdout + done.stderr
