// The touch device proves itself: it signs what the server asks with a key that never leaves this browser, when the
// start page comes and as often as data-proof says. What is touched on the start page before that waits for it. Then
// it delivers what it holds. Time is only what has passed; no clock is read.
(() => {
  const body = document.body, keep = window.kioskKeep;
  if (!keep) return;
  const home = '/kiosk', longest = 15000;
  const later = (act, ms) => setTimeout(act, ms);

  // The page for a time without a line: it says how much will be sent, and goes as soon as the server lives.
  if (body.dataset.offline) {
    keep.count((x) => !x.failed).then((n) => {
      const line = document.querySelector('[data-kept-count]');
      line.querySelector('b').textContent = n;
      line.hidden = n === 0;
    });
    const look = async () => {
      try {
        if ((await fetch('/healthz', { cache: 'no-store' })).ok) { location.replace(home); return; }
      } catch { /* still down */ }
      later(look, 3000);
    };
    later(look, 1000);
    return;
  }

  const tiles = document.querySelector('.khome');
  const start = location.pathname === home;
  if (!body.dataset.proof || document.querySelector('form[data-enrol]') || (start && !tiles)) return;

  const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  const prove = (fresh) => keep.alone('kiosk-proof', async () => {
    const asked = await keep.send('/kiosk/challenge', {});
    if (!asked.body) return asked;
    const key = await keep.store('key', 'readonly', (s) => s.get('key')).catch(() => null);
    if (!key) return { status: 404, body: null };
    const words = new TextEncoder().encode('portal-kiosk\n' + asked.body.no + '\n' + asked.body.nonce);
    const signature = text(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, words));
    return keep.send('/kiosk/proof', { nonce: asked.body.nonce, signature, fresh: fresh ? '1' : '0', kept: await keep.count(), screen: screen.width + 'x' + screen.height });
  });
  const refused = (got) => got.status >= 400 && got.status < 500 && got.status !== 429;

  // The start page: a touch before the proof is done counts when it is.
  let waiting = null;
  const ready = () => {
    body.dataset.proven = '';
    if (waiting) { const act = waiting; waiting = null; act(); }
  };
  const hold = (e, act) => {
    if ('proven' in body.dataset || 'broken' in body.dataset) return;
    e.preventDefault();
    e.stopPropagation();
    waiting = act;
  };
  const broken = () => {
    body.dataset.broken = '';
    const head = document.createElement('h1'), words = document.createElement('p');
    head.textContent = '请工作人员来看一下：本机需要重新启用';
    words.className = 'lead';
    words.textContent = '您要办的事，请到社区服务窗口，或者打下面的值班电话。';
    document.getElementById('main').replaceChildren(head, words);
    later(() => location.replace(home), 60000);
  };
  const deliver = async (wait) => {
    if (!(await keep.deliver().catch(() => true))) later(() => deliver(Math.min(wait * 2, longest)), wait);
  };
  const begin = async (wait, times) => {
    const got = await prove(true);
    if (got.body) {
      ready();
      deliver(1000);
      again(got.body.next);
      if (navigator.serviceWorker) navigator.serviceWorker.register('/kiosk/sw.js', { scope: home }).catch(() => {});
    } else if (refused(got) && times >= 2) broken();
    else later(() => begin(Math.min(wait * 2, longest), refused(got) ? times + 1 : times), wait);
  };

  // Later proofs change the token of the visit; a visit that has ended leads to the start page.
  const again = (seconds) => later(async () => {
    if ('provisional' in body.dataset) return;
    if (start) delete body.dataset.proven;
    const got = await prove(false);
    if (got.body) {
      if (start) { ready(); deliver(1000); }
      again(got.body.next);
    } else if (!refused(got)) {
      again(5);
    } else if (start) begin(1000, 0);
    else if (!('provisional' in body.dataset)) location.replace(home);
  }, Math.max(1, seconds) * 1000);

  if (!start) { again(Number(body.dataset.proof)); return; }
  document.addEventListener('click', (e) => {
    const to = e.target.closest && e.target.closest('a[href]');
    if (to) hold(e, () => location.assign(to.href));
  });
  document.addEventListener('submit', (e) => hold(e, () => e.target.requestSubmit(e.submitter)), true);
  begin(1000, 0);
})();
