-- What the ledger of a folder adds up to, kept by triggers: a run asks for it several times, also in a folder of a
-- million messages in which nothing has changed.

CREATE TABLE ledger_totals (
  folder_id       INTEGER PRIMARY KEY REFERENCES folders (id),
  normal          INTEGER NOT NULL,
  associated      INTEGER NOT NULL,
  held_normal     INTEGER NOT NULL,
  held_associated INTEGER NOT NULL,
  unproven        INTEGER NOT NULL,
  disowned        INTEGER NOT NULL,
  bytes_upper     INTEGER NOT NULL,
  bytes_lower     INTEGER NOT NULL
);

INSERT INTO ledger_totals
SELECT f.id,
       count(*) FILTER (WHERE l.associated = 0),
       count(*) FILTER (WHERE l.associated = 1),
       count(*) FILTER (WHERE l.held = 1 AND l.associated = 0),
       count(*) FILTER (WHERE l.held = 1 AND l.associated = 1),
       count(*) FILTER (WHERE l.coverage = 2),
       count(*) FILTER (WHERE l.coverage = 3),
       coalesce(sum((l.size >> 32) & 4294967295), 0),
       coalesce(sum(l.size & 4294967295), 0)
  FROM folders f LEFT JOIN ledger l ON l.folder_id = f.id GROUP BY f.id;

CREATE TRIGGER folder_added AFTER INSERT ON folders
BEGIN
  INSERT INTO ledger_totals VALUES (new.id, 0, 0, 0, 0, 0, 0, 0, 0);
END;

CREATE TRIGGER ledger_added AFTER INSERT ON ledger
BEGIN
  UPDATE ledger_totals
     SET normal = normal + (new.associated = 0),
         associated = associated + (new.associated = 1),
         held_normal = held_normal + (new.held = 1 AND new.associated = 0),
         held_associated = held_associated + (new.held = 1 AND new.associated = 1),
         unproven = unproven + (new.coverage = 2),
         disowned = disowned + (new.coverage = 3),
         bytes_upper = bytes_upper + ((new.size >> 32) & 4294967295),
         bytes_lower = bytes_lower + (new.size & 4294967295)
   WHERE folder_id = new.folder_id;
END;

CREATE TRIGGER ledger_removed AFTER DELETE ON ledger
BEGIN
  UPDATE ledger_totals
     SET normal = normal - (old.associated = 0),
         associated = associated - (old.associated = 1),
         held_normal = held_normal - (old.held = 1 AND old.associated = 0),
         held_associated = held_associated - (old.held = 1 AND old.associated = 1),
         unproven = unproven - (old.coverage = 2),
         disowned = disowned - (old.coverage = 3),
         bytes_upper = bytes_upper - ((old.size >> 32) & 4294967295),
         bytes_lower = bytes_lower - (old.size & 4294967295)
   WHERE folder_id = old.folder_id;
END;

-- Of a row that changes only what no total counts, nothing is written.
CREATE TRIGGER ledger_changed AFTER UPDATE OF associated, size, coverage, held ON ledger
WHEN old.associated <> new.associated OR old.size <> new.size OR old.held <> new.held
  OR (old.coverage <> new.coverage AND (old.coverage IN (2, 3) OR new.coverage IN (2, 3)))
BEGIN
  UPDATE ledger_totals
     SET normal = normal - (old.associated = 0) + (new.associated = 0),
         associated = associated - (old.associated = 1) + (new.associated = 1),
         held_normal = held_normal - (old.held = 1 AND old.associated = 0) + (new.held = 1 AND new.associated = 0),
         held_associated = held_associated - (old.held = 1 AND old.associated = 1)
                           + (new.held = 1 AND new.associated = 1),
         unproven = unproven - (old.coverage = 2) + (new.coverage = 2),
         disowned = disowned - (old.coverage = 3) + (new.coverage = 3),
         bytes_upper = bytes_upper - ((old.size >> 32) & 4294967295) + ((new.size >> 32) & 4294967295),
         bytes_lower = bytes_lower - (old.size & 4294967295) + (new.size & 4294967295)
   WHERE folder_id = old.folder_id;
END;
