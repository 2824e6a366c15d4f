"""The bulletins as residents see them: archive, one page each, pictures, feed, and the open figures."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import AsyncIterator
from xml.etree import ElementTree

import aiohttp
import pytest
from PIL import Image

from bot.app import House
from bot.storage import statistics
from bot.storage.tables import Thumb
from tests.publishing import NOW, a_bulletin, a_list
from tests.web.fake import application as web_of
from tests.web.fake import serving

ATOM = "{http://www.w3.org/2005/Atom}"


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 5), "green").save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
async def client(sa_dec: House) -> AsyncIterator[aiohttp.ClientSession]:
    async with (
        serving(web_of(sa_dec)) as address,
        aiohttp.ClientSession(address, cookie_jar=aiohttp.DummyCookieJar()) as session,
    ):
        yield session


@pytest.fixture
async def published(sa_dec: House) -> None:
    """Five: one with a picture, one taken back and its correction, one still a draft, one in English."""
    async with sa_dec.database.unit_of_work() as session:
        one, two = await a_list(session, "p1"), await a_list(session, "p2", "phuong-2", "giao-thong")
        text = "Có người tự xưng công an.\n\nĐừng đọc <b>mã OTP</b>.\nGọi 113."
        picture = jpeg()
        await a_bulletin(session, "Giả danh công an", text, lists=[one], picture=picture, link="https://ca.example")
        wrong = await a_bulletin(
            session, "Cấm đường 6 giờ", "Từ 6 giờ.", lists=[two], state="recalled", picture=picture
        )
        await a_bulletin(session, "Cấm đường 7 giờ", lists=[two], corrects=wrong)
        await a_bulletin(session, "Chưa gửi", lists=[one], state="draft")
        old = NOW - dt.timedelta(days=40)
        await a_bulletin(session, "Lock your bike", lists=[one], at=old, lang="en")


async def get(client: aiohttp.ClientSession, path: str, status: int = 200, **headers: str) -> str:
    async with client.get(path, headers=headers, allow_redirects=False) as response:
        assert response.status == status, path
        return await response.text()


def titles(page: str) -> list[str]:
    return re.findall(r'<li><a href="/ban-tin/\d+"><b lang="\w+">([^<]*)</b>', page)


async def test_an_empty_archive_says_what_to_do(client: aiohttp.ClientSession) -> None:
    page = await get(client, "/ban-tin")
    assert "Chưa có bản tin nào" in page
    assert "113" in page


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/ban-tin", ["Cấm đường 7 giờ", "Cấm đường 6 giờ", "Giả danh công an", "Lock your bike"]),
        ("/ban-tin?q=gia+danh", ["Giả danh công an"]),
        ("/ban-tin?unit=phuong-2&topic=giao-thong", ["Cấm đường 7 giờ", "Cấm đường 6 giờ"]),
        ("/ban-tin?unit=phuong-2&q=bike", []),
        ("/ban-tin?unit=nowhere", []),
        ("/ban-tin?page=x", ["Cấm đường 7 giờ", "Cấm đường 6 giờ", "Giả danh công an", "Lock your bike"]),
    ],
)
async def test_the_archive_is_searched(
    client: aiohttp.ClientSession, published: None, path: str, wanted: list[str]
) -> None:
    assert titles(await get(client, path)) == wanted


async def test_what_was_searched_for_stays_in_the_form_and_escaped(
    client: aiohttp.ClientSession, published: None
) -> None:
    page = await get(client, '/ban-tin?q="><script>&unit=phuong-1')
    assert 'value="&#34;&gt;&lt;script&gt;"' in page
    assert '<option value="phuong-1" selected>' in page
    assert "Tìm được 0 bản tin" in page
    assert "noindex" in page


async def test_a_long_archive_has_pages(client: aiohttp.ClientSession, sa_dec: House) -> None:
    async with sa_dec.database.unit_of_work() as session:
        for number in range(41):
            await a_bulletin(session, f"Tin {number}", at=NOW - dt.timedelta(hours=number))
    assert [len(titles(await get(client, f"/ban-tin?page={n}"))) for n in (1, 2, 3)] == [20, 20, 1]
    assert 'href="/ban-tin?q=tin&amp;page=3"' in (await get(client, "/ban-tin?q=tin&page=2")).replace(
        "&page", "&amp;page"
    )
    await get(client, "/ban-tin?page=4", 404)


async def test_a_bulletin_has_its_own_page_and_shows_well_when_forwarded(
    client: aiohttp.ClientSession, published: None
) -> None:
    page = await get(client, "/ban-tin/1")
    for words in ("<h1", "Giả danh công an", "25/11/2026", "Tin chính thức của Phường 1", "Gọi 113."):
        assert words in page
    assert "Đừng đọc &lt;b&gt;mã OTP&lt;/b&gt;" in page
    assert 'href="https://ca.example"' in page
    assert '<img class="picture" src="/ban-tin/1/anh.jpg" alt="Tờ nhắc" width="8" height="5">' in page
    tags = dict(re.findall(r'<meta property="([^"]+)" content="([^"]*)">', page))
    assert tags["og:type"] == "article"
    assert tags["og:title"].startswith("Giả danh công an")
    assert tags["og:description"].startswith("Có người tự xưng công an. Đừng đọc")
    assert tags["og:image"].endswith("/ban-tin/1.png")
    assert (tags["og:image:width"], tags["og:image:height"]) == ("1200", "630")
    assert page.count('property="og:image"') == 1


async def test_a_bulletin_keeps_its_language_whatever_the_page_is_in(
    client: aiohttp.ClientSession, published: None
) -> None:
    page = await get(client, "/ban-tin/1", **{"Accept-Language": "en"})
    assert '<html lang="en"' in page
    assert '<h1 lang="vi">Giả danh công an</h1>' in page
    assert "Official bulletin of Ward 1" in page


async def test_one_taken_back_says_so_hides_its_words_and_leads_to_its_correction(
    client: aiohttp.ClientSession, published: None
) -> None:
    page = await get(client, "/ban-tin/2")
    assert "đã được rút lại" in page
    assert "Từ 6 giờ" not in page
    assert 'href="/ban-tin/3"' in page
    assert "noindex" in page
    await get(client, "/ban-tin/2/anh.jpg", 404)
    assert 'Tin này đính chính cho: <a href="/ban-tin/2">' in await get(client, "/ban-tin/3")


@pytest.mark.parametrize("name", ["4", "99", "0", "-1", "abc", "1.5", "٣", "99999999999999999999"])
@pytest.mark.parametrize("path", ["/ban-tin/{}", "/ban-tin/{}.png", "/ban-tin/{}/anh.jpg"])
async def test_what_did_not_go_out_is_not_there(
    client: aiohttp.ClientSession, published: None, path: str, name: str
) -> None:
    await get(client, path.format(name), 404)


async def test_an_address_with_zeros_leads_to_the_right_one(client: aiohttp.ClientSession, published: None) -> None:
    async with client.get("/ban-tin/001", allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (301, "/ban-tin/1")


@pytest.mark.parametrize("id_", [1, 2])
async def test_the_picture_of_a_link_is_a_png_of_the_right_size(
    client: aiohttp.ClientSession, published: None, id_: int
) -> None:
    async with client.get(f"/ban-tin/{id_}.png") as response:
        assert response.content_type == "image/png"
        body = await response.read()
    image = Image.open(io.BytesIO(body))
    assert image.size == (1200, 630)
    assert len(body) < 300_000  # Zalo and old phones load it
    colours = {colour for _, colour in image.convert("RGB").getcolors(1_000_000) or []}
    assert ((0x1F, 0x6F, 0x4A) in colours) is (id_ == 1)  # the green sign of what stands
    assert ((0x8A, 0x5A, 0x00) in colours) is (id_ == 2)


async def test_a_bulletin_shows_its_own_picture(client: aiohttp.ClientSession, published: None) -> None:
    async with client.get("/ban-tin/1/anh.jpg") as response:
        assert (response.content_type, await response.read()) == ("image/jpeg", jpeg())
    await get(client, "/ban-tin/3/anh.jpg", 404)


async def test_the_feed_is_atom_and_holds_what_stands(client: aiohttp.ClientSession, published: None) -> None:
    async with client.get("/ban-tin.atom") as response:
        assert response.content_type == "application/atom+xml"
        feed = ElementTree.fromstring(await response.text())
    entries = feed.findall(ATOM + "entry")
    assert [entry.findtext(ATOM + "title") for entry in entries] == [
        "Cấm đường 7 giờ", "Giả danh công an", "Lock your bike",
    ]  # fmt: skip
    assert "<b>mã OTP</b>" in (entries[1].findtext(ATOM + "content") or "")
    for wanted in ("id", "title", "updated", "author"):
        assert feed.find(ATOM + wanted) is not None
    assert dt.datetime.fromisoformat(feed.findtext(ATOM + "updated") or "") == NOW
    narrowed = ElementTree.fromstring(await get(client, "/ban-tin.atom?unit=phuong-2"))
    assert len(narrowed.findall(ATOM + "entry")) == 1


async def test_a_feed_survives_what_xml_cannot_hold(client: aiohttp.ClientSession, sa_dec: House) -> None:
    async with sa_dec.database.unit_of_work() as session:
        await a_bulletin(session, "Lạ\x0b & <lạ>", "một\x01hai ]]>")
    feed = ElementTree.fromstring(await get(client, "/ban-tin.atom"))
    assert feed.findtext(f"{ATOM}entry/{ATOM}title") == "Lạ & <lạ>"


async def test_open_figures_count_without_people(
    client: aiohttp.ClientSession, sa_dec: House, published: None
) -> None:
    async with sa_dec.database.unit_of_work() as session:
        for kind in ("procedure", "procedure", "procedure", "handover", "smalltalk"):
            statistics.asked(session, kind=kind, channel="web")
        session.add(Thumb(item="dang-ky-khai-sinh", helpful=9, unhelpful=3))
    page = await get(client, "/so-lieu")
    assert "<b>4</b>" in page
    assert "<b>75%</b> <span>trả lời được" in page
    assert "<b>75%</b> <span>nói câu trả lời có ích" in page
    assert "Thủ tục giấy tờ" in page
    assert page.count('<rect class="plain"') == 12


async def test_few_thumbs_make_no_share(client: aiohttp.ClientSession, sa_dec: House) -> None:
    async with sa_dec.database.unit_of_work() as session:
        session.add(Thumb(item="dang-ky-khai-sinh", helpful=2, unhelpful=0))
    page = await get(client, "/so-lieu")
    assert "có ích" not in page
    assert "%</b>" not in page


async def test_a_question_is_counted_by_what_it_was(client: aiohttp.ClientSession, sa_dec: House) -> None:
    async with client.post("/api/ask", json={"q": "làm khai sinh cần gì"}) as response:
        assert response.status == 200
    today = dt.datetime.now(statistics.HERE).date()
    async with sa_dec.database.reading() as session:
        assert await statistics.by_kind(session, today, today) == {"procedure": 1}


async def test_the_pages_are_found_from_every_page(client: aiohttp.ClientSession) -> None:
    page = await get(client, "/thu-tuc")
    assert 'href="/ban-tin"' in page
    assert 'href="/so-lieu"' in page
