"""The two programs that answer, and a connection to either."""
import json
import socket
import subprocess

from parity_case import Answer

DEADLINE = 60  # seconds
# Of the connection, or of the program that answers; never about CORS.
IGNORED = {"date", "server", "connection", "keep-alive", "accept-ranges"}


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
