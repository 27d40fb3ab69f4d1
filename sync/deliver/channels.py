"""The configured channels, ready to send."""

from collections.abc import Mapping

from connectors.transport import Clock
from sync.channels import (
    ChannelConfig,
    ConfluenceConfig,
    GitHubIssueConfig,
    JobSummaryConfig,
    MailConfig,
    SlackConfig,
    WebhookConfig,
)
from sync.deliver.channel import Channel
from sync.deliver.confluence import Confluence
from sync.deliver.github import GitHubIssue, JobSummary
from sync.deliver.mail import Mail
from sync.deliver.slack import Slack
from sync.deliver.webhook import Webhook


def channels(configured: Mapping[str, ChannelConfig], *, clock: Clock) -> list[Channel]:
    """In the order of the configuration."""
    return [_channel(name, config, clock) for name, config in configured.items()]


def _channel(name: str, config: ChannelConfig, clock: Clock) -> Channel:
    match config:
        case SlackConfig():
            return Slack(name, config, clock=clock)
        case MailConfig():
            return Mail(name, config, clock=clock)
        case GitHubIssueConfig():
            return GitHubIssue(name, config, clock=clock)
        case JobSummaryConfig():
            return JobSummary(name, config)
        case ConfluenceConfig():
            return Confluence(name, config, clock=clock)
        case WebhookConfig():
            return Webhook(name, config, clock=clock)
