"""Servers made ready for use: the topics of broker/'s table, the bucket of series/.

`python -m runtime.ready` does it for the servers that the settings name.
"""

from collections.abc import Mapping
from dataclasses import replace

from broker.admin import ensure_topics
from broker.settings import KafkaSettings
from series.settings import SeriesSettings
from series.setup import ensure_bucket


def make_ready(kafka: KafkaSettings, series: SeriesSettings) -> list[str]:
    """Make the topics and the bucket that are not there yet; the topics made.

    Raises KafkaError, series.http.Unreachable, series.setup.SetupError.
    """
    made = ensure_topics(kafka)
    ensure_bucket(series)
    return made


def settings_of(
    environment: Mapping[str, str], kafka: KafkaSettings, series: SeriesSettings
) -> tuple[KafkaSettings, SeriesSettings]:
    """The settings that reach the servers of this environment (`Servers.environment`).

    All else (prefix, partitions…) stays as given.
    """
    return (
        replace(
            kafka,
            servers=environment["COLDCHAIN_KAFKA_SERVERS"],
            ca_file=None,
            username="",
            password="",
        ),
        replace(
            series,
            url=environment["COLDCHAIN_INFLUXDB_URL"],
            token=environment["COLDCHAIN_INFLUXDB_TOKEN"],
            org=environment["COLDCHAIN_INFLUXDB_ORG"],
            bucket=environment["COLDCHAIN_INFLUXDB_BUCKET"],
        ),
    )


if __name__ == "__main__":
    from runtime.settings import load_settings

    settings = load_settings()
    make_ready(settings.kafka, settings.series)
