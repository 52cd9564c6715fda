"""Dashboard, alert rules and docs/metrics.md speak of the metrics there are, all of them, and of no others.

Know before changing: queries are read by a parser of Prometheus' language; what a gateway really tells is
read from its own exposition, of a gateway at which everything has happened once. Prometheus itself is asked
where it is installed (Debian's package prometheus has promtool).
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.web.signs import busy
from web.gate import REASONS
from web.metrics import FAMILIES
from web.vitals import CUTS, OTHER

ROOT = Path(__file__).parent.parent
DASHBOARD = ROOT / "deploy" / "grafana-sandik.json"
RULES = ROOT / "deploy" / "prometheus-alerts.yml"
CASES = ROOT / "tests" / "alert_rules.yml"
PAGE = ROOT / "docs" / "metrics.md"
PROMETHEUS_OWN = {"up": {"job", "instance"}}
TARGET = {"job", "instance"}
"""Labels that Prometheus itself puts on whatever it collects."""
VARIABLES = {"$__rate_interval": "1m", "$job": "sandik", "$instance": ".*"}


def told() -> dict[str, set[str]]:
    """Every metric of a gateway, with its labels."""
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(busy()[0].exposition().decode()):
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found


OURS = {family.name for family in FAMILIES}
KNOWN = {name: labels | TARGET for name, labels in told().items()} | PROMETHEUS_OWN


def nodes(query: str) -> list[Any]:
    """Everything in a query. Raises ValueError for what Prometheus would not take."""
    for variable, value in VARIABLES.items():
        query = query.replace(variable, value)
    found: list[Any] = []
    promql_parser.walk(promql_parser.parse(query), found.append)
    return found


def metrics(query: str) -> set[str]:
    """The metrics a query asks for; each is one that is told, with labels that it has."""
    parts = nodes(query)
    selectors = [node for node in parts if isinstance(node, promql_parser.VectorSelector)]
    names = {selector.name for selector in selectors}
    assert names <= set(KNOWN), f"{query}: nobody tells {sorted(names - set(KNOWN))}"
    for selector in selectors:
        asked = {matcher.name for matcher in selector.matchers.matchers}
        assert asked <= KNOWN[selector.name], (
            f"{query}: {selector.name} has no {asked - KNOWN[selector.name]}"
        )
    labels = set().union(*(KNOWN[name] for name in names))
    for node in parts:
        if isinstance(node, promql_parser.AggregateExpr) and node.modifier is not None:
            assert set(node.modifier.labels) <= labels, (
                f"{query}: {node.modifier} of what has {sorted(labels)}"
            )
    return names


def panels() -> Iterator[dict[str, Any]]:
    """Everything on the dashboard that is not a heading."""
    yield from (panel for panel in json.loads(DASHBOARD.read_text())["panels"] if panel["type"] != "row")


def rules() -> list[dict[str, Any]]:
    """Every alert rule."""
    groups = yaml.safe_load(RULES.read_text())["groups"]
    assert len({group["name"] for group in groups}) == len(groups)
    return [rule for group in groups for rule in group["rules"]]


def page() -> dict[str, str]:
    """The rows of docs/metrics.md by the metrics they are of."""
    found = {}
    for line in PAGE.read_text().splitlines():
        if line.startswith("| `"):
            cells = line.strip("|").split("|")
            for name in re.findall(r"`((?:sandik|process)_\w+)`", cells[0]):
                found[name] = line
    return found


def test_the_dashboard_shows_what_is_told_and_all_of_ours() -> None:
    """A panel over a name that is gone stays empty, and nobody notices until the night."""
    asked: set[str] = set()
    for panel in panels():
        assert panel["targets"], panel["title"]
        for target in panel["targets"]:
            asked |= metrics(target["expr"])
    assert OURS <= asked, f"no panel shows {sorted(OURS - asked)}"


def test_every_panel_says_what_it_means_and_lies_on_no_other() -> None:
    """Somebody looks at it who did not make it."""
    dashboard = json.loads(DASHBOARD.read_text())
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    taken: set[tuple[int, int]] = set()
    for panel in dashboard["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not taken & cells, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
        assert panel["title"]
        if panel["type"] != "row":
            assert panel["description"].endswith("."), panel["title"]
            references = [target["refId"] for target in panel["targets"]]
            assert len(set(references)) == len(references)


def test_the_dashboard_asks_the_source_that_is_chosen() -> None:
    """It is imported into somebody else's Grafana: no source, job or machine is written into it."""
    dashboard = json.loads(DASHBOARD.read_text())
    variables = {variable["name"]: variable for variable in dashboard["templating"]["list"]}
    assert {"source", "job", "instance"} == set(variables)
    for panel in panels():
        assert "${source}" == panel["datasource"]["uid"]
        for target in panel["targets"]:
            assert target["expr"].count('job="$job"') == target["expr"].count("{"), target["expr"]
    for note in dashboard["annotations"]["list"]:
        assert metrics(note["expr"]) <= OURS
    assert "id" not in dashboard


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: str(rule["alert"]))
def test_an_alert_rule_can_be_read_and_says_what_to_do(rule: Mapping[str, Any]) -> None:
    """Its query asks for what is told; what it shows of labels it has; somebody is told what to do."""
    names = metrics(rule["expr"])
    assert {"summary", "description", "runbook_url"} == set(rule["annotations"])
    assert rule["labels"]["severity"] in ("page", "ticket")
    parts = nodes(rule["expr"])
    aggregates = [node for node in parts if isinstance(node, promql_parser.AggregateExpr)]
    kept = set().union(*(KNOWN[name] for name in names))
    if any(isinstance(node, promql_parser.Call) and node.func.name == "absent" for node in parts):
        kept = set()
    elif aggregates:
        kept = set.intersection(*(set(node.modifier.labels) for node in aggregates))
    for text in rule["annotations"].values():
        shown = set(re.findall(r"\$labels\.(\w+)", text))
        assert shown <= kept, f"{rule['alert']} shows {shown - kept}, which its query does not keep"
    if "for" in rule:
        assert re.fullmatch(r"\d+[sm]", rule["for"])


def test_alert_rules_are_named_once() -> None:
    """Two of one name would be silenced together."""
    names = [rule["alert"] for rule in rules()]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"Sandik[A-Z]\w+", name) for name in names)


def test_of_every_alert_rule_it_is_known_when_it_fires_and_when_not() -> None:
    """By series that stand in a file; Prometheus' own program reckons with them where it is installed."""
    cases = yaml.safe_load(CASES.read_text())["tests"]
    quiet, firing = set(), set()
    for case in cases:
        for one in case.get("alert_rule_test", ()):
            (firing if one["exp_alerts"] else quiet).add(one["alertname"])
        for asked in case.get("promql_expr_test", ()):
            labels = " ".join(sample["labels"] for sample in asked["exp_samples"])
            firing |= set(re.findall(r'alertname="(\w+)"', labels))
        for series in case["input_series"]:
            metrics(series["series"])
    names = {rule["alert"] for rule in rules()}
    assert names == quiet
    assert names == firing
    if promtool := shutil.which("promtool"):
        asked_of = [[promtool, "check", "rules", str(RULES)], [promtool, "test", "rules", str(CASES)]]
        for words in asked_of:
            ended = subprocess.run(words, capture_output=True, text=True, check=False)
            assert 0 == ended.returncode, ended.stdout + ended.stderr


def test_every_metric_of_ours_has_a_row_that_says_unit_and_meaning() -> None:
    """And every row is of a metric that is told, with the labels it has."""
    rows = page()
    assert OURS == {name for name in rows if name.startswith("sandik_")}
    for name, row in rows.items():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert name in KNOWN, f"nobody tells {name}"
        assert 4 == len(cells), row
        assert cells[1], f"{name} has no unit"
        assert cells[2], f"{name} has no meaning"
        labels = set(re.search(r"\{([\w,]+)\}", cells[0])[1].split(",")) if "{" in cells[0] else set()  # type: ignore[index] # there is one
        assert labels == KNOWN[name] - TARGET, f"{name} has the labels {sorted(KNOWN[name] - TARGET)}"


def test_everything_the_page_names_is_there() -> None:
    """In its sentences too."""
    named = set(re.findall(r"`(sandik_\w+)`", PAGE.read_text()))
    assert named == OURS


def test_every_reason_and_every_cut_is_explained() -> None:
    """With what to do, where something can be done."""
    text = PAGE.read_text()
    for reason in REASONS:
        assert re.search(rf"^\| `{reason}` \| ", text, re.MULTILINE), reason
    cut = page()["sandik_cut_total"]
    assert all(f"`{why}`" in cut for why in CUTS if why != OTHER)


@pytest.mark.parametrize(
    "query", ["sandik_no_such_metric", 'sandik_connections{contest="x"}', "sum by (contest) (sandik_behind)"]
)
def test_a_query_over_what_is_not_there_is_caught(query: str) -> None:
    """A name, a label and a sum by a label that nobody tells."""
    with pytest.raises(AssertionError):
        metrics(query)


def test_a_query_that_prometheus_would_not_take_is_caught() -> None:
    """By the parser."""
    with pytest.raises(ValueError):
        metrics("sum(rate(sandik_frames_total[))")
