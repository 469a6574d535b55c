"""Properties are about what comes out, not how fast: a busy machine fails none of them.

By default each looks at a few examples, so that the folder takes seconds; run with
HYPOTHESIS_PROFILE=thorough to let each look for minutes.
"""

import os

from hypothesis import HealthCheck, settings

_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("coldchain", _PATIENT, max_examples=30)
settings.register_profile("thorough", _PATIENT, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "coldchain"))
