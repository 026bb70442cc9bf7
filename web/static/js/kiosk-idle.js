// The touch device: one touch counts once, a page without touches goes back to the start page (UX-K4, UX-K5), and
// what is drawn once a moment is asked for again. No clock is read, only time that has passed.
(() => {
  const body = document.body, dialog = document.getElementById('idle');
  if (!('kiosk' in body.dataset)) return;
  // A touch within 600 ms of the last one on the same thing is the same touch; so is one on a page that has just
  // come by a touch. Keys are exempt: 11 is typed as fast as one can.
  let last = null, lastAt = 0;
  document.addEventListener('click', (e) => {
    const on = e.target.closest && e.target.closest('a, button, summary, label');
    if (!on || on.closest('.kkeys, [data-keys]')) return;
    const now = performance.now(), again = on === last && now - lastAt < 600, through = e.pointerType === 'touch' && now < 600;
    if (again || through) { e.preventDefault(); e.stopImmediatePropagation(); return; }
    last = on; lastAt = now;
    on.classList.add('touched'); // seen within 100 ms, whatever the line does
    setTimeout(() => on.classList.remove('touched'), 600);
  }, true);
  // A page that comes back from the browser's memory may be another visit's: nobody sees it before it is asked for
  // anew. Nor does Back lead from one visit to the pages of another.
  addEventListener('pagehide', () => { body.hidden = true; });
  addEventListener('pageshow', (e) => { if (e.persisted) location.reload(); });
  const visit = body.dataset.visit;
  if (visit && history.state && history.state !== visit) location.replace('/kiosk');
  else if (visit) history.replaceState(visit, '');
  // What changes while one waits: the answer's words replace the block's.
  document.querySelectorAll('[data-poll]').forEach((block) => {
    let before = block.dataset.now;
    setInterval(async () => {
      try {
        const res = await fetch(block.dataset.poll, { redirect: 'manual' });
        if (res.type === 'opaqueredirect') { location.replace('/kiosk'); return; }
        const now = await res.json();
        if (now.state === before) return;
        before = now.state;
        block.className = 'knote tone-' + now.tone;
        block.querySelector('b').textContent = now.lead;
        block.querySelector('span').textContent = now.text;
      } catch { /* asked again soon */ }
    }, 3000);
  });
  const seconds = (name) => Number(body.dataset[name]) * 1000;
  if (!seconds('idle') || !dialog) return;
  let since = performance.now(), told = since, shown = 0;
  // Touches here keep the server's session too, so that reading on does not end it.
  const stay = () => { told = performance.now(); fetch('/kiosk/stay', { method: 'POST', redirect: 'manual', body: new URLSearchParams({ form_key: dialog.querySelector('[name=form_key]').value }) }).catch(() => {}); };
  const seen = () => { if (shown) return; since = performance.now(); if (since - told > 20000) stay(); };
  ['pointerdown', 'keydown', 'input'].forEach((n) => addEventListener(n, seen, true));
  const still = () => { dialog.close(); shown = 0; since = performance.now(); stay(); };
  dialog.querySelector('[data-stay]').addEventListener('click', still);
  dialog.addEventListener('cancel', (e) => { e.preventDefault(); still(); });
  const leave = () => { // a page without its way back never stays
    dialog.querySelector('form').submit();
    setTimeout(() => location.replace('/kiosk'), 5000);
  };
  setInterval(() => {
    const now = performance.now();
    if (!shown && now - since >= seconds('idle')) {
      shown = now;
      if (!dialog.open) dialog.showModal();
    }
    if (!shown) return;
    const left = Math.ceil((seconds('warn') - (now - shown)) / 1000);
    dialog.querySelector('[data-left]').textContent = Math.max(0, left);
    if (left <= 0 && shown !== Infinity) { shown = Infinity; leave(); }
  }, 250);
})();
