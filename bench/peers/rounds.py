"""Measures cases on subjects in interleaved rounds, and judges what came out.

A case is prepared on every subject and its answers are checked; then each round measures all
subjects, in an order that is rotated, so that a slow phase of the machine hits all of them. Where a
process lies in memory differs from start to start by several per cent, so all of them are started
anew for each part of the rounds. Beside each Corsac that peers are held against runs a second
process of the same program: what these two differ by is noise. Costs are net: with the middleware
minus without it, in the same process and round.
"""
import json
import math
import os
import statistics

import subject

AGAIN = "_again"        # name of the second process of a Corsac column
NOISE_LIMIT = 0.10      # two processes of one program may differ by this
LEAST_LEAD = 0.05       # less is even: another start, or another day, may turn it round
WARM_UP = 10            # rounds' time, for compilers that work while a program runs
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


def expected(one_case, one):
    """The case as this subject must answer it: Corsac and jub0bs/cors refuse so many empty names."""
    if one_case["name"].endswith("1024 commas") and (one.corsac is None or one.name == "jub0bs"):
        return dict(one_case, granted=False)
    return one_case


class Measurement:
    """All subjects that are there, each started, with what they took."""

    def __init__(self, subjects, starts, rounds, milliseconds, work, say):
        """`rounds` are shared out among `starts`."""
        self.starts, self.rounds = min(starts, rounds), rounds
        self.milliseconds, self.say = milliseconds, say
        self.file = os.path.join(work, "case.json")
        self.subjects = {one.name: one for one in subjects if not one.absent}
        held_against = {one.corsac for one in subjects}
        self.names = list(self.subjects) + [
            name + AGAIN for name in self.subjects if name in held_against]
        self.running = {}   # those of this start
        self.ended = {}     # name: why it is not started any more
        self.too_slow = {}  # name: with how many origins
        self.wrong = []  # outcomes that are not right: (case, subject, why)

    def _start(self):
        """One that cannot be started has ended like one that did."""
        self.close()
        for name in self.names:
            if name in self.ended:
                continue
            try:
                self.running[name] = self.subjects[name.removesuffix(AGAIN)].start()
            except subject.FAILURES as error:
                self.ended[name] = f"does not start: {error}"

    def close(self):
        for running in self.running.values():
            running.close()
        self.running = {}

    def _leave_out(self, one_case, name, why, left_out):
        left_out[name] = str(why)
        self.wrong.append((one_case["name"], name, str(why)))

    def _fail(self, one_case, name, error, left_out):
        self._leave_out(one_case, name, error, left_out)
        if getattr(self.running[name], "ended", ""):
            self.ended[name] = str(error)

    def _prepare(self, one_case, left_out):
        """Names of the subjects that answer rightly; why the others do not goes to `left_out`."""
        answers = {}  # of those that are ready
        for name in self.names:
            plain = name.removesuffix(AGAIN)
            if name in left_out:
                continue
            if len(one_case["policy"]["origins"]) > self.too_slow.get(name, math.inf):
                left_out[name] = "takes more than 1 ms with fewer origins"
                continue
            if name in self.ended:
                self._leave_out(one_case, name, self.ended[name], left_out)
                continue
            self.say(f"{one_case['name']}: {plain} takes the policy")
            try:
                told = self.running[name].prepare(self.file, one_case)
                check_answers(expected(one_case, self.subjects[plain]), told)
                self._check_same_headers(plain, told, answers, one_case)
                answers[name] = told
            except subject.FAILURES as error:
                self._fail(one_case, name, error, left_out)
        return list(answers)

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
            self._fail(one_case, name, error, left_out)
            return None

    def measure(self, one_case):
        """A subject that fails is left out of this case, and the others go on."""
        with open(self.file, "w", encoding="utf-8") as file:
            json.dump(one_case, file)
        taken, left_out = {}, {}
        for start in range(self.starts):
            self._start()
            ready = self._prepare(one_case, left_out)
            for name in ready:
                self._times(one_case, name, WARM_UP * self.milliseconds, left_out)
            for number in range(start * self.rounds // self.starts,
                                (start + 1) * self.rounds // self.starts):
                turn = number % max(1, len(ready))
                for name in ready[turn:] + ready[:turn]:
                    self.say(f"{one_case['name']}: round {number + 1} of {self.rounds}")
                    times = self._times(one_case, name, self.milliseconds, left_out)
                    if times is not None:
                        one = taken.setdefault(name, {"ns": [], "bare_ns": []})
                        one["ns"].append(times[0])
                        one["bare_ns"].append(times[1])
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
            plain = name.removesuffix(AGAIN)
            reference = plain if name.endswith(AGAIN) else self.subjects[plain].corsac
            ratios = [one / ours for one, ours in zip(net, nets.get(reference, net))]
            if name.endswith(AGAIN):
                if reference in nets:
                    noise[reference] = abs(math.log(statistics.median(ratios)))
                continue
            results[name] = dict(taken[name], net=spread(net))
            if reference in nets:
                results[name]["ratio"] = spread(ratios)
        return {"name": one_case["name"], "granted": one_case["granted"], "results": results,
                "noise": noise}


def verdicts(cases, against):
    """Who won where, and where nobody can tell: [(case, subject)...], [(case, noise)...].

    A peer wins when the median of the rounds has it ahead by more than Corsac differs from itself,
    and by more than LEAST_LEAD. Medians of two runs agree within some per cent where quarters do not.
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
            lead = max(LEAST_LEAD, one_case["noise"].get(against[name], 0))
            if ratio["median"] < 1 - lead:
                wins.append((one_case["name"], name))
    return wins, unclear
