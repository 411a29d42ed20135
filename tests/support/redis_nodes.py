"""Real redis-servers on free ports, and a client of a few lines for them."""
import os
import shutil
import signal
import socket
import subprocess
import tempfile

from tap import Skip
from waiting import until


def free_port(host="127.0.0.1"):
    """Nobody listens there now; another program may take it before we do."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return probe.getsockname()[1]


class RedisError(Exception):
    pass


class RedisClient:
    """One connection; commands as lists of texts, answers as Python values."""

    def __init__(self, host, port):
        self.connection = socket.create_connection((host, port), timeout=5)
        self.stream = self.connection.makefile("rb")

    def send(self, command):
        words = [word if isinstance(word, bytes) else str(word).encode() for word in command]
        self.connection.sendall(b"*%d\r\n" % len(words) +
                                b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))

    def receive(self):
        line = self.stream.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("Redis closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"-":
            raise RedisError(rest.decode())
        if kind == b"+":
            return rest.decode()
        if kind == b":":
            return int(rest)
        if kind == b"$":
            size = int(rest)
            return None if size < 0 else self.stream.read(size + 2)[:-2].decode()
        return [self.receive() for _ in range(int(rest))]

    def run(self, *command):
        self.send(command)
        return self.receive()

    def close(self):
        self.stream.close()
        self.connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class RedisNode:
    """A redis-server in a folder of its own; `inside` is the command that runs it elsewhere, `login`
    the user and the password of our own commands."""

    def __init__(self, lines=(), host="127.0.0.1", is_sentinel=False, inside=(), login=()):
        self.login = login
        self.host, self.lines, self.is_sentinel, self.inside = host, lines, is_sentinel, list(inside)
        self.process = None
        if shutil.which("redis-server") is None:
            raise Skip("there is no redis-server")
        self.folder = tempfile.mkdtemp(prefix="corsac-redis-")
        for _ in range(5):
            self.port = free_port("127.0.0.1" if inside else host)
            if self.start():
                return
        raise AssertionError("redis-server does not start:\n" + self.log())

    @property
    def address(self):
        return f"{self.host}:{self.port}"

    @property
    def url(self):
        return "redis://" + self.address

    def start(self):
        text = f"bind {self.host}\nport {self.port}\ndir {self.folder}\nlogfile redis.log\n"
        if not self.is_sentinel:
            text += 'save ""\nprotected-mode no\nrepl-diskless-sync-delay 0\n'
        file = os.path.join(self.folder, "redis.conf")
        with open(file, "w", encoding="utf-8") as configuration:
            configuration.write(text + "".join(line + "\n" for line in self.lines))
        logged = len(self.log())
        self.process = subprocess.Popen(
            self.inside + ["redis-server", file] + ["--sentinel"] * self.is_sentinel,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(lambda: self.process.poll() is not None or
              (self.says_that_it_listens(logged) and self.answers()), "a Redis answers")
        return self.process.poll() is None

    def says_that_it_listens(self, since):
        """In the log since that byte. Only this tells it from another test's Redis that took the
        port first and answers there, while ours is about to end."""
        sign = "Sentinel ID is" if self.is_sentinel else "Ready to accept connections"
        return sign in self.log()[since:]

    def answers(self):
        try:
            return self.run("PING") == "PONG"
        except RedisError as error:
            return str(error).startswith("NOAUTH")
        except OSError:
            return False

    def run(self, *command):
        with RedisClient(self.host, self.port) as client:
            if self.login:
                client.run("AUTH", *self.login)
            return client.run(*command)

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    def end(self):
        self.process.terminate()
        self.process.wait()

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def log(self):
        try:
            with open(os.path.join(self.folder, "redis.log"), encoding="utf-8") as file:
                return file.read()
        except OSError:
            return ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def write_policy(client, policy, revision):
    """What a writer does, in one step."""
    for command in (["MULTI"], ["SET", "{corsac}:policy", policy],
                    ["SET", "{corsac}:revision", revision],
                    ["PUBLISH", "{corsac}:changed", revision], ["EXEC"]):
        client.send(command)
    for _ in range(4):
        client.receive()
    return client.receive()


def put_policy(node, policy, revision):
    with RedisClient(node.host, node.port) as client:
        write_policy(client, policy, revision)
