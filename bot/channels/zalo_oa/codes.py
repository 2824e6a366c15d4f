"""What Zalo's error codes mean for us. The table of the OA's own host; the hosts of templates use other meanings.

Read from three agreeing copies of developers.zalo.me's list "Mã lỗi", as of 2026-11.
"""

from __future__ import annotations

from typing import Final

from bot.channels.channel import Outcome

RATE: Final = -32
EXPIRED_FILE: Final = -100
SEND_FAILED: Final = -200
PROCESSED: Final = -214
NIGHT: Final = -234
NOT_AUTHORISED: Final = -223
PLAINER: Final = frozenset({-201, -233})  # buttons may be what it does not like: the same again as plain text
TOKEN: Final = frozenset({-124, -216, -220})  # renew the token once, then repeat once
AGAINST_RULES: Final = -248  # repeats endanger the account

CODES: Final[dict[int, tuple[Outcome, str]]] = {
    0: (Outcome.SENT, "success"),
    -32: (Outcome.REPEAT, "the account's calls of this minute are used up"),
    -100: (Outcome.REFUSED, "the uploaded file is gone after 7 days: upload it again"),
    -124: (Outcome.ACCOUNT, "access token invalid"),
    -200: (Outcome.REPEAT, "sending failed"),
    -201: (Outcome.REFUSED, "a field is invalid"),
    -202: (Outcome.ACCOUNT, "invalid mac"),
    -204: (Outcome.ACCOUNT, "the OA is disabled"),
    -205: (Outcome.ACCOUNT, "the OA does not exist"),
    -207: (Outcome.ACCOUNT, "the app is not linked to the OA"),
    -208: (Outcome.ACCOUNT, "the app has no secret key"),
    -209: (Outcome.ACCOUNT, "the app is not activated"),
    -210: (Outcome.REFUSED, "a field is too long"),
    -211: (Outcome.QUOTA, "out of quota"),
    -212: (Outcome.ACCOUNT, "the app has no Official Account API"),
    -213: (Outcome.WINDOW, "the person does not follow the OA"),
    -214: (Outcome.REPEAT, "the article is being processed"),
    -215: (Outcome.ACCOUNT, "wrong app id"),
    -216: (Outcome.ACCOUNT, "access token invalid"),
    -217: (Outcome.GONE, "the person blocked the invitation"),
    -218: (Outcome.QUOTA, "out of quota for this person"),
    -219: (Outcome.ACCOUNT, "the app was removed or disabled"),
    -220: (Outcome.ACCOUNT, "access token expired"),
    -221: (Outcome.ACCOUNT, "the OA must be verified"),
    -222: (Outcome.REFUSED, "the person is inactive"),
    -223: (Outcome.ACCOUNT, "the OA has not authorised this API"),
    -224: (Outcome.ACCOUNT, "the OA's package does not include this"),
    -227: (Outcome.GONE, "the person is banned or offline for 45 days"),
    -230: (Outcome.WINDOW, "no interaction in 7 days"),
    -231: (Outcome.WINDOW, "no interaction in the window"),
    -232: (Outcome.WINDOW, "never interacted, or too long ago"),
    -233: (Outcome.REFUSED, "this kind of message is not supported"),
    -234: (Outcome.REPEAT, "not between 22:00 and 6:00"),
    -235: (Outcome.ACCOUNT, "not for this type of OA"),
    -237: (Outcome.GONE, "the group is disabled: its asset has expired"),
    -238: (Outcome.REFUSED, "the asset is used"),
    -240: (Outcome.ACCOUNT, "message API v2 was shut down"),
    -241: (Outcome.REFUSED, "the free asset is used"),
    -242: (Outcome.ACCOUNT, "appsecret_proof is wrong"),
    -244: (Outcome.GONE, "the person restricts this kind of message"),
    -248: (Outcome.REFUSED, "against the platform's rules"),
    -249: (Outcome.REFUSED, "this template is not for a user id"),
    -305: (Outcome.WINDOW, "the 48 hours are over"),
    -311: (Outcome.WINDOW, "the free replies are used up"),
    -320: (Outcome.ACCOUNT, "no Zalo Cloud Account is linked"),
    -321: (Outcome.ACCOUNT, "the Zalo Cloud Account is out of money"),
    -403: (Outcome.GONE, "the OA is not in this group"),
    -14002: (Outcome.ACCOUNT, "the app is not active"),
    -14003: (Outcome.ACCOUNT, "the callback address is not the one saved, or the domain is not verified"),
    -14012: (Outcome.ACCOUNT, "the app and the OA do not belong together"),
    -14024: (Outcome.ACCOUNT, "the app and the OA do not belong together"),
    -14029: (Outcome.ACCOUNT, "the app is not approved"),
}

# What whoever sets it up must do; the words stand in the catalogues under `zalo_oa.fix.<name>`.
FIXES: Final[dict[int, str]] = {
    code: fix
    for fix, codes in {
        "consent": (-124, -216, -220, -223),
        "app": (-202, -207, -208, -209, -212, -215, -219, -14002, -14029),
        "callback": (-14003,),
        "owner": (-14012, -14024),
        "account": (-204, -205),
        "package": (-221, -224, -235),
        "money": (-320, -321),
        "api": (-240, -242),
    }.items()
    for code in codes
}


def meaning(code: int | None, message: str = "") -> tuple[Outcome, str]:
    """What a code of a send comes to; a code that nobody documented may stand for a message that was sent."""
    if code == NOT_AUTHORISED and "quota" in message.lower():  # one code, two meanings: only its text tells
        return Outcome.QUOTA, "out of quota"
    if code is None:
        return Outcome.UNKNOWN, "no code in the answer"
    return CODES.get(code, (Outcome.UNKNOWN, "a code that is not documented"))
