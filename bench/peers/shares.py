"""What a hook's share of a whole server comes to: from rounds to a verdict and a table."""
import math
import statistics

LIMIT = 1.03    # the target: processor time of a request with Corsac, against the bare server
NOISE = 0.01    # two bare servers may differ by less than this
SUBJECTS = ("bare", "again", "hand", "corsac")


def spread(ratios):
    """The median with its quartiles, and the interval that holds it in 95 runs of 100."""
    ordered, count = sorted(ratios), len(ratios)
    quartiles = statistics.quantiles(ordered, n=4) if count > 1 else ordered * 3
    reach = 1.96 * math.sqrt(count) / 2
    first = max(0, math.floor(count / 2 - reach) - 1)
    last = min(count - 1, math.ceil(count / 2 + reach))
    return {"median": statistics.median(ordered), "lower": quartiles[0], "upper": quartiles[2],
            "least": ordered[first], "most": ordered[last]}


def ratios(rounds):
    """Of each round: the second bare server to the first, the others to the mean of the two."""
    told = {"again": [one["again"] / one["bare"] for one in rounds],
            "corsac_to_hand": [one["corsac"] / one["hand"] for one in rounds]}
    for name in ("hand", "corsac"):
        told[name] = [one[name] / math.sqrt(one["bare"] * one["again"]) for one in rounds]
    return {name: spread(values) for name, values in told.items()}


def verdict(told):
    """"within", "over", or why nobody can tell."""
    noise = abs(told["again"]["median"] - 1)
    if noise >= NOISE:
        return f"cannot tell: two bare servers differ by {noise:.1%}"
    corsac = told["corsac"]
    if corsac["most"] <= LIMIT:
        return "within"
    if corsac["least"] > LIMIT:
        return "over"
    return (f"cannot tell: between {percent(corsac['least'])} and {percent(corsac['most'])}; "
            "more rounds would")


def percent(ratio):
    return f"{100 * (ratio - 1):+.1f} %"


def cell(one):
    return f"{percent(one['median'])} ({100 * (one['lower'] - 1):+.1f} to {100 * (one['upper'] - 1):+.1f})"


TITLES = ["cpp-httplib", "request", "bare", "bare again", "by hand", "Corsac", "Corsac to by hand",
          "within 3 %"]


def lines(report):
    for row in report["rows"]:
        if not row["rounds"]:
            continue
        told = row["ratios"]
        bare = statistics.median(one["bare"] for one in row["rounds"]) / 1000
        yield [row["version"], row["shape"], f"{bare:.1f} µs", cell(told["again"]), cell(told["hand"]),
               cell(told["corsac"]), cell(told["corsac_to_hand"]), row["verdict"]]


def notes(report):
    machine, settings = report["machine"], report["settings"]
    pinned = "the server on one, who asks on another" if settings["is_pinned"] else "shared"
    return (f"Processor time of a request, user and system, of the whole server; median (quartiles) of "
            f"{settings['rounds']} rounds of {settings['seconds']:g} s, {settings['connections']} "
            f"connections; each round starts every server anew.\n\n{machine['date']}, "
            f"{machine['processors']} processors ({pinned}), {machine['compiler']}, load "
            f"{machine['load']:.1f} at the start and {machine['load_at_end']:.1f} at the end.")


def plain(report):
    table = [TITLES] + list(lines(report))
    widths = [max(len(line[i]) for line in table) for i in range(len(TITLES))]
    rows = ("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip() for line in table)
    return "\n".join(rows) + "\n\n" + notes(report)


def markdown(report):
    table = [TITLES, ["---"] * len(TITLES)] + list(lines(report))
    return "\n".join("| " + " | ".join(line) + " |" for line in table) + "\n\n" + notes(report)
