"""The report: its figures are those of the marts, it stands alone, says what it does not know, and fails clearly."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts.lib.marts import open_marts
from scripts.lib.warehouse import WarehouseError
from scripts.report import __main__ as command
from scripts.report import charts, page, terminal, wording
from scripts.report.queries import read_report
from scripts.report.records import Report

LAST_DAY = date(2026, 2, 15)  # a Sunday
STRANGE_NAME = "Returns <b>& more</b>"


# --- a warehouse with three models ----------------------------------------------------------------------------------

TYPES = {
    "date": ("window_start", "window_end", "first_predicted_date", "last_predicted_date", "reference_start",
             "reference_end", "ill_since", "raw_date", "started_on", "ended_on"),
    "double": ("metric_value", "reference_value", "ci_lower", "ci_upper", "warn_threshold", "fail_threshold",
               "label_coverage", "expected_coverage"),
    "bigint": ("sample_count", "prediction_count", "labelled_count", "failing_check_count", "warning_check_count",
               "passing_check_count"),
    "boolean": ("is_complete", "is_mature", "is_newest_version"),
}  # fmt: skip
TYPE_OF = {column: kind for kind, columns in TYPES.items() for column in columns}

RESULT: dict[str, Any] = dict.fromkeys((
    "slice_key", "slice_value", "subject", "feature_name", "metric_value", "reference_value", "ci_lower", "ci_upper",
    "warn_threshold", "fail_threshold",
)) | {"model_version": "2", "baseline_name": "reference", "is_complete": True, "sample_count": 1234,
      "status_reason": "within_thresholds"}  # fmt: skip


def window(granularity: str, start: date) -> dict[str, Any]:
    days = {"day": 1, "week": 7}.get(granularity)
    end = start + timedelta(days=days) if days else (start + timedelta(days=32)).replace(day=1)
    return {"granularity": granularity, "window_start": start, "window_end": end}


WEEKS = [date(2026, 1, 5) + timedelta(weeks=number) for number in range(6)]
DAYS = [LAST_DAY - timedelta(days=number) for number in range(20)]
MONTHS = [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1)]


def marts() -> dict[str, list[dict[str, Any]]]:
    """`ill` fails on its AUC, on drift and in a slice; `well` has no outcomes; `mute` has no verdict and no windows."""
    tables: dict[str, list[dict[str, Any]]] = {
        name: [] for name in ("rpt_ml_model_health", "fct_ml_checks", "fct_ml_drift", "fct_ml_performance",
                              "fct_ml_label_maturity", "fct_ml_data_quality", "fct_ml_rejected_rows", "dim_ml_models",
                              "dim_ml_metrics", "dim_ml_thresholds")
    }  # fmt: skip
    models = {"ill": ("fail", STRANGE_NAME, 2, 2, 1), "well": ("pass", "Well model", 0, 0, 1),
              "mute": ("not_evaluated", "Mute model", 0, 0, 0)}  # fmt: skip
    for model_id, (status, name, failing, warning, passing) in models.items():
        tables["rpt_ml_model_health"].append({
            "model_id": model_id, "model_version": "2", "model_name": name, "owner": None, "tier": "high",
            "task": "binary_classification" if model_id == "ill" else "ranking", "last_predicted_date": LAST_DAY,
            "status": status, "health_sentence": f"The sentence of {model_id}, as the mart has it.",
            "failing_check_count": failing, "warning_check_count": warning, "passing_check_count": passing,
        })  # fmt: skip
        for version in ("1", "2") if model_id == "ill" else ("2",):
            tables["dim_ml_models"].append({
                "model_id": model_id, "model_version": version, "log_name": f"{model_id}_log", "purpose": None,
                "first_predicted_date": MONTHS[0] if version == "1" else MONTHS[1], "last_predicted_date": LAST_DAY,
                "prediction_count": 98765, "labelled_count": 4321, "is_newest_version": version == "2",
                "reference_start": None if model_id == "mute" else date(2025, 11, 1),
                "reference_end": None if model_id == "mute" else date(2025, 12, 1),
            })  # fmt: skip

    def check(model_id: str, area: str, status: str, start: date, granularity: str, **columns: Any) -> dict[str, Any]:
        row = RESULT | window(granularity, start) | {"model_id": model_id, "area": area, "status": status} | columns
        tables["fct_ml_checks"].append(row)
        return row

    auc = {"metric_name": "roc_auc", "reference_value": 0.8125, "warn_threshold": 0.03, "fail_threshold": 0.05}
    for number, start in enumerate(MONTHS):
        value, status = (0.8111, "pass") if number < 2 else (0.7037, "fail")
        row = check("ill", "performance", status, start, "month", metric_value=value, **auc)
        tables["fct_ml_performance"].append(row | {
            "is_mature": True, "label_coverage": 1.0, "ci_lower": value - 0.01, "ci_upper": value + 0.01,
        })  # fmt: skip
    tables["fct_ml_performance"].append(RESULT | window("month", date(2026, 2, 1)) | auc | {
        "model_id": "ill", "metric_value": 0.7777, "status": "not_evaluated", "is_mature": False,
        "label_coverage": 0.12, "status_reason": "immature_labels",
    })  # fmt: skip
    tables["fct_ml_performance"].append(RESULT | window("month", MONTHS[0]) | auc | {
        "model_id": "ill", "model_version": "1", "metric_value": 0.6543, "status": "pass", "is_mature": True,
        "label_coverage": 1.0,
    })  # fmt: skip

    psi = {"metric_name": "psi", "warn_threshold": 0.1, "fail_threshold": 0.25, "reference_value": 0.0}
    for number, start in enumerate(WEEKS):
        for model_id, feature, value, status in (
            ("ill", "delivery_days", 2.345 if number > 3 else 0.012, "fail" if number > 3 else "pass"),
            ("ill", "price", 0.02, "not_evaluated"),
            ("well", "item_age", 0.0123, "pass"),
        ):
            row = check(model_id, "drift", status, start, "week", subject="feature", feature_name=feature,
                        metric_value=value, **psi)  # fmt: skip
            tables["fct_ml_drift"].append(row)
        tables["fct_ml_label_maturity"].append(RESULT | window("week", start) | {
            "model_id": "ill", "metric_name": "label_coverage", "metric_value": 1 - number / 7, "is_mature": number < 2,
            "expected_coverage": 0.5 if number else None, "prediction_count": 777, "status": "pass",
        })  # fmt: skip
    check("ill", "drift", "fail", WEEKS[-1], "week", subject="score", feature_name="score", metric_value=0.9,
          slice_key="country", slice_value="SE", **psi)  # fmt: skip
    for start in DAYS:
        sick = start == LAST_DAY
        row = check("ill", "quality", "warn" if sick else "pass", start, "day", subject="feature",
                    metric_name="null_rate", feature_name="price", metric_value=0.0456 if sick else 0.001,
                    reference_value=0.001, warn_threshold=0.02, fail_threshold=0.1)  # fmt: skip
        tables["fct_ml_data_quality"].append(row)
        tables["fct_ml_data_quality"].append(RESULT | window("day", start) | {
            "model_id": "ill", "metric_name": "row_count", "metric_value": 1001, "status": "pass",
        })  # fmt: skip
    check("ill", "maturity", "pass", WEEKS[-1], "week", metric_name="label_coverage", metric_value=0.3)

    for _ in range(13):
        tables["fct_ml_rejected_rows"].append({
            "log_name": "ill_log", "source_name": "predictions", "row_status": "rejected",
            "reject_reason": "null_timestamp", "raw_date": date(1900, 1, 1),
        })  # fmt: skip
    for metric, area, comparison in (("roc_auc", "performance", "reference_drop"), ("psi", "drift", "value"),
                                     ("null_rate", "quality", "reference_rise")):  # fmt: skip
        tables["dim_ml_metrics"].append({"metric_name": metric, "area": area, "unit": "share", "direction": "none",
                                         "formula": "a / b"})  # fmt: skip
        tables["dim_ml_thresholds"].append({"model_id": "ill", "metric_name": metric, "comparison": comparison,
                                            "slice_key": None})  # fmt: skip
    return tables


INCIDENTS = [
    {"model_id": "ill", "model_version": None, "kind": "slow_ramp", "scope": "delivery_days",
     "description": "Slower carrier.", "started_on": date(2026, 2, 3), "ended_on": None},
    {"model_id": "ill", "model_version": "2", "kind": "one_slice_only", "scope": "country=SE",
     "description": "No join.", "started_on": date(2026, 2, 10), "ended_on": None},
    {"model_id": "ill", "model_version": "2", "kind": "one_slice_only", "scope": "country=DE",
     "description": "Hidden.", "started_on": date(2026, 2, 10), "ended_on": None},
    {"model_id": "ill", "model_version": "2", "kind": "missing_day", "scope": "all", "description": "Long over.",
     "started_on": date(2025, 2, 10), "ended_on": date(2025, 2, 10)},
]  # fmt: skip


def write(path: Path, tables: Mapping[str, list[dict[str, Any]]], schema: str) -> None:
    connection = duckdb.connect(str(path))
    connection.execute(f"create schema {schema}")
    for name, rows in tables.items():
        columns = list(dict.fromkeys(column for row in rows for column in row))
        typed = ", ".join(f"{column} {TYPE_OF.get(column, 'text')}" for column in columns)
        connection.execute(f"create table {schema}.{name} ({typed})")
        values = [tuple(row.get(column) for column in columns) for row in rows]
        connection.executemany(f"insert into {schema}.{name} values ({', '.join('?' * len(columns))})", values)
    connection.close()


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "small.duckdb"
    write(path, marts(), "ml_monitor")
    write(path, {"injected_incidents": INCIDENTS}, "demo_raw")
    return path


@pytest.fixture(scope="module")
def report(warehouse: Path) -> Report:
    with open_marts("duckdb", warehouse) as open_:
        return read_report(open_)


@pytest.fixture(scope="module")
def html(report: Report) -> str:
    return page.render_page(report)


class Text(HTMLParser):
    """The page as a reader sees it: text and the rows of its tables; style left out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.rows: list[list[str]] = []
        self._hidden = 0
        self._cell: list[str] | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag == "style"
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self._cell = []
        label = dict(attrs).get("aria-label")
        if label:
            self.words.append(label)

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag == "style"
        if tag in ("td", "th") and self._cell is not None:
            self.rows[-1].append(" ".join(" ".join(self._cell).split()))
            self._cell = None

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.words.append(data)
            if self._cell is not None:
                self._cell.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


# --- the page -------------------------------------------------------------------------------------------------------


def test_sentences_and_counts_are_those_of_the_marts(html: str) -> None:
    text = Text(html).text
    for model_id in ("ill", "well", "mute"):
        assert f"The sentence of {model_id}, as the mart has it." in text
    assert "2 failing, 2 warning, 1 within limits" in text
    assert "98,765 from 1 December 2025 to 15 February 2026; 4,321 have a known outcome" in text
    assert [row[0] for row in Text(html).rows if row[1:2] == [STRANGE_NAME]][:1] == ["Ill"]


def test_problems_have_value_limit_rows_and_since(html: str) -> None:
    rows = Text(html).rows
    assert ["Failing", "Ranking quality (ROC AUC)", "0.704", "0.812", "at least 0.762", "1 January 2026",
            "1,234 rows, January 2026"] in rows  # fmt: skip
    assert ["Failing", "delivery_days drifted", "PSI 2.35", "–", "at most 0.25", "2 February 2026",
            "1,234 rows, week of 9 February 2026"] in rows  # fmt: skip
    assert ["Warning", "Missing values in price", "4.6 %", "0.10 %", "at most 2.1 %", "15 February 2026",
            "1,234 rows, 15 February 2026"] in rows  # fmt: skip
    assert ["Failing", "The score drifted", "country is SE", "PSI 0.90", "–", "at most 0.25", "9 February 2026",
            "1,234 rows, week of 9 February 2026"] in rows  # fmt: skip


def test_the_numbers_behind_the_charts(html: str) -> None:
    rows = Text(html).rows
    assert ["January 2026", "2", "0.704", "0.694 to 0.714", "1,234", "Failing"] in rows
    assert ["February 2026", "2", "0.778", "no interval", "1,234", "Not judged: outcomes still coming in"] in rows
    assert ["delivery_days", "2.35", "Failing", "2", "0"] in rows
    assert ["price", "0.02", "Not judged", "0", "0"] in rows
    assert ["5 January 2026", "777", "100 %", "unknown", "Complete"] in rows
    assert ["No readable date", "predictions", "Not used", "13", "no date", "no date"] in rows


def test_a_model_without_verdicts_does_not_look_healthy(html: str, report: Report) -> None:
    text = Text(html).text
    assert text.count("Performance has no verdict") == 4  # two models, at a glance and in their own part
    assert "Cannot be judged" in text
    assert [model.model_id for model in report.models] == ["ill", "well", "mute"]  # the worst first


def test_names_are_escaped(html: str) -> None:
    assert "<b>& more" not in html
    assert STRANGE_NAME in Text(html).text


def test_the_page_stands_alone(html: str) -> None:
    assert not re.search(r"https?:|//\w|\bsrc=|@import|<script|<link", html)
    assert all(target.startswith("#") for target in re.findall(r'href="([^"]*)"', html))
    assert all(target.startswith(f"#{charts.ID_PREFIX}") for target in re.findall(r"url\(([^)]*)\)", html))
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r"url\(#([^)]*)\)", html)) <= set(ids)


def test_the_same_marts_give_the_same_page(html: str, warehouse: Path) -> None:
    with open_marts("duckdb", warehouse) as open_:
        assert page.render_page(read_report(open_)) == html


def test_no_machine_words(html: str) -> None:
    nothing = re.compile(r"\b(None|nan|null|undefined|inf|NaT)\b", re.IGNORECASE)
    assert not nothing.search(Text(html).text.replace("null_", ""))
    assert "NaN" not in html
    assert "Timestamp" not in html


def test_pictures_have_words(html: str) -> None:
    assert html.count("<figure>") == html.count('role="img"') == html.count("<svg") == 5
    assert all(len(label) > 30 for label in re.findall(r'role="img" aria-label="([^"]*)"', html))
    assert "In the newest week delivery_days drifted." in Text(html).text


def test_simulated_data_are_named_so(html: str, report: Report) -> None:
    text = Text(html).text
    assert "Simulated data." in text
    assert "Of 3 faults still open on the last day, 2 show in the checks." in text
    assert "Long over." not in text
    found = {
        incident.description: [p.metric_name for p in incident.found_by] for incident in report.models[0].incidents
    }
    assert found == {"Slower carrier.": ["psi"], "No join.": ["psi"], "Hidden.": []}


def test_a_warehouse_without_the_demo_says_nothing_of_it(tmp_path: Path) -> None:
    path = tmp_path / "own.duckdb"
    write(path, marts(), "ml_monitor")
    with open_marts("duckdb", path) as open_:
        own = read_report(open_)
    assert "imulated" not in page.render_page(own)
    assert not page.incidents(own)


def test_a_large_page_draws_fewer_marks(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = page.render_page(report)
    monkeypatch.setattr(page, "SQUARES_SHOWN", 0)
    merged = page.render_page(report)
    assert len(merged) < len(whole)
    assert Text(merged).rows == Text(whole).rows


# --- the terminal and the command -----------------------------------------------------------------------------------


def test_terminal(report: Report) -> None:
    text = "\n".join(terminal.lines(report, colour=False, width=100))
    assert "3 models, data up to 15 February 2026 (simulated data: the demo)" in text
    assert "ILL  Returns" in text
    assert "The sentence of ill, as the mart has it." in text
    assert "FAIL  Ranking quality (ROC AUC): 0.704, usually 0.812, limit at least 0.762" in " ".join(text.split("\n"))
    assert "2 of 3 found" in text
    assert "\033" not in text
    assert "\033[1;31mILL\033[0m" in "\n".join(terminal.lines(report, colour=True, width=100))
    assert max(map(len, text.splitlines())) <= 100
    assert not terminal.use_colour(io.StringIO())


def test_command_writes_the_page(warehouse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
                                 monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    def no_browser(_: str) -> bool:
        raise OSError("no browser here")

    monkeypatch.setattr(command.webbrowser, "open", no_browser)
    output = tmp_path / "new" / "models.html"
    assert command.main(["--database", str(warehouse), "--output", str(output), "--open"]) == 0
    said = capsys.readouterr()
    assert said.out.rstrip().endswith(f"Report: {output}")
    assert output.read_text().startswith("<!doctype html>")
    assert [path.name for path in output.parent.iterdir()] == ["models.html"]


def test_command_opens_nothing_without_a_terminal(
    warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(command, "show", opened.append)
    monkeypatch.setenv("DISPLAY", ":0")
    arguments = ["--database", str(warehouse), "--output", str(tmp_path / "a.html")]
    assert command.main(arguments) == 0
    assert not opened
    assert command.main([*arguments, "--open"]) == 0
    assert opened == [tmp_path / "a.html"]
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert command.main([*arguments, "--no-open"]) == 0
    assert len(opened) == 1
    assert command.main(arguments) == 0
    assert len(opened) == 2


def test_command_without_marts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    output = ["--output", str(tmp_path / "page.html"), "--no-open"]
    assert command.main(["--database", str(tmp_path / "nothing.duckdb"), *output]) == 2
    assert "nothing.duckdb. Run 'make demo' first" in capsys.readouterr().err

    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    assert command.main(["--database", str(empty), *output]) == 2
    said = capsys.readouterr().err
    assert "rpt_ml_model_health" in said
    assert "Run 'make demo' first" in said

    assert not (tmp_path / "page.html").exists()


def test_command_with_empty_marts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "nobody.duckdb"
    write(path, marts(), "ml_monitor")
    connection = duckdb.connect(str(path))
    connection.execute("delete from ml_monitor.rpt_ml_model_health")
    connection.close()
    assert command.main(["--database", str(path), "--output", str(tmp_path / "page.html"), "--no-open"]) == 2
    assert "no model" in capsys.readouterr().err


def test_command_with_old_marts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "old.duckdb"
    write(path, marts(), "ml_monitor")
    connection = duckdb.connect(str(path))
    connection.execute("alter table ml_monitor.fct_ml_checks drop column sample_count")
    connection.close()
    assert command.main(["--database", str(path), "--output", str(tmp_path / "page.html"), "--no-open"]) == 2
    assert "build them again" in capsys.readouterr().err


def test_command_cannot_write(warehouse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    output = str(tmp_path / "file" / "page.html")
    assert command.main(["--database", str(warehouse), "--output", output, "--no-open"]) == 2
    assert "--output" in capsys.readouterr().err


def test_schema_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "other.duckdb"
    write(path, marts(), "somewhere_else")
    monkeypatch.setenv("ML_MONITOR_SCHEMA", "somewhere_else")
    with open_marts("duckdb", path) as open_:
        assert read_report(open_).schema == "somewhere_else"
    monkeypatch.setenv("ML_MONITOR_SCHEMA", "a; drop")
    with pytest.raises(WarehouseError, match="not a plain SQL name"), open_marts("duckdb", path):
        pass


# --- words and numbers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("comparison", "reference", "threshold", "expected"),
    [
        ("value", None, 0.25, (None, 0.25)),
        ("reference_drop", 0.8, 0.05, (0.75, None)),
        ("reference_rise", 0.02, 0.1, (None, 0.12)),
        ("reference_change", 0.3, 0.1, (0.2, 0.4)),
        ("relative_rise", 40.0, 0.25, (None, 50.0)),
        ("relative_to_reference", 2.0, 3.0, (None, 6.0)),
        ("expected_shortfall", 0.9, 0.1, (0.8, None)),
        ("deviation", 1000.0, 4.0, (None, None)),
        ("reference_drop", None, 0.05, (None, None)),
        ("value", 1.0, None, (None, None)),
    ],
)
def test_limits(comparison: str, reference: float | None, threshold: float | None,
                expected: tuple[float | None, float | None]) -> None:  # fmt: skip
    assert wording.limits(comparison, reference, threshold) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "unknown"), (float("nan"), "unknown"), (float("inf"), "unknown"), (0.72149, "0.721"), (12.34, "12.3"),
     (12345.6, "12,346"), (12.0, "12"), (-0.5, "-0.500")],
)  # fmt: skip
def test_numbers(value: float | None, shown: str) -> None:
    assert wording.number(value) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(None, "unknown"), (0.0, "0 %"), (1.0, "100 %"), (0.2345, "23.4 %"), (0.0004, "0.04 %")]
)
def test_percentages(value: float | None, shown: str) -> None:
    assert wording.percent(value) == shown


def test_svg_keeps_its_labels() -> None:
    """Coordinates are cut to hundredths, the text of a label is not."""
    values = {"values": [{"label": "limit 0.12345"}]}
    svg = charts.render({"data": values, "mark": "text", "encoding": {"text": {"field": "label"}}})
    assert "limit 0.12345" in svg
    assert "http" not in svg


# --- the demo -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(demo_warehouse: Path) -> Iterator[tuple[Report, duckdb.DuckDBPyConnection]]:
    with open_marts("duckdb", demo_warehouse) as open_:
        found = read_report(open_)
    connection = duckdb.connect(str(demo_warehouse), read_only=True)
    yield found, connection
    connection.close()


def test_the_report_agrees_with_the_health_mart(demo: tuple[Report, duckdb.DuckDBPyConnection]) -> None:
    """Problems are read from fct_ml_checks by the rule of rpt_ml_model_health: they must come to the same counts."""
    found, connection = demo
    mart = connection.execute(
        "select model_id, failing_check_count, warning_check_count, worst_metric_name, worst_feature_name, ill_since "
        "from ml_monitor.rpt_ml_model_health"
    ).fetchall()
    assert len(mart) == len(found.models)
    models = {model.model_id: model for model in found.models}
    for model_id, failing, warning, metric, feature, since in mart:
        problems = models[model_id].problems
        assert sum(problem.counts_as == "fail" for problem in problems) == failing
        assert sum(problem.counts_as == "warn" for problem in problems) == warning
        if metric is None:
            assert not problems
        else:
            worst = problems[0]
            assert (worst.metric_name, worst.feature_name, worst.ill_since) == (metric, feature, since)


def test_the_page_of_the_demo(demo: tuple[Report, duckdb.DuckDBPyConnection]) -> None:
    found, connection = demo
    html = page.render_page(found)
    assert len(html.encode()) < 2_000_000
    text, rows = Text(html).text, Text(html).rows
    for (sentence,) in connection.execute("select health_sentence from ml_monitor.rpt_ml_model_health").fetchall():
        assert sentence in text
    newest = connection.execute(
        "select feature_name, metric_value from ml_monitor.fct_ml_drift where model_id = 'returns_propensity' and "
        "model_version = '2' and granularity = 'week' and slice_key is null and metric_name = 'psi' and baseline_name = 'reference' "
        "and subject = 'feature' and window_start = date '2026-06-22'"
    ).fetchall()
    assert len(newest) == 9
    for feature, value in newest:
        assert [feature, f"{value:.2f}"] in [row[:2] for row in rows]
    assert not re.search(r"\b(None|nan|NaT)\b|NaN", text)
    assert "http" not in html
    test_the_page_stands_alone(html)
    open_faults = "select count(*) from demo_raw.injected_incidents where ended_on is null"
    (count,) = connection.execute(open_faults).fetchone() or (0,)
    assert len(page.incidents(found)) == count
