// Two minutes before sign-out the page says so; one key extends.
(() => {
  const bar = document.getElementById('idle');
  const limit = Number(document.body.dataset.idle || 0);
  if (!bar || !limit) return;
  let last = Date.now(), told = false;
  const seen = () => { if (!told) last = Date.now(); };
  const keep = async () => {
    try { const r = await fetch('/me/alive', { method: 'POST' }); if (r.ok) { last = Date.now(); told = false; bar.hidden = true; } } catch { /* the next press tries again */ }
  };
  bar.querySelector('button').addEventListener('click', keep);
  ['submit'].forEach((n) => addEventListener(n, seen));
  setInterval(() => {
    const left = limit - (Date.now() - last) / 1000;
    if (left < 120 && !told) { told = true; bar.hidden = false; }
  }, 5000);
})();
