"""SMS: what is sent, how it is called for, what the gateway's answers come to, and what nobody may read in a log."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.channels import sms as channel_file
from bot.channels.channel import Outcome, Outgoing, Update
from bot.channels.segments import EXTENDED, GSM, segments
from bot.channels.sms import Sms, build, normalised
from bot.errors import WrongSetting
from bot.settings import Settings, load
from bot.storage import queues
from bot.storage.database import Database
from bot.storage.queues import Delivery
from bot.understanding import Understanding
from content.pack import Pack
from content.texts import texts
from handlers.contract import Reply
from tests.channels import replies
from tests.channels.replies import REPLIES
from tests.channels.serving import at_home, until
from tests.channels.test_pictures import BULLETIN, LINE
from tests.emulators.sms import KEY, SENDER, SmsGateway, settings, sms_gateway

NUMBER = "0900 000 001"
ASKED = Update(key="", chat=NUMBER, sender=NUMBER, at=dt.datetime(2026, 11, 24, tzinfo=dt.UTC))
WORDS = 'Cầu đóng {to} & "sửa" <từ> 25/11'
KEYED = f"key={KEY}&to={{to}}&text={{text}}&from={{sender}}&type={{unicode}}"


def made(gateway: SmsGateway, **more: Any) -> Sms:
    values = settings(gateway, **more)
    built = build(Settings(_env_file=None, public_url="https://phuong.vn", **values), None)  # type: ignore[arg-type]
    assert built
    return built


def rendered(channel: Sms, reply: Reply, lang: Any = "vi") -> str:
    [bubble] = channel.render(reply, ASKED, texts(lang))
    return str(bubble.body["text"])


@pytest.fixture
async def gateway() -> AsyncIterator[SmsGateway]:
    async with sms_gateway() as running:
        yield running


@pytest.fixture
async def channel(gateway: SmsGateway) -> AsyncIterator[Sms]:
    opened = made(gateway)
    await opened.connect(webhook=None)
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("0900000001", "84900000001"),
        ("0900 000 001", "84900000001"),
        ("(090) 000-0001", "84900000001"),
        ("+84 900 000 001", "84900000001"),
        ("84900000001", "84900000001"),
        ("0084900000001", "84900000001"),
        ("02770000001", "842770000001"),
        ("+84 0900 000 001", None),
        ("113", None),
        ("1022", None),
        ("+1 202 555 0100", None),
        ("chị Lan", None),
        ("", None),
        ("0900 000 00١", None),
    ],
)
def test_numbers(written: str, number: str | None) -> None:
    assert normalised(written) == number


WAYS = {
    "JSON": {},
    "a form": {"sms_url": "/form", "sms_body": KEYED, "sms_headers": {}},
    "a query": {"sms_url": "/query", "sms_body": KEYED, "sms_method": "GET", "sms_headers": {}},
    "all in the address": {"sms_url": "/query?" + KEYED, "sms_body": "&", "sms_method": "GET", "sms_headers": {}},
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("text", [WORDS, "Cau dong"], ids=["with marks", "without"])
async def test_each_way_of_calling_carries_the_words_whole(gateway: SmsGateway, way: str, text: str) -> None:
    more: dict[str, Any] = dict(WAYS[way])
    if "sms_url" in more:
        more["sms_url"] = gateway.root + more["sms_url"]
    channel = made(gateway, **more)
    result = await channel.send(NUMBER, Outgoing(body={"text": text}))
    await channel.close()
    assert (result.outcome, result.message_id) == (Outcome.SENT, "sms-1"), (result.reason, gateway.refused)
    assert gateway.taken == [{"to": "84900000001", "text": text}]


def test_a_value_is_written_as_xml_where_the_body_is() -> None:
    form = channel_file._form("<sms><to>{to}</to></sms>")
    assert form[0].startswith("text/xml")
    assert form[1]('a<b>&"c"') == "a&lt;b&gt;&amp;&quot;c&quot;"


OUTCOMES = [
    ("429", Outcome.REPEAT, 0),
    ("503", Outcome.REPEAT, 0),
    ("500", Outcome.UNKNOWN, 0),
    ("502", Outcome.UNKNOWN, 0),
    ("401", Outcome.ACCOUNT, 0),
    ("402", Outcome.ACCOUNT, 0),
    ("403", Outcome.ACCOUNT, 0),
    ("404", Outcome.ACCOUNT, 0),
    ("302", Outcome.ACCOUNT, 0),
    ("no money", Outcome.ACCOUNT, 0),
    ("cut", Outcome.UNKNOWN, 0),
    ("cut after", Outcome.UNKNOWN, 1),
    ("slow", Outcome.UNKNOWN, 1),
    ("html", Outcome.UNKNOWN, 0),
]


@pytest.mark.parametrize(("fault", "outcome", "taken"), OUTCOMES, ids=[row[0] for row in OUTCOMES])
async def test_what_a_failure_comes_to(
    gateway: SmsGateway, monkeypatch: pytest.MonkeyPatch, fault: Any, outcome: Outcome, taken: int
) -> None:
    monkeypatch.setattr(channel_file, "TIMEOUT", aiohttp.ClientTimeout(total=0.3))
    channel = made(gateway)
    await channel.connect(webhook=None)
    gateway.faults.append(fault)
    with capture_logs() as logs:
        result = await channel.send(NUMBER, Outgoing(body={"text": WORDS}))
    await channel.close()
    assert result.outcome is outcome
    assert len(gateway.taken) == taken
    assert channel.health.state == ("refused" if outcome is Outcome.ACCOUNT else "ready")
    said = result.reason + channel.health.why + repr(logs)
    assert all(secret not in said for secret in (KEY, "900000001", "Cầu", "127.0.0.1"))


async def test_a_message_that_the_gateway_will_never_take(gateway: SmsGateway, channel: Sms) -> None:
    result = await channel.send(NUMBER, Outgoing(body={"text": " "}))
    assert (result.outcome, result.reason) == (Outcome.REFUSED, "SMS_FAILURE is in the answer")


async def test_what_is_no_number_costs_nothing(gateway: SmsGateway, channel: Sms) -> None:
    assert (await channel.send("113", Outgoing(body={"text": "x"}))).outcome is Outcome.REFUSED
    assert gateway.taken == gateway.refused == []


async def test_a_gateway_that_is_not_there(gateway: SmsGateway) -> None:
    channel = made(gateway, sms_url="http://127.0.0.1:9/json")
    result = await channel.send(NUMBER, Outgoing(body={"text": "x"}))
    await channel.close()
    assert (result.outcome, result.everyone) == (Outcome.REPEAT, True)


@pytest.mark.parametrize("name", REPLIES)
@pytest.mark.parametrize("bare", [False, True], ids=["with marks", "without"])
@pytest.mark.parametrize("most", [1, 5])
def test_every_answer_fits_in_what_may_be_paid(name: str, bare: bool, most: int) -> None:
    channel = made(SmsGateway(root="https://sms.example"), sms_unaccented=bare, sms_segments=most)
    text = rendered(channel, REPLIES[name])
    assert 1 <= segments(text).count <= most
    assert not bare or set(text) <= GSM | EXTENDED


def test_what_cannot_be_answered_is_not_offered() -> None:
    text = rendered(made(SmsGateway(root="https://sms.example"), sms_segments=20), replies.HOMESTAY)
    assert "Gọi (0277) 000 000: 0277000000" in text
    assert "1. " not in text
    assert "Về đầu" not in text


def test_a_picture_is_a_line() -> None:
    text = rendered(made(SmsGateway(root="https://sms.example")), BULLETIN)
    assert LINE in text


def test_english_has_the_room_of_letters_without_marks() -> None:
    channel = made(SmsGateway(root="https://sms.example"), sms_segments=1)
    text = "The bridge is closed from Monday. Take the road along the canal, and mind the children on their way."
    reply = Reply(kind="bulletin", title=text)
    assert rendered(channel, reply, "en") == text
    assert len(text) > channel.limits.text


@pytest.mark.parametrize(
    ("text", "price", "count", "dong"), [("ầ" * 71, 800, 2, 1600), ("a" * 71, 800, 1, 800), ("a", 0, 1, None)]
)
def test_the_cost_of_a_message(text: str, price: int, count: int, dong: int | None) -> None:
    cost = made(SmsGateway(root="https://sms.example"), sms_price=price).cost(Outgoing(body={"text": text}))
    assert (cost.segments.count, cost.dong) == (count, dong)


HALF = {
    "no body": ({"SMS_URL": "https://sms.example", "SMS_SUCCESS": "ok"}, "HOIPHUONG_SMS_BODY"),
    "no success": ({"SMS_URL": "https://sms.example", "SMS_BODY": "{to}{text}"}, "HOIPHUONG_SMS_SUCCESS"),
    "no address": ({"SMS_SUCCESS": "ok", "SMS_BODY": "{to}{text}"}, "HOIPHUONG_SMS_URL"),
    "no place for the words": (
        {"SMS_URL": "https://sms.example", "SMS_SUCCESS": "ok", "SMS_BODY": "{to}"},
        "HOIPHUONG_SMS_BODY",
    ),
    "no name to send under": (
        {"SMS_URL": "https://sms.example", "SMS_SUCCESS": "ok", "SMS_BODY": "{to}{text}{sender}"},
        "HOIPHUONG_SMS_SENDER",
    ),
    "a pattern that is none": ({"SMS_FAILURE": "("}, "HOIPHUONG_SMS_FAILURE"),
}


@pytest.mark.parametrize(("values", "named"), HALF.values(), ids=HALF)
def test_half_a_set_up_stops_the_start_and_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, values: dict[str, str], named: str
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in values.items():
        monkeypatch.setenv(f"HOIPHUONG_{name}", value)
    with pytest.raises(WrongSetting, match=named):
        load()


async def test_the_example_of_the_documents_works(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, gateway: SmsGateway
) -> None:
    pages = [Path(f"docs/channels/sms{lang}.md").read_text(encoding="utf-8") for lang in ("", ".vi")]  # noqa: ASYNC240
    [example, same] = [re.findall(r"```\n(HOIPHUONG_SMS_URL.*?)```", page, re.DOTALL)[0] for page in pages]
    assert example == same
    (tmp_path / ".env").write_text(
        example.replace("https://gateway.example/send", f"{gateway.root}/json"), encoding="utf-8"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOIPHUONG_SMS_HEADERS", json.dumps({"Authorization": f"Bearer {KEY}"}))
    channel = build(load(), None)  # type: ignore[arg-type]
    assert channel
    result = await channel.send(NUMBER, Outgoing(body={"text": WORDS}))
    await channel.close()
    assert (result.outcome, result.message_id) == (Outcome.SENT, "sms-1")
    assert channel.cost(Outgoing(body={"text": "Cầu"})).dong == 800


def test_off_without_an_address() -> None:
    assert build(Settings(_env_file=None), None) is None  # type: ignore[arg-type]


async def test_whoever_sets_it_up_is_told_what_matters(channel: Sms) -> None:
    notes = {note.key: (note.fields, note.wrong) for note in await channel.inspect()}
    assert notes["sms.gateway"] == ({"host": "127.0.0.1", "sender": SENDER}, False)
    assert notes["sms.not_https"][1]
    assert {"sms.accented", "sms.no_price"} <= notes.keys()
    for key, (fields, _) in notes.items():
        assert all(KEY not in texts(lang)(key, **fields) for lang in ("vi", "en"))


async def test_from_the_outbox_to_the_gateway(
    tmp_path: Path, pack: Pack, understanding: Understanding, gateway: SmsGateway
) -> None:
    gateway.faults.extend(["429", "cut after"])
    async with at_home(tmp_path, pack, understanding, **settings(gateway)) as served:
        status, state = await served.ready()
        await until(lambda: _ready(served))
        status, state = await served.ready()
        assert (status, state["channels"]["sms"]) == (200, "ready")
        assert await served.post("/webhook/sms", json.dumps({"a": 1}).encode()) == 401
        database = Database(served.database)
        now = dt.datetime.now(dt.UTC)
        async with database.unit_of_work() as session:
            for number in ("0900000001", "0900000002"):
                session.add(
                    Delivery(
                        channel="sms", chat=number, lane=queues.ALARM, body={"text": "Cầu đóng"}, state="queued", tries=0,
                        not_before=now, expires=now + dt.timedelta(hours=1), at=now,
                    )
                )  # fmt: skip

        async def settled() -> bool:
            async with database.reading() as session:
                states = list(await session.scalars(select(Delivery.state).order_by(Delivery.state)))
            return states == ["sent", "unknown"]

        await until(settled, seconds=20)
        await database.close()
        assert "Cầu đóng" not in served.said
        assert KEY not in served.said
    assert sorted(message["to"] for message in gateway.taken) == ["84900000001", "84900000002"]


async def _ready(served: Any) -> bool:
    return str(await served.channel("sms")) == "ready"
