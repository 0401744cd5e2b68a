# ruff: noqa: E501, SIM905
"""Invented files in the layouts of statistical offices, each with the tidy table that it means; no test is in here.

Labels, codes, marks and notes are those of the field; the numbers are random.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import openpyxl
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from shapely.geometry import box

Truth = dict[tuple[str, int, str], float | None]
Cells = list[list[object]]

CANADA = "10 Newfoundland and Labrador|11 Prince Edward Island|12 Nova Scotia|13 New Brunswick|24 Quebec|35 Ontario|46 Manitoba|47 Saskatchewan|48 Alberta|59 British Columbia|60 Yukon|61 Northwest Territories|62 Nunavut"
AUSTRALIA = "1 New South Wales|2 Victoria|3 Queensland|4 South Australia|5 Western Australia|6 Tasmania|7 Northern Territory|8 Australian Capital Territory"
JAPAN = "01 北海道|02 青森県|03 岩手県|04 宮城県|05 秋田県|06 山形県|13 東京都|14 神奈川県|23 愛知県|26 京都府|27 大阪府|40 福岡県|47 沖縄県"
KOREA = "11 서울특별시|21 부산광역시|22 대구광역시|23 인천광역시|24 광주광역시|25 대전광역시|29 세종특별자치시|31 경기도|32 강원도|33 충청북도|34 충청남도|35 전라북도|39 제주특별자치도"
BRAZIL = "11 Rondônia|12 Acre|13 Amazonas|14 Roraima|15 Pará|16 Amapá|17 Tocantins|21 Maranhão|29 Bahia|31 Minas Gerais|33 Rio de Janeiro|35 São Paulo|53 Distrito Federal"
SPAIN = "01 Andalucía|02 Aragón|03 Asturias, Principado de|04 Balears, Illes|05 Canarias|06 Cantabria|07 Castilla y León|08 Castilla - La Mancha|09 Cataluña|10 Comunitat Valenciana|11 Extremadura|12 Galicia|13 Madrid, Comunidad de|14 Murcia, Región de|15 Navarra, Comunidad Foral de|16 País Vasco|17 Rioja, La|18 Ceuta|19 Melilla"
PORTUGAL = "11 Norte|16 Centro|17 Área Metropolitana de Lisboa|18 Alentejo|15 Algarve|20 Região Autónoma dos Açores|30 Região Autónoma da Madeira"
ITALY = "1 Piemonte|2 Valle d'Aosta|3 Lombardia|4 Trentino-Alto Adige|5 Veneto|6 Friuli-Venezia Giulia|7 Liguria|8 Emilia-Romagna|9 Toscana|10 Umbria|11 Marche|12 Lazio|13 Abruzzo|15 Campania|16 Puglia|19 Sicilia|20 Sardegna"
POLAND = "02 dolnośląskie|04 kujawsko-pomorskie|06 lubelskie|08 lubuskie|10 łódzkie|12 małopolskie|14 mazowieckie|16 opolskie|18 podkarpackie|20 podlaskie|22 pomorskie|24 śląskie|26 świętokrzyskie|28 warmińsko-mazurskie|30 wielkopolskie|32 zachodniopomorskie"
NETHERLANDS = "PV20 Groningen|PV21 Fryslân|PV22 Drenthe|PV23 Overijssel|PV24 Flevoland|PV25 Gelderland|PV26 Utrecht|PV27 Noord-Holland|PV28 Zuid-Holland|PV29 Zeeland|PV30 Noord-Brabant|PV31 Limburg"
NORWAY = "30 Viken|03 Oslo|34 Innlandet|38 Vestfold og Telemark|42 Agder|11 Rogaland|46 Vestland|15 Møre og Romsdal|50 Trøndelag|18 Nordland|54 Troms og Finnmark"
COLOMBIA = "05 Antioquia|08 Atlántico|11 Bogotá, D.C.|13 Bolívar|15 Boyacá|17 Caldas|25 Cundinamarca|54 Norte de Santander|76 Valle del Cauca|88 Archipiélago de San Andrés, Providencia y Santa Catalina|91 Amazonas"
MEXICO = "01 Aguascalientes|02 Baja California|03 Baja California Sur|04 Campeche|05 Coahuila de Zaragoza|09 Ciudad de México|15 México|16 Michoacán de Ocampo|19 Nuevo León|22 Querétaro|24 San Luis Potosí|30 Veracruz de Ignacio de la Llave|31 Yucatán|32 Zacatecas"
INDONESIA = "11 Aceh|12 Sumatera Utara|19 Kepulauan Bangka Belitung|31 DKI Jakarta|32 Jawa Barat|34 DI Yogyakarta|36 Banten|51 Bali|61 Kalimantan Barat|73 Sulawesi Selatan|91 Papua Barat|94 Papua"
PHILIPPINES = "130000000 National Capital Region|140000000 Cordillera Administrative Region|010000000 Ilocos Region|020000000 Cagayan Valley|030000000 Central Luzon|040000000 CALABARZON|170000000 MIMAROPA Region|050000000 Bicol Region|060000000 Western Visayas|070000000 Central Visayas|110000000 Davao Region|160000000 Caraga"
INDIA = "28 Andhra Pradesh|12 Arunachal Pradesh|18 Assam|10 Bihar|22 Chhattisgarh|30 Goa|24 Gujarat|06 Haryana|01 Jammu & Kashmir|29 Karnataka|32 Kerala|33 Tamil Nadu|35 Andaman & Nicobar Islands|07 NCT of Delhi"
SOUTH_AFRICA = "WC Western Cape|EC Eastern Cape|NC Northern Cape|FS Free State|KZN KwaZulu-Natal|NW North West|GP Gauteng|MP Mpumalanga|LP Limpopo"
EGYPT = "01 Cairo القاهرة|02 Alexandria الإسكندرية|03 Port Said بورسعيد|04 Suez السويس|11 Damietta دمياط|12 Dakahlia الدقهلية|13 Sharkia الشرقية|21 Giza الجيزة|28 Aswan أسوان|29 Luxor الأقصر"
TURKEY = "TR100 İstanbul|TR211 Tekirdağ|TR310 İzmir|TR411 Bursa|TR421 Kocaeli|TR510 Ankara|TR521 Konya|TR611 Antalya|TR621 Adana|TRA11 Erzurum|TRC11 Gaziantep|TRC21 Şanlıurfa"
RUSSIA = "14 Белгородская область|15 Брянская область|46 Московская область|45 г. Москва|40 г. Санкт-Петербург|41 Ленинградская область|85 Республика Ингушетия|96 Чеченская Республика|80 Республика Башкортостан|92 Республика Татарстан|03 Краснодарский край|11 Архангельская область"
UZBEKISTAN = "1735 Qoraqalpogʻiston Respublikasi|1703 Andijon viloyati|1706 Buxoro viloyati|1708 Jizzax viloyati|1710 Qashqadaryo viloyati|1712 Navoiy viloyati|1714 Namangan viloyati|1718 Samarqand viloyati|1722 Surxondaryo viloyati|1724 Sirdaryo viloyati|1727 Toshkent viloyati|1730 Fargʻona viloyati|1733 Xorazm viloyati|1726 Toshkent shahri"
AZERBAIJAN = "AZ01 Bakı şəhəri|AZ02 Sumqayıt şəhəri|AZ03 Gəncə şəhəri|AZ04 Abşeron rayonu|AZ05 Quba rayonu|AZ06 Şəki rayonu|AZ07 Zaqatala rayonu|AZ08 Lənkəran rayonu|AZ09 Ağdam rayonu|AZ10 Şuşa rayonu"
NUTS = "AT11 Burgenland|AT12 Niederösterreich|AT13 Wien|AT21 Kärnten|AT22 Steiermark|AT31 Oberösterreich|AT32 Salzburg|AT33 Tirol|AT34 Vorarlberg"
UK = "E12000001 North East|E12000002 North West|E12000003 Yorkshire and The Humber|E12000004 East Midlands|E12000005 West Midlands|E12000006 East|E12000007 London|E12000008 South East|E12000009 South West|W92000004 Wales|S92000003 Scotland|N92000002 Northern Ireland"
STATES = "01 Alabama|02 Alaska|04 Arizona|05 Arkansas|06 California|08 Colorado|09 Connecticut|10 Delaware|11 District of Columbia|12 Florida|13 Georgia|15 Hawaii|36 New York|53 Washington|54 West Virginia"
GERMANY = "01 Schleswig-Holstein|02 Hamburg|03 Niedersachsen|04 Bremen|05 Nordrhein-Westfalen|06 Hessen|07 Rheinland-Pfalz|08 Baden-Württemberg|09 Bayern|10 Saarland|11 Berlin|12 Brandenburg|13 Mecklenburg-Vorpommern|14 Sachsen|15 Sachsen-Anhalt|16 Thüringen"
HUNGARY = "HU110 Budapest|HU120 Pest|HU211 Fejér|HU212 Komárom-Esztergom|HU213 Veszprém|HU221 Győr-Moson-Sopron|HU222 Vas|HU223 Zala|HU331 Bács-Kiskun|HU332 Békés|HU333 Csongrád-Csanád"
ROMANIA = "RO111 Bihor|RO112 Bistrița-Năsăud|RO113 Cluj|RO114 Maramureș|RO115 Satu Mare|RO116 Sălaj|RO121 Alba|RO122 Brașov|RO123 Covasna|RO321 București"
CHINA = "110000 北京市|120000 天津市|130000 河北省|140000 山西省|150000 内蒙古自治区|310000 上海市|320000 江苏省|440000 广东省|450000 广西壮族自治区|510000 四川省|540000 西藏自治区|650000 新疆维吾尔自治区"
TAIWAN = "63000 臺北市|64000 高雄市|65000 新北市|66000 臺中市|67000 臺南市|68000 桃園市|10002 宜蘭縣|10004 新竹縣|10013 屏東縣|10015 花蓮縣"
THAILAND = (
    "10 กรุงเทพมหานคร|11 สมุทรปราการ|12 นนทบุรี|13 ปทุมธานี|30 นครราชสีมา|40 ขอนแก่น|50 เชียงใหม่|57 เชียงราย|83 ภูเก็ต|90 สงขลา"
)
VIETNAM = "01 Hà Nội|31 Hải Phòng|22 Quảng Ninh|36 Nam Định|38 Thanh Hóa|48 Đà Nẵng|56 Khánh Hòa|77 Bà Rịa - Vũng Tàu|79 TP. Hồ Chí Minh|92 Cần Thơ|96 Cà Mau"
UKRAINE = "05 Вінницька|07 Волинська|12 Дніпропетровська|14 Донецька|18 Житомирська|26 Івано-Франківська|32 Київська|46 Львівська|51 Одеська|63 Харківська|80 м. Київ"
PERU = "01 Amazonas|02 Áncash|03 Apurímac|04 Arequipa|07 Prov. Const. del Callao|08 Cusco|12 Junín|14 Lambayeque|15 Lima|21 Puno|22 San Martín|25 Ucayali"
CHILE = "15 Arica y Parinacota|01 Tarapacá|02 Antofagasta|03 Atacama|04 Coquimbo|05 Valparaíso|13 Metropolitana de Santiago|06 Libertador General Bernardo O'Higgins|07 Maule|10 Los Lagos|12 Magallanes y de la Antártica Chilena"
KENYA = "001 Mombasa|002 Kwale|003 Kilifi|004 Tana River|005 Lamu|006 Taita Taveta|007 Garissa|012 Meru|022 Kiambu|032 Nakuru|047 Nairobi City"
IRAN = "00 مرکزی|01 گیلان|02 مازندران|03 آذربایجان شرقی|05 کرمانشاه|06 خوزستان|07 فارس|08 کرمان|09 خراسان رضوی|10 اصفهان|23 تهران"
SWISS = "1 Zürich|2 Bern / Berne|3 Luzern|4 Uri|5 Schwyz|6 Obwalden|10 Fribourg / Freiburg|12 Basel-Stadt|18 Graubünden / Grigioni / Grischun|21 Ticino|22 Vaud|25 Genève"
DENMARK = (
    "084 Region Hovedstaden|085 Region Sjælland|083 Region Syddanmark|082 Region Midtjylland|081 Region Nordjylland"
)
IRELAND = "IE041 Cavan|IE042 Donegal|IE043 Leitrim|IE061 Dublin City|IE062 Kildare|IE051 Cork County|IE052 Kerry|IE053 Limerick|IE044 Mayo"
SCOTLAND = "S12000033 Aberdeen City|S12000034 Aberdeenshire|S12000041 Angus|S12000035 Argyll and Bute|S12000036 City of Edinburgh|S12000005 Clackmannanshire|S12000049 Glasgow City|S12000017 Highland"
GREECE = "EL30 Αττική|EL41 Βόρειο Αιγαίο|EL42 Νότιο Αιγαίο|EL43 Κρήτη|EL51 Ανατολική Μακεδονία, Θράκη|EL52 Κεντρική Μακεδονία|EL53 Δυτική Μακεδονία|EL54 Ήπειρος|EL61 Θεσσαλία|EL62 Ιόνια Νησιά|EL65 Πελοπόννησος"
BULGARIA = "BLG Благоевград|BGS Бургас|VAR Варна|VTR Велико Търново|VID Видин|VRC Враца|PDV Пловдив|SOF София|SFO София (столица)|SZR Стара Загора"
KYRGYZ = "KG01 Баткенская область|KG02 Джалал-Абадская область|KG03 Иссык-Кульская область|KG04 Нарынская область|KG05 Ошская область|KG06 Таласская область|KG07 Чуйская область|KG08 г. Бишкек|KG09 г. Ош"
CZECH = "CZ010 Hlavní město Praha|CZ020 Středočeský kraj|CZ031 Jihočeský kraj|CZ032 Plzeňský kraj|CZ041 Karlovarský kraj|CZ042 Ústecký kraj|CZ051 Liberecký kraj|CZ063 Kraj Vysočina|CZ064 Jihomoravský kraj|CZ080 Moravskoslezský kraj"


@dataclass
class Case:
    """A file, its boundaries, and what it says: (key, year, indicator) to value or None."""

    table: Path
    boundaries: Path
    truth: Truth
    options: dict[str, object] = field(default_factory=dict)
    asks: str = ""  # what is to be refused in every case, and a word of the message


OFFICES: dict[str, Callable[[Maker], Case]] = {}


def office(make: Callable[[Maker], Case]) -> Callable[[Maker], Case]:
    """Register an office."""
    OFFICES[make.__name__] = make
    return make


class Maker:
    """A folder, a random generator, and the ways in which tables are written."""

    def __init__(self, folder: Path, seed: object) -> None:
        self.folder, self.rng = folder, random.Random(str(seed))
        self.truth: Truth = {}
        self.codes: list[str] = []
        self.names: list[str] = []
        self.key = "code"
        self.asks = ""

    def regions(self, text: str, *, key: str = "code", names: Sequence[str] = (), **more: Iterable[object]) -> None:
        """Take the regions, and write their boundaries with code, name and further columns."""
        pairs = [each.split(" ", 1) for each in text.split("|")]
        self.codes, self.names = [code for code, _ in pairs], [name for _, name in pairs]
        columns: dict[str, object] = {key: self.codes, "name": list(names) or self.names}
        columns |= {column: list(cells) for column, cells in more.items()}
        shapes = [box(i % 5, 45 + i // 5, i % 5 + 1, 46 + i // 5) for i in range(len(pairs))]
        self.key = key
        gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_file(self.folder / "regions.gpkg")

    def numbers(
        self,
        years: Iterable[int],
        kinds: Iterable[str] = ("value",),
        *,
        high: float = 99_999,
        digits: int = 0,
        low: float = 1,
        gaps: float = 0.06,
    ) -> None:
        """Draw the values of the table that is meant."""
        for kind in kinds:
            for code in self.codes:
                for year in years:
                    value = round(self.rng.uniform(low, high), digits)
                    drawn = int(value) if digits == 0 else value
                    self.truth[code, year, kind] = None if self.rng.random() < gaps else drawn

    def at(self, code: str, year: int, kind: str = "value", *, gap: object = "") -> object:
        """Return a value, or the mark of a missing one."""
        value = self.truth[code, year, kind]
        return gap if value is None else value

    def text(
        self,
        code: str,
        year: int,
        kind: str = "value",
        *,
        gap: str = "",
        thousands: str = "",
        decimal: str = ".",
        flag: str = "",
        digits: int | None = None,
    ) -> str:
        """Return a value as printed, some with a flag behind them."""
        value = self.truth[code, year, kind]
        if value is None:
            return gap
        digits = 0 if digits is None and isinstance(value, int) else digits
        printed = repr(value) if digits is None else f"{value:,.{digits}f}".replace(",", "\0")
        printed = printed.replace(".", decimal).replace("\0", thousands)
        return printed + (flag if flag and self.rng.random() < 0.2 else "")

    def total(self, years: Sequence[int], kind: str = "value") -> list[object]:
        """Return the sum of a column for every year."""
        digits = max((len(repr(v).partition(".")[2]) for v in self.truth.values() if isinstance(v, float)), default=0)
        sums = [sum(self.truth[c, y, kind] or 0 for c in self.codes) for y in years]
        return [round(each, digits) if digits else int(each) for each in sums]

    def csv(
        self,
        rows: Cells,
        *,
        sign: str = ",",
        encoding: str = "utf-8",
        name: str = "table.csv",
        quote: int = csv.QUOTE_MINIMAL,
        end: str = "\r\n",
    ) -> Case:
        """Write delimited text."""
        buffer = io.StringIO(newline="")
        csv.writer(buffer, delimiter=sign, quoting=quote, lineterminator=end).writerows(rows)  # type: ignore[arg-type]
        return self.raw(buffer.getvalue().encode(encoding), name)

    def raw(self, content: bytes, name: str) -> Case:
        """Write a file as it is."""
        path = self.folder / name
        path.write_bytes(content)
        return Case(path, self.folder / "regions.gpkg", self.truth, {"key": self.key}, self.asks)

    def book(
        self,
        sheets: dict[str, Cells],
        *,
        merged: dict[str, Sequence[str]] | None = None,
        formats: dict[str, str] | None = None,
        hidden: Sequence[str] = (),
        change: Callable[[openpyxl.Workbook], None] | None = None,
    ) -> Case:
        """Write a workbook; `merged` are ranges by sheet, `formats` number formats by column letter."""
        file = openpyxl.Workbook()
        file.remove(file.active)
        for title, rows in sheets.items():
            page = file.create_sheet(title)
            for i, row in enumerate(rows, start=1):
                for j, cell in enumerate(row, start=1):
                    if cell not in ("", None):
                        made = page.cell(i, j, cell)
                        letter = get_column_letter(j)
                        if formats and letter in formats and not isinstance(cell, str):
                            made.number_format = formats[letter]
            for span in (merged or {}).get(title, ()):
                page.merge_cells(span)
            if title in hidden:
                page.sheet_state = "hidden"
        if change is not None:
            change(file)
        path = self.folder / "table.xlsx"
        file.save(path)
        return Case(path, self.folder / "regions.gpkg", self.truth, {"key": self.key}, self.asks)


# North America


@office
def statcan_full(m: Maker) -> Case:
    """Full table of Statistics Canada: a dozen attributes beside GEO, a total first, status letters in a column."""
    french = "Terre-Neuve-et-Labrador|Île-du-Prince-Édouard|Nouvelle-Écosse|Nouveau-Brunswick|Québec|Ontario|Manitoba|Saskatchewan|Alberta|Colombie-Britannique|Yukon|Territoires du Nord-Ouest|Nunavut"
    english = [each.split(" ", 1)[1] for each in CANADA.split("|")]
    both = [a if a == b else f"{a} / {b}" for a, b in zip(english, french.split("|"), strict=True)]
    years, kinds = (2019, 2020, 2021), ("Males", "Females")
    m.regions(CANADA, key="PRUID", names=both)
    m.numbers(years, kinds, high=9_000_000)
    head = "REF_DATE,GEO,DGUID,Gender,UOM,UOM_ID,SCALAR_FACTOR,SCALAR_ID,VECTOR,COORDINATE,VALUE,STATUS,SYMBOL,TERMINATED,DECIMALS"
    rows: Cells = [head.split(",")]
    for year in years:
        for g, (code, name) in enumerate([("", "Canada"), *zip(m.codes, m.names, strict=True)], start=1):
            for k, kind in enumerate(kinds, start=2):
                value = m.total([year], kind)[0] if not code else m.at(code, year, kind)
                guid = f"2021A0002{code}" if code else "2021A000011124"
                fixed = ["Persons", 249, "units", 0, f"v{466668 + 7 * g + k}", f"{g}.{k}"]
                rows.append([year, name, guid, kind, *fixed, value, "" if value != "" else "..", "", "", 0])
    return m.csv(rows, encoding="utf-8-sig", quote=csv.QUOTE_ALL, end="\n")


@office
def statcan_view(m: Maker) -> Case:
    """Table of Statistics Canada as seen on its page: titles, a row of units under the years, notes and a legend."""
    years = (2019, 2020, 2021)
    m.regions(CANADA, key="PRUID")
    m.numbers(years, high=9_000_000)
    rows: Cells = [
        ["Population estimates on July 1, by age and gender 1"],
        ["Annual"],
        ["Table: 17-10-0005-01 (formerly CANSIM 051-0001)"],
        ["Release date: 2023-09-27"],
        ["Geography: Canada, Province or territory"],
        [],
        ["Geography", *years],
        ["", "Persons"],
        ["Canada", *(f"{v:,}" for v in m.total(years))],
        *([n, *(m.text(c, y, thousands=",", gap="..", flag="E") for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
        [],
        ["Symbol legend:"],
        ["E", "Use with caution"],
        [],
        ["Footnotes:"],
        ["1", "Estimates are final intercensal up to 2020, preliminary for 2021."],
        ["How to cite: Statistics Canada. Table 17-10-0005-01  Population estimates on July 1, by age and gender"],
    ]  # fmt: skip
    return m.csv(rows, encoding="utf-8-sig")


@office
def census_api(m: Maker) -> Case:
    """Answer of the Census Bureau's interface: a list of lists, numbers as text."""
    m.regions(STATES, key="STATEFP", STUSPS="AL AK AZ AR CA CO CT DE DC FL GA HI NY WA WV".split())
    m.numbers((2021,), ("B01003_001E", "B19013_001E"), high=900_000, gaps=0)
    rows: list[list[object]] = [["NAME", "B01003_001E", "B19013_001E", "state"]]
    for code, name in zip(m.codes, m.names, strict=True):
        rows.append([name, *(str(m.truth[code, 2021, kind]) for kind in ("B01003_001E", "B19013_001E")), code])
    case = m.raw(json.dumps(rows).replace("], [", "],\n[").encode(), "acs5.json")
    case.options["year"] = 2021
    return case


@office
def census_sentinel(m: Maker) -> Case:
    """The same as a file of comma-separated values, with the number that stands for no data."""
    m.regions(STATES, key="STATEFP")
    m.numbers((2021,), ("B19013_001E", "B25077_001E"), high=900_000, gaps=0.2)
    rows: Cells = [["GEO_ID", "NAME", "B19013_001E", "B25077_001E"]]
    for code, name in zip(m.codes, m.names, strict=True):
        cells = [m.at(code, 2021, kind, gap=-666666666) for kind in ("B19013_001E", "B25077_001E")]
        rows.append([f"0400000US{code}", name, *cells])
    case = m.csv(rows)
    case.options["year"] = 2021
    return case


@office
def fred_map(m: Maker) -> Case:
    """GeoFRED: title row, series identifier, region code, years across."""
    years = (2018, 2019, 2020)
    m.regions(STATES, key="fips")
    m.numbers(years, high=80_000)
    rows: Cells = [
        ["2020 Per Capita Personal Income by State (Dollars)"],
        ["Series ID", "Region Name", "Region Code", *years],
        *([f"{n[:2].upper()}PCPI", n, int(c), *(m.at(c, y) for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
    ]  # fmt: skip
    return m.book({"PCPI": rows})


@office
def bls_states(m: Maker) -> Case:
    """Bureau of Labor Statistics: header of three rows, merged, an empty row between, a Puerto Rico below."""
    kinds = ("Civilian labor force", "Unemployed Number", "Unemployed Percent of labor force")
    m.regions(STATES, key="fips")
    m.numbers((2021, 2022), kinds[:2], high=900_000, gaps=0)
    m.numbers((2021, 2022), kinds[2:], high=12, digits=1, gaps=0)
    rows: Cells = [
        ["Table 1. Civilian labor force and unemployment by state, annual averages"],
        ["(Numbers in thousands)"],
        [],
        ["State", kinds[0], "", "Unemployed"],
        ["", "", "", "Number", "", "Percent of labor force"],
        ["", 2021, "2022(p)", 2021, "2022(p)", 2021, "2022(p)"],
        [],
        *([n, *(m.at(c, y, k) for k in kinds for y in (2021, 2022))] for c, n in zip(m.codes, m.names, strict=True)),
        [],
        ["Puerto Rico", *(7 for _ in range(6))],
        ["p = preliminary."],
        ["NOTE: Data refer to place of residence. Estimates for 2022 are subject to revision in 2024."],
    ]  # fmt: skip
    return m.book({"ststdsadata": rows}, merged={"ststdsadata": ("A4:A6", "B4:C5", "D4:G4", "D5:E5", "F5:G5")})


@office
def census_counties(m: Maker) -> Case:
    """County file: key in two columns of numbers without zeros, rows of states, years inside the names of columns."""
    text = "01001 Autauga County|01003 Baldwin County|01005 Barbour County|04001 Apache County|04003 Cochise County|04005 Coconino County|05001 Arkansas County|05003 Ashley County|10001 Kent County|10003 New Castle County"
    m.regions(text, key="GEOID")
    m.numbers((2020, 2021, 2022), ("POPESTIMATE", "BIRTHS"), high=99_999, gaps=0)
    states = {"01": "Alabama", "04": "Arizona", "05": "Arkansas", "10": "Delaware"}
    heads = ["SUMLEV", "REGION", "DIVISION", "STATE", "COUNTY", "STNAME", "CTYNAME"]
    columns = [f"{kind}{year}" for kind in ("POPESTIMATE", "BIRTHS") for year in (2020, 2021, 2022)]
    rows: Cells = [[*heads, *columns]]
    for state, label in states.items():
        mine = [(c, n) for c, n in zip(m.codes, m.names, strict=True) if c[:2] == state]
        cells = [[m.truth[c, y, k] for k in ("POPESTIMATE", "BIRTHS") for y in (2020, 2021, 2022)] for c, _ in mine]
        rows.append(["040", 3, 6, state, "000", label, label, *map(sum, zip(*cells, strict=True))])  # type: ignore[arg-type]
        rows += [["050", 3, 6, state, c[2:], label, n, *v] for (c, n), v in zip(mine, cells, strict=True)]
    return m.csv(rows, encoding="latin-1")


@office
def inegi_tabulado(m: Maker) -> Case:
    """INEGI: xlsx with logo rows, three rows of header, totals of the nation and of sexes between, notes."""
    m.regions(MEXICO, key="CVE_ENT")
    kinds = ("Total", "Hombres", "Mujeres")
    m.numbers((2020,), kinds[1:], high=3_000_000, gaps=0)
    for code in m.codes:
        m.truth[code, 2020, "Total"] = sum(m.truth[code, 2020, kind] or 0 for kind in kinds[1:])
    rows: Cells = [
        ["INEGI. Censo de Población y Vivienda 2020. Tabulados del Cuestionario Básico"],
        ["Población total por entidad federativa según sexo"],
        [],
        ["Entidad federativa", "Población total", "Sexo"],
        ["", "", "Hombres", "Mujeres"],
        ["Estados Unidos Mexicanos", *(m.total([2020], kind)[0] for kind in kinds)],
        *([f"{c} {n}", *(m.truth[c, 2020, kind] for kind in kinds)] for c, n in zip(m.codes, m.names, strict=True)),
        [],
        ["Nota: Los límites de confianza se calculan al 90 por ciento."],
        ["Fuente: INEGI. Censo de Población y Vivienda 2020."],
    ]  # fmt: skip
    return m.book(
        {"01": rows, "Índice": [["Tabulado", "Título"], [1, "Población"]]}, merged={"01": ("A4:A5", "B4:B5", "C4:D4")}
    )


@office
def inegi_iter(m: Maker) -> Case:
    """INEGI's microdata by state: "*" where a number is withheld, an identifier first, cp1252."""
    m.regions(MEXICO, key="CVE_ENT")
    m.numbers((2020,), ("POBTOT", "VIVTOT"), high=3_000_000, gaps=0.15)
    rows: Cells = [["ENTIDAD", "NOM_ENT", "MUN", "NOM_MUN", "POBTOT", "VIVTOT"]]
    rows.append([0, "Total nacional", 0, "Total nacional", *(m.total([2020], k)[0] for k in ("POBTOT", "VIVTOT"))])
    for code, name in zip(m.codes, m.names, strict=True):
        cells = [m.at(code, 2020, k, gap="*") for k in ("POBTOT", "VIVTOT")]
        rows.append([int(code), name, 0, "Total de la entidad", *cells])
    case = m.csv(rows, encoding="utf-8-sig")
    case.options["year"] = 2020
    return case


# South America


@office
def ibge_table(m: Maker) -> Case:
    """IBGE: title, two rows of header, unit beside the territory, notes; the dash is a zero there."""
    years = (2019, 2020, 2021)
    m.regions(BRAZIL, key="CD_UF")
    m.numbers(years, high=40_000_000)
    rows: Cells = [
        ["Tabela 6579 - População residente estimada"],
        ["Variável - População residente estimada (Pessoas)"],
        ["Brasil e Unidade da Federação", "Ano"],
        ["", *map(str, years)],
        ["Brasil", *m.total(years)],
        *([n, *(m.at(c, y, gap="...") for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
        ["Fonte: IBGE - Estimativas de População"],
        ["Notas"],
        ["1 - Em 2020 e 2021: estimativas com data de referência de 1º de julho."],
    ]  # fmt: skip
    return m.book({"Tabela": rows}, merged={"Tabela": ("A1:D1", "A2:D2", "A3:A4", "B3:D3")})


@office
def datasus(m: Maker) -> Case:
    """DATASUS: semicolons, code and name in a cell, a column of totals beside the years, a row of totals, notes."""
    years = (2019, 2020, 2021)
    m.regions(BRAZIL, key="CD_UF")
    m.numbers(years, high=9_000, gaps=0)
    rows: Cells = [
        ["Mortalidade - Brasil"],
        ["Óbitos p/Residênc por Unidade da Federação e Ano do Óbito"],
        ["Período: 2019-2021"],
        ["Unidade da Federação", *years, "Total"],
        *([f"{c} {n}", *(m.at(c, y) for y in years), sum(m.truth[c, y, "value"] or 0 for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
        ["Total", *m.total(years), sum(m.total(years))],  # type: ignore[arg-type]
        ["Fonte: MS/SVS/CGIAE - Sistema de Informações sobre Mortalidade - SIM"],
    ]  # fmt: skip
    return m.csv(rows, sign=";", encoding="cp1252")


@office
def ipeadata(m: Maker) -> Case:
    """Ipeadata: abbreviation, code, state, decimal comma, an empty column last."""
    years = (2018, 2019)
    m.regions(BRAZIL, key="CD_UF", SIGLA_UF="RO AC AM RR PA AP TO MA BA MG RJ SP DF".split())
    m.numbers(years, digits=3, high=900)
    letters = "RO AC AM RR PA AP TO MA BA MG RJ SP DF".split()
    rows: Cells = [["Sigla", "Codigo", "Estado", *years, ""]]
    for code, name, sign in zip(m.codes, m.names, letters, strict=True):
        rows.append([sign, code, name, *(m.text(code, y, decimal=",") for y in years), ""])
    return m.csv(rows, sign=";", encoding="cp1252")


@office
def dane_gdp(m: Maker) -> Case:
    """DANE: code and department, "2020p" and "2021pr", the country last, two blocks on a sheet."""
    years, kinds = (2019, 2020, 2021), ("corrientes", "constantes")
    m.regions(COLOMBIA, key="DPTO_CCDGO", names=[each.split(" ", 1)[1].upper() for each in COLOMBIA.split("|")])
    m.numbers(years, kinds, digits=1, high=300_000, gaps=0)
    rows: Cells = [[], ["Cuentas Nacionales Departamentales"], ["Producto Interno Bruto por departamento"]]
    for kind, label in zip(
        kinds, ("A precios corrientes", "Series encadenadas de volumen con año de referencia 2015"), strict=True
    ):
        rows += [
            [label],
            ["Miles de millones de pesos"],
            ["Código Departamento (DIVIPOLA)", "DEPARTAMENTOS", "2019", "2020p", "2021pr"],
        ]
        rows += [
            [c, n.replace("Bogotá, D.C.", "Bogotá D.C."), *(m.truth[c, y, kind] for y in years)]
            for c, n in zip(m.codes, m.names, strict=True)
        ]
        rows += [
            ["COLOMBIA", "", *m.total(years, kind)],
            ["Fuente: DANE, Cuentas departamentales"],
            ["pprovisional"],
            [],
        ]
    return m.book({"Cuadro 1": rows})


@office
def inei_peru(m: Maker) -> Case:
    """INEI: "2020 P/", "2021 E/", notes glued to names, thousands divided by blanks, decimal points."""
    years = (2019, 2020, 2021)
    m.regions(PERU, key="IDDPTO")
    m.numbers(years, digits=0, high=9_000_000, gaps=0)
    rows: Cells = [
        ["PERÚ: VALOR AGREGADO BRUTO POR AÑOS, SEGÚN DEPARTAMENTOS"],
        ["Valores a precios constantes de 2007"],
        ["(Miles de soles)"],
        ["Departamentos", "2019", "2020 P/", "2021 E/"],
        *([n + (" 1/" if n == "Lima" else ""), *(m.text(c, y, thousands=" ") for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
        ["Valor Agregado Bruto", *(f"{v:,}".replace(",", " ") for v in m.total(years))],
        ["1/ Comprende Lima Metropolitana y región Lima."],
        ["Fuente: Instituto Nacional de Estadística e Informática"],
    ]  # fmt: skip
    return m.book({"cuadro1": rows})


@office
def ine_chile(m: Maker) -> Case:
    """INE Chile: "Región de ..." and Roman numerals beside, years down in a merged column."""
    roman = "XV I II III IV V RM VI VII X XII".split()
    m.regions(CHILE, key="codregion")
    m.numbers((2019, 2020), ("Ocupados", "Desocupados"), digits=2, high=900)
    rows: Cells = [["Región", "", "Año", "Ocupados", "Desocupados"]]
    for number, code, name in zip(roman, m.codes, m.names, strict=True):
        full = (
            f"Región {'' if name.startswith('Metro') else 'del ' if name.startswith(('Lib', 'Maule')) else 'de '}{name}"
        )
        for year in (2019, 2020):
            cells = [m.text(code, year, kind, decimal=",", gap="s/d", digits=2) for kind in ("Ocupados", "Desocupados")]
            rows.append([number, full, year, *cells])
    return m.book({"Cuadro": rows})


# Asia


@office
def estat_long(m: Maker) -> Case:
    """e-Stat: Shift-JIS, code and label of every dimension, codes of prefectures with zeros behind, quoted numbers."""
    m.regions(JAPAN, key="N03_007")
    m.numbers((2019, 2020), ("男", "女"), high=9_000, gaps=0)
    rows: Cells = [
        [
            "tab_code",
            "表章項目",
            "cat01_code",
            "男女別",
            "area_code",
            "全国・都道府県",
            "time_code",
            "時間軸（年）",
            "unit",
            "value",
        ]
    ]
    for kind, code_of in (("男", "001"), ("女", "002")):
        for code, name in [("00", "全国"), *zip(m.codes, m.names, strict=True)]:
            for year in (2019, 2020):
                value = m.total([year], kind)[0] if code == "00" else m.truth[code, year, kind]
                rows.append(
                    [
                        "001",
                        "人口",
                        code_of,
                        kind,
                        f"{code}000",
                        name,
                        f"{year}000000",
                        f"{year}年",
                        "千人",
                        f"{value:,}",
                    ]
                )
    m.asks = "two ways"
    return m.csv(rows, encoding="cp932", quote=csv.QUOTE_ALL)


@office
def estat_sheet(m: Maker) -> Case:
    """Japanese yearbook: names spread by blanks and without their last sign, years of an era, the nation first."""
    years = (2018, 2019, 2020)
    m.regions(JAPAN, key="N03_007")
    m.numbers(years, high=9_000, gaps=0)
    short = [name if name == "北海道" else name[:-1] for name in m.names]
    spread = [
        name[0] + "　" * (2 if len(name) == 2 else 1) + ("　".join(name[1:]) if len(name) > 2 else name[1:])
        for name in short
    ]
    rows: Cells = [
        ["２－２　都道府県別人口"],
        ["", "", "（単位：千人）"],
        ["都道府県", "平成30年", "令和元年", "令和2年"],
        ["全　　国", *m.total(years)],
        *([f" {i:02d} {s}" if False else s, *(m.truth[c, y, "value"] for y in years)] for i, (c, s) in enumerate(zip(m.codes, spread, strict=True))),
        ["資料：総務省統計局「国勢調査」"],
    ]  # fmt: skip
    return m.book({"2-2": rows})


@office
def kosis(m: Maker) -> Case:
    """KOSIS: EUC-KR, two rows of header with the year repeated, the nation first, "-" for none."""
    years, kinds = (2019, 2020), ("총인구 (명)", "남자인구 (명)", "여자인구 (명)")
    m.regions(KOREA, key="CTPRVN_CD")
    m.numbers(years, kinds, high=9_000_000, gaps=0)
    rows: Cells = [
        ["행정구역(시군구)별", *(y for y in years for _ in kinds)],
        ["행정구역(시군구)별", *(k for _ in years for k in kinds)],
    ]
    rows.append(["전국", *(m.total([y], k)[0] for y in years for k in kinds)])
    rows += [[n, *(m.truth[c, y, k] for y in years for k in kinds)] for c, n in zip(m.codes, m.names, strict=True)]
    return m.csv(rows, encoding="euc-kr", quote=csv.QUOTE_ALL)


@office
def kosis_long(m: Maker) -> Case:
    """KOSIS as a list: item and unit in columns, years across with a unit of time behind them, names inset."""
    years, kinds = (2019, 2020, 2021), ("사업체수", "종사자수")
    m.regions(KOREA, key="CTPRVN_CD")
    m.numbers(years, kinds, high=900_000)
    rows: Cells = [["시도별", "항목", "단위", *(f"{y} 년" for y in years)]]
    for kind, unit in zip(kinds, ("개", "명"), strict=True):
        rows.append(["전국", kind, unit, *m.total(years, kind)])
        rows += [
            [f"  {n}", kind, unit, *(m.at(c, y, kind, gap="X") for y in years)]
            for c, n in zip(m.codes, m.names, strict=True)
        ]
    return m.csv(rows, encoding="utf-8-sig")


@office
def bps_indonesia(m: Maker) -> Case:
    """BPS: indicator above the years, capitals, shortened names, the nation last, notes and source in the first cell."""
    years = (2020, 2021, 2022)
    m.regions(INDONESIA, key="KODE_PROV")
    m.numbers(years, digits=2, high=50_000)
    short = {"Kepulauan Bangka Belitung": "KEP. BANGKA BELITUNG", "DI Yogyakarta": "DI YOGYAKARTA"}
    rows: Cells = [
        ["Provinsi", "Jumlah Penduduk Menurut Provinsi (Ribu Jiwa)", "", ""],
        ["", *years],
        *([short.get(n, n.upper()), *(m.text(c, y, gap="-", digits=2) for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
        ["INDONESIA", *(f"{v:.2f}" for v in m.total(years))],
        [],
        ["Catatan: Hasil Proyeksi Penduduk Indonesia 2020-2050"],
        ["Sumber: BPS"],
    ]  # fmt: skip
    return m.csv(rows)


@office
def psa_openstat(m: Maker) -> Case:
    """PSA: names with dots before and abbreviations behind them, marks "..", a title in the first line."""
    years = (2019, 2020, 2021)
    m.regions(PHILIPPINES, key="ADM1_PCODE")
    m.numbers(years, digits=1, high=9_000)
    short = {
        "National Capital Region": "National Capital Region (NCR)",
        "Cordillera Administrative Region": "Cordillera Administrative Region (CAR)",
        "Ilocos Region": "Region I (Ilocos Region)",
        "Caraga": "Region XIII (Caraga)",
        "Davao Region": "Region XI (Davao Region)",
        "Central Luzon": "Region III (Central Luzon)",
    }
    rows: Cells = [
        ["Gross Regional Domestic Product by Geolocation and Year"],
        [],
        ["Geolocation", *(str(y) for y in years)],
        ["PHILIPPINES", *m.total(years)],
        *([f"..{short.get(n, n)}", *(m.at(c, y, gap="..") for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
    ]  # fmt: skip
    return m.csv(rows, quote=csv.QUOTE_NONNUMERIC)


@office
def rbi_handbook(m: Maker) -> Case:
    """Reserve Bank of India: fiscal years, states of revision, groups of lakhs, a column before, notes of stars."""
    years = (2018, 2019, 2020)
    m.regions(INDIA, key="ST_CODE")
    m.numbers(years, high=90_000_000, gaps=0.1)

    def lakhs(value: object) -> str:
        text = str(value)
        head, tail = text[:-3], text[-3:]
        groups = []
        while head:
            groups.insert(0, head[-2:])
            head = head[:-2]
        return ",".join([*groups, tail])

    cells = {(c, y): lakhs(v) if (v := m.truth[c, y, "value"]) is not None else "-" for c in m.codes for y in years}
    rows: Cells = [
        ["TABLE 21: GROSS STATE DOMESTIC PRODUCT (CURRENT PRICES)"],
        ["(₹ Lakh)"],
        ["", "State/Union Territory*", "2018-19", "2019-20", "2020-21 (AE)"],
        *(["", n.replace("NCT of Delhi", "Delhi"), *(cells[c, y] for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
        ["", "*: Leh included in Jammu & Kashmir up to 2018-19. AE: Advance Estimates."],
        ["", "Source: National Statistical Office (NSO)."],
    ]  # fmt: skip
    return m.book({"T_21": rows}, merged={"T_21": ("A1:E1", "A2:E2")})


@office
def capmas(m: Maker) -> Case:
    """CAPMAS: English at the left, Arabic at the right, numbers in Arabic-Indic digits between."""
    pairs = [each.split(" ", 1) for each in EGYPT.split("|")]
    english = [each.rsplit(" ", 1)[0] for _, each in pairs]
    arabic = [each.rsplit(" ", 1)[1] for _, each in pairs]
    m.regions("|".join(f"{c} {e}" for (c, _), e in zip(pairs, english, strict=True)), key="GOV_CODE", name_ar=arabic)
    years = (2019, 2020)
    m.numbers(years, high=9_000_000, gaps=0)
    digits = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
    rows: Cells = [
        ["Population by Governorate", "", "", "السكان حسب المحافظة"],
        ["Governorate", *(str(y).translate(digits) for y in years), "المحافظة"],
        *([e, *(str(m.truth[c, y, "value"]).translate(digits) for y in years), a] for c, e, a in zip(m.codes, english, arabic, strict=True)),
        ["Total", *(str(v).translate(digits) for v in m.total(years)), "الإجمالى"],
    ]  # fmt: skip
    return m.book({"Sheet1": rows})


@office
def turkstat_pivot(m: Maker) -> Case:
    """TurkStat: bars between and around the cells, code behind the name, names once for a group, cp1254."""
    years = (2019, 2020)
    m.regions(TURKEY, key="NUTS3", plaka=[34, 59, 35, 16, 41, 6, 42, 7, 1, 25, 27, 63])
    plates = [34, 59, 35, 16, 41, 6, 42, 7, 1, 25, 27, 63]
    m.numbers(years, high=9_000_000, gaps=0)
    lines = ["İl ve Cinsiyete Göre İl/İlçe Merkezi, Belde/Köy Nüfusu||||", "", "|||Toplam|"]
    for year in years:
        for i, (code, name, plate) in enumerate(zip(m.codes, m.names, plates, strict=True)):
            lines.append(f"{year if not i else ''}|{name}-{plate}||{m.truth[code, year, 'value']}|")
    m.asks = "header|year|table"
    return m.raw("\r\n".join(lines).encode("cp1254"), "pivot.csv")


@office
def turkstat_sheet(m: Maker) -> Case:
    """TurkStat: bilingual header in a cell, the code of a region before it, the nation first, blanks between thousands."""
    years = (2019, 2020, 2021)
    m.regions(TURKEY, key="NUTS3")
    m.numbers(years, high=9_000_000)
    rows: Cells = [
        ["İllere göre nüfus, 2019-2021"],
        ["Population by provinces, 2019-2021"],
        ["İBBS\nSR", "İl\nProvince", "2019", "2020", "2021(r)"],
        ["TR", "Türkiye", *(f"{v:,}".replace(",", " ") for v in m.total(years))],
        *([c, n, *(m.text(c, y, thousands=" ", gap="-") for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
        ["TÜİK, Adrese Dayalı Nüfus Kayıt Sistemi"],
        ["(r) Güncellenmiştir. Revised."],
    ]  # fmt: skip
    return m.book({"t1": rows})


@office
def uzstat_sdmx(m: Maker) -> Case:
    """stat.uz: names in three languages beside the code, years across."""
    years = (2019, 2020, 2021)
    russian = "Республика Каракалпакстан|Андижанская область|Бухарская область|Джизакская область|Кашкадарьинская область|Навоийская область|Наманганская область|Самаркандская область|Сурхандарьинская область|Сырдарьинская область|Ташкентская область|Ферганская область|Хорезмская область|г. Ташкент".split(
        "|"
    )
    m.regions(UZBEKISTAN, key="SOATO")
    m.numbers(years, digits=1, high=9_000)
    rows: Cells = [["Code", "Klassifikator", "Klassifikator_ru", *years]]
    rows.append(["1700", "O‘zbekiston Respublikasi", "Республика Узбекистан", *m.total(years)])
    for code, name, other in zip(m.codes, m.names, russian, strict=True):
        rows.append([code, name.replace("ʻ", "‘"), other, *(m.at(code, y) for y in years)])
    return m.csv(rows, encoding="utf-8-sig")


@office
def azstat(m: Maker) -> Case:
    """Azerbaijan: economic regions above their districts, thousands, a dash of three dots."""
    years = (2019, 2020, 2021)
    m.regions(AZERBAIJAN, key="pcode")
    m.numbers(years, digits=1, high=900)
    groups = [
        ("Abşeron-Xızı iqtisadi rayonu - cəmi", m.codes[:4]),
        ("Dağlıq Şirvan iqtisadi rayonu - cəmi", m.codes[4:7]),
        ("Qarabağ iqtisadi rayonu - cəmi", m.codes[7:]),
    ]
    name = dict(zip(m.codes, m.names, strict=True))
    rows: Cells = [
        ["İqtisadi və inzibati rayonlar üzrə əhalinin sayı"],
        ["", "", "", "min nəfər"],
        ["İqtisadi və inzibati rayonların adı", *years],
        ["Azərbaycan Respublikası", *m.total(years)],
    ]
    for label, codes in groups:
        rows.append([label, *(round(sum(m.truth[c, y, "value"] or 0 for c in codes), 1) for y in years)])
        rows += [[f"   {name[c]}", *(m.at(c, y, gap="...") for y in years)] for c in codes]
    return m.book({"2.3": rows})


@office
def nbs_china(m: Maker) -> Case:
    """National Bureau of Statistics: GBK, indicator and time stated above, the latest year first, a source below."""
    years = (2021, 2020, 2019)
    m.regions(CHINA, key="adcode")
    m.numbers(years, high=9_000, gaps=0.03)
    rows: Cells = [
        ["数据库：分省年度数据"],
        ["指标：年末常住人口(万人)"],
        ["时间：最近3年"],
        ["地区", *(f"{y}年" for y in years)],
        *([n, *(m.at(c, y) for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
        ["数据来源：国家统计局"],
    ]  # fmt: skip
    return m.csv(rows, encoding="gbk")


@office
def china_yearbook(m: Maker) -> Case:
    """China's yearbook: short names spread by blanks, English beneath the Chinese header, the nation first."""
    m.regions(CHINA, key="adcode", short="北京 天津 河北 山西 内蒙古 上海 江苏 广东 广西 四川 西藏 新疆".split())
    kinds = ("第一产业", "第二产业")
    m.numbers((2020,), kinds, digits=1, high=90_000, gaps=0)
    short = [
        "北  京",
        "天  津",
        "河  北",
        "山  西",
        "内 蒙 古",
        "上  海",
        "江  苏",
        "广  东",
        "广  西",
        "四  川",
        "西  藏",
        "新  疆",
    ]
    rows: Cells = [
        ["3-9 地区生产总值 (2020年)"],
        ["Gross Regional Product (2020)"],
        ["", "", "单位：亿元 (100 million yuan)"],
        ["地  区", *kinds],
        ["Region", "Primary Industry", "Secondary Industry"],
        ["全  国", *(m.total([2020], k)[0] for k in kinds)],
        *([s, *(m.truth[c, 2020, k] for k in kinds)] for c, s in zip(m.codes, short, strict=True)),
    ]  # fmt: skip
    return m.book({"3-9": rows})


@office
def taiwan(m: Maker) -> Case:
    """Taiwan: Big5, years of the Republic, a total first, blanks inside names."""
    m.regions(TAIWAN, key="COUNTYCODE")
    years = (2018, 2019, 2020)
    m.numbers(years, high=4_000_000, gaps=0)
    rows: Cells = [
        ["各縣市人口數"],
        ["區域別", "民國107年", "民國108年", "民國109年"],
        ["總　計", *(f"{v:,}" for v in m.total(years))],
        *([n, *(m.text(c, y, thousands=",") for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
        ["資料來源：內政部戶政司"],
    ]  # fmt: skip
    return m.csv(rows, encoding="big5")


@office
def thailand(m: Maker) -> Case:
    """Thailand: years of the Buddhist era, the kingdom first, cp874."""
    m.regions(THAILAND, key="PROV_CODE")
    years = (2019, 2020)
    m.numbers(years, high=4_000_000, gaps=0)
    rows: Cells = [
        ["จังหวัด", "พ.ศ. 2562", "พ.ศ. 2563"],
        ["ทั่วราชอาณาจักร", *m.total(years)],
        *([n, *(m.at(c, y) for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
    ]
    case = m.csv(rows, encoding="cp874")
    case.options["encoding"] = "cp874"
    return case


@office
def vietnam(m: Maker) -> Case:
    """GSO: groups of regions in capitals between, "Sơ bộ 2021", names decomposed."""
    years = (2019, 2020, 2021)
    m.regions(VIETNAM, key="MA_TINH")
    m.numbers(years, digits=1, high=9_000)
    groups = [
        ("ĐỒNG BẰNG SÔNG HỒNG", m.codes[:4]),
        ("BẮC TRUNG BỘ VÀ DUYÊN HẢI MIỀN TRUNG", m.codes[4:7]),
        ("ĐÔNG NAM BỘ", m.codes[7:9]),
        ("ĐỒNG BẰNG SÔNG CỬU LONG", m.codes[9:]),
    ]
    name = dict(zip(m.codes, m.names, strict=True))
    rows: Cells = [
        ["Dân số trung bình phân theo địa phương chia theo Địa phương và Năm"],
        [],
        ["", "2019", "2020", "Sơ bộ 2021"],
        ["CẢ NƯỚC", *m.total(years)],
    ]
    for label, codes in groups:
        rows.append([label, *(round(sum(m.truth[c, y, "value"] or 0 for c in codes), 1) for y in years)])
        rows += [[name[c], *(m.at(c, y, gap="..") for y in years)] for c in codes]
    return m.csv(rows, sign=";", encoding="utf-8-sig")


@office
def iran(m: Maker) -> Case:
    """Iran: Persian digits and thousands signs, Solar years in the title only, the country first; the year is given."""
    m.regions(IRAN, key="ostan")
    m.numbers((2016,), ("مرد", "زن"), high=9_000_000, gaps=0)
    digits = str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹٬")
    rows: Cells = [
        ["جمعیت به تفکیک استان", "", ""],
        ["شرح", "مرد", "زن"],
        ["کل کشور", *(f"{m.total([2016], k)[0]:,}".translate(digits) for k in ("مرد", "زن"))],
        *([n.replace("ی", "ي").replace("ک", "ك"), *(m.text(c, 2016, k, thousands=",").translate(digits) for k in ("مرد", "زن"))] for c, n in zip(m.codes, m.names, strict=True)),
    ]  # fmt: skip
    case = m.book({"جدول": rows})
    case.options["year"] = 2016
    return case


@office
def kyrgyz(m: Maker) -> Case:
    """Kyrgyzstan: three languages side by side, the republic first, a sheet per indicator."""
    years = (2019, 2020, 2021)
    m.regions(KYRGYZ, key="pcode")
    kinds = ("ВРП", "Население")
    m.numbers(years, kinds, digits=1, high=90_000)
    english = "Batken oblast|Djalal-Abad oblast|Yssyk-Kul oblast|Naryn oblast|Osh oblast|Talas oblast|Chui oblast|Bishkek city|Osh city".split(
        "|"
    )
    kyrgyz_names = "Баткен облусу|Жалал-Абад облусу|Ысык-Көл облусу|Нарын облусу|Ош облусу|Талас облусу|Чүй облусу|Бишкек ш.|Ош ш.".split(
        "|"
    )
    sheets: dict[str, Cells] = {}
    for kind in kinds:
        sheets[kind] = [
            [f"1.1: {kind}"],
            ["Көрсөткүчтөрдүн аталыштары", "Наименование показателей", "Items", *years],
            ["Кыргыз Республикасы", "Кыргызская Республика", "Kyrgyz Republic", *m.total(years, kind)],
            *([k, n, e, *(m.at(c, y, kind, gap="-") for y in years)] for c, n, e, k in zip(m.codes, m.names, english, kyrgyz_names, strict=True)),
        ]  # fmt: skip
    return m.book(sheets)


# Europe


@office
def eurostat_sheet(m: Maker) -> Case:
    """Eurostat's workbook: facts above, a row of times with an unnamed column of flags beside each, marks explained."""
    years = (2019, 2020, 2021)
    m.regions(NUTS, key="NUTS_ID")
    m.numbers(years, digits=1, high=99_999)

    def flag() -> str:
        return m.rng.choice(("", "", "", "b", "p", "e"))

    def cells(code: str) -> list[object]:
        return [part for y in years for part in (m.at(code, y, gap=":"), flag())]

    rows: Cells = [
        ["Data extracted on 04/05/2023 12:01:33 from [ESTAT]"],
        ["Dataset: ", "Gross domestic product (GDP) at current market prices by NUTS 2 regions [NAMA_10R_2GDP]"],
        ["Last updated: ", "21/03/2023 23:00"],
        [],
        ["Time frequency", "", "Annual"],
        ["Unit of measure", "", "Million euro"],
        [],
        ["TIME", "TIME", *(part for y in years for part in (str(y), ""))],
        ["GEO (Codes)", "GEO (Labels)"],
        ["AT", "Austria", *(part for v in m.total(years) for part in (v, ""))],
        *([c, n, *cells(c)] for c, n in zip(m.codes, m.names, strict=True)),
        [],
        ["Special value", ""],
        [":", "not available"],
        ["Available flags:"],
        ["b", "break in time series"],
        ["p", "provisional"],
    ]
    summary: Cells = [
        ["Structure"],
        ["Dimension", "Position", "Label"],
        ["Time frequency", "Annual"],
        ["Unit of measure", "Million euro"],
    ]
    return m.book({"Summary": summary, "Sheet 1": rows})


@office
def eurostat_sdmx(m: Maker) -> Case:
    """Eurostat's SDMX-CSV 2.0 with labels: a column of names beside every column of codes."""
    m.regions(NUTS, key="NUTS_ID")
    kinds = {"MIO_EUR": "Million euro", "EUR_HAB": "Euro per inhabitant"}
    m.numbers((2019, 2020), kinds, digits=1, high=99_999)
    head = "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,freq,Time frequency,unit,Unit of measure,geo,Geopolitical entity (reporting),TIME_PERIOD,Time,OBS_VALUE,Observation value,OBS_FLAG,Observation status (Flag) V2 structure,CONF_STATUS,Confidentiality status (flag)"
    rows: Cells = [head.split(",")]
    for unit, label in kinds.items():
        for code, name in [("AT", "Austria"), *zip(m.codes, m.names, strict=True)]:
            for year in (2019, 2020):
                value = m.total([year], unit)[0] if code == "AT" else m.at(code, year, unit)
                flags = ["", ""] if value != "" else ["m", "missing value"]
                rows.append(
                    [
                        "dataflow",
                        "ESTAT:NAMA_10R_2GDP(1.0)",
                        "Gross domestic product",
                        "A",
                        "Annual",
                        unit,
                        label,
                        code,
                        name,
                        year,
                        "",
                        value,
                        "",
                        *flags,
                        "",
                        "",
                    ]
                )
    return m.csv(rows)


@office
def oecd_stat(m: Maker) -> Case:
    """OECD.Stat: code and label of each dimension, multipliers, an index of reference years."""
    m.regions(NUTS, key="tl2_id")
    kinds = ("GDP", "POP")
    m.numbers((2018, 2019), kinds, digits=2, high=99_999)
    head = "TL,Territory Level and Typology,REG_ID,Regions,VAR,Indicator,SEX,Gender,POS,Position,TIME,Year,Unit Code,Unit,PowerCode Code,PowerCode,Reference Period Code,Reference Period,Value,Flag Codes,Flags"
    rows: Cells = [head.split(",")]
    for kind in kinds:
        for code, name in zip(m.codes, m.names, strict=True):
            for year in (2018, 2019):
                value = m.at(code, year, kind)
                if value != "":
                    rows.append(
                        [
                            2,
                            "Large regions (TL2)",
                            code,
                            name,
                            kind,
                            f"{kind} of regions",
                            "T",
                            "Total",
                            "ALL",
                            "All regions",
                            year,
                            year,
                            "USD",
                            "US Dollar",
                            6,
                            "Millions",
                            2015,
                            2015,
                            value,
                            "",
                            "",
                        ]
                    )
    return m.csv(rows)


@office
def istat_long(m: Maker) -> Case:
    """I.Stat: NUTS codes and names, ripartizioni between, value and flags."""
    nuts = "ITC1 ITC2 ITC4 ITDA ITD3 ITD4 ITC3 ITD5 ITE1 ITE2 ITE3 ITE4 ITF1 ITF3 ITF4 ITG1 ITG2".split()
    m.regions(ITALY, key="COD_REG")
    m.numbers((2019, 2020), ("maschi", "femmine"), high=900_000)
    names = {"Valle d'Aosta": "Valle d'Aosta / Vallée d'Aoste", "Trentino-Alto Adige": "Trentino Alto Adige / Südtirol"}
    rows: Cells = [
        [
            "ITTER107",
            "Territorio",
            "TIPO_DATO15",
            "Tipo dato",
            "SEXISTAT1",
            "Sesso",
            "TIME",
            "Seleziona periodo",
            "Value",
            "Flag Codes",
            "Flags",
        ]
    ]
    for k, kind in enumerate(("maschi", "femmine"), start=1):
        for code, nut, name in [
            ("", "IT", "Italia"),
            ("", "ITC", "Nord-ovest"),
            *zip(m.codes, nuts, m.names, strict=True),
        ]:
            for year in (2019, 2020):
                value = m.total([year], kind)[0] if not code else m.at(code, year, kind)
                rows.append(
                    [
                        nut,
                        names.get(name, name),
                        "JAN",
                        "popolazione al 1º gennaio",
                        k,
                        kind,
                        year,
                        year,
                        value,
                        "" if value != "" else "u",
                        "",
                    ]
                )
    return m.csv(rows, sign="|", encoding="utf-8-sig")


@office
def istat_sheet(m: Maker) -> Case:
    """I.Stat's workbook: facts above, a column of flags beside every year, the country first."""
    m.regions(ITALY, key="COD_REG")
    years = (2019, 2020, 2021)
    m.numbers(years, digits=1, high=900)
    rows: Cells = [
        ["Dataset:Tasso di disoccupazione"],
        ["Tipo dato", "", "tasso di disoccupazione"],
        ["Sesso", "", "totale"],
        ["Seleziona periodo", "", 2019, "", 2020, "", 2021, ""],
        ["Territorio", ""],
        ["Italia", "", 9.9, "", 9.3, "", 9.5, ""],
        ["  Nord", "", 6.1, "", 6.0, "", 6.0, ""],
        *([f"    {n}", "", *(part for y in years for part in (m.at(c, y, gap=".."), ""))] for c, n in zip(m.codes, m.names, strict=True)),
        ["Dati estratti il 04 mag 2023, 12h01 UTC (GMT) da I.Stat"],
    ]  # fmt: skip
    return m.book(
        {"DCCV_TAXDISOCCU1": rows},
        merged={"DCCV_TAXDISOCCU1": ("A2:B2", "A3:B3", "A4:B4", "C2:H2", "C3:H3", "C4:D4", "E4:F4", "G4:H4")},
    )


@office
def ine_portugal(m: Maker) -> Case:
    """INE Portugal: code and name in a cell, units and an empty column of flags beside each year."""
    m.regions(PORTUGAL, key="NUTS2")
    years = (2021, 2020, 2019)
    m.numbers(years, high=4_000_000, gaps=0)
    rows: Cells = [
        ["Quadro extraído em 04 de Maio de 2023 (12:01:33)"],
        ["http://www.ine.pt"],
        [],
        ["Local de residência (NUTS - 2013)", "Período de referência dos dados"],
        ["", *(part for y in years for part in (str(y), ""))],
        ["", "População residente (N.º); Anual"],
        ["", *(part for y in years for part in ("N.º", ""))],
        ["PT: Portugal", *(part for v in m.total(years) for part in (v, ""))],
        ["1: Continente", *(part for v in m.total(years) for part in (int(v * 0.95), ""))],  # type: ignore[operator]
        *([f"{c}: {n}", *(part for y in years for part in (m.at(c, y), "┴" if m.rng.random() < 0.2 else ""))] for c, n in zip(m.codes, m.names, strict=True)),
        ["População residente (N.º); Anual - INE, Estimativas anuais da população residente"],
        ["Sinais convencionais:"],
        ["┴: Quebra de série"],
    ]  # fmt: skip
    return m.book({"Quadro": rows}, merged={"Quadro": ("A4:A7", "B4:G4", "B5:C5", "D5:E5", "F5:G5", "B6:G6")})


@office
def ine_spain_px(m: Maker) -> Case:
    """INE Spain: title, blocks of indicators across with years below, inverted names, points between thousands."""
    m.regions(SPAIN, key="CODAUTO")
    years, kinds = (2021, 2020), ("Hombres", "Mujeres")
    m.numbers(years, kinds, high=4_000_000, gaps=0.02)
    inverted = [f"{n.partition(', ')[2]} {n.partition(', ')[0]}" if ", " in n else n for n in m.names]
    rows: Cells = [
        ["Población por comunidades y ciudades autónomas y sexo."],
        ["Unidades: Personas"],
        [],
        ["", "Hombres", "", "Mujeres", ""],
        ["", *(str(y) for _ in kinds for y in years)],
        ["Total", *(f"{m.total([y], k)[0]:,}".replace(",", ".") for k in kinds for y in years)],
        *([n, *(m.text(c, y, k, thousands=".", gap="..") for k in kinds for y in years)] for c, n in zip(m.codes, inverted, strict=True)),
        [],
        ["Fuente:"],
        ["Instituto Nacional de Estadística"],
    ]  # fmt: skip
    return m.csv(rows, sign=";", encoding="cp1252")


@office
def gus_table(m: Maker) -> Case:
    """Local Data Bank: codes filled with zeros, the name of the indicator above the years, a unit row in brackets."""
    m.regions(POLAND, key="JPT_KOD_JE")
    years, kinds = (2019, 2020, 2021), ("ogółem", "mężczyźni")
    m.numbers(years, kinds, high=4_000_000, gaps=0)
    n = len(years)
    rows: Cells = [
        ["Kod", "Nazwa", *(part for k in kinds for part in (k, *[""] * (n - 1)))],
        ["", "", *(str(y) for _ in kinds for y in years)],
        ["", "", *("[osoba]" for _ in kinds for _ in years)],
        ["0000000", "POLSKA", *(v for k in kinds for v in m.total(years, k))],
        *([f"{c}00000", name.upper(), *(m.at(c, y, k) for k in kinds for y in years)] for c, name in zip(m.codes, m.names, strict=True)),
    ]  # fmt: skip
    notes: Cells = [
        ["Kategoria:", "LUDNOŚĆ"],
        ["Grupa:", "STAN LUDNOŚCI"],
        ["Podgrupa:", "Ludność wg płci"],
        ["Data ostatniej aktualizacji:", "28.04.2023"],
    ]
    return m.book({"OPIS": notes, "TABLICA": rows}, merged={"TABLICA": ("A1:A3", "B1:B3", "C1:E1", "F1:H1")})


@office
def gus_list(m: Maker) -> Case:
    """Local Data Bank as a list: semicolons, decimal comma, unit and attribute columns, an empty column last."""
    m.regions(POLAND, key="JPT_KOD_JE")
    m.numbers((2019, 2020), ("dochody", "wydatki"), digits=2, high=9_000)
    rows: Cells = [["Kod", "Nazwa", "Rodzaje", "Rok", "Wartosc", "Jednostka miary", "Atrybut", ""]]
    for kind in ("dochody", "wydatki"):
        for code, name in [("00", "POLSKA"), *zip(m.codes, m.names, strict=True)]:
            for year in (2019, 2020):
                value = (
                    f"{m.total([year], kind)[0]:.2f}".replace(".", ",")
                    if code == "00"
                    else m.text(code, year, kind, decimal=",")
                )
                rows.append([f"{code}00000", name.upper(), kind, year, value, "zł", "" if value else "x", ""])
    return m.csv(rows, sign=";")


@office
def statline_codes(m: Maker) -> Case:
    """CBS open data: identifiers, padded codes, "2020JJ00", a point as the mark of no data."""
    m.regions(NETHERLANDS, key="statcode")
    kinds = ("TotaleBevolking_1", "Mannen_2")
    m.numbers((2019, 2020), kinds, high=4_000_000)
    rows: Cells = [["ID", "RegioS", "Perioden", *kinds]]
    for code in ["NL01", *m.codes]:
        for year in (2019, 2020):
            cells = [m.total([year], k)[0] if code == "NL01" else m.at(code, year, k, gap="       .") for k in kinds]
            rows.append([len(rows) - 1, f"{code}  ", f"{year}JJ00", *cells])
    return m.csv(rows, sign=";")


@office
def statline_view(m: Maker) -> Case:
    """StatLine: "Groningen (PV)", years down, subjects across with a row of units below."""
    m.regions(NETHERLANDS, key="statcode")
    kinds = ("Totale bevolking", "Bevolkingsdichtheid")
    m.numbers((2019, 2020), kinds[:1], high=4_000_000)
    m.numbers((2019, 2020), kinds[1:], high=1_400)
    rows: Cells = [
        ["Regionale kerncijfers Nederland"],
        ["", "Onderwerp", *kinds],
        ["Regio's", "Perioden", "aantal", "inwoners per km²"],
    ]
    for code, name in [("", "Nederland"), *zip(m.codes, m.names, strict=True)]:
        for year in (2019, 2020):
            cells = [m.total([year], k)[0] if not code else m.at(code, year, k, gap=".") for k in kinds]
            rows.append([f"{name} (PV)" if code else name, f"{year}*" if year == 2020 else year, *cells])
    rows.append(["Bron: CBS"])
    return m.csv(rows, sign=";", encoding="utf-8-sig", quote=csv.QUOTE_NONNUMERIC)


@office
def ssb_norway(m: Maker) -> Case:
    """Statistics Norway: title in the first line, code and name in a cell, the contents in a column, latin-1."""
    m.regions(NORWAY, key="fylkesnummer")
    years = (2019, 2020, 2021)
    m.numbers(years, ("Fødte", "Døde"), high=90_000)
    rows: Cells = [
        ["01222: Befolkning og endringer, etter region, statistikkvariabel og år"],
        [],
        ["region", "statistikkvariabel", *years],
    ]
    for code, name in zip(m.codes, m.names, strict=True):
        rows += [
            [f"{code} {name}", kind, *(m.at(code, y, kind, gap="..") for y in years)] for kind in ("Fødte", "Døde")
        ]
    return m.csv(rows, sign=";", encoding="latin-1", quote=csv.QUOTE_NONNUMERIC)


@office
def ssb_jsonstat(m: Maker) -> Case:
    """Statistics Norway's JSON-stat: contents as a dimension, status of a missing value."""
    m.regions(NORWAY, key="fylkesnummer")
    years, kinds = (2019, 2020), ("Fødte", "Døde")
    m.numbers(years, kinds, high=90_000)
    cells = [m.truth[c, y, k] for c in m.codes for k in kinds for y in years]

    def dimension(label: str, codes: Sequence[str], names: Sequence[str]) -> dict[str, object]:
        return {
            "label": label,
            "category": {"index": {c: i for i, c in enumerate(codes)}, "label": dict(zip(codes, names, strict=True))},
        }

    data = {
        "version": "2.0", "class": "dataset", "label": "Befolkning", "source": "SSB", "id": ["Region", "ContentsCode", "Tid"],
        "size": [len(m.codes), 2, 2], "value": cells, "status": {str(i): ".." for i, v in enumerate(cells) if v is None},
        "dimension": {
            "Region": dimension("region", m.codes, m.names),
            "ContentsCode": dimension("statistikkvariabel", ["Fodte", "Dode"], kinds),
            "Tid": dimension("år", [str(y) for y in years], [str(y) for y in years]),
        },
    }  # fmt: skip
    return m.raw(json.dumps(data, ensure_ascii=False).encode(), "01222.json")


@office
def statbank_denmark(m: Maker) -> Case:
    """StatBank Denmark: no header over the names, quarters of a year across, latin-1."""
    m.regions(DENMARK, key="regionkode")
    years = (2019, 2020, 2021)
    m.numbers(years, high=2_000_000, gaps=0)
    rows: Cells = [
        ["Folketal den 1. i kvartalet efter område og tid"],
        [],
        ["", *years],
        ["Hele landet", *m.total(years)],
        *([n, *(m.at(c, y) for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
    ]
    return m.csv(rows, sign=";", encoding="latin-1")


@office
def regionalstatistik(m: Maker) -> Case:
    """Regionaldatenbank: title, date in a row of its own, code and inset name, sums of the nation, copyright."""
    m.regions(GERMANY, key="AGS")
    kinds = ("insgesamt", "männlich", "weiblich")
    m.numbers((2020,), kinds[1:], high=9_000_000, gaps=0)
    for code in m.codes:
        m.truth[code, 2020, "insgesamt"] = sum(m.truth[code, 2020, k] or 0 for k in kinds[1:])
    rows: Cells = [
        ["Tabelle: 12411-01-01-4"],
        ["Bevölkerung nach Geschlecht - Stichtag 31.12. -"],
        ["regionale Tiefe: Bundesländer"],
        ["Fortschreibung des Bevölkerungsstandes"],
        ["Bevölkerungsstand (Anzahl)"],
        ["Stichtag: 31.12.2020"],
        ["", "", "Geschlecht"],
        ["", "", *kinds],
        ["DG", "Deutschland", *(m.total([2020], k)[0] for k in kinds)],
        *([c, f"  {n}", *(m.at(c, 2020, k) for k in kinds)] for c, n in zip(m.codes, m.names, strict=True)),
        ["_______________"],
        ["Die Tabelle enthält ab dem Berichtsjahr 2011 Ergebnisse auf Grundlage des Zensus 2011."],
        ["(C)opyright Statistische Ämter des Bundes und der Länder, Deutschland, 2023"],
        ["Stand: 04.05.2023 / 12:01:33"],
    ]  # fmt: skip
    return m.csv(rows, sign=";", encoding="cp1252")


@office
def statcube_austria(m: Maker) -> Case:
    """STATcube: codes in angle brackets behind the names, the year once for its rows, titles above."""
    m.regions(NUTS, key="NUTS2")
    years = (2019, 2020)
    m.numbers(years, high=2_000_000, gaps=0)
    rows: Cells = [["Bevölkerung zum Jahresanfang"], [], ["Zähldaten"], ["Bundesland", *years, ""]]
    rows += [[f"{n} <{c}>", *(m.at(c, y) for y in years), ""] for c, n in zip(m.codes, m.names, strict=True)]
    rows += [[], ["INFO", "Ausgewählte Werte"]]
    return m.csv(rows, sign=";", encoding="cp1252")


@office
def bfs_stattab(m: Maker) -> Case:
    """STAT-TAB: "- Zürich", bilingual cantons, the year in a column, cp1252, a quoted title."""
    m.regions(SWISS, key="KANTONSNUM")
    m.numbers((2019, 2020), ("Geburten", "Todesfälle"), high=90_000, gaps=0)
    rows: Cells = [
        ["Bilanz der ständigen Wohnbevölkerung nach Kanton"],
        [],
        ["Jahr", "Kanton (-) / Bezirk (>>)", "Geburten", "Todesfälle"],
    ]
    for year in (2019, 2020):
        rows.append([year, "Schweiz", *(m.total([year], k)[0] for k in ("Geburten", "Todesfälle"))])
        rows += [
            [year, f"- {n}", *(m.at(c, year, k) for k in ("Geburten", "Todesfälle"))]
            for c, n in zip(m.codes, m.names, strict=True)
        ]
    return m.csv(rows, sign=";", encoding="cp1252", quote=csv.QUOTE_ALL)


@office
def ksh_hungary(m: Maker) -> Case:
    """KSH: level of the unit in a column, sums of regions between the counties, blanks in thousands, decimal comma."""
    m.regions(HUNGARY, key="NUTS_ID")
    years = (2019, 2020, 2021)
    m.numbers(years, digits=1, high=9_000)
    name = dict(zip(m.codes, m.names, strict=True))
    groups = [("Közép-Dunántúl", m.codes[2:5]), ("Nyugat-Dunántúl", m.codes[5:8]), ("Dél-Alföld", m.codes[8:])]

    def row(label: str, level: str, codes: Sequence[str]) -> list[object]:
        sums = [sum(m.truth[c, y, "value"] or 0 for c in codes) for y in years]
        return [label, level, *(f"{s:,.1f}".replace(",", " ").replace(".", ",") for s in sums)]

    def own(code: str, level: str) -> list[object]:
        return [name[code], level, *(m.text(code, y, thousands=" ", decimal=",", gap="..", digits=1) for y in years)]

    rows: Cells = [
        ["20.1.1.1. Egy főre jutó bruttó hazai termék vármegye és régió szerint [ezer Ft]"],
        ["Területi egység neve", "Területi egység szintje", *years],
    ]
    rows += [own(m.codes[0], "főváros, régió"), own(m.codes[1], "vármegye, régió")]
    for label, codes in groups:
        rows += [*(own(c, "vármegye") for c in codes), row(label, "régió", codes)]
    rows.append(row("Ország összesen", "ország", m.codes))
    return m.csv(rows, sign=";", encoding="utf-8-sig")


@office
def romania_tempo(m: Maker) -> Case:
    """TEMPO: "Anul 2019", macroregions among the counties, no cedilla like the boundaries', a unit column."""
    m.regions(ROMANIA, key="nutscode")
    m.numbers((2019, 2020), high=900_000, gaps=0)
    plain = str.maketrans("șțȘȚăâî", "stSTaai")
    rows: Cells = [["Macroregiuni, regiuni de dezvoltare si judete", "Ani", "UM: Numar persoane", "Valoare"]]
    for name, code in [
        ("TOTAL", ""),
        ("MACROREGIUNEA UNU", ""),
        ("Regiunea NORD-VEST", ""),
        *((n.translate(plain), c) for c, n in zip(m.codes, m.names, strict=True)),
    ]:
        for year in (2019, 2020):
            value = (
                m.truth[code, year, "value"]
                if code
                else (m.total([year])[0] if name == "TOTAL" else m.total([year])[0] // 2)
            )  # type: ignore[operator]
            rows.append([name, f" Anul {year}", "Numar persoane", value])
    return m.csv(rows)


@office
def ukrstat(m: Maker) -> Case:
    """Ukrstat: cp1251, "Вінницька" for the oblast, the country first, notes of raised numbers in the title."""
    m.regions(
        UKRAINE,
        key="KOATUU",
        names=[n if n.startswith("м.") else f"{n} область" for _, n in (e.split(" ", 1) for e in UKRAINE.split("|"))],
    )
    years = (2019, 2020, 2021)
    m.numbers(years, digits=1, high=9_000)
    rows: Cells = [
        ["Наявний дохід населення за регіонами1"],
        ["", "", "", "(млн.грн)"],
        ["", "2019", "2020", "20212"],
        ["Україна", *(f"{v}".replace(".", ",") for v in m.total(years))],
        *([n.replace("м. ", "м."), *(m.text(c, y, decimal=",", gap="…") for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
        ["1 Без урахування тимчасово окупованої території."],
        ["2 Попередні дані."],
    ]  # fmt: skip
    return m.csv(rows, sign=";", encoding="cp1251")


@office
def rosstat_emiss(m: Maker) -> Case:
    """EMISS: the classifier's code before the name, districts among the regions, years as "2019 г." over "за год"."""
    m.regions(RUSSIA, key="okato")
    years = (2019, 2020, 2021)
    m.numbers(years, digits=2, high=99_999)
    rows: Cells = [
        ["Валовой региональный продукт на душу населения"],
        [],
        ["", "", *(f"{y} г." for y in years)],
        ["", "", *("значение показателя за год" for _ in years)],
        ["643 Российская Федерация", "рубль", *m.total(years)],
        ["030 Центральный федеральный округ", "рубль", *(round(v / 3, 2) for v in m.total(years))],  # type: ignore[operator]
        *([f"{c}000000000 {n}", "рубль", *(m.at(c, y) for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
    ]  # fmt: skip
    return m.book({"Данные": rows})


@office
def rosstat_regions(m: Maker) -> Case:
    """Regions of Russia: "в том числе" with an okrug below, notes glued to names, long years, a rank beside."""
    m.regions(RUSSIA, key="okato")
    years = (2015, 2019, 2020)
    m.numbers(years, digits=1, high=900)
    rows: Cells = [
        ["3.1. СРЕДНЕДУШЕВЫЕ ДЕНЕЖНЫЕ ДОХОДЫ НАСЕЛЕНИЯ"],
        ["(в месяц; рублей)"],
        ["", "2015", "2019", "2020", "Место, занимаемое в Российской Федерации, 2020 г."],
        ["Российская Федерация", *m.total(years), ""],
        ["Центральный федеральный округ", *(round(v / 2, 1) for v in m.total(years)), 2],  # type: ignore[operator]
    ]
    for i, (code, name) in enumerate(zip(m.codes, m.names, strict=True), start=1):
        noted = name + ("1)" if name.startswith("Респ") and i % 2 else "")
        rows.append([noted, *(m.at(code, y, gap="…") for y in years), i])
        if name.startswith("Арханг"):
            rows += [["в том числе:"], ["Ненецкий автономный округ", *(1.5 for _ in years), ""]]
    rows.append(["1) С 2014 г. - без учета данных."])
    return m.book({"3.1": rows})


@office
def elstat(m: Maker) -> Case:
    """ELSTAT: Greek and English beside each other, the country first, decimal comma as text, cp1253."""
    m.regions(GREECE, key="NUTS2")
    years = (2019, 2020)
    m.numbers(years, digits=1, high=99_999, gaps=0)
    rows: Cells = [
        ["Ακαθάριστο εγχώριο προϊόν κατά περιφέρεια"],
        ["Κωδικός", "Περιφέρεια", "2019", "2020*"],
        ["EL", "ΕΛΛΑΔΑ", *(f"{v:,.1f}".replace(",", "\0").replace(".", ",").replace("\0", ".") for v in m.total(years))],
        *([c, n.upper(), *(m.text(c, y, thousands=".", decimal=",", digits=1) for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
        ["* Προσωρινά στοιχεία"],
    ]  # fmt: skip
    case = m.csv(rows, sign=";", encoding="cp1253")
    case.options["encoding"] = "cp1253"
    return case


@office
def nsi_bulgaria(m: Maker) -> Case:
    """NSI: "Общо за страната", planning regions among the districts, a city beside its district."""
    m.regions(BULGARIA, key="obl")
    years = (2019, 2020)
    m.numbers(years, ("Мъже", "Жени"), high=900_000, gaps=0)
    kinds = ("Мъже", "Жени")
    rows: Cells = [
        ["НАСЕЛЕНИЕ КЪМ 31.12. ПО ОБЛАСТИ И ПОЛ"],
        ["Области", "2019", "", "2020", ""],
        ["", *(k for _ in years for k in kinds)],
        ["Общо за страната", *(m.total([y], k)[0] for y in years for k in kinds)],
        *([n, *(m.at(c, y, k) for y in years for k in kinds)] for c, n in zip(m.codes, m.names, strict=True)),
    ]
    return m.book({"Pop_6.1.2": rows}, merged={"Pop_6.1.2": ("A2:A3", "B2:C2", "D2:E2")})


@office
def czso_open(m: Maker) -> Case:
    """Open data of the Czech office: identifiers, codes of lists, names, and the country's rows, all in one list."""
    m.regions(CZECH, key="KOD_NUTS3", KOD_KRAJ=[3018, 3026, 3034, 3042, 3051, 3069, 3077, 3107, 3115, 3140])
    numbers = [3018, 3026, 3034, 3042, 3051, 3069, 3077, 3107, 3115, 3140]
    m.numbers((2019, 2020), ("muž", "žena"), high=900_000, gaps=0)
    rows: Cells = [
        [
            "idhod",
            "hodnota",
            "stapro_kod",
            "pohlavi_cis",
            "pohlavi_kod",
            "vuzemi_cis",
            "vuzemi_kod",
            "rok",
            "pohlavi_txt",
            "vuzemi_txt",
        ]
    ]
    for k, kind in enumerate(("muž", "žena"), start=1):
        for code, number, name in [("", 19, "Česká republika"), *zip(m.codes, numbers, m.names, strict=True)]:
            for year in (2019, 2020):
                value = m.total([year], kind)[0] if not code else m.truth[code, year, kind]
                rows.append([736420000 + len(rows), value, 2406, 102, k, 100 if code else 97, number, year, kind, name])
    return m.csv(rows, quote=csv.QUOTE_ALL)


@office
def cso_ireland(m: Maker) -> Case:
    """PxStat: STATISTIC and its label, code and label of time and county, units, byte order mark."""
    m.regions(IRELAND, key="GUID")
    m.numbers((2016, 2022), ("Males", "Females"), high=900_000, gaps=0)
    rows: Cells = [
        [
            "STATISTIC",
            "Statistic Label",
            "TLIST(A1)",
            "CensusYear",
            "C03788V04537",
            "County",
            "C02199V02655",
            "Sex",
            "UNIT",
            "VALUE",
        ]
    ]
    for year in (2016, 2022):
        for code, name in [("IE0", "State"), *zip(m.codes, m.names, strict=True)]:
            for k, kind in enumerate(("Males", "Females"), start=1):
                value = m.total([year], kind)[0] if code == "IE0" else m.truth[code, year, kind]
                rows.append(["FY001", "Population", year, year, code, name, k, kind, "Number", value])
    return m.csv(rows, encoding="utf-8-sig", quote=csv.QUOTE_ALL)


@office
def scotland_uri(m: Maker) -> Case:
    """Linked data: the region is the end of an address, as are year and measure."""
    m.regions(SCOTLAND, key="LAD_CODE")
    m.numbers((2019, 2020), high=900_000, gaps=0)
    base = "http://statistics.gov.scot/id/statistical-geography/"
    rows: Cells = [
        [
            "http://purl.org/linked-data/sdmx/2009/dimension#refArea",
            "Reference Area",
            "DateCode",
            "Measurement",
            "Units",
            "Value",
        ]
    ]
    for code, name in zip(m.codes, m.names, strict=True):
        for year in (2019, 2020):
            rows.append([base + code, name, year, "Count", "Persons", m.truth[code, year, "value"]])
    return m.csv(rows)


@office
def nomis_sheet(m: Maker) -> Case:
    """Nomis: facts above the header, number and confidence beside each other, marks "!" and "*", notes."""
    m.regions(UK, key="RGN22CD")
    m.numbers((2022,), ("Number", "%"), high=900, digits=1, gaps=0)
    rows: Cells = [
        ["annual population survey"],
        ["ONS Crown Copyright Reserved [from Nomis on 4 May 2023]"],
        [],
        ["date", "Jan 2022-Dec 2022"],
        ["variable", "Employment rate - aged 16-64"],
        [],
        ["region", "mnemonic", "numerator", "percent", "conf"],
        *([n, c, *(m.at(c, 2022, k, gap="!") for k in ("Number", "%")), "*" if i == 3 else 1.5 + i / 10] for i, (c, n) in enumerate(zip(m.codes, m.names, strict=True))),
        [],
        ["! Estimate is not available since sample size is disclosive (see definitions)."],
        ["* Estimate and confidence interval unreliable."],
    ]  # fmt: skip
    for i, code in enumerate(m.codes):
        m.truth[code, 2022, "conf"] = None if i == 3 else 1.5 + i / 10
    case = m.book({"Data": rows})
    case.options["year"] = 2022
    return case


@office
def nomis_api(m: Maker) -> Case:
    """Nomis's interface: names and codes of every dimension, record numbers, status."""
    m.regions(UK, key="RGN22CD")
    m.numbers((2021, 2022), ("Male", "Female"), high=900_000, gaps=0)
    head = "DATE,DATE_NAME,DATE_CODE,DATE_TYPE,DATE_TYPECODE,DATE_SORTORDER,GEOGRAPHY,GEOGRAPHY_NAME,GEOGRAPHY_CODE,GEOGRAPHY_TYPE,GEOGRAPHY_TYPECODE,GENDER,GENDER_NAME,GENDER_CODE,MEASURES,MEASURES_NAME,OBS_VALUE,OBS_STATUS,OBS_STATUS_NAME,OBS_CONF,OBS_CONF_NAME,URN,RECORD_OFFSET,RECORD_COUNT"
    rows: Cells = [head.split(",")]
    count = 2 * 2 * len(m.codes)
    for s, year in enumerate((2021, 2022)):
        for g, (code, name) in enumerate(zip(m.codes, m.names, strict=True)):
            for k, kind in enumerate(("Male", "Female"), start=1):
                value = m.truth[code, year, kind]
                rows.append(
                    [
                        year,
                        year,
                        year,
                        "date",
                        0,
                        s,
                        2013265921 + g,
                        name,
                        code,
                        "regions",
                        480,
                        k,
                        kind,
                        k,
                        20100,
                        "value",
                        value,
                        "A",
                        "Normal Value",
                        "F",
                        "Free (free for publication)",
                        f"Nm-2002d1d32{700 + len(rows)}",
                        len(rows) - 1,
                        count,
                    ]
                )
    return m.csv(rows, quote=csv.QUOTE_NONNUMERIC)


@office
def statbel(m: Maker) -> Case:
    """Statbel: bars between the cells, names in two languages, the year in a column of its own."""
    m.regions(
        "02000 Vlaams Gewest|03000 Waals Gewest|04000 Brussels Hoofdstedelijk Gewest|05000 Ostbelgien|06000 Voerstreek",
        key="CD_RGN_REFNIS",
    )
    m.numbers((2020, 2021), ("MS_POPULATION", "MS_HOUSEHOLDS"), high=900_000, gaps=0)
    rows: Cells = [["CD_YEAR", "CD_RGN_REFNIS", "TX_RGN_DESCR_NL", "TX_RGN_DESCR_FR", "MS_POPULATION", "MS_HOUSEHOLDS"]]
    french = "Région flamande|Région wallonne|Région de Bruxelles-Capitale|Communauté germanophone|Fourons".split("|")
    for year in (2020, 2021):
        rows += [
            [year, c, n, f, *(m.truth[c, year, k] for k in ("MS_POPULATION", "MS_HOUSEHOLDS"))]
            for c, n, f in zip(m.codes, m.names, french, strict=True)
        ]
    return m.csv(rows, sign="|", name="TF_POP.txt")


# Africa and the world


@office
def statssa(m: Maker) -> Case:
    """Statistics South Africa: thousands divided by blanks, decimal comma, percentages beside the counts, a total."""
    m.regions(SOUTH_AFRICA, key="PR_CODE")
    kinds = ("Population estimate", "% of total population")
    m.numbers((2021,), kinds[:1], high=15_000_000, gaps=0)
    m.numbers((2021,), kinds[1:], high=30, digits=1, gaps=0)
    rows: Cells = [
        ["Table 2: Mid-year population estimates for South Africa by province, 2021"],
        ["Province", *kinds],
        *([n, m.text(c, 2021, kinds[0], thousands=" "), m.text(c, 2021, kinds[1], decimal=",")] for c, n in zip(m.codes, m.names, strict=True)),
        ["Total", f"{m.total([2021], kinds[0])[0]:,}".replace(",", " "), "100,0"],
    ]  # fmt: skip
    return m.book({"Table 2": rows})


@office
def knbs_kenya(m: Maker) -> Case:
    """KNBS: serial numbers before the names of counties, commas in text, a total, the year in the title."""
    m.regions(KENYA, key="county_code")
    kinds = ("Male", "Female", "Intersex")
    m.numbers((2019,), kinds[:2], high=2_000_000, gaps=0)
    m.numbers((2019,), kinds[2:], high=200, gaps=0)
    rows: Cells = [
        ["Table 2.2: Distribution of Population by Sex and County, Kenya 2019"],
        ["", "County", *kinds],
        ["", "KENYA", *(f"{m.total([2019], k)[0]:,}" for k in kinds)],
        *([f"{i}.", n.upper(), *(m.text(c, 2019, k, thousands=",") for k in kinds)] for i, (c, n) in enumerate(zip(m.codes, m.names, strict=True), start=1)),
        ["Source: KNBS, 2019 Kenya Population and Housing Census: Volume I"],
    ]  # fmt: skip
    return m.book({"Table 2.2": rows})


@office
def world_bank(m: Maker) -> Case:
    """World Development Indicators: facts above, names and codes of country and indicator, an empty last column."""
    m.regions(
        "KAZ Kazakhstan|KGZ Kyrgyz Republic|UZB Uzbekistan|TJK Tajikistan|TKM Turkmenistan|MNG Mongolia|GEO Georgia|ARM Armenia|AZE Azerbaijan",
        key="ISO_A3",
    )
    years = (2018, 2019, 2020)
    m.numbers(years, digits=3, high=99_999)
    rows: Cells = [
        ["Data Source", "World Development Indicators", ""],
        [],
        ["Last Updated Date", "2023-05-10", ""],
        [],
        ["Country Name", "Country Code", "Indicator Name", "Indicator Code", *years, ""],
        ["Central Asia", "TCA", "GDP per capita", "NY.GDP.PCAP.CD", *m.total(years), ""],
        *([n, c, "GDP per capita", "NY.GDP.PCAP.CD", *(m.at(c, y) for y in years), ""] for c, n in zip(m.codes, m.names, strict=True)),
    ]  # fmt: skip
    return m.csv(rows, encoding="utf-8-sig", quote=csv.QUOTE_ALL)


@office
def un_data(m: Maker) -> Case:
    """UNdata: value and its footnotes, the notes as a second table below."""
    m.regions(
        "KAZ Kazakhstan|KGZ Kyrgyzstan|UZB Uzbekistan|TJK Tajikistan|TKM Turkmenistan|MNG Mongolia|GEO Georgia|ARM Armenia|AZE Azerbaijan",
        key="ISO_A3",
    )
    m.numbers((2018, 2019), digits=1, high=99_999, gaps=0)
    rows: Cells = [["Country or Area", "Year", "Value", "Value Footnotes"]]
    rows += [
        [n, y, m.truth[c, y, "value"], "1" if i % 3 == 0 else ""]
        for i, (c, n) in enumerate(zip(m.codes, m.names, strict=True))
        for y in (2018, 2019)
    ]
    rows += [[], ["footnoteSeqID", "Footnote"], ["1", "Provisional."], ["2", "Excludes 12 districts."]]
    return m.csv(rows, quote=csv.QUOTE_ALL)


# Ways of writing, whoever writes


@office
def sheet_per_year(m: Maker) -> Case:
    """A sheet per year, whose columns stand in another order; hidden drafts between."""
    m.regions(POLAND, key="kod")
    years, kinds = (2019, 2020, 2021), ("dochody", "wydatki")
    m.numbers(years, kinds, digits=1, high=9_000)
    sheets: dict[str, Cells] = {}
    for year in years:
        order = kinds if year != 2020 else kinds[::-1]
        sheets[str(year)] = [["Województwo", *order], ["Polska", *(m.total([year], k)[0] for k in order)]]
        sheets[str(year)] += [
            [n, *(m.at(c, year, k, gap="x") for k in order)] for c, n in zip(m.codes, m.names, strict=True)
        ]
    sheets["robocze"] = [["Województwo", "dochody"], *([n, 1.5] for n in m.names)]
    return m.book(sheets, hidden=("robocze",))


@office
def hidden_parts(m: Maker) -> Case:
    """Hidden rows and columns of old numbers, shares that are shown as percentages, formulas of totals."""
    m.regions(GERMANY, key="AGS")
    years = (2019, 2020)
    m.numbers(years, digits=1, high=90, low=1)
    rows: Cells = [
        ["Land", "2018", *map(str, years)],
        *(
            [n, 0.5, *("" if (part := m.truth[c, y, "value"]) is None else round(part / 100, 6) for y in years)]
            for c, n in zip(m.codes, m.names, strict=True)
        ),
        ["Deutschland", "=AVERAGE(B2:B17)", "=AVERAGE(C2:C17)", "=AVERAGE(D2:D17)"],
    ]

    def hide(file: openpyxl.Workbook) -> None:
        file["Quote"].column_dimensions["B"].hidden = True
        for at in ("C", "D"):
            for cell in file["Quote"][at][1:]:
                cell.number_format = "0.0%"

    return m.book({"Quote": rows}, change=hide)


@office
def dates_as_years(m: Maker) -> Case:
    """Years as dates at the end of the year, formatted as years."""
    m.regions(CZECH, key="NUTS3")
    years = (2019, 2020, 2021)
    m.numbers(years, digits=1, high=900)
    rows: Cells = [["Kraj", *(datetime.datetime(y, 12, 31) for y in years)], ["Česká republika", *m.total(years)]]
    rows += [[n, *(m.at(c, y, gap=".") for y in years)] for c, n in zip(m.codes, m.names, strict=True)]

    def plain(file: openpyxl.Workbook) -> None:
        for cell in file["List1"][1][1:]:
            cell.number_format = "yyyy"

    return m.book({"List1": rows}, change=plain)


@office
def raised_notes(m: Maker) -> Case:
    """Notes raised behind names, years and numbers, and a total in bold at the foot."""
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    m.regions(GERMANY, key="AGS")
    years = (2019, 2020)
    m.numbers(years, high=9_000, gaps=0)

    def raised(text: object, note: str) -> CellRichText:
        return CellRichText(str(text), TextBlock(InlineFont(vertAlign="superscript"), note))

    rows: Cells = [["Land", raised(2019, "1"), raised(2020, "2)")]]
    for i, (code, name) in enumerate(zip(m.codes, m.names, strict=True)):
        cells = [m.truth[code, y, "value"] for y in years]
        rows.append(
            [raised(name, "3") if i % 4 == 1 else name, cells[0], raised(cells[1], "4") if i % 5 == 2 else cells[1]]
        )
    rows.append(["Insgesamt", *m.total(years)])

    def bold(file: openpyxl.Workbook) -> None:
        for cell in file["Tab"][len(rows)]:
            cell.font = Font(bold=True)

    return m.book({"Tab": rows}, change=bold)


@office
def halves(m: Maker) -> Case:
    """A printed page: regions go on in columns to the right, below the same header, with a gap between."""
    m.regions(POLAND, key="kod")
    kinds = ("a", "b")
    m.numbers((2020,), kinds, high=9_000, gaps=0)
    half = len(m.codes) // 2
    pairs = list(zip(m.codes, m.names, strict=True))
    rows: Cells = [["Tabl. 5. Podmioty w 2020 r."], ["Województwo", *kinds, "", "Województwo", *kinds]]
    for (c, n), (d, o) in zip(pairs[:half], pairs[half:], strict=True):
        rows.append([n, *(m.truth[c, 2020, k] for k in kinds), "", o, *(m.truth[d, 2020, k] for k in kinds)])
    return m.book({"T5": rows})


@office
def regions_across(m: Maker) -> Case:
    """Regions in the header and years down, as New Zealand and DBnomics write them: to be read or refused."""
    m.regions(AUSTRALIA, key="STE_CODE21")
    years = (2018, 2019, 2020, 2021)
    m.numbers(years, digits=1, high=900, gaps=0)
    m.asks = "across|region|row|header|table|transpos"
    rows: Cells = [
        ["Estimated Resident Population for Regional Areas"],
        ["", *m.names],
        *([y, *(m.truth[c, y, "value"] for c in m.codes)] for y in years),
        ["Table information:"],
        ["Units:"],
        ["Number, Magnitude = Units"],
    ]
    return m.csv(rows)


@office
def abs_series(m: Maker) -> Case:
    """ABS time series: a column per region with its unit, type and identifier in rows below: to be read or refused."""
    m.regions(AUSTRALIA, key="STE_CODE21")
    years = (2018, 2019, 2020, 2021)
    m.numbers(years, digits=1, high=900, gaps=0)
    m.asks = "across|region|row|header|table|transpos"
    n = len(m.codes)
    rows: Cells = [
        ["", *(f"Estimated Resident Population ;  {name} ;  Persons ;" for name in m.names)],
        ["Unit", *["Persons"] * n],
        ["Series Type", *["Original"] * n],
        ["Data Type", *["STOCK"] * n],
        ["Frequency", *["Annual"] * n],
        ["Collection Month", *[6] * n],
        ["Series Start", *[datetime.datetime(2018, 6, 1)] * n],
        ["Series End", *[datetime.datetime(2021, 6, 1)] * n],
        ["No. Obs", *[4] * n],
        ["Series ID", *(f"A2060840{i}T" for i in range(n))],
        *([datetime.datetime(y, 6, 1), *(m.truth[c, y, "value"] for c in m.codes)] for y in years),
    ]
    return m.book(
        {"Index": [["Time Series Workbook"], ["3101.0 National, state and territory population"]], "Data1": rows}
    )


@office
def abs_explorer(m: Maker) -> Case:
    """ABS Data Explorer: code and label in a cell, multipliers, status, one column of values."""
    m.regions(AUSTRALIA, key="STE_CODE21")
    m.numbers((2020, 2021), ("1: Births", "2: Deaths"), high=90_000)
    head = "DATAFLOW,MEASURE: Measure,REGION: Region,FREQ: Frequency,TIME_PERIOD: Time Period,OBS_VALUE,UNIT_MEASURE: Unit of Measure,UNIT_MULT: Unit of Multiplier,OBS_STATUS: Observation Status,OBS_COMMENT: Observation Comment"
    rows: Cells = [head.split(",")]
    for kind in ("1: Births", "2: Deaths"):
        for code, name in [("AUS", "Australia"), *zip(m.codes, m.names, strict=True)]:
            for year in (2020, 2021):
                value = m.total([year], kind)[0] if code == "AUS" else m.at(code, year, kind)
                rows.append(
                    [
                        "ABS:POP(1.0.0)",
                        kind,
                        f"{code}: {name}",
                        "A: Annual",
                        year,
                        value,
                        "NUM: Number",
                        "0: Units",
                        "" if value != "" else "q: not available for publication",
                        "",
                    ]
                )
    return m.csv(rows)


@office
def unicode_text(m: Maker) -> Case:
    """Excel's "Unicode text": UTF-16 with tabs, decimal comma and blanks between thousands."""
    m.regions(RUSSIA, key="okato")
    years = (2019, 2020)
    m.numbers(years, digits=1, high=99_999)
    rows: Cells = [
        ["Субъект", "2019 год", "2020 год (предв.)"],
        ["Всего по стране", *(f"{v:,.1f}".replace(",", "\u00a0").replace(".", ",") for v in m.total(years))],
    ]
    rows += [
        [n, *(m.text(c, y, thousands="\u00a0", decimal=",", gap="...", digits=1) for y in years)]
        for c, n in zip(m.codes, m.names, strict=True)
    ]
    return m.csv(rows, sign="\t", encoding="utf-16", name="table.txt")


@office
def quarters(m: Maker) -> Case:
    """Quarters and the year beside each other: the numbers of the year are the ones of a year."""
    m.regions(DENMARK, key="regionkode")
    years = (2020, 2021)
    m.numbers(years, digits=1, high=900, gaps=0)
    rows: Cells = [["Region", *(part for y in years for part in (f"{y}Q1", f"{y}Q2", f"{y}Q3", f"{y}Q4", str(y)))]]
    rows += [
        [
            n,
            *(
                part
                for y in years
                for part in (*(round(float(m.truth[c, y, "value"]) / 4, 2) for _ in range(4)), m.truth[c, y, "value"])
            ),
        ]
        for c, n in zip(m.codes, m.names, strict=True)
    ]  # type: ignore[arg-type]
    return m.csv(rows)


@office
def shares_and_growth(m: Maker) -> Case:
    """Two indicators of years, then a change in percent between the years that is of no single year."""
    m.regions(HUNGARY, key="NUTS_ID")
    years = (2019, 2020)
    m.numbers(years, high=9_000, gaps=0)
    rows: Cells = [["Megye", "2019", "2020", "Change 2019-2020, %"]]
    for code, name in zip(m.codes, m.names, strict=True):
        a, b = (float(m.truth[code, y, "value"] or 0) for y in years)
        rows.append([name, int(a), int(b), f"{100 * (b / a - 1):.1f}%"])
    return m.csv(rows, sign=";")


# More offices, and more ways of writing


SLOVAKIA = "SK010 Bratislavský kraj|SK021 Trnavský kraj|SK022 Trenčiansky kraj|SK023 Nitriansky kraj|SK031 Žilinský kraj|SK032 Banskobystrický kraj|SK041 Prešovský kraj|SK042 Košický kraj"
FRANCE = "01 Ain|02 Aisne|2A Corse-du-Sud|2B Haute-Corse|22 Côtes-d'Armor|29 Finistère|35 Ille-et-Vilaine|69 Rhône|75 Paris|971 Guadeloupe|974 La Réunion"
GEORGIA = "GE-TB Tbilisi|GE-AJ Adjara A.R.|GE-GU Guria|GE-IM Imereti|GE-KA Kakheti|GE-MM Mtskheta-Mtianeti|GE-SZ Samegrelo-Zemo Svaneti|GE-SJ Samtskhe-Javakheti|GE-KK Kvemo Kartli|GE-SK Shida Kartli"
MALAYSIA = "01 Johor|02 Kedah|03 Kelantan|04 Melaka|05 Negeri Sembilan|06 Pahang|07 Pulau Pinang|08 Perak|12 Sabah|13 Sarawak|14 Kuala Lumpur|15 Labuan|16 Putrajaya"
ARGENTINA = "02 Ciudad Autónoma de Buenos Aires|06 Buenos Aires|10 Catamarca|14 Córdoba|18 Corrientes|22 Chaco|26 Chubut|30 Entre Ríos|82 Santa Fe|90 Tucumán|94 Tierra del Fuego, Antártida e Islas del Atlántico Sur"
MOROCCO = "01 Tanger-Tétouan-Al Hoceima|02 L'Oriental|03 Fès-Meknès|04 Rabat-Salé-Kénitra|05 Béni Mellal-Khénifra|06 Casablanca-Settat|07 Marrakech-Safi|08 Drâa-Tafilalet|09 Souss-Massa|10 Guelmim-Oued Noun"
LITHUANIA = "LT01 Alytaus apskritis|LT02 Kauno apskritis|LT03 Klaipėdos apskritis|LT04 Marijampolės apskritis|LT05 Panevėžio apskritis|LT06 Šiaulių apskritis|LT07 Tauragės apskritis|LT00 Vilniaus apskritis"
BELARUS = "BY1 Брестская область|BY2 Витебская область|BY3 Гомельская область|BY4 Гродненская область|BY5 г. Минск|BY6 Минская область|BY7 Могилёвская область"
KAZAKHSTAN = "10 область Абай|11 Акмолинская область|15 Актюбинская область|19 Алматинская область|23 Атырауская область|27 Западно-Казахстанская область|31 Жамбылская область|33 область Жетісу|35 Карагандинская область|71 г. Астана|75 г. Алматы|79 г. Шымкент"
NEPAL = "P1 Koshi|P2 Madhesh|P3 Bagmati|P4 Gandaki|P5 Lumbini|P6 Karnali|P7 Sudurpashchim"
NIGERIA = "NG001 Abia|NG002 Adamawa|NG003 Akwa Ibom|NG004 Anambra|NG005 Bauchi|NG015 Federal Capital Territory|NG020 Kano|NG025 Lagos|NG036 Yobe|NG037 Zamfara"
ZEALAND = "01 Northland Region|02 Auckland Region|03 Waikato Region|04 Bay of Plenty Region|05 Gisborne Region|06 Hawke's Bay Region|09 Wellington Region|13 Canterbury Region|14 Otago Region"


@office
def insee_melodi(m: Maker) -> Case:
    """INSEE: a geography written "2023-DEP-01", departments beside regions and the country, semicolons."""
    m.regions(FRANCE, key="code_insee")
    m.numbers((2019, 2020), ("F", "M"), high=900_000, gaps=0)
    rows: Cells = [["GEO", "GEO_OBJECT", "SEX", "TIME_PERIOD", "OBS_VALUE", "OBS_STATUS"]]
    for kind in ("F", "M"):
        for code in m.codes:
            rows += [[f"{code}", "DEP", kind, year, m.truth[code, year, kind], "A"] for year in (2019, 2020)]
        rows += [["FM", "FRANCE", kind, year, m.total([year], kind)[0], "A"] for year in (2019, 2020)]
    return m.csv(rows, sign=";", quote=csv.QUOTE_NONNUMERIC)


@office
def insee_bands(m: Maker) -> Case:
    """INSEE's workbook: a sheet per year called by it, notes below, "Département" and code, "nd" for none."""
    m.regions(FRANCE, key="code_insee")
    years = (2018, 2019)
    m.numbers(years, ("0 à 19 ans", "20 à 39 ans"), high=900_000)
    kinds = ("0 à 19 ans", "20 à 39 ans")
    sheets: dict[str, Cells] = {"À lire": [["Estimation de population au 1er janvier"], ["Source : Insee"]]}
    for year in years:
        sheets[str(year)] = [
            [f"Estimation de population au 1er janvier {year}, par département"],
            [],
            ["Départements", "", *kinds],
            *([c, n, *(m.at(c, year, k, gap="nd") for k in kinds)] for c, n in zip(m.codes, m.names, strict=True)),
            ["France métropolitaine et DROM", "", *(m.total([year], k)[0] for k in kinds)],
            ["Source : Insee - Estimations de population (résultats provisoires)"],
        ]  # fmt: skip
    return m.book(sheets)


@office
def sidra_json(m: Maker) -> Case:
    """SIDRA's interface: a list of records, the first of which holds the names of the columns."""
    m.regions(BRAZIL, key="CD_UF")
    m.numbers((2019, 2020), ("PIB", "Impostos"), high=9_000_000)
    first = {
        "NC": "Nível Territorial (Código)",
        "NN": "Nível Territorial",
        "MC": "Unidade de Medida (Código)",
        "MN": "Unidade de Medida",
        "V": "Valor",
        "D1C": "Unidade da Federação (Código)",
        "D1N": "Unidade da Federação",
        "D2C": "Ano (Código)",
        "D2N": "Ano",
        "D3C": "Variável (Código)",
        "D3N": "Variável",
    }
    records = [first]
    for code, name in zip(m.codes, m.names, strict=True):
        for year in (2019, 2020):
            for k, kind in enumerate(("PIB", "Impostos")):
                value = m.at(code, year, kind, gap="...")
                records.append(
                    {
                        "NC": "3",
                        "NN": "Unidade da Federação",
                        "MC": "40",
                        "MN": "Mil Reais",
                        "V": str(value),
                        "D1C": code,
                        "D1N": name,
                        "D2C": str(year),
                        "D2N": str(year),
                        "D3C": str(37 + k),
                        "D3N": kind,
                    }
                )
    return m.raw(json.dumps(records, ensure_ascii=False).encode(), "sidra.json")


@office
def world_bank_json(m: Maker) -> Case:
    """World Bank's interface: a page of records behind facts about the page, names and codes nested."""
    m.regions(
        "KAZ Kazakhstan|KGZ Kyrgyz Republic|UZB Uzbekistan|TJK Tajikistan|TKM Turkmenistan|MNG Mongolia|GEO Georgia",
        key="ISO_A3",
    )
    m.numbers((2019, 2020), digits=2, high=9_000)
    records = [
        {"indicator": {"id": "NY.GDP.PCAP.CD", "value": "GDP per capita (current US$)"}, "country": {"id": c[:2], "value": n}, "countryiso3code": c, "date": str(y), "value": m.truth[c, y, "value"], "unit": "", "obs_status": "", "decimal": 1}
        for c, n in zip(m.codes, m.names, strict=True) for y in (2020, 2019)
    ]  # fmt: skip
    return m.raw(
        json.dumps([{"page": 1, "pages": 1, "per_page": 50, "total": len(records)}, records]).encode(), "wb.json"
    )


@office
def bea_json(m: Maker) -> Case:
    """BEA's interface: records inside three wrappings, numbers as text with commas."""
    m.regions(STATES, key="STATEFP")
    m.numbers((2019, 2020), high=900_000, gaps=0)
    records = [
        {"Code": "SAINC1-1", "GeoFips": f"{c}000", "GeoName": n, "TimePeriod": str(y), "CL_UNIT": "Thousands of dollars", "UNIT_MULT": "3", "DataValue": f"{m.truth[c, y, 'value']:,}"}
        for c, n in zip(m.codes, m.names, strict=True) for y in (2019, 2020)
    ]  # fmt: skip
    m.asks = "two ways"
    return m.raw(
        json.dumps(
            {
                "BEAAPI": {
                    "Request": {"RequestParam": [{"a": 1}]},
                    "Results": {
                        "Statistic": "Income",
                        "Dimensions": [{"Name": "Code"}, {"Name": "GeoFips"}],
                        "Data": records,
                    },
                }
            }
        ).encode(),
        "bea.json",
    )


@office
def acs_download(m: Maker) -> Case:
    """data.census.gov: two rows of header, codes and words, an identifier of many signs, withheld values."""
    m.regions(STATES, key="GEOID")
    kinds = ("S1901_C01_001E", "S1901_C01_012E")
    m.numbers((2021,), kinds, high=900_000, gaps=0.1)
    rows: Cells = [
        ["GEO_ID", "NAME", *kinds],
        [
            "Geography",
            "Geographic Area Name",
            "Estimate!!Households!!Total",
            "Estimate!!Households!!Median income (dollars)",
        ],
    ]
    rows += [
        [f"0400000US{c}", n, *(m.at(c, 2021, k, gap="(X)") for k in kinds)]
        for c, n in zip(m.codes, m.names, strict=True)
    ]
    case = m.csv(rows, name="ACSST1Y2021.S1901-Data.csv", encoding="utf-8-sig", quote=csv.QUOTE_ALL)
    case.options["year"] = 2021
    return case


@office
def cdc_wonder(m: Maker) -> Case:
    """CDC WONDER: tabs, a column of notes before the names, a total row, a text of notes below a rule."""
    m.regions(STATES, key="STATEFP")
    m.numbers((2020,), ("Deaths", "Population"), high=900_000, gaps=0.1)
    rows: Cells = [["Notes", "State", "State Code", "Deaths", "Population"]]
    rows += [
        ["", n, c, *(m.at(c, 2020, k, gap="Suppressed") for k in ("Deaths", "Population"))]
        for c, n in zip(m.codes, m.names, strict=True)
    ]
    rows += [
        ["Total", "", "", *(m.total([2020], k)[0] for k in ("Deaths", "Population"))],
        ["---"],
        ["Dataset: Underlying Cause of Death, 1999-2020"],
        ["Query Parameters:"],
        ["Year/Month: 2020"],
        ["---"],
        ['1. Deaths of persons with Age "Not Stated" are included.'],
    ]
    case = m.csv(rows, sign="\t", name="wonder.txt")
    case.options["year"] = 2020
    return case


@office
def excel_hint(m: Maker) -> Case:
    """A line "sep=;" before the header, as Excel wants it."""
    m.regions(CZECH, key="kod")
    years = (2019, 2020)
    m.numbers(years, digits=1, high=900)
    rows: Cells = [
        ["Kraj", *years],
        *([n, *(m.text(c, y, decimal=",", gap="i.d.") for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
    ]
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=";").writerows(rows)  # type: ignore[arg-type]
    return m.raw(b"\xef\xbb\xbfsep=;\r\n" + buffer.getvalue().encode(), "table.csv")


@office
def comments_above(m: Maker) -> Case:
    """Lines of comments before the header, some of which hold commas and numbers."""
    m.regions(GERMANY, key="AGS")
    years = (2019, 2020)
    m.numbers(years, digits=1, high=900, gaps=0)
    rows: Cells = [
        ["# Created on 2023-05-04, 12 files, version 1.2"],
        ["# Licence: dl-de/by-2-0, 2023"],
        ["AGS", "Land", *years],
    ]
    rows += [[c, n, *(m.at(c, y) for y in years)] for c, n in zip(m.codes, m.names, strict=True)]
    buffer = io.StringIO(newline="")
    csv.writer(buffer, quoting=csv.QUOTE_NONE, escapechar="\0").writerows([list(row) for row in rows[2:]])  # type: ignore[arg-type]
    return m.raw(f"{rows[0][0]}\n{rows[1][0]}\n{buffer.getvalue()}".encode(), "table.csv")


@office
def html_page(m: Maker) -> Case:
    """A web page called .xls: merged cells, raised notes, blanks that do not break, entities, totals in bold."""
    m.regions(MOROCCO, key="code_region")
    years = (2019, 2020)
    m.numbers(years, digits=1, high=9_000)
    total = "".join(f"<td><b>{v:,.1f}</b></td>".replace(",", "&nbsp;").replace(".", ",") for v in m.total(years))
    body = "".join(
        f"<tr><td>&nbsp;{n}</td>" + "".join(f"<td align=right>{m.text(c, y, thousands='&nbsp;', decimal=',', gap='-', digits=1)}</td>" for y in years) + "</tr>"
        for c, n in zip(m.codes, m.names, strict=True)
    )  # fmt: skip
    page = f"<html><head><meta charset=utf-8><style>td {{color: red}}</style></head><body><table><tr><td colspan=3><b>PIB r&eacute;gional aux prix courants (en millions de DH)</b></td></tr><tr><th rowspan=2>R&eacute;gion</th><th colspan=2>Ann&eacute;e</th></tr><tr><th>2019</th><th>2020<sup>(1)</sup></th></tr>{body}<tr><td><b>Total national</b></td>{total}</tr></table><p>(1) provisoire</p></body></html>"
    return m.raw(page.encode(), "pib.xls")


@office
def slovak_cube(m: Maker) -> Case:
    """DATAcube: cp1250, a unit behind the indicator, the republic first, an empty cell over the names."""
    m.regions(SLOVAKIA, key="NUTS3")
    years = (2019, 2020)
    m.numbers(years, digits=2, high=9_000, gaps=0)
    rows: Cells = [
        ["Regionálny hrubý domáci produkt [nu3001rr]"],
        ["", *years],
        ["Slovenská republika", *(f"{v:.2f}".replace(".", ",") for v in m.total(years))],
    ]
    rows += [[n, *(m.text(c, y, decimal=",") for y in years)] for c, n in zip(m.codes, m.names, strict=True)]
    return m.csv(rows, sign=";", encoding="cp1250")


@office
def lithuania_long(m: Maker) -> Case:
    """Lithuania: indicator, territory, period, unit and value, decimal comma."""
    m.regions(LITHUANIA, key="kodas")
    m.numbers((2019, 2020), ("Užimtieji", "Bedarbiai"), digits=1, high=900)
    rows: Cells = [["Rodiklis", "Administracinė teritorija", "Laikotarpis", "Matavimo vienetai", "Reikšmė"]]
    for kind in ("Užimtieji", "Bedarbiai"):
        for code, name in [("", "Lietuvos Respublika"), *zip(m.codes, m.names, strict=True)]:
            for year in (2019, 2020):
                value = (
                    f"{m.total([year], kind)[0]}".replace(".", ",")
                    if not code
                    else m.text(code, year, kind, decimal=",")
                )
                rows.append([kind, name, year, "tūkst.", value])
    return m.csv(rows, sign=";", encoding="utf-8-sig")


@office
def georgia_across(m: Maker) -> Case:
    """Geostat: regions across below a merged heading, indicators down, a sheet per year."""
    m.regions(GEORGIA, key="ISO")
    years, kinds = (2019, 2020), ("Agriculture", "Industry", "Construction")
    m.numbers(years, kinds, digits=1, high=9_000, gaps=0.02)
    sheets: dict[str, Cells] = {}
    for year in years:
        sheets[str(year)] = [
            [f"Gross domestic product by regions, {year}"],
            ["mln. GEL"],
            ["", "Georgia", *m.names],
            *([k, m.total([year], k)[0], *(m.at(c, year, k, gap="...") for c in m.codes)] for k in kinds),
            ["Source: Geostat"],
        ]  # fmt: skip
    return m.book(sheets)


@office
def indicators_down(m: Maker) -> Case:
    """Indicator and its unit down, regions across, the year in the title."""
    m.regions(SOUTH_AFRICA, key="PR_CODE")
    kinds = ("Population", "Households", "Unemployment rate")
    m.numbers((2021,), kinds, digits=1, high=9_000, gaps=0)
    rows: Cells = [["Provincial profile, 2021"], ["Indicator", "Unit", *m.names]]
    rows += [
        [k, u, *(m.at(c, 2021, k) for c in m.codes)] for k, u in zip(kinds, ("thousand", "thousand", "%"), strict=True)
    ]
    return m.book({"Profile": rows})


@office
def zealand_across(m: Maker) -> Case:
    """Infoshare: sexes across above the regions, years down, facts below."""
    m.regions(ZEALAND, key="REGC")
    years, kinds = (2019, 2020, 2021), ("Male", "Female")
    m.numbers(years, kinds, high=900_000, gaps=0)
    n = len(m.codes)
    rows: Cells = [
        ["Estimated Resident Population for Regional Councils, at 30 June (Annual-Jun)"],
        ["", *(part for k in kinds for part in (k, *[""] * (n - 1)))],
        ["", *(name for _ in kinds for name in m.names)],
        *([y, *(m.truth[c, y, k] for k in kinds for c in m.codes)] for y in years),
        ["Table information:"],
        ["Units:"],
        ["Number, Magnitude = Units"],
    ]  # fmt: skip
    m.asks = "."
    return m.csv(rows)


@office
def dosm_malaysia(m: Maker) -> Case:
    """Open data of Malaysia: dates of the first of January, lower-case columns, "W.P. Kuala Lumpur"."""
    m.asks = "W.P. .*fits no region"
    m.regions(MALAYSIA, key="code_state")
    m.numbers((2019, 2020), ("male", "female"), digits=1, high=900, gaps=0)
    rows: Cells = [["date", "state", "sex", "population"]]
    federal = {"Kuala Lumpur", "Labuan", "Putrajaya"}
    for year in (2019, 2020):
        for code, name in [("", "Malaysia"), *zip(m.codes, m.names, strict=True)]:
            for kind in ("male", "female"):
                value = m.total([year], kind)[0] if not code else m.truth[code, year, kind]
                rows.append([f"{year}-01-01", f"W.P. {name}" if name in federal else name, kind, value])
    return m.csv(rows, end="\n")


@office
def indec(m: Maker) -> Case:
    """INDEC: parts of a province inset below it, a city and its province of one name, the country first."""
    m.regions(ARGENTINA, key="IN1")
    years = (2010, 2022)
    m.numbers(years, high=9_000_000, gaps=0)
    rows: Cells = [
        ["Cuadro 1. Total del país. Población total por jurisdicción"],
        [],
        ["Jurisdicción", "Población"],
        ["", *years],
        ["Total del país", *m.total(years)],
    ]
    for code, name in zip(m.codes, m.names, strict=True):
        rows.append([name, *(m.truth[code, y, "value"] for y in years)])
        if name == "Buenos Aires":
            rows += [["   24 partidos del Gran Buenos Aires", *(int(m.truth[code, y, "value"] * 0.6) for y in years)]]  # type: ignore[operator]
            rows += [
                [
                    "   Resto de la provincia de Buenos Aires",
                    *(m.truth[code, y, "value"] - int(m.truth[code, y, "value"] * 0.6) for y in years),
                ]
            ]  # type: ignore[operator]
    rows.append(["Fuente: INDEC, Censo Nacional de Población, Hogares y Viviendas 2010 y 2022."])
    return m.book({"Cuadro1": rows}, merged={"Cuadro1": ("A3:A4", "B3:C3")})


@office
def kaz_bilingual(m: Maker) -> Case:
    """Kazakhstan: header in two languages one below the other, the republic first, blanks in thousands as text."""
    m.regions(KAZAKHSTAN, key="kato")
    years = (2021, 2022)
    m.numbers(years, digits=1, high=99_999)
    rows: Cells = [
        ["Валовой региональный продукт / Жалпы өңірлік өнім"],
        ["", "млн. теңге / млн. тенге"],
        ["", "2021 ж. / 2021 г.", "2022 ж.* / 2022 г.*"],
        ["Республика Казахстан", *(f"{v:,.1f}".replace(",", " ").replace(".", ",") for v in m.total(years))],
    ]
    for code, name in zip(m.codes, m.names, strict=True):
        short = name.removeprefix("область ").removesuffix(" область").replace("г. ", "г.")
        rows.append([short, *(m.text(code, y, thousands=" ", decimal=",", gap="х", digits=1) for y in years)])
    rows.append(["* предварительные данные"])
    return m.book({"ВРП": rows})


@office
def taldau(m: Maker) -> Case:
    """Taldau: long, periods as "2021 год", regions at every level, cp1251."""
    m.regions(KAZAKHSTAN, key="kato")
    m.numbers((2021, 2022), ("Мужчины", "Женщины"), high=900_000, gaps=0)
    rows: Cells = [
        ["Классификатор административно-территориальных объектов", "Пол", "Период", "Единица измерения", "Значение"]
    ]
    for kind in ("Мужчины", "Женщины"):
        for code, name in [("", "РЕСПУБЛИКА КАЗАХСТАН"), *zip(m.codes, m.names, strict=True)]:
            for year in (2021, 2022):
                value = m.total([year], kind)[0] if not code else m.truth[code, year, kind]
                rows.append([name.upper().replace("Г. ", "Г."), kind, f"{year} год", "Человек", value])
    return m.csv(rows, sign=";", encoding="utf-8-sig")


@office
def belarus(m: Maker) -> Case:
    """Belarus: "Области и г. Минск:" as a heading, short names, the republic first, е for ё."""
    m.regions(BELARUS, key="soato")
    years = (2019, 2020, 2021)
    m.numbers(years, digits=1, high=900, gaps=0)
    rows: Cells = [
        ["Численность населения по областям (на начало года; тысяч человек)"],
        ["", *years],
        ["Республика Беларусь", *m.total(years)],
        ["Области и г.Минск:"],
    ]
    rows += [
        [n.replace(" область", "").replace("ё", "е").replace("г. ", "г."), *(m.at(c, y) for y in years)]
        for c, n in zip(m.codes, m.names, strict=True)
    ]
    return m.book({"1.1": rows})


@office
def nepal(m: Maker) -> Case:
    """Nepal: digits of Devanagari, serial numbers, the country last."""
    m.regions(NEPAL, key="PROV")
    m.numbers((2021,), ("Male", "Female"), high=3_000_000, gaps=0)
    digits = str.maketrans("0123456789", "०१२३४५६७८९")
    rows: Cells = [["Population by province, 2021"], ["S.N.", "Province", "Male", "Female"]]
    rows += [
        [str(i).translate(digits), n, *(str(m.truth[c, 2021, k]).translate(digits) for k in ("Male", "Female"))]
        for i, (c, n) in enumerate(zip(m.codes, m.names, strict=True), start=1)
    ]
    rows.append(["", "Nepal", *(str(m.total([2021], k)[0]).translate(digits) for k in ("Male", "Female"))])
    return m.book({"T1": rows})


@office
def nigeria(m: Maker) -> Case:
    """Nigeria: serial numbers under S/N, "FCT, Abuja", a total in capitals, percentages with their sign."""
    m.regions(NIGERIA, key="pcode")
    m.numbers((2021, 2022), digits=1, high=90, gaps=0)
    rows: Cells = [["UNEMPLOYMENT RATE BY STATE"], ["S/N", "STATE", "2021", "2022"]]
    rows += [
        [i, n.upper(), *(f"{m.truth[c, y, 'value']}%" for y in (2021, 2022))]
        for i, (c, n) in enumerate(zip(m.codes, m.names, strict=True), start=1)
    ]
    rows.append(["", "NATIONAL", "33.3%", "32.5%"])
    return m.book({"State": rows})


@office
def japan_signs(m: Maker) -> Case:
    """Changes with triangles for a minus, wide digits, the nation last."""
    m.regions(JAPAN, key="code")
    years = (2019, 2020)
    m.numbers(years, digits=1, high=9, low=-9, gaps=0)
    wide = str.maketrans("0123456789.", "０１２３４５６７８９．")
    rows: Cells = [["人口増減率（‰）"], ["都道府県", *(f"{y}年".translate(wide) for y in years)]]
    rows += [
        [n, *(str(m.truth[c, y, "value"]).replace("-", "△").translate(wide) for y in years)]
        for c, n in zip(m.codes, m.names, strict=True)
    ]
    rows.append(["全国", *("△２．１" for _ in years)])
    return m.book({"増減": rows})


@office
def negative_brackets(m: Maker) -> Case:
    """Net migration: negatives in parentheses, thousands with apostrophes, a Swiss total."""
    m.regions(SWISS, key="KTNR")
    years = (2019, 2020)
    m.numbers(years, high=9_999, low=-9_999, gaps=0)

    def printed(value: float) -> str:
        text = f"{abs(value):,}".replace(",", "'")
        return f"({text})" if value < 0 else text

    rows: Cells = [
        ["Wanderungssaldo"],
        ["Kanton", *years],
        *([n, *(printed(m.truth[c, y, "value"] or 0) for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
        ["Total", *(printed(v) for v in m.total(years))],
    ]  # type: ignore[arg-type]
    return m.book({"T1": rows})


@office
def side_by_side(m: Maker) -> Case:
    """Two indicators beside each other, each with its names and a heading above, an empty column between."""
    m.regions(POLAND, key="kod")
    years, kinds = (2019, 2020), ("Ludność", "Zatrudnienie")
    m.numbers(years, kinds, high=9_000, gaps=0)
    rows: Cells = [["Ludność", "", "", "", "Zatrudnienie"], ["Województwo", *years, "", "Województwo", *years]]
    rows += [
        [n, *(m.truth[c, y, kinds[0]] for y in years), "", n, *(m.truth[c, y, kinds[1]] for y in years)]
        for c, n in zip(m.codes, m.names, strict=True)
    ]
    m.asks = "."
    return m.book({"A": rows})


@office
def continued(m: Maker) -> Case:
    """A table that goes on below "продолжение" with its header repeated."""
    m.regions(RUSSIA, key="okato")
    years = (2019, 2020)
    m.numbers(years, digits=1, high=900)
    pairs = list(zip(m.codes, m.names, strict=True))
    line: Callable[[tuple[str, str]], list[object]] = lambda p: [p[1], *(m.at(p[0], y, gap="…") for y in years)]  # noqa: E731
    rows: Cells = [
        ["Таблица 5. Доходы"],
        ["Регион", *years],
        *map(line, pairs[:6]),
        [],
        ["Продолжение таблицы 5"],
        ["Регион", *years],
        *map(line, pairs[6:]),
    ]
    return m.book({"5": rows})


@office
def statistics_below(m: Maker) -> Case:
    """Rows of average, median, least and greatest below the regions, formulas in the workbook."""
    m.regions(UK, key="RGN22CD")
    years = (2019, 2020)
    m.numbers(years, digits=1, high=900, gaps=0)
    rows: Cells = [
        ["Region", *years],
        *([n, *(m.at(c, y) for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
    ]
    for name, take in (
        ("Mean", lambda v: round(sum(v) / len(v), 1)),
        ("Median", lambda v: sorted(v)[len(v) // 2]),
        ("Minimum", min),
        ("Maximum", max),
    ):
        rows.append([name, *(take([m.truth[c, y, "value"] for c in m.codes]) for y in years)])  # type: ignore[type-var]
    return m.book({"Data": rows})


@office
def mixed_cells(m: Maker) -> Case:
    """Numbers as numbers and as text in one column, a green triangle each; decimal comma in the text."""
    m.regions(HUNGARY, key="NUTS_ID")
    years = (2019, 2020)
    m.numbers(years, digits=2, high=90_000, gaps=0.1)
    rows: Cells = [["Megye", *years]]
    for code, name in zip(m.codes, m.names, strict=True):
        rows.append(
            [
                name,
                *(
                    m.text(code, y, thousands=" ", decimal=",", gap="–", digits=2)
                    if m.rng.random() < 0.5
                    else m.at(code, y, gap="–")
                    for y in years
                ),
            ]
        )
    return m.book({"A": rows})


@office
def dates_down(m: Maker) -> Case:
    """Dates of the year's end down the side as dates, three indicators across, names merged down."""
    m.regions(NETHERLANDS, key="statcode")
    years, kinds = (2019, 2020, 2021), ("inflow", "outflow")
    m.numbers(years, kinds, high=9_000)
    rows: Cells = [["Provincie", "Peildatum", *kinds]]
    spans = []
    for code, name in zip(m.codes, m.names, strict=True):
        spans.append(f"A{len(rows) + 1}:A{len(rows) + 3}")
        rows += [
            [name if y == 2019 else "", datetime.datetime(y, 12, 31), *(m.at(code, y, k, gap=".") for k in kinds)]
            for y in years
        ]
    return m.book({"Data": rows}, merged={"Data": spans})


@office
def far_corner(m: Maker) -> Case:
    """The table begins in column C of row 7; a remark stands far to the right of it."""
    m.regions(DENMARK, key="regionkode")
    years = (2019, 2020)
    m.numbers(years, digits=1, high=900, gaps=0)
    body: Cells = [
        ["Region", *years],
        *([n, *(m.at(c, y) for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
    ]
    rows: Cells = [[], [], ["", "", "Folketal"], [], [], [], *(["", "", *row] for row in body)]
    rows[8] = [*rows[8], "", "", "see note 5"]
    return m.book({"Ark1": rows})


@office
def scratch_beside(m: Maker) -> Case:
    """Somebody's sums without a header, beside the table."""
    m.regions(POLAND, key="kod")
    years = (2019, 2020)
    m.numbers(years, digits=1, high=900, gaps=0)
    rows: Cells = [
        ["Województwo", *years],
        *([n, *(m.at(c, y) for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
    ]
    for i in range(1, 6):
        rows[i] = [*rows[i], "", i * 1.5]
    return m.book({"A": rows})


@office
def ons_beta(m: Maker) -> Case:
    """ONS datasets: "v4_1" over the values, marking beside, code and label of each dimension."""
    m.regions(UK, key="RGN22CD")
    m.numbers((2019, 2020), ("Manufacturing", "Construction"), digits=1, high=9_000)
    rows: Cells = [
        [
            "v4_1",
            "Data Marking",
            "calendar-years",
            "Time",
            "administrative-geography",
            "Geography",
            "sic-unofficial",
            "StandardIndustrialClassification",
        ]
    ]
    for year in (2019, 2020):
        for code, name in zip(m.codes, m.names, strict=True):
            for k, kind in enumerate(("Manufacturing", "Construction")):
                value = m.at(code, year, kind)
                rows.append([value, "" if value != "" else "x", year, year, code, name, "CF"[k], kind])
    return m.csv(rows)


@office
def annual_and_quarterly(m: Maker) -> Case:
    """A long table with the year's numbers beside those of its quarters."""
    m.regions(NUTS, key="NUTS_ID")
    m.numbers((2019, 2020), high=9_000, gaps=0)
    rows: Cells = [["FREQ", "GEO", "TIME_PERIOD", "OBS_VALUE"]]
    for code in m.codes:
        for year in (2019, 2020):
            rows.append(["A", code, year, m.truth[code, year, "value"]])
            rows += [["Q", code, f"{year}-Q{q}", 100 * q + year] for q in range(1, 5)]
    m.asks = "."
    return m.csv(rows)


@office
def wrapped_names(m: Maker) -> Case:
    """A long name broken over two rows, its numbers in the second: to be read or asked about."""
    m.regions(RUSSIA, key="okato")
    years = (2019, 2020)
    m.numbers(years, digits=1, high=900, gaps=0)
    rows: Cells = [["", *years]]
    for code, name in zip(m.codes, m.names, strict=True):
        cells = [m.at(code, y) for y in years]
        if code == "80":
            rows += [["Республика"], ["Башкортостан", *cells]]
        else:
            rows.append([name, *cells])
    m.asks = "."
    return m.book({"A": rows})


@office
def two_level_years(m: Maker) -> Case:
    """Years merged over the indicators, their units in a third row, notes of years in brackets."""
    m.regions(COLOMBIA, key="DPTO")
    years, kinds = (2019, 2020), ("Valor", "Participación")
    m.numbers(years, kinds[:1], digits=1, high=9_000, gaps=0)
    m.numbers(years, kinds[1:], digits=2, high=30, gaps=0)
    rows: Cells = [
        ["Departamento", "2019 (p)", "", "2020 (pr)", ""],
        ["", *kinds, *kinds],
        ["", "Miles de millones", "%", "Miles de millones", "%"],
    ]
    rows += [[n, *(m.at(c, y, k) for y in years for k in kinds)] for c, n in zip(m.codes, m.names, strict=True)]
    rows.append(["TOTAL COLOMBIA", *(v for y in years for v in (m.total([y], kinds[0])[0], 100))])
    return m.book({"PIB": rows}, merged={"PIB": ("A1:A3", "B1:C1", "D1:E1")})


@office
def utf16_bare(m: Maker) -> Case:
    """UTF-16 without its mark, semicolons."""
    m.regions(UKRAINE, key="koatuu")
    years = (2019, 2020)
    m.numbers(years, digits=1, high=900, gaps=0)
    rows: Cells = [
        ["Область", *years],
        *([n, *(m.text(c, y, decimal=",") for y in years)] for c, n in zip(m.codes, m.names, strict=True)),
    ]
    return m.csv(rows, sign=";", encoding="utf-16-le")


@office
def trailing_minus(m: Maker) -> Case:
    """A minus behind the number, as an old program prints it: to be read as such or refused."""
    m.regions(GERMANY, key="AGS")
    m.numbers((2020,), digits=1, high=90, low=-90, gaps=0)
    m.asks = "minus|number|mark"
    rows: Cells = [
        ["Land", "2020"],
        *(
            [n, f"{abs(v)}-" if (v := m.truth[c, 2020, "value"] or 0) < 0 else str(v)]
            for c, n in zip(m.codes, m.names, strict=True)
        ),
    ]
    return m.csv(rows, sign=";")


@office
def unit_in_cell(m: Maker) -> Case:
    """A unit behind some numbers, which multiplies them: to be refused."""
    m.regions(GERMANY, key="AGS")
    m.numbers((2020,), digits=1, high=90, gaps=0)
    m.asks = "number|mark"
    rows: Cells = [
        ["Land", "2020"],
        *([n, f"{m.truth[c, 2020, 'value']} Mio"] for c, n in zip(m.codes, m.names, strict=True)),
    ]
    return m.csv(rows, sign=";")


@office
def parquet_table(m: Maker) -> Case:
    """Parquet with dictionaries, missing values and a date column."""
    import pandas as pd

    m.regions(ROMANIA, key="nutscode")
    m.numbers((2019, 2020), ("a", "b"), digits=1, high=900)
    frame = pd.DataFrame(
        [
            {"judet": n, "an": pd.Timestamp(y, 1, 1), "a": m.truth[c, y, "a"], "b": m.truth[c, y, "b"]}
            for c, n in zip(m.codes, m.names, strict=True)
            for y in (2019, 2020)
        ]
    )
    frame["judet"] = frame["judet"].astype("category")
    frame.to_parquet(m.folder / "table.parquet")
    return m.raw((m.folder / "table.parquet").read_bytes(), "table.parquet")
