"""The programs that bench/run measures, and how it talks with them.

A subject reads lines and answers each with a line of JSON:

  prepare FILE           takes the case in FILE (bench/peers/shapes.py); {"answers": [{NAME: VALUE}...]}
                         is what the first answer to each request holds
  measure MILLISECONDS   {"ns", "bare_ns"}: processor time of one request with the middleware, and of
                         one without it

Processor time of the whole process, so that a collector of garbage counts. A subject that waits for
a line takes none.
"""
import json
import os
import queue
import shutil
import subprocess
import threading

import nginx_peer


class Failed(RuntimeError):
    """A subject that cannot go on; says why."""


# What a subject may raise when it is asked: it is left out then, and the others go on.
FAILURES = (RuntimeError, OSError, ValueError, subprocess.SubprocessError)


class Program:
    """A subject in a process of its own, started at once. Once it has failed it fails for good."""

    def __init__(self, command, seconds=120):
        """`seconds`: how long it may take for an answer."""
        self.seconds = seconds
        self.ended = ""  # why; "" = it has not
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        text=True)
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put("")

    def _ask(self, line, *fields):
        """These fields of its answer."""
        if self.ended:
            raise Failed(self.ended)
        answer = ""
        try:
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()
            answer = self.lines.get(timeout=self.seconds)
        except queue.Empty:
            self._end(f"no answer to `{line.split()[0]}` within {self.seconds} s")
        except OSError:
            pass  # it reads no more
        if not answer:
            self._end(f"ended with {self._status()}")
        try:
            told = json.loads(answer)
            return [told[field] for field in fields]
        except (ValueError, LookupError, TypeError):
            return self._end(f"answered {answer[:80]!r} to `{line.split()[0]}`")

    def _status(self):
        try:
            return f"status {self.process.wait(timeout=5)}"
        except subprocess.TimeoutExpired:
            return "its output closed"

    def _end(self, why):
        """Killed, for a late answer would be taken for that to the next line."""
        self.process.kill()
        self.process.wait()
        self.ended = why
        raise Failed(why)

    def prepare(self, file, _one_case):
        return self._ask(f"prepare {file}", "answers")[0]

    def measure(self, milliseconds):
        return self._ask(f"measure {milliseconds}", "ns", "bare_ns")

    def close(self):
        try:
            self.process.stdin.close()
        except OSError:
            pass  # it has ended, and what is still to be written reaches nobody
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


class Subject:
    """A column of the table. `corsac` names the column that it is held against, None for Corsac's own.

    `absent` says why it cannot be measured, else "". `start` makes the process.
    """

    def __init__(self, name, title, corsac, start=None, absent=""):
        self.name, self.title, self.corsac = name, title, corsac
        self.start, self.absent = start, absent


def output(*command):
    """The first line that a command prints, "" when it is not there or fails."""
    try:
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             check=True, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return run.stdout.strip().splitlines()[0] if run.stdout.strip() else ""


def package_version(modules, name):
    try:
        with open(os.path.join(modules, name, "package.json"), encoding="utf-8") as file:
            return json.load(file)["version"]
    except OSError:
        return ""


def httplib_subjects(build, suffix, version):
    program = os.path.join(build, "bench", "httplib_peer" + suffix)
    absent = "" if os.path.exists(program) else f"no cpp-httplib {version}"
    own = "corsac" + suffix
    return [Subject(own, f"Corsac on {version}", None, lambda: Program([program, "corsac"]), absent),
            Subject("hand" + suffix, f"hand-written on {version}", own,
                    lambda: Program([program, "hand"]), absent)]


def node_subject(here, modules, name, package, corsac):
    version = package_version(modules, package)
    absent = ""
    if not output("node", "--version"):
        absent = "no node"
    elif not version:
        absent = "not installed from npm"
    script = os.path.join(here, "node_peer.js")
    return Subject(name, f"npm {package} {version}".strip(), corsac,
                   lambda: Program(["node", script, name, modules]), absent)


def go_tool():
    """The Go tool chain: $CORSAC_GO, else the one in the path. "" = there is none."""
    named = os.environ.get("CORSAC_GO")
    return os.path.abspath(named) if named else shutil.which("go") or ""


def wrong_environment():
    """What $CORSAC_GO and $CORSAC_JUB0BS_SOURCE name and is not there, as lines."""
    go, sources = os.environ.get("CORSAC_GO"), os.environ.get("CORSAC_JUB0BS_SOURCE")
    if go and not go_version(go_tool()).startswith("go"):
        yield f"CORSAC_GO: {go!r}: no Go; name its program `go`, or leave it out"
    if sources and not jub0bs_sources():
        yield (f"CORSAC_JUB0BS_SOURCE: {sources!r}: no middleware.go there; name a folder with the "
               "sources of jub0bs/cors, or leave it out")


def jub0bs_sources():
    """The folder that $CORSAC_JUB0BS_SOURCE names; "" = there are no sources in it."""
    named = os.environ.get("CORSAC_JUB0BS_SOURCE", "")
    return os.path.abspath(named) if named and os.path.isfile(
        os.path.join(named, "middleware.go")) else ""


def go_version(go):
    return output(go, "env", "GOVERSION") if go else ""


def go_program(here, folder, library, go, module="", **environment):
    """Builds go_peer.go with the file for `library` in `folder`: the program, and why there is none.

    `module` is its go.mod, "" for a build without modules.
    """
    os.makedirs(folder, exist_ok=True)
    if module:
        with open(os.path.join(folder, "go.mod"), "w", encoding="utf-8") as file:
            file.write(module)
    for name in ("go_peer.go", library):
        shutil.copy(os.path.join(here, name), folder)
    program = os.path.join(folder, "peer")
    built = subprocess.run(
        [go, "build", "-o", program, "go_peer.go", library], cwd=folder,
        env=dict(os.environ, GOPROXY="off", GOTOOLCHAIN="local", GOTMPDIR=folder, **environment),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if built.returncode == 0:
        return program, ""
    said = built.stdout.strip().splitlines() or [f"status {built.returncode}"]
    return "", f"does not build with {go_version(go)}: {said[-1]}"


def rs_subject(here, work, corsac):
    """rs/cors as Debian packs it."""
    program, absent, version, go = "", "", "", go_tool()
    if not go_version(go):
        absent = "no Go tool chain"
    elif not os.path.isdir("/usr/share/gocode/src/github.com/rs/cors"):
        absent = "no golang-github-rs-cors-dev"
    else:
        version = output("dpkg-query", "-W", "-f", "${Version}", "golang-github-rs-cors-dev")
        program, absent = go_program(here, os.path.join(work, "rs"), "go_rs_cors.go", go,
                                     GO111MODULE="off", GOPATH="/usr/share/gocode", GOFLAGS="")
    return Subject("rs", f"rs/cors {version.split('-')[0]}".strip(), corsac,
                   lambda: Program([program]), absent)


def jub0bs_subject(here, work, corsac):
    """jub0bs/cors, where its sources are at hand: Debian does not pack it, but what it needs."""
    program, absent, go, sources = "", "", go_tool(), jub0bs_sources()
    if not sources:
        absent = "no sources: $CORSAC_JUB0BS_SOURCE names none"
    elif not go_version(go):
        absent = "no Go tool chain"
    else:
        version = ".".join(go_version(go).removeprefix("go").split(".")[:2])
        program, absent = go_program(here, os.path.join(work, "jub0bs"), "go_jub0bs_cors.go", go,
                                     module=MODULE.format(go=version, sources=sources),
                                     GO111MODULE="on", GOFLAGS="-mod=mod")
    return Subject("jub0bs", "jub0bs/cors", corsac, lambda: Program([program]), absent)


MODULE = """module peer

go {go}

require github.com/jub0bs/cors v1.0.0

replace github.com/jub0bs/cors => {sources}

replace golang.org/x/net => /usr/share/gocode/src/golang.org/x/net

replace golang.org/x/text => /usr/share/gocode/src/golang.org/x/text
"""


def every_subject(here, build, work, modules, debian_httplib):
    """All columns, absent ones included. The first one is what the others are held against."""
    newest = httplib_subjects(build, "_newest", "0.53.1")
    debian = httplib_subjects(build, "", debian_httplib or "of the system")
    main = newest[0].name if not newest[0].absent else debian[0].name
    nginx = output("nginx", "-v").rpartition("/")[2]
    decision = os.path.join(build, "bench", "decision_peer")
    return newest + debian + [
        Subject("decision", "Corsac's decision alone", None, lambda: Program([decision]),
                "" if os.path.exists(decision) else "not built"),
        node_subject(here, modules, "express", "cors", main),
        node_subject(here, modules, "fastify", "@fastify/cors", main),
        rs_subject(here, work, main),
        jub0bs_subject(here, work, main),
        Subject("nginx", f"nginx {nginx}".strip(), main, lambda: nginx_peer.Nginx(work),
                "" if nginx else "no nginx"),
    ]
