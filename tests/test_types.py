"""Geometry, graphs, axes and coordinate systems have types of their own: nowhere are they Any."""

import ast
import functools
import importlib
import inspect
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import growthpoles
from source_trees import nodes, parsed

SOURCE = Path(growthpoles.__file__).parent
ROOT = Path(__file__).parents[1]
# What a function of these rooms returns is typed as well.
ROOMS = ("regions", "spatial/weights", "maps/sheet", "maps/labels")
NAMES = {
    *("geometry", "geometries", "polygon", "polygons", "shape", "shapes", "regions", "points", "land", "rings"),
    *("outline", "borders", "paths", "crs", "graph", "ax", "axes", "fig", "figure", "transform", "mm", "renderer"),
}
# What only geometry has: who asks a parameter for it says what the parameter is.
ATTRIBUTES = {"crs", "geometry", "geom_type", "total_bounds", "to_crs", "adjacency", "cardinalities"}


def loose(annotation: ast.expr | None) -> bool:
    """Tell whether a type is missing or says Any somewhere."""
    return annotation is None or any(node.id == "Any" for node in ast.walk(annotation) if isinstance(node, ast.Name))


def loose_names(text: str) -> list[str]:
    """Parameters and attributes whose name stands for geometry and whose type does not."""
    found = []
    for node in nodes(text):
        if isinstance(node, ast.FunctionDef):
            given = node.args
            shaped = {
                each.value.id
                for each in ast.walk(node)
                if isinstance(each, ast.Attribute) and each.attr in ATTRIBUTES and isinstance(each.value, ast.Name)
            }
            for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs):
                if arg.arg in NAMES | shaped - {"self"} and loose(arg.annotation):
                    found.append(f"{node.name}({arg.arg})")
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and loose(node.annotation):
            found += {node.target.id} & NAMES
    return found


def loose_returns(text: str) -> list[str]:
    """Functions that return just anything."""
    functions = [node for node in nodes(text) if isinstance(node, ast.FunctionDef)]
    return [node.name for node in functions if isinstance(node.returns, ast.Name) and loose(node.returns)]


def found_in(paths: Iterable[Path], look: Callable[[str], list[str]]) -> dict[str, list[str]]:
    """What a look at each file finds, by file."""
    found = {str(path.relative_to(SOURCE)): look(path.read_text(encoding="utf-8")) for path in paths}
    assert len(found) > 20
    return {name: names for name, names in found.items() if names}


def test_geometry_has_a_type() -> None:
    assert not found_in(SOURCE.rglob("*.py"), loose_names)


def test_results_have_a_type() -> None:
    assert not found_in((path for room in ROOMS for path in (SOURCE / room).rglob("*.py")), loose_returns)


def test_loose_types_are_found() -> None:
    text = "def f(regions, *, crs: Any = None, graph: Graph) -> Any:\n    paths: list[Any] = []\n    shape: Polygon = x"
    assert loose_names(text) == ["f(regions)", "f(crs)", "paths"]
    assert loose_returns(text) == ["f"]
    assert loose_names("def g(frame: Any, table: Any) -> None:\n    table.x, frame.crs") == ["g(frame)"]


def test_stubs_say_what_is_there() -> None:
    """Every name and parameter of the stub of libpysal, which ships no types, is one of libpysal."""
    for room in ("graph", "weights"):
        module = importlib.import_module(f"libpysal.{room}")
        tree = parsed((ROOT / f"stubs/libpysal/{room}.pyi").read_text(encoding="utf-8"))
        for kind in (node for node in tree.body if isinstance(node, ast.ClassDef)):
            for node in (node for node in kind.body if isinstance(node, ast.FunctionDef)):
                there = getattr(getattr(module, kind.name), node.name)
                if isinstance(there, property | functools.cached_property):
                    continue
                told = {arg.arg for arg in (*node.args.args, *node.args.kwonlyargs)} - {"self", "cls"}
                known = inspect.signature(there).parameters
                assert told <= known.keys() or "kwargs" in known, f"{kind.name}.{node.name}"


@pytest.mark.parametrize("library", ["geopandas", "shapely", "libpysal", "scipy", "pyproj", "matplotlib"])
def test_no_library_of_geometry_is_exempt(library: str) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert settings["strict"]
    exempt = [name for given in settings["overrides"] for name in given["module"]]
    assert f"{library}.*" not in exempt
