"""What finding bad messages would cost, told before it is done."""

import cli_harness
from cli_harness import CliTest


class ForecastTest(CliTest):
    def test_a_forecast_tells_calls_time_and_data_and_touches_nothing(self):
        self.box(300)
        before = {path.name: path.read_bytes() for path in self.dir.iterdir()}
        result = self.run_cli("forecast", "fake:box.fake", "mirror.db", check=0)
        for word in ("Inbox", "if bad", "sent again", "auto: ", "a call takes 50 ms (assumed), 10.0 MB come in a second (assumed)"):
            self.assertIn(word, result.out)
        self.assertIn("300 messages to ask for", result.last)
        self.assertEqual(before, {path.name: path.read_bytes() for path in self.dir.iterdir()})

    def test_the_same_as_json(self):
        self.box(300)
        report = self.run_cli("forecast", "fake:box.fake", "mirror.db", "--format", "json", "--latency", "1ms", "--rate",
                              "1k", check=0).json()
        self.assertEqual((report["schema"], report["exit_code"], report["can_isolate"]), ("mapisync.forecast/1", 0, True))
        self.assertEqual((report["seconds_per_call_from"], report["bytes_per_second"]), ("given", 1000))
        inbox = [folder for folder in report["folders"] if folder["messages"]]
        self.assertEqual([folder["path"] for folder in inbox], ["Inbox"])
        self.assertEqual((inbox[0]["planner"], inbox[0]["list_rule"]), ("auto", "by_time"))
        self.assertEqual([line["bad"] for line in inbox[0]["expected"]], [1, 10, 100])
        for line in inbox[0]["expected"]:
            self.assertGreaterEqual(line["calls"], 2 * line["proof_calls"])
            self.assertAlmostEqual(line["seconds"], line["calls"] * 0.001 + line["bytes"] / 1000, delta=0.02)

    def test_a_mirror_that_is_in_step_has_nothing_to_ask_for(self):
        self.box(20)
        self.sync(check=0)
        result = self.run_cli("forecast", "fake:box.fake", "mirror.db", check=0)
        self.assertIn("with nothing to ask for", result.out)
        self.assertIn("nothing to ask for", result.last)
        self.script("fill Inbox 5 n")
        self.assertIn("5 messages to ask for", self.run_cli("forecast", "fake:box.fake", "mirror.db", check=0).last)

    def test_methods_that_look_at_no_prices_and_servers_that_offer_nothing(self):
        self.box(50)
        text = self.run_cli("forecast", "fake:box.fake", "mirror.db", "--isolation", "tenths", check=0).out
        self.assertIn("tenths: as chosen", text)
        self.write("plan.txt", b"server selective-sync no\nannounce selective-sync no\n")
        result = self.run_cli("forecast", "fake:box.fake", "mirror.db", "--fault-plan", "plan.txt", check=0)
        self.assertIn("offers no export of chosen messages", result.out)
        self.assertNotIn("if bad", result.out)

    def test_mistakes(self):
        self.box(3)
        self.assert_exit(self.run_cli("forecast", "fake:box.fake", "mirror.db", "--rate", "0"), 64, "usage")
        self.assert_exit(self.run_cli("forecast", "fake:none.fake", "mirror.db"), 66, "noinput")
        self.assert_exit(self.run_cli("forecast", "fake:box.fake", "mirror.db", "--folder", "Nowhere"), 66, "noinput")
        self.assert_exit(self.run_cli("forecast", "fake:box.fake", "box.fake"), 65, "dataerr")
        self.write("plan.txt", b"fail open-folder 1 no_access times 99\n")
        self.assert_exit(self.run_cli("forecast", "fake:box.fake", "mirror.db", "--fault-plan", "plan.txt"), 4, "incomplete")

    def test_another_mailbox_is_not_compared(self):
        self.box(3)
        self.sync(check=0)
        self.script("move-mailbox")
        self.assert_exit(self.run_cli("forecast", "fake:box.fake", "mirror.db"), 3, "decision_needed")


if __name__ == "__main__":
    cli_harness.main()
