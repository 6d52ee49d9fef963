"""The HTTP door: the API under `/api/v1` and `/epcis`, and the pages."""

from typing import Final

VERSION: Final = "0.1.0"
