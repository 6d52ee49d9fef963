"""A worker's instance with one producer and a block of its codes."""

from pathlib import Path
from trace.issuing.commission import Commissioner, plan_activation
from trace.issuing.events import Making

from base.config import Settings
from base.db import open_database, reading, transaction
from jobs.commands.init import initialise
from jobs.instance import Instance, open_instance
from parties.actors import Actor, Role, actor_of_key
from parties.drafts import PartyDraft, ProductDraft, SiteDraft
from parties.ids import new_id
from parties.issuing.blocks import Block, BlockRequest, Issuer, issue_block
from parties.issuing.label_orders import task_of
from parties.issuing.labels import LabelOrder
from parties.issuing.ranges import RangeRequest
from parties.issuing.tables import RangeAction
from parties.register import register_party, register_product, register_site
from parties.tables import PartyKind
from parties.tasks import Task, create_task, read_task
from tests.migrated import migrate
from tests.parties.samples import gln_uri, gtin_uri, uscc_of


def open_installed(settings: Settings) -> Instance:
    engine = open_database(settings, pool_size=2)
    migrate(engine)
    initialise(settings, engine)
    engine.dispose()
    return open_instance(settings)


class Workshop:
    """A producer with a block of codes, and the parts that a worker has."""

    def __init__(self, parts: Instance, *, codes: int = 30) -> None:
        self.parts = parts
        now = parts.clock.now()
        with transaction(parts.engine) as connection:
            party = PartyDraft(uscc=uscc_of(1), name_zh="晴禾", kind=PartyKind.PLANT)
            party_id = register_party(connection, party, now=now).id
            product = ProductDraft(party_id=party_id, uri=gtin_uri(1), name_zh="发酵乳")
            product_id = register_product(connection, product, now=now).id
            site = SiteDraft(party_id=party_id, uri=gln_uri(1), name_zh="工厂")
            register_site(connection, site, now=now)
        self.actor: Actor = actor_of_key(key_id=new_id(now), role=Role.PRODUCER, party_id=party_id)
        self.issuer = Issuer(
            journal=parts.desk.journal, secret=parts.secret, clock=parts.clock, block_max=1000
        )
        request = BlockRequest(kind="gs1_serial", count=codes, product_id=product_id)
        self.block: Block = issue_block(self.issuer, self.actor, request)

    def order(self, **fields: object) -> Task:
        order = LabelOrder(**{"first": 1, "last": 30, **fields})  # type: ignore[arg-type] # Fields of many types.
        with transaction(self.parts.engine) as connection:
            return create_task(
                connection,
                self.actor,
                task_of(self.block, order),
                waiting_max=9,
                now=self.parts.clock.now(),
            )

    def activation(self) -> Task:
        desk = Commissioner(desk=self.parts.desk, issuer=self.issuer, tasks_waiting_max=9)
        request = RangeRequest(
            block_id=self.block.id, action=RangeAction.ACTIVATED, first=1, last=30, lot="L1"
        )
        making = Making(site=gln_uri(1), happened_at=self.parts.clock.now(), lot="L1")
        return plan_activation(desk, self.actor, request, making)

    def task(self, task: Task) -> Task:
        with reading(self.parts.engine) as connection:
            return read_task(connection, task.id)

    def file(self, task: Task) -> Path:
        return self.parts.settings.effective_files_dir / self.task(task).file_name
