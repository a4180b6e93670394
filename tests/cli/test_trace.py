"""A run is recorded and made again: sync --record, and replay."""

import resource
import signal

import cli_harness
from cli_harness import CliTest


class RecordTest(CliTest):
    def test_a_recorded_run_is_the_same_run(self):
        self.box(20, bad=(7, 13))
        plain = self.run_cli("sync", "fake:box.fake", "plain.db", check=2)
        recorded = self.sync("--record", "run.trace", check=2)
        self.assertEqual(plain.last, recorded.last)
        self.assertIn("next: mapisync replay run.trace", recorded.err)
        self.assertEqual((self.dir / "run.trace").stat().st_mode & 0o777, 0o600)

    def test_replay_needs_neither_box_nor_mirror(self):
        self.box(20, bad=(7, 13))
        self.sync("--record", "first.trace", check=2)
        self.sync("--record", "second.trace", check=1)
        (self.dir / "box.fake").unlink()
        (self.dir / "mirror.db").unlink()
        for name in ("first", "second"):
            result = self.run_cli("replay", name + ".trace", check=0)
            self.assertIn("as recorded", result.last)
            self.assertIn("outcome:", result.out)
        self.assertEqual(self.files(), ["first.trace", "second.trace"])

    def test_a_replay_into_a_mirror_can_be_looked_at(self):
        self.box(20, bad=(7, 13))
        self.sync("--record", "run.trace", check=2)
        self.run_cli("replay", "run.trace", "again.db", check=0)
        self.assertTrue(self.mirror_is_valid("again.db"))
        one = self.run_cli("quarantine", "list", "mirror.db", "--format", "jsonl", "--redact").json_lines()
        other = self.run_cli("quarantine", "list", "again.db", "--format", "jsonl", "--redact").json_lines()
        self.assertEqual([r["record_id"] for r in one], [r["record_id"] for r in other])
        self.assertEqual(len(one), 2)
        self.assertEqual(self.run_cli("status", "again.db").code, self.run_cli("status", "mirror.db").code)
        again = self.run_cli("replay", "run.trace", "again.db")
        self.assert_exit(again, 73, "cantcreat")

    def test_a_trace_holds_no_mail_unless_asked(self):
        self.script('add-folder Inbox\nadd-folder "Lawyer Smith"\n'
                    'add Inbox m1 subject "Quarterly secret" body "the inner text" sender "Ann Example <ann@example.org>"\n'
                    'add "Lawyer Smith" m2 subject "Divorce plan"')
        self.sync("--record", "run.trace", check=0)
        self.run_cli("sync", "fake:box.fake", "other.db", "--record", "full.trace", "--record-content", check=0)
        hidden, full = ((self.dir / name).read_bytes() for name in ("run.trace", "full.trace"))
        for word in (b"Quarterly", b"inner text", b"ann@example.org", b"Ann Example", b"Lawyer", b"Divorce"):
            self.assertNotIn(word, hidden)
            self.assertIn(word, full)
        named = self.run_cli("sync", "fake:box.fake", "third.db", "--folder", "Law*", "--record", "named.trace", check=0)
        self.assertIn("names of folders", named.err)
        self.assertIn(b"Lawyer", (self.dir / "named.trace").read_bytes())
        for name in ("run", "full", "named"):
            self.run_cli("replay", name + ".trace", check=0)

    def test_noise_limits_and_servers_that_are_lost(self):
        self.box(60, bad=(7, 8, 33))
        for n, plan in enumerate(("profile exchange-2007\nfail synchronize 3 network\nfail table-next 1 busy times 2 wait 500",
                                  "profile prefix-server\nfail call 30 session_lost",
                                  "server catch-up none\ndamage m20 server-death\nserver revives-after 5")):
            self.write("plan.txt", plan)
            for limits in ((), ("--max-calls", "3"), ("--max-time", "1h")):
                db, trace = f"m{n}{len(limits)}{limits[:1]}.db", f"t{n}{limits[:1]}.trace"
                for run in range(3):
                    self.run_cli("sync", "fake:box.fake", db, "--fault-plan", "plan.txt", "--record", f"{run}{trace}", *limits)
                    result = self.run_cli("replay", f"{run}{trace}")
                    self.assert_exit(result, 0)

    def test_record_refuses_what_cannot_be(self):
        self.box(2)
        self.write("there.trace", "something of mine")
        self.assert_exit(self.sync("--record", "there.trace"), 73, "cantcreat")
        self.assertEqual((self.dir / "there.trace").read_bytes(), b"something of mine")
        self.assert_exit(self.sync("--record", "no/such/place.trace"), 73, "cantcreat")
        self.assertEqual(self.files(), ["box.fake", "there.trace"])
        self.assert_exit(self.sync("--record", "x.trace", "--dry-run"), 64, "usage")
        self.assert_exit(self.sync("--record-content"), 64, "usage")
        self.assert_exit(self.run_cli("sync", "fake:none.fake", "mirror.db", "--record", "x.trace"), 66, "noinput")
        self.assertEqual(self.files(), ["box.fake", "there.trace"])

    def test_a_full_disk_ends_the_recording_and_not_the_sync(self):
        # Equal content is once in the mirror, and each time in a trace that holds it: only the trace meets the limit.
        lines = ["add-folder Inbox", 'add Inbox m0 body "' + "long text " * 20_000 + '"']
        self.script("\n".join(lines + [f"copy m0 m{n}" for n in range(1, 40)]))

        def small():
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))

        result = self.run_cli("sync", "fake:box.fake", "mirror.db", "--record", "run.trace", "--record-content",
                              preexec_fn=small)
        self.assert_exit(result, 74, "ioerr")
        self.assertIn("the recording ends here, the work goes on", result.err)
        self.assertIn("the sync itself ended with 0 (ok)", result.last)
        self.run_cli("verify", "fake:box.fake", "mirror.db", check=0)
        self.assert_exit(self.run_cli("replay", "run.trace"), 4, "incomplete")


class ReplayTest(CliTest):
    def record(self):
        self.box(30, bad=(7,))
        self.sync("--record", "run.trace", check=2)
        return (self.dir / "run.trace").read_bytes()

    def test_json(self):
        self.record()
        report = self.run_cli("replay", "run.trace", "--format", "json", check=0).json()
        self.assertEqual(report["schema"], "mapisync.replay/1")
        self.assertEqual(report["verdict"], "as_recorded")
        self.assertEqual(report["recorded_outcome"], report["outcome"])
        self.assertIsNone(report["divergence"])
        self.assertEqual(report["clock_differences"], 0)
        self.assertGreater(report["calls"], 20)

    def test_what_is_no_trace_is_told_apart(self):
        whole = self.record()
        self.assert_exit(self.run_cli("replay", "missing.trace"), 66, "noinput")
        for name, content, word in (("empty", b"", "no trace of mapisync"), ("text", b"Dear Sir,", "no trace of mapisync"),
                                    ("changed", whole[:200] + bytes([whole[200] ^ 1]) + whole[201:], "damaged at byte"),
                                    ("head", whole[:40], "ends before it begins")):
            self.write(name, content)
            result = self.run_cli("replay", name, "new.db")
            self.assert_exit(result, 65, "dataerr")
            self.assertIn(word, result.last)
        self.assertNotIn("new.db", self.files())
        self.write("later", whole[:15] + b"\x63" + whole[16:])
        self.assert_exit(self.run_cli("replay", "later"), 78, "config")
        self.assert_exit(self.run_cli("replay", "mirror.db"), 65, "dataerr")
        self.assert_exit(self.run_cli("replay", "."), 65, "dataerr")

    def test_a_killed_run_leaves_a_trace(self):
        whole = self.record()
        self.write("cut", whole[:len(whole) * 2 // 3])
        result = self.run_cli("replay", "cut")
        self.assert_exit(result, 4, "incomplete")
        self.assertIn("the trace ends", result.last)

    def test_a_process_that_dies_at_a_message_names_it(self):
        self.script("add-folder Inbox\nfill Inbox 5 m\nbreak m3 client-death")
        died = self.sync("--record", "run.trace")
        self.assertLess(died.code, 0)  # by a signal
        result = self.run_cli("replay", "run.trace")
        self.assert_exit(result, 4, "incomplete")
        self.run_cli("sync", "fake:box.fake", "mirror.db", "--record", "next.trace")
        self.assertTrue((self.dir / "next.trace").exists())


if __name__ == "__main__":
    cli_harness.main()
