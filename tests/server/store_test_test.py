"""The command store-test of the real program: the plugins of this tree pass, and each plugin that is
broken on purpose fails the check that is for it and no other one.

  python3 store_test_test.py CORSAC_PROGRAM BROKEN_PLUGINS PLUGINS_README
"""
import contextlib
import json
import os
import pty
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

from redis_nodes import RedisNode
from tap import Cases, Skip, contains, equal

PROGRAM, BROKEN, README = (os.path.abspath(path) for path in sys.argv[1:4])
SECRET = "a-secret-of-this-test"
DOCUMENT = '{"version": 1, "cors": {"allowed_origins": ["https://%s.example"]}}'
# A new document each time, in one step.
CHANGE = ("printf '" + DOCUMENT.replace("%s", "c'$(date +%s%N)'") + "' > next && mv next policy.json")
KEEP = "cp {0} kept"
RESTORE = "mv kept {0}"


def store_test(arguments, folder, environment=None):
    return subprocess.run([PROGRAM, "store-test", *arguments], cwd=folder, capture_output=True,
                          timeout=240, text=True, stdin=subprocess.DEVNULL, check=False,
                          env=dict(os.environ, STORE_TEST_SECRET=SECRET, **(environment or {})))


def outcomes(arguments, folder):
    """The status, and for each outcome the checks that ended so, with the whole record."""
    answer = store_test([*arguments, "--json"], folder)
    told = json.loads(answer.stdout)
    ended = {"ok": {}, "failed": {}, "skipped": {}}
    for check in told["checks"]:
        ended[check["outcome"]][check["check"]] = check
    for outcome, checks in ended.items():
        equal(told[outcome], len(checks))
    equal(answer.returncode, 1 if ended["failed"] or not ended["ok"] else 0, answer.stderr)
    assert SECRET not in answer.stdout + answer.stderr, "the output holds the secret"
    return ended


def write(folder, name, content):
    with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
        file.write(content)
    os.chmod(os.path.join(folder, name), 0o600)


def file_options(name, change, bad):
    return ["--settings", "file=" + name, "--change", change,
            "--break", f"{KEEP.format(name)}; {bad}", "--empty", f"{KEEP.format(name)}; : > {name}",
            "--restore", RESTORE.format(name)]


def passes(arguments, folder, skipped):
    ended = outcomes(arguments, folder)
    equal(ended["failed"], {})
    equal(sorted(ended["skipped"]), sorted(skipped))
    return ended


WRITES = ["write", "write-conflict", "write-race"]
RECORDS = ["records", "records-conflict", "records-race"]
CHANGES = ["changes", "changes-conflict", "changes-race"]


def toml_passes():
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "policy.toml",
              "version = 1\n[cors]\nallowed_origins = [\"https://a.example\"]\n"
              "[[trusted_origins]]\nname = \"a\"\norigin = \"https://a.example\"\n"
              "valid_until = \"2027-01-31T00:00:00Z\"\nscopes = [{ type = \"CORS\" }]\n")
        change = ("sed \"s/[a-z0-9]*\\.example/c$(date +%s%N).example/\" policy.toml > next && "
                  "mv next policy.toml")
        # A FIFO is no file that it waits for: it refuses that at once, as it should.
        ended = passes(["toml", "--writable", "--settings", "records_file=records.toml",
                        *file_options("policy.toml", change, "echo '[cors' > policy.toml"),
                        "--freeze", KEEP.format("policy.toml") + "; rm policy.toml; "
                        "mkfifo -m 600 policy.toml", "--thaw", RESTORE.format("policy.toml")],
                       folder, ["secrets", "frozen", *WRITES, *CHANGES])
        contains(ended["skipped"]["frozen"]["what"], "CORSAC_INVALID (file-not-regular")
        contains(ended["skipped"]["frozen"]["what"], "at once")
        equal(ended["ok"]["extensions"]["what"], "corsac.store.records/1")
        contains(ended["skipped"]["write"]["what"], "the plugin has no corsac.store.write/1")
        with open(os.path.join(folder, "records.toml"), encoding="utf-8") as file:
            equal(file.read().splitlines()[1:], ["version = 1"], "all was taken away")


def toml_without_records():
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "policy.toml", "version = 1\n")
        ended = outcomes(["toml", "--writable", "--settings", "file=policy.toml"], folder)
        equal(ended["failed"], {})
        contains(ended["skipped"]["records"]["what"],
                 "read_records() answered CORSAC_READ_ONLY: give --settings")


def toml_keeps_other_records():
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "policy.toml", "version = 1\n")
        write(folder, "records.toml", "version = 1\n[[trusted_origins]]\nname = \"mine\"\n"
              "origin = \"https://mine.example\"\nscopes = [\"CORS\"]\nid = \"a\"\n")
        arguments = ["toml", "--writable", "--settings", "file=policy.toml", "--settings",
                     "records_file=records.toml"]
        for check in RECORDS:
            arguments += ["--only", check]
        ended = outcomes(arguments, folder)
        equal(sorted(ended["ok"]), sorted(RECORDS))
        equal(ended["ok"]["records"]["what"], "1 others")
        with open(os.path.join(folder, "records.toml"), encoding="utf-8") as file:
            content = file.read()
        contains(content, "name = \"mine\"")
        assert "corsac-store-test" not in content, content


PEER = """
import hashlib, http.server, sys
class Peer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_GET(self):
        with open("policy.json", "rb") as file:
            body = file.read()
        tag = '"' + hashlib.sha256(body).hexdigest() + '"'
        is_same = self.headers.get("If-None-Match") == tag
        self.send_response(304 if is_same else 200)
        self.send_header("ETag", tag)
        if not is_same:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if not is_same:
            self.wfile.write(body)
    def log_message(self, *_):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Peer)
print(server.server_port, flush=True)
server.serve_forever()
"""


@contextlib.contextmanager
def running(command, folder, **options):
    with subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, **options) as process:
        try:
            yield process
        finally:
            process.kill()


def freezing(process):
    return ["--freeze", f"kill -STOP {process.pid}", "--thaw", f"kill -CONT {process.pid}"]


def has_plugin(name):
    return any(os.path.exists(os.path.join(folder, f"corsac_{name}.so"))
               for folder in os.environ.get("CORSAC_PLUGIN_PATH", "").split(":"))


def remote_passes():
    if not has_plugin("remote"):
        raise Skip("the plugin is not built")
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "policy.json", DOCUMENT % "a")
        with running([sys.executable, "-c", PEER], folder, stdout=subprocess.PIPE,
                     text=True) as peer:
            url = f"http://127.0.0.1:{peer.stdout.readline().strip()}/policy"
            ended = passes(["remote", "--polled", "--settings", "url=" + url,
                            "--settings", "token_env=STORE_TEST_SECRET",
                            *file_options("policy.json", CHANGE, "echo '{' > policy.json")[2:],
                            *freezing(peer)], folder, ["notice", *WRITES, *RECORDS, *CHANGES])
            contains(ended["ok"]["bad-data"]["what"], "json-syntax")


SET_POLICY = """
redis.call('INCR', '{corsac}:counter')
local revision = redis.call('GET', '{corsac}:counter') .. ':test'
redis.call('SET', '{corsac}:revision', revision)
redis.call('SET', '{corsac}:policy', ARGV[1])
redis.call('PUBLISH', '{corsac}:changed', revision)
return revision
"""


def redis_passes():
    if not (has_plugin("redis") and shutil.which("redis-server") and shutil.which("redis-cli")):
        raise Skip("the plugin or redis-server is not here")
    with tempfile.TemporaryDirectory() as folder:
        with RedisNode([f"requirepass {SECRET}"], login=(SECRET,)) as server:
            redis = ["redis-cli", "-e", "--no-auth-warning", "-a", SECRET, "-p", str(server.port)]
            put = shlex.join([*redis, "EVAL", SET_POLICY, "0"])
            subprocess.run(shlex.split(put) + [DOCUMENT % "a"], check=True, capture_output=True)
            write(folder, "put.sh", put + " \"$1\"\n")
            command = shlex.join(redis)
            keep = f"{command} COPY {{corsac}}:policy {{corsac}}:kept REPLACE"
            ended = passes(
                ["redis", "--writable", "--settings", f"url={server.url}/0",
                 "--settings", "password_env=STORE_TEST_SECRET",
                 "--change", "sh put.sh '" + DOCUMENT.replace("%s", "c'$(date +%s%N)'") + "'",
                 "--break", keep + " && sh put.sh '{'",
                 "--empty", f"{keep} && {command} DEL {{corsac}}:policy",
                 "--restore", f"{command} COPY {{corsac}}:kept {{corsac}}:policy REPLACE",
                 *freezing(server.process)], folder, [])
            equal(ended["ok"]["extensions"]["what"],
                  "corsac.store.write/1, corsac.store.records/1, corsac.store.changes/1")
            equal(ended["ok"]["records-race"]["what"], "20 times")
            equal(ended["ok"]["changes"]["what"], "4 of 6 changes were told")
            left = subprocess.run([*redis, "EXISTS", "{corsac}:trusted_origins",
                                   "{corsac}:origins"], check=True,
                                  capture_output=True, text=True)
            equal(left.stdout.strip(), "0", "all was taken away")


# Modes of broken/nonconforming.cpp: the check that fails, part of what it says.
NONCONFORMING = [
    ("any_setting", "unknown-setting", "CORSAC_OK to a setting that cannot be known"),
    ("nameless_setting", "unknown-setting", "no problem names"),
    ("crash_in_read", "read", "crashed in read()"),
    ("exit_in_read", "read", "ended the process in read(), with status 3"),
    ("throw_in_read", "read", "an exception left read()"),
    ("problem_and_ok", "read", "CORSAC_OK after a problem: broken: something is wrong"),
    ("list_left_open", "nesting", "while a list or an item was open"),
    ("field_in_list", "nesting", "the field \"name\" for an element of a list"),
    ("no_source", "nesting", "before source"),
    ("not_utf8", "texts", "no UTF-8: \"\\xFF\\xFE\""),
    ("null_text", "texts", "5 bytes at null"),
    ("feed_elsewhere", "one-thread", "on another thread than that of read()"),
    ("bad_time", "document", "not-a-time"),
    ("new_revision", "same-revision", "two revisions"),
    ("shared_state", "two-stores", "CORSAC_FAILED"),
    ("deaf_to_stop", "stop", "2 more calls came after the sink said stop in call 1"),
    ("deadline_failed", "deadline", "CORSAC_FAILED with a deadline -1000 ms"),
    ("kept_interrupt", "idle-interrupt", "CORSAC_CANCELLED after interrupts without a call"),
    ("slow_interrupt", "idle-interrupt", "interrupt() has not returned within a second"),
    ("interrupt_unreachable", "interrupt", "CORSAC_UNREACHABLE to an interrupt in call 1"),
    ("late_change", "close", "host.changed was called after close()"),
    ("left_thread", "leaks", "5 more threads"),
    ("left_descriptor", "leaks", "5 more descriptors"),
    ("told_secret", "secrets", "a log line holds a secret: the password is ***"),
    ("cached", "change", "still gives the document from before"),
    ("one_revision", "change", "another document came under the same revision"),
    ("no_notice", "notice", "was not called within"),
    ("change_over_close", "close-under-change", "host.changed was called after close()"),
    ("bad_unreachable", "bad-data", "CORSAC_UNREACHABLE"),
    ("bad_silently", "bad-data", "said nothing"),
    ("bad_and_finish", "bad-data", "finish and answered CORSAC_OK after a problem: json-"),
    ("last_for_empty", "empty", "from before --empty"),
    ("frozen_too_long", "frozen", "not returned in time after its deadline"),
    ("frozen_deaf", "frozen", "after an interrupt while it waited"),
    ("frozen_invalid", "frozen", "CORSAC_INVALID (broken: no answer) where nothing answers"),
    ("write_elsewhere", "write", "another revision than the one that was told"),
    ("write_anyway", "write-conflict", "CORSAC_OK"),
    ("write_in_two_steps", "write-race", "CORSAC_OK"),
    ("records_unfinished", "records", "finish was called 0 times"),
    ("records_document", "records", "more than version and trusted_origins"),
    ("records_unread", "records", "read() does not show the record"),
    ("records_one_source", "records", "lies in the first source"),
    ("records_one_revision", "records", "the revision from before put_records()"),
    ("records_elsewhere", "records", "another revision than the one that was told"),
    ("records_write_anyway", "records-conflict", "CORSAC_OK"),
    ("records_in_two_steps", "records-race", "CORSAC_OK"),
    ("changes_untold", "changes", "the document is another than the one that read() gives"),
    ("changes_unfinished", "changes", "finish was called 0 times"),
    ("changes_never", "changes", "CORSAC_CONFLICT to each change"),
    ("changes_one_source", "changes", "lies in the first source"),
    ("changes_elsewhere", "changes", "does not show what change_origins() was told"),
    ("changes_of_any", "changes-conflict", "to a revision that the store was never in"),
    ("changes_write_anyway", "changes-conflict", "CORSAC_OK"),
    ("changes_deaf", "changes-conflict", "was called after the sink said stop"),
    ("changes_in_two_steps", "changes-race", "CORSAC_OK"),
]

# Modes of broken/misbehaving.cpp.
MISBEHAVING = [
    ("open_null_store", "open", "gave no store"),
    ("open_invalid", "open", "the mode is wrong"),
    ("open_invalid_silently", "open", "said nothing"),
    ("open_unreachable", "open", "CORSAC_UNREACHABLE"),
    ("open_ignores_interrupt", "open", "open() has not returned in time"),
    ("read_hangs", "read", "read() has not returned in time after its deadline"),
    ("read_never_finishes", "read", "called finish 0 times"),
    ("read_garbage", "read", "called finish 2 times"),
    ("read_unknown_status", "read", "the unknown status 99"),
    ("read_unreachable", "read", "CORSAC_UNREACHABLE"),
    ("read_other_thread", "one-thread", "on another thread than that of read()"),
    ("read_keeps_sink", "one-thread", "used the sink of an earlier one"),
    ("close_hangs", "close", "close() has not returned within 2 s"),
]

# Plugins that the loader refuses.
REFUSED = [
    ("wrong_magic", "plugin-magic"),
    ("older_abi", "plugin-abi"),
    ("wrong_size", "plugin-size"),
    ("no_read", "plugin-incomplete"),
    ("bad_name", "plugin-name-differs"),
    ("no_symbol", "plugin-symbol"),
    ("undefined_symbol", "plugin-load"),
    ("not_a_library", "plugin-load"),
]


def broken(name):
    return os.path.join(BROKEN, f"corsac_{name}.so")


def nonconforming_arguments(plugin, mode):
    return [plugin, "--settings", "mode=" + mode, "--settings", "password=" + SECRET,
            *file_options("policy.json", CHANGE, "echo '[cors' > policy.json"), "--writable",
            "--freeze", ": > policy.json.frozen", "--thaw", "rm policy.json.frozen"]


def run_nonconforming(mode, plugin="nonconforming"):
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "policy.json", DOCUMENT % "a")
        ended = outcomes(nonconforming_arguments(broken(plugin), mode), folder)
        equal(sorted(set(os.listdir(folder)) - {"policy.json"}), [], "all was undone")
        return ended


def run_misbehaving(mode):
    with tempfile.TemporaryDirectory() as folder:
        return outcomes([broken("misbehaving"), "--settings", "mode=" + mode,
                         "--settings", "hold_ms=15000"], folder)


def run_refused(name):
    with tempfile.TemporaryDirectory() as folder:
        return outcomes([broken(name)], folder)


# Proves 139, 140.
def fails_only(run, check, part):
    ended = run.result()
    equal(list(ended["failed"]), [check], json.dumps(ended["failed"], indent=2))
    contains(ended["failed"][check]["what"], part)
    assert ended["failed"][check]["fix"], "it says what to do instead"
    is_section(re.fullmatch(r'plugins/README.md, "(.*)"', ended["failed"][check]["section"])[1])
    # What it makes pointless is skipped and says so; nothing else is.
    for skipped in ended["skipped"].values():
        assert "did not pass" in skipped["what"] or "give --" in skipped["what"], skipped


def fine_passes(run):
    ended = run.result()
    equal(ended["failed"], {})
    equal(ended["skipped"], {})


def skips_only(run, skipped):
    equal(sorted(run.result()["skipped"]), sorted(skipped))


def read_only_is_no_failure(run):
    ended = run.result()
    equal(ended["failed"], {})
    equal(sorted(ended["skipped"]), sorted(WRITES + RECORDS + CHANGES))
    for check in [*WRITES, "records", "changes"]:
        contains(ended["skipped"][check]["what"],
                 "CORSAC_READ_ONLY (its last log line: the user may not write)")


def says_once_that_nothing_loads():
    """One error, and one line for all that it makes pointless."""
    answer = store_test(["nowhere"], "/")
    equal(answer.returncode, 1)
    lines = answer.stdout.splitlines()
    contains(lines[0], "FAILED   descriptor")
    contains(lines[1], "plugin-not-found")
    contains(lines[2], "(plugins/README.md, \"What the loader checks\")")
    equal(lines[3], "skipped  all others: descriptor did not pass")
    assert re.fullmatch(r"0 ok, 1 failed, \d\d skipped", lines[4]), lines[4]
    equal(lines[5:], [])


def text_and_colours():
    """One line a check, colours on a terminal and nowhere else, NO_COLOR."""
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "policy.json", DOCUMENT % "a")
        arguments = [broken("nonconforming"), "--settings", "file=policy.json", "--settings",
                     "mode=list_left_open", "--only", "read", "--only", "nesting", "--only", "stop",
                     "--only", "change"]
        plain = store_test(arguments, folder)
        equal(plain.returncode, 1, plain.stderr)
        lines = plain.stdout.splitlines()
        assert re.match(r"ok       read  +gives .*: \d+ calls, revision \d+$", lines[0]), lines[0]
        assert re.match(r"FAILED   nesting  +begins with source", lines[1]), lines[1]
        equal(lines[2], "         finish came while a list or an item was open")
        contains(lines[3], "(plugins/README.md, \"A document is whole or nothing\")")
        contains(lines[4], "ok       stop")
        contains(lines[5], "skipped  change")
        contains(lines[5], ": give --change COMMAND to run it")
        equal(lines[6:], ["2 ok, 1 failed, 1 skipped"])
        for environment, is_coloured in [({}, True), ({"NO_COLOR": "1"}, False),
                                         ({"NO_COLOR": ""}, True)]:
            shown = on_terminal(arguments, folder, environment)
            equal("\x1b[1;31mFAILED" in shown, is_coloured, shown)
            equal(re.sub(r"\x1b\[[0-9;]*m", "", shown).replace("\r\n", "\n"), plain.stdout)


def on_terminal(arguments, folder, environment):
    own = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    master, terminal = pty.openpty()
    with subprocess.Popen([PROGRAM, "store-test", *arguments], cwd=folder, stdout=terminal,
                          stderr=subprocess.DEVNULL, env=dict(own, **environment)) as process:
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # EIO: the other end was closed
            while piece := os.read(master, 4096):
                shown += piece
        process.wait(60)
    os.close(master)
    return shown.decode()


def undoes_when_ended():
    """Somebody presses Ctrl-C while the place is frozen: it is thawed."""
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "policy.json", DOCUMENT % "a")
        command = nonconforming_arguments(broken("nonconforming"), "frozen_too_long")
        command[command.index("--freeze") + 1] += "; kill -INT $(cut -d ' ' -f 4 /proc/$PPID/stat)"
        with subprocess.Popen([PROGRAM, "store-test", *command, "--only", "frozen"], cwd=folder,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE) as process:
            process.communicate(timeout=60)
        equal(process.returncode, -signal.SIGINT)
        equal(os.listdir(folder), ["policy.json"])


def is_section(section):
    with open(README, encoding="utf-8") as file:
        readme = file.read()
    assert f"\n## {section}\n" in readme or f"**{section}" in readme, section


def sections_exist():
    with open(README, encoding="utf-8") as file:
        readme = file.read()
    listed = json.loads(store_test(["--list", "--json"], "/").stdout)
    assert len(listed) > 20, listed
    for check in listed:
        is_section(check["section"])
        contains(readme, f"`{check['check']}`")


def readme_example_passes():
    """The commands of the README, as they stand there."""
    with open(README, encoding="utf-8") as file:
        script = re.search(r"<!-- run: store_test\.sh -->\n```sh\n(.*?)^```$", file.read(),
                           re.M | re.S).group(1)
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(PROGRAM, os.path.join(folder, "corsac"))
        answer = subprocess.run(["sh", "-ec", script], cwd=folder, capture_output=True, timeout=240,
                                text=True, stdin=subprocess.DEVNULL, check=False,
                                env=dict(os.environ, PATH=folder + ":" + os.environ["PATH"]))
        equal(answer.returncode, 0, answer.stdout + answer.stderr)
        contains(answer.stdout, "\n23 ok, 0 failed, 11 skipped\n")


# description, arguments, exit status, part of the output
LINE_ROWS = [
    ("--help", ["--help"], 0, "--change"),
    ("--list", ["--list"], 0, "same-revision       gives the same revision"),
    ("no plugin", [], 1, "Name the plugin"),
    ("a setting without a value", ["toml", "--settings", "file"], 1, "KEY=VALUE"),
    ("a slip in a check", ["toml", "--only", "raed"], 1, "did you mean \"read\"?"),
    ("a plugin that is not there", ["nowhere"], 1, "plugin-not-found"),
    ("nothing but a skipped check", ["toml", "--only", "change", "--settings", "file=policy.toml"],
     1, "Nothing was tested"),
    ("a setting before the plugin", ["--settings", "file=policy.toml", "toml", "--only", "open"], 0,
     "1 ok, 0 failed, 0 skipped"),
    ("a command that fails", ["toml", "--settings", "file=policy.toml", "--only", "change",
                              "--change", "exit 7"], 1,
     "the command of --change ended with status 7"),
    ("where to read about a command that fails", ["toml", "--settings", "file=policy.toml",
                                                  "--only", "change", "--change", "exit 7"], 1,
     "20 s (plugins/README.md, \"Try it: corsac store-test\")"),
    ("where to read about a setting that is missing", ["toml", "--only", "open"], 1,
     "--settings KEY=VALUE (plugins/README.md, \"Try it: corsac store-test\")"),
    ("why the plugin of one check does not load", [os.path.join(BROKEN, "corsac_older_abi.so"),
                                                   "--only", "read"], 1, "plugin-abi"),
]


def line_row(arguments, status, part):
    with tempfile.TemporaryDirectory() as folder:
        write(folder, "policy.toml", "version = 1\n[cors]\nallowed_origins = []\n")
        answer = store_test(arguments, folder)
        equal(answer.returncode, status, answer.stdout + answer.stderr)
        contains(answer.stdout + answer.stderr, part)


def main():
    cases = Cases()
    for description, arguments, status, part in LINE_ROWS:
        cases.add("store-test: " + description, line_row, arguments, status, part)
    cases.add("store-test: text, and colours on a terminal", text_and_colours)
    cases.add("store-test: one line for a plugin that is not there", says_once_that_nothing_loads)
    cases.add("store-test: undoes what it did when it is ended", undoes_when_ended)
    cases.add("store-test: the README has each section and each check", sections_exist)
    cases.add("store-test: toml passes", toml_passes)
    cases.add("store-test: toml without a file of records", toml_without_records)
    cases.add("store-test: toml keeps the records of others", toml_keeps_other_records)
    cases.add("store-test: example passes, as the README has it", readme_example_passes)
    cases.add("store-test: remote passes", remote_passes)
    cases.add("store-test: redis passes", redis_passes)
    # They wait most of the time.
    with ThreadPoolExecutor(3) as pool:
        cases.add("store-test: a store that breaks nothing passes", fine_passes,
                  pool.submit(run_nonconforming, "fine"))
        cases.add("store-test: finds a table for every extension", fails_only,
                  pool.submit(run_nonconforming, "fine", "any_extension"), "extensions",
                  "a name that nobody knows")
        cases.add("store-test: a store that may not write fails nothing", read_only_is_no_failure,
                  pool.submit(run_nonconforming, "read_only"))
        # What a close that is broken makes pointless is little.
        cases.add("store-test: skips little after late_change", skips_only,
                  pool.submit(run_nonconforming, "late_change"), ["close-under-change", "leaks"])
        for name, part in [
                ("no_map", "symbols besides corsac_store_plugin (weak or unique: "),
                ("no_nodelete", "it is not linked with -z nodelete")]:
            cases.add("store-test: finds " + name, fails_only,
                      pool.submit(run_nonconforming, "fine", name), "link-flags", part)
        for run, rows in [(run_nonconforming, NONCONFORMING), (run_misbehaving, MISBEHAVING)]:
            for mode, check, part in rows:
                cases.add("store-test: finds " + mode, fails_only, pool.submit(run, mode), check,
                          part)
        for name, code in REFUSED:
            cases.add("store-test: finds " + name, fails_only, pool.submit(run_refused, name),
                      "descriptor", code)
        cases.run()


if __name__ == "__main__":
    main()
