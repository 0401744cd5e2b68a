"""What the audit records knows its template and its places, in every frame, and is said from them in every language."""

from __future__ import annotations

import io
import pickle
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from planted import FAULTS, invent, plant

from growthpoles.errors import Joined, Number, Reason
from growthpoles.language.compile_translations import messages
from growthpoles.language.languages import TEXTS
from growthpoles.language.phrases import Words
from growthpoles.report.wording import Wording
from growthpoles.study.audit import Audit, run_audit
from growthpoles.study.audit.findings import is_open, one_reading, published_figure
from growthpoles.study.audit.ledger import audit_cells
from growthpoles.study.audit.printed_cells import Sources, make_sources
from samples import samples

OTHERS = ("ru", "kk")
QUICK = ("swapped_primary", "rotated_ratio", "unit_slip", "wrong_sign", "repeated_row", "index_by_other_method")
SENTENCES = {
    "ledger": ("cause", "evidence"),
    "unchecked": ("check", "reason", "told"),
    "remarks": ("told",),
    "consequences": ("relation",),
    "alignment": ("evidence",),
}
#: Names that hold what stands between the parts of a sentence.
AWKWARD = ("A; B (x10)", "one reading: C", "D, row 3; E = F", "{G} of {0}", "H: nothing (I)", "J and K; L or M", "N, O")


def sentences(found: Audit) -> Iterator[str]:
    """Yield every sentence of an audit."""
    for name, columns in SENTENCES.items():
        frame = getattr(found, name)
        for column in columns if len(frame) else ():
            yield from frame[column]


def leaves(text: object) -> Iterator[object]:
    """Yield the sentence and all sentences in it, and what is none."""
    yield text
    inner = text.parts if isinstance(text, Joined) else text.places.values() if isinstance(text, Reason) else ()
    for each in inner:
        yield from leaves(each)


def is_sentence(text: str) -> bool:
    """Whether a text knows its template, or that of all its parts; a formula and no evidence at all need none."""
    if isinstance(text, Joined):
        return all(map(is_sentence, text.parts))
    return isinstance(text, Reason) or not text or re.fullmatch(r"\w+ = [\w .*+/]+", text) is not None


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=() if kind in QUICK else pytest.mark.long) for kind in FAULTS]
)
def test_every_sentence_has_a_translated_template(kind: str, tmp_path: Path) -> None:
    study, _ = plant(np.random.default_rng(5), tmp_path, kind, n=10)
    found = run_audit(study)
    told = list(sentences(found))
    assert told and all(map(is_sentence, told))
    reasons = [each for text in told for each in leaves(text) if isinstance(each, Reason)]
    templates = {each.template for each in reasons}
    assert all(each.filled for each in reasons)
    for lang in OTHERS:
        assert templates - set(messages(TEXTS / lang / "messages.po")) == set()


def named(sources: Sources, what: str, names: dict[str, str]) -> Sources:
    """Return the same cells under other names of regions (`what` is "label") or of columns."""
    cells = sources.cells[["table", "row", "label", "column", "printed"]].replace({what: names})
    formulas = sources.formulas.replace(names) if what == "column" else sources.formulas
    cut = tuple(names.get(name, name) for name in sources.cut)
    return make_sources(cells, formulas, years=sources.years, decimal=sources.decimal, cut=cut)


@pytest.mark.parametrize("what", ["label", "column"])
@pytest.mark.parametrize("kind", ["swapped_primary", "rotated_ratio", "pushed_down", "rotated_column"])
@pytest.mark.parametrize("seed", samples(range(2), 1))
def test_a_name_comes_out_whole(what: str, kind: str, seed: int, tmp_path: Path) -> None:
    """Whatever a name holds, a sentence is that of plain names with the name put in."""
    rng = np.random.default_rng(seed)
    sources = invent(rng, tmp_path, kind, n=len(AWKWARD) + 3)[0].sources()
    known = list(dict.fromkeys(sources.cells[what]))
    plain = [f"Plain{at:02d}" for at in range(len(known))]
    names = dict(zip(map(str, rng.permutation(plain)), AWKWARD, strict=False))
    first = named(sources, what, dict(zip(known, plain, strict=True)))
    one, two = audit_cells(first), audit_cells(named(first, what, names))
    assert len(one.ledger) == len(two.ledger) > 0
    used = 0
    for lang in ("en", *OTHERS):
        told = Wording(Words(lang), {}, {}, {})
        for before, after in zip(sentences(one), sentences(two), strict=True):
            said = told.evidence(before)
            used += any(name in said for name in names)
            assert told.evidence(after) == re.sub(r"Plain\d\d", lambda hit: names.get(hit[0], hit[0]), said)
    assert used


def test_a_place_is_said_by_what_it_holds() -> None:
    told = Wording(Words("ru"), {"x": "Газ; нефть", "y": "Уголь"}, {"A; B": "Алтай"}, {"own": "own"})
    reason = Reason("{columns} of {region}", {"columns": Joined(("x", "y"), " or "), "region": "A; B"})
    assert reason == "x or y of A; B" and told.evidence(reason) == "Газ; нефть; Уголь of Алтай"
    inner = one_reading(Reason("total: the rows add up to {value}", {"value": Number("1234.5")}))
    assert inner == "one reading: total: the rows add up to 1234.5"
    assert told.evidence(inner) == "одно из прочтений: итог: строки дают в сумме 1234,5"
    assert told.evidence(Joined([inner, "z = x + y"])).endswith("1234,5; z = x + y")
    assert told.evidence(Reason("rounding allows {value}", {"value": Number("12 f")})).endswith(" 12 f")
    assert is_open(inner) and is_open(published_figure(inner)) and not is_open("one reading: arithmetic")


def test_a_sentence_survives_what_frames_do(tmp_path: Path) -> None:
    study, _ = plant(np.random.default_rng(5), tmp_path, "exchanged_inputs", n=10)
    found = run_audit(study)
    ledger = found.ledger
    again = pd.concat([ledger, ledger], ignore_index=True).sort_values(["table", "column"], kind="stable")
    parts = [part for _, part in again.groupby("fault")]
    for frame in (again, pd.concat(parts), deepcopy(ledger), pickle.loads(pickle.dumps(ledger)), found.to_frame()):
        for name in ("cause", "evidence"):
            assert frame[name].map(lambda text: isinstance(text, Reason | Joined)).all()
        assert {each.template for text in frame["cause"] for each in leaves(text) if isinstance(each, Reason)}
    plain = ledger.astype({"cause": str, "evidence": str})
    assert (ledger["cause"] == plain["cause"]).all() and ledger.to_csv() == plain.to_csv()
    assert ledger.to_json() == plain.to_json()
    buffer = io.BytesIO()
    ledger.to_parquet(buffer)
    assert list(pd.read_parquet(buffer)["evidence"]) == list(plain["evidence"])
    ledger.to_excel(tmp_path / "ledger.xlsx")
    assert list(pd.read_excel(tmp_path / "ledger.xlsx", engine="openpyxl")["cause"]) == list(plain["cause"])
