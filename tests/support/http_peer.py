"""An HTTP server that answers as it is told to, for the remote store."""
import http.server
import socket
import threading

from loopback_server import LoopbackServer


class HttpPeer(LoopbackServer):
    """`answer` is called for each connection's first request with the socket; replace it freely."""

    def __init__(self):
        self.answer = None
        self.is_stopping = threading.Event()
        peer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def handle(self):
                self.raw_requestline = self.rfile.readline(65537)
                if self.raw_requestline and self.parse_request():
                    try:
                        peer.answer(self.connection)
                    except OSError:
                        pass  # the store has given up, as it may

        super().__init__(Handler)

    def say(self, body, status="200 OK", headers=(), length=None):
        """From now on this answer; with a `length` that is not that of the body."""
        head = [f"HTTP/1.1 {status}", "Content-Type: application/json", "Connection: close",
                f"Content-Length: {len(body) if length is None else length}", *headers]
        data = ("\r\n".join(head) + "\r\n\r\n" + body).encode()
        self.answer = lambda connection: connection.sendall(data)

    def say_slowly(self, body, seconds_between):
        """One byte at a time."""
        def answer(connection):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                               b"Content-Length: %d\r\n\r\n" % len(body))
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for byte in body.encode():
                connection.sendall(bytes([byte]))
                if self.is_stopping.wait(seconds_between):
                    return
        self.answer = answer

    def hang_up(self):
        self.answer = lambda connection: None

    def __exit__(self, *raised):
        self.is_stopping.set()
        super().__exit__(*raised)
