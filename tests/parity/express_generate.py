"""Options of npm's cors, and requests to them."""
import parity_generate
from parity_case import HOST
from parity_generate import origins_to_list, pick

LISTED = ["https://app.example.com", "http://127.0.0.1:8080", "https://[::1]:8443",
          "http://plain.example.com", "https://app.example.com:8443", "capacitor://localhost",
          "https://Upper.Example.com", "https://slash.example.com/", "null"]
COMPARED = "https://*.example.net"  # no pattern there: only that text is it
WHOLE = r"/^https:\/\/[a-z0-9-]+\.preview\.example\.com(:[0-9]+)?$/i"
ANYWHERE = r"/example\.org/"
ANY_DOMAIN = r"/^https?:\/\/.+$/"

ORIGINS = LISTED + [
    "https://a.preview.example.com", "https://a.preview.example.com:443",
    "https://A.preview.example.com", "https://a.preview.example.com.evil.example",
    "https://app.example.org", "https://app.example.org.evil.example", "https://evil.example",
    "http://evil.example", "https://a.example.net", "https://app.example.com:443", "https://app.example.com/",
    "HTTPS://app.example.com", "file://", "garbage", "*", "https://" + HOST, "http://" + HOST, ""]
HEADER_LISTS = ["content-type", "x-csrftoken", "X-Other", "content-type,x-csrftoken",
                "Content-Type , X-Other", ",,content-type,", "authorization",
                "x-other,content-type", "content-type,content-type", "bad name", ",".join(
                    f"x-{i}" for i in range(65)), "," * 17 + "x-other", ""]


def origin_option(chance):
    """What the peer is told, and what its JSON shows."""
    entries = LISTED + [COMPARED, WHOLE, ANYWHERE, ANY_DOMAIN]
    kind = pick(chance, (2, "absent"), (1, "*"), (2, "text"), (1, "regex"), (10, "list"),
                (1, "list with *"), (1, True), (1, False), (1, "function"))
    if kind in ("*", True, False):
        return kind, kind
    if kind == "text":
        origin = chance.choice(LISTED[:7])
        return origin, origin
    if kind == "regex":
        return WHOLE, WHOLE
    if kind == "function":
        return {"asks": ["https://app.example.com"]}, {}
    origins = chance.sample(entries, chance.randint(0, 5))
    if kind == "list with *":
        origins.append("*")
    return (None, None) if kind == "absent" else (origins, origins)


def configuration(chance):
    config = {}
    told, text = origin_option(chance)
    if chance.random() < 0.5:
        config["methods"] = pick(chance, (1, "GET,PUT"), (1, ["GET", "PURGE"]), (1, ["PATCH"]),
                                 (1, "GET,HEAD,PUT,PATCH,POST,DELETE"))
    if chance.random() < 0.6:
        config[pick(chance, (4, "allowedHeaders"), (1, "headers"))] = pick(
            chance, (1, ["Content-Type", "X-Csrftoken"]), (1, "X-Other"),
            (1, "Authorization,X-Other"), (1, []))
    if chance.random() < 0.4:
        config["exposedHeaders"] = pick(chance, (1, ["X-Request-Id"]), (1, "X-A,x-b"), (1, []))
    if chance.random() < 0.5:
        config["credentials"] = chance.random() < 0.7
    if chance.random() < 0.6:
        config["maxAge"] = pick(chance, (1, 0), (2, 600), (1, "600"), (1, 100_000))
    if chance.random() < 0.1:
        config["preflightContinue"] = True
    if chance.random() < 0.3:
        config["optionsSuccessStatus"] = pick(chance, (3, 200), (1, 204))
    source = dict(config)
    if told is not None:
        config["origin"], source["origin"] = told, text
    return config, source, switches(chance, config)


def switches(chance, config):
    """Those of the page, at random."""
    found = {}
    if chance.random() < 0.5:
        return found
    names = allowed_headers(config)
    if names and chance.random() < 0.5:
        found["check_requested"] = (
            'check_requested = false\nmethods_answer = "list"\nheaders_answer = "list"')
    else:
        if chance.random() < 0.5:
            found["methods_answer"] = 'methods_answer = "list"'
        if names and chance.random() < 0.5:
            found["headers_answer"] = 'headers_answer = "list"'
    if chance.random() < 0.5:
        found["expose_on_preflight"] = "expose_on_preflight = true"
    if names and chance.random() < 0.5:
        found["preflight_vary"] = 'preflight_vary = "origin"'
    if chance.random() < 0.5:
        status = config.get("optionsSuccessStatus", 204)
        found["refused_preflight_status"] = f"refused_preflight_status = {status}"
    if chance.random() < 0.5:
        found["same_origin"] = 'same_origin = "judge"'
    listed = config.get("origin")
    if not isinstance(listed, list):
        return found
    if "null" in listed and not config.get("credentials"):
        found["allow_null_origin"] = "allow_null_origin = true"
    if "http://plain.example.com" in listed and config.get("credentials"):
        found["dangerously_allow_insecure_origins"] = (
            f"allowed_origins = {origins_to_list(listed)}\n"
            "dangerously_allow_insecure_origins = true")
    return found


def request(chance):
    path = chance.choice(["/api/items", "/", "/api//items", "/a%2Fb"])
    return parity_generate.request(chance, ORIGINS + LISTED, HEADER_LISTS, path)


def texts(value):
    return value if isinstance(value, list) else [n.strip() for n in value.split(",")]


def allowed_methods(config):
    return texts(config.get("methods", "GET,HEAD,PUT,PATCH,POST,DELETE"))


def allowed_headers(config):
    """Names; None where what is asked for is answered."""
    value = config.get("allowedHeaders", config.get("headers"))
    return None if value is None else texts(value)
