"""A picture of the boards' data without a Grafana: one HTML file that asks nothing of any host.

It draws each panel from the board's own JSON (titles, units, colours, overrides) and the store's
answers, so that what is reviewed is what Grafana is given. It is a likeness, not Grafana.
"""

from .page import preview

__all__ = ["preview"]
