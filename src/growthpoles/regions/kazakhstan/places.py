"""Well-known places of Kazakhstan that are no region of any vintage, so that an error can say what they are.

Former regions are those merged away in 1997 (and Turgai, which came and went before that).
"""

from __future__ import annotations

_CITIES = {
    "Abai Region (until 2022 in East Kazakhstan Region)": "Семей, Semey, Семипалатинск, Semipalatinsk",
    "East Kazakhstan Region": "Усть-Каменогорск, Ust-Kamenogorsk, Өскемен, Oskemen",
    "Jetisu Region (until 2022 of Almaty Region)": (
        "Талдыкорган, Талды-Курган, Талдықорған, Taldykorgan, Taldyqorghan, Taldy-Kurgan"
    ),
    "Almaty Region (since 2022)": "Конаев, Қонаев, Qonaev, Konaev, Капчагай, Қапшағай, Kapchagay, Kapshagay",
    "Ulytau Region (until 2022 in Karaganda Region)": (
        "Жезказган, Джезказган, Жезқазған, Zhezkazgan, Jezkazgan, Dzhezkazgan"
    ),
    "Zhambyl Region": "Тараз, Taraz",
    "West Kazakhstan Region": "Уральск, Орал, Uralsk, Oral",
    "Mangystau Region": "Актау, Ақтау, Aktau, Aqtau, г. Шевченко",
    "North Kazakhstan Region": "Петропавловск, Петропавл, Petropavlovsk, Petropavl",
    "Akmola Region": "Кокшетау, Көкшетау, Kokshetau, Кокчетав, Kokchetav",
}
_FORMER = {
    "East Kazakhstan Region in 1997": "Семипалатинская, Semipalatinsk oblast, Semipalatinskaya",
    "Almaty Region in 1997": "Талдыкорганская, Талды-Курганская, Taldykorgan oblast, Taldy-Kurgan oblast",
    "Karaganda Region in 1997": "Жезказганская, Джезказганская, Zhezkazgan oblast, Dzhezkazgan oblast",
    "its neighbours in 1997": "Тургайская, Торгайская, Тургай, Торгай, Turgay, Turgai, Torgay, Torgai",
    "North Kazakhstan Region in 1997": "Кокчетавская, Кокшетауская, Kokchetav oblast, Kokshetau oblast",
}
_BAIKONUR = (
    "Байконур, Байконыр, Байқоңыр, Baikonur, Baykonur, Bayqonyr, Baikonyr, Ленинск, Leninsk, KZ-BAY, KZ-KAB, KZ.BY"
)
_COUNTRY = (
    "Казахстан, Қазақстан, Kazakhstan, Qazaqstan, Республика Казахстан, Қазақстан Республикасы, "
    "Republic of Kazakhstan, РК, ҚР, KZ, KAZ"
)

PLACES: dict[str, tuple[str, list[str]]] = {
    **{f"is a city, not a region: the seat of {seat}": ("city", n.split(", ")) for seat, n in _CITIES.items()},
    **{f"is a former region, merged into {into}": ("region", n.split(", ")) for into, n in _FORMER.items()},
    "is a city leased to Russia, in statistics part of Kyzylorda Region": ("city", _BAIKONUR.split(", ")),
    "is the whole country, not a region": ("", _COUNTRY.split(", ")),
}
"""What a place is (the end of a sentence that starts with its name) -> its kind and names."""
