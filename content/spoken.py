"""Text to be heard: no abbreviation, no symbol, no address of a page that a voice would spell letter by letter."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from content.schema import Lang

WORDS: Final = Path(__file__).parent / "language" / "spoken.yaml"
_LINK: Final = re.compile(r"\(?(?:https?://|www\.)\S+")
_DATE: Final = re.compile(r"\b(?:ngày )?(\d{1,2})/(\d{1,2})/(\d{4})\b")
_MONTH: Final = re.compile(r"\b(?:tháng )?(\d{1,2})/(\d{4})\b(?!/)")
_LAW_NAME: Final = "Luật|Nghị định|Nghị quyết|Thông tư|Quyết định|Decree|Circular|Resolution"
_LAW_SHORT: Final = re.compile(rf"\b((?:{_LAW_NAME})(?: số)?) (\d+)/(\d{{4}})\b")
_LAW: Final = re.compile(r"\b(\d+)/(\d{4})/[\w-]+")  # 18/2026/NĐ-CP
_RANGE: Final = re.compile(r"(?<=\d) ?[–-] ?(?=\d)")
_AMOUNT: Final = re.compile(r"(?<=\d)[.,](?=\d{3}\b)")
_MARKS: Final = (
    (re.compile(r" ?[–—·•|→] ?"), ", "),
    (re.compile(r"[“”\"«»*_#<>\[\]()]"), ""),
    (re.compile(r" ?; ?"), ". "),
)
_TIDY: Final = (
    (re.compile(r"(?<=[^\W\d])/(?=[^\W\d])"), " "),
    (re.compile(r"/"), " "),
    (re.compile(r"\s+([.,:!?])"), r"\1"),
)
MONTHS: Final = ("January", "February", "March", "April", "May", "June",
                 "July", "August", "September", "October", "November", "December")  # fmt: skip


def spoken(text: str, lang: Lang) -> str:
    """`text` as it is said: `lệ phí 8.000 đồng/bản, đến 31/12/2026` without a point, a stroke or a short form."""
    text = _LAW.sub(r"số \1 năm \2" if lang == "vi" else r"no. \1 of \2", _LINK.sub("", text))
    text = _LAW_SHORT.sub(r"\1 số \2 năm \3" if lang == "vi" else r"\1 no. \2 of \3", text)
    if lang == "vi":
        text = _DATE.sub(lambda d: f"ngày {int(d[1])} tháng {int(d[2])} năm {d[3]}", text)
        text = _MONTH.sub(lambda d: f"tháng {int(d[1])} năm {d[2]}", text)
        text = _RANGE.sub(" đến ", text)
        text = re.sub(r"(?<=[^\W\d])/(?=bản|người|tháng|năm|ngày|lần|thẻ|hồ sơ)", " một ", text)
    else:
        text = _DATE.sub(lambda d: f"{int(d[1])} {MONTHS[(int(d[2]) - 1) % 12]} {d[3]}", text)
        text = _RANGE.sub(" to ", text)
    text = _AMOUNT.sub("", text)
    for pattern, said in _MARKS:
        text = pattern.sub(said, text)
    shorts = _shorts(lang)
    text = _short(lang).sub(lambda found: f" {shorts[found[0]]} " if found[0] == "%" else shorts[found[0]], text)
    for pattern, said in _TIDY:
        text = pattern.sub(said, text)
    return re.sub(r"([.,:])(?:\s*[.,])+", r"\1", re.sub(r"\s+", " ", text)).strip(" ,")


@cache
def _shorts(lang: Lang) -> dict[str, str]:
    words: dict[str, dict[str, str]] = yaml.safe_load(WORDS.read_text(encoding="utf-8"))
    return words[lang]


@cache
def _short(lang: Lang) -> re.Pattern[str]:
    longest_first = sorted(_shorts(lang), key=len, reverse=True)
    return re.compile(r"(?<![^\W_])(?:" + "|".join(map(re.escape, longest_first)) + r")(?![^\W_])|%")
