"""mapisync-emulator as a stranger would use it: arguments, users, signals, TLS."""

import base64
import http.client
import os
import re
import signal
import ssl
import subprocess
import unittest

from cli_harness import CliTest, environment

EMULATOR = os.environ["MAPISYNC_EMULATOR"]
URL = re.compile(r"^url (https?)://127\.0\.0\.1:(\d+)(/mapi/emsmdb/\?MailboxId=ann)$", re.M)


class Emulator(CliTest):
    def setUp(self):
        super().setUp()
        self.run_cli("fake", "script", "box.fake", "-", stdin=b"add-folder Inbox role inbox\nadd Inbox m1\n", check=0)
        (self.dir / "users").write_text("ann:secret\n")

    def refused(self, code, *args, env=None):
        done = subprocess.run([EMULATOR, *args], cwd=self.dir, capture_output=True, text=True, timeout=60,
                              env={**environment(), **(env or {})})
        self.assertEqual(done.returncode, code, done)
        self.assertEqual(done.stdout, "")
        self.assertTrue(done.stderr.startswith("mapisync-emulator: "), done.stderr)
        return done.stderr

    def serve(self, *args, env=None):
        running = subprocess.Popen([EMULATOR, "box.fake", *args], cwd=self.dir, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env={**environment(), **(env or {})})

        def stop():
            if running.poll() is None:
                running.kill()
                running.wait()
            running.stdout.close()
            running.stderr.close()

        self.addCleanup(stop)
        told = "".join(running.stdout.readline() for _ in range(3))
        match = URL.search(told)
        self.assertIsNotNone(match, told)
        self.assertIn("user-dn /o=mapisync/ou=Emulator/cn=Recipients/cn=ann\n", told)
        return running, match

    def ask(self, connection, password="secret"):
        proof = base64.b64encode(f"ann:{password}".encode()).decode()
        connection.request("POST", "/autodiscover/autodiscover.xml", "", {"Authorization": "Basic " + proof})
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        return answer.status, body

    def end(self, running, how=signal.SIGTERM):
        running.send_signal(how)
        self.assertEqual(running.wait(timeout=60), 0)

    def test_it_serves_who_has_a_password_until_it_is_told_to_end(self):
        running, url = self.serve("--users", "users")
        port = int(url[2])
        self.assertEqual(self.ask(http.client.HTTPConnection("127.0.0.1", port), "guess")[0], 401)
        status, body = self.ask(http.client.HTTPConnection("127.0.0.1", port))
        self.assertEqual(status, 200)
        self.assertIn(f"http://127.0.0.1:{port}/mapi/emsmdb/?MailboxId=ann", body)
        self.refused(69, "box.fake", "--users", "users", "--listen", f"127.0.0.1:{port}")
        running.send_signal(signal.SIGHUP)  # restarts what is played, not the program
        self.assertEqual(self.ask(http.client.HTTPConnection("127.0.0.1", port))[0], 200)
        self.end(running, signal.SIGINT)

    def test_users_may_come_from_the_environment(self):
        running, url = self.serve(env={"MAPISYNC_EMULATOR_USERS": "ann:other"})
        self.assertEqual(self.ask(http.client.HTTPConnection("127.0.0.1", int(url[2])), "other")[0], 200)
        self.end(running)

    def test_tls_with_a_certificate_that_clients_can_check(self):
        running, url = self.serve("--users", "users", "--tls", "--ca-out", "ca.pem", "--mode", "gromox")
        self.assertEqual(url[1], "https")
        trusting = ssl.create_default_context(cafile=str(self.dir / "ca.pem"))
        connection = http.client.HTTPSConnection("127.0.0.1", int(url[2]), context=trusting)
        self.assertEqual(self.ask(connection)[0], 200)
        with self.assertRaises(ssl.SSLError):
            self.ask(http.client.HTTPSConnection("127.0.0.1", int(url[2])))
        self.end(running)

    def test_what_is_wrong_is_said(self):
        self.assertIn("nobody may come in", self.refused(64, "box.fake"))
        self.assertIn("--help", self.refused(64))
        self.refused(64, "box.fake", "--users", "users", "--mode", "other")
        self.refused(64, "box.fake", "--users", "users", "--listen", "here")
        self.refused(64, "box.fake", "--users", "users", "--ca-out", "ca.pem")
        self.refused(66, "no.fake", "--users", "users")
        self.refused(66, "box.fake", "--users", "nobody")
        (self.dir / "plan").write_text("server order table\nserver order sideways\n")
        self.assertIn("line 2", self.refused(65, "box.fake", "--users", "users", "--fault-plan", "plan"))
        self.assertIn("line 1", self.refused(65, "box.fake", "--users", "users", "--script", "plan"))

    def test_help_teaches(self):
        done = subprocess.run([EMULATOR, "--help"], capture_output=True, text=True, timeout=60, check=True)
        for word in ("--listen", "--mode", "--users", "--tls", "--fault-plan", "--script", "EXAMPLES", "SIGHUP"):
            self.assertIn(word, done.stdout)
        version = subprocess.run([EMULATOR, "--version"], capture_output=True, text=True, timeout=60, check=True)
        self.assertRegex(version.stdout, r"^mapisync-emulator \d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    unittest.main()
