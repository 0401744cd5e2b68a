"""What the files of the command stats say of their tests, in every format and language."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from growthpoles.cli.app import app
from growthpoles.language.phrases import Words

SIDES = {"en": "two-sided", "ru": "двусторонний", "kk": "екіжақты"}


def written(tmp_path, ending, *options):
    out = tmp_path / f"tests.{ending}"
    done = CliRunner().invoke(app, ["stats", *options, "--out", str(out)])
    assert done.exit_code == 0, done.output
    return out


@pytest.mark.parametrize("lang", SIDES)
@pytest.mark.parametrize("ending", ["csv", "json", "xlsx", "md", "tex"])
@pytest.mark.parametrize("statistic", ["all", "local_moran", "local_geary", "local_getis_ord"])
def test_a_file_alone_says_what_was_tested_and_how(statistic, ending, lang, tmp_path):
    local = statistic != "all"
    options = ["--statistic", statistic, "--permutations", "99", "--lang", lang, "--weights", "knn", "--k", "4"]
    out = written(tmp_path, ending, *options, *(["--adjust", "max-t"] if local else []))
    words = Words(lang)
    null = words("text", "local_null" if local else "global_null")
    if ending in ("md", "tex"):
        text = " ".join(out.read_text(encoding="utf-8").split())
        shown = [null, SIDES[lang], words.neighbours("knn", k=4), "16"]
        shown += [words("origin", "local_joint", permutations="99")] if local else []
        shown += [words("adjusted", "max-t"), "0.05" if lang == "en" else "0,05"] if local else ["99"]
        for part in shown:
            part = part.replace("_", "\\_")
            plain = text.replace("{}", "").replace("--", "–").replace("~", " ")
            assert part in plain or part.replace("’", "'") in plain, (part, plain[-600:])
        return
    read = {"csv": pd.read_csv, "xlsx": pd.read_excel, "json": lambda path: pd.DataFrame(json.loads(path.read_text()))}
    frame = read[ending](out)
    assert set(frame["null"]) == {null} and set(frame["weights"]) == {"knn 4"}
    assert set(frame["alternative"]) == {"two-sided"} and set(frame["n"]) == {16}
    assert frame["method"].notna().all() and frame["permutations"].notna().all()
    assert frame["statistic_name"].notna().all()
    if local:
        assert set(frame["adjust"]) == {"max-t"} and set(frame["alpha"]) == {0.05}
        assert set(frame["joint_permutations"]) == {99}


@pytest.mark.parametrize("lang", SIDES)
def test_terminal_and_note_name_joint_draws_and_weights(lang):
    words = Words(lang)
    options = ["stats", "--statistic", "local_moran", "--permutations", "99", "--lang", lang]
    for more, kind in [([], words("weights", "queen")), (["--weights", "knn"], words("weights", "knn"))]:
        done = CliRunner().invoke(app, [*options, *more, "--adjust", "max-t"])
        said = " ".join(done.output.split())
        assert words("origin", "local_joint", permutations="99") in said and kind in said
    plain = CliRunner().invoke(app, [*options, "--adjust", "fdr"])
    assert words("origin", "local_joint", permutations="99") not in plain.output
