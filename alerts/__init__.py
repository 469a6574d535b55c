"""Excursions into alerts, alerts into messages to people: the right person, once.

    coldchain.excursions ─┐            ┌─ lifecycle, standing ─┐         ┌─> dispatch, postman
    coldchain.registry  ──┤            │                       │         │        └─> apprise
    coldchain.aboard    ──┼─> intake ──┤                       ├─> SQLite┤
    coldchain.alert-    ──┘            └─ routes, mailbox  ────┘         └─> views, sent (lists)
              commands

`service.AlertService` runs it all; `views` and `sent` read its database from any process. What a
message says is in `told` (facts), `phrases` (one alert), `messages` (all of it), `sentences`.
"""
