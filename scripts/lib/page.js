// Pages of docs/ whose tables are made of committed numbers: a table stands between two comments that name it and the
// script that makes it.
'use strict';
const fs = require('node:fs');
const path = require('node:path');
const root = path.join(__dirname, '../..');

const json = (name) => JSON.parse(fs.readFileSync(path.join(root, 'snapshots', `${name}.json`), 'utf8'));
const snapshot = (name) => new Map(Object.entries(json(name)).map(([key, gas]) => [key, Number(gas)]));

const number = (value) => value.toLocaleString('en-US');
const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, rows) =>
  [row(head), `|${head.map((_, i) => (i === 0 || i === head.length - 1 ? '---|' : '---:|')).join('')}`, ...rows.map(row)];

// Gas of one side's turns in a match of `level`: the sides alternate, and the dearer seat counts.
function honestTurns(dispute, level) {
  const turns = [...dispute].filter(([verb]) => verb.startsWith('opening ') && verb.endsWith(level)).map(([, gas]) => gas);
  const seat = (from) => turns.filter((_, i) => i % 2 === from).reduce((sum, gas) => sum + gas, 0);
  return Math.max(seat(0), seat(1));
}

// Puts `tables`, lines by name, into the page; with --check it fails instead if the page is out of date.
function write(page, script, tables) {
  const file = path.join(root, page);
  const text = fs.readFileSync(file, 'utf8');
  let result = text;
  for (const [name, lines] of Object.entries(tables)) {
    const [begin, end] = [`<!-- ${name}: ${script} -->\n`, `\n<!-- end of ${name} -->`];
    const [from, to] = [result.indexOf(begin), result.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`${page} has no place for the table of ${name}`);
    result = result.slice(0, from + begin.length) + lines.join('\n') + result.slice(to);
  }
  if (!process.argv.includes('--check')) {
    fs.writeFileSync(file, result);
  } else if (result !== text) {
    console.error(`${page} is out of date: run ${script}`);
    process.exit(1);
  }
}

module.exports = { json, snapshot, honestTurns, number, table, write };
