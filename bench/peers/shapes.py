"""The shapes of bench/run: policies and requests as plain data, with the outcome of each.

The first 19 are those of jub0bs/cors-benchmarks; one without an Origin follows. The growth cases ask 64 origins that lie evenly in
a list of N origins of 40 bytes, and 64 of the same length that are not in it.

A case: `name`, `policy` {`origins`, `methods`, `headers`}, `method`, `from` (the origin of each
request, "" for none; they are asked in turn), `request_headers`, `granted` (what a right answer does).
"""
METHODS = ["PUT"]
HEADERS = ["accept", "content-type", "x-requested-with"]
GROWTH = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]
ASKED = 64  # different requests of a growth case
# What Chromium sends besides Origin.
BROWSER = {
    "Host": "api.example.com",
    "Connection": "keep-alive",
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0",
    "Accept": "*/*",
    "Sec-Fetch-Site": "cross-site",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Dest": "empty",
    "Referer": "https://app500.example.com/",
    "Accept-Encoding": "gzip, deflate, br",
    "Accept-Language": "en-GB,en;q=0.9",
}

# Origins of the policy, one that it grants, one that it does not.
LONG = ".a" * 126
POLICIES = {
    "one": (["https://example.com"], "https://example.com", "https://example.org"),
    "multiple": ([f"https://{start}example.{end}{port}" for end in ("net", "org", "com")
                  for start, port in (("*.", ""), ("", ":8080"), ("", ""))],
                 "https://example.com", "https://example.org:6060"),
    "two": ([f"https://a{LONG}", f"https://b{LONG}"], f"https://a{LONG}", f"https://c{LONG}"),
    "many": ([f"https://{i:03}.example.com" for i in range(1000)],
             "https://999.example.com", "https://example.org:6060"),
    "all": (["*"], "https://example.com", None),
}


def one_case(name, origins, from_origins, granted, is_preflight=False, requested_headers=None):
    headers = dict(BROWSER)
    if is_preflight:
        headers["Access-Control-Request-Method"] = METHODS[0]
    if requested_headers is not None:
        headers["Access-Control-Request-Headers"] = requested_headers
    return {
        "name": name,
        "policy": {"origins": origins, "methods": METHODS, "headers": HEADERS},
        "method": "OPTIONS" if is_preflight else "GET",
        "from": from_origins,
        "request_headers": headers,
        "granted": granted,
    }


def shapes():
    cases = []
    for is_preflight, kind in ((False, "actual"), (True, "preflight")):
        for name, (origins, listed, other) in POLICIES.items():
            cases.append(one_case(f"{name} / {kind} / yes", origins, [listed], True, is_preflight))
            if other:
                cases.append(one_case(f"{name} / {kind} / no", origins, [other], False, is_preflight))
    cases.append(one_case("all / preflight / 1024 commas", ["*"], ["https://example.com"], True, True,
                          "," * 1024))
    cases.append(one_case("one / no Origin", POLICIES["one"][0], [""], False))
    return cases


def growth_origin(number, end):
    return f"https://tenant-{number:011}.customers.{end}"


def growth(count):
    """Two cases: granted and not, with `count` origins."""
    origins = [growth_origin(i, "com") for i in range(count)]
    asked = sorted({i * count // ASKED for i in range(ASKED)})
    counted = f"{count:,} origins" if count > 1 else "1 origin"
    return [one_case(f"{counted} / {word}", origins,
                     [growth_origin(i, end) for i in asked], granted)
            for word, end, granted in (("yes", "com", True), ("no", "net", False))]
