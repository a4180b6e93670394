"""Runs the mapisync executable in a directory of its own and looks at what it prints. Used by the test_*.py files."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

BINARY = os.environ["MAPISYNC"]
LAST_LINE = re.compile(r"^mapisync: exit (\d+) \((\w+)\)(: .+)?$")


class Result:
    def __init__(self, code, out, err):
        self.code, self.raw_out = code, out
        self.out, self.err = out.decode("utf-8", "surrogateescape"), err.decode("utf-8", "surrogateescape")

    @property
    def last(self):
        """The last line of standard error."""
        lines = self.err.rstrip("\n").split("\n")
        return lines[-1]

    def json(self):
        return json.loads(self.raw_out.decode("utf-8", "strict"))

    def json_lines(self):
        return [json.loads(line) for line in self.raw_out.decode("utf-8", "strict").splitlines()]

    def __repr__(self):
        return f"exit {self.code}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


def environment():
    env = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR",)}
    env["TERM"] = "xterm"
    return env


class CliTest(unittest.TestCase):
    """Each test runs in an empty directory; names in commands are relative to it."""

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="mapisync-cli-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)

    def run_cli(self, *args, stdin=b"", env=None, check=None, preexec_fn=None):
        done = subprocess.run([BINARY, *args], cwd=self.dir, input=stdin, capture_output=True,
                              env={**environment(), **(env or {})}, timeout=300, preexec_fn=preexec_fn,
                              restore_signals=preexec_fn is None)
        result = Result(done.returncode, done.stdout, done.stderr)
        if check is not None:
            self.assert_exit(result, check)
        return result

    def assert_exit(self, result, code, name=None):
        self.assertEqual(result.code, code, result)
        match = LAST_LINE.match(result.last)
        self.assertIsNotNone(match, result)
        self.assertEqual(int(match[1]), code, result)
        if name:
            self.assertEqual(match[2], name, result)

    def script(self, text, box="box.fake"):
        return self.run_cli("fake", "script", box, "-", stdin=text.encode(), check=0)

    def box(self, messages=5, bad=(), box="box.fake"):
        """A mailbox with messages m1... in its Inbox, some of which cannot be exported."""
        lines = ["add-folder Inbox role inbox", f"fill Inbox {messages} m"]
        lines += [f"break m{n}" for n in bad]
        self.script("\n".join(lines), box)

    def sync(self, *args, check=None, **kwargs):
        return self.run_cli("sync", "fake:box.fake", "mirror.db", *args, check=check, **kwargs)

    def write(self, name, content):
        path = self.dir / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def files(self):
        """Names in the directory, lock files and logs of databases left out."""
        return sorted(p.name for p in self.dir.iterdir() if not re.search(r"(-wal|-shm|-journal|\.lock)$", p.name))

    def mirror_is_valid(self, name="mirror.db"):
        import sqlite3
        with sqlite3.connect(f"file:{self.dir / name}?mode=ro", uri=True) as db:
            return db.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def main():
    unittest.main(verbosity=2)
