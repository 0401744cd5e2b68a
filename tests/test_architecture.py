"""The shape of the package: rooms, names, imports that point one way; starting costs nothing."""

import ast
import graphlib
import importlib
import inspect
import re
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

import growthpoles
from source_trees import nodes, parsed

SOURCE = Path(growthpoles.__file__).parent
TESTS = Path(__file__).parent
GROUND = {
    "errors",
    "file_reading",
    "file_writing",
    "graphs",
    "geodesy",
    "randomness",
    "result_display",
    "shipped_data",
}
# Room -> the rooms it may import besides the ground. Library rooms know nothing of a study.
ROOMS: dict[str, set[str]] = {
    "language": set(),
    "regions": {"language"},
    "ratings": {"language"},
    "specialisation": set(),
    "spatial": {"language"},
    "maps": {"language", "ratings"},
    "study": {"language", "regions", "ratings", "specialisation", "spatial"},
    "report": {"language", "regions", "ratings", "specialisation", "spatial", "maps", "study"},
    "cli": {"language", "regions", "ratings", "specialisation", "spatial", "maps", "study", "report", "public"},
}
GROUND_IMPORTS: dict[str, set[str]] = {
    "errors": set(),
    "graphs": {"errors"},
    "geodesy": set(),
    "randomness": {"errors"},
    "file_reading": {"errors", "shipped_data"},
    "file_writing": {"errors"},
    "shipped_data": {"errors"},
    "result_display": {"errors", "language"},
}
# Inside a room: part -> the parts of the same room it may import. A room that is not listed is free inside.
_SHEET = {"typography", "presets", "palettes", "map_options"}
_FIGURE = {*_SHEET, "sheet", "labels", "source_note"}
PARTS: dict[str, dict[str, set[str]]] = {
    "spatial": {
        "alignment": set(),
        "weights": {"alignment"},
        "reference_distributions": set(),
        "global_tests": {"alignment", "reference_distributions"},
        "local_tests": {"alignment", "reference_distributions"},
        "regression": {"alignment", "reference_distributions", "global_tests"},
        "poles": {"alignment", "reference_distributions", "weights", "global_tests", "local_tests", "regression"},
        "cross_check": {"alignment", "global_tests", "local_tests"},
    },
    "maps": {
        "typography": set(),
        "presets": {"typography"},
        "palettes": set(),
        "map_options": {"presets"},
        "source_note": {"palettes", "sheet"},
        "sheet": _SHEET,
        "labels": {*_SHEET, "sheet"},
        "charts": _FIGURE,
        "thematic": _FIGURE,
        "export": {"palettes", "presets", "typography"},
        "captions": {"typography"},
        "proof_sheet": {"export", "palettes", "sheet", "typography"},
    },
    "study": {
        "rating_spec": set(),
        "study_spec": {"rating_spec"},
        "load_study": {"study_spec"},
        "files": {"study_spec"},
        "guess_columns": {"files"},
        "inputs": {"study_spec", "rating_spec", "load_study", "files", "total_columns"},
        "audit": {
            "study_spec",
            "load_study",
            "files",
            "guess_columns",
            "inputs",
            "column_names",
            "region_rows",
            "table_blocks",
            "table_layout",
            "table_totals",
        },
        "examine_study": {"study_spec", "load_study", "files", "inputs"},
        "table_blocks": {"files", "guess_columns"},
        "table_totals": {"files", "table_blocks"},
        "total_columns": {"table_totals"},
        "column_names": {"files", "guess_columns", "table_blocks"},
        "repeated_regions": {"files", "table_blocks", "table_totals"},
        "region_rows": {"files", "guess_columns", "table_blocks", "table_totals", "repeated_regions"},
        "marks_of_numbers": {"files", "table_blocks"},
        "table_layout": {"files", "guess_columns", "column_names", "region_rows", "table_blocks", "marks_of_numbers"},
        "read_published": {
            "study_spec",
            "files",
            "guess_columns",
            "column_names",
            "table_blocks",
            "table_layout",
            "region_rows",
            "repeated_regions",
        },
        "propose_study": {
            "study_spec",
            "load_study",
            "files",
            "guess_columns",
            "column_names",
            "read_published",
            "region_rows",
            "table_blocks",
        },
        "file_variable": {"files", "guess_columns", "read_published"},
        "pole_tables": {"study_spec", "load_study", "inputs"},
        "verdict": {"study_spec", "load_study", "inputs"},
        "industry_analysis": {"study_spec", "load_study", "inputs", "files", "file_variable", "total_columns"},
    },
}
HEAVY = (
    "geopandas",
    "matplotlib",
    "esda",
    "libpysal",
    "sklearn",
    "pandas",
    "scipy",
    "shapely",
    "SALib",
    "inequality",
    "babel",
    "PIL",
)
MODULES = {
    ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__").replace("__init__", ""): path
    for path in sorted(SOURCE.rglob("*.py"))
}


STUBS = {name: path.with_suffix(".pyi") for name, path in MODULES.items() if path.with_suffix(".pyi").exists()}


def imported(text: str, package: str = "") -> set[str]:
    """Modules of this package that a text imports, wherever in it (function bodies and type checks too).

    An import by name counts (``import_module("growthpoles.maps")``, ``files("growthpoles.maps")``), so does one from
    `package`, with dots in front. The public face is "public": who takes a name from there has left the rooms.
    """
    found = set()
    for node in nodes(text):
        names = []
        if isinstance(node, ast.ImportFrom):
            above = ["growthpoles", *package.split(".")] if package else ["growthpoles"]
            head = ".".join(above[: len(above) + 1 - node.level]) if node.level else ""
            source = ".".join(part for part in (head, node.module) if part)
            names = [f"{source}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.Call):
            names = [each.value for each in node.args if isinstance(each, ast.Constant) and isinstance(each.value, str)]
            names = [name for name in names if name.startswith("growthpoles.")]
        for name in names:
            head, _, tail = name.partition(".")
            if head != "growthpoles":
                continue
            while tail and tail not in MODULES:
                tail = tail.rpartition(".")[0]
            found.add(tail or ("" if name == "growthpoles.__version__" else "public"))
    return found - {""}


def imports_of(name: str) -> set[str]:
    """Imports of a module, and of the stub that a package loads its names by."""
    path = MODULES[name]
    package = name if path.stem == "__init__" else name.rpartition(".")[0]
    texts = [path, *([STUBS[name]] if name in STUBS else [])]
    return set().union(*(imported(text.read_text(encoding="utf-8"), package) for text in texts))


@cache
def all_imports() -> dict[str, set[str]]:
    """Imports of every module; not known before a test asks, as every process of a run collects the tests."""
    return {name or "public": imports_of(name) for name in MODULES}


def against(name: str, imports: set[str]) -> list[str]:
    """Imports of a module that the tables above do not allow."""
    room, part = [*name.split("."), ""][:2]
    wrong = []
    for other in imports - {name}:
        other_room, other_part = [*other.split("."), ""][:2]
        if room in GROUND:
            good = other_room in GROUND_IMPORTS[room]
        elif other_room in GROUND:
            good = True
        elif room != other_room:
            good = other_room in ROOMS[room]
        else:
            parts = PARTS.get(room)
            good = parts is None or part in ("", other_part) or other_part in parts[part]
        if not good:
            wrong.append(other)
    return wrong


def test_imports_point_one_way() -> None:
    names = [name for name in MODULES if name]
    assert not [name for name in names if name.split(".")[0] not in GROUND | ROOMS.keys()], "they stand in no room"
    assert not {name: wrong for name in names if (wrong := against(name, all_imports()[name]))}


CHEATS = {
    "for types": "if TYPE_CHECKING:\n    from growthpoles.study.study_spec import Study",
    "in a function": "def f():\n    import growthpoles.study.study_spec as spec",
    "by dots": "from ..study import study_spec",
    "by the package": "from growthpoles import study",
    "by name": "def f():\n    return import_module('growthpoles.study.study_spec')",
    "by the public face": "from growthpoles import load_study",
    "by its alias": "import growthpoles as gp",
}


@pytest.mark.parametrize("way", CHEATS)
def test_no_way_round_the_rules(way: str) -> None:
    assert against("maps.export", imported(CHEATS[way], "maps"))


def test_a_name_that_a_package_hands_on_is_an_import() -> None:
    """Of the modules named in its stub, too; else a circle could run through them."""
    assert "ratings.rate" in all_imports()["ratings"] and "maps.thematic.rating_map" in all_imports()["maps"]
    assert imported("from growthpoles.ratings import rate", "ratings") == {"ratings.rate"}
    assert imported("from growthpoles import __version__") == set()


def test_rules_name_what_is_there() -> None:
    for room, parts in PARTS.items():
        there = {name.split(".")[1] for name in MODULES if name.startswith(f"{room}.")}
        assert parts.keys() == there, room


def test_no_circles() -> None:
    graphlib.TopologicalSorter({name: others - {name} for name, others in all_imports().items()}).prepare()


def test_a_name_means_one_thing() -> None:
    stems = Counter(path.stem for path in MODULES.values() if path.stem not in ("__init__", "__main__"))
    assert not [stem for stem, count in stems.items() if count > 1]
    folders = {path.name for path in SOURCE.rglob("*") if path.is_dir()}
    assert not folders & stems.keys()
    package = {name.split(".")[0] for name in MODULES}
    assert not package & set(growthpoles.__all__), "a room would hide a public name"


def test_few_rooms() -> None:
    """A subject a module, no more: what a line limit once cut apart has been joined, and what reads better apart stays.

    A new module takes the place of another, or is a subject of its own and raises the number.
    """
    assert len(MODULES) <= 269
    held = Counter(path.parent for path in MODULES.values() if path.stem != "__init__")
    assert max(held.values()) <= 20


def test_modules_stay_readable() -> None:
    texts = {name: path.read_text(encoding="utf-8") for name, path in MODULES.items()}
    assert not [name for name, text in texts.items() if len(text.splitlines()) > 720], "are they two ideas?"
    without = [name for name, text in texts.items() if not ast.get_docstring(parsed(text))]
    assert not without, "the first line says what the module holds"


QUESTIONS = {  # words of a question, sought in paths and first lines -> the module that answers
    "normalis": "ratings.normalise",
    "moran's i.*global": "spatial.global_tests.moran",
    "local.*getis": "spatial.local_tests.local_getis_ord",
    "multiple test.*correct": "spatial.local_tests.multiple_testing",
    "exact.*permutation": "spatial.reference_distributions.exact_enumeration",
    "excel": "study.table_blocks",
    "validate.*study": "study.examine_study",
    "label placement": "maps.labels.region_labels",
    "journal.*sizes": "maps.presets",
    "report.*stale": "report.manifest",
    "geopackage": "report.tables.geopackage",
}


@pytest.mark.parametrize("words", QUESTIONS)
def test_a_question_finds_its_module(words: str) -> None:
    """By one search in paths and first lines, among at most seven hits."""
    heads = {name: path.read_text(encoding="utf-8").split("\n", 1)[0] for name, path in MODULES.items()}
    hits = [name for name, head in heads.items() if re.search(words, f"{name} {head}", re.I)]
    assert QUESTIONS[words] in hits and len(hits) <= 7, hits
    assert (SOURCE / "language/texts/ru/report.toml").exists()  # and the words of the report in Russian


def test_the_drawing_in_contributing_names_every_room() -> None:
    text = (TESTS.parent / "CONTRIBUTING.md").read_text(encoding="utf-8")
    drawing = text[text.index("```text") :].split("```")[1]
    assert {name for name in GROUND | ROOMS.keys() if not re.search(rf"\b{name}\b", drawing)} == set()
    without = {room for room in ROOMS if "language" not in ROOMS[room]} - {"language"}
    assert f"(for all but {', '.join(sorted(without))})" in drawing
    named = {
        part for line in re.findall(r"(?:maps|study|spatial) {3,}(.+)", drawing) for part in re.findall(r"\w+", line)
    }
    assert {"thematic", "charts", "labels", "sheet", "typography"} <= named
    assert PARTS["spatial"].keys() - {"cross_check"} <= named


def test_tests_mirror_the_source() -> None:
    folders = {path.parent.relative_to(TESTS) for path in TESTS.rglob("test_*.py")}
    assert not [folder for folder in folders if not (SOURCE / folder).is_dir()]


def loaded_by(code: str) -> set[str]:
    probe = f"{code}\nimport sys\nprint(' '.join(sorted(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return set(run.stdout.split("\n")[-2].split())


@pytest.mark.parametrize(
    "code",
    [
        "import growthpoles",
        "import growthpoles; dir(growthpoles)",
        "import sys; sys.argv = ['growthpoles', '--help']\n"
        "from growthpoles.cli import main\ntry: main()\nexcept SystemExit: pass",
    ],
    ids=["import", "dir", "help"],
)
def test_start_up_loads_nothing_heavy(code: str) -> None:
    assert not loaded_by(code) & set(HEAVY)


# What is done in one process, step after step, and what is not loaded after it.
STEPS = {
    "growthpoles.load_study()": {"numpy", "pandas"},  # a study file is checked without what computes
    "from growthpoles.language import number_format; number_format.format_number(12345.6)": {"babel"},
    "import growthpoles.regions.kazakhstan.region_names": set(HEAVY) - {"pandas"},
    "import growthpoles.regions.boundaries": {"geopandas", "matplotlib", "libpysal"},
    "import growthpoles.spatial.local_tests": {"esda", "geopandas", "libpysal", "matplotlib", "scipy.stats", "numba"},
}


def test_a_step_loads_no_more_than_it_needs() -> None:
    code = "\n".join(["import sys, growthpoles", *(f"{step}\nprint(*sys.modules)" for step in STEPS)])
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = map(set, map(str.split, run.stdout.splitlines()))
    for (step, unwanted), there in zip(STEPS.items(), loaded, strict=True):
        assert not unwanted & there, step


def test_every_public_name_is_there() -> None:
    for name in growthpoles.__all__:
        assert getattr(growthpoles, name).__doc__, name


def test_public_names_are_functions_and_classes() -> None:
    """None is a module, whatever was imported before: ``growthpoles.audit`` once was one."""
    importlib.import_module("growthpoles.study.audit")
    for name in set(growthpoles.__all__) - {"__version__"}:
        public = getattr(growthpoles, name)
        assert inspect.isfunction(public) or inspect.isclass(public), name


def test_global_random_state_is_never_touched() -> None:
    forbidden = (
        "np.random.seed",
        "np.random.rand(",
        "np.random.permutation(",
        "np.random.shuffle(",
        "np.random.choice(",
    )
    for path in SOURCE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not [word for word in forbidden if word in text], path


def test_every_python_gets_the_same_pins() -> None:
    """So that a report has the same bytes under each version of the classifiers."""
    root = SOURCE.parents[1]
    supported = set(re.findall(r"Python :: (3\.\d+)", (root / "pyproject.toml").read_text(encoding="utf-8")))
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    split = {found for found in re.findall(r"python_(?:full_)?version [<>=!]+ '(3\.\d+)", lock) if found in supported}
    assert len(supported) == 3 and split <= {"3.11"}
