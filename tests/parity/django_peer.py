"""Debian's Django with its django-cors-headers behind wsgiref, on port 0.

  /usr/bin/python3 django_peer.py

prints {"port": N}. Each line on standard input holds settings as JSON, which count from the answer
{"port": N} on. The application answers as parity_server.cpp says.
"""
import json
import logging
import sys
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.test.utils import override_settings
from django.urls import re_path

BODY = "the application\n"


def answer(request):
    response = HttpResponse("" if request.method == "HEAD" else BODY, content_type="text/plain",
                            status=int(request.GET.get("status", "200")))
    response["Content-Length"] = str(len(BODY))
    for line in request.GET.getlist("h"):
        name, value = line.split(":", 1)
        response[name] = value
    return response


urlpatterns = [re_path("", answer)]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def main():
    settings.configure(ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, SECRET_KEY="of a test",
                       LOGGING_CONFIG=None, INSTALLED_APPS=["corsheaders"],
                       MIDDLEWARE=["corsheaders.middleware.CorsMiddleware"])
    django.setup()
    logging.disable()  # an error answer is what was asked for
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    ready = json.dumps({"port": server.server_port})
    print(ready, flush=True)
    in_force = override_settings()
    in_force.enable()
    for line in sys.stdin:
        in_force.disable()
        in_force = override_settings(**json.loads(line))
        in_force.enable()
        print(ready, flush=True)


if __name__ == "__main__":
    main()
