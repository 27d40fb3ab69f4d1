"""What `fingerpost.yaml` says of the service: where it listens, who may come in, what it does when, what it keeps."""

from ipaddress import ip_network
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, Field, model_validator

from mappings.model import Model
from sync.values import Secret, SecretFile, Text, needs_one, the_one

Role: TypeAlias = Literal["reader", "keeper", "operator"]
ROLES: tuple[Role, ...] = ("reader", "keeper", "operator")  #: each may do what those before it may


def _cron(text: str) -> str:
    from croniter import croniter

    if len(text.split()) != 5 or not croniter.is_valid(text):
        raise ValueError(f"'{text}' is no schedule; write minute, hour, day, month and weekday, as in 30 5 * * mon-fri")
    return text


def _network(text: str) -> str:
    try:
        return str(ip_network(text, strict=False))
    except ValueError:
        raise ValueError(f"'{text}' is no address; write 10.0.0.7 or 10.0.0.0/24") from None


Cron = Annotated[str, AfterValidator(_cron)]
Network = Annotated[str, AfterValidator(_network)]


class ServeConfig(Model):
    host: Text = Field("127.0.0.1", description="the address that `serve` listens on")
    port: int = Field(8321, ge=0, le=65_535)
    metrics_port: int | None = Field(None, ge=1, le=65_535, description="where a `worker` shows /metrics")
    connections: int = Field(500, ge=1, description="at once; more are answered with 503")


class SchedulesConfig(Model):
    poll: Cron = Field("*/5 * * * *", description="cron, in the installation's zone; each source a little later")
    census: Cron = Field("17 * * * *", description="when to look which censuses are due")
    redeliver: Cron = Field("*/30 * * * *", description="when to ask for failed deliveries, where a source says so")
    report: Cron = Field("0 6 * * *", description="when to reconcile, report and deliver")
    care: Cron = Field("30 3 * * *", description="when to clear away what need not be kept")
    jitter_s: int = Field(60, ge=0, description="over which the sources' polls are spread")
    debounce_s: float = Field(4.0, ge=0, le=60, description="from a delivery until what it tells of is looked at")


class KeepConfig(Model):
    deliveries_days: int = Field(7, ge=0, description="deliveries that only said where to look")
    evidence_days: int = Field(400, ge=0, description="deliveries that alone tell of something, such as a deletion")
    reports_days: int = Field(400, ge=1, description="files of reports in the folder; the latest stays")


class TokenConfig(Model):
    """Somebody, or some program, that comes in by a token."""

    name: Text
    role: Role = "reader"
    token: Secret | None = None
    token_file: SecretFile | None = None

    @model_validator(mode="after")
    def _one_token(self) -> "TokenConfig":
        return needs_one(self, "token", "token_file")

    @property
    def secret(self) -> str:
        """The token itself, to compare with."""
        return the_one(self.token, self.token_file).get_secret_value()


class ProxyConfig(Model):
    """A proxy that signs people in, and says who they are in a header."""

    addresses: tuple[Network, ...] = Field(min_length=1, description="from which the header is believed")
    user_header: str = Field("x-forwarded-user", pattern=r"^[A-Za-z][A-Za-z0-9-]*$")
    keepers: tuple[Text, ...] = Field((), description="users who may edit the map and acknowledge")
    operators: tuple[Text, ...] = Field((), description="users who may also retry deliveries")


class AccessConfig(Model):
    tokens: tuple[TokenConfig, ...] = Field((), description="without any, and without a proxy, only loopback reads")
    proxy: ProxyConfig | None = None
