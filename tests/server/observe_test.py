"""What the running program tells: live events, who is refused most, the last hour, a candidate.

  python3 observe_test.py CORSAC_PROGRAM README
"""
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time

from extract_examples import examples
from observed import APP, EVIL, NEW, NEXT, Observed, POLICY
from tap import Cases, contains, equal
from waiting import DEADLINE, until

PROGRAM, README = map(os.path.abspath, sys.argv[1:3])


class Stream:
    """One client of /api/events/live; blocks as they come, without the chunks around them."""

    def __init__(self, running, query="", headers=()):
        self.socket = socket.create_connection(("127.0.0.1", int(running.admin)), timeout=DEADLINE)
        lines = [f"GET /api/events/live{query} HTTP/1.1", f"Host: 127.0.0.1:{running.admin}",
                 f"Authorization: Bearer {running.token}",
                 *(f"{name}: {value}" for name, value in headers)]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.headers = {}
        while (line := self.file.readline().strip()):
            name, _, value = line.decode().partition(": ")
            self.headers[name.lower()] = value
        self.text = ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def chunk(self):
        """None at the end."""
        size = int(self.file.readline() or b"0", 16)
        data = self.file.read(size)
        self.file.readline()
        return data.decode() if size else None

    def block(self):
        """The next block that is more than a comment, as {field: value}; None at the end."""
        while True:
            while "\n\n" not in self.text:
                chunk = self.chunk()
                if chunk is None:
                    return None
                self.text += chunk
            block, _, self.text = self.text.partition("\n\n")
            fields = dict(line.split(": ", 1) for line in block.split("\n")
                          if not line.startswith(":"))
            if "data" in fields:
                return fields


def live_events(running):
    # The program's check of itself makes events as well.
    query, one, two = "?type=event&message=live-", "https://live-1.example", "https://live-2.example"
    with Stream(running, query) as stream:
        equal(stream.status, 200)
        equal(stream.headers["content-type"], "text/event-stream")
        equal(running.page(one), 403)
        first = stream.block()
        event = json.loads(first["data"])
        equal((event["type"], event["reason"], event["origin"]),
              ("event", "origin_not_allowed", one))
        equal(str(event["seq"]), first["id"])
    # A browser that comes again: nothing is missed, nothing comes twice.
    running.page(two)
    running.page("null", "/live-3")
    with Stream(running, query, [("Last-Event-ID", first["id"])]) as stream:
        equal(json.loads(stream.block()["data"])["origin"], two)
        equal(json.loads(stream.block()["data"])["reason"], "origin_null")


def live_events_need_a_token(running):
    status, headers, body = running.ask(running.admin, "GET", "/api/events/live")
    equal(status, 401)
    contains(body.decode(), "token_missing")
    assert "www-authenticate" in headers


def most_refused(running):
    for _ in range(5):
        running.page("https://often.example")
    top = running.get_json("/api/events/top")
    row = next(row for row in top["origins"] if row["origin"] == "https://often.example")
    equal((row["count"], row["error"], row["reasons"]), (5, 0, {"origin_not_allowed": 5}))
    equal(sorted(row), ["count", "error", "last", "near_miss", "origin", "reasons"])
    equal(row["near_miss"], None)
    # Listed, under another scheme: the page offers no line for such a one.
    running.page(APP.replace("https:", "http:"))
    near = next(row for row in running.get_json("/api/events/top")["origins"]
                if row["origin"] == APP.replace("https:", "http:"))
    contains(near["near_miss"], f'"{APP}" is listed; the request has the scheme http')
    equal(top["most_error"], 0)


def last_hour(running):
    running.page(EVIL)
    for path in ("/api/events/history?minutes=5", "/api/events/top?x=1"):
        status, _, body = running.ask(running.admin, "GET", path,
                                      [("Authorization", f"Bearer {running.token}")])
        equal((status, json.loads(body)["error"]), (400, "parameter"))
    history = running.get_json("/api/events/history")
    equal((history["bucket_seconds"], len(history["buckets"])), (60, 60))
    newest = history["buckets"][-2:]  # a minute may have begun since
    assert sum(bucket["reasons"].get("origin_not_allowed", 0) for bucket in newest) > 0, newest
    starts = [bucket["start"] for bucket in history["buckets"]]
    equal(starts, sorted(starts))


def report_only_says_so(running):
    equal(running.page(EVIL, "/api/echo"), 200)
    event = running.get_json("/api/events?numberOfResults=1&type=event")["events"][0]
    equal((event["outcome"], event["report_only"], event["rule"]), ("marked", True, "trial"))
    equal(running.get_json("/api/status")["report_only"], True)
    contains(running.get("/metrics").decode(),
             'corsac_decisions_total{rule="trial",outcome="report_only",'
             'reason="origin_not_allowed"} ')


def candidate(running):
    running.wait_shadow()
    equal((running.page(APP), running.page(NEW)), (200, 403), "the policy in force decides")
    shadow = running.get_json("/api/status")["shadow"]
    equal((shadow["file"], shadow["store"]["state"]), ("next.toml", "fresh"))
    changes = {row["change"] for row in shadow["differences"]}
    assert {"would_allow", "would_refuse"} <= changes, shadow
    events = running.get_json("/api/events?type=shadow&message=would_allow")["events"]
    equal((events[0]["origin"], events[0]["outcome"], events[0]["live_outcome"]),
          (NEW, "allowed", "blocked"))
    contains(running.get("/metrics").decode(),
             'corsac_shadow_differences_total{change="would_allow",rule="cors",'
             'reason="origin_not_allowed"} ')


def reload(running):
    """The candidate is read by it, too, and waited for."""
    status, _, body = running.ask(running.admin, "POST", "/api/reload",
                                  [("Authorization", f"Bearer {running.token}")])
    equal(status, 200, body)
    return json.loads(body)


def broken_candidate(running):
    running.write("next.toml", NEXT.replace("new.example.com", "new.example.com/"))
    running.process.send_signal(signal.SIGHUP)
    until(lambda: running.get_json("/api/status")["shadow"]["store"]["state"] == "degraded",
          running.log_text)
    until(lambda: any("shadow" in line and "origin-trailing-slash" in line and "next.toml:" in line
                      and '"warning"' in line for line in list(running.log)), running.log_text)
    shadow = running.get_json("/api/status")["shadow"]
    contains(shadow["store"]["last_error"], "origin-trailing-slash")
    since = shadow["store"]["failing_since"]
    assert since > shadow["store"]["loaded_at"], shadow
    seconds = re.search(r"^corsac_shadow_failing_seconds (\S+)$",
                        running.get("/metrics").decode(), re.MULTILINE)
    assert float(seconds[1]) > 0, seconds
    told = reload(running)
    equal((told["taken"], told["shadow"]["state"], told["shadow"]["failing_since"]),
          (True, "degraded", since), told)
    os.remove(os.path.join(running.folder, "next.toml"))
    told = reload(running)
    equal((told["taken"], told["shadow"]["file"], told["shadow"]["failing_since"]),
          (True, "next.toml", since), told)
    contains(told["shadow"]["last_error"], "next.toml")
    equal(running.get("/healthz"), b"ok\n")
    equal((running.page(APP), running.page(NEW)), (200, 403))
    running.write("next.toml", NEXT)
    told = reload(running)
    equal((told["shadow"]["state"], told["shadow"]["failing_since"], told["shadow"]["last_error"]),
          ("fresh", None, None), told)
    contains(running.get("/metrics").decode(), "\ncorsac_shadow_failing_seconds 0\n")


def readme_lines(running):
    """The lines of README, "Live events", as they stand but for address and token."""
    script = examples(README)["observe.sh"]
    for path in re.findall(r"http://127\.0\.0\.1:8081(/[^\s'\"]+)", script):
        if path.startswith("/api/events/live"):
            with Stream(running, path.removeprefix("/api/events/live")) as stream:
                equal(stream.status, 200)
        else:
            running.get(path)


def readme_replays(running):
    """The same for "Try a policy before it is in force"."""
    running.page(NEW)
    running.page(EVIL)
    lines = [line for line in list(running.log) if line.startswith("{")]
    running.write("corsac.log", "\n".join(lines) + "\n")
    script = examples(README)["replay.sh"].replace("127.0.0.1:8081", f"127.0.0.1:{running.admin}")
    environment = {**os.environ, "PATH": os.path.dirname(PROGRAM) + ":" + os.environ["PATH"],
                   "token": "Authorization: Bearer " + running.token}
    name = os.path.basename(PROGRAM)  # corsac, or the one with the other cpp-httplib
    for line in script.replace("corsac replay", name + " replay").splitlines():
        run = subprocess.run(["sh", "-c", line], cwd=running.folder, env=environment, text=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, timeout=60, check=False)
        equal(run.returncode, 3, line + "\n" + run.stdout + run.stderr)
        contains(run.stdout, "-> allowed (cors)")


def readme_shadow():
    with Observed(PROGRAM, examples(README)["shadow.toml"]) as running:
        running.wait_shadow()


def ends_with_streams_open():
    with Observed(PROGRAM) as running:
        with Stream(running, "?message=nothing") as one, Stream(running, "?after=0") as other:
            started = time.monotonic()
            status, _ = running.end()
            equal(status, 0)
            assert time.monotonic() - started < 10, "it hangs on its streams"
            equal(one.block(), None, "it ends in order")
            while other.block() is not None:  # the program's check of itself
                pass
        assert not any("have been cut" in line for line in running.log), running.log_text()


def main():
    cases = Cases()
    with Observed(PROGRAM, POLICY) as running:
        cases.add("live events, and once more from the last", live_events, running)
        cases.add("live events need a token", live_events_need_a_token, running)
        cases.add("the most refused origins", most_refused, running)
        cases.add("the last hour", last_hour, running)
        cases.add("report_only is said", report_only_says_so, running)
        cases.add("a candidate beside the policy", candidate, running)
        cases.add("a candidate that breaks disturbs nobody", broken_candidate, running)
        cases.add("the lines of README", readme_lines, running)
        cases.add("the replays of README", readme_replays, running)
        cases.add("the shadow of README", readme_shadow)
        cases.add("SIGTERM ends open streams in order", ends_with_streams_open)
        cases.run()


if __name__ == "__main__":
    main()
