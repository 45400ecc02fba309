// The rows of the table, from the data that is in the page, and which of them are chosen.
const byId = (name) => document.getElementById(name);
const data = JSON.parse(byId('data').textContent);
const cells = data.cells.map(([text, notes, tone, key]) => ({text, notes, tone, key}));
const facts = data.facts.map(([label, text, tone, ending, more]) => ({label, text, tone, ending, more}));
const hosts = data.hosts.map(([name, groups], number) => ({name, groups, number, rows: []}));
const rows = data.rows.map(([host, state, cause, part, ofCells, ofFacts], number) => {
  const row = {number, host: hosts[host], state: data.states[state], cause, part, cells: ofCells, facts: ofFacts};
  row.host.rows.push(row);
  return row;
});
const serverOf = (row) => cells[row.cells[0]].text;
const counted = (number, what) => `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;

// What is chosen: `only` is the cause, the part of the comparison, or what expires, that a link leads to the servers of.
const chosen = {words: [], states: '', group: '', only: null};
const onlyTo = {
  c: (number) => ({label: `cause: ${data.causes[number]}`, fits: (row) => row.cause === number}),
  p: (number) => ({label: `since the last run: ${data.parts[number]}`, fits: (row) => row.part === number}),
  u: (number) => {
    const about = facts.map((fact) => fact.ending === number);
    const found = facts[about.indexOf(true)];
    return {label: found ? `${found.label} ${found.text}, ${found.more.split(';', 1)}` : '', fits: (row) => row.facts.some((fact) => about[fact])};
  },
};

// Each word is looked for once in each text, and not in each row.
const having = (word) => {
  const inCells = cells.map((cell) => [cell.text, ...cell.notes].join(' ').toLowerCase().includes(word));
  const inFacts = facts.map((fact) => `${fact.text} ${fact.more}`.toLowerCase().includes(word));
  const inHosts = hosts.map((host) => host.name.toLowerCase().includes(word));
  return (row) => inHosts[row.host.number] || row.cells.some((cell) => inCells[cell]) || row.facts.some((fact) => inFacts[fact]);
};

const fitting = () => {
  const tests = chosen.words.map(having);
  if (chosen.states) tests.push((row) => chosen.states.split(' ').includes(row.state));
  if (chosen.group !== '') tests.push((row) => row.host.groups.includes(Number(chosen.group)));
  if (chosen.only) tests.push(chosen.only.fits);
  return rows.filter((row) => tests.every((test) => test(row)));
};

// Sorts rows by a column; those that have nothing there come last.
const collator = new Intl.Collator('en', {numeric: true});
const keyOf = (row, column) => {
  if (column === 0) return row.host.name;
  const cell = cells[row.cells[column - 1]];
  return cell.key === null ? cell.text : cell.key;
};
const sortedBy = (column, down, given) => {
  const keyed = given.map((row) => ({row, key: keyOf(row, column)}));
  const compare = (a, b) => (typeof a === 'number' ? a - b : collator.compare(a, b)) * (down ? -1 : 1);
  keyed.sort((a, b) => (a.key === '') - (b.key === '') || (a.key === '' ? 0 : compare(a.key, b.key)) || a.row.number - b.row.number);
  return keyed.map(({row}) => row);
};
