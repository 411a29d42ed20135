#!/usr/bin/env python3
"""Which test proves which case: writes tests/edge_cases.md, tests/attacks.md and tests/mission.md.

  tests/case_pages.py --write    writes the three pages
  tests/case_pages.py            checks them; prints TAP

The cases are listed in tests/cases/*.txt. A test says which ones it proves with their numbers before
the first words of a row or a name ("40, 64: GET of a policy without any method"), or in a comment
before the test, the row or the function ("// Proves 107, S27."). Edge cases are plain numbers, attack
classes begin with S, features of the four systems with M.

Fails when a page is old, when a number means nothing or stands where nobody looks, and when a case
has no test: each edge case and attack class, and each feature that is said to be done.
"""
import os
import re
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
TESTS = os.path.join(ROOT, "tests")
NUMBERS = r"[MS]?\d+(?:, [MS]?\d+)*"
IN_TEXT = re.compile(r"""["'`](%s): ((?:[^"'`\\]|\\.){0,70})""" % NUMBERS)
IN_COMMENT = re.compile(r"(?://|#) Proves (%s)\." % NUMBERS)
ANY_COMMENT = re.compile(r"\bProves [MS]?\d")
TEST_NAME = re.compile(r"^TEST(?:_F|_P)?\((\w+), (\w+)\)", re.MULTILINE)
OUTSIDE = re.compile(r"^\w[^\n;#]*?\b(\w+)(?:\[\] = \{|\([^;]*?\) \{)", re.MULTILINE)
SCRIPT_NAME = re.compile(r"^ *(?:def|function) (\w+)|desc: [\"'`]([^\"'`]{1,70})", re.MULTILINE)
SKIPPED = {"cases", "fuzz", "node_modules", "__pycache__"}


def cases(name):
    """{number: [title, more...]} in the order of the file."""
    found = {}
    with open(os.path.join(TESTS, "cases", name + ".txt"), encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#") or not line.strip():
                continue
            number, *fields = [field.strip() for field in line.split(" | ")]
            found[number] = fields
    return found


def sources():
    for folder, folders, names in os.walk(TESTS):
        folders[:] = sorted(set(folders) - SKIPPED)
        for name in sorted(names):
            is_own = name == os.path.basename(__file__)
            if name.endswith((".cpp", ".py", ".js")) and not is_own:
                yield os.path.relpath(os.path.join(folder, name), TESTS)


def name_of_test(text, at):
    """The GoogleTest case around `at`, or the first one that uses the table or function around it;
    empty for a script."""
    tests = list(TEST_NAME.finditer(text))
    before = [test for test in tests if test.start() < at]
    if before and "\n}" not in text[before[-1].end():at]:
        return f"{before[-1].group(1)}.{before[-1].group(2)}"
    outside = list(OUTSIDE.finditer(text, 0, at))
    if not tests or not outside:
        return ""
    used = re.compile(r"\b%s\b" % outside[-1].group(1))
    for test in tests:
        if used.search(text, test.end(), text.index("\n}", test.end())):
            return f"{test.group(1)}.{test.group(2)}"
    return ""


def name_after(text, at, is_cpp):
    match = (TEST_NAME if is_cpp else SCRIPT_NAME).search(text, at)
    if not match:
        return ""
    return f"{match.group(1)}.{match.group(2)}" if is_cpp else match.group(1) or match.group(2)


def proofs():
    """{number: [(file, test)]}, each once, in the order of files."""
    found = {}

    def add(numbers, path, test):
        for number in numbers.split(", "):
            row = (path, test)
            if row not in found.setdefault(number, []):
                found[number].append(row)

    for path in sources():
        with open(os.path.join(TESTS, path), encoding="utf-8") as file:
            text = file.read()
        is_cpp = path.endswith(".cpp")
        for match in IN_TEXT.finditer(text):
            add(match.group(1), path, name_of_test(text, match.start()) or match.group(2))
        for match in IN_COMMENT.finditer(text):
            add(match.group(1), path, name_after(text, match.end(), is_cpp))
    return found


def unread():
    """Files with a "Proves" that is not at the beginning of its comment, and so proves nothing."""
    for path in sources():
        with open(os.path.join(TESTS, path), encoding="utf-8") as file:
            text = file.read()
        if len(ANY_COMMENT.findall(text)) != len(IN_COMMENT.findall(text)):
            yield path


def shown(rows):
    by_file = {}
    for path, test in rows:
        by_file.setdefault(path, []).append(test)
    return "<br>".join(f"[{path}]({path}): {', '.join(filter(None, tests))}"
                       for path, tests in by_file.items()) or "–"


def page(title, words, heads, listed, found):
    lines = [f"# {title}", "", f"Written by `tests/case_pages.py --write`. {words}", ""]
    lines.append("| " + " | ".join(heads + ["shown by"]) + " |")
    lines.append("| " + " | ".join(["---"] * (len(heads) + 1)) + " |")
    for number, fields in listed.items():
        lines.append("| " + " | ".join([number] + fields + [shown(found.get(number, []))]) + " |")
    return "\n".join(lines) + "\n"


def pages(found):
    return {
        "edge_cases.md": page(
            "Edge cases", "What CORS middlewares meet, and what Corsac does.",
            ["", "case", "Corsac"], cases("edge_cases"), found),
        "attacks.md": page(
            "Attack classes", "How CORS middlewares were broken, and the tests that would catch it.",
            ["", "attack"], cases("attacks"), found),
        "mission.md": page(
            "Features of the four systems", "A feature that is done has a test.",
            ["", "system", "feature", "state"], cases("mission"), found),
    }


def failures(found):
    """(what is checked, what is wrong with it)."""
    edge_cases, attacks, mission = cases("edge_cases"), cases("attacks"), cases("mission")
    known = set(edge_cases) | set(attacks) | set(mission)
    yield "numbers are known", sorted(set(found) - known)
    yield "each number in a comment is read", sorted(unread())
    yield "each edge case has a test", [n for n in edge_cases if n not in found]
    yield "each attack class has a test", [n for n in attacks if n not in found]
    yield "each feature that is done has a test", [
        n for n, fields in mission.items() if fields[-1] == "done" and n not in found]
    old = []
    for name, text in pages(found).items():
        path = os.path.join(TESTS, name)
        if not os.path.exists(path) or open(path, encoding="utf-8").read() != text:
            old.append(name)
    yield "pages are new (tests/case_pages.py --write)", old


def main():
    found = proofs()
    if sys.argv[1:] == ["--write"]:
        for name, text in pages(found).items():
            with open(os.path.join(TESTS, name), "w", encoding="utf-8") as file:
                file.write(text)
        return 0
    if sys.argv[1:]:
        print(__doc__, file=sys.stderr)
        return 2
    results = list(failures(found))
    print(f"1..{len(results)}")
    for i, (what, wrong) in enumerate(results, 1):
        print(f"{'not ok' if wrong else 'ok'} {i} - {what}")
        if wrong:
            print("#   " + ", ".join(wrong))
    return 1 if any(wrong for _, wrong in results) else 0


if __name__ == "__main__":
    sys.exit(main())
