"""What the generators of configurations and requests share."""
import json

from parity_case import Request, is_origin

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
# What an application says of CORS itself.
OWN = [("Access-Control-Allow-Origin", "https://handler.example"),
       ("Access-Control-Allow-Credentials", "true"),
       ("Access-Control-Expose-Headers", "X-Handler"), ("Access-Control-Max-Age", "1"),
       ("Access-Control-Allow-Methods", "HANDLER"), ("Timing-Allow-Origin", "*")]
VARY = ["Cookie", "Accept, Accept-Language", "origin", "Cookie,Origin", "*"]


def pick(chance, *weighted):
    """One of the values; each is (weight, value)."""
    return chance.choices([value for _, value in weighted],
                          [weight for weight, _ in weighted])[0]


def origins_to_list(origins, *literals):
    """As a value of allowed_origins, for a switch that lets all of them in; `literals` are no origins
    and are taken all the same."""
    return json.dumps([text for text in origins if is_origin(text) or text in literals])


def origin_lines(chance, origins):
    origin = pick(chance, (1, None), (9, chance.choice(origins)))
    if origin is None:
        return []
    lines = [(pick(chance, (3, "Origin"), (1, "origin")), origin)]
    if origin and chance.random() < 0.03:  # of an empty one cpp-httplib 0.11.4 hides the line
        lines.append(("Origin", chance.choice([other for other in origins if other])))
    return lines


def preflight_lines(chance, header_lists):
    asked = pick(chance, (8, chance.choice(METHODS)), (2, "PURGE"), (1, "get"), (1, ""))
    lines = [("Access-Control-Request-Method", asked)]
    if asked and chance.random() < 0.03:
        lines.append(("Access-Control-Request-Method", "PUT"))
    if chance.random() < 0.6:
        lines.append(("Access-Control-Request-Headers", chance.choice(header_lists)))
    if chance.random() < 0.3:
        lines.append(("Access-Control-Request-Private-Network", "true"))
    return lines


def request(chance, origins, header_lists, path):
    """Preflights more often than not, and what looks like one."""
    headers, method, own = origin_lines(chance, origins), chance.choice(METHODS), []
    if chance.random() < 0.75:
        method = pick(chance, (2, "OPTIONS"), (1, method))
        headers += preflight_lines(chance, header_lists)
    chance.shuffle(headers)
    if chance.random() < 0.3:
        own.append(("Vary", chance.choice(VARY)))
    if chance.random() < 0.2:
        own += chance.sample(OWN, chance.randint(1, len(OWN)))
    status = pick(chance, (6, 200), (1, 302), (1, 401), (1, 404), (1, 500))
    if status == 302:
        own.append(("Location", "/sign-in"))
    return Request(method, path, headers, status, own)
