"""What can be checked of the deployment files without an engine: that they fit each other and the program."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest
from ruamel.yaml import YAML
from typer.main import get_command

from connectors.progress import SILENT
from sync.cli import app
from sync.config import load_config
from sync.metrics import Counts, registry
from sync.progress import Tally
from sync.serving import ServeConfig
from sync.store.database import connect

DEPLOY = Path(__file__).parents[2] / "deploy"
COMMANDS = get_command(app).commands  # type: ignore[attr-defined]
UNITS = sorted((DEPLOY / "systemd").iterdir())
KUSTOMIZED = sorted(path.parent for path in DEPLOY.glob("kubernetes/*/kustomization.yaml"))


def documents(path: Path) -> list[Any]:
    return list(YAML(typ="safe").load_all(path.read_text()))


def workloads(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """By name, the pods that a folder describes."""
    for path in folder.glob("*.yaml"):
        for document in documents(path):
            if document["kind"] == "CronJob":
                yield document["metadata"]["name"], document["spec"]["jobTemplate"]["spec"]["template"]["spec"]
            elif document["kind"] == "Deployment":
                yield document["metadata"]["name"], document["spec"]["template"]["spec"]


def is_a_command(arguments: list[str]) -> bool:
    """Whether the program knows the command and all its options."""
    command = COMMANDS.get(arguments[0])
    known = {option for parameter in command.params for option in parameter.opts} if command else set()
    return command is not None and {each for each in arguments[1:] if each.startswith("--")} <= known


@pytest.mark.parametrize("folder", KUSTOMIZED, ids=lambda folder: folder.name)
class TestKubernetes:
    def test_every_resource_is_there_and_none_is_left_out(self, folder: Path) -> None:
        [kustomization] = documents(folder / "kustomization.yaml")
        listed = {path.name for path in folder.glob("*.yaml")} - {"kustomization.yaml"}
        assert set(kustomization["resources"]) == listed

    def test_what_runs_has_no_privilege_and_a_read_only_root(self, folder: Path) -> None:
        for _, pod in workloads(folder):
            assert pod["automountServiceAccountToken"] is False
            assert pod["securityContext"]["runAsNonRoot"] is True
            assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
            for container in pod["containers"]:
                assert container["securityContext"] == {
                    "allowPrivilegeEscalation": False,
                    "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                }
                assert "memory" in container["resources"]["limits"]

    def test_it_runs_what_the_program_knows_on_volumes_that_are_there(self, folder: Path) -> None:
        for name, pod in workloads(folder):
            volumes = {volume["name"] for volume in pod["volumes"]}
            for container in pod["containers"]:
                assert is_a_command(container["args"]), name
                assert {mount["name"] for mount in container["volumeMounts"]} == volumes
                assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/state", "/config"}

    def test_a_network_policy_closes_what_is_not_named(self, folder: Path) -> None:
        [policy] = documents(folder / "network.yaml")
        assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]
        assert all(rule.get("ports") for rule in policy["spec"]["egress"])


def test_a_service_leads_to_pods_that_answer_where_it_asks() -> None:
    found = {
        (each["kind"], each["metadata"]["name"]): each for each in documents(DEPLOY / "kubernetes/service/web.yaml")
    }
    labels = found["Deployment", "fingerpost-web"]["spec"]["template"]["metadata"]["labels"]
    assert found["Service", "fingerpost"]["spec"]["selector"].items() <= labels.items()
    [container] = found["Deployment", "fingerpost-web"]["spec"]["template"]["spec"]["containers"]
    assert container["ports"][0]["containerPort"] == ServeConfig().port
    assert {container[probe]["httpGet"]["path"] for probe in ("livenessProbe", "readinessProbe")} == {
        "/health",
        "/ready",
    }


class TestMetrics:
    """Whoever counts is read: the dashboard and the alerts ask for what the service counts, and what workers do."""

    @pytest.fixture
    def said(self, tmp_path: Path) -> ServeConfig:
        """What the configuration to begin with says of the service."""
        text = (DEPLOY / "fingerpost.yaml").read_text().replace("/run/secrets", str(tmp_path))
        (tmp_path / "fingerpost.yaml").write_text(text)
        [compose] = documents(DEPLOY / "compose.yaml")
        for name in compose["services"]["web"]["secrets"]:
            (tmp_path / name).write_text("a secret of some length")
        environment = compose["services"]["web"]["environment"]
        return load_config(tmp_path / "fingerpost.yaml", environment=environment).serve

    @pytest.fixture
    def asked(self) -> dict[str, int]:
        """By name, the ports that Prometheus is to read."""
        [prometheus] = documents(DEPLOY / "prometheus/prometheus.yaml")
        [job] = prometheus["scrape_configs"]
        assert (job["job_name"], prometheus["rule_files"]) == ("fingerpost", ["alerts.yaml"])
        return {name: each["port"] for each in job["dns_sd_configs"] for name in each["names"]}

    def test_compose_shows_them_where_prometheus_reads(self, said: ServeConfig, asked: dict[str, int]) -> None:
        [compose] = documents(DEPLOY / "compose.yaml")
        assert said.host == "0.0.0.0"
        assert {name: asked[name] for name in ("web", "worker")} == {"web": said.port, "worker": said.metrics_port}
        assert compose["services"]["worker"]["expose"] == [str(said.metrics_port)]

    def test_kubernetes_shows_them_where_prometheus_reads(self, said: ServeConfig, asked: dict[str, int]) -> None:
        folder = DEPLOY / "kubernetes/service"
        ports = {"web": said.port, "worker": said.metrics_port}
        for name, port in ports.items():
            found = {(each["kind"], each["metadata"]["name"]): each for each in documents(folder / f"{name}.yaml")}
            service = found["Service", f"fingerpost-{name}-metrics"]["spec"]
            pod = found["Deployment", f"fingerpost-{name}"]["spec"]["template"]
            assert service["clusterIP"] == "None"
            assert service["selector"].items() <= pod["metadata"]["labels"].items()
            assert pod["spec"]["containers"][0]["ports"][0]["containerPort"] == port
            assert service["ports"][0]["port"] == asked[f"fingerpost-{name}-metrics"] == port
        [policy] = documents(folder / "network.yaml")
        assert {each["port"] for each in policy["spec"]["ingress"][0]["ports"]} == set(ports.values())


class TestCompose:
    @pytest.fixture
    def compose(self) -> Any:
        [found] = documents(DEPLOY / "compose.yaml")
        return found

    def test_it_runs_the_service_without_privileges(self, compose: Any) -> None:
        for name in ("web", "worker"):
            service = compose["services"][name]
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]
            assert service["security_opt"] == ["no-new-privileges:true"]
            assert is_a_command(service["command"])

    def test_what_is_used_is_defined_and_what_is_defined_is_used(self, compose: Any) -> None:
        services = compose["services"].values()
        assert {secret for service in services for secret in service.get("secrets", ())} == set(compose["secrets"])
        named = {volume.split(":")[0] for service in services for volume in service.get("volumes", ())}
        assert {name for name in named if not name.startswith(".")} == set(compose["volumes"])
        assert {network for service in services for network in service["networks"]} == set(compose["networks"])

    def test_the_database_is_reached_by_nobody_else(self, compose: Any) -> None:
        database = compose["services"]["database"]
        assert database["networks"] == ["inside"]
        assert compose["networks"]["inside"]["internal"] is True
        assert "ports" not in database

    def test_only_this_machine_reaches_the_service_without_a_proxy(self, compose: Any) -> None:
        assert compose["services"]["web"]["ports"] == [f"127.0.0.1:{ServeConfig().port}:{ServeConfig().port}"]


class TestSystemd:
    @pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
    def test_systemd_finds_nothing_wrong(self, unit: Path, tmp_path: Path) -> None:
        analyze = shutil.which("systemd-analyze")
        if analyze is None:
            pytest.skip("systemd-analyze is not on this machine")
        for each in UNITS:  # what it starts is not installed here
            (tmp_path / each.name).write_text(each.read_text().replace("/opt/fingerpost/bin/fingerpost", "/bin/true"))
        found = subprocess.run([analyze, "verify", tmp_path / unit.name], capture_output=True, text=True, check=False)
        assert (found.returncode, found.stderr) == (0, "")

    @pytest.mark.parametrize("unit", [unit for unit in UNITS if unit.suffix == ".service"], ids=lambda unit: unit.name)
    def test_it_runs_what_the_program_knows_and_may_do_little(self, unit: Path) -> None:
        lines = [line for line in unit.read_text().splitlines() if line and not line.startswith(("#", "["))]
        settings = dict(line.split("=", 1) for line in lines)
        assert is_a_command(settings["ExecStart"].split()[1:])
        for name in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices"):
            assert settings[name] == "true"
        assert (settings["ProtectSystem"], settings["CapabilityBoundingSet"]) == ("strict", "")


def test_the_workflow_asks_for_little_and_runs_what_the_program_knows() -> None:
    [workflow] = documents(DEPLOY / "github/fingerpost.yml")
    assert workflow["permissions"] == {"contents": "read"}
    steps = workflow["jobs"]["report"]["steps"]
    [run] = [step["run"] for step in steps if "run" in step]
    assert is_a_command(run.split()[1:])
    [checkout] = [step for step in steps if step.get("uses", "").startswith("actions/checkout")]
    assert checkout["with"]["persist-credentials"] is False
    assert all(
        re.fullmatch(r"\$\{\{ (secrets|vars)\.\w+ \}\}", value)
        for step in steps
        for value in step.get("env", {}).values()
    )


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of all metrics that there are."""
    folder = tmp_path_factory.mktemp("metrics")
    engine = connect(f"sqlite:///{folder}/facts.db")
    now = datetime(2026, 11, 20, tzinfo=UTC)
    made = generate_latest(registry(engine=engine, counts=Counts(Tally(SILENT)), now=lambda: now)).decode()
    engine.dispose()
    return set(re.findall(r"^# TYPE (\w+)", made, flags=re.MULTILINE))


class TestWatching:
    def test_the_dashboard_shows_metrics_that_there_are(self, shown: set[str]) -> None:
        board = json.loads((DEPLOY / "grafana/fingerpost.json").read_text())
        asked = {name for panel in board["panels"] for each in panel["targets"] for name in self.names(each["expr"])}
        assert asked <= shown
        places = [tuple(panel["gridPos"].values()) for panel in board["panels"]]
        assert len({panel["id"] for panel in board["panels"]}) == len(set(places)) == len(places)

    def test_alerts_are_on_metrics_that_there_are_and_say_what_to_do(self, shown: set[str]) -> None:
        [alerts] = documents(DEPLOY / "prometheus/alerts.yaml")
        rules = alerts["groups"][0]["rules"]
        assert {name for rule in rules for name in self.names(rule["expr"])} <= shown
        assert all(rule["annotations"]["summary"] and rule["annotations"]["action"] for rule in rules)
        assert len({rule["alert"] for rule in rules}) == len(rules)

    def names(self, expression: str) -> set[str]:
        return set(re.findall(r"\bfingerpost_\w+", expression))
