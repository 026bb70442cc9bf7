// Enrolment: the browser makes a key that it can use and nobody can read, and sends the public half with the code.
// The key of before stays until the server has said yes.
(() => {
  const form = document.querySelector('form[data-enrol]'), keep = window.kioskKeep;
  if (!form || !keep) return;
  const said = form.querySelector('[data-enrol-said]');
  const say = (words) => {
    const p = document.createElement('p');
    p.className = 'lead';
    p.textContent = words;
    said.replaceChildren(p);
  };
  const text = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  let busy = false;
  const enrol = async () => {
    if (!window.isSecureContext || !crypto.subtle) { say('这个浏览器做不了密钥。请用 https 打开本页，再启用'); return; }
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
    await keep.store('key', 'readwrite', (s) => s.put(pair.privateKey, 'next'));
    form.elements.spki.value = text(await crypto.subtle.exportKey('spki', pair.publicKey));
    const res = await fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), headers: { Accept: 'application/json' } });
    if (res.ok) {
      await keep.store('key', 'readwrite', (s) => { s.delete('next'); return s.put(pair.privateKey, 'key'); });
      location.replace(form.dataset.enrol);
      return;
    }
    const page = new DOMParser().parseFromString(await res.text(), 'text/html');
    const words = page.querySelector('[data-enrol-said]') || page.querySelector('.khead');
    if (words) said.replaceChildren(...words.childNodes);
    else say('没有启用。请稍后再试');
  };
  form.addEventListener('submit', async (e) => {
    e.preventDefault();
    e.stopPropagation();
    if (busy) return;
    busy = true;
    try {
      await enrol();
    } catch {
      say('没有连上，或者本机不让保存密钥。请检查网线和浏览器设置，再按“启用”');
    }
    busy = false;
  });
})();
