"""The shape of the package: imports point one way, and starting costs nothing."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import growthpoles

SOURCE = Path(growthpoles.__file__).parent
# Who may import whom: a stage sees what stands before it.
ALLOWED = {
    "language": set(),
    "regions": {"language"},
    "ratings": {"language"},
    "specialisation": set(),
    "spatial": set(),
    "maps": {"language", "ratings"},
    "study": {"language", "regions", "ratings", "specialisation", "spatial"},
    "report": {"language", "regions", "ratings", "specialisation", "spatial", "maps", "study"},
    "cli": {"language", "regions", "ratings", "specialisation", "spatial", "maps", "study", "report"},
}
GROUND = {"errors", "randomness", "streams", "file_writing", "shipped_data"}
HEAVY = ("geopandas", "matplotlib", "esda", "libpysal", "sklearn", "pandas", "scipy", "shapely", "SALib", "inequality")


def stage(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported(path: Path) -> set[str]:
    """Stages of this package that a module imports, wherever in the module (function bodies and type checks too)."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("growthpoles."):
            found.add(node.module.split(".")[1])
        elif isinstance(node, ast.ImportFrom) and node.module == "growthpoles":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("growthpoles.")}
    return found


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_imports_point_one_way(path: Path) -> None:
    own = stage(path)
    if own not in ALLOWED:
        assert own in {"__init__", *GROUND}, f"{path} belongs to no stage"
        return
    against = imported(path) - ALLOWED[own] - {own, *GROUND, "__version__"}
    assert not against, f"{own} must not import {sorted(against)}"


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.py")), ids=lambda path: str(path.relative_to(SOURCE)))
def test_modules_stay_readable(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 600, "is it two ideas?"


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


def test_every_public_name_is_there() -> None:
    for name in growthpoles.__all__:
        assert getattr(growthpoles, name).__doc__, name


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
