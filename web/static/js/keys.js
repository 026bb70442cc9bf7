// Keyboard of the desk (ux.md §7). Single keys work only outside fields and never during composition.
(() => {
  const off = document.body.dataset.shortcuts === 'off';
  let g = false;
  const go = (sel) => { const a = document.querySelector(sel); if (a) a.click(); };
  const rows = () => [...document.querySelectorAll('[data-row]')];
  const step = (d) => {
    const list = rows();
    if (!list.length) { go(d > 0 ? '[data-next]' : '[data-prev]'); return; }
    const at = list.indexOf(document.activeElement);
    list[Math.max(0, Math.min(list.length - 1, at + d))].focus();
  };
  document.addEventListener('keydown', (e) => {
    if (e.isComposing || e.keyCode === 229) return;
    const inField = e.target.matches('input, textarea, select, [contenteditable]');
    if ((e.ctrlKey || e.metaKey) && e.key === 'Enter') {
      const form = e.target.closest('form');
      const b = (form && form.querySelector('[data-primary]')) || document.querySelector('[data-primary]');
      if (b && !b.disabled) { e.preventDefault(); b.click(); }
      return;
    }
    if (e.key === 'Escape') { const d = document.querySelector('details[open]'); if (d) d.open = false; return; }
    if (off || inField || e.ctrlKey || e.metaKey || e.altKey) return;
    if (g && e.key >= '1' && e.key <= '8') { go('[data-module="' + e.key + '"]'); g = false; return; }
    g = e.key === 'g';
    switch (e.key) {
      case '/': { const s = document.querySelector('[data-search]'); if (s) { e.preventDefault(); s.focus(); } break; }
      case '?': go('[data-help]'); break;
      case 'j': step(1); break;
      case 'k': step(-1); break;
      case 'n': go('[data-new]'); break;
    }
  });
})();
