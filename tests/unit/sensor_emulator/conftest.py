"""Properties are about what comes out, not how fast; as in tests/unit/coldchain/conftest.py."""

import os

from hypothesis import HealthCheck, settings

_PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("coldchain", _PATIENT, max_examples=30)
settings.register_profile("thorough", _PATIENT, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "coldchain"))
