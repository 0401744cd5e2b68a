"""The verdict in words: two sentences in three languages, every number from the results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from growthpoles.errors import SpatialError, unknown_option

if TYPE_CHECKING:
    from growthpoles.spatial.global_tests.moran_power import PowerCurve
    from growthpoles.spatial.poles.specification_curve import SpecificationCurve

LANGUAGES = ("en", "ru", "kk")

_OUTCOME = {
    "en": {
        "cluster": "leading regions lie beside leading ones, and lagging beside lagging, more often than by chance",
        "stand apart": "leading regions lie beside lagging ones more often than by chance",
        "unsupported": "the data support neither that leading regions cluster nor that they stand apart",
    },
    "ru": {
        "cluster": "регионы-лидеры соседствуют с лидерами, а отстающие — с отстающими чаще, "
        "чем при случайном размещении",
        "stand apart": "регионы-лидеры соседствуют с отстающими чаще, чем при случайном размещении",
        "unsupported": "данные не подтверждают ни того, что регионы-лидеры образуют скопления, "
        "ни того, что они стоят порознь",
    },
    "kk": {
        "cluster": "көшбасшы өңірлер көшбасшылармен, артта қалғандары артта қалғандармен кездейсоқ орналасудағыдан "
        "жиі көршілеседі",
        "stand apart": "көшбасшы өңірлер артта қалған өңірлермен кездейсоқ орналасудағыдан жиі көршілеседі",
        "unsupported": "деректер көшбасшы өңірлердің шоғырланатынын да, бір-бірінен бөлек тұратынын да растамайды",
    },
}
_FIRST = {
    "en": "Over {count} {specifications} {outcome}: the median effect is {z} standard deviations (omnibus p {p}), "
    "and {share} of the specifications are significant at {alpha} (omnibus p {share_p}).",
    "ru": "По {count} {specifications} {outcome}: медианный эффект равен {z} стандартного отклонения (общее p {p}), "
    "на уровне {alpha} значимы {share} спецификаций (общее p {share_p}).",
    "kk": "{count} {specifications} бойынша {outcome}: медианалық әсер {z} стандартты ауытқуға тең (жалпы p {p}), "
    "спецификациялардың {share}-ы {alpha} деңгейінде мәнді (жалпы p {share_p}).",
}
_SECOND = {
    "en": "With {n} {regions} Moran's I finds spatial dependence with {target} power {reach} (spatial lag model), "
    "so anything weaker can be neither shown nor excluded.",
    "ru": "При {n} {regions} критерий Морана обнаруживает пространственную зависимость с мощностью {target} {reach} "
    "(модель пространственного лага), поэтому более слабую нельзя ни доказать, ни исключить.",
    "kk": "{n} {regions} Моран критерийі кеңістіктік тәуелділікті {target} қуатпен {reach} (кеңістіктік лаг моделі), "
    "сондықтан одан әлсізін дәлелдеуге де, жоққа шығаруға да болмайды.",
}
# where it is found: on both sides, on one side only, or nowhere
_REACH = {
    "en": {
        "both": "only where ρ ≥ {positive} or ρ ≤ {negative}",
        "positive": "only where ρ ≥ {positive}, and negative dependence at no strength",
        "negative": "only where ρ ≤ {negative}, and positive dependence at no strength",
    },
    "ru": {
        "both": "лишь при ρ ≥ {positive} или ρ ≤ {negative}",
        "positive": "лишь при ρ ≥ {positive}, а отрицательную — ни при какой силе",
        "negative": "лишь при ρ ≤ {negative}, а положительную — ни при какой силе",
    },
    "kk": {
        "both": "тек ρ ≥ {positive} немесе ρ ≤ {negative} болғанда ғана анықтайды",
        "positive": "тек ρ ≥ {positive} болғанда ғана анықтайды, "
        "ал теріс тәуелділікті күші қандай болса да анықтамайды",
        "negative": "тек ρ ≤ {negative} болғанда ғана анықтайды, ал оң тәуелділікті күші қандай болса да анықтамайды",
    },
}
_NOWHERE = {
    "en": "With {n} {regions} Moran's I finds spatial dependence with {target} power at no strength "
    "(spatial lag model), so it can be neither shown nor excluded.",
    "ru": "При {n} {regions} критерий Морана ни при какой силе пространственной зависимости не достигает мощности "
    "{target} (модель пространственного лага), поэтому её нельзя ни доказать, ни исключить.",
    "kk": "{n} {regions} Моран критерийі кеңістіктік тәуелділікті оның күші қандай болса да {target} қуатпен анықтай "
    "алмайды (кеңістіктік лаг моделі), сондықтан оны дәлелдеуге де, жоққа шығаруға да болмайды.",
}
# singular and plural, in the case that the sentence needs; Kazakh has no plural after a numeral
_NOUNS = {
    "en": (("specification", "specifications"), ("region", "regions")),
    "ru": (("спецификации", "спецификациям"), ("регионе", "регионах")),
    "kk": (("спецификация", "спецификация"), ("өңірде", "өңірде")),
}


def sentences(curve: SpecificationCurve, power: PowerCurve, conclusion: str, *, lang: str) -> tuple[str, str]:
    """Say in two sentences what was found, and what could have been found at all.

    Parameters
    ----------
    curve : SpecificationCurve
    power : PowerCurve
    conclusion : {"cluster", "stand apart", "unsupported"}
    lang : {"en", "ru", "kk"}
    """
    if lang not in LANGUAGES:
        raise SpatialError(unknown_option("lang", lang, LANGUAGES))
    whole = curve.overall
    count = int(whole["specifications"])
    specification, region = _NOUNS[lang]
    first = _FIRST[lang].format(
        count=integer(count, lang),
        specifications=specification[plural(count, lang)],
        outcome=_OUTCOME[lang][conclusion],
        z=number(whole["median_z"], lang),
        p=probability(whole["median_p"], lang),
        share=percent(whole["share_significant"], lang),
        share_p=probability(whole["share_p"], lang),
        alpha=number(curve.alpha, lang, digits=None),
    )
    found = not np.isnan(power.smallest_positive), not np.isnan(power.smallest_negative)
    side = {(True, True): "both", (True, False): "positive", (False, True): "negative"}.get(found)
    second = (_NOWHERE[lang] if side is None else _SECOND[lang].replace("{reach}", _REACH[lang][side])).format(
        n=integer(power.n, lang),
        regions=region[plural(power.n, lang)],
        target=percent(power.target, lang),
        positive=number(power.smallest_positive, lang),
        negative=number(power.smallest_negative, lang),
    )
    return first, second


def number(value: float, lang: str, *, digits: int | None = 2) -> str:
    """Format a number with a true minus sign and the decimal mark of the language; `digits` None: as short as it is."""
    text = f"{value:g}" if digits is None else f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    text = text.replace("-", "\N{MINUS SIGN}")
    return text if lang == "en" else text.replace(".", ",")


def integer(value: int, lang: str) -> str:
    """Format a whole number: groups of three from 1,000 on in English, from 10 000 on in Russian and Kazakh."""
    if lang == "en":
        return f"{value:,}"
    return f"{value:,}".replace(",", "\N{NO-BREAK SPACE}") if value >= 10_000 else str(value)


def probability(value: float, lang: str) -> str:
    """Format a p-value with its relation: "= 0.037", "< 0.001"."""
    return f"< {number(0.001, lang, digits=3)}" if value < 0.001 else f"= {number(value, lang, digits=3)}"


def percent(value: float, lang: str) -> str:
    """Format a share with at most one decimal."""
    text = number(round(100 * value, 1), lang, digits=None)
    return f"{text}%" if lang == "en" else f"{text}\N{NO-BREAK SPACE}%"


def plural(count: int, lang: str) -> int:
    """Return 0 for the singular and 1 for the plural: Russian says 21 in the singular, and 11 in the plural."""
    if lang == "ru":
        return int(count % 10 != 1 or count % 100 == 11)
    return int(count != 1)
