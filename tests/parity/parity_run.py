"""The same requests to another CORS middleware and to ours, and what explains the differences.

A run generates configurations of the peer and requests. Each configuration goes to the peer as it
is, and through `corsac import` to ours. Both answer each request; a difference must be one of the
peer's named ones: each says what becomes of the peer's answer, and after all of them the two must
be equal, header for header. They are listed in lib/docs/differences.md, each under its name.

  PEER_test.py CORSAC_PROGRAM PARITY_SERVER DIFFERENCES_PAGE PEER_COMMAND... [--seed N] [--count N]
"""
import argparse
import copy
import dataclasses
import json
import os
import random
import re
import subprocess
import tempfile
from collections import Counter

from parity_case import Case
from parity_servers import DEADLINE, Server
from tap import Cases, Skip, contains, equal

SEED = 1
REQUESTS = 10_000
REQUESTS_OF_CONFIGURATION = 50
SHOWN = 5  # differences without a name, until a run ends
PROBLEM = re.compile(r"(?:error|warning)\[([a-z0-9-]+)\]")
HEADING = re.compile(r"^#+ `([a-z]+-[a-z0-9-]+)`", re.M)


@dataclasses.dataclass
class Difference:
    """`change(case, answer)` makes of the peer's answer what ours is in this respect, in place.
    `told` are the problems that `corsac import` has of it. `switches` set fields that make ours the
    peer's again: the runs set them now and then, and `change` then changes nothing."""
    name: str
    change: object
    told: tuple = ()
    switches: tuple = ()
    is_of_host: bool = False  # it is there only where the host drops empty headers


class Run:
    """`configurations` and `requests` are called with the random numbers. The first gives what the
    peer is told, what `corsac import` reads, and switches: names, and what each sets in [cors]."""

    def __init__(self, system, differences, configurations, requests, features, told_of_none=()):
        """`features`: what the run must show, as (text, predicate of the case and our answer);
        `told_of_none`: what the import tells, and no answer shows."""
        self.system, self.differences, self.told_of_none = system, differences, set(told_of_none)
        self.features, self.shown = features, Counter()
        self.configurations, self.requests = configurations, requests
        self.seen, self.told, self.switched = Counter(), Counter(), Counter()
        self.unexplained, self.drops_empty_headers = 0, True

    def import_policy(self, text, switches, folder):
        """The policy's file, and its text."""
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
                smaller = dataclasses.replace(case, request=copy.deepcopy(case.request))
                getattr(smaller.request, field).remove(item)
                if not self.is_explained(smaller, peer, ours):
                    case = smaller
        return case

    def compare(self, case, policy, peer, ours):
        """False, and said, when something else than the named differences remains."""
        theirs = peer.connection.ask(case.request)
        answer, names = self.explained(case, theirs)
        self.seen.update(names)
        seen = ours.connection.ask(case.request)
        if answer.compared() == seen.compared():
            self.shown.update(text for text, is_shown in self.features if is_shown(case, seen))
            return True
        case = self.shrunk(case, peer, ours)
        theirs = peer.connection.ask(case.request)
        answer, names = self.explained(case, theirs)
        seen = ours.connection.ask(case.request)
        self.unexplained += 1
        self.show([f"the peer's configuration: {json.dumps(case.config)}", 
                   *policy.split("\n[[test]]")[0].splitlines(),
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
                case = Case(told, set(switches), None, self.drops_empty_headers,
                            peer.connection.ask)
                for _ in range(per_configuration):
                    case.request = self.requests(chance)
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
        for text, _ in self.features:
            cases.add(text, self.shows, text)
        for difference in self.differences:
            cases.add(f"{difference.name} occurs", self.occurs, difference)
        cases.add("what the import tells has a name", self.import_tells)
        cases.add("the page names these differences", self.page_names)
        cases.run()

    def shows(self, text):
        assert self.shown[text], "no request of the run shows it"

    def occurs(self, difference):
        if difference.is_of_host and not self.drops_empty_headers:
            raise Skip("this cpp-httplib drops no empty header")
        assert self.seen[difference.name], "no request of the run shows it"
        for code in difference.told:
            assert self.told[code], f"no import told of {code}"
        for switch in difference.switches:
            assert self.switched[switch], f"{switch} was never set"

    def import_tells(self):
        known = {code for difference in self.differences for code in difference.told}
        equal(set(self.told) - self.told_of_none - known, set())

    def page_names(self):
        """Each under a heading, with its switches."""
        with open(self.page, encoding="utf-8") as file:
            text = file.read()
        sections = dict(zip(HEADING.findall(text), HEADING.split(text)[2::2]))
        prefix = self.system + "-"
        equal(sorted(name for name in sections if name.startswith(prefix)),
              sorted(difference.name for difference in self.differences))
        for difference in self.differences:
            for switch in difference.switches:
                contains(sections[difference.name], f"`{switch} = ")


def switched(policy, switches):
    """With what the switches set in [cors], and without the tests, which say what was before."""
    if not switches:
        return policy
    head, rest = policy.split("[cors]\n", 1)
    fields = rest.split("\n[[test]]", 1)[0]
    for setting in switches.values():
        for line in setting.splitlines():
            name = line.split(" = ", 1)[0]
            old = rf"^{name} = (\[\n(  .*\n)*\].*|.*)\n"
            fields = re.sub(old, "", fields, flags=re.M) + line + "\n"
    return head + "[cors]\n" + fields
