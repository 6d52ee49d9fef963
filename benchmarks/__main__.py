"""`python -m benchmarks [names…]`: measure, and write `benchmarks/RESULTS.md`."""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from base.log import configure_logging
from benchmarks.harness import SCALES, Bench, Note, Result
from benchmarks.registry import BENCHMARKS
from benchmarks.report import report, summary

_RESULTS = Path(__file__).resolve().parent / "RESULTS.md"


def main(words: list[str]) -> int:
    """Run the benchmarks that are named, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    parser.add_argument("--scale", choices=sorted(SCALES), default="small")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--output", type=Path, default=_RESULTS)
    parser.add_argument("--remark", default="", help="a sentence about the circumstances")
    given = parser.parse_args(words)
    unknown = sorted(set(given.names) - set(BENCHMARKS))
    if unknown:
        parser.error(f"no such benchmark: {', '.join(unknown)}")
    configure_logging("warning")
    results: list[Result | Note] = []
    for name in given.names or BENCHMARKS:
        results += run(name, scale=given.scale, pairs=given.pairs)
    spoken = [*given.names, "--scale", given.scale, "--pairs", str(given.pairs)]
    command = " ".join(["python -m benchmarks", *spoken])
    given.output.write_text(report(results, command=command, remark=given.remark), encoding="utf-8")
    return 0


def run(name: str, *, scale: str, pairs: int) -> list[Result | Note]:
    """Run one benchmark with everything it starts, and say what it reached."""
    results: list[Result | Note] = []
    with ExitStack() as closing:
        folder = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="suxin-bench-")))
        bench = Bench(scale=SCALES[scale], pairs=pairs, folder=folder, closing=closing)
        for result in BENCHMARKS[name](bench):
            results.append(result)
            if isinstance(result, Result):
                print(summary(result.contest, result), flush=True)
            else:
                print(result.title, flush=True)
    return results


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
