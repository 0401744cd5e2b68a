"""What the audit records is said in every language, part by part."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from planted import invent

from growthpoles.language.phrases import Words
from growthpoles.report.wording import Wording
from growthpoles.study.audit import audit_sources
from growthpoles.study.audit.evidence_sentences import LEADS, SENTENCES, read_part

KINDS = ("swapped_primary", "rotated_ratio", "denominator_of_other_year", "unit_slip", "wrong_sign", "repeated_row")


@pytest.mark.parametrize("lang", ["ru", "kk"])
def test_every_sentence_is_translated(lang: str) -> None:
    assert all(Words(lang).message(text) != text for text in (*SENTENCES, *LEADS) if text != "{table}: {relation}")


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_every_part_of_a_ledger_has_its_sentence(kind: str, tmp_path: Path) -> None:
    study, _ = invent(np.random.default_rng(3), tmp_path, kind, n=12)
    ledger = audit_sources(study.sources())
    parts = {part for column in ("cause", "evidence") for text in ledger[column] for part in str(text).split("; ")}
    bare = {part.removeprefix(LEADS[0]) for part in parts}
    assert all(read_part(part) or " = " in part for part in bare)
    wording = Wording(Words("ru"), {}, {}, {})
    assert all(wording.evidence(str(text)) != text for text in ledger["cause"])
