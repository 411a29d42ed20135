"""Tests of count_results.py and junit.py: what a run must never hide. Prints TAP."""
import json
import os
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

import count_results
import junit

PASSED, FAILED = '<testcase name="a"/>', '<testcase name="a"><failure/></testcase>'
# Description, cases of the suite "corsac.unit / base.Printable", programs of Meson's log and their
# results, then how many passed, failed and were skipped.
ROWS = [
    ("passes and skips", [PASSED, '<testcase name="b"><skipped/></testcase>'], [], (1, 0, 1)),
    ("a failure", [FAILED], [], (0, 1, 0)),
    ("an error", ['<testcase name="a"><error/></testcase>'], [], (0, 1, 0)),
    ("no test at all", [], [], (0, 1, 0)),
    ("a program that ended well", [PASSED], [("unit / base", "OK")], (1, 0, 0)),
    ("a program that failed after its tests", [PASSED], [("unit / base", "FAIL")], (1, 1, 0)),
    ("a program that failed with a test once", [FAILED], [("unit / base", "FAIL")], (0, 1, 0)),
    ("another program beside a failed one", [FAILED], [("unit / base64", "TIMEOUT")], (0, 2, 0)),
    ("a program that is its own case once", ['<testcase name="fuzz"><failure/></testcase>'],
     [("fuzz", "ERROR")], (0, 1, 0)),
    ("a program that was stopped", [PASSED], [("unit / late", "INTERRUPT")], (1, 0, 1)),
    ("a stopped program's half of a report", [PASSED, FAILED], [("unit / base", "INTERRUPT")],
     (0, 0, 1)),
    ("a log that is cut", [PASSED], None, (1, 1, 0)),
]
# Description, what the first run and the one alone say of the program, and of its result; then how
# many passed, failed and were skipped, and how many programs passed alone.
AGAIN_ROWS = [
    ("one that passes alone", (FAILED, "FAIL"), (PASSED, "OK"), (1, 0, 0, 1)),
    ("one that fails alone", (FAILED, "FAIL"), (FAILED, "FAIL"), (0, 1, 0, 0)),
    ("one that crashed and passes", (PASSED, "ERROR"), (PASSED, "OK"), (1, 0, 0, 1)),
    ("one that is stopped then", (FAILED, "FAIL"), (PASSED, "INTERRUPT"), (0, 1, 0, 0)),
]


def count_text(text, log=""):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "report.xml")
        with open(path, "w", encoding="utf-8") as report:
            report.write(text)
        if log:
            with open(os.path.join(folder, "report.json"), "w", encoding="utf-8") as lines:
                lines.write(log)
        passed, failed, skipped = count_results.count(path)
    return passed, len(failed), skipped


def count_again(first, second):
    with tempfile.TemporaryDirectory() as folder:
        for stem, (case, result) in (("report", first), ("report-again", second)):
            path = os.path.join(folder, stem)
            with open(path + ".xml", "w", encoding="utf-8") as file:
                file.write(report([case]))
            with open(path + ".json", "w", encoding="utf-8") as file:
                file.write(log_of([("unit / base", result)]))
        failed_first = count_results.failed_names(os.path.join(folder, "report.json"))
        path = os.path.join(folder, "report.xml")
        passed, failed, skipped, alone = count_results.count_with_again(path)
    return failed_first == ["base"] and (passed, len(failed), skipped, len(alone))


def report(cases):
    return ('<testsuites><testsuite name="corsac.unit / base.Printable">' + "".join(cases) +
            "</testsuite></testsuites>")


def log_of(programs):
    if programs is None:
        return '{"name": "unit / ba'
    return "".join(json.dumps({"name": name, "result": result, "returncode": 9}) + "\n"
                   for name, result in programs)


def main():
    outcomes = [("counts " + desc, count_text(report(cases), log_of(programs)) == expected)
                for desc, cases, programs, expected in ROWS]
    outcomes += [("counts, run again, " + desc, count_again(first, second) == expected)
                 for desc, first, second, expected in AGAIN_ROWS]
    outcomes.append(("counts a report cut in the middle", count_text("<testsuites><tes") == (0, 1, 0)))
    missing = count_results.count("/nonexistent/report.xml")
    outcomes.append(("counts a report that is missing", (missing[0], len(missing[1])) == (0, 1)))
    written = ElementTree.tostring(junit.report_of("tidy", [
        "a.cpp\tok\n", "b.cpp\tfailed\tan <error> with \x1b[1m in it\n", "c.cpp\tskipped\n"]),
        encoding="unicode")
    outcomes.append(("counts what junit.py writes", count_text(written) == (1, 1, 1)))
    print(f"1..{len(outcomes)}")
    for number, (desc, is_right) in enumerate(outcomes, 1):
        print(f"{'ok' if is_right else 'not ok'} {number} - {desc}")


if __name__ == "__main__":
    sys.path.insert(0, os.path.dirname(__file__))
    main()
