"""Deliveries: whose they are, and what each event says to look at (github.md §4)."""

import gzip
import hashlib
import hmac
import json
from collections import defaultdict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.delivery import MOST_BYTES, Delivery, Notice
from connectors.errors import Malformed, Refused
from connectors.github import webhook
from connectors.github.events import ABOUT, IGNORED, OF_TAGS, RENEWING
from connectors.records import ItemRef
from tests.clocks import NOON
from tests.shared import shared

SECRET = "It's a Secret to Everybody"
SHOP = {"full_name": "acme/shop", "id": 4_211_934_690, "node_id": "R_shop"}
UPDATED = datetime(2026, 11, 20, 11, 59, tzinfo=UTC)
ISSUE = {"id": 4_211_934_690, "node_id": "I_7", "number": 7, "updated_at": "2026-11-20T11:59:00Z"}
ISSUE_7 = ItemRef("github", "issue", "I_7")
PULL = {"node_id": "PR_8", "number": 8, "updated_at": "2026-11-20T11:59:00Z", "base": {"repo": SHOP}}
PULL_8 = ItemRef("github", "pull_request", "PR_8")
BOARD_ITEM = {
    "node_id": "PVTI_1",
    "project_node_id": "PVT_1",
    "content_node_id": "I_7",
    "content_type": "Issue",
    "updated_at": "2026-11-20T11:59:00Z",
}
BOARD_ITEM_1 = ItemRef("github", "board_item", "PVTI_1")

WORDS = (
    *("action", "issue", "pull_request", "repository", "changes", "new_issue", "node_id", "number", "full_name"),
    *("updated_at", "sender", "login", "projects_v2_item", "field_value", "from", "to", "ref", "ref_type", "base"),
)


def signed(body: bytes, *, secret: str = SECRET, **headers: str) -> Delivery:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return Delivery(headers={"x-hub-signature-256": f"sha256={signature}"} | headers, body=body, received_at=NOON)


def delivery(event: str, payload: Any, *, guid: str = "guid-1") -> Delivery:
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return Delivery(headers={"x-github-event": event, "x-github-delivery": guid}, body=body, received_at=NOON)


def told(event: str, action: str | None = None, **parts: Any) -> Notice:
    payload = {"action": action, "repository": SHOP, "sender": {"login": "dev-1", "node_id": "U_dev"}} | parts
    return accepted(delivery(event, payload))


def accepted(one: Delivery) -> Notice:
    return webhook.accept(one, source="github", in_scope=lambda name: name.startswith("acme/"))


class TestWhose:
    def test_the_published_example_is_verified(self) -> None:
        """github/docs, validating-webhook-deliveries."""
        signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        example = Delivery(headers={"x-hub-signature-256": signature}, body=b"Hello, World!", received_at=NOON)
        webhook.verify(example, [SECRET])

    def test_either_secret_serves_while_they_rotate(self) -> None:
        webhook.verify(signed(b"{}"), ["the new one", SECRET])

    @pytest.mark.parametrize(
        ("sent", "secrets"),
        [
            (signed(b"{}", secret="another"), [SECRET]),
            (Delivery(headers={}, body=b"{}", received_at=NOON), [SECRET]),
            (Delivery(headers={"x-hub-signature-256": "sha256="}, body=b"{}", received_at=NOON), [SECRET]),
            (Delivery(headers={"x-hub-signature-256": "sha256=ünï\udc80"}, body=b"{}", received_at=NOON), [SECRET]),
            (signed(b"{}", secret=""), [""]),
            (signed(b"{}", secret=""), []),
        ],
        ids=["another secret", "unsigned", "empty", "no ASCII", "an empty secret", "no secret configured"],
    )
    def test_what_is_not_signed_is_refused(self, sent: Delivery, secrets: list[str]) -> None:
        with pytest.raises(Refused) as refused:
            webhook.verify(sent, secrets)
        assert refused.value.hint
        assert SECRET not in str(refused.value)

    def test_one_changed_byte_is_refused(self) -> None:
        """github.md §8"""
        one = signed(b'{"a": 1}')
        with pytest.raises(Refused):
            webhook.verify(Delivery(headers=one.headers, body=b'{"a":1}', received_at=NOON), [SECRET])

    def test_sha_1_alone_is_refused(self) -> None:
        signature = hmac.new(SECRET.encode(), b"{}", hashlib.sha1).hexdigest()
        for name in ("x-hub-signature", "x-hub-signature-256"):
            with pytest.raises(Refused):
                webhook.verify(Delivery(headers={name: f"sha1={signature}"}, body=b"{}", received_at=NOON), [SECRET])

    def test_26_megabytes_are_refused_though_signed(self) -> None:
        """github.md §8: GitHub sends 25 at most."""
        with pytest.raises(Refused, match="bytes"):
            webhook.verify(signed(b" " * (26 * 1024 * 1024)), [SECRET])
        webhook.verify(signed(b" " * MOST_BYTES), [SECRET])


class TestWhatToLookAt:
    @pytest.mark.parametrize(
        ("event", "parts", "refs"),
        [
            ("issues", {"issue": ISSUE}, [ISSUE_7]),
            ("issue_comment", {"issue": ISSUE}, [ISSUE_7]),
            ("issue_comment", {"issue": PULL | {"pull_request": {"url": "…"}}}, [PULL_8]),
            ("pull_request", {"pull_request": PULL}, [PULL_8]),
            ("pull_request_review", {"pull_request": PULL}, [PULL_8]),
            ("pull_request_review_comment", {"pull_request": PULL}, [PULL_8]),
            ("pull_request_review_thread", {"pull_request": PULL}, [PULL_8]),
            (
                "sub_issues",
                {"parent_issue": ISSUE, "sub_issue": ISSUE | {"node_id": "I_9"}},
                [ISSUE_7, ItemRef("github", "issue", "I_9")],
            ),
            (
                "issue_dependencies",
                {"blocked_issue": ISSUE | {"node_id": "I_9"}, "blocking_issue": ISSUE},
                [ItemRef("github", "issue", "I_9"), ISSUE_7],
            ),
            ("deployment", {"deployment": {"node_id": "DE_1"}}, [ItemRef("github", "deployment", "DE_1")]),
            ("deployment_status", {"deployment": {"node_id": "DE_1"}}, [ItemRef("github", "deployment", "DE_1")]),
            ("release", {"release": {"node_id": "RE_1"}}, [ItemRef("github", "release", "RE_1")]),
            (
                "workflow_run",
                {"workflow_run": {"id": 4_683_454_167, "node_id": "WFR_1", "run_attempt": 2}},
                [ItemRef("github", "workflow_run", "4683454167/2")],
            ),
            ("projects_v2_item", {"projects_v2_item": BOARD_ITEM}, [BOARD_ITEM_1]),
            (
                "projects_v2_item",
                {"projects_v2_item": BOARD_ITEM | {"content_type": "DraftIssue", "content_node_id": "DI_1"}},
                [BOARD_ITEM_1],
            ),
        ],
    )
    def test_an_event_names_its_items(self, event: str, parts: dict[str, Any], refs: list[ItemRef]) -> None:
        notice = told(event, "edited", **parts)
        assert (notice.handling, list(notice.refs), notice.event) == ("handled", refs, f"{event}.edited")

    @pytest.mark.parametrize(
        ("content", "refs"),
        [("Issue", (ISSUE_7,)), ("PullRequest", (ItemRef("github", "pull_request", "I_7"),)), ("DraftIssue", ())],
    )
    def test_what_stands_on_a_board_is_looked_at_where_it_is_known(
        self, content: str, refs: tuple[ItemRef, ...]
    ) -> None:
        """It may be of a repository that is not read: the payload does not tell."""
        notice = told("projects_v2_item", "edited", projects_v2_item=BOARD_ITEM | {"content_type": content})
        assert (notice.refs, notice.if_held) == ((BOARD_ITEM_1,), refs)

    def test_an_action_that_nobody_knows_yet_is_worth_a_look(self) -> None:
        """GitHub adds actions."""
        assert told("issues", "teleported", issue=ISSUE).refs == (ISSUE_7,)

    def test_it_happened_when_the_item_says(self) -> None:
        assert told("issues", "labeled", issue=ISSUE).happened_at == UPDATED

    def test_of_two_items_the_answer_need_be_no_newer_than_the_older(self) -> None:
        sub_issue = ISSUE | {"node_id": "I_9", "updated_at": "2026-11-20T12:00:00Z"}
        assert told("sub_issues", "sub_issue_added", parent_issue=ISSUE, sub_issue=sub_issue).happened_at == UPDATED

    @pytest.mark.parametrize("event", sorted(RENEWING))
    def test_what_is_defined_is_looked_at_anew(self, event: str) -> None:
        notice = told(event, "edited")
        assert (notice.handling, notice.renew, notice.refs) == ("handled", True, ())

    @pytest.mark.parametrize("action", ["deleted", "privatized", "transferred", "renamed", "archived"])
    def test_a_repository_that_goes_takes_no_item_with_it(self, action: str) -> None:
        notice = told("repository", action)
        assert (notice.renew, notice.departures) == (True, ())

    def test_repositories_taken_from_the_installation_take_no_item_with_them(self) -> None:
        notice = told("installation_repositories", "removed", repositories_removed=[SHOP])
        assert (notice.renew, notice.departures) == (True, ())

    @pytest.mark.parametrize(
        ("event", "parts", "handling"),
        [
            ("create", {"ref": "v1", "ref_type": "tag"}, "handled"),
            ("delete", {"ref": "v1", "ref_type": "tag"}, "handled"),
            ("push", {"ref": "refs/tags/v1"}, "handled"),
            ("push", {"ref": "refs/heads/main", "forced": True}, "ignored"),
            ("create", {"ref": "work", "ref_type": "branch"}, "ignored"),
        ],
    )
    def test_tags_are_looked_at_and_branches_are_not(self, event: str, parts: dict[str, Any], handling: str) -> None:
        notice = told(event, **parts)
        assert (notice.handling, notice.renew) == (handling, handling == "handled")

    @pytest.mark.parametrize("event", ["ping", "star", "check_run", "workflow_job", "discussion"])
    def test_what_is_of_no_use_is_ignored_by_name(self, event: str) -> None:
        assert told(event, "created").handling == "ignored"

    def test_a_place_in_a_view_is_noise(self) -> None:
        assert told("projects_v2_item", "reordered", projects_v2_item=BOARD_ITEM).handling == "ignored"

    def test_an_event_that_nobody_knows_yet_is_counted_as_unknown(self) -> None:
        notice = told("issue_telepathy", "received", issue=ISSUE)
        assert (notice.handling, notice.refs, notice.event) == ("unknown", (), "issue_telepathy.received")

    def test_repositories_that_are_not_read_are_ignored(self) -> None:
        """A hook of an organisation tells of all of them."""
        other = {"full_name": "elsewhere/shop"}
        for event in ("issues", "label", "push"):
            notice = told(event, "created", repository=other, issue=ISSUE, ref="refs/tags/v1")
            assert (notice.handling, notice.refs, notice.renew) == ("ignored", (), False)

    def test_an_item_of_another_repository_is_known_by_its_own_address(self) -> None:
        """One side of `sub_issues` may live elsewhere."""
        elsewhere = ISSUE | {"node_id": "I_9", "repository_url": "https://api.github.com/repos/elsewhere/shop"}
        assert told("sub_issues", "sub_issue_added", parent_issue=elsewhere, sub_issue=ISSUE).refs == (ISSUE_7,)

    def test_an_address_that_is_none_is_of_no_repository_that_is_read(self) -> None:
        assert told("issues", "edited", issue=ISSUE | {"repository_url": "http://[shop"}).handling == "ignored"


class TestWhatNoAnswerTells:
    def test_a_deleted_issue_departs(self) -> None:
        notice = told("issues", "deleted", issue=ISSUE)
        (gone,) = notice.departures
        assert (gone.ref, gone.key, gone.reason, gone.at) == (ISSUE_7, "acme/shop#7", "deleted", NOON)
        assert "guid-1" in gone.evidence
        assert "dev-1" in gone.evidence
        assert notice.refs == ()

    def test_a_transferred_issue_departs_and_is_looked_at_where_it_went(self) -> None:
        changes = {"new_issue": {"node_id": "I_20"}, "new_repository": {"full_name": "acme/web"}}
        notice = told("issues", "transferred", issue=ISSUE, changes=changes)
        assert [(gone.ref, gone.reason) for gone in notice.departures] == [(ISSUE_7, "transferred")]
        assert notice.refs == (ItemRef("github", "issue", "I_20"),)

    def test_an_issue_transferred_out_of_what_is_read_only_departs(self) -> None:
        changes = {"new_issue": {"node_id": "I_20"}, "new_repository": {"full_name": "elsewhere/web"}}
        notice = told("issues", "transferred", issue=ISSUE, changes=changes)
        assert (len(notice.departures), notice.refs, notice.handling) == (1, (), "handled")

    def test_an_issue_that_kept_its_id_has_not_left(self) -> None:
        changes = {"new_issue": ISSUE, "new_repository": {"full_name": "acme/web"}}
        notice = told("issues", "transferred", issue=ISSUE, changes=changes)
        assert (notice.departures, notice.refs) == ((), (ISSUE_7,))

    def test_an_older_id_is_told_with_the_key_that_it_is_known_by(self) -> None:
        (gone,) = told("issues", "deleted", issue=ISSUE | {"node_id": "MDU6SXNzdWU0NDQ1MDAwNDE="}).departures
        assert (gone.ref.id, gone.key) == ("MDU6SXNzdWU0NDQ1MDAwNDE=", "acme/shop#7")

    @pytest.mark.parametrize(
        ("event", "thing", "kind"),
        [
            ("label", {"node_id": "LA_1", "name": "bug"}, "label"),
            ("milestone", {"node_id": "MI_1", "title": "1.0", "number": 1}, "milestone"),
            ("projects_v2", {"node_id": "PVT_1", "title": "Roadmap"}, "board"),
            ("projects_v2_item", BOARD_ITEM, "board_item"),
            ("release", {"node_id": "RE_1", "tag_name": "v1"}, "release"),
        ],
    )
    def test_other_things_depart_too(self, event: str, thing: dict[str, Any], kind: str) -> None:
        notice = told(event, "deleted", **{event: thing})
        assert [gone.ref for gone in notice.departures] == [ItemRef("github", kind, thing["node_id"])]

    def test_a_field_of_a_project_tells_what_it_held(self) -> None:
        value = {
            "field_node_id": "PVTSSF_1",
            "field_type": "single_select",
            "field_name": "Size",
            "from": {"id": "o1", "name": "Small\x00", "color": "RED"},
            "to": {"id": "o2", "name": "Large", "color": "RED"},
        }
        notice = told("projects_v2_item", "edited", projects_v2_item=BOARD_ITEM, changes={"field_value": value})
        (rows,) = notice.children
        assert (rows.item_ref, rows.kind, rows.complete) == (str(BOARD_ITEM_1), "changes", False)
        (change,) = rows.rows
        assert (change.id, change.at, change.author) == ("guid-1", UPDATED, "github:account:U_dev")
        assert (change.field, change.field_id) == ("Size", "PVTSSF_1")
        assert (change.from_id, change.from_text, change.to_id, change.to_text) == ("o1", "Small", "o2", "Large")

    @pytest.mark.parametrize(
        ("before", "after", "texts"),
        [
            (None, "fast", (None, "fast")),
            (3, 5.5, ("3", "5.5")),
            ({"id": "i1", "title": "Sprint 1"}, None, ("Sprint 1", None)),
        ],
    )
    def test_texts_numbers_and_iterations_read_as_texts(self, before: Any, after: Any, texts: tuple[Any, Any]) -> None:
        value = {"field_node_id": "PVTF_1", "from": before, "to": after}
        notice = told("projects_v2_item", "edited", projects_v2_item=BOARD_ITEM, changes={"field_value": value})
        ((change,),) = (rows.rows for rows in notice.children)
        assert (change.from_text, change.to_text) == texts

    def test_a_field_without_its_values_tells_nothing(self) -> None:
        value = {"field_node_id": "PVTF_1", "field_type": "text"}
        notice = told("projects_v2_item", "edited", projects_v2_item=BOARD_ITEM, changes={"field_value": value})
        assert (notice.children, notice.refs) == ((), (BOARD_ITEM_1,))

    def test_a_sender_of_the_older_ids_is_nobody_that_is_known(self) -> None:
        value = {"field_node_id": "PVTF_1", "from": None, "to": "fast"}
        sender = {"login": "dev-1", "node_id": "MDQ6VXNlcjE="}
        notice = told(
            "projects_v2_item", "edited", projects_v2_item=BOARD_ITEM, changes={"field_value": value}, sender=sender
        )
        ((change,),) = (rows.rows for rows in notice.children)
        assert change.author is None


class TestWhateverComes:
    def test_it_is_known_again_by_the_id_of_its_delivery(self) -> None:
        assert accepted(delivery("ping", {}, guid="a")).id == "a"

    def test_without_an_id_it_is_known_by_its_content(self) -> None:
        one, same, other = (accepted(delivery("ping", body, guid="")).id for body in (b"{}", b"{}", b'{"a": 1}'))
        assert one == same != other

    def test_a_form_holds_the_same_payload(self) -> None:
        """A hook's content type may be set so; the signature is of the form."""
        body = urlencode({"payload": json.dumps({"action": "opened", "repository": SHOP, "issue": ISSUE})}).encode()
        headers = {"x-github-event": "issues", "content-type": "application/x-www-form-urlencoded; charset=utf-8"}
        notice = accepted(Delivery(headers=headers, body=body, received_at=NOON))
        assert notice.refs == (ISSUE_7,)

    @pytest.mark.parametrize(
        "body",
        [b"", b"null", b"[]", b"7", b'"issue"', b"{", b"\xff\xfe", b"<html>", b"[" * 100_000, b"1" * 5_000],
        ids=["nothing", "null", "list", "number", "text", "cut", "no UTF-8", "page", "too deep", "too long a number"],
    )
    def test_what_is_no_object_is_malformed(self, body: bytes) -> None:
        with pytest.raises(Malformed):
            accepted(delivery("issues", body))

    @pytest.mark.parametrize(
        "payload",
        [
            {},
            {"issue": None},
            {"issue": []},
            {"issue": {}},
            {"issue": {"node_id": None}},
            {"action": {}, "issue": "I_7"},
        ],
    )
    def test_a_payload_without_its_item_is_unknown(self, payload: dict[str, Any]) -> None:
        assert accepted(delivery("issues", payload)).handling == "unknown"

    @pytest.mark.parametrize(
        "at", [None, 1_763_640_000, "yesterday", "2026-11-20T11:59:00", "0001-01-01T00:00:00+14:00"]
    )
    def test_an_instant_that_is_none_is_not_known(self, at: Any) -> None:
        notice = told("issues", "edited", issue=ISSUE | {"updated_at": at})
        assert (notice.happened_at, notice.refs) == (None, (ISSUE_7,))

    def test_half_a_character_in_an_id_reads_as_a_question_mark(self) -> None:
        (ref,) = told("issues", "edited", issue=ISSUE | {"node_id": "I_\ud83d\x007"}).refs
        assert ref.id == "I_?7"

    @given(
        event=st.sampled_from(sorted({*ABOUT, *RENEWING, *OF_TAGS, "issue_telepathy"})),
        payload=st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(WORDS) | st.text(), inner),
            max_leaves=30,
        ),
    )
    def test_nothing_but_malformed_ever_comes_out(self, event: str, payload: Any) -> None:
        try:
            notice = accepted(delivery(event, payload))
        except Malformed:
            assert not isinstance(payload, dict)
        else:
            assert notice.handling in ("handled", "ignored", "unknown")


@pytest.mark.real_data
class TestRealPayloads:
    """The 329 payloads of 58 kinds that octokit recorded from real deliveries."""

    def test_every_one_is_accepted(self) -> None:
        found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
        for event, notice in recorded():
            found[notice.handling][event] += 1
        assert {handling: sum(counts.values()) for handling, counts in found.items()} == {
            "handled": 187,
            "ignored": 142,
        }
        assert set(found["ignored"]) <= IGNORED | OF_TAGS | {"projects_v2_item"}

    def test_each_kind_comes_to_what_its_name_says(self) -> None:
        kinds: dict[str, set[str]] = defaultdict(set)
        for event, notice in recorded():
            if notice.handling == "handled":
                kinds[event] |= {ref.kind for ref in notice.refs} | ({"renew"} if notice.renew else set())
        assert {event: told for event, told in kinds.items() if event not in RENEWING | OF_TAGS} == {
            "deployment": {"deployment"},
            "deployment_status": {"deployment"},
            "issue_comment": {"issue"},
            "issues": {"issue", "pull_request"},  # one of them had become a pull request
            "projects_v2_item": {"board_item"},
            "pull_request": {"pull_request"},
            "pull_request_review": {"pull_request"},
            "pull_request_review_comment": {"pull_request"},
            "pull_request_review_thread": {"pull_request"},
            "release": {"release"},
            "workflow_run": {"workflow_run"},
        }
        assert all(told == {"renew"} for event, told in kinds.items() if event in RENEWING | OF_TAGS)

    def test_what_left_is_told(self) -> None:
        left = [(notice.event, len(notice.departures)) for _, notice in recorded() if notice.departures]
        assert sorted(left) == [
            *[("issues.deleted", 1), ("issues.transferred", 1), ("label.deleted", 1), ("label.deleted", 1)],
            *[("milestone.deleted", 1), ("release.deleted", 1), ("release.deleted", 1)],
        ]

    def test_every_event_that_github_describes_is_known_by_name(self) -> None:
        """The published description of all webhooks (`@octokit/openapi-webhooks`)."""
        text = gzip.decompress(shared("contracts/github/webhooks-openapi.api.github.com.json.gz").read_bytes())
        names = {
            next(iter(hook.values()))["operationId"].partition("/")[0] for hook in json.loads(text)["webhooks"].values()
        }
        assert {name.replace("-", "_") for name in names} <= {*ABOUT, *RENEWING, *OF_TAGS, *IGNORED}


def recorded() -> list[tuple[str, Notice]]:
    path = shared("data/octokit-recorded/webhooks-examples-7.6.1.json.gz")
    kinds = json.loads(gzip.decompress(path.read_bytes()))
    return [
        (kind["name"], webhook.accept(delivery(kind["name"], payload), source="github", in_scope=lambda _: True))
        for kind in kinds
        for payload in kind["examples"]
    ]
