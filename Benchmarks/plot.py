"""The table as a picture: seconds of each step on a logarithmic scale, one row a step, one mark each for the goal, Chancery and the peers. Standard
library only."""

import math
from xml.sax.saxutils import escape

COLOURS = ["#1a5fb4", "#c64600", "#26a269", "#813d9c", "#a51d2d", "#63452c"]
LEFT, WIDTH, ROW, TOP = 190, 620, 26, 60


def svg(title, rows, others, goals):
    """`rows` of (step, Cost), `others` the rows of each peer by its name, `goals` in seconds by step."""
    series = {"Chancery": {step: cost.seconds for step, cost in rows}}
    series.update({name: {step: cost.seconds for step, cost in peer} for name, peer in others.items()})
    steps = [step for step, _ in rows]
    values = [value for marks in [*series.values(), goals] for step, value in marks.items() if step in steps and value]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    place = lambda value: LEFT + WIDTH * (math.log10(value) - low) / (high - low)
    height = TOP + ROW * len(steps) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 40}" height="{height}" font-family="sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>", '<rect width="100%" height="100%" fill="white"/>', f'<text x="10" y="20" font-size="14">{escape(title)}</text>']
    for number, name in enumerate([*series, "goal"]):
        x = LEFT + number * 105
        mark = f'<circle cx="{x}" cy="40" r="5" fill="{COLOURS[number % len(COLOURS)]}"/>' if name != "goal" else f'<path d="M{x} 33v14" stroke="black" stroke-width="2"/>'
        parts.append(f'{mark}<text x="{x + 10}" y="44">{escape(name)}</text>')
    for exponent in range(low, high + 1):
        x = place(10 ** exponent)
        parts.append(f'<path d="M{x:.1f} {TOP - 5}V{height - 25}" stroke="#ddd"/><text x="{x:.1f}" y="{height - 8}" text-anchor="middle">{10.0 ** exponent:g} s</text>')
    for index, step in enumerate(steps):
        y = TOP + ROW * index + ROW / 2
        parts.append(f'<text x="{LEFT - 12}" y="{y + 4:.1f}" text-anchor="end">{escape(step)}</text>')
        if goals.get(step):
            parts.append(f'<path d="M{place(goals[step]):.1f} {y - 8:.1f}v16" stroke="black" stroke-width="2"/>')
        for number, marks in reversed(list(enumerate(series.values()))):
            if marks.get(step):
                parts.append(f'<circle cx="{place(marks[step]):.1f}" cy="{y:.1f}" r="5" fill="{COLOURS[number % len(COLOURS)]}" fill-opacity="0.85"/>')
    return "\n".join([*parts, "</svg>", ""])
