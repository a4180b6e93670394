-- To whom a message went, and when: people recognise by it what could not be copied. Absent in rows of before.

ALTER TABLE unsettled ADD COLUMN recipients TEXT;
ALTER TABLE unsettled ADD COLUMN sent_at INTEGER;

DROP VIEW v_quarantine;
CREATE VIEW v_quarantine AS
SELECT u.id AS record_id,
       (SELECT display_name FROM mailbox) AS mailbox,
       u.folder_id AS folder_id,
       p.path AS folder_path,
       (SELECT word FROM words WHERE domain = 'trouble' AND value = u.kind) AS kind,
       (SELECT word FROM words WHERE domain = 'mrs_trouble' AND value = u.kind) AS mrs_kind,
       (SELECT word FROM words WHERE domain = 'class' AND value = u.class) AS state,
       u.subject AS subject,
       u.sender AS sender,
       u.message_class AS message_class,
       u.associated AS associated,
       u.size AS size_bytes,
       strftime('%Y-%m-%dT%H:%M:%SZ', u.delivered_at / 1000000, 'unixepoch') AS delivered_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', u.modified_at / 1000000, 'unixepoch') AS modified_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', u.committed_at / 1000000, 'unixepoch') AS committed_at,
       u.internet_message_id AS internet_message_id,
       nullif(lower(hex(u.source_key)), '') AS source_key,
       nullif(lower(hex(u.change_key)), '') AS change_key,
       nullif(lower(hex(u.search_key)), '') AS search_key,
       nullif(lower(hex(u.message_ref)), '') AS message_ref,
       u.column_errors AS column_errors,
       (SELECT word FROM words WHERE domain = 'code' AND value = u.code) AS code,
       nullif(printf('0x%08x', u.raw_code), '0x00000000') AS raw_code,
       u.stage AS stage,
       u.detail AS detail,
       u.strikes AS strikes,
       u.strikes_needed AS strikes_needed,
       u.controls AS controls,
       u.calls AS calls,
       u.attempts AS attempts,
       strftime('%Y-%m-%dT%H:%M:%SZ', u.first_seen / 1000000, 'unixepoch') AS first_seen,
       strftime('%Y-%m-%dT%H:%M:%SZ', u.last_seen / 1000000, 'unixepoch') AS last_seen,
       strftime('%Y-%m-%dT%H:%M:%SZ', u.next_retry / 1000000, 'unixepoch') AS next_retry,
       u.announced AS announced,
       EXISTS (SELECT 1 FROM ledger l WHERE l.folder_id = u.folder_id AND l.source_key = u.source_key) AS older_copy,
       u.run_id AS run_id,
       u.recipients AS recipients,
       strftime('%Y-%m-%dT%H:%M:%SZ', u.sent_at / 1000000, 'unixepoch') AS sent_at
  FROM unsettled u LEFT JOIN v_folder_paths p ON p.folder_id = u.folder_id
 WHERE u.class <> 1;
