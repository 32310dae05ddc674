"""The alarm report as one HTML page that needs nothing else: for a browser, a printer, a PDF."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape
from typing import Final

from twin_model.alarms.kpi import PRIORITY_TARGETS, TOP, AlarmFigures
from twin_model.time import Instant

_WORDS: Final = {
    "title": ("告警报告", "Alarm report"),
    "period": ("时段", "Period"),
    "figure": ("指标", "Figure"),
    "here": ("实测", "Here"),
    "target": ("目标", "Target"),
    "target_average": ("≤ 6，最多 12", "≤ 6, at most 12"),
    "alarms": ("告警总数", "Alarms"),
    "average": ("平均每小时告警", "Average per hour"),
    "peak": ("十分钟峰值", "Peak in ten minutes"),
    "over": ("超过十次的十分钟区间", "Ten-minute intervals above ten"),
    "flood": ("处于泛滥的时间", "Time in flood"),
    "floods": ("告警泛滥", "Alarm floods"),
    "top_share": ("前十告警占比", "Share of the ten most frequent"),
    "chattering": ("抖动告警", "Chattering"),
    "fleeting": ("瞬时告警", "Fleeting"),
    "stale": ("陈旧告警（超过 24 小时）", "Stale (over 24 hours)"),
    "standing": ("期末未消除", "Standing at the end"),
    "acknowledged": ("确认时间（中位数）", "Acknowledged after (median)"),
    "consequences": ("由其他告警引起", "Explained by another alarm"),
    "priorities": ("优先级分布", "Priorities"),
    "top": ("最频繁的告警", "Most frequent alarms"),
    "actions": ("操作", "Actions"),
    "none": ("无", "none"),
    "per_interval": ("每十分钟告警数", "Alarms in ten minutes"),
    "began": ("开始", "Began"),
    "ended": ("结束", "Ended"),
    "priority": ("优先级", "Priority"),
    "share": ("占比", "Share"),
    "limit": ("横线：十分钟 10 条", "Line: 10 in ten minutes"),
    "times": ("次", "×"),
    "hours": ("小时", "hours"),
    "low": ("低", "Low"), "medium": ("中", "Medium"), "high": ("高", "High"),
    "urgent": ("紧急", "Urgent"),
    "very good": ("很好", "very good"), "acceptable": ("可接受", "acceptable"),
    "too many": ("过多", "too many"), "unmanageable": ("无法应对", "unmanageable"),
    "acknowledged_": ("确认", "Acknowledged"), "reset_": ("复位", "Reset"),
    "shelved_": ("搁置", "Shelved"), "unshelved_": ("取消搁置", "Unshelved"),
    "suppressed_": ("按设计抑制", "Suppressed by design"),
    "out-of-service_": ("停用", "Taken out of service"),
    "escalated_": ("升级", "Escalated"), "commented_": ("备注", "Commented"),
    "source": ("目标值取自 ISA-18.2 与 EEMUA 191，可按现场修改。",
               "Targets after ISA-18.2 and EEMUA 191; a site may set its own."),
}  # fmt: skip
_RIGHT: Final = ' align="right" style="text-align:right"'
_MIDDLE: Final = ' align="center" style="text-align:center"'
_STYLE: Final = """
body{font:13px/1.5 "Noto Sans","Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:#1d2329;
max-width:60em;margin:2em auto;padding:0 1em}
h1{font-size:20px;font-weight:600;margin:0}h2{font-size:15px;font-weight:600;margin:2em 0 .5em}
table{border-collapse:collapse;width:100%}td,th{padding:.3em .6em;text-align:left;
border-bottom:1px solid #e3e6e9;font-variant-numeric:tabular-nums}th{color:#66707a;font-weight:500}
td.n{text-align:right}.foot td{border:0;color:#66707a;font-size:11px;padding:.2em 0}
.off{color:#b3261e;font-weight:600}.quiet{color:#66707a}
svg{width:100%;height:120px;display:block}.bar{fill:#3d6f9e}.over{fill:#b3261e}
.line{stroke:#66707a;stroke-dasharray:3 3}@media print{body{margin:0}}
"""


def report_html(
    found: AlarmFigures,
    title: str = "",
    names: Mapping[str, str] | None = None,
    language: str = "en",
    chart: str = "",
) -> str:
    """Return the page.

    Parameters
    ----------
    found : AlarmFigures
    title : str
        Of the project.
    names : mapping
        What alarm points are called, by id.
    language : str
        ``zh_CN`` or ``en``.
    chart : str
        HTML in place of the drawing of alarms over time.
    """
    place = 0 if language.startswith("zh") else 1
    words = {key: pair[place] for key, pair in _WORDS.items()}
    page = _Page(found, words, names or {})
    heading = escape(f"{words['title']} · {title}" if title else words["title"])
    return (
        f'<!doctype html><html lang="{"zh-CN" if place == 0 else "en"}"><head>'
        f'<meta charset="utf-8"><title>{heading}</title><style>{_STYLE}</style></head><body>'
        f"<h1>{heading}</h1>"
        f'<p class="quiet">{words["period"]}: {_time(found.period.start)} – '
        f"{_time(found.period.end)}</p>"
        + page.figures()
        + (page.heading("per_interval") + chart + page.chart_foot() if chart else page.chart())
        + page.floods()
        + page.points("top", found.top, words["times"])
        + page.points("chattering", found.chattering, words["times"])
        + page.points("fleeting", found.fleeting, words["times"])
        + page.points("stale", found.stale, words["hours"])
        + page.priorities()
        + page.actions()
        + f'<p class="quiet">{words["source"]}</p></body></html>'
    )


class _Page:
    def __init__(
        self, found: AlarmFigures, words: dict[str, str], names: Mapping[str, str]
    ) -> None:
        self._found = found
        self._words = words
        self._names = names

    def figures(self) -> str:
        """Every figure beside its target."""
        found, words = self._found, self._words
        wait_s = found.acknowledged_after_s
        rows = [
            ("alarms", f"{found.alarms}", "", True),
            ("average", f"{found.per_hour:.1f} ({words[found.rating]})", words["target_average"],
             found.per_hour <= 12),
            ("peak", f"{found.peak}", "≤ 10", found.peak <= 10),
            ("over", f"{found.intervals_over:.1%}", "< 1 %", found.intervals_over < 0.01),
            ("flood", f"{found.in_flood:.1%}", "< 1 %", found.in_flood < 0.01),
            ("top_share", f"{found.top_share:.0%}", "≤ 5 %",
             found.top_share <= 0.05 or len(found.top) < TOP),
            ("chattering", f"{len(found.chattering)}", "0", not found.chattering),
            ("fleeting", f"{len(found.fleeting)}", "0", not found.fleeting),
            ("stale", f"{len(found.stale)}", "< 5", len(found.stale) < 5),
            ("standing", f"{found.standing}", "", True),
            ("acknowledged", words["none"] if math.isnan(wait_s) else _duration(wait_s), "", True),
            ("consequences", f"{found.consequences}", "", True),
        ]  # fmt: skip
        head = "".join(f"<th>{words[key]}</th>" for key in ("figure", "here", "target"))
        body = "".join(
            f'<tr><td>{words[key]}</td><td class="{"" if good else "off"}">{escape(value)}</td>'
            f'<td class="quiet">{escape(target)}</td></tr>'
            for key, value, target, good in rows
        )
        return f"<table><tr>{head}</tr>{body}</table>"

    def chart(self) -> str:
        """Bars of ten minutes; many are drawn as the most of several, so that peaks stay."""
        counts = self._found.by_interval
        each = -(-len(counts) // 300)
        bars = [int(counts[n : n + each].max()) for n in range(0, len(counts), each)]
        most = max(12, *bars)
        width = 1000 / len(bars)
        drawn = "".join(
            f'<rect class="{"over" if bar > 10 else "bar"}" x="{n * width:.1f}" '
            f'y="{100 - 100 * bar / most:.1f}" width="{max(0.5, width * 0.9):.1f}" '
            f'height="{100 * bar / most:.1f}"/>'
            for n, bar in enumerate(bars)
            if bar
        )
        limit = 100 - 100 * 10 / most
        return (
            f"<h2>{self._words['per_interval']}</h2>"
            f'<svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img">{drawn}'
            f'<line class="line" x1="0" x2="1000" y1="{limit:.1f}" y2="{limit:.1f}"/></svg>'
            + self.chart_foot()
        )

    def chart_foot(self) -> str:
        """Say which time the drawing is of, and what its line stands for."""
        period = self._found.period
        return (
            f'<table class="foot"><tr><td>{_time(period.start)}</td>'
            f"<td{_MIDDLE}>{self._words['limit']}</td><td{_RIGHT}>{_time(period.end)}</td></tr></table>"
        )

    def heading(self, key: str) -> str:
        """Return a heading."""
        return f"<h2>{self._words[key]}</h2>"

    def floods(self) -> str:
        """Every flood with its length."""
        rows = [
            f"<tr><td>{_time(flood.period.start)}</td><td>{_time(flood.period.end)}</td>"
            f'<td class="n" align="right">{flood.alarms}</td>'
            f'<td class="n" align="right">{flood.peak}</td></tr>'
            for flood in self._found.floods
        ]
        return self._section("floods", rows, ("began", "ended", "alarms", "peak"))

    def points(self, key: str, listed: tuple[tuple[str, int], ...], unit: str) -> str:
        """Alarm points with a number."""
        rows = [
            f"<tr><td>{escape(self._names.get(point, point))}</td>"
            f'<td class="n" align="right">{count} {unit}</td></tr>'
            for point, count in listed[:TOP]
        ]
        if len(listed) > TOP:
            rows.append(f'<tr><td class="quiet" colspan="2">… +{len(listed) - TOP}</td></tr>')
        return self._section(key, rows)

    def priorities(self) -> str:
        """Shares beside their targets."""
        total = max(1, self._found.alarms)
        rows = [
            f'<tr><td>{self._words[str(priority)]}</td><td class="n" align="right">{count}</td>'
            f'<td class="n" align="right">{count / total:.0%}</td>'
            f'<td class="n quiet" align="right">{PRIORITY_TARGETS[priority]:.0%}</td></tr>'
            for priority, count in self._found.priorities.items()
        ]
        return self._section("priorities", rows, ("priority", "alarms", "share", "target"))

    def actions(self) -> str:
        """What people did."""
        rows = [
            f'<tr><td>{self._words[f"{kind}_"]}</td><td class="n" align="right">{count}</td></tr>'
            for kind, count in self._found.actions.items()
        ]
        return self._section("actions", rows)

    def _section(self, key: str, rows: list[str], columns: tuple[str, ...] = ()) -> str:
        heading = f"<h2>{self._words[key]}</h2>"
        if not rows:
            return f'{heading}<p class="quiet">{self._words["none"]}</p>'
        texts = [self._words[column] for column in columns]
        # Numbers stand at the right, below their headings.
        first_number = 1 if key == "priorities" else 2
        heads = [f"<th{_RIGHT if n >= first_number else ''}>{text}</th>"
                 for n, text in enumerate(texts)]  # fmt: skip
        head = f"<tr>{''.join(heads)}</tr>" if heads else ""
        return f"{heading}<table>{head}{''.join(rows)}</table>"


def _time(instant: Instant) -> str:
    """Return a time where the report is written, as the shift's clocks showed it."""
    stamp = instant.to_datetime().astimezone()
    zone = f"{stamp:%z}"
    return f"{stamp:%Y-%m-%d %H:%M} {zone[:3]}:{zone[3:]}"


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
