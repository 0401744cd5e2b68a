"""One list of languages; one error for a wrong one; every message is translated; one term has one translation."""

from __future__ import annotations

import ast
import gettext
import pickle
import random
import re
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

import growthpoles as gp
from growthpoles.cli.shared_options import open_study
from growthpoles.errors import LanguageError, Reason, message, templates
from growthpoles.language.compile_translations import faults, messages, write
from growthpoles.language.languages import LANGUAGES, SOURCE, TEXTS, languages_of, translator
from growthpoles.language.number_format import format_number
from growthpoles.language.phrases import Words, _read, spoken
from growthpoles.maps.typography.typefaces import missing_glyphs
from growthpoles.regions.kazakhstan.region_names import region_names
from source_trees import parsed, walked

PACKAGE = Path(gp.__file__).parent
OTHERS = [lang for lang in LANGUAGES if lang != SOURCE]


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield path, parsed(path.read_text(encoding="utf-8"))


def constants(node: ast.expr, module: ast.Module) -> set[str]:
    """Strings that an expression can be: itself, either of two, or those of a constant of the module."""
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    if isinstance(node, ast.IfExp):
        return constants(node.body, module) | constants(node.orelse, module)
    if isinstance(node, ast.Dict | ast.Tuple):
        return {text for each in (node.values if isinstance(node, ast.Dict) else node.elts)
                for text in constants(each, module)}  # fmt: skip
    name = getattr(node.value if isinstance(node, ast.Subscript) else node, "id", "")
    held = [each.value for each in walked(module) if isinstance(each, ast.Assign) and
            any(getattr(target, "id", "") == name for target in each.targets)]  # fmt: skip
    return {text for value in held if name for text in constants(value, module)}


# Rooms whose errors can leave something out of a report; the others stop it before there is a page.
ROOMS = ("spatial", "ratings", "maps", "report", "specialisation", "study/verdict", "study/inputs/study_variables")
# Messages that answer a wrong call or a wrong study.toml, so that no page can hold them: one a line.
WRONG_CALLS = Path(__file__).with_name("wrong_calls.txt")


def values(node: ast.expr, module: ast.Module) -> set[str]:
    """What an argument can be: texts, f-strings as they are written; of a name all that the module assigns to it."""
    if isinstance(node, ast.Constant):
        return {str(node.value)}
    if isinstance(node, ast.IfExp):
        return values(node.body, module) | values(node.orelse, module)
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "remedy":
        return values(node.args[0], module)
    if not isinstance(node, ast.Name):
        return {ast.unparse(node)}
    found: set[str] = set()
    for each in walked(module):
        if isinstance(each, ast.Assign):
            target, value = each.targets[0], each.value
            several = isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple)
            pairs = zip(target.elts, value.elts, strict=False) if several else [(target, value)]  # type: ignore
            for name, held in pairs:
                if getattr(name, "id", "") == node.id:
                    found |= values(held, module)
    return found


def templates_of_errors() -> set[str]:
    """Templates of all messages and reasons that the rooms of an analysis can give."""
    found: set[str] = set()
    for path, module in trees():
        inside = path.relative_to(PACKAGE).as_posix().startswith(ROOMS)
        for node in walked(module):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if isinstance(node, ast.Call) and name in ("message", "Reason") and inside:
                keywords = {each.arg: each.value for each in node.keywords}
                for given in (node.args[0], keywords.get("allowed")):
                    found |= values(given, module) if given is not None else set()
    return found


def test_every_error_is_translated_or_answers_a_wrong_call() -> None:
    """A new message is translated, or written down as one that no data can cause."""
    written = WRONG_CALLS.read_text(encoding="utf-8").splitlines()
    wanted, listed = unquoted(templates_of_errors()), unquoted(written)
    assert len(wanted) > 300 and "no links" in wanted
    for lang in OTHERS:
        assert wanted - unquoted(known_to(lang)) - listed == set()
    assert written == sorted(set(written)) and listed <= wanted  # none that is gone
    assert not listed & unquoted(known_to("ru"))


def unquoted(texts: Iterable[str]) -> set[str]:
    """Texts without quotes: those within f-strings differ between versions of Python."""
    return {re.sub(r"['\"\\\\]", "", text) for text in texts}


def known_to(lang: str) -> set[str]:
    """What a language has a translation for."""
    return set(messages(TEXTS / lang / "messages.po"))


def test_every_message_on_figures_and_in_tables_is_translated() -> None:
    wanted: set[str] = set()
    for path, module in trees():
        inside = path.relative_to(PACKAGE).as_posix().startswith(ROOMS)
        for node in walked(module):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", "")
            if isinstance(node.func, ast.Call) and getattr(node.func.func, "id", "") == "translator":
                name = "word"
            if name == "word" and path.parent.name != "language" and isinstance(node.args[0], ast.Constant):
                wanted.add(str(node.args[0].value))
            if name == "Reason" and not inside and path.name not in ("errors.py", "app.py"):
                told = constants(node.args[0], module)
                assert told or "study/audit" not in path.as_posix(), (path.name, ast.unparse(node))
                wanted |= told
    assert len(wanted) > 200
    assert {"no data", "{columns} missing", "{mark} in {file}, row {row}"} <= wanted
    for lang in OTHERS:
        assert wanted - known_to(lang) == set()


def test_translations_are_whole_and_compiled() -> None:
    assert list(faults(TEXTS)) == []
    for lang in OTHERS:
        with (TEXTS / lang / "messages.mo").open("rb") as file:
            read = gettext.GNUTranslations(file)
        source = messages(TEXTS / lang / "messages.po")
        assert {key: read.gettext(key) for key in source} == source


def test_faults_of_translations_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(LANGUAGES, "kk")
    path = tmp_path / "ru" / "messages.po"
    path.parent.mkdir()
    path.write_text('msgid ""\nmsgstr ""\n\nmsgid "a {n}"\nmsgstr "б {m}"\n\nmsgid "b"\nmsgstr ""\n', encoding="utf-8")
    path.with_suffix(".mo").write_bytes((TEXTS / "kk" / "messages.mo").read_bytes())
    assert [each.partition("messages.")[2] for each in faults(tmp_path)] == [
        "po: no translation of 'b'",
        "po: 'б {m}' has other placeholders than 'a {n}'",
        "mo: not up to date; run python -m growthpoles.language.compile_translations",
    ]
    write(path)
    assert len(list(faults(tmp_path))) == 2


@pytest.mark.parametrize("lang", OTHERS)
def test_one_term_has_one_translation(lang: str) -> None:
    """In the catalogue and in the phrases alike; a sign by itself may mean several things."""
    english, own = _read(SOURCE), _read(lang)
    said: dict[str, set[str]] = {}
    for key, text in messages(TEXTS / lang / "messages.po").items():
        said.setdefault(key.casefold(), set()).add(text.casefold())
    for section in english.keys() - {"language", "counted"}:
        for key, text in english[section].items():
            for term in {text, key} if section == "value" else {text}:
                said.setdefault(term.casefold(), set()).add(own[section][key].casefold())
    assert {term: words for term, words in said.items() if len(words) > 1 and len(term) > 1} == {}
    assert Words("ru").value("untestable") == translator("ru")("untestable") == "проверка невозможна"


# Second words for a term: a family of tests (ru); edition, global, significant (kk).
SECOND_WORDS = {"ru": r"семейств\w* проверок", "kk": "редакци|ғаламд|маңызды"}


@pytest.mark.parametrize("lang", OTHERS)
def test_a_term_inside_a_sentence_has_one_word(lang: str) -> None:
    told = "".join((TEXTS / lang / name).read_text(encoding="utf-8") for name in ("messages.po", "report.toml"))
    assert re.findall(SECOND_WORDS[lang], told, re.IGNORECASE) == []


@pytest.mark.parametrize("lang", OTHERS)
def test_the_font_has_every_letter(lang: str) -> None:
    joined = "".join(messages(TEXTS / lang / "messages.po").values()) + LANGUAGES[lang].alphabet
    for name in ("DejaVuSans-core.ttf", "DejaVuSans-Bold-core.ttf"):
        assert missing_glyphs(str(PACKAGE / "maps" / "typography" / "fonts" / name), joined) == ""
    assert set(LANGUAGES[lang].alphabet) - {"ё", "ъ", "щ", "ц", "ф", "э", "ь", "я", "ю", "һ"} <= set(joined)
    assert set(LANGUAGES[lang].vowels) < set(LANGUAGES[lang].alphabet)


def test_there_is_one_list_of_languages() -> None:
    """No tuple, list, set, dict or Literal names two languages anywhere else."""
    codes = rf"[\"'_]({'|'.join(LANGUAGES)})[\"']"
    for path, module in trees():
        if path.name == "languages.py" or not re.search(codes, path.read_text(encoding="utf-8")):
            continue
        for node in walked(module):
            inner = list(ast.iter_child_nodes(node))
            named = {each.value for each in inner if isinstance(each, ast.Constant) and isinstance(each.value, str)}
            assert len(named & LANGUAGES.keys()) < 2, (path, getattr(node, "lineno", 0))
            ends = {text.rpartition("_")[2] for text in named if text.startswith(("name_", "short_"))}
            assert len(ends & LANGUAGES.keys()) < 2, (path, getattr(node, "lineno", 0))


WRONG: dict[str, Callable[[Any], object]] = {
    "translator": translator,
    "phrases": Words,
    "spoken": lambda lang: spoken("moran", lang),
    "number": lambda lang: format_number(1.0, lang),
    "names of regions": lambda lang: region_names(2014, lang=lang),
    "map": lambda lang: gp.plot_rating(gp.load_regions(2014), gp.load_published(2014), lang=lang),
    "report": lambda lang: gp.build_report(out="nowhere", lang=lang),
    "command line": lambda lang: open_study(None, lang=lang),
    "captions": lambda lang: gp.Caption("a", "a.png", "A").sentence(lang),
    "title of a study": lambda lang: gp.load_study().text("title", lang),
}


@pytest.mark.parametrize("lang", ["kz", "EN", "", None, ["en"], "../en"])
@pytest.mark.parametrize("place", WRONG)
def test_a_wrong_language_is_one_error_everywhere(place: str, lang: Any) -> None:
    with pytest.raises(LanguageError, match=r"^lang=.* is not known; allowed: en, ru, kk(; nearest: \w+)?$"):
        WRONG[place](lang)


@pytest.mark.parametrize("where", ["study.languages", "study.title"])
def test_a_wrong_language_of_a_study_file_is_the_same_error(where: str, tmp_path: Path, study_maker: Any) -> None:
    path = study_maker(tmp_path)
    text = path.read_text(encoding="utf-8")
    wrong = text.replace('languages = ["en"]', 'languages = ["kz"]') if where == "study.languages" else text
    wrong = wrong.replace("\nen = ", "\nkz = ", 1) if where == "study.title" else wrong
    path.write_text(wrong, encoding="utf-8")
    with pytest.raises(LanguageError, match=rf"{where}.*lang='kz' is not known; allowed: en, ru, kk$"):
        gp.load_study(path)
    path.write_text(wrong.replace("[study]", "[study]\nx = 1"), encoding="utf-8")
    with pytest.raises(gp.StudyError, match=r"lang='kz' is not known.*x is not a known key"):
        gp.load_study(path)


def test_a_reason_is_text_that_keeps_its_template() -> None:
    reason = Reason(
        "{region}: {reason}", {"region": "A", "reason": Reason("{columns} missing", {"columns": ("x", "y")})}
    )
    assert reason == "A: x and y missing" and hash(reason) == hash("A: x and y missing")
    for copy in (deepcopy(reason), pickle.loads(pickle.dumps(reason))):
        assert copy == reason and copy.template == "{region}: {reason}"
        assert copy.places["reason"].places == {"columns": ("x", "y")}


def test_an_error_with_values_keeps_its_templates() -> None:
    line = message("{n} regions", where="spread", allowed="{least} or more", near=["a"], n=4, least=5)
    assert line == "spread: 4 regions; allowed: 5 or more; nearest: a" and isinstance(line, Reason)
    assert (line.places["problem"].template, line.places["allowed"].places["least"]) == ("{n} regions", 5)
    bare = message("{n} regions", where="spread", allowed=Reason("{least} or more", {"least": 5}))
    assert bare == "spread: {n} regions; allowed: 5 or more" and bare.places["problem"].template == "{n} regions"
    assert templates(bare) == ["{n} regions", "{least} or more"] and templates("a {n}") == ["a {n}"]


COUNTS = {"n", "count", "all"}
NOUNS = "(?:regions|rows|cells|values|years|types|centres|permutations|specifications|others|checks)"
FORMS = "(?:регион|строк|ячеек|столбцов|значений|лет|перестанов|спецификаций|случайных)"


@pytest.mark.parametrize("count", [1, 2, 5, 21])
def test_a_count_and_its_noun_agree(count: int) -> None:
    """In English by the template itself; Russian puts the number where no word has to follow it."""
    counted_ones = 0
    for template, told in messages(TEXTS / "ru" / "messages.po").items():
        if not (names := set(re.findall(rf"\{{(\w+)\}} (?:\w+ )?{NOUNS}\b", template)) & COUNTS):
            continue
        counted_ones += 1
        held = {name: count if name in names else "x" for name in re.findall(r"\{(\w+)(?:!r)?\}", template)}
        said = str(Reason(template, held))
        assert Words("en").message(template, **held) == said
        assert count == 1 or said == template.format(**held)
        assert count > 1 or not re.search(rf"\b1 (?:other |more )?{NOUNS}\b|\b1 \w+ (?:are|have|fit|stand)\b", said), (
            said
        )
        assert " из {" in told or not re.search(rf"\{{(?:n|count|all)\}} {FORMS}", told), told
    assert counted_ones > 25


HEADINGS = {
    "ru": "Население, тыс. человек|Площадь|Валовой региональный продукт|Уровень безработицы, %|Заработная плата",
    "kk": "Халық саны|Жалпы өңірлік өнім|Жұмыссыздық деңгейі|Орташа жалақы|Ел саны|Тұрғын үй",
    "uk": "ВРП, млн.грн|Чисельність наявного населення, тис. осіб|Рівень безробіття|Населення|Заробітна плата",
    "be": "Насельніцтва|Плошча|Узровень беспрацоўя|Валавы рэгіянальны прадукт|Сярэдняя заработная плата",
    "bg": "Население|Брутен вътрешен продукт|Коефициент на безработица|Средна заплата|Брой на заетите лица",
    "sr": "Становништво|Површина|Бруто домаћи производ|Стопа незапослености|Просечна зарада",
    "mk": "Население|Површина|Бруто домашен производ|Стапка на невработеност|Број на вработени",
    "ky": "Калктын саны|Аянты|Дүң аймактык продукт|Жумушсуздуктун деңгээли|Орточо айлык акы",
    "mn": "Хүн амын тоо|Газар нутаг|Дотоодын нийт бүтээгдэхүүн|Ажилгүйдлийн түвшин|Дундаж цалин",
    "tg": "Шумораи аҳолӣ|Масоҳат|Маҷмӯи маҳсулоти дохилӣ|Сатҳи бекорӣ|Музди миёнаи меҳнат",
    "tt": "Халык саны|Мәйдан|Тулаем төбәк продукты|Эшсезлек дәрәҗәсе|Уртача хезмәт хакы",
    "en": "Population|Area|Gross regional product, m EUR",
    "pl": "Ludność|Powierzchnia województw w km², ogółem|Bezrobocie rejestrowane w województwach łącznie",
    "ka": "მოსახლეობა|ფართობი",
}


@pytest.mark.parametrize("lang", HEADINGS)
def test_the_language_of_headings_is_told_by_all_of_them(lang: str) -> None:
    """In any order, and four of them as well as all; Latin ones without a letter of their own are not told apart."""
    titles = HEADINGS[lang].split("|")
    draw, right, told = random.Random(lang), 0, 0
    for _ in range(40):
        some = draw.sample(titles, min(len(titles), draw.choice((4, 5))))
        found = languages_of(some)
        meant = [lang if lang in LANGUAGES else "en" if title.isascii() else None for title in some]
        right += sum(a == b for a, b in zip(found, meant, strict=True))
        told += len(some)
    assert right >= 0.9 * told, (right, told)
