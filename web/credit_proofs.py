"""Proofs of rows as the interface asks for them, each a file that is checked offline.

One rule: a producer gets proofs of what is about its own party alone; what is another's is not
there for it.
"""

from trace.proofs import bundle_of_entry
from uuid import UUID

from sqlalchemy import Connection

from base.db import reading
from base.errors import NotFound
from credit.intake.proving import RowProof, proof_at, proof_file, proof_of_row, row_of_fact
from parties.actors import Actor, Role
from web.credit_cases import subject_for
from web.credit_reading import brought_up
from web.services import Services


def row_proof_for(parts: Services, actor: Actor, batch_id: UUID, row_number: int) -> bytes:
    """Return the proof of a row of a batch; raises `NotFound`, also where it is not sealed yet."""
    with reading(parts.engine) as connection:
        proof = proof_of_row(connection, parts.log, batch_id, row_number)
        return _with_entry(connection, parts, actor, proof)


def fact_proof_for(parts: Services, actor: Actor, fact_id: UUID, *, version: int | None) -> bytes:
    """Return the proof of the row that a version of a fact was made of; raises `NotFound`.

    Without a version it is the newest one.
    """
    brought_up(parts)
    with reading(parts.engine) as connection:
        subject_id, batch_id, position = row_of_fact(connection, parts.log, fact_id, version)
        if actor.role is Role.PRODUCER:
            own = subject_for(connection, parts, actor, "")
            if own is None or own != subject_id:
                raise NotFound("There is no such fact.")
        if batch_id is None or position is None:
            raise NotFound("This fact was decided here: the entry of its decision proves it.")
        proof = proof_at(connection, parts.log, batch_id, position)
        return _with_entry(connection, parts, actor, proof)


def _with_entry(connection: Connection, parts: Services, actor: Actor, proof: RowProof) -> bytes:
    return proof_file(proof, bundle_of_entry(connection, parts.log, proof.seq, actor))
