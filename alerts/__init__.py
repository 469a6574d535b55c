"""Excursions into alerts, alerts into messages to people: the right person, once.

    coldchain.excursions ─┐            ┌─ lifecycle, standing ─┐
    coldchain.registry  ──┼─> intake ──┤                       ├─> SQLite ─> postman ─> apprise
    coldchain.alert-      ┘            └─ routes, outbox  ─────┘      └─> views (lists)
    commands

`service.AlertService` runs it all; `views` reads its database from any process.
"""
