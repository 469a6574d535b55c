"""Where the vans are: along their rounds, straight from point to point."""

import numpy as np

from .fleet import Fleet


class Tracks:
    """The rounds of all vans as one table, so that a fleet's positions are one look-up."""

    def __init__(self, fleet: Fleet) -> None:
        self._devices = list(fleet.routes)
        routes = list(fleet.routes.values())
        longest = max((len(route.times) for route in routes), default=0)
        far = np.iinfo(np.int64).max
        self._times = np.full((len(routes), longest), far, dtype=np.int64)
        self._points = np.zeros((len(routes), longest, 2))
        for index, route in enumerate(routes):
            self._times[index, : len(route.times)] = route.times
            self._points[index, : len(route.times)] = route.points
            self._points[index, len(route.times) :] = route.points[-1]

    def at(self, moment: int) -> dict[int, tuple[float, float]]:
        """Device number -> latitude and longitude at a moment, ms of the world's calendar."""
        if not self._devices:
            return {}
        row = np.arange(len(self._devices))
        after = np.clip((self._times <= moment).sum(axis=1), 1, self._times.shape[1] - 1)
        t0, t1 = self._times[row, after - 1], self._times[row, after]
        here, there = self._points[row, after - 1], self._points[row, after]
        share = np.clip((moment - t0) / np.maximum(t1 - t0, 1), 0.0, 1.0)[:, None]
        points = np.round(here + share * (there - here), 5).tolist()
        return {
            device: (point[0], point[1])
            for device, point in zip(self._devices, points, strict=True)
        }
