"""A whole server in a process of its own (bench/whole_server.cpp), and who asks it (bench/load.cpp).

Where there are two processors, the server has one and the asker another.
"""
import json
import os
import resource
import subprocess

import subject

VERSIONS = (("_newest", "0.53.1"), ("", None))  # None: the one of the system
ORIGIN = "https://app500.example.com"  # one of 1,000: bench/hook_pair.hpp
FOREVER = 100_000_000
DEADLINE = 60


def versions(build):
    """(suffix, version) of the servers that are built."""
    for suffix, version in VERSIONS:
        if os.path.isfile(os.path.join(build, "bench", "whole_server" + suffix)):
            yield suffix, version or subject.output("pkg-config", "--modversion", "cpp-httplib")


def wrong_build(build):
    """What is wrong with --build, as lines; None = it was not given."""
    if build is None or (build and os.path.isfile(os.path.join(build, "bench", "load"))
                         and list(versions(build))):
        return
    yield (f"--build: {build!r}: bench/load and bench/whole_server are not built there; name a "
           "build folder that has them, or leave the option out")


def request_bytes(method, path, origin):
    """As Chromium sends it."""
    lines = [f"{method} {path} HTTP/1.1", "Host: api.example.com", "Connection: keep-alive",
             "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0",
             "Accept: */*", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: cors",
             "Sec-Fetch-Dest: empty", "Referer: https://app500.example.com/",
             "Accept-Encoding: gzip, deflate, br", "Accept-Language: en-GB,en;q=0.9"]
    if origin:
        lines.append(f"Origin: {origin}")
    if method == "OPTIONS":
        lines += ["Access-Control-Request-Method: PUT",
                  "Access-Control-Request-Headers: content-type,x-request-id"]
    return "\r\n".join(lines + ["", ""]).encode()


def is_pinned():
    """Whether the server has a processor of its own."""
    return len(os.sched_getaffinity(0)) > 1


def on_processor(number):
    """For Popen: keeps the child on one of our processors, the first or the last. It may open as
    many connections as the system lets it."""
    processors = sorted(os.sched_getaffinity(0))
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)

    def prepare():
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        os.sched_setaffinity(0, {processors[number]})
    return prepare


class Server:
    def __init__(self, build, suffix, hook, threads=64, requests=FOREVER, seconds=5):
        """Keeps a connection for `requests`, and for `seconds` without one."""
        program = os.path.join(build, "bench", "whole_server" + suffix)
        self.process = subprocess.Popen(
            [program, hook, str(threads), str(requests), str(seconds)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, preexec_fn=on_processor(0))
        line = self.process.stdout.readline()
        if not line:
            status = self.process.wait()
            self.close()
            raise subject.Failed(f"ended with status {status}")
        self.port = int(line)

    def status(self, field):
        """A number of /proc/PID/status."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            for line in file:
                if line.startswith(field + ":"):
                    return int(line.split()[1])
        raise subject.Failed(f"no {field}")

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


def load(build, server, request, connections, seconds, warm_up=0):
    """What bench/load prints."""
    run = subprocess.run(
        [os.path.join(build, "bench", "load"), str(server.port), str(server.process.pid),
         str(connections), str(warm_up), str(seconds)], input=request, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, timeout=DEADLINE + seconds, check=False,
        preexec_fn=on_processor(-1))
    if run.returncode != 0:
        raise subject.Failed(f"load: status {run.returncode} {run.stderr.decode().strip()}".strip())
    told = json.loads(run.stdout)
    if told["answered"] == 0 or told["used_ns"] <= 0:
        raise subject.Failed("no request was answered")
    return told


def status_of(answer):
    return int(answer.split(" ", 2)[1])


def cors_headers(answer):
    """What an answer says about CORS, and in which cache it may stand."""
    lines = answer.partition("\r\n\r\n")[0].split("\r\n")[1:]
    pairs = (line.partition(": ")[::2] for line in lines)
    return {name.lower(): value for name, value in pairs
            if name.lower() in ("vary", "cache-control") or name.lower().startswith("access-control-")}
