"""Alerts: what is open, who has not answered, how long people take, what is noise."""

from dashboards.panels import alert_counts, alerts_through_time, conditions, noise, open_alerts

from .board import Board

BOARD = Board(
    "alerts",
    {
        1: alert_counts.panel,
        2: open_alerts.panel,
        3: alerts_through_time.raised,
        4: alerts_through_time.took,
        5: noise.panel,
        6: conditions.standing,
    },
    (),
    time_from="now-24h",
    leads_to_console=True,
)
