"""A real redis-server of a test's own, on a free port of loopback."""
import os
import shutil
import socket
import subprocess
import tempfile
import time

from tap import Skip


class RedisError(Exception):
    """Redis answered with an error; its text."""


class Client:
    """One connection; answers are bytes, numbers, None and lists of them."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.file = self.socket.makefile("rb")

    def close(self):
        self.file.close()
        self.socket.close()

    def __call__(self, *words):
        words = [word if isinstance(word, bytes) else str(word).encode() for word in words]
        self.socket.sendall(b"*%d\r\n" % len(words) +
                            b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
        return self.answer()

    def answer(self):
        line = self.file.readline()[:-2]
        kind, rest = line[:1], line[1:]
        if kind == b"-":
            raise RedisError(rest.decode())
        if kind == b"+":
            return rest
        if kind == b":":
            return int(rest)
        if kind == b"$":
            return None if rest == b"-1" else self.file.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return [self.answer() for _ in range(int(rest))]
        raise RedisError("no answer")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class RedisServer:
    """Runs while the `with` does. Called like a client: server("GET", "x")."""

    def __init__(self, *lines):
        self.lines = lines

    def __enter__(self):
        if shutil.which("redis-server") is None:
            raise Skip("there is no redis-server")
        self.folder = tempfile.TemporaryDirectory()
        self.port = free_port()
        config = os.path.join(self.folder.name, "redis.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(f'bind 127.0.0.1\nport {self.port}\ndir {self.folder.name}\nsave ""\n'
                       "logfile redis.log\nrepl-diskless-sync-delay 0\n" +
                       "".join(line + "\n" for line in self.lines))
        self.process = subprocess.Popen(["redis-server", config])
        eventually(self.answers)
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.folder.cleanup()

    def __call__(self, *words):
        client = Client(self.port)
        try:
            return client(*words)
        finally:
            client.close()

    def answers(self):
        try:
            self("PING")
        except RedisError:
            pass
        except OSError:
            return False
        return True

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}"


def eventually(condition, seconds=20):
    """Waits until the condition holds; AssertionError when it does not in time."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)  # between two looks, with a deadline
