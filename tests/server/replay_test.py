"""`corsac replay`: what another policy would have done with a log, and what it makes of one that is
cut, huge or hostile.

  python3 replay_test.py CORSAC_PROGRAM
"""
import json
import os
import subprocess
import sys
import tempfile

from observed import APP, EVIL, NEW, Observed
from tap import Cases, contains, equal
from waiting import until

PROGRAM = os.path.abspath(sys.argv[1])

POLICY = """
version = 1
[cors]
allowed_origins = ["https://app.example.com", "https://new.example.com"]
allowed_methods = ["GET", "PUT"]
allowed_headers = ["X-New"]
[hosts]
allowed = ["api.example.com"]
[csrf]
trusted_origins = ["https://new.example.com"]
[redirects]
allowed_origins = ["https://new.example.com"]
[[cors.rules]]
name = "open house"
paths = ["/open"]
on_denied = "mark"
"""

EVENT = {"type": "event", "time": "2027-01-31T00:00:00Z", "seq": 1, "revision": "1",
         "outcome": "blocked", "reason": "origin_not_allowed", "value": NEW, "rule": "cors",
         "place": "policy.toml:3:1", "status": 403, "report_only": False,
         "own_origin": "https://api.example.com", "method": "GET", "path": "/api/items",
         "content_type": None, "host": "api.example.com", "origin": NEW, "referer": None,
         "client": "127.0.0.1", "header_names": ["Host", "Origin"], "hint": "", "near_miss": "",
         "category": ""}
PREFLIGHT = {"method": "OPTIONS",
             "header_names": ["Host", "Origin", "Access-Control-Request-Method"]}
NO_FILE = object()


def line(**changes):
    return json.dumps({**EVENT, **changes})


def replay(content, *arguments, policy=POLICY, by_input=False):
    """Exit status, standard output, standard error; of `corsac replay` with a file of `content`."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (("policy.toml", policy), ("events.jsonl", content)):
            data = text if isinstance(text, bytes) else text.encode()
            with open(os.path.join(folder, name), "wb") as file:
                file.write(data)
        source = "-" if by_input else "events.jsonl"
        data = content if isinstance(content, bytes) else content.encode()
        run = subprocess.run([PROGRAM, "replay", source, "policy.toml", *arguments], cwd=folder,
                             input=data if by_input else b"", stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, timeout=120, check=False)
    return run.returncode, run.stdout.decode(), run.stderr.decode()


# description, changes of EVENT, change, new reason, whether all was known
ROWS = [
    ("an origin that is listed now", {}, "would_allow", None, True),
    ("one that is not", {"origin": EVIL, "value": EVIL}, "same", "origin_not_allowed", True),
    ("one that is marked now", {"origin": EVIL, "path": "/open"}, "other_reason",
     "origin_not_allowed", True),
    ("null", {"origin": "null", "reason": "origin_null", "value": "null"}, "same", "origin_null",
     True),
    ("an origin with escaped bytes", {"origin": "https://new.example.com\\x0a", "value": "x",
                                      "reason": "origin_malformed"}, "same", "origin_malformed",
     True),
    ("a preflight for a method that is listed now",
     {**PREFLIGHT, "reason": "requested_method_not_allowed", "value": "PUT"}, "would_allow", None,
     False),
    ("a preflight for one that is not",
     {**PREFLIGHT, "reason": "requested_method_not_allowed", "value": "PATCH"}, "same",
     "requested_method_not_allowed", False),
    ("a preflight for a header that is listed now",
     {**PREFLIGHT, "reason": "requested_header_not_allowed", "value": "x-new"}, "would_allow", None,
     False),
    ("a preflight for one that is not",
     {**PREFLIGHT, "reason": "requested_header_not_allowed", "value": "x-old"}, "same",
     "requested_header_not_allowed", False),
    ("a write of a page that is trusted now",
     {"method": "POST", "reason": "cross_site_write", "header_names": ["Origin", "Sec-Fetch-Site"]},
     "would_allow", None, True),
    ("a write of one that is not",
     {"method": "POST", "origin": EVIL, "reason": "cross_site_write",
      "header_names": ["Origin", "Sec-Fetch-Site"]}, "other_reason", "origin_not_allowed", True),
    ("a host that is allowed now", {"reason": "host_not_allowed", "origin": None,
                                    "header_names": ["Host"], "status": 421}, "would_allow", None,
     True),
    ("one that is not", {"reason": "host_not_allowed", "host": "evil.example", "origin": None,
                         "header_names": ["Host"]}, "same", "host_not_allowed", True),
    ("a redirect that may go there now", {"reason": "redirect_not_allowed", "origin": None,
                                          "value": "https://new.example.com/in"}, "would_allow",
     None, True),
    ("one that may not", {"reason": "redirect_not_allowed", "origin": None, "value": EVIL},
     "same", "redirect_not_allowed", True),
    ("two Origin lines", {"reason": "origin_repeated"}, "same", "origin_repeated", True),
    ("a path that is still ambiguous", {"reason": "path_ambiguous", "path": "/open/x",
                                        "target": "/open%2Fx"}, "same", "path_ambiguous", True),
    ("an ambiguous target that was cut behind it",
     {"reason": "path_ambiguous", "path": "/b", "target": "/%2e%2e/" + 1016 * "a" + "..."}, "same",
     "path_ambiguous", False),
    ("a text that was cut", {"path": "/" + 119 * "a" + "..."}, "would_allow", None, False),
]


def judges(changes, change, new_reason, is_known):
    status, output, errors = replay(line(**changes) + "\n", "--json")
    told = json.loads(output)
    equal(errors, "")
    equal((told["events"], told["unreadable"]), (1, 0))
    group = told["groups"][0]
    equal((group["change"], group["new_reason"]), (change, new_reason))
    equal(told[change], 1)
    equal(told["partly_known"], 0 if is_known else 1)
    equal(status, {"would_allow": 3, "other_reason": 2, "same": 0}[change])


# description, path, target, of events of path_ambiguous
UNKNOWN_TARGETS = [
    ("cut", "/" + 119 * "a" + "...", "/" + 1023 * "a" + "..."),
    ("cut by an older version", "/" + 119 * "a" + "...", "/" + 119 * "a" + "..."),
    ("cut at an encoded ?", "/a", "/a%3F..."),
    ("not told by an older version", "/a/b", None),
    ("empty", "/a/b", ""),
]
KNOWN_TARGETS = [
    ("whole and long", "/" + 119 * "a" + "...", "/" + 500 * "a" + "/%2e%2e/b"),
    ("cut behind the ambiguous part", "/a/../b", "/a/%2e%2e/b%3F..."),
    ("without userinfo", "http://***@h/a", "http://***@h/a"),
]


def keeps_an_ambiguous_target(path, target, is_known):
    """Under the policy it was refused by it is refused again; without rules for paths it is not."""
    event = line(reason="path_ambiguous", path=path, target=target)
    status, output, _ = replay(event, "--json")
    told = json.loads(output)
    equal((status, told["same"], told["unknown_targets"]), (0, 1, 0 if is_known else 1))
    equal("judged as ambiguous still" in replay(event)[1], not is_known)
    without_rules = POLICY[:POLICY.index("[[cors.rules]]")]
    equal(replay(event, policy=without_rules)[0], 3)


def text_output():
    content = "\n".join([line(), line(origin=EVIL), line(origin=EVIL, path="/open"),
                         json.dumps({"type": "suppressed", "count": 7}),
                         json.dumps({"type": "load", "outcome": "taken"}), "",
                         line(outcome="diagnostic", reason="handler_headers_replaced"),
                         json.dumps({**EVENT, "type": "shadow"})])
    status, output, errors = replay(content)
    equal((status, errors), (3, ""))
    equal(output, """\
3 refusals: 1 would be allowed, 1 refused otherwise, 1 as before
       1  cors: blocked origin_not_allowed -> allowed (cors)
          2027-01-31T00:00:00Z GET /api/items from https://new.example.com
       1  cors: blocked origin_not_allowed -> marked origin_not_allowed (open house)
          2027-01-31T00:00:00Z GET /open from https://evil.example
7 events the log itself left out: ask /api/events for them
2 diagnostics and shadows skipped
""")


def counts_and_examples():
    status, output, _ = replay("\n".join(line(path=f"/{n}") for n in range(50)), "--json")
    group = json.loads(output)["groups"][0]
    equal((status, group["count"], [e["path"] for e in group["examples"]]),
          (3, 50, ["/0", "/1", "/2"]))


def answer_of_the_api():
    content = json.dumps({"events": [EVENT, {**EVENT, "origin": EVIL}, 5], "total": 2})
    status, output, errors = replay(content, "--json", by_input=True)
    told = json.loads(output)
    equal((status, told["events"], told["would_allow"], told["unreadable"]), (3, 2, 1, 1))
    contains(errors, "stdin:1: events: an element is no JSON object")


# description, a line, what is said of it
HOSTILE = [
    ("cut", line()[:100], "this is no JSON, or it is cut"),
    ("no object", "[1, 2]", "this is no JSON object"),
    ("a text", "\"\x1b[31mred\"", "this is no JSON"),
    ("no type", "{}", "type: it is missing"),
    ("events that are none", '{"events": 5}', "events: it is no list"),
    ("a number for a text", line(path=5), "path: it is no text"),
    ("names that are no list", line(header_names="Host"), "header_names: it is no list"),
    ("a name that is a number", line(header_names=[5]), "header_names: an element is no text"),
    ("a reason that is none", line(reason="\x1b]0;x\x07"), "reason: this version knows no such one"),
    ("reason none", line(reason="none"), "reason: this version knows no such one"),
    ("an outcome that is none", line(outcome="<b>"), "outcome: it is neither"),
    ("no method", json.dumps({k: v for k, v in EVENT.items() if k != "method"}),
     "method: it is missing"),
    ("no UTF-8", b'{"type": "event\xff\xfe"}', "this is no JSON"),
    ("deep", 100_000 * "[", "this is no JSON, or it is cut"),
    ("deep objects", 100_000 * '{"events":[' , "this is no JSON, or it is cut"),
    ("huge", b'{"type":"' + 9 * 1024 * 1024 * b"x" + b'"}', "it is longer than 8388608 bytes"),
]


def goes_on_behind(hostile, said):
    data = hostile if isinstance(hostile, bytes) else hostile.encode()
    status, output, errors = replay(line().encode() + b"\n" + data + b"\n" + line().encode(),
                                    "--json")
    told = json.loads(output)
    equal((status, told["events"], told["unreadable"]), (3, 2, 1))
    contains(errors, "events.jsonl:2: " + said)
    contains(errors, "1 event or line was not read")
    assert told["unreadable_lines"][0].startswith("events.jsonl:2: "), told["unreadable_lines"]


def nothing_reaches_the_terminal():
    evil = "\x1b[2J\x1b]0;pwned\x07\u202e\x00"
    fields = {name: evil for name in ("time", "value", "rule", "own_origin", "method", "path",
                                      "origin", "host", "referer", "content_type")}
    for arguments in ([], ["--json"]):
        _, output, errors = replay(line(**fields, reason="origin_malformed") + "\n" + evil,
                                   *arguments)
        for text in (output, errors):
            bad = [c for c in text if c != "\n" and not " " <= c <= "~"]
            equal(bad, [], text)


def many_unreadable_lines_are_counted():
    status, _, errors = replay("{\n" * 1000 + line())
    equal(status, 3)
    equal(len(errors.splitlines()), 11)
    contains(errors, "1000 events or lines were not read")


def many_rules_are_bounded():
    _, output, _ = replay("\n".join(line(rule=f"rule {n}") for n in range(3000)), "--json")
    told = json.loads(output)
    equal((told["events"], len(told["groups"]), told["other_groups"]), (3000, 1000, 2000))


# description, events, policy, what is said
ERRORS = [
    ("no file", NO_FILE, POLICY, "cannot be read"),
    ("an empty file", "", POLICY, "there is no refusal in it"),
    ("a file without a refusal", '{"type":"load"}\n', POLICY, "there is no refusal in it"),
    ("garbage alone", "garbage\n", POLICY, "events.jsonl:1: this is no JSON"),
    ("a wrong policy", line(), POLICY.replace("new.example.com\"", "new.example.com/\"", 1),
     "origin-trailing-slash"),
]


def fails(content, policy, said):
    if content is NO_FILE:
        run = subprocess.run([PROGRAM, "replay", "\x1b[31mnone", os.devnull], cwd="/",
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, timeout=60, check=False)
        equal(run.returncode, 1)
        assert b"\x1b" not in run.stderr, run.stderr
        return
    status, _, errors = replay(content, policy=policy)
    equal(status, 1)
    contains(errors, said)


def a_real_log():
    """The log of a real run and the answer of its API give the same."""
    with Observed(PROGRAM) as running:
        for origin in (NEW, EVIL, "null", APP):
            running.page(origin)
        running.page(EVIL, "/api/vary?v=Accept")
        until(lambda: b"corsac-self-check" in running.get("/api/events?type=event"),
              "the server did not check itself, which is an event too")
        answer = running.get("/api/events?type=event&numberOfResults=1000")
        running.end()
        log = "\n".join(line for line in running.log if line.startswith("{"))
    policy = POLICY.replace("api.example.com", "127.0.0.1:*")
    told = [json.loads(replay(content, "--json", policy=policy)[1]) for content in (log, answer)]
    for one in told:
        equal((one["would_allow"], one["unreadable"]), (1, 0))
    # The log holds one of an origin and reason, and says how many it left out, shadows with them.
    left_out = told[1]["events"] - told[0]["events"]
    assert 0 < left_out <= told[0]["suppressed"], told


def main():
    cases = Cases()
    for row in ROWS:
        cases.add("judges " + row[0], judges, *row[1:])
    for rows, is_known in ((UNKNOWN_TARGETS, False), (KNOWN_TARGETS, True)):
        for description, path, target in rows:
            cases.add("keeps an ambiguous target: " + description, keeps_an_ambiguous_target, path,
                      target, is_known)
    cases.add("as text", text_output)
    cases.add("counts, and three examples", counts_and_examples)
    cases.add("an answer of /api/events, from standard input", answer_of_the_api)
    for description, hostile, said in HOSTILE:
        cases.add("goes on behind a line that is wrong: " + description, goes_on_behind, hostile,
                  said)
    cases.add("nothing of the file reaches the terminal", nothing_reaches_the_terminal)
    cases.add("many wrong lines are counted", many_unreadable_lines_are_counted)
    cases.add("many rules are bounded", many_rules_are_bounded)
    for description, content, policy, said in ERRORS:
        cases.add("fails: " + description, fails, content, policy, said)
    cases.add("the log of a real run", a_real_log)
    cases.run()


if __name__ == "__main__":
    main()
