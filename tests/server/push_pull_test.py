"""The commands push and pull of the real program, with a real redis-server.

  python3 push_pull_test.py CORSAC_PROGRAM SOURCE_ROOT
"""
import errno
import json
import os
import pty
import re
import signal
import stat
import subprocess
import sys
import tempfile

from extract_examples import examples
from redis_nodes import RedisClient, RedisError, RedisNode, free_port
from server_process import ServerProcess
from tap import Cases, contains, equal
from trusted_origins_api import Api
from waiting import until

PROGRAM, ROOT = map(os.path.abspath, sys.argv[1:3])

POLICY = "{corsac}:policy"
REVISION = "{corsac}:revision"
PASSWORD = {"CORSAC_TEST_PASSWORD": "hunter2", "CORSAC_TEST_WRONG": "hunter3",
            "CORSAC_TEST_WRITER": "hunter3"}

PASSWORD_OPTION = ["--password-env", "CORSAC_TEST_PASSWORD"]

GOOD = """# a comment, which is lost
version = 1
[cors]
allowed_origins = ["https://app.example.com"]
allowed_methods = ["GET", "PUT"]
allowed_headers = ["Content-Type"]
[hosts]
allowed = ["api.example.com"]
[[test]]
name = "the app may write"
origin = "https://app.example.com"
method = "PUT"
headers = ["content-type"]
expect = "allow"
"""


class Folder:
    """A folder with files of a test's own, in which commands run."""

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.path = self.temporary.name
        return self

    def __exit__(self, *_):
        self.temporary.cleanup()

    def write(self, name, text):
        path = os.path.join(self.path, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o600)
        return path

    def file(self, name):
        return os.path.join(self.path, name)

    def read(self, name):
        with open(os.path.join(self.path, name), encoding="utf-8") as file:
            return file.read()

    def run(self, *arguments, **environment):
        answer = subprocess.run([PROGRAM, *arguments], cwd=self.path, capture_output=True,
                                timeout=120, text=True, stdin=subprocess.DEVNULL, check=False,
                                env={**os.environ, "CORSAC_TEST_EMPTY": "", **PASSWORD,
                                     **environment})
        for secret in PASSWORD.values():
            assert secret not in answer.stdout + answer.stderr, "a password is told"
        return answer

    def push(self, text, *arguments):
        self.write("policy.toml", text)
        return self.run("push", "policy.toml", *arguments)


def ended(answer, status, *parts):
    """The command ended so, and said these parts."""
    equal(answer.returncode, status, answer.stdout + answer.stderr)
    for part in parts:
        contains(answer.stdout + answer.stderr, part)
    return answer


def written_revision(answer):
    found = re.search(r"written as revision (\S+), \d+ bytes\n$", ended(answer, 0).stdout)
    assert found, answer.stdout
    return found.group(1)


def check_written_in_one_step():
    with RedisNode() as redis, Folder() as folder:
        subscriber = RedisClient(redis.host, redis.port)
        subscriber.run("SUBSCRIBE", "{corsac}:changed")
        revision = written_revision(folder.push(GOOD, "--to", redis.url))
        assert re.match(r"1:[0-9a-f]{16}$", revision), revision
        equal(redis.run("GET", REVISION), revision)
        equal(subscriber.receive(), ["message", "{corsac}:changed", revision])
        subscriber.close()
        equal(json.loads(redis.run("GET", POLICY))["cors"]["allowed_origins"],
              ["https://app.example.com"])
        written_revision(folder.push(GOOD, "--to", redis.url + "/3", "--key", "other"))
        client = RedisClient(redis.host, redis.port)
        client.run("SELECT", 3)
        equal(client.run("EXISTS", "{other}:policy", "{other}:revision", POLICY), 2)
        client.close()


# description, policy, parts of what is said
WRONG_POLICIES = [
    ("an error", GOOD.replace(".com\"]", ".com/\"]"),
     ["policy.toml:4:20: error[origin-trailing-slash]: cors.allowed_origins[0]"]),
    ("every error at once", GOOD + "[cors.x]\n[nonsense]\n", ["policy.toml:15:", "policy.toml:16:"]),
    ("a test that fails", GOOD.replace("\"allow\"", "\"deny\""), ["error[test-failed]"]),
    ("a syntax error", GOOD + "[", ["toml-syntax"]),
    ("JSON", '\n {"version": 1}', ["error[toml-syntax]", "this is JSON: write the policy in TOML"]),
    ("a file of origins that is not there",
     GOOD.replace("[hosts]", "allowed_origins_file = \"no.txt\"\n[hosts]"), ["no.txt"]),
]


def check_wrong_policy(policy, parts):
    with RedisNode() as redis, Folder() as folder:
        ended(folder.push(policy, "--to", redis.url), 1, "nothing was written", *parts)
        answer = ended(folder.push(policy, "--to", redis.url, "--json"), 1)
        result = json.loads(answer.stdout)
        equal(result["outcome"], "invalid")
        assert result["problems"], "the problems are told"
        equal(redis.run("EXISTS", POLICY, REVISION), 0)


def check_origins_file():
    with RedisNode() as redis, Folder() as folder:
        folder.write("origins.txt", "# many\nhttps://one.example\nhttps://two.example\n")
        written_revision(folder.push(
            GOOD.replace("[hosts]", "allowed_origins_file = \"origins.txt\"\n[hosts]"), "--to",
            redis.url))
        cors = json.loads(redis.run("GET", POLICY))["cors"]
        equal(cors["allowed_origins"],
              ["https://app.example.com", "https://one.example", "https://two.example"])
        assert "allowed_origins_file" not in cors, "servers have no such file"


def check_too_large():
    with RedisNode() as redis, Folder() as folder:
        folder.write("origins.txt", "".join(
            f"https://a{number:07}.of-a-long-list-of-origins.example.com\n"
            for number in range(1_150_000)))
        policy = GOOD.replace("[hosts]", "allowed_origins_file = \"origins.txt\"\n[hosts]")
        ended(folder.push(policy, "--to", redis.url), 1,
              "policy.toml: error[document-too-large]", "servers read at most 67108864")
        equal(redis.run("EXISTS", POLICY), 0)
        config = folder.write("server.toml", f"""[store]
plugin = "redis"
url = "{redis.url}"
limit_bytes = 1024
""")
        folder.write("origins.txt", "https://one.example\n" * 100)
        ended(folder.push(policy, "--config", config), 1, "nothing was written",
              "error[redis-too-large]", "limit_bytes allows 1024")
        equal(redis.run("EXISTS", POLICY), 0)


def check_lost_update():
    with RedisNode() as redis, Folder() as folder:
        ended(folder.push(GOOD, "--to", redis.url, "--if-revision", "7:a"), 2,
              "nothing was written: the store holds no policy with a revision, and --if-revision "
              "says 7:a")
        equal(redis.run("EXISTS", POLICY, REVISION), 0)
        first = written_revision(folder.push(GOOD, "--to", redis.url))
        ended(folder.run("pull", "--from", redis.url, "--out", "mine.toml"), 0)
        contains(folder.read("mine.toml"), f"# revision {first} of redis {POLICY}\n")
        second = written_revision(folder.push(GOOD, "--to", redis.url))
        refused = folder.run("push", "mine.toml", "--to", redis.url, "--if-revision", first)
        ended(refused, 2, f"the store is in revision {second}, and --if-revision says {first}",
              f"push that with --if-revision {second}")
        equal(refused.stdout, "")
        refused = folder.run("push", "mine.toml", "--to", redis.url, "--if-revision", first, "--json")
        result = json.loads(ended(refused, 2).stdout)
        equal([result["outcome"], result["revision"], result["expected"]],
              ["conflict", second, first])
        equal(redis.run("GET", REVISION), second)
        third = written_revision(
            folder.run("push", "mine.toml", "--to", redis.url, "--if-revision", second))
        assert third.startswith("3:"), third


def check_round_trip():
    with open(os.path.join(ROOT, "server", "sample", "policy.toml"), encoding="utf-8") as file:
        sample = file.read()
    readme = examples(os.path.join(ROOT, "README.md"))
    policies = [sample, readme["policy.toml"], readme["rules.toml"], readme["fusionauth.toml"],
                readme["guards.toml"]]
    with RedisNode() as redis, Folder() as folder:
        for policy in policies:
            written_revision(folder.push(policy, "--to", redis.url))
            before = redis.run("GET", POLICY)
            pulled = ended(folder.run("pull", "--from", redis.url), 0).stdout
            written_revision(folder.push(pulled, "--to", redis.url))
            equal(redis.run("GET", POLICY), before)
            ended(folder.run("pull", "--from", redis.url, "--out", "out.toml"), 0,
                  "out.toml is revision ")
            equal(folder.read("out.toml").split("\n", 1)[1], pulled.split("\n", 1)[1])
            result = json.loads(ended(folder.run("pull", "--from", redis.url, "--json"), 0).stdout)
            equal([result["outcome"], result["revision"], result["policy"]],
                  ["pulled", redis.run("GET", REVISION), json.loads(before)])


def check_beside():
    """What stands in keys of its own is neither pulled nor written."""
    with RedisNode() as redis, Folder() as folder:
        redis.run("SADD", "{corsac}:origins", "https://set.example")
        redis.run("HSET", "{corsac}:trusted_origins", "tos1",
              '{"name": "a", "origin": "https://record.example", "scopes": ["CORS"]}')
        written_revision(folder.push(GOOD, "--to", redis.url))
        before = redis.run("GET", POLICY)
        pulled = ended(folder.run("pull", "--from", redis.url), 0).stdout
        assert "set.example" not in pulled and "record.example" not in pulled, pulled
        written_revision(folder.push(pulled, "--to", redis.url))
        equal(redis.run("GET", POLICY), before)
        equal(redis.run("EXISTS", "{corsac}:origins", "{corsac}:trusted_origins"), 2)


# description, arguments, exit statuses of push and of pull, parts of what both say; {url} is that of
# a Redis with a policy and the password hunter2, {free} a port where nobody listens
PLACES = [
    ("TLS", ["{place}", "rediss://127.0.0.1:6379"], 1, 1,
     ["error[setting-tls]: {place}", "a tunnel"]),
    ("another scheme", ["{place}", "https://redis.example"], 1, 1,
     ["error[setting-value]: {place}", "write redis://host:6379/0"]),
    ("a password in the URL", ["{place}", "redis://writer:hunter2@127.0.0.1"], 1, 1,
     ["error[setting-secret]: {place}", "write --password-env CORSAC_REDIS_PASSWORD"]),
    ("a database that Redis does not have",
     ["{place}", "{url}/99", "--password-env", "CORSAC_TEST_PASSWORD"], 1, 1,
     ["error[redis-database]: {place}"]),
    ("a key with braces", ["{place}", "{url}", "--key", "{{x}}"], 1, 1,
     ["error[setting-value]: --key", "write --key corsac"]),
    ("a variable that is not set", ["{place}", "{url}", "--password-env", "CORSAC_TEST_NONE"], 1, 1,
     ["error[setting-value]: --password-env"]),
    ("a variable that is empty", ["{place}", "{url}", "--password-env", "CORSAC_TEST_EMPTY"], 1, 1,
     ["error[setting-value]: --password-env", "that name is set and empty; put the password"]),
    ("nobody there", ["{place}", "redis://127.0.0.1:{free}"], 4, 4,
     ["error[redis-refused]", "127.0.0.1:{free} refuses connections"]),
    ("a host that does not exist", ["{place}", "redis://no.such.host.invalid"], 4, 4,
     ["redis-"]),
    ("no password", ["{place}", "{url}"], 1, 1, ["error[redis-password-missing]: --password-env"]),
    ("a wrong password", ["{place}", "{url}", "--password-env", "CORSAC_TEST_WRONG"], 1, 1,
     ["error[redis-password-wrong]: --password-env", "a user that no aclfile keeps is lost"]),
    ("a user whose password is not given", ["{place}", "{url}", "--user", "writer"], 1, 1,
     ["error[redis-password-missing]: --password-env", "that holds it (--password-env)"]),
    ("no place", [], 1, 1, ["{place} redis://... or --config FILE"]),
    ("two places", ["{place}", "{url}", "--config", "server.toml"], 1, 1, ["--config"]),
    ("no configuration", ["--config", "no.toml"], 1, 1, ["no.toml", "config-not-found"]),
]


# command, an option of it that is given and empty
EMPTY_OPTIONS = [
    ("push", "--to"), ("push", "--config"), ("push", "--user"), ("push", "--password-env"),
    ("push", "--key"), ("push", "--if-revision"), ("pull", "--from"), ("pull", "--config"),
    ("pull", "--key"), ("pull", "--out"),
]


def check_empty_option(command, option):
    """As from a variable that is not set: never the default, which is another place."""
    with RedisNode() as redis, Folder() as folder:
        folder.write("policy.toml", GOOD)
        written_revision(folder.push(GOOD, "--to", redis.url))
        before = redis.run("GET", REVISION)
        words = ["push", "policy.toml", "--to"] if command == "push" else ["pull", "--from"]
        if option in ("--to", "--from", "--config"):
            words.pop()
        else:
            words.append(redis.url)
        for given, told in (([option, ""], option + ": it is empty"),
                            ([option + "=", "--json"], option + "=: it is empty")):
            answer = folder.run(*words, *given)
            equal(answer.stdout, "")
            ended(answer, 1, told)
            equal(redis.run("GET", REVISION), before)


# Proves 139.
def check_place(arguments, push_status, pull_status, parts):
    with RedisNode(["requirepass hunter2"]) as redis, Folder() as folder:
        folder.write("policy.toml", GOOD)
        for command, place, status in [(["push", "policy.toml"], "--to", push_status),
                                       (["pull"], "--from", pull_status)]:
            names = {"place": place, "url": redis.url, "free": free_port()}
            answer = folder.run(*command, *[word.format(**names) for word in arguments])
            equal(answer.stdout, "")
            ended(answer, status, *[part.format(**names) for part in parts])
        client = RedisClient(redis.host, redis.port)
        client.run("AUTH", "hunter2")
        equal(client.run("EXISTS", POLICY, REVISION), 0)
        client.close()


SENTINELS = """[store]
plugin = "redis"
sentinels = "{sentinels}"
sentinel_master = "{name}"
"""

# description, where to push to and pull from (arguments; or the addresses of Sentinels and a name),
# and of each of the two: exit status, outcome, code and path of the only problem, and a part of the
# advice. {place} is --to and --from; None = as of push.
UNREACHED = (4, "unreachable")
FAILURES = [
    ("nobody listens", ["{place}", "redis://127.0.0.1:{free}"],
     (*UNREACHED, "redis-refused", "", "start Redis there"), None),
    ("there is no such socket", ["{place}", "unix:///no/such/redis.sock"],
     (*UNREACHED, "redis-no-socket", "", "correct the path"), None),
    ("a replica that its primary does not let in", ["{place}", "{unsynced}"],
     (1, "refused", "redis-read-only", "{place}", "write to the primary, redis://127.0.0.1:"),
     (*UNREACHED, "redis-not-synced", "", "masteruser and masterauth")),
    ("the user that reads", ["{place}", "{url}", "--user", "reader", *PASSWORD_OPTION],
     (1, "refused", "redis-no-permission", "--user", "the writer of plugins/README.md"),
     (1, "invalid", "redis-key-missing", "", "corsac push")),
    ("a key that the user may not touch",
     ["{place}", "{url}", "--user", "reader", *PASSWORD_OPTION, "--key", "corsak"],
     (1, "refused", "redis-no-permission", "--user", "correct key"),
     (1, "invalid", "redis-no-permission", "--user", "correct key")),
    ("a Sentinel", ["{place}", "redis://{sentinel}"],
     (1, "refused", "redis-sentinel", "{place}", "write sentinels = \"{sentinel}\""),
     (1, "invalid", "redis-sentinel", "{place}", "write sentinels = \"{sentinel}\"")),
    ("a Sentinel, logging in", ["{place}", "redis://reader@{sentinel}", *PASSWORD_OPTION],
     (1, "refused", "redis-sentinel", "{place}", "write sentinels"),
     (1, "invalid", "redis-sentinel", "{place}", "write sentinels")),
    ("a primary that no Sentinel knows", ("{sentinel}", "other"),
     (1, "refused", "redis-sentinel-name", "store.sentinel_master", "the name in sentinel.conf"),
     (1, "invalid", "redis-sentinel-name", "store.sentinel_master", "the name in sentinel.conf")),
    ("a Redis among the Sentinels", ("{address}", "mymaster"),
     (1, "refused", "redis-no-sentinel", "store.sentinels", "26379"),
     (1, "invalid", "redis-no-sentinel", "store.sentinels", "26379")),
]


def check_failures():
    """What a script learns: status, outcome and code, and what to do about it."""
    with RedisNode() as redis, RedisNode([f"replicaof 127.0.0.1 {free_port()}"]) as unsynced, \
            RedisNode([f"sentinel monitor mymaster 127.0.0.1 {redis.port} 1"],
                      is_sentinel=True) as sentinel, Folder() as folder:
        redis.run("ACL", "SETUSER", "reader", "on", ">hunter2", "%R~{corsac}:*",
                  "&{corsac}:changed", "-@all", "+get", "+info", "+role", "+eval")
        folder.write("policy.toml", GOOD)
        for desc, place, to_push, to_pull in FAILURES:
            for command, option, expected in [(["push", "policy.toml"], "--to", to_push),
                                              (["pull"], "--from", to_pull or to_push)]:
                names = {"place": option, "url": redis.url, "address": redis.address,
                         "free": free_port(), "unsynced": unsynced.url,
                         "sentinel": sentinel.address}
                arguments = place
                if isinstance(place, tuple):
                    folder.write("server.toml", SENTINELS.format(
                        sentinels=place[0].format(**names), name=place[1]))
                    arguments = ["--config", "server.toml"]
                words = [word.format(**names) for word in arguments]
                answer = folder.run(*command, *words, "--json")
                status, outcome, code, path, fix = expected
                result = json.loads(ended(answer, status).stdout)
                [problem] = result["problems"]
                equal([result["outcome"], problem["code"], problem["path"]],
                      [outcome, code, path.format(**names)], f"{command[0]}: {desc}: {answer.stdout}")
                contains(problem["fix"], fix.format(**names))
                if command[0] == "push":
                    contains(result["error"], "nothing was written")
        equal(redis.run("DBSIZE"), 0)


def check_wrong_keys():
    with RedisNode() as redis, Folder() as folder:
        ended(folder.run("pull", "--from", redis.url, "--key", "corsak"), 1,
              "redis {corsak}:policy: error[redis-key-missing]", "corsac push POLICY")
        redis.run("LPUSH", POLICY, "x")
        ended(folder.run("pull", "--from", redis.url), 1, "redis-wrong-type",
              "GET {corsac}:policy")
        redis.run("LPUSH", REVISION, "x")
        ended(folder.push(GOOD, "--to", redis.url), 1, "nothing was written", "error[redis-wrong-type]",
              "{corsac}:revision: ")
        equal(redis.run("LRANGE", POLICY, 0, -1), ["x"])
        redis.run("DEL", POLICY, REVISION)
        for document, parts in [
                ("{\"version\": 1, ", ["redis {corsac}:policy:1:14: error[json-syntax]"]),
                ("{\"version\": 1, \"cors\": {\"allowed_origins\": [\"https://a.example\", "
                 "\"https://a.example/\"], \"x\": 1}}",
                 ["redis {corsac}:policy:1:66: error[origin-trailing-slash]: "
                  "cors.allowed_origins[1]", "redis {corsac}:policy:1:94: error[field-unknown]"])]:
            redis.run("SET", POLICY, document)
            ended(folder.run("pull", "--from", redis.url, "--out", "out.toml"), 1, *parts)
            assert not os.path.exists(os.path.join(folder.path, "out.toml")), "nothing is written"


def check_out():
    with RedisNode() as redis, Folder() as folder:
        written_revision(folder.push(GOOD, "--to", redis.url))
        answer = folder.run("pull", "--from", redis.url, "--out", "no/such/out.toml")
        ended(answer, 1, "error[file-not-written]: --out", "no/such/out.toml", "No such file")
        pulled = ended(folder.run("pull", "--from", redis.url), 0).stdout
        equal(ended(folder.run("pull", "--from", redis.url, "--out", "-"), 0).stdout, pulled)
        folder.write("out.toml", "before")
        ended(folder.run("pull", "--from", redis.url, "--out", "out.toml"), 0)
        ended(folder.run("check", "out.toml"), 0)
        equal(sorted(os.listdir(folder.path)), ["out.toml", "policy.toml"])
        pulled = folder.read("out.toml")

        os.chmod(folder.file("out.toml"), 0o600)
        os.symlink("out.toml", folder.file("link.toml"))
        ended(folder.run("pull", "--from", redis.url, "--out", "link.toml"), 0)
        assert os.path.islink(folder.file("link.toml")), "a link stays one"
        equal(os.stat(folder.file("out.toml")).st_mode & 0o777, 0o600, "the mode stays")

        equal(folder.run("pull", "--from", redis.url, "--out", "-").stdout, pulled)
        # As /dev/null: written to, and not replaced.
        os.mkfifo(folder.file("pipe"))
        reader = os.open(folder.file("pipe"), os.O_RDONLY | os.O_NONBLOCK)
        ended(folder.run("pull", "--from", redis.url, "--out", "pipe"), 0)
        equal(os.read(reader, 65536).decode(), pulled)
        os.close(reader)
        assert stat.S_ISFIFO(os.stat(folder.file("pipe")).st_mode), "a pipe stays one"


def check_replica():
    with RedisNode() as primary, Folder() as folder, \
            RedisNode([f"replicaof 127.0.0.1 {primary.port}"]) as replica:
        revision = written_revision(folder.push(GOOD, "--to", primary.url))
        until(lambda: replica.run("GET", REVISION) == revision, "the replica has it")
        ended(folder.push(GOOD, "--to", replica.url), 1, "nothing was written",
              "error[redis-read-only]: --to",
              f"{replica.address} is a replica of {primary.address}, and takes no writes",
              f"write to the primary, {primary.url}")
        ended(folder.run("pull", "--from", replica.url), 0, f"# revision {revision}")


def check_other_stores():
    with Folder() as folder:
        folder.write("policy.toml", GOOD)
        config = folder.write("server.toml", "[store]\nfile = \"policy.toml\"\n")
        ended(folder.run("push", "policy.toml", "--config", config), 1,
              "nothing was written", "error[store-not-writable]: store.plugin",
              "stores of the plugin toml cannot be written to")
        folder.write("wrong.toml", "[store]\nfile = \"policy.toml\"\nfil = 1\n")
        ended(folder.run("pull", "--config", "wrong.toml"), 1,
              "wrong.toml:3:7: error[setting-unknown]: store.fil")
        ended(folder.run("pull", "--config", config), 0, "of policy.toml",
              "allowed_origins = [\"https://app.example.com\"]")
        folder.write("records.toml", "version = 1\n[[trusted_origins]]\nid = \"tos1\"\nname = "
                     "\"a\"\norigin = \"https://record.example\"\nscopes = [\"CORS\"]\n")
        config = folder.write("server.toml", "[store]\nfile = \"policy.toml\"\n"
                              "records_file = \"records.toml\"\n")
        pulled = ended(folder.run("pull", "--config", config), 0, "app.example.com").stdout
        assert "record.example" not in pulled, pulled


def run_on_terminal(folder, *arguments):
    """Exit status and all that a terminal was sent."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder.path)
        os.execve(PROGRAM, [PROGRAM, *arguments],
                  {**os.environ, "TERM": "xterm", "NO_COLOR": "1"})
    shown = b""
    while True:
        try:
            piece = os.read(terminal, 65536)
        except OSError as error:
            assert error.errno == errno.EIO, error
            break
        if not piece:
            break
        shown += piece
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), shown.decode()


def check_progress():
    with RedisNode() as redis, Folder() as folder:
        folder.write("origins.txt", "".join(
            f"https://a{number:06}.of-a-long-list-of-origins.example.com\n"
            for number in range(100_000)))
        policy = GOOD.replace("[hosts]", "allowed_origins_file = \"origins.txt\"\n[hosts]")
        answer = folder.push(policy, "--to", redis.url)
        written_revision(answer)
        assert "\r" not in answer.stdout + answer.stderr and not answer.stderr, "a pipe gets no bar"
        status, shown = run_on_terminal(folder, "push", "policy.toml", "--to", redis.url)
        equal(status, 0, shown)
        contains(shown, "\r\033[Ksending  [")
        contains(shown, "[##############################] 100 % of 6 MiB\r\033[K")
        assert "\033[3" not in shown, "no colour"
        status, shown = run_on_terminal(folder, "pull", "--from", redis.url, "--out", "out.toml")
        equal(status, 0, shown)
        contains(shown, "receiving  6 MiB\r\033[K")


# What the README says, done as it stands but for passwords and the port of Redis.

def readme_examples(folder, redis_port=6379):
    """The texts of the README's fleet, and of the plugins' page for Sentinels."""
    found = {**examples(os.path.join(ROOT, "README.md")),
             **examples(os.path.join(ROOT, "plugins", "README.md"))}
    replaced = {"ADMIN-PASSWORD": "hunter1", "READER-PASSWORD": "hunter2",
                "WRITER-PASSWORD": "hunter3", "REPLICA-PASSWORD": "hunter4",
                "KEEPER-PASSWORD": "hunter6",
                ">PASSWORD": ">hunter5", "127.0.0.1:6379": f"127.0.0.1:{redis_port}",
                "/etc/redis/users.acl": folder.file("users.acl")}
    for name in ["fleet.acl", "fleet.redis.conf", "fleet.sh", "fleet.store", "sentinel.acl"]:
        for word, replacement in replaced.items():
            found[name] = found[name].replace(word, replacement)
    return found


def fleet_node(folder, *more_lines):
    """A node of the fleet, as the README sets it up."""
    readme = readme_examples(folder)
    folder.write("users.acl", readme["fleet.acl"] + readme["sentinel.acl"])
    return RedisNode(readme["fleet.redis.conf"].splitlines() + list(more_lines),
                     login=("admin", "hunter1"))


def run_fleet_script(folder, redis):
    os.mkdir(folder.file("bin"))
    os.symlink(PROGRAM, folder.file("bin/corsac"))
    done = subprocess.run(["sh", "-e", "-c", readme_examples(folder, redis.port)["fleet.sh"]],
                          cwd=folder.path, timeout=120, capture_output=True, text=True, check=False,
                          env={**os.environ, "PATH": folder.file("bin") + ":" + os.environ["PATH"]})
    equal(done.returncode, 0, done.stdout + done.stderr)
    assert redis.run("GET", REVISION).startswith("3:"), done.stdout
    equal(redis.run("SMEMBERS", "{corsac}:origins"), ["https://partner.example"])


def check_fleet():
    with Folder() as folder, fleet_node(folder) as redis:
        folder.write("policy.toml", GOOD)
        run_fleet_script(folder, redis)
        check_server_reads(redis, folder, readme_examples(folder, redis.port)["fleet.store"])
        check_server_cannot_write(redis, folder)


def check_restart():
    """Redis runs its append-only file as the user default: what that one may not is thrown away."""
    lasting = examples(os.path.join(ROOT, "README.md"))["kept.redis.conf"].splitlines()[:2]
    with Folder() as folder, fleet_node(folder, *lasting) as redis:
        revision = written_revision(folder.push(
            GOOD, "--to", f"redis://writer@{redis.address}", "--password-env",
            "CORSAC_TEST_WRITER"))
        store = f'plugin = "redis"\nurl = "redis://keeper@{redis.address}"\n' \
                'password_env = "CORSAC_TEST_KEEPER"\n'
        with ServerProcess(PROGRAM, store, environment={"CORSAC_TEST_KEEPER": "hunter6"}) as server:
            Api(server).make("partner")
        policy, records = (redis.run("GET", POLICY),
                           redis.run("HGETALL", "{corsac}:trusted_origins"))
        assert policy and len(records) == 2, (policy, records)
        assert redis.run("GET", REVISION) != revision, "the record has raised the revision"
        redis.end()
        assert redis.start(), redis.log()
        until(lambda: redis.log().count("Ready to accept connections") == 2, "the file is read")
        assert "NOPERM" not in redis.log(), redis.log()
        equal((redis.run("GET", POLICY), redis.run("HGETALL", "{corsac}:trusted_origins")),
              (policy, records))


def check_nothing_without_a_user():
    """Neither before nor after a restart, on the primary nor on a replica."""
    with Folder() as folder, fleet_node(folder) as primary, \
            fleet_node(folder, f"replicaof 127.0.0.1 {primary.port}") as replica:
        for restarted in [False, True]:
            if restarted:
                primary.kill()
                replica.kill()
                assert primary.start() and replica.start(), primary.log() + replica.log()
            for node in [primary, replica]:
                for command in [("SET", POLICY, "x"), ("GET", POLICY), ("EVAL", "return 1", 0),
                                ("CONFIG", "SET", "maxmemory", "1"), ("ACL", "LIST"),
                                ("REPLICAOF", "NO", "ONE"), ("FLUSHALL",)]:
                    with RedisClient(node.host, node.port) as client:
                        try:
                            client.run(*command)
                        except RedisError as error:
                            assert str(error).startswith("NOAUTH"), error
                        else:
                            raise AssertionError(f"without a user one may {command}")
                ended(folder.push(GOOD, "--to", node.url), 1, "redis-password-missing",
                      "nothing was written")
                equal(node.run("DBSIZE"), 0)


def check_replica_logs_in():
    """With masteruser and masterauth it has the policy and the users; without them it says so."""
    with Folder() as folder, fleet_node(folder) as primary:
        primary_line = f"replicaof 127.0.0.1 {primary.port}"
        written = written_revision(folder.push(
            GOOD, "--to", f"redis://writer@{primary.address}", "--password-env",
            "CORSAC_TEST_WRITER"))
        reader = ["--password-env", "CORSAC_TEST_PASSWORD"]
        with fleet_node(folder, primary_line) as replica:
            until(lambda: replica.run("GET", REVISION) == written, "the replica has it")
            ended(folder.run("pull", "--from", f"redis://reader@{replica.address}", *reader), 0,
                  f"# revision {written}")
        with RedisNode([f"aclfile {folder.file('users.acl')}", primary_line],
                       login=("admin", "hunter1")) as stranger:
            until(lambda: "NOAUTH" in stranger.log(), "the primary refuses the replica")
            ended(folder.run("pull", "--from", f"redis://reader@{stranger.address}", *reader), 4,
                  "redis-not-synced", f"without the data of its primary {primary.address}",
                  "masteruser and masterauth")


def check_sentinel_user():
    with Folder() as folder, fleet_node(folder) as primary, RedisNode(
            [f"sentinel monitor mymaster 127.0.0.1 {primary.port} 1",
             "sentinel down-after-milliseconds mymaster 1000",
             "sentinel auth-user mymaster sentinel", "sentinel auth-pass mymaster hunter5"],
            is_sentinel=True) as sentinel:
        def master():
            answer = sentinel.run("SENTINEL", "MASTER", "mymaster")
            return dict(zip(answer[::2], answer[1::2]))
        until(lambda: master()["role-reported"] == "master" and master()["runid"],
              lambda: f"the Sentinel knows the primary: {master()}")
        equal(master()["flags"], "master")


def check_server_reads(redis, folder, store):
    config = folder.write("server.toml", "[server]\nlisten = \"127.0.0.1:0\"\n" + store)
    server = subprocess.Popen([PROGRAM, "serve", "--config", config], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True,
                              env={**os.environ, "CORSAC_REDIS_PASSWORD": "hunter2"})
    try:
        contains(server.stdout.readline(), "listening on http://127.0.0.1:")
        for line in server.stderr:  # it is told of changes
            if "listening for changes" in line:
                break
        else:
            raise AssertionError("the server does not listen for changes")
        redis.run("SET", POLICY, '{"version": 1, "hosts": {"allowed": ["api.example.com"]}}')
        redis.run("SET", REVISION, "9:a")
        equal(redis.run("PUBLISH", "{corsac}:changed", "9:a"), 1)
        for line in server.stderr:
            if '"revision":"9:a"' in line and '"outcome":"taken"' in line:
                break
        else:
            raise AssertionError("the server does not read the change")
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=60)
    equal(server.returncode, 0)


def check_server_cannot_write(redis, folder):
    before = redis.run("GET", POLICY)
    place = ["--to", f"redis://reader@127.0.0.1:{redis.port}", "--password-env"]
    ended(folder.push(GOOD, *place, "CORSAC_TEST_PASSWORD"), 1,
          "nothing was written", "error[redis-no-permission]: --user",
          "EVAL {corsac}:policy: the user may not write this key", "the writer of")
    client = RedisClient(redis.host, redis.port)
    client.run("AUTH", "reader", "hunter2")
    for command in [("SET", POLICY, "x"), ("DEL", POLICY), ("SADD", "{corsac}:origins", "x"),
                    ("LPUSH", "{corsac}:changes", "x"),
                    ("HSET", "{corsac}:trusted_origins", "a", "{}"), ("FLUSHALL",),
                    ("EVAL", "return redis.call('SET', KEYS[1], 'x')", 1, POLICY),
                    ("PUBLISH", "{corsac}:changed", "x"), ("GET", "another:key"),
                    ("CONFIG", "GET", "*"), ("ACL", "LIST")]:
        try:
            client.run(*command)
        except RedisError as error:
            assert str(error).startswith(("NOPERM", "ERR Error running script")), error
        else:
            raise AssertionError(f"the reader may {command}")
    client.close()
    equal(redis.run("GET", POLICY), before)
    equal(redis.run("SMEMBERS", "{corsac}:origins"), ["https://partner.example"])
    equal(redis.run("EXISTS", "{corsac}:trusted_origins"), 0)


def check_same_rights():
    """The two pages of documentation give the same rights."""
    with open(os.path.join(ROOT, "plugins", "README.md"), encoding="utf-8") as file:
        lines = re.findall(r"^user (?:reader|writer) .*$", file.read(), re.M)
    acl = re.sub(r">[A-Z]+-PASSWORD", ">PASSWORD",
                 examples(os.path.join(ROOT, "README.md"))["fleet.acl"]).splitlines()
    equal(lines, [line for line in acl if re.match(r"user (reader|writer) ", line)])
    assert len(lines) == 2, lines


def main():
    cases = Cases()
    cases.add("push writes in one step, counts, and tells", check_written_in_one_step)
    for desc, policy, parts in WRONG_POLICIES:
        cases.add(f"push writes nothing: {desc}", check_wrong_policy, policy, parts)
    cases.add("push takes a file of origins along", check_origins_file)
    cases.add("push writes nothing that is too large to be read", check_too_large)
    cases.add("push refuses a lost update", check_lost_update)
    cases.add("what was pulled and pushed is the same policy", check_round_trip)
    cases.add("origins and records beside the policy stay where they are", check_beside)
    for desc, *row in PLACES:
        cases.add(f"push and pull: {desc}", check_place, *row)
    for command, option in EMPTY_OPTIONS:
        cases.add(f"{command}: an empty {option} is an error", check_empty_option, command, option)
    cases.add("push and pull: status, outcome, code and advice of failures", check_failures)
    cases.add("keys that are missing, of another type, or no policy", check_wrong_keys)
    cases.add("pull writes the whole file or nothing", check_out)
    cases.add("a replica can be pulled from and not pushed to", check_replica)
    cases.add("stores of other plugins", check_other_stores)
    cases.add("progress on a terminal, and none in a pipe", check_progress)
    cases.add("README: a fleet's users, push and pull, and a server", check_fleet)
    cases.add("README: a fleet's Redis has everything again after a restart", check_restart)
    cases.add("README: nothing is read or written without a user", check_nothing_without_a_user)
    cases.add("README: a replica logs in and has the policy", check_replica_logs_in)
    cases.add("README: the user of the Sentinels", check_sentinel_user)
    cases.add("README: both pages give the same rights", check_same_rights)
    cases.run()


if __name__ == "__main__":
    main()
