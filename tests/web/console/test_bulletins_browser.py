"""The bulletins' room in a real Chromium, on a small phone and on a desk."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from PIL import Image, ImageDraw
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select

from bot.app import House, house_of
from bot.settings import Settings
from bot.storage.audit import SHELL
from bot.storage.queues import Delivery
from bot.understanding import Understanding
from content.pack import Pack
from tests import browser
from tests.conftest import KEY
from tests.web.console.rig import joined
from tests.web.eyes import readable

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(browser.find() is None, reason=browser.WHY_NONE),
]
ROOM = "/can-bo/ban-tin"
WIDTHS = (360, 1280)
GROUPS = "channel,address,title\n" + "".join(f"by-hand,to-{n},Zalo Tổ {n}\n" for n in range(1, 13))
OTHERS = "channel,address,title\ntelegram,-1,Tổ 1\ntelegram,-2,Tổ 2\nsms,0900000001,\nsms,0900000002,\n"
TEXT = """Bà con không đọc mã OTP cho bất kỳ ai, kể cả người xưng là công an.

Ai gọi hỏi mã thì cúp máy, rồi gọi 113 hoặc công an phường.

Không bấm vào đường dẫn lạ trong tin nhắn."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    tmp_path_factory: pytest.TempPathFactory, pack: Pack, understanding: Understanding
) -> AsyncIterator[House]:
    """A house with Telegram and SMS on; nothing is delivered."""
    file = tmp_path_factory.mktemp("bulletins") / "web.db"
    settings = Settings(
        database_url=f"sqlite+aiosqlite:///{file}", secret_key=KEY, public_url="http://hoi.example",
        telegram_bot_token="1:abc", telegram_mode="polling", sms_url="http://127.0.0.1:9/sms", sms_price=300,
        sms_body="to={to}&text={text}", sms_success="ok",
    )  # fmt: skip
    async with house_of(settings, pack, understanding) as opened:
        for name, members in (("an-ninh-p1", GROUPS), ("nguoi-nhan-p1", OTHERS)):
            await opened.office.lists.create(name, unit="phuong-1", topic="an-ninh", by=SHELL)
            await opened.office.lists.fill(name, members.encode(), by=SHELL)
        yield opened


def poster() -> bytes:
    picture = Image.new("RGB", (1200, 800), "#fbeaf0")
    ImageDraw.Draw(picture).rectangle((80, 80, 1120, 720), outline="#b3245c", width=12)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


async def opened(chromium: Browser, width: int, *, script: bool = True) -> Page:
    context = await chromium.new_context(
        viewport={"width": width, "height": 780}, locale="vi-VN", java_script_enabled=script
    )
    return await context.new_page()


@pytest.mark.parametrize("width", WIDTHS)
async def test_a_bulletin_is_written_with_its_preview_approved_and_sent(
    chromium: Browser, house: House, address: str, width: int
) -> None:
    writer, approver = await opened(chromium, width), await opened(chromium, width)
    wrong: list[str] = []
    for page in (writer, approver):
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    await joined(writer, house, f"an.{width}", address, roles=["editor"], units=["phuong-1"])
    await joined(approver, house, f"binh.{width}", address, roles=["approver"], units=["phuong-1"])

    await writer.goto(address + ROOM)
    await readable(writer, "bulletins-list")
    await writer.get_by_role("link", name="Soạn bản tin mới").click()
    await writer.get_by_label("Tiêu đề").fill(f"Cảnh giác cuộc gọi giả danh công an ({width})")
    await writer.get_by_label("Nội dung").fill(TEXT)
    await writer.get_by_label("an-ninh-p1").check()
    await writer.get_by_label("nguoi-nhan-p1").check()
    await expect(writer.locator("#preview")).to_contain_text("Tin này tới 16 nhóm và người nhận.", timeout=30_000)
    telegram = writer.get_by_role("region", name="Telegram")
    await expect(telegram).to_contain_text("Bà con không đọc mã OTP")
    await writer.get_by_label("Nội dung").fill(TEXT + "\n\nCảm ơn bà con.")
    await expect(telegram).to_contain_text("Cảm ơn bà con.", timeout=30_000)
    await expect(writer.get_by_role("region", name="Tin nhắn SMS")).to_contain_text("Tốn khoảng")
    await readable(writer, "bulletins-write")
    await writer.get_by_label("Chọn ảnh (không bắt buộc)").set_input_files(
        {"name": "to-nhac.png", "mimeType": "image/png", "buffer": poster()}
    )
    await expect(telegram).to_contain_text("Ảnh nằm ở đây", timeout=30_000)
    await writer.get_by_label("Ảnh cho thấy gì").fill("Tờ nhắc chống lừa đảo")
    await writer.get_by_role("button", name="Lưu nháp").click()
    await expect(writer.get_by_role("status")).to_have_text("Đã lưu bản nháp.")
    await readable(writer, "bulletins-draft")
    await writer.get_by_role("button", name="Gửi duyệt").dblclick()
    await expect(writer.locator(".lead").first).to_contain_text("Đang chờ một cán bộ khác duyệt.")

    await approver.goto(writer.url.partition("?")[0])
    await readable(approver, "bulletins-to-approve")
    await approver.get_by_role("button", name="Duyệt", exact=True).dblclick()
    await expect(approver.locator(".lead").first).to_contain_text("Đã duyệt. Gửi ngay, hoặc hẹn giờ.")
    await approver.get_by_text("Hẹn giờ", exact=True).click()
    await approver.get_by_text("Gửi ngay", exact=True).click()
    await expect(approver.locator(".deeds").first).to_contain_text("Tin sẽ tới 16 nhóm và người nhận.")
    await readable(approver, "bulletins-approved")
    await approver.get_by_role("button", name="Gửi bây giờ").dblclick()
    await expect(approver.locator(".lead").first).to_contain_text("Máy đang gửi.")
    number = int(approver.url.partition("?")[0].rsplit("/", 1)[1])
    async with house.database.unit_of_work() as session:
        rows = await session.scalars(select(Delivery).where(Delivery.bulletin == number))
        for row, state in zip(rows, ("sent", "gone", "refused", "sent", "by_hand", "by_hand"), strict=False):
            row.state = state
    await approver.goto(f"{address}{ROOM}/{number}?result=queued")
    await readable(approver, "bulletins-sending")
    await approver.goto(address + ROOM)
    await readable(approver, "bulletins-list-full")
    assert [line for line in wrong if "409" not in line] == []
    await writer.context.close()
    await approver.context.close()


async def test_without_script_a_button_shows_the_preview(chromium: Browser, house: House, address: str) -> None:
    page = await opened(chromium, 360, script=False)
    await joined(page, house, "khong.script", address, roles=["editor"], units=["phuong-1"])
    await page.goto(f"{address}{ROOM}/moi")
    await page.get_by_label("Tiêu đề").fill("Cấp căn cước lưu động")
    await page.get_by_label("Nội dung").fill("Sáng thứ Bảy tại nhà văn hóa khóm 1.")
    await page.get_by_label("an-ninh-p1").check()
    await page.get_by_role("button", name="Xem trước").click()
    await expect(page.get_by_role("region", name="Telegram")).to_contain_text("Cấp căn cước lưu động")
    await expect(page.get_by_text("Đây mới là xem trước, chưa lưu.")).to_be_visible()
    await page.get_by_role("button", name="Lưu và gửi duyệt").click()
    await expect(page.get_by_role("status")).to_have_text("Đã gửi duyệt.")
    await page.context.close()


async def test_a_picture_that_is_too_large_is_said_before_it_is_sent(
    chromium: Browser, house: House, address: str
) -> None:
    page = await opened(chromium, 360)
    await joined(page, house, "anh.to", address, roles=["editor"], units=["phuong-1"])
    await page.goto(f"{address}{ROOM}/moi")
    await page.locator("#bulletin").evaluate("form => { form.dataset.largest = 1000; }")
    await page.get_by_label("Chọn ảnh (không bắt buộc)").set_input_files(
        {"name": "to-nhac.png", "mimeType": "image/png", "buffer": poster()}
    )
    await expect(page.locator("#picture-wrong")).to_contain_text("Ảnh nặng quá")
    assert await page.get_by_label("Chọn ảnh (không bắt buộc)").evaluate("input => input.files.length") == 0
    await page.context.close()
