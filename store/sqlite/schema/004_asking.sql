-- Whom to suspect, should the process or the server end in a call: one row a folder, written before the call.

CREATE TABLE asking (
  folder_id INTEGER PRIMARY KEY REFERENCES folders (id),
  now       BLOB NOT NULL,
  lost      BLOB NOT NULL
);
