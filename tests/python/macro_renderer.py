"""Render the project's macros with jinja2 alone: no dbt, no project, no warehouse. For tests of single expressions.

    renderer = MacroRenderer("postgres")
    renderer.render("select {{ ml_monitor.normal_sf('z') }} from t")
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jinja2

MACRO_FOLDER = Path(__file__).resolve().parents[2] / "macros"
PACKAGE = "ml_monitor"
_DEFINITION = re.compile(r"({%-?\s*macro\s+)(\w+)(?=\s*\()")
_PREFIX = "dbt_macro__"  # as dbt does: jinja exports no name that begins with an underscore


class _Returned(Exception):  # noqa: N818 (not an error: how dbt's return() leaves a macro)
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


def _return(value: Any = None) -> None:
    raise _Returned(value)


class _Namespace:
    """The package as a template sees it: each macro an attribute, its file read at the first use."""

    def __init__(self, renderer: MacroRenderer) -> None:
        self._renderer = renderer

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return self._renderer.macro(name)


class _Adapter:
    def __init__(self, renderer: MacroRenderer) -> None:
        self._renderer = renderer

    def dispatch(self, name: str, package: str) -> Callable[..., Any]:
        """Return the dialect's macro, else the default one."""
        if package != PACKAGE:
            raise ValueError(f"dispatch of {name}: the package is {package!r}, not {PACKAGE!r}")
        special = f"{self._renderer.dialect}__{name}"
        return self._renderer.macro(special if special in self._renderer.files else f"default__{name}")


class _Dbt:
    """The macros of dbt's own that ours call."""

    type_bigint = staticmethod(lambda: "bigint")


class MacroRenderer:
    """Renders templates for one dialect: duckdb, postgres or spark. `ref('x')` gives the bare name x; variables are dbt's vars."""

    def __init__(self, dialect: str, folder: Path = MACRO_FOLDER, variables: Mapping[str, Any] | None = None) -> None:
        self.dialect = dialect
        self.files = {
            name: path
            for path in sorted(folder.rglob("*.sql"))
            for _, name in _DEFINITION.findall(path.read_text(encoding="utf-8"))
        }
        self._modules: dict[Path, Any] = {}
        self._environment = jinja2.Environment(undefined=jinja2.StrictUndefined, extensions=["jinja2.ext.do"])
        self._environment.globals.update(
            {PACKAGE: _Namespace(self), "adapter": _Adapter(self), "dbt": _Dbt, "return": _return, "ref": lambda *names: names[-1],
             "project_name": PACKAGE, "var": lambda name, default=None: (variables or {}).get(name, default)}
        )

    def macro(self, name: str) -> Callable[..., Any]:
        """Return a macro as a function of strings."""
        if name not in self.files:
            raise AttributeError(f"no macro {name} under {MACRO_FOLDER}")
        path = self.files[name]
        if path not in self._modules:
            source = _DEFINITION.sub(rf"\g<1>{_PREFIX}\g<2>", path.read_text(encoding="utf-8"))
            self._modules[path] = self._environment.from_string(source).module
        body = getattr(self._modules[path], _PREFIX + name)

        def call(*arguments: Any, **named: Any) -> Any:
            try:
                return body(*arguments, **named)
            except _Returned as returned:
                return returned.value

        return call

    def render(self, template: str) -> str:
        """Render a template that calls macros as models do."""
        return self._environment.from_string(template).render()
