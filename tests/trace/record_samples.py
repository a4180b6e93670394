#!/usr/bin/env python3
"""Records the traces of traces/ anew: for when the engine decides otherwise on purpose. Usage: record_samples.py MAPISYNC"""

import pathlib
import subprocess
import sys
import tempfile

TRACES = pathlib.Path(__file__).resolve().parent / "traces"

# Name, world script, fault plan, runs; each is a trace.
SAMPLES = [
    ("bad_mail", "add-folder Inbox role inbox\nfill Inbox 40 m\nbreak m7\nbreak m21 placeholder\nbreak m30 hide",
     "", [(), ()]),
    ("limits", "add-folder Inbox\nadd-folder Sent\nfill Inbox 60 m\nfill Sent 20 s\nbreak m7\nbreak m8\nbreak s3",
     "profile prefix-server", [("--max-calls", "4"), ("--max-calls", "4"), ()]),
    ("noise", "add-folder Inbox\nfill Inbox 30 m\nbreak m9",
     "fail synchronize 3 network\nfail synchronize 9 busy wait 500", [()]),
    ("server_lost", "add-folder Inbox\nfill Inbox 25 m\nbreak m5 server-death",
     "server catch-up none\nserver revives-after 3", [(), ()]),
    ("no_fence", "add-folder Inbox\nfill Inbox 25 m\nbreak m5", "profile exchange-2007\nserver catch-up none", [(), ()]),
]


def record(mapisync, name, script, plan, runs):
    with tempfile.TemporaryDirectory() as folder:
        def run(*words, stdin=""):
            subprocess.run([mapisync, *words, "-q"], cwd=folder, input=stdin.encode(), check=False, capture_output=True)

        run("fake", "script", "box.fake", "-", stdin=script)
        (pathlib.Path(folder) / "plan.txt").write_text(plan)
        for number, limits in enumerate(runs, 1):
            trace = TRACES / f"{name}_{number}.trace"
            trace.unlink(missing_ok=True)
            run("sync", "fake:box.fake", "mirror.db", "--fault-plan", "plan.txt", "--record", str(trace), *limits)
            print(trace.name, trace.stat().st_size)


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 64
    TRACES.mkdir(exist_ok=True)
    for sample in SAMPLES:
        record(str(pathlib.Path(sys.argv[1]).resolve()), *sample)
    return 0


if __name__ == "__main__":
    sys.exit(main())
