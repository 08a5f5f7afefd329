// Draws every [data-curves] figure of a page and keeps it live. The points come from the run's
// metrics as JSON, fetched once for all the figures of a run, and then only those that are new; a
// table of the same numbers stands behind each figure. The figures survive htmx swaps by hx-preserve.
//
//   data-src     where the run's metrics are; with ?after= only those after point number `last`:
//                {"ended": bool, "whole": bool, "last": int, "metrics": {name: [steps, values]}}
//   data-curves  the metrics drawn together, separated by spaces, the first one in the accent
//   data-labels  their names for people, separated by "|"
//   data-line    a level to mark, as a ceiling
//   data-share   present where the values are shares, to be read in percent
"use strict";

import { gettext, interpolate } from "./i18n.js";

const POLL_MS = 2000;
const TABLE_ROWS = 24;
const plots = new Map(); // figure -> { plot, metrics, observer }

const colour = (figure, name) => {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  figure.append(probe);
  const value = getComputedStyle(probe).color;
  probe.remove();
  return value;
};

const format = (digits) => {
  const numbers = new Intl.NumberFormat(document.documentElement.lang, { useGrouping: false, ...digits });
  return (value) => numbers.format(value);
};
const [whole, short] = [format({ maximumFractionDigits: 0 }), format({ maximumSignificantDigits: 4 })];

const number = (value) => (value == null ? "–" : Math.abs(value) >= 1000 ? whole(value) : short(value));

const shown = (figure, value) =>
  "share" in figure.dataset && value != null ? `${number(100 * value)} %` : number(value);

const namesOf = (figure) => figure.dataset.curves.split(" ");
const labelsOf = (figure) => figure.dataset.labels.split("|");

function joined(figure, metrics) {
  const series = namesOf(figure).map((name) => metrics[name] ?? [[], []]);
  return uPlot.join(series);
}

function markLine(level, stroke) {
  return (plot) => {
    const y = Math.round(plot.valToPos(level, "y", true));
    const { left, top, width, height } = plot.bbox;
    if (y < top || y > top + height) return;
    plot.ctx.save();
    plot.ctx.strokeStyle = stroke;
    plot.ctx.setLineDash([4, 4]);
    plot.ctx.beginPath();
    plot.ctx.moveTo(left, y);
    plot.ctx.lineTo(left + width, y);
    plot.ctx.stroke();
    plot.ctx.restore();
  };
}

// Where the vertical axis begins and ends: a share never leaves 0 to 1.
function span(figure) {
  return (plot, low, high) => {
    const [from, to] = uPlot.rangeNum(low ?? 0, high ?? 1, 0.1, true);
    if (!("share" in figure.dataset)) return [from, to];
    return low === high ? [Math.max(0, low - 0.1), Math.min(1, high + 0.1)] : [Math.max(0, from), Math.min(1, to)];
  };
}

function readout(figure) {
  const place = figure.querySelector("[data-readout]");
  return (plot) => {
    const at = plot.cursor.idx;
    if (!place || at == null) return place && (place.textContent = "");
    const values = labelsOf(figure).map((label, i) =>
      plot.data[i + 1][at] == null ? null : `${label} ${shown(figure, plot.data[i + 1][at])}`);
    const step = interpolate(gettext("step %(number)s"), { number: plot.data[0][at] });
    place.textContent = [step, ...values.filter(Boolean)].join(" · ");
  };
}

function options(figure, canvas) {
  const [accent, muted, line, warn, surface] = ["accent", "muted", "line", "warn", "surface"].map((n) => colour(figure, n));
  const strokes = [accent, muted, warn];
  const font = "11px Inter, 'Liberation Sans', system-ui, sans-serif";
  const axis = { stroke: muted, font, ticks: { show: false }, gap: 4 };
  const level = figure.dataset.line ? Number(figure.dataset.line) : null;
  return {
    width: canvas.clientWidth,
    height: canvas.clientHeight,
    padding: [8, 14, 0, 0],
    legend: { show: false },
    cursor: { y: false, drag: { x: true, y: false }, points: { size: 7 } },
    scales: { x: { time: false }, y: { range: span(figure) } },
    axes: [
      { ...axis, grid: { show: false }, size: 20, space: 60, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000] },
      { ...axis, grid: { stroke: line, width: 1 }, size: 40, space: 30, values: (_, ticks) => ticks.map((tick) => shown(figure, tick)) },
    ],
    series: [
      {},
      ...namesOf(figure).map((_, i) => ({
        stroke: strokes[i % strokes.length], width: 2, spanGaps: true, dash: i ? [5, 3] : undefined,
        points: { size: 6, fill: surface, show: (plot) => plot.data[i + 1].filter((v) => v != null).length < 8 },
      })),
    ],
    hooks: {
      setCursor: [readout(figure)],
      draw: level == null ? [] : [markLine(level, warn)],
    },
  };
}

function fillTable(figure, data) {
  const body = figure.querySelector("tbody");
  if (!body) return;
  const every = Math.max(1, Math.ceil(data[0].length / TABLE_ROWS));
  const rows = data[0].map((step, i) => [step, i]).filter(([, i]) => i % every === 0 || i === data[0].length - 1);
  body.replaceChildren(...rows.map(([step, i]) => {
    const row = document.createElement("tr");
    for (const value of [step, ...data.slice(1).map((column) => shown(figure, column[i]))]) {
      const cell = document.createElement("td");
      cell.className = "num";
      cell.textContent = value;
      row.append(cell);
    }
    return row;
  }));
}

function draw(figure, metrics) {
  const canvas = figure.querySelector("[data-canvas]");
  const data = joined(figure, metrics);
  figure.classList.toggle("waiting", data[0].length === 0);
  const known = plots.get(figure);
  if (known) {
    known.metrics = metrics;
    known.plot.setData(data);
  } else {
    const plot = new uPlot(options(figure, canvas), data, canvas);
    const observer = new ResizeObserver(() => plot.setSize({ width: canvas.clientWidth, height: canvas.clientHeight }));
    observer.observe(canvas);
    plots.set(figure, { plot, metrics, observer });
  }
  fillTable(figure, data);
}

function redrawAll() {
  // A copy: drawing puts the figure back into the map that is walked.
  for (const [figure, { plot, metrics, observer }] of [...plots]) {
    observer.disconnect();
    plot.destroy();
    plots.delete(figure);
    if (figure.isConnected) draw(figure, metrics);
  }
}

const following = new Set(); // sources that are polled now
const finished = new Map(); // source of an ended run -> its metrics, which no longer change

function drawFinished(src) {
  for (const figure of figuresOf(src)) if (!plots.has(figure)) draw(figure, finished.get(src));
}

const figuresOf = (src) => [...document.querySelectorAll("[data-curves]")].filter((f) => f.dataset.src === src);

function extended(metrics, more) {
  const all = { ...metrics };
  for (const [name, [steps, values]] of Object.entries(more)) {
    const [knownSteps, knownValues] = all[name] ?? [[], []];
    all[name] = [[...knownSteps, ...steps], [...knownValues, ...values]];
  }
  return all;
}

async function follow(src) {
  if (finished.has(src)) return drawFinished(src);
  if (following.has(src)) return;
  following.add(src);
  let metrics = {};
  let after = 0;
  for (;;) {
    if (!figuresOf(src).length) break;
    const reply = await fetch(`${src}?after=${after}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (reply && !reply.ok) break; // signed out, or the run is gone
    if (reply) {
      const { ended, whole, last, metrics: news } = await reply.json();
      metrics = whole ? news : extended(metrics, news);
      after = last;
      for (const figure of figuresOf(src)) draw(figure, metrics);
      if (ended) {
        finished.set(src, metrics);
        break;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  following.delete(src);
}

const start = () => document.querySelectorAll("[data-curves]").forEach((f) => follow(f.dataset.src));

start();
document.addEventListener("htmx:afterSettle", start);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
new MutationObserver(redrawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
