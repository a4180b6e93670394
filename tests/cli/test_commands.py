"""Every command does what its help says, and says how it ended."""

import csv
import email
import io
import os
import pathlib
import sqlite3

import cli_harness
from cli_harness import CliTest

MAIL = b"""From MAILER Thu Jan  1 00:00:00 2026
From: Ann <ann@example.org>
To: bob@example.org
Subject: First
Date: Thu, 01 Jan 2026 10:00:00 +0000
Message-ID: <1@example.org>

Hello Bob.

From MAILER Thu Jan  1 00:00:00 2026
From: Cem <cem@example.org>
To: bob@example.org
Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
Date: Fri, 02 Jan 2026 10:00:00 +0000
Message-ID: <2@example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Sch\xc3\xb6ne Gr\xc3\xbc\xc3\x9fe.

"""


class HelpTest(CliTest):
    def test_help_teaches_and_goes_to_standard_output(self):
        result = self.run_cli("--help")
        self.assertEqual(result.code, 0)
        self.assertEqual(result.err, "")
        for word in ("EXAMPLES", "EXIT CODES", "mapisync sync fake:box.fake mirror.db", "quarantine"):
            self.assertIn(word, result.out)
        self.assertLessEqual(max(len(line) for line in result.out.splitlines()), 100)

    def test_every_command_has_help(self):
        for words in (["sync"], ["connect"], ["status"], ["verify"], ["forecast"], ["export"], ["quarantine"], ["quarantine", "list"],
                      ["quarantine", "show"], ["quarantine", "retry"], ["deletions"], ["deletions", "list"],
                      ["deletions", "approve"], ["replay"], ["fake"], ["fake", "new"], ["fake", "import"], ["fake", "script"],
                      ["fake", "break"], ["fake", "heal"], ["fake", "show"], ["help"]):
            result = self.run_cli(*words, "--help")
            self.assertEqual(result.code, 0, words)
            self.assertTrue(result.out.startswith("usage: mapisync " + " ".join(words)), result)
            examples = result.out.split("\nEXAMPLES\n")[1].split("\n\n")[0]
            self.assertIn("mapisync " + " ".join(words) + " ", examples, result)
            self.assertLessEqual(max(len(line) for line in result.out.splitlines()), 100, result)

    def test_help_topics(self):
        for topic, word in (("exit-codes", "decision_needed"), ("words", "quarantined"), ("output", "standard error"),
                            ("first-steps", "mapisync fake import"), ("formats", "--format csv"),
                            ("limits", "--max-time 50m"), ("script", "heal m7 new-version"),
                            ("fault-plan", "fail synchronize 3 network")):
            result = self.run_cli("help", topic, check=0)
            self.assertIn(word, result.out)
            self.assertLessEqual(max(len(line) for line in result.out.splitlines()), 100, result)
            self.assertIn(f"  {topic} ", self.run_cli("help", check=0).out)
        self.assertIn("usage: mapisync quarantine list", self.run_cli("help", "quarantine", "list").out)
        self.assert_exit(self.run_cli("help", "nonsense"), 64, "usage")

    def test_examples_of_topics_work(self):
        """Each line under EXAMPLES that needs nothing but mapisync and a shell, in order."""
        import subprocess
        for topic in ("script", "fault-plan", "limits"):
            examples = self.run_cli("help", topic).out.split("\nEXAMPLES\n")[1].split("\n\n")[0]
            for line in examples.splitlines():
                path = os.path.dirname(cli_harness.BINARY)
                done = subprocess.run(["bash", "-o", "pipefail", "-c", line], cwd=self.dir, capture_output=True, timeout=300,
                                      env={**cli_harness.environment(), "PATH": path + ":" + os.environ["PATH"]})
                expected = (2,) if "exit 2" in line else (0, 1, 2)
                self.assertIn(done.returncode, expected, (line, done.stderr.decode()))

    def test_version(self):
        result = self.run_cli("--version")
        self.assertEqual(result.code, 0)
        self.assertRegex(result.out, r"^mapisync \d+\.\d+\.\d+\n$")


class SyncTest(CliTest):
    def test_a_clean_mailbox_is_copied_and_the_second_run_changes_nothing(self):
        self.box(5)
        first = self.sync(check=0)
        self.assertIn("5 messages delivered", first.out)
        second = self.sync(check=0)
        self.assertIn("\nnothing changed\n", second.out)
        self.assertIn("in step", second.last)

    def test_bad_messages_are_new_trouble_once_and_known_from_then_on(self):
        self.box(12, bad=(3, 9))
        first = self.sync()
        self.assert_exit(first, 2, "new_trouble")
        self.assertIn("10 messages delivered", first.out)
        self.assert_exit(self.sync(), 1, "in_step_but_known")

    def test_totals_of_both_sides_add_up_in_json(self):
        self.box(12, bad=(3,))
        self.script("add-folder Archive\nfill Archive 4 a")
        report = self.sync("--format", "json").json()
        self.assertEqual(report["schema"], "mapisync.sync/1")
        self.assertEqual((report["exit_code"], report["exit_name"]), (2, "new_trouble"))
        for folder in report["folders"] + [report["total"]]:
            for side in ("source", "mirror"):
                parts = {k: v for k, v in folder[side].items() if k != "sum"}
                self.assertEqual(sum(parts.values()), folder[side]["sum"])
            self.assertTrue(folder["balanced"], folder)
        self.assertEqual(report["total"]["source"]["sum"], 16)
        self.assertEqual(report["total"]["mirror"]["sum"], 15)

    def test_a_limit_ends_incomplete_and_the_next_run_goes_on(self):
        self.box(30, bad=(4, 17))
        delivered = 0
        for _ in range(60):
            result = self.sync("--max-calls", "3", "--format", "json")
            delivered += result.json()["total"]["source"]["delivered"]
            if result.code != 4:
                break
            self.assert_exit(result, 4, "incomplete")
        self.assert_exit(result, 2, "new_trouble")
        self.assertEqual(delivered, 28)

    def test_a_folder_that_was_not_looked_at_claims_no_balance(self):
        self.script("add-folder A\nadd-folder B\nfill A 9 a\nfill B 6 b")
        self.sync(check=0)
        self.script("fill A 9 n\nbreak n4\ndelete b1 b2\nfill B 1 x\ndelete x1")
        result = self.sync("--max-calls", "1", "--format", "json", check=4)
        folders = {f["path"]: f for f in result.json()["folders"]}
        later = [f for f in folders.values() if f["unfinished"] and not f["costs"]["calls"] and not f["costs"]["table_reads"]]
        self.assertTrue(later, result)
        for folder in later:
            self.assertIsNone(folder["balanced"], folder)
        self.assertIsNone(result.json()["total"]["balanced"])
        self.assertIn("not looked at", self.sync("--max-calls", "1", check=4).out)

    def test_time_and_size_limits_are_read(self):
        self.box(5)
        self.sync("--max-time", "2h", "--max-bytes", "100MB", check=0)

    def test_folders_are_chosen(self):
        self.script("add-folder Inbox\nadd-folder Inbox/Spam\nadd-folder Junk\nfill Inbox 2 a\nfill Inbox/Spam 2 b\nfill Junk 2 c")
        report = self.sync("--folder", "Inbox", "--exclude", "**/Spam", "--format", "json").json()
        self.assertEqual([f["path"] for f in report["folders"] if f["source"]["sum"]], ["Inbox"])

    def test_a_mirror_keeps_its_root(self):
        self.script("add-folder A\nadd-folder B\nfill A 2 a\nfill B 3 b")
        self.assertEqual(self.sync("--root", "A", "--format", "json").json()["total"]["source"]["sum"], 2)
        self.assertIn("nothing changed", self.sync(check=0).out)
        self.assert_exit(self.sync("--root", "B"), 78, "config")
        self.sync("--root", "A", check=0)

    def test_dry_run_writes_nothing(self):
        self.box(5)
        result = self.sync("--dry-run", check=4)
        self.assertIn("5", result.out)
        self.assertEqual(self.files(), ["box.fake"])
        self.sync(check=0)
        before = (self.dir / "mirror.db").read_bytes()
        self.script("fill Inbox 2 n")
        report = self.sync("--dry-run", "--format", "json", check=4).json()
        self.assertEqual(report["schema"], "mapisync.dry_run/1")
        self.assertEqual(report["total"]["to_fetch"], 2)
        self.assertEqual((self.dir / "mirror.db").read_bytes(), before)

    def test_new_mail_changes_moves_deletions_and_read_marks_arrive(self):
        self.box(6)
        self.script("add-folder Old")
        self.sync(check=0)
        self.script("fill Inbox 1 n\nmodify m1\nmark read m2\nmove m3 to Old\ndelete m4")
        result = self.sync(check=0)
        self.assertNotIn("nothing changed", result.out)
        self.run_cli("verify", "fake:box.fake", "mirror.db", check=0)

    def test_every_box_is_a_mailbox_of_its_own(self):
        self.box(3)
        self.sync(check=0)
        before = (self.dir / "mirror.db").read_bytes()
        self.box(5, box="other.fake")
        self.write("letter.eml", "Subject: s\n\ntext\n")
        self.run_cli("fake", "import", "imported.fake", "letter.eml", check=0)
        self.run_cli("fake", "new", "new.fake", check=0)
        for box in ("other", "imported", "new"):
            self.assert_exit(self.run_cli("sync", f"fake:{box}.fake", "mirror.db"), 3, "decision_needed")
            self.assert_exit(self.run_cli("verify", f"fake:{box}.fake", "mirror.db"), 3, "decision_needed")
        with sqlite3.connect(self.dir / "mirror.db") as db:
            self.assertEqual(db.execute("SELECT count(*) FROM v_messages WHERE deleted_at IS NULL").fetchone(), (3,))
        self.assertEqual(len(before), len((self.dir / "mirror.db").read_bytes()))
        self.sync(check=0)

    def test_a_seed_makes_the_same_mailbox_again(self):
        keys = []
        for box in ("one.fake", "two.fake"):
            self.run_cli("fake", "new", box, "--seed", "7", check=0)
            self.script("add-folder Inbox\nfill Inbox 2 m", box=box)
            keys.append(self.run_cli("fake", "show", box, "Inbox", "--format", "jsonl", check=0).out)
        self.assertEqual(keys[0], keys[1])

    def test_the_table_and_the_export_tell_the_same_subject_and_sender(self):
        self.script('add-folder Inbox\nadd Inbox a subject "A" sender "Bo"\nadd Inbox b subject "B" sender "Cy"\n'
                    'add Inbox c subject "C" sender "Di"\nmodify b\nmodify c subject "D"')
        self.sync(check=0)
        with sqlite3.connect(self.dir / "mirror.db") as db:
            mirrored = db.execute("SELECT subject, sender_name FROM v_messages ORDER BY 1").fetchall()
        listed = self.run_cli("fake", "show", "box.fake", "Inbox", "--format", "jsonl", check=0).json_lines()
        self.assertEqual(mirrored, [("A", "Bo"), ("B", "Cy"), ("D", "Di")])
        self.assertEqual(sorted((m["subject"], m["sender"]) for m in listed), mirrored)

    def test_a_moved_mailbox_needs_a_decision(self):
        self.box(3)
        self.sync(check=0)
        self.script("move-mailbox")
        self.assert_exit(self.sync(), 3, "decision_needed")
        self.assert_exit(self.run_cli("verify", "fake:box.fake", "mirror.db"), 3, "decision_needed")

    def test_a_new_instance_is_accepted_and_nothing_comes_twice(self):
        for words in ("", "new-mailbox", "new-keys", "new-versions", "new-mailbox new-keys new-versions"):
            with self.subTest(words=words):
                self.run_in_a_new_box(f"move-mailbox {words}")

    def run_in_a_new_box(self, move):
        for left in self.dir.iterdir():
            left.unlink()
        self.box(6)
        self.script("break m6")
        self.sync(check=2)
        self.script(f"modify m1\ndelete m2\nmark read m3\nfill Inbox 1 n\n{move}")
        stopped = self.sync()
        self.assert_exit(stopped, 3, "decision_needed")
        self.assertIn("--accept-new-instance", stopped.err)
        before = (self.dir / "mirror.db").read_bytes()
        told = self.sync("--accept-new-instance", "--dry-run", "--format", "json", check=4).json()
        self.assertTrue(told["would_accept"])
        total = told["total"]
        self.assertEqual((total["recognised"], total["to_fetch"], total["to_delete"]), (5, 2, 1))
        self.assertEqual((self.dir / "mirror.db").read_bytes(), before)
        report = self.sync("--accept-new-instance", "--format", "json", check=1).json()
        self.assertTrue(report["instance_accepted"])
        self.assertEqual(report["total"]["recognised"], 5)
        self.assertEqual(report["total"]["source"]["delivered"], 2)
        self.assertEqual(report["total"]["deleted"], 1)
        self.assertTrue(report["total"]["balanced"])
        self.assertFalse(self.sync("--accept-new-instance", "--format", "json", check=1).json()["instance_accepted"])
        self.assertIn("nothing changed", self.sync(check=1).out)
        self.run_cli("verify", "fake:box.fake", "mirror.db", check=1)

    def test_held_deletions_wait_until_they_are_approved(self):
        self.box(1300)
        self.sync(check=0)
        self.script("\n".join(f"delete m{n}" for n in range(1, 1202)))
        self.assert_exit(self.sync(), 3, "decision_needed")
        listed = self.run_cli("deletions", "list", "mirror.db", "--format", "jsonl", check=3)
        self.assertEqual(len(listed.json_lines()), 1201)
        self.run_cli("deletions", "approve", "fake:box.fake", "mirror.db", check=0)
        self.run_cli("deletions", "list", "mirror.db", check=0)
        self.run_cli("verify", "fake:box.fake", "mirror.db", check=0)

    def test_a_fault_plan_plays(self):
        self.box(5)
        self.write("plan.txt", "fail synchronize 1 call_failed\n")
        self.sync("--fault-plan", "plan.txt", check=0)


class QuarantineTest(CliTest):
    def setUp(self):
        super().setUp()
        self.script('add-folder Inbox role inbox\nfill Inbox 6 m\nadd Inbox evil subject "=cmd|\\x1b[2J\\xe2\\x80\\xae" sender "a,b"\n'
                    "break evil m2")
        self.sync(check=2)

    def list(self, *args, **kwargs):
        return self.run_cli("quarantine", "list", "mirror.db", *args, **kwargs)

    def test_list_is_harmless_on_a_terminal(self):
        result = self.list(check=0)
        self.assertIn("quarantined", result.out)
        self.assertNotIn("\x1b", result.out)
        self.assertNotIn("\u202e", result.out)
        self.assertIn("=cmd|\\x1b[2J\\u{202e}", result.out)
        self.assertIn("2 messages in quarantine", result.last)

    def test_json_jsonl_and_csv_hold_the_same(self):
        whole = self.list("--format", "json", check=0).json()
        lines = self.list("--format", "jsonl", check=0).json_lines()
        rows = list(csv.DictReader(io.StringIO(self.list("--format", "csv", check=0).out, newline="")))
        self.assertEqual(whole["schema"], "mapisync.quarantine/1")
        self.assertEqual(whole["items"], lines)
        self.assertEqual(whole["count"], 2)
        self.assertEqual([r["source_key"] for r in rows], [i["source_key"] for i in lines])
        evil = next(i for i in lines if i["subject"].startswith("=cmd"))
        self.assertEqual(evil["subject"], "=cmd|\x1b[2J\u202e")
        self.assertEqual((evil["kind"], evil["mrs_kind"], evil["state"]), ("corrupt_item", "CorruptItem", "quarantined"))
        self.assertGreaterEqual(evil["evidence"]["strikes"], evil["evidence"]["strikes_needed"])
        self.assertGreaterEqual(evil["evidence"]["controls_passed"], 1)
        row = next(r for r in rows if r["source_key"] == evil["source_key"])
        self.assertTrue(row["subject"].startswith("'=cmd"), row)

    def test_redact_names_nobody(self):
        for form in ("text", "json", "jsonl", "csv"):
            result = self.list("--redact", "--format", form, check=0)
            self.assertNotIn("cmd", result.out)
            self.assertNotIn("a,b", result.out)

    def test_list_and_show_tell_to_whom_and_when(self):
        self.write("hostile.eml", MAIL.split(b"From MAILER")[1].split(b"\n", 1)[1].replace(
            b"To: bob@example.org", b"To: =?utf-8?q?=3Dcmd=1B=5B2J=E2=80=AE?= <bob@example.org>, Cem <cem@example.org>"))
        self.run_cli("fake", "import", "box.fake", "hostile.eml", "--into", "Sent", check=0)
        self.script('break "Sent/Inbox#1"')
        self.sync(check=2)
        item = self.list("--folder", "Sent", "--format", "jsonl", check=0).json_lines()[0]
        self.assertTrue(item["recipients"].endswith("; Cem"), item)
        self.assertEqual(item["date_sent"], "2026-01-01T10:00:00Z")
        row = next(csv.DictReader(io.StringIO(self.list("--folder", "Sent", "--format", "csv").out, newline="")))
        self.assertTrue(row["recipients"].startswith("'=cmd"), row)
        self.assertEqual(row["date_sent"], "2026-01-01T10:00:00Z")
        show = ("quarantine", "show", "mirror.db", item["record_id"])
        for text in (self.list(check=0).out, self.run_cli(*show, check=0).out):
            self.assertIn("=cmd", text)
            self.assertIn("; Cem", text)
            self.assertIn("2026-01-01", text)
            self.assertNotIn("\x1b", text)
            self.assertNotIn("\u202e", text)
        for form in ("text", "json", "jsonl", "csv"):
            for command in (("quarantine", "list", "mirror.db"), show):
                told = self.run_cli(*command, "--redact", "--format", form, check=0).out
                self.assertNotIn("Cem", told)
                self.assertNotIn("cmd", told)
        self.run_cli("quarantine", "retry", "fake:box.fake", "mirror.db", check=1)

    def test_filters_and_fail_if_any(self):
        self.assertEqual(self.list("--folder", "Nowhere*", "--fail-if-any", check=0).out, "nothing in quarantine\n")
        self.assert_exit(self.list("--fail-if-any"), 1)
        self.assertEqual(self.list("--state", "suspected", "--format", "json").json()["count"], 0)

    def test_show_by_key_prefix_and_source_key(self):
        item = self.list("--format", "jsonl").json_lines()[0]
        shown = self.run_cli("quarantine", "show", "mirror.db", item["record_id"][:6], check=0)
        self.assertIn(item["source_key"], shown.out)
        by_key = self.run_cli("quarantine", "show", "mirror.db", item["source_key"], "--format", "json", check=0)
        self.assertEqual(by_key.json()["record_id"], item["record_id"])
        self.assert_exit(self.run_cli("quarantine", "show", "mirror.db", "zzzz"), 66, "noinput")

    def test_show_has_all_formats(self):
        listed = {i["record_id"]: i for i in self.list("--format", "jsonl").json_lines()}
        rows = {r["record_id"]: r for r in csv.DictReader(io.StringIO(self.list("--format", "csv").out, newline=""))}
        for key, item in listed.items():
            show = ("quarantine", "show", "mirror.db", key)
            whole = self.run_cli(*show, "--format", "json", check=0).json()
            lines = self.run_cli(*show, "--format", "jsonl", check=0).json_lines()
            self.assertEqual(lines, [whole])
            history = whole.pop("history")
            self.assertEqual(whole, item)
            self.assertEqual([(e["event"], e["run_id"]) for e in history], [("quarantined", 1)])
            table = self.run_cli(*show, "--format", "csv", check=0).out
            self.assertEqual(list(csv.DictReader(io.StringIO(table, newline=""))), [rows[key]])
            self.assertRegex(self.run_cli(*show, check=0).out, r"(?m)^history\n  \d{4}-\S+Z  run 1  quarantined: ")
        for form in ("text", "json", "jsonl", "csv"):
            self.assertNotIn("cmd", "".join(self.run_cli("quarantine", "show", "mirror.db", key, "--format", form, "--redact").out
                                            for key in listed))

    def test_retry_tells_what_became_of_each_message_in_all_formats(self):
        def retry(*args, code):
            return self.run_cli("quarantine", "retry", "fake:box.fake", "mirror.db", *args, check=code)

        keys = {i["subject"][:4]: i["record_id"] for i in self.list("--format", "jsonl").json_lines()}
        still = retry("--format", "jsonl", code=1).json_lines()
        self.assertEqual({m["record_id"] for m in still}, set(keys.values()))
        for message in still:
            self.assertEqual((message["schema"], message["state_before"], message["outcome"], message["failure_code"]),
                             ("mapisync.retry/1", "quarantined", "quarantined", "corrupt_data"))
            self.assertEqual(message["attempts"], 2)
        rows = list(csv.DictReader(io.StringIO(retry("--format", "csv", code=1).out, newline="")))
        self.assertEqual({(r["record_id"], r["outcome"], r["attempts"]) for r in rows},
                         {(key, "quarantined", "3") for key in keys.values()})
        self.run_cli("fake", "heal", "box.fake", "m2", check=0)
        report = retry(keys["m2"], "--format", "json", code=1).json()
        self.assertEqual(report["schema"], "mapisync.sync/1")
        self.assertEqual([(m["record_id"], m["outcome"]) for m in report["retried"]], [(keys["m2"], "released")])
        self.script("delete evil")
        text = retry(code=0).out
        self.assertRegex(text, rf"(?m)^{keys['=cmd']} +quarantined +gone +Inbox$")
        self.assertIn("nothing was in quarantine", retry(code=0).out)
        self.assertEqual(retry("--format", "jsonl", code=0).out, "")

    def test_healing_without_a_new_version_is_found_by_retry(self):
        self.run_cli("fake", "heal", "box.fake", "m2", check=0)
        self.assert_exit(self.sync(), 1)
        result = self.run_cli("quarantine", "retry", "fake:box.fake", "mirror.db", check=1)
        self.assertIn("1 message released", result.out)

    def test_retry_of_one_key_leaves_the_others_alone(self):
        self.run_cli("fake", "heal", "box.fake", "m2", "evil", check=0)
        key = next(i for i in self.list("--format", "jsonl").json_lines() if i["subject"] == "m2")["record_id"]
        self.run_cli("quarantine", "retry", "fake:box.fake", "mirror.db", key, check=1)
        self.assertEqual([i["subject"][:4] for i in self.list("--format", "jsonl").json_lines()], ["=cmd"])
        self.assert_exit(self.run_cli("quarantine", "retry", "fake:box.fake", "mirror.db", "zzzz"), 66)

    def test_healing_with_a_new_version_comes_by_itself(self):
        self.run_cli("fake", "heal", "box.fake", "m2", "evil", "--new-version", check=0)
        self.sync(check=0)
        self.assertEqual(self.list(check=0).out, "nothing in quarantine\n")

    def test_subjects_are_never_logged(self):
        (self.dir / "mirror.db").unlink()
        result = self.run_cli("sync", "fake:box.fake", "mirror.db", "--log-level", "trace")
        self.assertNotIn("cmd", result.err)


class StatusVerifyTest(CliTest):
    def test_status_follows_the_life_of_a_mirror(self):
        self.box(8, bad=(2,))
        self.sync("--max-calls", "1", check=4)
        self.assert_exit(self.run_cli("status", "mirror.db"), 4, "incomplete")
        self.sync(check=2)
        result = self.run_cli("status", "mirror.db", "--format", "json", check=1)
        status = result.json()
        self.assertEqual(status["schema"], "mapisync.status/1")
        self.assertEqual(status["total"]["quarantined"], 1)
        self.assertEqual(status["total"]["in_mirror"], 7)
        self.assertEqual(status["runs"][0]["grade"], "new_trouble")
        self.run_cli("fake", "heal", "box.fake", "m2", "--new-version", check=0)
        self.sync(check=0)
        self.assertIn("Inbox", self.run_cli("status", "mirror.db", check=0).out)

    def test_verify_compares_three_sides(self):
        self.box(6)
        self.sync(check=0)
        self.assertIn("ledger against mirror", self.run_cli("verify", "fake:box.fake", "mirror.db", "--content", check=0).out)
        self.script("fill Inbox 1 n")
        self.assert_exit(self.run_cli("verify", "fake:box.fake", "mirror.db"), 4, "incomplete")

    def test_verify_expects_no_read_marks_of_associated_messages(self):
        self.script("add-folder Inbox\nadd Inbox m\nadd Inbox a associated")
        self.sync(check=0)
        self.script("mark read a")
        self.sync(check=0)
        self.run_cli("verify", "fake:box.fake", "mirror.db", check=0)
        self.script("mark read m")
        self.run_cli("verify", "fake:box.fake", "mirror.db", check=4)

    def test_verify_does_not_call_a_known_finding_in_step(self):
        self.box(6)
        self.sync(check=0)
        self.script("break m2 hide-as-deleted")
        self.sync(check=2)
        self.sync(check=1)
        self.assert_exit(self.run_cli("verify", "fake:box.fake", "mirror.db"), 1, "in_step_but_known")

    def test_verify_finds_a_mirror_that_lost_something(self):
        import sqlite3
        self.box(6)
        self.sync(check=0)
        with sqlite3.connect(self.dir / "mirror.db") as db:
            db.execute("UPDATE messages SET deleted_at = 1 WHERE id = (SELECT min(id) FROM messages)")
        report = self.run_cli("verify", "fake:box.fake", "mirror.db", "--format", "json")
        self.assert_exit(report, 2, "new_trouble")
        self.assertEqual(report.json()["mirror"]["total"]["missing"], 1)


class ImportExportTest(CliTest):
    def test_import_sync_export_brings_the_same_bytes_back(self):
        self.write("two.mbox", MAIL)
        result = self.run_cli("fake", "import", "box.fake", "two.mbox", check=0)
        self.assertIn("2 messages imported", result.last)
        self.assertIn("nothing new", self.run_cli("fake", "import", "box.fake", "two.mbox", check=0).last)
        self.sync(check=0)
        self.run_cli("export", "mirror.db", "--to", "out", check=0)
        mails = [email.message_from_bytes(p.read_bytes()) for p in sorted((self.dir / "out").rglob("*.eml"))]
        self.assertEqual(sorted(m["Message-ID"] for m in mails), ["<1@example.org>", "<2@example.org>"])
        self.assertEqual(next(m for m in mails if "1@" in m["Message-ID"]).get_payload().strip(), "Hello Bob.")

    def test_export_goes_on_and_touches_nothing_that_is_there(self):
        self.write("two.mbox", MAIL)
        self.run_cli("fake", "import", "box.fake", "two.mbox", check=0)
        self.sync(check=0)
        self.run_cli("export", "mirror.db", "--to", "out", check=0)
        files = sorted((self.dir / "out").rglob("*.eml"))
        files[0].write_bytes(b"mine")
        files[1].unlink()
        report = self.run_cli("export", "mirror.db", "--to", "out", "--format", "json", check=0).json()
        self.assertEqual((report["total"]["written"], report["total"]["already_there"]), (1, 1))
        self.assertEqual(files[0].read_bytes(), b"mine")
        self.assertEqual(os.stat(files[1]).st_mode & 0o777, 0o600)
        self.assertEqual([p.name for p in (self.dir / "out").rglob("*part*")], [])

    def test_export_never_leaves_its_directory(self):
        self.script('add-folder Inbox\nfolder add ".."\nfolder add "a"\nrename-folder a "../../evil\\x1b"\nadd-folder CON\n'
                    'add Inbox m1 subject "../../../etc/passwd"\nadd ".." m2 subject ".."\nadd CON m3 subject "-rf *"')
        self.sync(check=0)
        before = {p for p in self.dir.iterdir()}
        self.run_cli("export", "mirror.db", "--to", "out", check=0)
        self.assertEqual({p for p in self.dir.iterdir()} - before, {self.dir / "out"})
        names = [p.name for p in (self.dir / "out").rglob("*.eml")]
        self.assertEqual(len(names), 3)
        for name in names:
            self.assertFalse(name.startswith(("-", ".")), name)
        # A symbolic link in the way is not followed.
        (self.dir / "trap").mkdir()
        (self.dir / "out2").mkdir()
        (self.dir / "out2" / "Inbox").symlink_to(self.dir / "trap")
        self.assert_exit(self.run_cli("export", "mirror.db", "--to", "out2", "--folder", "Inbox"), 73, "cantcreat")
        self.assertEqual(list((self.dir / "trap").iterdir()), [])

    def test_show_lists_folders_and_messages(self):
        self.box(3, bad=(2,))
        self.assertIn("Inbox", self.run_cli("fake", "show", "box.fake", check=0).out)
        messages = self.run_cli("fake", "show", "box.fake", "Inbox", "--format", "jsonl", check=0).json_lines()
        self.assertEqual([m["name"] for m in messages], ["m1", "m2", "m3"])
        self.assertEqual(messages[1]["damage"], "abort corrupt_data")


if __name__ == "__main__":
    cli_harness.main()
