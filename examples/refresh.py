"""Run the notebooks and store what they print and draw: ``python examples/refresh.py``, or with names of notebooks.

It needs nbclient and ipykernel (``make docs`` installs them); tests/test_docs.py uses ``executed`` to compare.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent


def executed(path: Path) -> Any:
    """Return the notebook with fresh outputs, without traces of the machine."""
    import nbclient
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    # what a cell prints is one output, however many messages the kernel sends it in
    options = {"coalesce_streams": True, "resources": {"metadata": {"path": str(HERE)}}}
    nbclient.NotebookClient(notebook, timeout=600, **options).execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
    notebook.metadata.pop("language_info", None)
    return notebook


if __name__ == "__main__":
    import nbformat

    for name in sys.argv[1:] or sorted(map(str, HERE.glob("*.ipynb"))):
        nbformat.write(executed(Path(name)), name)
        print(f"{name}: written", flush=True)
