"""The README's nginx in front of the real program, where nginx is installed. Prints TAP.

  nginx_front_test.py CORSAC_PROGRAM README
"""
import contextlib
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile

from extract_examples import examples
from server_process import ServerProcess
from tap import Cases, Skip, contains, equal
from waiting import DEADLINE, until

PROGRAM, README = map(os.path.abspath, sys.argv[1:3])
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
ORIGIN = "https://app.example.com"
POLICY = f'version = 1\n[cors]\nallowed_origins = ["{ORIGIN}"]\n'
CLIENTS = 200  # the program has 64 threads
# Around the example, so that it runs as any user.
AROUND = """
daemon off;
pid {folder}/pid;
error_log stderr;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  include {folder}/nginx_front.conf;
}}
"""


def with_ports(example, upstream, port):
    text, found = re.subn(r"server 127\.0\.0\.1:8080;", f"server 127.0.0.1:{upstream};", example)
    text, listening = re.subn(r"listen 80;", f"listen 127.0.0.1:{port};", text)
    equal((found, listening), (1, 1), "the example has other addresses")
    return text


def free_port():
    with socket.socket() as free:  # nginx tells nobody which port it got
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def takes_connections(port):
    with socket.socket() as asker:
        return asker.connect_ex(("127.0.0.1", port)) == 0


def write_config(folder, example, upstream, port):
    with open(folder + "/nginx_front.conf", "w", encoding="utf-8") as file:
        file.write(with_ports(example, upstream, port))
    with open(folder + "/nginx.conf", "w", encoding="utf-8") as file:
        file.write(AROUND.format(folder=folder))
    os.chmod(folder, 0o755)
    return [NGINX, "-p", folder, "-c", folder + "/nginx.conf", "-e", "stderr"]


def nginx_takes_it(example):
    if NGINX is None:
        raise Skip("nginx is not installed")
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([*write_config(folder, example, 8080, free_port()), "-t"],
                              capture_output=True, text=True, timeout=DEADLINE, check=False)
        equal(done.returncode, 0, done.stderr)
        assert "[warn]" not in done.stderr, done.stderr


@contextlib.contextmanager
def in_front(example):
    """The port of nginx before a program that runs."""
    if NGINX is None:
        raise Skip("nginx is not installed")
    with (ServerProcess(PROGRAM, 'file = "policy.toml"', files=[("policy.toml", POLICY)]) as server,
          tempfile.TemporaryDirectory() as folder):
        port = free_port()
        with subprocess.Popen(write_config(folder, example, server.port, port),
                              stderr=subprocess.PIPE, text=True) as nginx:
            try:
                until(lambda: takes_connections(port) or nginx.poll() is not None,
                      "nginx does not listen")
                equal(nginx.poll(), None, "nginx has ended")
                yield port
            finally:
                nginx.terminate()


def answer_to(connection, port):
    connection.sendall(f"GET /api/hello HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                       f"Origin: {ORIGIN}\r\n\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        part = connection.recv(65536)
        assert part, "the connection has ended"
        answer += part
    return answer.decode()


def more_kept_connections_than_threads_are_served(example):
    with in_front(example) as port, contextlib.ExitStack() as kept:
        connections = []
        for _ in range(CLIENTS):
            connection = socket.create_connection(("127.0.0.1", port), timeout=DEADLINE)
            connections.append(kept.enter_context(connection))
            answer = answer_to(connection, port)
            assert answer.startswith("HTTP/1.1 200 "), answer
            contains(answer, f"\r\nAccess-Control-Allow-Origin: {ORIGIN}\r\n")
            contains(answer, "\r\nConnection: keep-alive\r\n")
        for connection in connections:  # all of them are there still
            assert answer_to(connection, port).startswith("HTTP/1.1 200 ")


def main():
    example = examples(README)["nginx_front.conf"]
    cases = Cases()
    cases.add("nginx takes the example", nginx_takes_it, example)
    cases.add("more kept connections than threads are served",
              more_kept_connections_than_threads_are_served, example)
    cases.run()


if __name__ == "__main__":
    main()
