// The map of grids (ux.md §7): arrows move between grids, + and - zoom, Enter opens the one in focus. The
// links do all of this without script too.
(() => {
  const map = document.querySelector('[data-map]');
  if (!map) return;
  const areas = [...map.querySelectorAll('[data-at]')].map((el) => {
    const [x, y] = el.dataset.at.split(' ').map(Number);
    return { el, x, y };
  });
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  // The nearest one ahead; what lies to the side counts double.
  const ahead = (from, [dx, dy]) => {
    let best = null, least = Infinity;
    areas.forEach((a) => {
      const x = a.x - from.x, y = a.y - from.y, along = x * dx + y * dy, aside = Math.abs(x * dy - y * dx);
      if (a === from || along <= 0 || aside > along * 2) return;
      if (along + aside * 2 < least) { least = along + aside * 2; best = a; }
    });
    return best;
  };
  // The window follows the focus, so that what has the focus is never outside.
  const follow = (a) => {
    const box = map.viewBox.baseVal;
    if (a.x < box.x || a.x > box.x + box.width || a.y < box.y || a.y > box.y + box.height) {
      box.x = a.x - box.width / 2;
      box.y = a.y - box.height / 2;
    }
  };
  document.addEventListener('keydown', (e) => {
    if (document.body.dataset.shortcuts === 'off' || e.isComposing || e.keyCode === 229 || e.ctrlKey || e.metaKey || e.altKey) return;
    if (e.target.matches('input, textarea, select, [contenteditable]')) return;
    const zoom = { '+': 'in', '=': 'in', '-': 'out' }[e.key];
    if (zoom) {
      const link = document.querySelector('a[data-zoom=' + zoom + ']');
      if (link) { e.preventDefault(); link.click(); }
      return;
    }
    const at = areas.find((a) => a.el === document.activeElement), to = at && ways[e.key] && ahead(at, ways[e.key]);
    if (!to) return;
    e.preventDefault();
    follow(to);
    to.el.focus();
  });
})();
