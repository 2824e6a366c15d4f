"""The pack reads as plain speech: short sentences, everyday words, nothing that was meant for a program."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import yaml
from babel.messages.pofile import read_po

from content import loader
from content.pack import Pack
from content.schema import Item, Text, When
from tests.content.reference import texts

MOST: Final = 19  # words in a sentence
ROOT: Final = loader.PACKS
CATALOGUES: Final = sorted((ROOT / "locale" / "vi" / "LC_MESSAGES").glob("*.po"))

# What people read of an item. Titles, official names and who ran a scheme in 2021 stand as they were found.
READ: Final = {
    "Procedure": "who where how papers.note show fees time_limit result steps traps essential online uncertain cases",
    "Initiative": "what do difficulties note_now",
    "Hotline": "what note hours cost",
    "Place": "what note season price capacity",
    "Unit": "note hours",
    "Club": "later services",
    "OldName": "now",
}

# Names that count as one word, however long they are.
NAMES: Final = re.compile(
    "|".join(
        (
            r"Trung tâm Phục vụ hành chính công(?: phường(?:/xã)?| cấp tỉnh)?",
            r"Trung tâm Dịch vụ việc làm",
            r"Cổng Dịch vụ công(?: quốc gia)?",
            r"bảo hiểm (?:xã hội|y tế|thất nghiệp|bắt buộc)(?: cơ sở| Việt Nam)?",
            r"Phòng (?:Cảnh sát giao thông|Văn hóa – Xã hội)",
            r"Sở (?:Giáo dục và Đào tạo|Nông nghiệp và Môi trường|Nội vụ|Tư pháp|Y tế|Công Thương)",
            r"Mặt trận Tổ quốc",
            r"Bằng Tổ quốc ghi công",
            r"Bà mẹ Việt Nam anh hùng",
            r"(?:Ủy ban nhân dân|UBND|Công an|Đoàn) (?:cấp xã|phường|xã|tỉnh|Thành phố|thành phố)",
            r"Giấy chứng nhận đủ điều kiện về an ninh, trật tự",
            r"(?:C|c)ơ sở dữ liệu quốc gia(?: về dân cư)?",
        )
    ),
    re.IGNORECASE,
)
LAWS: Final = re.compile(
    r"(?:(?:Nghị định|Thông tư|Nghị quyết|Quyết định|Pháp lệnh|Bộ luật|Luật)[\w ]{0,40}? )?\d+(?:\.\d+)?/(?:\d{4}/)?[A-ZĐ][\w.-]*"
    r"|(?:Nghị định|Thông tư|Nghị quyết|Quyết định|Pháp lệnh) \d+(?:\.\d+)?/\d{4}"
    r"|\d{1,2}/\d{1,2}/\d{4}"
)

# Sentences that stay long, each with its reason.
LONG: Final[dict[str, str]] = {}

# Said to a program, never to a person.
TO_A_PROGRAM: Final = re.compile(
    r"(?<!\w)(?:đừng|không) (?:gợi ý|đọc số|nêu số|nói giá)|gợi ý mặc định|trước khi (?:nói|nêu|trả lời)(?!\w)"
    r"|(?<!\w)(?:chat)?bot(?!\w)|trợ lý ảo|by default|before giving a price|do not suggest|not suggested",
    re.IGNORECASE,
)


def read(item: Item) -> Iterator[tuple[str, Text | When]]:
    """Every text of an item that people read as sentences, with the field it stands in."""
    for path in READ[type(item).__name__].split():
        field, _, part = path.partition(".")
        value = getattr(item, field)
        yield from ((path, text) for text in texts(tuple(getattr(v, part) for v in value) if part else value))


def items(pack: Pack) -> list[Item]:
    """Everything in the pack that has an id of its own, names of former days too."""
    return [*(item for _, item in pack.items()), *pack.old_names.values()]


def sentences(text: str) -> list[str]:
    """The sentences of a text, with what need not be counted taken out or made one word."""
    text = re.sub(r"\([^()]*\)", "", re.sub(r'"[^"]*"|“[^”]*”', "N", text))
    found: list[str] = []
    for part in re.split(r"(?<=[.!?…])\s+", NAMES.sub("N", LAWS.sub("N", text)).strip()):
        if found and part[:1].islower():  # "v.v. và", "học bạ… thì": it goes on
            found[-1] += f" {part}"
        else:
            found.append(part)
    return found


def words(sentence: str) -> int:
    """How many words a sentence has, as they are written: with a space between."""
    return sum(any(c.isalnum() for c in word) for word in sentence.split())


def _plain_words() -> dict[str, tuple[str, list[str]]]:
    table = yaml.safe_load((Path(__file__).parent / "plain_words.yaml").read_text(encoding="utf-8"))
    return {
        word: (entry["write"], entry["but"]) if isinstance(entry, dict) else (entry, [])
        for word, entry in table.items()
    }


PLAIN: Final = _plain_words()


def official_words(text: str) -> list[str]:
    """The words of offices in a text, each with the plain word for it."""
    found = []
    for word, (plain, but) in PLAIN.items():
        rest = text
        for name in but:
            rest = re.sub(name, "", rest, flags=re.IGNORECASE)
        if re.search(rf"(?<!\w){word}(?!\w)", rest, re.IGNORECASE):
            found.append(f"'{word}', write: {plain}")
    return found


@pytest.mark.parametrize("kind", READ)
def test_a_sentence_has_fewer_than_twenty_words(pack: Pack, kind: str) -> None:
    long = {
        f"{item.id} {field}: {sentence}": words(sentence)
        for item in items(pack)
        if type(item).__name__ == kind
        for field, text in read(item)
        for sentence in sentences(text.vi)
        if words(sentence) > MOST and sentence not in LONG
    }
    assert long == {}


def test_no_exception_outlives_its_sentence(pack: Pack) -> None:
    said = {s for item in items(pack) for _, text in read(item) for s in sentences(text.vi) if words(s) > MOST}
    assert set(LONG) - said == set()
    assert len(LONG) <= 15


@pytest.mark.parametrize("kind", READ)
def test_the_pack_uses_everyday_words(pack: Pack, kind: str) -> None:
    found = [
        (item.id, field, official)
        for item in items(pack)
        if type(item).__name__ == kind
        for field, text in read(item)
        for official in official_words(text.vi)
    ]
    assert found == []


@pytest.mark.parametrize("file", CATALOGUES, ids=lambda file: file.stem)
def test_the_house_uses_everyday_words(file: Path) -> None:
    with file.open("rb") as stream:
        said = [(entry.id, words) for entry in read_po(stream) for words in _strings(entry.string)]
    assert [(key, official) for key, text in said if key for official in official_words(text)] == []


def _strings(string: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


def test_every_text_has_its_english(pack: Pack) -> None:
    missing = [(item.id, text.vi) for item in items(pack) for text in texts(item) if not text.en]
    assert missing == []


@pytest.mark.parametrize("day", [dt.date(2026, 11, 25), dt.date(2027, 1, 1), dt.date(2027, 3, 1)], ids=str)
def test_an_elder_gets_five_lines_on_any_day(pack: Pack, day: dt.date) -> None:
    lines = {p.id: sum(line.holds(day) for line in p.essential) for p in pack.procedures.values()}
    assert {id_: count for id_, count in lines.items() if count != 5} == {}


def test_nothing_is_said_to_a_program(pack: Pack) -> None:
    found = [
        (item.id, said)
        for item in items(pack)
        for text in texts(item)
        for said in (text.vi, text.en or "")
        if TO_A_PROGRAM.search(said)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        pytest.param("Nộp ở phường. Nhận giấy ngay.", [3, 3], id="two sentences"),
        pytest.param("Hỏi Cổng Dịch vụ công quốc gia.", [2], id="a name is one word"),
        pytest.param("Theo Nghị định 18/2026/NĐ-CP thì miễn.", [4], id="a decree is one word"),
        pytest.param("Nộp giấy (mã 1.001193, xem mục khác) ở quầy.", [4], id="what stands in brackets"),
        pytest.param('Bấm "Yêu cầu bổ sung hồ sơ" rồi gửi.', [4], id="what stands on a button"),
        pytest.param("Không quá 7 ngày; phải xác minh thì 10 ngày.", [10], id="a semicolon ends no sentence"),
        pytest.param("Từ 01/07/2026 tăng 1.5 lần, v.v. và còn nữa.", [9], id="a stop within a sentence"),
    ],
)
def test_words_are_counted_as_people_read_them(text: str, counts: list[int]) -> None:
    assert [words(sentence) for sentence in sentences(text)] == counts


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Công dân vui lòng xuất trình giấy tờ.", 2),
        ("Trong 60 ngày kể từ ngày sinh.", 1),
        ("Tiền sử dụng đất tính riêng.", 0),
        ("Đất đang sử dụng thì nộp tiền sử dụng đất.", 1),
    ],
)
def test_official_words_are_found(text: str, count: int) -> None:
    assert len(official_words(text)) == count


@pytest.mark.parametrize("text", ["Không gợi ý mặc định.", "Hỏi lại trước khi nói giá.", "Bot không xem được."])
def test_what_is_said_to_a_program_is_found(text: str) -> None:
    assert TO_A_PROGRAM.search(text)
