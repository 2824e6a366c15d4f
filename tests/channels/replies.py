"""The same answers for the rendering tests of every channel, each by a spoken name."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

from content.pack import Number
from handlers.contract import Button, Candidate, Place, Reply, Section

SOURCE: Final = "Nguồn: Cổng Dịch vụ công quốc gia và 4 nguồn khác. Xem lần cuối: 18/07/2026."

GREETING: Final = Reply(
    kind="smalltalk",
    sections=(Section(lines=("Dạ chào bà con! Tui là Hỏi Phường. Bà con gõ câu hỏi, không dấu cũng được.",)),),
    buttons=(
        Button(id="groups", title="Thủ tục"),
        Button(id="units", title="Số điện thoại"),
        Button(id="homestay:list", title="Chỗ ngủ lại, điểm chơi"),
        Button(id="handover", title="Gặp cán bộ"),
        Button(id="language:en", title="English"),
    ),
)

CLARIFY: Final = Reply(
    kind="clarify",
    sections=(
        Section(lines=("Dạ, có phải bà con hỏi một trong các việc này? Bấm chọn, hoặc gõ số.",)),
        Section(lines=("Đăng ký khai sinh", "Đăng ký khai tử"), shape="steps"),
    ),
    buttons=(
        Button(id="dang-ky-khai-sinh", title="Đăng ký khai sinh"),
        Button(id="dang-ky-khai-tu", title="Đăng ký khai tử"),
        Button(id="handover", title="Gặp cán bộ"),
    ),
    candidates=(
        Candidate(kind="procedure", id="dang-ky-khai-sinh", confidence=0.5),
        Candidate(kind="procedure", id="dang-ky-khai-tu", confidence=0.3),
    ),
)

PROCEDURE: Final = Reply(
    kind="procedure",
    id="dang-ky-khai-sinh",
    title="Đăng ký khai sinh",
    sections=(
        Section(heading="Giấy tờ cần nộp", lines=("Tờ khai (1 bản chính).", "Giấy chứng sinh (1 bản chính)."), shape="bullets"),
        Section(heading="Nộp ở đâu", lines=("Trung tâm Phục vụ hành chính công phường.",)),
        Section(heading="Các bước", lines=("Lấy số.", "Nộp giấy.", "Ký nhận."), shape="steps"),
        Section(lines=("Sắp đổi từ 01/03/2027: Luật Hộ tịch mới. Đi sau ngày đó thì hỏi lại.",), tone="check"),
    ),
    buttons=(
        Button(id="dang-ky-khai-sinh#fee", title="Lệ phí"),
        Button(id="dang-ky-khai-sinh#time", title="Bao lâu"),
        Button(id="dang-ky-khai-sinh~", title="Giấy tờ của riêng tôi"),
        Button(
            id="lien-thong-khai-sinh-thuong-tru-bhyt",
            title="Khai sinh, thường trú, thẻ BHYT, căn cước cho trẻ dưới 6 tuổi (liên thông, làm một lần tại quầy)",
        ),
        Button(id="nhan-cha-me-con", title="Nhận cha, mẹ, con"),
        Button(id="handover", title="Gặp cán bộ"),
        Button(id="helpful:dang-ky-khai-sinh", title="Có ích"),
    ),
    source=SOURCE,
    path="/thu-tuc/dang-ky-khai-sinh",
)  # fmt: skip

HOTLINE: Final = Reply(
    kind="hotline",
    id="hotline:phuong-1",
    title="Số điện thoại Phường 1",
    sections=(
        Section(lines=("Số trực của Phường Sa Đéc chưa được cán bộ xác nhận, nên chưa đưa ra được.",), tone="check"),
        Section(heading="Trong lúc chờ, bà con gọi:", lines=("113 – Công an (phản ứng nhanh)",), shape="bullets"),
        Section(lines=("Từ 01/07/2025, Phường 1 do Phường Sa Đéc phục vụ.",)),
    ),
    buttons=(
        Button(id="call:113", title="Gọi 113", dial="113"),
        Button(id="call:1022", title="Gọi 1022", dial="1022"),
        Button(id="handover", title="Gặp cán bộ"),
        Button(id="menu", title="Về đầu"),
    ),
    numbers=(
        Number(number="113", dial="113", emergency=True, verified_by=None, verified_at=None),
        Number(number="1022", dial="1022", emergency=False, verified_by=None, verified_at=None),
    ),
    source=SOURCE,
    unit="phuong-1",
    path="/duong-day-nong/phuong-1",
)

EMERGENCY: Final = Reply(
    kind="emergency",
    id="hotline:114",
    sections=(
        Section(lines=("GỌI NGAY 114!",), tone="danger"),
        Section(lines=("Ra khỏi chỗ cháy, cúi thấp tránh khói.", "Nói rõ: ở đâu, chuyện gì, mấy người bị.")),
        Section(lines=("Công an 113 · Cứu hỏa 114 · Cấp cứu 115 · Cứu nạn 112 · Trẻ em 111",)),
    ),
    buttons=(Button(id="call:114", title="Gọi 114", dial="114"),),
    numbers=(Number(number="114", dial="114", emergency=True, verified_by=None, verified_at=None),),
    source="Nguồn: các số khẩn cấp toàn quốc. Xem lần cuối: 23/11/2026.",
)

HOMESTAY: Final = Reply(
    kind="homestay",
    id="homestay:ngoi-nha-hoa",
    title="Homestay Ngôi Nhà Hoa",
    sections=(
        Section(lines=("Nhà vườn trong làng hoa.",)),
        Section(lines=("Có chỗ ngủ lại.", "Địa chỉ: 12 Làng hoa, Tân Quy Đông"), shape="bullets"),
        Section(lines=("Chủ điểm chưa xác nhận thông tin này.",), tone="check"),
    ),
    buttons=(
        Button(id="call:0277000000", title="Gọi (0277) 000 000", dial="0277000000"),
        Button(id="map", title="Mở bản đồ", url="https://www.google.com/maps/search/?api=1&query=10.3,105.76"),
        Button(id="homestay:list", title="Chỗ ngủ lại, điểm chơi"),
        Button(id="menu", title="Về đầu"),
    ),
    places=(Place(name="Homestay Ngôi Nhà Hoa", address="12 Làng hoa, Tân Quy Đông", lat=10.3, lon=105.76),),
    source="Nguồn: trang du lịch của thành phố. Xem lần cuối: 04/2021.",
    path="/luu-tru/ngoi-nha-hoa",
)

LISTING: Final = Reply(
    kind="smalltalk",
    title="Bảo hiểm, trợ cấp",
    sections=(Section(lines=tuple(f"Thủ tục số {n} có tên dài để xem cách cắt" for n in range(1, 13)), shape="bullets"),),
    buttons=tuple(Button(id=f"thu-tuc-{n}", title=f"Thủ tục số {n} có tên dài để xem cách cắt") for n in range(1, 13)),
)  # fmt: skip

LONG: Final = Reply(
    kind="procedure",
    id="cap-giay-phep-xay-dung",
    title="Cấp giấy phép xây dựng nhà ở riêng lẻ",
    sections=(
        Section(heading="Giấy tờ cần nộp", lines=tuple(f"Giấy thứ {n}: bản chính kèm bản sao có chứng thực của cơ quan có thẩm quyền." for n in range(1, 21)), shape="bullets"),
        Section(heading="Chỉ khi đúng hoàn cảnh", lines=tuple(f"Nếu hoàn cảnh {n}: thêm giấy xác nhận của nơi cư trú và bản vẽ hiện trạng." for n in range(1, 31)), shape="bullets"),
        Section(heading="Nộp ở đâu", lines=("Trung tâm Phục vụ hành chính công phường.",)),
        Section(heading="Lệ phí", lines=("75.000 đồng một giấy phép.",)),
        Section(heading="Nhớ kỹ", lines=tuple(f"Điều cần nhớ {n}: " + "đo đạc, cắm mốc, báo hàng xóm, " * 6 for n in range(1, 9)), shape="bullets"),
        Section(lines=("Nên hỏi lại tại quầy trước khi đi: có chỗ chưa đối chiếu hết.",), tone="check"),
    ),
    buttons=PROCEDURE.buttons,
    source=SOURCE,
    path="/thu-tuc/cap-giay-phep-xay-dung",
)  # fmt: skip

ENDLESS: Final = Reply(
    kind="initiative",
    title="Một câu không xuống dòng",
    sections=(Section(lines=("nước lên nước xuống " * 1500,)),),
    source=SOURCE,
    path="/mo-hinh/cau-dai",
)

MARKUP: Final = Reply(
    kind="homestay",
    id="homestay:a-b",
    title="Nhà <b>A & B</b> *hoa* _sen_ [x](y) `z` \\ 1. # ~ | {ok}",
    sections=(Section(lines=("5 < 6 && 7 > 6; </b><script>alert(1)</script> &amp; __init__ **đậm**",)),),
    buttons=(Button(id="menu", title="<Về> & *đầu*"),),
    source="Nguồn: <trang> & “sổ”.",
    path="/luu-tru/a-b",
)

DECOMPOSED: Final = Reply(
    kind="smalltalk",
    title=unicodedata.normalize("NFD", "Trợ cấp hưu trí xã hội"),
    sections=(Section(lines=(unicodedata.normalize("NFD", "Người từ đủ 75 tuổi."),)),),
    buttons=(Button(id="menu", title=unicodedata.normalize("NFD", "Về đầu")),),
)

PICTOGRAPHS: Final = Reply(
    kind="smalltalk",
    sections=(Section(lines=tuple("🌸👩‍🌾🏡 làng hoa Sa Đéc " * 5 for _ in range(40))),),
    buttons=(Button(id="menu", title="🌸" * 200),),
    path="/mo-hinh/lang-hoa",
)

EMPTY: Final = Reply(kind="smalltalk", sections=(Section(lines=("Dạ.",)),))

REPLIES: Final[Mapping[str, Reply]] = {
    "a greeting with five choices": GREETING,
    "asked back: did you mean this, or that": CLARIFY,
    "a procedure that fits, with seven choices": PROCEDURE,
    "no confirmed number: the nearest ones to call": HOTLINE,
    "a fire: the number on the first line": EMERGENCY,
    "a homestay with a call, a map and a pin": HOMESTAY,
    "a list of twelve procedures": LISTING,
    "an answer far too long": LONG,
    "one endless line": ENDLESS,
    "words that look like markup": MARKUP,
    "letters and their marks apart (NFD)": DECOMPOSED,
    "pictographs, two units each": PICTOGRAPHS,
    "one word": EMPTY,
}
