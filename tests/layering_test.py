"""The walls of the tree: who may include whom, and where a third-party header may stand.

  python3 tests/layering_test.py ROOT    checks the tree, then planted violations; prints TAP

The one rule: a folder of lib/ may include itself and the folders above it in LAYERS, nothing below.
Third-party headers stand in the files that THIRD_PARTY names and nowhere else in lib/, plugins/ and
server/. A plugin sees the plugin contract and nothing else of ours.
"""
import os
import re
import sys
import tempfile

from support import tree_check

LAYERS = ["abi", "base", "http", "origin", "stage", "policy", "runtime", "authority",
          "policy_api", "pages", "adapter"]

# Header prefix -> files (or folders, ending in "/") that may include it.
THIRD_PARTY = {
    "tl/expected.hpp": ["lib/corsac/base/result.hpp"],
    "openssl/": ["lib/corsac/base/sha256.cpp"],
    "libpsl.h": ["lib/corsac/origin/public_suffix.cpp"],
    "idn2.h": ["lib/corsac/origin/idna.cpp"],
    "re2/": ["lib/corsac/origin/regex_set.cpp"],
    "boost/": ["lib/corsac/runtime/store_loader.cpp"],
    # In .cpp files only: a header of ours never includes JSON.
    "nlohmann/": [
        "lib/corsac/policy/report.cpp",
        "lib/corsac/policy/explain.cpp",
        "lib/corsac/policy/diff_report.cpp",
        "lib/corsac/policy/explain_exchange_text.cpp",
        "lib/corsac/policy/schema.cpp",
        "lib/corsac/runtime/event_log.cpp",
        "lib/corsac/policy/writer.cpp",
        "lib/corsac/runtime/event_json.cpp",
        "lib/corsac/runtime/feed_json.cpp",
        "lib/corsac/authority/api_json.cpp",
        "lib/corsac/authority/filter.cpp",
        "lib/corsac/policy_api/api_failure.cpp",
        "lib/corsac/policy_api/json_body.cpp",
        "lib/corsac/policy_api/system_configuration.cpp",
        "lib/corsac/adapter/admin_api.cpp",
        "lib/corsac/adapter/admin_refusal.cpp",
        "lib/corsac/adapter/event_summary.cpp",
        "lib/corsac/adapter/forward_options.cpp",
        "lib/corsac/adapter/policy_list.cpp",
        "server/commands/",
        "server/har/",
        "server/import/read_json.cpp",
        "server/sample/",
    ],
    "httplib.h": ["lib/corsac/adapter/httplib_host.hpp", "plugins/remote/limited_client.hpp",
                  "server/"],
    "hiredis/": ["plugins/redis/reply_parser.cpp"],
    "toml++/": ["plugins/toml/", "server/config_section.hpp"],
    "yaml-cpp/": ["server/import/read_yaml.cpp"],
    # probe speaks HTTP with the client that the remote store has made safe.
    "remote/limited_client.hpp": ["server/probe/http_client.cpp"],
    # The okta importer reads records by what the remote store reads them by.
    "remote/okta_filter.hpp": ["server/import/okta.cpp"],
    "CLI/": ["server/main.cpp", "server/command_line.cpp"],
    "spdlog/": ["server/log.cpp"],
}

SYSTEM = re.compile(
    r"^(sys|netinet|arpa|linux)/|^(arpa|net)/|"
    r"^(dlfcn|elf|fcntl|netdb|poll|signal|spawn|unistd|link|pthread|errno|stddef|stdint|stdlib|"
    r"string|time|limits|immintrin|emmintrin)\.h$")
STANDARD = re.compile(r"^[a-z_0-9]+$")
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]')
SOURCES = (".hpp", ".cpp", ".h")
PLUGIN_CONTRACT = ("corsac_store_changes.", "corsac_store_plugin.", "corsac_store_records.",
                   "corsac_store_write.")


def layer_of(path):
    """The index in LAYERS of a file of lib/; one beyond the last for lib/corsac/*.hpp itself."""
    parts = path.split("/")
    if parts[0] != "lib":
        return None
    if parts[1] == "abi":
        return 0
    if parts[1] == "corsac" and len(parts) == 3:
        return len(LAYERS)
    return LAYERS.index(parts[2]) if parts[1] == "corsac" and parts[2] in LAYERS else None


def layer_of_include(header):
    if header.startswith(PLUGIN_CONTRACT):
        return 0
    return layer_of("lib/" + header) if header.startswith("corsac/") else None


def third_party_problem(path, header):
    for prefix, allowed in THIRD_PARTY.items():
        if header == prefix or (prefix.endswith("/") and header.startswith(prefix)):
            if any(path == a or (a.endswith("/") and path.startswith(a)) for a in allowed):
                return None
            return f"<{header}> may stand in {', '.join(allowed)} only"
    if STANDARD.match(header) or SYSTEM.match(header) or header.startswith("corsac/"):
        return None
    return f"<{header}> is in no row of THIRD_PARTY"


def include_problem(path, quote, header):
    """Why this include breaks a wall, or None."""
    is_ours = header.startswith("corsac/") or header.startswith(PLUGIN_CONTRACT)
    if path.startswith("plugins/"):
        if header.startswith("corsac/"):
            return f"a plugin sees lib/abi only, not {header}"
        return None if quote == '"' or is_ours else third_party_problem(path, header)
    own = layer_of(path)
    if own is None or not is_ours:
        return third_party_problem(path, header) if quote == "<" else None
    other = layer_of_include(header)
    if other is None:
        return f"{header} lies in no layer"
    if other > own:
        return f"upward include: {LAYERS[own]} may not include {header}"
    return None


def check(root):
    problems = []
    for top in ("lib", "plugins", "server"):
        for folder, folders, files in os.walk(os.path.join(root, top)):
            folders[:] = [f for f in folders if not f.startswith("build")]
            for name in sorted(files):
                if not name.endswith(SOURCES):
                    continue
                path = os.path.relpath(os.path.join(folder, name), root)
                if path.startswith("lib/") and layer_of(path) is None:
                    problems.append(f"{path}: lies in no layer")
                    continue
                with open(os.path.join(folder, name), encoding="utf-8") as source:
                    for number, line in enumerate(source, 1):
                        found = INCLUDE.match(line)
                        if not found:
                            continue
                        problem = include_problem(path, found.group(1), found.group(2))
                        if problem:
                            problems.append(f"{path}:{number}: {problem}")
    return problems


# What must be found: (description, file, line, part of the message).
PLANTED = [
    ("upward include", "lib/corsac/http/x.hpp", '#include "corsac/stage/decision.hpp"', "upward"),
    ("upward in a .cpp", "lib/corsac/base/x.cpp", '#include "corsac/http/method.hpp"', "upward"),
    ("upward with <>", "lib/corsac/origin/x.cpp", "#include <corsac/policy/policy.hpp>", "upward"),
    ("abi includes ours", "lib/abi/x.h", '#include "corsac/base/place.hpp"', "upward"),
    ("JSON in a header", "lib/corsac/policy/x.hpp", "#include <nlohmann/json.hpp>", "only"),
    ("JSON in another .cpp", "lib/corsac/stage/x.cpp", "#include <nlohmann/json.hpp>", "only"),
    ("Boost elsewhere", "lib/corsac/runtime/gate.cpp", "#include <boost/dll.hpp>", "only"),
    ("httplib below the adapter", "lib/corsac/runtime/x.cpp", "#include <httplib.h>", "only"),
    ("toml++ in the library", "lib/corsac/policy/x.cpp", "#include <toml++/toml.h>", "only"),
    ("unknown library", "lib/corsac/base/x.cpp", "#include <fmt/core.h>", "no row"),
    ("plugin sees the core", "plugins/toml/x.cpp", '#include "corsac/policy/reader.hpp"', "abi only"),
    ("file outside the layers", "lib/corsac/util/x.hpp", "#include <string>", "no layer"),
]


def check_planted(row):
    _, path, line, message = row
    with tempfile.TemporaryDirectory() as root:
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full))
        with open(full, "w", encoding="utf-8") as source:
            source.write("#pragma once\n" + line + "\n")
        problems = check(root)
    return len(problems) == 1 and message in problems[0], problems


if __name__ == "__main__":
    tree_check.run("every include of the tree respects the walls", check(sys.argv[1]), PLANTED,
                   check_planted)
