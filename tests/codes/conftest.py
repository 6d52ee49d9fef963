"""The long run of the properties: `pytest tests/codes --hypothesis-profile deep`."""

from hypothesis import HealthCheck, settings

# Slow examples are the point of the long run, so its own alarms about them are off.
settings.register_profile(
    "deep",
    max_examples=100_000,
    deadline=None,
    database=None,
    derandomize=False,
    suppress_health_check=list(HealthCheck),
)
