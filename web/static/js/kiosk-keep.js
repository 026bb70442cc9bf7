// What a resident files is held by the device until the server has answered (ux.md UX-K12): it is put away before it
// is sent, and only an answer takes it out, so that neither a cut line nor a cut of power loses or doubles it. What
// is put away is sealed by the server; nothing of it can be read here. It is kept until the receipt has come: came
// marks what was answered before that, failed what was refused for good.
(() => {
  const body = document.body, LIMIT = 10000;
  if (!('kiosk' in body.dataset)) return;
  let db = null;
  const open = () => new Promise((ok, no) => {
    const r = indexedDB.open('kiosk', 1);
    r.onupgradeneeded = () => {
      r.result.createObjectStore('key');
      r.result.createObjectStore('kept', { keyPath: 'n', autoIncrement: true }).createIndex('sealed', 'sealed', { unique: true });
    };
    r.onsuccess = () => ok(r.result);
    r.onerror = () => no(r.error);
  });
  // store runs one act on one of the stores and is done when it lies on the disk.
  const store = async (name, mode, act) => {
    db = db || await open();
    return new Promise((ok, no) => {
      const tx = db.transaction(name, mode, { durability: 'strict' });
      const r = act(tx.objectStore(name));
      tx.oncomplete = () => ok(r.result);
      tx.onerror = tx.onabort = (e) => no(tx.error || e.target.error);
    });
  };
  const all = () => store('kept', 'readonly', (s) => s.getAll());
  // count tells how much the device holds that no answer has reached.
  const count = (is = () => true) => all().then((held) => held.filter((x) => !x.came && is(x)).length, () => 0);
  const hold = (sealed) => store('kept', 'readwrite', (s) => s.add({ sealed })).catch((e) => { if (!e || e.name !== 'ConstraintError') throw e; });
  const put = (x) => store('kept', 'readwrite', (s) => s.put(x));
  const each = async (is, act) => { for (const x of await all()) if (is(x)) await act(x); };
  const gone = (x) => store('kept', 'readwrite', (s) => s.delete(x.n));
  // send asks once, for ten seconds at most; status 0 is a line that is down.
  const send = async (url, data) => {
    const stop = new AbortController(), timer = setTimeout(() => stop.abort(), LIMIT);
    try {
      const res = await fetch(url, { method: 'POST', body: new URLSearchParams(data), headers: { Accept: 'application/json' }, signal: stop.signal });
      return { status: res.status, body: res.ok && !res.redirected ? await res.json() : null };
    } catch {
      return { status: 0, body: null };
    } finally {
      clearTimeout(timer);
    }
  };
  // An answer that another try would not change.
  const final = (status) => status >= 400 && status < 500 && ![401, 404, 408, 425, 429].includes(status);
  const alone = (name, act) => (navigator.locks ? navigator.locks.request(name, act) : act());
  // deliver brings what is held, in order, and says whether all of it has arrived. What is refused for good stays
  // here and is told to staff by the server.
  const deliver = () => alone('kiosk-kept', async () => {
    const key = document.querySelector('[name=form_key]');
    for (const x of await all()) {
      if (x.failed) continue;
      const got = await send('/kiosk/deliveries', { form_key: key ? key.value : '', kept: x.sealed });
      if (got.body && got.body.no) await gone(x);
      else if (final(got.status)) await put({ ...x, failed: true });
      else return false;
    }
    return true;
  });
  window.kioskKeep = { store, count, hold, put, gone, each, send, final, deliver, alone };

  // The receipt has come: what was answered need not be brought again.
  if (location.pathname === '/kiosk/receipts' && document.querySelector('.kreceipt')) {
    each((x) => x.came, gone).catch(() => {});
  }
})();
