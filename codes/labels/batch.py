"""Many labels of one job, one after another: the next is asked for when the last was laid out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from codes.labels.fonts import Font, Measure, load_font
from codes.labels.layout import Area, Placed
from codes.labels.model import LIMITS, Label, LabelError, LabelLimits, Progress
from codes.labels.placing import Plan, place
from codes.labels.stock import INSET_MM, Roll
from codes.labels.symbols import BULK_MASK, Encoder, SymbolMaker, make_symbol
from codes.labels.uses import Use

# Progress is told every so many labels, so that telling costs nothing.
TELL_EVERY: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintJob:
    """What all labels of a file share.

    `font` is a TrueType file that has the characters of the text. `progress` is told `total`, where
    that is known.
    """

    use: Use
    font: Path
    title: str = ""
    limits: LabelLimits = LIMITS
    encoder: Encoder = Encoder.FASTEST
    total: int | None = None
    progress: Progress | None = None

    def load_font(self) -> Font:
        """Read the font; the second time it is there already."""
        return load_font(self.font)

    def plan(self, measure: Measure) -> Plan:
        """Return how one label is made."""
        return Plan(use=self.use, measure=measure, limits=self.limits, encoder=self.encoder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What came of a job: labels, pages, and on how many labels text had to be shortened."""

    labels: int
    pages: int
    shortened: int


def single_of(placed: Placed) -> Printed:
    """Return what came of one label that is a file of its own."""
    return Printed(labels=1, pages=1, shortened=int(placed.is_shortened))


@dataclass(slots=True, kw_only=True)
class Batch:
    """The labels of a job being laid out, and what was counted of them."""

    job: PrintJob
    measure: Measure
    make: SymbolMaker = make_symbol
    labels: int = field(default=0, init=False)
    shortened: int = field(default=0, init=False)

    def place_all(self, labels: Iterable[Label], area: Area) -> Iterator[Placed]:
        """Give each label laid out; refuses an empty job, and one that is too large."""
        job = self.job
        plan = replace(job.plan(self.measure), make=self.make, mask_pattern=BULK_MASK)
        for number, label in enumerate(labels):
            if number >= job.limits.labels_max:
                most = job.limits.labels_max
                raise LabelError("too_many", f"a file has at most {most} labels", path="labels")
            placed = place(label, area, plan, path=f"labels[{number}]")
            self.labels = number + 1
            self.shortened += placed.is_shortened
            yield placed
            if job.progress is not None and self.labels % TELL_EVERY == 0:
                job.progress(self.labels, job.total)
        if self.labels == 0:
            raise LabelError("empty", "there is no label to print", path="labels")
        if job.progress is not None:
            job.progress(self.labels, self.labels)


def roll_area(roll: Roll, *, dpi: int | None = None) -> Area:
    """Return the area of a roll's label; `dpi` where the roll does not say."""
    return Area(
        width_mm=roll.width_mm,
        height_mm=roll.height_mm,
        inset_x_mm=INSET_MM,
        inset_y_mm=INSET_MM,
        dpi=roll.dpi or dpi,
    )
