-- What each role may do. Run by suxin_owner after every migration, before the new release starts:
--
--     psql --username suxin_owner --dbname suxin --file deploy/postgres/grants.sql
--
-- The rule that must stay true: evidence is only ever added. Nobody but the owner of the tables
-- may UPDATE, DELETE or TRUNCATE a row of it, and the owner is used for migrations alone. A table
-- that is not named here is closed to everybody else.

BEGIN;

REVOKE ALL ON ALL TABLES IN SCHEMA public
    FROM PUBLIC, suxin_app, suxin_sealer, suxin_eraser;

-- suxin_app: web server, worker, `manage.py key` and `manage.py account`.

-- Evidence and the index of events: rows come and stay.
GRANT SELECT, INSERT ON
    ledger_entry, ledger_payload, ledger_node, ledger_idempotency,
    event, event_item, identifier, code_block, code_range,
    recall, recall_scope, recall_line, recall_notice, recall_answer, recall_escalation, recall_close
    TO suxin_app;

-- A checkpoint is signed by the sealer alone.
GRANT SELECT ON ledger_checkpoint TO suxin_app;

-- The head moves with every append. Which log it is, and of which origin, is the owner's word.
GRANT SELECT, UPDATE (size, last_leaf, frontier, recorded_at) ON ledger_head TO suxin_app;

-- What follows from events is made anew when one comes late or is taken back.
GRANT SELECT, INSERT, UPDATE, DELETE ON projection_cursor, link, event_quantity TO suxin_app;

-- So are findings; what was said of one is read from its entry.
GRANT SELECT, INSERT, UPDATE, DELETE ON
    finding, finding_judgement, finding_due, event_fact
    TO suxin_app;

-- Facts of credit are a fold over entries and rows of batches; a row that is a person's can be
-- emptied, and a batch moves through its states.
GRANT SELECT, INSERT, UPDATE, DELETE ON
    credit_subject, credit_code, credit_fact, credit_seen, credit_case,
    credit_application, credit_warning, credit_draw, credit_inspection,
    credit_name, credit_mention, credit_own, credit_alias, credit_judgement
    TO suxin_app;
GRANT SELECT, INSERT ON credit_entry, credit_step, credit_warning_step, credit_draw_step
    TO suxin_app;
GRANT SELECT, INSERT, UPDATE (revoked_at) ON credit_sender TO suxin_app;
GRANT SELECT, INSERT, UPDATE (ended_at, asked_at, outcome, failure, wanted_at)
    ON credit_source TO suxin_app;
GRANT SELECT, INSERT, UPDATE (ended_at) ON credit_office TO suxin_app;
GRANT SELECT, INSERT, UPDATE (body), DELETE ON credit_row TO suxin_app;
GRANT SELECT, INSERT, DELETE ON credit_row_node TO suxin_app;
GRANT SELECT, INSERT, UPDATE (body, pdf, erased_at) ON credit_report TO suxin_app;
GRANT SELECT, INSERT, DELETE ON credit_access TO suxin_app;
GRANT SELECT, INSERT ON credit_snapshot TO suxin_app;
GRANT SELECT, INSERT, UPDATE (state, retried_in), DELETE ON credit_quarantine TO suxin_app;
GRANT SELECT, INSERT, UPDATE ON credit_batch TO suxin_app;

-- A person can be taken out of the register; the leaf in the page stays.
GRANT SELECT, INSERT, DELETE ON credit_person TO suxin_app;
GRANT SELECT, INSERT, UPDATE ON credit_person_batch TO suxin_app;
GRANT SELECT, INSERT ON credit_person_page TO suxin_app;

-- What a night evaluated: answers that are kept, and no evidence.
GRANT SELECT, INSERT, UPDATE ON credit_night, credit_grade TO suxin_app;
GRANT SELECT, INSERT, DELETE ON credit_list_change TO suxin_app;

-- A watch is kept as long as its subscriber wants it.
GRANT SELECT, INSERT, DELETE ON credit_watch TO suxin_app;
GRANT SELECT, INSERT, UPDATE ON credit_watch_look TO suxin_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON credit_hook, credit_hook_delivery TO suxin_app;

-- A job ends once; the document of a large one is dropped when it has been captured.
GRANT SELECT, INSERT,
    UPDATE (finished_at, is_running, is_success, kept_count, first_seq, problems)
    ON capture TO suxin_app;
GRANT SELECT, INSERT, DELETE ON capture_upload TO suxin_app;

-- The register grows; a key is revoked and nothing else about it changes.
GRANT SELECT, INSERT ON party, site, product, certificate, post_request TO suxin_app;
GRANT SELECT, INSERT, UPDATE (revoked_at) ON api_key TO suxin_app;
GRANT SELECT, INSERT, UPDATE (password_hash, must_change, changed_at, ended_at)
    ON account TO suxin_app;
GRANT SELECT, INSERT, UPDATE (confirmed_at, ended_at, is_open) ON company_prefix TO suxin_app;
GRANT SELECT, INSERT, UPDATE (is_default, ended_at) ON product_link TO suxin_app;

-- A series only moves on; a key of tags is retired or revoked.
GRANT SELECT, INSERT, UPDATE (mark) ON secret_mark TO suxin_app;
GRANT SELECT, INSERT, UPDATE (next) ON code_series TO suxin_app;
GRANT SELECT, INSERT, UPDATE (retired_at, revoked_at, is_current) ON tag_key TO suxin_app;

-- Who is signed in, and wrong passwords: neither outlives its days.
GRANT SELECT, INSERT, UPDATE (last_seen_at, ended_at), DELETE ON page_session TO suxin_app;
GRANT SELECT, INSERT, UPDATE (failures, locked_until, touched_at), DELETE
    ON sign_in_count TO suxin_app;

-- Work under way, and scans: neither is evidence.
GRANT SELECT, INSERT,
    UPDATE (state, total, done, attempt, message, file_name, touched_at, finished_at), DELETE
    ON task TO suxin_app;
GRANT SELECT, INSERT, UPDATE (url, created_at), DELETE ON recall_hook TO suxin_app;
GRANT SELECT, INSERT, UPDATE (attempts, outcome, next_at, delivered_at)
    ON recall_delivery TO suxin_app;
GRANT SELECT, INSERT, UPDATE (lat_tenths, lon_tenths), DELETE ON scan TO suxin_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON scan_summary, scan_alert, scan_burst TO suxin_app;

-- suxin_sealer: the sealer and `manage.py fsck`. It reads the log and adds checkpoints.
GRANT SELECT ON ledger_head, ledger_entry, ledger_payload, ledger_node TO suxin_sealer;
-- Index and links are compared with the log; of the register only which parties there are is asked,
-- and how they are called, which a result of an inspection is folded with.
GRANT SELECT ON event, event_item, identifier, projection_cursor, link, event_quantity,
    code_block, code_range,
    recall, recall_scope, recall_line, recall_notice, recall_answer, recall_escalation, recall_close
    TO suxin_sealer;
-- Findings are judged once more and compared, with what they are judged by.
GRANT SELECT ON finding, finding_due, finding_judgement, event_fact, scan_alert, product,
    company_prefix, site, certificate
    TO suxin_sealer;
-- Credit is folded once more and compared: the rows of batches with it, and what reports hash to.
GRANT SELECT ON credit_entry, credit_step, credit_warning_step, credit_draw_step, credit_batch,
    credit_row, credit_row_node,
    credit_subject, credit_code, credit_fact, credit_seen, credit_case,
    credit_application, credit_warning, credit_draw, credit_inspection,
    credit_name, credit_mention, credit_own, credit_alias, credit_judgement,
    credit_report, credit_snapshot, credit_person_batch
    TO suxin_sealer;
GRANT SELECT (id, uscc, name_zh) ON party TO suxin_sealer;
GRANT SELECT, INSERT ON ledger_checkpoint TO suxin_sealer;
-- Two sealers wait for each other at the head's row. PostgreSQL asks for UPDATE of at least one
-- column before it lets anybody lock a row; this one is the least harmful.
GRANT UPDATE (recorded_at) ON ledger_head TO suxin_sealer;

-- suxin_eraser: empties the personal part of a payload and its salt, and sees neither.
GRANT SELECT (log, seq), UPDATE (personal_salt, personal_body) ON ledger_payload TO suxin_eraser;

COMMIT;
