"""The same requests to another CORS middleware and to ours, and what explains the differences.

A run generates configurations of the peer and requests. Each configuration goes to the peer as it is,
and through `corsac import` to ours. Both answer each request; a difference must be one of the peer's
named ones: each says what becomes of the peer's answer, and after all of them the two must be equal,
header for header. They are listed in lib/docs/differences.md, all of them, each under its name.

  PEER_test.py CORSAC_PROGRAM PARITY_SERVER DIFFERENCES_PAGE PEER_COMMAND... [--seed N] [--count N]
"""
import argparse
import copy
import dataclasses
import json
import os
import random
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from urllib.parse import quote

from tap import Cases, equal

DEADLINE = 60  # seconds
SEED = 20261128
REQUESTS = 10_000
REQUESTS_OF_CONFIGURATION = 100
SHOWN = 5  # differences without a name, until a run ends
HOST = "api.example.com"
BODY = "the application\n"
# Of the connection, or of the program that answers; never about CORS.
IGNORED = {"date", "server", "connection", "keep-alive", "accept-ranges"}
PROBLEM = re.compile(r"(?:error|warning)\[([a-z0-9-]+)\]")
HEADING = re.compile(r"^#+ `([a-z]+-[a-z-]+)`", re.M)
# What a page's origin may look like on the wire, as far as these tests have them.
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:[1-9][0-9]*)?")
DEFAULT_PORT = re.compile(r"http:.*:80|https:.*:443")
AMBIGUOUS = re.compile(r"[^/]|.*(//|\\|%2f|%5c|%2e|%u|%[01][0-9a-f]|/\.\.?(/|$))", re.I)


@dataclasses.dataclass
class Request:
    """`headers` are lines in their order; `status` and `own` (lines) is what the application says."""
    method: str
    path: str
    headers: list
    status: int = 200
    own: list = dataclasses.field(default_factory=list)

    def lines_of(self, name):
        return [value for other, value in self.headers if other.lower() == name]

    def header(self, name):
        """Of several lines the first; None without one."""
        return next(iter(self.lines_of(name)), None)

    def target(self):
        query = [f"status={self.status}"] if self.status != 200 else []
        query += [f"h={quote(name)}:{quote(value)}" for name, value in self.own]
        return self.path + ("?" + "&".join(query) if query else "")

    def all_headers(self):
        has_length = self.method in ("POST", "PUT", "PATCH", "DELETE")
        return [("Host", HOST), *self.headers, *([("Content-Length", "0")] if has_length else [])]

    def bytes(self):
        lines = [f"{self.method} {self.target()} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self.all_headers()]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def curl(self):
        words = ["curl", "-i", "--path-as-is", "-X", self.method]
        for name, value in self.all_headers():
            words += ["-H", f"{name}: {value}" if value else f"{name};"]
        return shlex.join(words + ["http://127.0.0.1:PORT" + self.target()])


@dataclasses.dataclass
class Answer:
    """`headers` by lower-case name; of several lines joined with a line break, so that a doubled
    header is none of one line."""
    status: int
    headers: dict
    body: str

    def is_granted(self):
        return "access-control-allow-origin" in self.headers

    def grants(self):
        return [name for name in self.headers if name.startswith("access-control-")]

    def drop(self, *names):
        for name in names:
            self.headers.pop(name, None)

    def drop_grants(self):
        self.drop(*self.grants())

    def add_vary(self, *names):
        """As both do: merged, `*` is left alone."""
        there = vary_names(self.headers.get("vary", ""))
        if "*" not in there:
            self.headers["vary"] = ", ".join(there + [n for n in names if n not in there])

    def compared(self):
        """Vary is a set of names in any case."""
        headers = dict(self.headers)
        if "vary" in headers:
            headers["vary"] = ", ".join(sorted(vary_names(headers["vary"])))
        return {"status": self.status, "body": self.body, **headers}


def vary_names(text):
    return [name.strip().lower() for name in text.split(",") if name.strip()]


def of_application(request):
    """What the application says by itself, as the peers' and ours do."""
    headers = {"content-type": "text/plain", "content-length": str(len(BODY))}
    headers.update({name.lower(): value for name, value in request.own})
    return Answer(request.status, headers, "" if request.method == "HEAD" else BODY)


class Connection:
    """Asks one request after the other; a connection that the server closed is opened again."""

    def __init__(self, port):
        self.port, self.socket, self.rest = port, None, b""

    def ask(self, request):
        for attempt in range(2):
            is_fresh = self.socket is None
            if is_fresh:
                self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=DEADLINE)
                self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.rest = b""
            try:
                self.socket.sendall(request.bytes())
                return self._read(request)
            except (ConnectionError, EOFError):
                self.close()
                if is_fresh or attempt:
                    raise
        raise AssertionError("not reached")

    def close(self):
        if self.socket:
            self.socket.close()
        self.socket = None

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise EOFError("the server closed the connection before its answer's end")
        self.rest += data

    def _read(self, request):
        while b"\r\n\r\n" not in self.rest:
            self._more()
        head, self.rest = self.rest.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        version, status = first.split(" ")[:2]
        headers = {}
        for line in lines:
            name, value = line.split(":", 1)
            name, value = name.lower(), value.strip()
            headers[name] = headers[name] + "\n" + value if name in headers else value
        length = 0 if request.method == "HEAD" or status == "204" else int(
            headers["content-length"])
        while len(self.rest) < length:
            self._more()
        body, self.rest = self.rest[:length], self.rest[length:]
        if version == "HTTP/1.0" or headers.get("connection", "").lower() == "close":
            self.close()
        seen = {name: value for name, value in headers.items() if name not in IGNORED}
        return Answer(int(status), seen, body.decode("latin-1"))


class Server:
    """A program that takes a line for each configuration, and says where it answers."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.about = json.loads(self.process.stdout.readline())
        self.connection = None

    def take(self, line):
        if self.connection:
            self.connection.close()
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert "error" not in answer, answer["error"]
        self.connection = Connection(answer["port"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.connection:
            self.connection.close()
        self.process.stdin.close()
        self.process.wait(timeout=DEADLINE)
        self.process.stdout.close()


@dataclasses.dataclass
class Case:
    """One request under one configuration. `config` is the peer's, `policy` what [cors] became of
    it, `switches` the names of those that were added to it."""
    config: dict
    policy: dict
    switches: set
    request: Request
    drops_empty_headers: bool

    def is_preflight(self):
        """By its form, as our host sees it."""
        return (self.request.method == "OPTIONS" and
                self.sees("access-control-request-method") and self.sees("origin"))

    def sees(self, name):
        lines = self.request.lines_of(name)
        return any(lines) if self.drops_empty_headers else bool(lines)

    def is_constant(self):
        """Whether `*` goes out, whatever the origin is."""
        origins = self.policy.get("allowed_origins", [])
        return "*" in origins and not self.policy.get("dangerously_echo_any_origin")

    def is_granted(self):
        """Whether ours grants the origin: the policy document, 2, for what these tests generate."""
        if self.is_constant():
            return True
        lines = self.request.lines_of("origin")
        if len(lines) != 1:
            return False
        origin, listed = lines[0], self.policy.get("allowed_origins", [])
        if origin in listed:
            return True
        if not is_origin(origin):
            return False
        patterns = self.policy.get("allowed_origin_regexes", [])
        return "*" in listed or any(re.fullmatch(pattern, origin) for pattern in patterns)

    def is_ambiguous(self):
        return (AMBIGUOUS.match(self.request.path) is not None and
                "included_path_regexes" in self.policy)


def is_origin(text):
    return ORIGIN.fullmatch(text) is not None and not DEFAULT_PORT.fullmatch(text)


@dataclasses.dataclass
class Difference:
    """`change(case, answer)` makes of the peer's answer what ours is in this respect, in place.
    `told` are the problems that `corsac import` has of it."""
    name: str
    change: object
    told: tuple = ()


class Run:
    """`configurations` and `requests` are called with the random numbers; the first gives (what the
    peer is told, what `corsac import` reads, switches), where a switch is a name and what it sets in
    [cors]; the second is called with the configuration too."""

    def __init__(self, system, differences, configurations, requests, told_of_none=()):
        """`told_of_none`: what the import tells, and no answer shows."""
        self.system, self.differences, self.told_of_none = system, differences, set(told_of_none)
        self.configurations, self.requests = configurations, requests
        self.seen, self.told, self.switched = Counter(), Counter(), Counter()
        self.unexplained = 0

    def import_policy(self, text, switches, folder):
        """The policy's file, and its [cors]."""
        source = os.path.join(folder, "source.json")
        with open(source, "w", encoding="utf-8") as file:
            json.dump(text, file)
        answer = subprocess.run([self.program, "import", self.system, os.path.basename(source)],
                                cwd=folder, check=False, capture_output=True, text=True,
                                timeout=DEADLINE)
        assert answer.returncode in (0, 3), f"{json.dumps(text)}\n{answer.stderr}"
        self.told.update(set(PROBLEM.findall(answer.stderr)))
        policy = switched(answer.stdout, switches)
        path = os.path.join(folder, "policy.toml")
        with open(path, "w", encoding="utf-8") as file:
            file.write(policy)
        os.chmod(path, 0o600)
        return path, policy

    def explained(self, case, peer):
        """What the peer's answer becomes, and the names of the differences."""
        answer, names = copy.deepcopy(peer), []
        for difference in self.differences:
            before = copy.deepcopy(answer)
            difference.change(case, answer)
            if answer.compared() != before.compared():
                names.append(difference.name)
        return answer, names

    def is_explained(self, case, peer, ours):
        answer, _ = self.explained(case, peer.connection.ask(case.request))
        return answer.compared() == ours.connection.ask(case.request).compared()

    def shrunk(self, case, peer, ours):
        """The case without what the difference does not need."""
        for field in ("headers", "own"):
            for item in list(getattr(case.request, field)):
                smaller = copy.deepcopy(case)
                getattr(smaller.request, field).remove(item)
                if not self.is_explained(smaller, peer, ours):
                    case = smaller
        return case

    def compare(self, case, policy, peer, ours):
        """False, and said, when something else than the named differences remains."""
        theirs = peer.connection.ask(case.request)
        answer, names = self.explained(case, theirs)
        self.seen.update(names)
        if answer.compared() == ours.connection.ask(case.request).compared():
            return True
        case = self.shrunk(case, peer, ours)
        theirs = peer.connection.ask(case.request)
        answer, names = self.explained(case, theirs)
        seen = ours.connection.ask(case.request)
        self.unexplained += 1
        self.show([f"the peer's configuration: {json.dumps(case.config)}", *policy.split("\n[[test]]")[0].splitlines(),
                   case.request.curl(), f"the peer's answer:  {theirs.compared()}",
                   f"differences known:  {', '.join(names) or 'none'}",
                   f"so ours should be:  {answer.compared()}",
                   f"ours:               {seen.compared()}"])
        return False

    @staticmethod
    def show(lines):
        print("\n".join(f"# {line}".rstrip() for line in ["a difference without a name", *lines]),
              flush=True)

    def run(self):
        chance = random.Random(self.seed)
        per_configuration = min(REQUESTS_OF_CONFIGURATION, self.count)
        with tempfile.TemporaryDirectory() as folder, Server(self.peer) as peer, \
                Server([self.server]) as ours:
            self.drops_empty_headers = ours.about["drops_empty_headers"]
            for _ in range(self.count // per_configuration):
                told, text, switches = self.configurations(chance)
                path, policy = self.import_policy(text, switches, folder)
                self.switched.update(switches.keys())
                peer.take(json.dumps(told))
                ours.take(path)
                case = Case(told, tomllib.loads(policy)["cors"], set(switches), None,
                            self.drops_empty_headers)
                for _ in range(per_configuration):
                    case.request = self.requests(chance, told)
                    if not self.compare(case, policy, peer, ours):
                        break
                assert self.unexplained < SHOWN, "the rest of the run is left out"
        equal(self.unexplained, 0, "answers that nothing explains")

    def main(self):
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("program", type=os.path.abspath)
        parser.add_argument("server", type=os.path.abspath)
        parser.add_argument("page")
        parser.add_argument("peer", nargs="+")
        parser.add_argument("--seed", type=int, default=SEED)
        parser.add_argument("--count", type=int, default=REQUESTS)
        for name, value in vars(parser.parse_args()).items():
            setattr(self, name, value)
        print(f"# seed {self.seed}, {self.count} requests (--seed N, --count N)", flush=True)
        cases = Cases()
        cases.add(f"{self.count} answers differ from the peer's only as named", self.run)
        for difference in self.differences:
            cases.add(f"{difference.name} occurs", self.occurs, difference)
        cases.add("what the import tells has a name", self.import_tells)
        cases.add("the page names these differences", self.page_names)
        cases.run()

    def occurs(self, difference):
        assert self.seen[difference.name], "no request of the run shows it"
        for code in difference.told:
            assert self.told[code], f"no import told of {code}"

    def import_tells(self):
        known = {code for difference in self.differences for code in difference.told}
        equal(set(self.told) - self.told_of_none - known, set())

    def page_names(self):
        with open(self.page, encoding="utf-8") as file:
            named = HEADING.findall(file.read())
        prefix = self.system + "-"
        equal(sorted(name for name in named if name.startswith(prefix)),
              sorted(difference.name for difference in self.differences))


def switched(policy, switches):
    """With what the switches set in [cors]; then without the tests, which say what it was before."""
    if not switches:
        return policy
    head, rest = policy.split("[cors]\n", 1)
    fields = rest.split("\n[[test]]", 1)[0]
    for setting in switches.values():
        for line in setting.splitlines():
            name = line.split(" = ", 1)[0]
            fields = re.sub(rf"^{name} = .*\n", "", fields, flags=re.M) + line + "\n"
    return head + "[cors]\n" + fields


def pick(chance, *weighted):
    """One of the values; each is (weight, value)."""
    return chance.choices([value for _, value in weighted],
                          [weight for weight, _ in weighted])[0]


if __name__ == "__main__":
    sys.exit(__doc__)
