"""The commands that pages of the documentation show, run by the real program. Prints TAP.

  python3 pages_test.py CORSAC_PROGRAM PAGE...

A page's examples (see extract_examples.py) are files in a folder of its own. Behind a fence marked
`console` stand commands, after `$ `, and all that each says on both outputs. Also: what a page links
to in the tree is there, and each test that it names (`Subject.BehavesSo`).
"""
import os
import re
import subprocess
import sys
import tempfile

from extract_examples import examples
from tap import Cases, equal

PROGRAM = os.path.abspath(sys.argv[1])
PAGES = [os.path.abspath(page) for page in sys.argv[2:]]
TESTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.M | re.S)
CODE = re.compile(r"^```.*?^```$", re.M | re.S)
COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.M)
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
NAMED_TEST = re.compile(r"`([A-Z]\w+)\.([A-Z]\w*[a-z]\w*)`")


def commands_say_what_is_shown(page, text):
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as programs:
        os.symlink(PROGRAM, os.path.join(programs, "corsac"))
        for name, content in examples(page).items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(content)
        path = programs + os.pathsep + os.environ["PATH"]
        commands = [found for block in CONSOLE.findall(text) for found in COMMAND.findall(block)]
        assert commands, "no command stands in the console of the page"
        for command, shown in commands:
            answer = subprocess.run(["sh", "-c", command], cwd=folder, text=True, check=False,
                                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
                                    env={**os.environ, "PATH": path}, umask=0o077)
            equal(answer.stdout.splitlines(), shown.splitlines(), command)


def links_lead_somewhere(page, text):
    targets = set(LINK.findall(CODE.sub("", text)))
    missing = [target for target in targets
               if not os.path.exists(os.path.join(os.path.dirname(page), target))]
    equal(sorted(missing), [])


def all_tests():
    for folder, _, names in os.walk(TESTS):
        for name in names:
            if name.endswith("_test.cpp"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    yield from re.findall(r"^TEST\((\w+), (\w+)\)", file.read(), re.M)


def named_tests_exist(text):
    equal(set(NAMED_TEST.findall(text)) - set(all_tests()), set())


def main():
    cases = Cases()
    for page in PAGES:
        with open(page, encoding="utf-8") as file:
            text = file.read()
        name = os.path.basename(page)
        if CONSOLE.search(text):  # what else stands in pages is run by the tests of its programs
            cases.add(f"{name}: the commands say what is shown", commands_say_what_is_shown, page,
                      text)
        cases.add(f"{name}: the links lead somewhere", links_lead_somewhere, page, text)
        cases.add(f"{name}: the tests that are named exist", named_tests_exist, text)
    cases.run()


if __name__ == "__main__":
    main()
