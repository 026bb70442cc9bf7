(() => {
  const bad = new Set(), W = innerWidth, H = innerHeight, low = document.body.classList.contains('low'), portrait = H > W;
  const rgb = (c) => { const m = c.match(/[\d.]+/g).map(Number); return m.length < 4 ? [...m, 1] : m; };
  const lum = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => { v /= 255; return v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
  const behind = (e) => { const over = []; for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c[3] > 0) over.push(c); if (c[3] === 1) break; }
    let at = [255, 255, 255]; for (const c of over.reverse()) at = at.map((v, i) => v * (1 - c[3]) + c[i] * c[3]); return at; };
  const shown = (e) => { const r = e.getBoundingClientRect(), s = getComputedStyle(e); return r.width > 2 && r.height > 2 && s.visibility !== 'hidden' && !e.closest('.sr, [hidden], template, noscript'); };
  const name = (e) => e.tagName.toLowerCase() + (e.className && e.className.baseVal === undefined ? '.' + e.className.split(' ').join('.') : '') + ' “' + (e.textContent || e.value || '').trim().replace(/\s+/g, ' ').slice(0, 16) + '”';
  const px = (n) => Math.round(n * 10) / 10;
  const key = (e) => e.closest('.kkeys, [data-keys]') !== null;
  const root = document.querySelector('dialog[open]') || document.body;
  // What is touched: a box with its label is one target.
  const targets = [...root.querySelectorAll('a[href], button, input:not([type=hidden]), select, textarea, summary')].filter((e) => !e.matches('[tabindex="-1"][aria-hidden=true]'))
    .map((e) => e.matches('[type=checkbox], [type=radio], [type=file]') ? e.closest('label') || e : e).filter(shown).map((e) => ({ e, r: e.getBoundingClientRect() }));
  const tools = document.querySelector('.tools'), band = document.querySelector('header .band');
  // The page for a time without a line has no tools: each of them needs the server, and so would anything else to touch.
  const offline = 'offline' in document.body.dataset;
  if (!band || !tools && !offline) bad.add('no head band or no bar of tools (UX-K3)');
  if (offline && (tools || targets.length)) bad.add('something to touch without a line (UX-K12)');
  if (document.querySelector('header a[href], header button, header input')) bad.add('a target in the head band (UX-K2)');
  const foot = tools ? tools.getBoundingClientRect().top : H;
  for (const { e, r } of targets) {
    if (r.width < 79.5 || r.height < 79.5) bad.add('target of ' + px(r.width) + '×' + px(r.height) + ', 80×80 wanted: ' + name(e) + ' (UX-K1)');
    if (e.matches('.btn-primary, .main-one, .knext') && r.height < 111.5) bad.add('main action ' + px(r.height) + ' high, 112 wanted: ' + name(e) + ' (UX-K1)');
    if (r.top < 128) bad.add('in the head band: ' + name(e) + ' (UX-K2)');
    if (r.bottom > H + .5 || r.right > W + .5 || r.left < -.5) bad.add('outside the screen: ' + name(e));
    if (e.closest('.tools') || e.closest('dialog')) continue;
    if (r.bottom > foot + .5) bad.add('behind the bar of tools: ' + name(e) + ' at ' + px(r.bottom));
    if (portrait && r.top < H * .28 - .5 && e.matches('.tile, .kpick, .kkey, .kmoves *, .kpager *, [data-keys] *')) bad.add('at ' + px(r.top) + ', above the lower 72 %: ' + name(e) + ' (UX-K2)');
    if (low && r.top < H / 2 - .5 && (portrait || !key(e) && !e.matches('.kfield, textarea'))) bad.add('at ' + px(r.top) + ', not in the lower half: ' + name(e) + ' (UX-K2)');
  }
  targets.forEach((a, i) => targets.slice(i + 1).forEach((b) => {
    if (a.e.contains(b.e) || b.e.contains(a.e)) return;
    const dx = Math.max(a.r.left, b.r.left) - Math.min(a.r.right, b.r.right), dy = Math.max(a.r.top, b.r.top) - Math.min(a.r.bottom, b.r.bottom);
    const gap = Math.max(dx, dy), want = key(a.e) && key(b.e) ? 10 : 12;
    if (gap < want - .5) bad.add('gap of ' + px(gap) + ', ' + want + ' wanted: ' + name(a.e) + ' and ' + name(b.e) + ' (UX-K1)');
  }));
  const choices = targets.filter(({ e }) => e.matches('.tile, .kpick') && !key(e)).length;
  if (choices > 7) bad.add(choices + ' choices, 7 at most (UX-K1)');
  // What is read.
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let n = 0;
  while (walk.nextNode()) {
    const e = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !shown(e) || e.closest('script, style, .wordmark, option')) continue;
    n++;
    const s = getComputedStyle(e), size = parseFloat(s.fontSize), box = document.createRange();
    box.selectNodeContents(walk.currentNode);
    const r = box.getBoundingClientRect();
    if (size < 27.95 && !e.closest('svg')) bad.add('words of ' + px(size) + ' px, 28 wanted: ' + name(e));
    if (r.right > W + 1 || r.left < -1) bad.add('words beyond the edge: ' + name(e));
    if (!e.closest('.tools, dialog') && r.bottom > foot + 1) bad.add('words behind the bar of tools: ' + name(e));
    const holder = e.closest('a, button, dd, .knote, .kbody, .khead');
    if (holder && getComputedStyle(holder).display !== 'contents') { const h = holder.getBoundingClientRect(); if (r.right > h.right + 1.5 || r.left < h.left - 1.5 || (holder.matches('a, button') && (r.bottom > h.bottom + size * .3 || r.top < h.top - size * .3))) bad.add('words run out of their box: ' + name(holder)); }
    if (e.closest('svg, [disabled], .off')) continue;
    const a = lum(rgb(s.color)), b = lum(behind(e)), got = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (got < 7) bad.add('contrast ' + got.toFixed(2) + ', 7 wanted: ' + name(e) + ' (UX-C1)');
  }
  if (n < 4) bad.add('only ' + n + ' texts were looked at');
  for (const e of root.querySelectorAll('input:not([type=hidden]), textarea, select')) if (shown(e) && parseFloat(getComputedStyle(e).fontSize) < 27.95) bad.add('typed words too small: ' + name(e));
  // Blocks that lie over each other.
  const parts = [...document.querySelectorAll('.khead, .kbody, .kmoves, .kpager, .kpicks, .kpad, .knote, .progress, .under, .banner')].filter(shown).map((e) => ({ e, r: e.getBoundingClientRect() }));
  parts.forEach((a, i) => parts.slice(i + 1).forEach((b) => {
    if (a.e.contains(b.e) || b.e.contains(a.e)) return;
    if (Math.max(a.r.left, b.r.left) - Math.min(a.r.right, b.r.right) < -1 && Math.max(a.r.top, b.r.top) - Math.min(a.r.bottom, b.r.bottom) < -1) bad.add('one over the other: ' + name(a.e) + ' and ' + name(b.e));
  }));
  // Nothing to scroll (UX-K4).
  const doc = document.documentElement;
  if (doc.scrollHeight > H + .5 || doc.scrollWidth > W + .5) bad.add('scrolls: ' + doc.scrollWidth + '×' + doc.scrollHeight + ' (UX-K4)');
  for (const e of root.querySelectorAll('*')) {
    const s = getComputedStyle(e);
    if (/auto|scroll|hidden|clip/.test(s.overflowY + s.overflowX) && shown(e) && !e.matches('textarea, svg, svg *, input') && (e.scrollHeight > e.clientHeight + 2 || e.scrollWidth > e.clientWidth + 2)) bad.add('hides or scrolls what does not fit: ' + name(e));
  }
  return [...bad];
})()
