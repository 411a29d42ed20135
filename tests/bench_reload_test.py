"""Tests of bench/reload for its form, not for its times: a row of each kind, what it ends with, and
wrong options. Prints TAP.

  bench_reload_test.py CORSAC_PROGRAM PLUGIN_FOLDER
"""
import json
import os
import subprocess
import sys
import tempfile
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

from tap import Cases, contains, equal
from waiting import until

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RUN = os.path.join(ROOT, "bench", "reload")
PROGRAM, PLUGINS = map(os.path.abspath, sys.argv[1:3])
FEW = ["--plugins", PLUGINS, "--origins", "500", "--reloads", "1", "--store", "toml"]
sys.dont_write_bytecode = True


def run(*arguments):
    return subprocess.run([sys.executable, RUN, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False,
                          stdin=subprocess.DEVNULL)


def bench():
    loader = SourceFileLoader("bench_reload", RUN)
    module = module_from_spec(spec_from_loader("bench_reload", loader))
    loader.exec_module(module)
    return module


def measures_a_row():
    done = run(PROGRAM, *FEW, "--json")
    equal(done.stderr, "")
    row = json.loads(done.stdout)
    equal((row["store"], row["origins"], row["wrong"], row["wrong_answers"]), ("toml", 500, 0, []))
    for name in ("", "loading_"):
        assert 0 < row[name + "p50_us"] <= row[name + "p99_us"] <= row[name + "p999_us"], row
    assert row["loading_p999_us"] <= row["loading_most_us"], row
    assert row["verdict"] in ("within", "over", "cannot tell"), row
    equal(done.returncode, 1 if row["faults"] else 3 if row["verdict"] == "cannot tell" else 0)


def prints_a_row():
    done = run(PROGRAM, *FEW)
    lines = done.stdout.splitlines()
    contains(lines[1], "within twice")
    assert lines[2].startswith("toml "), done.stdout
    assert all(line.startswith("  over: ") for line in lines[3:]), done.stdout


# description, requests while loading, 99th of the other second to that of the first, ratio, verdict,
# faults
VERDICTS = [
    ("within", 1000, 1.0, 1.9, "within", 0),
    ("exactly twice", 1000, 1.0, 2.0, "within", 0),
    ("over", 1000, 1.1, 2.1, "over", 1),
    ("too noisy to tell", 1000, 1.6, 1.1, "cannot tell", 0),
    ("too noisy, the other way", 1000, 0.6, 9.0, "cannot tell", 0),
    ("too few", 999, 1.0, 9.0, "cannot tell", 0),
]


def judges(module, requests, noise, ratio, verdict, faults):
    row = {"store": "remote", "wrong": 0, "noise": noise, "ratio": ratio, "load_seconds": 9.0,
           "loading_requests": requests}
    equal(module.verdict(row), verdict)
    equal(len(module.faults_of(row)), faults)


def refuses_wrong_options():
    for arguments, told in (
            ([], "the following arguments are required: PROGRAM"),
            (["/nosuch"], "PROGRAM: '/nosuch': no program"),
            ([""], "PROGRAM: '': no program"),
            ([ROOT], "no program; name the built corsac"),
            ([PROGRAM, "--plugins", ""], "--plugins: '': no plugins there"),
            ([PROGRAM, "--plugins", "/proc/self/fdinfo"], "no plugins there"),
            ([PROGRAM, "--origins", "0"], "--origins: 0: write 1 to 9999999"),
            ([PROGRAM, "--reloads", "0"], "--reloads: 0: write 1 or more"),
            ([PROGRAM, "--store", "mysql"], "invalid choice: 'mysql'")):
        done = run(*arguments)
        equal((done.returncode, done.stdout), (2, ""), arguments)
        contains(done.stderr, told)


def says_when_it_does_not_serve():
    for program in ("/bin/true", "/bin/false"):
        done = run(program, *FEW)
        equal(done.returncode, 2, done.stderr)
        contains(done.stderr, f"bench/reload: toml: {program} does not serve")
        assert "Traceback" not in done.stderr, done.stderr


def leaves_nothing_when_it_is_stopped():
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen([sys.executable, RUN, PROGRAM, *FEW[:-3], "1000", "--store", "remote"],
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, "TMPDIR": folder})
        until(lambda: len(os.listdir(folder)) > 1, "no folders of the peer and the server")
        process.terminate()
        process.communicate()
        equal(process.returncode, 143)
        equal(os.listdir(folder), [])


def main():
    cases = Cases()
    for case in (measures_a_row, prints_a_row, refuses_wrong_options, says_when_it_does_not_serve,
                 leaves_nothing_when_it_is_stopped):
        cases.add(case.__name__.replace("_", " "), case)
    module = bench()
    for description, *row in VERDICTS:
        cases.add("verdict: " + description, judges, module, *row)
    cases.run()


if __name__ == "__main__":
    main()
