"""Officers, invitations, logins and bound chats, on both databases."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

import pyotp
import pytest
import time_machine
from sqlalchemy import select, text

from bot.channels.channel import Outgoing, Update
from bot.errors import NotAllowed, Refused
from bot.office.access import Access, Invited
from bot.office.binding import Binding
from bot.office.keys import Keys, plain
from bot.office.logins import CODE_TRIES, CODES_AN_HOUR, Logins, lock_of
from bot.office.records import Records
from bot.storage import officers
from bot.storage.audit import SHELL
from bot.storage.database import Database
from bot.storage.officers import Officer
from bot.storage.queues import URGENT, Delivery
from content.pack import Pack
from content.texts import Texts
from handlers.contract import Reply
from tests.delivery.fake import Pretend, said

NOON = dt.datetime(2026, 11, 25, 5, 0, 3, tzinfo=dt.UTC)  # early in a step of the second factor
PASSWORD = "hoa kiểng ven sông 7"
HERE = {"address": "192.0.2.1", "device": "Chrome, Android"}


class Words(Pretend):
    """A channel that shows the words as they are."""

    def render(self, reply: Reply, update: Update, text: Texts) -> Sequence[Outgoing]:
        return (Outgoing(body={"text": reply.text}),)


@dataclass
class Desk:
    """The services, and short ways to what the tests ask often."""

    database: Database
    access: Access
    logins: Logins
    records: Records
    binding: Binding

    async def invite(
        self, name: str, role: str = "editor", unit: str = "phuong-1", by: Officer | None = None
    ) -> Invited:
        return await self.access.invite(name=name, roles=[role], units=[unit], by=by or SHELL)

    async def officer(self, name: str) -> Officer:
        async with self.database.reading() as session:
            found = await officers.by_name(session, name)
        assert found
        return found

    async def joined(self, name: str, **more: str) -> str:
        """Somebody invited who has accepted; the secret of his second factor."""
        link = (await self.invite(name, **more)).link.rsplit("/", 1)[1]
        secret = self.access.enrolment(name).secret
        await self.access.accept(link, password=PASSWORD, secret=secret, code=code(secret, -30))
        return secret

    async def tell(self, words: str, **how: object) -> str | None:
        """What the bot says to a message from the chat `lan`; None: it is nothing to this attendant."""
        async with self.database.unit_of_work() as session:
            attended = await self.binding.attend(session, Words(), said(words, **how), None)
        return attended.says[0].reply.text if attended else None

    async def codes(self) -> list[str]:
        """The codes that lie in the outbox."""
        async with self.database.reading() as session:
            rows = await session.scalars(select(Delivery).order_by(Delivery.id))
            return re.findall(r"\b\d{6}\b", " ".join(str(row.body) for row in rows))


def code(secret: str, later: int = 0) -> str:
    return pyotp.TOTP(secret).at(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=later))


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON) as traveller:
        yield traveller


@pytest.fixture
async def desk(database_url: str, pack: Pack) -> AsyncIterator[Desk]:
    database = Database(database_url)
    await database.migrate()
    keys = Keys(b"k" * 32)
    access = Access(database, pack, keys, "https://hoi.example/")
    yield Desk(
        database, access, Logins(database, keys, access, {"pretend": Words()}), Records(database), Binding(pack, keys)
    )
    await database.close()


async def test_an_invited_officer_may_act_at_once_and_the_log_names_the_shell(desk: Desk) -> None:
    invited = await desk.invite("Nguyễn Văn Thử", unit="all")
    assert invited.link.startswith("https://hoi.example/can-bo/moi/")
    assert invited.expires_at == pytest.approx(NOON + dt.timedelta(days=7), abs=dt.timedelta(seconds=9))
    assert (await desk.officer("Nguyễn Văn Thử")).may("editor", "phuong-2")
    [entry] = await desk.records.entries()
    assert (entry.by, entry.action, entry.subject) == ("shell", "officer.invite", "officer:Nguyễn Văn Thử")
    assert entry.detail == {"grants": ["editor:*"]}


async def test_nothing_that_lets_in_stands_in_the_database(desk: Desk) -> None:
    secret = await desk.joined("minh")
    invited = await desk.invite("lan")
    cookie = await desk.logins.by_password("minh", PASSWORD, code(secret), **HERE)
    async with desk.database.reading() as session:
        kept = ""
        for table in ("officers", "invitations", "officer_sessions", "login_codes", "guesses", "audit"):
            kept += str((await session.execute(text(f"SELECT * FROM {table}"))).all())
    for words in (
        invited.link.rsplit("/", 1)[1],
        invited.code,
        plain(invited.code),
        cookie,
        secret,
        PASSWORD,
        "192.0.2.1",
    ):
        assert words not in kept


async def test_inviting_a_known_name_adds_the_role(desk: Desk) -> None:
    await desk.invite("lan")
    again = await desk.invite("LAN", role="approver", unit="all")
    assert again.name == "lan"
    assert again.grants == (("approver", "*"), ("editor", "phuong-1"))
    assert len(await desk.access.everyone()) == 1


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        pytest.param({"units": ["phuong-9"]}, "Các nơi: phuong-1, ", id="no such unit"),
        pytest.param({"roles": ["boss"]}, "editor, approver, duty, admin", id="no such role"),
        pytest.param({"units": []}, "ít nhất", id="no unit"),
        pytest.param({"name": "shell"}, "Tên gọi tắt", id="a reserved name"),
        pytest.param({"name": "<b>"}, "Tên gọi tắt", id="no name"),
        pytest.param({"name": "a" * 41}, "Tên gọi tắt", id="a long name"),
    ],
)
async def test_a_wrong_invitation_says_what_is_right(desk: Desk, wanted: dict[str, object], says: str) -> None:
    with pytest.raises(Refused, match=says):
        await desk.access.invite(
            **({"name": "lan", "roles": ["editor"], "units": ["phuong-1"], "by": SHELL} | wanted)
        )  # type: ignore[arg-type]
    assert await desk.access.everyone() == []


async def test_an_administrator_of_one_unit_hands_out_no_more_than_he_has(desk: Desk) -> None:
    await desk.invite("dia.phuong", role="admin")
    await desk.invite("cap.tren", role="admin", unit="all")
    by = await desk.officer("dia.phuong")
    await desk.invite("lan", by=by)
    refused = (
        desk.invite("hoa", unit="phuong-2", by=by),
        desk.invite("hoa", unit="all", by=by),
        desk.invite("cap.tren", by=by),  # the link would let him in as the one above him
        desk.access.reset("cap.tren", by=by),
        desk.access.disable("cap.tren", by=by),
    )
    for wish in refused:
        with pytest.raises(NotAllowed):
            await wish
    await desk.access.disable("lan", by=by)
    assert (await desk.officer("lan")).disabled


async def test_an_invitation_ends_with_its_week_its_use_and_the_next_one(
    desk: Desk, clock: time_machine.Traveller
) -> None:
    first, second = (await desk.invite("lan")).link, (await desk.invite("lan")).link
    assert await desk.access.invitation(first.rsplit("/", 1)[1]) is None
    assert await desk.access.invitation(second.rsplit("/", 1)[1]) == "lan"
    clock.shift(dt.timedelta(days=7, seconds=1))
    assert await desk.access.invitation(second.rsplit("/", 1)[1]) is None


async def test_of_two_who_accept_at_once_one_does(desk: Desk) -> None:
    link = (await desk.invite("lan")).link.rsplit("/", 1)[1]
    secret = desk.access.enrolment("lan").secret
    both = await asyncio.gather(
        *(desk.access.accept(link, password=PASSWORD + more, secret=secret, code=code(secret)) for more in "ab"),
        return_exceptions=True,
    )
    assert {type(each) for each in both} == {int, Refused}


async def test_of_two_logins_with_one_code_one_comes_in(desk: Desk) -> None:
    secret = await desk.joined("lan")
    both = await asyncio.gather(
        *(desk.logins.by_password("lan", PASSWORD, code(secret), **HERE) for _ in "ab"), return_exceptions=True
    )
    assert {type(each) for each in both} == {str, Refused}


async def test_many_guesses_at_once_are_no_more_than_one_after_another(desk: Desk) -> None:
    secret = await desk.joined("lan")
    tries = await asyncio.gather(
        *(desk.logins.by_password("lan", "sai mật khẩu", code(secret), **HERE) for _ in range(12)),
        return_exceptions=True,
    )
    keys = [each.key for each in tries if isinstance(each, Refused)]
    assert len(keys) == 12
    assert keys.count("console.login.wrong") == 5
    assert set(keys) == {"console.login.wrong", "console.login.locked"}
    assert [entry.by for entry in await desk.records.entries(action="officer.locked")] == ["machine"]


@pytest.mark.parametrize(("tries", "minutes"), [(1, 0), (4, 0), (5, 1), (6, 2), (7, 5), (8, 15), (9, 60), (99, 60)])
def test_a_lock_grows(tries: int, minutes: int) -> None:
    assert lock_of(tries) == dt.timedelta(minutes=minutes)


async def test_a_disabled_officer_is_out_everywhere_until_invited_anew(desk: Desk) -> None:
    secret = await desk.joined("lan")
    await desk.tell(f"/canbo {await desk.access.new_code(await desk.officer('lan'))}")
    cookie = await desk.logins.by_password("lan", PASSWORD, code(secret), **HERE)
    await desk.access.disable("lan", by=SHELL)
    assert await desk.logins.signed_in(cookie) is None
    with pytest.raises(Refused):
        await desk.logins.by_password("lan", PASSWORD, code(secret, 30), **HERE)
    async with desk.database.reading() as session:
        assert await officers.by_chat(session, "pretend", "lan") is None
    await desk.invite("lan")
    with pytest.raises(Refused):  # the old password is none any more
        await desk.logins.by_password("lan", PASSWORD, code(secret, 30), **HERE)


async def test_a_reset_ends_sessions_and_the_second_factor(desk: Desk) -> None:
    secret = await desk.joined("lan")
    cookie = await desk.logins.by_password("lan", PASSWORD, code(secret), **HERE)
    invited = await desk.access.reset("lan", by=SHELL)
    assert await desk.logins.signed_in(cookie) is None
    with pytest.raises(Refused):
        await desk.logins.by_password("lan", PASSWORD, code(secret, 30), **HERE)
    assert await desk.access.invitation(invited.link.rsplit("/", 1)[1]) == "lan"


@pytest.mark.parametrize(
    ("words", "how", "says"),
    [
        pytest.param("/canbo {code}", {}, "Xong", id="typed"),
        pytest.param("/CanBo  {bare}", {}, "Xong", id="typed otherwise"),
        pytest.param("", {"start": "o-{bare}"}, "Xong", id="a deep link"),
        pytest.param("/canbo {code}", {"group": True}, "nhắn riêng", id="in a group"),
        pytest.param("/canbo AAAAA-AAAAA", {}, "chưa đúng", id="a wrong code"),
        pytest.param("/canbo", {}, "Gõ /canbo rồi đến mã", id="no code"),
        pytest.param("cán bộ ở đâu", {}, None, id="a question"),
        pytest.param("", {"start": "hotline_113"}, None, id="another deep link"),
    ],
)
async def test_a_code_in_the_chat_binds_it(desk: Desk, words: str, how: dict[str, object], says: str | None) -> None:
    invited = await desk.invite("lan")
    filled = {"code": invited.code, "bare": plain(invited.code).lower()}
    answer = await desk.tell(
        words.format(**filled), **{name: v.format(**filled) if isinstance(v, str) else v for name, v in how.items()}
    )
    assert answer is None if says is None else says in (answer or "")
    bound = says == "Xong"
    assert (await desk.officer("lan")).chats == ((("pretend", "lan"),) if bound else ())
    assert (await desk.access.invitation(invited.link.rsplit("/", 1)[1]) is None) == bound
    if bound:
        assert "Soạn bản tin: Phường 1" in (answer or "")
        assert "chưa đúng" in (await desk.tell(f"/canbo {invited.code}", chat="khac") or "")


async def test_a_chat_that_guesses_codes_must_wait(desk: Desk, clock: time_machine.Traveller) -> None:
    invited = await desk.invite("lan")
    for _ in range(5):
        await desk.tell("/canbo AAAAA-AAAAA")
    assert "Thử lại sau 60 phút" in (await desk.tell(f"/canbo {invited.code}") or "")
    clock.shift(dt.timedelta(hours=1, seconds=1))
    assert "Xong" in (await desk.tell(f"/canbo {invited.code}") or "")


async def bound(desk: Desk) -> None:
    await desk.tell(f"/canbo {(await desk.invite('lan')).code}")


async def test_the_bot_sends_a_code_that_lets_in_once(desk: Desk, clock: time_machine.Traveller) -> None:
    await bound(desk)
    await desk.logins.send_code("Lan", address="192.0.2.1")
    async with desk.database.reading() as session:
        row = (await session.scalars(select(Delivery))).one()
    assert (row.channel, row.chat, row.lane) == ("pretend", "lan", URGENT)
    [sent] = await desk.codes()
    cookie = await desk.logins.by_code("lan", f"{sent[:3]} {sent[3:]}", **HERE)
    signed = await desk.logins.signed_in(cookie)
    assert signed is not None
    assert signed.officer.name == "lan"
    with pytest.raises(Refused):
        await desk.logins.by_code("lan", sent, **HERE)


async def test_a_sent_code_ends_after_five_minutes_and_five_tries(desk: Desk, clock: time_machine.Traveller) -> None:
    await bound(desk)
    await desk.logins.send_code("lan", address="192.0.2.1")
    clock.shift(dt.timedelta(minutes=5, seconds=1))
    with pytest.raises(Refused, match="quá hạn"):
        await desk.logins.by_code("lan", (await desk.codes())[0], **HERE)
    await desk.logins.send_code("lan", address="192.0.2.1")
    right = (await desk.codes())[1]
    for _ in range(CODE_TRIES):
        with pytest.raises(Refused):
            await desk.logins.by_code("lan", "000000" if right != "000000" else "111111", **HERE)
    with pytest.raises(Refused):
        await desk.logins.by_code("lan", right, **HERE)


async def test_codes_are_sent_to_officers_only_and_not_too_often(desk: Desk) -> None:
    await bound(desk)
    await desk.invite("khong.may")
    for name in ("ai.do", "khong.may", *["lan"] * (CODES_AN_HOUR + 2)):
        await desk.logins.send_code(name, address="192.0.2.1")  # says nothing, whoever it is
    assert len(await desk.codes()) == CODES_AN_HOUR


async def test_an_officer_unbinds_his_own_chat_only(desk: Desk) -> None:
    await bound(desk)
    await desk.invite("hoa")
    await desk.access.unbind(await desk.officer("hoa"), "pretend", "lan")
    assert (await desk.officer("lan")).chats
    await desk.access.unbind(await desk.officer("lan"), "pretend", "lan")
    assert not (await desk.officer("lan")).chats


async def test_a_secret_that_the_page_did_not_make_is_replaced(desk: Desk) -> None:
    ours = desk.access.enrolment("lan")
    assert desk.access.enrolment("lan", ours.sealed).secret == ours.secret
    for sealed in (desk.access.enrolment("hoa").sealed, "00", "x", ""):
        assert desk.access.enrolment("lan", sealed).secret != ours.secret


async def test_the_log_is_found_by_who_what_and_whom(desk: Desk) -> None:
    await desk.joined("lan")
    await desk.invite("hoa")
    await desk.access.disable("hoa", by=SHELL)

    async def found(**how: str) -> list[str]:
        return [entry.action for entry in await desk.records.entries(**how)]  # type: ignore[arg-type]

    assert await found(by="lan") == ["officer.accept"]
    assert await found(subject="officer:hoa") == ["officer.disable", "officer.invite"]
    assert await found(action="officer.disable") == ["officer.disable"]
    assert await found(action="office") == []
    assert len(await found(action="officer")) == 4
    last = (await desk.records.entries(most=1))[0]
    assert len(await desk.records.entries(before=last.id)) == 3
