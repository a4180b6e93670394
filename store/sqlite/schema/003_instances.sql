-- What it takes to recognise messages in another instance of the mailbox, and how old a state is.

ALTER TABLE ledger ADD COLUMN internet_message_id TEXT;
ALTER TABLE ledger ADD COLUMN delivered_at INTEGER;
ALTER TABLE ledger ADD COLUMN modified_at INTEGER;
UPDATE ledger
   SET (internet_message_id, delivered_at, modified_at) =
       (SELECT m.internet_message_id, m.received_at, nullif(m.modified_at, 0)
          FROM messages m
         WHERE m.folder_id = ledger.folder_id AND m.source_key = ledger.source_key AND m.deleted_at IS NULL);

ALTER TABLE checkpoints ADD COLUMN adoption_due INTEGER NOT NULL DEFAULT 0;
ALTER TABLE checkpoints ADD COLUMN passed_at INTEGER;
