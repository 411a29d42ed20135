"""Waiting for a condition, with a deadline."""
import time

DEADLINE = 40.0  # seconds; sanitised builds are slow


def until(condition, what, deadline=DEADLINE):
    """What `condition` gave when it was first true; fails with `what` at the deadline."""
    end = time.monotonic() + deadline
    while True:
        seen = condition()
        if seen:
            return seen
        if time.monotonic() > end:
            raise AssertionError(f"not within {deadline:g} s: {what() if callable(what) else what}")
        time.sleep(0.01)  # between two looks, not instead of one
