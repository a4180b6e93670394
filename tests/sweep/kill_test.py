#!/usr/bin/env python3
"""Ends the real program by SIGKILL at random instants, resumes, and compares the mirror with the mailbox.

After each kill: the file is sound and holds whole commits only; the next run ends in step, fetches nothing again that was
committed but for the open batch and controls, and sets aside exactly the bad messages; now and then the mirror is read
back and compared with the mailbox, contents and all.

MAPISYNC is the program; MAPISYNC_KILLS how many kills (default 5); MAPISYNC_KILL_SEED where chance begins. Time is only
what a kill waits for: nothing here depends on how fast the machine is.
"""

import contextlib
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

BINARY = os.environ["MAPISYNC"]
KILLS = int(os.environ.get("MAPISYNC_KILLS", "5"))
SEED = int(os.environ.get("MAPISYNC_KILL_SEED", "2026"))

BATCH = 500  # messages (engine/sync_options.h)
MESSAGES = 1300  # of a new mailbox: a kill meets passes of which two batches are committed, more than may be fetched again
BAD = (7, 300, 301)
EXPECTED_CODES = (0, 1, 2)  # in step, in step but for what is known, new trouble: never "incomplete"

# How the server behaves; the engine has to find its way past bad mail on each in another way. None sends anything twice
# of its own accord: that would be taken for ours.
SERVERS = {
    "plain": "",
    "composed": "server composed-state yes\nserver catch-up none\n",
    "no fence": "server catch-up none\n",
    "exchange 2007": "profile exchange-2007\n",
    "table order, prefix": "profile prefix-server\n",
}


def environment():
    return {**os.environ, "TERM": "dumb"}


class Mailbox:
    """A fake mailbox with its mirror in a directory of its own."""

    def __init__(self, directory, name, plan, chance):
        self.dir = directory / name.replace(" ", "-").replace(",", "")
        self.dir.mkdir()
        self.name, self.chance, self.next_name = name, chance, 1
        (self.dir / "plan").write_text(plan + "server duplicates-per-mille 0\n")
        self.bad = set()
        self.old = (f"m{n}" for n in range(1, MESSAGES) if n not in BAD)  # mail that nothing has happened to
        self.script("add-folder Inbox role inbox\nadd-folder Archive\n" + self.arrivals("Inbox", MESSAGES)
                    + self.arrivals("Archive", 30))
        for number in BAD:
            self.spoil(f"m{number}")
        self.seconds = {True: 0.2, False: 0.2}  # of the last whole run, of a new mirror or of an old one

    def arrivals(self, folder, count):
        lines = "".join(f"add {folder} m{self.next_name + i}\n" for i in range(count))
        self.next_name += count
        return lines

    def script(self, text):
        done = subprocess.run([BINARY, "fake", "script", "box.fake", "-"], cwd=self.dir, input=text.encode(),
                              capture_output=True, env=environment())
        if done.returncode != 0:
            raise SystemExit(f"{self.name}: the script fails: {done.stderr.decode()}\n{text}")

    def spoil(self, name):
        self.script(f"break {name}\n")
        self.bad.add(name)

    def change(self):
        """What users do between two runs: some mail comes, changes, moves and goes."""
        first = self.next_name
        text = self.arrivals("Inbox", self.chance.randrange(25, 60))
        text += "modify {} {} {} {}\nread {}\ndelete {}\nmove {} Archive\n".format(*(next(self.old) for _ in range(7)))
        self.script(text)
        if self.chance.random() < 0.3:
            self.spoil(f"m{first + 3}")

    def command(self):
        return [BINARY, "sync", "fake:box.fake", "mirror.db", "--fault-plan", "plan", "--format", "json"]

    def killed_run(self, afresh):
        """True if the process was still at work when it was killed."""
        with open(self.dir / "out", "wb") as out, open(self.dir / "err", "wb") as err:
            process = subprocess.Popen(self.command(), cwd=self.dir, stdout=out, stderr=err, env=environment())
            try:
                process.wait(timeout=self.chance.random() * self.seconds[afresh])
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
            return process.wait() == -signal.SIGKILL

    def whole_run(self, afresh):
        began = time.monotonic()
        done = subprocess.run(self.command(), cwd=self.dir, capture_output=True, env=environment())
        self.seconds[afresh] = time.monotonic() - began
        if done.returncode not in EXPECTED_CODES:
            return None, f"exit {done.returncode}: {done.stderr.decode()}"
        return json.loads(done.stdout), None

    def unsound(self):
        """What SQLite and a look at the rows say of the file a kill left; None if it is sound."""
        if not (self.dir / "mirror.db").exists():
            return None  # killed before there was one
        with self.copy() as db:
            for check in ("PRAGMA integrity_check", "PRAGMA foreign_key_check"):
                answer = db.execute(check).fetchone()
                if answer not in (None, ("ok",)):
                    return f"{check}: {answer}"
            # A living copy for every row of the ledger, and no other one (design 4.1): commits are whole.
            query = """SELECT count(*) FROM (
                         SELECT folder_id, source_key FROM ledger
                         EXCEPT SELECT folder_id, source_key FROM messages WHERE deleted_at IS NULL)"""
            (missing,) = db.execute(query).fetchone()
            (living,) = db.execute("SELECT count(*) FROM messages WHERE deleted_at IS NULL").fetchone()
            (ledger,) = db.execute("SELECT count(*) FROM ledger").fetchone()
            if missing or living != ledger:
                return f"{ledger} rows in the ledger, {living} living copies, {missing} without"
        return None

    @contextlib.contextmanager
    def copy(self):
        """The mirror with its logs, elsewhere: the original stays as the kill left it, for the next run to recover."""
        with tempfile.TemporaryDirectory(dir=self.dir) as elsewhere:
            for suffix in ("", "-wal", "-journal"):
                name = f"mirror.db{suffix}"
                if (self.dir / name).exists():
                    shutil.copy(self.dir / name, elsewhere)
            with contextlib.closing(sqlite3.connect(pathlib.Path(elsewhere) / "mirror.db")) as db:
                yield db

    def held(self):
        if not (self.dir / "mirror.db").exists():
            return 0
        with self.copy() as db:
            return db.execute("SELECT count(*) FROM ledger").fetchone()[0]

    def set_aside(self):
        done = subprocess.run([BINARY, "quarantine", "list", "mirror.db", "--format", "jsonl"], cwd=self.dir,
                              capture_output=True, env=environment())
        return {json.loads(line)["subject"] for line in done.stdout.decode().splitlines()}

    def compare(self):
        """The mirror against the ground truth, every message read back."""
        done = subprocess.run([BINARY, "verify", "fake:box.fake", "mirror.db", "--content", "--fault-plan", "plan"],
                              cwd=self.dir, capture_output=True, env=environment())
        return None if done.returncode in (0, 1) else f"verify: {done.stdout.decode()}{done.stderr.decode()}"

    def one_round(self, afresh):
        """Complaints; empty if all is well. And whether a run was hit."""
        if afresh:
            for name in self.dir.glob("mirror.db*"):
                name.unlink()
        else:
            self.change()
        hits = 0
        while self.killed_run(afresh):
            hits += 1
            if wrong := self.unsound():
                return [wrong], hits
            if hits == 3 or self.chance.random() < 0.5:
                break
        report, wrong = self.whole_run(afresh and hits == 0)
        if wrong:
            return [wrong], hits
        complaints = []
        costs, total = report["costs"], report["total"]
        again = costs["fetched"] - total["source"]["delivered"]
        if again > self.may_come_again(costs):
            complaints.append(f"{again} messages were fetched again: {costs}")
        if self.set_aside() != self.bad:
            complaints.append(f"set aside: {sorted(self.set_aside())} instead of {sorted(self.bad)}")
        if self.chance.random() < 0.2 and (wrong := self.compare()):
            complaints.append(wrong)
        return complaints, hits

    @staticmethod
    def may_come_again(costs):
        """The open batch, if a pass had brought its last one and its state was not committed yet; known-good messages as
        controls; and the first ones by which a server's id form is found out."""
        return BATCH + costs["controls"] + 3


def main():
    chance = random.Random(SEED)
    directory = pathlib.Path(tempfile.mkdtemp(prefix="mapisync-kill-", dir=os.environ.get("MAPISYNC_KILL_DIR")))
    kills = rounds = 0
    failures = []
    try:
        boxes = [Mailbox(directory, name, plan, chance) for name, plan in SERVERS.items()]
        for box in boxes:
            report, wrong = box.whole_run(True)
            if wrong:
                raise SystemExit(f"{box.name}: {wrong}")
        while kills < KILLS and not failures:
            box = boxes[rounds % len(boxes)]
            complaints, hits = box.one_round(afresh=chance.random() < 0.5)
            kills += hits
            rounds += 1
            failures += [f"{box.name}, round {rounds} (seed {SEED}): {line}" for line in complaints]
        for box in boxes:
            if not failures and (wrong := box.compare()):
                failures.append(f"{box.name}, at the end: {wrong}")
    finally:
        if not failures:
            shutil.rmtree(directory)
    print(f"{kills} kills in {rounds} rounds, {len(failures)} failures")
    for line in failures:
        print(line)
    if failures:
        print(f"what is left is in {directory}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
