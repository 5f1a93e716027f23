"""What the models compile to for Spark, without a server: none of what Spark would refuse or read as something else.

`python -m scripts.lint.compiled --target spark` parses the same SQL; here is what a parser lets pass (ENGINES.md).
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).resolve().parent))
from conftest import ROOT, run_dbt  # noqa: E402

from scripts.lint.project import short_declaration  # noqa: E402

# What may not stand in SQL for Spark, outside of text and comments: the reason, and an example that must be found.
FORBIDDEN = {
    r'"': ("a double quote makes text of an identifier", 'select "a" from t'),
    r"::": ("a cast is written cast(x as y)", "select a::int from t"),
    r"\bqualify\b": ("only some engines know qualify", "select 1 from t qualify row_number() over () = 1"),
    r"\bdouble precision\b": ("the type is called double", "select cast(a as double precision)"),
    r"\bgroup by all\b": ("groups are named", "select a from t group by all"),
    r"\bmaterialized\b": ("Spark has no materialized CTE", "with a as materialized (select 1) select * from a"),
    r"\brecursive\b": ("Spark stops a recursion at 100 levels", "with recursive a as (select 1) select * from a"),
    r"\bextract\s*\(\s*(epoch|isodow)\b": ("this part differs between engines", "select extract(epoch from a)"),
    r"\bdistinct on\b": ("only Postgres and DuckDB know it", "select distinct on (a) b from t"),
    r"\b(hash|quantile_cont|hashtextextended)\s*\(": ("another engine's function", "select hash(a) from t"),
    r"\bpercentile_cont\s*\(\s*array": ("an array of quantiles is percentile(x, array(..))", "percentile_cont(array[1])"),
    r"\barray\s*\[": ("an array is array(..)", "select array[1, 2]"),
    r"~\*?": ("a regular expression is rlike", "select a ~ 'x'"),
    r"\blateral\s*\(\s*values\b": ("Spark has no lateral values", "select * from t, lateral (values (1))"),
    r"\bserial\b|\btext\b": ("not a type of Spark", "select cast(a as text)"),
    r"\bnow\s*\(|\bcurrent_(date|timestamp)\b": ("no model reads the clock", "select current_date"),
}
_TEXT_OR_COMMENT = re.compile(r"'(?:[^'\\]|\\.|'')*'|/\*.*?\*/|--[^\n]*", re.DOTALL)


def bare_sql(text: str) -> str:
    """Return SQL with every text literal and comment emptied; the number of lines stays."""
    return _TEXT_OR_COMMENT.sub(lambda found: "''" + "\n" * found.group().count("\n"), text)


def forbidden_in(text: str) -> list[str]:
    """Return what is forbidden in a text, one line a finding: line, what, why."""
    sql = bare_sql(text)
    return [
        f"{sql.count(chr(10), 0, match.start()) + 1}: {match.group()!r}: {reason}"
        for pattern, (reason, _) in FORBIDDEN.items()
        for match in re.finditer(pattern, sql, re.IGNORECASE)
    ]


@pytest.fixture(scope="module", params=["everything", "sample"])
def spark_target(request: pytest.FixtureRequest, sample_vars: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What dbt compiles for Spark, for the sample's declaration and for one that needs every model."""
    folder = tmp_path_factory.mktemp(f"spark_{request.param}")
    variables = yaml.safe_load(sample_vars)
    if request.param == "everything":
        demo = yaml.safe_load((ROOT / "dbt_project.yml").read_text())["vars"]["ml_monitor"]
        variables = {"ml_monitor": short_declaration(demo, variables["ml_monitor"])}
    arguments = ["compile", "--target", "spark", "--no-populate-cache", "--no-introspect"]
    run_dbt([*arguments, "--vars", json.dumps(variables)], folder)
    return folder / "target"


@pytest.fixture(scope="module")
def manifest(spark_target: Path) -> dict[str, Any]:
    return json.loads((spark_target / "manifest.json").read_text())


@pytest.fixture(scope="module")
def compiled(spark_target: Path) -> dict[str, str]:
    """The compiled models and data tests by path."""
    models = spark_target / "compiled" / "ml_monitor" / "models"
    return {str(path.relative_to(models)): path.read_text() for path in sorted(models.rglob("*.sql"))}


def test_every_model_compiles_to_sql(manifest: dict[str, Any], compiled: dict[str, str]) -> None:
    models = {node["path"] for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    assert models == {name for name in compiled if ".yml/" not in name}
    if "int_ml_ranking_metrics" in {Path(name).stem for name in models}:  # everything is declared
        assert models == {str(path.relative_to(ROOT / "models")) for path in (ROOT / "models").rglob("*.sql")}
    assert [name for name, text in compiled.items() if "select" not in text] == []


def test_nothing_that_spark_refuses(compiled: dict[str, str]) -> None:
    problems = [f"{name}:{problem}" for name, text in compiled.items() for problem in forbidden_in(text)]
    assert not problems, f"{len(problems)} problems\n" + "\n".join(problems[:60])


def test_a_partition_holds_one_key_that_is_replaced(manifest: dict[str, Any]) -> None:
    """An overwritten partition loses what stood in it: rows of other logs of the same day, were the log not in its key."""
    replaced = {
        node["name"]: node["config"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and any("clear_dirty" in hook["sql"] for hook in node["config"]["pre-hook"])
    }
    assert len(replaced) > 40
    for name, config in replaced.items():
        hook = next(hook["sql"] for hook in config["pre-hook"] if "clear_dirty" in hook["sql"])
        keys = list(json.loads(re.search(r"\{\"[^}]*\}", hook).group()))
        assert (config["incremental_strategy"], config["partition_by"]) == ("insert_overwrite", keys), name


@pytest.mark.parametrize("pattern", FORBIDDEN)
def test_each_rule_finds_its_example(pattern: str) -> None:
    example = FORBIDDEN[pattern][1]
    assert re.search(pattern, bare_sql(example), re.IGNORECASE)
    assert forbidden_in(f"/* {example.replace('*/', '')} */ -- {example}") == []
