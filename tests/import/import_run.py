"""What the tests of `corsac import` share: running it, and what it said."""
import os
import re
import subprocess
import sys
import tempfile

from tap import equal

PROGRAM = os.path.abspath(sys.argv[1])
SAMPLES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "samples")
SECRET = "TOP-SECRET-VALUE"  # of no message, whatever the sample
PROBLEM = re.compile(r"^(?:(?P<place>\S+): )?(?:error|warning)\[(?P<code>[a-z0-9-]+)\]", re.M)


def run_import(*arguments, folder=SAMPLES, given=None, env=None):
    """`corsac import ARGUMENTS` in `folder`, with `given` (bytes) on standard input."""
    answer = subprocess.run([PROGRAM, "import", *arguments], cwd=folder, input=given or b"",
                            capture_output=True, timeout=120, check=False,
                            env={**os.environ, **(env or {})})
    answer.stdout, answer.stderr = answer.stdout.decode(), answer.stderr.decode()
    assert SECRET not in answer.stdout + answer.stderr, "a secret was shown"
    return answer


def told(answer):
    """(code, line) of each problem on standard error, in order; line 0 where there is none."""
    problems = []
    for match in PROBLEM.finditer(answer.stderr):
        numbers = re.findall(r":(\d+)", match["place"] or "")
        problems.append((match["code"], int(numbers[0]) if numbers else 0))
    return problems


def is_a_good_policy(text):
    """Neither `corsac check` nor `corsac test` has anything against it. A policy that goes on to be
    changed by the API of its system has no test."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "policy.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o600)
        for command in ("check", "test") if "\n[[test]]\n" in text else ("check",):
            answer = subprocess.run([PROGRAM, command, path], capture_output=True, text=True,
                                    timeout=60, check=False)
            equal(answer.returncode, 0, answer.stdout + answer.stderr)
