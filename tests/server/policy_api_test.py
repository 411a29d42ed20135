"""The policy over HTTP of the running program: what is answered is in the store and in force.

  python3 policy_api_test.py CORSAC_PROGRAM SOURCE_ROOT
"""
import http.client
import json
import os
import random
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import tomllib

from extract_examples import examples
from redis_nodes import RedisNode, put_policy
from server_process import ServerProcess
from tap import Cases, Skip, contains, equal
from trusted_origins_api import Api, record_of
from waiting import DEADLINE, until

PROGRAM, ROOT = map(os.path.abspath, sys.argv[1:3])
POLICY, CONFIGURATION = "/api/policy", "/api/system-configuration"
DOCUMENT, REVISION = "{corsac}:policy", "{corsac}:revision"
MANY = "requests_per_minute = 1000000\n"
HOSTS = {"allowed": ["127.0.0.1:*"]}


def document(*names, **fields):
    origins = [f"https://{name}.example" for name in names]
    return {"version": 1, "cors": {"allowed_origins": origins, **fields}, "hosts": HOSTS}


FUSIONAUTH = {"version": 1, "cors": {"profile": "fusionauth"}, "hosts": HOSTS}


class Place:
    """A Redis with a policy, and servers of it."""

    def __init__(self, policy):
        self.policy = policy

    def __enter__(self):
        self.node = RedisNode()
        put_policy(self.node, json.dumps(self.policy), "1:a")
        return self

    def __exit__(self, *_):
        self.node.__exit__()

    def serve(self, store="", admin=MANY):
        return ServerProcess(PROGRAM, f'plugin = "redis"\nurl = "{self.node.url}"\n{store}',
                             admin=admin)

    def stored(self):
        return json.loads(self.node.run("GET", DOCUMENT))

    def state(self):
        return self.node.run("GET", DOCUMENT), self.node.run("GET", REVISION)


class Answer:
    def __init__(self, answer):
        self.status, self.headers = answer.status, answer.headers
        self.text = answer.read().decode()
        self.tag = answer.getheader("ETag")

    def json(self):
        return json.loads(self.text)


def ask(server, method, path=POLICY, body=None, tag=None, token=None, kind="application/json"):
    connection = http.client.HTTPConnection("127.0.0.1", int(server.admin), timeout=DEADLINE)
    try:
        bare = path == CONFIGURATION
        headers = {"Authorization": ("" if bare else "Bearer ") + (token or server.token)}
        if body is not None:
            headers["Content-Type"] = kind
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        if tag is not None:
            headers["If-Match"] = tag
        connection.request(method, path, body, headers)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def configure(server, method="PATCH", tag=None, **fields):
    return ask(server, method, CONFIGURATION,
               {"systemConfiguration": {"corsConfiguration": fields}}, tag)


def granted(server, *names):
    return [server.is_granted(f"https://{name}.example") for name in names]


def is_in_force_when_it_is_answered():
    """While it runs; the next request is decided by the new policy, every time."""
    with Place(document("app")) as at, at.serve() as server:
        shown = ask(server, "GET")
        equal((shown.status, shown.json()), (200, at.policy))
        equal(shown.headers["X-Corsac-In-Force"], shown.tag)
        tag = shown.tag
        for number in range(20):
            now, other = f"n{number}", f"n{number - 1}"
            answer = ask(server, "PUT", body=document(now), tag=tag)
            equal(answer.status, 200, answer.text)
            equal(granted(server, now, other, "app"), [True, False, False])
            tag = answer.tag
            answer = ask(server, "PATCH", body={"cors": {"allowed_origins":
                                                         ["https://patched.example"]}}, tag=tag,
                         kind="application/merge-patch+json")
            equal(answer.status, 200, answer.text)
            equal(granted(server, now, "patched"), [False, True])
            tag = answer.tag
        equal(server.status()["revision"], json.loads(tag))
        shown = ask(server, "GET")
        equal((shown.tag, shown.headers["X-Corsac-In-Force"]), (tag, tag))
        equal(shown.json(), at.stored())


def reaches_another_server():
    with Place(document("app")) as at, at.serve() as one, at.serve() as two:
        answer = ask(one, "PUT", body=document("new"), tag=ask(two, "GET").tag)
        equal(answer.status, 200, answer.text)
        until(lambda: granted(two, "new", "app") == [True, False], "the other server follows")
        equal(ask(two, "GET").tag, answer.tag)


def loses_no_update():
    """Clients of two servers, each of whom adds origins to the list that he read."""
    clients, each = 6, 6
    with Place(document("app")) as at, at.serve() as one, at.serve() as two:
        counts = {"conflicts": 0}

        def add(number):
            server = (one, two)[number % 2]
            for i in range(each):
                while True:
                    shown = ask(server, "GET")
                    origins = shown.json()["cors"]["allowed_origins"]
                    origins.append(f"https://c{number}-{i}.example")
                    answer = ask(server, "PATCH", body={"cors": {"allowed_origins": origins}},
                                 tag=shown.tag)
                    if answer.status == 200:
                        break
                    equal(answer.status, 412, answer.text)
                    counts["conflicts"] += 1

        run_together(add, clients)
        expected = {f"https://c{n}-{i}.example" for n in range(clients) for i in range(each)}
        equal(set(at.stored()["cors"]["allowed_origins"]), expected | {"https://app.example"})
        print(f"# {clients * each} changes, {counts['conflicts']} conflicts, none lost", flush=True)
        assert counts["conflicts"] > 0, "nobody was in anybody's way"


def run_together(work, count):
    failures = []

    def run(number):
        try:
            work(number)
        except BaseException as failure:  # told by the test itself
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def fields_of_many_clients():
    """Without If-Match, as FusionAuth's clients: each changes a field of his own, none is lost."""
    fields = {"enabled": True, "debug": True, "allowCredentials": True,
              "allowedOrigins": ["https://f.example"], "preflightMaxAgeInSeconds": 7,
              "exposedHeaders": ["X-F"]}
    with Place(FUSIONAUTH) as at, at.serve() as one, at.serve() as two:
        names = list(fields)

        def change(number):
            name = names[number]
            while True:
                answer = configure((one, two)[number % 2], **{name: fields[name]})
                if answer.status == 200:
                    return
                equal(answer.status, 412, answer.text)

        run_together(change, len(names))
        shown = ask(one, "GET", CONFIGURATION).json()["systemConfiguration"]["corsConfiguration"]
        equal({name: shown[name] for name in names}, fields)


# Proves M94.
def false_is_not_unset():
    with Place(FUSIONAUTH) as at, at.serve() as server:
        configure(server, enabled=True, allowedOrigins=["https://a.example"])
        equal(granted(server, "a"), [True])
        equal(configure(server, debug=True).status, 200)
        equal(granted(server, "a"), [True], "what is absent stays")
        equal(configure(server, enabled=False).status, 200)
        equal(granted(server, "a"), [False])
        equal(at.stored()["cors"]["enabled"], False)
        equal(configure(server, enabled=True).status, 200)
        equal(configure(server, enabled=None).status, 200)
        equal(granted(server, "a"), [False], "null is the default, and that is off")
        assert "enabled" not in at.stored()["cors"]
        equal(configure(server, "PUT", enabled=True, allowedOrigins=["https://b.example"]).status,
              200)
        equal(granted(server, "a", "b"), [False, True])
        assert "debug" not in at.stored()["cors"], "PUT: what is absent has its default"
        shown = ask(server, "GET", CONFIGURATION).json()["systemConfiguration"]["corsConfiguration"]
        equal((shown["enabled"], shown["debug"], shown["allowedOrigins"]),
              (True, False, ["https://b.example"]))
        equal(at.stored()["hosts"], HOSTS, "the rest of the document stays")


def wrong_documents_change_nothing():
    tested = document("app", "b")
    tested["test"] = [{"name": "t", "origin": "https://b.example", "expect": "deny"}]
    rows = [("half a document", '{"version": 1,', 400, "body_malformed", ["json-syntax"]),
            ("not UTF-8", b'{"version": "\xff"}', 400, "body_malformed", ["json-syntax"]),
            ("too deep", '{"cors": ' + 99 * "[" + 99 * "]" + "}", 400, "body_malformed",
             ["field-type", "nesting-too-deep"]),
            ("a name twice", '{"version": 1, "version": 1, "cors": {}}', 422, "policy_invalid",
             ["field-repeated"]),
            ("several errors", document("app/", debug="no", unknown=1), 422, "policy_invalid",
             ["field-type", "field-unknown", "origin-path"]),
            ("a test that fails", tested, 422, "policy_invalid", ["test-failed"]),
            ("nothing at all", {"version": 1}, 422, "policy_invalid", ["document-empty"]),
            ("more than 1 MiB", " " * (1 << 20) + "{}", 413, "body_too_large", []),
            ("a number beyond 64 bits", document("app", max_age_seconds=10 ** 20), 422,
             "policy_invalid", ["field-type"])]
    with Place(document("app")) as at, at.serve() as server:
        before, tag = at.state(), ask(server, "GET").tag
        for desc, body, status, error, codes in rows:
            answer = ask(server, "PUT", body=body, tag=tag)
            equal(answer.status, status, desc + answer.text)
            equal(answer.json()["error"], error, desc)
            seen = [problem["code"] for problem in answer.json().get("problems", [])
                    if problem["severity"] == "error"]
            equal(sorted(seen), codes, desc)
            equal(at.state(), before, desc)
            equal(granted(server, "app", "b"), [True, False], desc)
        equal(server.status()["failures"], 0, "no server was given any of them")
        equal(ask(server, "PUT", body=document("b"), tag='"0:old"').status, 412)
        equal(ask(server, "PUT", body=document("b")).status, 428)
        equal(ask(server, "PUT", body=document("b"), tag=tag, kind="text/plain").status, 415)
        equal(at.state(), before)


def bodies_without_an_end():
    """What the host cannot know the length of is refused, and its connection ends."""
    with Place(document("app")) as at, at.serve() as server:
        before = at.state()
        # cpp-httplib 0.53 reads no length as no body, which is no JSON.
        for framing, statuses in [("", "400 411"), ("Content-Length: 5x\r\n", "400"),
                                  ("Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "400")]:
            with socket.create_connection(("127.0.0.1", int(server.admin)), DEADLINE) as raw:
                raw.sendall((f"PUT {POLICY} HTTP/1.1\r\nHost: 127.0.0.1\r\nIf-Match: *\r\n"
                             f"Authorization: Bearer {server.token}\r\n{framing}"
                             "Content-Type: application/json\r\n\r\n").encode())
                contains(statuses, raw.recv(4096).decode().split(" ")[1])
        equal(at.state(), before)


CHUNKS = "Transfer-Encoding: chunked\r\n", b"1\r\n{\r\n0\r\n\r\n"
GZIP = "Content-Encoding: gzip\r\nContent-Length: 3\r\n", b"abc"
HUGE = f"Content-Length: {(1 << 20) + 1}\r\n", b"x" * ((1 << 20) + 1)
EMPTY = "", b""

# description, method, path, framing and body, what is said with which status. cpp-httplib 0.53 reads
# chunks, and says other things about compressed bodies.
WORDLESS = [
    ("a path that is none", "GET", "/api/polic", EMPTY, {404: "path"}),
    ("a path with a slash too many", "GET", "/api/policy/", EMPTY, {404: "path"}),
    ("the same by PUT", "PUT", "/api/policy/", ("Content-Length: 2\r\n", b"{}"), {404: "path"}),
    ("a patch in chunks", "PATCH", POLICY, CHUNKS, {411: "length_missing", 400: "body_malformed"}),
    ("a patch that is compressed", "PATCH", POLICY, GZIP,
     {415: "media_type", 400: "request_malformed"}),
    ("a patch without a body", "PATCH", POLICY, EMPTY, {400: "body_malformed"}),
    ("a document without a body", "PUT", POLICY, EMPTY, {400: "body_malformed"}),
    ("a patch of more than 1 MiB", "PATCH", POLICY, HUGE, {413: "body_too_large"}),
    ("more than 1 MiB elsewhere", "POST", "/nowhere", HUGE,
     {413: "body_too_large", 404: "path"}),
    ("FusionAuth's form in chunks", "PATCH", CONFIGURATION, CHUNKS,
     {411: "[length_missing]", 400: "[json-syntax]"}),
    ("FusionAuth's form, compressed", "PATCH", CONFIGURATION, GZIP,
     {415: "[media_type]", 400: "request_malformed"}),
    ("FusionAuth's form, more than 1 MiB", "PATCH", CONFIGURATION, HUGE,
     {413: "[body_too_large]"}),
    ("a record of more than 1 MiB", "POST", "/api/v1/trustedOrigins", HUGE, {413: "E0000003"}),
]


def every_error_has_an_object(method, path, sent, said):
    framing, body = sent
    with Place(FUSIONAUTH) as at, at.serve() as server:
        before = at.state()
        kind = "SSWS" if path.startswith("/api/v1/") else "Bearer"
        with socket.create_connection(("127.0.0.1", int(server.admin)), DEADLINE) as raw:
            raw.sendall((f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nIf-Match: *\r\n"
                         f"Authorization: {kind} {server.token}\r\nConnection: close\r\n"
                         f"Content-Type: application/json\r\n{framing}\r\n").encode())
            try:
                raw.sendall(body)
            except OSError:  # it was answered before all of it came
                pass
            answer = http.client.HTTPResponse(raw)
            answer.begin()
            text = answer.read().decode()
        contains(said, answer.status)
        error = json.loads(text)
        if "generalErrors" in error:
            error = {"error": re.match(r"\[[\w-]+\]", error["generalErrors"][0]["code"]).group()}
        equal(error.get("error") or error["errorCode"], said[answer.status])
        equal(at.state(), before)


def what_stands_beside_the_document():
    """Records and the set of origins: judged with it, neither shown nor lost."""
    with Place(document("app")) as at, at.serve() as server:
        Api(server).make("kept")
        at.node.run("SADD", "{corsac}:origins", "https://set.example")
        at.node.run("SET", REVISION, "7:set")
        at.node.run("PUBLISH", "{corsac}:changed", "7:set")
        until(lambda: granted(server, "kept", "set") == [True, True], "both are granted")
        shown = ask(server, "GET")
        equal(shown.json(), document("app"))
        answer = ask(server, "PUT", body=document("new"), tag=shown.tag)
        equal(answer.status, 200, answer.text)
        equal(granted(server, "new", "app", "kept", "set"), [True, False, True, True])
        answer = ask(server, "PATCH", body={"cors": {"debug": True}}, tag=answer.tag)
        equal(answer.status, 200, answer.text)
        equal(at.stored(), document("new", debug=True))
        equal(at.node.run("HLEN", "{corsac}:trusted_origins"), 1)
        equal(at.node.run("SMEMBERS", "{corsac}:origins"), ["https://set.example"])
        for name in ("kept", "set"):
            test = {"name": "t", "origin": f"https://{name}.example", "expect": "deny"}
            answer = ask(server, "PATCH", body={"test": [test]}, tag="*")
            equal(answer.status, 422, "it is granted, whoever wrote it: " + answer.text)
        # A record that is made raises the revision: what was judged without it is not written.
        tag = ask(server, "GET").tag
        Api(server).make("newer")
        equal(ask(server, "PATCH", body={"cors": {"debug": False}}, tag=tag).status, 412)


def records_of_a_second_store():
    with Place(document("app")) as at:
        store = '[records]\nplugin = "toml"\nfile = "records.toml"\nrecords_file = "kept.toml"\n'
        records = ('version = 1\n[[trusted_origins]]\nname = "partner"\n'
                   'origin = "https://partner.example"\nscopes = ["CORS"]\n')
        with ServerProcess(PROGRAM, f'plugin = "redis"\nurl = "{at.node.url}"\n{store}',
                           [("records.toml", records)], admin=MANY) as server:
            test = {"name": "t", "origin": "https://partner.example", "expect": "deny"}
            before = at.state()
            equal(ask(server, "PATCH", body={"test": [test]}, tag="*").status, 422)
            equal(at.state(), before)
            test["expect"] = "allow"
            equal(ask(server, "PATCH", body={"test": [test]}, tag="*").status, 200)
            equal(granted(server, "partner", "app"), [True, True])


def broken_by_hand_and_mended():
    with Place(document("app")) as at, at.serve() as server:
        put_policy(at.node, '{"version": 1,', "5:hand")
        until(lambda: server.status()["state"] == "degraded", "the server has read it")
        shown = ask(server, "GET")
        equal((shown.status, shown.json()["error"]), (409, "document_unusable"))
        equal(granted(server, "app"), [True], "the last good one stays")
        equal(ask(server, "PATCH", body={}, tag="*").status, 409)
        equal(ask(server, "GET", CONFIGURATION).status, 409)
        answer = ask(server, "PUT", body=document("new"), tag="*")
        equal(answer.status, 200, answer.text)
        equal(granted(server, "app", "new"), [False, True])
        # Written without a revision: a tag of it can be read, and be written against.
        at.node.run("DEL", REVISION)
        tag = ask(server, "GET").tag
        contains(tag, "content:")
        # Its counter began again, so a server looks twice before it goes back to it.
        answer = ask(server, "PATCH", body=document("newer"), tag=tag)
        equal((answer.status, answer.json()["error"]), (503, "not_in_force"), answer.text)
        until(lambda: granted(server, "newer") == [True], "it is in force a moment later")
        equal(ask(server, "PUT", body=document("newest"), tag=answer.tag).status, 200)
        equal(granted(server, "newest"), [True])


def store_is_away():
    with Place(document("app")) as at, at.serve() as server:
        tag = ask(server, "GET").tag
        at.node.kill()
        for answer in (ask(server, "GET"), ask(server, "PUT", body=document("b"), tag=tag),
                       ask(server, "PATCH", body={}, tag="*")):
            equal((answer.status, answer.json()["error"]), (503, "store_unreachable"))
        answer = configure(server, enabled=True)
        equal(answer.status, 503)
        contains(answer.json()["generalErrors"][0]["code"], "redis-refused")
        equal(granted(server, "app", "b"), [True, False])
        assert at.node.start(), "the Redis starts"
        put_policy(at.node, json.dumps(document("app")), "9:a")
        until(lambda: ask(server, "GET").status == 200, "it is back")
        equal(ask(server, "PUT", body=document("b"), tag="*").status, 200)
        equal(granted(server, "app", "b"), [False, True])


def user_who_may_not_write():
    with Place(document("app")) as at:
        at.node.run("ACL", "SETUSER", "reader", "on", ">hunter2", "resetkeys", "%R~{corsac}:*",
                    "resetchannels", "&{corsac}:changed", "-@all", "+get", "+sscan", "+hscan",
                    "+subscribe", "+ping", "+select", "+info", "+role")
        store = (f'plugin = "redis"\nurl = "redis://reader@{at.node.address}"\n'
                 'password_env = "CORSAC_TEST_PASSWORD"\n')
        with ServerProcess(PROGRAM, store, environment={"CORSAC_TEST_PASSWORD": "hunter2"},
                           admin=MANY) as server:
            before = at.state()
            answer = ask(server, "PUT", body=document("b"), tag=ask(server, "GET").tag)
            equal((answer.status, answer.json()["error"]), (409, "store_refused"), answer.text)
            equal(at.state(), before)
            assert "hunter2" not in answer.text + server.log_text()


def tokens_of_a_file():
    with Place(FUSIONAUTH) as at, at.serve() as server:
        tokens = {}
        for scope in ("read", "manage"):
            made = subprocess.run([PROGRAM, "token", "new", scope + "er", "--scope", scope,
                                   "--file", server.file("admin.tokens")], check=True,
                                  capture_output=True, text=True, timeout=60)
            tokens[scope] = made.stdout.strip()
        server.end()
        with open(server.file("server.toml"), encoding="utf-8") as file:
            config = file.read()
        server.write("server.toml",
                     config.replace("[store]", 'token_file = "admin.tokens"\n[store]'))
        server.restart(wants_token=False)
        before = at.state()
        for path in (POLICY, CONFIGURATION):
            equal(ask(server, "GET", path, token=tokens["read"]).status, 200)
            for method in ("PUT", "PATCH"):
                equal(ask(server, method, path, {}, "*", token=tokens["read"]).status, 403)
            equal(ask(server, "GET", path, token="nobody").status, 401)
        equal(at.state(), before)
        answer = ask(server, "PATCH", body={"cors": {"debug": True}}, tag="*",
                     token=tokens["manage"])
        equal(answer.status, 200, answer.text)


def store_that_cannot_be_written():
    text = '# ours\nversion = 1\n[cors]\nallowed_origins = ["https://app.example"]\n'
    with ServerProcess(PROGRAM, 'file = "policy.toml"\n', [("policy.toml", text)]) as server:
        shown = ask(server, "GET")
        equal((shown.status, shown.json()["cors"]["allowed_origins"]),
              (200, ["https://app.example"]))
        for method, path in [("PUT", POLICY), ("PATCH", POLICY), ("PATCH", CONFIGURATION)]:
            answer = ask(server, method, path, {}, shown.tag)
            equal((answer.status, answer.headers["Allow"]), (405, "GET, HEAD"))
            contains(answer.text, "corsac push")
        with open(server.file("policy.toml"), encoding="utf-8") as file:
            equal(file.read(), text)
        server.write("policy.toml", text.replace("app", "other"))
        until(lambda: granted(server, "other") == [True], "the file is followed")
        equal(ask(server, "GET").json()["cors"]["allowed_origins"], ["https://other.example"])


def run_shell(script, server):
    """The example as it stands, but for the port; what it printed."""
    if shutil.which("curl") is None:
        raise Skip("there is no curl")
    script = re.sub(r"127\.0\.0\.1:8081", f"127.0.0.1:{server.admin}", script)
    done = subprocess.run(["sh", "-eu", "-c", script], cwd=server.folder, capture_output=True,
                          text=True, timeout=60, check=False,
                          env={**os.environ, "TOKEN": server.token})
    equal(done.returncode, 0, done.stdout + done.stderr)
    return done.stdout


def readme_lines_do_what_they_say():
    script = examples(os.path.join(ROOT, "README.md"))["policy_api.sh"]
    with Place(document("app", max_age_seconds=5)) as at, at.serve() as server:
        printed = run_shell(script, server)
        statuses = [line for line in printed.splitlines() if re.fullmatch(r"\d{3}", line)]
        equal(statuses, ["412", "409"])
        equal(at.stored(), at.policy, "the last PUT brings back what was there")
        equal(at.node.run("GET", REVISION).split(":")[0], "3", "a PATCH and a PUT")


def page_lines_do_what_they_say(policy=None):
    script = examples(os.path.join(ROOT, "lib/docs/coming_from_fusionauth.md"))["fusionauth.sh"]
    with Place(policy or FUSIONAUTH) as at, at.serve() as server:
        shown = [json.loads(line) for line in run_shell(script, server).splitlines()]
        equal(len(shown), 3)
        configuration = shown[2]["systemConfiguration"]["corsConfiguration"]
        equal((configuration["enabled"], configuration["allowCredentials"]), (True, False))
        equal(at.stored()["cors"]["allowed_origins"], ["https://app.example.com"])
        equal(shown[2], shown[1])


def what_was_imported_may_change():
    """Nothing of an import stands in the way of the API: from an imported policy the lines of the
    page do what they say, and so do other methods, and the defaults."""
    fields = {"enabled": True, "allowedOrigins": ["https://first.example.com"],
              "allowedMethods": ["GET", "PUT"], "allowedHeaders": ["X-A"], "exposedHeaders": [],
              "allowCredentials": True, "debug": False, "preflightMaxAgeInSeconds": 60}
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "answer.json")
        with open(file, "w", encoding="utf-8") as answer:
            json.dump({"systemConfiguration": {"corsConfiguration": fields}}, answer)
        imported = subprocess.run([PROGRAM, "import", "fusionauth", file], capture_output=True,
                                  text=True, timeout=60, check=True).stdout
    policy = {**tomllib.loads(imported), "hosts": HOSTS}
    equal(policy["cors"]["allowed_origins"], ["https://first.example.com"])
    page_lines_do_what_they_say(policy)
    for change in ({"allowedMethods": ["GET"]}, {"allowedOrigins": ["*"], "allowCredentials": False},
                   {"allowedHeaders": []}, {"enabled": False}):
        with Place(policy) as at, at.serve() as server:
            answer = configure(server, **change)
            equal(answer.status, 200, answer.text)
    with Place(policy) as at, at.serve() as server:
        answer = configure(server, "PUT", enabled=True)
        equal(answer.status, 200, answer.text)


def all_that_fusionauth_may_say():
    """Random configurations come back as they were sent, and decide as the importer's policy."""
    chance = random.Random(20261128)
    with Place(FUSIONAUTH) as at, at.serve() as server:
        for _ in range(25):
            fields = {"enabled": chance.random() < 0.8, "debug": chance.random() < 0.5,
                      "allowCredentials": chance.random() < 0.5,
                      "allowedOrigins": [f"https://r{n}.example"
                                         for n in chance.sample(range(5), chance.randint(0, 3))],
                      "allowedMethods": chance.sample(["GET", "POST", "PUT", "DELETE", "HEAD",
                                                       "OPTIONS", "PATCH"], chance.randint(1, 7)),
                      "allowedHeaders": chance.sample(["X-A", "X-B", "Content-Type"], 2),
                      "exposedHeaders": chance.sample(["X-C", "X-D"], chance.randint(0, 2)),
                      "preflightMaxAgeInSeconds": chance.choice([0, 1, 1800, 86400])}
            answer = configure(server, "PUT", **fields)
            equal(answer.status, 200, answer.text)
            body = {"systemConfiguration": {"corsConfiguration": fields}}
            equal(answer.json(), body)
            equal(ask(server, "GET", CONFIGURATION).json(), body)
            for n in range(5):
                expected = (fields["enabled"] and "GET" in fields["allowedMethods"] and
                            f"https://r{n}.example" in fields["allowedOrigins"])
                equal(granted(server, f"r{n}"), [expected], str(fields))
            server.write("answer.json", json.dumps(body))
            imported = subprocess.run([PROGRAM, "import", "fusionauth",
                                       server.file("answer.json")], capture_output=True, text=True,
                                      timeout=60, check=False)
            for name in ("enabled", "debug", "allow_credentials"):
                equal(f"{name} = true" in imported.stdout, at.stored()["cors"][name], name)


def main():
    cases = Cases()
    for description, test in [
            ("a change is in force when it is answered", is_in_force_when_it_is_answered),
            ("a change reaches another server", reaches_another_server),
            ("clients of two servers lose no update", loses_no_update),
            ("clients without If-Match lose no field", fields_of_many_clients),
            ("a false is not unset", false_is_not_unset),
            ("wrong documents change nothing", wrong_documents_change_nothing),
            ("bodies without an end", bodies_without_an_end),
            ("what stands beside the document", what_stands_beside_the_document),
            ("records of a second store", records_of_a_second_store),
            ("a document that is broken by hand", broken_by_hand_and_mended),
            ("a store that is away", store_is_away),
            ("a user who may not write", user_who_may_not_write),
            ("tokens of a file", tokens_of_a_file),
            ("a store that cannot be written", store_that_cannot_be_written),
            ("all that FusionAuth may say", all_that_fusionauth_may_say),
            ("the lines of the README", readme_lines_do_what_they_say),
            ("the lines of the page", page_lines_do_what_they_say),
            ("what was imported may change", what_was_imported_may_change)]:
        cases.add(description, test)
    for description, *row in WORDLESS:
        cases.add("an error has an object: " + description, every_error_has_an_object, *row)
    if len(sys.argv) > 3:  # only those that have this in their names
        cases.cases = [case for case in cases.cases if sys.argv[3] in case[0]]
    cases.run()


if __name__ == "__main__":
    main()
