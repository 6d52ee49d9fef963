"""The queue of background jobs: rq on Redis, ours or the embedded one.

The rule that must stay true: a job names a function and carries plain JSON. What lies in Redis is
data; nothing read from it is ever executed, as a pickled job would be. Every job may run twice.
"""

from collections.abc import Mapping
from typing import Final

import redis
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from base.config import Settings
from base.errors import Busy
from base.redis_server import redis_url
from base.strict_json import JsonValue

QUEUE_NAME: Final = "suxin"
# Work of minutes and more has a queue and a worker of its own: nobody's capture waits behind it.
LONG_QUEUE_NAME: Final = "suxin-long"
# Notices of recalls wait for programs of others, and must not wait behind a file of a day.
NOTICE_QUEUE_NAME: Final = "suxin-notices"
# Changes of watched parties wait for such programs, too, and a recall must not wait behind them.
CHANGE_QUEUE_NAME: Final = "suxin-changes"
SERIALIZER: Final = JSONSerializer

# A request that enqueues must not hang on a Redis that is away.
_CONNECT_S: Final = 2.0
_ANSWER_S: Final = 5.0
_RETRY_AFTER_S: Final = 30
_JOB_S: Final = 600
_KEPT_S: Final = 86_400


def effective_redis_url(settings: Settings) -> str:
    """Return the configured Redis, else the address of the embedded one."""
    return settings.redis_url or redis_url(settings.data_dir)


def open_redis(settings: Settings) -> redis.Redis:
    """Return a client; it connects with its first command."""
    return redis.Redis.from_url(
        effective_redis_url(settings),
        socket_connect_timeout=_CONNECT_S,
        socket_timeout=_ANSWER_S,
    )


def open_queue(settings: Settings, *, name: str = QUEUE_NAME) -> Queue:
    """Return a queue of this installation; it connects with its first command."""
    connection = open_redis(settings)
    return Queue(name, connection=connection, serializer=SERIALIZER, default_timeout=_JOB_S)


def ping(queue: Queue) -> bool:
    """Return whether the queue's Redis answers."""
    try:
        return bool(queue.connection.ping())
    except redis.RedisError:
        return False


def enqueue(
    queue: Queue,
    function: str,
    arguments: Mapping[str, JsonValue],
    *,
    job_id: str | None = None,
    seconds_max: int = _JOB_S,
) -> Job:
    """Put a job into the queue, after the commit of whatever it is about.

    `function` is "module.name", called with `arguments` by keyword; it is broken off after
    `seconds_max`. A `job_id` given again replaces the job that waits under it. Raises `Busy` when
    Redis is away.
    """
    try:
        return queue.enqueue_call(
            function,
            kwargs=dict(arguments),
            job_id=job_id,
            timeout=seconds_max,
            result_ttl=_KEPT_S,
            failure_ttl=_KEPT_S * 30,
        )
    except redis.RedisError:
        message = "the queue of background jobs is away; nothing was queued"
        raise Busy(message, retry_after_s=_RETRY_AFTER_S) from None
