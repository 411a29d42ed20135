"""`corsac serve` with a configuration of its own, on port 0."""
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
[store]
{store}
"""


class ServerProcess:
    """`prepare` is called in the child before the program; `environment` is added to ours."""

    def __init__(self, program, store, files=(), environment=None, prepare=None):
        self.folder = tempfile.mkdtemp(prefix="corsac-faults-")
        for name, text in files:
            self.write(name, text)
        self.write("server.toml", CONFIG.format(store=store))
        self.log, self.port, self.admin, self.token = [], None, None, None
        self.lines = queue.Queue()
        self.process = subprocess.Popen(
            [program, "serve", "--config", os.path.join(self.folder, "server.toml")],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env={**os.environ, **(environment or {})}, preexec_fn=prepare)
        threading.Thread(target=self._read_output, daemon=True).start()
        self.log_reader = threading.Thread(target=self._read_log, daemon=True)
        self.log_reader.start()
        self._wait_ready()

    def _read_output(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def _read_log(self):
        for line in self.process.stderr:
            self.log.append((time.monotonic(), line.rstrip("\n")))

    def _wait_ready(self):
        places = {"port": r"listening on http://127\.0\.0\.1:(\d+)$",
                  "admin": r"admin on http://127\.0\.0\.1:(\d+)$",
                  "token": r"admin token of this run: (\w+)$"}
        while not (self.port and self.admin and self.token):
            line = self.lines.get(timeout=DEADLINE)
            assert line is not None, "the program ended:\n" + self.log_text()
            for name, pattern in places.items():
                found = re.match(pattern, line)
                if found:
                    setattr(self, name, found.group(1))

    def write(self, name, text):
        """As an editor does: a new file under the old name."""
        path = os.path.join(self.folder, name)
        with open(path + ".new", "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path + ".new", 0o600)
        os.rename(path + ".new", path)

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

    def log_text(self):
        return "\n".join(line for _, line in list(self.log))

    def find_log(self, pattern, after=0.0):
        """The first line since `after` (monotonic) in which `pattern` is found; else None."""
        for moment, line in list(self.log):
            if moment >= after and re.search(pattern, line):
                return line
        return None

    def wait_log(self, pattern, after=0.0):
        return until(lambda: self.find_log(pattern, after),
                     lambda: f"a line with {pattern} in the log:\n{self.log_text()}")

    def reload(self):
        self.process.send_signal(signal.SIGHUP)

    def end(self):
        """The exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=DEADLINE)
        self.log_reader.join(DEADLINE)
        return status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
