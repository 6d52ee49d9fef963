"""The benchmarks by name. A new one is one function and one line."""

from collections.abc import Mapping
from typing import Final

from benchmarks.capture import capture_bulk, capture_single
from benchmarks.harness import Benchmark

BENCHMARKS: Final[Mapping[str, Benchmark]] = {
    "capture-bulk": capture_bulk,
    "capture-single": capture_single,
}
