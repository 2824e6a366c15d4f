"""Emergencies come before all: what happens now, and the number to call."""

from __future__ import annotations

import re
from typing import Final

from bot.understanding.normalise import Words

NUMBERS: Final = ("114", "115", "113", "112", "111")

_SIGNS: Final[dict[str, tuple[str, ...]]] = {
    "114": (
        r"\bchay (nha|roi|lon|to|du|bep|quan|tiem|cho|kho|tro|phong|xe may|o to|rung|cay|hang)\b",
        r"\b(nha|bep|quan|tiem|cho|kho|day tro|phong|xe|dien|hang xom|tu dien|binh ga|o dien|phong tro) .{0,24}\b(dang chay|bi chay|chay roi|boc chay|phat no|bi no|no roi|bat lua|boc lua)\b",
        r"\b(dang chay|boc chay|chay lon|phat hoa|hoa hoan|xi (binh )?ga|ro ri (khi )?ga|no (binh )?ga|lua (bat|boc|chay|lan|len)|khoi (boc|len) )\b",
        r"\b(mac ket|ket trong|sap nha|sap ham|nha sap)\b",
        r"\bchay\b.{0,30}\b(cuu|goi ai|nhanh len|len roi|kia|may oi|troi oi)\b",
        r"\b(cuu|troi oi)\b.{0,30}\bchay\b",
        r"\b(is|are|house|kitchen|shop|market|on) .{0,14}(on fire|burning)\b",
        r"\b(there is|there s|theres) a fire\b|\bfire (at|in) (my|the|our)\b|\bgas leak\b|^fire\b|\bhelp fire\b",
    ),
    "115": (
        r"\b(ngat|xiu|ngat xiu|bat tinh|hon me|dot quy|tai bien|co giat|dong kinh len con|khong tho|kho tho|ngung tho|ngung tim|nhoi mau|dau tim|dau nguc du doi|chay mau nhieu|mau chay|soc phan ve|uong thuoc (sau|tru sau|diet co|ray)|uong nham|ngo doc|trung doc|ran can|dien giat|bi dien giat|soc dien|tut huyet ap|troi dap|kep do|sap sinh|sap sanh|vo oi|chuyen da|hoc xuong|hoc di vat|sac sua|te gay|bi dam|bi phong nang|tu tu|nhay cau)\b",
        r"\btai nan\b.{0,40}\b(nang|mau|cuu|nam|bat dong|goi|gap|chet|xe|dang|roi)\b",
        r"\b(bi|vua|moi) tai nan\b",
        r"\b(heart attack|stroke|unconscious|fainted|passed out|collapsed|not breathing|can t breathe|cant breathe|bleeding|electric shock|electrocuted|poisoned|overdose|accident|snake bite|need an ambulance|call an ambulance)\b",
    ),
    "113": (
        r"\b(cuop|an cuop|cuop giat|giat (do|tui|day chuyen|dien thoai)|moc tui|trom vo|trom vao|co trom|an trom|dot nhap|lay trom|bi trom|trom xe|mat trom)\b",
        r"\b(danh nhau|dang danh|danh toi|danh tui|danh vo|danh me|danh con|danh em|danh dap|chem|dam nhau|hanh hung|rut dao|cam dao|doa giet|giet|bat coc|hiep dam|cuong hiep|khong che|hon chien|vay danh|bi danh|dap pha|no sung|ban nhau|xong vao nha|pha cua)\b",
        r"\b(robbed|robbery|stole|stolen|thief|thieves|burglar|breaking in|broke in|attacking|attacked|beating|is hitting|hit me|knife|kidnap\w*|raped?|mugged|snatched|fighting|being threatened|threatening)\b",
    ),
    "112": (
        r"\b(duoi nuoc|chet duoi|roi xuong (song|kenh|ao|rach|nuoc|muong)|te (xuong )?(song|kenh|ao|rach|muong)|lat (xuong|ghe|thuyen|tau|xuồng)|chim (xuong|ghe|thuyen|tau)|troi song|nuoc cuon|lu cuon|sat lo|mat tich tren song)\b",
        r"\b(drowning|drowned|fell in(to)? the (river|canal|water)|boat (capsized|sank|is sinking))\b",
    ),
    "111": (
        r"\b(xam hai|bao hanh|dam o|lam dung)\b.{0,30}\b(tre|be|chau|con nit|con|em)\b",
        r"\b(tre|be|chau|con nit|em be|dua nho|dua be|hoc sinh)\b.{0,40}\b(bi danh|danh dap|bao hanh|xam hai|hanh ha|bo doi|nhot|dam o|bi bo roi|bat di)\b",
        r"\b(danh|hanh ha|bao hanh) .{0,20}\b(be|chau be|dua nho|em be|con nit|dua be|tre em|tre nho)\b",
        r"\b(child|kid|baby|children)\b.{0,40}\b(abused|abuse|beaten|beating|hurt|molested)\b|\b(beating|abusing|hitting) .{0,16}\b(child|kid|baby|children)\b",
    ),
}
_COMPILED: Final = {number: re.compile("|".join(signs)) for number, signs in _SIGNS.items()}

_NOW: Final = re.compile(
    r"\b(cuu|cuu voi|cuu toi|dang|roi|gap|ngay|lien|nhanh|troi oi|oi|bay gio|hien tai|vua|moi|luc nay|kia|lam sao day|goi ai|goi dau|goi so may|voi|help|now|just|is|are|right now|someone|somebody|urgent|emergency|please)\b"
)
_CALM: Final = re.compile(
    r"\b(so|hotline|duong day nong|tong dai|sdt|number)\b.{0,24}\b(bao|goi|cap cuu|cuu hoa|cuu thuong|cong an|chay|fire|police|ambulance|nao|may|gi)\b"
    r"|\b(bao|goi|report) (chay|cuop|trom|cap cuu|danh nhau|tai nan|a (fire|theft|robbery|crime))\b.{0,20}\b(o dau|so|dau|cho nao|the nao|lam sao)\b"
    r"|\b(thu tuc|ho so|phong chay|chua chay|giay phep|mo hinh|sang kien|tuyen truyen|ban tin|nghi dinh|luat|xu phat|bao hiem|tro cap|che do|lam lai|cap lai|giay to|boi thuong|khai tu|khai bao|dang ky|muc phat|toi gi|di chuc|phong chong|canh giac|chung nhan|lao dong|camera|ly hon)\b"
    r"|\b(hom qua|hom truoc|hom bua|bua truoc|tuan truoc|thang truoc|nam ngoai|nam truoc|hoi nam|ngay xua|truoc day|lau roi|da lau|may thang|may nam|nam \d{4}|last (week|month|year)|yesterday)\b"
    r"|\b(chay (xe|ban|bo|quang cao|grab|an|hang|tien|viec|thu|truong|chuc|o dau|la gi)|ban chay|neu|khi (co|bi|gap)|insurance|certificate|passport lost)\b"
)


def emergency(words: Words) -> str | None:
    """The number to call for what is happening now, or None where nothing is."""
    plain = words.plain
    if len(plain) > 260:
        return None  # nobody in danger types a life story
    for number in ("111", "112", "114", "115", "113"):
        if _COMPILED[number].search(plain):
            if _CALM.search(plain) and not re.search(r"\bcuu (voi|toi|tui|em|con|me|nguoi)\b", plain):
                return None
            return number
    return None
