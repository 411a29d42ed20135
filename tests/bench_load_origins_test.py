"""bench/load_origins, for its form: rows with numbers, and errors before anything is measured.

  python3 bench_load_origins_test.py BENCH LOADER CORSAC_PROGRAM PLUGINS
"""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "support"))
from tap import Cases, contains, equal  # noqa: E402

BENCH, LOADER, PROGRAM, PLUGINS = map(os.path.abspath, sys.argv[1:5])


def bench(*arguments):
    return subprocess.run([sys.executable, BENCH, *arguments], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=100,
                          check=False)


def rows_of_both_lists():
    run = bench(LOADER, "--check", PROGRAM, "--plugins", PLUGINS, "--origins", "2000", "--rounds",
                "2", "--json")
    equal(run.returncode, 0, run.stderr)
    rows = json.loads(run.stdout)
    equal([(row["row"], row["origins"]) for row in rows],
          [("file, load", 2000), ("array, load", 2000), ("file, check", 2000), ("array, check", 2000)])
    for row in rows:
        equal("memory_bytes" in row, row["row"].endswith("load"))
        for value in [row[key] for key in row if key.endswith(("seconds", "bytes"))]:
            equal(sorted(value), ["least", "median", "most"])
            assert value["least"] <= value["median"] <= value["most"], row


def lines_for_people():
    run = bench(LOADER, "--plugins", PLUGINS, "--origins", "1500", "--rounds", "1")
    equal(run.returncode, 0, run.stderr)
    lines = run.stdout.splitlines()
    equal([line.split()[:4] for line in lines],
          [["1,500", "origins,", "file,", "load"], ["1,500", "origins,", "array,", "load"]])
    contains(lines[0], "of processor")
    contains(lines[0], "times the table")


def wrong_options():
    for arguments, text in ([(), "LOADER"], [(LOADER, "--origins", "10"), "--origins: 10"],
                            [(LOADER, "--rounds", "0"), "--rounds: 0"],
                            [(LOADER, "--rounds", "x"), "--rounds"],
                            [(LOADER, "--round-robin"), "--round-robin"],
                            [("/nowhere",), "LOADER: '/nowhere'"], [("/tmp",), "LOADER: '/tmp'"],
                            [(LOADER, "--check", ""), "--check: ''"],
                            [(LOADER, "--plugins", "/nowhere"), "--plugins: '/nowhere'"],
                            [(LOADER, "--plugins", "/proc/self/fdinfo"), "--plugins:"]):
        run = bench(*arguments)
        equal((run.returncode, run.stdout), (2, ""), run.stderr)
        contains(run.stderr.lower(), text.lower())


def a_load_that_fails():
    for loader, told in (("/bin/false", "false one.toml: status 1"), ("/bin/true", "its memory"),
                         ("/bin/cat", "its memory")):
        run = bench(loader, "--origins", "1000", "--rounds", "1")
        equal((run.returncode, run.stdout), (1, ""), run.stderr)
        contains(run.stderr, told)
        assert "Traceback" not in run.stderr, run.stderr


def main():
    cases = Cases()
    cases.add("rows of both lists", rows_of_both_lists)
    cases.add("lines for people", lines_for_people)
    cases.add("wrong options", wrong_options)
    cases.add("a load that fails", a_load_that_fails)
    cases.run()


if __name__ == "__main__":
    main()
