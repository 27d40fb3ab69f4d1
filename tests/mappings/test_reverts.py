"""Which change a pull request takes back: every form that a revert has."""

from mappings.reverts import reverts
from tests.builders import ref_of, tables

SHA = "0123456789abcdef0123456789abcdef01234567"
BASKET = {
    "key": "acme/shop#7",
    "title": "Faster basket",
    "created_us": "2026-03-01T09:00:00Z",
    "merged_us": "2026-03-02T09:00:00Z",
    "merge_sha": SHA,
}


def taken_back(*pulls, **rows):
    """What `acme/shop#9`, described by the rest, takes back: to_ref, to_sha, form, reland."""
    found = reverts(tables(pull_requests=[BASKET, *pulls], **rows)).to_pyarrow().to_pylist()
    assert {row.pop("item_ref") for row in found} <= {pull(9), pull(10)}
    return [tuple(row.values()) for row in found]


def pull(number: int) -> str:
    return ref_of(f"acme/shop#{number}", kind="pull_request")


def test_the_button_writes_it_into_the_description():
    body = "Reverts acme/shop#7\n\nIt was slow."
    assert taken_back({"key": "acme/shop#9", "body": body}) == [(pull(7), None, "body", False)]


def test_a_description_may_name_the_number_alone_or_the_address():
    for body in ("Reverts #7", "Reverts https://git.example.test/acme/shop/pull/7"):
        assert taken_back({"key": "acme/shop#9", "body": body}) == [(pull(7), None, "body", False)]


def test_the_button_names_the_branch():
    assert taken_back({"key": "acme/shop#9", "head": "revert-7-faster"}) == [(pull(7), None, "branch", False)]


def test_git_writes_the_commit_into_the_message():
    commits = [{"item_ref": pull(9), "sha": "f" * 40, "message": f"Undo\n\nThis reverts commit {SHA}."}]
    assert taken_back({"key": "acme/shop#9"}, commits=commits) == [(pull(7), SHA, "trailer", False)]


def test_an_abbreviated_commit_is_found_and_an_unknown_one_is_kept_as_it_was_written():
    messages = [f"This reverts commit {SHA[:9]}", "This reverts commit abcdef0"]
    commits = [{"item_ref": pull(9), "sha": str(i) * 40, "message": text} for i, text in enumerate(messages)]
    assert taken_back({"key": "acme/shop#9"}, commits=commits) == [
        (None, "abcdef0", "trailer", False),
        (pull(7), SHA[:9], "trailer", False),
    ]


def test_a_commit_of_the_change_leads_to_it_as_well():
    commits = [
        {"item_ref": pull(7), "sha": "c" * 40, "message": "Basket"},
        {"item_ref": pull(9), "sha": "f" * 40, "message": f"This reverts commit {'c' * 40}."},
    ]
    assert taken_back({"key": "acme/shop#9"}, commits=commits) == [(pull(7), "c" * 40, "trailer", False)]


def test_a_title_alone_leads_to_the_latest_change_of_that_title_that_was_merged_before():
    revert = {"key": "acme/shop#9", "title": 'Revert "Faster basket" (#9)', "created_us": "2026-03-03T09:00:00Z"}
    later = {**BASKET, "key": "acme/shop#8", "merged_us": "2026-03-04T09:00:00Z", "merge_sha": "b" * 40}
    assert taken_back(revert, later) == [(pull(7), None, "title", False)]


def test_a_title_that_quotes_no_merged_change_is_talk():
    assert taken_back({"key": "acme/shop#9", "title": 'Revert "Something else"'}) == []
    assert taken_back({"key": "acme/shop#9", "title": "Revert to the old basket"}) == []


def test_the_surest_sign_of_a_change_counts_once():
    revert = {"key": "acme/shop#9", "title": 'Revert "Faster basket"', "body": "Reverts #7", "head": "revert-7-x"}
    assert taken_back(revert) == [(pull(7), None, "body", False)]


def test_a_revert_of_a_revert_brings_the_change_in_again():
    first = {"key": "acme/shop#9", "title": 'Revert "Faster basket"', "body": "Reverts #7"}
    second = {"key": "acme/shop#10", "title": 'Revert "Revert "Faster basket""', "body": "Reverts #9"}
    assert taken_back(first, second) == [(pull(9), None, "body", True), (pull(7), None, "body", False)]


def test_git_calls_it_reapply():
    first = {"key": "acme/shop#9", "title": 'Revert "Faster basket"', "body": "Reverts #7"}
    second = {"key": "acme/shop#10", "title": 'Reapply "Faster basket"', "created_us": "2026-03-05T09:00:00Z"}
    assert taken_back(first, second) == [(pull(7), None, "title", True), (pull(7), None, "body", False)]


def test_nothing_takes_itself_back():
    assert taken_back({"key": "acme/shop#9", "body": "Reverts #9"}) == []
