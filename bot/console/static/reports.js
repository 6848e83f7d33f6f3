// Draws the table beside a chart: whoever cannot see the one reads the other.
"use strict";

const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [4, 4]];
const HEIGHT = 320;

function readTable(table) {
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
  const rows = [...table.tBodies[0].rows];
  return {
    heads,
    labels: rows.map((row) => row.cells[0].textContent.trim()),
    series: heads.slice(1).map((_, column) => rows.map((row) => Number(row.cells[column + 1].dataset.value))),
  };
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function options(kind, table, width) {
  const several = table.series.length;
  const ink = colour("--ink");
  const grid = { stroke: colour("--grid"), width: 1 };
  const font = "13px system-ui, sans-serif";
  const room = Math.max(1, Math.ceil(table.labels.length / Math.max(2, Math.floor(width / 95))));
  const at = (index) => (Number.isInteger(index) && table.labels[index] !== undefined ? table.labels[index] : "");
  return {
    width,
    height: HEIGHT,
    cursor: { drag: { x: false, y: false } },
    legend: { live: true },
    scales: { x: { time: false, range: [-0.6, table.labels.length - 0.4] }, y: { range: (_, least, most) => [0, Math.max(1, most * 1.08)] } },
    axes: [
      { stroke: ink, grid: { show: false }, ticks: grid, font, splits: () => table.labels.map((_, n) => n).filter((n) => n % room === 0), values: (_, splits) => splits.map((n) => shortened(at(n))) },
      { stroke: ink, grid, ticks: grid, font, size: 60 },
    ],
    series: [
      { label: table.heads[0], value: (_, index) => at(index) || "–" },
      ...table.series.map((_, n) => ({
        label: table.heads[n + 1],
        stroke: colour(`--series-${(n % 5) + 1}`),
        fill: kind === "bars" ? colour(`--series-${(n % 5) + 1}`) : undefined,
        width: kind === "bars" ? 0 : 2.5,
        dash: kind === "bars" ? undefined : DASHES[n % 5],
        paths: kind === "bars" ? bars(n, several) : undefined,
        points: { show: kind !== "bars", size: 7 },
        value: (_, value) => (value === null || value === undefined ? "–" : value.toLocaleString(document.documentElement.lang)),
      })),
    ],
  };
}

// Bars of several columns stand beside each other; uPlot wants their places as shares of the width.
function bars(nth, several) {
  if (several === 1) return uPlot.paths.bars({ size: [0.8, 90] });
  const share = 0.8 / several;
  const part = (u, length) => length / (u.scales.x.max - u.scales.x.min);
  return uPlot.paths.bars({
    disp: {
      x0: { unit: 2, values: (u) => u.data[0].map((x) => part(u, x - 0.4 + nth * share - u.scales.x.min)) },
      size: { unit: 2, values: (u) => u.data[0].map(() => part(u, share * 0.92)) },
    },
  });
}

function shortened(label) {
  return label.length > 14 ? `${label.slice(0, 13)}…` : label;
}

function draw(place) {
  const table = readTable(document.getElementById(place.dataset.table));
  const data = [table.labels.map((_, n) => n), ...table.series];
  const width = () => Math.max(200, place.clientWidth);
  let plot = new uPlot(options(place.dataset.chart, table, width()), data, place);
  const again = () => {
    plot.destroy();
    plot = new uPlot(options(place.dataset.chart, table, width()), data, place);
  };
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  let before = width();
  new ResizeObserver(() => {
    if (width() !== before) {
      before = width();
      again();
    }
  }).observe(place);
  place.dataset.drawn = "yes";
}

document.querySelectorAll("[data-chart]").forEach(draw);
