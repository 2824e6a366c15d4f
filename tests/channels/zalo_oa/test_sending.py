"""The real channel against its strict platform: connection, sending, every code, every silence."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.channels.channel import Outcome, Outgoing, SendResult
from bot.channels.zalo_oa import codes
from bot.channels.zalo_oa.api import Answer, Unfit
from bot.channels.zalo_oa.rendering import document, picture, render
from bot.channels.zalo_oa.results import HERE, until_morning
from content.texts import texts
from tests.channels.replies import GREETING
from tests.channels.zalo_oa.rig import Rig, rig
from tests.emulators.zalo_oa import GROUP, OA_ID, OTHER_OA, PERSON, event

TEXT = Outgoing(body={"message": {"text": "Dạ chào bà con"}})
# Section 6 of what we know of the API: every code, and its class. R repeat, T token, W window, Q quota, G gone,
# A account, P for good.
CLASSES = {
    "R": (-32, -200, -214, -234),
    "T": (-124, -216, -220),
    "W": (-213, -230, -231, -232, -305, -311),
    "Q": (-211, -218),
    "G": (-217, -227, -237, -244, -403),
    "A": (-202, -204, -205, -207, -208, -209, -212, -215, -219, -221, -223, -224, -235, -240, -242, -320, -321),
    "P": (-100, -201, -210, -222, -233, -238, -241, -248, -249),
    "-": (-1, -400, -999, 7),
}
OUTCOME = {
    "R": Outcome.REPEAT, "T": Outcome.ACCOUNT, "W": Outcome.WINDOW, "Q": Outcome.QUOTA, "G": Outcome.GONE,
    "A": Outcome.ACCOUNT, "P": Outcome.REFUSED, "-": Outcome.UNKNOWN,
}  # fmt: skip


async def ready(oa: Rig) -> Rig:
    await oa.channel.connect(webhook="https://phuong.example/webhook/zalo-oa")
    assert oa.channel.health.state == "ready", oa.channel.health.why
    oa.emulator.person()
    return oa


def buttoned() -> Outgoing:
    [bubble] = render(GREETING, texts("vi"), group=False, public_url="https://x.example", template="button")
    return bubble


async def test_it_connects_and_learns_its_account(oa: Rig) -> None:
    await ready(oa)
    grant = await oa.tokens.current()
    assert grant
    assert grant.oa_id == OA_ID
    oa.emulator.person()
    [update] = oa.channel.receive(json.dumps(event("user_send_text", text="chào")).encode())
    assert update.chat == PERSON
    assert oa.channel.receive(json.dumps(event("user_send_text", recipient={"id": OTHER_OA})).encode()) == []


async def test_the_account_of_the_settings_must_be_that_of_the_token(tmp_path: Path) -> None:
    async with rig(tmp_path, zalo_oa_id=OTHER_OA) as oa:
        await oa.channel.connect(webhook=None)
        assert oa.channel.health.state == "refused"
        assert "HOIPHUONG_ZALO_OA_ID" in oa.channel.health.why


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        (-224, "refused"),
        (-209, "refused"),
        ("html", "unreachable"),
        ("text", "unreachable"),
        ("empty", "unreachable"),
    ],
)
async def test_a_bad_start_is_a_state_and_passes(oa: Rig, fault: Any, state: str) -> None:
    oa.emulator.next("getoa", fault)
    await oa.channel.connect(webhook=None)
    assert oa.channel.health.state == state
    await oa.channel.connect(webhook=None)
    assert oa.channel.health.state == "ready"


async def test_a_platform_that_is_not_there_is_a_state(tmp_path: Path) -> None:
    async with rig(tmp_path, zalo_oauth_url="http://127.0.0.1:1") as oa:
        await oa.channel.connect(webhook=None)
        assert oa.channel.health.state == "unreachable"


async def test_without_a_consent_it_waits_for_one(tmp_path: Path) -> None:
    async with rig(tmp_path, zalo_oa_refresh_token=None) as oa:
        await oa.channel.connect(webhook=None)
        assert oa.channel.health.state == "not connected"
        result = await oa.channel.send(PERSON, TEXT)
        assert result.outcome is Outcome.ACCOUNT


async def test_a_text_arrives_with_its_token_and_its_id(oa: Rig) -> None:
    await ready(oa)
    result = await oa.channel.send(PERSON, TEXT)
    assert result.outcome is Outcome.SENT
    assert oa.emulator.sent == [{"chat": PERSON, "message": {"text": "Dạ chào bà con"}, "id": result.message_id}]


async def test_buttons_arrive(oa: Rig) -> None:
    await ready(oa)
    assert (await oa.channel.send(PERSON, buttoned())).outcome is Outcome.SENT
    assert len(oa.emulator.sent[0]["message"]["attachment"]["payload"]["buttons"]) == 5


@pytest.mark.parametrize("code", sorted(codes.PLAINER))
async def test_refused_buttons_become_numbered_lines(oa: Rig, code: int) -> None:
    await ready(oa)
    oa.emulator.next("send", code)
    result = await oa.channel.send(PERSON, buttoned())
    assert result.outcome is Outcome.REFUSED
    [plain] = result.instead
    assert (await oa.channel.send(PERSON, plain)).outcome is Outcome.SENT
    assert oa.emulator.sent[0]["message"]["text"].endswith("5. English")
    oa.emulator.next("send", code)
    assert (await oa.channel.send(PERSON, plain)).instead == ()  # once


@pytest.mark.parametrize(("kind", "code"), [(kind, code) for kind, found in CLASSES.items() for code in found])
async def test_every_code_is_its_class(oa: Rig, kind: str, code: int) -> None:
    await ready(oa)
    oa.emulator.next("send", code)
    result = await oa.channel.send(PERSON, TEXT)
    assert result.outcome is OUTCOME[kind] if kind != "T" else result.outcome is not Outcome.SENT
    assert oa.emulator.sent == []
    if kind == "A":
        assert oa.channel.health.state == "refused"  # the outbox stops, one alarm
        assert code in codes.FIXES


def test_every_code_of_the_reference_is_in_the_table() -> None:
    known = {code for kind, found in CLASSES.items() if kind != "-" for code in found}
    oauth = {-14002, -14003, -14012, -14024, -14029}
    assert set(codes.CODES) == known | oauth | {0}
    assert set(CLASSES["T"]) == codes.TOKEN
    for kind, found in CLASSES.items():
        assert {codes.meaning(code)[0] for code in found} == {OUTCOME[kind]}
    assert {code for code, (outcome, _) in codes.CODES.items() if outcome is Outcome.ACCOUNT} == set(codes.FIXES)
    for fix in set(codes.FIXES.values()):
        assert texts("vi")(f"zalo_oa.fix.{fix}", why="")


def test_one_code_with_two_meanings_is_told_apart_by_its_text() -> None:
    assert codes.meaning(-223, "OA has not authorised this API")[0] is Outcome.ACCOUNT
    assert codes.meaning(-223, "Out of quota: article")[0] is Outcome.QUOTA


async def test_a_used_up_minute_stops_the_whole_account_until_the_next(oa: Rig) -> None:
    await ready(oa)
    oa.channel._clock = lambda: 1_740_000_041.0  # 21 seconds into a minute
    oa.emulator.next("send", -32)
    result = await oa.channel.send(PERSON, TEXT)
    assert result.everyone
    assert result.wait is not None
    assert 60 - 1_740_000_041 % 60 <= result.wait <= 65 - 1_740_000_041 % 60


async def test_the_pace_follows_the_header(oa: Rig) -> None:
    await ready(oa)
    oa.emulator.limit = 100
    result = await oa.channel.send(PERSON, TEXT)
    assert result.per_second == pytest.approx(100 * 0.8 / 60)


async def test_the_last_call_of_a_minute_stops_the_account(oa: Rig) -> None:
    await ready(oa)
    oa.emulator.limit = oa.emulator._calls + 1
    result = await oa.channel.send(PERSON, TEXT)
    assert result.outcome is Outcome.SENT
    assert result.everyone
    assert 0 < (result.wait or 0) <= 65
    assert (await oa.channel.send(PERSON, TEXT)).outcome is Outcome.REPEAT


async def test_a_failed_sending_is_tried_three_times_in_all(oa: Rig) -> None:
    await ready(oa)
    oa.emulator.next("send", -200)
    assert (await oa.channel.send(PERSON, TEXT)).times == 3


@pytest.mark.parametrize(
    ("now", "hours"),
    [("2026-11-25T22:00", 8), ("2026-11-25T23:59", 6), ("2026-11-26T05:59", 0), ("2026-11-26T06:05", 24)],
)
def test_the_night_ends_at_five_past_six_here(now: str, hours: int) -> None:
    seconds = until_morning(dt.datetime.fromisoformat(now).replace(tzinfo=HERE).timestamp())
    assert hours * 3600 < seconds < (hours + 1) * 3600 + 300


@pytest.mark.parametrize("fault", ["text", "empty", "html", "bare", "array", "cut", "cut-before"])
async def test_what_cannot_be_read_is_no_success_and_no_second_send(oa: Rig, fault: str) -> None:
    await ready(oa)
    oa.emulator.next("send", fault)
    result = await oa.channel.send(PERSON, TEXT)
    assert result.outcome is Outcome.UNKNOWN
    assert oa.emulator.asked.count("send") == 1


async def test_a_platform_that_went_away_was_sent_nothing(tmp_path: Path) -> None:
    async with rig(tmp_path) as oa:
        await ready(oa)
        oa.channel.api._root = "http://127.0.0.1:1"
        assert (await oa.channel.send(PERSON, TEXT)).outcome is Outcome.REPEAT


async def test_a_wrong_root_is_the_accounts_fault(oa: Rig) -> None:
    await ready(oa)
    oa.channel.api._root += "/x"
    result = await oa.channel.send(PERSON, TEXT)
    assert result.outcome is Outcome.ACCOUNT
    assert "ZALO_OA_API_URL" in result.reason


async def test_a_token_ended_elsewhere_is_renewed_and_the_call_repeated(oa: Rig) -> None:
    await ready(oa)
    oa.channel._access._clock = lambda: dt.datetime.now(dt.UTC) + dt.timedelta(minutes=5)
    oa.emulator.access = "another"
    assert (await oa.channel.send(PERSON, TEXT)).outcome is Outcome.SENT
    assert oa.emulator.refreshes == 2


async def test_calls_in_flight_while_another_process_renews_are_repeated_with_the_new_token(oa: Rig) -> None:
    await ready(oa)
    other = oa.another()
    await other.connect(webhook=None)
    other._access._clock = lambda: dt.datetime.now(dt.UTC) + dt.timedelta(hours=14)
    await other.tend()
    assert oa.emulator.refreshes == 2
    assert (await oa.channel.send(PERSON, TEXT)).outcome is Outcome.SENT
    assert oa.emulator.refreshes == 2
    await other.close()


@pytest.mark.parametrize(
    ("chat", "days_ago", "outcome"),
    [
        (PERSON, 3, Outcome.SENT),
        (PERSON, 8, Outcome.WINDOW),
        (PERSON, None, Outcome.WINDOW),
        ("1", 0, Outcome.REFUSED),
    ],
)
async def test_windows(oa: Rig, chat: str, days_ago: float | None, outcome: Outcome) -> None:
    await ready(oa)
    oa.emulator.person(PERSON, days_ago=days_ago)
    assert (await oa.channel.send(chat, TEXT)).outcome is outcome


async def test_groups(oa: Rig) -> None:
    await ready(oa)
    oa.emulator.groups = {GROUP: "enabled", "0ff": "disabled"}
    body = Outgoing(body={"group": True, "message": {"text": "Chiều nay họp"}})
    assert (await oa.channel.send(GROUP, body)).outcome is Outcome.SENT
    assert (await oa.channel.send("0ff", body)).outcome is Outcome.GONE
    assert (await oa.channel.send("strange", body)).outcome is Outcome.GONE


async def test_pictures_and_files(oa: Rig) -> None:
    await ready(oa)
    id_ = await oa.channel.api.upload("image", "ban-tin.jpg", b"jpeg")
    token = await oa.channel.api.upload("file", "to-khai.pdf", b"pdf")
    for message in (picture(id_, "Bản tin"), document(token)):
        assert (await oa.channel.send(PERSON, Outgoing(body={"message": message}))).outcome is Outcome.SENT
    oa.emulator.files.clear()  # seven days later
    result = await oa.channel.send(PERSON, Outgoing(body={"message": picture(id_)}))
    assert result.outcome is Outcome.REFUSED
    assert "upload it again" in result.reason
    for name, size in (("a.exe", 1), ("a.jpg", 2 * 1024 * 1024), ("a.jpg", 0)):
        with pytest.raises(Unfit):
            await oa.channel.api.upload("image", name, b"x" * size)


async def test_a_revoked_consent_ends_the_connection_for_all(oa: Rig) -> None:
    await ready(oa)
    other = oa.another()
    await other.connect(webhook=None)
    at = str(int(dt.datetime.now(dt.UTC).timestamp() * 1000) + 1000)
    [update] = oa.channel.receive(
        json.dumps({"event_name": "permission_revoked", "oa_id": OA_ID, "timestamp": at}).encode()
    )
    assert update.what == "revoked"
    assert oa.channel.health.state == "not connected"
    await oa.channel.connect(webhook=None)
    assert oa.channel.health.state == "not connected"
    assert "consent again" in oa.channel.health.why
    await other.tend()
    assert other.health.state == "not connected"
    await other.close()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (-224, "Gói của OA"),
        (-223, "nhóm quyền"),
        (-209, "Đang hoạt động"),
        (-321, "zalo.cloud"),
        (-204, "oa.zalo.me"),
        (-242, "appsecret_proof"),
        ("html", "máy tự thử lại"),
        ("text", "máy tự thử lại"),
    ],
)
async def test_what_is_missing_is_said_in_words(oa: Rig, fault: Any, words: str) -> None:
    await ready(oa)
    oa.emulator.next("getoa", fault)
    notes = await oa.channel.inspect()
    assert words in " ".join(texts("vi")(note.key, **note.fields) for note in notes if note.wrong)


async def test_what_is_right_is_said_too(oa: Rig) -> None:
    await ready(oa)
    notes = await oa.channel.inspect()
    assert not [note for note in notes if note.wrong]
    words = " ".join(texts("en")(note.key, **note.fields) for note in notes)
    assert "https://phuong.example/webhook/zalo-oa" in words
    assert "package Tăng trưởng, valid until 31/12/2026" in words
    assert "renewed twice a day" in words


@pytest.mark.parametrize(
    ("oa_says", "key"), [({"is_verified": False}, "zalo_oa.fix.verify"), ({"oaid": OTHER_OA}, "zalo_oa.fix.other_oa")]
)
async def test_an_account_that_is_not_right_is_named(tmp_path: Path, oa_says: dict[str, Any], key: str) -> None:
    async with rig(tmp_path, zalo_oa_id=OA_ID) as oa:
        oa.emulator.oa |= oa_says
        assert [note.key for note in await oa.channel.inspect() if note.wrong] == [key]


async def test_an_address_that_zalo_cannot_reach_is_named(tmp_path: Path) -> None:
    async with rig(tmp_path, public_url="http://127.0.0.1:8080") as oa:
        assert (await oa.channel.inspect())[0].key == "zalo_oa.not_https"


async def test_answers_that_are_no_longer_free_ring(oa: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    await ready(oa)
    answer = oa.channel._settled
    answer(Answer(status=200, code=0, data={"message_id": "1", "quota": {"quota_type": "reply"}}), {})
    assert "free replies" not in capsys.readouterr().out
    paid = Answer(status=200, code=0, data={"message_id": "1", "quota": {"quota_type": "sub_quota"}})
    answer(paid, {})
    answer(paid, {})
    assert capsys.readouterr().out.count("free replies") == 1


async def test_no_reason_holds_a_token_or_a_persons_words(oa: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    await ready(oa)
    results: list[SendResult] = []
    for fault in (-201, -216, -224, "html", "cut", (-999, "words of a person 0900000001")):
        oa.emulator.next("send", fault)
        results.append(await oa.channel.send(PERSON, TEXT))
    said = capsys.readouterr().out + "".join(result.reason for result in results)
    for secret in (oa.emulator.access, oa.emulator.refresh, "chào bà con", "0900000001", PERSON):
        assert secret not in said
    assert re.search(r"-201: a field is invalid", said)
