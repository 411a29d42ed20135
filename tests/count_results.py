"""Counts test cases over JUnit reports and prints `N passed, N failed, N skipped`.

    count_results.py REPORT.xml...
    count_results.py --failed LOG.json     the programs of Meson's log that failed, for `meson test`

Exit status 0 only when something ran and nothing failed. A report that is missing or unreadable
counts as one failure: a build whose tests did not run must not look like one that passed.

Beside x.xml may lie
  x.json        Meson's own log. A program whose tests all passed and which failed all the same (what
                a sanitizer or valgrind finds at its end, a crash after the last test) stands only
                there; so does one that was stopped, which counts as skipped
  x-again.xml   and x-again.json, of the programs that failed and were run again, alone. They stand
                in the place of what x says of these programs, and that is told
"""
import json
import os
import sys
import xml.etree.ElementTree as ElementTree

GOOD = ("OK", "SKIP", "EXPECTEDFAIL")
STOPPED = "INTERRUPT"


def read_programs(path):
    """Name, result and status of each program of Meson's log; nothing where there is no log."""
    if not os.path.exists(path):
        return []
    try:
        with open(path, encoding="utf-8", errors="replace") as lines:
            programs = [json.loads(line) for line in lines]
        return [(p["name"], p["result"], p["returncode"]) for p in programs]
    except (OSError, ValueError, KeyError) as error:
        return [(path, "ERROR", error)]


def failed_names(path):
    """As `meson test` takes them: its log has the suites before the name."""
    return [name.split(" / ")[-1] for name, result, _ in read_programs(path)
            if result not in GOOD and result != STOPPED]


def is_of(program, suite, case):
    """Meson calls a suite corsac.PROGRAM or corsac.PROGRAM.SUITE, or a case PROGRAM."""
    return case == program or f"{suite}.".startswith(f"corsac.{program}.")


def count(path, without=()):
    """Of one report, leaving out the programs of `without`."""
    passed, failed, skipped = 0, [], 0
    places = []  # suite and name of each case that failed
    stem = os.path.splitext(path)[0]
    programs = [p for p in read_programs(stem + ".json") if p[0] not in without]
    stopped = [name for name, result, _ in programs if result == STOPPED]
    try:
        suites = list(ElementTree.parse(path).getroot().iter("testsuite"))
    except (OSError, ElementTree.ParseError) as error:
        return 0, [f"{path}: {error}"], 0
    for suite in suites:
        for case in suite.iter("testcase"):
            place = (suite.get("name"), case.get("name"))
            if any(is_of(program, *place) for program in (*without, *stopped)):
                continue
            if case.find("skipped") is not None:
                skipped += 1
            elif case.find("failure") is not None or case.find("error") is not None:
                failed.append(f"{case.get('classname')}.{case.get('name')}")
                places.append(place)
            else:
                passed += 1
    for program, result, status in programs:
        if result not in GOOD and result != STOPPED and not any(is_of(program, *p) for p in places):
            failed.append(f"{program}: {result}, status {status}, though none of its tests failed")
    if not passed and not failed and not skipped and not stopped and not without:
        failed.append(f"{path}: no test ran")
    return passed, failed, skipped + len(stopped)


def count_with_again(path):
    """What count() gives, and the programs that failed beside others and passed alone."""
    stem, end = os.path.splitext(path)
    again = read_programs(stem + "-again.json")
    ended = [name for name, result, _ in again if result != STOPPED]
    if not ended:
        return *count(path), []
    stopped = [name for name, result, _ in again if result == STOPPED]
    parts = count(path, ended), count(stem + "-again" + end, stopped)
    alone = [name for name, result, _ in again if result == "OK"]
    return *(first + second for first, second in zip(*parts)), alone


def main(paths):
    if paths[0] == "--failed":
        for name in failed_names(paths[1]):
            print(name)
        return 0
    total_passed, total_skipped, all_failed, all_alone = 0, 0, [], []
    for path in paths:
        passed, failed, skipped, alone = count_with_again(path)
        total_passed += passed
        total_skipped += skipped
        all_failed += failed
        all_alone += alone
    for name in all_alone:
        print(f"failed beside others, passed alone: {name}")
    for name in all_failed:
        print(f"failed: {name}")
    print(f"{total_passed} passed, {len(all_failed)} failed, {total_skipped} skipped")
    return 0 if total_passed and not all_failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
