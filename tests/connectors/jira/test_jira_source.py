"""Jira as a source, on both editions."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest

from connectors.jira import Token, connect
from connectors.records import ItemRef, WorkItem
from connectors.source import Source
from connectors.twin import jira_cloud
from connectors.twin.faults import Injection
from connectors.twin.jira import jira_app
from connectors.twin.jira_state import JiraSite
from tests.connectors.contract import SourceContract, Stage, Stored
from tests.connectors.jira.sites import EMAIL, cloud_site, data_center_site, keys


class JiraContract(SourceContract):
    site: JiraSite
    email: str | None = None

    def app(self) -> Any:
        return jira_app(self.site)

    def now(self) -> datetime:
        return self.site.now()

    def connect(self, stage: Stage, *, token: str = "right") -> Source:
        return connect(
            name="jira",
            url=stage.url + self.site.context,
            sign_in=Token(email=self.email, token=token),
            projects=keys(self.site),
            since=None,
            clock=stage.clock,
            jitter=random.Random(1),
        )

    def item(self, stored: Stored) -> ItemRef:
        items = [record for record in stored.records.values() if isinstance(record, WorkItem)]
        return ItemRef.parse(items[len(items) // 2].ref)


class TestCloud(JiraContract):
    site = cloud_site()
    email = EMAIL

    @contextmanager
    def stage(self, *plan: Injection) -> Iterator[Stage]:
        """On a site that shows few ids, and few histories, at a time."""
        with pytest.MonkeyPatch.context() as patch, super().stage(*plan) as stage:
            patch.setattr(jira_cloud, "IDS_PAGE", 30)
            yield stage


class TestDataCenter(JiraContract):
    site = data_center_site()
