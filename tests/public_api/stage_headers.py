"""Copies the public headers into a folder of their own, so that tests see nothing else of the tree.

  python3 stage_headers.py LIB_FOLDER TARGET_FOLDER STAMP HEADER...
"""
import os
import shutil
import sys


def main(lib, target, stamp, *headers):
    shutil.rmtree(target, ignore_errors=True)
    for header in headers:
        path = os.path.join(target, os.path.relpath(header, lib))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copyfile(header, path)
    with open(stamp, "w", encoding="utf-8") as file:
        file.write("// the public headers are staged\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
