"""The web pages: a courier's alerts, one alert, the shift's hand-over.

    link in a message ─> session ─> pages (alerts' database, read only)
                                 └> forms ─> commands on Kafka ─> the alert service

Rendered on the server, no script needed; `app.build` makes the application, `runtime/` runs it.
What a page shows is decided in `access` and `shown`, what a form may do in `deeds`.
"""
