/** @typedef {import('./scale.mjs').Row} Row */

const [WIDTH, HEIGHT, GAP] = [300, 200, 70];

/** @type {readonly [string, (row: Row) => number][]} */
const panels = [
  ['virtual time to all routes, s', ({ routes }) => routes.convergeMs / 1000],
  ['messages for it, over all links', ({ routes }) => routes.messages],
  ['CPU time for it, of the whole mesh, s', ({ routes }) => routes.convergeCpuS],
  ['CPU time at rest, of a node each second, ms', (row) => restCpuMs(row)],
  ['memory a node, with services, MiB', ({ all }) => all.memoryMiB],
  ['virtual time to new routes after a cut, s', ({ all }) => all.rerouteMs / 1000],
];

/**
 * CPU time of one node in one second while nothing changes.
 *
 * @param {Row} row
 */
export function restCpuMs({ all: { roundsCpuS, convergeCpuS, nodes } }) {
  return ((roundsCpuS - convergeCpuS) / 30 / nodes) * 1000;
}

/**
 * Small plots with logarithmic axes, nodes across.
 *
 * @param {readonly Row[]} rows
 */
export function plot(rows) {
  const size = { width: 2 * (WIDTH + GAP) + GAP, height: 3 * (HEIGHT + GAP) + GAP / 2 };
  const drawn = panels.map(([title, figure], at) => {
    const x = GAP + (at % 2) * (WIDTH + GAP);
    const y = GAP / 2 + Math.floor(at / 2) * (HEIGHT + GAP);
    const points = rows.map((row) => /** @type {const} */ ([row.routes.nodes, figure(row)]));
    return `<g transform="translate(${x} ${y})">${panel(title, points)}</g>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="11">
<rect width="100%" height="100%" fill="#fff"/>
${drawn.join('\n')}
</svg>
`;
}

/**
 * @param {string} title
 * @param {readonly (readonly [number, number])[]} points
 */
function panel(title, points) {
  const xs = scale(
    points.map(([x]) => x),
    WIDTH,
  );
  const ys = scale(
    points.map(([, y]) => y),
    HEIGHT,
  );
  const at = (/** @type {readonly [number, number]} */ [x, y]) =>
    `${xs.place(x).toFixed(1)},${(HEIGHT - ys.place(y)).toFixed(1)}`;
  const grid = [
    ...ys.ticks.map((tick) => {
      const y = (HEIGHT - ys.place(tick)).toFixed(1);
      return `<path d="M0 ${y}H${WIDTH}" stroke="#ddd"/><text x="-6" y="${Number(y) + 4}" text-anchor="end" fill="#555">${label(tick)}</text>`;
    }),
    ...points.map(([x]) => {
      const place = xs.place(x).toFixed(1);
      return `<path d="M${place} 0V${HEIGHT}" stroke="#eee"/><text x="${place}" y="${HEIGHT + 15}" text-anchor="middle" fill="#555">${label(x)}</text>`;
    }),
  ];
  const dots = points.map((point) => {
    const [x = '', y = ''] = at(point).split(',');
    return `<circle cx="${x}" cy="${y}" r="3" fill="#0b62a4"/>`;
  });
  return `<text x="0" y="-8" font-weight="bold">${title}</text>${grid.join('')}<polyline points="${points.map(at).join(' ')}" fill="none" stroke="#0b62a4" stroke-width="1.5"/>${dots.join('')}`;
}

/**
 * A logarithmic axis over whole decades.
 *
 * @param {readonly number[]} values
 * @param {number} length
 */
function scale(values, length) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, at) => 10 ** (low + at)),
    place: (/** @type {number} */ value) => ((Math.log10(value) - low) / (high - low)) * length,
  };
}

/** @param {number} value */
const label = (value) =>
  value >= 1e6
    ? `${value / 1e6} M`
    : value >= 1e4
      ? `${value / 1e3} k`
      : String(Number(value.toPrecision(6)));
