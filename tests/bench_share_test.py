"""Tests of bench/server_share for its form, not for its times: every row is measured on the servers
that are there, wrong answers and failing servers are told, the verdict says what the rounds carry.
Prints TAP.

  bench_share_test.py BUILD_FOLDER
"""
import json
import os
import re
import subprocess
import sys
import tempfile

from tap import Cases, contains, equal

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RUN = os.path.join(ROOT, "bench", "server_share")
BUILD = os.path.abspath(sys.argv[1])
sys.path.insert(0, os.path.join(ROOT, "bench", "peers"))

import shares  # noqa: E402
import whole_server  # noqa: E402

SHAPES = ["no Origin", "allowed", "refused", "preflight"]
PAGE = "before\n<!-- bench/server_share: begin -->\nold\n<!-- bench/server_share: end -->\nafter\n"


def run(*arguments):
    return subprocess.run([sys.executable, RUN, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False,
                          stdin=subprocess.DEVNULL)


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class QuickRun:
    """One run that the cases look at."""

    def __init__(self, folder):
        self.folder = folder
        write(folder + "/bench/README.md", PAGE)
        self.done = run("--rounds", "2", "--seconds", "0.01", "--connections", "4", "--build", BUILD,
                        "--json", folder + "/report.json", "--write", "--pages", folder)

    def report(self):
        return json.loads(read(self.folder + "/report.json"))

    def measures_every_row(self):
        report = self.report()
        equal(report["wrong"], [])
        versions = [version for _, version in whole_server.versions(BUILD)]
        assert versions, "no server is built"
        equal([(row["version"], row["shape"]) for row in report["rows"]],
              [(version, shape) for version in versions for shape in SHAPES])
        for row in report["rows"]:
            equal([set(one) for one in row["rounds"]], [set(shares.SUBJECTS)] * 2)
            assert all(one[name] > 0 for one in row["rounds"] for name in one), row

    def ends_as_it_says(self):
        equal(self.done.stderr, "")
        verdicts = [row["verdict"] for row in self.report()["rows"]]
        equal(self.done.returncode, 1 if "over" in verdicts else 3 if set(verdicts) != {"within"} else 0)

    def prints_a_line_for_each_row(self):
        for row in self.report()["rows"]:
            pattern = rf"^{re.escape(row['version'])} +{row['shape']} .*{re.escape(row['verdict'])}$"
            assert re.search(pattern, self.done.stdout, re.M), self.done.stdout
        contains(self.done.stdout, "2 rounds of 0.01 s, 4 connections")

    def writes_its_table_between_the_marks(self):
        page = read(self.folder + "/bench/README.md")
        assert page.startswith("before\n<!-- bench/server_share: begin -->\n| cpp-httplib |"), page
        assert page.endswith("\n<!-- bench/server_share: end -->\nafter\n"), page
        equal(len(re.findall(r"^\| [0-9]", page, re.M)), len(self.report()["rows"]))

    def shows_a_kept_run_again(self):
        again = run("--from-json", self.folder + "/report.json")
        equal((again.returncode, again.stdout), (self.done.returncode, self.done.stdout))


def row(corsac, again=1.0, rounds=40, jitter=0.0):
    """Rounds in which Corsac takes so many times the bare server's, give or take."""
    return [{"bare": 100.0, "again": 100.0 * again, "hand": 100.0,
             "corsac": 100.0 * (corsac + (jitter if i % 2 else -jitter))} for i in range(rounds)]


# description, rounds, verdict
VERDICTS = [
    ("within", row(1.02), "within"),
    ("cheaper than nothing", row(0.9), "within"),
    ("over", row(1.05), "over"),
    ("two bare servers differ", row(1.02, again=1.02), "cannot tell: two bare servers differ by 2.0%"),
    ("they differ, and it is far over", row(1.5, again=0.99),
     "cannot tell: two bare servers differ by 1.0%"),
    ("they differ by less", row(1.02, again=1.009), "within"),
    ("too wide a spread", row(1.03, jitter=0.02), "cannot tell: between +1.0 % and +5.0 %"),
    ("one round", row(1.02, rounds=1), "within"),
]


def says_what_the_rounds_carry(rounds, expected):
    contains(shares.verdict(shares.ratios(rounds)), expected)


# What a server sends in place of its answer, and what is told then.
FAKE = """#!{python}
import socket, sys, threading
listener = socket.create_server(("127.0.0.1", 0), backlog=64)
hook = sys.argv[1]
ANSWER = {answer!r}
print(listener.getsockname()[1], flush=True)
def serve(connection):
    while connection.recv(65536):
        connection.sendall(ANSWER.encode())
def accept():
    while True:
        threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
threading.Thread(target=accept, daemon=True).start()
sys.stdin.read()
"""
EMPTY = "Content-Length: 0\r\n\r\n"
FAKES = [
    ("another status", "HTTP/1.1 500 Internal Server Error\r\n" + EMPTY, "answered 500, not 200"),
    ("a grant without a hook",
     f"HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: {whole_server.ORIGIN}\r\n" + EMPTY,
     f"grants {whole_server.ORIGIN}"),
    ("none where a hook must grant", "HTTP/1.1 200 OK\r\n" + EMPTY, "grants None"),
]


def tells_a_wrong_answer(answer, told):
    with tempfile.TemporaryDirectory() as folder:
        program = folder + "/bench/whole_server"
        write(program, FAKE.format(python=sys.executable, answer=answer))
        os.chmod(program, 0o755)
        os.symlink(os.path.join(BUILD, "bench", "load"), folder + "/bench/load")
        done = run("--rounds", "1", "--seconds", "0.01", "--connections", "2", "--build", folder)
        equal(done.returncode, 1, done.stderr)
        contains(done.stdout, told)


def tells_a_server_that_does_not_start():
    with tempfile.TemporaryDirectory() as folder:
        for name in ("whole_server", "load"):
            write(f"{folder}/bench/{name}", "#!/bin/sh\nexit 7\n")
            os.chmod(f"{folder}/bench/{name}", 0o755)
        done = run("--rounds", "1", "--build", folder)
        equal((done.returncode, done.stderr), (1, ""))
        contains(done.stdout, "start: bare: ended with status 7")


def refuses_wrong_options():
    here = os.path.abspath(__file__)
    for arguments, told in (
            (["--rounds", "0"], "--rounds: 0: write 1 or more"),
            (["--rounds", "some"], "argument --rounds: invalid int value: 'some'"),
            (["--seconds", "0"], "--seconds: 0.0: write more than 0"),
            (["--seconds", "nan"], "--seconds: nan: write more than 0"),
            (["--connections", "65"], "--connections: 65: write 1 to 64"),
            (["--nothing"], "unrecognized arguments: --nothing"),
            (["--build", ""], "--build: '': bench/load and bench/whole_server are not built there"),
            (["--build", "/nosuch"], "are not built there"),
            (["--json", ""], "--json: '': cannot be written"),
            (["--json", "/nosuch/report.json"], "--json: '/nosuch/report.json': cannot be written"),
            (["--write", "--pages", "/nosuch"], "--pages: '/nosuch/bench/README.md': No such file"),
            (["--from-json", "/nosuch"], "--from-json: '/nosuch': No such file or directory"),
            (["--from-json", ""], "--from-json: '': No such file or directory"),
            (["--from-json", here], "name a file that --json wrote")):
        done = run(*arguments)
        equal((done.returncode, done.stdout), (2, ""), arguments)
        contains(done.stderr, told)


def has_help():
    done = run("--help")
    equal((done.returncode, done.stderr), (0, ""))
    for option in ("--rounds", "--seconds", "--connections", "--json", "--from-json", "--write", "--build"):
        contains(done.stdout, option)
    contains(done.stdout, "Exit status: 0 when")


def main():
    cases = Cases()
    with tempfile.TemporaryDirectory() as folder:
        quick = QuickRun(folder)
        for case in (quick.measures_every_row, quick.ends_as_it_says, quick.prints_a_line_for_each_row,
                     quick.writes_its_table_between_the_marks, quick.shows_a_kept_run_again,
                     tells_a_server_that_does_not_start, refuses_wrong_options, has_help):
            cases.add(case.__name__.replace("_", " "), case)
        for description, rounds, expected in VERDICTS:
            cases.add("verdict: " + description, says_what_the_rounds_carry, rounds, expected)
        for description, answer, told in FAKES:
            cases.add("tells a wrong answer: " + description, tells_a_wrong_answer, answer, told)
        cases.run()


if __name__ == "__main__":
    main()
