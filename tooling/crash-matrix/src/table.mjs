import { faults } from './found.mjs';

/** A line for each point, and one of their sums: runs, and how often each fault was found. */
export class Table {
  /** @type {Map<string, Record<string, number>>} */
  #rows = new Map();

  /** @param {import('./points.mjs').Case} each @param {readonly import('./run-case.mjs').Problem[]} problems */
  add({ victim, point }, problems) {
    for (const name of [`${victim} ${point}`, 'all']) {
      const row = this.#rows.get(name) ?? {};
      row['runs'] = (row['runs'] ?? 0) + 1;
      for (const { fault } of problems) row[fault] = (row[fault] ?? 0) + 1;
      this.#rows.set(name, row);
    }
  }

  toString() {
    const columns = ['runs', ...faults];
    const line = (/** @type {string} */ name, /** @type {readonly unknown[]} */ cells) =>
      `${name.padEnd(30)}${cells.map((cell, at) => String(cell).padStart((columns[at] ?? '').length + 2)).join('')}`;
    const sums = this.#rows.get('all') ?? {};
    this.#rows.delete('all');
    const rows = [...this.#rows.entries(), /** @type {const} */ (['all', sums])];
    return [
      line('killed at', columns),
      ...rows.map(([name, row]) =>
        line(
          name,
          columns.map((column) => row[column] ?? 0),
        ),
      ),
    ].join('\n');
  }
}
