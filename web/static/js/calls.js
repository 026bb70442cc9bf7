// Calls for a person: every few seconds the page asks whether anything is new. What is new is drawn in its place:
// rows stay where they are, a new one comes last, one that is done stays as such, so that nothing moves under a
// finger. It is said once, politely. Asking does not keep anybody signed in.
(() => {
  const line = document.querySelector('[data-calls]');
  if (!line) return;
  const every = 3000, patient = 3;
  const open = document.querySelector('[data-calls-open]');
  let state = line.dataset.state, failed = 0, timer = 0;
  const say = (words) => { if (line.textContent !== words) line.textContent = words; };
  const ask = async (path) => {
    const r = await fetch(path, { headers: { 'X-Watch': '1' }, cache: 'no-store' });
    if (!r.ok && r.status >= 500) throw new Error(r.status);
    return r;
  };

  const rows = (list) => [...list.querySelectorAll('tr[id]')];
  const done = (row) => {
    row.removeAttribute('id');
    const cell = row.lastElementChild, focus = row.contains(document.activeElement);
    cell.textContent = '已经帮好';
    if (focus) look(row);
  };
  const look = (row) => { row.tabIndex = -1; row.focus({ preventScroll: true }); };
  const merge = (old, fresh) => {
    const now = rows(old), next = rows(fresh);
    if (!old.querySelector('tbody')) { old.replaceChildren(...fresh.childNodes); return; }
    now.forEach((row) => {
      const same = next.find((n) => n.id === row.id);
      if (!same) { done(row); return; }
      if (same.dataset.is === row.dataset.is) return;
      const focus = row.contains(document.activeElement);
      row.replaceWith(same);
      if (focus) look(same);
    });
    const body = old.querySelector('tbody');
    next.filter((n) => !now.some((row) => row.id === n.id)).forEach((n) => body.append(n));
  };
  const swap = (fresh, selector) => {
    const old = document.querySelector(selector), next = fresh.querySelector(selector);
    if (old && next && !old.contains(document.activeElement)) old.replaceChildren(...next.childNodes);
  };
  const draw = async () => {
    const r = await ask(line.dataset.page);
    if (!r.ok || r.redirected) return;
    const fresh = new DOMParser().parseFromString(await r.text(), 'text/html');
    swap(fresh, '.rail');
    const list = document.querySelector('[data-calls-list]'), next = fresh.querySelector('[data-calls-list]');
    if (!list || !next) return;
    merge(list, next);
    swap(fresh, '[data-papers]');
    swap(fresh, '.head .lead');
  };
  const check = async () => {
    try {
      const r = await ask(line.dataset.calls);
      if (r.redirected || !r.ok) { say('已经退出，看不到新的叫人。请重新登录'); return; }
      const got = await r.json();
      if (state === undefined) state = got.state; // a page that shows no calls begins with what is now
      if (state !== got.state) {
        await draw();
        say(got.words);
        if (open) open.hidden = false;
        state = got.state;
      } else if (failed >= patient) say(got.words);
      failed = 0;
    } catch {
      failed += 1;
      if (failed === patient) say('连不上，看到的可能不是最新的。正在重试');
    }
    again(every);
  };
  const again = (ms) => { clearTimeout(timer); timer = setTimeout(check, ms); };
  document.addEventListener('visibilitychange', () => { if (!document.hidden && timer) again(0); });
  say('有人叫帮忙，几秒内自动显示');
  again(every);
})();
