"""Measures cases on subjects in interleaved rounds, and judges what came out.

A case is prepared on every subject and its answers are checked; then each round measures all
subjects, in an order that is rotated, so that a slow phase of the machine hits all of them. Beside
each Corsac runs a second process of the same program: what these two differ by is noise. Costs are
net: with the middleware minus without it, in the same process and round.
"""
import json
import math
import os
import statistics

import subject

AGAIN = "_again"        # name of the second process of a Corsac column
NOISE_LIMIT = 0.10      # two processes of one program may differ by this
SLOWEST_NS = 1_000_000  # a subject that takes longer for a request is not asked with more origins
LEAST_NS = 1.0          # less cannot be told from nothing, and nothing must be divided by it


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def grants(answer, origin):
    allowed = {name.lower(): value for name, value in answer.items()}.get(
        "access-control-allow-origin")
    return allowed in ("*", origin)


def cors_headers(answer):
    """What the answer says about CORS; lists compared without their spaces."""
    return {name.lower(): value.replace(" ", "") for name, value in answer.items()
            if name.lower() == "vary" or name.lower().startswith("access-control-")}


def check_answers(one_case, answers):
    """Raises when an answer does not do what it must."""
    if len(answers) != len(one_case["from"]):
        raise subject.Failed(f"{len(answers)} answers to {len(one_case['from'])} requests")
    for origin, answer in zip(one_case["from"], answers):
        if grants(answer, origin) != one_case["granted"]:
            word = "does not grant" if one_case["granted"] else "grants"
            raise subject.Failed(f"{word} {origin}")


def expected(one_case, is_corsac):
    """The case as this subject must answer it: Corsac refuses a list over its budget."""
    if is_corsac and one_case["name"].endswith("1024 commas"):
        return dict(one_case, granted=False)
    return one_case


class Measurement:
    """All subjects that are there, each started, with what they took."""

    def __init__(self, subjects, rounds, milliseconds, work, say):
        self.rounds, self.milliseconds, self.say = rounds, milliseconds, say
        self.file = os.path.join(work, "case.json")
        self.subjects = {one.name: one for one in subjects if not one.absent}
        self.running = {name: one.start() for name, one in self.subjects.items()}
        for name, one in self.subjects.items():
            if one.corsac is None:
                self.running[name + AGAIN] = one.start()
        self.too_slow = {}  # name: with how many origins
        self.wrong = []  # outcomes that are not right: (case, subject, why)

    def close(self):
        for running in self.running.values():
            running.close()

    def _leave_out(self, one_case, name, why, left_out):
        left_out[name] = str(why)
        self.wrong.append((one_case["name"], name, str(why)))

    def _prepare(self, one_case):
        """Names of the subjects that answer rightly, and why the others are left out."""
        with open(self.file, "w", encoding="utf-8") as file:
            json.dump(one_case, file)
        answers, left_out = {}, {}  # of those that are ready
        for name, running in self.running.items():
            if len(one_case["policy"]["origins"]) > self.too_slow.get(name, math.inf):
                left_out[name] = "takes more than 1 ms with fewer origins"
                continue
            plain = name.removesuffix(AGAIN)
            is_corsac = self.subjects[plain].corsac is None
            self.say(f"{one_case['name']}: {plain} takes the policy")
            try:
                told = running.prepare(self.file, one_case)
                check_answers(expected(one_case, is_corsac), told)
                self._check_same_headers(plain, told, answers, one_case)
                answers[name] = told
            except subject.FAILURES as error:
                self._leave_out(one_case, name, error, left_out)
        return list(answers), left_out

    def _check_same_headers(self, name, told, answers, one_case):
        """The hook written by hand is held against ours, so it must send what we send.

        Where ours has no right answer there is nothing to hold it against, and no ratio either.
        """
        corsac = self.subjects[name].corsac
        if (not name.startswith("hand") or corsac not in answers
                or one_case["name"].endswith("1024 commas")):
            return
        for ours, theirs in zip(answers[corsac], told):
            if cors_headers(ours) != cors_headers(theirs):
                raise subject.Failed(f"sends {cors_headers(theirs)}, not {cors_headers(ours)}")

    def _times(self, one_case, name, milliseconds, left_out):
        """Of one request with the middleware and without it; None: the subject is left out."""
        if name in left_out:
            return None
        try:
            return self.running[name].measure(milliseconds)
        except subject.FAILURES as error:
            self._leave_out(one_case, name, error, left_out)
            return None

    def measure(self, one_case):
        """A subject that fails is left out of this case, and the others go on."""
        ready, left_out = self._prepare(one_case)
        taken = {name: {"ns": [], "bare_ns": []} for name in ready}
        for name in ready:
            self._times(one_case, name, 3 * self.milliseconds, left_out)  # warms up, compiles
        for number in range(self.rounds):
            turn = number % max(1, len(ready))
            for name in ready[turn:] + ready[:turn]:
                self.say(f"{one_case['name']}: round {number + 1} of {self.rounds}")
                times = self._times(one_case, name, self.milliseconds, left_out)
                if times is not None:
                    taken[name]["ns"].append(times[0])
                    taken[name]["bare_ns"].append(times[1])
        taken = {name: one for name, one in taken.items() if name not in left_out}
        for name, one in taken.items():
            if statistics.median(one["ns"]) > SLOWEST_NS:
                self.too_slow.setdefault(name, len(one_case["policy"]["origins"]))
        return self._result(one_case, taken, left_out)

    def _result(self, one_case, taken, left_out):
        nets = {name: [max(LEAST_NS, cost - bare) for cost, bare in zip(one["ns"], one["bare_ns"])]
                for name, one in taken.items()}
        results = {name: {"left_out": why} for name, why in left_out.items()
                   if not name.endswith(AGAIN)}
        noise = {}
        for name, net in nets.items():
            reference = self.subjects[name.removesuffix(AGAIN)].corsac
            if name.endswith(AGAIN):
                reference = name.removesuffix(AGAIN)
            ratios = [one / ours for one, ours in zip(net, nets.get(reference, net))]
            if name.endswith(AGAIN):
                if reference in nets:
                    noise[reference] = abs(math.log(statistics.median(ratios)))
                continue
            results[name] = dict(taken[name], net=spread(net))
            if reference in nets:
                quarters = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
                results[name]["ratio"] = dict(spread(ratios), upper_quarter=quarters[2])
        return {"name": one_case["name"], "granted": one_case["granted"], "results": results,
                "noise": noise}


def verdicts(cases, against):
    """Who won where, and where nobody can tell: [(case, subject)...], [(case, noise)...].

    A peer wins when three rounds of four have it ahead by more than Corsac differs from itself.
    """
    wins, unclear = [], []
    for one_case in cases:
        noisy = {name: noise for name, noise in one_case["noise"].items() if noise > NOISE_LIMIT}
        if noisy:
            unclear.append((one_case["name"], max(noisy.values())))
        for name, result in one_case["results"].items():
            ratio = result.get("ratio")
            if not ratio or against[name] in noisy:
                continue
            if ratio["upper_quarter"] < 1 - one_case["noise"].get(against[name], 0):
                wins.append((one_case["name"], name))
    return wins, unclear
