"""Two social credit codes that may be of one party, side by side, with what was said of them.

The rule that must stay true: a code names whoever it was told of first, whatever was joined since;
so what is compared is what the two were, and undoing finds them again.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, Row, and_, select

from credit.feeds.model import CodeScheme, SubjectKind
from credit.judging.entries import Judged
from credit.judging.queue import Judgement, judgement_told
from credit.judging.standing import holding_about
from credit.naming.comparing import Side
from credit.naming.finding import Candidate, Wanted, compared_with
from credit.tables import CREDIT_CODE, CREDIT_SUBJECT


@dataclass(frozen=True, slots=True, kw_only=True)
class TwoCodes:
    """A party under one code beside the one under another, and what holds between them."""

    old_id: UUID
    old_name: str
    old_region: str
    other: Candidate
    judgements: tuple[Judgement, ...]

    @property
    def is_joined(self) -> bool:
        """Return whether a person said that the two are one."""
        return any(one.verdict == Judged.POSITIVE.value for one in self.judgements)


def two_codes(connection: Connection, log: int, old: str, new: str) -> TwoCodes | None:
    """Return the parties of two codes side by side; None where one of them names no single one."""
    ours, theirs = _subjects(connection, log, old), _subjects(connection, log, new)
    if len(ours) != 1 or len(theirs) != 1:
        return None
    wanted = Wanted(side=Side(name=ours[0].name, region=ours[0].region))
    (other,) = compared_with(connection, log, wanted, [theirs[0].id])
    said = [
        judgement_told(connection, log, row)
        for row in holding_about(connection, log, ours[0].id)
        if row.subject_id == theirs[0].id
    ]
    return TwoCodes(
        old_id=ours[0].id,
        old_name=ours[0].name,
        old_region=ours[0].region,
        other=other,
        judgements=tuple(said),
    )


def _subjects(connection: Connection, log: int, code: str) -> list[Row[tuple[UUID, str, str]]]:
    of_code = and_(
        CREDIT_CODE.c.log == CREDIT_SUBJECT.c.log, CREDIT_CODE.c.subject_id == CREDIT_SUBJECT.c.id
    )
    statement = (
        select(CREDIT_SUBJECT.c.id, CREDIT_SUBJECT.c.name, CREDIT_SUBJECT.c.region)
        .join(CREDIT_CODE, of_code)
        .where(
            CREDIT_SUBJECT.c.log == log,
            CREDIT_CODE.c.code == code,
            CREDIT_CODE.c.scheme == CodeScheme.USCC.value,
            CREDIT_SUBJECT.c.kind != SubjectKind.PERSON.value,
        )
    )
    return list(connection.execute(statement))
