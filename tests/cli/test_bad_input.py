"""What is wrong gets one clear line that names the thing and the remedy; nothing else is touched."""

import os
import signal
import sqlite3
import subprocess
import unittest

import cli_harness
from cli_harness import BINARY, CliTest, environment


class UsageTest(CliTest):
    def refused(self, *args, mentions=()):
        result = self.run_cli(*args)
        self.assert_exit(result, 64, "usage")
        for word in mentions:
            self.assertIn(word, result.last)
        self.assertEqual(result.out, "")
        self.assertEqual(self.files(), [])
        return result

    def test_no_command(self):
        self.refused(mentions=["no command", "--help"])
        self.refused("quarantine", mentions=["quarantine --help"])

    def test_unknown_command_and_option(self):
        self.refused("frobnicate", mentions=["no command 'frobnicate'"])
        self.refused("sync", "fake:b", "m.db", "--sideways", mentions=["unknown option '--sideways'", "sync --help"])
        self.refused("status", "a", "b", mentions=["unexpected argument 'b'"])

    def test_missing_arguments(self):
        self.refused("sync", "fake:box.fake", mentions=["MIRROR.db"])
        self.refused("export", "m.db", mentions=["--to"])

    def test_values_that_do_not_parse(self):
        base = ("sync", "fake:b", "m.db")
        self.refused(*base, "--max-time", "5", mentions=["'5' is no duration", "90s"])
        self.refused(*base, "--max-bytes", "lots", mentions=["'lots' is no size", "100MB"])
        self.refused(*base, "--max-calls", "-3", mentions=["--max-calls"])
        self.refused(*base, "--format", "xml", mentions=["'xml'", "json"])
        self.refused(*base, "--log-level", "loud", mentions=["'loud'", "debug"])
        self.refused("quarantine", "list", "m.db", "--state", "odd", mentions=["'odd'"])

    def test_a_source_without_its_kind(self):
        result = self.run_cli("sync", "box.fake", "m.db")
        self.assert_exit(result, 64, "usage")
        self.assertIn("fake:box.fake", result.last)

    def test_kinds_of_sources_that_are_not_there_yet(self):
        for source in ("imap:server", "mapi:profile"):
            result = self.run_cli("sync", source, "m.db")
            self.assert_exit(result, 69, "unavailable")
            self.assertIn("not in this version", result.last)
        self.assertEqual(self.files(), [])


class SourceTest(CliTest):
    def test_a_missing_source_makes_no_mirror(self):
        result = self.sync()
        self.assert_exit(result, 66, "noinput")
        self.assertIn("box.fake", result.last)
        self.assertEqual(self.files(), [])

    def test_a_file_that_is_no_mailbox(self):
        for content in (b"", b"hello\n" * 1000, b"SQLite format 3\0" + b"\0" * 5000):
            self.write("box.fake", content)
            result = self.sync()
            self.assert_exit(result, 65, "dataerr")
            self.assertIn("box.fake", result.last)
            self.assertEqual((self.dir / "box.fake").read_bytes(), content)
            self.assertEqual(self.files(), ["box.fake"])

    def test_a_directory_as_mailbox(self):
        (self.dir / "box.fake").mkdir()
        self.assertIn(self.sync().code, (65, 66))
        self.assertEqual(self.files(), ["box.fake"])

    def test_another_database_is_no_mailbox(self):
        with sqlite3.connect(self.dir / "box.fake") as db:
            db.execute("CREATE TABLE t (x)")
        self.assert_exit(self.sync(), 65, "dataerr")

    def test_an_empty_name_names_nothing(self):
        for args in (["fake", "show", ""], ["fake", "break", "", "m1"], ["fake", "show", "fake:"]):
            self.assertIn("cannot open '': an empty name; name the box", self.run_cli(*args, check=66).last)
        self.assertIn("an empty name; name the box", self.run_cli("fake", "new", "", check=73).last)
        self.assertIn("cannot open '': not the name of a file; name another", self.run_cli("status", "", check=65).last)
        self.assertEqual(self.files(), [])

    def test_public_folders_are_refused(self):
        self.run_cli("fake", "new", "box.fake", "--public", check=0)
        result = self.sync()
        self.assert_exit(result, 69, "unavailable")
        self.assertIn("public folder", result.last)
        self.assertEqual(self.files(), ["box.fake"])

    def test_a_root_that_is_not_there(self):
        self.box(2)
        result = self.sync("--root", "Nowhere")
        self.assert_exit(result, 66, "noinput")
        self.assertIn("Nowhere", result.last)
        self.assertEqual(self.files(), ["box.fake"])

    def test_fault_plans_that_are_missing_or_wrong(self):
        self.box(2)
        self.assert_exit(self.sync("--fault-plan", "none.txt"), 66, "noinput")
        self.write("plan.txt", "nonsense here\n")
        result = self.sync("--fault-plan", "plan.txt")
        self.assert_exit(result, 65, "dataerr")
        self.assertIn("plan.txt", result.last)
        self.assertEqual(self.files(), ["box.fake", "plan.txt"])

    def test_a_server_that_does_not_answer(self):
        self.box(2)
        self.write("plan.txt", "fail open-session 1 logon_failed times 1000\n")
        self.assert_exit(self.sync("--fault-plan", "plan.txt"), 77, "noperm")


class WaitingTest(CliTest):
    """Pipes, devices and sockets in place of files: nothing waits for what never comes, and a signal ends what does wait."""

    def setUp(self):
        super().setUp()
        self.box(3)
        os.mkfifo(self.dir / "pipe")

    def test_what_is_no_regular_file_is_refused_as_text(self):
        import socket
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind(str(self.dir / "socket"))
            for name in ("pipe", "socket", "/dev/zero", "."):
                for result in (self.sync("--fault-plan", name), self.run_cli("fake", "script", "box.fake", name),
                               self.run_cli("verify", "fake:box.fake", "mirror.db", "--fault-plan", name)):
                    self.assert_exit(result, 65, "dataerr")
                    self.assertIn(f"'{name}' is not a regular file; name one, or - for standard input", result.last)
        self.assertFalse((self.dir / "mirror.db").exists())

    def test_a_pipe_is_neither_source_nor_mirror_nor_mail_nor_target(self):
        self.sync(check=0)
        for args, code in ((["sync", "fake:pipe", "new.db"], 65), (["sync", "fake:box.fake", "pipe"], 65),
                           (["sync", "fake:box.fake", "pipe", "--dry-run"], 65), (["status", "pipe"], 65),
                           (["verify", "fake:box.fake", "pipe"], 65), (["quarantine", "list", "pipe"], 65),
                           (["fake", "show", "pipe"], 65), (["fake", "script", "pipe", "-"], 65),
                           (["fake", "import", "new.fake", "pipe"], 65), (["fake", "import", "pipe", "pipe"], 65),
                           (["fake", "new", "pipe"], 73), (["export", "mirror.db", "--to", "pipe"], 73)):
            result = self.run_cli(*args)
            self.assert_exit(result, code)
            self.assertIn("pipe", result.last)
        self.assertEqual(self.files(), ["box.fake", "mirror.db", "pipe"])

    def test_standard_input_may_be_a_pipe_or_a_device(self):
        self.sync("--fault-plan", "-", stdin=b"fail synchronize 1 call_failed\n", check=0)
        with open(os.devnull, "rb") as nothing:
            done = subprocess.run([BINARY, "fake", "script", "box.fake", "-"], cwd=self.dir, stdin=nothing,
                                  stderr=subprocess.DEVNULL, timeout=300)
        self.assertEqual(done.returncode, 0)

    def test_the_first_signal_ends_a_wait_for_standard_input(self):
        before = (self.dir / "box.fake").read_bytes()
        for args in (["fake", "script", "box.fake", "-"], ["sync", "fake:box.fake", "mirror.db", "--fault-plan", "-"]):
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                process = subprocess.Popen([BINARY, *args], cwd=self.dir, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                           stderr=subprocess.PIPE, env=environment())
                process.stdin.write(b"delete m1 # and no end of the line")
                process.stdin.flush()
                self.wait_until_it_polls(process.pid)
                process.send_signal(number)
                self.assertEqual(process.wait(timeout=60), 4)
                result = cli_harness.Result(4, process.stdout.read(), process.stderr.read())
                for stream in (process.stdin, process.stdout, process.stderr):
                    stream.close()
                self.assert_exit(result, 4, "incomplete")
                self.assertIn("stopped while reading standard input", result.last)
        self.assertEqual((self.dir / "box.fake").read_bytes(), before)
        self.assertEqual(self.files(), ["box.fake", "pipe"])

    def wait_until_it_polls(self, pid):
        while True:
            with open(f"/proc/{pid}/status") as lines:
                status = dict(line.split(":", 1) for line in lines)
            caught = int(status["SigCgt"].strip(), 16) >> (signal.SIGTERM - 1) & 1
            if caught and status["State"].strip().startswith("S"):
                return
            self.assertFalse(status["State"].strip().startswith("Z"), "it never waited")
            os.sched_yield()


class MirrorTest(CliTest):
    def setUp(self):
        super().setUp()
        self.box(4)

    def test_commands_that_read_want_a_mirror_that_is_there(self):
        for args in (["status", "none.db"], ["quarantine", "list", "none.db"], ["quarantine", "show", "none.db", "ab"],
                     ["verify", "fake:box.fake", "none.db"], ["export", "none.db", "--to", "out"],
                     ["deletions", "list", "none.db"], ["quarantine", "retry", "fake:box.fake", "none.db"],
                     ["deletions", "approve", "fake:box.fake", "none.db"]):
            result = self.run_cli(*args)
            self.assert_exit(result, 66, "noinput")
            self.assertIn("none.db", result.last)
            self.assertEqual(self.files(), ["box.fake"])

    def test_foreign_files_are_left_untouched(self):
        for content in (b"", b"precious\n" * 100):
            self.write("mirror.db", content)
            for result in (self.sync(), self.run_cli("status", "mirror.db"), self.sync("--dry-run")):
                self.assert_exit(result, 65, "dataerr")
                self.assertIn("mirror.db", result.last)
            self.assertEqual((self.dir / "mirror.db").read_bytes(), content)

    def test_a_mailbox_is_no_mirror(self):
        before = (self.dir / "box.fake").read_bytes()
        self.assert_exit(self.run_cli("sync", "fake:box.fake", "box.fake"), 65, "dataerr")
        self.assertEqual((self.dir / "box.fake").read_bytes(), before)

    def test_symbolic_links_that_lead_nowhere(self):
        self.sync(check=0)
        for name, target, word in (("dang", "nowhere", "does not exist"), ("loop", "loop", "leads back to itself")):
            (self.dir / f"{name}.db").symlink_to(target if name == "dang" else "loop.db")
            (self.dir / f"{name}.fake").symlink_to(target if name == "dang" else "loop.fake")
            mirror = f"{name}.db"
            for args, code in ((["sync", "fake:box.fake", mirror], 73), (["sync", "fake:box.fake", mirror, "--dry-run"], 73),
                               (["status", mirror], 66), (["verify", "fake:box.fake", mirror], 66),
                               (["quarantine", "retry", "fake:box.fake", mirror], 66), (["export", mirror, "--to", "out"], 66)):
                result = self.run_cli(*args)
                self.assert_exit(result, code)
                self.assertIn(f"'{mirror}': a symbolic link", result.last)
                self.assertIn(word, result.last)
                self.assertIn("; name ", result.last)
            for args, code in ((["sync", f"fake:{name}.fake", "mirror.db"], 66), (["fake", "show", f"{name}.fake"], 66),
                               (["fake", "script", f"{name}.fake", "-"], 73), (["fake", "break", f"{name}.fake", "m1"], 66)):
                result = self.run_cli(*args)
                self.assert_exit(result, code)
                self.assertIn(f"{name}.fake': a symbolic link that leads nowhere", result.last)
        self.assertEqual(sorted(p.name for p in self.dir.iterdir()),
                         ["box.fake", "dang.db", "dang.fake", "loop.db", "loop.fake", "mirror.db", "mirror.db.lock"])

    def test_a_refusal_names_the_file_once_and_no_step(self):
        self.sync(check=0)
        self.write("text.db", b"precious\n" * 100)
        whole = (self.dir / "mirror.db").read_bytes()
        self.write("torn.db", whole[:5000])
        self.write("holes.db", whole[:4096] + b"\xff" * (len(whole) - 4096))
        for args in (["status", "text.db"], ["sync", "fake:box.fake", "text.db"], ["status", "none.db"],
                     ["status", "torn.db"], ["sync", "fake:box.fake", "torn.db"], ["status", "holes.db"],
                     ["sync", "fake:text.db", "mirror.db"], ["sync", "fake:none.fake", "mirror.db"], ["fake", "show", "none.fake"],
                     ["fake", "script", "box.fake", "none.txt"], ["sync", "fake:box.fake", str(self.dir / "text.db")]):
            result = self.run_cli(*args)
            self.assertIn(result.code, (65, 66), result)
            name = next(w for w in args[::-1] if "." in w and not w.startswith(("box", "mirror"))).removeprefix("fake:")
            self.assertEqual(result.last.count(name.split("/")[-1]), 1, result.last)
            self.assertIn("; ", result.last)
            for noise in ("executing", "preparing", "statement"):
                self.assertNotIn(noise, result.last)

    def test_a_database_of_a_later_version(self):
        self.sync(check=0)
        with sqlite3.connect(self.dir / "mirror.db") as db:
            db.execute("PRAGMA user_version = 999")
            db.execute("UPDATE store_info SET minimum_reader = 999")
        for result in (self.sync(), self.run_cli("status", "mirror.db")):
            self.assert_exit(result, 78, "config")

    def test_a_corrupt_database(self):
        self.sync(check=0)
        path = self.dir / "mirror.db"
        data = bytearray(path.read_bytes())
        for at in range(4096, len(data), 4096):
            data[at:at + 64] = b"\xff" * 64
        path.write_bytes(bytes(data))
        result = self.run_cli("status", "mirror.db")
        self.assert_exit(result, 65, "dataerr")
        self.assertIn("mirror.db", result.last)
        self.assertEqual(path.read_bytes(), bytes(data))

    def test_a_directory_that_is_not_there(self):
        result = self.run_cli("sync", "fake:box.fake", "no/such/mirror.db")
        self.assert_exit(result, 73, "cantcreat")
        self.assertIn("no/such", result.last)

    def test_a_place_where_nothing_can_be_made(self):
        self.sync(check=0)
        for args in (["sync", "fake:box.fake", "/proc/mirror.db"], ["export", "mirror.db", "--to", "/proc/out"],
                     ["export", "mirror.db", "--to", "box.fake"], ["fake", "new", "/proc/b.fake"]):
            result = self.run_cli(*args)
            self.assert_exit(result, 73, "cantcreat")
            self.assertIn(args[2] if args[0] != "export" else args[3], result.last)

    def test_patterns_that_match_no_folder(self):
        self.sync(check=0)
        for args in (["sync", "fake:box.fake", "mirror.db"], ["sync", "fake:box.fake", "mirror.db", "--dry-run"],
                     ["verify", "fake:box.fake", "mirror.db"], ["export", "mirror.db", "--to", "out"]):
            result = self.run_cli(*args, "--folder", "Nowhere")
            self.assert_exit(result, 66, "noinput")
            self.assertIn("'Nowhere'", result.last)

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_a_directory_that_may_not_be_written_to(self):
        (self.dir / "closed").mkdir(mode=0o500)
        self.assertIn(self.run_cli("sync", "fake:box.fake", "closed/mirror.db").code, (73, 77))

    def test_a_second_writer_waits_for_the_first(self):
        import fcntl
        self.sync(check=0)
        with open(self.dir / "mirror.db.lock", "a+b") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            fcntl.lockf(lock, fcntl.LOCK_EX)
            result = self.sync()
            self.assert_exit(result, 75, "tempfail")
            self.assertIn("mirror.db", result.last)
            self.run_cli("status", "mirror.db", check=0)
        self.sync(check=0)

    def test_a_full_disk(self):
        self.script("\n".join(f'add Inbox big{n} body "{"x" * 60000}{n}"' for n in range(60)))
        limit = 1_500_000  # bytes a file may have; the kernel then fails writes as on a full disk

        def cap():
            import resource
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

        done = subprocess.run([BINARY, "sync", "fake:box.fake", "mirror.db"], cwd=self.dir, capture_output=True,
                              env=environment(), preexec_fn=cap, restore_signals=False, timeout=300)
        result = cli_harness.Result(done.returncode, done.stdout, done.stderr)
        self.assert_exit(result, 74, "ioerr")
        self.assertTrue(self.mirror_is_valid())
        self.sync(check=0)


class MailTest(CliTest):
    def test_mail_that_is_not_there_makes_no_box(self):
        result = self.run_cli("fake", "import", "box.fake", "none.mbox")
        self.assert_exit(result, 66, "noinput")
        self.assertIn("none.mbox", result.last)
        self.assertEqual(self.files(), [])

    def test_a_directory_without_mail(self):
        self.write("dir/readme.txt", "no mail")
        result = self.run_cli("fake", "import", "box.fake", "dir")
        self.assert_exit(result, 65, "dataerr")

    def test_a_box_that_is_something_else(self):
        self.write("box.fake", "precious")
        self.write("a.eml", "Subject: x\n\nbody\n")
        self.assert_exit(self.run_cli("fake", "import", "box.fake", "a.eml"), 65, "dataerr")
        self.assertEqual((self.dir / "box.fake").read_bytes(), b"precious")
        self.assert_exit(self.run_cli("fake", "new", "box.fake"), 73, "cantcreat")
        self.assertEqual((self.dir / "box.fake").read_bytes(), b"precious")

    def test_scripts_that_are_wrong(self):
        result = self.run_cli("fake", "script", "box.fake", "-", stdin=b"add-folder Inbox\nfrobnicate\n")
        self.assert_exit(result, 65, "dataerr")
        self.assertIn("standard input:2: unknown verb 'frobnicate'", result.last)
        self.assertEqual(self.files(), [])
        self.assert_exit(self.run_cli("fake", "script", "box.fake", "none.txt"), 66, "noinput")
        self.box(1)
        self.assert_exit(self.run_cli("fake", "script", "box.fake", "-", stdin=b"read nobody\n"), 66, "noinput")
        self.assert_exit(self.run_cli("fake", "break", "box.fake", "nobody"), 66, "noinput")


class NamesTest(CliTest):
    def test_spaces_unicode_and_leading_dashes(self):
        for box, mirror in (("my box.fake", "my mirror.db"), ("bücher.fake", "spiegel 鏡.db"), ("-box.fake", "-mirror.db")):
            self.run_cli("fake", "script", "--", box, "-", stdin=b"add-folder Inbox\nfill Inbox 2 m\n", check=0)
            self.run_cli("sync", "--", "fake:" + box, mirror, check=0)
            self.run_cli("status", "--", mirror, check=0)
            self.assertTrue((self.dir / mirror).exists())

    def test_file_names_that_are_no_utf8(self):
        name = os.fsdecode(b"odd\xff.db")
        self.box(2)
        self.run_cli("sync", "fake:box.fake", name, check=0)
        result = self.run_cli("status", os.fsdecode(b"none\xff\x1b[2J.db"))
        self.assert_exit(result, 66)
        self.assertNotIn("\x1b", result.err)

    def test_subjects_that_are_no_utf8(self):
        self.write("odd.eml", b"From: a@example.org\nSubject: caf\xe9 \xff\n\nbody\n")
        self.run_cli("fake", "import", "box.fake", "odd.eml", check=0)
        self.run_cli("fake", "break", "box.fake", "Inbox#1", check=0)
        self.assertIn(self.sync().code, (2, 4, 1))
        for form in ("json", "jsonl", "csv", "text"):
            self.run_cli("quarantine", "list", "mirror.db", "--format", form, check=0).raw_out.decode("utf-8", "strict")


if __name__ == "__main__":
    cli_harness.main()
