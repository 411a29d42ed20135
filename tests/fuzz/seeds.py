"""First inputs for the fuzzers, besides the corpus: the texts of the unit tests' rows, and for
those that read choices some thousand at random, the same in every run.

  python3 tests/fuzz/seeds.py ROOT FOLDER [STAMP DEPFILE]    writes FOLDER/NAME/*

STAMP is written last; DEPFILE says what it depends on, as a rule for make.
"""
import hashlib
import os
import random
import re
import sys

# Fuzzer: test files, and what makes inputs out of the texts that stand in them.
SOURCES = {
    "origin": (["tests/origin/origin_test.cpp"], "each"),
    "pattern": (["tests/origin/pattern_test.cpp"], "each"),
    "target": (["tests/origin/target_test.cpp"], "each"),
    "origin_set": (["tests/origin/origin_set_test.cpp", "tests/origin/pattern_test.cpp"], "pairs"),
    "header_list": (["tests/http/header_list_test.cpp"], "pairs of lines"),
    "trusted_origins": (["tests/authority/http_api_test.cpp",
                         "tests/authority/http_api_errors_test.cpp"], "pairs of lines"),
    "json": (["tests/plugins/feed_json_test.cpp"], "each"),
    "toml": (["tests/plugins/toml_document_test.cpp", "README.md", "server/sample/policy.toml"],
             "each"),
}
# Fuzzer: how many inputs of how many bytes.
RANDOM = {"evaluate": (4000, 80), "guards": (4000, 40), "sink": (500, 120)}
ESCAPES = {"n": b"\n", "t": b"\t", "r": b"\r", "v": b"\v", "f": b"\f", "0": b"\0"}
LITERAL = re.compile(r'R"\((.*?)\)"|"((?:[^"\\\n]|\\.)*)"', re.S)
ESCAPE = re.compile(r"\\(x[0-9a-fA-F]+|.)", re.S)
TOML_BLOCK = re.compile(r"```toml\n(.*?)```", re.S)


def unescaped(text):
    result, at = b"", 0
    for found in ESCAPE.finditer(text):
        result += text[at:found.start()].encode()
        name = found.group(1)
        if name[0] == "x":
            result += bytes([int(name[1:], 16) & 0xFF])
        else:
            result += ESCAPES.get(name, name.encode())
        at = found.end()
    return result + text[at:].encode()


def literals(source):
    """The string literals of a C++ file; those with nothing but blanks between are one."""
    texts, end = [], None
    for found in LITERAL.finditer(source):
        raw, plain = found.groups()
        text = raw.encode() if raw is not None else unescaped(plain)
        if end is not None and not source[end:found.start()].strip():
            texts[-1] += text
        else:
            texts.append(text)
        end = found.end()
    return texts


def texts_of(path):
    with open(path, encoding="utf-8") as file:
        source = file.read()
    if path.endswith(".md"):
        return [block.encode() for block in TOML_BLOCK.findall(source)]
    return literals(source) if path.endswith(".cpp") else [source.encode()]


def inputs_of(texts, how):
    if how == "each":
        return texts
    between = b"\n\n" if how == "pairs" else b"\n"
    return [a + between + b for a, b in zip(texts, texts[1:])]


def write(folder, name, inputs):
    os.makedirs(os.path.join(folder, name), exist_ok=True)
    for data in inputs:
        with open(os.path.join(folder, name, hashlib.sha1(data).hexdigest()), "wb") as file:
            file.write(data)


def random_inputs(name, count, size):
    """A byte of 0 is the first choice, often the plain one, so that every second one is 0."""
    source = random.Random(name)
    for _ in range(count):
        yield bytes(source.choice((0, source.randrange(256))) for _ in range(size))


def main(root, folder, stamp=None, depfile=None):
    for name, (paths, how) in SOURCES.items():
        for path in paths:
            write(folder, name, inputs_of(texts_of(os.path.join(root, path)), how))
    for name, (count, size) in RANDOM.items():
        write(folder, name, random_inputs(name, count, size))
    if stamp:
        read = sorted({os.path.join(root, path) for paths, _ in SOURCES.values() for path in paths})
        with open(depfile, "w", encoding="utf-8") as file:
            file.write(f"{stamp}: {' '.join(read)}\n")
        with open(stamp, "w", encoding="utf-8"):
            pass


if __name__ == "__main__":
    main(*sys.argv[1:])
