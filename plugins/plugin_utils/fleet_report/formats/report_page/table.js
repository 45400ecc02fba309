// Shows a page of the rows that are chosen: everything foreign as text.
const body = document.querySelector('tbody');
const heads = [...document.querySelectorAll('thead th')];
const sorting = {column: -1, down: false};
const view = {first: 0, rows};

const element = (name, text = '', properties = {}) => {
  const made = Object.assign(document.createElement(name), properties);
  if (text) made.textContent = text;
  return made;
};

// A long host's name may break behind its dots.
const named = (made, name) => {
  const isLong = [...name].length > data.long;
  const parts = isLong ? name.split('.') : [name];
  parts.forEach((part, number) => made.append(...(number ? ['.', element('wbr'), part] : [part])));
  return isLong;
};

const cellOf = (cell) => {
  const made = element('td', cell.tone ? '' : cell.text);
  if (cell.tone) made.append(element('b', cell.text, {className: cell.tone}));
  for (const note of cell.notes) made.append(' ', element('small', note));
  return made;
};

const rowOf = (row) => {
  const made = element('tr', '', {className: `s-${row.state}`});
  const head = element('th'), link = element('a', '', {href: `#h${row.host.number}`});
  if (named(link, row.host.name)) head.className = 'long';
  head.append(link, ' ', copyButton(row));
  made.append(head, ...row.cells.map((cell) => cellOf(cells[cell])));
  made.dataset.row = row.number;
  return made;
};

const show = (first, length = data.page) => {
  const last = Math.min(first + length, view.rows.length);
  const shown = document.createDocumentFragment();
  for (const row of view.rows.slice(first, last)) shown.append(rowOf(row));
  body.replaceChildren(shown);
  view.first = first;
  const [all, pages] = [view.rows.length, byId('pages')];
  byId('nothing').hidden = all > 0;
  byId('rest').className = 'paper';
  byId('rest').textContent = all > last - first ? `${counted(all - last + first, 'more server')} ${all - last + first === 1 ? 'is' : 'are'} not shown here.` : '';
  pages.hidden = all <= data.page;
  const turn = (label, to, fits) => {
    const button = element('button', label, {type: 'button', disabled: !fits});
    button.addEventListener('click', () => {
      show(to);
      byId('servers').scrollIntoView();
      byId('servers').focus({preventScroll: true});
    });
    return button;
  };
  const where = `${(first + 1).toLocaleString('en')} to ${last.toLocaleString('en')} of ${all.toLocaleString('en')}`;
  pages.replaceChildren(turn('‹ Previous', first - data.page, first > 0), element('span', where), turn('Next ›', last, last < all));
};

// Shows the first of the rows that are chosen now.
const update = () => {
  view.rows = sorting.column < 0 ? fitting() : sortedBy(sorting.column, sorting.down, fitting());
  show(0);
  const [all, found] = [rows.length, view.rows.length];
  byId('shown').textContent = found === all ? counted(all, 'server') : `${found.toLocaleString('en')} of ${counted(all, 'server')}`;
  markChosen();
};

heads.forEach((head, column) => {
  const button = element('button', '', {type: 'button'});
  button.append(...head.childNodes);
  head.append(button);
  button.addEventListener('click', () => {
    sorting.down = sorting.column === column && !sorting.down;
    sorting.column = column;
    for (const other of heads) other.removeAttribute('aria-sort');
    head.setAttribute('aria-sort', sorting.down ? 'descending' : 'ascending');
    update();
  });
});

// On paper are all that are chosen, up to a bound.
addEventListener('beforeprint', () => show(0, data.printed));
addEventListener('afterprint', () => show(view.first));
