# SPDX-License-Identifier: Apache-2.0
"""How the pictures look: one figure a family, colours that the colour-blind tell apart, the same bytes each time."""

import logging
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tools.gallery.panels import Panel

# Okabe and Ito (2008), without yellow, which is lost on white.
BLUE, ORANGE, GREEN, RED, PURPLE, SKY = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#CC79A7", "#56B4E9"
CYCLE = (BLUE, RED, GREEN, ORANGE, PURPLE, SKY, "#555555")
AMOUNTS = "cividis"
ACROSS = 4
WIDE_IN, HIGH_IN = 2.5, 2.15
# Text stays text: whoever views the picture has one of these fonts, and the file stays small.
FONTS = "'WenQuanYi Micro Hei','Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif"
STYLE = {
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.linewidth": 0.6,
    "axes.prop_cycle": f"cycler('color', {list(CYCLE)})",
    "axes.titlesize": 9,
    "axes.unicode_minus": False,
    "figure.facecolor": "white",
    "font.family": ["WenQuanYi Micro Hei", "sans-serif"],
    "font.size": 7,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.5,
    "legend.fontsize": 6,
    "legend.frameon": False,
    "legend.handlelength": 1.5,
    "lines.linewidth": 1.2,
    "path.simplify_threshold": 0.5,
    "svg.fonttype": "none",
    "svg.hashsalt": "anshu",
}


def draw(panels: list[Panel], path: Path) -> None:
    """This will draw a family's pictures side by side as SVG, without date or chance in the file."""
    import matplotlib as mpl

    mpl.use("svg")
    # The measure of a missing font is as good: words are placed by their anchors.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    from matplotlib import pyplot as plt

    rows = -(-len(panels) // ACROSS)
    columns = min(ACROSS, len(panels))
    with mpl.rc_context(STYLE):
        size = (columns * WIDE_IN, rows * HIGH_IN)
        # The picture may be seen without its fonts: nothing is placed by the width of text.
        margins = {
            "left": 0.5 / size[0],
            "right": 1 - 0.3 / size[0],
            "bottom": 0.42 / size[1],
            "top": 1 - 0.3 / size[1],
        }
        figure, axes = plt.subplots(rows, columns, figsize=size, squeeze=False)
        figure.subplots_adjust(**margins, wspace=0.36, hspace=0.5)
        for axis, panel in zip(axes.flat, panels, strict=False):
            axis.set_title(panel.title, pad=4)
            panel.draw(axis)
        for axis in axes.flat[len(panels) :]:
            axis.set_axis_off()
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})
        plt.close(figure)
    path.write_text(_smaller(path.read_text(encoding="utf-8")), encoding="utf-8")


def _smaller(drawn: str) -> str:
    """This will drop what an SVG does not need: comments, digits finer than a pixel, fonts named at each word."""
    drawn = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", drawn, flags=re.DOTALL)
    drawn = re.sub(r"<g id=\"\w+\">", "<g>", drawn)
    drawn = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font-size:\1px", drawn)
    drawn = re.sub(r" ?font-family: [^;\"]*;| transform=\"rotate\(-0 [\d. ]+\)\"", "", drawn)
    drawn = re.sub(r"\n(?=[LQCz] ?)|\n(?=\")", " ", drawn)
    drawn = drawn.replace("<svg ", f'<svg font-family="{FONTS}" ', 1)
    drawn = re.sub(r"(\d+\.\d{2})\d+", r"\1", drawn)
    return "\n".join(line.strip() for line in drawn.splitlines() if line.strip()) + "\n"


def curves(
    axes: Any, x: Any, lines: Mapping[str, Any], *, x_label: str, y_label: str, log: str = "", marks: str = ""
) -> None:
    """This will draw named curves over one x; `log` names the logarithmic axes, `marks` a marker instead of a line."""
    for name, y in lines.items():
        axes.plot(x, y, marks or "-", label=name, markersize=3)
    label(axes, x_label, y_label, log=log)
    if len(lines) > 1 or any(lines):
        axes.legend()


def label(axes: Any, x_label: str, y_label: str, *, log: str = "") -> None:
    """This will name the axes and make them logarithmic where asked."""
    axes.set_xlabel(x_label, labelpad=1)
    axes.set_ylabel(y_label, labelpad=1)
    if "x" in log:
        axes.set_xscale("log")
    if "y" in log:
        axes.set_yscale("log")
    axes.tick_params(length=2, pad=1.5)
    axes.tick_params(which="minor", length=1, labelbottom=False, labelleft=False)


def field(
    axes: Any, values: Any, *, named: str = "", extent: Any = None, colours: str = AMOUNTS, **options: Any
) -> None:
    """This will draw a field with its scale beside it."""
    shown = axes.imshow(values, cmap=colours, extent=extent, interpolation="nearest", **options)
    axes.grid(visible=False)
    axes.set_xticks([])
    axes.set_yticks([])
    bar = axes.figure.colorbar(shown, ax=axes, fraction=0.046, pad=0.03)
    bar.ax.tick_params(length=2, labelsize=6)
    if named:
        axes.set_xlabel(named, labelpad=2)


def bars(axes: Any, names: Iterable[str], values: Iterable[float], *, y_label: str = "", log: str = "") -> None:
    """This will draw a bar for each name."""
    heights = list(values)
    axes.bar(range(len(heights)), heights, color=[CYCLE[one % len(CYCLE)] for one in range(len(heights))])
    axes.set_xticks(range(len(heights)), list(names))
    label(axes, "", y_label, log=log)
    axes.grid(visible=False, axis="x")


def outline(axes: Any, shape: Any, **options: Any) -> None:
    """This will draw a polygon's edge."""
    for part in getattr(shape, "geoms", [shape]):
        if not part.is_empty:
            axes.plot(*np.asarray(part.exterior.coords).T, **options)
