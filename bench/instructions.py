"""Instructions of one round of a program, counted by valgrind's callgrind."""
import re
import shutil
import subprocess
import sys

COLLECTED = re.compile(r"Collected\s*:\s*(\d+)")


def is_available(script):
    """Says what to install when valgrind is not there."""
    if shutil.which("valgrind"):
        return True
    print(f"{script}: valgrind is not installed (apt-get install valgrind)", file=sys.stderr)
    return False


def of_run(script, program, case, rounds):
    """All instructions of one run."""
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, case,
         str(rounds)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    found = COLLECTED.search(run.stderr)
    if run.returncode != 0 or not found:
        sys.exit(f"{script}: {case}: exit status {run.returncode}\n{run.stderr}")
    return int(found.group(1))


def of_round(script, program, case, few, many):
    """The difference of two runs: what is done once does not count."""
    return (of_run(script, program, case, many) - of_run(script, program, case, few)) / (many - few)


def cases(program):
    """Each case of a program with its bar."""
    lines = subprocess.run([program], stdout=subprocess.PIPE, text=True, check=True).stdout
    for line in lines.splitlines():
        name, bar = line.split("\t")
        yield name, int(bar)
