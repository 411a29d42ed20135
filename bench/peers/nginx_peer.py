"""nginx as a subject of bench/run: a map of origins and add_header in one process of nginx.

Requests go over a Unix socket, several in one write; what counts is the processor time of nginx for
each, so the client may be slow. The same server without the map is what a request costs anyway.
"""
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PIPELINED = 64
TURNS = 4
CONFIG = """
daemon off;
master_process off;
error_log {folder}/error.log;
pid {folder}/pid;
events {{ worker_connections 64; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  large_client_header_buffers 4 16k;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  map_hash_max_size {hash_size};
  map_hash_bucket_size 1024;
  map $http_origin $granted_origin {{
    default "{default}";
    include {folder}/origins;
  }}
  map $granted_origin $granted_methods {{ "" ""; default "{methods}"; }}
  map $granted_origin $granted_headers {{ "" ""; default "{headers}"; }}
  server {{
    listen unix:{folder}/socket;
    location /bare {{
      if ($request_method = OPTIONS) {{ return 204; }}
      return 200 "";
    }}
    location / {{
      if ($request_method = OPTIONS) {{
        add_header Access-Control-Allow-Origin $granted_origin;
        add_header Access-Control-Allow-Methods $granted_methods;
        add_header Access-Control-Allow-Headers $granted_headers;
        add_header Vary "{vary_origin_first}Access-Control-Request-Method, Access-Control-Request-Headers";
        return 204;
      }}
      add_header Access-Control-Allow-Origin $granted_origin;
      add_header Vary "{vary_origin}";
      return 200 "";
    }}
  }}
}}
"""


def map_line(origin):
    if "*" not in origin:
        return f'"{origin}" $http_origin;\n'
    pattern = re.escape(origin).replace(r"\*", r"([a-z0-9-]+\.)*[a-z0-9-]+")
    return f'"~^{pattern}$" $http_origin;\n'


def request_bytes(one_case, path, origin):
    lines = [f"{one_case['method']} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in one_case["request_headers"].items()]
    lines += [f"Origin: {origin}"] if origin else []
    lines += ["", ""]
    return "\r\n".join(lines).encode()


class Nginx:
    def __init__(self, work):
        self.folder = tempfile.mkdtemp(prefix="nginx-", dir=work)
        self.process = None
        self.connection = None

    def prepare(self, _file, one_case, seconds=120):
        self._stop()
        policy = one_case["policy"]
        origins = policy["origins"]
        allows_all = origins == ["*"]
        with open(self.folder + "/origins", "w", encoding="utf-8") as file:
            file.writelines(map_line(origin) for origin in origins if not allows_all)
        with open(self.folder + "/nginx.conf", "w", encoding="utf-8") as file:
            file.write(CONFIG.format(
                folder=self.folder, hash_size=max(2048, len(origins) // 4),
                default="*" if allows_all else "",
                vary_origin="" if allows_all else "Origin",
                vary_origin_first="" if allows_all else "Origin, ",
                methods=", ".join(policy["methods"]), headers=", ".join(policy["headers"])))
        self._start(seconds)
        self.requests = {path: [request_bytes(one_case, path, origin) for origin in one_case["from"]]
                         for path in ("/", "/bare")}
        answers = [self._answer(request) for request in self.requests["/"]]
        return [dict(line.split(": ", 1) for line in answer.decode().split("\r\n")[1:] if line)
                for answer in answers]

    def _start(self, seconds):
        self.process = subprocess.Popen(
            ["nginx", "-p", self.folder, "-c", self.folder + "/nginx.conf"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + seconds
        while True:
            self.connection = socket.socket(socket.AF_UNIX)
            try:
                self.connection.connect(self.folder + "/socket")
                self.connection.settimeout(60)
                return
            except OSError:
                self.connection.close()
            if self.process.poll() is not None:
                raise RuntimeError(self.process.stderr.read().strip())
            if time.monotonic() > deadline:
                raise RuntimeError(f"not ready within {seconds} s")
            time.sleep(0.01)

    def _receive(self, length):
        parts = []
        while length > 0:
            part = self.connection.recv(1 << 20)
            if not part:
                raise RuntimeError("nginx closed the connection")
            parts.append(part)
            length -= len(part)
        return b"".join(parts)

    def _answer(self, request):
        self.connection.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._receive(1)
        return answer

    def _used_nanoseconds(self):
        with open(f"/proc/{self.process.pid}/schedstat", encoding="ascii") as file:
            return int(file.read().split()[0])

    def _measure_path(self, path, milliseconds):
        requests = self.requests[path]
        length = len(self._answer(requests[0]))  # of every answer: origins are of one length
        write = b"".join(requests[i % len(requests)] for i in range(PIPELINED))
        start, answered = self._used_nanoseconds(), 0
        while True:
            self.connection.sendall(write)
            self._receive(PIPELINED * length)
            answered += PIPELINED
            used = self._used_nanoseconds() - start
            if used >= milliseconds * 1e6:
                return used / answered

    def measure(self, milliseconds):
        """The map is a small part of what a request costs: several turns with and without it."""
        turns = [(self._measure_path("/", milliseconds), self._measure_path("/bare", milliseconds))
                 for _ in range(TURNS)]
        return [sum(times) / TURNS for times in zip(*turns)]

    def _stop(self):
        if self.process is None:
            return
        self.connection.close()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stderr.close()
        self.process = None
        if os.path.exists(self.folder + "/socket"):
            os.unlink(self.folder + "/socket")

    def close(self):
        self._stop()
        shutil.rmtree(self.folder, ignore_errors=True)
