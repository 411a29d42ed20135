"""An HTTP server of a test's own, on a free port, until its `with` ends."""
import http.server
import threading


class LoopbackServer:
    """`handler` answers: a BaseHTTPRequestHandler, whose log nobody reads."""

    def __init__(self, handler):
        quiet = type("Quiet", (handler,), {"log_message": lambda *_: None})
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), quiet)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
