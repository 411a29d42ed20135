"""Tables of a run: for a terminal, and as Markdown between two marks in a page."""
import re

README_ROWS = ["one / actual / yes", "one / actual / no", "one / preflight / yes",
               "one / preflight / no", "multiple / actual / no", "two / actual / yes",
               "many / actual / yes", "many / preflight / yes", "all / preflight / 1024 commas",
               "one / no Origin", "1,000,000 origins / yes", "1,000,000 origins / no"]


def number_text(ratio):
    return f"{ratio:.2f}" if ratio < 1 else f"{ratio:.1f}" if ratio < 10 else f"{ratio:,.0f}"


def time_text(nanoseconds):
    return f"{nanoseconds:.1f}" if nanoseconds < 10 else f"{nanoseconds:.0f}"


def range_text(low, high):
    return low if low == high else f"{low}–{high}"


def cell(subject, result, is_win):
    """Corsac's cost, or how many times that a peer costs; each as median (least–most)."""
    if subject["absent"]:
        return "absent"
    if result is None or "left_out" in result:
        return "–"
    if subject["against"] is None:
        net = result["net"]
        return f"{time_text(net['median'])} ns ({range_text(time_text(net['min']), time_text(net['max']))})"
    if "ratio" not in result:
        return "–"
    ratio = result["ratio"]
    text = (f"{number_text(ratio['median'])}× "
            f"({range_text(number_text(ratio['min']), number_text(ratio['max']))})")
    return f"**{text}**" if is_win else text


def rows(report, wanted=None):
    titles = ["shape"] + [one["title"] for one in report["subjects"]]
    lines, wins = [], [list(win) for win in report["wins"]]
    for one_case in report["cases"]:
        if wanted is not None and one_case["name"] not in wanted:
            continue
        name = one_case["name"] + (" ?" if one_case["is_unclear"] else "")
        lines.append([name] + [cell(one, one_case["results"].get(one["name"]),
                                    [one_case["name"], one["name"]] in wins)
                               for one in report["subjects"]])
    return titles, lines


def plain(report):
    titles, lines = rows(report)
    widths = [max(len(line[i]) for line in [titles] + lines) for i in range(len(titles))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip()
                     for line in [titles] + lines)


def counted(number, word):
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def notes(report):
    machine, settings = report["machine"], report["settings"]
    lines = [
        "Corsac: nanoseconds of processor time that it adds to a request. Others: how many times "
        "that. Median (least–most); bold: ahead of Corsac by more than 5 %.\n\n"
        f"{machine['date']}, {machine['processor']}, {machine['processors']} processors, "
        f"{machine['compiler']}, load {machine['load']:.1f} at the start and "
        f"{machine['load_at_end']:.1f} at the end; {counted(settings['rounds'], 'round')} of "
        f"{settings['milliseconds']:g} ms, every program started "
        f"{counted(settings.get('starts', 1), 'time')} for a shape.",
    ]
    lines += decision_lines(report)
    absent = [f"{one['title']}: {one['absent']}" for one in report["subjects"] if one["absent"]]
    if absent:
        lines.append("Absent: " + "; ".join(absent) + ".")
    if any(one["is_unclear"] for one in report["cases"]):
        lines.append(f"`?`: Corsac differed from itself by more than "
                     f"{report['settings']['noise_limit']:.0%}; the row cannot tell.")
    return "\n".join(lines)


def decision_lines(report):
    """How many times Corsac's decision alone the middlewares in Go cost, which write headers."""
    medians = [(one_case["name"], {name: result["net"]["median"] for name, result in
                                   one_case["results"].items() if "net" in result})
               for one_case in report["cases"]]
    for one in report["subjects"]:
        if one["name"] not in ("rs", "jub0bs") or one["absent"]:
            continue
        times = {name: net[one["name"]] / net["decision"] for name, net in medians
                 if one["name"] in net and "decision" in net}
        least = [f"{text} {number_text(min(chosen))}×" for text, chosen in (
            ("everywhere", list(times.values())),
            ("with one or two origins", chosen_times(times, "one /", "two /", "1 origin /")),
            ("with 1,000", chosen_times(times, "many /", "1,000 origins /"))) if chosen]
        if least:
            yield f"{one['title']} costs Corsac's decision alone, at least: {', '.join(least)}."


def chosen_times(times, *starts):
    return [value for name, value in times.items() if name.startswith(starts)]


def markdown(report, wanted=None):
    titles, lines = rows(report, wanted)
    table = [titles, ["---"] * len(titles)] + lines
    text = "\n".join("| " + " | ".join(line) + " |" for line in table)
    return f"{text}\n\n{notes(report)}"


def replaced(page, text, mark="bench/run"):
    """`page` with what stands between its marks replaced; raises ValueError without the marks."""
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    if page.count(begin) != 1 or page.count(end) != 1:
        raise ValueError(f"no {begin} ... {end}")
    return re.sub(re.escape(begin) + ".*?" + re.escape(end),
                  lambda _match: f"{begin}\n{text}\n{end}", page, flags=re.DOTALL)
