// 拼音打字: letters are shown at once, what they may mean when the answer has come. Nothing is kept; an answer to
// letters that have changed since is dropped.
(() => {
  const box = document.querySelector('[data-ime]');
  if (!box) return;
  const $ = (name) => box.querySelector('[data-ime-' + name + ']');
  const field = $('field'), bar = $('bar'), board = $('keys'), line = $('pinyin'), hint = line.textContent;
  const max = Number(field.dataset.max), size = (s) => [...s].length;
  let typed = '', page = 0, list = [], asked = 0, busy = false, waiting = [];

  const write = (text, from, to) => {
    field.setRangeText(text, from, to, 'end');
    field.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const put = (text) => {
    const from = field.selectionStart, to = field.selectionEnd;
    const room = max - size(field.value) + size(field.value.slice(from, to));
    write([...text].slice(0, Math.max(0, room)).join(''), from, to);
    field.scrollTop = field.scrollHeight;
  };
  const erase = () => {
    const from = field.selectionStart, to = field.selectionEnd;
    write('', from < to ? from : from - ([...field.value.slice(0, to)].pop() || '').length, to);
  };

  const button = (text, key, name, label = null) => {
    const b = document.createElement('button');
    Object.assign(b, { type: 'button', textContent: text, className: name, ariaLabel: label });
    b.dataset.k = key;
    bar.append(b);
  };
  const show = (pinyin, more) => {
    bar.querySelectorAll('button').forEach((b) => b.remove());
    line.textContent = pinyin || hint;
    bar.classList.toggle('long', pinyin.length > 12);
    list.forEach((c, i) => button(c.t, 'pick' + i, 'cand' + (i || page ? '' : ' first') + (size(c.t) > 6 ? ' whole' : '')));
    if (page) button('‹', 'prev', 'turn', '前面的字');
    if (more) button('›', 'next', 'turn', '后面的字');
  };
  const ask = async () => {
    const mine = ++asked;
    busy = typed !== '';
    if (!busy) { list = []; show('', false); return; }
    line.textContent = typed; // at once; the answer follows
    try {
      const res = await fetch('/kiosk/typing', { method: 'POST', body: new URLSearchParams({ typed, page }) });
      if (mine !== asked) return;
      if (res.redirected) { location.replace('/kiosk'); return; }
      if (!res.ok) throw res.status;
      const answer = await res.json();
      if (mine !== asked) return;
      list = answer.candidates;
      show(list.length ? answer.pinyin : typed + '　没有这个拼音', answer.more);
    } catch {
      if (mine !== asked) return;
      list = []; waiting = [];
      show(typed + '　没有连上，再按一下字母', false);
    }
    busy = false;
    while (waiting.length && !busy) act(waiting.shift());
  };
  const change = (letters) => { typed = letters; page = 0; list = []; ask(); };
  const pick = (i) => {
    const c = list[i];
    if (!c) return;
    put(c.t);
    change(typed.slice(c.n).replace(/^'+/, ''));
  };

  const act = (k) => {
    if (/^[a-z']$/.test(k)) { if (typed.length < 60 && (k !== "'" || typed && !typed.endsWith("'"))) change(typed + k); }
    else if (k === 'back') { if (typed) change(typed.slice(0, -1)); else erase(); }
    else if (k === 'clear') { if (typed) change(''); else { field.select(); erase(); } }
    else if (k === '123' || k === 'abc') box.querySelectorAll('[data-layer]').forEach((l) => { l.hidden = l.dataset.layer !== k; });
    else if (k === 'next' || k === 'prev') { page += k === 'next' ? 1 : -1; ask(); }
    else if (k.startsWith('pick')) pick(Number(k.slice(4)));
    else if (!typed) put(k === 'space' ? ' ' : k);
    else if (list.length) {
      pick(0);
      if (k !== 'space') { if (busy) waiting.unshift(k); else act(k); }
    }
  };
  // What needs an answer waits.
  const press = (k) => { if (waiting.length || busy && !/^([a-z']|back|clear|123|abc)$/.test(k)) waiting.push(k); else act(k); };

  for (const n of ['pointerdown', 'mousedown']) box.addEventListener(n, (e) => { if (e.target !== field) e.preventDefault(); }); // the field keeps the focus
  box.addEventListener('click', (e) => {
    const key = e.target.closest('[data-k]');
    if (key && !(busy && bar.contains(key))) press(key.dataset.k); // stale
  });
  // The keys of a real keyboard do the same.
  for (const n of ['keydown', 'keypress']) field.addEventListener(n, (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || (n === 'keydown') !== e.key.length > 1) return;
    const k = e.key.toLowerCase();
    const to = /^[a-z]$/.test(k) ? k : typed && ({ ' ': 'space', backspace: 'back', escape: 'clear', "'": "'", ',': '，', '.': '。' }[k] || (/^[1-5]$/.test(k) ? 'pick' + (k - 1) : ''));
    if (to) { e.preventDefault(); press(to); }
  });
  // Whoever goes on with letters still open means the first text.
  field.form?.addEventListener('submit', () => { if (typed && !busy && list.length) put(list[0].t); });

  field.inputMode = 'none';
  bar.hidden = board.hidden = false;
  field.focus({ preventScroll: true });
  field.setSelectionRange(field.value.length, field.value.length);
})();
