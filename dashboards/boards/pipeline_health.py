"""Pipeline health: is what the other boards show fresh and whole, and what to do if not."""

from dashboards.panels import partitions, pipeline_counts, what_to_do
from dashboards.panels import pipeline_through_time as through_time

from .board import Board

BOARD = Board(
    "pipeline-health",
    {
        1: pipeline_counts.panel,
        2: through_time.rate,
        3: through_time.lateness,
        4: through_time.lag,
        5: through_time.rejected,
        6: partitions.panel,
        7: what_to_do.panel,
        8: through_time.outbox,
    },
    (),
)
