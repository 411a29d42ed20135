"""The README's policies and configuration, run by the real program. Prints TAP.

  python3 readme_test.py CORSAC_PROGRAM README
"""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib

from extract_examples import examples
from tap import Cases, Skip, contains, equal

PROGRAM, README = map(os.path.abspath, sys.argv[1:3])


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    os.chmod(path, 0o600)
    return path


def run(folder, *arguments):
    return subprocess.run([PROGRAM, *arguments], cwd=folder, capture_output=True, text=True,
                          timeout=60, check=False)


def policy_is_clean(text):
    with tempfile.TemporaryDirectory() as folder:
        if "[shadow]" in text:
            write(folder, "next.toml", text[:text.index("[shadow]")])
        answer = run(folder, "check", "--strict", write(folder, "policy.toml", text))
        equal(answer.returncode, 0, answer.stdout + answer.stderr)
        if "[[test]]" in text:
            equal(run(folder, "test", "policy.toml").returncode, 0)


def configuration_serves(text, policy):
    """The configuration as it stands, but on free ports, and with nobody where others are asked."""
    text = re.sub(r'"https://org\.example/', '"http://127.0.0.1:1/', text)
    text = re.sub(r'"127\.0\.0\.1:\d+"', '"127.0.0.1:0"', text)
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "policy.toml", policy)
        write(folder, "admin.tokens", "reader read " + "0" * 64 + "\n")
        config = write(folder, "server.toml", text)
        arguments = [] if "listen =" in text else ["--listen", "127.0.0.1:0"]
        server = subprocess.Popen([PROGRAM, "serve", "--config", config, *arguments],
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                  env={**os.environ, "OKTA_TOKEN": "token",
                                       "CF_ACCESS_CLIENT_ID": "id",
                                       "CF_ACCESS_CLIENT_SECRET": "secret"})
        first = server.stdout.readline()
        if not first:
            raise AssertionError(server.stderr.read())
        contains(first, "listening on http://127.0.0.1:")
        server.send_signal(signal.SIGTERM)
        equal(server.wait(timeout=60), 0)
        server.communicate()


def is_imported(system, name, text, expected):
    """Carried over whole, into a policy that checks and whose tests pass, if it has some."""
    with tempfile.TemporaryDirectory() as folder:
        write(folder, name, text)
        answer = run(folder, "import", system, name)
        equal(answer.returncode, 0, answer.stderr)
        equal(answer.stdout[:len(expected)], expected)
        write(folder, "policy.toml", answer.stdout)
        for command in ("check", "test") if "\n[[test]]\n" in answer.stdout else ("check",):
            tried = run(folder, command, "policy.toml")
            equal(tried.returncode, 0, tried.stdout + tried.stderr)


def commands_run(commands, name, text):
    """The lines as they stand, with the program in the PATH."""
    with tempfile.TemporaryDirectory() as folder:
        write(folder, name, text)
        os.symlink(PROGRAM, os.path.join(folder, "corsac"))
        answer = subprocess.run(["sh", "-e", "-c", commands], cwd=folder, capture_output=True,
                                text=True, timeout=60, check=False,
                                env={**os.environ, "PATH": folder + ":" + os.environ["PATH"]})
        equal(answer.returncode, 0, answer.stdout + answer.stderr)
        contains(answer.stdout, "policy.toml: 0 errors")


def policies_differ(old, new, expected):
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "diff_old.toml", old)
        write(folder, "diff_new.toml", new)
        answer = run(folder, "diff", "diff_old.toml", "diff_new.toml")
        equal((answer.returncode, answer.stdout), (3, expected), answer.stderr)


def schema_is_found(text):
    """The configuration is TOML, and names the file that the page makes."""
    rule = tomllib.loads(text)["rule"][0]
    equal(rule["schema"]["path"], "./corsac.schema.json")
    with tempfile.TemporaryDirectory() as folder:
        json.loads(run(folder, "schema").stdout)


def log_is_rotated_by_logrotate(text, config, policy):
    """The configuration of logrotate as it stands, but for the path, and with one program only."""
    logrotate = shutil.which("logrotate", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if logrotate is None:
        raise Skip("logrotate is not installed")
    config = re.sub(r'"127\.0\.0\.1:\d+"', '"127.0.0.1:0"', config)
    config = config.replace('file = "-"', 'file = "corsac.log"')
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "policy.toml", policy)
        write(folder, "admin.tokens", "reader read " + "0" * 64 + "\n")
        log = os.path.join(folder, "corsac.log")
        with subprocess.Popen([PROGRAM, "serve", "--config", write(folder, "server.toml", config)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
            contains(server.stdout.readline(), "listening on http://127.0.0.1:")
            wait_for_line(log, "")
            contains(text, "/var/log/corsac/corsac.log {")
            contains(text, "pkill -HUP -x corsac")
            text = text.replace("/var/log/corsac/corsac.log", log)
            text = text.replace("pkill -HUP -x corsac", f"kill -HUP {server.pid}")
            answer = subprocess.run(
                [logrotate, "--force", "--state", os.path.join(folder, "state"),
                 write(folder, "corsac.logrotate", text)],
                capture_output=True, text=True, timeout=60, check=False)
            equal(answer.returncode, 0, answer.stdout + answer.stderr)
            wait_for_line(log, "the log file was opened again")
            assert os.path.getsize(log + ".1") > 0, "the old log is empty"
            server.send_signal(signal.SIGTERM)
            equal(server.wait(timeout=60), 0)


def wait_for_line(path, part):
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if os.path.exists(path):
            with open(path, encoding="ascii") as file:
                if any(part in line for line in file):
                    return
        time.sleep(0.01)  # between two looks, not instead of one
    raise AssertionError(f"no line with {part!r} in {path}")


# Which system the example is of.
IMPORTS = {"fusionauth.json": "fusionauth", "django.json": "django", "lms.yml": "openedx",
           "access.json": "cloudflare", "trusted_origins.json": "okta", "nginx.conf": "nginx",
           "rs_cors.json": "rs-cors", "express.json": "express", "application.yml": "spring"}


def main():
    found = examples(README)
    cases = Cases()
    for name in sorted(found):
        if name.endswith(".toml") and not name.startswith("server"):
            cases.add(f"{name} is a policy without a warning", policy_is_clean, found[name])
        elif name.endswith(".toml"):
            cases.add(f"{name} serves", configuration_serves, found[name], found["policy.toml"])
    for name, system in IMPORTS.items():
        expected = found["nginx_policy.txt"] if name == "nginx.conf" else ""
        cases.add(f"{name} is imported", is_imported, system, name, found[name], expected)
    cases.add("import.sh runs", commands_run, found["import.sh"], "nginx.conf", found["nginx.conf"])
    cases.add("two policies differ", policies_differ, found["diff_old.toml"], found["diff_new.toml"],
              found["diff.txt"])
    cases.add("the schema is found", schema_is_found, found["taplo.conf"])
    cases.add("corsac.logrotate rotates", log_is_rotated_by_logrotate, found["corsac.logrotate"],
              found["server.toml"], found["policy.toml"])
    cases.run()


if __name__ == "__main__":
    main()
