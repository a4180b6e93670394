"""The program at a server: the emulator, started beside it, over HTTP and TLS."""

import os
import re
import resource
import signal
import stat
import subprocess
import unittest

from cli_harness import CliTest

EMULATOR = os.environ["MAPISYNC_EMULATOR"]
USERS = {"MAPISYNC_EMULATOR_USERS": "ann@example.com:s3cret\n"}


class ServerTest(CliTest):
    def setUp(self):
        super().setUp()
        script = "".join(f"add Inbox m{i}\n" for i in range(1, 31))
        (self.dir / "box.script").write_text(script)
        self.run_cli("fake", "new", "box.fake", "--standard-folders", check=0)
        self.run_cli("fake", "script", "box.fake", "box.script", check=0)
        (self.dir / "password").write_text("s3cret\n")
        (self.dir / "password").chmod(0o600)

    def serve(self, *options):
        """Starts the emulator; where it is."""
        process = subprocess.Popen([EMULATOR, "box.fake", "--listen", "127.0.0.1:0", *options], cwd=self.dir,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **USERS}, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.send_signal, signal.SIGTERM)
        told = ""
        while True:
            line = process.stdout.readline() or process.stderr.readline()
            self.assertTrue(line, "the emulator says nothing: " + told)
            told += line
            found = re.search(r"127\.0\.0\.1:(\d+)", told)
            if found:
                return f"127.0.0.1:{found[1]}"

    def source(self, where, scheme="mapihttp"):
        return f"{scheme}://{where}/?mailbox=ann%40example.com"

    def test_a_sync_is_that_of_the_same_mailbox_in_process(self):
        for mode in ("exchange", "gromox"):
            with self.subTest(mode=mode):
                source = self.source(self.serve("--mode", mode))
                mirror = f"{mode}.db"
                self.run_cli("sync", source, mirror, "--password-file", "password", check=0)
                self.run_cli("sync", source, mirror, "--password-file", "password", check=0)
                self.run_cli("verify", source, mirror, "--password-file", "password", "--content", check=0)
                status = self.run_cli("status", mirror, "--format", "json", check=0).json()
                self.assertIn("Inbox", str(status))

    def test_the_log_of_the_wire_holds_nobodys_data(self):
        source = self.source(self.serve())
        options = ("--password-file", "password", "--trace-wire", "wire.log")
        self.run_cli("sync", source, "mirror.db", *options, check=0)
        log = (self.dir / "wire.log").read_text()
        self.assertEqual((self.dir / "wire.log").stat().st_mode & 0o777, 0o600)
        self.assertRegex(log, r"SynchronizationConfigure \[0 #[0-9A-F]+\]: contents")
        for secret in ("s3cret", "ann", "example", "m17"):
            self.assertNotIn(secret, log)
        again = self.run_cli("connect", source, *options)
        self.assertEqual(again.code, 73, again)
        self.assertEqual((self.dir / "wire.log").read_text(), log)
        full = self.run_cli("sync", source, "mirror.db", "--password-file", "password", "--trace-wire", "/dev/full")
        self.assertEqual(full.code, 73, full)

    def test_connect_says_what_works(self):
        where = self.serve()
        result = self.run_cli("connect", self.source(where), "--password-file", "password", "--format", "json", check=0)
        steps = {step["step"]: step["result"] for step in result.json()["steps"]}
        self.assertEqual(set(steps.values()), {"ok"}, steps)
        self.run_cli("connect", self.source(where), "--password-env", "PW", env={"PW": "s3cret"}, check=0)

    def test_connect_says_what_does_not(self):
        where = self.serve()
        wrong = self.run_cli("connect", self.source(where), "--password-env", "PW", env={"PW": "wrong"})
        self.assertEqual(wrong.code, 77, wrong)
        self.assertIn("authentication", wrong.last)
        self.assertNotIn("wrong", wrong.out + wrong.err)
        nobody = self.run_cli("connect", self.source("127.0.0.1:1"), "--password-file", "password")
        self.assertEqual(nobody.code, 75, nobody)
        self.assertIn("connection", nobody.last)
        unknown = self.run_cli("connect", "mapihttps://no-such-host.invalid/?mailbox=ann%40example.com",
                               "--password-file", "password")
        self.assertEqual(unknown.code, 75, unknown)
        self.assertIn("name", unknown.last)

    def test_tls_is_verified_and_a_ca_file_helps(self):
        where = self.serve("--tls", "--ca-out", "ca.pem")
        source = self.source(where, "mapihttps")
        refused = self.run_cli("connect", source, "--password-file", "password")
        self.assertEqual(refused.code, 75, refused)
        self.assertIn("TLS", refused.last)
        self.run_cli("connect", source, "--password-file", "password", "--ca-file", "ca.pem", check=0)
        self.run_cli("sync", source, "tls.db", "--password-file", "password", "--ca-file", "ca.pem", check=0)

    def test_a_bad_message_is_set_aside(self):
        self.run_cli("fake", "break", "box.fake", "m7", check=0)
        source = self.source(self.serve())
        self.run_cli("sync", source, "mirror.db", "--password-file", "password", check=2)
        self.run_cli("sync", source, "mirror.db", "--password-file", "password", check=1)
        rows = self.run_cli("quarantine", "list", "mirror.db", "--format", "jsonl", check=0).json_lines()
        self.assertEqual(len(rows), 1, rows)
        self.assertEqual(rows[0]["subject"], "m7", rows)

    # Invariant 11: whatever is a person's has a marker, and no marker is in the log.
    def test_the_protocol_is_logged_without_anybodys_data(self):
        self.run_cli("fake", "script", "box.fake", "-", check=0, stdin=b"add-folder Mrkfolder\n"
                     b'add Inbox mrkname subject "Mrksubject" body "Mrkbody" sender "Mrksender@mrkdomain.example"\n'
                     b'add Mrkfolder mrkother subject "Mrksubject" body "Mrkbody"\nbreak mrkother\n')
        for mode in ("exchange", "gromox"):
            with self.subTest(mode=mode):
                source, log = self.source(self.serve("--mode", mode)), f"{mode}.log"
                self.run_cli("sync", source, mode + ".db", "--password-file", "password", "--trace-wire", log, check=2)
                self.assertEqual(stat.S_IMODE((self.dir / log).stat().st_mode), 0o600)
                told = (self.dir / log).read_text("latin-1").replace("\0", "")  # as if UTF-16 were in it
                self.assertTrue(told.isascii())
                for word in ("Connect 1: HTTP 200, X-ResponseCode 0", "> Logon [", "< Logon [", "> QueryRows [",
                             "> FastTransferSourceCopyMessages [", "Disconnect "):
                    self.assertIn(word, told)
                # The same words as bytes of UTF-16 or hexadecimal would be no better.
                for secret in ("mrk", "ann", "example", "s3cret", "Mrk".encode("utf-16-le").hex(), b"Mrk".hex()):
                    self.assertNotIn(secret.lower(), told.lower())
                for secret in ("cookie", "basic", "authorization", "mapicontext", "sid=", "/o=", "127.0.0.1"):
                    self.assertNotIn(secret, told.lower())
                self.assertNotRegex(told, r"[<>] \? ", "a ROP without a name")
                # The mirror has what the log must not have, so the markers did come over the wire.
                rows = self.run_cli("quarantine", "list", mode + ".db", "--format", "jsonl", check=0).out
                self.assertIn("Mrksubject", rows)

    def test_the_log_replaces_nothing_and_tells_refusals(self):
        source = self.source(self.serve())
        self.run_cli("connect", source, "--password-file", "password", "--trace-wire", "good.log", check=0)
        self.assertIn("< Logon [", (self.dir / "good.log").read_text("ascii"))
        # It replaces nothing, and where nothing was said nothing is left.
        there = (self.dir / "good.log").read_bytes()
        self.assertEqual(self.run_cli("connect", source, "--password-file", "password",
                                      "--trace-wire", "good.log").code, 73)
        self.assertEqual((self.dir / "good.log").read_bytes(), there)
        self.run_cli("connect", source, "--password-env", "PW", "--trace-wire", "bad.log", env={"PW": "Mrkwrong"}, check=77)
        self.assertFalse((self.dir / "bad.log").exists())
        where = self.serve()
        self.run_cli("sync", f"mapihttp://{where}/mapi/emsmdb/?MailboxId=ann%40example.com", "m.db",
                     "--user", "ann@example.com", "--user-dn", "/o=mapisync/cn=ann", "--password-env", "PW",
                     "--trace-wire", "bad.log", env={"PW": "Mrkwrong"}, check=77)
        told = (self.dir / "bad.log").read_text("ascii")
        self.assertIn("Connect 1: HTTP 401, X-ResponseCode none", told)
        self.assertIn("Connect 1: failed: logon_failed", told)
        for secret in ("Mrk", "ann", "Basic", "/o="):
            self.assertNotIn(secret, told)
        self.assertEqual(self.run_cli("sync", "fake:box.fake", "mirror.db", "--trace-wire", "fake.log").code, 64)
        self.assertIn("--trace-wire", self.run_cli("sync", "--help").out)

    def test_a_full_disk_ends_the_log_and_nothing_else(self):
        source = self.source(self.serve())

        def small():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (700, 700))

        # It writes nothing but the log, so that the limit is the log's alone.
        result = self.run_cli("connect", source, "--password-file", "password", "--trace-wire", "wire.log",
                              preexec_fn=small, check=0)
        self.assertEqual(result.err.count("the recording ends here, the work goes on"), 1, result)
        self.assertEqual((self.dir / "wire.log").stat().st_size, 700)

    def test_sources_that_make_no_sense(self):
        for source in ("mapihttps://", "mapihttps://host/", "mapihttp://mail.example.com/?mailbox=a@b"):
            result = self.run_cli("sync", source, "mirror.db", "--password-file", "password")
            self.assertEqual(result.code, 64, result)
        self.assertFalse((self.dir / "mirror.db").exists())
        self.assertEqual(self.run_cli("connect", "fake:box.fake").code, 64)


if __name__ == "__main__":
    unittest.main()
