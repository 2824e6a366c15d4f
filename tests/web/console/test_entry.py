"""In and out of the console, over HTTP: invitations, logins, roles, forms of elsewhere, sessions that end."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from yarl import URL

from bot.app import House
from bot.office.logins import AN_ADDRESS, FREE
from bot.storage.audit import SHELL
from tests.web.console.rig import PASSWORD, Visitor, code, secret_of

Admin = tuple[Visitor, str]


async def test_an_invitation_is_accepted_once_and_lets_in(sa_dec: House, visitor: Visitor, other: Visitor) -> None:
    invited = await sa_dec.office.access.invite(name="lan", roles=["editor"], units=["phuong-1"], by=SHELL)
    secret = await visitor.accept(invited.link)
    home = await visitor.get("/can-bo")
    assert home.status == 200
    assert "Chào lan" in home.text
    assert home.headers["Cache-Control"] == "no-store"
    assert "noindex" in home.headers["X-Robots-Tag"]
    again = await other.get(URL(invited.link).path)
    assert again.status == 404
    assert "đã dùng rồi" in again.text
    assert (await other.enter("Lan", secret)).to == "/can-bo"  # a phone writes the first letter large


async def test_the_choice_of_a_password_is_checked_and_keeps_its_square(sa_dec: House, visitor: Visitor) -> None:
    invited = await sa_dec.office.access.invite(name="lan", roles=["editor"], units=["phuong-1"], by=SHELL)
    path = URL(invited.link).path
    page = await visitor.get(path)
    secret = secret_of(page)
    for password, again, typed, why in (
        ("ngắn", "ngắn", code(secret), "ít nhất 10 ký tự"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", code(secret), "dễ đoán"),
        ("lan yêu hoa kiểng", "lan yêu hoa kiểng", code(secret), "dễ đoán"),
        (PASSWORD, PASSWORD + "x", code(secret), "chưa giống nhau"),
        (PASSWORD, PASSWORD, "000000", "Mã 6 số chưa đúng"),
    ):
        fields = {"password": password, "again": again, "code": typed, "enrolment": page.hidden("enrolment")}
        page = await visitor.post(path, fields)
        assert page.status == 400, why
        assert why in page.text
        assert secret_of(page) == secret  # it is in the phone already
    fields = {"password": PASSWORD, "again": PASSWORD, "code": code(secret), "enrolment": page.hidden("enrolment")}
    assert (await visitor.post(path, fields)).to == "/can-bo"


@pytest.mark.parametrize("path", ["/can-bo", "/can-bo/toi", "/can-bo/can-bo", "/can-bo/nhat-ky?by=lan"])
async def test_nobody_comes_in_without_a_session(visitor: Visitor, path: str) -> None:
    sent = await visitor.get(path)
    assert sent.status == 303
    assert sent.to.startswith("/can-bo/vao")


async def test_after_the_login_he_is_where_he_wanted_to_go(admin: Admin, other: Visitor) -> None:
    door = (await other.get("/can-bo/nhat-ky?by=lan")).to
    await other.get(door)
    fields = {"name": "quan.tri", "password": PASSWORD, "code": code(admin[1]), "to": URL(door).query["to"]}
    assert (await other.post("/can-bo/vao", fields)).to == "/can-bo/nhat-ky?by=lan"


@pytest.mark.parametrize(
    "to", ["https://xau.example/", "//xau.example/can-bo", "/can-bo//xau.example", "/\\xau.example"]
)
async def test_the_login_leads_to_no_other_site(admin: Admin, other: Visitor, to: str) -> None:
    await other.get("/can-bo/vao")
    fields = {"name": "quan.tri", "password": PASSWORD, "code": code(admin[1]), "to": to}
    assert (await other.post("/can-bo/vao", fields)).to == "/can-bo"


async def test_a_code_of_the_second_factor_works_once(admin: Admin, other: Visitor) -> None:
    assert (await other.enter("quan.tri", admin[1])).to == "/can-bo"
    other.session.cookie_jar.clear()
    again = await other.enter("quan.tri", admin[1])
    assert again.status == 403
    assert "Mỗi mã chỉ dùng một lần" in again.text


async def test_whatever_is_wrong_is_refused_in_the_same_words(admin: Admin, other: Visitor) -> None:
    wrong = [
        await other.enter("quan.tri", admin[1], "sai mật khẩu rồi"),
        await other.enter("khong.co.ai", admin[1]),
        await other.enter("quan.tri", "A" * 32),
    ]
    said = {page.text.partition('role="alert">')[2].partition("<")[0] for page in wrong}
    assert {page.status for page in wrong} == {403}
    assert len(said) == 1


@pytest.mark.parametrize("name", ["quan.tri", "khong.co.ai"])
async def test_a_name_is_locked_after_five_wrong_passwords_whether_it_is_known_or_not(
    admin: Admin, other: Visitor, name: str
) -> None:
    statuses = [(await other.enter(name, admin[1], "sai mật khẩu rồi")).status for _ in range(FREE + 2)]
    assert statuses == [403] * (FREE + 1) + [429]
    right = await other.enter(name, admin[1])
    assert right.status == 429
    assert "tạm khóa" in right.text


async def test_a_session_begins_with_a_new_cookie(admin: Admin, other: Visitor) -> None:
    planted = "x" * 43
    other.set_cookie("can-bo", planted)
    await other.enter("quan.tri", admin[1])
    assert other.cookie("can-bo") not in (planted, None)
    before = other.cookie("can-bo")
    await other.get("/can-bo/toi")
    assert (await other.post("/can-bo/ra")).to.startswith("/can-bo/vao")
    other.set_cookie("can-bo", before or "")
    assert (await other.get("/can-bo")).status == 303  # what was signed out stays so


@pytest.mark.parametrize(
    ("fields", "headers"),
    [
        pytest.param({"csrf": ""}, {}, id="no token"),
        pytest.param({"csrf": "0" * 64}, {}, id="another token"),
        pytest.param({}, {"Origin": "https://xau.example"}, id="another site"),
        pytest.param({}, {"Origin": "null"}, id="a hidden site"),
        pytest.param({"csrf": ""}, {"X-CSRF-Token": "0" * 64}, id="another token from a script"),
    ],
)
async def test_a_form_of_elsewhere_changes_nothing(
    admin: Admin, sa_dec: House, fields: dict[str, str], headers: dict[str, str]
) -> None:
    visitor, _ = admin
    await visitor.get("/can-bo/can-bo")
    wanted = {"name": "ke.gian", "role": "admin", "unit": "*"}
    refused = await visitor.post("/can-bo/can-bo", wanted | fields, **headers)
    assert refused.status == 403
    assert [account.officer.name for account in await sa_dec.office.access.everyone()] == ["quan.tri"]


async def test_a_script_may_send_the_token_as_a_header(admin: Admin) -> None:
    visitor, _ = admin
    token = (await visitor.get("/can-bo/toi")).hidden("csrf")
    assert (await visitor.post("/can-bo/ra", {"csrf": ""}, **{"X-CSRF-Token": token})).status == 303


async def test_the_door_itself_takes_no_form_of_elsewhere(admin: Admin, other: Visitor) -> None:
    await other.get("/can-bo/vao")
    fields = {"name": "quan.tri", "password": PASSWORD, "code": code(admin[1]), "csrf": "0" * 64}
    assert (await other.post("/can-bo/vao", fields)).status == 403


async def test_a_link_in_a_chat_finds_the_session(admin: Admin) -> None:
    """A browser keeps a strict cookie back when another site leads here: our page then asks once more."""
    visitor, _ = admin
    cookie = visitor.cookie("can-bo")
    visitor.session.cookie_jar.clear()
    asked = await visitor.get("/can-bo/toi", **{"Sec-Fetch-Site": "cross-site"})
    assert 'http-equiv="refresh"' in asked.text
    visitor.set_cookie("can-bo", cookie or "")
    assert (await visitor.get("/can-bo/toi", **{"Sec-Fetch-Site": "same-origin"})).status == 200


async def test_a_role_opens_its_pages_and_no_others(sa_dec: House, visitor: Visitor) -> None:
    invited = await sa_dec.office.access.invite(name="lan", roles=["duty"], units=["phuong-1"], by=SHELL)
    await visitor.accept(invited.link)
    home = await visitor.get("/can-bo")
    assert "/can-bo/can-bo" not in home.text
    for path in ("/can-bo/can-bo", "/can-bo/nhat-ky"):
        refused = await visitor.get(path)
        assert refused.status == 403
        assert "cần vai khác" in refused.text
    await visitor.get("/can-bo/toi")
    assert (await visitor.post("/can-bo/can-bo", {"name": "a", "role": "duty", "unit": "phuong-1"})).status == 403


async def test_an_administrator_invites_and_disables_at_once(admin: Admin, other: Visitor, sa_dec: House) -> None:
    visitor, _ = admin
    await visitor.get("/can-bo/can-bo")
    shown = await visitor.post("/can-bo/can-bo", {"name": "lan", "role": "editor", "unit": "phuong-1"})
    link = shown.text.partition("/can-bo/moi/")[2].partition("<")[0]
    await other.accept(f"/can-bo/moi/{link}")
    assert (await other.get("/can-bo")).status == 200
    assert link not in (await visitor.get("/can-bo/can-bo")).text
    assert (await visitor.post("/can-bo/can-bo/khoa", {"name": "lan"})).to == "/can-bo/can-bo?done=disabled"
    assert (await other.get("/can-bo")).status == 303
    log = (await visitor.get("/can-bo/nhat-ky?kind=officer.disable")).text
    assert "officer:lan" in log
    assert "mời vào" not in log


async def test_a_new_password_ends_the_other_sessions(admin: Admin, other: Visitor) -> None:
    visitor, secret = admin
    await other.enter("quan.tri", secret)
    page = await visitor.get("/can-bo/toi/mat-khau")
    fields = {"password": "bông súng mùa nước nổi", "again": "bông súng mùa nước nổi"}
    fields |= {"code": code(secret_of(page)), "enrolment": page.hidden("enrolment")}
    wrong = await visitor.post("/can-bo/toi/mat-khau", fields | {"old": "không phải vậy"})
    assert wrong.status == 400
    assert "đang dùng chưa đúng" in wrong.text
    assert (await visitor.post("/can-bo/toi/mat-khau", fields | {"old": PASSWORD})).status == 303
    assert (await visitor.get("/can-bo")).status == 200
    assert (await other.get("/can-bo")).status == 303


async def test_with_https_the_cookies_bind_to_this_host(sa_dec: House, console: str, visitor: Visitor) -> None:
    sa_dec.settings.public_url = "https://hoi.example"
    answer = await visitor.get("/can-bo/vao")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-can-bo-vao=")
    for sign in ("HttpOnly", "SameSite=Strict", "Secure", "Path=/"):
        assert sign in cookie


@pytest.mark.parametrize(
    ("hours", "status"),
    [
        pytest.param([11, 11], 200, id="used now and then"),
        pytest.param([13], 303, id="left alone for half a day"),
        pytest.param([11] * 16, 303, id="a week"),
    ],
)
async def test_a_session_ends_by_itself(
    admin: Admin, clock: time_machine.Traveller, hours: list[int], status: int
) -> None:
    visitor, _ = admin
    cookie = visitor.cookie("can-bo") or ""
    for passing in hours:
        clock.shift(dt.timedelta(hours=passing))
        visitor.set_cookie("can-bo", cookie)  # the browser's own clock shall not end it first
        seen = await visitor.get("/can-bo")
    assert seen.status == status


async def test_a_lock_ends_by_itself_and_grows(admin: Admin, other: Visitor, clock: time_machine.Traveller) -> None:
    for _ in range(FREE + 1):
        await other.enter("quan.tri", admin[1], "sai mật khẩu rồi")
    clock.shift(dt.timedelta(seconds=61))
    assert (await other.enter("quan.tri", admin[1], "sai mật khẩu rồi")).status == 403
    clock.shift(dt.timedelta(seconds=61))
    assert (await other.enter("quan.tri", admin[1])).status == 429
    clock.shift(dt.timedelta(seconds=61))
    assert (await other.enter("quan.tri", admin[1])).to == "/can-bo"


async def test_an_address_that_tries_many_names_must_wait(other: Visitor, visitor: Visitor) -> None:
    for number in range(AN_ADDRESS[0]):
        await other.get("/can-bo/vao")
        await other.post(
            "/can-bo/vao/nhap-ma", {"name": f"ai{number}", "code": "000000"}, **{"X-Forwarded-For": "192.0.2.7"}
        )
    await other.get("/can-bo/vao")
    busy = await other.post(
        "/can-bo/vao/nhap-ma", {"name": "ai", "code": "000000"}, **{"X-Forwarded-For": "192.0.2.7"}
    )
    assert busy.status == 429
    await visitor.get("/can-bo/vao")
    assert (await visitor.post("/can-bo/vao/nhap-ma", {"name": "ai", "code": "000000"})).status == 403
