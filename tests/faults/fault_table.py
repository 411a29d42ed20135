"""Every fault that a store can have, made while the server is asked without a pause.

  fault_table.py PROGRAM PLUGIN_FOLDER BROKEN_PLUGIN_FOLDER [--tap] [--only TEXT]

Prints for each fault how many requests were asked, how many answers were wrong, how long it took
from the end of the fault until the next version of the policy was answered, and the line of the log
that told the operator. An answer is wrong when it is none, when it is of a version that was not
right at that moment, of two versions, or of an older one than the last. tests/faults/run builds what
is needed and calls it.
"""
import argparse
import datetime
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time

from asker import Asker, Expected, policy, policy_toml
from http_peer import HttpPeer
from redis_nodes import RedisClient, RedisNode, put_policy, write_policy
from sanitizers import is_sanitized
from server_process import ServerProcess
from tap import Cases, Skip
from waiting import until

FAULTS = []  # (store, description, function of a Bench giving a Row)


def fault(store, description):
    def add(function):
        FAULTS.append((store, description, function))
        return function
    return add


class Row:
    def __init__(self, asked, wrong, recovery, line):
        self.asked, self.wrong, self.recovery, self.line = asked, wrong, recovery, line


class Trial:
    """One server that answers with version 1, asked all the time."""

    def __init__(self, server):
        self.server, self.expected = server, Expected(1)
        self.asker = Asker(server.port, self.expected)
        self.wait_seen(1)

    def wait_seen(self, version):
        until(lambda: self.asker.seen == version,
              lambda: f"version {version} is answered, but {self.asker.seen}; wrong: "
                      f"{self.asker.wrong}; log:\n{self.server.log_text()}")

    def ask_more(self, count=200):
        goal = self.asker.asked + count
        until(lambda: self.asker.asked >= goal, "more requests are asked")

    def run(self, inject, pattern, heal, hold_seconds=0.0):
        began = time.monotonic()
        inject()
        line = self.server.wait_log(pattern, began)
        until(lambda: time.monotonic() - began >= hold_seconds, "the fault has lasted")
        self.ask_more()
        self.expected.allow(2)
        healed = time.monotonic()
        heal()
        self.wait_seen(2)
        recovery = time.monotonic() - healed
        self.expected.settle(2)
        self.ask_more(50)
        return self.end(recovery, line)

    def end(self, recovery, line):
        self.asker.stop()
        return Row(self.asker.asked, self.asker.wrong, recovery, message(line))


def message(line):
    """What the operator reads of a line of the log."""
    try:
        record = json.loads(line)
    except ValueError:
        return line
    if record.get("type") == "load":
        return f"{record['source']}: policy {record['outcome']}, revision {record['revision']}"
    return record.get("message") or record.get("last_error") or line


class Bench:
    """What the faults have in common: the program, the broken plugins, and a folder."""

    def __init__(self, program, broken):
        self.program, self.broken = program, broken
        self.folder = tempfile.mkdtemp(prefix="corsac-faults-")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.folder, ignore_errors=True)

    def set_mode(self, mode):
        """Of the broken plugin, from its next read on."""
        self.write("mode", mode)

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.rename(path + ".new", path)
        return path

    def server(self, store, **more):
        return ServerProcess(self.program, store, **more)

    def redis_server(self, redis, more=""):
        return self.server(f'plugin = "redis"\nurl = "redis://{redis.address}/0"\n'
                           f"refresh_seconds = 1\ncommand_timeout_milliseconds = 500\n{more}")

    def remote_server(self, peer, more=""):
        return self.server(f'plugin = "remote"\nurl = "http://127.0.0.1:{peer.port}/policy"\n'
                           f"refresh_seconds = 1\nretry_max_seconds = 1\n{more}")


# --- redis

def redis_fault(description, pattern, hold_seconds=0.0):
    """A function that makes the fault in a Redis in good health and gives the one that heals it."""
    def add(make):
        def run(bench):
            with RedisNode() as redis:
                put_policy(redis, policy(1), "1:a")
                with bench.redis_server(redis) as server:
                    heal = []
                    return Trial(server).run(lambda: heal.append(make(redis)), pattern,
                                             lambda: heal[0](), hold_seconds)
        FAULTS.append(("redis", description, run))
        return make
    return add


# Proves 134.
@redis_fault("killed, started again with a newer policy", r"redis-(refused|closed)")
def redis_killed(redis):
    redis.kill()

    def heal():
        redis.start()
        put_policy(redis, policy(2), "2:b")
    return heal


# Proves 137.
@redis_fault("frozen for 10 s", r"redis-silent", hold_seconds=10.0)
def redis_frozen(redis):
    redis.freeze()

    def heal():
        redis.thaw()
        put_policy(redis, policy(2), "2:b")
    return heal


@redis_fault("half a JSON document", r"json-syntax")
def redis_half_json(redis):
    put_policy(redis, policy(3)[:40], "2:b")
    return lambda: put_policy(redis, policy(2), "3:c")


# Proves 132.
@redis_fault("a document that is not valid", r"field-unknown")
def redis_invalid(redis):
    put_policy(redis, policy(3, {"cosr": {}}), "2:b")
    return lambda: put_policy(redis, policy(2), "3:c")


@redis_fault("the key holds a list", r"redis-wrong-type")
def redis_wrong_type(redis):
    with RedisClient(redis.host, redis.port) as client:
        client.run("DEL", "{corsac}:policy")
        client.run("LPUSH", "{corsac}:policy", "a", "b")
        client.run("SET", "{corsac}:revision", "2:b")
        client.run("PUBLISH", "{corsac}:changed", "2:b")

    def heal():
        redis.run("DEL", "{corsac}:policy")
        put_policy(redis, policy(2), "3:c")
    return heal


@redis_fault("flushed", r"redis-key-missing")
def redis_flushed(redis):
    redis.run("FLUSHALL")
    return lambda: put_policy(redis, policy(2), "1:b")


# Proves 135.
@redis_fault("an empty document", r"document-empty")
def redis_empty(redis):
    put_policy(redis, "{}", "2:b")
    return lambda: put_policy(redis, policy(2), "3:c")


@fault("redis", "1,000 updates a second for 3 s")
def redis_storm(bench):
    with RedisNode() as redis:
        put_policy(redis, policy(1), "1:a")
        with bench.redis_server(redis) as server, RedisClient(redis.host, redis.port) as client:
            trial = Trial(server)
            began = time.monotonic()
            version = 1
            while version < 3000:
                version += 1
                trial.expected.allow(version)
                write_policy(client, policy(version), f"{version}:a")
                # 1,000 a second, not as fast as can be.
                until(lambda: time.monotonic() - began >= version / 1000.0, "the next millisecond")
            written = time.monotonic()
            trial.wait_seen(version)
            recovery = time.monotonic() - written
            trial.expected.settle(version)
            trial.ask_more()
            line = server.wait_log(rf'"revision":"{version}:a","outcome":"taken"')
            return trial.end(recovery, line)


# Proves 138.
@fault("redis", "an older revision after a newer one")
def redis_older(bench):
    with RedisNode() as redis:
        put_policy(redis, policy(1), "5:a")
        with bench.redis_server(redis) as server:
            trial = Trial(server)
            trial.expected.allow(2)
            written = time.monotonic()
            put_policy(redis, policy(2), "3:b")
            line = server.wait_log(r"revision-went-back", written)
            trial.wait_seen(2)  # a second look, 5 s later, shows it still
            return trial.end(time.monotonic() - written, line)


@fault("redis", "older for a moment")
def redis_older_for_a_moment(bench):
    with RedisNode() as redis:
        put_policy(redis, policy(1), "5:a")
        with bench.redis_server(redis) as server:
            trial = Trial(server)

            def inject():
                put_policy(redis, policy(3), "3:b")
                until(lambda: redis.run("GET", "{corsac}:revision") == "3:b", "it is written")
                trial.ask_more()
            return trial.run(inject, r"revision-went-back", lambda: put_policy(redis, policy(2), "6:c"))


# --- remote

def remote_fault(description, pattern, more=""):
    def add(make):
        def run(bench):
            with HttpPeer() as peer:
                peer.say(policy(1))
                with bench.remote_server(peer, more) as server:
                    return Trial(server).run(lambda: make(peer), pattern,
                                             lambda: peer.say(policy(2)))
        FAULTS.append(("remote", description, run))
        return make
    return add


@remote_fault("slow bytes", r"remote-deadline", more="deadline_seconds = 2")
def remote_slow(peer):
    peer.say_slowly(policy(3), 0.5)


@remote_fault("half a JSON document", r"json-syntax")
def remote_half(peer):
    peer.say(policy(3)[:40])


@remote_fault("fewer bytes than it announced", r"remote-broken")
def remote_short(peer):
    peer.say(policy(3)[:40], length=5000)


@remote_fault("HTML with 200", r"json-syntax")
def remote_html(peer):
    peer.say("<!DOCTYPE html><title>Sign in</title>")


@remote_fault("an empty answer with 200", r"remote-empty")
def remote_empty(peer):
    peer.say("")


@remote_fault("an empty document", r"document-empty")
def remote_empty_document(peer):
    peer.say("{}")


@remote_fault("500", r"remote-server-error")
def remote_500(peer):
    peer.say("{}", status="500 Internal Server Error")


@remote_fault("401", r"remote-unauthorized")
def remote_401(peer):
    peer.say("{}", status="401 Unauthorized")


@remote_fault("429 with Retry-After", r"remote-rate-limited")
def remote_429(peer):
    peer.say("{}", status="429 Too Many Requests", headers=["Retry-After: 1"])


@remote_fault("hangs up without an answer", r"remote-broken")
def remote_hangs_up(peer):
    peer.hang_up()


# --- toml

def toml_fault(description, pattern):
    def add(make):
        def run(bench):
            store = 'file = "policy.toml"'
            with bench.server(store, files=[("policy.toml", policy_toml(1))]) as server:
                return Trial(server).run(lambda: make(server), pattern,
                                         lambda: server.write("policy.toml", policy_toml(2)))
        FAULTS.append(("toml", description, run))
        return make
    return add


@toml_fault("half a file", r"toml-syntax")
def toml_half(server):
    server.write("policy.toml", policy_toml(3)[:50])


@toml_fault("the file is gone", r"file-not-found")
def toml_gone(server):
    os.remove(server.file("policy.toml"))


@toml_fault("an empty file", r"document-empty")
def toml_empty(server):
    server.write("policy.toml", "")


# --- the machine

@fault("toml", "a full disk for the cache file")
def full_disk(bench):
    def limit_files():
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
    store = 'file = "policy.toml"\non_start_failure = "cached"\ncache_file = "policy.cache"'
    with bench.server(store, files=[("policy.toml", policy_toml(1))],
                      prepare=limit_files) as server:
        trial = Trial(server)
        line = server.wait_log(r"cache-not-written")
        trial.expected.allow(2)
        changed = time.monotonic()
        server.write("policy.toml", policy_toml(2))
        trial.wait_seen(2)
        row = trial.end(time.monotonic() - changed, line)
        until(lambda: server.status()["cache_error"], "the status tells of the cache file")
        return row


def faketime_library():
    found = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
    if not os.path.exists(found):
        found = shutil.which("faketime") and subprocess.run(
            ["faketime", "-f", "+0", "sh", "-c", "echo $LD_PRELOAD"], check=True,
            capture_output=True, text=True).stdout.strip().replace("faketime.so", "faketimeMT.so")
    if not found:
        raise Skip("faketime is absent")
    return found


@fault("toml", "the clock jumps a day ahead, and back")
def clock_jump(bench):
    if is_sanitized(bench.program):
        raise Skip("a sanitizer does not take faketime")
    library = faketime_library()
    ends = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=1)
    ending = ('[[trusted_origins]]\nname = "Partner"\norigin = "https://partner.example"\n'
              f'scopes = ["CORS"]\nvalid_until = {ends:%Y-%m-%dT%H:%M:%SZ}\n')
    clock = bench.write("clock", "+0\n")
    environment = {"LD_PRELOAD": library, "FAKETIME_TIMESTAMP_FILE": clock,
                   "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1",
                   "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    with bench.server('file = "policy.toml"', environment=environment,
                      files=[("policy.toml", policy_toml(1) + ending)]) as server:
        trial = Trial(server)
        assert server.is_granted("https://partner.example")
        jumped = time.monotonic()
        bench.write("clock", "+1d\n")
        until(lambda: not server.is_granted("https://partner.example"),
              "the grant has ended")
        recovery = time.monotonic() - jumped
        trial.ask_more()
        bench.write("clock", "+0\n")
        trial.ask_more()
        line = server.wait_log(r"the grant of a record has ended")
        trial.expected.allow(2)
        server.write("policy.toml", policy_toml(2))
        trial.wait_seen(2)
        return trial.end(recovery, line)


# --- plugins that are wrong

def plugin_fault(description, mode, pattern, more=""):
    def run(bench):
        plugin = os.path.join(bench.broken, "corsac_misbehaving.so")
        store = f'plugin = "{plugin}"\nmode_file = "{bench.folder}/mode"\n{more}'
        bench.set_mode("fine 1")
        with bench.server(store) as server:
            def inject():
                bench.set_mode(mode)
                server.reload()

            def heal():
                bench.set_mode("fine 2")
                server.reload()
            return Trial(server).run(inject, pattern, heal)
    FAULTS.append(("a broken plugin", description, run))


plugin_fault("throws", "read_throws", r"the plugin failed")
plugin_fault("hangs", "read_hangs", r"store-deadline", more="deadline_seconds = 1\nhold_ms = 30000")
plugin_fault("hangs, and ignores interrupt", "read_ignores_interrupt", r"left behind|did not end",
             more="deadline_seconds = 1\nhold_ms = 8000")
plugin_fault("returns garbage", "read_garbage", r"store-misuse|impossible call")
plugin_fault("lies about sizes", "read_lies_about_sizes", r"a text of \d+ bytes")
plugin_fault("gives null for texts", "read_null_texts", r"a text without bytes")
plugin_fault("gives a status that there is none of", "read_unknown_status", r"does not have")
plugin_fault("never ends its document", "read_never_finishes", r"nothing whole")
plugin_fault("writes from another thread", "read_other_thread", r"from a thread of its own")


# Proves 140.
@fault("a broken plugin", "calls `changed` after close")
def changes_after_close(bench):
    plugin = os.path.join(bench.broken, "corsac_misbehaving.so")
    bench.set_mode("fine 1")
    store = f'plugin = "{plugin}"\nmode = "changes_after_close"\nmode_file = "{bench.folder}/mode"'
    with bench.server(store) as server:
        trial = Trial(server)
        trial.ask_more()
        bench.set_mode("fine 2")
        trial.expected.allow(2)
        changed = time.monotonic()
        trial.wait_seen(2)
        recovery = time.monotonic() - changed
        row = trial.end(recovery, server.wait_log(r'"revision":"2","outcome":"taken"'))
        status, _ = server.end()
        assert status == 0, f"exit status {status}:\n{server.log_text()}"
        return row


# --- the command

def show(text, width):
    return text if len(text) <= width else text[:width - 1] + "…"


def print_row(store, description, row):
    width = shutil.get_terminal_size((200, 24)).columns if sys.stdout.isatty() else 10_000
    line = (f"{store + ': ' + description:<58} {row.asked:>7} {len(row.wrong):>6} "
            f"{row.recovery:>8.2f} s  {row.line}")
    print(show(line, width), flush=True)
    for wrong in row.wrong[:3]:
        print("    " + wrong, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("program")
    parser.add_argument("broken_plugins", help="the folder of corsac_misbehaving.so")
    parser.add_argument("--tap", action="store_true", help="print TAP instead of the table")
    parser.add_argument("--only", default="", metavar="TEXT", help="only faults with TEXT")
    arguments = parser.parse_args()
    bench = Bench(os.path.abspath(arguments.program), os.path.abspath(arguments.broken_plugins))
    chosen = [one for one in FAULTS if arguments.only in f"{one[0]}: {one[1]}"]
    with bench:
        return run_tap(bench, chosen) if arguments.tap else run_table(bench, chosen)


def run_tap(bench, faults):
    cases = Cases()

    def case(function):
        row = function(bench)
        print(f"# asked {row.asked}, wrong {len(row.wrong)}, {row.recovery:.2f} s: {row.line}")
        assert not row.wrong, "\n".join(row.wrong)
    for store, description, function in faults:
        cases.add(f"{store}: {description}", case, function)
    cases.run()
    return 0


def run_table(bench, faults):
    print(f"{'fault':<58} {'asked':>7} {'wrong':>6} {'recovery':>10}  log line")
    asked, wrong, skipped, failed = 0, 0, 0, 0
    for store, description, function in faults:
        try:
            row = function(bench)
        except Skip as reason:
            print(f"{store + ': ' + description:<58} skipped: {reason}", flush=True)
            skipped += 1
            continue
        except AssertionError as error:
            print(f"{store + ': ' + description:<58} FAILED: {error}", flush=True)
            failed += 1
            continue
        print_row(store, description, row)
        asked, wrong = asked + row.asked, wrong + len(row.wrong)
    print(f"{len(faults)} faults, {asked} requests asked, {wrong} wrong, {failed} failed, "
          f"{skipped} skipped")
    return 1 if wrong or failed or not faults else 0


if __name__ == "__main__":
    sys.exit(main())
