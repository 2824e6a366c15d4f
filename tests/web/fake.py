"""A small house for the tests of the web: two shelves of facts, and answers that try to break out of the page."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any

from aiohttp import web
from babel.messages.pofile import read_po

from bot.delivery.engine import Engine
from bot.delivery.inbox import Inbox
from bot.office.access import Access
from bot.office.handover_web import News
from bot.office.keys import Keys
from bot.office.logins import Logins
from bot.office.office import Office
from bot.office.published import OpenFigures, OpenWeek, Shelf
from bot.office.scans import Scans
from bot.storage.database import Database
from bot.storage.statistics import Share
from bot.web.server import application
from content.pack import Facts, Number, Pack
from content.schema import (
    Club,
    Fee,
    Hotline,
    Initiative,
    Lang,
    Locality,
    Place,
    Procedure,
    Source,
    Text,
    Unit,
    Way,
    Where,
)
from content.texts import LOCALE
from handlers.contract import Bulletin, Button, Reply, Section

HOSTILE = "<script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">{{7*7}}"
DATED = {"sources": ("mot-nguon",), "as_of": "2026-07-18", "confidence": "high"}


def text(words: str) -> Text:
    return Text(vi=words, en=f"{words} (en)")


def pack() -> Pack:
    """One procedure, one emergency number, one that nobody confirmed, two units, two places, one initiative."""
    procedure = Procedure(
        id="dang-ky-khai-sinh",
        group="ho-tich",
        code="1.001193",
        name=text("Đăng ký khai sinh"),
        official_name="Thủ tục đăng ký khai sinh",
        who=(text("Cha, mẹ"),),
        where=Where(now=text("Trung tâm")),
        how=(Way(channel="counter", text=text("Trực tiếp")),),
        papers=(),
        fees=(Fee(amount=0, rule=(text("Không thu"),)),),
        time_limit=(text("Trong ngày"),),
        result=(text("Giấy khai sinh"),),
        steps=(text("Nộp"),),
        laws=("Luật Hộ tịch",),
        **DATED,
    )
    common = {"scope": text("toàn quốc"), "what": text("Gọi khi cần")} | DATED
    hotlines = (
        Hotline(
            id="hotline:113",
            name=text("Công an"),
            number="113",
            dial="113",
            show_by_default=True,
            emergency=True,
            **common,
        ),
        Hotline(
            id="hotline:1022", name=text("Tổng đài 1022"), number="1022", dial="1022", show_by_default=True, **common
        ),
        Hotline(
            id="hotline:0900",
            name=text("Số kín"),
            number="0900 000 111",
            dial="0900000111",
            show_by_default=False,
            **common,
        ),
    )
    centre = {"lat": 10.29, "lon": 105.76}
    units = (
        Unit(id="phuong-1", name=text("Phường 1"), type="phuong", successor="phuong-sa-dec", centre=centre, **DATED),
        Unit(id="phuong-sa-dec", name=text("Phường Sa Đéc"), type="phuong", successor=None, centre=centre, **DATED),
    )
    place = {"kind": text("homestay"), "unit": "phuong-1", "what": text("Vườn hoa")} | DATED
    places = (
        Place(id="homestay:nha-la", name=text("Nhà Lá"), overnight=True, **place),
        Place(id="sight:chua-ong", name=text("Chùa Ông"), overnight=False, **place),
    )
    initiative = Initiative(
        id="hoi-quan",
        field="kinh-te",
        report_no="1",
        name=text("Hội quán"),
        title=text("Mô hình Hội quán"),
        what=(text("Nơi bàn cách làm ăn"),),
        run_by=text("Phường"),
        where=(),
        do=(text("Hỏi"),),
        detail=text("một câu"),
        status=text("chưa rõ"),
        **DATED,
    )
    club = Club(
        id="club:bonsai",
        name=text("Hội quán Bonsai"),
        unit="phuong-1",
        members_2021=30,
        trade=text("bonsai"),
        status=text("chưa rõ"),
        **DATED,
    )
    return Pack(
        locality=Locality(
            id="thu",
            name=text("Sa Đéc"),
            province=text("Đồng Tháp"),
            counter=text("quầy"),
            people_hotline="hotline:1022",
        ),
        procedures={procedure.id: procedure},
        hotlines={h.id: h for h in hotlines},
        units={u.id: u for u in units},
        places={p.id: p for p in places},
        initiatives={initiative.id: initiative},
        clubs={club.id: club},
        sources={"mot-nguon": Source(title="Cổng Dịch vụ công quốc gia", url="https://dichvucong.gov.vn/p?a=1&b=2")},
    )


PACK = pack()


@cache
def words(lang: Lang, domain: str = "web") -> dict[str, str]:
    """A catalogue, by default the web's own, straight from its source."""
    with (LOCALE / lang / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file)}


class FakePublished:
    """Two bulletins that went out, one of which tries to break out of the page and was taken back."""

    bulletins = tuple(
        Bulletin(
            id=id_, title=title, text=f"Bà con lưu ý.\n\n{HOSTILE}", lang="vi", units=("phuong-1",),
            topics=("an-ninh",), at=dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC), day=dt.date(2026, 11, 20),
            link="javascript:alert(1)", recalled=id_ == 1, corrected_by=2 if id_ == 1 else None,
        )
        for id_, title in ((2, HOSTILE), (1, "Cảnh báo"))
    )  # fmt: skip

    async def one(self, id_: int) -> Bulletin | None:
        return next((bulletin for bulletin in self.bulletins if bulletin.id == id_), None)

    async def shelf(self, *, words: str = "", page: int = 1, size: int = 20, **which: object) -> Shelf:
        found = () if words == "không có" else self.bulletins
        return Shelf(bulletins=found, total=len(found), page=page, size=size, units=["phuong-1"], topics=["an-ninh"])

    async def picture(self, id_: int) -> bytes | None:
        return None

    async def figures(self) -> OpenFigures:
        week = OpenWeek(monday=dt.date(2026, 11, 23), questions=12, bulletins=2, kinds={"procedure": 12})
        return OpenFigures(
            weeks=[week], kinds=[("procedure", 12)], share=Share(questions=12, solved=11), helpful=9, unhelpful=1
        )


class ClosedShop:
    """Prints nothing."""

    async def run(self) -> None:
        await asyncio.Event().wait()


@dataclass
class FakeHouse:
    """Repeats the question, and remembers how it was asked."""

    public_url: str = "https://hoi.example"
    name: str = "Sa Đéc"
    is_ready: bool = True
    zalo_oa_verify: str | None = None
    asked: list[dict[str, object]] = field(default_factory=list)
    published: FakePublished = field(default_factory=FakePublished)

    @property
    def engine(self) -> Engine:
        database = Database("sqlite+aiosqlite://")
        return Engine(database, Inbox(database, None, {}, b"k" * 32), {})  # type: ignore[arg-type]

    @property
    def office(self) -> Office:
        database, keys = Database("sqlite+aiosqlite://"), Keys(b"k" * 32)
        access = Access(database, PACK, keys, self.public_url)
        logins = Logins(database, keys, access, {})
        rest: dict[str, Any] = {each.name: None for each in fields(Office)}  # what no test here asks for
        return Office(**rest | {"access": access, "logins": logins, "print_shop": ClosedShop()})

    metrics_token = None

    @property
    def scans(self) -> Scans:
        return Scans(Database("sqlite+aiosqlite://"), None)  # type: ignore[arg-type]

    @property
    def facts(self) -> Facts:
        return Facts(pack=PACK, at=dt.date(2026, 11, 24))

    async def today(self) -> Facts:
        return self.facts

    def text(self, lang: Lang, key: str, /, **values: object) -> str:
        said = words(lang).get(key) or words(lang, "bulletins")[key]
        return said.format(**values) if values else said

    async def news(self, sender: str, after: int) -> News:
        return News(open=True, lines=tuple((n, f"<b>dòng {n}</b>") for n in range(after + 1, 3)))

    async def answer(self, text: str, **how: object) -> Reply:
        self.asked.append({"text": text} | how)
        if text == "hỏng":
            raise RuntimeError("secret words of a resident")
        if "cháy" in text:
            return Reply(
                kind="emergency",
                id="hotline:113",
                sections=(Section(lines=("Gọi ngay 113",), tone="danger"),),
                numbers=(Number(number="113", dial="113", verified_by=None, verified_at=None, emergency=True),),
                buttons=(Button(id="call:113", title="Gọi 113", dial="113"),),
            )
        return Reply(
            kind="procedure",
            id="dang-ky-khai-sinh",
            title=f"Trả lời: {how['press'] or text[:200]}",
            sections=(
                Section(
                    lines=(HOSTILE, "Lệ phí 10.000 đồng, xem https://dichvucong.gov.vn/p?a=1&b=2."), shape="bullets"
                ),
                Section(heading="Các bước", lines=("Nộp giấy", "Nhận giấy"), shape="steps"),
                Section(lines=("Hỏi lại tại quầy",), tone="check"),
            ),
            buttons=(
                Button(id="dang-ky-khai-sinh#fee", title="Lệ phí"),
                Button(id="map", title="Bản đồ", url="https://www.openstreetmap.org/?mlat=10.29"),
                Button(id="bad", title="Nút xấu", url="javascript:alert(1)"),
                Button(id="language:en", title="English"),
                Button(id="dang-ky-khai-sinh", title="Đăng ký khai sinh"),
            ),
            source="Nguồn: Cổng Dịch vụ công quốc gia. Xem lần cuối: 18/07/2026.",
            path="/thu-tuc/dang-ky-khai-sinh",
        )

    async def page(self, id_: str, lang: Lang) -> Reply | None:
        if id_ == "homestay:list":
            return Reply(kind="homestay", id=id_, title="Chỗ ngủ", sections=(Section(lines=("Nhà Lá",)),))
        item = PACK.item(id_)
        if item is None:
            return None
        number = self.facts.number(id_)
        kind = "hotline" if id_.startswith("hotline:") else "procedure"
        reply = await self.answer(item.own_names()[0], press=None)
        numbers = (number,) if number else ()
        return Reply(
            kind=kind, id=id_, title=item.own_names()[0], sections=reply.sections, buttons=reply.buttons,
            numbers=numbers, source=reply.source,
        )  # fmt: skip

    def answer_json(self, q: str | None, reply: Reply) -> dict[str, object]:
        return {"q": q, "kind": reply.kind, "id": reply.id, "text": reply.text}

    async def ready(self) -> dict[str, object]:
        return {"ready": self.is_ready, "database": "ready", "content": "ready", "channels": {}}


@asynccontextmanager
async def serving(app: web.Application) -> AsyncIterator[str]:
    """A real server on a free port of loopback; yields its address."""
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        yield f"http://{host}:{port}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def served(house: FakeHouse) -> AsyncIterator[str]:
    """The web of a fake house."""
    async with serving(application(house)) as address:
        yield address
