"""Settings, read once from `SUXIN_*` variables and then frozen.

One rule: a wrong or unknown setting is refused at start by the name of its variable, so that no
process runs on a value that nobody meant. Every limit of the service is a field here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from base.errors import ConfigurationError
from base.setting_values import (
    database_url,
    file,
    folder,
    header,
    host,
    integer,
    log_level,
    origin,
    public_url,
    redis_url,
    region,
)

# Read by the test run and the shell around the service, never by the service itself.
FOREIGN_NAMES = frozenset({"SUXIN_VECTORS", "SUXIN_CHROMIUM", "SUXIN_API_KEY", "SUXIN_URL"})

_LABEL_FONT = (
    Path(__file__).resolve().parents[1]
    / "web/static/vendor/@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf"
)


def _setting(default: Any, parse: Callable[[str], object], about: str) -> Any:
    return field(default=default, metadata={"parse": parse, "about": about})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that may differ between two running instances, with the limits of the service.

    Names: field `capture_events_max` is read from `SUXIN_CAPTURE_EVENTS_MAX`. Sizes are bytes,
    `_s` are seconds, `_ms` milliseconds.
    """

    data_dir: Path = _setting(
        Path("data").resolve(), folder, "folder of the database, the keys and the sockets"
    )
    database_url: str = _setting("", database_url, "empty: a SQLite file in the data folder")
    database_connect_max_s: int = _setting(
        10, integer(1, 600), "how long a connection to PostgreSQL may take"
    )
    database_lock_wait_max_ms: int = _setting(
        30_000, integer(100, 600_000), "how long to wait for another transaction's lock"
    )
    database_idle_max_ms: int = _setting(
        60_000, integer(1000, 3_600_000), "PostgreSQL ends a transaction that asks nothing so long"
    )
    redis_url: str = _setting("", redis_url, "empty: an embedded Redis in the data folder")
    host: str = _setting("127.0.0.1", host, "address the web server binds to")
    port: int = _setting(8000, integer(0, 65535), "port of the web server; 0 takes a free one")
    public_url: str = _setting("", public_url, "address written into codes and links")
    origin: str = _setting("suxin.local", origin, "name of this ledger, first line of checkpoints")
    web_workers: int = _setting(1, integer(1, 256), "processes of the web server")
    web_threads: int = _setting(32, integer(1, 512), "threads of each web process")
    log_level: str = _setting("info", log_level, "least level that is logged")
    seal_interval_ms: int = _setting(1000, integer(50, 600_000), "time between two checkpoints")
    clock_skew_max_ms: int = _setting(
        5000, integer(0, 600_000), "how far the clock may lie behind the last entry"
    )
    future_max_s: int = _setting(
        3600, integer(0, 86_400_000), "how far ahead an event or a sender's clock may be"
    )
    capture_bytes_max: int = _setting(10 << 20, integer(1024, 1 << 30), "size of one document")
    capture_events_max: int = _setting(10_000, integer(1, 1_000_000), "events of one document")
    capture_depth_max: int = _setting(32, integer(4, 200), "nesting of one document")
    capture_direct_events_max: int = _setting(
        1000, integer(1, 1_000_000), "a larger document is captured by a worker"
    )
    capture_waiting_max: int = _setting(
        1000, integer(1, 1_000_000), "documents that may wait for a worker, in all"
    )
    capture_waiting_party_max: int = _setting(
        100, integer(1, 1_000_000), "documents of one party that may wait for a worker"
    )
    append_queue_entries_max: int = _setting(
        50_000, integer(1, 10_000_000), "entries that may wait for the writer of one process"
    )
    append_batch_entries_max: int = _setting(
        5000, integer(1, 1_000_000), "entries merged into one transaction"
    )
    history_events_max: int = _setting(2000, integer(1, 1_000_000), "events of one history")
    history_depth_max: int = _setting(64, integer(1, 10_000), "steps of one history walk")
    lineage_items_max: int = _setting(
        200_000, integer(1, 10_000_000), "codes that one trace or recall reaches"
    )
    recall_events_max: int = _setting(
        200_000, integer(1, 10_000_000), "events that a place and a time may pick for a recall"
    )
    hooks_private_allowed: int = _setting(
        0, integer(0, 1), "1: notices to private addresses and by plain http too, for tests"
    )
    hooks_at_once_max: int = _setting(8, integer(1, 100), "programs that are told at once")
    hooks_names_max: int = _setting(32, integer(1, 500), "names of programs looked up at once")
    hooks_run_max_s: int = _setting(240, integer(1, 500), "how long one run begins new notices")
    changes_run_max_s: int = _setting(30, integer(1, 500), "how long one run begins changes")
    hooks_run_max: int = _setting(500, integer(1, 100_000), "notices to programs sent in one run")
    hook_attempts_max: int = _setting(10, integer(1, 30), "tries of a notice to a program")
    hook_wait_max_s: int = _setting(10, integer(1, 120), "how long a program may take for one")
    recalls_open_max: int = _setting(
        10_000, integer(1, 1_000_000), "open recalls whose late holders one run looks for"
    )
    recalls_of_party_max: int = _setting(
        100, integer(1, 100_000), "recalls that one party has open at a time, drills included"
    )
    lineage_depth_max: int = _setting(
        64, integer(1, 10_000), "steps of one trace through makings, lots and containers"
    )
    whereabouts_items_max: int = _setting(
        10_000, integer(1, 1_000_000), "codes of one trace of which it is told who has them now"
    )
    trace_backlog_max: int = _setting(
        20_000, integer(0, 100_000_000), "entries that a trace reads first; it says what is behind"
    )
    trace_days_max: int = _setting(
        366, integer(1, 3660), "days of events from which the goods of a party or site are traced"
    )
    trace_rows_max: int = _setting(300, integer(10, 10_000), "rows of a trace's table on a page")
    graph_nodes_max: int = _setting(60, integer(5, 1000), "boxes of one picture of a trace")
    search_products_max: int = _setting(
        20_000, integer(1, 1_000_000), "newest products with which a lot number is looked up"
    )
    search_codes_max: int = _setting(40_000, integer(1, 4_000_000), "codes a lot number may make")
    search_events_max: int = _setting(1000, integer(1, 100_000), "newest events read for lots")
    search_names_max: int = _setting(200_000, integer(1, 10_000_000), "names a search compares")
    body_bytes_max: int = _setting(
        64 << 10, integer(1024, 1 << 24), "size of a JSON body other than a document"
    )
    body_depth_max: int = _setting(8, integer(2, 200), "nesting of a JSON body")
    codes_block_max: int = _setting(
        1_000_000, integer(1, 1 << 20), "codes of one block that is issued at once"
    )
    codes_first_percent_max: int = _setting(
        1,
        integer(0, 100),
        "part of a series, in hundredths, that a first number may give up without being confirmed",
    )
    codes_prefixes_party_max: int = _setting(
        50, integer(1, 10_000), "company prefixes that one party may claim"
    )
    codes_direct_max: int = _setting(
        1000, integer(1, 100_000), "a longer activation or label file is made by a worker"
    )
    label_file_bytes_max: int = _setting(
        512 << 20, integer(1 << 16, 1 << 40), "size of one file of labels"
    )
    label_font: str = _setting(
        "", file, "empty: the Han font of the pages; a TrueType file for the text of labels"
    )
    holidays_file: str = _setting(
        "", file, "empty: none; years of holidays, before those of trace/recall/holidays.yaml"
    )
    shared_dir: str = _setting(
        "", file, "empty: the data folder; what every web server and worker has to see"
    )
    files_days_max: int = _setting(7, integer(1, 3650), "days a file that was made is kept")
    task_seconds_max: int = _setting(
        21_600, integer(60, 604_800), "how long a worker may be at one piece of long work"
    )
    tasks_days_max: int = _setting(
        90, integer(1, 3650), "days that finished long work is remembered"
    )
    tasks_waiting_party_max: int = _setting(
        20, integer(1, 10_000), "pieces of long work of one party that may wait for a worker"
    )
    sheet_rows_max: int = _setting(5_000, integer(1, 100_000), "rows of one filled-in spreadsheet")
    sheet_bytes_max: int = _setting(
        8 << 20, integer(1 << 10, 1 << 30), "bytes of one filled-in spreadsheet"
    )
    sheet_unzipped_bytes_max: int = _setting(
        64 << 20, integer(1 << 10, 1 << 32), "bytes of one filled-in workbook when unzipped"
    )
    sheet_document_rows_max: int = _setting(200, integer(1, 10_000), "rows of a sheet a document")
    submission_events_max: int = _setting(
        10_000, integer(1, 1_000_000), "events of one spreadsheet that is made from the ledger"
    )
    region: str = _setting(
        "", region, "administrative code of this place (GB/T 2260), whose local rules of law hold"
    )
    credit_told_max: int = _setting(
        10_000, integer(1, 1_000_000), "facts of a party, or rows of a report, told at once"
    )
    credit_backlog_max: int = _setting(
        2000, integer(0, 100_000_000), "rows that a question or an act of credit folds first"
    )
    credit_push_bytes_max: int = _setting(
        16 << 20, integer(1 << 10, 1 << 30), "bytes of one batch of a credit feed that is pushed"
    )
    credit_rows_max: int = _setting(
        200_000, integer(1, 20_000_000), "rows of one batch of a credit feed"
    )
    credit_bytes_max: int = _setting(
        256 << 20, integer(1 << 10, 1 << 34), "bytes of one batch of a credit feed"
    )
    trusted_proxies: int = _setting(
        0, integer(0, 10), "proxies in front whose X-Forwarded-For is believed"
    )
    scan_days_max: int = _setting(
        400, integer(1, 3650), "days that a single scan is kept; sums outlive it"
    )
    scan_waiting_max: int = _setting(
        20_000, integer(100, 1_000_000), "scans that may wait for the writer of one process"
    )
    scan_batch_max: int = _setting(500, integer(1, 10_000), "scans written in one transaction")
    scan_rows_max: int = _setting(
        2000, integer(10, 100_000), "newest scans of one code that are looked at"
    )
    scan_alert_items_max: int = _setting(
        5000, integer(1, 1_000_000), "codes whose alerts one run of the worker works out"
    )
    finding_items_max: int = _setting(
        20_000, integer(1, 10_000_000), "things whose findings one run of the worker works out"
    )
    finding_csv_rows_max: int = _setting(
        50_000, integer(1, 1_000_000), "findings that one CSV file holds"
    )
    finding_judged_max: int = _setting(
        200, integer(1, 10_000), "findings of one cause that are judged together"
    )
    scan_region_header: str = _setting(
        "", header, "header in which a trusted proxy names the visitor's region"
    )
    heat_devices_min: int = _setting(
        5, integer(2, 1000), "devices that a cell of the heat map needs to be shown"
    )
    heat_cells_max: int = _setting(2000, integer(1, 100_000), "cells of one heat map")
    heat_days_max: int = _setting(92, integer(1, 3650), "days of one heat map")
    misses_minute_max: int = _setting(
        30, integer(1, 1_000_000), "codes that do not exist, asked for by one address in a minute"
    )
    misses_hour_max: int = _setting(
        200, integer(1, 1_000_000), "codes that do not exist, asked for by one address in an hour"
    )
    misses_day_max: int = _setting(
        1000, integer(1, 1_000_000), "codes that do not exist, asked for by one address in a day"
    )
    photos_minute_max: int = _setting(
        20, integer(1, 1_000_000), "photos of codes that one address sends in a minute"
    )
    identify_minute_max: int = _setting(
        300, integer(1, 1_000_000), "questions what a code is, of one address or key in a minute"
    )
    places_minute_max: int = _setting(
        20, integer(1, 1_000_000), "places of scans that one address tells in a minute"
    )
    drug_requests_minute_max: int = _setting(
        120, integer(1, 1_000_000), "requests about packs of drugs, of one key in a minute"
    )
    drug_alerts_day_max: int = _setting(
        200, integer(1, 1_000_000), "packs seen again that one party puts on record in a day"
    )
    drug_packs_max: int = _setting(
        500, integer(1, 500), "packs of drugs that one request names, with all that is inside"
    )
    monitoring_days_max: int = _setting(
        92, integer(1, 3660), "days of one report of what is recorded"
    )
    monitoring_events_max: int = _setting(
        5_000_000, integer(1, 1_000_000_000), "events that such a report counts"
    )
    sign_ins_minute_max: int = _setting(
        30, integer(1, 1_000_000), "tries to sign in, of one address in a minute"
    )
    addresses_watched_max: int = _setting(
        50_000, integer(100, 10_000_000), "addresses whose misses one process remembers"
    )
    session_max_s: int = _setting(
        43_200, integer(60, 7 * 86_400), "how long somebody stays signed in to the pages"
    )
    session_idle_max_s: int = _setting(
        7200, integer(60, 7 * 86_400), "how long somebody who does nothing stays signed in"
    )
    kept_form_bytes_max: int = _setting(
        1 << 16, integer(0, 1 << 18), "what was typed is kept over a sign-in, up to this size"
    )
    password_chars_min: int = _setting(12, integer(8, 64), "characters a password needs")
    password_memory_kib: int = _setting(
        19_456, integer(8, 1 << 21), "memory that hashing one password takes (Argon2id)"
    )
    password_rounds: int = _setting(2, integer(1, 100), "passes over that memory")
    password_checks_max: int = _setting(
        2, integer(1, 64), "passwords that one web process hashes at the same time"
    )
    password_wait_max_s: int = _setting(
        10, integer(0, 60), "how long a password waits for its turn to be hashed"
    )
    sign_in_network_tries_max: int = _setting(
        5, integer(1, 1000), "wrong passwords of a name from one network before it has to wait"
    )
    sign_in_name_tries_max: int = _setting(
        20, integer(1, 1000), "wrong passwords of a name before strange networks have to wait"
    )
    sign_in_wait_s: int = _setting(
        30, integer(1, 3600), "the first wait after wrong passwords; it doubles each time"
    )
    sign_in_wait_max_s: int = _setting(
        900, integer(1, 86_400), "the longest wait after wrong passwords"
    )
    sign_in_counted_s: int = _setting(
        86_400, integer(60, 30 * 86_400), "how long a wrong password is remembered"
    )
    sign_in_known_days: int = _setting(
        90, integer(7, 3650), "days that a network somebody signed in from is known as theirs"
    )
    links_anchor_max: int = _setting(
        100, integer(1, 10_000), "links that a product, lot or thing may have"
    )
    links_party_max: int = _setting(100_000, integer(1, 10_000_000), "links that a party may keep")
    resolver_query_chars_max: int = _setting(
        2048, integer(64, 65_536), "query that is passed on with a redirect"
    )
    query_values_max: int = _setting(
        100, integer(1, 10_000), "values of one parameter of an event query"
    )
    page_size_max: int = _setting(1000, integer(1, 100_000), "rows of one page of an answer")
    scan_texts_max: int = _setting(
        100, integer(1, 1000), "codes on the list of the scan page, and asked about at once"
    )
    form_codes_max: int = _setting(
        50, integer(1, 1000), "codes that one form of the pages records at once"
    )
    photo_bytes_max: int = _setting(
        10 << 20, integer(1 << 20, 64 << 20), "size of a photo of a code"
    )
    photo_pixels_max: int = _setting(
        32_000_000, integer(1_000_000, 200_000_000), "pixels of a photo of a code"
    )
    photo_readers_max: int = _setting(
        2, integer(1, 64), "photos that one web process reads at the same time"
    )
    photo_wait_max_s: int = _setting(
        5, integer(0, 60), "how long a photo waits for its turn to be read"
    )

    @property
    def effective_database_url(self) -> str:
        """The database in use: the configured one, else a SQLite file in the data folder."""
        return self.database_url or f"sqlite:///{self.data_dir / 'suxin.db'}"

    @property
    def effective_label_font(self) -> Path:
        """The font of labels: the configured one, else the one that `make setup` installed."""
        return Path(self.label_font) if self.label_font else _LABEL_FONT

    @property
    def effective_shared_dir(self) -> Path:
        """The folder of the installation's secret and of files that were made for parties."""
        return Path(self.shared_dir) if self.shared_dir else self.data_dir

    @property
    def effective_files_dir(self) -> Path:
        """The folder of files that were made for parties."""
        return self.effective_shared_dir / "files"

    @property
    def effective_public_url(self) -> str:
        """The address people reach this instance under, without a slash at the end."""
        return self.public_url or f"http://{self.host}:{self.port}"


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Read the settings from the variables of a process.

    Raises `ConfigurationError` naming the first variable that is wrong or that no setting reads.
    """
    known = {f"SUXIN_{spec.name.upper()}": spec for spec in fields(Settings)}
    values: dict[str, Any] = {}
    for name in sorted(environ):
        if not name.startswith("SUXIN_") or name in FOREIGN_NAMES:
            continue
        spec = known.get(name)
        if spec is None:
            raise ConfigurationError(f"{name} is not a setting; known: {', '.join(sorted(known))}")
        try:
            values[spec.name] = spec.metadata["parse"](environ[name])
        except ValueError as error:
            raise ConfigurationError(f"{name} {error}") from None
    return Settings(**values)


def describe_settings() -> tuple[tuple[str, str, str], ...]:
    """Return (variable, default, meaning) of every setting, for the documentation."""
    return tuple(
        (f"SUXIN_{spec.name.upper()}", str(spec.default), spec.metadata["about"])
        for spec in fields(Settings)
    )
