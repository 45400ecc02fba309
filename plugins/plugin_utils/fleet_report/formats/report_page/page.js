// The page is readable without its script, which adds filtering, sorting, pages, copying, and links that open what they lead to.
const tiles = [...document.querySelectorAll('.tile')];
const filter = byId('filter'), group = byId('group');

const choose = (changes) => {
  Object.assign(chosen, changes);
  update();
};

const chip = (label, states, chooses) => {
  const button = element('button', label, {type: 'button'});
  button.dataset.states = states;
  button.addEventListener('click', chooses);
  document.querySelector('.chips').append(button);
  return button;
};
const clear = () => {
  filter.value = '';
  if (group) group.value = '';
  choose({words: [], states: '', group: '', only: null});
};
const all = chip('all', '', clear);
const chips = tiles.filter((tile) => !tile.classList.contains('none')).map((tile) => {
  const {states} = tile.dataset;
  return chip(tile.querySelector('span').lastChild.textContent, states, () => choose({states: chosen.states === states ? '' : states}));
});
const onlyChip = chip('', '', () => choose({only: null}));

// Marks what is chosen on the tiles and chips.
function markChosen() {
  for (const tile of tiles) {
    if (tile.dataset.states === chosen.states) tile.setAttribute('aria-current', 'true');
    else tile.removeAttribute('aria-current');
  }
  for (const one of chips) one.setAttribute('aria-pressed', String(one.dataset.states === chosen.states));
  all.setAttribute('aria-pressed', String(!chosen.words.length && !chosen.states && chosen.group === '' && !chosen.only));
  onlyChip.hidden = !chosen.only;
  onlyChip.setAttribute('aria-pressed', 'true');
  onlyChip.textContent = chosen.only ? `${chosen.only.label} ✕` : '';
  const limits = [
    chosen.states && chips.find((one) => one.dataset.states === chosen.states)?.textContent,
    chosen.group !== '' && `group ${group.selectedOptions[0].dataset.name}`,
    chosen.only && chosen.only.label,
    chosen.words.length > 0 && `"${chosen.words.join(' ')}"`,
  ].filter(Boolean);
  byId('shown').dataset.limits = limits.length ? `, limited to ${limits.join('; ')}` : '';  // on paper
}

for (const tile of tiles) tile.addEventListener('click', () => choose({states: tile.dataset.states}));
filter.addEventListener('input', () => choose({words: filter.value.toLowerCase().split(/\s+/).filter(Boolean)}));
if (group) group.addEventListener('change', () => choose({group: group.value}));

const keys = {
  '/': (event) => {
    event.preventDefault();
    filter.focus();
  },
  c: (event) => {
    const within = event.target.closest('[data-row]') || event.target.closest('dl')?.previousElementSibling
      || event.target.closest('details')?.querySelector('h3[data-row]');
    if (within) copy(rows[within.dataset.row]);
  },
};
document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && document.activeElement === filter) {
    filter.value = '';
    choose({words: []});
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea')) return;
  keys[event.key]?.(event);
});

// #h1 is a host, #e1 what expires. To servers lead: #g1 of a group, #c1 of a cause, #p1 of a part of the comparison, #u1 of what
// expires.
const follow = () => {
  const [, kind, digits] = /^#([hegcpu])(\d+)$/.exec(location.hash) || [];
  const number = Number(digits);
  if (kind === 'h' && hosts[number] && !byId(`h${number}`)) byId('hosts').prepend(detailsOf(hosts[number]));
  if (kind === 'g' && group) {
    group.value = String(number);
    choose({group: group.value});
  } else if (onlyTo[kind]) {
    choose({only: onlyTo[kind](number)});
  }
  const target = kind && byId('gcpu'.includes(kind) ? 'servers' : `${kind}${number}`);
  if (!target) return;
  const details = target.closest('details');
  if (details) details.open = true;
  (target.querySelector('summary, a') || target).focus({preventScroll: true});
  target.scrollIntoView();
};
addEventListener('hashchange', follow);
document.addEventListener('click', (event) => {
  const link = event.target.closest('a[href^="#"]');
  if (link && link.hash === location.hash) follow();
});
for (const head of document.querySelectorAll('h3[data-row]')) withCopy(head, rows[head.dataset.row]);
document.querySelector('.tools').hidden = document.querySelector('.keys').hidden = false;
update();
follow();
