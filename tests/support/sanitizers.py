"""Whether a program was built with a sanitizer, whose memory and clocks are not the program's."""

import re


def is_sanitized(program):
    with open(program, "rb") as file:
        return re.search(rb"__(asan|tsan)_init", file.read()) is not None
