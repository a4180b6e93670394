"""How the process behaves among others: pipes, closed streams, signals, terminals."""

import os
import pty
import re
import select
import signal
import subprocess

import cli_harness
from cli_harness import BINARY, CliTest, environment


class PipeTest(CliTest):
    def test_a_reader_that_leaves_is_no_crash(self):
        self.script("add-folder Inbox\nfill Inbox 400 m\n")
        self.script("\n".join(f"break m{n}" for n in range(1, 60)))
        self.sync()
        command = f"'{BINARY}' quarantine list mirror.db --format jsonl | head -1; echo ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", command], cwd=self.dir, capture_output=True, env=environment(), timeout=300)
        lines = done.stdout.decode().splitlines()
        self.assertTrue(lines[0].startswith("{"))
        self.assertEqual(lines[-1], "0", done)

    def test_a_reader_that_leaves_before_the_first_byte(self):
        self.box(3)
        read, write = os.pipe()
        os.close(read)
        done = subprocess.run([BINARY, "sync", "fake:box.fake", "mirror.db"], cwd=self.dir, stdout=write,
                              stderr=subprocess.PIPE, env=environment(), timeout=300)
        os.close(write)
        self.assertEqual(done.returncode, 0, done)
        self.run_cli("status", "mirror.db", check=0)

    def test_closed_streams(self):
        self.box(3)
        for closing in (">&-", "2>&-", "<&-", "<&- >&- 2>&-"):
            done = subprocess.run(["bash", "-c", f"'{BINARY}' sync fake:box.fake mirror.db {closing}"], cwd=self.dir,
                                  capture_output=True, env=environment(), timeout=300)
            self.assertEqual(done.returncode, 0, (closing, done))
            self.assertTrue(self.mirror_is_valid())

    def test_a_full_standard_output_is_an_error(self):
        self.box(3)
        done = subprocess.run(["bash", "-c", f"'{BINARY}' sync fake:box.fake mirror.db > /dev/full"], cwd=self.dir,
                              capture_output=True, env=environment(), timeout=300)
        self.assertEqual(done.returncode, 74, done)
        self.assertIn(b"standard output", done.stderr)

    def test_quiet_leaves_only_the_last_line(self):
        self.box(3)
        result = self.sync("--quiet", check=0)
        self.assertEqual(len(result.err.splitlines()), 1, result)


class SignalTest(CliTest):
    """A mailbox large enough that the run lasts, and a signal at the first line of progress."""

    def start(self):
        return subprocess.Popen([BINARY, "sync", "fake:box.fake", "mirror.db"], cwd=self.dir, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, env=environment())

    def setUp(self):
        super().setUp()
        self.script("add-folder Inbox role inbox\nfill Inbox 4000 m\nbreak m77 m2500\n")

    def signalled(self, number):
        process = self.start()
        first = process.stderr.readline().decode()
        self.assertIn("mapisync:", first)
        process.send_signal(number)
        out, err = process.communicate(timeout=300)
        return cli_harness.Result(process.returncode, out, first.encode() + err)

    def test_the_first_signal_commits_and_the_next_run_goes_on(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            result = self.signalled(number)
            self.assert_exit(result, 4, "incomplete")
            self.assertTrue(self.mirror_is_valid())
        self.assert_exit(self.sync(), 2, "new_trouble")
        self.run_cli("verify", "fake:box.fake", "mirror.db", check=1)

    def test_the_second_signal_leaves_at_once(self):
        process = self.start()
        first = process.stderr.readline()
        # Both are pending at once while the process is stopped, so it cannot end between them.
        process.send_signal(signal.SIGSTOP)
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        out, err = process.communicate(timeout=300)
        result = cli_harness.Result(process.returncode, out, first + err)
        self.assert_exit(result, 130, "interrupted")
        self.assertIn(self.sync().code, (2, 4))
        self.assertTrue(self.mirror_is_valid())

    def test_a_killed_run_is_taken_up(self):
        process = self.start()
        process.stderr.readline()
        process.kill()
        process.communicate(timeout=300)
        self.assert_exit(self.sync(), 2, "new_trouble")
        self.run_cli("verify", "fake:box.fake", "mirror.db", check=1)


class TogetherTest(CliTest):
    def setUp(self):
        super().setUp()
        self.script("add-folder Inbox role inbox\nfill Inbox 2000 m\nbreak m77\n")

    def start(self):
        process = subprocess.Popen([BINARY, "sync", "fake:box.fake", "mirror.db"], cwd=self.dir, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, env=environment())
        process.stderr.readline()
        return process

    def test_reports_may_be_read_while_a_sync_runs(self):
        process = self.start()
        while process.poll() is None:
            for args in (["status", "mirror.db"], ["quarantine", "list", "mirror.db", "--format", "jsonl"]):
                self.assertIn(self.run_cli(*args).code, (0, 1, 4))
        process.communicate(timeout=300)
        self.assertEqual(process.returncode, 2)

    def test_two_syncs_on_one_mirror(self):
        first = self.start()
        second = self.sync()
        # Either the second found the first at work, or the first had ended by then.
        self.assertIn(second.code, (75, 1, 2), second)
        first.communicate(timeout=300)
        self.assertIn(first.returncode, (1, 2))
        self.run_cli("verify", "fake:box.fake", "mirror.db", check=1)


class WriterTest(CliTest):
    def test_a_second_sync_is_told_that_another_one_writes(self):
        self.box(4)
        self.write("busy", "fail open-folder 1 busy wait 3600000\n")
        first = subprocess.Popen([BINARY, "sync", "fake:box.fake", "mirror.db", "--fault-plan", "busy"], cwd=self.dir,
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment())
        first.stderr.readline()  # it runs, and waits for the server until it is stopped
        second = self.sync()
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=300)
        self.assertEqual(first.returncode, 4)
        self.assert_exit(second, 75, "tempfail")
        self.assertIn(f"process {first.pid} is writing", second.last)
        self.sync(check=0)


class TerminalTest(CliTest):
    def on_terminal(self, *args, env=None):
        """What the command writes to a terminal, and its exit code."""
        master, slave = pty.openpty()
        process = subprocess.Popen([BINARY, *args], cwd=self.dir, stdin=slave, stdout=slave, stderr=slave,
                                   env={**environment(), **(env or {})})
        os.close(slave)
        data = b""
        while True:
            ready, _, _ = select.select([master], [], [], 300)
            try:
                piece = os.read(master, 65536) if ready else b""
            except OSError:
                break
            if not piece:
                break
            data += piece
        os.close(master)
        return process.wait(timeout=300), data.decode("utf-8", "replace")

    def test_a_bar_on_a_terminal_and_plain_lines_elsewhere(self):
        self.script("add-folder Inbox\nfill Inbox 600 m")
        code, text = self.on_terminal("sync", "fake:box.fake", "mirror.db")
        self.assertEqual(code, 0, text)
        self.assertIn("\r\x1b[2K", text)
        (self.dir / "mirror.db").unlink()
        result = self.sync(check=0)
        self.assertNotIn("\x1b", result.err)
        self.assertNotIn("\r", result.err)
        self.assertLess(len(result.err.splitlines()), 50)

    def test_no_colour_where_none_is_wanted(self):
        self.box(3, bad=(1,))
        for args, env in ((["--no-color"], {}), ([], {"NO_COLOR": "1"})):
            code, text = self.on_terminal("sync", "fake:box.fake", "mirror.db", "--verbose", *args, env=env)
            self.assertIn(code, (1, 2), text)
            self.assertIsNone(re.search(r"\x1b\[\d*m", text), text)

    def test_quiet_shows_no_bar(self):
        self.box(3)
        code, text = self.on_terminal("sync", "fake:box.fake", "mirror.db", "--quiet")
        self.assertEqual(code, 0)
        self.assertNotIn("\x1b[2K", text)


if __name__ == "__main__":
    cli_harness.main()
