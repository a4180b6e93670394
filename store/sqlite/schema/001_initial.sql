-- Checkpoint and mirror of one mailbox. docs/schema.md explains every table, column and view.
-- Times are microseconds since 1970, UTC. Keys are blobs as the server made them.

CREATE TABLE store_info (
  id             INTEGER PRIMARY KEY CHECK (id = 1),
  minimum_reader INTEGER NOT NULL,
  clean          INTEGER NOT NULL,
  words_digest   INTEGER NOT NULL
);
INSERT INTO store_info VALUES (1, 1, 1, 0);

CREATE TABLE words (
  domain TEXT NOT NULL,
  value  INTEGER NOT NULL,
  word   TEXT NOT NULL,
  PRIMARY KEY (domain, value)
) WITHOUT ROWID;

CREATE TABLE mailbox (
  id                     INTEGER PRIMARY KEY CHECK (id = 1),
  mailbox_guid           BLOB NOT NULL,
  mapping_signature      BLOB NOT NULL,
  display_name           TEXT NOT NULL,
  hierarchy_state        BLOB NOT NULL,
  hierarchy_state_origin INTEGER NOT NULL,
  root_path              TEXT NOT NULL,
  capabilities           BLOB NOT NULL,
  server_version         TEXT NOT NULL
);

CREATE TABLE folders (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  folder_key      BLOB NOT NULL UNIQUE CHECK (length(folder_key) > 0),
  parent_key      BLOB NOT NULL,
  name            TEXT NOT NULL,
  container_class TEXT NOT NULL,
  role            INTEGER NOT NULL,
  kind            INTEGER NOT NULL,
  change_key      BLOB NOT NULL,
  is_root         INTEGER NOT NULL,
  deleted_at      INTEGER,
  deletion_held   INTEGER NOT NULL
);

CREATE TABLE checkpoints (
  folder_id              INTEGER PRIMARY KEY REFERENCES folders (id),
  state                  BLOB NOT NULL,
  state_origin           INTEGER NOT NULL,
  flags                  INTEGER NOT NULL,
  excluded               BLOB NOT NULL,
  commit_time_max        INTEGER,
  deleted_total          INTEGER,
  normal_count           INTEGER,
  associated_count       INTEGER,
  pass_partial           INTEGER NOT NULL,
  sweep_due              INTEGER NOT NULL,
  table_mode             INTEGER NOT NULL,
  blocked_by             BLOB NOT NULL,
  runs_since_sweep       INTEGER NOT NULL,
  agreed_commit_time_max INTEGER,
  agreed_deleted_total   INTEGER,
  agreed_normal_count    INTEGER,
  agreed_assoc_count     INTEGER,
  agreed_normal          INTEGER,
  agreed_associated      INTEGER,
  frontier               BLOB NOT NULL,
  finished_run           INTEGER NOT NULL
);

CREATE TABLE ledger (
  folder_id    INTEGER NOT NULL REFERENCES folders (id),
  source_key   BLOB NOT NULL CHECK (length(source_key) > 0),
  change_key   BLOB NOT NULL,
  search_key   BLOB NOT NULL,
  message_ref  BLOB NOT NULL,
  read         INTEGER NOT NULL,
  associated   INTEGER NOT NULL,
  size         INTEGER NOT NULL,
  completeness INTEGER NOT NULL,
  coverage     INTEGER NOT NULL,
  held         INTEGER NOT NULL,
  run_id       INTEGER NOT NULL,
  delivery     INTEGER NOT NULL,
  PRIMARY KEY (folder_id, source_key)
) WITHOUT ROWID;
CREATE INDEX ledger_by_delivery ON ledger (folder_id, delivery);
CREATE INDEX ledger_by_search_key ON ledger (search_key, run_id) WHERE search_key <> x'';
CREATE INDEX ledger_uncovered ON ledger (folder_id, coverage, source_key) WHERE coverage <> 1;
CREATE INDEX ledger_held ON ledger (folder_id, source_key) WHERE held = 1;

CREATE TABLE unsettled (
  id                  INTEGER PRIMARY KEY AUTOINCREMENT,
  folder_id           INTEGER NOT NULL REFERENCES folders (id),
  source_key          BLOB NOT NULL CHECK (length(source_key) > 0),
  class               INTEGER NOT NULL,
  change_key          BLOB NOT NULL,
  message_ref         BLOB NOT NULL,
  associated          INTEGER NOT NULL,
  read                INTEGER,
  size                INTEGER,
  delivered_at        INTEGER,
  modified_at         INTEGER,
  committed_at        INTEGER,
  sender              TEXT,
  subject             TEXT,
  message_class       TEXT,
  internet_message_id TEXT,
  search_key          BLOB,
  column_errors       TEXT,
  rank                INTEGER NOT NULL,
  kind                INTEGER NOT NULL,
  code                INTEGER NOT NULL,
  raw_code            INTEGER NOT NULL,
  stage               TEXT NOT NULL,
  detail              TEXT NOT NULL,
  strikes             INTEGER NOT NULL,
  strikes_needed      INTEGER NOT NULL,
  controls            INTEGER NOT NULL,
  calls               INTEGER NOT NULL,
  first_seen          INTEGER,
  last_seen           INTEGER,
  next_retry          INTEGER,
  attempts            INTEGER NOT NULL,
  had_verdict         INTEGER NOT NULL,
  announced           INTEGER NOT NULL,
  run_id              INTEGER NOT NULL,
  UNIQUE (folder_id, source_key)
);
CREATE INDEX unsettled_pending ON unsettled (folder_id, had_verdict DESC, rank DESC, id) WHERE class = 1;
CREATE INDEX unsettled_judged ON unsettled (folder_id, class, source_key) WHERE class <> 1;
CREATE INDEX unsettled_unannounced ON unsettled (id) WHERE announced = 0;

CREATE TABLE findings (
  id         INTEGER PRIMARY KEY,
  folder_id  INTEGER REFERENCES folders (id),
  source_key BLOB,
  kind       INTEGER NOT NULL,
  code       INTEGER NOT NULL,
  detail     TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen  INTEGER NOT NULL,
  times      INTEGER NOT NULL,
  announced  INTEGER NOT NULL,
  run_id     INTEGER NOT NULL
);
CREATE UNIQUE INDEX findings_once ON findings (ifnull(folder_id, 0), ifnull(source_key, x''), kind);

CREATE TABLE events (
  id         INTEGER PRIMARY KEY,
  kind       INTEGER NOT NULL,
  folder_id  INTEGER,
  source_key BLOB,
  detail     TEXT NOT NULL,
  at         INTEGER NOT NULL,
  run_id     INTEGER NOT NULL
);
CREATE INDEX events_by_run ON events (run_id, id);

CREATE TABLE runs (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  started       INTEGER NOT NULL,
  finished      INTEGER,
  grade         INTEGER,
  delivered     INTEGER NOT NULL,
  deleted       INTEGER NOT NULL,
  read_changes  INTEGER NOT NULL,
  quarantined   INTEGER NOT NULL,
  released      INTEGER NOT NULL,
  calls         INTEGER NOT NULL,
  failing_calls INTEGER NOT NULL,
  bytes         INTEGER NOT NULL,
  version       TEXT NOT NULL
);

-- The mirror.

CREATE TABLE messages (
  id                      INTEGER PRIMARY KEY,
  folder_id               INTEGER NOT NULL REFERENCES folders (id),
  source_key              BLOB NOT NULL CHECK (length(source_key) > 0),
  change_key              BLOB NOT NULL,
  search_key              BLOB NOT NULL,
  message_ref             BLOB NOT NULL,
  predecessor_change_list BLOB NOT NULL,
  associated              INTEGER NOT NULL,
  read                    INTEGER NOT NULL,
  stale                   INTEGER NOT NULL,
  completeness            INTEGER NOT NULL,
  subject                 TEXT,
  sender_name             TEXT,
  sender_address          TEXT,
  recipients_display      TEXT,
  message_class           TEXT,
  internet_message_id     TEXT,
  sent_at                 INTEGER,
  received_at             INTEGER,
  modified_at             INTEGER NOT NULL,
  size                    INTEGER,
  bytes                   INTEGER NOT NULL,
  has_attachments         INTEGER NOT NULL,
  deleted_at              INTEGER,
  deletion                INTEGER,
  purged_at               INTEGER,
  first_run_id            INTEGER NOT NULL,
  last_run_id             INTEGER NOT NULL,
  revision                INTEGER NOT NULL,
  properties              BLOB,
  UNIQUE (folder_id, source_key)
);
CREATE INDEX messages_deleted ON messages (folder_id, deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX messages_to_purge ON messages (deleted_at) WHERE deleted_at IS NOT NULL AND purged_at IS NULL;
CREATE INDEX messages_by_internet_id ON messages (internet_message_id) WHERE internet_message_id IS NOT NULL;

CREATE TABLE recipients (
  message_id INTEGER NOT NULL REFERENCES messages (id),
  owner      INTEGER NOT NULL,
  position   INTEGER NOT NULL,
  kind       INTEGER,
  name       TEXT,
  address    TEXT,
  properties BLOB NOT NULL,
  PRIMARY KEY (message_id, owner, position)
) WITHOUT ROWID;

CREATE TABLE attachments (
  message_id          INTEGER NOT NULL REFERENCES messages (id),
  number              INTEGER NOT NULL,
  owner               INTEGER NOT NULL,
  position            INTEGER NOT NULL,
  filename            TEXT,
  mime_type           TEXT,
  method              INTEGER,
  size                INTEGER,
  sha256              BLOB,
  embedded_subject    TEXT,
  properties          BLOB NOT NULL,
  embedded_properties BLOB,
  PRIMARY KEY (message_id, number)
) WITHOUT ROWID;

CREATE TABLE contents (
  id     INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
  size   INTEGER NOT NULL
);

CREATE TABLE content_chunks (
  content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
  number     INTEGER NOT NULL,
  bytes      BLOB NOT NULL,
  UNIQUE (content_id, number)
);

CREATE TABLE content_uses (
  message_id INTEGER NOT NULL REFERENCES messages (id),
  content_id INTEGER NOT NULL REFERENCES contents (id),
  revision   INTEGER NOT NULL,
  PRIMARY KEY (message_id, content_id)
) WITHOUT ROWID;
CREATE INDEX content_uses_by_content ON content_uses (content_id);

-- Content that no message needs any more goes at once.
CREATE TRIGGER content_unused AFTER DELETE ON content_uses
WHEN NOT EXISTS (SELECT 1 FROM content_uses WHERE content_id = old.content_id)
BEGIN
  DELETE FROM contents WHERE id = old.content_id;
END;

-- Views with stable names: columns may be added at the end, none is renamed or removed.

CREATE VIEW v_folder_paths AS
WITH RECURSIVE walk (folder_id, folder_key, is_root, path, depth) AS (
  SELECT id, folder_key, is_root, name, 0
    FROM folders
   WHERE is_root OR parent_key = x'' OR parent_key NOT IN (SELECT folder_key FROM folders)
  UNION ALL
  SELECT f.id, f.folder_key, 0, CASE WHEN w.is_root THEN f.name ELSE w.path || '/' || f.name END, w.depth + 1
    FROM walk w JOIN folders f ON f.parent_key = w.folder_key
   WHERE NOT f.is_root AND w.depth < 200
)
SELECT folder_id, min(path) AS path FROM walk GROUP BY folder_id;

CREATE VIEW v_folders AS
SELECT f.id AS folder_id,
       coalesce(p.path, f.name) AS folder_path,
       f.name AS name,
       (SELECT word FROM words WHERE domain = 'role' AND value = f.role) AS role,
       f.container_class AS container_class,
       (SELECT count(*) FROM messages m WHERE m.folder_id = f.id)
         - (SELECT count(*) FROM messages m WHERE m.folder_id = f.id AND m.deleted_at IS NOT NULL) AS messages,
       (SELECT count(*) FROM messages m WHERE m.folder_id = f.id AND m.deleted_at IS NOT NULL) AS deleted_messages,
       strftime('%Y-%m-%dT%H:%M:%SZ', f.deleted_at / 1000000, 'unixepoch') AS deleted_at,
       f.deletion_held AS deletion_held,
       f.is_root AS is_root,
       nullif(lower(hex(f.folder_key)), '') AS folder_key,
       nullif(lower(hex(f.parent_key)), '') AS parent_key
  FROM folders f LEFT JOIN v_folder_paths p ON p.folder_id = f.id;

CREATE VIEW v_messages AS
SELECT m.id AS message_id,
       m.folder_id AS folder_id,
       p.path AS folder_path,
       m.subject AS subject,
       m.sender_name AS sender_name,
       m.sender_address AS sender_address,
       m.recipients_display AS recipients,
       m.message_class AS message_class,
       strftime('%Y-%m-%dT%H:%M:%SZ', m.sent_at / 1000000, 'unixepoch') AS sent_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', m.received_at / 1000000, 'unixepoch') AS received_at,
       strftime('%Y-%m-%dT%H:%M:%SZ', m.modified_at / 1000000, 'unixepoch') AS modified_at,
       coalesce(m.size, m.bytes) AS size_bytes,
       m.read AS read,
       m.associated AS associated,
       m.has_attachments AS has_attachments,
       m.stale AS stale,
       (SELECT word FROM words WHERE domain = 'completeness' AND value = m.completeness) AS completeness,
       strftime('%Y-%m-%dT%H:%M:%SZ', m.deleted_at / 1000000, 'unixepoch') AS deleted_at,
       (SELECT word FROM words WHERE domain = 'deletion' AND value = m.deletion) AS deletion,
       strftime('%Y-%m-%dT%H:%M:%SZ', m.purged_at / 1000000, 'unixepoch') AS purged_at,
       m.internet_message_id AS internet_message_id,
       nullif(lower(hex(m.source_key)), '') AS source_key,
       nullif(lower(hex(m.change_key)), '') AS change_key,
       nullif(lower(hex(m.search_key)), '') AS search_key,
       m.first_run_id AS first_run_id,
       m.last_run_id AS last_run_id
  FROM messages m LEFT JOIN v_folder_paths p ON p.folder_id = m.folder_id;

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
       u.run_id AS run_id
  FROM unsettled u LEFT JOIN v_folder_paths p ON p.folder_id = u.folder_id
 WHERE u.class <> 1;

CREATE VIEW v_pending AS
SELECT u.id AS record_id,
       u.folder_id AS folder_id,
       p.path AS folder_path,
       u.subject AS subject,
       u.sender AS sender,
       u.message_class AS message_class,
       u.associated AS associated,
       u.size AS size_bytes,
       strftime('%Y-%m-%dT%H:%M:%SZ', u.delivered_at / 1000000, 'unixepoch') AS delivered_at,
       u.internet_message_id AS internet_message_id,
       nullif(lower(hex(u.source_key)), '') AS source_key,
       nullif(lower(hex(u.change_key)), '') AS change_key,
       u.had_verdict AS had_verdict,
       u.rank AS rank,
       u.run_id AS run_id
  FROM unsettled u LEFT JOIN v_folder_paths p ON p.folder_id = u.folder_id
 WHERE u.class = 1;

CREATE VIEW v_findings AS
SELECT n.id AS record_id,
       n.folder_id AS folder_id,
       p.path AS folder_path,
       (SELECT word FROM words WHERE domain = 'finding' AND value = n.kind) AS kind,
       (SELECT word FROM words WHERE domain = 'code' AND value = n.code) AS code,
       n.detail AS detail,
       nullif(lower(hex(n.source_key)), '') AS source_key,
       strftime('%Y-%m-%dT%H:%M:%SZ', n.first_seen / 1000000, 'unixepoch') AS first_seen,
       strftime('%Y-%m-%dT%H:%M:%SZ', n.last_seen / 1000000, 'unixepoch') AS last_seen,
       n.times AS times,
       n.announced AS announced,
       n.run_id AS run_id
  FROM findings n LEFT JOIN v_folder_paths p ON p.folder_id = n.folder_id;

CREATE VIEW v_runs AS
SELECT r.id AS run_id,
       strftime('%Y-%m-%dT%H:%M:%SZ', r.started / 1000000, 'unixepoch') AS started,
       strftime('%Y-%m-%dT%H:%M:%SZ', r.finished / 1000000, 'unixepoch') AS finished,
       r.finished - r.started AS took_micros,
       (SELECT word FROM words WHERE domain = 'grade' AND value = r.grade) AS grade,
       r.delivered AS delivered,
       r.deleted AS deleted,
       r.read_changes AS read_changes,
       r.quarantined AS quarantined,
       r.released AS released,
       r.calls AS calls,
       r.failing_calls AS failing_calls,
       r.bytes AS bytes,
       r.version AS version
  FROM runs r;

CREATE VIEW v_totals AS
SELECT f.id AS folder_id,
       coalesce(p.path, f.name) AS folder_path,
       (SELECT count(*) FROM messages m WHERE m.folder_id = f.id)
         - (SELECT count(*) FROM messages m WHERE m.folder_id = f.id AND m.deleted_at IS NOT NULL) AS mirrored,
       (SELECT count(*) FROM ledger l WHERE l.folder_id = f.id) AS ledger,
       (SELECT count(*) FROM ledger l WHERE l.folder_id = f.id AND l.held = 1) AS held,
       (SELECT count(*) FROM ledger l WHERE l.folder_id = f.id AND l.coverage <> 1) AS uncovered,
       (SELECT count(*) FROM unsettled u WHERE u.folder_id = f.id AND u.class = 1) AS pending,
       (SELECT count(*) FROM unsettled u WHERE u.folder_id = f.id AND u.class <> 1 AND u.class = 2) AS quarantined,
       (SELECT count(*) FROM unsettled u WHERE u.folder_id = f.id AND u.class <> 1 AND u.class = 3) AS suspected,
       (SELECT count(*) FROM unsettled u WHERE u.folder_id = f.id AND u.class <> 1 AND u.class = 4) AS refused,
       (SELECT count(*) FROM unsettled u JOIN ledger l ON l.folder_id = u.folder_id AND l.source_key = u.source_key
         WHERE u.folder_id = f.id) AS stale
  FROM folders f LEFT JOIN v_folder_paths p ON p.folder_id = f.id
 WHERE f.deleted_at IS NULL;
