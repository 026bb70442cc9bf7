// 上报 without a line: a record is kept in the browser's own store before it is sent, and is dropped only when the
// server has answered. Its form key and device key stay the same, so that a second delivery counts once. A record
// waits for the person who made it.
(() => {
  const form = document.querySelector('form[data-outbox]');
  if (!form || !window.indexedDB || !window.fetch) return;
  const mine = form.dataset.outbox;
  const strip = document.getElementById('outbox');
  const list = document.getElementById('outbox-list');
  const said = form.querySelector('[data-here-said]');
  const open = new Promise((ok, no) => {
    const r = indexedDB.open('outbox', 1);
    r.onupgradeneeded = () => r.result.createObjectStore('records', { keyPath: 'device' });
    r.onsuccess = () => ok(r.result);
    r.onerror = () => no(r.error);
  });
  const store = async (mode, act) => {
    const db = await open;
    return new Promise((ok, no) => {
      const tx = db.transaction('records', mode);
      const r = act(tx.objectStore('records'));
      tx.oncomplete = () => ok(r.result);
      tx.onerror = tx.onabort = () => no(tx.error);
    });
  };
  const waiting = async () => (await store('readonly', (s) => s.getAll())).filter((x) => x.account === mine);
  const drop = (x) => store('readwrite', (s) => s.delete(x.device));

  const show = async () => {
    const all = await waiting();
    strip.hidden = list.hidden = all.length === 0;
    strip.querySelector('[data-count]').textContent = all.length;
    list.replaceChildren(...all.map((x) => {
      const li = document.createElement('li');
      li.textContent = (x.refused ? '要修改：' : '待上传：') + x.says;
      if (x.refused) {
        const again = document.createElement('button');
        again.type = 'button';
        again.className = 'btn btn-small';
        again.textContent = '重新填写';
        again.addEventListener('click', () => refill(x));
        li.append(' ', again);
      }
      return li;
    }));
  };

  const refill = async (x) => {
    const files = new DataTransfer();
    for (const [name, value] of x.fields) {
      if (name === 'photos') { if (value.size) files.items.add(value); continue; }
      const at = form.elements[name];
      if (at) at.value = value;
    }
    form.elements.photos.files = files.files;
    await drop(x);
    await show();
    form.elements.category.focus();
  };

  // send gives where the server led, '' when the record has to wait.
  const send = async (x) => {
    const body = new FormData();
    for (const [name, value] of x.fields) body.append(name, value);
    let answer;
    try {
      answer = await fetch(form.action, { method: 'POST', body, credentials: 'same-origin' });
    } catch {
      return { wait: true };
    }
    const to = new URL(answer.url);
    if (answer.ok && answer.redirected && to.pathname.startsWith('/desk/events/')) return { to: to.href };
    return answer.status === 422 || answer.status === 413 ? { refused: true } : { wait: true };
  };

  // fresh empties the form for the next record, under keys of its own.
  const fresh = () => {
    const key = () => [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, '0')).join('');
    form.reset();
    form.elements.form_key.value = key();
    form.elements.device.value = key();
    for (const name of ['seen_at', 'lng', 'lat']) form.elements[name].value = '';
    said.textContent = '';
    form.elements.words.dispatchEvent(new Event('input', { bubbles: true }));
  };

  let busy = false;
  const deliver = async () => {
    if (busy) return;
    busy = true;
    try {
      for (const x of await waiting()) {
        if (x.refused) continue;
        const got = await send(x);
        if (got.to) await drop(x);
        if (got.refused) await store('readwrite', (s) => s.put({ ...x, refused: true }));
        if (got.wait) break;
      }
    } finally {
      busy = false;
      await show();
    }
  };

  form.addEventListener('submit', async (e) => {
    e.preventDefault();
    e.stopImmediatePropagation();
    if (busy || !form.reportValidity()) return;
    busy = true;
    form.elements.seen_at.value = form.elements.seen_at.value || new Date().toISOString().replace(/\.\d+/, '');
    const kind = form.elements.category;
    const x = { device: form.elements.device.value, account: mine, fields: [...new FormData(form)], says: kind.options[kind.selectedIndex].text };
    try {
      await store('readwrite', (s) => s.put(x));
    } catch {
      form.submit(); // no room on the phone: as an ordinary form
      return;
    }
    const got = await send(x);
    busy = false;
    if (got.to) {
      await drop(x);
      location.href = got.to;
    } else if (got.refused) {
      await drop(x);
      form.submit(); // the server says what is to be changed, beside its field
    } else {
      fresh();
      await show();
      strip.scrollIntoView({ block: 'center' });
    }
  }, true);

  window.addEventListener('online', deliver);
  show().then(deliver);
})();
