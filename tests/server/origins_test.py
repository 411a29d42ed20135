"""The command origins of the real program, with a real redis-server.

  python3 origins_test.py CORSAC_PROGRAM SOURCE_ROOT
"""
import json
import re

from push_pull_test import GOOD, PASSWORD_OPTION, PROGRAM, Folder, ended, readme_examples
from redis_nodes import RedisNode, free_port
from server_process import ServerProcess
from tap import Cases, contains, equal
from waiting import until

POLICY, ORIGINS = "{corsac}:policy", "{corsac}:origins"
REVISION, CHANGES = "{corsac}:revision", "{corsac}:changes"
SMALL = '{"version": 1, "cors": {"allowed_origins": ["https://a.example"]}}'


class Filled(RedisNode):
    """A Redis with a policy and an origin beside it, in revision 7:a."""

    def __enter__(self):
        super().__enter__()
        self.run("SET", POLICY, SMALL)
        self.run("SADD", ORIGINS, "https://one.example")
        self.run("SET", REVISION, "7:a")
        return self

    def state(self):
        return sorted(self.run("SMEMBERS", ORIGINS)), self.run("GET", REVISION)


def written(answer, line):
    """The revision that was told, with the rest of the line."""
    found = re.fullmatch(r"written as revision (\d+:[0-9a-f]{16}), (.*)\n", ended(answer, 0).stdout)
    assert found, answer.stdout
    equal(found.group(2), line)
    equal(answer.stderr, "")
    return found.group(1)


def check_add_and_remove():
    with Filled() as redis, Folder() as folder:
        revision = written(folder.run("origins", "add", "https://two.example",
                                      "https://three.example:8443", "--to", redis.url),
                           "2 origins stand beside the policy")
        equal(redis.state(), (["https://one.example", "https://three.example:8443",
                               "https://two.example"], revision))
        contains(redis.run("LINDEX", CHANGES, 0), f"7:a {revision} =3 +https://")
        revision = written(folder.run("origins", "remove", "https://one.example", "--to",
                                      redis.url), "1 origin stands beside the policy no longer")
        equal(redis.state(), (["https://three.example:8443", "https://two.example"], revision))
        written(folder.run("origins", "remove", "https://one.example", "--to", redis.url),
                "1 origin stands beside the policy no longer")
        equal(redis.run("GET", POLICY), SMALL)


def check_what_remove_takes():
    """Whatever stands there, also what add would refuse; and what is allowed without it is told."""
    with Filled() as redis, Folder() as folder:
        wrong = ["https://Up.example", "https://*.pat.example", "https://a.example"]
        redis.run("SADD", ORIGINS, *wrong)
        answer = ended(folder.run("origins", "remove", *wrong, "--to", redis.url), 0,
                       "warning[origin-still-allowed]: origins[2] = \"https://a.example\"",
                       "the policy itself allows it", "take it out of the policy as well",
                       "3 origins stand beside the policy no longer")
        assert "origins[0]" not in answer.stdout + answer.stderr, answer
        equal(redis.state()[0], ["https://one.example"])
        redis.run("SET", POLICY, "no JSON")
        ended(folder.run("origins", "remove", "https://one.example", "--to", redis.url), 0)
        equal(redis.state()[0], [])


def check_warnings_of_add():
    with Filled() as redis, Folder() as folder:
        answer = ended(folder.run("origins", "add", "https://fine.example", "https://b.example:80",
                                  "--to", redis.url), 0,
                       "warning[port-suspicious]: origins[1] = \"https://b.example:80\"",
                       "2 origins stand beside the policy")
        assert "origins[0]" not in answer.stdout + answer.stderr, answer
        result = json.loads(ended(folder.run("origins", "add", "https://b.example:80", "--json",
                                             "--to", redis.url), 0).stdout)
        equal([(p["code"], p["severity"]) for p in result["problems"]],
              [("port-suspicious", "warning")])


def check_option_that_is_an_origin():
    with Filled() as redis, Folder() as folder:
        before = redis.state()
        ended(folder.run("origins", "remove", "-https://one.example", "--to", redis.url), 1,
              "-https://one.example: there is no such option")
        equal(redis.state(), before)


# description, arguments behind add, what is said
WRONG = [
    ("a path", ["https://a.example/x"],
     ["error[origin-path]: origins[0] = \"https://a.example/x\""]),
    ("all of them at once",
     ["https://fine.example", "https://a.example/", "a.example", "https://A.example"],
     ["error[origin-trailing-slash]: origins[1]", "write \"https://a.example\"",
      "error[origin-no-scheme]: origins[2]", "error[origin-upper-case]: origins[3]"]),
    ("null", ["null"], ["error[origin-null]"]),
    ("everybody", ["*"], ["error[origin-wildcard-all]"]),
    ("subdomains", ["https://*.example.com"],
     ["error[origin-not-single]: origins[0] = \"https://*.example.com\"",
      "this is a pattern of many origins", "change the pattern in the policy's "
      "cors.allowed_origins and push it"]),
    ("any port", ["https://a.example:*"], ["error[origin-not-single]"]),
    ("some ports", ["https://a.example:[3000,3001]"], ["error[origin-not-single]"]),
    ("two in one", ["https://a.example,https://b.example"], ["error[origin-list]"]),
    ("a user's password, which is not repeated", ["https://me:hunter2@a.example"],
     ["error[origin-userinfo]: origins[0]"]),
    ("nothing", [""], ["it is empty"]),
    ("none", [], ["origin is required"]),
]


def check_wrong(origins, parts):
    with Filled() as redis, Folder() as folder:
        before = redis.state()
        answer = folder.run("origins", "add", *origins, "--to", redis.url)
        ended(answer, 1, *parts)
        equal(answer.stdout, "")
        equal(redis.state(), before)


# description, policy, origins, what is said; nothing = written
BESIDE = [
    ("plain http where the policy has credentials",
     '{"version": 1, "cors": {"allowed_origins": ["https://a.example"], '
     '"allow_credentials": true}}',
     ["https://fine.example", "http://two.example"],
     ["error[origin-insecure-credentials]: origins[1] = \"http://two.example\"",
      "write the https origin", "nothing was written"]),
    ("plain http where it has none", SMALL, ["http://two.example"], []),
    ("anything where everybody is let in",
     '{"version": 1, "cors": {"allowed_origins": ["*"]}}', ["https://two.example"],
     ["redis {corsac}:policy:1:45: error[origin-any-not-alone]", "nothing was written"]),
    ("an origin that a test refuses",
     '{"version": 1, "cors": {"allowed_origins": ["https://a.example"]}, "test": [{"path": "/", '
     '"origin": "https://two.example", "expect": "deny"}]}', ["https://two.example"],
     ["error[test-failed]", "nothing was written"]),
    ("a test of an origin that stands beside the policy",
     '{"version": 1, "cors": {"allowed_origins": ["https://a.example"]}, "test": [{"path": "/", '
     '"origin": "https://one.example", "expect": "allow"}]}', ["https://two.example"], []),
    ("a policy that servers refuse as it is",
     '{"version": 1, "cors": {"allowed_origins": ["https://a.example/"]}}', ["https://two.example"],
     []),
]


def check_beside_policy(policy, origins, parts):
    """Servers would refuse the two together, and take no change any more."""
    with Filled() as redis, Folder() as folder:
        redis.run("SET", POLICY, policy)
        before = redis.state()
        answer = folder.run("origins", "add", *origins, "--to", redis.url)
        ended(answer, 1 if parts else 0, *parts)
        equal(redis.state() == before, bool(parts))


def check_lost_update():
    with Filled() as redis, Folder() as folder:
        add = ["origins", "add", "https://two.example", "--to", redis.url, "--if-revision"]
        before = redis.state()
        ended(folder.run(*add, "6:b"), 2,
              "nothing was written: the store is in revision 7:a, and --if-revision says 6:b",
              "give --if-revision 7:a")
        equal(redis.state(), before)
        second = written(folder.run(*add, "7:a"), "1 origin stands beside the policy")
        ended(folder.run(*add, "7:a"), 2, f"give --if-revision {second}")


def check_json():
    with Filled() as redis, Folder() as folder:
        add = ["origins", "add", "--json", "--to", redis.url, "https://two.example"]
        result = json.loads(ended(folder.run(*add), 0).stdout)
        equal(result, {"outcome": "written", "revision": redis.run("GET", REVISION),
                       "problems": []})
        result = json.loads(ended(folder.run(*add, "--if-revision", "7:a"), 2).stdout)
        equal([result["outcome"], result["revision"], result["expected"]],
              ["conflict", redis.run("GET", REVISION), "7:a"])
        result = json.loads(ended(folder.run(*add, "https://*.example.com"), 1).stdout)
        equal([result["outcome"], [(p["code"], p["path"]) for p in result["problems"]]],
              ["invalid", [("origin-not-single", "origins[1]")]])


def check_refusals():
    """Exit status, code of the only problem, where it lies, and what to do."""
    with Filled() as redis, Folder() as folder:
        redis.run("ACL", "SETUSER", "reader", "on", ">hunter2", "%R~{corsac}:*",
                  "&{corsac}:changed", "-@all", "+get", "+info", "+role", "+eval", "+strlen",
                  "+scard", "+sscan", "+hlen")
        config = folder.write("server.toml", "[store]\nfile = \"policy.toml\"\n")
        folder.write("policy.toml", GOOD)
        only = folder.write("only.toml",
                            f"[store]\nplugin = \"redis\"\nurl = \"{redis.url}\"\n"
                            "only_policy = true\n")
        redis.run("ACL", "SETUSER", "blind", "on", ">hunter2", "~{corsac}:origins",
                  "~{corsac}:revision", "~{corsac}:changes", "&{corsac}:changed", "-@all", "+get",
                  "+info", "+role", "+eval", "+sadd", "+scard", "+lpush", "+ltrim", "+strlen")
        rows = [
            ("a user that may not read the policy",
             ["--to", redis.url, "--user", "blind", *PASSWORD_OPTION], 1, "redis-no-permission",
             "--user", ""),
            ("the user that reads", ["--to", redis.url, "--user", "reader", *PASSWORD_OPTION], 1,
             "redis-no-permission", "--user", "the writer of plugins/README.md"),
            ("a mistyped key", ["--to", redis.url, "--key", "corsak"], 1, "redis-key-missing", "",
             "corsac push POLICY"),
            ("nobody there", ["--to", f"redis://127.0.0.1:{free_port()}"], 4, "redis-refused", "",
             "start Redis there"),
            ("files", ["--config", config], 1, "store-changes-no-origins", "store.plugin",
             "a store of the plugin redis"),
            ("a server that leaves them out", ["--config", only], 1, "redis-only-policy",
             "store.only_policy", "remove only_policy"),
        ]
        before = redis.state()
        for desc, place, status, code, path, fix in rows:
            answer = folder.run("origins", "add", "https://two.example", *place, "--json")
            result = json.loads(ended(answer, status).stdout)
            [problem] = result["problems"]
            equal([problem["code"], problem["path"]], [code, path], f"{desc}: {answer.stdout}")
            contains(problem["fix"], fix)
            contains(result["error"], "nothing was written")
        ended(folder.run("origins", "add", "https://two.example"), 1,
              "--to redis://... or --config FILE")
        ended(folder.run("origins", "--to", redis.url), 1)
        for option in ["--to", "--config", "--user", "--password-env", "--key", "--if-revision"]:
            ended(folder.run("origins", "add", "https://two.example", option, ""), 1,
                  option + ": it is empty")
        equal(redis.state(), before)
        equal(redis.run("EXISTS", "{corsak}:origins", "{corsak}:revision"), 0)


def check_server_follows():
    with Filled() as redis, Folder() as folder:
        with ServerProcess(PROGRAM, f'plugin = "redis"\nurl = "{redis.url}"\n') as server:
            server.wait_log("listening for changes")
            assert server.is_granted("https://one.example"), "the origin beside the policy"
            folder.run("origins", "add", "https://two.example", "--to", redis.url)
            until(lambda: server.is_granted("https://two.example"), "the new origin is granted")
            folder.run("origins", "remove", "https://two.example", "--to", redis.url)
            until(lambda: not server.is_granted("https://two.example"), "it is granted no more")
            assert server.is_granted("https://one.example"), "the other one stays"


def check_rights_of_the_fleet():
    """What the README gives the writer is enough, and the reader and the keeper cannot do it."""
    with Folder() as folder:
        readme = readme_examples(folder)
        folder.write("users.acl", readme["fleet.acl"] + readme["sentinel.acl"])
        with RedisNode(readme["fleet.redis.conf"].splitlines(),
                       login=("admin", "hunter1")) as redis:
            redis.run("SET", POLICY, SMALL)
            redis.run("SADD", ORIGINS, "https://one.example")
            redis.run("HSET", "{corsac}:trusted_origins", "a", "{}")

            def run(user, variable):
                return folder.run("origins", "add", "https://two.example", "--to",
                                  f"redis://{user}@{redis.address}", "--password-env", variable,
                                  CORSAC_TEST_KEEPER="hunter6")
            ended(run("reader", "CORSAC_TEST_PASSWORD"), 1, "redis-no-permission")
            ended(run("keeper", "CORSAC_TEST_KEEPER"), 1, "redis-no-permission")
            equal(redis.run("EXISTS", REVISION, CHANGES), 0)
            written(run("writer", "CORSAC_TEST_WRITER"), "1 origin stands beside the policy")
            equal(sorted(redis.run("SMEMBERS", ORIGINS)),
                  ["https://one.example", "https://two.example"])


def main():
    cases = Cases()
    cases.add("origins add and remove write in one step, and log it", check_add_and_remove)
    for desc, *row in WRONG:
        cases.add(f"origins writes nothing: {desc}", check_wrong, *row)
    for desc, *row in BESIDE:
        cases.add(f"origins add looks at the policy: {desc}", check_beside_policy, *row)
    cases.add("origins remove takes whatever stands there", check_what_remove_takes)
    cases.add("origins add warns as a policy does", check_warnings_of_add)
    cases.add("origins: an option that is an origin", check_option_that_is_an_origin)
    cases.add("origins refuses a lost update", check_lost_update)
    cases.add("origins as JSON", check_json)
    cases.add("origins: status, code and advice of refusals", check_refusals)
    cases.add("a running server grants what was added, until it is removed", check_server_follows)
    cases.add("README: the writer of a fleet may do it, and nobody else", check_rights_of_the_fleet)
    cases.run()


if __name__ == "__main__":
    main()
