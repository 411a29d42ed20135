"""`corsac serve` in a folder of its own, on port 0."""
import http.client
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from waiting import DEADLINE, until

CONFIG = """
[server]
listen = "127.0.0.1:0"
[admin]
listen = "127.0.0.1:0"
{admin}
[store]
{store}
"""


class Served:
    """A folder, the program in it once it is started, and what it says: `lines` of standard output
    as they come (None at the end), `log` of standard error."""

    def __init__(self, prefix):
        self.folder = tempfile.mkdtemp(prefix=prefix)
        self.lines, self.log, self.moments = queue.Queue(), [], []
        self.process = self.log_reader = None

    def file(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        """As an editor does: a new file under the old name."""
        path = self.file(name)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path + ".new", 0o600)
        os.rename(path + ".new", path)

    def start(self, program, arguments=(), stderr=subprocess.PIPE, **options):
        """With server.toml of the folder; `options` are those of Popen."""
        self.process = subprocess.Popen(
            [program, "serve", "--config", self.file("server.toml"), *arguments],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, text=True, **options)
        threading.Thread(target=self._read_output, args=(self.process.stdout, self.lines),
                         daemon=True).start()
        self.log_reader = threading.Thread(target=self._read_log, daemon=True)
        self.log_reader.start()

    @staticmethod
    def _read_output(output, lines):
        for line in output:
            lines.put(line.rstrip("\n"))
        lines.put(None)

    def _read_log(self):
        for line in self.process.stderr or ():
            self.moments.append(time.monotonic())
            self.log.append(line.rstrip("\n"))

    def log_text(self):
        return "\n".join(list(self.log))

    def end(self, number=signal.SIGTERM):
        """The exit status, and the seconds it took."""
        started = time.monotonic()
        self.process.send_signal(number)
        status = self.process.wait(timeout=DEADLINE)
        took = time.monotonic() - started
        self.log_reader.join(DEADLINE)
        return status, took

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class ServerProcess(Served):
    """One listener, one for the admin, and a store; ready when it is made. `prepare` is called in
    the child before the program; `environment` is added to ours; `admin` stands in [admin]."""

    def __init__(self, program, store, files=(), environment=None, prepare=None, admin=""):
        super().__init__("corsac-faults-")
        for name, text in files:
            self.write(name, text)
        self.write("server.toml", CONFIG.format(store=store, admin=admin))
        self.launch = lambda: self.start(program, env={**os.environ, **(environment or {})},
                                         preexec_fn=prepare)
        self.port = self.admin = self.token = None
        try:
            self.launch()
            self._wait_ready()
        except BaseException:  # nobody else has it yet
            self.__exit__()
            raise

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.log_reader.join(DEADLINE)

    def restart(self, wants_token=True):
        """In the same folder, after it has ended; other ports and another token, unless a file
        has them."""
        self.lines = queue.Queue()
        self.port = self.admin = self.token = None
        self.launch()
        self._wait_ready(wants_token)

    def refuses_to_start(self):
        """In the same folder, after it has ended: the exit status, and what it says."""
        self.launch()
        status = self.process.wait(timeout=DEADLINE)
        self.log_reader.join(DEADLINE)
        return status, self.log_text()

    def _wait_ready(self, wants_token=True):
        places = {"port": r"listening on http://127\.0\.0\.1:(\d+)$",
                  "admin": r"admin on http://127\.0\.0\.1:(\d+)$",
                  "token": r"admin token of this run: (\w+)$"}
        while not (self.port and self.admin and (self.token or not wants_token)):
            line = self.lines.get(timeout=DEADLINE)
            if line is None:  # standard output ended; the log is whole when its reader has
                self.log_reader.join(DEADLINE)
                raise AssertionError("the program ended:\n" + self.log_text())
            for name, pattern in places.items():
                found = re.match(pattern, line)
                if found:
                    setattr(self, name, found.group(1))

    def status(self):
        """/api/status, as an object."""
        connection = http.client.HTTPConnection("127.0.0.1", int(self.admin), timeout=DEADLINE)
        try:
            connection.request("GET", "/api/status",
                               headers={"Authorization": "Bearer " + self.token})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def is_granted(self, origin):
        connection = http.client.HTTPConnection("127.0.0.1", int(self.port), timeout=DEADLINE)
        try:
            connection.request("GET", "/api/hello", headers={"Origin": origin})
            return connection.getresponse().getheader("Access-Control-Allow-Origin") == origin
        finally:
            connection.close()

    def find_log(self, pattern, after=0.0):
        """The first line since `after` (monotonic) in which `pattern` is found; else None."""
        for moment, line in zip(list(self.moments), list(self.log)):
            if moment >= after and re.search(pattern, line):
                return line
        return None

    def wait_log(self, pattern, after=0.0):
        return until(lambda: self.find_log(pattern, after),
                     lambda: f"a line with {pattern} in the log:\n{self.log_text()}")

    def reload(self):
        self.process.send_signal(signal.SIGHUP)
