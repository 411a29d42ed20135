"""Counts test cases over JUnit reports and prints `N passed, N failed, N skipped`.

Exit status 0 only when something ran and nothing failed. A report that is missing or unreadable
counts as one failure: a build whose tests did not run must not look like one that passed.
"""
import sys
import xml.etree.ElementTree as ElementTree


def count(path):
    passed, failed, skipped = 0, [], 0
    try:
        cases = list(ElementTree.parse(path).getroot().iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        return 0, [f"{path}: {error}"], 0
    for case in cases:
        if case.find("skipped") is not None:
            skipped += 1
        elif case.find("failure") is not None or case.find("error") is not None:
            failed.append(f"{case.get('classname')}.{case.get('name')}")
        else:
            passed += 1
    if not cases:
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
