"""lib/docs/why_is_my_request_blocked.md, each section run: the cause is named, the browser's words are
those of explain, and with the changed line the request is allowed. Prints TAP.

  python3 why_blocked_test.py CORSAC_PROGRAM DOCUMENT
"""
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

import cors_faults
from cors_faults import ORIGIN, adding, on_preflights, serving, without
from tap import Cases, contains, equal

PROGRAM = os.path.abspath(sys.argv[1])

# What stands in front of the server in the sections that probe it.
SERVERS = {
    "good": cors_faults.good, "marked": cors_faults.marked,
    "bare_errors": cors_faults.bare_errors, "limited": cors_faults.limited,
    "other_vary": cors_faults.other_vary, "unvaried": without("Vary"),
    "cached": cors_faults.Cache(cors_faults.marked), "doubled": adding((ORIGIN, "*")),
    "challenged": on_preflights((401, [("WWW-Authenticate", "Bearer")])),
    "without_options": on_preflights((405, [("Allow", "GET")])),
}


def block(language, section):
    found = re.findall(rf"^```{language}\n(.*?)^```$", section, re.M | re.S)
    return found[0] if found else None


def sections(path):
    with open(path, encoding="utf-8") as file:
        text = file.read()
    for part in re.split(r"^## ", text, flags=re.M)[1:]:
        yield {"title": part.splitlines()[0],
               "says": re.search(r"\*\*The browser says\*\* `(.*)`", part),
               "code": re.search(r"\*\*The cause is\*\* \[?`([^`]+)`", part).group(1),
               "link": re.search(r"\*\*The cause is\*\* \[`[^`]+`\]\((.*)\)", part),
               "servers": re.search(r"<!-- servers: (\w+) (\w+) -->", part),
               "policy": block("toml", part), "command": block("sh", part),
               "change": block("diff", part)}


def changed(text, change):
    """`text` with the `-` lines replaced by the `+` ones; None when it has not all of the `-` lines."""
    old = [line[1:] for line in change.splitlines() if line.startswith("-")]
    new = [line[1:] for line in change.splitlines() if line.startswith("+")]
    equal(len(old) + len(new), len(change.splitlines()), change)
    if text is None:
        return None
    if not old:
        return text + "\n".join(new) + "\n"
    before = "\n".join(old) + "\n"
    return text.replace(before, "\n".join(new) + "\n") if text.count(before) == 1 else None


def run(command, policy):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "policy.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(policy or "")
        os.chmod(path, 0o600)
        words = shlex.split(command)
        equal(words[0], "corsac")
        return subprocess.run([PROGRAM, *words[1:], "--json"], cwd=folder, capture_output=True,
                              text=True, timeout=120, check=False)


def says(section, console):
    if section["says"]:
        contains(console or "", section["says"].group(1))


def explained(section):
    answer = run(section["command"], section["policy"])
    equal(answer.returncode, 2, answer.stdout + answer.stderr)
    told = json.loads(answer.stdout)
    equal((told["preflight"] or told["request"])["reason"], section["code"], told)
    says(section, told["browser"]["console"])
    folder = os.path.dirname(os.path.abspath(sys.argv[2]))
    assert os.path.exists(os.path.join(folder, section["link"].group(1))), section["link"].group(1)
    policy = changed(section["policy"], section["change"])
    command = section["command"]
    if policy is None or "-corsac" in section["change"]:
        policy, command = section["policy"], changed(command, section["change"])
    answer = run(command, policy)
    equal(answer.returncode, 0, answer.stdout + answer.stderr)
    equal(json.loads(answer.stdout)["allowed"], True)


def checked(section):
    answer = run(section["command"], section["policy"])
    equal(answer.returncode, 1, answer.stdout + answer.stderr)
    contains([problem["code"] for problem in json.loads(answer.stdout)], section["code"])
    answer = run(section["command"], changed(section["policy"], section["change"]))
    equal(answer.returncode, 0, answer.stdout + answer.stderr)


def probed(section):
    broken, repaired = section["servers"].groups()
    for name, is_broken in ((broken, True), (repaired, False)):
        with serving(SERVERS[name]) as (url, _):
            command = section["command"].replace("https://api.example.com/api/x", url)
            answer = run(command, None)
        told = json.loads(answer.stdout)
        codes = [finding["code"] for finding in told["findings"]]
        equal(section["code"] in codes, is_broken, answer.stdout)
        equal(answer.returncode == 0, not is_broken, answer.stdout)
        if is_broken and not told["readable"]:
            says(section, told["console"])
    changed(None, section["change"])


RUNS = {"explain": explained, "check": checked, "probe": probed}


def main():
    cases = Cases()
    found = list(sections(sys.argv[2]))
    cases.add("there are 25 of them, numbered", equal,
              [section["title"].split(".")[0] for section in found],
              [str(number) for number in range(1, 26)])
    for section in found:
        cases.add(section["title"], RUNS[section["command"].split()[1]], section)
    cases.run()


if __name__ == "__main__":
    main()
