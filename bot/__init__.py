"""The house itself: channels, storage, understanding and the way between them.

Four rooms, one arrow: `bot` imports `handlers`, `content` and `qr`; none of those imports `bot`. The contract between
a channel and a handler (`Query`, `Reply`, `Desk`) is declared by its user, in `handlers/contract.py`.
"""
