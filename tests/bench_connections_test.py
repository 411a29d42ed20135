"""Tests of bench/connections for its form, not for its times. Prints TAP.

  bench_connections_test.py BUILD_FOLDER
"""
import json
import os
import re
import subprocess
import sys
import tempfile

from tap import Cases, contains, equal

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RUN = os.path.join(ROOT, "bench", "connections")
BUILD = os.path.abspath(sys.argv[1])
sys.path.insert(0, os.path.join(ROOT, "bench", "peers"))

import whole_server  # noqa: E402


def run(*arguments):
    return subprocess.run([sys.executable, RUN, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False,
                          stdin=subprocess.DEVNULL)


def measures_every_row():
    with tempfile.TemporaryDirectory() as folder:
        done = run("--seconds", "0.05", "--threads", "20", "--most", "60", "--build", BUILD, "--json",
                   folder + "/report.json")
        equal((done.returncode, done.stderr), (0, ""), done.stdout)
        with open(folder + "/report.json", encoding="utf-8") as file:
            report = json.load(file)
    versions = [version for _, version in whole_server.versions(BUILD)]
    expected = [(one, 20) for one in (1, 8, 20, 21, 40, 60)] + [(60, 60)]
    equal([(row["version"], row["connections"], row["threads"]) for row in report["load"]],
          [(version, *row) for version in versions for row in expected])
    equal([row["version"] for row in report["idle"]], versions)
    for row in report["load"]:
        assert row["answered"] >= row["answered_in_time"] and row["wrong"] == 0, row
        assert row["answered"] > 0 and row["used_ns"] > 0 and row["resident_kib"] > 0, row
        equal(len(re.findall(rf"^{row['version']} +{row['threads']} +{row['connections']} ",
                             done.stdout, re.M)), 1, done.stdout)
    for version in versions:
        contains(done.stdout, f"{version}: 20 connections that ask nothing take ")


def tells_a_server_that_does_not_start():
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(folder + "/bench")
        for name in ("whole_server", "load"):
            with open(f"{folder}/bench/{name}", "w", encoding="utf-8") as file:
                file.write("#!/bin/sh\nexit 7\n")
            os.chmod(f"{folder}/bench/{name}", 0o755)
        done = run("--seconds", "1", "--build", folder)
        equal((done.returncode, done.stderr), (1, ""))
        contains(done.stdout, ": 1 connections, 64 threads: ended with status 7")


def refuses_wrong_options():
    for arguments, told in (
            (["--seconds", "0"], "--seconds: 0.0: write more than 0"),
            (["--threads", "0"], "--threads: 0: write 1 to 999"),
            (["--threads", "1000"], "--threads: 1000: write 1 to 999"),
            (["--most", "1"], "--most: 1: write 2 to 10000"),
            (["--nothing"], "unrecognized arguments: --nothing"),
            (["--build", ""], "--build: '': bench/load and bench/whole_server are not built there"),
            (["--json", ROOT], "cannot be written")):
        done = run(*arguments)
        equal((done.returncode, done.stdout), (2, ""), arguments)
        contains(done.stderr, told)


def has_help():
    done = run("--help")
    equal((done.returncode, done.stderr), (0, ""))
    for option in ("--seconds", "--threads", "--most", "--json", "--build"):
        contains(done.stdout, option)


def main():
    cases = Cases()
    for case in (measures_every_row, tells_a_server_that_does_not_start, refuses_wrong_options, has_help):
        cases.add(case.__name__.replace("_", " "), case)
    cases.run()


if __name__ == "__main__":
    main()
