// The last touch of filing (ux.md UX-K12): what is filed is put away before it is sent. When no answer comes, or the
// answer but not the receipt, the page shows the provisional slip, whose code proves the same request.
(() => {
  const body = document.body, keep = window.kioskKeep;
  if (!keep) return;
  const lives = () => fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(10000) }).then((res) => res.ok, () => false);
  const printing = (e) => { if (e && 'print' in e.dataset && !e.hidden) window.print(); };
  printing(document.querySelector('[data-print]:not([hidden])'));

  const form = document.querySelector('form[data-kept]');
  if (!form) return;
  let busy = false;
  addEventListener('pageshow', () => { busy = false; form.removeAttribute('aria-busy'); });
  const provisional = (came) => {
    const slip = document.getElementById('provisional');
    body.dataset.provisional = came ? 'came' : '';
    form.hidden = true;
    slip.hidden = false;
    scrollTo(0, 0);
    printing(slip);
  };
  form.addEventListener('submit', async (e) => {
    e.preventDefault();
    e.stopPropagation();
    if (busy) return;
    busy = true;
    form.setAttribute('aria-busy', 'true');
    const sealed = form.elements.kept.value, done = form.dataset.done, mine = (x) => x.sealed === sealed;
    try {
      await keep.hold(sealed);
    } catch {
      form.submit(); // no room on the device: as an ordinary form
      return;
    }
    const got = await keep.send(form.action, new FormData(form));
    const sure = got.body && got.body.to === done;
    if (keep.final(got.status)) {
      await keep.each(mine, keep.gone).catch(() => {});
      form.submit(); // the server says beside its field what is to be changed
      return;
    }
    if (sure) await keep.each(mine, (x) => keep.put({ ...x, came: true })).catch(() => {});
    if (sure && await lives()) {
      if (navigator.serviceWorker) navigator.serviceWorker.onmessage = () => provisional(true); // the receipt does not come
      location.replace(done);
    } else provisional(sure);
  });
})();
