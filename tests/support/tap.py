"""Test cases as functions, printed as TAP."""
import traceback


SHOWN_LINES = 12


def told_of(lines):
    """The last lines, and before them the first ones of what a sanitizer says: it ends in a legend."""
    first = next((number for number, line in enumerate(lines)
                  if "Sanitizer: " in line or ": runtime error: " in line), len(lines))
    tail = max(0, len(lines) - SHOWN_LINES)
    return lines[first:first + SHOWN_LINES][:max(0, tail - first)] + lines[tail:]


class Skip(Exception):
    """Raised by a case that cannot run here; says why."""


class Cases:
    """Collects cases; each is a description and a function that raises AssertionError when wrong."""

    def __init__(self):
        self.cases = []

    def add(self, description, function, *arguments):
        self.cases.append((description, function, arguments))

    def run(self):
        print(f"1..{len(self.cases)}", flush=True)
        for number, (description, function, arguments) in enumerate(self.cases, 1):
            try:
                function(*arguments)
                print(f"ok {number} - {description}", flush=True)
            except Skip as reason:
                print(f"ok {number} - {description} # SKIP {reason}", flush=True)
            except Exception:  # the rest must run whatever one case does
                print(f"not ok {number} - {description}", flush=True)
                for line in told_of(traceback.format_exc().splitlines()):
                    print(f"# {line}", flush=True)


def equal(seen, expected, what=""):
    assert seen == expected, f"{what}\n  seen:     {seen!r}\n  expected: {expected!r}"


def contains(text, part):
    assert part in text, f"{part!r} is not in:\n{text}"
