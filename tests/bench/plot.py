# Copyright: (c) 2026, The printops.infoprint authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
"""Horizontal bars as SVG. Values in, text out."""

from __future__ import annotations

import html
import typing as t

ROW, LEFT, WIDE, RIGHT = 26, 240, 480, 130  # of a plot, in pixels


class Bar(t.NamedTuple):
    """A bar: its name, the lengths of its stacked parts, and what is written behind it."""

    name: str
    parts: t.Sequence[float]
    value: str


def plot(
    title: str,
    bars: t.Sequence[Bar],
    colours: t.Sequence[str],
    legend: t.Sequence[str] = (),
    *,
    longest: float = 0,
    line: float = 0,
) -> str:
    """Return a plot. The colours are those of the bars' parts, and `legend` names them.

    longest: where a bar is cut off, with a gap that shows it (0 = none is). line: a value to compare with (0 = none).
    """
    lengths = [sum(row.parts) for row in bars]
    scale = WIDE / (min(longest, max(lengths)) if longest else max(lengths))
    bottom = ROW * (len(bars) + 1) + 4
    height = bottom + (ROW if legend else 8)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDE + RIGHT} {height}">',
        '<style>text { font: 13px sans-serif } .title { font-weight: bold }',
        '.value { paint-order: stroke; stroke: #ffffff; stroke-width: 7px }</style>',
        f'<title>{html.escape(title)}</title>',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="8" y="18" class="title">{html.escape(title)}</text>',
    ]
    for number, row in enumerate(bars, start=1):
        lines += _bar(row, ROW * number + 4, colours, scale)
    if line:
        across = f'{LEFT + line * scale:.1f}'
        lines.append(f'<line x1="{across}" x2="{across}" y1="{ROW}" y2="{bottom}" stroke="#1a202c" stroke-dasharray="4 3"/>')
    for number, row in enumerate(bars, start=1):  # over the line
        behind = LEFT + min(sum(row.parts) * scale, WIDE) + 6
        lines.append(f'<text x="{behind:.1f}" y="{ROW * number + 19}" class="value">{html.escape(row.value)}</text>')
    for number, (name, colour) in enumerate(zip(legend, colours, strict=False)):
        left = LEFT + 170 * number
        lines.append(f'<rect x="{left}" y="{bottom + 2}" width="12" height="12" fill="{colour}"/>')
        lines.append(f'<text x="{left + 18}" y="{bottom + 13}">{html.escape(name)}</text>')
    return '\n'.join([*lines, '</svg>', ''])


def _bar(row: Bar, top: int, colours: t.Sequence[str], scale: float) -> t.Iterator[str]:
    yield f'<text x="{LEFT - 8}" y="{top + 15}" text-anchor="end">{html.escape(row.name)}</text>'
    left = float(LEFT)
    end = LEFT + WIDE
    for part, colour in zip(row.parts, colours, strict=True):
        width = min(part * scale, end - left)
        yield f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{ROW - 6}" fill="{colour}"/>'
        left += width
    if sum(row.parts) * scale > WIDE + 0.5:
        points = ((end - 24, ROW - 6), (end - 16, 0), (end - 10, 0), (end - 18, ROW - 6))
        yield f'<polygon points="{" ".join(f"{x},{top + y}" for x, y in points)}" fill="#ffffff"/>'
