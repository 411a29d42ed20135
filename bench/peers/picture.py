"""The picture of a run: what a granted request costs with 1 to 1,000,000 origins, as SVG.

Both axes are logarithmic. Colours are readable on light and on dark pages.
"""
import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 860, 520
LEFT, RIGHT, TOP, BOTTOM = 80, 620, 56, 456  # of the plot
LABEL_STEP = 18
# (on light, on dark) for each subject; the hook and Corsac on one cpp-httplib have one colour.
COLOURS = {"corsac_newest": ("#0b5fb3", "#6cb6ff"), "hand_newest": ("#0b5fb3", "#6cb6ff"),
           "corsac": ("#a3501a", "#f0a868"), "hand": ("#a3501a", "#f0a868"),
           "express": ("#2c7a1f", "#7fd36b"), "fastify": ("#7b3fb5", "#c79bf2"),
           "rs": ("#b0203f", "#ff8fa3"), "jub0bs": ("#8a6d00", "#e3c04d"),
           "decision": ("#0b7a75", "#5fd3cc"), "nginx": ("#5b6470", "#b4bcc8")}
STYLE = """
  text { font: 13px sans-serif; fill: #1f2328 }
  .title { font-size: 16px; font-weight: bold }
  .grid { stroke: #d8dee4 } .plain { fill: none; stroke-width: 1.5 }
  .ours { fill: none; stroke-width: 3.5 } .dashed { stroke-dasharray: 5 4 }
  .leader { stroke: #8c959f; stroke-dasharray: 1 4 } .back { fill: #ffffff }
"""
DARK = "  text { fill: #e6edf3 } .grid { stroke: #3a424c } .back { fill: #0d1117 }\n"


def lines_of(report):
    """{subject: [(origins, nanoseconds)...]} of the granted growth cases."""
    lines = {}
    for one_case in report["cases"]:
        if not one_case["origins"] or not one_case["granted"]:
            continue
        for name, result in one_case["results"].items():
            if "net" in result:
                lines.setdefault(name, []).append(
                    (one_case["origins"], result["net"]["median"]))
    return lines


def time_text(power):
    return f"{10 ** (power % 3)} {['ns', 'µs', 'ms', 's'][power // 3]}"


class Axes:
    def __init__(self, lines):
        counts = [count for line in lines.values() for count, _ in line]
        times = [time for line in lines.values() for _, time in line]
        self.last_count = max(1, math.ceil(math.log10(max(counts, default=1))))
        self.first_time = math.floor(math.log10(min(times, default=1)))
        self.last_time = max(self.first_time + 1, math.ceil(math.log10(max(times, default=1))))

    def x(self, count):
        return LEFT + (RIGHT - LEFT) * math.log10(count) / self.last_count

    def y(self, time):
        part = (math.log10(time) - self.first_time) / (self.last_time - self.first_time)
        return BOTTOM - (BOTTOM - TOP) * part

    def drawn(self):
        parts = []
        for power in range(self.last_count + 1):
            x = self.x(10 ** power)
            parts.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{BOTTOM}"/>'
                         f'<text x="{x:.1f}" y="{BOTTOM + 20}" text-anchor="middle">'
                         f'{10 ** power:,}</text>')
        for power in range(self.first_time, self.last_time + 1):
            y = self.y(10 ** power)
            parts.append(f'<line class="grid" x1="{LEFT}" x2="{RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
                         f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">'
                         f'{time_text(power)}</text>')
        return parts


def label_places(ends):
    """{name: y} near the end of each line, none on another: pushed down, then up from the bottom."""
    places, previous = {}, -math.inf
    for name, y in sorted(ends.items(), key=lambda item: item[1]):
        previous = max(y, previous + LABEL_STEP)
        places[name] = previous
    limit = BOTTOM
    for name in sorted(places, key=places.get, reverse=True):
        places[name] = min(places[name], limit)
        limit = places[name] - LABEL_STEP
    return places


def style(names):
    light = "".join(f"  .{name} {{ stroke: {COLOURS[name][0]} }}\n" for name in names)
    dark = "".join(f"  .{name} {{ stroke: {COLOURS[name][1]} }}\n" for name in names)
    return f"<style>{STYLE}{light}@media (prefers-color-scheme: dark) {{\n{DARK}{dark}}}\n</style>"


def svg(report):
    lines = lines_of(report)
    titles = {one["name"]: one["title"] for one in report["subjects"]}
    axes = Axes(lines)
    places = label_places({name: axes.y(line[-1][1]) for name, line in lines.items()})
    machine = report["machine"]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="Cost of a granted request against the number of origins">',
        style(lines), f'<rect class="back" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="title" x="{LEFT}" y="30">What a granted request costs as the list of '
        f'origins grows</text>', *axes.drawn(),
        f'<text x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 42}" text-anchor="middle">origins in the '
        f'policy</text>',
        f'<text transform="translate(18 {(TOP + BOTTOM) / 2}) rotate(-90)" text-anchor="middle">'
        f'processor time that is added to a request</text>',
        f'<text x="{LEFT}" y="{HEIGHT - 4}">{escape(machine["processor"])}, {machine["date"]}; '
        f'medians; dashed: the hook written by hand</text>']
    for name, line in lines.items():
        points = " ".join(f"{axes.x(count):.1f},{axes.y(time):.1f}" for count, time in line)
        kind = "ours" if name.startswith("corsac") else "plain"
        kind += " dashed" if name.startswith("hand") else ""
        parts.append(f'<polyline class="{name} {kind}" points="{points}"/>')
        x, y = axes.x(line[-1][0]), axes.y(line[-1][1])
        label = f"{places[name]:.1f}"
        parts.append(f'<line class="leader" x1="{x:.1f}" y1="{y:.1f}" x2="{RIGHT + 14}" '
                     f'y2="{label}"/>'
                     f'<line class="{name} {kind}" x1="{RIGHT + 14}" x2="{RIGHT + 30}" '
                     f'y1="{label}" y2="{label}"/>'
                     f'<text x="{RIGHT + 35}" y="{places[name] + 4:.1f}">{escape(titles[name])}'
                     f'</text>')
    return "\n".join(parts + ["</svg>"]) + "\n"
