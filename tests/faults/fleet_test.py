"""Three servers, a Redis primary with a replica, and a Sentinel: one policy, whatever happens.

  fleet_test.py PROGRAM
"""
import http.client
import json
import os
import subprocess
import sys
import threading
import time

from asker import Asker, Expected, policy
from network import CutOff
from redis_nodes import RedisClient, RedisError, RedisNode, put_policy
from sanitizers import is_sanitized
from server_process import ServerProcess
from tap import Cases, equal
from trusted_origins_api import LIST, Api, record_of
from waiting import DEADLINE, until

PROGRAM = os.path.abspath(sys.argv[1])
SERVERS = 3
HASH = "{corsac}:trusted_origins"
MADE_AGAIN = 5 if is_sanitized(PROGRAM) else 20  # records of each writer after a fail-over
TAKEN_WITHIN = 2.0  # seconds from +switch-master, however the fail-over went


class Fleet:
    """Everything together, answering with version 1. `primary` is where it starts."""

    def __init__(self, cut_off=None):
        self.parts = []
        host = cut_off.host if cut_off else "127.0.0.1"
        try:
            if cut_off:
                self.primary = self._keep(RedisNode(host=cut_off.inside, inside=cut_off.command()))
            else:
                self.primary = self._keep(RedisNode())
            put_policy(self.primary, policy(1), "1:a")
            master = f"{self.primary.host} {self.primary.port}"
            self.replica = self._keep(RedisNode(["replicaof " + master], host=host))
            self.sentinel = self._keep(RedisNode(
                [f"sentinel monitor corsac {master} 1", "sentinel down-after-milliseconds corsac 500",
                 "sentinel failover-timeout corsac 3000"], host=host, is_sentinel=True))
            until(self._is_known, "the Sentinel knows of the replica, and that one of the policy")
            store = (f'plugin = "redis"\nsentinels = "{self.sentinel.address}"\n'
                     'sentinel_master = "corsac"\nrefresh_seconds = 5\n')
            admin = "requests_per_minute = 1000000\n"
            self.servers = [self._keep(ServerProcess(PROGRAM, store, admin=admin))
                            for _ in range(SERVERS)]
            self.expected = Expected(1)
            self.askers = [Asker(server.port, self.expected) for server in self.servers]
            self.wait_seen(1)
        except BaseException:
            self.__exit__()
            raise

    def _keep(self, part):
        self.parts.append(part)
        return part

    def _is_known(self):
        replicas = self.sentinel.run("SENTINEL", "replicas", "corsac")
        return any(str(self.replica.port) in map(str, one) for one in replicas) and \
            self.replica.run("GET", "{corsac}:policy") == policy(1)

    def wait_seen(self, version, deadline=DEADLINE):
        until(lambda: all(asker.seen == version for asker in self.askers),
              lambda: f"version {version} everywhere, but {[a.seen for a in self.askers]}; wrong: "
                      f"{[a.wrong for a in self.askers]}; log:\n{self.servers[0].log_text()}",
              deadline)

    def put(self, node, version, revision):
        """A writer writes; both versions are right until every server has the new one."""
        self.expected.allow(version)
        put_policy(node, policy(version), revision)

    def settle(self, version):
        self.wait_seen(version)
        self.expected.settle(version)
        self.ask_more()

    def settle_everywhere(self, version):
        """On the replica as well: what it lacks is gone with the primary (the_replica_lagged)."""
        self.settle(version)
        until(lambda: self.replica.run("GET", "{corsac}:policy") == policy(version),
              f"the replica has version {version}")

    def ask_more(self, count=200):
        goals = [asker.asked + count for asker in self.askers]
        until(lambda: all(asker.asked >= goal for asker, goal in zip(self.askers, goals)),
              "more requests are asked")

    def wait_switched(self):
        """The moment of +switch-master."""
        def has_switched():
            address = self.sentinel.run("SENTINEL", "get-master-addr-by-name", "corsac")
            return address and int(address[1]) == self.replica.port
        until(has_switched, lambda: "a fail-over:\n" + self.sentinel.log())
        return time.monotonic()

    def judge(self, what):
        for asker in self.askers:
            asker.stop()
        asked = sum(asker.asked for asker in self.askers)
        wrong = [fault for asker in self.askers for fault in asker.wrong]
        print(f"# {what}: asked {asked}, wrong {len(wrong)}", flush=True)
        assert asked > 500, asked
        assert not wrong, "\n".join(wrong[:10])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for asker in getattr(self, "askers", []):
            asker.stop()
        for part in reversed(self.parts):
            part.__exit__(None, None, None)


def a_change_reaches_all():
    with Fleet() as fleet:
        for version in range(2, 6):
            written = time.monotonic()
            fleet.put(fleet.primary, version, f"{version}:a")
            fleet.settle(version)
            print(f"# version {version} everywhere within {time.monotonic() - written:.2f} s")
        fleet.judge("four changes")


def write_after_fail_over(fleet, version, revision):
    """To the new primary, at once; every server has it within two seconds of the switch."""
    switched = fleet.wait_switched()
    # A replica that has just been told so may need a moment to take writes.
    def write():
        try:
            fleet.put(fleet.replica, version, revision)
            return True
        except (RedisError, OSError):
            return False
    until(write, "the new primary takes a policy")
    fleet.wait_seen(version, deadline=TAKEN_WITHIN - (time.monotonic() - switched))
    took = time.monotonic() - switched
    print(f"# everywhere {took:.2f} s after the switch", flush=True)
    fleet.settle(version)


def the_primary_is_killed():
    with Fleet() as fleet:
        fleet.put(fleet.primary, 2, "2:a")
        fleet.settle_everywhere(2)
        fleet.primary.kill()
        write_after_fail_over(fleet, 3, "3:b")
        fleet.judge("killed")


# The replica never got version 2, whose counter the writer uses again after the fail-over.
def the_replica_lagged():
    with Fleet() as fleet:
        with RedisClient(fleet.primary.host, fleet.primary.port) as client:
            client.run("ACL", "SETUSER", "default", "-psync", "-sync")
            client.run("CLIENT", "KILL", "TYPE", "replica")
        fleet.put(fleet.primary, 2, "2:a")
        fleet.settle(2)
        assert fleet.replica.run("GET", "{corsac}:revision") == "1:a", "the replica lags"
        fleet.expected.allow(1)  # what the new primary has, until the writer comes
        fleet.expected.may_go_back = True
        fleet.primary.kill()
        write_after_fail_over(fleet, 3, "2:b")
        for server in fleet.servers:
            assert server.status()["revision"] == "2:b", server.status()
        fleet.judge("the counter repeated")


# Cut off, the old primary takes a write of somebody on its side. Nobody here may ever answer it.
def the_primary_is_cut_off():
    with CutOff() as cut_off, Fleet(cut_off) as fleet:
        fleet.put(fleet.primary, 2, "2:a")
        fleet.settle_everywhere(2)
        cut_off.cut()
        write_after_fail_over(fleet, 3, "3:b")
        for key, value in (("policy", policy(99)), ("revision", "99:z")):
            subprocess.run([*cut_off.command(), "redis-cli", "-h", fleet.primary.host, "-p",
                            str(fleet.primary.port), "SET", "{corsac}:" + key, value], check=True,
                           capture_output=True)
        cut_off.mend()
        until(lambda: is_replica(fleet.primary), "the old primary becomes a replica")
        fleet.put(fleet.replica, 4, "4:b")
        fleet.settle(4)
        fleet.judge("cut off")


def is_replica(node):
    try:
        return node.run("ROLE")[0] == "slave"
    except (RedisError, OSError):
        return False


class Writer(threading.Thread):
    """Makes records until it is stopped, whatever it is answered."""

    def __init__(self, server, name):
        super().__init__(daemon=True)
        self.api, self.label = Api(server), name
        self.answered = []  # the moment before it was asked for, and the id
        self.refused, self.wrong, self.is_stopped = 0, [], False

    def run(self):
        number = 0
        while not self.is_stopped:
            number += 1
            begun = time.monotonic()
            try:
                status, record = self.api.ask("POST", LIST, record_of(f"{self.label}-{number}"))
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(repr(error))
                return
            if status == 200:
                self.answered.append((begun, record["id"]))
            elif status == 503:
                self.refused += 1
            else:
                self.wrong.append((status, record))

    def answers(self, since=0.0):
        return {name for begun, name in list(self.answered) if begun >= since}


def answers_of(writers, since=0.0):
    return set().union(*(writer.answers(since) for writer in writers))


# Redis answers before its replica has a record, so some may be lost; never one that the replica had,
# nor one of afterwards, and what is lost is lost for all servers.
def the_primary_is_killed_while_records_are_made():
    with Fleet() as fleet:
        fleet.primary.run("CONFIG", "SET", "min-replicas-to-write", "1")
        writers = [Writer(fleet.servers[i % SERVERS], f"w{i}") for i in range(4)]
        for writer in writers:
            writer.start()
        # A replica that has just been synced gets what is written only a second later.
        until(lambda: fleet.replica.run("HLEN", HASH) >= 80 and
              all(len(writer.answered) >= 20 for writer in writers), "records are made")
        answered = answers_of(writers)
        safe = answered & set(fleet.replica.run("HKEYS", HASH))
        fleet.primary.kill()
        switched = fleet.wait_switched()
        until(lambda: all(len(writer.answers(switched)) >= MADE_AGAIN for writer in writers),
              lambda: f"records are made again; wrong: {[w.wrong[:3] for w in writers]}; log:\n"
                      f"{fleet.servers[0].log_text()}")
        for writer in writers:
            writer.is_stopped = True
        for writer in writers:
            writer.join(DEADLINE)
            assert not writer.is_alive() and not writer.wrong, writer.wrong[:3]
        pairs = fleet.replica.run("HGETALL", HASH)
        kept = dict(zip(pairs[::2], map(json.loads, pairs[1::2])))
        for name, record in kept.items():
            equal((record["id"], record["origin"]), (name, f"https://{record['name']}.example"))
        equal((safe | answers_of(writers, switched)) - set(kept), set(), "records are lost")
        for server in fleet.servers:
            until(lambda api=Api(server): set(api.all()) == set(kept), "each server knows all")
        print(f"# {len(answers_of(writers))} answered, {len(safe)} known to the replica before, "
              f"{sum(writer.refused for writer in writers)} refused, "
              f"{len(answers_of(writers) - set(kept))} lost", flush=True)
        assert len(safe) >= 60, "the replica had most of them"
        fleet.judge("killed while records are made")


cases = Cases()
cases.add("a change reaches all servers", a_change_reaches_all)
cases.add("the primary is killed under load", the_primary_is_killed)
cases.add("the primary is killed while records are made",
          the_primary_is_killed_while_records_are_made)
cases.add("the replica lagged, and the counter repeats", the_replica_lagged)
cases.add("the primary is cut off by the network", the_primary_is_cut_off)
cases.run()
