"""Counts test cases over JUnit reports and prints `N passed, N failed, N skipped`.

Exit status 0 only when something ran and nothing failed. A report that is missing or unreadable
counts as one failure: a build whose tests did not run must not look like one that passed.

Beside x.xml may lie Meson's own x.json. A program whose tests all passed and which failed all the
same (what a sanitizer or valgrind finds at its end, a crash after the last test) stands only there.
"""
import json
import os
import sys
import xml.etree.ElementTree as ElementTree

GOOD = ("OK", "SKIP", "EXPECTEDFAIL")


def failed_programs(path):
    """Name and outcome of each program of Meson's log that did not end well."""
    if not os.path.exists(path):
        return []
    try:
        with open(path, encoding="utf-8", errors="replace") as lines:
            programs = [json.loads(line) for line in lines]
        return [(p["name"], f"{p['result']}, status {p['returncode']}") for p in programs
                if p["result"] not in GOOD]
    except (OSError, ValueError, KeyError) as error:
        return [(path, str(error))]


def is_of(program, suite, case):
    """Meson calls a suite corsac.PROGRAM or corsac.PROGRAM.SUITE, or a case PROGRAM."""
    return case == program or f"{suite}.".startswith(f"corsac.{program}.")


def count(path):
    passed, failed, skipped = 0, [], 0
    places = []  # suite and name of each case that failed
    try:
        suites = list(ElementTree.parse(path).getroot().iter("testsuite"))
    except (OSError, ElementTree.ParseError) as error:
        return 0, [f"{path}: {error}"], 0
    for suite in suites:
        for case in suite.iter("testcase"):
            if case.find("skipped") is not None:
                skipped += 1
            elif case.find("failure") is not None or case.find("error") is not None:
                failed.append(f"{case.get('classname')}.{case.get('name')}")
                places.append((suite.get("name"), case.get("name")))
            else:
                passed += 1
    for program, outcome in failed_programs(os.path.splitext(path)[0] + ".json"):
        if not any(is_of(program, *place) for place in places):
            failed.append(f"{program}: {outcome}, though none of its tests failed")
    if not passed and not failed and not skipped:
        failed.append(f"{path}: no test ran")
    return passed, failed, skipped


def main(paths):
    total_passed, total_skipped, all_failed = 0, 0, []
    for path in paths:
        passed, failed, skipped = count(path)
        total_passed += passed
        total_skipped += skipped
        all_failed += failed
    for name in all_failed:
        print(f"failed: {name}")
    print(f"{total_passed} passed, {len(all_failed)} failed, {total_skipped} skipped")
    return 0 if total_passed and not all_failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
