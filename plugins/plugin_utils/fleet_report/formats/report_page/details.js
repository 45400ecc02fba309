// What is known of the servers of a host, made when a link leads to it; and as text for a ticket.
const detailsOf = (host) => {
  const made = element('details', '', {id: `h${host.number}`});
  const summary = element('summary', '', {className: `s-${host.rows[0].state}`});
  named(summary, host.name);
  made.append(summary);
  for (const row of [...host.rows].sort((a, b) => collator.compare(serverOf(a), serverOf(b)))) {
    const head = element('h3', serverOf(row) || 'Its servers are not known', {className: `s-${row.state}`});
    head.dataset.row = row.number;
    const list = element('dl');
    for (const fact of row.facts.map((number) => facts[number])) {
      list.append(element('dt', fact.label, {className: fact.tone && `p-${fact.tone}`}));
      const text = element('dd', fact.ending === null ? fact.text : '');
      if (fact.ending !== null) text.append(element('a', fact.text, {href: `#e${fact.ending}`}), ` ${fact.more}`);
      list.append(text);
    }
    made.append(withCopy(head, row), list);
  }
  return made;
};

const withCopy = (head, row) => {
  head.append(' ', copyButton(row));
  return head;
};

const copyButton = (row) => {
  const button = element('button', 'Copy', {type: 'button', className: 'copy'});
  button.setAttribute('aria-label', `Copy what is known of ${row.host.name} ${serverOf(row)}`.trim());
  button.addEventListener('click', () => copy(row));
  return button;
};

const ticket = (row) => [
  `Host: ${row.host.name}`,
  ...(serverOf(row) ? [`Server: ${serverOf(row)}`] : []),
  ...row.facts.map((number) => facts[number]).map((fact) => `${fact.label}: ${fact.text} ${fact.more}`.trim()),
  `Report: ${byId('copied').dataset.report}`,
].join('\n');

// A browser without access to the clipboard, as for a page from a plain web server, gets the text selected.
const copy = async (row) => {
  const text = ticket(row), who = `${row.host.name} ${serverOf(row)}`.trim();
  try {
    await navigator.clipboard.writeText(text);
    tell(`Copied: ${who}`);
  } catch {
    const area = element('textarea', text, {readOnly: true, rows: 8});
    area.setAttribute('aria-label', `What is known of ${who}`);
    const close = element('button', 'Close', {type: 'button'});
    const back = document.activeElement;
    const leave = () => {
      tell('');
      if (back) back.focus();
    };
    close.addEventListener('click', leave);
    area.addEventListener('keydown', (event) => event.key === 'Escape' && leave());
    tell('Press Ctrl+C to copy: ', area, close);
    area.focus();
    area.select();
  }
};

let told = 0;
const tell = (text, ...more) => {
  clearTimeout(told);
  byId('copied').replaceChildren(text, ...more);
  if (text && !more.length) told = setTimeout(() => tell(''), 4000);
};
