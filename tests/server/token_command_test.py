"""`corsac token new`: what it prints, and what it leaves in the file of tokens.

  python3 token_command_test.py CORSAC_PROGRAM
"""
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile

from tap import Cases, contains, equal

PROGRAM = os.path.abspath(sys.argv[1])
ANNA = "anna read " + 64 * "a" + "\n"


def make(folder, *arguments):
    return subprocess.Popen([PROGRAM, "token", "new", *arguments], cwd=folder, text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


def said_by(process):
    """Exit status, standard output, standard error."""
    output, errors = process.communicate(timeout=60)
    return process.returncode, output, errors


def content_of(folder, name="t"):
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return file.read()


def write(folder, text, name="t", mode=0o600):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, mode)


def line_of(name, scope, token):
    return f"{name} {scope} {hashlib.sha256(token.encode()).hexdigest()}\n"


def token_is_shown_once_and_its_hash_kept(folder):
    status, output, errors = said_by(make(folder, "ci", "--scope", "manage", "--file", "t"))
    equal(status, 0, errors)
    assert re.fullmatch(r"[0-9a-f]{64}\n", output), output
    equal(content_of(folder), line_of("ci", "manage", output.strip()))
    equal(os.stat(os.path.join(folder, "t")).st_mode & 0o777, 0o600)
    assert output.strip() not in errors, "only standard output shows it"
    contains(errors, "the only time")


def token_as_json(folder):
    status, output, errors = said_by(
        make(folder, 'a"\\b', "--scope", "read", "--file", "t", "--json"))
    equal((status, errors), (0, ""))
    made = json.loads(output)
    equal(list(made), ["name", "scope", "token"])
    equal(content_of(folder), line_of('a"\\b', made["scope"], made["token"]))


def file_of_a_configuration(folder):
    write(folder, '[store]\nfile = "policy.toml"\n[admin]\ntoken_file = "t"\n', "server.toml")
    status, output, errors = said_by(
        make(folder, "ci", "--scope", "read", "--config", "server.toml"))
    equal(status, 0, errors)
    equal(content_of(folder), line_of("ci", "read", output.strip()))


def last_line_without_its_end(folder):
    write(folder, "# who may\n" + ANNA.rstrip("\n"))
    status, output, errors = said_by(make(folder, "ci", "--scope", "read", "--file", "t"))
    equal(status, 0, errors)
    equal(content_of(folder), "# who may\n" + ANNA + line_of("ci", "read", output.strip()))


def many_at_once(folder):
    makers = [(f"ci{number}", make(folder, f"ci{number}", "--scope", "read", "--file", "t"))
              for number in range(20)]
    lines = []
    for name, maker in makers:
        status, output, errors = said_by(maker)
        equal(status, 0, errors)
        lines.append(line_of(name, "read", output.strip()))
    equal(sorted(content_of(folder).splitlines(True)), sorted(lines))


def full_disk(folder):
    """A limit of the file's size cuts the line: nothing of it stays."""
    write(folder, ANNA)
    limited = subprocess.run(  # with SIGXFSZ ignored, as Python has it
        ["prlimit", f"--fsize={len(ANNA) + 10}", PROGRAM, "token", "new", "ci", "--scope", "read",
         "--file", "t"], cwd=folder, capture_output=True, text=True, timeout=60,
        check=False, restore_signals=False)
    equal((limited.returncode, limited.stdout), (1, ""))
    contains(limited.stderr, "error[token-file]")
    contains(limited.stderr, "File too large")
    equal(content_of(folder), ANNA)


# description, name, scope, content of the file (None = there is none), mode, what is said
REFUSED = [
    ("a name that is there", "anna", "read", ANNA, 0o600, "t:2: error[token-repeated]: \"anna\""),
    ("a name with a blank", "a b", "read", None, 0, "error[token-name]: \"a b\""),
    ("a name that makes a comment", "#a", "read", None, 0, "error[token-name]"),
    ("a name with a line break", "a\nb", "read", None, 0, "error[token-name]: \"a\\x0Ab\""),
    ("a name that is too long", 256 * "a", "read", None, 0, "error[token-name]"),
    ("an empty name", "", "read", None, 0, "it is empty"),
    ("an unknown scope", "ci", "write", None, 0, "--scope"),
    ("a line that is wrong already", "ci", "read", ANNA + "bob\n", 0o600,
     "t:2: error[token-fields]"),
    ("a file that everybody may read", "ci", "read", ANNA, 0o644, "error[token-file]"),
]


def refused(name, scope, content, mode, part):
    with tempfile.TemporaryDirectory() as folder:
        if content is not None:
            write(folder, content, mode=mode)
        status, output, errors = said_by(make(folder, name, "--scope", scope, "--file", "t"))
        equal((status, output), (1, ""))
        contains(errors, part)
        if content is None:
            equal(os.listdir(folder), [])
        else:
            equal(content_of(folder), content)


def in_a_folder(test):
    with tempfile.TemporaryDirectory() as folder:
        test(folder)


def no_place(arguments, part, config=None):
    with tempfile.TemporaryDirectory() as folder:
        if config is not None:
            write(folder, config, "server.toml")
        status, output, errors = said_by(make(folder, "ci", "--scope", "read", *arguments))
        equal((status, output), (1, ""))
        contains(errors, part)


def main():
    cases = Cases()
    for name, test in [
            ("is shown once, and its hash kept", token_is_shown_once_and_its_hash_kept),
            ("--json", token_as_json),
            ("--config names the file", file_of_a_configuration),
            ("a last line without its end", last_line_without_its_end),
            ("twenty at once", many_at_once),
            ("a full disk leaves no half line", full_disk)]:
        cases.add("token new: " + name, in_a_folder, test)
    for description, *row in REFUSED:
        cases.add("token new: " + description, refused, *row)
    cases.add("token new: no file is named", no_place, [], "--file FILE or --config FILE")
    cases.add("token new: a configuration without one", no_place, ["--config", "server.toml"],
              "server.toml: error[token-file]: admin.token_file",
              '[store]\nfile = "policy.toml"\n')
    cases.run()


if __name__ == "__main__":
    main()
