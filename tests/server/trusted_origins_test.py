"""The Trusted Origins API of the running program: what is answered is kept and in force.

  python3 trusted_origins_test.py CORSAC_PROGRAM RECORDS KILLS

RECORDS is how many are made at once, KILLS how often the program is killed with each store.
"""
import http.client
import json
import os
import random
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from tempfile import TemporaryDirectory

from extract_examples import examples
from redis_nodes import RedisNode, put_policy
from server_process import ServerProcess
from tap import Cases, Skip, contains, equal
from trusted_origins_api import LIST, Api, record_of
from waiting import DEADLINE, until

PROGRAM = os.path.abspath(sys.argv[1])
RECORDS, KILLS = map(int, sys.argv[2:4])
README = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "README.md")
CLIENTS = 16  # as many as the admin listener has threads
POLICY = """version = 1
[cors]
allowed_origins = ["https://app.example"]
allow_credentials = true
"""
JSON_POLICY = json.dumps({"version": 1, "cors": {"allowed_origins": ["https://app.example"],
                                                 "allow_credentials": True}})
TOML_STORE = 'file = "policy.toml"\nrecords_file = "records.toml"\n'
MANY = "requests_per_minute = 1000000\n"


def granted(server, name):
    """None, or what Access-Control-Allow-Credentials says, of a request of that record's origin."""
    connection = http.client.HTTPConnection("127.0.0.1", int(server.port), timeout=DEADLINE)
    try:
        connection.request("GET", "/api/hello", headers={"Origin": f"https://{name}.example"})
        answer = connection.getresponse()
        answer.read()
        allowed = answer.getheader("Access-Control-Allow-Origin")
        assert allowed in (None, f"https://{name}.example"), allowed
        return allowed and answer.getheader("Access-Control-Allow-Credentials")
    finally:
        connection.close()


DOCUMENT_RECORDS = """
[[trusted_origins]]
name = "off in the document"
origin = "https://off.example"
status = "INACTIVE"
scopes = ["CORS"]
[[trusted_origins]]
name = "over in the document"
origin = "https://over.example"
valid_until = "2020-01-01T00:00:00Z"
scopes = ["CORS"]
"""


class TomlPlace:
    """A policy and a file of records; one server, or two of one folder."""
    name = "toml"
    policy = POLICY
    with_records = POLICY + DOCUMENT_RECORDS

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def serve(self, beside=None, admin=MANY):
        store = TOML_STORE
        if beside is not None:
            store = f'file = "{beside.file("policy.toml")}"\n' \
                    f'records_file = "{beside.file("records.toml")}"\n'
        return ServerProcess(PROGRAM, store, [("policy.toml", self.policy)], admin=admin)


class RedisPlace:
    name = "redis"
    policy = JSON_POLICY
    with_records = json.dumps({**json.loads(JSON_POLICY), "trusted_origins": [
        {**record_of("off"), "name": "off in the document", "status": "INACTIVE"},
        {**record_of("over"), "name": "over in the document",
         "valid_until": "2020-01-01T00:00:00Z"}]})

    def __enter__(self):
        self.node = RedisNode()
        put_policy(self.node, self.policy, "1:a")
        return self

    def __exit__(self, *_):
        self.node.__exit__()

    def serve(self, beside=None, admin=MANY):
        return ServerProcess(PROGRAM, f'plugin = "redis"\nurl = "{self.node.url}"\n', admin=admin)


PLACES = [TomlPlace, RedisPlace]


# Proves M33. A record that is off keeps its place, and is on again with one call.
def is_in_force_when_it_is_answered(place):
    with place() as at, at.serve() as server:
        api = Api(server)
        equal(granted(server, "new"), None)
        record = api.make("new", "CORS", "REDIRECT")
        equal(granted(server, "new"), "true")
        equal(api.change(record, "deactivate")["status"], "INACTIVE")
        equal(granted(server, "new"), None)
        api.change(record, "activate")
        equal(granted(server, "new"), "true")
        path = f"{LIST}/{record['id']}"
        equal(api.ask("PUT", path, record_of("new", "REDIRECT"))[0], 200)
        equal(granted(server, "new"), None, "no scope CORS, no grant")
        equal(api.ask("PUT", path, record_of("other", "CORS"))[0], 200)
        equal((granted(server, "new"), granted(server, "other")), (None, "true"))
        equal(api.ask("DELETE", path), (204, None))
        equal(granted(server, "other"), None)
        equal(granted(server, "app"), "true", "the document grants what it did")


def gives_way_to_the_document(place):
    """What people wrote into the document counts alone, also where it says no."""
    at = place()
    at.policy = at.with_records
    with at, at.serve() as server:
        api = Api(server)
        for name in ("off", "over"):
            api.make(name)
            equal(granted(server, name), None, name)
        server.wait_log("record-in-document")
        api.make("new")
        equal(granted(server, "new"), "true")
        server.end()
        server.restart()
        equal([granted(server, name) for name in ("off", "over", "new")], [None, None, "true"])


def reaches_another_server(place):
    with place() as at, at.serve() as one, at.serve(one) as two:
        record = Api(one).make("new")
        until(lambda: granted(two, "new") == "true", "the other server grants it")
        until(lambda: Api(two).ask("GET", f"{LIST}/{record['id']}")[0] == 200,
              "the other server knows the record")
        Api(two).change(record, "deactivate")
        equal(granted(two, "new"), None)
        until(lambda: granted(one, "new") is None, "the first one takes it back")


def both_servers_write(place):
    """Four clients at each of two servers; every record that one answered is there in the end."""
    each = 25
    with place() as at, at.serve() as one, at.serve(one) as two:

        def write(number):
            api = Api((one, two)[number % 2])
            return [api.make(f"w{number}-{i}")["id"] for i in range(each)]

        with ThreadPoolExecutor(8) as pool:
            made = [name for names in pool.map(write, range(8)) for name in names]
        equal(len(set(made)), 8 * each)
        for server in (one, two):
            until(lambda api=Api(server): set(api.all()) == set(made), "each server knows all")


def many_at_once(place):
    each = RECORDS // CLIENTS
    with place() as at, at.serve() as server:

        def write(number):
            api = Api(server)
            for i in range(each):
                api.make(f"r{number}-{i}")

        with ThreadPoolExecutor(CLIENTS) as pool:
            started = time.monotonic()
            list(pool.map(write, range(CLIENTS)))
            took = time.monotonic() - started
        print(f"# {at.name}: {RECORDS} records by {CLIENTS} clients in {took:.1f} s", flush=True)
        equal(len(Api(server).all()), CLIENTS * each)
        equal(granted(server, f"r0-{each - 1}"), "true")
        server.end()
        server.restart()
        equal(len(Api(server).all()), CLIENTS * each)


def answers_what_the_store_has(place):
    """What memory says is asked of the store before nothing is written: others write as well."""
    with place() as at, at.serve() as one, at.serve(one) as two:
        first, second = Api(one), Api(two)
        record = first.make("new")
        path = f"{LIST}/{record['id']}"
        until(lambda: second.ask("GET", path)[0] == 200, "the other server knows the record")
        first.change(record, "deactivate")
        until(lambda: second.ask("GET", path)[1]["status"] == "INACTIVE", "it is off there")
        for _ in range(5):
            second.change(record, "activate")
            equal(first.change(record, "deactivate")["status"], "INACTIVE")
            equal((granted(one, "new"), second.ask("GET", path)[0]), (None, 200))
            until(lambda: granted(two, "new") is None, "it is off at the other server, too")
        equal(first.ask("DELETE", f"{LIST}/{second.make('there')['id']}"), (204, None))


def removes_trust_beside_a_broken_document():
    with TomlPlace() as at, at.serve() as server:
        api = Api(server)
        gone, off, narrow, kept = (api.make(name, "CORS", "REDIRECT")
                                   for name in ("gone", "off", "narrow", "kept"))
        server.write("policy.toml", POLICY + "[cors\n")
        server.reload()
        server.wait_log("toml-syntax")
        equal(api.ask("DELETE", f"{LIST}/{gone['id']}"), (204, None))
        equal(api.change(off, "deactivate")["status"], "INACTIVE")
        status, error = api.ask("PUT", f"{LIST}/{narrow['id']}", record_of("narrow", "REDIRECT"))
        equal(status, 503)
        contains(error["errorCauses"][0]["errorSummary"], "It was kept, and is not in force here")
        equal([granted(server, name) for name in ("gone", "off", "narrow", "kept")],
              [None, None, None, "true"])
        status, error = api.ask("POST", record=record_of("new"))
        equal(status, 503)
        contains(error["errorCauses"][0]["errorSummary"], "policy.toml:5:")
        equal(granted(server, "new"), None)
        server.write("policy.toml", POLICY)
        until(lambda: granted(server, "new") == "true", "the mended document has it")
        equal(granted(server, "gone"), None)
        equal(granted(server, "kept"), "true")


TESTED = """
[[test]]
name = "nobody from there"
origin = "https://evil.example"
expect = "deny"
"""


def removes_trust_beside_a_test_that_fails():
    """A record that a test forbids keeps no removal from taking effect, here and elsewhere."""
    with TomlPlace() as at, at.serve() as one, at.serve(one) as two:
        one.write("policy.toml", POLICY + TESTED)
        api = Api(one)
        good, better = api.make("good"), api.make("better")
        until(lambda: granted(two, "better") == "true", "the other server grants it")
        status, error = api.ask("POST", record=record_of("evil"))
        equal(status, 503)
        contains(error["errorCauses"][0]["errorSummary"], "It was kept, and is not in force here")
        equal(granted(one, "evil"), None)
        equal(api.ask("DELETE", f"{LIST}/{good['id']}"), (204, None))
        equal((granted(one, "good"), granted(one, "better")), (None, "true"))
        until(lambda: granted(two, "good") is None, "the other server takes it back")
        equal(granted(two, "better"), "true")
        evil = next(name for name, record in api.all().items() if record["name"] == "evil")
        equal(api.ask("DELETE", f"{LIST}/{evil}"), (204, None))
        equal(api.change(better, "deactivate")["status"], "INACTIVE")
        api.make("fresh")
        equal((granted(one, "fresh"), granted(one, "better")), ("true", None))
        until(lambda: granted(two, "fresh") == "true", "all is well again")


def names_the_record_that_a_test_forbids():
    """A record that was kept before the test keeps the program from starting, and is named."""
    with TomlPlace() as at, at.serve() as server:
        Api(server).make("evil")
        server.end()
        server.write("policy.toml", POLICY + TESTED)
        status, text = server.refuses_to_start()
        equal(status, 1)
        contains(text, "test-failed")
        contains(text, 'the trusted origin "evil" at records.toml:')


def tells_what_has_no_effect():
    """200 and ACTIVE says what is kept; headers say what comes of it."""
    plain = "CORS: a plain http origin cannot be granted with credentials"
    with TomlPlace() as at, at.serve() as server:
        api = Api(server)
        good = api.make("good")
        equal(api.effects(), ([], []))
        ids = []
        for name in ("one", "two"):
            record = {**record_of(name), "origin": f"http://{name}.example"}
            status, made = api.ask("POST", record=record)
            equal((status, made["status"]), (200, "ACTIVE"))
            equal(api.effects(), ([f'{plain}; ids="{made["id"]}"'], []))
            ids.append(made["id"])
        status, _ = api.ask("POST", record={**record_of("three"), "origin": "ftp://three.example"})
        equal((status, api.effects()[0][0].split(";")[0]),
              (200, "CORS: no page is loaded over this scheme, so no browser sends such an origin"))
        api.ask("GET")
        contains(api.effects()[0][0], f'{plain}; ids="{ids[0]} {ids[1]}"')
        equal(len(api.effects()[0]), 2)
        # The origin of another record, in another spelling.
        other = {**record_of("other"), "origin": "https://GOOD.example:443/"}
        equal(api.ask("POST", record=other)[0], 200)
        api.change(good, "deactivate")
        equal(api.effects(), ([], [f'CORS; ids="{good["id"]}"']))
        equal(granted(server, "good"), "true", "as the header says")
        equal(api.ask("DELETE", f"{LIST}/{good['id']}")[0], 204)
        equal(api.effects(), ([], [f'CORS; ids="{good["id"]}"']))
        server.write("policy.toml", "version = 1\n")
        server.reload()
        until(lambda: api.ask("GET") and any("without [cors]" in line
                                             for line in api.effects()[0]), "no [cors]")


def tells_of_repeated_records():
    record = '[[trusted_origins]]\nname = "n"\norigin = "https://n.example"\nscopes = ["CORS"]\n'
    with ServerProcess(PROGRAM, TOML_STORE, [("policy.toml", POLICY), (
            "records.toml", "version = 1\n" + record + record)]) as server:
        server.wait_log('trusted origins: 1 have the name or the origin of another one')
        equal(len(Api(server).all()), 2)


def says_what_became_of_a_change():
    """A damaged file has a place; what was not written is said not to be."""
    with TomlPlace() as at, at.serve() as server:
        api = Api(server)
        api.make("old")
        os.mkdir(server.file(".records.toml.corsac-new"))
        status, error = api.ask("POST", record=record_of("new"))
        equal((status, error["errorCode"]), (503, "E0000009"))
        contains(error["errorCauses"][0]["errorSummary"], "Nothing was written")
        os.rmdir(server.file(".records.toml.corsac-new"))
        with open(server.file("records.toml"), encoding="utf-8") as file:
            text = file.read()
        server.write("records.toml", text + "[[\n")
        status, error = api.ask("POST", record=record_of("new"))
        equal(status, 503)
        contains(error["errorCauses"][0]["errorSummary"], "It could not be read")
        contains(error["errorCauses"][0]["errorSummary"],
                 f"records.toml:{len(text.splitlines()) + 1}:")


# Proves M2.
def names_of_many_bytes(place):
    with place() as at, at.serve() as server:
        api = Api(server)
        long = {**record_of("long"), "name": 255 * "\U0001F98A"}
        status, record = api.ask("POST", record=long)
        equal((status, record["name"]), (200, long["name"]))
        equal(granted(server, "long"), "true")
        equal(api.ask("POST", record={**record_of("longer"), "name": 256 * "\u00e9"})[0], 400)
        equal(api.ask("DELETE", f"{LIST}/{api.make('other')['id']}"), (204, None))
        equal((granted(server, "other"), granted(server, "long")), (None, "true"))
        equal(api.all(), {record["id"]: record})
        server.end()
        server.restart()
        equal(granted(server, "long"), "true")
        equal([kept["name"] for kept in Api(server).all().values()], [long["name"]])


class Writer(threading.Thread):
    """Makes and takes away records until it is cut; knows what was answered."""

    def __init__(self, server, name):
        super().__init__(daemon=True)
        self.api, self.label = Api(server), name
        self.there, self.gone, self.asked_to_go = set(), set(), set()

    def run(self):
        try:
            for number in range(1_000_000):
                record = self.api.make(f"{self.label}-{number}")
                self.there.add(record["id"])
                if number % 3 != 2:
                    continue
                self.asked_to_go.add(record["id"])
                status, _ = self.api.ask("DELETE", f"{LIST}/{record['id']}")
                equal(status, 204)
                self.gone.add(record["id"])
        except (OSError, http.client.HTTPException):
            pass


def killed_at_any_moment(place):
    """SIGKILL at random moments: what was answered is there, what was answered to be gone is gone,
    and what is there is whole."""
    chance = random.Random(20261128)
    must_stay, answered = set(), 0
    with place() as at, at.serve() as server:
        for moment in range(KILLS):
            writers = [Writer(server, f"m{moment}-{i}") for i in range(3)]
            for writer in writers:
                writer.start()
            until(lambda: any(writer.there for writer in writers), "one is answered")
            time.sleep(chance.random() * 0.08)  # the moment itself; nothing is waited for
            server.kill()
            for writer in writers:
                writer.join(DEADLINE)
                assert not writer.is_alive(), "a writer hangs"
                answered += len(writer.there) + len(writer.gone)
            server.restart()
            api = Api(server)
            found = api.all()
            for record in found.values():
                equal(record["origin"], f"https://{record['name']}.example")
                equal([scope["type"] for scope in record["scopes"]], ["CORS"])
            for writer in writers:
                must_stay |= writer.there - writer.asked_to_go
                equal(writer.gone & set(found), set(), f"moment {moment}: deleted ones came back")
            equal(must_stay - set(found), set(), f"moment {moment}: records are lost")
            if len(found) > 300:  # begin again, so that each moment costs the same
                for name in found:
                    equal(api.ask("DELETE", f"{LIST}/{name}")[0], 204)
                must_stay.clear()
    print(f"# {at.name}: {KILLS} kills, {answered} answers, none lost", flush=True)


def only_reads_without_a_place_for_records():
    record = '[[trusted_origins]]\nname = "n"\norigin = "https://n.example"\nscopes = ["CORS"]\n'
    with ServerProcess(PROGRAM, 'file = "policy.toml"\n',
                       [("policy.toml", POLICY + record)]) as server:
        api = Api(server)
        status, page = api.ask("GET")
        equal((status, [entry["name"] for entry in page]), (200, ["n"]))
        status, error = api.ask("POST", record=record_of("new"))
        equal((status, error["errorCode"]), (503, "E0000010"))
        contains(error["errorCauses"][0]["errorSummary"], "records_file")
        equal(granted(server, "n"), "true")


def begins_without_its_store():
    with RedisPlace() as at:
        at.node.kill()
        store = f'plugin = "redis"\nurl = "{at.node.url}"\non_start_failure = "closed"\n'
        with ServerProcess(PROGRAM, store) as server:
            api = Api(server)
            for status, error in [api.ask("GET"), api.ask("POST", record=record_of("new"))]:
                equal(status, 503)
                contains(error["errorCauses"][0]["errorSummary"], "It could not be read")
            contains(server.log_text(), "trusted origins: cannot be read")
            assert at.node.start(), "the Redis starts"
            put_policy(at.node, JSON_POLICY, "1:a")
            until(lambda: api.ask("GET")[0] == 200, "the records are read")
            until(lambda: granted(server, "app") == "true", "the policy is read")
            api.make("new")
            equal(granted(server, "new"), "true")


def tokens_of_a_file():
    with ServerProcess(PROGRAM, TOML_STORE, [("policy.toml", POLICY)]) as server:
        tokens = {}
        for scope in ("read", "manage"):
            made = subprocess.run([PROGRAM, "token", "new", scope + "er", "--scope", scope,
                                   "--file", server.file("admin.tokens")], check=True,
                                  capture_output=True, text=True, timeout=60)
            tokens[scope] = made.stdout.strip()
        server.end()
        with open(server.file("server.toml"), encoding="utf-8") as file:
            config = file.read()
        server.write("server.toml", config.replace("[store]",
                                                   'token_file = "admin.tokens"\n[store]'))
        server.restart(wants_token=False)
        reads, manages = Api(server, tokens["read"]), Api(server, tokens["manage"])
        equal(reads.ask("POST", record=record_of("new"))[0], 403)
        record = manages.make("new")
        equal(record["createdBy"], "manageer")
        equal(reads.ask("GET", f"{LIST}/{record['id']}"), (200, record))
        equal(Api(server, "nobody").ask("GET")[0], 401)


def records_of_the_second_store():
    """In a Redis that held nothing but what the README has pushed there."""
    with RedisNode() as node, TemporaryDirectory() as folder:
        empty = os.path.join(folder, "empty.toml")
        with open(os.open(empty, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="utf-8") as file:
            file.write("version = 1\n")
        subprocess.run([PROGRAM, "push", empty, "--to", node.url], check=True, capture_output=True,
                       timeout=60)
        store = f'file = "policy.toml"\n[records]\nplugin = "redis"\nurl = "{node.url}"\n'
        with ServerProcess(PROGRAM, store, [("policy.toml", POLICY)]) as server:
            Api(server).make("new")
            equal(granted(server, "new"), "true")
            equal(node.run("HLEN", "{corsac}:trusted_origins"), 1)


def are_moved_as_the_readme_does():
    """From a file to a Redis, page by page, with scopes and status."""
    for program in ("curl", "jq"):
        if shutil.which(program) is None:
            raise Skip(f"there is no {program}")
    with TomlPlace() as old_place, old_place.serve() as old, \
            RedisPlace() as new_place, new_place.serve() as new, TemporaryDirectory() as folder:
        for name in "abcde":
            record = Api(old).make(name, *(["REDIRECT", "CORS"] if name == "c" else ["CORS"]))
            if name in "bd":
                Api(old).change(record, "deactivate")
        environment = {**os.environ, "FROM_TOKEN": old.token, "TO_TOKEN": new.token,
                       "FROM": f"http://127.0.0.1:{old.admin}{LIST}?limit=2",
                       "TO": f"http://127.0.0.1:{new.admin}{LIST}"}
        script = examples(README)["move_records.sh"]
        done = subprocess.run(["sh", "-e", "-c", script], cwd=folder, env=environment, timeout=60,
                              capture_output=True, text=True, check=False)
        equal(done.returncode, 0, done.stderr)
        there = Api(new).all()
        equal(set(done.stdout.split()), set(there))

        def told(records):
            return sorted((record["name"], record["origin"], record["status"],
                           [scope["type"] for scope in record["scopes"]])
                          for record in records.values())
        equal(told(there), told(Api(old).all()))
        equal([granted(new, name) for name in "abcde"], ["true", None, "true", None, "true"])
        again = subprocess.run(["sh", "-e", "-c", script], cwd=folder, env=environment, timeout=60,
                               capture_output=True, text=True, check=False)
        assert again.returncode != 0, "a record that is refused ends it"
        contains(again.stderr, "400")
        equal(Api(new).all(), there)


HASH, REVISION = "{corsac}:trusted_origins", "{corsac}:revision"


def taken_away_by_hand():
    """Without a revision that tells of it, and with no revision at all."""
    for has_revision in (True, False):
        with RedisPlace() as at, at.serve() as server:
            api = Api(server)
            path = f"{LIST}/{api.make('old')['id']}"
            if not has_revision:
                at.node.run("DEL", REVISION)
            at.node.run("HDEL", HASH, path.rsplit("/", 1)[1])
            status, _ = api.ask("PUT", path, record_of("old"))
            equal(status, 404, "what was taken away does not come back")
            equal(at.node.run("HLEN", HASH), 0)
            at.node.run("HSET", HASH, "by-hand", json.dumps(record_of("hand")))
            at.node.run("PUBLISH", "{corsac}:changed", "by hand")
            until(lambda: granted(server, "hand") == "true", "it is granted")
            until(lambda: api.ask("GET", f"{LIST}/by-hand")[0] == 200, "the API knows it")
            equal(api.ask("DELETE", f"{LIST}/by-hand"), (204, None))
            equal(granted(server, "hand"), None)


def unreadable_by_hand():
    with RedisPlace() as at, at.serve() as server:
        api = Api(server)
        record = api.make("old")
        at.node.run("HSET", HASH, "bad", "{", "a/b", "{}")
        at.node.run("SET", REVISION, "99:hand")
        at.node.run("PUBLISH", "{corsac}:changed", "99:hand")
        until(lambda: api.ask("GET", LIST + "/bad")[0] == 200, "the API shows it")
        shown = api.ask("GET", LIST + "/bad")[1]
        equal((shown["name"], shown["status"]), ("(unreadable) bad", "INACTIVE"))
        server.wait_log("redis-record-id.*HDEL {corsac}:trusted_origins")
        equal(granted(server, "old"), "true", "the last good policy")
        equal(api.ask("DELETE", f"{LIST}/{record['id']}")[0], 204)
        equal(granted(server, "old"), None, "what is taken away is taken away at once")
        equal(api.ask("DELETE", LIST + "/bad")[0], 204)
        at.node.run("HDEL", HASH, "a/b")  # as the log says
        at.node.run("SET", REVISION, "199:hand")
        at.node.run("PUBLISH", "{corsac}:changed", "199:hand")
        until(lambda: api.ask("GET")[1] == [], "the records are read again")
        api.make("new")
        equal((granted(server, "old"), granted(server, "new")), (None, "true"))


def main():
    cases = Cases()
    for place in PLACES:
        for name, test in [("a change is in force when it is answered",
                            is_in_force_when_it_is_answered),
                           ("the document speaks first", gives_way_to_the_document),
                           ("a change reaches another server", reaches_another_server),
                           ("two servers write", both_servers_write),
                           ("a change that memory says is none", answers_what_the_store_has),
                           ("names of many bytes", names_of_many_bytes),
                           (f"{RECORDS} records at once", many_at_once),
                           (f"killed at {KILLS} random moments", killed_at_any_moment)]:
            cases.add(f"{place.name}: {name}", test, place)
    cases.add("trust is removed beside a broken document", removes_trust_beside_a_broken_document)
    cases.add("trust is removed beside a test that fails", removes_trust_beside_a_test_that_fails)
    cases.add("a record that a test forbids is named", names_the_record_that_a_test_forbids)
    cases.add("records without effect are told", tells_what_has_no_effect)
    cases.add("records that are repeated are told", tells_of_repeated_records)
    cases.add("what became of a change is told", says_what_became_of_a_change)
    cases.add("a store that keeps no records is only read", only_reads_without_a_place_for_records)
    cases.add("a store that is not there at the start", begins_without_its_store)
    cases.add("tokens of a file", tokens_of_a_file)
    cases.add("records of a second store", records_of_the_second_store)
    cases.add("records are moved as the README does", are_moved_as_the_readme_does)
    cases.add("redis: records that people take away and make", taken_away_by_hand)
    cases.add("redis: records that nobody can read", unreadable_by_hand)
    if len(sys.argv) > 4:  # only those that have this in their names
        cases.cases = [case for case in cases.cases if sys.argv[4] in case[0]]
    cases.run()


if __name__ == "__main__":
    main()
