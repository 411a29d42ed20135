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
from tap import Cases, contains, equal
from waiting import until

PROGRAM, ROOT = map(os.path.abspath, sys.argv[1:3])

POLICY = "{corsac}:policy"
REVISION = "{corsac}:revision"
PASSWORD = {"CORSAC_TEST_PASSWORD": "hunter2", "CORSAC_TEST_WRONG": "hunter3"}

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
                                env={**os.environ, **PASSWORD, **environment})
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
        ended(folder.push(policy, "--config", config), 1, "nothing was written: redis-too-large",
              "limit_bytes allows 1024")
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
    policies = [sample, readme["policy.toml"], readme["rules.toml"], readme["fusionauth.toml"]]
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
     ["error[setting-secret]: {place}", "password_env"]),
    ("a key with braces", ["{place}", "{url}", "--key", "{{x}}"], 1, 1,
     ["error[setting-value]: --key"]),
    ("a variable that is not set", ["{place}", "{url}", "--password-env", "CORSAC_TEST_NONE"], 1, 1,
     ["error[setting-value]: --password-env"]),
    ("nobody there", ["{place}", "redis://127.0.0.1:{free}"], 4, 4,
     ["redis-refused: 127.0.0.1:{free}"]),
    ("a host that does not exist", ["{place}", "redis://no.such.host.invalid"], 4, 4,
     ["redis-"]),
    ("no password", ["{place}", "{url}"], 1, 4, ["redis-password-missing"]),
    ("a wrong password", ["{place}", "{url}", "--password-env", "CORSAC_TEST_WRONG"], 1, 4,
     ["redis-password-wrong"]),
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


def check_wrong_keys():
    with RedisNode() as redis, Folder() as folder:
        ended(folder.run("pull", "--from", redis.url, "--key", "corsak"), 1,
              "redis {corsak}:policy: error[redis-key-missing]", "corsac push POLICY")
        redis.run("LPUSH", POLICY, "x")
        ended(folder.run("pull", "--from", redis.url), 1, "redis-wrong-type",
              "GET {corsac}:policy")
        redis.run("LPUSH", REVISION, "x")
        ended(folder.push(GOOD, "--to", redis.url), 1, "nothing was written: redis-wrong-type: {corsac}:revision: ")
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
        ended(folder.push(GOOD, "--to", replica.url), 1, "nothing was written: redis-read-only")
        ended(folder.run("pull", "--from", replica.url), 0, f"# revision {revision}")


def check_other_stores():
    with Folder() as folder:
        folder.write("policy.toml", GOOD)
        config = folder.write("server.toml", "[store]\nfile = \"policy.toml\"\n")
        ended(folder.run("push", "policy.toml", "--config", config), 1,
              "nothing was written: stores of the plugin toml cannot be written to")
        ended(folder.run("pull", "--config", config), 0, "of policy.toml",
              "allowed_origins = [\"https://app.example.com\"]")


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

def readme_examples(redis):
    found = examples(os.path.join(ROOT, "README.md"))
    passwords = {"READER-PASSWORD": "hunter2", "WRITER-PASSWORD": "hunter3"}
    filled = {}
    for name in ["fleet.acl", "fleet.sh", "fleet.store"]:
        text = found[name].replace("127.0.0.1:6379", f"127.0.0.1:{redis.port}")
        for word, password in passwords.items():
            text = text.replace(word, password)
        filled[name] = text
    return filled


def set_up_users(redis, lines):
    for line in lines.splitlines():
        equal(redis.run(*line.split()), "OK")


def check_fleet():
    with RedisNode() as redis, Folder() as folder:
        readme = readme_examples(redis)
        set_up_users(redis, readme["fleet.acl"])
        folder.write("policy.toml", GOOD)
        os.mkdir(os.path.join(folder.path, "bin"))
        os.symlink(PROGRAM, os.path.join(folder.path, "bin", "corsac"))
        path = os.path.join(folder.path, "bin") + ":" + os.environ["PATH"]
        done = subprocess.run(["sh", "-e", "-c", readme["fleet.sh"]], cwd=folder.path, timeout=120,
                              env={**os.environ, "PATH": path}, capture_output=True, text=True,
                              check=False)
        equal(done.returncode, 0, done.stdout + done.stderr)
        assert redis.run("GET", REVISION).startswith("2:"), done.stdout
        check_server_reads(redis, folder, readme["fleet.store"])
        check_server_cannot_write(redis, folder)


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
          "nothing was written: redis-no-permission")
    client = RedisClient(redis.host, redis.port)
    client.run("AUTH", "reader", "hunter2")
    for command in [("SET", POLICY, "x"), ("DEL", POLICY), ("SADD", "{corsac}:origins", "x"),
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
    equal(redis.run("EXISTS", "{corsac}:origins", "{corsac}:trusted_origins"), 0)


def check_same_rights():
    """The two pages of documentation give the same rights."""
    with open(os.path.join(ROOT, "plugins", "README.md"), encoding="utf-8") as file:
        lines = re.findall(r"^ACL SETUSER .*$", file.read(), re.M)
    acl = examples(os.path.join(ROOT, "README.md"))["fleet.acl"]
    equal([line.replace(">PASSWORD", ">") for line in lines],
          re.sub(r">[A-Z]+-PASSWORD", ">", acl).splitlines())


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
    cases.add("keys that are missing, of another type, or no policy", check_wrong_keys)
    cases.add("pull writes the whole file or nothing", check_out)
    cases.add("a replica can be pulled from and not pushed to", check_replica)
    cases.add("stores of other plugins", check_other_stores)
    cases.add("progress on a terminal, and none in a pipe", check_progress)
    cases.add("README: a fleet's users, push and pull, and a server", check_fleet)
    cases.add("README: both pages give the same rights", check_same_rights)
    cases.run()


if __name__ == "__main__":
    main()
