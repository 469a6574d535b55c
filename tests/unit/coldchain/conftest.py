"""Properties are about what comes out, not how fast: a busy machine fails none of them."""

from hypothesis import HealthCheck, settings

settings.register_profile("coldchain", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("coldchain")
