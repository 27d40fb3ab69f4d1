"""E-mail: a letter for each reader, as text and as HTML, with the whole report as a file beside it.

# RFC 5321, RFC 5322; a letter that was sent cannot be changed, so each reader gets one of each subject
"""

import asyncio
import random
import smtplib
import ssl
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

import tenacity

from connectors.errors import Refused, Retry, SourceError
from connectors.transport import Clock
from sync.channels import MailConfig
from sync.deliver.channel import Channel, Post
from sync.deliver.message import Message, digest_of
from sync.report import xhtml
from sync.report.outline import Link, Span
from sync.report.page import href

MOST_BODY = 90_000  #: bytes; mail programs cut a longer one off
MOST_FILE = 5_000_000  #: bytes of the report beside it
TIMEOUT_S = 30
ATTEMPTS = 4
_PAGE = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>
<body>{body}</body></html>
"""


class Mail(Channel):
    can_change = False

    def __init__(self, name: str, config: MailConfig, *, clock: Clock) -> None:
        super().__init__(name, config)
        self._said = config
        self._clock = clock
        self._jitter = random.Random()  # noqa: S311 - only spreads out the waiting

    def posts(self, message: Message) -> Iterator[Post]:
        """A letter to each reader; a team's part goes to the team's own readers alone."""
        readers = self._said.to if message.team is None else self._said.teams.get(message.team, ())
        for address in readers:
            yield Post(
                reader=f"mail:{digest_of(address.casefold().encode())}",
                subject=message.subject,
                text=_text(message),
                content={"to": address, "title": message.title, "html": _html(message), "page": _page(message)},
            )

    async def send(self, post: Post, *, remote: str, under: str) -> str:  # noqa: ARG002 - a letter stands alone
        letter = self._letter(post)
        retrying = tenacity.AsyncRetrying(
            retry=tenacity.retry_if_exception_type(Retry),
            stop=tenacity.stop_after_attempt(ATTEMPTS),
            wait=lambda state: 2.0**state.attempt_number * self._jitter.uniform(1.0, 1.3),
            sleep=self._clock.sleep,
            reraise=True,
        )
        await retrying(asyncio.to_thread, self._hand_over, letter)
        return str(letter["Message-ID"])

    def _letter(self, post: Post) -> EmailMessage:
        letter = EmailMessage(policy=SMTP)
        letter["From"], letter["To"], letter["Subject"] = self._said.sender, post.content["to"], post.content["title"]
        letter["Date"] = format_datetime(self._clock.now())
        # The same letter has the same id, so that one handed over twice is shown once.
        identity = digest_of(f"{post.reader} {post.subject} {post.digest}".encode())
        letter["Message-ID"] = f"<{identity}@{self._said.sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no absence note answers it
        letter.set_content(post.text)
        letter.add_alternative(post.content["html"], subtype="html")
        if page := post.content["page"]:
            letter.add_attachment(page.encode(), maintype="text", subtype="html", filename="report.html")
        return letter

    def _hand_over(self, letter: EmailMessage) -> None:
        """To the server, which then answers for it; raises `SourceError`."""
        try:
            with self._connected() as server:
                if self._said.user is not None:
                    server.login(self._said.user, self._said.secret or "")
                server.send_message(letter)
        except smtplib.SMTPAuthenticationError:
            raise Refused("the mail server refuses the sign-in", hint="Check `user` and the password.") from None
        except smtplib.SMTPResponseException as error:
            raise _answered(error.smtp_code) from None
        except smtplib.SMTPRecipientsRefused as error:
            raise _answered(max(code for code, _ in error.recipients.values())) from None
        except smtplib.SMTPNotSupportedError as error:
            raise Refused(f"the mail server cannot do this ({error})", hint="Check `security`.") from None
        except ssl.SSLCertVerificationError as error:
            raise Refused(f"the mail server cannot be trusted ({error.verify_message})") from None
        except (OSError, smtplib.SMTPException) as error:
            raise Retry(f"the mail server cannot be reached ({type(error).__name__})", hint="Check `host`.") from None

    def _connected(self) -> smtplib.SMTP:
        host, port, trust = self._said.host, self._said.port, ssl.create_default_context()
        if self._said.security == "tls":
            return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=trust)
        server = smtplib.SMTP(host, port, timeout=TIMEOUT_S)
        if self._said.security == "starttls":
            server.starttls(context=trust)
        return server


def _answered(code: int) -> SourceError:
    """By the reply code (RFC 5321 §4.2.1): 4yz may pass, 5yz does not."""
    if code < 500:
        return Retry(f"the mail server is not ready ({code})", hint="The next run tries again.")
    return Refused(f"the mail server refuses the letter ({code})", hint="Check `from`, the readers and `user`.")


def _text(message: Message) -> str:
    """The digest, an address after what it leads to."""
    return "\n\n".join("".join(map(_said, line)) for line in message.lines) + "\n"


def _said(span: Span) -> str:
    if isinstance(span, Link) and href(span.url):
        return f"{span.text} <{href(span.url)}>"
    return span if isinstance(span, str) else span.text


def _html(message: Message) -> str:
    digest = "\n".join(f"<p>{xhtml.line(line)}</p>" for line in message.lines)
    whole = ""
    if message.report:
        whole = xhtml.body(message.report, most=MOST_BODY - len(digest.encode()), elsewhere=message.whole)
    return _PAGE.format(title=escape(message.title), body=f"{digest}\n<hr>\n{whole}" if whole else digest)


def _page(message: Message) -> str:
    return message.page if len(message.page.encode()) <= MOST_FILE else ""
