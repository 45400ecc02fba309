'use strict';
// The page is whole without this: it adds filtering, sorting, and links that open what they lead to.
(() => {
  const byId = (name) => document.getElementById(name);
  const body = document.querySelector('tbody');
  const rows = [...body.rows].map((row, order) => ({
    row, order, state: row.className.slice(2), text: row.textContent.toLowerCase(),
  }));
  const tiles = [...document.querySelectorAll('.tile')];
  const filter = byId('filter');
  let selected = '';

  const update = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const states = selected ? selected.split(' ') : null;
    let shown = 0;
    for (const one of rows) {
      const fits = (!states || states.includes(one.state)) && words.every((word) => one.text.includes(word));
      one.row.hidden = !fits;
      shown += fits;
    }
    byId('shown').textContent = shown === rows.length ? `${shown} servers` : `${shown} of ${rows.length} servers`;
    byId('nothing').hidden = shown > 0;
    for (const tile of tiles) {
      tile.toggleAttribute('aria-current', tile.dataset.states === selected);
      if (tile.dataset.states === selected) tile.setAttribute('aria-current', 'true');
    }
    for (const chip of chips) chip.setAttribute('aria-pressed', String(chip.dataset.states === selected));
  };

  const choose = (states) => {
    selected = states;
    update();
  };

  const chip = (label, states) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = label;
    button.dataset.states = states;
    button.addEventListener('click', () => choose(selected === states ? '' : states));
    document.querySelector('.chips').append(button);
    return button;
  };
  const chips = [chip('all', '')];
  for (const tile of tiles) {
    const label = tile.querySelector('span').lastChild.textContent;
    if (!tile.classList.contains('none')) chips.push(chip(label, tile.dataset.states));
    tile.addEventListener('click', () => choose(tile.dataset.states));
  }
  filter.addEventListener('input', update);
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && document.activeElement !== filter) {
      event.preventDefault();
      filter.focus();
    } else if (event.key === 'Escape' && document.activeElement === filter) {
      filter.value = '';
      update();
    }
  });

  const worst = body.parentElement.dataset.order.split(' ');
  const key = {
    text: (one, column) => one.row.cells[column].textContent.trim().toLowerCase(),
    number: (one, column) => {
      const text = one.row.cells[column].textContent;
      const found = /\d+/.exec(text);
      return !found ? Infinity : text.includes('✕') ? -1 - found[0] : Number(found[0]);
    },
    state: (one) => worst.indexOf(one.state),
  };
  const collator = new Intl.Collator('en', {numeric: true});
  const heads = [...document.querySelectorAll('thead th')];
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const of = key[head.dataset.sort];
      const keyed = rows.map((one) => ({one, value: of(one, column)}));
      const compare = head.dataset.sort === 'text' ? collator.compare : (a, b) => (a === b ? 0 : a < b ? -1 : 1);
      keyed.sort((a, b) => (down ? -1 : 1) * compare(a.value, b.value) || a.one.order - b.one.order);
      body.append(...keyed.map(({one}) => one.row));
    });
  });

  const open = () => {
    const target = /^#[he]\d+$/.test(location.hash) && byId(location.hash.slice(1));
    const details = target && target.closest('details');
    if (details) details.open = true;
    if (target) {
      const focus = target.querySelector('summary, a');
      if (focus) focus.focus({preventScroll: true});
      target.scrollIntoView();
    }
  };
  addEventListener('hashchange', open);
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link && link.hash === location.hash) open();
  });
  document.querySelector('.tools').hidden = false;
  update();
  open();
})();
