"""Tests of bench/reload for its form, not for its times: a row of each kind, what it ends with, and
wrong options. Prints TAP.

  bench_reload_test.py CORSAC_PROGRAM PLUGIN_FOLDER
"""
import json
import os
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

from tap import Cases, contains, equal

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


# description, 99th of the other second to that of the first, ratio, verdict, faults
VERDICTS = [
    ("within", 1.0, 1.9, "within", 0),
    ("exactly twice", 1.0, 2.0, "within", 0),
    ("over", 1.1, 2.1, "over", 1),
    ("too noisy to tell", 1.6, 1.1, "cannot tell", 0),
    ("too noisy, the other way", 0.6, 9.0, "cannot tell", 0),
]


def judges(module, noise, ratio, verdict, faults):
    row = {"store": "remote", "wrong": 0, "noise": noise, "ratio": ratio, "load_seconds": 9.0}
    equal(module.verdict(row), verdict)
    equal(len(module.faults_of(row)), faults)


def refuses_wrong_options():
    for arguments, told in (
            ([], "the following arguments are required: PROGRAM"),
            (["/nosuch"], "PROGRAM: '/nosuch': no program"),
            ([""], "PROGRAM: '': no program"),
            ([ROOT], "no program; name the built corsac"),
            ([PROGRAM, "--plugins", ""], "--plugins: '': no folder"),
            ([PROGRAM, "--origins", "0"], "--origins: 0: write 1 to 9999999"),
            ([PROGRAM, "--reloads", "0"], "--reloads: 0: write 1 or more"),
            ([PROGRAM, "--store", "mysql"], "invalid choice: 'mysql'")):
        done = run(*arguments)
        equal((done.returncode, done.stdout), (2, ""), arguments)
        contains(done.stderr, told)


def main():
    cases = Cases()
    for case in (measures_a_row, prints_a_row, refuses_wrong_options):
        cases.add(case.__name__.replace("_", " "), case)
    module = bench()
    for description, *row in VERDICTS:
        cases.add("verdict: " + description, judges, module, *row)
    cases.run()


if __name__ == "__main__":
    main()
