// Forms: each part only helps a form that works without it.
(() => {
  const $ = (s, from = document) => from.querySelector(s);
  // The error summary takes the focus.
  const summary = $('.errors:not([data-still])');
  if (summary) summary.focus();
  // A second press of the same button is swallowed; the key in the form would make it count once anyway.
  document.addEventListener('submit', (e) => {
    const form = e.target;
    if (form.dataset.sent) { e.preventDefault(); return; }
    if (form.getAttribute('method') === 'post') form.dataset.sent = '1';
    form.dataset.clean = '1';
  });
  addEventListener('pageshow', () => document.querySelectorAll('form[data-sent]').forEach((f) => delete f.dataset.sent));
  // Counters under long texts.
  document.querySelectorAll('textarea[data-max]').forEach((t) => {
    const out = document.getElementById(t.id + '-count');
    const show = () => { if (out) out.textContent = [...t.value].length + ' / ' + t.dataset.max + ' 字'; };
    t.addEventListener('input', show);
    show();
  });
  // Autosave: every 30 s when something changed, and soon after a change.
  document.querySelectorAll('form[data-autosave]').forEach((form) => {
    const status = $('[data-autosave-status]', form) || $('[data-autosave-status]');
    let dirty = false, timer = 0, running = false;
    const save = async () => {
      if (!dirty || running || form.dataset.sent) return;
      dirty = false; running = true;
      try {
        const res = await fetch(form.dataset.autosave, { method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { Accept: 'application/json' } });
        const answer = await res.json();
        if (answer.version) { const v = $('[name=version]', form); if (v) v.value = answer.version; }
        if (status) status.textContent = answer.words || '';
        if (!res.ok) dirty = answer.retry === true;
      } catch { dirty = true; if (status) status.textContent = '没有保存成功，内容还在。请检查网线，稍后会再试'; }
      running = false;
    };
    form.addEventListener('input', () => { dirty = true; clearTimeout(timer); timer = setTimeout(save, 4000); });
    setInterval(save, 30000);
    document.addEventListener('keydown', (e) => { if ((e.ctrlKey || e.metaKey) && e.key === 's') { e.preventDefault(); dirty = true; save(); } });
  });
  // Live checks: the form is sent to data-check-url and the answer replaces the target.
  document.querySelectorAll('form[data-check-url]').forEach((form) => {
    const target = document.getElementById(form.dataset.checkTarget);
    let timer = 0, last = 0;
    const ask = async () => {
      const mine = ++last;
      try {
        const res = await fetch(form.dataset.checkUrl, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
        const html = await res.text();
        if (res.ok && mine === last && target) target.innerHTML = html;
      } catch { /* the check runs again on save */ }
    };
    form.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(ask, 500); });
  });
  // Choices that bring their own points: ticking a decision shows its part.
  document.querySelectorAll('[data-shows]').forEach((input) => {
    const update = () => document.querySelectorAll('[data-shown-by]').forEach((part) => {
      const by = document.getElementById(part.dataset.shownBy.split(' ')[0]);
      if (!by) return;
      part.hidden = !part.dataset.shownBy.split(' ').some((id) => { const c = document.getElementById(id); return c && c.checked; });
    });
    input.addEventListener('change', update);
    update();
  });
  // The words of the one button follow the choice.
  document.querySelectorAll('[data-verb-of]').forEach((button) => {
    const words = $('[data-verb]', button) || button;
    document.querySelectorAll('input[name="' + button.dataset.verbOf + '"]').forEach((r) => {
      const set = () => { if (r.checked && r.dataset.verb) words.textContent = r.dataset.verb; };
      r.addEventListener('change', set);
      set();
    });
  });
  // A button that prints the page; without script it is absent.
  document.querySelectorAll('[data-print-page]').forEach((b) => { b.hidden = false; b.addEventListener('click', () => window.print()); });
})();
